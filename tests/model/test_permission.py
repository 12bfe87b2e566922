"""What a permission says of itself: its ports in words, its addresses, and what is written once."""

import pytest
from msgspec.structs import replace

from permits import HERE, permission, place, setting
from taskwall.core.change import AttributeChange, AttributePath, NewValue, removal
from taskwall.core.facts import TRUE, Fact
from taskwall.core.values import Known, Need, Scalar, Text, Unknown, Value
from taskwall.lowering import lower
from taskwall.model.core.address import Ranges
from taskwall.model.core.entity import Link, Setting
from taskwall.model.entities.security_group import Permission, PrefixList
from taskwall.readers import terraform
from taskwall.source.files import Files
from taskwall.source.stack import Inputs

NEED = Need("var.v", "has no default")
OPEN = Setting(Unknown((NEED,)), place(2), "attribute", "g")


@pytest.mark.parametrize(
    ("protocol", "first", "last", "said"),
    [
        ("tcp", 80, 80, "port 80"),
        ("6", "80", 80, "port 80"),
        ("TCP", 80, 81, "ports 80-81"),
        ("tcp", 0, 0, "port 0"),
        ("tcp", 0, 65535, "all TCP ports"),
        ("tcp", "0", "65535", "all TCP ports"),
        ("tcp", 0, 65534, "ports 0-65534"),
        ("tcp", 1, 65535, "ports 1-65535"),
        ("tcp", -1, -1, "all TCP ports"),
        ("tcp", None, None, "all TCP ports"),
        ("udp", 53, 53, "port 53"),
        ("17", 0, 65535, "all UDP ports"),
        ("-1", 0, 0, "all ports"),
        ("-1", 80, 80, "all ports"),
        ("all", None, None, "all ports"),
        ("icmp", 8, 0, "icmp"),
        ("1", -1, -1, "icmp"),
        ("icmpv6", -1, -1, "icmpv6"),
        ("58", -1, -1, "icmpv6"),
        ("50", 0, 0, "all ports"),
    ],
)
def test_messages_say_the_ports(protocol: Scalar, first: Scalar, last: Scalar, said: str) -> None:
    """By number for TCP and UDP, which alone have ports; types of ICMP are none."""
    assert permission(protocol, first, last).ports == said


@pytest.mark.parametrize("part", ["protocol", "first_port", "last_port"])
def test_ports_of_which_a_part_is_not_known_are_some(part: str) -> None:
    """Whatever the other parts are, and that is what the permission waits for."""
    found = replace(permission("tcp", 80, 80), **{part: OPEN})

    assert found.ports == "some ports"
    assert found.needs == (NEED,)


WAITS = Fact(None, "it is there", None, "g", (NEED,))


@pytest.mark.parametrize(
    "part",
    [
        {},
        {"range": OPEN},
        {"range": None, "peer": Link("h", WAITS, place(2))},
        {"range": None, "prefix_list": Link("pl-1", WAITS, place(2))},
        {"range": None, "range_in": Link("v", WAITS, place(2))},
        {"fact": WAITS},
    ],
    ids=lambda part: ", ".join(part) or "nothing",
)
def test_a_permission_waits_for_whom_it_names_and_for_its_being_there(
    part: dict[str, object],
) -> None:
    """Nothing where all of that is known."""
    found = replace(permission("tcp", 80, 80), **part)
    assert found.needs == ((NEED,) if part else ())


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("10.1.0.0/16", ((0x0A010000, 0x0A01FFFF),)),
        ("10.1.2.3/32", ((0x0A010203, 0x0A010203),)),
        ("everyone", None),
        (80, None),
        (None, None),
    ],
)
def test_the_addresses_of_a_permission(
    text: Scalar, spans: tuple[tuple[int, int], ...] | None
) -> None:
    """Where its range is one, and is known."""
    found = replace(permission("tcp", 80, 80), range=setting(text)).cidr
    assert (None if found is None else found.ranges) == (None if spans is None else Ranges(spans))


def test_a_permission_for_a_group_has_no_addresses() -> None:
    """It names no range."""
    peer = Link("h", TRUE, place(2))
    assert replace(permission("tcp", 80, 80), range=None, peer=peer).cidr is None


PORTS = 'protocol = "tcp"\nfrom_port = 80\nto_port = 80\n'
ONE, TWO = 'cidr_blocks = ["10.0.0.0/8"]\n', 'cidr_blocks = ["10.0.0.0/8", "11.0.0.0/8"]\n'
LINES = 'cidr_blocks = [\n"10.0.0.0/8",\n"11.0.0.0/8"\n]\n'


def group(body: str = "") -> str:
    """A security group."""
    return f'resource "aws_security_group" "g" {{\n{body}}}\n'


