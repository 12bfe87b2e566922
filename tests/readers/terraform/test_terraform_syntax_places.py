"""What the parts of a source are, and where they stand, to the character."""

from collections.abc import Iterator

import pytest

from taskwall.core.values import Span
from taskwall.readers.terraform.syntax.hcl import parse, parse_generated, parse_template
from taskwall.readers.terraform.syntax.tree import (
    Body,
    Expression,
    Invalid,
    Literal,
    ObjectExpression,
    TemplateExpression,
    children,
    spelled_out,
)


def text_at(place: Span, text: str) -> str:
    """What stands at a place of a text."""
    lines = text.split("\n")[place.line - 1 : place.end_line]
    lines[-1] = lines[-1][: place.end_column - 1]
    lines[0] = lines[0][place.column - 1 :]
    return "\n".join(lines)


def parts(node: Expression, text: str) -> Iterator[str]:
    """An expression and all in it: what each is, and what stands at its place."""
    yield f"{type(node).__name__} {text_at(node.place, text)}"
    for child in children(node):
        yield from parts(child, text)


EXPRESSIONS = [
    ("1", ["Literal 1"]),
    ('"é"', ['Literal "é"']),
    (
        '"é${a.b}ü${upper("ö")}"',
        [
            'TemplateExpression "é${a.b}ü${upper("ö")}"',
            "Access a.b",
            "Name a.b",
            'FunctionCall upper("ö")',
            'Literal "ö"',
        ],
    ),
    ("a", ["Name a"]),
    ("a.b.c", ["Access a.b.c", "Name a.b.c"]),
    ("a.b[0].c", ["Access a.b[0].c", "Name a", "Literal 0"]),
    ('a["é"][b.c]', ['Access a["é"][b.c]', "Name a", 'Literal "é"', "Access b.c", "Name b.c"]),
    ("a.b.0.c", ["Access a.b.0.c", "Name a", "Literal .0"]),
    ("a.b[*].c.d", ["Access a.b[*].c.d", "Name a"]),
    ("a.b.*.c[0]", ["Access a.b.*.c[0]", "Name a", "Literal 0"]),
    ("(a.b).c", ["Access (a.b).c", "Name a.b"]),
    ("((a).b[1])", ["Access (a).b[1]", "Name a", "Literal 1"]),
    ("f()", ["FunctionCall f()"]),
    (
        'f(a, "b", [c])',
        ['FunctionCall f(a, "b", [c])', "Name a", 'Literal "b"', "Tuple [c]", "Name c"],
    ),
    ("f(a...)", ["FunctionCall f(a...)", "Name a"]),
    ("provider::aws::f(a)", ["FunctionCall provider::aws::f(a)", "Name a"]),
    ('[a, "b", 1.5]', ['Tuple [a, "b", 1.5]', "Name a", 'Literal "b"', "Literal 1.5"]),
    ("[\n  a, # one\n  b,\n]", ["Tuple [\n  a, # one\n  b,\n]", "Name a", "Name b"]),
    (
        '{ a = b, "c" = d, (e) = f, 1 = 2 }',
        [
            'ObjectExpression { a = b, "c" = d, (e) = f, 1 = 2 }',
            "Literal a",
            "Name b",
            'Literal "c"',
            "Name d",
            "Name e",
            "Name f",
            "Literal 1",
            "Literal 2",
        ],
    ),
    ("{ a : b }", ["ObjectExpression { a : b }", "Literal a", "Name b"]),
    (
        "{ for k, v in a : k => v... if v }",
        ["For { for k, v in a : k => v... if v }", "Name a", "Name v", "Name k", "Name v"],
    ),
    (
        "[for v in a.b : v.c if v.d != null]",
        [
            "For [for v in a.b : v.c if v.d != null]",
            "Access a.b",
            "Name a.b",
            "Access v.c",
            "Name v.c",
            "Binary v.d != null",
            "Access v.d",
            "Name v",
            "Literal null",
        ],
    ),
    ("a ? b : c", ["Conditional a ? b : c", "Name a", "Name b", "Name c"]),
    (
        "a ? b : c ? d : e",
        [
            "Conditional a ? b : c ? d : e",
            "Name a",
            "Name b",
            "Conditional c ? d : e",
            "Name c",
            "Name d",
            "Name e",
        ],
    ),
    (
        "a ? (b ? c : d) : e",
        [
            "Conditional a ? (b ? c : d) : e",
            "Name a",
            "Conditional b ? c : d",
            "Name b",
            "Name c",
            "Name d",
            "Name e",
        ],
    ),
    ("a + b * c", ["Binary a + b * c", "Name a", "Binary b * c", "Name b", "Name c"]),
    ("a + b + c", ["Binary a + b + c", "Binary a + b", "Name a", "Name b", "Name c"]),
    ("(a + b) * c", ["Binary (a + b) * c", "Binary a + b", "Name a", "Name b", "Name c"]),
    (
        "a && !b || c == -1",
        [
            "Binary a && !b || c == -1",
            "Binary a && !b",
            "Name a",
            "Unary !b",
            "Name b",
            "Binary c == -1",
            "Name c",
            "Unary -1",
            "Literal 1",
        ],
    ),
    ("!a.b", ["Unary !a.b", "Access a.b", "Name a"]),
    ("-(1)", ["Unary -(1)", "Literal 1"]),
    ("!!a", ["Unary !!a", "Unary !a", "Name a"]),
    ("<<EOT\né ${a} ü\nEOT", ["TemplateExpression <<EOT\né ${a} ü\nEOT", "Name a"]),
    (
        "<<-EOT\n  a ${b.c}\n    %{ if d ~}\n  e\n  %{ endif ~}\n  EOT",
        [
            "TemplateExpression <<-EOT\n  a ${b.c}\n    %{ if d ~}\n  e\n  %{ endif ~}\n  EOT",
            "Access b.c",
            "Name b.c",
            "Conditional %{ if d ~}",
            "Name d",
            "TemplateExpression %{ if d ~}",
            "TemplateExpression %{ if d ~}",
        ],
    ),
    (
        '"%{ if a }b${c}%{ else }${d}%{ endif }"',
        [
            'TemplateExpression "%{ if a }b${c}%{ else }${d}%{ endif }"',
            "Conditional %{ if a }",
            "Name a",
            "TemplateExpression %{ if a }",
            "Name c",
            "TemplateExpression %{ if a }",
            "Name d",
        ],
    ),
    (
        '"%{ for k, v in a }${k}%{ endfor }"',
        [
            'TemplateExpression "%{ for k, v in a }${k}%{ endfor }"',
            "Join %{ for k, v in a }",
            "For %{ for k, v in a }",
            "Name a",
            "TemplateExpression %{ for k, v in a }",
            "Name k",
        ],
    ),
    ('"${a}"', ['TemplateExpression "${a}"', "Name a"]),
]


