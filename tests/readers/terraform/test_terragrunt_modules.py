"""The module of a unit of Terragrunt: what lies and is written beside it, and what is elsewhere."""

from base64 import urlsafe_b64encode
from hashlib import sha1
from pathlib import Path

import pytest

from readers.terraform.units import INCLUDE, MODULE, SOURCE, Shown, read, unit, x
from taskwall.core.values import (
    Known,
    Unknown,
    dereferenced,
)
from taskwall.readers.terraform import stacks
from taskwall.readers.terraform.terragrunt.source import local_folder
from taskwall.source.files import Files
from taskwall.source.stack import Inputs


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
    assert dereferenced(body.fields["x"]) == Known("b", body.fields["x"].place)
    assert isinstance(dereferenced(body.fields["y"]), Unknown)
    assert len(body.fields["z"].items) == 1  # type: ignore[union-attr]
    line = own.split("\n").index('  x = "${local.a}"') + 1
    assert (body.places["x"].file, body.places["x"].line) == (
        "/infra/live/app/terragrunt.hcl",
        line,
    )


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


MORE = 'resource "u" "u" { a = "A" }'


@pytest.mark.parametrize(
    ("more", "there"),
    [
        ("", True),
        ("disable = false", True),
        ("disable = true", False),
        ('path = "more.txt"', False),
        ("path = 5", False),
        ('if_exists = "skip"', True),
        ('if_exists = "skip"\n  path = "main.tf"', False),
        ('if_exists = "overwrite"\n  path = "there.tf"', True),
        ('if_exists = "skip"\n  path = "there.tf"', False),
    ],
)
def test_what_is_generated_is_there_unless_it_is_said_otherwise(more: str, there: bool) -> None:
    """Only files of Terraform count, and one that is there already may stay."""
    path = "" if "path" in more else 'path = "more.tf"\n  '
    own = SOURCE + f'generate "g" {{\n  {path}{more}\n  contents = <<EOT\n{MORE}\nEOT\n}}\n'
    found = unit(own, {"modules/m/there.tf": 'resource "w" "w" {}\n'})
    types = {one.type for one in found.resources}

    assert found.errors == ()
    assert ("u" in types) == there
    assert ("w" in types) == ("overwrite" not in more)


@pytest.mark.parametrize(
    ("contents", "known"),
    [
        ('resource "u" "u" { a = "${get_env("A")}" }', True),
        ('resource "u" "u" { a = ${get_env("A")} }', True),
        ('${get_env("A")}\nresource "u" "u" { a = 1 }', False),
        ('${get_env("A")}\nprovider "aws" {}', True),
        ('${get_env("A")}', True),
    ],
)
def test_what_is_generated_in_part(contents: str, known: bool) -> None:
    """A value that is not known stays one; where further blocks may stand, all is unknown."""
    own = SOURCE + f'generate "g" {{\n  path = "more.tf"\n  contents = <<EOT\n{contents}\nEOT\n}}\n'
    found = unit(own)
    generated = [one for one in found.resources if one.type == "u"]

    assert [error.message for error in found.errors] == (
        [] if known else ["what is generated as more.tf is not known"]
    )
    assert len(generated) == (known and "resource" in contents)
    for one in generated:
        assert isinstance(dereferenced(one.body.fields["a"]), Unknown)


@pytest.mark.parametrize(
    ("config", "tied"),
    [
        ('bucket = "states"\n key = "net.tfstate"', True),
        ('bucket = "states"\n key = "net.tfstate"\n profile = null', True),
        ('bucket = "states"\n key = "other.tfstate"', False),
        ('bucket = "others"\n key = "net.tfstate"', False),
        ('bucket = get_env("BUCKET")\n key = "net.tfstate"', True),
        ('bucket = "states"\n key = get_env("KEY")', True),
    ],
)
def test_the_state_of_a_unit_is_where_it_says(config: str, tied: bool) -> None:
    """Whoever reads that state reads the unit's outputs. One of an open key goes by its folder."""
    own = SOURCE + f'remote_state {{\n backend = "s3"\n config = {{\n {config}\n }}\n}}\n'
    reader = """
data "terraform_remote_state" "net" {
  backend = "s3"
  config  = { bucket = "states", key = "net.tfstate" }
}
resource "r" "r" { x = data.terraform_remote_state.net.outputs.x }
"""
    texts = {"modules/m/main.tf": MODULE, "live/net/terragrunt.hcl": own, "app/main.tf": reader}
    found, errors = read(texts)

    assert errors == []
    assert len(found) == (1 if tied else 2)


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
        ("inputs = { use_ipam_pool = true }", "", False),
        ('inputs = get_env("INPUTS")', "", False),
    ],
)
def test_inputs_of_all_units(parent: str, own: str, stands_in: bool) -> None:
    """What is given to all units is for no module; what is given to this one may be for its own."""
    text = INCLUDE % "" + f'inputs = {{\n  cidr = "10.0.0.0/16"\n  {own}\n}}'
    text = text.replace("../..//modules/m", next(iter(REMOTE)))
    (absent,) = unit(text, {"live/root.hcl": parent}).absent
    assert (absent.read_as is not None) == stands_in