def block(peer: str) -> str:
    """A permission, or several, that a group writes inline."""
    return f"ingress {{\n{PORTS}{peer}}}\n"


def loop(over: str, port: str, peer: str) -> str:
    """Permissions that a loop makes in a group."""
    ports = f'protocol = "tcp"\nfrom_port = {port}\nto_port = {port}\n'
    body = f"content {{\n{ports}cidr_blocks = [{peer}]\n}}"
    return group(f'dynamic "ingress" {{\nfor_each = {over}\n{body}\n}}\n')


def rule(name: str, more: str = "", peer: str = '"10.0.0.0/8"') -> str:
    """A resource for one permission."""
    own = f"{more}security_group_id = var.g\nip_{PORTS}cidr_ipv4 = {peer}\n"
    return f'resource "aws_vpc_security_group_ingress_rule" "{name}" {{\n{own}}}\n'


def call(name: str, more: str = "") -> str:
    """A call of the module that has a permission."""
    return f'module "{name}" {{\nsource = "./m"\ng = "sg-1"\n{more}}}\n'


MODULE = 'variable "g" {}\n' + rule("r")


def permissions(text: str) -> list[Permission]:
    """The permissions of a root beside the module."""
    files = {"/net/main.tf": 'variable "g" { default = "sg-1" }\n' + text, "/net/m/main.tf": MODULE}
    own = [*files] if "module" in text else ["/net/main.tf"]
    (stack,), errors = terraform.stacks(own, Files(files), Inputs(boundary="/net"))
    assert not errors
    return lower(stack.evaluate({}).resources).network.every(Permission)


EACH_RANGE = 'for_each = toset(["10.0.0.0/8", "11.0.0.0/8"])\n'
BY_VALUE = "ingress.value"
OBJECTS = '[\n{ p = 1, c = "10.0.0.0/8" },\n{ p = 2, c = "11.0.0.0/8" }\n]'
TEXTS: dict[str, tuple[str, int, int, int]] = {
    # How many there are, how many are written, and in how many blocks.
    "a block of one": (group(block(ONE)), 1, 1, 1),
    "two blocks": (group(block(ONE) + block(ONE)), 2, 2, 2),
    "a block of two": (group(block(TWO)), 2, 2, 1),
    "a block of two on lines of their own": (group(block(LINES)), 2, 2, 1),
    "a loop over ports of one line": (loop("[22, 80]", BY_VALUE, '"10.0.0.0/8"'), 2, 1, 1),
    "a loop over ports on lines": (loop("[\n22,\n80\n]", BY_VALUE, '"10.0.0.0/8"'), 2, 1, 1),
    "a loop over ranges of one line": (
        loop('["10.0.0.0/8", "11.0.0.0/8"]', "80", BY_VALUE), 2, 2, 1,
    ),
    "a loop over ranges on lines": (
        loop('[\n"10.0.0.0/8",\n"11.0.0.0/8"\n]', "80", BY_VALUE), 2, 2, 2,
    ),
    "a loop over objects": (loop(OBJECTS, f"{BY_VALUE}.p", f"{BY_VALUE}.c"), 2, 2, 2),
    "a resource twice": (rule("r", "count = 2\n"), 2, 1, 1),
    "a resource for each range": (rule("r", EACH_RANGE, "each.value"), 2, 2, 1),
    "two resources": (rule("r") + rule("s"), 2, 2, 2),
    "a module called twice": (call("a") + call("b"), 2, 2, 2),
    "a module for each of two": (call("a", 'for_each = toset(["x", "y"])\n'), 2, 1, 1),
    "a module counted": (call("a", "count = 2\n"), 2, 1, 1),
}  # fmt: skip


@pytest.mark.parametrize(("text", "made", "written", "blocks"), TEXTS.values(), ids=TEXTS)
def test_what_one_text_makes_several_times_is_written_once(
    text: str, made: int, written: int, blocks: int
) -> None:
    """Calls of modules apart; and what one block lists, or one line, is written together."""
    found = permissions(text)
    assert len(found) == made
    assert len({each.source_key for each in found}) == written
    assert len({each.block_key for each in found}) == blocks


