"""TW207: Data stores admit tasks only.

What: A group of a data store that tasks use (RDS, Aurora, ElastiCache, MemoryDB, DocumentDB,
    Neptune, Redshift, OpenSearch, MSK, Amazon MQ, mount targets of EFS, and FSx) admits a range of
    addresses, be it that of the tasks' own subnets, a prefix list, the VPC's default group, or a
    group that a load balancer carries as well. From the internet: critical. In the profile
    `strict`, the group of anything else in the sources: low.
Why: A range says where something stands, not what it is. A group that a load balancer shares with
    tasks lets whoever takes over the one talk to the data of the other.
Fine when: A bastion, a function or a migration reaches the store by a group of its own (but in
    `strict`). What must reach it by address, such as an office behind a transit gateway, is named
    in the setting `allowed-peers`. Members of the store's own group pass: its nodes talk to each
    other.
Terraform: Admit the group of the tasks:
    referenced_security_group_id = aws_security_group.tasks.id
CloudFormation: Admit the group of the tasks:
    SourceSecurityGroupId: !GetAtt TasksSecurityGroup.GroupId
Guide: data-stores
See: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Overview.RDSSecurityGroups.html
"""

from collections.abc import Iterator

from taskwall.facts import all_of
from taskwall.model.admission import instances
from taskwall.model.group import SecurityGroup
from taskwall.model.network import Network
from taskwall.model.reach import permissions
from taskwall.model.store import MountTarget, Store, looked_up, used
from taskwall.model.store_peers import judged
from taskwall.model.thing import Link
from taskwall.rule import Verdict, cannot_be_seen, passes, rule
from taskwall.values import Need


@rule("medium", default=True, pci=True)
def open_store(network: Network) -> Iterator[Verdict]:
    for store in (*network.every(Store), *network.every(MountTarget)):
        usage = used(network, store)
        for link in store.groups if usage.truth is not False else ():
            yield from _judged(network, store, link)
    if (found := looked_up(network)) is not None:
        variable, name = found
        text = f"{name} admits others than tasks"
        yield cannot_be_seen(variable.on, variable.at, text, (Need(name, "is not in the sources"),))


def _judged(network: Network, store: Store, link: Link) -> Iterator[Verdict]:
    """What a group of a store admits."""
    concerned = all_of((used(network, store), link.fact))
    named = f"{store.word} {store.name}"
    permitted = permissions(network, link.to, "ingress") if link.to else []
    peers = {permission.id: judged(network, permission) for permission in permitted}
    for each in instances((p, peers[p.id].wrong) for p in permitted):
        permission, peer = each.permission, peers[each.permission.id]
        yield Verdict(
            permission.on,
            permission.place,
            each.fact,
            f"{permission.on.name} admits {peer.words} to {named}, which is no group of tasks",
            holds=f"{permission.on.name} admits only tasks to {named}",
            about=permission.id,
            severity=peer.weight,
            concerned=all_of((concerned, permission.fact)),
        )
    group = network.at(SecurityGroup, link) if link.to else None
    if group is None or group.external:
        if group is None or not group.default:
            needs = link.waits("a group")
            text = f"the groups of {named} admit others than tasks"
            yield cannot_be_seen(store.origin, link.place, text, needs, concerned)
    elif not permitted:
        holds = f"{group.name} admits nobody"
        yield passes(group.origin, group.origin.header, holds, concerned)
