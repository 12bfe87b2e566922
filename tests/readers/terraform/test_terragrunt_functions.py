"""Terragrunt's functions, and what only the machine that runs it knows."""

import pytest

from readers.terraform.units import INCLUDE, SOURCE, Shown, unit, x
from taskwall.core.values import (
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
    "get_terraform_commands_that_need_parallelism()[0]": "apply",
    "deep_merge({ a = { b = 1 } }, { a = { c = 2 } })": {"a": {"b": 1, "c": 2}},
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
    "live/v.tfvars": "a = 1",
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
