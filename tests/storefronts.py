"""Small ECS stacks for property tests: one description, written in both languages.

A `Shop` is a service behind a load balancer with everything that today's rules look at; each of
its fields is a choice that a rule judges. `terraform` and `cloudformation` write the same shop, so
that twins can be generated, shuffled and renamed.
"""

from typing import Literal

from hypothesis import strategies as st
from msgspec import Struct

Peer = Literal["alb", "self", "other", "anywhere", "vpc", "office", "half"]
Balancer = Literal["application", "network", None]
CIDRS = {"anywhere": "0.0.0.0/0", "office": "198.51.100.0/24", "half": "128.0.0.0/1"}


class Shop(Struct, frozen=True):
    """One stack. Fields are what rules judge; None means that nothing is written."""

    mode: str | None
    launch: str
    public_address: bool | None
    grouped: bool
    peers: tuple[Peer, ...]
    balancer: Balancer
    internal: bool | None
    protocol: str
    action: Literal["forward", "redirect-https", "redirect-http"]
    policy: str | None
    public_subnet: bool
    log: Literal["ALL", "REJECT", None]
    fields: bool


POLICIES = (None, "ELBSecurityPolicy-TLS13-1-2-2021-06", "ELBSecurityPolicy-2016-08")
FORMAT = "{version} {vpc-id} {subnet-id} {instance-id}"


@st.composite
def shops(draw: st.DrawFn) -> Shop:
    """Any shop that AWS would accept."""
    balancers: tuple[Balancer, ...] = ("application", "network", None)
    balancer = draw(st.sampled_from(balancers))
    protocols = {"application": ("HTTP", "HTTPS"), "network": ("TCP", "TLS"), None: ("HTTP",)}
    protocol = draw(st.sampled_from(protocols[balancer]))
    redirects = ("redirect-https", "redirect-http") if protocol == "HTTP" and balancer else ()
    launch = draw(st.sampled_from(("FARGATE", "EC2")))
    modes = ("awsvpc",) if launch == "FARGATE" else ("awsvpc", "bridge", "host", None)
    return Shop(
        mode=draw(st.sampled_from(modes)),
        launch=launch,
        public_address=draw(st.sampled_from((None, True, False))),
        grouped=draw(st.booleans()),
        peers=tuple(
            draw(
                st.lists(
                    st.sampled_from(("alb", "self", "other", "anywhere", "vpc", "office", "half")),
                    max_size=3,
                    unique=True,
                )
            )
        ),
        balancer=balancer,
        internal=draw(st.sampled_from((None, True, False))),
        protocol=protocol,
        action=draw(st.sampled_from(("forward", *redirects))),
        policy=draw(st.sampled_from(POLICIES)),
        public_subnet=draw(st.booleans()),
        log=draw(st.sampled_from(("ALL", "REJECT", None))),
        fields=draw(st.booleans()),
    )


