"""Every function on the worked examples of Terraform's documentation, and at its edges."""

from collections.abc import Callable
from importlib import import_module

import pytest

from taskwall.core.values import Unknown, Value, dereferenced, needs
from taskwall.readers.terraform import stacks
from taskwall.readers.terraform.evaluation import functions
from taskwall.readers.terraform.values.values import MAX_TEXT_LENGTH, JsonItems
from taskwall.source.files import Files
from taskwall.source.stack import Evaluation, Inputs
from terraform_examples import EXAMPLES, WRONG

OPEN = [
    "timestamp()",
    "plantimestamp()",
    "uuid()",
    'bcrypt("x")',
    "issensitive(1)",
    'provider::other::parse("x")',
    "sha256(var.open)",
    "yamlencode(var.open)",
    'formatdate("DD", var.open)',
]


LONG = 'join("", [for n in range(9) : format("%1000s", "")])'


def in_text(expression: str, evaluated: Callable[..., Evaluation]) -> Value:
    """The value of an expression of a root with nothing but an open variable."""
    source = f'variable "open" {{}}\nresource "t" "t" {{\n  x = {expression}\n}}\n'
    return next(r for r in evaluated(source).resources if r.type == "t").body.fields["x"]


@pytest.mark.parametrize(("expression", "expected"), EXAMPLES)
def test_example_of_the_documentation(
    expression: str,
    expected: object,
    evaluated: Callable[..., Evaluation],
    shown: Callable[[Value], object],
) -> None:
    """A function gives what Terraform's documentation shows."""
    found = shown(in_text(expression, evaluated))
    assert (found, type(found)) == (expected, type(expected))


@pytest.mark.parametrize("expression", WRONG)
def test_what_terraform_refuses(
    expression: str, evaluated: Callable[..., Evaluation], shown: Callable[[Value], object]
) -> None:
    """What Terraform would refuse is unknown with a reason, and `can` tells."""
    found = in_text(expression, evaluated)
    assert isinstance(found, Unknown)
    assert found.needs
    assert shown(in_text(f"can({expression})", evaluated)) is False


@pytest.mark.parametrize(
    ("expression", "why"),
    [
        ("cidrsubnet(null, 4, 1)", "an argument of cidrsubnet(...) is null"),
        ("sort(1)", "an argument of sort(...) is not a list"),
        ("pow(-8, 0.5)", "pow(...) has arguments that it does not take"),
        ('chunklist(["a"], -1)', "chunklist(...) is given a size below zero"),
        ('parseint("-", 10)', "parseint(...) is given no digits"),
        ("range(1, 4, -1)", "range(...) has a step that leads away from its end"),
        (f'replace({LONG}, "", {LONG})', "a string is longer than 4000000 characters"),
        (f'replace({LONG}, "/ /", {LONG})', "a string is longer than 4000000 characters"),
        (f'indent(900, replace({LONG}, " ", "\\n"))', "a string is longer than 4000000 characters"),
    ],
)
def test_which_function_refuses_an_argument(
    expression: str, why: str, evaluated: Callable[..., Evaluation]
) -> None:
    """The reason says where to look, also from far away."""
    found = in_text(expression, evaluated)
    assert [str(need) for need in needs(found)] == [why]


@pytest.mark.parametrize("expression", OPEN)
def test_what_is_not_known_before_it_runs(
    expression: str, evaluated: Callable[..., Evaluation]
) -> None:
    """What depends on the time, on chance or on something open says what it waits for."""
    found = in_text(expression, evaluated)
    assert needs(dereferenced(found))


