"""Reads plans as JSON (`terraform show -json`), with the sources beside them if they are there.

A plan knows which instances there are and what their attributes are, but for what is known only
after apply; of that the configuration in it tells the names (`plan_references`). The sources
beside a plan know where everything is written, and what it refers to: their evaluation, under the
plan's variables, stands before the plan's values wherever it leaves nothing open.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial

from msgspec.structs import replace

from taskwall.core.json_document import Json, mapping, sequence
from taskwall.core.values import (
    Fields,
    Items,
    Reference,
    Scenario,
    Span,
    Text,
    Unknown,
    Value,
    dereferenced,
    lifted,
    stands_for_many,
)
from taskwall.readers.terraform.evaluation.absent_template import (
    absent_template,
    call_of_template,
    deploys_template,
)
from taskwall.readers.terraform.modules import Module, module_loader
from taskwall.readers.terraform.plan.sensitive import hidden
from taskwall.readers.terraform.plan.values import Planned
from taskwall.readers.terraform.stack import TerraformStack
from taskwall.source.containment import attempt
from taskwall.source.context import SourceTie
from taskwall.source.files import Files, UnreadableError
from taskwall.source.resource import Resource
from taskwall.source.size import parts_at_most
from taskwall.source.stack import AbsentSource, Evaluation, Inputs, SourceError, Stack

MAX_PLAN_PARTS = 3_000_000
"""A plan with more elements and members than this is an error."""


def plans(
    paths: Iterable[str], files: Files, inputs: Inputs, stacks: Sequence[Stack] = ()
) -> tuple[list["PlanStack"], list[SourceError]]:
    """The plans among the files of a scan, and the errors of those that cannot be read.

    Args:
        paths: their files.
        files: reads them.
        inputs: what the user says.
        stacks: what else was read, of which a root may be what was planned.
    """
    roots = [stack.root for stack in stacks if isinstance(stack, TerraformStack)]
    found: list[PlanStack] = []
    errors: list[SourceError] = []
    for path in sorted(paths):
        one = attempt(partial(_plan, path, files, inputs, roots), path, errors)
        if isinstance(one, PlanStack):
            found.append(one)
        elif one is not None:
            errors.append(one)
    return found, errors


def _plan(
    path: str, files: Files, inputs: Inputs, roots: Sequence[Module]
) -> "PlanStack | SourceError":
    """The plan in a file, or why it cannot be read."""
    import msgspec

    kept = module_loader(files).kept
    start = Span(path, 1, 1, 1, 1)
    known = kept.get(("plan", path))
    try:
        text = files.text(path)
        if isinstance(known, PlanStack) and known.text is text:
            plan: Json = known.plan
        elif parts_at_most(text) > MAX_PLAN_PARTS:
            return SourceError(start, f"a plan of more than {MAX_PLAN_PARTS} parts: not read")
        else:
            plan, known = msgspec.json.decode(text), None
    except UnreadableError as error:
        return error.error
    except (msgspec.DecodeError, RecursionError) as error:
        return SourceError(start, f"a plan that is not JSON: {error}")
    version = str(mapping(plan).get("format_version", ""))
    if version.partition(".")[0] not in ("0", "1"):
        return SourceError(start, f"a plan of format {version}, which is not known")
    beside, _ = module_loader(files).module(os.path.dirname(path))
    sources = _sources(mapping(plan), beside, roots)
    if not (isinstance(known, PlanStack) and known.holds(sources, inputs)):
        known = PlanStack(path, text, mapping(plan), files, inputs, sources)
        if files.retained:
            kept["plan", path] = known
    return known


def unplanned(stacks: Sequence[Stack], planned: Iterable["PlanStack"]) -> list[Stack]:
    """The stacks but those roots for which plans stand: they are not judged twice."""
    roots = {one.sources.name for one in planned if one.sources is not None}
    return [one for one in stacks if not (isinstance(one, TerraformStack) and one.name in roots)]


def _sources(
    plan: Mapping[str, Json], beside: Module | None, roots: Sequence[Module]
) -> Module | None:
    """The root module that was planned: that beside the plan, or the one that declares the same.

    Sources that have changed since then are not those of the plan.
    """
    config = mapping(mapping(plan.get("configuration")).get("root_module"))
    if not config:
        return beside
    planned = {str(mapping(one).get("address")) for one in sequence(config.get("resources"))}
    planned.update(f"module.{name}" for name in mapping(config.get("module_calls")))
    alike = [
        root
        for root in (roots if beside is None else (beside,))
        if planned == {*root.resources, *(f"module.{name}" for name in root.calls)}
    ]
    return alike[0] if len(alike) == 1 else None


class PlanStack:
    """What one plan would make."""

    def __init__(
        self,
        path: str,
        text: str,
        plan: Mapping[str, Json],
        files: Files,
        inputs: Inputs,
        root: Module | None = None,
    ) -> None:
        self.name = path
        self.ties: tuple[SourceTie, ...] = ()
        self.deployments: tuple[str, ...] = ()
        self.others_have: frozenset[str] = frozenset()
        self.asked: frozenset[str] = frozenset()
        self.text = text
        self.plan = plan
        self._inputs = inputs
        self._place = Span(path, 1, 1, 1, 1)
        self.sources: TerraformStack | None = None
        """The sources that were planned; this stack stands for them."""
        self._files: frozenset[str] | None = None
        self._types: frozenset[str] | None = None
        self._hidden: frozenset[str] | None = None
        if root is not None:
            variables: dict[str, Value] = {
                name: lifted(mapping(variable)["value"])
                for name, variable in mapping(plan.get("variables")).items()
                if "value" in mapping(variable)
            }
            said = replace(inputs, variables={**variables, **inputs.variables})
            boundary = inputs.boundary or root.folder
            self.sources = TerraformStack(root, files, said, boundary)

    def holds(self, root: Module | None, inputs: Inputs) -> bool:
        """Whether it says what the stack of the same text with these sources would say now."""
        if root is None or self.sources is None:
            return root is None and self.sources is None and inputs == self._inputs
        return inputs == self._inputs and self.sources.holds(root)

    @property
    def members(self) -> dict[str, frozenset[str]]:
        """It joins no others."""
        return {self.name: self.files}

    is_deployable = False

    def given(self) -> object:
        """What deployments give to it: nothing."""
        return None

    @property
    def files(self) -> frozenset[str]:
        """The plan, and the sources beside it."""
        if self._files is None:
            beside = self.sources.files if self.sources else frozenset()
            self._files = beside.union((self.name,))
        return self._files

    def creates(self, type_: str) -> bool:
        """Whether the plan has a resource of a type."""
        if self._types is None:
            planned = Planned(self.plan, self._place, self._inputs.assumptions)
            self._types = frozenset(each.type for each in planned.resources())
        return type_ in self._types

    def secrets(self, file: str) -> tuple[Span, ...]:
        """All of the plan, which holds sensitive values as they are, and what sources hide."""
        if file == self.name:
            return (Span(file, 1, 1, 1_000_000_000, 1),)
        return self.sources.secrets(file) if self.sources else ()

    def evaluate(self, scenario: Scenario) -> Evaluation:
        """All that the plan makes or reads; what it leaves open are values, never switches."""
        return self._planned(self.sources.evaluate(scenario) if self.sources else Evaluation(()))

    def evaluations(self) -> Callable[[Scenario], Evaluation]:
        """Evaluates under one scenario after another, and once what no scenario changes."""
        if self.sources is None:
            return self.evaluate
        beside = self.sources.evaluations()
        return lambda scenario: self._planned(beside(scenario))

    def _planned(self, beside: Evaluation) -> Evaluation:
        written = {resource.origin.address: resource for resource in beside.resources}
        blocks = {resource.origin.name: resource for resource in beside.resources}
        reading = Planned(self.plan, self._place, self._inputs.assumptions)
        resources = []
        templates = []
        for planned in reading.resources():
            address = planned.origin.address
            source = written.get(address) or blocks.get(planned.origin.name)
            same = source is not None and source.origin.address == address
            made = _joined(planned, source, same) if source else planned
            if deploys_template(made):
                templates.append(absent_template(made))
                made = call_of_template(made)
            resources.append(made)
        planned_addresses = {resource.origin.address for resource in resources}
        resources += [
            resource
            for resource in beside.resources
            if resource.data and resource.origin.address not in planned_addresses
        ]
        if self._hidden is None:
            self._hidden = hidden(self.plan)
        return Evaluation(
            tuple(resources),
            (*beside.errors, *self._failed()),
            beside.questions,
            beside.suppressions,
            (*templates, *self._left_out()),  # what modules make is in the plan
            beside.sensitive_texts | self._hidden,
            beside.line_map,
            beside.user_place,
            beside.provenance,
            element_place=beside.element_place,
        )

    def _failed(self) -> Iterator[SourceError]:
        if self.plan.get("errored") is True:
            yield SourceError(self._place, "the plan failed: what was not planned is not in it")

    def _left_out(self) -> Iterator[AbsentSource]:
        """What Terraform says that the plan leaves out, by `-target` or because it waits."""
        if self.plan.get("complete") is False:
            name = os.path.basename(self.name)
            what, cure = "what -target or a deferral leaves out", "plan without -target"
            yield AbsentSource("plan", name, what, None, self._place, cure)


def _joined(planned: Resource, source: Resource, same: bool) -> Resource:
    """A planned instance with its places in the sources, and their values where they are whole.

    `same` tells whether `source` is this very instance, or another one of the same block.
    """
    origin = replace(
        source.origin, address=planned.origin.address, name=planned.origin.name, maybe=()
    )
    fields = {
        name: value
        for name, value in planned.body.fields.items()
        if name in source.body.fields or not _is_open(value)
    }
    for name, value in source.body.fields.items():
        known = fields.get(name)
        if known is None or (same and not _is_open(value)) or _is_open(known):
            if same or known is None:
                fields[name] = value
        else:
            fields[name] = replace(known, place=value.place) if value.place else known
    body = Fields(fields, source.body.places, place=source.body.place)
    return Resource(planned.type, origin, body, source.place, planned.data)


def _is_open(value: Value) -> bool:
    """Whether anything in a value is unknown; references to other resources are known."""
    if isinstance(value, Reference) and value.value is None:
        return stands_for_many(value.symbol)
    found = dereferenced(value)
    if isinstance(found, Items):
        return bool(found.rest) or any(map(_is_open, found.items))
    if isinstance(found, Fields):
        return found.rest is not None or any(map(_is_open, found.fields.values()))
    if isinstance(found, Text):
        return any(not isinstance(part, str) and _is_open(part) for part in found.parts)
    return isinstance(found, Unknown)