def terraform(shop: Shop, n: str = "") -> list[str]:
    """The blocks of a shop in HCL, in no order that matters; names end in `n`."""
    awsvpc = shop.mode == "awsvpc"
    blocks = [
        f'resource "aws_vpc" "main{n}" {{\n  cidr_block = "10.0.0.0/16"\n}}',
        (
            f'resource "aws_subnet" "a{n}" {{\n  vpc_id = aws_vpc.main{n}.id\n'
            '  cidr_block = "10.0.1.0/24"\n}'
        ),
        f'resource "aws_internet_gateway" "gw{n}" {{\n  vpc_id = aws_vpc.main{n}.id\n}}',
        f'resource "aws_route_table" "rt{n}" {{\n  vpc_id = aws_vpc.main{n}.id\n}}',
        (
            f'resource "aws_route_table_association" "a{n}" {{\n  subnet_id = aws_subnet.a{n}.id\n'
            f"  route_table_id = aws_route_table.rt{n}.id\n}}"
        ),
        f'resource "aws_ecs_cluster" "c{n}" {{\n  name = "shop"\n}}',
        f'resource "aws_security_group" "alb{n}" {{\n  vpc_id = aws_vpc.main{n}.id\n}}',
        f'resource "aws_security_group" "other{n}" {{\n  vpc_id = aws_vpc.main{n}.id\n}}',
        f'resource "aws_security_group" "task{n}" {{\n  vpc_id = aws_vpc.main{n}.id\n}}',
        f'resource "aws_ecs_task_definition" "td{n}" {{\n  family = "shop"\n'
        + (f'  network_mode = "{shop.mode}"\n' if shop.mode else "")
        + f'  requires_compatibilities = ["{shop.launch}"]\n  container_definitions = "[]"\n}}',
    ]
    if shop.public_subnet:
        blocks.append(
            f'resource "aws_route" "out{n}" {{\n  route_table_id = aws_route_table.rt{n}.id\n'
            '  destination_cidr_block = "0.0.0.0/0"\n'
            f"  gateway_id = aws_internet_gateway.gw{n}.id\n}}"
        )
    for index, peer in enumerate(shop.peers):
        who = {
            "alb": f"referenced_security_group_id = aws_security_group.alb{n}.id",
            "self": f"referenced_security_group_id = aws_security_group.task{n}.id",
            "other": f"referenced_security_group_id = aws_security_group.other{n}.id",
            "vpc": f"cidr_ipv4 = aws_vpc.main{n}.cidr_block",
        }.get(peer) or f'cidr_ipv4 = "{CIDRS[peer]}"'
        blocks.append(
            f'resource "aws_vpc_security_group_ingress_rule" "in{index}{n}" {{\n'
            f"  security_group_id = aws_security_group.task{n}.id\n  {who}\n"
            '  ip_protocol = "tcp"\n  from_port = 8080\n  to_port = 8080\n}'
        )
    binding = ""
    if shop.balancer:
        blocks += _terraform_balancer(shop, n)
        binding = (
            f"  load_balancer {{\n    target_group_arn = aws_lb_target_group.tg{n}.arn\n"
            '    container_name = "web"\n    container_port = 8080\n  }\n'
        )
    network = ""
    if awsvpc:
        network = f"  network_configuration {{\n    subnets = [aws_subnet.a{n}.id]\n"
        if shop.grouped:
            network += f"    security_groups = [aws_security_group.task{n}.id]\n"
        if shop.public_address is not None:
            network += f"    assign_public_ip = {str(shop.public_address).lower()}\n"
        network += "  }\n"
    blocks.append(
        f'resource "aws_ecs_service" "web{n}" {{\n  name = "web"\n'
        f'  cluster = aws_ecs_cluster.c{n}.id\n  launch_type = "{shop.launch}"\n'
        f"  task_definition = aws_ecs_task_definition.td{n}.arn\n{network}{binding}}}"
    )
    if shop.log:
        form = " ".join(f"$${field}" for field in FORMAT.split())
        blocks.append(
            f'resource "aws_flow_log" "log{n}" {{\n  vpc_id = aws_vpc.main{n}.id\n'
            f'  traffic_type = "{shop.log}"\n'
            + (f'  log_format = "{form}"\n' if shop.fields else "")
            + "}"
        )
    return blocks


