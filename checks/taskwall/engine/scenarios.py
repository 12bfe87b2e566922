"""Settings of open switches: which are followed, and how to say which of them a finding needs."""

import re
from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from itertools import product
from typing import TypeAlias

from msgspec import Struct

from taskwall.core.conditions import Between, Domains, domains, is_length, is_name, said
from taskwall.core.facts import Fact
from taskwall.core.values import (
    NOT_READ,
    OF_INSTANCES,
    Need,
    Origin,
    Scalar,
    Scenario,
    spelled,
    stands_for_many,
)
from taskwall.lowering import lowered_types
from taskwall.rules._rule import when_there
from taskwall.source.resource import ABSENT
from taskwall.source.stack import Evaluation, InputDefault, Stack
from taskwall.source.subnets import lose_subnets

MAX_EXHAUSTIVE = 16
"""All settings of one stack are followed if there are no more; else some that cover all."""

MAX_SCENARIOS = 48
"""As many settings are followed at most."""

_EMPTY = 32
"""Of so many empty defaults it is asked which cannot be; further ones are open."""

_ROUNDS = 8
_LOOKS = 400

Settle: TypeAlias = Callable[[Scenario], Mapping[str, bool] | None]
"""How each condition comes out under a scenario; None if the scenario is impossible."""


class Followed(Struct, frozen=True):
    """The scenarios that were followed, what they evaluate to, and how each condition comes out.

    `whole` says whether these are all that there are. If not, `beyond` is what everything comes to
    while it is open: what none of the scenarios shows is unknown. `absent` are the operands that
    hang on what a module puts out that is not there, each with the name of its call. `evaluate`
    evaluates under further scenarios, and `defaults` are those that such may take another value
    for.
    """

    scenarios: Sequence[Scenario]
    evaluations: Sequence[Evaluation]
    whole: bool = True
    switches: Sequence[Mapping[str, bool]] = ()
    beyond: Evaluation | None = None
    absent: Mapping[str, str] = {}
    evaluate: Callable[[Scenario], Evaluation] | None = None
    defaults: Callable[[], Sequence[InputDefault]] = tuple

    def when(self, needed: Iterable[int]) -> str | None:
        """The setting that holds in the scenarios of these numbers and in no other."""
        numbers = [number for number in needed if number < len(self.scenarios)]
        return when(numbers, self.scenarios, self.switches, self.absent) if numbers else None

    def left_empty(self, number: int, open_: Iterable[int]) -> bool:
        """Whether a scenario leaves something empty that is filled wherever all is open.

        That is a list or map, or an attribute of the elements of one. What is missing where nothing
        is given says little, as long as what may be given decides.
        """
        if number >= len(self.scenarios):
            return False
        others = [self.scenarios[other] for other in open_ if other < len(self.scenarios)]
        return bool(others) and any(
            all(row.get(operand) != answer for row in others)
            for operand, answer in self.scenarios[number].items()
            if _is_empty(operand, answer)
        )

    def existence(self, on: Origin) -> str:
        """When something exists that each scenario has, where these are not all; "" if always.

        Nor can it be said of what a condition decides that has no words in its source.
        """
        own = on.header, on.called_from
        for one in () if self.beyond is None else self.beyond.resources:
            if (one.origin.header, one.origin.called_from) == own:
                return when_there(one.origin)
        return ""

    def left_to_absent(self, needed: Iterable[int]) -> Fact | None:
        """That modules which are not there decide whether scenarios of these numbers hold."""
        wanted = {number for number in needed if number < len(self.scenarios)}
        if not self.absent or not wanted or len(wanted) == len(self.scenarios):
            return None
        cubes = _cubes(wanted, self.scenarios)
        waits = [[self.absent[op] for op in cube if op in self.absent] for cube in cubes]
        if not all(waits):
            return None
        said = " and ".join(_said(op, answers, self.scenarios) for op, answers in cubes[0].items())
        names = dict.fromkeys(name for each in waits for name in each)
        return Fact(None, said, needs=tuple(Need(name, NOT_READ) for name in names))


