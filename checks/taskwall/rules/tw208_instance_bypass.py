"""TW208: Container instances allow only load balancers, on the ports that tasks publish.

What: A security group of container instances that run bridge or host tasks behind a load balancer
    (or of Managed Instances that run host tasks, by their capacity provider) allows ingress from
    something other than what tasks may allow behind that load balancer (the groups of the ALB; the
    groups and addresses of the NLB, and the VPC; members of the group), or opens ports other than
    those that these tasks publish. Behind no load balancer: it allows ingress from addresses and
    not from security groups. From the internet: high.
Why: What the instance allows, its tasks allow, because they use the ports of the instance. A client
    that bypasses the load balancer meets no TLS, no authentication and no log.
Fine when: A known client must reach the instance, such as a scanner: name it in the setting
    `allowed-peers`, which then applies to every port. To log in, Session Manager needs no open
    port. Where Docker assigns the ports, 32768-65535 may be open (on Windows 49152-65535), or the
    range that the agent is given in ECS_DYNAMIC_HOST_PORT_RANGE. A group without ingress rules
    passes here.
Terraform: Allow the load balancer's group on the published ports, nothing else:
    referenced_security_group_id = <the load balancer's group>.id
    from_port                    = 32768
    to_port                      = 65535
CloudFormation: Allow the load balancer's group on the published ports, nothing else:
    SourceSecurityGroupId: <id of the load balancer's group>
    FromPort: 32768
    ToPort: 65535
Guide: alb-only, nlb-ranges
See: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PortMapping.html
"""

from collections.abc import Iterator
from functools import partial

from taskwall.core.change import Placeholder
from taskwall.core.facts import all_of
from taskwall.model.compute.placement import on_unseen_instances
from taskwall.model.core.network import Network
from taskwall.model.exposure.instance_groups import (
    host_groups,
    ports_before,
    shares_network,
    unseen_balancers,
)
from taskwall.model.exposure.narrowing import opens_some
from taskwall.model.exposure.task_ingress import (
    GroupAttachment,
    allowed_behind,
    allowed_by_group,
    asks_for_balancer,
    balancer_group,
    by_permission,
    hangs_on_balancer,
    ingress,
    stands_behind,
)
from taskwall.model.load_balancing.paths import behind
from taskwall.model.permissions.peers import allows_internet, by_settings, listed
from taskwall.model.permissions.ports import at_ports, has_ports, narrowed_to, only_opens
from taskwall.rules._rule import Verdict, cannot_be_seen, rule
from taskwall.rules._shared import balancers_elsewhere, without_permissions

_TO_CLIENT = "Allow the client's security group, not addresses:\n"

_PORT = Placeholder("port that tasks publish")


