"""A unit of Terragrunt is the root module that Terragrunt would make of it."""

from collections.abc import Callable, Mapping

import pytest

from taskwall.core.values import (
    Fields,
    Items,
    Known,
    Reference,
    Unknown,
    Value,
    needs,
    worst_per_scenario,
)
from taskwall.readers.terraform import stacks
from taskwall.source.files import Files
from taskwall.source.stack import Evaluation, Inputs, Stack

Shown = Callable[[Value], object]

MODULE = """
variable "x" { default = "by default" }
resource "t" "t" { x = var.x }
output "x" { value = var.x }
"""
SOURCE = 'terraform { source = "../..//modules/m" }\n'


def read(texts: Mapping[str, str], **inputs: object) -> tuple[list[Stack], list[str]]:
    """The stacks that the texts, by path, make, and what cannot be read."""
    files = Files({f"/infra/{path}": text for path, text in texts.items()})
    said = Inputs(boundary="/infra", **inputs)  # type: ignore[arg-type]
    names = (".tf", "terragrunt.hcl", "terragrunt.hcl.json", "terragrunt.stack.hcl")
    found, errors = stacks([path for path in files.held if path.endswith(names)], files, said)
    return list(found), [error.message for error in errors]


def unit(own: str, others: Mapping[str, str] | None = None, **inputs: object) -> Evaluation:
    """The evaluation of the unit in live/app, whose module says what `x` is."""
    texts = {"modules/m/main.tf": MODULE, "live/app/terragrunt.hcl": own, **(others or {})}
    found, errors = read(texts, **inputs)
    assert errors == []
    return next(stack for stack in found if stack.name == "/infra/live/app").evaluate({})


def x(evaluation: Evaluation) -> Value:
    """The attribute x of the resource t.t."""
    return next(r for r in evaluation.resources if r.type == "t").body.fields["x"]


def test_a_unit_is_a_root_with_inputs() -> None:
    """Its addresses are those of its module, which is not a root; it stands at the input."""
    evaluation = unit(SOURCE + 'inputs = {\n  x = "given"\n}\n')
    assert evaluation.errors == ()
    assert x(evaluation) == Known("given", x(evaluation).place)
    (resource,) = evaluation.resources
    assert resource.origin.address == "t.t"
    (call,) = resource.origin.called_from
    assert (call.name, call.place.file, call.downloaded) == (
        "unit app",
        "/infra/live/app/terragrunt.hcl",
        False,
    )
    steps = evaluation.provenance(resource.body.places["x"], resource.origin)
    assert [(one.place.file, one.place.line) for one in steps][-1] == (call.place.file, 3)
    texts = {"modules/m/main.tf": MODULE, "live/app/terragrunt.hcl": SOURCE}
    assert [stack.name for stack in read(texts)[0]] == ["/infra/live/app"]


INCLUDE = 'include "root" {\n  path = find_in_parent_folders("root.hcl")\n  %s\n}\n' + SOURCE
PARENT = """
locals { here = path_relative_to_include() }
inputs = { x = { from = "parent", keep = local.here, list = ["a"] } }
"""
OWN = 'inputs = { x = { from = "unit", list = ["b"] } }\n'


@pytest.mark.parametrize(
    ("strategy", "wanted"),
    [
        ("", {"from": "unit", "list": ["b"]}),
        ('merge_strategy = "shallow"', {"from": "unit", "list": ["b"]}),
        ('merge_strategy = "no_merge"', {"from": "unit", "list": ["b"]}),
        ('merge_strategy = "deep"', {"from": "unit", "keep": "app", "list": ["a", "b"]}),
    ],
)
def test_inputs_of_includes_are_merged(strategy: str, wanted: object, shown: Shown) -> None:
    """Those of the unit come first; how far they are merged is what the include says."""
    evaluation = unit(INCLUDE % strategy + OWN, {"live/root.hcl": PARENT})
    assert evaluation.errors == ()
    assert shown(x(evaluation)) == wanted
    only = unit(INCLUDE % strategy, {"live/root.hcl": PARENT})
    merges = "no_merge" not in strategy
    parents = {"from": "parent", "keep": "app", "list": ["a"]}
    assert shown(x(only)) == (parents if merges else "by default")


