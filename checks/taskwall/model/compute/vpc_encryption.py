"""Where the network encrypts by itself: VPC Encryption Controls."""

from collections.abc import Iterable

from taskwall.core.facts import Fact, all_of, any_of
from taskwall.core.values import Need
from taskwall.model.core.entity import Link, same_entity
from taskwall.model.core.network import Network, remembered
from taskwall.model.entities.vpc import EncryptionControl


def enforced(network: Network, vpcs: Iterable[Link], name: str) -> Fact:
    """Whether encryption control is enforced in the VPC where something called `name` stands.

    `vpcs` are what the sources tell of that VPC, in as many ways as they tell it.
    """
    known = sorted(vpcs, key=lambda link: not (link.exact and link.to))
    by_vpc = _controls(network)
    keys = (known[0].to, "") if known and known[0].exact and known[0].to else by_vpc
    parts = []
    for control in (each for key in keys for each in by_vpc.get(key, ())):
        here = same_entity(control.vpc, known[0]) if known else None
        text = f"{control.name} controls the encryption of the VPC of {name}"
        needs = known[0].fact.needs if known else (Need(f"the VPC of {name}", "is not known"),)
        tie = Fact(here, text, control.vpc.place, control.name, needs or control.vpc.fact.needs)
        parts.append(all_of((control.exists, tie, control.mode.is_("enforce"))))
    return any_of(parts)


@remembered
def _controls(network: Network) -> dict[str, list[EncryptionControl]]:
    """Encryption controls by their VPC; "" holds those of one that is not in the sources."""
    return network.grouped(EncryptionControl, lambda each: (each.vpc.to if each.vpc.exact else "",))
