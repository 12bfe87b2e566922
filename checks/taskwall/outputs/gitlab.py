"""GitLab's code quality report (a subset of Code Climate's), for merge requests.

What is unknown, absent or a warning is of the severity "info". What is suppressed, in the baseline
or passes is not in it. Sources that could not be read and rules that crashed are blockers.
"""

from collections.abc import Iterator, Mapping

import msgspec

from taskwall.core.digest import sha256
from taskwall.findings.finding import Finding, Report, Severity
from taskwall.findings.markdown import chain_items, fenced
from taskwall.findings.text import absent_calls, one_line, sanitize
from taskwall.outputs import View

GITLAB_SEVERITIES: Mapping[Severity, str] = {
    "critical": "blocker",
    "high": "critical",
    "medium": "major",
    "low": "minor",
    "info": "info",
}


def render(report: Report, view: View | None = None) -> str:
    """The report as a list of issues, each with the fingerprint that GitLab compares by."""
    issues = list(_issues(report))
    return msgspec.json.format(msgspec.json.encode(issues), indent=2).decode() + "\n"


def _issues(report: Report) -> Iterator[dict[str, object]]:
    document = report.document
    for crash in document.crashes:
        yield _issue("crash", f"{crash.rule} crashed: {crash.message}", "blocker", crash.stack, 1)
    for error in document.errors:
        yield _issue("unreadable", error.message, "blocker", error.file, error.line)
    for warning in document.warnings:
        yield _issue("unreadable", warning.message, "info", warning.file, warning.line)
    for call, text in absent_calls(document.absent):
        yield _issue("absent", text, "info", call.file, call.line)
    for finding in document.findings:
        if finding.verdict == "pass":
            continue
        unknown = finding.verdict == "unknown"
        yield _issue(
            finding.rule,
            one_line(finding, report.reasons),
            "info" if unknown else GITLAB_SEVERITIES[finding.severity],
            finding.file,
            finding.line,
            finding.end_line,
            finding.fingerprint,
            "\n".join(_body(finding)),
        )


def _body(finding: Finding) -> Iterator[str]:
    """The chain that leads to a finding, and its fix, in Markdown."""
    yield from chain_items(finding)
    if finding.fix:
        yield f"\n{fenced(finding.fix.text)}"


def _issue(
    check: str,
    text: str,
    severity: str,
    file: str,
    line: int,
    end_line: int = 0,
    fingerprint: str = "",
    body: str = "",
) -> dict[str, object]:
    said = sanitize(text)
    content: dict[str, object] = {"content": {"body": body}} if body else {}
    return {
        "description": said,
        **content,
        "check_name": check,
        "fingerprint": fingerprint or sha256(f"{check}\0{file}\0{said}".encode())[:20],
        "severity": severity,
        "location": {"path": file, "lines": {"begin": line, "end": end_line or line}},
    }
