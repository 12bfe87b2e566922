"""Which ends of flows the words stand for that users ask by: names, addresses, ranges."""

import pytest

from lowering.networks import network
from taskwall.model.flows.reach import Reach
from taskwall.model.flows.selection import NoEndError, Selection, ends, select_ends

STACK = """
variable "on" {}
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_vpc" "far" { cidr_block = "10.9.0.0/16" }
resource "aws_subnet" "a" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_subnet" "b" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.2.0/24"
}
resource "aws_security_group" "web" {
  name   = "sg-of-web"
  vpc_id = aws_vpc.main.id
}
resource "aws_security_group" "spare" { vpc_id = aws_vpc.main.id }
resource "aws_route_table" "main" { vpc_id = aws_vpc.main.id }
resource "aws_vpc_endpoint" "web" {
  vpc_id          = aws_vpc.main.id
  service_name    = "com.amazonaws.eu-west-1.s3"
  route_table_ids = [aws_route_table.main.id]
}
resource "aws_vpc_endpoint" "s3" {
  vpc_id          = aws_vpc.main.id
  service_name    = "com.amazonaws.eu-west-1.dynamodb"
  route_table_ids = [aws_route_table.main.id]
}
resource "aws_lb" "web" { subnets = [aws_subnet.a.id] }
resource "aws_ecs_service" "web" {
  name        = "shop"
  launch_type = "FARGATE"
  network_configuration {
    subnets         = [aws_subnet.b.id]
    security_groups = [aws_security_group.web.id]
  }
}
resource "aws_ecs_service" "jobs" {
  name        = "jobs-${var.on}"
  launch_type = "FARGATE"
  network_configuration {
    subnets         = [aws_subnet.a.id]
    security_groups = [aws_security_group.web.id]
  }
}
"""
JOBS, LB, WEB = "service:jobs", "lb:web", "service:web"


def selected(word: str) -> Selection:
    """What a word stands for in the stack."""
    return select_ends(Reach(network(STACK)), word)


@pytest.mark.parametrize(
    ("word", "names"),
    [
        ("internet", ["internet"]),
        ("onprem", ["onprem"]),
        ("aws:s3", ["aws:s3"]),
        ("service:web", [WEB]),
        ("service:aws_ecs_service.web", [WEB]),
        # By its name in AWS, where no address is that.
        ("service:shop", [WEB]),
        ("lb:web", [LB]),
        # An endpoint is no service, whatever both are called.
        ("endpoint:web", ["endpoint:web"]),
        ("endpoint:aws_vpc_endpoint.web", ["endpoint:web"]),
        ("endpoint:s3", ["endpoint:s3"]),
        ("vpc:main", [LB, JOBS, WEB, "vpc:main"]),
        ("vpc:aws_vpc.main", [LB, JOBS, WEB, "vpc:main"]),
        ("vpc:far", ["vpc:far"]),
        ("subnet:a", [LB, JOBS, "vpc:main"]),
        ("subnet:b", [WEB, "vpc:main"]),
        ("group:web", ["group:web", JOBS, WEB]),
        ("group:sg-of-web", ["group:web", JOBS, WEB]),
        ("group:spare", ["group:spare"]),
        # A range stands for all that may have one of its addresses.
        ("10.0.1.0/24", [LB, "onprem", JOBS, "vpc:main"]),
        ("10.0.2.7/32", ["onprem", WEB, "vpc:main"]),
        ("10.0.0.0/8", [LB, "onprem", JOBS, WEB, "vpc:far", "vpc:main"]),
        ("10.9.0.0/24", ["onprem", "vpc:far"]),
        ("192.168.0.0/16", ["onprem"]),
        ("8.8.8.0/24", ["internet", "onprem"]),
        ("2001:4860::/32", ["internet", "onprem"]),
    ],
)
def test_what_a_word_stands_for(word: str, names: list[str]) -> None:
    """Whatever is meant by it, and what is in that."""
    found = selected(word)

    assert sorted(found.names) == names
    assert found.needs == ()


@pytest.mark.parametrize(
    "word",
    [
        *("service", "service:", ":web", "web", "", "aws:", "none:web", "10.0.0.0/33"),
        # None of these is of that kind.
        *("service:s3", "service:none", "lb:shop", "store:web", "task:web", "endpoint:shop"),
        *("vpc:none", "subnet:main", "group:none", "service:aws_lb.web", "service:we"),
    ],
)
def test_a_word_that_stands_for_nothing(word: str) -> None:
    """Is no end of this stack."""
    with pytest.raises(NoEndError):
        selected(word)


@pytest.mark.parametrize(
    ("word", "names"),
    [("service:jobs-prod", [JOBS]), ("service:jobs-", [JOBS]), ("service:job", None)],
)
def test_a_name_of_which_a_part_is_known_may_be_meant(word: str, names: list[str] | None) -> None:
    """If the part fits, it waits for the rest."""
    if names is None:
        with pytest.raises(NoEndError):
            selected(word)
        return
    found = selected(word)

    assert sorted(found.names) == names
    assert [need.name for need in found.needs] == ["var.on"]


def test_every_end_can_be_named_by_what_is_listed() -> None:
    """So that what an editor offers is found."""
    reach = Reach(network(STACK))
    words = [*ends(reach)]

    assert {"service:shop", WEB, "endpoint:s3", "vpc:far", "subnet:a", "group:spare"} < {*words}
    assert all(select_ends(reach, word).names for word in words)
