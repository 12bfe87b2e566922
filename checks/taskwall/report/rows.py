"""Findings on their way into a report: with their edits, skips and fingerprints, in order."""

from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from taskwall.core.digest import sha256
from taskwall.core.values import Span
from taskwall.engine.judge import Judgement
from taskwall.findings.finding import Edit, Finding
from taskwall.fixes import edits
from taskwall.report import suppressions
from taskwall.report.excerpts import ReportPaths, SourceLines
from taskwall.source.files import Files
from taskwall.source.resource import Suppression
from taskwall.source.stack import SourceError
from taskwall.sources import ReadStack


class ReportEntry(Struct, frozen=True, gc=False):
    """A finding on its way into the report, and the skip that keeps it silent."""

    finding: Finding
    place: Span
    boundary: str
    name: str
    suppression: Suppression | None


class ReportEntries:
    """All rows of a report, in the order of the report."""

    def __init__(
        self,
        reads: Sequence[ReadStack],
        judgements: Sequence[Judgement],
        *,
        files: Files,
        lines: SourceLines,
        paths: ReportPaths,
    ) -> None:
        """Put in order what judging brought.

        Args:
            reads: what was judged.
            judgements: what was found in each of them.
            files: where texts come from.
            lines: the lines of the files, masked.
            paths: how the report spells paths.
        """
        self.used: set[Suppression] = set()
        """The skips that keep something silent."""
        self.errors: list[SourceError] = []
        """What failed by a defect of ours."""
        self._paths = paths
        rows = sorted(_merged(self._rows(reads, judgements, files)), key=_order)
        self._all = self._fingerprinted(rows, lines)
        self.passes = len(
            {
                passed
                for read, judgement in zip(reads, judgements, strict=True)
                for passed in judgement.passes
                if read.only is None or passed[3].file in read.only
            }
        )
        """How many passes there are that are not shown, each once however many stacks have it."""
        waits = {
            (need.name, need.why)
            for judgement in judgements
            for judged in judgement.findings
            for need in judged.needs
        }
        self.reasons: dict[str, str] = dict(sorted(waits, reverse=True))
        """Why what findings wait for is not known: of several reasons the first in the alphabet."""

    def __iter__(self) -> Iterator[ReportEntry]:
        return iter(self._all)

    def _rows(
        self, reads: Sequence[ReadStack], judgements: Sequence[Judgement], files: Files
    ) -> Iterator[ReportEntry]:
        """The rows of all judgements, with the edits on which all stacks agree."""
        offered = edits.agreed(
            [
                (read.stack.files, [(one.finding.rule, one.changes) for one in judgement.findings])
                for read, judgement in zip(reads, judgements, strict=True)
            ],
            files.text,
            self.errors,
        )
        for read, judgement, mends in zip(reads, judgements, offered, strict=True):
            skips = suppressions.by_file(judgement.suppressions)
            for judged, mend in zip(judgement.findings, mends, strict=True):
                silencing = suppressions.suppressing(judged, skips)
                self.used.update(silencing)
                if read.only is None or judged.place.file in read.only:
                    finding = self._paths.respelt(_with_edits(judged.finding, mend))
                    skip = silencing[0] if silencing else None
                    yield ReportEntry(finding, judged.place, read.boundary, judged.on.name, skip)

    def _fingerprinted(self, rows: Sequence[ReportEntry], lines: SourceLines) -> list[ReportEntry]:
        """The rows with fingerprints, which edits elsewhere in the file leave alone.

        They rest on the rule, the file as seen from the repository, the resource and the masked
        text at the place; equal ones are counted. Passes come last, so that fails have the same
        fingerprint whether passes are shown or not.
        """
        times: dict[str, int] = {}
        prints: dict[int, str] = {}
        for index, row in sorted(
            enumerate(rows), key=lambda pair: pair[1].finding.verdict == "pass"
        ):
            file = self._paths.seen(row.boundary, row.place.file)
            text = "\0".join((row.finding.rule, file, row.name, lines.at(row.place)))
            times[text] = times.get(text, 0) + 1
            prints[index] = sha256(f"{text}\0{times[text]}".encode())[:20]
        return [
            replace(row, finding=replace(row.finding, fingerprint=prints[index]))
            for index, row in enumerate(rows)
        ]


def _with_edits(finding: Finding, mends: tuple[Edit, ...]) -> Finding:
    """A finding whose fix has edits."""
    if finding.fix is None or not mends:
        return finding
    return replace(finding, fix=replace(finding.fix, edits=mends))


def _merged(rows: Iterable[ReportEntry]) -> Iterator[ReportEntry]:
    """One row for those, of whichever stacks, that say the same of the same place."""
    found: dict[tuple[object, ...], ReportEntry] = {}
    for row in rows:
        one = row.finding
        says = (one.rule, one.verdict, one.severity, one.message, one.when, one.missing)
        key = (says, row.place, one.called_from, row.suppression)
        if (first := found.get(key)) is None:
            found[key] = row
        else:
            instances = tuple(dict.fromkeys((*first.finding.instances, *one.instances)))
            found[key] = replace(first, finding=replace(first.finding, instances=instances))
    yield from found.values()


def _order(row: ReportEntry) -> tuple[object, ...]:
    """By place, rule and resource, and then by whatever else may differ."""
    one = row.finding
    first = (one.file, one.line, one.column, one.rule, one.resource)
    return (*first, one.verdict, one.end_line, one.end_column, one.stack, one.message)
