"""A difference for people, in a terminal."""

from collections.abc import Iterator, Sequence

from taskwall.api.diff import ChangedFlow, Difference
from taskwall.diff import alike, counted_changes, few
from taskwall.findings.finding import Finding
from taskwall.findings.text import one_line, sanitize


def render(found: Difference) -> str:
    """What opens and closes, then findings, each with its place."""
    return "\n".join(map(sanitize, _lines(found))) + "\n"


def _lines(found: Difference) -> Iterator[str]:
    yield f"{found.base} -> {found.head}"
    yield ""
    flows, findings = found.flows, found.findings
    yield from _flows("Opens", "+", flows.opened)
    yield from _flows("Closes", "-", flows.closed)
    yield from _flows("Newly unknown", "?", flows.unknown)
    yield from _findings("Findings that appear", "+", findings.appeared)
    yield from _findings(
        "Findings that go", "-", [one for one in findings.gone if one.verdict == "fail"]
    )
    yield from _findings("Unknowns that arise", "?", findings.unknown)
    for name in found.one_sided:
        yield (
            f"{name} is left out on both sides, as it is not there to be read for one of them: what"
            " it opens or closes is not known."
        )
    yield "Nothing changes." if found.is_empty else counted_changes(found)


def _flows(title: str, sign: str, flows: Sequence[ChangedFlow]) -> Iterator[str]:
    if not flows:
        return
    yield title
    several = len({one.flow.stack for one in flows}) > 1
    for each in alike(flows):
        one, flow = each.one, each.one.flow
        where = f"  [{flow.stack}]" if several else ""
        words = "  ".join(each.words)
        yield f"  {sign} {', '.join(few(each.sources))} -> {flow.target}  {words}{where}"
        if one.at is not None:
            place = f" [{one.at.file}:{one.at.line}]" if one.at.file else ""
            yield f"      {one.at.text}{place}"
    yield ""


def _findings(title: str, sign: str, findings: Sequence[Finding]) -> Iterator[str]:
    if not findings:
        return
    yield title
    for one in findings:
        severity = f" {one.severity}" if one.verdict == "fail" else ""
        yield f"  {sign} {one.rule}{severity} {one.file}:{one.line} {one.resource}"
        yield f"      {one_line(one, {})}"
    yield ""
