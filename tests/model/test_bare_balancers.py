"""Network Load Balancers without security groups: whose addresses their tasks have to allow."""

import pytest

from lowering.networks import network
from placeholders import filled
from taskwall.model.core.network import Network
from taskwall.model.exposure.task_ingress import (
    GroupAttachment,
    allowed_by_network,
    attachments,
    ingress,
    only_way_in,
    vpc_of_bare_balancers,
)

STACK = """
variable "any" {}
data "aws_vpc" "seen" { id = "vpc-1" }
data "aws_subnet" "seen" { id = "subnet-1" }
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_vpc" "far" { cidr_block = "10.9.0.0/16" }
resource "aws_subnet" "main" {
  vpc_id     = IN_VPC
  cidr_block = "10.0.1.0/24"
}
resource "aws_subnet" "far" {
  vpc_id     = aws_vpc.far.id
  cidr_block = "10.9.1.0/24"
}
resource "aws_security_group" "edge" { vpc_id = IN_VPC }
resource "aws_security_group" "web" { vpc_id = IN_VPC }
"""
BALANCER = """
resource "aws_lb" "NAME" {
  load_balancer_type = KIND
  internal           = INTERNAL
  subnets            = [aws_subnet.main.id]
  security_groups    = GROUPS
}
resource "aws_lb_target_group" "NAME" {
  protocol    = SPOKEN
  target_type = TYPE
  KEEPS
}
resource "aws_lb_listener" "NAME" {
  load_balancer_arn = aws_lb.NAME.arn
  port              = 443
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.NAME.arn
  }
}
"""
SERVICE = """
resource "aws_ecs_service" "NAME" {
  launch_type = "FARGATE"
  network_configuration {
    subnets         = [SUBNET]
    security_groups = [aws_security_group.web.id]
  }
  BEHIND
}
"""
BEHIND = """load_balancer {
    target_group_arn = GROUP
    container_name   = "web"
    container_port   = 80
  }"""
DEFAULTS = {
    "KIND": '"network"', "INTERNAL": "false", "GROUPS": "[]", "SPOKEN": '"TCP"', "TYPE": '"ip"',
    "KEEPS": "", "IN_VPC": "aws_vpc.main.id",
}  # fmt: skip
KEPT = {"KEEPS": "preserve_client_ip = true"}
PERHAPS_KEPT = {"KEEPS": "preserve_client_ip = var.any"}
OF_ALB = {"KIND": '"application"', "SPOKEN": '"HTTP"', "GROUPS": "[aws_security_group.edge.id]"}


def balancer(name: str = "nlb", changes: dict[str, str] | None = None) -> str:
    """A load balancer: a public NLB without groups, unless something else is said."""
    return filled(BALANCER.replace("NAME", name), DEFAULTS | (changes or {}))


def service(name: str, group: str = "", subnet: str = "aws_subnet.main.id") -> str:
    """A service, behind a target group or none."""
    behind = BEHIND.replace("GROUP", group) if group else ""
    return filled(SERVICE.replace("NAME", name), {"SUBNET": subnet, "BEHIND": behind})


BY_NLB, BY_ALB = (f"aws_lb_target_group.{name}.arn" for name in ("nlb", "alb"))
A, ELSEWHERE = service("a", BY_NLB), '"arn:aws:elasticloadbalancing:eu-west-1:1:targetgroup/x/1"'
ALB = balancer("alb", OF_ALB)


def read(text: str, vpc: str = "aws_vpc.main.id") -> tuple[Network, GroupAttachment]:
    """A network, and the group of its tasks."""
    found = network(filled(STACK, {"IN_VPC": vpc}) + text)
    return found, attachments(found)["aws_security_group.web"]


