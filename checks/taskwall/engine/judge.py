"""Judge a stack: evaluate it under each scenario, build its network, ask the rules, and merge."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from taskwall.core.change import AttributeChange, AttributePath, SourceCode
from taskwall.core.facts import Fact
from taskwall.core.values import ModuleCall, Need, Origin, Scenario, Span
from taskwall.engine.scenarios import CancellationCheck, Followed, explore, never_cancelled
from taskwall.engine.user_places import UserPlaces
from taskwall.findings.finding import (
    CalledFrom,
    Crash,
    Finding,
    FindingVerdict,
    Fix,
    Instance,
    Severity,
    Step,
    Unread,
)
from taskwall.findings.redaction import Redactor
from taskwall.fixes.eligibility import RequestedFixes
from taskwall.fixes.wording import code_of, fix_text
from taskwall.incremental.positions import LineMap
from taskwall.incremental.query import AmbiguousError, QueryEngine
from taskwall.lowering import IncrementalLowering, Lowered, lower
from taskwall.model.core.network import Network, RulePolicy
from taskwall.rules._rule import Rule, Verdict
from taskwall.settings import Settings
from taskwall.source.resource import ABSENT, Resource, Suppression
from taskwall.source.stack import AbsentSource, Evaluation, Provenance, SourceError, Stack


class LocatedFinding(Struct, frozen=True, gc=False):
    """A finding, with what its suppression needs. Its paths are as the readers give them.

    `files` are those that the chains of further instances go through. `needs` says why what the
    finding waits for is not known. `changes` would mend it together, each with the resource that it
    is about. `about` are the permissions, listeners, ... that it is about, by which rules take
    precedence over it; `silenced_by` are the rules that did so, each with what about. `shared` is
    where it is told if it is so of several. `untold` is whether no report has it: an unknown that
    would be of no use to anybody.
    """

    finding: Finding
    place: Span
    on: Origin
    files: frozenset[str] = frozenset()
    needs: tuple[Need, ...] = ()
    changes: tuple[tuple[AttributeChange, Resource], ...] = ()
    about: frozenset[str] = frozenset()
    silenced_by: frozenset[tuple[str, str]] = frozenset()
    shared: Span | None = None
    untold: bool = False

    def touches(self, files: frozenset[str]) -> bool:
        """Whether its place, a step of its chain or a call that leads there is in one of these."""
        steps = (step.file for step in self.finding.because)
        calls = (call.file for call in self.finding.called_from)
        return not files.isdisjoint((self.place.file, *steps, *calls, *self.files))


Pass: TypeAlias = tuple[str, Severity, str, Span, tuple[CalledFrom, ...]]
"""What tells passes apart: the rule, the severity, the message, the place and its calls."""


class Judgement(Struct, frozen=True):
    """Everything that judging one stack brought.

    Passes are among the findings only if the settings show them; else `passes` are what there is
    to count of them, at places as the evaluation names them, before lines move. `sensitive_texts`
    are the sensitive texts of its sources, which nothing else in it holds. `silenced` are the fails
    that other rules take precedence over. `provenance` says of each finding, then of each of those,
    from which expressions the value at its place comes.
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
    silenced: tuple[LocatedFinding, ...] = ()
    provenance: tuple[tuple[Provenance, ...], ...] = ()


class ScenarioVerdict(Struct, frozen=True, gc=False):
    """A verdict of a rule in one scenario, and what took precedence over it there."""

    rule: Rule
    verdict: Verdict
    decided: Fact
    truth: bool | None
    scenario: int
    silenced_by: frozenset[tuple[str, str]] = frozenset()


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
                one.verdict is other.verdict and one.scenario == other.scenario
                for one, other in zip(answers, self.answers, strict=True)
            )
            and self.scenarios == (followed.scenarios, followed.switches)
        )


