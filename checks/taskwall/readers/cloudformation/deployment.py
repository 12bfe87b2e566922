"""What the templates of a deployment share while they are evaluated, and where each stands.

Functions, loops and parameters see no more of a template than `TemplateContext` says.
"""

from collections.abc import Callable, Iterable, Iterator
from collections.abc import Mapping as Lookup
from contextlib import contextmanager
from typing import Final, Protocol, TypeVar

from msgspec import Struct

from taskwall.core.values import (
    Known,
    ModuleCall,
    Need,
    Question,
    Scalar,
    Scenario,
    Span,
    Unknown,
    Value,
)
from taskwall.readers.cloudformation.document import IntrinsicCall, Node
from taskwall.readers.cloudformation.exports import Asked, ImportResolver
from taskwall.readers.cloudformation.intrinsics import NodeValue
from taskwall.readers.cloudformation.template import Template
from taskwall.source.stack import Inputs, SourceError


class Expansion(Struct, frozen=True):
    """A template with its loops turned, and the answers that it was made under."""

    template: Template
    answers: tuple[tuple[str, Scalar], ...]
    questions: frozenset[Question]
    errors: tuple[SourceError, ...]


class RecordingScenario(dict[str, Scalar]):
    """A scenario that notes what it is asked for."""

    def __init__(self, scenario: Scenario) -> None:
        super().__init__(scenario)
        self.asked: set[str] = set()

    def get(self, operand: str, otherwise: Scalar = None) -> Scalar:  # type: ignore[override]
        """The answer for an operand."""
        self.asked.add(operand)
        return super().get(operand, otherwise)

    def agrees(self, answers: Iterable[tuple[str, Scalar]]) -> bool:
        """Whether it gives these answers."""
        return all(self.peek(operand) == answer for operand, answer in answers)

    def answers(self, operands: Iterable[str]) -> bool:
        """Whether it has an answer for any of these operands."""
        return not self.keys().isdisjoint(operands)

    def is_by_answer(self, question: Callable[[], bool]) -> bool:
        """Whether something is so, and an answer has to do with it: not defaults alone."""
        before, self.asked = self.asked, set()
        try:
            return question() and self.answers(self.asked)
        finally:
            self.asked |= before

    def recorded(self) -> tuple[tuple[str, Scalar], ...]:
        """What it was asked for, with its answers."""
        return tuple((operand, self.peek(operand)) for operand in self.asked)

    def peek(self, operand: str) -> Scalar:
        """The answer, without a note of it; something that is no answer where there is none."""
        return super().get(operand, "\0")

    def __contains__(self, operand: object) -> bool:
        self.asked.add(str(operand))
        return super().__contains__(operand)


class DeploymentEvaluation:
    """What all templates of a deployment share in one evaluation, and what is met in it."""

    def __init__(
        self,
        inputs: Inputs,
        scenario: Scenario,
        nested: Lookup[str, Lookup[str, Lookup[str, Template]]] | None = None,
        resolver: ImportResolver | None = None,
        expansions: dict[str, list[Expansion]] | None = None,
        assumed: dict[Span, str] | None = None,
        alternatives: dict[str, tuple[str, ...]] | None = None,
    ) -> None:
        self.inputs = inputs
        self.scenario = RecordingScenario(scenario)
        self.nested = nested or {}
        self.resolver = resolver
        self.expansions = {} if expansions is None else expansions
        self.assumed = {} if assumed is None else assumed
        """Of imports that may mean one of several copies: which is taken."""
        self.alternatives = {} if alternatives is None else alternatives
        """Of imports that may mean one of several exports: the answers, by what is asked."""
        self.questions: set[Question] = set()
        self.errors: dict[SourceError, None] = {}
        self.imports: list[Asked] = []
        self.roots: list[TemplateContext] = []
        self.made = 0
        self.deciding = 0
        self.importing = 0
        """Within how many names of imports it is: those say which stack a parameter names."""
        self.iterations = 0
        self.doubtful = 0
        """Within how much it is that may not be deployed: conditions leave it open."""
        self.impossible = False

    @contextmanager
    def in_doubt(self, doubt: bool = True) -> Iterator[None]:
        """While something is worked out that may not be deployed."""
        self.doubtful += doubt
        try:
            yield
        finally:
            self.doubtful -= doubt


