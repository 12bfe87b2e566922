"""What the groups of tasks may allow, given the load balancers in front of those who use them.

A group may allow the union over all load balancers in front of all tasks that use it.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from taskwall.core.change import NewValue, Placeholder, ResourceAttribute
from taskwall.core.facts import FALSE, Fact, all_of, any_of
from taskwall.core.values import Need
from taskwall.model.compute.launch_type import awsvpc
from taskwall.model.compute.placement import hosts_of, unseen_instances
from taskwall.model.core.entity import Entity, Link, link_to, same_entity
from taskwall.model.core.network import Network, asked_once, remembered
from taskwall.model.entities.ecs import TaskSource
from taskwall.model.entities.load_balancer import BalancerKind, LoadBalancer, TargetGroup
from taskwall.model.entities.security_group import Permission, SecurityGroup
from taskwall.model.entities.vpc import Vpc
from taskwall.model.load_balancing.internet_facing import is_public
from taskwall.model.load_balancing.paths import (
    BalancerPath,
    balancer_paths,
    behind,
    preserves_client_ip,
)
from taskwall.model.permissions.circles import made_before
from taskwall.model.permissions.coverage import (
    Addresses,
    addresses,
    at_address,
    in_subnet,
    names_addresses,
    names_group_of,
)
from taskwall.model.permissions.default_groups import (
    balancer_security_groups,
    is_as_made,
)
from taskwall.model.permissions.peers import (
    MOST_LISTED,
    allows_internet,
    allows_range_within,
    associations,
    by_settings,
    lattice_list,
    listed,
    owner,
    possible_ingress,
    task_groups,
    task_sources_by_group,
    vpcs,
    who,
)


class GroupAttachment(Struct, frozen=True):
    """A group that tasks use: its users, and whether tasks use it at all.

    `also` are ways from load balancers to them beside their own: those of their instances.
    `meant` are the names of the users that a question is about, where not all are. `hosts` describe
    the instances that use it.
    """

    group: str
    declared: SecurityGroup | None
    attached: tuple[tuple[TaskSource, Fact], ...]
    fact: Fact
    also: tuple[BalancerPath, ...] = ()
    meant: tuple[str, ...] = ()
    hosts: tuple[Entity, ...] = ()

    @property
    def sources(self) -> list[TaskSource]:
        """The task sources whose tasks use it, or may do so."""
        return [source for source, _ in self.attached]

    @property
    def lattice(self) -> Fact:
        """Whether tasks that use it serve VPC Lattice."""
        return any_of(fact & source.lattice for source, fact in self.attached)

    @property
    def names(self) -> str:
        """The users, as messages say them."""
        if self.meant:
            return listed(self.meant)
        sure = [source.name for source, fact in self.attached if fact.truth]
        return listed(sure or (source.name for source in self.sources))


@remembered
def attached_groups(network: Network) -> tuple[GroupAttachment, ...]:
    """The groups that awsvpc tasks use, those among them that the sources write and others."""
    found = []
    for group, pairs in task_sources_by_group(network).items():
        attached = []
        for source, fact in pairs:
            mode = awsvpc(network, source)
            if mode.truth is not False:
                attached.append((source, fact if mode.truth else fact & mode))
        if attached:
            declared = network.get(SecurityGroup, group)
            fact = any_of(fact for _, fact in attached)
            found.append(GroupAttachment(group, declared, tuple(attached), fact))
    return tuple(found)


@remembered
def attachments(network: Network) -> dict[str, GroupAttachment]:
    """What `attached_groups` says, by group."""
    return {attachment.group: attachment for attachment in attached_groups(network)}


def stands_behind(network: Network, attachment: GroupAttachment, *kinds: BalancerKind) -> Fact:
    """Whether a user of a group stands behind a load balancer of one of the kinds."""
    text = f"the instances of {attachment.names} are behind such a load balancer"
    also = (front.of_kind(kinds, text, attachment.names) for front in attachment.also)
    own = (fact & behind(network, source, *kinds) for source, fact in attachment.attached)
    return any_of((*own, *also))


def groups_behind_balancers(network: Network, *kinds: BalancerKind) -> Iterator[GroupAttachment]:
    """The groups of which a user stands behind a load balancer of one of the kinds.

    Those too of which that is not known, but not for a load balancer that cannot be seen: of tasks
    that the sources write, that is reported apart.
    """
    for attachment in attached_groups(network):
        yield from group_behind_balancers(network, attachment.group, *kinds)


@asked_once
def group_behind_balancers(
    network: Network, group: str, *kinds: BalancerKind
) -> tuple[GroupAttachment, ...]:
    """The group, if it is one of these."""
    attachment = attachments(network)[group]
    way = stands_behind(network, attachment, *kinds)
    possible = (
        front
        for source, _ in attachment.attached
        if source.origin.silent
        for front in balancer_paths(network, source)
    )
    seen = (each for each in _fronts(network, attachment) if each.balancer is not None)
    fronts_seen = (*seen, *possible)
    if way.truth or (
        way.truth is None and any(each.kind in (*kinds, None) for each in fronts_seen)
    ):
        meant = tuple(
            source.name
            for source, fact in attachment.attached
            if (fact & behind(network, source, *kinds)).truth
        )
        return (replace(attachment, fact=attachment.fact & way, meant=meant),)
    return ()


def groups_without_balancer(network: Network) -> Iterator[GroupAttachment]:
    """The groups that tasks behind no load balancer use, whoever uses them, too."""
    for attachment in attached_groups(network):
        yield from _group_without_balancer(network, attachment.group)


@asked_once
def _group_without_balancer(network: Network, group: str) -> tuple[GroupAttachment, ...]:
    attachment = attachments(network)[group]
    alone = tuple(
        (source, all_of((fact, ~way)))
        for source, fact in attachment.attached
        if not _fronted(network, source) and (way := behind(network, source)).truth is not True
    )
    if not alone:
        return ()
    meant = (
        tuple(source.name for source, _ in alone) if len(alone) < len(attachment.attached) else ()
    )
    uses = any_of(fact for _, fact in alone)
    return (replace(attachment, fact=uses, meant=meant or attachment.meant),)


def _fronted(network: Network, source: TaskSource) -> bool:
    """Whether a load balancer that the sources do not show certainly takes a source's tasks.

    It is AWS's own (Express Mode, ECS gateways), or that of a target group from elsewhere.
    """
    outside = (
        network.get(TargetGroup, link)
        for binding in source.bindings
        if (link := binding.target_group) is not None and link.sure and link.to
    )
    elsewhere = any(group is None or group.external for group in outside)
    return source.managed or bool(source.gateways) or elsewhere


class AllowedPermission(Struct, frozen=True):
    """A permission and a fact about it; `alike` are those of its block that share it."""

    permission: Permission
    fact: Fact
    alike: tuple[Permission, ...]

    def peers(self, network: Network) -> str:
        """Whom the permission and those like it allow, as messages say it."""
        return listed(who(network, each) for each in worst_first(network, self.alike))

    @property
    def ports(self) -> str:
        """The ports of the permission and of those like it, as messages say them."""
        return listed(each.ports for each in self.alike)


def worst_first(network: Network, permissions: Sequence[Permission]) -> Sequence[Permission]:
    """Permissions, those for the internet first where messages cannot name them all."""
    if len(permissions) <= MOST_LISTED:
        return permissions
    return sorted(permissions, key=lambda each: allows_internet(network, each).truth is not True)


def by_permission(judged: Iterable[tuple[Permission, Fact]]) -> Iterator[AllowedPermission]:
    """Permissions with a fact about each: those of one block are alike, whatever repeats it."""
    keyed = [(permission, fact, (permission.block_key, fact.truth)) for permission, fact in judged]
    alike: dict[object, list[Permission]] = {}
    for permission, _, key in keyed:
        alike.setdefault(key, []).append(permission)
    for permission, fact, key in keyed:
        yield AllowedPermission(permission, fact, tuple(alike[key]))


def ingress(network: Network, attachment: GroupAttachment) -> list[Permission]:
    """What the sources write that a used group allows, or may allow."""
    return possible_ingress(network, attachment.group)


def _fronts(network: Network, attachment: GroupAttachment) -> list[BalancerPath]:
    own = [
        front if fact.truth else replace(front, fact=fact & front.fact)
        for source, fact in attachment.attached
        for front in balancer_paths(network, source)
    ]
    return [*own, *attachment.also]


def _if(fact: Fact, links: Iterable[Link]) -> list[Link]:
    """Links that are there only if something is so."""
    if fact.truth:
        return list(links)
    return [link.only_if(fact) for link in links]


def asks_for_balancer(
    network: Network, attachment: GroupAttachment, permission: Permission
) -> bool:
    """Whether only a load balancer that is not seen says whether its users may allow so.

    Rules report that once, for all that tasks of the sources allow; what an absent module may start
    is no task of the sources.
    """
    own = (
        front
        for source, _ in attachment.attached
        if not source.origin.silent
        for front in balancer_paths(network, source)
    )
    return (
        permission.peer is not None
        and any(not front.is_seen for front in (*own, *attachment.also))
        and allowed_behind(network, attachment, permission).truth is None
    )


def hangs_on_balancer(
    network: Network,
    source: TaskSource,
    used: Iterable[GroupAttachment],
    unsettled: Callable[[GroupAttachment, Permission], bool],
) -> bool:
    """Whether a load balancer that is not in the sources decides what a source's groups may allow.

    Args:
        network: the network.
        source: the task source behind it.
        used: the groups of its tasks or instances, and of others.
        unsettled: whether a permission of a group hangs on the load balancer.

    Returns:
        True also where a group is not in the sources, or none is known.
    """
    own = [(each, fact) for each in used for user, fact in each.attached if user.id == source.id]
    return not own or any(
        fact.truth is None
        or each.declared is None
        or bool(each.declared.external)
        or any(unsettled(each, permission) for permission in ingress(network, each))
        for each, fact in own
    )


def groups_elsewhere(network: Network, source: TaskSource) -> tuple[Need, ...]:
    """What the groups wait for that guard a source's tasks and are not in the sources.

    Those of its instances, where its tasks have none of their own.
    """
    if awsvpc(network, source).truth is False:
        return () if hosts_of(network, source) else unseen_instances(source)[1]
    found: list[Need] = []
    for link in source.groups:
        group = network.get(SecurityGroup, link)
        if group is None or group.external:
            found += link.waits("a group", group)
    return tuple(dict.fromkeys(found))


def balancer_groups(network: Network, attachment: GroupAttachment) -> tuple[list[Link], bool]:
    """The groups of the load balancers in front of a group's users, and whether that is all.

    It is not all where a load balancer is not in the sources; what a look-up says of one counts.
    """
    found: list[Link] = []
    whole = True
    for front in _fronts(network, attachment):
        balancer = front.balancer or front.unseen
        whole = whole and front.is_seen
        if balancer is not None:
            found += _if(front.fact, balancer_security_groups(network, balancer))
    return found, whole


def balancer_group(
    network: Network, attachment: GroupAttachment, permission: Permission
) -> NewValue:
    """The group of the load balancers in front of a group's users that a permission may name.

    A placeholder if there are several, or if the one can be made only after the permission; the
    caller's where no load balancer is in front.
    """
    if not _fronts(network, attachment) and not any(
        _fronted(network, source) for source in attachment.sources
    ):
        return Placeholder("id of the caller's group")
    links, whole = balancer_groups(network, attachment)
    groups = {link.to for link in links}
    if (
        whole
        and len(groups) == 1
        and attachment.group not in groups
        and links[0].written
        and not is_as_made(network, links[0].to)
        and not made_before(network, permission.on.address, links[0].to)
    ):
        return ResourceAttribute(links[0].to, "id", "GroupId")
    return Placeholder("id of the load balancer's group")


def vpc_of_bare_balancers(network: Network, attachment: GroupAttachment) -> Vpc | None:
    """The VPC whose CIDR a permission may name for load balancers that have no groups.

    They are NLBs whose targets see addresses of theirs, all in one VPC that the sources write.
    """
    fronts = _fronts(network, attachment)
    bare = all(
        front.balancer is not None
        and front.kind == "network"
        and front.target_group is not None
        and preserves_client_ip(front.target_group).truth is False
        and not front.balancer.groups
        for front in fronts
    )
    places = {link.to for source in attachment.sources for link in vpcs(network, source)}
    if not fronts or not bare or len(places) != 1:
        return None
    vpc = network.get(Vpc, places.pop())
    return vpc if vpc is not None and not vpc.external and not vpc.found else None


def allowed_properly(network: Network, attachment: GroupAttachment, permission: Permission) -> Fact:
    """Whether a permission allows one whom every task may allow, whatever stands before it.

    Its own group and those that the same tasks use, the load balancers' groups, groups of task
    sources in the same namespace, VPC Lattice where tasks serve it, and what settings allow.
    """
    if permission.itself:
        text = f"{permission.on.name} allows ingress from its own members"
        return Fact(True, text, permission.place)
    parts = [
        by_settings(network, permission),
        lattice_list(network, permission, attachment.lattice),
    ]
    if permission.peer is not None:
        name = permission.on.name
        own = [
            link
            for source, fact in attachment.attached
            for link in _if(fact, task_groups(network, source))
        ]
        parts.append(
            names_group_of(permission, own, f"{name} allows ingress from a group of the same tasks")
        )
        balancers, whole = balancer_groups(network, attachment)
        text = f"{name} allows ingress from a group of the load balancer"
        parts.append(names_group_of(permission, balancers, text))
        if not whole:
            needs = tuple(
                need
                for front in _fronts(network, attachment)
                if front.balancer is None
                for need in front.needs
            )
            parts.append(Fact(None, text, permission.place, name, needs))
        text = f"{name} allows ingress from a group of the same namespace"
        parts.append(
            names_group_of(permission, _neighbours(network, attachment, permission.peer), text)
        )
    return any_of(parts)


def allowed_behind(network: Network, attachment: GroupAttachment, permission: Permission) -> Fact:
    """The same, or what an NLB needs in front of some of the tasks."""
    proper = allowed_properly(network, attachment, permission)
    behind_nlb = stands_behind(network, attachment, "network")
    if behind_nlb.truth is not False:
        proper |= behind_nlb & allowed_by_network(network, attachment, permission)
    return proper


def _neighbours(network: Network, attachment: GroupAttachment, peer: Link) -> list[Link]:
    """The groups of task sources that share a namespace with a group's users, or may do so.

    Of all these only those that may be the peer's.
    """
    mine = [link for source, fact in attachment.attached for link in _if(fact, source.namespaces)]
    dressed = _members(network) if mine else {}
    keys = (peer.to, "") if peer.exact and peer.to else dressed
    theirs = {source.id: source for key in keys for source in dressed.get(key, ())}
    found = []
    for source in theirs.values():
        shared = any_of(same_namespace(one, link) for link in source.namespaces for one in mine)
        if shared.truth is not False:
            found += _if(shared, source.groups)
    return found


def same_namespace(one: Link, other: Link) -> Fact:
    """Whether two links lead to one namespace."""
    known = bool(one.to and other.to)
    text = f"the namespace {one.to} is {other.to}" if known else "one namespace is the other"
    needs = (*one.fact.needs, *other.fact.needs)
    return all_of(
        (one.fact, other.fact, Fact(same_entity(one, other), text, other.place, needs=needs))
    )


@remembered
def _members(network: Network) -> dict[str, list[TaskSource]]:
    """Members of namespaces by their groups; "" holds those of which not all groups are known."""
    found: dict[str, list[TaskSource]] = {}
    for source in network.every(TaskSource):
        for link in source.groups if source.namespaces else ():
            found.setdefault(link.to if link.exact else "", []).append(source)
    return found


def allowed_by_network(
    network: Network, attachment: GroupAttachment, permission: Permission
) -> Fact:
    """Whether a permission allows what tasks behind an NLB may: its VPC, or the NLB's addresses."""
    if permission.peer is not None:
        return _group_within(network, attachment, permission.peer)
    if not names_addresses(permission):
        return FALSE
    parts = list(_own_addresses(network, attachment, permission))
    places = [link for source in attachment.sources for link in vpcs(network, source)]
    places += [
        group.vpc
        for front in _fronts(network, attachment)
        if (group := front.target_group) is not None and group.vpc is not None
    ]
    parts += [allows_range_within(network, permission, vpc) for vpc in places[:2] or (None,)]
    return any_of(parts)


