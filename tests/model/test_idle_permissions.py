"""What groups allow that nobody needs: ports, egress, and members of other services."""

import re
from pathlib import Path

import pytest

from placeholders import filled, scanned

STACK = """
variable "which" {}
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_subnet" "a" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_security_group" "edge" {
  vpc_id = aws_vpc.main.id
  ingress {
    protocol    = EDGE_BY
    from_port   = EDGE_FIRST
    to_port     = EDGE_LAST
    cidr_blocks = ["0.0.0.0/0"]
  }
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
  egress {
    protocol  = OUT_BY
    from_port = OUT_FIRST
    to_port   = OUT_LAST
    OUT_TO
  }
}
resource "aws_lb" "edge" {
  load_balancer_type = KIND
  subnets            = [aws_subnet.a.id]
  security_groups    = [aws_security_group.edge.id]
}
resource "aws_lb_target_group" "web" {
  port        = 80
  protocol    = PROTOCOL
  target_type = "ip"
  vpc_id      = aws_vpc.main.id
}
resource "aws_lb_listener" "web" {
  load_balancer_arn = LISTENER_OF
  port              = LISTENER_PORT
  protocol          = LISTENS
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.web.arn
  }
}
resource "aws_ecs_task_definition" "web" {
  family                = "web"
  network_mode          = "awsvpc"
  container_definitions = jsonencode([{ name = "web", image = "web:1", portMappings = MAPPINGS }])
}
resource "aws_ecs_service" "web" {
  launch_type     = "FARGATE"
  task_definition = aws_ecs_task_definition.web.arn
  load_balancer {
    target_group_arn = aws_lb_target_group.web.arn
    container_name   = "web"
    container_port   = PORT
  }
  network_configuration {
    subnets         = [aws_subnet.a.id]
    security_groups = [aws_security_group.web.id]
  }
}
resource "aws_ecs_service" "second" {
  count           = SECOND
  launch_type     = "FARGATE"
  task_definition = aws_ecs_task_definition.web.arn
  network_configuration {
    subnets         = [aws_subnet.a.id]
    security_groups = SECOND_GROUPS
  }
}
"""
DEFAULTS = {
    "EDGE_BY": '"tcp"',
    "EDGE_FIRST": "443",
    "EDGE_LAST": "443",
    "IN_BY": '"tcp"',
    "IN_FIRST": "8080",
    "IN_LAST": "8080",
    "IN_FROM": "security_groups = [aws_security_group.edge.id]",
    "OUT_BY": '"tcp"',
    "OUT_FIRST": "443",
    "OUT_LAST": "443",
    "OUT_TO": 'cidr_blocks = ["0.0.0.0/0"]',
    "KIND": '"application"',
    "PROTOCOL": '"HTTP"',
    "LISTENER_OF": "aws_lb.edge.arn",
    "LISTENER_PORT": "443",
    "LISTENS": '"HTTPS"',
    "MAPPINGS": "[{ containerPort = 8080 }]",
    "PORT": "8080",
    "SECOND": "0",
    "SECOND_GROUPS": "[aws_security_group.web.id]",
}
EITHER = "[[aws_security_group.web.id, aws_security_group.other.id][var.which]]"
SAID = {
    "TW209": r" on (.*?),",
    "TW210": r" egress of \S+ to (.*)",
    "TW214": r" on (.*?),",
    "TW215": r" from (.*?) to ",
    "TW216": r"lets (.*) connect",
}
"""What of the message of each rule says what is wrong."""


def told(folder: Path, rule: str, changes: dict[str, str]) -> list[str]:
    """What a rule says of the stack with some changes, in short: why, or what it waits for."""
    report = scanned(folder, filled(STACK, DEFAULTS | changes), rule, profile="strict")
    found = [f"fail: {re.findall(SAID[rule], each.message)[0]}" for each in report.findings]
    found += [f"unknown: {', '.join(each.missing)}" for each in report.unknowns]
    return sorted(found) or ["pass"] * bool(report.passes)


