"""Whether load balancers reach the tasks behind them: by the groups of both, and the ports."""

from pathlib import Path

import pytest

from placeholders import filled, scanned
from taskwall.lowering import lower
from taskwall.model.entities.ecs import TaskSource
from taskwall.model.load_balancing.paths import balancer_paths
from taskwall.readers import terraform
from taskwall.source.files import Files
from taskwall.source.stack import Inputs

STACK = """
variable "which" {}
variable "list" { type = list(string) }
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_subnet" "a" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_subnet" "b" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.2.0/24"
}
resource "aws_subnet" "tasks" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.3.0/24"
}
resource "aws_security_group" "edge" { vpc_id = aws_vpc.main.id }
resource "aws_security_group_rule" "out" {
  type              = "egress"
  security_group_id = aws_security_group.edge.id
  protocol          = OUT_BY
  from_port         = OUT_FIRST
  to_port           = OUT_LAST
  OUT_TO
}
resource "aws_security_group" "other" { vpc_id = aws_vpc.main.id }
resource "aws_security_group" "web" {
  vpc_id = aws_vpc.main.id
  ingress {
    protocol  = IN_BY
    from_port = IN_FIRST
    to_port   = IN_LAST
    IN_FROM
  }
}
resource "aws_lb" "edge" {
  load_balancer_type = KIND
  internal           = true
  subnets            = [aws_subnet.a.id, aws_subnet.b.id]
  security_groups    = EDGE_GROUPS
}
resource "aws_lb_target_group" "web" {
  port        = 80
  protocol    = PROTOCOL
  target_type = "ip"
  vpc_id      = aws_vpc.main.id
  KEEPS
  health_check { port = CHECK }
}
resource "aws_lb_listener" "web" {
  load_balancer_arn = aws_lb.edge.arn
  port              = 443
  protocol          = LISTENS
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.web.arn
  }
}
resource "aws_ecs_service" "web" {
  launch_type = "FARGATE"
  load_balancer {
    target_group_arn = aws_lb_target_group.web.arn
    container_name   = "web"
    container_port   = PORT
  }
  network_configuration {
    subnets         = [aws_subnet.tasks.id]
    security_groups = WEB_GROUPS
  }
}
"""
DEFAULTS = {
    "OUT_BY": '"tcp"',
    "OUT_FIRST": "8080",
    "OUT_LAST": "8080",
    "OUT_TO": "source_security_group_id = aws_security_group.web.id",
    "IN_BY": '"tcp"',
    "IN_FIRST": "8080",
    "IN_LAST": "8080",
    "IN_FROM": "security_groups = [aws_security_group.edge.id]",
    "KIND": '"application"',
    "EDGE_GROUPS": "[aws_security_group.edge.id]",
    "PROTOCOL": '"HTTP"',
    "KEEPS": "",
    "CHECK": '"traffic-port"',
    "LISTENS": '"HTTPS"',
    "PORT": "8080",
    "WEB_GROUPS": "[aws_security_group.web.id]",
}
OF_NLB = {"KIND": '"network"', "PROTOCOL": '"TCP"', "LISTENS": '"TCP"'}
KEPT = "preserve_client_ip = true"
OF_VPC = 'cidr_blocks = ["10.0.0.0/16"]'


def told(folder: Path, changes: dict[str, str], more: str = "", stack: str = STACK) -> list[str]:
    """What TW213 says of the stack with some changes, in short: what fails, or waits for what."""
    report = scanned(folder, filled(stack, DEFAULTS | changes) + more, "TW213")
    assert report.passes or report.findings or report.unknowns
    found = [each.message for each in report.findings]
    found += [f"{each.message} needs {', '.join(each.missing)}" for each in report.unknowns]
    words = {
        "aws_lb.edge does not allow egress to aws_ecs_service.web on ": "out: ",
        "aws_ecs_service.web does not allow ingress from aws_lb.edge on ": "in: ",
        "cannot tell whether aws_lb.edge allows egress to aws_ecs_service.web on ": "out? ",
        "cannot tell whether aws_ecs_service.web allows ingress from aws_lb.edge on ": "in? ",
    }
    for before, after in words.items():
        found = [each.replace(before, after) for each in found]
    return sorted(found)


