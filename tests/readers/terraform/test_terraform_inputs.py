"""What the user and the files of values say of variables and of unknown values."""

from collections.abc import Callable
from pathlib import Path

import pytest

from taskwall.core.values import Fields, Items, Known, Span, Value, needs, plain
from taskwall.readers.terraform import TerraformStack, stacks
from taskwall.source.files import Files
from taskwall.source.resource import ABSENT
from taskwall.source.stack import Evaluation, Inputs

Evaluated = Callable[..., Evaluation]
Shown = Callable[[Value], object]


def given(**variables: str) -> Inputs:
    """Variables as the command line gives them."""
    values: dict[str, Value] = {name: Known(text) for name, text in variables.items()}
    return Inputs(variables=values, boundary="/nowhere")


def x(evaluation: Evaluation) -> Value:
    """The attribute x of the last resource."""
    return [one for one in evaluation.resources if one.type != ABSENT][-1].body.fields["x"]


CONVERTED = [
    ("string", "3", "3"),
    ("number", "3", 3),
    ("bool", "true", True),
    ("any", "[1]", [1]),
    ("list(number)", '["1", 2]', [1, 2]),
    ("set(string)", '["a", "a", 1]', ["a", "1"]),
    ("map(string)", "{ a = 1, b = true }", {"a": "1", "b": "true"}),
    (
        "object({ a = number, b = optional(string, \"x\"), c = optional(bool) })",
        '{ a = "1", d = 2 }',
        {"a": 1, "b": "x", "c": None},
    ),
    ("tuple([string, number])", '[1, "2"]', ["1", 2]),
    ("map(object({ p = optional(number, 80) }))", "{ k = {} }", {"k": {"p": 80}}),
    ("list(object({ p = optional(list(string), []) }))", "[{}]", [{"p": []}]),
    ("object({ a = optional(object({ b = optional(number, 1) }), {}) })", "{}", {"a": {"b": 1}}),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "text", "expected"), CONVERTED)
def test_variables_of_the_command_line(
    evaluated: Evaluated, shown: Shown, kind: str, text: str, expected: object
) -> None:
    """A text given for a variable is converted by the variable's type."""
    main = f'variable "v" {{\n  type = {kind}\n}}\nresource "t" "a" {{\n  x = var.v\n}}\n'
    assert shown(x(evaluated(main, inputs=given(v=text)))) == expected


OF_ATTRIBUTES = [
    ("object({ a = optional(string, 1) })", {"a": "1"}),
    ("object({ a = optional(number, 1), b = number })", {"a": 1, "b": "<var.v.b>"}),
    ("object({ a = optional(number, 1), b = optional(number) })", {"a": 1, "b": "<var.v.b>"}),
    ("object({ a = optional(number, 1), b = optional(bool, null) })", {"a": 1, "b": "<var.v.b>"}),
    ("object({ a = optional(list(string), []) })", {"a": []}),
    ("object({ a = optional(list(string), []), subnets = optional(list(string), []) })",
     {"a": [], "subnets": "<var.v.subnets>"}),
    ("object({ o = object({ a = optional(number, 1), b = any }), p = object({ c = any }) })",
     {"o": {"a": 1, "b": "<var.v.o.b>"}, "p": "<var.v.p>"}),
    ("object({ o = optional(object({ a = optional(number, 1) }), {}) })", {"o": {"a": 1}}),
    ("object({ o = optional(object({ a = optional(number, 1) })) })", "<var.v>"),
    ("object({ a = string })", "<var.v>"),
    ("list(object({ a = optional(number, 1) }))", "<var.v>"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "expected"), OF_ATTRIBUTES)
def test_defaults_of_attributes(
    evaluated: Evaluated, shown: Shown, kind: str, expected: object
) -> None:
    """Of an object that nobody gives, what `optional` says of attributes holds, as defaults do."""
    main = f'{PROVIDER}variable "v" {{\n  type = {kind}\n}}\n'
    found = x(evaluated(f'{main}resource "t" "a" {{\n  x = var.v\n}}\n'))
    assert shown(found) == expected
    assert {str(need) for need in needs(found)} <= {"var.v has no default"}


