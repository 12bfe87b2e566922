"""On which ports load balancers listen."""

from msgspec import Struct

from taskwall.core.facts import FALSE, Fact, all_of, any_of
from taskwall.core.values import Need, symbol
from taskwall.model.core.address import Ranges
from taskwall.model.core.entity import link_to
from taskwall.model.core.network import Network, remembered
from taskwall.model.entities.load_balancer import Listener, LoadBalancer
from taskwall.model.exposure.group_users import uses_by_links
from taskwall.model.exposure.task_ports import number_of
from taskwall.model.load_balancing.internet_facing import is_public
from taskwall.model.load_balancing.paths import listeners, stands_before_tasks
from taskwall.model.permissions.peers import listed
from taskwall.model.permissions.ports import Ports, written_in


@remembered
def listening(network: Network, balancer: LoadBalancer) -> Ports:
    """The ports on which a load balancer listens.

    A listener that may not be there, or may be another load balancer's, is one to wait for.
    """
    own = (_of(each, each.origin.maybe) for each in listeners(network).get(balancer.id, ()))
    loose = (
        _of(each, (*each.load_balancer.fact.needs, *each.origin.maybe))
        for each in listeners(network).get("", ())
        if each.load_balancer.written is not False or balancer.external
    )
    return Ports.union((*own, *loose))


def _of(listener: Listener, needs: tuple[Need, ...]) -> Ports:
    port, spoken = number_of(listener.port), str(listener.protocol.known or "").upper()
    if port is None:
        why = Need(f"the port of {listener.name}", "is not known")
        named = "" if needs else symbol(listener.port.value)
        known = frozenset({("udp" if spoken in ("UDP", "QUIC") else "tcp", named)})
        waits = (*needs, *(listener.port.needs or (why,)))
        return Ports(needs=waits, named=known if named and spoken else frozenset())
    if needs or listener.protocol.open:
        return Ports(needs=needs or listener.protocol.needs)
    ports = Ranges(((port, port),))
    return Ports(
        ports if spoken not in ("UDP", "QUIC") else Ranges(),
        ports if spoken in ("UDP", "TCP_UDP", "QUIC", "TCP_QUIC") else Ranges(),
        written=written_in(listener.port),
    )


class Shown(Struct, frozen=True):
    """A group of public load balancers in front of tasks, and whether it is one.

    `ports` are those on which they listen.
    """

    group: str
    names: str
    ports: Ports
    fact: Fact


@remembered
def public_groups(network: Network) -> tuple[Shown, ...]:
    """The groups that public load balancers in front of tasks carry, or may carry."""
    found: dict[str, list[tuple[LoadBalancer, Fact]]] = {}
    for balancer in network.every(LoadBalancer):
        if not balancer.groups:
            continue
        before = stands_before_tasks(network, balancer)
        possible = before.truth is not False
        reached = all_of((before, is_public(network, link_to(balancer)))) if possible else FALSE
        for group, fact in uses_by_links(network, balancer.groups, reached):
            found.setdefault(group, []).append((balancer, fact))
    shown = []
    for group, pairs in found.items():
        ports = Ports.union(listening(network, balancer) for balancer, _ in pairs)
        sure = [balancer.name for balancer, fact in pairs if fact.truth]
        names = listed(sure or [balancer.name for balancer, _ in pairs])
        shown.append(Shown(group, names, ports, any_of(fact for _, fact in pairs)))
    return tuple(shown)
