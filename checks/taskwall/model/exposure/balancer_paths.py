"""The ways from load balancers to the tasks behind them, and the ports that these need."""

import re
from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from taskwall.core.facts import Fact, all_of
from taskwall.core.values import Need, Span, symbol
from taskwall.model.compute.dynamic_ports import (
    DynamicPorts,
    dynamic_ports,
    dynamic_ports_anywhere,
)
from taskwall.model.compute.hosts import host_security_groups
from taskwall.model.compute.launch_type import awsvpc
from taskwall.model.core.address import Ranges
from taskwall.model.core.entity import Entity, Link, Setting
from taskwall.model.core.network import Network, asked_once
from taskwall.model.entities.ecs import TaskDefinition, TaskSource
from taskwall.model.entities.load_balancer import LoadBalancer, TargetGroup
from taskwall.model.exposure.instance_groups import (
    instance_registrations,
    tasks_on,
)
from taskwall.model.exposure.task_ports import (
    number_of,
    port_mappings,
    speaks_udp,
)
from taskwall.model.load_balancing.paths import (
    BalancerPath,
    balancer_paths,
    listeners,
    preserves_client_ip,
)
from taskwall.model.permissions.coverage import (
    End,
    Location,
    at_address,
    in_subnet,
    inside,
    unseen,
)
from taskwall.model.permissions.default_groups import balancer_security_groups
from taskwall.model.permissions.peers import task_groups
from taskwall.model.permissions.ports import RequiredPorts


class Side(Struct, frozen=True):
    """One end of the way: its groups and its subnets; what has no groups is not guarded by any.

    `on` is what has them, and `place` where it names them. `addresses` are those that are fixed for
    it, one in each subnet; `clients` says that its clients' addresses are seen in their place, or
    may be. Its groups work even then.
    """

    on: Entity
    name: str
    groups: tuple[Link, ...]
    place: Span
    subnets: tuple[Link, ...]
    vpc: Link | None = None
    clients: bool = False
    addresses: tuple[Setting, ...] = ()

    def of(self, subnet: Link) -> "Side":
        """The same end where it is in one of its subnets alone."""
        fixed = [a for link, a in zip(self.subnets, self.addresses, strict=False) if link == subnet]
        return replace(self, subnets=(subnet,), addresses=tuple(fixed[:1]))

    def end(self, network: Network) -> End:
        """The end of a connection that it is."""
        found: tuple[Location, ...]
        if self.clients:
            needs = (Need(f"the clients of {self.name}", "are not in the sources"),)
            found = (Location(self.name, unseen(needs)),)
        elif self.subnets:
            all_over = [in_subnet(network, link, self.vpc) for link in self.subnets]
            fixed = self.addresses or (None,) * len(all_over)
            found = tuple(map(at_address, all_over, fixed))
        elif self.vpc is not None:
            found = (Location(self.name, inside(network, self.vpc)),)
        else:
            needs = (Need(f"the subnets of {self.name}", "are not known"),)
            found = (Location(self.name, unseen(needs)),)
        return End(self.groups, found)


class BalancerFlow(Struct, frozen=True):
    """The way from a load balancer to tasks (or container instances) behind it.

    `fact` is whether there is such a way.
    """

    source: TaskSource
    balancer: LoadBalancer
    wanted: tuple[RequiredPorts, ...]
    sender: Side
    taker: Side
    fact: Fact


def instance_flows(network: Network) -> Iterator[BalancerFlow]:
    """Every way from a load balancer of the sources to hosts that run tasks."""
    for host, held in tasks_on(network):
        groups, at = host_security_groups(network, host), host.groups_setting.place
        taker = Side(host.on, host.name, groups, at, host.subnets)
        for source, fact in held:
            yield from _to_instances(network, source, taker, fact)
        source, fact = held[0]
        for front in instance_registrations(network, host.member) if host.member else ():
            way = all_of((fact, front.fact))
            if front.kind == "classic" and front.balancer is not None:
                yield _classic_flow(network, source, front.balancer, taker, way)
            elif front.balancer is not None and front.target_group is not None:
                traffic = _exactly(front.target_group.port, front.target_group)
                yield from _inflows(
                    network, source, front.balancer, front.target_group, traffic, taker, way
                )


