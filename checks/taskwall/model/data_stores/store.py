"""Data stores, whether they insist on encryption, and whether tasks use them."""

from collections.abc import Iterator

from msgspec import Struct

from taskwall.core.change import AttributeChange
from taskwall.core.facts import FALSE, TRUE, Fact, all_of, any_of
from taskwall.core.values import Need, Span
from taskwall.model.compute.container_instances import container_instances
from taskwall.model.compute.hosts import host_of, host_security_groups, hosts
from taskwall.model.compute.launch_type import awsvpc, runs_on
from taskwall.model.core.entity import Entity, Link, Setting, link_to, same_entity
from taskwall.model.core.network import Network, remembered
from taskwall.model.data_stores.internet_exposure import Exposure, public_stores
from taskwall.model.entities.ecs import TaskSource
from taskwall.model.entities.environment import Variable
from taskwall.model.entities.security_group import Permission, SecurityGroup
from taskwall.model.entities.volume import Mount
from taskwall.model.entities.vpc import Subnet, Vpc
from taskwall.model.permissions.coverage import (
    Addresses,
    addresses,
    inside,
    of_subnet,
    unseen,
)
from taskwall.model.permissions.default_groups import (
    brings_another,
    groups_of,
    nothing_closes,
)
from taskwall.model.permissions.peers import (
    allows_internet,
    permissions,
    task_groups,
    task_sources_by_group,
    vpcs,
)
from taskwall.model.permissions.ports import RequiredPorts
from taskwall.model.routing.routes import reaches_networks


class TlsRequirement(Struct, frozen=True):
    """Whether a data store insists on one kind of encryption, and where the sources say so.

    `changes` would make it insist.
    """

    fact: Fact
    place: Span
    changes: tuple[AttributeChange, ...] = ()


class Store(Entity, frozen=True, kw_only=True):
    """A data store. `word` is what messages call its kind.

    `groups` are its security groups; without any it has its VPC's default group. `tls_requirements`
    are the settings that all must hold for every connection to be encrypted; none where a store of
    its kind takes nothing else. `port` is where it takes connections; None: any may be one.
    """

    word: str
    groups: tuple[Link, ...]
    groups_setting: Setting
    subnets: tuple[Link, ...] = ()
    port: RequiredPorts | None = None
    tls_requirements: tuple[TlsRequirement, ...] = ()


class MountTarget(Store, frozen=True, kw_only=True):
    """What mounts of a file system go to: an EFS mount target, or an FSx file system itself.

    `file_system` is that of the mount target.
    """

    file_system: Link | None = None


class ProxyTarget(Struct, frozen=True):
    """That an RDS Proxy, or an endpoint of one, leads to a data store."""

    proxy: Link
    store: Link


@remembered
def looked_up(network: Network, *, public: bool = False) -> tuple[Variable, str] | None:
    """The first variable of a task that refers to a store which is only looked up, and to which.

    With `public`, one that can have a public address.
    """
    every = (
        (variable, *store) for variable in network.every(Variable) for store in variable.stores
    )
    found = ((variable, name) for variable, name, can_be in every if can_be or not public)
    return next(found, None)


@remembered
def used(network: Network, store: Store) -> Fact:
    """Whether tasks use a data store.

    Its groups allow a task's group, or addresses of the tasks' subnets, if these are in its VPC or
    a route may join them; or the internet, if it is public; or a task's environment or secrets
    refer to it; or they mount it; or they use an RDS Proxy in front of it. Where its groups are not
    known it may be used by tasks of the same VPC.
    """
    referring = _referring(network)
    parts = [_refers(variable, store) for variable in referring.get(store.id, ())]
    parts += [_may_refer(variable, store) for variable in referring.get("", ())]
    parts += _by_proxies(network, store)
    if isinstance(store, MountTarget):
        parts += _mounted(network, store)
    if not network.every(TaskSource):
        return any_of(parts)
    tasks = _are_tasks(network)
    groups = store_groups(network, store)
    own = [link for link in groups if link.to]
    for link in default_groups_as_made(network, store):
        parts.append(tasks & link.fact & tasks_use(network, link.to))
    for link in own:
        parts += [
            tasks & link.fact & permission.fact & _allows_tasks(network, store, link, permission)
            for permission in permissions(network, link.to, "ingress")
        ]
        group = network.get(SecurityGroup, link)
        if group is None or group.external:
            parts.append(_perhaps(network, store, link.fact.needs))
    if len(own) < len(groups):
        parts.append(_perhaps(network, store, store.groups_setting.unseen))
    return any_of(parts)


