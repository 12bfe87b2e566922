"""Judge a stack: evaluate it under each scenario, build its network, ask the rules, and merge."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from itertools import chain
from typing import TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from taskwall.change import Change
from taskwall.facts import Fact
from taskwall.finding import CalledFrom, Crash, Finding, Fix, Severity, Step, Truth, Unread
from taskwall.lowering import lower
from taskwall.masks import Mask
from taskwall.model.network import Network, Policy
from taskwall.offers import Changes
from taskwall.resource import Resource, Skip
from taskwall.rule import Rule, Verdict
from taskwall.scenarios import Followed, Heed, explore, heedless
from taskwall.settings import Settings
from taskwall.stack import SourceError, Stack
from taskwall.values import Need, Origin, Place


class Judged(Struct, frozen=True):
    """A finding, with what its suppression needs. Its paths are as the readers give them.

    `waits` says why what the finding waits for is not known. `changes` would mend it together, each
    with the resource that it is about.
    """

    finding: Finding
    at: Place
    on: Origin
    waits: tuple[Need, ...] = ()
    changes: tuple[tuple[Change, Resource], ...] = ()


class Judgement(Struct, frozen=True):
    """Everything that judging one stack brought, findings of all three verdicts included.

    The findings come in `parts`, which whoever judges the stack again leaves as they are where
    they say the same. `hidden` are the sensitive texts of its sources, which nothing else in it
    holds.
    """

    parts: tuple[tuple[Judged, ...], ...]
    resources: int
    unread: tuple[Unread, ...] = ()
    errors: tuple[SourceError, ...] = ()
    crashes: tuple[Crash, ...] = ()
    skips: tuple[Skip, ...] = ()
    notes: tuple[str, ...] = ()
    hidden: frozenset[str] = frozenset()

    @property
    def judged(self) -> tuple[Judged, ...]:
        """All findings."""
        return tuple(chain.from_iterable(self.parts))


class Answer(Struct, frozen=True):
    """A verdict of a rule in one scenario."""

    rule: Rule
    verdict: Verdict
    decided: Fact
    truth: bool | None
    scenario: int


def judge(stack: Stack, rules: Sequence[Rule], settings: Settings) -> Judgement:
    """Judge one stack by the given rules."""
    return judged(stack.name, explore(stack), rules, settings)


def judged(
    stack: str,
    followed: Followed,
    rules: Sequence[Rule],
    settings: Settings,
    heed: Heed = heedless,
) -> Judgement:
    """The judgement of the stack of this name, as evaluated under each scenario."""
    evaluations = followed.evaluations
    policy = policy_of(settings)
    answers: list[Answer] = []
    crashes: dict[Crash, None] = {}
    unread: tuple[Unread, ...] = ()
    known: dict[tuple[int, ...], list[Answer]] = {}
    for number, evaluation in enumerate(evaluations):
        same = tuple(map(id, evaluation.resources))
        if same in known:  # the scenario differs in what no resource hangs on
            answers += [replace(answer, scenario=number) for answer in known[same]]
            continue
        lowered = lower(evaluation.resources, policy)
        unread = unread or lowered.unread
        for name, error in lowered.crashes:
            crashes[Crash(f"reading {name}", stack, told(error))] = None
        known[same] = []
        for crash in _ask(lowered.network, rules, settings, number, known[same], heed):
            crashes[replace(crash, stack=stack)] = None
        answers += known[same]
    shown = f"only {len(evaluations)} combinations of its undecided conditions were analysed"
    bound = f"{stack}: {shown}"
    hidden = frozenset().union(*(evaluation.hidden for evaluation in evaluations))
    mask = Mask(hidden)
    found = evaluations[0].moved.of(tuple(merged(answers, followed, stack, settings.profile)))
    return Judgement(
        (mask.of(found),),
        max(len(evaluation.resources) for evaluation in evaluations),
        unread,
        mask.of(tuple(dict.fromkeys(error for each in evaluations for error in each.errors))),
        mask.of(tuple(crashes)),
        tuple(dict.fromkeys(skip for each in evaluations for skip in each.skips)),
        () if followed.whole else (bound,),
        hidden,
    )


def policy_of(settings: Settings) -> Policy:
    """What the settings say that rules must know."""
    return Policy(
        frozenset(settings.allowed_peers),
        settings.profile,
        isolated=tuple(settings.isolation.groups.items()),
        isolation_tag=settings.isolation.tag,
        undeclared=settings.isolation.undeclared == "outside",
        internet_gateways=settings.internet_gateway,
    )


def _ask(
    network: Network,
    rules: Sequence[Rule],
    settings: Settings,
    scenario: int,
    into: list[Answer],
    heed: Heed,
) -> list[Crash]:
    """Ask every rule, let those with precedence silence others, and enter what remains."""
    crashes = []
    found: list[Answer] = []
    for rule in rules:
        heed()
        try:
            for verdict in rule.judge(network):
                answer = answered(rule, verdict, settings, scenario)
                if answer is not None:
                    found.append(answer)
        except Exception as error:  # noqa: BLE001 (a defect of a rule is a crash in the report)
            crashes.append(Crash(rule.id, "", told(error)))
    into += heard(found)
    return crashes


def answered(rule: Rule, verdict: Verdict, settings: Settings, scenario: int) -> Answer | None:
    """A verdict as an answer of its rule; None if the rule is not concerned."""
    decided = verdict.decided
    if decided is None:
        return None
    truth = decided.truth
    if verdict.absent and truth and rule.id in settings.elsewhere:
        truth = None
    return Answer(rule, verdict, decided, truth, scenario)


Said: TypeAlias = frozenset[tuple[bool | None, Hashable]]
"""Of what a rule says something, and what: see `Verdict.about`."""


def heard(found: Sequence[Answer]) -> list[Answer]:
    """The answers of all rules without those that others have precedence over."""
    by_rule: dict[str, list[Answer]] = {}
    for answer in found:
        by_rule.setdefault(answer.rule.id, []).append(answer)
    said = {rule: said_by(answers) for rule, answers in by_rule.items()}
    return [answer for answer in found if not silenced(answer, said)]


def said_by(answers: Iterable[Answer]) -> Said:
    """What the answers of a rule say that may silence others."""
    return frozenset((a.truth, a.verdict.about) for a in answers if a.verdict.about)


def silenced(answer: Answer, said: Mapping[str, Said]) -> bool:
    """Whether another rule says the same mistake, or asks the same question, of the same thing.

    `said` is what each rule says.
    """
    verdict = answer.verdict
    if answer.truth is None:
        return (None, verdict.about) in said.get(verdict.asked_by, ())
    if not answer.truth:
        return False
    return any((True, verdict.about) in said.get(rule, ()) for rule in answer.rule.yields_to)


def may_be_silenced_by(answers: Iterable[Answer]) -> frozenset[str]:
    """The rules that may have precedence over answers."""
    return frozenset(
        rule
        for answer in answers
        for rule in (*answer.rule.yields_to, answer.verdict.asked_by)
        if rule
    )


def told(error: Exception) -> str:
    """An exception in one line, with the place in this package where it was raised."""
    import traceback

    frames = traceback.extract_tb(error.__traceback__)
    where = f" ({frames[-1].name}, line {frames[-1].lineno})" if frames else ""
    return f"{type(error).__name__}: {error}{where}"


_WORST: dict[bool | None, int] = {True: 0, None: 1, False: 2}
_WORDS: dict[bool | None, Truth] = {True: "fail", None: "unknown", False: "pass"}


def merged(
    answers: Sequence[Answer], followed: Followed, stack: str, profile: str
) -> Iterable[Judged]:
    """One finding for each rule, place and call chain where verdict and message agree."""
    changes = asked_changes(answers, followed)
    for same in alike(answers, followed):
        yield with_changes(judged_of(same, stack, profile), same, changes)


def asked_changes(answers: Iterable[Answer], followed: Followed) -> Changes:
    """What the fails among answers ask for."""
    changes = Changes(followed.evaluations)
    for answer in answers:
        if answer.truth and answer.verdict.changes:
            changes.note(answer.rule.id, answer.verdict.changes)
    return changes


def with_changes(judged: Judged, same: "Alike", changes: Changes) -> Judged:
    """A finding with those of the changes it asks for that may be offered."""
    answer = same[0][0]
    if not answer.truth or not answer.verdict.changes:
        return judged
    offered = changes.offered(answer.rule.id, answer.verdict.changes, answer.scenario)
    return judged if offered == judged.changes else replace(judged, changes=offered)


Alike: TypeAlias = list[tuple[Answer, str | None]]
"""Answers that make one finding, each with the setting that it needs."""


def alike(answers: Iterable[Answer], followed: Followed) -> Iterable[Alike]:
    """The answers that make one finding each; those of one rule never meet another's."""
    by_place: dict[tuple[str, str, Place], list[Answer]] = {}
    for answer in answers:
        key = (answer.rule.id, answer.verdict.on.address, answer.verdict.at)
        by_place.setdefault(key, []).append(answer)
    found: dict[tuple[object, ...], Alike] = {}
    for group in by_place.values():
        for answer, setting in settled(group, followed):
            found.setdefault((*told_by(answer), setting), []).append((answer, setting))
    return found.values()