def test_later_includes_come_first() -> None:
    """Of several, the last one that says something counts; one may include another."""
    own = (
        'include "a" {\n  path = "../a.hcl"\n}\ninclude "b" {\n  path = "../b.hcl"\n}\n'
        "inputs = { x = include.b.inputs.y }\n"
    )
    others = {
        "live/a.hcl": SOURCE + 'inputs = { y = "a", x = "a" }',
        "live/b.hcl": 'include {\n  path = "../c.hcl"\n}\nterraform { extra_arguments "a" {} }',
        "live/c.hcl": 'inputs = { y = "c" }',
    }
    assert worst_per_scenario(x(unit(own, others))) == Known("c", x(unit(own, others)).place)


def test_what_is_not_known_is_merged(shown: Shown) -> None:
    """Deeply: it may put something into each map and list. An input that fails is one by itself."""
    parent = 'inputs = get_env("INPUTS")'
    found = x(unit(INCLUDE % 'merge_strategy = "deep"' + OWN, {"live/root.hcl": parent}))
    assert isinstance(found, Fields)
    assert shown(found.fields["from"]) == "unit"
    assert found.fields["list"].rest != ()  # type: ignore[union-attr]
    assert found.rest is not None
    parent = 'inputs = { x = { from = "parent" }, y = { z = dependency.none.outputs.z } }'
    found = x(unit(INCLUDE % "", {"live/root.hcl": parent}))
    assert shown(found) == {"from": "parent"}


def test_dependencies_are_merged_too() -> None:
    """A file that includes another one may say where the unit is, and the other which mocks."""
    parent = """
dependency "net" {
  config_path  = ""
  mock_outputs = { id = "made up" }
}
inputs = { x = dependency.net.outputs.id }
"""
    own = 'include {\n  path = "../root.hcl"\n}\n' + SOURCE
    own += 'dependency "net" {\n  config_path = include[""].locals.net\n}\n'
    others = {"live/root.hcl": parent + 'locals { net = "../net" }', **NET}
    found, _ = read({"modules/m/main.tf": MODULE, "live/app/terragrunt.hcl": own, **others})
    value = x(found[0].evaluate({}))
    assert isinstance(value, Reference)
    assert (value.resource, value.attribute) == ("aws_vpc.main", "id")


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
        + f'feature "f" {{\n  default = false\n}}\ninputs = {{ x = {expression} }}'
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
    found = worst_per_scenario(x(unit(own)))
    assert isinstance(found, Unknown)
    assert needs(found)[0].name == name
    if name != "values.a":
        said = unit(own, assumptions={name: Known("said")})
        assert worst_per_scenario(x(said)) == Known("said")


NET = {
    "live/net/terragrunt.hcl": 'terraform { source = "../../modules/net" }\n'
    "inputs = { cidr = local.cidr }\n"
    'locals { cidr = "10.0.0.0/16" }',
    "modules/net/main.tf": """
variable "cidr" {}
resource "aws_vpc" "main" { cidr_block = var.cidr }
output "id" { value = aws_vpc.main.id }
output "cidr" { value = aws_vpc.main.cidr_block }
""",
}
DEPENDENT = SOURCE + 'dependency "net" {\n  config_path = "../net"\n}\ninputs = { x = %s }'


def test_outputs_of_other_units() -> None:
    """An estate is one stack: what a unit reads of another one is what that one puts out."""
    texts = {
        "modules/m/main.tf": MODULE,
        "live/app/terragrunt.hcl": DEPENDENT % "[dependency.net.outputs.id]",
        "live/app2/terragrunt.hcl": DEPENDENT % "[dependency.net.outputs.cidr]",
        **NET,
    }
    (stack,), errors = read(texts)
    assert (stack.name, errors) == ("/infra/live", [])
    evaluation = stack.evaluate({})
    assert evaluation.errors == ()
    by_address = {one.origin.address: one for one in evaluation.resources}
    assert by_address.keys() == {"app/t.t", "app2/t.t", "aws_vpc.main"}
    (one,) = by_address["app/t.t"].body.fields["x"].items  # type: ignore[union-attr]
    assert isinstance(one, Reference)
    assert (one.resource, one.attribute) == ("aws_vpc.main", "id")
    (other,) = by_address["app2/t.t"].body.fields["x"].items  # type: ignore[union-attr]
    assert getattr(worst_per_scenario(other), "data", None) == "10.0.0.0/16"