def test_defaults_of_attributes_of_a_module(evaluated: Evaluated, shown: Shown) -> None:
    """An object that a call leaves out is missing: no default of an attribute stands for it."""
    module = 'variable "v" {\n  type = object({ a = optional(number, 1) })\n}\n'
    module += 'resource "t" "a" {\n  x = var.v\n}\n'
    main = 'module "m" {\n  source = "./m"\n}\n'
    assert shown(x(evaluated(main, {"live/m/main.tf": module}))) == "<module.m.var.v>"


def test_wrong_type_is_unknown(evaluated: Evaluated) -> None:
    """A value that cannot be of the variable's type leaves the variable unknown."""
    main = 'variable "v" {\n  type = number\n}\nresource "t" "a" {\n  x = var.v\n}\n'
    found = needs(x(evaluated(main, inputs=given(v="three"))))
    assert [str(need) for need in found] == [
        "var.v cannot be of its type: the value is not a number"
    ]


@pytest.mark.parametrize(
    ("kind", "text", "why"),
    [
        ("bool", "maybe", "var.v cannot be of its type: the value is neither true nor false"),
        ("list(number)", '["x"]', "var.v cannot be of its type: the value is not a number"),
        (
            "list(string)",
            '{ a = "b" }',
            "var.v cannot be of its type: the value is not of type list",
        ),
        ("map(string)", "[1]", "var.v cannot be of its type: the value is not a map"),
        (
            "object({ a = string })",
            "[1]",
            "var.v cannot be of its type: the value is not an object",
        ),
        (
            "object({ a = string })",
            "{}",
            "var.v cannot be of its type: its attribute a is required and missing",
        ),
        ("tuple([string])", "[1, 2]", "var.v cannot be of its type: the value has not 1 elements"),
        ("bool", "2", "var.v cannot be of its type: the value is neither true nor false"),
        ("number", "1_000", "var.v cannot be of its type: the value is not a number"),
        ("number", " 1", "var.v cannot be of its type: the value is not a number"),
        ("number", "inf", "var.v cannot be of its type: the value is not a number"),
        ("number", "true", "var.v cannot be of its type: the value is not a number"),
        (
            "list(number)",
            "[[1]]",
            "var.v cannot be of its type: a list or map is not of type number",
        ),
        ("list(string)", "[[1]]", "var.v cannot be of its type: a list or map is not a string"),
        ("list(string)", "nonsense", "nonsense is not declared"),
        ("list(string)", "[uuid()]", "var.v is given as [uuid()], which is not a value"),
    ],
)
def test_what_a_variable_cannot_be(evaluated: Evaluated, kind: str, text: str, why: str) -> None:
    """What is given and does not fit the type is unknown, and says why."""
    main = f'variable "v" {{\n  type = {kind}\n}}\nresource "t" "a" {{\n  x = var.v\n}}\n'
    assert [str(need) for need in needs(x(evaluated(main, inputs=given(v=text))))] == [why]


