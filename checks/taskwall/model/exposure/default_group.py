"""The default security group of a VPC: who falls into it, and whether it is closed."""

from collections.abc import Iterable, Iterator

from msgspec import Struct

from taskwall.core.facts import FALSE, Fact, all_of, any_of
from taskwall.model.compute.container_instances import ContainerInstances, container_instances
from taskwall.model.compute.hosts import host_of, host_security_groups
from taskwall.model.compute.launch_type import awsvpc
from taskwall.model.core.entity import Link
from taskwall.model.core.network import Network, remembered
from taskwall.model.entities.ecs import TaskSource
from taskwall.model.entities.security_group import SecurityGroup
from taskwall.model.entities.vpc import Subnet, Vpc
from taskwall.model.permissions.default_groups import brings_another, is_as_made, written_defaults
from taskwall.model.permissions.peers import vpcs


def about_default_group(network: Network, source: TaskSource) -> str:
    """What identifies the default group into which tasks of a source may fall."""
    found = vpcs(network, source)
    return default_group_of(found[0].to) if found and found[0].to else ""


def default_group_of(vpc: str) -> str:
    """What identifies the default group of a VPC, whether or not it is written."""
    return f"{vpc}:default group"


def names_groups(source: TaskSource) -> Fact:
    """Whether a source names any group at all: a known list with one element does."""
    place, name = source.groups_setting.place, source.name
    text = f"{name} sets security groups"
    otherwise = f"{name} sets no security groups, so AWS uses the VPC's default security group"
    if any(link.sure for link in source.groups):
        return Fact(True, text, place, name)
    if source.groups:
        needs = source.groups_setting.needs or tuple(
            need for link in source.groups for need in link.fact.needs
        )
        return Fact(None, text, place, name, needs)
    return Fact(False, text, place, name, otherwise=otherwise)


def names_default_group(network: Network, source: TaskSource) -> list[Fact]:
    """That a source names the VPC's default group, for each link that leads to it."""
    return [
        Fact(True, f"{source.name} uses the VPC's default security group", link.place, source.name)
        & link.fact
        for link in source.groups
        if (group := network.get(SecurityGroup, link)) is not None and group.default
    ]


@remembered
def falls_into_default_group(network: Network, source: TaskSource) -> Fact:
    """Whether tasks of a source get the default group of their VPC."""
    if source.managed or source.gateways or source.network_from == "elsewhere":
        return FALSE
    named = [*names_default_group(network, source), *_perhaps(network, source.groups, source.name)]
    falls = ~names_groups(source) | any_of(named)
    return all_of((awsvpc(network, source), source.networked, falls))


def _perhaps(network: Network, links: Iterable[Link], name: str) -> Iterator[Fact]:
    """That groups which are not known may be the default one.

    An input that does not only choose between groups brings another.
    """
    text = f"{name} uses the VPC's default security group"
    for link in links:
        possible = link.among is None or any(_is_default(network, each) for each in link.among)
        if not link.to and possible and not brings_another(link):
            yield Fact(None, text, link.place, name, link.fact.needs)


class Held(Struct, frozen=True):
    """A VPC of the sources, whether it holds tasks, and whether any of them falls into its group.

    The facts are about tasks and container instances; `names` says which tasks fall.
    """

    vpc: Vpc
    holds: Fact
    falls: Fact


@remembered
def held(network: Network) -> tuple[Held, ...]:
    """The VPCs of the sources with what they hold."""
    by_vpc: dict[str, list[tuple[Fact, Fact]]] = {}
    for source, link, fact in _sources_in(network):
        falls = falls_into_default_group(network, source)
        by_vpc.setdefault(link, []).append((fact, all_of((fact, falls))))
    for member in container_instances(network):
        falls = _host_falls(network, member)
        for vpc, fact in _instances_in(network, member):
            there = all_of((member.fact, fact))
            by_vpc.setdefault(vpc, []).append((there, all_of((there, falls))))
    return tuple(
        Held(vpc, any_of(f for f, _ in found), any_of(f for _, f in found))
        for vpc in (*network.every(Vpc), *_adopted_elsewhere(network))
        if (found := by_vpc.get(vpc.id))
    )


def _adopted_elsewhere(network: Network) -> Iterator[Vpc]:
    """The VPCs from elsewhere whose default group the sources write."""
    links = (link for _, link in written_defaults(network).get("", ()))
    for name in dict.fromkeys(link.to for link in links if link.to):
        vpc = network.get(Vpc, name)
        if vpc is not None and vpc.external:
            yield vpc


def _is_default(network: Network, group: str) -> bool:
    """Whether a group, by its id, is the default one of a VPC: written, or as AWS makes it."""
    found = network.get(SecurityGroup, group)
    return is_as_made(network, group) if found is None else found.default


def _host_falls(network: Network, member: ContainerInstances) -> Fact:
    """Whether container instances use the default group of their VPC."""
    links = host_security_groups(network, host_of(network, member))
    named = [link.fact for link in links if _is_default(network, link.to)]
    return any_of((*named, *_perhaps(network, links, member.instances.name)))


def _instances_in(network: Network, member: ContainerInstances) -> Iterator[tuple[str, Fact]]:
    """The VPC of container instances; where that is not known, each that the sources write."""
    name, known, open_ = member.instances.name, False, list[Link]()
    for each in (*member.instances.subnets, *(s for g, _ in member.scaled_by for s in g.subnets)):
        subnet = network.get(Subnet, each)
        if subnet is None or subnet.external:
            open_.append(each)
        elif subnet.vpc.to:
            known = True
            yield subnet.vpc.to, all_of((each.fact, subnet.vpc.fact))
        else:
            open_.append(subnet.vpc)
    for vpc in network.every(Vpc) if open_ and not known else ():
        needs = tuple(need for link in open_ for need in link.waits("a VPC"))
        yield vpc.id, Fact(None, f"{name} runs in {vpc.name}", open_[0].place, name, needs)


def _sources_in(network: Network) -> Iterator[tuple[TaskSource, str, Fact]]:
    """Task sources with their VPC; where that is not known, with each that the sources write."""
    for source in network.every(TaskSource):
        found = vpcs(network, source)
        if found and found[0].to:
            vpc = network.get(Vpc, found[0])
            text = f"{source.name} runs in {vpc.name if vpc is not None else found[0].to}"
            runs = Fact(True, text, source.subnets_setting.place, source.name)
            there = (source.exists,) if source.origin.maybe else ()
            yield source, found[0].to, all_of((runs, found[0].fact, *there))
            continue
        named = (binding.target_group for binding in source.bindings if not source.subnets)
        links = (*found, *source.subnets, *(link for link in named if link is not None))
        needs = tuple(need for link in links for need in link.fact.needs)
        needs = needs or source.subnets_setting.unseen
        for vpc in network.every(Vpc) if needs else ():
            text = f"{source.name} runs in {vpc.name}"
            place = source.subnets_setting.place
            yield source, vpc.id, Fact(None, text, place, source.name, needs)
