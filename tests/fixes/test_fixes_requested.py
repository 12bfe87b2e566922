"""Which changes may be offered of what rules ask for, in the settings that a stack may have."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import pytest

from taskwall.core.change import (
    AttributeChange,
    AttributePath,
    NewResource,
    NewValue,
    SourceCode,
    removal,
)
from taskwall.fixes.eligibility import RequestedFixes
from taskwall.readers import cloudformation, terraform
from taskwall.source.files import Files
from taskwall.source.stack import Evaluation, Inputs

Form = Literal["set", "whole", "beside", "removed", "call", "agent", "text"]


def evaluations(*texts: str) -> list[Evaluation]:
    """A source under each of its settings: what it would be without conditions."""
    found = []
    for text in texts:
        file = "main.tf" if "resource " in text else "template.yaml"
        reader = terraform if file == "main.tf" else cloudformation
        (stack,), errors = reader.stacks([file], Files({file: text}), Inputs())
        assert not errors
        found.append(stack.evaluate({}))
    return found


def change(at: str, wanted: NewValue = 2, form: Form = "set", **more: Any) -> AttributeChange:
    """A change of what is at a path behind an address, with a space between them."""
    address, _, path = at.partition(" ")
    return AttributeChange(AttributePath(address, path), wanted, wanted, form=form, **more)


def offered(
    texts: Sequence[str],
    asked: Sequence[tuple[int, AttributeChange]],
    wanted: AttributeChange,
    follow: bool = True,
) -> bool:
    """Whether a change is offered in the first setting, if a rule asks for some in settings."""
    fixes = RequestedFixes(evaluations(*texts))
    for scenario, each in asked:
        fixes.record("TW1", [each], scenario)
    found = fixes.applicable("TW1", [wanted], 0, follow=follow)
    assert all(resource.origin.address == one.attribute.address for one, resource in found)
    return bool(found)


TWO = 'resource "t_t" "x" {\n  count = 2\n  a = 1\n}\n'
FIRST, SECOND = "t_t.x[0] a", "t_t.x[1] a"


@pytest.mark.parametrize(
    ("others", "expected"),
    [
        ([change(SECOND)], True),
        ([], False),
        ([change(SECOND, 3)], False),
        ([change("t_t.x[1] b")], False),
        ([change(SECOND, 3), change(SECOND)], True),
        ([AttributeChange(AttributePath("t_t.x[1]", "a"), 2, 3)], False),
        ([AttributeChange(AttributePath("t_t.x[1]", "a"), 3, 2)], False),
    ],
    ids=["same", "none", "value", "path", "one of two", "in templates", "in Terraform"],
)
def test_all_that_a_text_declares_must_need_it(
    others: list[AttributeChange], expected: bool
) -> None:
    """The same value at the same path."""
    asked = [(0, each) for each in (change(FIRST), *others)]

    assert offered([TWO], asked, change(FIRST)) is expected
    assert offered([TWO], asked, change(FIRST, form="whole")) is expected


def test_rules_are_asked_one_by_one() -> None:
    """What another rule asks of the other resource does not count; nor does another change."""
    fixes = RequestedFixes(evaluations(TWO))
    fixes.record("TW1", [change(FIRST), change("t_t.x[0] b")], 0)
    fixes.record("TW2", [change(SECOND), change("t_t.x[1] b")], 0)
    fixes.record("TW1", [change("t_t.x[1] b")], 0)

    asked = [change(FIRST), change("t_t.x[0] b")]
    found = [fixes.applicable("TW1", [each], 0, follow=True) for each in asked]
    assert [bool(each) for each in found] == [False, True]
    assert not fixes.applicable("TW1", asked, 0, follow=True)


def test_what_is_agreed_of_one_text_and_rule_is_not_of_others() -> None:
    """Each is asked for itself, in whichever order."""
    fixes = RequestedFixes(evaluations(TWO + TWO.replace('"x"', '"y"')))
    fixes.record("TW1", [change(FIRST), change(SECOND), change("t_t.y[0] a")], 0)
    fixes.record("TW2", [change(FIRST)], 0)

    for _ in range(2):
        assert fixes.applicable("TW1", [change(FIRST)], 0, follow=True)
        assert fixes.applicable("TW1", [change(SECOND)], 0, follow=True)
        assert not fixes.applicable("TW1", [change("t_t.y[0] a")], 0, follow=True)
        assert not fixes.applicable("TW2", [change(FIRST)], 0, follow=True)
        assert not fixes.applicable("TW1", [change(FIRST, 3)], 0, follow=True)


def test_of_a_resource_that_is_not_there() -> None:
    """A setting may not have it."""
    assert not offered([TWO], [(0, change("t_t.y a"))], change("t_t.y a"))


ONE = 'resource "t_t" "x" {\n  a = 1\n}\n'
NONE = "\n" * 9 + 'resource "t_t" "y" {\n}\n'
BESIDE = change("t_t.x ", NewResource("t_new", "n", {}), "beside")


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        ([ONE], True),
        ([ONE, ONE], True),
        ([ONE, NONE], False),
        ([ONE + 'resource "t_new" "n" {\n}\n'], False),
        ([ONE, ONE + 'resource "t_new" "n" {\n  count = 1\n}\n'], False),
        ([ONE + 'resource "t_new" "m" {\n}\n'], True),
        ([ONE.replace("a = 1", "count = var.n") + 'variable "n" {}\n'], False),
    ],
    ids=["one", "always", "sometimes", "taken", "taken there", "other name", "not known"],
)
def test_what_is_added_has_no_condition(texts: list[str], expected: bool) -> None:
    """So it stands beside what is always there, under a name that is never taken."""
    assert offered(texts, [(0, BESIDE)], BESIDE) is expected


def test_code_that_is_added_has_names() -> None:
    """As resources that are given by their parts."""
    code = 'resource "t_t" "y" {\n}\n\nresource "t_new" "n" {\n}\n'
    beside = change("t_t.x ", SourceCode(code), "beside")

    assert offered([ONE], [(0, beside)], beside)
    assert not offered([ONE + NONE], [(0, beside)], beside)
    assert not offered([ONE + 'resource "t_new" "n" {\n}\n'], [(0, beside)], beside)
    assert offered([ONE + 'resource "t_new" "y" {\n}\n'], [(0, beside)], beside)


OPEN = ONE.replace("a = 1", "a {\n    b = 1\n  }\n  a {\n    b = 2\n  }")
OTHER = OPEN.replace("b = 1", "b = 3")
INNER = ONE.replace("a = 1", "c {\n    a {\n    b = 1\n    }\n    a {\n    b = 2\n    }\n  }")
FEWER = OPEN.replace("a {\n    b = 1\n  }\n", "\n\n\n")


@pytest.mark.parametrize(
    ("texts", "asked", "path", "expected"),
    [
        ([OPEN], [0], "a[0]", True),
        ([OPEN, OPEN], [0, 1], "a[0]", True),
        ([OPEN, OPEN], [0], "a[0]", False),
        ([OPEN, OTHER], [0], "a[0]", False),
        ([OPEN, FEWER], [0], "a[0]", True),
        ([OPEN, FEWER], [0], "a[1]", False),
        ([OPEN, NONE], [0], "a[0]", True),
        ([OPEN, NONE], [0], "", True),
        ([OPEN, FEWER], [0], "", False),
        ([OPEN, FEWER], [0, 1], "", True),
        ([OPEN, ONE], [0], "a[0]", False),
        ([OPEN, OPEN], [0], "a[7]", False),
        ([OPEN, OPEN], [0, 1], "a[7]", True),
        ([INNER, INNER], [0], "c.a[1]", False),
        ([INNER, INNER.replace("b = 2", "")], [0], "c.a[1]", False),
        ([INNER, INNER.replace("c {", "e {")], [0], "c.a[1]", False),
        ([INNER, INNER.replace("a {", "f {", 2)], [0], "c.a[1]", False),
        ([INNER, INNER.replace("  c {", "  c {\n    a {\n    }")], [0], "c.a[1]", True),
    ],
    ids=[
        *("only", "both", "needed", "other inside", "not there", "another element"),
        *("no resource", "no whole resource", "whole", "whole in both", "no list"),
        *("nothing here", "nothing in both", "inside", "other value", "not there inside"),
        *("no list inside", "elsewhere inside"),
    ],
)
def test_what_is_taken_away_is_wrong_in_each_setting_that_has_it(
    texts: list[str], asked: list[int], path: str, expected: bool
) -> None:
    """It is gone in all of them."""
    gone = removal(AttributePath("t_t.x", path))

    assert offered(texts, [(scenario, gone) for scenario in asked], gone) is expected


def test_what_another_setting_asks_to_change_is_not_taken_away() -> None:
    """There the rule is content with less."""
    at = AttributePath("t_t.x", "a[0]")
    gone, changed = removal(at), AttributeChange(at, 2, 2)

    assert not offered([OPEN, OPEN], [(0, gone), (1, changed)], gone)
    assert offered([OPEN, OPEN], [(0, gone), (1, changed), (1, gone)], gone)


def test_a_list_of_scalars_that_a_setting_has_too() -> None:
    """An element is known again by its place; one in a list that is not known may be there."""
    text = 'resource "t_t" "x" {\n  a = ["b", "c"]\n}\n'
    gone = removal(AttributePath("t_t.x", "a[1]"))

    for other, expected in (
        (text, False),
        (text.replace(', "c"', ""), True),
        (text.replace('["b", "c"]', "var.v") + 'variable "v" {}\n', False),
    ):
        assert offered([text, other], [(0, gone)], gone) is expected


def test_a_list_that_another_resource_gives() -> None:
    """What it gives is known in each setting, and so is whether the element is there."""
    text = 'resource "t_t" "x" {\n  a = t_t.y.l\n}\nresource "t_t" "y" {\n  l = ["b", "c"]\n}\n'
    gone = removal(AttributePath("t_t.x", "a[1]"))

    assert not offered([text, text], [(0, gone)], gone)
    assert offered([text, text.replace(', "c"', "")], [(0, gone)], gone)


COPIED = ONE + 'resource "t_t" "z" {\n  p = 80\n}\n'
COPY = change("t_t.x a", copies=(AttributePath("t_t.z", "p"),))


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        ([COPIED], True),
        ([COPIED, COPIED], True),
        ([COPIED, COPIED.replace("80", "81")], False),
        ([COPIED, COPIED, COPIED.replace("80", "81")], False),
        ([COPIED, COPIED.replace("p = 80", "p = 80\n  q = 1")], True),
        ([COPIED, ONE], False),
        ([ONE, COPIED], False),
        ([COPIED, ONE + 'resource "t_t" "z" {\n}\n'], False),
        ([COPIED.replace("80", "var.p") + 'variable "p" {\n  default = 80\n}\n'], False),
        ([COPIED.replace("80", "local.p") + "locals {\n  p = 80\n}\n"], True),
        ([COPIED, COPIED.replace("80", "var.p") + 'variable "p" {}\n'], False),
    ],
    ids=[
        *("one", "same", "other", "other once", "other attributes"),
        *("not there", "not here", "not set"),
        *("default", "local", "not known"),
    ],
)
def test_what_is_copied_is_always_the_same(texts: list[str], expected: bool) -> None:
    """No input, and no condition, gives it another value."""
    assert offered(texts, [(0, COPY)], COPY) is expected


def test_all_that_is_copied_is_always_the_same() -> None:
    """One that is not will do to leave it."""
    text = COPIED + 'resource "t_t" "w" {\n  p = var.p\n}\nvariable "p" {\n  default = 1\n}\n'
    paths = AttributePath("t_t.z", "p"), AttributePath("t_t.w", "p")
    for copies, expected in ((paths, False), (paths[:1], True), (paths[1:], False)):
        copy = change("t_t.x a", copies=copies)
        assert offered([text], [(0, copy)], copy) is expected


GROUP = 'resource "aws_security_group" "g" {\n}\n'
RULE = 'resource "TYPE" "r" {\n  security_group_id = aws_security_group.g.id\n}\n'


@pytest.mark.parametrize("way", ["ingress", "egress"])
@pytest.mark.parametrize(
    ("type_", "own", "expected"),
    [
        ("aws_vpc_security_group_{way}_rule", "", False),
        ("aws_security_group_rule", "", False),
        ("aws_vpc_security_group_{other}_rule", "", True),
        ("aws_lb", "", True),
        ("aws_security_group_rule", "  {way} {{\n    from_port = 1\n  }}\n", True),
        ("aws_security_group_rule", "  {other} {{\n    from_port = 1\n  }}\n", False),
    ],
)
def test_the_first_inline_permission_takes_away_rules(
    way: str, type_: str, own: str, expected: bool
) -> None:
    """The provider removes what is not inline, in that direction, once something is."""
    other = "egress" if way == "ingress" else "ingress"
    group = GROUP.replace("{\n", "{\n" + own.format(way=way, other=other))
    rule = RULE.replace("TYPE", type_.format(way=way, other=other))
    added = change(f"aws_security_group.g {way}[+]", ({"from_port": 1},))

    assert offered([group + rule], [(0, added)], added) is expected
    assert offered([group, group + rule], [(0, added)], added) is expected


def test_rules_of_another_group_stay() -> None:
    """Only those of the group that gets its first inline permission would go."""
    added = change("aws_security_group.g ingress[+]", ({"from_port": 1},))
    elsewhere = RULE.replace("TYPE", "aws_security_group_rule")
    for group in ("aws_security_group.h.id", '"sg-1"'):
        rule = elsewhere.replace("aws_security_group.g.id", group)
        more = 'resource "aws_security_group" "h" {\n}\n'
        assert offered([GROUP + more + rule], [(0, added)], added)


def test_a_value_that_comes_from_elsewhere() -> None:
    """It is changed where it is written, if a rule lets that be, and never under a new name."""
    text = ONE.replace("1", "local.a") + "locals {\n  a = 1\n}\n"
    wanted = change("t_t.x a")
    ways = ((wanted, True, 2), (wanted, False, 0), (change("t_t.x a", name="b"), True, 0))
    for each, follow, places in ways:
        fixes = RequestedFixes(evaluations(text))
        fixes.record("TW1", [each], 0)
        [(found, _)] = fixes.applicable("TW1", [each], 0, follow=follow)
        assert len(found.through) == places


def test_an_element_that_comes_from_elsewhere() -> None:
    """As an attribute, one by one."""
    text = 'resource "t_t" "x" {\n  a = [local.a, 3]\n}\nlocals {\n  a = 1\n}\n'
    for path, lines in (("a[0]", [2, 5]), ("a[1]", [])):
        wanted = change(f"t_t.x {path}")
        fixes = RequestedFixes(evaluations(text))
        fixes.record("TW1", [wanted], 0)
        [(found, _)] = fixes.applicable("TW1", [wanted], 0, follow=True)
        assert [place.line for place in found.through] == lines


def read(folder: Path, files: dict[str, str]) -> RequestedFixes:
    """The changes that may be asked for in a root of some files, which has no settings."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    inputs = Inputs(boundary=str(folder))
    (stack,), _ = terraform.stacks([str(folder / "main.tf")], Files(), inputs)
    return RequestedFixes([stack.evaluate({})])