@asked_once
def task_flows(network: Network, source: TaskSource) -> tuple[BalancerFlow, ...]:
    """Every way from a load balancer of the sources to awsvpc tasks of a source."""
    own = awsvpc(network, source)
    groups = task_groups(network, source)
    if not groups:
        return ()
    found: list[BalancerFlow] = []
    at = source.groups_setting.place
    taker = Side(source, source.name, groups, at, source.subnets)
    for front, setting in ways_to(network, source):
        if front.balancer is None or front.target_group is None:
            continue
        traffic = _exactly(setting, front.target_group)
        fact = all_of((own, front.fact))
        found += _inflows(network, source, front.balancer, front.target_group, traffic, taker, fact)
    return tuple(found)


def _to_instances(
    network: Network, source: TaskSource, taker: Side, here: Fact
) -> Iterator[BalancerFlow]:
    for front, setting in ways_to(network, source):
        if front.balancer is None or front.target_group is None:
            continue
        dynamic = dynamic_ports(network, source, taker.on)
        traffic = _on_instance(network, source, setting, front.target_group, dynamic)
        fact = all_of((here, front.fact))
        yield from _inflows(
            network, source, front.balancer, front.target_group, traffic, taker, fact
        )
    for front in balancer_paths(network, source):
        if front.kind == "classic" and front.balancer is not None:
            fact = all_of((here, front.fact))
            yield _classic_flow(network, source, front.balancer, taker, fact)


def ways_to(network: Network, source: TaskSource) -> Iterator[tuple[BalancerPath, Setting]]:
    """The ways to a source, each with the container's port that it is bound to."""
    ports = {
        binding.target_group.to: binding.port
        for binding in source.bindings
        if binding.target_group is not None
    }
    for front in balancer_paths(network, source):
        key = front.target_group.id if front.target_group is not None else ""
        setting = ports.get(key)
        if front.kind in ("application", "network", None) and setting is not None:
            yield front, setting


def _inflows(
    network: Network,
    source: TaskSource,
    balancer: LoadBalancer,
    group: TargetGroup,
    traffic: tuple[RequiredPorts, ...],
    taker: Side,
    fact: Fact,
) -> Iterator[BalancerFlow]:
    """What a load balancer sends to a target group: traffic, and checks of its health.

    An NLB that shows its clients' addresses checks from its own.
    """
    if balancer.kind.known in ("application", "classic"):
        traffic = tuple(each for each in traffic if each.transport == "tcp")
    shown = preserves_client_ip(group)
    clients = balancer.kind.known == "network" and shown.truth is not False
    sender = _sender(network, balancer, group.vpc, clients=clients)
    check = check_ports(group, traffic, apart=clients)
    if clients:
        yield BalancerFlow(source, balancer, traffic, sender, taker, fact)
        yield BalancerFlow(source, balancer, check, replace(sender, clients=False), taker, fact)
    else:
        yield BalancerFlow(source, balancer, (*traffic, *check), sender, taker, fact)


def _sender(
    network: Network, balancer: LoadBalancer, vpc: Link | None, *, clients: bool = False
) -> Side:
    """A load balancer as one end of the way; only an NLB can be without groups."""
    setting, groups = balancer.groups_setting, balancer_security_groups(network, balancer)
    return Side(
        balancer,
        balancer.name,
        groups,
        setting.place,
        balancer.subnets,
        vpc,
        clients,
        balancer.addresses if len(balancer.addresses) == len(balancer.subnets) else (),
    )


def _classic_flow(
    network: Network, source: TaskSource, balancer: LoadBalancer, taker: Side, fact: Fact
) -> BalancerFlow:
    """What a classic load balancer sends to instances: to the ports that its listeners name.

    Its one health check names its port itself, as in `HTTP:8081/health`. AWS's pages do not say
    which port is checked where it is not written.
    """
    of_listeners = (each.instance_port for each in listeners(network).get(balancer.id, ()))
    wanted = [ports for setting in of_listeners if setting for ports in _exactly(setting, None)]
    check = balancer.check
    if check is not None and check.written:
        target = _CHECKED.match(str(check.known))
        number = int(target[1]) if target else None
        known = None if number is None else Ranges(((number, number),))
        if known is None or known not in [each.some for each in wanted]:
            words = "the port of its health check"
            words = words if number is None else f"port {number} for its health check"
            enough = () if known is None else (known,)
            needs = check.needs or (Need(f"{check.name} of {check.resource}", "is not known"),)
            wanted.append(RequiredPorts(words, "tcp", known, enough, needs))
    sender = _sender(network, balancer, None)
    return BalancerFlow(source, balancer, tuple(dict.fromkeys(wanted)), sender, taker, fact)


_CHECKED = re.compile(r"\w+:(\d+)")
"""The port in the target of a classic load balancer's health check."""


