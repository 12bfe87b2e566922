"""Parameters of a template: what each is, given what the user, the stack above and defaults say."""

import re
from collections.abc import Collection, Iterator, Sequence
from collections.abc import Mapping as Lookup
from typing import Final

from msgspec.structs import replace

from taskwall.core.values import (
    ASSUME,
    NO_DEFAULT,
    OTHER,
    Items,
    Known,
    Need,
    OneOf,
    Question,
    Reference,
    Scalar,
    Span,
    Text,
    Unknown,
    Value,
    dereferenced,
    spelled,
)
from taskwall.readers.cloudformation import conditions, imports, lists, texts
from taskwall.readers.cloudformation.deployment import TemplateContext
from taskwall.readers.cloudformation.document import (
    IntrinsicCall,
    Node,
    elements,
    literal_text,
    members,
)
from taskwall.readers.cloudformation.intrinsics import STORED, default_literal, is_empty, nameless
from taskwall.readers.cloudformation.template import FURTHER

# Compiled by its first use: few templates need it.
_EXISTING: Final = (
    r"(?i)vpc|subnet|cluster|security_?group|sg(?:s|id|ids)?$|load_?balancer|listener"
    r"|target_?group|^[an]lb|stack(?:_?name)?$"
)
"""What names something beside the template: a stack, too, of which imports take the exports."""

_ONE: Final = ("Ref", "Arn", "GroupId", "SubnetId", "VpcId", "DefaultSecurityGroup")
"""The attributes that name one thing: a list of them has one element."""


_STORED: Final = "AWS::SSM::Parameter::Value<"
"""How the types of parameters begin whose values are in Parameter Store."""