class JudgedBefore:
    """What came of verdicts the last time, for a stack that is judged again and again."""

    def __init__(self) -> None:
        self.rules: dict[str, _RuleFindings] = {}
        self.silenced: dict[str, _RuleFindings] = {}
        self._told: dict[int, tuple[LocatedFinding, LocatedFinding]] = {}
        self._changed_by: tuple[LineMap, Redactor] | None = None

    def told(
        self, findings: Sequence[LocatedFinding], lines: LineMap, mask: Redactor
    ) -> tuple[LocatedFinding, ...]:
        """Findings with their lines moved and sensitive texts masked."""
        known = self._told if self._changed_by == (lines, mask) else {}
        self._changed_by = lines, mask
        self._told = {
            id(one): known.get(id(one)) or (one, mask.apply(lines.apply(one))) for one in findings
        }
        return tuple([self._told[id(one)][1] for one in findings])


Lowering: TypeAlias = Callable[[Sequence[Resource], RulePolicy], Lowered]
"""Builds the network that resources declare."""


def judge(stack: Stack, rules: Sequence[Rule], settings: Settings) -> Judgement:
    """Judge one stack by the given rules."""
    followed = explore(stack)
    networks = {tuple(map(id, evaluation.resources)) for evaluation in followed.evaluations}
    if len(networks) >= _MANY_NETWORKS:
        with suppress(AmbiguousError):
            return judge_scenarios(
                stack.name, followed, rules, settings, lowering=_in_turn(policy_of(settings))
            )
    return judge_scenarios(stack.name, followed, rules, settings)


_MANY_NETWORKS = 3
"""From so many on it takes less to note what answers rest on than to give all of them again."""


def _in_turn(policy: RulePolicy) -> Lowering:
    """Makes each network of the one before: what is the same in both is recalled."""
    queries = QueryEngine()
    network = Network((), policy)
    network.queries = queries
    lowering = IncrementalLowering(network, queries)

    def lowered(resources: Sequence[Resource], policy: RulePolicy) -> Lowered:
        del policy
        queries.revision += 1
        return lowering.lowered(resources)

    return lowered


def judge_scenarios(
    stack: str,
    followed: Followed,
    rules: Sequence[Rule],
    settings: Settings,
    check_cancelled: CancellationCheck = never_cancelled,
    lowering: Lowering | None = None,
    before: JudgedBefore | None = None,
) -> Judgement:
    """The judgement of the stack of this name, as evaluated under each scenario.

    `lowering` builds the networks where it is not to be done from scratch, and `before` is what
    came of the last time.
    """
    before = before or JudgedBefore()
    evaluations: Sequence[Evaluation] = followed.evaluations
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
    if followed.beyond is not None:
        lowered = (lowering or lower)(followed.beyond.resources, policy)
        unseen: list[ScenarioVerdict] = []
        number = len(followed.evaluations)
        for crash in _ask(lowered.network, rules, settings, number, unseen, check_cancelled):
            crashes[replace(crash, stack=stack)] = None
        shown_by = {_what(answer) for answer in answers}
        answers += (one for one in unseen if one.truth is not False and _what(one) not in shown_by)
        evaluations = (*followed.evaluations, followed.beyond)
    shown = (
        f"only {len(followed.evaluations)} combinations of its undecided conditions were analysed"
    )
    bound = f"{stack}: {shown}"
    hidden = frozenset().union(*(evaluation.sensitive_texts for evaluation in evaluations))
    mask = Redactor(hidden, fixes(rules))
    if any(one.type == ABSENT for each in evaluations for one in each.resources):
        answers = [answer for answer in answers if _is_told(answer)]
    loud = [answer for answer in answers if not answer.silenced_by]
    silenced = [answer for answer in answers if answer.silenced_by]
    merged, passes = _merged(loud, followed, evaluations, stack, settings, before.rules)
    merged = list(_one_for_each_call(merged))
    quiet = _merged(silenced, followed, evaluations, stack, settings, before.silenced)[0]
    told = before.told([*merged, *quiet], evaluations[0].line_map, mask)
    return Judgement(
        told[: len(merged)],
        max(sum(one.type != ABSENT for one in each.resources) for each in evaluations),
        unread,
        mask.apply(tuple(dict.fromkeys(error for each in evaluations for error in each.errors))),
        mask.apply(evaluations[0].line_map.apply(tuple(crashes))),
        tuple(dict.fromkeys(skip for each in evaluations for skip in each.suppressions)),
        tuple(dict.fromkeys(one for each in evaluations for one in each.absent)),
        () if followed.whole else (bound,),
        frozenset((*key[:2], mask.redact(key[2]), *key[3:]) for key in passes) if mask else passes,
        hidden,
        told[len(merged) :],
        tuple(_provenance([*merged, *quiet], rules, evaluations)),
    )


