"""What the server answers: parts of reports, bounded, as data.

Texts of sources are only in fields of their own (`message`, `because`, `fix` ...), never in what
the server says itself: a source is nothing that an agent should obey.
"""

from collections.abc import Mapping
from typing import Any, TypeAlias

import msgspec
from msgspec.structs import replace

from taskwall.api.diff import difference
from taskwall.api.fix import as_diff, fix
from taskwall.api.flow_documents import FLOWS_VERSION, flows_document, why_document
from taskwall.api.flows import explain, list_flows
from taskwall.api.options import Options
from taskwall.api.scan import scan
from taskwall.diff import render
from taskwall.findings.finding import Finding, Report, ReportDocument
from taskwall.findings.text import by_severity, one_line
from taskwall.library.own_rules import every_rule
from taskwall.rules import all_rules
from taskwall.rules._guide import encodes, recommendations
from taskwall.rules._pages import page
from taskwall.settings.words import nearest

ToolAnswer: TypeAlias = dict[str, Any]

MOST = 200
"""So many entries of a list are in one answer at most: agents read all that they get."""

MOST_CHARACTERS = 60_000
"""A diff of fixes is no longer than this."""


def scan_answer(options: Options, limit: int) -> ToolAnswer:
    """Findings and unknowns, the most severe first, and what was not read."""
    report = scan(options)
    document = report.document
    shown = by_severity(document.findings)
    most = _bound(limit)
    return {
        "status": report.status,
        "summary": msgspec.to_builtins(document.summary),
        "findings": [_finding(one, report) for one in shown[:most]],
        "left_out": max(len(shown) - most, 0),
        **_unread(document),
        "waits_for": [
            {"name": name, "why": why, "option": report.options.get(name, "")}
            for name, why in list(report.reasons.items())[:most]
        ],
    }


def explain_answer(rule: str) -> ToolAnswer:
    """What a rule means, why, when breaking it is fine, and what to write.

    Raises:
        ValueError: there is no such rule.
    """
    known = {one.id: one for one in every_rule(()).rules}
    found = known.get(rule.upper())
    if found is None:
        raise ValueError(f"No rule is {rule}{nearest(rule.upper(), known)}.")
    return {
        "id": found.id,
        "title": found.title,
        "severity": found.severity,
        "profiles": list(found.profiles),
        "sections": {name: text for name, text in found.sections.items() if text},
        "guide": [recommendations().get(key, key) for key in encodes(found)],
    }


def flows_answer(
    options: Options, source: str | None, target: str | None, limit: int
) -> ToolAnswer:
    """Flows that are open or unknown; a pair that is in none of them is closed."""
    found = list_flows(options, source, target, together=False)
    held = found.flows[: _bound(limit)]
    return {
        **msgspec.to_builtins(flows_document(held)),
        "left_out": len(found.flows) - len(held),
        "problems": [msgspec.to_builtins(one) for one in found.problems],
        "absent": [msgspec.to_builtins(one) for one in found.absent[:MOST]],
        "unread_values": found.unread_values,
    }


def why_answer(options: Options, source: str, target: str, port: int | None) -> ToolAnswer:
    """The way from one end to another hop by hop, or what closes it."""
    found = explain(options, source, target, port)
    return {
        "version": FLOWS_VERSION,
        "flows": msgspec.to_builtins(why_document(found.answers).flows[:MOST]),
        "problems": [msgspec.to_builtins(one) for one in found.problems],
        "absent": [msgspec.to_builtins(one) for one in found.absent[:MOST]],
        "unread_values": found.unread_values,
    }


def diff_answer(options: Options, base: str, head: str | None, limit: int) -> ToolAnswer:
    """What a change opens, closes and brings."""
    found = difference(options, base, head, "never")
    answer: ToolAnswer = _cut(msgspec.json.decode(render("json", found)), _bound(limit))
    return answer


def fix_answer(options: Options) -> ToolAnswer:
    """Proved edits as a unified diff, which is for the client to apply, or not."""
    found = fix(options)
    text = as_diff(found)
    return {
        "diff": text if len(text) <= MOST_CHARACTERS else "",
        "too_long": len(text) > MOST_CHARACTERS,
        "fixed": len(found.findings),
        "left": dict(found.left),
        "files": [file.shown for file in found.files],
        "unread_values": found.unread_values,
        **_unread(found.report.document),
    }


def rules_page() -> str:
    """All rules, a line each."""
    lines = (f"- {rule.id} ({rule.severity}): {rule.title}" for rule in all_rules())
    return "\n".join(("# Rules", "", *lines, ""))


def single_rule_page(name: str) -> str:
    """The page of a rule.

    Raises:
        ValueError: there is no such rule.
    """
    for rule in all_rules():
        if rule.id == name.upper():
            return page(rule)
    raise ValueError(f"No rule is {name}.")


def coverage_page() -> str:
    """The recommendations of the AWS guide, each with the rules that encode it."""
    by_key: dict[str, list[str]] = {key: [] for key in recommendations()}
    for rule in all_rules():
        for key in encodes(rule):
            by_key[key].append(rule.id)
    rows = (f"| {recommendations()[key]} | {', '.join(ids)} |" for key, ids in by_key.items())
    return "\n".join(("| Recommendation | Rules |", "| --- | --- |", *rows, ""))


def _finding(finding: Finding, report: Report) -> ToolAnswer:
    """A finding with its chain and fix, without what only programs compare."""
    made: ToolAnswer = msgspec.to_builtins(replace(finding, instances=()))
    for unused in ("instances", "end_line", "end_column", "fingerprint"):
        made.pop(unused)
    if finding.fix:
        made["fix"] = finding.fix.text
    made["instances"] = [one.resource for one in finding.instances][:MOST]
    made["says"] = one_line(finding, report.reasons)
    return made


def _unread(document: ReportDocument) -> ToolAnswer:
    """What was absent, could not be read, or crashed."""
    return {
        name: [msgspec.to_builtins(one) for one in getattr(document, name)[:MOST]]
        for name in ("absent", "errors", "warnings", "crashes")
    }


def _bound(limit: int) -> int:
    return max(1, min(limit, MOST))


def _cut(value: Any, most: int) -> Any:
    """A value whose lists are no longer than a bound; their last entry counts what is cut."""
    if isinstance(value, Mapping):
        return {key: _cut(inner, most) for key, inner in value.items()}
    if isinstance(value, list):
        kept = [_cut(inner, most) for inner in value[:most]]
        return [*kept, {"left_out": len(value) - most}] if len(value) > most else kept
    return value
