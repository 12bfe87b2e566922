"""VPC origins of CloudFront: how and on which ports they reach a load balancer."""

import pytest

from lowering.networks import OPEN, network, said
from taskwall.model.load_balancing.edge import EdgeConnection
from taskwall.model.load_balancing.vpc_origin import VpcOrigin

ORIGIN = """
Parameters: {P: {Type: String}}
Resources:
  Balancer: {Type: AWS::ElasticLoadBalancingV2::LoadBalancer}
  Origin:
    Type: AWS::CloudFront::VpcOrigin
    Properties:
      VpcOriginEndpointConfig: {Arn: !Ref Balancer, BODY}
"""


@pytest.mark.parametrize(
    ("body", "settings", "port", "encrypted"),
    [
        ("", ("match-viewer", 80, 443), "80", True),
        ("OriginProtocolPolicy: http-only", ("http-only", 80, 443), "80", False),
        ("OriginProtocolPolicy: https-only", ("https-only", 80, 443), "80", True),
        ("HTTPPort: 8080, HTTPSPort: 8443", ("match-viewer", 8080, 8443), "8080", True),
        ("HTTPSPort: !Ref P", ("match-viewer", 80, OPEN), "80", True),
        ("OriginProtocolPolicy: !Ref P", (OPEN, 80, 443), "80", None),
    ],
)
def test_vpc_origins_of_templates(
    body: str, settings: tuple[object, ...], port: str, encrypted: bool | None
) -> None:
    """What one leaves out has the default of CloudFront; without a distribution nobody views it."""
    found = network(ORIGIN.replace("BODY", body))
    (origin,), (edge,) = found.every(VpcOrigin), found.every(EdgeConnection)

    assert tuple(said(each) for each in (origin.protocol, origin.http, origin.https)) == settings
    assert (edge.port, edge.encrypted.truth) == (port, encrypted)
    assert origin.balancer is not None
    assert origin.balancer.to == "Balancer"
