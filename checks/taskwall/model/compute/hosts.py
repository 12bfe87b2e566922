"""What tasks are placed on: container instances, or Managed Instances of a capacity provider."""

from msgspec import Struct

from taskwall.core.facts import Fact
from taskwall.model.compute.container_instances import ContainerInstances, Instances
from taskwall.model.compute.launch_type import runs_on, strategy
from taskwall.model.compute.placement import hosts_of
from taskwall.model.core.entity import Entity, Link, Setting
from taskwall.model.core.network import Network, remembered
from taskwall.model.entities.ecs import CapacityProvider, Launch, TaskSource
from taskwall.model.permissions.default_groups import groups_of


class Host(Struct, frozen=True):
    """Instances that tasks are placed on, with the groups and subnets that they get.

    `on` describes them. `member` are the container instances. It is None for Managed Instances, of
    which a capacity provider sets groups and subnets, and AWS all else.
    """

    on: Entity
    groups: tuple[Link, ...]
    groups_setting: Setting
    subnets: tuple[Link, ...]
    member: ContainerInstances | None = None

    @property
    def id(self) -> str:
        """The id of what describes them."""
        return self.on.id

    @property
    def name(self) -> str:
        """What messages call them."""
        return self.on.name

    @property
    def launch(self) -> Launch:
        """The launch type of tasks on it."""
        return "MANAGED_INSTANCES" if self.member is None else "EC2"

    @property
    def only_described(self) -> bool:
        """Whether nothing of the sources starts the instances that it describes."""
        member = self.member
        if member is None or member.scaled_by or self.subnets:
            return False
        return member.instances.is_started and not member.instances.origin.silent


def on_host(network: Network, source: TaskSource) -> Fact:
    """Whether tasks of a source are placed on instances, in the account of the user."""
    return runs_on(network, source, "EC2", "MANAGED_INSTANCES")


def host_of(network: Network, member: ContainerInstances) -> Host:
    """Container instances as a host: what they do not set, their launch template sets."""
    instances = member.instances
    own = instances.groups or instances.groups_setting.needs
    template = None if own else network.get(Instances, instances.template)
    scaled = (link for group, _ in member.scaled_by for link in group.subnets)
    return Host(
        instances,
        (template or instances).groups,
        (template or instances).groups_setting,
        (*scaled, *instances.subnets),
        member,
    )


def host_security_groups(network: Network, host: Host) -> tuple[Link, ...]:
    """The groups of a host: those that it names, else its VPC's default group."""
    return groups_of(network, host.groups, host.groups_setting, host.subnets)


@remembered
def hosts(network: Network, source: TaskSource) -> tuple[tuple[Host, Fact], ...]:
    """The hosts on which tasks of a source are placed, or may be."""
    found = [(host_of(network, member), fact) for member, fact in hosts_of(network, source)]
    chosen = strategy(network, source)
    if chosen.needs and runs_on(network, source, "MANAGED_INSTANCES").truth is not False:
        for provider in _managed(network):
            text = f"{source.name} runs on {provider.name}"
            may = Fact(None, text, chosen.place, source.name, chosen.needs)
            found.append((_managed_host(provider), may))
    for link in chosen.providers:
        for provider in _managed(network):
            if provider.id == link.to:
                found.append((_managed_host(provider), link.fact))
            elif not link.to and not link.excludes(provider.id):
                text = f"{source.name} runs on {provider.name}"
                may = Fact(None, text, link.place, source.name, link.waits("a capacity provider"))
                found.append((_managed_host(provider), may))
    return tuple(found)


@remembered
def _managed(network: Network) -> tuple[CapacityProvider, ...]:
    """The capacity providers of Managed Instances."""
    providers = network.every(CapacityProvider)
    return tuple(each for each in providers if each.launch == "MANAGED_INSTANCES")


def _managed_host(of: CapacityProvider) -> Host:
    return Host(of, of.groups, of.groups_setting, of.subnets)
