"""TW210: Security groups do not let everything out to everywhere.

What: A group of awsvpc tasks, of container instances whose network tasks share, or of a load
    balancer in front of tasks lets all protocols out to 0.0.0.0/0, ::/0, or ranges as large as
    the internet. CloudFormation leaves AWS's own rule, which does just that, in a group for which
    the sources write no egress.
Why: What is broken into sends data out and fetches tools by whichever protocol is at hand. Few
    tasks need more than HTTPS, and a load balancer needs its targets only.
Fine when: Tasks talk to peers of which neither address nor port is known beforehand. Say so beside
    the rule.
Terraform: Name protocol and port, and the group or prefix list where there is one:
    ip_protocol                  = "tcp"
    from_port                    = 443
    to_port                      = 443
    referenced_security_group_id = aws_security_group.database.id
CloudFormation: Name protocol and port, and the group or prefix list where there is one:
    SecurityGroupEgress:
      - IpProtocol: tcp
        FromPort: 443
        ToPort: 443
        DestinationSecurityGroupId: !GetAtt DatabaseSecurityGroup.GroupId
Guide: task-groups
See: https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html
"""

from collections.abc import Iterator

from taskwall.model.admission import instances
from taskwall.model.carriers import carried
from taskwall.model.egress import as_aws_makes_it, lets_everything_out
from taskwall.model.network import Network
from taskwall.model.reach import permissions
from taskwall.rule import Verdict, passes, rule


@rule("low")
def open_egress(network: Network) -> Iterator[Verdict]:
    for each in carried(network, "tasks", "hosts", "balancers"):
        group = each.thing
        egress = permissions(network, each.group, "egress")
        for out in instances((p, lets_everything_out(network, p)) for p in egress):
            name = out.permission.on.name
            yield Verdict(
                out.permission.on,
                out.permission.block,
                out.fact,
                f"{name} lets every protocol of {each.names} out to {out.whom(network)}",
                holds=f"{name} does not let everything of {each.names} out to everywhere",
                about=out.permission.id,
                concerned=each.fact & out.permission.fact,
            )
        if group is None or group.external:
            continue
        left = as_aws_makes_it(network, group)
        if left.truth is not False:
            yield Verdict(
                group.origin,
                group.origin.header,
                left,
                f"{group.name} lets everything of {each.names} out to everywhere, as AWS makes it",
                about=f"{group.id}:egress",
                concerned=each.fact,
            )
        elif not egress:
            holds = f"{group.name} lets nothing out"
            yield passes(group.origin, group.origin.header, holds, each.fact)
