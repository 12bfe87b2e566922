"""What is said to close a way between two ends, and which changes would open it."""

from pathlib import Path

import pytest

from placeholders import filled
from taskwall.api.flows import explain
from taskwall.api.options import Options

STACK = """
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_vpc" "far" { cidr_block = "10.9.0.0/16" }
resource "aws_subnet" "main" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_security_group" "edge" {
  vpc_id = aws_vpc.main.id
  EDGE
}
resource "aws_security_group" "web" {
  vpc_id = aws_vpc.main.id
  WEB
}
resource "aws_security_group" "store" { vpc_id = aws_vpc.main.id }
resource "aws_lb" "edge" {
  internal        = true
  subnets         = [aws_subnet.main.id]
  security_groups = [aws_security_group.edge.id]
}
resource "aws_lb" "idle" {
  internal        = true
  subnets         = [aws_subnet.main.id]
  security_groups = [aws_security_group.edge.id]
}
resource "aws_lb_target_group" "web" {
  port        = 8080
  protocol    = "HTTP"
  target_type = "ip"
  vpc_id      = aws_vpc.main.id
}
resource "aws_lb_listener" "edge" {
  load_balancer_arn = aws_lb.edge.arn
  port              = 443
  protocol          = "HTTPS"
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.web.arn
  }
}
resource "aws_ecs_task_definition" "web" {
  family                = "web"
  network_mode          = "awsvpc"
  container_definitions = jsonencode([{ name = "web", image = "web", portMappings = PUBLISHED }])
}
resource "aws_ecs_service" "web" {
  launch_type     = "FARGATE"
  task_definition = aws_ecs_task_definition.web.arn
  network_configuration {
    subnets         = [aws_subnet.main.id]
    security_groups = [aws_security_group.web.id]
  }
  load_balancer {
    target_group_arn = aws_lb_target_group.web.arn
    container_name   = "web"
    container_port   = 8080
  }
}
resource "aws_ecs_service" "jobs" {
  launch_type     = "FARGATE"
  task_definition = aws_ecs_task_definition.web.arn
  network_configuration {
    subnets         = [aws_subnet.main.id]
    security_groups = [aws_security_group.web.id]
  }
}
resource "aws_elasticache_serverless_cache" "store" {
  engine             = "valkey"
  name               = "store"
  subnet_ids         = [aws_subnet.main.id]
  security_group_ids = [aws_security_group.store.id]
}
resource "aws_lambda_function" "job" {
  function_name = "job"
  vpc_config {
    subnet_ids         = [aws_subnet.main.id]
    security_group_ids = [aws_security_group.web.id]
  }
}
"""
TO_8080 = """egress {
    protocol    = "tcp"
    from_port   = 8080
    to_port     = 8080
    cidr_blocks = ["10.0.0.0/16"]
  }"""
IN_AND_OUT = """ingress {
    protocol    = "tcp"
    from_port   = 8080
    to_port     = 8080
    cidr_blocks = ["10.0.0.0/16"]
  }
  egress {
    protocol    = "tcp"
    from_port   = 0
    to_port     = 65535
    cidr_blocks = ["10.0.0.0/16"]
  }"""
CLOSED = {"EDGE": "", "WEB": "", "PUBLISHED": "[{ containerPort = 8080 }]"}
OPEN = CLOSED | {"EDGE": TO_8080, "WEB": IN_AND_OUT}


def changes(folder: Path, values: dict[str, str], of: str, to: str, port: int | None) -> list[str]:
    """What would open the way, or why nothing would; nothing where it is open."""
    (folder / "main.tf").write_text(filled(STACK, values), encoding="utf-8")
    found = explain(Options(paths=(str(folder),)), of, to, port)
    assert not found.problems
    (answer,) = found.answers
    assert bool(answer.flows) is not bool(answer.closed)
    told = [each.change or each.at.text for each in answer.closed]
    return [each.replace("aws_security_group.", "") for each in told]


def out(to: str, group: str, on: str = "") -> str:
    """Egress that is missing."""
    return f"allow egress to {to}{on} in {group}"


def let_in(of: str, group: str, on: str = "") -> str:
    """Ingress that is missing."""
    return f"allow ingress from {of}{on} in {group}"


def forward(balancer: str, to: str, on: str = "") -> str:
    """A listener that is missing."""
    return f"forward to {to}{on} in a listener of {balancer}"


WEB, JOBS, STORE, EDGE, IDLE = "service:web", "service:jobs", "store:store", "lb:edge", "lb:idle"
ON_80, ON_9090 = " on port 80", " on port 9090"
ADDRESS = "give aws_ecs_service.web a public address"
TO_INTERNET = "route 0.0.0.0/0 of aws_subnet.main to a NAT gateway"
BY_GATEWAY = "route 0.0.0.0/0 of aws_subnet.main to an internet gateway"


