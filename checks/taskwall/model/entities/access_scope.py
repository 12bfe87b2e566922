"""Network Access Scopes: which paths Network Access Analyzer reports, as the sources write them.

A scope reports the paths that fit one of its matches and none of its exclusions (Network Access
Analyzer guide, "How Network Access Analyzer works").
"""

from msgspec import Struct

from taskwall.core.values import Need
from taskwall.model.core.entity import Entity


class ScopeList(Struct, frozen=True):
    """A list of a statement: texts, ids of resources of the sources, and what is not known of it.

    A list that is empty and waits for nothing restricts nothing.
    """

    texts: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    needs: tuple[Need, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.texts or self.ids or self.needs)


class ScopeStatement(Struct, frozen=True):
    """What one end of a path must be: one of some resources or types, with some packet headers.

    `lists` is whether it names prefix lists.
    """

    resources: ScopeList = ScopeList()
    types: ScopeList = ScopeList()
    protocols: ScopeList = ScopeList()
    source_addresses: ScopeList = ScopeList()
    target_addresses: ScopeList = ScopeList()
    source_ports: ScopeList = ScopeList()
    target_ports: ScopeList = ScopeList()
    lists: ScopeList = ScopeList()


class ScopePath(Struct, frozen=True):
    """Which paths: by where they start and end, and what they pass (one of `through`, if any).

    `needs` are what it waits for to know whether it is there at all.
    """

    source: ScopeStatement
    target: ScopeStatement
    through: tuple[ScopeStatement, ...] = ()
    needs: tuple[Need, ...] = ()


class AccessScope(Entity, frozen=True, kw_only=True):
    """A Network Access Scope."""

    matches: tuple[ScopePath, ...]
    excludes: tuple[ScopePath, ...]
