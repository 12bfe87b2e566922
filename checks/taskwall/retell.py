"""Findings of a stack that is judged again and again: anew where what they tell has changed."""

from collections.abc import Iterable, Mapping

from taskwall import engine
from taskwall.engine import Answer, Judged
from taskwall.masks import Mask
from taskwall.moved import Moved, Shifts
from taskwall.offers import Changes
from taskwall.scenarios import Followed


class Telling:
    """Findings as they are told: on the lines of the files as they are, without what is sensitive.

    Made anew are those of files that have moved, and all if other texts are sensitive.
    """

    def __init__(self) -> None:
        self._shifts: Mapping[str, Shifts] = {}
        self._mask = Mask(())
        self._found: tuple[Judged, ...] = ()
        self._known: dict[int, tuple[Judged, frozenset[str], Judged]] = {}
        """Of each finding its files, and how it is told."""
        self._told: tuple[Judged, ...] = ()

    def of(self, found: tuple[Judged, ...], moved: Moved, mask: Mask) -> tuple[Judged, ...]:
        """The findings as they are told."""
        before, self._shifts = self._shifts, moved.files
        if mask != self._mask:
            self._mask = mask
            self._found, self._known = (), {}
        files = {*before, *moved.files}
        others = {file for file in files if before.get(file) is not moved.files.get(file)}
        if found is self._found and not others:
            return self._told
        known, self._known = self._known, {}
        result: list[Judged] = []
        for judged in found:
            told = known.get(id(judged))
            if told is None:
                told = judged, _files(judged), mask.of(moved.of(judged))
            elif others and not others.isdisjoint(told[1]):
                told = judged, told[1], mask.of(moved.of(judged))
            self._known[id(judged)] = told
            result.append(told[2])
        self._found, self._told = found, tuple(result)
        return self._told


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
    """The findings of one rule in one scenario, made anew only where its answers have changed."""

    def __init__(self, stack: str, profile: str) -> None:
        self._stack = stack
        self._profile = profile
        self._answers: list[Answer] = []
        self._notes: dict[int, tuple[Answer, int, int]] = {}
        """Of each answer its place, and what it says."""
        self._numbers: dict[tuple[object, ...], int] = {}
        self._at: dict[int, int] = {}
        """Where among the findings is what says so."""
        self._crowded: set[int] = set()
        """The places that have several answers."""
        self._same: list[engine.Alike] = []
        self._found: list[Judged] = []
        self._asking: set[int] = set()
        """Which of the findings ask for changes."""

    def of(self, answers: list[Answer], followed: Followed, changes: Changes) -> list[Judged]:
        """The findings that answers make, with what of the changes may be offered."""
        before = self._answers
        pairs = zip(answers, before, strict=False)
        others = [(new, old) for new, old in pairs if new is not old]
        crowded = len(self._numbers) > 4 * len(answers) + 100  # most are of answers that are gone
        if (
            crowded
            or len(answers) != len(before)
            or not all(self._replaced(new, old) for new, old in others)
        ):
            self._begin(answers, followed, {} if crowded else self._notes)
        self._answers = answers
        for index in self._asking:
            same, judged = self._same[index], self._found[index]
            self._found[index] = engine.with_changes(judged, same, changes)
        return self._found

    def _note(self, answer: Answer) -> tuple[Answer, int, int]:
        place = self._number((answer.verdict.on.address, answer.verdict.at))
        return answer, place, self._number(engine.told_by(answer))

    def _number(self, key: tuple[object, ...]) -> int:
        """Instead of the key, which takes long to compare."""
        return self._numbers.setdefault(key, len(self._numbers))

    def _alike(self, followed: Followed) -> Iterable[engine.Alike]:
        """As `engine.alike` of one rule and scenario."""
        by_place: dict[int, list[Answer]] = {}
        for answer, place, _ in self._notes.values():
            by_place.setdefault(place, []).append(answer)
        self._crowded = {place for place, group in by_place.items() if len(group) > 1}
        found: dict[int, engine.Alike] = {}
        for group in by_place.values():
            chosen = [(group[0], None)] if len(group) == 1 else engine.settled(group, followed)
            for answer, setting in chosen:
                found.setdefault(self._notes[id(answer)][2], []).append((answer, setting))
        return found.values()

    def _begin(
        self, answers: list[Answer], followed: Followed, notes: dict[int, tuple[Answer, int, int]]
    ) -> None:
        known = {tuple([id(a) for a, _ in same]): n for n, same in enumerate(self._same)}
        found = self._found
        if not notes:
            self._numbers.clear()
        self._notes = {
            id(answer): notes.get(id(answer)) or self._note(answer) for answer in answers
        }
        self._same = list(self._alike(followed))
        self._at = {self._notes[id(same[0][0])][2]: n for n, same in enumerate(self._same)}
        self._found = []
        for same in self._same:
            n = known.get(tuple([id(answer) for answer, _ in same]))
            self._found.append(self._judged(same) if n is None else found[n])
        self._asking = {n for n, same in enumerate(self._same) if same[0][0].verdict.changes}

    def _replaced(self, new: Answer, old: Answer) -> bool:
        """Put an answer in the place of one that stood alone for its place and its finding."""
        _, place, said = self._notes[id(old)]
        note = self._note(new)
        index = self._at.get(said)
        if index is None or note[1] != place or place in self._crowded:
            return False
        if len(self._same[index]) > 1 or self._at.get(note[2], index) != index:
            return False
        del self._notes[id(old)], self._at[said]
        self._notes[id(new)] = note
        self._at[note[2]] = index
        same: engine.Alike = [(new, None)]
        self._same[index] = same
        self._found[index] = self._judged(same)
        self._asking.discard(index)
        if new.verdict.changes:
            self._asking.add(index)
        return True

    def _judged(self, same: engine.Alike) -> Judged:
        return engine.judged_of(same, self._stack, self._profile)
