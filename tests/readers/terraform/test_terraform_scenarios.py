"""One evaluation serves scenarios after one another: it must be what each would be by itself."""

import sys
import threading
from collections.abc import Callable
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from budgets import examples
from taskwall.core.values import OTHER, Scenario, plain
from taskwall.readers.terraform import TerraformStack, stacks
from taskwall.readers.terraform.evaluation import recorded
from taskwall.readers.terraform.stack import FRAMES, with_recursion_limit
from taskwall.readers.terraform.values import sensitive
from taskwall.readers.terraform.values.effects import OPEN, ByAnswers
from taskwall.source.files import Files
from taskwall.source.resource import Resource
from taskwall.source.stack import Evaluation, Inputs

ROOT = "/nowhere/live"

HANG = 60.0
"""Seconds after which a thread counts as one that never ends."""

Stacks = Callable[..., TerraformStack]

OPERANDS = ("var.a", "var.b", "var.c")
ANSWERS = (True, OTHER, "live")

CONDITION = st.sampled_from(
    [
        "var.a",
        'var.b == "live"',
        "var.c != null",
        "!var.a && var.c",
        "local.l0",
        "local.l2 == true",
        'aws_x.r0[0].name == "live"',
        "module.m.out",
        "true",
    ]
)
VALUE = st.sampled_from(
    [
        '"text"',
        "var.b",
        "local.l1",
        "local.l2",
        "aws_x.r0",
        "aws_x.r1[0].id",
        "one(aws_x.r2[*].name)",
        "module.m",
        "module.m.out",
        "[for m in [module.m] : m]",
        "upper(var.secret)",
        "sensitive(var.b)",
        "missing.thing",
        "try(aws_x.r2[1].name, null)",
        '"${local.l0}-${var.b}"',
        "jsonencode({ b = var.b, c = local.l1 })",
    ]
)
"""Among them names that nothing declares, what may depend on itself, and secrets."""


@st.composite
def chosen(draw: st.DrawFn) -> str:
    """An expression that may be another one under another scenario."""
    if draw(st.booleans()):
        return draw(VALUE)
    return f"{draw(CONDITION)} ? {draw(VALUE)} : {draw(VALUE)}"


@st.composite
def roots(draw: st.DrawFn) -> dict[str, str]:
    """A root module with open switches, and the module that it calls."""
    lines = [
        'variable "a" {}\nvariable "b" {}\nvariable "c" {}',
        'variable "secret" {\n  default   = "hushed-word"\n  sensitive = true\n}',
    ]
    lines += [f"locals {{\n  l{number} = {draw(chosen())}\n}}" for number in range(3)]
    meta = st.sampled_from(
        [
            "",
            "count = {0} ? 1 : 0",
            "count = {0} ? 2 : 1",
            "for_each = {0} ? {{ live = {1} }} : {{}}",
            "for_each = toset([for k in [{1}] : k if {0}])",
        ]
    )
    for number in range(4):
        heading = draw(meta).format(draw(CONDITION), draw(chosen()))
        block = ""
        if draw(st.booleans()):
            content = "content {\n      v = rule.value\n    }"
            block = f'dynamic "rule" {{\n    for_each = [{draw(chosen())}]\n    {content}\n  }}'
        lines.append(
            f'resource "aws_x" "r{number}" {{\n  {heading}\n  name = {draw(chosen())}\n'
            f"  peer = {draw(chosen())}\n  {block}\n}}"
        )
    calls = draw(meta).format(draw(CONDITION), draw(chosen()))
    lines.append(
        f'module "m" {{\n  source = "../m"\n  {calls}\n  given = {draw(chosen())}\n'
        f"  on = {draw(CONDITION)}\n}}"
    )
    inner = draw(meta).format("var.on", "var.given")
    inside = (
        'variable "given" {}\nvariable "on" {}\nlocals {\n  own = aws_y.in\n}\n'
        f'resource "aws_y" "in" {{\n  {inner}\n  v = var.given\n}}\n'
        'output "out" {\n  value = local.own\n}\n'
    )
    return {f"{ROOT}/main.tf": "\n".join(lines), "/nowhere/m/main.tf": inside}


