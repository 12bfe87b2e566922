"""The evaluation of a root module, under one scenario after another: what all its parts share."""

import re
from collections.abc import Callable, Mapping

from msgspec import Struct
from msgspec.structs import replace

from taskwall.core.paths import lies_within
from taskwall.core.values import (
    ASSUME,
    Need,
    Question,
    Reference,
    Scenario,
    Span,
    Unknown,
    Value,
    dereferenced,
)
from taskwall.readers.terraform.evaluation.context import LookUps, States, Whole
from taskwall.readers.terraform.evaluation.module_sources import ModuleSources
from taskwall.readers.terraform.modules import Module, ModuleLoader
from taskwall.readers.terraform.syntax.tree import Expression
from taskwall.readers.terraform.values.effects import Effects, Handles
from taskwall.readers.terraform.values.sensitive import Hidden
from taskwall.readers.terraform.values.values import FailedError
from taskwall.source.resource import Resource
from taskwall.source.stack import AbsentSource, ExhaustedError, Inputs, SourceError


class Evaluated(Struct, frozen=True):
    """What roots are under a scenario: their resources, and what was reported beside them.

    `impossible` is whether nothing can be deployed under it. `assumed` says of places what is
    assumed of the values there.
    """

    resources: tuple[Resource, ...]
    errors: tuple[SourceError, ...]
    questions: frozenset[Question]
    absent: tuple[AbsentSource, ...]
    sensitive_texts: frozenset[str]
    impossible: bool = False
    assumed: Mapping[Span, str] = {}


MOST_ROUNDS = 500_000
"""So many rounds of loops one evaluation may take altogether."""

MOST_WORK = 8_000_000
"""So much may one evaluation do altogether: elements and pieces of text that it goes through.

One that makes something new counts ten: more takes memory, too.
"""


