"""AWS Global Accelerator: what it leads to load balancers, which need no public address for it."""

from collections.abc import Iterator
from typing import TypeAlias

from msgspec import Struct

from taskwall.model.core.address import Ranges
from taskwall.model.core.entity import Entity, Link, Setting
from taskwall.model.core.network import Network, remembered
from taskwall.model.entities.load_balancer import LoadBalancer

PortPair: TypeAlias = tuple[Setting, Setting]
"""The ends of a range of ports, or the port of a listener and that of the endpoint."""


class Accelerator(Entity, frozen=True, kw_only=True):
    """An accelerator: whether it takes traffic, and the type of its addresses."""

    enabled: Setting
    families: Setting


class AcceleratorListener(Entity, frozen=True, kw_only=True):
    """A listener of an accelerator: its ranges of ports, and whether there are no others."""

    accelerator: Link
    protocol: Setting
    ports: tuple[PortPair, ...]
    whole: bool = True


class AcceleratedEndpoint(Struct, frozen=True):
    """An endpoint: None where it is no load balancer. `kept`: it sees the clients' addresses."""

    balancer: Link | None
    kept: Setting


class AcceleratorEndpoints(Entity, frozen=True, kw_only=True):
    """The endpoints of a listener in one Region, and the ports that they have in place of its.

    `whole` is whether there are certainly no others.
    """

    listener: Link
    overrides: tuple[PortPair, ...]
    endpoints: tuple[AcceleratedEndpoint, ...]
    whole: bool = True


class AcceleratedBalancer(Struct, frozen=True):
    """A load balancer of the sources to which an accelerator leads, with all that is on the way.

    `ports` are pairs of what clients open at the accelerator, and the port of the load balancer;
    None: the same.
    """

    accelerator: Accelerator
    listener: AcceleratorListener
    group: AcceleratorEndpoints
    balancer: LoadBalancer
    kept: Setting
    ports: tuple[tuple[Ranges, int | None], ...]


@remembered
def accelerated_balancers(network: Network) -> tuple[AcceleratedBalancer, ...]:
    """What is reached through the endpoint groups of which all is known."""
    return tuple(
        each for group in network.every(AcceleratorEndpoints) for each in _of(network, group)
    )


def _of(network: Network, group: AcceleratorEndpoints) -> list[AcceleratedBalancer]:
    """The load balancers of an endpoint group; none if anything about it is not known."""
    listener = network.get(AcceleratorListener, group.listener)
    of = listener.accelerator if listener is not None else None
    accelerator = network.get(Accelerator, of)
    if listener is None or accelerator is None or not (group.whole and listener.whole):
        return []
    if listener.external or accelerator.external or listener.protocol.open:
        return []
    ports = _ports(listener, group)
    found = []
    for each in group.endpoints:
        balancer = network.get(LoadBalancer, each.balancer)
        if ports is None or balancer is None or balancer.external or balancer.kind.open:
            return []
        if each.balancer is None or not each.balancer.exact:
            return []
        found.append(
            AcceleratedBalancer(accelerator, listener, group, balancer, each.kept, tuple(ports))
        )
    return found


def _ports(
    listener: AcceleratorListener, group: AcceleratorEndpoints
) -> list[tuple[Ranges, int | None]] | None:
    """The ports of a listener, those that an endpoint group replaces apart; None: not all known."""
    pairs = [*_numbers(listener.ports)]
    replaced = [*_numbers(group.overrides)]
    if len(pairs) != len(listener.ports) or len(replaced) != len(group.overrides):
        return None
    every = Ranges.union(Ranges((pair,)) for pair in pairs)
    found: list[tuple[Ranges, int | None]] = []
    for mine, theirs in replaced:
        port = Ranges(((mine, mine),))
        if port <= every:
            found.append((port, theirs))
            every -= port
    return [*found, (every, None)]


def _numbers(pairs: tuple[PortPair, ...]) -> Iterator[tuple[int, int]]:
    for one, other in pairs:
        texts = str(one.known), str(other.known)
        if all(text.isdigit() for text in texts):
            yield int(texts[0]), int(texts[1])
