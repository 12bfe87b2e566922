"""TW606: A network ACL of task subnets allows what the groups allow, and no internet ingress.

What: A network ACL of a subnet in which tasks or their instances run blocks all traffic of one of
    their security group rules, or its return traffic, which needs ACL entries of its own; or it
    allows ingress from the internet to a subnet without a load balancer, on ports other than those
    of return traffic.
Why: A security group does not show what a network ACL blocks: connections time out, and somebody
    then widens the group. If the ACL of a private subnet allows the internet, it does not add a
    second layer of protection behind the group.
Fine when: An ACL may be narrower than the addresses or ports of a security group on purpose:
    taskwall fails it only if it blocks all traffic of a security group rule, or the return traffic.
    What it denies by name, up to a /8 of public addresses, is to get no return traffic. If two
    entries open the same, taskwall reports the one with the lower number. An entry for traffic
    that entries with lower numbers deny has no effect, and passes.
    Return traffic goes to ports 32768-60999 of tasks and their clients (49152-65535 of Windows),
    and to 1024-65535 of load balancers. The default ACL of a VPC allows everything, and is not
    judged if the sources do not set it, or set just that.
Terraform: Which traffic an ACL is to stop is a design decision. Allow what the groups allow (from
    the CIDR of the VPC, all protocols), and the return traffic, which comes from anywhere through a
    NAT gateway (TCP ports 1024 to 65535).
CloudFormation: Which traffic an ACL is to stop is a design decision. Allow what the groups allow
    (from the CIDR of the VPC, all protocols), and the return traffic, which comes from anywhere
    through a NAT gateway (TCP ports 1024 to 65535).
Guide: beyond
See: https://docs.aws.amazon.com/vpc/latest/userguide/vpc-network-acls.html
"""

from collections.abc import Iterator

from taskwall.core.facts import Fact, all_of, any_of
from taskwall.core.values import Need
from taskwall.model.core.network import Network
from taskwall.model.entities.vpc import Subnet
from taskwall.model.routing.network_acl import (
    AclEntry,
    NetworkAcl,
    acl_entries,
    allows_internet_in,
    denied_before,
    lets_all_through,
    opened_before,
)
from taskwall.model.routing.permitted_traffic import broken, flows, groups_unseen, passes_there
from taskwall.model.routing.subnet_tenants import balanced, guarded, task_subnets
from taskwall.rules._rule import Verdict, cannot_be_seen, rule


@rule("low")
def mistaken_acl(network: Network) -> Iterator[Verdict]:
    for acl in network.every(NetworkAcl):
        here = guarded(network, acl)
        concerned = any_of(fact for _, fact in here)
        if acl.default_of:
            concerned &= ~_is_as_made(network, acl)
        if concerned.truth is False:
            continue
        yield _flows(network, acl, here, concerned)
        bare = any_of(fact & ~balanced(network, subnet) for subnet, fact in here)
        for entry in acl_entries(network).get(acl.id, ()):
            if entry.way != "egress":
                yield _internet(network, entry, acl, bare, concerned)
    if task_subnets(network):
        yield from _elsewhere(network)


def _is_as_made(network: Network, acl: NetworkAcl) -> Fact:
    """Whether a default ACL says what AWS has it say, as if it were not written."""
    entries, loose = (acl_entries(network).get(key, ()) for key in (acl.id, ""))
    text = f"{acl.name} says what AWS's default ACL does"
    needs = tuple(need for entry in (*entries, *loose) for need in entry.needs)
    parts = [Fact(None, text, acl.origin.header, acl.name, needs)] if needs else []
    parts += (entry.action.is_("allow") for entry in entries)
    for way in ("ingress", "egress"):
        parts.append(
            any_of(
                all_of((entry.range.is_("0.0.0.0/0"), entry.protocol.is_("-1", "all")))
                for entry in entries
                if entry.way == way
            )
        )
    return all_of(parts)


def _flows(
    network: Network, acl: NetworkAcl, here: list[tuple[Subnet | None, Fact]], concerned: Fact
) -> Verdict:
    at, name = acl.origin.header, acl.name
    otherwise = f"{name} blocks nothing that the security groups of tasks allow"
    parts = [Fact(False, "", at, name, otherwise=otherwise)]
    for subnet, guards in here:
        for tenant in task_subnets(network).get(subnet.id, ()) if subnet else ():
            if subnet is None or tenant.fact.truth is False:
                continue
            if not lets_all_through(network, acl):
                for link in groups_unseen(network, tenant):
                    text = f"{name} blocks what {link.to} allows"
                    parts.append(Fact(None, text, link.place, tenant.name, link.waits()))
            for flow in flows(network, tenant, subnet):
                truth = broken(network, acl, flow)
                if truth is not False:
                    answers = "the return traffic of " if passes_there(network, acl, flow) else ""
                    text = f"{name} blocks {answers}{flow.named}"
                    waits = (*flow.needs, *_open(network, acl), *guards.waits_for())
                    blocks = Fact(truth, text, flow.place, flow.on, waits)
                    parts.append(blocks if tenant.fact.truth else blocks & tenant.fact)
        if subnet is None:
            parts.append(
                Fact(None, f"{name} blocks traffic of tasks", at, name, guards.waits_for())
            )
    return Verdict(
        acl.origin,
        at,
        any_of(parts),
        f"{name} blocks traffic that a security group of tasks allows, or its return traffic",
        holds=otherwise,
        concerned=concerned,
    )


def _open(network: Network, acl: NetworkAcl) -> Iterator[Need]:
    """What is not known of the entries of an ACL."""
    entries = acl_entries(network)
    for entry in (*entries.get(acl.id, ()), *entries.get("", ())):
        yield from entry.needs


def _internet(
    network: Network, entry: AclEntry, acl: NetworkAcl, bare: Fact, concerned: Fact
) -> Verdict:
    denied = denied_before(network, acl, entry)
    opens = allows_internet_in(entry) & bare
    return Verdict(
        entry.on,
        entry.place,
        opens if denied.truth is False else opens & ~denied,
        f"{acl.name} allows ingress from {entry.range.known or 'an unknown CIDR'} to tasks without"
        " a load balancer",
        holds=f"this entry of {acl.name} opens no tasks to the internet",
        concerned=concerned,
        # Of what one entry opens and another one opens again, the first is to be changed.
        unreported=opens.truth is True and opened_before(network, acl, entry),
    )


def _elsewhere(network: Network) -> Iterator[Verdict]:
    """Entries of ACLs that are not in the sources: one unknown an ACL, at its first entry."""
    reported = set()
    for entry in network.every(AclEntry):
        acl = network.get(NetworkAcl, entry.acl)
        if (acl is None or acl.external) and entry.acl.to not in reported:
            reported.add(entry.acl.to)
            text = (
                f"{entry.acl.to or 'an ACL'} blocks traffic of tasks, or allows ingress from the"
                " internet"
            )
            yield cannot_be_seen(entry.on, entry.acl.place, text, entry.acl.waits("an ACL", acl))
