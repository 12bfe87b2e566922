"""TW213: What a load balancer needs is admitted.

What: No group of the tasks (or container instances) behind a load balancer admits it on the port
    that it forwards to or checks, or its own groups do not let it go there.
Why: The targets stay unhealthy, ECS replaces the tasks over and over, and the first remedy that
    comes to mind is to open the group to everybody.
Fine when: Never: nothing gets through. Where the sources leave open who is admitted, taskwall says
    "unknown".
Terraform: Admit the load balancer's group on the container's port, and let it out there:
    resource "aws_vpc_security_group_ingress_rule" "from_balancer" {
      security_group_id            = <tasks>.id
      referenced_security_group_id = <balancer>.id
      ip_protocol                  = "tcp"
      from_port                    = 8080
      to_port                      = 8080
    }
CloudFormation: Admit the load balancer's group on the container's port, and let it out there:
    FromBalancer:
      Type: AWS::EC2::SecurityGroupIngress
      Properties:
        GroupId: !GetAtt <tasks>.GroupId
        SourceSecurityGroupId: !GetAtt <balancer>.GroupId
        IpProtocol: tcp
        FromPort: 8080
        ToPort: 8080
Guide: beyond
See: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-register-targets.html
"""

from collections.abc import Iterator

from taskwall.facts import Fact
from taskwall.model.fronts import beyond_sources
from taskwall.model.group import Direction
from taskwall.model.inflow import Inflow, Side, inflows
from taskwall.model.inflow_open import admitted, guard, let_out
from taskwall.model.network import Network
from taskwall.rule import Verdict, cannot_be_seen, rule
from taskwall.values import Origin


@rule("medium", default=True)
def unreachable_tasks(network: Network) -> Iterator[Verdict]:
    for flow in inflows(network):
        taker, sender = flow.taker, flow.sender
        names = {
            "tasks": next((link.to for link in taker.groups if link.to), "the tasks' group"),
            "balancer": next(
                (link.to for link in sender.groups if link.to), "the balancer's group"
            ),
        }
        for wanted in flow.wanted:
            yield from _told(
                network,
                flow,
                ("ingress", taker, flow.source.origin),
                ~admitted(network, flow, wanted),
                f"{taker.name} does not admit {sender.name} on {wanted.words}",
                f"{taker.name} admits {sender.name} on {wanted.words}",
                names,
            )
            yield from _told(
                network,
                flow,
                ("egress", sender, flow.balancer.origin),
                ~let_out(network, flow, wanted),
                f"{sender.name} may not go to {taker.name} on {wanted.words}",
                f"{sender.name} may go to {taker.name} on {wanted.words}",
                names,
            )
    for source, front in beyond_sources(network):
        text = f"{source.name} does not admit what stands in front of it"
        yield cannot_be_seen(source.origin, front.place or source.origin.header, text, front.needs)
        break


def _told(
    network: Network,
    flow: Inflow,
    where: tuple[Direction, Side, Origin],
    violated: Fact,
    message: str,
    holds: str,
    names: dict[str, str],
) -> Iterator[Verdict]:
    """A verdict on the group that should hold the permission, if the sources have that group."""
    way, side, on = where
    group, loose = guard(network, side)
    if loose is not None:
        yield cannot_be_seen(on, loose.place, message, loose.fact.needs, flow.fact)
    elif group is not None:
        yield Verdict(
            group.origin,
            group.place_for(way),
            violated,
            message,
            holds=holds,
            concerned=flow.fact,
            names=names,
        )
