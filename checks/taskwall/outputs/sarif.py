"""SARIF 2.1.0, as code scanning takes it (OASIS, "Static Analysis Results Interchange Format").

What is unknown is of the kind "review", a pass of the kind "pass". Findings that are suppressed, or
in the baseline, are counted in the properties of the run, for code scanning would show them as
open; where they are wanted, they are results with suppressions. Sources that could not be read and
rules that crashed are notifications, and make the run unsuccessful; sources that are absent are
notifications too.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias
from urllib.parse import quote

import msgspec

from taskwall.findings.finding import Edit, Finding, Report, RuleDescription, Severity, Suppressed
from taskwall.findings.text import absent_calls, by_severity, one_line, sanitize
from taskwall.outputs import View

Object: TypeAlias = dict[str, Any]

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"

INFORMATION = "https://pypi.org/project/taskwall/"
"""Where what is installed by this name says what it is."""

LEVELS: Mapping[Severity, str] = {
    "critical": "error",
    "high": "error",
    "medium": "warning",
    "low": "note",
    "info": "note",
}
SCORES: Mapping[Severity, str] = {
    "critical": "9.5",
    "high": "8.0",
    "medium": "5.5",
    "low": "3.0",
    "info": "0.5",
}
"""GitHub sorts by these (`security-severity`), with the bounds of CVSS."""

PRECISION = "high"
"""How GitHub calls rules whose findings are nearly all right: what is unknown is no finding."""

STEPS_IN_MESSAGE = 8
"""So many steps of a chain are in a message; all are in the related locations."""

MAX_RESULTS = 25_000
"""GitHub takes no more results of a run: the most severe are kept, and the rest is counted."""

SARIF_KINDS = {"fail": "fail", "unknown": "review", "pass": "pass"}
FINGERPRINT = "taskwall/v1"
LINE_HASH = "primaryLocationLineHash"
"""By this GitHub knows an alert again; whoever uploads without its action has to bring it."""


def render(report: Report, view: View | None = None) -> str:
    """The report as a SARIF log with one run."""
    document = report.document
    held = document.suppressed if view is not None and view.suppressed else ()
    rules = _rules(report, [*document.findings, *(one.finding for one in held)])
    index = {rule["id"]: number for number, rule in enumerate(rules)}
    results = [_result(one, report, index) for one in _most_severe(document.findings)]
    results += [
        {**_result(one.finding, report, index), "suppressions": [_suppression(one)]}
        for one in held[: MAX_RESULTS - len(results)]
    ]
    cut = len(document.findings) + len(held) - len(results)
    driver: Object = {
        "name": "taskwall",
        "informationUri": INFORMATION,
        "semanticVersion": document.taskwall,
        "rules": rules,
    }
    run: Object = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "invocations": [_invocation(report, index, cut)],
        "results": results,
        "properties": {
            "suppressed": sum(one.by == "comment" for one in document.suppressed),
            "baselined": sum(one.by == "baseline" for one in document.suppressed),
            **({"cut": cut} if cut else {}),
        },
    }
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return msgspec.json.format(msgspec.json.encode(log), indent=2).decode() + "\n"


def _most_severe(findings: Sequence[Finding]) -> Sequence[Finding]:
    """As many findings as a run may have, in their order."""
    if len(findings) <= MAX_RESULTS:
        return findings
    kept = set(map(id, by_severity(findings)[:MAX_RESULTS]))
    return [one for one in findings if id(one) in kept]


def _rules(report: Report, findings: list[Finding]) -> list[Object]:
    """The rules that ran, and whatever other rules the report speaks of."""
    spoken_of = [finding.rule for finding in findings]
    known = {rule.id: _rule(rule, rule.id in spoken_of) for rule in report.rules}
    spoken_of += [crash.rule for crash in report.document.crashes if crash.rule.startswith("TW")]
    for name in spoken_of:
        known.setdefault(name, {"id": name})
    return [known[name] for name in sorted(known)]


def _rule(rule: RuleDescription, is_shown: bool) -> Object:
    """A rule; with its whole page where the log has results of it."""
    markdown = f"{rule.what}\n\n**Why**: {rule.why}\n\n[AWS documentation]({rule.link})"
    if is_shown and rule.page is not None:
        markdown = rule.page()
    return {
        "id": rule.id,
        "name": "".join(word.capitalize() for word in rule.name.split("-")),
        "shortDescription": {"text": f"{rule.title}."},
        "fullDescription": {"text": rule.what},
        "help": {
            "text": f"{rule.why} See {rule.link}",
            "markdown": markdown,
        },
        "helpUri": rule.link,
        "defaultConfiguration": {"level": LEVELS[rule.severity]},
        "properties": {
            "tags": ["security", "network", "ecs"],
            "precision": PRECISION,
            "security-severity": SCORES[rule.severity],
        },
    }


def _result(finding: Finding, report: Report, index: Mapping[str, int]) -> Object:
    region = {
        "startLine": finding.line,
        "startColumn": finding.column,
        "endLine": finding.end_line,
        "endColumn": finding.end_column,
    }
    location = {
        "physicalLocation": {"artifactLocation": _artifact(finding.file), "region": region},
        "logicalLocations": [{"fullyQualifiedName": one} for one in finding.addresses],
    }
    properties = {
        "severity": finding.severity,
        "stack": finding.stack,
        "when": finding.when,
        "missing": finding.missing,
        "construct": finding.construct,
    }
    found: Object = {
        "ruleId": finding.rule,
        "ruleIndex": index[finding.rule],
        "kind": SARIF_KINDS[finding.verdict],
        "level": LEVELS[finding.severity] if finding.verdict == "fail" else "none",
        "message": {"text": _message(finding, report)},
        "locations": [location],
        "properties": {key: value for key, value in properties.items() if value},
    }
    if related := _related(finding):
        found["relatedLocations"] = related
    if finding.because and finding.verdict != "pass":
        steps = related[: len(finding.because)]  # an id is that of one location only
        chain = [{"location": {k: v for k, v in one.items() if k != "id"}} for one in steps]
        place = {**location, "message": {"text": sanitize(finding.message)}}
        flow = {"locations": [*chain, {"location": place}]}
        found["codeFlows"] = [{"threadFlows": [flow]}]
    line_hash = report.line_hash(finding.file, finding.line)
    prints = {FINGERPRINT: finding.fingerprint, LINE_HASH: line_hash}
    if any(prints.values()):
        found["partialFingerprints"] = {key: value for key, value in prints.items() if value}
    if finding.fix and finding.fix.edits:
        found["fixes"] = [_fix(finding.fix.text, finding.fix.edits)]
    return found


def _message(finding: Finding, report: Report) -> str:
    """What a finding says: in a sentence, by which steps, and what to write instead.

    A place is a link to the related location of its number. Only the first sentence is shown
    where there is little room.
    """
    said = [f"{_plain(one_line(finding, report.reasons))}."]
    if finding.verdict == "pass":
        return said[0]
    steps = [
        f"- {_plain(step.text)} ([{_label(step.file)}:{step.line}]({number}))"
        for number, step in enumerate(finding.because, 1)
    ]
    if len(steps) > STEPS_IN_MESSAGE + 1:
        steps[STEPS_IN_MESSAGE:] = [f"- and {len(steps) - STEPS_IN_MESSAGE} more steps"]
    if steps:
        said.append("\n".join(("Because:", *steps)))
    if finding.fix:
        said.append(f"Fix: {_plain(finding.fix.text, line=False)}")
    return "\n\n".join(said)


def _plain(text: str, line: bool = True) -> str:
    """A text of which nothing is taken for a link."""
    lines = (text,) if line else text.strip().splitlines()
    return "\n".join(map(sanitize, lines)).replace("](", "] (")


def _label(file: str) -> str:
    """A file in the text of a link."""
    return re.sub(r"([\[\]\\])", r"\\\1", sanitize(file))


def _related(finding: Finding) -> list[Object]:
    """The chain that leads to a finding, and the calls through which it comes to be."""
    steps = [(step.file, step.line, step.text) for step in finding.because]
    steps += [(call.file, call.line, f"called from {call.text}") for call in finding.called_from]
    return [
        {
            "id": number,
            "physicalLocation": {
                "artifactLocation": _artifact(file),
                "region": {"startLine": line},
            },
            "message": {"text": sanitize(text)},
        }
        for number, (file, line, text) in enumerate(steps, 1)
    ]


def _fix(text: str, edits: tuple[Edit, ...]) -> Object:
    changes: dict[str, list[Object]] = {}
    for edit in edits:
        region = {
            "startLine": edit.line,
            "startColumn": edit.column,
            "endLine": edit.end_line,
            "endColumn": edit.end_column,
        }
        inserted = {"deletedRegion": region, "insertedContent": {"text": edit.text}}
        changes.setdefault(edit.file, []).append(inserted)
    return {
        "description": {"text": text},
        "artifactChanges": [
            {"artifactLocation": _artifact(file), "replacements": replacements}
            for file, replacements in changes.items()
        ],
    }


def _suppression(one: Suppressed) -> Object:
    """Why a finding is suppressed: by the source itself, or by the baseline beside it."""
    place = {"artifactLocation": _artifact(one.file), "region": {"startLine": one.line}}
    found: Object = {
        "kind": "inSource" if one.by == "comment" else "external",
        "location": {"physicalLocation": place},
    }
    if one.reason:
        found["justification"] = sanitize(one.reason)
    return found


def _invocation(report: Report, index: Mapping[str, int], cut: int) -> Object:
    """Whether the run went well, with what it could not read and which rules crashed.

    `cut` says how many results are left out.
    """
    document = report.document
    told_of: list[Object] = []
    if cut:
        text = f"{cut:,} results are left out, the least severe: a run may have {MAX_RESULTS:,}"
        told_of.append({"level": "warning", "message": {"text": text}})
    levels = [("error", one) for one in document.errors]
    levels += [("warning", one) for one in document.warnings]
    for level, error in levels:
        region = {"startLine": max(error.line, 1), "startColumn": max(error.column, 1)}
        place = {"artifactLocation": _artifact(error.file), "region": region}
        told_of.append(
            {
                "level": level,
                "message": {"text": sanitize(error.message)},
                "locations": [{"physicalLocation": place}],
            }
        )
    for crash in document.crashes:
        text = f"{crash.rule} crashed on {crash.stack}: {crash.message}"
        notification: Object = {"level": "error", "message": {"text": sanitize(text)}}
        if crash.rule in index:
            notification["associatedRule"] = {"id": crash.rule, "index": index[crash.rule]}
        told_of.append(notification)
    for call, text in absent_calls(document.absent):
        at = {"artifactLocation": _artifact(call.file), "region": {"startLine": max(call.line, 1)}}
        told_of.append(
            {
                "level": "note" if call.read_as else "warning",
                "message": {"text": text},
                "locations": [{"physicalLocation": at}],
            }
        )
    told_of += [{"level": "note", "message": {"text": sanitize(note)}} for note in report.notes]
    return {
        "executionSuccessful": not (document.errors or document.crashes),
        "exitCode": report.status,
        "toolExecutionNotifications": told_of,
    }


def _artifact(file: str) -> Object:
    """A file by its path from the folder that the scan was started in.

    Only what is on another drive has no such path.
    """
    if file.startswith("/") or re.match("[A-Za-z]:/", file):
        return {"uri": f"file:///{quote(file.removeprefix('/'), safe='/:')}"}
    return {"uri": quote(file), "uriBaseId": "%SRCROOT%"}
