"""What is read for popular modules that are absent."""

import json
import re
import tomllib
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from tools.stand_ins import due

from taskwall.api.options import Options
from taskwall.api.scan import scan
from taskwall.core.values import Items, Known, Reference, Value, dereferenced, needs
from taskwall.findings.finding import Report
from taskwall.outputs import View, formats, render
from taskwall.readers.terraform.stand_ins import COMMIT_DIGITS, FOLDER, registry_name, stand_ins
from taskwall.readers.terraform.syntax.hcl import parse
from taskwall.source.resource import Resource
from taskwall.source.stack import Evaluation

PACKAGES = sorted(path.parent for path in Path(FOLDER).rglob("versions.toml"))
MODULES = sorted({path.parent for path in Path(FOLDER).rglob("*.tf")})

REPOSITORY = "github.com/terraform-aws-modules/terraform-aws-vpc"

VPC = """\
module "vpc" {
  source  = "terraform-aws-modules/vpc/aws"
  version = "~> 5.0"

  name            = "shop"
  azs             = ["eu-west-1a"]
  public_subnets  = ["10.0.0.0/24"]
  private_subnets = ["10.0.1.0/24"]
%s
}

resource "aws_ecs_service" "web" {
  name            = "web"
  launch_type     = "FARGATE"
  task_definition = "web"

  network_configuration {
    subnets         = module.vpc.public_subnets
    security_groups = ["sg-12345678"]
  }
}
"""


def reported(folder: Path, text: str, *show: str) -> Report:
    """The report of a root of one file."""
    (folder / ".git").mkdir(exist_ok=True)
    (folder / "main.tf").write_text(text)
    asked = Options((str(folder),), profile="strict", show=show or None, cwd=str(folder))
    return scan(asked)


def title(name: str, constraint: str, inner: str = "") -> str | None:
    """What stands in for a module."""
    return next((each.title for each in stand_ins(name, inner, constraint)), None)


@pytest.mark.parametrize(
    ("constraint", "version"),
    [
        ("~> 5.0", "5.21.0"),
        ("5.1.2", "5.1.2"),
        ("~> 5.1.0", "5.1.0"),
        (">= 4.0, < 6.0", "5.21.0"),
        ("~> 3.14", "3.19.0"),
        ("= 2.77.0", "2.77.0"),
        ("~> 1.0", "1.73.0"),
        ("1.59.0", "1.59.0"),
        ("1.29.0", "1.29.0"),
        ("1.28.0", None),
        ("7.0.0", None),
        ("~> 5.0, != 5.21.0", "5.0"),
    ],
)
def test_the_newest_version_that_is_known_and_allowed(constraint: str, version: str | None) -> None:
    """A stand-in is for the newest version in its ranges that a call allows."""
    vpc = "terraform-aws-modules/vpc/aws"

    assert title(vpc, constraint) == (f"{vpc} {version}" if version else None)


@pytest.mark.parametrize(
    ("name", "constraint", "version"),
    [
        ("autoscaling", "1.2.0", None),
        ("autoscaling", "~> 2.0", "2.12.0"),
        ("autoscaling", "2.4.0", "2.4.0"),
        ("autoscaling", "5.0.0", None),
        ("autoscaling", "~> 5.0", "5.2.0"),
        ("autoscaling", "~> 3.0", "3.9.0"),
        ("ecs", "0.0.1", None),
        ("ecs", "~> 1.0", "1.4.0"),
        ("ecs", "~> 2.0", "2.9.0"),
        ("ecs", "~> 3.4.0", "3.4.1"),
        ("ecs", "4.1.0", None),
        ("ecs", "~> 4.0", "4.1.3"),
        ("alb", "3.3.1", None),
        ("alb", "~> 3.0", "3.7.0"),
        ("alb", "3.5.0", "3.5.0"),
        ("alb", "~> 4.0", "4.2.0"),
        ("alb", "5.2.0", None),
        ("alb", "~> 5.0", "5.16.0"),
        ("rds", "2.30.0", None),
        ("rds", "~> 2.18.0", "2.18.0"),
        ("rds", "~> 2.0", "2.35.0"),
        ("rds", "~> 3.0", "3.5.0"),
        ("rds", "4.0.0", None),
        ("rds", "4.1.0", "4.1.0"),
        ("rds", "~> 4.0", "4.7.0"),
        ("rds", "~> 5.0", "5.9.0"),
        ("rds", "~> 5.7.0", "5.7.0"),
        ("rds-aurora", "~> 4.0", None),
        ("rds-aurora", "~> 5.2", "5.3.0"),
        ("rds-aurora", "6.1.4", "6.1.4"),
        ("rds-aurora", "~> 7.6.0", "7.6.0"),
        ("rds-aurora", "~> 7.0", "7.7.1"),
        ("rds-aurora", "~> 10.0", "10.2.0"),
        ("eventbridge", "1.11.0", None),
        ("eventbridge", "~> 1.0", "1.17.3"),
        ("eventbridge", "~> 2.2.0", "2.2.0"),
        ("eventbridge", "v3.10.0", "3.10.0"),
        ("eventbridge", "~> 3.0", "3.17.1"),
    ],
)
def test_older_versions_that_do_other_things(
    name: str, constraint: str, version: str | None
) -> None:
    """Those that a stand-in would read wrongly have none, and do not hide newer ones."""
    full = f"terraform-aws-modules/{name}/aws"

    assert title(full, constraint) == (f"{full} {version}" if version else None)


def test_a_call_without_a_version() -> None:
    """It is read as the newest that is known, and the title says so."""
    found = title("terraform-aws-modules/vpc/aws", "")

    assert found == (
        "terraform-aws-modules/vpc/aws 6.6.0, the newest that is known (the call says no version)"
    )


def test_an_older_version_that_has_the_arguments(tmp_path: Path) -> None:
    """A call without a version is of the newest one that has all of its arguments."""
    named = 'cluster_name = "main"\n'
    older = "fargate_capacity_providers = { FARGATE = {} }\n"

    def read_as(arguments: str) -> list[str | None]:
        call = f'source = "terraform-aws-modules/ecs/aws"\n{arguments}'
        report = reported(tmp_path, f'module "ecs" {{\n{call}}}\n')
        return [one.read_as for one in report.document.absent]

    said = "the newest known that fits the call and its AWS provider (the call says no version)"
    assert read_as(named + older) == [f"terraform-aws-modules/ecs/aws 5.12.1, {said}"]
    assert read_as('version = ">= 6.0.0"\n' + named + older) == [None]
    assert read_as("of_no_version = true\n") == [None]


@pytest.mark.parametrize(
    ("required", "locked", "version", "read_as"),
    [
        ("", "", "", "6.6.0"),
        (">= 4.0", "", "", "6.6.0"),
        ("~> 5.0", "", "", "5.21.0"),
        ("4.67.0", "", "", "4.0.2"),
        (">= 4.0", "5.23.1", "", "5.21.0"),
        ("~> 5.0", "", ">= 4.0", "5.21.0"),
        # What is written holds, whatever the provider.
        ("~> 5.0", "", ">= 6.0", "6.6.0"),
    ],
)
def test_an_older_version_for_the_provider(
    tmp_path: Path, required: str, locked: str, version: str, read_as: str
) -> None:
    """A newer version than the root's AWS provider allows cannot be meant."""
    if locked:
        lock = f'provider "registry.terraform.io/hashicorp/aws" {{\n  version = "{locked}"\n}}\n'
        (tmp_path / ".terraform.lock.hcl").write_text(lock)
    needed = f'aws = {{\n source = "hashicorp/aws"\n version = "{required}"\n }}'
    head = f"terraform {{\n required_providers {{\n {needed}\n }}\n}}\n" if required else ""
    call = 'source = "terraform-aws-modules/vpc/aws"\n'
    call += f'version = "{version}"\n' if version else ""
    report = reported(tmp_path, f'{head}module "vpc" {{\n{call}}}\n')
    (read,) = [one.read_as for one in report.document.absent]

    assert read is not None
    assert read.partition(",")[0] == f"terraform-aws-modules/vpc/aws {read_as}"


@pytest.mark.parametrize(
    ("inner", "read_as"),
    [
        ("", "terraform-aws-modules/vpc/aws 5.8.1"),
        ("lifecycle {\n enabled = true\n }", "terraform-aws-modules/vpc/aws 5.8.1"),
        ("subnet {\n zone = 1\n }", None),
    ],
)
def test_a_call_with_blocks(tmp_path: Path, inner: str, read_as: str | None) -> None:
    """Whether there is a module is no argument of it; what a block may mean is not known."""
    call = f'source = "terraform-aws-modules/vpc/aws"\nversion = "5.8.1"\n{inner}\n'
    report = reported(tmp_path, f'module "vpc" {{\n{call}}}\n')
    assert [one.read_as for one in report.document.absent] == [read_as]


def test_modules_in_a_package() -> None:
    """They have stand-ins of their own, several may share one, and others have none."""
    groups = "terraform-aws-modules/security-group/aws"
    https, redis = (
        stand_ins(groups, f"modules/{one}", "5.3.1")[0] for one in ("https-443", "redis")
    )

    assert https.folder == redis.folder
    assert https.title == f"{groups}//modules/https-443 5.3.1"
    assert https.defaults != redis.defaults
    assert title(groups, "5.3.1", "modules/other") is None
    assert title("acme/vpc/aws", "") is None
    assert title("../../../vpc", "") is None


@pytest.mark.parametrize(
    ("owner", "repository", "name"),
    [
        ("acme", "terraform-aws-vpc", "acme/vpc/aws"),
        ("acme", "terraform-aws-security-group", "acme/security-group/aws"),
        ("acme", "vpc", None),
    ],
)
def test_the_name_in_the_registry(owner: str, repository: str, name: str | None) -> None:
    """A repository of GitHub's that the registry takes has the name that follows from its own."""
    assert registry_name(owner, repository) == name


NEWEST = "6.6.0, the newest that is known (the call says no version)"


