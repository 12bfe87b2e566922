"""Graphs as JSON: their frames, boxes, flows and findings."""

from collections.abc import Sequence

import msgspec

from taskwall.graph import Graph


def render(graphs: Sequence[Graph]) -> str:
    """An object with the version of the form and the graphs."""
    raw = msgspec.json.encode({"version": 3, "graphs": graphs})
    return msgspec.json.format(raw, indent=2).decode() + "\n"
