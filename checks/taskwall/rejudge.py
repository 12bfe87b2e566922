"""Judging a stack again and again: what a change cannot have reached is recalled, not judged."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from operator import is_, is_not
from typing import Any, TypeAlias

from msgspec import Struct

from taskwall import engine
from taskwall.engine import Answer, Judged, Judgement
from taskwall.finding import Crash, Unread
from taskwall.lowering import Lasting
from taskwall.masks import Mask
from taskwall.model.network import Network, Policy
from taskwall.model.thing import Thing
from taskwall.offers import Changes
from taskwall.recall import Entry, Recall, alike
from taskwall.resource import Resource
from taskwall.rule import Rule
from taskwall.scenarios import Followed, explore
from taskwall.settings import Settings
from taskwall.stack import Stack

_Last: TypeAlias = tuple[tuple[Judged, ...], tuple[Unread, ...], tuple[Crash, ...]]
"""The findings of a stack, what nothing read, and what raised."""


class Standing:
    """What was said of a stack, to be brought up to date when its sources change."""

    def __init__(self, rules: Sequence[Rule], settings: Settings) -> None:
        self._rules = rules
        self._settings = settings
        self._recall = Recall()
        self._network = AskedNetwork(self._recall, engine.policy_of(settings))
        self._lasting = Lasting(self._network, self._recall)
        self._asked = [Asked(rule, self._recall, settings) for rule in rules]
        self._findings = [_Findings() for _ in rules]
        self._resources: tuple[Resource, ...] = ()
        self._last: _Last | None = None

    def judge(self, stack: Stack) -> Judgement:
        """The judgement of the stack as it is now.

        Stacks with open switches are judged anew.
        """
        followed = explore(stack)
        if len(followed.evaluations) > 1:
            return engine.judged(stack.name, followed, self._rules, self._settings)
        evaluation = followed.evaluations[0]
        same = len(evaluation.resources) == len(self._resources) and all(
            map(is_, evaluation.resources, self._resources)
        )
        if self._last is None or not same:
            self._resources = evaluation.resources
            self._last = None
            self._last = self._judge(stack.name, followed)
        judged, unread, crashes = self._last
        mask = Mask(evaluation.hidden)
        return Judgement(
            mask.of(judged),
            len(evaluation.resources),
            unread,
            mask.of(tuple(dict.fromkeys(evaluation.errors))),
            mask.of(crashes),
            tuple(dict.fromkeys(evaluation.skips)),
            (),
            evaluation.hidden,
        )

    def _judge(self, stack: str, followed: Followed) -> _Last:
        """What the rules say of the resources as they are now."""
        self._recall.now += 1
        lowered = self._lasting.lowered(followed.evaluations[0].resources)
        crashes = [
            Crash(f"reading {name}", stack, engine.told(error)) for name, error in lowered.crashes
        ]
        found: list[Answer] = []
        for asked in self._asked:
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
        for findings, answers in zip(self._findings, by_rule.values(), strict=True):
            judged += findings.of(answers, followed, stack, self._settings.profile, changes)
        return tuple(judged), lowered.unread, tuple(dict.fromkeys(crashes))


class _Findings:
    """The findings of one rule, made anew only where its answers have changed."""

    def __init__(self) -> None:
        self._answers: list[Answer] = []
        self._made: dict[tuple[int, ...], tuple[engine.Alike, Judged]] = {}
        self._notes: dict[int, tuple[Answer, int, int]] = {}
        self._numbers: dict[tuple[object, ...], int] = {}
        self._asking: list[tuple[int, ...]] = []
        self._found: list[Judged] = []

    def of(
        self,
        answers: list[Answer],
        followed: Followed,
        stack: str,
        profile: str,
        changes: Changes,
    ) -> list[Judged]:
        """The findings that answers make, with what of the changes may be offered."""
        if len(answers) != len(self._answers) or any(map(is_not, answers, self._answers)):
            made: dict[tuple[int, ...], tuple[engine.Alike, Judged]] = {}
            for same in self._alike(answers, followed):
                key = tuple([id(answer) for answer, _ in same])
                known = self._made.get(key)
                made[key] = known or (same, engine.judged_of(same, stack, profile))
            self._answers, self._made = answers, made
            self._asking = [key for key, (same, _) in made.items() if same[0][0].verdict.changes]
            self._found = [judged for _, judged in made.values()]
        for key in self._asking:
            same, judged = self._made[key]
            found = engine.with_changes(judged, same, changes)
            if found is not judged:
                self._made[key] = same, found
                self._found = [judged for _, judged in self._made.values()]
        return self._found

    def _alike(self, answers: list[Answer], followed: Followed) -> Iterable[engine.Alike]:
        """As `engine.alike` for one scenario: what it needs to know of each answer is kept."""
        notes = self._notes
        if len(self._numbers) > 4 * len(answers) + 100:
            notes = {}
            self._numbers.clear()
        self._notes = {}
        by_place: dict[int, list[Answer]] = {}
        for answer in answers:
            note = notes.get(id(answer))
            if note is None:
                place = (answer.verdict.on.address, answer.verdict.at)
                note = answer, self._number(place), self._number(engine.told_by(answer))
            self._notes[id(answer)] = note
            by_place.setdefault(note[1], []).append(answer)
        found: dict[int, engine.Alike] = {}
        for group in by_place.values():
            chosen = [(group[0], None)] if len(group) == 1 else engine.settled(group, followed)
            for answer, setting in chosen:
                same = self._notes[id(answer)][2]
                found.setdefault(same, []).append((answer, setting))
        return found.values()

    def _number(self, key: tuple[object, ...]) -> int:
        return self._numbers.setdefault(key, len(self._numbers))


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
        self._lists: list[Entry] = []
        self._of: dict[object, Entry] = {}
        self._turns = 0
        self._met: set[object] = set()
        self._whole = False
        self._new: list[Answer] = []

    def again(self, network: AskedNetwork) -> None:
        """Bring the answers up to date."""
        if self._whole and not self._stale():
            return
        recall, own = self._recall, self._own
        if not (self._whole and recall.settle(own)):
            self._forget(self._of)
        self._whole, self._turns, self._lists, self._new = True, 0, [], []
        self._met.clear()
        self.crash = None
        outer = recall.reads
        mine: dict[Entry, None] = {}
        recall.reads = mine
        network.asking = self
        try:
            for verdict in self.rule.judge(network):
                answer = engine.answered(self.rule, verdict, self._settings, 0)
                if answer is not None:
                    self._new.append(answer)
        except Exception as error:  # noqa: BLE001 (a defect of a rule is a crash in the report)
            self.crash = error
            self._whole = False
        finally:
            network.asking = None
            recall.reads = outer
        recall.rests_on(own, mine)
        own.suspect = False
        own.checked = recall.now
        self._forget([key for key in self._of if key not in self._met])
        self.answers = self._new

    def _stale(self) -> bool:
        return (
            self._own.suspect
            or any(entry.suspect for entry in self._lists)
            or any(entry.suspect for entry in self._of.values())
        )

    def _forget(self, keys: Iterable[object]) -> None:
        for key in list(keys):
            self._recall.rests_on(self._of.pop(key), {})

    def each(self, network: Network, of: Any, about: tuple[Any, ...]) -> Iterator[Any]:
        """The things to judge anew; what was said of the others is entered meanwhile."""
        recall = self._recall
        turn = self._turns
        self._turns += 1
        outer = recall.reads
        recall.reads = {}
        try:
            things = recall.answer((self.rule.id, turn), _listed, (network, of, about))
            self._lists.extend(recall.reads)
        finally:
            recall.reads = outer
        for thing in things:
            key: object = (turn, _identity(thing))
            while key in self._met:
                key = (key,)
            self._met.add(key)
            entry = self._of.get(key)
            if entry is None:
                entry = self._of[key] = Entry(key)
            elif (entry.about is thing or alike(entry.about, thing)) and recall.settle(entry):
                self._new.extend(entry.value)
                continue
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