@pytest.mark.parametrize(
    ("kind", "written", "expected"),
    [
        ("number", '"1e3"', 1000),
        ("number", '"-3"', -3),
        ("number", '"1.5"', 1.5),
        ("bool", '"1"', True),
        ("bool", '"0"', False),
        ("string", "true", "true"),
        *((kind, "null", None) for kind in ("string", "number", "bool", "list(string)")),
        ("list(string)", "[1, null]", ["1", None]),
        ("set(number)", '["1", 1]', [1]),
        ("string", '"a-${var.open}"', "a-<var.open>"),
        ("number", '"1${var.open}"', "<?>"),
        ("number", '"${var.open}"', "<var.open>"),
        ("list(number)", 'concat(["1"], var.open)', [1, ("maybe", "<var.open[*]>")]),
        ("set(string)", 'concat(["a"], var.open)', ["a", ("maybe", "<var.open[*]>")]),
        ("tuple([string])", "concat([1], var.open)", [1, ("maybe", "<var.open[*]>")]),
        ("map(number)", '{ for k in [var.open] : k => "3" }', {"*": 3}),
        ("map(string)", "merge(var.open, { a = 1 })", {"a": "1", "*": "<var.open[*]>"}),
        ("object({ a = string })", "merge(var.open, { a = 1 })", {"a": "1"}),
        ("object({ a = string })", "{ a = 1, b = 2 }", {"a": "1"}),
        ("object({ a = optional(string, 1) })", "{ a = null }", {"a": "1"}),
        ("object({ a = optional })", "{ a = 1 }", {"a": 1}),
        (
            "object({ a = list(object({ p = number })) })",
            '{ a = [{ p = "1" }] }',
            {"a": [{"p": 1}]},
        ),
        ("object({ a = string })", "var.open", "<var.open>"),
        ("list(string)", "jsonencode([1])", "<?>"),
    ],
)
def test_what_a_call_gives_is_of_the_type_that_the_module_asks_for(
    evaluated: Evaluated, shown: Shown, kind: str, written: str, expected: object
) -> None:
    """What is known of it is converted; what is open in it stays open, and the rest is known."""
    main = f'variable "open" {{}}\nmodule "m" {{\n  source = "../m"\n  v = {written}\n}}\n'
    child = f'variable "v" {{\n  type = {kind}\n}}\nresource "t" "a" {{\n  x = var.v\n}}\n'
    found = shown(x(evaluated(main, {"m/main.tf": child})))
    assert (found, type(found)) == (expected, type(expected))


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ('"string"', "[1]"),
        ('"list"', [1]),
        ("list", [1]),
        ("set", [1]),
        ("any", [1]),
        ("nonsense", [1]),
        ("list(nonsense)", [1]),
        ("object()", [1]),
        ("object", [1]),
        ("tuple(number)", [1]),
    ],
)
def test_types_as_they_were_written(
    evaluated: Evaluated, shown: Shown, kind: str, expected: object
) -> None:
    """In quotes, or without the type of the elements; what is no type allows anything."""
    main = f'variable "v" {{\n  type = {kind}\n}}\nresource "t" "a" {{\n  x = var.v\n}}\n'
    assert shown(x(evaluated(main, inputs=given(v="[1]")))) == expected


def test_a_file_of_values_that_cannot_be_read_is_an_error(
    stack: Callable[..., TerraformStack], shown: Shown
) -> None:
    """What can be read of it counts."""
    main = 'variable "v" {}\nvariable "w" {}\nresource "t" "a" { x = [var.v, var.w] }\n'
    evaluation = stack(main, {"live/terraform.tfvars": 'v = "read"\nw = [\n'}).evaluate({})

    assert [(error.place.file, error.message) for error in evaluation.errors] == [
        ("/nowhere/live/terraform.tfvars", "syntax error at w")
    ]
    assert shown(x(evaluation)) == ["read", "<var.w>"]


def test_a_secret_of_the_command_line_is_hidden(stack: Callable[..., TerraformStack]) -> None:
    """By the name of its variable, or by what is declared of it."""
    main = 'variable "db_password" {}\nvariable "v" { sensitive = true }\nvariable "w" {}\n'
    said = given(db_password="hunter-2-x", v="swordfish-7", w="anybody-may")
    assert stack(main, inputs=said).evaluate({}).sensitive_texts == {"hunter-2-x", "swordfish-7"}


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("swordfish", True),
        ("https://ann:pw@host", True),
        ("abc", True),
        ("ab", False),
        ("https://", False),
        ("a-b://", True),
    ],
)
def test_what_every_address_has_is_no_secret(
    stack: Callable[..., TerraformStack], text: str, hidden: bool
) -> None:
    """Nor is what is too short to be looked for."""
    evaluation = stack('variable "v" { sensitive = true }\n', inputs=given(v=text)).evaluate({})
    assert evaluation.sensitive_texts == ({text} if hidden else set())


def test_what_is_made_of_a_secret_in_several_steps_is_hidden(
    stack: Callable[..., TerraformStack],
) -> None:
    """Unless the secret still stands in it: then that is hidden there."""
    main = 'variable "v" { sensitive = true }\nresource "t" "a" {\n'
    main += '  x = [upper(strrev(var.v)), "shown", lower("SHOWN"), trimspace(" ${var.v} ")]\n}\n'
    found = stack(main, inputs=given(v="swordfish")).evaluate({}).sensitive_texts
    assert found == {"swordfish", "hsifdrows", "HSIFDROWS"}