def _terraform_balancer(shop: Shop, n: str) -> list[str]:
    kind = "HTTP" if shop.balancer == "application" else "TCP"
    if shop.action == "forward":
        action = f'type = "forward"\n    target_group_arn = aws_lb_target_group.tg{n}.arn'
    else:
        to = shop.action.rpartition("-")[2].upper()
        action = (
            f'type = "redirect"\n    redirect {{\n      protocol = "{to}"\n'
            '      status_code = "HTTP_301"\n    }'
        )
    ends = shop.protocol in ("HTTPS", "TLS")
    certificate = '  certificate_arn = "arn:aws:acm:eu-west-1:123456789012:certificate/a"\n'
    return [
        f'resource "aws_lb" "lb{n}" {{\n  load_balancer_type = "{shop.balancer}"\n'
        + (f"  internal = {str(shop.internal).lower()}\n" if shop.internal is not None else "")
        + f"  subnets = [aws_subnet.a{n}.id]\n"
        + (f"  security_groups = [aws_security_group.alb{n}.id]\n")
        + "}",
        (
            f'resource "aws_lb_target_group" "tg{n}" {{\n  protocol = "{kind}"\n  port = 8080\n'
            f'  target_type = "ip"\n  vpc_id = aws_vpc.main{n}.id\n}}'
        ),
        f'resource "aws_lb_listener" "l{n}" {{\n  load_balancer_arn = aws_lb.lb{n}.arn\n'
        f'  port = 443\n  protocol = "{shop.protocol}"\n'
        + (certificate if ends else "")
        + (f'  ssl_policy = "{shop.policy}"\n' if ends and shop.policy else "")
        + f"  default_action {{\n    {action}\n  }}\n}}",
        f'resource "aws_lb_listener" "extra{n}" {{\n  load_balancer_arn = aws_lb.lb{n}.arn\n'
        f'  port = 8443\n  protocol = "{"HTTPS" if shop.balancer == "application" else "TLS"}"\n'
        + certificate
        + '  ssl_policy = "ELBSecurityPolicy-TLS13-1-2-2021-06"\n'
        f'  default_action {{\n    type = "forward"\n'
        f"    target_group_arn = aws_lb_target_group.tg{n}.arn\n  }}\n}}",
    ]


def cloudformation(shop: Shop, n: str = "") -> dict[str, dict[str, object]]:
    """The resources of a shop as CloudFormation has them; logical ids end in `n`."""

    def ref(name: str) -> dict[str, str]:
        return {"Ref": name + n}

    def get(name: str, attribute: str) -> dict[str, list[str]]:
        return {"Fn::GetAtt": [name + n, attribute]}

    def group(text: str) -> dict[str, object]:
        return {
            "Type": "AWS::EC2::SecurityGroup",
            "Properties": {"GroupDescription": text, "VpcId": ref("Main")},
        }

    found: dict[str, dict[str, object]] = {
        "Main": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16"}},
        "A": {
            "Type": "AWS::EC2::Subnet",
            "Properties": {"VpcId": ref("Main"), "CidrBlock": "10.0.1.0/24"},
        },
        "Gw": {"Type": "AWS::EC2::InternetGateway"},
        "Rt": {"Type": "AWS::EC2::RouteTable", "Properties": {"VpcId": ref("Main")}},
        "RtA": {
            "Type": "AWS::EC2::SubnetRouteTableAssociation",
            "Properties": {"SubnetId": ref("A"), "RouteTableId": ref("Rt")},
        },
        "C": {"Type": "AWS::ECS::Cluster", "Properties": {"ClusterName": "shop"}},
        "Alb": group("load balancer"),
        "Other": group("other"),
        "Task": group("tasks"),
        "Td": {
            "Type": "AWS::ECS::TaskDefinition",
            "Properties": {
                "RequiresCompatibilities": [shop.launch],
                **({"NetworkMode": shop.mode} if shop.mode else {}),
            },
        },
    }
    if shop.public_subnet:
        found["Out"] = {
            "Type": "AWS::EC2::Route",
            "Properties": {
                "RouteTableId": ref("Rt"),
                "DestinationCidrBlock": "0.0.0.0/0",
                "GatewayId": ref("Gw"),
            },
        }
    for index, peer in enumerate(shop.peers):
        named: dict[Peer, dict[str, object]] = {
            "alb": {"SourceSecurityGroupId": get("Alb", "GroupId")},
            "self": {"SourceSecurityGroupId": get("Task", "GroupId")},
            "other": {"SourceSecurityGroupId": get("Other", "GroupId")},
            "vpc": {"CidrIp": get("Main", "CidrBlock")},
        }
        who = named.get(peer) or {"CidrIp": CIDRS[peer]}
        found[f"In{index}"] = {
            "Type": "AWS::EC2::SecurityGroupIngress",
            "Properties": {
                "GroupId": get("Task", "GroupId"),
                "IpProtocol": "tcp",
                "FromPort": 8080,
                "ToPort": 8080,
                **who,
            },
        }
    service: dict[str, object] = {
        "Cluster": ref("C"),
        "LaunchType": shop.launch,
        "TaskDefinition": ref("Td"),
    }
    if shop.mode == "awsvpc":
        network: dict[str, object] = {"Subnets": [ref("A")]}
        if shop.grouped:
            network["SecurityGroups"] = [get("Task", "GroupId")]
        if shop.public_address is not None:
            network["AssignPublicIp"] = "ENABLED" if shop.public_address else "DISABLED"
        service["NetworkConfiguration"] = {"AwsvpcConfiguration": network}
    if shop.balancer:
        found |= _cloudformation_balancer(shop, ref, get)
        service["LoadBalancers"] = [
            {"TargetGroupArn": ref("Tg"), "ContainerName": "web", "ContainerPort": 8080}
        ]
    found["Web"] = {"Type": "AWS::ECS::Service", "Properties": service}
    if shop.log:
        form = " ".join(f"${field}" for field in FORMAT.split())
        found["Log"] = {
            "Type": "AWS::EC2::FlowLog",
            "Properties": {
                "ResourceType": "VPC",
                "ResourceId": ref("Main"),
                "TrafficType": shop.log,
                **({"LogFormat": form} if shop.fields else {}),
            },
        }
    return {name + n: body for name, body in found.items()}


