"""What is shown over a finding: what is wrong, by which steps, and what to write instead."""

from collections.abc import Iterator

from taskwall.findings.finding import Finding
from taskwall.findings.markdown import fenced
from taskwall.languageserver.editor_ranges import EditorRanges
from taskwall.languageserver.markdown import as_prose, line_link
from taskwall.library.own_rules import every_rule


def finding_hover(finding: Finding, message: str, where: EditorRanges) -> str:
    """A finding in Markdown; `message` is what its diagnostic says."""
    return "\n\n".join(_paragraphs(finding, message, where))


def fix_hover(finding: Finding) -> str:
    """What an editor does not show that shows diagnostics over a finding; "" if nothing."""
    return "" if finding.fix is None else f"Fix:\n\n{fenced(finding.fix.text)}"


def _paragraphs(finding: Finding, message: str, where: EditorRanges) -> Iterator[str]:
    severity = "unknown" if finding.verdict == "unknown" else finding.severity
    first, *more = message.split("\n")
    yield f"**{finding.rule}** ({severity}): {as_prose(first)}"
    yield from map(as_prose, more)
    steps = [(step.text, step.file, step.line) for step in finding.because]
    steps += [(f"called from {call.text}", call.file, call.line) for call in finding.called_from]
    if steps:
        chain = [
            f"- {as_prose(text)} ({line_link(where.path(file), where.now(where.path(file), line))})"
            for text, file, line in steps
        ]
        yield "\n".join(("Because:", "", *chain))
    if fix := fix_hover(finding):
        yield fix
    for rule in every_rule().rules:
        if rule.id == finding.rule:
            yield f"[{as_prose(rule.title)}]({rule.link})"
