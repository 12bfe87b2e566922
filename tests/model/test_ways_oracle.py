"""Where tasks get out and which endpoints serve them, held against a slow model of routes.

The VPC has two subnets for tasks. Each uses a route table of its own or the main one, which is
written here or AWS's. A table's default route leads to an internet gateway, to a NAT gateway, or
nowhere; a narrower route is none.
"""

from collections.abc import Iterator, Mapping
from typing import Literal, TypeAlias

from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct

import small_stacks
from budgets import examples
from small_stacks import ECR, Part, cluster, findings, group, ref, subnet, vpc

Target: TypeAlias = Literal["internet", "nat", None]
SUBNETS = ("a", "b")
ALL = ("ecr.api", "ecr.dkr", "logs", "s3")
"""The services that have interface endpoints; S3 may have a gateway endpoint, too."""

LOGS = {
    "logDriver": "awslogs",
    "options": {"awslogs-group": "web", "awslogs-region": "eu-west-1"},
}


class World(Struct, frozen=True):
    """What is generated. `tables` are those of the subnets: `own`, or None for the main one.

    `defaults` are where the default routes of `own` and `main` lead; without `main` the main table
    is AWS's, which leads nowhere. `gateway` are the tables of S3's gateway endpoint, if there is
    one; `endpoints` the services with interface endpoints. Tasks that are `hosted` go the ways of
    their container instances.
    """

    used: frozenset[str]
    public: bool
    tables: Mapping[str, str | None]
    defaults: Mapping[str, Target]
    narrow: bool
    gateway: frozenset[str] | None
    endpoints: frozenset[str]
    ecr: bool
    logs: bool
    hosted: bool = False

    def table(self, name: str) -> str | None:
        """The table that a subnet uses; None for AWS's."""
        return self.tables[name] or ("main" if "main" in self.defaults else None)

    def target(self, name: str) -> Target:
        """Where the default route of a subnet leads."""
        table = self.table(name)
        return self.defaults.get(table) if table else None

    def gets_out(self, name: str) -> bool:
        """Whether the tasks get out of a subnet."""
        return self.target(name) == "nat" or (self.target(name) == "internet" and self.public)

    @property
    def needs(self) -> set[str]:
        """The endpoints that stand for what the tasks use."""
        found = {"ecr.api", "ecr.dkr", "s3"} if self.ecr else set()
        return found | {"logs"} if self.logs else found

    @property
    def provided(self) -> set[str]:
        """The endpoints that are there."""
        return {*self.endpoints, *(["s3"] if self.gateway is not None else [])}


def worlds(hosted: bool = True) -> st.SearchStrategy[World]:
    """All that this small world can be, with or without container instances."""
    targets: st.SearchStrategy[Target] = st.sampled_from(("internet", "nat", None))
    return st.builds(
        World,
        st.frozensets(st.sampled_from(SUBNETS), min_size=1),
        st.booleans(),
        st.fixed_dictionaries(dict.fromkeys(SUBNETS, st.sampled_from(("own", None)))),
        st.fixed_dictionaries({"own": targets}, optional={"main": targets}),
        st.booleans(),
        st.none() | st.frozensets(st.sampled_from(("own", "main"))),
        st.frozensets(st.sampled_from(ALL)),
        st.booleans(),
        st.booleans(),
        st.booleans() if hosted else st.just(False),
    )


