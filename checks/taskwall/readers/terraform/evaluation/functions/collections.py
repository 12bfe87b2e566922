"""Functions of lists and sets, and of any collection."""

from collections.abc import Sequence
from itertools import product

from taskwall.core.conditions import length_name
from taskwall.core.values import (
    Fields,
    Items,
    Known,
    Need,
    PartOf,
    Reference,
    Text,
    Unknown,
    Value,
    dereferenced,
    needs,
    symbol,
    unconditional,
)
from taskwall.readers.terraform.evaluation import access
from taskwall.readers.terraform.evaluation.context import ModuleContext
from taskwall.readers.terraform.evaluation.functions.arguments import (
    UnsettledError,
    items_of,
    letters,
    limit_elements,
    stretch,
    text_of,
    whole,
)
from taskwall.readers.terraform.evaluation.operators import equal, equality, filled
from taskwall.readers.terraform.values.conditions import Amount, combined
from taskwall.readers.terraform.values.values import (
    FailedError,
    JsonFields,
    JsonItems,
    Open,
    Set,
    alternatives,
    are_apart,
    as_text,
    distinct,
    doubts,
    identity,
    is_emptied,
    is_null,
    is_open,
    is_whole,
    one_condition,
    unsaid,
    waiting,
)


def concat(arguments: list[Value], scope: ModuleContext, more: Value | None = None) -> Value:
    """The elements of all lists. `more` are lists of which it is open how many there are."""
    items: list[Value] = []
    rest: list[Value] = []
    lists = [items_of(argument, scope) for argument in arguments]
    for found in lists:
        items += found.items
        rest += found.rest
        limit_elements(len(items) + len(rest))
    if more is not None:
        lists.append(items_of(more, scope))
        for inner in lists[-1].rest:
            found = items_of(inner, scope)
            rest += (*found.items, *found.rest)
    limit_elements(len(items))
    return Items(tuple(items), distinct(rest), None, doubts(*(one for one in lists if one.rest)))


def _flatten(arguments: list[Value], scope: ModuleContext) -> Value:
    items: list[Value] = []
    rest: list[Value] = []
    waits: dict[Need, None] = {}
    _flatten_into(items_of(arguments[0], scope), items, rest, waits, scope, True)
    limit_elements(len(items))
    return Items(tuple(items), distinct(rest), None, one_condition(waits))


def _flatten_into(
    value: Items,
    items: list[Value],
    rest: list[Value],
    waits: dict[Need, None],
    scope: ModuleContext,
    sure: bool,
    depth: int = 0,
) -> None:
    if depth > 50:
        raise FailedError("flatten(...)", "is given lists that are nested without end")
    limit_elements(len(items) + len(rest))
    waits.update(dict.fromkeys(value.needs))
    for item, certain in (
        *((item, sure) for item in value.items),
        *((item, False) for item in value.rest),
    ):
        found = dereferenced(item)
        if isinstance(found, Items) and not isinstance(found, JsonItems):
            _flatten_into(found, items, rest, waits, scope, certain, depth + 1)
        elif isinstance(found, Unknown) or (isinstance(found, Reference) and _many(found)):
            inner = access.as_list(found, scope.run)
            (items if certain else rest).extend(inner.items)
            rest += inner.rest
            waits.update(dict.fromkeys(inner.needs))
        else:
            (items if certain else rest).append(item)


def _many(reference: Reference) -> bool:
    """Whether an attribute, by its name, is a list: `ids`, `cidr_blocks`."""
    name = reference.attribute
    return name.endswith("s") and not name.endswith(("ss", "dns", "status"))


def _is_named(value: Value) -> bool:
    """Whether an element of a value has a name of its own."""
    return isinstance(value, Unknown) or (isinstance(value, Reference) and value.attribute != "")


def _element(arguments: list[Value], scope: ModuleContext) -> Value:
    items = items_of(arguments[0], scope)
    at = dereferenced(arguments[1])
    first = 0 if is_open(arguments[0]) else len(items.items) - 1
    if items.rest and isinstance(at, Known) and whole(at) <= first and _is_named(arguments[0]):
        return access.index(arguments[0], at, scope.run)
    if items.rest or isinstance(at, Unknown | Reference):
        return access.index(items, waiting(arguments[1], *items.rest), scope.run)
    if not items.items:
        why = "is given an empty list"
        raise FailedError("element(...)", why, impossible=is_emptied(items))
    return items.items[whole(arguments[1]) % len(items.items)]


