"""What the rules said of a scan's sources, put in order: rows, fingerprints, and the report."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import is_not
from typing import TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from taskwall import __version__, baseline, edits, settings, sources, suppress
from taskwall.engine import Judged, Judgement
from taskwall.excerpts import Lines, Paths, seen_from
from taskwall.files import Files
from taskwall.finding import (
    About,
    Document,
    Edit,
    Finding,
    Problem,
    Report,
    Summary,
    Suppressed,
    Unread,
)
from taskwall.masks import Mask
from taskwall.resource import Skip
from taskwall.rule import Rule, about
from taskwall.rules import all_rules
from taskwall.settings import Settings, Threshold, reaches
from taskwall.values import Place


class Row(Struct, frozen=True):
    """A finding on its way into the report, and the skip that keeps it silent."""

    finding: Finding
    place: Place
    boundary: str
    name: str
    skip: Skip | None


_Made: TypeAlias = tuple[Judged, tuple[Edit, ...], Skip | None, str, str, Row]
"""A row, after all that it was made of and the file that it is in, as its repository sees it."""

_File: TypeAlias = tuple[list[Row], list[list[str]], dict[str, list[Row]]]
"""The rows of a file as they came, the lines of that file, and the rows as they are told.

Several files may be one as their repositories see them: what is told goes by the file's path.
"""


class Result:
    """What the judging brought, put in order."""

    def __init__(
        self,
        found: sources.Sources,
        judgements: Sequence[Judgement],
        *,
        rules: Sequence[Rule],
        use: Settings,
        files: Files,
        cwd: str,
        earlier: "Result | None" = None,
    ) -> None:
        """Put in order what judging brought.

        `earlier` is what another one made of the same by the same rules.
        """
        self.found = found
        self.judgements = judgements
        self.rules = rules
        self.use = use
        self.lines = Lines(
            files,
            [read.stack for read in found.reads],
            Mask(text for judgement in judgements for text in judgement.hidden),
        )
        self.paths: Paths = Paths(cwd) if earlier is None else earlier.paths
        self.used: set[Skip] = set()
        self.editor: edits.Editor = edits.Editor(files.text) if earlier is None else earlier.editor
        self.about: tuple[About, ...] = (
            tuple(map(about, rules)) if earlier is None else earlier.about
        )
        self.made: dict[int, _Made] = {}
        self.files: dict[str, _File] = {}
        if earlier is not None:
            self.lines.recall(earlier.lines)
        fixes = edits.agreed(
            [
                (read.stack.files, [(each.finding.rule, each.changes) for each in one.judged])
                for read, one in zip(found.reads, judgements, strict=True)
            ],
            files.text,
            self.editor,
        )
        self.rows = self._ordered(self._rows(fixes, earlier), earlier)

    def _rows(
        self, fixes: Iterable[Sequence[tuple[Edit, ...]]], earlier: "Result | None"
    ) -> dict[str, list[Row]]:
        """The rows by the file that they are in, as its repository sees it."""
        known = {} if earlier is None else earlier.made
        rows: dict[str, list[Row]] = {}
        for read, judgement, edited in zip(self.found.reads, self.judgements, fixes, strict=True):
            skips = suppress.by_file(judgement.skips)
            for judged, mends in zip(judgement.judged, edited, strict=True):
                silencing = suppress.silencing(judged, skips) if skips else []
                self.used.update(silencing)
                if read.only is None or judged.at.file in read.only:
                    skip = silencing[0] if silencing else None
                    made = known.get(id(judged))
                    if (
                        made is None
                        or made[1] != mends
                        or made[2] != skip
                        or made[3] != read.boundary
                    ):
                        row = Row(
                            self.paths.respelt(_mended(judged.finding, mends)),
                            judged.at,
                            read.boundary,
                            judged.on.name,
                            skip,
                        )
                        seen = self.paths.seen(read.boundary, judged.at.file)
                        made = judged, mends, skip, read.boundary, seen, row
                    self.made[id(judged)] = made
                    mine = rows.get(made[4])
                    if mine is None:
                        mine = rows[made[4]] = []
                    mine.append(made[5])
        return rows

    def _ordered(self, rows: Mapping[str, list[Row]], earlier: "Result | None") -> list[Row]:
        """All rows in order, with their fingerprints."""
        passes = "pass" in self.use.show
        by_file: dict[str, list[Row]] = {}
        for seen, mine in rows.items():
            printed = (row.place.file for row in mine if passes or row.finding.verdict != "pass")
            lines = [self.lines.of(path) for path in dict.fromkeys(printed)]
            known = None if earlier is None else earlier.files.get(seen)
            if (
                known is None
                or len(known[0]) != len(mine)
                or any(map(is_not, known[0], mine))
                or any(map(is_not, known[1], lines))
            ):
                ordered = sorted(_merged(mine), key=lambda row: _order(row.finding))
                told: dict[str, list[Row]] = {}
                for row in _fingerprinted(ordered, seen, self.lines, passes):
                    told.setdefault(row.finding.file, []).append(row)
                known = mine, lines, told
            self.files[seen] = known
            for file, some in known[2].items():
                by_file.setdefault(file, []).extend(some)
        return [row for _, mine in sorted(by_file.items()) for row in mine]

    def entries(self) -> dict[str, baseline.Entry]:
        """The entries of a new baseline, by fingerprint: what is shown, but for passes."""
        return {
            one.fingerprint: baseline.Entry(
                one.fingerprint,
                one.rule,
                one.verdict,
                seen_from(row.boundary, row.place.file),
                one.resource,
            )
            for row in self.rows
            if row.skip is None
            and (one := row.finding).verdict != "pass"
            and one.verdict in self.use.show
        }

    def report(self, known: Mapping[str, baseline.Entry], aside: str) -> Report:
        """The report, with the findings put aside that a baseline (in the file `aside`) knows."""
        loud: list[Finding] = []
        silent: list[Suppressed] = []
        for row in self.rows:
            finding, skip = row.finding, row.skip
            entry = known.get(finding.fingerprint)
            if skip is not None:
                file = self.paths.shown(skip.place.file)
                silent.append(Suppressed(finding, "comment", skip.reason, file, skip.place.line))
            elif entry is not None and entry.silences(finding.verdict):
                silent.append(Suppressed(finding, "baseline", "", self.paths.shown(aside), 1))
            else:
                loud.append(finding)
        errors = self._errors()
        crashes = tuple(
            dict.fromkeys(
                replace(crash, stack=self.paths.shown(crash.stack))
                for judgement in self.judgements
                for crash in judgement.crashes
            )
        )
        verdicts = [finding.verdict for finding in loud]
        reads = self.found.reads
        summary = Summary(
            files=len(frozenset().union(*(read.stack.files for read in reads))),
            stacks=len(reads),
            resources=sum(judgement.resources for judgement in self.judgements),
            fail=verdicts.count("fail"),
            unknown=verdicts.count("unknown"),
            passed=verdicts.count("pass"),
            suppressed=len(silent),
            errors=len(errors),
            crashes=len(crashes),
        )
        document = Document(
            1,
            __version__,
            summary,
            tuple(finding for finding in loud if finding.verdict in self.use.show),
            tuple(silent),
            _unread(self.judgements),
            errors,
            crashes,
        )
        notes = tuple(dict.fromkeys((*self._notes(), *self._idle(), *self._stale(known))))
        status = 2 if errors or crashes else int(_fails(loud, self.use.fail_on))
        reasons = {
            need.name: need.why
            for one in self.judgements
            for judged in one.judged
            for need in judged.waits
        }
        return Report(document, self._excerpt, notes, tuple(loud), status, reasons, self.about)

    def _excerpt(self, file: str, line: int) -> str | None:
        lines = self.lines.of(self.paths.meant(file))
        return lines[line - 1] if 0 < line <= len(lines) else None

    def _errors(self) -> tuple[Problem, ...]:
        """What could not be read, each once however many stacks met it."""
        errors = {*self.found.errors, *(error for one in self.judgements for error in one.errors)}
        problems = {
            Problem(self.paths.shown(e.place.file), e.place.line, e.place.column, e.message)
            for e in errors
        }
        return tuple(sorted(problems, key=lambda p: (p.file, p.line, p.column, p.message)))

    def _notes(self) -> Iterator[str]:
        for path in self.found.foreign:
            yield f"{self.paths.shown(path)}: is neither Terraform nor a template: passed over"
        for read, judgement in zip(self.found.reads, self.judgements, strict=True):
            name = read.stack.name
            yield from (note.replace(name, self.paths.shown(name)) for note in judgement.notes)

    def _idle(self) -> Iterator[str]:
        """The suppressions in the sources that suppress nothing."""
        every = all_rules()
        for read, judgement in zip(self.found.reads, self.judgements, strict=True):
            for skip in judgement.skips:
                if (
                    skip in self.used
                    or not skip.rule.startswith("TW")
                    or skip.place.file not in read.files
                ):
                    continue
                where = f"{self.paths.shown(skip.place.file)}:{skip.place.line}: "
                if any(suppress.names(skip, rule.id) for rule in self.rules):
                    yield f"{where}the suppression of {skip.rule} no longer suppresses anything"
                elif not any(suppress.names(skip, rule.id) for rule in every):
                    hint = settings.nearest(skip.rule, [rule.id for rule in every])
                    yield f"{where}no rule is {skip.rule}{hint}: nothing is suppressed"

    def _stale(self, known: Mapping[str, baseline.Entry]) -> Iterator[str]:
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
                yield f"{entry.file}: the baseline's {entry.rule} on {entry.resource} is gone"


def _mended(finding: Finding, mends: tuple[Edit, ...]) -> Finding:
    """A finding whose fix has edits."""
    if finding.fix is None or not mends:
        return finding
    return replace(finding, fix=replace(finding.fix, edits=mends))


def _merged(rows: Iterable[Row]) -> Iterator[Row]:
    """One row for those, of whichever stacks, that say the same of the same place."""
    found: dict[tuple[object, ...], Row] = {}
    for row in rows:
        one = row.finding
        says = (one.rule, one.verdict, one.severity, one.message, one.when, one.missing)
        key = (says, row.place, one.called_from, row.skip)
        if (first := found.get(key)) is None:
            found[key] = row
        else:
            instances = tuple(dict.fromkeys((*first.finding.instances, *one.instances)))
            found[key] = replace(first, finding=replace(first.finding, instances=instances))
    yield from found.values()


def _order(one: Finding) -> tuple[object, ...]:
    """By place, rule and resource, and then by whatever else may differ."""
    first = (one.file, one.line, one.column, one.rule, one.resource)
    return (*first, one.verdict, one.end_line, one.end_column, one.stack, one.message)


def _fingerprinted(rows: Sequence[Row], file: str, lines: Lines, passes: bool) -> list[Row]:
    """The rows of a file with fingerprints, which edits elsewhere in it leave alone.

    They rest on the rule, the file as seen from the repository, the resource and the masked text
    at the place; equal ones are counted. Passes get one only if they are shown, and come last, so
    that fails have the same fingerprint either way.
    """
    from hashlib import sha256

    times: dict[str, int] = {}
    prints: dict[int, str] = {}
    for index, row in sorted(enumerate(rows), key=lambda pair: pair[1].finding.verdict == "pass"):
        if row.finding.verdict == "pass" and not passes:
            break
        text = "\0".join((row.finding.rule, file, row.name, lines.at(row.place)))
        times[text] = times.get(text, 0) + 1
        prints[index] = sha256(f"{text}\0{times[text]}".encode()).hexdigest()[:20]
    return [
        replace(row, finding=replace(row.finding, fingerprint=prints.get(index, "")))
        for index, row in enumerate(rows)
    ]


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