def test_precedence(tmp_path: Path, shown: Shown) -> None:
    """Later ones win: defaults, terraform.tfvars, *.auto.tfvars, named files, variables."""
    names = ["a", "b", "c", "d", "e"]
    main = "".join(f'variable "{name}" {{\n  default = "default"\n}}\n' for name in names)
    main += f'resource "t" "a" {{\n  x = [{", ".join(f"var.{name}" for name in names)}]\n}}\n'
    (tmp_path / "main.tf").write_text(main)

    def values(name: str, variables: str) -> str:
        path = tmp_path / name
        path.write_text("".join(f'{variable} = "{name}"\n' for variable in variables))
        return str(path)

    values("terraform.tfvars", "bcde")
    values("1.auto.tfvars", "cde")
    values("0.auto.tfvars", "cde")
    named = values("prod.tfvars", "de")
    inputs = Inputs(variables={"e": Known("given")}, var_files=(named,), boundary=str(tmp_path))
    files = Files()
    (stack,), _ = stacks([str(tmp_path / "main.tf")], files, inputs)
    assert shown(x(stack.evaluate({}))) == [
        "default",
        "terraform.tfvars",
        "1.auto.tfvars",
        "prod.tfvars",
        "given",
    ]


EMPTY = [
    ("vpc_id", '""', True),
    ("vpc", '""', True),
    ("subnets", "[]", True),
    ("private_subnet_ids", "[]", True),
    ("cluster_arn", "null", True),
    ("ecs_cluster_name", '""', True),
    ("security_group_ids", "[]", True),
    ("security_groups", "[]", True),
    ("alb_listener_arn", '""', True),
    ("target_group_arns", "[]", True),
    *((f"x_{one}", '""', True) for one in ("vpcs", "subnet", "sg", "sgs", "lb", "lbs", "alb")),
    *((f"x_{one}", '""', True) for one in ("albs", "nlb", "nlbs", "elb", "listener", "listeners")),
    ("load_balancers", "[]", True),
    ("x_target_groups_names", "[]", True),
    *((f"Cluster_{end}", "null", True) for end in ("id", "ids", "arn", "arns", "name", "names")),
    ("vpc_id_name", '""', True),
    ("names", '""', False),
    ("id", '""', False),
    ("group", "[]", False),
    ("balancer_group", "[]", False),
    ("groups_security", "[]", False),
    ("vpc_ids", "{}", True),
    ("vpc_id", "{}", False),
    ("vpc_ids", "{ a = 1 }", False),
    ("vpc_ids", '["a"]', False),
    ("vpc", "0", False),
    ("vpc_cidr", '""', False),
    ("tags", "{}", False),
    ("create_vpc", "false", False),
    ("vpc_id", '"vpc-1"', False),
    ("cluster_settings", "[]", False),
]


@pytest.mark.parametrize(("name", "default", "unknown"), EMPTY)
def test_empty_defaults(evaluated: Evaluated, name: str, default: str, unknown: bool) -> None:
    """An empty default of a root's variable that names existing resources is unknown."""
    main = f'{PROVIDER}variable "{name}" {{\n  default = {default}\n}}\n'
    main += f'resource "t" "a" {{\n  x = var.{name}\n}}\n'
    expected = [f"var.{name} is empty by default"] if unknown else []
    assert [str(need) for need in needs(x(evaluated(main)))] == expected


PROVIDER = 'provider "aws" {\n  region = "eu-west-1"\n}\n'

ROOTS = [
    PROVIDER,
    'terraform {\n  backend "s3" {}\n}\n',
    "terraform {\n  cloud {}\n}\n",
    'module "m" {\n  source = "x/y/z"\n}\n',
]
MODULES = [
    "",
    'provider "aws" {}\n',
    'terraform {\n  required_version = ">= 1.3"\n}\n',
    'variable "name" {}\n',
]


@pytest.mark.parametrize("sign", [*ROOTS, *MODULES])
def test_roots_are_told_from_modules_on_their_own(
    evaluated: Evaluated, shown: Shown, sign: str
) -> None:
    """Empty defaults hold, and variables are not followed, unless the folder is deployed."""
    main = f"""
    {sign}
    variable "vpc_id" {{ default = "" }}
    variable "on" {{}}
    resource "t" "a" {{
      x = var.vpc_id
      y = var.on ? 1 : 2
    }}
    """
    evaluation = evaluated(main)
    assert shown(x(evaluation)) == ("<var.vpc_id>" if sign in ROOTS else "")
    asked = {question.operand for question in evaluation.questions}
    assert asked == ({"var.on"} if sign in ROOTS else set())


