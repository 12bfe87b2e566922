"""Network ACLs, target groups, names, volumes, meshes, and what opens other ways into VPCs."""

import json

import pytest

from lowering.networks import OPEN, network, said
from taskwall.core.values import Known, dereferenced
from taskwall.model.compute.container_instances import Registration
from taskwall.model.data_stores.store import ProxyTarget, Store
from taskwall.model.entities.door import Door
from taskwall.model.entities.environment import DnsName
from taskwall.model.entities.load_balancer import TargetGroup
from taskwall.model.entities.mesh import ClientPolicy, MeshListener, MeshProxy, ServiceConnectPort
from taskwall.model.entities.volume import Mount, Volume
from taskwall.model.entities.vpc import FlowLog
from taskwall.model.routing.core_networks import CoreNetwork
from taskwall.model.routing.network_acl import AclAssociation, AclEntry, NetworkAcl

DOORS: dict[str, tuple[str, str]] = {
    "aws_globalaccelerator_custom_routing_endpoint_group": ("globalaccelerator", "internet"),
    "aws_globalaccelerator_cross_account_attachment": ("globalaccelerator", "internet"),
    "AWS::GlobalAccelerator::CrossAccountAttachment": ("globalaccelerator", "internet"),
    "aws_verifiedaccess_endpoint": ("verifiedaccess", "internet"),
    "AWS::EC2::VerifiedAccessEndpoint": ("verifiedaccess", "internet"),
    "aws_ec2_client_vpn_network_association": ("client-vpn", "internet"),
    "AWS::EC2::ClientVpnTargetNetworkAssociation": ("client-vpn", "internet"),
    "aws_ec2_instance_connect_endpoint": ("ec2-instance-connect", "internet"),
    "AWS::EC2::InstanceConnectEndpoint": ("ec2-instance-connect", "internet"),
    "aws_dx_gateway_association": ("directconnect", "onprem"),
    "aws_dx_private_virtual_interface": ("directconnect", "onprem"),
    "AWS::DirectConnect::DirectConnectGatewayAssociation": ("directconnect", "onprem"),
    "AWS::DirectConnect::PrivateVirtualInterface": ("directconnect", "onprem"),
    "aws_networkmanager_vpc_attachment": ("networkmanager", "onprem"),
    "AWS::NetworkManager::VpcAttachment": ("networkmanager", "onprem"),
    "aws_vpclattice_service_network_vpc_association": ("vpc-lattice", ""),
    "AWS::VpcLattice::ServiceNetworkVpcAssociation": ("vpc-lattice", ""),
    "aws_opensearch_vpc_endpoint": ("opensearch", ""),
    "aws_elasticsearch_vpc_endpoint": ("opensearch", ""),
    "aws_msk_vpc_connection": ("kafka", ""),
    "AWS::MSK::VpcConnection": ("kafka", ""),
    "aws_redshift_endpoint_access": ("redshift", ""),
    "aws_redshiftserverless_endpoint_access": ("redshift", ""),
    "AWS::Redshift::EndpointAccess": ("redshift", ""),
    "aws_vpclattice_resource_gateway": ("vpc-lattice", "*"),
    "AWS::VpcLattice::ResourceGateway": ("vpc-lattice", "*"),
    "aws_elb_attachment": ("elasticloadbalancing", "attached"),
    "aws_network_interface": ("ec2", "attached"),
    "aws_network_interface_attachment": ("ec2", "attached"),
    "AWS::EC2::NetworkInterface": ("ec2", "attached"),
    "AWS::EC2::NetworkInterfaceAttachment": ("ec2", "attached"),
}


@pytest.mark.parametrize(("type_", "door"), DOORS.items(), ids=DOORS)
def test_other_ways_into_a_vpc(type_: str, door: tuple[str, str]) -> None:
    """What each of them names may be reached by it; its tags name nothing."""
    if "::" in type_:
        text = f"""
Parameters: {{V: {{Type: String}}}}
Resources:
  Vpc: {{Type: AWS::EC2::VPC}}
  Tagged: {{Type: AWS::EC2::VPC}}
  Door:
    Type: {type_}
    Properties: {{Of: !Ref Vpc, In: [!Ref V, !Ref V], Tags: [{{Key: a, Value: !Ref Tagged}}]}}
"""
        named, waits = "Vpc", "V"
    else:
        text = f"""
variable "v" {{}}
resource "aws_vpc" "m" {{}}
resource "aws_vpc" "tagged" {{}}
resource "{type_}" "d" {{
  of   = {{ vpc = "x/${{aws_vpc.m.id}}" }}
  in   = [var.v, var.v]
  tags = {{ a = aws_vpc.tagged.id }}
}}
"""
        named, waits = "aws_vpc.m", "var.v"
    (found,) = network(text).every(Door)

    assert (found.service, found.source) == door
    assert found.mentions == {named}
    assert [need.name for need in found.open] == [waits]


ENTRY = """
resource "aws_network_acl" "a" { subnet_ids = ["subnet-1"] }
resource "aws_network_acl_rule" "r" {
  network_acl_id = aws_network_acl.a.id
  rule_number    = 100
  rule_action    = "allow"
  protocol       = "tcp"
  from_port      = 80
  to_port        = 81
  BODY
}
variable "v" {}
"""


