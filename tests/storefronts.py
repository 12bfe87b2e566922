"""Small ECS stacks for property tests: one description, written in both languages.

A `Shop` is a service behind a load balancer with everything that today's rules look at; each of
its fields is a choice that a rule judges. `terraform` and `cloudformation` write the same shop, so
that twins can be generated, shuffled and renamed.
"""

import json
from typing import Literal

from hypothesis import strategies as st
from msgspec import Struct

import guards
import talks

Peer = Literal["alb", "self", "other", "anywhere", "vpc", "office", "half"]
Balancer = Literal["application", "network", None]
Hosts = Literal["bare", "blocking", "open", "proxied", None]
CIDRS = {"anywhere": "0.0.0.0/0", "office": "198.51.100.0/24", "half": "128.0.0.0/1"}


Image = Literal["ecr", "public", None]
Guarded = Literal["own", "organisation", "open", "sample", None]
SERVICES = ("ecr.api", "ecr.dkr", "s3", "ecs", "ecs-agent", "ecs-telemetry")
IMAGES = {"ecr": "123456789012.dkr.ecr.eu-west-1.amazonaws.com/web:1", "public": "nginx:1"}


Annex = Literal["volume", "cache", "edge", None]
"""What may stand beside a shop: a task with a volume, a cache that tasks use, CloudFront."""


class Shop(Struct, frozen=True):
    """One stack. Fields are what rules judge; None means that nothing is written.

    Terraform can write a VPC's default group and CloudFormation cannot: what they say of one that
    is not `closed` is alike only where tasks fall into it.
    """

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
    hosts: Hosts = None
    hops: int | None = None
    image: Image = None
    nat: bool = False
    endpoints: tuple[str, ...] = ()
    guarded: Guarded = None
    named: bool | None = None
    admits: Peer | None = None
    annex: Annex = None
    talk: talks.Talk | None = None
    guard: guards.Guard | None = None
    mapped: int | None = None
    isolated: bool = False
    offered: bool | None = None
    store: bool | None = None
    closed: bool = True


POLICIES = (None, "ELBSecurityPolicy-TLS13-1-2-2021-06", "ELBSecurityPolicy-2016-08")
AGENT = {
    "bare": "",
    "blocking": "ECS_AWSVPC_BLOCK_IMDS=true",
    "open": "ECS_ENABLE_TASK_IAM_ROLE_NETWORK_HOST=false",
    "proxied": "HTTP_PROXY=agent:word@10.0.0.9:3128",
}
"""What container instances set beside their cluster."""
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
    mode, grouped = draw(st.sampled_from(modes)), draw(st.booleans())
    return Shop(
        mode=mode,
        launch=launch,
        public_address=draw(st.sampled_from((None, True, False))),
        grouped=grouped,
        closed=grouped or mode != "awsvpc" or draw(st.booleans()),
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
        isolated=draw(st.booleans()),
        offered=draw(st.sampled_from((None, True, False))) if balancer == "network" else None,
        store=draw(st.sampled_from((None, True, False))),
        hosts=draw(st.sampled_from((None, "bare", "blocking", "open", "proxied"))),
        hops=draw(st.sampled_from((None, 1, 2))),
        image=draw(st.sampled_from((None, "ecr", "public"))),
        nat=draw(st.booleans()),
        endpoints=tuple(draw(st.lists(st.sampled_from(SERVICES), max_size=4, unique=True))),
        guarded=draw(st.sampled_from((None, "own", "organisation", "open", "sample"))),
        named=draw(st.sampled_from((None, True, False))),
        admits=draw(st.sampled_from((None, "self", "other", "anywhere", "vpc", "office"))),
        annex=draw(st.sampled_from((None, "volume", "cache", "edge"))),
        talk=draw(st.one_of(st.none(), talks.talks())),
        guard=draw(st.one_of(st.none(), guards.guards())),
        mapped=draw(st.sampled_from((None, 8080, 9090))),
    )


def _user_data(shop: Shop) -> str:
    """The user data of the container instances."""
    settings = ["ECS_CLUSTER=shop", AGENT[shop.hosts or "bare"]]
    return "#!/bin/bash\n" + "".join(f"echo {s} >> /etc/ecs/ecs.config\n" for s in settings if s)


