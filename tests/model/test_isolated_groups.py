"""What isolation groups share, and what joins the VPCs of two, where the settings name them."""

from pathlib import Path

import pytest

import taskwall
from placeholders import filled

STACK = """
variable "which" {}
resource "aws_vpc" "one" { cidr_block = "10.1.0.0/16" }
resource "aws_vpc" "two" { cidr_block = "10.2.0.0/16" }
resource "aws_subnet" "one" {
  vpc_id     = aws_vpc.one.id
  cidr_block = "10.1.1.0/24"
}
resource "aws_subnet" "two" {
  vpc_id     = aws_vpc.two.id
  cidr_block = "10.2.1.0/24"
}
resource "aws_route_table" "one" { vpc_id = aws_vpc.one.id }
resource "aws_route_table" "two" { vpc_id = aws_vpc.two.id }
resource "aws_route_table_association" "one" {
  subnet_id      = aws_subnet.one.id
  route_table_id = aws_route_table.one.id
}
resource "aws_route_table_association" "two" {
  subnet_id      = aws_subnet.two.id
  route_table_id = aws_route_table.two.id
}
resource "aws_security_group" "shared" {
  vpc_id = aws_vpc.one.id
  ingress {
    protocol  = "tcp"
    from_port = 80
    to_port   = 80
    PEER
  }
}
resource "aws_security_group" "own" { vpc_id = aws_vpc.one.id }
resource "aws_ecs_cluster" "one" { name = NAME_ONE }
resource "aws_ecs_cluster" "two" { name = "two" }
resource "aws_ecs_service" "a" {
  name        = "service-a"
  launch_type = "FARGATE"
  cluster     = CLUSTER_A
  network_configuration {
    subnets         = [aws_subnet.one.id]
    security_groups = GROUPS_A
  }
}
resource "aws_ecs_service" "b" {
  name        = "service-b"
  launch_type = "FARGATE"
  cluster     = CLUSTER_B
  network_configuration {
    subnets         = SUBNETS_B
    security_groups = GROUPS_B
  }
}
"""
DEFAULTS = {
    "PEER": "self = true",
    "NAME_ONE": '"one"',
    "CLUSTER_A": "aws_ecs_cluster.one.id",
    "CLUSTER_B": "aws_ecs_cluster.two.id",
    "GROUPS_A": "[aws_security_group.shared.id]",
    "SUBNETS_B": "[aws_subnet.two.id]",
    "GROUPS_B": "[]",
}
TOGETHER = {
    "SUBNETS_B": "[aws_subnet.one.id]",
    "GROUPS_B": "[aws_security_group.shared.id]",
}
SHOP, PAY = 'groups.shop = ["one"]', 'groups.pay = ["two"]'


def said(
    folder: Path, rule: str, changes: dict[str, str], more: str = "", *groups: str
) -> list[str]:
    """What a rule says of the stack with some changes, and with groups in its settings."""
    text = filled(STACK, DEFAULTS | changes)
    (folder / "main.tf").write_text(text + more, encoding="utf-8")
    settings = folder / "taskwall.toml"
    lines = ("[isolation]", *(groups or (SHOP, PAY)))
    settings.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    report = taskwall.scan(folder / "main.tf", select=[rule], settings=settings)
    assert not report.errors
    found = [f"fail: {each.message}" for each in report.findings]
    found += [f"unknown: {', '.join(each.missing)}" for each in report.unknowns]
    return sorted(found) or ["pass"] * bool(report.passes)


def shared(folder: Path, changes: dict[str, str], *groups: str) -> list[str]:
    """What is shared, in short."""
    found = said(folder, "TW601", changes, "", *groups)
    words = {
        "aws_ecs_service.": "", "aws_security_group.": "", "aws_ecs_cluster.": "", "aws_": "",
        ", of isolation group": " of", ", of no isolation group": " of none", "fail: ": "",
    }  # fmt: skip
    for before, after in words.items():
        found = [each.replace(before, after) for each in found]
    return found


OF_VPC = [
    "a of shop, shares vpc.one with b of pay",
    "b of pay, shares vpc.one with a of shop",
]
EITHER = "[aws_security_group.own.id, aws_security_group.shared.id][var.which]"
OF_BOTH = [
    "a of shop, shares vpc.one with b of pay",
    "a of shop, shares group shared with b of pay",
    "b of pay, shares vpc.one with a of shop",
    "b of pay, shares group shared with a of shop",
]


