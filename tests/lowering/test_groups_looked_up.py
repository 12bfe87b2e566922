"""Security groups that data sources look for by their names: which of the sources they are."""

import pytest

from lowering.networks import OPEN as NOT_KNOWN
from lowering.networks import network, said
from taskwall.model.entities.ecs import TaskSource
from taskwall.model.entities.security_group import Permission, SecurityGroup

AROUND = """
variable "v" {}
resource "aws_vpc" "m" { cidr_block = "10.0.0.0/16" }
resource "aws_vpc" "n" { cidr_block = "10.1.0.0/16" }
"""
M, N = "vpc_id = aws_vpc.m.id\n", "vpc_id = aws_vpc.n.id\n"
WEB, TAGS = 'name = "web"\n', 'tags = { A = "b" }\n'
WRITTEN, APART, OPEN = ("g", True), ("d", True), ("d", False)


def asks(name: str, *values: str) -> str:
    """A filter of a data source."""
    return f'filter {{\nname = "{name}"\nvalues = [{", ".join(values)}]\n}}\n'


def second(body: str, kind: str = "resource") -> str:
    """Another group, or one that is looked up as well."""
    return f'{kind} "aws_security_group" "h" {{\n{body}\n}}\n'


NAMED = asks("group-name", '"web"')
WORDS = {
    "its name and VPC": (WEB + M, WEB + M, "", WRITTEN),
    "its name and another VPC": (WEB + M, WEB + N, "", OPEN),
    "its name alone": (WEB + M, WEB, "", WRITTEN),
    "its name alone, with tags": (WEB + M, WEB + TAGS, "", OPEN),
    "its name and VPC, with tags": (WEB + M, WEB + M + TAGS, "", WRITTEN),
    "another name": (WEB + M, 'name = "x"\n' + M, "", APART),
    "a reference to its name": (WEB + M, "name = aws_security_group.g.name\n" + M, "", WRITTEN),
    "a reference to a name that nobody writes": (
        M, "name = aws_security_group.g.name\n" + M, "", WRITTEN,
    ),
    "a reference to its id": (M, "name = aws_security_group.g.id\n" + M, "", OPEN),
    "a filter": (WEB + M, NAMED + M, "", WRITTEN),
    "filters": (WEB + M, NAMED + asks("vpc-id", "aws_vpc.m.id"), "", WRITTEN),
    "a filter for two names": (WEB + M, asks("group-name", '"web"', '"x"') + M, "", OPEN),
    "a filter with a wildcard": (WEB + M, asks("group-name", '"w*"') + M, "", OPEN),
    "a filter with a wildcard for one": (WEB + M, asks("group-name", '"we?"') + M, "", OPEN),
    "a filter with a wildcard in a part": (
        WEB + M, asks("group-name", '"${var.v}-*"') + M, "", OPEN,
    ),
    "a wildcard in its name": (WEB + M, 'name = "*eb"\n' + M, "", OPEN),
    "one that is looked up with a wildcard": (
        'name = "x"\n' + M, WEB + M, second(asks("group-name", '"w*"') + M, "data"), OPEN,
    ),
    "filters for more than a name": (WEB + M, NAMED + asks("description", '"x"'), "", OPEN),
    "a filter for two VPCs": (
        WEB + M, WEB + asks("vpc-id", "aws_vpc.m.id", "aws_vpc.n.id"), "", OPEN,
    ),
    "a filter for no VPC": (WEB + M, WEB + asks("vpc-id"), "", OPEN),
    "a filter for no name": (WEB + M, asks("group-name") + M, "", OPEN),
    "a filter for a VPC alone": (WEB + M, asks("vpc-id", "aws_vpc.m.id"), "", OPEN),
    "a name with a variable": (
        'name = "${var.v}-web"\n' + M, 'name = "${var.v}-web"\n' + M, "", WRITTEN,
    ),
    "a name that is a variable": ("name = var.v\n" + M, WEB + M, "", OPEN),
    "how its name begins": ('name_prefix = "we"\n' + M, WEB + M, "", OPEN),
    "how its name does not begin": ('name_prefix = "x"\n' + M, WEB + M, "", APART),
    "how its name begins, which is not known": ("name_prefix = var.v\n" + M, WEB + M, "", OPEN),
    "how its name begins, and a name that is not known": (
        'name_prefix = "x"\n' + M, "name = var.v\n" + M, "", OPEN,
    ),
    "null for a name, and how it does not begin": (
        'name = null\nname_prefix = "x"\n' + M, WEB + M, "", APART,
    ),
    "null for a name, and how it begins": (
        'name = null\nname_prefix = "we"\n' + M, WEB + M, "", OPEN,
    ),
    "perhaps null for a name, and how it begins": (
        'name = var.v ? "x" : null\nname_prefix = "we"\n' + M, WEB + M, "", OPEN,
    ),
    "null for how its name begins": (
        "name_prefix = null\n" + M, 'name = "terraform-1"\n' + M, "", OPEN,
    ),
    "how its name does not begin, by a reference": (
        "name_prefix = aws_ssm_parameter.p.value\n" + M, WEB + M,
        'resource "aws_ssm_parameter" "p" { value = "x" }\n', APART,
    ),
    "how its name does not begin, and a reference to a name": (
        'name_prefix = "x"\n' + M, "name = aws_ssm_parameter.p.value\n" + M,
        'resource "aws_ssm_parameter" "p" { value = "web" }\n', APART,
    ),
    "a name that is made up": (M, WEB + M, "", APART),
    "a name like one that is made up": (M, 'name = "terraform-1"\n' + M, "", OPEN),
    "a group that may not be there": (f"{WEB}count = var.v\n{M}", WEB + M, "", OPEN),
    "two of the name": (WEB + M, WEB + M, second(WEB + M), OPEN),
    "two of the name, in VPCs of their own": (WEB + M, WEB + M, second(WEB + N), WRITTEN),
    "one that is looked up as well": (
        'name = "x"\n' + M, WEB + M, second(WEB + M, "data"), OPEN,
    ),
    "one that is looked up by another name": (
        'name = "x"\n' + M, WEB + M, second('name = "y"\n' + M, "data"), APART,
    ),
    "one that is looked up by its tags": (
        'name = "x"\n' + M, WEB + M, second(asks("tag:a", '"x"'), "data"), OPEN,
    ),
}  # fmt: skip


