"""Flows as settings write them: `tcp:443 through lb:edge`."""

import re

from msgspec import Struct

from taskwall.core.patterns import pattern
from taskwall.model.core.address import ALL_PORTS, EVERYWHERE, Ranges
from taskwall.model.flows.flow import Flow
from taskwall.model.permissions.packets import Traffic, protocols

_FLOW = pattern(r"(tcp|udp|icmp|all)(?::(\d+)(?:-(\d+))?)?(?:\s+through\s+(\S.*))?")


class FlowPattern(Struct, frozen=True):
    """A flow as settings write it: `tcp:443 through lb:edge`. `through` is None for any way."""

    protocol: str
    ports: Ranges
    through: tuple[str, ...] | None

    def matches(self, flow: Flow) -> bool:
        """Whether it is about a flow: over its protocol, by its way."""
        spoken = self.protocol in (flow.protocol, "all") or flow.protocol == "all"
        return spoken and (self.through is None or self.through == flow.through)

    def on(self, ports: Ranges) -> Traffic:
        """The traffic of its protocol on some ports, from and to everywhere."""
        return Traffic.of(protocols(self.protocol), ports, EVERYWHERE)

    def covered(self, flow: Flow) -> Ranges:
        """The ports of a flow of which it is about all that there is."""
        whole = self.protocol in (flow.protocol, "all")
        by = self.through is None or self.through == flow.through
        return flow.ports & self.ports if whole and by else Ranges()


def flow_pattern(text: str) -> FlowPattern | None:
    """A flow as settings write it; None if it is none."""
    match = _FLOW.fullmatch(text.strip())
    if match is None:
        return None
    protocol, first, last, through = match.groups()
    low = int(first) if first else 0
    high = int(last or first) if first else 65535
    if low > high or high > 65535 or (first and protocol in ("icmp", "all")):
        return None
    hops = None
    if through is not None:
        hops = tuple(_hop(each.strip()) for each in through.split(","))
    return FlowPattern(protocol, Ranges(((low, high),)) if first else ALL_PORTS, hops)


def _hop(word: str) -> str:
    """A load balancer also goes by its kind."""
    return re.sub(r"^(alb|nlb|elb):", "lb:", word)
