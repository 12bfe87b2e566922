"""Texts become nodes with exact places, and what is no document is an error with a place."""

from collections.abc import Iterator
from typing import Any

import pytest

from taskwall.core.values import Fields, Items, Known, Span
from taskwall.readers.cloudformation import document
from taskwall.readers.cloudformation.document import (
    DEEPEST,
    MAX_ALIASED_NODES,
    IntrinsicCall,
    Mapping,
    Node,
    elements,
    members,
    read_nodes,
    resolved,
)
from taskwall.source.files import UnreadableError
from taskwall.source.size import MAX_PARTS


def root(text: str) -> Node:
    """The root node of a text that has no errors."""
    unit = read_nodes("t", text)
    assert unit.errors == ()
    assert unit.root is not None
    return unit.root


def span(place: Span | None) -> tuple[int, int, int, int]:
    """The numbers of a place."""
    assert place is not None
    return place.line, place.column, place.end_line, place.end_column


@pytest.mark.parametrize(
    ("written", "meaning"),
    [
        ("443", 443),
        ("-1", -1),
        ("0", 0),
        ("0.5", 0.5),
        ("true", True),
        ("Yes", True),
        ("on", True),
        ("FALSE", False),
        ("off", False),
        ("", None),
        ("~", None),
        ("null", None),
        ("0123", "0123"),
        ("012345678901", "012345678901"),
        ("123456789012", 123456789012),
        ("1_000", "1_000"),
        ("5.10", "5.10"),
        ("1.0", "1.0"),
        ("1e3", "1e3"),
        ("0x1F", "0x1F"),
        ("-0", "-0"),
        ("2012-10-17", "2012-10-17"),
        (".inf", ".inf"),
        ("y", "y"),
        ("9" * 5000, "9" * 5000),
    ],
)
def test_plain_scalars_mean_what_cloudformation_takes_them_for(
    written: str, meaning: object
) -> None:
    """Numbers are numbers only if they would be written so again; dates and ids stay texts."""
    found = resolved(written)
    assert (type(found), found) == (type(meaning), meaning)


def test_quoted_scalars_are_texts() -> None:
    """Quotes and an explicit !!str make a text of what would be a number or truth value."""
    fields = members(root("a: '1'\nb: \"true\"\nc: !!str 2\nd: |\n  3\n"))
    found = {key: getattr(node, "data", node) for key, node in fields.items()}
    assert found == {"a": "1", "b": "true", "c": "2", "d": "3\n"}


def test_places_are_exact() -> None:
    """Scalars, members and collections end where their last character does."""
    text = "\n".join(
        (
            "top:",
            "  list:",
            "    - one  # comment",
            '    - "two é" ',
            "",
            "  # more",
            "  text: |",
            "    line",
            "",
            "",
            "end: {a: 1}   ",
            "",
        )
    )
    node = root(text)
    assert isinstance(node, Fields)
    top = node.fields["top"]
    assert isinstance(top, Fields)
    one, two = elements(top.fields["list"])
    assert span(one.place) == (3, 7, 3, 10)
    assert span(two.place) == (4, 7, 4, 14)
    assert span(top.fields["list"].place) == (3, 5, 4, 14)
    assert span(top.places["list"]) == (2, 3, 4, 14)
    assert span(top.fields["text"].place) == (7, 9, 8, 9)
    assert span(node.places["top"]) == (1, 1, 8, 9)
    assert span(node.fields["end"].place) == (11, 6, 11, 12)


def test_lines_count_as_editors_count_them() -> None:
    """A Unicode line separator within a text does not begin a line; CRLF begins one."""
    node = root("a: 'x\u2028y'\r\nb: 2\r\n")
    assert isinstance(node, Fields)
    assert span(node.places["b"]) == (2, 1, 2, 5)


