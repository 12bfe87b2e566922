"""One run of cfn-lint: the rules that it holds, and one analysis for all of them."""

import logging
import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar, Protocol, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from taskwall.api import scan as api
from taskwall.api.options import Options, ResolvedOptions, resolved_options
from taskwall.cfnlint import host
from taskwall.cfnlint.template import LintTemplate, TemplateSource, template_source
from taskwall.core import values
from taskwall.core.garbage import uncollected
from taskwall.core.values import Span, Value, spelled
from taskwall.engine.judgement import Judgement
from taskwall.findings import baseline
from taskwall.findings.baseline import Baseline, BaselineError
from taskwall.findings.finding import Finding, FindingVerdict, Problem, Report
from taskwall.findings.text import absent_calls
from taskwall.library.own_rules import every_rule
from taskwall.report.excerpts import seen_from
from taskwall.report.report import ReportBuilder
from taskwall.settings import CHOICES, SettingsError
from taskwall.settings.words import one_of
from taskwall.source.files import Files
from taskwall.source.stack import Inputs, Stack
from taskwall.sources.found import ScanScope
from taskwall.sources.nearby import ReadCache

_LOGGER = logging.getLogger("cfnlint.taskwall")
"""What cfn-lint shows beside findings; warnings, unless it is told otherwise."""

GENERAL = "ETW000"
"""The rule that has the options of all."""


_Judged: TypeAlias = dict[int, tuple[Stack, Judgement]]
"""By the identity of a stack, which is held with what is said of it."""


class LintRule(Protocol):
    """A rule as its run sees it."""

    id: str
    given: Mapping[str, Any]
    wrong: str


class TemplateResult(Struct):
    """What is said of one template, whose path is `file` as reports spell it.

    `findings` are by rule and verdict, `errors` what cannot be read in the template, `failures`
    why nothing, or not all, is said of it. `broken` says that cfn-lint takes no matches of it.
    """

    source: TemplateSource | None = None
    file: str = ""
    findings: Mapping[tuple[str, FindingVerdict], Sequence[Finding]] = {}
    errors: tuple[Problem, ...] = ()
    failures: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    reasons: Mapping[str, str] = {}
    broken: bool = False


