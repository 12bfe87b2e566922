"""Graphs as a flowchart of Mermaid, which GitHub and GitLab draw in Markdown."""

from collections.abc import Iterator, Mapping, Sequence

from taskwall.findings.text import sanitize
from taskwall.graph import Graph, GraphEdge, GraphNode, NodeKind

SHAPES: Mapping[NodeKind, tuple[str, str]] = {
    "internet": ("((", "))"),
    "addresses": ("([", "])"),
    "load balancer": ("{{", "}}"),
    "tasks": ("[", "]"),
    "security group": ("(", ")"),
    "data store": ("[(", ")]"),
}


def render(graphs: Sequence[Graph]) -> str:
    """One flowchart, with a subgraph for each stack where there are several."""
    lines = ["flowchart LR"]
    for number, graph in enumerate(graphs, 1):
        prefix = f"s{number}" if len(graphs) > 1 else ""
        if prefix:
            lines.append(f'  subgraph {prefix}["{_escaped(graph.stack)}"]')
        lines += [f"    {line}" if prefix else f"  {line}" for line in _lines(graph, prefix)]
        if prefix:
            lines.append("  end")
    if any(not node.seen for graph in graphs for node in graph.nodes):
        lines.append("  classDef unseen stroke-dasharray: 4 4")
    return "\n".join(lines) + "\n"


def _lines(graph: Graph, prefix: str) -> Iterator[str]:
    for node in graph.nodes:
        yield _node(node, prefix)
    for edge in graph.edges:
        yield _edge(edge, prefix)


def _node(node: GraphNode, prefix: str) -> str:
    before, after = SHAPES[node.kind]
    words = [] if node.word == node.kind else [node.word]
    label = "<br>".join(map(_escaped, (*words, node.name)))
    unseen = "" if node.seen else ":::unseen"
    return f'{prefix}{node.id}{before}"{label}"{after}{unseen}'


def _edge(edge: GraphEdge, prefix: str) -> str:
    arrow = "-.-" if edge.kind == "uses" else "-->" if edge.sure else "-.->"
    label = "" if not edge.label else f'|"{_escaped(edge.label)}"|'
    return f"{prefix}{edge.start} {arrow}{label} {prefix}{edge.end}"


def _escaped(text: str) -> str:
    """A text in which nothing ends the label, or is taken for HTML or Markdown."""
    return "".join(
        char if char.isalnum() or char in " ._-/:,[]()" else f"#{ord(char)};"
        for char in sanitize(text.replace("\n", " "))
    )
