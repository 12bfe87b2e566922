"""Where a Network Load Balancer leads whose targets are registered by their addresses."""

from pathlib import Path

import pytest

from placeholders import filled
from taskwall.api.flows import list_flows
from taskwall.api.options import Options

STACK = """
variable "any" {}
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_subnet" "a" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_subnet" "b" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.2.0/24"
}
resource "aws_security_group" "web" {
  vpc_id = aws_vpc.main.id
  egress {
    protocol    = "tcp"
    from_port   = 0
    to_port     = 65535
    cidr_blocks = ["10.0.0.0/16"]
  }
}
resource "aws_security_group" "one" {
  vpc_id = aws_vpc.main.id
  ingress {
    protocol    = "tcp"
    from_port   = 0
    to_port     = 65535
    cidr_blocks = ["10.0.1.0/24"]
  }
}
resource "aws_security_group" "two" {
  vpc_id = aws_vpc.main.id
  ingress {
    protocol    = "tcp"
    from_port   = 0
    to_port     = 65535
    cidr_blocks = ["10.0.1.0/24"]
  }
}
resource "aws_db_subnet_group" "a" { subnet_ids = [aws_subnet.a.id] }
resource "aws_db_subnet_group" "b" { subnet_ids = [aws_subnet.b.id] }
resource "aws_db_instance" "one" {
  engine                 = "postgres"
  db_subnet_group_name   = aws_db_subnet_group.a.name
  vpc_security_group_ids = [aws_security_group.one.id]
}
resource "aws_db_instance" "two" {
  engine                 = "postgres"
  db_subnet_group_name   = aws_db_subnet_group.b.name
  vpc_security_group_ids = [aws_security_group.two.id]
}
resource "aws_instance" "plain" { subnet_id = aws_subnet.b.id }
resource "aws_lb" "nlb" {
  load_balancer_type = "network"
  internal           = true
  subnets            = [aws_subnet.a.id]
}
resource "aws_lb_target_group" "t" {
  port        = 5432
  protocol    = "TCP"
  target_type = TYPE
  vpc_id      = aws_vpc.main.id
}
resource "aws_lb_listener" "l" {
  load_balancer_arn = aws_lb.nlb.arn
  port              = 5000
  protocol          = "TCP"
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.t.arn
  }
}
resource "aws_lb_target_group_attachment" "x" {
  target_group_arn = aws_lb_target_group.t.arn
  target_id        = TARGET
  PORT
}
resource "aws_ecs_service" "web" {
  launch_type = "FARGATE"
  network_configuration {
    subnets         = [aws_subnet.b.id]
    security_groups = [aws_security_group.web.id]
  }
}
"""


def told(folder: Path, values: dict[str, str]) -> list[str]:
    """Where tasks get through the load balancer: what it opens there, and what that waits for."""
    text = filled(STACK, {"TYPE": '"ip"', "PORT": "", **values})
    (folder / "main.tf").write_text(text, encoding="utf-8")
    flows = list_flows(Options(paths=(str(folder),)), None, None)
    assert not flows.problems
    return [
        f"{each.target} {' '.join(each.arrives)} needs {', '.join(each.missing)}"
        for each in flows.flows
        if each.source == "service:web" and each.through == ("lb:nlb",)
    ]


def either(needs: str) -> list[str]:
    """Both databases may be what is meant."""
    return [f"store:{name} 5432 needs {needs}" for name in ("one", "two")]


ONE, TWO = (f"what has the address {address}" for address in ("10.0.1.7", "10.0.2.7"))
NAMED, NOT_WRITTEN = "aws_db_instance.one.address", "aws_network_interface.x.private_ip"


@pytest.mark.parametrize(
    ("values", "flows"),
    [
        pytest.param({"TARGET": '"10.0.1.7"'}, [f"store:one 5432 needs {ONE}"], id="one subnet"),
        pytest.param({"TARGET": '"10.0.2.7"'}, [f"store:two 5432 needs {TWO}"], id="the other"),
        pytest.param({"TARGET": '"10.9.0.1"'}, [], id="no subnet"),
        pytest.param({"TARGET": '"fd00::1"'}, [], id="IPv6"),
        pytest.param({"TARGET": "var.any"}, either("var.any"), id="a given address"),
        pytest.param({"TARGET": '"10.0.${var.any}.7"'}, either("var.any"), id="a part of one"),
        pytest.param({"TARGET": NAMED}, [f"store:one 5432 needs {NAMED}"], id="its own address"),
        # An instance that is no container instance is at no end of a flow.
        pytest.param({"TARGET": "aws_instance.plain.private_ip"}, [], id="that of an instance"),
        pytest.param({"TARGET": NOT_WRITTEN}, either(NOT_WRITTEN), id="that of something else"),
        pytest.param(
            {"TARGET": '"10.0.2.7"', "PORT": "port = 6000"}, [f"store:two 6000 needs {TWO}"],
            id="a port of its own",
        ),
        pytest.param(
            {"TARGET": '"10.0.2.7"', "PORT": "port = var.any"},
            [f"store:two all needs {TWO}, var.any"], id="a given port",
        ),
        pytest.param(
            {"TARGET": '"10.0.2.7"', "TYPE": "var.any"}, [f"store:two 5432 needs {TWO}, var.any"],
            id="a given type",
        ),
        pytest.param(
            {"TARGET": "aws_instance.plain.id", "TYPE": '"instance"'}, [], id="an instance"
        ),
    ],
)  # fmt: skip
def test_where_targets_registered_by_address_are(
    values: dict[str, str], flows: list[str], tmp_path: Path
) -> None:
    """With what has a subnet that holds the address, or is named by it; else perhaps anywhere."""
    assert told(tmp_path, values) == flows
