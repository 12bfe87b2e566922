"""Each door that is not modelled makes what it may lead to unknown, and is the named reason.

Without the door nothing may do so: a guard that is taken away fails here. All that each makes
unknown stands in `tests/data/doors.txt`; `python -m tools.explanations` writes that, for a review.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from taskwall.api.flows import FlowLine, list_flows
from taskwall.api.options import Options
from taskwall.lowering.door import DOORS

TERRAFORM = """
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_subnet" "a" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_route_table" "a" { vpc_id = aws_vpc.main.id }
resource "aws_route_table_association" "a" {
  subnet_id      = aws_subnet.a.id
  route_table_id = aws_route_table.a.id
}
resource "aws_security_group" "web" {
  vpc_id = aws_vpc.main.id
  ingress {
    protocol    = "tcp"
    from_port   = 8080
    to_port     = 8080
    cidr_blocks = ["192.0.2.0/24"]
  }
}
resource "aws_security_group" "closed" { vpc_id = aws_vpc.main.id }
resource "aws_ecs_service" "web" {
  launch_type = "FARGATE"
  network_configuration {
    subnets         = [aws_subnet.a.id]
    security_groups = [aws_security_group.web.id]
  }
  vpc_lattice_configurations { target_group_arn = aws_vpclattice_target_group.web.arn }
}
resource "aws_vpclattice_target_group" "web" { type = "IP" }
resource "aws_ecs_service" "client" {
  launch_type = "FARGATE"
  network_configuration {
    subnets         = [aws_subnet.a.id]
    security_groups = [aws_security_group.closed.id]
  }
}
resource "aws_lb" "edge" {
  internal        = true
  subnets         = [aws_subnet.a.id]
  security_groups = [aws_security_group.web.id]
}
resource "aws_lb_listener" "edge" {
  load_balancer_arn = aws_lb.edge.arn
  port              = 8080
  protocol          = "HTTP"
  default_action { type = "forward" }
}
resource "aws_instance" "host" {
  subnet_id              = aws_subnet.a.id
  vpc_security_group_ids = [aws_security_group.web.id]
  user_data              = "#!/bin/bash\\necho ECS_CLUSTER=shop >> /etc/ecs/ecs.config\\n"
}
resource "aws_opensearch_domain" "search" {
  vpc_options {
    subnet_ids         = [aws_subnet.a.id]
    security_group_ids = [aws_security_group.closed.id]
  }
}
resource "aws_msk_cluster" "kafka" {
  broker_node_group_info {
    client_subnets  = [aws_subnet.a.id]
    security_groups = [aws_security_group.closed.id]
  }
}
resource "aws_redshift_cluster" "facts" {
  vpc_security_group_ids = [aws_security_group.closed.id]
}
resource "aws_redshiftserverless_workgroup" "lake" {
  subnet_ids         = [aws_subnet.a.id]
  security_group_ids = [aws_security_group.closed.id]
}
resource "aws_vpc" "far" { cidr_block = "10.1.0.0/16" }
resource "aws_subnet" "far" {
  vpc_id     = aws_vpc.far.id
  cidr_block = "10.1.1.0/24"
}
resource "aws_security_group" "far" {
  vpc_id = aws_vpc.far.id
  ingress {
    protocol    = "tcp"
    from_port   = 8080
    to_port     = 8080
    cidr_blocks = ["192.0.2.0/24"]
  }
}
resource "aws_ecs_service" "far" {
  launch_type = "FARGATE"
  network_configuration {
    subnets         = [aws_subnet.far.id]
    security_groups = [aws_security_group.far.id]
  }
}
"""

TEMPLATE = """
Resources:
  Main: {Type: 'AWS::EC2::VPC', Properties: {CidrBlock: 10.0.0.0/16}}
  A: {Type: 'AWS::EC2::Subnet', Properties: {VpcId: !Ref Main, CidrBlock: 10.0.1.0/24}}
  Web:
    Type: AWS::EC2::SecurityGroup
    Properties:
      VpcId: !Ref Main
      SecurityGroupIngress:
        - {IpProtocol: tcp, FromPort: 8080, ToPort: 8080, CidrIp: 192.0.2.0/24}
  Closed:
    Type: AWS::EC2::SecurityGroup
    Properties:
      VpcId: !Ref Main
      SecurityGroupEgress: [{IpProtocol: tcp, FromPort: 1, ToPort: 1, CidrIp: 192.0.2.1/32}]
  web:
    Type: AWS::ECS::Service
    Properties:
      LaunchType: FARGATE
      NetworkConfiguration:
        AwsvpcConfiguration: {Subnets: [!Ref A], SecurityGroups: [!Ref Web]}
      VpcLatticeConfigurations: [{TargetGroupArn: !Ref Targets}]
  Targets: {Type: 'AWS::VpcLattice::TargetGroup', Properties: {Type: IP}}
  client:
    Type: AWS::ECS::Service
    Properties:
      LaunchType: FARGATE
      NetworkConfiguration:
        AwsvpcConfiguration: {Subnets: [!Ref A], SecurityGroups: [!Ref Closed]}
  edge:
    Type: AWS::ElasticLoadBalancingV2::LoadBalancer
    Properties: {Scheme: internal, Subnets: [!Ref A], SecurityGroups: [!Ref Web]}
  Listener:
    Type: AWS::ElasticLoadBalancingV2::Listener
    Properties:
      LoadBalancerArn: !Ref edge
      Port: 8080
      Protocol: HTTP
      DefaultActions: [{Type: forward}]
  host:
    Type: AWS::EC2::Instance
    Properties:
      SubnetId: !Ref A
      SecurityGroupIds: [!Ref Web]
      UserData: {'Fn::Base64': "#!/bin/bash\\necho ECS_CLUSTER=shop >> /etc/ecs/ecs.config\\n"}
  kafka:
    Type: AWS::MSK::Cluster
    Properties:
      BrokerNodeGroupInfo: {ClientSubnets: [!Ref A], SecurityGroups: [!Ref Closed]}
  facts:
    Type: AWS::Redshift::Cluster
    Properties: {VpcSecurityGroupIds: [!Ref Closed]}