def test_what_is_generated_belongs_to_the_module() -> None:
    """Files of Terraform that a unit writes beside its module, on their lines; and its own ones."""
    own = (
        INCLUDE % ""
        + """
generate "more" {
  path      = "more.tf"
  if_exists = "overwrite"
  contents  = <<EOF
resource "u" "u" {
  x = "${local.a}"
  y = "${get_env("Y")}"
  z = [${get_env("Y")}]
}
EOF
}
generate "copied" {
  path     = "copied.tf"
  contents = file("../copied.tf")
}
generate "chosen" {
  path      = "chosen.tf"
  contents  = <<EOF
%{ if get_env("Y") == "a" }
provider "aws" {}
%{ endif }
resource "w" "w" {}
EOF
}
generate "note" {
  path     = "note.txt"
  contents = "not Terraform"
}
locals { a = "b" }
"""
    )
    others = {
        "live/root.hcl": 'generate "more" {\n  path = "more.tf"\n  contents = "overridden {"\n}',
        "live/app/own.tf": 'resource "v" "v" {}',
        "live/copied.tf": 'resource "c" "c" {}',
    }
    evaluation = unit(own, others)
    (error,) = evaluation.errors  # what is chosen by what is not known may hold resources
    assert error.message == "what is generated as chosen.tf is not known"
    made = {one.origin.address: one.place.file for one in evaluation.resources}
    assert made.keys() == {"t.t", "u.u", "v.v", "c.c"}
    assert made["c.c"] == "/infra/live/copied.tf"
    body = next(one for one in evaluation.resources if one.type == "u").body
    assert worst_per_scenario(body.fields["x"]) == Known("b", body.fields["x"].place)
    assert isinstance(worst_per_scenario(body.fields["y"]), Unknown)
    assert len(body.fields["z"].items) == 1  # type: ignore[union-attr]
    line = own.split("\n").index('  x = "${local.a}"') + 1
    assert (body.places["x"].file, body.places["x"].line) == (
        "/infra/live/app/terragrunt.hcl",
        line,
    )