@pytest.mark.parametrize(
    "expression",
    [
        'index(["a", OPEN], "b")',
        'setintersection(["a"], [OPEN])',
        'setsubtract(["a"], [OPEN])',
        "chunklist([OPEN], 2)",
        'matchkeys(["a"], ["b"], [OPEN])',
        'matchkeys(OPEN, ["b"], ["b"])',
        'slice(["a", "b"], OPEN, 2)',
        "zipmap(OPEN, [1])",
        "transpose({ a = [OPEN] })",
        "transpose({ a = OPEN })",
        'split(OPEN, "a,b")',
        'join(OPEN, ["a", "b"])',
        'format(OPEN, "a")',
        'substr("abc", OPEN, 1)',
        "substr(OPEN, 0, 1)",
        'trimprefix(OPEN, "a")',
        'regex("a", OPEN)',
        "upper(OPEN)",
        "strrev(OPEN)",
        "indent(2, OPEN)",
        "abs(OPEN)",
        "pow(2, OPEN)",
        "sum([1, OPEN])",
        "sum(OPEN)",
        "range(0, 4, OPEN)",
        'cidrhost("10.0.0.0/16", OPEN)',
        "cidrnetmask(OPEN)",
        'cidrsubnets("10.0.0.0/16", OPEN)',
        "yamldecode(OPEN)",
        "csvdecode(OPEN)",
        'textencodebase64(OPEN, "UTF-8")',
        "md5(OPEN)",
        'uuidv5("dns", OPEN)',
        "file(OPEN)",
        "templatefile(OPEN, {})",
        "fileexists(OPEN)",
        "fileset(path.module, OPEN)",
        'timeadd(OPEN, "1h")',
        "provider::aws::arn_parse(OPEN)",
        'alltrue([true, "${OPEN}"])',
    ],
)
def test_an_argument_that_decides_the_result(
    expression: str, evaluated: Callable[..., Evaluation]
) -> None:
    """Where an open argument decides all, the result is open, and waits for that alone."""
    found = in_text(expression.replace("OPEN", "var.open"), evaluated)
    assert isinstance(dereferenced(found), Unknown)
    assert [str(need) for need in needs(found)] == ["var.open has no default"]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ('index(["a", var.open], "a")', 0),
        ('contains(["a", var.open], "a")', True),
        ('concat(["a"], var.open)', ["a", ("maybe", "<var.open[*]>")]),
        ("concat(var.open...)", [("maybe", "<var.open[*][*]>")]),
        ('compact(["a", "", var.open])', ["a", ("maybe", "<var.open>")]),
        ('distinct(["a", var.open, "a", var.open])', ["a", "<var.open>"]),
        ('flatten([["a"], [var.open]])', ["a", ("maybe", "<var.open[*]>")]),
        ('sort(["b", var.open])', ["b", "<var.open>"]),
        ('toset(["b", "a", var.open])', ["b", "a", "<var.open>"]),
        ('setunion(["a"], var.open)', ["a", ("maybe", "<var.open[*]>")]),
        ('setproduct(["a"], [var.open])', [["a", "<var.open>"]]),
        (
            'setproduct(["a", "b"], var.open)',
            [("maybe", ["a", "<var.open[*]>"]), ("maybe", ["b", "<var.open[*]>"])],
        ),
        ("slice(var.open, 0, 2)", ["<var.open[0]>", "<var.open[1]>"]),
        ('slice(["a", "b", "c"], 1, var.open)', [("maybe", "b"), ("maybe", "c")]),
        ("length([1, var.open])", 2),
        ("keys({ (var.open) = 1 })", ["<var.open>"]),
        ("keys(var.open)", [("maybe", "<?>")]),
        ("values(var.open)", [("maybe", "<var.open[*]>")]),
        ("merge({ a = 1, b = 2 }, { b = var.open })", {"a": 1, "b": "<var.open>"}),
        ("merge({ a = 1 }, var.open)", {"a": "<?>", "*": "<var.open[*]>"}),
        ("merge(var.open, { a = 1 })", {"a": 1, "*": "<var.open[*]>"}),
        ('zipmap(["a", var.open], [1, 2])', {"a": 1, "*": 2}),
        ('map("a", 1, "b", var.open)', {"a": 1, "b": "<var.open>"}),
        ('lookup({}, var.open, "b")', "b"),
        ('format("%s-%s", "a", var.open)', "a-<var.open>"),
        ('formatlist("%s-%s", ["a"], var.open)', ["a-<var.open>"]),
        ('join(",", ["a", var.open])', "a,<var.open>"),
        ('split(",", var.open)', ["<var.open[0]>", ("maybe", "<var.open[*]>")]),
        ('startswith("a${var.open}", "a")', True),
        ('startswith("a${var.open}", "b")', False),
        ('endswith("${var.open}a", "a")', True),
        ('endswith("${var.open}a", "b")', False),
        ('strcontains("a${var.open}", "a")', True),
        ('alltrue([false, "${var.open}"])', False),
        ('anytrue([true, "${var.open}"])', True),
        ("cidrsubnets(var.open, 4, 4)", ["<?>", "<?>"]),
        ("jsondecode(jsonencode({ a = var.open }))", {"a": "<var.open>"}),
        (
            'provider::aws::arn_build("aws", "s3", "", "", var.open)',
            "arn:aws:s3:::<var.open>",
        ),
    ],
)
def test_what_is_known_beside_an_open_argument(
    expression: str,
    expected: object,
    evaluated: Callable[..., Evaluation],
    shown: Callable[[Value], object],
) -> None:
    """A result is known as far as the open argument leaves it, whatever that turns out to be."""
    assert shown(in_text(expression, evaluated)) == expected