@pytest.mark.parametrize(
    ("changes", "groups", "found"),
    [
        ({}, (), OF_BOTH),
        (
            {},
            ('groups.shop = ["one"]',),
            [
                "a of shop, shares vpc.one with b of none",
                "a of shop, shares group shared with b of none",
            ],
        ),
        ({}, ('groups.shop = ["*e"]', 'groups.pay = ["t*"]'), OF_BOTH),
        (
            {},
            ('groups.shop = ["aws_ecs_service.a"]', 'groups.pay = ["aws_ecs_service.b"]'),
            OF_BOTH,
        ),
        ({}, ('groups.shop = ["aws_ecs_service.*"]',), ["pass"]),
        ({}, ('groups.shop = ["three"]',), []),
        ({"CLUSTER_A": "null", "CLUSTER_B": "null"}, ('groups.shop = ["default"]',), ["pass"]),
        (
            {"CLUSTER_A": "null", "CLUSTER_B": "null"},
            ('groups.shop = ["aws_ecs_service.a"]',),
            [
                "a of shop, shares vpc.one with b of none",
                "a of shop, shares cluster default with b of none",
                "a of shop, shares group shared with b of none",
            ],
        ),
        ({"CLUSTER_B": "aws_ecs_cluster.one.id"}, ('groups.shop = ["one"]',), ["pass"]),
        (
            {"CLUSTER_B": "aws_ecs_cluster.one.id"},
            ('groups.shop = ["aws_ecs_service.a"]',),
            [
                "a of shop, shares vpc.one with b of none",
                "a of shop, shares cluster one with b of none",
                "a of shop, shares group shared with b of none",
            ],
        ),
        ({}, ('groups.shop = ["one"]', 'undeclared = "ignore"'), ["pass"]),
        ({}, ('groups.shop = ["one"]', 'groups.pay = ["two"]', 'undeclared = "ignore"'), OF_BOTH),
        ({"CLUSTER_A": "var.which"}, (), ["unknown: var.which"]),
        ({"NAME_ONE": "var.which"}, (), ["unknown: var.which"]),
        ({"CLUSTER_A": '"arn:aws:ecs:eu-west-1:1:cluster/one"'}, (), OF_BOTH),
    ],
)
def test_who_is_in_a_group_of_the_settings(
    changes: dict[str, str], groups: tuple[str, ...], found: list[str], tmp_path: Path
) -> None:
    """By the name of its cluster, or its own address; those of none may count."""
    assert shared(tmp_path, TOGETHER | changes, *groups) == found


INSTANCE = r"""
resource "aws_instance" "host" {
  subnet_id = aws_subnet.one.id
  user_data = "#!/bin/bash\necho ECS_CLUSTER=two >> /etc/ecs/ecs.config\n"
}
"""


def test_container_instances_are_no_task_sources(tmp_path: Path) -> None:
    """What tasks share is told of those that start them."""
    assert said(tmp_path, "TW601", TOGETHER, INSTANCE) == said(tmp_path, "TW601", TOGETHER)


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"PEER": "self = true"}, OF_BOTH),
        ({"PEER": "security_groups = [aws_security_group.own.id]"}, OF_VPC),
        ({"PEER": "security_groups = [var.which]"}, OF_VPC),
        ({"PEER": f"security_groups = [{EITHER}]"}, [*OF_VPC, "unknown: var.which"]),
        ({"PEER": 'cidr_blocks = ["10.1.0.0/16"]'}, OF_VPC),
        ({"GROUPS_B": "[aws_security_group.own.id]"}, OF_VPC),
        (
            {"GROUPS_B": f"[{EITHER}]"},
            [
                "a of shop, shares vpc.one with b of pay",
                "b of pay, shares vpc.one with a of shop",
                "unknown: var.which",
            ],
        ),
        (
            {"GROUPS_B": 'var.which == "" ? [aws_security_group.shared.id] : []'},
            [*OF_VPC, "unknown: var.which"],
        ),
        (
            {"GROUPS_A": 'var.which == "" ? [aws_security_group.shared.id] : []'},
            [*OF_VPC, "unknown: var.which"],
        ),
        (
            {"GROUPS_B": '["sg-1"]', "GROUPS_A": '["sg-1"]'},
            [
                "a of shop, shares vpc.one with b of pay",
                "b of pay, shares vpc.one with a of shop",
                "unknown: sg-1",
            ],
        ),
        (
            {"SUBNETS_B": "[aws_subnet.two.id]"},
            [
                "a of shop, shares group shared with b of pay",
                "b of pay, shares group shared with a of shop",
            ],
        ),
        ({"SUBNETS_B": "[aws_subnet.two.id]", "GROUPS_B": "[]"}, ["pass"]),
        # What an input names is no group that is written beside it, for neither of the two.
        ({"SUBNETS_B": "[aws_subnet.two.id]", "GROUPS_B": "[var.which]"}, ["pass"]),
        # What may be either of them is so for both, and asked once.
        (
            {"SUBNETS_B": "[aws_subnet.two.id]", "GROUPS_B": "[local.not_here]"},
            ["unknown: local.not_here"],
        ),
        (
            {"SUBNETS_B": "[[aws_subnet.one.id, aws_subnet.two.id][var.which]]", "GROUPS_B": "[]"},
            ["unknown: var.which"],
        ),
        ({"SUBNETS_B": "[var.which]", "GROUPS_B": "[]"}, ["unknown: var.which"]),
        ({"SUBNETS_B": "var.which", "GROUPS_B": "[]"}, ["unknown: var.which"]),
    ],
)
def test_what_two_groups_share(changes: dict[str, str], found: list[str], tmp_path: Path) -> None:
    """A VPC, and a security group if its members may talk to each other."""
    assert shared(tmp_path, TOGETHER | changes) == found


