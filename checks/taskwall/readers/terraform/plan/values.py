"""The resources of a plan by itself: planned values, prior state, and what configuration tells."""

from collections.abc import Iterator, Mapping

from taskwall.core.json_document import Json, mapping, sequence
from taskwall.core.values import (
    Fields,
    Items,
    Known,
    ModuleCall,
    Need,
    Origin,
    Reference,
    Span,
    Unknown,
    Value,
    lifted,
)
from taskwall.readers.terraform.plan.references import KEY, PlannedModule, References
from taskwall.source.resource import Resource

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

_WITH_VPC = ("default_security_group_id", "default_route_table_id", "main_route_table_id")
"""The attributes of a VPC that name what AWS makes with it."""


class Planned:
    """Reads the resources of a plan without its sources.

    `assumptions` are what the user says of attributes that the plan does not know. Resources stand
    at their `places`, by address, and all else at one `place`.
    """

    def __init__(
        self,
        plan: Mapping[str, Json],
        place: Span,
        assumptions: Mapping[str, Value],
        places: Mapping[str, Span] | None = None,
    ) -> None:
        self._start = self._place = place
        self._places = places or {}
        self._root = PlannedModule(mapping(mapping(plan.get("configuration")).get("root_module")))
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
        self._references = References(values, assumptions)
        self._ids = {
            data: (str(resource.get("address")), name)
            for names in (_WITH_VPC, ("id", "arn"))  # what is managed by itself counts more
            for _, resource in self._all
            if resource.get("mode") != "data"
            for name in names
            if isinstance(data := mapping(resource.get("values")).get(name), str) and _is_id(data)
        }

    def resources(self) -> Iterator[Resource]:
        """Every resource and data source, each address once."""
        seen = set()
        for module, resource in self._all:
            address = str(resource.get("address"))
            if address not in seen:
                seen.add(address)
                yield self._resource(module, resource, address)

    def value(self, data: Json) -> Value:
        """A value by itself: the ids of resources in it refer to these."""
        self._place = self._start
        return self._value("", data, False, None, self._root)

    def _resource(self, module: PlannedModule, resource: dict[str, Json], address: str) -> Resource:
        self._place = self._places.get(address, self._start)
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

    def _calls(self, module: PlannedModule) -> Iterator[ModuleCall]:
        if module.caller is not None:
            yield from self._calls(module.caller)
            step = module.prefix.removeprefix(module.caller.prefix).removesuffix(".")
            yield ModuleCall(KEY.sub("", step), self._place)

    def _is_made(self, kind: str, name: str, change: Mapping[str, Json]) -> bool:
        """Whether blocks that the configuration does not write are there by other resources."""
        if kind not in _APART or name not in ("ingress", "egress", "route"):
            return False
        return change.get("actions") != ["create"] and not self._types.isdisjoint(_APART[kind])

    def _attribute(
        self, name: str, data: Json, open_: Json, expression: Json, module: PlannedModule
    ) -> Value | None:
        """A top-level attribute; None if nothing is written and nothing known."""
        if open_ is True and not expression:
            return None  # the provider fills it in
        if data is None and not open_:
            return None
        return self._value(name, data, open_, expression, module)

    def _value(
        self, name: str, data: Json, open_: Json, expression: Json, module: PlannedModule
    ) -> Value:
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
                    if unknowns.get(key) is not True or key in inner or "references" in inner
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
        self, name: str, data: list[Json], open_: Json, expression: Json, module: PlannedModule
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
        self,
        name: str,
        data: list[Json],
        unknowns: list[Json],
        expression: Json,
        module: PlannedModule,
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
    prefix, _, rest = text.rpartition("-")
    return text.startswith("arn:") or bool(
        prefix and len(rest) >= 8 and all(c in "0123456789abcdef" for c in rest)
    )


def _modules(
    module: dict[str, Json], at: PlannedModule, depth: int = 0
) -> Iterator[tuple[PlannedModule, dict[str, Json]]]:
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
        inner = at.called(name, step) or PlannedModule({}, f"{address}.", at, {})
        yield from _modules(mapping(child), inner, depth + 1)


def _expressions(module: PlannedModule, name: str) -> dict[str, Json]:
    """The expressions that the configuration has for a resource."""
    for resource in sequence(mapping(module.config).get("resources")):
        if mapping(resource).get("address") == name:
            return mapping(mapping(resource).get("expressions"))
    return {}
