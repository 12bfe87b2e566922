"""Small networks at random: three subnets, with tables, ACLs, groups, two services and a cache.

A Network Load Balancer with security groups, in one subnet, may hand on to the first service.

All ranges begin and end at a few addresses and ports: trying their corners tries everything.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from ipaddress import IPv4Address, IPv4Network
from itertools import product
from typing import Any

from hypothesis import strategies as st
from msgspec import Struct

from taskwall.readers import terraform
from taskwall.source.files import Files
from taskwall.source.stack import Inputs, Stack

SUBNETS = {"a": "10.0.0.0/28", "b": "10.0.0.16/28", "c": "10.0.0.32/28"}
RANGES = ("0.0.0.0/0", "10.0.0.0/24", "10.0.0.0/28", "10.0.0.16/29", "10.0.0.24/29", "8.8.8.0/24")
PORTS = ((0, 65535), (443, 443), (80, 443), (1024, 65535), (32768, 60999), (40000, 50000))
TRIED_PORTS = (80, 443, 1024, 65535)
CLIENT_PORTS = (32768, 40000, 50001)
INTERNET_PORTS = (1024, *CLIENT_PORTS, 65535)
OUTSIDE = tuple(map(IPv4Address, ("1.1.1.1", "8.8.8.8")))
THINGS = ("one", "two", "cache")
LISTENER, TARGET = 443, 80
"""The port of the load balancer `edge`, and that of the service `one` behind it."""


class Rule(Struct, frozen=True):
    """A permission of a group: the peer is a range, or the name of a group."""

    way: str
    ports: tuple[int, int]
    peer: str

    def allows(self, port: int, address: IPv4Address, groups: Iterable[str]) -> bool:
        """Whether it allows a connection to a port, given the other side."""
        if not self.ports[0] <= port <= self.ports[1]:
            return False
        return address in IPv4Network(self.peer) if "/" in self.peer else self.peer in groups


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
    """What is generated. `defaults` are where the default routes of subnets lead."""

    rules: dict[str, tuple[Rule, ...]]
    acls: dict[str, tuple[Line, ...]]
    defaults: dict[str, str]
    things: dict[str, Thing]

    # --- the slow model

    def group_lets(
        self, thing: str, way: str, port: int, address: IPv4Address, groups: Iterable[str]
    ) -> bool:
        """Whether any group of a thing allows a connection."""
        rules = (rule for group in self.things[thing].groups for rule in self.rules[group])
        return any(rule.way == way and rule.allows(port, address, groups) for rule in rules)

    def acl_lets(self, subnet: str, way: str, port: int, address: IPv4Address) -> bool:
        """Whether a packet passes the border of a subnet; the address is the far end's."""
        if subnet not in self.acls:
            return True
        for line in self.acls[subnet]:
            ports = line.ports[0] <= port <= line.ports[1]
            if line.way == way and ports and address in IPv4Network(line.range):
                return line.allow
        return False

    def between(self, client: str, server: str, port: int) -> tuple[bool, bool]:
        """Whether a connection is open wherever the two are in some subnets, and anywhere."""
        sure = perhaps = False
        mine, theirs = self.things[client], self.things[server]
        clients = INTERNET_PORTS if client == "edge" else CLIENT_PORTS
        for here, there in product(mine.subnets, theirs.subnets):
            ways = list(product(corners(here), corners(there)))
            lets = [
                self.group_lets(client, "egress", port, to, theirs.groups)
                and self.group_lets(server, "ingress", port, of, mine.groups)
                and (here == there or self._passes(here, there, of, to, port))
                for of, to in ways
            ]

            alike = here == there
            always = alike or any(
                all(self._answers(here, there, *way, port) for way in ways) for port in clients
            )
            ever = alike or any(
                self._answers(here, there, *way, port) for way in ways for port in clients
            )
            sure = sure or (all(lets) and always)
            perhaps = perhaps or (any(lets) and ever)
        return sure, perhaps

    def _answers(self, here: str, there: str, of: IPv4Address, to: IPv4Address, port: int) -> bool:
        """Whether an answer gets from there to a port of the client here."""
        out = self.acl_lets(there, "egress", port, of)
        return out and self.acl_lets(here, "ingress", port, to)

    def _passes(self, here: str, there: str, of: IPv4Address, to: IPv4Address, port: int) -> bool:
        out = self.acl_lets(here, "egress", port, to)
        return out and self.acl_lets(there, "ingress", port, of)

    def from_internet(self, server: str, port: int) -> bool:
        """Whether some address of the internet can open a connection."""
        thing = self.things[server]
        return thing.public and any(
            self.defaults[subnet] == "internet"
            and self.group_lets(server, "ingress", port, address, ())
            and self.acl_lets(subnet, "ingress", port, address)
            and any(self.acl_lets(subnet, "egress", p, address) for p in INTERNET_PORTS)
            for subnet in thing.subnets
            for address in OUTSIDE
        )

    def to_internet(self, client: str, port: int) -> bool:
        """Whether a connection to some address of the internet can be opened."""
        thing = self.things[client]
        return any(
            (
                self.defaults[subnet] == "nat"
                or (self.defaults[subnet] == "internet" and thing.public)
            )
            and self.group_lets(client, "egress", port, address, ())
            and self.acl_lets(subnet, "egress", port, address)
            and any(self.acl_lets(subnet, "ingress", p, address) for p in CLIENT_PORTS)
            for subnet in thing.subnets
            for address in OUTSIDE
        )

    # --- the same in Terraform

    def sources(self) -> str:
        """The world as Terraform's JSON."""
        made: dict[str, dict[str, Any]] = defaultdict(dict)
        made["aws_vpc"]["main"] = {"cidr_block": "10.0.0.0/24"}
        made["aws_internet_gateway"]["main"] = {"vpc_id": "${aws_vpc.main.id}"}
        self._subnet(made, "nat", "10.0.0.64/28", "internet")
        made["aws_nat_gateway"]["main"] = {"subnet_id": "${aws_subnet.nat.id}"}
        for name, cidr in SUBNETS.items():
            self._subnet(made, name, cidr, self.defaults[name])
        for name, lines in self.acls.items():
            blocks: dict[str, list[dict[str, Any]]] = {"ingress": [], "egress": []}
            for number, line in enumerate(lines):
                blocks[line.way].append(
                    {
                        "rule_no": number + 1, "action": "allow" if line.allow else "deny",
                        "protocol": "tcp", "cidr_block": line.range,
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
                key = "cidr_ipv4" if "/" in rule.peer else "referenced_security_group_id"
                peer = rule.peer if "/" in rule.peer else f"${{aws_security_group.{rule.peer}.id}}"
                made[f"aws_vpc_security_group_{rule.way}_rule"][f"{name}{number}"] = {
                    "security_group_id": f"${{aws_security_group.{name}.id}}",
                    "ip_protocol": "tcp", "from_port": rule.ports[0], "to_port": rule.ports[1],
                    key: peer,
                }  # fmt: skip
        for name, thing in self.things.items():
            groups = [f"${{aws_security_group.{group}.id}}" for group in thing.groups]
            subnets = [f"${{aws_subnet.{subnet}.id}}" for subnet in thing.subnets]
            if name == "edge":
                made["aws_lb"][name] = {
                    "name": name, "load_balancer_type": "network", "internal": not thing.public,
                    "subnets": subnets, "security_groups": groups,
                }  # fmt: skip
                made["aws_lb_target_group"]["one"] = {
                    "name": "one", "port": TARGET, "protocol": "TCP", "target_type": "ip",
                    "vpc_id": "${aws_vpc.main.id}",
                }  # fmt: skip
                action = {"type": "forward", "target_group_arn": "${aws_lb_target_group.one.arn}"}
                made["aws_lb_listener"][name] = {
                    "load_balancer_arn": "${aws_lb.edge.arn}", "port": LISTENER,
                    "protocol": "TCP", "default_action": action,
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
        return json.dumps({"resource": made})

    @staticmethod
    def _subnet(made: dict[str, dict[str, Any]], name: str, cidr: str, default: str) -> None:
        made["aws_subnet"][name] = {"vpc_id": "${aws_vpc.main.id}", "cidr_block": cidr}
        targets = {
            "internet": {"gateway_id": "${aws_internet_gateway.main.id}"},
            "nat": {"nat_gateway_id": "${aws_nat_gateway.main.id}"},
        }
        made["aws_route_table"][name] = {"vpc_id": "${aws_vpc.main.id}"}
        if default in targets:
            route = {"cidr_block": "0.0.0.0/0", **targets[default]}
            made["aws_route_table"][name]["route"] = [route]
        made["aws_route_table_association"][name] = {
            "subnet_id": f"${{aws_subnet.{name}.id}}",
            "route_table_id": f"${{aws_route_table.{name}.id}}",
        }


def corners(subnet: str) -> Iterator[IPv4Address]:
    """The addresses of a subnet that are tried: those where any range begins or ends."""
    network = IPv4Network(SUBNETS[subnet])
    for offset in (0, 8, 15):
        yield network[offset]


def worlds() -> st.SearchStrategy[World]:
    """Small networks, most of whose parts let something through."""
    names = ("g", "h")
    rule = st.builds(
        Rule,
        st.sampled_from(("ingress", "egress")),
        st.sampled_from(PORTS),
        st.sampled_from((*RANGES, *names)),
    )
    line = st.builds(
        Line,
        st.sampled_from(("ingress", "egress")),
        st.sampled_from((True, True, False)),
        st.sampled_from(PORTS),
        st.sampled_from(RANGES),
    )
    subnets = st.lists(st.sampled_from("abc"), min_size=1, max_size=2, unique=True).map(tuple)
    groups = st.sampled_from((("g",), ("h",), ("g", "h")))
    service = st.builds(Thing, groups, subnets, st.booleans())
    cache = st.builds(Thing, groups, subnets, st.just(False))
    subnet = st.sampled_from((("a",), ("b",), ("c",)))
    edge = st.builds(Thing, groups, subnet, st.booleans())
    return st.builds(
        World,
        st.fixed_dictionaries({name: st.lists(rule, max_size=5).map(tuple) for name in names}),
        st.dictionaries(st.sampled_from("abc"), st.lists(line, max_size=6).map(tuple), max_size=2),
        st.fixed_dictionaries(
            {name: st.sampled_from(("internet", "nat", "none")) for name in SUBNETS}
        ),
        st.fixed_dictionaries({"one": service, "two": service, "cache": cache, "edge": edge}),
    )


def stack_of(world: World) -> Stack:
    """The stack of a world."""
    files = Files({"/stack/main.tf.json": world.sources()})
    (stack,), errors = terraform.stacks(list(files.known), files, Inputs(boundary="/stack"))
    assert not errors
    return stack
