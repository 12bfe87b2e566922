"""Whether data stores have addresses on the internet."""

from taskwall.core.facts import Fact, any_of
from taskwall.model.core.entity import Entity, Link, Setting
from taskwall.model.core.network import Network, remembered

OUTSIDE_A_VPC = ("outside a VPC",)
"""Where a search domain is that names no VPC."""


class Exposure(Entity, frozen=True, kw_only=True):
    """What a resource says of whether the internet reaches a store: the store, or one in it.

    `setting` is public where it has one of the values `open`.
    """

    store: Link
    setting: Setting
    open: tuple[str | bool, ...]

    @property
    def by_place(self) -> bool:
        """Whether it is public because it is outside a VPC: a search domain."""
        return self.open == OUTSIDE_A_VPC

    @property
    def public(self) -> Fact:
        """Whether it has a public address."""
        return self.setting.is_(*self.open)


@remembered
def public_stores(network: Network) -> dict[str, Fact]:
    """Whether stores have a public address, by id."""
    found = network.grouped(Exposure, lambda exposure: (exposure.store.to,))
    return {store: any_of(each.public for each in of) for store, of in found.items()}