@rule("medium", default=True, pci=True, yields_to=("TW204",), per_use=True)
def instance_bypass(network: Network) -> Iterator[Verdict]:
    for attachment in host_groups(network):
        way = stands_behind(network, attachment)
        if way.truth is False:
            yield from _apart(network, attachment)
            continue
        hosts, concerned = (
            f"the container instances of {attachment.names}",
            all_of((attachment.fact, way)),
        )
        ports = ports_before(network, attachment)
        permissions = ingress(network, attachment)
        proper = {p.id: allowed_behind(network, attachment, p) for p in permissions}
        for each in by_permission((p, proper[p.id]) for p in permissions):
            permission, name = each.permission, each.permission.on.name
            narrowed = permission.for_group(balancer_group(network, attachment, permission))
            public = allows_internet(network, permission).truth
            # A private range may be meant for other clients than the load balancer.
            narrows = public and permission.alone and opens_some(permission, ports)
            if asks_for_balancer(network, attachment, permission):
                continue  # The load balancer itself is not in the sources, which is reported below.
            # An address is wrong behind a load balancer, and behind none (see `_apart`).
            wrong = way | ~allowed_by_group(network, attachment, permission)
            yield Verdict(
                permission.on,
                permission.place,
                ~each.fact,
                f"{name} allows ingress from {each.peers(network)} to {hosts}, bypassing the load"
                f" balancer{'' if way.truth else ', if there is one'}",
                holds=f"{name} opens {hosts} to the load balancer only",
                about=permission.id,
                block=permission.written_in,
                severity="high" if public else None,
                concerned=all_of((attachment.fact, wrong, permission.fact)),
                changes=narrowed if narrows else (),
                advice=narrowed,
            )
        opened = [p for p in permissions if has_ports(p)]
        known = ports.tcp.spans if not (ports.udp or ports.needs or ports.perhaps) else ()
        first, last = known[0] if len(known) == 1 else (_PORT, _PORT)
        hosts, whose = _behind(network, attachment)
        for each in by_permission((p, only_opens(p, ports, attachment.names)) for p in opened):
            permission, name = each.permission, each.permission.on.name
            allowed = by_settings(network, permission)
            peer = proper[permission.id].truth
            if each.fact.truth is True or allowed.truth is True:
                continue  # Reported above, at the peer.
            # Whoever it is for, it is too much: what is wrong at the peer is reported there.
            yield Verdict(
                permission.on,
                at_ports(permission),
                all_of((~each.fact, ~allowed)),
                f"{name} opens {each.ports} of {hosts}, more than the ports that {whose} publish",
                holds=f"{name} applies only to peers that the settings allow",
                about=permission.id,
                concerned=all_of((concerned, permission.fact)),
                unreported=peer is False,
                changes=narrowed_to(permission, ports, _PORT.hint),
                advice=permission.for_ports(first, last),
            )
        yield from without_permissions(attachment.declared, permissions, concerned)
    yield from _unseen(network)


def _apart(network: Network, attachment: GroupAttachment) -> Iterator[Verdict]:
    """Instances whose tasks are behind no load balancer: they allow groups, not addresses."""
    hosts = f"the container instances of {attachment.names}"
    permissions = ingress(network, attachment)
    for each in by_permission((p, allowed_by_group(network, attachment, p)) for p in permissions):
        permission, name = each.permission, each.permission.on.name
        narrowed = permission.for_group(Placeholder("id of the client's group"))
        yield Verdict(
            permission.on,
            permission.place,
            ~each.fact,
            f"{name} allows ingress from {each.peers(network)} to {hosts}, by address and not by"
            " security group",
            holds=f"{name} opens {hosts} to security groups only",
            about=permission.id,
            block=permission.written_in,
            severity="high" if allows_internet(network, permission).truth else None,
            concerned=attachment.fact & permission.fact,
            changes=narrowed if permission.alone else (),
            advice=narrowed,
            remedy=_TO_CLIENT,
        )
    yield from without_permissions(attachment.declared, permissions, attachment.fact)


def _behind(network: Network, attachment: GroupAttachment) -> tuple[str, str]:
    """The instances whose ports are meant for a load balancer, and whose ports those are."""
    sources = [source for source, fact in attachment.attached if fact.truth is not False]
    fronted = [each for each in sources if behind(network, each).truth is not False]
    if attachment.also or not fronted or len(fronted) == len(sources):
        return f"the container instances of {attachment.names}", "tasks"
    names = listed(each.name for each in fronted)
    return f"the container instances of {names}", "the tasks behind the load balancer"


def _unseen(network: Network) -> Iterator[Verdict]:
    """The first task source whose instances or load balancer are not in the sources."""
    for each in on_unseen_instances(network):
        source = each.source
        shares = shares_network(network, source)
        fact = all_of((each.fact, shares, behind(network, source)))
        if fact.truth is not False:
            text = f"the instances of {source.name} let clients bypass the load balancer"
            yield cannot_be_seen(source.origin, each.at, text, each.needs, fact)
            return
    groups = host_groups(network)
    elsewhere = balancers_elsewhere(
        network,
        "the instances of {} let clients bypass the load balancer",
        lambda source, front: (
            shares_network(network, source).truth
            and hangs_on_balancer(network, source, groups, partial(asks_for_balancer, network))
        ),
    )
    for verdict in elsewhere:
        yield verdict
        return
    for each in unseen_balancers(network):
        text = f"the instances of {each.source.name} let clients bypass the load balancer"
        yield cannot_be_seen(each.source.origin, each.at, text, each.needs, each.fact)
        return