def _is_empty(operand: str, answer: Scalar) -> bool:
    """Whether an answer says that a collection, or an attribute of its elements, has nothing."""
    if is_length(operand):
        return answer == 0
    return answer in (None, "") and stands_for_many(operand)


class CancelledError(BaseException):
    """Judging was given up, because what is judged has changed.

    No defect: what contains those lets it pass.
    """


CancellationCheck: TypeAlias = Callable[[], None]
"""Called every now and then while a stack is judged; what it raises gives the judging up."""


def never_cancelled() -> None:
    """Judge to the end, whatever happens meanwhile."""


def explore(
    stack: Stack,
    check_cancelled: CancellationCheck = never_cancelled,
    *,
    tries_defaults: bool = True,
) -> Followed:
    """Evaluate a stack under settings of its open switches, so far as they can hold together.

    These are all settings if they are few. Else they are enough that every answer is given once,
    and every condition is true once and false once; most differ little from one of them. An answer
    can open further questions, which are followed in turn. Settings are left out under which the
    sources could not be deployed. Empty defaults are values: they answer the conditions that ask
    for them, unless nothing could be deployed so.
    `tries_defaults` is whether other values of defaults are tried afterwards.
    """
    evaluations = stack.evaluations()
    first = evaluations({})
    given = _possible(getattr(stack, "empty_defaults", dict)(), evaluations, first)
    first = evaluations(given) if given else first

    def evaluate(scenario: Scenario) -> Evaluation:
        return evaluations({**given, **scenario}) if given else evaluations(scenario)

    defaults = getattr(stack, "defaults", tuple) if tries_defaults else tuple
    if not first.questions:
        return Followed([{}], [first], evaluate=evaluate, defaults=defaults)
    if first.exhausted:
        return Followed([{}], [first], whole=False)
    limits: Callable[[str], Sequence[str] | None] = getattr(stack, "answers", lambda _: None)
    switches_of: Settle = getattr(stack, "switches", lambda _: {})
    settle = _remembered(lambda scenario: switches_of({**given, **scenario}))
    # The number of instances may hang on other answers: then none is asked about all of them.
    questions = {one for one in first.questions if not one.operand.endswith(OF_INSTANCES)}
    questions = questions or set(first.questions)
    seeds, weights = _seeds(first), _weights(first)
    for left in reversed(range(_ROUNDS)):
        answers = domains(questions, limits)
        scenarios, whole = _all_or_none(answers, settle)
        if not whole:
            cover = _Cover(answers, settle, weights)
            base = cover.base()
            if evaluate(base).impossible:
                # The others differ from it in one answer: it should be what can be deployed.
                base = _richest(answers, settle, evaluate) or base
            scenarios = cover.rows(seeds, base)
        found = _evaluated(scenarios, evaluate, check_cancelled)
        if found[-1].exhausted:
            return Followed([{}], [first], whole=False)
        further = questions.union(*(evaluation.questions for evaluation in found))
        if further == questions:
            break
        questions = further
        whole = whole and left > 0
    deployed = [n for n, one in enumerate(found) if not one.impossible]
    if deployed:
        scenarios = [scenarios[number] for number in deployed]
        found = [found[number] for number in deployed]
    switches = [settle(scenario) or {} for scenario in scenarios]
    beyond = None if whole else first
    absent = _hanging_on_absent(scenarios[0], [first, *found])
    return Followed(scenarios, found, whole, switches, beyond, absent, evaluate, defaults)


