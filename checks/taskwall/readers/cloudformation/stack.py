"""Templates as a stack: what they declare, under each scenario."""

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from taskwall.core.loop_places import LoopSpan
from taskwall.core.values import (
    Fields,
    Items,
    Known,
    Need,
    Origin,
    Question,
    Reference,
    Scalar,
    Scenario,
    Span,
    Unknown,
    Value,
    needs,
    plain_if_known,
)
from taskwall.readers.cloudformation.absent_nested import absent_nested, is_absent
from taskwall.readers.cloudformation.choices import Nested, templates
from taskwall.readers.cloudformation.conditions import rules_hold
from taskwall.readers.cloudformation.deployment import DeploymentEvaluation, Expansion
from taskwall.readers.cloudformation.document import IntrinsicCall, literal_text, members
from taskwall.readers.cloudformation.evaluate import Evaluator
from taskwall.readers.cloudformation.expansion import TRANSFORM
from taskwall.readers.cloudformation.exports import Asked, ImportResolver, followed
from taskwall.readers.cloudformation.left_out import left_out_users
from taskwall.readers.cloudformation.provenance import TemplateProvenance
from taskwall.readers.cloudformation.template import (
    CDK_PATH,
    INIT,
    Declared,
    Template,
)
from taskwall.readers.connected import path_exists
from taskwall.source.containment import crash_at
from taskwall.source.context import ContextSource, SourceTie
from taskwall.source.resource import ABSENT, Resource, Suppression
from taskwall.source.stack import AbsentSource, Evaluation, InputDefault, Inputs, SourceError
from taskwall.source.subnets import lose_subnets

_CDK_METADATA = "AWS::CDK::Metadata"
"""What CDK adds to each template to count its users; it makes nothing."""


class _ResourceMemo(Struct, frozen=True):
    """A resource (or that it is not there), and the answers that it was made under.

    `impossible` is whether nothing can be deployed under these.
    """

    resource: Resource | None
    answers: tuple[tuple[str, Scalar], ...]
    questions: frozenset[Question]
    errors: dict[SourceError, None]
    impossible: bool = False


class _Truth(Struct, frozen=True):
    """Whether a condition holds, None if that is open, and the answers that it was asked under."""

    holds: bool | None
    answers: tuple[tuple[str, Scalar], ...]
    impossible: bool


class _Exporters(Struct):
    """The templates that some imports, so many, lead to.

    `known` are those that each file certainly imports from. `asked` are the choices: of a file, the
    operand of the question, and the templates by its answers.
    """

    imports: int
    known: dict[str, set[str]]
    asked: list[tuple[str, str, dict[str, str]]]


