"""What network ACLs let through, held against packets: each is tried, entry by entry.

Everything in this small world begins and ends at a few addresses and ports, so that trying the
corners of all ranges tries everything.
"""

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network
from itertools import product

from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct

import small_stacks
from budgets import examples
from small_stacks import Part, cluster, findings, group, permission, ref, subnet, vpc

TASKS, PEERS = IPv4Network("10.0.0.0/28"), IPv4Network("10.0.0.16/28")
RANGES = ("0.0.0.0/0", "10.0.0.0/16", "10.0.0.16/28", "10.0.0.0/27", "10.8.0.0/16")
PORTS = (
    *((0, 65535), (8080, 8080), (443, 443), (1024, 65535), (32768, 60999), (32768, 65535)),
    *((443, 8080), (32769, 65535)),
)
ALL_PORTS = (0, 65535)
PROTOCOLS = {"tcp": "6", "udp": "17", "-1": "-1"}
OTHER = {"ingress": "egress", "egress": "ingress"}


def _corners() -> Iterator[IPv4Address]:
    for network in (*map(IPv4Network, RANGES), TASKS):
        for address in (
            int(network[0]) - 1,
            int(network[0]),
            int(network[-1]),
            int(network[-1]) + 1,
        ):
            if 0 <= address < 2**32:
                yield IPv4Address(address)


ADDRESSES = sorted(set(_corners()))
CORNERS = sorted({p for ends in PORTS for end in ends for p in (end - 1, end, end + 1)})


def within(ports: tuple[int, int]) -> list[int]:
    """The ports of a range that are tried."""
    return [port for port in CORNERS if ports[0] <= port <= ports[1]]


class Entry(Struct, frozen=True):
    """An entry of the ACL; its number is its place in the list."""

    way: str
    allow: bool
    protocol: str
    range: str
    ports: tuple[int, int]

    def matches(self, way: str, protocol: str, address: IPv4Address, port: int) -> bool:
        """Whether a packet is one that it is for. The address is the far end's."""
        return (
            self.way == way
            and self.protocol in (protocol, "-1")
            and address in IPv4Network(self.range)
            and (self.protocol == "-1" or self.ports[0] <= port <= self.ports[1])
        )


class Flow(Struct, frozen=True):
    """A permission of the tasks' group. The peer is a range, or the name of a group."""

    way: str
    protocol: str
    ports: tuple[int, int]
    peer: str


def passes(entries: list[Entry], way: str, protocol: str, address: IPv4Address, port: int) -> bool:
    """Whether the ACL lets a packet through: the first entry that matches decides."""
    for entry in entries:
        if entry.matches(way, protocol, address, port):
            return entry.allow
    return False


def breaks(entries: list[Entry], flow: Flow) -> bool:
    """Whether the ACL breaks what a permission allows, or its answers, as TW606 has it.

    All of a group's addresses must get through, and of a range at least some, on each port; of all
    ports, some. Answers must get back to whoever gets through, but for those of a range that are
    denied by name.
    """
    members = "/" not in flow.peer
    peers = PEERS if members else IPv4Network(flow.peer)
    far = [address for address in ADDRESSES if address in peers and address not in TASKS]
    protocol = "udp" if flow.protocol == "udp" else "tcp"
    every = flow.protocol == "-1" or flow.ports == ALL_PORTS
    ports = within(ALL_PORTS if every else flow.ports)
    tried = {
        (address, port): passes(entries, flow.way, protocol, address, port)
        for address, port in product(far, ports)
    }
    if not any(tried.values()):
        return bool(far)
    if not every and members and not all(tried.values()):
        return True
    if not every and any(not any(tried[address, port] for address in far) for port in ports):
        return True
    answers = within((1024, 65535) if flow.peer == "balancer" else (32768, 60999))
    reached = {address for (address, _), through in tried.items() if through}
    aside = [] if members else keeping_out(entries, OTHER[flow.way], reached)
    others = [entry for entry in entries if entry not in aside]
    return protocol == "tcp" and any(
        not passes(others, OTHER[flow.way], protocol, address, answer)
        for address, answer in product(reached, answers)
    )