def _group_within(network: Network, attachment: GroupAttachment, peer: Link) -> Fact:
    """Whether a group is one of the VPC of the tasks, which is narrower than the whole VPC."""
    text = f"{peer.to or 'it'} is a security group of the VPC"
    group = network.get(SecurityGroup, peer)
    places = (link for source in attachment.sources for link in vpcs(network, source))
    parts = []
    for vpc in places:
        own = group.vpc if group is not None else None
        waits = peer.waits("a group") if own is None else (*own.fact.needs, *vpc.fact.needs)
        truth = None if own is None else same_entity(own, vpc)
        otherwise = f"{peer.to or 'it'} is a security group of another VPC"
        if group is not None and own is None and not group.external:
            # AWS makes it in the default VPC of the account.
            tasks = network.get(Vpc, vpc)
            truth = False if tasks is not None and not (tasks.external or tasks.found) else None
            waits = vpc.waits("the VPC of the tasks", tasks)
            otherwise = f"{group.name} names no VPC, so it is in the default VPC"
        fact = Fact(truth, text, peer.place, peer.to, waits, otherwise)
        parts.append(all_of((fact, *_in_no_other(network, peer, vpc))))
    return any_of(parts) if parts else Fact(None, text, peer.place, peer.to, peer.waits("a group"))


