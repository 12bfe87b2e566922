"""Where routes lead: what their targets are, and what these wait for."""

import pytest

from lowering.networks import OPEN, network, said
from taskwall.model.entities.vpc import Route

AROUND = """
variable "v" {}
variable "w" {}
resource "aws_vpc" "m" { cidr_block = "10.0.0.0/16" }
resource "aws_route_table" "t" { vpc_id = aws_vpc.m.id }
resource "aws_internet_gateway" "i" { vpc_id = aws_vpc.m.id }
resource "aws_nat_gateway" "n" {}
resource "aws_nat_gateway" "p" { connectivity_type = "private" }
resource "aws_nat_gateway" "o" { connectivity_type = var.v }
"""


def route(target: str) -> Route:
    """The route of a resource of Terraform with a target."""
    (found,) = network(f"""{AROUND}
resource "aws_route" "r" {{
  route_table_id         = aws_route_table.t.id
  destination_cidr_block = "0.0.0.0/0"
  {target}
}}
""").every(Route)
    return found


@pytest.mark.parametrize(
    ("target", "needs"),
    [
        pytest.param(
            "\n".join(f'{name}_id = "x"' for name in ("later", "new", "odd", "any", "next")),
            ["what any_id of aws_route.r names"],
            id="attributes that are not known here",
        ),
        pytest.param(
            'later_gateway_id = "x"\nany_id = ""\n',
            ["what later_gateway_id of aws_route.r names"],
            id="one of them empty",
        ),
        pytest.param("gateway_id = var.v", ["var.v"], id="a variable"),
        pytest.param(
            "gateway_id = var.v\nnat_gateway_id = var.w", ["var.v", "var.w"], id="variables",
        ),
        pytest.param(
            "nat_gateway_id = var.v ? aws_nat_gateway.n.id : null", ["var.v"], id="perhaps null",
        ),
    ],
)  # fmt: skip
def test_what_routes_wait_for(target: str, needs: list[str]) -> None:
    """A route whose target is open says what would tell it."""
    found = route(target)

    assert found.way is None
    assert [need.name for need in found.fact.needs] == needs


N = "aws_nat_gateway.n"


@pytest.mark.parametrize(
    ("target", "way", "nat", "among"),
    [
        pytest.param(f"nat_gateway_id = {N}.id", "nat", N, (), id="public"),
        pytest.param('nat_gateway_id = "nat-1"', "nat", "nat-1", (), id="elsewhere"),
        pytest.param("nat_gateway_id = aws_nat_gateway.p.id", "local", None, (), id="private"),
        pytest.param(
            "nat_gateway_id = aws_nat_gateway.o.id", None, None, ("nat", "local"), id="open",
        ),
        pytest.param(f"gateway_id = {N}.id", "nat", N, (), id="as a gateway"),
        pytest.param("gateway_id = aws_internet_gateway.i.id", "internet", None, (), id="no NAT"),
        pytest.param("gateway_id = var.v", None, None, (), id="a gateway that is not known"),
        pytest.param(
            'vpc_peering_connection_id = "pcx-1"', "peering", None, (), id="a peering connection",
        ),
    ],
)  # fmt: skip
def test_gateways_of_routes(
    target: str, way: str | None, nat: str | None, among: tuple[str, ...]
) -> None:
    """A NAT gateway is public or private: it leads out, or to private networks alone."""
    found = route(target)

    assert (found.way, None if found.nat is None else found.nat.to) == (way, nat)
    assert set(found.among) == set(among)
    assert (found.peering is not None) is (way == "peering")


OF_A_TABLE = """
resource "aws_route_table" "u" {{
  vpc_id = aws_vpc.m.id
  route  = {routes}
}}
"""


@pytest.mark.parametrize(
    ("written", "ways"),
    [
        pytest.param(
            '[{ cidr_block = "0.0.0.0/0", gateway_id = "igw-1", nat_gateway_id = "" }]',
            [("internet", "0.0.0.0/0", [])], id="empty beside a target",
        ),
        pytest.param('[{ cidr_block = "0.0.0.0/0", gateway_id = "" }]', [], id="empty"),
        pytest.param(
            '[merge(var.v, { cidr_block = "0.0.0.0/0", gateway_id = "igw-1" })]',
            [("internet", "0.0.0.0/0", [])], id="more that is not known",
        ),
        pytest.param(
            '[merge(var.v, { cidr_block = "0.0.0.0/0" })]',
            [(None, "0.0.0.0/0", ["var.v"])], id="a target that is not known",
        ),
        pytest.param('[{ gateway_id = "igw-1" }]', [("internet", None, [])], id="to nowhere"),
        pytest.param("[var.v]", [(None, OPEN, ["var.v"])], id="a route that is not known"),
    ],
)  # fmt: skip
def test_routes_of_a_list(written: str, ways: list[tuple[str | None, object, list[str]]]) -> None:
    """A table has its routes in a list of objects as well, each with all attributes."""
    found = network(AROUND + OF_A_TABLE.format(routes=written)).every(Route)

    assert [
        (each.way, said(each.destination), list({need.name for need in each.fact.needs}))
        for each in found
    ] == ways
