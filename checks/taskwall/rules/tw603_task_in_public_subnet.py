"""TW603: Tasks run in subnets without a route to an internet gateway.

What: A subnet in which tasks run, or container instances with tasks, or Managed Instances with
    tasks in host mode, has a route to an internet gateway, for IPv4 or IPv6.
Why: In such a subnet, one setting (a public address, an IPv6 address, a wide security group) is
    enough to open a task to the internet. In a private subnet, no single mistake opens it.
Fine when: Block Public Access closes the VPC, in both directions or for what comes in; taskwall
    passes it where the sources set that, and no exclusion lets the internet in again.
Terraform: Run them in private subnets, without public addresses. There a NAT gateway leads to
    images, logs and secrets, or VPC endpoints do (to those in AWS).
CloudFormation: Run them in private subnets, without public addresses. There a NAT gateway leads to
    images, logs and secrets, or VPC endpoints do (to those in AWS).
Guide: task-groups, no-internet-gateway
See: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/networking-outbound.html
"""

from collections.abc import Iterator

from taskwall.core.facts import Fact, any_of
from taskwall.model.compute.container_instances import Start, public_address, starts
from taskwall.model.compute.launch_type import awsvpc
from taskwall.model.compute.placement import with_tasks
from taskwall.model.core.network import Network
from taskwall.model.entities.ecs import TaskSource
from taskwall.model.entities.vpc import Subnet
from taskwall.model.exposure.instance_groups import shared_managed
from taskwall.model.routing.private_subnets import to_private
from taskwall.model.routing.routes import exposed, ingress_blocked, leads
from taskwall.rules._rule import Verdict, rule


@rule("medium", default=True, pci=True)
def task_in_public_subnet(network: Network) -> Iterator[Verdict]:
    for source in network.every(TaskSource):
        mode = awsvpc(network, source)
        at = source.subnets_setting
        if not source.subnets:
            continue
        addresses = " with public addresses" if source.public_address.known is True else ""
        yield Verdict(
            source.origin,
            at.place,
            exposed(network, source),
            f"{source.name} runs tasks{addresses} in a subnet with a route to an internet gateway",
            holds=f"no subnet of {source.name} has a route to an internet gateway",
            about=source.id,
            concerned=mode,
            changes=to_private(network, at, source.subnets),
        )
    for member, runs in with_tasks(network):
        for start in starts(member):
            if start.subnets:
                public = public_address(network, member.instances)
                known = public is not None and public.known is True
                addresses = " with public addresses" if known else ""
                yield _instances(network, start, runs, f"container instances{addresses}")
    for start, shared in shared_managed(network):
        yield _instances(network, start, shared, "Managed Instances")


def _instances(network: Network, start: Start, runs: Fact, what: str) -> Verdict:
    name, at = start.by.name, start.setting
    text = f"a subnet of {name} has a route to an internet gateway"
    parts = []
    for link in start.subnets:
        subnet = network.get(Subnet, link)
        if subnet is None:
            parts.append(Fact(None, text, link.place, name, link.fact.needs))
        else:
            route = link.fact & leads(network, subnet, "internet")
            parts.append(route & ~ingress_blocked(network, subnet))
    return Verdict(
        start.by.origin,
        at.place,
        any_of(parts),
        f"{name} runs {what} in a subnet with a route to an internet gateway",
        holds=f"no subnet of {name} has a route to an internet gateway",
        about=start.by.id,
        concerned=runs & start.fact,
        changes=to_private(network, at, start.subnets),
    )
