"""What reaches load balancers from AWS's edge: CloudFront and API Gateway."""

from collections.abc import Sequence

from msgspec import Struct

from taskwall.core.change import AttributeChange
from taskwall.core.facts import FALSE, Fact
from taskwall.core.values import Origin, Span, Value
from taskwall.model.core.entity import Link
from taskwall.model.core.network import Network, remembered
from taskwall.model.entities.ecs import TaskSource
from taskwall.model.entities.load_balancer import Listener, LoadBalancer
from taskwall.model.load_balancing.paths import (
    balancer_paths,
    balancers_behind,
    listeners,
    stands_before_tasks,
)


class AliasRecord(Struct, frozen=True):
    """A name that a record of DNS gives to a load balancer; `record` is the id of its resource."""

    record: str
    name: Value
    balancer: Link


class EdgeConnection(Struct, frozen=True):
    """A way from CloudFront or API Gateway to a load balancer: an origin, or an integration.

    `service` is what messages call it. `listener` is given where the way leads to one, else
    `balancer` and the `port` at which plain HTTP would arrive there. `encrypted` is whether all
    that takes this way is. `changes` would make it so.
    """

    on: Origin
    at: Span
    service: str
    balancer: Link | None
    listener: Link | None
    port: str
    encrypted: Fact
    changes: tuple[AttributeChange, ...] = ()


def edge_target(network: Network, approach: EdgeConnection) -> tuple[str, str, Fact]:
    """What a way leads to: its name, the id of the listener, and whether tasks stand behind it."""
    link = approach.balancer
    listener = network.get(Listener, approach.listener)
    if approach.listener is not None:
        link = approach.listener if listener is None or listener.external else None
        link = link or (listener.load_balancer if listener else None)
    if link is None:
        return "", "", FALSE
    balancer = network.get(LoadBalancer, link)
    if balancer is None or balancer.external:
        text = f"{approach.service} reaches a load balancer of tasks"
        if not _fronted(network):
            return "", "", Fact(False, text)
        needs = link.waits("the load balancer")
        return "a load balancer", "", Fact(None, text, link.place, approach.on.name, needs)
    concerned = link.fact & stands_before_tasks(network, balancer)
    if listener is None:
        own = listeners(network).get(balancer.id, ())
        listener = _on_port(own, approach.port)
    return balancer.name, _in_the_end(network, listener) if listener else "", concerned


def _on_port(own: Sequence[Listener], port: object) -> Listener | None:
    return next((each for each in own if str(each.port.known) == str(port)), None)


def _in_the_end(network: Network, listener: Listener) -> str:
    """The id of the listener that takes what a listener takes: an ALB's, behind an NLB's."""
    for _, group, balancer in balancers_behind(network, listener):
        found = _on_port(listeners(network).get(balancer.id, ()), group.port.known)
        if found is not None:
            return found.id
    return listener.id


@remembered
def _fronted(network: Network) -> bool:
    """Whether any task of the sources stands behind a load balancer at all."""
    return any(balancer_paths(network, source) for source in network.every(TaskSource))
