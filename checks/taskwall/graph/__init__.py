"""The picture of a network: what is in which VPC and subnets, and who can open what to whom."""

from collections.abc import Iterator, Sequence
from importlib import import_module
from itertools import pairwise
from typing import Literal, Protocol, TypeAlias, cast

from msgspec import Struct

from taskwall.findings.finding import Absent, Step
from taskwall.model.flows.flow import FlowVerdict

NodeKind: TypeAlias = Literal[
    "internet", "outside", "vpc", "lb", "service", "task", "instances", "function", "endpoint",
    "store", "proxy",
]  # fmt: skip
"""`outside` is what is in no VPC of the sources: AWS services, remote networks, other VPCs."""

Tier: TypeAlias = Literal["public", "private", "isolated", "unknown", "none"]
"""Where routes of subnets lead: to an internet gateway, out only, nowhere beyond VPCs.

`none` is what is in a VPC and in no subnet, as a gateway endpoint is.
"""

FORMATS = ("html", "mermaid", "dot", "json")


class _Render(Protocol):
    def __call__(self, graphs: Sequence["Graph"], absent: Sequence[Absent]) -> str: ...


class GraphFinding(Struct, frozen=True):
    """A finding, as far as the picture tells of it."""

    rule: str
    verdict: str
    severity: str
    message: str
    resource: str
    file: str
    line: int


class GraphFrame(Struct, frozen=True):
    """A VPC, or subnets of one (`parent`) that are of one tier and used together.

    `tier` is None for a VPC. `names` are those of the subnets.
    """

    id: str
    name: str
    parent: str | None = None
    tier: Tier | None = None
    names: tuple[str, ...] = ()
    file: str | None = None
    line: int | None = None
    findings: tuple[int, ...] = ()


class GraphNode(Struct, frozen=True):
    """A box. `name` is how flows name it, `address` the resource's, `word` what kind it is.

    `seen` is false for what the sources only refer to, `sure` where it may not exist. `frame` is
    the one that it is in, `subnets` are its own. `findings` are indices of the graph's.
    """

    id: str
    kind: NodeKind
    name: str
    word: str
    address: str = ""
    frame: str | None = None
    subnets: tuple[str, ...] = ()
    seen: bool = True
    sure: bool = True
    file: str | None = None
    line: int | None = None
    findings: tuple[int, ...] = ()


class GraphFlow(Struct, frozen=True):
    """What each of some boxes can open to another, all by the same way; the ids are of boxes.

    `label` is the protocol and the ports that clients open, `arrives` the ports at the target where
    they differ. `because` is the chain of the first of the sources; `waits` is why it is unknown.
    """

    sources: tuple[str, ...]
    target: str
    label: str
    verdict: FlowVerdict
    through: tuple[str, ...] = ()
    arrives: str = ""
    addresses: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    waits: str = ""
    because: tuple[Step, ...] = ()
    findings: tuple[int, ...] = ()


class Graph(Struct, frozen=True):
    """The picture of one stack. `findings` are all of it: some concern no box and no flow."""

    stack: str
    frames: tuple[GraphFrame, ...] = ()
    nodes: tuple[GraphNode, ...] = ()
    flows: tuple[GraphFlow, ...] = ()
    findings: tuple[GraphFinding, ...] = ()


class GraphEdge(Struct):
    """An arrow from one box to another, with all that can be opened that way."""

    start: str
    end: str
    labels: dict[str, None]
    sure: bool
    failing: bool


def edges(graph: Graph) -> Iterator[GraphEdge]:
    """The arrows of a picture: a flow through others is an arrow to each, and one to its target.

    What is found on a flow is mostly a permission of its target: the last arrow shows it. What any
    address of a VPC can open is drawn from the VPC alone, not from all that is in it.
    """
    found: dict[tuple[str, str], GraphEdge] = {}
    for flow in graph.flows:
        failing = any(graph.findings[number].verdict == "fail" for number in flow.findings)
        for source in flow.sources:
            hops = (source, *flow.through, flow.target)
            for number, (start, end) in enumerate(pairwise(hops)):
                edge = found.setdefault((start, end), GraphEdge(start, end, {}, False, False))
                edge.sure = edge.sure or flow.verdict == "open"
                last = number == len(hops) - 2
                edge.failing = edge.failing or (failing and last)
                label = flow.arrives if last and flow.arrives else flow.label
                edge.labels |= {label: None} if number == 0 or last else {}
    vpcs = _vpcs(graph)
    for edge in found.values():
        whole = found.get((vpcs.get(edge.start, ""), edge.end))
        if whole is None or not (edge.labels.keys() <= whole.labels.keys() and whole.sure):
            yield edge


def _vpcs(graph: Graph) -> dict[str, str]:
    """The box of "any address of the VPC" for each box in it that is no load balancer or proxy."""
    parents = {frame.id: frame.parent for frame in graph.frames}
    whole = {node.frame: node.id for node in graph.nodes if node.kind == "vpc"}
    return {
        node.id: whole[vpc]
        for node in graph.nodes
        if node.kind not in ("lb", "proxy", "vpc")
        and (vpc := parents.get(node.frame or "")) in whole
    }


def render(name: str, graphs: Sequence[Graph], absent: Sequence[Absent] = ()) -> str:
    """Graphs in one of the formats, as a text that ends with a newline.

    What was `absent` is named: the picture does not have what it creates.
    """
    module = import_module(f"{__name__}.{name}")
    return cast(_Render, module.render)(graphs, absent)