def test_both_spellings_of_a_function_are_one() -> None:
    """Short tags and one-key mappings make the same call."""
    short = root("!GetAtt A.B")
    long = root("Fn::GetAtt: A.B")
    assert isinstance(short, IntrinsicCall)
    assert isinstance(long, IntrinsicCall)
    assert (short.name, long.name) == ("Fn::GetAtt", "Fn::GetAtt")
    assert getattr(short.argument, "data", None) == getattr(long.argument, "data", None) == "A.B"
    assert span(short.place) == (1, 1, 1, 12)


def test_merge_keys_and_aliases_are_followed() -> None:
    """Merged members are there unless written; an alias gives what its anchor stands at."""
    node = root("base: &b {x: 1, y: 2}\nuse:\n  <<: *b\n  y: 3\nlist: [*b, *b]\n")
    use = members(members(node)["use"])
    assert {key: getattr(item, "data", None) for key, item in use.items()} == {"x": 1, "y": 3}
    assert len(elements(members(node)["list"])) == 2


def test_a_member_with_an_alias_lies_where_it_is_written() -> None:
    """The value of an alias stands elsewhere, but the member that uses it does not."""
    node = root("base: &b {x: 1}\nuse: *b\nlast:\n  deep: *b\n")
    assert isinstance(node, Fields)
    assert node.places["use"].line == 2
    assert node.places["last"].line == 3
    assert node.places["last"].end_line == 4


def test_a_key_written_twice_is_an_error_that_names_both_places() -> None:
    """The last one holds, as in CloudFormation, and the document is still read."""
    unit = read_nodes("t", "a: 1\nb: 2\na: 3\n")
    assert [(e.place.line, e.message) for e in unit.errors] == [
        (3, "a is written twice, first at line 1, column 1")
    ]
    assert getattr(members(unit.root)["a"], "data", None) == 3


def test_json_that_is_no_yaml_is_read() -> None:
    """Tabs, colons on the next line and surrogate pairs are JSON's own."""
    text = '{\n\t"a"\n\t:\t"\\ud83d\\ude00",\n\t"b": [1, true, null, {"Ref": "X"}, "\\/"]}'
    node = root(text)
    fields = members(node)
    assert getattr(fields["a"], "data", None) == "\U0001f600"
    one, true, null, ref, slash = elements(fields["b"])
    assert [getattr(item, "data", None) for item in (one, true, null, slash)] == [
        1,
        True,
        None,
        "/",
    ]
    assert isinstance(ref, IntrinsicCall)
    assert span(one.place) == (4, 8, 4, 9)
    assert span(ref.place) == (4, 23, 4, 35)
    assert span(node.place) == (1, 1, 4, 43)


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("a: b: c", 1, 5),
        ("a: 1\n b: 2\n", 2, 3),
        ("--- 1\n--- 2\n", 2, 1),
        ("a: 1\nb: é\x07", 2, 5),
        ('{"a": \'', 1, 7),
        ('{"a": 1\n "b": 2}', 2, 2),
        ('{"a": "\n', 1, 7),
        ("{" * 3, 1, 2),
        ("a: *missing", 1, 4),
        ("a: &x [*x]", 1, 4),
        ("&a {<<: *a}", 1, 1),
    ],
)
def test_what_cannot_be_parsed_says_where(text: str, line: int, column: int) -> None:
    """An error stands at the character that is wrong."""
    with pytest.raises(UnreadableError) as caught:
        read_nodes("t", text)
    place = caught.value.error.place
    assert (place.file, place.line, place.column) == ("t", line, column)


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        "- " * 100_000,
        "? " * 5_000,
        "{a: " * 5_000,
        '{"a":\n' * 5_000,
        '{"\\ud83d": ' + "[" * 100_000,
        "\n".join(f"{' ' * depth}a:" for depth in range(400)),
    ],
)
def test_deep_documents_are_an_error(text: str) -> None:
    """Nesting is bounded, whichever way it is written."""
    with pytest.raises(UnreadableError):
        read_nodes("t", text)