@pytest.mark.parametrize(
    ("text", "changes"),
    [
        (
            group(block(ONE)),
            [("ingress[0].from_port", 443), ("ingress[0].to_port", 444)],
        ),
        (
            group(block(ONE).replace('"tcp"', '"-1"')),
            [
                ("ingress[0].protocol", "tcp"),
                ("ingress[0].from_port", 443),
                ("ingress[0].to_port", 444),
            ],
        ),
        (
            rule("r").replace('"tcp"', '"ALL"'),
            [("ip_protocol", "tcp"), ("from_port", 443), ("to_port", 444)],
        ),
        (rule("r").replace('"tcp"', '"udp"'), [("from_port", 443), ("to_port", 444)]),
    ],
    ids=["a block", "a block for all protocols", "a resource for all", "a resource for UDP"],
)
def test_ports_are_set_with_a_protocol_that_has_them(
    text: str, changes: list[tuple[str, NewValue]]
) -> None:
    """Where it is for all protocols, it has to be for one of them (TCP) to have ports."""
    (found,) = permissions(text)
    made = found.for_ports(443, 444)

    assert [(each.attribute.path, each.terraform) for each in made] == changes


def test_nothing_is_changed_of_what_no_attribute_says() -> None:
    """As of a permission that is made by hand, here."""
    found = permission("-1", 0, 0)

    changes = (found.for_group("g"), found.for_range("10.0.0.0/8"), found.for_ports(1, 2))
    assert (*changes, found.removed) == ((), (), (), ())


REGION = Unknown((Need("the Region", "is not known"),))


@pytest.mark.parametrize(
    ("named", "service"),
    [
        (Known("com.amazonaws.eu-west-1.ipv6.vpc-lattice"), "vpc-lattice"),
        (Text(("com.amazonaws.", REGION, ".ipv6.vpc-lattice")), "vpc-lattice"),
        (Text(("com.amazonaws.", REGION, "s3")), ""),
        (Known("com.example.eu-west-1.s3"), ""),
        (Known(""), ""),
    ],
)
def test_the_service_of_a_prefix_list_is_at_the_end_of_its_name(named: Value, service: str) -> None:
    """Of one that AWS manages, in whichever Region."""
    found = PrefixList(id="pl-1", origin=HERE, named=Setting(named, place(1), "name", "pl"))
    assert found.service == service


def test_a_prefix_list_by_its_name_has_that_as_its_id() -> None:
    """Where the sources do not write it, but refer to it by that."""
    named = Setting(None, place(1), "name", "pl")
    assert PrefixList(id="com.amazonaws.eu-west-1.s3", origin=HERE, named=named).service == "s3"


@pytest.mark.parametrize(
    ("many", "by_range", "group", "cidr"),
    [
        (False, "cidr_ipv4", "sg-1", "10.0.0.0/8"),
        (True, "cidr_ipv4", ("sg-1",), "10.0.0.0/8"),
        (False, "cidr_blocks", "sg-1", ("10.0.0.0/8",)),
        (True, "cidr_blocks", ("sg-1",), ("10.0.0.0/8",)),
    ],
)
def test_whom_a_permission_names_is_set_as_its_attribute_has_it(
    many: bool, by_range: str, group: NewValue, cidr: NewValue
) -> None:
    """As one, or as a list of one; under the name of the attribute for such a peer."""
    says, entry = AttributePath("g", "ingress[0].x"), AttributePath("g", "ingress[0]")
    found = replace(
        permission("tcp", 80, 80),
        says=says, by_group="group", by_range=by_range, entry=entry, many=many,
    )  # fmt: skip

    assert found.for_group("sg-1") == (AttributeChange(says, group, group, "group"),)
    assert found.for_range("10.0.0.0/8") == (AttributeChange(says, cidr, cidr, by_range),)
    assert found.removed == (removal(entry),)


def test_one_peer_is_named_where_nothing_says_that_there_are_several() -> None:
    """An attribute is no list unless lowering says so."""
    says = AttributePath("g", "source_security_group_id")
    found = replace(permission("tcp", 80, 80), says=says)

    assert [each.terraform for each in found.for_group("sg-1")] == ["sg-1"]


def test_a_permission_waits_for_all_that_it_says() -> None:
    """Its protocol, its ports, whom it names, and whether it is there."""
    names = ("protocol", "first", "last", "range", "peer", "list", "part")
    needs = {name: Need(f"var.{name}", "has no default") for name in (*names, "there")}

    def open_(name: str) -> Setting:
        return Setting(Unknown((needs[name],)), place(2), name, "g")

    def link(name: str) -> Link:
        return Link("", Fact(None, "it leads there", place(2), "g", (needs[name],)), place(2))

    found = replace(
        permission("tcp", 80, 80),
        protocol=open_("protocol"), first_port=open_("first"), last_port=open_("last"),
        range=open_("range"), peer=link("peer"), prefix_list=link("list"), range_in=link("part"),
        fact=Fact(None, "it is there", place(2), "g", (needs["there"],)),
    )  # fmt: skip

    assert found.needs == tuple(needs.values())
    assert permission("tcp", 80, 80).needs == ()
