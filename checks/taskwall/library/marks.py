"""The marks by which fixtures say, on their own lines, what rules must say of them.

`TW208` fails, `TW208 when` fails under one setting of an open condition, `TW208?` is unknown,
`TW208 ok` passes. The severity follows where it is not the rule's own: `TW208 high`,
`TW208 when high`.
"""

import re
from collections.abc import Mapping

from taskwall.findings.finding import Finding

MARK = re.compile(
    r"\b([A-Z]{2,}\d{3,})(\?| ok\b| when\b)?(?: (?:critical|high|medium|low|info)\b)?"
)


def mark(finding: Finding, severities: Mapping[str, str]) -> str:
    """The mark of a finding. What passes has no severity that anybody would see.

    Args:
        finding: the finding.
        severities: the severity of each rule by its id.
    """
    if finding.verdict == "pass":
        return f"{finding.rule} ok"
    ending = "?" if finding.verdict == "unknown" else " when" if finding.when else ""
    own = finding.severity == severities[finding.rule]
    return f"{finding.rule}{ending}" + ("" if own else f" {finding.severity}")


def marks_of(text: str, rule: str) -> dict[int, list[str]]:
    """The marks of a source for a rule, sorted, by line."""
    found: dict[int, list[str]] = {}
    for number, line in enumerate(text.splitlines(), 1):
        comment = line.partition("#")[2]
        if "taskwall:skip" not in comment:
            marks = sorted(match[0] for match in MARK.finditer(comment) if match[1] == rule)
            if marks:
                found[number] = marks
    return found
