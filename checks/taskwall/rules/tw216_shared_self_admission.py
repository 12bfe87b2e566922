"""TW216: Services do not share a group that allows its own members.

What: Two services use one security group, which allows its own members on all ports, or on ports
    other than those of a Service Connect or Cloud Map namespace of both services.
Why: Each service can connect to every port of the other, so somebody who takes over one of them can
    attack the other.
Fine when: The services are members of one namespace, and the group allows its own members only on
    the ports that they offer there. Tasks that are not services (scheduled tasks, jobs) are not
    judged, and neither are groups that only one service uses.
Terraform: Who may call whom is a design decision. Give each service a group of its own, and allow
    the group of the caller:
    referenced_security_group_id = <the caller's group>.id
CloudFormation: Who may call whom is a design decision. Give each service a group of its own, and
    allow the group of the caller:
    SourceSecurityGroupId: <id of the caller's group>
Guide: task-groups
See: https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html
"""

from collections.abc import Iterator

from taskwall.core.change import Placeholder
from taskwall.core.facts import all_of
from taskwall.model.core.network import Network
from taskwall.model.exposure.shared_groups import allows_itself, shared_groups
from taskwall.model.exposure.task_ingress import by_permission, ingress
from taskwall.model.permissions.ports import only_opens, opens_ports
from taskwall.rules._rule import Verdict, passes, rule


@rule("low", per_use=True)
def shared_self_admission(network: Network) -> Iterator[Verdict]:
    for shared in shared_groups(network):
        attachment, names = shared.attachment, shared.names
        whose = f"the namespace of {names}"
        judged = []
        for permission in ingress(network, attachment):
            own = all_of((allows_itself(attachment, permission), opens_ports(permission)))
            if own.truth is not False:
                meant = all_of((shared.neighbours, only_opens(permission, shared.ports, whose)))
                judged.append((permission, all_of((own, ~meant))))
        written = (all_of((fact, one.fact)) for one, fact in judged if not one.on.unseen)
        fails = any(fact.truth for fact in written)
        for each in by_permission(judged):
            permission = each.permission
            yield Verdict(
                permission.on,
                permission.place,
                each.fact,
                f"{permission.on.name} lets {names} connect to each other on {each.ports}",
                holds=f"{permission.on.name} lets {names} connect to each other only on ports of"
                " their namespace",
                about=permission.id,
                block=permission.written_in,
                concerned=all_of((shared.fact, permission.fact)),
                # What a module that is not there may add to that is no other mistake.
                unreported=permission.on.unseen and fails,
                advice=permission.for_group(Placeholder("id of the caller's group")),
            )
        group = attachment.declared
        if not judged and group is not None and not group.external:
            holds = f"{group.name} does not allow ingress from its own members"
            yield passes(group.origin, group.origin.header, holds, shared.fact)
