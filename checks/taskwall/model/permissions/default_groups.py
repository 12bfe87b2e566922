"""The default security groups of VPCs: what names no group uses the one of its VPC."""

from collections.abc import Iterable

from msgspec.structs import replace

from taskwall.core.facts import TRUE, Fact, all_of, any_of
from taskwall.core.values import Need
from taskwall.model.core.entity import Link, Setting, link_to, same_entity
from taskwall.model.core.network import Network, remembered
from taskwall.model.entities.load_balancer import LoadBalancer
from taskwall.model.entities.security_group import SecurityGroup
from taskwall.model.entities.vpc import Subnet, Vpc

_AS_MADE = ".default"
"""What the id of a default group that nothing adopts has after that of its VPC."""


@remembered
def default_groups(network: Network, vpc: Vpc) -> list[tuple[SecurityGroup, Fact]]:
    """What the sources write as the default group of a VPC, and whether that is its."""
    here = link_to(vpc)
    found = []
    for key in (vpc.id, ""):
        for group, link in written_defaults(network).get(key, ()):
            truth = same_entity(link, here)
            if truth is not False:
                text = f"{group.name} is the default security group of {vpc.name}"
                tie = Fact(truth, text, link.place, group.name, link.fact.needs)
                found.append((group, tie))
    return found


@remembered
def written_defaults(network: Network) -> dict[str, list[tuple[SecurityGroup, Link]]]:
    """The default groups that the sources write, by VPC; "" holds those of one not in them."""
    found: dict[str, list[tuple[SecurityGroup, Link]]] = {}
    for group in network.every(SecurityGroup):
        if group.default and group.vpc is not None:
            key = group.vpc.to if group.vpc.exact else ""
            found.setdefault(key, []).append((group, group.vpc))
    return found


def adopted(network: Network, vpc: Link | None) -> list[Link]:
    """What the sources write as the default group of a VPC, each with whether it is in force."""
    found = network.get(Vpc, vpc)
    if found is not None:
        groups = default_groups(network, found)
    else:
        needs = vpc.fact.needs if vpc else ()
        needs = needs or (Need("the VPC", "is not in the sources"),)
        groups = [
            (group, Fact(None, f"{group.name} is in force", group.origin.header, needs=needs))
            for group in network.every(SecurityGroup)
            if group.default
        ]
    return [
        Link(group.id, all_of((fact, group.exists)), group.origin.header) for group, fact in groups
    ]


def default_links(network: Network, vpc: Link, fact: Fact) -> tuple[Link, ...]:
    """The default group of a VPC as what uses it if `fact` holds: written, or as AWS makes it."""
    links = adopted(network, vpc)
    if not any(link.sure for link in links):
        others = (~any_of(link.fact for link in links),) if links else ()
        made = f"{vpc.to}{_AS_MADE}" if vpc.to else ""
        links.append(Link(made, all_of((vpc.fact, *others)), vpc.place, vpc.exact, vpc.written))
    return tuple(link.only_if(fact) for link in links)


def is_as_made(network: Network, group: str) -> bool:
    """Whether a group, by its id, is the default group of a VPC of the sources that nothing adopts.

    It allows its own members, all egress, and what permissions of their own add to it.
    """
    if not group.endswith(_AS_MADE):
        return False
    vpc = network.get(Vpc, group.removesuffix(_AS_MADE))
    return vpc is not None and not vpc.external and not vpc.found


def brings_another(link: Link) -> bool:
    """Whether an input brings the group to which a link leads: none of those in the sources.

    One that only chooses between groups brings none.
    """
    return any(need.option and not need.chooses for need in link.fact.needs)


def nothing_closes(network: Network, group: str) -> bool:
    """Whether a group is the default group of a VPC as AWS makes it, and stays so."""
    vpc = network.get(Vpc, group.removesuffix(_AS_MADE)) if is_as_made(network, group) else None
    return vpc is not None and not default_groups(network, vpc)


def groups_of(
    network: Network, links: tuple[Link, ...], setting: Setting, subnets: tuple[Link, ...]
) -> tuple[Link, ...]:
    """The security groups of what runs in subnets: what names none uses its VPC's default group."""
    if links:
        return links
    vpc = vpc_by_subnets(network, subnets)
    if vpc is not None:
        return default_links(network, vpc, TRUE)
    text = f"{setting.resource} uses the default group of a VPC that is not known"
    needs = tuple(need for link in subnets for need in link.waits("a subnet"))
    needs = needs or (Need(f"the VPC of {setting.resource}", "is not known"),)
    unseen = Fact(None, text, setting.place, setting.resource, needs)
    elsewhere = bool(subnets) and all(link.written is False for link in subnets)
    possible = [
        group.id
        for group in network.every(SecurityGroup)
        if group.default and not (elsewhere and group.vpc is not None and group.vpc.written)
    ]
    if not elsewhere:
        made = (f"{vpc.id}{_AS_MADE}" for vpc in network.every(Vpc))
        possible += [group for group in made if is_as_made(network, group)]
    perhaps = [Link(group, unseen, setting.place) for group in possible]
    other = replace(unseen, truth=True) if elsewhere and not perhaps else unseen
    return (*perhaps, Link(f"{setting.resource}{_AS_MADE}", other, setting.place, exact=False))


@remembered
def balancer_security_groups(network: Network, balancer: LoadBalancer) -> tuple[Link, ...]:
    """The groups of a load balancer: an ALB or classic one without has its VPC's default group."""
    if balancer.external or balancer.kind.known not in ("application", "classic"):
        return balancer.groups
    return groups_of(network, balancer.groups, balancer.groups_setting, balancer.subnets)


def vpc_by_subnets(network: Network, subnets: Iterable[Link]) -> Link | None:
    """The VPC of the first subnet of which the sources tell it."""
    for link in subnets:
        subnet = network.get(Subnet, link)
        if subnet is not None and subnet.vpc.to:
            return subnet.vpc.only_if(link.fact)
    return None
