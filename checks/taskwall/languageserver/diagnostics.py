"""The diagnostics of a report: findings, what could not be read or is absent, idle suppressions."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from operator import attrgetter

from lsprotocol.types import (
    CodeDescription,
    Diagnostic,
    DiagnosticRelatedInformation,
    DiagnosticSeverity,
    DiagnosticTag,
)
from msgspec import Struct

from taskwall.findings.finding import Finding, Problem, Report
from taskwall.findings.text import absent_calls
from taskwall.languageserver.editor_ranges import EditorRanges
from taskwall.languageserver.positions import DocumentLines
from taskwall.library.own_rules import every_rule

SOURCE = "taskwall"

DIAGNOSTIC_SEVERITIES = {
    "critical": DiagnosticSeverity.Error,
    "high": DiagnosticSeverity.Error,
    "medium": DiagnosticSeverity.Warning,
    "low": DiagnosticSeverity.Information,
    "info": DiagnosticSeverity.Hint,
}
"""How an editor shows the severities of findings; what is unknown is always a hint."""

_NAMES = 3
"""So many instances, or values that are unknown, are named."""

_SETTINGS = {
    "var": "variables",
    "parameters": "parameters",
    "workspace": "workspace",
    "assume": "assume",
}
"""The settings that give what the options of a scan give."""

_NOTE = re.compile(
    r"(?P<file>[^\n]+?):(?P<line>\d+): (?P<text>the suppression of [^\n]+|no rule is [^\n]+"
    r'|"[^\n]+" is not a suppression[^\n]+)'
)


class FileDiagnostics(Struct):
    """The findings of one file, each with its diagnostic; and all diagnostics of the file."""

    findings: tuple[tuple[Finding, Diagnostic], ...]
    diagnostics: tuple[Diagnostic, ...]


class _FileReport(Struct):
    """What a report says of one file, and the texts of the files it leads to, each by its path.

    `cures` say of what an unknown waits for why it is not known, and how to give it.
    """

    findings: tuple[Finding, ...] = ()
    problems: list[Problem] = []
    warnings: list[Problem] = []
    notes: list[tuple[int, str]] = []
    absent: list[tuple[int, str]] = []
    texts: dict[str, DocumentLines] = {}
    cures: dict[str, str] = {}


class DiagnosticsBuilder:
    """Makes diagnostics, and keeps those of files of which nothing else is reported than before."""

    def __init__(self) -> None:
        self._links = {rule.id: rule.link for rule in every_rule().rules}
        self._built: dict[str, tuple[_FileReport, FileDiagnostics]] = {}

    def build(self, report: Report, where: EditorRanges) -> Mapping[str, FileDiagnostics]:
        """What is reported of each file, by its absolute path; nothing of those without any."""
        found: dict[str, _FileReport] = {}
        for file, findings in groupby(report.document.findings, attrgetter("file")):
            reported = found.setdefault(where.path(file), _FileReport())
            reported.findings += tuple(findings)
            needs = {name for one in reported.findings for name in one.missing}
            reported.cures = {name: _cure(name, report) for name in needs}
        document = report.document
        for problem in document.errors:
            found.setdefault(where.path(problem.file), _FileReport()).problems.append(problem)
        for problem in document.warnings:
            found.setdefault(where.path(problem.file), _FileReport()).warnings.append(problem)
        for note in report.notes:
            if (match := _NOTE.fullmatch(note)) is not None:
                notes = found.setdefault(where.path(match["file"]), _FileReport()).notes
                notes.append((int(match["line"]), match["text"]))
        # A link is no document: to look at its lines would be to follow it.
        written = (one for one in report.document.absent if one.kind != "link")
        for call, text in absent_calls(written):
            reported = found.setdefault(where.path(call.file), _FileReport())
            reported.absent.append((call.line, text))
        before, self._built = self._built, {}
        for path, reported in found.items():
            known = before.get(path)
            if known is None or not _same(reported, known[0], where):
                files = _files(path, reported.findings, where)
                reported.texts = {each: where.lines(each) for each in files}
                known = reported, self._of_file(path, reported, where)
            self._built[path] = known
        return {path: built for path, (_, built) in self._built.items()}

    def _of_file(self, path: str, reported: _FileReport, where: EditorRanges) -> FileDiagnostics:
        pairs = tuple(
            (each, self._diagnostic(path, each, reported.cures, where))
            for each in reported.findings
        )
        others = [
            Diagnostic(
                where.range(path, one.line, one.column, one.line, 1 << 30),
                one.message,
                severity=severity,
                source=SOURCE,
            )
            for severity, problems in (
                (DiagnosticSeverity.Error, reported.problems),
                (DiagnosticSeverity.Warning, reported.warnings),
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
            for line, text in reported.notes
        ]
        others += [
            Diagnostic(
                where.location(path, line).range,
                text,
                severity=DiagnosticSeverity.Hint,
                source=SOURCE,
            )
            for line, text in reported.absent
        ]
        return FileDiagnostics(pairs, (*(diagnostic for _, diagnostic in pairs), *others))

    def _diagnostic(
        self, path: str, one: Finding, cures: Mapping[str, str], where: EditorRanges
    ) -> Diagnostic:
        unknown = one.verdict == "unknown"
        return Diagnostic(
            where.range(path, one.line, one.column, one.end_line, one.end_column),
            _message(one, cures),
            severity=DiagnosticSeverity.Hint if unknown else DIAGNOSTIC_SEVERITIES[one.severity],
            code=one.rule,
            code_description=CodeDescription(self._links[one.rule]),
            source=SOURCE,
            related_information=list(_related(one, where)),
        )


def _same(reported: _FileReport, before: _FileReport, where: EditorRanges) -> bool:
    """Whether the same is reported, and leads to the very texts that it led to."""
    return (
        reported.findings == before.findings
        and reported.problems == before.problems
        and reported.warnings == before.warnings
        and reported.notes == before.notes
        and reported.absent == before.absent
        and reported.cures == before.cures
        and all(where.lines(path) is text for path, text in before.texts.items())
    )


def _files(path: str, findings: Iterable[Finding], where: EditorRanges) -> set[str]:
    """The files that the diagnostics of one file lead to."""
    found = {path}
    for one in findings:
        found.update(where.path(step.file) for step in one.because)
        found.update(where.path(call.file) for call in one.called_from)
    return found


def _message(one: Finding, cures: Mapping[str, str]) -> str:
    more = []
    if one.when:
        more.append(f"When {one.when}.")
    more += [f"It depends on {name}{cures.get(name, '')}." for name in one.missing[:_NAMES]]
    if len(one.missing) > _NAMES:
        more.append(f"It depends on {len(one.missing) - _NAMES} more values.")
    if len(one.addresses) > 1:
        more.append(f"Instances: {_few(one.addresses)}.")
    return "\n".join((one.message, *more))


def _cure(name: str, report: Report) -> str:
    """Why something is not known, and the setting that gives it, as the end of a sentence."""
    why, option = report.reasons.get(name, ""), report.options.get(name, "")
    said = f", which {why}" if why else ""
    return f"{said}: give it in taskwall.{_SETTINGS[option]}" if option in _SETTINGS else said


def _few(names: Sequence[str]) -> str:
    """The first few names, and how many more there are."""
    rest = len(names) - _NAMES
    return f"{', '.join(names[:_NAMES])}{f' and {rest} more' if rest > 0 else ''}"


def _related(one: Finding, where: EditorRanges) -> Iterator[DiagnosticRelatedInformation]:
    """Each step of the chain that leads to a finding, and the module calls on the way to it."""
    for step in one.because:
        yield DiagnosticRelatedInformation(
            where.location(where.path(step.file), step.line), step.text
        )
    for call in one.called_from:
        text = f"called from {call.text}"
        yield DiagnosticRelatedInformation(where.location(where.path(call.file), call.line), text)