class LintRun:
    """The rules that cfn-lint made for one run, and what they say of its templates."""

    latest: ClassVar["LintRun | None"] = None

    def __init__(self) -> None:
        self.members: dict[str, LintRule] = {}
        self._current: tuple[LintTemplate, TemplateResult] | None = None
        self._asked: set[tuple[str | None, str]] = set()
        self._forget()

    @classmethod
    def joined(cls, rule: LintRule) -> "LintRun":
        """The run that a new rule belongs to: rules of one run are made one after another."""
        if cls.latest is None or rule.id in cls.latest.members:
            cls.latest = cls()
        cls.latest.members[rule.id] = rule
        return cls.latest

    def option(self, rule: str, name: str) -> Any:
        """What the user of cfn-lint set for a rule, or for all; None if nothing."""
        for member in (rule, GENERAL):
            given = self.members[member].given if member in self.members else {}
            if name in given:
                return given[name]
        return None

    def result_for(self, cfn: LintTemplate) -> TemplateResult:
        """What there is to say of a template, found out by the first rule that asks.

        All rules are asked of one template before the next.
        """
        if self._current is None or self._current[0] is not cfn:
            self._current = None
            with uncollected():
                self._current = cfn, self._first_result_for(cfn)
        return self._current[1]

    def _first_result_for(self, cfn: LintTemplate) -> TemplateResult:
        try:
            return self._analysed(cfn)
        except (SettingsError, BaselineError) as error:
            return TemplateResult(failures=(str(error),))
        except Exception as error:  # noqa: BLE001 (whatever it is, it must be seen, and once)
            return TemplateResult(failures=(crashed(error),))

    def _analysed(self, cfn: LintTemplate) -> TemplateResult:
        sets = _parameter_sets(cfn)
        if not sets and any(file == cfn.filename and given for file, given in self._asked):
            return TemplateResult()  # once more without parameters, after those that are meant
        key = (cfn.filename, repr(sets) if sets else "")
        if key in self._asked:  # the files may have changed since
            self._asked.clear()
            self._forget()
        self._asked.add(key)
        source = template_source(cfn)
        if source.text is not None:
            self._forget(source)
        file = seen_from(os.curdir, source.path)
        reports = [self._report(source.path, given) for given in sets or [{}]]
        for text in dict.fromkeys(text for report in reports for text in _absent(report)):
            _LOGGER.warning("taskwall: %s", text)
        findings: dict[tuple[str, FindingVerdict], list[Finding]] = {}
        for one in dict.fromkeys(one for report in reports for one in report.findings):
            if one.file != file:  # cfn-lint asks for that template as well
                continue
            findings.setdefault((one.rule, one.verdict), []).append(one)
        return TemplateResult(
            source,
            file,
            findings,
            tuple(dict.fromkeys(one for report in reports for one in _errors(report, file))),
            tuple(dict.fromkeys(one for report in reports for one in _failures(report))),
            tuple(dict.fromkeys(one for report in reports for one in _notes(report))),
            {name: why for report in reports for name, why in report.reasons.items()},
        )

    def _forget(self, source: TemplateSource | None = None) -> None:
        """Begin anew; the text of a template that is in no file stands for one."""
        overlay = {} if source is None else {source.path: source.text or ""}
        self._files = Files(overlay, reread=True)
        self._known: dict[str, tuple[ReadCache, _Judged]] = {}

    def _report(self, path: str, parameters: Mapping[str, Value]) -> Report:
        asked = self._options(path, parameters)
        use = asked.settings
        known, judged = self._known.setdefault(repr((use, parameters)), (ReadCache(), {}))
        found = asked.read(self._files, known)
        judgements = [self._judgement(read.stack, asked, judged) for read in found.reads]
        aside = baseline.read(use.baseline) if use.baseline else Baseline()
        result = ReportBuilder(
            found,
            judgements,
            rules=asked.rules,
            every=asked.every,
            settings=use,
            files=self._files,
            cwd=asked.cwd,
        )
        return result.report(aside, use.baseline)

    def _judgement(self, stack: Stack, asked: ResolvedOptions, judged: _Judged) -> Judgement:
        """What is said of a stack; kept only if other templates will ask for it as well.

        What stays until the end of the process also has to be taken apart there.
        """
        if id(stack) in judged:
            return judged[id(stack)][1]
        found = api.judge_stack(stack, asked.rules, asked.settings)
        # What cfn-lint itself keeps silent, it must be shown first.
        skips = tuple(skip for skip in found.suppressions if skip.host != "cfn-lint")
        found = replace(found, suppressions=skips)
        if len(stack.files) > 1:
            judged[id(stack)] = stack, found
        return found

    def _options(self, path: str, parameters: Mapping[str, Value]) -> ResolvedOptions:
        """What is asked: the settings as the command reads them, and cfn-lint's options first.

        Raises:
            SettingsError: some of either are wrong.
        """
        for member in self.members.values():
            if member.wrong:
                raise SettingsError(member.wrong)
        profile = self.option(GENERAL, "profile")
        if profile:
            one_of(profile, CHOICES["profile"], f"{GENERAL}:profile")
        asked = resolved_options(
            Options(
                paths=(path,),
                inputs=Inputs(parameters=parameters),
                profile=profile or None,
                scope=ScanScope(kinds=frozenset(("cloudformation",))),
            )
        )
        elsewhere = set(asked.settings.elsewhere)
        for member in self.members.values():
            if "elsewhere" in member.given:
                rule = member.id[1:]
                (elsewhere.add if member.given["elsewhere"] else elsewhere.discard)(rule)
        return replace(asked, settings=replace(asked.settings, elsewhere=tuple(sorted(elsewhere))))


def crashed(error: Exception) -> str:
    """What to say of an error that nobody expected."""
    return f"crashed with cfn-lint {host.version()}: {type(error).__name__}: {error}"


def _errors(report: Report, file: str) -> Iterator[Problem]:
    """What cannot be read in a file."""
    return (error for error in report.document.errors if error.file == file)


def _notes(report: Report) -> Iterator[str]:
    """The notes and warnings of a report, and what its templates nest or include but is absent."""
    yield from report.notes
    for warning in report.document.warnings:
        yield f"{warning.file}:{warning.line}: {warning.message}"
    yield from _absent(report)


def _absent(report: Report) -> Iterator[str]:
    for call, text in absent_calls(report.document.absent):
        yield f"{call.file}:{call.line}: {text}"


def _failures(report: Report) -> Iterator[str]:
    """Why rules say nothing: they could not be loaded, or crashed."""
    for error in every_rule().errors:
        yield f"{error.place.file}:{error.place.line}: {error.message}"
    for crash in report.document.crashes:
        yield f"crashed in {crash.rule}: {crash.message}. {crash.advice}"


def _parameter_sets(cfn: LintTemplate) -> list[dict[str, Value]]:
    """The parameters of each deployment that cfn-lint was told of, since its version 1.21."""
    context = getattr(cfn, "context", None)
    given = getattr(context, "parameter_sets", None) or ()
    return [{str(name): _value(value) for name, value in one.parameters.items()} for one in given]


def _value(value: object) -> Value:
    """A parameter's value, a list as the text that CloudFormation takes."""
    words = value if isinstance(value, list) else [value]
    return values.Known(",".join(spelled(_plain(word)) or "" for word in words))


def _plain(word: object) -> Any:
    return str(word) if isinstance(word, str) else word


def place_of(finding: Finding, source: TemplateSource) -> Span:
    """Where a finding is, in the file that was analysed."""
    one = finding
    return Span(source.path, one.line, one.column, one.end_line, one.end_column)