SCENARIOS = st.lists(
    st.sampled_from(
        [
            {op: answer for op, answer in zip(OPERANDS, row, strict=True) if answer is not False}
            for row in product((False, *ANSWERS), repeat=len(OPERANDS))
        ]
    ),
    min_size=2,
    max_size=6,
)


def stack_of(texts: dict[str, str], *, free: bool, lasts: bool) -> TerraformStack:
    """The stack of the root module."""
    files = Files(dict(texts), retained=lasts)
    found, _ = stacks(list(texts), files, Inputs(boundary="/nowhere", explore_defaults=free))
    return next(one for one in found if one.name == ROOT and isinstance(one, TerraformStack))


def told(evaluation: Evaluation) -> tuple[object, ...]:
    """All that an evaluation says, types and places of values included."""
    resources = evaluation.line_map.apply(evaluation.resources)
    return repr(resources), set(evaluation.errors), evaluation.questions, evaluation.sensitive_texts


@examples(150)
@given(roots(), SCENARIOS, st.booleans(), st.booleans())
def test_scenarios_share_only_what_is_the_same_in_each(
    texts: dict[str, str], scenarios: list[Scenario], free: bool, lasts: bool
) -> None:
    """Evaluated one after the other, each is what it is when it is evaluated alone."""
    evaluate = stack_of(texts, free=free, lasts=lasts).evaluations()
    for scenario in [{}, *scenarios, {}]:
        alone = stack_of(texts, free=free, lasts=False).evaluate(scenario)
        assert told(evaluate(scenario)) == told(alone)


EDITS = (
    ("var.b", '"text"'),
    ('"text"', "var.c"),
    ("given = ", "given = # "),
    ("count = ", "# count = "),
    ("\n  name", "\n\n  name"),
    ("local.l1", "local.l2"),
)


@examples(30)
@given(roots(), SCENARIOS, st.lists(st.tuples(st.sampled_from(EDITS), st.integers(0, 3))))
def test_edits_leave_what_a_scan_says(
    texts: dict[str, str],
    scenarios: list[Scenario],
    edits: list[tuple[tuple[str, str], int]],
) -> None:
    """Evaluated again after each edit, each scenario is what it is when it is evaluated alone."""
    files = Files(dict(texts), retained=True)
    inputs = Inputs(boundary="/nowhere")
    now = dict(texts)
    for (old, new), turn in [(("", ""), 0), *edits]:
        path = f"{ROOT}/main.tf" if turn else "/nowhere/m/main.tf"
        pieces = now[path].split(old) if old else [now[path]]
        at = min(turn, len(pieces) - 1)
        now[path] = new.join([old.join(pieces[:at]), old.join(pieces[at:])]) if at else now[path]
        files.change(path, now[path])
        found, _ = stacks(list(now), files, inputs)
        evaluate = next(
            one for one in found if one.name == ROOT and isinstance(one, TerraformStack)
        ).evaluations()
        for scenario in [{}, *scenarios]:
            alone = stack_of(now, free=False, lasts=False).evaluate(scenario)
            assert told(evaluate(scenario)) == told(alone)


MAIN = """
variable "on" {}

resource "aws_x" "switched" {
  count = var.on ? 1 : 0
}

resource "aws_x" "plain" {
  name = "a"
}

resource "aws_x" "peer" {
  name = aws_x.plain.id
  from = one(aws_x.switched[*].id)
}
"""


def by_name(evaluation: Evaluation) -> dict[str, Resource]:
    """Its resources by name."""
    return {resource.origin.name: resource for resource in evaluation.resources}


ELEMENT = """
variable "on" {}
variable "more" {}
locals { one = ONE }
resource "t" "before" { x = local.one.x }
resource "t" "later" { x = var.more ? local.one.x : "none" }
"""
OVER = 'for_each = var.on ? { a = "A" } : { a = "B" }'
OF_RESOURCE = f'resource "t" "r" {{\n  {OVER}\n  x = each.value\n}}\n'
OF_MODULE = f'module "m" {{\n  source = "../m"\n  {OVER}\n  x = each.value\n}}\n'
CHILD = """
variable "x" {}
resource "t" "r" {
  count = 1
  x     = var.x
}
output "x" { value = var.x }
output "whole" { value = t.r[0] }
"""


