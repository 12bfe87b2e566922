"""Isolation groups: which task sources must be kept apart, and what they share all the same."""

from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase

from msgspec import Struct

from taskwall.core.facts import Fact, all_of, any_of
from taskwall.core.values import Need, Span
from taskwall.model.compute.vpc_tenants import Tenant, inhabitants, tenants
from taskwall.model.core.entity import Link, same_entity
from taskwall.model.core.network import Network, remembered
from taskwall.model.core.tag import Tag, tags_of
from taskwall.model.entities.ecs import Cluster, TaskSource
from taskwall.model.entities.security_group import SecurityGroup
from taskwall.model.entities.vpc import Vpc
from taskwall.model.permissions.peers import permissions, task_groups


class Membership(Struct, frozen=True):
    """The isolation group that something is in: "" for none, unknown while `needs` say so.

    `by` is the address of the resource whose tag says so, at `place`.
    """

    group: str = ""
    needs: tuple[Need, ...] = ()
    place: Span | None = None
    by: str = ""

    @property
    def words(self) -> str:
        """How messages speak of somebody in it."""
        if self.needs:
            return "in an unknown isolation group"
        return f"of isolation group {self.group}" if self.group else "of no isolation group"


NOWHERE = Membership()


@remembered
def declared(network: Network) -> bool:
    """Whether settings or tags name any isolation group: else nobody asked for isolation."""
    tag = network.policy.isolation_tag
    return bool(network.policy.isolated) or any(
        each.key == tag or (each.key is None and not each.whole) for each in network.every(Tag)
    )


@remembered
def membership(network: Network, source: TaskSource) -> Membership:
    """The isolation group of a task source: by its own tag, its cluster's, or the settings."""
    own = _tagged(network, source.origin.address)
    if own is not None:
        return own
    if source.cluster is None:
        names = (source.origin.address, source.name, "default")
        return _named(network, names) or NOWHERE
    return of_cluster(network, source.cluster, (source.origin.address, source.name))


def of_cluster(network: Network, link: Link, names: tuple[str, ...] = ()) -> Membership:
    """The isolation group of a cluster, and of what goes by further names in it."""
    cluster = network.get(Cluster, link)
    tagged = _tagged(network, link.to) if cluster is not None else None
    if tagged is not None:
        return tagged
    known = [link.to, link.to.rpartition("/")[2]]
    if cluster is not None:
        known += [cluster.origin.name, str(cluster.named.known or "")]
    found = _named(network, (*names, *(name for name in known if name)))
    if found is not None:
        return found
    if cluster is None or cluster.external:
        # Its tags are not seen, nor its name where it is no name that the sources refer to.
        by_name = network.policy.isolated and (link.exact or (cluster and cluster.named.known))
        needs = link.waits("a cluster", cluster)
        return NOWHERE if by_name else Membership("", needs, link.place)
    if cluster.named.open and network.policy.isolated:
        return Membership("", cluster.named.needs, cluster.named.place)
    return NOWHERE


def _tagged(network: Network, address: str) -> Membership | None:
    maybe: Membership | None = None
    for tag in tags_of(network, address):
        if tag.key == network.policy.isolation_tag:
            if tag.value.open:
                return Membership("", tag.value.needs, tag.value.place, address)
            return Membership(str(tag.value.known or ""), (), tag.value.place, address)
        if tag.key is None and (not tag.whole or _tags_in_use(network)):
            needs = tag.value.needs or (Need(f"a tag of {address}", "is not known"),)
            maybe = Membership("", needs, tag.value.place, address)
    return maybe


@remembered
def _tags_in_use(network: Network) -> bool:
    """Whether any tag of the sources names a group: only then may tags that are open do so."""
    return any(tag.key == network.policy.isolation_tag for tag in network.every(Tag))


def _named(network: Network, names: tuple[str, ...]) -> Membership | None:
    for group, patterns in network.policy.isolated:
        if any(fnmatchcase(name, pattern) for pattern in patterns for name in names):
            return Membership(group)
    return None


def outside(network: Network, mine: Membership, other: Membership) -> bool | None:
    """Whether somebody is outside an isolation group; None if the sources do not tell."""
    if mine.needs or other.needs:
        return None
    if mine.group == other.group:
        return False
    return True if other.group else network.policy.undeclared


# --- what is shared


