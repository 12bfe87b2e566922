"""Small stacks of Terraform's JSON, put together of parts, and what one rule says of them."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

from msgspec.structs import replace

from taskwall.engine.judge import judge
from taskwall.findings.finding import Finding
from taskwall.readers import terraform
from taskwall.rules import all_rules
from taskwall.settings import Settings
from taskwall.source.files import Files
from taskwall.source.stack import Inputs

Part: TypeAlias = tuple[str, str, Mapping[str, Any]]
"""A resource: its type, its name, its attributes."""

ECR = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/web:1"


def findings(parts: Iterable[Part], rule: str, settings: Settings | None = None) -> list[Finding]:
    """What a rule says of a stack, which must be read whole."""
    resources: dict[str, dict[str, Mapping[str, Any]]] = defaultdict(dict)
    for kind, name, attributes in parts:
        assert name not in resources[kind]
        resources[kind][name] = attributes
    files = Files({"/stack/main.tf.json": json.dumps({"resource": resources})})
    stacks, errors = terraform.stacks(list(files.known), files, Inputs(boundary="/stack"))
    assert not errors
    every = replace(settings or Settings(), show=("fail", "unknown", "pass"))
    judgement = judge(stacks[0], [r for r in all_rules() if r.id == rule], every)
    assert not judgement.errors
    assert not judgement.crashes
    return [each.finding for each in judgement.findings]


def vpc() -> Part:
    """The VPC, 10.0.0.0/16."""
    return "aws_vpc", "main", {"cidr_block": "10.0.0.0/16", "enable_dns_hostnames": True}


def subnet(name: str, cidr: str) -> Part:
    """A subnet of the VPC."""
    return "aws_subnet", name, {"vpc_id": "${aws_vpc.main.id}", "cidr_block": cidr}


def group(name: str) -> Part:
    """A security group without a permission: Terraform takes AWS's own rule away."""
    return "aws_security_group", name, {"name": name, "vpc_id": "${aws_vpc.main.id}"}


def permission(
    way: str, on: str, name: str, protocol: str, ports: tuple[int, int], peer: str
) -> Part:
    """A permission of a group. The peer is a range of addresses, or the name of a group."""
    key = "cidr_ipv4" if "/" in peer else "referenced_security_group_id"
    attributes: dict[str, Any] = {
        "security_group_id": ref("aws_security_group", on),
        "ip_protocol": protocol,
        key: peer if "/" in peer else ref("aws_security_group", peer),
    }
    if protocol != "-1":
        attributes |= {"from_port": ports[0], "to_port": ports[1]}
    return f"aws_vpc_security_group_{way}_rule", name, attributes


def service(
    name: str, subnets: Sequence[str], groups: Sequence[str], public: bool = False, **more: Any
) -> list[Part]:
    """A service on Fargate with its task definition; `more` is of the container."""
    container = {"name": name, "image": ECR, "portMappings": [{"containerPort": 8080}], **more}
    definition = {
        "family": name,
        "network_mode": "awsvpc",
        "requires_compatibilities": ["FARGATE"],
        "cpu": 256,
        "memory": 512,
        "container_definitions": json.dumps([container]),
    }
    attributes = {
        "name": name,
        "cluster": "${aws_ecs_cluster.main.id}",
        "launch_type": "FARGATE",
        "task_definition": ref("aws_ecs_task_definition", name, "arn"),
        "network_configuration": {
            "subnets": [ref("aws_subnet", each) for each in subnets],
            "security_groups": [ref("aws_security_group", each) for each in groups],
            "assign_public_ip": public,
        },
    }
    return [
        ("aws_ecs_task_definition", name, definition),
        ("aws_ecs_service", name, attributes),
    ]


def hosted(name: str, subnets: Sequence[str], **more: Any) -> list[Part]:
    """A service in bridge mode on container instances; `more` is of the container."""
    container = {"name": name, "image": ECR, "memory": 256, **more}
    definition = {
        "family": name,
        "network_mode": "bridge",
        "requires_compatibilities": ["EC2"],
        "container_definitions": json.dumps([container]),
    }
    joins = r'${base64encode("#!/bin/bash\necho ECS_CLUSTER=main >> /etc/ecs/ecs.config\n")}'
    template = {
        "image_id": "ami-0123456789abcdef0",
        "instance_type": "m6i.large",
        "user_data": joins,
    }
    scaled = {
        "min_size": 1,
        "max_size": 3,
        "vpc_zone_identifier": [ref("aws_subnet", each) for each in subnets],
        "launch_template": {"id": ref("aws_launch_template", name), "version": "$Latest"},
    }
    attributes = {
        "name": name,
        "cluster": "${aws_ecs_cluster.main.id}",
        "launch_type": "EC2",
        "task_definition": ref("aws_ecs_task_definition", name, "arn"),
    }
    return [
        ("aws_launch_template", name, template),
        ("aws_autoscaling_group", name, scaled),
        ("aws_ecs_task_definition", name, definition),
        ("aws_ecs_service", name, attributes),
    ]


def cluster() -> Part:
    """The cluster of all services."""
    return "aws_ecs_cluster", "main", {"name": "main"}


def ref(kind: str, name: str, attribute: str = "id") -> str:
    """A reference to a resource's attribute."""
    return f"${{{kind}.{name}.{attribute}}}"
