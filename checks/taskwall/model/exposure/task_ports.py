"""On which ports tasks serve, by their definitions, load balancers and proxies."""

from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from taskwall.core.change import AttributePath
from taskwall.core.values import Need, symbol
from taskwall.model.compute.dynamic_ports import dynamic_ports, dynamic_ports_anywhere
from taskwall.model.core.address import Ranges
from taskwall.model.core.entity import Entity, Setting
from taskwall.model.core.network import Network, remembered
from taskwall.model.entities.ecs import TaskDefinition, TaskSource
from taskwall.model.entities.load_balancer import TargetGroup
from taskwall.model.permissions.ports import Ports, written_in


class PortMapping(Struct, frozen=True):
    """A port (or several) on which a container serves.

    `definition` is the id of the task definition (or of a task source that holds its container
    itself). `inside` are the ports of the container, `outside` those of its instance: none where
    Docker chooses one. Either is None where it is not known, which `needs` explains. `transport`
    is "" where it is not known. `named` is the value that the container's one port has, where that
    is all that is known of it. `written` are the attributes that its ports are read from.
    """

    definition: str
    name: Setting
    inside: Ranges | None
    outside: Ranges | None
    transport: str
    needs: tuple[Need, ...] = ()
    named: str = ""
    written: tuple[AttributePath, ...] = ()


class ProxyPort(Struct, frozen=True):
    """A port on which a proxy takes what is meant for a container.

    `of` is the id of a task source (Service Connect) or task definition (Envoy). `name` is that of
    the port mapping which it stands for; `port` is empty where it is that mapping's own.
    """

    of: str
    name: Setting
    port: Ranges | None
    needs: tuple[Need, ...] = ()


class Discovered(Struct, frozen=True):
    """That Cloud Map leads to a task source, whose id is `of`."""

    of: str
    needs: tuple[Need, ...] = ()


@remembered
def _mappings(network: Network) -> dict[str, list[PortMapping]]:
    return network.grouped(PortMapping, lambda mapping: (mapping.definition,))


@remembered
def _proxy_ports(network: Network) -> dict[str, list[ProxyPort]]:
    return network.grouped(ProxyPort, lambda each: (each.of,))


def port_mappings(network: Network, source: TaskSource) -> list[PortMapping]:
    """The port mappings of a source's tasks, as far as the sources tell."""
    return _mappings(network).get(_definition(source), [])


def proxy_ports(network: Network, source: TaskSource) -> list[ProxyPort]:
    """The ports of the proxies of a source's tasks."""
    found = _proxy_ports(network)
    return [*found.get(source.id, ()), *found.get(_definition(source), ())]


def _definition(source: TaskSource) -> str:
    return source.task_definition.to if source.task_definition else source.id


@remembered
def served(network: Network, source: TaskSource) -> Ports:
    """All ports on which awsvpc tasks of a source serve, or may be said to."""
    found = Ports(needs=_unseen(network, source))
    for mapping in port_mappings(network, source):
        found |= _inside(mapping)
    for proxy in proxy_ports(network, source):
        found |= _as_ports(proxy.port, "tcp", proxy.needs)
    for ports in _bound(network, source):
        found |= ports
    return found


@remembered
def offered(network: Network, source: TaskSource) -> Ports:
    """The ports on which a source serves the members of its namespaces.

    What Service Connect offers, and where Cloud Map leads to it all that it maps.
    """
    found = Ports()
    own = port_mappings(network, source)
    for proxy in _proxy_ports(network).get(source.id, ()):
        if proxy.port is None or proxy.port:
            found |= _as_ports(proxy.port, "tcp", proxy.needs)
            continue
        named = [each for each in own if each.name.known == proxy.name.known]
        open_ = [each for each in own if each.name.open or each.inside is None]
        for mapping in named or open_:
            found |= _as_ports(mapping.inside, mapping.transport, mapping.needs)
        if not named and not open_:
            needs = proxy.name.needs or _unseen(network, source)
            found |= Ports(needs=needs or (Need(f"a port of {source.name}", "is not mapped"),))
    for each in _discovered(network).get(source.id, ()):
        found |= Ports(needs=(*each.needs, *_unseen(network, source)))
        for mapping in own:
            ports = _as_ports(mapping.inside, mapping.transport, mapping.needs)
            found |= Ports(needs=each.needs) if each.needs else ports
    return found


