"""Functions of maps and objects."""

from msgspec.structs import replace

from taskwall.core.values import (
    Fields,
    Items,
    Known,
    Need,
    Reference,
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
    fields_of,
    items_of,
    limit_elements,
    text_of,
    texts_in,
)
from taskwall.readers.terraform.evaluation.functions.collections import as_elements
from taskwall.readers.terraform.values.values import (
    FailedError,
    FurtherMembers,
    Open,
    alternatives,
    as_text,
    doubts,
    entries,
    is_null,
    is_whole,
    one_condition,
    possible,
    waiting,
)


def merge(arguments: list[Value], scope: ModuleContext, more: Value | None = None) -> Value:
    """The members of all maps, later ones first. An unknown map may change earlier members."""
    merged: Fields | None = None
    rest: Value | None = None
    certain: list[tuple[Value, Value]] = []
    closed = True
    fields: dict[str, Value] = {}
    places = {}
    given = list(arguments)
    waiting_for: dict[Need, None] = {}
    if more is not None:
        found = items_of(more, scope)
        may_be = (_all_of(fields_of(item, scope), doubts(found)) for item in found.rest)
        given += (*found.items, *may_be)
    for argument in given:
        if is_null(dereferenced(argument)):
            continue
        map_ = fields_of(argument, scope)
        merged = map_ if isinstance(map_, Fields) else merged
        if isinstance(map_, Unknown | Reference):
            found = access.as_list(map_, scope.run)
            further: Value | None = found.rest[0] if found.rest else None
            members: dict[str, Value] = {}
            certain += ((waiting(map_), item) for item in found.items)
            waits = found.needs
            closed = closed and not found.rest
        else:
            further, members = map_.rest, map_.fields
            places.update(map_.places)
            waits = doubts(map_)
            if isinstance(map_, Open):
                later = {symbol(key) for key, _ in map_.members} - {""}
                certain = [one for one in certain if symbol(one[0]) not in later]
                certain += map_.members
                waits = waits or waiting(*(key for key, _ in map_.members)).needs
            closed = closed and not possible(map_)
        if further is not None:
            waits = waits or needs(further)
            waiting_for.update(dict.fromkeys(waits))
            fields = {key: alternatives(item, further, waits) for key, item in fields.items()}
            rest = further if rest is None else alternatives(rest, further, waits)
            scope.run.work(10 * len(fields))
        fields.update(members)
        scope.run.work(len(members))
    limit_elements(len(fields))
    place = merged.place if merged is not None and len(arguments) == 1 else None
    if rest is None:
        return Fields(fields, places, place=place)
    waits = one_condition(waiting_for)
    return Open(fields, places, rest, place, waits, tuple(certain), closed)


def _all_of(value: Fields | Unknown | Reference, waits: tuple[Need, ...]) -> Value:
    """A map that may or may not be there, as one without certain members."""
    if not isinstance(value, Fields):
        return value
    rest = value.rest
    for item in value.fields.values():
        rest = item if rest is None else alternatives(rest, item, needs(item) or waits)
    return Open({}, rest=rest, needs=waits)


def _lookup(arguments: list[Value], scope: ModuleContext) -> Value:
    default = arguments[2] if len(arguments) > 2 else None
    map_ = fields_of(arguments[0], scope)
    if isinstance(map_, Unknown | Reference):
        return waiting(map_)
    if default is not None and not map_.fields and map_.rest is None:
        return default  # whatever the key is
    wanted = as_text(arguments[1])
    if (kept := access.kept_by(map_, wanted)) is not None:
        return kept
    if map_.rest is None and not isinstance(dereferenced(wanted), Known) and symbol(wanted):
        return access.by_key(map_, wanted, scope.run, default)
    key = text_of(wanted)
    found = map_.fields.get(key)
    if found is not None:
        return found
    if map_.rest is not None:
        waits = needs(map_.rest) or doubts(map_)
        return map_.rest if default is None else alternatives(map_.rest, default, waits)
    if default is None:
        raise FailedError(f'the key "{key}"', "does not exist")
    return default