@pytest.mark.parametrize(
    ("body", "way", "range_"),
    [
        ('cidr_block = "10.0.0.0/8"', "ingress", "10.0.0.0/8"),
        ('cidr_block = "10.0.0.0/8"\negress = false', "ingress", "10.0.0.0/8"),
        ('ipv6_cidr_block = "::/0"\negress = true', "egress", "::/0"),
        ("cidr_block = var.v\negress = var.v", None, OPEN),
    ],
)
def test_entries_of_network_acls(body: str, way: str | None, range_: object) -> None:
    """They are inbound by default, and of either version of addresses."""
    found = network(ENTRY.replace("BODY", body))
    (entry,), (acl,) = found.every(AclEntry), found.every(NetworkAcl)

    assert [link.to for link in acl.subnets] == ["subnet-1"]
    assert entry.acl.to == "aws_network_acl.a"
    assert entry.way == way
    assert said(entry.range) is range_ or said(entry.range) == range_
    assert [said(each) for each in (entry.number, entry.action, entry.protocol)] == [
        100, "allow", "tcp",
    ]  # fmt: skip
    assert (said(entry.first_port), said(entry.last_port)) == (80, 81)
    assert bool(entry.doubt) is (way is None)


def test_network_acls_with_blocks() -> None:
    """A default one is its VPC's; blocks are of the direction that they are named by."""
    text = """
resource "aws_default_network_acl" "d" {
  default_network_acl_id = "acl-1"
  ingress {
    rule_no    = 1
    action     = "deny"
    protocol   = "-1"
    cidr_block = "0.0.0.0/0"
    from_port  = 0
    to_port    = 0
  }
  egress {
    rule_no         = 2
    action          = "allow"
    protocol        = "-1"
    ipv6_cidr_block = "::/0"
    from_port       = 0
    to_port         = 0
  }
}
resource "aws_network_acl_association" "a" {
  network_acl_id = "acl-2"
  subnet_id      = "subnet-1"
}
"""
    found = network(text)
    entries = [
        (each.way, said(each.number), said(each.action), said(each.range))
        for each in found.every(AclEntry)
    ]

    assert entries == [("ingress", 1, "deny", "0.0.0.0/0"), ("egress", 2, "allow", "::/0")]
    (tie,) = found.every(AclAssociation)
    assert (tie.acl.to, tie.subnet.to) == ("acl-2", "subnet-1")


def test_entries_of_templates() -> None:
    """Ports stand in a block of their own."""
    text = """
Resources:
  E:
    Type: AWS::EC2::NetworkAclEntry
    Properties:
      NetworkAclId: acl-1
      RuleNumber: 100
      RuleAction: allow
      Protocol: 6
      Egress: true
      CidrBlock: 0.0.0.0/0
      PortRange: {From: 80, To: 81}
"""
    (entry,) = network(text).every(AclEntry)

    assert (entry.way, said(entry.number), said(entry.action)) == ("egress", 100, "allow")
    assert (said(entry.first_port), said(entry.last_port)) == (80, 81)


@pytest.mark.parametrize(
    ("body", "check", "kind"),
    [
        ("", ("TCP", "traffic-port"), "instance"),
        ('protocol = "HTTP"\nport = 80', ("HTTP", "traffic-port"), "instance"),
        ('protocol = "HTTPS"\nport = 443', ("HTTP", "traffic-port"), "instance"),
        ('protocol = "TLS"\nport = 443\ntarget_type = "ip"', ("TCP", "traffic-port"), "ip"),
        ('health_check {\nprotocol = "HTTPS"\nport = 8443\n}', ("HTTPS", 8443), "instance"),
    ],
)
def test_target_groups(body: str, check: tuple[str, object], kind: str) -> None:
    """Health checks take plain text to the port of the traffic by default."""
    (found,) = network(f'resource "aws_lb_target_group" "g" {{\n{body}\n}}\n').every(TargetGroup)

    assert (said(found.check_protocol), said(found.check_port)) == check
    assert (said(found.type), said(found.family)) == (kind, "ipv4")


@pytest.mark.parametrize(
    ("protocol", "check", "protocol_of_checks"),
    [
        ("TCP", "port = 80", OPEN),
        ("HTTP", "port = 80", "HTTP"),
        ("TLS", 'protocol = "HTTPS"', OPEN),
        ("HTTP", 'protocol = "HTTPS"', OPEN),
    ],
)
def test_health_checks_that_may_be_written(
    protocol: str, check: str, protocol_of_checks: object
) -> None:
    """A block that may be there makes them HTTP, or whatever it says."""
    block = f'dynamic "health_check" {{\nfor_each = var.v\ncontent {{\n{check}\n}}\n}}'
    group = f'resource "aws_lb_target_group" "g" {{\nprotocol = "{protocol}"\n{block}\n}}\n'
    (found,) = network('variable "v" {}\n' + group).every(TargetGroup)

    assert said(found.check_protocol) == protocol_of_checks
    waits = ["var.v"] if protocol_of_checks is OPEN else []
    assert [need.name for need in found.check_protocol.needs] == waits