@pytest.mark.parametrize(
    ("word", "value", "said"),
    [
        ("IN_FIRST", "8080", ["pass"]),
        ("IN_FIRST", "8000", ["fail: ports 8000-8080"]),
        ("IN_LAST", "9000", ["fail: ports 8080-9000"]),
        ("IN_LAST", "65535", ["fail: ports 8080-65535"]),
        ("IN_LAST", "var.which", ["unknown: var.which"]),
        ("IN_FIRST", "var.which", ["unknown: var.which"]),
        ("IN_BY", '"-1"', ["fail: all ports"]),
        ("IN_BY", '"udp"', ["fail: port 8080"]),
        ("IN_BY", '"icmp"', []),
        ("IN_BY", "var.which", ["unknown: var.which"]),
        ("MAPPINGS", "[]", ["pass"]),
        ("MAPPINGS", "[{ containerPort = 9000 }]", ["pass"]),
        ("PORT", "9000", ["pass"]),
        ("PORT", "var.which", ["pass"]),
        ("MAPPINGS", "var.which", ["pass"]),
        ("IN_FROM", "self = true", ["pass"]),
    ],
)
def test_ports_on_which_nothing_serves(
    word: str, value: str, said: list[str], tmp_path: Path
) -> None:
    """A group of tasks opens what their mappings and target groups name, and no more."""
    assert told(tmp_path, "TW209", {word: value}) == said


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"PORT": "9000", "MAPPINGS": "[]", "IN_LAST": "8080"}, ["fail: port 8080"]),
        ({"PORT": "9000", "MAPPINGS": "[]", "IN_LAST": "8090"}, ["fail: ports 8080-8090"]),
        ({"PORT": "9000", "MAPPINGS": "[{ containerPort = 8080 }]", "IN_LAST": "8080"}, ["pass"]),
        (
            {"PORT": "9000", "MAPPINGS": "[{ containerPort = 8080 }]", "IN_LAST": "8090"},
            ["fail: ports 8080-8090"],
        ),
        (
            {"PORT": "9000", "MAPPINGS": "[{ containerPort = var.which }]", "IN_LAST": "8080"},
            ["unknown: var.which"],
        ),
        (
            {"PORT": "9000", "MAPPINGS": "[{ containerPort = var.which }]", "IN_LAST": "8090"},
            ["unknown: var.which"],
        ),
        ({"PORT": "9000", "MAPPINGS": "var.which", "IN_LAST": "8080"}, ["unknown: var.which"]),
        ({"PORT": "9000", "MAPPINGS": "var.which", "IN_LAST": "8090"}, ["unknown: var.which"]),
        (
            {
                "PORT": "9000",
                "MAPPINGS": '[{ containerPortRange = "8080-8090" }]',
                "IN_LAST": "8080",
            },
            ["pass"],
        ),
        (
            {
                "PORT": "9000",
                "MAPPINGS": '[{ containerPortRange = "8080-8090" }]',
                "IN_LAST": "8090",
            },
            ["pass"],
        ),
        (
            {
                "PORT": "9000",
                "MAPPINGS": '[{ containerPort = 8080, protocol = "udp" }]',
                "IN_LAST": "8080",
            },
            ["fail: port 8080"],
        ),
        (
            {
                "PORT": "9000",
                "MAPPINGS": '[{ containerPort = 8080, protocol = "udp" }]',
                "IN_LAST": "8090",
            },
            ["fail: ports 8080-8090"],
        ),
    ],
)
def test_where_tasks_serve_several_ports(
    changes: dict[str, str], said: list[str], tmp_path: Path
) -> None:
    """The port of the target group is one, and each mapping is another."""
    assert told(tmp_path, "TW209", changes) == said


@pytest.mark.parametrize(
    ("word", "value", "said"),
    [
        ("EDGE_FIRST", "443", ["pass"]),
        ("EDGE_FIRST", "80", ["fail: ports 80-443"]),
        ("EDGE_LAST", "444", ["fail: ports 443-444"]),
        ("EDGE_BY", '"-1"', ["fail: all ports"]),
        ("EDGE_BY", '"udp"', ["fail: UDP port 443"]),
        ("EDGE_BY", '"icmp"', []),
        ("EDGE_FIRST", "var.which", ["unknown: var.which"]),
        ("EDGE_BY", "var.which", ["unknown: var.which"]),
        ("LISTENER_PORT", "var.which", ["unknown: var.which"]),
        ("LISTENER_PORT", "80", ["fail: port 443"]),
        ("LISTENER_OF", "var.which", []),
    ],
)
def test_ports_without_a_listener(word: str, value: str, said: list[str], tmp_path: Path) -> None:
    """The internet is let in where a listener is, over what that speaks."""
    assert told(tmp_path, "TW214", {word: value}) == said