def _length(arguments: list[Value], scope: ModuleContext) -> Value:
    value = scope.run.opened(arguments[0])
    if isinstance(value, Known) and isinstance(value.data, str):
        return Known(len(letters(value.data)))
    if isinstance(value, JsonItems | JsonFields):
        return Known(len(text_of(value)))
    if isinstance(value, Fields) and value.rest is None:
        return Known(len(value.fields))
    if isinstance(value, Open) and value.closed and are_apart(value.members):
        return Known(len(value.fields) + len(value.members))
    alike = isinstance(value, Set) and len(value.items) > 1 and not is_whole(value)
    if isinstance(value, Items) and not value.rest and not alike:
        return Known(len(value.items))
    if isinstance(value, Known):
        raise FailedError("length(...)", "is given something without a length")
    if isinstance(value, Text):
        raise UnsettledError
    found = symbol(arguments[0]) or symbol(value)
    name = length_name(found) if found else ""
    if name or not isinstance(value, Items | Fields):
        return Amount(needs(value), name, least=_at_least(value, alike=alike))
    waits = tuple(map(unconditional, doubts(value))) or needs(value)
    return Amount(waits, "", least=_at_least(value, alike=alike), positive=filled(value, scope.run))


def _at_least(value: Value, *, alike: bool) -> int:
    """How many elements a collection has at least; some of those of a set may be `alike`."""
    if isinstance(value, Open):
        return len(value.fields) + min(len(value.members), 1)
    if isinstance(value, Fields):
        return len(value.fields)
    if isinstance(value, Items):
        return min(len(value.items), 1) if alike else len(value.items)
    return 0


def _coalesce(arguments: list[Value], scope: ModuleContext) -> Value:
    for argument in arguments:
        value = dereferenced(argument)
        if isinstance(value, Known) and value.data in (None, ""):
            continue
        if isinstance(value, Unknown):
            # It may be null: then one of the others is the value.
            return Unknown(value.needs, value.symbol if argument is arguments[-1] else "")
        return argument
    raise FailedError("coalesce(...)", "is given nothing but null")


def _coalescelist(arguments: list[Value], scope: ModuleContext) -> Value:
    for argument in arguments:
        if is_null(dereferenced(argument)):
            continue
        items = items_of(argument, scope)
        if items.items:
            return argument
        if items.rest:
            return Unknown(needs(items))
    raise FailedError("coalescelist(...)", "is given nothing but empty lists")


def _compact(arguments: list[Value], scope: ModuleContext) -> Value:
    found = items_of(arguments[0], scope)
    items: list[Value] = []
    rest = [item for item in found.rest if not _is_empty(item)]
    for item in found.items:
        if isinstance(dereferenced(item), Unknown) and not _is_always_there(item):
            if scope.run.effects.answer(symbol(item)) not in ("", None):
                rest.append(item)
        elif not _is_empty(item):
            items.append(item)
    waits = (*unsaid(found.needs), *(need for item in rest for need in needs(item)))
    return Items(tuple(items), tuple(rest), None, tuple(dict.fromkeys(waits)))


def _is_always_there(value: Value) -> bool:
    """Whether a value that is not known is no empty text: a CIDR, what each of a type has."""
    if isinstance(dereferenced(value), PartOf):
        return True
    return isinstance(value, Reference) and not value.looked_up and value.attribute in _ALWAYS_THERE


_ALWAYS_THERE = frozenset({"arn", "cidr_block", "id"})


def _is_empty(value: Value) -> bool:
    found = dereferenced(value)
    return isinstance(found, Known) and found.data in (None, "")


def _contains(arguments: list[Value], scope: ModuleContext) -> Value:
    items = items_of(arguments[0], scope)
    found: Known | Unknown = Known(False)
    for item in items.items:
        found = combined("||", found, equality(item, arguments[1], scope.run))
        if isinstance(found, Known) and found.data:
            return found
    if any(equal(item, arguments[1]) is not False for item in items.rest):
        return waiting(found, *items.rest, Items((), (), None, items.needs))
    return found