@pytest.mark.parametrize(
    ("one", "more"),
    [
        ('t.r["a"]', OF_RESOURCE),
        ('module.m["a"]', OF_MODULE),
        ('module.m["a"].whole', OF_MODULE),
    ],
    ids=["a resource", "a module", "a resource of a module"],
)
def test_an_element_is_that_of_the_scenario(stack: Stacks, one: str, more: str) -> None:
    """Also where an earlier scenario has found it, and one between them has another."""
    evaluate = stack(ELEMENT.replace("ONE", one) + more, {"m/main.tf": CHILD}).evaluations()

    found = []
    for on, later in ((True, False), (False, False), (True, True), (False, True)):
        resources = by_name(evaluate({"var.on": on, "var.more": later}))
        read = (resources[f"t.{name}"].body.fields["x"] for name in ("before", "later"))
        found.append([plain(value) for value in read])

    assert found == [["A", "none"], ["B", "none"], ["A", "A"], ["B", "B"]]


def test_what_no_scenario_changes_is_the_very_same(stack: Stacks) -> None:
    """Of three resources only those differ that the switch reaches."""
    evaluate = stack(MAIN).evaluations()
    on, off = (by_name(evaluate({"var.on": answer})) for answer in (True, OTHER))
    assert on["aws_x.plain"] is off["aws_x.plain"]
    assert on["aws_x.peer"] is not off["aws_x.peer"]
    assert "aws_x.switched" in on
    assert "aws_x.switched" not in off
    again = by_name(evaluate({"var.on": True}))
    assert all(again[name] is resource for name, resource in on.items())


@pytest.mark.parametrize("free", [False, True])
def test_errors_are_those_of_the_scenario(stack: Stacks, free: bool) -> None:
    """What is wrong in something that is not there is not told; what is kept tells it again."""
    text = 'variable "on" {}\nlocals {\n  a = var.on ? local.a : 1\n  b = [local.a]\n}\n'
    text += 'resource "aws_x" "x" {\n  name = local.b\n}\n'
    evaluate = stack(text, inputs=Inputs(boundary="/nowhere", explore_defaults=free)).evaluations()
    for answer, count in ((True, 1), (OTHER, 0), (True, 1)):
        assert len(evaluate({"var.on": answer}).errors) == count


CALL = """
variable "on" {}

module "m" {
  source = "../m"
  given  = "a"
}

resource "aws_x" "switched" {
  count = var.on ? 1 : 0
  name  = module.m.out
}
"""

CALLED = """
variable "given" {}

resource "aws_y" "takes" {
  name = var.given
}

resource "aws_y" "plain" {
}

output "out" {
  value = aws_y.plain.id
}
"""


def test_a_call_is_edited_and_only_what_takes_from_it_is_another() -> None:
    """What was evaluated in the module stands, under each scenario."""
    texts = {f"{ROOT}/main.tf": CALL, "/nowhere/m/main.tf": CALLED}
    files = Files(dict(texts), retained=True)

    def now() -> list[dict[str, Resource]]:
        found, _ = stacks(list(texts), files, Inputs(boundary="/nowhere"))
        evaluate = found[0].evaluations()
        return [by_name(evaluate(scenario)) for scenario in ({}, {"var.on": True})]

    before = now()
    files.change(f"{ROOT}/main.tf", CALL.replace('"a"', '"b"'))
    after = now()
    for old, new in zip(before, after, strict=True):
        assert old["module.m.aws_y.plain"] is new["module.m.aws_y.plain"]
        assert old["module.m.aws_y.takes"] is not new["module.m.aws_y.takes"]
    assert before[0]["module.m.aws_y.plain"] is after[1]["module.m.aws_y.plain"]


def test_what_hangs_on_a_switch_stands_from_one_round_of_scenarios_to_the_next() -> None:
    """An edit elsewhere leaves it, however often it is asked what holds under no scenario."""
    texts = {f"{ROOT}/main.tf": MAIN}
    files = Files(dict(texts), retained=True)

    def now() -> dict[str, Resource]:
        found, _ = stacks(list(texts), files, Inputs(boundary="/nowhere"))
        evaluate = found[0].evaluations()
        for scenario in ({}, {"var.on": False}):
            evaluate(scenario)
        switched = by_name(evaluate({"var.on": True}))
        evaluate({})  # as hovers and lenses do
        return switched

    before = now()
    files.change(f"{ROOT}/main.tf", MAIN.replace('"a"', '"b"'))
    after = now()
    assert before["aws_x.switched"] is after["aws_x.switched"]
    assert before["aws_x.plain"] is not after["aws_x.plain"]