def _in_no_other(network: Network, group: Link, vpc: Link) -> Iterator[Fact]:
    """That a group is associated with no other VPC, whose members would be allowed as well."""
    for each in associations(network, group.to):
        same = same_entity(each.vpc, vpc)
        text = f"{group.to} is used in {each.vpc.to or 'another VPC'} too"
        truth = None if same is None else not same
        other = Fact(truth, text, each.vpc.place, group.to, each.vpc.waits("a VPC"))
        yield ~all_of((other, each.group.fact, each.exists))


def allowed_by_group(network: Network, attachment: GroupAttachment, permission: Permission) -> Fact:
    """Whether a permission allows a group, or a range that is excused: Lattice's, the settings'."""
    name, at = permission.on.name, permission.place
    grouped = permission.itself or permission.peer is not None
    text = f"{name} allows ingress from a security group"
    otherwise = f"{name} allows ingress from {who(network, permission)}"
    group = Fact(grouped, text, at, name, otherwise=otherwise)
    lattice = lattice_list(network, permission, attachment.lattice)
    return any_of((group, by_settings(network, permission), lattice))


def _own_addresses(
    network: Network, attachment: GroupAttachment, permission: Permission
) -> Iterator[Fact]:
    """Whether a permission allows addresses of an NLB in front: private ones, or its Elastic IP."""
    own: list[tuple[Addresses, Fact]] = []
    for front in _fronts(network, attachment):
        balancer = front.balancer
        if balancer is None:
            if permission.public:
                text = f"{who(network, permission)} is the NLB's own Elastic IP"
                yield Fact(None, text, front.place, permission.on.name, front.needs) & front.fact
            continue
        each_has = len(balancer.addresses) == len(balancer.subnets)
        for link, address in zip(balancer.subnets, balancer.addresses, strict=False):
            if each_has or not address.open:
                own.append((at_address(in_subnet(network, link), address).addresses, front.fact))
        for link in balancer.elastic:
            if permission.public and not (link.to and link.exact):
                text = f"{who(network, permission)} is the NLB's own Elastic IP"
                needs = link.waits("an Elastic IP")
                yield Fact(None, text, link.place, balancer.name, needs) & front.fact
            if link.to and permission.range and link.to == owner(permission.range):
                text = f"{link.to} is the NLB's own Elastic IP, which its targets never see"
                yield Fact(True, text, link.place) & front.fact
    if own:
        wanted, held = addresses(network, permission), Addresses.together(own)
        truth = held.covers(wanted)
        needs = (*wanted.needs, *held.needs)
        text = f"{who(network, permission)} holds only the NLB's own addresses"
        yield permission.states(truth, text, needs)