@pytest.mark.parametrize(
    ("source", "read_as"),
    [
        ('"terraform-aws-modules/vpc/aws"\n version = "5.1.0"', "5.1.0"),
        ('"registry.terraform.io/terraform-aws-modules/vpc/aws"\n version = "5.1.0"', "5.1.0"),
        (f'"{REPOSITORY}?ref=v5.1.0"', "5.1.0"),
        (f'"{REPOSITORY}?ref=tags/v5.1.0"', "5.1.0"),
        (f'"{REPOSITORY}?ref=refs/tags/v5.1.0"', "5.1.0"),
        (f'"git::https://{REPOSITORY}.git?ref=v5.1.0"', "5.1.0"),
        ('"git@github.com:terraform-aws-modules/terraform-aws-vpc.git?ref=v5.1.0"', "5.1.0"),
        (f'"{REPOSITORY}?ref=master"', NEWEST),
        (f'"{REPOSITORY}"', NEWEST),
        (f'"git::https://{REPOSITORY}.git?ref=e226cc15a7b8f62fd0e108792fea66fa85bcb4b9"', "5.13.0"),
        (f'"{REPOSITORY}?ref=E226CC15A7B8F62FD0E108792FEA66FA85BCB4B9"', "5.13.0"),
        (f'"{REPOSITORY}?ref=e226cc15a7b8"', NEWEST),
        (f'"{REPOSITORY}?ref=c3396b0aa1ad18d47677ffa2d825df03778e5d4e"', None),
        (f'"{REPOSITORY}?ref=0123456789abcdef0123456789abcdef01234567"', NEWEST),
        ('"registry.acme.com/terraform-aws-modules/vpc/aws"\n version = "5.1.0"', None),
        ('"github.com/other/terraform-aws-vpc?ref=v5.1.0"', None),
    ],
)
def test_which_sources_have_one(
    evaluated: Callable[..., Evaluation], source: str, read_as: str | None
) -> None:
    """The registry's name and the repository that the registry takes it from.

    A tag and the whole commit that it names are a version; any other commit and a branch are none.
    """
    [absent] = evaluated(f'module "vpc" {{\n source = {source}\n}}\n').absent

    name = f"terraform-aws-modules/vpc/aws {read_as}"
    assert absent.read_as == (name if read_as else None)


def test_findings_stand_at_the_call(tmp_path: Path) -> None:
    """What a stand-in writes is in no file of the user's: places are at the call."""
    report = reported(tmp_path, VPC % "")

    found = {one.rule: one for one in report.document.findings}
    assert found["TW603"].line == 18
    assert (found["TW701"].file, found["TW701"].line) == ("main.tf", 1)
    assert found["TW701"].resource == "module.vpc.aws_vpc.this[0]"
    for finding in (found["TW603"], found["TW701"]):
        assert {(step.file, step.line) for step in finding.because} <= {
            ("main.tf", line) for line in range(1, 22)
        }
        [told] = [step.text for step in finding.because if "stand-in" in step.text]
        assert told.endswith("stand-in for terraform-aws-modules/vpc/aws 5.21.0 is read")
    assert report.document.summary.absent == 0
    assert report.document.summary.files == 1


@pytest.mark.parametrize("name", formats())
def test_no_report_holds_a_path_of_the_package(tmp_path: Path, name: str) -> None:
    """Users have no file in which they could look."""
    report = reported(tmp_path, VPC % "")

    text = render(name, report, View(verbose=True))
    assert "data/modules" not in text
    assert "module.vpc" in text


@pytest.mark.parametrize(
    ("argument", "read"),
    [
        ("  tags = { Team = var.team }", True),
        ("  use_ipam_pool = false", True),
        ("  use_ipam_pool = true", False),
        ("  use_ipam_pool = var.ipam", False),
        ("  customer_gateways = {}", True),
        ('  customer_gateways = { a = "b" }', False),
        ("  what_comes_next = true", False),
        ("  enable_nat_gateway = var.nat", True),
    ],
)
def test_arguments_that_are_not_known_are_doubt(tmp_path: Path, argument: str, read: bool) -> None:
    """What is not modelled must be off, and what nobody knows makes the module absent."""
    variables = 'variable "team" {}\nvariable "ipam" {}\nvariable "nat" {}\n'
    report = reported(tmp_path, VPC % argument + variables)

    assert report.document.summary.absent == (not read)
    assert (
        any(one.rule == "TW603" and one.verdict == "fail" for one in report.document.findings)
        == read
    )


GIVEN_BACK = """\
locals {
  services = {
    api = { secret = aws_ssm_parameter.db["host"].arn }
  }
}

resource "aws_ssm_parameter" "db" {
  for_each = { host = module.db.db_instance_address }
}

module "db" {
  source                 = "terraform-aws-modules/rds/aws"
  version                = "6.10.0"
  identifier             = "db"
  vpc_security_group_ids = [module.db_group.security_group_id]
}

module "db_group" {
  source  = "terraform-aws-modules/security-group/aws"
  version = "5.3.1"
  vpc_id  = "vpc-12345678"
  ingress_with_source_security_group_id = [
    for key, value in local.services : {
      from_port                = 5432
      to_port                  = 5432
      protocol                 = "tcp"
      source_security_group_id = aws_security_group.tasks[key].id
    }
  ]
}

resource "aws_security_group" "tasks" {
  for_each = local.services
}
"""


def test_what_a_call_is_given_may_come_from_what_it_makes(
    evaluated: Callable[..., Evaluation],
) -> None:
    """An argument is evaluated where it is used, not to see whether the stand-in knows it."""
    found = {each.origin.address for each in evaluated(GIVEN_BACK).resources}

    assert 'aws_security_group.tasks["api"]' in found
    assert 'aws_ssm_parameter.db["host"]' in found


LOOKED_UP = """\
terraform {
  backend "s3" {}
}

data "aws_vpc" "main" {
  tags = { Name = "shop" }
}

data "aws_route_table" "private" {
  vpc_id = data.aws_vpc.main.id
  tags   = { Name = "shop-private" }
}
"""


def test_tags_that_are_left_out_may_be_any(tmp_path: Path) -> None:
    """Of a data source that asks for them it is open which it means, and not that it means none."""
    for name, text in (("net", VPC % ""), ("app", LOOKED_UP)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "main.tf").write_text(text)
    vpc, table = scan(Options((str(tmp_path),), cwd=str(tmp_path))).document.ties

    assert vpc.to == "module.vpc.aws_vpc.this[0]"
    assert table.to == ""
    assert table.candidates == tuple(
        f"module.vpc.aws_route_table.{name}[0]" for name in ("public", "private")
    )


@pytest.mark.parametrize(
    ("arguments", "endpoints"),
    [
        ("enable_s3_endpoint = true", {"s3": ["private", "intra", "public"]}),
        (
            "enable_s3_endpoint = true\n enable_public_s3_endpoint = false",
            {"s3": ["private", "intra"]},
        ),
        ("enable_dynamodb_endpoint = true", {"dynamodb": ["private", "intra", "public"]}),
        ("enable_s3_endpoint = false", {}),
    ],
)
def test_gateway_endpoints_before_version_3(
    evaluated: Callable[..., Evaluation], arguments: str, endpoints: dict[str, list[str]]
) -> None:
    """The module of the VPC made them itself; a call without a version is of such a one."""
    text = f"""
    module "vpc" {{
      source          = "terraform-aws-modules/vpc/aws"
      public_subnets  = ["10.0.0.0/24"]
      private_subnets = ["10.0.1.0/24"]
      intra_subnets   = ["10.0.2.0/24"]
      {arguments}
    }}
    """
    resources = {one.origin.address: one for one in evaluated(text).resources}
    found = {}
    for name in ("s3", "dynamodb"):
        made = resources.get(f"module.vpc.aws_vpc_endpoint.{name}[0]")
        if made is not None:
            tables = made.cell().get("route_table_ids").each()
            found[name] = [
                one.value.resource.removeprefix("module.vpc.aws_route_table.").removesuffix("[0]")
                for one in tables
                if isinstance(one.value, Reference)
            ]
    assert found == endpoints


@pytest.mark.parametrize(
    ("arguments", "container"),
    [
        (
            'environment = [{ name = "PORT", value = 80 }]',
            {
                "environment": [{"name": "PORT", "value": "80"}],
            },
        ),
        (
            'map_environment = { B = "b", A = "a" }\n environment = [{ name = "C", value = "c" }]',
            {"environment": [{"name": "A", "value": "a"}, {"name": "B", "value": "b"}]},
        ),
        (
            'map_secrets = { KEY = "arn:aws:ssm:::parameter/key" }\n container_memory = 512',
            {"secrets": [{"name": "KEY", "valueFrom": "arn:aws:ssm:::parameter/key"}]},
        ),
        ('container_definition = { image = "redis", cpu = null }', {"image": "redis"}),
    ],
)
def test_a_container_that_a_module_writes(
    evaluated: Callable[..., Evaluation], arguments: str, container: dict[str, object]
) -> None:
    """What is null is left out, maps come before lists, and the definition that is given last."""
    text = f"""
    module "web" {{
      source          = "cloudposse/ecs-container-definition/aws"
      version         = "0.58.1"
      container_name  = "web"
      container_image = "nginx"
      {arguments}
    }}
    resource "aws_ecs_task_definition" "web" {{
      container_definitions = module.web.json_map_encoded_list
    }}
    """
    (found,) = evaluated(text).resources
    cell = found.cell().get("container_definitions")
    assert isinstance(cell.known, str)
    written = {"essential": True, "image": "nginx", "name": "web", "portMappings": []}
    assert json.loads(cell.known) == [{**written, **container}]


RULES = """
  rules = [{ type = "ingress", from_port = 80, to_port = 80, protocol = "tcp", self = true }]
  rules_map = {
    out = [{ key = "https", type = "egress", from_port = 443, to_port = 443, protocol = 6 }]
  }
"""
MATRIX = """
  rule_matrix = [{
    key         = "edge"
    cidr_blocks = ["10.0.0.0/8"]
    self        = true
    source_security_group_ids = ["sg-1"]
    rules = [{ key = "http", type = "ingress", from_port = 80, to_port = 80, protocol = "tcp" }]
  }]
"""
OLD_RULES = """
  rules = [{ type = "ingress", from_port = 80, to_port = 80, protocol = "tcp", self = true }]
"""
APART, GROUP_RULE = "aws_security_group_rule.", "aws_security_group."


