"""Graphs in the language of Graphviz."""

from collections.abc import Iterator, Mapping, Sequence

from taskwall.findings.text import sanitize
from taskwall.graph import Graph, GraphEdge, GraphNode, NodeKind

SHAPES: Mapping[NodeKind, str] = {
    "internet": "doublecircle",
    "addresses": "ellipse",
    "load balancer": "hexagon",
    "tasks": "box",
    "security group": "octagon",
    "data store": "cylinder",
}


def render(graphs: Sequence[Graph]) -> str:
    """One digraph, with a cluster for each stack where there are several."""
    lines = ["digraph taskwall {", "  rankdir=LR;"]
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
    for node in graph.nodes:
        yield _node(node, prefix)
    for edge in graph.edges:
        yield _edge(edge, prefix)


def _node(node: GraphNode, prefix: str) -> str:
    words = [] if node.word == node.kind else [node.word]
    style = "" if node.seen else ", style=dashed"
    label = _quoted(*words, node.name)
    return f"{prefix}{node.id} [label={label}, shape={SHAPES[node.kind]}{style}];"


def _edge(edge: GraphEdge, prefix: str) -> str:
    given = [f"label={_quoted(edge.label)}"] if edge.label else []
    if edge.kind == "uses":
        given.append("style=dotted, dir=none")
    elif not edge.sure:
        given.append("style=dashed")
    more = f" [{', '.join(given)}]" if given else ""
    return f"{prefix}{edge.start} -> {prefix}{edge.end}{more};"


def _quoted(*lines: str) -> str:
    """Lines as one quoted text."""
    texts = (sanitize(line.replace("\n", " ")) for line in lines)
    escaped = (text.replace("\\", "\\\\").replace('"', '\\"') for text in texts)
    return '"' + "\\n".join(escaped) + '"'
