"""Which permissions that are resources of their own a group may have."""

import pytest

from lowering.networks import network
from taskwall.model.core.entity import link_to
from taskwall.model.entities.security_group import SecurityGroup
from taskwall.model.permissions.peers import possible_permissions

OF_GROUP = """
variable "any" {}
resource "aws_security_group" "main" {}
resource "aws_security_group" "other" {}
data "aws_security_group" "seen" { name = "seen" }
module "gone" { source = "./gone" }
resource "aws_vpc_security_group_ingress_rule" "one" {
  security_group_id = GROUP
  ip_protocol       = "-1"
  cidr_ipv4         = "10.0.0.0/8"
}
"""
OF_TEMPLATE = """
Parameters: {Any: {Type: String}}
Resources:
  main: {Type: 'AWS::EC2::SecurityGroup', Properties: {GroupDescription: main}}
  other: {Type: 'AWS::EC2::SecurityGroup', Properties: {GroupDescription: other}}
  gone: {Type: 'AWS::CloudFormation::Stack', Properties: {TemplateURL: gone.yaml}}
  one:
    Type: AWS::EC2::SecurityGroupIngress
    Properties: {GroupId: GROUP, IpProtocol: "-1", CidrIp: 10.0.0.0/8}
"""
GIVEN = OF_GROUP.replace(
    'source = "./gone" }',
    'source = "./gone"\n  groups = [aws_security_group.main.id, aws_security_group.other.id]\n}',
).replace('"gone" { ', '"gone" {\n  ')
MAIN, SECOND = "aws_security_group.main.id", "aws_security_group.other.id"
NEITHER: dict[str, tuple[bool | None, list[str]]] = {}


@pytest.mark.parametrize(
    ("text", "group", "expected"),
    [
        (OF_GROUP, MAIN, {"main": (True, [])}),
        (OF_GROUP, SECOND, {"other": (True, [])}),
        (
            OF_GROUP,
            f"[{MAIN}, {SECOND}][var.any]",
            {"main": (None, ["var.any"]), "other": (None, ["var.any"])},
        ),
        (
            OF_GROUP,
            f'var.any == "" ? {MAIN} : "sg-1"',
            {"main": (None, ["var.any"]), "other": (None, ["var.any"])},
        ),
        # What a module that is not there puts out may be a group that it is given.
        (OF_GROUP, "module.gone.group", NEITHER),
        (
            GIVEN,
            "module.gone.group",
            {"main": (None, ["module.gone.group"]), "other": (None, ["module.gone.group"])},
        ),
        # What comes from outside is none that is written here.
        (OF_GROUP, "var.any", NEITHER),
        (OF_GROUP, '"sg-1"', NEITHER),
        (OF_GROUP, "data.aws_security_group.seen.id", NEITHER),
        (OF_TEMPLATE, "!Ref main", {"main": (True, [])}),
        (OF_TEMPLATE, "!GetAtt other.GroupId", {"other": (True, [])}),
        (OF_TEMPLATE, "!Ref Any", NEITHER),
        (OF_TEMPLATE, "!ImportValue group", NEITHER),
    ],
)
def test_which_group_a_permission_may_be_of(
    text: str, group: str, expected: dict[str, tuple[bool | None, list[str]]]
) -> None:
    """Those that name it, and those that may; of the latter it is not known whether they do."""
    found, told = network(text.replace("GROUP", group)), {}
    for each in found.every(SecurityGroup):
        for permission in possible_permissions(found, link_to(each), "ingress"):
            if not permission.on.name.endswith("one"):
                continue  # The module may make others.
            waits = [need.name for need in permission.fact.waits_for()]
            told[each.origin.label] = (permission.fact.truth, waits)

    assert told == expected
