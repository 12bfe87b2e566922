"""What is connected: groups by ties, and ways by steps."""

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from typing import TypeVar

MemberT = TypeVar("MemberT", bound=Hashable)


def connected_components(
    members: Sequence[MemberT], ties: Iterable[tuple[MemberT, MemberT]]
) -> list[list[MemberT]]:
    """The members in groups, those that are tied together in one, in the order of the members."""
    group = {member: member for member in members}

    def first(member: MemberT) -> MemberT:
        while group[member] != member:
            group[member] = group[group[member]]
            member = group[member]
        return member

    order = {member: index for index, member in enumerate(members)}
    for one, other in ties:
        a, b = sorted((first(one), first(other)), key=order.__getitem__)
        group[b] = a
    found: dict[MemberT, list[MemberT]] = {}
    for member in members:
        found.setdefault(first(member), []).append(member)
    return list(found.values())


def path_exists(steps: Mapping[str, Collection[str]], start: str, end: str) -> bool:
    """Whether steps lead from `start` to `end`, or both are the same."""
    return end in reached(steps, (start,))


def reached(steps: Mapping[str, Collection[str]], starts: Iterable[str]) -> set[str]:
    """What steps lead to from any of `starts`, these included."""
    waiting = list(starts)
    seen = set(waiting)
    while waiting:
        waiting += (further := set(steps.get(waiting.pop(), ())) - seen)
        seen |= further
    return seen
