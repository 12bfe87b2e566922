"""The report for people: findings by severity, what was not read, and a summary at the end.

What is printed is made once, as pieces of text with the name of a style; they are put together
plainly or, for a terminal, in colour.
"""

from collections.abc import Iterator

from taskwall.findings.finding import Report
from taskwall.findings.text import sanitize
from taskwall.outputs import View
from taskwall.outputs.text.findings import are_many, by_rule, findings
from taskwall.outputs.text.pieces import Piece, join_pieces, place
from taskwall.outputs.text.totals import totals
from taskwall.outputs.text.unknowns import unknowns
from taskwall.outputs.text.unread import absent_sources, problems, ties, unread_types


def render(report: Report, view: View | None = None) -> str:
    """The report as text; in colour if the view has it."""
    view = view or View()
    return join_pieces(_pieces(report, view), view.colour)


def _pieces(report: Report, view: View) -> Iterator[Piece]:
    document = report.document
    if not view.summary:
        yield from findings(report, view)
    if view.verbose:
        yield from _suppressed(report)
    for crash in document.crashes:
        yield f"crash in {crash.rule}", "error"
        yield f" on {sanitize(crash.stack)}: {sanitize(crash.message)}\n", ""
    yield from problems("error", document.errors, view)
    if view.quiet:
        if report.status == 1 and all(one.verdict != "fail" for one in report.findings):
            yield from absent_sources(report, view)  # one of these fails the run
            yield from unknowns(report, view)
        return
    yield from problems("warning", document.warnings, view)
    for note in report.notes:
        yield "note", "loud"
        yield f": {sanitize(note)}\n", ""
    if document.crashes or document.errors or document.warnings or report.notes:
        yield "\n", ""
    if view.ties:
        yield from ties(report, view)
    yield from absent_sources(report, view)
    yield from unread_types(report, view)
    yield from unknowns(report, view)
    if view.summary or are_many(report, view):
        yield from by_rule(report)
    yield from totals(report, view)


def _suppressed(report: Report) -> Iterator[Piece]:
    for silent in report.document.suppressed:
        one = silent.finding
        why = f": {sanitize(silent.reason)}" if silent.reason else ""
        yield f"{one.rule} suppressed", "quiet"
        yield f": {sanitize(one.message)}\n", ""
        yield "  --> ", "frame"
        yield f"{place(one.file, one.line, one.column)}\n", ""
        yield f"    by the {silent.by} at {place(silent.file, silent.line)}{why}\n\n", ""
