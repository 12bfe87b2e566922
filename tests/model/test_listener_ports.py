"""The ports that public load balancers open: those of listeners, of all that have the group."""

from pathlib import Path
from typing import TypeAlias

import pytest

from lowering.networks import network
from placeholders import scanned
from taskwall.model.entities.load_balancer import LoadBalancer
from taskwall.model.exposure.listener_ports import listening

COMMON = """
variable "which" {}
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_subnet" "a" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_security_group" "edge" {
  vpc_id = aws_vpc.main.id
  RULES
}
resource "aws_ecs_service" "web" {
  launch_type = "FARGATE"
  network_configuration { subnets = [aws_subnet.a.id] }
  BOUND
}
"""
RULE = """ingress {
    protocol    = "BY"
    from_port   = FIRST
    to_port     = LAST
    cidr_blocks = ["FROM"]
  }
"""
ANYWHERE = "0.0.0.0/0"
BALANCER = """
resource "aws_lb" "NAME" {
  internal        = false
  subnets         = [aws_subnet.a.id]
  security_groups = GROUPS
}
resource "aws_lb_target_group" "NAME" {
  port        = 80
  protocol    = "HTTP"
  target_type = "ip"
  vpc_id      = aws_vpc.main.id
}
resource "aws_lb_listener" "NAME" {
  load_balancer_arn = aws_lb.NAME.arn
  port              = LISTENS
  protocol          = "HTTPS"
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.NAME.arn
  }
}
"""
BOUND = """load_balancer {
    target_group_arn = aws_lb_target_group.NAME.arn
    container_name   = "web"
    container_port   = 80
  }
"""
Rule: TypeAlias = tuple[str, int, int, str]
Listener: TypeAlias = tuple[str, object]
OWN = "[aws_security_group.edge.id]"
MAYBE = f'var.which == "" ? {OWN} : []'


def opened(*rules: Rule) -> str:
    """Rules of the group: by which protocol, from which port to which, from where."""
    found = ""
    for rule in rules:
        text = RULE
        for word, value in zip(("BY", "FIRST", "LAST", "FROM"), rule, strict=True):
            text = text.replace(word, str(value))
        found += text
    return found


def balancer(name: str, groups: str, port: int) -> str:
    """A public load balancer with a listener."""
    found = BALANCER.replace("NAME", name).replace("GROUPS", groups)
    return found.replace("LISTENS", str(port))


@pytest.mark.parametrize(
    ("one", "other", "port", "said"),
    [
        (OWN, OWN, 443, "pass"),
        (OWN, OWN, 8443, "pass"),
        (OWN, OWN, 80, "fail aws_lb.one, aws_lb.other"),
        (OWN, MAYBE, 80, "fail aws_lb.one"),
        (MAYBE, OWN, 80, "fail aws_lb.other"),
        (MAYBE, MAYBE, 80, "unknown aws_lb.one, aws_lb.other"),
        ("[]", "[]", 80, ""),
    ],
)
def test_a_group_opens_ports_of_what_has_it(
    one: str, other: str, port: int, said: str, tmp_path: Path
) -> None:
    """A listener of either makes a port right; those are named that certainly have the group."""
    bound = "".join(BOUND.replace("NAME", name) for name in ("one", "other"))
    text = COMMON.replace("RULES", opened(("tcp", port, port, ANYWHERE))).replace("BOUND", bound)
    text += balancer("one", one, 443) + balancer("other", other, 8443)
    report = scanned(tmp_path, text, "TW214")

    found = {("fail", each.message) for each in report.findings}
    found |= {("unknown", each.message) for each in report.unknowns}
    told = [
        f"{verdict} {text.partition(' to ')[2].partition(' on port')[0]}" for verdict, text in found
    ]
    assert told == ([said] if said not in ("", "pass") else [])
    assert bool(report.passes) is (said == "pass")


INPUTS = 'variable "which" {}\nvariable "port" {}\n'
TCP, UDP = ("tcp",), ("udp",)


@pytest.mark.parametrize(
    ("protocol", "port", "known", "alike", "waits"),
    [
        ("HTTPS", "443", TCP, (), []),
        ("TLS", "443", TCP, (), []),
        ("UDP", "443", UDP, (), []),
        ("QUIC", "443", UDP, (), []),
        ("TCP_UDP", "443", (*TCP, *UDP), (), []),
        ("TCP_QUIC", "443", (*TCP, *UDP), (), []),
        ("${var.which}", "443", (), (), ["var.which"]),
        # A rule for the same input opens this port, if it is for the same protocol.
        ("TLS", "var.port", (), TCP, ["var.port"]),
        ("QUIC", "var.port", (), UDP, ["var.port"]),
        ("${var.which}", "var.port", (), (), ["var.port"]),
        ("TLS", "443\n  count = var.which", (), (), ["var.which"]),
        ("TLS", "var.port\n  count = var.which", (), (), ["var.which", "var.port"]),
    ],
)
def test_on_which_ports_a_load_balancer_listens(
    protocol: str, port: str, known: tuple[str, ...], alike: tuple[str, ...], waits: list[str]
) -> None:
    """Over TCP, UDP or both; a listener of which that is not known is one to wait for."""
    text = BALANCER.replace("NAME", "one").replace("GROUPS", "[]").replace("LISTENS", port)
    found = network(INPUTS + text.replace('"HTTPS"', f'"{protocol}"'))
    (one,) = found.every(LoadBalancer)

    ports = listening(found, one)
    by = {"tcp": ports.tcp, "udp": ports.udp}
    assert {name: held.spans for name, held in by.items() if held} == dict.fromkeys(
        known, ((443, 443),)
    )
    assert {spoken for spoken, _ in ports.named} == {*alike}
    assert [need.name for need in ports.needs] == waits


