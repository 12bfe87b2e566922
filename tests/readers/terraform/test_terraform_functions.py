"""Every function on the worked examples of Terraform's documentation, and at its edges."""

from collections.abc import Callable
from importlib import import_module

import pytest

from taskwall.core.values import Unknown, Value, dereferenced, needs
from taskwall.readers.terraform import stacks
from taskwall.readers.terraform.evaluation import functions
from taskwall.readers.terraform.values.values import MAX_TEXT_LENGTH
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
