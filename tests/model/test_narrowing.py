"""What fixes say of addresses that tasks behind an NLB without groups let in beside it."""

from pathlib import Path

import pytest

from placeholders import filled, scanned

STACK = """
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_vpc" "office" { cidr_block = "10.9.0.0/16" }
resource "aws_subnet" "main" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_security_group" "web" {
  vpc_id = aws_vpc.main.id
  ingress {
    protocol    = "tcp"
    from_port   = 80
    to_port     = 80
    cidr_blocks = ["10.5.0.0/16"]
  }
  BESIDE
}
resource "aws_lb" "nlb" {
  load_balancer_type = "network"
  internal           = true
  subnets            = [aws_subnet.main.id]
}
resource "aws_lb_target_group" "web" {
  port        = 80
  protocol    = "TCP"
  target_type = "ip"
  vpc_id      = aws_vpc.main.id
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
resource "aws_ecs_task_definition" "web" {
  family                = "web"
  network_mode          = "awsvpc"
  container_definitions = jsonencode([{
    name         = "web"
    image        = "web:1"
    portMappings = [{ containerPort = 80 }]
  }])
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
    container_port   = 80
  }
}
"""
BESIDE = """ingress {
    protocol  = "tcp"
    from_port = 80
    to_port   = 80
    PEER
  }"""
REMOVE, NARROW = "Remove it: ", "Allow the VPC, which the NLB is in"


@pytest.mark.parametrize(
    ("peer", "fix"),
    [
        ("", NARROW),
        ("cidr_blocks = [aws_vpc.main.cidr_block]", REMOVE),
        # Another VPC is not the one that the NLB is in.
        ("cidr_blocks = [aws_vpc.office.cidr_block]", NARROW),
        ("cidr_blocks = [aws_vpc.office.cidr_block, aws_vpc.main.cidr_block]", REMOVE),
        ("security_groups = [aws_security_group.web.id]", NARROW),
    ],
)
def test_an_address_goes_where_the_vpc_is_allowed_already(
    peer: str, fix: str, tmp_path: Path
) -> None:
    """Else the VPC takes its place."""
    beside = BESIDE.replace("PEER", peer) if peer else ""
    report = scanned(tmp_path, filled(STACK, {"BESIDE": beside}), "TW206")

    fixes = [
        each.fix.text
        for each in report.findings
        if each.fix is not None and "10.5.0.0/16" in each.message
    ]
    assert [text.startswith(fix) for text in fixes] == [True], fixes
