"""Whether the rule that lets everything out, with which AWS makes a group, is still in it."""

import pytest

from taskwall.lowering import lower
from taskwall.model.entities.security_group import SecurityGroup
from taskwall.model.permissions.egress import as_aws_makes_it
from taskwall.readers import cloudformation
from taskwall.source.files import Files
from taskwall.source.stack import Inputs

TEMPLATE = """
Parameters:
  Any: {Type: String}
Conditions:
  Wanted: !Equals [!Ref Any, 'yes']
Resources:
  Other:
    Type: AWS::EC2::SecurityGroup
    Properties: {GroupDescription: other}
  Web:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: web
"""
INLINE = """      SecurityGroupEgress:
        - {IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 0.0.0.0/0}
"""
EMPTY = "      SecurityGroupEgress: []\n"
OWN = """  Own:
    Type: AWS::EC2::SecurityGroupEgress
    Properties: {GroupId: GROUP, IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 0.0.0.0/0}
"""
INGRESS = """  In:
    Type: AWS::EC2::SecurityGroupIngress
    Properties: {GroupId: !Ref Web, IpProtocol: '-1', CidrIp: 10.0.0.0/8}
"""
OF_WEB = OWN.replace("GROUP", "!Ref Web")
PERHAPS = OF_WEB.replace("    Properties", "    Condition: Wanted\n    Properties")


@pytest.mark.parametrize(
    ("more", "truth", "waits"),
    [
        ("", True, []),
        (INGRESS, True, []),
        (INLINE, False, []),
        (EMPTY, None, ["the empty egress list of Web"]),
        (EMPTY + OF_WEB, False, []),
        (OF_WEB, False, []),
        (OWN.replace("GROUP", "!Ref Other"), True, []),
        (OWN.replace("GROUP", "!If [Wanted, !Ref Web, !Ref Other]"), None, ["Any"]),
        (PERHAPS, None, ["Any"]),
        # One that is there for certain is enough.
        (PERHAPS + OF_WEB.replace("Own", "Sure"), False, []),
    ],
)
def test_any_egress_that_is_written_takes_the_rule_of_aws_out(
    more: str, truth: bool | None, waits: list[str]
) -> None:
    """Be it inline or of its own; what may not be there, or of another group, may not do so."""
    files = Files({"/net/main.yaml": TEMPLATE + more})
    (stack,), errors = cloudformation.stacks([*files.known], files, Inputs(boundary="/net"))
    assert not errors
    network = lower(stack.evaluate({}).resources).network
    group = network.get(SecurityGroup, "Web")
    assert group is not None

    found = as_aws_makes_it(network, group)
    assert found.truth is truth
    assert [need.name for need in found.waits_for()] == waits
