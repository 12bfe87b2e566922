"""Container instances whose network tasks share: what they allow, and what reaches them."""

import re
from pathlib import Path

import pytest

import taskwall
from placeholders import filled, scanned

STACK = """
variable "which" {}
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_subnet" "a" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_security_group" "edge" { vpc_id = aws_vpc.main.id }
resource "aws_security_group" "other" { vpc_id = aws_vpc.main.id }
resource "aws_security_group" "hosts" {
  vpc_id = aws_vpc.main.id
  ingress {
    protocol  = "tcp"
    from_port = FIRST
    to_port   = LAST
    PEER
  }
}
resource "aws_ecs_cluster" "main" { name = "main" }
resource "aws_ecs_cluster" "other" { name = "other" }
resource "aws_launch_template" "hosts" {
  image_id               = "ami-1"
  vpc_security_group_ids = HOST_GROUPS
  user_data = base64encode("#!/bin/bash\\necho ECS_CLUSTER=JOINS >> /etc/ecs/ecs.config\\n")
  metadata_options {
    http_tokens                 = TOKENS
    http_put_response_hop_limit = HOPS
  }
}
resource "aws_autoscaling_group" "hosts" {
  vpc_zone_identifier = [aws_subnet.a.id]
  launch_template { id = aws_launch_template.hosts.id }
  target_group_arns = REGISTERED
}
resource "aws_ecs_capacity_provider" "hosts" {
  name = "hosts"
  auto_scaling_group_provider { auto_scaling_group_arn = aws_autoscaling_group.hosts.arn }
}
resource "aws_lb" "edge" {
  load_balancer_type = KIND
  subnets            = [aws_subnet.a.id]
  security_groups    = EDGE_GROUPS
}
resource "aws_lb_target_group" "web" {
  port        = 80
  protocol    = PROTOCOL
  target_type = "instance"
  vpc_id      = aws_vpc.main.id
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
resource "aws_ecs_task_definition" "web" {
  family                = "web"
  network_mode          = MODE
  container_definitions = jsonencode([{ name = "web", image = "web:1", portMappings = MAPPINGS }])
}
resource "aws_ecs_service" "web" {
  cluster         = CLUSTER
  task_definition = aws_ecs_task_definition.web.arn
  LAUNCH
  BOUND
}
"""
BOUND = """load_balancer {
    target_group_arn = aws_lb_target_group.web.arn
    container_name   = "web"
    container_port   = 8080
  }"""
DEFAULTS = {
    "FIRST": "32768",
    "LAST": "65535",
    "PEER": "security_groups = [aws_security_group.edge.id]",
    "HOST_GROUPS": "[aws_security_group.hosts.id]",
    "JOINS": "main",
    "TOKENS": '"required"',
    "HOPS": "1",
    "REGISTERED": "[]",
    "KIND": '"application"',
    "EDGE_GROUPS": "[aws_security_group.edge.id]",
    "PROTOCOL": '"HTTP"',
    "LISTENS": '"HTTPS"',
    "MODE": '"bridge"',
    "MAPPINGS": "[{ containerPort = 8080 }]",
    "CLUSTER": "aws_ecs_cluster.main.arn",
    "LAUNCH": 'launch_type = "EC2"',
    "BOUND": BOUND,
}
OF_NLB = {"KIND": '"network"', "PROTOCOL": '"TCP"', "LISTENS": '"TCP"'}
REGISTERED = {"REGISTERED": "[aws_lb_target_group.web.arn]", "BOUND": ""}
BOUND_TO_INPUT = {"BOUND": BOUND.replace("8080", "var.which")}
HOST = {"MODE": '"host"', "FIRST": "8080", "LAST": "8080"}


def short(message: str) -> str:
    """What a message says is wrong, without what all of them say."""
    for word in ("security_group", "launch_template", "ecs_service", "ecs_task_definition", "lb"):
        message = message.replace(f"aws_{word}.", "")
    message = message.replace(" the container instances of web", " the instances")
    cuts = (
        " and not by",
        ", bypassing",
        ", more than",
        " on the ports that Docker",
        " with task roles",
        " its inst",
    )
    return min((message.partition(cut)[0] for cut in cuts), key=len)


