"""Findings of a stack that is judged again and again: anew where what they tell has changed."""

from collections.abc import Mapping, Sequence
from operator import is_

from msgspec import Struct

from taskwall import engine
from taskwall.engine import Answer, Judged
from taskwall.masks import Mask
from taskwall.moved import Moved, Shifts
from taskwall.offers import Changes
from taskwall.scenarios import Followed


class _Part(Struct, frozen=True):
    """Some findings; of each the files of which it tells, and how it is told; and the latter."""

    found: tuple[Judged, ...] = ()
    each: list[tuple[frozenset[str], Judged]] = []
    told: tuple[Judged, ...] = ()


class Telling:
    """Findings as they are told: on the lines of the files as they are, without what is sensitive.

    Made anew are those of files that have moved, and all if other texts are sensitive.
    """

    def __init__(self) -> None:
        self._shifts: Mapping[str, Shifts] = {}
        self._mask = Mask(())
        self._parts: list[_Part] = []

    def of(
        self, found: tuple[tuple[Judged, ...], ...], moved: Moved, mask: Mask
    ) -> tuple[tuple[Judged, ...], ...]:
        """The findings as they are told, in the same parts: the same ones where nothing changed."""
        before, self._shifts = self._shifts, moved.files
        files = {*before, *moved.files}
        others = {file for file in files if before.get(file) is not moved.files.get(file)}
        if mask != self._mask or len(found) != len(self._parts):
            self._mask = mask
            self._parts = [_Part()] * len(found)
        self._parts = [
            known if known.found is part and not others else self._again(part, known, others, moved)
            for part, known in zip(found, self._parts, strict=True)
        ]
        return tuple(part.told for part in self._parts)

    def _again(
        self, found: tuple[Judged, ...], known: _Part, others: set[str], moved: Moved
    ) -> _Part:
        before = dict(zip(map(id, known.found), known.each, strict=True))
        each = [before.get(id(judged)) or self._tell(judged, moved) for judged in found]
        if others:
            each = [
                one if others.isdisjoint(one[0]) else self._tell(judged, moved)
                for one, judged in zip(each, found, strict=True)
            ]
        now = tuple([told for _, told in each])
        same = len(now) == len(known.told) and all(map(is_, now, known.told))
        return _Part(found, each, known.told if same else now)

    def _tell(self, judged: Judged, moved: Moved) -> tuple[frozenset[str], Judged]:
        files = _files(judged)
        told = judged if files.isdisjoint(moved.files) else moved.of(judged)
        return files, self._mask.of(told)


def _files(judged: Judged) -> frozenset[str]:
    """The files of which a finding tells places."""
    finding, on = judged.finding, judged.on
    return frozenset(
        (
            judged.at.file,
            on.header.file,
            *(call.place.file for call in on.called_from),
            *(step.file for step in finding.because),
            *(resource.place.file for _, resource in judged.changes),
        )
    )


