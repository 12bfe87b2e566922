"""A policy validation plugin for AWS CDK: taskwall judges an app while it is synthesized.

    from aws_cdk import App, Validations
    from taskwall.cdk import TaskwallValidation

    app = App()
    Validations.of(app).add_plugins(TaskwallValidation())

It needs `taskwall[cdk]`. Apps in other languages scan `cdk.out` instead.
"""

import os
from collections.abc import Iterator, Sequence
from typing import Literal, TypeAlias

import jsii
from aws_cdk import (
    IPolicyValidationContext,
    IPolicyValidationPlugin,
    PolicyValidationPluginReport,
    PolicyViolatingResource,
    PolicyViolation,
)
from msgspec.structs import replace

from taskwall import __version__
from taskwall.api.options import Options
from taskwall.api.scan import scan
from taskwall.findings.finding import Finding, Instance, Report
from taskwall.findings.text import absent_calls, by_severity, not_read, one_line
from taskwall.library.own_rules import every_rule
from taskwall.settings.selection import reaches

Unknowns: TypeAlias = Literal["ignore", "report", "fail"]
"""What becomes of unknown verdicts: nothing, a warning, or a failed synthesis."""

_FAILS = "error"
"""What CDK stops at: when something is acknowledged, it decides by this word alone."""
_SHOWN = "warning"
"""What CDK shows and goes on."""


@jsii.implements(IPolicyValidationPlugin)
class TaskwallValidation:
    """Judges the templates of an app; a violation names the construct that made the resource.

    Acknowledgements of CDK count: `Validations.of(construct).acknowledge(...)` with the id
    `taskwall::TW101` and a reason.
    """

    def __init__(
        self,
        *,
        profile: Literal["default", "strict", "pci"] | None = None,
        select: Sequence[str] = (),
        ignore: Sequence[str] = (),
        fail_on: Literal["critical", "high", "medium", "low", "info", "never"] = "low",
        unknowns: Unknowns = "ignore",
        settings: str | None = None,
        rules: Sequence[str] = (),
    ) -> None:
        """What is judged, and what fails the synthesis.

        Args:
            profile: the set of rules; by default that of the settings.
            select: only these rules or prefixes, such as `TW2`.
            ignore: not these.
            fail_on: the lowest severity that fails the synthesis; what is below is a warning.
            unknowns: what becomes of unknown verdicts.
            settings: a settings file, in place of those near the app.
            rules: folders of rules of your own.
        """
        self._options = Options(
            profile=profile,
            select=tuple(select) or None,
            ignore=tuple(ignore) or None,
            show=("fail",) if unknowns == "ignore" else ("fail", "unknown"),
            fail_on=fail_on,
            settings=settings,
            rules=tuple(rules),
            # Without CDK's command templates go to a temporary folder, far from the app's settings.
            settings_near=os.getcwd(),
            allow_empty=True,
        )
        self._fail_on = fail_on
        self._unknowns = unknowns

    @property
    def name(self) -> str:
        """The name before the `::` of acknowledgements."""
        return "taskwall"

    @property
    def version(self) -> str:
        """The version of taskwall."""
        return __version__

    @property
    def rule_ids(self) -> list[str]:
        """The ids of all rules."""
        return [rule.id for rule in every_rule(self._options.rules).rules]

    def validate(self, context: IPolicyValidationContext) -> PolicyValidationPluginReport:
        """Judge the templates of the app.

        Args:
            context: what CDK has synthesized.

        Returns:
            A violation for each finding, and for what could not be read or judged.

        Raises:
            SettingsError: the settings are wrong. CDK reports it and fails the synthesis.
        """
        # Templates of nested stacks lie beside those of the stacks, and are not named here.
        folders = dict.fromkeys(os.path.dirname(path) for path in context.template_paths)
        report = scan(replace(self._options, paths=tuple(folders)))
        violations = [
            *(self._violation(one, report) for one in by_severity(report.document.findings)),
            *_problems(report, context.template_paths[0]),
        ]
        return PolicyValidationPluginReport(
            success=all(one.severity != _FAILS for one in violations),
            violations=violations,
            plugin_version=__version__,
        )

    def _violation(self, finding: Finding, report: Report) -> PolicyViolation:
        """A violation for each finding: the same rule may have another chain and fix elsewhere."""
        fails = (
            self._unknowns == "fail"
            if finding.verdict == "unknown"
            else reaches(finding.severity, self._fail_on)
        )
        chain = "".join(f"\n  - {step.text}" for step in finding.because)
        return PolicyViolation(
            rule_name=finding.rule,
            description=f"{one_line(finding, report.reasons)}{chain}",
            severity=_FAILS if fails else _SHOWN,
            fix=finding.fix.text if finding.fix else None,
            rule_metadata={"verdict": finding.verdict, "severity": finding.severity},
            violating_resources=[_resource(each, finding.file) for each in finding.instances],
        )


def _resource(instance: Instance, template: str) -> PolicyViolatingResource:
    """A resource as CDK knows it: by its template, to which it knows the constructs."""
    return PolicyViolatingResource(
        resource_logical_id=instance.resource.rpartition("/")[2],
        template_path=template,
        locations=[],
    )


def _problems(report: Report, template: str) -> Iterator[PolicyViolation]:
    """What was not judged; CDK shows only what has a resource, so it is led to a template."""
    for one, text in absent_calls(not_read(report.document.absent)):
        yield _problem("absent", text, one.file, _SHOWN)
    if report.excluded and not report.document.summary.stacks:
        yield _problem("excluded", "the settings exclude every template", template, _SHOWN)
    for error in report.document.errors:
        yield _problem("unreadable", error.message, error.file)
    for crash in report.document.crashes:
        yield _problem(crash.rule, f"{crash.rule} crashed: {crash.message}", template)


def _problem(name: str, text: str, template: str, severity: str = _FAILS) -> PolicyViolation:
    return PolicyViolation(
        rule_name=name,
        description=text,
        severity=severity,
        violating_resources=[PolicyViolatingResource(template_path=template, locations=[])],
    )
