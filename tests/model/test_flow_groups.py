"""Whether the groups of two services let one reach the other, as far as it is known which they are.

A group from elsewhere may be another one from elsewhere, and none that the sources write.
"""

from itertools import product
from pathlib import Path

import pytest

from placeholders import filled
from taskwall.api.flows import list_flows
from taskwall.api.options import Options

STACK = """
variable "which" {}
variable "other" {}
data "aws_security_group" "seen" { name = var.which }
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_subnet" "main" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_security_group" "own" {
  vpc_id = aws_vpc.main.id
  egress {
    protocol    = "-1"
    from_port   = 0
    to_port     = 0
    cidr_blocks = ["0.0.0.0/0"]
  }
}
resource "aws_security_group" "shut" { vpc_id = aws_vpc.main.id }
resource "aws_security_group" "server" {
  vpc_id = aws_vpc.main.id
  ingress {
    protocol        = "tcp"
    from_port       = 80
    to_port         = 80
    security_groups = [PEER]
  }
}
resource "aws_ecs_service" "client" {
  launch_type = "FARGATE"
  network_configuration {
    subnets         = [aws_subnet.main.id]
    security_groups = HAS
  }
}
resource "aws_ecs_service" "server" {
  launch_type = "FARGATE"
  network_configuration {
    subnets         = [aws_subnet.main.id]
    security_groups = [aws_security_group.server.id]
  }
}
"""
GROUPS = {
    "own": "aws_security_group.own.id",
    "an input": "var.which",
    "another input": "var.other",
    "looked up": "data.aws_security_group.seen.id",
    "an id": '"sg-1"',
}
CHOSEN = "[aws_security_group.own.id, aws_security_group.shut.id][var.which]"
PERHAPS_OWN = 'var.which == "" ? [aws_security_group.own.id] : []'
NEEDS = {
    "an input": "var.which",
    "another input": "var.other",
    "looked up": "data.aws_security_group.seen",
    "an id": "sg-1",
}


def told(folder: Path, has: str, peer: str) -> list[str]:
    """What the client can open to the server, in short."""
    return told_of(folder, filled(STACK, {"HAS": has, "PEER": peer}))


def told_of(folder: Path, text: str) -> list[str]:
    """What the client of a stack can open to its server, in short."""
    (folder / "main.tf").write_text(text, encoding="utf-8")
    found = list_flows(Options(paths=(str(folder),)), "service:client", "service:server")
    assert not found.problems
    return [f"{flow.protocol} {','.join(flow.ports)}" + (
        f" needs {', '.join(sorted(flow.missing))}" if flow.missing else ""
    ) for flow in found.flows]  # fmt: skip


@pytest.mark.parametrize(("has", "peer"), [*product(GROUPS, GROUPS)])
def test_a_group_that_is_not_known_may_be_another_such(has: str, peer: str, tmp_path: Path) -> None:
    """What decides which groups they are is asked for; of one with an id, what it lets out."""
    needs = {NEEDS[has]} if has in NEEDS else set()
    needs |= {NEEDS[peer]} if peer in NEEDS and peer != "an id" else set()
    written = (has, peer).count("own")
    wanted = f" needs {', '.join(sorted(needs))}" if needs else ""
    expected = [] if written == 1 else [f"tcp 80{wanted}"]
    assert told(tmp_path, f"[{GROUPS[has]}]", GROUPS[peer]) == expected


@pytest.mark.parametrize(
    ("has", "peer", "said"),
    [
        (f"[{CHOSEN}]", "own", ["tcp 80 needs var.which"]),
        ("[aws_security_group.shut.id]", "own", []),
        ("[aws_security_group.shut.id, aws_security_group.own.id]", "own", ["tcp 80"]),
        ("[aws_security_group.own.id, var.which]", "own", ["tcp 80"]),
        ("[aws_security_group.shut.id, var.which]", "own", []),
        (
            f"concat([aws_security_group.shut.id], {PERHAPS_OWN})",
            "own",
            ["tcp 80 needs var.which"],
        ),
        ("var.which", "own", []),
    ],
)
def test_which_groups_a_client_has(has: str, peer: str, said: list[str], tmp_path: Path) -> None:
    """One of several is enough, and one that may be there lets it in if it is."""
    assert told(tmp_path, has, GROUPS[peer]) == said


SERVER, SHUT = "aws_security_group.server.id", "aws_security_group.shut.id"
TIES = {
    "its group": (f"[{SERVER}]", True),
    "either": (f"var.tied ? [{SERVER}] : [{SHUT}]", None),
    "another": (f"[{SHUT}]", False),
}
PEERS = {
    "its range": ('["10.0.0.0/16"]', True),
    "an input": ("[var.peer]", None),
    "another range": ('["10.9.0.0/16"]', False),
}
PORTS = {"a port": ("80", True), "an input": ("var.port", None)}


