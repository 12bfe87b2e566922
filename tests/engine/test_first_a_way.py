"""What TW203 says to add before a public address can go."""

from pathlib import Path

import pytest

from taskwall.api.scan import Options, scan

STACK = """
provider "aws" {
  region = "eu-west-1"
}
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_subnet" "web" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.0.0/24"
}
resource "aws_ecs_task_definition" "web" {
  family                = "web"
  network_mode          = "awsvpc"
  container_definitions = jsonencode([{ name = "web", image = IMAGE }])
}
resource "aws_ecs_service" "web" {
  task_definition = aws_ecs_task_definition.web.arn
  launch_type     = "FARGATE"
  network_configuration {
    subnets          = [aws_subnet.web.id]
    assign_public_ip = true
  }
}
variable "image" {}
"""
GATEWAY = """
resource "aws_internet_gateway" "main" { vpc_id = aws_vpc.main.id }
resource "aws_route" "out" {
  route_table_id         = aws_vpc.main.main_route_table_id
  destination_cidr_block = "0.0.0.0/0"
  gateway_id             = aws_internet_gateway.main.id
}
"""
OTHER = "add a NAT gateway, or copy it to ECR and add endpoints, first"


@pytest.mark.parametrize(
    ("image", "said"),
    [
        (
            '"123456789012.dkr.ecr.eu-west-1.amazonaws.com/web:1"',
            "add a NAT gateway, or endpoints for ECR, first",
        ),
        ('"nginx"', OTHER),
        ("var.image", OTHER),
    ],
)
def test_endpoints_are_named_where_they_serve_the_image(
    image: str, said: str, tmp_path: Path
) -> None:
    """No endpoint serves an image that is not in ECR."""
    (tmp_path / "main.tf").write_text(STACK.replace("IMAGE", image) + GATEWAY)
    document = scan(Options((str(tmp_path),), select=("TW203",))).document
    assert [one.message.partition("without them: ")[2] for one in document.findings] == [said]


def test_an_address_that_leads_nowhere_is_not_missed(tmp_path: Path) -> None:
    """Without a route to an internet gateway no image is pulled with a public address either."""
    (tmp_path / "main.tf").write_text(STACK.replace("IMAGE", '"nginx"'))
    document = scan(Options((str(tmp_path),), select=("TW203",))).document
    assert [one.message for one in document.findings] == [
        "tasks of aws_ecs_service.web get public addresses"
    ]
