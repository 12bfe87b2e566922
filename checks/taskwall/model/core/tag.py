"""Tags, for what projects say with them."""

from msgspec import Struct

from taskwall.model.core.entity import Setting
from taskwall.model.core.network import Network, remembered


class Tag(Struct, frozen=True):
    """One tag of a resource (`on` is its address), or what may be one.

    `key` is None where it is not known; `whole` says that then nothing of the tags is.
    """

    on: str
    key: str | None
    value: Setting
    whole: bool = False


@remembered
def _by_resource(network: Network) -> dict[str, list[Tag]]:
    return network.grouped(Tag, lambda tag: (tag.on,))


def tags_of(network: Network, address: str) -> list[Tag]:
    """The tags of a resource."""
    return _by_resource(network).get(address, [])
