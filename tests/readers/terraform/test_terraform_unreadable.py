"""Files that cannot be read: each is told at its place, and costs nothing else."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from taskwall.core.values import needs
from taskwall.readers.terraform import stacks
from taskwall.source.files import Files
from taskwall.source.stack import Inputs

BAD = "\udcff"
MAIN = 'resource "t" "a" { x = var.v }\nvariable "v" { default = "by default" }\n'
CALL = 'module "m" { source = "x/y/z" }\nresource "t" "a" { x = 1 }\n'
UNIT = 'terraform { source = "../m" }\n'


def told(folder: Path, texts: Mapping[str, str]) -> tuple[list[tuple[str, str]], list[str]]:
    """The errors of the one stack that texts make, by their files, and what `t.a` waits for."""
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode("utf-8", "surrogateescape"))
    sources = [str(folder / name) for name in texts if name.endswith(("main.tf", "terragrunt.hcl"))]
    (found,), errors = stacks(sources, Files(), Inputs(boundary=str(folder)))
    assert errors == []
    evaluation = found.evaluate({})
    (resource,) = (one for one in evaluation.resources if one.type == "t")
    places = [(str(Path(e.place.file).relative_to(folder)), e.message) for e in evaluation.errors]
    return places, [str(need) for need in needs(resource.body)]


MODULES = ".terraform/modules/modules.json"
NOT_WRITTEN = "is not what `terraform get` writes: its modules are not read; run `terraform get`"


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        *(({"main.tf": MAIN, name: BAD}, [(name, "is not UTF-8")]) for name in (
            "terraform.tfvars", "a.auto.tfvars", "terraform.tfvars.json",
        )),
        ({"main.tf": MAIN, "other.tfvars": BAD}, []),
        ({"main.tf": MAIN, ".terraform.lock.hcl": BAD}, []),
        ({"main.tf": CALL, MODULES: BAD}, [(MODULES, "is not UTF-8")]),
        *(
            ({"main.tf": CALL, MODULES: text}, [(MODULES, NOT_WRITTEN)])
            for text in ("{", "[]", "{}", '{"Modules": [{"Key": "m"}]}', '{"Modules": [1]}')
        ),
        ({"main.tf": CALL, MODULES: '{"Modules": []}'}, []),
        ({"main.tf": CALL, ".terraform.lock.hcl": BAD}, []),
        ({"main.tf": CALL, ".git/HEAD": "", ".gitmodules": BAD}, []),
        (
            {"m/main.tf": MAIN, "u/terragrunt.hcl": UNIT, "u/terragrunt.autoinclude.hcl": BAD},
            [("u/terragrunt.autoinclude.hcl", "is not UTF-8")],
        ),
        (
            {
                "m/main.tf": MAIN,
                "u/terragrunt.hcl": UNIT + 'include "r" {\n  path = "../r.hcl"\n}\n',
                "r.hcl": BAD,
            },
            [("r.hcl", "is not UTF-8")],
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_read(
    tmp_path: Path, texts: Mapping[str, str], expected: list[tuple[str, str]]
) -> None:
    """It is told once, and what is read of the rest is known."""
    assert told(tmp_path, texts) == (expected, [])


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ('file("bad")', 'file("bad") is not UTF-8'),
        ('templatefile("bad", {})', 'file("bad") is not UTF-8'),
        ('filebase64("bad")', 'file("bad") is not UTF-8'),
        ('filesha1("bad")', 'file("bad") is not UTF-8'),
    ],
)
def test_a_file_that_a_function_cannot_read(tmp_path: Path, value: str, why: str) -> None:
    """The value is unknown, and says which file."""
    main = f'resource "t" "a" {{\n  x = {value}\n}}\n'
    assert told(tmp_path, {"main.tf": main, "bad": BAD}) == ([], [why])


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ('read_tfvars_file("bad.tfvars")', 'read_tfvars_file("bad.tfvars") cannot be read'),
        ('read_tfvars_file("no.tfvars")', 'read_tfvars_file("no.tfvars") finds no such file'),
        ('read_terragrunt_config("bad.hcl")', 'read_terragrunt_config("bad.hcl") cannot be read'),
        ('read_terragrunt_config("no.hcl")', 'read_terragrunt_config("no.hcl") finds no such file'),
        ('find_in_parent_folders("no")', 'find_in_parent_folders("no") finds no such file'),
    ],
)
def test_a_file_that_terragrunt_cannot_read(tmp_path: Path, value: str, why: str) -> None:
    """The input is unknown, and says which file."""
    unit = f"{UNIT}inputs = {{\n  v = {value}\n}}\n"
    texts = {"m/main.tf": MAIN, "u/terragrunt.hcl": unit, "u/bad.hcl": BAD, "u/bad.tfvars": BAD}
    assert told(tmp_path, texts) == ([], [why])


@pytest.mark.parametrize(
    ("call", "why", "cure"),
    [
        ("", "has a source that is not known", "source = ..."),
        ('source = ""', "has a source that is not known", "source = ..."),
        ("source = null", "has a source that is not known", "source = ..."),
        ("source = var.s", "has a source that is not known", "--assume var.s=VALUE"),
        (
            'source = "x/y/z"\n  version = var.s',
            "has a version that is not known",
            "--assume var.s=VALUE",
        ),
        ('source = "x/y/z"', "comes from a module that is not downloaded", "terraform get"),
    ],
)
def test_a_call_that_leads_nowhere(tmp_path: Path, call: str, why: str, cure: str) -> None:
    """What it puts out is unknown, and what would bring its module is said."""
    main = f'module "m" {{\n  {call}\n}}\nvariable "s" {{}}\n'
    main += 'resource "t" "a" {\n  x = module.m.o\n}\n'
    assert told(tmp_path, {"main.tf": main}) == ([], [f"module.m.o {why}"])
    (found,), _ = stacks([str(tmp_path / "main.tf")], Files(), Inputs(boundary=str(tmp_path)))
    assert [one.cure for one in found.evaluate({}).absent] == [cure]


TWICE = """
resource "t" "a" {}
resource "t" "a" {}
variable "v" {}
variable "v" {}
locals {
  a = 1
}
locals {
  a = 2
}
output "o" {}
output "o" {}
module "m" {
  source = "x/y/z"
}
module "m" {
  source = "x/y/z"
}
data "t" "a" {}
data "t" "a" {}
"""


def test_each_kind_of_name_that_is_declared_twice(tmp_path: Path) -> None:
    """Where it is declared again."""
    (tmp_path / "main.tf").write_text(TWICE)
    (found,), _ = stacks([str(tmp_path / "main.tf")], Files(), Inputs(boundary=str(tmp_path)))
    assert [(one.place.line, one.message) for one in found.evaluate({}).errors] == [
        (3, "t.a is declared twice"),
        (5, "var.v is declared twice"),
        (10, "local.a is declared twice"),
        (13, "output.o is declared twice"),
        (17, "module.m is declared twice"),
        (21, "data.t.a is declared twice"),
    ]


def test_a_path_that_no_file_can_have(tmp_path: Path) -> None:
    """It leads nowhere, and costs nothing else."""
    main = 'resource "t" "a" {\n  x = try(file("a\\u0000b"), "none")\n'
    main += '  y = fileexists("a\\u0000b")\n}\nmodule "m" {\n  source = "./a\\u0000b"\n}\n'
    (tmp_path / "main.tf").write_text(main)
    (found,), _ = stacks([str(tmp_path / "main.tf")], Files(), Inputs(boundary=str(tmp_path)))
    evaluation = found.evaluate({})
    assert [error.message[:33] for error in evaluation.errors] == [
        'module.m: there is no module at "'
    ]
    whys = [need.why for need in needs(evaluation.resources[0].body)]
    assert whys == ["is outside the scanned folders"]
