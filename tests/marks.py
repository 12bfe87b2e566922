"""The marks by which our own fixtures say what rules must say of them: `taskwall.library.marks`."""

from taskwall.findings.finding import Finding
from taskwall.library import marks
from taskwall.library.marks import MARK, marks_of
from taskwall.rules import all_rules

__all__ = ["MARK", "SEVERITIES", "mark", "marks_of"]

SEVERITIES = {rule.id: rule.severity for rule in all_rules()}


def mark(finding: Finding) -> str:
    """The mark of a finding of one of our rules."""
    return marks.mark(finding, SEVERITIES)