@pytest.mark.parametrize(
    ("of", "to", "port", "closed", "opened"),
    [
        (WEB, STORE, None, [out(STORE, "web"), let_in(WEB, "store")], [let_in(WEB, "store")]),
        (JOBS, WEB, None, [out(WEB, "web"), let_in(JOBS, "web")], []),
        (
            JOBS, WEB, 9090,
            [out(WEB, "web", ON_9090), let_in(JOBS, "web", ON_9090)],
            [let_in(JOBS, "web", ON_9090)],
        ),
        ("function:job", WEB, None, [out(WEB, "web"), let_in("function:job", "web")], []),
        # A load balancer has to listen, too.
        (JOBS, EDGE, None, [out(EDGE, "web"), let_in(JOBS, "edge")], [let_in(JOBS, "edge")]),
        (
            JOBS, EDGE, 80,
            [out(EDGE, "web", ON_80), let_in(JOBS, "edge", ON_80), f"let {EDGE} listen{ON_80}"],
            [let_in(JOBS, "edge", ON_80), f"let {EDGE} listen{ON_80}"],
        ),
        (
            JOBS, IDLE, None,
            [out(IDLE, "web"), let_in(JOBS, "edge"), f"add a listener to {IDLE}"],
            [let_in(JOBS, "edge"), f"add a listener to {IDLE}"],
        ),
        # It opens connections to what it forwards to, and to nothing else.
        (EDGE, WEB, None, [out(WEB, "edge"), let_in(EDGE, "web")], []),
        (
            EDGE, WEB, 9090,
            [forward(EDGE, WEB, ON_9090), out(WEB, "edge", ON_9090), let_in(EDGE, "web", ON_9090)],
            [forward(EDGE, WEB, ON_9090), out(WEB, "edge", ON_9090), let_in(EDGE, "web", ON_9090)],
        ),
        (
            EDGE, JOBS, None,
            [forward(EDGE, JOBS), out(JOBS, "edge"), let_in(EDGE, "web")], [forward(EDGE, JOBS)],
        ),
        (
            IDLE, WEB, None,
            [forward(IDLE, WEB), out(WEB, "edge"), let_in(IDLE, "web")], [forward(IDLE, WEB)],
        ),
        (
            EDGE, STORE, None,
            [forward(EDGE, STORE), out(STORE, "edge"), let_in(EDGE, "store")],
            [forward(EDGE, STORE), let_in(EDGE, "store")],
        ),
        # Of what is in a VPC, that is named which needs least, and not what never opens any.
        ("vpc:main", WEB, None, [out(WEB, "web"), let_in(WEB, "web")], []),
        (
            "vpc:main", WEB, 9090,
            [out(WEB, "web", ON_9090), let_in(WEB, "web", ON_9090)], [let_in(WEB, "web", ON_9090)],
        ),
    ],
)  # fmt: skip
def test_what_would_open_a_way(
    of: str, to: str, port: int | None, closed: list[str], opened: list[str], tmp_path: Path
) -> None:
    """Each group on the way, where groups allow nothing; and what is left where they allow some."""
    assert changes(tmp_path, CLOSED, of, to, port) == closed
    assert changes(tmp_path, OPEN, of, to, port) == opened


@pytest.mark.parametrize(
    ("of", "to", "said"),
    [
        (STORE, WEB, [f"{STORE} only takes connections"]),
        (WEB, "function:job", ["the interfaces of function:job only open connections"]),
        (
            "internet", WEB,
            [ADDRESS, BY_GATEWAY, let_in("the internet", "web")],
        ),
        (
            "internet", EDGE,
            ["make aws_lb.edge internet-facing", BY_GATEWAY, let_in("the internet", "edge")],
        ),
        (WEB, "internet", [out("the internet", "web"), TO_INTERNET]),
        (WEB, "vpc:far", [out("vpc:far", "web"), "route vpc:far from aws_subnet.main"]),
        ("vpc:far", WEB, ["route vpc:far from aws_subnet.main", let_in("vpc:far", "web")]),
        (WEB, "onprem", [out("onprem", "web"), "route onprem from aws_subnet.main"]),
        ("onprem", WEB, ["route onprem from aws_subnet.main", let_in("onprem", "web")]),
    ],
)  # fmt: skip
@pytest.mark.parametrize("groups", [CLOSED, OPEN], ids=["closed", "open"])
def test_what_keeps_ends_apart(
    groups: dict[str, str], of: str, to: str, said: list[str], tmp_path: Path
) -> None:
    """Routes and addresses, whatever groups allow within the VPC; or that no change would help."""
    assert changes(tmp_path, groups, of, to, None) == said


def test_tasks_that_publish_nothing(tmp_path: Path) -> None:
    """Those behind a load balancer take what it forwards; their groups decide of all else."""
    values = OPEN | {"PUBLISHED": "[]"}

    assert changes(tmp_path, values, JOBS, WEB, None) == []
    assert changes(tmp_path, values, EDGE, JOBS, None) == [forward(EDGE, JOBS)]