@pytest.mark.parametrize(("written", "expected"), EXPRESSIONS)
def test_the_parts_of_an_expression_and_their_places(written: str, expected: list[str]) -> None:
    """Each part is what Terraform takes it for, and ends where it does, in characters."""
    text = f"# ü\nx = {written}\n"
    attribute = parse("/nowhere/x.tf", text).body.attributes["x"]
    assert text_at(attribute.place, text) == f"x = {written}"
    assert list(parts(attribute.expression, text)) == expected


def blocks(body: Body, text: str) -> Iterator[tuple[str, ...]]:
    """The blocks of a body and those in them: type, labels, header and the lines of each."""
    for block in body.blocks:
        lines = f"{block.place.line}-{block.place.end_line}"
        yield (block.type, *block.labels, text_at(block.header, text), lines)
        yield from blocks(block.body, text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            'resource "t" "é" {\n  a = 1\n  b {\n    c d {}\n  }\n}\n',
            [
                ("resource", "t", "é", 'resource "t" "é"', "1-6"),
                ("b", "b", "3-5"),
                ("c", "d", "c d", "4-4"),
            ],
        ),
        (
            '# one\n\nlocals {}\ncheck "m" {\n  b "x" {}\n  b {}\n}\n',
            [
                ("locals", "locals", "3-3"),
                ("check", "m", 'check "m"', "4-7"),
                ("b", "x", 'b "x"', "5-5"),
                ("b", "b", "6-6"),
            ],
        ),
        # Behind what is broken each block is read by itself, on its own lines.
        (
            'locals {\n  a = [\n}\n\nresource "t" "a" {\n  b {}\n}\ndata t b {\n}\n',
            [
                ("locals", "locals", "1-3"),
                ("resource", "t", "a", 'resource "t" "a"', "5-7"),
                ("b", "b", "6-6"),
                ("data", "t", "b", "data t b", "8-9"),
            ],
        ),
        # As it was written up to Terraform 0.11.
        (
            'resource "t" "a" {\n  "b" {\n    "c" = 1\n  }\n}\n',
            [("resource", "t", "a", 'resource "t" "a"', "1-5"), ("b", "b", "2-4")],
        ),
    ],
)
def test_the_blocks_of_a_file_and_their_places(text: str, expected: list[tuple[str, ...]]) -> None:
    """The header of a block ends with its last label, the block with its brace."""
    assert list(blocks(parse("/nowhere/x.tf", text).body, text)) == expected


