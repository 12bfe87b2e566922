"""Explain a verdict: the finding that it makes, with its chain of facts and its fix."""

import re
from collections.abc import Iterable, Iterator, Sequence

from taskwall.core.change import AttributeChange, AttributePath, NewValue, SourceCode
from taskwall.core.loop_places import AliasSpan, without_element
from taskwall.core.values import ModuleCall, Need, Origin, Span
from taskwall.engine.judgement import LocatedFinding, ScenarioVerdict
from taskwall.engine.user_places import UserPlaces
from taskwall.findings.finding import (
    CalledFrom,
    Finding,
    FindingVerdict,
    Fix,
    Instance,
    Severity,
    Step,
)
from taskwall.fixes.wording import (
    attributes_of,
    code_of,
    fix_text,
    in_the_call,
    rule_text,
    with_input,
)
from taskwall.rules._rule import Rule, Verdict

_WORDS: dict[bool | None, FindingVerdict] = {True: "fail", None: "unknown", False: "pass"}


def finding_of(
    agreeing: Sequence[tuple[ScenarioVerdict, str | None]],
    at: Span,
    places: UserPlaces,
    stack: str,
    profile: str,
) -> LocatedFinding:
    """The finding that agreeing verdicts make together.

    Args:
        agreeing: verdicts of one rule with the same message, each with the setting that it needs.
        at: where the finding is reported.
        places: leads out of downloaded modules.
        stack: the name of the stack.
        profile: the set of rules that runs; it may raise the severity.
    """
    answer, setting = agreeing[0]
    rule, verdict = answer.rule, answer.verdict
    instances = tuple(
        dict.fromkeys(
            Instance(
                each.verdict.on.address,
                stack,
                (),
                each.verdict.on.construct,
                called_from(each.verdict.on),
                when,
            )
            for each, when in sorted(agreeing, key=_by_address)
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
        severity=severity_of(rule, verdict, profile),
        resource=instances[0].resource,
        instances=instances,
        stack=stack,
        file=at.file,
        line=at.line,
        column=at.column,
        end_line=at.end_line,
        end_column=at.end_column,
        message=message_of(answer),
        because=_steps(answer, at, places),
        called_from=instances[0].called_from,
        construct=instances[0].construct,
        when=setting,
        missing=tuple(dict.fromkeys(need.name for need in waits)) if answer.truth is None else (),
        fix=Fix(_advice(agreeing)) if answer.truth else None,
    )
    files: set[str] = set()
    for each, _ in agreeing:
        # What is missing or wrong is so for each whom it concerns, whoever the chain names.
        absent = each.verdict.absent
        facts = each.decided.supporting() if absent else each.decided.deciding()
        also = each.verdict.concerned.supporting() if each.truth else ()
        files |= places.leading_to((*facts, *also), each.scenario)
    needs = waits if answer.truth is None else ()
    unreported = answer.truth is not False and all(each.verdict.unreported for each, _ in agreeing)
    return LocatedFinding(
        finding, at, on, frozenset(files), needs, unreported=unreported, lacks=verdict.absent
    )


def message_of(answer: ScenarioVerdict) -> str:
    """What a verdict says, in one sentence without its full stop."""
    verdict = answer.verdict
    if answer.truth is None:
        return f"cannot tell whether {verdict.holds if verdict.negative else verdict.message}"
    return verdict.message if answer.truth else verdict.holds or answer.rule.title


def called_from(on: Origin) -> tuple[CalledFrom, ...]:
    """The calls of modules that lead to a resource, so far as they are in files."""
    calls = on.called_from
    # What a stand-in calls in its turn is in no file of the user's.
    end = next((index for index, call in enumerate(calls, 1) if call.read_as), len(calls))
    return tuple([CalledFrom(call.place.file, call.place.line, call.name) for call in calls[:end]])


def _by_address(verdict: tuple[ScenarioVerdict, object]) -> tuple[object, ...]:
    """A key by which `x[2]` comes before `x[10]`."""
    parts = re.split(r"(\d+)", verdict[0].verdict.on.address)
    return tuple(int(part) if part.isdigit() else part for part in parts)


def severity_of(rule: Rule, verdict: Verdict, profile: str) -> Severity:
    """The severity of a verdict under a profile: `pci` raises what its rules call low.

    What the settings say of the rule stands before both.
    """
    if rule.severity_given is not None:
        return rule.severity_given
    severity = verdict.severity or rule.severity
    raised = profile == "pci" and rule.pci and severity in ("low", "info")
    return "medium" if raised else severity


def _steps(answer: ScenarioVerdict, at: Span, places: UserPlaces) -> tuple[Step, ...]:
    """The chain that leads to a finding: where it is reported at a call, into the module as well.

    What a stand-in writes is in no file of the user's: such steps are at its call, and the last
    one names it.
    """
    on, written = answer.verdict.on, answer.verdict.place
    steps = []
    modelled: dict[Step, None] = {}
    open_: set[tuple[Span, tuple[Need, ...]]] = set()
    for fact in (*answer.decided.deciding(), *(each.fact for each in answer.defaults)):
        place, name = fact.place or on.header, fact.resource or on.name
        if fact.truth is None and fact.needs:
            if (place, fact.needs) in open_:
                continue  # One thing is not known there, whatever hangs on it.
            open_.add((place, fact.needs))
        if (call := places.of_step(place, name, on, answer.scenario)) is not None:
            place = call.place
            modelled[_stand_in_step(call)] = None
        steps.append(Step(name, place.file, place.line, str(fact)))
        for where, text in places.assumed(fact.place or on.header, on, answer.scenario):
            steps.append(Step(name, where.file, where.line, text))
    if (call := places.of_step(written, on.name, on, answer.scenario)) is not None:
        modelled[_stand_in_step(call)] = None
    elif at != without_element(written) and (written.file, written.line) not in {
        (s.file, s.line) for s in steps
    }:
        by = "loop writes" if type(written) is not AliasSpan else "alias repeats"
        text = f"the {'downloaded module writes' if on.download else by} it here"
        steps.append(Step(on.name, written.file, written.line, text))
    return tuple(dict.fromkeys((*steps, *modelled)))


def _stand_in_step(call: ModuleCall) -> Step:
    text = f"{call.name} is not here: taskwall's stand-in for {call.read_as} is read"
    return Step(call.name, call.place.file, call.place.line, text)


def fix_texts(rules: Iterable[Rule]) -> Iterator[str]:
    """How rules describe their fixes, in both languages, without any text of a source."""
    for rule in rules:
        yield from map(rule_text, (rule.sections["Terraform"], rule.sections["CloudFormation"]))


def changes_of(rule: Rule, verdict: Verdict) -> tuple[AttributeChange, ...]:
    """What would mend a fail, where edits can do that."""
    if verdict.on.construct is not None:
        return ()  # its program has to change
    if arguments := _arguments(rule, verdict):
        return (AttributeChange(AttributePath(verdict.on.address, ""), arguments, {}, form="call"),)
    if not (verdict.adds or verdict.sets):
        return verdict.changes
    code = code_of(_fix_text(rule, verdict))
    spot = AttributePath(verdict.on.address, "")
    if verdict.sets:
        wanted = attributes_of(code, verdict.on.language)
        return (AttributeChange(spot, wanted, wanted),)
    return (AttributeChange(spot, SourceCode(code), SourceCode(code), form="beside"),)


def _arguments(rule: Rule, verdict: Verdict) -> dict[str, NewValue]:
    """The arguments of the call of a downloaded module that mend a fail, if they are all it takes.

    The text of the fix names them, without a sentence beside.
    """
    call = verdict.on.download
    if call is None or not (verdict.changes or verdict.adds):
        return {}
    head, _, code = _fix_text(rule, verdict).partition(":\n")
    if head != in_the_call(call.name):
        return {}
    lines = (attributes_of(line, "terraform") for line in code.splitlines())
    return {name: value for line in lines for name, value in line.items()}


def _advice(agreeing: Sequence[tuple[ScenarioVerdict, str | None]]) -> str:
    """The text of the fix: and which input spares it, where one decides."""
    answer, _ = agreeing[0]
    text = _fix_text(answer.rule, answer.verdict)
    if not answer.defaults or any(each.defaults != answer.defaults for each, _ in agreeing):
        return text
    return with_input(text, answer.defaults[0].advice)


def _fix_text(rule: Rule, verdict: Verdict) -> str:
    language = "Terraform" if verdict.on.language == "terraform" else "CloudFormation"
    remedy = verdict.remedy if isinstance(verdict.remedy, str) else verdict.remedy[language]
    section = remedy or rule.sections[language]
    changes = verdict.changes or verdict.advice
    return fix_text(section, verdict.names, changes, verdict.on, rule.id)
