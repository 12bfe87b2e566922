"""TW210: Security groups do not allow all egress to everywhere.

What: A security group of awsvpc tasks, of container instances whose network the tasks share, or of
    a load balancer in front of tasks allows all protocols to 0.0.0.0/0, ::/0, or ranges as large as
    the internet. AWS adds such a rule to every new group; CloudFormation keeps it in a group for
    which the sources set no egress.
Why: Software that was taken over sends data out and downloads tools by any protocol that is
    allowed. Few tasks need more than HTTPS, and a load balancer needs only its targets.
Fine when: Tasks connect to peers whose addresses and ports are not known beforehand. Suppress the
    finding at the rule and give this reason.
Terraform: Set the protocol and port, and the group or prefix list where there is one:
    ip_protocol                  = "tcp"
    from_port                    = 443
    to_port                      = 443
    referenced_security_group_id = <the group that the tasks connect to>.id
CloudFormation: Set the protocol and port, and the group or prefix list where there is one:
    SecurityGroupEgress:
      - IpProtocol: tcp
        FromPort: 443
        ToPort: 443
        DestinationSecurityGroupId: <id of the group that they connect to>
Guide: task-groups
See: https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html
"""

from collections.abc import Iterator

from taskwall.core.change import Placeholder
from taskwall.core.facts import FALSE
from taskwall.model.core.network import Network
from taskwall.model.exposure.group_users import names_of_used, used_groups
from taskwall.model.exposure.task_ingress import by_permission
from taskwall.model.permissions.egress import allows_everything_out, as_aws_makes_it
from taskwall.model.permissions.peers import permissions
from taskwall.rules._rule import Verdict, rule
from taskwall.rules._shared import without_permissions

_CLOUD_CONTROL = """\
Set the protocol and port, and the group or prefix list where there is one:
security_group_egress = [{
  ip_protocol                   = "tcp"
  from_port                     = 443
  to_port                       = 443
  destination_security_group_id = "<id of the group that they connect to>"
}]"""
"""The fix for a group of the Cloud Control provider: that of aws gives none egress by default."""

_TO_TARGETS = (
    "A load balancer connects to its targets and their health checks (and to an identity provider,"
    " if it signs users in). Allow these only:\n"
)
_PORT_OF_TARGETS = Placeholder("port of the targets")
_PEERS = {
    True: Placeholder("id of the group of the targets"),
    False: Placeholder("id of the group that they connect to"),
}
"""Whom to allow: by whether only load balancers have the group."""


@rule("low", per_use=True)
def open_egress(network: Network) -> Iterator[Verdict]:
    of_tasks = names_of_used(network, "tasks", "hosts")
    for each in used_groups(network, "tasks", "hosts", "balancers"):
        of_balancer = each.group not in of_tasks
        group = each.declared
        egress = permissions(network, each.group, "egress")
        left = FALSE if group is None else as_aws_makes_it(network, group)
        judged = [(p, allows_everything_out(network, p)) for p in egress]
        as_made = group is not None and group.default and (group.external or group.origin.unseen)
        open_anyway = (
            as_made or left.truth or any(fact.truth for p, fact in judged if not p.on.unseen)
        )
        for out in by_permission(judged):
            name = out.permission.on.name
            port = _PORT_OF_TARGETS if of_balancer else 443
            narrowed = (
                *out.permission.for_ports(port, port),
                *out.permission.for_group(_PEERS[of_balancer]),
            )
            yield Verdict(
                out.permission.on,
                out.permission.block,
                out.fact,
                f"{name} allows all egress of {each.names} to {out.peers(network)}",
                holds=f"{name} does not allow all egress of {each.names} to everywhere",
                about=out.permission.id,
                unreported=bool(open_anyway) and out.permission.on.unseen,
                concerned=each.fact & out.permission.fact,
                changes=narrowed if out.permission.alone else (),
                advice=narrowed,
                remedy=_TO_TARGETS if of_balancer else "",
            )
        if group is None:
            continue
        if left.truth is not False:
            yield Verdict(
                group.origin,
                group.origin.header,
                left,
                f"{group.name} allows all egress of {each.names} to everywhere, which is AWS's"
                " default",
                about=f"{group.id}:egress",
                concerned=each.fact,
                sets=group.vpc is not None,  # AWS's schema has egress of groups that name a VPC
                remedy={"Terraform": _CLOUD_CONTROL, "CloudFormation": ""},
            )
        else:
            yield from without_permissions(group, egress, each.fact, "egress")