@pytest.mark.parametrize(
    ("version", "arguments", "made"),
    [
        ("~> 2.0", "", {f"{GROUP_RULE}cbd[0]", f'{APART}keyed["_allow_all_egress_"]'}),
        ("~> 2.0", "enabled = false", set[str]()),
        ("~> 2.0", "context = { enabled = false }", set[str]()),
        (
            "~> 2.0",
            "context = { enabled = false }\n enabled = true\n allow_all_egress = false",
            {f"{GROUP_RULE}cbd[0]"},
        ),
        ("~> 2.0", 'target_security_group_id = ["sg-2"]', {f'{APART}dbc["_allow_all_egress_"]'}),
        (
            "~> 2.0",
            "preserve_security_group_id = true",
            {f"{GROUP_RULE}cbd[0]", f'{APART}dbc["_allow_all_egress_"]'},
        ),
        (
            "~> 2.0",
            f"create_before_destroy = false\n allow_all_egress = false\n{RULES}",
            {f"{GROUP_RULE}default[0]", f'{APART}dbc["_list_[0]"]', f'{APART}dbc["https"]'},
        ),
        ("~> 1.0", "", {f"{GROUP_RULE}default[0]"}),
        (
            "~> 1.0",
            MATRIX,
            {
                f"{GROUP_RULE}default[0]",
                *(f'{APART}keyed["edge#http#{one}"]' for one in ("sg#0", "cidr")),
            },
        ),
        (
            "1.0.0",
            MATRIX,
            {
                f"{GROUP_RULE}default[0]",
                *(f'{APART}keyed["edge#http#{one}"]' for one in ("self", "sg#0", "cidr")),
            },
        ),
        (
            "~> 0.4.0",
            "allow_all_egress = true\n inline_rules_enabled = true",
            {
                f"{GROUP_RULE}default[0]",
                f'{APART}keyed["_allow_all_egress_"]',
            },
        ),
        ("0.3.3", "", {f"{GROUP_RULE}default[0]"}),
        (
            "0.3.3",
            OLD_RULES,
            {
                f"{GROUP_RULE}default[0]",
                f'{APART}default["ingress-tcp-80-80-cbd201ed3b6029e1f305a433350cb74e"]',
            },
        ),
        (
            "0.2.0",
            f'security_group_enabled = false\n id = "sg-2"\n{OLD_RULES}',
            {f'{APART}default["ingress-tcp-80-80-no_ipv4-no_ipv6-no_ssg-no_pli-self-no_desc"]'},
        ),
    ],
)
def test_a_security_group_and_its_rules(
    evaluated: Callable[..., Evaluation], version: str, arguments: str, made: set[str]
) -> None:
    """By the names that the module gives them: a state and a plan have the same."""
    found = evaluated(f'''
        module "web" {{
          source  = "cloudposse/security-group/aws"
          version = "{version}"
          vpc_id  = "vpc-1"
          {arguments}
        }}
    ''')

    assert [one.read_as is None for one in found.absent] == [False]
    addresses = {one.origin.address.removeprefix("module.web.") for one in found.resources}
    assert addresses - {"random_id.label", "data.aws_security_group.external[0]"} == made


def test_rules_of_a_security_group_stand_in_the_call(tmp_path: Path) -> None:
    """Each at what is wrong of it there; the one that lets everything out at its argument."""
    text = """\
    module "web" {
      source           = "cloudposse/security-group/aws"
      version          = "2.2.0"
      vpc_id           = "vpc-1"
      allow_all_egress = true
    }
    module "open" {
      source           = "cloudposse/security-group/aws"
      version          = "2.2.0"
      vpc_id           = "vpc-1"
      allow_all_egress = false
      rules = [
        {
          type        = "ingress"
          from_port   = 0
          to_port     = 65535
          protocol    = "tcp"
          cidr_blocks = ["0.0.0.0/0"]
        },
      ]
    }
    """
    service = (
        (VPC % "").partition("resource")[2].replace("module.vpc.public_subnets", '["subnet-1"]')
    )
    service = service.replace('"sg-12345678"', "module.web.id, module.open.id")
    report = reported(tmp_path, f"{text}resource{service}")

    assert report.document.summary.absent == 0
    found = {one.rule: one.line for one in report.document.findings if one.verdict == "fail"}
    assert (found["TW210"], found["TW204"]) == (5, 18)


@pytest.mark.parametrize(
    ("outer", "inner", "made"),
    [
        ("", "", 1),
        ("enabled = false", "", 0),
        ("enabled = false", "enabled = true\n attributes = null", 1),
        ('enabled = true\n attributes = ["a"]', 'attributes = ["b"]\n enabled = false', 0),
    ],
)
def test_a_context_says_whether_anything_is_made(
    evaluated: Callable[..., Evaluation],
    shown: Callable[[Value], object],
    outer: str,
    inner: str,
    made: int,
) -> None:
    """Labels hand it on, from one to the next, unless they are told otherwise."""
    found = evaluated(
        f"""
        module "this" {{
          source  = "cloudposse/label/null"
          version = "0.25.0"
          name    = "web"
          {outer}
        }}
        module "web_label" {{
          source  = "cloudposse/label/null"
          version = "0.24.1"
          context = module.this.context
          {inner}
        }}
        module "web" {{
          source  = "cloudposse/security-group/aws"
          version = "2.2.0"
          vpc_id  = "vpc-1"
          context = module.web_label.context
        }}
        resource "aws_ecs_cluster" "web" {{
          name = join("-", [module.web_label.context.name], module.web_label.context.attributes)
        }}
        """
    )

    groups = [one for one in found.resources if one.type == "aws_security_group"]
    assert len(groups) == made
    [cluster] = (one for one in found.resources if one.type == "aws_ecs_cluster")
    name = "web-a-b" if "attributes" in outer else "web"
    assert shown(cluster.body.fields["name"]) == name


@pytest.mark.parametrize(
    ("version", "argument"),
    [
        ("2.2.0", "security_group_enabled = true"),
        ("1.0.1", "preserve_security_group_id = true"),
        ("0.3.3", "allow_all_egress = true"),
        ("2.2.0", "what_comes_next = true"),
    ],
)
def test_an_argument_of_other_versions_is_doubt(
    tmp_path: Path, version: str, argument: str
) -> None:
    """What a call passes that its version does not have is known of no stand-in."""
    source = f'source = "cloudposse/security-group/aws"\n version = "{version}"'
    report = reported(tmp_path, f'module "web" {{\n{source}\n vpc_id = "vpc-1"\n {argument}\n}}\n')
    assert report.document.summary.absent == 1


def test_a_name_that_a_label_makes_may_be_any(tmp_path: Path) -> None:
    """A data source that asks for a group by name may mean one whose name is not known."""
    call = 'source = "cloudposse/security-group/aws"\n version = "1.0.1"\n vpc_id = "vpc-1"'
    named = f'module "named" {{\n{call}\n security_group_name = ["api"]\n}}\n'
    asked = (
        'terraform {\n backend "s3" {}\n}\ndata "aws_security_group" "web" {\n name = "web"\n}\n'
    )
    for name, text in (("net", f'module "web" {{\n{call}\n}}\n{named}'), ("app", asked)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "main.tf").write_text(text)
    [tie] = scan(Options((str(tmp_path),), cwd=str(tmp_path))).document.ties

    assert tie.to == ""
    assert tie.candidates == ("module.web.aws_security_group.default[0]",)


def cloudposse(
    evaluated: Callable[..., Evaluation], name: str, version: str, arguments: str
) -> dict[str, Resource]:
    """What a call of a module of Cloud Posse makes, by the addresses within it."""
    found = evaluated(f'''
        module "it" {{
          source  = "cloudposse/{name}/aws"
          version = "{version}"
          {arguments}
        }}
    ''')
    assert [one.read_as is None for one in found.absent] == [False]
    assert [one for one in found.resources if not one.origin.address.startswith("module.it.")] == []
    return {one.origin.address.removeprefix("module.it."): one for one in found.resources}


RANGE = 'ipv4_primary_cidr_block = "10.0.0.0/16"'
OWN_VPC = {"aws_vpc.default[0]", "aws_internet_gateway.default[0]"}
SHUT = {"aws_default_security_group.default[0]"}


@pytest.mark.parametrize(
    ("version", "arguments", "made", "six"),
    [
        ("~> 3.0", RANGE, OWN_VPC | SHUT, True),
        ("~> 2.0", f"{RANGE}\n assign_generated_ipv6_cidr_block = false", OWN_VPC | SHUT, False),
        ("2.1.0", f"{RANGE}\n enabled = false", set[str](), None),
        ("2.1.0", f"{RANGE}\n context = {{ enabled = false }}", set[str](), None),
        (
            "2.0.0",
            f"""{RANGE}
            default_security_group_deny_all           = false
            default_network_acl_deny_all              = true
            default_route_table_no_routes             = true
            internet_gateway_enabled                  = false
            ipv6_egress_only_internet_gateway_enabled = true
            ipv4_additional_cidr_block_associations = {{
              more = {{
                ipv4_cidr_block     = "10.1.0.0/16"
                ipv4_ipam_pool_id   = null
                ipv4_netmask_length = null
              }}
            }}""",
            {
                "aws_vpc.default[0]",
                "aws_default_network_acl.default[0]",
                "aws_default_route_table.default[0]",
                "aws_egress_only_internet_gateway.default[0]",
                'aws_vpc_ipv4_cidr_block_association.default["more"]',
            },
            True,
        ),
        ("1.2.0", f"{RANGE}\n ipv6_enabled = false", OWN_VPC | SHUT, False),
        (
            "~> 1.1.0",
            'cidr_block = "10.0.0.0/16"\n additional_cidr_blocks = ["10.1.0.0/16"]',
            OWN_VPC | SHUT | {'aws_vpc_ipv4_cidr_block_association.default["10.1.0.0/16"]'},
            True,
        ),
        (
            "0.28.1",
            'cidr_block = "10.0.0.0/16"\n enable_internet_gateway = false',
            SHUT | {"aws_vpc.default[0]"},
            True,
        ),
        (
            "0.25.0",
            """cidr_block = "10.0.0.0/16"
            assign_generated_ipv6_cidr_block                = false
            enable_default_security_group_with_custom_rules = false""",
            OWN_VPC,
            False,
        ),
        ("0.18.2", 'cidr_block = "10.0.0.0/16"', OWN_VPC | SHUT, True),
    ],
)
def test_a_vpc_of_cloud_posse(
    evaluated: Callable[..., Evaluation],
    version: str,
    arguments: str,
    made: set[str],
    six: bool | None,
) -> None:
    """Its default group is closed, and it has IPv6, unless the call says otherwise."""
    found = cloudposse(evaluated, "vpc", version, arguments)

    assert set(found) == made
    if six is not None:
        fields = found["aws_vpc.default[0]"].body.fields
        given = dereferenced(fields["assign_generated_ipv6_cidr_block"])
        assert isinstance(given, Known) and given.data is six


