"""From resources to the network: how `aws_*` and `AWS::*` types spell what the model knows.

A file for each concept, both languages side by side in it. A function under `@lowers` reads the
resources of its types; files here are found, not listed.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache
from importlib import import_module
from os import listdir

from msgspec import Struct

from taskwall.finding import Unread
from taskwall.lowering._draft import Draft, kinds
from taskwall.lowering._lasting import LastingDraft
from taskwall.model.network import Network, Policy
from taskwall.recall import Recall
from taskwall.resource import Resource


class Lowered(Struct, frozen=True):
    """A network, what of the sources went into none of it, and what could not be lowered."""

    network: Network
    unread: tuple[Unread, ...]
    crashes: tuple[tuple[str, Exception], ...] = ()


def lower(resources: Iterable[Resource], policy: Policy | None = None) -> Lowered:
    """Build the network that resources declare."""
    _load()
    draft = Draft(resources)
    network = Network(draft.build(), policy)
    return Lowered(network, _unread(draft), tuple(draft.crashes))


class Lasting:
    """A network that lasts while the resources that declare it change."""

    def __init__(self, network: Network, recall: Recall) -> None:
        _load()
        self._network = network
        self._recall = recall
        self._draft = LastingDraft(recall)

    def lowered(self, resources: Sequence[Resource]) -> Lowered:
        """What these resources declare now."""
        fresh = Network(self._draft.rebuilt(resources))
        self._network.by_kind = self._recall.put("kinds", fresh.by_kind)
        self._network.by_id = self._recall.put("things", fresh.by_id)
        return Lowered(self._network, _unread(self._draft), tuple(self._draft.crashes))


def lowered_types() -> frozenset[str]:
    """The resource types that are read, of both languages."""
    _load()
    return kinds()


@cache
def _load() -> None:
    for file in sorted(listdir(__path__[0])):
        if file.endswith(".py") and not file.startswith("_"):
            import_module(f"{__name__}.{file[:-3]}")


def _unread(draft: Draft) -> tuple[Unread, ...]:
    """Types that nothing lowers, and attributes of lowered types that nobody reads."""
    types = Counter(r.type for r in draft.resources.values() if not r.data)
    found = []
    for name, count in sorted(types.items()):
        if not draft.lowers(name):
            found.append(Unread(name, count))
            continue
        of_type = [r for r in draft.of_type(name) if not r.data]
        written = {key for resource in of_type for key in resource.body.fields}
        unread = sorted(key for key in written if (name, key) not in draft.ledger)
        if unread:
            found.append(Unread(name, count, tuple(unread)))
    return tuple(found)