@pytest.mark.parametrize(
    ("word", "value", "said"),
    [
        ("OUT_FIRST", "8081", ["out: port 8080"]),
        ("OUT_LAST", "8081", []),
        ("OUT_LAST", "var.which", ["out? port 8080 needs var.which"]),
        ("OUT_BY", '"udp"', ["out: port 8080"]),
        ("OUT_BY", '"-1"', []),
        ("OUT_BY", "var.which", ["out? port 8080 needs var.which"]),
        ("OUT_TO", "source_security_group_id = aws_security_group.other.id", ["out: port 8080"]),
        ("OUT_TO", 'cidr_blocks = ["10.0.0.0/16"]', []),
        ("OUT_TO", 'cidr_blocks = ["10.0.3.0/24"]', []),
        (
            "OUT_TO",
            'cidr_blocks = ["10.0.3.0/25"]',
            ["out? port 8080 needs the addresses of aws_subnet.tasks"],
        ),
        ("OUT_TO", 'cidr_blocks = ["10.0.3.0/25", "10.0.3.128/25"]', []),
        ("OUT_TO", 'cidr_blocks = ["10.0.1.0/24"]', ["out: port 8080"]),
        ("OUT_TO", "cidr_blocks = [aws_subnet.tasks.cidr_block]", []),
        ("OUT_TO", "cidr_blocks = [var.which]", ["out? port 8080 needs var.which"]),
        ("OUT_TO", 'ipv6_cidr_blocks = ["::/0"]', ["out: port 8080"]),
        ("OUT_TO", 'prefix_list_ids = ["pl-1"]', ["out? port 8080 needs pl-1"]),
        ("IN_FIRST", "8079", []),
        ("IN_FIRST", "8081", ["in: port 8080"]),
        ("IN_BY", '"udp"', ["in: port 8080"]),
        ("IN_BY", '"icmp"', ["in: port 8080"]),
        ("IN_FROM", "security_groups = [aws_security_group.other.id]", ["in: port 8080"]),
        ("IN_FROM", "security_groups = [aws_security_group.web.id]", ["in: port 8080"]),
        ("IN_FROM", "self = true", ["in: port 8080"]),
        ("IN_FROM", 'security_groups = ["sg-1"]', ["in: port 8080"]),
        ("IN_FROM", 'cidr_blocks = ["10.0.1.0/24"]', ["in: port 8080"]),
        ("IN_FROM", 'cidr_blocks = ["10.0.1.0/24", "10.0.2.0/24"]', []),
        ("IN_FROM", 'cidr_blocks = ["10.0.0.0/22"]', []),
        ("IN_FROM", 'cidr_blocks = ["10.0.3.0/24"]', ["in: port 8080"]),
        ("IN_FROM", "cidr_blocks = [aws_vpc.main.cidr_block]", []),
        ("IN_FROM", "cidr_blocks = [aws_subnet.a.cidr_block, aws_subnet.b.cidr_block]", []),
        ("IN_FROM", "cidr_blocks = [var.which]", ["in? port 8080 needs var.which"]),
        # It speaks TCP, whatever its target group says.
        ("PROTOCOL", "var.which", []),
        ("PORT", "8081", ["in: port 8081", "out: port 8081"]),
        ("PORT", "var.which", ["out? its port needs var.which"]),
        (
            "CHECK",
            '"8081"',
            ["in: port 8081 for its health check", "out: port 8081 for its health check"],
        ),
        ("CHECK", "var.which", ["out? the port of its health check needs var.which"]),
        ("CHECK", '"8080"', []),
        ("EDGE_GROUPS", "[aws_security_group.other.id]", ["in: port 8080", "out: port 8080"]),
        ("EDGE_GROUPS", "[aws_security_group.edge.id, aws_security_group.other.id]", []),
        ("EDGE_GROUPS", "[var.which]", ["in: port 8080"]),
        ("EDGE_GROUPS", "var.which", ["in: port 8080"]),
        ("EDGE_GROUPS", "[]", ["in: port 8080"]),
        ("WEB_GROUPS", "[]", ["in: port 8080", "out: port 8080"]),
        ("WEB_GROUPS", "[aws_security_group.other.id]", ["in: port 8080", "out: port 8080"]),
        ("WEB_GROUPS", "[aws_security_group.other.id, aws_security_group.web.id]", []),
        ("WEB_GROUPS", "[var.which]", ["out: port 8080"]),
    ],
)
def test_an_alb_reaches_its_tasks(word: str, value: str, said: list[str], tmp_path: Path) -> None:
    """Its groups let out, and those of the tasks in, what goes to their port from where it is."""
    assert told(tmp_path, {word: value}) == said