def test_a_name_that_is_written_twice() -> None:
    """The first holds, and the others are told with their places."""
    body = parse("/nowhere/x.tf", "a = 1\nb = 2\na = 3\na = 4\n").body
    assert [*body.attributes] == ["a", "b"]
    assert [(one.name, one.place.line) for one in body.twice] == [("a", 3), ("a", 4)]


COMMENTS: list[tuple[str, list[tuple[str, int, int, int, int, bool]]]] = [
    ("locals {\n}# taskwall:skip=TW1: a\n", [("# taskwall:skip=TW1: a", 2, 2, 2, 24, True)]),
    ("a=1\n # taskwall:skip=TW1: a\n", [("# taskwall:skip=TW1: a", 2, 2, 2, 24, False)]),
    ("# taskwall:skip=TW101: a\nlocals {}\n", [("# taskwall:skip=TW101: a", 1, 1, 1, 25, False)]),
    (
        "locals { // taskwall:skip=TW101: a\n}\n",
        [("// taskwall:skip=TW101: a", 1, 10, 1, 35, True)],
    ),
    (
        (
            "locals {\n  /* taskwall:skip=TW101: a\n   b */\n  a = 1 # checkov:skip=CKV_1:b\n"
            "  c = [ # taskwall:skip=x: y\n    1, /* TaskWall */ 2,\n  ]\n}\n# nothing\n"
        ),
        [
            ("/* taskwall:skip=TW101: a\n   b */", 2, 3, 3, 8, False),
            ("# checkov:skip=CKV_1:b", 4, 9, 4, 31, True),
            ("# taskwall:skip=x: y", 5, 9, 5, 29, True),
            ("/* TaskWall */", 6, 8, 6, 22, True),
        ],
    ),
    ('a = "# taskwall:skip=TW1: x"\n', []),
    ("é = 1 # taskwall:skip=TW1: é\n", [("# taskwall:skip=TW1: é", 1, 7, 1, 29, True)]),
]


@pytest.mark.parametrize(("text", "expected"), COMMENTS)
def test_comments_that_suppress_and_their_places(
    text: str, expected: list[tuple[str, int, int, int, int, bool]]
) -> None:
    """Each with its marks, and whether something stands before it on its line."""
    found = [
        (one.text, *coordinates(one.place), one.trailing)
        for one in parse("/nowhere/x.tf", text).comments
    ]
    assert found == expected


def coordinates(place: Span) -> tuple[int, int, int, int]:
    """The lines and columns at which a place begins and ends."""
    return place.line, place.column, place.end_line, place.end_column


