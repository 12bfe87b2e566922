"""Graphs as JSON: their frames, boxes, flows and findings."""

from collections.abc import Sequence

import msgspec

from taskwall.findings.finding import Absent
from taskwall.graph import Graph


def render(graphs: Sequence[Graph], absent: Sequence[Absent]) -> str:
    """An object with the version of the form, the graphs, and what was not there to be read."""
    raw = msgspec.json.encode({"version": 3, "graphs": graphs, "absent": absent})
    return msgspec.json.format(raw, indent=2).decode() + "\n"
