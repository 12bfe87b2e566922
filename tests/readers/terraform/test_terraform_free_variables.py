"""`--scenarios all`: a variable's default is one of its answers, where it decides something."""

from collections.abc import Callable
from pathlib import Path

import pytest

from taskwall.api.options import Options
from taskwall.api.scan import scan
from taskwall.core.values import OTHER, Known, Scalar, Value
from taskwall.engine.scenarios import explore
from taskwall.readers.terraform import TerraformStack
from taskwall.source.stack import Inputs

Stack = Callable[..., TerraformStack]
Shown = Callable[[Value], object]

DEV = 'default = "dev"'
FREE = Inputs(boundary="/nowhere", explore_defaults=True)


def followed(stack: TerraformStack, shown: Shown) -> list[tuple[dict[str, Scalar], object]]:
    """Each scenario that is followed, and what x of t.t is in it; None where it is not there."""
    found = explore(stack)
    values = []
    for evaluation in found.evaluations:
        made = [r for r in evaluation.resources if r.type == "t"]
        values.append(shown(made[0].body.fields["x"]) if made else None)
    return [(dict(s), v) for s, v in zip(found.scenarios, values, strict=True)]


def main(variable: str, expression: str) -> str:
    """A root with one variable and one expression."""
    return f'variable "v" {{\n{variable}\n}}\nresource "t" "t" {{\n  x = {expression}\n}}\n'


@pytest.mark.parametrize(
    ("variable", "expression", "expected"),
    [
        ("default = true", "var.v ? 1 : 2", {True: 1, "false": 2}),
        ("default = false", "var.v ? 1 : 2", {True: 1, False: 2}),
        ("default = false\ntype = bool", "!var.v ? 1 : 2", {True: 2, False: 1}),
        (DEV, 'var.v == "prod" ? 1 : 2', {"dev": 2, "prod": 1, OTHER: 2}),
        ('default = "prod"', 'var.v == "prod" ? 1 : 2', {"prod": 1, OTHER: 2}),
        (DEV, 'var.v == "prod" ? 1 : var.v', {"dev": "dev", "prod": 1, OTHER: "<var.v>"}),
        (DEV, 'contains(["a", "b"], var.v) ? 1 : 2', {"a": 1, "b": 1, "dev": 2, OTHER: 2}),
        (
            'default = "dev"\nvalidation {\n condition = contains(["dev", "prod"], var.v)\n}',
            'var.v == "prod" ? 1 : 2',
            {"dev": 2, "prod": 1},
        ),
        ("default = 1", "var.v == 2 ? 1 : 2", {1: 2, 2: 1, OTHER: 2}),
        ("default = null\ntype = string", "var.v == null ? 1 : 2", {None: 1, OTHER: 2}),
        (DEV, '[for i in [1] : i if var.v == "prod"]', {"dev": [], "prod": [1], OTHER: []}),
    ],
)  # fmt: skip
def test_conditions_are_followed_both_ways(
    variable: str,
    expression: str,
    expected: dict[Scalar, object],
    stack: Stack,
    shown: Shown,
) -> None:
    """What a default decides is decided otherwise too; `when` names the answers."""
    found = followed(stack(main(variable, expression), inputs=FREE), shown)
    assert {(type(s["var.v"]), s["var.v"]): value for s, value in found} == {
        (type(answer), answer): value for answer, value in expected.items()
    }


