"""The network: everything that one stack declares, found by kind and by identity.

What follows from it (who stands behind which load balancer, which subnets have a way to the
internet) is asked in the modules beside this one: `fronts`, `reach`, `routes`, `launch`, `watch`.
"""

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from msgspec import Struct

from taskwall.model.thing import Link, Thing

T = TypeVar("T")
Kind = TypeVar("Kind", bound=Thing)
P = ParamSpec("P")
R = TypeVar("R")


class Policy(Struct, frozen=True):
    """What the settings say that rules must know.

    `allowed_peers` may be admitted by tasks and data stores; `profile` is the one that runs.
    `isolated` are isolation groups with the patterns of what is in them, `isolation_tag` the tag
    by which sources name theirs; `undeclared` says whether what is in none counts as outside.
    `internet_gateways` is whether VPCs with tasks may have any.
    """

    allowed_peers: frozenset[str] = frozenset()
    profile: str = "default"
    isolated: tuple[tuple[str, tuple[str, ...]], ...] = ()
    isolation_tag: str = "taskwall:isolation"
    undeclared: bool = True
    internet_gateways: bool = True


class Network:
    """All things of a stack. Immutable once built; answers are remembered in it."""

    def __init__(self, things: Iterable[Struct], policy: Policy | None = None) -> None:
        self.policy = policy or Policy()
        self.memory: dict[object, Any] = {}
        self._by_kind: dict[type, list[Any]] = {}
        self._by_id: dict[type, dict[str, Any]] = {}
        for thing in things:
            kind = type(thing)
            if not isinstance(thing, Thing) or not thing.external:
                self._by_kind.setdefault(kind, []).append(thing)
            if isinstance(thing, Thing):
                self._by_id.setdefault(kind, {}).setdefault(thing.id, thing)

    def every(self, kind: type[T]) -> list[T]:
        """All things of a kind, in the order of their declaration; external ones are not among."""
        return self._by_kind.get(kind, [])

    def at(self, kind: type[Kind], link: Link | str | None) -> Kind | None:
        """The thing that a tie leads to; None if the sources do not declare it."""
        if link is None:
            return None
        found: Kind | None = self._by_id.get(kind, {}).get(
            link if isinstance(link, str) else link.to
        )
        return found

    def grouped(self, kind: type[T], key: Callable[[T], Iterable[str]]) -> dict[str, list[T]]:
        """All things of a kind by what `key` says of each."""
        found: dict[str, list[T]] = {}
        for thing in self.every(kind):
            for name in key(thing):
                found.setdefault(name, []).append(thing)
        return found


def remembered(question: Callable[P, R]) -> Callable[P, R]:
    """Answer a question about a network once for each thing (or tie) that it is asked about."""

    @wraps(question)
    def answer(*about: P.args, **named: P.kwargs) -> R:
        memory: dict[object, R] = about[0].memory  # type: ignore[attr-defined]
        key = (question, *(_key(each) for each in about[1:]), *named.values())
        if key not in memory:
            memory[key] = question(*about, **named)
        return memory[key]

    return answer


def _key(about: object) -> object:
    if isinstance(about, Thing):
        return about.id
    return (about.to or about.place) if isinstance(about, Link) else about
