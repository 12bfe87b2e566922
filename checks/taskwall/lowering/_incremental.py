"""Lowering again and again: resources that did not change, nor what they refer to, are recalled."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from msgspec import Struct

from taskwall.core.values import Span
from taskwall.incremental.query import Entry, Query, QueryEngine
from taskwall.lowering._network_builder import NetworkBuilder
from taskwall.lowering._references import ExternalReference
from taskwall.model.core.entity import Entity
from taskwall.source.resource import Resource
from taskwall.source.stack import SourceError

T = TypeVar("T")


class _Part(Struct, frozen=True):
    """What became of one resource, and what was met on the way."""

    entities: tuple[Any, ...]
    outside: dict[tuple[type[Entity], str], ExternalReference]
    read: frozenset[tuple[str, str]]
    crashes: tuple[tuple[str, Span, Exception], ...]
    errors: tuple[SourceError, ...]


class IncrementalNetworkBuilder(NetworkBuilder):
    """A network builder that lasts while its resources change."""

    def __init__(self, queries: QueryEngine) -> None:
        super().__init__(())
        self._queries = queries
        self._asked: dict[int, Query[_Part]] = {}
        self._attributes_read: dict[frozenset[tuple[str, str]], frozenset[tuple[str, str]]] = {}
        """What was read of resources, each set once: there are few, and many that are equal."""
        self._declared_parts = Entry("declared")
        self._outside_parts = Entry("outside")

    def rebuilt(self, resources: Sequence[Resource], calls: Sequence[Resource]) -> list[Any]:
        """All entities that these resources declare now, with the calls of what is absent."""
        queries = self._queries
        fresh = NetworkBuilder(resources, calls)
        self.resources = queries.set_input("resources", fresh.resources)
        self.types = queries.set_input("types", fresh.types)
        self.calls = queries.set_input("calls", fresh.calls)
        known = self._asked
        self._asked = {
            id(resource): known.get(id(resource))
            or (("lowered", resource.origin.address), self._part, (resource,))
            for resource in fresh.resources.values()
            if self.lowers(resource.type) and not resource.data
        }
        parts = queries.query_all(self._declared_parts, list(self._asked.values()))
        outer = queries.active_dependencies
        reads: dict[Entry, None] = {}
        queries.active_dependencies = reads
        outside: dict[tuple[type[Entity], str], ExternalReference] = {}
        done: set[tuple[type[Entity], str]] = set()
        waiting = parts
        while True:
            for part in waiting:
                for to, where in part.outside.items():
                    outside.setdefault(to, where)
            waiting = []
            for key in [key for key in outside if key not in done]:
                done.add(key)
                about = (*key, outside[key])
                waiting.append(queries.query(("external", *key), self._external, about))
            if not waiting:
                break
            parts += waiting
        queries.active_dependencies = outer
        queries.set_dependencies(self._outside_parts, reads)
        self.attributes_read = set().union(*{part.read for part in parts})
        self.crashes = [crash for part in parts for crash in part.crashes]
        self.errors = [error for part in parts for error in part.errors]
        return [entity for part in parts for entity in part.entities]

    def recalled(self, key: object, compute: Callable[..., T], *about: object) -> T:
        """What is computed about the resources, again if what it read has changed."""
        return self._queries.query(key, compute, about)

    def _part(self, resource: Resource) -> _Part:
        self._begin()
        return self._ended(tuple(self.made(resource)))

    def _external(self, kind: type[Entity], name: str, outside: ExternalReference) -> _Part:
        self._begin()
        return self._ended(tuple(self.external(kind, name, outside)))

    def _begin(self) -> None:
        self.attributes_read, self.external_references = set(), {}
        self.crashes, self.errors = [], []

    def _ended(self, entities: tuple[Any, ...]) -> _Part:
        read = frozenset(self.attributes_read)
        read = self._attributes_read.setdefault(read, read)
        crashes, errors = tuple(self.crashes), tuple(self.errors)
        return _Part(entities, self.external_references, read, crashes, errors)
