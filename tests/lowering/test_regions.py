"""In which Region things are, and which of several adopters stands for its default VPC."""

from pathlib import Path

import pytest

from taskwall.lowering._default_vpc import default_vpcs, other_provider, own_region
from taskwall.readers import terraform
from taskwall.source.files import Files
from taskwall.source.resource import Resource
from taskwall.source.stack import Inputs


def resources(folder: Path, files: dict[str, str]) -> dict[str, list[Resource]]:
    """The resources of a root by their types."""
    for name, text in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    inputs = Inputs(boundary=str(folder))
    (stack,), _ = terraform.stacks([str(folder / "main.tf")], Files(), inputs)
    found: dict[str, list[Resource]] = {}
    for one in stack.evaluate({}).resources:
        found.setdefault(one.type, []).append(one)
    return found


VPC = 'resource "aws_default_vpc" "d" {\nMORE}\n'
SERVICE = 'resource "aws_ecs_service" "s" {\n}\n'
CALLS = "".join(f'module "{name}" {{\n  source = "./{name}"\n}}\n' for name in "ab")


@pytest.mark.parametrize(
    ("a", "b", "adopted"),
    [
        (VPC, VPC, "a"),
        (VPC, VPC + SERVICE, "b"),
        (VPC + SERVICE, VPC, "a"),
        (VPC + SERVICE, VPC + SERVICE, "a"),
        (SERVICE, VPC, "b"),
        (VPC.replace("MORE", "  count = var.v\n") + 'variable "v" {}\n' + SERVICE, VPC, "b"),
        ("", "", ""),
    ],
    ids=["first", "with services", "without", "both", "only one", "not certain", "none"],
)
def test_which_of_several_is_the_default_vpc(tmp_path: Path, a: str, b: str, adopted: str) -> None:
    """One that certainly exists, then one beside services, then the first."""
    texts = {"a/main.tf": a.replace("MORE", ""), "b/main.tf": b.replace("MORE", "")}
    found = default_vpcs(resources(tmp_path, {"main.tf": CALLS, **texts}))

    assert [*found.values()] == [f"module.{adopted}.aws_default_vpc.d"] * bool(adopted)


PROVIDERS = """
variable "v" {}
provider "aws" {
  region = "eu-west-1"
}
provider "aws" {
  alias  = "same"
  region = "eu-west-1"
}
provider "aws" {
  alias  = "other"
  region = "us-east-1"
}
provider "aws" {
  alias  = "open"
  region = var.v
}
provider "aws" {
  alias = "silent"
}
"""


@pytest.mark.parametrize(
    ("first", "second", "one", "other"),
    [
        ("", "", True, ""),
        ("provider = aws.other", "provider = aws.other", True, ""),
        ("provider = aws.other", "", False, "aws.other"),
        ("", "provider = aws.other", False, "aws"),
        ("provider = aws.same", "", False, ""),
        ("provider = aws.open", "", False, "aws.open"),
        ("provider = aws.open", "provider = aws.open", True, ""),
        ("provider = aws.silent", "", False, "aws.silent"),
        ('region = "eu-west-1"', "", False, ""),
        ('region = "eu-west-1"', 'region = "eu-west-1"', True, ""),
        ('region = "eu-west-1"', 'region = "us-east-1"', False, ""),
        ("region = var.v", "region = var.v", True, ""),
        ('region = "us-east-1"', "provider = aws.other", False, ""),
        ("provider = aws.other", 'region = "us-east-1"', False, ""),
    ],
)
def test_two_regions(tmp_path: Path, first: str, second: str, one: bool, other: str) -> None:
    """Of their provider, or their own; where providers may be for two it is said which."""
    texts = (
        f'resource "aws_default_vpc" "{n}" {{\n  {body}\n}}\n'
        for n, body in zip("xy", (first, second), strict=True)
    )
    found = resources(tmp_path, {"main.tf": PROVIDERS + "".join(texts)})["aws_default_vpc"]

    assert (own_region(found[0]) == own_region(found[1])) is one
    assert other_provider(*found) == other
