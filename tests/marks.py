"""The marks by which fixtures say, on their own lines, what rules must say of them.

`TW208` fails, `TW208 when` fails under one setting of a switch, `TW208?` is unknown, `TW208 ok`
passes. The severity follows where it is not the rule's own: `TW208 high`, `TW208 when high`.
"""

import re

from taskwall.findings.finding import Finding
from taskwall.rules import all_rules

MARK = re.compile(r"\b(TW\d{3})(\?| ok\b| when\b)?(?: (?:critical|high|medium|low|info)\b)?")
SEVERITIES = {rule.id: rule.severity for rule in all_rules()}


def mark(finding: Finding) -> str:
    """The mark of a finding. What passes has no severity that anybody would see."""
    if finding.verdict == "pass":
        return f"{finding.rule} ok"
    ending = "?" if finding.verdict == "unknown" else " when" if finding.when else ""
    own = finding.severity == SEVERITIES[finding.rule]
    return f"{finding.rule}{ending}" + ("" if own else f" {finding.severity}")