def told(folder: Path, rule: str, changes: dict[str, str]) -> list[str]:
    """What a rule says of the stack with some changes, in short: why, or what it waits for."""
    report = scanned(folder, filled(STACK, DEFAULTS | changes), rule, profile="strict")
    found = [f"fail: {short(each.message)}" for each in report.findings]
    found += [f"unknown: {', '.join(each.missing)}" for each in report.unknowns]
    return sorted(found) or ["pass"] * bool(report.passes)


@pytest.mark.parametrize(
    ("word", "value", "said"),
    [
        ("FIRST", "80", ["fail: hosts opens ports 80-65535 of the instances"]),
        ("FIRST", "var.which", ["unknown: var.which"]),
        (
            "PEER",
            "security_groups = [aws_security_group.other.id]",
            ["fail: hosts allows ingress from group other to the instances"],
        ),
        (
            "PEER",
            'cidr_blocks = ["10.0.0.0/16"]',
            ["fail: hosts allows ingress from 10.0.0.0/16 to the instances"],
        ),
        (
            "PEER",
            'cidr_blocks = ["0.0.0.0/0"]',
            ["fail: hosts allows ingress from 0.0.0.0/0 to the instances"],
        ),
        (
            "PEER",
            "cidr_blocks = [var.which]",
            ["fail: hosts allows ingress from an unknown CIDR to the instances"],
        ),
        ("HOST_GROUPS", "[]", []),
        ("HOST_GROUPS", "[aws_security_group.other.id]", ["pass"]),
        ("HOST_GROUPS", "[var.which]", []),
        ("HOST_GROUPS", "[aws_security_group.other.id, aws_security_group.hosts.id]", ["pass"]),
        ("JOINS", "other", ["unknown: the container instances of aws_ecs_service.web"]),
        (
            "JOINS",
            "${var.which}",
            ["unknown: the container instances of aws_ecs_service.web", "unknown: var.which"],
        ),
        ("REGISTERED", "[var.which]", ["unknown: var.which"]),
        (
            "EDGE_GROUPS",
            "[aws_security_group.other.id]",
            ["fail: hosts allows ingress from group edge to the instances"],
        ),
        ("MODE", '"host"', ["fail: hosts opens ports 32768-65535 of the instances"]),
        ("MODE", '"awsvpc"', []),
        ("MODE", '"none"', []),
        ("MODE", "var.which", ["unknown: var.which"]),
        (
            "MAPPINGS",
            "[{ containerPort = 8080, hostPort = 8080 }]",
            ["fail: hosts opens ports 32768-65535 of the instances"],
        ),
        ("MAPPINGS", "[{ containerPort = 8080, hostPort = var.which }]", ["unknown: var.which"]),
        ("MAPPINGS", "[]", ["fail: hosts opens ports 32768-65535 of the instances"]),
        ("MAPPINGS", "var.which", ["unknown: var.which"]),
        (
            "CLUSTER",
            "aws_ecs_cluster.other.arn",
            ["unknown: the container instances of aws_ecs_service.web"],
        ),
        ("CLUSTER", "var.which", ["unknown: var.which"]),
        ("CLUSTER", "null", ["unknown: the container instances of aws_ecs_service.web"]),
        ("LAUNCH", 'launch_type = "FARGATE"', []),
        (
            "LAUNCH",
            "capacity_provider_strategy { capacity_provider = var.which }",
            ["unknown: the container instances of aws_ecs_service.web", "unknown: var.which"],
        ),
        ("BOUND", "", ["pass"]),
    ],
)
def test_what_instances_of_tasks_allow(
    word: str, value: str, said: list[str], tmp_path: Path
) -> None:
    """Load balancers, on the ports that tasks publish, wherever it is known that they run there."""
    assert told(tmp_path, "TW208", {word: value}) == said


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (HOST | {"BOUND": ""}, ["pass"]),
        (
            HOST | {"PEER": 'cidr_blocks = ["10.0.0.0/16"]'},
            ["fail: hosts allows ingress from 10.0.0.0/16 to the instances"],
        ),
        (
            HOST | {"BOUND": "", "PEER": 'cidr_blocks = ["10.0.0.0/16"]'},
            ["fail: hosts allows ingress from 10.0.0.0/16 to the instances, by address"],
        ),
        (HOST | {"MAPPINGS": "var.which"}, ["unknown: var.which"]),
        (
            HOST | {"MAPPINGS": "[{ containerPort = 9090 }]"},
            ["fail: hosts opens port 8080 of the instances"],
        ),
        (
            OF_NLB | {"EDGE_GROUPS": "[]", "PEER": 'cidr_blocks = ["10.9.0.0/16"]'},
            ["fail: hosts allows ingress from 10.9.0.0/16 to the instances"],
        ),
        (
            REGISTERED | {"PEER": "security_groups = [aws_security_group.other.id]"},
            ["fail: hosts allows ingress from group other to the instances"],
        ),
    ],
)
def test_what_instances_of_other_tasks_allow(
    changes: dict[str, str], said: list[str], tmp_path: Path
) -> None:
    """Tasks in host mode, behind an NLB, or on instances that a group registers."""
    assert told(tmp_path, "TW208", changes) == said