class CloudFormationStack:
    """Templates that are deployed together, with the inputs of the user.

    Mostly it is one. `roots` are those that are deployed by themselves and are tied by exports;
    `nested` are the templates of nested stacks, by file and logical id; `resolver` is everything
    that the scan exports. `context` are files of which the roots are not judged, `sources` further
    context. Satisfies `taskwall.source.stack.Stack`.
    """

    def __init__(
        self,
        template: Template,
        inputs: Inputs,
        suppressions: tuple[Suppression, ...] = (),
        *,
        roots: Sequence[Template] = (),
        nested: Nested | None = None,
        resolver: ImportResolver | None = None,
        context: frozenset[str] = frozenset(),
        sources: Sequence[ContextSource] = (),
    ) -> None:
        self.template = template
        self.roots = tuple(roots) or (template,)
        self.inputs = inputs
        self.suppressions = suppressions
        self.nested = nested or {}
        self.resolver = resolver
        self.context = context
        self.sources = tuple(sources)
        self.ties: tuple[SourceTie, ...] = ()
        """What it refers to of the context, and what of that is open."""
        self.deployments: tuple[str, ...] = ()
        """The declared deployments of which it is part."""
        self.others_have: frozenset[str] = frozenset()
        self.asked: frozenset[str] = frozenset()
        self.imports: list[Asked] = []
        self.templates = {one.unit.file: one for one in self._below(self.roots)}
        given = inputs.at(template.unit.file).parameters
        self._tracer = TemplateProvenance(self.templates, given)
        self._addresses, self._own = self._named_apart()
        self._first: Evaluation | None = None
        self._known: dict[str, list[_ResourceMemo]] = {}
        self._expansions: dict[str, list[Expansion]] = {}
        self._assumed: dict[Span, str] = {}
        self._alternatives: dict[str, tuple[str, ...]] = {}
        self._truths: dict[str, list[_Truth]] = {}
        self._decided: frozenset[str] | None = None
        self._includes: dict[tuple[str, str], list[Resource]] = {}
        self._imported: _Exporters | None = None
        self._secrets: dict[str, tuple[Span, ...]] = {}

    @property
    def name(self) -> str:
        """The template's path; of several, the folder that holds them."""
        files = [root.unit.file for root in self.scanned or self.roots]
        return files[0] if len(files) == 1 else os.path.commonpath(files)

    @property
    def scanned(self) -> tuple[Template, ...]:
        """The roots that are not of the context."""
        return tuple(root for root in self.roots if root.unit.file not in self.context)

    @property
    def files(self) -> frozenset[str]:
        """The templates that are not of the context, and what they include."""
        own = (one for one in self.templates.values() if one.unit.file not in self.context)
        return frozenset().union(*(template.files for template in own))

    @property
    def members(self) -> dict[str, frozenset[str]]:
        """The files of each root that is scanned and of what it nests, by its path."""
        return {
            root.unit.file: frozenset().union(*(one.files for one in self._below((root,))))
            for root in self.scanned
        }

    is_deployable = True

    def given(self) -> object:
        """The values of its templates' parameters, and what is assumed."""
        found = []
        for root in self.roots:
            inputs = self.inputs.at(root.unit.file)
            given = inputs.parameters
            known = {name: plain_if_known(given[name]) for name in root.parameters if name in given}
            found.append((known, inputs.assumptions))
        return found

    @property
    def evaluated(self) -> bool:
        """Whether it knows already what it says under a scenario."""
        return bool(self._known or self._truths or self._first)

    def evaluate(self, scenario: Scenario) -> Evaluation:
        """The resources of the templates, with operands of questions as the scenario says."""
        if not scenario and self._first is not None:
            return self._first
        roots = self._evaluators(scenario)
        run = roots[0].run
        resources = []
        questions: set[Question] = set()
        errors: dict[SourceError, None] = {}
        impossible = False
        for root in roots:
            of_context = root.template.unit.file in self.context
            for evaluator in root.all_below():
                errors |= run.errors  # of its loops, and so on
                questions |= run.questions
                for declared in evaluator.template.resources.values():
                    if declared.type == _CDK_METADATA:
                        continue  # So that its condition, of many Regions, is no open switch.
                    made = self._made(declared, evaluator, of_context)
                    questions |= made.questions
                    errors.update(made.errors)
                    impossible = impossible or made.impossible
                    if made.resource is not None:
                        resources.append(made.resource)
        resources += [resource for source in self.sources for resource in source.resources]
        absent = dict.fromkeys(self._absent(resources))
        resources += [
            one for root in roots for each in root.all_below() for one in self._included(each)
        ]
        found = Evaluation(
            tuple(resources),
            tuple(errors),
            frozenset(questions),
            self.suppressions,
            tuple(absent),
            frozenset().union(*(source.sensitive_texts for source in self.sources)),
            provenance=self._tracer.trace,
            assumed=self._assumed,
            element_place=_in_the_collection,
            impossible=bool(scenario)
            and (
                impossible
                or self._import_in_circles(scenario)
                or lose_subnets(resources, self.evaluate({}).resources)
            ),
        )
        if not scenario:
            self._first = found
            self.imports = run.imports
        return found

    def _import_in_circles(self, scenario: Scenario) -> bool:
        """Whether by an answer stacks would import from each other, which AWS refuses."""
        resolver = self.resolver
        if resolver is None or not self._alternatives:
            return False
        exporters = self._exporters(resolver)
        chosen = [
            (file, root)
            for file, operand, roots in exporters.asked
            if (root := roots.get(str(scenario.get(operand)))) is not None
        ]
        steps = {file: {*roots} for file, roots in exporters.known.items()}
        for file, root in chosen:
            steps.setdefault(file, set()).add(root)
        return any(path_exists(steps, root, file) for file, root in chosen)

    def _exporters(self, resolver: ImportResolver) -> "_Exporters":
        """What templates import from; asked again if more imports are met."""
        if self._imported is None or self._imported.imports != len(self.imports):
            found = self._imported = _Exporters(len(self.imports), {}, [])
            for one in self.imports:
                exports = resolver.meant(one.name, one.file) if one.kind == "export" else []
                if len(exports) == 1:
                    found.known.setdefault(one.file, set()).add(exports[0].root)
                elif asked := followed(one.name, one.file, exports):
                    found.asked.append((one.file, *asked))
        return self._imported

    def _absent(self, resources: Iterable[Resource]) -> Iterator[AbsentSource]:
        """What templates include, or deploy as nested stacks, that is not there to be read."""
        for file, template in self.templates.items():
            if file not in self.context:
                yield from template.absent
        for one in resources:
            if one.type == ABSENT and not one.origin.context and (deployed := absent_nested(one)):
                yield deployed

    def _included(self, evaluator: Evaluator) -> list[Resource]:
        """What a template includes that is not there, as calls that get all of its resources."""
        key = evaluator.template.unit.file, evaluator.site.prefix
        if key not in self._includes:
            names = evaluator.template.resources
            every = Items(tuple(Reference(evaluator.address(name), "") for name in names))
            self._includes[key] = [
                Resource(
                    ABSENT,
                    Origin(
                        one.name,
                        f"{evaluator.site.prefix}{one.name} at {one.place.file}:{one.place.line}",
                        one.place,
                        "cloudformation",
                        evaluator.site.called_from,
                    ),
                    Fields({"Resources": every}, {"Resources": one.place}),
                    one.place,
                )
                for one in evaluator.template.may_add
            ]
        return self._includes[key]

    def creates(self, type_: str) -> bool:
        """Whether any of its templates declares a resource of a type."""
        return any(
            each.type == type_
            for file, template in self.templates.items()
            if file not in self.context
            for each in template.resources.values()
        )

    def evaluations(self) -> Callable[[Scenario], Evaluation]:
        """Evaluates under one scenario after another: what has been evaluated is kept."""
        return self.evaluate

    def _made(self, declared: Declared, evaluator: Evaluator, of_context: bool) -> "_ResourceMemo":
        """A resource under the scenario; the same as under others that it cannot tell apart."""
        run, scenario = evaluator.run, evaluator.scenario
        known = self._known.setdefault(evaluator.address(declared.name), [])
        for made in known:
            if scenario.agrees(made.answers):
                return made
        run.questions.clear()
        run.errors.clear()
        run.impossible = False
        scenario.asked = set(evaluator.asked)
        resource = _whole(declared, evaluator)
        if resource is not None and of_context:
            resource = replace(resource, origin=replace(resource.origin, context=True))
        made = _ResourceMemo(
            resource,
            scenario.recorded(),
            frozenset(run.questions),
            dict(run.errors),
            run.impossible,
        )
        known.append(made)
        return made

    def switches(self, scenario: Scenario) -> dict[str, bool] | None:
        """Whether each condition that inputs leave open holds; those still open are left out.

        None if the templates' rules or mappings forbid the scenario.
        """
        if self._decided is None:
            self._decided = frozenset()
            self._decided = frozenset(self.switches({}) or ())
        here = [one for root in self._evaluators(scenario) for one in root.all_below()]
        if any(one.run.impossible for one in here):
            return None  # A mapping has no row of which template a nested stack has.
        if not all(rules_hold(one, one.template.rules) for one in here):
            return None
        found: dict[str, bool] = {}
        for one in here:
            for name in one.template.conditions:
                address = one.symbol_of_condition(name)
                if address in self._decided:
                    continue
                truth = self._truth(address, name, one)
                if truth.impossible:
                    return None
                if truth.holds is not None:
                    found[address] = truth.holds
        return found

    def _truth(self, address: str, name: str, evaluator: Evaluator) -> "_Truth":
        """A condition under the scenario; the same as under others that it cannot tell apart."""
        run, scenario = evaluator.run, evaluator.scenario
        known = self._truths.setdefault(address, [])
        for made in known:
            if scenario.agrees(made.answers):
                return made
        run.impossible = False
        scenario.asked = set(evaluator.asked)
        found = evaluator.condition(name)
        holds = bool(found.data) if isinstance(found, Known) else None
        truth = _Truth(holds, scenario.recorded(), run.impossible)
        known.append(truth)
        return truth

    def answers(self, operand: str) -> tuple[str, ...] | None:
        """The values that the operand of a question can have, if the templates limit them."""
        found = self._alternatives.get(operand)
        if found is not None:
            return found
        for root in self._evaluators({}):
            for one in root.all_below():
                allowed = one.parameters.allowed(operand)
                if allowed is not None:
                    found = allowed if found is None else tuple(a for a in found if a in allowed)
        return found

    def defaults(self) -> list[InputDefault]:
        """The defaults of its parameters that a scenario may take another value for."""
        found: dict[str, InputDefault] = {}
        for root in self._evaluators({}):
            for name, node in root.template.parameters.items():
                default = root.parameters.free_default(name)
                place = (default and default.place) or node.place
                if default is None or place is None:
                    continue
                if others := root.parameters.other_values(name, default):
                    found.setdefault(name, InputDefault(name, name, default.data, place, others))
        return list(found.values())

    def empty_defaults(self) -> Scenario:
        """The answers that empty defaults give, of parameters that are to name what exists.

        None where other values of defaults are asked for, too.
        """
        if self.inputs.explore_defaults:
            return {}
        return {
            name: ""
            for root in self._evaluators({})
            for name in root.template.parameters
            if root.parameters.is_empty_name(name)
        }

    def secrets(self, file: str) -> tuple[Span, ...]:
        """The stretches of a template whose text is never shown; none of other files."""
        from taskwall.readers.cloudformation.secrets import stretches

        found = self._secrets.get(file)
        if found is None:
            found = self._secrets[file] = tuple(
                place
                for name, template in self.templates.items()
                if name.partition("#")[0] == file or file in template.files
                for place in stretches(template)
                if place.file == file
            )
        return found

    def _evaluators(self, scenario: Scenario) -> list[Evaluator]:
        """The roots while they are evaluated together."""
        run = DeploymentEvaluation(
            self.inputs,
            scenario,
            self.nested,
            self.resolver,
            self._expansions,
            self._assumed,
            self._alternatives,
        )
        found = []
        for root in self.roots:
            file = root.unit.file
            addresses = self._addresses.get(file)
            found.append(Evaluator(root, run, addresses=addresses, own=self._own.get(file, "")))
            run.roots.append(found[-1])
        return found

    def _below(self, roots: Iterable[Template]) -> Iterator[Template]:
        """Some templates and all that they nest."""
        waiting, seen = list(roots), set()
        while waiting:
            template = waiting.pop(0)
            if template.unit.file not in seen:
                seen.add(template.unit.file)
                yield template
                waiting += (one for _, one in templates(self.nested, template.unit.file))

    def _named_apart(self) -> tuple[dict[str, dict[str, str]], dict[str, str]]:
        """Addresses of resources whose names several roots have, and what each root is called."""
        if len(self.roots) == 1:
            return {}, {}
        paths = [root.unit.file for root in self.roots]
        stems = [os.path.basename(path).partition(".")[0] for path in paths]
        if len(set(stems)) < len(stems):
            base = os.path.commonpath(paths)
            stems = [os.path.relpath(path, base).replace(os.sep, "/") for path in paths]
        counts = Counter(name for root in self.roots for name in root.resources)
        addresses = {
            path: {name: f"{stem}/{name}" for name in root.resources if counts[name] > 1}
            for path, stem, root in zip(paths, stems, self.roots, strict=True)
        }
        return addresses, {path: f"{stem}/" for path, stem in zip(paths, stems, strict=True)}


