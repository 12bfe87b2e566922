"""TW211: The default security group of a VPC with tasks is closed.

What: A VPC in the sources has tasks or container instances, and its default security group allows
    its own members and all egress, as AWS creates it, or has been given rules.
Why: Anything that is started without a group gets this one: a task source that sets none, an
    instance that is created by hand. If the group has no rules, such a resource can neither connect
    nor listen, and the mistake shows at once.
Fine when: CloudFormation has no resource for the default group. There, the rule judges only VPCs in
    which tasks or container instances use the default group; where CDK's custom resource removes
    the rules of the group, that passes.
Terraform: Adopt the group, and give it no rules:
    resource "aws_default_security_group" "closed" {
      vpc_id = <vpc>.id
    }
CloudFormation: Give the tasks, and the container instances, groups of their own. In CDK, the
    property restrictDefaultSecurityGroup of ec2.Vpc closes the default group.
Guide: beyond
See: https://docs.aws.amazon.com/vpc/latest/userguide/default-security-group.html
"""

from collections.abc import Iterator

from taskwall.core.facts import Fact, all_of, any_of
from taskwall.model.core.network import Network
from taskwall.model.entities.security_group import Permission, SecurityGroup
from taskwall.model.exposure.default_group import (
    Held,
    default_group_of,
    held,
)
from taskwall.model.exposure.task_ingress import by_permission
from taskwall.model.permissions.default_groups import default_groups
from taskwall.model.permissions.peers import permissions
from taskwall.rules._rule import Verdict, passes, rule


@rule("low", yields_to=("TW202",))
def open_default_group(network: Network) -> Iterator[Verdict]:
    for each in held(network):
        groups = default_groups(network, each.vpc)
        is_written = any_of(all_of((fact, group.exists)) for group, fact in groups)
        if each.vpc.adoptable:
            yield from _adopted(network, each, groups, is_written)
        else:
            concerned = any_of((each.falls, all_of((each.holds, is_written))))
            yield _as_made(each, is_written, concerned)


def _adopted(
    network: Network, each: Held, groups: list[tuple[SecurityGroup, Fact]], is_written: Fact
) -> Iterator[Verdict]:
    """What the resource that adopts the default group of a VPC makes of it."""
    vpc = each.vpc
    if is_written.truth is not True:
        yield _as_made(each, is_written, each.holds)
    for group, fact in groups:
        concerned = all_of((each.holds, fact, group.exists))
        found = [
            *permissions(network, group.id, "ingress"),
            *permissions(network, group.id, "egress"),
        ]
        for open_ in by_permission((p, _there(p)) for p in found):
            permission, name = open_.permission, open_.permission.on.name
            verb = (
                "allows ingress from" if permission.direction == "ingress" else "allows egress to"
            )
            yield Verdict(
                permission.on,
                permission.block,
                open_.fact,
                f"the default group of {vpc.name} {verb} {open_.peers(network)}, by {name}",
                holds=f"{name} opens nothing",
                about=default_group_of(vpc.id),
                concerned=concerned,
            )
        if not found:
            holds = f"the default group of {vpc.name} is closed"
            yield passes(group.origin, group.origin.header, holds, concerned)


def _there(permission: Permission) -> Fact:
    name = permission.on.name
    return all_of((Fact(True, f"{name} opens the group", permission.place, name), permission.fact))


def _as_made(each: Held, closed: Fact, concerned: Fact) -> Verdict:
    """A default group that nothing closes, unless something does."""
    vpc = each.vpc
    at, text = vpc.origin.header, f"something closes the default group of {vpc.name}"
    otherwise = f"nothing closes the default group of {vpc.name}, which allows its own members"
    nothing = Fact(False, text, at, vpc.name, otherwise=otherwise)
    return Verdict(
        vpc.origin,
        at,
        ~any_of((nothing, closed)),
        f"the default security group of {vpc.name} is open",
        holds=f"the default security group of {vpc.name} is closed",
        about=default_group_of(vpc.id),
        absent=True,
        concerned=concerned,
        names={"vpc": vpc.origin.address},
        adds=vpc.adoptable,
    )
