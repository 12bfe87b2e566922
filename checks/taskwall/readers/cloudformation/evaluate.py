"""Intrinsic functions, parameters and conditions under one scenario.

What the functions mean: "Intrinsic function reference" of the AWS CloudFormation User Guide.
"""

import re
from collections.abc import Callable, Iterable
from typing import ClassVar, Final, TypeAlias

from msgspec import Struct, structs

from taskwall.readers.cloudformation.document import (
    DYNAMIC,
    Function,
    Mapping,
    Node,
    Sequence,
    elements,
    members,
    written,
)
from taskwall.readers.cloudformation.template import Declared, Template
from taskwall.stack import Inputs, SourceError
from taskwall.values import (
    OTHER,
    Fields,
    Items,
    Known,
    Need,
    Place,
    Question,
    Reference,
    Scalar,
    Scenario,
    Text,
    Unknown,
    Value,
    either,
    needs,
    same,
    settled,
    spelled,
    symbol,
    text,
    unknown,
)

LONGEST: Final = 100_000
"""Texts that grow beyond this many characters (functions can double them) are unknown."""

MOST: Final = 10_000_000
"""When functions have made this many characters, all told, what they make further is unknown."""

WIDEST: Final = 1_000
"""A text is not split into more pieces; more pairs of elements are counted before comparing."""

DEPLOYED: Final = "is known only after deployment"
DEPENDS: Final = "depends on where it is deployed"

_PLACEHOLDER: Final = re.compile(r"\$\{(!?)([^${}]*)\}")
# Patterns that few templates need are compiled by their first use.
_RESOLVE: Final = r"(\{\{resolve:[^{}]*\}\})"
_EXISTING: Final = (
    r"(?i)vpc|subnet|cluster|security_?group|sg(?:s|id|ids)?$|load_?balancer|listener"
    r"|target_?group|^[an]lb"
)
_PSEUDO: Final = frozenset(
    f"AWS::{name}"
    for name in ("AccountId", "Partition", "Region", "StackId", "StackName", "URLSuffix")
)

_GROWING: Final = frozenset(f"Fn::{name}" for name in ("Cidr", "FindInMap", "Join", "Split", "Sub"))
"""What can make much of little."""

ATTRIBUTES: Final[dict[str, dict[str, str]]] = {
    "AWS::EC2::VPC": {"CidrBlock": "CidrBlock"},
    "AWS::EC2::Subnet": {
        "AvailabilityZone": "AvailabilityZone",
        "CidrBlock": "CidrBlock",
        "OutpostArn": "OutpostArn",
        "VpcId": "VpcId",
    },
    "AWS::EC2::SecurityGroup": {"VpcId": "VpcId", "GroupName": "GroupName"},
    "AWS::ECS::Service": {"Name": "ServiceName"},
    "AWS::ElasticLoadBalancingV2::LoadBalancer": {"LoadBalancerName": "Name"},
    "AWS::ElasticLoadBalancingV2::TargetGroup": {"TargetGroupName": "Name"},
    "AWS::RDS::DBInstance": {"Endpoint.Port": "Port"},
    "AWS::RDS::DBCluster": {"Endpoint.Port": "Port"},
}
"""Attributes that are what the template writes for a property, by resource type."""


class Perhaps(Struct, frozen=True):
    """A value that may also be removed (AWS::NoValue), when `needs` leave it open."""

    value: Value
    needs: tuple[Need, ...]


Outcome: TypeAlias = Value | Perhaps | None
"""What a node comes to; None where it is removed."""


class _MalformedError(Exception):
    """A function with arguments that it does not take."""


