"""A part of a list, a map or a text that Terraform would refuse does not cost the others."""

from collections.abc import Callable

import pytest

from taskwall.core.values import Value, needs
from taskwall.readers.terraform import TerraformStack
from taskwall.readers.terraform.evaluation import functions
from taskwall.source.stack import Evaluation, InternalError

Shown = Callable[[Value], object]
WHY = "element(...) is given an empty list"


def read(expression: str, evaluated: Callable[..., Evaluation]) -> Value:
    """The value of an attribute; FAIL in it is what fails."""
    written = expression.replace("FAIL", "element([], 0)")
    text = f'variable "open" {{}}\nresource "t" "t" {{\n  x = {written}\n}}\n'
    return evaluated(text).resources[0].body.fields["x"]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ('["a", FAIL]', ["a", "<?>"]),
        ('[["a", FAIL], "b"]', [["a", "<?>"], "b"]),
        ('{ a = "b", c = FAIL }', {"a": "b", "c": "<?>"}),
        ('{ a = { b = FAIL, c = "d" } }', {"a": {"b": "<?>", "c": "d"}}),
        ('concat(["a"], [FAIL])', ["a", "<?>"]),
        ('concat(["a"], FAIL)', ["a", ("maybe", "<?>")]),
        ('flatten([["a"], [FAIL]])', ["a", ("maybe", "<?>")]),
        ('jsonencode({ a = "b", c = FAIL })', {"a": "b", "c": "<?>"}),
        ('merge({ a = "b" }, { c = FAIL })', {"a": "b", "c": "<?>"}),
        ('merge({ a = "b" }, FAIL)', {"a": "<?>", "*": "<?>"}),
        ('tolist(["a", FAIL])', ["a", "<?>"]),
        ('toset(["a", FAIL])', ["a", "<?>"]),
        ('toset(concat(["a"], [FAIL]))', ["a", "<?>"]),
        ('[for v in ["a", "b"] : { name = v, x = FAIL }]', [
            {"name": "a", "x": "<?>"},
            {"name": "b", "x": "<?>"},
        ]),
        ('{ for v in ["a", "b"] : v => [v, FAIL] }', {"a": ["a", "<?>"], "b": ["b", "<?>"]}),
        ('true ? ["a", FAIL] : []', ["a", "<?>"]),
        ('false ? ["a", FAIL] : ["b"]', ["b"]),
        ('var.open ? ["a", FAIL] : []', [("maybe", "a"), ("maybe", "<?>")]),
        ('false ? FAIL : ["b"]', ["b"]),
        ('"a-${FAIL}"', "a-<?>"),
        ('jsonencode("a-${FAIL}")', '"a-<?>"'),
    ],
)  # fmt: skip
def test_what_stays_beside_what_fails(
    expression: str, expected: object, evaluated: Callable[..., Evaluation], shown: Shown
) -> None:
    """The member is unknown by itself, in what keeps its members as they are."""
    found = read(expression, evaluated)
    assert shown(found) == expected
    waits = [str(need) for need in needs(found)]
    if "<?>" in str(expected):
        assert waits[-1] == WHY
    else:
        assert waits == []


@pytest.mark.parametrize(
    "expression",
    [
        "FAIL",
        "upper(FAIL)",
        'join(",", ["a", FAIL])',
        'distinct(["a", FAIL])',
        'compact(["a", FAIL])',
        'slice(["a", FAIL], 0, 1)',
        'setunion(["a"], [FAIL])',
        "length([FAIL])",
        'tomap({ a = "b", c = FAIL })',
        'jsonencode({ (FAIL) = "b" })',
        "{ (FAIL) = 1, b = 2 }",
        '[for v in ["a", FAIL] : v]',
        '[for v in ["a"] : v if FAIL]',
        "[FAIL][0]",
        '["a", FAIL][0]',
        "{ a = 1, b = FAIL }.a",
        "FAIL ? 1 : 2",
        "!FAIL",
        "1 + FAIL",
    ],
)
def test_what_is_made_of_what_fails(
    expression: str, evaluated: Callable[..., Evaluation], shown: Shown
) -> None:
    """All of it is unknown, for the reason for which the part is."""
    found = read(expression, evaluated)
    assert shown(found) == "<?>"
    (need,) = needs(found)
    assert str(need).endswith(WHY)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ('try(["a", FAIL], "b")', "b"),
        ('try({ a = FAIL }, "b")', "b"),
        ('can(["a", FAIL])', False),
        ("can({ a = [FAIL] })", False),
        ('try(FAIL, FAIL, ["a"])', ["a"]),
        ('["a", try(FAIL, "b")]', ["a", "b"]),
    ],
)
def test_what_fails_is_tried(
    expression: str, expected: object, evaluated: Callable[..., Evaluation], shown: Shown
) -> None:
    """To `try` and `can` a list with a member that fails fails as a whole, as to Terraform."""
    assert shown(read(expression, evaluated)) == expected


CRASHES = """locals {
  l = upper("a")
}
resource "t" "own" {
  x = upper("a")
  y = 1
}
resource "t" "local" {
  x = local.l
}
resource "t" "output" {
  x = module.m.o
}
resource "t" "counted" {
  count = upper("a")
  y     = 1
}
module "m" {
  source = "../m"
}
"""


@pytest.mark.parametrize("error", [RecursionError, KeyError, MemoryError])
def test_what_stays_beside_what_we_cannot_evaluate(
    error: type[Exception],
    stack: Callable[..., TerraformStack],
    shown: Shown,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A crash of ours, and what is nested too deeply, is told where it is; all else is read."""

    def crash(*_: object) -> Value:
        raise error("hunter2")

    monkeypatch.setattr(functions, "_function", lambda _: crash)
    others = {"m/main.tf": 'output "o" {\n  value = upper("a")\n}\n'}
    evaluation = stack(CRASHES, others).evaluate({})
    deep = error is RecursionError
    why = "is nested too deeply" if deep else "could not be evaluated"
    waits = [(one.origin.address, shown(one.body)) for one in evaluation.resources]
    assert waits == [
        ("t.own", {"x": "<?>", "y": 1}),
        ("t.local", {"x": "<?>"}),
        ("t.output", {"x": "<?>"}),
        ("t.counted[*]", {"y": 1}),
    ]
    names = ("t.own.x", "local.l", "module.m.output.o")
    assert [str(need) for one in evaluation.resources for need in needs(one.body)] == [
        f"{name} {why}" for name in names
    ]
    told = {
        (each.place.file.rpartition("/nowhere/")[2], each.place.line): each
        for each in evaluation.errors
    }
    assert set(told) == {
        ("live/main.tf", 2),
        ("live/main.tf", 5),
        ("live/main.tf", 15),
        ("m/main.tf", 2),
    }
    assert all(isinstance(each, InternalError) is not deep for each in told.values())
    if deep:
        assert [each.message for each in evaluation.errors] == [
            *(f"{name} {why}" for name in names),
            f"{why} to be analysed",
        ]
    assert not any("hunter2" in each.message for each in told.values())
