"""What taskwall finds in what checkov scans, entity by entity."""

import os
from collections.abc import Iterable, Iterator
from threading import Lock
from typing import Literal, TypeAlias

from msgspec import Struct

from taskwall.api.options import resolved_options
from taskwall.api.scan import scan
from taskwall.checkov_plugin.entities import Entities, Vertex
from taskwall.checkov_plugin.scope import ScanRequest
from taskwall.checkov_plugin.wording import check_name
from taskwall.findings.causes import by_cause
from taskwall.findings.finding import SEVERITIES, Finding, Report, Severity
from taskwall.findings.text import absent_by_root, absent_count, not_read, sanitize
from taskwall.library.own_rules import every_rule
from taskwall.settings import Settings
from taskwall.settings.selection import chosen, reaches

Outcome: TypeAlias = Literal["PASSED", "FAILED", "SKIPPED"]
"""The names of checkov's results that a finding can come to."""


class EntityResult(Struct, frozen=True):
    """A result of checkov's: what a rule says of one entity, and why it is skipped, if it is."""

    rule: str
    vertex: Vertex
    outcome: Outcome
    name: str
    severity: Severity
    comment: str = ""


class Analysis(Struct, frozen=True):
    """A scan that was done for checkov, and the settings that held for it."""

    report: Report
    settings: Settings

    def complaints(self, *, any_of_aws: bool, any_read: bool) -> Iterator[str]:
        """What must not be silent: rules that crashed, and that nothing was read at all.

        Args:
            any_of_aws: whether checkov has anything that the rules could be about.
            any_read: whether checkov could read any of the sources.
        """
        document = self.report.document
        for crash in document.crashes:
            yield f"{crash.rule} crashed in {crash.stack}: {crash.message}"
        if any_of_aws and not document.summary.files:
            why = (
                "; perhaps the setting `exclude` covers all of them"
                if self.settings.exclude
                else ""
            )
            yield f"it read none of the files that checkov scans{why}"
        if not any_read:
            for first in list(self.warnings())[:1]:
                yield f"checkov could not read any source here: {first}"

    def warnings(self) -> Iterator[str]:
        """The sources that could not be read, or not in full, each cause once."""
        document = self.report.document
        for one, *others in by_cause((*document.errors, *document.warnings)):
            more = f" (and {len(others):,} like it)" if others else ""
            yield f"{one.file}:{one.line}:{one.column}: {one.message}{more}"

    def absent(self) -> Iterator[str]:
        """The modules and nested templates that are not there, and what brings them, by root."""
        for (stack, cure), calls in absent_by_root(not_read(self.report.document.absent)).items():
            names = [f"{one.name} [{one.file}:{one.line}]" for one in calls]
            more = f" and {len(names) - 3} more" if names[3:] else ""
            what = f"{', '.join(names[:3])}{more}"
            yield sanitize(f"{absent_count(calls)} not read: {what}; in {stack}: {cure}")


_lock = Lock()
_last: list[tuple[ScanRequest, tuple[str, ...], Analysis]] = []


def analysis(asked: ScanRequest, runs: frozenset[str], exact: frozenset[str]) -> Analysis | None:
    """The findings of what checkov was asked for; None if no rule runs.

    However many graphs a run of checkov consists of, it is done once.

    Args:
        asked: what checkov scans.
        runs: the ids of the rules that checkov lets run.
        exact: the ids of those that somebody asked checkov for by name: they run whichever
            profile the settings choose.

    Raises:
        SettingsError: the settings are not valid.
        BaselineError: the baseline of the settings cannot be read.
    """
    use = resolved_options(asked.options()).settings
    wanted = {rule.id for rule in chosen(every_rule().rules, use)}
    rules = tuple(sorted((wanted | exact) & runs))
    if not rules:
        return None
    with _lock:
        for held, by, known in _last:
            if (held, by) == (asked, rules):
                return known
        found = Analysis(scan(asked.options(rules)), use)
        _last[:] = [(asked, rules, found)]
    return found


def entity_results(
    found: Analysis, asked: ScanRequest, entities: Entities
) -> tuple[list[EntityResult], list[Finding]]:
    """What the rules say of the entities of a graph, and the fails that no entity can show."""
    titles = {rule.id: rule.title for rule in every_rule().rules}
    places: dict[tuple[str, int], _Place] = {}
    lost = []
    cwd = os.getcwd()
    for finding, reason in _all(found.report):
        file, stack = (
            os.path.normpath(os.path.join(cwd, p)) for p in (finding.file, finding.stack)
        )
        # Of several graphs another one may have the very entity.
        on = entities.of_finding(finding, file, stack, near=not asked.split)
        for vertex in on:
            place = places.setdefault((finding.rule, id(vertex)), _Place(vertex))
            place.take(finding, reason, found.settings)
        if (
            not on
            and reason is None
            and _loud(finding, found.settings)
            and not asked.elsewhere(file)
        ):
            lost.append(finding)
    made = (place.entry(rule, titles[rule], found.settings) for (rule, _), place in places.items())
    return [entry for entry in made if entry is not None], lost


def _all(report: Report) -> Iterator[tuple[Finding, str | None]]:
    """Every finding, and why it is kept silent if it is."""
    for finding in report.findings:
        yield finding, None
    for one in report.document.suppressed:
        yield one.finding, one.reason or ("in the baseline" if one.by == "baseline" else "")


def _counts(finding: Finding, use: Settings) -> bool:
    """Whether a finding reports a mistake: a fail, or an unknown if the settings ask for those."""
    unknown = finding.verdict == "unknown" and use.checkov.unknown == "fail"
    return finding.verdict == "fail" or unknown


def _loud(finding: Finding, use: Settings) -> bool:
    return _counts(finding, use) and reaches(finding.severity, use.fail_on)


class _Place:
    """What one rule says of one entity."""

    def __init__(self, vertex: Vertex) -> None:
        self.vertex = vertex
        self.loud: list[Finding] = []
        self.low: list[Finding] = []
        self.silent: list[Finding] = []
        self.reasons: list[str] = []
        self.passes = True

    def take(self, finding: Finding, reason: str | None, use: Settings) -> None:
        """Enter a finding, with the reason for which it is kept silent."""
        self.passes = self.passes and finding.verdict == "pass"
        if not _counts(finding, use):
            return
        if reason is not None:
            self.silent.append(finding)
            self.reasons.append(reason)
        elif _loud(finding, use):
            self.loud.append(finding)
        else:
            self.low.append(finding)

    def entry(self, rule: str, title: str, use: Settings) -> EntityResult | None:
        """What it comes to: a fail before what is skipped before a pass; nothing if unknown."""
        if self.loud:
            return self._entry(rule, title, "FAILED", self.loud)
        if self.silent or self.low:
            below = [f'below the setting fail-on = "{use.fail_on}"'] if self.low else []
            why = "; ".join(dict.fromkeys((*filter(None, self.reasons), *below)))
            return self._entry(rule, title, "SKIPPED", [*self.silent, *self.low], why)
        if self.passes:
            return EntityResult(rule, self.vertex, "PASSED", title, "info")
        return None

    def _entry(
        self, rule: str, title: str, outcome: Outcome, said: list[Finding], comment: str = ""
    ) -> EntityResult:
        return EntityResult(
            rule, self.vertex, outcome, check_name(title, said), _worst(said), comment
        )


def _worst(findings: Iterable[Finding]) -> Severity:
    return min((one.severity for one in findings), key=SEVERITIES.index)