def _container(shop: Shop) -> dict[str, object]:
    """The container as CloudFormation spells it."""
    mappings = [{"ContainerPort": shop.mapped}]
    image: dict[str, object] = {"Image": IMAGES[shop.image or "public"]}
    return {**image, **({"PortMappings": mappings} if shop.mapped else {})}


def _document(shop: Shop) -> dict[str, object]:
    """The policy of the endpoints."""
    own = "arn:aws:ecr:eu-west-1:123456789012:repository/*"
    allow: dict[str, object] = {"Effect": "Allow", "Principal": "*", "Action": "*"}
    token: dict[str, object] = {**allow, "Action": "ecr:GetAuthorizationToken", "Resource": "*"}
    condition = {"StringEquals": {"aws:PrincipalOrgID": "o-abcdefghij"}}
    statements: dict[Guarded, list[dict[str, object]]] = {
        "own": [{**allow, "Resource": own}, token],
        "organisation": [{**allow, "Resource": "*", "Condition": condition}],
        "open": [{**allow, "Resource": "*"}],
        "sample": [{**allow, "Resource": own}],
    }
    return {"Statement": statements[shop.guarded]}


def _terraform_endpoints(shop: Shop, n: str) -> list[str]:
    """The NAT gateway, the endpoints and their group."""
    blocks = []
    if shop.nat:
        blocks += [
            f'resource "aws_nat_gateway" "nat{n}" {{\n  subnet_id = aws_subnet.a{n}.id\n}}',
            (
                f'resource "aws_route" "nat{n}" {{\n  route_table_id = aws_route_table.rt{n}.id\n'
                '  destination_cidr_block = "0.0.0.0/0"\n'
                f"  nat_gateway_id = aws_nat_gateway.nat{n}.id\n}}"
            ),
        ]
    if not shop.endpoints:
        return blocks
    blocks.append(f'resource "aws_security_group" "ep{n}" {{\n  vpc_id = aws_vpc.main{n}.id\n}}')
    if shop.admits:
        who = {
            "self": f"referenced_security_group_id = aws_security_group.task{n}.id",
            "other": f"referenced_security_group_id = aws_security_group.other{n}.id",
            "vpc": f"cidr_ipv4 = aws_vpc.main{n}.cidr_block",
        }.get(shop.admits) or f'cidr_ipv4 = "{CIDRS[shop.admits]}"'
        blocks.append(
            f'resource "aws_vpc_security_group_ingress_rule" "ep{n}" {{\n'
            f"  security_group_id = aws_security_group.ep{n}.id\n  {who}\n"
            '  ip_protocol = "tcp"\n  from_port = 443\n  to_port = 443\n}'
        )
    policy = f"  policy = jsonencode({json.dumps(_document(shop))})\n" if shop.guarded else ""
    for service in shop.endpoints:
        kind = (
            f'  vpc_endpoint_type = "Gateway"\n  route_table_ids = [aws_route_table.rt{n}.id]\n'
            if service == "s3"
            else f'  vpc_endpoint_type = "Interface"\n  security_group_ids = '
            f"[aws_security_group.ep{n}.id]\n"
            + (f"  private_dns_enabled = {str(shop.named).lower()}\n" if shop.named else "")
        )
        blocks.append(
            f'resource "aws_vpc_endpoint" "{service.replace(".", "-")}{n}" {{\n'
            f"  vpc_id = aws_vpc.main{n}.id\n"
            f'  service_name = "com.amazonaws.eu-west-1.{service}"\n{kind}{policy}}}'
        )
    return blocks


