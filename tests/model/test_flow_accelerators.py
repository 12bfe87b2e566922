"""What an accelerator brings to a load balancer: on which ports, and with whose addresses."""

from pathlib import Path

import pytest

from placeholders import filled
from taskwall.api.flows import list_flows
from taskwall.api.options import Options
from taskwall.lowering import lower
from taskwall.model.flows.flow import spoken_ports
from taskwall.model.load_balancing.accelerator import accelerated_balancers
from taskwall.readers import terraform
from taskwall.source.files import Files
from taskwall.source.stack import Inputs

STACK = """
variable "which" {}
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_internet_gateway" "main" { vpc_id = aws_vpc.main.id }
resource "aws_subnet" "a" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_security_group" "edge" {
  vpc_id = aws_vpc.main.id
  ingress {
    protocol    = "tcp"
    from_port   = 443
    to_port     = 443
    cidr_blocks = [ALLOWED]
  }
}
resource "aws_lb" "edge" {
  internal           = INTERNAL
  load_balancer_type = KIND
  subnets            = [aws_subnet.a.id]
  security_groups    = [aws_security_group.edge.id]
}
resource "aws_lb_listener" "edge" {
  load_balancer_arn = aws_lb.edge.arn
  port              = 443
  protocol          = PROTOCOL
  default_action { type = "fixed-response" }
}
resource "aws_globalaccelerator_accelerator" "main" { name = "main" }
resource "aws_globalaccelerator_listener" "main" {
  accelerator_arn = aws_globalaccelerator_accelerator.main.arn
  protocol        = "TCP"
  port_range {
    from_port = 443
    to_port   = 443
  }
}
resource "aws_globalaccelerator_endpoint_group" "main" {
  listener_arn = aws_globalaccelerator_listener.main.arn
  endpoint_configuration {
    endpoint_id                    = aws_lb.edge.arn
    client_ip_preservation_enabled = KEPT
  }
}
"""
ALB = {"KIND": '"application"', "PROTOCOL": '"HTTPS"'}
NLB = {"KIND": '"network"', "PROTOCOL": '"TCP"'}
PUBLIC, INNER = {"INTERNAL": "false"}, {"INTERNAL": "true"}
ANY = {"INTERNAL": "var.which"}
CLIENTS, NEAR, ALL = '"8.0.0.0/8"', '"10.0.0.0/16"', '"0.0.0.0/0"'
SOME, HIDDEN = "443 of 8.0.0.0/8", "443 needs the address in AWS's ranges"
NOT_WRITTEN = "443 needs whether aws_lb.edge sees clients' addresses"
UNKNOWN = "443 needs var.which"


def told(folder: Path, changes: dict[str, str]) -> list[str]:
    """What the internet opens to the load balancer by the accelerator, in short."""
    (folder / "main.tf").write_text(filled(STACK, changes), encoding="utf-8")
    found = list_flows(Options(paths=(str(folder),)), "internet", "lb:edge")
    assert not found.problems
    return [
        ",".join(flow.ports)
        + "".join(f" needs {each}" for each in flow.missing)
        + (f" of {','.join(flow.addresses)}" if flow.addresses else "")
        for flow in found.flows
        if flow.through == ("aws:globalaccelerator",)
    ]


@pytest.mark.parametrize(
    ("balancer", "kept", "allowed", "said"),
    [
        # What is not written: clients' own, but for a public Network Load Balancer.
        *((ALB | where, "null", CLIENTS, [SOME]) for where in (PUBLIC, INNER, ANY)),
        *((ALB | where, "null", NEAR, []) for where in (PUBLIC, INNER, ANY)),
        (NLB | INNER, "null", CLIENTS, [SOME]),
        (NLB | INNER, "null", NEAR, []),
        (NLB | PUBLIC, "null", CLIENTS, [NOT_WRITTEN]),
        (NLB | PUBLIC, "null", NEAR, [NOT_WRITTEN]),
        (NLB | ANY, "null", CLIENTS, [NOT_WRITTEN]),
        (NLB | PUBLIC, "true", CLIENTS, [SOME]),
        (NLB | PUBLIC, "true", NEAR, []),
        # Else those of the accelerator, which are AWS's.
        (ALB | PUBLIC, "false", CLIENTS, [HIDDEN]),
        (NLB | PUBLIC, "false", CLIENTS, [HIDDEN]),
        (NLB | PUBLIC, "false", NEAR, [HIDDEN]),
        (NLB | PUBLIC, "var.which", CLIENTS, [UNKNOWN]),
        (NLB | PUBLIC, "var.which", NEAR, [UNKNOWN]),
        *((NLB | PUBLIC, kept, ALL, ["443"]) for kept in ("true", "false")),
    ],
)
def test_whose_addresses_groups_see(
    balancer: dict[str, str], kept: str, allowed: str, said: list[str], tmp_path: Path
) -> None:
    """Groups that allow some addresses let in whoever comes with these."""
    changes = balancer | {"KEPT": kept, "ALLOWED": allowed}
    assert told(tmp_path, changes) == said