@pytest.mark.parametrize(
    ("name", "version", "argument"),
    [
        ("vpc", "2.0.0", 'cidr_block = "10.0.0.0/16"'),
        ("vpc", "1.1.1", "default_network_acl_deny_all = true"),
        ("vpc", "1.0.0", 'ipv4_primary_cidr_block = "10.0.0.0/16"'),
        ("vpc", "0.27.0", 'cidr_block = "10.0.0.0/16"'),
        ("vpc", "0.25.0", "internet_gateway_enabled = true"),
        ("vpc", "0.20.0", "assign_generated_ipv6_cidr_block = true"),
        ("dynamic-subnets", "3.1.0", "nat_instance_enabled = true"),
        ("dynamic-subnets", "2.4.2", "public_subnets_per_az_count = 2"),
        ("dynamic-subnets", "2.0.4", "subnets_per_az_count = 2"),
        ("dynamic-subnets", "2.0.0", "ipv6_enabled = true"),
        ("dynamic-subnets", "1.0.0", "ipv6_enabled = true"),
        ("dynamic-subnets", "0.33.0", 'cidr_block = "10.0.0.0/16"'),
        ("alb", "2.2.2", 'http_ingress_security_group_ids = ["sg-1"]'),
        ("alb", "1.11.1", 'listener_https_redirect = { status_code = "HTTP_301" }'),
        ("alb", "1.2.0", 'target_group_protocol_version = "HTTP2"'),
        ("alb", "1.1.0", 'health_check_protocol = "HTTP"'),
        ("alb", "0.35.3", "internal = true"),
        ("ecs-alb-service-task", "0.71.0", "service_connect_configurations = []"),
        ("ecs-alb-service-task", "0.66.1", "bind_mount_volumes = []"),
        ("ecs-alb-service-task", "0.65.0", "ecs_service_enabled = true"),
        ("ecs-alb-service-task", "0.64.0", "fsx_volumes = []"),
        ("ecs-alb-service-task", "0.62.1", "assign_public_ip = true"),
    ],
)
def test_what_cloud_posse_changed_is_doubt(
    tmp_path: Path, name: str, version: str, argument: str
) -> None:
    """An argument of other versions, or a version between those that are read."""
    source = f'source = "cloudposse/{name}/aws"\n version = "{version}"'
    report = reported(tmp_path, f'module "it" {{\n{source}\n {argument}\n}}\n')
    assert report.document.summary.absent == 1


ZONES = """
  vpc_id             = "vpc-1"
  igw_id             = ["igw-1"]
  availability_zones = ["eu-west-1a", "eu-west-1b"]
"""
EVERY_KIND = ("public", "private")


@pytest.mark.parametrize(
    ("version", "arguments", "subnets", "gateways", "tables"),
    [
        ("~> 3.0", ZONES, {"public": 2, "private": 2}, [0, 1], {"public": 1, "private": 2}),
        ("2.4.2", ZONES, {"public": 2, "private": 2}, [0, 1], {"public": 1, "private": 2}),
        (
            "2.0.1",
            f"{ZONES} max_nats = 1",
            {"public": 2, "private": 2},
            [0],
            {"public": 1, "private": 2},
        ),
        (
            "2.4.2",
            f"{ZONES} subnets_per_az_count = 2\n max_nats = 3",
            {"public": 4, "private": 4},
            [0, 1, 2],
            {"public": 1, "private": 4},
        ),
        (
            "3.1.0",
            f"{ZONES} subnets_per_az_count = 2\n max_nats = 3",
            {"public": 4, "private": 4},
            [0, 2],
            {"public": 1, "private": 4},
        ),
        (
            "3.1.0",
            f"""{ZONES}
            public_subnets_per_az_count       = 2
            public_subnets_per_az_names       = ["edge", "web"]
            nat_gateway_public_subnet_names   = ["web"]
            private_subnets_enabled           = true
            public_route_table_per_subnet_enabled = true""",
            {"public": 4, "private": 2},
            [1, 3],
            {"public": 4, "private": 2},
        ),
        (
            "2.4.2",
            f"{ZONES} private_subnets_enabled = false",
            {"public": 2, "private": 0},
            [],
            {"public": 1, "private": 0},
        ),
        (
            "2.4.2",
            f"{ZONES} nat_gateway_enabled = false\n private_route_table_enabled = false",
            {"public": 2, "private": 2},
            [],
            {"public": 1, "private": 0},
        ),
        (
            "2.4.2",
            f"{ZONES} enabled = false",
            {"public": 0, "private": 0},
            [],
            {"public": 0, "private": 0},
        ),
        (
            "0.40.1",
            """vpc_id           = "vpc-1"
            igw_id             = "igw-1"
            cidr_block         = "10.0.0.0/16"
            availability_zones = ["eu-west-1a", "eu-west-1b"]""",
            {"public": 2, "private": 2},
            [0, 1],
            {"public": 1, "private": 2},
        ),
    ],
)
def test_subnets_of_cloud_posse(
    evaluated: Callable[..., Evaluation],
    version: str,
    arguments: str,
    subnets: dict[str, int],
    gateways: list[int],
    tables: dict[str, int],
) -> None:
    """Of each kind as many as the call says, and NAT gateways in the public ones it says."""
    found = cloudposse(evaluated, "dynamic-subnets", version, arguments)

    def many(type_: str) -> dict[str, int]:
        return {
            kind: sum(each.startswith(f"{type_}.{kind}[") for each in found) for kind in EVERY_KIND
        }

    assert many("aws_subnet") == subnets
    assert many("aws_route_table") == tables
    own = many("aws_network_acl")
    assert own == {kind: min(1, number) for kind, number in subnets.items()}
    places = [
        str(each.body.fields["subnet_id"]).partition("aws_subnet.public[")[2].partition("]")[0]
        for address, each in found.items()
        if address.startswith("aws_nat_gateway")
    ]
    assert places == [str(one) for one in gateways]
    routed = "aws_route.default[" if version.startswith("0") else "aws_route.nat4["
    assert sum(each.startswith(routed) for each in found) == (tables["private"] if gateways else 0)


@pytest.mark.parametrize(
    ("arguments", "verdicts"),
    [
        ("", {"public": "fail", "private": "pass"}),
        ("igw_id = []", {"public": "pass", "private": "pass"}),
        ("public_route_table_enabled = false", {"public": "pass", "private": "pass"}),
        ("enabled = var.enabled", {"public": "fail", "private": "pass"}),
        ("igw_id = var.gateways", {"public": "unknown", "private": "pass"}),
        ('public_route_table_ids = ["rtb-1"]', {"public": "fail", "private": "pass"}),
    ],
)
def test_tasks_in_subnets_of_cloud_posse(
    tmp_path: Path, arguments: str, verdicts: dict[str, str]
) -> None:
    """Only the public ones lead to the internet gateway, where they get a route to it."""
    given = "" if "igw_id" in arguments else "igw_id = [aws_internet_gateway.main.id]"
    text = f"""
    variable "enabled" {{}}
    variable "gateways" {{}}
    resource "aws_vpc" "main" {{
      cidr_block = "10.0.0.0/16"
    }}
    resource "aws_internet_gateway" "main" {{
      vpc_id = aws_vpc.main.id
    }}
    module "subnets" {{
      source             = "cloudposse/dynamic-subnets/aws"
      version            = "2.4.2"
      vpc_id             = aws_vpc.main.id
      availability_zones = ["eu-west-1a", "eu-west-1b"]
      {given}
      {arguments}
    }}
    """
    for kind in EVERY_KIND:
        text += f'''
        resource "aws_ecs_service" "{kind}" {{
          launch_type = "FARGATE"
          network_configuration {{
            subnets = module.subnets.{kind}_subnet_ids
          }}
        }}
        '''
    found = reported(tmp_path, text, "fail", "unknown", "pass").document.findings
    told = {
        one.resource.removeprefix("aws_ecs_service."): finding.verdict
        for finding in found
        for one in finding.instances
        if finding.rule == "TW603"
    }
    assert told == verdicts


EDGE = """
  vpc_id     = "vpc-1"
  subnet_ids = ["subnet-1"]
"""
CERTIFICATE = 'https_enabled = true\n certificate_arn = "arn:aws:iam::1:server-certificate/a"'
OWN_GROUP = {"aws_security_group.default[0]", "aws_security_group_rule.egress[0]"}
HTTP = {"aws_security_group_rule.http_ingress[0]"}
HTTPS = {"aws_security_group_rule.https_ingress[0]", "aws_lb_listener.https[0]"}
FORWARDS, REDIRECTS = {"aws_lb_listener.http_forward[0]"}, {"aws_lb_listener.http_redirect[0]"}
BALANCED = {"aws_lb.default[0]", "aws_lb_target_group.default[0]"}


@pytest.mark.parametrize(
    ("version", "arguments", "made"),
    [
        ("~> 2.0", "", BALANCED | OWN_GROUP | HTTP | FORWARDS),
        ("1.11.1", "", BALANCED | OWN_GROUP | HTTP | FORWARDS),
        ("0.36.0", "", BALANCED | OWN_GROUP | HTTP | FORWARDS),
        ("2.5.0", "enabled = false", set[str]()),
        ("2.5.0", "context = { enabled = false }", set[str]()),
        ("2.5.0", "security_group_enabled = false", BALANCED | FORWARDS),
        (
            "2.5.0",
            f"http_redirect = true\n {CERTIFICATE}",
            BALANCED | OWN_GROUP | HTTP | HTTPS | REDIRECTS,
        ),
        ("2.5.0", f"http_enabled = false\n {CERTIFICATE}", BALANCED | OWN_GROUP | HTTPS),
        (
            "2.5.0",
            'http_ingress_security_group_ids = ["sg-1"]',
            BALANCED
            | OWN_GROUP
            | HTTP
            | FORWARDS
            | {"aws_security_group_rule.http_ingress_from_security_groups[0]"},
        ),
        (
            "2.5.0",
            "default_target_group_enabled = false",
            {"aws_lb.default[0]"} | OWN_GROUP | HTTP,
        ),
        (
            "2.2.1",
            "default_target_group_enabled = false",
            {"aws_lb.default[0]"} | OWN_GROUP | HTTP | FORWARDS,
        ),
    ],
)
def test_a_load_balancer_of_cloud_posse(
    evaluated: Callable[..., Evaluation], version: str, arguments: str, made: set[str]
) -> None:
    """With a group and an HTTP listener of its own, unless the call says otherwise."""
    found = cloudposse(evaluated, "alb", version, f"{EDGE}{arguments}")
    assert set(found) - {"random_id.label"} == made


def shown(value: Value | None) -> object:
    """What a value is, as far as all of it is known."""
    value = dereferenced(value)
    if isinstance(value, Items):
        return [shown(one) for one in value.items]
    return value.data if isinstance(value, Known) else None


