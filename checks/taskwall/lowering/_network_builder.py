"""The resources of a stack on their way to a network."""

from collections.abc import Iterable, Iterator
from importlib import import_module
from typing import Any

from msgspec import Struct

from taskwall.core.values import (
    Fields,
    Need,
    Origin,
    Span,
    Unknown,
)
from taskwall.lowering._cloud_control import as_cloudformation, types_of
from taskwall.lowering._outside import vpc_of_subnets
from taskwall.lowering._reader import ANNOUNCED, ResourceReader
from taskwall.lowering._references import ExternalReference, ReferenceIndex, entity_of
from taskwall.lowering._types import LOWERED
from taskwall.model.core.entity import Entity
from taskwall.model.entities.environment import DnsName
from taskwall.model.entities.vpc import Subnet
from taskwall.source.resource import Resource


class NetworkBuilder(ReferenceIndex):
    """The resources of a stack on their way to a network."""

    def __init__(self, resources: Iterable[Resource], calls: Iterable[Resource] = ()) -> None:
        every = list(resources)
        if any(resource.type.startswith("awscc_") for resource in every):
            translated = types_of(LOWERED)
            every = [as_cloudformation(resource, translated) for resource in every]
        super().__init__(every, calls)
        self.crashes: list[tuple[str, Span, Exception]] = []

    @staticmethod
    def lowers(name: str) -> bool:
        """Whether a resource type is read at all."""
        return name in LOWERED

    def build(self) -> Iterator[Struct]:
        """Lower every resource, then everything outside the sources that was referred to."""
        for resource in self.resources.values():
            yield from self.made(resource)
        done: set[tuple[type[Entity], str]] = set()
        while waiting := [key for key in self.external_references if key not in done]:
            for key in waiting:
                done.add(key)
                yield from self.external(*key, self.external_references[key])

    def made(self, resource: Resource) -> Iterator[Any]:
        """What becomes of one resource."""
        if resource.type in LOWERED and not resource.data:
            yield from self._lowered(ResourceReader(resource, self))

    def _lowered(self, reading: ResourceReader) -> Iterator[Any]:
        """What a resource becomes; one that makes its lowering raise is reported, not the end."""
        type_ = reading.resource.type
        try:
            if type_ not in ANNOUNCED:
                import_module(f"{__package__}.{LOWERED[type_][0]}")
            yield from ANNOUNCED[type_].lowering(reading)
        except Exception as error:  # noqa: BLE001 (a defect here must not silence the rest)
            call = reading.origin.download
            at = call.place if call else reading.origin.header
            self.crashes.append((reading.name, at, error))

    def external(
        self, kind: type[Entity], name: str, outside: ExternalReference
    ) -> Iterator[Entity | DnsName]:
        """The entity behind a name that the sources do not declare: all its attributes unknown.

        Beside it only the name at which it answers, if the sources look for it by that name.
        """
        at, language, needs = outside.place, outside.language, outside.needs
        known = self.resources.get(name)
        if known is not None and entity_of(known.type) != kind.__name__:
            known = None  # something else that happens to go by this name
        type_ = known.type if known else _type_of(kind, language) or _type_of(kind, "terraform")
        origin = Origin(name, name, at, language, context=outside.context)
        body = dict(known.body.fields) if known else {}
        places = dict(known.body.places) if known else {}
        source = self._looked_up(name) if kind is Subnet else None
        if source is not None and (vpc := vpc_of_subnets(source)) and vpc.value is not None:
            body["vpc_id"], places["vpc_id"] = vpc.value, vpc.place
        needs = needs or (Need(name, "is not in the sources"),)
        rest = Unknown(needs)
        whole = Fields(body, places, rest, at)
        resource = Resource(type_, origin, whole, known.place if known else at, data=True)
        reading = ResourceReader(resource, self, needs)
        for entity in self._lowered(reading):
            if isinstance(entity, (kind, DnsName)):
                yield entity

    def _looked_up(self, subnets: str) -> Resource | None:
        """The data source that looks for subnets, by what is called so of it."""
        source = self.resources.get(subnets) or self.resources.get(subnets.partition(".ids")[0])
        return source if source is not None and source.data else None


def _type_of(kind: type[Entity], language: str) -> str:
    """The first type of a language that becomes an entity of a kind, "" if it has none."""
    return next(
        (
            type_
            for type_, (_, entity, _) in LOWERED.items()
            if entity == kind.__name__ and ("::" in type_) == (language == "cloudformation")
        ),
        "",
    )