@pytest.mark.parametrize(
    ("kind", "targets", "addresses"),
    [("alb", ["arn-1"], []), ("ip", [], ["arn-1"]), ("lambda", [], []), ("instance", [], [])],
)
def test_what_is_registered(kind: str, targets: list[str], addresses: list[str]) -> None:
    """A target is what the type of its group says, in blocks or by attachments."""
    hcl = f"""
resource "aws_lb_target_group" "g" {{ target_type = "{kind}" }}
resource "aws_lb_target_group_attachment" "a" {{
  target_group_arn = aws_lb_target_group.g.arn
  target_id        = "arn-1"
}}
"""
    yaml = f"""
Resources:
  G:
    Type: AWS::ElasticLoadBalancingV2::TargetGroup
    Properties: {{TargetType: {kind}, Targets: [{{Id: arn-1}}]}}
"""
    for text in (hcl, yaml):
        (found,) = network(text).every(TargetGroup)
        assert [link.to for link in found.targets] == targets
        assert [said(each.address) for each in found.addresses] == addresses


def test_instances_that_are_registered() -> None:
    """In a target group at a port, or in a classic load balancer."""
    text = """
resource "aws_instance" "i" {}
resource "aws_lb_target_group" "g" {}
resource "aws_lb_target_group_attachment" "a" {
  target_group_arn = aws_lb_target_group.g.arn
  target_id        = aws_instance.i.id
  port             = 8080
}
resource "aws_lb_target_group_attachment" "elsewhere" {
  target_group_arn = aws_lb_target_group.g.arn
  target_id        = "i-1"
}
resource "aws_elb" "b" { instances = [aws_instance.i.id] }
resource "aws_elb_attachment" "c" {
  elb      = aws_elb.b.id
  instance = aws_instance.i.id
}
"""
    found = [
        (
            each.instances.to, said(each.port),
            [link.to for link in (*each.target_groups, *each.load_balancers)],
        )
        for each in network(text).every(Registration)
    ]  # fmt: skip

    own = "aws_instance.i"
    assert sorted(found, key=str) == [
        (own, 8080, ["aws_lb_target_group.g"]), (own, None, ["aws_elb.b"]),
        (own, None, ["aws_elb.b"]),
    ]  # fmt: skip


@pytest.mark.parametrize(("more", "truth"), [("", True), ("count = var.v ? 1 : 0", None)])
def test_an_instance_that_may_be_registered(more: str, truth: bool | None) -> None:
    """It is where the attachment is made, which an input may decide."""
    text = f"""
variable "v" {{}}
resource "aws_instance" "i" {{}}
resource "aws_lb_target_group_attachment" "a" {{
  {more}
  target_group_arn = "tg-1"
  target_id        = aws_instance.i.id
}}
"""
    (found,) = network(text).every(Registration)

    assert found.instances.fact.truth is truth
    assert [need.name for need in found.instances.fact.waits_for()] == ["var.v"][: truth is None]


def test_what_an_absent_module_may_have_made_is_registered() -> None:
    """It may be an instance; what an input brings is none of the sources."""
    text = """
variable "v" {}
module "m" { source = "a/b/c" }
resource "aws_lb_target_group_attachment" "a" {
  target_group_arn = "tg-1"
  target_id        = GIVEN
}
"""
    yaml = """
Resources:
  M: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: https://example.com/m.yml}}
  G:
    Type: AWS::ElasticLoadBalancingV2::TargetGroup
    Properties: {Targets: [{Id: !GetAtt M.Outputs.Instance}]}
"""
    by_module = network(text.replace("GIVEN", "module.m.instance_id"))
    registered = [*by_module.every(Registration), *network(yaml).every(Registration)]

    assert [each.instances.to for each in registered] == [
        "module.m.instance_id", "M.Outputs.Instance",
    ]  # fmt: skip
    assert not network(text.replace("GIVEN", "var.v")).every(Registration)


@pytest.mark.parametrize(
    "target",
    [
        "aws_lb.b.arn",
        "aws_lambda_function.f.arn",
        "aws_eip.e.private_ip",
        "data.aws_instance.d.id",
        "data.aws_lb.d.arn",
    ],
)
def test_what_is_no_instance_of_the_sources(target: str) -> None:
    """Whatever else they write or look up is registered as no instance."""
    text = f"""
resource "aws_instance" "i" {{}}
resource "aws_lb" "b" {{}}
resource "aws_lambda_function" "f" {{}}
resource "aws_eip" "e" {{}}
data "aws_instance" "d" {{ instance_id = "i-1" }}
data "aws_lb" "d" {{ name = "d" }}
resource "aws_lb_target_group_attachment" "a" {{
  target_group_arn = "tg-1"
  target_id        = {target}
}}
"""
    assert not network(text).every(Registration)


@pytest.mark.parametrize(
    ("attributes", "keeps"),
    [
        ('{Key: preserve_client_ip.enabled, Value: "true"}', True),
        ('{Key: preserve_client_ip.enabled, Value: "false"}', False),
        ('{Key: other, Value: "true"}', None),
        ('{Key: !Ref P, Value: "true"}', OPEN),
        ('!If [C, {Key: preserve_client_ip.enabled, Value: "true"}, !Ref AWS::NoValue]', OPEN),
    ],
)
def test_client_addresses(attributes: str, keeps: object) -> None:
    """A template keeps them by a key in a list."""
    text = f"""
Parameters: {{P: {{Type: String}}}}
Conditions: {{C: !Equals [!Ref P, a]}}
Resources:
  G:
    Type: AWS::ElasticLoadBalancingV2::TargetGroup
    Properties: {{TargetGroupAttributes: [{attributes}]}}
"""
    (found,) = network(text).every(TargetGroup)

    assert said(found.client_ip) is keeps