def written(world: World) -> Iterator[Part]:
    """The stack of a world."""
    more = {"logConfiguration": LOGS} if world.logs else {}
    image = ECR if world.ecr else "docker.io/library/nginx:1.27"
    yield from (vpc(), cluster(), group("tasks"), subnet("edge", "10.0.9.0/24"))
    yield from (subnet(name, f"10.0.{number}.0/24") for number, name in enumerate(SUBNETS))
    if world.hosted:
        yield from small_stacks.hosted("api", sorted(world.used), image=image, **more)
    else:
        yield from small_stacks.service(
            "api", sorted(world.used), ["tasks"], world.public, image=image, **more
        )
    here = {"vpc_id": ref("aws_vpc", "main")}
    yield "aws_internet_gateway", "it", here
    yield "aws_nat_gateway", "it", {"subnet_id": ref("aws_subnet", "edge"), "allocation_id": "e-1"}
    yield from _table("edge", "internet", False)
    yield from _associated("edge", "edge")
    for table, target in world.defaults.items():
        yield from _table(table, target, world.narrow)
    if "main" in world.defaults:
        main = {**here, "route_table_id": ref("aws_route_table", "main")}
        yield "aws_main_route_table_association", "main", main
    for name, own in world.tables.items():
        if own:
            yield from _associated(name, own)
    for service in sorted(world.endpoints):
        yield from _endpoint(service.replace(".", "_"), service, {"private_dns_enabled": True})
    if world.gateway is not None:
        tables = sorted(world.gateway & world.defaults.keys())
        ids = [ref("aws_route_table", table) for table in tables]
        yield from _endpoint("gateway", "s3", {"route_table_ids": ids})


def _table(name: str, target: Target, narrow: bool) -> Iterator[Part]:
    yield "aws_route_table", name, {"vpc_id": ref("aws_vpc", "main")}
    by = {
        "internet": {"gateway_id": ref("aws_internet_gateway", "it")},
        "nat": {"nat_gateway_id": ref("aws_nat_gateway", "it")},
    }
    routes = [("0.0.0.0/0", target), ("172.16.0.0/12", "nat" if narrow else None)]
    for number, (destination, way) in enumerate(routes):
        if way is not None:
            table = {"route_table_id": ref("aws_route_table", name)}
            to = {"destination_cidr_block": destination, **by[way]}
            yield "aws_route", f"{name}{number}", table | to


def _associated(name: str, table: str) -> Iterator[Part]:
    ids = {"subnet_id": ref("aws_subnet", name), "route_table_id": ref("aws_route_table", table)}
    yield "aws_route_table_association", name, ids


def _endpoint(name: str, service: str, attributes: Mapping[str, object]) -> Iterator[Part]:
    kind = "Interface" if "private_dns_enabled" in attributes else "Gateway"
    yield (
        "aws_vpc_endpoint",
        name,
        {
            "vpc_id": ref("aws_vpc", "main"),
            "service_name": f"com.amazonaws.eu-west-1.{service}",
            "vpc_endpoint_type": kind,
            **attributes,
        },
    )


def said(world: World, rule: str) -> dict[str, str]:
    """The verdicts of a rule on a world, by resource."""
    return {each.resource: each.verdict for each in findings(written(world), rule)}


@examples(150)
@given(worlds(hosted=False))
def test_tasks_without_a_way_out_have_endpoints(world: World) -> None:
    """TW401: if tasks get out of each of their subnets nothing is asked, else all must be there."""
    if all(map(world.gets_out, world.used)):
        expected = {}
    else:
        lacks = not world.ecr or world.needs - world.provided
        expected = {"aws_vpc.main": "fail" if lacks else "pass"}

    assert said(world, "TW401") == expected


@examples(150)
@given(worlds())
def test_traffic_to_aws_stays_inside(world: World) -> None:
    """TW410: tasks that use AWS and go out by a NAT gateway have at least one endpoint."""
    concerned = world.needs and any(world.target(name) == "nat" for name in world.used)
    expected = {"aws_vpc.main": "pass" if world.provided else "fail"} if concerned else {}

    assert said(world, "TW410") == expected


@examples(150)
@given(worlds())
def test_a_gateway_endpoint_serves_all_subnets(world: World) -> None:
    """TW409: it is in the table of each subnet of tasks that need S3; or an interface serves."""
    expected = {}
    if world.gateway is not None and "s3" in world.needs:
        tables = {world.table(name) for name in world.used}
        served = tables <= world.gateway or "s3" in world.endpoints
        expected = {"aws_vpc_endpoint.gateway": "pass" if served else "fail"}

    assert said(world, "TW409") == expected
