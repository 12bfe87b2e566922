"""Which ports permissions open, and whether these are within others."""

from collections.abc import Iterable
from typing import Literal, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from taskwall.core.change import AttributeChange, AttributePath, Placeholder
from taskwall.core.facts import FALSE, TRUE, Fact
from taskwall.core.values import Need, Span, symbol
from taskwall.model.core.address import ALL_PORTS, Ranges
from taskwall.model.core.entity import Setting
from taskwall.model.entities.security_group import Permission

Transport: TypeAlias = Literal["tcp", "udp"]

_NUMBERS = {"6": "tcp", "17": "udp", "1": "icmp", "58": "icmpv6", "all": "-1"}


class Ports(Struct, frozen=True):
    """A set of TCP and UDP ports.

    `needs` says what further ones wait for; `perhaps` are UDP ports that wait for `spoken` alone.
    `named` are ports of which only that is known which
    value they have (`var.port`), with their protocols. `written` are the attributes that known ones
    are read from.
    """

    tcp: Ranges = Ranges()
    udp: Ranges = Ranges()
    needs: tuple[Need, ...] = ()
    named: frozenset[tuple[str, str]] = frozenset()
    perhaps: Ranges = Ranges()
    spoken: tuple[Need, ...] = ()
    written: tuple[AttributePath, ...] = ()

    @classmethod
    def union(cls, parts: "Iterable[Ports]") -> "Ports":
        """All ports of several sets."""
        sets = list(parts)
        return cls(
            Ranges.from_spans(span for each in sets for span in each.tcp.spans),
            Ranges.from_spans(span for each in sets for span in each.udp.spans),
            tuple(dict.fromkeys(need for each in sets for need in each.needs)),
            frozenset(named for each in sets for named in each.named),
            Ranges.from_spans(span for each in sets for span in each.perhaps.spans),
            tuple(dict.fromkeys(need for each in sets for need in each.spoken)),
            tuple(dict.fromkeys(at for each in sets for at in each.written)),
        )

    def __or__(self, other: "Ports") -> "Ports":
        return Ports.union((self, other))

    def __bool__(self) -> bool:
        """Whether any port is known, or is known to be what another value is."""
        return bool(self.tcp or self.udp or self.named)


def written_in(*settings: Setting) -> tuple[AttributePath, ...]:
    """The attributes that settings are read from."""
    return tuple(each.attribute for each in settings if each.attribute is not None)


def protocol(permission: Permission) -> str:
    """The protocol in AWS's words (`-1` is every one), "" where it is not known."""
    if permission.protocol.open:
        return ""
    text = str(permission.protocol.known if permission.protocol.known is not None else "-1").lower()
    return _NUMBERS.get(text, text)


def has_ports(permission: Permission) -> bool:
    """Whether the question of ports arises: it does not for ICMP."""
    return protocol(permission) not in ("icmp", "icmpv6")


def opens_ports(permission: Permission) -> Fact:
    """Whether a permission is about ports, which one of an unknown protocol need not be."""
    if not permission.protocol.open:
        return TRUE if has_ports(permission) else FALSE
    text, at = f"{permission.on.name} opens ports", permission.protocol.place
    return Fact(None, text, at, permission.on.name, permission.protocol.needs)


def range_of_ports(permission: Permission) -> Ranges | None:
    """The ports of whichever protocol that a permission opens; None where that is not known.

    A protocol without ports of its own opens all, whatever is written beside it (Amazon EC2 API
    reference, IpPermission).
    """
    spoken = protocol(permission)
    if not spoken:
        return None
    if spoken not in ("tcp", "udp"):
        return ALL_PORTS
    if permission.first_port.open or permission.last_port.open:
        return None
    first, last = _number(permission.first_port, 0), _number(permission.last_port, 65535)
    if first is None or last is None:
        return None
    return ALL_PORTS if first < 0 else Ranges.from_spans(((first, last),))


def _number(port: Setting, default: int) -> int | None:
    if port.known is None:
        return default
    try:
        return int(str(port.known))
    except ValueError:
        return None


def named_port(permission: Permission) -> str:
    """The value that a permission's one port has, where that is all that is known of it."""
    values = (permission.first_port.value, permission.last_port.value)
    first, last = map(symbol, values)
    return first if first == last and permission.first_port.open else ""


