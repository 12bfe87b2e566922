"""Data sources that look for what AWS makes with a VPC: its main route table, its default group."""

import pytest

from lowering.networks import network
from taskwall.model.entities.security_group import Permission
from taskwall.model.entities.vpc import Route

AROUND = 'variable "v" {}\nresource "aws_vpc" "m" { cidr_block = "10.0.0.0/16" }\n'
VPC = "vpc_id = aws_vpc.m.id\n"
DEFAULT, MAIN = "aws_vpc.m.default", "aws_vpc.m.main"


def asks(name: str, *values: str) -> str:
    """A filter of a data source."""
    return f'filter {{\nname = "{name}"\nvalues = [{", ".join(values)}]\n}}\n'


NAMED, OF_VPC = asks("group-name", '"default"'), asks("vpc-id", "aws_vpc.m.id")

GROUPS: dict[str, bool] = {
    'name = "default"\n' + VPC: True,
    NAMED + VPC: True,
    NAMED + OF_VPC: True,
    'name = "other"\n' + VPC: False,
    'name = "default"\n': False,
    'name = "default"\nvpc_id = var.v\n': False,
    NAMED: False,
    VPC: False,
    asks("group-name", '"default"', '"other"') + VPC: False,
    asks("group-name", "var.v") + VPC: False,
    NAMED + asks("vpc-id", "aws_vpc.m.id", '"vpc-2"'): False,
    'name = "default"\n' + asks("group-name", '"other"') + VPC: False,
}  # fmt: skip


def group(type_: str, body: str, of: str) -> str:
    """The group that a data source finds, as far as that is known."""
    (found,) = network(f"""{AROUND}
data "{type_}" "d" {{
{body}
}}
resource "aws_vpc_security_group_ingress_rule" "r" {{
  security_group_id = data.{type_}.d.{of}
  cidr_ipv4         = "10.0.0.0/8"
  ip_protocol       = "-1"
}}
""").every(Permission)
    return found.group.to


@pytest.mark.parametrize(("body", "is_default"), GROUPS.items(), ids=range(len(GROUPS)))
def test_the_default_group(body: str, is_default: bool) -> None:
    """It is asked for by its name alone, and by its VPC."""
    found = group("aws_security_group", body, "id")

    assert found == (DEFAULT if is_default else "data.aws_security_group.d")


LISTS: dict[str, bool] = {
    NAMED + OF_VPC: True,
    NAMED + OF_VPC + 'tags = { A = "b" }\n': False,
    NAMED + OF_VPC + asks("description", '"a"'): False,
    NAMED: False,
    OF_VPC: False,
    asks("group-name", '"other"') + OF_VPC: False,
    asks("group-name", '"default"', '"other"') + OF_VPC: False,
    NAMED + asks("vpc-id", "aws_vpc.m.id", '"vpc-2"'): False,
    NAMED + asks("vpc-id", "var.v"): False,
    NAMED + asks("vpc-id", "var.v ? aws_vpc.m.id : aws_vpc.n.id"): False,
}


@pytest.mark.parametrize(("body", "is_default"), LISTS.items(), ids=range(len(LISTS)))
def test_the_default_group_in_a_list(body: str, is_default: bool) -> None:
    """A list has it alone if nothing else may be in it, or may leave it out."""
    found = group("aws_security_groups", body, "ids[0]")

    assert found == (DEFAULT if is_default else "data.aws_security_groups.d.ids[0]")


TABLES: dict[str, str] = {
    asks("association.main", '"true"') + VPC: MAIN,
    asks("association.main", "true") + VPC: MAIN,
    asks("association.main", '"true"') + OF_VPC: MAIN,
    asks("association.main", '"true"') + "vpc_id = var.v\n": "var.v.main",
    asks("association.main", '"false"') + VPC: "data.aws_route_table.d",
    asks("association.main", '"true"', '"false"') + VPC: "data.aws_route_table.d",
    asks("association.main", "var.v") + VPC: "data.aws_route_table.d",
    asks("association.main", '"true"'): "data.aws_route_table.d",
    VPC: "data.aws_route_table.d",
    'subnet_id = "subnet-1"\n': "data.aws_route_table.d",
}


@pytest.mark.parametrize(("body", "to"), TABLES.items(), ids=range(len(TABLES)))
def test_the_main_route_table(body: str, to: str) -> None:
    """It is asked for by a filter, and by its VPC."""
    (found,) = network(f"""{AROUND}
data "aws_route_table" "d" {{
{body}
}}
resource "aws_route" "r" {{
  route_table_id         = data.aws_route_table.d.id
  destination_cidr_block = "0.0.0.0/0"
  gateway_id             = "igw-1"
}}
""").every(Route)

    assert found.table.to == to
    assert found.table.exact is (to == MAIN)
