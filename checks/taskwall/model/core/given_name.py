"""The names that sources give to resources, by which people know them in AWS."""

from msgspec import Struct

from taskwall.model.core.entity import Setting
from taskwall.model.core.network import Network, remembered
from taskwall.model.core.tag import tags_of


class GivenName(Struct, frozen=True):
    """The attribute that names a resource (`on` is its address)."""

    on: str
    value: Setting


@remembered
def _by_resource(network: Network) -> dict[str, list[GivenName]]:
    return network.grouped(GivenName, lambda each: (each.on,))


def given_names(network: Network, address: str) -> list[Setting]:
    """The settings that name a resource: its own attribute, and its tag `Name`."""
    named = [each.value for each in _by_resource(network).get(address, ())]
    return named + [tag.value for tag in tags_of(network, address) if tag.key == "Name"]
