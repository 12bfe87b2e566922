"""What checkov shows of findings: one line, since its formats know of a check only a name."""

from collections.abc import Sequence

from taskwall.findings.finding import Finding


def check_name(title: str, findings: Sequence[Finding]) -> str:
    """The title of a rule, and what it says of one entity: the message, the chain, the fix."""
    return f"{title}: {'; '.join(dict.fromkeys(map(_said, findings)))}"


def _said(finding: Finding) -> str:
    text = f"{finding.message} [{finding.file}:{finding.line}]"
    if finding.when:
        text += f", when {finding.when}"
    if finding.missing:
        text += f"; it depends on {', '.join(finding.missing)}"
    if finding.because:
        steps = dict.fromkeys(f"{step.text} [{step.file}:{step.line}]" for step in finding.because)
        text += f"; because {', '.join(steps)}"
    if finding.fix:
        text += f"; fix: {finding.fix.text}"
    return " ".join(text.split())
