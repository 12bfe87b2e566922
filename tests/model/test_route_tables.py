"""Which route tables a subnet uses: its own, or else the main one of its VPC."""

import pytest

from placeholders import filled
from taskwall.core.facts import FALSE
from taskwall.lowering import lower
from taskwall.model.core.network import Network
from taskwall.model.entities.vpc import Subnet
from taskwall.model.routing.routes import subnet_egress, tables
from taskwall.readers import terraform
from taskwall.source.files import Files
from taskwall.source.stack import Inputs

STACK = """
variable "any" {}
variable "other" {}
variable "far" {}
data "aws_vpc" "far" { id = var.far }
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_vpc" "second" { cidr_block = "10.2.0.0/16" }
resource "aws_subnet" "web" {
  vpc_id     = OF
  cidr_block = "10.0.1.0/24"
}
resource "aws_route_table" "one" { vpc_id = OF }
resource "aws_route_table" "two" { vpc_id = OF }
"""
OWN = """
resource "aws_route_table_association" "own" {
  count          = 1
  subnet_id      = aws_subnet.web.id
  route_table_id = aws_route_table.one.id
}
"""
MAIN = """
resource "aws_main_route_table_association" "main" {
  count          = 1
  vpc_id         = OF
  route_table_id = aws_route_table.two.id
}
"""
DEFAULT = """
resource "aws_default_route_table" "main" {
  default_route_table_id = DEFAULT
}
"""
HERE, FAR = "aws_vpc.main", "data.aws_vpc.far"
ONE, TWO, MADE = "aws_route_table.one", "aws_route_table.two", "aws_vpc.main.main"
OF_FAR = "data.aws_vpc.far.main"
DEFAULTED = "aws_default_route_table.main"
IF_ANY = 'count          = var.any == "" ? 1 : 0'
PERHAPS_OWN, PERHAPS_MAIN = (text.replace("count          = 1", IF_ANY) for text in (OWN, MAIN))
UNSURE = ["var.any"]
EITHER = "[aws_vpc.main, aws_vpc.second][var.any]"


def read(text: str, of: str) -> tuple[Network, Subnet]:
    """The stack in a VPC, and its subnet."""
    key = "main_route_table_id" if of == FAR else "default_route_table_id"
    vpc = of if of.startswith("var") else f"{of}.id"
    whole = filled(STACK + text, {"OF": vpc, "DEFAULT": f"{of}.{key}"})
    (stack,), errors = terraform.stacks(
        ["/net/main.tf"], Files({"/net/main.tf": whole}), Inputs(boundary="/net")
    )
    assert not errors
    network = lower(stack.evaluate({}).resources).network
    subnet = network.get(Subnet, "aws_subnet.web")
    assert subnet is not None
    return network, subnet