ELSEWHERE = "data.aws_service_discovery_http_namespace.o.arn"
NAMESPACE = """
variable "v" {}
data "aws_service_discovery_http_namespace" "o" { name = "other" }
resource "aws_service_discovery_private_dns_namespace" "n" { name = "shop.local" }
resource "aws_ecs_cluster" "c" {
  service_connect_defaults {
    namespace = aws_service_discovery_private_dns_namespace.n.arn
  }
}
"""


def names(text: str) -> list[tuple[object, bool | None]]:
    """The names at which something answers, and whether what goes there is encrypted."""
    found = []
    for each in network(NAMESPACE + text).every(DnsName):
        value = dereferenced(each.name)
        found.append((value.data if isinstance(value, Known) else OPEN, each.encrypted.truth))
    return found


def offers(body: str, more: str = "") -> str:
    """A service that offers something in Service Connect."""
    inner = f"service_connect_configuration {{\nenabled = true\n{more}\nservice {{\n{body}\n}}\n}}"
    return f'resource "aws_ecs_service" "s" {{\ncluster = aws_ecs_cluster.c.id\n{inner}\n}}\n'


ALIAS = 'client_alias {\ndns_name = "web"\nport = 80\n}\n'
TLS = 'tls {\nissuer_cert_authority {\naws_pca_authority_arn = "arn"\n}\n}\n'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (offers('port_name = "http"'), [("http.shop.local", False)]),
        (offers('port_name = "http"\ndiscovery_name = "api"'), [("api.shop.local", False)]),
        (offers('port_name = "http"\n' + ALIAS), [("http.shop.local", False), ("web", False)]),
        (
            offers('port_name = "http"\n' + ALIAS + TLS),
            [("http.shop.local", True), ("web", True)],
        ),
        (offers('port_name = "http"', 'namespace = "own"'), [("http.own", False)]),
        (offers('port_name = "http"', "namespace = var.v"), [(OPEN, False)]),
        (offers('port_name = "http"', f"namespace = {ELSEWHERE}"), [(OPEN, False)]),
        (
            (
                'resource "aws_service_discovery_service" "s" {\nname = "db"\ndns_config {\n'
                "namespace_id = aws_service_discovery_private_dns_namespace.n.id\n}\n}\n"
            ),
            [("db.shop.local", False)],
        ),
        (
            'resource "aws_appmesh_virtual_service" "s" { name = "web.mesh" }\n',
            [("web.mesh", True)],
        ),
    ],
    ids=range(9),
)
def test_names_at_which_services_answer(
    text: str, expected: list[tuple[object, bool | None]]
) -> None:
    """Those of Cloud Map and Service Connect are in a namespace; App Mesh encrypts by itself."""
    assert names(text) == expected


@pytest.mark.parametrize(
    ("body", "truth"),
    [
        (TLS, True),
        ("", False),
        ("tls {\nissuer_cert_authority {}\n}\n", False),
    ],
)
def test_ports_of_service_connect(body: str, truth: bool) -> None:
    """An authority makes the proxies speak TLS; a fix adds one, and with a block a role."""
    (found,) = network(NAMESPACE + offers(f'port_name = "http"\n{body}')).every(ServiceConnectPort)

    assert found.name == "http"
    assert (found.connected.truth, found.encrypted.truth) == (True, truth)


@pytest.mark.parametrize("port", ["port_name = var.v", ""])
def test_a_port_of_service_connect_without_a_name(port: str) -> None:
    """One that is not known has none, and is in the proxies all the same."""
    (found,) = network(NAMESPACE + offers(port)).every(ServiceConnectPort)

    assert (found.name, found.connected.truth) == ("", True)


PERHAPS = 'dynamic "%s" {\nfor_each = var.v ? [1] : []\ncontent {\n%s\n}\n}'
ISSUED = 'issuer_cert_authority {\naws_pca_authority_arn = "arn"\n}'


@pytest.mark.parametrize(
    ("tls", "truth", "waits"),
    [
        (f"tls {{\n{ISSUED}\n}}", True, []),
        ("tls {\nissuer_cert_authority {}\n}", False, []),
        ("", False, []),
        (PERHAPS % ("tls", ISSUED), None, ["var.v"]),
        ("tls {\n" + PERHAPS % ("issuer_cert_authority", 'aws_pca_authority_arn = "a"') + "\n}",
         None, ["var.v"]),
    ],
    ids=range(5),
)  # fmt: skip
def test_names_of_service_connect_encrypt_as_its_ports_do(
    tls: str, truth: bool | None, waits: list[str]
) -> None:
    """What goes to a name is encrypted if its offer names an authority, and as far as it does."""
    found = network('variable "v" {}' + NAMESPACE + offers(f'port_name = "http"\n{tls}\n'))
    facts = [
        *(each.encrypted for each in found.every(DnsName)),
        *(each.encrypted for each in found.every(ServiceConnectPort)),
    ]

    assert [fact.truth for fact in facts] == [truth, truth]
    assert [[need.name for need in fact.waits_for()] for fact in facts] == [waits, waits]


