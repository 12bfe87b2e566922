"""The diagnostics of a report: findings, what could not be read, and idle suppressions."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from lsprotocol.types import (
    CodeDescription,
    Diagnostic,
    DiagnosticRelatedInformation,
    DiagnosticSeverity,
    DiagnosticTag,
)
from msgspec import Struct

from taskwall.finding import Finding, Problem, Report
from taskwall.languageserver.whereabouts import Whereabouts
from taskwall.rules import all_rules

SOURCE = "taskwall"

SEVERITIES = {
    "critical": DiagnosticSeverity.Error,
    "high": DiagnosticSeverity.Error,
    "medium": DiagnosticSeverity.Warning,
    "low": DiagnosticSeverity.Information,
    "info": DiagnosticSeverity.Hint,
}
"""How an editor shows the severities of findings; what is unknown is always a hint."""

_NAMES = 3
"""So many instances are named."""

_NOTE = re.compile(
    r"(?P<file>[^\n]+?):(?P<line>\d+): (?P<text>the suppression of [^\n]+|no rule is [^\n]+)"
)


class Told(Struct):
    """What is told of one file: its findings, beside each its diagnostic; and all diagnostics."""

    findings: tuple[tuple[Finding, Diagnostic], ...]
    diagnostics: tuple[Diagnostic, ...]


class Teller:
    """Makes diagnostics, and keeps those of files of which nothing else is said than before."""

    def __init__(self) -> None:
        self._links = {rule.id: rule.link for rule in all_rules()}
        self._told: dict[str, tuple[object, Told]] = {}

    def tell(self, report: Report, where: Whereabouts) -> Mapping[str, Told]:
        """What is told of each file, by its absolute path; nothing of those without any."""
        found: dict[str, tuple[list[Finding], list[Problem], list[tuple[int, str]]]] = {}
        for finding in report.document.findings:
            found.setdefault(where.path(finding.file), ([], [], []))[0].append(finding)
        for problem in report.document.errors:
            found.setdefault(where.path(problem.file), ([], [], []))[1].append(problem)
        for note in report.notes:
            if (match := _NOTE.fullmatch(note)) is not None:
                notes = found.setdefault(where.path(match["file"]), ([], [], []))[2]
                notes.append((int(match["line"]), match["text"]))
        told = {}
        for path, (findings, problems, notes) in found.items():
            texts = [where.lines(each) for each in sorted(_files(path, findings, where))]
            said = (tuple(findings), tuple(problems), tuple(notes))
            before = self._told.get(path)
            if before is not None and before[0] == (said, _Same(texts)):
                told[path] = before[1]
                continue
            told[path] = self._of_file(path, findings, problems, notes, where)
            self._told[path] = ((said, _Same(texts)), told[path])
        for path in self._told.keys() - told.keys():
            del self._told[path]
        return told

    def _of_file(
        self,
        path: str,
        findings: Iterable[Finding],
        problems: Iterable[Problem],
        notes: Iterable[tuple[int, str]],
        where: Whereabouts,
    ) -> Told:
        pairs = tuple((finding, self._diagnostic(path, finding, where)) for finding in findings)
        others = [
            Diagnostic(
                where.range(path, one.line, one.column, one.line, 1 << 30),
                one.message,
                severity=DiagnosticSeverity.Error,
                source=SOURCE,
            )
            for one in problems
        ]
        others += [
            Diagnostic(
                where.location(path, line).range,
                text,
                severity=DiagnosticSeverity.Information,
                source=SOURCE,
                tags=[DiagnosticTag.Unnecessary],
            )
            for line, text in notes
        ]
        return Told(pairs, (*(diagnostic for _, diagnostic in pairs), *others))

    def _diagnostic(self, path: str, one: Finding, where: Whereabouts) -> Diagnostic:
        unknown = one.verdict == "unknown"
        return Diagnostic(
            where.range(path, one.line, one.column, one.end_line, one.end_column),
            _message(one),
            severity=DiagnosticSeverity.Hint if unknown else SEVERITIES[one.severity],
            code=one.rule,
            code_description=CodeDescription(self._links[one.rule]),
            source=SOURCE,
            related_information=list(_related(one, where)),
        )


class _Same:
    """Equal to another if it holds the very same objects."""

    def __init__(self, objects: Sequence[object]) -> None:
        self._objects = objects

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, _Same) or len(self._objects) != len(other._objects):
            return False
        return all(map(lambda one, two: one is two, self._objects, other._objects))

    __hash__ = None  # type: ignore[assignment]


def _files(path: str, findings: Iterable[Finding], where: Whereabouts) -> set[str]:
    """The files that the diagnostics of one file lead to."""
    found = {path}
    for one in findings:
        found.update(where.path(step.file) for step in one.because)
        found.update(where.path(call.file) for call in one.called_from)
    return found


def _message(one: Finding) -> str:
    more = []
    if one.when:
        more.append(f"When {one.when}.")
    if one.missing:
        more.append(f"It waits for {', '.join(one.missing)}.")
    if len(one.instances) > 1:
        rest = len(one.instances) - _NAMES
        and_more = f" and {rest} more" if rest > 0 else ""
        more.append(f"Instances: {', '.join(one.instances[:_NAMES])}{and_more}.")
    return "\n".join((one.message, *more))


def _related(one: Finding, where: Whereabouts) -> Iterator[DiagnosticRelatedInformation]:
    """Each step of the chain that leads to a finding, and the module calls on the way to it."""
    for step in one.because:
        yield DiagnosticRelatedInformation(
            where.location(where.path(step.file), step.line), step.text
        )
    for call in one.called_from:
        text = f"called from {call.text}"
        yield DiagnosticRelatedInformation(where.location(where.path(call.file), call.line), text)