CASES: dict[str, tuple[str, str, dict[str, bool | None], list[str]]] = {
    "none that is written": (HERE, "", {MADE: True}, []),
    "its own": (HERE, OWN, {ONE: True}, []),
    "the main one": (HERE, MAIN, {TWO: True}, []),
    "its own beside the main one": (HERE, OWN + MAIN, {ONE: True}, []),
    "the main one of another VPC": (
        HERE,
        MAIN.replace("OF", "aws_vpc.second.id"),
        {MADE: True},
        [],
    ),
    "the default one, adopted": (HERE, DEFAULT, {DEFAULTED: True}, []),
    "the default one of a VPC that is not known": (
        HERE,
        DEFAULT.replace("= DEFAULT", f"= {EITHER}.default_route_table_id"),
        {MADE: None, DEFAULTED: None},
        UNSURE,
    ),
    "the main one instead of the default one": (HERE, DEFAULT + MAIN, {TWO: True}, []),
    "perhaps the main one instead of the default one": (
        HERE,
        DEFAULT + PERHAPS_MAIN,
        {DEFAULTED: None, TWO: None},
        UNSURE,
    ),
    "perhaps its own": (HERE, PERHAPS_OWN, {ONE: None, MADE: None}, UNSURE),
    "perhaps its own, beside the main one": (
        HERE,
        PERHAPS_OWN + MAIN,
        {ONE: None, TWO: None},
        UNSURE,
    ),
    "perhaps its own, which is the main one": (
        HERE,
        PERHAPS_OWN.replace("table.one", "table.two") + MAIN,
        {TWO: True},
        [],
    ),
    "perhaps the main one": (HERE, PERHAPS_MAIN, {MADE: None, TWO: None}, UNSURE),
    "the main one of a VPC that is not known": (
        HERE,
        MAIN.replace("OF", "[aws_vpc.main.id, aws_vpc.second.id][var.any]"),
        {MADE: None, TWO: None},
        UNSURE,
    ),
    "one that is not known": (HERE, OWN.replace(f"{ONE}.id", "var.any"), {"var.any": True}, []),
    "that of a subnet that is not known": (
        HERE,
        OWN.replace("aws_subnet.web.id", '[aws_subnet.web.id, "subnet-1"][var.any]'),
        {ONE: None, MADE: None},
        UNSURE,
    ),
    "that of another subnet": (
        HERE,
        OWN.replace("aws_subnet.web.id", '"subnet-1"'),
        {MADE: True},
        [],
    ),
    # What is routed there is not in the sources.
    "none that is written, of a VPC from elsewhere": (FAR, "", {OF_FAR: True}, []),
    "its own, in a VPC from elsewhere": (FAR, OWN, {ONE: True}, []),
    "the main one of a VPC from elsewhere": (FAR, MAIN, {TWO: True}, []),
    "the default one of a VPC from elsewhere": (FAR, DEFAULT, {DEFAULTED: True}, []),
    "perhaps its own, in a VPC from elsewhere": (
        FAR,
        PERHAPS_OWN,
        {ONE: None, OF_FAR: None},
        UNSURE,
    ),
    "perhaps the main one of a VPC from elsewhere": (
        FAR,
        PERHAPS_MAIN,
        {OF_FAR: None, TWO: None},
        UNSURE,
    ),
    "the main one of a VPC of an input": (
        FAR,
        MAIN.replace("OF", "var.any"),
        {OF_FAR: None, TWO: None},
        UNSURE,
    ),
    "the main one of a VPC of another input": (
        "var.other",
        MAIN.replace("OF", "var.any"),
        {"var.other.main": None, TWO: None},
        UNSURE,
    ),
    "the main one of the same input": ("var.any", MAIN, {TWO: True}, []),
}


@pytest.mark.parametrize(("of", "text", "expected", "waits"), CASES.values(), ids=CASES)
def test_the_tables_of_a_subnet(
    of: str, text: str, expected: dict[str, bool | None], waits: list[str]
) -> None:
    """One that is sure is the only one; else all that it may be, which wait for what decides."""
    network, subnet = read(text, of)
    found = tables(network, subnet)

    assert {link.to.removesuffix("[*]"): link.fact.truth for link in found} == expected
    assert sorted({need.name for link in found for need in link.fact.waits_for()}) == waits


@pytest.mark.parametrize(
    ("of", "text", "leads_out"),
    [
        (HERE, "", False),
        (HERE, PERHAPS_MAIN, False),
        (FAR, "", None),
        (FAR, MAIN, False),
        (FAR, PERHAPS_MAIN, None),
        (FAR, MAIN.replace("OF", "var.any"), None),
        (FAR, PERHAPS_OWN, None),
        ("var.other", MAIN.replace("OF", "var.any"), None),
    ],
)
def test_the_main_table_of_a_vpc_from_elsewhere_may_lead_out(
    of: str, text: str, leads_out: bool | None
) -> None:
    """Unless another one certainly is the main one: those of the sources have no routes."""
    assert subnet_egress(*read(text, of), FALSE).truth is leads_out