WRONG = {
    "live/app includes nothing": (
        'include "root" {\n  path = find_in_parent_folders("none.hcl")\n}\n' + SOURCE,
        (1, 'include "root" is not read: find_in_parent_folders("none.hcl") finds no such file'),
    ),
    "no such file": (
        'include {\n  path = "../none.hcl"\n}\n' + SOURCE,
        (1, "include is not read: there is no file ../none.hcl"),
    ),
    "circle": (
        'include "a" {\n  path = "terragrunt.hcl"\n}\n' + SOURCE,
        (1, 'include "a" includes a file that it is part of'),
    ),
    "circular locals": (
        SOURCE + "locals {\n  a = local.b\n  b = local.a\n}\ninputs = { x = local.a }",
        (3, "app/local.a depends on itself"),
    ),
    "broken": (
        SOURCE + "inputs = {\n  x = \n}\n",
        (3, "syntax error"),
    ),
    "no module": (
        'terraform {\n  source = "../none"\n}\n',
        (2, 'unit app: there is no module at "../none"'),
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_said_at_its_place(case: str) -> None:
    """In one sentence; the rest is still read."""
    own, (line, message) = WRONG[case]
    (error,) = unit(own).errors
    assert error.place.file == "/infra/live/app/terragrunt.hcl"
    assert (error.place.line, error.message[: len(message)]) == (line, message)


def test_circular_dependencies() -> None:
    """Units that depend on each other are one stack; only what rests on itself is unknown."""
    dependent = SOURCE + 'dependency "other" {\n  config_path = "../%s"\n}\n'
    texts = {
        "modules/m/main.tf": MODULE,
        "live/a/terragrunt.hcl": dependent % "b" + "inputs = { x = dependency.other.outputs.x }",
        "live/b/terragrunt.hcl": dependent % "a" + "inputs = { x = dependency.other.outputs.x }",
    }
    (stack,), errors = read(texts)
    assert errors == ["units depend on each other in a circle: a -> b -> a"]
    for resource in stack.evaluate({}).resources:
        assert isinstance(worst_per_scenario(resource.body.fields["x"]), Unknown)


def test_files_are_bounded() -> None:
    """However files include and read each other, they are so many at most for a unit."""
    deep = {f"live/{n}.hcl": f'include {{\n  path = "../{n + 1}.hcl"\n}}\n' for n in range(60)}
    wide = {
        f"live/w{n}.hcl": "".join(
            f'include "{name}" {{\n  path = "../w{n + 1}.hcl"\n}}\n' for name in "abcd"
        )
        for n in range(15)
    }
    for start, others in (("0", deep), ("w0", wide)):
        own = f'include "x" {{\n  path = "../{start}.hcl"\n}}\n' + SOURCE
        errors = {error.message for error in unit(own, others).errors}
        assert any("too many files are read for this unit" in error for error in errors)
    own = SOURCE + 'inputs = { x = read_terragrunt_config("../r0.hcl").locals.a }'
    others = {
        f"live/r{n}.hcl": "locals {\n  a = [\n"
        + "".join(f'    read_terragrunt_config("r{m}.hcl"),\n' for m in range(15))
        + "  ]\n}"
        for n in range(15)
    }
    unit(own, others)


def test_what_is_no_unit() -> None:
    """What others include, what has no module, and what is left out."""
    texts = {
        "modules/m/main.tf": MODULE,
        "live/terragrunt.hcl": SOURCE,
        "live/app/terragrunt.hcl": "include {\n  path = find_in_parent_folders()\n}\n",
        "live/empty/terragrunt.hcl": "inputs = {}",
        "live/out/terragrunt.hcl": SOURCE + 'exclude {\n  if = true\n  actions = ["all"]\n}',
        "live/skipped/terragrunt.hcl": SOURCE + "skip = true",
        "live/variables.tf": 'variable "a" {}',
        "modules/m/.boilerplate/terragrunt.hcl": 'terraform { source = "{{ .sourceUrl }}" }',
    }
    assert [stack.name for stack in read(texts)[0]] == ["/infra/live", "/infra/live/app"]
    (parent, _), _ = read(texts)
    assert parent.files == {"/infra/live/variables.tf"}


def test_defaults_count() -> None:
    """What a unit does not give it does not have: nobody sets the variables of its module."""
    module = 'variable "subnet_ids" {\n  default = []\n}\nresource "t" "t" { x = var.subnet_ids }'
    texts = {"modules/m/main.tf": module, "live/app/terragrunt.hcl": SOURCE}
    for inputs in ({}, {"explore_defaults": True}):
        (stack,), _ = read(texts, **inputs)
        assert x(stack.evaluate({})) == Items((), (), x(stack.evaluate({})).place)


def test_values_of_files() -> None:
    """Files of values that Terraform is told to read come before inputs."""
    own = """
terraform {
  source = "../..//modules/m"
  extra_arguments "vars" {
    commands           = get_terraform_commands_that_need_vars()
    optional_var_files = ["${get_terragrunt_dir()}/../common.tfvars", "none.tfvars"]
  }
}
inputs = { x = "input" }
"""
    found = x(unit(own, {"live/common.tfvars": 'x = "file"'}))
    assert worst_per_scenario(found) == Known("file", found.place)


HUB = "git::https://github.com/terraform-aws-modules/"
VPC = "terraform-aws-modules/vpc/aws 5.8.1"
GIT = "git::git@github.com:nobody/modules.git"
REMOTE = {
    "tfr:///terraform-aws-modules/vpc/aws?version=5.8.1": (VPC, "terraform-aws-modules/vpc/aws"),
    f"{HUB}terraform-aws-vpc.git?ref=v5.8.1": (VPC, f"{HUB}terraform-aws-vpc.git"),
    "tfr:///nobody/nothing/aws?version=1.0.0": (None, "nobody/nothing/aws"),
    f"{GIT}//.?ref=v1": (None, GIT),
}


@pytest.mark.parametrize("source", REMOTE)
def test_modules_that_are_elsewhere(source: str, shown: Shown) -> None:
    """A stand-in is read where there is one; else what the unit gives may be used there."""
    own = f'terraform {{\n  source = "{source}"\n}}\ninputs = {{\n  cidr = "10.0.0.0/16"\n}}\n'
    evaluation = unit(own)
    (absent,) = evaluation.absent
    title, known_as = REMOTE[source]
    assert (absent.kind, absent.name, absent.source, absent.cure, absent.read_as) == (
        "unit",
        "unit app",
        source,
        "terragrunt init",
        title,
    )
    if title is None:
        (resource,) = evaluation.resources
        assert shown(resource.body.fields["cidr"]) == "10.0.0.0/16"
    else:
        vpc = next(one for one in evaluation.resources if one.type == "aws_vpc")
        assert (vpc.origin.address, shown(vpc.body.fields["cidr_block"])) == (
            "aws_vpc.this[0]",
            "10.0.0.0/16",
        )
        at = evaluation.user_place(vpc, vpc.body.places["cidr_block"])
        assert (at.file, at.line) == ("/infra/live/app/terragrunt.hcl", 5)
    # What comes of the settings is read in its place.
    here = unit(own, module_sources={known_as: "/infra/modules/m"})
    assert (here.absent, shown(x(here))) == ((), "by default")


@pytest.mark.parametrize(
    ("parent", "own", "stands_in"),
    [
        ('inputs = { account_id = "1" }', "", True),
        ("", 'account_id = "1"', False),
        ('terraform { source = "x" }\ninputs = { account_id = "1" }', "", False),
        ("inputs = { enable_vpn_gateway = true }", "", False),
        ('inputs = get_env("INPUTS")', "", False),
    ],
)
def test_inputs_of_all_units(parent: str, own: str, stands_in: bool) -> None:
    """What is given to all units is for no module; what is given to this one may be for its own."""
    text = INCLUDE % "" + f'inputs = {{\n  cidr = "10.0.0.0/16"\n  {own}\n}}'
    text = text.replace("../..//modules/m", next(iter(REMOTE)))
    (absent,) = unit(text, {"live/root.hcl": parent}).absent
    assert (absent.read_as is not None) == stands_in


def test_secrets_in_inputs_are_hidden() -> None:
    """Those of sensitive variables, and whatever is called a secret."""
    module = 'variable "token" {\n  sensitive = true\n}\nvariable "db_password" {}\n'
    own = SOURCE + 'inputs = {\n  token = "t"\n  db_password = "p"\n  name = "n"\n}\n'
    texts = {"modules/m/main.tf": module, "live/app/terragrunt.hcl": own}
    (stack,), _ = read(texts)
    lines = {place.line for place in stack.secrets("/infra/live/app/terragrunt.hcl")}
    assert lines == {3, 4}


CATALOG = {
    "modules/m/main.tf": MODULE,
    "catalog/units/m/terragrunt.hcl": """
include "root" {
  path = find_in_parent_folders("root.hcl")
}
terraform { source = "${get_repo_root()}//modules/m" }
dependency "other" {
  config_path = try(values.other, "../none")
}
inputs = { x = try(values.x, dependency.other.outputs.x) }
""",
    "catalog/stacks/two/terragrunt.stack.hcl": """
locals { units = "${get_repo_root()}/catalog/units" }
unit "one" {
  source = "${local.units}/m"
  path   = "one"
  values = { x = values.x }
}
unit "two" {
  source = "${local.units}/m"
  path   = "deep/two"
  values = { other = "../../one" }
}
unit "off" {
  source  = "${local.units}/m"
  path    = "off"
  enabled = false
}
""",
    "live/root.hcl": "",
    "live/dev/terragrunt.stack.hcl": """
stack "two" {
  source = "../../catalog/stacks/two"
  path   = "two"
  values = { x = "given" }
}
unit "elsewhere" {
  source                  = "git::https://github.com/acme/catalog.git//units/m?ref=v1"
  path                    = "elsewhere"
  no_dot_terragrunt_stack = true
  values                  = { vpc_id = "vpc-1" }
}
""",
}


def test_stacks_make_units(shown: Shown) -> None:
    """Each in the folder that Terragrunt would make, with its values; nested, and tied."""
    found, errors = read(CATALOG)
    assert errors == []
    two, elsewhere = sorted(found, key=lambda stack: ".terragrunt-stack" not in stack.name)
    assert two.name == "/infra/live/dev/.terragrunt-stack/two/.terragrunt-stack"
    evaluation = two.evaluate({})
    assert evaluation.errors == ()
    assert {one.origin.address: shown(one.body.fields["x"]) for one in evaluation.resources} == {
        "one/t.t": "given",
        "two/t.t": "given",
    }
    (call,) = evaluation.resources[0].origin.called_from
    assert (call.name, call.place.file, call.place.line) == (
        "unit two",
        "/infra/catalog/stacks/two/terragrunt.stack.hcl",
        8,
    )
    assert elsewhere.name == "/infra/live/dev/elsewhere"
    evaluation = elsewhere.evaluate({})
    (absent,) = evaluation.absent
    assert (absent.name, absent.place.line) == ("unit elsewhere", 7)
    (resource,) = evaluation.resources
    assert shown(resource.body.fields["vpc_id"]) == "vpc-1"


AUTOMATIC = {
    "modules/m/main.tf": MODULE,
    "catalog/m/terragrunt.hcl": """
terraform { source = "${get_repo_root()}/modules/m" }
inputs = { x = "own" }
""",
    "catalog/two/terragrunt.stack.hcl": """
unit "one" {
  source = "${get_repo_root()}/catalog/m"
  path   = "one"
}
""",
    "live/terragrunt.stack.hcl": """
locals { stages = ["dev", "prod"] }
unit "first" {
  source = "../catalog/m"
  path   = "first"
}
unit "each" {
  expansion { for_each = toset(local.stages) }
  source = "../catalog/m"
  path   = "each/${each.key}"
  autoinclude {
    dependency "first" {
      config_path = unit.first.path
    }
    inputs = { x = "${dependency.first.outputs.x} in ${each.value}" }
  }
}
stack "two" {
  source = "../catalog/two"
  path   = "two"
  autoinclude {
    unit "more" {
      source = "../catalog/m"
      path   = "more"
      values = { from = unit["first"].path }
    }
  }
}
unit "last" {
  source = "../catalog/m"
  path   = "last"
  autoinclude {
    dependency "one" {
      config_path = stack.two.one.path
    }
    inputs = { x = "after ${dependency.one.outputs.x}" }
  }
}
""",
    "plain/terragrunt.hcl": 'terraform {\n  source = "../modules/m"\n}\ninputs = { x = "own" }\n',
    "plain/terragrunt.autoinclude.hcl": 'inputs = { x = "beside" }\n',
}


def test_what_a_stack_has_units_include_overrides_them(shown: Shown) -> None:
    """By blocks `autoinclude`, which know what the stack makes, once for each of an expansion."""
    found, errors = read(AUTOMATIC)
    assert errors == []
    told = {
        f"{stack.name.partition('.terragrunt-stack/')[2] or stack.name}: {one.origin.address}": (
            shown(one.body.fields["x"])
        )
        for stack in found
        for one in stack.evaluate({}).resources
    }
    assert sorted(map(str, told.values())) == [
        "after own", "beside", "own", "own", "own", "own in dev", "own in prod",
    ]  # fmt: skip


def test_units_in_json(shown: Shown) -> None:
    """They are read as those in HCL are, with what they include."""
    texts = {
        "modules/m/main.tf": MODULE,
        "live/root.hcl.json": '{"locals": {"stage": "dev"}, "inputs": {"x": "${local.stage}"}}',
        "live/app/terragrunt.hcl.json": """{
          "include": {"root": {"path": "${find_in_parent_folders(\\"root.hcl.json\\")}"}},
          "terraform": {
            "source": "../../modules/m",
            "extra_arguments": {"more": {"commands": ["plan"], "arguments": ["-var-file=x.tfvars"]}}
          },
          "dependency": {"base": {"config_path": "../base"}}
        }""",
        "live/base/terragrunt.hcl.json": """{
          "include": {"path": "../root.hcl.json"},
          "terraform": {"source": "../../modules/m"}
        }""",
        "live/app/x.tfvars": 'x = "given"',
    }
    found, errors = read(texts)
    assert errors == []
    told = {
        one.origin.address: shown(one.body.fields["x"])
        for stack in found
        for one in stack.evaluate({}).resources
    }
    assert told == {"app/t.t": "given", "base/t.t": "dev"}


def test_stacks_that_make_themselves() -> None:
    """Are told, once; so is a folder without the file."""
    texts = {
        "s/terragrunt.stack.hcl": 'stack "s" {\n  source = "."\n  path = "s"\n}\n'
        'unit "u" {\n  source = "./none"\n  path = "u"\n}\n'
        'unit "v" {\n  source = "./none"\n}\n',
    }
    found, errors = read(texts)
    assert found == []
    assert errors == [
        'unit "u" is not read: there is no file none/terragrunt.hcl',
        'unit "v" has no path that is known',
        'stack "s" makes a stack that it is part of',
    ]


def test_files_beside_the_module_and_the_unit() -> None:
    """A module reads what lies beside it, and beside the unit: Terragrunt copies both."""
    module = 'resource "t" "t" {\n  x = "${file("m.txt")} ${file("${path.module}/u.txt")}"\n}\n'
    texts = {
        "modules/m/main.tf": module,
        "modules/m/m.txt": "module",
        "live/app/u.txt": "unit",
        "live/app/m.txt": "not this one",
        "live/app/terragrunt.hcl": SOURCE,
    }
    (stack,), _ = read(texts)
    assert getattr(x(stack.evaluate({})), "data", None) == "module unit"


def test_suppressions_at_inputs() -> None:
    """A comment at an input holds for that, also between blocks."""
    own = (
        SOURCE
        + """
inputs = {
  # taskwall:skip=TW204: known to be open
  x = ["0.0.0.0/0"]
  y = "z" # taskwall:skip=TW205: for now
}
locals {
  # taskwall:skip=TW206: not here
  a = 1
}
"""
    )
    first, second, _ = sorted(unit(own).suppressions, key=lambda one: one.place.line)
    assert (first.rule, first.scope.line, first.scope.end_line) == ("TW204", 5, 5)
    assert (second.rule, second.scope.line, second.scope.end_line) == ("TW205", 6, 6)


def test_roots_and_units_are_tied() -> None:
    """By the state that a unit writes, and by what data sources look up, in both directions."""
    state = """
remote_state {
  backend = "s3"
  config = {
    bucket = "states"
    key    = "${path_relative_to_include()}/terraform.tfstate"
  }
}
"""
    root = """
data "terraform_remote_state" "net" {
  backend = "s3"
  config  = { bucket = "states", key = "net/terraform.tfstate" }
}
data "aws_vpc" "net" { cidr_block = "10.0.0.0/16" }
resource "t" "t" { x = [data.terraform_remote_state.net.outputs.id, data.aws_vpc.net.id] }
"""
    included = 'include {\n  path = "../root.hcl"\n}\n' + NET["live/net/terragrunt.hcl"]
    texts = {**NET, "live/net/terragrunt.hcl": included, "live/root.hcl": state}
    (stack,), errors = read({**texts, "other/main.tf": root})
    assert errors == []
    for one in x(stack.evaluate({})).items:  # type: ignore[union-attr]
        assert isinstance(one, Reference)
        assert (one.resource, one.attribute) == ("aws_vpc.main", "id")
