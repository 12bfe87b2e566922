"""Workflow commands of GitHub Actions, which show findings beside the lines of a pull request.

GitHub shows ten errors, ten warnings and ten notices of a step: the worst come first. What is
unknown, or absent, is a notice; what is suppressed, in the baseline or passes is
not shown.
"""

from collections.abc import Iterator, Mapping

from taskwall.findings.finding import Finding, Report, Severity
from taskwall.findings.text import (
    absent_calls,
    by_severity,
    counted,
    one_line,
    remainder,
    sanitize,
)
from taskwall.outputs import View

GITHUB_COMMANDS: Mapping[Severity, str] = {
    "critical": "error",
    "high": "error",
    "medium": "warning",
    "low": "notice",
    "info": "notice",
}


def render(report: Report, view: View | None = None) -> str:
    """The report as a command for each error, crash and finding, and a line that sums it up.

    Notes are lines of the log: they are about no change, and would take the place of notices.
    """
    lines = [*_commands(report), *(f"note: {sanitize(note)}" for note in report.notes)]
    lines.append(f"taskwall: {counted(report)}")
    lines += filter(None, [remainder(report)])
    return "".join(f"{line}\n" for line in lines)


def _commands(report: Report) -> Iterator[str]:
    for crash in report.document.crashes:
        title = f"taskwall: {crash.rule} crashed"
        yield _command("error", {"title": title}, f"{crash.stack}: {crash.message}")
    for error in report.document.errors:
        place = {"file": error.file, "line": str(error.line), "col": str(error.column)}
        yield _command("error", {**place, "title": "taskwall: cannot be read"}, error.message)
    for warning in report.document.warnings:
        place = {"file": warning.file, "line": str(warning.line), "col": str(warning.column)}
        yield _command("warning", {**place, "title": "taskwall: cannot be read"}, warning.message)
    found = by_severity(report.document.findings)
    for finding in found:
        if finding.verdict == "fail":
            yield _finding(GITHUB_COMMANDS[finding.severity], finding.severity, finding, report)
    for call, text in absent_calls(report.document.absent):
        place = {"file": call.file, "line": str(call.line)}
        how = "read as a stand-in" if call.read_as else "not read"
        yield _command("notice", {**place, "title": f"taskwall: {call.kind} {how}"}, text)
    for finding in found:
        if finding.verdict == "unknown":
            yield _finding("notice", "unknown", finding, report)


def _finding(command: str, word: str, finding: Finding, report: Report) -> str:
    place = {"file": finding.file, "line": str(finding.line)}
    if finding.line == finding.end_line:  # columns are for places within one line
        place |= {"col": str(finding.column), "endColumn": str(finding.end_column)}
    else:
        place["endLine"] = str(finding.end_line)
    place["title"] = f"{finding.rule} {word}"
    text = one_line(finding, report.reasons)
    if finding.verdict == "fail" and finding.fix:
        text += f"\n\n{finding.fix.text.strip()}"
    return _command(command, place, text)


def _command(name: str, properties: Mapping[str, str], message: str) -> str:
    """A workflow command, escaped as GitHub's own toolkit does (`@actions/core`)."""
    given = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::{name} {given}::{_data(message)}"


def _data(text: str) -> str:
    lines = "\n".join(map(sanitize, text.split("\n")))
    return lines.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
