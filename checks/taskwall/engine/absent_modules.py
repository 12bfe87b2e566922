"""Findings that wait for what an absent module does with what it is given: few are reported."""

from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from taskwall.core.values import Origin
from taskwall.engine.judgement import LocatedFinding
from taskwall.rules._rule import Verdict


def is_reported(verdict: Verdict, truth: bool | None) -> bool:
    """Whether a verdict is about more than what an absent module may hold unseen.

    What it may make is judged only by what it does to things of the sources. `truth` is whether the
    rule is violated.
    """
    if verdict.on.silent:
        return False
    made_there = any(need.handed for need in verdict.on.maybe)
    return not made_there or (truth is None and verdict.concerned.truth is True)


def one_per_call(findings: Iterable[LocatedFinding]) -> Iterator[LocatedFinding]:
    """Findings, where all that wait for what an absent module does are one for each rule and call.

    It stands at the argument by which the module gets hold of what the rule is about.
    """
    asked: set[tuple[str, str]] = set()
    for one in findings:
        handed = [] if one.unreported else [need for need in one.needs if need.handed]
        named = [need.name for need in handed]
        call = max(dict.fromkeys(named), key=named.count) if named else ""
        by_module = any(need.handed for need in one.on.maybe)
        if not handed or not (
            by_module or all(need.handed or need.name.endswith(f" in {call}") for need in one.needs)
        ):
            yield one
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
