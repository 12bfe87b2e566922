"""The classes that cfn-lint makes its rules of, one for each rule and verdict."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from cfnlint.rules import CloudFormationLintRule, RuleMatch

from taskwall.cfnlint.run import GENERAL, LintRun, TemplateResult, crashed, place_of
from taskwall.cfnlint.template import LintTemplate, TemplateSource
from taskwall.core.values import Need, Span, why_unknown
from taskwall.findings.finding import GUIDE, Finding, FindingVerdict
from taskwall.library.own_rules import every_rule
from taskwall.rules._rule import Rule
from taskwall.settings import SettingsError
from taskwall.settings.words import one_of

STEPS_RULE = "STW000"
"""The rule of the steps that lead to a finding. Its letter is none of cfn-lint's: it is off unless
`--include-checks` names it, and never changes the exit status."""

ERRORS = "ETW001"
"""The rule of what cannot be read in a template."""

NOTES = "ITW000"
"""The rule of notes."""

_STEPS = 8
"""So many steps in other templates are in a message."""

TAGS = ["ecs", "network", "security", "taskwall"]

_FIX = {"fix": {"default": False, "type": "boolean"}}
_ELSEWHERE = {"elsewhere": {"default": False, "type": "boolean"}}
_PROFILE = {"profile": {"default": "", "type": "string"}}


class Ours:
    """What every class of ours adds to cfn-lint's."""

    id = ""
    shortdesc = ""
    options: Mapping[str, Any] = {}

    @property
    def description(self) -> str:
        """What the rule is about."""
        return self.shortdesc

    @property
    def source_url(self) -> str:
        """Where a reader is sent."""
        return GUIDE

    def __init__(self) -> None:
        super().__init__()
        self.config_definition = dict(self.options)
        self.given: Mapping[str, Any] = {}
        self.wrong = ""
        self.shown = False
        self.run = LintRun.joined(self)

    def configure(self, configs: Any = None, experimental: bool = False) -> None:
        """Take the options that the user of cfn-lint set; `given` holds those and no others.

        What is `wrong` with them is said by the run: cfn-lint passes over what it does not know.
        """
        self.given, self.wrong = {}, ""
        if not configs:  # so it is for nearly all rules, at every template
            return
        try:
            self._see(configs)
        except SettingsError as error:
            self.wrong = str(error)
            return
        super().configure(configs, experimental)  # type: ignore[misc]
        config: Mapping[str, Any] = getattr(self, "config", {})
        self.given = {name: config[name] for name in configs if name in config}

    def _see(self, configs: Mapping[str, Any]) -> None:
        """See whether options are such as the rule has.

        Raises:
            SettingsError: one is not.
        """
        for name, value in configs.items():
            one_of(name, tuple(self.options), self.id)
            if self.options[name]["type"] == "boolean":
                one_of(str(value).lower(), ("true", "false"), f"{self.id}:{name}")

    def is_enabled(self, *arguments: Any, **named: Any) -> bool:
        """Whether cfn-lint shows what this rule finds; `shown` holds the last answer."""
        self.shown = bool(super().is_enabled(*arguments, **named))  # type: ignore[misc]
        return self.shown

    def match(self, cfn: LintTemplate) -> Iterator[Any]:
        """What there is to say of a template, as matches.

        Raises:
            RuntimeError: they cannot be made, once for a template: cfn-lint shows it as an error.
        """
        result = self.run.result_for(cfn)
        if result.broken:
            return
        try:
            yield from self.matches(result)
        except Exception as error:
            result.broken = True
            raise RuntimeError(f"taskwall {crashed(error)}") from error

    def matches(self, result: TemplateResult) -> Iterator[Any]:
        """The matches of what was found out."""
        raise NotImplementedError

    def matchall_resource_properties(self, *_: object) -> tuple[()]:
        """Nothing: what cfn-lint asks of each rule for each resource, ours say of the whole."""
        return ()


class Chain:
    """The steps that lead to a finding, as far as its template has them.

    They are made when cfn-lint has decided whether it shows the finding: of what is not shown
    there are none.
    """

    def __init__(self, rule: Ours, finding: Finding, result: TemplateResult) -> None:
        self.rule = rule
        self.finding = finding
        self.result = result

    def __iter__(self) -> Iterator[Any]:
        rule = self.rule.run.members.get(STEPS_RULE)
        source = self.result.source
        if rule is None or source is None or not self.rule.shown:
            return
        for step in self.finding.because:
            if step.file == self.result.file:
                _, location = source.step_at(step.line)
                yield _match([], step.text, location, rule=rule)