def member(name: str, subnet: str, group: str, more: str) -> str:
    """A template with a service, and what it is beside."""
    return f"""
Parameters: {{Group: {{Type: String}}}}
Outputs: {{Subnet: {{Value: !Ref Subnet, Export: {{Name: {name}-subnet}}}}}}
Resources:
  Vpc: {{Type: 'AWS::EC2::VPC', Properties: {{CidrBlock: 10.0.0.0/16}}}}
  Subnet: {{Type: 'AWS::EC2::Subnet', Properties: {{VpcId: !Ref Vpc, CidrBlock: 10.0.0.0/24}}}}
  {name}:
    Type: AWS::ECS::Service
    Properties:
      Cluster: {name}
      LaunchType: FARGATE
      Tags: [{{Key: 'taskwall:isolation', Value: {name}}}]
      NetworkConfiguration:
        AwsvpcConfiguration: {{Subnets: [{subnet}], SecurityGroups: [!Ref {group}]}}
{more}
"""


OWN_GROUP = """
  Own:
    Type: AWS::EC2::SecurityGroup
    Properties: {GroupDescription: own, VpcId: !Ref Vpc}
  Members:
    Type: AWS::EC2::SecurityGroupIngress
    Properties: {GroupId: !Ref Own, IpProtocol: '-1', SourceSecurityGroupId: !Ref Own}
"""
TIED = "  Tied: {Type: 'AWS::SNS::Topic', Properties: {TopicName: !ImportValue pay-subnet}}"


def test_a_parameter_may_name_a_group_of_another_template(tmp_path: Path) -> None:
    """That is open for both services, whichever of them names the group by the parameter."""
    (tmp_path / "pay.yaml").write_text(member("pay", "!Ref Subnet", "Own", OWN_GROUP))
    (tmp_path / "shop.yaml").write_text(member("shop", "!Ref Subnet", "Group", TIED))
    report = taskwall.scan(tmp_path, select=["TW601"])

    assert not report.findings
    (unknown,) = report.unknowns
    assert unknown.missing == ("Group",)
    assert [each.resource for each in unknown.instances] == ["pay", "shop"]
    assert not [each.message for each in report.passes if " group " in each.message]


def made(kind: str, name: str, *lines: str) -> str:
    """A resource."""
    return f'resource "aws_{kind}" "{name}" {{\n' + "".join(f"  {line}\n" for line in lines) + "}\n"


def route(of: str, to: str, cidr: str) -> str:
    """A route in the table of one VPC."""
    table = f"route_table_id = {of}"
    return made(
        "route",
        of.rpartition(".")[0].rpartition(".")[2],
        table,
        f'destination_cidr_block = "{cidr}"',
        to,
    )


def peering(far: str, *more: str) -> str:
    """A peering connection of the first VPC."""
    return made(
        "vpc_peering_connection", "main", "vpc_id = aws_vpc.one.id", f"peer_vpc_id = {far}", *more
    )


BY_PEERING = "vpc_peering_connection_id = aws_vpc_peering_connection.main.id"
OUT = route("aws_route_table.one.id", BY_PEERING, "10.2.0.0/16")
BACK = route("aws_route_table.two.id", BY_PEERING, "10.1.0.0/16")
NEAR = peering("aws_vpc.two.id")


def joined(folder: Path, more: str, changes: dict[str, str], *groups: str) -> list[str]:
    """What joins VPCs, in short."""
    found = said(folder, "TW602", changes, more, *groups)
    return [each.replace("aws_", "").partition(" joins")[0] for each in found]


