"""Parameters, references and functions of a template, evaluated under one scenario."""

from collections.abc import Callable, Iterable, Iterator
from collections.abc import Mapping as Lookup
from contextlib import contextmanager
from functools import partial
from typing import Final, TypeVar

from taskwall.core.values import (
    ASSUME,
    OTHER,
    OUTSIDE,
    Fields,
    Items,
    Known,
    ModuleCall,
    Need,
    Question,
    Reference,
    Span,
    Text,
    Unknown,
    Value,
    dereferenced,
    needs,
    spelled,
    unknown,
)
from taskwall.readers.cloudformation import references
from taskwall.readers.cloudformation.choices import address_of
from taskwall.readers.cloudformation.deployment import TOP, DeploymentEvaluation, StackLocation
from taskwall.readers.cloudformation.document import (
    IntrinsicCall,
    Mapping,
    Node,
    Sequence,
    elements,
    literal_text,
    members,
)
from taskwall.readers.cloudformation.functions import FUNCTIONS, GROWING
from taskwall.readers.cloudformation.intrinsics import (
    DEPENDS,
    DEPLOYED,
    MAX_TEXT_LENGTH,
    MAX_TOTAL_CHARACTERS,
    STORED,
    MalformedError,
    MaybeRemoved,
    NodeValue,
    nameless,
    with_null,
    with_place,
)
from taskwall.readers.cloudformation.parameter_values import Parameters
from taskwall.readers.cloudformation.template import STACKS, Declared, Template, given_parameters
from taskwall.source.stack import SourceError

_OWN: Final = frozenset(("AWS::StackId", "AWS::StackName"))
_PSEUDO: Final = _OWN | {
    f"AWS::{name}" for name in ("AccountId", "Partition", "Region", "URLSuffix")
}
_CIRCULAR: Final = "is a condition that depends on itself"


K = TypeVar("K")
T = TypeVar("T")


