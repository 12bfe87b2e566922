"""What evaluation needs to know of the module and of the run that it is part of.

Functions, operators, bodies and data sources see no more of them than this, and import neither.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Protocol, TypeAlias

from taskwall.core.values import (
    Fields,
    ModuleCall,
    Need,
    Question,
    Reference,
    Span,
    Unknown,
    Value,
)
from taskwall.readers.terraform.modules import Module, ModuleLoader
from taskwall.readers.terraform.syntax.tree import AccessStep, Body, Expression
from taskwall.readers.terraform.values.effects import Answers, Effects, Handles
from taskwall.readers.terraform.values.sensitive import Hidden
from taskwall.source.stack import Inputs

Env: TypeAlias = Mapping[str, Value]
"""The variables of loops, with `each` and `count`."""


class Whole(Protocol):
    """What a reference without an attribute stands for: a resource or a module call."""

    def get(self, name: str) -> Value:
        """The value of an attribute or output."""

    def opened(self, value: Value) -> Value:
        """All that is known of it as a value, where a map is wanted."""


class BlockInstance(Whole, Protocol):
    """One of the instances of a block."""

    address: str


class WrittenBody(Protocol):
    """The body of a resource or of a module call."""

    @property
    def provider(self) -> str:
        """What tells its provider from others; "" is the root's without an alias."""

    def get(self, name: str) -> Value | None:
        """The value of an attribute, or the blocks of a type; None if nothing is written."""

    def names(self) -> Iterable[str]:
        """The attributes and blocks that are written, but for Terraform's own."""

    def all(self, place: Span) -> Fields:
        """The whole body, without what only Terraform itself looks at."""


class States(Protocol):
    """The states of other roots."""

    depth: int
    """How many outputs of other roots are being read, each for the next."""

    def outputs(
        self, local: str, address: str, written: WrittenBody, scope: "ModuleContext"
    ) -> Value | None:
        """The outputs that a data source reads; None if it is not known of which root."""

    def outputs_of(self, folder: str) -> "Outputs | None":
        """The outputs of the root in a folder; None if there is none."""


class Outputs(Protocol):
    """The outputs of a root."""

    @property
    def names(self) -> Collection[str]:
        """What they are called."""

    def output(self, name: str) -> Value | None:
        """The value of one; None if there is none of that name."""


class LookUps(Protocol):
    """What data sources may look up that other roots make."""

    def attribute(
        self, kind: str, address: str, name: str, written: WrittenBody, scope: "ModuleContext"
    ) -> Value | None:
        """An attribute of what a data source means; None if it is not known what that is."""


class RunContext(Protocol):
    """One evaluation of a root module."""

    root: Module
    loader: ModuleLoader
    inputs: Inputs
    boundary: str
    """The folder that encloses everything scanned."""
    working_folder: str
    """The folder in which Terraform runs."""
    effects: Effects
    referents: Handles[Whole]
    """What stands behind a reference without an attribute, by its address."""
    states: States | None
    """The roots that are evaluated together with this one."""
    lookups: LookUps | None
    nearest: Mapping[Span, str]
    """What their resources answer the data sources of this one."""
    context: bool
    """Whether the root is of the context: read, and not judged."""
    deciding: int
    """How many conditions are being evaluated, each within the next."""
    weights: dict[int, tuple[Value, int]]
    """The weights of large values, by identity."""
    templates: int
    """How many templates are being filled in, each within the next."""

    @property
    def hidden(self) -> Hidden:
        """The sensitive texts."""

    @property
    def explores_defaults(self) -> bool:
        """Whether defaults are not what they are: in conditions, where all settings are wanted."""

    def own(self, name: str) -> str:
        """A name of the whole stack as the root module has it."""

    def complain(self, place: Span, message: str) -> None:
        """Note an error."""

    def ask(self, asks: frozenset[Question]) -> None:
        """Note the questions that decide a switch."""

    def spend(self, rounds: int, place: Span | None = None) -> None:
        """Count rounds of loops."""

    def work(self, amount: int, place: Span | None = None) -> None:
        """Count what an expression goes through."""

    def assumed(self, value: Unknown | Reference) -> Value:
        """What the user says of something unknown, else that itself."""

    def opened(self, value: Value) -> Value:
        """The value that stands behind a reference; of a whole module, its outputs."""

    def may_read(self, path: str) -> bool:
        """Whether a file lies where functions may read."""

    def template(self, path: str, text: str, parse: Callable[[str, str], Expression]) -> Expression:
        """A template file as an expression."""


class ModuleContext(Protocol):
    """A module as one call instantiates it, or the root."""

    module: Module
    called_from: tuple[ModuleCall, ...]
    maybe: tuple[Need, ...]
    """What it waits for whether the module is called."""

    @property
    def caller(self) -> "tuple[ModuleContext, str] | None":
        """The module that calls it, and by which name; None of the root."""

    @property
    def run(self) -> RunContext:
        """The evaluation that it is part of."""

    def taken(self) -> Answers:
        """The answers of the scenario on which hangs what is being evaluated."""

    def bare_address(self, name: str) -> str:
        """What something of this module is called in the whole stack, without instance keys."""

    def named(self, name: str, steps: tuple[AccessStep, ...]) -> tuple[Value, int]:
        """The value of the leading names of a reference, and how many steps they take."""

    def keys(self, name: str) -> Mapping[str, bool]:
        """The keys by which sources name elements of a block; whether each has to be there."""

    def users_left_out(self, address: str) -> tuple[str, ...]:
        """The types of what is written to use a resource, and is left out by its count."""

    def guarded(self, name: str, read: Callable[[], Value], place: Span | None) -> Value:
        """A value that has a name: unknown where it fails, depends on itself, or is too deep."""

    @property
    def working_folder(self) -> str:
        """The folder from which relative paths lead."""

    def function(self, name: str) -> "Function | None":
        """A function that only expressions of this module know."""

    def filled_in(self, template: Expression, names: Env) -> Value:
        """What a template is with values for its names: it sees none of the module's."""

    def reader(self, body: Body, env: Env, address: str) -> WrittenBody:
        """What reads the body of a resource or of a module call."""


Function: TypeAlias = Callable[[list[Value], ModuleContext], Value]
"""A function that expressions call."""