def _cloudformation_balancer(shop: Shop, ref, get) -> dict[str, dict[str, object]]:  # type: ignore[no-untyped-def]
    forward = {"Type": "forward", "TargetGroupArn": ref("Tg")}
    action: dict[str, object] = dict(forward)
    if shop.action != "forward":
        to = shop.action.rpartition("-")[2].upper()
        action = {
            "Type": "redirect",
            "RedirectConfig": {"Protocol": to, "StatusCode": "HTTP_301"},
        }
    ends = shop.protocol in ("HTTPS", "TLS")
    certificate = [{"CertificateArn": "arn:aws:acm:eu-west-1:123456789012:certificate/a"}]
    scheme = {True: {"Scheme": "internal"}, False: {"Scheme": "internet-facing"}, None: {}}
    return {
        "Lb": {
            "Type": "AWS::ElasticLoadBalancingV2::LoadBalancer",
            "Properties": {
                "Type": shop.balancer,
                "Subnets": [ref("A")],
                "SecurityGroups": [get("Alb", "GroupId")],
                **scheme[shop.internal],
            },
        },
        "Tg": {
            "Type": "AWS::ElasticLoadBalancingV2::TargetGroup",
            "Properties": {
                "Protocol": "HTTP" if shop.balancer == "application" else "TCP",
                "Port": 8080,
                "TargetType": "ip",
                "VpcId": ref("Main"),
            },
        },
        "L": {
            "Type": "AWS::ElasticLoadBalancingV2::Listener",
            "Properties": {
                "LoadBalancerArn": ref("Lb"),
                "Port": 443,
                "Protocol": shop.protocol,
                "DefaultActions": [action],
                **({"Certificates": certificate} if ends else {}),
                **({"SslPolicy": shop.policy} if ends and shop.policy else {}),
            },
        },
        "Extra": {
            "Type": "AWS::ElasticLoadBalancingV2::Listener",
            "Properties": {
                "LoadBalancerArn": ref("Lb"),
                "Port": 8443,
                "Protocol": "HTTPS" if shop.balancer == "application" else "TLS",
                "Certificates": certificate,
                "SslPolicy": "ELBSecurityPolicy-TLS13-1-2-2021-06",
                "DefaultActions": [forward],
            },
        },
    }
