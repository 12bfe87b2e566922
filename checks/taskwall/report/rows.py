"""Findings on their way into a report, in order, with edits, suppressions and fingerprints."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, repeat

from msgspec import Struct
from msgspec.structs import replace

from taskwall.core.digest import sha256
from taskwall.core.loop_places import LoopIteration, within_resource
from taskwall.core.values import Span
from taskwall.engine.judgement import Judgement, LocatedFinding
from taskwall.findings.finding import Edit, Finding, Instance
from taskwall.fixes import edits
from taskwall.fixes.replacement import replacement
from taskwall.fixes.wording import for_json, noted
from taskwall.report import suppressions
from taskwall.report.excerpts import ReportPaths, SourceLines
from taskwall.source.files import Files, UnreadableError
from taskwall.source.resource import Suppression
from taskwall.source.stack import Provenance, SourceError
from taskwall.sources.found import ReadStack


class ReportEntry(Struct, frozen=True, gc=False):
    """A finding on its way into the report, and its suppression.

    `asked` says whether it is about a file that was asked for: one of those that were given, if
    only files were. `old_fingerprint` is what baselines of version 1 know it by, with all its
    instances. `provenance` are the expressions that the value at its place comes from. `silenced`
    says that it is not reported, since another rule reports the same mistake. `everywhere` holds,
    for the fingerprint of an instance in one deployment, that of the same in all of them.
    `iteration` tells apart what a loop makes of the elements of a list. `block` is what the place
    is a part of, if the same of several places in it is one mistake. `in_context` is the place in
    the context that it is about. `lacks` says that something is missing.
    """

    finding: Finding
    place: Span
    boundary: str
    name: str
    suppression: Suppression | None
    asked: bool = True
    old_fingerprint: str = ""
    provenance: tuple[Provenance, ...] = ()
    silenced: bool = False
    everywhere: Mapping[str, str] = {}
    iteration: LoopIteration | None = None
    block: Span | None = None
    in_context: Span | None = None
    lacks: bool = False


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
        today: str,
    ) -> None:
        """Put in order what judging brought.

        Args:
            reads: what was judged.
            judgements: what was found in each of them.
            files: where texts come from.
            lines: the lines of the files, masked.
            paths: how the report spells paths.
            today: the day on which suppressions must hold, "" if none counts.
        """
        self.used: set[Suppression] = set()
        """The suppressions that are about something that was found."""
        self.errors: list[SourceError] = []
        """What failed by a defect of ours."""
        self._today = today
        self._paths = paths
        self.deployments = _deployments(reads, paths)
        """The deployments of each stack, by its name."""
        merged = self._merged(self._rows(reads, judgements, files))
        rows = sorted(merged, key=lambda row: in_order(row.finding))
        self._all = self._fingerprinted(rows, lines)
        passes = frozenset().union(*(judgement.passes for judgement in judgements))
        self.passes = len({passed[:-1] for passed in passes})
        """How many passes there are that are not shown, each once however many stacks have it."""
        self.certain_passes = Counter(rule for rule, *_, certain in passes if certain)
        """Of those, how many each rule certainly concerns."""
        waits = {
            need
            for judgement in judgements
            for judged in (*judgement.findings, *judgement.silenced)
            for need in judged.needs
            if not judged.unreported
        }
        reasons = sorted(((need.name, need.why) for need in waits), reverse=True)
        self.reasons: dict[str, str] = dict(reasons)
        """Why what findings wait for is not known: of several reasons the first in the alphabet."""
        decided_by = sorted(((need.name, need.option) for need in waits), reverse=True)
        self.options: dict[str, str] = dict(decided_by)
        """The option that gives it; "" where a value would not decide all that wait for it."""

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
            files,
            self.errors,
        )
        for read, judgement, mends in zip(reads, judgements, offered, strict=True):
            by_file = suppressions.by_file(judgement.suppressions if self._today else ())
            found = (*judgement.findings, *judgement.silenced)
            nothing: Iterator[tuple[()]] = repeat(())
            traces = chain(judgement.provenance, nothing)
            rows, users = [], read.users
            for judged, mend, trace in zip(found, chain(mends, nothing), traces, strict=False):
                if judged.unreported:
                    continue
                silencing = suppressions.suppressing(judged, trace, by_file)
                holding = [s for s in silencing if not suppressions.has_ended(s, self._today)]
                finding = self._paths.respelt(_with_fix(judged, mend, files))
                if names := read.stack.deployments:
                    deployed = (replace(one, deployments=names) for one in finding.instances)
                    finding = finding.of(tuple(deployed))
                held = holding[0] if holding else None
                asked = (
                    read.only is None
                    or (
                        judged.touches(read.only)
                        and (judged.place.file not in users or _takes_more(judged, read.only))
                    )
                    or any(one.place.file in read.only for one in trace)
                )
                place, on = judged.place, judged.on.name
                made = within_resource(judged.iteration)
                row = ReportEntry(
                    finding,
                    place,
                    read.boundary,
                    on,
                    held,
                    asked,
                    provenance=trace,
                    iteration=made,
                    block=judged.block,
                    in_context=judged.in_context,
                    lacks=judged.lacks,
                )
                rows.append((judged, row, silencing))
            for row, silencing in _after_precedence(rows):
                if not row.silenced:
                    self.used.update(silencing)
                yield row

    def _fingerprinted(self, rows: Sequence[ReportEntry], lines: SourceLines) -> list[ReportEntry]:
        """The rows with fingerprints, which edits elsewhere in the file leave alone.

        That of an instance rests on the rule, the file as seen from the repository, the resource
        and the masked text at the place; equal ones are counted. What is silenced and passes come
        last, so that fails have the same fingerprint whether those are shown or not.
        """
        old, new = _Fingerprints(), _Fingerprints()
        made = list(rows)
        for index, row in sorted(
            enumerate(rows),
            key=lambda pair: (pair[1].finding.verdict == "pass", pair[1].silenced),
        ):
            finding = row.finding
            file, text = self._paths.seen(row.boundary, row.place.file), lines.at(row.place)
            instances: list[Instance] = []
            everywhere = {}
            for one in finding.instances:
                says = (finding.rule, file, one.resource, text)
                print_ = new.next(*says)
                if one.deployments == self.deployments.get(one.stack, one.deployments):
                    instances.append(replace(one, fingerprint=print_))
                    continue
                for name in one.deployments:
                    own = new.next(*says, name)
                    everywhere[own] = print_
                    instances.append(replace(one, deployments=(name,), fingerprint=own))
            known_by = old.next(finding.rule, file, row.name, text)
            made[index] = replace(
                row,
                finding=finding.of(tuple(instances)),
                old_fingerprint=known_by,
                everywhere=everywhere,
            )
        return made

    def _merged(self, rows: Iterable[ReportEntry]) -> Iterator[ReportEntry]:
        """One row for those, of whichever stacks, that say the same of the same place.

        Deployments may take a value from several files: it comes from what they share. What one
        thing lacks in several of them, it lacks for whomever each of them has.
        """
        found: dict[tuple[object, ...], ReportEntry] = {}
        for row in rows:
            one = row.finding
            deployed = bool(one.instances[0].deployments)
            message = one.fix if row.lacks and deployed and one.fix is not None else one.message
            says = (one.rule, one.verdict, one.severity, message, one.when, one.missing)
            of = one.resource if deployed else row.provenance
            at = row.place, row.iteration
            key = (says, at, one.called_from, row.suppression, of, row.silenced)
            if (first := found.get(key)) is None:
                found[key] = row
            else:
                both = first.finding.of(self._united((*first.finding.instances, *one.instances)))
                shared = tuple(node for node in first.provenance if node in row.provenance)
                asked = first.asked or row.asked
                found[key] = replace(first, finding=both, asked=asked, provenance=shared)
        yield from found.values()

    def _united(self, instances: Iterable[Instance]) -> tuple[Instance, ...]:
        """The instances, each once with all its deployments, in the order of their declaration."""
        found: dict[Instance, set[str]] = {}
        for one in instances:
            found.setdefault(replace(one, deployments=()), set()).update(one.deployments)
        return tuple(
            replace(one, deployments=tuple(n for n in self.deployments[one.stack] if n in names))
            for one, names in found.items()
        )


class _Fingerprints:
    """Makes fingerprints of texts: of equal texts the first, the second, and so on."""

    def __init__(self) -> None:
        self._times: dict[str, int] = {}

    def next(self, *texts: str) -> str:
        """The next fingerprint of some texts."""
        text = "\0".join(texts)
        times = self._times[text] = self._times.get(text, 0) + 1
        return sha256(f"{text}\0{times}".encode())[:20]


def _with_fix(judged: LocatedFinding, mends: tuple[Edit, ...], files: Files) -> Finding:
    """A finding whose fix has edits, and code in the syntax of its file."""
    finding = judged.finding
    fix = finding.fix
    if fix is None:
        return finding
    if mends and (note := replacement(judged.changes)):
        fix = replace(fix, text=noted(fix.text, note))
    if judged.on.language == "cloudformation" and _is_json(judged.place.file, files):
        fix = replace(fix, text=for_json(fix.text))
    return replace(finding, fix=replace(fix, edits=mends) if mends else fix)


def _is_json(file: str, files: Files) -> bool:
    try:
        return files.text(file)[:1000].lstrip()[:1] == "{"
    except UnreadableError:
        return False


def _deployments(reads: Iterable[ReadStack], paths: ReportPaths) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for read in reads:
        stack = paths.shown(read.stack.name)
        found[stack] = tuple(dict.fromkeys((*found.get(stack, ()), *read.stack.deployments)))
    return found


def _takes_more(judged: LocatedFinding, files: frozenset[str]) -> bool:
    """Whether a finding elsewhere rests on several resources of these files.

    A listener of others at a load balancer is theirs; the route that makes their subnet public
    is a mistake of who writes it.
    """
    return len({step.resource for step in judged.finding.because if step.file in files}) > 1


def _after_precedence(
    rows: Sequence[tuple[LocatedFinding, ReportEntry, list[Suppression]]],
) -> Iterator[tuple[ReportEntry, list[Suppression]]]:
    """Rows with the suppressions that are about them, those that other rules silence marked so.

    A suppressed fail silences only what stands at its own place.
    """
    reported: dict[tuple[str, str], list[ReportEntry]] = {}
    for judged, row, own in sorted(rows, key=lambda row: len(row[0].silenced_by)):
        by = [other for key in judged.silenced_by for other in reported.get(key, ())]
        if any(one.suppression is None or _overlap(one.place, row.place) for one in by):
            yield replace(row, silenced=True), own
            continue
        yield row, own
        if judged.finding.verdict == "fail":
            for about in judged.about:
                reported.setdefault((judged.finding.rule, about), []).append(row)


def _overlap(one: Span, other: Span) -> bool:
    return one.holds(other) or other.holds(one)


def in_order(one: Finding) -> tuple[object, ...]:
    """By place, rule and resource, and then by whatever else may differ."""
    first = (one.file, one.line, one.column, one.rule, one.resource)
    return (*first, one.verdict, one.end_line, one.end_column, one.stack, one.message)
