"""The picture of a network: tasks, load balancers, data stores and groups, and who reaches whom."""

from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from typing import Literal, TypeAlias, cast

from msgspec import Struct

from taskwall.core.facts import Fact
from taskwall.core.values import Span
from taskwall.model.core.entity import Entity, Link
from taskwall.model.core.network import Network
from taskwall.model.data_stores.store import MountTarget, Store
from taskwall.model.entities.ecs import TaskSource
from taskwall.model.entities.load_balancer import LoadBalancer
from taskwall.model.entities.security_group import Permission, SecurityGroup
from taskwall.model.load_balancing.internet_facing import is_public
from taskwall.model.load_balancing.paths import BalancerPath, balancer_paths
from taskwall.model.permissions.peers import allows_internet, permissions, who

NodeKind: TypeAlias = Literal[
    "internet", "addresses", "load balancer", "tasks", "security group", "data store"
]
EdgeKind: TypeAlias = Literal["reaches", "forwards", "uses", "allows"]

FORMATS = ("mermaid", "dot", "json")


class GraphNode(Struct, frozen=True):
    """A node of the picture. `seen` is false for what the sources only refer to.

    `id` is unique in its graph, `name` is the address, `word` is what messages call its kind.
    `file` and `line` say where it is declared; None where nothing is.
    """

    id: str
    kind: NodeKind
    name: str
    word: str
    seen: bool = True
    file: str | None = None
    line: int | None = None


class GraphEdge(Struct, frozen=True):
    """An arrow of the picture: traffic goes from `start` to `end`, but for `uses`.

    `reaches`: the internet a load balancer; `forwards`: a load balancer its tasks; `uses`: a
    resource its security group; `allows`: the end is a group, and the start is whom it allows, on
    the ports that `label` names. `sure` is false where the sources leave it open.
    """

    start: str
    end: str
    kind: EdgeKind
    label: str
    sure: bool
    file: str | None = None
    line: int | None = None


class Graph(Struct, frozen=True):
    """The picture of one stack."""

    stack: str
    nodes: tuple[GraphNode, ...]
    edges: tuple[GraphEdge, ...]


def drawn(network: Network, stack: str, shown: Callable[[str], str] = str) -> Graph:
    """The picture of a network.

    Args:
        network: of one stack, with its switches left open: what may be there is drawn as unsure.
        stack: its name.
        shown: how paths are spelt.
    """
    pen = _Pen(network, shown)
    for balancer in network.every(LoadBalancer):
        pen.balancer(balancer)
    for source in network.every(TaskSource):
        pen.tasks(source)
    for store in (*network.every(Store), *network.every(MountTarget)):
        pen.store(store)
    pen.allowed_peers()
    return Graph(stack, tuple(pen.nodes.values()), tuple(pen.edges.values()))


class _Pen:
    """Draws nodes once, however many edges lead to them."""

    def __init__(self, network: Network, shown: Callable[[str], str]) -> None:
        self.network = network
        self.shown = shown
        self.nodes: dict[tuple[NodeKind, str], GraphNode] = {}
        self.edges: dict[tuple[object, ...], GraphEdge] = {}

    def balancer(self, balancer: LoadBalancer) -> None:
        """A load balancer, whether the internet reaches it, and its groups."""
        here = self._node("load balancer", balancer, balancer.word)
        open_ = is_public(self.network, Link(balancer.id, balancer.exists, balancer.origin.header))
        if open_.truth is not False:
            internet = self._named("internet", "the internet")
            self._edge(internet, here, "reaches", "", open_ & balancer.exists)
        self._uses_groups(here, balancer.groups)

    def tasks(self, source: TaskSource) -> None:
        """What starts tasks, the load balancers before them, and their groups."""
        here = self._node("tasks", source, source.word)
        for front in balancer_paths(self.network, source):
            if front.fact.truth is not False:
                before = self._front(front)
                label = front.listener.name if front.listener is not None else ""
                self._edge(before, here, "forwards", label, front.fact)
        self._uses_groups(here, source.groups)

    def store(self, store: Store) -> None:
        """A data store and its groups."""
        self._uses_groups(self._node("data store", store, store.word), store.groups)

    def allowed_peers(self) -> None:
        """Whom the groups drawn so far allow; groups that they allow are drawn as well."""
        groups = [node for (kind, _), node in self.nodes.items() if kind == "security group"]
        for node in groups:
            for permission in permissions(self.network, node.name, "ingress"):
                if permission.fact.truth is not False:
                    peer = node if permission.itself else self._peer(permission)
                    self._edge(peer, node, "allows", permission.ports, permission.fact)

    def _front(self, front: BalancerPath) -> GraphNode:
        if front.balancer is not None:
            return self._node("load balancer", front.balancer, front.balancer.word)
        return self._named("load balancer", "a load balancer that is not in the sources")

    def _peer(self, permission: Permission) -> GraphNode:
        """Whom a permission allows."""
        if permission.peer is not None and permission.peer.to:
            return self._group(permission.peer)
        if allows_internet(self.network, permission).truth:
            return self._named("internet", "the internet")
        return self._named("addresses", who(self.network, permission))

    def _uses_groups(self, here: GraphNode, groups: Sequence[Link]) -> None:
        for link in groups:
            if link.to:
                self._edge(here, self._group(link), "uses", "", link.fact)

    def _group(self, link: Link) -> GraphNode:
        group = self.network.get(SecurityGroup, link)
        if group is None or group.external:
            return self._named("security group", link.to)
        return self._node("security group", group, "security group")

    def _node(self, kind: NodeKind, entity: Entity, word: str) -> GraphNode:
        key: tuple[NodeKind, str] = (kind, entity.id)
        if key not in self.nodes:
            header = entity.origin.header
            seen = not entity.external
            file, line = (self.shown(header.file), header.line) if seen else (None, None)
            self.nodes[key] = GraphNode(self._id(), kind, entity.id, word, seen, file, line)
        return self.nodes[key]

    def _named(self, kind: NodeKind, name: str) -> GraphNode:
        """Something that the sources name and do not declare."""
        key: tuple[NodeKind, str] = (kind, name)
        if key not in self.nodes:
            seen = kind in ("internet", "addresses")
            self.nodes[key] = GraphNode(self._id(), kind, name, kind, seen)
        return self.nodes[key]

    def _id(self) -> str:
        return f"n{len(self.nodes) + 1}"

    def _edge(
        self, start: GraphNode, end: GraphNode, kind: EdgeKind, label: str, fact: Fact
    ) -> None:
        place = _place(fact)
        file, line = (None, None) if place is None else (self.shown(place.file), place.line)
        said = (start.id, end.id, kind, label, fact.truth is True)
        self.edges.setdefault(said, GraphEdge(*said, file, line))


def _place(fact: Fact) -> Span | None:
    """Where the sources say so first."""
    return next((leaf.place for leaf in _leaves(fact) if leaf.place is not None), None)


def _leaves(fact: Fact) -> Iterator[Fact]:
    return fact.deciding() if fact.op else iter((fact,))


def render(name: str, graphs: Sequence[Graph]) -> str:
    """Graphs in one of the formats, as a text that ends with a newline."""
    module = import_module(f"{__name__}.{name}")
    return cast(Callable[[Sequence[Graph]], str], module.render)(graphs)
