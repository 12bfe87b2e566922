"""What Terraform tells apart among lists and maps, and what an expression that fails raises.

All are values in the sense of `taskwall.core.values`; only the evaluation looks at the difference.
"""

from collections.abc import Iterable, Iterator, Sequence

from msgspec.structs import replace

from taskwall.core.alternatives import either
from taskwall.core.values import (
    Fields,
    Items,
    Known,
    Need,
    Question,
    Reference,
    Span,
    Text,
    Unknown,
    Value,
    conditional,
    dereferenced,
    needs,
    same,
    spelled,
    stands_for_many,
    symbol,
    text,
    unconditional,
)
from taskwall.readers.terraform.values.conditions import choice_of


class Set(Items, frozen=True):
    """A set: a loop over it gives each element as its own key."""


class Open(Fields, frozen=True):
    """A map of which `needs` says what the presence of its further members waits for.

    `members` certainly are there, under keys that are not known; what they can be is part of `rest`
    as well. `closed` is whether there is nothing beyond them.
    """

    needs: tuple[Need, ...] = ()
    members: tuple[tuple[Value, Value], ...] = ()
    closed: bool = False


class OtherKey(Unknown, frozen=True):
    """The key of a further member of a map of which the keys `than` are known: none of these."""

    than: frozenset[str] = frozenset()


class Emptied(Items, frozen=True):
    """A list that is empty under the scenario: a deployment that reads from it is impossible."""


class EmptiedMap(Fields, frozen=True):
    """A map that is empty under the scenario, as a list is that is `Emptied`."""


class JsonItems(Items, frozen=True):
    """What `jsonencode` makes of a list: the list itself, so that its places are not lost."""


class JsonFields(Fields, frozen=True):
    """What `jsonencode` makes of a map or object."""


class Base64Text(Text, frozen=True):
    """What `base64encode` makes of a text known in part: the text itself, not encoded."""


class FailedError(Exception):
    """An expression that Terraform would refuse to evaluate; `try` and `can` catch it."""

    def __init__(
        self, name: str, why: str, located: bool = False, *, impossible: bool = False
    ) -> None:
        super().__init__(f"{name} {why}")
        self.need = Need(name, why)
        self.impossible = impossible
        """Whether it fails since something is empty of which the scenario says so."""
        self.located = located
        """Whether `name` is an expression as it stands in the source."""


def waiting(*values: Value, place: Span | None = None) -> Unknown:
    """An unknown that waits for whatever the given values wait for.

    A map waits also for the keys that its members have.
    """
    found: dict[Need, None] = {}
    for value in values:
        found.update(dict.fromkeys(needs(value)))
        if isinstance(whole := dereferenced(value), Open):
            for key, _ in whole.members:
                found.update(dict.fromkeys(needs(key)))
            found.update(dict.fromkeys(map(unconditional, whole.needs)))
    return Unknown(tuple(found), place=place)


def doubts(*values: Items | Fields) -> tuple[Need, ...]:
    """What the presence of the members waits for that collections may hold.

    Of several collections it cannot be said when.
    """
    found: dict[Need, None] = {}
    for value in values:
        if isinstance(value, Items | Open):
            found.update(dict.fromkeys(value.needs))
    return one_condition(found)


def one_condition(waits: Iterable[Need]) -> tuple[Need, ...]:
    """Needs of a presence; where they are of different conditions it cannot be said when."""
    found = tuple(dict.fromkeys(waits))
    return found if len({(need.when, need.asks) for need in found}) < 2 else unsaid(found)


def unsaid(waits: Iterable[Need]) -> tuple[Need, ...]:
    """Needs of a presence of which it cannot be said when: only what would decide it."""
    found = tuple(waits)
    asks = frozenset[Question]().union(*(need.asks for need in found))
    return tuple(dict.fromkeys(conditional(found, "", asks)))


def with_place(value: Value, place: Span) -> Value:
    """The same value at another place; what is inside it stays where it is."""
    return replace(value, place=place)


def is_open(value: Value) -> bool:
    """Whether nothing at all is known of a value."""
    return isinstance(dereferenced(value), Unknown | Reference)


def is_null(value: Value) -> bool:
    """Whether a value is certainly null."""
    return isinstance(value, Known) and value.data is None


def is_whole(value: Value) -> bool:
    """Whether a value is known in all its parts."""
    value = dereferenced(value)
    if isinstance(value, Known):
        return True
    if isinstance(value, Items):
        return not value.rest and all(map(is_whole, value.items))
    if isinstance(value, Fields):
        return value.rest is None and all(map(is_whole, value.fields.values()))
    return False


def distinct(values: Iterable[Value]) -> tuple[Value, ...]:
    """The values without those that are certainly equal to an earlier one."""
    seen: dict[object, Value] = {}
    for value in values:
        seen.setdefault(identity(value), value)
    return tuple(seen.values())