@pytest.mark.parametrize("name", [".terraform.lock.hcl", "terraform.tfvars", "prod.tfvars"])
def test_files_beside_it_make_a_root(tmp_path: Path, shown: Shown, name: str) -> None:
    """A lock file, or values of variables, also those that are not loaded by themselves."""
    (tmp_path / name).write_text("")
    main = 'variable "vpc_id" { default = "" }\nresource "t" "a" {\n  x = var.vpc_id\n}\n'
    (tmp_path / "main.tf").write_text(main)
    files = Files()
    (stack,), _ = stacks([str(tmp_path / "main.tf")], files, Inputs(boundary=str(tmp_path)))
    assert shown(x(stack.evaluate({}))) == "<var.vpc_id>"


def test_called_modules_keep_empty_defaults(evaluated: Evaluated, shown: Shown) -> None:
    """An argument that a call leaves out has its default, empty or not."""
    child = 'variable "vpc_id" { default = "" }\nresource "t" "a" {\n  x = var.vpc_id\n}\n'
    found = evaluated('module "m" {\n  source = "../child"\n}\n', {"child/main.tf": child})
    assert shown(x(found)) == ""


ASSUMED = [
    ("var.open", "var.open"),
    ("var.open.id", "var.open.id"),
    ("data.aws_vpc.main.cidr_block", "data.aws_vpc.main.cidr_block"),
    ("aws_vpc.main.id", "aws_vpc.main.id"),
    ("module.vpc.subnets[0]", "module.vpc.subnets[0]"),
    ("terraform.workspace", "terraform.workspace"),
    ("local.missing", "local.missing"),
]


@pytest.mark.parametrize(("expression", "name"), ASSUMED)
def test_assumptions(evaluated: Evaluated, shown: Shown, expression: str, name: str) -> None:
    """Whatever is unknown has the value that the user assumes for its name."""
    main = f"""
    variable "open" {{}}
    data "aws_vpc" "main" {{}}
    resource "aws_vpc" "main" {{}}
    module "vpc" {{
      source = "x/vpc/aws"
    }}
    resource "t" "a" {{
      x = {expression}
    }}
    """
    inputs = Inputs(assumptions={name: Known("assumed")}, boundary="/nowhere")
    assert shown(x(evaluated(main, inputs=inputs))) == "assumed"


def test_files_and_templates(evaluated: Evaluated, shown: Shown) -> None:
    """`file` and `templatefile` read within the boundary; relative paths start at the root."""
    main = """
    variable "open" {}
    resource "t" "a" {
      x = [
        file("${path.module}/hello.txt"),
        templatefile("${path.module}/run.tpl", { name = "n", open = var.open, ports = [1, 2] }),
        fileexists("nothing.txt"),
      ]
    }
    """
    others = {
        "live/hello.txt": "hello ${not} a template\n",
        "live/run.tpl": "#!/bin/sh\n%{ for p in ports ~}\nopen ${p}\n%{ endfor ~}\n"
        "echo ${name} ${open} $${HOME} \"q\" \\n 'x'",
    }
    assert shown(x(evaluated(main, others))) == [
        "hello ${not} a template\n",
        "#!/bin/sh\nopen 1\nopen 2\necho n <var.open> ${HOME} \"q\" \\n 'x'",
        False,
    ]


def test_places_in_template_files(evaluated: Evaluated) -> None:
    """A text made from a template file stands in that file, whole; what fills it elsewhere."""
    main = 'resource "t" "a" {\n  x = templatefile("run.tpl", { a = "b" })\n}\n'
    for text in ("one\ntwo ${a}", "one\ntwo"):
        found = x(evaluated(main, {"live/run.tpl": text}))
        end = len("two ${a}") + 1 if "$" in text else 4
        assert found.place == Span("/nowhere/live/run.tpl", 1, 1, 2, end)


