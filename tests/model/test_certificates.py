"""Which certificate a fix gives to a listener that shall take HTTPS."""

import pytest

from taskwall.core.change import ResourceAttribute
from taskwall.lowering import lower
from taskwall.model.entities.load_balancer import Listener
from taskwall.model.load_balancing.certificate import ARN, certificate_for
from taskwall.readers import cloudformation, terraform
from taskwall.source.files import Files
from taskwall.source.stack import Inputs

SOURCE = """
variable "any" {}
resource "aws_lb" "web" {}
resource "aws_lb" "other" {}
resource "aws_lb_listener" "http" {
  load_balancer_arn = aws_lb.web.arn
  port              = 80
}
"""


def listener(name: str, balancer: str, certificate: str) -> str:
    """A listener that has a certificate."""
    return f"""
resource "aws_lb_listener" "{name}" {{
  load_balancer_arn = aws_lb.{balancer}.arn
  certificate_arn   = aws_acm_certificate.{certificate}.arn
}}
"""


def certificate(name: str, more: str = "") -> str:
    """A certificate."""
    return f'resource "aws_acm_certificate" "{name}" {{\n  {more}\n}}\n'


BOTH = certificate("one") + certificate("two")
MAYBE = "count = var.any ? 1 : 0"
OF_WEB, OF_OTHER = listener("a", "web", "one"), listener("b", "other", "two")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (BOTH + OF_WEB + OF_OTHER, "one"),
        (BOTH + OF_OTHER, "two"),
        (certificate("one"), "one"),
        # Where there are several, the user has to choose, and where there is none.
        (BOTH, ""),
        (BOTH + OF_WEB + listener("c", "web", "two"), ""),
        ("", ""),
        (certificate("one", MAYBE), ""),
        (BOTH + OF_WEB.replace("\n}", f"\n  {MAYBE}\n}}") + OF_OTHER, "two"),
    ],
)
def test_a_listener_gets_the_certificate_of_others(text: str, expected: str) -> None:
    """That of its load balancer, else that of all listeners, else the only one that there is."""
    files = Files({"/net/main.tf": SOURCE + text})
    (stack,), errors = terraform.stacks(["/net/main.tf"], files, Inputs(boundary="/net"))
    assert not errors
    network = lower(stack.evaluate({}).resources).network
    http = network.get(Listener, "aws_lb_listener.http")
    assert http is not None

    found = certificate_for(network, http)
    if expected:
        assert isinstance(found, ResourceAttribute)
        assert found.address == f"aws_acm_certificate.{expected}"
    else:
        assert found == ARN


OUTER = """
Parameters:
  Own: {Type: String}
Resources:
  Inner:
    Type: AWS::CloudFormation::Stack
    Properties: {TemplateURL: inner.yaml}
  Http:
    Type: AWS::ElasticLoadBalancingV2::Listener
    Properties: {LoadBalancerArn: web, Port: 80}
  Https:
    Type: AWS::ElasticLoadBalancingV2::Listener
    Properties:
      LoadBalancerArn: web
      Port: 443
      Certificates: [CertificateArn: !Ref Own]
"""
INNER = """
Resources:
  Http:
    Type: AWS::ElasticLoadBalancingV2::Listener
    Properties: {LoadBalancerArn: web, Port: 80}
"""


def test_a_parameter_is_named_in_its_own_template() -> None:
    """In another template, that of a nested stack, nothing has that name."""
    files = Files({"/net/main.yaml": OUTER, "/net/inner.yaml": INNER})
    (stack,), errors = cloudformation.stacks([*files.known], files, Inputs(boundary="/net"))
    assert not errors
    network = lower(stack.evaluate({}).resources).network
    http, inner = (network.get(Listener, name) for name in ("Http", "Inner/Http"))
    assert http is not None
    assert inner is not None

    assert certificate_for(network, http) != ARN
    assert certificate_for(network, inner) == ARN
