"""Which changes may be offered: those that are right for everything that the text declares.

What one text declares may be many resources (`count`, `for_each`, a module that is called twice),
and an edit changes them all: so all of them must need it.
"""

import re
from collections.abc import Iterator, Mapping, Sequence

from msgspec.structs import replace

from taskwall.core.change import AttributeChange, AttributePath
from taskwall.core.values import Fields, Items, Reference, Span, Value, dereferenced
from taskwall.fixes.references import module_prefix
from taskwall.fixes.refused import RefusedError
from taskwall.fixes.steps import below, path_steps, value_at
from taskwall.source.resource import Resource
from taskwall.source.stack import Evaluation, Provenance, ProvenanceTrace

_RULES = {way: f"aws_vpc_security_group_{way}_rule" for way in ("ingress", "egress")}
"""The permissions of a security group that are resources of their own, by direction."""


class RequestedFixes:
    """The changes that the fails of one stack ask for, and the resources that they are about."""

    def __init__(self, evaluations: Sequence[Evaluation]) -> None:
        self._evaluations = evaluations
        self._asked: dict[tuple[str, str], list[AttributeChange]] = {}
        self._removals: set[tuple[str, AttributePath, int]] = set()
        self._resources: dict[int, dict[str, Resource]] = {}
        self._declared: dict[Span, set[str]] | None = None
        self._names: set[str] | None = None
        self._agreed: dict[tuple[str, Span], list[AttributeChange]] = {}
        """What a rule asks of all resources of a text, by the text's place."""

    def record(self, rule: str, changes: Sequence[AttributeChange], scenario: int) -> None:
        """Take down what a fail of a rule asks for in a scenario."""
        for change in changes:
            self._asked.setdefault((rule, change.attribute.address), []).append(change)
            if change.form == "removed":
                self._removals.add((rule, change.attribute, scenario))

    def applicable(
        self,
        rule: str,
        changes: Sequence[AttributeChange],
        scenario: int,
        *,
        follow: bool,
    ) -> tuple[tuple[AttributeChange, Resource], ...]:
        """The changes with their resources as a scenario has them.

        None unless the rule asks the same of every resource that is declared by the same text, and
        takes its value from the same place. What is added has no condition: so none is added beside
        a resource that has one, or to a list of another resource that some elements of have one.
        What is taken away is gone in every scenario: so it has to be wrong in each that has it.

        Args:
            rule: the rule's id.
            changes: what one of its fails asks for.
            scenario: the one in which it fails.
            follow: whether a value may be changed where it comes from.
        """
        resources = self._of(scenario)
        trace = self._evaluations[scenario].provenance
        found = []
        for asked in changes:
            change, resource = asked, resources.get(asked.attribute.address)
            if resource is None or self._takes_a_name(change, resource.origin.language):
                return ()
            if change.form == "beside" and not self._is_always_there(resource):
                return ()
            if not all(self._is_fixed(each, scenario) for each in change.copies):
                return ()
            if self._undoes_rules(change, resource):
                return ()
            if change.form == "removed" and self._is_needed(rule, change.attribute, resource):
                return ()
            if follow and change.form == "set":
                change = replace(change, through=came_through(change, resource, trace))
            if not self._is_asked_of_all(rule, change, resource, scenario):
                return ()
            found.append((change, resource))
        return tuple(found)

    def _is_asked_of_all(
        self, rule: str, change: AttributeChange, resource: Resource, scenario: int
    ) -> bool:
        """Whether a rule asks the same of all resources of a text that a change reaches."""
        everywhere = not change.through and change.form != "call"
        agreed = self._agreed.setdefault((rule, resource.origin.header), [])
        if everywhere and any(_same(change, one) for one in agreed):
            return True
        resources, trace = self._of(scenario), self._evaluations[scenario].provenance
        for address in self._alike(resource):
            other = resources.get(address)
            if other is not None and _elsewhere(change, resource, other, trace):
                continue
            if not any(_same(change, one) for one in self._asked.get((rule, address), ())):
                return False
        if everywhere:
            agreed.append(change)
        return True

    def _takes_a_name(self, change: AttributeChange, language: str) -> bool:
        """Whether resources that a change adds would have the names of others."""
        if change.form != "beside":
            return False
        from taskwall.fixes.new_resource import added_names

        near = change.attribute.address
        module = near[: near.rfind("/") + 1] + module_prefix(near)
        if self._names is None:
            self._names = {
                re.sub(r"\[[^]]*\]$", "", one.origin.address)
                for evaluation in self._evaluations
                for one in evaluation.resources
            }
        added = added_names(change.value_in(language), language)
        return not self._names.isdisjoint(f"{module}{name}" for name in added)

    def _undoes_rules(self, change: AttributeChange, resource: Resource) -> bool:
        """Whether the first inline permission of a group would take away its rules.

        Those are meant that are resources of their own, in whichever scenario.
        """
        way = change.attribute.path.removesuffix("[+]")
        if change.form != "set" or way not in _RULES or way in resource.body.fields:
            return False
        return any(
            one.type in (_RULES[way], "aws_security_group_rule")
            and isinstance(group := one.body.fields.get("security_group_id"), Reference)
            and group.resource == resource.origin.address
            for evaluation in self._evaluations
            for one in evaluation.resources
        )

    def _is_needed(self, rule: str, at: AttributePath, resource: Resource) -> bool:
        """Whether a scenario has what a rule asks to take away, and the rule is content with it."""
        return any(
            (rule, at, scenario) not in self._removals
            and (other := resources.get(at.address)) is not None
            and _holds(other, at.path, resource)
            for scenario, resources in enumerate(self._in_every_scenario())
        )

    def _is_always_there(self, resource: Resource) -> bool:
        """Whether a resource exists in all scenarios."""
        return not resource.origin.maybe and all(
            resource.origin.address in resources for resources in self._in_every_scenario()
        )

    def _is_fixed(self, copied: AttributePath, scenario: int) -> bool:
        """Whether an attribute has the same value in all scenarios, and no input gives it that.

        A copy of another value would stay where a condition takes that away, or keep the default
        of a variable where a deployment gives it another value.
        """
        resource = self._of(scenario).get(copied.address)
        trace = self._evaluations[scenario].provenance
        if resource is None:
            return False
        through = _provenance(copied.path, resource, trace)
        if any(each.default is not None or each.argument for each in through):
            return False
        resources = [each.get(copied.address) for each in self._in_every_scenario()]
        try:
            held = [
                None if each is None else value_at(each.body, copied.path) for each in resources
            ]
        except RefusedError:
            return False
        return all(value == held[0] for value in held)

    def _in_every_scenario(self) -> Iterator[dict[str, Resource]]:
        return map(self._of, range(len(self._evaluations)))

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


