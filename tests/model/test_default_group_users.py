"""Who uses the default group of a VPC: tasks by their service, and container instances."""

import pytest

from placeholders import filled
from taskwall.lowering import lower
from taskwall.model.exposure.default_group import held
from taskwall.readers import terraform
from taskwall.source.files import Files
from taskwall.source.stack import Inputs

STACK = """
variable "any" {}
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_vpc" "second" { cidr_block = "10.2.0.0/16" }
resource "aws_subnet" "main" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_subnet" "second" {
  vpc_id     = aws_vpc.second.id
  cidr_block = "10.2.1.0/24"
}
resource "aws_security_group" "web" { vpc_id = aws_vpc.main.id }
"""
ADOPTED = """
resource "aws_default_security_group" "own" { vpc_id = aws_vpc.main.id }
"""
SERVICE = """
resource "aws_ecs_service" "web" {
  launch_type = "FARGATE"
  network_configuration {
    subnets         = [SUBNET]
    security_groups = GROUPS
  }
}
"""
HOSTS = """
resource "aws_launch_template" "hosts" {
  vpc_security_group_ids = GROUPS
  user_data = base64encode("#!/bin/bash\\necho ECS_CLUSTER=main >> /etc/ecs/ecs.config\\n")
}
resource "aws_autoscaling_group" "hosts" {
  vpc_zone_identifier = [SUBNET]
  launch_template { id = aws_launch_template.hosts.id }
}
"""
INSTANCE = """
resource "aws_instance" "hosts" {
  subnet_id              = SUBNET
  vpc_security_group_ids = GROUPS
  user_data = "#!/bin/bash\\necho ECS_CLUSTER=main >> /etc/ecs/ecs.config\\n"
}
"""
USERS = {"a service": SERVICE, "an Auto Scaling group": HOSTS, "an instance": INSTANCE}
HERE, WEB = "aws_subnet.main.id", "aws_security_group.web.id"
OWN, MADE = "aws_default_security_group.own.id", "aws_vpc.main.default_security_group_id"

GROUPS: dict[str, tuple[str, str, bool | None]] = {
    "none": ("[]", "", True),
    "none, as nothing is written": ("null", "", True),
    "none, where it is adopted": ("null", ADOPTED, True),
    "another one": (f"[{WEB}]", "", False),
    "one from elsewhere": ('["sg-1"]', "", False),
    "one of an input": ("[var.any]", "", False),
    "the default one, adopted": (f"[{OWN}]", ADOPTED, True),
    "the default one, as it is made": (f"[{MADE}]", "", True),
    "the default one, as it is made, where it is adopted": (f"[{MADE}]", ADOPTED, True),
    "another one and the default one, adopted": (f"[{WEB}, {OWN}]", ADOPTED, True),
    "another one and the default one, as it is made": (f"[{WEB}, {MADE}]", "", True),
    "perhaps the default one, adopted": (
        f'concat([{WEB}], var.any == "" ? [{OWN}] : [])',
        ADOPTED,
        None,
    ),
}


def falls(user: str, groups: str, more: str, subnet: str = HERE) -> dict[str, tuple[object, ...]]:
    """Of each VPC, whether it holds the user, and whether that falls into its default group."""
    text = filled(STACK + more + USERS[user], {"SUBNET": subnet, "GROUPS": groups})
    (stack,), errors = terraform.stacks(
        ["/net/main.tf"], Files({"/net/main.tf": text}), Inputs(boundary="/net")
    )
    assert not errors
    network = lower(stack.evaluate({}).resources).network
    return {each.vpc.id: (each.holds.truth, each.falls.truth) for each in held(network)}


@pytest.mark.parametrize("user", USERS)
@pytest.mark.parametrize(("groups", "more", "truth"), GROUPS.values(), ids=GROUPS)
def test_who_falls_into_the_default_group(
    user: str, groups: str, more: str, truth: bool | None
) -> None:
    """Whoever names no group, or names that one, adopted or as AWS makes it."""
    assert falls(user, groups, more) == {"aws_vpc.main": (True, truth)}


BOTH = {"aws_vpc.main", "aws_vpc.second"}


@pytest.mark.parametrize("user", USERS)
@pytest.mark.parametrize(
    ("subnet", "expected"),
    [
        ("aws_subnet.second.id", {"aws_vpc.second": True}),
        ("[aws_subnet.main.id, aws_subnet.second.id][var.any]", dict.fromkeys(BOTH)),
        ("var.any", dict.fromkeys(BOTH)),
    ],
)
def test_in_which_vpc_that_is(user: str, subnet: str, expected: dict[str, bool | None]) -> None:
    """Where it is not known which VPC holds somebody, it may be each that the sources write."""
    found = falls(user, "null", "", subnet)
    assert {vpc: holds for vpc, (holds, _) in found.items()} == expected
