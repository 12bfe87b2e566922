"""Names at which services answer: those that are not known, or in templates, among others."""

import pytest

from lowering.networks import OPEN, network
from taskwall.core.values import Known, Text, dereferenced
from taskwall.model.entities.environment import DnsName

AROUND = """
variable "v" {}
resource "aws_service_discovery_private_dns_namespace" "n" { name = "shop.local" }
resource "aws_service_discovery_http_namespace" "unnamed" { name = var.v }
data "aws_service_discovery_dns_namespace" "d" {
  name = "there.local"
  type = "DNS_PRIVATE"
}
data "aws_ecs_cluster" "d" { cluster_name = "there" }
resource "aws_ecs_cluster" "c" {
  service_connect_defaults {
    namespace = aws_service_discovery_private_dns_namespace.n.arn
  }
}
resource "aws_ecs_cluster" "bare" {}
"""


def names(text: str) -> list[tuple[object, bool | None]]:
    """The names at which something answers, a star for what of them is not known."""
    found = []
    for each in network(text).every(DnsName):
        value = dereferenced(each.name)
        shown = OPEN
        if isinstance(value, Known):
            shown = value.data
        elif isinstance(value, Text):
            shown = "".join(part if isinstance(part, str) else "*" for part in value.parts)
        found.append((shown, each.encrypted.truth))
    return found


def connected(offer: str, own: str = "", cluster: str = "aws_ecs_cluster.c.id") -> str:
    """A service of Terraform in Service Connect."""
    inner = f"service_connect_configuration {{\nenabled = true\n{own}\n{offer}\n}}"
    return f'resource "aws_ecs_service" "s" {{\ncluster = {cluster}\n{inner}\n}}\n'


def mapped(namespace: str, name: str = '"db"') -> str:
    """A service of Cloud Map."""
    inner = f"dns_config {{\nnamespace_id = {namespace}\n}}\n" if namespace else ""
    return f'resource "aws_service_discovery_service" "s" {{\nname = {name}\n{inner}}}\n'


PORT = 'service {\nport_name = "http"\n}\n'
ALIAS = 'service {\nport_name = "http"\nclient_alias {\ndns_name = NAME\nport = 80\n}\n}\n'
PERHAPS = (
    'dynamic "service" {\nfor_each = var.v ? [1] : []\ncontent {\nport_name = "http"\n'
    'tls {\nissuer_cert_authority {\naws_pca_authority_arn = "arn"\n}\n}\n}\n}\n'
)
OWN = "aws_service_discovery_private_dns_namespace.n"
ANOTHER = "aws_service_discovery_http_namespace.unnamed"
TERRAFORM: dict[str, tuple[str, list[tuple[object, bool | None]]]] = {
    "a default namespace": (connected(PORT), [("http.shop.local", False)]),
    "no default namespace": (connected(PORT, cluster="aws_ecs_cluster.bare.id"), []),
    "no cluster": (connected(PORT, cluster="null"), []),
    "a namespace of its own": (connected(PORT, f"namespace = {OWN}.arn", "null"),
                               [("http.shop.local", False)]),
    "a namespace by its id": (connected(PORT, f"namespace = {OWN}.id", "null"),
                              [("http.shop.local", False)]),
    "a namespace without a known name": (
        connected(PORT, f"namespace = {ANOTHER}.arn"), [("http.*", False)],
    ),
    "a namespace from elsewhere": (connected(PORT, "namespace = var.v"), [("http.*", False)]),
    "a port without a known name": (
        connected("service {\nport_name = var.v\n}"), [("*.shop.local", False)],
    ),
    "no name of a port": (connected("service {}"), []),
    "an alias": (connected(ALIAS.replace("NAME", '"web"')),
                 [("http.shop.local", False), ("web", False)]),
    "an alias without a known name": (
        connected(ALIAS.replace("NAME", "var.v")), [("http.shop.local", False), (OPEN, False)],
    ),
    "an alias without a name": (
        connected(ALIAS.replace("NAME", "null")), [("http.shop.local", False)],
    ),
    "an alias in no namespace": (
        connected(ALIAS.replace("NAME", '"web"'), cluster="aws_ecs_cluster.bare.id"),
        [("web", False)],
    ),
    "what may be offered": (connected(PERHAPS), [("http.shop.local", True)]),
    "Cloud Map": (mapped(f"{OWN}.id"), [("db.shop.local", False)]),
    "Cloud Map, elsewhere": (mapped("var.v"), [("db.*", False)]),
    "Cloud Map, looked up": (
        mapped("data.aws_service_discovery_dns_namespace.d.id"), [("db.*", False)],
    ),
    "Cloud Map, without a known name": (mapped(f"{OWN}.id", "var.v"), [("*.shop.local", False)]),
    "Cloud Map, without a namespace": (mapped(""), []),
    "App Mesh": ('resource "aws_appmesh_virtual_service" "s" { name = var.v }', [(OPEN, True)]),
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), TERRAFORM.values(), ids=TERRAFORM)
def test_names_that_terraform_gives(text: str, expected: list[tuple[object, bool | None]]) -> None:
    """What is not known of a name or of its namespace stays open in it."""
    assert names(AROUND + text) == expected