EDGE, WEB, OTHER = (f"aws_security_group.{name}.id" for name in ("edge", "web", "other"))
MADE = "aws_vpc.main.default_security_group_id"
ADOPTED = """
resource "aws_default_security_group" "own" {
  COUNT
  vpc_id = aws_vpc.main.id
  PERMISSIONS
}
"""
AS_MADE = """
  ingress {
    protocol  = "-1"
    from_port = 0
    to_port   = 0
    self      = true
  }
  egress {
    protocol    = "-1"
    from_port   = 0
    to_port     = 0
    cidr_blocks = ["0.0.0.0/0"]
  }
"""


def adopted(permissions: str = "", count: str = "") -> str:
    """The default group of the VPC as the sources write it."""
    return filled(ADOPTED, {"COUNT": count, "PERMISSIONS": permissions})


def perhaps(group: str) -> str:
    """A list of a group that does not help, and perhaps another one."""
    return f'concat([{OTHER}], var.which == "" ? [{group}] : [])'


def either(group: str) -> str:
    """A list of one group: the one that does not help, or another one."""
    return f"[[{OTHER}, {group}][var.which]]"


@pytest.mark.parametrize(
    ("edge", "web", "more", "said"),
    [
        # AWS makes a default group so that its members reach each other, and everything else.
        pytest.param("[]", "[]", "", [], id="both use the default group"),
        pytest.param("[]", f"[{MADE}]", "", [], id="the tasks name the default group"),
        pytest.param(f"[{MADE}]", f"[{MADE}]", "", [], id="both name the default group"),
        pytest.param(
            "[]", perhaps(MADE), "", ["in? port 8080 needs var.which"],
            id="the tasks perhaps use the default group, too",
        ),
        pytest.param(
            "[]", either(MADE), "", ["in? port 8080 needs var.which"],
            id="the tasks use the default group or another one",
        ),
        pytest.param(
            perhaps(MADE), "[]", "", ["out? port 8080 needs var.which"],
            id="the load balancer perhaps uses the default group",
        ),
        pytest.param(
            either(MADE), "[]", "", ["out? port 8080 needs var.which"],
            id="the load balancer uses the default group or another one",
        ),
        pytest.param(
            "[]", "[]", adopted(), ["in: port 8080"], id="the default group is emptied"
        ),
        pytest.param("[]", "[]", adopted(AS_MADE), [], id="the default group is as AWS makes it"),
        pytest.param(
            "[]", "[]", adopted("", 'count = var.which == "" ? 1 : 0'),
            ["in? port 8080 needs var.which"], id="the default group is perhaps emptied",
        ),
        pytest.param(
            "[]", f"[{WEB}]", adopted(), ["in: port 8080", "out: port 8080"],
            id="the load balancer uses an emptied default group",
        ),
        pytest.param(
            "[]", f"[{WEB}]", adopted(AS_MADE), ["in: port 8080"],
            id="the load balancer uses a default group that is written",
        ),
        # Groups that are given are not in the sources: nothing is missing in these.
        pytest.param("[]", "var.list", "", [], id="the tasks' groups are given"),
        pytest.param(
            "var.list", "[]", "", ["in: port 8080"], id="the load balancer's groups are given"
        ),
        pytest.param(
            f"[{EDGE}]", perhaps(WEB), "", ["out? port 8080 needs var.which"],
            id="the tasks perhaps have the right group",
        ),
        pytest.param(
            f"[{EDGE}]", either(WEB), "", ["out? port 8080 needs var.which"],
            id="the tasks have the right group or another one",
        ),
        pytest.param(
            perhaps(EDGE), f"[{WEB}]", "", ["out? port 8080 needs var.which"],
            id="the load balancer perhaps has the right group",
        ),
        pytest.param(
            either(EDGE), f"[{WEB}]", "", ["in? port 8080 needs var.which"],
            id="the load balancer has the right group or another one",
        ),
        pytest.param(
            f"[{EDGE}]", f"concat([{OTHER}], var.list)", "",
            ["in? port 8080 needs var.list", "out: port 8080"],
            id="the tasks may have further groups",
        ),
        pytest.param(
            f"concat([{OTHER}], var.list)", f"[{WEB}]", "",
            ["in: port 8080", "out? port 8080 needs var.list"],
            id="the load balancer may have further groups",
        ),
        pytest.param(
            f"concat([{EDGE}], var.list)", f"concat([{WEB}], var.list)", "", [],
            id="both have the right group among others",
        ),
    ],
)  # fmt: skip
def test_groups_of_which_not_all_is_known(
    edge: str, web: str, more: str, said: list[str], tmp_path: Path
) -> None:
    """One that lets traffic through is enough, and what may have one waits for that."""
    assert told(tmp_path, {"EDGE_GROUPS": edge, "WEB_GROUPS": web}, more) == said


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, []),
        ({"EDGE_GROUPS": "[]"}, ["in: port 8080"]),
        ({"EDGE_GROUPS": "[]", "IN_FROM": OF_VPC}, []),
        ({"KEEPS": KEPT}, []),
        (
            {"KEEPS": KEPT, "IN_FROM": OF_VPC},
            ["in? port 8080 needs the clients of aws_lb.edge"],
        ),
        (
            {
                "KEEPS": KEPT,
                "EDGE_GROUPS": "[]",
                "IN_FROM": OF_VPC,
            },
            ["in? port 8080 needs the clients of aws_lb.edge"],
        ),
        (
            {
                "KEEPS": "preserve_client_ip = var.which",
                "EDGE_GROUPS": "[]",
                "IN_FROM": OF_VPC,
            },
            ["in? port 8080 needs the clients of aws_lb.edge"],
        ),
        ({"PROTOCOL": '"UDP"', "LISTENS": '"UDP"'}, ["in: UDP port 8080", "out: UDP port 8080"]),
        (
            {"PROTOCOL": '"UDP"', "LISTENS": '"UDP"', "IN_BY": '"udp"'},
            ["in: port 8080 for its health check", "out: UDP port 8080"],
        ),
        ({"PROTOCOL": '"UDP"', "LISTENS": '"UDP"', "IN_BY": '"-1"', "OUT_BY": '"-1"'}, []),
        (
            {"PROTOCOL": '"TCP_UDP"', "LISTENS": '"TCP_UDP"'},
            ["in: UDP port 8080", "out: UDP port 8080"],
        ),
        ({"PROTOCOL": "var.which"}, ["out? UDP port 8080 needs var.which"]),
    ],
)
def test_an_nlb_reaches_its_tasks(changes: dict[str, str], said: list[str], tmp_path: Path) -> None:
    """From its own addresses, or as its clients, over each protocol; and it checks their health."""
    assert told(tmp_path, OF_NLB | changes) == said


