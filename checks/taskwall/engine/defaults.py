"""Defaults that decide: what would not fail if an input that nobody gives had another value."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from typing import TypeAlias

from msgspec import Struct

from taskwall.core.conditions import said
from taskwall.core.facts import Fact
from taskwall.core.values import OTHER, Scalar, Scenario, Span
from taskwall.engine.judgement import DecidingDefault, ScenarioVerdict
from taskwall.engine.scenarios import Followed
from taskwall.lowering.work import TASK_SOURCES
from taskwall.model.permissions.peers import listed
from taskwall.rules._rule import Rule
from taskwall.source.resource import Resource
from taskwall.source.stack import InputDefault, Stack

MAX_TRIED = 48
"""So many other values of one stack's inputs are tried: as many as settings of open switches."""

MAX_RESOURCES = 2_000
"""None are tried in a larger stack: it would take too long."""

MAX_CHANGED = 200
"""No more are tried once so many resources came out otherwise, or as many as the stack has.

Asking the rules counts as a sixteenth of the stack, since that takes as long as it is large.
"""

Ask: TypeAlias = Callable[[Sequence[Resource], Sequence[Rule]], Sequence[ScenarioVerdict]]
"""What rules say of other resources."""

_Subject: TypeAlias = tuple[str, str, Span]


class TriedDefaults(Struct, frozen=True):
    """What came of other values of inputs that nobody gives.

    `deciding` are the defaults without which a rule would not fail there, by rule, address and
    place. `left_out` says which services there are with another value only.
    """

    deciding: Mapping[_Subject, tuple[DecidingDefault, ...]] = {}
    left_out: tuple[str, ...] = ()


def tried_defaults(
    answers: Sequence[ScenarioVerdict], followed: Followed, ask: Ask, stack: Stack
) -> TriedDefaults:
    """What other values of a stack's defaults decide.

    Each input is given its other values by itself, under the scenario in which most fails are. A
    value takes a fail away if the rule passes something with it that it does not pass now, and
    fails nothing that it does not fail now: else what is wrong is only gone, or elsewhere.
    """
    numbers = Counter(one.scenario for one in answers if one.truth)
    evaluate = followed.evaluate
    number = max(numbers, key=numbers.__getitem__, default=0)
    if not numbers and not any(map(stack.creates, _SERVICES)):
        return TriedDefaults()  # Nothing that another value could take away, or bring.
    if evaluate is None or number >= len(followed.scenarios):
        return TriedDefaults()
    services = {one for each in followed.evaluations for one in _services(each.resources)}
    base, resources = followed.scenarios[number], followed.evaluations[number].resources
    if len(resources) > MAX_RESOURCES:
        return TriedDefaults()
    here = [one for one in answers if one.scenario == number]
    fails = [(one, _met(one)) for one in here if one.truth]
    found: dict[_Subject, dict[InputDefault, list[Scalar]]] = {}
    without: dict[InputDefault, list[str]] = {}
    left = max(len(resources), MAX_CHANGED)
    for default, value in islice(_other_values(followed, base), MAX_TRIED):
        evaluation = evaluate({**base, default.operand: value})
        changed, more = _difference(resources, evaluation.resources)
        left -= len(changed)
        rules = {
            one.rule.id: one.rule
            for one, met in fails
            if not changed.isdisjoint(met) or (more and one.verdict.absent)
        }
        deployed = not (evaluation.impossible or evaluation.exhausted)
        # Also where it takes more to deploy them: the subnets that another input has to give.
        if more and (added := _services(evaluation.resources) - services):
            without.setdefault(default, sorted(added))
        if deployed and rules:
            left -= len(resources) // 16
            there = ask(evaluation.resources, list(rules.values()))
            for subject in _taken_away(here, there):
                found.setdefault(subject, {}).setdefault(default, []).append(value)
        if left <= 0:
            break
    deciding = {
        subject: tuple(_deciding(default, values) for default, values in defaults.items())
        for subject, defaults in found.items()
    }
    return TriedDefaults(deciding, tuple(map(_left_out, without, without.values())))


def _services(resources: Sequence[Resource]) -> frozenset[str]:
    """The names of the services of the sources. A rule or a schedule may start something else."""
    found = (one.origin for one in resources if one.type in _SERVICES)
    return frozenset(origin.name for origin in found if not origin.context)


_SERVICES = frozenset(one for one in TASK_SOURCES if "ecs" in one.lower())


def _left_out(default: InputDefault, names: Sequence[str]) -> str:
    own = said(default.name, [default.value], [default.value])
    return f"{own} by default, which leaves out {listed(names)}: --scenarios all judges that, too"


def _other_values(followed: Followed, base: Scenario) -> Iterator[tuple[InputDefault, Scalar]]:
    """Each other value of an input that is no switch; those first that the sources name."""
    for default in sorted(followed.defaults(), key=lambda one: OTHER in one.others):
        if default.operand not in base:
            for value in default.others:
                yield default, value


def _met(answer: ScenarioVerdict) -> set[str]:
    """The names of the resources that a verdict rests on."""
    return {answer.verdict.on.name, *(fact.resource for fact in answer.decided.deciding())}


def _difference(here: Sequence[Resource], there: Sequence[Resource]) -> tuple[set[str], bool]:
    """The names of resources here that are others there, and whether there are more there."""
    same = {id(one) for one in there}
    names = {one.origin.address for one in here}
    return {one.origin.name for one in here if id(one) not in same}, any(
        one.origin.address not in names for one in there
    )


def subject_of(answer: ScenarioVerdict) -> _Subject:
    """What a verdict is about, by which it is found again under other values."""
    return answer.rule.id, answer.verdict.on.address, answer.verdict.place


def _taken_away(here: Sequence[ScenarioVerdict], there: Sequence[ScenarioVerdict]) -> set[_Subject]:
    """The fails here that are none there, as `deciding_defaults` means it."""
    fails = {subject_of(one) for one in here if one.truth}
    passes = {subject_of(one) for one in here if one.truth is False}
    new_fails = {subject_of(one) for one in there if one.truth} - fails
    new_passes = {subject_of(one) for one in there if one.truth is False} - passes
    settled = {rule for rule, *_ in new_passes} - {rule for rule, *_ in new_fails}
    left = {subject_of(one) for one in there if one.truth is not False}
    return {one for one in fails - left if one[0] in settled}


def _deciding(default: InputDefault, values: Sequence[Scalar]) -> DecidingDefault:
    own = said(default.name, [default.value], [default.value])
    others = said(default.name, values, [default.value, *default.others])
    others = others.replace(' ""', " empty")
    text = f"{own} by default: this does not fail where {others}".replace(' ""', " empty")
    advice = f"set {default.name} so that it {others.removeprefix(default.name).lstrip()}"
    return DecidingDefault(Fact(True, text, default.place, default.name), advice)
