"""Security groups and every spelling of a permission, and prefix lists.

A permission can be an inline block (static, dynamic, or written as an attribute), or one of three
separate Terraform resources, or a CloudFormation list item, or one of its two separate resources.
"""

from collections import Counter
from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from taskwall.core.change import AttributePath
from taskwall.core.facts import TRUE, Fact
from taskwall.core.loop_places import common_element, numbered
from taskwall.core.patterns import pattern
from taskwall.core.values import (
    Fields,
    Items,
    Known,
    Need,
    PartOf,
    Reference,
    Text,
    Unknown,
    dereferenced,
    whole_span,
)
from taskwall.lowering._handed import maker
from taskwall.lowering._outside import made_with_a_vpc
from taskwall.lowering._reader import ResourceReader, lowers, setting
from taskwall.lowering._written import structured
from taskwall.lowering.given_name import names_and_tags
from taskwall.lowering.vpc import vpc_around
from taskwall.model.core.entity import Entity, Link, Setting
from taskwall.model.entities.security_group import (
    Direction,
    GroupAssociation,
    Permission,
    PrefixList,
    SecurityGroup,
)
from taskwall.model.entities.vpc import Subnet, Vpc
from taskwall.source.resource import Cell


@lowers(
    "aws_security_group",
    "aws_default_security_group",
    "AWS::EC2::SecurityGroup",
    to=SecurityGroup,
)
def security_group(r: ResourceReader) -> Iterator[object]:
    ingress = r.attribute("ingress", "SecurityGroupIngress")
    egress = r.attribute("egress", "SecurityGroupEgress")
    inline: dict[Direction, Cell] = {"ingress": ingress, "egress": egress}
    managed = {
        way: AttributePath(r.origin.address, f"{cell.path}[+]")
        for way, cell in inline.items()
        if not (cell.absent or _is_left_alone(r, way))
    }
    yield from names_and_tags(r)
    yield SecurityGroup(
        id=r.id,
        origin=r.origin,
        external=r.external,
        vpc=_vpc_of_made(r) or vpc_around(r),
        default=_is_default(r),
        looked_up=tuple(_looked_up(r)),
        managed=managed,
        exclusive=frozenset(managed if r.terraform else ()),
        made_open=not r.terraform,
        for_tasks=_is_for_tasks(r),
        lists={}
        if r.terraform
        else {way: cell.place for way, cell in inline.items() if not cell.absent},
    )
    here = Link(r.id, Fact(True, ""), r.origin.header)
    for way, cell in inline.items():
        for block in cell.each():
            yield from _permissions(r, here, way, block)


def _is_left_alone(r: ResourceReader, way: Direction) -> bool:
    """Whether Terraform changes nothing any more of what a group writes inline."""
    ignored = r.resource.metadata.fields.get("ignore_changes") if r.terraform else None
    names = ignored.items if isinstance(ignored, Items) else ()
    return any(isinstance(each, Known) and each.data in (way, "all", "*") for each in names)


def _is_for_tasks(r: ResourceReader) -> bool:
    """Whether a task source that a count or condition leaves out is written to use this group."""
    said = r.resource.metadata.fields.get("users_left_out")
    if not isinstance(said, Items):
        return False
    # Imported here, since nearly no group has such users.
    from taskwall.lowering.work import TASK_SOURCES

    return any(isinstance(each, Known) and each.data in TASK_SOURCES for each in said.items)


def _looked_up(r: ResourceReader) -> Iterator[Setting]:
    """The names by which a data source looks for its group, perhaps with wildcards."""
    if not r.resource.data:
        return
    name, asked = r.attribute("name", ""), []
    for each in r.attribute("filter", "").each():
        if each.get("name").known == "group-name":
            asked += [setting(value, "values") for value in each.get("values").each()]
    # What a filter asks for says more than an argument that is not written.
    yield from asked or (() if name.absent else [setting(name, "name")])


def _is_default(r: ResourceReader) -> bool:
    """Whether this is its VPC's default group: adopted, meant by its VPC, or looked up by name."""
    made_by, _, made = r.id.rpartition(".")  # a group of another kind may be called `default` too
    by_a_vpc = made_by in r.builder.resources or made_by.startswith("vpc-")
    if r.resource.type == "aws_default_security_group" or (made == "default" and by_a_vpc):
        return True
    return r.resource.data and made_with_a_vpc(r.resource) is not None


