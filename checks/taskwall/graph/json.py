"""Graphs as JSON: their nodes and edges."""

from collections.abc import Sequence

import msgspec

from taskwall.graph import Graph


def render(graphs: Sequence[Graph]) -> str:
    """An object with the version of the form and the graphs."""
    raw = msgspec.json.encode({"version": 2, "graphs": graphs})
    return msgspec.json.format(raw, indent=2).decode() + "\n"
