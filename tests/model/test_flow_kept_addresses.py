"""Which addresses get through a Network Load Balancer that shows its targets those of clients."""

from pathlib import Path

import pytest

from placeholders import filled
from taskwall.api.flows import explain, list_flows
from taskwall.api.options import Options

STACK = """
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_internet_gateway" "main" { vpc_id = aws_vpc.main.id }
resource "aws_subnet" "main" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_route_table" "main" {
  vpc_id = aws_vpc.main.id
  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.main.id
  }
}
resource "aws_route_table_association" "main" {
  subnet_id      = aws_subnet.main.id
  route_table_id = aws_route_table.main.id
}
resource "aws_security_group" "web" {
  vpc_id = aws_vpc.main.id
  ingress {
    protocol    = "tcp"
    from_port   = 80
    to_port     = 80
    cidr_blocks = [ALLOWED]
  }
}
resource "aws_lb" "nlb" {
  load_balancer_type = "network"
  internal           = INTERNAL
  subnets            = [aws_subnet.main.id]
}
resource "aws_lb_target_group" "web" {
  port               = 80
  protocol           = "TCP"
  target_type        = "ip"
  vpc_id             = aws_vpc.main.id
  preserve_client_ip = KEPT
}
resource "aws_lb_listener" "nlb" {
  load_balancer_arn = aws_lb.nlb.arn
  port              = 443
  protocol          = "TCP"
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.web.arn
  }
}
resource "aws_ecs_service" "web" {
  launch_type = "FARGATE"
  network_configuration {
    subnets         = [aws_subnet.main.id]
    security_groups = [aws_security_group.web.id]
  }
  load_balancer {
    target_group_arn = aws_lb_target_group.web.arn
    container_name   = "web"
    container_port   = 80
  }
}
"""


def told(folder: Path, values: dict[str, str], of: str) -> list[str]:
    """From which addresses an end gets through the load balancer, in short."""
    (folder / "main.tf").write_text(filled(STACK, values), encoding="utf-8")
    found = list_flows(Options(paths=(str(folder),)), of, "service:web")
    assert not found.problems
    ways = [each for each in found.flows if each.through == ("lb:nlb",)]
    assert not any(each.missing for each in ways)
    return [" of ".join((*each.ports, *each.addresses)) for each in ways]


ALL: list[str] = ["443"]
VPC, SUBNET, HALF, OFFICE = '"10.0.0.0/16"', '"10.0.1.0/24"', '"10.0.0.0/17"', '"203.0.113.0/24"'


@pytest.mark.parametrize(
    ("allowed", "of_vpc", "of_internet", "of_balancer"),
    [
        pytest.param('"0.0.0.0/0"', ALL, ALL, True, id="everybody"),
        pytest.param('"10.0.0.0/8"', ALL, [], True, id="more than the VPC"),
        pytest.param(VPC, ALL, [], True, id="the VPC"),
        pytest.param(HALF, ["443 of 10.0.0.0/17"], [], True, id="a half of the VPC"),
        pytest.param(SUBNET, ["443 of 10.0.1.0/24"], [], True, id="the load balancer's subnet"),
        pytest.param(OFFICE, [], ["443 of 203.0.113.0/24"], False, id="an office"),
        pytest.param(
            f"{SUBNET}, {OFFICE}", ["443 of 10.0.1.0/24"], ["443 of 203.0.113.0/24"], True,
            id="the subnet and an office",
        ),
        pytest.param('"10.9.0.0/16"', [], [], False, id="another network"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("internal", ["true", "false"])
def test_whose_addresses_get_through(
    internal: str,
    allowed: str,
    of_vpc: list[str],
    of_internet: list[str],
    of_balancer: bool,
    tmp_path: Path,
) -> None:
    """Those that the tasks' group allows; or all where it sees the load balancer's alone."""
    for end, kept in (("vpc:main", of_vpc), ("internet", of_internet)):
        reaches = end == "vpc:main" or internal == "false"
        values = {"ALLOWED": allowed, "INTERNAL": internal}
        assert told(tmp_path, values | {"KEPT": "true"}, end) == (kept if reaches else [])
        hidden = ALL if reaches and of_balancer else []
        assert told(tmp_path, values | {"KEPT": "false"}, end) == hidden


OF_OFFICE = """
resource "aws_vpc_security_group_ingress_rule" "office" {
  security_group_id = aws_security_group.web.id
  ip_protocol       = "tcp"
  from_port         = 80
  to_port           = 80
  cidr_ipv4         = "203.0.113.0/24"
}
"""


@pytest.mark.parametrize("kept", ["true", "false"])
def test_which_rules_would_close_what_comes_through(kept: str, tmp_path: Path) -> None:
    """A rule for addresses of clients lets nothing in where targets see the load balancer's."""
    values = {"ALLOWED": SUBNET, "INTERNAL": "false", "KEPT": kept}
    (tmp_path / "main.tf").write_text(filled(STACK + OF_OFFICE, values), encoding="utf-8")
    (answer,) = explain(Options(paths=(str(tmp_path),)), "internet", "service:web", 443).answers

    rules = {each.at.resource for each in answer.closing}
    assert answer.flows
    assert ("aws_vpc_security_group_ingress_rule.office" in rules) is (kept == "true")


@pytest.mark.parametrize(
    ("allowed", "addresses"),
    [("aws_vpc.main.cidr_block", ()), ('"192.0.2.0/24"', ("192.0.2.0/24",))],
)
def test_a_vpc_of_a_given_range_gets_through_by_its_name(
    allowed: str, addresses: tuple[str, ...], tmp_path: Path
) -> None:
    """All of it does where it is allowed itself, else those of it that have such addresses."""
    text = filled(STACK, {"ALLOWED": allowed, "INTERNAL": "true", "KEPT": "true"})
    text = text.replace('"10.0.0.0/16"', "var.cidr").replace('"10.0.1.0/24"', "var.subnet")
    text += 'variable "cidr" {}\nvariable "subnet" {}\n'
    (tmp_path / "main.tf").write_text(text, encoding="utf-8")
    flows = list_flows(Options(paths=(str(tmp_path),)), "vpc:main", "service:web").flows

    ways = [each for each in flows if each.through == ("lb:nlb",)]
    assert [(each.verdict, each.addresses) for each in ways] == [("open", addresses)]