@pytest.mark.parametrize(
    ("text", "vpc", "expected"),
    [
        pytest.param(balancer() + A, "aws_vpc.main.id", "aws_vpc.main", id="an NLB"),
        pytest.param(
            balancer() + A + service("b", BY_NLB), "aws_vpc.main.id", "aws_vpc.main",
            id="an NLB of two services",
        ),
        pytest.param(
            balancer() + A + service("b"), "aws_vpc.main.id", "aws_vpc.main", id="an NLB, and none"
        ),
        pytest.param(service("b"), "aws_vpc.main.id", None, id="none"),
        pytest.param(
            balancer(changes={"GROUPS": "[aws_security_group.edge.id]"}) + A, "aws_vpc.main.id",
            None, id="an NLB with a group",
        ),
        pytest.param(
            balancer(changes={"GROUPS": "var.any"}) + A, "aws_vpc.main.id", None,
            id="an NLB with groups of an input",
        ),
        # Its targets see the addresses of its clients.
        pytest.param(balancer(changes=KEPT) + A, "aws_vpc.main.id", None, id="clients are seen"),
        pytest.param(
            balancer(changes=PERHAPS_KEPT) + A, "aws_vpc.main.id", None, id="clients may be seen"
        ),
        pytest.param(
            balancer(changes={"SPOKEN": '"UDP"'}) + A, "aws_vpc.main.id", None, id="UDP"
        ),
        pytest.param(
            balancer(changes={"KIND": "var.any"}) + A, "aws_vpc.main.id", "aws_vpc.main",
            id="an NLB by what its group speaks"
        ),
        pytest.param(
            balancer() + ALB + A + service("b", BY_ALB), "aws_vpc.main.id", None,
            id="an NLB, and an ALB",
        ),
        pytest.param(
            balancer() + A + service("b", ELSEWHERE), "aws_vpc.main.id", None,
            id="an NLB, and one from elsewhere",
        ),
        pytest.param(
            balancer() + A + service("b", BY_NLB, "aws_subnet.far.id"), "aws_vpc.main.id", None,
            id="tasks in two VPCs",
        ),
        pytest.param(balancer() + A, "data.aws_vpc.seen.id", None, id="a VPC from elsewhere"),
        pytest.param(balancer() + A, '"vpc-1"', None, id="a VPC by its id"),
    ],
)  # fmt: skip
def test_the_vpc_takes_the_place_of_wide_ranges(text: str, vpc: str, expected: str | None) -> None:
    """Where all load balancers in front show their own addresses, which are in one VPC."""
    found = vpc_of_bare_balancers(*read(text, vpc))
    assert (None if found is None else found.id) == expected


@pytest.mark.parametrize(
    ("text", "truth", "waits"),
    [
        pytest.param(balancer(changes=KEPT) + A, True, [], id="a public NLB that shows clients"),
        pytest.param(
            balancer(changes=KEPT) + A + service("b"), True, [], id="that, and tasks behind none"
        ),
        pytest.param(balancer() + A, False, [], id="one that shows its own address"),
        pytest.param(balancer(changes=PERHAPS_KEPT) + A, None, ["var.any"], id="one that may"),
        pytest.param(
            balancer(changes={"SPOKEN": '"UDP"'}) + A, True, [], id="one of UDP, which shows them"
        ),
        pytest.param(balancer(changes=KEPT | {"INTERNAL": "true"}) + A, False, [], id="internal"),
        pytest.param(
            balancer(changes=KEPT | {"INTERNAL": "var.any"}) + A, None, ["var.any"],
            id="perhaps internal",
        ),
        # A group of its own says who may come.
        pytest.param(
            balancer(changes=KEPT | {"GROUPS": "[aws_security_group.edge.id]"}) + A, False, [],
            id="one with a group",
        ),
        pytest.param(
            balancer(changes=KEPT | {"GROUPS": "var.any"}) + A, None, ["var.any"],
            id="one with groups of an input",
        ),
        pytest.param(ALB + service("a", BY_ALB), False, [], id="an ALB"),
        pytest.param(
            balancer(changes=KEPT) + ALB + A + service("b", BY_ALB), False, [],
            id="one, and an ALB",
        ),
        pytest.param(service("b"), False, [], id="none"),
    ],
)  # fmt: skip
def test_who_can_only_be_reached_from_the_internet(
    text: str, truth: bool | None, waits: list[str]
) -> None:
    """Tasks that see the addresses of whoever comes by a public load balancer without groups."""
    fact = only_way_in(*read(text))

    assert fact.truth is truth
    assert sorted({need.name for need in fact.waits_for()}) == waits


RULE = """
resource "aws_eip" "own" {}
resource "aws_eip" "other" {}
resource "aws_vpc_security_group_ingress_rule" "one" {
  security_group_id = aws_security_group.web.id
  ip_protocol       = "tcp"
  from_port         = 80
  to_port           = 80
  FROM
}
"""
PLAIN, BY_ID = "", '"vpc-1"'
FIXED = 'private_ipv4_address = "10.0.1.10"'
ELASTIC, OPEN_ELASTIC = (f"allocation_id = {id_}" for id_ in ("aws_eip.own.id", "var.any"))
OWN_IP, OTHER_IP = (f'"${{aws_eip.{name}.public_ip}}/32"' for name in ("own", "other"))


