"""Whether data stores can be reached from the internet."""

from taskwall.core.facts import FALSE, Fact
from taskwall.model.core.entity import Entity, Link, Setting
from taskwall.model.core.network import Network
from taskwall.model.data_stores.store import Store, used
from taskwall.model.entities.ecs import TaskSource


class Exposure(Entity, frozen=True, kw_only=True):
    """What a resource says of whether the internet reaches a store: the store, or one in it.

    `setting` is public where it has one of the values `open`.
    """

    store: Link
    setting: Setting
    open: tuple[str | bool, ...]

    @property
    def public(self) -> Fact:
        """Whether it has a public address."""
        return self.setting.is_(*self.open)


def store_used(network: Network, exposure: Exposure) -> Fact:
    """Whether tasks use the store that an exposure is about."""
    store = network.get(Store, exposure.store)
    if store is not None:
        return used(network, store)
    if not network.every(TaskSource):
        return FALSE
    text = f"tasks use the store of {exposure.name}"
    link = exposure.store
    needs = link.waits("its store")
    return Fact(None, text, link.place, exposure.name, needs)
