"""What the parts of a source are, and where they stand, to the character."""

from collections.abc import Iterator

import pytest

from taskwall.core.values import Span
from taskwall.readers.terraform.syntax.hcl import parse
from taskwall.readers.terraform.syntax.tree import Body, Expression, children


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