class Evaluator:
    """Evaluates the nodes of one template under one scenario, gathering what it meets."""

    def __init__(self, template: Template, inputs: Inputs, scenario: Scenario) -> None:
        self.template = template
        self.inputs = inputs
        self.scenario = scenario
        self.questions: set[Question] = set()
        self.errors: dict[SourceError, None] = {}
        self._parameters: dict[str, Value] = {}
        self._conditions: dict[str, Known | Unknown | None] = {}
        self._attributes: dict[tuple[str, str], Value | None] = {}
        self._secrets: dict[str, Known] = {}
        self._made = 0

    # What nodes come to

    def value(self, node: Node) -> Value | None:
        """The value of a node; None if it is removed."""
        found = self.outcome(node)
        return _with_null(found) if isinstance(found, Perhaps) else found

    def outcome(self, node: Node) -> Outcome:
        """The value of a node, or that it is, or may be, removed."""
        if isinstance(node, Function):
            return self._function(node)
        if isinstance(node, Mapping):
            return self._mapping(node)
        if isinstance(node, Sequence):
            return self._sequence(node.nodes, node.place)
        return node

    def _mapping(self, node: Mapping) -> Fields:
        fields: dict[str, Value] = {}
        rest: Value | None = None
        for key, member in node.fields.items():
            if key.startswith("Fn::"):
                rest = self._macro(key, node.places[key])
                continue
            # What is removed is null, so that a finding can stand where it is written.
            fields[key] = self._argument(member)
        return Fields(fields, node.places, rest, node.place)

    def _sequence(self, nodes: Iterable[Node], place: Place | None) -> Items:
        items: list[Value] = []
        rest: list[Value] = []
        waits: dict[Need, None] = {}
        for node in nodes:
            found = self.outcome(node)
            if isinstance(found, Perhaps):
                rest.append(found.value)
                waits.update(dict.fromkeys(found.needs))
            elif found is not None:
                items.append(found)
        return Items(tuple(items), tuple(rest), place, tuple(waits))

    def _function(self, call: Function) -> Outcome:
        if self._made > MOST and call.name in _GROWING:
            return _open(call.name, "is one of too many to be looked at", call.place)
        work = self.FUNCTIONS.get(call.name)
        if work is None:
            return _open(call.name, "is a function that is not known here", call.place)
        try:
            return work(self, call)
        except _MalformedError as error:
            message = f"{call.name} {error}"
            self._error(call.place, message)
            return _open(call.name, str(error), call.place)

    def _error(self, place: Place, message: str) -> None:
        if not self.template.open_names:  # else a macro may yet make it right
            self.errors[SourceError(place, message)] = None

    def _affords(self, size: int) -> bool:
        """Whether something of this many characters may still be made."""
        self._made += size
        return size <= LONGEST and self._made <= MOST

    def _unknown(
        self, name: str, why: str, place: Place | None, waits: tuple[Need, ...] = ()
    ) -> Value:
        """An unknown that goes by a name, unless the user or the scenario says what it is."""
        if (assumed := self.inputs.assumptions.get(name)) is not None:
            return _placed(assumed, place)
        answer = self.scenario.get(name, OTHER)
        if answer != OTHER:
            return Known(answer, place)
        return Unknown(waits or (Need(name, why),), name, place=place)

    def _macro(self, name: str, place: Place | None) -> Value:
        """What a macro makes; two of the same name can make different things."""
        if (assumed := self.inputs.assumptions.get(name)) is not None:
            return _placed(assumed, place)
        return _open(name, "is expanded only at deployment", place)

    def _arguments(self, call: Function, least: int, most: int | None = None) -> tuple[Node, ...]:
        nodes = elements(call.argument)
        if not least <= len(nodes) <= (most or least):
            count = f"{least}" if (most or least) == least else f"{least} to {most}"
            raise _MalformedError(f"takes a list of {count}")
        return nodes

    def _argument(self, node: Node) -> Value:
        """The value of a node; null if it is removed."""
        found = self.value(node)
        return Known(None, node.place) if found is None else found

    # References

    def _ref(self, call: Function) -> Outcome:
        name = written(call.argument)
        if name is None:
            found = settled(self._argument(call.argument))
            if waits := needs(found):
                return Unknown(waits, place=call.place)
            name = spelled(found.data) if isinstance(found, Known) else None
            if name is None:
                raise _MalformedError("takes a name")
        return self._named(name, call.place)

    def _named(self, name: str, place: Place) -> Outcome:
        """What `Ref` gives for a name."""
        if name in self.template.parameters:
            return _placed(self.parameter(name), place)
        if name in self.template.resources:
            return self._reference(name, "Ref", place)
        if name.startswith("AWS::"):
            if name == "AWS::NoValue":
                return None
            if (supplied := self.inputs.parameters.get(name)) is not None:
                return _placed(supplied, place)
            if name == "AWS::NotificationARNs":
                return Items((), (self._unknown(name, DEPENDS, place),), place)
            if name in _PSEUDO:
                return self._unknown(name, DEPENDS, place)
        return self._undeclared(name, place)

    def _undeclared(self, name: str, place: Place) -> Value:
        self._error(place, f"{name} is not declared")
        macro = "is not in the template: a macro may make it"
        return self._unknown(name, macro if self.template.open_names else "is not declared", place)

    def _get_att(self, call: Function) -> Value:
        name: str | None
        attribute: str | None
        if isinstance(call.argument, Sequence | Items):
            values = [settled(self._argument(node)) for node in self._arguments(call, 2)]
            waits = tuple(need for value in values for need in needs(value))
            if waits:
                return Unknown(waits, place=call.place)
            name, attribute = (
                spelled(value.data) if isinstance(value, Known) else None for value in values
            )
        else:
            name, _, attribute = (written(call.argument) or "").partition(".")
        if not (name and attribute):
            raise _MalformedError("takes a resource and an attribute")
        return self._get(name, attribute, call.place)

    def _get(self, name: str, attribute: str, place: Place) -> Value:
        """What `Fn::GetAtt` gives."""
        if name not in self.template.resources:
            return self._undeclared(name, place)
        return self._reference(name, attribute, place)

    def _reference(self, name: str, attribute: str, place: Place) -> Value:
        declared = self.template.resources[name]
        condition = declared.condition
        if condition and self._is_false(condition):
            return unknown(name, f"does not exist: condition {condition} is false", place)
        value = self._written_attribute(declared, attribute)
        assumed = self.inputs.assumptions.get(f"{name}.{attribute}")
        if assumed is None and attribute == "Ref":
            assumed = self.inputs.assumptions.get(name)
        if value is None and assumed is not None:
            value = assumed
        return Reference(name, attribute, value, place, DEPLOYED)

    def _is_false(self, condition: str) -> bool:
        found = self.condition(condition)
        return isinstance(found, Known) and found.data is False

    def _written_attribute(self, declared: Declared, attribute: str) -> Value | None:
        """What the template writes for an attribute; None if that is another thing, or nothing."""
        name = ATTRIBUTES.get(declared.type, {}).get(attribute)
        node = members(declared.properties).get(name) if name else None
        if node is None:
            return None
        key = (declared.name, attribute)
        if key not in self._attributes:
            self._attributes[key] = None  # of attributes that rest on each other
            found = self.value(node)
            scalar = isinstance(found, Known | Text | Reference | Unknown)
            self._attributes[key] = found if scalar and not _is_null(found) else None
        return self._attributes[key]

    # Parameters

    def parameter(self, name: str) -> Value:
        """The value of a declared parameter."""
        if name not in self._parameters:
            self._parameters[name] = self._parameter(name)
        return self._parameters[name]

    def _parameter(self, name: str) -> Value:
        node = self.template.parameters[name]
        fields = members(node)
        kind = written(fields.get("Type")) or "String"
        place = node.place
        stored = kind.startswith("AWS::SSM::Parameter::Value<")
        if stored:
            kind = kind.removeprefix("AWS::SSM::Parameter::Value<").removesuffix(">")
        several = kind == "CommaDelimitedList" or kind.startswith("List<")
        given = self.inputs.assumptions.get(name)
        supplied = self.inputs.parameters.get(name)
        if not stored and supplied is not None:
            given = supplied  # of a stored one this, like the default, is only the key
        default = None if stored or given is not None else _default(fields.get("Default"))
        hidden = fields.get("NoEcho")
        if isinstance(hidden, Known) and spelled(hidden.data) != "false":
            secret = given if given is not None else default
            if isinstance(secret, Known):
                self._secrets[name] = secret
            return Unknown((Need(name, "is a secret (NoEcho)"),), name, place=place)
        if default is not None and _is_empty(default) and _names_existing(name, kind):
            given = self._unknown(name, "is empty by default", place)
        elif default is not None:
            given = self._dynamic(default)
        elif given is None:
            why = "is read from Parameter Store" if stored else "is a parameter without a default"
            given = self._unknown(name, why, place)
        if not several or isinstance(given, Items):
            return given
        if not isinstance(given, Known):
            return Items((), (given,), place)
        pieces = (spelled(given.data) or "").split(",")
        items = tuple(Known(piece.strip(), given.place) for piece in pieces)
        return Items(items if pieces != [""] else (), (), given.place)

    # Texts

    def _sub(self, call: Function) -> Value:
        given: dict[str, Node] = {}
        template = call.argument
        if isinstance(template, Sequence | Items):
            template, names = self._arguments(call, 2)
            given = dict(members(names))
        if isinstance(template, Function) and template.name == DYNAMIC:
            template = template.argument
        if isinstance(template, Function):
            return self._computed("", needs(self._argument(template)), call)
        if not isinstance(template, Known):
            raise _MalformedError("takes a text")
        source = spelled(template.data) or ""
        if "${" not in source:
            return self._dynamic(Known(source, call.place))
        parts: list[str | Value] = []
        end = 0
        for match in _PLACEHOLDER.finditer(source):
            parts.append(source[end : match.start()])
            end = match.end()
            name = match[2].strip()
            if match[1]:
                parts.append(f"${{{match[2]}}}")
            elif name in given:
                parts.append(self._argument(given[name]))
            else:
                parts.append(self._substituted(name, call.place))
        parts.append(source[end:])
        return self._dynamic(self._text(parts, call.place))

    def _substituted(self, name: str, place: Place) -> Value:
        resource, _, attribute = name.partition(".")
        if attribute and name not in self.template.parameters:
            return self._get(resource, attribute, place)
        found = self._named(name, place)
        if found is None or isinstance(found, Perhaps):
            return _open(name, "is no text", place)
        return found

    def _text(self, parts: list[str | Value], place: Place | None) -> Value:
        """The parts as one text; a list or a map among them makes that part unknown."""
        solid: list[str | Value] = []
        size = 0
        for part in parts:
            value = part if isinstance(part, str) else settled(part)
            if isinstance(value, Items | Fields):
                part = Unknown(needs(value) or (Need("a list or map", "is no text"),))  # noqa: PLW2901
            solid.append(part)
            size += _length(value)
        if not self._affords(size + 10 * len(parts)):
            return _open("a text", "is too long to be looked at", place)
        return text(solid, place)

    def _join(self, call: Function) -> Value:
        first, second = self._arguments(call, 2)
        between, found = settled(self._argument(first)), self._argument(second)
        values = settled(found)
        if not isinstance(between, Known) or not isinstance(values, Items) or values.rest:
            by, name = _called(between), _called(values)
            called = f"{call.name}({by}, {name})" if name and (by or _is_empty(between)) else ""
            waits = (*needs(between), *needs(found))
            return self._computed(called, waits, call)
        glue = spelled(between.data) or ""
        parts: list[str | Value] = []
        for index, item in enumerate(values.items):
            if index and glue:
                parts.append(glue)
            parts.append(item)
        return self._dynamic(self._text(parts, call.place))

    def _computed(self, called: str, waits: tuple[Need, ...], call: Function) -> Value:
        """What a function gives while its arguments are open; `called` is what it goes by."""
        waits = tuple(dict.fromkeys(waits)) or (Need(call.name, "is not known"),)
        if called:
            return self._unknown(called, "", call.place, waits)
        return Unknown(waits, place=call.place)

    def _dynamic(self, value: Value) -> Value:
        """The value with its dynamic references made unknown: they are read at deployment."""
        why = "is read at deployment"
        if isinstance(value, Known):
            if not isinstance(value.data, str) or "{{resolve:" not in value.data:
                return value
            pieces = re.split(_RESOLVE, value.data)
            parts: list[str | Value] = [
                self._unknown(piece, why, value.place) if index % 2 else piece
                for index, piece in enumerate(pieces)
            ]
            if len(parts) == 3 and not parts[0] and not parts[2] and isinstance(parts[1], Unknown):
                return parts[1]
            return text(parts, value.place)
        if isinstance(value, Text):
            literal = [part for part in value.parts if isinstance(part, str)]
            if any("{{resolve:" in part for part in literal):
                called = symbol(value)
                return Unknown((Need(called or "{{resolve:}}", why),), called, place=value.place)
        return value

    def _resolve(self, call: Function) -> Value:
        return self._dynamic(self._argument(call.argument))

    def _base64(self, call: Function) -> Value:
        # Lowering reads what is encoded, so it stays as it is.
        value = self._argument(call.argument)
        return Fields({call.name: value}, place=call.place)

    # Lists

    def _select(self, call: Function) -> Value:
        first, second = self._arguments(call, 2)
        index, found = settled(self._argument(first)), self._argument(second)
        values = settled(found)
        number = spelled(index.data) if isinstance(index, Known) else None
        if number is not None and not number.isdecimal():
            raise _MalformedError("takes the number of an element")
        if number is None or not isinstance(values, Items) or values.rest:
            if isinstance(values, Reference) and number is not None:
                called = f"{values.attribute}[{number}]"
                assumed = self.inputs.assumptions.get(f"{values.resource}.{called}")
                return Reference(values.resource, called, assumed, call.place, DEPLOYED)
            name = _called(values)
            called = f"{name}[{number}]" if name and number is not None else ""
            return self._computed(called, (*needs(index), *needs(found)), call)
        if len(number) > 6 or int(number) >= len(values.items):
            raise _MalformedError(f"selects element {number} of {len(values.items)}")
        return _placed(values.items[int(number)], call.place)

    def _split(self, call: Function) -> Value:
        first, second = self._arguments(call, 2)
        by, whole = settled(self._argument(first)), self._argument(second)
        source = settled(whole)
        if isinstance(by, Known) and isinstance(source, Known):
            separator, data = spelled(by.data), spelled(source.data) or ""
            if not separator:
                raise _MalformedError("takes a separator that is not empty")
            if data.count(separator) > WIDEST or not self._affords(100 + len(data)):
                piece = _open("a list", "is too long to be looked at", call.place)
                return Items((), (piece,), call.place)
            pieces = data.split(separator)
            return Items(tuple(Known(piece, call.place) for piece in pieces), (), call.place)
        names = [_called(by), _called(whole)]
        called = f"{call.name}({', '.join(names)})" if all(names) else ""
        found = self._computed(called, (*needs(by), *needs(whole)), call)
        return found if isinstance(found, Items) else Items((), (found,), call.place)

    def _cidr(self, call: Function) -> Value:
        arguments = [self._argument(node) for node in self._arguments(call, 2, 3)]
        waits = tuple(need for argument in arguments for need in needs(argument))
        values = [settled(argument) for argument in arguments]
        numbers = [_number(value) for value in values[1:]]
        count = numbers[0]
        if count is not None and not 1 <= count <= 256:
            raise _MalformedError("takes a count from 1 to 256")
        bits = numbers[1] if len(numbers) > 1 else None
        block = values[0]
        if isinstance(block, Known) and count is not None and bits is not None:
            if not self._affords(100 * count):
                return Items((), (unknown("a list", "is too long", call.place),), call.place)
            blocks = _blocks(spelled(block.data) or "", count, bits)
            return Items(tuple(Known(one, call.place) for one in blocks), (), call.place)
        waits = tuple(dict.fromkeys(waits)) or (Need(call.name, "is not known"),)
        names = [_called(argument) for argument in arguments]
        called = f"Fn::Cidr({', '.join(map(str, names))})" if all(names) else ""
        if count is None or not self._affords(100 * count):
            return Items((), (Unknown(waits, place=call.place),), call.place)
        return Items(
            tuple(
                Unknown(waits, f"{called}[{index}]" if called else "", place=call.place)
                for index in range(count)
            ),
            (),
            call.place,
        )

    def _zones(self, call: Function) -> Value:
        name = _called(self._argument(call.argument))
        called = call.name if name in ("", None, "AWS::Region") else f"{call.name} {name}"
        found = self._unknown(called, DEPENDS, call.place)
        return found if isinstance(found, Items) else Items((), (found,), call.place)

    def _length_of(self, call: Function) -> Value:
        found = self._argument(call.argument)
        values = settled(found)
        if isinstance(values, Items) and not values.rest:
            return Known(len(values.items), call.place)
        return self._computed("", needs(found), call)

    # Look-ups

    def _find_in_map(self, call: Function) -> Value:
        first, *keys, last = self._arguments(call, 3, 4)
        default: Node | None = None
        if len(keys) == 2:
            default = members(last).get("DefaultValue")
        else:
            keys.append(last)
        if len(keys) != 2:
            raise _MalformedError("takes a map and two keys")
        top, second = (self._argument(key) for key in keys)
        named = settled(self._argument(first))
        name = spelled(named.data) if isinstance(named, Known) else None
        if name is not None and name not in self.template.mappings:
            if default is not None:
                return self._argument(default)
            if self.template.open_names:
                return self._macro(f"{call.name} {name}", call.place)
            raise _MalformedError(f"names no mapping: {name}")
        table = members(self.template.mappings[name]) if name is not None else {}
        rows = self._rows(table, top)
        found = [node for row in rows for node in self._rows(members(row), second)]
        exact = isinstance(settled(top), Known) and isinstance(settled(second), Known)
        if name is not None and exact:
            if found:
                return _placed(self._argument(found[0]), call.place)
            if default is not None:
                return self._argument(default)
            raise _MalformedError(f"finds nothing in {name}")
        if default is None and found and self._affords(10 * len(found)):
            value = self._argument(found[0])
            if all(same(value, self._argument(other)) for other in found[1:]):
                return _placed(value, call.place)
        names = [name, _called(top), _called(second)]
        called = f"{call.name}({', '.join(map(str, names))})" if all(names) else ""
        return self._computed(called, (*needs(named), *needs(top), *needs(second)), call)

    def _rows(self, table: "dict[str, Node] | object", key: Value) -> list[Node]:
        """The members that a key can mean: the one, or all while it is open."""
        fields = table if isinstance(table, dict) else {}
        known = settled(key)
        if isinstance(known, Known):
            member = fields.get(spelled(known.data) or "")
            return [] if member is None else [member]
        return list(fields.values())

    def _import(self, call: Function) -> Value:
        found = self._argument(call.argument)
        name = _called(found)
        called = f"{call.name} {name}" if name else ""
        why = "is imported from another stack"
        if not called:
            return Unknown((*needs(found), Need(call.name, why)), place=call.place)
        return self._unknown(called, why, call.place)

    def _transform(self, call: Function) -> Value:
        name = written(members(call.argument).get("Name"))
        return self._macro(f"{call.name} {name}" if name else call.name, call.place)

    def _same(self, call: Function) -> Value:
        return self._argument(call.argument)

    # Conditions

    def _if(self, call: Function) -> Outcome:
        test, one, other = self._arguments(call, 3)
        truth = self._condition_of(test)
        if isinstance(truth, Known):
            return self.outcome(one if truth.data else other)
        self.questions |= truth.asks
        first, second = self.outcome(one), self.outcome(other)
        if first is None and second is None:
            return None
        if first is None or second is None:
            only = first if first is not None else second
            if isinstance(only, Perhaps):
                return Perhaps(only.value, truth.needs)
            return None if only is None else Perhaps(only, truth.needs)
        if isinstance(first, Perhaps) or isinstance(second, Perhaps):
            a = first.value if isinstance(first, Perhaps) else first
            b = second.value if isinstance(second, Perhaps) else second
            return Perhaps(self._either(a, b, truth.needs), truth.needs)
        return self._either(first, second, truth.needs)

    def _either(self, one: Value, other: Value, waits_for: tuple[Need, ...]) -> Value:
        """As `values.either`, but for long lists without a search for what they have in common."""
        if isinstance(one, Items) and isinstance(other, Items):
            pairs = len(one.items) * len(other.items)
            if pairs > WIDEST and not self._affords(pairs):
                rest = (*one.items, *one.rest, *other.items, *other.rest)
                return Items((), rest, one.place, waits_for)
        return either(one, other, waits_for)

    def _condition_of(self, node: Node) -> Known | Unknown:
        name = written(node)
        return self.condition(name, node.place) if name is not None else self._truth(node)

    def condition(self, name: str, place: Place | None = None) -> Known | Unknown:
        """Whether a declared condition holds; where it is open, with what it asks."""
        if name in self._conditions:
            found = self._conditions[name]
            return found or unknown(name, "is a condition that rests on itself", place)
        node = self.template.conditions.get(name)
        if node is None:
            if place is not None and not self.template.open_names:
                self._error(place, f"condition {name} is not declared")
            return unknown(name, "is not a declared condition", place)
        self._conditions[name] = None
        try:
            truth = self._truth(node)
        except RecursionError:
            del self._conditions[name]
            raise
        self._conditions[name] = truth
        return truth

    def _truth(self, node: Node) -> Known | Unknown:
        if isinstance(node, Mapping | Fields):
            name = written(node.fields.get("Condition"))
            if name is not None and len(node.fields) == 1:
                return self.condition(name, node.place)
        found = self.value(node)
        value = None if found is None else settled(found)
        word = spelled(value.data) if isinstance(value, Known) else None
        if word in ("true", "false"):
            return Known(word == "true", node.place)
        if isinstance(value, Unknown):
            return value
        waits = () if found is None else needs(found)
        if not waits and node.place is not None:
            self._error(node.place, "this is no condition")
        return Unknown(waits or (Need("a condition", "is no condition"),), place=node.place)

    def _and(self, call: Function) -> Value:
        return self._all(call, absorbing=False)

    def _or(self, call: Function) -> Value:
        return self._all(call, absorbing=True)

    def _all(self, call: Function, absorbing: bool) -> Value:
        """The conjunction (or, with `absorbing` True, the disjunction) of conditions."""
        waits: dict[Need, None] = {}
        asks: frozenset[Question] = frozenset()
        for node in self._arguments(call, 1, 10):
            truth = self._truth(node)
            if isinstance(truth, Unknown):
                waits.update(dict.fromkeys(truth.needs))
                asks |= truth.asks
            elif truth.data is absorbing:
                return Known(absorbing, call.place)
        if waits:
            return Unknown(tuple(waits), asks=asks, place=call.place)
        return Known(not absorbing, call.place)

    def _not(self, call: Function) -> Value:
        truth = self._truth(self._arguments(call, 1)[0])
        if isinstance(truth, Known):
            return Known(not truth.data, call.place)
        return Unknown(truth.needs, asks=truth.asks, place=call.place)

    def _condition_call(self, call: Function) -> Value:
        name = written(call.argument)
        if name is None:
            raise _MalformedError("takes the name of a condition")
        return self.condition(name, call.place)

    def _equals(self, call: Function) -> Value:
        one, other = (self._operand(node) for node in self._arguments(call, 2))
        truth = same(one, other)
        if truth is not None:
            return Known(truth, call.place)
        waits = tuple(dict.fromkeys((*needs(one), *needs(other))))
        question = _question(one, other) or _question(other, one)
        if question is None:
            return Unknown(waits, place=call.place)
        answer = self.scenario.get(question.operand)
        if question.operand not in self.scenario:
            return Unknown(waits, asks=frozenset((question,)), place=call.place)
        return Known(answer != OTHER and spelled(answer) == question.answer, call.place)

    def _operand(self, node: Node) -> Value:
        """A side of a comparison. A secret is compared, though it is never shown."""
        found = self._argument(node)
        if isinstance(found, Unknown) and found.symbol in self._secrets:
            return self._secrets[found.symbol]
        return found

    FUNCTIONS: ClassVar[dict[str, "Callable[[Evaluator, Function], Outcome]"]] = {
        DYNAMIC: _resolve,
        "Condition": _condition_call,
        "Fn::And": _and,
        "Fn::Base64": _base64,
        "Fn::Cidr": _cidr,
        "Fn::Equals": _equals,
        "Fn::FindInMap": _find_in_map,
        "Fn::GetAZs": _zones,
        "Fn::GetAtt": _get_att,
        "Fn::If": _if,
        "Fn::ImportValue": _import,
        "Fn::Join": _join,
        "Fn::Length": _length_of,
        "Fn::Not": _not,
        "Fn::Or": _or,
        "Fn::Select": _select,
        "Fn::Split": _split,
        "Fn::Sub": _sub,
        "Fn::ToJsonString": _same,
        "Fn::Transform": _transform,
        "Ref": _ref,
    }


