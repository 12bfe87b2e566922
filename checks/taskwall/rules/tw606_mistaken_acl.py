"""TW606: A network ACL of a task subnet neither breaks what groups allow nor opens to the internet.

What: A network ACL of a subnet in which tasks run lets nothing through of what a security group of
    these tasks allows, or not its answers, for which an ACL needs entries of their own; or it
    admits the internet to a subnet without a load balancer, on other ports than those of answers.
Why: What an ACL breaks, no security group shows: connections hang, and somebody widens the group.
    Where it admits the internet to a private subnet, it is no second wall behind the group.
Fine when: An ACL may be narrower than a group's range of addresses, or than all of its ports, by
    intention: taskwall takes it for broken only where nothing of such a permission passes, or where
    answers do not. Answers go to ports 32768-60999 of tasks and their clients, to 1024-65535 of
    load balancers. An ACL that nobody writes lets everything through: nothing is said of it.
Terraform: Admit what the group allows, and the answers, from where they come:
    ingress {
      rule_no    = 100
      action     = "allow"
      protocol   = "tcp"
      cidr_block = aws_subnet.<subnet>.cidr_block
      from_port  = 1024
      to_port    = 65535
    }
CloudFormation: Admit what the group allows, and the answers, from where they come:
    AnswersEntry:
      Type: AWS::EC2::NetworkAclEntry
      Properties:
        NetworkAclId: !Ref <acl>
        RuleNumber: 100
        RuleAction: allow
        Protocol: 6
        CidrBlock: !GetAtt <subnet>.CidrBlock
        PortRange: { From: 1024, To: 65535 }
Guide: beyond
See: https://docs.aws.amazon.com/vpc/latest/userguide/vpc-network-acls.html
"""

from collections.abc import Iterator

from taskwall.facts import Fact, any_of
from taskwall.model.acl import (
    AclEntry,
    Flow,
    NetworkAcl,
    balanced,
    broken,
    entries,
    flows,
    guarded,
    lets_internet_in,
    task_subnets,
)
from taskwall.model.network import Network
from taskwall.model.place import Subnet
from taskwall.rule import Verdict, cannot_be_seen, rule


@rule("low")
def mistaken_acl(network: Network) -> Iterator[Verdict]:
    for acl in network.every(NetworkAcl):
        here = guarded(network, acl)
        concerned = any_of(fact for _, fact in here)
        if concerned.truth is False:
            continue
        yield _flows(network, acl, here, concerned)
        bare = any_of(fact & ~balanced(network, subnet) for subnet, fact in here)
        for entry in entries(network).get(acl.id, ()):
            if entry.way != "egress":
                yield _internet(entry, acl, bare, concerned)
    if task_subnets(network):
        yield from _elsewhere(network)


def _flows(
    network: Network, acl: NetworkAcl, here: list[tuple[Subnet | None, Fact]], concerned: Fact
) -> Verdict:
    at, name = acl.origin.header, acl.name
    otherwise = f"{name} breaks nothing that the groups of tasks allow"
    parts = [Fact(False, "", at, name, otherwise=otherwise)]
    for subnet, guards in here:
        for source, _ in task_subnets(network).get(subnet.id, ()) if subnet else ():
            for flow in flows(network, source, subnet) if source and subnet else ():
                if isinstance(flow, Flow):
                    permission, truth = flow.permission, broken(network, acl, flow)
                else:
                    permission, truth = flow, None
                if truth is not False:
                    text = f"{name} breaks what {permission.on.name} allows on {permission.ports}"
                    needs = (need for e in entries(network).get(acl.id, ()) for need in e.needs)
                    waits = (*permission.fact.needs, *needs, *guards.waits_for())
                    parts.append(Fact(truth, text, permission.place, permission.on.name, waits))
        if subnet is None:
            parts.append(Fact(None, f"{name} breaks a flow", at, name, guards.waits_for()))
    return Verdict(
        acl.origin,
        at,
        any_of(parts),
        f"{name} breaks traffic, or its answers, that a security group of tasks allows",
        holds=otherwise,
        concerned=concerned,
    )


def _internet(entry: AclEntry, acl: NetworkAcl, bare: Fact, concerned: Fact) -> Verdict:
    return Verdict(
        entry.on,
        entry.place,
        lets_internet_in(entry) & bare,
        f"{acl.name} admits {entry.range.known or 'a range'} to tasks without a load balancer",
        holds=f"this entry of {acl.name} lets the internet reach no tasks",
        concerned=concerned,
    )


def _elsewhere(network: Network) -> Iterator[Verdict]:
    """Entries of ACLs that are not in the sources: one unknown an ACL, at its first entry."""
    told = set()
    for entry in network.every(AclEntry):
        acl = network.at(NetworkAcl, entry.acl)
        if (acl is None or acl.external) and entry.acl.to not in told:
            told.add(entry.acl.to)
            text = f"{entry.acl.to or 'an ACL'} breaks traffic of tasks, or admits the internet"
            needs = entry.acl.fact.needs or (acl.external if acl else ())
            yield cannot_be_seen(entry.on, entry.acl.place, text, needs)
