"""The last lines of the report for people: what was looked at, what was found, and what to do."""

import shlex
from collections import Counter
from collections.abc import Iterator, Sequence

from taskwall.findings.finding import SEVERITIES, Finding, Report, ReportDocument
from taskwall.findings.text import absent_count, by_severity, is_one_call, not_read, remainder
from taskwall.outputs import View
from taskwall.outputs.text.findings import are_many
from taskwall.outputs.text.pieces import Piece, count


def totals(report: Report, view: View) -> Iterator[Piece]:
    """What was looked at, the line that matters most, and what to do next."""
    if others := remainder(report):
        yield f"{others}\n", ""
    judged = _judged(report)
    yield f"{_looked_at(report)}\n", "quiet"
    fails = [finding for finding in report.findings if finding.verdict == "fail"]
    if not (fails or judged):
        return
    open_ = _listed(list(_undecided(report.document)))
    if not fails:
        yield "No findings", "loud"
        where = " in the files given" if any(report.elsewhere) else ""
        yield f"{where}, but {open_}.\n" if open_ else f"{where}.\n", ""
        return
    yield count(len(fails), "finding"), "loud"
    counts = Counter(finding.severity for finding in fails)
    separator = ": "
    for severity in SEVERITIES:
        if counts[severity]:
            yield separator, ""
            yield f"{counts[severity]} {severity}", severity
            separator = ", "
    yield f"; {open_}.\n" if open_ else ".\n", ""
    yield from _next(report, by_severity(fails), view)


def _next(report: Report, fails: Sequence[Finding], view: View) -> Iterator[Piece]:
    """Commands that go on from here."""
    rule = fails[0].rule
    steps = [(f"taskwall explain {rule}", f"what {rule} means, why, and what to write")]
    fixes = [one.fix for one in fails if one.fix and one.fix.edits]
    if ready := sum(not any(edit.placeholder for edit in fix.edits) for fix in fixes):
        paths = shlex.join(view.paths) or "PATH"
        does = f"the edits for {count(ready, 'finding')}, as a diff"
        steps.append((f"taskwall fix {paths}", does))
    if are_many(report, view):
        steps.append(("--verbose", "every finding with its chain and its fix"))
        steps.append(("--write-baseline FILE", "accept these: only new findings fail"))
    wide = max(len(command) for command, _ in steps)
    for command, does in steps:
        yield f"  {command:<{wide}}", "loud"
        yield f"  {does}\n", "quiet"


def _undecided(document: ReportDocument) -> Iterator[str]:
    """What may still hide a finding."""
    summary = document.summary
    if summary.unknown:
        yield f"{count(summary.unknown, 'verdict is', 'verdicts are')} unknown"
    if summary.absent:
        missing = not_read(document.absent)
        yield f"{absent_count(missing)} {'was' if is_one_call(missing) else 'were'} not read"
    if wrong := summary.errors + len(document.warnings):
        yield f"{count(wrong, 'place', 'places')} could not be read"
    if summary.crashes:
        were = "was" if summary.crashes == 1 else "were"
        yield f"there {were} {count(summary.crashes, 'crash', 'crashes')}"


def _listed(texts: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(texts[:-1]), *texts[-1:])))


def _judged(report: Report) -> bool:
    """Whether anything was judged at all."""
    summary = report.document.summary
    shown = summary.fail or summary.unknown or summary.passed or summary.suppressed
    return bool(shown) or any(report.elsewhere)


def _looked_at(report: Report) -> str:
    """What was looked at: where there was nothing to judge, silence is no praise."""
    summary = report.document.summary
    files = count(summary.files, "file")
    more = [f"{count(summary.suppressed, 'finding')} suppressed"] if summary.suppressed else []
    more += [f"{count(report.excluded, 'file')} excluded"] if report.excluded else []
    if _judged(report):
        stacks, resources = count(summary.stacks, "stack"), count(summary.resources, "resource")
        passes = count(summary.passed, "pass", "passes")
        return _sentence(f"Analysed {files}: {stacks}, {resources}, {passes}", more)
    if not summary.files:
        why = "no Terraform and no CloudFormation was found"
    elif not summary.resources:
        why = f"no resources were found in {files}"
    else:
        resources = f"any of {count(summary.resources, 'resource')} in {files}"
        why = f"no rule applies to {resources}: none is part of the network of ECS tasks"
        if report.selected:
            why = f"no selected rule applies to {resources}"
    return _sentence(f"Nothing was analysed: {why}", [*more, *_undecided(report.document)])


def _sentence(text: str, more: Sequence[str]) -> str:
    return f"{text}; {', '.join(more)}." if more else f"{text}."