def mapped(address: str) -> str:
    """The load balancer, with an address that is given to it in its subnet."""
    mapping = f"subnet_mapping {{\n    subnet_id = aws_subnet.main.id\n    {address}\n  }}"
    plain = "subnets            = [aws_subnet.main.id]"
    return balancer().replace(plain, mapping) if address else balancer()


@pytest.mark.parametrize(
    ("address", "range_", "vpc", "truth"),
    [
        # What is in the VPC is where the load balancer's own addresses are.
        pytest.param(PLAIN, '"10.0.0.0/16"', None, True, id="the VPC"),
        pytest.param(PLAIN, '"10.0.1.10/32"', None, True, id="an address of the VPC"),
        pytest.param(PLAIN, '"10.0.0.0/8"', None, False, id="more than the VPC"),
        pytest.param(PLAIN, '"10.0.2.0/23"', None, True, id="a part of the VPC"),
        pytest.param(PLAIN, '"198.51.100.7/32"', None, False, id="a public address"),
        pytest.param(PLAIN, "aws_vpc.main.cidr_block", None, True, id="the VPC by its attribute"),
        pytest.param(PLAIN, "aws_vpc.far.cidr_block", None, False, id="another VPC"),
        pytest.param(PLAIN, "var.any", None, None, id="a range of an input"),
        # Of a VPC from elsewhere that is known which the subnets and the addresses tell.
        pytest.param(PLAIN, '"10.0.1.0/24"', BY_ID, True, id="elsewhere, the subnet"),
        pytest.param(PLAIN, '"10.0.0.0/16"', BY_ID, None, id="elsewhere, more than the subnet"),
        pytest.param(PLAIN, '"10.0.0.0/8"', BY_ID, False, id="elsewhere, more than any VPC"),
        pytest.param(FIXED, '"10.0.1.10/32"', BY_ID, True, id="elsewhere, the fixed address"),
        pytest.param(FIXED, '"10.0.0.0/16"', BY_ID, None, id="elsewhere, more than that"),
        # An Elastic IP is the load balancer's own, but targets see a private address.
        pytest.param(ELASTIC, OWN_IP, None, True, id="its Elastic IP"),
        pytest.param(ELASTIC, OTHER_IP, None, False, id="another Elastic IP"),
        pytest.param(PLAIN, OWN_IP, None, False, id="an Elastic IP of nobody"),
        pytest.param(OPEN_ELASTIC, OWN_IP, None, None, id="perhaps its Elastic IP"),
        pytest.param(OPEN_ELASTIC, '"198.51.100.7/32"', None, False, id="no Elastic IP"),
        pytest.param(ELASTIC, OWN_IP, BY_ID, True, id="elsewhere, its Elastic IP"),
        pytest.param(ELASTIC, OTHER_IP, BY_ID, None, id="elsewhere, another Elastic IP"),
    ],
)
def test_which_addresses_tasks_behind_an_nlb_may_allow(
    address: str, range_: str, vpc: str | None, truth: bool | None
) -> None:
    """Those of its VPC, and its own."""
    assert allowed(f"cidr_ipv4 = {range_}", mapped(address), vpc) is truth


@pytest.mark.parametrize(
    ("peer", "vpc", "truth"),
    [
        ("referenced_security_group_id = aws_security_group.edge.id", None, True),
        ('referenced_security_group_id = "sg-1"', None, None),
        ("referenced_security_group_id = var.any", None, None),
        ("referenced_security_group_id = aws_security_group.edge.id", BY_ID, True),
        ("referenced_security_group_id = aws_security_group.far.id", None, False),
        ("referenced_security_group_id = aws_security_group.far.id", BY_ID, False),
        ("referenced_security_group_id = aws_security_group.alone.id", None, False),
        ('prefix_list_id = "pl-1"', None, None),
        ('cidr_ipv6 = "fd00::/64"', None, False),
    ],
)
def test_which_groups_tasks_behind_an_nlb_may_allow(
    peer: str, vpc: str | None, truth: bool | None
) -> None:
    """Those of their VPC; one that names no VPC is in the account's default VPC."""
    others = 'resource "aws_security_group" "far" { vpc_id = aws_vpc.far.id }\n'
    others += 'resource "aws_security_group" "alone" {}\n'
    assert allowed(peer, balancer() + others, vpc) is truth


def allowed(peer: str, text: str, vpc: str | None) -> bool | None:
    """Whether tasks behind a load balancer may allow a peer."""
    found, attachment = read(text + A + filled(RULE, {"FROM": peer}), vpc or "aws_vpc.main.id")
    (one,) = (each for each in ingress(found, attachment) if each.on.label == "one")
    return allowed_by_network(found, attachment, one).truth
