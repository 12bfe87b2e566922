"""Reads plans as JSON (`terraform show -json`), with the sources beside them if they are there.

A plan knows which instances there are and what their attributes are, but for what is known only
after apply; of that the configuration in it tells the names (`plan_references`). The sources
beside a plan know where everything is written, and what it refers to: their evaluation, under the
plan's variables, stands before the plan's values wherever it leaves nothing open.
"""

import os
from collections.abc import Iterable, Iterator, Mapping

from msgspec.structs import replace

from taskwall.files import Files, UnreadableError
from taskwall.readers.terraform.plan_references import (
    KEY,
    Json,
    Module,
    References,
    mapping,
    sequence,
)
from taskwall.readers.terraform.plan_sensitive import hidden
from taskwall.readers.terraform.stack import TerraformStack
from taskwall.readers.terraform.unit import library
from taskwall.resource import Resource
from taskwall.stack import Evaluation, Inputs, SourceError
from taskwall.values import (
    Call,
    Fields,
    Items,
    Known,
    Need,
    Origin,
    Place,
    Reference,
    Scenario,
    Text,
    Unknown,
    Value,
    lifted,
    settled,
)

DEEPEST = 100
"""How far the modules of a plan may be nested."""

_APART = {
    "aws_security_group": (
        "aws_security_group_rule",
        "aws_vpc_security_group_ingress_rule",
        "aws_vpc_security_group_egress_rule",
    ),
    "aws_route_table": ("aws_route",),
    "aws_network_acl": ("aws_network_acl_rule",),
}
"""Types whose blocks may be there because other resources make them."""


def plans(
    paths: Iterable[str], files: Files, inputs: Inputs
) -> tuple[list["PlanStack"], list[SourceError]]:
    """The plans among the files of a scan, and the errors of those that cannot be read."""
    import msgspec

    found = []
    errors = []
    for path in sorted(paths):
        start = Place(path, 1, 1, 1, 1)
        try:
            plan = msgspec.json.decode(files.text(path))
        except UnreadableError as error:
            errors.append(error.error)
            continue
        except (msgspec.DecodeError, RecursionError) as error:
            errors.append(SourceError(start, f"a plan that is no JSON: {error}"))
            continue
        version = str(mapping(plan).get("format_version", ""))
        if version.partition(".")[0] not in ("0", "1"):
            errors.append(SourceError(start, f"a plan of format {version}, which is not known"))
            continue
        found.append(PlanStack(path, mapping(plan), files, inputs))
    return found, errors


class PlanStack:
    """What one plan would make."""

    def __init__(self, path: str, plan: Mapping[str, Json], files: Files, inputs: Inputs) -> None:
        self.name = path
        self._plan = plan
        self._place = Place(path, 1, 1, 1, 1)
        module, _ = library(files).module(os.path.dirname(path))
        self._sources: TerraformStack | None = None
        self._files: frozenset[str] | None = None
        self._hidden: frozenset[str] | None = None
        if module is not None:
            variables: dict[str, Value] = {
                name: lifted(mapping(variable)["value"])
                for name, variable in mapping(plan.get("variables")).items()
                if "value" in mapping(variable)
            }
            said = replace(inputs, variables={**variables, **inputs.variables})
            boundary = inputs.boundary or module.folder
            self._sources = TerraformStack(module, files, said, boundary)

    @property
    def files(self) -> frozenset[str]:
        """The plan, and the sources beside it."""
        if self._files is None:
            beside = self._sources.files if self._sources else frozenset()
            self._files = beside.union((self.name,))
        return self._files

    def secrets(self, file: str) -> tuple[Place, ...]:
        """All of the plan, which holds sensitive values as they are, and what sources hide."""
        if file == self.name:
            return (Place(file, 1, 1, 1_000_000_000, 1),)
        return self._sources.secrets(file) if self._sources else ()

    def evaluate(self, scenario: Scenario) -> Evaluation:
        """All that the plan makes or reads; what it leaves open are values, never switches."""
        beside = self._sources.evaluate(scenario) if self._sources else Evaluation(())
        written = {resource.origin.address: resource for resource in beside.resources}
        blocks = {resource.origin.name: resource for resource in beside.resources}
        reading = _Reading(self._plan, self._place)
        resources = []
        for planned in reading.resources():
            address = planned.origin.address
            source = written.get(address) or blocks.get(planned.origin.name)
            same = source is not None and source.origin.address == address
            resources.append(_joined(planned, source, same) if source else planned)
        made = {resource.origin.address for resource in resources}
        resources += [
            resource
            for resource in beside.resources
            if resource.data and resource.origin.address not in made
        ]
        if self._hidden is None:
            self._hidden = hidden(self._plan)
        return Evaluation(
            tuple(resources),
            beside.errors,
            beside.questions,
            beside.skips,
            beside.hidden | self._hidden,
        )


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
        return "[*]" in value.attribute or "[*]" in value.resource
    found = settled(value)
    if isinstance(found, Items):
        return bool(found.rest) or any(map(_is_open, found.items))
    if isinstance(found, Fields):
        return found.rest is not None or any(map(_is_open, found.fields.values()))
    if isinstance(found, Text):
        return any(not isinstance(part, str) and _is_open(part) for part in found.parts)
    return isinstance(found, Unknown)