def _defaults(arguments: list[Value], scope: ModuleContext) -> Value:
    """A value with others where it has null: an experiment of Terraform 0.15 to 1.2.

    What a map or a list lacks is said once, for all of its elements.
    """
    value, fallback = arguments
    return _completed(value, fallback)


def _completed(value: Value, fallback: Value) -> Value:
    found, others = dereferenced(value), dereferenced(fallback)
    if is_null(found):
        return fallback
    if isinstance(found, Items):
        items = tuple(_completed(item, fallback) for item in found.items)
        rest = tuple(_completed(item, fallback) for item in found.rest)
        return replace(found, items=items, rest=rest)
    if not isinstance(found, Fields) or not isinstance(others, Fields):
        return value
    is_object = others.fields.keys() <= found.fields.keys()
    fields = {
        key: _completed(item, others.fields.get(key, Known(None)) if is_object else fallback)
        for key, item in found.fields.items()
    }
    return replace(found, fields=fields)


def _keys(arguments: list[Value], scope: ModuleContext) -> Value:
    map_ = fields_of(arguments[0], scope)
    if isinstance(map_, Unknown | Reference):
        found = access.as_list(map_, scope.run)
        return Items(
            tuple(waiting(map_) for _ in found.items),
            tuple(waiting(map_) for _ in found.rest),
            None,
            found.needs,
        )
    present = doubts(map_)
    # A key that may be there is known no sooner than that it is.
    waits = tuple(map(unconditional, present))
    rest = tuple(Unknown(needs(item) or waits) for item in possible(map_))
    known = tuple(
        Known(key.data, map_.places.get(str(key.data))) if isinstance(key, Known) else key
        for key, _ in entries(map_)
    )
    return Items(known, rest, None, present)


def _values(arguments: list[Value], scope: ModuleContext) -> Value:
    map_ = fields_of(arguments[0], scope)
    if isinstance(map_, Unknown | Reference):
        return access.as_list(map_, scope.run)
    return Items(tuple(item for _, item in entries(map_)), possible(map_), None, doubts(map_))


def _tomap(arguments: list[Value], scope: ModuleContext) -> Value:
    if is_null(dereferenced(arguments[0])):
        return arguments[0]
    found = fields_of(arguments[0], scope)
    if not isinstance(found, Fields) or found.rest is not None:
        return found
    alike = dict(zip(found.fields, as_elements([*found.fields.values()]), strict=True))
    return Fields(alike, found.places, place=found.place)


def _zipmap(arguments: list[Value], scope: ModuleContext) -> Value:
    keys, values = items_of(arguments[0], scope), items_of(arguments[1], scope)
    if keys.rest or values.rest:
        raise UnsettledError
    if len(keys.items) != len(values.items):
        raise FailedError("zipmap(...)", "is given other numbers of keys and of values")
    fields: dict[str, Value] = {}
    further = FurtherMembers()
    for key, value in zip(keys.items, values.items, strict=True):
        found = dereferenced(as_text(key))
        if isinstance(found, Known):
            fields[access.text_key(found)] = value
        else:
            further.add(as_text(key), value, needs(key))
    return further.beside(fields, {}, None, needs(keys))


def _map(arguments: list[Value], scope: ModuleContext) -> Value:
    """The map of its arguments, keys and values in turn: Terraform before 0.15."""
    return _zipmap([Items(tuple(arguments[::2])), Items(tuple(arguments[1::2]))], scope)


def _transpose(arguments: list[Value], scope: ModuleContext) -> Value:
    map_ = fields_of(arguments[0], scope)
    if not is_whole(map_) or not isinstance(map_, Fields):
        raise UnsettledError
    found: dict[str, list[Value]] = {}
    for key in sorted(map_.fields):
        for text in texts_in(map_.fields[key]):
            found.setdefault(text, []).append(Known(key))
    return Fields({key: Items(tuple(items)) for key, items in sorted(found.items())})


FUNCTIONS = {
    "merge": merge,
    "defaults": _defaults,
    "lookup": _lookup,
    "keys": _keys,
    "values": _values,
    "tomap": _tomap,
    "zipmap": _zipmap,
    "map": _map,
    "transpose": _transpose,
}