@pytest.mark.parametrize(
    ("word", "value", "said"),
    [
        ("FIRST", "var.which", ["fail: edge does not allow egress to hosts", "unknown: var.which"]),
        (
            "PEER",
            "security_groups = [aws_security_group.other.id]",
            [
                "fail: edge does not allow egress to hosts",
                "fail: hosts does not allow ingress from edge",
            ],
        ),
        (
            "PEER",
            "self = true",
            [
                "fail: edge does not allow egress to hosts",
                "fail: hosts does not allow ingress from edge",
            ],
        ),
        (
            "PEER",
            "cidr_blocks = [var.which]",
            ["fail: edge does not allow egress to hosts", "unknown: var.which"],
        ),
        (
            "HOST_GROUPS",
            "[]",
            [
                "fail: edge does not allow egress to hosts",
                "fail: hosts does not allow ingress from edge",
            ],
        ),
        (
            "HOST_GROUPS",
            "[aws_security_group.other.id]",
            [
                "fail: edge does not allow egress to hosts",
                "fail: hosts does not allow ingress from edge",
            ],
        ),
        ("HOST_GROUPS", "[var.which]", ["fail: edge does not allow egress to hosts"]),
        ("JOINS", "other", []),
        ("JOINS", "${var.which}", ["unknown: var.which"]),
        (
            "REGISTERED",
            "[aws_lb_target_group.web.arn]",
            [
                "fail: edge does not allow egress to hosts",
                "fail: hosts does not allow ingress from edge on port 80",
            ],
        ),
        (
            "REGISTERED",
            "[var.which]",
            ["fail: edge does not allow egress to hosts", "unknown: var.which"],
        ),
        (
            "EDGE_GROUPS",
            "[aws_security_group.other.id]",
            [
                "fail: edge does not allow egress to hosts",
                "fail: hosts does not allow ingress from edge",
            ],
        ),
        (
            "MODE",
            '"host"',
            [
                "fail: edge does not allow egress to hosts on port 8080",
                "fail: hosts does not allow ingress from edge on port 8080",
            ],
        ),
        ("MODE", '"awsvpc"', []),
        ("MODE", '"none"', []),
        ("MODE", "var.which", ["unknown: var.which"]),
        (
            "MAPPINGS",
            "[{ containerPort = 8080, hostPort = 8080 }]",
            [
                "fail: edge does not allow egress to hosts on port 8080",
                "fail: hosts does not allow ingress from edge on port 8080",
            ],
        ),
        (
            "MAPPINGS",
            "[{ containerPort = 8080, hostPort = var.which }]",
            [
                "fail: edge does not allow egress to hosts on its port",
                "unknown: var.which, the port of aws_ecs_service.web on its instance",
            ],
        ),
        (
            "MAPPINGS",
            "[]",
            [
                "fail: edge does not allow egress to hosts on its port",
                "unknown: the port of aws_ecs_service.web on its instance",
            ],
        ),
        (
            "MAPPINGS",
            "var.which",
            [
                "fail: edge does not allow egress to hosts on its port",
                "unknown: var.which, the port of aws_ecs_service.web on its instance",
            ],
        ),
        ("CLUSTER", "aws_ecs_cluster.other.arn", []),
        ("CLUSTER", "var.which", []),
        ("CLUSTER", "null", []),
        ("LAUNCH", 'launch_type = "FARGATE"', []),
        (
            "LAUNCH",
            "capacity_provider_strategy { capacity_provider = var.which }",
            ["unknown: var.which"],
        ),
        ("BOUND", "", []),
    ],
)
def test_what_reaches_instances(word: str, value: str, said: list[str], tmp_path: Path) -> None:
    """A load balancer does on the port of the instance, where both groups let it."""
    assert told(tmp_path, "TW213", {word: value}) == said


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (HOST, ["fail: edge does not allow egress to hosts on port 8080"]),
        (HOST | {"BOUND": ""}, []),
        (
            HOST | {"PEER": 'cidr_blocks = ["10.0.0.0/16"]'},
            ["fail: edge does not allow egress to hosts on port 8080"],
        ),
        (HOST | {"BOUND": "", "PEER": 'cidr_blocks = ["10.0.0.0/16"]'}, []),
        (
            HOST | {"MAPPINGS": "var.which"},
            ["fail: edge does not allow egress to hosts on port 8080"],
        ),
        (
            HOST | {"MAPPINGS": "[{ containerPort = 9090 }]"},
            ["fail: edge does not allow egress to hosts on port 8080"],
        ),
        (OF_NLB | {"EDGE_GROUPS": "[]"}, ["fail: hosts does not allow ingress from edge"]),
        (
            OF_NLB | {"EDGE_GROUPS": "[]", "PEER": 'cidr_blocks = ["10.0.0.0/16"]'},
            ["unknown: the clients of aws_lb.edge"],
        ),
        (
            OF_NLB | {"EDGE_GROUPS": "[]", "PEER": 'cidr_blocks = ["10.9.0.0/16"]'},
            ["fail: hosts does not allow ingress from edge"],
        ),
        (
            HOST | BOUND_TO_INPUT | {"FIRST": "var.which", "LAST": "var.which"},
            ["fail: edge does not allow egress to hosts on its port"],
        ),
        (
            HOST | BOUND_TO_INPUT,
            ["fail: edge does not allow egress to hosts on its port", "unknown: var.which"],
        ),
        (
            BOUND_TO_INPUT | {"MODE": "var.which"},
            ["unknown: var.which"],
        ),
        (
            REGISTERED,
            [
                "fail: edge does not allow egress to hosts on port 80",
                "fail: hosts does not allow ingress from edge on port 80",
            ],
        ),
        (
            REGISTERED | {"FIRST": "80", "LAST": "80"},
            ["fail: edge does not allow egress to hosts on port 80"],
        ),
        (
            REGISTERED | {"PEER": "security_groups = [aws_security_group.other.id]"},
            [
                "fail: edge does not allow egress to hosts on port 80",
                "fail: hosts does not allow ingress from edge on port 80",
            ],
        ),
    ],
)
def test_what_reaches_instances_of_other_tasks(
    changes: dict[str, str], said: list[str], tmp_path: Path
) -> None:
    """Tasks in host mode are at their own port, and registered instances at the group's."""
    assert told(tmp_path, "TW213", changes) == said


