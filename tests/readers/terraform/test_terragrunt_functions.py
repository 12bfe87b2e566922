"""Terragrunt's functions, and what only the machine that runs it knows."""

import pytest

from readers.terraform.units import INCLUDE, SOURCE, Shown, unit, x
from taskwall.core.values import (
    Fields,
    Known,
    Unknown,
    dereferenced,
    needs,
)

VALUES = {
    "get_terragrunt_dir()": "/infra/live/app",
    "get_original_terragrunt_dir()": "/infra/live/app",
    "get_parent_terragrunt_dir()": "/infra/live",
    "path_relative_to_include()": "app",
    "path_relative_from_include()": "..",
    "get_repo_root()": "/infra",
    "get_path_from_repo_root()": "live/app",
    "get_path_to_repo_root()": "../..",
    'find_in_parent_folders("nowhere.hcl", "none")': "none",
    'find_in_parent_folders("root.hcl")': "/infra/live/root.hcl",
    'get_env("HOME", "home")': "home",
    'read_terragrunt_config(find_in_parent_folders("env.hcl")).locals.env': "dev",
    'read_terragrunt_config("none.hcl", { locals = { a = "b" } }).locals.a': "b",
    'read_terragrunt_config("../other.hcl").locals': {
        "dir": "/infra/live",
        "of": "/infra/live/app",
    },
    'jsondecode(read_tfvars_file("../v.tfvars")).a': 1,
    "include.root.locals": {"dir": "/infra/live/app", "parent": "/infra/live", "to": "app"},
    'feature.f.value ? "on" : "off"': "off",
    "feature.g.value": None,
    'merge(include.root.inputs, { b = "c" })': {"a": "b", "b": "c"},
    'mark_as_read("a")': "a",
    "get_working_dir()": "/infra/modules/m",
    "get_default_retryable_errors()": [],
    'read_terragrunt_config("../env.hcl").inputs': {},
    'read_terragrunt_config("../whole.hcl").skip': True,
    'read_terragrunt_config("../whole.hcl").terraform.source': "a",
    'read_terragrunt_config("../whole.hcl").inputs.b': 1,
    'keys(read_terragrunt_config("../whole.hcl"))': ["inputs", "locals", "skip"],
    "deep_merge({ a = [1] }, { a = [2] })": {"a": [1, 2]},
    "deep_merge({ a = { b = 1 } }, { a = 2 })": {"a": 2},
    "deep_merge()": {},
    "get_terraform_commands_that_need_parallelism()[0]": "apply",
    "deep_merge({ a = { b = 1 } }, { a = { c = 2 } })": {"a": {"b": 1, "c": 2}},
    'read_terragrunt_config("../lib").locals.a': "of a folder",
    'read_terragrunt_config("../lib/terragrunt.hcl").locals.a': "of a folder",
    "get_terraform_commands_that_need_vars()": [
        *("apply", "console", "destroy", "import", "plan", "push", "refresh"),
    ],
    "get_terraform_commands_that_need_locking()": [
        *("apply", "destroy", "import", "plan", "refresh", "taint", "untaint"),
    ],
    "get_terraform_commands_that_need_input()": ["apply", "import", "init", "plan", "refresh"],
    "get_terraform_commands_that_need_parallelism()": ["apply", "plan", "destroy"],
    "deep_merge({ a = 1 }, { b = { c = 2 } }, { b = { d = 3 } })": {
        "a": 1,
        "b": {"c": 2, "d": 3},
    },
    "deep_merge({ a = [1] }, { a = [] }, { a = [{ b = 2 }] })": {"a": [1, {"b": 2}]},
    "deep_merge({ a = 1 }, { a = null })": {"a": None},
    'path_relative_to_include("root")': "app",
    'get_parent_terragrunt_dir("root")': "/infra/live",
    'path_relative_from_include("root")': "..",
    'file("note.txt")': "note",
    'format("%s-%s", "a", upper("b"))': "a-B",
    'try(dependency.none.outputs.a, "no")': "no",
}
OTHERS = {
    "live/root.hcl": """
locals {
  dir    = get_terragrunt_dir()
  parent = get_parent_terragrunt_dir()
  to     = path_relative_to_include()
}
inputs = { a = "b" }
""",
    "live/env.hcl": 'locals { env = "dev" }',
    "live/other.hcl": (
        "locals {\n  dir = get_terragrunt_dir()\n  of = get_original_terragrunt_dir()\n}"
    ),
    "live/whole.hcl": 'skip = true\nterraform {\n  source = "a"\n}\ninputs = { b = 1 }',
    "live/lib/terragrunt.hcl": 'locals { a = "of a folder" }',
    "live/v.tfvars": "a = 1",
    "x.tfvars": "a = [",
    "live/app/note.txt": "note",
}


