"""Where load balancers hand on to: tasks, addresses and other load balancers, on which ports."""

import pytest

from lowering.networks import network
from placeholders import filled
from taskwall.model.flows.listeners import Onward, onward
from taskwall.model.flows.sets import Pieces
from taskwall.model.permissions.packets import TCP

STACK = """
variable "any" {}
variable "on" {}
resource "aws_lb" "edge" {
  load_balancer_type = KIND
}
resource "aws_lb_target_group" "web" {
  port            = PORT
  protocol        = SPOKEN
  target_type     = TYPE
  ip_address_type = FAMILY
  KEEPS
  health_check { port = CHECK }
}
resource "aws_lb_listener" "edge" {
  count             = COUNT
  load_balancer_arn = aws_lb.edge.arn
  port              = 443
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.web.arn
  }
}
"""
SERVICE = """
resource "aws_ecs_service" "web" {
  launch_type = "FARGATE"
  load_balancer {
    target_group_arn = GROUP
    container_name   = "web"
    container_port   = INSIDE
  }
}
"""
ADDRESS = """
resource "aws_lb_target_group_attachment" "web" {
  target_group_arn = aws_lb_target_group.web.arn
  target_id        = ADDRESS
  OVERRIDE
}
"""
RULE = """
resource "aws_lb_target_group" "ruled" {
  port        = 80
  target_type = "ip"
}
resource "aws_lb_listener_rule" "ruled" {
  listener_arn = aws_lb_listener.edge[0].arn
  action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.ruled.arn
  }
}
"""
BY_RULE = RULE + ADDRESS.replace(".web.arn", ".ruled.arn")
INNER = """
resource "aws_lb" "inner" { load_balancer_type = "application" }
resource "aws_lb_target_group_attachment" "web" {
  target_group_arn = aws_lb_target_group.web.arn
  target_id        = aws_lb.inner.arn
}
"""
DEFAULTS = {
    "KIND": '"application"', "PORT": "80", "SPOKEN": '"HTTP"', "TYPE": '"ip"', "FAMILY": "null",
    "KEEPS": "", "CHECK": '"traffic-port"', "COUNT": "1", "ADDRESS": '"10.0.1.9"',
    "GROUP": "aws_lb_target_group.web.arn", "INSIDE": "8080",
    "OVERRIDE": "",
}  # fmt: skip
NLB = {"KIND": '"network"', "SPOKEN": '"TCP"'}
PERHAPS = {"COUNT": 'var.on == "" ? 1 : 0'}


def ways(text: str, changes: dict[str, str]) -> list[Onward]:
    """The ways from the load balancer of a stack."""
    return onward(network(filled(STACK + text, DEFAULTS | changes))).get("aws_lb.edge", [])


def spoken(pieces: Pieces) -> list[str]:
    """Ports by protocol, and what they wait for."""
    found = []
    for each in pieces:
        ((protocols, ports, _),) = each.traffic.boxes
        kind = "tcp" if protocols == TCP else "udp"
        waits = "".join(f" needs {need.name}" for need in each.fact.waits_for())
        low, high = ports.spans[0]
        found.append(f"{kind} {low if low == high else f'{low}-{high}'}{waits}")
    return found


