"""Values as plain data, in which what is not known says what it waits for."""

from collections.abc import Mapping

from taskwall.core.values import (
    Fields,
    Items,
    Known,
    Reference,
    Text,
    Unknown,
    Value,
    dereferenced,
    needs,
)


def shown(value: Value) -> object:
    """Plain data; what is not known stands in angle brackets.

    What a list or map may hold beside what is known stands behind it, under "maybe" or "*".
    """
    found = dereferenced(value)
    if isinstance(found, Known):
        return found.data
    if isinstance(found, Text):
        return "".join(part if isinstance(part, str) else f"{shown(part)}" for part in found.parts)
    if isinstance(found, Items):
        return [*map(shown, found.items), *(("maybe", shown(item)) for item in found.rest)]
    if isinstance(found, Fields):
        fields: Mapping[str, object] = {key: shown(one) for key, one in found.fields.items()}
        return fields if found.rest is None else {**fields, "*": shown(found.rest)}
    if isinstance(found, Reference):
        return f"<{found.symbol}>"
    assert isinstance(found, Unknown)
    return f"<{'; '.join(str(need) for need in needs(found))}>"
