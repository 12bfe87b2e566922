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
from taskwall.portraits import Portrait, portraits
from taskwall.recall import AmbiguousError, Entry, Recall, alike
from taskwall.resource import Resource
from taskwall.retell import Findings, Telling
from taskwall.rule import Rule
from taskwall.scenarios import Followed, Heed, explore
from taskwall.settings import Settings
from taskwall.stack import Stack

_Last: TypeAlias = tuple[tuple[tuple[Judged, ...], ...], tuple[Unread, ...], tuple[Crash, ...]]
"""The findings of a stack, rule by rule, what nothing read, and what raised."""


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
        self._findings: list[Findings] = []
        self._resources: tuple[Resource, ...] = ()
        self._last: _Last | None = None
        self._telling = Telling()

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
        parts, unread, crashes = self._last
        mask = Mask(evaluation.hidden, engine.fixes(self._rules))
        return Judgement(
            self._telling.of(parts, evaluation.moved, mask),
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
        for asked in self._asked:
            heed()
            asked.again(self._network)
            if asked.crash is not None:
                crashes.append(Crash(asked.rule.id, stack, engine.told(asked.crash)))
        self._recall.sweep()
        said = {asked.rule.id: asked.said for asked in self._asked}
        heard = [asked.heard(said) for asked in self._asked]
        changes = engine.asked_changes(chain.from_iterable(heard), followed)
        if not self._findings:
            profile, passes = self._settings.profile, "pass" in self._settings.show
            self._findings = [Findings(stack, profile, passes) for _ in self._rules]
        parts = tuple(
            findings.of(answers, followed, changes)
            for findings, answers in zip(self._findings, heard, strict=True)
        )
        return parts, lowered.unread, tuple(dict.fromkeys(crashes))


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
        self.said: engine.Said = frozenset()
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
        self._silencers: frozenset[str] = frozenset()
        self._hearing: tuple[list[Answer], list[engine.Said], list[Answer]] | None = None
        """Of which answers, beside what else is said, which are heard."""

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
        if len(self._new) != len(self.answers) or not all(map(is_, self._new, self.answers)):
            self.answers = self._new
            self.said = engine.said_by(self.answers)
            self._silencers = engine.may_be_silenced_by(self.answers)

    def heard(self, said: Mapping[str, engine.Said]) -> list[Answer]:
        """The answers that no other rule, of those that say something, has precedence over.

        They are the very list that they were before where nothing has changed.
        """
        if not self._silencers:
            return self.answers
        others = [said.get(rule, frozenset()) for rule in sorted(self._silencers)]
        known = self._hearing
        if known is None or known[0] is not self.answers or known[1] != others:
            found = [one for one in self.answers if not engine.silenced(one, said)]
            self._hearing = known = self.answers, others, found
        return known[2]

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
