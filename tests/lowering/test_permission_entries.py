"""What fixes find of permissions: what says whom they allow, what to take away, and their lines."""

import pytest

from lowering.networks import network
from taskwall.model.entities.security_group import Permission

AROUND = """
variable "v" {}
variable "w" {}
resource "aws_security_group" "o" {}
"""
PORTS = 'protocol = "tcp"\nfrom_port = 80\nto_port = 81\n'
ONE, TWO = 'cidr_blocks = ["10.0.0.0/8"]\n', 'cidr_blocks = ["10.0.0.0/8", "11.0.0.0/8"]\n'
SIX, ITSELF = 'ipv6_cidr_blocks = ["::/0"]\n', "self = true\n"
FIRST, SECOND = "cidr_blocks[0]", "cidr_blocks[1]"


def inline(body: str) -> str:
    """A group with a block."""
    return f'resource "aws_security_group" "g" {{\ningress {{\n{PORTS}{body}}}\n}}\n'


def rule(body: str, type_: str = '"ingress"') -> str:
    """A resource for one or more permissions."""
    own = f"security_group_id = aws_security_group.o.id\ntype = {type_}\n"
    return f'resource "aws_security_group_rule" "r" {{\n{own}{PORTS}{body}}}\n'


def single(body: str) -> str:
    """A resource for one permission."""
    own = f"security_group_id = aws_security_group.o.id\nip_{PORTS}"
    return f'resource "aws_vpc_security_group_ingress_rule" "r" {{\n{own}{body}}}\n'


def paths(found: list[Permission]) -> list[tuple[str, str]]:
    """What says whom permissions allow, and what to take away of them."""
    return [
        ("" if each.says is None else each.says.path, "" if each.entry is None else each.entry.path)
        for each in found
    ]


def permissions(text: str) -> list[Permission]:
    """The permissions of a root of Terraform."""
    return [*network(AROUND + text).every(Permission)]


