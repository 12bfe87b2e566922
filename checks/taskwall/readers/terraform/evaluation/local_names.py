"""Local values that variables leave open, as questions that go by the name of the local."""

from msgspec.structs import replace

from taskwall.core.conditions import length_name
from taskwall.core.values import (
    Fields,
    Items,
    Known,
    Need,
    Question,
    Reference,
    Unknown,
    Value,
    dereferenced,
)
from taskwall.readers.terraform.evaluation.context import RunContext
from taskwall.readers.terraform.syntax.tree import Binary, Expression, FunctionCall, Unary
from taskwall.readers.terraform.values.conditions import Amount, asked, presence
from taskwall.readers.terraform.values.values import (
    Emptied,
    EmptiedMap,
    JsonFields,
    JsonItems,
    Open,
    doubts,
    entries,
    possible,
)


def named(value: Value, written: Expression, name: str, run: RunContext) -> Value:
    """A local value that variables leave open, under its name.

    Where nothing that it is made of says which question decides it (`length([for ... if ...]) > 0`,
    a filtered list), it is a question itself: whether `local.create` is true, or `local.services`
    is empty. Texts are left as they are: what they name may be in the sources.
    """
    found = dereferenced(value)
    if type(found) is Amount and not found.symbol and found.positive is None:
        return replace(found, symbol=name) if _left_to_variables(found.needs) else value
    if type(found) is Unknown and not found.symbol and not found.asks and _is_condition(written):
        open_ = _left_to_variables(found.needs)
        return asked(Question(name, True), found.needs, run.effects) if open_ else value
    if not isinstance(found, Items | Fields) or isinstance(found, JsonItems | JsonFields):
        return value
    if any(True for _ in entries(found)):
        return value
    waits, further = doubts(found), possible(found)
    if not further or any(need.asks for need in waits) or not _left_to_variables(waits):
        return value
    filled = asked(Question(length_name(name), 0, above=True), waits, run.effects)
    there = () if isinstance(filled, Unknown) or not filled.data else further[:1]
    if there and _is_one_of_many(there[0]):
        # Which of them it is differs from one filter to the next (public subnets, private ones).
        there = (Unknown(waits, f"{name}[*]"),)
    if isinstance(filled, Known) and not there:
        return Emptied(()) if isinstance(found, Items) else EmptiedMap({})
    waits = waits if there else presence(waits, filled)
    if isinstance(found, Items):
        return replace(found, items=there, needs=waits)
    members = tuple((Unknown(waits), one) for one in there)
    return Open({}, {}, found.rest, found.place, waits, members)


def _is_one_of_many(value: Value) -> bool:
    """Whether a value is of an instance that stands for all those of which no key is known."""
    return isinstance(value, Reference) and value.resource.endswith("[*]")


_CONDITIONS = frozenset({
    "alltrue", "anytrue", "can", "contains", "endswith", "startswith", "strcontains",
})  # fmt: skip
"""Functions whose result is a truth value."""


def _is_condition(node: Expression) -> bool:
    """Whether an expression can be nothing but a truth value, by its form."""
    if isinstance(node, Binary):
        return node.operator not in "+-*/%"
    if isinstance(node, FunctionCall):
        return node.name in _CONDITIONS
    return isinstance(node, Unary) and node.operator == "!"


def _left_to_variables(waits: tuple[Need, ...]) -> bool:
    return bool(waits) and all(need.option == "var" for need in waits)
