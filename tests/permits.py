"""Permissions of one group, made by hand for tests that need no sources."""

from collections.abc import Iterable

from taskwall.core.facts import TRUE
from taskwall.core.values import Known, Origin, Scalar, Span
from taskwall.model.core.entity import Link, Setting
from taskwall.model.core.network import Network
from taskwall.model.entities.security_group import Permission, SecurityGroup

HERE = Origin("g", "g", Span("main.tf", 1, 1, 1, 9), "terraform")


def place(line: int) -> Span:
    """A line of some file."""
    return Span("main.tf", line, 1, line, 9)


def setting(value: Scalar, line: int = 1, name: str = "attribute") -> Setting:
    """A known attribute of the group; None is one that is not written."""
    return Setting(None if value is None else Known(value), place(line), name, "g")


def permission(
    spoken: Scalar, first: Scalar, last: Scalar, cidr: str = "10.0.0.0/8", line: int = 2
) -> Permission:
    """What the group admits on a line: a range of addresses, by a protocol, on some ports."""
    return Permission(
        id=f"g:{line}",
        group=Link("g", TRUE, place(line)),
        direction="ingress",
        on=HERE,
        place=place(line),
        block=place(line),
        protocol=setting(spoken, line),
        first_port=setting(first, line),
        last_port=setting(last, line),
        range=setting(cidr, line, "cidr_ipv6" if ":" in cidr else "cidr_ipv4"),
        fact=TRUE,
    )


def group_of(permissions: Iterable[Permission], *others: object) -> Network:
    """A network of the group with its permissions, and of other things."""
    group = SecurityGroup(id="g", origin=HERE)
    return Network([group, *permissions, *others])  # type: ignore[list-item]