@pytest.mark.parametrize(
    ("changes", "arrives", "checks"),
    [
        pytest.param({}, ["tcp 8080"], [], id="HTTP"),
        pytest.param(NLB, ["tcp 8080"], [], id="TCP"),
        # A health check goes over TCP, and on the port of the traffic if nothing else is written.
        pytest.param(NLB | {"SPOKEN": '"UDP"'}, ["udp 8080"], ["tcp 8080"], id="UDP"),
        pytest.param(NLB | {"SPOKEN": '"QUIC"'}, ["udp 8080"], ["tcp 8080"], id="QUIC"),
        pytest.param(NLB | {"SPOKEN": '"TCP_UDP"'}, ["tcp 8080", "udp 8080"], [], id="both"),
        pytest.param(
            NLB | {"SPOKEN": "var.any"}, ["tcp 8080", "udp 8080 needs var.any"], [],
            id="a protocol of an input",
        ),
        pytest.param({"SPOKEN": "var.any"}, ["tcp 8080"], [], id="an ALB, which speaks no UDP"),
        pytest.param({"CHECK": '"9000"'}, ["tcp 8080"], ["tcp 9000"], id="a check on its own port"),
        pytest.param(
            {"CHECK": "var.any"}, ["tcp 8080"], ["tcp 0-65535 needs var.any"],
            id="a check on a port of an input",
        ),
        pytest.param({"INSIDE": "var.any"}, ["tcp 0-65535 needs var.any"], [], id="an open port"),
    ],
)  # fmt: skip
def test_on_which_ports_tasks_are_reached(
    changes: dict[str, str], arrives: list[str], checks: list[str]
) -> None:
    """On that of their container, whatever the target group says; and where they are checked."""
    (way,) = ways(SERVICE, changes)

    assert spoken(way.arrives) == arrives
    assert spoken(way.checks) == checks
    assert (way.target.id if way.target else "") == "aws_ecs_service.web"


@pytest.mark.parametrize(
    ("family", "versions"),
    [("null", (4,)), ('"ipv4"', (4,)), ('"ipv6"', (6,)), ("var.any", (4, 6))],
)
@pytest.mark.parametrize("text", [SERVICE, ADDRESS], ids=["tasks", "an address"])
def test_targets_have_addresses_of_the_version_of_their_group(
    text: str, family: str, versions: tuple[int, ...]
) -> None:
    """A target group is of IPv4 if nothing else is written."""
    (way,) = ways(text, {"FAMILY": family})
    assert way.versions == versions


KEPT, NOT_KEPT = ({"KEEPS": f"preserve_client_ip = {word}"} for word in ("true", "false"))
ALB_TARGET = NLB | {"TYPE": '"alb"'}


@pytest.mark.parametrize(
    ("text", "changes", "kept"),
    [
        pytest.param(SERVICE, {}, False, id="an ALB"),
        pytest.param(SERVICE, KEPT, False, id="an ALB, whatever its group says"),
        pytest.param(SERVICE, NLB, False, id="tasks by their addresses"),
        pytest.param(SERVICE, NLB | KEPT, True, id="tasks, if so written"),
        pytest.param(SERVICE, NLB | {"TYPE": '"instance"'}, True, id="tasks by their instances"),
        pytest.param(SERVICE, NLB | {"SPOKEN": '"UDP"'}, True, id="tasks over UDP"),
        pytest.param(SERVICE, NLB | {"SPOKEN": "var.any"}, None, id="tasks over an open protocol"),
        pytest.param(ADDRESS, NLB, False, id="an address"),
        pytest.param(ADDRESS, NLB | KEPT, True, id="an address, if so written"),
        pytest.param(INNER, ALB_TARGET, True, id="an ALB behind it"),
        pytest.param(INNER, ALB_TARGET | NOT_KEPT, False, id="an ALB behind it, if so written"),
        pytest.param(
            INNER, ALB_TARGET | {"KEEPS": "preserve_client_ip = var.any"}, None,
            id="an ALB behind it, by an input",
        ),
    ],
)  # fmt: skip
def test_who_sees_the_addresses_of_clients(
    text: str, changes: dict[str, str], kept: bool | None
) -> None:
    """Targets of Network Load Balancers may; those of others see the load balancer's own."""
    (way,) = ways(text, changes)
    assert way.kept.truth is kept