@pytest.mark.parametrize("expression", VALUES)
def test_functions(expression: str, shown: Shown) -> None:
    """Terragrunt's own functions beside Terraform's, in the file of the unit."""
    own = (
        INCLUDE % "expose = true"
        + 'feature "f" {\n  default = false\n}\nfeature "g" {}\n'
        + f"inputs = {{ x = {expression} }}"
    )
    assert shown(x(unit(own, OTHERS))) == VALUES[expression]


@pytest.mark.parametrize(
    ("expression", "name"),
    [
        ('get_env("HOME")', 'get_env("HOME")'),
        ('run_cmd("echo", "a")', 'run_cmd("echo", "a")'),
        ('sops_decrypt_file("a.yaml")', 'sops_decrypt_file("a.yaml")'),
        *(
            (f'{name}("a")', f'{name}("a")')
            for name in (
                *("get_aws_account_alias", "get_aws_caller_identity_arn", "get_platform"),
                *("get_aws_caller_identity_user_id", "get_terraform_cli_args"),
                *("get_terraform_command", "get_terragrunt_source_cli_flag"),
                *("mark_glob_as_read", "constraint_check"),
            )
        ),
        ("get_aws_account_id()", "get_aws_account_id()"),
        ("values.a", "values.a"),
        ("dependency.net.outputs.a", "dependency.net.outputs.a"),
    ],
)
def test_what_is_known_only_elsewhere(expression: str, name: str) -> None:
    """Nothing is run and no mock is taken; --assume says what it is."""
    own = (
        SOURCE
        + f"""
dependency "net" {{
  config_path  = "../net"
  mock_outputs = {{ a = "made up" }}
}}
inputs = {{ x = {expression} }}
"""
    )
    found = dereferenced(x(unit(own)))
    assert isinstance(found, Unknown)
    assert needs(found)[0].name == name
    if name != "values.a":
        said = unit(own, assumptions={name: Known("said")})
        assert dereferenced(x(said)) == Known("said")


def test_what_is_known_only_elsewhere_is_no_file_that_is_missing() -> None:
    """Where an attribute may come from a file, only files are named as not read."""
    module = """
variable "x" {}
resource "aws_sfn_state_machine" "a" { definition = var.x }
"""
    evaluation = unit(SOURCE + 'inputs = { x = get_env("X") }', {"modules/m/main.tf": module})
    assert evaluation.absent == ()


GIVEN = {"live/app/terragrunt.values.hcl": 'a = upper("b")\n'}


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("values.a", "B"),
        ("values", {"a": "B"}),
        ('try(values.c, "none")', "none"),
        ('read_terragrunt_config("terragrunt.values.hcl").a', "B"),
    ],
)
def test_values_that_a_stack_has_given(expression: str, value: object, shown: Shown) -> None:
    """Terragrunt keeps them in a file beside the unit that it made."""
    assert shown(x(unit(SOURCE + f"inputs = {{ x = {expression} }}", GIVEN))) == value


def test_all_values_of_a_stack_may_be_inputs(shown: Shown) -> None:
    """`values` is an object like any other."""
    given = {"live/app/terragrunt.values.hcl": 'x = "given"\n'}
    for inputs in ("values", "merge({ x = 1 }, values)"):
        assert shown(x(unit(f"{SOURCE}inputs = {inputs}", given))) == "given"


def test_all_values_may_be_assumed(shown: Shown) -> None:
    """Where no stack gives them, the user says them together."""
    said = {"values": Fields({"a": Known("said")})}
    assert shown(x(unit(SOURCE + "inputs = { x = values.a }", assumptions=said))) == "said"


BOTH = """
include "root" {
  path   = find_in_parent_folders("root.hcl")
  expose = true
}
include "env" {
  path   = find_in_parent_folders("env.hcl")
  expose = true
}
"""


@pytest.mark.parametrize(
    ("includes", "expression", "value"),
    [
        ("", "get_parent_terragrunt_dir()", "/infra/live/app"),
        ("", "path_relative_to_include()", "."),
        ("", "path_relative_from_include()", "."),
        (BOTH, 'get_parent_terragrunt_dir("env")', "/infra/live"),
        (BOTH, 'path_relative_to_include("root")', "app"),
        (BOTH, 'path_relative_from_include("root")', ".."),
        (BOTH, "include.env.locals.env", "dev"),
        (BOTH, 'include["env"].locals.env', "dev"),
        (BOTH.partition("\n}")[0].replace(' "root"', "") + "\n}\n", "include.inputs.a", "b"),
        (
            BOTH.partition("\n}")[0].replace(' "root"', "") + "\n}\n",
            '[for key, one in include : one.a if key == "inputs"][0]',
            "b",
        ),
        (BOTH, "include.root.inputs.a", "b"),
    ],
)
def test_which_include_is_meant(includes: str, expression: str, value: str, shown: Shown) -> None:
    """Of several it is the one that is named; without one it is the unit itself."""
    own = includes + SOURCE + f"inputs = {{ x = {expression} }}"
    assert shown(x(unit(own, OTHERS))) == value


