"""Small networks at random: three subnets, with tables, ACLs, groups, two services and a cache.

They may have IPv6. A load balancer with security groups, in one subnet, may hand on to the first
service: an Application Load Balancer, or a Network Load Balancer that keeps the clients' addresses
or does not.

All ranges begin and end at a few addresses and ports: trying their corners tries everything.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from itertools import product
from typing import Any, Literal, TypeAlias, get_args

from hypothesis import strategies as st
from msgspec import Struct

from taskwall.readers import terraform
from taskwall.source.files import Files
from taskwall.source.stack import Inputs, Stack

Address: TypeAlias = IPv4Address | IPv6Address

SUBNETS = {
    4: {"a": "10.0.0.0/28", "b": "10.0.0.16/28", "c": "10.0.0.32/28"},
    6: {"a": "2600:1:0:a::/64", "b": "2600:1:0:b::/64", "c": "2600:1:0:c::/64"},
}
RANGES = (
    "0.0.0.0/0", "10.0.0.0/24", "10.0.0.0/28", "10.0.0.16/29", "10.0.0.24/29", "8.8.8.0/24",
)  # fmt: skip
SIX_RANGES = (
    "::/0", "2600:1::/56", "2600:1:0:a::/64", "2600:1:0:b::/65", "2600:1:0:b:8000::/65",
    "2a00::/16",
)  # fmt: skip
PORTS = ((0, 65535), (443, 443), (80, 443), (1024, 65535), (32768, 60999), (40000, 50000))
TRIED_PORTS = (80, 443, 1024, 65535)
CLIENT_PORTS = (32768, 40000, 50001)
INTERNET_PORTS = (1024, *CLIENT_PORTS, 65535)
OUTSIDE = {
    4: tuple(map(ip_address, ("1.1.1.1", "8.8.8.8"))),
    6: tuple(map(ip_address, ("2001::1", "2a00::1"))),
}
THINGS = ("one", "two", "cache")
Edge: TypeAlias = Literal["application", "network", "keeping"]
"""What `edge` is: a Network Load Balancer may keep the addresses of clients."""

LATTICE = "lattice"
"""The peer of rules that name the prefix list of VPC Lattice."""
LISTENER, TARGET = 443, 80
"""The port of the load balancer `edge`, and that of the service `one` behind it."""


class Rule(Struct, frozen=True):
    """A permission of a group: the peer is a range, the name of a group, or Lattice's list."""

    way: str
    ports: tuple[int, int]
    peer: str

    def allows(self, port: int, address: Address, groups: Iterable[str]) -> bool:
        """Whether it allows a connection to a port, given the other side."""
        if not self.ports[0] <= port <= self.ports[1]:
            return False
        return address in ip_network(self.peer) if "/" in self.peer else self.peer in groups


class Line(Struct, frozen=True):
    """An entry of a network ACL, in its order."""

    way: str
    allow: bool
    ports: tuple[int, int]
    range: str


class Thing(Struct, frozen=True):
    """A service, the cache or `edge`: its groups, its subnets, whether its addresses are public."""

    groups: tuple[str, ...]
    subnets: tuple[str, ...]
    public: bool