def _question(one: Value, other: Value) -> Question | None:
    """What would decide whether an unknown equals something known."""
    answer = settled(other)
    if not isinstance(answer, Known):
        return None
    data: Scalar = spelled(answer.data)
    value = settled(one)
    if isinstance(value, Text) and isinstance(data, str):
        # A text with one open part equals another if that part is what the rest leaves.
        gaps = [index for index, part in enumerate(value.parts) if not isinstance(part, str)]
        if len(gaps) == 1:
            before = "".join(str(part) for part in value.parts[: gaps[0]])
            after = "".join(str(part) for part in value.parts[gaps[0] + 1 :])
            middle = data[len(before) : len(data) - len(after)]
            if f"{before}{middle}{after}" == data:
                value, data = value.parts[gaps[0]], middle  # type: ignore[assignment]
    name = symbol(value)
    return Question(name, data) if name else None


def _open(name: str, why: str, place: Place | None) -> Unknown:
    """An unknown that is not known to be equal to any other, even of that name."""
    return Unknown((Need(name, why),), place=place)


def _with_null(perhaps: Perhaps) -> Value:
    """A property that may be removed: null is nothing. Of a list, all elements may be missing."""
    value = settled(perhaps.value)
    if isinstance(value, Items):
        waits = tuple(dict.fromkeys((*perhaps.needs, *value.needs)))
        return Items((), (*value.items, *value.rest), value.place, waits)
    return either(perhaps.value, Known(None), perhaps.needs)