def unknown_ports(permission: Permission) -> tuple[Need, ...]:
    """What the ports of a permission wait for."""
    settings = (permission.protocol, permission.first_port, permission.last_port)
    needs = tuple(need for each in settings for need in each.needs)
    return needs or (Need(f"the ports of {permission.on.name}", "are not known"),)


def opened(permission: Permission, transport: Transport) -> Ranges | None:
    """The TCP (or UDP) ports that a permission opens; None where that is not known."""
    spoken = protocol(permission)
    if spoken and spoken not in (transport, "-1"):
        return Ranges()
    return range_of_ports(permission)


def narrowed_to(permission: Permission, ports: Ports, word: str) -> tuple[AttributeChange, ...]:
    """The changes after which a permission opens only those of its ports that are among some.

    None if it opens none of them: what it was meant for is not known. Placeholders, of this word,
    stand for ports that are not one known range.
    """
    held = opened(permission, "tcp")
    if ports.udp or ports.needs or ports.named or ports.perhaps:
        return permission.for_ports(Placeholder(word), Placeholder(word))
    spans = (ports.tcp if held is None else ports.tcp & held).spans
    if len(spans) == 1:
        found = permission.for_ports(*spans[0])
        return tuple(replace(each, copies=ports.written) for each in found)
    return permission.for_ports(Placeholder(word), Placeholder(word)) if spans else ()


class RequiredPorts(Struct, frozen=True):
    """A port that must be open: any of `enough` will do, and without any of `some` nothing does.

    `some` is None where the port is not known. `named` are values that are this port, whichever
    it is. `spoken` is what it waits for to know whether anything goes over this transport.
    """

    words: str
    transport: Transport
    some: Ranges | None
    enough: tuple[Ranges, ...] = ()
    needs: tuple[Need, ...] = ()
    named: frozenset[str] = frozenset()
    spoken: tuple[Need, ...] = ()


def opens(permission: Permission, wanted: RequiredPorts) -> Fact:
    """Whether a permission opens a port that is required."""
    name, spoken = permission.on.name, protocol(permission)
    text = f"{name} opens {wanted.words}"
    ports = opened(permission, wanted.transport)
    if ports is None:
        alike = named_port(permission) in wanted.named
        sure = alike and spoken == wanted.transport
        return permission.states(True if sure else None, text, unknown_ports(permission))
    other = "UDP " if spoken == "udp" != wanted.transport else ""
    otherwise = f"{name} opens {other}{permission.ports}, not {wanted.words}"
    if not ports:
        return permission.states(False, text, otherwise=otherwise)
    if ports == ALL_PORTS or any(each <= ports for each in wanted.enough):
        return permission.states(True, text)
    if wanted.some is None:
        return permission.states(None, text, wanted.needs)
    if not ports & wanted.some:
        return permission.states(False, text, otherwise=otherwise)
    needs = (Need(f"which of {wanted.words}", "is taken"),)
    return permission.states(None, text, needs)


def only_opens(permission: Permission, allowed: Ports, whose: str) -> Fact:
    """Whether all ports that a permission opens are among those allowed.

    `whose` they are is in the message.
    """
    name, place = permission.on.name, at_ports(permission)
    text = f"{name} opens {permission.ports}, which are ports of {whose} only"
    otherwise = f"{name} opens {permission.ports}, more than the ports of {whose}"
    spoken, ports = protocol(permission), range_of_ports(permission)
    if ports is None:
        named = (spoken, named_port(permission)) in allowed.named
        return Fact(True if named else None, text, place, name, unknown_ports(permission))
    if spoken in ("tcp", "udp"):
        held = allowed.tcp if spoken == "tcp" else allowed.udp
        if ports <= held:
            return Fact(True, text, place, name)
        if spoken == "udp" and ports <= Ranges.union((held, allowed.perhaps)):
            return Fact(None, text, place, name, allowed.spoken)
        if allowed.needs and ports.size < ALL_PORTS.size:
            return Fact(None, text, place, name, allowed.needs)
    return Fact(False, text, place, name, otherwise=otherwise)


def at_ports(permission: Permission) -> Span:
    """Where a permission says which ports it opens: the first of them, else the protocol."""
    numbered = protocol(permission) in ("tcp", "udp")
    return permission.first_port.place if numbered else permission.protocol.place
