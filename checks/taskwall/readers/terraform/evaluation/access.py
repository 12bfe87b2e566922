"""Steps into values: attributes, keys and splats."""

from collections.abc import Callable

from taskwall.core.conditions import length_name
from taskwall.core.values import (
    Counted,
    Fields,
    Items,
    Known,
    Need,
    Question,
    Reference,
    Text,
    Unknown,
    Value,
    dereferenced,
    needs,
    same,
    spelled,
    stands_for_many,
    symbol,
)
from taskwall.readers.terraform.evaluation.context import RunContext
from taskwall.readers.terraform.values.conditions import asked, presence
from taskwall.readers.terraform.values.types import to_number
from taskwall.readers.terraform.values.values import (
    Emptied,
    FailedError,
    JsonFields,
    JsonItems,
    Open,
    OtherKey,
    Set,
    alternatives,
    doubts,
    is_emptied,
    is_null,
    is_open,
    member,
    waiting,
)

MOST_ALTERNATIVES = 16
"""So many elements are weighed against each other where the key is not known."""


def attribute(value: Value, name: str, run: RunContext) -> Value:
    """The value of `value.name`.

    Raises:
        FailedError: there certainly is no such attribute.
    """
    if isinstance(value, Reference):
        if not value.attribute and (whole := run.referents.get(value.resource)) is not None:
            return whole.get(name)
        return _below(value, name if not value.attribute else f".{name}", name, run)
    if isinstance(value, Fields):
        found = member(value, name)
        if found is None:
            why = "is not an attribute of this object"
            raise FailedError(name, why, impossible=is_emptied(value))
        return found
    if isinstance(value, Unknown):
        return extended(value, f".{name}", run)
    if isinstance(value, Items):
        # Before Terraform 0.12, a counted resource could be spoken of without its index.
        members = (*value.items, *value.rest)
        if len(members) == 1 and isinstance(members[0], Reference) and not members[0].attribute:
            return attribute(members[0], name, run)
    if is_null(value):
        raise FailedError(name, "is read from null")
    raise FailedError(name, "is read from something that has no attributes")


def index(value: Value, key: Value, run: RunContext) -> Value:
    """The value of `value[key]`.

    Raises:
        FailedError: there certainly is no such element.
    """
    key = key if symbol(key) else dereferenced(key)
    if isinstance(dereferenced(key), Known):
        key = dereferenced(key)
    if isinstance(value, Reference):
        whole = None if value.attribute else run.referents.get(value.resource)
        if whole is not None and isinstance(key, Known) and isinstance(key.data, str):
            return whole.get(key.data)
        if isinstance(key, Known):
            return _below(value, spelled_key(key), key, run)
        return waiting(value, key)
    if isinstance(value, Unknown):
        if isinstance(key, Known):
            return extended(value, spelled_key(key), run)
        name = symbol(value)
        return Unknown(needs(value), f"{name}[{symbol(key) or '*'}]" if name else "")
    if isinstance(value, JsonItems | JsonFields) or not isinstance(value, Items | Fields):
        raise FailedError("an element", f"is read from {'null' if is_null(value) else 'a string'}")
    if not isinstance(key, Known):
        name = symbol(key)
        if (found := kept_by(value, key)) is not None:
            return found
        if isinstance(value, Fields) and value.rest is not None and _is_beyond(key, value):
            return value.rest
        if isinstance(value, Fields) and value.rest is None and name and not stands_for_many(name):
            return by_key(value, key, run)
        return _some(value, key)
    if isinstance(value, Fields):
        found = member(value, text_key(key))
        if found is None:
            of = f'the key "{text_key(key)}"'
            raise FailedError(of, "does not exist", impossible=is_emptied(value))
        return found
    place = whole_number(key)
    if isinstance(value, Counted):
        value = Items((*value.items, *value.rest))
    if value.rest or (isinstance(value, Set) and len(value.items) > 1):
        return _some(
            value, Unknown(needs(value) or (Need("a set", "has its elements in no order"),))
        )
    if not 0 <= place < len(value.items):
        why = f"does not exist: there are {len(value.items)}"
        raise FailedError(f"the element [{place}]", why, impossible=is_emptied(value))
    return value.items[place]