def _placed(value: Value, place: Place | None) -> Value:
    """The value at the place where it is used."""
    if isinstance(value, Known):
        return Known(value.data, place)
    return structs.replace(value, place=place)


def _called(value: Value) -> str:
    """What a value goes by within the name of something made of it; "" if there is no name."""
    known = settled(value)
    if isinstance(known, Known):
        return spelled(known.data) or ""
    if isinstance(known, Items):
        # A list parameter goes by the name of the elements that it may have.
        only = known.rest[0] if len(known.rest) == 1 and not known.items else None
        return symbol(only) if only is not None else ""
    return symbol(value)


def _default(node: Node | None) -> Known | None:
    """The default of a parameter, which can only be literal; nothing written is empty."""
    if isinstance(node, Function) and node.name == DYNAMIC:
        node = node.argument
    if not isinstance(node, Known):
        return None
    return Known("", node.place) if node.data is None else node


def _is_empty(value: Value) -> bool:
    return isinstance(value, Known) and value.data == ""


def _is_null(value: Value | None) -> bool:
    return isinstance(value, Known) and value.data is None


def _names_existing(name: str, kind: str) -> bool:
    """Whether a parameter names something that exists beside the template."""
    return "AWS::" in kind or re.search(_EXISTING, name) is not None


def _length(value: str | Value) -> int:
    if isinstance(value, str):
        return len(value)
    if isinstance(value, Known):
        return len(spelled(value.data) or "")
    if isinstance(value, Text):
        return sum(len(part) if isinstance(part, str) else 1 for part in value.parts)
    return 1


def _number(value: Value) -> int | None:
    data = spelled(value.data) if isinstance(value, Known) else None
    return int(data) if data is not None and len(data) < 9 and data.isdecimal() else None


def _blocks(block: str, count: int, bits: int) -> list[str]:
    """The first `count` ranges of `bits` host bits in a CIDR block.

    Raises:
        _MalformedError: there are not so many, or it is no block.
    """
    from ipaddress import ip_network

    try:
        network = ip_network(block, strict=False)
    except ValueError:
        raise _MalformedError(f"takes a CIDR block, not {block[:50]!r}") from None
    prefix = network.max_prefixlen - bits
    if prefix < network.prefixlen or count > 1 << (prefix - network.prefixlen):
        raise _MalformedError(f"finds no {count} ranges of {bits} bits in {block}")
    first = network.network_address
    return [f"{first + (index << bits)}/{prefix}" for index in range(count)]
