"""Who runs in which VPC: task sources and container instances, by the VPC that holds them."""

from collections.abc import Iterator

from msgspec import Struct

from taskwall.core.facts import Fact, any_of
from taskwall.core.values import Need, Span
from taskwall.model.compute.container_instances import container_instances
from taskwall.model.compute.hosts import Host, host_of, hosts
from taskwall.model.compute.launch_type import awsvpc, runs_on
from taskwall.model.core.entity import Entity, Link, same_entity
from taskwall.model.core.network import Network, remembered
from taskwall.model.entities.ecs import TaskSource
from taskwall.model.permissions.peers import vpcs, vpcs_of_subnets


class Tenant(Struct, frozen=True):
    """A task source (`source`), or container instances, and a VPC that it runs in.

    An unknown VPC goes by the subnets that are in it, if anything names them. `clusters` are
    those that container instances join.
    """

    entity: Entity
    source: TaskSource | None
    vpc: Link
    clusters: tuple[Link, ...] = ()

    @property
    def name(self) -> str:
        """What messages call who runs there."""
        return self.entity.name


@remembered
def tenants(network: Network) -> tuple[Tenant, ...]:
    """Everything that runs in VPCs. What runs on external instances runs in none."""
    found: list[Tenant] = []
    for member in container_instances(network):
        links = _places(network, host_of(network, member))
        found += [Tenant(member.instances, None, link, member.clusters) for link in links]
    for source in network.every(TaskSource):
        known = vpcs(network, source)
        if not known and awsvpc(network, source).truth is not True:
            known = [link for host, _ in hosts(network, source) for link in _places(network, host)]
            known = known[:1]
        if not known and runs_on(network, source, "EXTERNAL").truth is not True:
            setting = source.subnets_setting
            known = [somewhere(source.name, source.subnets, setting.unseen, setting.place)]
        found += [Tenant(source, source, link) for link in known]
    return tuple(found)


def _places(network: Network, host: Host) -> Iterator[Link]:
    """The VPC of a host, as far as its subnets tell: at most one."""
    links = host.subnets
    known = vpcs_of_subnets(network, links)
    if links and not known:
        known = [somewhere(host.name, links, (), links[0].place)]
    yield from sorted(known, key=lambda link: not (link.exact and link.to))[:1]


def somewhere(name: str, subnets: tuple[Link, ...], needs: tuple[Need, ...], place: Span) -> Link:
    """The VPC of something of which no subnet tells it: what that waits for may be known."""
    needs = needs or tuple(need for link in subnets for need in link.fact.needs)
    needs = needs or (Need(f"the VPC of {name}", "is not in the sources"),)
    text = f"{name} runs in a VPC that is not known"
    subnet = subnets[0].to if subnets else ""
    return Link(
        subnet and f"the VPC of {subnet}", Fact(None, text, place, name, needs), place, exact=False
    )


@remembered
def _by_vpc(network: Network) -> dict[str, list[Tenant]]:
    found: dict[str, list[Tenant]] = {}
    for tenant in tenants(network):
        found.setdefault(tenant.vpc.to, []).append(tenant)
    return found


def runs_in(tenant: Tenant, vpc: Link) -> Fact:
    """Whether a tenant runs in a VPC."""
    needs = (*_open(tenant.vpc), *_open(vpc))
    text = f"{tenant.name} runs in {vpc.to or 'the VPC'}"
    otherwise = f"{tenant.name} runs in another VPC"
    place = tenant.vpc.place
    return Fact(same_entity(tenant.vpc, vpc), text, place, tenant.name, needs, otherwise)


def _open(link: Link) -> tuple[Need, ...]:
    if link.exact:
        return ()
    return link.waits("a VPC")


def inhabitants(network: Network, vpc: Link) -> list[tuple[Tenant, Fact]]:
    """Who runs in a VPC, or may: one for all of another VPC that may turn out to be this one."""
    return [
        (each, runs_in(each, vpc))
        for key, alike_ in _by_vpc(network).items()
        for each in (alike_ if key == vpc.to and key else alike_[:1])
        if same_entity(each.vpc, vpc) is not False
    ]


def holds_tasks(network: Network, vpc: Link) -> Fact:
    """Whether task sources or container instances run in a VPC."""
    none = Fact(False, f"tasks run in {vpc.to}", vpc.place, otherwise=f"no tasks run in {vpc.to}")
    return any_of((none, *(fact for _, fact in inhabitants(network, vpc))))