def test_repeating_aliases_are_an_error() -> None:
    """Aliases of aliases that expand to millions of nodes are refused, quickly."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    for level in range(1, 12):
        again = ", ".join([f"*a{level - 1}"] * 10)
        lines.append(f"a{level}: &a{level} [{again}]")
    with pytest.raises(UnreadableError, match="repeated"):
        read_nodes("t", "\n".join(lines))


def test_long_lists_are_no_attack() -> None:
    """Size alone is fine: only aliases multiply."""
    text = '{"a": [' + ",".join(['{"b": 1}'] * 100_000) + "]}"
    assert len(elements(members(root(text))["a"])) == 100_000


def test_an_empty_document_has_no_root() -> None:
    """Nothing, and comments alone, are no error."""
    assert read_nodes("t", "").root is None
    assert read_nodes("t", "# only this\n").root is None


def test_an_unfinished_buffer_with_half_a_character_is_read() -> None:
    """An editor may hand over a lone surrogate; it is shown as the replacement character."""
    node = root("a: '\ud83d'")
    assert getattr(members(node)["a"], "data", None) == "\ufffd"


def test_keys_are_texts_as_written() -> None:
    """Keys that look like numbers or truth values keep their spelling."""
    assert list(members(root("1: a\non: b\nnull: c\n"))) == ["1", "on", "null"]


def test_a_key_that_is_no_text_is_an_error() -> None:
    """A list cannot be a key; the rest is read."""
    unit = read_nodes("t", "? [a]\n: 1\nb: 2\n")
    assert [e.message for e in unit.errors] == ["a key must be a string"]
    assert members(unit.root)["b"] == Known(2, Span("t", 3, 4, 3, 5))


def cut(text: str, place: Span | None) -> str:
    """The stretch of a text that a place means."""
    assert place is not None
    lines = text.split("\n")[place.line - 1 : place.end_line]
    lines[-1] = lines[-1][: place.end_column - 1]
    lines[0] = lines[0][place.column - 1 :]
    return "\n".join(lines)


def stretches(text: str, node: Node) -> Iterator[str]:
    """The stretches of all members below a node, and of all elements and calls."""
    if isinstance(node, IntrinsicCall):
        yield f"{node.name} at {cut(text, node.place)}"
        yield from stretches(text, node.argument)
    for key, member in members(node).items():
        assert isinstance(node, Fields | Mapping)
        yield f"{key} at {cut(text, node.places[key])}"
        yield from stretches(text, member)
    for element in elements(node):
        yield f"- at {cut(text, element.place)}"
        yield from stretches(text, element)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            "a:\n  - x: 1\n    y: 2\n\n  - [z]\n\n\nb:\n",
            [
                "a at a:\n  - x: 1\n    y: 2\n\n  - [z]",
                "- at x: 1\n    y: 2",
                "x at x: 1",
                "y at y: 2",
                "- at [z]",
                "- at z",
                "b at b:",
            ],
        ),
        (
            "a: &x\n  k: v\nb: *x\nc: {d: *x}\n",
            [
                "a at a: &x\n  k: v",
                "k at k: v",
                "b at b",
                "k at k: v",
                "c at c: {d: *x}",
                "d at d",
                "k at k: v",
            ],
        ),
        ("- &x a\n- - *x\n- b\n", ["- at &x a", "- at - *x", "- at &x a", "- at b"]),
        (
            "a: !If\n  - C\n  - x: !Ref P\n\nb: !GetAtt A.B\n",
            [
                "a at a: !If\n  - C\n  - x: !Ref P",
                "Fn::If at !If\n  - C\n  - x: !Ref P",
                "- at C",
                "- at x: !Ref P",
                "x at x: !Ref P",
                "Ref at !Ref P",
                "b at b: !GetAtt A.B",
                "Fn::GetAtt at !GetAtt A.B",
            ],
        ),
        (
            "a: !Sub |\n  one\n  two  \n\nb: >-\n  x\n\n",
            ["a at a: !Sub |\n  one\n  two", "Fn::Sub at !Sub |\n  one\n  two", "b at b: >-\n  x"],
        ),
        (
            "a: !Transform {Name: x}\nb: !Condition X\nc: {Condition: X}\n",
            [
                "a at a: !Transform {Name: x}",
                "Fn::Transform at !Transform {Name: x}",
                "Name at Name: x",
                "b at b: !Condition X",
                "Condition at !Condition X",
                "c at c: {Condition: X}",
                "Condition at Condition: X",
            ],
        ),
        (
            "Fn::Join:\n  - ''\n  - [a]\n",
            ["Fn::Join at Fn::Join:\n  - ''\n  - [a]", "- at ''", "- at [a]", "- at a"],
        ),
        ("a: {b: 1}\r\nc:\r\n- d\r\n", ["a at a: {b: 1}", "b at b: 1", "c at c:\r\n- d", "- at d"]),
        ("a: 1\rb: 2\rc: [3]\n", ["a at a: 1", "b at b: 2", "c at c: [3]", "- at 3"]),
        (
            'a: "x\x85y"\nb: &q\n  c: |\n   1\n\n\nd: *q\n',
            [
                'a at a: "x\x85y"',
                "b at b: &q\n  c: |\n   1",
                "c at c: |\n   1",
                "d at d",
                "c at c: |\n   1",
            ],
        ),
        (
            "<<: {a: 1, b: {Ref: X}}\nc: 2\n",
            ["c at c: 2", "a at a: 1", "b at b: {Ref: X}", "Ref at {Ref: X}"],
        ),
        (
            "x: &x {a: 1}\ny: &y {b: 2, a: 3}\nz:\n  <<: [*x, *y]\n",
            [
                "x at x: &x {a: 1}",
                "a at a: 1",
                "y at y: &y {b: 2, a: 3}",
                "b at b: 2",
                "a at a: 3",
                "z at z:\n  <<: [*x, *y]",
                "a at a: 1",
                "b at b: 2",
            ],
        ),
        ("a:\n  ? b\n  : c\n", ["a at a:\n  ? b\n  : c", "b at b\n  : c"]),
        (
            '{"a" : [ 1 ,\n 2 ] , "b":{}}',
            ['a at "a" : [ 1 ,\n 2 ]', "- at 1", "- at 2", 'b at "b":{}'],
        ),
        (
            '{"a"\t:\n [ 1 ,\n 2 ] , "b"\n:{"c": "d"}}',
            [
                'a at "a"\t:\n [ 1 ,\n 2 ]',
                "- at 1",
                "- at 2",
                'b at "b"\n:{"c": "d"}',
                'c at "c": "d"',
            ],
        ),
        (
            "a: '{{resolve:ssm:x}}'\n",
            ["a at a: '{{resolve:ssm:x}}'", "{{resolve}} at '{{resolve:ssm:x}}'"],
        ),
    ],
)
def test_where_members_and_elements_are(text: str, found: list[str]) -> None:
    """From the key to the end of the value; what an alias brings stands where it is written."""
    assert list(stretches(text, root(text))) == found


@pytest.mark.parametrize(
    ("written", "called"),
    [
        ("{Ref: X}", True),
        ("{'Fn::Sub': X}", True),
        ("{Ref: X, a: b}", False),
        ("{'Fn::Sub': x, a: b}", False),
        ("{'Fn::ForEach::X': [a]}", False),
        ("{Condition: X}", False),
        ("{Reference: X}", False),
        ("!Ref X", True),
        ("!Condition X", True),
        ("!Anything X", True),
        ("!!str X", False),
    ],
)
def test_what_is_a_call_of_a_function(written: str, called: bool) -> None:
    """A tag, or the only key of a mapping; a loop makes members of the mapping that it is in."""
    assert isinstance(members(root(f"a: {written}"))["a"], IntrinsicCall) is called


@pytest.mark.parametrize(
    ("written", "literal"),
    [
        ("[a, [b], {c: d}]", True),
        ("[a, !Ref B]", False),
        ("[a, [{b: !Ref B}]]", False),
        ("{a: b}", True),
        ("{a: [!Ref B]}", False),
        ("{'Fn::Sub': x, a: b}", False),
        ("{<<: {a: b}, c: d}", True),
        ("{<<: {a: !Ref B}, c: d}", False),
        ("{<<: {'Fn::Sub': x, a: b}, c: d}", False),
        ("{a: '{{resolve:ssm:b}}'}", False),
    ],
)
def test_what_is_literal_is_a_value_already(written: str, literal: bool) -> None:
    """What holds a function anywhere is evaluated once for each scenario; nothing else is."""
    node = members(root(f"a: {written}"))["a"]
    assert isinstance(node, Items | Fields) is literal


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("a: 1\nb: {c: 1, c: 2}\n", [(2, 11, "c is written twice, first at line 2, column 5")]),
        ('{"a": 1, "a": 2, "a": 3}', [(1, 10, ""), (1, 18, "a is written twice, first at")]),
        ("? {a: 1}\n: b\nc: d\n", [(1, 3, "a key must be a string")]),
        ("<<: {a: 1}\na: 2\n", []),
        ("'<<': 1\n'<<': 2\n", [(2, 1, "<< is written twice")]),
        ("<<: 5\na: 1\n", []),
    ],
)
def test_what_is_wrong_with_keys(text: str, wrong: list[tuple[int, int, str]]) -> None:
    """Each is told at the key, with where it stood first; what is merged is written once."""
    errors = read_nodes("t", text).errors
    assert [(one.place.line, one.place.column) for one in errors] == [one[:2] for one in wrong]
    assert all(said in one.message for one, (*_, said) in zip(errors, wrong, strict=True))


@pytest.mark.parametrize(
    ("count", "refused"),
    [(MAX_ALIASED_NODES // 1001, False), (MAX_ALIASED_NODES // 1001 + 1, True)],
)
def test_how_often_aliases_may_repeat(count: int, refused: bool) -> None:
    """As long as what they repeat is not too much, all told."""
    text = f"a: &a [{', '.join(['x'] * 1000)}]\n" + "".join(f"b{at}: *a\n" for at in range(count))
    if refused:
        with pytest.raises(UnreadableError, match="is repeated too often"):
            read_nodes("t", text)
    else:
        assert len(members(root(text))) == count + 1


@pytest.mark.parametrize(("most", "refused"), [(23, False), (22, True)])
def test_what_an_alias_repeats_counts_with_all_that_it_repeats(
    most: int, refused: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once for each time that it is reached: 4 twice, then 11 once and 2 twice."""
    monkeypatch.setattr(document, "MAX_ALIASED_NODES", most)
    text = "a: &a [1, 2, 3]\nb: &b [*a, *a]\nc: &c {x: 1}\nd: [*b, *c, *c]\n"
    if refused:
        with pytest.raises(UnreadableError, match="is repeated too often") as caught:
            read_nodes("t", text)
        assert caught.value.error.place.line == 3
    else:
        assert plain(root(text))["d"] == [[[1, 2, 3]] * 2, {"x": 1}, {"x": 1}]


def plain(node: Node) -> Any:
    """A node as plain data."""
    if isinstance(node, Known):
        return node.data
    if isinstance(node, Fields | Mapping):
        return {key: plain(one) for key, one in node.fields.items()}
    return [plain(one) for one in elements(node)]


@pytest.mark.parametrize(("depth", "refused"), [(DEEPEST - 1, False), (DEEPEST + 1, True)])
@pytest.mark.parametrize("level", ["[", '{"a": '])
def test_how_deep_a_document_may_be(level: str, depth: int, refused: bool) -> None:
    """Lists and mappings count alike, in YAML and in JSON that is none."""
    end = "]" if level == "[" else "}"
    for text in (level * depth + "1" + end * depth, level * depth + '"\\/"' + end * depth):
        if refused:
            with pytest.raises(UnreadableError, match=f"over {DEEPEST} deep|more than {DEEPEST}"):
                read_nodes("t", text)
        else:
            assert read_nodes("t", text).root is not None


def test_a_document_of_very_many_parts_is_not_read() -> None:
    """It would take minutes, and is no template that anybody wrote."""
    with pytest.raises(UnreadableError, match="parts: not read"):
        read_nodes("t", "[" + "a," * MAX_PARTS + "]")
