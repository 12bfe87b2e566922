"""Whether two policy documents say the same, in whatever order and grouping they say it."""

from collections.abc import Iterator
from itertools import product
from math import prod

from msgspec import Struct

from taskwall.core.truths import Tristate, all_true, any_true
from taskwall.core.values import Known, Value, dereferenced, same, spelled, stands_for_many, symbol
from taskwall.model.entities.iam_policy import (
    Condition,
    PolicyDocument,
    Statement,
    Words,
)

_MOST = 400
"""A statement of more combinations than this is compared as it stands."""


class _Atom(Struct, frozen=True):
    statement: Statement
    principals: Words
    actions: Words
    resources: Words


def one_argument(one: Value | None, other: Value | None) -> bool:
    """Whether two attributes certainly hold the same policy, or none, whatever is in it."""
    if one is None or other is None or stands_for_many(symbol(one)):
        return False
    return same(one, other) is True


def same_documents(one: PolicyDocument, other: PolicyDocument) -> Tristate:
    """Whether two documents say the same, in whatever order and grouping they say it.

    Of what is not all known nothing is certain, also where both wait for the same input: they may
    take different parts of it.
    """
    a, b = _atoms(one), _atoms(other)
    left = {key: atom for key, atom in a.items() if key not in b}
    right = {key: atom for key, atom in b.items() if key not in a}
    if one.open or other.open:
        return None
    pairs = [
        all_true(any_true(_same(x, y) for y in there) for x in here)
        for here, there in ((left.values(), b.values()), (right.values(), a.values()))
    ]
    return all_true(pairs)


def _atoms(policy: PolicyDocument) -> dict[object, _Atom]:
    found: dict[object, _Atom] = {}
    for statement in policy.statements:
        words = (statement.principals, statement.actions, statement.resources)
        many = prod(max(len(part.patterns), 1) for part in words) > _MOST
        split = [[part] if many else list(_split(part)) for part in words]
        for principals, actions, resources in product(*split):
            atom = _Atom(statement, principals, actions, resources)
            found[_key(atom)] = atom
    return found


def _split(words: Words) -> Iterator[Words]:
    if words.negated or words.open or not words.patterns:
        yield words
        return
    for pattern in words.patterns:
        yield Words((pattern,))


def _key(atom: _Atom) -> object:
    """By what an atom equals another one for certain."""
    statement = atom.statement
    if statement.open or not statement.sure or statement.allows is None:
        return id(atom)
    conditions = frozenset(
        (c.operator, c.key, c.lenient, _names(c.values, fold=False) or id(c))
        for c in statement.conditions
    )
    words = (
        _names(atom.principals, fold=False),
        _names(atom.actions, fold=True),
        _names(atom.resources, fold=False),
    )
    return (statement.allows, *words, conditions) if all(words) else id(atom)


def _names(words: Words, *, fold: bool) -> object:
    names = []
    for pattern in words.patterns:
        value = dereferenced(pattern)
        known = spelled(value.data) if isinstance(value, Known) else None
        name = known if known is not None else symbol(pattern) and f"\x03{symbol(pattern)}"
        if not name:
            return None
        names.append(name.lower() if fold else name)
    if words.open and not names:
        return None
    return words.negated, words.open, frozenset(names), "words"


def _same(one: _Atom, other: _Atom) -> Tristate:
    a, b = one.statement, other.statement
    if a.open or b.open or not (a.sure and b.sure) or None in (a.allows, b.allows):
        return None
    return all_true(
        (
            a.allows == b.allows,
            _same_words(one.principals, other.principals),
            _same_words(one.actions, other.actions),
            _same_words(one.resources, other.resources),
            _same_conditions(a.conditions, b.conditions),
        )
    )


def _same_words(one: Words, other: Words) -> Tristate:
    if one.open or other.open:
        return None if one.negated == other.negated else False
    if one.negated != other.negated:
        return False
    return all_true(
        any_true(same(_folded(x), _folded(y)) for y in there.patterns)
        for here, there in ((one, other), (other, one))
        for x in here.patterns
    )


def _folded(value: Value) -> Value:
    value_ = dereferenced(value)
    if isinstance(value_, Known) and isinstance(value_.data, str) and value_.data[:4] != "arn:":
        return Known(value_.data.lower())
    return value


def _same_conditions(one: tuple[Condition, ...], other: tuple[Condition, ...]) -> Tristate:
    def alike(x: Condition, y: Condition) -> Tristate:
        if (x.operator, x.key, x.lenient) != (y.operator, y.key, y.lenient):
            return False
        return _same_words(x.values, y.values)

    return all_true(
        any_true(alike(x, y) for y in there)
        for here, there in ((one, other), (other, one))
        for x in here
    )