class World(Struct, frozen=True):
    """What is generated.

    `defaults` are where the default routes of subnets lead, `sixes` those of IPv6: none, if the VPC
    has no IPv6.
    """

    rules: dict[str, tuple[Rule, ...]]
    acls: dict[str, tuple[Line, ...]]
    defaults: dict[str, str]
    things: dict[str, Thing]
    sixes: dict[str, str] = {}
    edge: Edge = "network"

    # --- the slow model

    @property
    def versions(self) -> tuple[int, ...]:
        """The IP versions that the VPC has."""
        return (4, 6) if self.sixes else (4,)

    def group_lets(
        self, thing: str, way: str, port: int, address: Address, groups: Iterable[str]
    ) -> bool:
        """Whether any group of a thing allows a connection."""
        rules = (rule for group in self.things[thing].groups for rule in self.rules[group])
        return any(rule.way == way and rule.allows(port, address, groups) for rule in rules)

    def lists(self, thing: str, peer: str, port: int) -> bool:
        """Whether any group of a thing lets a peer in that is no group of the sources."""
        rules = (rule for group in self.things[thing].groups for rule in self.rules[group])
        alike = (rule for rule in rules if (rule.way, rule.peer) == ("ingress", peer))
        return any(low <= port <= high for low, high in (rule.ports for rule in alike))

    def acl_lets(self, subnet: str, way: str, port: int, address: Address) -> bool:
        """Whether a packet passes the border of a subnet; the address is the far end's."""
        if subnet not in self.acls:
            return True
        for line in self.acls[subnet]:
            ports = line.ports[0] <= port <= line.ports[1]
            if line.way == way and ports and address in ip_network(line.range):
                return line.allow
        return False

    def between(
        self, client: str, server: str, port: int, versions: tuple[int, ...] = ()
    ) -> tuple[bool, bool]:
        """Whether a connection is open wherever the two are in some subnets, and anywhere."""
        # A target group has IPv4 addresses if nothing else is written.
        versions = versions or ((4,) if client == "edge" else self.versions)
        ways = product(versions, self.things[client].subnets, self.things[server].subnets)
        clients = INTERNET_PORTS if client == "edge" else CLIENT_PORTS
        found = [self._between(client, server, port, clients, *way) for way in ways]
        return any(sure for sure, _ in found), any(perhaps for _, perhaps in found)

    def _between(
        self, client: str, server: str, port: int, clients: Iterable[int],
        version: int, here: str, there: str,
    ) -> tuple[bool, bool]:  # fmt: skip
        mine, theirs = self.things[client].groups, self.things[server].groups
        ways = list(product(corners(here, version), corners(there, version)))
        lets = [
            self.group_lets(client, "egress", port, to, theirs)
            and self.group_lets(server, "ingress", port, of, mine)
            for of, to in ways
        ]
        crossed = self._crossed(here, there, ways, port, clients)
        return all(lets) and crossed[0], any(map(all, zip(lets, crossed[1], strict=True)))

    def _crossed(
        self,
        here: str,
        there: str,
        ways: list[tuple[Address, Address]],
        port: int,
        clients: Iterable[int],
    ) -> tuple[bool, list[bool]]:
        """Whether the ACLs let all through, and let each; for each the client takes any port."""
        if here == there:
            return True, [True] * len(ways)
        passes = [self._passes(here, there, *way, port) for way in ways]
        always = any(all(self._answers(here, there, *way, p) for way in ways) for p in clients)
        ever = any(self._answers(here, there, *way, p) for way in ways for p in clients)
        return all(passes) and always, [each and ever for each in passes]

    def _answers(self, here: str, there: str, of: Address, to: Address, port: int) -> bool:
        """Whether an answer gets from there to a port of the client here."""
        out = self.acl_lets(there, "egress", port, of)
        return out and self.acl_lets(here, "ingress", port, to)

    def _passes(self, here: str, there: str, of: Address, to: Address, port: int) -> bool:
        out = self.acl_lets(here, "egress", port, to)
        return out and self.acl_lets(there, "ingress", port, of)

    def handed_on(self, clients: Iterable[Address], ports: Iterable[int]) -> tuple[bool, bool]:
        """Whether `one` takes from `edge` what comes from some clients: from all, and from any.

        It sees their IPv4 addresses; its groups may name those of `edge`.
        """
        edge, one = self.things["edge"], self.things["one"]
        sure = perhaps = False
        (here,) = edge.subnets
        of = [each for each in clients if each.version == 4]
        for there in one.subnets:
            ways: list[tuple[Address, Address]] = list(product(of, corners(there, 4)))
            lets = [
                self.group_lets("edge", "egress", TARGET, to, one.groups)
                and self.group_lets("one", "ingress", TARGET, address, edge.groups)
                for address, to in ways
            ]
            crossed = self._crossed(here, there, ways, TARGET, ports)
            sure = sure or (bool(ways) and all(lets) and crossed[0])
            perhaps = perhaps or any(map(all, zip(lets, crossed[1], strict=True)))
        return sure, perhaps

    def from_internet(self, server: str, port: int, version: int) -> list[Address]:
        """The addresses of the internet that can open a connection."""
        thing = self.things[server]
        public = thing.public or (version == 6 and server != "edge")
        return [
            address
            for address in OUTSIDE[version]
            if public
            and any(
                self._default(subnet, version) == "internet"
                and self.group_lets(server, "ingress", port, address, ())
                and self.acl_lets(subnet, "ingress", port, address)
                and any(self.acl_lets(subnet, "egress", p, address) for p in INTERNET_PORTS)
                for subnet in thing.subnets
            )
        ]

    def to_internet(self, client: str, port: int, version: int) -> bool:
        """Whether a connection to some address of the internet can be opened."""
        thing = self.things[client]
        out = {"nat", "egress-only"} | ({"internet"} if thing.public or version == 6 else set())
        return any(
            self._default(subnet, version) in out
            and self.group_lets(client, "egress", port, address, ())
            and self.acl_lets(subnet, "egress", port, address)
            and any(self.acl_lets(subnet, "ingress", p, address) for p in CLIENT_PORTS)
            for subnet in thing.subnets
            for address in OUTSIDE[version]
        )

    def _default(self, subnet: str, version: int) -> str:
        return (self.defaults if version == 4 else self.sixes)[subnet]

    # --- the same in Terraform

    def sources(self) -> str:
        """The world as Terraform's JSON."""
        made: dict[str, dict[str, Any]] = defaultdict(dict)
        made["aws_vpc"]["main"] = {"cidr_block": "10.0.0.0/24"}
        if self.sixes:
            made["aws_vpc"]["main"]["ipv6_cidr_block"] = "2600:1::/56"
        made["aws_internet_gateway"]["main"] = {"vpc_id": "${aws_vpc.main.id}"}
        made["aws_egress_only_internet_gateway"]["main"] = {"vpc_id": "${aws_vpc.main.id}"}
        self._subnet(made, "nat", "10.0.0.64/28", "internet", "", "none")
        made["aws_nat_gateway"]["main"] = {"subnet_id": "${aws_subnet.nat.id}"}
        for name, cidr in SUBNETS[4].items():
            six = SUBNETS[6][name] if self.sixes else ""
            self._subnet(made, name, cidr, self.defaults[name], six, self.sixes.get(name, "none"))
        for name, lines in self.acls.items():
            blocks: dict[str, list[dict[str, Any]]] = {"ingress": [], "egress": []}
            for number, line in enumerate(lines):
                blocks[line.way].append(
                    {
                        "rule_no": number + 1, "action": "allow" if line.allow else "deny",
                        "protocol": "tcp",
                        ("ipv6_cidr_block" if ":" in line.range else "cidr_block"): line.range,
                        "from_port": line.ports[0], "to_port": line.ports[1],
                    }
                )  # fmt: skip
            made["aws_network_acl"][name] = {
                "vpc_id": "${aws_vpc.main.id}",
                "subnet_ids": [f"${{aws_subnet.{name}.id}}"],
                **blocks,
            }
        for name, rules in self.rules.items():
            made["aws_security_group"][name] = {"vpc_id": "${aws_vpc.main.id}"}
            for number, rule in enumerate(rules):
                key, peer = _spelled(rule.peer)
                made[f"aws_vpc_security_group_{rule.way}_rule"][f"{name}{number}"] = {
                    "security_group_id": f"${{aws_security_group.{name}.id}}",
                    "ip_protocol": "tcp", "from_port": rule.ports[0], "to_port": rule.ports[1],
                    key: peer,
                }  # fmt: skip
        for name, thing in self.things.items():
            groups = [f"${{aws_security_group.{group}.id}}" for group in thing.groups]
            subnets = [f"${{aws_subnet.{subnet}.id}}" for subnet in thing.subnets]
            if name == "edge":
                kind = "application" if self.edge == "application" else "network"
                spoken = "HTTP" if self.edge == "application" else "TCP"
                made["aws_lb"][name] = {
                    "name": name, "load_balancer_type": kind, "internal": not thing.public,
                    "ip_address_type": "dualstack" if self.sixes else "ipv4",
                    "subnets": subnets, "security_groups": groups,
                }  # fmt: skip
                made["aws_lb_target_group"]["one"] = {
                    "name": "one", "port": TARGET, "protocol": spoken, "target_type": "ip",
                    "vpc_id": "${aws_vpc.main.id}",
                }  # fmt: skip
                if self.edge == "keeping":
                    made["aws_lb_target_group"]["one"]["preserve_client_ip"] = True
                action = {"type": "forward", "target_group_arn": "${aws_lb_target_group.one.arn}"}
                made["aws_lb_listener"][name] = {
                    "load_balancer_arn": "${aws_lb.edge.arn}", "port": LISTENER,
                    "protocol": spoken, "default_action": action,
                }  # fmt: skip
                continue
            if name == "cache":
                made["aws_elasticache_serverless_cache"][name] = {
                    "name": name, "engine": "valkey",
                    "subnet_ids": subnets, "security_group_ids": groups,
                }  # fmt: skip
                continue
            made["aws_ecs_service"][name] = {
                "name": name,
                "launch_type": "FARGATE",
                "task_definition": "x:1",
                "network_configuration": {
                    "subnets": subnets, "security_groups": groups,
                    "assign_public_ip": thing.public,
                },
            }  # fmt: skip
            if name == "one" and "edge" in self.things:
                made["aws_ecs_service"][name]["load_balancer"] = {
                    "target_group_arn": "${aws_lb_target_group.one.arn}",
                    "container_name": "one", "container_port": TARGET,
                }  # fmt: skip
        name = "com.amazonaws.eu-west-1.vpc-lattice"
        listed = {"aws_ec2_managed_prefix_list": {LATTICE: {"name": name}}}
        return json.dumps({"resource": made, "data": listed})

    @staticmethod
    def _subnet(
        made: dict[str, dict[str, Any]], name: str, cidr: str, default: str, six: str, to: str
    ) -> None:
        made["aws_subnet"][name] = {"vpc_id": "${aws_vpc.main.id}", "cidr_block": cidr}
        if six:
            made["aws_subnet"][name]["ipv6_cidr_block"] = six
        targets = {
            "internet": {"gateway_id": "${aws_internet_gateway.main.id}"},
            "nat": {"nat_gateway_id": "${aws_nat_gateway.main.id}"},
            "egress-only": {
                "egress_only_gateway_id": "${aws_egress_only_internet_gateway.main.id}"
            },
        }
        routes = (("cidr_block", "0.0.0.0/0", default), ("ipv6_cidr_block", "::/0", to))
        made["aws_route_table"][name] = {
            "vpc_id": "${aws_vpc.main.id}",
            "route": [{key: cidr, **targets[by]} for key, cidr, by in routes if by in targets],
        }
        made["aws_route_table_association"][name] = {
            "subnet_id": f"${{aws_subnet.{name}.id}}",
            "route_table_id": f"${{aws_route_table.{name}.id}}",
        }


