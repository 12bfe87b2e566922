"""Compliance evidence as CSV (RFC 4180): a row for each control of the framework asked for.

It says what supports a control or speaks against it, and never that a control is met. What was
not analysed has rows of its own at the end.
"""

import csv
from collections.abc import Iterator
from io import StringIO

from taskwall.findings.compliance import evidence, frameworks
from taskwall.findings.finding import Report
from taskwall.findings.text import absent_calls, sanitize
from taskwall.outputs import View

COLUMNS = (
    *("framework", "control", "title", "rules", "not run"),
    *("fail", "unknown", "pass", "evidence"),
)


def render(report: Report, view: View | None = None) -> str:
    """The evidence for the framework that the view names."""
    asked = (view or View()).compliance
    framework = frameworks()[asked]
    name = f"{framework.title} {framework.version}"
    text = StringIO()
    rows = csv.writer(text)
    rows.writerow(COLUMNS)
    for one in evidence(report, asked):
        counts = (one.fails, one.unknowns, one.passes)
        rules = (" ".join(one.rules), " ".join(one.idle))
        rows.writerow((name, one.control, one.title, *rules, *counts, one.statement))
    for what in _left_out(report):
        said = _no_formula(sanitize(what))
        rows.writerow((name, "", said, "", "", "", "", "", "left out of the evidence"))
    return text.getvalue()


def _no_formula(text: str) -> str:
    """A text that spreadsheets do not calculate (OWASP, "CSV Injection")."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) else text


def _left_out(report: Report) -> Iterator[str]:
    """What was not analysed: the evidence is about the rest."""
    document = report.document
    for crash in document.crashes:
        yield f"{crash.rule} crashed on {crash.stack}: {crash.message}"
    for error in (*document.errors, *document.warnings):
        yield f"{error.file}:{error.line}: {error.message}"
    for call, said in absent_calls(document.absent):
        yield f"{call.file}:{call.line}: {said}"
