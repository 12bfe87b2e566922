"""How a listener comes to take encrypted traffic only: by which changes, or by which words."""

import pytest

from lowering.networks import network
from placeholders import filled
from taskwall.model.entities.load_balancer import Listener
from taskwall.model.load_balancing.encrypting import encrypting
from taskwall.model.load_balancing.listener_encryption import takes_encrypted

STACK = """
variable "any" {}
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_security_group" "edge" {
  vpc_id = aws_vpc.main.id
  ingress {
    protocol    = "tcp"
    from_port   = 80
    to_port     = 80
    cidr_blocks = ["10.0.0.0/8"]
  }
}
resource "aws_lb" "edge" {
  load_balancer_type = KIND
  security_groups    = [aws_security_group.edge.id]
}
resource "aws_lb_target_group" "web" {}
resource "aws_lb_target_group" "other" {}
resource "aws_lb_listener" "plain" {
  COUNT
  load_balancer_arn = aws_lb.edge.arn
  port              = PORT
  protocol          = SPOKEN
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.web.arn
  }
}
CERTIFICATE
BESIDE
"""
CERTIFICATE = 'resource "aws_acm_certificate" "main" { domain_name = "example.com" }'
ANOTHER = """
resource "aws_lb_listener" "other" {
  load_balancer_arn = aws_lb.edge.arn
  port              = 443
  protocol          = "HTTPS"
  certificate_arn   = aws_acm_certificate.main.arn
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.GROUP.arn
  }
}
"""
BASE = {
    "KIND": '"application"',
    "COUNT": "",
    "PORT": "80",
    "SPOKEN": '"HTTP"',
    "CERTIFICATE": CERTIFICATE,
    "BESIDE": "",
}
NLB = {"KIND": '"network"', "SPOKEN": '"TCP"'}
COUNT = 'count = var.any == "" ? 1 : 0'
SETS = ["set protocol", "set ssl_policy", "set certificate_arn"]
MOVES = ["set port", *SETS]
LEFT, OPENED = "beside", "set ingress[+]"
REDIRECT = ["whole default_action[0]"]
HTTPS, TLS = "Let the listener take HTTPS", "Let the listener take TLS"
BACK, DESIGN = "Let the listener redirect to HTTPS", "What clients of port 80 get"
GROUPS = "Let the security groups of aws_lb.edge allow port 443"
SAME, APART = (ANOTHER.replace("GROUP", name) for name in ("web", "other"))


@pytest.mark.parametrize(
    ("values", "changes", "remedy"),
    [
        # From port 80 it moves to port 443, and leaves a redirect behind.
        pytest.param({}, [*MOVES, LEFT, OPENED], HTTPS, id="port 80"),
        pytest.param({"PORT": "8080"}, SETS, HTTPS, id="another port"),
        pytest.param({"PORT": "var.any"}, SETS, HTTPS, id="a given port"),
        pytest.param({"CERTIFICATE": ""}, MOVES, HTTPS, id="without a certificate"),
        pytest.param({"COUNT": COUNT}, [], GROUPS, id="perhaps there"),
        pytest.param({"COUNT": "count = 2"}, [], GROUPS, id="several"),
        # An NLB redirects nobody.
        pytest.param(NLB, [*MOVES, OPENED], TLS, id="an NLB"),
        pytest.param(NLB | {"PORT": "8080"}, SETS, TLS, id="an NLB on another port"),
        pytest.param(NLB | {"COUNT": COUNT}, [*MOVES, OPENED], TLS, id="an NLB, perhaps there"),
        pytest.param(NLB | {"CERTIFICATE": ""}, MOVES, TLS, id="an NLB without a certificate"),
        pytest.param({"BESIDE": SAME}, REDIRECT, BACK, id="HTTPS to the same tasks"),
        pytest.param(
            {"BESIDE": SAME, "PORT": "8080"}, REDIRECT, BACK,
            id="HTTPS to the same tasks, from another port",
        ),
        pytest.param(
            {"BESIDE": SAME, "COUNT": COUNT}, REDIRECT, BACK,
            id="HTTPS to the same tasks, perhaps there",
        ),
        pytest.param({"BESIDE": APART}, [], DESIGN, id="HTTPS to other tasks"),
        pytest.param(
            {"BESIDE": SAME.replace("443", "8443")}, [*MOVES, LEFT, OPENED], HTTPS,
            id="HTTPS to the same tasks on another port",
        ),
        pytest.param(
            NLB | {"BESIDE": SAME.replace("HTTPS", "TLS")}, [], DESIGN,
            id="TLS of an NLB to the same tasks",
        ),
    ],
)  # fmt: skip
def test_how_a_listener_comes_to_encrypt(
    values: dict[str, str], changes: list[str], remedy: str
) -> None:
    """By a redirect where HTTPS is there already, else by protocol, policy and certificate."""
    found = network(filled(STACK, BASE | values))
    listener = next(each for each in found.every(Listener) if ".plain" in each.name)
    encrypts = encrypting(found, listener)

    assert [f"{each.form} {each.attribute.path}".strip() for each in encrypts.changes] == changes
    assert encrypts.remedy.startswith(remedy)


ENFORCED = """
resource "aws_subnet" "main" { vpc_id = aws_vpc.main.id }
resource "aws_vpc_encryption_control" "main" {
  vpc_id = aws_vpc.main.id
  mode   = MODE
}
"""
CLASSIC = """
resource "aws_elb" "edge" {
  subnets = [aws_subnet.main.id]
  listener {
    lb_port           = 80
    lb_protocol       = SPOKEN
    instance_port     = 80
    instance_protocol = "TCP"
  }
}
"""
NETWORK = """
resource "aws_lb" "edge" {
  load_balancer_type = "network"
  subnets            = [aws_subnet.main.id]
}
resource "aws_lb_listener" "edge" {
  load_balancer_arn = aws_lb.edge.arn
  port              = 80
  protocol          = SPOKEN
}
"""


VPC = """
variable "any" {}
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
"""


@pytest.mark.parametrize("mode", ['"enforce"', '"monitor"', "var.any"])
@pytest.mark.parametrize(
    ("spoken", "truth"), [('"TCP"', False), ('"SSL"', True), ('"HTTPS"', True)]
)
def test_no_vpc_encrypts_for_a_classic_load_balancer(spoken: str, truth: bool, mode: str) -> None:
    """AWS names ALBs and NLBs where it says what encryption control moves to such hardware."""
    found = network(VPC + filled(ENFORCED + CLASSIC, {"MODE": mode, "SPOKEN": spoken}))
    (listener,) = found.every(Listener)
    fact = takes_encrypted(found, listener)

    assert fact is not None
    assert fact.truth is truth


@pytest.mark.parametrize(
    ("mode", "told"), [('"enforce"', False), ('"monitor"', True), ("var.any", True)]
)
@pytest.mark.parametrize(("spoken", "encrypted"), [('"TCP"', False), ('"TLS"', True)])
def test_a_vpc_encrypts_for_an_nlb(spoken: str, encrypted: bool, mode: str, told: bool) -> None:
    """Where it does, nothing is asked of the listener; where it may, that is waited for."""
    found = network(VPC + filled(ENFORCED + NETWORK, {"MODE": mode, "SPOKEN": spoken}))
    (listener,) = found.every(Listener)
    fact = takes_encrypted(found, listener)

    assert (fact is not None) is told
    if fact is not None:
        assert fact.truth is (encrypted if mode == '"monitor"' else None)
        assert [need.name for need in fact.waits_for()] == ["var.any"] * (fact.truth is None)
