"""Port mappings of containers, and the ports of proxies before them.

There is no resource of its own; what holds containers is lowered in `work`.
"""

from collections.abc import Iterator
from typing import TypeAlias

from taskwall.core.values import Need, symbol
from taskwall.lowering._reader import ResourceReader, setting
from taskwall.lowering._structure import structure
from taskwall.lowering._written import structured
from taskwall.model.core.address import Ranges
from taskwall.model.exposure.task_ports import Discovered, PortMapping, ProxyPort
from taskwall.model.permissions.ports import written_in
from taskwall.source.resource import Cell

_Names: TypeAlias = tuple[str, str, str, str, str, str]
_JSON: _Names = (
    "portMappings", "containerPort", "containerPortRange", "hostPort", "protocol", "name",
)  # fmt: skip
_CLOUDFORMATION: _Names = (
    "PortMappings", "ContainerPort", "ContainerPortRange", "HostPort", "Protocol", "Name",
)  # fmt: skip


def mappings(r: ResourceReader, cell: Cell) -> Iterator[PortMapping | ProxyPort]:
    """The port mappings of the containers of a list (a structure, or JSON text)."""
    found = structure(cell)
    names = _JSON if r.terraform else _CLOUDFORMATION
    if found is None:
        if not cell.absent:
            yield _open(r, cell.needs)
    else:
        for container in found.each():
            if not structured(container):
                yield _open(r, container.doubt or container.needs)
                continue
            for each in container.get(names[0]).each():
                needs = (*(container.doubt or ()), *(each.doubt or ()))
                if structured(each):
                    yield _mapping(r, each, names, needs)
                else:
                    yield _open(r, needs or each.needs)
    yield from _envoy(r)


def express_port(r: ResourceReader) -> Iterator[PortMapping]:
    """The port of an Express Mode service: 80 is the default."""
    cell = r.attribute("primary_container.container_port", "PrimaryContainer.ContainerPort")
    ports = Ranges(((80, 80),)) if cell.absent else _ports(cell)
    name = setting(r.nothing(), "name")
    yield PortMapping(r.id, name, ports, ports, "tcp", _needs(cell))


def offered_ports(r: ResourceReader) -> Iterator[ProxyPort | Discovered]:
    """What a service offers in Service Connect, and that Cloud Map leads to it."""
    offers, override, name = (
        ("service_connect_configuration.service", "ingress_port_override", "port_name")
        if r.terraform
        else ("ServiceConnectConfiguration.Services", "IngressPortOverride", "PortName")
    )
    for each in r.body.at(offers).each():
        cell = each.get(override)
        ports = Ranges() if cell.absent else _ports(cell)
        ports = None if each.doubt else ports
        yield ProxyPort(r.id, setting(each.get(name), name), ports, _needs(cell, each))
    for each in r.attribute("service_registries", "ServiceRegistries").each():
        yield Discovered(r.id, each.doubt or ())


def _envoy(r: ResourceReader) -> Iterator[ProxyPort]:
    """The port on which Envoy takes what is meant for the application."""
    properties = r.attribute(
        "proxy_configuration.properties", "ProxyConfiguration.ProxyConfigurationProperties"
    )
    if r.terraform:
        cells = [properties.get(_INGRESS)]
    else:
        cells = []
        for each in properties.each():
            name = each.get("Name")
            if name.needs:  # it may be this one, whose port is not known then
                cells.append(name)
            elif name.known == _INGRESS:
                cells.append(each.get("Value"))
    for cell in cells:
        if not cell.absent:
            yield ProxyPort(r.id, setting(r.nothing(), "name"), _ports(cell), _needs(cell))


_INGRESS = "ProxyIngressPort"


def _mapping(r: ResourceReader, each: Cell, names: _Names, needs: tuple[Need, ...]) -> PortMapping:
    _, port, several, host, protocol, name = names
    one, many, outer, spoken = (each.get(key) for key in (port, several, host, protocol))
    inside = _ports(one) if many.absent else _ports(many)
    outside = _ports(outer)
    if outer.absent or outside == Ranges(((0, 0),)):
        outside = Ranges()
    transport = "tcp" if spoken.absent else str(spoken.known or "").lower()
    if needs:
        inside = outside = None
    waits = (*needs, *_needs(one), *_needs(many), *_needs(outer), *_needs(spoken))
    named = "" if one.value is None or needs else symbol(one.value)
    written = written_in(*(setting(cell, cell.key) for cell in (one, many, outer)))
    return PortMapping(
        r.id, setting(each.get(name), name), inside, outside, transport, waits, named, written
    )


def _ports(cell: Cell) -> Ranges | None:
    """A port, or a range of ports as in `8080-8090`; None if it is not known."""
    first, dash, last = str(cell.known if cell.known is not None else "").partition("-")
    if not first.isdecimal() or (dash and not last.isdecimal()):
        return None
    return Ranges.from_spans(((int(first), int(last or first)),))


def _needs(*cells: Cell) -> tuple[Need, ...]:
    return tuple(need for cell in cells for need in (*cell.needs, *(cell.doubt or ())))


def _open(r: ResourceReader, needs: tuple[Need, ...]) -> PortMapping:
    why = needs or (Need(f"the containers of {r.name}", "are not known"),)
    return PortMapping(r.id, setting(r.nothing(), "name"), None, None, "", why)
