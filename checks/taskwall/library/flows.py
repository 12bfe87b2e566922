"""Flows as the library shows them: who can open a connection to what."""

from collections.abc import Iterator
from difflib import get_close_matches
from typing import TypeAlias

from taskwall.core.facts import Fact as CoreFact
from taskwall.core.facts import any_of
from taskwall.core.values import Need
from taskwall.library.facts import Fact
from taskwall.library.security_groups import GroupUser, Protocol, SecurityGroup
from taskwall.library.stores import Endpoint
from taskwall.library.views import Frame, ReadOnly, Resource
from taskwall.library.vpc import Subnet, Vpc
from taskwall.model.core.address import Ranges
from taskwall.model.core.network import Network, remembered
from taskwall.model.flows import flow as model
from taskwall.model.flows.flow import spoken_ports
from taskwall.model.flows.flows import all_flows
from taskwall.model.flows.obstacles import obstacles_between
from taskwall.model.flows.reach import Reach
from taskwall.model.flows.selection import (
    NoEndError,
    Selection,
    cidr_ranges,
    ends,
    flows_between,
    select_ends,
)

End: TypeAlias = str | GroupUser | Endpoint | Vpc | Subnet | SecurityGroup
"""An end of a flow: a view, or a word such as "internet", "onprem", "service:api", "10.0.0.0/8"."""

_WORDS: dict[type[Resource], str] = {Vpc: "vpc", Subnet: "subnet", SecurityGroup: "group"}


class Flow(ReadOnly):
    """What one end can open to another by one way, over one protocol.

    `source` and `target` are words such as "internet" or "service:api".
    """

    __slots__ = ("_flow",)
    _flow: model.Flow

    def __init__(self, frame: Frame, flow: model.Flow) -> None:
        """Made by the library."""
        super().__init__(frame)
        object.__setattr__(self, "_flow", flow)

    @property
    def source(self) -> str:
        """Who opens the connection."""
        return self._frame.shown.text(self._flow.source)

    @property
    def target(self) -> str:
        """To what."""
        return self._frame.shown.text(self._flow.target)

    @property
    def protocol(self) -> str:
        """`tcp`, `udp`, `icmp` or `all`, else the number of a protocol."""
        return self._flow.protocol

    @property
    def ports(self) -> tuple[str, ...]:
        """The ports that the client opens: "443", "8080-8090", or "all"."""
        return spoken_ports(self._flow.ports)

    @property
    def arrives(self) -> tuple[str, ...]:
        """The ports at the target, where they differ."""
        same = self._flow.arrives == self._flow.ports
        return () if same else spoken_ports(self._flow.arrives)

    @property
    def through(self) -> tuple[str, ...]:
        """The load balancers, endpoints and proxies on the way."""
        return tuple(map(self._frame.shown.text, self._flow.through))

    @property
    def addresses(self) -> tuple[str, ...]:
        """The addresses of the internet, a VPC or a remote network, where not all take part."""
        return tuple(cidr_ranges(self._flow))

    @property
    def open(self) -> Fact:
        """Whether it is open, with the whole chain: true, or unknown."""
        return self._frame.fact(_open(self._flow))

    def __repr__(self) -> str:
        ports = ", ".join(self.ports)
        return f"<Flow {self.source} -> {self.target} {self.protocol} {ports}: {self.open.truth}>"


def flows(frame: Frame, reach: Reach, of: End | None, to: End | None) -> Iterator[Flow]:
    """The flows of a network that can be open, from and to what is asked for.

    `reach` is of the same network, and keeps what it has worked out.

    Raises:
        LookupError: a word stands for no end.
    """
    source, target = (None if end is None else _selected(reach, end) for end in (of, to))
    found = flows_between(reach, _all_flows(frame.network), source, target)
    yield from (Flow(frame, each) for one in found for each in one.each())


def reaches(
    frame: Frame, reach: Reach, of: End, to: End, port: int | None, protocol: Protocol
) -> Fact:
    """Whether one end can open a connection to another; `reach` is as `flows` has it.

    Raises:
        LookupError: a word stands for no end.
    """
    source, target = _selected(reach, of), _selected(reach, to)
    words = "" if port is None else f" {protocol} port {port}"
    text = f"{source.word} can open{words or ' a connection'} to {target.word}"
    unseen = [end for end in (source, target) if not end.names]
    if unseen:
        needs = (Need(f"the network of {unseen[0].word}", "is not in the sources"),)
        return frame.fact(CoreFact(None, text, needs=needs))
    between = list(flows_between(reach, _all_flows(frame.network), source, target))
    held = [flow for one in between if _is_on(one, port, protocol) for flow in one.each()]
    if held:
        return frame.fact(any_of(map(_open, held)))
    otherwise = f"{source.word} cannot open{words or ' a connection'} to {target.word}"
    closed = () if between else obstacles_between(reach, source, target)
    nothing = CoreFact(False, text, resource=target.word, otherwise=otherwise)
    return frame.fact(_resting(nothing, *(each.fact for each in closed)))


def _is_on(flow: model.Flow, port: int | None, protocol: Protocol) -> bool:
    if port is None:
        return True
    return flow.protocol in (protocol, "all") and bool(flow.ports & Ranges(((port, port),)))


def _open(flow: model.Flow) -> CoreFact:
    """That a flow is open, and the facts that lead there."""
    over = " ".join((flow.protocol, *spoken_ports(flow.ports)))
    way = f" through {', '.join(flow.through)}" if flow.through else ""
    text = f"{flow.source} can open {over} to {flow.target}{way}"
    truth = True if flow.verdict == "open" else None
    fact = CoreFact(truth, text, None, flow.target, flow.missing)
    return _resting(fact, *(each for each in flow.because if each.truth is not False))


def _resting(fact: CoreFact, *on: CoreFact) -> CoreFact:
    """A fact with others that explain it."""
    return CoreFact(fact.truth, parts=(fact, *on), op="both")


@remembered
def _all_flows(network: Network) -> tuple[model.Flow, ...]:
    # Of a `Reach` that outlives this, the editor would not see what was read for it.
    return tuple(all_flows(Reach(network)))


def _selected(reach: Reach, end: End) -> Selection:
    """What an end stands for; a resource without a network interface in the sources has no names.

    Raises:
        LookupError: a word stands for no end.
    """
    if isinstance(end, str):
        return _named(reach, end)
    entity = end._entity
    if (word := _WORDS.get(type(end))) is not None:
        try:
            return select_ends(reach, f"{word}:{entity.origin.address}")
        except NoEndError:
            return Selection(end.address, frozenset())
    held = tuple(each for each in reach.every if each.thing is entity)
    names = {each.end for each in held}
    names |= {name for gateway, name in reach.gateways if gateway is entity}
    return Selection(min(names, default=end.address), frozenset(names), held)


def _named(reach: Reach, word: str) -> Selection:
    try:
        return select_ends(reach, word)
    except NoEndError:
        near = get_close_matches(word, list(ends(reach)), 1, 0.4)
        hint = f', did you mean "{near[0]}"?' if near else ""
        raise LookupError(f'there is no end "{word}"{hint}') from None