@pytest.mark.parametrize(
    ("out_to", "said"),
    [
        ('cidr_blocks = ["0.0.0.0/0"]', ["fail: 0.0.0.0/0"]),
        ('cidr_blocks = ["10.0.0.0/8"]', ["pass"]),
        ('cidr_blocks = ["0.0.0.0/1"]', ["fail: 0.0.0.0/1"]),
        ('cidr_blocks = ["0.0.0.0/1", "128.0.0.0/1"]', ["fail: 0.0.0.0/1, 128.0.0.0/1"]),
        ('cidr_blocks = ["52.0.0.0/8"]', ["pass"]),
        ("cidr_blocks = [var.which]", ["unknown: var.which"]),
        ('ipv6_cidr_blocks = ["::/0"]', ["fail: ::/0"]),
        ('ipv6_cidr_blocks = ["2600::/12"]', ["fail: 2600::/12"]),
        ('prefix_list_ids = ["pl-1"]', ["unknown: pl-1"]),
        ("security_groups = [aws_security_group.other.id]", ["pass"]),
        ("self = true", ["pass"]),
    ],
)
def test_where_all_egress_may_go(out_to: str, said: list[str], tmp_path: Path) -> None:
    """Everything may go to groups and to a few addresses, and not to all of the internet."""
    assert (
        told(
            tmp_path,
            "TW210",
            {"OUT_BY": '"-1"', "OUT_FIRST": "0", "OUT_LAST": "0"} | {"OUT_TO": out_to},
        )
        == said
    )


@pytest.mark.parametrize(
    ("word", "value", "said"),
    [
        ("OUT_BY", '"tcp"', ["pass"]),
        ("OUT_BY", '"-1"', ["fail: 0.0.0.0/0"]),
        ("OUT_BY", '"all"', ["fail: 0.0.0.0/0"]),
        ("OUT_BY", "var.which", ["unknown: var.which"]),
        ("OUT_BY", '"udp"', ["pass"]),
        ("OUT_LAST", "65535", ["pass"]),
    ],
)
def test_which_egress_is_all(word: str, value: str, said: list[str], tmp_path: Path) -> None:
    """One protocol is not all of them."""
    assert told(tmp_path, "TW210", {word: value}) == said


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"SECOND": "0", "SECOND_GROUPS": "[aws_security_group.web.id]"}, []),
        ({"SECOND": "0", "SECOND_GROUPS": "[aws_security_group.other.id]"}, []),
        ({"SECOND": "0", "SECOND_GROUPS": "[var.which]"}, []),
        (
            {
                "SECOND": "0",
                "SECOND_GROUPS": EITHER,
            },
            [],
        ),
        (
            {"SECOND": "1", "SECOND_GROUPS": "[aws_security_group.web.id]"},
            ["fail: aws_ecs_service.web, aws_ecs_service.second"],
        ),
        ({"SECOND": "1", "SECOND_GROUPS": "[aws_security_group.other.id]"}, []),
        ({"SECOND": "1", "SECOND_GROUPS": "[var.which]"}, []),
        (
            {
                "SECOND": "1",
                "SECOND_GROUPS": EITHER,
            },
            ["unknown: var.which"],
        ),
        (
            {"SECOND": "2", "SECOND_GROUPS": "[aws_security_group.web.id]"},
            ["fail: aws_ecs_service.web, aws_ecs_service.second"],
        ),
        ({"SECOND": "2", "SECOND_GROUPS": "[aws_security_group.other.id]"}, ["pass"]),
        ({"SECOND": "2", "SECOND_GROUPS": "[var.which]"}, []),
        (
            {
                "SECOND": "2",
                "SECOND_GROUPS": EITHER,
            },
            ["unknown: var.which"],
        ),
        (
            {"SECOND": "var.which", "SECOND_GROUPS": "[aws_security_group.web.id]"},
            ["unknown: var.which"],
        ),
        ({"SECOND": "var.which", "SECOND_GROUPS": "[aws_security_group.other.id]"}, ["pass"]),
        ({"SECOND": "var.which", "SECOND_GROUPS": "[var.which]"}, []),
        (
            {
                "SECOND": "var.which",
                "SECOND_GROUPS": EITHER,
            },
            ["unknown: var.which"],
        ),
    ],
)
def test_two_services_in_one_group_that_allows_its_members(
    changes: dict[str, str], said: list[str], tmp_path: Path
) -> None:
    """They connect to each other, if both are there and have it."""
    assert told(tmp_path, "TW216", {"IN_FROM": "self = true"} | changes) == said


@pytest.mark.parametrize(
    ("in_from", "said"),
    [
        ("security_groups = [aws_security_group.other.id]", ["pass"]),
        ("self = true", ["pass"]),
        ('cidr_blocks = ["10.0.1.0/24"]', ["fail: 10.0.1.0/24"]),
        ('cidr_blocks = ["0.0.0.0/0"]', ["fail: 0.0.0.0/0"]),
        ("cidr_blocks = [var.which]", ["fail: an unknown CIDR"]),
        ('prefix_list_ids = ["pl-1"]', ["fail: prefix list pl-1"]),
        ("security_groups = [var.which]", ["pass"]),
    ],
)
def test_tasks_without_a_load_balancer_allow_groups(
    in_from: str, said: list[str], tmp_path: Path
) -> None:
    """Of the second service, which has no load balancer."""
    assert told(tmp_path, "TW215", {"SECOND": "1"} | {"IN_FROM": in_from}) == said
