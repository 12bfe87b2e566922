"""Markdown for a job's summary or a comment on a pull request, of at most a few hundred lines.

The text of sources is escaped: it is shown as it stands, mentions nobody and makes no links.
"""

from collections import Counter
from collections.abc import Iterator, Sequence

from taskwall.findings.causes import by_cause
from taskwall.findings.finding import SEVERITIES, Edit, Finding, Report, Suppressed
from taskwall.findings.markdown import as_code, as_plain, chain_items, fenced
from taskwall.findings.text import (
    absent_calls,
    absent_count,
    by_severity,
    not_read,
    one_line,
    remainder,
    sanitize,
)
from taskwall.outputs import View

MAX_ROWS = 50
ROOM = 30_000
"""How many findings of a kind are listed, and how many characters tell what stands behind them:
GitHub takes comments of 65536."""

MAX_SUGGESTED = 20
"""How many lines a suggestion takes the place of at most."""

MASK = "**"
"""What a masked line holds."""


def render(report: Report, view: View | None = None) -> str:
    """The report as a heading, a sentence, a table of fails, and what stands behind each."""
    return "\n".join(_blocks(report)) + "\n"


def _blocks(report: Report) -> Iterator[str]:
    document = report.document
    found = by_severity(document.findings)
    fails = [one for one in found if one.verdict == "fail"]
    yield "## taskwall\n"
    yield _summary(report) + "\n"
    if rest := remainder(report):
        yield f"{rest}\n"
    problems = (*document.errors, *document.warnings)
    if document.crashes or problems:
        yield "### Not analysed\n"
        for crash in document.crashes:
            where = f"{as_plain(crash.rule)} crashed on {as_code(crash.stack)}"
            yield f"- {where}: {as_plain(crash.message)}"
        for error, *others in by_cause(problems):
            where = as_code(f"{error.file}:{error.line}:{error.column}")
            more = f" (and {len(others):,} like it)" if others else ""
            yield f"- {where}: {as_plain(error.message)}{more}"
        yield ""
    if absent := list(absent_calls(document.absent)):
        yield "### Not read\n"
        for call, text in absent[:MAX_ROWS]:
            yield f"- {as_code(f'{call.file}:{call.line}')}: {as_plain(text)}"
        yield from _more(absent)
        yield ""
    if fails:
        yield from _table(fails, report)
    unknown = [one for one in found if one.verdict == "unknown"]
    if unknown:
        yield "<details><summary>Unknown</summary>\n"
        for one in unknown[:MAX_ROWS]:
            yield f"- {_where(one)} {one.rule}: {as_plain(one_line(one, report.reasons))}"
        yield from _more(unknown)
        yield "\n</details>\n"
    known = [held for held in document.suppressed if held.by == "baseline"]
    suppressed = [held for held in document.suppressed if held.by != "baseline"]
    yield from _aside("In the baseline", known, report)
    yield from _aside("Suppressed", suppressed, report)
    if report.notes:
        yield f"<details><summary>Notes: {len(report.notes)}</summary>\n"
        for note in report.notes[:MAX_ROWS]:
            yield f"- {as_plain(note)}"
        yield from _more(report.notes)
        yield "\n</details>\n"


def _summary(report: Report) -> str:
    counts = report.document.summary
    fails = Counter(one.severity for one in report.findings if one.verdict == "fail")
    parts = [f"{fails[severity]} {severity}" for severity in SEVERITIES if fails[severity]]
    new = "new " * report.has_baseline
    said = f"**{counts.fail} {new}fail{'' if counts.fail == 1 else 's'}**"
    if parts:
        said += f" ({', '.join(parts)})"
    said += f", {counts.unknown} {new}unknown, {counts.passed} pass"
    if report.has_baseline:
        known = sum(held.by == "baseline" for held in report.document.suppressed)
        said += f", {known} known from the baseline"
    if absent := not_read(report.document.absent):
        said += f", {absent_count(absent)} not read"
    return f"{said}; {counts.files:,} file{'s' * (counts.files != 1)}."


def _table(fails: list[Finding], report: Report) -> Iterator[str]:
    rules = {rule.id: rule for rule in report.rules}
    yield "| Severity | Rule | Where | What |"
    yield "| --- | --- | --- | --- |"
    for one in fails[:MAX_ROWS]:
        rule = f"[{one.rule}]({rules[one.rule].link})" if one.rule in rules else one.rule
        text = as_plain(one_line(one, report.reasons))
        yield f"| {one.severity} | {rule} | {_where(one)} | {text} |"
    yield from _more(fails)
    yield ""
    yield "<details><summary>Why, and what to write instead</summary>\n"
    room = ROOM
    for number, one in enumerate(fails):
        text = "\n".join(_behind(one, report))
        room -= len(text)
        if room < 0:
            yield f"And the details of {len(fails) - number} more.\n"
            break
        yield text
    yield "</details>\n"


def _behind(one: Finding, report: Report) -> Iterator[str]:
    """The chain that leads to a finding, and its fix."""
    yield f"**{one.rule}** {as_code(one.resource)} {_where(one)}\n"
    yield from chain_items(one)
    if one.fix:
        yield f"\n{fenced(one.fix.text)}\n"
        yield from _suggestion(one.fix.edits, report)


def _suggestion(edits: Sequence[Edit], report: Report) -> Iterator[str]:
    """What edits make of their lines, as GitHub takes it in a review; if nothing is to fill in.

    Lines that a report does not show as they are cannot be suggested: masked ones, and tabs.
    """
    if not edits or any(edit.placeholder or edit.file != edits[0].file for edit in edits):
        return
    file, first, last = edits[0].file, edits[0].line, max(edit.end_line for edit in edits)
    found = [report.excerpt(file, number) for number in range(first, last + 1)]
    lines = [line for line in found if line is not None and line == sanitize(line)]
    if len(lines) < len(found) or len(lines) > MAX_SUGGESTED or MASK in "".join(lines):
        return
    for edit in reversed(edits):
        start, end = edit.line - first, edit.end_line - first
        head, tail = lines[start][: edit.column - 1], lines[end][edit.end_column - 1 :]
        lines[start : end + 1] = f"{head}{edit.text}{tail}".replace("\r", "").split("\n")
    new = "\n".join(lines)
    where = f"{file}:{first}" if first == last else f"{file}:{first}-{last}"
    yield f"{as_code(where)}\n\n{fenced(new, 'suggestion')}\n"


def _aside(title: str, held: Sequence[Suppressed], report: Report) -> Iterator[str]:
    """What is put aside, folded: why, or what it says where the baseline knows it."""
    if held:
        yield f"<details><summary>{title}: {len(held)}</summary>\n"
        for one in held[:MAX_ROWS]:
            said = one_line(one.finding, report.reasons)
            why = said if one.by == "baseline" else one.reason or "no reason given"
            yield f"- {_where(one.finding)} {one.finding.rule}: {as_plain(why)}"
        yield from _more(held)
        yield "\n</details>\n"


def _more(findings: Sequence[object]) -> Iterator[str]:
    if len(findings) > MAX_ROWS:
        yield f"\nAnd {len(findings) - MAX_ROWS} more."


def _where(finding: Finding) -> str:
    return as_code(f"{finding.file}:{finding.line}")