class SharedResource(Struct, frozen=True):
    """Something that task sources of an isolation group may share with others.

    `with_outsiders` is whether they do; `other` the first of those with whom they do, or may.
    `seen` is false for a VPC that is not in the sources.
    """

    source: TaskSource
    what: str
    at: Span
    with_outsiders: Fact
    other: str
    seen: bool = True


class Users(Struct, frozen=True):
    """Those who use one entity that can be shared, by their isolation groups.

    They may do so, and may not, where it is not `sure`.
    """

    link: Link
    groups: dict[Membership, list[TaskSource]]
    sure: bool = True

    def enter(self, network: Network, source: TaskSource) -> None:
        """Add one."""
        found = membership(network, source)
        self.groups.setdefault(Membership(found.group, found.needs), []).append(source)


@remembered
def _by_vpc(network: Network) -> tuple[Users, ...]:
    return _users(network, ((t.source, t.vpc) for t in tenants(network) if t.source is not None))


@remembered
def _by_cluster(network: Network) -> tuple[Users, ...]:
    return _users(network, ((s, _cluster(s)) for s in network.every(TaskSource)))


def _cluster(source: TaskSource) -> Link:
    fact = Fact(True, f"{source.name} runs in the default cluster", source.origin.header)
    return source.cluster or Link("default", fact, source.origin.header)


def _users(network: Network, pairs: Iterable[tuple[TaskSource, Link]]) -> tuple[Users, ...]:
    found: dict[str, Users] = {}
    for source, link in pairs:
        found.setdefault(link.to, Users(link, {})).enter(network, source)
    return tuple(found.values())


@remembered
def _by_group(network: Network) -> dict[str, list[Users]]:
    """Those who use groups, or may: "" holds those of which it is not certain which group it is."""
    found: dict[object, Users] = {}
    for source in network.every(TaskSource):
        for link in task_groups(network, source):
            key = link.to, link.exact, link.written, link.sure, link.fact.needs
            found.setdefault(key, Users(link, {}, link.sure)).enter(network, source)
    by_id: dict[str, list[Users]] = {}
    for users in found.values():
        by_id.setdefault(users.link.to if users.link.exact else "", []).append(users)
    return by_id


def _users_of_group(network: Network, link: Link) -> list[Users]:
    """Those that use a group, and those that may do so."""
    found = _by_group(network)
    alike = (link.to, "") if link.exact and link.to else found
    return [users for key in alike for users in found.get(key, ())]


def shared(network: Network, source: TaskSource) -> Iterator[SharedResource]:
    """What a task source of an isolation group uses, and whether outsiders use it as well."""
    mine = membership(network, source)
    for tenant in _tenants(network).get(source.id, ()):
        named = tenant.vpc.to or "its VPC"
        fact, other = _with_outsiders(network, source, mine, tenant.vpc, _by_vpc(network), named)
        seen = tenant.vpc.exact and bool(tenant.vpc.to)
        yield SharedResource(source, named, source.subnets_setting.place, fact, other, seen)
    link = _cluster(source)
    named = f"cluster {link.to}" if link.to else "its cluster"
    fact, other = _with_outsiders(network, source, mine, link, _by_cluster(network), named)
    yield SharedResource(source, named, link.place, fact, other)
    for link in source.groups:
        named = f"group {link.to}" if link.to else "a group"
        used = _users_of_group(network, link)
        fact, other = _with_outsiders(network, source, mine, link, used, named)
        fact = _allows_itself(network, link) & fact
        shares = fact if link.sure else fact & link.fact
        yield SharedResource(source, named, link.place, shares, other)


@remembered
def _tenants(network: Network) -> dict[str, list[Tenant]]:
    found: dict[str, list[Tenant]] = {}
    for tenant in tenants(network):
        if tenant.source is not None:
            found.setdefault(tenant.source.id, []).append(tenant)
    return found


