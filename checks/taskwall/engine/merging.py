"""Merge verdicts into findings: over scenarios, and over the instances of one block."""

from collections.abc import Mapping, Sequence
from typing import Final, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from taskwall.core.facts import all_of
from taskwall.core.loop_places import iteration, within_resource
from taskwall.core.patterns import pattern
from taskwall.core.values import Scenario, Span
from taskwall.engine.explanation import called_from, changes_of, finding_of, message_of, severity_of
from taskwall.engine.judgement import LocatedFinding, Pass, ScenarioVerdict
from taskwall.engine.scenarios import Followed
from taskwall.engine.user_places import UserPlaces
from taskwall.findings.finding import SEVERITIES
from taskwall.findings.redaction import Redactor
from taskwall.fixes.eligibility import RequestedFixes
from taskwall.incremental.positions import LineMap
from taskwall.lowering import load_balancer
from taskwall.lowering.work import TASK_SOURCES
from taskwall.model.endpoints.task_dependencies import ENDPOINT_SERVICES
from taskwall.settings import Settings
from taskwall.source.stack import Evaluation


class _RuleFindings(Struct, frozen=True):
    """What the answers of one rule are merged to, under scenarios and how conditions come out."""

    answers: Sequence[ScenarioVerdict]
    scenarios: tuple[Sequence[Scenario], Sequence[Mapping[str, bool]]]
    findings: Sequence[LocatedFinding]
    passes: Sequence[Pass]

    def hold(self, answers: Sequence[ScenarioVerdict], followed: Followed) -> bool:
        """Whether these answers are merged to the same."""
        return (
            len(answers) == len(self.answers)
            and all(
                one.verdict is other.verdict
                and (one.scenario, one.defaults) == (other.scenario, other.defaults)
                and one.silences is other.silences
                for one, other in zip(answers, self.answers, strict=True)
            )
            and self.scenarios == (followed.scenarios, followed.switches)
        )


class MergeCache:
    """What verdicts were merged to the last time, for a stack that is judged again and again.

    `reported` and `silenced` hold it by rule.
    """

    def __init__(self) -> None:
        self.reported: dict[str, _RuleFindings] = {}
        self.silenced: dict[str, _RuleFindings] = {}
        self._redacted: dict[int, tuple[LocatedFinding, LocatedFinding]] = {}
        self._redacted_by: tuple[LineMap, Redactor] | None = None

    def redacted(
        self, findings: Sequence[LocatedFinding], lines: LineMap, redactor: Redactor
    ) -> tuple[LocatedFinding, ...]:
        """The findings, on the lines of the files as they are now, without sensitive texts."""
        known = self._redacted if self._redacted_by == (lines, redactor) else {}
        self._redacted_by = lines, redactor
        self._redacted = {
            id(one): known.get(id(one)) or (one, redactor.apply(lines.apply(one)))
            for one in findings
        }
        return tuple([self._redacted[id(one)][1] for one in findings])


_UnderSetting: TypeAlias = tuple[ScenarioVerdict, str | None]
"""A verdict, and the setting of the open switches that it needs; None if it needs none."""


def merge_verdicts(
    answers: Sequence[ScenarioVerdict],
    followed: Followed,
    evaluations: Sequence[Evaluation],
    stack: str,
    settings: Settings,
    before: dict[str, _RuleFindings],
) -> tuple[list[LocatedFinding], frozenset[Pass]]:
    """One finding for each rule, place and call chain where verdict and message agree.

    Passes that are not shown, which are by far the most, are no findings but only counted.
    `before` is what was merged the last time, by rule, and is brought up to date.
    """
    changes = RequestedFixes(evaluations)
    places = UserPlaces(evaluations)
    users = _names_of_users(evaluations)
    by_rule: dict[str, list[ScenarioVerdict]] = {}
    for answer in answers:
        by_rule.setdefault(answer.rule.id, []).append(answer)
    judged: list[LocatedFinding] = []
    passes: list[Pass] = []
    for rule, mine in by_rule.items():
        known = before.get(rule)
        if known is None or not known.hold(mine, followed):
            known = _merged_rule(mine, followed, changes, places, users, stack, settings)
            if not any(_depends_on_evaluation(answer) for answer in mine):
                before[rule] = known
        judged += known.findings
        passes += known.passes
    return judged, frozenset(passes)


def _depends_on_evaluation(answer: ScenarioVerdict) -> bool:
    """Whether the finding takes more than the verdict itself: it is not kept for the next time.

    The evaluations say which changes may be offered, and where users edit a downloaded module.
    """
    verdict = answer.verdict
    fetched = any(on.download for on in (verdict.on, verdict.shared) if on is not None)
    return fetched or bool(answer.truth and (verdict.changes or verdict.adds or verdict.sets))