class Parameters:
    """The parameters of one template, at one place of a deployment.

    `secrets` are the values of those that are never shown, by the names of the unknowns that stand
    for them.
    """

    def __init__(self, evaluator: TemplateContext) -> None:
        self.secrets: dict[str, Known] = {}
        self._evaluator = evaluator
        self._known: dict[tuple[str, bool], tuple[Value, set[str]]] = {}
        self._defaults: dict[str, Known | None] = {}
        self._making: set[str] = set()
        self._refusals: dict[str, tuple[frozenset[str], set[str]]] = {}
        self._asserting = False

    def value(self, name: str) -> Value:
        """The value of a declared parameter."""
        if (freed := self._freed(name)) is not None:
            return freed
        # What is passed from above may differ where something is decided.
        key = (name, self._evaluator.inputs.explore_defaults and self._evaluator.run.deciding > 0)
        found = self._evaluator.remembered(self._known, key, lambda: self._once(name))
        run = self._evaluator.run
        return found if run.deciding or run.importing else self._as_imports_say(name, found)

    def _as_imports_say(self, name: str, found: Value) -> Value:
        """A parameter that holds the name of another stack, or is an input of one, as that."""
        place = found.place or self._evaluator.template.place
        said = imports.stack_named(self._evaluator, name, place)
        if said is None and isinstance(found, Unknown):
            said = imports.same_input(self._evaluator, name, place)
        if isinstance(found, Unknown) and isinstance(said, Unknown):
            # The user gives it by its own name.
            return replace(found, symbol=said.symbol, root=said.root)
        return said or found

    def _once(self, name: str) -> Value:
        symbol_name = f"{self._evaluator.site.prefix}{name}"
        if name in self._making:
            return nameless(symbol_name, "depends on itself", None)
        self._making.add(name)
        try:
            return self._parameter(name, symbol_name)
        finally:
            self._making.discard(name)

    def _freed(self, name: str) -> Value | None:
        """What a parameter is while its default is only one of its answers; None if it holds."""
        if name not in self._defaults:
            self._defaults[name] = self.free_default(name)
        default = self._defaults[name]
        if default is None:
            return None
        answer = self._evaluator.scenario.get(name)
        if name not in self._evaluator.scenario:
            explores = self._evaluator.inputs.explore_defaults and self._evaluator.run.deciding
            if not (explores or name in self._refused()):
                return None
        elif answer != OTHER:
            return None if answer == spelled(default.data) else Known(answer, default.place)
        need = Need(name, "may be given a value other than its default", option="parameters")
        return Unknown((need,), name, place=default.place)

    def _refused(self) -> Collection[str]:
        """The parameters whose defaults the section Rules refuses under the scenario."""
        run = self._evaluator
        if not run.template.rules or self._asserting:
            return ()

        def refused() -> frozenset[str]:
            self._asserting = True
            try:
                return frozenset(conditions.refused_defaults(run, run.template.rules))
            finally:
                self._asserting = False

        return run.remembered(self._refusals, "", refused)

    def free_default(self, name: str) -> Known | None:
        """The default of a parameter that may be given another value; None if there is none."""
        fields = members(self._evaluator.template.parameters.get(name))
        kind = literal_text(fields.get("Type")) or "String"
        if (
            kind not in ("String", "Number")
            or _is_hidden(fields)
            or self._evaluator.above is not None
        ):
            return None  # to a nested stack nobody gives anything but the stack above
        if name in self._evaluator.inputs.parameters or name in self._evaluator.inputs.assumptions:
            return None
        default = default_literal(fields.get("Default"))
        return None if is_empty(default) and _names_existing(name, kind) else default

    def is_empty_name(self, name: str) -> bool:
        """Whether a parameter is to name what exists beside the template, and is empty so far."""
        fields = members(self._evaluator.template.parameters.get(name))
        kind = literal_text(fields.get("Type")) or "String"
        return is_empty(default_literal(fields.get("Default"))) and _names_existing(name, kind)

    def other_values(self, name: str, default: Known) -> tuple[Scalar, ...]:
        """The values that the template names for a parameter beside its default.

        They are those that it is limited to, or else those that conditions compare it with; of one
        that is compared with its default alone, or is empty, any other is one.
        """
        own = spelled(default.data)
        named = self.allowed(name)
        if named is None:
            compared = self._evaluator.template.conditions.values()
            named = tuple(text for node in compared for text in _compared(node, name))
        others = tuple(text for text in dict.fromkeys(named) if text != own)
        return others or ((OTHER,) if own in named or own == "" else ())

    def at_default(self, node: Node) -> list[str]:
        """The parameters that an assertion refers to whose default counts."""
        evaluator = self._evaluator
        return [
            name
            for name in dict.fromkeys(_referred(node))
            if "Default" in members(evaluator.template.parameters.get(name))
            and evaluator.above is None
            and name not in evaluator.scenario
            and name not in evaluator.inputs.parameters
            and name not in evaluator.inputs.assumptions
        ]

    def asks(self, question: Question) -> frozenset[Question]:
        """A question, with the default that its operand has if nothing else is given."""
        if self._evaluator.inputs.explore_defaults:
            top: TemplateContext = self._evaluator
            while top.above is not None:
                top = top.above
            default = top.parameters.free_default(question.operand)
            if default is not None:
                return frozenset((question, Question(question.operand, spelled(default.data))))
        return frozenset((question,))

    def allowed(self, operand: str) -> tuple[str, ...] | None:
        """The values that a parameter is limited to; None if it is not, or is no parameter."""
        name = operand.removeprefix(self._evaluator.site.prefix)
        fields = members(self._evaluator.template.parameters.get(name))
        if "AllowedValues" not in fields or f"{self._evaluator.site.prefix}{name}" != operand:
            return None
        if (literal_text(fields.get("Type")) or "").startswith(_STORED):
            return None  # these are keys
        found = [
            spelled(item.data)
            for item in elements(fields["AllowedValues"])
            if isinstance(item, Known)
        ]
        return tuple(text for text in found if text is not None)

    def _parameter(self, name: str, symbol: str) -> Value:
        node = self._evaluator.template.parameters[name]
        fields = members(node)
        kind = literal_text(fields.get("Type")) or "String"
        place = node.place
        stored = kind.startswith(_STORED)
        if stored:
            kind = kind.removeprefix(_STORED).removesuffix(">")
        several = kind == "CommaDelimitedList" or kind.startswith("List<")
        given = self._evaluator.inputs.assumptions.get(symbol)
        supplied = self._evaluator.inputs.parameters.get(symbol)
        if not stored and supplied is not None:
            given = supplied  # of a stored one this, like the default, is only the key
        if given is None and not stored and self._evaluator.above is not None:
            given = self._handed_down(name, symbol, place)
        if given is None and stored:
            key = supplied if supplied is not None else default_literal(fields.get("Default"))
            known = key is not None and not is_empty(key)
            given = imports.stored(self._evaluator, key, symbol, place) if key and known else None
        if given is None:
            given = imports.tied_output(self._evaluator, name, symbol, place)
        default = None if stored or given is not None else default_literal(fields.get("Default"))
        if isinstance(given, Known):
            given = texts.dynamic(self._evaluator, given)
        if _is_hidden(fields):
            secret = given if given is not None else default
            if isinstance(secret, Known):
                self.secrets[symbol] = secret
            return Unknown((Need(symbol, "is a secret (NoEcho)"),), symbol, place=place)
        if default is not None and is_empty(default) and _names_existing(name, kind):
            given = self._evaluator.unknown(symbol, "is empty by default", place)
            if isinstance(given, Known) and is_empty(given):
                # Conditions hold by it, but as an id it is for somebody to give.
                option = "parameters" if self._evaluator.above is None else ASSUME
                need = Need(symbol, "is empty by default", option=option)
                given = Unknown((need,), symbol, place=place)
        elif default is not None:
            given = texts.dynamic(self._evaluator, default)
        elif given is None:
            why = STORED if stored else NO_DEFAULT
            given = self._evaluator.unknown(symbol, why, place)
            if type(given) is Unknown and (allowed := self.allowed(symbol)):
                given = OneOf(given.needs, symbol, given.asks, given.place, answers=allowed)
        return self._listed(given, place) if several else given

    def _listed(self, given: Value, place: Span | None) -> Items:
        """The value of a list parameter."""
        found = dereferenced(given)
        if isinstance(found, Items):
            return found
        if isinstance(found, Reference) and found.attribute in _ONE:
            return Items((given,), (), given.place)
        cut = lists.pieces(self._evaluator, found, ",") if isinstance(found, Known | Text) else None
        if cut is None:
            return Items((), (given,), place)
        items = [
            Known((spelled(item.data) or "").strip(), given.place)
            if isinstance(item, Known)
            else item
            for item in cut.items
        ]
        if len(items) == 1 and is_empty(items[0]):
            items = []
        return Items(tuple(items), cut.rest, given.place)

    def _handed_down(self, name: str, symbol: str, place: Span | None) -> Value | None:
        """What the stack above passes for a parameter; None if it leaves it to the default."""
        if self._evaluator.above is None:
            return None
        given = self._evaluator.site.given
        node = None if given is None else given.get(name)
        if given is None or (node is None and FURTHER in given):
            return self._evaluator.unknown(symbol, "is passed by the parent stack", place)
        found = None if node is None else self._evaluator.above.value(node)
        return found if not isinstance(found, Known) or found.data is not None else None


