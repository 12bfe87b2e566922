"""What is known of a value that is one thing or another, when it is open which."""

from collections.abc import Iterable

from msgspec.structs import replace

from taskwall.core.values import (
    Fields,
    Items,
    Known,
    Need,
    Unknown,
    Value,
    dereferenced,
    needs,
    same,
    spelled,
    symbol,
)

MOST_PAIRS = 4_000
"""So many pairs of lists and maps are compared to find what two lists share."""


def either(one: Value, other: Value, waits_for: tuple[Need, ...]) -> Value:
    """What is known of a value that is `one` or `other`, when it is open which.

    Elements that only one of two lists has become possible elements, so that what a list
    certainly holds and what it may hold stay apart.
    """
    if same(one, other) or one == other:  # what is known of both is known of either
        return one
    a, b = dereferenced(one), dereferenced(other)
    if isinstance(a, Items) and isinstance(b, Items):
        shared, others = _Members(b.items), _Members(a.items)
        if len(shared.structures) * len(others.structures) > MOST_PAIRS:
            return Unknown(waits_for, place=a.place)
        both = tuple(item for item in a.items if item in shared)
        certain = _Members(both)
        some = [item for item in (*a.items, *b.items) if item not in certain]
        return Items(both, (*some, *a.rest, *b.rest), a.place, waits_for)
    if isinstance(a, Fields) and isinstance(b, Fields) and not (a.rest or b.rest):
        absent = Known(None)
        return Fields(
            {
                key: either(a.fields.get(key, absent), b.fields.get(key, absent), waits_for)
                for key in {**a.fields, **b.fields}
            },
            {**b.places, **a.places},
            place=a.place,
        )
    own = {need.name for need in (*needs(one), *needs(other))}
    return Unknown(
        tuple(n if n.name in own else replace(n, chooses=True) for n in waits_for), place=a.place
    )


class _Members:
    """Values, to be asked whether another is certainly the same as one of them."""

    def __init__(self, values: Iterable[Value]) -> None:
        self.structures: list[Value] = []
        self._scalars: set[tuple[str, str | None]] = set()
        for value in values:
            key = self._key(value)
            if key is None:
                self.structures.append(value)
            else:
                self._scalars.add(key)

    @staticmethod
    def _key(value: Value) -> tuple[str, str | None] | None:
        """What is equal for scalars, and for unknowns, that are the same; None of structures."""
        written = dereferenced(value)
        if isinstance(written, Known):
            return "known", spelled(written.data)
        name = symbol(value) or symbol(written)
        return ("open", name) if name and not isinstance(written, Items | Fields) else None

    def __contains__(self, value: Value) -> bool:
        key = self._key(value)
        if key is not None:
            return key in self._scalars
        return any(same(value, one) for one in self.structures)