class FindingsRule(Ours):
    """A rule: its fails, or under an id of their own its unknowns.

    What its docstring says is read when cfn-lint asks for it: that imports the rule's file.
    """

    rule: Rule
    verdict: FindingVerdict

    @property
    def description(self) -> str:
        """What its docstring says of it, and why."""
        what, why = (" ".join(self.rule.sections[name].split()) for name in ("What", "Why"))
        return f"{what} {why}"

    @property
    def source_url(self) -> str:
        """The page that its docstring names first."""
        return self.rule.link

    def matchall(self, filename: str, cfn: LintTemplate) -> Iterable[Any]:
        """What cfn-lint makes of the matches; most rules have none, and are done at once."""
        if (self.rule.id, self.verdict) not in self.run.result_for(cfn).findings:
            return ()
        found: Iterable[Any] = super().matchall(filename, cfn)  # type: ignore[misc]
        return found

    def matches(self, result: TemplateResult) -> Iterator[Any]:
        """A match for each finding."""
        for finding in result.findings.get((self.rule.id, self.verdict), ()):
            if result.source is not None:
                yield self._match(finding, result, result.source)

    def _match(self, finding: Finding, result: TemplateResult, source: TemplateSource) -> Any:
        fix = self.run.option(self.id, "fix")
        place = place_of(finding, source)
        path = source.path_at(place)
        found = _match(path, _message(finding, result, fix), source.location_of(place))
        if not self._silent(source, path):
            found.context = Chain(self, finding, result)
        return found

    def _silent(self, source: TemplateSource, path: list[str | int]) -> bool:
        """Whether the metadata of the resource ignores the rule: then it has no steps either."""
        return len(path) > 1 and path[1] in source.cfn.get_directives().get(self.id, ())


class Failures(Ours):
    """Why nothing, or not all, is said of a template: loud, whatever the profile."""

    def matches(self, result: TemplateResult) -> Iterator[Any]:
        """A match for each."""
        for failure in result.failures:
            yield _of_all(failure)


class Errors(Ours):
    """What cannot be read in a template; most of it cfn-lint's own rules report as well."""

    def matches(self, result: TemplateResult) -> Iterator[Any]:
        """A match for each."""
        for error in result.errors:
            if result.source is not None:
                where = (error.line, error.column)
                place = Span(result.source.path, *where, *where)
                path = result.source.path_at(place) or ["Resources"]
                location = result.source.location_of(place)
                yield _match(path, f"taskwall: {error.message}", location)


class Notes(Ours):
    """What taskwall has to say beside findings."""

    def matches(self, result: TemplateResult) -> Iterator[Any]:
        """A match for each note: on its line if it names one of this template's."""
        for note in result.notes:
            words = note.removeprefix(f"{result.file}:")
            number, colon, rest = words.partition(": ")
            if result.source is not None and words != note and colon and number.isdigit():
                path, location = result.source.step_at(int(number))
                yield _match(path or ["Resources"], f"taskwall: {rest}", location)
            else:
                yield _of_all(words.strip())


class Steps(Ours):
    """The steps of a chain, which come as children of what they lead to."""

    def matches(self, result: TemplateResult) -> Iterator[Any]:  # noqa: ARG002
        """None of its own."""
        return iter(())


def made() -> dict[str, type]:
    """The classes by their names, which are their ids."""
    found = [
        _class(Failures, GENERAL, "taskwall could analyse the template", _PROFILE | _FIX),
        _class(Errors, ERRORS, "taskwall could read all of the template"),
        _class(Notes, NOTES, "taskwall has no notes"),
        _class(Steps, STEPS_RULE, "The steps that lead to a finding of taskwall"),
    ]
    for rule in every_rule().rules:
        found += _of_rule(rule)
    return {one.__name__: one for one in found}


def _of_rule(rule: Rule) -> Iterable[type]:
    options = _FIX | _ELSEWHERE
    yield _class(FindingsRule, rule.lint_id, rule.title, options, rule=rule, verdict="fail")
    unknown = f"Cannot tell: {rule.title}"
    yield _class(FindingsRule, f"U{rule.id}", unknown, _FIX, rule=rule, verdict="unknown")


def _class(
    kind: type[Ours], number: str, title: str, options: Mapping[str, Any] | None = None, **more: Any
) -> type:
    members = {
        "id": number,
        "shortdesc": title,
        "tags": TAGS,
        "options": options or {},
        "__module__": __name__,
        **more,
    }
    return type(number, (kind, CloudFormationLintRule), members)


def _of_all(message: str) -> Any:
    """A match that is about all of a template: at its very beginning."""
    return _match(["Resources"], f"taskwall: {message}", (0, 0, 0, 0))


def _match(path: list[str | int], message: str, location: Any = None, **more: Any) -> Any:
    if location is not None:
        more["location"] = location
    return RuleMatch(path, message, **more)


def _message(finding: Finding, result: TemplateResult, fix: bool) -> str:
    """What is wrong, what it needs, and what leads there from other files."""
    parts = [finding.message]
    if finding.when:
        parts.append(f"when {finding.when}")
    if finding.missing:
        needs = (Need(name, result.reasons.get(name, "")) for name in finding.missing)
        parts.append(f"depends on: {why_unknown(needs)}")
    parts += [f"called from {call.file}:{call.line} ({call.text})" for call in finding.called_from]
    others = [step for step in finding.because if step.file != result.file]
    parts += [f"because {step.text} ({step.file}:{step.line})" for step in others[:_STEPS]]
    if len(others) > _STEPS:
        parts.append(f"and {len(others) - _STEPS} more steps")
    if fix and finding.fix:
        parts.append(f"fix: {' '.join(finding.fix.text.split())}")
    return "; ".join(parts)