def identity(value: Value) -> object:
    """Something hashable that is equal for values that are certainly equal."""
    found = dereferenced(value)
    value = value if isinstance(value, Reference) and not isinstance(found, Known) else found
    if isinstance(value, Known):
        data = value.data
        return (type(data) is bool, isinstance(data, str), data)
    if isinstance(value, Reference):
        return ("reference", value.symbol)
    if isinstance(value, Unknown):
        return ("unknown", value.symbol) if value.symbol else id(value)
    if isinstance(value, Text):
        return (
            "text",
            tuple(p if isinstance(p, str) else identity(p) for p in value.parts),
        )
    if isinstance(value, Items):
        return (
            "items",
            tuple(map(identity, value.items)),
            id(value) if value.rest else None,
        )
    return (
        "fields",
        tuple((key, identity(value.fields[key])) for key in sorted(value.fields)),
        None if value.rest is None else id(value),
    )


def json_text(value: Value) -> str:
    """A value, known in all its parts, as `jsonencode` writes it.

    Raises:
        LookupError: some part of it is not known.
    """
    import json

    found = json.dumps(as_json(value), ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return found.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def as_json(value: Value, inner: bool = False) -> object:
    """A known value as plain data; JSON within it is a text, at the top it is its structure.

    Raises:
        LookupError: some part of it is not known.
    """
    value = dereferenced(value)
    if inner and isinstance(value, JsonItems | JsonFields):
        return json_text(value)
    if isinstance(value, Known):
        data = value.data
        return int(data) if isinstance(data, float) and data.is_integer() else data
    if isinstance(value, Items) and not value.rest:
        return [as_json(item, True) for item in value.items]
    if isinstance(value, Fields) and value.rest is None:
        return {key: as_json(item, True) for key, item in value.fields.items()}
    raise LookupError("not known")


def as_text(value: Value) -> Value:
    """A value where a text is wanted: numbers, truth values and JSON become their text.

    Raises:
        FailedError: a list or map is no text.
    """
    found = dereferenced(value)
    if isinstance(found, Known):
        if isinstance(found.data, str) or found.data is None:
            return value if found.data is None else found
        return Known(spelled(found.data), found.place)
    if isinstance(found, JsonItems | JsonFields):
        if weight(found, {}) > HEAVIEST:
            raise FailedError("a list or map", "is too large for a string")
        return Known(json_text(found), found.place) if is_whole(found) else found
    if isinstance(found, Items | Fields):
        raise FailedError("a list or map", "is not a string")
    return value


def member(map_: Fields, key: str) -> Value | None:
    """The value of a key; None if it certainly is not there.

    What a map may hold tells no value of a certain key: that may be absent too.
    """
    found = map_.fields.get(key)
    if found is not None or map_.rest is None:
        return found
    if isinstance(map_.rest, Unknown | Reference):
        return map_.rest
    waits = (*doubts(map_), *needs(map_.rest)) or (Need(f'the key "{key}"', "may not exist"),)
    return Unknown(tuple(dict.fromkeys(waits)))


MAX_TEXT_LENGTH = 4_000_000
"""A text longer than this is not put together."""

MAX_TEXT_PARTS = 1000
"""A text known in part with more pieces than this is as good as unknown."""


def concatenate(parts: "list[str | Value]", place: Span | None = None) -> Value:
    """Parts as one text, if it does not grow beyond measure.

    Raises:
        FailedError: it is too long.
    """
    size = pieces = 0
    for part in parts:
        value = part if isinstance(part, str) else dereferenced(part)
        if isinstance(value, str):
            size += len(value)
        elif isinstance(value, Known):
            size += len(value.data) if isinstance(value.data, str) else 1
        elif isinstance(value, Text):
            pieces += len(value.parts)
            size += sum(len(piece) for piece in value.parts if isinstance(piece, str))
    if size > MAX_TEXT_LENGTH:
        raise FailedError("a string", f"is longer than {MAX_TEXT_LENGTH} characters")
    if pieces > MAX_TEXT_PARTS:
        return waiting(*(part for part in parts if not isinstance(part, str)), place=place)
    return text(parts, place)


def alternatives(
    one: Value, other: Value, waits_for: tuple[Need, ...], test: Unknown | None = None
) -> Value:
    """What is known of a value that is `one` or `other`; the one if a `test` comes out, if given.

    A key that only one of two maps has may be absent: it counts among what the map may hold.
    """
    a, b = dereferenced(one), dereferenced(other)
    if not (isinstance(a, Fields) and isinstance(b, Fields)) or same(one, other):
        found = either(one, other, waits_for)
        if test is not None and type(found) is Unknown and breadth(a) + breadth(b) <= LARGE:
            return choice_of(test, one, other, found.needs)
        return found
    fields: dict[str, Value] = {}
    rest: Value | None = None
    for key in (*a.fields, *(key for key in b.fields if key not in a.fields)):
        if key in a.fields and key in b.fields:
            fields[key] = alternatives(a.fields[key], b.fields[key], waits_for, test)
        else:
            rest = _joined(rest, a.fields.get(key) or b.fields[key], waits_for)
    for possible_ in (a.rest, b.rest):
        if possible_ is not None:
            rest = _joined(rest, possible_, waits_for)
    places = {**b.places, **a.places}
    if rest is None:
        return Fields(fields, places, place=a.place)
    return Open(fields, places, rest, a.place, tuple(dict.fromkeys((*waits_for, *doubts(a, b)))))


def _joined(rest: Value | None, value: Value, waits_for: tuple[Need, ...]) -> Value:
    return value if rest is None else alternatives(rest, value, waits_for)


def are_apart(members: Sequence[tuple[Value, Value]]) -> bool:
    """Whether no two of some members of a map can have the same key, of those that have a name."""
    names = [symbol(key) for key, _ in members]
    differ = len(set(names)) == len(names)
    return differ and all(names) and not any(map(stands_for_many, names))


class FurtherMembers:
    """The members of a map in the making whose keys are not known."""

    def __init__(self) -> None:
        self._rest: Value | None = None
        self._members: list[tuple[Value, Value]] = []
        self._names: set[str] = set()
        self._closed = True

    def add(
        self, key: Value, value: Value, waits_for: tuple[Need, ...], *, certain: bool = True
    ) -> None:
        """Add a member, which may not be there if it is not certain."""
        name = symbol(key)
        if certain and name not in self._names:
            self._members.append((key, value))
        else:
            self._closed = False  # of two with the same key there is one, if any
        if name:
            self._names.add(name)
        self._rest = value if self._rest is None else alternatives(self._rest, value, waits_for)

    def beside(
        self,
        fields: dict[str, Value],
        places: dict[str, Span],
        place: Span | None,
        waits_for: tuple[Need, ...],
    ) -> Fields:
        """The map of these, and of members whose keys are known."""
        if self._rest is None:
            return Fields(fields, places, place=place)
        members, waits = tuple(self._members), () if self._closed else waits_for
        return Open(fields, places, self._rest, place, waits, members, self._closed)


def is_emptied(value: Value) -> bool:
    """Whether a collection is empty under the scenario only: nothing can be read from it."""
    return isinstance(value, Emptied | EmptiedMap)


def entries(value: Items | Fields) -> Iterator[tuple[Value, Value]]:
    """The certain members of a collection, as Terraform loops over them: key and value."""
    if isinstance(value, Fields):
        for key in sorted(value.fields):
            yield Known(key), value.fields[key]
        if isinstance(value, Open):
            yield from value.members
    elif isinstance(value, Set):
        for item in _in_order(value.items):
            yield item, item
    else:
        for index, item in enumerate(value.items):
            yield Known(index), item


def _in_order(items: tuple[Value, ...]) -> tuple[Value, ...]:
    """The elements of a set as Terraform goes through them: texts by the alphabet."""
    texts = [(item.data, item) for item in items if isinstance(item, Known)]
    if len(texts) < len(items) or not all(isinstance(data, str) for data, _ in texts):
        return items
    return tuple(item for _, item in sorted(texts, key=lambda pair: str(pair[0])))


def possible(value: Items | Fields) -> tuple[Value, ...]:
    """The members that a collection may hold beside its certain ones."""
    if isinstance(value, Fields):
        closed = value.rest is None or (isinstance(value, Open) and value.closed)
        return () if value.rest is None or closed else (value.rest,)
    return value.rest


PIECE = 16
"""So many characters of a text weigh as much as an element of a list."""

HEAVIEST = 300_000
"""A value that weighs more than this is taken for unknown."""

LARGE = 50
"""Values with fewer parts than this are counted anew each time."""


def breadth(value: Value) -> int:
    """How many elements a value has itself, or pieces of text."""
    found = dereferenced(value)
    if isinstance(found, Known):
        return 1 + len(found.data) // PIECE if isinstance(found.data, str) else 1
    if isinstance(found, Items):
        return 1 + len(found.items) + len(found.rest)
    return 1 + len(found.fields) if isinstance(found, Fields) else 1


def weight(value: Value, known: dict[int, tuple[Value, int]]) -> int:
    """How many parts a value has, shared ones counted wherever they appear; long texts are many.

    Little source can share parts so often that whoever walks over the value never comes to an
    end. `known` remembers the weight of large values.
    """
    if type(value) is Known or isinstance(value, Known):
        data = value.data
        return 1 + len(data) // PIECE if isinstance(data, str) else 1
    if isinstance(value, Unknown):
        return 1
    found = known.get(id(value))
    if found is not None:
        return found[1]
    total = 1
    if isinstance(value, Items):
        for item in value.items:
            total += weight(item, known)
        for item in value.rest:
            total += weight(item, known)
    elif isinstance(value, Fields):
        for item in value.fields.values():
            total += weight(item, known)
        if value.rest is not None:
            total += weight(value.rest, known)
    elif isinstance(value, Text):
        for part in value.parts:
            total += len(part) // PIECE if isinstance(part, str) else weight(part, known)
    elif value.value is not None:
        total += weight(value.value, known)
    if total > LARGE:
        known[id(value)] = (value, total)
    return total
