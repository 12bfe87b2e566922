"""JSON is read with the offsets of its values, and what is no JSON says where it ceases to be."""

import pytest

from taskwall.readers.positioned_json import (
    LONGEST_NUMBER,
    JsonError,
    JsonList,
    JsonNode,
    JsonObject,
    JsonScalar,
    parse,
)
from taskwall.source.size import MAX_PARTS


def data(node: JsonNode) -> object:
    """What a node says, without its offsets; of a key that is written twice both members."""
    if isinstance(node, JsonScalar):
        return node.data
    if isinstance(node, JsonList):
        return [data(item) for item in node.items]
    return [(key.data, data(value)) for key, value in node.members]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("true", True),
        ("false", False),
        ("null", None),
        ("0", 0),
        ("-0", 0),
        ("-12", -12),
        ("1.5", 1.5),
        ("2.0", 2),
        ("-2.0", -2),
        ("1e3", 1000),
        ("1E+3", 1000),
        ("1e-3", 0.001),
        ("1e15", 1e15),
        ("999999999999999.0", 999999999999999),
        ("1" + "0" * (LONGEST_NUMBER - 1), 10 ** (LONGEST_NUMBER - 1)),
        ('""', ""),
        ('"a\\u00e9\\n"', "a\u00e9\n"),
        ('"\\ud83d\\ude00"', "\U0001f600"),
        ('"\\ud83d"', "\ufffd"),
        ("[]", []),
        ("{}", []),
        (" [ 1 ,\t2\r\n] ", [1, 2]),
        ('{"a": [true, {"b": null}]}', [("a", [True, [("b", None)]])]),
        ('{"a": 1, "a": 2}', [("a", 1), ("a", 2)]),
    ],
)
def test_values_are_read(text: str, said: object) -> None:
    """Whole numbers are ints where they are exact, and halves of a pair of surrogates are none."""
    found = data(parse(text, 10))
    assert found == said
    assert type(found) is type(said)


def test_offsets_are_those_of_the_text() -> None:
    """Of lists and objects with their brackets, of texts with their quotes, of nothing around."""
    text = ' {"a" : [ 10, "b" ], "c": true }\n'
    root = parse(text, 10)
    assert isinstance(root, JsonObject)

    def cut(node: JsonNode) -> str:
        return text[node.start : node.end]

    (first, items), (second, truth) = root.members
    assert isinstance(items, JsonList)
    assert cut(root) == text.strip()
    assert (cut(first), cut(items)) == ('"a"', '[ 10, "b" ]')
    assert [cut(item) for item in items.items] == ["10", '"b"']
    assert (cut(second), cut(truth)) == ('"c"', "true")


@pytest.mark.parametrize(
    ("text", "at", "why"),
    [
        ("", 0, "a value is expected"),
        ("  x", 2, "a value is expected"),
        ("[1,]", 3, "a value is expected"),
        ("[1 2]", 3, 'a "," or "]" is expected'),
        ("[1", 2, 'a "," or "]" is expected'),
        ('{"a": 1', 7, 'a "," or "}" is expected'),
        ('{"a": 1 "b": 2}', 8, 'a "," or "}" is expected'),
        ("{a: 1}", 1, "a name in double quotes is expected"),
        ('{"a": 1, }', 9, "a name in double quotes is expected"),
        ('{"a" 1}', 5, 'a ":" is expected'),
        ("1 2", 2, "nothing may follow the outermost value"),
        ('"a', 0, "unterminated string starting at"),
        ('"a\nb"', 2, "invalid control character at"),
        ("1e999", 0, "a number is too large"),
        ("[-1e999]", 1, "a number is too large"),
        ("[" + "1" * (LONGEST_NUMBER + 1) + "]", 1, "a number is too large"),
        ("[[[[0]]]]", 4, "nested more than 3 levels deep"),
        ('{"a": {"a": {"a": {"a": 0}}}}', 24, "nested more than 3 levels deep"),
        ("[" + "," * MAX_PARTS + "]", 0, f"it has more than {MAX_PARTS} parts"),
    ],
    ids=lambda one: str(one)[:30],
)
def test_what_is_no_json_says_where(text: str, at: int, why: str) -> None:
    """The offset is that of the first sign that cannot be; of numbers and texts their begin."""
    with pytest.raises(JsonError) as raised:
        parse(text, 3)
    assert (raised.value.at, raised.value.why) == (at, why)


def test_levels_up_to_the_deepest_are_read() -> None:
    """Of lists and objects alike."""
    assert data(parse('[{"a": [0]}]', 3)) == [[("a", [0])]]


def test_control_signs_are_read_where_they_may_be() -> None:
    """A tab or a line end within a text, where the caller is not strict."""
    assert data(parse('"a\n\tb"', 3, strict=False)) == "a\n\tb"
