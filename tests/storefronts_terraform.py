"""A small stack of `storefronts`, written in HCL."""

import json

import guards
import talks
from storefronts import CIDRS, FORMAT, IMAGES, Shop, document, user_data


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
    blocks += _endpoints(shop, n)
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
        blocks += _balancer(shop, n)
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
            f"  user_data = base64encode(<<-EOF\n{user_data(shop)}EOF\n  )\n}}"
        )
    if shop.talk:
        blocks += talks.terraform(shop.talk, n)
    if shop.guard:
        blocks += guards.terraform(shop.guard, awsvpc, shop.launch, n)
    return [*blocks, *_annex(shop, n), *_more(shop, n)]


def _more(shop: Shop, n: str) -> list[str]:
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


def _balancer(shop: Shop, n: str) -> list[str]:
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


def _endpoints(shop: Shop, n: str) -> list[str]:
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
    policy = f"  policy = jsonencode({json.dumps(document(shop))})\n" if shop.guarded else ""
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


def _annex(shop: Shop, n: str) -> list[str]:
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