def _vpc_of_made(r: ResourceReader) -> Link | None:
    """The VPC with which AWS made this group, if nothing else makes it."""
    made_by, _, made = r.id.rpartition(".")
    known = r.builder.resources.get(made_by)
    if made != "default" or r.id in r.builder.resources or known is None or known.data:
        return None
    text = f"{r.name} is the default group of {r.builder.label(made_by)}"
    return Link(made_by, Fact(True, text, r.origin.header, r.name), r.origin.header, written=True)


@lowers("aws_security_group_rule")
def rule(r: ResourceReader) -> Iterator[Permission]:
    group = r.must(SecurityGroup, r.attribute("security_group_id", ""), "adds a rule to")
    type_ = r.attribute("type", "")
    ways: list[Direction] = ["ingress", "egress"]
    for way in ways:
        if type_.known in (way, None):
            yield from _permissions(r, group, way, r.body, type_.needs)


@lowers("aws_vpc_security_group_ingress_rule", "AWS::EC2::SecurityGroupIngress")
def ingress_rule(r: ResourceReader) -> Iterator[Permission]:
    yield from _permissions(r, _group_of(r), "ingress", r.body)


@lowers("aws_vpc_security_group_egress_rule", "AWS::EC2::SecurityGroupEgress")
def egress_rule(r: ResourceReader) -> Iterator[Permission]:
    yield from _permissions(r, _group_of(r), "egress", r.body)


def _group_of(r: ResourceReader) -> Link:
    cell = r.attribute("security_group_id", "GroupId")
    cell = r.attribute("", "GroupName") if cell.absent else cell
    return r.must(SecurityGroup, cell, "adds a rule to")


class PermissionSchema(Struct, frozen=True):
    """How a permission is spelled: whom it allows, on which ports."""

    ranges: tuple[str, ...]
    lists: tuple[str, ...]
    groups: tuple[str, ...]
    itself: str
    ports: tuple[str, str, str]


_TF_PORTS = ("protocol", "from_port", "to_port")
_TF_RANGES, _TF_LISTS = ("cidr_blocks", "ipv6_cidr_blocks"), ("prefix_list_ids",)
_INLINE = PermissionSchema(_TF_RANGES, _TF_LISTS, ("security_groups",), "self", _TF_PORTS)
_SPELLINGS = {
    "aws_security_group_rule": PermissionSchema(
        _TF_RANGES, _TF_LISTS, ("source_security_group_id",), "self", _TF_PORTS
    ),
    "aws_vpc_security_group_ingress_rule": PermissionSchema(
        ("cidr_ipv4", "cidr_ipv6"),
        ("prefix_list_id",),
        ("referenced_security_group_id",),
        "",
        ("ip_protocol", "from_port", "to_port"),
    ),
}
_SPELLINGS["aws_vpc_security_group_egress_rule"] = _SPELLINGS["aws_vpc_security_group_ingress_rule"]
_CFN_RANGES, _CFN_PORTS = ("CidrIp", "CidrIpv6"), ("IpProtocol", "FromPort", "ToPort")
_CLOUDFORMATION: dict[Direction, PermissionSchema] = {
    "ingress": PermissionSchema(
        _CFN_RANGES,
        ("SourcePrefixListId",),
        ("SourceSecurityGroupId", "SourceSecurityGroupName"),
        "",
        _CFN_PORTS,
    ),
    "egress": PermissionSchema(
        _CFN_RANGES, ("DestinationPrefixListId",), ("DestinationSecurityGroupId",), "", _CFN_PORTS
    ),
}

_VERBS: dict[Direction, str] = {"ingress": "allows ingress from", "egress": "allows egress to"}

_MANY = ("cidr_blocks", "ipv6_cidr_blocks", "prefix_list_ids", "security_groups")
"""Those of them that hold lists."""


def _spelling(r: ResourceReader, way: Direction) -> PermissionSchema:
    return _SPELLINGS.get(r.resource.type, _INLINE) if r.terraform else _CLOUDFORMATION[way]