@pytest.mark.parametrize(
    ("more", "found"),
    [
        (NEAR, ["pass"]),
        (NEAR + OUT, ["fail: vpc_peering_connection.main"]),
        (NEAR + BACK, ["fail: vpc_peering_connection.main"]),
        (NEAR + OUT + BACK, ["fail: vpc_peering_connection.main"]),
        (
            NEAR + OUT.replace("aws_route_table.one.id", '"rtb-1"'),
            ["fail: vpc_peering_connection.main"],
        ),
        (NEAR + OUT.replace("aws_vpc_peering_connection.main.id", '"pcx-1"'), ["pass"]),
        (peering("aws_vpc.one.id") + OUT, ["pass"]),
        (peering('"vpc-9"') + OUT, ["unknown: vpc-9"]),
        (peering("var.which") + OUT, ["unknown: var.which"]),
    ],
)
def test_a_peering_connection_joins_by_its_routes(
    more: str, found: list[str], tmp_path: Path
) -> None:
    """A route of either side is enough, wherever its table is."""
    assert joined(tmp_path, more, {}) == found


@pytest.mark.parametrize(
    ("changes", "groups", "found"),
    [
        ({"SUBNETS_B": "[aws_subnet.one.id]"}, (), ["pass"]),
        ({"SUBNETS_B": "[var.which]"}, (), ["unknown: var.which"]),
        ({"CLUSTER_B": "aws_ecs_cluster.one.id"}, (), ["pass"]),
        ({"CLUSTER_B": "var.which"}, (), ["unknown: var.which"]),
        ({}, (SHOP,), ["fail: vpc_peering_connection.main"]),
        ({}, (SHOP, 'undeclared = "ignore"'), ["pass"]),
        ({}, (SHOP, PAY, 'undeclared = "ignore"'), ["fail: vpc_peering_connection.main"]),
    ],
)
def test_who_lives_on_both_sides(
    changes: dict[str, str], groups: tuple[str, ...], found: list[str], tmp_path: Path
) -> None:
    """Tasks of two groups, or of one and of none."""
    assert joined(tmp_path, NEAR + OUT, changes, *groups) == found


GATEWAY = made("ec2_transit_gateway", "main")


def attached(
    *more: str, gateways: tuple[str, str] = ("aws_ec2_transit_gateway.main.id",) * 2
) -> str:
    """Both VPCs on a transit gateway, with what each attachment says besides."""
    return "".join(
        made(
            "ec2_transit_gateway_vpc_attachment",
            name,
            f"transit_gateway_id = {gateway}",
            f"vpc_id = aws_vpc.{name}.id",
            f"subnet_ids = [aws_subnet.{name}.id]",
            *own,
        )
        for name, gateway, own in zip(("one", "two"), gateways, (more[:1], more[1:]), strict=True)
    )


ASSOCIATES, PROPAGATES = (
    f"transit_gateway_default_route_table_{part} = false" for part in ("association", "propagation")
)
BOTH_SIDES = [f"fail: ec2_transit_gateway_vpc_attachment.{name}" for name in ("one", "two")]


@pytest.mark.parametrize(
    ("more", "found"),
    [
        (GATEWAY + attached(), BOTH_SIDES),
        (GATEWAY + attached("", PROPAGATES), BOTH_SIDES),
        (GATEWAY + attached(ASSOCIATES), BOTH_SIDES),
        (GATEWAY + attached(PROPAGATES, PROPAGATES), ["pass"]),
        (GATEWAY + attached(ASSOCIATES, ASSOCIATES), ["pass"]),
        (GATEWAY + attached(ASSOCIATES, PROPAGATES), BOTH_SIDES),
        (
            GATEWAY.replace("{", '{ default_route_table_association = "disable"') + attached(),
            ["pass"],
        ),
        (
            GATEWAY.replace("{", '{ default_route_table_propagation = "disable"') + attached(),
            ["pass"],
        ),
        (
            GATEWAY.replace("{", "{ default_route_table_propagation = var.which") + attached(),
            ["unknown: var.which"],
        ),
        (attached(gateways=('"tgw-1"', '"tgw-1"')), ["unknown: tgw-1"]),
        (attached(gateways=('"tgw-1"', '"tgw-2"')), []),
        (attached(gateways=("var.which", "var.which")), ["unknown: var.which"]),
        (attached(gateways=("var.which", '"tgw-1"')), ["unknown: var.which, tgw-1"]),
        (GATEWAY + attached(gateways=("aws_ec2_transit_gateway.main.id", '"tgw-1"')), []),
        (GATEWAY + attached(gateways=("aws_ec2_transit_gateway.main.id", "var.which")), []),
    ],
)
def test_a_transit_gateway_joins_by_its_tables(more: str, found: list[str], tmp_path: Path) -> None:
    """The table of one attachment leads to the other, if they are on the same gateway."""
    assert joined(tmp_path, more, {}) == found