def kept_by(value: Items | Fields, key: Value) -> Value | None:
    """The member of a map that stands by the very key, be it not known what that is."""
    name = symbol(key)
    members = value.members if isinstance(value, Open) and name else ()
    return next((member_ for its, member_ in members if symbol(its) == name), None)


def _is_beyond(key: Value, map_: Fields) -> bool:
    """Whether a key is none of those that are known of a map."""
    if isinstance(key, OtherKey) and key.than.issuperset(map_.fields):
        return True
    return all(same(key, Known(name)) is False for name in map_.fields)


def spelled_key(key: Known) -> str:
    """A known key between brackets, as in an address."""
    data = key.data
    if isinstance(data, str):
        escaped = data.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        return f'["{escaped}"]'
    return f"[{text_key(key)}]"


def text_key(key: Value) -> str:
    """A known key of a map as its text.

    Raises:
        FailedError: it is null or not a scalar.
    """
    found = spelled(key.data) if isinstance(key, Known) else None
    if found is None:
        raise FailedError("a key", "is null")
    return found


def whole_number(key: Known) -> int:
    """A known key of a list as its index.

    Raises:
        FailedError: it is no whole number.
    """
    found = to_number(key.data)
    if found != int(found):
        raise FailedError("an index", "is not a whole number")
    return int(found)


def by_key(value: Fields, key: Value, run: RunContext, otherwise: Value | None = None) -> Value:
    """The member of a map that is known, whichever the key turns out to be.

    It is one of those that are there, unless there is something for `otherwise`.
    """
    if len(value.fields) > MOST_ALTERNATIVES:
        return waiting(key)
    found = otherwise
    for name in reversed(value.fields):
        test = asked(Question(symbol(key), name), needs(key), run.effects)
        if isinstance(test, Known):
            if test.data:
                return value.fields[name]
            continue
        one = value.fields[name]
        found = one if found is None else alternatives(one, found, needs(key), test)
    return _some(value, key) if found is None else found


def _some(value: Items | Fields, key: Value) -> Value:
    """An element, when it is open which."""
    members: list[Value]
    if isinstance(value, Fields):
        members = [*value.fields.values(), *(() if value.rest is None else (value.rest,))]
    else:
        members = [*value.items, *value.rest]
    if not members:
        why = "is read from something empty"
        raise FailedError("an element", why, impossible=is_emptied(value))
    waits = needs(key) or needs(value) or doubts(value)
    if len(members) > MOST_ALTERNATIVES:
        return Unknown(waits)
    which = None if value.rest else Unknown(waits)  # With more, it may be something else.
    found = members[0]
    for other in members[1:]:
        found = alternatives(found, other, waits, which)
    return found


def _below(reference: Reference, suffix: str, key: "str | Known", run: RunContext) -> Value:
    """What is below an attribute of a resource. What is not written there may still exist."""
    value = None
    if reference.value is not None:
        try:
            inner = reference.value
            value = attribute(inner, key, run) if isinstance(key, str) else index(inner, key, run)
        except FailedError:
            value = None
        if value is not None and (is_null(value) or (reference.looked_up and is_open(value))):
            value = None
    found = Reference(
        reference.resource, reference.attribute + suffix, value, reference.place, reference.why
    )
    return found if value is not None else run.assumed(found)


def extended(value: Unknown, suffix: str, run: RunContext) -> Value:
    """What is below something unknown; it keeps a name if that has one."""
    if not value.symbol:
        return Unknown(value.needs, place=value.place)
    name = value.symbol + suffix
    waits = value.needs
    if len(waits) == 1 and waits[0].name == value.symbol and not is_variable(value.symbol):
        waits = (Need(name, waits[0].why),)
    return run.assumed(Unknown(waits, name, place=value.place))