@pytest.mark.parametrize(
    ("version", "arguments", "four", "six"),
    [
        ("2.5.0", "", ["0.0.0.0/0"], []),
        ("2.5.0", 'ip_address_type = "dualstack"', ["0.0.0.0/0"], ["::/0"]),
        ("1.11.2", 'ip_address_type = "dualstack"', ["0.0.0.0/0"], []),
        ("1.11.2", 'http_ingress_cidr_blocks = ["10.0.0.0/8"]', ["10.0.0.0/8"], []),
        (
            "2.5.0",
            'ip_address_type = "dualstack"\n http_ingress_cidr_blocks = ["2001:db8::/32"]',
            [],
            ["2001:db8::/32"],
        ),
    ],
)
def test_whom_a_load_balancer_of_cloud_posse_admits(
    evaluated: Callable[..., Evaluation],
    version: str,
    arguments: str,
    four: list[str],
    six: list[str],
) -> None:
    """Everybody by default; by IPv6 only since version 1.12, and where it has that."""
    found = cloudposse(evaluated, "alb", version, f"{EDGE}{arguments}")

    fields = found["aws_security_group_rule.http_ingress[0]"].body.fields
    assert shown(fields["cidr_blocks"]) == four
    assert shown(fields["ipv6_cidr_blocks"]) == six


@pytest.mark.parametrize(
    ("version", "arguments", "action", "policy"),
    [
        ("~> 2.0", "", "forward", "ELBSecurityPolicy-TLS13-1-2-2021-06"),
        ("2.1.0", "", "forward", "ELBSecurityPolicy-2015-05"),
        ("2.0.0", "", "redirect", "ELBSecurityPolicy-2015-05"),
        ("2.0.0", "listener_https_redirect = null", "forward", "ELBSecurityPolicy-2015-05"),
        ("1.11.1", "", "forward", "ELBSecurityPolicy-2015-05"),
        (
            "1.11.1",
            'https_ssl_policy = "ELBSecurityPolicy-TLS13-1-2-2021-06"',
            "forward",
            "ELBSecurityPolicy-TLS13-1-2-2021-06",
        ),
        (
            "2.5.0",
            """listener_https_fixed_response = {
              content_type = "text/plain", message_body = "no", status_code = "404"
            }""",
            "fixed-response",
            "ELBSecurityPolicy-TLS13-1-2-2021-06",
        ),
    ],
)
def test_how_a_load_balancer_of_cloud_posse_ends_tls(
    evaluated: Callable[..., Evaluation], version: str, arguments: str, action: str, policy: str
) -> None:
    """By a weak policy before version 2.2; some versions redirect by default."""
    found = cloudposse(evaluated, "alb", version, f"{EDGE}{CERTIFICATE}\n{arguments}")

    fields = found["aws_lb_listener.https[0]"].body.fields
    assert shown(fields["ssl_policy"]) == policy
    [done] = fields["default_action"].items  # type: ignore[union-attr]
    assert shown(done.fields["type"]) == action  # type: ignore[union-attr]


CALLED = """
  vpc_id                    = "vpc-1"
  ecs_cluster_arn           = "arn:aws:ecs:eu-west-1:123456789012:cluster/main"
  subnet_ids                = ["subnet-1"]
  container_definition_json = jsonencode([{ name = "web", image = "nginx" }])
"""
WEB_TASK = '"arn:aws:ecs:eu-west-1:123456789012:task-definition/web:7"'
DEFINED = "aws_ecs_task_definition.default[0]"
GROUPED = "aws_security_group.ecs_service[0]"
LET_OUT = "aws_security_group_rule.allow_all_egress[0]"
OWN_TASK = {DEFINED, GROUPED, LET_OUT}
KEPT = "aws_ecs_service.ignore_changes_task_definition"


@pytest.mark.parametrize(
    ("version", "arguments", "made"),
    [
        ("0.78.0", "", {*OWN_TASK, f"{KEPT}[0]"}),
        ("0.63.0", "", {*OWN_TASK, f"{KEPT}[0]"}),
        ("0.78.0", "enabled = false", set[str]()),
        ("0.78.0", "ecs_service_enabled = false", OWN_TASK),
        (
            "0.78.0",
            "ignore_changes_task_definition = false",
            {*OWN_TASK, "aws_ecs_service.default[0]"},
        ),
        (
            "0.78.0",
            "ignore_changes_desired_count = true",
            {*OWN_TASK, f"{KEPT}_and_desired_count[0]"},
        ),
        (
            "0.78.0",
            "ignore_changes_task_definition = false\n ignore_changes_desired_count = true",
            {*OWN_TASK, "aws_ecs_service.ignore_changes_desired_count[0]"},
        ),
        ("0.78.0", f"task_definition = [{WEB_TASK}]", {GROUPED, LET_OUT, f"{KEPT}[0]"}),
        ("0.66.4", f"task_definition = {WEB_TASK}", {GROUPED, LET_OUT, f"{KEPT}[0]"}),
        (
            "0.75.0",
            'network_mode = "bridge"\n launch_type = "EC2"',
            {DEFINED, f"{KEPT}[0]"},
        ),
        (
            "0.75.0",
            """enable_all_egress_rule = false
            enable_icmp_rule          = true
            use_alb_security_group    = true
            use_nlb_cidr_blocks       = true""",
            {
                DEFINED,
                GROUPED,
                f"{KEPT}[0]",
                *(
                    f"aws_security_group_rule.{one}[0]"
                    for one in ("allow_icmp_ingress", "alb", "nlb")
                ),
            },
        ),
    ],
)
def test_a_service_of_cloud_posse(
    evaluated: Callable[..., Evaluation], version: str, arguments: str, made: set[str]
) -> None:
    """With a task definition and a group of its own, by a name that says what may be changed."""
    found = cloudposse(evaluated, "ecs-alb-service-task", version, f"{CALLED}{arguments}")

    assert set(found) - {"random_id.label"} == made
    for address, one in found.items():
        if address.startswith("aws_ecs_service."):
            assert (DEFINED in str(one.body.fields["task_definition"])) == (DEFINED in made)


@pytest.mark.parametrize(("version", "encrypted"), [("0.75.0", True), ("0.74.0", False)])
def test_encrypted_service_connect_of_cloud_posse(
    evaluated: Callable[..., Evaluation], version: str, encrypted: bool
) -> None:
    """Before version 0.75 the module drops what a call says of it."""
    authority = "arn:aws:acm-pca:eu-west-1:123456789012:certificate-authority/a"
    arguments = f"""{CALLED}
      service_connect_configurations = [{{
        enabled   = true
        namespace = "shop"
        service = [{{
          port_name    = "http"
          client_alias = [{{ port = 80, dns_name = "web" }}]
          tls = [{{ issuer_cert_authority = {{ aws_pca_authority_arn = "{authority}" }} }}]
        }}]
      }}]
    """
    found = cloudposse(evaluated, "ecs-alb-service-task", version, arguments)
    assert (authority in str(found[f"{KEPT}[0]"].body)) == encrypted


def test_interface_endpoints_before_version_3_are_doubt(tmp_path: Path) -> None:
    """The stand-in makes none of them."""
    for argument in ("enable_sqs_endpoint = true", "enable_datasync_endpoint = true"):
        call = f'source = "terraform-aws-modules/vpc/aws"\n version = "2.78.0"\n {argument}'
        report = reported(tmp_path, f'module "vpc" {{\n{call}\n}}\n')
        assert report.document.summary.absent == 1, argument


@pytest.mark.parametrize(
    ("version", "argument", "absent"),
    [
        ("1.59.0", "enable_nat_gateway = true", 0),
        ("1.59.0", "enable_s3_endpoint = true", 0),
        ("1.59.0", "enable_flow_log = true", 1),
        ("1.59.0", "manage_default_security_group = true", 1),
        ("1.59.0", "enable_ec2_endpoint = true", 1),
        ("1.59.0", "assign_generated_ipv6_cidr_block = true", 1),
        ("1.59.0", "create_database_nat_gateway_route = true", 1),
        ("1.59.0", "private_dedicated_network_acl = true", 1),
        ("1.60.0", "private_dedicated_network_acl = true", 0),
        ("2.78.0", "enable_flow_log = true", 0),
    ],
)
def test_what_the_first_vpcs_did_not_have(
    tmp_path: Path, version: str, argument: str, absent: int
) -> None:
    """Flow logs, the default group, network ACLs and IPv6 came later."""
    call = f'source = "terraform-aws-modules/vpc/aws"\n version = "{version}"\n {argument}'
    report = reported(tmp_path, f'module "vpc" {{\n{call}\n}}\n')
    assert report.document.summary.absent == absent


@pytest.mark.parametrize(
    ("version", "private", "database"), [("1.59.0", 2, 1), ("3.19.0", 2, 2), ("4.0.2", 0, 2)]
)
def test_route_tables_without_private_subnets(
    evaluated: Callable[..., Evaluation], version: str, private: int, database: int
) -> None:
    """There were private ones for any subnets that are not public, and first one for databases."""
    text = f"""
    module "vpc" {{
      source           = "terraform-aws-modules/vpc/aws"
      version          = "{version}"
      public_subnets   = ["10.0.0.0/24", "10.0.1.0/24", "10.0.2.0/24"]
      database_subnets = ["10.0.3.0/24", "10.0.4.0/24"]
      create_database_subnet_route_table = true
    }}
    """
    tables = [
        one.origin.name.removeprefix("module.vpc.aws_route_table.")
        for one in evaluated(text).resources
        if one.type == "aws_route_table"
    ]
    assert (tables.count("private"), tables.count("database")) == (private, database)


def test_defaults_are_those_of_the_version(evaluated: Callable[..., Evaluation]) -> None:
    """The same argument means other things in other versions."""
    texts = (
        f'module "vpc" {{\n source = "terraform-aws-modules/vpc/aws"\n version = "{version}"\n'
        ' public_subnets = ["10.0.0.0/24"]\n}\n'
        for version in ("~> 3.0", "~> 4.0")
    )
    third, fourth = (
        {one.origin.address: one for one in evaluated(text).resources} for text in texts
    )

    closed = "module.vpc.aws_default_security_group.this[0]"
    assert closed not in third
    assert closed in fourth


@pytest.mark.parametrize(
    ("version", "found"), [("7.4.0", []), ("7.3.0", ["fail"]), ("~> 6.1", ["fail"])]
)
def test_defaults_of_a_module_in_a_package(tmp_path: Path, version: str, found: list[str]) -> None:
    """They are those of the version, too: access logs did nothing before 7.4 of ecs's services."""
    report = reported(
        tmp_path,
        f'''
        module "web" {{
          source  = "terraform-aws-modules/ecs/aws//modules/service"
          version = "{version}"

          name       = "web"
          subnet_ids = ["subnet-1"]
          service_connect_configuration = {{
            namespace                = "shop"
            log_configuration        = {{ log_driver = "awslogs" }}
            access_log_configuration = {{ format = "JSON" }}
            service                  = [{{ port_name = "web", client_alias = {{ port = 80 }} }}]
          }}
        }}
        ''',
    )

    assert report.document.summary.absent == 0
    assert [one.verdict for one in report.document.findings if one.rule == "TW706"] == found