def _possible(
    given: Scenario, evaluate: Callable[[Scenario], Evaluation], before: Evaluation
) -> Scenario:
    """Those answers of empty defaults under which something can be deployed.

    `before` is what everything comes to while all of them are open.
    """

    def can_be(answers: Scenario) -> bool:
        found = evaluate(answers)
        return not (found.impossible or lose_subnets(found.resources, before.resources))

    if not given or can_be(given):
        return given
    kept: dict[str, Scalar] = {}
    for operand, answer in list(given.items())[:_EMPTY]:
        if can_be({**kept, operand: answer}):
            kept[operand] = answer
    return kept


def _evaluated(
    scenarios: Iterable[Scenario],
    evaluate: Callable[[Scenario], Evaluation],
    check_cancelled: CancellationCheck,
) -> list[Evaluation]:
    """What scenarios evaluate to, up to the first that takes too much."""
    found: list[Evaluation] = []
    for scenario in scenarios:
        check_cancelled()
        found.append(evaluate(scenario))
        if found[-1].exhausted:
            break
    return found


def _hanging_on_absent(operands: Iterable[str], found: Iterable[Evaluation]) -> dict[str, str]:
    """The operands that hang on outputs of modules that are not there, and the calls of those."""
    calls = {
        one.origin.address: one.origin.name
        for evaluation in found
        for one in evaluation.resources
        if one.type == ABSENT
    }
    return {
        operand: name
        for operand in operands
        for address, name in calls.items()
        if re.search(rf"(?<![\w.-]){re.escape(address)}\.", operand)
    }


def _seeds(evaluation: Evaluation) -> list[Scenario]:
    """Answers under which each resource exists that may exist."""
    found: dict[tuple[tuple[str, Scalar], ...], None] = {}
    for resource in evaluation.resources:
        row = {op: answer for need in resource.origin.maybe for op, answer in need.row}
        found.setdefault(tuple(row.items()))
    return [dict(row) for row in found if row]


def _weights(evaluation: Evaluation) -> Mapping[str, int]:
    """How many resources that are judged hang on each operand."""
    types = lowered_types()
    return Counter(
        operand
        for resource in evaluation.resources
        if resource.type in types
        for operand in {op for need in resource.origin.maybe for op, _ in need.row}
    )


def _remembered(settle: Settle) -> Settle:
    known: dict[tuple[tuple[str, Scalar], ...], Mapping[str, bool] | None] = {}

    def remembered(scenario: Scenario) -> Mapping[str, bool] | None:
        key = tuple(scenario.items())
        if key not in known:
            known[key] = settle(scenario)
        return known[key]

    return remembered


# Which to follow


def _all_or_none(domains: Domains, settle: Settle) -> tuple[list[Scenario], bool]:
    """All possible scenarios if they are few, else none; and whether these are all."""
    size = 1
    for answers in domains.values():
        size *= len(answers)
    if size > MAX_EXHAUSTIVE:
        return [], False
    every: list[Scenario] = [
        dict(zip(domains, row, strict=True)) for row in product(*domains.values())
    ]
    return [scenario for scenario in every if settle(scenario) is not None] or every, True


def _alike(domains: Domains) -> Iterator[Scenario]:
    """Scenarios in which each operand has its last answer, its first, its second, and so on.

    In the first of them lists are not empty: what else is open is often open for their elements.
    """
    yield {op: given[0 if isinstance(given[0], Between) else -1] for op, given in domains.items()}
    for step in range(-1, max(len(answers) for answers in domains.values())):
        yield {op: given[min(step, len(given) - 1)] for op, given in domains.items()}


def _richest(
    domains: Domains, settle: Settle, evaluate: Callable[[Scenario], Evaluation]
) -> Scenario | None:
    """Of the scenarios with answers alike, the one that makes the most; None if none can be.

    Most others differ from it in one answer, which shows what hangs on that only where the rest is
    there.
    """
    rows = (row for row in _alike(domains) if settle(row) is not None)
    made = ((row, evaluate(row)) for row in rows)
    possible = [(row, len(found.resources)) for row, found in made if not found.impossible]
    return max(possible, key=lambda pair: pair[1])[0] if possible else None