def _distinct(arguments: list[Value], scope: ModuleContext) -> Value:
    found = items_of(arguments[0], scope)
    return Items(distinct(as_elements(found.items)), found.rest, found.place, found.needs)


def _toset(arguments: list[Value], scope: ModuleContext) -> Value:
    if is_null(dereferenced(arguments[0])):
        return arguments[0]
    found = items_of(arguments[0], scope)
    alike = as_elements([_simple(item) for item in found.items])
    return Set(distinct(alike), found.rest, found.place, found.needs)


def _simple(value: Value) -> Value:
    return dereferenced(value) if isinstance(dereferenced(value), Known) else value


def as_elements(values: Sequence[Value]) -> list[Value]:
    """Values as elements of one collection: where one is a text, all scalars become texts."""
    if not any(
        _is_text(value) or isinstance(dereferenced(value), JsonItems | JsonFields)
        for value in values
    ):
        return list(values)
    # As in `sort`, what is a text already stays what it is.
    return [
        as_text(value) if isinstance(dereferenced(value), Known) and not _is_text(value) else value
        for value in values
    ]


def _tolist(arguments: list[Value], scope: ModuleContext) -> Value:
    if is_null(dereferenced(arguments[0])):
        return arguments[0]
    found = items_of(arguments[0], scope)
    if isinstance(found, Set):
        return _ordered(found)
    alike = as_elements(found.items)
    if all(one is other for one, other in zip(alike, found.items, strict=True)):
        return found
    return Items(tuple(alike), found.rest, found.place, found.needs)


def _ordered(found: Items) -> Items:
    """A set as a list: Terraform puts texts in order. What cannot be ordered stays a set."""
    if len(found.items) < 2 and not found.rest:
        return Items(found.items, found.rest, found.place, found.needs)
    keys = [dereferenced(item) for item in found.items]
    if found.rest or not all(isinstance(k, Known) and isinstance(k.data, str) for k in keys):
        return Set(found.items, found.rest, found.place, found.needs)
    return Items(tuple(sorted(found.items, key=text_of)), (), found.place)


def _index(arguments: list[Value], scope: ModuleContext) -> Value:
    items = items_of(arguments[0], scope)
    for index, item in enumerate(items.items):
        truth = equal(item, arguments[1])
        if truth is None:
            raise UnsettledError
        if truth:
            return Known(index)
    if items.rest:
        raise UnsettledError
    raise FailedError("index(...)", "finds no such element")


def _setunion(arguments: list[Value], scope: ModuleContext) -> Value:
    found = concat(arguments, scope)
    assert isinstance(found, Items)
    return Set(distinct(as_elements(found.items)), found.rest, None, found.needs)


def _setintersection(arguments: list[Value], scope: ModuleContext) -> Value:
    first, *others = (_closed(argument, scope) for argument in arguments)
    shared = set(map(identity, first)).intersection(*(map(identity, items) for items in others))
    return Set(distinct(item for item in first if identity(item) in shared))


def _setsubtract(arguments: list[Value], scope: ModuleContext) -> Value:
    taken = {identity(item) for item in _closed(arguments[1], scope)}
    return Set(
        distinct(item for item in _closed(arguments[0], scope) if identity(item) not in taken)
    )


def _closed(value: Value, scope: ModuleContext) -> tuple[Value, ...]:
    items = items_of(value, scope)
    if not is_whole(items):
        raise UnsettledError
    return items.items


def _setproduct(arguments: list[Value], scope: ModuleContext) -> Value:
    lists = [items_of(argument, scope) for argument in arguments]
    count = 1
    for found in lists:
        count *= len(found.items) + len(found.rest)
    limit_elements(count * len(lists))
    items = tuple(Items(tuple(row)) for row in product(*(found.items for found in lists)))
    if not any(found.rest for found in lists):
        return Items(items)
    marked = ([*((True, one) for one in f.items), *((False, one) for one in f.rest)] for f in lists)
    others = tuple(
        Items(tuple(one for _, one in row))
        for row in product(*marked)
        if not all(certain for certain, _ in row)
    )
    return Items(items, others, None, doubts(*(found for found in lists if found.rest)))


