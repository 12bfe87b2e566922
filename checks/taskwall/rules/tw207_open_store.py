"""TW207: Data stores allow only tasks.

What: A security group of a data store that tasks use (RDS, Aurora, RDS Proxy, ElastiCache,
    MemoryDB, DAX, DocumentDB, Neptune, Redshift, Timestream for InfluxDB, OpenSearch, MSK, Amazon
    MQ, mount targets of EFS, and FSx) allows ingress from an address range (also that of the tasks'
    own subnets), a prefix list, the VPC's default group, or a group that a load balancer uses as
    well, be it the store's own. From the internet: critical. In the profile `strict`, also the
    group of anything else in the sources, and what opens other ports than the store's: low.
Why: A range says where a client is, not what it is. If a load balancer and tasks share a group,
    somebody who takes over the load balancer can connect to the data of the tasks.
Fine when: A bastion, a function or a migration uses a group of its own (but not in `strict`). A
    client that must connect by address, such as an office behind a transit gateway, is named in the
    setting `allowed-peers`. Members of the store's own group pass (its nodes talk to each other),
    unless it is the default group, or a load balancer (in `strict`: a function) uses it as well. So
    do RDS Proxies, which are stores themselves. So does, but in `strict`, what allows other ports
    than that of a database of RDS or Aurora (PostgreSQL, MySQL, MariaDB). A default group that is
    as AWS makes it is reported where tasks, container instances or load balancers use it as well.
Terraform: Allow the group of the tasks in place of this:
    referenced_security_group_id = <the tasks' group>.id
CloudFormation: Allow the group of the tasks in place of this:
    SourceSecurityGroupId: <id of the tasks' group>
Guide: data-stores
See: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Overview.RDSSecurityGroups.html
"""

from collections.abc import Iterator

from taskwall.core.change import NewValue, Placeholder, ResourceAttribute
from taskwall.core.facts import FALSE, Fact, all_of
from taskwall.core.values import Need
from taskwall.model.compute.container_instances import Instances
from taskwall.model.core.entity import Link, titled
from taskwall.model.core.network import Network, remembered
from taskwall.model.data_stores.peers import Peer, balancers_use, judge_peer, others_use
from taskwall.model.data_stores.store import (
    MountTarget,
    Store,
    default_groups_as_made,
    groups_of_tasks,
    looked_up,
    store_groups,
    used,
)
from taskwall.model.endpoints.endpoint import Endpoint
from taskwall.model.entities.function import LambdaFunction
from taskwall.model.entities.security_group import Permission, SecurityGroup
from taskwall.model.exposure.group_users import names_of_used
from taskwall.model.exposure.task_ingress import by_permission, worst_first
from taskwall.model.permissions.circles import made_before
from taskwall.model.permissions.peers import listed, possible_permissions
from taskwall.model.permissions.ports import opens
from taskwall.rules._rule import Verdict, cannot_be_seen, rule
from taskwall.rules._shared import without_permissions

_PORTS = {True: "", None: ", if on ports that may be others", False: ", if on other ports"}
"""What messages add, by whether a permission is for the port of the store."""

_FOR_OTHERS = (
    "If this client needs the store, name its group in the setting allowed-peers; else remove this."
)

_OWN_GROUP = "Give it a security group of its own, which allows the group of the tasks."


@rule("medium", default=True, pci=True, per_use=True)
def open_store(network: Network) -> Iterator[Verdict]:
    for store in (*network.every(Store), *network.every(MountTarget)):
        usage = used(network, store)
        if usage.truth is False:
            continue
        for link in store_groups(network, store):
            yield from _judged(network, store, link)
        for link in default_groups_as_made(network, store):
            named = titled(store.word, store)
            yield Verdict(
                store.origin,
                store.groups_setting.place,
                Fact(True, f"nothing closes {link.to}", store.groups_setting.place, store.name),
                f"{named} uses the VPC's default group, which allows ingress from all its members",
                concerned=all_of((usage, link.fact, others_use(network, link.to))),
                remedy=_OWN_GROUP,
            )
    if (found := looked_up(network)) is not None:
        variable, name = found
        text = f"{name} allows ingress not only from tasks"
        yield cannot_be_seen(variable.on, variable.at, text, (Need(name, "is not in the sources"),))


def _open(store: Store, permission: Permission, wrong: Fact) -> Fact:
    """Whether a permission allows the wrong ones to a store: on its port, if that is known."""
    return wrong if store.port is None else all_of((wrong, opens(permission, store.port)))


