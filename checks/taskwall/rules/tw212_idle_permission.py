"""TW212: No security group rule is redundant or removed by another.

What: A rule of a security group of tasks, container instances, load balancers or data stores allows
    nothing that another rule of the same group does not allow; or, in Terraform, it is a resource
    of its own for a group that sets its rules of the same direction inline, so that each apply of
    one removes the other.
Why: Somebody who removes or narrows a redundant rule changes nothing and believes the opposite;
    somebody who reads the group believes it is tighter than it is. Inline and separate rules of one
    group open and close its ports in turn.
Fine when: Rules that are not fully known are not compared. Of two equal rules one stays: that
    which certainly exists, else the first by the names of their resources.
Terraform: Remove this rule, or the wider one. Set all rules of a group in one way,
    inline or as resources of their own.
CloudFormation: Remove this rule, or the wider one.
Guide: beyond
See: https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html
    https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/security_group
"""

from collections.abc import Iterator

from taskwall.model.core.network import Network
from taskwall.model.entities.security_group import Direction
from taskwall.model.exposure.group_users import used_groups
from taskwall.model.exposure.task_ingress import by_permission
from taskwall.model.permissions.redundancy import contained, undone
from taskwall.rules._rule import Verdict, rule

_NARROWER = "Remove this rule, or the wider one."
_IN_ONE_WAY = "Set all rules of the group in one way: inline, or as resources of their own."

DIRECTIONS: tuple[Direction, Direction] = ("ingress", "egress")


@rule("low", default=True, yields_to=("TW204", "TW205", "TW206", "TW208", "TW215"), per_use=True)
def idle_permission(network: Network) -> Iterator[Verdict]:
    for each in used_groups(network, "tasks", "hosts", "instances", "balancers", "stores"):
        for way in DIRECTIONS:
            verb = "ingress from" if way == "ingress" else "egress to"
            removed = [*undone(network, each.group, way)]
            gone = {found.permission.id for found in removed if found.fact.truth}
            idle = [*contained(network, each.group, way)]
            alike = by_permission((found.permission, found.fact) for found in idle)
            for found, those in zip(idle, alike, strict=True):
                permission, name = found.permission, found.permission.on.name
                yield Verdict(
                    permission.on,
                    permission.place,
                    found.fact,
                    f"another rule of the group already allows what {name} does:"
                    f" {verb} {those.peers(network)} on {those.ports}",
                    holds=f"no other rule of the group allows the same as {name}",
                    about=permission.id,
                    block=permission.written_in,
                    concerned=each.fact & permission.fact,
                    # Whom it allows is asked by the rules that judge that.
                    asked_by=("TW205" if permission.peer is not None else "TW204",),
                    unreported=(permission.id in gone and found.fact.truth is True)
                    or (found.open and found.fact.truth is None),
                    changes=permission.removed,
                    remedy=_NARROWER,
                )
            for found in removed:
                permission, name = found.permission, found.permission.on.name
                yield Verdict(
                    permission.on,
                    permission.group.place,
                    found.fact,
                    f"{each.group} removes {name} at each apply, since it sets its {way} rules"
                    " inline",
                    holds=f"{each.group} does not set its {way} rules inline",
                    about=permission.id,
                    concerned=each.fact & permission.fact,
                    # Nor does anybody know the rules of a module that is not there.
                    unreported=permission.on.unseen or (found.open and found.fact.truth is None),
                    remedy=_IN_ONE_WAY,
                )