@pytest.mark.parametrize(
    ("more", "logs", "writes"),
    [
        ("", False, False),
        ('log_configuration { log_driver = "awslogs" }', False, True),
        ('access_log_configuration { format = "JSON" }', False, False),
        (
            (
                'access_log_configuration { format = "JSON" }\n'
                'log_configuration { log_driver = "awslogs" }'
            ),
            True,
            True,
        ),
        (
            (
                'access_log_configuration { format = "JSON" }\n'
                'log_configuration { log_driver = "splunk" }'
            ),
            True,
            False,
        ),
    ],
)
def test_logs_of_service_connect(more: str, logs: bool, writes: bool) -> None:
    """They are kept where it is said how and whereto."""
    (found,) = network(NAMESPACE + offers('port_name = "http"', more)).every(MeshProxy)

    assert (found.logs.truth, found.writes.truth) == (logs, writes)


@pytest.mark.parametrize(
    ("enabled", "truth", "waits"),
    [("true", None, ["var.v"]), ("false", False, []), ("var.w", None, ["var.w", "var.v"])],
)
def test_service_connect_that_may_not_be_used(
    enabled: str, truth: bool | None, waits: list[str]
) -> None:
    """Neither its proxies nor what they offer are there for sure if their block may be missing."""
    text = f"""
variable "v" {{}}
variable "w" {{}}
resource "aws_ecs_service" "s" {{
  dynamic "service_connect_configuration" {{
    for_each = var.v
    content {{
      enabled = {enabled}
      service {{ port_name = "http" }}
    }}
  }}
}}
"""
    lowered = network(text)
    (proxy,), (port,) = lowered.every(MeshProxy), lowered.every(ServiceConnectPort)

    for fact in (proxy.connected, port.connected):
        assert fact.truth is truth
        assert [need.name for need in fact.waits_for()] == waits
    assert proxy.logs.truth is False


EFS = 'efs_volume_configuration {\nfile_system_id = "fs-1"\n%s\n}'
DOCKER = "docker_volume_configuration {\n%s\n}"
NFS = 'driver_opts = { type = "%s" }'


@pytest.mark.parametrize(
    ("body", "nfs", "encrypted"),
    [
        (EFS % "", True, False),
        (EFS % 'transit_encryption = "ENABLED"', True, True),
        (EFS % 'transit_encryption = "DISABLED"', True, False),
        (EFS % "transit_encryption = var.v", True, None),
        (DOCKER % (NFS % "nfs"), True, False),
        (DOCKER % (NFS % "nfs4"), True, False),
        (DOCKER % (NFS % "tmpfs"), False, False),
        (DOCKER % ('driver = "rexray"\n' + NFS % "nfs"), False, False),
    ],
)
def test_volumes(body: str, nfs: bool, encrypted: bool | None) -> None:
    """Those of EFS speak NFS, and Docker's own may."""
    text = 'variable "v" {}\nresource "aws_ecs_task_definition" "t" {\n%s\n}\n'
    (found,) = network(text % f'volume {{\nname = "data"\n{body}\n}}').every(Volume)

    assert found.name == "data"
    assert (found.nfs.truth, found.encrypted.truth) == (nfs, encrypted)


@pytest.mark.parametrize(
    "body",
    [
        PERHAPS % ("efs_volume_configuration", 'file_system_id = "fs-1"'),
        PERHAPS % ("docker_volume_configuration", NFS % "nfs"),
    ],
    ids=["EFS", "Docker"],
)
def test_volumes_that_may_be_there(body: str) -> None:
    """What they do wrong counts as if they were."""
    text = 'variable "v" {}\nresource "aws_ecs_task_definition" "t" {\n%s\n}\n'
    (found,) = network(text % f'volume {{\nname = "data"\n{body}\n}}').every(Volume)

    assert (found.nfs.truth, found.encrypted.truth) == (True, False)


@pytest.mark.parametrize(
    ("volumes", "name"),
    [
        ("!Ref P", "a volume"),
        ("[!Ref P]", "a volume"),
        ("[{Name: a, EFSVolumeConfiguration: !Ref P}]", "a"),
        ("[{Name: a, DockerVolumeConfiguration: !Ref P}]", "a"),
    ],
)
def test_volumes_that_are_not_known(volumes: str, name: str) -> None:
    """They may speak NFS, in plain text or not."""
    text = f"""
Parameters: {{P: {{Type: String}}}}
Resources:
  T: {{Type: AWS::ECS::TaskDefinition, Properties: {{Volumes: {volumes}}}}}
"""
    (found,) = network(text).every(Volume)

    assert (found.name, found.nfs.truth, found.encrypted.truth) == (name, None, None)
    assert [need.name for need in found.nfs.waits_for()] == ["P"]


