"""Whom endpoints and stores allow, held against packets: every client tries to connect.

The world is small. A VPC with two subnets of sixteen addresses, tasks in one or both of them, and
ranges that lie within, around and beside these. A connection is allowed if some permission of the
server's groups allows it, and some permission of the client's.
"""

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network

from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct

import small_stacks
from budgets import examples
from small_stacks import Part, cluster, findings, group, permission, ref, subnet, vpc
from taskwall.settings import Settings

VPC = IPv4Network("10.0.0.0/16")
SUBNETS = {"a": IPv4Network("10.0.0.0/28"), "b": IPv4Network("10.0.0.16/28")}
RANGES = (
    *("10.0.0.0/28", "10.0.0.16/28", "10.0.0.0/27", "10.0.0.0/16", "10.0.0.0/8", "0.0.0.0/0"),
    *("10.0.9.0/24", "10.1.0.0/16", "192.168.0.0/16", "0.0.0.0/1", "128.0.0.0/1"),
)
PORTS = ((443, 443), (0, 65535), (80, 443), (443, 8443), (444, 8443), (80, 442), (5432, 5432))


class Rule(Struct, frozen=True):
    """A permission: the protocol, the ports, and a range or the name of a group."""

    protocol: str
    ports: tuple[int, int]
    peer: str

    @property
    def range(self) -> str:
        """The range that it names; of a group, whose members are in the VPC, the VPC's."""
        return self.peer if "/" in self.peer else str(VPC)

    def opens(self, port: int) -> bool:
        """Whether it is for TCP on a port."""
        tcp = self.protocol == "tcp" and self.ports[0] <= port <= self.ports[1]
        return tcp or self.protocol == "-1"

    def allows(self, port: int, address: IPv4Address, groups: frozenset[str]) -> bool:
        """Whether it is for TCP on a port, and for an address or one of its groups."""
        if not self.opens(port):
            return False
        return self.peer in groups if "/" not in self.peer else address in IPv4Network(self.peer)


def rules(*groups: str) -> st.SearchStrategy[list[Rule]]:
    """Up to three permissions for these groups, and ranges."""
    peers = st.sampled_from((*groups, *RANGES))
    one = st.builds(
        Rule, st.sampled_from(("tcp", "tcp", "tcp", "udp", "-1")), st.sampled_from(PORTS), peers
    )
    return st.lists(one, max_size=3, unique_by=lambda rule: rule)


def written(way: str, on: str, found: list[Rule]) -> Iterator[Part]:
    """Permissions of a group as resources: `in0`, `in1`, `out0`..."""
    for number, rule in enumerate(found):
        name = f"{on}_{way}_{number}"
        yield permission(way, on, name, rule.protocol, rule.ports, rule.peer)


where = st.sets(st.sampled_from(sorted(SUBNETS)), min_size=1)


@examples(200)
@given(where, rules("tasks", "others"), rules("endpoint", "others"))
def test_tasks_reach_an_endpoint(used: set[str], into: list[Rule], out: list[Rule]) -> None:
    """TW407: each task gets to it, wherever in the tasks' subnets its address is; else it is high.

    Where in the VPC the endpoint's own addresses are, nobody knows before it is made. What gets in
    from outside the VPC fails too.
    """
    server = frozenset({"endpoint"})
    clients = [address for name in used for address in SUBNETS[name]]
    comes_in = all(
        any(rule.allows(443, address, frozenset({"tasks"})) for rule in into) for address in clients
    )
    far = IPv4Network("10.0.9.0/24")
    ends = (VPC[0], VPC[-1], far[0], *(address for net in SUBNETS.values() for address in net))
    goes_out = {any(rule.allows(443, address, server) for rule in out) for address in ends}
    parts = [
        vpc(),
        cluster(),
        *(subnet(name, str(SUBNETS[name])) for name in SUBNETS),
        *(group(name) for name in ("tasks", "others", "endpoint")),
        *small_stacks.service("api", sorted(used), ["tasks"]),
        *written("ingress", "endpoint", into),
        *written("egress", "tasks", out),
        endpoint("ecr.api"),
    ]

    found = {(each.verdict, each.severity) for each in findings(parts, "TW407")}

    shut = ("fail", "high") in found
    if not comes_in or goes_out == {False}:
        assert shut
    elif goes_out == {True}:
        outside = [rule for rule in into if not IPv4Network(rule.range).subnet_of(VPC)]
        verdicts = {verdict for verdict, _ in found}
        assert verdicts <= {"fail", "pass"}
        assert ("fail" in verdicts) == bool(outside)
        assert not shut
    else:
        assert not shut


def endpoint(service: str) -> Part:
    """An interface endpoint in the first subnet, with the group `endpoint`."""
    attributes = {
        "vpc_id": ref("aws_vpc", "main"),
        "service_name": f"com.amazonaws.eu-west-1.{service}",
        "vpc_endpoint_type": "Interface",
        "private_dns_enabled": True,
        "subnet_ids": [ref("aws_subnet", "a")],
        "security_group_ids": [ref("aws_security_group", "endpoint")],
    }
    return "aws_vpc_endpoint", "it", attributes


@examples(200)
@given(where, rules("tasks", "bastion", "balancer", "store"), st.booleans(), st.booleans())
def test_a_store_allows_tasks_only(
    used: set[str], into: list[Rule], refers: bool, strict: bool
) -> None:
    """TW207: of a store that tasks use, each permission is judged by whom it allows."""
    tasks = [address for name in used for address in SUBNETS[name]]
    concerned = refers or any(
        rule.peer == "tasks"
        or ("/" in rule.peer and any(t in IPv4Network(rule.peer) for t in tasks))
        for rule in into
    )
    environment = [{"name": "DB", "value": ref("aws_db_instance", "it", "address")}] * refers
    parts = [
        vpc(),
        cluster(),
        *(subnet(name, str(SUBNETS[name])) for name in SUBNETS),
        *(group(name) for name in ("tasks", "bastion", "balancer", "store")),
        *small_stacks.service("api", sorted(used), ["tasks"], environment=environment),
        *written("ingress", "store", into),
        (
            "aws_lb",
            "web",
            {"internal": True, "security_groups": [ref("aws_security_group", "balancer")]},
        ),
        (
            "aws_db_instance",
            "it",
            {"engine": "postgres", "vpc_security_group_ids": [ref("aws_security_group", "store")]},
        ),
    ]

    found = {
        each.resource: (each.verdict, each.severity)
        for each in findings(parts, "TW207", Settings(profile="strict" if strict else "default"))
        if each.resource != "aws_security_group.store"
    }

    wanted = {"tasks": "pass", "store": "pass", "balancer": "medium"}
    wanted["bastion"] = "low" if strict else "pass"
    expected = {}
    for number, rule in enumerate(into):
        internet = IPv4Network(rule.range).prefixlen < 8
        said = wanted.get(rule.peer, "critical" if internet else "medium")
        if not rule.opens(5432):  # no database listens there
            said = "low" if strict and said != "pass" else "pass"
        name = f"aws_vpc_security_group_ingress_rule.store_ingress_{number}"
        expected[name] = said
    assert concerned or not found
    if concerned:
        assert {
            name: "pass" if verdict == "pass" else severity
            for name, (verdict, severity) in found.items()
        } == expected
        assert {verdict for verdict, _ in found.values()} <= {"pass", "fail"}
