"""APIs that an OpenAPI document defines, and where the integrations in it lead."""

import pytest

from lowering.networks import network
from taskwall.model.load_balancing.edge import EdgeConnection
from taskwall.model.load_balancing.vpc_link import LinkedIntegration

AROUND = """
variable "v" {}
resource "aws_lb" "b" {}
resource "aws_lb" "o" {}
resource "aws_lb_listener" "l" { load_balancer_arn = aws_lb.b.arn }
resource "aws_apigatewayv2_vpc_link" "k" {}
resource "aws_api_gateway_vpc_link" "n" { target_arns = [aws_lb.o.arn] }
"""
REST, HTTP = "aws_api_gateway_rest_api", "aws_apigatewayv2_api"
HOST = '"http://${aws_lb.b.dns_name}/"'


def api(type_: str, body: str, more: str = "") -> str:
    """An API of Terraform with a document."""
    return f'{AROUND}resource "{type_}" "a" {{\n{more}\nbody = {body}\n}}\n'


def integration(inner: str) -> str:
    """A document in JSON with one integration."""
    operation = f'{{ "x-amazon-apigateway-integration" = {{ type = "http_proxy", {inner} }} }}'
    return f'jsonencode({{ paths = {{ "/" = {{ get = {operation} }} }} }})'


def edges(text: str) -> list[tuple[str, str, bool | None]]:
    """To what the integrations lead, at which port, and whether encrypted."""
    found = []
    for each in network(text).every(EdgeConnection):
        link = each.balancer or each.listener
        found.append((link.to if link else "", each.port, each.encrypted.truth))
    return found


LISTENER, BY_LINK = "uri = aws_lb_listener.l.arn", "connectionId = aws_apigatewayv2_vpc_link.k.id"
TLS = 'tlsConfig = { serverNameToVerify = "x" }'
INTEGRATIONS: list[tuple[str, str, tuple[str, str, bool | None], tuple[str, str] | None]] = [
    (REST, f"uri = {HOST}", ("aws_lb.b", "80", False), None),
    (HTTP, f"uri = {HOST}", ("aws_lb.b", "80", False), None),
    (
        REST,
        'uri = "https://x.example:9/", connectionId = aws_api_gateway_vpc_link.n.id',
        ("aws_lb.o", "9", True),
        ("aws_api_gateway_vpc_link.n", "aws_lb.o"),
    ),
    (
        REST,
        f'uri = "http://x.example/", {BY_LINK}, integrationTarget = aws_lb.b.arn',
        ("aws_lb.b", "80", False),
        ("aws_apigatewayv2_vpc_link.k", "aws_lb.b"),
    ),
    (
        HTTP,
        f"{LISTENER}, {BY_LINK}",
        ("aws_lb_listener.l", "", False),
        ("aws_apigatewayv2_vpc_link.k", "aws_lb_listener.l"),
    ),
    (
        HTTP,
        f"{LISTENER}, {BY_LINK}, {TLS}",
        ("aws_lb_listener.l", "", True),
        ("aws_apigatewayv2_vpc_link.k", "aws_lb_listener.l"),
    ),
]


@pytest.mark.parametrize(("type_", "inner", "edge", "through"), INTEGRATIONS, ids=range(6))
def test_integrations_of_a_document(
    type_: str, inner: str, edge: tuple[str, str, bool | None], through: tuple[str, str] | None
) -> None:
    """They say in the document's words what integrations of their own say."""
    text = api(type_, integration(inner))
    linked = [
        (each.link.to, (each.listener or each.balancer or each.link).to)
        for each in network(text).every(LinkedIntegration)
    ]

    assert edges(text) == [edge]
    assert linked == ([through] if through else [])


def test_a_document_in_yaml() -> None:
    """It is read like one in JSON."""
    body = """<<-EOT
  openapi: "3.0.1"
  paths:
    /:
      get:
        x-amazon-apigateway-integration: {type: http_proxy, uri: "https://${aws_lb.b.dns_name}/"}
EOT"""

    assert edges(api(REST, body)) == [("aws_lb.b", "443", True)]


@pytest.mark.parametrize(
    "body",
    [
        'jsonencode({ openapi = "3.0.1" })',
        "jsonencode({ paths = var.v })",
        'jsonencode({ paths = { "/" = { get = {} } } })',
        '"x: [y"',
        "var.v",
    ],
)
def test_a_document_without_integrations(body: str) -> None:
    """Nothing leads anywhere, and what an input brings names nothing of the sources."""
    assert edges(api(REST, body)) == []


@pytest.mark.parametrize(("kind", "public"), [("REGIONAL", True), ("PRIVATE", False)])
def test_who_calls_an_api_of_a_document(kind: str, public: bool) -> None:
    """The API's endpoint tells, which stands beside the document."""
    more = f'endpoint_configuration {{ types = ["{kind}"] }}'
    body = integration('uri = "http://x.example/", connectionId = aws_api_gateway_vpc_link.n.id')
    (linked,) = network(api(REST, body, more)).every(LinkedIntegration)

    assert linked.public is public


TEMPLATE = """
Resources:
  Balancer: {Type: AWS::ElasticLoadBalancingV2::LoadBalancer}
  Api:
    Type: TYPE
    Properties:
      KEY:
        paths:
          /:
            get:
              x-amazon-apigateway-integration:
                {type: http_proxy, uri: !Sub 'http://${Balancer.DNSName}/'}
"""


@pytest.mark.parametrize(
    ("type_", "key", "leads"),
    [
        ("AWS::ApiGateway::RestApi", "Body", True),
        ("AWS::ApiGatewayV2::Api", "Body", True),
        ("AWS::Serverless::Api", "DefinitionBody", True),
        ("AWS::Serverless::HttpApi", "DefinitionBody", True),
        ("AWS::ApiGateway::RestApi", "Description", False),
    ],
)
def test_documents_of_templates(type_: str, key: str, leads: bool) -> None:
    """CloudFormation and SAM have a property each for the document."""
    found = edges(TEMPLATE.replace("TYPE", type_).replace("KEY", key))

    assert found == ([("Balancer", "80", False)] if leads else [])
