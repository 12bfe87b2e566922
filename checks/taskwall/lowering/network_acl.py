"""Network ACLs: inline entries, entries and associations of their own, and default ACLs."""

from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from taskwall.core.facts import Fact
from taskwall.lowering._reader import ResourceReader, lowers, setting
from taskwall.model.core.entity import Link
from taskwall.model.entities.security_group import Direction
from taskwall.model.entities.vpc import Subnet, Vpc
from taskwall.model.routing.network_acl import AclAssociation, AclEntry, NetworkAcl
from taskwall.source.resource import Cell


@lowers("aws_network_acl", "aws_default_network_acl", "AWS::EC2::NetworkAcl", to=NetworkAcl)
def network_acl(r: ResourceReader) -> Iterator[object]:
    default = r.resource.type == "aws_default_network_acl"
    yield NetworkAcl(
        id=r.id,
        origin=r.origin,
        external=r.external,
        subnets=r.links(Subnet, r.attribute("subnet_ids", ""), "guards"),
        default_of=r.link(Vpc, r.attribute("default_network_acl_id", ""), "guards")
        if default
        else None,
    )
    if not r.terraform:
        return
    here = Link(r.id, Fact(True, ""), r.origin.header)
    ways: tuple[Direction, ...] = ("ingress", "egress")
    for way in ways:
        for block in r.attribute(way, "").each():
            yield _entry(r, here, way, block, ("action", "rule_no"))


@lowers("aws_network_acl_rule", "AWS::EC2::NetworkAclEntry")
def acl_entry(r: ResourceReader) -> Iterator[Struct]:
    out = r.setting("egress", "Egress", False, "entries are inbound by default")
    known: Direction = "egress" if str(out.known).lower() == "true" else "ingress"
    way = None if out.open else known
    acl = r.must(NetworkAcl, r.attribute("network_acl_id", "NetworkAclId"), "adds an entry to")
    names = ("rule_action", "rule_number") if r.terraform else ("RuleAction", "RuleNumber")
    entry = _entry(r, acl, way, r.body, names)
    yield replace(entry, doubt=(*entry.doubt, *out.needs))


@lowers("aws_network_acl_association", "AWS::EC2::SubnetNetworkAclAssociation")
def acl_association(r: ResourceReader) -> Iterator[Struct]:
    acl = r.attribute("network_acl_id", "NetworkAclId")
    subnet = r.must(Subnet, r.attribute("subnet_id", "SubnetId"), "associates a network ACL with")
    yield AclAssociation(
        r.must(NetworkAcl, acl, "associates a subnet with"), subnet.only_if(r.there(acl))
    )


def _entry(
    r: ResourceReader, acl: Link, way: Direction | None, block: Cell, names: tuple[str, str]
) -> AclEntry:
    keys = ("protocol", "cidr_block", "ipv6_cidr_block", "from_port", "to_port")
    if not r.terraform:
        keys = ("Protocol", "CidrBlock", "Ipv6CidrBlock", "PortRange.From", "PortRange.To")
    protocol, v4, v6, first, last = (block.at(key) for key in keys)
    range_ = v6 if v4.absent and not v6.absent else v4
    place = range_.place if not range_.absent else block.place
    return AclEntry(
        acl=acl,
        on=r.origin,
        place=place,
        way=way,
        number=setting(block.get(names[1]), names[1]),
        action=setting(block.get(names[0]), names[0]),
        protocol=setting(protocol, keys[0]),
        range=setting(range_, range_.key),
        first_port=setting(first, first.key),
        last_port=setting(last, last.key),
        doubt=block.doubt or (),
    )
