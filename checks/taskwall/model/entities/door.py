"""Doors: what opens ways into VPCs, or stands in them, and of which nothing more is modelled."""

from taskwall.core.values import Need
from taskwall.model.core.entity import Entity


class Door(Entity, frozen=True, kw_only=True):
    """A resource that may let somebody in by a way of its own.

    `service` is the AWS service whose it is, `source` the end that it lets in: "" where that is
    whatever is in the VPCs and subnets that it mentions, "*" where it is anything, and "attached"
    where it joins an instance with a load balancer or an interface. `mentions` are
    the things of the sources that it names, `open` what it waits for to know what else it names.
    """

    service: str
    source: str
    mentions: frozenset[str] = frozenset()
    open: tuple[Need, ...] = ()
