"""What security groups allow as egress."""

from taskwall.core.facts import FALSE, Fact, all_of
from taskwall.core.values import Need
from taskwall.model.core.network import Network
from taskwall.model.entities.security_group import Permission, SecurityGroup
from taskwall.model.permissions.peers import leads_everywhere, permissions


def allows_everything_out(network: Network, permission: Permission) -> Fact:
    """Whether a permission lets all protocols out to everywhere."""
    whole = permission.protocol.is_("-1", "all")
    return all_of((whole, leads_everywhere(network, permission)))


def as_aws_makes_it(network: Network, group: SecurityGroup) -> Fact:
    """Whether the rule with which AWS makes a group, which lets everything out, is still in it.

    CloudFormation takes it out where the sources write egress, inline or as a resource of its own
    (aws-cloudformation/cfn-language-discussion#157). Whether it does so for an empty list is not
    documented. Terraform always takes it out.
    """
    if group.external or not group.made_open:
        return FALSE
    at, name = group.origin.header, group.name
    text = f"the sources set no egress of {name}, so AWS's own rule allows everything"
    written = permissions(network, group.id, "egress")
    if "egress" in group.managed:
        empty = (Need(f"the empty egress list of {name}", "may keep AWS's own rule"),)
        return FALSE if written else Fact(None, text, at, name, empty)
    needs: tuple[Need, ...] = ()
    for permission in written:
        waits = (*permission.on.maybe, *permission.fact.waits_for(), *permission.fact.needs)
        if permission.fact.truth and not permission.on.maybe:
            return FALSE
        needs += waits
    return Fact(None if written else True, text, at, name, needs)
