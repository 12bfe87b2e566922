"""The rules as checkov's checks: one class for each, all of it derived from the rule."""

import copy
from collections.abc import Mapping
from functools import cache
from typing import Any, ClassVar

from checkov.common.bridgecrew.severities import Severities
from checkov.common.graph.checks_infra.base_check import BaseGraphCheck

from taskwall.findings.finding import GUIDE, Severity
from taskwall.library.own_rules import every_rule
from taskwall.lowering import lowered_types
from taskwall.rules._rule import Rule

CATEGORIES: Mapping[str, str] = {
    "1": "ENCRYPTION",
    "2": "NETWORKING",
    "3": "ENCRYPTION",
    "4": "NETWORKING",
    "5": "GENERAL_SECURITY",
    "6": "NETWORKING",
    "7": "LOGGING",
}
"""checkov's category of each chapter of rules, the first digit of their ids."""

OWN_ID = "TW000"
"""The check that fails where taskwall itself could not do its work: no rule has this id."""

Vertices = list[dict[str, Any]]


class TaskwallCheck(BaseGraphCheck):  # type: ignore[misc]
    """What all our checks share; `framework` is checkov's name for the kind of source."""

    number: ClassVar[str]
    title: ClassVar[str]
    kind: ClassVar[str]
    link: ClassVar[str]
    level: ClassVar[Severity]

    def __init__(self, framework: str) -> None:
        super().__init__()
        self.id = self.number
        self.name = self.title
        self.category = self.kind
        self.guideline = self.link
        self.severity = Severities[self.level.upper()]
        self.frameworks = [framework]
        self.resource_types = list(_types("AWS::" if framework == "cloudformation" else "aws_"))

    def run(self, graph_connector: object) -> tuple[Vertices, Vertices, Vertices]:  # noqa: ARG002
        """Nothing: the registry asks all rules at once, and enters what they say."""
        return [], [], []

    def saying(self, name: str, severity: Severity) -> "TaskwallCheck":
        """The same check for one entity, with what there is to say of it in place of its name."""
        one = copy.copy(self)
        one.name = name
        one.severity = Severities[severity.upper()]
        return one


class OwnCheck(TaskwallCheck):
    """Fails where taskwall could not analyse what checkov scans."""

    number = OWN_ID
    title = "taskwall analyses what checkov scans"
    kind = "GENERAL_SECURITY"
    link = GUIDE
    level = "critical"


@cache
def _types(opening: str) -> tuple[str, ...]:
    """The resource types that are read whose names open so."""
    return tuple(sorted(type_ for type_ in lowered_types() if type_.startswith(opening)))


def _class_of(rule: Rule) -> type[TaskwallCheck]:
    name = "".join(word.capitalize() for word in rule.name.split("-"))
    members = {
        "__doc__": rule.title,
        "__module__": rule.module,
        "number": rule.id,
        "title": rule.title,
        "kind": CATEGORIES.get(rule.id[2:3] if rule.id.startswith("TW") else "", "NETWORKING"),
        "link": rule.link,
        "level": rule.severity,
    }
    return type(name, (TaskwallCheck,), members)


def checks(framework: str) -> list[TaskwallCheck]:
    """A check for each rule, and the one about taskwall itself."""
    classes: list[type[TaskwallCheck]] = [OwnCheck, *map(_class_of, every_rule().rules)]
    return [made(framework) for made in classes]