PORTS = """
variable "which" {}
resource "aws_lb" "one" { load_balancer_type = KIND }
resource "aws_lb" "two" {}
resource "aws_globalaccelerator_accelerator" "main" { name = "main" }
resource "aws_globalaccelerator_listener" "main" {
  accelerator_arn = ACCELERATOR
  protocol        = SPOKEN
  RANGES
}
resource "aws_globalaccelerator_endpoint_group" "main" {
  listener_arn = LISTENER
  ENDPOINTS
  OVERRIDES
}
"""
GIVEN = {
    "KIND": '"application"',
    "ACCELERATOR": "aws_globalaccelerator_accelerator.main.arn",
    "SPOKEN": '"TCP"',
    "LISTENER": "aws_globalaccelerator_listener.main.arn",
}


def to(*endpoints: str) -> str:
    """The endpoints of a group."""
    return "".join(f"endpoint_configuration {{ endpoint_id = {each} }}\n  " for each in endpoints)


def ranges(*pairs: tuple[object, object]) -> str:
    """The ranges of ports of a listener."""
    return "".join(
        f"port_range {{\n    from_port = {a}\n    to_port = {b}\n  }}\n  " for a, b in pairs
    )


def overrides(*pairs: tuple[object, object]) -> str:
    """The ports that a group puts in the place of others."""
    return "".join(
        f"port_override {{\n    listener_port = {a}\n    endpoint_port = {b}\n  }}\n  "
        for a, b in pairs
    )


ONE, TWO = "aws_lb.one.arn", "aws_lb.two.arn"
WEB, WIDE = ranges((80, 80)), ranges((80, 90), (443, 443))
LED = [("aws_lb.one", ["80>"])]


@pytest.mark.parametrize(
    ("listens", "leads", "replaced", "changes", "led"),
    [
        (WEB, to(ONE), "", {}, LED),
        (WIDE, to(ONE), "", {}, [("aws_lb.one", ["80-90,443>"])]),
        (
            WIDE,
            to(ONE, TWO),
            "",
            {},
            [("aws_lb.one", ["80-90,443>"]), ("aws_lb.two", ["80-90,443>"])],
        ),
        (WEB, to(), "", {}, []),
        # A port that is replaced is no longer that of the listener.
        (WIDE, to(ONE), overrides((443, 8443)), {}, [("aws_lb.one", ["443>8443", "80-90>"])]),
        (
            WIDE,
            to(ONE),
            overrides((80, 8080), (85, 8085)),
            {},
            [("aws_lb.one", ["80>8080", "85>8085", "81-84,86-90,443>"])],
        ),
        (WIDE, to(ONE), overrides((90, 90)), {}, [("aws_lb.one", ["90>90", "80-89,443>"])]),
        (WEB, to(ONE), overrides((80, 8080)), {}, [("aws_lb.one", ["80>8080", ">"])]),
        # One that the listener does not take is replaced to no effect, and so is one once more.
        (WIDE, to(ONE), overrides((91, 8080)), {}, [("aws_lb.one", ["80-90,443>"])]),
        (
            WIDE,
            to(ONE),
            overrides((443, 1), (443, 2)),
            {},
            [("aws_lb.one", ["443>1", "80-90>"])],
        ),
        # Where anything on the way is not known, all of it is left to others.
        (ranges(("var.which", 80)), to(ONE), "", {}, []),
        (ranges((80, "var.which")), to(ONE), "", {}, []),
        (ranges((80, 80), (443, "var.which")), to(ONE), "", {}, []),
        (WIDE, to(ONE), overrides(("var.which", 1)), {}, []),
        (WIDE, to(ONE), overrides((443, "var.which")), {}, []),
        (WEB, to("var.which"), "", {}, []),
        (WEB, to(ONE, "var.which"), "", {}, []),
        (WEB, to(f"[{ONE}, {TWO}][var.which]"), "", {}, []),
        (WEB, to('"arn:of:another"'), "", {}, []),
        (WEB, to(ONE), "", {"KIND": "var.which"}, []),
        (WEB, to(ONE), "", {"SPOKEN": "var.which"}, []),
        (WEB, to(ONE), "", {"LISTENER": "var.which"}, []),
        (WEB, to(ONE), "", {"ACCELERATOR": "var.which"}, []),
        (WEB, to(ONE), "", {"KIND": '"network"'}, LED),
        (WEB, to(ONE), "", {"SPOKEN": '"UDP"'}, LED),
    ],
)
def test_to_which_ports_an_accelerator_leads(
    listens: str,
    leads: str,
    replaced: str,
    changes: dict[str, str],
    led: list[tuple[str, list[str]]],
) -> None:
    """Each port that clients open, and the one of the load balancer where that is another."""
    words = {"RANGES": listens, "ENDPOINTS": leads, "OVERRIDES": replaced}
    text = filled(PORTS, GIVEN | words | changes)
    (stack,), errors = terraform.stacks(
        ["/net/main.tf"], Files({"/net/main.tf": text}), Inputs(boundary="/net")
    )
    assert not errors
    found = accelerated_balancers(lower(stack.evaluate({}).resources).network)

    assert [
        (
            each.balancer.id,
            [f"{','.join(spoken_ports(mine))}>{theirs or ''}" for mine, theirs in each.ports],
        )
        for each in found
    ] == led