@pytest.mark.parametrize(
    ("more", "encrypted"),
    [("", False), (', transitEncryption = "ENABLED"', True)],
)
def test_volumes_of_batch(more: str, encrypted: bool) -> None:
    """Jobs spell them as JSON does, and templates in a third way."""
    volume = f'{{ name = "a", efsVolumeConfiguration = {{ fileSystemId = "fs-1"{more} }} }}'
    containers = f"jsonencode({{ volumes = [{volume}] }})"
    hcl = f'resource "aws_batch_job_definition" "j" {{ container_properties = {containers} }}\n'
    on = ", TransitEncryption: ENABLED" if more else ""
    inner = f"{{Name: a, EfsVolumeConfiguration: {{FileSystemId: fs-1{on}}}}}"
    yaml = f"""
Resources:
  J:
    Type: AWS::Batch::JobDefinition
    Properties: {{ContainerProperties: {{Volumes: [{inner}]}}}}
"""
    for text in (hcl, yaml):
        found = network(text)
        assert [(each.nfs.truth, each.encrypted.truth) for each in found.every(Volume)] == [
            (True, encrypted)
        ]
        assert [each.efs.to for each in found.every(Mount) if each.efs] == ["fs-1"]


@pytest.mark.parametrize(
    ("block", "efs", "fsx"),
    [
        ("efs_volume_configuration", "fs-1", ""),
        ("fsx_windows_file_server_volume_configuration", "", "fs-1"),
    ],
)
def test_what_volumes_mount(block: str, efs: str, fsx: str) -> None:
    """A file system of EFS or of FSx, by its id."""
    text = f"""
resource "aws_ecs_task_definition" "t" {{
  volume {{
    name = "data"
    {block} {{ file_system_id = "fs-1" }}
  }}
}}
"""
    (found,) = network(text).every(Mount)

    assert [link.to if link else "" for link in (found.efs, found.fsx)] == [efs, fsx]


@pytest.mark.parametrize(
    ("kind", "target", "vpc", "subnet"),
    [
        ("VPC", "vpc-1", "vpc-1", ""),
        ("Subnet", "subnet-1", "", "subnet-1"),
        ("NetworkInterface", "eni-1", "", ""),
        ("!Ref Kind", "!Ref Net", "", "Net"),
    ],
)
def test_what_flow_logs_record(kind: str, target: str, vpc: str, subnet: str) -> None:
    """A template says the kind apart from the id."""
    text = f"""
Parameters: {{Kind: {{Type: String}}}}
Resources:
  Net: {{Type: AWS::EC2::Subnet}}
  L: {{Type: AWS::EC2::FlowLog, Properties: {{ResourceType: {kind}, ResourceId: {target}}}}}
"""
    (found,) = network(text).every(FlowLog)

    ends = [link.to if link else "" for link in (found.vpc, found.subnet)]
    assert ends == [vpc, subnet]
    assert said(found.interval) == 600
    assert found.format.name == "LogFormat"


POLICY = {"segments": [{"name": "a"}]}


@pytest.mark.parametrize(
    ("policy", "joins"),
    [
        (POLICY, True),
        ({"segments": [{"name": "a", "isolate-attachments": True}]}, False),
        ({"segments": [{"name": "a", "isolate-attachments": "false"}]}, True),
        ({"segments": [{"name": "a"}, {"name": "b"}]}, None),
        ({"segments": [{"name": "a", "isolate-attachments": True}], "segment-actions": [{}]}, None),
        ({"segments": []}, None),
        ({}, None),
    ],
    ids=range(7),
)
def test_core_networks(policy: dict[str, object], joins: bool | None) -> None:
    """One segment joins what is attached to it, unless it isolates."""
    text = f"""
resource "aws_networkmanager_core_network" "n" {{}}
resource "aws_networkmanager_core_network_policy_attachment" "p" {{
  core_network_id = aws_networkmanager_core_network.n.id
  policy_document = {json.dumps(json.dumps(policy))}
}}
"""
    (found,) = network(text).every(CoreNetwork)

    assert found.joins.truth is joins


JOINS, ISOLATES = (
    json.dumps(json.dumps({"segments": [{"name": "a", **more}]}))
    for more in ({}, {"isolate-attachments": True})
)
CORE = """
variable "v" {}
resource "aws_networkmanager_core_network" "n" {
  BASE
}
"""


def policies(*texts: str, base: str = "", more: str = "") -> bool | None:
    """Whether a core network joins what is attached to it, by the policies that it has."""
    attached = "".join(
        f"""
resource "aws_networkmanager_core_network_policy_attachment" "p{number}" {{
  {more}
  core_network_id = aws_networkmanager_core_network.n.id
  policy_document = {text}
}}
"""
        for number, text in enumerate(texts)
    )
    own = f"base_policy_document = {base}" if base else ""
    (found,) = network(CORE.replace("BASE", own) + attached).every(CoreNetwork)
    return found.joins.truth


def test_policies_of_core_networks() -> None:
    """One that is known decides; of several the last one counts, and nobody knows which that is."""
    assert policies() is None
    assert policies(JOINS) is True
    assert policies(ISOLATES) is False
    assert policies(base=JOINS) is True
    assert policies(base=ISOLATES) is False
    assert policies("var.v") is None
    assert policies(ISOLATES, more="count = var.v") is None
    assert policies(ISOLATES, base=ISOLATES) is None
    assert policies(ISOLATES, ISOLATES) is None
    assert policies(JOINS, ISOLATES) is None
    assert policies(JOINS, base=ISOLATES) is None
    assert policies(JOINS, JOINS) is True