class Evaluator:
    """Evaluates the nodes of one template, at one place of a deployment."""

    def __init__(
        self,
        template: Template,
        run: DeploymentEvaluation,
        site: StackLocation = TOP,
        above: "Evaluator | None" = None,
        addresses: Lookup[str, str] | None = None,
        own: str = "",
    ) -> None:
        self.template = template
        self.run = run
        self.site = site
        self.above = above
        self.inputs = run.inputs.at(template.unit.file)
        self.scenario = run.scenario
        self.questions = run.questions
        self.lookups: dict[str, tuple[str, dict[str, str]]] = {}
        self._addresses = addresses or {}
        self._own = own or site.prefix
        self.parameters = Parameters(self)
        self._conditions: dict[str, tuple[Known | Unknown, set[str]]] = {}
        self._attributes: dict[tuple[str, str], tuple[Value | None, set[str]]] = {}
        self._outputs: dict[str, tuple[Value, set[str]]] = {}
        self.users_left_out: dict[str, tuple[Lookup[str, tuple[str, ...]], set[str]]] = {}
        """What is remembered of which resources are used by what does not exist."""
        self._making: set[str] = set()
        self.asked: frozenset[str] = frozenset()
        self._below: dict[str, Evaluator | None] = {}
        self._chosen: dict[str, tuple[tuple[str, frozenset[Question]], set[str]]] = {}
        if template.loops is not None:
            from taskwall.readers.cloudformation.loops import expand_loops

            expand_loops(self)

    # What nodes come to

    def value(self, node: Node) -> Value | None:
        """The value of a node; None if it is removed."""
        found = self.outcome(node)
        return with_null(found) if isinstance(found, MaybeRemoved) else found

    def outcome(self, node: Node) -> NodeValue:
        """The value of a node, or that it is, or may be, removed."""
        if isinstance(node, IntrinsicCall):
            return self._function(node)
        if isinstance(node, Mapping):
            return self._mapping(node)
        if isinstance(node, Sequence):
            return self._sequence(node.nodes, node.place)
        return node

    def argument(self, node: Node) -> Value:
        """The value of a node; null if it is removed."""
        found = self.value(node)
        return Known(None, node.place) if found is None else found

    def arguments(
        self, call: IntrinsicCall, least: int, most: int | None = None
    ) -> tuple[Node, ...]:
        """The arguments of a function, which takes a list of so many.

        Raises:
            MalformedError: it has more or fewer.
        """
        nodes = elements(call.argument)
        if not least <= len(nodes) <= (most or least):
            count = f"{least}" if (most or least) == least else f"{least} to {most}"
            raise MalformedError(f"takes a list of {count}")
        return nodes

    def entries(self, node: Node | None) -> tuple[Node, ...]:
        """The elements of a list, or the one thing that stands where a list may."""
        return elements(node) or (() if node is None or isinstance(node, Items) else (node,))

    def _mapping(self, node: Mapping) -> Fields:
        fields: dict[str, Value] = {}
        places = node.places
        rest: Value | None = None
        for key, member in node.fields.items():
            if key.startswith("Fn::"):
                if key.startswith("Fn::ForEach::"):
                    made, spots, rest_ = self._loop(key, member)
                    fields |= made
                    places = {**places, **spots}
                    rest = rest_ or rest
                else:
                    rest = self.macro(key, node.places[key])
                continue
            # What is removed is null, so that a finding can stand where it is written.
            fields[key] = self.argument(member)
        return Fields(fields, places, rest, node.place)

    def _loop(self, key: str, node: Node) -> tuple[dict[str, Value], dict[str, Span], Value | None]:
        """What a loop within a mapping makes: members with their places, or further ones."""
        from taskwall.readers.cloudformation.loops import iterations

        fields: dict[str, Value] = {}
        places: dict[str, Span] = {}
        rest: Value | None = None
        for turn in iterations(self, key, node):
            body = turn.body
            if turn.waits:
                rest = Unknown(turn.waits, place=node.place)
                continue
            found = self.argument(body)
            if isinstance(found, Fields):
                fields |= found.fields
                places |= found.places
                rest = found.rest or rest
        return fields, places, rest

    def _sequence(self, nodes: Iterable[Node], place: Span | None) -> Items:
        items: list[Value] = []
        rest: list[Value] = []
        waits: dict[Need, None] = {}
        for node in nodes:
            found = self.outcome(node)
            if isinstance(found, MaybeRemoved):
                rest.append(found.value)
                waits.update(dict.fromkeys(found.needs))
            elif found is not None:
                items.append(found)
        return Items(tuple(items), tuple(rest), place, tuple(waits))

    def _function(self, call: IntrinsicCall) -> NodeValue:
        if self.run.made > MAX_TOTAL_CHARACTERS and call.name in GROWING:
            return nameless(call.name, "is one of too many to be analysed", call.place)
        work = FUNCTIONS.get(call.name)
        if work is None:
            return nameless(call.name, "is a function that is not known here", call.place)
        try:
            return work(self, call)
        except MalformedError as error:
            message = f"{call.name} {error}"
            self.error(call.place, message)
            return nameless(call.name, str(error), call.place)

    def error(self, place: Span, message: str) -> None:
        """Enter an error, unless a macro may yet make it right."""
        if not self.template.open_names:
            self.run.errors[SourceError(place, message)] = None

    def remembered(self, memo: "dict[K, tuple[T, set[str]]]", key: K, make: Callable[[], T]) -> T:
        """What is made once for a key, with what it asks of the scenario noted each time."""
        asked = self.scenario.asked
        known = memo.get(key)
        if known is None:
            self.scenario.asked = set()
            try:
                known = memo[key] = (make(), self.scenario.asked)
            finally:
                self.scenario.asked = asked
        asked |= known[1]
        return known[0]

    def affords(self, size: int) -> bool:
        """Whether something of this many characters may still be made."""
        self.run.made += size
        return size <= MAX_TEXT_LENGTH and self.run.made <= MAX_TOTAL_CHARACTERS

    def unknown(
        self, name: str, why: str, place: Span | None, waits: tuple[Need, ...] = ()
    ) -> Value:
        """An unknown that goes by a name, unless the user or the scenario says what it is."""
        if (assumed := self.inputs.assumptions.get(name)) is not None:
            return with_place(assumed, place)
        answer = self.scenario.get(name, OTHER)
        if answer != OTHER:
            return Known(answer, place)
        top = self.above is None and name in self.template.parameters and why != STORED
        need = Need(name, why, option="parameters" if top else ASSUME)
        return Unknown(waits or (need,), name, place=place)

    def computed(self, symbol: str, waits: tuple[Need, ...], call: IntrinsicCall) -> Value:
        """What a function gives while its arguments are open; `symbol` is what it is called."""
        waits = tuple(dict.fromkeys(waits)) or (Need(call.name, "is not known"),)
        if symbol:
            return self.unknown(symbol, "", call.place, waits)
        return Unknown(waits, place=call.place)

    def macro(self, name: str, place: Span | None) -> Value:
        """What a macro makes; two of the same name can make different things."""
        if (assumed := self.inputs.assumptions.get(name)) is not None:
            return with_place(assumed, place)
        need = Need(name, "is expanded only at deployment", option=ASSUME)
        return Unknown((need,), place=place)

    # References

    def address(self, name: str) -> str:
        """The address of a resource of this template."""
        return self._addresses.get(name) or f"{self.site.prefix}{name}"

    def symbol_of_condition(self, condition: str) -> str:
        """What a condition of this template is called among those of all."""
        return f"{self._own}{condition}"

    def named(self, name: str, place: Span) -> NodeValue:
        """What `Ref` gives for a name."""
        if name in self.template.parameters:
            return with_place(self.parameters.value(name), place)
        if name in self.template.resources:
            return self._reference(name, "Ref", place)
        if name.startswith("AWS::"):
            if name == "AWS::NoValue":
                return None
            if (supplied := self.inputs.parameters.get(name)) is not None:
                return with_place(supplied, place)
            if name == "AWS::NotificationARNs":
                return Items((), (self.unknown(name, DEPENDS, place),), place)
            if name in _PSEUDO:
                symbol_name = f"{self._own}{name}" if name in _OWN else name
                return self.unknown(symbol_name, DEPENDS, place)
        return self._undeclared(name, place)

    def _undeclared(self, name: str, place: Span) -> Value:
        self.error(place, f"{name} is not declared")
        macro = "is not in the template: a macro may make it"
        return self.unknown(name, macro if self.template.open_names else "is not declared", place)

    def get(self, name: str, attribute: str, place: Span) -> Value:
        """What `Fn::GetAtt` gives."""
        if name not in self.template.resources:
            return self._undeclared(name, place)
        return self._reference(name, attribute, place)

    def _reference(self, name: str, attribute: str, place: Span) -> Value:
        declared = self.template.resources[name]
        condition = declared.condition
        if condition and self._is_false(condition):
            by_answer = self.scenario.is_by_answer(partial(self._is_false, condition))
            if by_answer and not self.run.doubtful:
                self.run.impossible = True  # AWS refuses what refers to nothing.
            return unknown(name, f"does not exist: condition {condition} is false", place)
        address = self.address(name)
        value, why = self._written_attribute(declared, attribute), DEPLOYED
        if value is None:
            value = self.inputs.assumptions.get(f"{address}.{attribute}")
        if value is None and attribute.startswith("Outputs."):
            found = self._handed_up(name, attribute[8:], place)
            if found is not None:  # the very thing, as an output has no identity of its own
                return with_place(found, place)
            if declared.type in STACKS and self.below(name) is None:
                why = OUTSIDE
        if value is None and attribute == "Ref":
            value = self.inputs.assumptions.get(address)
        return Reference(address, attribute, value, place, why)

    @contextmanager
    def _under_way(self, making: str) -> Iterator[None]:
        """While something is worked out that must not rest on itself."""
        self._making.add(making)
        try:
            yield
        finally:
            self._making.discard(making)

    def _is_false(self, condition: str) -> bool:
        found = self.condition(condition)
        return isinstance(found, Known) and found.data is False

    def _written_attribute(self, declared: Declared, attribute: str) -> Value | None:
        """What the template writes for an attribute; None if that is another thing, or nothing."""
        name = references.PROPERTY_OF_ATTRIBUTE.get(declared.type, {}).get(attribute)
        node = members(declared.properties).get(name) if name else None
        if node is None:
            return None
        key = (declared.name, attribute)
        making = f"{declared.name}.{attribute}"
        if making in self._making:  # attributes that rest on each other
            return None

        def made() -> Value | None:
            with self._under_way(making):
                found = self.value(node)
            scalar = isinstance(found, Known | Text | Reference | Unknown)
            null = isinstance(found, Known) and found.data is None
            return found if scalar and not null else None

        return self.remembered(self._attributes, key, made)

    # Nested stacks, and what stacks hand to each other

    def below(self, name: str) -> "Evaluator | None":
        """The template of a nested stack; None if that is not in the sources."""
        candidates = self.run.nested.get(self.template.unit.file, {}).get(name, {})
        if not candidates:
            return None
        declared = self.template.resources[name]
        template = candidates.get("") or candidates.get(self._address(declared))
        if template is None:
            return None
        if name not in self._below:
            outer, self.scenario.asked = self.scenario.asked, set(self.asked)
            if "" not in candidates:
                self._address(declared)  # What its template hangs on, all in it hangs on.
            address = self.address(name)
            called_from = (*self.site.called_from, ModuleCall(address, declared.header))
            path = f"{self.site.path}{name}/"
            maybe = tuple(dict.fromkeys((*self.site.maybe, *self.maybe(declared))))
            site = StackLocation(
                path, f"{address}/", called_from, maybe, given_parameters(declared)
            )
            made = self._below[name] = Evaluator(template, self.run, site, self)
            made.asked |= self.scenario.asked
            self.scenario.asked = outer
        return self._below[name]

    def _address(self, declared: Declared) -> str:
        """The address of a nested stack's template, which inputs choose; "" while it is open."""

        def made() -> tuple[str, frozenset[Question]]:
            before = set(self.questions)
            self.questions.clear()
            try:
                return address_of(self, declared), frozenset(self.questions)
            finally:
                self.questions.update(before)

        address, questions = self.remembered(self._chosen, declared.name, made)
        self.questions |= questions
        return address

    def maybe(self, declared: Declared) -> tuple[Need, ...]:
        """What the existence of a resource waits for, beside that of its stack."""
        if declared.condition:
            truth = self.condition(declared.condition, declared.header)
            if isinstance(truth, Unknown):
                self.questions |= truth.asks
                return (*truth.needs, *declared.waits)
        return declared.waits

    def all_below(self) -> "Iterator[Evaluator]":
        """Itself and the templates of all nested stacks that may exist."""
        yield self
        for name in self.run.nested.get(self.template.unit.file, {}):
            declared = self.template.resources.get(name)
            if declared is None or (declared.condition and self._is_false(declared.condition)):
                continue
            below = self.below(name)
            if below is not None:
                yield from below.all_below()

    def _handed_up(self, name: str, output: str, place: Span) -> Value | None:
        below = self.below(name)
        if below is None:
            return None
        if output not in below.template.outputs:
            if not below.template.open_names:
                self.error(place, f"{name} has no output {output}")
            return None
        return below.output(output, place)

    def output(self, name: str, place: Span) -> Value | None:
        """The value of an output, for whoever refers to it from `place`."""
        making = f"Outputs.{name}"
        if making in self._making:
            self.error(
                place, f"output {name} of {_short(self.template.unit.file)} depends on itself"
            )
            return None

        def made() -> Value:
            with self._under_way(making):
                node = members(self.template.outputs.get(name)).get("Value")
                found = None if node is None else self.value(node)
            return found or nameless(f"output {name}", "has no value", place)

        return self.remembered(self._outputs, name, made)

    def lacks_output(self, name: str) -> bool:
        """Whether there is no such output, since its condition is false."""
        condition = literal_text(members(self.template.outputs.get(name)).get("Condition"))
        holds = None if condition is None else self.condition(condition)
        return isinstance(holds, Known) and not holds.data

    def written(self, name: str, key: str, place: Span) -> Value | None:
        """The value of a property of a resource, for another template."""
        making = f"Resources.{name}.{key}"
        if making in self._making:
            return None

        def made() -> Value:
            with self._under_way(making):
                node = members(self.template.resources[name].properties).get(key)
                found = None if node is None else self.value(node)
            return found or nameless(f"{key} of {name}", "has no value", place)

        return self.remembered(self._outputs, making, made)

    # Conditions

    def condition_of(self, node: Node) -> Known | Unknown:
        """Whether a condition holds that is named, or written out."""
        name = literal_text(node)
        return self.condition(name, node.place) if name is not None else self.truth(node)

    def condition(self, name: str, place: Span | None = None) -> Known | Unknown:
        """Whether a declared condition holds; where it is open, with what it asks."""
        making = f"Conditions.{name}"
        if making in self._making:
            return unknown(name, _CIRCULAR, place)
        node = self.template.conditions.get(name)
        if node is None:
            if place is not None and not self.template.open_names:
                self.error(place, f"condition {name} is not declared")
            return unknown(name, "is not a declared condition", place)

        def made() -> Known | Unknown:
            with self._under_way(making):
                found = self.truth(node)
            if isinstance(found, Known) or found.asks or name in self.template.parameters:
                return found
            if any(need.why == _CIRCULAR for need in found.needs):
                return found
            # What it hangs on has no name: it goes by its own.
            asked = Question(self.symbol_of_condition(name), True)
            if asked.operand in self.scenario:
                return Known(self.scenario[asked.operand] is True, node.place)
            return Unknown(found.needs, asks=frozenset((asked,)), place=node.place)

        return self.remembered(self._conditions, name, made)

    def truth(self, node: Node) -> Known | Unknown:
        """Whether what is written as a condition holds."""
        if isinstance(node, Mapping | Fields):
            name = literal_text(node.fields.get("Condition"))
            if name is not None and len(node.fields) == 1:
                return self.condition(name, node.place)
        self.run.deciding += 1
        try:
            found = self.value(node)
        finally:
            self.run.deciding -= 1
        value = dereferenced(found)
        word = spelled(value.data) if isinstance(value, Known) else None
        if word in ("true", "false"):
            return Known(word == "true", node.place)
        if isinstance(value, Unknown):
            return value
        waits = () if found is None else needs(found)
        if not waits and node.place is not None:
            self.error(node.place, "this is not a condition")
        return Unknown(waits or (Need("a condition", "is not a condition"),), place=node.place)


def _short(file: str) -> str:
    return file.replace("\\", "/").rpartition("/")[2]
