"""Records, distributions and integrations of templates lead where those of Terraform do."""

import pytest

from lowering.networks import network
from taskwall.core.values import Known, Text, dereferenced
from taskwall.model.load_balancing.edge import AliasRecord, EdgeConnection
from taskwall.model.load_balancing.vpc_link import LinkedIntegration

AROUND = """
Parameters: {P: {Type: String}}
Resources:
  B: {Type: AWS::ElasticLoadBalancingV2::LoadBalancer}
  O: {Type: AWS::ElasticLoadBalancing::LoadBalancer}
  L: {Type: AWS::ElasticLoadBalancingV2::Listener, Properties: {LoadBalancerArn: !Ref B}}
  K: {Type: AWS::ApiGatewayV2::VpcLink}
  F: {Type: AWS::Lambda::Function}
  S: {Type: AWS::S3::Bucket}
"""


def edges(body: str) -> list[tuple[str, str, bool | None]]:
    """To what the edges of a template lead, at which port, and whether encrypted."""
    found = []
    for each in network(AROUND + body).every(EdgeConnection):
        link = each.balancer or each.listener
        found.append((link.to if link else "", each.port, each.encrypted.truth))
    return found


def distribution(domain: str, more: str = "") -> str:
    """A distribution with one origin of its own."""
    return f"""
  D:
    Type: AWS::CloudFront::Distribution
    Properties:
      DistributionConfig:
        Origins:
          - Id: a
            DomainName: {domain}
            CustomOriginConfig: {{OriginProtocolPolicy: http-only}}
        DefaultCacheBehavior: {{TargetOriginId: a, ViewerProtocolPolicy: https-only}}
{more}"""


@pytest.mark.parametrize(
    ("domain", "to"),
    [
        ("!GetAtt B.DNSName", "B"),
        ("!GetAtt O.DNSName", "O"),
        ("!Sub 'dualstack.${B.DNSName}'", "B"),
        ("!Ref P", "P"),
        ("!GetAtt S.DomainName", ""),
        ("!Select [2, !Split ['/', !GetAtt S.WebsiteURL]]", ""),
        ("www.example.org", ""),
        ("b-1.eu-west-1.elb.amazonaws.com", "b-1.eu-west-1.elb.amazonaws.com"),
        ("!Sub '${P}.s3.amazonaws.com'", ""),
    ],
)
def test_origins_of_distributions(domain: str, to: str) -> None:
    """A load balancer by its attribute, or by a name that may be one's."""
    assert edges(distribution(domain)) == ([(to, "80", False)] if to else [])


@pytest.mark.parametrize(
    ("record", "to"),
    [
        ("{Name: app.example.com, AliasTarget: {DNSName: !GetAtt B.DNSName}}", "B"),
        ("{Name: APP.example.com., AliasTarget: {DNSName: !GetAtt O.DNSName}}", "O"),
        ("{Name: app.example.com, ResourceRecords: [!GetAtt B.DNSName]}", "B"),
        ("{Name: app.example.com, AliasTarget: {DNSName: www.example.org}}", ""),
        ("{Name: app.example.com, ResourceRecords: []}", ""),
        ("{Name: other.example.com, AliasTarget: {DNSName: !GetAtt B.DNSName}}", ""),
        ("{Name: app, AliasTarget: {DNSName: !GetAtt B.DNSName}}", ""),
    ],
)
def test_records_of_templates_lead_to_load_balancers(record: str, to: str) -> None:
    """A template writes the whole name of a record; one that leads elsewhere leads to none."""
    text = distribution(
        "app.example.com", f"  R: {{Type: AWS::Route53::RecordSet, Properties: {record}}}\n"
    )
    assert edges(text) == ([(to, "80", False)] if to else [])