@remembered
def store_groups(network: Network, store: Store) -> tuple[Link, ...]:
    """The groups of a store; of one that names none its VPC's default group, if it is written."""
    if not _in_default_group(store):
        return store.groups
    found = groups_of(network, (), store.groups_setting, store.subnets)
    return tuple(link for link in found if network.get(SecurityGroup, link) is not None)


@remembered
def default_groups_as_made(network: Network, store: Store) -> tuple[Link, ...]:
    """The VPC's default group, of a store that names it or none, where it is as AWS makes it."""
    found = store.groups
    if _in_default_group(store):
        found = groups_of(network, (), store.groups_setting, store.subnets)
    return tuple(link for link in found if nothing_closes(network, link.to))


def _in_default_group(store: Store) -> bool:
    """Whether a store is in its VPC's default group because it names no other."""
    return bool(store.subnets) and not store.groups


def store_used(network: Network, exposure: Exposure) -> Fact:
    """Whether tasks use the store that an exposure is about."""
    store = network.get(Store, exposure.store)
    if store is not None:
        return used(network, store)
    if not network.every(TaskSource):
        return FALSE
    text, link = f"tasks use the store of {exposure.name}", exposure.store
    return Fact(None, text, link.place, exposure.name, link.waits("its store"))


@remembered
def _are_tasks(network: Network) -> Fact:
    """That there are tasks at all: what an absent module may start is not certain."""
    sources = network.every(TaskSource)
    return TRUE if any(not each.origin.silent for each in sources) else sources[0].exists


def _refers(variable: Variable, store: Store) -> Fact:
    """That a task's environment refers to a data store; unknown of what is only possible."""
    name, on = variable.definition.name, variable.on
    needs = on.maybe if on.silent else ()
    text = f"{name} refers to {store.name}"
    return Fact(None if on.silent else True, text, variable.at, name, needs)


def _may_refer(variable: Variable, store: Store) -> Fact:
    text = f"{variable.definition.name} refers to {store.name}"
    return Fact(None, text, variable.at, variable.definition.name, variable.needs)


def _mounted(network: Network, target: MountTarget) -> Iterator[Fact]:
    """That tasks mount the file system of a mount target, or may do so."""
    own = target.file_system or link_to(target)
    joining = {one.instances.id: one.fact for one in container_instances(network)}
    for mount in network.every(Mount):
        by = joining.get(mount.instances, FALSE) if mount.instances else TRUE
        link = mount.efs if target.file_system is not None else mount.fsx
        same = False if link is None else same_entity(link, own)
        if link is not None and same is not False:
            text = f"{mount.on.name} mounts {own.to or f'the file system of {target.name}'}"
            silent = mount.on.silent
            needs = mount.on.maybe if silent else (*link.fact.needs, *own.fact.needs)
            truth = None if silent else same
            yield by & link.fact & Fact(truth, text, link.place, mount.on.name, needs)


def _by_proxies(network: Network, store: Store) -> Iterator[Fact]:
    """That tasks use the RDS Proxies that lead to a store, or may do so."""
    open_ = _targets(network).get("", ()) if store.word.startswith("database") else ()
    for target in (*_targets(network).get(store.id, ()), *open_):
        text = f"tasks use {store.name} by an RDS Proxy"
        proxy = network.get(Store, target.proxy)
        if proxy is None:
            yield Fact(None, text, target.proxy.place, store.name, target.proxy.waits("a proxy"))
        elif not proxy.external:
            place, waits = target.store.place, target.store.fact.needs
            leads = Fact(None, text, place, store.name, waits)
            leads = target.store.fact if target.store.to else leads
            yield used(network, proxy) & target.proxy.fact & leads


