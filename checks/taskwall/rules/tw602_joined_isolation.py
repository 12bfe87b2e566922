"""TW602: No connection joins the VPCs of two isolation groups.

What: A peering connection that a route uses, a transit gateway (by a route table that leads from
    one attachment to the other), a core network of Cloud WAN, a shared subnet, or VPNs to one
    customer gateway connect two VPCs in which tasks of two different isolation groups run, or tasks
    of a group and tasks of none. TW601 says how groups are declared; the rule does not apply to
    sources that declare none.
Why: Separate VPCs isolate only as long as no route leads from one to the other. If they are
    connected, only security groups separate them, as in one VPC.
Fine when: One group offers a service to the other through an endpoint service: this opens one port
    of one side, and nothing else. VPCs with tasks in no group at all may stay connected: set
    `undeclared = "ignore"` in `[tool.taskwall.isolation]` to judge only declared groups. What the
    router behind a VPN does, who uses a shared subnet from another account, and into which of
    several segments of Cloud WAN an attachment gets by its tags, is unknown. Connections over VPC
    Lattice or Direct Connect are not judged.
Terraform: What the groups may use of each other is a design decision. Remove the connection, and
    offer what the other group needs through an endpoint service:
    resource "aws_vpc_endpoint_service" "ledger" {
      acceptance_required        = true
      network_load_balancer_arns = [<the NLB of the service>.arn]
    }
CloudFormation: What the groups may use of each other is a design decision. Remove the connection,
    and offer what the other group needs through an endpoint service:
    LedgerEndpointService:
      Type: AWS::EC2::VPCEndpointService
      Properties:
        AcceptanceRequired: true
        NetworkLoadBalancerArns:
          - <the NLB of the service>
Guide: separate-vpcs, expose-selectively
See: https://docs.aws.amazon.com/vpc/latest/userguide/extend-intro.html
"""

from collections.abc import Iterator

from taskwall.core.facts import any_of
from taskwall.model.compute.vpc_tenants import tenants
from taskwall.model.core.network import Network
from taskwall.model.exposure.isolation import apart, declared, residents
from taskwall.model.routing.vpc_attachments import vpc_connections
from taskwall.rules._rule import Verdict, rule


@rule("high", default=True, pci=True)
def joined_isolation(network: Network) -> Iterator[Verdict]:
    if not declared(network) or not tenants(network):
        return
    for joint in vpc_connections(network):
        one = residents(network, joint.one)
        other = residents(network, joint.other) if joint.other else one
        found = dict.fromkeys((*one.groups, *other.groups))
        groups = [group for group in found if group]
        if not (groups or one.waits or other.waits):
            continue
        name = joint.on.name
        if len(groups) > 1:
            message = f"{name} joins the VPCs of isolation groups {' and '.join(groups)}"
        else:
            mine = f"isolation group {groups[0]}" if groups else "an isolation group"
            theirs = "tasks of no isolation group" if "" in found else "another isolation group"
            message = f"{name} joins the VPC of {mine} with that of {theirs}"
        two = [apart(network, joint.one, joint.other)]
        if joint.other is None:
            # Whoever else is in that VPC and whoever shares the subnet are joined as well.
            two.append(apart(network, joint.one, joint.one))
        yield Verdict(
            joint.on,
            joint.at,
            joint.joins & any_of(two),
            message,
            holds=f"{name} joins no VPCs of two isolation groups",
        )