@pytest.mark.parametrize("lasts", [False, True])
def test_files_beyond_the_boundary(lasts: bool) -> None:
    """What lies outside of the scan is never read: not by a scan, nor where files last."""
    main = 'resource "t" "a" {\n  x = [file("/etc/passwd"), file("../../etc/hostname")]\n}\n'
    files = Files({"/nowhere/live/main.tf": main}, retained=lasts)
    (stack,), _ = stacks(list(files.held), files, Inputs(boundary="/nowhere"))
    found = x(stack.evaluate({}))
    assert isinstance(found, Items)
    assert {need.why for need in needs(found)} == {"is outside the scanned folders"}


def test_sets_have_no_repetition(evaluated: Evaluated) -> None:
    """A set keeps one of equal elements, and unknown ones that may differ."""
    main = """
    variable "a" {}
    variable "s" {
      type    = set(string)
      default = ["x", "x", "y"]
    }
    resource "t" "a" {
      x = { s = length(var.s), u = [for v in toset([var.a, var.a, "x"]) : v] }
    }
    """
    found = x(evaluated(main))
    assert isinstance(found, Fields)
    assert plain(found.fields["s"]) == 2
    unknown = found.fields["u"]
    assert isinstance(unknown, Items)
    assert len(unknown.items) == 2


def test_values_as_json(tmp_path: Path, shown: Shown) -> None:
    """Files of values in JSON take their turn, and their texts are no templates."""
    main = tmp_path / "main.tf"
    names = "abcde"
    lines = [f'variable "{n}" {{\n  type    = string\n  default = "default"\n}}\n' for n in names]
    outs = "".join(f"  {n} = var.{n}\n" for n in names)
    main.write_text("".join(lines) + f'resource "t" "t" {{\n{outs}}}\n')
    (tmp_path / "terraform.tfvars").write_text('a = "tfvars"\nb = "tfvars"\n')
    (tmp_path / "terraform.tfvars.json").write_text('{"b": "json", "c": "json", "//": 1}')
    (tmp_path / "x.auto.tfvars.json").write_text('{"c": "${auto}"}')
    environment = {"TF_VAR_a": "env", "TF_VAR_d": "env", "TF_VAR_z": "env"}
    inputs = Inputs(boundary=str(tmp_path), environment=environment)
    found, _ = stacks([str(main)], Files(), inputs)
    assert shown(found[0].evaluate({}).resources[0].body) == {
        "a": "tfvars", "b": "json", "c": "${auto}", "d": "env", "e": "default"
    }  # fmt: skip


def test_workspace(evaluated: Evaluated, shown: Shown) -> None:
    """The workspace is what the user says, else unknown."""
    main = 'resource "t" "t" {\n  x = "${terraform.workspace}-a"\n}\n'
    assert shown(x(evaluated(main, inputs=Inputs(workspace="prod")))) == "prod-a"
    found = x(evaluated(main))
    assert shown(found) == "<terraform.workspace>-a"
    assert [need.option for need in needs(found)] == ["workspace"]


def test_ephemeral_values(evaluated: Evaluated, shown: Shown) -> None:
    """What exists only while Terraform runs is unknown; blocks that declare nothing are read."""
    main = """
ephemeral "aws_secretsmanager_secret_version" "db" {
  secret_id = "x"
}
moved {
  from = t.a
  to   = t.b
}
import {
  to = t.t
  id = "x"
}
removed {
  from = t.gone
  lifecycle {
    destroy = false
  }
}
check "health" {
  data "http" "x" {
    url = "https://example.com"
  }
  assert {
    condition     = data.http.x.status_code == 200
    error_message = "not healthy"
  }
}
variable "v" {
  default = 1
  validation {
    condition     = var.v > 0
    error_message = "no"
  }
}
resource "t" "t" {
  x = ephemeral.aws_secretsmanager_secret_version.db.secret_string
}
"""
    found = x(evaluated(main))
    name = "ephemeral.aws_secretsmanager_secret_version.db.secret_string"
    assert [str(need) for need in needs(found)] == [f"{name} is known only while Terraform runs"]


def test_module_that_is_not_there(stack: Callable[..., object]) -> None:
    """A local module that does not exist is an error at the call's source, with what brings it."""
    found = stack('module "m" {\n  source = "./gone"\n}\n')
    [error] = found.evaluate({}).errors  # type: ignore[attr-defined]
    assert (error.place.line, error.place.column) == (2, 12)
    assert error.message == (
        'module.m: there is no module at "./gone": check out the whole repository;'
        " git submodule update --init brings what is in submodules"
    )