def _permissions(
    r: ResourceReader, group: Link, way: Direction, block: Cell, waits: tuple[Need, ...] = ()
) -> Iterator[Permission]:
    """One permission for each peer that a block (or a resource of its own) names.

    A block that is written but may not be there counts as a resource does that may not exist.
    `waits` says what it waits for to be of this direction.
    """
    on = r.origin
    if block.doubt is not None and structured(block):
        on = replace(on, maybe=(*on.maybe, *block.doubt))
        block = replace(block, doubt=None)
    spelled = _spelling(r, way)
    peers = _told_apart(_peers(r, group, way, block))
    single = not any(key in _MANY for key in spelled.ranges)
    if single and maker(r.builder, r.resource) is None:
        peers = _possible(peers)
    several = len(peers) > 1
    protocol, *ports = (setting(block.get(key), key) for key in spelled.ports)
    first, last = (_port(r, port) for port in ports)
    body = block.value
    of_key = Counter(peer.key for peer in peers)
    whole = None
    if several and not block.path and isinstance(body, Fields):
        beside = (place for place in body.places.values() if place.file == block.place.file)
        whole = whole_span([block.place, *beside])
    if not several and not block.path and peers and peers[0].key in _MANY:
        # A resource of its own has somebody to allow, or AWS refuses it: the list is not empty.
        peers = [replace(peers[0], cell=replace(peers[0].cell, doubt=None))]
    for peer in peers:
        cell, key = peer.cell, peer.key
        alone = key not in _MANY or of_key[key] == 1
        entry = block.path
        if several:
            entry = cell.path if of_key[key] > 1 else block.get(key).path
        doubt = (*waits, *(cell.doubt or ()))
        yield Permission(
            id=f"{r.id}:{cell.path or way}",
            group=group,
            direction=way,
            on=on,
            place=cell.place,
            block=common_element(block.place, cell.place, protocol.place),
            body=whole,
            protocol=protocol,
            first_port=first,
            last_port=last,
            says=setting(block.get(key), key).attribute,
            by_group=spelled.groups[0],
            by_range=spelled.ranges[0],
            many=spelled.groups[0] in _MANY,
            alone=alone,
            entry=protocol.attribute and AttributePath(r.origin.address, entry),
            fact=Fact(None, f"{r.name} allows this {way}", cell.place, r.name, doubt)
            if waits or cell.doubt is not None
            else TRUE,
            range=setting(cell, key) if key in spelled.ranges else None,
            range_of=_vpc_range(r, cell) if key in spelled.ranges else None,
            range_in=_vpc_around(r, cell) if key in spelled.ranges else None,
            public=key in spelled.ranges and _is_public_address(r, cell),
            of_subnet=_subnet_range(r, cell) if key in spelled.ranges else None,
            prefix_list=peer.prefix_list,
            peer=peer.group,
            itself=peer.itself,
        )


class _Peer(Struct, frozen=True):
    """One that a block allows, and the key that says so: by a range unless by something else."""

    cell: Cell
    key: str
    prefix_list: Link | None = None
    group: Link | None = None
    itself: bool = False


_OF_A_BALANCER = pattern(r"(.*\bdata\.aws_a?lb\.[^.]+\.security_groups)\[.+\]")
"""One of the groups of a load balancer that is looked up: any of them stands for it."""


def _told_apart(peers: Iterator[_Peer]) -> list[_Peer]:
    """Peers without the elements that a list may hold of which nothing else is known."""
    found: list[_Peer] = []
    for peer in peers:
        alike = (one for one in found if one.key == peer.key and one.cell.doubt is not None)
        if peer.cell.doubt is None or all(one.cell.value != peer.cell.value for one in alike):
            found.append(peer)
    return found


def _possible(peers: list[_Peer]) -> list[_Peer]:
    """The peers that a permission for a single one may allow: what is not known may be null."""
    open_ = [one for one in peers if isinstance(dereferenced(one.cell.value), Unknown)]
    if any(one not in open_ and one.cell.doubt is None for one in peers):
        return [one for one in peers if one not in open_]
    if len(open_) < 2:
        return peers
    doubts = (replace(one.cell, doubt=one.cell.needs) for one in open_)
    return [
        *(one for one in peers if one not in open_),
        *(replace(one, cell=cell) for one, cell in zip(open_, doubts, strict=True)),
    ]