def told_by(answer: Answer) -> tuple[object, ...]:
    """What an answer says, and where: those of which that is equal make one finding."""
    verdict = answer.verdict
    calls = tuple(call.place for call in verdict.on.called_from)
    return answer.rule.id, verdict.at, calls, _message(answer), answer.truth


def settled(group: list[Answer], followed: Followed) -> Iterable[tuple[Answer, str | None]]:
    """What a rule says of one resource and place in the end: fail before unknown before pass.

    Where all that is not known of something is whether the rule is about it, and it would pass,
    another pass at that place holds whatever the unknown turns out to be.
    """
    worst: dict[int, Answer] = {}
    for answer in group:
        held = worst.get(answer.scenario)
        if held is None or _rank(answer) < _rank(held):
            worst[answer.scenario] = answer
    fails: dict[str, list[Answer]] = {}
    for answer in worst.values():
        if answer.truth:
            fails.setdefault(answer.verdict.message, []).append(answer)
    for same in fails.values():
        yield same[0], followed.when(each.scenario for each in same)
    if not fails:
        yield min(worst.values(), key=_rank), None


def _rank(answer: Answer) -> int:
    harmless = answer.truth is None and answer.verdict.violated.truth is False
    return len(_WORST) if harmless else _WORST[answer.truth]


