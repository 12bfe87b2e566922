"""What joins VPCs: peering, transit gateways, shared subnets, VPNs."""

from collections.abc import Iterator
from typing import Literal

from msgspec import Struct

from taskwall.core.facts import Fact, all_of, any_of
from taskwall.core.values import Known, Need, Reference, Text, dereferenced
from taskwall.lowering._reader import SWITCH, ResourceReader, lowers, setting
from taskwall.lowering.vpc import Gateway
from taskwall.model.core.entity import Entity, Link, Setting, same_entity
from taskwall.model.entities.vpc import Subnet, Vpc
from taskwall.model.routing.vpc_attachments import (
    CustomerGateway,
    Peering,
    SubnetShare,
    TransitAttachment,
    TransitEntry,
    TransitGateway,
    TransitTable,
    VpnConnection,
    VpnRoute,
)
from taskwall.source.resource import Cell


@lowers("aws_vpc_peering_connection", "AWS::EC2::VPCPeeringConnection", to=Peering)
def peering(r: ResourceReader) -> Iterator[Entity]:
    if not r.external:
        yield Peering(
            id=r.id,
            origin=r.origin,
            vpc=r.must(Vpc, r.attribute("vpc_id", "VpcId"), "connects"),
            peer=r.must(Vpc, r.attribute("peer_vpc_id", "PeerVpcId"), "connects"),
            region=r.setting("peer_region", "PeerRegion"),
        )


# --- transit gateways


@lowers("aws_ec2_transit_gateway", "AWS::EC2::TransitGateway", to=TransitGateway)
def transit_gateway(r: ResourceReader) -> Iterator[Entity]:
    says = "on is the default"
    yield TransitGateway(
        id=r.id,
        origin=r.origin,
        external=r.external,
        associates=r.setting(
            "default_route_table_association", "DefaultRouteTableAssociation", True, says, _ENABLE
        ),
        propagates=r.setting(
            "default_route_table_propagation", "DefaultRouteTablePropagation", True, says, _ENABLE
        ),
        refers=r.setting(
            "security_group_referencing_support",
            "SecurityGroupReferencingSupport",
            False,
            "off is the default",
            _ENABLE,
        ),
    )


_ENABLE = {**SWITCH, "enable": True, "disable": False}


@lowers(
    "aws_ec2_transit_gateway_vpc_attachment",
    "AWS::EC2::TransitGatewayVpcAttachment",
    "AWS::EC2::TransitGatewayAttachment",
    to=TransitAttachment,
)
def transit_attachment(r: ResourceReader) -> Iterator[Entity]:
    says = "on is the default"
    cell = r.attribute("subnet_ids", "SubnetIds")
    subnets = r.links(Subnet, cell, "is attached in")
    yield TransitAttachment(
        id=r.id,
        origin=r.origin,
        external=r.external,
        gateway=r.must(
            TransitGateway, r.attribute("transit_gateway_id", "TransitGatewayId"), "is attached to"
        ),
        vpc=r.must(Vpc, r.attribute("vpc_id", "VpcId"), "attaches"),
        subnets=subnets,
        subnets_setting=setting(cell, "subnets", links=subnets),
        associates=r.setting(
            "transit_gateway_default_route_table_association", "", True, says, SWITCH
        ),
        propagates=r.setting(
            "transit_gateway_default_route_table_propagation", "", True, says, SWITCH
        ),
        refers=r.setting(
            "security_group_referencing_support",
            "Options.SecurityGroupReferencingSupport",
            True,
            says,
            _ENABLE,
        ),
    )


@lowers("aws_ec2_transit_gateway_route_table", "AWS::EC2::TransitGatewayRouteTable",
        to=TransitTable)  # fmt: skip
def transit_table(r: ResourceReader) -> Iterator[Entity]:
    yield TransitTable(id=r.id, origin=r.origin, external=r.external)


@lowers(
    "aws_ec2_transit_gateway_route_table_association",
    "AWS::EC2::TransitGatewayRouteTableAssociation",
)
def transit_association(r: ResourceReader) -> Iterator[Struct]:
    yield TransitEntry("association", _table(r), _attachment(r), fact=r.there(_table_cell(r)))