class _Cover:
    """Chooses few scenarios of many: one, what differs from it in one answer, and what lacks.

    What differs in one answer tells best on which operand a finding hangs.
    """

    def __init__(self, domains: Domains, settle: Settle, weights: Mapping[str, int]) -> None:
        """Of the operands those with most weight are followed first, while there is room."""
        self.domains = domains
        self.first = sorted(domains, key=lambda operand: -weights.get(operand, 0))
        self.settle = settle
        self.found: list[Scenario] = []
        self.looks = 0

    def rows(self, seeds: Sequence[Scenario], base: Scenario) -> list[Scenario]:
        """As many scenarios as are followed; of `seeds`, each is part of one if it can be.

        `base` is the one that most others differ little from.
        """
        self._take(base)
        for seed in seeds:
            if len(self.found) < MAX_SCENARIOS // 2:
                self._take({**base, **self._fitting(seed)})
        left: dict[str, list[Scalar]] = {}
        for operand in self.first:
            for answer in self.domains[operand]:
                if answer == base[operand]:
                    continue
                flipped = {**base, operand: answer}
                if len(self.found) >= MAX_SCENARIOS - 8 or not self._take(flipped):
                    left.setdefault(operand, []).append(answer)
        self._give_each(base, left)
        self._try_conditions()
        return self.found

    def base(self) -> Scenario:
        """A possible scenario: of those with the most conditions decided alike."""
        rows = list(_alike(self.domains))
        found = next((row for row in rows if self.settle(row) is not None), None)
        return found or next(self._possible(rows[0], 2), rows[0])

    def _fitting(self, seed: Scenario) -> Scenario:
        """The answers of the domains that say what a seed says."""
        return {
            operand: next(
                (one for one in self.domains[operand] if one == answer),
                next(
                    (
                        one
                        for one in self.domains[operand]
                        if isinstance(answer, Between)
                        and isinstance(one, int | float)
                        and answer.low < one < answer.high
                    ),
                    self.domains[operand][-1],
                ),
            )
            for operand, answer in seed.items()
            if operand in self.domains
        }

    def _take(self, row: Scenario) -> bool:
        if row not in self.found:
            if self.found and self.settle(row) is None:
                return False
            self.found.append(row)
        return True

    def _possible(self, row: Scenario, changes: int) -> Iterator[Scenario]:
        """Possible scenarios that differ from one in at most so many answers."""
        for operand, answers in self.domains.items():
            for answer in answers:
                if answer == row[operand] or self.looks >= _LOOKS:
                    continue
                self.looks += 1
                changed = {**row, operand: answer}
                if self.settle(changed) is not None:
                    yield changed
                elif changes > 1:
                    yield from self._possible(changed, changes - 1)

    def _give_each(self, base: Scenario, left: dict[str, list[Scalar]]) -> None:
        """Give the answers that are left, many at a time; else with one other that allows it."""
        while left and len(self.found) < MAX_SCENARIOS:
            row: Scenario = {**base, **{op: answers[0] for op, answers in left.items()}}
            if len(left) == 1 or self.settle(row) is None:
                operand = next(iter(left))
                row = {**base, operand: left[operand][0]}
                if self.settle(row) is None:
                    kept = left[operand][0]
                    near = self._possible(row, 1)
                    row = next((one for one in near if one[operand] == kept), base)
                given = [operand]
            else:
                given = list(left)
            self._take(row)
            for operand in given:
                left[operand].pop(0)
                if not left[operand]:
                    del left[operand]

    def _try_conditions(self) -> None:
        """Add scenarios in which conditions come out as they do in none that is taken."""
        seen: set[tuple[str, bool]] = set()
        for row in self.found:
            seen.update((self.settle(row) or {}).items())
        names = {name for name, _ in seen}
        wanted = {(name, truth) for name in names for truth in (True, False)} - seen
        front = list(self.found)
        while wanted and front and len(self.found) < MAX_SCENARIOS and self.looks < _LOOKS:
            row = front.pop(0)
            for changed in self._possible(row, 1):
                gained = wanted.intersection((self.settle(changed) or {}).items())
                if gained and len(self.found) < MAX_SCENARIOS:
                    self._take(changed)
                    wanted -= gained
                    front.append(changed)


