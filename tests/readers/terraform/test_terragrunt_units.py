"""A unit of Terragrunt is the root module that Terragrunt would make of it."""

import pytest

from readers.terraform.units import MODULE, SOURCE, Shown, read, unit, x
from taskwall.core.values import (
    Items,
    Known,
    dereferenced,
)


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


def test_an_input_leads_to_the_local_that_it_names() -> None:
    """Where a value is written: in the module, at the input, and at the unit's own local."""
    inputs = "inputs = {\n  x = local.a\n}\n"
    evaluation = unit(SOURCE + 'locals {\n  a = "given"\n}\n' + inputs)
    (resource,) = evaluation.resources
    steps = evaluation.provenance(resource.body.places["x"], resource.origin)
    own = "/infra/live/app/terragrunt.hcl"
    assert [(one.place.file, one.place.line) for one in steps] == [
        ("/infra/modules/m/main.tf", 3),
        (own, 6),
        (own, 3),
    ]


@pytest.mark.parametrize(
    ("inputs", "line"),
    [
        ('{ x = "given" }', 6),
        ('merge({ y = "other" }, { x = "given" })', 6),
        ('merge(local.all, { x = "given" })', 6),
        ("local.all", 3),
        ("merge(local.all, { y = local.all.x })", 3),
        ('true ? local.all : { x = "given" }', 3),
        ('{ (local.name) = "given" }', 6),
        ("{ for name in [local.name] : name => local.all.x }", 6),
    ],
)
def test_inputs_that_are_made_of_several(inputs: str, line: int) -> None:
    """One leads to the place where its name is written; what a loop makes, to the inputs."""
    own = f'{SOURCE}locals {{\n  all = {{ x = "given" }}\n  name = "x"\n}}\ninputs = {inputs}\n'
    evaluation = unit(own)
    assert x(evaluation) == Known("given", x(evaluation).place)
    (resource,) = evaluation.resources
    steps = evaluation.provenance(resource.body.places["x"], resource.origin)
    places = [(one.place.file.rpartition("/")[2], one.place.line) for one in steps]
    assert places == [("main.tf", 3), ("terragrunt.hcl", line)]


def test_an_input_whose_name_is_worked_out() -> None:
    """Its value is what the unit gives, and so are those beside it."""
    own = SOURCE + 'locals { name = "x" }\ninputs = { (local.name) = "given", y = "other" }\n'
    assert x(unit(own)) == Known("given", x(unit(own)).place)


@pytest.mark.parametrize("name", ["terragrunt.hcl", "terragrunt.hcl.json"])
def test_the_parent_that_is_found_without_a_name(name: str) -> None:
    """It is called as units are, in HCL or in JSON."""
    own = "include {\n  path = find_in_parent_folders()\n}\n" + SOURCE
    text = '{"inputs": {"x": "above"}}' if name.endswith("json") else 'inputs = { x = "above" }'
    found = x(unit(own, {f"live/{name}": text}))
    assert dereferenced(found) == Known("above", found.place)


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
    assert dereferenced(found) == Known("file", found.place)


@pytest.mark.parametrize(
    ("extra", "value"),
    [
        ('commands = ["plan"]\n arguments = ["-var-file=../v.tfvars"]', "file"),
        ('commands = ["plan"]\n required_var_files = ["../v.tfvars"]', "file"),
        ('commands = ["plan"]\n arguments = ["../v.tfvars", "-no-color"]', "by default"),
        ('commands = ["init"]\n required_var_files = ["../v.tfvars"]', "by default"),
        ('required_var_files = ["../v.tfvars"]', "by default"),
        ('commands = ["plan"]\n optional_var_files = ["../none.tfvars"]', "by default"),
        ('commands = ["plan"]\n optional_var_files = ["../../../v.tfvars"]', "by default"),
        ('commands = ["plan"]\n optional_var_files = [get_env("A"), "../v.tfvars"]', "file"),
    ],
)
def test_which_files_of_values_are_read(extra: str, value: str, shown: Shown) -> None:
    """Those that a deploying command is given as such, if they are there and within the scan."""
    own = f'terraform {{\n source = "../..//modules/m"\n extra_arguments "v" {{\n{extra}\n}}\n}}\n'
    others = {"live/v.tfvars": 'x = "file"', "../v.tfvars": 'x = "outside"'}
    assert shown(x(unit(own, others))) == value