HTTPS = ("tcp", 443, 443, ANYWHERE)
ALL_OF_TCP = ("tcp", 0, 65535, ANYWHERE)
SSH, QUIC = ("tcp", 22, 22, ANYWHERE), ("udp", 443, 443, ANYWHERE)
EVERYTHING = ("-1", 0, 0, ANYWHERE)
REMOVE = "Remove it: the ports of the listeners are open to the internet already."
KEEP = "Nothing listens on port 443 here."
ONLY = "Allow the internet only on the port of a listener:\n"
OVER = "Allow the internet on the port of a listener over {}:\n"
CHOICE = '"<port of a listener>"'


def mend(start: str, first: object, last: object, by: str = "") -> str:
    """A remedy, and what is set."""
    protocol = f'protocol  = "{by}"\n' if by else ""
    return f"{start}{protocol}from_port = {first}\nto_port   = {last}"


AT_443: list[Listener] = [("HTTPS", 443)]
MENDS: dict[str, tuple[list[Rule], list[Listener], str]] = {
    "all ports of TCP": ([ALL_OF_TCP], AT_443, mend(ONLY, 443, 443)),
    "all ports": ([EVERYTHING], AT_443, mend(ONLY, 443, 443, "tcp")),
    "all ports, and the listener's": ([EVERYTHING, HTTPS], AT_443, REMOVE),
    "all ports of TCP, and one of two": (
        [ALL_OF_TCP, HTTPS],
        [*AT_443, ("HTTPS", 8443)],
        mend(ONLY, CHOICE, CHOICE),
    ),
    "all ports of TCP, and one beside an input": (
        [ALL_OF_TCP, HTTPS],
        [*AT_443, ("HTTPS", "var.which")],
        mend(ONLY, CHOICE, CHOICE),
    ),
    "all ports of TCP, and one beside the next of an input": (
        [ALL_OF_TCP, HTTPS],
        [*AT_443, ("HTTPS", "var.which + 1")],
        mend(ONLY, CHOICE, CHOICE),
    ),
    "all ports of TCP, and one beside what may be": (
        [ALL_OF_TCP, HTTPS],
        [*AT_443, ("HTTPS", "8443\n  count = var.which")],
        mend(ONLY, CHOICE, CHOICE),
    ),
    "another port, and all of them": ([SSH, ALL_OF_TCP], AT_443, mend(ONLY, 443, 443)),
    "another port": ([SSH], AT_443, mend(ONLY, 443, 443)),
    "another port, and the listener's": ([SSH, HTTPS], AT_443, REMOVE),
    "another port, and the listener's to some": (
        [SSH, ("tcp", 443, 443, "203.0.113.0/24")],
        AT_443,
        mend(ONLY, 443, 443),
    ),
    "a range that begins there": (
        [("tcp", 443, 500, ANYWHERE)],
        AT_443,
        mend(ONLY, 443, 443),
    ),
    "a range between two": (
        [("tcp", 443, 500, ANYWHERE)],
        [*AT_443, ("HTTPS", 500)],
        mend(ONLY, CHOICE, CHOICE),
    ),
    "443 without a listener": ([HTTPS], [("HTTP", 80)], KEEP),
    "UDP": ([QUIC], AT_443, mend(OVER.format("TCP"), 443, 443, "tcp")),
    "UDP, and the listener's": ([QUIC, HTTPS], AT_443, REMOVE),
    "TCP of a listener for UDP": (
        [("tcp", 53, 53, ANYWHERE)],
        [("UDP", 53)],
        mend(OVER.format("UDP"), 53, 53, "udp"),
    ),
    "TCP of two listeners for UDP": (
        [("tcp", 53, 53, ANYWHERE)],
        [("UDP", 53), ("UDP", 99)],
        mend(OVER.format("UDP"), CHOICE, CHOICE, "udp"),
    ),
    "a port between TCP and UDP": (
        [SSH],
        [("UDP", 53), ("TCP", 443)],
        mend(ONLY, CHOICE, CHOICE),
    ),
}


@pytest.mark.parametrize(("rules", "listeners", "fix"), MENDS.values(), ids=MENDS)
def test_what_mends_a_rule_that_opens_more(
    rules: list[Rule],
    listeners: list[Listener],
    fix: str,
    tmp_path: Path,
) -> None:
    """It goes where the internet reaches all listeners without it; else it opens their port."""
    text = COMMON.replace("RULES", opened(*rules))
    names = [f"n{number}" for number, _ in enumerate(listeners)]
    text = text.replace("BOUND", "".join(BOUND.replace("NAME", name) for name in names))
    for name, (spoken, port) in zip(names, listeners, strict=True):
        one = BALANCER.replace("NAME", name).replace("GROUPS", OWN).replace("LISTENS", str(port))
        if spoken in ("TCP", "UDP"):
            kind = 'load_balancer_type = "network"\n  subnets'
            one = one.replace('"HTTP"', f'"{spoken}"').replace("subnets", kind, 1)
        text += one.replace('"HTTPS"', f'"{spoken}"')
    report = scanned(tmp_path, text, "TW214")

    found, *_ = report.findings
    assert found.fix is not None
    assert found.fix.text.startswith(fix)