@pytest.mark.parametrize(
    ("text", "changes", "waits"),
    [
        pytest.param(SERVICE, {}, [], id="tasks"),
        pytest.param(SERVICE, PERHAPS, ["var.on"], id="tasks, perhaps"),
        pytest.param(INNER, ALB_TARGET, [], id="an ALB"),
        pytest.param(INNER, ALB_TARGET | PERHAPS, ["var.on"], id="an ALB, perhaps"),
        # Nobody knows before what has an address.
        pytest.param(ADDRESS, {}, ["what has the address 10.0.1.9"], id="an address"),
        pytest.param(
            ADDRESS, PERHAPS, ["var.on", "what has the address 10.0.1.9"], id="an address, perhaps"
        ),
        pytest.param(BY_RULE, {}, ["what has the address 10.0.1.9"], id="an address, by a rule"),
        pytest.param(
            BY_RULE, PERHAPS, ["var.on", "what has the address 10.0.1.9"],
            id="an address, perhaps by a rule",
        ),
        pytest.param(ADDRESS, {"ADDRESS": "var.any"}, ["var.any"], id="an address of an input"),
        pytest.param(
            ADDRESS, {"ADDRESS": "var.any"} | PERHAPS, ["var.on", "var.any"],
            id="an address of an input, perhaps",
        ),
    ],
)  # fmt: skip
def test_a_way_is_there_if_its_listener_is(
    text: str, changes: dict[str, str], waits: list[str]
) -> None:
    """It waits for that, and for what is registered."""
    (way,) = ways(text, changes)

    assert way.fact.truth is (None if waits else True)
    assert [need.name for need in way.fact.waits_for()] == waits


@pytest.mark.parametrize(
    ("changes", "arrives"),
    [
        pytest.param({}, ["tcp 80"], id="that of the group"),
        pytest.param({"PORT": "var.any"}, ["tcp 0-65535 needs var.any"], id="of an input"),
        pytest.param({"OVERRIDE": "port = 9000"}, ["tcp 9000"], id="one of its own"),
        pytest.param(
            {"OVERRIDE": "port = 9000", "PORT": "var.any"}, ["tcp 9000"],
            id="one of its own, whatever the group's is",
        ),
        pytest.param(
            {"OVERRIDE": "port = var.any"}, ["tcp 0-65535 needs var.any"],
            id="one of its own, of an input",
        ),
        pytest.param({"OVERRIDE": "port = null"}, ["tcp 80"], id="none of its own"),
    ],
)  # fmt: skip
def test_an_address_is_reached_on_the_port_that_it_is_registered_by(
    changes: dict[str, str], arrives: list[str]
) -> None:
    """Elastic Load Balancing API reference, CreateTargetGroup: a target may override the port."""
    (way,) = ways(ADDRESS, changes)

    assert spoken(way.arrives) == arrives
    assert way.address is not None
    assert way.address.known == "10.0.1.9"


TEMPLATE = """
Resources:
  edge: {Type: 'AWS::ElasticLoadBalancingV2::LoadBalancer'}
  web:
    Type: AWS::ElasticLoadBalancingV2::TargetGroup
    Properties: {Port: 80, Protocol: HTTP, TargetType: ip, Targets: TARGETS}
  listener:
    Type: AWS::ElasticLoadBalancingV2::Listener
    Properties:
      LoadBalancerArn: !Ref edge
      Port: 443
      DefaultActions: [{Type: forward, TargetGroupArn: !Ref web}]
"""


@pytest.mark.parametrize(
    ("targets", "arrives"),
    [
        ("[{Id: 10.0.1.9}]", [["tcp 80"]]),
        ("[{Id: 10.0.1.9, Port: 9000}]", [["tcp 9000"]]),
        ("[{Id: 10.0.1.9, Port: 9000}, {Id: 10.0.1.10}]", [["tcp 9000"], ["tcp 80"]]),
        ("[{Id: 10.0.1.9, Port: !Ref AWS::NoValue}]", [["tcp 80"]]),
    ],
)
def test_a_template_registers_addresses_with_ports(targets: str, arrives: list[list[str]]) -> None:
    """In the target group itself."""
    found = onward(network(TEMPLATE.replace("TARGETS", targets)))["edge"]
    assert [spoken(each.arrives) for each in found] == arrives
