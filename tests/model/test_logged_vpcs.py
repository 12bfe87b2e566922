"""Which VPCs flow logs are asked of, and which of their subnets, by the tasks that run there."""

import pytest

from lowering.networks import network
from placeholders import filled
from taskwall.model.logging.flow_logs import judged_logs, logged_vpcs

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
        pytest.param(
            within(f"[{A}, [{A}, {B}][var.any]]"), "", [(MAIN, ["a"], False, ["var.any"])],
            id="one, and one of two",
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


LOG = """
resource "aws_flow_log" "NAME" {
  ON
  traffic_type = "TYPE"
}
"""
OF_MAIN, OF_A, OF_B = f"vpc_id = {MAIN}.id", f"subnet_id = {A}", f"subnet_id = {B}"
OF_EITHER = f"vpc_id = [{MAIN}.id, aws_vpc.far.id][var.any]"
ALL, SOME = "ALL", "REJECT"
MAYBE = 'count = var.any == "" ? 1 : 0'


@pytest.mark.parametrize(
    ("logs", "expected"),
    [
        ([(OF_MAIN, ALL)], {"log0": (True, True)}),
        ([(OF_MAIN, SOME)], {"log0": (False, True)}),
        ([(OF_A, SOME)], {"log0": (False, True)}),
        # One of the VPC that meets it is enough, and so are those of all subnets.
        ([(OF_MAIN, ALL), (OF_MAIN, SOME)], {"log0": (True, True)}),
        ([(OF_MAIN, ALL), (OF_A, SOME)], {"log0": (True, True)}),
        (
            [(OF_MAIN, SOME), (OF_A, ALL), (OF_B, ALL)],
            {"log1": (True, True), "log2": (True, True)},
        ),
        ([(OF_MAIN, SOME), (OF_A, ALL)], {"log0": (False, True), "log1": (True, True)}),
        (
            [(OF_MAIN, SOME), (OF_A, ALL), (OF_B, SOME)],
            {"log0": (False, True), "log1": (True, True), "log2": (False, True)},
        ),
        # So is one of two of a subnet, whatever others lack.
        ([(OF_A, ALL), (OF_A, SOME)], {"log0": (True, True)}),
        # What may not be there, or may be another VPC's, settles nothing.
        (
            [(f"{OF_MAIN}\n  {MAYBE}", ALL), (OF_MAIN, SOME)],
            {"log0[0]": (True, True), "log1": (False, None)},
        ),
        ([(OF_EITHER, ALL), (OF_MAIN, SOME)], {"log0": (True, None), "log1": (False, None)}),
        ([(OF_EITHER, SOME)], {"log0": (False, None)}),
    ],
)
def test_which_logs_a_requirement_is_held_against(
    logs: list[tuple[str, str]], expected: dict[str, tuple[bool | None, bool | None]]
) -> None:
    """Those that the tasks need for it: others beside them are not judged."""
    text = filled(STACK, {"NETWORKED": within(f"[{A}, {B}]"), "BESIDE": ""})
    for number, (on, kind) in enumerate(logs):
        text += filled(LOG, {"ON": on}).replace("NAME", f"log{number}").replace("TYPE", kind)
    found = network(text)

    judged = judged_logs(found, lambda log: log.traffic.is_("ALL"))
    assert {
        each.log.id.removeprefix("aws_flow_log."): (each.meets.truth, each.concerned.truth)
        for each in judged
    } == expected