class Findings:
    """The findings of one rule in one scenario, made anew only where its answers have changed.

    They are in no order: a report has its own.
    """

    def __init__(self, stack: str, profile: str, passes: bool = True) -> None:
        self._stack = stack
        self._profile = profile
        self._passes = passes
        self._answers: Sequence[Answer] = ()
        self._told: tuple[Judged, ...] = ()
        self._begin()

    def _begin(self) -> None:
        self._numbers: dict[tuple[object, ...], int] = {}
        self._notes: dict[int, tuple[Answer, int, int]] = {}
        """Of each answer its place, and what it says."""
        self._by_place: dict[int, list[Answer]] = {}
        self._chosen: dict[int, engine.Alike] = {}
        """What is told of each place in the end."""
        self._places: dict[int, dict[int, None]] = {}
        """The places of which the same is told."""
        self._same: dict[int, engine.Alike] = {}
        self._made: dict[int, Judged] = {}
        """The finding that tells so, and what it is made of."""
        self._asking: dict[int, engine.Alike] = {}
        """What those are made of that ask for changes."""
        self._order: dict[int, int] = {}
        """Where the answers are in their list, as far as that was asked."""

    def of(
        self, answers: Sequence[Answer], followed: Followed, changes: Changes
    ) -> tuple[Judged, ...]:
        """The findings that answers make, with what of the changes may be offered.

        They are the very object that they were before where nothing has changed.
        """
        before, self._answers = self._answers, answers
        if before is not answers:
            if len(self._numbers) > 4 * len(answers) + 20:  # most are of answers that are gone
                self._begin()
                before = ()
            start = _alike(before, answers)
            old, new = before[start:], answers[start:]
            end = _alike(old[::-1], new[::-1])
            self._exchange(old[: len(old) - end], new[: len(new) - end], followed)
        for said, same in self._asking.items():
            self._made[said] = engine.with_changes(self._made[said], same, changes)
        told = tuple(self._made.values())
        if len(told) != len(self._told) or not all(map(is_, told, self._told)):
            self._told = told
        return self._told

    def _exchange(self, gone: Sequence[Answer], come: Sequence[Answer], followed: Followed) -> None:
        """Let answers stand for others."""
        notes = self._notes
        fresh = [notes.get(id(answer)) or self._note(answer) for answer in come]
        places = dict.fromkeys(notes[id(answer)][1] for answer in gone)
        places.update(dict.fromkeys(place for _, place, _ in fresh))
        others: dict[int, None] = {}
        for place in places:
            for answer, _ in self._chosen.pop(place, ()):
                said = notes[id(answer)][2]
                self._places[said].pop(place, None)
                others[said] = None
        for answer in gone:
            del notes[id(answer)]
        groups: dict[int, list[Answer]] = {
            place: [one for one in self._by_place.pop(place, ()) if id(one) in notes]
            for place in places
        }
        for note in fresh:
            notes[id(note[0])] = note
            groups[note[1]].append(note[0])
        self._order.clear()
        for place, some in groups.items():
            if not some:
                continue
            group = self._by_place[place] = self._in_order(some)
            self._chosen[place] = list(engine.settled(group, followed))
            for answer, _ in self._chosen[place]:
                said = notes[id(answer)][2]
                self._places.setdefault(said, {})[place] = None
                others[said] = None
        for said in others:
            self._remake(said)

    def _remake(self, said: int) -> None:
        """Make the finding that tells something of the places of which it is told."""
        places = self._places[said]
        if not places:
            del self._places[said], self._same[said], self._made[said]
            self._asking.pop(said, None)
            return
        firsts = {id(self._by_place[place][0]): place for place in places}
        same = [
            pair
            for first in self._in_order([self._by_place[place][0] for place in places])
            for pair in self._chosen[firsts[id(first)]]
            if self._notes[id(pair[0])][2] == said
        ]
        if (known := self._same.get(said)) is None or not _all_same(known, same):
            self._same[said] = same
            self._made[said] = engine.judged_of(same, self._stack, self._profile, self._passes)
            self._asking.pop(said, None)
            if same[0][0].verdict.changes:
                self._asking[said] = same

    def _in_order(self, answers: list[Answer]) -> list[Answer]:
        """Some of the answers, in the order in which they were given."""
        if len(answers) < 2:
            return answers
        if not self._order:
            self._order = {id(answer): number for number, answer in enumerate(self._answers)}
        return sorted(answers, key=lambda answer: self._order[id(answer)])

    def _note(self, answer: Answer) -> tuple[Answer, int, int]:
        place = self._number((answer.verdict.on.address, answer.verdict.at))
        return answer, place, self._number(engine.told_by(answer))

    def _number(self, key: tuple[object, ...]) -> int:
        """Instead of the key, which takes long to compare."""
        return self._numbers.setdefault(key, len(self._numbers))


def _alike(some: Sequence[object], others: Sequence[object]) -> int:
    """How many at the beginning of two lists are the very same."""
    shorter = min(len(some), len(others))
    pairs = enumerate(map(is_, some, others))
    return next((number for number, same in pairs if not same), shorter)


def _all_same(some: engine.Alike, others: engine.Alike) -> bool:
    return len(some) == len(others) and all(
        one is other and setting == then
        for (one, setting), (other, then) in zip(some, others, strict=True)
    )