def _cloudformation_endpoints(shop: Shop, ref, get) -> dict[str, dict[str, object]]:  # type: ignore[no-untyped-def]
    found: dict[str, dict[str, object]] = {}
    if shop.nat:
        found["Nat"] = {"Type": "AWS::EC2::NatGateway", "Properties": {"SubnetId": ref("A")}}
        found["NatOut"] = {
            "Type": "AWS::EC2::Route",
            "Properties": {
                "RouteTableId": ref("Rt"),
                "DestinationCidrBlock": "0.0.0.0/0",
                "NatGatewayId": ref("Nat"),
            },
        }
    if not shop.endpoints:
        return found
    found["Ep"] = {
        "Type": "AWS::EC2::SecurityGroup",
        "Properties": {"GroupDescription": "endpoints", "VpcId": ref("Main")},
    }
    if shop.admits:
        named: dict[Peer, dict[str, object]] = {
            "self": {"SourceSecurityGroupId": get("Task", "GroupId")},
            "other": {"SourceSecurityGroupId": get("Other", "GroupId")},
            "vpc": {"CidrIp": get("Main", "CidrBlock")},
        }
        found["EpIn"] = {
            "Type": "AWS::EC2::SecurityGroupIngress",
            "Properties": {
                "GroupId": get("Ep", "GroupId"),
                "IpProtocol": "tcp",
                "FromPort": 443,
                "ToPort": 443,
                **(named.get(shop.admits) or {"CidrIp": CIDRS[shop.admits]}),
            },
        }
    for service in shop.endpoints:
        gateway: dict[str, object] = {"VpcEndpointType": "Gateway", "RouteTableIds": [ref("Rt")]}
        interface: dict[str, object] = {
            "VpcEndpointType": "Interface",
            "SecurityGroupIds": [get("Ep", "GroupId")],
            **({"PrivateDnsEnabled": True} if shop.named else {}),
        }
        found[f"Endpoint{service.title().replace('.', '').replace('-', '')}"] = {
            "Type": "AWS::EC2::VPCEndpoint",
            "Properties": {
                "VpcId": ref("Main"),
                "ServiceName": f"com.amazonaws.eu-west-1.{service}",
                **(gateway if service == "s3" else interface),
                **({"PolicyDocument": _document(shop)} if shop.guarded else {}),
            },
        }
    return found