def _port(r: ResourceReader, port: Setting) -> Setting:
    """A port, known where it is that of a database of the sources which leaves it to its engine."""
    if not port.open or not isinstance(port.value, Reference):
        return port
    from taskwall.lowering.database_port import port_referred_to

    number = port_referred_to(r, port.value)
    return port if number is None else replace(port, value=replace(port.value, value=Known(number)))


def _peers(r: ResourceReader, group: Link, way: Direction, block: Cell) -> Iterator[_Peer]:
    """Those that a block of a group names."""
    spelled, verb = _spelling(r, way), _VERBS[way]
    for key in spelled.ranges:
        for cell in _named(block, key):
            yield _Peer(cell, key)
    for key in spelled.lists:
        for cell in _named(block, key):
            yield _Peer(cell, key, prefix_list=r.link(PrefixList, cell, verb))
    for key in spelled.groups:
        for cell in _named(block, key):
            peer = r.link(SecurityGroup, cell, verb)
            if key.endswith("Name") and peer is not None and peer.to not in r.builder.resources:
                # A group that is written here may have this name.
                peer = replace(peer, exact=False)
            elif peer is not None and (looked_up := _OF_A_BALANCER.fullmatch(peer.to)):
                peer = replace(peer, to=looked_up[1])
            own = peer is not None and peer.to == group.to
            yield _Peer(cell, key, group=None if own else peer, itself=own)
    itself = block.get(spelled.itself) if spelled.itself else r.nothing()
    if itself.known is True or str(itself.known).lower() == "true":
        yield _Peer(itself, spelled.itself, itself=True)
    elif itself.needs:
        yield _Peer(replace(itself, doubt=itself.needs), spelled.itself, itself=True)


def _named(block: Cell, key: str) -> Iterator[Cell]:
    """The peers under a key: the elements of a list, or the one value, which is there if written.

    An open list may be empty; `cidr_ipv4 = var.x` is a range, whichever.
    """
    cell = block.get(key)
    if key in _MANY:
        yield from (_written_elsewhere(each) for each in cell.each() if not each.absent)
    elif not cell.absent:
        yield cell


def _written_elsewhere(cell: Cell) -> Cell:
    """An element of a list; of one that a variable or local writes, each is told apart."""
    written = cell.value.place if isinstance(cell.value, Known) else None
    if written is None or cell.resource.place.holds(written):
        return cell
    return replace(cell, place=numbered(cell.place, str(cell.known)))


_VPC_RANGES = ("cidr_block", "CidrBlock", "cidr_blocks", "ipv6_cidr_block", "Ipv6CidrBlocks",
               "CidrBlockAssociations", "cidr_block_associations")  # fmt: skip


_VPCS = ("aws_vpc", "aws_default_vpc", "AWS::EC2::VPC")
_SUBNETS = (
    "aws_subnet", "AWS::EC2::Subnet",
    "aws_vpc_ipv4_cidr_block_association", "aws_vpc_ipv6_cidr_block_association",
)  # fmt: skip
"""What has a range in a VPC: a further range of one reads as a subnet's."""


def _vpc_range(r: ResourceReader, cell: Cell) -> Link | None:
    """The VPC whose own range a cell refers to."""
    value = cell.value
    while isinstance(value, Reference):
        if value.attribute.partition(".")[0].partition("[")[0] in _VPC_RANGES:
            bare = Cell(
                value, cell.place, cell.path, cell.resource, cell.attributes_read, cell.doubt
            )
            link = r.link(Vpc, bare, "names the CIDR of")
            resource = r.builder.resources.get(value.resource)
            if link is not None and resource is not None and resource.type in _VPCS:
                return link
        value = value.value
    return None


def _vpc_around(r: ResourceReader, cell: Cell) -> Link | None:
    """The VPC of whose own range a cell is a part that is not known: `cidrsubnet`, `Fn::Cidr`."""
    value = cell.value
    while isinstance(value, Reference | PartOf):
        if isinstance(value, PartOf):
            found = _vpc_range(r, replace(cell, value=value.whole))
            if found is not None:
                return found
        value = value.whole if isinstance(value, PartOf) else value.value
    return None


