"""Where network interfaces are: subnets, by IP version, with the addresses that they may have."""

from msgspec import Struct

from taskwall.core.facts import TRUE, Fact
from taskwall.core.values import Need
from taskwall.model.core.address import V4, V6, Ranges
from taskwall.model.core.entity import Link
from taskwall.model.core.network import Network
from taskwall.model.entities.security_group import SecurityGroup
from taskwall.model.entities.vpc import Subnet
from taskwall.model.permissions.coverage import Addresses, inside, of_subnet, unseen


class Place(Struct, frozen=True):
    """A subnet in which something has an interface, as seen by one IP version.

    `key` tells places apart. `subnet` is None where nothing names it: only the VPC may be known.
    `ranges` are where its addresses are for certain; `fact` is whether it is there at all.
    """

    key: str
    version: int
    subnet: Link | None
    vpc: Link | None
    addresses: Addresses
    ranges: Ranges
    fact: Fact = TRUE

    @property
    def name(self) -> str:
        """What messages call it."""
        return (self.subnet.to if self.subnet else "") or "a subnet that is not known"

    @property
    def unseen(self) -> tuple[Need, ...]:
        """What it waits for to know which subnet it is."""
        if self.subnet is not None:
            return self.subnet.waits("a subnet")
        if self.fact.needs:
            return self.fact.needs
        return (Need("a subnet", "is not in the sources"),)


def places_of(
    network: Network, subnets: tuple[Link, ...], groups: tuple[Link, ...], needs: tuple[Need, ...]
) -> tuple[Place, ...]:
    """The places of what is in some subnets; of what names none, one in the VPC of its groups.

    Args:
        network: the network.
        subnets: the subnets that it names.
        groups: its security groups, which are of one VPC.
        needs: what it waits for to know its subnets, where it names none.
    """
    vpc = next((each for link in groups if (each := _vpc_of(network, link)) is not None), None)
    found: list[Place] = []
    for number, link in enumerate(subnets):
        subnet = network.get(Subnet, link)
        # A list of open length: which of its elements it is, nobody knows.
        key = link.to if link.exact else f"{link.to}#{link.place}#{number}"
        own = subnet.vpc if subnet is not None and subnet.vpc.to else vpc
        found += _by_version(key, link, own, of_subnet(network, link, vpc), link.fact)
    if not found:
        text = "it is in a subnet"
        fact = Fact(None, text, needs=needs or (Need("its subnets", "are not in the sources"),))
        around = inside(network, vpc) if vpc is not None else unseen(fact.needs)
        # What waits for something else is not known to be in the same place.
        key = "#".join((vpc.to if vpc else "", *(need.name for need in fact.needs)))
        found += _by_version(f"#{key}", None, vpc, around, fact)
    return tuple(found)


def _by_version(
    key: str, subnet: Link | None, vpc: Link | None, addresses: Addresses, fact: Fact
) -> list[Place]:
    found = []
    for version, all_ in ((4, V4), (6, V6)):
        held = addresses.of(all_)
        if held.parts:
            ranges = Ranges.union(part.within for part in held.parts)
            found.append(Place(f"{key}/{version}", version, subnet, vpc, held, ranges, fact))
    return found


def _vpc_of(network: Network, group: Link) -> Link | None:
    found = network.get(SecurityGroup, group)
    return found.vpc if found is not None and found.vpc is not None and found.vpc.to else None
