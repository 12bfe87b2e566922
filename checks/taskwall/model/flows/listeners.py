"""Where load balancers listen, and to which tasks (or other load balancers) they hand on."""

from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from taskwall.core.facts import TRUE, Fact, all_of
from taskwall.core.values import Need
from taskwall.model.compute.container_instances import container_instances
from taskwall.model.core.address import ALL_PORTS, Ranges
from taskwall.model.core.entity import Entity, Setting
from taskwall.model.core.network import Network, remembered
from taskwall.model.entities.ecs import TaskSource
from taskwall.model.entities.load_balancer import Listener, LoadBalancer, TargetGroup
from taskwall.model.exposure.balancer_paths import arrival, check_ports, ways_to
from taskwall.model.exposure.instance_groups import instance_registrations, tasks_on
from taskwall.model.exposure.task_ports import number_of, speaks_udp
from taskwall.model.flows.sets import Pieces, over
from taskwall.model.load_balancing.paths import (
    BalancerPath,
    balancer_paths,
    balancers_behind,
    forwards_to,
    listeners,
    preserves_client_ip,
)
from taskwall.model.permissions.packets import TCP, UDP
from taskwall.model.permissions.ports import RequiredPorts


class Onward(Struct, frozen=True):
    """A way from a listener to what is behind it.

    `listener` is None where it is not known which it is. `arrives` are the ports at the target,
    `checks` those where the load balancer checks its health, by its own address.
    `kept` is whether the target sees the client's address. `fact` is whether there is such a way.
    It leads to `target`, or (None) to whatever has the `address`. `versions` are the IP versions of
    the target's address.
    """

    balancer: str
    listener: Listener | None
    arrives: Pieces
    kept: Fact
    fact: Fact
    target: Entity | None = None
    address: Setting | None = None
    versions: tuple[int, ...] = (4, 6)
    checks: Pieces = ()


@remembered
def listeners_of(network: Network, balancer: LoadBalancer) -> tuple[Listener, ...]:
    """The listeners that a load balancer has, or may have."""
    found = listeners(network)
    return (*found.get(balancer.id, ()), *found.get("", ()))


def listens(listener: Listener, balancer: LoadBalancer) -> Pieces:
    """The ports of a listener, over what it speaks."""
    number, port = number_of(listener.port), listener.port
    protocol = str(listener.protocol.known or "").upper()
    at = port.place or listener.place
    if number is None:
        ports = ALL_PORTS
        needs = port.needs or (Need(f"the port of {listener.name}", "is not known"),)
        fact = Fact(None, f"{listener.name} listens on the port", at, listener.name, needs)
    else:
        ports = Ranges(((number, number),))
        fact = Fact(True, f"{listener.name} listens on port {number}", at, listener.name)
    if listener.exists.truth is not True:
        fact = all_of((listener.exists, fact))
    if listener.load_balancer.to != balancer.id:
        text = f"{listener.name} is a listener of {balancer.name}"
        waits = listener.load_balancer.waits("a load balancer")
        fact = all_of((fact, Fact(None, text, listener.place, listener.name, waits)))
    if listener.protocol.open and balancer.kind.known not in ("application", "classic"):
        text = f"{listener.name} speaks the protocol"
        unknown = Fact(None, text, listener.place, listener.name, listener.protocol.needs)
        return over(TCP | UDP, ports, all_of((fact, unknown)))
    spoken = Ranges()
    if protocol not in ("UDP", "QUIC"):
        spoken |= TCP
    if protocol in ("UDP", "TCP_UDP", "QUIC", "TCP_QUIC"):
        spoken |= UDP
    return over(spoken, ports, fact)


@remembered
def onward(network: Network) -> dict[str, list[Onward]]:
    """The ways from load balancers to what is behind them, by the id of the load balancer."""
    found: dict[str, list[Onward]] = {}
    ways = (_to_tasks, _to_hosts, _to_balancers, _to_addresses)
    for way in (way for each in ways for way in each(network)):
        found.setdefault(way.balancer, []).append(way)
    return found


def _to_tasks(network: Network) -> Iterator[Onward]:
    for source in network.every(TaskSource):
        for front, setting in ways_to(network, source):
            if front.balancer is None:
                continue
            group = front.target_group
            on_instance = group is not None and group.type.known == "instance"
            wanted = arrival(network, source, setting, group, on_instance=on_instance)
            yield Onward(
                front.balancer.id,
                front.listener,
                _arrives(wanted, front.kind == "application"),
                _kept(front.kind, group),
                front.fact,
                source,
                versions=_versions(group),
                checks=_checks(group, wanted),
            )
        for front in balancer_paths(network, source):
            if front.kind == "classic" and front.balancer is not None:
                yield from _by_classic(network, front.balancer, source, front.fact)