class _Reading:
    """Reads the resources of a plan without its sources."""

    def __init__(self, plan: Mapping[str, Json], place: Place) -> None:
        self._place = place
        self._root = Module(mapping(mapping(plan.get("configuration")).get("root_module")))
        self._planned = [
            *_modules(mapping(mapping(plan.get("planned_values")).get("root_module")), self._root)
        ]
        prior = mapping(mapping(plan.get("prior_state")).get("values"))
        self._read = [*_modules(mapping(prior.get("root_module")), self._root)]
        self._changes = {
            str(mapping(change).get("address")): mapping(mapping(change).get("change"))
            for change in sequence(plan.get("resource_changes"))
        }
        self._all = [*self._planned, *((m, r) for m, r in self._read if r.get("mode") == "data")]
        self._types = {str(resource.get("type")) for _, resource in self._planned}
        values = {str(r.get("address")): mapping(r.get("values")) for _, r in self._all}
        self._references = References(values)
        self._ids = {
            data: (address, name)
            for address, known in values.items()
            if not address.rpartition("data.")[1]
            for name in ("id", "arn")
            if isinstance(data := known.get(name), str) and _is_id(data)
        }

    def resources(self) -> Iterator[Resource]:
        """Every resource and data source, each address once."""
        seen = set()
        for module, resource in self._all:
            address = str(resource.get("address"))
            if address not in seen:
                seen.add(address)
                yield self._resource(module, resource, address)

    def _resource(self, module: Module, resource: dict[str, Json], address: str) -> Resource:
        kind = str(resource.get("type"))
        change = self._changes.get(address, {})
        expressions = _expressions(module, KEY.sub("", address.removeprefix(module.prefix)))
        values, open_ = mapping(resource.get("values")), mapping(change.get("after_unknown"))
        fields: dict[str, Value] = {}
        for name in dict.fromkeys((*values, *open_)):
            value = self._attribute(
                name, values.get(name), open_.get(name, False), expressions.get(name), module
            )
            if value is None or (name not in expressions and self._is_made(kind, name, change)):
                continue
            fields[name] = value
        calls = tuple(self._calls(module))
        origin = Origin(KEY.sub("", address), address, self._place, "terraform", called_from=calls)
        body = Fields(fields, dict.fromkeys(fields, self._place), place=self._place)
        return Resource(kind, origin, body, self._place, resource.get("mode") == "data")

    def _calls(self, module: Module) -> Iterator[Call]:
        if module.caller is not None:
            yield from self._calls(module.caller)
            step = module.prefix.removeprefix(module.caller.prefix).removesuffix(".")
            yield Call(KEY.sub("", step), self._place)

    def _is_made(self, kind: str, name: str, change: Mapping[str, Json]) -> bool:
        """Whether blocks that the configuration does not write are there by other resources."""
        if kind not in _APART or name not in ("ingress", "egress", "route"):
            return False
        return change.get("actions") != ["create"] and not self._types.isdisjoint(_APART[kind])

    def _attribute(
        self, name: str, data: Json, open_: Json, expression: Json, module: Module
    ) -> Value | None:
        """A top-level attribute; None if nothing is written and nothing known."""
        if open_ is True and not expression:
            return None  # the provider fills it in
        if data is None and not open_:
            return None
        return self._value(name, data, open_, expression, module)

    def _value(self, name: str, data: Json, open_: Json, expression: Json, module: Module) -> Value:
        if open_ is True:
            return self._references.of(name, expression, module, open_)
        if isinstance(data, dict):
            inner = mapping(expression)
            unknowns = mapping(open_)
            return Fields(
                {
                    key: self._value(
                        key, data.get(key), unknowns.get(key, False), inner.get(key), module
                    )
                    for key in dict.fromkeys((*data, *unknowns))
                    if unknowns.get(key) is not True or inner
                },
                place=self._place,
            )
        if isinstance(data, list):
            return self._list(name, data, open_, expression, module)
        known = self._ids.get(data) if isinstance(data, str) else None
        if known is not None:
            return Reference(known[0], known[1], Known(data), self._place)
        if isinstance(data, str):
            named = self._references.named(expression, module, data)
            if named is not None:
                return named
        return Known(data, self._place) if not isinstance(data, dict | list) else lifted(data)

    def _list(
        self, name: str, data: list[Json], open_: Json, expression: Json, module: Module
    ) -> Value:
        unknowns = sequence(open_)
        if True in unknowns and isinstance(expression, dict):
            return self._some_unknown(name, data, unknowns, expression, module)
        expressions = sequence(expression)
        items = []
        for index, item in enumerate(data):
            unknown_ = unknowns[index] if index < len(unknowns) else False
            inner = expressions[index] if len(expressions) == len(data) else {}
            inner = inner if expressions else expression
            items.append(self._value(name, item, unknown_, inner, module))
        return Items(tuple(items), place=self._place)

    def _some_unknown(
        self, name: str, data: list[Json], unknowns: list[Json], expression: Json, module: Module
    ) -> Value:
        """A list some of whose elements are not known."""
        open_ones = [flag for flag in unknowns if flag is True]
        found = self._references.of(f"{name}s", expression, module, open_ones)
        known = [
            self._value(name, item, False, None, module)
            for item, flag in zip(data, unknowns, strict=False)
            if flag is not True
        ]
        if isinstance(found, Items) and not found.rest:
            return Items((*known, *found.items), place=self._place)
        waits = found.needs if isinstance(found, Items | Unknown) else ()
        each = Unknown(waits or (Need(f"{module.prefix}{name}", "is known only after apply"),))
        return Items((*known, *(each for _ in open_ones)), place=self._place)


def _is_id(text: str) -> bool:
    """Whether a text is the id that AWS gave a resource."""
    prefix, dash, rest = text.rpartition("-")
    return text.startswith("arn:") or bool(
        prefix and dash and len(rest) >= 8 and all(c in "0123456789abcdef" for c in rest)
    )


def _modules(
    module: dict[str, Json], at: Module, depth: int = 0
) -> Iterator[tuple[Module, dict[str, Json]]]:
    """Every resource of a module and those below it, with the module of the configuration."""
    if depth > DEEPEST:
        return
    for resource in sequence(module.get("resources")):
        if isinstance(resource, dict):
            yield at, resource
    for child in sequence(module.get("child_modules")):
        address = str(mapping(child).get("address"))
        step = address.removeprefix(at.prefix)
        name = KEY.sub("", step).removeprefix("module.")
        inner = at.called(name, step) or Module({}, f"{address}.", at, {})
        yield from _modules(mapping(child), inner, depth + 1)


def _expressions(module: Module, name: str) -> dict[str, Json]:
    """The expressions that the configuration has for a resource."""
    for resource in sequence(mapping(module.config).get("resources")):
        if mapping(resource).get("address") == name:
            return mapping(mapping(resource).get("expressions"))
    return {}
