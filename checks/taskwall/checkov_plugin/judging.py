"""Asks the rules about a graph of checkov's, and makes its results of what they say."""

import os
from collections.abc import Iterable, Mapping
from typing import Any

from checkov.common.bridgecrew.severities import BcSeverities, Severities
from checkov.common.models.enums import CheckResult
from checkov.common.output.record import Record
from checkov.runner_filter import RunnerFilter

from taskwall.checkov_plugin.checks_of_rules import OWN_ID, TaskwallCheck, checks
from taskwall.checkov_plugin.entities import KINDS, Entities, vertex_shown
from taskwall.checkov_plugin.findings import EntityResult, analysis, entity_results
from taskwall.checkov_plugin.masking import mask
from taskwall.checkov_plugin.messages import crash, warn
from taskwall.checkov_plugin.running import ChangedError, Results, running
from taskwall.checkov_plugin.scope import scan_request
from taskwall.findings.baseline import BaselineError
from taskwall.findings.finding import SEVERITIES
from taskwall.settings import SettingsError
from taskwall.sources.found import SourceKind


def judge_entities(
    registry: Any, entities: Entities, runner_filter: RunnerFilter, report_type: str
) -> Results:
    """What the rules say of the entities of a graph, as checkov's registry of checks says it.

    Args:
        registry: the registry; it gets our checks, if it has none yet.
        entities: of the graph.
        runner_filter: says which checks are to run.
        report_type: the framework, as checkov calls it.
    """
    results: Results = {}
    ours = _ours(registry, report_type)
    runs = frozenset(id_ for id_ in ours if _may_run(id_, runner_filter, report_type)) - {OWN_ID}
    if not runs:
        return results
    complaints: list[str]
    try:
        found, complaints = _judged(entities, runs, runner_filter, report_type)
        _enter(found, KINDS[report_type], ours, results)
    except (SettingsError, BaselineError, ChangedError) as error:
        complaints = [str(error)]
    except Exception as error:  # noqa: BLE001 (a defect of ours is a failed check, not silence)
        complaints = [crash(error)]
    _complain(complaints, entities, ours, results, runs, runner_filter, report_type)
    return results


def _ours(registry: Any, framework: str) -> dict[str, TaskwallCheck]:
    """Our checks of a registry, by id; they are added to it if they are not there."""
    known = {check.id: check for check in registry.checks if isinstance(check, TaskwallCheck)}
    if not known:
        known = {check.id: check for check in checks(framework)}
        registry.checks += known.values()
        for id_ in known:
            RunnerFilter.notify_external_check(id_)
    return known


def _may_run(id_: str, runner_filter: RunnerFilter, report_type: str) -> bool:
    """Whether checkov lets a rule run, were its finding of the worst severity."""
    worst = Severities[BcSeverities.CRITICAL]
    return bool(
        runner_filter.should_run_check(check_id=id_, severity=worst, report_type=report_type)
    )


def _judged(
    entities: Entities, runs: frozenset[str], runner_filter: RunnerFilter, report_type: str
) -> tuple[list[EntityResult], list[str]]:
    """What the rules say of the entities, and what went wrong on the way."""
    now = running()
    scope = scan_request(now, report_type, runner_filter, entities.graph)
    found = analysis(scope, runs, runs.intersection(runner_filter.checks))
    if found is None:
        return [], []
    for warning in (*found.warnings(), *found.absent()):
        warn(warning)
    made, lost = entity_results(found, scope, entities)
    for entry in made:
        if entry.outcome != "PASSED":
            mask(now.runner, report_type, entry.vertex, found.report, os.getcwd())
    complaints = list(found.complaints(any_of_aws=entities.any_of_aws, any_read=bool(scope.known)))
    if lost:
        one = min(lost, key=lambda finding: SEVERITIES.index(finding.severity))
        more = f", and {len(lost) - 1} more" if lost[1:] else ""
        complaints.append(
            f"{one.rule} at {one.file}:{one.line} (in a file that checkov does not show{more}):"
            f" {one.message}; `taskwall scan` shows it"
        )
    return made, complaints


def _enter(
    found: Iterable[EntityResult],
    kind: SourceKind,
    ours: Mapping[str, TaskwallCheck],
    results: Results,
) -> None:
    for entry in found:
        check = ours[entry.rule]
        if entry.outcome != "PASSED":
            check = check.saying(entry.name, entry.severity)
        result = {
            "result": CheckResult[entry.outcome],
            "entity": vertex_shown(entry.vertex, kind),
            "evaluated_keys": [],
        }
        if entry.outcome == "SKIPPED":
            result["suppress_comment"] = entry.comment
        results.setdefault(check, []).append(result)


def _complain(
    complaints: list[str],
    entities: Entities,
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
        warn(complaint)
    id_ = OWN_ID if _may_run(OWN_ID, runner_filter, report_type) else min(runs)
    name = f"{ours[OWN_ID].title}: {'; '.join(complaints)}"
    check = ours[id_].saying(name, "critical")
    if entities.first is None:
        _record(check, runner_filter, report_type)
        return
    entity = vertex_shown(entities.first, KINDS[report_type])
    failed = {"result": CheckResult.FAILED, "entity": entity, "evaluated_keys": []}
    results[check] = [failed]


def _record(check: TaskwallCheck, runner_filter: RunnerFilter, report_type: str) -> None:
    """Fail a check on a file, where checkov has no entity to show it on."""
    now = running()
    file = next(now.unread(report_type, runner_filter))
    shown_as = f"/{os.path.relpath(file, now.folder)}"
    record = Record(
        check_id=check.id,
        check_name=check.name,
        check_result={"result": CheckResult.FAILED, "evaluated_keys": []},
        code_block=[],
        file_path=shown_as,
        file_line_range=[1, 1],
        resource=shown_as,
        evaluations={},
        check_class=type(check).__module__,
        file_abs_path=file,
        severity=check.severity,
    )
    record.set_guideline(check.guideline)
    now.report.add_record(record)