@pytest.mark.parametrize(
    "condition",
    [
        'contains(["dev", "prod"], var.w)',
        'contains(["dev", "prod"], local.v)',
        'contains(["dev", "prod"], lower(var.v))',
        'contains(["dev", "prod"], var.v.stage)',
        'contains(["dev", local.other], var.v)',
        'contains(var.stages, var.v)',
        'contains([null, "dev", "prod"], var.v)',
        'contains(["dev", "prod"])',
        'setintersection(["dev", "prod"], var.v)',
        'var.v != "" && contains(["dev", "prod"], var.v)',
        "",
    ],
)  # fmt: skip
def test_only_a_list_of_what_is_allowed_bounds_a_variable(
    condition: str, stack: Stack, shown: Shown
) -> None:
    """Of any other validation nobody knows what it leaves."""
    written = f"condition = {condition}" if condition else ""
    text = main(f"{DEV}\nvalidation {{\n{written}\n}}", 'var.v == "prod" ? 1 : 2')
    found = followed(stack(text, inputs=FREE), shown)
    assert {scenario["var.v"]: value for scenario, value in found} == {
        "dev": 2,
        "prod": 1,
        OTHER: 2,
    }


@pytest.mark.parametrize(
    ("variable", "expression", "inputs"),
    [
        ("default = true", "var.v ? 1 : 2", Inputs(boundary="/nowhere")),
        (
            "default = true",
            "var.v ? 1 : 2",
            Inputs(boundary="/nowhere", explore_defaults=True, variables={"v": Known(True)}),
        ),
        ("default = true", "var.v", FREE),
        ("default = true", "!var.v", FREE),
        ('default = "dev"', 'var.v == "prod"', FREE),
        ('default = "dev"\nsensitive = true', 'var.v == "prod" ? 1 : 2', FREE),
        ("default = [1]", "var.v == null ? 1 : 2", FREE),
    ],
    ids=["bounded", "given", "no condition", "negated", "compared", "sensitive", "list"],
)
def test_other_defaults_stay(
    variable: str, expression: str, inputs: Inputs, stack: Stack, shown: Shown
) -> None:
    """What a user gives, what decides nothing, and what is no scalar, is as it is written."""
    ((scenario, value),) = followed(stack(main(variable, expression), inputs=inputs), shown)
    assert scenario == {}
    assert value in (1, 2, True, False)


def test_locals_and_arguments_are_freed_where_they_decide(stack: Stack, shown: Shown) -> None:
    """A condition on a local or on a module's argument rests on the root's variable."""
    text = """
variable "v" { default = "dev" }
locals { prod = var.v == "prod" }
module "m" {
  source = "./m"
  prod   = local.prod
}
resource "t" "t" {
  x = [local.prod, local.prod ? "p" : "d", module.m.size]
}
"""
    inner = 'variable "prod" {}\noutput "size" { value = var.prod ? 2 : 1 }\n'
    found = followed(stack(text, {"live/m/main.tf": inner}, FREE), shown)
    assert {s["var.v"]: value for s, value in found} == {
        "dev": [False, "d", 1],
        "prod": [True, "p", 2],
        OTHER: [False, "d", 1],
    }


def test_modules_keep_their_own_defaults(stack: Stack, shown: Shown) -> None:
    """Nobody gives a called module anything but its caller."""
    text = 'module "m" { source = "./m" }\nresource "t" "t" { x = module.m.size }\n'
    inner = 'variable "prod" { default = true }\noutput "size" { value = var.prod ? 2 : 1 }\n'
    assert followed(stack(text, {"live/m/main.tf": inner}, FREE), shown) == [({}, 2)]


def test_findings_say_which_setting_they_need(tmp_path: Path) -> None:
    """A mistake that only another value of a variable makes is found, and says so."""
    (tmp_path / "main.tf").write_text("""
variable "public" { default = false }
resource "aws_ecs_service" "web" {
  launch_type     = "FARGATE"
  task_definition = "web:1"
  network_configuration {
    subnets          = ["subnet-1"]
    assign_public_ip = var.public ? true : false
  }
}
""")
    bounded, every = (
        scan(Options((str(tmp_path),), select=("TW203",), scenarios=scenarios))
        for scenarios in ("bounded", "all")
    )
    assert bounded.document.findings == ()
    (finding,) = every.document.findings
    assert (finding.verdict, finding.when) == ("fail", "var.public is true")