@remembered
def _discovered(network: Network) -> dict[str, list[Discovered]]:
    return network.grouped(Discovered, lambda each: (each.of,))


@remembered
def published(network: Network, source: TaskSource, on: Entity | None = None) -> Ports:
    """All ports of the instance on which tasks that share its network serve, or may do so.

    `on` describes the instances, where the question is about those alone.
    """
    definition = network.get(TaskDefinition, source.task_definition)
    found = Ports(needs=_unseen(network, source))
    host: bool | None = None
    if definition is not None and not definition.external:
        host = definition.mode.is_("host").truth
        if host is None:
            found |= Ports(needs=definition.mode.needs)
    for mapping in port_mappings(network, source):
        if host:
            found |= _inside(mapping)
        elif mapping.outside is not None and not mapping.outside:
            dynamic = (
                dynamic_ports_anywhere(network, source)
                if on is None
                else dynamic_ports(network, source, on)
            )
            found |= _as_ports(dynamic.sure, mapping.transport, mapping.needs)
            found |= Ports(needs=dynamic.needs)
        else:
            ports = _as_ports(mapping.outside, mapping.transport, mapping.needs)
            found |= replace(ports, written=mapping.written)
    return found


def _inside(mapping: PortMapping) -> Ports:
    found = _as_ports(mapping.inside, mapping.transport, mapping.needs)
    if mapping.inside is None and mapping.named and mapping.transport:
        return Ports(needs=found.needs, named=frozenset({(mapping.transport, mapping.named)}))
    return replace(found, written=mapping.written)


def _as_ports(ports: Ranges | None, transport: str, needs: tuple[Need, ...]) -> Ports:
    if ports is None or not transport:
        return Ports(needs=needs or (Need("a port of a container", "is not known"),))
    none = Ranges()
    return Ports(ports if transport == "tcp" else none, ports if transport == "udp" else none)


def _unseen(network: Network, source: TaskSource) -> tuple[Need, ...]:
    """What the containers of a source wait for, where the sources do not hold them."""
    link = source.task_definition
    if link is None:
        if port_mappings(network, source):
            return ()
        return (Need(f"the containers of {source.name}", "are not in the sources"),)
    found = network.get(TaskDefinition, link)
    if found is not None and not found.external and link.to:
        return ()
    return link.waits("the task definition")


def _bound(network: Network, source: TaskSource) -> Iterator[Ports]:
    """The ports at which a source's tasks are registered in target groups, and are checked.

    ECS registers them with the port of the container, whichever port the target group names.
    """
    for binding in source.bindings:
        group = network.get(TargetGroup, binding.target_group)
        if binding.target_group is not None and not binding.target_group.to:
            yield Ports(needs=binding.target_group.waits("a target group"))
        settings = [binding.port]
        if group is not None:
            own = () if binding.port.value is not None else (group.port,)
            settings += [*own, group.check_port]
        for setting in settings:
            number = number_of(setting)
            if number is not None:
                ports = _over(group, Ranges(((number, number),)))
                yield replace(ports, written=written_in(setting))
            elif group is not None and group.external and setting is not binding.port:
                if setting is group.check_port:  # its traffic goes to the port of the binding
                    yield Ports(needs=setting.needs or group.external)
            elif setting.open:
                named = symbol(setting.value)
                known = {("tcp", named)} if named else set()
                yield Ports(needs=setting.needs, named=frozenset(known))


def _over(group: TargetGroup | None, ports: Ranges) -> Ports:
    """Ports over what a target group speaks; its health check goes over TCP in any case."""
    if group is None or not speaks_udp(group):
        return Ports(ports)
    if group.protocol.open:
        return Ports(ports, perhaps=ports, spoken=group.protocol.needs)
    return Ports(ports, ports)


def speaks_udp(group: TargetGroup) -> bool:
    """Whether a target group takes UDP, or may do so."""
    return group.protocol.is_("UDP", "TCP_UDP", "QUIC", "TCP_QUIC").truth is not False


def number_of(setting: Setting) -> int | None:
    """The port that a setting names; None if it names none, or it is not known."""
    try:
        return int(str(setting.known))
    except ValueError:
        return None