MODULE = 'variable "a" {}\nresource "t_t" "x" {\n  a = var.a\n}\n'


def test_instances_that_take_another_value(tmp_path: Path) -> None:
    """What is written elsewhere of another instance is not reached, and need not be wrong."""
    calls = (f'module "m{n}" {{\n  source = "./m"\n  a = {n}\n}}\n' for n in range(8))
    fixes = read(tmp_path, {"main.tf": "".join(calls), "m/main.tf": MODULE})
    wanted = change("module.m1.t_t.x a", 9)
    fixes.record("TW1", [wanted], 0)

    [(found, _)] = fixes.applicable("TW1", [wanted], 0, follow=True)
    assert found.through[-1].line == 7
    assert not fixes.applicable("TW1", [wanted], 0, follow=False)
    whole = change("module.m1.t_t.x a", 9, form="whole")
    assert not fixes.applicable("TW1", [whole], 0, follow=True)


def test_instances_that_take_the_same_value(tmp_path: Path) -> None:
    """All that take it from one place must need it, wherever others take theirs from."""
    calls = [f'module "m{n}" {{\n  source = "./m"\n  a = {n}\n}}\n' for n in range(8)]
    calls[1] = calls[1].replace("  a", "  count = 2\n  a")
    fixes = read(tmp_path, {"main.tf": "".join(calls), "m/main.tf": MODULE})
    first, second = (change(f"module.m1[{n}].t_t.x a", 9) for n in range(2))

    fixes.record("TW1", [first], 0)
    assert not fixes.applicable("TW1", [first], 0, follow=True)
    fixes.record("TW1", [second], 0)
    assert fixes.applicable("TW1", [first], 0, follow=True)