GROUP = "security_groups = [aws_security_group.o.id]\n"
SOURCE = "source_security_group_id = aws_security_group.o.id\n"
ENTRIES: dict[str, tuple[str, list[tuple[str, str]], list[bool]]] = {
    "a block of one": (inline(ONE), [("ingress[0].cidr_blocks", "ingress[0]")], [True]),
    "a block of a group": (inline(GROUP), [("ingress[0].security_groups", "ingress[0]")], [True]),
    "a block of two ranges": (
        inline(TWO),
        [("ingress[0].cidr_blocks", f"ingress[0].{each}") for each in (FIRST, SECOND)],
        [False, False],
    ),
    "a block of a range and itself": (
        inline(ONE + ITSELF),
        [(f"ingress[0].{each}",) * 2 for each in ("cidr_blocks", "self")],
        [True, True],
    ),
    "a block of two ranges and itself": (
        inline(TWO + ITSELF),
        [
            *(("ingress[0].cidr_blocks", f"ingress[0].{each}") for each in (FIRST, SECOND)),
            ("ingress[0].self", "ingress[0].self"),
        ],
        [False, False, True],
    ),
    "a block of ranges of either kind": (
        inline(ONE + SIX),
        [(f"ingress[0].{each}",) * 2 for each in ("cidr_blocks", "ipv6_cidr_blocks")],
        [True, True],
    ),
    "a block of what is not known": (
        inline("cidr_blocks = var.v\n"), [("ingress[0].cidr_blocks", "ingress[0]")], [True],
    ),
    "a resource of one": (rule(ONE), [("cidr_blocks", "")], [True]),
    "a resource of two ranges": (
        rule(TWO), [("cidr_blocks", FIRST), ("cidr_blocks", SECOND)], [False, False],
    ),
    "a resource of a range and itself": (
        rule(ONE + ITSELF), [("cidr_blocks", "cidr_blocks"), ("self", "self")], [True, True],
    ),
    "a resource of a group": (
        rule(SOURCE), [("source_security_group_id", "")], [True],
    ),
    "a resource for a single one": (
        single('cidr_ipv4 = "10.0.0.0/8"\n'), [("cidr_ipv4", "")], [True],
    ),
    "a resource for one of two": (
        single("cidr_ipv4 = var.v\ncidr_ipv6 = var.w\n"),
        [("cidr_ipv4", "cidr_ipv4"), ("cidr_ipv6", "cidr_ipv6")], [True, True],
    ),
    "a resource for one that is known": (
        single('cidr_ipv4 = var.v\nprefix_list_id = "pl-1"\n'), [("prefix_list_id", "")], [True],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected", "alone"), ENTRIES.values(), ids=ENTRIES)
def test_what_to_take_away(text: str, expected: list[tuple[str, str]], alone: list[bool]) -> None:
    """All of a block or resource for its only permission, an element or attribute for others."""
    found = permissions(text)

    assert paths(found) == expected
    assert [each.alone for each in found] == alone


@pytest.mark.parametrize(
    ("text", "group", "range_", "lists"),
    [
        (inline(ONE), "security_groups", "cidr_blocks", True),
        (rule(ONE), "source_security_group_id", "cidr_blocks", False),
        (single('cidr_ipv6 = "::/0"\n'), "referenced_security_group_id", "cidr_ipv4", False),
    ],
    ids=["a block", "a resource for several", "a resource for one"],
)
def test_what_could_be_written_instead(text: str, group: str, range_: str, lists: bool) -> None:
    """Each kind names groups and ranges by attributes of its own."""
    (found,) = permissions(text)

    assert (found.by_group, found.by_range, found.many) == (group, range_, lists)
    (change,) = found.for_group("x")
    assert (change.terraform, change.name) == (("x",) if lists else "x", group)


@pytest.mark.parametrize(
    ("text", "body", "block"),
    [
        (inline(ONE), None, (2, 7)),
        (inline(TWO), None, (2, 7)),
        (rule(ONE), None, (1, 1)),
        (rule(TWO), (1, 7), (1, 1)),
        (rule(ONE + ITSELF), (1, 8), (1, 1)),
    ],
    ids=["a block", "a block of two", "a resource", "a resource of two", "one, and itself"],
)
def test_lines_of_permissions(
    text: str, body: tuple[int, int] | None, block: tuple[int, int]
) -> None:
    """A block is shown as a whole; a resource by its first line, with all of it if it has more."""
    before = AROUND.count("\n")
    for each in permissions(text):
        whole = each.body and (each.body.line - before, each.body.end_line - before)
        assert whole == body
        assert (each.block.line - before, each.block.end_line - before) == block


PERHAPS = f"""
resource "aws_security_group" "g" {{
  count = var.w
  dynamic "ingress" {{
    for_each = var.v ? [1] : []
    content {{
      {PORTS}{TWO}
    }}
  }}
}}
"""
SWITCH = f"""
resource "aws_security_group" "g" {{
  dynamic "ingress" {{
    for_each = var.v ? [1] : []
    content {{
      {PORTS}{ONE}
    }}
  }}
}}
"""


@pytest.mark.parametrize(
    ("text", "directions", "there", "waits"),
    [
        (inline(ONE), ["ingress"], [], []),
        (PERHAPS, ["ingress"] * 2, ["var.w", "var.v"], []),
        (SWITCH, ["ingress"], ["var.v"], []),
        (inline("cidr_blocks = var.v\n"), ["ingress"], [], ["var.v"]),
        (rule("cidr_blocks = var.v\n"), ["ingress"], [], []),
        (rule(ONE, "var.v"), ["ingress", "egress"], [], ["var.v"]),
        (rule(f"{ONE}count = var.w\n", "var.v"), ["ingress", "egress"], ["var.w"], ["var.v"]),
        (
            rule('cidr_blocks = concat(["10.0.0.0/8"], var.w)\n', "var.v"),
            ["ingress", "ingress", "egress", "egress"], [], ["var.v", "var.w"],
        ),
        (rule(ONE, '"egress"'), ["egress"], [], []),
    ],
    ids=[
        "a block", "a block and group that may be there", "a block that may be there",
        "ranges that are not known", "ranges of a resource", "a direction that is not known",
        "a resource that may be there", "ranges that may be there", "egress",
    ],
)  # fmt: skip
def test_what_permissions_wait_for(
    text: str, directions: list[str], there: list[str], waits: list[str]
) -> None:
    """Whether they are there, of which direction they are, and whether a list has them."""
    found = permissions(text)

    assert [each.direction for each in found] == directions
    assert [[need.name for need in each.on.maybe] for each in found] == [there] * len(found)
    assert list(dict.fromkeys(n.name for each in found for n in each.fact.needs)) == waits


LISTS = """
locals { ranges = ["10.0.0.0/8", "0.0.0.0/0"] }
variable "ranges" { default = ["10.0.0.0/8", "0.0.0.0/0"] }
"""


@pytest.mark.parametrize(
    ("ranges", "apart"),
    [
        ('["10.0.0.0/8", "0.0.0.0/0"]', [(), ()]),
        ("local.ranges", [("10.0.0.0/8",), ("0.0.0.0/0",)]),
        ("var.ranges", [("10.0.0.0/8",), ("0.0.0.0/0",)]),
        ('concat(["11.0.0.0/8"], local.ranges)', [(), ("10.0.0.0/8",), ("0.0.0.0/0",)]),
        ("var.v", [()]),
    ],
    ids=["written there", "a local", "a variable", "some of each", "not known"],
)
def test_places_of_ranges_of_one_text(ranges: str, apart: list[tuple[str, ...]]) -> None:
    """What a local or variable lists is told apart by its range, where the list is used."""
    found = permissions(inline(f"cidr_blocks = {ranges}\n") + LISTS)

    assert [getattr(each.place, "key", ()) for each in found] == apart
    line = AROUND.count("\n") + 6
    assert {each.place.line for each in found} == {line}