@pytest.mark.parametrize(
    ("version", "needs"), [("~> 5.0", "kms and s3"), ("~> 6.1", "kms, logs and s3")]
)
def test_what_records_sessions_of_a_cluster(tmp_path: Path, version: str, needs: str) -> None:
    """ECS Exec needs what the cluster's configuration names, and the module's own log group."""
    report = reported(
        tmp_path,
        f'''
        resource "aws_vpc" "main" {{
          cidr_block = "10.0.0.0/16"
        }}

        resource "aws_subnet" "web" {{
          vpc_id     = aws_vpc.main.id
          cidr_block = "10.0.0.0/24"
        }}

        module "shop" {{
          source  = "terraform-aws-modules/ecs/aws"
          version = "{version}"

          cluster_name = "shop"
          cluster_configuration = {{
            execute_command_configuration = {{
              kms_key_id        = "key"
              log_configuration = {{ s3_bucket_name = "sessions" }}
            }}
          }}
          services = {{
            web = {{
              subnet_ids             = [aws_subnet.web.id]
              enable_execute_command = true
              container_definitions  = {{ web = {{ image = "nginx" }} }}
            }}
          }}
        }}
        ''',
    )

    [found] = [one for one in report.document.findings if one.rule == "TW401"]
    assert f"ssmmessages, {needs} for ECS Exec" in found.message


@pytest.mark.parametrize(
    ("version", "application", "network"),
    [
        ("8.2.2", False, False),
        ("8.3.0", True, True),
        ("8.3.1", True, False),
        ("~> 8.4", True, False),
        ("~> 9.0", True, True),
    ],
)
def test_which_load_balancers_have_a_group(
    evaluated: Callable[..., Evaluation], version: str, application: bool, network: bool
) -> None:
    """A group of the module's own came with one minor version, and for some types only."""
    for kind, has in (("application", application), ("network", network)):
        found = evaluated(
            f'module "alb" {{\n source = "terraform-aws-modules/alb/aws"\n version = "{version}"\n'
            f' load_balancer_type = "{kind}"\n}}\n'
        )
        addresses = {one.origin.address for one in found.resources}
        assert "module.alb.aws_lb.this[0]" in addresses
        assert ("module.alb.aws_security_group.this[0]" in addresses) == has


LISTENERS = """
  load_balancer_name       = "edge"
  vpc_id                   = "vpc-1"
  subnets                  = ["subnet-1"]
  security_groups          = ["sg-1"]
  http_tcp_listeners_count = "2"
  http_tcp_listeners = [
    { port = "80", protocol = "HTTP", target_group_index = "1" },
    { port = "8080", protocol = "HTTP" },
    { port = "9090", protocol = "HTTP" },
  ]
  https_listeners_count = 1
  https_listeners       = [{ port = 443, certificate_arn = "arn:aws:iam::1:server-certificate/a" }]
  target_groups_count   = 2
  target_groups = [
    { name = "web", backend_protocol = "HTTP", backend_port = "8080" },
    { name = "api", backend_protocol = "https", backend_port = "8443", target_type = "ip" },
  ]
"""


@pytest.mark.parametrize(
    ("name", "version", "argument"),
    [
        ("ecs", "1.4.0", 'capacity_providers = ["FARGATE"]'),
        ("autoscaling", "2.8.0", "create_asg_with_initial_lifecycle_hook = true"),
        ("autoscaling", "2.12.0", "use_lt = true"),
        ("vpc", "1.29.0", "enable_flow_log = true"),
    ],
)
def test_what_the_oldest_versions_do_not_have_is_doubt(
    tmp_path: Path, name: str, version: str, argument: str
) -> None:
    """An argument that came later."""
    source = f'source = "terraform-aws-modules/{name}/aws"\n version = "{version}"'
    report = reported(tmp_path, f'module "it" {{\n{source}\n name = "it"\n {argument}\n}}\n')
    assert report.document.summary.absent == 1


@pytest.mark.parametrize(
    ("version", "engine", "made"),
    [
        ("4.1.0", "sqlserver-ex", False),
        ("4.1.0", "postgres", True),
        ("4.1.1", "sqlserver-ex", True),
    ],
)
def test_one_version_makes_no_instance_of_sql_server(
    evaluated: Callable[..., Evaluation], version: str, engine: str, made: bool
) -> None:
    """The next one put that right."""
    found = evaluated(f'''
        module "db" {{
          source     = "terraform-aws-modules/rds/aws"
          version    = "{version}"
          identifier = "db"
          engine     = "{engine}"
        }}
    ''')
    assert [one.read_as is None for one in found.absent] == [False]
    assert any(one.type == "aws_db_instance" for one in found.resources) == made


@pytest.mark.parametrize(
    ("version", "second"),
    [("~> 4.0", 1), ("4.1.0", 0), ("3.7.0", 1), ("~> 3.6.0", 0), ("3.4.0", 0)],
)
@pytest.mark.parametrize(("logs", "suffix"), [("true", ""), ("false", "_no_logs")])
def test_listeners_of_load_balancers_that_count_them(
    evaluated: Callable[..., Evaluation], version: str, second: int, logs: str, suffix: str
) -> None:
    """As many as the call says, by names that say whether there are logs.

    Versions differ in whom one forwards to that does not say it.
    """
    found = evaluated(f'''
        module "alb" {{
          source          = "terraform-aws-modules/alb/aws"
          version         = "{version}"
          logging_enabled = {logs}
          {LISTENERS}
        }}
    ''')

    assert [one.read_as is None for one in found.absent] == [False]
    made = {one.origin.address.removeprefix("module.alb."): one for one in found.resources}
    group, listener = f"aws_lb_target_group.main{suffix}", "aws_lb_listener.frontend"
    assert set(made) == {
        f"aws_lb.application{suffix}[0]",
        *(f"{group}[{index}]" for index in range(2)),
        *(f"{listener}_http_tcp{suffix}[{index}]" for index in range(2)),
        f"{listener}_https{suffix}[0]",
    }
    assert ("access_logs" in made[f"aws_lb.application{suffix}[0]"].body.fields) == (not suffix)
    for address, index in (
        (f"{listener}_http_tcp{suffix}[0]", 1),
        (f"{listener}_http_tcp{suffix}[1]", second),
        (f"{listener}_https{suffix}[0]", 0),
    ):
        action = str(made[address].body.fields["default_action"])
        assert f"resource='module.alb.{group}[{index}]', attribute='arn'" in action


@pytest.mark.parametrize(
    ("version", "argument"),
    [
        ("3.5.0", "create_alb = false"),
        ("4.2.0", 'name = "edge"'),
        ("4.2.0", "access_logs = {}"),
        ("5.16.0", "https_listeners_count = 1"),
    ],
)
def test_a_load_balancer_of_other_versions_is_doubt(
    tmp_path: Path, version: str, argument: str
) -> None:
    """An argument that came later, or went."""
    source = f'source = "terraform-aws-modules/alb/aws"\n version = "{version}"'
    report = reported(tmp_path, f'module "alb" {{\n{source}\n {argument}\n}}\n')
    assert report.document.summary.absent == 1


@pytest.mark.parametrize(
    ("version", "named", "apart"),
    [
        ("~> 2.0", "this_ecs_cluster_id", 0),
        ("3.4.1", "ecs_cluster_id", 0),
        ("~> 3.0", "ecs_cluster_id", 1),
    ],
)
def test_where_the_capacity_providers_of_a_cluster_stand(
    evaluated: Callable[..., Evaluation],
    shown: Callable[[Value], object],
    version: str,
    named: str,
    apart: int,
) -> None:
    """In the cluster, and since 3.5 beside it; what the service runs on is the same."""
    found = evaluated(
        f'''
        module "shop" {{
          source             = "terraform-aws-modules/ecs/aws"
          version            = "{version}"
          name               = "shop"
          capacity_providers = ["FARGATE"]
          container_insights = true
        }}
        module "profile" {{
          source  = "terraform-aws-modules/ecs/aws//modules/ecs-instance-profile"
          name    = "shop"
        }}
        resource "aws_ecs_service" "web" {{
          cluster = module.shop.{named}
        }}
        '''
    )

    assert [one.read_as is None for one in found.absent] == [False, False]
    made = {one.origin.address: one for one in found.resources}
    providers = "module.shop.aws_ecs_cluster_capacity_providers.this[0]"
    cluster = "module.shop.aws_ecs_cluster.this[0]"
    assert shown(made["aws_ecs_service.web"].body.fields["cluster"]) == f"<{cluster}.id>"
    assert set(made) == {"aws_ecs_service.web", cluster, *([providers] if apart else [])}


@pytest.mark.parametrize(
    ("engine", "arguments", "made", "group"),
    [
        (
            "postgres",
            "",
            "this",
            "<module.db.module.db_subnet_group.aws_db_subnet_group.this[0].id>",
        ),
        ("sqlserver-ex", 'db_subnet_group_name = "shop"', "this_mssql", "shop"),
        ("postgres", "create_db_subnet_group = false", "this", "main"),
        ("mysql", 'replicate_source_db = "other"', "this", None),
    ],
)
@pytest.mark.parametrize(("version", "output"), [("~> 2.0", "this_db_"), ("~> 3.0", "db_")])
def test_databases_before_version_4(
    evaluated: Callable[..., Evaluation],
    shown: Callable[[Value], object],
    version: str,
    output: str,
    engine: str,
    arguments: str,
    made: str,
    group: str | None,
) -> None:
    """SQL Server has an address of its own; the subnet group is the one that is named first."""
    found = evaluated(
        f'''
        module "db" {{
          source     = "terraform-aws-modules/rds/aws"
          version    = "{version}"
          identifier = "main"
          engine     = "{engine}"
          name       = "shop"
          {arguments}
        }}
        resource "aws_route53_record" "db" {{
          records = [module.db.{output}instance_address]
        }}
        '''
    )

    resources = {one.origin.address: shown(one.body) for one in found.resources}
    address = f"module.db.module.db_instance.aws_db_instance.{made}[0]"
    assert resources["aws_route53_record.db"] == {"records": [f"<{address}.address>"]}
    database = resources[address]
    assert isinstance(database, dict)
    assert database["db_subnet_group_name"] == group
    assert database["engine"] == engine


HOST = """
  name            = "host"
  image_id        = "ami-12345678"
  instance_type   = "m6i.large"
  security_groups = ["sg-1"]
"""
CONFIGURATION = "module.host.aws_launch_configuration.this[0]"
TEMPLATE = "module.host.aws_launch_template.this[0]"
GROUP = "module.host.aws_autoscaling_group.this[0]"
HOOKED = "module.host.aws_autoscaling_group.this_with_initial_lifecycle_hook[0]"


