"""How much of anything is read: what reaches a limit is, and what is one beyond it is told."""

import sys
from collections.abc import Callable

import pytest

from taskwall.core.values import Text, Unknown, Value, needs
from taskwall.readers.terraform import TerraformStack, modules
from taskwall.readers.terraform.evaluation import module, run
from taskwall.readers.terraform.values import values
from taskwall.source.stack import Evaluation

GIVEN_UP = "is not evaluated for what it is given"


@pytest.mark.parametrize(
    ("made", "most", "why"),
    [
        (lambda n: f'regex("{"a?" * n}", "")', 20, f"regex(...) {GIVEN_UP}"),
        (lambda n: f'regex("{"b" * (n - 1)}|", "")', 1000, f"regex(...) {GIVEN_UP}"),
        (
            lambda n: f'formatdate("{"-" * n}", "2024-01-01T00:00:00Z")',
            1000,
            "formatdate(...) has a format of over 1000 characters",
        ),
        (
            lambda n: f"flatten({'[' * n}{']' * n})",
            51,
            "flatten(...) is given lists that are nested without end",
        ),
        (lambda n: f'fileset(path.module, "{"z" * n}")', 200, f"fileset(...) {GIVEN_UP}"),
        (
            lambda n: f'parseint("{"1" * n}", 2)',
            1000,
            "parseint(...) takes bases from 2 to 62",
        ),
        (lambda n: f'tonumber("{"1" * n}")', 399, "the value is not a number"),
        (
            lambda n: f'setproduct(split("", "{"a" * n}"), range(500))',
            100,
            "a list has more than 100000 elements",
        ),
        (
            lambda n: f'flatten([split("", "{"a" * 50_000}"), split("", "{"a" * n}")])',
            50_000,
            "a list has more than 100000 elements",
        ),
        (lambda n: f"range({n})", 1024, "range(...) has more than 1024 elements"),
        (lambda n: f'format("%{n}s", "a")', 1000, f"format(...) {GIVEN_UP}"),
        (lambda n: f'format("%.{n}f", 1)', 100, f"format(...) {GIVEN_UP}"),
        (lambda n: f'regex("a{{{n}}}", "{"a" * n}")', 999, f"regex(...) {GIVEN_UP}"),
    ],
)
def test_how_much_a_function_takes(
    made: Callable[[int], str], most: int, why: str, evaluated: Callable[..., Evaluation]
) -> None:
    """More would take too long, or is written otherwise than is read here."""

    def found(size: int) -> Value:
        main = f'resource "t" "t" {{\n  x = {made(size)}\n}}\n'
        return evaluated(main).resources[0].body.fields["x"]

    assert not isinstance(found(most), Unknown)
    assert [str(need) for need in needs(found(most + 1))] == [why]


