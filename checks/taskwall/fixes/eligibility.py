"""Which changes may be offered: those that are right for everything that the text declares.

What one text declares may be many resources (`count`, `for_each`, a module that is called twice),
and an edit changes them all: so all of them must need it.
"""

import re
from collections.abc import Sequence

from taskwall.core.change import AttributeChange, SourceCode
from taskwall.core.values import Span
from taskwall.fixes.references import module_prefix
from taskwall.source.resource import Resource
from taskwall.source.stack import Evaluation


class RequestedFixes:
    """The changes that the fails of one stack ask for, and the resources that they are about."""

    def __init__(self, evaluations: Sequence[Evaluation]) -> None:
        self._evaluations = evaluations
        self._asked: dict[tuple[str, str], list[AttributeChange]] = {}
        self._resources: dict[int, dict[str, Resource]] = {}
        self._declared: dict[Span, set[str]] | None = None

    def record(self, rule: str, changes: Sequence[AttributeChange]) -> None:
        """Take down what a fail of a rule asks for."""
        for change in changes:
            self._asked.setdefault((rule, change.attribute.address), []).append(change)

    def applicable(
        self, rule: str, changes: Sequence[AttributeChange], scenario: int
    ) -> tuple[tuple[AttributeChange, Resource], ...]:
        """The changes with their resources as a scenario has them.

        None unless the rule asks the same of every resource that is declared by the same text.
        """
        resources = self._of(scenario)
        found = []
        for change in changes:
            resource = resources.get(change.attribute.address)
            taken = change.form == "beside" and self._takes_a_name(change)
            if resource is None or taken:
                return ()
            for address in self._alike(resource):
                if not any(_same(change, other) for other in self._asked.get((rule, address), ())):
                    return ()
            found.append((change, resource))
        return tuple(found)

    def _takes_a_name(self, change: AttributeChange) -> bool:
        """Whether resources that a change adds would have the names of others."""
        code = change.terraform
        assert isinstance(code, SourceCode)
        near = change.attribute.address
        module = near[: near.rfind("/") + 1] + module_prefix(near)
        blocks = re.findall(r'^resource "(\w+)" "(\w+)"', code.text, re.MULTILINE)
        added = [".".join(pair) for pair in blocks]
        added += re.findall(r"^(\w+):$", code.text, re.MULTILINE)
        names = {
            re.sub(r"\[[^]]*\]$", "", one.origin.address)
            for evaluation in self._evaluations
            for one in evaluation.resources
        }
        return any(f"{module}{name}" in names for name in added)

    def _of(self, scenario: int) -> dict[str, Resource]:
        """The resources of a scenario by address."""
        if scenario not in self._resources:
            resources = self._evaluations[scenario].resources
            self._resources[scenario] = {one.origin.address: one for one in resources}
        return self._resources[scenario]

    def _alike(self, resource: Resource) -> set[str]:
        """The addresses of all resources that a resource's text declares."""
        if self._declared is None:
            self._declared = {}
            for evaluation in self._evaluations:
                for one in evaluation.resources:
                    origin = one.origin
                    self._declared.setdefault(origin.header, set()).add(origin.address)
        return self._declared[resource.origin.header]


def _same(one: AttributeChange, other: AttributeChange) -> bool:
    """Whether two changes write the same at the same path."""
    return (one.attribute.path, one.terraform, one.cloudformation) == (
        other.attribute.path,
        other.terraform,
        other.cloudformation,
    )