@pytest.mark.parametrize("tie", TIES)
@pytest.mark.parametrize("peer", PEERS)
@pytest.mark.parametrize("port", PORTS)
def test_each_part_of_a_permission_is_waited_for(
    tie: str, peer: str, port: str, tmp_path: Path
) -> None:
    """Whether the group is there, whom it lets in, and on which ports: each may close it alone."""
    (tied, has), (ranges, lets), (number, opens) = TIES[tie], PEERS[peer], PORTS[port]
    text = filled(STACK, {"PEER": "", "HAS": "[aws_security_group.own.id]"})
    for before, after in (
        ("security_groups = []", f"cidr_blocks = {ranges}"),
        ("from_port       = 80", f"from_port = {number}"),
        ("to_port         = 80", f"to_port = {number}"),
        (f"[{SERVER}]", tied),
    ):
        assert before in text
        text = text.replace(before, after)
    text += "".join(f'variable "{name}" {{}}\n' for name in ("tied", "peer", "port"))
    (tmp_path / "main.tf").write_text(text)
    flows = list_flows(Options(paths=(str(tmp_path),)), "service:client", "service:server").flows

    parts = {"var.tied": has, "var.peer": lets, "var.port": opens}
    waits = [name for name, truth in parts.items() if truth is None]
    expected = [] if False in parts.values() else [waits]
    assert [sorted(flow.missing) for flow in flows] == [sorted(each) for each in expected]


def test_a_permission_that_may_not_be_there_on_an_unknown_port_waits_for_both(
    tmp_path: Path,
) -> None:
    """For whether it is there, and for which port it opens."""
    text = filled(STACK, {"PEER": "", "HAS": "[aws_security_group.own.id]"})
    text += """
variable "port" {}
resource "aws_vpc_security_group_ingress_rule" "more" {
  count             = var.other
  security_group_id = aws_security_group.server.id
  ip_protocol       = "tcp"
  from_port         = var.port
  to_port           = var.port
  cidr_ipv4         = "10.0.0.0/16"
}
"""
    assert told_of(tmp_path, text) == ["tcp all needs var.other, var.port"]


def test_a_rule_that_is_written_for_a_group_from_elsewhere_counts(tmp_path: Path) -> None:
    """It is there for certain; what else the group allows is not known."""
    text = filled(STACK, {"PEER": "", "HAS": "[aws_security_group.own.id]"})
    text = text.replace(SERVER, "data.aws_security_group.seen.id")
    text += """
resource "aws_vpc_security_group_ingress_rule" "more" {
  security_group_id = data.aws_security_group.seen.id
  ip_protocol       = "tcp"
  from_port         = 80
  to_port           = 80
  cidr_ipv4         = "10.0.0.0/16"
}
"""
    certain, *others = told_of(tmp_path, text)
    assert certain == "tcp 80"
    assert others
    assert all(each.endswith(" needs data.aws_security_group.seen") for each in others)


ENTRY = """ingress {
    protocol    = "PROTOCOL"
    from_port   = 80
    to_port     = LAST
    cidr_blocks = [CIDR]
  }
"""
LOW, HIGH, ALL = '"10.0.1.0/25"', '"10.0.1.128/25"', '"10.0.0.0/16"'
SOMEWHERE = "needs the address in aws_subnet.main"


def entry(cidr: str, last: int = 80, protocol: str = "tcp") -> str:
    """A permission of its own."""
    return filled(ENTRY.replace("PROTOCOL", protocol), {"CIDR": cidr, "LAST": str(last)})


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        pytest.param([entry(ALL)], ["tcp 80"], id="all"),
        pytest.param([entry(LOW)], [f"tcp 80 {SOMEWHERE}"], id="one half"),
        pytest.param([entry(LOW), entry(LOW)], [f"tcp 80 {SOMEWHERE}"], id="the same half twice"),
        pytest.param([entry(LOW), entry(HIGH)], ["tcp 80"], id="both halves"),
        pytest.param([entry(f"{LOW}, {HIGH}")], ["tcp 80"], id="both in one"),
        pytest.param([entry(LOW), entry(ALL)], ["tcp 80"], id="one half, and all"),
        pytest.param(
            [entry(LOW), entry(HIGH, 81)], ["tcp 80", f"tcp 81 {SOMEWHERE}"],
            id="both halves, one on more ports",
        ),
        pytest.param(
            [entry(LOW), entry(HIGH, protocol="udp")],
            [f"tcp 80 {SOMEWHERE}", f"udp 80 {SOMEWHERE}"], id="each half by another protocol",
        ),
        pytest.param(
            [entry(LOW), entry('"10.9.0.0/16"')], [f"tcp 80 {SOMEWHERE}"],
            id="one half, and a range elsewhere",
        ),
    ],
)  # fmt: skip
def test_entries_that_hold_a_subnet_together(
    entries: list[str], said: list[str], tmp_path: Path
) -> None:
    """Where each is for a part of it, all addresses get in where the parts are all of it."""
    one = STACK[STACK.index("  ingress {") : STACK.index('resource "aws_ecs_service" "client"')]
    text = STACK.replace(one, f"  {'  '.join(entries)}}}\n")
    assert told_of(tmp_path, filled(text, {"HAS": "[aws_security_group.own.id]"})) == said


def test_entries_of_a_group_that_may_not_be_there_hold_a_subnet_together_if_it_is(
    tmp_path: Path,
) -> None:
    """What its entries hold together waits for whether the server has the group."""
    one = STACK[STACK.index("  ingress {") : STACK.index('resource "aws_ecs_service" "client"')]
    text = STACK.replace(one, f"  {entry(LOW)}  {entry(HIGH)}}}\n")
    text = text.replace(f"[{SERVER}]", 'var.which == "" ? [SERVER] : [SHUT]')
    text = filled(text, {"HAS": "[aws_security_group.own.id]", "SERVER": SERVER, "SHUT": SHUT})
    (said,) = told_of(tmp_path, text)
    assert said.startswith("tcp 80 needs ")
    assert "var.which" in said
