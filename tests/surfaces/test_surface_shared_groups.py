"""Endpoints that share a security group: what is wrong with it is one mistake."""

from pathlib import Path

import pytest

from taskwall.api.scan import Options, scan


def endpoints(ingress: str = "", egress: str = "0.0.0.0/0", groups: str = "") -> str:
    """A service without a way out, and its endpoints, which share a group."""
    made = "".join(
        f"""\
resource "aws_vpc_endpoint" "{name}" {{
  vpc_id              = aws_vpc.main.id
  service_name        = "com.amazonaws.eu-west-1.{name.replace("_", ".")}"
  vpc_endpoint_type   = "Interface"
  private_dns_enabled = true
  subnet_ids          = [aws_subnet.app.id]
  security_group_ids  = [aws_security_group.endpoints.id{groups}]
}}
"""
        for name in ("ecr_api", "ecr_dkr", "logs")
    )
    return f"""\
resource "aws_vpc" "main" {{
  cidr_block           = "10.0.0.0/16"
  enable_dns_hostnames = true
}}
resource "aws_subnet" "app" {{
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.1.0/24"
}}
resource "aws_security_group" "endpoints" {{
  vpc_id = aws_vpc.main.id
  {ingress}
}}
resource "aws_security_group" "other" {{
  vpc_id = aws_vpc.main.id
}}
resource "aws_security_group" "web" {{
  vpc_id = aws_vpc.main.id
  egress {{
    from_port   = 443
    to_port     = 443
    protocol    = "tcp"
    cidr_blocks = ["{egress}"]
  }}
}}
resource "aws_ecs_task_definition" "web" {{
  family                   = "web"
  network_mode             = "awsvpc"
  requires_compatibilities = ["FARGATE"]
  container_definitions = jsonencode([{{
    name  = "web"
    image = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/web:1"
    logConfiguration = {{ logDriver = "awslogs" }}
  }}])
}}
resource "aws_ecs_service" "web" {{
  launch_type     = "FARGATE"
  task_definition = aws_ecs_task_definition.web.arn
  network_configuration {{
    subnets         = [aws_subnet.app.id]
    security_groups = [aws_security_group.web.id]
  }}
}}
{made}"""


def allowing(cidr: str) -> str:
    """An ingress block for HTTPS."""
    ports = '    from_port = 443\n    to_port = 443\n    protocol = "tcp"\n'
    return f'ingress {{\n{ports}    cidr_blocks = ["{cidr}"]\n  }}'


NAMES = {f"aws_vpc_endpoint.{name}" for name in ("ecr_api", "ecr_dkr", "logs")}


@pytest.mark.parametrize(
    ("text", "where"),
    [
        (endpoints(), 'resource "aws_security_group" "endpoints"'),
        (
            endpoints(allowing("10.0.0.0/16"), egress="192.0.2.0/24"),
            'resource "aws_security_group" "web"',
        ),
    ],
)
def test_endpoints_that_share_a_group(tmp_path: Path, text: str, where: str) -> None:
    """A group that lets no task in, or none out, is one mistake for all endpoints."""
    (tmp_path / "main.tf").write_text(text)
    options = Options(paths=(str(tmp_path),), cwd=str(tmp_path), select=("TW407",))
    [one] = scan(options).document.findings

    assert text.splitlines()[one.line - 1].startswith(where)
    assert set(one.addresses) == NAMES
    assert "; also aws_vpc_endpoint.ecr_dkr and aws_vpc_endpoint.logs" in one.message


def test_endpoints_of_several_groups(tmp_path: Path) -> None:
    """Where several groups could let tasks in, each endpoint is a place to change."""
    (tmp_path / "main.tf").write_text(endpoints(groups=", aws_security_group.other.id"))
    options = Options(paths=(str(tmp_path),), cwd=str(tmp_path), select=("TW407",))
    found = scan(options).document.findings

    assert {one.resource for one in found} == NAMES


def test_a_permission_of_a_group_that_endpoints_share(tmp_path: Path) -> None:
    """What lets others than the VPC in is told once, at the permission, with the endpoints."""
    text = endpoints(allowing("10.0.0.0/8"))
    (tmp_path / "main.tf").write_text(text)
    options = Options(paths=(str(tmp_path),), cwd=str(tmp_path), select=("TW407",))
    [one] = scan(options).document.findings

    assert "10.0.0.0/8" in text.splitlines()[one.line - 1]
    assert one.addresses == ("aws_security_group.endpoints",)
    assert all(name in one.message for name in NAMES)


def test_a_group_that_an_absent_module_gets(tmp_path: Path) -> None:
    """Whether that module makes endpoints which use the group is no question to ask."""
    text = endpoints(allowing("0.0.0.0/0")).partition('resource "aws_vpc_endpoint"')[0]
    call_ = 'module "m" {\n  source = "x/m/aws"\n  groups = [aws_security_group.endpoints.id]\n}\n'
    (tmp_path / "main.tf").write_text(text + call_)
    options = Options(paths=(str(tmp_path),), cwd=str(tmp_path), select=("TW407",))

    assert scan(options).findings == ()
