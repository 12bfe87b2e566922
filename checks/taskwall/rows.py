"""Findings on their way into a report: with their edits, skips and fingerprints, in order.

Where the same sources are looked at again and again, what was made the last time is taken over
wherever it would come out the same: part by part of the judgements, then file by file.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from operator import is_
from typing import TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from taskwall import edits, suppress
from taskwall.digest import sha256
from taskwall.engine import Judged, Judgement
from taskwall.excerpts import Lines, Paths
from taskwall.files import Files
from taskwall.finding import Edit, Finding
from taskwall.resource import Skip
from taskwall.sources import Read
from taskwall.values import Place


class Row(Struct, frozen=True, gc=False):
    """A finding on its way into the report, and the skip that keeps it silent."""

    finding: Finding
    place: Place
    boundary: str
    name: str
    skip: Skip | None


class _Made(Struct, frozen=True, gc=False):
    """The row of a finding, if it is of those that are told, and what it was made of."""

    row: Row | None
    file: str
    mends: tuple[Edit, ...]
    skips: list[Skip]


_Within: TypeAlias = tuple[str, frozenset[str] | None, tuple[Skip, ...]]
"""Where findings are: the boundary of their sources, the files that count, and the skips."""


class _Part(Struct, frozen=True):
    """The rows of some findings of a judgement, and what they were made of.

    `asking` are the findings that have changes to offer, and `mends` the edits that make these.
    `made` goes by the ids of the findings, `rows` by the file that they are in, as its repository
    sees it. `reasons` tell of what the findings wait for why it is not known.
    """

    judged: tuple[Judged, ...]
    asking: tuple[Judged, ...]
    mends: tuple[tuple[Edit, ...], ...]
    within: _Within
    made: dict[int, _Made]
    rows: dict[str, list[Row]]
    reasons: frozenset[tuple[str, str]]


class _File(Struct, frozen=True):
    """The rows of a file, in order and with fingerprints by the file that each tells.

    Several files may be one as their repositories see them. `lines` are those of the files of whose
    text fingerprints are made.
    """

    rows: list[Row]
    lines: dict[str, list[str]]
    told: dict[str, list[Row]]


class Rows:
    """All rows of a report, in the order of the report."""

    def __init__(
        self,
        reads: Sequence[Read],
        judgements: Sequence[Judgement],
        *,
        files: Files,
        lines: Lines,
        paths: Paths,
        passes: bool,
        earlier: "Rows | None" = None,
    ) -> None:
        """Put in order what judging brought.

        Args:
            reads: what was judged.
            judgements: what was found in each of them.
            files: where texts come from.
            lines: the lines of the files, masked.
            paths: how the report spells paths.
            passes: whether passes are shown.
            earlier: what was made of the same by the same rules, with the same `paths`.
        """
        self._lines = lines
        self._paths = paths
        self._passes = passes
        self.editor: edits.Editor = edits.Editor(files.text) if earlier is None else earlier.editor
        self.parts: list[list[_Part]] = self._parts(
            reads, judgements, files, [] if earlier is None else earlier.parts
        )
        self.rows: dict[str, list[Row]] = _by_file(self.parts, earlier)
        known = {} if earlier is None else earlier.told
        self.told: dict[str, _File] = {
            file: self._file(file, rows, known) for file, rows in self.rows.items()
        }
        self.by_file = self._by_shown_file()
        """The rows of each file that is shown: the very list that it was where nothing changed."""

    def __iter__(self) -> Iterator[Row]:
        return chain.from_iterable(self.by_file)

    def used(self) -> frozenset[Skip]:
        """The skips that keep something silent."""
        return frozenset(
            skip
            for part in chain.from_iterable(self.parts)
            if part.within[2]
            for made in part.made.values()
            for skip in made.skips
        )

    def reasons(self) -> dict[str, str]:
        """Why what findings wait for is not known: of several reasons the first in the alphabet."""
        parts = chain.from_iterable(self.parts)
        return dict(sorted((each for part in parts for each in part.reasons), reverse=True))

    def _parts(
        self,
        reads: Sequence[Read],
        judgements: Sequence[Judgement],
        files: Files,
        before: Sequence[Sequence[_Part]],
    ) -> list[list[_Part]]:
        """The rows of each part of each judgement, with the edits on which all stacks agree."""
        known: Sequence[Sequence[_Part | None]] = before
        if [len(parts) for parts in before] != [len(one.parts) for one in judgements]:
            known = [[None] * len(one.parts) for one in judgements]
        asking = [
            [
                old.asking
                if old is not None and old.judged is part
                else tuple([each for each in part if each.changes])
                for part, old in zip(one.parts, parts, strict=True)
            ]
            for one, parts in zip(judgements, known, strict=True)
        ]
        asked = [
            [(one.finding.rule, one.changes) for one in chain.from_iterable(parts)]
            for parts in asking
        ]
        offered = edits.agreed(
            [(read.stack.files, one) for read, one in zip(reads, asked, strict=True)],
            files.text,
            self.editor,
        )
        found = []
        for read, one, olds, askings, mends in zip(
            reads, judgements, known, asking, map(iter, offered), strict=True
        ):
            within = (read.boundary, read.only, one.skips)
            found.append(
                [
                    self._part(part, some, tuple(islice(mends, len(some))), within, old)
                    for part, some, old in zip(one.parts, askings, olds, strict=True)
                ]
            )
        return found

    def _part(
        self,
        judged: tuple[Judged, ...],
        asking: tuple[Judged, ...],
        mends: tuple[tuple[Edit, ...], ...],
        within: _Within,
        old: _Part | None,
    ) -> _Part:
        """The rows of some findings: the very object that they were if nothing has changed."""
        before: Mapping[int, _Made] = {}
        if old is not None and old.within == within:
            if old.judged is judged and old.mends == mends:
                return old
            before = old.made
        offered = dict(zip(map(id, asking), mends, strict=True))
        skips = suppress.by_file(within[2])
        made: dict[int, _Made] = {}
        rows: dict[str, list[Row]] = {}
        for one in judged:
            mend = offered.get(id(one), ())
            row = before.get(id(one))
            if row is None or row.mends != mend:
                row = self._row(one, mend, within, skips)
            made[id(one)] = row
            if row.row is not None:
                rows.setdefault(row.file, []).append(row.row)
        reasons = frozenset((need.name, need.why) for one in judged for need in one.waits)
        return _Part(judged, asking, mends, within, made, rows, reasons)

    def _row(
        self,
        one: Judged,
        mends: tuple[Edit, ...],
        within: _Within,
        skips: Mapping[str, Sequence[Skip]],
    ) -> _Made:
        boundary, only, _ = within
        silencing = suppress.silencing(one, skips)
        if only is not None and one.at.file not in only:
            return _Made(None, "", mends, silencing)
        finding = self._paths.respelt(_mended(one.finding, mends))
        skip = silencing[0] if silencing else None
        row = Row(finding, one.at, boundary, one.on.name, skip)
        return _Made(row, self._paths.seen(boundary, one.at.file), mends, silencing)

    def _file(self, file: str, rows: list[Row], earlier: Mapping[str, _File]) -> _File:
        """The rows of a file, as they are known if nothing of them has changed."""
        known = earlier.get(file)
        if (
            known is not None
            and known.rows is rows
            and all(self._lines.of(path) is lines for path, lines in known.lines.items())
        ):
            return known
        printed = (row.place.file for row in rows if self._passes or row.finding.verdict != "pass")
        lines = {path: self._lines.of(path) for path in printed}
        told: dict[str, list[Row]] = {}
        for row in self._fingerprinted(sorted(_merged(rows), key=_order), file):
            told.setdefault(row.finding.file, []).append(row)
        return _File(rows, lines, told)

    def _fingerprinted(self, rows: Sequence[Row], file: str) -> list[Row]:
        """The rows of a file with fingerprints, which edits elsewhere in it leave alone.

        They rest on the rule, the file as seen from the repository, the resource and the masked
        text at the place; equal ones are counted. Passes get one only if they are shown, and come
        last, so that fails have the same fingerprint either way.
        """
        times: dict[str, int] = {}
        prints: dict[int, str] = {}
        for index, row in sorted(
            enumerate(rows), key=lambda pair: pair[1].finding.verdict == "pass"
        ):
            if row.finding.verdict == "pass" and not self._passes:
                break
            text = "\0".join((row.finding.rule, file, row.name, self._lines.at(row.place)))
            times[text] = times.get(text, 0) + 1
            prints[index] = sha256(f"{text}\0{times[text]}".encode())[:20]
        return [
            replace(row, finding=replace(row.finding, fingerprint=prints[index]))
            if index in prints
            else row
            for index, row in enumerate(rows)
        ]

    def _by_shown_file(self) -> list[list[Row]]:
        found: dict[str, list[list[Row]]] = {}
        for _, file in sorted(self.told.items()):
            for shown, rows in file.told.items():
                found.setdefault(shown, []).append(rows)
        return [
            some[0] if len(some) == 1 else list(chain.from_iterable(some))
            for _, some in sorted(found.items())
        ]


def _by_file(parts: Sequence[Sequence[_Part]], earlier: Rows | None) -> dict[str, list[Row]]:
    """The rows of all parts by file: the very list that it was where its rows are the same."""
    now = list(chain.from_iterable(parts))
    before = [] if earlier is None else list(chain.from_iterable(earlier.parts))
    others: set[str] = set()
    if earlier is None or len(now) != len(before):
        known: dict[str, list[Row]] = {}
        others.update(*(part.rows for part in now))
    else:
        known = earlier.rows
        for part, old in zip(now, before, strict=True):
            if part is not old:
                others.update(_differing(part.rows, old.rows))
    found = {file: rows for file, rows in known.items() if file not in others}
    for file in others:
        if rows := [row for part in now for row in part.rows.get(file, ())]:
            found[file] = rows
    return found


def _differing(some: Mapping[str, list[Row]], others: Mapping[str, list[Row]]) -> Iterator[str]:
    """The files of which rows differ."""
    for file in {*some, *others}:
        rows, old = some.get(file, ()), others.get(file, ())
        if len(rows) != len(old) or not all(map(is_, rows, old)):
            yield file


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


def _order(row: Row) -> tuple[object, ...]:
    """By place, rule and resource, and then by whatever else may differ."""
    one = row.finding
    first = (one.file, one.line, one.column, one.rule, one.resource)
    return (*first, one.verdict, one.end_line, one.end_column, one.stack, one.message)