@remembered
def _targets(network: Network) -> dict[str, list[ProxyTarget]]:
    return network.grouped(ProxyTarget, lambda target: (target.store.to,))


@remembered
def groups_of_proxies(network: Network) -> dict[str, Fact]:
    """The groups of RDS Proxies, which connect to the stores behind them.

    "" stands for groups that are not known, also of a proxy that is not.
    """
    parts: dict[str, list[Fact]] = {}
    for target in network.every(ProxyTarget):
        proxy, to = network.get(Store, target.proxy), target.proxy
        text = "an RDS Proxy uses the group"
        if proxy is None:
            may = Fact(None, text, to.place, to.to, to.waits("a proxy"))
            parts.setdefault("", []).append(may)
            continue
        for link in proxy.groups:
            has = link.fact
            if not link.to:
                has = Fact(None, text, link.place, proxy.name, link.fact.needs)
            parts.setdefault(link.to, []).append(to.fact & has)
    return {group: any_of(facts) for group, facts in parts.items()}


@remembered
def _referring(network: Network) -> dict[str, list[Variable]]:
    """Variables by the resources that they refer to; "" holds those that may refer to any."""
    return network.grouped(
        Variable, lambda variable: {*variable.refers, *("",) * variable.anything}
    )


def _perhaps(network: Network, store: Store, needs: tuple[Need, ...]) -> Fact:
    """That it is not known whether tasks use a store, unless none can get to it."""
    text = f"tasks use {store.name}"
    here, public = _vpc(network, store), public_stores(network).get(store.id, FALSE)
    near = (_gets_to(network, link, here) for link in _theirs(network))
    if public.truth is False and all(each.truth is False for each in near):
        return FALSE
    waits = needs or (Need(f"the security groups of {store.name}", "are not in the sources"),)
    return Fact(None, text, store.groups_setting.place, store.name, waits)


@remembered
def _theirs(network: Network) -> tuple[Link | None, ...]:
    """The VPCs of task sources, each once; None for one of which none is known."""
    found: dict[tuple[str, bool], Link | None] = {}
    for source in network.every(TaskSource):
        link = next(iter(vpcs(network, source)), None)
        found.setdefault((link.to, link.exact) if link else ("", False), link)
    return tuple(found.values())


def _vpc(network: Network, store: Store) -> Vpc | None:
    """The VPC of a store, if the sources write it."""
    groups = (network.get(SecurityGroup, link) for link in store.groups)
    subnets = (network.get(Subnet, link) for link in store.subnets)
    links = [each.vpc for each in (*groups, *subnets) if each is not None]
    found = (network.get(Vpc, link) for link in links)
    return next((vpc for vpc in found if vpc is not None and not vpc.external), None)


def _gets_to(network: Network, theirs: Link | None, vpc: Vpc | None) -> Fact:
    """Whether what is in a VPC can get to another one: it is the same, or a route may join them.

    Where nothing is known of one of them, they are taken for the same.
    """
    if theirs is None or vpc is None:
        return TRUE
    same = same_entity(theirs, link_to(vpc))
    text = f"tasks run in {vpc.name}"
    here = Fact(same, text, theirs.place, vpc.name, theirs.waits("a VPC"))
    return any_of((here, reaches_networks(network, vpc)))


@remembered
def groups_of_tasks(network: Network) -> dict[str, Fact]:
    """The groups that tasks use, or the container instances that they run on.

    A link that leads nobody knows where may lead to any group of the sources.
    """
    parts = {
        group: [fact for _, fact in pairs]
        for group, pairs in task_sources_by_group(network).items()
    }
    for member in container_instances(network):
        name, host = member.instances.name, host_of(network, member)
        for link in host_security_groups(network, host):
            if link.to:
                parts.setdefault(link.to, []).append(link.fact & member.fact)
                continue
            for group in network.every(SecurityGroup):
                text = f"{name} uses security group {group.name}"
                may = Fact(None, text, link.place, name, link.fact.needs)
                parts.setdefault(group.id, []).append(may & member.fact)
    return {group: any_of(facts) for group, facts in parts.items()}