class StackLocation(Struct, frozen=True):
    """Where a template stands in a deployment.

    `path` are the logical ids of the nested stacks that lead to it, `prefix` what its addresses
    begin with. `given` are the parameters that the stack above passes, None if they are not known.
    """

    path: str = ""
    prefix: str = ""
    called_from: tuple[ModuleCall, ...] = ()
    maybe: tuple[Need, ...] = ()
    given: Lookup[str, Node] | None = {}


TOP: Final = StackLocation()


K = TypeVar("K")
T = TypeVar("T")


class ParameterContext(Protocol):
    """The parameters of a template."""

    secrets: dict[str, Known]
    """The values of those that are never shown."""

    def asks(self, question: Question) -> frozenset[Question]:
        """A question, with the default that its operand has if nothing else is given."""

    def allowed(self, operand: str) -> tuple[str, ...] | None:
        """The values that a parameter is limited to; None if it is not, or is no parameter."""

    def free_default(self, name: str) -> Known | None:
        """The default of a parameter that may be given another value; None if there is none."""

    def at_default(self, node: Node) -> list[str]:
        """The parameters that an assertion refers to whose default counts, which a user can change.

        Those of a nested stack are for the stack above to give.
        """

    def other_values(self, name: str, default: Known) -> tuple[Scalar, ...]:
        """The values that the template names for a parameter beside its default."""


class TemplateContext(Protocol):
    """A template while it is evaluated, at one place of a deployment."""

    template: Template
    run: DeploymentEvaluation
    site: StackLocation
    inputs: Inputs
    scenario: RecordingScenario
    questions: set[Question]
    lookups: dict[str, tuple[str, dict[str, str]]]
    """Of an unknown value of a mapping: what its key is called, and what each row holds."""
    asked: frozenset[str]
    """The operands that its loops ask for."""

    @property
    def above(self) -> "TemplateContext | None":
        """The template that nests it."""

    @property
    def parameters(self) -> ParameterContext:
        """Its parameters."""

    def value(self, node: Node) -> Value | None:
        """The value of a node; None if it is removed."""

    def outcome(self, node: Node) -> NodeValue:
        """The value of a node, or that it is, or may be, removed."""

    def argument(self, node: Node) -> Value:
        """The value of a node; null if it is removed."""

    def arguments(
        self, call: IntrinsicCall, least: int, most: int | None = None
    ) -> tuple[Node, ...]:
        """The arguments of a function, which takes a list of so many."""

    def entries(self, node: Node | None) -> tuple[Node, ...]:
        """The elements of a list, or the one thing that stands where a list may."""

    def error(self, place: Span, message: str) -> None:
        """Enter an error, unless a macro may yet make it right."""

    def remembered(self, memo: dict[K, tuple[T, set[str]]], key: K, make: Callable[[], T]) -> T:
        """What is made once for a key, with what it asks of the scenario noted each time."""

    def affords(self, size: int) -> bool:
        """Whether something of this many characters may still be made."""

    def unknown(
        self, name: str, why: str, place: Span | None, waits: tuple[Need, ...] = ()
    ) -> Value:
        """An unknown that goes by a name, unless the user or the scenario says what it is."""

    def computed(self, symbol: str, waits: tuple[Need, ...], call: IntrinsicCall) -> Value:
        """What a function gives while its arguments are open; `symbol_name` names it."""

    def macro(self, name: str, place: Span | None) -> Value:
        """What a macro makes; two of the same name can make different things."""

    def named(self, name: str, place: Span) -> NodeValue:
        """What `Ref` gives for a name."""

    def get(self, name: str, attribute: str, place: Span) -> Value:
        """What `Fn::GetAtt` gives."""

    def output(self, name: str, place: Span) -> Value | None:
        """The value of an output, for whoever refers to it from `place`."""

    def lacks_output(self, name: str) -> bool:
        """Whether there is no such output, since its condition is false."""

    def written(self, name: str, key: str, place: Span) -> Value | None:
        """The value of a property of a resource, for another template."""

    def all_below(self) -> "Iterator[TemplateContext]":
        """Itself and the templates of all nested stacks that may exist."""

    def condition_of(self, node: Node) -> Known | Unknown:
        """Whether a condition holds that is named, or written out."""

    def condition(self, name: str, place: Span | None = None) -> Known | Unknown:
        """Whether a declared condition holds; where it is open, with what it asks."""

    def truth(self, node: Node) -> Known | Unknown:
        """Whether what is written as a condition holds."""
