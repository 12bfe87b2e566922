"""Where attributes and blocks go in resources of Terraform that look in all kinds of ways."""

import pytest

from mending import Mend
from taskwall.core.change import NewValue


def hcl(body: str) -> str:
    """A resource with some lines."""
    lines = "".join(f"  {line}\n" if line else "\n" for line in body.split("\n"))
    return f'variable "v" {{}}\nresource "t" "x" {{\n{lines}}}\n'


@pytest.mark.parametrize(
    ("before", "path", "wanted", "after"),
    [
        ("a = 1", "b", 2, "a = 1\nb = 2"),
        ("a = 1", "long", 2, "a = 1\n\nlong = 2"),
        ("long = 1", "b", 2, "long = 1\nb    = 2"),
        ("a = 1", "b.c", {"d": 2}, "a = 1\n\nb {\n  c {\n    d = 2\n  }\n}"),
        ("a = [\n  1,\n]", "b", 2, "b = 2\na = [\n  1,\n]"),
        ("a = [\n  1,\n]\nc = 3", "b", 2, "a = [\n  1,\n]\nc = 3\nb = 2"),
        ("c {\n}\na = 1", "b", 2, "b = 2\nc {\n}\na = 1"),
        ("c {\n}\na = 1", "b.d", 2, "c {\n}\na = 1\n\nb {\n  d = 2\n}"),
        ("depends_on = [t.y]", "b", 2, "b = 2\ndepends_on = [t.y]"),
        ("a = 1 # x\n\nc = 2\n\nd {\n}", "b", 2, "a = 1 # x\n\nc = 2\nb = 2\n\nd {\n}"),
        ("# x", "b.c", 2, "# x\n\nb {\n  c = 2\n}"),
        ("", "b", 2, "b = 2\n"),
        (
            "a = 1\n\nc {\n}",
            "",
            {"b": 2, "d": {"e": 3}, "f": ({"g": 4}, {"g": 5})},
            "a = 1\nb = 2\n\nc {\n}\n\nd {\n  e = 3\n}\n\nf {\n  g = 4\n}\n\nf {\n  g = 5\n}",
        ),
        ("a = 1", "", {"b": 2, "d": {"e": 3}}, "a = 1\nb = 2\n\nd {\n  e = 3\n}"),
        (
            "a {\n  b = 1\n}",
            "a",
            {"b": 2, "c": 3, "d": {"e": 4}},
            "a {\n  b = 2\n  c = 3\n\n  d {\n    e = 4\n  }\n}",
        ),
        ("a {\n}\na {\n}", "a[1].b", 2, "a {\n}\na {\n  b = 2\n}"),
        ("a {\n}", "a[+]", ({"b": 1},), "a {\n}\n\na {\n  b = 1\n}"),
        ("a {\n} # x\nb = 1", "a[+]", ({"b": 1},), "a {\n} # x\n\na {\n  b = 1\n}\nb = 1"),
        ('a = "\\n"', "a", "x\ny\\", 'a = "x\\ny\\\\"'),
        ("a = { b = var.v }", "a.c", 1, "a = { b = var.v, c = 1 }"),
        ("a {\n}\na {\n}", "a[2].b", 2, None),
        ("a {\n}", "a[+]", 1, None),
        ("a {\n}", "a", 1, None),
        ("a {\n  b = 1\n}", "a.b.c", 2, None),
        ("a {\n  b = 1\n}", "a[1].b", 2, None),
        ("a = 1", "", 2, None),
        ('a = "${"b"}"', "a", 1, None),
        ("a = -1", "a", 1, None),
        ("a = var.v", "a.b", 1, None),
        ("a = { b = 1 }", "a.b.c", 1, None),
        (
            'a {\n}\ndynamic "a" {\n  for_each = [1]\n  content {\n  }\n}',
            "a[0].b",
            2,
            None,
        ),
    ],
)
def test_layouts(mend: Mend, before: str, path: str, wanted: NewValue, after: str | None) -> None:
    """Attributes join attributes, blocks go to the end, and nothing is guessed."""
    assert mend(hcl(before), path, wanted) == (None if after is None else hcl(after))


def yaml(body: str) -> str:
    """A resource of a template with some lines below its properties."""
    lines = "".join(f"      {line}\n" if line else "\n" for line in body.split("\n"))
    return f"Resources:\n  x:\n    Type: AWS::B::C\n    Properties:\n{lines}"