SUBNETS = "subnets            = [aws_subnet.a.id, aws_subnet.b.id]"
MAPPING = """subnet_mapping {
    subnet_id = aws_subnet.NAME.id
    PRIVATE
  }
  """
IN_A, IN_B, ANY_A = '"10.0.1.10"', '"10.0.2.10"', "var.which"


@pytest.mark.parametrize(
    ("in_a", "in_b", "allowed", "said"),
    [
        pytest.param(IN_A, IN_B, '"10.0.1.10/32", "10.0.2.10/32"', [], id="both"),
        pytest.param(IN_A, IN_B, '"10.0.1.0/25", "10.0.2.0/25"', [], id="what holds both"),
        pytest.param(IN_A, IN_B, '"10.0.1.10/32"', ["in: port 8080"], id="one of both"),
        pytest.param(
            IN_A, IN_B, '"10.0.1.128/25", "10.0.2.0/25"', ["in: port 8080"],
            id="what holds one of both",
        ),
        pytest.param(
            IN_A, IN_B, 'var.which, "10.0.2.10/32"', ["in? port 8080 needs var.which"],
            id="one, and a given range",
        ),
        pytest.param(
            ANY_A, IN_B, '"${var.which}/32", "10.0.2.10/32"', [], id="the given address by its name"
        ),
        pytest.param(
            ANY_A, IN_B, '"10.0.1.0/24", "10.0.2.10/32"', [], id="all where a given address is"
        ),
        pytest.param(
            ANY_A, IN_B, '"10.0.1.10/32", "10.0.2.10/32"',
            ["in? port 8080 needs the addresses of aws_subnet.a"],
            id="what may be a given address",
        ),
        pytest.param(ANY_A, IN_B, '"10.0.2.10/32"', ["in: port 8080"], id="none of a subnet"),
        pytest.param(
            "", "", '"10.0.1.0/25", "10.0.2.0/25"',
            ["in? port 8080 needs the addresses of aws_subnet.a, the addresses of aws_subnet.b"],
            id="halves of subnets where AWS chooses",
        ),
    ],
)  # fmt: skip
def test_fixed_addresses_of_an_nlb(
    in_a: str, in_b: str, allowed: str, said: list[str], tmp_path: Path
) -> None:
    """Its tasks have to let in what it is given in each subnet, and need not let in more."""
    mapped = ""
    for name, address in {"a": in_a, "b": in_b}.items():
        private = f"private_ipv4_address = {address}" if address else ""
        mapped += MAPPING.replace("NAME", name).replace("PRIVATE", private)
    changes = {"EDGE_GROUPS": "[]", "IN_FROM": f"cidr_blocks = [{allowed}]"}

    assert told(tmp_path, OF_NLB | changes, stack=STACK.replace(SUBNETS, mapped)) == said


