"""What functions and dependencies need to know of a configuration: they import no more of it."""

import os
from collections.abc import Sequence
from typing import Protocol

from msgspec import Struct

from taskwall.core.values import Span, Value
from taskwall.readers.terraform.evaluation.context import ModuleContext
from taskwall.readers.terraform.syntax.tree import Block


class Unit(Struct, frozen=True):
    """A folder in which Terragrunt runs Terraform.

    `file` is its configuration. Where a stack makes it, `folder` need not be there, `values` are
    what the stack gives it, and `made_by` is where it does. `autoinclude` is what the stack has it
    include.
    """

    folder: str
    file: str
    values: Value | None = None
    made_by: Span | None = None
    autoinclude: object = None

    @property
    def name(self) -> str:
        """What messages call it."""
        return os.path.basename(self.folder)

    @property
    def written_in(self) -> str:
        """The folder of its file, which is copied with what lies beside it."""
        return os.path.dirname(self.file)


class IncludeContext(Protocol):
    """A file that another one includes."""

    @property
    def label(self) -> str:
        """What it is called there; "" if it has no name."""

    @property
    def folder(self) -> str:
        """The folder that it is in."""


class ConfigurationContext(ModuleContext, Protocol):
    """One file of Terragrunt, as it is read for a unit."""

    unit: Unit
    folder: str
    """That of the file for which it is read."""
    is_included: bool
    handle: str
    """What tells it apart, among all that is evaluated together."""

    @property
    def includes(self) -> Sequence[IncludeContext]:
        """The files that it includes."""

    def attribute(self, block: Block, name: str) -> Value | None:
        """The value of an attribute of a block; None if it is not written."""

    def text(self, block: Block, name: str) -> str | None:
        """The text of an attribute of a block; None if it is not known, or not written."""

    def may_look(self, path: str) -> bool:
        """Whether a file may be read."""

    def read(self, path: str) -> Value | None:
        """Another file of Terragrunt as a value; None if there is none."""
