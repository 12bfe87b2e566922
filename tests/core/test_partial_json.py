"""JSON text known in part: what is not known costs nothing of what stands beside it."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from budgets import examples
from taskwall.core.partial_json import parsed, parsed_yaml
from taskwall.core.values import (
    Fields,
    Items,
    Known,
    Reference,
    Text,
    Unknown,
    Value,
    lifted,
    plain,
    unknown,
)

X, Y = unknown("var.x", "has no default"), unknown("var.y", "has no default")
ONE = lifted({"a": 1})

leaves = st.none() | st.booleans() | st.integers(-9, 9) | st.text('ab"\\é,:[]{} ', max_size=4)
documents = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text('k"', max_size=2), inner, max_size=3)
    ),
)


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (('{"cpu": ', X, "}"), Fields({"cpu": X})),
        (('{"a": "x-', X, '"}'), Fields({"a": Text(("x-", X))})),
        (('{"a": "', X, '"}'), Fields({"a": X})),
        (('["\\"', X, '"]'), Items((Text(('"', X)),))),
        (("[", ONE, ', {"a": ', X, "}]"), Items((ONE, Fields({"a": X})))),
        (("[", X, ', {"a": 1}]'), Items((ONE,), (X,))),
        (('[{"a": 1} ', X, " ", Y, "]"), Items((ONE,), (X, Y))),
        (('{"a": 1, "', X, '": 2}'), Fields({"a": Known(1)}, rest=Unknown(X.needs))),
        (('{"a": {} ', X, "}"), Fields({"a": Fields({})}, rest=Unknown(X.needs))),
        (("{", X, ': "y", "a": 1}'), Fields({"a": Known(1)}, rest=Unknown(X.needs))),
        (("\n", ONE, "\n"), ONE),
        (("[", Reference("t.t", "x", Text(('{"a": ', X, "}"))), "]"), Items((Fields({"a": X}),))),
    ],
)
def test_what_is_not_known_in_a_text(parts: tuple[str | Value, ...], expected: Value) -> None:
    """In a string it is part of the string; elsewhere a value, of which there may be several."""
    assert parsed(Text(parts)) == expected


@pytest.mark.parametrize(
    "parts",
    [
        ('{"cpu": ', X, "0}"),
        ('{"cpu": 1', X, "}"),
        ('{"cpu": ', X, Y, "}"),
        ("[", X),
        ('{"a\\', X, '": 1}'),
        ('["\ue000', X, '"]'),
    ],
)
def test_what_cannot_be_told(parts: tuple[str | Value, ...]) -> None:
    """What might be half a number, or is no JSON whatever is put in, is not read."""
    assert parsed(Text(parts)) is None


def test_what_is_no_text() -> None:
    """A number is no text, and a text that is no JSON has no structure."""
    assert parsed(Known(1)) is None
    assert parsed(Known("{")) is None
    assert parsed(X) is None


def cut(document: Any, path: list[int]) -> tuple[str, Any, str]:
    """A document's text with one value, that a path of indices leads to, taken out of it."""
    if not path or not isinstance(document, list | dict) or not document:
        return "", document, ""
    index, *further = path
    index %= len(document)
    pieces = []
    middle: Any = None
    for number, one in enumerate(document):
        inner = document[one] if isinstance(document, dict) else one
        key = f"{json.dumps(one)}: " if isinstance(document, dict) else ""
        if number == index:
            before, middle, after = cut(inner, further)
            pieces.append(f"{key}{before}\x00{after}")
        else:
            pieces.append(key + json.dumps(inner))
    brackets = "{}" if isinstance(document, dict) else "[]"
    before, _, after = f"{brackets[0]}{', '.join(pieces)}{brackets[1]}".partition("\x00")
    return before, middle, after


@examples(200)
@given(documents, st.lists(st.integers(0, 2), max_size=4))
def test_a_value_goes_in_where_it_was_taken_out(document: Any, path: list[int]) -> None:
    """A structure outside of strings is what the same text with its JSON in that place spells."""
    before, middle, after = cut(document, path)
    whole = isinstance(middle, list | dict)
    hole: Value = lifted(middle) if whole else Text((json.dumps(middle),))

    found = parsed(Text((before, Reference("t.t", "x", hole), after)))

    assert found is not None
    assert plain(found) == document


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (("a: 1\nb: x-", X, "\n"), Fields({"a": Known("1"), "b": Text(("x-", X))})),
        (("a: ", X, "\nb: 2026-11-27\n"), Fields({"a": X, "b": Known("2026-11-27")})),
        (("- ", X, '\n- "', Y, '"\n'), Items((X, Y))),
        (("a: [", X, "\n"), None),
        (("a: &a 1\nb: *a\n", X), None),
        (("a: &a 1\nc: ", X, "\nb: *a\n"), None),
        (("a: ", X, f"\nb: {'b' * 1_000_000}"), None),
        (("a: \ue000", X), None),
    ],
)
def test_what_is_not_known_in_yaml(parts: tuple[str | Value, ...], expected: Value | None) -> None:
    """It is a scalar, or a part of one; what is no YAML, or has aliases, is not read."""
    assert parsed_yaml(Text(parts)) == expected


def test_yaml_that_is_known() -> None:
    """It is read as well; what is no text is not."""
    assert parsed_yaml(Known("a: b")) == Fields({"a": Known("b")})
    assert parsed_yaml(X) is None