@pytest.mark.parametrize(
    ("segments", "joins"),
    [
        ('[{ name = "a" }]', True),
        ('[{ name = "a", isolate-attachments = "true" }]', False),
        ("[{ name = 1, isolate-attachments = true }, { name = 2, isolate-attachments = 1 }]", None),
        ("[for each in [1, 2] : { name = each, isolate-attachments = true }]", False),
        ('[{ name = "a", isolate-attachments = true }, { name = "b" }]', None),
        ('[{ name = "a", isolate-attachments = var.v }]', None),
        ('[{ name = "a", isolate-attachments = "maybe" }]', None),
        ("var.v", None),
        ("[var.v]", None),
    ],
)
def test_segments_of_core_networks(segments: str, joins: bool | None) -> None:
    """All of them have to isolate, for two attachments to be apart whatever their tags are."""
    assert policies(f"jsonencode({{ segments = {segments} }})") is joins


def test_policies_of_core_networks_of_templates() -> None:
    """There the policy is a structure in the core network itself."""
    text = """
Resources:
  N:
    Type: AWS::NetworkManager::CoreNetwork
    Properties:
      PolicyDocument: {segments: [{name: a, isolate-attachments: ISOLATES}]}
"""
    for isolates, joins in (("true", False), ("false", True)):
        (found,) = network(text.replace("ISOLATES", isolates)).every(CoreNetwork)
        assert found.joins.truth is joins


NODE = """
resource "aws_appmesh_virtual_node" "n" {
  mesh_name = "m"
  spec {
    LISTENER
    BACKEND
  }
}
"""
FILE = 'file {\ncertificate_chain = "/a"\n}'


@pytest.mark.parametrize(
    ("tls", "mode", "validates"),
    [
        ("", "none", False),
        ('tls {\nmode = "STRICT"\n}', "STRICT", False),
        (f'tls {{\nmode = "STRICT"\nvalidation {{\ntrust {{\n{FILE}\n}}\n}}\n}}', "STRICT", True),
        (
            'tls {\nmode = "STRICT"\nvalidation {\ntrust {\nsds {\nsecret_name = "s"\n}\n}\n}\n}',
            "STRICT",
            True,
        ),
    ],
    ids=range(4),
)
def test_listeners_of_meshes(tls: str, mode: str, validates: bool) -> None:
    """Without TLS is the default; files and SDS are where clients' certificates are trusted by."""
    text = NODE.replace("LISTENER", f"listener {{\n{tls}\n}}").replace("BACKEND", "")
    (found,) = network(text).every(MeshListener)

    assert (said(found.mode), found.validates.truth) == (mode, validates)


def client(body: str) -> str:
    """A policy for clients."""
    return f"client_policy {{\ntls {{\n{body}\n}}\n}}\n"


TRUST = "validation {\ntrust {\n%s\n}\n}\n"
SHOWS = f"certificate {{\n{FILE}\n}}\n"


@pytest.mark.parametrize(
    ("body", "enforce", "trusts", "presents"),
    [
        (TRUST % FILE, True, True, False),
        (TRUST % 'acm {\ncertificate_authority_arns = ["a"]\n}', True, True, False),
        (TRUST % "" + "enforce = false\n", False, False, False),
        (TRUST % FILE + SHOWS, True, True, True),
    ],
    ids=range(4),
)
def test_policies_of_meshes(body: str, enforce: bool, trusts: bool, presents: bool) -> None:
    """They enforce TLS by default, for one backend or for all that say nothing."""
    backend = f'backend {{\nvirtual_service {{\nvirtual_service_name = "b"\n{client(body)}}}\n}}\n'
    text = NODE.replace("LISTENER", "").replace("BACKEND", backend)
    own, default = network(text).every(ClientPolicy)
    given = f"backend_defaults {{\n{client(body)}}}\n"
    (all_,) = network(text.replace(backend, given)).every(ClientPolicy)

    for found in (own, all_):
        assert said(found.enforce) is enforce
        assert (found.trusts.truth, found.presents.truth) == (trusts, presents)
        assert (found.used.truth, found.written.truth) == (True, True)
    assert (default.used.truth, default.written.truth) == (False, False)


def test_a_policy_that_a_backend_may_have() -> None:
    """The default counts where it has none, which waits for what decides that."""
    tls = 'dynamic "tls" {\nfor_each = var.v ? [1] : []\ncontent {}\n}'
    policy = f'virtual_service_name = "b"\nclient_policy {{\n{tls}\n}}'
    backend = f"backend {{\nvirtual_service {{\n{policy}\n}}\n}}"
    text = NODE.replace("LISTENER", "").replace("BACKEND", backend)
    found = network('variable "v" {}' + text).every(ClientPolicy)

    assert [(each.whom, each.used.truth) for each in found] == [
        ("the backend b", True), ("its backends", None),
    ]  # fmt: skip
    assert [need.name for need in found[1].used.waits_for()] == ["var.v"]


def test_backends_of_meshes_that_are_not_known() -> None:
    """One of them may have a policy of its own, so that the default may be used or not."""
    text = """
Parameters: {P: {Type: CommaDelimitedList}}
Resources:
  N:
    Type: AWS::AppMesh::VirtualNode
    Properties: {MeshName: m, Spec: {Backends: [!Ref P]}}
"""
    found = network(text).every(ClientPolicy)

    assert [(each.whom, each.used.truth) for each in found] == [
        ("a backend", None), ("its backends", None),
    ]  # fmt: skip
    assert [[need.name for need in each.used.waits_for()] for each in found] == [["P"], ["P"]]


