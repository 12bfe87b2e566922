"""Findings that wait for what an absent module does with what it is given: few are reported."""

from collections.abc import Iterator, Mapping, Sequence

from msgspec.structs import replace

from taskwall.core.values import Need, Origin
from taskwall.engine.judgement import LocatedFinding
from taskwall.rules._rule import Verdict


def is_reported(verdict: Verdict, truth: bool | None) -> bool:
    """Whether a verdict is about more than what an absent module may hold unseen.

    What it may make is judged only by what it does to things of the sources. `truth` is whether the
    rule is violated.
    """
    if verdict.on.silent:
        return False
    made_there = verdict.on.unseen
    return not made_there or (truth is None and verdict.concerned.truth is True)


def one_per_call(
    findings: Sequence[LocatedFinding], yields_to: Mapping[str, Sequence[str]]
) -> Iterator[LocatedFinding]:
    """Findings, where all that wait for what an absent module does are one for each rule and call.

    It stands at the argument by which the module gets hold of what the rule is about. Whether the
    module makes anything wrong asks one rule alone of those that yield to each other.

    Args:
        findings: of one stack.
        yields_to: the rules that each rule yields to.
    """
    asked: set[tuple[str, str]] = set()
    makers = {(one.finding.rule, _call(one)) for one in findings if one.on.unseen}
    for one in findings:
        handed, call = _handed(one), _call(one)
        by_module = one.on.unseen
        if not handed or not (
            by_module or all(need.handed or need.name.endswith(f" in {call}") for need in one.needs)
        ):
            yield one
            continue
        if by_module and any((rule, call) in makers for rule in yields_to[one.finding.rule]):
            continue
        places = [need.handed for need in handed if need.handed and need.name == call]
        header = min(places, key=lambda place: place.line)
        place = next((place for place in places if place != header), header)
        if (one.finding.rule, call) in asked:
            continue
        asked.add((one.finding.rule, call))
        instance = replace(one.finding.instances[0], resource=call, construct=None)
        finding = replace(
            one.finding.of((instance,)),
            file=place.file,
            line=place.line,
            column=place.column,
            end_line=place.end_line,
            end_column=place.end_column,
            missing=(call,),
        )
        on = Origin(call, call, place, one.on.language, one.on.called_from)
        yield LocatedFinding(finding, place, on, needs=tuple(handed))


def _handed(one: LocatedFinding) -> list[Need]:
    """What a finding waits for of modules that are not there."""
    return [] if one.unreported else [need for need in one.needs if need.handed]


def _call(one: LocatedFinding) -> str:
    """The call of the module that it waits for most; "" if it waits for none."""
    named = [need.name for need in _handed(one)]
    return max(dict.fromkeys(named), key=named.count, default="")
