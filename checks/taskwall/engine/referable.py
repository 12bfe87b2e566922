"""What fixes can refer to: a resource of another root or template has no name there."""

from collections.abc import Mapping, Sequence
from functools import cached_property

from msgspec.structs import replace

from taskwall.core.change import (
    AttributeChange,
    NewResource,
    NewValue,
    Placeholder,
    ResourceAttribute,
)
from taskwall.core.values import Origin
from taskwall.rules._rule import Verdict
from taskwall.source.resource import Resource


class Referable:
    """Which resources of a stack can be referred to from where."""

    def __init__(self, resources: Sequence[Resource]) -> None:
        self._resources = resources

    @cached_property
    def _units(self) -> dict[str, str]:
        """The roots or templates of resources by their addresses; none where all are of one."""
        found = {one.origin.address: _unit(one.origin) for one in self._resources}
        return found if len(set(found.values())) > 1 else {}

    def of(self, verdict: Verdict) -> Verdict:
        """A verdict in whose fix placeholders stand for what cannot be referred to there."""
        if not (verdict.changes or verdict.advice or verdict.names) or not self._units:
            return verdict
        own = _unit(verdict.on)
        return replace(
            verdict,
            changes=self._changed(verdict.changes, own),
            advice=self._changed(verdict.advice, own),
            names={key: name for key, name in verdict.names.items() if self._is_near(name, own)},
        )

    def _is_near(self, address: str, own: str) -> bool:
        return self._units.get(address.removesuffix("[*]"), own) == own

    def _changed(
        self, changes: tuple[AttributeChange, ...], own: str
    ) -> tuple[AttributeChange, ...]:
        return tuple(
            replace(
                change,
                terraform=self._value(change.terraform, own),
                cloudformation=self._value(change.cloudformation, own),
            )
            for change in changes
        )

    def _value(self, value: NewValue, own: str) -> NewValue:
        if isinstance(value, Mapping):
            return {key: self._value(each, own) for key, each in value.items()}
        if isinstance(value, tuple):
            return tuple(self._value(each, own) for each in value)
        if isinstance(value, NewResource):
            attributes = {key: self._value(each, own) for key, each in value.attributes.items()}
            return replace(value, attributes=attributes)
        if isinstance(value, ResourceAttribute) and not self._is_near(value.address, own):
            return Placeholder(f"{value.terraform} of {value.address}")
        return value


def _unit(origin: Origin) -> str:
    """Where what it is called is its name: its root module, or its template, also a nested one."""
    return origin.root if origin.language == "terraform" else origin.header.file
