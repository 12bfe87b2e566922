"""What messages say of a group that tasks wear."""

from pathlib import Path

from taskwall.api.scan import Options, scan

STACK = """
resource "aws_lb" "shop" {
  subnets         = ["subnet-1", "subnet-2"]
  security_groups = ["sg-1"]
}

resource "aws_lb_target_group" "shop" {
  port        = 8080
  protocol    = "HTTP"
  target_type = "ip"
  vpc_id      = "vpc-1"
}

resource "aws_lb_listener" "shop" {
  load_balancer_arn = aws_lb.shop.arn
  port              = 443
  protocol          = "HTTPS"

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.shop.arn
  }
}

resource "aws_security_group" "tasks" {
  vpc_id = "vpc-1"

  ingress {
    from_port   = 8080
    to_port     = 8080
    protocol    = "tcp"
    cidr_blocks = ["10.0.0.0/16"]
  }
}

resource "aws_ecs_service" "shop" {
  launch_type = "FARGATE"

  load_balancer {
    target_group_arn = aws_lb_target_group.shop.arn
    container_name   = "web"
    container_port   = 8080
  }

  network_configuration {
    subnets         = ["subnet-3"]
    security_groups = [aws_security_group.tasks.id]
  }
}

resource "aws_ecs_service" "worker" {
  launch_type = "FARGATE"

  network_configuration {
    subnets         = ["subnet-3"]
    security_groups = [aws_security_group.tasks.id]
  }
}
"""


def test_only_those_behind_the_load_balancer_are_named(tmp_path: Path) -> None:
    """A worker that wears the group of a shop's tasks has no load balancer to be reached past."""
    (tmp_path / "main.tf").write_text(STACK)

    report = scan(Options(paths=(str(tmp_path),), select=("TW205",)))

    (finding,) = report.document.findings
    assert finding.message.endswith(" to aws_ecs_service.shop, bypassing the load balancer")
