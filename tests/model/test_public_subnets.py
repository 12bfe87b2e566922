"""Tasks with public addresses, and tasks in subnets that the internet reaches."""

from pathlib import Path

import pytest

from placeholders import filled, scanned

STACK = """
variable "which" {}
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_internet_gateway" "main" { vpc_id = GATEWAY_OF }
resource "aws_subnet" "a" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.1.0/24"
  map_public_ip_on_launch = MAPS
}
resource "aws_route_table" "a" { vpc_id = aws_vpc.main.id }
resource "aws_route_table" "other" { vpc_id = aws_vpc.main.id }
resource "aws_route_table_association" "a" {
  subnet_id      = aws_subnet.a.id
  route_table_id = TABLE
}
resource "aws_route" "out" {
  route_table_id = aws_route_table.a.id
  DESTINATION
  TARGET
}
resource "aws_vpc_block_public_access_options" "main" {
  internet_gateway_block_mode = BLOCK
}
resource "aws_security_group" "web" { vpc_id = aws_vpc.main.id }
resource "aws_ecs_service" "web" {
  launch_type = LAUNCH
  network_configuration {
    subnets          = SUBNETS
    security_groups  = [aws_security_group.web.id]
    assign_public_ip = PUBLIC
  }
}
"""
DEFAULTS = {
    "GATEWAY_OF": "aws_vpc.main.id",
    "MAPS": "false",
    "TABLE": "aws_route_table.a.id",
    "DESTINATION": 'destination_cidr_block = "0.0.0.0/0"',
    "TARGET": "gateway_id = aws_internet_gateway.main.id",
    "BLOCK": '"off"',
    "LAUNCH": '"FARGATE"',
    "SUBNETS": "[aws_subnet.a.id]",
    "PUBLIC": "true",
}


def told(folder: Path, changes: dict[str, str]) -> list[str]:
    """What TW203 and TW603 say of the stack with some changes, but for what passes."""
    report = scanned(folder, filled(STACK, DEFAULTS | changes), "TW203", "TW603")
    found = [each.message for each in report.findings]
    found += [f"{each.rule} needs {', '.join(each.missing)}" for each in report.unknowns]
    words = {
        "tasks of aws_ecs_service.web get public addresses": "public",
        ", and cannot pull their image without them": ", and needed",
        ": add a NAT gateway, or copy it to ECR and add endpoints, first": "",
        "aws_ecs_service.web runs tasks with public addresses in": "public in",
        "aws_ecs_service.web runs tasks in": "in",
        "in a subnet with a route to an internet gateway": "in a public subnet",
    }
    for before, after in words.items():
        found = [each.replace(before, after) for each in found]
    return sorted(found)


@pytest.mark.parametrize(
    ("word", "value", "said"),
    [
        ("PUBLIC", "false", ["in a public subnet"]),
        ("PUBLIC", "null", ["in a public subnet"]),
        ("PUBLIC", "var.which", ["in a public subnet"]),
        ("TABLE", "aws_route_table.other.id", ["public"]),
        ("TABLE", "var.which", ["TW603 needs var.which", "public"]),
        (
            "TABLE",
            "[aws_route_table.a.id, aws_route_table.other.id][var.which]",
            ["TW603 needs var.which", "public, and needed"],
        ),
        ("DESTINATION", 'destination_cidr_block = "192.0.2.0/24"', ["public in a public subnet"]),
        ("DESTINATION", 'destination_cidr_block = "10.0.0.0/8"', ["public in a public subnet"]),
        ("DESTINATION", "destination_cidr_block = var.which", ["public in a public subnet"]),
        ("DESTINATION", 'destination_ipv6_cidr_block = "::/0"', ["public in a public subnet"]),
        ("TARGET", 'nat_gateway_id = "nat-1"', ["public"]),
        ("TARGET", "gateway_id = var.which", ["TW603 needs var.which", "public"]),
        ("TARGET", 'transit_gateway_id = "tgw-1"', ["public"]),
        ("TARGET", 'network_interface_id = "eni-1"', ["public"]),
        ("BLOCK", '"block-bidirectional"', ["public, and needed"]),
        ("BLOCK", '"block-ingress"', ["public, and needed"]),
        ("BLOCK", "var.which", ["TW603 needs var.which", "public, and needed"]),
        ("LAUNCH", '"EC2"', ["public in a public subnet"]),
        ("LAUNCH", "var.which", ["public in a public subnet"]),
        ("SUBNETS", "[var.which]", ["TW603 needs var.which", "public"]),
        ("SUBNETS", '["subnet-1"]', ["TW603 needs subnet-1", "public"]),
        ("SUBNETS", "var.which", ["TW603 needs var.which", "public"]),
        (
            "SUBNETS",
            '[[aws_subnet.a.id, "subnet-1"][var.which]]',
            ["TW603 needs var.which", "public"],
        ),
        ("GATEWAY_OF", "var.which", ["public in a public subnet"]),
    ],
)
def test_tasks_with_public_addresses(
    word: str, value: str, said: list[str], tmp_path: Path
) -> None:
    """They are told of, and where they are; and whether they need them to pull their image."""
    assert told(tmp_path, {word: value}) == said


@pytest.mark.parametrize(
    ("word", "value", "said"),
    [
        ("TABLE", "aws_route_table.other.id", []),
        ("TABLE", "var.which", ["TW603 needs var.which"]),
        (
            "TABLE",
            "[aws_route_table.a.id, aws_route_table.other.id][var.which]",
            ["TW603 needs var.which"],
        ),
        ("DESTINATION", 'destination_cidr_block = "192.0.2.0/24"', ["in a public subnet"]),
        ("DESTINATION", 'destination_cidr_block = "10.0.0.0/8"', ["in a public subnet"]),
        ("DESTINATION", "destination_cidr_block = var.which", ["in a public subnet"]),
        ("DESTINATION", 'destination_ipv6_cidr_block = "::/0"', ["in a public subnet"]),
        ("TARGET", 'nat_gateway_id = "nat-1"', []),
        ("TARGET", "gateway_id = var.which", ["TW603 needs var.which"]),
        ("TARGET", 'transit_gateway_id = "tgw-1"', []),
        ("TARGET", 'network_interface_id = "eni-1"', []),
        ("BLOCK", '"block-bidirectional"', []),
        ("BLOCK", '"block-ingress"', []),
        ("BLOCK", "var.which", ["TW603 needs var.which"]),
        ("LAUNCH", '"EC2"', ["in a public subnet"]),
        ("LAUNCH", "var.which", ["in a public subnet"]),
        ("SUBNETS", "[var.which]", ["TW603 needs var.which"]),
        ("SUBNETS", '["subnet-1"]', ["TW603 needs subnet-1"]),
        ("SUBNETS", "var.which", ["TW603 needs var.which"]),
        ("SUBNETS", '[[aws_subnet.a.id, "subnet-1"][var.which]]', ["TW603 needs var.which"]),
        ("GATEWAY_OF", "var.which", ["in a public subnet"]),
    ],
)
def test_tasks_without_public_addresses(
    word: str, value: str, said: list[str], tmp_path: Path
) -> None:
    """A subnet is public by its own table's route, unless Block Public Access is on."""
    assert told(tmp_path, {"PUBLIC": "false"} | {word: value}) == said