def _compared(node: Node, name: str) -> Iterator[str]:
    """The texts that a condition compares a parameter with."""
    sides = _arguments(node)
    if isinstance(node, IntrinsicCall) and node.name == "Fn::Equals" and len(sides) == 2:
        for one, other in (sides, sides[::-1]):
            text = literal_text(other)
            if isinstance(one, IntrinsicCall) and one.name == "Ref" and text is not None:
                yield from [text] if literal_text(one.argument) == name else ()
    for part in sides:
        yield from _compared(part, name)


def _referred(node: Node) -> Iterator[str]:
    """The names that a condition refers to."""
    if isinstance(node, IntrinsicCall) and node.name == "Ref":
        yield literal_text(node.argument) or ""
    for part in _arguments(node):
        yield from _referred(part)


def _arguments(node: Node) -> Sequence[Node]:
    return elements(node.argument if isinstance(node, IntrinsicCall) else node)


def _is_hidden(fields: Lookup[str, Node]) -> bool:
    hidden = fields.get("NoEcho")
    return isinstance(hidden, Known) and spelled(hidden.data) != "false"


def _names_existing(name: str, kind: str) -> bool:
    """Whether a parameter names something that exists beside the template."""
    return "AWS::" in kind or re.search(_EXISTING, name) is not None
