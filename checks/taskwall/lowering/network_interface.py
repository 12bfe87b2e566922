"""Network interfaces that are resources of their own, which instances and addresses name."""

from msgspec.structs import replace

from taskwall.core.values import Reference
from taskwall.lowering._reader import ResourceReader
from taskwall.model.compute.container_instances import Instances
from taskwall.model.core.entity import Link
from taskwall.source.resource import Cell

_TYPES = ("aws_network_interface", "AWS::EC2::NetworkInterface")


def interface_of(r: ResourceReader, cell: Cell) -> ResourceReader | None:
    """The network interface that a cell names, if the sources write it."""
    value = cell.value
    while isinstance(value, Reference):
        resource = r.builder.resources.get(value.resource)
        if resource is not None and not resource.data and resource.type in _TYPES:
            found = ResourceReader(resource, r.builder)
            if needs := (*(cell.doubt or ()), *resource.origin.maybe):
                found.body = replace(found.body, doubt=needs)
            return found
        value = value.value
    return None


def interface_link(r: ResourceReader, cell: Cell, verb: str) -> Link | None:
    """The link to the network interface that a cell names, if the sources write it."""
    found = interface_of(r, cell)
    if found is None:
        return None
    return Link(found.id, r.fact(f"{r.name} {verb} {found.name}", cell), cell.place)


def address_link(r: ResourceReader, instance: Cell, interface: Cell, verb: str) -> Link | None:
    """The link to the instance, or network interface, that an Elastic IP is for.

    One of which nothing is known may be any of those that the sources write.
    """
    found = r.link(Instances, instance, verb) or interface_link(r, interface, verb)
    return found or r.link(Instances, interface, verb)