def _holds(other: Resource, path: str, resource: Resource) -> bool:
    """Whether a resource has, in another scenario, what it has at a path in this one."""
    if not path:
        return True
    try:
        removed = value_at(resource.body, path)
        held = value_at(other.body, path.rpartition("[")[0])
    except RefusedError:
        return True
    around = dereferenced(held)
    if removed is None or not isinstance(around, Items):
        return True
    return any(item.place == removed.place for item in around.items)


def came_through(
    change: AttributeChange, resource: Resource, trace: ProvenanceTrace
) -> tuple[Span, ...]:
    """The places that the value of an attribute comes through, if it is written elsewhere."""
    if change.name:
        return ()
    return tuple([each.place for each in _provenance(change.attribute.path, resource, trace)])


def _provenance(path: str, resource: Resource, trace: ProvenanceTrace) -> tuple[Provenance, ...]:
    """What the value of an attribute comes through, if it is written elsewhere."""
    place: Span | None = None
    value: Value | None = resource.body
    try:
        for step in path_steps(path):
            places = _places(value)
            value = below(value, step)
            place = places.get(str(step)) or (None if value is None else value.place)
    except RefusedError:
        return ()
    found = () if value is None or place is None else trace(place, resource.origin)
    return () if not found or resource.place.holds(found[-1].place) else found


def _places(value: Value | None) -> Mapping[str, Span]:
    """Where the members of a value are written; those of the element of a list of one."""
    found = dereferenced(value)
    if isinstance(found, Items) and len(found.items) == 1:
        return _places(found.items[0])
    return found.places if isinstance(found, Fields) else {}


def _elsewhere(
    change: AttributeChange, resource: Resource, other: Resource, trace: ProvenanceTrace
) -> bool:
    """Whether a change of a resource is made where another one of the same text is not reached."""
    if change.form == "call":
        return resource.origin.download != other.origin.download
    return (
        change.form == "set"
        and bool(change.through)
        and change.through[-1:] != came_through(change, other, trace)[-1:]
    )


def _same(one: AttributeChange, other: AttributeChange) -> bool:
    """Whether two changes write the same at the same path."""
    return (one.attribute.path, one.terraform, one.cloudformation) == (
        other.attribute.path,
        other.terraform,
        other.cloudformation,
    )