BROKEN: list[tuple[str, list[tuple[int, int, str]], dict[str, object]]] = [
    (
        "locals {\n  a = [1\n  b = 3\n}\n",
        [(2, 7, ': this "[" is never closed')],
        {"locals": {"a": "! has a syntax error", "b": "! has a syntax error"}},
    ),
    (
        "locals {\n  a = {\n    b = \n  }\n  c = 1\n}\n",
        [(3, 5, "at b")],
        {"locals": {"a": "! has a syntax error", "c": "1"}},
    ),
    (
        'resource "t" "a" {\n  x = "a" "b"\n  y {\n    z = 1\n  }\n}\nlocals {\n  w = 1\n}\n',
        [(2, 7, "at x")],
        {
            "resource t a": {"x": "! has a syntax error", "y": {"z": "1"}},
            "locals": {"w": "1"},
        },
    ),
    (
        'resource "t" "a" {\n  x = \n  y = 2\n}\n',
        [(3, 3, "at y")],
        {"resource t a": {"x": "! has a syntax error"}},
    ),
    ('resource "t" "a" {\n  x : 1\n  y = 2\n}\n', [(2, 5, "at x")], {"resource t a": {"y": "2"}}),
    (
        'x = 1\nresource "t" "a" {\n  = 2\n  y = 2\n}\n',
        [(3, 5, "")],
        {"x": "1", "resource t a": {"y": "2"}},
    ),
    ("x = (1\n", [(1, 5, ': this "(" is never closed')], {"x": "! has a syntax error"}),
    (
        "x = f(\n  1,\n) 2\ny = 2\n",
        [(3, 3, "")],
        {"x": "! has a syntax error"},
    ),
    ("x = f(1\n", [(1, 6, ': this "(" is never closed')], {"x": "! has a syntax error"}),
    ('x = "${1\n', [(1, 1, "at x")], {}),
    ("x = <<EOT\na\n", [(1, 5, ": this heredoc is never closed")], {"x": "! has a syntax error"}),
    ("x = [1\n", [(1, 5, ': this "[" is never closed')], {"x": "! has a syntax error"}),
    ("x = {\n", [(1, 5, ': this "{" is never closed')], {"x": "! has a syntax error"}),
    ("t {\n", [(1, 3, ': this "{" is never closed')], {"t": {}}),
    ('x = "a\n', [(1, 5, ": this string is never closed")], {"x": "! has a syntax error"}),
    ("x = 'a'\n", [(1, 1, "at x; strings need double quotes")], {}),
    ("x = a b\n", [(1, 7, "at x")], {"x": "! has a syntax error"}),
    ("x = 1 +\n", [(2, 1, ": a name is missing")], {"x": "! has a syntax error"}),
    ("x = ? 1 : 2\n", [(1, 5, ": a name is missing")], {"x": "! has a syntax error"}),
    ("= 1\n", [(1, 1, "")], {}),
    ("x\n", [(1, 1, "")], {}),
    ('"x" = 1 2\n', [(1, 1, "")], {}),
    ("  é = ]\n", [(1, 7, ': "[" is missing')], {"é": "! has a syntax error"}),
    ("x = ]\ny = [\n", [(1, 5, ': "[" is missing'), (2, 1, "at y")], {"x": "! has a syntax error"}),
    ("locals {\n  x = ${a}\n}\n", [(2, 9, "at x")], {"locals": {"x": "_._"}}),
    (
        'output "a" {\n  value = 1\n}}\noutput "b" {\n value = 2\n}\n',
        [(3, 2, "")],
        {"output a": {"value": "1"}, "output b": {"value": "2"}},
    ),
]


@pytest.mark.parametrize(("text", "errors", "expected"), BROKEN)
def test_what_is_read_of_a_broken_file(
    text: str, errors: list[tuple[int, int, str]], expected: dict[str, object]
) -> None:
    """Each error at its place; of what is around it nothing is lost, and no value is made up."""
    found = parse("/nowhere/x.tf", text)
    told = [(one.place.line, one.place.column, one.message) for one in found.errors]
    whole = [
        (row, column, f"syntax error{'' if not why or why[0] in ':;' else ' '}{why}")
        for row, column, why in errors
    ]
    assert told == whole
    assert read(found.body) == expected


def read(body: Body) -> dict[str, object]:
    """What stands in a body; what is broken with why."""
    found: dict[str, object] = {
        name: f"! {node.why}" if isinstance(node := one.expression, Invalid) else spelled_out(node)
        for name, one in body.attributes.items()
    }
    return found | {" ".join((one.type, *one.labels)): read(one.body) for one in body.blocks}


def test_no_more_errors_of_a_file_are_told_than_help() -> None:
    """After twenty the rest is noise."""
    text = "".join(f'resource "t" "a{number}" {{\n  x = 1 2\n}}\n' for number in range(30))
    assert len(parse("/nowhere/x.tf", text).errors) == 20


@pytest.mark.parametrize(("depth", "found"), [(30, 1), (31, 0)])
def test_how_deep_blocks_may_be_nested(depth: int, found: int) -> None:
    """What lies deeper is not read."""
    body = parse("/nowhere/x.tf", "b {\n" * depth + "x = 1\n" + "}\n" * depth).body
    for _ in range(depth):
        (block,) = body.blocks
        body = block.body
    assert len(body.attributes) == found