@pytest.mark.parametrize(
    ("version", "arguments", "output", "made"),
    [
        ("~> 3.0", "", "this_autoscaling_group_arn", {CONFIGURATION, GROUP}),
        (
            "~> 3.0",
            "create_asg_with_initial_lifecycle_hook = true",
            "this_autoscaling_group_arn",
            {CONFIGURATION, HOOKED},
        ),
        ("~> 4.0", "create_lt = true\n  use_lt = true", "autoscaling_group_arn", {TEMPLATE, GROUP}),
        (
            "~> 4.0",
            "create_lc = true\n  use_lc = true",
            "autoscaling_group_arn",
            {CONFIGURATION, GROUP},
        ),
        ("~> 5.0", "", "autoscaling_group_arn", {TEMPLATE, GROUP}),
    ],
)
def test_what_starts_container_instances(
    evaluated: Callable[..., Evaluation],
    shown: Callable[[Value], object],
    version: str,
    arguments: str,
    output: str,
    made: set[str],
) -> None:
    """A launch configuration in version 3, either in version 4, a launch template since."""
    source = f'  source = "terraform-aws-modules/autoscaling/aws"\n  version = "{version}"\n'
    text = f"""
        module "host" {{
        {source}{HOST}{arguments}
        }}
        resource "aws_ecs_capacity_provider" "host" {{
          name = module.host.{output}
        }}
        """
    found = {one.origin.address: one for one in evaluated(text).resources}

    provider = found.pop("aws_ecs_capacity_provider.host")
    assert set(found) == made
    [group] = made & {GROUP, HOOKED}
    assert shown(provider.body.fields["name"]) == f"<{group}.arn>"
    started = shown(found[group].body)
    assert isinstance(started, dict)
    by = f"<{CONFIGURATION}.name>" if CONFIGURATION in made else f"<{TEMPLATE}.id>"
    assert (started.get("launch_configuration") or started["launch_template"][0]["id"]) == by


@pytest.mark.parametrize(("version", "groups"), [("~> 5.0", ["sg-1"]), ("~> 6.0", [])])
def test_groups_beside_network_interfaces(
    evaluated: Callable[..., Evaluation],
    shown: Callable[[Value], object],
    version: str,
    groups: list[str],
) -> None:
    """Before version 6 they stand in the launch template, too, and do not join the interface's."""
    source = f'  source = "terraform-aws-modules/autoscaling/aws"\n  version = "{version}"\n'
    interface = '  network_interfaces = [{ security_groups = ["sg-2"] }]\n'
    [template] = (
        one
        for one in evaluated(f'module "host" {{\n{source}{HOST}{interface}}}\n').resources
        if one.type == "aws_launch_template"
    )

    found = shown(template.body)
    assert isinstance(found, dict)
    assert found["vpc_security_group_ids"] == groups
    assert found["network_interfaces"][0]["security_groups"] == sorted(
        {"sg-1", "sg-2"} - {*groups}, reverse=True
    )


EVENTS = """\
resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_internet_gateway" "main" {
  vpc_id = aws_vpc.main.id
}

resource "aws_route_table" "public" {
  vpc_id = aws_vpc.main.id

  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.main.id
  }
}

resource "aws_subnet" "public" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.0.0/24"
}

resource "aws_route_table_association" "public" {
  subnet_id      = aws_subnet.public.id
  route_table_id = aws_route_table.public.id
}

variable "open" {}

module "events" {
  source  = "terraform-aws-modules/eventbridge/aws"
  version = "%VERSION%"
  rules   = { nightly = { schedule_expression = "rate(1 day)" } }

%ARGUMENTS%
}
"""
OUTSIDE = "subnets = [aws_subnet.public.id], security_groups = [], assign_public_ip ="
TASK = f"""{{
    task_definition_arn   = "job"
    launch_type           = "FARGATE"
    network_configuration = {{ {OUTSIDE} true }}
  }}"""
ARN = 'arn = "arn:aws:ecs:eu-west-1:123456789012:cluster/main"'
TARGETS = f'  targets = {{ nightly = [{{ name = "job", {ARN}, ecs_target = {TASK} }}] }}'
SCHEDULES = f"""\
  schedules = {{
    weekly = {{ schedule_expression = "rate(7 days)", {ARN}, ecs_parameters = {TASK} }}
  }}"""
PIPES = f"""\
  pipes = {{
    drain = {{
      source = "queue", target = "cluster"
      target_parameters = {{
        ecs_task_parameters = {{
          task_definition_arn = "job", launch_type = "FARGATE", {OUTSIDE} "ENABLED"
        }}
      }}
    }}
  }}"""
TELLS = """\
  targets   = { nightly = [{ name = "tell", arn = var.open }] }
  schedules = { stop = { schedule_expression = "rate(1 day)", arn = var.open } }
"""
TARGET = 'module.events.aws_cloudwatch_event_target.this["job"]'
SCHEDULE = 'module.events.aws_scheduler_schedule.this["weekly"]'
PIPE = 'module.events.aws_pipes_pipe.this["drain"]'


@pytest.mark.parametrize(
    ("version", "arguments", "found"),
    [
        ("4.3.2", TARGETS, {TARGET}),
        ("1.12.0", TARGETS, {TARGET}),
        ("4.3.2", SCHEDULES, {SCHEDULE}),
        ("2.3.0", SCHEDULES, {SCHEDULE}),
        ("3.16.0", PIPES, {PIPE}),
        # Before, they took no parameters for tasks.
        ("3.15.0", PIPES, set()),
        ("4.3.2", f"{TARGETS}\n{SCHEDULES}\n{PIPES}", {TARGET, SCHEDULE, PIPE}),
        ("4.3.2", f"{TARGETS}\n  create_targets = false", set()),
        ("4.3.2", f"{TARGETS}\n  create_rules = false", {TARGET}),
        ("4.3.2", f"{SCHEDULES}\n  create_schedules = false", set()),
        ("4.3.2", f"{PIPES}\n  create_pipes = false", set()),
        ("4.3.2", f"{TARGETS}\n{SCHEDULES}\n{PIPES}\n  create = false", set()),
        ("4.3.2", TELLS, set()),
    ],
)
def test_events_that_start_tasks(
    tmp_path: Path, version: str, arguments: str, found: set[str]
) -> None:
    """Targets, schedules and pipes do, where they say which task; each is judged as itself."""
    text = EVENTS.replace("%VERSION%", version).replace("%ARGUMENTS%", arguments)
    report = reported(tmp_path, text)

    assert report.document.summary.absent == 0
    assert report.document.errors == ()
    judged = [one for one in report.document.findings if one.rule == "TW603"]
    assert {(each.resource, one.verdict) for one in judged for each in one.instances} == {
        (resource, "fail") for resource in found
    }


def test_findings_on_events_stand_at_their_arguments(tmp_path: Path) -> None:
    """As those on a target that the user writes."""
    text = EVENTS.replace("%VERSION%", "4.3.2").replace("%ARGUMENTS%", f"{TARGETS}\n{SCHEDULES}")
    report = reported(tmp_path, text)

    lines = [at for at, line in enumerate(text.splitlines(), 1) if OUTSIDE in line]
    found = sorted(one.line for one in report.document.findings if one.rule == "TW603")
    assert found == lines


@pytest.mark.parametrize(
    ("version", "arguments", "absent", "found"),
    [
        ("4.3.2", "  targets = var.open", 0, {"unknown"}),
        ("4.3.2", TARGETS.replace(TASK, "var.open"), 0, {"unknown"}),
        ("4.3.2", TARGETS.replace('"job", arn', "var.open, arn"), 0, {"fail"}),
        ("4.3.2", f"  targets = {{ nightly = [{{ name = var.open, {ARN} }}] }}", 0, set()),
        ("4.3.2", f'{TARGETS}\n  role_name = "events"\n  attach_ecs_policy = true', 0, {"fail"}),
        ("4.3.2", f"{TARGETS}\n  what_comes_next = true", 1, set()),
        ("2.2.0", SCHEDULES, 1, set()),
        ("2.3.0", PIPES, 1, set()),
    ],
)
def test_events_that_are_doubt(
    tmp_path: Path, version: str, arguments: str, absent: int, found: set[str]
) -> None:
    """What is not known may start tasks; what a version does not have makes it absent."""
    text = EVENTS.replace("%VERSION%", version).replace("%ARGUMENTS%", arguments)
    report = reported(tmp_path, text, "fail", "unknown")

    assert report.document.summary.absent == absent
    assert {one.verdict for one in report.document.findings if one.rule == "TW603"} == found


@pytest.mark.parametrize(
    ("version", "providers", "exec_"), [("1.17.3", [], None), ("2.0.0", ["FARGATE"], True)]
)
def test_what_targets_took_before_version_2(
    evaluated: Callable[..., Evaluation],
    shown: Callable[[Value], object],
    version: str,
    providers: list[str],
    exec_: bool | None,
) -> None:
    """Neither capacity providers nor ECS Exec came to the target."""
    settings = """
      task_definition_arn        = "job"
      enable_execute_command     = true
      capacity_provider_strategy = [{ capacity_provider = "FARGATE", weight = 1 }]
    """
    text = EVENTS.replace("%VERSION%", version).replace("%ARGUMENTS%", TARGETS)
    evaluation = evaluated(text.replace(TASK, f"{{{settings}}}"))

    [target] = (one for one in evaluation.resources if one.type == "aws_cloudwatch_event_target")
    body = shown(target.body)
    assert isinstance(body, dict)
    [task] = body["ecs_target"]
    strategy = task.get("capacity_provider_strategy", [])
    assert [one["capacity_provider"] for one in strategy] == providers
    assert task["enable_execute_command"] is exec_