def _spelled(peer: str) -> tuple[str, str]:
    """The peer of a rule, as an argument of Terraform."""
    if peer == LATTICE:
        return "prefix_list_id", "${data.aws_ec2_managed_prefix_list.lattice.id}"
    if "/" not in peer:
        return "referenced_security_group_id", f"${{aws_security_group.{peer}.id}}"
    return ("cidr_ipv6" if ":" in peer else "cidr_ipv4"), peer


def corners(subnet: str, version: int) -> Iterator[Address]:
    """The addresses of a subnet that are tried: those where any range begins or ends."""
    network = ip_network(SUBNETS[version][subnet])
    for number in (0, network.num_addresses // 2, network.num_addresses - 1):
        yield network[number]


def worlds() -> st.SearchStrategy[World]:
    """Small networks, most of whose parts let something through."""
    names = ("g", "h")
    ways = st.sampled_from(("ingress", "egress"))
    ranges = (*RANGES, *SIX_RANGES)
    peers = st.sampled_from((*ranges, *names, *names, LATTICE))
    rule = st.builds(Rule, ways, st.sampled_from(PORTS), peers)
    allow = st.sampled_from((True, True, False))
    line = st.builds(Line, ways, allow, st.sampled_from(PORTS), st.sampled_from(ranges))
    subnets = st.lists(st.sampled_from("abc"), min_size=1, max_size=2, unique=True).map(tuple)
    groups = st.sampled_from((("g",), ("h",), ("g", "h")))
    service = st.builds(Thing, groups, subnets, st.booleans())
    cache = st.builds(Thing, groups, subnets, st.just(False))
    subnet = st.sampled_from((("a",), ("b",), ("c",)))
    edge = st.builds(Thing, groups, subnet, st.booleans())
    to, six = ("internet", "nat", "none"), ("internet", "egress-only", "none")
    return st.builds(
        World,
        st.fixed_dictionaries({name: st.lists(rule, max_size=6).map(tuple) for name in names}),
        st.dictionaries(st.sampled_from("abc"), st.lists(line, max_size=6).map(tuple), max_size=2),
        st.fixed_dictionaries({name: st.sampled_from(to) for name in "abc"}),
        st.fixed_dictionaries({"one": service, "two": service, "cache": cache, "edge": edge}),
        st.just({}) | st.fixed_dictionaries({name: st.sampled_from(six) for name in "abc"}),
        st.sampled_from(get_args(Edge)),
    )


def stack_of(world: World) -> Stack:
    """The stack of a world."""
    files = Files({"/stack/main.tf.json": world.sources()})
    (stack,), errors = terraform.stacks(list(files.known), files, Inputs(boundary="/stack"))
    assert not errors
    return stack
