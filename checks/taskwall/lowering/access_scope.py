"""Network Access Scopes."""

from collections.abc import Iterator

from taskwall.core.values import Need, Reference
from taskwall.lowering._reader import ResourceReader, lowers
from taskwall.model.core.entity import Entity
from taskwall.model.entities.access_scope import AccessScope, ScopeList, ScopePath, ScopeStatement
from taskwall.source.resource import Cell

READ = "2026-11-27"


@lowers("aws_ec2_network_insights_access_scope", "AWS::EC2::NetworkInsightsAccessScope")
def access_scope(r: ResourceReader) -> Iterator[Entity]:
    matches = r.attribute("match_paths", "MatchPaths")
    excludes = r.attribute("exclude_paths", "ExcludePaths")
    yield AccessScope(
        id=r.id,
        origin=r.origin,
        matches=tuple(
            # Terraform's provider has no through_resources here.
            _path(r, each, r.nothing() if r.terraform else each.get("ThroughResources"))
            for each in matches.each()
        ),
        excludes=tuple(
            _path(r, each, each.get("through_resources" if r.terraform else "ThroughResources"))
            for each in excludes.each()
        ),
    )


def _path(r: ResourceReader, cell: Cell, through: Cell) -> ScopePath:
    keys = ("source", "destination") if r.terraform else ("Source", "Destination")
    source, target = (cell.get(key) for key in keys)
    return ScopePath(
        _statement(r, source),
        _statement(r, target),
        tuple(_statement(r, each) for each in through.each()),
        cell.doubt or (),
    )


def _statement(r: ResourceReader, cell: Cell) -> ScopeStatement:
    keys = (
        "resource_statement.resources", "resource_statement.resource_types",
        "packet_header_statement.protocols",
        "packet_header_statement.source_addresses", "packet_header_statement.destination_addresses",
        "packet_header_statement.source_ports", "packet_header_statement.destination_ports",
        "packet_header_statement.source_prefix_lists",
        "packet_header_statement.destination_prefix_lists",
    )  # fmt: skip
    if not r.terraform:
        keys = (
            "ResourceStatement.Resources", "ResourceStatement.ResourceTypes",
            "PacketHeaderStatement.Protocols",
            "PacketHeaderStatement.SourceAddresses", "PacketHeaderStatement.DestinationAddresses",
            "PacketHeaderStatement.SourcePorts", "PacketHeaderStatement.DestinationPorts",
            "PacketHeaderStatement.SourcePrefixLists",
            "PacketHeaderStatement.DestinationPrefixLists",
        )  # fmt: skip
    resources, types, spoken, *addresses_and_ports, one, other = (
        _listed(r, cell.at(key)) for key in keys
    )
    source_addresses, target_addresses, source_ports, target_ports = addresses_and_ports
    return ScopeStatement(
        resources, types, spoken, source_addresses, target_addresses, source_ports, target_ports,
        ScopeList(one.texts + other.texts, one.ids + other.ids, one.needs + other.needs),
    )  # fmt: skip


def _listed(r: ResourceReader, cell: Cell) -> ScopeList:
    texts: list[str] = []
    ids: list[str] = []
    waits: list[Need] = []
    for each in cell.each():
        value = each.value
        written = r.builder.resources.get(value.resource) if isinstance(value, Reference) else None
        if not each.sure:
            waits += each.doubt or each.needs
        elif written is not None and not written.data:
            ids.append(written.origin.address)
        elif each.known is not None:
            texts.append(str(each.known))
        else:
            waits += each.needs
    return ScopeList(tuple(texts), tuple(ids), tuple(dict.fromkeys(waits)))