def _by_classic(
    network: Network, balancer: LoadBalancer, target: Entity, fact: Fact
) -> Iterator[Onward]:
    """The ways of a classic load balancer, each of whose listeners names the instances' port."""
    for listener in listeners_of(network, balancer):
        setting = listener.instance_port
        if setting is None:  # It may be one of another load balancer.
            continue
        number = number_of(setting)
        own = TRUE
        if number is None:
            needs = setting.needs or (
                Need(f"{setting.name} of {setting.resource}", "is not known"),
            )
            text = f"it arrives on the instance port of {listener.name}"
            own = Fact(None, text, setting.place, listener.name, needs)
        ports = ALL_PORTS if number is None else Ranges(((number, number),))
        yield Onward(balancer.id, listener, over(TCP, ports, own), _NOT_KEPT, fact, target)


def _to_hosts(network: Network) -> Iterator[Onward]:
    """To container instances that are registered, and to tasks on them."""
    sharing = {host.id: held for host, held in tasks_on(network)}
    for member in container_instances(network):
        held = ((member.instances, member.fact), *sharing.get(member.instances.id, ()))
        for front in instance_registrations(network, member):
            for target, fact in held:
                yield from _to_host(network, front, target, fact)


def _to_host(network: Network, front: BalancerPath, target: Entity, fact: Fact) -> Iterator[Onward]:
    group, balancer = front.target_group, front.balancer
    if balancer is None:
        return
    ways = all_of((front.fact, fact))
    if group is None:
        yield from _by_classic(network, balancer, target, ways)
        return
    yield Onward(
        balancer.id, front.listener, _at_port(group), _kept(front.kind, group), ways, target,
        versions=_versions(group), checks=_checks(group, ()),
    )  # fmt: skip


def _forwarded(network: Network) -> Iterator[tuple[Listener, LoadBalancer, TargetGroup, Fact]]:
    """What listeners, and their rules, forward to which target groups."""
    for group in network.every(TargetGroup):
        for forward in forwards_to(network, group.id):
            for listener, tie in network.meant(Listener, forward.listener):
                for balancer, own in network.meant(LoadBalancer, listener.load_balancer):
                    facts = (forward.fact, tie.fact, own.fact, listener.exists)
                    yield listener, balancer, group, all_of(facts)


def _to_addresses(network: Network) -> Iterator[Onward]:
    """To addresses, of which nobody knows before what has them."""
    for listener, balancer, group, fact in _forwarded(network):
        kept = _kept(str(balancer.kind.known), group)
        for target in group.addresses:
            address = target.address
            at = replace(group, port=target.port) if target.port.written else group
            name = address.resource if address.known is None else address.known
            needs = address.needs or (Need(f"what has the address {name}", "is not known"),)
            text = f"{group.name} has its address registered"
            own = Fact(None, text, address.place, address.resource, needs)
            yield Onward(
                balancer.id, listener, _at_port(at), kept, all_of((fact, own)),
                address=address, versions=_versions(group),
            )  # fmt: skip


_NOT_KEPT = Fact(False, otherwise="its targets see the load balancer's own address")


def _kept(kind: str | None, group: TargetGroup | None) -> Fact:
    """Whether targets see the clients' addresses: those of a Network Load Balancer may."""
    if kind != "network" or group is None:
        return _NOT_KEPT
    return preserves_client_ip(group)


def _arrives(wanted: tuple[RequiredPorts, ...], only_tcp: bool) -> Pieces:
    pieces: Pieces = ()
    for each in wanted:
        spoken = TCP if each.transport == "tcp" else UDP
        if only_tcp and spoken == UDP:
            continue
        fact = TRUE
        if each.some is None:
            fact = Fact(None, f"it arrives on {each.words}", needs=each.needs)
        elif each.spoken:
            fact = Fact(None, f"it goes over {each.transport}", needs=each.spoken)
        pieces = (*pieces, *over(spoken, ALL_PORTS if each.some is None else each.some, fact))
    return pieces


def _checks(group: TargetGroup | None, wanted: tuple[RequiredPorts, ...]) -> Pieces:
    """The ports on which the health of targets is checked."""
    return () if group is None else _arrives(check_ports(group, wanted, apart=False), True)


def _to_balancers(network: Network) -> Iterator[Onward]:
    """From Network Load Balancers to the Application Load Balancers that are their targets."""
    for listener in network.every(Listener):
        outer = network.get(LoadBalancer, listener.load_balancer)
        if outer is None:
            continue
        for fact, group, inner in balancers_behind(network, listener):
            kept = preserves_client_ip(group)
            if not group.client_ip.written:
                kept = Fact(True, f"{group.name} keeps the addresses of clients by default")
            ways = all_of((fact, listener.exists))
            yield Onward(outer.id, listener, _at_port(group), kept, ways, inner)


def _at_port(group: TargetGroup) -> Pieces:
    """The port at which a target group hands on to what does not name one itself."""
    number = number_of(group.port)
    ports = ALL_PORTS if number is None else Ranges(((number, number),))
    text = f"it arrives on the port of {group.name}"
    fact = TRUE if number is not None else Fact(None, text, needs=group.port.needs)
    return over(TCP | UDP if speaks_udp(group) else TCP, ports, fact)


def _versions(group: TargetGroup | None) -> tuple[int, ...]:
    """The IP versions that the targets of a group may have."""
    family = "ipv4" if group is None else group.family.known
    return {"ipv4": (4,), "ipv6": (6,)}.get(str(family), (4, 6))
