"""What the templates of a deployment share while they are evaluated, and where each stands."""

from collections.abc import Iterable
from collections.abc import Mapping as Lookup
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from taskwall.readers.cloudformation.document import Node
from taskwall.readers.cloudformation.template import Template
from taskwall.stack import Inputs, SourceError
from taskwall.values import Call, Need, Place, Question, Scalar, Scenario, Value

if TYPE_CHECKING:
    from taskwall.readers.cloudformation.evaluate import Evaluator
    from taskwall.readers.cloudformation.joined import Customer


class Offer(Struct, frozen=True):
    """An output that is exported: by which tree of templates, where in it, and under what name."""

    root: str
    path: str
    output: str
    name: Value
    place: Place


class Expansion(Struct, frozen=True):
    """A template with its loops turned, and the answers that it was made under."""

    template: Template
    answers: tuple[tuple[str, Scalar], ...]
    questions: frozenset[Question]
    errors: tuple[SourceError, ...]


class Heard(dict[str, Scalar]):
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

    def heard(self) -> tuple[tuple[str, Scalar], ...]:
        """What it was asked for, with its answers."""
        return tuple((operand, self.peek(operand)) for operand in self.asked)

    def peek(self, operand: str) -> Scalar:
        """The answer, without a note of it; something that is no answer where there is none."""
        return super().get(operand, "\0")

    def __contains__(self, operand: object) -> bool:
        self.asked.add(str(operand))
        return super().__contains__(operand)


class Run:
    """What all templates of a deployment share in one evaluation, and what is met in it."""

    def __init__(
        self,
        inputs: Inputs,
        scenario: Scenario,
        nested: Lookup[str, Lookup[str, Template]] | None = None,
        market: "Customer | None" = None,
        expansions: "dict[str, list[Expansion]] | None" = None,
    ) -> None:
        self.inputs = inputs
        self.scenario = Heard(scenario)
        self.nested = nested or {}
        self.market = market
        self.expansions = {} if expansions is None else expansions
        self.questions: set[Question] = set()
        self.errors: dict[SourceError, None] = {}
        self.imports: list[tuple[str, Value]] = []
        self.roots: list[Evaluator] = []
        self.made = 0
        self.deciding = 0
        self.turns = 0
        self.impossible = False


class Site(Struct, frozen=True):
    """Where a template stands in a deployment.

    `path` are the logical ids of the nested stacks that lead to it, `prefix` what its addresses
    begin with. `given` are the parameters that the stack above passes, None if they are not known.
    """

    path: str = ""
    prefix: str = ""
    called_from: tuple[Call, ...] = ()
    maybe: tuple[Need, ...] = ()
    given: Lookup[str, Node] | None = {}


TOP: Final = Site()
