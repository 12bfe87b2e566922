"""What reaches load balancers from AWS's edge: CloudFront and API Gateway."""

from collections.abc import Sequence

from msgspec import Struct

from taskwall.core.change import AttributeChange
from taskwall.core.facts import FALSE, Fact
from taskwall.core.values import (
    Known,
    Need,
    Origin,
    Span,
    Text,
    Value,
    dereferenced,
    needs,
    same,
    symbol,
)
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
    """A name that a record of DNS gives to a load balancer, or to something else.

    `record` is the id of its resource.
    """

    record: str
    name: Value
    balancer: Link | None


def dns_name(value: Value) -> str:
    """A name as DNS compares it, with the symbols of what is not known; "" if one has none."""
    return _spelled_name(value).rstrip(".")


def _spelled_name(value: Value) -> str:
    data = dereferenced(value)
    if isinstance(data, Known):
        return str(data.data).lower()
    parts = data.parts if isinstance(data, Text) else ()
    names = [part.lower() if isinstance(part, str) else _spelled_name(part) for part in parts]
    return "".join(names) if names and all(names) else symbol(data) or symbol(value)


@remembered
def alias_records(network: Network) -> dict[str, list[AliasRecord]]:
    """The records by their names; not those whose names are not known."""
    found = network.grouped(AliasRecord, lambda each: {dns_name(each.name)})
    found.pop("", None)
    return found


def records_of(network: Network, host: Value) -> tuple[list[AliasRecord], tuple[Need, ...]]:
    """The records that answer for a host: those of its name, else of the narrowest wildcard.

    With a wildcard what it waits for that no other record has the name.
    """
    found = alias_records(network)
    name = dns_name(host)
    if records := found.get(name, []):
        return records, ()
    while name and not records:
        _, dot, rest = name.removeprefix("*.").partition(".")
        name = f"*.{rest}" if dot else ""
        records = found.get(name, [])
    others = (each for each in network.every(AliasRecord) if records and each not in records)
    return records, tuple(
        need for each in others if same(each.name, host) is None for need in needs(each.name)
    )


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
        link = approach.listener
        if listener is not None and not listener.external:
            link = listener.load_balancer
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