def terraform(shop: Shop, n: str = "") -> list[str]:
    """The blocks of a shop in HCL, in no order that matters; names end in `n`."""
    awsvpc = shop.mode == "awsvpc"
    blocks = [
        (
            f'resource "aws_vpc" "main{n}" {{\n  cidr_block = "10.0.0.0/16"\n'
            + ("  enable_dns_hostnames = true\n" if shop.named is not None else "")
            + "}"
        ),
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
        f'resource "aws_ecs_cluster" "c{n}" {{\n  name = "shop"\n'
        + ('  tags = {\n    "taskwall:isolation" = "shop"\n  }\n' if shop.isolated else "")
        + "}",
        f'resource "aws_security_group" "alb{n}" {{\n  vpc_id = aws_vpc.main{n}.id\n}}',
        f'resource "aws_security_group" "other{n}" {{\n  vpc_id = aws_vpc.main{n}.id\n}}',
        f'resource "aws_security_group" "task{n}" {{\n  vpc_id = aws_vpc.main{n}.id\n}}',
        f'resource "aws_ecs_task_definition" "td{n}" {{\n  family = "shop"\n'
        + (f'  network_mode = "{shop.mode}"\n' if shop.mode else "")
        + f'  requires_compatibilities = ["{shop.launch}"]\n'
        + (
            f'  container_definitions = jsonencode([{{ image = "{IMAGES[shop.image]}"'
            + (f", portMappings = [{{ containerPort = {shop.mapped} }}]" if shop.mapped else "")
            + " }])\n}"
            if shop.image
            else '  container_definitions = "[]"\n}'
        ),
    ]
    if shop.closed:
        blocks.append(
            f'resource "aws_default_security_group" "d{n}" {{\n  vpc_id = aws_vpc.main{n}.id\n}}'
        )
    blocks += _terraform_endpoints(shop, n)
    # CloudFormation leaves AWS's own permission where a group writes none, Terraform removes it:
    # both write one.
    blocks += [
        f'resource "aws_vpc_security_group_egress_rule" "{group}{n}" {{\n'
        f"  security_group_id = aws_security_group.{group}{n}.id\n"
        '  cidr_ipv4 = "0.0.0.0/0"\n  ip_protocol = "-1"\n}'
        for group in ("alb", "other", "task")
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
    if shop.hosts:
        hops = f"    http_put_response_hop_limit = {shop.hops}\n" if shop.hops else ""
        blocks.append(
            f'resource "aws_launch_template" "host{n}" {{\n'
            f'  metadata_options {{\n    http_tokens = "required"\n{hops}  }}\n'
            f"  user_data = base64encode(<<-EOF\n{_user_data(shop)}EOF\n  )\n}}"
        )
    if shop.talk:
        blocks += talks.terraform(shop.talk, n)
    if shop.guard:
        blocks += guards.terraform(shop.guard, awsvpc, shop.launch, n)
    return [*blocks, *_terraform_annex(shop, n), *_terraform_more(shop, n)]


def _terraform_more(shop: Shop, n: str) -> list[str]:
    """A neighbour outside the isolation group, an endpoint service, a database."""
    blocks = []
    if shop.isolated:
        blocks += [
            f'resource "aws_ecs_cluster" "next{n}" {{\n  name = "next"\n}}',
            f'resource "aws_vpc" "next{n}" {{\n  cidr_block = "10.1.0.0/16"\n}}',
            (
                f'resource "aws_vpc_peering_connection" "next{n}" {{\n'
                f"  vpc_id = aws_vpc.main{n}.id\n  peer_vpc_id = aws_vpc.next{n}.id\n}}"
            ),
            (
                f'resource "aws_ecs_service" "next{n}" {{\n  name = "next"\n'
                f'  cluster = aws_ecs_cluster.next{n}.id\n  launch_type = "FARGATE"\n'
                f"  task_definition = aws_ecs_task_definition.td{n}.arn\n"
                f"  network_configuration {{\n    subnets = [aws_subnet.a{n}.id]\n"
                f"    security_groups = [aws_security_group.other{n}.id]\n  }}\n}}"
            ),
        ]
    if shop.offered is not None:
        blocks.append(
            f'resource "aws_vpc_endpoint_service" "offer{n}" {{\n'
            f"  acceptance_required = {str(shop.offered).lower()}\n"
            '  allowed_principals = ["*"]\n'
            f"  network_load_balancer_arns = [aws_lb.lb{n}.arn]\n}}"
        )
    if shop.store is not None:
        blocks += [
            (
                f'resource "aws_security_group" "store{n}" {{\n  vpc_id = aws_vpc.main{n}.id\n'
                '  ingress {\n    protocol = "tcp"\n    from_port = 5432\n    to_port = 5432\n'
                f"    security_groups = [aws_security_group.task{n}.id]\n  }}\n}}"
            ),
            (
                f'resource "aws_db_instance" "store{n}" {{\n  engine = "postgres"\n'
                '  engine_version = "16.4"\n  instance_class = "db.t4g.medium"\n'
                f"  publicly_accessible = {str(shop.store).lower()}\n"
                f"  vpc_security_group_ids = [aws_security_group.store{n}.id]\n}}"
            ),
        ]
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
        "Main": {
            "Type": "AWS::EC2::VPC",
            "Properties": {
                "CidrBlock": "10.0.0.0/16",
                **({"EnableDnsHostnames": True} if shop.named is not None else {}),
            },
        },
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
        "C": {
            "Type": "AWS::ECS::Cluster",
            "Properties": {
                "ClusterName": "shop",
                **(
                    {"Tags": [{"Key": "taskwall:isolation", "Value": "shop"}]}
                    if shop.isolated
                    else {}
                ),
            },
        },
        "Alb": group("load balancer"),
        "Other": group("other"),
        "Task": group("tasks"),
        "Td": {
            "Type": "AWS::ECS::TaskDefinition",
            "Properties": {
                "RequiresCompatibilities": [shop.launch],
                **({"NetworkMode": shop.mode} if shop.mode else {}),
                **({"ContainerDefinitions": [_container(shop)]} if shop.image else {}),
            },
        },
    }
    for name in ("Alb", "Other", "Task"):
        everywhere: dict[str, object] = {"IpProtocol": "-1", "CidrIp": "0.0.0.0/0"}
        found[f"{name}Out"] = {
            "Type": "AWS::EC2::SecurityGroupEgress",
            "Properties": {"GroupId": get(name, "GroupId"), **everywhere},
        }
    if shop.closed:
        found["Closed"] = {
            "Type": "Custom::VpcRestrictDefaultSG",
            "Properties": {"DefaultSecurityGroupId": get("Main", "DefaultSecurityGroup")},
        }
    found |= _cloudformation_endpoints(shop, ref, get)
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
    if shop.hosts:
        options = {"HttpTokens": "required"}
        data = {
            "MetadataOptions": {**options, "HttpPutResponseHopLimit": shop.hops}
            if shop.hops
            else options,
            "UserData": {"Fn::Base64": _user_data(shop)},
        }
        found["Host"] = {
            "Type": "AWS::EC2::LaunchTemplate",
            "Properties": {"LaunchTemplateData": data},
        }
    found |= _cloudformation_annex(shop, ref, get)
    if shop.talk:
        found |= talks.cloudformation(shop.talk, n)
    if shop.guard:
        found |= guards.cloudformation(shop.guard, shop.mode == "awsvpc", shop.launch, ref, get)
    found |= _cloudformation_more(shop, ref, get)
    return {name + n: body for name, body in found.items()}