LIVE = {
    f"{ROOT}/main.tf": 'module "m" { source = "../m" }\nresource "t" "a" { x = file("note") }',
    f"{ROOT}/note": "a",
    "/nowhere/m/main.tf": 'resource "t" "b" {}',
    "/nowhere/other/main.tf": 'resource "t" "c" {}',
}


@pytest.mark.parametrize(
    ("change", "lasts"),
    [
        ({}, True),
        ({"/nowhere/other/main.tf": 'resource "t" "d" {}'}, True),
        ({f"{ROOT}/main.tf": 'module "m" { source = "../m" }'}, False),
        ({f"{ROOT}/note": "b"}, False),
        ({"/nowhere/m/main.tf": 'resource "t" "e" {}'}, False),
    ],
)
def test_a_root_is_kept_until_what_it_reads_is_another(change: dict[str, str], lasts: bool) -> None:
    """While files last, the stack with all that it knows is that of before an edit elsewhere."""
    files = Files(dict(LIVE), retained=True)
    paths = [path for path in LIVE if path.endswith(".tf")]

    def now(inputs: Inputs) -> TerraformStack:
        found, _ = stacks(paths, files, inputs)
        one = next(one for one in found if one.name == ROOT)
        assert isinstance(one, TerraformStack)
        one.evaluate({})
        return one

    before = now(Inputs(boundary="/nowhere"))
    for path, text in change.items():
        files.change(path, text)
    assert (now(Inputs(boundary="/nowhere")) is before) is lasts
    assert now(Inputs(boundary="/nowhere", workspace="prod")) is not before
    assert now(Inputs(boundary="/")) is not before


@pytest.mark.parametrize("most", [1, 2, 3, 4])
def test_of_many_secrets_the_same_are_hidden_after_an_edit(
    most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where there are more than are kept in mind, those count that are met first."""
    for module in (recorded, sensitive):
        monkeypatch.setattr(module, "MAX_SENSITIVE_TEXTS", most)
    path = f"{ROOT}/main.tf"
    blocks = [
        f'variable "v{n}" {{\n  default   = "secret-{n}-text"\n  sensitive = true\n}}\n'
        f'resource "t" "t{n}" {{ x = var.v{n} }}\n'
        for n in range(3)
    ]
    files = Files({path: blocks[0]}, retained=True)

    def now(files: Files) -> Evaluation:
        (found,), _ = stacks([path], files, Inputs(boundary="/nowhere"))
        return found.evaluate({})

    now(files)
    files.change(path, "".join(reversed(blocks)))
    assert told(now(files)) == told(now(Files({path: "".join(reversed(blocks))})))


def test_threads_share_the_raised_recursion_limit() -> None:
    """One that is done takes it from no other."""
    began, ended = threading.Event(), threading.Event()

    def first() -> None:
        began.set()
        ended.wait(HANG)

    thread = threading.Thread(target=with_recursion_limit, args=(first,))
    thread.start()
    began.wait(HANG)

    def second() -> int:
        ended.set()
        thread.join(HANG)
        return sys.getrecursionlimit()

    assert with_recursion_limit(second) >= FRAMES


def test_what_hangs_on_answers_is_found_by_their_types() -> None:
    """To Python `True` and `1` are one key: a switch and a count of the same name are two."""
    known = ByAnswers[str]()
    for answer, value in ((True, "switch"), (1, "count"), (OPEN, "open")):
        known.put((("var.a", answer),), value)
    known.put((("var.a", True), ("var.b", "live")), "both")

    assert [*known.under({"var.a": 1})] == ["count"]
    assert [*known.under({"var.a": True})] == ["switch"]
    assert [*known.under({"var.a": True, "var.b": "live"})] == ["switch", "both"]
    assert [*known.under({})] == ["open"]