class RootEvaluation:
    """The state of an evaluation: it is thrown away with it.

    Where several roots are evaluated together, `label` tells apart those of its names that other
    roots have too (`shared`).
    """

    def __init__(
        self,
        root: Module,
        loader: ModuleLoader,
        inputs: Inputs,
        scenario: Scenario,
        boundary: str,
        label: str = "",
        shared: frozenset[str] = frozenset(),
    ) -> None:
        self.root = root
        self.loader = loader
        self.inputs = inputs
        self.boundary = boundary
        self.effects = Effects(scenario)
        self.sources = ModuleSources(root, loader, inputs, boundary)
        self.working_folder = root.folder
        """The folder in which Terraform runs."""
        self.referents: Handles[Whole] = Handles()
        self.hidden = Hidden(self.effects)
        self.states: States | None = None
        """The roots that are evaluated together with this one."""
        self.called = False
        """Whether the sources say all that the root is given: nobody else gives it values."""
        self.lookups: LookUps | None = None
        self.nearest: Mapping[Span, str] = {}
        """By the headers of data sources, what is assumed of what they mean."""
        """What their resources answer the data sources of this one."""
        self.context = False
        """Whether the root is of the context: read, and not judged."""
        self.alone = False
        """Whether the root is a module analysed on its own."""
        self.deciding = 0
        """How many conditions are being evaluated, each within the next."""
        self.modules = 0
        """How many instances of called modules there are so far."""
        self.templates = 0
        self.depth = 0
        self.weights: dict[int, tuple[Value, int]] = {}
        """The weights of large values, by identity."""
        self._label = label
        self._shared = shared
        self._rounds = 0
        self._work = 0
        self._parsed_templates: dict[str, Expression] = {}

    def begin(self, scenario: Scenario) -> None:
        """Go on under another scenario, with all that hangs on no other answer than it gives."""
        self.effects.begin(scenario)
        self.referents.begin(self.effects)

    @property
    def explores_defaults(self) -> bool:
        """Whether defaults are not what they are: in conditions, where all settings are wanted."""
        return self.deciding > 0 and self.inputs.explore_defaults

    @property
    def depth_of_states(self) -> int:
        """How many outputs of other roots are being read, each for the next."""
        return 0 if self.states is None else self.states.depth

    def qualified(self, name: str) -> str:
        """A name of the root module as the whole stack has it."""
        return f"{self._label}/{name}" if name in self._shared else name

    def own(self, name: str) -> str:
        """A name of the whole stack as the root module has it."""
        return name.removeprefix(f"{self._label}/") if self._label else name

    def complain(self, place: Span, message: str) -> None:
        """Note an error; each is noted once."""
        self.effects.report(SourceError(place, message))

    def ask(self, asks: frozenset[Question]) -> None:
        """Note the questions that decide a switch.

        A module analysed on its own is not followed both ways where its variables decide.
        """
        if (
            self.alone
            and not self.inputs.explore_defaults
            and all(self._is_own(question.operand) for question in asks)
        ):
            return
        for question in asks:
            self.effects.report(question)

    def _is_own(self, operand: str) -> bool:
        """Whether an operand is made of variables of the root alone, or of locals made of them."""
        names = re.findall(r"[A-Za-z_][\w-]*(?:\.[\w*-]+)+", re.sub(r'"[^"]*"', "", operand))
        return all(self.own(name).startswith("var.") or ".local." in f".{name}" for name in names)

    def spend(self, rounds: int, place: Span | None = None) -> None:
        """Count rounds of loops.

        Raises:
            FailedError: there were too many.
        """
        self._rounds += rounds
        if self._rounds > MOST_ROUNDS:
            self._exhausted(f"loops take more than {MOST_ROUNDS} iterations in total", place)
            raise FailedError("a loop", "takes too many iterations in total")

    def work(self, amount: int, place: Span | None = None) -> None:
        """Count what an expression goes through.

        Raises:
            FailedError: it was too much altogether.
        """
        self._work += amount
        if self._work > MOST_WORK:
            if self._work - amount <= MOST_WORK:
                self._exhausted("expressions up to here take too much work to be evaluated", place)
            raise FailedError("an expression", "takes too much work")

    def _exhausted(self, message: str, place: Span | None) -> None:
        self.effects.shareable = False
        at = place or Span(self.root.files[0].path, 1, 1, 1, 1)
        self.effects.report(ExhaustedError(at, message))

    def assumed(self, value: Unknown | Reference) -> Value:
        """What the user says of something unknown, else that itself, which needs to be said."""
        assumptions = self.inputs.assumptions
        said = assumptions.get(value.symbol) or assumptions.get(self.own(value.symbol))
        if said is None:
            return _to_be_said(value) if isinstance(value, Unknown) else value
        if isinstance(value, Reference):
            return Reference(value.resource, value.attribute, said, value.place, value.why)
        return said

    def opened(self, value: Value) -> Value:
        """The value that stands behind a reference; of a whole module, its outputs."""
        if isinstance(value, Reference) and not value.attribute:
            whole = self.referents.get(value.resource)
            return value if whole is None else whole.opened(value)
        return dereferenced(value)

    def module(self, folder: str) -> tuple[Module | None, tuple[SourceError, ...]]:
        """The module of a folder that is called, and what of it cannot be read."""
        return self.loader.module(folder)

    def may_read(self, path: str) -> bool:
        """Whether a file lies where functions and module calls may read."""
        return self.inputs.outside or lies_within(path, self.boundary)

    def template(self, path: str, text: str, parse: Callable[[str, str], Expression]) -> Expression:
        """A template file as an expression, read once."""
        known = self._parsed_templates.get(path)
        if known is None:
            known = self._parsed_templates[path] = parse(path, text)
        return known


def _to_be_said(value: Unknown) -> Unknown:
    """An unknown whose need says that an option gives it, where it is not given by another name."""
    match value.needs:
        case (Need(name=name, why=why, option=""),) if name == value.symbol:
            need = Need(name, why, option=ASSUME)
            return replace(value, needs=(need,))
    return value