def _slice(arguments: list[Value], scope: ModuleContext) -> Value:
    """A stretch of a list. If it is there at all it has the wanted length, whatever it holds."""
    if is_open(arguments[2]):
        every, first = items_of(arguments[0], scope), whole(arguments[1])
        members = (*every.items[first:], *every.rest)
        if members:
            return stretch(arguments[1], arguments[2], members, scope)
    start, end = whole(arguments[1]), whole(arguments[2])
    limit_elements(end - start)
    if not 0 <= start <= end:
        raise FailedError("slice(...)", "ends before it starts")
    value = scope.run.opened(arguments[0])
    items = items_of(value, scope)
    if isinstance(value, Unknown | Reference) or items.rest:
        whole_ = arguments[0] if _is_named(arguments[0]) else value
        return Items(
            tuple(access.index(whole_, Known(at), scope.run) for at in range(start, end)),
            place=items.place,
        )
    if end > len(items.items):
        why = f"reaches beyond {len(items.items)} elements"
        raise FailedError("slice(...)", why, impossible=is_emptied(value))
    return Items(items.items[start:end], (), items.place)


def _reverse(arguments: list[Value], scope: ModuleContext) -> Value:
    items = items_of(arguments[0], scope)
    return Items(items.items[::-1], items.rest, items.place, items.needs)


def _sort(arguments: list[Value], scope: ModuleContext) -> Value:
    items = items_of(arguments[0], scope)
    if not is_whole(items):
        # The elements are known, their order is not: as in a set.
        return Set(items.items, items.rest, items.place, items.needs)
    # What is a text already stays what it is: it may be known whose id that is.
    texts = [item if _is_text(item) else as_text(item) for item in items.items]
    return Items(tuple(sorted(texts, key=text_of)), (), items.place)


def _is_text(value: Value) -> bool:
    found = dereferenced(value)
    return isinstance(found, Known) and isinstance(found.data, str)


def _one(arguments: list[Value], scope: ModuleContext) -> Value:
    value = dereferenced(arguments[0])
    if is_null(value):
        return value
    items = items_of(arguments[0], scope)
    count = len(items.items)
    if count > 1:
        raise FailedError("one(...)", f"is given {count} elements")
    if not items.rest:
        return items.items[0] if count else Known(None)
    if count:
        return items.items[0]
    found: Value = Known(None)
    for item in items.rest:
        found = alternatives(item, found, needs(item) or doubts(items))
    return found


def _chunklist(arguments: list[Value], scope: ModuleContext) -> Value:
    items, size = tuple(as_elements(_closed(arguments[0], scope))), whole(arguments[1])
    if size < 0:
        raise FailedError("chunklist(...)", "is given a size below zero")
    if size == 0:
        return Items((Items(items),))
    starts = range(0, len(items), size)
    return Items(tuple(Items(items[start : start + size]) for start in starts))


def _matchkeys(arguments: list[Value], scope: ModuleContext) -> Value:
    values = items_of(arguments[0], scope)
    keys = _closed(arguments[1], scope)
    wanted = {identity(item) for item in _closed(arguments[2], scope)}
    if values.rest or len(values.items) != len(keys):
        raise UnsettledError
    return Items(
        tuple(v for v, key in zip(values.items, keys, strict=True) if identity(key) in wanted)
    )


def _list(arguments: list[Value], scope: ModuleContext) -> Value:
    return Items(tuple(arguments))


FUNCTIONS = {
    "concat": concat,
    "flatten": _flatten,
    "element": _element,
    "length": _length,
    "coalesce": _coalesce,
    "coalescelist": _coalescelist,
    "compact": _compact,
    "contains": _contains,
    "distinct": _distinct,
    "toset": _toset,
    "tolist": _tolist,
    "index": _index,
    "setunion": _setunion,
    "setintersection": _setintersection,
    "setsubtract": _setsubtract,
    "setproduct": _setproduct,
    "slice": _slice,
    "reverse": _reverse,
    "sort": _sort,
    "one": _one,
    "chunklist": _chunklist,
    "matchkeys": _matchkeys,
    "list": _list,
}