@pytest.mark.parametrize(
    ("expression", "why"),
    [
        ("get_parent_terragrunt_dir()", "an include has to be named: there are several"),
        ('path_relative_to_include("x")', "an include has to be named: there are several"),
        ("include.x.locals", "include.x.locals fails: include is not read"),
        (
            'find_in_parent_folders("none.hcl")',
            'find_in_parent_folders("none.hcl") finds no such file',
        ),
        ("find_in_parent_folders()", 'find_in_parent_folders("terragrunt.hcl") finds no such file'),
        (
            'read_terragrunt_config("none.hcl")',
            'read_terragrunt_config("none.hcl") finds no such file',
        ),
        (
            'read_terragrunt_config("../../../out.hcl")',
            'read_terragrunt_config("../../../out.hcl") finds no such file',
        ),
        (
            'read_terragrunt_config("../whole.hcl").dependency.a.outputs',
            (
                "read_terragrunt_config(...).dependency.a.outputs fails: "
                "a is not an attribute of this object"
            ),
        ),
        (
            'read_terragrunt_config("../whole.hcl").other',
            "read_terragrunt_config(...).other fails: other is not in whole.hcl",
        ),
        (
            'read_terragrunt_config("terragrunt.hcl").inputs',
            (
                "read_terragrunt_config(...).inputs fails: "
                'read_terragrunt_config("terragrunt.hcl") reads itself'
            ),
        ),
        ('read_tfvars_file("none.tfvars")', 'read_tfvars_file("none.tfvars") finds no such file'),
        (
            'read_tfvars_file("../../../x.tfvars")',
            'read_tfvars_file("x.tfvars") finds no such file',
        ),
        ("feature.none.value", "feature.none.value fails: feature.none is not declared"),
        ("feature", "feature is not declared"),
        ("dependency.none", "dependency.none fails: dependency.none is not declared"),
        ("dependency", "dependency is not declared"),
        ("nothing", "nothing is not declared"),
        ('include["x"].a', 'include["x"].a fails: include.x is not read'),
        ("include[local.none].a", "include[local.none].a fails: include is not read"),
        (
            'read_terragrunt_config("terragrunt.values.hcl").c',
            "read_terragrunt_config(...).c fails: c is not a value of this unit",
        ),
        ("local.none", "app/local.none is declared in no file of its module"),
        ("var.none", "var.none fails: var.none is not declared"),
    ],
)
def test_what_a_unit_cannot_mean(expression: str, why: str) -> None:
    """It is unknown, and says what is missing."""
    own = BOTH + SOURCE + f"inputs = {{ x = {expression} }}"
    assert [str(need) for need in needs(x(unit(own, {**OTHERS, **GIVEN})))] == [why]


def test_a_map_that_is_not_known_is_merged_deeply(shown: Shown) -> None:
    """It may replace what is below it, and hold anything beside it."""
    found = x(unit(SOURCE + 'inputs = { x = deep_merge({ a = 1 }, get_env("X")) }'))
    assert shown(found) == {"a": "<?>", "*": '<get_env("X")[*]>'}
    assert [need.name for need in needs(found)] == ['get_env("X")']


SEVERAL = """
include "one" {
  path = "../one.hcl"
}
include "two" {
  path = "../deep/two.hcl"
}
"""


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ('path_relative_to_include("one")', "app"),
        ('path_relative_to_include("two")', "../app"),
        ('path_relative_from_include("two")', "../deep"),
        ('get_parent_terragrunt_dir("two")', "/infra/live/deep"),
        ('try(get_parent_terragrunt_dir("three"), "none")', "none"),
        ('try(get_parent_terragrunt_dir(), "none")', "none"),
    ],
)
def test_which_of_several_includes_is_meant(
    expression: str, expected: object, shown: Shown
) -> None:
    """It has to be named."""
    others = {"live/one.hcl": "", "live/deep/two.hcl": ""}
    own = f"{SOURCE}{SEVERAL}inputs = {{ x = {expression} }}"
    assert shown(x(unit(own, others))) == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("path_relative_to_include()", "."),
        ("path_relative_from_include()", "."),
        ("get_parent_terragrunt_dir()", "/infra/live/app"),
    ],
)
def test_what_includes_nothing_is_its_own_parent(
    expression: str, expected: object, shown: Shown
) -> None:
    """The folder of the unit itself."""
    assert shown(x(unit(f"{SOURCE}inputs = {{ x = {expression} }}"))) == expected
