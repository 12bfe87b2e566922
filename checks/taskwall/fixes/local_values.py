"""Local values of Terraform that a fix changes in place of the resource that takes them."""

import os
import re
from collections.abc import Collection, Iterator, Sequence
from functools import cached_property

from taskwall.core.values import Span
from taskwall.fixes.refused import RefusedError, refuse_generated
from taskwall.fixes.source_text import SourceText
from taskwall.readers.terraform.modules import module_loader
from taskwall.readers.terraform.syntax.hcl import Parsed
from taskwall.readers.terraform.syntax.tree import Access, Attr, Attribute, Expression, Name
from taskwall.source.files import Files

_MODULE = (".tf", ".tofu", ".tf.json", ".tofu.json")
"""How the files of modules end; beside them are values of variables, and what functions read."""


class LocalValues:
    """The local values of the module of a file, which only what asks for a change may use."""

    def __init__(
        self, files: Files, near: str, every: Collection[str], asking: Collection[Span]
    ) -> None:
        """Take the files of the module, and what asks for the change.

        Args:
            files: what reads them.
            near: one of them.
            every: the files of the stack.
            asking: the headers of the resources that ask for the same change.
        """
        self._files = files
        self._near = near
        self._every = every
        self._asking = asking

    @cached_property
    def _own(self) -> Sequence[str]:
        """The files of the module."""
        folder = os.path.dirname(self._near)
        others = (
            each
            for each in self._every
            if os.path.dirname(each) == folder and each.endswith(_MODULE)
        )
        return sorted({self._near, *others})

    def followed(
        self, sheet: SourceText, written: Expression, through: tuple[Span, ...] = ()
    ) -> tuple[SourceText, Expression]:
        """What an expression stands for, and the text that it is in: of a local value its own.

        Args:
            sheet: the text of the expression.
            written: the expression.
            through: the expressions through which it was come to.

        Raises:
            RefusedError: something else uses the local value, or it is written twice.
        """
        name = _local(written)
        if not name:
            return sheet, written
        found = [(file, each) for file in self._own for each in self._declared(file, name)]
        if len(found) != 1:
            raise RefusedError
        [(file, attribute)] = found
        through = (*through, written.place)
        if not all(self._is_asked_for(use, through) for use in self._uses(name)):
            raise RefusedError
        text = self._files.text(file)
        refuse_generated(text)
        return self.followed(SourceText(file, text), attribute.expression, through)

    def _declared(self, file: str, name: str) -> Iterator[Attribute]:
        for block in self._parsed(file).body.blocks:
            if block.type == "locals" and name in block.body.attributes:
                yield block.body.attributes[name]

    def _uses(self, name: str) -> Iterator[Span]:
        """Where a local value is used, also in comments."""
        for file in self._own:
            sheet = SourceText(file, self._files.text(file))
            for found in re.finditer(rf"\blocal\s*\.\s*{re.escape(name)}\b(?!-)", sheet.text):
                yield Span(file, *sheet.position(found.start()), *sheet.position(found.end()))

    def _is_asked_for(self, use: Span, through: tuple[Span, ...]) -> bool:
        blocks = self._parsed(use.file).body.blocks
        return any(each.holds(use) for each in through) or any(
            block.place.holds(use) and block.header in self._asking for block in blocks
        )

    def _parsed(self, file: str) -> Parsed:
        if not file.endswith((".tf", ".tofu")):
            raise RefusedError  # in JSON nothing is edited
        parsed = module_loader(self._files).file(file).parsed
        if parsed.errors:
            raise RefusedError
        return parsed


def _local(written: Expression) -> str:
    """The name of a local value, if an expression is nothing but that."""
    match written:
        case Access(base=Name(name="local"), steps=(Attr(name),)):
            return name
    return ""