@pytest.mark.parametrize("more", ["", "count = 1", 'for_each = toset(["k"])'])
def test_how_many_modules_are_called(
    more: str, stack: Callable[..., TerraformStack], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of further calls each is an error, and what they make is left out."""
    monkeypatch.setattr(module, "MOST_MODULES", 2)
    calls = "".join(f'module "m{at}" {{\n  source = "./one"\n  {more}\n}}\n' for at in range(4))
    found = stack(calls, {"live/one/main.tf": 'resource "t" "t" {}\n'}).evaluate({})
    assert [
        one.origin.address.partition(".t.")[0].partition("[")[0] for one in found.resources
    ] == [f"module.m{at}" for at in range(3)]
    assert [(one.place.line, one.message) for one in found.errors] == [
        (13, "more than 2 modules are called: the rest is left out")
    ]


@pytest.mark.parametrize(
    "how", ["count = SIZE", 'for_each = toset([for n in range(SIZE) : "k${n}"])']
)
def test_how_many_instances_a_block_has(how: str, stack: Callable[..., TerraformStack]) -> None:
    """A thousand; of more it is open how many there are."""
    for size, count, told in ((1000, 1000, []), (1001, 1, ["makes 1001 instances; at most 1000"])):
        text = f'resource "t" "t" {{\n  {how.replace("SIZE", str(size))}\n}}\n'
        evaluation = stack(text).evaluate({})
        assert [error.message for error in evaluation.errors] == told
        assert len(evaluation.resources) == count


def test_how_many_parts_a_value_has(stack: Callable[..., TerraformStack]) -> None:
    """Of a list that grows beyond measure it is told where it is written."""
    rows = "".join(f"  a{n} = [local.a{n - 1}, local.a{n - 1}]\n" for n in range(1, 19))
    text = f'locals {{\n  a0 = 1\n{rows}}}\nresource "t" "t" {{\n  x = local.a18\n}}\n'
    evaluation = stack(text).evaluate({})
    assert isinstance(evaluation.resources[0].body.fields["x"], Unknown)
    told = [(error.place.line, error.message) for error in evaluation.errors]
    assert told == [(20, "local.a18 has more than 300000 parts")]


@pytest.mark.parametrize(("length", "known"), [(150, True), (151, False)])
def test_how_many_values_wait_for_each_other(
    length: int, known: bool, stack: Callable[..., TerraformStack]
) -> None:
    """The last in the row is told, and what rests on it is unknown."""
    rows = "".join(f"  a{n} = local.a{n - 1}\n" for n in range(1, length))
    text = f'locals {{\n  a0 = 1\n{rows}}}\nresource "t" "t" {{\n  x = local.a{length - 1}\n}}\n'
    evaluation = stack(text).evaluate({})
    assert isinstance(evaluation.resources[0].body.fields["x"], Unknown) is not known
    why = "local.a0 depends on more than 150 values in a row"
    assert [error.message for error in evaluation.errors] == ([] if known else [why])


@pytest.mark.parametrize(("depth", "known"), [(10, True), (11, False)])
def test_how_far_templates_include_each_other(
    depth: int, known: bool, evaluated: Callable[..., Evaluation]
) -> None:
    """Ten files, each in the next."""
    others = {
        f"live/t{n}.tpl": f'${{templatefile("t{n + 1}.tpl", {{}})}}' for n in range(depth - 1)
    }
    others[f"live/t{depth - 1}.tpl"] = "end"
    main = 'resource "t" "t" {\n  x = templatefile("t0.tpl", {})\n}\n'
    value = evaluated(main, others).resources[0].body.fields["x"]
    assert isinstance(value, Unknown) is not known


@pytest.mark.parametrize(("depth", "count"), [(20, 1), (21, 0)])
def test_how_deep_modules_are_called(
    depth: int, count: int, stack: Callable[..., TerraformStack]
) -> None:
    """Twenty, each in the one before."""
    others = {
        f"m{n}/main.tf": f'module "n" {{\n  source = "../m{n + 1}"\n}}\n' for n in range(1, depth)
    }
    others[f"m{depth}/main.tf"] = 'resource "t" "t" {}\n'
    evaluation = stack('module "n" {\n  source = "../m1"\n}\n', others).evaluate({})
    assert len([one for one in evaluation.resources if one.type == "t"]) == count
    told = [error.message for error in evaluation.errors]
    assert told == ([] if count else ["modules are called more than 20 levels deep"])


@pytest.mark.parametrize(("pieces", "known"), [(1000, True), (1002, False)])
def test_of_how_many_pieces_a_text_is_known(
    pieces: int, known: bool, evaluated: Callable[..., Evaluation]
) -> None:
    """A text of more is as good as unknown."""
    text = "a${var.o}" * (pieces // 2)
    main = f'variable "o" {{}}\nresource "t" "t" {{\n  x = "${{"{text}"}}x" == "b"\n}}\n'
    value = evaluated(main).resources[0].body.fields["x"]
    assert isinstance(value, Unknown) is not known


@pytest.mark.parametrize(("size", "named"), [(8, True), (9, False)])
@pytest.mark.parametrize(("operator", "word"), [("&&", "and"), ("||", "or")])
def test_how_many_tests_a_condition_names(
    size: int, named: bool, operator: str, word: str, evaluated: Callable[..., Evaluation]
) -> None:
    """One of more is not said, but still open."""
    names = [f"v{n}" for n in range(size)]
    main = "".join(f'variable "{name}" {{\n  type = bool\n}}\n' for name in names)
    condition = f" {operator} ".join(f"var.{name}" for name in names)
    main += f'resource "t" "t" {{\n  count = {condition} ? 1 : 0\n}}\n'
    (resource,) = evaluated(main).resources
    whens = {need.when for need in resource.origin.maybe}
    assert whens == {f" {word} ".join(f"var.{name} is true" for name in names) if named else ""}
    assert {need.name for need in resource.origin.maybe} == {f"var.{name}" for name in names}


@pytest.mark.parametrize(("size", "settled"), [(7, True), (8, True), (9, False)])
def test_how_many_settings_are_tried(
    size: int, settled: bool, evaluated: Callable[..., Evaluation]
) -> None:
    """A condition that cannot be is found to be none, unless there are too many answers to try."""
    texts = [f'var.v == "{n}"' for n in range(size - 1)]
    condition = " && ".join(f"!({text})" for text in texts)
    main = 'variable "v" {\n  type = string\n}\nresource "t" "t" {\n'
    main += f"  count = {condition} && {texts[0]} ? 1 : 0\n}}\n"
    assert (evaluated(main).resources == ()) is settled


@pytest.mark.parametrize(("more", "told"), [(0, []), (-1, ["/nowhere/live/main.tf"])])
def test_how_long_a_file_is_read(
    more: int,
    told: list[str],
    stack: Callable[..., TerraformStack],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A longer one is told, and holds nothing."""
    text = 'resource "t" "t" {}\n'
    monkeypatch.setattr(modules, "MAX_FILE_CHARACTERS", len(text) + more)
    evaluation = stack(text).evaluate({})
    assert [error.place.file for error in evaluation.errors] == told
    assert len(evaluation.resources) == (0 if told else 1)
    why = f"is longer than {len(text) + more} characters: not read"
    assert [error.message for error in evaluation.errors] == [why] * len(told)


def test_values_that_do_not_wait_for_each_other_are_as_many_as_one_likes(
    evaluated: Callable[..., Evaluation], shown: Callable[[Value], object]
) -> None:
    """Only a row of them is bounded, also where some of them fail."""
    rows = "".join(f"  a{n} = {n}\n  b{n} = try([][{n}], {n})\n" for n in range(200))
    rows += "".join(f"  c{n} = [][{n}]\n" for n in range(200))
    names = [f"local.{kind}{n}" for n in range(200) for kind in "ab"]
    failing = [f"can(local.c{n})" for n in range(200)]
    main = f'locals {{\n{rows}}}\nresource "t" "t" {{\n  y = [{", ".join(failing)}]\n'
    main += f"  x = [{', '.join(names)}]\n}}\n"
    found = evaluated(main).resources[0].body.fields["x"]
    assert shown(found) == [n for n in range(200) for _ in "ab"]


@pytest.mark.parametrize(
    ("most", "expression", "known", "told"),
    [
        ("MOST_WORK", "concat(range(40), range(40))", 0, "expressions up to here take too much"),
        ("MOST_ROUNDS", "[for n in range(40) : n]", 2, "loops take more than 100 iterations"),
    ],
)
def test_how_much_is_evaluated_altogether(
    most: str,
    expression: str,
    known: int,
    told: str,
    stack: Callable[..., TerraformStack],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It is told where it has become too much; what is behind that is unknown, and says so."""
    monkeypatch.setattr(run, most, 100)
    text = "".join(f'resource "t" "t{n}" {{\n  x = {expression}\n}}\n' for n in range(3))
    evaluation = stack(text).evaluate({})
    found = [one.body.fields["x"] for one in evaluation.resources]
    assert [isinstance(one, Unknown) for one in found] == [n >= known for n in range(3)]
    assert all(needs(one) for one in found[known:])
    (error,) = evaluation.errors
    assert error.message.startswith(told)
    assert error.place.line == 3 * known + 2
    assert evaluation.exhausted


@pytest.mark.parametrize(
    ("pieces", "why"),
    [
        ("${local.ten}${local.ten}", None),
        ("${local.ten}${local.ten}x", "a string is longer than 20 characters"),
        ("${local.part}${local.ten}", None),
        ("${local.part}${local.ten}x", "a string is longer than 20 characters"),
        ("${local.ten}123456789${1}", None),
        ("${local.ten}123456789${1}x", "a string is longer than 20 characters"),
    ],
)
def test_how_long_a_text_becomes(
    pieces: str,
    why: str | None,
    evaluated: Callable[..., Evaluation],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What is open in it counts for nothing."""
    monkeypatch.setattr(values, "MAX_TEXT_LENGTH", 20)
    main = f'''
variable "o" {{}}
locals {{
  ten  = "0123456789"
  part = "0123456789${{var.o}}"
}}
resource "t" "t" {{ x = "{pieces}" }}
'''
    found = evaluated(main).resources[0].body.fields["x"]
    waits = [str(need) for need in needs(found)]
    assert isinstance(found, Unknown) == (why is not None)
    assert waits == [why or "var.o has no default"] * (why is not None or "part" in pieces)


@pytest.mark.parametrize(
    ("pieces", "known"), [("x${local.part}", True), ("${local.part}x${local.part}", False)]
)
def test_how_many_pieces_a_text_has(
    pieces: str, known: bool, evaluated: Callable[..., Evaluation], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of more it is not known how it begins, and it waits for all that is open in it."""
    monkeypatch.setattr(values, "MAX_TEXT_PARTS", 3)
    main = 'variable "o" {}\nlocals { part = "a${var.o}" }\n'
    found = evaluated(f'{main}resource "t" "t" {{ x = "{pieces}" }}').resources[0].body.fields["x"]
    assert isinstance(found, Text) == known
    assert [str(need) for need in needs(found)] == ["var.o has no default"]


def test_what_is_too_much_is_told_whatever_it_is_beyond(
    stack: Callable[..., TerraformStack], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the limit is reached exactly before it is exceeded."""
    text = "".join(f'resource "t" "t{n}" {{\n  x = [1]\n}}\n' for n in range(9))
    told = []
    for most in range(12):
        monkeypatch.setattr(run, "MOST_WORK", most)
        evaluation = stack(text).evaluate({})
        found = [one.body.fields["x"] for one in evaluation.resources]
        told.append((any(isinstance(one, Unknown) for one in found), len(evaluation.errors)))
    assert set(told) == {(True, 1), (False, 0)}
    assert told == sorted(told, reverse=True)


def test_the_limit_of_the_interpreter_is_as_it_was(stack: Callable[..., TerraformStack]) -> None:
    """Evaluation raises it for as long as it takes, however often it is asked for."""
    before = sys.getrecursionlimit()
    found = stack('resource "t" "t" {}\n')
    for _ in range(2):
        found.evaluate({})
        assert sys.getrecursionlimit() == before
