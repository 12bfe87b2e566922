"""Core networks of AWS Cloud WAN, and whether they join the VPCs that are attached to them.

https://docs.aws.amazon.com/network-manager/latest/cloudwan/cloudwan-policies-json.html: the policy
puts attachments into segments, by their tags. Those of one segment reach each other, unless it
isolates its attachments; segments reach each other only by actions of the policy.
"""

from collections.abc import Iterator

from taskwall.core.facts import Fact
from taskwall.model.core.entity import Entity, Link, same_entity
from taskwall.model.core.network import Network


class CoreNetwork(Entity, frozen=True, kw_only=True):
    """A core network: `joins` is whether its policy joins all that is attached to it."""

    joins: Fact


class CoreNetworkAttachment(Entity, frozen=True, kw_only=True):
    """A VPC's attachment to a core network."""

    core: Link
    vpc: Link


def core_network_joints(
    network: Network,
) -> Iterator[tuple[CoreNetworkAttachment, CoreNetworkAttachment, Fact]]:
    """Each two attachments that may be to one core network, and whether it joins them."""
    attachments = network.every(CoreNetworkAttachment)
    for one in attachments:
        for other in attachments:
            same = same_entity(one.core, other.core)
            if one is other or same is False:
                continue
            core = network.get(CoreNetwork, one.core)
            if same and core is not None and not core.external:
                yield one, other, core.joins
                continue
            needs = (*one.core.fact.needs, *other.core.fact.needs)
            needs = needs or one.core.waits("a core network", core)
            text = f"a core network joins {one.name} and {other.name}"
            yield one, other, Fact(None, text, one.core.place, one.name, needs)