def _provenance(
    judged: Iterable[LocatedFinding], rules: Iterable[Rule], evaluations: Sequence[Evaluation]
) -> Iterator[tuple[Provenance, ...]]:
    """From which expressions the value at the place of each finding comes."""
    by_value = {rule.id for rule in rules if not rule.per_use}
    lines, trace = evaluations[0].line_map, evaluations[0].provenance
    for one in judged:
        found: tuple[Provenance, ...] = ()
        if one.finding.verdict != "pass":
            found = trace(one.place, one.on) if one.finding.rule in by_value else ()
            if one.shared:
                found = (*(found or (Provenance(one.place),)), Provenance(one.shared))
        yield lines.apply(found)


def _what(answer: ScenarioVerdict) -> tuple[str, str, Span]:
    """What a verdict is about, whichever instances there are."""
    return answer.rule.id, answer.verdict.on.name, answer.verdict.place


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
    into += filter(None, (_after_precedence(answer, claims) for answer in found))
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


def _after_precedence(answer: ScenarioVerdict, claims: set[_Said]) -> ScenarioVerdict | None:
    """An answer, with the rules that say the same mistake of the same thing, if any do.

    None if another rule asks the same question. `claims` is what each rule says of what.
    """
    verdict = answer.verdict
    if answer.truth is None:
        return None if (verdict.asked_by, None, verdict.about) in claims else answer
    if not answer.truth:
        return answer
    about = verdict.about
    by = frozenset([(r, about) for r in answer.rule.yields_to if (r, True, about) in claims])
    return replace(answer, silenced_by=by) if by else answer


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
        handed = [] if one.untold else [need for need in one.needs if need.handed]
        call = handed[0].name if handed else ""
        by_module = any(need.handed for need in one.on.maybe)
        if not handed or not (
            by_module or all(need.handed or need.name.endswith(f" of {call}") for need in one.needs)
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


_WORST: dict[bool | None, int] = {True: 0, None: 1, False: 2}
_WORDS: dict[bool | None, FindingVerdict] = {True: "fail", None: "unknown", False: "pass"}


_Settled: TypeAlias = tuple[ScenarioVerdict, str | None]
"""An answer, and the setting of the open switches that it needs."""


def _merged(
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
    by_rule: dict[str, list[ScenarioVerdict]] = {}
    for answer in answers:
        by_rule.setdefault(answer.rule.id, []).append(answer)
    judged: list[LocatedFinding] = []
    passes: list[Pass] = []
    for rule, mine in by_rule.items():
        known = before.get(rule)
        if known is None or not known.hold(mine, followed):
            known = _of_rule(mine, followed, changes, places, stack, settings)
            if not any(_hangs_on_others(answer) for answer in mine):
                before[rule] = known
        judged += known.findings
        passes += known.passes
    return judged, frozenset(passes)


def _hangs_on_others(answer: ScenarioVerdict) -> bool:
    """Whether what is reported of an answer hangs on more than the answer itself.

    That is the case of the changes that are offered, and of the places in files that users edit.
    """
    verdict = answer.verdict
    fetched = any(on.download for on in (verdict.on, verdict.shared) if on is not None)
    return fetched or bool(answer.truth and (verdict.changes or verdict.adds))


def _of_rule(
    answers: Sequence[ScenarioVerdict],
    followed: Followed,
    changes: RequestedFixes,
    places: UserPlaces,
    stack: str,
    settings: Settings,
) -> _RuleFindings:
    """What the answers of one rule are merged to."""
    shown = "pass" in settings.show
    by_place: dict[tuple[object, ...], list[ScenarioVerdict]] = {}
    for answer in answers:
        if answer.truth and (asked := _changes(answer.rule, answer.verdict)):
            changes.record(answer.rule.id, asked)
        key = (answer.verdict.on.address, answer.verdict.place, answer.silenced_by)
        by_place.setdefault(key, []).append(answer)
    found: dict[tuple[Span, *tuple[object, ...]], list[_Settled]] = {}
    about: dict[tuple[Span, *tuple[object, ...]], set[str]] = {}
    passes: dict[tuple[object, ...], Pass] = {}
    for group in by_place.values():
        for answer, setting in _settled(group, followed):
            verdict, message = answer.verdict, _message(answer)
            calls = tuple([call.place for call in verdict.on.called_from])
            if answer.truth is not False or shown:
                at = places.of(verdict.place, verdict.on, answer.scenario)
                same = (at, calls, message, answer.truth, setting, answer.silenced_by)
                found.setdefault(same, []).append((answer, setting))
                about.setdefault(same, set()).update(each.verdict.about for each in group)
            elif (passed := (verdict.place, calls, message)) not in passes:
                severity = _severity(answer.rule, verdict, settings.profile)
                calls_from = _called_from(verdict.on)
                passes[passed] = answer.rule.id, severity, message, verdict.place, calls_from
    judged: list[LocatedFinding] = []
    for spot, alike in found.items():
        answer = alike[0][0]
        rule, verdict = answer.rule, answer.verdict
        one = replace(
            _judged(alike, spot[0], places, stack, settings.profile),
            about=frozenset(about[spot]),
            silenced_by=answer.silenced_by,
            shared=verdict.shared
            and places.of(verdict.shared.header, verdict.shared, answer.scenario),
        )
        if answer.truth and (asked := _changes(rule, verdict)):
            offered = changes.applicable(rule.id, asked, answer.scenario)
            one = replace(one, changes=offered)
        judged.append(one)
    scenarios = followed.scenarios, followed.switches
    return _RuleFindings(answers, scenarios, judged, list(passes.values()))


def _settled(
    group: list[ScenarioVerdict], followed: Followed
) -> Sequence[tuple[ScenarioVerdict, str | None]]:
    """What a rule says of one resource and place in the end: fail before unknown before pass."""
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
            verdict = answer.verdict
            fails.setdefault((verdict.message, verdict.when), []).append(answer)
    if not fails:
        return ((min(worst.values(), key=_rank), None),)
    found: list[tuple[ScenarioVerdict, str | None]] = []
    for (_, exists), same in fails.items():
        setting = followed.when(each.scenario for each in same)
        found.append((same[0], " and ".join(filter(None, (exists, setting))) or None))
    return found


def _rank(answer: ScenarioVerdict) -> tuple[int, bool]:
    return _WORST[answer.truth], answer.verdict.untold


def _message(answer: ScenarioVerdict) -> str:
    verdict = answer.verdict
    if answer.truth is None:
        return f"cannot tell whether {verdict.holds if verdict.negative else verdict.message}"
    return verdict.message if answer.truth else verdict.holds or answer.rule.title


def _judged(
    alike: list[_Settled], at: Span, places: UserPlaces, stack: str, profile: str
) -> LocatedFinding:
    """The finding, at a place, that answers make which say the same; see `_merged`."""
    answer, setting = alike[0]
    rule, verdict = answer.rule, answer.verdict
    instances = tuple(
        dict.fromkeys(
            Instance(
                each.verdict.on.address,
                stack,
                (),
                each.verdict.on.construct,
                _called_from(each.verdict.on),
                when,
            )
            for each, when in sorted(alike, key=lambda one: _natural(one[0].verdict.on.address))
        )
    )
    waits = answer.decided.waits_for()
    if answer.truth is None and not waits:
        excused = Need("elsewhere", "is set for this rule: another stack may create it")
        waits = (excused if answer.decided.truth else Need(verdict.on.name, "is not fully known"),)
    on = verdict.on
    finding = Finding(
        rule=rule.id,
        verdict=_WORDS[answer.truth],
        severity=_severity(rule, verdict, profile),
        resource=instances[0].resource,
        instances=instances,
        stack=stack,
        file=at.file,
        line=at.line,
        column=at.column,
        end_line=at.end_line,
        end_column=at.end_column,
        message=_message(answer),
        because=_steps(answer, at, places),
        called_from=instances[0].called_from,
        construct=instances[0].construct,
        when=setting,
        missing=tuple(dict.fromkeys(need.name for need in waits)) if answer.truth is None else (),
        fix=Fix(_fix(rule, verdict)) if answer.truth else None,
    )
    files = {step.file for each, _ in alike[1:] for step in _steps(each, at, places)}
    needs = waits if answer.truth is None else ()
    untold = answer.truth is None and all(each.verdict.untold for each, _ in alike)
    return LocatedFinding(finding, at, on, frozenset(files), needs, untold=untold)


def _called_from(on: Origin) -> tuple[CalledFrom, ...]:
    calls = on.called_from
    # What a stand-in calls in its turn is in no file of the user's.
    end = next((index for index, call in enumerate(calls, 1) if call.read_as), len(calls))
    return tuple([CalledFrom(call.place.file, call.place.line, call.name) for call in calls[:end]])


def _natural(address: str) -> tuple[object, ...]:
    """A key by which `x[2]` comes before `x[10]`."""
    import re

    return tuple(int(part) if part.isdigit() else part for part in re.split(r"(\d+)", address))


def _severity(rule: Rule, verdict: Verdict, profile: str) -> Severity:
    severity = verdict.severity or rule.severity
    raised = profile == "pci" and rule.pci and severity in ("low", "info")
    return "medium" if raised else severity


def _steps(answer: ScenarioVerdict, at: Span, places: UserPlaces) -> tuple[Step, ...]:
    """The chain that leads to a finding: where it is told at a call, into the module as well.

    What a stand-in writes is in no file of the user's: such steps are at its call, and the last
    one names it.
    """
    on, written = answer.verdict.on, answer.verdict.place
    steps = []
    modelled: dict[Step, None] = {}
    for fact in answer.decided.deciding():
        place, name = fact.place or on.header, fact.resource or on.name
        if (call := places.of_step(place, name, on, answer.scenario)) is not None:
            place = call.place
            modelled[_read_as(call)] = None
        steps.append(Step(name, place.file, place.line, str(fact)))
    if (call := places.of_step(written, on.name, on, answer.scenario)) is not None:
        modelled[_read_as(call)] = None
    elif at != written and (written.file, written.line) not in {(s.file, s.line) for s in steps}:
        text = "the downloaded module writes it here"
        steps.append(Step(on.name, written.file, written.line, text))
    return tuple(dict.fromkeys((*steps, *modelled)))


def _read_as(call: ModuleCall) -> Step:
    text = f"{call.name} is not here: taskwall's stand-in for {call.read_as} is read"
    return Step(call.name, call.place.file, call.place.line, text)


def fixes(rules: Iterable[Rule]) -> Iterator[str]:
    """What rules say of their fixes, in both languages, without any text of a source."""
    for rule in rules:
        yield from (rule.sections["Terraform"], rule.sections["CloudFormation"])


def _changes(rule: Rule, verdict: Verdict) -> tuple[AttributeChange, ...]:
    """What would mend a fail, where edits can do that."""
    if not verdict.adds:
        return verdict.changes
    code = SourceCode(code_of(_fix(rule, verdict)))
    beside = AttributePath(verdict.on.address, "")
    return (AttributeChange(beside, code, code, form="beside"),)


def _fix(rule: Rule, verdict: Verdict) -> str:
    language = "Terraform" if verdict.on.language == "terraform" else "CloudFormation"
    section = verdict.remedy or rule.sections[language]
    return fix_text(section, verdict.names, verdict.changes or verdict.advice, verdict.on)
