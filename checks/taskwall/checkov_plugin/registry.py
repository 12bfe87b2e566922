"""Puts the rules among checkov's graph checks, and what they say into its results.

checkov swallows what a check raises, and shows of a check nothing but its name. So the checks say
nothing by themselves: the registries that hold them, one for each framework, are taught to ask
all rules at once, and to enter each finding under a check with a name of its own.
"""

import inspect
import os
import sys
from collections.abc import Iterable, Mapping
from types import MethodType
from typing import Any, TypeAlias

from checkov.common.bridgecrew.severities import BcSeverities, Severities
from checkov.common.checks_infra.registry import Registry, get_graph_checks_registry
from checkov.common.models.enums import CheckResult
from checkov.runner_filter import RunnerFilter
from checkov.version import version

from taskwall.baseline import BaselineError
from taskwall.checkov_plugin.checks_of_rules import OWN_ID, TaskwallCheck, checks
from taskwall.checkov_plugin.entities import Entities, shown
from taskwall.checkov_plugin.findings import Entry, analysis, entries
from taskwall.checkov_plugin.masking import mask
from taskwall.checkov_plugin.scope import KINDS, ChangedError, asked, running
from taskwall.settings import SettingsError
from taskwall.sources import Kind

OLDEST = (3, 3)
"""The oldest version of checkov that is supported."""

_PARAMETERS = ["self", "graph_connector", "runner_filter", "report_type"]

Results: TypeAlias = dict[Any, list[dict[str, Any]]]

_said: set[str] = set()


def register() -> None:
    """Make the rules checks of the frameworks that they judge; doing it again does nothing.

    Ends the process, with a sentence that says why, if this checkov is none that is known here.
    """
    if why := _unknown():
        needed = ".".join(map(str, OLDEST))
        _say(f"{why}: this is checkov {version}, and taskwall knows {needed} and what is like it")
        sys.exit(2)
    for framework in KINDS:
        registry = get_graph_checks_registry(framework)
        if getattr(registry.run_checks, "__func__", None) is not _run_checks:
            registry.load_checks = MethodType(_load_checks, registry)
            registry.run_checks = MethodType(_run_checks, registry)
            for check in checks(framework):
                RunnerFilter.notify_external_check(check.id)


def _unknown() -> str:
    """Why this checkov cannot be worked with; "" if it can."""
    numbers = tuple(int(part) for part in version.split(".") if part.isdigit())
    if numbers < OLDEST:
        return "checkov is too old"
    try:
        taken = list(inspect.signature(Registry.run_checks).parameters)
    except (AttributeError, TypeError, ValueError):
        taken = []
    return "" if taken == _PARAMETERS else "checkov has changed how it runs checks"


def _load_checks(self: Any) -> None:
    """Load checkov's own checks, which it does only while there are none, and then ours."""
    type(self).load_checks(self)
    if not _ours(self):
        framework = next(name for name in KINDS if get_graph_checks_registry(name) is self)
        self.checks += checks(framework)


def _ours(registry: Any) -> dict[str, TaskwallCheck]:
    return {check.id: check for check in registry.checks if isinstance(check, TaskwallCheck)}


def _run_checks(
    self: Any, graph_connector: Any, runner_filter: RunnerFilter, report_type: str
) -> Results:
    """What checkov's own checks say of a graph, and what ours do."""
    results: Results = type(self).run_checks(self, graph_connector, runner_filter, report_type)
    ours = _ours(self)
    runs = frozenset(id_ for id_ in ours if _may_run(id_, runner_filter, report_type)) - {OWN_ID}
    if not runs:
        return results
    complaints: list[str] = []
    entities = None
    try:
        entities = Entities(graph_connector, KINDS[report_type])
        if entities.first is not None:
            found, complaints = _judged(entities, runs, runner_filter, report_type)
            _enter(found, KINDS[report_type], ours, results)
    except (SettingsError, BaselineError, ChangedError) as error:
        complaints = [str(error)]
    except Exception as error:  # noqa: BLE001 (checkov would swallow it, or end without a report)
        complaints = [_crash(error)]
    _complain(complaints, entities, ours, results, runs, runner_filter, report_type)
    return results


def _may_run(id_: str, runner_filter: RunnerFilter, report_type: str) -> bool:
    """Whether checkov lets a rule run, were its finding of the worst severity."""
    worst = Severities[BcSeverities.CRITICAL]
    return bool(
        runner_filter.should_run_check(check_id=id_, severity=worst, report_type=report_type)
    )


def _judged(
    entities: Entities, runs: frozenset[str], runner_filter: RunnerFilter, report_type: str
) -> tuple[list[Entry], list[str]]:
    """What the rules say of the entities, and what went wrong on the way."""
    now = running()
    scope = asked(now, report_type, runner_filter)
    found = analysis(scope, runs, runs.intersection(runner_filter.checks))
    if found is None:
        return [], []
    for warning in found.warnings():
        _say(warning)
    made, lost = entries(found, scope, entities)
    for entry in made:
        if entry.outcome != "PASSED":
            mask(now.runner, scope.kind, entry.vertex, found.report, os.getcwd())
    complaints = list(found.complaints())
    if lost:
        one = lost[0]
        more = f", and {len(lost) - 1} more" if lost[1:] else ""
        complaints.append(
            f"{one.rule} at {one.file}:{one.line} (in a file of which checkov shows nothing{more}):"
            f" {one.message}; `taskwall scan` shows it"
        )
    return made, complaints


def _enter(
    found: Iterable[Entry], kind: Kind, ours: Mapping[str, TaskwallCheck], results: Results
) -> None:
    for entry in found:
        check = ours[entry.rule]
        if entry.outcome != "PASSED":
            check = check.saying(entry.name, entry.severity)
        result = {
            "result": CheckResult[entry.outcome],
            "entity": shown(entry.vertex, kind),
            "evaluated_keys": [],
        }
        if entry.outcome == "SKIPPED":
            result["suppress_comment"] = entry.comment
        results.setdefault(check, []).append(result)


def _complain(
    complaints: list[str],
    entities: Entities | None,
    ours: Mapping[str, TaskwallCheck],
    results: Results,
    runs: frozenset[str],
    runner_filter: RunnerFilter,
    report_type: str,
) -> None:
    """Say what went wrong on standard error, and fail a check with it, so that the run fails.

    It is the one about taskwall itself, or, where checkov was asked for particular checks, one of
    those: it throws away what it was not asked for.
    """
    if not complaints:
        return
    for complaint in complaints:
        _say(complaint)
    id_ = OWN_ID if _may_run(OWN_ID, runner_filter, report_type) else min(runs)
    name = f"{ours[OWN_ID].title}: {'; '.join(complaints)}"
    if entities is None or entities.first is None:
        sys.exit(2)  # there is nothing that could be shown as failed
    entity = shown(entities.first, KINDS[report_type])
    failed = {"result": CheckResult.FAILED, "entity": entity, "evaluated_keys": []}
    results[ours[id_].saying(name, "critical")] = [failed]


def _crash(error: Exception) -> str:
    import traceback

    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"crashed: {type(error).__name__}: {error} ({last.name}, line {last.lineno})"


def _say(text: str) -> None:
    """Say something on standard error, once in a process."""
    if text not in _said:
        _said.add(text)
        sys.stderr.write(f"taskwall: {text}\n")
        sys.stderr.flush()
