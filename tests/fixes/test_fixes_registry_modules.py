"""What fixes say of modules of the public registry: set in their calls, it mends the finding."""

import re
from pathlib import Path

import pytest

from mending import scanned
from taskwall.api.fix import as_diff, fix
from taskwall.api.options import Options
from taskwall.fixes.wording import code_of

ROOT = """\
module "vpc" {
  source             = "terraform-aws-modules/vpc/aws"
  version            = "5.21.0"
  cidr               = "10.0.0.0/16"
  azs                = ["eu-west-1a", "eu-west-1b"]
  public_subnets     = ["10.0.1.0/24"]
  private_subnets    = ["10.0.2.0/24"]
  enable_nat_gateway = true
}

module "alb" {
  source  = "terraform-aws-modules/alb/aws"
  version = "~> 9.0"
  vpc_id  = module.vpc.vpc_id
  subnets = module.vpc.public_subnets
  target_groups = {
    web = { protocol = "HTTP", port = 80, target_type = "ip", create_attachment = false }
  }
  listeners = {
    http = { port = 80, protocol = "HTTP", forward = { target_group_key = "web" } }
  }
}

resource "aws_ecs_cluster" "main" {
  name = "main"
}

module "service" {
  source                = "terraform-aws-modules/ecs/aws//modules/service"
  version               = "~> 5.0"
  name                  = "web"
  cluster_arn           = aws_ecs_cluster.main.arn
  subnet_ids            = module.vpc.public_subnets
  assign_public_ip      = true
  container_definitions = { web = { image = "nginx", port_mappings = [{ containerPort = 80 }] } }
  load_balancer = {
    service = {
      target_group_arn = module.alb.target_groups["web"].arn
      container_name   = "web"
      container_port   = 80
    }
  }
}
"""
REJECT = '"REJECT"'
FLOW_LOG = f"enable_flow_log = true\n  flow_log_traffic_type = {REJECT}"


@pytest.mark.parametrize(
    ("modules", "subnets", "given"),
    [
        ({"TW603": "service", "TW701": "vpc", "TW705": "alb"}, "public", ""),
        ({"TW203": "service", "TW702": "vpc", "TW703": "vpc", "TW707": "vpc"}, "private", FLOW_LOG),
    ],
)
def test_arguments_mend_findings(
    tmp_path: Path, modules: dict[str, str], subnets: str, given: str
) -> None:
    """The code of each fix, put into the call that it names, takes the finding away."""
    text = ROOT.replace("  enable_nat_gateway", f"  {given}\n  enable_nat_gateway")
    text = text.replace("public_subnets\n  assign", f"{subnets}_subnets\n  assign")
    told = _fixes(tmp_path, text)

    for rule, module in modules.items():
        assert f"In the call module.{module}" in told[rule]
        code = code_of(told[rule])
        for name in re.findall(r"^(\w+) +=", code, re.MULTILINE):
            text = re.sub(rf"^  {name} +=.*\n", "", text, flags=re.MULTILINE)
        text = text.replace(f'module "{module}" {{', f'module "{module}" {{\n{code}')
    assert modules.keys() & _fixes(tmp_path, text).keys() == set()


def test_a_call_is_edited(tmp_path: Path) -> None:
    """Arguments that mend a finding by themselves are added to the call, and proved."""
    (tmp_path / "main.tf").write_text(ROOT)

    diff = as_diff(fix(Options(paths=(str(tmp_path),), cwd=str(tmp_path), select=("TW701",))))

    added = [line[1:].strip() for line in diff.splitlines() if line[:1] == "+"]
    assert [line.split(" =")[0].rstrip() for line in added[2:]] == [
        "enable_flow_log",
        "create_flow_log_cloudwatch_log_group",
        "create_flow_log_cloudwatch_iam_role",
        "flow_log_max_aggregation_interval",
        "flow_log_log_format",
    ]


def _fixes(folder: Path, text: str) -> dict[str, str]:
    """What is told to fix, by rule."""
    source = folder / "main.tf"
    source.write_text(text)
    return {
        judged.finding.rule: judged.finding.fix.text
        for judged, _ in scanned(str(source)).judged
        if judged.finding.fix is not None
    }


@pytest.mark.parametrize(("given", "edited"), [('"REJECT"', True), ("var.traffic", False)])
def test_an_argument_that_is_there(tmp_path: Path, given: str, edited: bool) -> None:
    """A literal is replaced, and what a variable gives is left to people."""
    text = ROOT.replace("  azs", f"  {FLOW_LOG.replace(REJECT, given)}\n  azs")
    variable = 'variable "traffic" {\n  default = "REJECT"\n}\n'
    (tmp_path / "main.tf").write_text(text + variable)

    found = fix(Options(paths=(str(tmp_path),), cwd=str(tmp_path), select=("TW702",)))

    assert [file.new_text for file in found.files] == [
        text.replace(given, '"ALL"') + variable
    ] * edited
