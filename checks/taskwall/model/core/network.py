"""The network: everything that one stack declares, found by kind and by identity.

What follows from it (who stands behind which load balancer, which subnets have a way to the
internet) is asked in the folders beside this one, each a topic.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import partial, wraps
from operator import is_
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar, cast

from msgspec import Struct

from taskwall.core.values import Origin
from taskwall.model.core.entity import Entity, Link

if TYPE_CHECKING:
    from taskwall.incremental.query import QueryEngine

T = TypeVar("T")
EntityKind = TypeVar("EntityKind", bound=Entity)
P = ParamSpec("P")
R = TypeVar("R")


class FlowIntent(Struct, frozen=True):
    """What flows from one end to another there may be, or must be, by the settings.

    The ends are words as `taskwall flows` takes them. `only` are those that there may be (None:
    any), `required` those that must be; each is a protocol with ports and, if it is written, the
    way that it must take.
    """

    source: str
    target: str
    only: tuple[str, ...] | None = None
    required: tuple[str, ...] = ()


class RulePolicy(Struct, frozen=True):
    """What the settings say that rules must know.

    `allowed_peers` may be allowed by tasks and data stores; `profile` is the one that runs.
    `isolated` are isolation groups with the patterns of what is in them, `isolation_tag` the tag
    by which sources name theirs; `undeclared` says whether what is in none counts as outside.
    `internet_gateways` is whether VPCs with tasks may have any. `intents` say which flows there may
    and must be. `others_have` says what other stacks of the scan have. `asked` are the files that
    were given by themselves, if the scan is about these alone.
    """

    allowed_peers: frozenset[str] = frozenset()
    profile: str = "default"
    isolated: tuple[tuple[str, tuple[str, ...]], ...] = ()
    isolation_tag: str = "taskwall:isolation"
    undeclared: bool = True
    internet_gateways: bool = True
    intents: tuple[FlowIntent, ...] = ()
    others_have: frozenset[str] = frozenset()
    asked: frozenset[str] = frozenset()

    def is_beside(self, origin: Origin) -> bool:
        """Whether a thing is only beside those that the scan is about: no reason of first choice.

        Where any of several things is a reason, the first is told. What a service shares with
        others is reported for that which was asked about.
        """
        calls = (call.place.file for call in origin.called_from)
        return bool(self.asked) and self.asked.isdisjoint((origin.header.file, *calls))


class Network:
    """All entities of a stack. Immutable once built; answers are remembered in it.

    One that is judged again and again has a `queries`, and others may build it anew.
    """

    def __init__(self, entities: Iterable[Struct] = (), policy: RulePolicy | None = None) -> None:
        self.policy = policy or RulePolicy()
        self.answers: dict[object, Any] = {}
        self.queries: QueryEngine | None = None
        self.by_kind: dict[type, list[Any]] = {}
        self.by_id: dict[tuple[type, str], Any] = {}
        self._entities: list[Any] = list(entities)
        for entity in self._entities:
            kind = type(entity)
            if not isinstance(entity, Entity) or not entity.external:
                self.by_kind.setdefault(kind, []).append(entity)
            if isinstance(entity, Entity):
                self.by_id.setdefault((kind, entity.id), entity)

    def of_others(self, entities: list[Any]) -> "Network":
        """The network of other entities, made quickly where few of them are others than here."""
        before = self._entities
        same = map(is_, before, entities)
        others = [number for number, known in enumerate(same) if not known]
        if len(entities) != len(before) or not all(
            _stands_for(entities[number], before[number]) for number in others
        ):
            return Network(entities, self.policy)
        found = Network((), self.policy)
        found._entities = entities
        found.by_kind, found.by_id = dict(self.by_kind), dict(self.by_id)
        new = {id(before[number]): entities[number] for number in others}
        for kind in {type(entity) for entity in new.values()} & found.by_kind.keys():
            found.by_kind[kind] = [new.get(id(old), old) for old in found.by_kind[kind]]
        for number in others:
            old, entity = before[number], entities[number]
            if isinstance(entity, Entity) and found.by_id[type(entity), entity.id] is old:
                found.by_id[type(entity), entity.id] = entity
        return found

    def every(self, kind: type[T]) -> list[T]:
        """All entities of a kind, in the order of their declaration, but for external ones."""
        return self.by_kind.get(kind, [])

    def get(self, kind: type[EntityKind], link: Link | str | None) -> EntityKind | None:
        """The entity that a link leads to; None if the sources do not declare it."""
        if link is None:
            return None
        to = link if type(link) is str else link.to  # type: ignore[union-attr]
        found: EntityKind | None = self.by_id.get((kind, to))
        return found

    def meant(self, kind: type[EntityKind], link: Link | None) -> Iterator[tuple[EntityKind, Link]]:
        """The entities to which a link leads, or may: each if nothing tells which.

        What comes from outside leads to none that the sources write.
        """
        if link is not None and not link.to:
            every = self.every(kind) if link.written is not False else ()
            possible = (each for each in every if not link.excludes(each.id))
            yield from ((each, link.perhaps(each.id, each.name)) for each in possible)
        elif link is not None and (entity := self.get(kind, link)) is not None:
            yield entity, link

    def grouped(self, kind: type[T], key: Callable[[T], Iterable[str]]) -> dict[str, list[T]]:
        """All entities of a kind by what `key` says of each."""
        found: dict[str, list[T]] = {}
        for entity in self.every(kind):
            for name in key(entity):
                found.setdefault(name, []).append(entity)
        return found


def _stands_for(one: Any, other: Any) -> bool:
    """Whether an entity is found wherever another one is."""
    if type(one) is not type(other):
        return False
    if not isinstance(one, Entity):
        return True
    return one.id == other.id and bool(one.external) == bool(other.external)


def remembered(question: Callable[P, R]) -> Callable[P, R]:
    """Answer a question about a network once for each entity (or link) that it is asked about.

    What a generator yields (which returns an `Iterable`) is remembered as a tuple.
    """
    if question.__code__.co_flags & _GENERATOR:
        question = _as_tuple(question)

    @wraps(question)
    def answer(*about: P.args, **named: P.kwargs) -> R:
        network: Any = about[0]
        key: tuple[object, ...]
        if len(about) == 2 and not named:  # as nearly always
            key = question, _key(about[1])
        else:
            key = (question, *map(_key, about[1:]), *named.values())
        if network.queries is not None:
            asked = (
                network.queries.query_shared if Link in map(type, about) else network.queries.query
            )
            found = asked(key, partial(question, **named) if named else question, about)
            return cast(R, found)
        known: R = network.answers.get(key, _UNANSWERED)
        if known is _UNANSWERED:
            known = network.answers[key] = question(*about, **named)
        return known

    return answer


def asked_once(question: Callable[P, R]) -> Callable[P, R]:
    """Answer a question that a scan asks once of each entity: only a session remembers it.

    What is remembered takes memory until the scan ends.
    """
    kept = remembered(question)

    @wraps(question)
    def answer(*about: P.args, **named: P.kwargs) -> R:
        network: Any = about[0]
        return (question if network.queries is None else kept)(*about, **named)

    return answer


_UNANSWERED = object()
_GENERATOR = 0x20
"""The flag of a generator's code (`inspect.CO_GENERATOR`, which takes long to import)."""


def _as_tuple(generator: Callable[P, R]) -> Callable[P, R]:
    @wraps(generator)
    def answer(*about: P.args, **named: P.kwargs) -> R:
        return cast(R, tuple(cast("Iterable[Any]", generator(*about, **named))))

    return answer


_IDENTIFIED: dict[type, bool] = {}
"""Whether what is of a type has an id, which `isinstance` is slow to say."""


def _key(about: Any) -> object:
    kind = type(about)
    identified = _IDENTIFIED.get(kind)
    if identified is None:
        identified = _IDENTIFIED[kind] = issubclass(kind, Entity)
    if identified:
        return about.id
    return (about.to or about.place) if kind is Link else about