def _in_the_collection(place: LoopSpan, downloaded: bool) -> Span | None:
    """The place of `taskwall.source.stack.ElementPlace`: a loop knows its own elements alone."""
    return next(iter(place.of), None)


def _whole(declared: Declared, evaluator: Evaluator) -> Resource | None:
    """The resource, whatever becomes of it; none if it is known not to be there."""
    try:
        return _resource(declared, evaluator)
    except Exception as error:  # noqa: BLE001 (one resource must not cost the others)
        why = "depends on too many others in a row"
        found = SourceError(declared.header, f"{declared.name} {why}")
        if not isinstance(error, RecursionError):
            why, found = "could not be evaluated", crash_at(declared.header, error)
        evaluator.run.errors[found] = None
        rest = Unknown((Need(declared.name, why),))
        body = Fields({}, rest=rest, place=declared.place)
        return _made(declared, evaluator, body, rest.needs)


def _resource(declared: Declared, evaluator: Evaluator) -> Resource | None:
    maybe = evaluator.maybe(declared)
    if declared.condition and not maybe:
        truth = evaluator.condition(declared.condition)
        if isinstance(truth, Known) and not truth.data:
            return None
    properties = declared.properties
    with evaluator.run.in_doubt(bool(maybe)):
        value = None if properties is None else evaluator.value(properties)
    return _made(declared, evaluator, _body(value, declared.place), maybe)