@pytest.mark.parametrize(
    ("text", "place", "expected"),
    [
        # As in a heredoc, whose lines are those of the file.
        ('a = 1\nb {\n  c = "é"\n}\n', Span("/f", 10, 3, 15, 4), [(11, 1), (13, 3)]),
        # On other lines, as in a text with escapes: all at the place.
        ("a = 1\nb {\n  c = 2\n}\n", Span("/f", 10, 3, 14, 4), [(10, 3), (10, 3)]),
        ("a = 1", Span("/f", 10, 3, 11, 4), [(10, 3)]),
        ("a = 1\n", Span("/f", 10, 3, 12, 4), [(11, 1)]),
    ],
)
def test_where_a_text_stands_that_becomes_a_file(
    text: str, place: Span, expected: list[tuple[int, int]]
) -> None:
    """On the lines of the file that holds it, where they are the same ones."""
    body = parse_generated(text, place).body
    attributes = [*body.attributes.values()]
    attributes += [one for block in body.blocks for one in block.body.attributes.values()]
    assert [(one.place.line, one.place.column) for one in attributes] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("a", "a"),
        ("a\n", "a\n"),
        ("a\n\n", "a\n\n"),
        ("T\nTT\n  TTT\n", "T\nTT\n  TTT\n"),
        ("$${a} %%{b} \\n", "${a} %{b} \\n"),
        ("<<EOT\na\nEOT\n", "<<EOT\na\nEOT\n"),
    ],
)
def test_a_file_that_is_a_template(text: str, expected: str) -> None:
    """It is what it is but for its escapes, whatever would end a heredoc."""
    node = parse_template("/nowhere/x.tpl", text)
    assert isinstance(node, Literal)
    assert node.value.data == expected


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [("${a}", 1, 3), ("é${a}", 1, 4), ("b\n\n  ${a}\n", 3, 5), ("T\n${a}", 2, 3)],
)
def test_where_parts_of_a_template_file_stand(text: str, line: int, column: int) -> None:
    """On the lines of the file."""
    node = parse_template("/nowhere/x.tpl", text)
    assert isinstance(node, TemplateExpression)
    (part,) = (one for one in node.parts if not isinstance(one, str))
    assert (part.place.file, part.place.line, part.place.column) == ("/nowhere/x.tpl", line, column)
    assert coordinates(node.place)[:2] == (1, 1)
    pinned = parse_template("/nowhere/x.tpl", text, node.place)
    assert [one.place for one in children(pinned)] == [node.place]


@pytest.mark.parametrize(
    ("kind", "text", "attributes", "blocks"),
    [
        ("resource", "tags {\n a = 1\n}\n", {"tags": ["a"]}, []),
        ("resource", "tags {\n a = 1\n}\ntags {\n b = 1\n}\n", {"tags": ["a", "b"]}, []),
        ("resource", "tags {\n a {\n b = 1\n}\n}\nx {\n}\n", {"tags": ["a"]}, ["x"]),
        ("resource", "tags = 1\ntags {\n}\n", {"tags": []}, ["tags"]),
        ("resource", 'tags "x" {\n}\n', {}, ["tags"]),
        *(
            ("resource", f"{name} {{\n a = 1\n}}\n", {name: ["a"]}, [])
            for name in (
                *("config", "defaults", "driver_opts", "inputs", "keepers", "query", "vars"),
                *("volume_tags", "triggers", "variables"),
            )
        ),
        ("resource", "ingress {\n}\n", {}, ["ingress"]),
        ("module", "x {\n a = 1\n}\nlifecycle {\n}\n", {"x": ["a"]}, ["lifecycle"]),
        ("locals", "x {\n a = 1\n}\n", {"x": ["a"]}, []),
        ("variable", "default {\n a = 1\n}\ntags {\n}\n", {"default": ["a"]}, ["tags"]),
    ],
)
def test_maps_that_are_written_as_blocks(
    kind: str, text: str, attributes: dict[str, list[str]], blocks: list[str]
) -> None:
    """As they could be before Terraform 0.12: they are attributes, and no blocks."""
    body = parse("/nowhere/x.tf", f"{kind} {{\n{text}}}\n").body.blocks[0].body
    found = {}
    for name, one in body.attributes.items():
        node = one.expression
        members = node.members if isinstance(node, ObjectExpression) else ()
        found[name] = [spelled_out(each.key).strip('"') for each in members]
    assert found == attributes
    assert [one.type for one in body.blocks] == blocks