def _message(answer: Answer) -> str:
    verdict = answer.verdict
    if answer.truth is None:
        return f"cannot tell whether {verdict.holds if verdict.negative else verdict.message}"
    return verdict.message if answer.truth else verdict.holds or answer.rule.title


def judged_of(same: Alike, stack: str, profile: str) -> Judged:
    """The finding that answers make which say the same."""
    answer, setting = same[0]
    rule, verdict = answer.rule, answer.verdict
    instances = sorted({each.verdict.on.address for each, _ in same}, key=_natural)
    waits = answer.decided.waits_for()
    if answer.truth is None and not waits:
        excused = Need("elsewhere", "is set for this rule: another stack may create it")
        waits = (excused if answer.decided.truth else Need(verdict.on.name, "is not fully known"),)
    at, on = verdict.at, verdict.on
    finding = Finding(
        rule=rule.id,
        verdict=_WORDS[answer.truth],
        severity=_severity(rule, verdict, profile),
        resource=instances[0],
        instances=tuple(instances),
        stack=stack,
        file=at.file,
        line=at.line,
        column=at.column,
        end_line=at.end_line,
        end_column=at.end_column,
        message=_message(answer),
        because=_steps(answer.decided, on),
        called_from=tuple(
            CalledFrom(call.place.file, call.place.line, call.name) for call in on.called_from
        ),
        construct=on.construct,
        when=setting,
        missing=tuple(dict.fromkeys(need.name for need in waits)) if answer.truth is None else (),
        fix=Fix(_fix(rule, verdict)) if answer.truth else None,
    )
    return Judged(finding, at, on, waits if answer.truth is None else ())


def _natural(address: str) -> tuple[object, ...]:
    """A key by which `x[2]` comes before `x[10]`."""
    import re

    return tuple(int(part) if part.isdigit() else part for part in re.split(r"(\d+)", address))


def _severity(rule: Rule, verdict: Verdict, profile: str) -> Severity:
    severity = verdict.severity or rule.severity
    raised = profile == "pci" and rule.pci and severity in ("low", "info")
    return "medium" if raised else severity


def _steps(violated: Fact, on: Origin) -> tuple[Step, ...]:
    steps = []
    for fact in violated.deciding():
        place = fact.place or on.header
        steps.append(Step(fact.resource or on.name, place.file, place.line, str(fact)))
    return tuple(dict.fromkeys(steps))


def _fix(rule: Rule, verdict: Verdict) -> str:
    language = "Terraform" if verdict.on.language == "terraform" else "CloudFormation"
    text = rule.sections[language]
    for name, meant in verdict.names.items():
        text = text.replace(f"<{name}>", meant)
    return text