@pytest.mark.parametrize(
    ("word", "value", "said"),
    [
        ("JOINS", "other", ["fail: hosts accepts host-mode tasks"]),
        ("JOINS", "${var.which}", ["unknown: var.which"]),
        ("MODE", '"host"', ["fail: hosts accepts host-mode tasks"]),
        ("MODE", "var.which", ["unknown: var.which"]),
        ("CLUSTER", "aws_ecs_cluster.other.arn", ["fail: hosts accepts host-mode tasks"]),
        ("CLUSTER", "var.which", []),
        ("CLUSTER", "null", ["fail: hosts accepts host-mode tasks"]),
    ],
)
def test_which_instances_take_tasks_in_host_mode(
    word: str, value: str, said: list[str], tmp_path: Path
) -> None:
    """Those of their cluster, and those of a cluster of which nobody knows the tasks."""
    assert told(tmp_path, "TW502", {word: value}) == said


IN_HOST_MODE = """
resource "aws_ecs_task_definition" "other" {
  family                = "other"
  network_mode          = "host"
  container_definitions = jsonencode([{ name = "other", image = "other:1" }])
}
"""


@pytest.mark.parametrize(
    ("changes", "fails"),
    [
        ({}, False),
        ({"JOINS": "other"}, True),
        ({"CLUSTER": "aws_ecs_cluster.other.arn"}, True),
        ({"CLUSTER": "var.which"}, False),
        ({"CLUSTER": "null"}, True),
    ],
)
def test_tasks_of_another_stack_say_nothing_of_a_cluster(
    changes: dict[str, str], fails: bool, tmp_path: Path
) -> None:
    """One that a service of the stack names, or may, is for this stack's tasks."""
    for name, text in (("own", filled(STACK, DEFAULTS | changes)), ("other", IN_HOST_MODE)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "main.tf").write_text(text)
    report = taskwall.scan(tmp_path, select=["TW502"])

    assert not report.errors
    assert [short(each.message) for each in report.findings] == [
        "hosts accepts host-mode tasks"
    ] * fails