# How to say it


def when(
    needed: Sequence[int],
    followed: Sequence[Scenario],
    switches: Sequence[Mapping[str, bool]] = (),
    absent: Container[str] = (),
) -> str | None:
    """The setting that holds in the needed scenarios and in no other; None if all are needed.

    Args:
        needed: the numbers of the scenarios in which something is so.
        followed: every scenario that was followed.
        switches: how each condition comes out in each of them.
        absent: operands that nobody can choose: settings of them are left out.
    """
    wanted = set(needed)
    if len(wanted) == len(followed):
        return None
    every = _cubes(wanted, followed)
    cubes = [cube for cube in every if not any(operand in absent for operand in cube)]
    if len(cubes) < len(every):
        switches = ()
    texts = [
        " and ".join(_said(operand, answers, followed) for operand, answers in cube.items())
        for cube in cubes
    ]
    plain = len(cubes) == 1 and len(cubes[0]) == 1 and is_name(next(iter(cubes[0])))
    name = "" if plain else _condition(wanted, switches)
    shown = texts[:3] + ([f"{len(texts) - 3} more settings"] if len(texts) > 3 else [])
    text = ", or ".join(shown)
    if not name:
        return text
    return f"{name} ({text})" if len(texts) <= 3 else name


_Cube: TypeAlias = dict[str, tuple[Scalar, ...]]


def _cubes(wanted: set[int], followed: Sequence[Scenario]) -> list[_Cube]:
    """Answers by operand; the scenarios that agree with one of these are those wanted."""
    whole: _Cube = {}
    for operand in followed[0]:
        answers = {spelled(followed[n][operand]): followed[n][operand] for n in sorted(wanted)}
        if len(answers) < len({spelled(scenario[operand]) for scenario in followed}):
            whole[operand] = tuple(answers.values())
    if _agreeing(whole, followed) == wanted:
        return [_shortened(whole, wanted, followed)]
    found: list[_Cube] = []
    left = set(wanted)
    while left:
        row = followed[min(left)]
        exact: _Cube = {operand: (answer,) for operand, answer in row.items()}
        cube = _shortened(exact, wanted, followed)
        found.append(cube)
        left -= _agreeing(cube, followed)
    return found


def _agreeing(cube: _Cube, followed: Sequence[Scenario]) -> set[int]:
    return {
        number
        for number, scenario in enumerate(followed)
        if all(scenario[operand] in answers for operand, answers in cube.items())
    }


def _shortened(cube: _Cube, wanted: set[int], followed: Sequence[Scenario]) -> _Cube:
    """The cube without what can be left out and still only scenarios that are wanted agree."""
    for operand in list(cube):
        shorter = {op: answers for op, answers in cube.items() if op != operand}
        if shorter and _agreeing(shorter, followed) <= wanted:
            cube = shorter
    return cube


def _condition(wanted: set[int], switches: Sequence[Mapping[str, bool]]) -> str:
    """The condition that comes out one way in just the scenarios that are wanted; "" if none."""
    if not switches:
        return ""
    for truth in (True, False):
        names = [
            name
            for name in switches[0]
            if all(
                name in one and (one[name] is truth) is (number in wanted)
                for number, one in enumerate(switches)
            )
        ]
        if names:
            name = min(names, key=lambda name: (len(name), name))
            return f"{name} is {'true' if truth else 'false'}"
    return ""


def _said(operand: str, answers: Sequence[Scalar], followed: Sequence[Scenario]) -> str:
    every = {spelled(scenario[operand]): scenario[operand] for scenario in followed}
    return said(operand, answers, [*every.values()])