@lowers(
    "aws_ec2_transit_gateway_route_table_propagation",
    "AWS::EC2::TransitGatewayRouteTablePropagation",
)
def transit_propagation(r: ResourceReader) -> Iterator[Struct]:
    yield TransitEntry("propagation", _table(r), _attachment(r), fact=r.there(_table_cell(r)))


@lowers("aws_ec2_transit_gateway_route", "AWS::EC2::TransitGatewayRoute")
def transit_route(r: ResourceReader) -> Iterator[Struct]:
    destination = r.setting("destination_cidr_block", "DestinationCidrBlock")
    hole = r.setting("blackhole", "Blackhole", False, "it leads to an attachment").is_(True)
    there = r.there(_table_cell(r))
    if hole.truth is not False:
        yield TransitEntry("blackhole", _table(r), None, destination, hole & there)
    if not hole.truth:
        fact = there if hole.truth is False else ~hole & there
        yield TransitEntry("route", _table(r), _attachment(r), destination, fact)


@lowers("aws_ec2_transit_gateway_prefix_list_reference")
def transit_prefix_list(r: ResourceReader) -> Iterator[Struct]:
    """A route for each range of a list; which these are is not compared."""
    hole = r.setting("blackhole", "", False, "it leads to an attachment").is_(True)
    if not hole.truth:
        yield TransitEntry(
            "route", _table(r), _attachment(r), fact=all_of((~hole, r.there(_table_cell(r))))
        )


@lowers(
    "aws_ec2_transit_gateway_default_route_table_association",
    "aws_ec2_transit_gateway_default_route_table_propagation",
)
def transit_default(r: ResourceReader) -> Iterator[Struct]:
    """Another default table of a transit gateway: attachments made before keep theirs."""
    text = f"{r.name} is about an attachment"
    needs = (Need(r.name, "holds for attachments that are made after it"),)
    at = r.origin.header
    any_ = Link("", Fact(None, text, at, r.name, needs), at, exact=False)
    ends = r.resource.type.rpartition("_")[2]
    kind: Literal["association", "propagation"] = (
        "association" if ends == "association" else "propagation"
    )
    yield TransitEntry(kind, _table(r), any_, fact=r.there(_table_cell(r)))


def _table_cell(r: ResourceReader) -> Cell:
    return r.attribute("transit_gateway_route_table_id", "TransitGatewayRouteTableId")


def _attachment(r: ResourceReader) -> Link | None:
    cell = r.attribute("transit_gateway_attachment_id", "TransitGatewayAttachmentId")
    return r.link(TransitAttachment, cell, "applies to")


def _table(r: ResourceReader) -> Link:
    """The table that a cell names: the default one by the attribute of its transit gateway."""
    cell = _table_cell(r)
    value = cell.value
    while isinstance(value, Reference):
        resource = r.builder.resources.get(value.resource)
        if resource is not None and value.attribute in _DEFAULTS:
            text = f"{r.name} is in the default table of {resource.origin.name}"
            fact = Fact(True, text, cell.place, r.name)
            return Link(f"{value.resource}.default", fact, cell.place, not resource.data)
        value = value.value
    return r.must(TransitTable, cell, "is in")


_DEFAULTS = (
    "association_default_route_table_id",
    "propagation_default_route_table_id",
    "AssociationDefaultRouteTableId",
    "PropagationDefaultRouteTableId",
)
"""Attributes of a transit gateway that name its default table."""


# --- shared subnets


class _Share(Entity, frozen=True):
    """A resource share, by which subnets and principals come together."""


@lowers("aws_ram_resource_share", to=_Share)
def resource_share(r: ResourceReader) -> Iterator[Entity]:
    yield _Share(id=r.id, origin=r.origin, external=r.external)


@lowers("aws_ram_resource_association")
def share_association(r: ResourceReader) -> Iterator[Entity]:
    cell = r.attribute("resource_arn", "")
    if _may_be_subnet(r, cell):
        share = r.link(_Share, r.attribute("resource_share_arn", ""))
        yield SubnetShare(
            id=r.id,
            origin=r.origin,
            subnet=r.must(Subnet, cell, "shares"),
            at=cell.place,
            shared=_principals(r, share),
        )