def _cloudformation_more(shop: Shop, ref, get) -> dict[str, dict[str, object]]:  # type: ignore[no-untyped-def]
    found: dict[str, dict[str, object]] = {}
    if shop.isolated:
        network = {"Subnets": [ref("A")], "SecurityGroups": [get("Other", "GroupId")]}
        found |= {
            "Next": {"Type": "AWS::ECS::Cluster", "Properties": {"ClusterName": "next"}},
            "NextVpc": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.1.0.0/16"}},
            "NextPeering": {
                "Type": "AWS::EC2::VPCPeeringConnection",
                "Properties": {"VpcId": ref("Main"), "PeerVpcId": ref("NextVpc")},
            },
            "NextService": {
                "Type": "AWS::ECS::Service",
                "Properties": {
                    "Cluster": ref("Next"),
                    "LaunchType": "FARGATE",
                    "TaskDefinition": ref("Td"),
                    "NetworkConfiguration": {"AwsvpcConfiguration": network},
                },
            },
        }
    if shop.offered is not None:
        found |= {
            "Offer": {
                "Type": "AWS::EC2::VPCEndpointService",
                "Properties": {
                    "AcceptanceRequired": shop.offered,
                    "NetworkLoadBalancerArns": [ref("Lb")],
                },
            },
            "OfferPermissions": {
                "Type": "AWS::EC2::VPCEndpointServicePermissions",
                "Properties": {"ServiceId": ref("Offer"), "AllowedPrincipals": ["*"]},
            },
        }
    if shop.store is not None:
        ingress = {
            "IpProtocol": "tcp",
            "FromPort": 5432,
            "ToPort": 5432,
            "SourceSecurityGroupId": get("Task", "GroupId"),
        }
        found |= {
            "StoreGroup": {
                "Type": "AWS::EC2::SecurityGroup",
                "Properties": {
                    "GroupDescription": "store",
                    "VpcId": ref("Main"),
                    "SecurityGroupIngress": [ingress],
                },
            },
            "Store": {
                "Type": "AWS::RDS::DBInstance",
                "Properties": {
                    "Engine": "postgres",
                    "EngineVersion": "16.4",
                    "DBInstanceClass": "db.t4g.medium",
                    "PubliclyAccessible": shop.store,
                    "VPCSecurityGroups": [get("StoreGroup", "GroupId")],
                },
            },
        }
    return found


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


