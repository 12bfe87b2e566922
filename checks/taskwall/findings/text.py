"""Texts of sources, made fit to be shown."""

import unicodedata
from collections.abc import Iterable, Mapping

from taskwall.core.values import Need, waiting
from taskwall.findings.finding import SEVERITIES, Finding, Report

TAB = 4
"""How many blanks a tab is shown as."""


def sanitize(text: str) -> str:
    """A text without what would steer a terminal or turn the order of its characters."""
    if text.isprintable():
        return text
    return "".join(
        "\N{REPLACEMENT CHARACTER}"
        if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp")
        else char
        for char in text.replace("\t", " " * TAB)
    )


def one_line(finding: Finding, reasons: Mapping[str, str]) -> str:
    """What a finding says in one line: its message, the settings it needs, what it waits for."""
    text = finding.message
    if finding.when:
        text += f" (when {finding.when})"
    if finding.missing:
        text += f": {waiting(Need(name, reasons.get(name, '')) for name in finding.missing)}"
    return sanitize(text)


def remainder(report: Report) -> str:
    """What the stacks of the files that were given have beside what is shown; "" if nothing."""
    fails, unknown = report.elsewhere
    kinds = ((fails, "more finding"), (unknown, "more unknown"))
    counts = [f"{count} {kind}{'s' * (count > 1)}" for count, kind in kinds if count]
    do = "does" if sum(report.elsewhere) == 1 else "do"
    return f"{' and '.join(counts)} {do} not touch the files given." if counts else ""


def by_severity(findings: Iterable[Finding]) -> list[Finding]:
    """Findings by severity, fails before unknowns before passes; else in their order."""
    verdicts = ("fail", "unknown", "pass")
    return sorted(
        findings,
        key=lambda one: (verdicts.index(one.verdict), SEVERITIES.index(one.severity)),
    )
