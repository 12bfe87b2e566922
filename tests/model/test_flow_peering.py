"""By which peering connection the routes of two VPCs lead, and whom they lead to beyond these."""

from pathlib import Path

import pytest

from taskwall.api.flows import list_flows
from taskwall.api.options import Options

SIDE = """
resource "aws_vpc" "SIDE" { cidr_block = "10.NUMBER.0.0/16" }
resource "aws_subnet" "SIDE" {
  vpc_id     = aws_vpc.SIDE.id
  cidr_block = "10.NUMBER.1.0/24"
}
resource "aws_route_table" "SIDE" {
  vpc_id = aws_vpc.SIDE.id
  route {
    cidr_block                = "10.OTHER.0.0/16"
    vpc_peering_connection_id = LINK
  }
}
resource "aws_route_table_association" "SIDE" {
  subnet_id      = aws_subnet.SIDE.id
  route_table_id = aws_route_table.SIDE.id
}
resource "aws_security_group" "SIDE" {
  vpc_id = aws_vpc.SIDE.id
  ingress {
    protocol    = "tcp"
    from_port   = 80
    to_port     = 80
    cidr_blocks = ["10.0.0.0/8"]
  }
  egress {
    protocol    = "tcp"
    from_port   = 80
    to_port     = 80
    cidr_blocks = ["10.0.0.0/8"]
  }
}
resource "aws_ecs_service" "SIDE" {
  launch_type = "FARGATE"
  network_configuration {
    subnets         = [aws_subnet.SIDE.id]
    security_groups = [aws_security_group.SIDE.id]
  }
}
"""
CONNECTIONS = """
variable "which" {}
resource "aws_vpc" "third" { cidr_block = "10.3.0.0/16" }
resource "aws_vpc_peering_connection" "far" {
  vpc_id      = aws_vpc.near.id
  peer_vpc_id = aws_vpc.far.id
}
resource "aws_vpc_peering_connection" "third" {
  vpc_id      = aws_vpc.near.id
  peer_vpc_id = aws_vpc.third.id
}
"""
FAR, THIRD = (f"aws_vpc_peering_connection.{name}.id" for name in ("far", "third"))
OPEN, WAITS = "tcp 80", "tcp 80 needs var.which"


def side(name: str, number: str, other: str, link: str) -> str:
    """A VPC with a service, and a route to the other one by a peering connection."""
    text = SIDE
    for word, meant in {"SIDE": name, "NUMBER": number, "OTHER": other, "LINK": link}.items():
        text = text.replace(word, meant)
    return text


def told(folder: Path, text: str, of: str, to: str) -> list[str]:
    """What is open from one end to another, in short."""
    (folder / "main.tf").write_text(text)
    found = list_flows(Options(paths=(str(folder),)), of, to)
    assert not found.problems
    return [
        f"{flow.protocol} {','.join(flow.ports)}"
        + "".join(f" needs {each}" for each in flow.missing)
        for flow in found.flows
    ]


@pytest.mark.parametrize("first", ["near", "far"])
@pytest.mark.parametrize(
    ("link", "said"),
    [
        pytest.param(FAR, [OPEN], id="the connection of both"),
        pytest.param(THIRD, [], id="that with another VPC"),
        pytest.param(f"[{FAR}, {THIRD}][var.which]", [WAITS], id="either"),
        pytest.param(f'var.which == "" ? {FAR} : "pcx-1"', [WAITS], id="it, or one from elsewhere"),
        pytest.param('"pcx-1"', [], id="one from elsewhere"),
    ],
)
def test_routes_of_both_vpcs_take_the_connection_that_joins_them(
    first: str, link: str, said: list[str], tmp_path: Path
) -> None:
    """Routes by another connection lead elsewhere, whichever side has them."""
    links = {"near": FAR, "far": FAR} | {first: link}
    text = CONNECTIONS + side("near", "1", "2", links["near"]) + side("far", "2", "1", links["far"])

    assert told(tmp_path, text, "service:near", "service:far") == said
    assert told(tmp_path, text, "service:far", "service:near") == said