@pytest.mark.parametrize(
    ("inputs", "line"),
    [
        ('inputs = {\n  x = "given"\n}', 3),
        ('inputs = merge({ y = 1 }, {\n  x = "given"\n})', 3),
        ('inputs = merge({\n  "x" = "given"\n}, {})', 3),
    ],
)
def test_an_input_stands_where_the_unit_writes_it(inputs: str, line: int) -> None:
    """Also within maps that are merged."""
    evaluation = unit(SOURCE + inputs)
    (resource,) = evaluation.resources
    steps = evaluation.provenance(resource.body.places["x"], resource.origin)
    assert [(one.place.file, one.place.line) for one in steps][-1] == (
        "/infra/live/app/terragrunt.hcl",
        line,
    )


@pytest.mark.parametrize(
    ("source", "cure"),
    [
        ('get_env("SOURCE")', '--assume get_env("SOURCE")=VALUE'),
        ("local.none", "--assume app/local.none=VALUE"),
        ("[]", "source = ..."),
    ],
)
def test_a_source_that_is_not_known(source: str, cure: str) -> None:
    """What would have to be said is named."""
    (absent,) = unit(f"terraform {{\n  source = {source}\n}}\n").absent
    assert absent.cure == cure


WRONG = {
    "live/app includes nothing": (
        'include "root" {\n  path = find_in_parent_folders("none.hcl")\n}\n' + SOURCE,
        (1, 'include "root" is not read: find_in_parent_folders("none.hcl") finds no such file'),
    ),
    "no such file": (
        'include {\n  path = "../none.hcl"\n}\n' + SOURCE,
        (1, "include is not read: there is no file ../none.hcl"),
    ),
    "no path": (
        "include {\n  path = 1\n}\n" + SOURCE,
        (1, "include is not read: its path is not a string"),
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


def test_secrets_in_inputs_are_hidden() -> None:
    """Those of sensitive variables, and whatever is called a secret."""
    module = 'variable "token" {\n  sensitive = true\n}\nvariable "db_password" {}\n'
    own = SOURCE + 'inputs = {\n  token = "t"\n  db_password = "p"\n  name = "n"\n}\n'
    texts = {"modules/m/main.tf": module, "live/app/terragrunt.hcl": own}
    (stack,), _ = read(texts)
    lines = {place.line for place in stack.secrets("/infra/live/app/terragrunt.hcl")}
    assert lines == {3, 4}


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


def test_what_a_unit_in_json_generates(shown: Shown) -> None:
    """Files of the module, and features, each under its label."""
    texts = {
        "modules/m/main.tf": MODULE,
        "live/app/terragrunt.hcl.json": """{
          "terraform": {"source": "../../modules/m"},
          "feature": {"on": {"default": "by feature"}},
          "generate": {"more": {
            "path": "more.tf", "if_exists": "overwrite",
            "contents": "resource \\"t\\" \\"g\\" {\\n  x = \\"made\\"\\n}\\n"
          }},
          "inputs": {"x": "${feature.on.value}"}
        }""",
    }
    (stack,), errors = read(texts)
    assert errors == []
    told = {one.origin.name: shown(one.body.fields["x"]) for one in stack.evaluate({}).resources}
    assert told == {"t.t": "by feature", "t.g": "made"}


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


def test_a_unit_that_is_written_twice(shown: Shown) -> None:
    """In HCL and in JSON: Terragrunt takes that in HCL."""
    texts = {
        "modules/m/main.tf": MODULE,
        "live/app/terragrunt.hcl": SOURCE + 'inputs = { x = "hcl" }',
        "live/app/terragrunt.hcl.json": '{"terraform": {"source": "../../modules/m"},'
        ' "inputs": {"x": "json"}}',
    }
    (stack,), errors = read(texts)
    assert (errors, shown(x(stack.evaluate({})))) == ([], "hcl")