def _principals(r: ResourceReader, share: Link | None) -> Fact:
    """Whether any principal is associated with a share, as far as the sources write that."""
    parts = []
    for resource in r.builder.of_type("aws_ram_principal_association"):
        other = ResourceReader(resource, r.builder)
        theirs = other.link(
            _Share, other.attribute("resource_share_arn", ""), "shares with a principal"
        )
        if share is not None and theirs is not None:
            same = same_entity(share, theirs)
            needs = (*share.fact.needs, *theirs.fact.needs)
            text = f"{other.name} allows other accounts to use what {share.to} shares"
            parts.append(Fact(same, text, theirs.place, other.name, needs))
    if (
        share is not None
        and (resource_ := r.builder.resources.get(share.to))
        and not resource_.data
    ):
        return any_of(parts)
    needs = share.fact.needs if share is not None else ()
    text = f"{r.name} shares with every account"
    return any_of((*parts, Fact(None, text, r.origin.header, r.name, needs)))


@lowers("aws_ram_principal_association")
def principal_association(r: ResourceReader) -> Iterator[Entity]:
    # Read by the resources of the share that it is about.
    r.attribute("resource_share_arn", "")
    r.attribute("principal", "")
    return iter(())


@lowers("AWS::RAM::ResourceShare")
def cloudformation_share(r: ResourceReader) -> Iterator[Entity]:
    text = f"{r.name} shares with principals"
    shared = any_of(r.fact(text, each) for each in r.attribute("", "Principals").each())
    for index, cell in enumerate(r.attribute("", "ResourceArns").each()):
        if _may_be_subnet(r, cell):
            subnet = r.must(Subnet, cell, "shares")
            yield SubnetShare(
                id=f"{r.id}:{index}", origin=r.origin, subnet=subnet, at=cell.place, shared=shared
            )


def _may_be_subnet(r: ResourceReader, cell: Cell) -> bool:
    """Whether an ARN is a subnet's, or may be one."""
    value = cell.value
    while isinstance(value, Reference):
        if (resource := r.builder.resources.get(value.resource)) is not None:
            return "subnet" in resource.type.lower()
        value = value.value
    value = dereferenced(value)
    if isinstance(value, Known):
        return ":subnet/" in str(value.data)
    if isinstance(value, Text):
        written = "".join(part for part in value.parts if isinstance(part, str))
        return ":subnet/" in written or ":" not in written
    return True


# --- VPNs


@lowers("aws_customer_gateway", "AWS::EC2::CustomerGateway", to=CustomerGateway)
def customer_gateway(r: ResourceReader) -> Iterator[Entity]:
    yield CustomerGateway(id=r.id, origin=r.origin, external=r.external)


@lowers("aws_vpn_connection", "AWS::EC2::VPNConnection", to=VpnConnection)
def vpn_connection(r: ResourceReader) -> Iterator[Entity]:
    gateway = r.attribute("vpn_gateway_id", "VpnGatewayId")
    if r.external or gateway.absent:
        return
    cell = r.attribute("customer_gateway_id", "CustomerGatewayId")
    yield VpnConnection(
        id=r.id,
        origin=r.origin,
        gateway=r.must(Gateway, gateway, "starts at"),
        customer=r.must(CustomerGateway, cell, "leads to"),
        static=_static(r),
    )


def _static(r: ResourceReader) -> Setting:
    says = "dynamic routing is the default"
    return r.setting("static_routes_only", "StaticRoutesOnly", False, says, SWITCH)


@lowers("aws_vpn_connection_route", "AWS::EC2::VPNConnectionRoute")
def vpn_route(r: ResourceReader) -> Iterator[Struct]:
    cell = r.attribute("vpn_connection_id", "VpnConnectionId")
    yield VpnRoute(
        r.must(VpnConnection, cell, "is a route of"),
        r.setting("destination_cidr_block", "DestinationCidrBlock"),
    )