@pytest.mark.parametrize("number", [0, 7])
def test_yamlencode_of_a_text_with_our_mark(
    number: int, evaluated: Callable[..., Evaluation]
) -> None:
    """Nothing is wrong with a text in which what stands for an unknown is written."""
    written = f'yamlencode({{ a = var.open, b = "\ue000{number}\ue001" }})'

    assert [need.name for need in needs(in_text(written, evaluated))] == ["var.open"]


def test_functions_are_where_the_index_says() -> None:
    """The index of functions has those of each module, and each of them once."""
    for module, names in functions._MODULES.items():
        assert list(names) == list(import_module(f"{functions.__name__}.{module}").FUNCTIONS)
    assert sum(map(len, functions._MODULES.values())) == len(functions.EVALUATED)


def test_fileset_matches_patterns(
    tmp_path_factory: pytest.TempPathFactory, shown: Callable[[Value], object]
) -> None:
    """`*` stays in a folder, `**` does not, and braces are alternatives."""
    folder = tmp_path_factory.mktemp("root")
    for name in ("a.json", "b.yaml", "c.txt", "deep/d.json", "deep/er/e.json"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("{}")
    patterns = ["*.json", "**/*.json", "*.{json,yaml}", "deep/**", "?.txt", "[ab].*"]
    lines = "".join(f'  x{i} = fileset(path.module, "{p}")\n' for i, p in enumerate(patterns))
    main = folder / "main.tf"
    main.write_text(f'resource "t" "t" {{\n{lines}}}\n')
    found, _ = stacks([str(main)], Files(), Inputs(boundary=str(folder)))
    fields = found[0].evaluate({}).resources[0].body.fields
    assert [shown(value) for value in fields.values()] == [
        ["a.json"],
        ["a.json", "deep/d.json", "deep/er/e.json"],
        ["a.json", "b.yaml"],
        ["deep/d.json", "deep/er/e.json"],
        ["c.txt"],
        ["a.json", "b.yaml"],
    ]


def test_a_format_that_grows_too_long_ends_there(evaluated: Callable[..., Evaluation]) -> None:
    """What comes after it is not written any more."""
    long = "%[1]1000d" * (MAX_TEXT_LENGTH // 1000 + 1)
    found = in_text(f'format("{long}%[2]d", 1, "word")', evaluated)
    why = f"is longer than {MAX_TEXT_LENGTH} characters"
    assert [need.why for need in needs(found)] == [why]


@pytest.mark.parametrize(
    ("map_", "expected"),
    [("{ b = 1, c = 2 }", 3), ('{ b = 1, "a-1" = 2 }', "<?>"), ("{}", 3)],
)
def test_a_key_that_is_none_of_those_that_are_known(
    map_: str,
    expected: object,
    evaluated: Callable[..., Evaluation],
    shown: Callable[[Value], object],
) -> None:
    """It leads to what is under a key that is not known, if it begins as no other key does."""
    main = 'variable "x" {}\nvariable "o" {}\nlocals { m = merge(MAP, { (var.o) = 3 }) }\n'
    found = evaluated(
        main.replace("MAP", map_) + 'resource "t" "t" { x = local.m["a-${var.x}"] }\n'
    )
    assert shown(found.resources[0].body.fields["x"]) == expected


def test_json_of_what_a_resource_writes(
    evaluated: Callable[..., Evaluation], shown: Callable[[Value], object]
) -> None:
    """A list that is read of a resource is known in its JSON, too."""
    main = 'resource "t" "r" { tags = ["a"] }\nresource "t" "t" { x = jsonencode(t.r.tags) }\n'
    found = evaluated(main).resources[1].body.fields["x"]
    assert isinstance(found, JsonItems)
    assert shown(found) == ["a"]
