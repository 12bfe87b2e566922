"""Whether data stores can be reached from the internet."""

from typing import Literal, TypeAlias

from taskwall.core.facts import FALSE, Fact, any_of
from taskwall.core.values import Need
from taskwall.model.core.entity import Entity, Link, Setting
from taskwall.model.core.network import Network
from taskwall.model.data_stores.store import Store, used
from taskwall.model.entities.ecs import TaskSource
from taskwall.model.entities.vpc import Subnet
from taskwall.model.routing.routes import leads

Default: TypeAlias = Literal["private", "by its subnets", "by the provider"]
"""What a store is where nothing is written: AWS derives it from subnets, or providers differ."""


class Exposure(Entity, frozen=True, kw_only=True):
    """What a resource says of whether the internet reaches a store: the store, or one in it.

    `setting` is public where it has one of the values `open`.
    """

    store: Link
    setting: Setting
    open: tuple[str | bool, ...]
    default: Default


def exposed_store(network: Network, exposure: Exposure) -> Fact:
    """Whether a store has a public address."""
    setting, name = exposure.setting, exposure.name
    if setting.value is not None or exposure.default == "private":
        return setting.is_(*exposure.open)
    text = f"{name} is public, since it does not set {setting.name}"
    if exposure.default == "by the provider":
        why = Need(
            f"{setting.name} of {name}", "is not set, and provider versions differ in its default"
        )
        return Fact(None, text, setting.place, name, (why,))
    store = network.get(Store, exposure.store)
    subnets = store.subnets if store else ()
    parts = []
    for link in subnets:
        subnet = network.get(Subnet, link)
        if subnet is None:
            needs = link.waits("a subnet")
            parts.append(Fact(None, text, setting.place, name, needs))
        else:
            parts.append(link.fact & leads(network, subnet, "internet"))
    if not subnets:
        why = Need(f"the subnet group of {name}", "is not in the sources")
        parts.append(Fact(None, text, setting.place, name, (why,)))
    return any_of(parts)


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
