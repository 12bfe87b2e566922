"""Which ports a group may open, by all tasks that use it or may; what that waits for (TW209)."""

from pathlib import Path

import pytest

from placeholders import filled, scanned

STACK = """
variable "any" {}
variable "port" { type = number }
resource "aws_ecs_cluster" "main" { name = "main" }
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_security_group" "peer" { vpc_id = aws_vpc.main.id }
resource "aws_security_group" "web" { vpc_id = aws_vpc.main.id }
resource "aws_vpc_security_group_ingress_rule" "web" {
  security_group_id            = INTO
  referenced_security_group_id = aws_security_group.peer.id
  ip_protocol                  = "tcp"
  from_port                    = FIRST
  to_port                      = LAST
}
resource "aws_ecs_task_definition" "web" {
  family       = "web"
  network_mode = "awsvpc"
  container_definitions = jsonencode([{ name = "web", image = "web:1", portMappings = [MAPPED] }])
}
resource "aws_ecs_task_definition" "other" {
  family                = "other"
  network_mode          = "awsvpc"
  container_definitions = DEFINED
}
resource "aws_ecs_service" "web" {
  cluster         = aws_ecs_cluster.main.id
  task_definition = aws_ecs_task_definition.web.arn
  network_configuration { security_groups = [INTO] }
}
resource "aws_ecs_service" "other" {
  cluster         = aws_ecs_cluster.main.id
  task_definition = aws_ecs_task_definition.other.arn
  network_configuration { security_groups = [OTSHARED] }
}
"""
WEB, PEER = "aws_security_group.web.id", "aws_security_group.peer.id"
MAY, SHARED = {"OTSHARED": f"[{WEB}, {PEER}][var.any]"}, {"OTSHARED": WEB}
OUTSIDE = {"INTO": '"sg-0123456789abcdef0"'}


def maps(port: str) -> dict[str, str]:
    """The other service serves on a port."""
    mapping = f"[{{ containerPort = {port} }}]"
    text = f'jsonencode([{{ name = "other", image = "other:1", portMappings = {mapping} }}])'
    return {"DEFINED": text}


DEFAULTS = {
    "INTO": WEB,
    "FIRST": "8080",
    "LAST": "8081",
    "MAPPED": "{ containerPort = 8080 }",
    "OTSHARED": PEER,
} | maps("8081")
ALL = {"FIRST": "0", "LAST": "65535"}
CASES: dict[str, tuple[dict[str, str], str | tuple[str, ...]]] = {
    "one of two ports": ({}, "fail"),
    "both ports": ({"MAPPED": "{ containerPort = 8080 }, { containerPort = 8081 }"}, "pass"),
    "a port of an input": ({"MAPPED": "{ containerPort = var.port }"}, ("var.port",)),
    "one more of an input": (
        {"MAPPED": "{ containerPort = 8080 }, { containerPort = var.port }"},
        ("var.port",),
    ),
    "mappings of an input, all ports": ({"MAPPED": "var.any"} | ALL, ("var.any",)),
    "no ports": ({"MAPPED": ""}, ("the ports of aws_ecs_service.web",)),
    "the other's port": (SHARED, "pass"),
    "the other's port of an input": (SHARED | maps("var.port"), ("var.port",)),
    "the other's definition of an input": (SHARED | {"DEFINED": "var.any"}, ("var.any",)),
    "another port of the other": (SHARED | maps("9090"), "fail"),
    "perhaps the other's port": (MAY, ("var.any",)),
    "perhaps the other's port of an input": (MAY | maps("var.port"), ("var.any", "var.port")),
    "one port, perhaps the other's": (MAY | {"LAST": "8080"}, "pass"),
    "outside: both ports": (OUTSIDE, ("sg-0123456789abcdef0",)),
    "outside: one port": (OUTSIDE | {"LAST": "8080"}, "pass"),
    "outside: all ports": (OUTSIDE | ALL, "fail"),
    "outside: all but one": (OUTSIDE | ALL | {"FIRST": "1"}, ("sg-0123456789abcdef0",)),
    "outside: no ports": (OUTSIDE | ALL | {"MAPPED": ""}, ("the ports of aws_ecs_service.web",)),
}


@pytest.mark.parametrize(("changes", "said"), CASES.values(), ids=CASES)
def test_what_a_group_opens_beyond_what_is_served(
    changes: dict[str, str], said: str | tuple[str, ...], tmp_path: Path
) -> None:
    """A port is served by whichever tasks use the group; others may use one from elsewhere."""
    text = filled(STACK, DEFAULTS | changes)
    report = scanned(tmp_path, text, "TW209", profile="strict")

    found: list[object] = ["fail" for _ in report.findings]
    found += [each.missing for each in report.unknowns]
    assert (found or ["pass"]) == [said]


def ports(*mapped: str, udp: str = "") -> dict[str, str]:
    """What the first service maps: some ports of TCP, and perhaps one of UDP."""
    mappings = [f"{{ containerPort = {port} }}" for port in mapped]
    mappings += [f'{{ containerPort = {udp}, protocol = "udp" }}'] if udp else []
    return {"MAPPED": ", ".join(mappings)}


ELSEWHERE = {"FIRST": "9000", "LAST": "9001"}
OPEN = '"<port of a container>"'
MENDS: dict[str, tuple[dict[str, str], object, object, bool]] = {
    "part of what is open": ({}, "8080", "8080", True),
    "all ports open": (ALL, "8080", "8080", True),
    "none of what is open": (ELSEWHERE, "8080", "8080", False),
    "two beside each other": (ELSEWHERE | ports("8080", "8081"), "8080", "8081", False),
    "two, one of them open": (ports("8080", "9090"), "8080", "8080", True),
    "two, none of them open": (ELSEWHERE | ports("8080", "9090"), OPEN, OPEN, False),
    "two, all ports open": (ALL | ports("8080", "9090"), OPEN, OPEN, True),
    "UDP alone": (ELSEWHERE | ports(udp="8080"), OPEN, OPEN, True),
    "UDP and TCP": (ELSEWHERE | ports("8080", udp="8080"), OPEN, OPEN, True),
    "one beside an input, all ports open": (ALL | ports("8080", "var.port"), OPEN, OPEN, True),
    "an input, all ports open": (ALL | ports("var.port"), OPEN, OPEN, True),
    "one, perhaps the other's, all ports open": (ALL | MAY, OPEN, OPEN, True),
}


@pytest.mark.parametrize(("changes", "first", "last", "edited"), MENDS.values(), ids=MENDS)
def test_what_a_group_should_open(
    changes: dict[str, str], first: str, last: str, edited: bool, tmp_path: Path
) -> None:
    """The one range that is served: edited where the group opens some of it, or it is open."""
    text = filled(STACK, DEFAULTS | changes)
    [found] = scanned(tmp_path, text, "TW209", profile="strict").findings

    assert found.fix is not None
    assert found.fix.text.splitlines()[1:] == [f"from_port = {first}", f"to_port   = {last}"]
    assert bool(found.fix.edits) is edited
