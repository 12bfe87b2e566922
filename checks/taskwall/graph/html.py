"""Graphs as one page that loads nothing: boxes in VPCs and subnets, and arrows between them."""

from base64 import b64encode
from collections.abc import Sequence
from hashlib import sha256
from html import escape
from importlib.resources import files

import msgspec

from taskwall.findings.finding import Absent
from taskwall.findings.text import sanitize
from taskwall.graph import Graph, edges
from taskwall.graph.labels import not_drawn


def render(graphs: Sequence[Graph], absent: Sequence[Absent]) -> str:
    """The page: its own style and script are all that its policy lets run."""
    page = files(__package__) / "page"
    template, style, script = (
        (page / name).read_text(encoding="utf-8") for name in ("page.html", "page.css", "page.js")
    )
    parts = {
        "POLICY": f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}';"
        " base-uri 'none'; form-action 'none'",
        "STYLE": style,
        "SCRIPT": script,
        "ABSENT": escape(not_drawn(absent)) if absent else "",
        "DATA": _data(graphs),
    }
    before, *rest = template.split("{{")
    return before + "".join(
        parts[name] + after for name, _, after in (piece.partition("}}") for piece in rest)
    )


def _hash(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"


def _data(graphs: Sequence[Graph]) -> str:
    """The graphs as JSON in which nothing ends the element that it stands in."""
    held = [
        {
            "stack": graph.stack,
            "frames": graph.frames,
            "nodes": graph.nodes,
            "flows": graph.flows,
            "findings": graph.findings,
            "edges": [
                (edge.start, edge.end, tuple(edge.labels), edge.sure, edge.failing)
                for edge in edges(graph)
            ],
        }
        for graph in graphs
    ]
    return sanitize(msgspec.json.encode(held).decode()).replace("<", "\\u003c")