@pytest.mark.parametrize(
    ("word", "value", "said"),
    [
        ("JOINS", "other", ["unknown: the container instances of aws_ecs_service.web"]),
        ("JOINS", "${var.which}", ["unknown: the container instances of aws_ecs_service.web"]),
        ("TOKENS", '"optional"', ["fail: containers on hosts can read"]),
        ("TOKENS", "var.which", ["unknown: var.which"]),
        ("HOPS", "2", ["fail: containers on hosts can get tokens for"]),
        ("HOPS", "var.which", ["unknown: var.which"]),
        (
            "CLUSTER",
            "aws_ecs_cluster.other.arn",
            ["unknown: the container instances of aws_ecs_service.web"],
        ),
        ("CLUSTER", "var.which", ["unknown: var.which"]),
        ("CLUSTER", "null", ["unknown: the container instances of aws_ecs_service.web"]),
        (
            "LAUNCH",
            "capacity_provider_strategy { capacity_provider = var.which }",
            ["unknown: the container instances of aws_ecs_service.web"],
        ),
    ],
)
def test_who_reads_the_metadata_of_instances(
    word: str, value: str, said: list[str], tmp_path: Path
) -> None:
    """No container, where a token is asked for that comes one hop far."""
    assert told(tmp_path, "TW503", {word: value}) == said


SIDE = """
resource "aws_ecs_service" "side" {
  cluster         = SIDE_CLUSTER
  task_definition = aws_ecs_task_definition.web.arn
  launch_type     = "EC2"
  SIDE_BOUND
}
"""
OF_SIDE, WIDE = {"SIDE_CLUSTER": "aws_ecs_cluster.main.arn", "SIDE_BOUND": ""}, {"FIRST": "80"}
HERE = "hosts opens ports 80-65535 of the container instances of {}, more than the ports that {}"
SAME, BEFORE = "tasks publish", "the tasks behind the load balancer publish"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"SIDE_CLUSTER": "aws_ecs_cluster.other.arn"}, HERE.format("web", SAME)),
        ({}, HERE.format("web", BEFORE)),
        ({"SIDE_BOUND": BOUND}, HERE.format("web, side", SAME)),
        # Which of them the load balancer registers nobody says where it has the whole group.
        (
            REGISTERED | {"SIDE_BOUND": ""},
            HERE.format("web, side", SAME),
        ),
    ],
)
def test_whose_instances_are_bypassed(changes: dict[str, str], said: str, tmp_path: Path) -> None:
    """Those of the tasks behind the load balancer, where others share their instances."""
    text = filled(STACK + SIDE, DEFAULTS | WIDE | OF_SIDE | changes)
    report = scanned(tmp_path, text, "TW208", profile="strict")

    messages = [re.sub(r"\baws_\w+\.", "", each.message) for each in report.findings]
    assert said in messages