def _wrong(network: Network, store: Store, permission: Permission, peer: Peer) -> Fact:
    """Whether a permission of a store's group is wrong: in `strict` on whichever port."""
    if network.policy.profile == "strict":
        return peer.wrong
    return _open(store, permission, peer.wrong)


def _is_for_tasks(network: Network, store: Store, permission: Permission, peer: Peer) -> bool:
    """Whether a permission certainly allows tasks, and nobody else, to a store."""
    link = permission.peer
    return (
        link is not None
        and not permission.on.maybe
        and _open(store, permission, ~peer.wrong).truth is True
        and all_of((permission.fact, groups_of_tasks(network).get(link.to, FALSE))).truth is True
    )


def _on_port(network: Network, store: Store, permission: Permission) -> bool | None:
    """Whether what is wrong is on the port of a store: in `strict` it need not be."""
    if store.port is None or network.policy.profile != "strict":
        return True
    return opens(permission, store.port).truth


def _group_of_tasks(network: Network, permission: Permission) -> NewValue:
    """The one group of all tasks, where an address is to make room for it; else a placeholder.

    Who else has a group that the store allows was meant, and is for the user to decide; so is
    where functions and instances with other groups connect by their addresses.
    """
    groups = groups_of_tasks(network)
    (group, fact), *others = groups.items() if groups else (("", FALSE),)
    entity = network.get(SecurityGroup, group)
    if (
        permission.peer is None
        and not others
        and fact.truth is True
        and entity is not None
        and not (entity.external or entity.default or group == permission.group.to)
        and balancers_use(network, group).truth is False
        and not made_before(network, permission.on.address, group)
        and not _may_have_other_clients(network)
    ):
        return ResourceAttribute(group, "id", "GroupId")
    return Placeholder("id of the tasks' group")


@remembered
def _may_have_other_clients(network: Network) -> bool:
    """Whether there are functions, instances, or groups of something else that may connect."""
    seen = names_of_used(network, "tasks", "balancers", "stores")
    seen |= {link.to for each in network.every(Endpoint) for link in each.groups}
    groups = network.every(SecurityGroup)
    unseen = (each for each in groups if not (each.default or each.id in seen))
    return any((network.every(LambdaFunction), network.every(Instances), any(unseen)))


def _judged(network: Network, store: Store, link: Link) -> Iterator[Verdict]:
    """What a group of a store allows."""
    concerned = all_of((used(network, store), link.fact))
    named = titled(store.word, store)
    permitted = possible_permissions(network, link, "ingress")
    peers = {permission.id: judge_peer(network, permission) for permission in permitted}
    allowing = [p for p in permitted if _is_for_tasks(network, store, p, peers[p.id])]
    for each in by_permission((p, _wrong(network, store, p, peers[p.id])) for p in permitted):
        permission, peer = each.permission, peers[each.permission.id]
        words = listed(peers[p.id].words for p in worst_first(network, each.alike))
        on_port = _on_port(network, store, permission)
        remedy, narrowed = "", permission.for_group(_group_of_tasks(network, permission))
        if peer.weight == "low" and permission.peer is not None:
            remedy, narrowed = _FOR_OTHERS, ()
        elif allowing:
            by, narrowed = allowing[0].on.name, ()
            remedy = (
                f"Remove it: {by} allows tasks already. If other tasks need it, allow their group."
            )
        yield Verdict(
            permission.on,
            permission.place,
            each.fact,
            f"{permission.on.name} allows ingress from {words} to {named}, not only from tasks"
            f"{_PORTS[on_port]}",
            holds=f"{permission.on.name} opens {named} to tasks only",
            about=permission.id,
            block=permission.written_in,
            severity=peer.weight if on_port else "low",
            concerned=all_of((concerned, permission.fact)),
            # Nobody asks whether what is not there makes a store of a group that it is handed.
            unreported=store.origin.unseen,
            changes=narrowed if permission.alone else (),
            advice=narrowed,
            remedy=remedy,
        )
    group = network.get(SecurityGroup, link)
    if group is None or group.external:
        if group is None or not group.default:
            needs = link.waits("a group")
            text = f"the security groups of {named} allow ingress not only from tasks"
            yield cannot_be_seen(store.origin, link.place, text, needs, concerned)
    else:
        yield from without_permissions(group, permitted, concerned)
