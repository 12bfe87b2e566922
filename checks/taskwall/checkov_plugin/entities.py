"""Findings onto checkov's entities: the vertices of its graph, by file and address."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any, SupportsIndex

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from taskwall.findings.finding import Finding
    from taskwall.sources.found import SourceKind

KINDS: Mapping[str, SourceKind] = {
    "terraform": "terraform",
    "terraform_json": "terraform",
    "terraform_plan": "plan",
    "cloudformation": "cloudformation",
}
"""The frameworks of checkov that we judge, and the kind of source that each reads."""

Vertex = dict[str, Any]

_JUDGED = ("resource", "data")
_KEY = r"\[(?:\d+|\*|\"(?:[^\"\\]|\\.)*\")\]"
_KEYS = re.compile(_KEY)
_OWN = re.compile(rf"(?:[^/\[]|{_KEY})+$")
"""An address without the root before it, by which roots judged as one tell theirs apart."""
_LINES = (("__start_line__", "__end_line__"), ("__startline__", "__endline__"))


def vertices(graph: Any) -> Iterator[Vertex]:
    """The vertices of a graph of either library that checkov can use (rustworkx, networkx)."""
    networkx = type(graph).__module__.startswith("networkx")
    nodes = graph.nodes(data=True) if networkx else graph.nodes()
    for _, attributes in nodes:
        yield attributes


class Entities:
    """The entities of one graph."""

    def __init__(self, graph: Any, kind: SourceKind) -> None:
        self.graph = graph
        self._kind = kind
        self._by_address: dict[str, dict[str, list[Vertex]]] = {}
        self._bare: dict[str, dict[str, list[Vertex]]] = {}
        self._by_file: dict[str, list[Vertex]] = {}
        for found in vertices(graph):
            vertex = _findable(found) if kind == "terraform" else found
            if vertex.get("block_type_") in _JUDGED and "file_path_" in vertex:
                file = os.path.abspath(vertex["file_path_"])
                address = self._address(vertex)
                for table, name in ((self._by_address, address), (self._bare, _bare(address))):
                    table.setdefault(file, {}).setdefault(name, []).append(vertex)
                self._by_file.setdefault(file, []).append(vertex)

    @property
    def any_of_aws(self) -> bool:
        """Whether there is anything that the rules could be about."""
        return any(
            address.startswith(("aws_", "AWS::")) or ".aws_" in address
            for held in self._by_file.values()
            for address in (str(vertex["block_name_"]) for vertex in held)
        )

    @property
    def first(self) -> Vertex | None:
        """Any entity, to say something on that is about none of them."""
        return next((held[0] for held in self._by_file.values()), None)

    def _address(self, vertex: Vertex) -> str:
        if self._kind == "cloudformation":
            return str(vertex["block_name_"]).rpartition(".")[2]
        return str(vertex.get("__address__") or vertex["block_name_"])

    def of_finding(self, finding: Finding, file: str, stack: str, *, near: bool) -> list[Vertex]:
        """The entities that a finding is about: one for each instance that checkov tells apart.

        Where checkov has no entity of that name (it expands neither every loop nor every module)
        a mistake stands at the one that its line lies in, or else the one before it.

        Args:
            finding: the finding.
            file: its file, absolute.
            stack: the absolute path of its stack, a file for a plan or a template.
            near: whether it may stand at another entity than its own.
        """
        if self._kind == "plan":
            file = stack
        found: dict[int, Vertex] = {}
        # What a downloaded module does wrong is reported at its call: the entity is a step further.
        steps = {os.path.abspath(step.file) for step in finding.because}
        for address in finding.addresses:
            for at in (file, *sorted(steps - {file})):
                if vertices_there := self._named(at, address):
                    found |= {id(vertex): vertex for vertex in vertices_there}
                    break
        if not found and near and finding.verdict != "pass":
            other = self._near(file, finding.line)
            return [] if other is None else [other]
        return list(found.values())

    def _named(self, file: str, address: str) -> list[Vertex]:
        if (own := _OWN.search(address)) is not None:
            address = own[0]
        exact = self._by_address.get(file, {}).get(address)
        return exact or self._bare.get(file, {}).get(_bare(address), [])

    def _near(self, file: str, line: int) -> Vertex | None:
        """The entity of a file that a line lies in; without one, the last before it."""
        best: tuple[bool, int, Vertex] | None = None
        for vertex in self._by_file.get(file, ()):
            start, end = extent(vertex)
            rank = (start <= line <= end, start if start <= line else -start)
            if best is None or rank > best[:2]:
                best = (*rank, vertex)
        return None if best is None else best[2]


def called_modules(graphs: Iterable[Any]) -> dict[tuple[str, str], str]:
    """Where checkov found, or put, the modules that are called.

    Returns:
        Their folders, by the folder that calls them and the name of the call.
    """
    found = {}
    for vertex in (vertex for graph in graphs for vertex in vertices(graph)):
        if vertex.get("block_type_") != "module":
            continue
        name = vertex["block_name_"]
        folders = {
            os.path.dirname(os.path.abspath(getattr(key, "file_path", key)))
            for key in vertex["config_"].get(name, {}).get("__resolved__") or ()
        }
        if len(folders) == 1:
            found[os.path.dirname(os.path.abspath(vertex["file_path_"])), name] = folders.pop()
    return found


def vertex_shown(vertex: Vertex, kind: SourceKind) -> Vertex:
    """What of a vertex checkov needs to show a result on it.

    The rest, which checkov would copy and write into its JSON, may hold secrets.
    """
    kept = {key: value for key, value in vertex.items() if _is_kept(key)}
    if kind != "cloudformation":
        kept["config_"] = {
            type_: {name: _kept(body) for name, body in named.items()}
            for type_, named in vertex["config_"].items()
            if isinstance(named, dict)
        }
    return kept


def _kept(body: Any) -> Any:
    return {key: body[key] for key in body if _is_kept(key)} if isinstance(body, dict) else body


def _is_kept(key: str) -> bool:
    """Whether an attribute of a vertex is checkov's own, or names the entity."""
    return key in ("id", "hash", "tags", "Tags") or (key.endswith("_") and key != "config_")


class _Name(str):
    """A name that is split at the dots between its parts, and not at those in an instance key."""

    __slots__ = ()

    def split(self, sep: str | None = None, maxsplit: SupportsIndex = -1) -> list[str]:
        head, bracket, key = self.partition("[")
        *parts, last = str.split(head, sep, maxsplit)  # the head may be this very name
        return [*parts, f"{last}{bracket}{key}"]


def _findable(vertex: Vertex) -> Vertex:
    """A vertex whose context checkov finds: it loses those with a dot in an instance key."""
    name = str(vertex.get("block_name_"))
    return {**vertex, "block_name_": _Name(name)} if "." in name.partition("[")[2] else vertex


def _bare(address: str) -> str:
    """An address without instance keys."""
    return _KEYS.sub("", address)


def extent(vertex: Vertex) -> tuple[int, int]:
    """The first and the last line of an entity, (0, 0) if checkov does not say."""
    for first, last in _LINES:
        if first in vertex and last in vertex:
            return int(vertex[first]), int(vertex[last])
    return 0, 0