def takes_effect(entries: list[Entry], number: int) -> bool:
    """Whether entries before it do not deny all that an entry matches.

    The protocol "icmp" stands for all others.
    """
    entry, denying = entries[number], [one for one in entries[:number] if not one.allow]
    return any(
        entry.matches("ingress", protocol, address, port)
        and not any(one.matches("ingress", protocol, address, port) for one in denying)
        for protocol, address, port in product(("tcp", "udp", "icmp"), ADDRESSES, within(ALL_PORTS))
    )


def keeping_out(entries: list[Entry], way: str, reached: set[IPv4Address]) -> list[Entry]:
    """The entries that deny a part of those who are reached; none if together they deny all."""
    found = {
        entry: denied
        for entry in entries
        if entry.way == way and not entry.allow
        if (denied := {each for each in reached if each in IPv4Network(entry.range)}) != reached
    }
    return [] if reached == set().union(*found.values()) else list(found)


ways = st.sampled_from(("ingress", "egress"))
protocols = st.sampled_from(("tcp", "tcp", "udp", "-1"))
entries = st.lists(
    st.builds(
        Entry,
        ways,
        st.sampled_from((True, True, True, False)),
        protocols,
        st.sampled_from(RANGES),
        st.sampled_from(PORTS),
    ),
    max_size=6,
)
flows = st.lists(
    st.builds(
        Flow,
        ways,
        protocols,
        st.sampled_from(PORTS[:3]),
        st.sampled_from(("callers", "balancer", *RANGES)),
    ),
    min_size=1,
    max_size=2,
    unique_by=lambda flow: flow,
)


@examples(300)
@given(entries, flows)
def test_packets_get_through_an_acl(written: list[Entry], allowed: list[Flow]) -> None:
    """TW606: an ACL fails if it breaks what groups allow, an entry if it allows the internet."""
    parts = [
        vpc(),
        cluster(),
        subnet("tasks", str(TASKS)),
        subnet("peers", str(PEERS)),
        *(group(name) for name in ("tasks", "callers", "balancer")),
        *small_stacks.service("api", ["tasks"], ["tasks"]),
        *small_stacks.service("caller", ["peers"], ["callers"]),
        (
            "aws_lb",
            "web",
            {
                "internal": True,
                "subnets": [ref("aws_subnet", "peers")],
                "security_groups": [ref("aws_security_group", "balancer")],
            },
        ),
        (
            "aws_network_acl",
            "it",
            {"vpc_id": ref("aws_vpc", "main"), "subnet_ids": [ref("aws_subnet", "tasks")]},
        ),
        *(_entry(number, entry) for number, entry in enumerate(written)),
        *(
            permission(flow.way, "tasks", f"allows{number}", flow.protocol, flow.ports, flow.peer)
            for number, flow in enumerate(allowed)
        ),
    ]

    found = {each.resource: each.verdict for each in findings(parts, "TW606")}

    broken = any(breaks(written, flow) for flow in allowed)
    assert found.pop("aws_network_acl.it") == ("fail" if broken else "pass")
    assert found == {
        f"aws_network_acl_rule.entry{number}": (
            "fail"
            if entry.allow
            and entry.range == "0.0.0.0/0"
            and (entry.protocol == "-1" or entry.ports[0] < 1024)
            and takes_effect(written, number)
            else "pass"
        )
        for number, entry in enumerate(written)
        if entry.way == "ingress"
    }


def _entry(number: int, entry: Entry) -> Part:
    ports = (0, 0) if entry.protocol == "-1" else entry.ports
    attributes = {
        "network_acl_id": ref("aws_network_acl", "it"),
        "rule_number": 100 + number,
        "egress": entry.way == "egress",
        "rule_action": "allow" if entry.allow else "deny",
        "protocol": PROTOCOLS[entry.protocol],
        "cidr_block": entry.range,
        "from_port": ports[0],
        "to_port": ports[1],
    }
    return "aws_network_acl_rule", f"entry{number}", attributes