def _subnet_range(r: ResourceReader, cell: Cell) -> Link | None:
    """The subnet whose own range a cell refers to, also one from elsewhere."""
    value = cell.value
    while isinstance(value, Reference):
        resource = r.builder.resources.get(value.resource)
        if resource is not None and resource.type in _SUBNETS:
            ranges = ("cidr_block", "ipv6_cidr_block", "CidrBlock")
            here = replace(cell, value=value)
            return r.link(Subnet, here, "names the CIDR of") if value.attribute in ranges else None
        value = value.value
    return None


_PUBLIC_ADDRESSES = {
    "aws_eip": "public_ip",
    "aws_nat_gateway": "public_ip",
    "AWS::EC2::EIP": "PublicIp",
}
"""What gives a public IPv4 address; `Ref` of an Elastic IP does so as well."""


def _is_public_address(r: ResourceReader, cell: Cell) -> bool:
    """Whether a cell holds the public address of something, with a length after it or without."""
    value = cell.value
    parts = value.parts if isinstance(value, Text) else (value,)
    first = parts[0] if parts else None
    while isinstance(first, Reference):
        resource = r.builder.resources.get(first.resource)
        if resource is not None and (name := _PUBLIC_ADDRESSES.get(resource.type)):
            by_ref = resource.type == "AWS::EC2::EIP" and first.attribute in ("", "Ref")
            return (first.attribute == name or by_ref) and len(parts) <= _WITH_LENGTH
        first = first.value
    return False


_WITH_LENGTH = 2
"""An address and the text `/32`."""


@lowers("aws_vpc_security_group_vpc_association", "AWS::EC2::SecurityGroupVpcAssociation")
def group_association(r: ResourceReader) -> Iterator[object]:
    group = r.must(SecurityGroup, r.attribute("security_group_id", "GroupId"), "associates")
    vpc = r.must(Vpc, r.attribute("vpc_id", "VpcId"), f"associates {group.to or 'a group'} with")
    yield GroupAssociation(id=r.id, origin=r.origin, group=group, vpc=vpc)


@lowers("Custom::VpcRestrictDefaultSG")
def restricted_default_group(r: ResourceReader) -> Iterator[Entity]:
    """The default group that a custom resource empties, as if it were written here.

    CDK makes one where its feature flag @aws-cdk/aws-ec2:restrictDefaultSecurityGroup is on.
    """
    group = r.attribute("", "DefaultSecurityGroupId")
    yield SecurityGroup(
        id=r.must(SecurityGroup, group, "closes").to or r.id,
        origin=r.origin,
        vpc=r.must(Vpc, group, "removes all rules from the default security group of"),
        default=True,
    )


@lowers(
    "aws_ec2_managed_prefix_list",
    "aws_prefix_list",
    "AWS::EC2::PrefixList",
    to=PrefixList,
)
def prefix_list(r: ResourceReader) -> Iterator[Entity]:
    own = r.resource.type != "aws_prefix_list" and not r.external
    entries = r.attribute("entry", "Entries") if own else r.nothing()
    name = r.setting("name", "PrefixListName")
    if r.external and name.open:
        name = _by_filter(r, name)
    yield PrefixList(
        id=r.id,
        origin=r.origin,
        external=r.external,
        named=name,
        entries=tuple(
            setting(entry.get("cidr" if r.terraform else "Cidr"), "cidr")
            for entry in (*entries.each(), *_entries(r))
        )
        if own
        else None,
    )


def _entries(r: ResourceReader) -> Iterator[Cell]:
    """The entries that resources of their own add to this list."""
    for other in r.said_by(PrefixList, "prefix_list_id", "aws_ec2_managed_prefix_list_entry"):
        yield other.body


@lowers("aws_ec2_managed_prefix_list_entry")
def prefix_list_entry(r: ResourceReader) -> Iterator[Entity]:
    # Read by the list that it is an entry of.
    r.attribute("prefix_list_id", "")
    r.attribute("cidr", "")
    return iter(())


def _by_filter(r: ResourceReader, name: Setting) -> Setting:
    """The name by which a data source looks a list up, where it does so with a filter."""
    for block in r.attribute("filter", "").each():
        if block.get("name").known == "prefix-list-name":
            for value in block.get("values").each():
                return setting(value, "values")
    return name
