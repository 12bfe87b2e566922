"""The JSON that tools build on: the document as it stands, indented."""

import msgspec

from taskwall.findings.finding import Report
from taskwall.outputs import View


def render(report: Report, view: View | None = None) -> str:
    """The report's document; notes and excerpts are for people and not in it."""
    raw = msgspec.json.encode(report.document)
    return msgspec.json.format(raw, indent=2).decode() + "\n"