def arrival(
    network: Network,
    source: TaskSource,
    setting: Setting,
    group: TargetGroup | None,
    *,
    on_instance: bool,
) -> tuple[RequiredPorts, ...]:
    """The ports at which a target group hands on to tasks, in place of the container's port."""
    if on_instance:
        dynamic = dynamic_ports_anywhere(network, source)
        return _on_instance(network, source, setting, group, dynamic)
    return _exactly(setting, group)


def _exactly(setting: Setting, group: TargetGroup | None) -> tuple[RequiredPorts, ...]:
    """The one port that a setting names, over the protocols that a target group speaks."""
    number = number_of(setting)
    ports = None if number is None else Ranges(((number, number),))
    needs = setting.needs or (Need(f"{setting.name} of {setting.resource}", "is not known"),)
    found = _over(f"port {number}" if number else "its port", ports, (), needs, group)
    if number is not None or not (name := symbol(setting.value)):
        return found
    return tuple(replace(each, named=frozenset({name})) for each in found)


def _over(
    words: str,
    ports: Ranges | None,
    enough: tuple[Ranges, ...],
    needs: tuple[Need, ...],
    group: TargetGroup | None,
) -> tuple[RequiredPorts, ...]:
    enough = enough or ((ports,) if ports is not None else ())
    spoken = str(group.protocol.known or "").upper() if group is not None else ""
    found = []
    # Whatever it speaks, its health check goes over TCP.
    if spoken not in ("UDP", "QUIC"):
        found.append(RequiredPorts(words, "tcp", ports, enough, needs))
    if group is not None and speaks_udp(group):
        waits = group.protocol.needs
        found.append(RequiredPorts(f"UDP {words}", "udp", ports, enough, needs, spoken=waits))
    return tuple(found)


def _on_instance(
    network: Network,
    source: TaskSource,
    setting: Setting,
    group: TargetGroup | None,
    dynamic: DynamicPorts,
) -> tuple[RequiredPorts, ...]:
    """The port of the instance under which a container's port is reached."""
    definition = network.get(TaskDefinition, source.task_definition)
    needs = (Need(f"the port of {source.name} on its instance", "is not known"),)
    number = number_of(setting)
    if definition is None or definition.external:
        return _over("its port", None, (), (*setting.needs, *needs), group)
    host = definition.mode.is_("host")
    if host.truth is True:
        return _exactly(setting, group)
    if number is None:
        return _over("its port", None, (), (*setting.needs, *needs), group)
    if host.truth is None:
        return _over("its port", None, (), definition.mode.needs, group)
    for mapping in port_mappings(network, source):
        if mapping.inside is None or mapping.outside is None:
            return _over("its port", None, (), (*mapping.needs, *needs), group)
        if Ranges(((number, number),)) <= mapping.inside:
            if not mapping.outside:
                words = "the ports that Docker assigns"
                if dynamic.certain_range is not None:
                    words = f"{words} ({dynamic.certain_range[0]}-{dynamic.certain_range[1]})"
                return _over(words, dynamic.some, dynamic.enough, dynamic.needs, group)
            shown = mapping.outside.spans[0][0] + number - mapping.inside.spans[0][0]
            return _over(f"port {shown}", Ranges(((shown, shown),)), (), (), group)
    return _over("its port", None, (), needs, group)


def check_ports(
    group: TargetGroup, traffic: tuple[RequiredPorts, ...], *, apart: bool
) -> tuple[RequiredPorts, ...]:
    """The port of the health check, which goes over TCP.

    Of one on the port of the traffic only where that goes another way, or comes from elsewhere
    (`apart`).
    """
    setting = group.check_port
    number = number_of(setting)
    if number is not None:
        ports = Ranges(((number, number),))
        return (RequiredPorts(f"port {number} for its health check", "tcp", ports, (ports,)),)
    if setting.open:
        named = frozenset(filter(None, [symbol(setting.value)]))
        alike = (each for each in traffic if named and named <= each.named)
        if not apart and any(each.transport == "tcp" for each in alike):
            return ()  # the port of the traffic, whichever that is
        words = "the port of its health check"
        return (RequiredPorts(words, "tcp", None, (), setting.needs, named),)
    if not traffic or (not apart and any(each.transport == "tcp" for each in traffic)):
        return ()
    first = traffic[0]
    words = first.words.removeprefix("UDP ") + " for its health check"
    return (RequiredPorts(words, "tcp", first.some, first.enough, first.needs),)