TEMPLATE = """
Parameters: {P: {Type: String}}
Resources:
  N: {Type: AWS::ServiceDiscovery::PrivateDnsNamespace, Properties: {Name: shop.local, Vpc: vpc-1}}
  C:
    Type: AWS::ECS::Cluster
    Properties: {ServiceConnectDefaults: {Namespace: !GetAtt N.Arn}}
"""
TLS = "Tls: {IssuerCertificateAuthority: {AwsPcaAuthorityArn: arn}}"


def service(offer: str, more: str = "") -> str:
    """A service of CloudFormation in Service Connect."""
    return f"""{TEMPLATE}
  S:
    Type: AWS::ECS::Service
    Properties:
      Cluster: !Ref C
      ServiceConnectConfiguration: {{Enabled: true, {more} Services: [{{{offer}}}]}}
"""


def registered(properties: str) -> str:
    """A service of Cloud Map in a template."""
    return f"{TEMPLATE}\n  R: {{Type: AWS::ServiceDiscovery::Service, Properties: {properties}}}\n"


TEMPLATES: dict[str, tuple[str, list[tuple[object, bool | None]]]] = {
    "a port": (service("PortName: http"), [("http.shop.local", False)]),
    "a name of its own": (
        service("PortName: http, DiscoveryName: api"), [("api.shop.local", False)],
    ),
    "an alias": (
        service("PortName: http, ClientAliases: [{DnsName: web, Port: 80}]"),
        [("http.shop.local", False), ("web", False)],
    ),
    "TLS": (service(f"PortName: http, {TLS}"), [("http.shop.local", True)]),
    "a namespace of its own": (service("PortName: a", "Namespace: own,"), [("a.own", False)]),
    "a namespace that is not known": (
        service("PortName: a", "Namespace: !Ref P,"), [("a.*", False)],
    ),
    "Cloud Map": (registered("{Name: db, NamespaceId: !Ref N}"), [("db.shop.local", False)]),
    "Cloud Map, by its records": (
        registered("{Name: db, DnsConfig: {NamespaceId: !Ref N, DnsRecords: []}}"),
        [("db.shop.local", False)],
    ),
    "Cloud Map, elsewhere": (registered("{Name: db, NamespaceId: !Ref P}"), [("db.*", False)]),
    "Cloud Map, without a name": (registered("{NamespaceId: !Ref N}"), []),
    "App Mesh": (
        (f"{TEMPLATE}\n  V: {{Type: AWS::AppMesh::VirtualService, "
         "Properties: {VirtualServiceName: web.mesh}}\n"),
        [("web.mesh", True)],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), TEMPLATES.values(), ids=TEMPLATES)
def test_names_that_a_template_gives(text: str, expected: list[tuple[object, bool | None]]) -> None:
    """CloudFormation has the same in its own words."""
    assert names(text) == expected


def test_whose_a_name_is() -> None:
    """A message says who answers there."""
    (found,) = network(AROUND + mapped(f"{OWN}.id")).every(DnsName)

    assert (found.by, found.id) == (("aws_service_discovery_service.s",) * 2)
