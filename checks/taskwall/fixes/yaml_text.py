"""Values as YAML and JSON text."""

import json as json_
from collections.abc import Iterator, Mapping

from taskwall.core.change import (
    NewResource,
    NewValue,
    Placeholder,
    ResourceAttribute,
    SourceCode,
)
from taskwall.core.patterns import pattern
from taskwall.core.values import spelled

INDENT_WIDTH = 2
"""By how many blanks code of a template is indented that stands by itself."""

_PLAIN = pattern(r"(?!\d+-)[A-Za-z0-9_./][A-Za-z0-9_./:-]*(?<!:)")
"""What may stand without quotes, in flow style as well, and looks like no date."""


def scalar(wanted: NewValue, quote: str = "", json: bool = False) -> str:
    """A scalar; `quote` is the quotation mark of the one that it replaces, if that has one."""
    if isinstance(wanted, SourceCode):
        return wanted.json if json else wanted.text
    data = f"<{wanted.hint}>" if isinstance(wanted, Placeholder) else wanted
    assert not isinstance(data, Mapping | tuple | ResourceAttribute | NewResource)
    if quote == "'":
        return "'" + (spelled(data) or "").replace("'", "''") + "'"
    if quote == '"':
        return json_.dumps(spelled(data) or "", ensure_ascii=False)
    if not isinstance(data, str):
        return spelled(data) or "null"
    if not json and _PLAIN.fullmatch(data):
        from taskwall.readers.cloudformation.document import resolved

        if resolved(data) == data:
            return data
    return json_.dumps(data, ensure_ascii=False)


def flow(wanted: NewValue, json: bool) -> str:
    """A value in one line."""
    if isinstance(wanted, Mapping):
        inner = ", ".join(f"{_key(key, json)}: {flow(each, json)}" for key, each in wanted.items())
        return f"{{ {inner} }}"
    if isinstance(wanted, tuple):
        return f"[{', '.join(flow(each, json) for each in wanted)}]"
    return scalar(wanted, json=json)


def flow_lines(wanted: Mapping[str, NewValue], indent: str, unit: int, json: bool) -> str:
    """The members of a mapping in braces, each on lines of its own, without the braces."""
    return ",\n".join(
        f"{indent}{_key(key, json)}: {spread(each, indent, unit, json)}"
        for key, each in wanted.items()
    )


def spread(wanted: NewValue, indent: str, unit: int, json: bool) -> str:
    """A value over several lines, of which the first has the indentation given."""
    inner = indent + " " * unit
    if isinstance(wanted, Mapping):
        return f"{{\n{flow_lines(wanted, inner, unit, json)}\n{indent}}}"
    if isinstance(wanted, tuple):
        lines = ",\n".join(inner + spread(each, inner, unit, json) for each in wanted)
        return f"[\n{lines}\n{indent}]"
    return scalar(wanted, json=json)


def block(wanted: Mapping[str, NewValue], indent: str, unit: int) -> Iterator[str]:
    """The members of a mapping in block style, as lines."""
    deeper = indent + " " * unit
    for key, each in wanted.items():
        if isinstance(each, Mapping):
            yield f"{indent}{key}:"
            yield from block(each, deeper, unit)
        elif isinstance(each, tuple):
            yield f"{indent}{key}:"
            yield from list_lines(each, deeper, unit)
        else:
            yield f"{indent}{key}: {scalar(each)}"


def list_lines(
    wanted: tuple[NewValue, ...], indent: str, unit: int, inline: bool = False
) -> Iterator[str]:
    """The elements of a list in block style, as lines; `inline`: each on one line."""
    for each in wanted:
        if isinstance(each, Mapping) and not inline:
            first, *rest = block(each, indent + "  ", unit)
            yield f"{indent}- {first.lstrip()}"
            yield from rest
        else:
            yield f"{indent}- {flow(each, json=False)}"


def _key(key: str, json: bool) -> str:
    return json_.dumps(key) if json else key