def is_variable(name: str) -> bool:
    """Whether a name is that of a variable, which is supplied whole."""
    return name.startswith("var.") or ".var." in name or "/var." in name


def splat(value: Value, each: Callable[[Value], Value], run: RunContext) -> Value:
    """The list of what `each` gives of the elements; something that is no list counts as one."""
    found = dereferenced(value)
    if isinstance(found, Items):
        run.spend(len(found.items))
        if isinstance(found, Emptied):
            return found
        kind = Counted if isinstance(found, Counted) else Items
        return kind(
            tuple(each(item) for item in found.items),
            _each_possible(found.rest, each),
            found.place,
            found.needs,
        )
    if is_null(found):
        return Items(())
    if isinstance(value, Reference) and is_set(value):
        return Items((each(value),))
    if isinstance(found, Reference | Unknown):
        return splat(as_list(found, run), each, run)
    if isinstance(found, Fields | Known | Text):
        return Items((each(found),))
    raise AssertionError("all kinds of values are named above")


_NEVER_EMPTY = frozenset(
    {
        "Ref", "arn", "arn_suffix", "default_network_acl_id", "default_route_table_id",
        "default_security_group_id", "dns_name", "id", "main_route_table_id", "owner_id",
        "primary_network_interface_id", "repository_url", "zone_id",
    }
)  # fmt: skip
"""Attributes of which every resource that has them has a value; one is that of a template's."""

_OF_USERS = frozenset(
    {
        "data", "data_json", "nonsensitive_values", "output", "outputs", "parameters", "result",
        "tags", "tags_all", "values",
    }
)  # fmt: skip
"""Attributes whose keys users choose: whatever these are called, they may be empty."""


def is_set(reference: Reference) -> bool:
    """Whether a resource, or its attribute, is a single value that is not null and not empty."""
    if not reference.attribute:
        return True
    first, _, rest = reference.attribute.partition(".")
    if first in _OF_USERS or "terraform_remote_state." in reference.resource:
        return False
    if rest:
        return rest.rpartition(".")[2] in ("id", "arn")
    return first in _NEVER_EMPTY or (
        first == "value" and "data.aws_ssm_parameter." in reference.resource
    )


def _each_possible(rest: tuple[Value, ...], each: Callable[[Value], Value]) -> tuple[Value, ...]:
    found: list[Value] = []
    for item in rest:
        try:
            found.append(each(item))
        except FailedError as error:
            found.append(Unknown((error.need,)))
    return tuple(found)


def as_list(value: Reference | Unknown, run: RunContext) -> Items:
    """A collection of which nothing is known but, under some scenarios, whether it is empty."""
    element = element_of(value)
    name = symbol(value)
    if not name:
        return Items((), (element,), None, needs(value))
    filled = asked(Question(length_name(name), 0, above=True), needs(value), run.effects)
    if isinstance(filled, Known):
        return Items((element,), (element,), None, needs(value)) if filled.data else Emptied(())
    return Items((), (element,), None, presence(needs(value), filled))


def collected(value: Reference | Unknown, run: RunContext) -> Items | Fields:
    """The same where it may be a map: the keys of its elements are not known."""
    found = as_list(value, run)
    if not found.items:
        return found
    (element,) = found.items
    member_ = Unknown(needs(value)), element
    return Open({}, {}, element, None, found.needs, (member_,))


def element_of(value: Reference | Unknown) -> Value:
    """The unknown elements of a collection of which nothing is known."""
    if isinstance(value, Reference):
        return Reference(value.resource, f"{value.attribute}[*]", None, value.place, value.why)
    return Unknown(value.needs, value.symbol and f"{value.symbol}[*]", place=value.place)
