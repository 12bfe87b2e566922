"""Sets of packets, by arithmetic on protocols, ports and addresses."""

from msgspec import Struct

from taskwall.model.core.address import Ranges

TCP, UDP = Ranges(((6, 6),)), Ranges(((17, 17),))
_PROTOCOLS = {
    "tcp": TCP,
    "udp": UDP,
    "icmp": Ranges(((1, 1),)),
    "icmpv6": Ranges(((58, 58),)),
    "-1": Ranges(((0, 255),)),
    "all": Ranges(((0, 255),)),
}


def protocols(spoken: str) -> Ranges:
    """The numbers of the IP protocols that a permission or ACL entry names; none if it is none."""
    if spoken.isdecimal():
        return Ranges(((int(spoken), int(spoken)),))
    return _PROTOCOLS.get(spoken.lower(), Ranges())


class Traffic(Struct, frozen=True):
    """A set of packets: boxes of IP protocols, ports, and addresses of the other end."""

    boxes: tuple[tuple[Ranges, Ranges, Ranges], ...] = ()

    @classmethod
    def of(cls, protocols: Ranges, ports: Ranges, addresses: Ranges) -> "Traffic":
        """All packets of some protocols, to (or from) some ports and addresses."""
        return cls(((protocols, ports, addresses),) if protocols and ports and addresses else ())

    def __or__(self, other: "Traffic") -> "Traffic":
        return Traffic((*self.boxes, *other.boxes))

    def __and__(self, other: "Traffic") -> "Traffic":
        pairs = ((one, two) for one in self.boxes for two in other.boxes)
        met = ((a & d, b & e, c & f) for (a, b, c), (d, e, f) in pairs)
        return Traffic(tuple(box for box in met if all(box)))

    def __sub__(self, other: "Traffic") -> "Traffic":
        left = self.boxes
        for d, e, f in other.boxes:
            cut = (
                piece
                for a, b, c in left
                for piece in ((a - d, b, c), (a & d, b - e, c), (a & d, b & e, c - f))
            )
            left = tuple(box for box in cut if all(box))
        return Traffic(left)

    def __le__(self, other: "Traffic") -> bool:
        """Whether all packets of this set are in the other."""
        return not self - other

    def __bool__(self) -> bool:
        return bool(self.boxes)

    @property
    def ports(self) -> Ranges:
        """The ports of any of its packets."""
        return Ranges.union(ports for _, ports, _ in self.boxes)

    @property
    def addresses(self) -> Ranges:
        """The addresses of any of its packets."""
        return Ranges.union(addresses for _, _, addresses in self.boxes)