@pytest.mark.parametrize(
    ("balancer", "listens", "kind"),
    [
        ('"network"', "TCP", "network"),
        ('"network"', "${var.which}", "network"),
        ("var.which", "HTTPS", "application"),
        ("var.which", "TLS", "network"),
        ("var.which", "${var.which}", None),
    ],
)
def test_a_way_is_of_the_kind_of_its_load_balancer(
    balancer: str, listens: str, kind: str | None
) -> None:
    """Which the load balancer says itself, or else what its listener speaks."""
    changes = {"KIND": balancer, "LISTENS": f'"{listens}"', "PROTOCOL": "var.which"}
    files = Files({"/net/main.tf": filled(STACK, DEFAULTS | changes)})
    (stack,), errors = terraform.stacks(["/net/main.tf"], files, Inputs(boundary="/net"))
    assert not errors
    network = lower(stack.evaluate({}).resources).network
    (source,) = network.every(TaskSource)

    assert [each.kind for each in balancer_paths(network, source)] == [kind]


HOST = """
resource "aws_ecs_cluster" "NAME" { name = "NAME" }
resource "aws_security_group" "NAME" {
  vpc_id = aws_vpc.main.id
  ingress {
    protocol        = "tcp"
    from_port       = 8080
    to_port         = 8080
    security_groups = [FROM]
  }
}
resource "aws_instance" "NAME" {
  subnet_id              = aws_subnet.hosts.id
  vpc_security_group_ids = [aws_security_group.NAME.id]
  user_data              = "#!/bin/bash\\necho ECS_CLUSTER=NAME >> /etc/ecs/ecs.config"
}
resource "aws_ecs_task_definition" "NAME" {
  family       = "NAME"
  network_mode = "bridge"
  container_definitions = jsonencode([
    { name = "web", image = "web:1", portMappings = [{ containerPort = 80, hostPort = 8080 }] }
  ])
}
resource "aws_ecs_service" "NAME" {
  cluster         = aws_ecs_cluster.NAME.id
  launch_type     = "EC2"
  task_definition = aws_ecs_task_definition.NAME.arn
  BOUND
}
"""
BOUND = """load_balancer {
    target_group_arn = aws_lb_target_group.NAME.arn
    container_name   = "web"
    container_port   = 80
  }
"""
PLACE = """
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_subnet" "hosts" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_security_group" "other" { vpc_id = aws_vpc.main.id }
"""
BALANCER = """
resource "aws_security_group" "NAME" {
  vpc_id = aws_vpc.main.id
  egress {
    protocol    = "tcp"
    from_port   = 8080
    to_port     = 8080
    cidr_blocks = [aws_vpc.main.cidr_block]
  }
}
resource "aws_lb" "NAME" {
  internal        = true
  security_groups = [aws_security_group.NAME.id]
}
resource "aws_lb_target_group" "NAME" {
  port     = 80
  protocol = "HTTP"
  vpc_id   = aws_vpc.main.id
}
resource "aws_lb_listener" "NAME" {
  load_balancer_arn = aws_lb.NAME.arn
  port              = 443
  protocol          = "HTTPS"
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.NAME.arn
  }
}
"""


@pytest.mark.parametrize("fronts", [("edge",), ("edge", "front")], ids=" ".join)
@pytest.mark.parametrize("one", ["edge", "other"])
@pytest.mark.parametrize("another", ["edge", "other"])
def test_each_instance_allows_each_load_balancer(
    one: str, another: str, fronts: tuple[str, ...], tmp_path: Path
) -> None:
    """Of two that serve on one port, either has to, for itself; the first that cannot is named."""
    peers = {"one": one, "another": another}
    bound = "".join(BOUND.replace("NAME", front) for front in fronts)
    text = PLACE + "".join(BALANCER.replace("NAME", front) for front in fronts)
    for name, peer in peers.items():
        host = HOST.replace("BOUND", bound).replace("NAME", name)
        text += host.replace("FROM", f"aws_security_group.{peer}.id")
    report = scanned(tmp_path, text, "TW213")

    assert not report.unknowns
    closed = {name: [front for front in fronts if front != peer] for name, peer in peers.items()}
    assert {each.message for each in report.findings} == {
        f"aws_instance.{name} does not allow ingress from aws_lb.{names[0]} on port 8080"
        for name, names in closed.items()
        if names
    }