DATABASE = 'name = "shop"\n engine = "aurora-postgresql"\n database_name = "orders"'
INSTANCE = 'identifier = "shop"\n engine = "postgres"\n username = "root"\n password = "no-secret"'
NETWORK = """
  azs                 = ["eu-west-1a", "eu-west-1b"]
  public_subnets      = ["10.0.0.0/24", "10.0.1.0/24"]
  private_subnets     = ["10.0.2.0/24"]
  enable_nat_gateway  = true
"""
CLOSED = f"{NETWORK}  private_dedicated_network_acl = true\n"
CLUSTER = "<module.m.aws_rds_cluster.this[0].%s>"
MADE = "<module.m.module.db_instance.aws_db_instance.this[0].%s>"
OUTPUTS: list[tuple[str, str, str, str, object]] = [
    ("rds-aurora", "10.2.0", DATABASE, "cluster_database_name", "orders"),
    ("rds-aurora", "7.7.1", DATABASE, "cluster_database_name", "orders"),
    ("rds-aurora", "5.3.0", DATABASE, "rds_cluster_database_name", "orders"),
    ("rds-aurora", "9.16.1", DATABASE, "cluster_master_username", CLUSTER % "master_username"),
    ("rds-aurora", "5.3.0", DATABASE, "rds_cluster_hosted_zone_id", CLUSTER % "hosted_zone_id"),
    ("rds", "7.2.0", INSTANCE, "db_instance_username", MADE % "username"),
    ("rds", "7.2.0", INSTANCE, "db_listener_endpoint", MADE % "listener_endpoint"),
    ("rds", "2.35.0", INSTANCE, "this_db_instance_username", MADE % "username"),
    ("rds", "3.5.0", INSTANCE, "db_instance_password", "no-secret"),
    # Since version 4 it is made at random, unless the call says otherwise.
    (
        "rds",
        "5.9.0",
        INSTANCE,
        "db_instance_password",
        "<module.m.random_password.master_password[0].result>",
    ),
    (
        "rds",
        "5.9.0",
        f"{INSTANCE}\n create_random_password = false",
        "db_instance_password",
        "no-secret",
    ),
    ("vpc", "6.6.0", NETWORK, "private_network_acl_id", None),
    ("vpc", "3.19.0", NETWORK, "private_network_acl_id", ""),
    ("vpc", "6.6.0", CLOSED, "private_network_acl_id", "<module.m.aws_network_acl.private[0].id>"),
    # Before version 4 public subnets did not count.
    (
        "vpc",
        "4.0.2",
        NETWORK,
        "nat_public_ips",
        [f"<module.m.aws_eip.nat[{at}].public_ip>" for at in (0, 1)],
    ),
    ("vpc", "3.19.0", NETWORK, "nat_public_ips", ["<module.m.aws_eip.nat[0].public_ip>"]),
    (
        "vpc",
        "6.6.0",
        f'{NETWORK}  reuse_nat_ips = true\n  external_nat_ips = ["192.0.2.1"]\n',
        "nat_public_ips",
        ["192.0.2.1"],
    ),
    (
        "vpc",
        "2.78.0",
        f"{NETWORK}  enable_s3_endpoint = true\n",
        "vpc_endpoint_s3_pl_id",
        "<module.m.aws_vpc_endpoint.s3[0].prefix_list_id>",
    ),
    ("ecs", "5.12.1", 'cluster_name = "shop"', "cloudwatch_log_group_name", "/aws/ecs/shop"),
    (
        "ecs",
        "5.12.1",
        'cluster_name = "shop"\n cloudwatch_log_group_name = "own"',
        "cloudwatch_log_group_name",
        "own",
    ),
    (
        "security-group",
        "5.3.1",
        'name = "web"',
        "security_group_owner_id",
        "<module.m.aws_security_group.this_name_prefix[0].owner_id>",
    ),
    (
        "eventbridge",
        "4.3.2",
        'rules = { nightly = { schedule_expression = "rate(1 day)" } }',
        "eventbridge_rule_arns",
        {"nightly": '<module.m.aws_cloudwatch_event_rule.this["nightly"].arn>'},
    ),
]


@pytest.mark.parametrize(("name", "version", "arguments", "output", "expected"), OUTPUTS)
def test_outputs(
    evaluated: Callable[..., Evaluation],
    shown: Callable[[Value], object],
    name: str,
    version: str,
    arguments: str,
    output: str,
    expected: object,
) -> None:
    """They are what the module makes of the arguments, and what AWS makes of its resources."""
    call = f'source = "terraform-aws-modules/{name}/aws"\n version = "{version}"\n {arguments}'
    evaluation = evaluated(
        f'module "m" {{\n {call}\n}}\nresource "t" "t" {{\n x = module.m.{output}\n}}\n'
    )
    (found,) = (one for one in evaluation.resources if one.type == "t")
    assert shown(found.body.fields["x"]) == expected


def test_outputs_that_are_left_out(evaluated: Callable[..., Evaluation]) -> None:
    """The module may well have them: that it has not is said of none."""
    evaluation = evaluated(
        f"""
        module "db" {{
          source  = "terraform-aws-modules/rds-aurora/aws"
          version = "9.16.1"
          {DATABASE}
        }}
        resource "t" "t" {{
          one = module.db.cluster_role_associations
          all = [for name, value in module.db : value if name == "cluster_role_associations"]
        }}
        """
    )
    (found,) = (one for one in evaluation.resources if one.type == "t")
    why = "is left out of taskwall's stand-in for that module"
    assert [str(need) for need in needs(found.body.fields["one"])] == [
        f"module.db.cluster_role_associations {why}"
    ]
    assert [str(need) for need in needs(found.body.fields["all"])] == [f"module.db {why}"]


def test_outputs_of_a_unit_that_are_left_out(tmp_path: Path) -> None:
    """Also where Terragrunt runs the module itself."""
    (tmp_path / ".git").mkdir()
    source = "tfr:///terraform-aws-modules/rds-aurora/aws?version=9.16.1"
    texts = {
        "db/terragrunt.hcl": f'terraform {{\n source = "{source}"\n}}\n'
        'inputs = {\n name = "shop"\n engine = "aurora-postgresql"\n}\n',
        "web/terragrunt.hcl": 'terraform {\n source = "../modules/web"\n}\n'
        'dependency "db" {\n config_path = "../db"\n}\n'
        "inputs = {\n subnets = dependency.db.outputs.cluster_role_associations\n}\n",
        "modules/web/main.tf": 'variable "subnets" {}\n'
        'resource "aws_ecs_service" "web" {\n launch_type = "FARGATE"\n'
        " network_configuration {\n subnets = var.subnets\n }\n}\n",
    }
    for path, text in texts.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    asked = Options((str(tmp_path),), profile="strict", show=("unknown",), cwd=str(tmp_path))
    report = scan(asked)

    left_out = "cluster_role_associations is left out of taskwall's stand-in for that module"
    assert left_out in render("text", report, View(verbose=True))


def test_a_module_that_is_there_comes_first(tmp_path: Path) -> None:
    """A stand-in is read for no module that was downloaded."""
    data = tmp_path / ".terraform" / "modules"
    (data / "vpc").mkdir(parents=True)
    (data / "vpc" / "main.tf").write_text('output "public_subnets" {\n  value = ["subnet-1"]\n}\n')
    source = "registry.terraform.io/terraform-aws-modules/vpc/aws"
    noted = {"Key": "vpc", "Source": source, "Version": "5.1.0", "Dir": ".terraform/modules/vpc"}
    (data / "modules.json").write_text(json.dumps({"Modules": [noted]}))

    report = reported(tmp_path, VPC % "")

    assert report.document.absent == ()


@pytest.mark.parametrize(("version", "absent"), [("5.3.1", 0), ("5.0.0", 1), ("4.17.2", 1)])
def test_an_argument_that_a_version_lacks_is_doubt(
    tmp_path: Path, version: str, absent: int
) -> None:
    """Also where the stand-in of several versions knows it."""
    text = f"""
    module "group" {{
      source                       = "terraform-aws-modules/security-group/aws//modules/http-80"
      version                      = "{version}"
      vpc_id                       = "vpc-1"
      ingress_with_prefix_list_ids = [{{ rule = "http-80-tcp" }}]
    }}
    """
    report = reported(tmp_path, text)
    assert report.document.summary.absent == absent


# What is in the package


def test_versions_are_asked_for_again_after_a_year(capsys: pytest.CaptureFixture[str]) -> None:
    """The gate's longer half says of which."""
    texts = [(path / "versions.toml").read_text() for path in PACKAGES]
    read = {one["read"] for text in texts for one in tomllib.loads(text)["versions"]}
    assert due(min(read)) == 0
    assert due(max(read) + timedelta(days=366)) == 1
    assert "terraform-aws-modules/vpc/aws >= 6.0.0" in capsys.readouterr().out


@pytest.mark.parametrize("folder", PACKAGES, ids=lambda path: str(path.relative_to(FOLDER)))
def test_versions(folder: Path) -> None:
    """Ranges have a folder, and their newest version is in them and in no other."""
    about = tomllib.loads((folder / "versions.toml").read_text())
    name = folder.relative_to(FOLDER).as_posix()
    for one in about["versions"]:
        [found] = stand_ins(name, "", one["newest"])
        assert found.title == f"{name} {one['newest']}"
        assert Path(found.folder) == folder / one["folder"]
        assert one["read"].year >= 2026
        declared = variables(Path(found.folder))
        assert set(one.get("defaults", {})) <= declared
        for inner, defaults in one.get("inner", {}).items():
            assert set(defaults) <= variables(folder / one["folder"] / inner)
        for inner, names in one.get("lacks", {}).items():
            assert set(names) - {"*"} <= variables(folder / one["folder"] / inner)
    for inner, module in about.get("modules", {}).items():
        [found] = stand_ins(name, inner, about["versions"][0]["newest"])
        assert set(module.get("defaults", {})) <= variables(Path(found.folder))


@pytest.mark.parametrize("folder", PACKAGES, ids=lambda path: str(path.relative_to(FOLDER)))
def test_commits(folder: Path) -> None:
    """The commits of tags: those of the newest versions are among them."""
    lines = [line.split(" ") for line in (folder / "commits.txt").read_text().splitlines()]
    versions = tomllib.loads((folder / "versions.toml").read_text())["versions"]
    assert all(re.fullmatch(f"[0-9a-f]{{{COMMIT_DIGITS}}}", commit) for commit, _ in lines)
    assert len({commit for commit, _ in lines}) == len(lines)
    assert {one["newest"] for one in versions} <= {version for _, version in lines}


@pytest.mark.parametrize("folder", MODULES, ids=lambda path: str(path.relative_to(FOLDER)))
def test_modules_are_whole(folder: Path) -> None:
    """They parse, and what they name is declared; nothing is declared that they do not use."""
    texts = {path.name: path.read_text() for path in folder.glob("*.tf")}
    text = "".join(texts.values())

    assert [error for name in texts for error in parse(name, texts[name]).errors] == []
    assert set(re.findall(r"\bvar\.(\w+)", text)) == variables(folder)
    blocks = re.findall(r"^locals \{(.*?)^\}", text, re.MULTILINE | re.DOTALL)
    assert set(re.findall(r"\blocal\.(\w+)", text)) == {
        name for block in blocks for name in re.findall(r"^  (\w+) +=", block, re.MULTILINE)
    }


def variables(folder: Path) -> set[str]:
    """The names of a module's variables."""
    texts = (path.read_text() for path in folder.glob("*.tf"))
    return {name for text in texts for name in re.findall(r'^variable "(\w+)"', text, re.MULTILINE)}
