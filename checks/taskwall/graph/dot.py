"""Graphs in the language of Graphviz."""

from collections.abc import Iterator, Mapping, Sequence

from taskwall.findings.finding import Absent
from taskwall.findings.text import sanitize
from taskwall.graph import Graph, GraphEdge, GraphNode, NodeKind, edges
from taskwall.graph.labels import box, failing, inner_frames, not_drawn, titles

SHAPES: Mapping[NodeKind, str] = {
    "internet": "doublecircle",
    "outside": "ellipse",
    "vpc": "ellipse",
    "lb": "hexagon",
    "store": "cylinder",
    "proxy": "cylinder",
    "endpoint": "octagon",
}
"""All others are rectangles."""


def render(graphs: Sequence[Graph], absent: Sequence[Absent]) -> str:
    """One digraph, with a cluster for each stack where there are several."""
    lines = ["digraph taskwall {", "  rankdir=LR;"]
    if absent:
        lines.append(f"  label={_quoted(not_drawn(absent))};")
    for number, graph in enumerate(graphs, 1):
        prefix = f"s{number}" if len(graphs) > 1 else ""
        if prefix:
            lines.append(f"  subgraph cluster_{prefix} {{")
            lines.append(f"    label={_quoted(graph.stack)};")
        lines += [f"    {line}" if prefix else f"  {line}" for line in _lines(graph, prefix)]
        if prefix:
            lines.append("  }")
    lines.append("}")
    return "\n".join(lines) + "\n"


def _lines(graph: Graph, prefix: str) -> Iterator[str]:
    yield from _framed(graph, prefix, None)
    for edge in edges(graph):
        yield _edge(edge, prefix)


def _framed(graph: Graph, prefix: str, frame: str | None) -> Iterator[str]:
    """What is in a frame, or in none: its boxes, then the frames in it."""
    for node in graph.nodes:
        if node.frame == frame:
            yield _node(graph, node, prefix)
    for inner in inner_frames(graph, frame):
        yield f"subgraph cluster_{prefix}{inner.id} {{"
        yield f"  label={_quoted(*titles(inner))};"
        yield from (f"  {line}" for line in _framed(graph, prefix, inner.id))
        yield "}"


def _node(graph: Graph, node: GraphNode, prefix: str) -> str:
    given = [f"label={_quoted(*box(graph, node))}", f"shape={SHAPES.get(node.kind, 'box')}"]
    if not (node.seen and node.sure):
        given.append("style=dashed")
    if failing(graph, node.findings):
        given.append("color=red")
    return f"{prefix}{node.id} [{', '.join(given)}];"


def _edge(edge: GraphEdge, prefix: str) -> str:
    given = [f"label={_quoted(*edge.labels)}"] if edge.labels else []
    given += [] if edge.sure else ["style=dashed"]
    given += ["color=red"] if edge.failing else []
    more = f" [{', '.join(given)}]" if given else ""
    return f"{prefix}{edge.start} -> {prefix}{edge.end}{more};"


def _quoted(*lines: str) -> str:
    """Lines as one quoted text."""
    texts = (sanitize(line.replace("\n", " ")) for line in lines)
    escaped = (text.replace("\\", "\\\\").replace('"', '\\"') for text in texts)
    return '"' + "\\n".join(escaped) + '"'