"""

SUBNET, VPC = "${aws_subnet.a.id}", "${aws_vpc.main.id}"
HOST, EDGE = "${aws_instance.host.id}", "${aws_lb.edge.arn}"
ELSEWHERE = "${data.aws_ssm_parameter.door.value}"
IN_A: dict[str, Any] = {"Ref": "A"}
ANY = {"protocol": "-1", "from_port": 0, "to_port": 0}
BY_PARAMETER = {"Fn::ImportValue": "Door"}

FROM_INTERNET, FROM_REMOTE = "internet -> service:web", "onprem -> service:web"
NEAR, TO_HOST = "service:client -> service:web", "internet -> instances:host"

CASES: tuple[tuple[str, dict[str, Any], str], ...] = (
    ("aws_globalaccelerator_custom_routing_endpoint_group",
     {"endpoint_configuration": {"endpoint_id": SUBNET}}, TO_HOST),
    ("aws_globalaccelerator_cross_account_attachment",
     {"resource": {"endpoint_id": EDGE}}, "internet -> lb:edge"),
    ("aws_globalaccelerator_endpoint_group",
     {"endpoint_configuration": {"endpoint_id": HOST}}, TO_HOST),
    ("aws_apigatewayv2_vpc_link", {"subnet_ids": [SUBNET]}, FROM_INTERNET),
    ("aws_api_gateway_vpc_link", {"target_arns": [EDGE]}, "internet -> lb:edge"),
    ("aws_verifiedaccess_endpoint",
     {"network_interface_options": {"network_interface_id": ELSEWHERE}}, FROM_INTERNET),
    ("aws_ec2_client_vpn_network_association", {"subnet_id": SUBNET}, FROM_INTERNET),
    ("aws_ec2_instance_connect_endpoint", {"subnet_id": SUBNET}, FROM_INTERNET),
    ("aws_dx_gateway_association", {"associated_gateway_id": ELSEWHERE}, FROM_REMOTE),
    ("aws_dx_private_virtual_interface", {"vpn_gateway_id": ELSEWHERE}, FROM_REMOTE),
    ("aws_networkmanager_vpc_attachment", {"vpc_arn": VPC}, FROM_REMOTE),
    ("aws_vpclattice_service_network_vpc_association", {"vpc_identifier": VPC}, NEAR),
    ("aws_vpclattice_resource_gateway", {"vpc_id": VPC}, NEAR),
    ("aws_vpc_endpoint", {"vpc_endpoint_type": "ServiceNetwork", "vpc_id": VPC}, NEAR),
    ("aws_opensearch_vpc_endpoint",
     {"domain_arn": "${aws_opensearch_domain.search.arn}"}, "service:client -> store:search"),
    ("aws_elasticsearch_vpc_endpoint",
     {"domain_arn": "${aws_opensearch_domain.search.arn}"}, "service:client -> store:search"),
    ("aws_msk_vpc_connection",
     {"target_cluster_arn": "${aws_msk_cluster.kafka.arn}"}, "service:client -> store:kafka"),
    ("aws_redshift_endpoint_access",
     {"cluster_identifier": "${aws_redshift_cluster.facts.id}"}, "service:client -> store:facts"),
    ("aws_redshiftserverless_endpoint_access",
     {"workgroup_name": "${aws_redshiftserverless_workgroup.lake.id}"},
     "service:client -> store:lake"),
    ("aws_elb_attachment", {"elb": "edge", "instance": HOST}, TO_HOST),
    ("aws_network_interface", {"attachment": {"instance": HOST}}, "vpc:main -> instances:host"),
    ("aws_network_interface_attachment", {"instance_id": HOST}, "vpc:main -> instances:host"),
    ("AWS::GlobalAccelerator::CrossAccountAttachment",
     {"Resources": [{"EndpointId": {"Ref": "edge"}}]}, "internet -> lb:edge"),
    ("AWS::GlobalAccelerator::EndpointGroup",
     {"EndpointConfigurations": [{"EndpointId": {"Ref": "host"}}]}, TO_HOST),
    ("AWS::ApiGatewayV2::VpcLink", {"SubnetIds": [IN_A]}, FROM_INTERNET),
    ("AWS::ApiGateway::VpcLink", {"TargetArns": [{"Ref": "edge"}]}, "internet -> lb:edge"),
    ("AWS::EC2::VerifiedAccessEndpoint",
     {"NetworkInterfaceOptions": {"NetworkInterfaceId": BY_PARAMETER}}, FROM_INTERNET),
    ("AWS::EC2::ClientVpnTargetNetworkAssociation", {"SubnetId": IN_A}, FROM_INTERNET),
    ("AWS::EC2::InstanceConnectEndpoint", {"SubnetId": IN_A}, FROM_INTERNET),
    ("AWS::DirectConnect::DirectConnectGatewayAssociation",
     {"AssociatedGatewayId": BY_PARAMETER}, FROM_REMOTE),
    ("AWS::DirectConnect::PrivateVirtualInterface",
     {"VirtualGatewayId": BY_PARAMETER}, FROM_REMOTE),
    ("AWS::NetworkManager::VpcAttachment", {"SubnetArns": [IN_A]}, FROM_REMOTE),
    ("AWS::VpcLattice::ServiceNetworkVpcAssociation", {"VpcIdentifier": {"Ref": "Main"}}, NEAR),
    ("AWS::VpcLattice::ResourceGateway", {"VpcIdentifier": {"Ref": "Main"}}, NEAR),
    ("AWS::EC2::VPCEndpoint",
     {"VpcEndpointType": "ServiceNetwork", "VpcId": {"Ref": "Main"}}, NEAR),
    ("AWS::MSK::VpcConnection",
     {"TargetClusterArn": {"Ref": "kafka"}}, "service:client -> store:kafka"),
    ("AWS::Redshift::EndpointAccess",
     {"ClusterIdentifier": {"Ref": "facts"}}, "service:client -> store:facts"),
    ("AWS::EC2::NetworkInterface", {"SubnetId": IN_A}, "vpc:Main -> instances:host"),
    ("AWS::EC2::NetworkInterfaceAttachment",
     {"InstanceId": {"Ref": "host"}}, "vpc:Main -> instances:host"),
)  # fmt: skip
"""A type, what it names, and a pair that it may join."""

WRITTEN = Path(__file__).parents[1] / "data" / "doors.txt"

MODELLED = {
    "aws_globalaccelerator_endpoint_group", "AWS::GlobalAccelerator::EndpointGroup",
    "aws_apigatewayv2_vpc_link", "AWS::ApiGatewayV2::VpcLink",
    "aws_api_gateway_vpc_link", "AWS::ApiGateway::VpcLink",
    "aws_vpc_endpoint", "AWS::EC2::VPCEndpoint",
}  # fmt: skip
"""Types that are doors only where they lead to what is not modelled."""


def listed(folder: Path, resources: dict[str, Any]) -> list[FlowLine]:
    """The flows that are unknown in a stack with some more resources."""
    if any("::" in kind for kind in resources):
        held = [{"Type": kind, "Properties": body} for kind, body in resources.items()]
        more = "".join(f"  Door{n or ''}: {json.dumps(body)}\n" for n, body in enumerate(held))
        (folder / "template.yaml").write_text(TEMPLATE + more, encoding="utf-8")
    else:
        (folder / "main.tf").write_text(TERRAFORM, encoding="utf-8")
        named = {kind: {"door": body} for kind, body in resources.items()}
        data = {"aws_ssm_parameter": {"door": {"name": "door"}}}
        text = json.dumps({"resource": named, "data": data})
        (folder / "door.tf.json").write_text(text, encoding="utf-8")
    flows = list_flows(Options(paths=(str(folder),)), None, None)
    assert not flows.problems
    return [flow for flow in flows.flows if flow.verdict == "unknown"]


def unknown(folder: Path, resources: dict[str, Any]) -> dict[str, set[str]]:
    """The pairs that are unknown in a stack with some more resources, each with what it needs."""
    found: dict[str, set[str]] = {}
    for flow in listed(folder, resources):
        found.setdefault(f"{flow.source} -> {flow.target}", set()).update(flow.missing)
    return found


def words(folder: Path, kind: str, fields: dict[str, Any]) -> list[str]:
    """The flows that a door makes unknown, in words."""
    found = []
    for flow in listed(folder, {kind: fields}):
        through = f" through {', '.join(flow.through)}" if flow.through else ""
        at = f" at {','.join(flow.arrives)}" if flow.arrives else ""
        of = f" from {', '.join(flow.addresses)}" if flow.addresses else ""
        spoken = f"{flow.protocol} {','.join(flow.ports)}{through}{at}{of}"
        needs = ", ".join(flow.missing)
        found.append(f"  {flow.source} -> {flow.target}: {spoken} needs {needs}")
    return sorted(found)


def written() -> dict[str, list[str]]:
    """What is written of each door."""
    found: dict[str, list[str]] = {}
    for line in WRITTEN.read_text(encoding="utf-8").splitlines():
        if line.startswith(" "):
            found[[*found][-1]].append(line)
        else:
            found[line] = []
    return found


@pytest.mark.parametrize(("kind", "fields", "way"), CASES, ids=[case[0] for case in CASES])
def test_a_door_makes_flows_unknown(
    kind: str, fields: dict[str, Any], way: str, tmp_path: Path
) -> None:
    """A door is what unknown flows wait for, by itself or by what it names: those as written."""
    found = words(tmp_path, kind, fields)

    assert any(line.startswith(f"  {way}: ") and "door" in line.lower() for line in found)
    assert found == written()[kind]


@pytest.mark.parametrize("kind", ["aws_cloudwatch_log_group", "AWS::Logs::LogGroup"])
def test_without_a_door_nothing_is_unknown(kind: str, tmp_path: Path) -> None:
    """What the cases find unknown is so by their doors alone."""
    assert not unknown(tmp_path, {kind: {}})


ATTACHED: dict[str, dict[str, Any]] = {
    "terraform": {
        "aws_internet_gateway": {"vpc_id": VPC},
        "aws_route": {
            "route_table_id": "${aws_route_table.a.id}",
            "destination_cidr_block": "0.0.0.0/0",
            "gateway_id": "${aws_internet_gateway.door.id}",
        },
        "aws_network_interface": {
            "subnet_id": SUBNET,
            "security_groups": ["${aws_security_group.web.id}"],
        },
        "aws_network_interface_attachment": {
            "instance_id": HOST,
            "network_interface_id": "${aws_network_interface.door.id}",
        },
        "aws_eip": {"network_interface": "${aws_network_interface.door.id}"},
    },
    "cloudformation": {
        "AWS::EC2::InternetGateway": {},
        "AWS::EC2::VPCGatewayAttachment": {
            "VpcId": {"Ref": "Main"},
            "InternetGatewayId": {"Ref": "Door"},
        },
        "AWS::EC2::RouteTable": {"VpcId": {"Ref": "Main"}},
        "AWS::EC2::Route": {
            "RouteTableId": {"Ref": "Door2"},
            "DestinationCidrBlock": "0.0.0.0/0",
            "GatewayId": {"Ref": "Door"},
        },
        "AWS::EC2::SubnetRouteTableAssociation": {
            "SubnetId": IN_A,
            "RouteTableId": {"Ref": "Door2"},
        },
        "AWS::EC2::NetworkInterface": {"SubnetId": IN_A, "GroupSet": [{"Ref": "Web"}]},
        "AWS::EC2::NetworkInterfaceAttachment": {
            "InstanceId": {"Ref": "host"},
            "NetworkInterfaceId": {"Ref": "Door5"},
        },
        "AWS::EC2::EIPAssociation": {"NetworkInterfaceId": {"Ref": "Door5"}},
    },
}


@pytest.mark.parametrize("language", ATTACHED)
def test_an_attached_interface_is_reached_by_itself(language: str, tmp_path: Path) -> None:
    """It may have an address of its own; what it allows is known, and no more is unknown."""
    found = unknown(tmp_path, ATTACHED[language])

    assert "internet -> instances:host" in found
    assert "vpc:main -> instances:host" not in map(str.lower, found)


def test_an_attached_interface_may_be_given_more_groups(tmp_path: Path) -> None:
    """By resources of their own, as an instance may."""
    door = "${aws_network_interface.door.id}"
    closed = {"subnet_id": SUBNET, "security_groups": ["${aws_security_group.closed.id}"]}
    given = {
        "network_interface_id": door,
        "security_group_id": "${aws_security_group.web.id}",
    }
    resources = {**ATTACHED["terraform"], "aws_network_interface": closed}
    way = "internet -> instances:host"

    assert way not in unknown(tmp_path, resources)
    assert way in unknown(tmp_path, {**resources, "aws_network_interface_sg_attachment": given})


def test_what_is_attached_to_a_load_balancer_may_be_any_instance(tmp_path: Path) -> None:
    """Where the sources do not say which, it may be this one."""
    attached = {"aws_elb_attachment": {"elb": "edge", "instance": ELSEWHERE}}

    assert unknown(tmp_path, attached)["internet -> instances:host"] == {
        "aws_elb_attachment.door",
        "data.aws_ssm_parameter.door.value",
    }


OWN: dict[str, dict[str, Any]] = {
    "terraform": {
        "primary_network_interface": {"network_interface_id": "${aws_network_interface.door.id}"}
    },
    "cloudformation": {"NetworkInterfaces": [{"NetworkInterfaceId": {"Ref": "Door5"}}]},
}


OWNER = {"terraform": "instances:door", "cloudformation": "instances:Door7"}


@pytest.mark.parametrize("language", OWN)
def test_the_interface_of_one_instance_is_attached_to_no_other(
    language: str, tmp_path: Path
) -> None:
    """Which groups, subnet and Elastic IP the one has is known as well: the internet reaches it."""
    kind = "aws_instance" if language == "terraform" else "AWS::EC2::Instance"
    attachments = ("aws_network_interface_attachment", "AWS::EC2::NetworkInterfaceAttachment")
    resources = {k: v for k, v in ATTACHED[language].items() if k not in attachments}

    assert unknown(tmp_path, resources)
    assert not unknown(tmp_path, {**resources, kind: OWN[language]})
    flows = list_flows(Options(paths=(str(tmp_path),)), None, None).flows
    assert [each.target for each in flows if each.source == "internet"] == [OWNER[language]]


NO_INSTANCE = """
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_subnet" "a" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_security_group" "web" {
  vpc_id = aws_vpc.main.id
  ingress {
    protocol        = "tcp"
    from_port       = 8080
    to_port         = 8080
    security_groups = [aws_security_group.proxy.id]
  }
}
resource "aws_security_group" "proxy" {
  vpc_id = aws_vpc.main.id
  egress {
    protocol    = "-1"
    from_port   = 0
    to_port     = 0
    cidr_blocks = ["0.0.0.0/0"]
  }
}
resource "aws_ecs_service" "web" {
  launch_type = "FARGATE"
  network_configuration {
    subnets         = [aws_subnet.a.id]
    security_groups = [aws_security_group.web.id]
  }
}
resource "aws_network_interface" "proxy" {
  subnet_id       = aws_subnet.a.id
  security_groups = [aws_security_group.proxy.id]
}
"""
NO_INSTANCE_TEMPLATE = """
Resources:
  main: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
  a: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref main, CidrBlock: 10.0.1.0/24}}
  webgroup:
    Type: AWS::EC2::SecurityGroup
    Properties:
      VpcId: !Ref main
      SecurityGroupIngress:
        - {IpProtocol: tcp, FromPort: 8080, ToPort: 8080, SourceSecurityGroupId: !Ref proxy}
  proxy: {Type: AWS::EC2::SecurityGroup, Properties: {VpcId: !Ref main}}
  web:
    Type: AWS::ECS::Service
    Properties:
      LaunchType: FARGATE
      NetworkConfiguration:
        AwsvpcConfiguration: {Subnets: [!Ref a], SecurityGroups: [!Ref webgroup]}
  interface:
    Type: AWS::EC2::NetworkInterface
    Properties: {SubnetId: !Ref a, GroupSet: [!Ref proxy]}