@pytest.mark.parametrize(("own", "asked", "more", "expected"), WORDS.values(), ids=WORDS)
def test_groups_that_are_looked_up(
    own: str, asked: str, more: str, expected: tuple[str, bool]
) -> None:
    """A VPC has one group of a name: it is the written one, or certainly another, or open."""
    found, *_ = network(f"""{AROUND}
resource "aws_security_group" "g" {{
{own}
}}
{more}
data "aws_security_group" "d" {{
{asked}
}}
resource "aws_vpc_security_group_ingress_rule" "r" {{
  security_group_id = data.aws_security_group.d.id
  cidr_ipv4         = "10.0.0.0/8"
  ip_protocol       = "-1"
}}
""").every(Permission)

    assert (found.group.to.rpartition(".")[2], found.group.exact) == expected


@pytest.mark.parametrize(
    ("kind", "body", "names"),
    [
        pytest.param("data", WEB, ["web"], id="its name"),
        pytest.param("data", "name = var.v", [NOT_KNOWN], id="a name that is not known"),
        pytest.param("data", NAMED, ["web"], id="a filter"),
        pytest.param("data", asks("group-name", '"a"', '"b"'), ["a", "b"], id="a filter for two"),
        pytest.param("data", asks("group-name", "var.v"), [NOT_KNOWN], id="a filter not known"),
        pytest.param("data", asks("group-name", '"w*"'), ["w*"], id="a wildcard"),
        pytest.param("data", WEB + NAMED, ["web"], id="its name, and a filter"),
        pytest.param("data", asks("tag:Name", '"web"'), [NOT_KNOWN], id="its tags"),
        pytest.param("data", asks("tag:Name", '"x"') + NAMED, ["web"], id="its tags, and a filter"),
        pytest.param("data", M, [NOT_KNOWN], id="its VPC"),
        pytest.param("resource", WEB, [], id="a group that is written"),
    ],
)
def test_names_by_which_groups_are_looked_up(kind: str, body: str, names: list[object]) -> None:
    """A data source says them, by an argument or by filters; a group that is written has none."""
    address = "data." * (kind == "data") + "aws_security_group.d"
    found = network(f"""{AROUND}
{kind} "aws_security_group" "d" {{
{body}
}}
resource "aws_ecs_service" "s" {{
  network_configuration {{
    security_groups = [{address}.id]
  }}
}}
""")
    (service,) = found.every(TaskSource)
    group = found.get(SecurityGroup, service.groups[0])
    assert group is not None

    assert [said(each) for each in group.looked_up] == names