def tasks_use(network: Network, group: str) -> Fact:
    """Whether tasks, or their instances, use the default group of a VPC as AWS makes it.

    A group that is not known may be it; an input brings another.
    """
    links = [link for each in network.every(TaskSource) for link in task_groups(network, each)]
    for member in container_instances(network):
        links += host_security_groups(network, host_of(network, member))
    perhaps = (
        link.perhaps(group, group).fact
        for link in links
        if not link.to and not link.excludes(group) and not brings_another(link)
    )
    return any_of((groups_of_tasks(network).get(group, FALSE), *perhaps))


@remembered
def _addresses(network: Network, vpc: Vpc | None) -> Addresses:
    """Where tasks are that can get to a VPC, or all tasks."""
    return Addresses.together((at, _gets_to(network, of, vpc)) for _, at, of in _places(network))


@remembered
def _places(network: Network) -> list[tuple[TaskSource, Addresses, Link | None]]:
    """The task sources, each with every place of its tasks and the VPC of that.

    What is scanned comes before its context.
    """
    sources = sorted(network.every(TaskSource), key=lambda each: each.origin.context)
    return [(source, at, of) for source in sources for at, of in _places_of(network, source)]


def _places_of(network: Network, source: TaskSource) -> list[tuple[Addresses, Link | None]]:
    """Where tasks are: in their own subnets, or in those of the hosts whose network they share.

    Those of a list that is not known are certainly somewhere: they all have a subnet.
    """
    own, theirs = awsvpc(network, source), next(iter(vpcs(network, source)), None)
    links = list(source.subnets) if own.truth is not False else []
    if own.truth is not True:
        links += [link for host, _ in hosts(network, source) for link in host.subnets]
    found: list[tuple[Addresses, Link | None]] = []
    for link in links:
        subnet = network.get(Subnet, link)
        of = theirs if subnet is None or not subnet.vpc_known else subnet.vpc
        at = of_subnet(network, link, theirs)
        if not at.needs and subnet is not None:
            at = at.waiting((Need(f"the addresses of {subnet.name}", "are not known"),))
        found.append((at, of))
    settled = any(link.sure or source.origin.maybe for link in links)
    if not settled and not runs_on(network, source, "EXTERNAL").truth:
        nowhere = (Need(f"the subnets of {source.name}", "are not in the sources"),)
        needs = source.subnets_setting.unseen or nowhere
        anywhere = unseen(needs) if theirs is None else inside(network, theirs).waiting(needs)
        found.append((anywhere, theirs))
    return found


def _who_is_there(network: Network, vpc: Vpc | None, held: Addresses) -> Fact:
    """The first task source of which tasks certainly have addresses in a range, if one is known."""
    for source, at, of in _places(network):
        if held.meets(at) and _gets_to(network, of, vpc).truth:
            shares = not source.subnets or awsvpc(network, source).truth is False
            by = source.cluster.place if shares and source.cluster else source.subnets_setting.place
            return Fact(True, f"tasks of {source.name} have such addresses", by, source.name)
    return TRUE


def _allows_tasks(network: Network, store: Store, group: Link, permission: Permission) -> Fact:
    """Whether a permission of a store's group allows tasks."""
    text = f"{permission.on.name} allows tasks to reach {store.name}"
    of_tasks = groups_of_tasks(network)
    if permission.itself:
        return of_tasks.get(group.to, FALSE)
    if permission.peer is not None:
        if permission.peer.to in of_tasks:
            fact = permission.states(True, text) & permission.peer.fact
            return fact & of_tasks[permission.peer.to]
        if permission.peer.exact and permission.peer.to:
            return permission.states(False, text)
        return permission.states(None, text, permission.peer.fact.needs)
    vpc = _vpc(network, store)
    held, tasks = addresses(network, permission), _addresses(network, vpc)
    truth = held.meets(tasks)
    near = permission.states(truth, text, (*held.needs, *tasks.needs))
    if truth is not False:
        return near & _who_is_there(network, vpc, held)
    public = public_stores(network).get(store.id, FALSE)
    return near | all_of((public, allows_internet(network, permission)))
