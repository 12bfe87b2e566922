"""Graphs as a flowchart of Mermaid, which GitHub and GitLab draw in Markdown."""

from collections.abc import Iterator, Mapping, Sequence

from taskwall.findings.finding import Absent
from taskwall.findings.text import sanitize
from taskwall.graph import Graph, GraphEdge, GraphNode, NodeKind, edges
from taskwall.graph.labels import box, failing, inner_frames, not_drawn, titles

SHAPES: Mapping[NodeKind, tuple[str, str]] = {
    "internet": ("((", "))"),
    "outside": ("([", "])"),
    "vpc": ("([", "])"),
    "lb": ("{{", "}}"),
    "store": ("[(", ")]"),
    "proxy": ("[(", ")]"),
    "endpoint": ("(", ")"),
}
"""All others are rectangles."""


def render(graphs: Sequence[Graph], absent: Sequence[Absent]) -> str:
    """One flowchart, with a subgraph for each stack where there are several."""
    lines = ["flowchart LR"]
    numbered = 0
    red: list[int] = []
    for number, graph in enumerate(graphs, 1):
        prefix = f"s{number}" if len(graphs) > 1 else ""
        indent = "    " if prefix else "  "
        if prefix:
            lines.append(f'  subgraph {prefix}["{_escaped(graph.stack)}"]')
        lines += [f"{indent}{line}" for line in _framed(graph, prefix, None)]
        for edge in edges(graph):
            lines.append(f"{indent}{_edge(edge, prefix)}")
            red += [numbered] if edge.failing else []
            numbered += 1
        if prefix:
            lines.append("  end")
    if absent:
        lines += [f'  absent["{_escaped(not_drawn(absent))}"]', "  class absent unsure"]
    lines.append("  classDef unsure stroke-dasharray: 4 4")
    lines.append("  classDef failing stroke:#c00,stroke-width:2px")
    if red:
        lines.append(f"  linkStyle {','.join(map(str, red))} stroke:#c00")
    return "\n".join(lines) + "\n"


def _framed(graph: Graph, prefix: str, frame: str | None) -> Iterator[str]:
    """What is in a frame, or in none: its boxes, then the frames in it."""
    for node in graph.nodes:
        if node.frame == frame:
            yield from _node(graph, node, prefix)
    for inner in inner_frames(graph, frame):
        yield f'subgraph {prefix}{inner.id}["{"<br>".join(map(_escaped, titles(inner)))}"]'
        yield from (f"  {line}" for line in _framed(graph, prefix, inner.id))
        yield "end"


def _node(graph: Graph, node: GraphNode, prefix: str) -> Iterator[str]:
    before, after = SHAPES.get(node.kind, ("[", "]"))
    label = "<br>".join(map(_escaped, box(graph, node)))
    yield f'{prefix}{node.id}{before}"{label}"{after}'
    if not (node.seen and node.sure):
        yield f"class {prefix}{node.id} unsure"
    if failing(graph, node.findings):
        yield f"class {prefix}{node.id} failing"


def _edge(edge: GraphEdge, prefix: str) -> str:
    arrow = "-->" if edge.sure else "-.->"
    label = f'|"{"<br>".join(map(_escaped, edge.labels))}"|' if edge.labels else ""
    return f"{prefix}{edge.start} {arrow}{label} {prefix}{edge.end}"


def _escaped(text: str) -> str:
    """A text in which nothing ends the label, or is taken for HTML or Markdown."""
    return "".join(
        char if char.isalnum() or char in " ._-/:,[]()" else f"#{ord(char)};"
        for char in sanitize(text.replace("\n", " "))
    )
