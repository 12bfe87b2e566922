"""Whether permissions hold the addresses of an AWS service, which nobody knows, together."""

from pathlib import Path

import pytest

from placeholders import filled
from taskwall.api.flows import list_flows
from taskwall.api.options import Options

STACK = """
variable "any" {}
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_subnet" "main" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_route_table" "main" { vpc_id = aws_vpc.main.id }
resource "aws_route_table_association" "main" {
  subnet_id      = aws_subnet.main.id
  route_table_id = aws_route_table.main.id
}
resource "aws_vpc_endpoint" "s3" {
  vpc_id          = aws_vpc.main.id
  service_name    = "com.amazonaws.eu-west-1.s3"
  route_table_ids = [aws_route_table.main.id]
}
resource "aws_security_group" "web" {
  vpc_id = aws_vpc.main.id
  OUT
}
resource "aws_ecs_service" "web" {
  launch_type = "FARGATE"
  network_configuration {
    subnets         = [aws_subnet.main.id]
    security_groups = [aws_security_group.web.id]
  }
}
"""


def out(peer: str, port: int = 443) -> str:
    """Egress of the tasks."""
    return f"""egress {{
    protocol  = "tcp"
    from_port = {port}
    to_port   = {port}
    {peer}
  }}
"""


LOW, HIGH, PART, ALL, VPC = (
    f'cidr_blocks = ["{each}"]'
    for each in ("0.0.0.0/1", "128.0.0.0/1", "52.0.0.0/8", "0.0.0.0/0", "10.0.0.0/8")
)
GIVEN = "cidr_blocks = [var.any]"
OF_ENDPOINT = "prefix_list_ids = [aws_vpc_endpoint.s3.prefix_list_id]"
SOMEWHERE = ["443 needs the address in AWS's ranges"]


@pytest.mark.parametrize(
    ("peers", "flows"),
    [
        pytest.param([], [], id="nothing"),
        pytest.param([ALL], ["443"], id="everywhere"),
        pytest.param([LOW], SOMEWHERE, id="a half of all"),
        pytest.param([LOW, HIGH], ["443"], id="both halves"),
        pytest.param([LOW, PART], SOMEWHERE, id="a half, and a part of it"),
        pytest.param([PART], SOMEWHERE, id="a part of the internet"),
        pytest.param([VPC], [], id="private addresses"),
        pytest.param([GIVEN], ["443 needs var.any"], id="a given range"),
        pytest.param([OF_ENDPOINT], ["443"], id="the endpoint's list"),
        pytest.param(
            ['prefix_list_ids = ["pl-1"]'], ["443 needs pl-1"], id="a list from elsewhere"
        ),
    ],
)
def test_what_gets_to_a_gateway_endpoint(
    peers: list[str], flows: list[str], tmp_path: Path
) -> None:
    """What is for the addresses of its service: public ones, nobody knows which."""
    text = filled(STACK, {"OUT": "".join(map(out, peers))})
    (tmp_path / "main.tf").write_text(text, encoding="utf-8")
    found = list_flows(Options(paths=(str(tmp_path),)), "service:web", "endpoint:s3")

    assert not found.problems
    assert [" needs ".join((*each.ports, *each.missing)) for each in found.flows] == flows