def _terraform_annex(shop: Shop, n: str) -> list[str]:
    if shop.annex == "volume":
        switch = "ENABLED" if shop.fields else "DISABLED"
        return [
            (
                f'resource "aws_ecs_task_definition" "annex{n}" {{\n  family = "annex"\n'
                '  network_mode = "awsvpc"\n  requires_compatibilities = ["FARGATE"]\n'
                '  container_definitions = jsonencode([{ name = "a", environment = [\n'
                '    { name = "DATABASE_URL", value = "sslmode=disable" },\n  ] }])\n'
                '  volume {\n    name = "data"\n    efs_volume_configuration {\n'
                f'      file_system_id = "fs-1"\n      transit_encryption = "{switch}"\n'
                "    }\n  }\n}"
            )
        ]
    if shop.annex == "cache":
        return [
            (
                f'resource "aws_security_group" "cache{n}" {{\n  vpc_id = aws_vpc.main{n}.id\n'
                '  ingress {\n    protocol = "tcp"\n    from_port = 6379\n    to_port = 6379\n'
                f"    security_groups = [aws_security_group.task{n}.id]\n  }}\n}}"
            ),
            (
                f'resource "aws_elasticache_replication_group" "cache{n}" {{\n'
                '  replication_group_id = "cache"\n  description = "cache"\n  engine = "redis"\n'
                f"  security_group_ids = [aws_security_group.cache{n}.id]\n"
                f"  transit_encryption_enabled = {str(shop.fields).lower()}\n}}"
            ),
        ]
    if shop.annex == "edge" and shop.balancer:
        policy = "https-only" if shop.fields else "match-viewer"
        return [
            (
                f'resource "aws_cloudfront_distribution" "edge{n}" {{\n  enabled = true\n'
                f'  origin {{\n    origin_id = "web"\n    domain_name = aws_lb.lb{n}.dns_name\n'
                "    custom_origin_config {\n      http_port = 80\n      https_port = 443\n"
                f'      origin_protocol_policy = "{policy}"\n'
                '      origin_ssl_protocols = ["TLSv1.2"]\n    }\n  }\n'
                '  default_cache_behavior {\n    target_origin_id = "web"\n'
                '    viewer_protocol_policy = "allow-all"\n  }\n}'
            )
        ]
    return []


def _cloudformation_annex(shop: Shop, ref, get) -> dict[str, dict[str, object]]:  # type: ignore[no-untyped-def]
    if shop.annex == "volume":
        volume = {
            "FilesystemId": "fs-1",
            "TransitEncryption": "ENABLED" if shop.fields else "DISABLED",
        }
        return {
            "Annex": {
                "Type": "AWS::ECS::TaskDefinition",
                "Properties": {
                    "NetworkMode": "awsvpc",
                    "RequiresCompatibilities": ["FARGATE"],
                    "ContainerDefinitions": [
                        {
                            "Name": "a",
                            "Environment": [{"Name": "DATABASE_URL", "Value": "sslmode=disable"}],
                        }
                    ],
                    "Volumes": [{"Name": "data", "EFSVolumeConfiguration": volume}],
                },
            }
        }
    if shop.annex == "cache":
        admitted = {
            "IpProtocol": "tcp",
            "FromPort": 6379,
            "ToPort": 6379,
            "SourceSecurityGroupId": get("Task", "GroupId"),
        }
        return {
            "CacheGroup": {
                "Type": "AWS::EC2::SecurityGroup",
                "Properties": {
                    "GroupDescription": "cache",
                    "VpcId": ref("Main"),
                    "SecurityGroupIngress": [admitted],
                },
            },
            "Cache": {
                "Type": "AWS::ElastiCache::ReplicationGroup",
                "Properties": {
                    "ReplicationGroupDescription": "cache",
                    "Engine": "redis",
                    "SecurityGroupIds": [get("CacheGroup", "GroupId")],
                    "TransitEncryptionEnabled": shop.fields,
                },
            },
        }
    if shop.annex == "edge" and shop.balancer:
        origin = {
            "Id": "web",
            "DomainName": get("Lb", "DNSName"),
            "CustomOriginConfig": {
                "OriginProtocolPolicy": "https-only" if shop.fields else "match-viewer"
            },
        }
        return {
            "Edge": {
                "Type": "AWS::CloudFront::Distribution",
                "Properties": {
                    "DistributionConfig": {
                        "Enabled": True,
                        "Origins": [origin],
                        "DefaultCacheBehavior": {
                            "TargetOriginId": "web",
                            "ViewerProtocolPolicy": "allow-all",
                        },
                    }
                },
            }
        }
    return {}