def only_way_in(network: Network, attachment: GroupAttachment) -> Fact:
    """Whether the internet is all that a group can allow for its tasks to be reached.

    So it is behind a public NLB that has no groups and shows its targets the clients' addresses,
    with no ALB in front.
    """
    parts = []
    for source, uses in attachment.attached:
        for front in balancer_paths(network, source):
            if front.kind not in ("network", None):
                continue
            shown = [preserves_client_ip(front.target_group)] if front.target_group else []
            parts.append(all_of((uses, front.fact, _bare(network, source, front), *shown)))
    return any_of(parts) & ~stands_behind(network, attachment, "application")


def _bare(network: Network, source: TaskSource, front: BalancerPath) -> Fact:
    """Whether the load balancer of a way is public and has no groups."""
    balancer = front.balancer
    if balancer is None:
        text = f"{source.name} is behind a public NLB without security groups"
        return Fact(None, text, front.place, source.name, front.needs)
    return is_public(network, link_to(balancer)) & ~_has_groups(balancer)


def _has_groups(balancer: LoadBalancer) -> Fact:
    """Whether a load balancer has security groups."""
    setting = balancer.groups_setting
    text, otherwise = (
        f"{balancer.name} has security groups",
        f"{balancer.name} has no security groups",
    )
    known = any(link.sure for link in balancer.groups)
    truth = True if known else None if balancer.groups else False
    return Fact(truth, text, setting.place, balancer.name, setting.needs, otherwise)
