"""What a plan's configuration says of values that the plan does not know: what they refer to.

A plan does not hold the expressions themselves, only the names in them. Where these are nothing
but the ids of resources, in an attribute that takes ids, the expression is taken for those.
"""

from collections.abc import Iterator, Mapping

from msgspec import Struct

from taskwall.core.json_document import Json, mapping, sequence
from taskwall.core.patterns import pattern
from taskwall.core.values import (
    Items,
    Known,
    Need,
    Reference,
    Unknown,
    Value,
    lifted,
    needs,
    unknown,
    without_option,
)

DEEPEST = 40
"""How far names are followed from module to module."""

_IDS = frozenset({"id", "arn", "allocation_id", "cidr_block", "ipv6_cidr_block"})
_TEXTS = pattern(
    r"name|name_prefix|description|.*polic(?:y|ies)|.*_json|user_data.*|container_definitions"
    r"|tags.*|values?|command|content|environment"
)
"""Attributes that are put together from pieces: a name in them says nothing."""
KEY = pattern(r'\[(?:"(?:[^"\\]|\\.)*"|\d+)\]')
"""An instance key in an address."""
_PART = pattern(r'[^.\["]+(?:\[(?:"(?:[^"\\]|\\.)*"|[^"\]]*)\])*')


class PlannedModule(Struct, frozen=True):
    """A module of the configuration: where the names of its expressions are looked up.

    `prefix` stands before the addresses in it. `call` is how its caller calls it.
    """

    config: Json
    prefix: str = ""
    caller: "PlannedModule | None" = None
    call: Json = None

    def called(self, name: str, step: str) -> "PlannedModule | None":
        """The module that is called by a name; `step` is the call with its instance key."""
        call = mapping(mapping(self.config).get("module_calls")).get(name)
        if not isinstance(call, dict):
            return None
        return PlannedModule(mapping(call.get("module")), f"{self.prefix}{step}.", self, call)


class References:
    """Rebuilds references. `known` holds the planned values of each resource, by its address."""

    def __init__(
        self, known: Mapping[str, Mapping[str, Json]], assumptions: Mapping[str, Value]
    ) -> None:
        self._known = known
        self._assumptions = assumptions

    def of(self, attribute: str, expression: Json, at: PlannedModule, unknowns: Json) -> Value:
        """The value of an attribute that the plan does not know, or not all of.

        `unknowns` tells which elements are unknown, if the plan knows how many there are.
        """
        names = _names(expression)
        waits = tuple(Need(f"{at.prefix}{name}", "is not known in the plan") for name in names)
        if not names:
            return Unknown((Need(f"{at.prefix}{attribute}", "is known only after apply"),))
        found = [self.resolved(name, at) for name in names]
        if _TEXTS.fullmatch(attribute) or not all(map(_is_id, found)):
            missing = (*(n for value in found for n in needs(value)),) or waits
            # With all of them known, it would still be unknown what is made of them.
            return Unknown(tuple(dict.fromkeys(without_option(missing))))
        flat = tuple(item for value in found for item in _flat(value))
        several = attribute.endswith("s") or len(flat) != 1 or isinstance(unknowns, list)
        if isinstance(unknowns, list) and len(unknowns) != len(flat):
            return Items((), flat, None, waits)
        return Items(flat) if several else flat[0]

    def named(self, expression: Json, at: PlannedModule, data: object) -> Reference | None:
        """The attribute that a known value was taken from, if that is what it is equal to."""
        names = _names(expression)
        if len(names) != 1:
            return None
        found = self.resolved(names[0], at)
        if isinstance(found, Items) and len(found.items) == 1:
            found = found.items[0]
        if not isinstance(found, Reference) or not isinstance(found.value, Known):
            return None
        return found if found.value.data == data else None

    def resolved(self, name: str, at: PlannedModule, depth: int = 0) -> Value:
        """What a name in an expression stands for."""
        if depth > DEEPEST:
            return unknown(name, "is passed on too often")
        parts = _PART.findall(name)
        first = parts[0] if parts else ""
        if first == "var" and len(parts) > 1:
            return self._variable(KEY.sub("", parts[1]), at, depth)
        if first == "module" and len(parts) > 2:
            return self._output(parts[1], KEY.sub("", parts[2]), at, depth)
        start = 1 if first == "data" else 0
        if first in _NOT_RESOURCES or len(parts) < start + 3:
            return unknown(f"{at.prefix}{name}", "is not known in the plan")
        address = at.prefix + ".".join(parts[: start + 2])
        return self._attribute(address, ".".join(parts[start + 2 :]))

    def _attribute(self, address: str, attribute: str) -> Value:
        values = self._known.get(address)
        why = "is not in the plan" if values is None else "is known only after apply"
        data = (values or {}).get(attribute)
        known = Known(data) if isinstance(data, str | int | float) else None
        value = known or self._assumptions.get(f"{address}.{attribute}")
        return Reference(address, attribute, value, None, why)

    def _variable(self, name: str, at: PlannedModule, depth: int) -> Value:
        if at.caller is None:
            return unknown(f"var.{name}", "is not known in the plan")
        return self._expression(mapping(at.call).get("expressions"), name, at.caller, depth)

    def _output(self, step: str, name: str, at: PlannedModule, depth: int) -> Value:
        inner = at.called(KEY.sub("", step), f"module.{step}")
        if inner is None:
            return unknown(f"{at.prefix}module.{step}.{name}", "is not in the plan")
        outputs = mapping(mapping(inner.config).get("outputs"))
        return self._expression(mapping(outputs.get(name)), "expression", inner, depth)

    def _expression(self, expressions: Json, name: str, at: PlannedModule, depth: int) -> Value:
        """What an argument or an output stands for, if it is one name or constant."""
        expression = mapping(mapping(expressions).get(name))
        if "constant_value" in expression:
            return lifted(expression["constant_value"])
        names = _names(expression)
        found = [self.resolved(each, at, depth + 1) for each in names]
        if len(found) == 1:
            return found[0]
        if found and all(map(_is_id, found)):
            return Items(tuple(item for value in found for item in _flat(value)))
        return Unknown(tuple(Need(f"{at.prefix}{n}", "is not known in the plan") for n in names))


_NOT_RESOURCES = frozenset(
    {"local", "each", "count", "self", "path", "terraform", "tofu", "ephemeral", "var", "module"}
)


def _names(expression: Json) -> list[str]:
    """The names in an expression, without those that only begin another one."""
    names = [n for n in sequence(mapping(expression).get("references")) if isinstance(n, str)]
    return [n for n in dict.fromkeys(names) if not any(_begins(n, other) for other in names)]


def _begins(name: str, other: str) -> bool:
    return other.startswith((f"{name}.", f"{name}["))


def _is_id(value: Value) -> bool:
    """Whether a value is an id, or a list of ids."""
    if isinstance(value, Items):
        return all(map(_is_id, value.items)) and not value.rest
    return isinstance(value, Reference) and value.attribute in _IDS


def _flat(value: Value) -> Iterator[Value]:
    if isinstance(value, Items):
        yield from value.items
    else:
        yield value
