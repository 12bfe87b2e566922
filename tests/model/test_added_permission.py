"""The permissions that fixes add to groups, as resources of their own in both languages."""

import pytest

from taskwall.core.change import AttributePath, NewResource, Placeholder
from taskwall.model.core.address import Ranges
from taskwall.model.entities.security_group import Direction
from taskwall.model.permissions.added_permission import (
    AddedPeer,
    AddedPorts,
    PeerKind,
    added_ports,
    beside,
    range_peer,
)
from taskwall.model.permissions.ports import RequiredPorts

AT, GROUP = AttributePath("g", ""), Placeholder("the group")
HTTPS = AddedPorts("tcp", 443, 443)
CIDR = AddedPeer("IPv4", "10.0.0.0/16")


def resources(
    way: Direction = "ingress",
    peer: AddedPeer = CIDR,
    names: tuple[str, str] = ("web_from_edge", "WebFromEdge"),
    *,
    old: bool = False,
) -> tuple[NewResource, NewResource]:
    """What is added in Terraform, and in a template."""
    change = beside(way, AT, GROUP, peer, HTTPS, names, old=old)
    assert (change.attribute, change.form) == (AT, "beside")
    terraform, template = change.terraform, change.cloudformation
    assert isinstance(terraform, NewResource)
    assert isinstance(template, NewResource)
    return terraform, template


@pytest.mark.parametrize(
    ("given", "terraform", "template"),
    [
        (("web_from_edge", "WebFromEdge"), "web_from_edge", "WebFromEdge"),
        # A label of Terraform may have hyphens, and the resource of a loop an index.
        (("web-api_from_edge", "web-apiFromEdge"), "web_api_from_edge", "webapiFromEdge"),
        (('web["a"]_from_edge', 'web["a"]FromEdge'), "web_from_edge", "webFromEdge"),
        (("web[0]_from_edge[1]", "web[0]FromEdge[1]"), "web_from_edge", "webFromEdge"),
        # So `Fn::ForEach` names what it makes.
        (("group_https", "Group${Name}Https"), "group_https", "GroupNameHttps"),
    ],
)
def test_names_are_what_each_language_lets_resources_have(
    given: tuple[str, str], terraform: str, template: str
) -> None:
    """Without an index, and without other than letters, digits and (in Terraform) underscores."""
    found = resources(names=given)
    assert [each.name for each in found] == [terraform, template]


RULE, OLD = "aws_vpc_security_group_{}_rule", "aws_security_group_rule"


@pytest.mark.parametrize("way", ["ingress", "egress"])
@pytest.mark.parametrize(
    ("kind", "new", "old", "listed"),
    [
        ("group", "referenced_security_group_id", "source_security_group_id", "SecurityGroupId"),
        ("prefix list", "prefix_list_id", "prefix_list_ids", "PrefixListId"),
        ("IPv4", "cidr_ipv4", "cidr_blocks", "CidrIp"),
        ("IPv6", "cidr_ipv6", "ipv6_cidr_blocks", "CidrIpv6"),
    ],
)
def test_how_each_language_calls_a_peer(
    way: Direction, kind: PeerKind, new: str, old: str, listed: str
) -> None:
    """As the schemas of Terraform's provider and of CloudFormation do."""
    peer = AddedPeer(kind, "peer")
    terraform, template = resources(way, peer)
    assert terraform.type == RULE.format(way)
    assert terraform.attributes == {
        "security_group_id": GROUP, new: "peer", "ip_protocol": "tcp", "from_port": 443,
        "to_port": 443,
    }  # fmt: skip
    side = "" if listed.startswith("Cidr") else {"ingress": "Source", "egress": "Destination"}[way]
    assert template.type == f"AWS::EC2::SecurityGroup{way.title()}"
    assert template.attributes == {
        "GroupId": GROUP, f"{side}{listed}": "peer", "IpProtocol": "tcp", "FromPort": 443,
        "ToPort": 443,
    }  # fmt: skip

    older, _ = resources(way, peer, old=True)
    assert older.type == OLD
    assert older.attributes == {
        "type": way, "security_group_id": GROUP, old: "peer" if kind == "group" else ("peer",),
        "protocol": "tcp", "from_port": 443, "to_port": 443,
    }  # fmt: skip


def test_a_template_may_call_a_peer_otherwise() -> None:
    """Such as a prefix list that only Terraform's resource puts out."""
    terraform, template = resources(peer=AddedPeer("prefix list", "a", "s3", "", "b"))
    assert terraform.attributes["prefix_list_id"] == "a"
    assert template.attributes["SourcePrefixListId"] == "b"


PORT = Placeholder("port of the container")


@pytest.mark.parametrize(
    ("some", "first", "last"),
    [
        (Ranges(((80, 80),)), 80, 80),
        (Ranges(((8000, 8010),)), 8000, 8010),
        (Ranges(((80, 80), (443, 443))), PORT, PORT),
        (None, PORT, PORT),
    ],
)
def test_which_ports_a_permission_opens(
    some: Ranges | None, first: int | Placeholder, last: int | Placeholder
) -> None:
    """Those that are wanted, where they are known and side by side; else a user fills them in."""
    assert added_ports(RequiredPorts("the port", "udp", some)) == AddedPorts("udp", first, last)


def test_addresses_from_elsewhere_are_filled_in() -> None:
    """The subnets of a load balancer that is not in the sources have a CIDR that nobody knows."""
    peer = range_peer(None)
    assert (peer.kind, peer.value, peer.name) == (
        "IPv4",
        Placeholder("CIDR of the load balancer's subnets"),
        "balancer",
    )
