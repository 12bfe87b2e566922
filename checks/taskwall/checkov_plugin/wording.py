"""What checkov shows of findings: one line, since its formats know of a check only a name."""

from collections.abc import Iterable, Sequence

from taskwall.findings.finding import Finding

MAX_NAMES = 3
MAX_STEPS = 6
MAX_LENGTH = 2_000
"""How many findings and values, steps of a chain, and characters a name has at most: it is in every
record of checkov, and in each of its formats. `taskwall scan` shows the rest."""


def check_name(title: str, findings: Sequence[Finding]) -> str:
    """The title of a rule, and what it says of one entity: the message, the chain, the fix."""
    name = f"{title}: {'; '.join(_first(dict.fromkeys(map(_said, findings)), MAX_NAMES))}"
    return name if len(name) <= MAX_LENGTH else f"{name[: MAX_LENGTH - 1]}…"


def _said(finding: Finding) -> str:
    text = f"{finding.message} [{finding.file}:{finding.line}]"
    if finding.when:
        text += f", when {finding.when}"
    if finding.missing:
        text += f"; it depends on {', '.join(_first(finding.missing, MAX_NAMES))}"
    if finding.because:
        steps = dict.fromkeys(f"{step.text} [{step.file}:{step.line}]" for step in finding.because)
        text += f"; because {', '.join(_first(steps, MAX_STEPS))}"
    if finding.fix:
        text += f"; fix: {finding.fix.text}"
    return " ".join(text.split())


def _first(texts: Iterable[str], most: int) -> list[str]:
    """The first of some texts, and how many more there are."""
    found = list(texts)
    return found if len(found) <= most else [*found[:most], f"and {len(found) - most} more"]
