"""What the findings of rules' fixtures say, word for word: `tests/data/findings`, a file a rule.

Marks hold the verdicts; these files hold what people read: messages, chains and fixes, and what
would be changed by an edit.
`python -m tools.findings` writes them, and whoever changes a word reviews what it wrote.

    fail
      20 fail: aws_security_group.api allows ingress from 0.0.0.0/0 to aws_ecs_service.api
        58 aws_ecs_service.api uses security group aws_security_group.api
        20 aws_security_group.api allows ingress from 0.0.0.0/0
        change: set ingress[0].cidr_blocks of aws_security_group.api
        fix:
          Reference the load balancer's security group.

Numbers are lines of the fixture; findings that share a mistake name the line of that. Of a template
that is a twin only its fixes are there, and of several findings with the same fix the first has it.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

from taskwall.engine.judgement import LocatedFinding

FOLDER = Path(__file__).parent / "data" / "findings"


def file_of(rule: str) -> Path:
    """The file that holds what a rule's findings say."""
    return FOLDER / f"{rule.lower()}.txt"


def of_fixtures(fixtures: Iterable[tuple[Path, Iterable[LocatedFinding]]]) -> str:
    """What the findings of a rule's fixtures say, and of a template that is a twin only fixes."""
    lines: list[str] = []
    fixes: set[str] = set()
    for source, findings in fixtures:
        twin = source.suffix != ".tf" and (source.parent / "main.tf").exists()
        if not twin:
            lines.append(source.parent.name)
        for one in sorted(findings, key=lambda each: (each.finding.line, *_said(each))):
            if not twin:
                lines += _said(one)
            fix = one.finding.fix
            if fix is not None and fix.text not in fixes:
                fixes.add(fix.text)
                head = f"    fix in {source.name}:{one.finding.line}:" if twin else "    fix:"
                lines += (head, *(f"      {line}".rstrip() for line in fix.text.splitlines()))
    return "\n".join((*lines, ""))


def _said(one: LocatedFinding) -> Iterator[str]:
    found = one.finding
    when = f" when {found.when}" if found.when else ""
    shared = f", shared in {one.shared.line}" if one.shared else ""
    silent = ", silenced" if one.silenced_by else ", not reported" if one.unreported else ""
    yield f"  {found.line} {found.verdict}{when}{shared}{silent}: {found.message}"
    if found.verdict != "pass":
        yield from (f"    {step.line} {step.text}" for step in found.because)
    if found.missing:
        yield f"    needs: {', '.join(found.missing)}"
    for change, _ in one.changes:
        at = change.attribute
        spot = " of ".join(filter(None, (change.name or at.path, at.address)))
        yield f"    change: {change.form} {spot}"
