"""When TW606 judges the default ACL of a VPC: not where it says what AWS has it say.

That is to allow all addresses with all protocols, both ways
(https://docs.aws.amazon.com/vpc/latest/userguide/default-network-acl.html).
"""

import pytest

from taskwall.engine.judge import judge
from taskwall.readers import terraform
from taskwall.rules import all_rules
from taskwall.settings import Settings
from taskwall.source.files import Files
from taskwall.source.stack import Inputs

STACK = """
variable "open" {{}}
resource "aws_vpc" "main" {{ cidr_block = "10.0.0.0/16" }}
resource "aws_subnet" "web" {{
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.0.0/24"
}}
resource "aws_security_group" "web" {{
  vpc_id = aws_vpc.main.id
  ingress {{
    protocol    = "tcp"
    from_port   = 80
    to_port     = 80
    cidr_blocks = ["10.0.9.0/24"]
  }}
}}
resource "aws_ecs_service" "web" {{
  launch_type     = "FARGATE"
  task_definition = "web:1"
  network_configuration {{
    subnets         = [aws_subnet.web.id]
    security_groups = [aws_security_group.web.id]
  }}
}}
resource "aws_default_network_acl" "main" {{
  default_network_acl_id = aws_vpc.main.default_network_acl_id
{entries}
}}
"""
ENTRY = """  {way} {{
    rule_no    = 100
    action     = "{action}"
    protocol   = "{protocol}"
    from_port  = 0
    to_port    = 0
    cidr_block = "{addresses}"
  }}"""


def entry(
    way: str, action: str = "allow", protocol: str = "-1", addresses: str = "0.0.0.0/0"
) -> str:
    """An entry of an ACL: as AWS makes it, unless another part is given."""
    return ENTRY.format(way=way, action=action, protocol=protocol, addresses=addresses)


BOTH = (entry("ingress"), entry("egress"))


@pytest.mark.parametrize(
    ("entries", "verdicts"),
    [
        (BOTH, set()),
        (BOTH[:1], {"fail"}),
        (BOTH[1:], {"fail"}),
        ((entry("ingress", protocol="all"), BOTH[1]), set()),
        ((entry("ingress", protocol="6"), BOTH[1]), {"fail"}),
        ((entry("ingress", addresses="10.0.0.0/8"), BOTH[1]), {"pass"}),
        ((BOTH[0], entry("egress", addresses="10.0.0.0/8")), {"fail", "pass"}),
        ((entry("ingress", "deny"), BOTH[1]), {"fail", "pass"}),
        ((entry("ingress", "${var.open}"), BOTH[1]), {"unknown"}),
        ((entry("ingress", addresses="${var.open}"), BOTH[1]), {"unknown"}),
    ],
)
def test_the_default_acl_is_judged_if_it_is_another(
    entries: tuple[str, ...], verdicts: set[str]
) -> None:
    """One entry the less, or one that says something else, makes it an ACL like others."""
    files = Files({"main.tf": STACK.format(entries="\n".join(entries))})
    (stack,), _ = terraform.stacks(["main.tf"], files, Inputs())
    rules = [rule for rule in all_rules() if rule.id == "TW606"]

    found = judge(stack, rules, Settings(show=("fail", "unknown", "pass"))).findings

    assert {one.finding.verdict for one in found} == verdicts
