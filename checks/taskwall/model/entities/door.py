"""Doors: what opens ways into VPCs, or stands in them, and of which nothing more is modelled."""

from taskwall.core.values import Need
from taskwall.model.core.entity import Entity


class Door(Entity, frozen=True, kw_only=True):
    """A resource that may let somebody in by a way of its own.

    `service` is the AWS service whose it is, `source` the end that it lets in ("" where it joins
    what is in VPCs with each other). `mentions` are the things of the sources that it names, `open`
    what it waits for to know what else it names.
    """

    service: str
    source: str
    mentions: frozenset[str] = frozenset()
    open: tuple[Need, ...] = ()
