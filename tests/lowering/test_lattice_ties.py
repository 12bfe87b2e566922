"""Services, listeners, rules and networks of VPC Lattice, as either language ties them together."""

from collections.abc import Sequence

import pytest

from lowering.networks import OPEN, network, said
from taskwall.model.core.entity import Link
from taskwall.model.core.network import Network
from taskwall.model.load_balancing.lattice import (
    LatticeListener,
    LatticeMembership,
    LatticeNetwork,
    LatticeRule,
    LatticeService,
    Registered,
)

TERRAFORM = """
variable "v" {}
resource "aws_vpclattice_service" "s" { auth_type = "AWS_IAM" }
resource "aws_vpclattice_service_network" "n" {}
resource "aws_vpclattice_service_network_service_association" "m" {
  service_identifier         = aws_vpclattice_service.s.id
  service_network_identifier = aws_vpclattice_service_network.n.arn
}
resource "aws_vpclattice_target_group" "g" { type = "IP" }
resource "aws_vpclattice_target_group" "h" { type = "IP" }
resource "aws_vpclattice_listener" "l" {
  service_identifier = aws_vpclattice_service.s.id
  protocol           = "HTTPS"
  default_action {
    forward {
      target_groups {
        target_group_identifier = aws_vpclattice_target_group.g.id
      }
      target_groups {
        target_group_identifier = aws_vpclattice_target_group.h.id
        weight                  = 10
      }
    }
  }
}
resource "aws_vpclattice_listener_rule" "r" {
  listener_identifier = aws_vpclattice_listener.l.listener_id
  service_identifier  = aws_vpclattice_service.s.id
  action {
    forward {
      target_groups {
        target_group_identifier = aws_vpclattice_target_group.h.id
      }
    }
  }
}
resource "aws_ecs_service" "e" {
  vpc_lattice_configurations {
    port_name        = "web"
    role_arn         = "role"
    target_group_arn = aws_vpclattice_target_group.g.arn
  }
}
"""

CLOUDFORMATION = """
Parameters: {V: {Type: String}}
Resources:
  s: {Type: AWS::VpcLattice::Service, Properties: {AuthType: AWS_IAM}}
  n: {Type: AWS::VpcLattice::ServiceNetwork}
  m:
    Type: AWS::VpcLattice::ServiceNetworkServiceAssociation
    Properties: {ServiceIdentifier: !Ref s, ServiceNetworkIdentifier: !GetAtt n.Arn}
  g: {Type: AWS::VpcLattice::TargetGroup, Properties: {Type: IP}}
  h: {Type: AWS::VpcLattice::TargetGroup, Properties: {Type: IP}}
  l:
    Type: AWS::VpcLattice::Listener
    Properties:
      ServiceIdentifier: !Ref s
      Protocol: HTTPS
      DefaultAction:
        Forward:
          TargetGroups:
            - {TargetGroupIdentifier: !Ref g}
            - {TargetGroupIdentifier: !Ref h, Weight: 10}
  r:
    Type: AWS::VpcLattice::Rule
    Properties:
      ListenerIdentifier: !Ref l
      ServiceIdentifier: !Ref s
      Action: {Forward: {TargetGroups: [{TargetGroupIdentifier: !Ref h}]}}
  e:
    Type: AWS::ECS::Service
    Properties:
      VpcLatticeConfigurations:
        - {PortName: web, RoleArn: role, TargetGroupArn: !GetAtt g.Arn}
"""
LANGUAGES = [TERRAFORM, CLOUDFORMATION]


def ends(links: Sequence[Link]) -> list[str]:
    """What links lead to, by the last word of its address."""
    return [link.to.rpartition(".")[2] for link in links]


@pytest.mark.parametrize("text", LANGUAGES, ids=["terraform", "cloudformation"])
def test_how_lattice_is_tied_together(text: str) -> None:
    """From a network by its services and their listeners to groups, where services register."""
    found = network(text)
    (listener,), (rule,) = found.every(LatticeListener), found.every(LatticeRule)
    (membership,), (registered,) = found.every(LatticeMembership), found.every(Registered)

    assert ends([listener.service, rule.listener]) == ["s", "l"]
    assert (ends(listener.targets), ends(rule.targets)) == (["g", "h"], ["h"])
    assert ends([membership.service, membership.network]) == ["s", "n"]
    assert ends([registered.targets]) == ["g"]
    assert said(listener.protocol) == "HTTPS"


def auth(found: Network) -> list[object]:
    """What the service, and then the network, want callers to show."""
    (service,), (around,) = found.every(LatticeService), found.every(LatticeNetwork)
    return [said(service.auth), said(around.auth)]


@pytest.mark.parametrize("text", LANGUAGES, ids=["terraform", "cloudformation"])
def test_whom_lattice_lets_in(text: str) -> None:
    """Anybody unless it is said otherwise."""
    assert auth(network(text)) == ["AWS_IAM", "NONE"]
    open_ = text.replace('"AWS_IAM"', "var.v").replace("AuthType: AWS_IAM", "AuthType: !Ref V")
    assert auth(network(open_)) == [OPEN, "NONE"]


@pytest.mark.parametrize(
    ("wrote", "writes", "to"),
    [
        ("service_identifier = aws_vpclattice_service.s.id\n  protocol",
         "service_arn = aws_vpclattice_service.s.arn\n  protocol", "aws_vpclattice_service.s"),
        ("service_identifier = aws_vpclattice_service.s.id\n  protocol",
         'service_arn = "svc-1"\n  service_identifier = aws_vpclattice_service.s.id\n  protocol',
         "aws_vpclattice_service.s"),
        ("service_identifier = aws_vpclattice_service.s.id\n  protocol", "protocol", ""),
    ],
    ids=["by its ARN", "by its id and an ARN", "none"],
)  # fmt: skip
def test_the_service_of_a_listener(wrote: str, writes: str, to: str) -> None:
    """It may be named by its ARN instead of its id."""
    assert wrote in TERRAFORM
    (found,) = network(TERRAFORM.replace(wrote, writes)).every(LatticeListener)

    assert found.service.to == to
    assert found.service.fact.truth is bool(to)


def test_a_listener_that_answers_by_itself() -> None:
    """It forwards to no group."""
    (found,) = network("""
resource "aws_vpclattice_listener" "l" {
  service_identifier = "svc-1"
  default_action {
    fixed_response {
      status_code = 404
    }
  }
}
""").every(LatticeListener)

    assert found.targets == ()
