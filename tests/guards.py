"""What security groups of a shop admit beside its tasks' peers: one description, both languages."""

from collections.abc import Callable
from typing import Literal, TypeAlias

from hypothesis import strategies as st
from msgspec import Struct

Ports: TypeAlias = tuple[int, int]
Peer: TypeAlias = Literal["anywhere", "office", "task", "alb", "other"]
RANGES = {"anywhere": "0.0.0.0/0", "office": "198.51.100.0/24"}
NAMES = {"task": "Task", "alb": "Alb", "other": "Other", "db": "GuardedDb"}


class Rule(Struct, frozen=True):
    """A permission: whose group admits whom, on which ports (None: every protocol)."""

    group: Literal["task", "alb", "db"]
    peer: Peer
    ports: Ports | None


class Guard(Struct, frozen=True):
    """Permissions, and what carries the groups beside the shop's service and load balancer.

    `twin` is a second service, `host` a launch template, of the tasks' group; `db` a database.
    """

    rules: tuple[Rule, ...]
    twin: bool
    host: bool
    db: bool


def guards() -> st.SearchStrategy[Guard]:
    """Any of them."""
    rules = st.builds(
        Rule,
        st.sampled_from(("task", "alb", "db")),
        st.sampled_from(("anywhere", "office", "task", "alb", "other")),
        st.sampled_from((None, (443, 443), (8080, 8080), (8080, 8090), (32768, 65535), (0, 65535))),
    )
    listed = st.lists(rules, max_size=4, unique=True)
    return st.builds(Guard, listed.map(tuple), st.booleans(), st.booleans(), st.booleans())


USER_DATA = "#!/bin/bash\necho ECS_CLUSTER=shop >> /etc/ecs/ecs.config\n"


def terraform(guard: Guard, awsvpc: bool, launch: str, n: str) -> list[str]:
    """The blocks in HCL."""
    blocks = []
    for index, rule in enumerate(guard.rules):
        if rule.group == "db" and not guard.db:
            continue
        who = (
            f'cidr_ipv4 = "{RANGES[rule.peer]}"'
            if rule.peer in RANGES
            else f"referenced_security_group_id = aws_security_group.{rule.peer}{n}.id"
        )
        ports = '  ip_protocol = "-1"\n'
        if rule.ports is not None:
            ports = (
                f'  ip_protocol = "tcp"\n  from_port = {rule.ports[0]}\n'
                f"  to_port = {rule.ports[1]}\n"
            )
        blocks.append(
            f'resource "aws_vpc_security_group_ingress_rule" "guard{index}{n}" {{\n'
            f"  security_group_id = aws_security_group.{rule.group}{n}.id\n  {who}\n{ports}}}"
        )
    if guard.twin and awsvpc:
        blocks.append(
            f'resource "aws_ecs_service" "twin{n}" {{\n  name = "twin"\n'
            f'  cluster = aws_ecs_cluster.c{n}.id\n  launch_type = "{launch}"\n'
            f"  task_definition = aws_ecs_task_definition.td{n}.arn\n"
            f"  network_configuration {{\n    subnets = [aws_subnet.a{n}.id]\n"
            f"    security_groups = [aws_security_group.task{n}.id]\n  }}\n}}"
        )
    if guard.host:
        blocks.append(
            f'resource "aws_launch_template" "guarded{n}" {{\n'
            f"  vpc_security_group_ids = [aws_security_group.task{n}.id]\n"
            f"  user_data = base64encode(<<-EOF\n{USER_DATA}EOF\n  )\n}}"
        )
    if guard.db:
        blocks += [
            f'resource "aws_security_group" "db{n}" {{\n  vpc_id = aws_vpc.main{n}.id\n}}',
            (
                f'resource "aws_vpc_security_group_egress_rule" "db{n}" {{\n'
                f"  security_group_id = aws_security_group.db{n}.id\n"
                '  cidr_ipv4 = "10.0.0.0/16"\n  ip_protocol = "-1"\n}'
            ),
            (
                f'resource "aws_rds_cluster" "guarded{n}" {{\n  engine = "aurora-mysql"\n'
                '  engine_version = "8.0.mysql_aurora.3.08.0"\n'
                f"  vpc_security_group_ids = [aws_security_group.db{n}.id]\n}}"
            ),
        ]
    return blocks


def cloudformation(
    guard: Guard,
    awsvpc: bool,
    launch: str,
    ref: Callable[[str], object],
    get: Callable[[str, str], object],
) -> dict[str, dict[str, object]]:
    """The resources of CloudFormation."""
    found: dict[str, dict[str, object]] = {}
    for index, rule in enumerate(guard.rules):
        if rule.group == "db" and not guard.db:
            continue
        who: dict[str, object] = (
            {"CidrIp": RANGES[rule.peer]}
            if rule.peer in RANGES
            else {"SourceSecurityGroupId": get(NAMES[rule.peer], "GroupId")}
        )
        ports: dict[str, object] = {"IpProtocol": "-1"}
        if rule.ports is not None:
            ports = {"IpProtocol": "tcp", "FromPort": rule.ports[0], "ToPort": rule.ports[1]}
        found[f"Guard{index}"] = {
            "Type": "AWS::EC2::SecurityGroupIngress",
            "Properties": {"GroupId": get(NAMES[rule.group], "GroupId"), **who, **ports},
        }
    if guard.twin and awsvpc:
        network = {"Subnets": [ref("A")], "SecurityGroups": [get("Task", "GroupId")]}
        found["Twin"] = {
            "Type": "AWS::ECS::Service",
            "Properties": {
                "ServiceName": "twin",
                "Cluster": ref("C"),
                "LaunchType": launch,
                "TaskDefinition": ref("Td"),
                "NetworkConfiguration": {"AwsvpcConfiguration": network},
            },
        }
    if guard.host:
        data = {
            "SecurityGroupIds": [get("Task", "GroupId")],
            "UserData": {"Fn::Base64": USER_DATA},
        }
        found["Guarded"] = {
            "Type": "AWS::EC2::LaunchTemplate",
            "Properties": {"LaunchTemplateData": data},
        }
    if guard.db:
        found["GuardedDb"] = {
            "Type": "AWS::EC2::SecurityGroup",
            "Properties": {"GroupDescription": "database", "VpcId": ref("Main")},
        }
        found["GuardedDbOut"] = {
            "Type": "AWS::EC2::SecurityGroupEgress",
            "Properties": {
                "GroupId": get("GuardedDb", "GroupId"),
                "IpProtocol": "-1",
                "CidrIp": "10.0.0.0/16",
            },
        }
        found["GuardedCluster"] = {
            "Type": "AWS::RDS::DBCluster",
            "Properties": {
                "Engine": "aurora-mysql",
                "EngineVersion": "8.0.mysql_aurora.3.08.0",
                "VpcSecurityGroupIds": [get("GuardedDb", "GroupId")],
            },
        }
    return found
