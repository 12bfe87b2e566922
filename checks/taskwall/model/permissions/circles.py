"""Security groups that name each other in their inline rules: none can be made before the other.

CloudFormation and Terraform make a group with its inline rules, and what these name before it; both
refuse sources in which that never ends. Rules that are resources of their own are made later.
"""

from collections.abc import Iterable, Mapping

from taskwall.model.core.network import Network, remembered
from taskwall.model.entities.security_group import Permission


def made_before(
    network: Network, group: str, other: str, planned: Iterable[tuple[str, str]] = ()
) -> bool:
    """Whether a group has to be there before another one can be made, which names it inline.

    Args:
        network: the network.
        group: the id of the group.
        other: that of the other one.
        planned: which groups will name which others inline, by id, beside those that do.
    """
    more = tuple(planned)
    pending, seen = [other], set[str]()
    while pending:
        named_by = pending.pop()
        added = (to for by, to in more if by == named_by)
        for named in (*_named_inline(network).get(named_by, {}), *added):
            if named == group:
                return True
            if named not in seen:
                seen.add(named)
                pending.append(named)
    return False


def circle(network: Network) -> tuple[Permission, ...]:
    """The permissions of one circle of groups, each naming the next one; () if there is none."""
    named = _named_inline(network)
    if not named:
        return ()
    from graphlib import CycleError, TopologicalSorter

    try:
        TopologicalSorter(named).prepare()
    except CycleError as error:
        groups: list[str] = error.args[1]  # from the last to the first, which it begins with, too
        pairs = zip(groups[1:], groups, strict=False)
        return tuple(named[group][other] for group, other in pairs)
    return ()


@remembered
def _named_inline(network: Network) -> Mapping[str, Mapping[str, Permission]]:
    """By group the other groups that its inline permissions certainly name, with the first."""
    found: dict[str, dict[str, Permission]] = {}
    for each in network.every(Permission):
        group, peer = each.group.to, each.peer
        inline = each.on.address == group and each.fact.truth is True
        if inline and peer is not None and peer.written and peer.fact.truth and peer.to != group:
            found.setdefault(group, {}).setdefault(peer.to, each)
    return found