def _with_outsiders(
    network: Network,
    source: TaskSource,
    mine: Membership,
    link: Link,
    used: Iterable[Users],
    named: str,
) -> tuple[Fact, str]:
    """Whether somebody outside a group uses the same entity, and who does, or may."""
    alone = f"no task outside isolation group {mine.group} uses {named}"
    parts = [Fact(False, "", link.place, source.name, otherwise=alone)]
    first: dict[bool, str] = {}
    for users in used:
        same = same_entity(users.link, link)
        for theirs, sources in users.groups.items() if same is not False else ():
            out = outside(network, mine, theirs)
            if out is False:
                continue
            other = sources[0]  # not the source itself, which is in its own group
            truth = True if same and out and users.sure else None
            text = f"{other.name}, {theirs.words}, uses {named} as well"
            needs = (*mine.needs, *theirs.needs)
            if same is None:
                shared = _open(users.link, f"what {other.name} uses")
                needs += (*_open(link, named), *shared)
            elif not users.sure:
                needs += users.link.fact.waits_for()
            parts.append(Fact(truth, text, other.origin.header, other.name, needs))
            first.setdefault(truth is True, f"{other.name}, {theirs.words}")
    return any_of(parts), first.get(True) or first.get(False) or "others"


def _open(link: Link, word: str) -> tuple[Need, ...]:
    """What a link waits for, if it may lead to several things; `word` is what that is called."""
    return () if link.exact and link.to else link.waits(word)


def _allows_itself(network: Network, link: Link) -> Fact:
    """Whether the members of a group can talk to each other by its own permissions."""
    group = network.get(SecurityGroup, link)
    name = link.to or "a group"
    text = f"{name} allows ingress from its own members"
    otherwise = f"{name} does not allow ingress from its own members"
    own = Fact(False, text, link.place, name, otherwise=otherwise)
    parts = [own]
    for permission in permissions(network, link.to, "ingress") if link.to else ():
        same: bool | None = permission.itself
        if permission.peer is not None:
            same = same_entity(permission.peer, link)
        if same is not False:
            needs = permission.peer.fact.needs if permission.peer else ()
            stated = Fact(same, text, permission.place, permission.on.name, needs)
            parts.append(all_of((stated, permission.fact)))
    if group is None or group.external:
        parts.append(Fact(None, text, link.place, name, link.waits(name, group)))
    return any_of(parts)


# --- who is where


class Residents(Struct, frozen=True):
    """The isolation groups that have tasks in a VPC, each with one of them: "" for those of none.

    Tasks of no group are left out where settings ignore them. `waits` says what further groups
    wait for, if there may be any.
    """

    groups: dict[str, str]
    waits: tuple[Need, ...]


@remembered
def residents(network: Network, vpc: Link) -> Residents:
    """The isolation groups that have tasks or container instances in a VPC."""
    groups: dict[str, str] = {}
    waits: list[Need] = []
    for tenant, here in inhabitants(network, vpc):
        for member in _memberships(network, tenant):
            if member.needs or (here.truth is None and _counts(network, member)):
                waits += (*member.needs, *here.needs)
            elif _counts(network, member):
                groups.setdefault(member.group, tenant.name)
    thing = network.get(Vpc, vpc)
    if thing is None or thing.external:
        waits += vpc.waits("a VPC")
    return Residents(groups, tuple(dict.fromkeys(waits)))


def _counts(network: Network, member: Membership) -> bool:
    """Whether somebody is to be kept apart from the tasks of a group that is not its own."""
    return bool(member.group) or network.policy.undeclared


def _memberships(network: Network, tenant: Tenant) -> Iterator[Membership]:
    if tenant.source is not None:
        yield membership(network, tenant.source)
    for link in tenant.clusters:
        yield of_cluster(network, link)


def apart(network: Network, one: Link, other: Link | None) -> Fact:
    """Whether two VPCs hold tasks of two isolation groups, or of one and of none.

    `other` is None for whoever the sources do not show.
    """
    here, there = residents(network, one), NOBODY if other is None else residents(network, other)
    text = "tasks of two isolation groups run on its two sides"
    otherwise = "no tasks of two isolation groups run on its two sides"
    for mine, name in here.groups.items():
        for theirs, far in there.groups.items():
            if mine != theirs:
                near, beyond = Membership(mine).words, Membership(theirs).words
                text = f"{name}, {near}, is on one side, {far}, {beyond}, on the other"
                return Fact(True, text, one.place)
    certain = not here.waits and not there.waits
    empty = (not here.groups and not here.waits) or (not there.groups and not there.waits)
    truth = False if certain or empty else None
    return Fact(truth, text, one.place, "", (*here.waits, *there.waits), otherwise)


NOBODY = Residents({}, (Need("the other side", "is not in the sources"),))
