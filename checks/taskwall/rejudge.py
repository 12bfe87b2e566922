"""Judging a stack again and again: what a change cannot have reached is recalled, not judged."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from operator import is_
from typing import Any, TypeAlias

from msgspec import Struct

from taskwall import engine
from taskwall.engine import Answer, Judged, Judgement
from taskwall.finding import Crash, Unread
from taskwall.lowering import Lasting, lower
from taskwall.masks import Mask
from taskwall.model.network import Network, Policy
from taskwall.model.thing import Thing
from taskwall.moved import Moved, Shifts
from taskwall.offers import Changes
from taskwall.portraits import Portrait, portraits
from taskwall.recall import AmbiguousError, Entry, Recall, alike
from taskwall.resource import Resource
from taskwall.rule import Rule
from taskwall.scenarios import Followed, Heed, explore
from taskwall.settings import Settings
from taskwall.stack import Stack

_Last: TypeAlias = tuple[tuple[Judged, ...], tuple[Unread, ...], tuple[Crash, ...]]
"""The findings of a stack, what nothing read, and what raised."""


class Standing:
    """What was said of a stack, to be brought up to date when its sources change."""

    def __init__(self, rules: Sequence[Rule], settings: Settings) -> None:
        self._rules = rules
        self._settings = settings
        self._begin()

    def _begin(self) -> None:
        """Remember nothing."""
        rules, settings = self._rules, self._settings
        self._recall = Recall()
        self._network = AskedNetwork(self._recall, engine.policy_of(settings))
        self._lasting = Lasting(self._network, self._recall)
        self._asked = [Asked(rule, self._recall, settings) for rule in rules]
        self._findings: list[_Findings] = []
        self._resources: tuple[Resource, ...] = ()
        self._last: _Last | None = None
        self._telling = _Telling()

    def judge(self, stack: Stack, heed: Heed) -> Judgement:
        """The judgement of the stack as it is now; what `heed` raises leaves it as it was.

        Stacks with open switches are judged anew.
        """
        followed = explore(stack, heed)
        if len(followed.evaluations) > 1:
            return engine.judged(stack.name, followed, self._rules, self._settings, heed)
        evaluation = followed.evaluations[0]
        if self._last is None or not self._lasts(evaluation.resources):
            self._resources = evaluation.resources
            self._last = None
            try:
                self._last = self._judge(stack.name, followed, heed)
            except AmbiguousError:
                self._begin()
                return engine.judged(stack.name, followed, self._rules, self._settings, heed)
        judged, unread, crashes = self._last
        mask = Mask(evaluation.hidden)
        return Judgement(
            self._telling.of(judged, evaluation.moved, mask),
            len(evaluation.resources),
            unread,
            mask.of(tuple(dict.fromkeys(evaluation.errors))),
            mask.of(crashes),
            tuple(dict.fromkeys(evaluation.skips)),
            (),
            evaluation.hidden,
        )

    def portraits(self, stack: Stack) -> tuple[Portrait, ...]:
        """What the network of the stack says of its things, open switches left open.

        None if it is nested too deeply to be analysed, as errors tell.
        """
        try:
            evaluation = stack.evaluate({})
            known = self._last is not None and self._lasts(evaluation.resources)
            network = self._lasting.plain if known else lower(evaluation.resources).network
            found = tuple(portraits(network))
            return Mask(evaluation.hidden).of(evaluation.moved.of(found))
        except RecursionError:
            return ()

    def _lasts(self, resources: tuple[Resource, ...]) -> bool:
        """Whether these are the very resources that were judged last."""
        return len(resources) == len(self._resources) and all(map(is_, resources, self._resources))

    def _judge(self, stack: str, followed: Followed, heed: Heed) -> _Last:
        """What the rules say of the resources as they are now."""
        self._recall.now += 1
        lowered = self._lasting.lowered(followed.evaluations[0].resources)
        crashes = [
            Crash(f"reading {name}", stack, engine.told(error)) for name, error in lowered.crashes
        ]
        found: list[Answer] = []
        for asked in self._asked:
            heed()
            asked.again(self._network)
            found += asked.answers
            if asked.crash is not None:
                crashes.append(Crash(asked.rule.id, stack, engine.told(asked.crash)))
        self._recall.sweep()
        by_rule: dict[str, list[Answer]] = {rule.id: [] for rule in self._rules}
        for answer in engine.heard(found):
            by_rule[answer.rule.id].append(answer)
        changes = engine.asked_changes(chain.from_iterable(by_rule.values()), followed)
        judged: list[Judged] = []
        if not self._findings:
            profile = self._settings.profile
            self._findings = [_Findings(stack, profile) for _ in self._rules]
        for findings, answers in zip(self._findings, by_rule.values(), strict=True):
            judged += findings.of(answers, followed, changes)
        return tuple(judged), lowered.unread, tuple(dict.fromkeys(crashes))


class _Telling:
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


class _Findings:
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


class AskedNetwork(Network):
    """A network that lasts while its things change, with what rules said of them."""

    def __init__(self, recall: Recall, policy: Policy) -> None:
        super().__init__((), policy)
        self.recall = recall
        self.asking: Asked | None = None

    def each(self, of: Any, *about: Any, **named: Any) -> Iterable[Any]:
        """All things of a kind, or all that a question finds, but for those recalled."""
        if self.asking is None:
            return super().each(of, *about, **named)
        return self.asking.each(self, of, about)


class Asked:
    """What one rule said of a network: of each thing, and beside them."""

    def __init__(self, rule: Rule, recall: Recall, settings: Settings) -> None:
        self.rule = rule
        self.answers: list[Answer] = []
        self.crash: Exception | None = None
        self._recall = recall
        self._settings = settings
        self._own = Entry(rule.id)
        self._turns: list[_Turn] = []
        """What was said of the things of each loop."""
        self._before: list[_Turn] = []
        self._frame: dict[Entry, None] = {}
        """What the rule read beside the judgement of things."""
        self._whole = False
        self._new: list[Answer] = []

    def again(self, network: AskedNetwork) -> None:
        """Bring the answers up to date."""
        if self._whole and not self._stale():
            return
        recall, own = self._recall, self._own
        if not (self._whole and recall.settle(own)):
            before, self._turns = self._turns, []
            self._forget(before)
        self._whole, self._before, self._turns, self._new = True, self._turns, [], []
        self.crash = None
        outer = recall.reads
        mine: dict[Entry, None] = {}
        recall.reads = self._frame = mine
        network.asking = self
        try:
            for verdict in self.rule.judge(network):
                answer = engine.answered(self.rule, verdict, self._settings, 0)
                if answer is not None:
                    self._new.append(answer)
        except AmbiguousError:
            raise
        except Exception as error:  # noqa: BLE001 (a defect of a rule is a crash in the report)
            self.crash = error
            self._whole = False
        finally:
            network.asking = None
            recall.reads = outer
        recall.rests_on(own, mine)
        own.suspect = False
        own.checked = recall.now
        self._forget(self._before)
        self.answers = self._new

    def _stale(self) -> bool:
        return self._own.suspect or any(
            turn.things.suspect or any(entry.suspect for entry in turn.said.values())
            for turn in self._turns
        )

    def _forget(self, turns: Iterable["_Turn"]) -> None:
        """Let go of what was said in earlier loops and is not said any more."""
        for number, turn in enumerate(turns):
            now = self._turns[number].said if number < len(self._turns) else {}
            for key, entry in turn.said.items():
                if now.get(key) is not entry:
                    self._recall.rests_on(entry, {})

    def each(self, network: Network, of: Any, about: tuple[Any, ...]) -> Iterator[Any]:
        """The things to judge anew; what was said of the others is entered meanwhile.

        Within the judgement of a thing, which is recalled as a whole, these are all things.
        """
        recall = self._recall
        if recall.reads is not self._frame:
            yield from _listed(network, of, about)
            return
        number = len(self._turns)
        outer = recall.reads
        recall.reads = {}
        try:
            things = recall.answer((self.rule.id, number), _listed, (network, of, about))
            turn = _Turn(next(iter(recall.reads)))
        finally:
            recall.reads = outer
        self._turns.append(turn)
        said = self._before[number].said if number < len(self._before) else {}
        for key, thing in _named(things, said):
            entry = said.get(key)
            if entry is None:
                entry = Entry(key)
            elif (entry.about is thing or alike(entry.about, thing)) and recall.settle(entry):
                turn.said[key] = entry
                self._new.extend(entry.value)
                continue
            turn.said[key] = entry
            start = len(self._new)
            mine: dict[Entry, None] = {}
            recall.reads = mine
            try:
                yield thing
            except GeneratorExit:  # the rule stops here: whether it would, only it can tell
                self._whole = False
                raise
            finally:
                recall.reads = outer
            recall.rests_on(entry, mine)
            entry.about = thing
            entry.value = self._new[start:]
            entry.suspect = False
            entry.checked = recall.now


class _Turn:
    """A loop of a rule: the things that it goes through, and what was said of each."""

    __slots__ = ("said", "things")

    def __init__(self, things: Entry, said: dict[object, Entry] | None = None) -> None:
        self.things = things
        self.said = {} if said is None else said


def _named(things: tuple[Any, ...], said: dict[object, Entry]) -> Iterator[tuple[object, Any]]:
    """Things with what tells them apart, as far as it does."""
    if len(things) == len(said):
        known = list(zip(said.items(), things, strict=True))
        if all(entry.about is thing or key == _identity(thing) for (key, entry), thing in known):
            yield from ((key, thing) for (key, _), thing in known)
            return
    met: set[object] = set()
    for thing in things:
        key = _identity(thing)
        while key in met:
            key = (key,)
        met.add(key)
        yield key, thing


def _listed(network: Network, of: Any, about: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(network.every(of) if isinstance(of, type) else of(network, *about))


def _identity(thing: Any) -> object:
    """What most likely tells a thing from the others that a rule goes through."""
    if isinstance(thing, Thing):
        return thing.id
    while not isinstance(thing, str):
        if isinstance(thing, Struct):
            thing = getattr(thing, thing.__struct_fields__[0])
        elif isinstance(thing, tuple) and thing:
            thing = thing[0]
        else:
            return None
    return thing
