"""Teaches checkov's registries of graph checks to ask the rules as well.

checkov swallows what a check raises, and shows of a check nothing but its name. So it is the
registry that asks, all rules at once, and enters each finding under a check with a name of its
own. What that takes is imported where there is something to judge: checkov loads this module in
every process that it makes, most of which have nothing to do with us.
"""

from __future__ import annotations

import inspect
from types import MethodType
from typing import Any

from checkov.common.checks_infra.registry import Registry, get_graph_checks_registry
from checkov.common.graph.graph_builder import CustomAttributes
from checkov.common.models.enums import ErrorStatus
from checkov.common.runners.base_runner import BaseRunner
from checkov.version import version

from taskwall.checkov_plugin.entities import KINDS, Entities
from taskwall.checkov_plugin.messages import crash, warn
from taskwall.checkov_plugin.running import ChangedError, Results, running
from taskwall.core.garbage import uncollected

OLDEST = (3, 3)
"""The oldest version of checkov that is supported."""

REGISTRIES = ("terraform", "cloudformation")
"""The registries that the frameworks which we judge ask: Terraform's is that of plans too."""

_PARAMETERS = ["self", "graph_connector", "runner_filter", "report_type"]
_ATTRIBUTES = {
    "BLOCK_TYPE": "block_type_",
    "BLOCK_NAME": "block_name_",
    "FILE_PATH": "file_path_",
    "CONFIG": "config_",
    "TF_RESOURCE_ADDRESS": "__address__",
}


def register() -> None:
    """Have the rules asked of the frameworks that they judge; doing it again does nothing.

    Raises:
        ChangedError: this checkov is none that is known here.
    """
    if why := _unknown():
        needed = ".".join(map(str, OLDEST))
        raise ChangedError(
            f"{why}: this is checkov {version}, and taskwall supports {needed} and compatible"
            " versions"
        )
    for name in REGISTRIES:
        registry = get_graph_checks_registry(name)
        if getattr(registry.run_checks, "__func__", None) is not _run_checks:
            registry.run_checks = MethodType(_run_checks, registry)


def _unknown() -> str:
    """Why this checkov cannot be worked with; "" if it can."""
    numbers = tuple(int(part) for part in version.split(".") if part.isdigit())
    if numbers < OLDEST:
        return "checkov is too old"
    try:
        taken = list(inspect.signature(Registry.run_checks).parameters)
        asked = "run_checks" in BaseRunner.run_graph_checks_results.__code__.co_names
    except (AttributeError, TypeError, ValueError):
        taken, asked = [], False
    if taken != _PARAMETERS or not asked:
        return "checkov has changed how it runs checks"
    named = {key: getattr(CustomAttributes, key, None) for key in _ATTRIBUTES}
    return "" if named == _ATTRIBUTES else "checkov has changed what its graph holds"


def _run_checks(self: Any, graph_connector: Any, runner_filter: Any, report_type: str) -> Results:
    """What checkov's own checks say of a graph, and what the rules do."""
    results: Results = type(self).run_checks(self, graph_connector, runner_filter, report_type)
    if report_type not in KINDS:
        return results
    try:
        entities = Entities(graph_connector, KINDS[report_type])
        if entities.any_of_aws or _any_unread(runner_filter, report_type):
            with uncollected():
                from taskwall.checkov_plugin.judging import judge_entities

                results |= judge_entities(self, entities, runner_filter, report_type)
    except Exception as error:  # noqa: BLE001 (checkov would go on without a word)
        warn(crash(error))
        running().report.set_error_status(ErrorStatus.ERROR)  # it ends as after a crash of its own
    return results


def _any_unread(runner_filter: Any, report_type: str) -> bool:
    """Whether there is something that our readers may know better than checkov's graph."""
    return any(True for _ in running().unread(report_type, runner_filter))
