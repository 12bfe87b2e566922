"""Functions that encode and decode.

`jsonencode` gives the structure itself, marked as JSON: its pieces keep their places, and
`jsondecode` and whoever reads the value get them back. Only where a text is asked for (within
another text, in `base64encode`) is it written out, if it is known in all its parts.
`base64encode` of a text (or JSON) known in part likewise is that text, marked as encoded.
"""

from taskwall.core.partial_json import parsed
from taskwall.core.values import (
    Fields,
    Items,
    Known,
    Text,
    Value,
    dereferenced,
    lifted,
    text,
)
from taskwall.readers.terraform.evaluation.context import ModuleContext
from taskwall.readers.terraform.evaluation.functions.arguments import (
    UnsettledError,
    limited_parts,
    text_of,
)
from taskwall.readers.terraform.values.values import (
    Base64Text,
    FailedError,
    JsonFields,
    JsonItems,
    as_text,
    is_null,
    json_text,
)


def _jsonencode(arguments: list[Value], scope: ModuleContext) -> Value:
    value = dereferenced(arguments[0])
    if isinstance(value, Items):
        return JsonItems(value.items, value.rest, value.place, value.needs)
    if isinstance(value, Fields):
        return JsonFields(value.fields, value.places, value.rest, value.place)
    if isinstance(value, Known):
        return Known(json_text(value), value.place)
    if isinstance(value, Text):
        pieces = [json_text(Known(p))[1:-1] if isinstance(p, str) else p for p in value.parts]
        return text(['"', *pieces, '"'], value.place)
    return arguments[0]


def _jsondecode(arguments: list[Value], scope: ModuleContext) -> Value:
    import json

    value = dereferenced(arguments[0])
    if isinstance(value, JsonItems):
        return Items(value.items, value.rest, value.place, value.needs)
    if isinstance(value, JsonFields):
        return Fields(value.fields, value.places, value.rest, value.place)
    if isinstance(value, Text):
        known = "".join(part for part in value.parts if isinstance(part, str))
        scope.run.work(10 * limited_parts(known))
        return parsed(value) or _unsettled()
    if not isinstance(value, Known):
        return arguments[0]
    text = text_of(value)
    scope.run.work(10 * limited_parts(text))
    try:
        return lifted(json.loads(text), value.place)
    except (ValueError, RecursionError) as error:
        raise FailedError("jsondecode(...)", "is given something that is not JSON") from error


def _unsettled() -> Value:
    raise UnsettledError


def _base64encode(arguments: list[Value], scope: ModuleContext) -> Value:
    from base64 import b64encode

    value = dereferenced(as_text(arguments[0]))
    if is_null(value):
        raise FailedError("base64encode(...)", "is given null")
    if isinstance(value, Text):
        return Base64Text(value.parts, value.place)
    if isinstance(value, JsonItems | JsonFields):
        return Base64Text((value,), value.place)
    return Known(b64encode(text_of(value).encode()).decode(), value.place)


def _base64decode(arguments: list[Value], scope: ModuleContext) -> Value:
    from base64 import b64decode

    value = dereferenced(arguments[0])
    if isinstance(value, Base64Text):
        whole = value.parts[0] if len(value.parts) == 1 else None
        if isinstance(whole, str):
            return Known(whole, value.place)
        return Text(value.parts, value.place) if whole is None else whole
    # Bad base64 and bad UTF-8 both are ValueErrors: arguments that it does not take.
    return Known(b64decode(text_of(value), validate=True).decode(), value.place)


FUNCTIONS = {
    "jsonencode": _jsonencode,
    "jsondecode": _jsondecode,
    "base64encode": _base64encode,
    "base64decode": _base64decode,
}