"""


@pytest.mark.parametrize(
    ("name", "text"), [("main.tf", NO_INSTANCE), ("template.yaml", NO_INSTANCE_TEMPLATE)]
)
def test_an_interface_of_no_instance_may_be_that_of_anything(
    name: str, text: str, tmp_path: Path
) -> None:
    """What it is attached to is not in the sources: who has its group may still connect."""
    (tmp_path / name).write_text(text, encoding="utf-8")

    flows = list_flows(Options(paths=(str(tmp_path),)), "group:proxy", "service:web").flows

    assert [flow.verdict for flow in flows] == ["unknown"]


GROUP, ATTACHMENT = "aws_vpclattice_target_group", "aws_vpclattice_target_group_attachment"


@pytest.mark.parametrize(
    ("language", "kind", "target", "leads"),
    [
        ("terraform", "INSTANCE", HOST, True),
        ("terraform", "IP", "10.0.1.9", True),
        ("terraform", "LAMBDA", ELSEWHERE, False),
        ("cloudformation", "INSTANCE", {"Ref": "host"}, True),
        ("cloudformation", "IP", "10.0.1.9", True),
        ("cloudformation", "LAMBDA", BY_PARAMETER, False),
    ],
)
def test_lattice_leads_to_what_is_registered_by_hand(
    language: str, kind: str, target: Any, leads: bool, tmp_path: Path
) -> None:
    """Instances are targets of VPC Lattice as tasks are, and an address may be that of one."""
    resources: dict[str, Any]
    if language == "terraform":
        resources = {
            "aws_vpclattice_service_network_vpc_association": {"vpc_identifier": VPC},
            GROUP: {"type": kind},
            ATTACHMENT: {
                "target_group_identifier": f"${{{GROUP}.door.id}}",
                "target": {"id": target},
            },
        }
    else:
        resources = {
            "AWS::VpcLattice::ServiceNetworkVpcAssociation": {"VpcIdentifier": {"Ref": "Main"}},
            "AWS::VpcLattice::TargetGroup": {"Type": kind, "Targets": [{"Id": target}]},
        }

    found = unknown(tmp_path, resources)

    assert ("service:client -> instances:host" in found) == leads


@pytest.mark.parametrize("joined", [False, True])
def test_a_door_leads_on_into_joined_vpcs(joined: bool, tmp_path: Path) -> None:
    """Who comes into a VPC may go on to those that are joined with it, and to no other."""
    door = {"aws_ec2_client_vpn_network_association": {"subnet_id": SUBNET}}
    peering = {"aws_vpc_peering_connection": {"vpc_id": VPC, "peer_vpc_id": "${aws_vpc.far.id}"}}

    found = unknown(tmp_path, {**door, **peering} if joined else door)

    assert ("internet -> service:far" in found) == joined


@pytest.mark.parametrize("to", ["10.0.2.0/24", "10.9.0.0/16"])
def test_a_route_inside_a_vpc_makes_flows_unknown(to: str, tmp_path: Path) -> None:
    """What a route sends a part of the VPC's own addresses through may drop it."""
    resources = {
        "aws_subnet": {"vpc_id": VPC, "cidr_block": "10.0.2.0/24"},
        "aws_route": {
            "route_table_id": "${aws_route_table.a.id}",
            "destination_cidr_block": to,
            "vpc_endpoint_id": "${aws_vpc_endpoint.door.id}",
        },
        "aws_vpc_endpoint": {"vpc_endpoint_type": "GatewayLoadBalancer", "vpc_id": VPC},
        "aws_security_group": {"vpc_id": VPC, "egress": {"cidr_blocks": ["0.0.0.0/0"], **ANY}},
        "aws_ecs_service": {
            "launch_type": "FARGATE",
            "network_configuration": {
                "subnets": ["${aws_subnet.door.id}"],
                "security_groups": ["${aws_security_group.door.id}"],
            },
        },
        "aws_vpc_security_group_ingress_rule": {
            "security_group_id": "${aws_security_group.web.id}",
            "cidr_ipv4": "10.0.2.0/24",
            "ip_protocol": "tcp",
            "from_port": 8080,
            "to_port": 8080,
        },
    }

    found = unknown(tmp_path, resources)

    ways = {"vpc:main -> service:web", "service:door -> service:web"}
    assert ways & set(found) == (ways if to == "10.0.2.0/24" else set())


def test_each_door_has_a_case() -> None:
    """No type is a door without a case here."""
    assert {case[0] for case in CASES} == set(DOORS) | MODELLED