def _merged_rule(
    answers: Sequence[ScenarioVerdict],
    followed: Followed,
    changes: RequestedFixes,
    places: UserPlaces,
    users: frozenset[str],
    stack: str,
    settings: Settings,
) -> _RuleFindings:
    """What the answers of one rule are merged to."""
    shown = "pass" in settings.show
    by_place: dict[tuple[object, ...], list[ScenarioVerdict]] = {}
    for answer in answers:
        if answer.truth and (asked := changes_of(answer.rule, answer.verdict)):
            changes.record(answer.rule.id, asked, answer.scenario)
        says = answer.verdict
        key = (says.on.address, says.place, says.in_context, answer.silenced_by)
        by_place.setdefault(key, []).append(answer)
    found: dict[tuple[Span, *tuple[object, ...]], list[_UnderSetting]] = {}
    about: dict[tuple[Span, *tuple[object, ...]], set[str]] = {}
    passes: dict[tuple[object, ...], Pass] = {}
    for group in by_place.values():
        for answer, setting in _worst_per_setting(group, followed, users):
            verdict, message = answer.verdict, message_of(answer)
            calls = tuple([call.place for call in verdict.on.called_from])
            if answer.truth is not False or shown:
                at = places.of(verdict.place, verdict.on, answer.scenario)
                made = within_resource(iteration(verdict.place))
                same = (at, made, calls, message, answer.truth, setting, answer.silenced_by)
                found.setdefault(same, []).append((answer, setting))
                about.setdefault(same, set()).update(each.verdict.about for each in group)
            elif (passed := (verdict.place, calls, message)) not in passes:
                passes[passed] = (
                    answer.rule.id,
                    severity_of(answer.rule, verdict, settings.profile),
                    message,
                    verdict.place,
                    called_from(verdict.on),
                    _is_certain(group, followed),
                )
    judged: list[LocatedFinding] = []
    for spot, agreeing in found.items():
        answer = agreeing[0][0]
        rule, verdict = answer.rule, answer.verdict
        one = replace(
            finding_of(agreeing, spot[0], places, stack, settings.profile),
            about=frozenset(about[spot]),
            silenced_by=answer.silenced_by,
            iteration=iteration(verdict.place),
            shared=verdict.shared
            and places.of(verdict.shared.header, verdict.shared, answer.scenario),
            block=verdict.block,
            written=verdict.written,
            in_context=verdict.in_context
            and verdict.of_context
            and places.of(verdict.in_context, verdict.of_context, answer.scenario),
        )
        if answer.truth and (asked := changes_of(rule, verdict)):
            offered = changes.applicable(rule.id, asked, answer.scenario, follow=not rule.per_use)
            one = replace(one, changes=offered)
        judged.append(one)
    scenarios = followed.scenarios, followed.switches
    return _RuleFindings(answers, scenarios, judged, list(passes.values()))


def _is_certain(group: list[ScenarioVerdict], followed: Followed) -> bool:
    """Whether what a rule says of one resource and place concerns it in every scenario."""
    scenarios = {answer.scenario for answer in group}
    return len(scenarios) >= len(followed.scenarios) and all(
        answer.verdict.concerned.truth is True and not answer.verdict.on.maybe for answer in group
    )


def _names_of_users(evaluations: Sequence[Evaluation]) -> frozenset[str]:
    """The names of what messages list: the users of a resource, and the services that these use."""
    return frozenset(ENDPOINT_SERVICES).union(
        resource.origin.name
        for evaluation in evaluations
        for resource in evaluation.resources
        if resource.type in TASK_SOURCES or resource.type in load_balancer.TYPES
    )


def _worst_per_setting(
    group: list[ScenarioVerdict], followed: Followed, users: frozenset[str]
) -> Sequence[_UnderSetting]:
    """What a rule reports of one resource and place: fail before unknown before pass.

    Fails are one where their messages differ in nothing but the task sources, load balancers and
    AWS services that they list: a switch that adds another one makes no other mistake.
    """
    if len(group) == 1 and not group[0].truth:
        return ((group[0], None),)
    worst: dict[int, ScenarioVerdict] = {}
    for answer in group:
        held = worst.get(answer.scenario)
        if held is None or _rank(answer) < _rank(held):
            worst[answer.scenario] = answer
    fails: dict[tuple[str, str], list[ScenarioVerdict]] = {}
    for answer in worst.values():
        if answer.truth:
            words = _MORE.sub("", answer.verdict.message).split()
            mistake = " ".join(word for word in words if word.rstrip(",") not in users)
            fails.setdefault((mistake, answer.verdict.when), []).append(answer)
    found: list[_UnderSetting] = []
    others = [answer for answer in worst.values() if not answer.truth]
    open_in = [answer.scenario for answer in others if answer.truth is None]
    for (_, exists), same in fails.items():
        same.sort(key=lambda answer: -len(answer.verdict.message))  # who names all comes first
        needed = [each.scenario for each in same]
        # What silences others is no less certain than they are.
        if not any(each.silences for each in same) and all(
            followed.left_empty(number, open_in) for number in needed
        ):
            continue
        if (open_ := followed.left_to_absent(needed)) is not None:
            decided = all_of((same[0].decided, open_))
            others.append(replace(same[0], truth=None, decided=decided))
            continue
        setting = followed.when(needed)
        answer = _with_common_changes(same)
        if setting is None and not exists:
            setting = followed.existence(answer.verdict.on)
        found.append((answer, " and ".join(filter(None, (exists, setting))) or None))
    return found or ((min(others, key=_rank), None),)


def _with_common_changes(same: list[ScenarioVerdict]) -> ScenarioVerdict:
    """The first of verdicts that differ in their scenarios; without changes that others differ in.

    A change made in the sources is made for all of these scenarios.
    """
    first = same[0]
    if all(each.verdict.changes == first.verdict.changes for each in same):
        return first
    return replace(first, verdict=replace(first.verdict, changes=()))


_MORE: Final = pattern(r" and(?: \d+ more)?\b")
"""How a list of names ends that is not said in full, and what stands before the last of two."""

_WORST: dict[bool | None, int] = {True: 0, None: 1, False: 2}


def _rank(answer: ScenarioVerdict) -> tuple[int, bool, int]:
    verdict = answer.verdict
    severity = SEVERITIES.index(verdict.severity or answer.rule.severity)
    return _WORST[answer.truth], verdict.unreported, severity