@pytest.mark.parametrize(
    ("before", "path", "wanted", "after"),
    [
        ("A: {}", "A.B", 1, "A: { B: 1 }"),
        ("A: ~", "A", 1, "A: 1"),
        (
            "A: {\n  B: 1,\n  C: 2\n}",
            "",
            {"A": {"B": 3, "D": 4}},
            "A: {\n  B: 3,\n  C: 2,\n  D: 4\n}",
        ),
        ("A: {B: 1,\n    C: 2}", "A.D", 4, "A: {B: 1,\n    C: 2, D: 4}"),
        (
            "A: [\n  {B: 1}\n]",
            "A[+]",
            ({"B": 2}, {"B": (3,)}),
            "A: [\n  {B: 1},\n  {\n    B: 2\n  },\n  {\n    B: [\n      3\n    ]\n  }\n]",
        ),
        ("A: [{B: 1},\n  {B: 2}]", "A[+]", ({"B": 3},), "A: [{B: 1},\n  {B: 2}, { B: 3 }]"),
        ("A: [1, 2]", "A[0]", 3, "A: [3, 2]"),
        ("A: 1", "B[+]", (2,), "A: 1\nB:\n  - 2"),
        ("A: 1 # x\n# y", "B", 2, "A: 1 # x\nB: 2\n# y"),
        ("A: 1 # x\n\n", "B", 2, "A: 1 # x\nB: 2\n\n"),
        ('A: "x"', "A", "a\nb", 'A: "a\\nb"'),
        ("A: x", "A", "a: b", 'A: "a: b"'),
        ("A: x", "A", "- b", 'A: "- b"'),
        ("A: x", "A", "true", 'A: "true"'),
        ("A: x", "A", "2012-10-17", 'A: "2012-10-17"'),
        ("A: x", "A", "a/b.c:d-e", "A: a/b.c:d-e"),
        ("A: x", "A", "a:", 'A: "a:"'),
        ("A: x", "A", "", 'A: ""'),
        ("A: x", "A", 1.5, "A: 1.5"),
        ("A: x", "A", None, "A: null"),
        ("A: 'x'", "A", None, "A: ''"),
        ('A: "x"', "A", None, 'A: ""'),
        ("A: x", "A", False, "A: false"),
        (
            "A:\n- B: 1\n- B: 2",
            "A[+]",
            ({"B": 3, "D": 5}, {"B": {"C": 4}}),
            "A:\n- B: 1\n- B: 2\n- B: 3\n  D: 5\n- B:\n    C: 4",
        ),
        ("A: []", "A[+]", ({"B": 1},), None),
        ("A: [1]", "A[+]", 3, None),
        ("A:\n- 1", "A[+]", 3, None),
        ("<<: &b {C: 1}\nA: 1", "A", 3, None),
        ("A:", "A.B", 1, None),
        ("A: [1, 2,]", "A[+]", (3,), None),
        ("A: [1, 2]", "A[2]", 3, None),
        ("A: [1]", "A", 3, None),
        ("A: 1", "A", (3,), None),
        ("A: 1", "A.B", 3, None),
        ("A: 1", "A[0]", 3, None),
        ("A: 1", "A[+]", (3,), None),
        ("A: 1", "B[0].C", 3, None),
        ("- A: 1", "A", 1, None),
        ("A:\n- - B: 1", "A[0][+]", ({"B": 3},), None),
    ],
)
def test_layouts_of_templates(
    mend: Mend, before: str, path: str, wanted: NewValue, after: str | None
) -> None:
    """Members and elements go behind the last one, in the style of what they are in."""
    assert mend(yaml(before), path, wanted) == (None if after is None else yaml(after))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("x: {Type: AWS::B::C}", "x: {Type: AWS::B::C, Properties: { A: { B: 1 } }}"),
        (
            "x:\n  Properties:\n    C: 1\n  Type: AWS::B::C",
            "x:\n  Properties:\n    C: 1\n    A:\n      B: 1\n  Type: AWS::B::C",
        ),
        (
            "x:\n  Type: AWS::B::C\n  DependsOn: y\ny:\n  Type: AWS::B::C",
            (
                "x:\n  Type: AWS::B::C\n  DependsOn: y\n  Properties:\n    A:\n      B: 1\n"
                "y:\n  Type: AWS::B::C"
            ),
        ),
        (
            "x:\n  Type: AWS::B::C\n  Properties: {}\n  DependsOn: y\ny:\n  Type: AWS::B::C",
            (
                "x:\n  Type: AWS::B::C\n  Properties: { A: { B: 1 } }\n  DependsOn: y\n"
                "y:\n  Type: AWS::B::C"
            ),
        ),
    ],
)
def test_layouts_of_resources(mend: Mend, before: str, after: str) -> None:
    """Properties are added where a resource has none."""

    def template(body: str) -> str:
        return "Resources:\n" + "".join(f"  {line}\n" for line in body.split("\n"))

    assert mend(template(before), "A.B", 1) == template(after)
