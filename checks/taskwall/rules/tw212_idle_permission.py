"""TW212: Permissions mean what they say.

What: A permission of a group of tasks, container instances, load balancers or data stores is
    contained in another one of that group, or (in Terraform) is a resource of its own for a group
    that writes permissions of the same direction inline, so that each run undoes the other's.
Why: Who removes or narrows such a permission changes nothing and believes the opposite; who reads
    the group takes it for tighter than it is. Inline and separate permissions of one group open
    and close its ports by turns.
Fine when: Permissions that are not known are not compared. Of two that are equal, one stays: that
    which certainly exists, else the first by the names of their resources.
Terraform: Remove the permission, or the wider one. Write all permissions of a group in one way:
    inline, or as resources of their own.
CloudFormation: Remove the permission, or the wider one.
Guide: beyond
See: https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html
    https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/security_group
"""

from collections.abc import Iterator

from taskwall.model.carriers import carried
from taskwall.model.containment import contained, undone
from taskwall.model.group import Direction
from taskwall.model.network import Network
from taskwall.model.reach import who
from taskwall.rule import Verdict, rule

WAYS: tuple[Direction, Direction] = ("ingress", "egress")
BEFORE = ("TW204", "TW205", "TW206", "TW208", "TW215")


@rule("low", default=True, yields_to=BEFORE)
def idle_permission(network: Network) -> Iterator[Verdict]:
    for each in carried(network, "tasks", "hosts", "balancers", "stores"):
        for way in WAYS:
            verb = "admits" if way == "ingress" else "lets out to"
            for found in contained(network, each.group, way):
                permission, name = found.permission, found.permission.on.name
                yield Verdict(
                    permission.on,
                    permission.place,
                    found.fact,
                    f"what {name} {verb} {who(network, permission)} on {permission.ports} is"
                    " contained in another permission",
                    holds=f"no other permission contains what {name} {verb}",
                    about=permission.id,
                    concerned=each.fact & permission.fact,
                    # Whom it admits is asked by the rules that judge that.
                    asked_by="TW205" if permission.peer is not None else "TW204",
                )
            for found in undone(network, each.thing, way) if each.thing is not None else ():
                permission, name = found.permission, found.permission.on.name
                yield Verdict(
                    permission.on,
                    permission.group.place,
                    found.fact,
                    f"{name} is undone by {each.group}, which writes its {way} inline",
                    holds=f"{each.group} does not write its {way} inline",
                    about=permission.id,
                    concerned=each.fact & permission.fact,
                )
