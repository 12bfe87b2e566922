"""Which VPCs flow logs are asked of, and which of their subnets, by the tasks that run there."""

import pytest

from lowering.networks import network
from placeholders import filled
from taskwall.model.logging.flow_logs import logged_vpcs

STACK = """
variable "any" {}
variable "list" { type = list(string) }
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_vpc" "far" { cidr_block = "10.9.0.0/16" }
data "aws_subnet" "seen" { id = "subnet-1" }
resource "aws_subnet" "a" { vpc_id = aws_vpc.main.id }
resource "aws_subnet" "b" { vpc_id = aws_vpc.main.id }
resource "aws_subnet" "far" { vpc_id = aws_vpc.far.id }
resource "aws_subnet" "loose" { vpc_id = [aws_vpc.main.id, aws_vpc.far.id][var.any] }
resource "aws_security_group" "main" { vpc_id = aws_vpc.main.id }
resource "aws_ecs_service" "web" {
  launch_type = "FARGATE"
  NETWORKED
}
resource "aws_ecs_service" "other" {
  launch_type = "FARGATE"
  BESIDE
}
"""
A, B, FAR, LOOSE = (f"aws_subnet.{name}.id" for name in ("a", "b", "far", "loose"))
GROUP = "[aws_security_group.main.id]"
MAIN, OF_WEB = "aws_vpc.main", "the VPC of aws_ecs_service.web"
PERHAPS = f"""dynamic "network_configuration" {{
    for_each = var.list
    content {{ subnets = [{A}] }}
  }}"""
Watched = tuple[str, list[str], bool, list[str]]
"""A VPC, its subnets that have tasks, whether these are all, and what is waited for."""


def within(subnets: str, groups: str = "[]") -> str:
    """Tasks with interfaces of their own."""
    return f"""network_configuration {{
    subnets         = {subnets}
    security_groups = {groups}
  }}"""


@pytest.mark.parametrize(
    ("networked", "beside", "expected"),
    [
        pytest.param(within(f"[{A}]"), "", [(MAIN, ["a"], True, [MAIN])], id="one subnet"),
        pytest.param(
            within(f"[{A}, {B}]"), "", [(MAIN, ["a", "b"], True, [MAIN])], id="two subnets"
        ),
        pytest.param(
            within(f"[{A}, var.any]"), "", [(MAIN, ["a"], False, ["var.any"])],
            id="one, and a given one",
        ),
        pytest.param(within("var.list"), "", [("", [], False, ["var.list"])], id="given ones"),
        pytest.param(
            within("var.list", GROUP), "", [(MAIN, [], False, ["var.list"])],
            id="given ones of a group's VPC",
        ),
        pytest.param(within("[]"), "", [], id="none"),
        pytest.param(
            within("[]", GROUP), "", [(MAIN, [], False, [MAIN])], id="none, with a group"
        ),
        pytest.param(
            within(f"[{LOOSE}]"), "", [("", ["loose"], True, ["var.any"])], id="one of either VPC"
        ),
        pytest.param(
            within(f"[{LOOSE}]", GROUP), "", [(MAIN, ["loose"], True, [MAIN])],
            id="one of either VPC, with a group",
        ),
        pytest.param(
            within("[data.aws_subnet.seen.id]"), "", [("", [], False, [OF_WEB])], id="looked up"
        ),
        pytest.param(
            within(f"[[{A}, {B}][var.any]]"), "", [("", [], False, ["var.any"])], id="one of two"
        ),
        pytest.param(
            within(f'var.any == "" ? [{A}] : [{B}]'), "", [(MAIN, ["a", "b"], False, ["var.any"])],
            id="either",
        ),
        pytest.param(PERHAPS, "", [(MAIN, ["a"], False, ["var.list"])], id="perhaps one"),
        pytest.param("", "", [], id="no interfaces of their own"),
        pytest.param(
            within(f"[{A}]"), within(f"[{B}]"), [(MAIN, ["a", "b"], True, [MAIN])],
            id="two services in one VPC",
        ),
        pytest.param(
            within(f"[{A}]"), within(f"[{FAR}]"),
            [(MAIN, ["a"], True, [MAIN]), ("aws_vpc.far", ["far"], True, ["aws_vpc.far"])],
            id="two services in two VPCs",
        ),
        pytest.param(
            within(f"[{A}]"), within("var.list", GROUP), [(MAIN, ["a"], False, ["var.list"])],
            id="two services, one in given subnets",
        ),
    ],
)  # fmt: skip
def test_which_vpcs_hold_tasks(networked: str, beside: str, expected: list[Watched]) -> None:
    """Those of awsvpc tasks, each with the subnets that these name, as far as they are known."""
    found = network(filled(STACK, {"NETWORKED": networked, "BESIDE": beside}))

    assert [
        (
            watch.key,
            [subnet.id.removeprefix("aws_subnet.") for subnet in watch.subnets],
            watch.whole,
            [need.name for need in watch.needs],
        )
        for watch in logged_vpcs(found)
    ] == expected
