"""Judge a stack: evaluate it under each scenario, build its network, ask the rules, and merge."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from taskwall.core.change import AttributeChange
from taskwall.core.facts import Fact
from taskwall.core.values import Need, Origin, Span
from taskwall.engine.scenarios import CancellationCheck, Followed, explore, never_cancelled
from taskwall.findings.finding import (
    CalledFrom,
    Crash,
    Finding,
    FindingVerdict,
    Fix,
    Severity,
    Step,
    Unread,
)
from taskwall.findings.redaction import Redactor
from taskwall.fixes.eligibility import RequestedFixes
from taskwall.lowering import Lowered, lower
from taskwall.model.core.network import Network, RulePolicy
from taskwall.rules._rule import Rule, Verdict
from taskwall.settings import Settings
from taskwall.source.resource import ABSENT, Resource, Suppression
from taskwall.source.stack import AbsentSource, SourceError, Stack


class LocatedFinding(Struct, frozen=True, gc=False):
    """A finding, with what its suppression needs. Its paths are as the readers give them.

    `needs` says why what the finding waits for is not known. `changes` would mend it together, each
    with the resource that it is about.
    """

    finding: Finding
    place: Span
    on: Origin
    needs: tuple[Need, ...] = ()
    changes: tuple[tuple[AttributeChange, Resource], ...] = ()


Pass: TypeAlias = tuple[str, Severity, str, Span, tuple[CalledFrom, ...]]
"""What tells passes apart: the rule, the severity, the message, the place and its calls."""


class Judgement(Struct, frozen=True):
    """Everything that judging one stack brought.

    Passes are among the findings only if the settings show them; else `passes` are what there is
    to count of them, at places as the evaluation names them, before lines move. `sensitive_texts`
    are the sensitive texts of its sources, which nothing else in it holds.
    """

    findings: tuple[LocatedFinding, ...]
    resources: int
    unread: tuple[Unread, ...] = ()
    errors: tuple[SourceError, ...] = ()
    crashes: tuple[Crash, ...] = ()
    suppressions: tuple[Suppression, ...] = ()
    absent: tuple[AbsentSource, ...] = ()
    notes: tuple[str, ...] = ()
    passes: frozenset[Pass] = frozenset()
    sensitive_texts: frozenset[str] = frozenset()


class ScenarioVerdict(Struct, frozen=True, gc=False):
    """A verdict of a rule in one scenario."""

    rule: Rule
    verdict: Verdict
    decided: Fact
    truth: bool | None
    scenario: int


Lowering: TypeAlias = Callable[[Sequence[Resource], RulePolicy], Lowered]
"""Builds the network that resources declare."""


def judge(stack: Stack, rules: Sequence[Rule], settings: Settings) -> Judgement:
    """Judge one stack by the given rules."""
    return judge_scenarios(stack.name, explore(stack), rules, settings)


def judge_scenarios(
    stack: str,
    followed: Followed,
    rules: Sequence[Rule],
    settings: Settings,
    check_cancelled: CancellationCheck = never_cancelled,
    lowering: Lowering | None = None,
) -> Judgement:
    """The judgement of the stack of this name, as evaluated under each scenario.

    `lowering` builds the networks where it is not to be done from scratch.
    """
    evaluations = followed.evaluations
    policy = policy_of(settings)
    answers: list[ScenarioVerdict] = []
    crashes: dict[Crash, None] = {}
    unread: tuple[Unread, ...] = ()
    known: dict[tuple[int, ...], list[ScenarioVerdict]] = {}
    for number, evaluation in enumerate(evaluations):
        same = tuple(map(id, evaluation.resources))
        if same in known:  # the scenario differs in what no resource hangs on
            answers += [replace(answer, scenario=number) for answer in known[same]]
            continue
        lowered = (lowering or lower)(evaluation.resources, policy)
        unread = unread or lowered.unread
        for name, at, error in lowered.crashes:
            why = format_exception(error)
            crashes[Crash(f"reading {name}", stack, why, at.file, at.line)] = None
        known[same] = []
        for crash in _ask(lowered.network, rules, settings, number, known[same], check_cancelled):
            crashes[replace(crash, stack=stack)] = None
        answers += known[same]
        del lowered  # the network, before findings take as much memory
    shown = f"only {len(evaluations)} combinations of its undecided conditions were analysed"
    bound = f"{stack}: {shown}"
    hidden = frozenset().union(*(evaluation.sensitive_texts for evaluation in evaluations))
    mask = Redactor(hidden, fixes(rules))
    if any(one.type == ABSENT for each in evaluations for one in each.resources):
        answers = [answer for answer in answers if _is_told(answer)]
    merged, passes = _merged(answers, followed, stack, settings)
    merged = list(_one_for_each_call(merged))
    found = evaluations[0].line_map.apply(tuple(merged))
    return Judgement(
        mask.apply(found),
        max(sum(one.type != ABSENT for one in each.resources) for each in evaluations),
        unread,
        mask.apply(tuple(dict.fromkeys(error for each in evaluations for error in each.errors))),
        mask.apply(evaluations[0].line_map.apply(tuple(crashes))),
        tuple(dict.fromkeys(skip for each in evaluations for skip in each.suppressions)),
        tuple(dict.fromkeys(one for each in evaluations for one in each.absent)),
        () if followed.whole else (bound,),
        frozenset((*key[:2], mask.redact(key[2]), *key[3:]) for key in passes) if mask else passes,
        hidden,
    )


def policy_of(settings: Settings) -> RulePolicy:
    """What the settings say that rules must know."""
    return RulePolicy(
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
    into: list[ScenarioVerdict],
    check_cancelled: CancellationCheck,
) -> list[Crash]:
    """Ask every rule, let those with precedence silence others, and enter what remains."""
    crashes = []
    found: list[ScenarioVerdict] = []
    for rule in rules:
        check_cancelled()
        if network.queries is None:
            said = _RuleVerdicts(rule, network)
        else:
            said = network.queries.query(("rule", rule.id), _RuleVerdicts, (rule, network))
        for verdict, decided in said.found:
            truth = decided.truth
            if verdict.absent and truth and rule.id in settings.elsewhere:
                truth = None
            found.append(ScenarioVerdict(rule, verdict, decided, truth, scenario))
        if said.crash:
            crashes.append(Crash(rule.id, "", said.crash))
    claims: set[_Said] = {(a.rule.id, a.truth, a.verdict.about) for a in found if a.verdict.about}
    into += (answer for answer in found if not _silenced(answer, claims))
    return crashes


class _RuleVerdicts:
    """What a rule says of a network, and how it crashed, if it did.

    Where networks are judged again and again it is recalled as long as nothing has changed of what
    the rule read. No two are equal: nothing is spent on comparing them.
    """

    def __init__(self, rule: Rule, network: Network) -> None:
        self.found: list[tuple[Verdict, Fact]] = []
        self.crash = ""
        try:
            for verdict in rule.judge(network):
                if (decided := verdict.decided) is not None:
                    self.found.append((verdict, decided))
        except Exception as error:  # noqa: BLE001 (a defect of a rule is a crash in the report)
            self.crash = format_exception(error)


_Said: TypeAlias = tuple[str, bool | None, str]


def _silenced(answer: ScenarioVerdict, claims: set[_Said]) -> bool:
    """Whether another rule says the same mistake, or asks the same question, of the same thing.

    `said` is what each rule says of what.
    """
    verdict = answer.verdict
    if answer.truth is None:
        return (verdict.asked_by, None, verdict.about) in claims
    if not answer.truth:
        return False
    return any((rule, True, verdict.about) in claims for rule in answer.rule.yields_to)


def format_exception(error: Exception) -> str:
    """An exception in one line, with the place in this package where it was raised."""
    import traceback

    frames = traceback.extract_tb(error.__traceback__)
    where = f" ({frames[-1].name}, line {frames[-1].lineno})" if frames else ""
    return f"{type(error).__name__}: {error}{where}"


def _is_told(answer: ScenarioVerdict) -> bool:
    """Whether a verdict is about more than what an absent module may hold unseen.

    What it may make is judged only by what it does to things of the sources.
    """
    verdict = answer.verdict
    if verdict.on.silent:
        return False
    made_there = any(need.handed for need in verdict.on.maybe)
    return not made_there or (answer.truth is None and verdict.concerned.truth is True)


def _one_for_each_call(judged: Iterable[LocatedFinding]) -> Iterator[LocatedFinding]:
    """Findings, where all that wait for what an absent module does are one for each rule and call.

    It stands at the argument by which the module gets hold of what the rule is about.
    """
    asked: set[tuple[str, str]] = set()
    for one in judged:
        handed = [need for need in one.needs if need.handed]
        call = handed[0].name if handed else ""
        by_module = any(need.handed for need in one.on.maybe)
        if not handed or not (
            by_module or all(need.handed or need.name.endswith(call) for need in one.needs)
        ):
            yield one
            continue
        places = [need.handed for need in handed if need.handed]
        header = min(places, key=lambda place: place.line)
        place = next((place for place in places if place != header), header)
        if (one.finding.rule, call) in asked:
            continue
        asked.add((one.finding.rule, call))
        finding = replace(
            one.finding,
            resource=call,
            instances=(call,),
            file=place.file,
            line=place.line,
            column=place.column,
            end_line=place.end_line,
            end_column=place.end_column,
            missing=(call,),
        )
        on = Origin(call, call, place, one.on.language, one.on.called_from)
        yield LocatedFinding(finding, place, on, tuple(handed))


_WORST: dict[bool | None, int] = {True: 0, None: 1, False: 2}
_WORDS: dict[bool | None, FindingVerdict] = {True: "fail", None: "unknown", False: "pass"}


def _merged(
    answers: Sequence[ScenarioVerdict], followed: Followed, stack: str, settings: Settings
) -> tuple[list[LocatedFinding], frozenset[Pass]]:
    """One finding for each rule, place and call chain where verdict and message agree.

    Passes that are not shown, which are by far the most, are no findings but only counted.
    """
    shown = "pass" in settings.show
    changes = RequestedFixes(followed.evaluations)
    by_place: dict[tuple[str, str, Span], list[ScenarioVerdict]] = {}
    for answer in answers:
        if answer.truth and answer.verdict.changes:
            changes.record(answer.rule.id, answer.verdict.changes)
        key = (answer.rule.id, answer.verdict.on.address, answer.verdict.place)
        by_place.setdefault(key, []).append(answer)
    found: dict[tuple[object, ...], list[tuple[ScenarioVerdict, str | None]]] = {}
    for group in by_place.values():
        for answer, setting in _settled(group, followed):
            verdict = answer.verdict
            calls = tuple(call.place for call in verdict.on.called_from)
            same = (answer.rule.id, verdict.place, calls, _message(answer), answer.truth, setting)
            found.setdefault(same, []).append((answer, setting))
    judged: list[LocatedFinding] = []
    passes: list[Pass] = []
    for alike in found.values():
        answer = alike[0][0]
        rule, verdict = answer.rule, answer.verdict
        if answer.truth is False and not shown:
            severity = _severity(rule, verdict, settings.profile)
            calls_from = _called_from(verdict.on)
            passes.append((rule.id, severity, _message(answer), verdict.place, calls_from))
            continue
        one = _judged(alike, stack, settings.profile)
        if answer.truth and verdict.changes:
            offered = changes.applicable(rule.id, verdict.changes, answer.scenario)
            one = replace(one, changes=offered)
        judged.append(one)
    return judged, frozenset(passes)


def _settled(
    group: list[ScenarioVerdict], followed: Followed
) -> Iterable[tuple[ScenarioVerdict, str | None]]:
    """What a rule says of one resource and place in the end: fail before unknown before pass."""
    if len(group) == 1 and not group[0].truth:
        yield group[0], None
        return
    worst: dict[int, ScenarioVerdict] = {}
    for answer in group:
        held = worst.get(answer.scenario)
        if held is None or _rank(answer) < _rank(held):
            worst[answer.scenario] = answer
    fails: dict[str, list[ScenarioVerdict]] = {}
    for answer in worst.values():
        if answer.truth:
            fails.setdefault(answer.verdict.message, []).append(answer)
    for same in fails.values():
        yield same[0], followed.when(each.scenario for each in same)
    if not fails:
        yield min(worst.values(), key=_rank), None


def _rank(answer: ScenarioVerdict) -> int:
    return _WORST[answer.truth]


def _message(answer: ScenarioVerdict) -> str:
    verdict = answer.verdict
    if answer.truth is None:
        return f"cannot tell whether {verdict.holds if verdict.negative else verdict.message}"
    return verdict.message if answer.truth else verdict.holds or answer.rule.title


def _judged(
    alike: list[tuple[ScenarioVerdict, str | None]], stack: str, profile: str
) -> LocatedFinding:
    """The finding that answers make which say the same; see `_merged`."""
    answer, setting = alike[0]
    rule, verdict = answer.rule, answer.verdict
    instances = sorted({each.verdict.on.address for each, _ in alike}, key=_natural)
    waits = answer.decided.waits_for()
    if answer.truth is None and not waits:
        excused = Need("elsewhere", "is set for this rule: another stack may create it")
        waits = (excused if answer.decided.truth else Need(verdict.on.name, "is not fully known"),)
    at, on = verdict.place, verdict.on
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
        called_from=_called_from(on),
        construct=on.construct,
        when=setting,
        missing=tuple(dict.fromkeys(need.name for need in waits)) if answer.truth is None else (),
        fix=Fix(_fix(rule, verdict)) if answer.truth else None,
    )
    return LocatedFinding(finding, at, on, waits if answer.truth is None else ())


def _called_from(on: Origin) -> tuple[CalledFrom, ...]:
    return tuple(CalledFrom(call.place.file, call.place.line, call.name) for call in on.called_from)


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


def fixes(rules: Iterable[Rule]) -> Iterator[str]:
    """What rules say of their fixes, in both languages, without any text of a source."""
    for rule in rules:
        yield from (rule.sections["Terraform"], rule.sections["CloudFormation"])


def _fix(rule: Rule, verdict: Verdict) -> str:
    language = "Terraform" if verdict.on.language == "terraform" else "CloudFormation"
    text = rule.sections[language]
    for name, meant in verdict.names.items():
        text = text.replace(f"<{name}>", meant)
    return text
