"""Tasks on one instance: in bridge and host mode they may reach each other whatever groups allow.

Neither a security group nor a network ACL stands between them, and port mappings are not asked:
containers on one instance "may be able to communicate" without them (Amazon ECS API Reference,
ContainerDefinition, `links` and `portMappings`).
"""

from collections.abc import Iterator

from taskwall.core.facts import Fact, all_of
from taskwall.core.values import Need
from taskwall.model.core.network import Network, remembered
from taskwall.model.exposure.instance_groups import Sharing, on_unseen_hosts, tasks_on
from taskwall.model.flows.flow import PathFlow, if_there
from taskwall.model.flows.reach import Reach
from taskwall.model.flows.sets import given


def on_shared_instances(reach: Reach) -> Iterator[PathFlow]:
    """What tasks may open to each other that may be placed on one instance."""
    for held in _sharing(reach.network):
        for client in held:
            for server in held:
                if client[0] is not server[0]:
                    yield from _between(reach, client, server)


@remembered
def _sharing(network: Network) -> tuple[tuple[Sharing, ...], ...]:
    """Task sources that may share instances, each time those of the same instances."""
    found = [held for _, held in tasks_on(network)]
    unseen: dict[str, list[Sharing]] = {}
    for source, sharing in on_unseen_hosts(network):
        cluster = source.cluster.to if source.cluster is not None else ""
        unseen.setdefault(cluster, []).append((source, sharing))
    return (*found, *(tuple(held) for held in unseen.values()))


def _between(reach: Reach, client: Sharing, server: Sharing) -> Iterator[PathFlow]:
    (one, shares), (other, also) = client, server
    text = f"tasks of {one.name} and {other.name} run on one instance"
    need = Need(f"whether {text}", "is decided when they are placed")
    placed = Fact(None, text, one.origin.header, one.name, (need,))
    pieces = given(all_of((placed, shares, also)))
    for own in reach.of(one):
        for theirs in reach.of(other):
            yield PathFlow(own.end, theirs.end, if_there(pieces, (own.exists, theirs.exists)))