def test_calls_of_a_downloaded_module(tmp_path: Path) -> None:
    """Arguments are those of one call; all that this call makes must need them."""
    key = '{"Key": "%s", "Source": "a/b/c", "Dir": ".terraform/modules/m"}'
    listed = ", ".join(key % f"m{n}" for n in range(8))
    calls = "".join(f'module "m{n}" {{\n  source = "a/b/c"\n}}\n' for n in range(8))
    made = 'resource "t_t" "x" {\n  count = 2\n  a = 1\n}\n'
    files = {
        "main.tf": calls,
        ".terraform/modules/modules.json": f'{{"Modules": [{listed}]}}',
        ".terraform/modules/m/main.tf": made,
    }
    fixes = read(tmp_path, files)
    first, second = (change(f"module.m1.t_t.x[{n}] ", {"a": 2}, "call") for n in range(2))

    fixes.record("TW1", [first], 0)
    assert not fixes.applicable("TW1", [first], 0, follow=True)
    fixes.record("TW1", [second], 0)
    assert fixes.applicable("TW1", [first], 0, follow=True)

    other = change("module.m2.t_t.x[0] ", {"a": 2}, "call")
    fixes.record("TW1", [other], 0)
    assert not fixes.applicable("TW1", [other], 0, follow=True)
