"""Sets of addresses and ports, by arithmetic on intervals and never by comparing texts."""

from collections.abc import Iterable
from functools import cache, lru_cache

from msgspec import Struct

READ = "2026-11-24"


class Ranges(Struct, frozen=True):
    """A set of whole numbers: sorted intervals, ends included, that neither meet nor touch."""

    spans: tuple[tuple[int, int], ...] = ()

    @classmethod
    def from_spans(cls, spans: Iterable[tuple[int, int]]) -> "Ranges":
        """The union of intervals; one whose end lies before its start is empty."""
        found = [span for span in spans if span[0] <= span[1]]
        if len(found) < 2:
            return cls(tuple(found))
        merged: list[tuple[int, int]] = []
        for low, high in sorted(found):
            if merged and low <= merged[-1][1] + 1:
                merged[-1] = (merged[-1][0], max(merged[-1][1], high))
            else:
                merged.append((low, high))
        return cls(tuple(merged))

    @classmethod
    def union(cls, sets: "Iterable[Ranges]") -> "Ranges":
        """All numbers of several sets."""
        return cls.from_spans(span for each in sets for span in each.spans)

    def __or__(self, other: "Ranges") -> "Ranges":
        if self.spans == other.spans:
            return self
        return Ranges.from_spans((*self.spans, *other.spans))

    def __and__(self, other: "Ranges") -> "Ranges":
        if self.spans == other.spans:
            return self
        # What two sets have in common is in order, and touches no more than their intervals do.
        return Ranges(
            tuple(
                [
                    (max(a, c), min(b, d))
                    for a, b in self.spans
                    for c, d in other.spans
                    if a <= d and c <= b
                ]
            )
        )

    def __sub__(self, other: "Ranges") -> "Ranges":
        if self.spans == other.spans:
            return Ranges()
        left = list(self.spans)
        for low, high in other.spans:
            left = [
                piece
                for a, b in left
                for piece in ((a, min(b, low - 1)), (max(a, high + 1), b))
                if piece[0] <= piece[1]
            ]
        return Ranges(tuple(left))

    def __le__(self, other: "Ranges") -> bool:
        """Whether this set lies within the other."""
        return not (self - other).spans

    def __bool__(self) -> bool:
        return bool(self.spans)

    @property
    def size(self) -> int:
        """How many numbers the set holds."""
        return sum(high - low + 1 for low, high in self.spans)


ALL_PORTS = Ranges(((0, 65535),))

V4, V6 = Ranges(((0, 2**32 - 1),)), Ranges(((2**33, 2**33 + 2**128 - 1),))
"""All addresses of IPv4 and of IPv6, on one line of numbers and apart, so that a set holds both."""

EVERYWHERE = V4 | V6


class Cidr(Struct, frozen=True):
    """An address range, host bits cleared: `1.2.3.4/0` is everything."""

    version: int
    first: int
    last: int

    @property
    def ranges(self) -> Ranges:
        """The addresses in it, on the line on which those of IPv6 stand beyond IPv4's."""
        ((start, _),) = (V4 if self.version == 4 else V6).spans
        return Ranges(((start + self.first, start + self.last),))


@lru_cache(16384)
def parse_cidr(text: str) -> Cidr | None:
    """Read a CIDR or a single address; None if the text is neither."""
    from ipaddress import ip_network

    try:
        net = ip_network(text.strip(), strict=False)
    except ValueError:
        return None
    return Cidr(net.version, int(net.network_address), int(net.broadcast_address))


@cache
def public_addresses(version: int) -> Ranges:
    """The addresses of the internet: all but private, shared, loopback, link-local and such.

    IANA's special-purpose address registries (RFC 6890 and its updates), as far as a route on
    the internet never leads there.
    """
    special = {
        4: (
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16",
            "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.168.0.0/16", "198.18.0.0/15",
            "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3",
        ),
        6: (
            "::/128", "::1/128", "64:ff9b:1::/48", "100::/64", "2001:db8::/32", "fc00::/7",
            "fe80::/10", "ff00::/8",
        ),
    }  # fmt: skip
    held = (found.ranges for found in map(parse_cidr, special[version]) if found)
    return (V4 if version == 4 else V6) - Ranges.union(held)


INTERNET_SIZE = {4: 2 ** (32 - 8), 6: 2 ** (128 - 32)}
"""More public addresses than this, a /8 or an IPv6 /32, count as the internet."""


def is_internet(addresses: Ranges) -> bool:
    """Whether a set holds more public addresses than a /8 (IPv6: a /32)."""
    return any(
        (addresses & public_addresses(version)).size > INTERNET_SIZE[version] for version in (4, 6)
    )


SUBNET_SIZE = {4: 2**16, 6: 2**84}
"""More addresses than this no subnet has: a /16, or a /44.

"Subnet CIDR blocks", Amazon VPC User Guide.
"""

VPC_SIZE = {4: 50 * 2**16, 6: 50 * 2**84}
"""More addresses than this no VPC has: at most 50 ranges, of a /16 (IPv6: a /44) each.

Amazon VPC User Guide, "Amazon VPC quotas".
"""