def hashed(text: str) -> str:
    """How Terragrunt calls the folder of what it downloads."""
    made = sha1(text.encode(), usedforsecurity=False).digest()
    return urlsafe_b64encode(made).decode().rstrip("=")


PACKAGE = "git::https://example.com/modules.git"
OF_REGISTRY = "tfr://registry.example.com/nobody/m/aws"


@pytest.mark.parametrize(
    ("source", "package", "inner", "noted", "is_there"),
    [
        (f"{PACKAGE}//m?ref=v1", PACKAGE, "m", "ref=v1", True),
        (f"{PACKAGE}//m?ref=v1&depth=1", PACKAGE, "m", "depth=1&ref=v1", True),
        (f"{PACKAGE}//m?ref=v1", PACKAGE, "m", None, True),
        (f"{PACKAGE}?ref=v1", PACKAGE, "", "ref=v1", True),
        (f"{PACKAGE}//m?ref=v1", PACKAGE, "m", "ref=v2", False),
        (f"{PACKAGE}//other?ref=v1", PACKAGE, "m", "ref=v1", False),
        (f"{PACKAGE}//m?ref=v1", "git::https://example.com/others.git", "m", "ref=v1", False),
        (f"{OF_REGISTRY}?version=1.0.0", OF_REGISTRY, "", "version=1.0.0", True),
        ("tfr:///a/m/aws?version=1.0.0", "tfr:///a/m/aws", "", "version=1.0.0", True),
    ],
)
def test_a_module_that_terragrunt_has_downloaded(
    source: str, package: str, inner: str, noted: str | None, is_there: bool, tmp_path: Path
) -> None:
    """Its copy is read where its package and version are those that the unit names."""
    copy = tmp_path / "app" / ".terragrunt-cache" / "any" / hashed(package)
    (copy / inner).mkdir(parents=True)
    (copy / inner / "main.tf").write_text(MODULE)
    if noted is not None:
        (copy / ".terragrunt-source-version").write_text(f"{hashed(noted)}\n")
    unit_file = tmp_path / "app" / "terragrunt.hcl"
    unit_file.write_text(f'terraform {{\n  source = "{source}"\n}}\ninputs = {{ x = "given" }}\n')
    (stack,), errors = stacks([str(unit_file)], Files(), Inputs(boundary=str(tmp_path)))
    evaluation = stack.evaluate({})
    assert errors == []
    assert (not evaluation.absent) is is_there
    assert [one.type for one in evaluation.resources if one.type == "t"] == ["t"] * is_there


@pytest.mark.parametrize(
    ("source", "folder"),
    [
        ("../m", "/u/m"),
        ("./m", "/u/app/m"),
        ("m", "/u/app/m"),
        (".", "/u/app"),
        ("../..//modules/m", "/modules/m"),
        ("../m?ref=v1", "/u/m"),
        ("/abs//m", "/abs/m"),
        ("file:///abs/m", "/abs/m"),
        ("a.b/c", "/u/app/a.b/c"),
        ("git::https://example.com/a.git//m", None),
        ("git::ssh://git@example.com/a.git", None),
        ("git@github.com:a/b.git", None),
        ("https://example.com/m.zip", None),
        ("tfr:///terraform-aws-modules/vpc/aws?version=5.0.0", None),
        ("github.com/a/b//m", None),
        ("app.terraform.io/a/b", None),
        ("s3::https://s3.amazonaws.com/b/m.zip", None),
    ],
)
def test_which_sources_are_paths(source: str, folder: str | None) -> None:
    """What names no host, scheme or getter, seen from the folder of the unit."""
    assert local_folder(source, "/u/app") == folder