@pytest.mark.parametrize(
    ("records", "found"),
    [
        (
            "[{Name: a.io, AliasTarget: {DNSName: !GetAtt B.DNSName}}, {Name: b.io}]",
            [("a.io", "B"), ("b.io", "")],
        ),
        (
            "[{Name: !Sub '${P}.example.com', ResourceRecords: [1.2.3.4, !GetAtt O.DNSName]}]",
            [("?.example.com", "O")],
        ),
        ("[{AliasTarget: {DNSName: !GetAtt B.DNSName}}]", []),
        ("[]", []),
    ],
)
def test_groups_of_records(records: str, found: list[tuple[str, str]]) -> None:
    """Each record of a group is one of its own, by its name and where that leads."""
    text = f"  G: {{Type: AWS::Route53::RecordSetGroup, Properties: {{RecordSets: {records}}}}}\n"

    def spelled(record: AliasRecord) -> str:
        value = dereferenced(record.name)
        parts = value.parts if isinstance(value, Text) else (value,)
        texts = (one.data if isinstance(one, Known) else one for one in parts)
        return "".join(one if isinstance(one, str) else "?" for one in texts)

    every = network(AROUND + text).every(AliasRecord)
    assert [(spelled(one), one.balancer.to if one.balancer else "") for one in every] == found


@pytest.mark.parametrize(
    ("properties", "led", "linked"),
    [
        (
            "IntegrationType: HTTP_PROXY, IntegrationUri: !Sub 'http://${B.DNSName}/'",
            [("B", "80", False)],
            [],
        ),
        (
            "IntegrationType: HTTP_PROXY, IntegrationUri: !Sub 'https://${B.DNSName}:8443/'",
            [("B", "8443", True)],
            [],
        ),
        (
            "IntegrationType: HTTP_PROXY, IntegrationUri: !Ref L, ConnectionId: !Ref K",
            [("L", "", False)],
            ["L"],
        ),
        (
            "IntegrationUri: !Ref L, ConnectionId: !Ref K, TlsConfig: {ServerNameToVerify: x}",
            [("L", "", True)],
            ["L"],
        ),
        ("IntegrationType: AWS_PROXY, IntegrationUri: !GetAtt F.Arn", [], []),
        (
            "IntegrationType: HTTP_PROXY, IntegrationUri: !GetAtt F.Arn, ConnectionId: !Ref K",
            [],
            [""],
        ),
        ("IntegrationType: HTTP_PROXY, IntegrationUri: 'http://example.org/'", [], []),
        ("IntegrationUri: !Ref L", [("L", "", False)], []),
        ("IntegrationType: HTTP_PROXY", [], []),
    ],
)
def test_integrations_of_http_apis_in_templates(
    properties: str, led: list[tuple[str, str, bool | None]], linked: list[str]
) -> None:
    """By the host of their URI, or through a VPC link to a listener, encrypted if they say so."""
    text = f"  I: {{Type: AWS::ApiGatewayV2::Integration, Properties: {{{properties}}}}}\n"
    assert edges(text) == led
    through = network(AROUND + text).every(LinkedIntegration)
    assert [one.listener.to if one.listener else "" for one in through] == linked
    assert all(one.link.to == "K" for one in through)


@pytest.mark.parametrize(
    ("types", "public"),
    [
        ("[EDGE]", True),
        ("[REGIONAL]", True),
        ("[PRIVATE]", False),
        ("[!Ref P]", False),
        ("!Ref P", False),
    ],
)
def test_methods_of_rest_apis_in_templates(types: str, public: bool) -> None:
    """Through a link to a Network Load Balancer; whether the internet calls it says the API."""
    text = f"""
  A: {{Type: AWS::ApiGateway::RestApi, Properties: {{EndpointConfiguration: {{Types: {types}}}}}}}
  N: {{Type: AWS::ApiGateway::VpcLink, Properties: {{TargetArns: [!Ref B]}}}}
  M:
    Type: AWS::ApiGateway::Method
    Properties:
      RestApiId: !Ref A
      Integration: {{Type: HTTP, Uri: 'http://example.com/', ConnectionId: !Ref N}}
"""
    (found,) = network(AROUND + text).every(LinkedIntegration)
    assert found.balancer is not None
    assert (found.link.to, found.balancer.to, found.port, found.public) == ("N", "B", "80", public)
    assert edges(text) == [("B", "80", False)]