def _body(value: Value | None, place: Span) -> Fields:
    if isinstance(value, Fields):
        return value
    if value is None or isinstance(value, Known):
        return Fields({}, place=place)
    waits = needs(value) or (Need("Properties", "is not a mapping"),)
    return Fields({}, rest=Unknown(waits), place=value.place or place)


_OF_USERS_LEFT_OUT = frozenset(("AWS::EC2::SecurityGroup",))
"""What is judged by who is written to use it, also if a condition leaves these out."""


def _made(
    declared: Declared, evaluator: Evaluator, body: Fields, maybe: tuple[Need, ...]
) -> Resource:
    site = evaluator.site
    metadata = members(declared.metadata)
    address = evaluator.address(declared.name)
    name = address
    if declared.title:
        name = f"{address.removesuffix(declared.name)}{declared.title}"
    origin = Origin(
        name,
        address,
        declared.header,
        "cloudformation",
        called_from=site.called_from,
        maybe=tuple(dict.fromkeys((*site.maybe, *maybe))) if site.maybe else maybe,
        construct=literal_text(metadata.get(CDK_PATH))
        or evaluator.template.constructs.get(declared.name),
    )
    if is_absent(declared, body, evaluator.below(declared.name) is not None):
        return Resource(ABSENT, origin, body, declared.place)
    if TRANSFORM in metadata or isinstance(declared.metadata, IntrinsicCall):
        # It may include a file with more of it.
        waits = (Need(f"what is included in the metadata of {name}", "is not in the sources"),)
        held = Fields({}, rest=Unknown(waits), place=declared.place)
        return Resource(declared.type, origin, body, declared.place, metadata=held)
    if declared.type in _OF_USERS_LEFT_OUT and (
        users := left_out_users(evaluator).get(declared.name)
    ):
        said = Fields({"users_left_out": Items(tuple(map(Known, users)))})
        return Resource(declared.type, origin, body, declared.place, metadata=said)
    if INIT not in metadata:
        return Resource(declared.type, origin, body, declared.place)
    init = evaluator.argument(metadata[INIT])
    return Resource(
        declared.type, origin, body, declared.place, metadata=Fields({INIT: init}, place=init.place)
    )