@pytest.mark.parametrize(
    ("body", "behind"),
    [
        ("db_instance_identifier = aws_db_instance.d.identifier", ["aws_db_instance.d"]),
        ('db_instance_identifier = "main"', ["aws_db_instance.d"]),
        ("db_cluster_identifier = aws_rds_cluster.c.id", ["aws_rds_cluster.c"]),
        ('db_cluster_identifier = "all"', ["aws_rds_cluster.c"]),
        ('db_cluster_identifier = "main"', []),
    ],
)
def test_what_is_behind_a_proxy(body: str, behind: list[str]) -> None:
    """A database or a cluster of the sources, by reference or by name."""
    text = f"""
resource "aws_db_instance" "d" {{ identifier = "main" }}
resource "aws_rds_cluster" "c" {{ cluster_identifier = "all" }}
resource "aws_db_proxy" "p" {{ name = "front" }}
resource "aws_db_proxy_target" "t" {{
  db_proxy_name = "front"
  {body}
}}
"""
    found = network(text).every(ProxyTarget)

    assert [(each.proxy.to, each.store.to) for each in found] == [
        ("aws_db_proxy.p", each) for each in behind
    ]


@pytest.mark.parametrize(
    ("name", "front"),
    [("aws_db_proxy.p.name", "aws_db_proxy.p"), ('"front"', "aws_db_proxy.p"), ('"b"', "b")],
)
def test_further_endpoints_of_a_proxy(name: str, front: str) -> None:
    """Each is a store before its proxy, in groups and subnets of its own; it asks nothing more."""
    text = f"""
resource "aws_db_proxy" "p" {{
  name                   = "front"
  vpc_security_group_ids = ["sg-1"]
}}
resource "aws_db_proxy_endpoint" "e" {{
  db_proxy_name          = {name}
  vpc_security_group_ids = ["sg-2"]
  vpc_subnet_ids         = ["subnet-2"]
}}
"""
    found = network(text)
    (endpoint,) = (each for each in found.every(Store) if each.id == "aws_db_proxy_endpoint.e")

    assert [(each.proxy.to, each.store.to) for each in found.every(ProxyTarget)] == [
        (endpoint.id, front)
    ]
    assert [link.to for link in (*endpoint.groups, *endpoint.subnets)] == ["sg-2", "subnet-2"]
    assert endpoint.tls_requirements == ()


@pytest.mark.parametrize(
    ("name", "subnets"),
    [
        ("aws_db_subnet_group.g.name", ["subnet-1", "subnet-2"]),
        ('"nets"', ["subnet-1", "subnet-2"]),
        ('"other"', []),
        ("var.v", ["var.v"]),
    ],
)
def test_subnets_of_a_database(name: str, subnets: list[str]) -> None:
    """A subnet group of the sources has them, by reference or by name."""
    text = f"""
variable "v" {{}}
resource "aws_db_subnet_group" "g" {{
  name       = "nets"
  subnet_ids = ["subnet-1", "subnet-2"]
}}
resource "aws_db_instance" "d" {{ db_subnet_group_name = {name} }}
"""
    (store,) = network(text).every(Store)

    assert [link.to for link in store.subnets] == subnets


@pytest.mark.parametrize(
    ("group", "key", "store"),
    [
        ("AWS::RDS::DBSubnetGroup", "DBSubnetGroupName", "AWS::RDS::DBInstance"),
        ("AWS::DocDB::DBSubnetGroup", "DBSubnetGroupName", "AWS::DocDB::DBCluster"),
        (
            "AWS::ElastiCache::SubnetGroup",
            "CacheSubnetGroupName",
            "AWS::ElastiCache::ReplicationGroup",
        ),
        ("AWS::MemoryDB::SubnetGroup", "SubnetGroupName", "AWS::MemoryDB::Cluster"),
        ("AWS::DAX::SubnetGroup", "SubnetGroupName", "AWS::DAX::Cluster"),
    ],
)
@pytest.mark.parametrize("by", ["!Ref G", "nets"])
def test_subnets_of_stores_of_templates(group: str, key: str, store: str, by: str) -> None:
    """Each kind of subnet group has a property for its name, by which stores name it as well."""
    text = f"""
Resources:
  G: {{Type: {group}, Properties: {{{key}: nets, SubnetIds: [subnet-1]}}}}
  S: {{Type: {store}, Properties: {{{key}: {by}}}}}
"""
    (found,) = network(text).every(Store)

    assert [link.to for link in found.subnets] == ["subnet-1"]


@pytest.mark.parametrize(
    ("body", "groups", "known"),
    [("DBSecurityGroups: [a]", [""], False), ("VPCSecurityGroups: [sg-1]", ["sg-1"], True)],
)
def test_groups_of_a_database(body: str, groups: list[str], known: bool) -> None:
    """DB security groups stand in the place of those of the VPC, nobody knows which these are."""
    text = (
        f"Resources:\n  D: {{Type: AWS::RDS::DBInstance, Properties: {{Engine: mysql, {body}}}}}\n"
    )
    (store,) = network(text).every(Store)

    assert [link.to for link in store.groups] == groups
    assert all(link.exact is known for link in store.groups)
