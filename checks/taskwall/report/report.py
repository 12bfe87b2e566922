"""What the rules said of a scan's sources, put in order: rows, fingerprints, and the report."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from taskwall import __version__, settings, sources
from taskwall.engine.judge import Judgement
from taskwall.findings import baseline
from taskwall.findings.finding import (
    Absent,
    Crash,
    Finding,
    Problem,
    Report,
    ReportDocument,
    Summary,
    Suppressed,
    Unread,
)
from taskwall.findings.redaction import Redactor
from taskwall.report import suppressions
from taskwall.report.excerpts import ReportPaths, SourceLines, seen_from
from taskwall.report.rows import ReportEntries
from taskwall.rules import all_rules
from taskwall.rules._rule import Rule, describe
from taskwall.settings import Settings, Threshold, reaches
from taskwall.source.files import Files
from taskwall.source.stack import InternalError, SourceError


class ReportBuilder:
    """What the judging brought, put in order."""

    def __init__(
        self,
        found: sources.Sources,
        judgements: Sequence[Judgement],
        *,
        rules: Sequence[Rule],
        settings: Settings,
        files: Files,
        cwd: str,
    ) -> None:
        self.found = found
        self.judgements = judgements
        self.rules = rules
        self.settings = settings
        self.lines = SourceLines(
            files,
            [read.stack for read in found.reads],
            Redactor(text for judgement in judgements for text in judgement.sensitive_texts),
        )
        self.links = files.links
        self.paths = ReportPaths(cwd)
        self.rows = ReportEntries(
            found.reads,
            judgements,
            files=files,
            lines=self.lines,
            paths=self.paths,
        )

    def entries(self) -> dict[str, baseline.BaselineEntry]:
        """The entries of a new baseline, by fingerprint: what is shown, but for passes."""
        return {
            one.fingerprint: baseline.BaselineEntry(
                one.fingerprint,
                one.rule,
                one.verdict,
                seen_from(row.boundary, row.place.file),
                one.resource,
            )
            for row in self.rows
            if row.suppression is None
            and (one := row.finding).verdict != "pass"
            and one.verdict in self.settings.show
        }

    def report(self, known: Mapping[str, baseline.BaselineEntry], baseline_path: str) -> Report:
        """The report, without the findings that a baseline knows (in the file `baseline_path`)."""
        loud: list[Finding] = []
        silent: list[Suppressed] = []
        for row in self.rows:
            finding, skip = row.finding, row.suppression
            entry = known.get(finding.fingerprint)
            if skip is not None:
                file = self.paths.shown(skip.place.file)
                silent.append(Suppressed(finding, "comment", skip.reason, file, skip.place.line))
            elif entry is not None and entry.silences(finding.verdict):
                silent.append(
                    Suppressed(finding, "baseline", "", self.paths.shown(baseline_path), 1)
                )
            else:
                loud.append(finding)
        errors = self._errors()
        crashes = self._crashes()
        absent = self._absent()
        verdicts = [finding.verdict for finding in loud]
        reads = self.found.reads
        summary = Summary(
            files=len(frozenset().union(*(read.stack.files for read in reads))),
            stacks=len(reads),
            resources=sum(judgement.resources for judgement in self.judgements),
            fail=verdicts.count("fail"),
            unknown=verdicts.count("unknown"),
            passed=verdicts.count("pass") + self.rows.passes,
            suppressed=len(silent),
            absent=sum(one.read_as is None for one in absent),
            errors=len(errors),
            crashes=len(crashes),
        )
        document = ReportDocument(
            1,
            __version__,
            summary,
            tuple(finding for finding in loud if finding.verdict in self.settings.show),
            tuple(silent),
            absent,
            _unread(self.judgements),
            errors,
            crashes,
        )
        notes = tuple(dict.fromkeys((*self._notes(), *self._idle(), *self._stale(known))))
        status = 2 if errors or crashes else int(_fails(loud, self.settings.fail_on))
        about_rules = tuple(map(describe, self.rules))
        return Report(
            document, self._excerpt, notes, tuple(loud), status, self.rows.reasons, about_rules
        )

    def _excerpt(self, file: str, line: int) -> str | None:
        lines = self.lines.for_path(self.paths.meant(file))
        return lines[line - 1] if 0 < line <= len(lines) else None

    def _errors(self) -> tuple[Problem, ...]:
        """What could not be read, each once however many stacks met it."""
        errors = {*self.found.errors, *(error for one in self.judgements for error in one.errors)}
        problems = {
            Problem(self.paths.shown(e.place.file), e.place.line, e.place.column, e.message)
            for e in errors
            if not isinstance(e, InternalError)
        }
        return tuple(sorted(problems, key=lambda p: (p.file, p.line, p.column, p.message)))

    def _absent(self) -> tuple[Absent, ...]:
        """What calls name and nothing brought, each call once."""
        found = {
            Absent(
                one.kind,
                one.name,
                one.source,
                one.version,
                self.paths.shown(read.stack.name),
                self.paths.shown(one.place.file),
                one.place.line,
                one.cure,
                one.read_as,
            )
            for read, judgement in zip(self.found.reads, self.judgements, strict=True)
            for one in judgement.absent
        }
        return tuple(sorted(found, key=lambda one: (one.file, one.line, one.name, one.stack)))

    def _crashes(self) -> tuple[Crash, ...]:
        """What failed by a defect of ours: rules, lowering, and the reading of sources."""
        found: dict[Crash, None] = {}

        def add(crash: Crash) -> None:
            file = self.paths.shown(crash.file)
            stack = self.paths.shown(crash.stack) or file
            at = f" at {file}:{crash.line}" if file else ""
            found[Crash(crash.rule, stack, f"{crash.message}{at}", file, crash.line)] = None

        def add_errors(errors: Iterable[SourceError], stack: str) -> None:
            for error in errors:
                if isinstance(error, InternalError):
                    at = error.place
                    add(Crash("reading", stack, error.message, at.file, at.line))

        add_errors((*self.found.errors, *self.rows.errors), "")
        for one, judgement in zip(self.found.reads, self.judgements, strict=True):
            for crash in judgement.crashes:
                add(crash)
            add_errors(judgement.errors, one.stack.name)
        return tuple(found)

    def _notes(self) -> Iterator[str]:
        for path in self.found.foreign:
            yield f"{self.paths.shown(path)}: is neither Terraform nor a template: skipped"
        for path in sorted(self.links):
            shown = self.paths.shown(path)
            yield f"{shown}: leads out of the repository: not followed without --allow-outside"
        for read, judgement in zip(self.found.reads, self.judgements, strict=True):
            name = read.stack.name
            yield from (note.replace(name, self.paths.shown(name)) for note in judgement.notes)

    def _idle(self) -> Iterator[str]:
        """The suppressions in the sources that suppress nothing."""
        every, used = all_rules(), self.rows.used
        for read, judgement in zip(self.found.reads, self.judgements, strict=True):
            for skip in judgement.suppressions:
                if (
                    skip in used
                    or not skip.rule.startswith("TW")
                    or skip.place.file not in read.files
                ):
                    continue
                where = f"{self.paths.shown(skip.place.file)}:{skip.place.line}: "
                if any(suppressions.names(skip, rule.id) for rule in self.rules):
                    yield f"{where}the suppression of {skip.rule} no longer suppresses anything"
                elif not any(suppressions.names(skip, rule.id) for rule in every):
                    hint = settings.nearest(skip.rule, [rule.id for rule in every])
                    yield f"{where}no rule is {skip.rule}{hint}: nothing is suppressed"

    def _stale(self, known: Mapping[str, baseline.BaselineEntry]) -> Iterator[str]:
        """The entries of the baseline that could have been met here and were not."""
        if not known:
            return
        met = {row.finding.fingerprint for row in self.rows if row.finding.verdict != "pass"}
        ran = {rule.id for rule in self.rules}
        scanned = {
            self.paths.seen(read.boundary, path) for read in self.found.reads for path in read.files
        }
        for entry in known.values():
            if entry.fingerprint not in met and entry.rule in ran and entry.file in scanned:
                what = f"{entry.rule} on {entry.resource}"
                yield f"{entry.file}: {what} is in the baseline, but no longer found"


def _unread(judgements: Iterable[Judgement]) -> tuple[Unread, ...]:
    """What nothing reads, over all stacks: types first, then attributes, each by type."""
    found: dict[tuple[bool, str], Unread] = {}
    for unread in (one for judgement in judgements for one in judgement.unread):
        key = (bool(unread.attributes), unread.type)
        known = found.get(key, Unread(unread.type, 0))
        attributes = tuple(sorted({*known.attributes, *unread.attributes}))
        found[key] = Unread(unread.type, known.count + unread.count, attributes)
    return tuple(found[key] for key in sorted(found))


def _fails(findings: Iterable[Finding], threshold: Threshold) -> bool:
    """Whether a fail is at or above a threshold of severity."""
    return any(one.verdict == "fail" and reaches(one.severity, threshold) for one in findings)
