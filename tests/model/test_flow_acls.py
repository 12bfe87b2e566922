"""What network ACLs let through from a task to a store, there and back, and what is said of it."""

import re

import pytest

from taskwall.core.facts import Fact
from taskwall.lowering import lower
from taskwall.model.core.address import ALL_PORTS, EVERYWHERE, Ranges, parse_cidr
from taskwall.model.core.entity import link_to
from taskwall.model.core.network import Network
from taskwall.model.entities.vpc import Subnet
from taskwall.model.flows.acls import WHOLE, Crossing, CrossingSide, border, crossing
from taskwall.model.flows.flow import spoken_ports
from taskwall.model.flows.places import places_of
from taskwall.model.permissions.packets import TCP, UDP, Traffic
from taskwall.model.routing.network_acl import CLIENT_PORTS, has_own_acl
from taskwall.readers import terraform
from taskwall.source.files import Files
from taskwall.source.stack import Inputs

VPC = """
variable "guarded" {}
variable "there" {}
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_subnet" "tasks" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_subnet" "stores" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.2.0/24"
}
"""

TASKS, STORES = "aws_subnet.tasks.id", "aws_subnet.stores.id"
UNKNOWN = f"[{TASKS}, {STORES}][var.guarded]"
EVERY = "0.0.0.0/0"


def line(way: str, ports: str = "all", cidr: str = EVERY, spoken: str = "", deny: str = "") -> str:
    """An entry of an ACL; of all protocols, of TCP if ports are named, or as it says."""
    low, _, high = ports.partition("-")
    first, last = (0, 0) if ports == "all" else (low, high or low)
    if spoken == "udp":
        first, last = 0, 65535
    protocol = spoken or ("-1" if ports == "all" else "tcp")
    fields = f"rule_no = {1 if deny else 2}, protocol = {protocol}, cidr_block = {cidr}"
    fields += f", action = {'deny' if deny else 'allow'}, from_port = {first}, to_port = {last}"
    pairs = (each.split(" = ") for each in fields.split(", "))
    return f"  {way} {{\n" + "".join(f'    {key} = "{value}"\n' for key, value in pairs) + "  }\n"


def acl(name: str, subnets: str, *lines: str) -> str:
    """A network ACL of some subnets; the default one of the VPC if it names none."""
    text = f"  vpc_id = aws_vpc.main.id\n  subnet_ids = [{subnets}]\n"
    kind = "aws_network_acl"
    if not subnets:
        kind, text = "aws_default_network_acl", ""
        text = "  default_network_acl_id = aws_vpc.main.default_network_acl_id\n"
    return f'resource "{kind}" "{name}" {{\n{text}{"".join(lines)}}}\n'


OUT, IN = line("egress"), line("ingress")
ALL = acl("tasks", TASKS, OUT, IN)
ASSOCIATION = """
resource "aws_network_acl" "x" { vpc_id = aws_vpc.main.id }
resource "aws_network_acl" "x2" { vpc_id = aws_vpc.main.id }
resource "aws_network_acl_association" "x" {
  network_acl_id = aws_network_acl.x.id
  subnet_id      = STORES
}
"""
EITHER = "[aws_network_acl.x.id, aws_network_acl.x2.id][var.guarded]"
MAY = "", "all"


def network(text: str) -> Network:
    """The VPC with some more resources."""
    (stack,), errors = terraform.stacks(
        ["/net/main.tf"], Files({"/net/main.tf": VPC + text}), Inputs(boundary="/net")
    )
    assert not errors
    return lower(stack.evaluate({}).resources).network


def side(of: Network, subnet: str, ranges: str = "", split: bool = False) -> CrossingSide:
    """A subnet's side by IPv4, or (of no subnet) that of a range of addresses."""
    cidr = parse_cidr(ranges)
    if not subnet:
        assert cidr is not None
        return CrossingSide(None, cidr.ranges)
    found = of.get(Subnet, f"aws_subnet.{subnet}")
    assert found is not None
    place = places_of(of, (link_to(found),), (), ())[0]
    return CrossingSide(place, cidr.ranges if cidr is not None else place.ranges, split)


def crossed(text: str) -> Crossing:
    """What passes from the tasks' subnet to the stores'."""
    of = network(text)
    return crossing(of, side(of, "tasks"), side(of, "stores"), CLIENT_PORTS)


def ports(found: Crossing, spoken: Ranges = TCP) -> tuple[str, str]:
    """The ports that surely pass, and those that perhaps do."""
    wanted = Traffic.of(spoken, ALL_PORTS, EVERYWHERE)
    sure, perhaps = (
        Ranges.union((each.traffic & wanted).ports for each in found.pieces if each.fact.truth is t)
        for t in (True, None)
    )
    return ",".join(spoken_ports(sure)), ",".join(spoken_ports(perhaps))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ("all", "")),
        # An ACL of the subnet's own, and not the VPC's default one.
        (acl("own", STORES, OUT, line("ingress", "22")) + acl("all", "", OUT, IN), ("22", "")),
        (acl("own", STORES, OUT, IN) + acl("none", ""), ("", "")),
        (ALL + acl("own", STORES, OUT, IN) + acl("none", ""), ("all", "")),
        # The VPC's default one, of subnets without their own.
        (ALL + acl("default", "", OUT, line("ingress", "22")), ("22", "")),
        # One is its own for certain: another that may be is not.
        (
            ALL
            + acl("own", STORES, OUT, line("ingress", "22"))
            + acl("may", UNKNOWN, OUT, line("ingress", "80")),
            ("22", ""),
        ),
        # Which of two it has is not known; it may have neither, but the default one.
        (
            ALL
            + acl("one", UNKNOWN, OUT, line("ingress", "22-80"))
            + acl("two", UNKNOWN, OUT, line("ingress", "80-90")),
            ("80", "0-79,81-65535"),
        ),
        (
            ALL
            + acl("one", UNKNOWN, OUT, line("ingress", "22-80"))
            + acl("two", UNKNOWN, OUT, line("ingress", "80-90"))
            + acl("default", "", OUT, line("ingress", "90")),
            ("", "22-90"),
        ),
        # The one of an association may be any, and let nothing through.
        (ASSOCIATION.replace("STORES", STORES).replace("aws_network_acl.x.id", '"acl-1"'), MAY),
        (ASSOCIATION.replace("STORES", STORES).replace("aws_network_acl.x.id", EITHER), MAY),
        (ASSOCIATION.replace("STORES", UNKNOWN).replace("aws_network_acl.x.id", EITHER), MAY),
        (ASSOCIATION.replace("STORES", TASKS).replace("aws_network_acl.x.id", EITHER), MAY),
        # Answers go back to ports of clients, or nothing passes.
        (ALL + acl("own", STORES, IN, line("egress", "32768-60999")), ("all", "")),
        (ALL + acl("own", STORES, IN, line("egress", "32767")), ("", "")),
        # Of the addresses of a thing each must pass.
        (acl("own", STORES, OUT, line("ingress", "22", "10.0.1.0/24")), ("22", "")),
        (acl("own", STORES, OUT, line("ingress", "22", "10.0.1.0/25")), ("", "22")),
        (acl("own", STORES, OUT, line("ingress", "22", "10.0.3.0/24")), ("", "")),
    ],
)
def test_what_passes_between_subnets(text: str, expected: tuple[str, str]) -> None:
    """The ACLs of both subnets decide, there and back; one that is unknown may let through."""
    assert ports(crossed(text)) == expected


@pytest.mark.parametrize(
    ("lines", "tcp", "udp"),
    [
        ((IN, line("egress", spoken="udp")), "", "all"),
        ((OUT, line("ingress", spoken="udp")), "", "all"),
        ((OUT, line("ingress", "22")), "22", ""),
    ],
)
def test_each_protocol_needs_its_own_answers(lines: tuple[str, ...], tcp: str, udp: str) -> None:
    """What passes over one protocol says nothing of another."""
    found = crossed(acl("own", STORES, *lines))

    assert (ports(found), ports(found, UDP)) == ((tcp, ""), (udp, ""))
    assert not found.closed


@pytest.mark.parametrize(
    ("text", "closed"),
    [
        (acl("own", STORES, OUT), ["own of stores lets no such traffic in from tasks"]),
        (acl("own", STORES, IN), ["own of stores lets no answers out to tasks"]),
        (acl("own", TASKS, OUT), ["own of tasks lets no answers in from stores"]),
        (
            acl("own", TASKS),
            [
                "own of tasks lets no such traffic out to stores",
                "own of tasks lets no answers in from stores",
            ],
        ),
        (
            acl("own", TASKS, IN) + acl("other", STORES, OUT),
            [
                "own of tasks lets no such traffic out to stores",
                "other of stores lets no such traffic in from tasks",
            ],
        ),
        (
            acl("none", ""),
            [
                "none of tasks lets no such traffic out to stores",
                "none of stores lets no such traffic in from tasks",
                "none of stores lets no answers out to tasks",
                "none of tasks lets no answers in from stores",
            ],
        ),
    ],
)
def test_what_keeps_all_back_is_named(text: str, closed: list[str]) -> None:
    """Each border that must change is told once, in the order of the way."""
    found = crossed(text)

    assert not found.pieces
    assert [re.sub(r"\baws_\w+\.", "", str(each.fact)) for each in found.closed] == closed


@pytest.mark.parametrize(
    ("client", "named"),
    [("203.0.113.0/24", "the internet"), ("10.8.0.0/16", "those addresses")],
)
def test_who_is_no_thing_has_no_border(client: str, named: str) -> None:
    """Addresses from elsewhere are kept back by the store's ACL alone, and not all must pass."""
    of = network(acl("own", STORES, line("ingress", "22", "203.0.113.7/32"), OUT))
    found = crossing(of, side(of, "", client), side(of, "stores"), CLIENT_PORTS)

    if named == "the internet":
        passed = [(ports(found), piece.traffic.addresses.size) for piece in found.pieces]
        assert passed == [(("22", ""), 1)]
    else:
        assert not found.pieces
        (shut,) = found.closed
        assert str(shut.fact).endswith(f"lets no such traffic in from {named}")
        assert shut.change == f"allow such traffic in from {named} in aws_network_acl.own"


@pytest.mark.parametrize(("split", "expected"), [(True, ("22", "")), (False, ("", "22"))])
def test_of_a_set_some_addresses_may_pass(split: bool, expected: tuple[str, str]) -> None:
    """Of clients whose addresses a load balancer keeps some may pass; of a thing, all must."""
    of = network(acl("own", STORES, line("ingress", "22", "10.0.1.0/25"), OUT))
    found = crossing(of, side(of, "tasks", split=split), side(of, "stores"), CLIENT_PORTS)

    assert ports(found) == expected


def test_ports_of_clients_that_get_no_answers_are_lost() -> None:
    """The answers to some ports of clients are kept back, and not those to others."""
    found = crossed(acl("own", STORES, IN, line("egress", "32768-40000")))

    assert spoken_ports(found.lost) == ("40001-60999",)
    assert ports(found) == ("all", "")


def test_ports_of_clients_are_lost_to_tcp_alone() -> None:
    """Where only UDP is asked about, no answer over TCP is kept back."""
    of = network(
        acl("own", STORES, IN, line("egress", "32768-40000"), line("egress", spoken="udp"))
    )
    asked = Traffic.of(UDP, ALL_PORTS, EVERYWHERE)
    found = crossing(of, side(of, "tasks"), side(of, "stores"), CLIENT_PORTS, asked)

    assert ports(found, UDP) == ("all", "")
    assert not found.lost


def test_only_what_is_asked_about_passes() -> None:
    """Of all that an ACL lets through, only the traffic that is asked about is told."""
    of = network(acl("own", STORES, IN, OUT))
    wanted = WHOLE & Traffic.of(TCP, Ranges(((443, 443),)), EVERYWHERE)
    found = crossing(of, side(of, "tasks"), side(of, "stores"), CLIENT_PORTS, wanted)

    assert (ports(found), ports(found, UDP)) == (("443", ""), ("", ""))
    assert not found.whole


@pytest.mark.parametrize(
    ("text", "place"),
    [(acl("own", STORES, IN, OUT), "own"), (ALL, "tasks"), (ALL + acl("x", STORES, IN, OUT), "x")],
)
def test_the_acl_that_lets_through_is_where_it_is_said(text: str, place: str) -> None:
    """The sentence stands at the ACL of the store, or else at that of the tasks."""
    (piece,) = crossed(text).pieces
    fact: Fact = piece.fact

    assert fact.resource == f"aws_network_acl.{place}"
    assert fact.text == (
        "the network ACLs of aws_subnet.tasks and aws_subnet.stores let it through, and answers"
        " back"
    )


@pytest.mark.parametrize(
    "text",
    [
        acl("one", UNKNOWN, OUT, line("ingress", "22")),
        ASSOCIATION.replace("STORES", STORES).replace("aws_network_acl.x.id", EITHER),
    ],
)
def test_what_is_open_waits_for_what_decides(text: str) -> None:
    """What may pass names the variable that says which subnet an ACL guards, or by which one."""
    found = crossed(text)

    waits = [need.name for piece in found.pieces for need in piece.fact.waits_for()]
    assert waits == ["var.guarded"]


def test_what_only_some_addresses_may_open_waits_for_the_address() -> None:
    """An ACL tells apart the halves of a subnet: which one a task is in, nobody says."""
    found = crossed(acl("own", STORES, OUT, line("ingress", "22", "10.0.1.0/25")))

    waits = [need.name for piece in found.pieces for need in piece.fact.waits_for()]
    assert waits == ["the address in aws_subnet.tasks"]


def test_what_keeps_udp_back_is_named_where_only_that_is_asked_about() -> None:
    """Where TCP is asked about as well, that says it all."""
    of = network(acl("own", STORES, IN))
    asked = Traffic.of(UDP, Ranges(((53, 53),)), EVERYWHERE)
    found = crossing(of, side(of, "tasks"), side(of, "stores"), CLIENT_PORTS, asked)

    assert not found.pieces
    assert [each.change for each in found.closed] == [
        "allow answers out to aws_subnet.tasks in aws_network_acl.own"
    ]


@pytest.mark.parametrize(
    ("text", "truth"),
    [
        ("", False),
        (acl("default", "", OUT, IN), False),
        (acl("own", STORES, OUT, IN), True),
        (acl("own", TASKS, OUT, IN), False),
        (acl("own", UNKNOWN, OUT, IN), None),
        (acl("own", STORES, OUT) + acl("may", UNKNOWN, IN), True),
        (ASSOCIATION.replace("STORES", STORES), True),
        (ASSOCIATION.replace("STORES", TASKS), False),
        (ASSOCIATION.replace("STORES", UNKNOWN), None),
        (ASSOCIATION.replace("STORES", STORES).replace("aws_network_acl.x.id", '"acl-1"'), True),
    ],
)
def test_a_subnet_has_an_acl_of_its_own(text: str, truth: bool | None) -> None:
    """Any ACL but the default one of a VPC that names the subnet, or that an association gives."""
    of = network(text)
    subnet = of.get(Subnet, "aws_subnet.stores")

    assert subnet is not None
    assert has_own_acl(of, subnet).truth is truth


def test_whether_a_subnet_from_elsewhere_has_an_acl_of_its_own_is_not_known() -> None:
    """Other sources may give it one, whatever these do."""
    of = network(acl("own", '"subnet-1"', IN))
    subnet = of.get(Subnet, "subnet-1")

    assert subnet is not None
    found = has_own_acl(of, subnet)
    assert (found.truth, [need.name for need in found.waits_for()]) == (None, ["subnet-1"])


FAR = """
resource "aws_vpc" "far" { cidr_block = "10.9.0.0/16" }
"""
DEFAULT = acl("default", "", IN)
DEFAULT_ID = "aws_vpc.main.default_network_acl_id"
OF_TWO = f"[{DEFAULT_ID}, aws_vpc.far.default_network_acl_id][var.guarded]"
Guard = tuple[str | None, bool | None, list[str]]
MADE: Guard = (None, True, [])
OWN, ITS_DEFAULT = "aws_network_acl.own", "aws_default_network_acl.default"
ASSOCIATED = ASSOCIATION.replace("STORES", STORES)
COUNT = '" {\n  count = var.guarded == "" ? 1 : 0\n'
THERE = COUNT.replace("guarded", "there")
WAITS = ["var.guarded"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("", [MADE], id="AWS's own"),
        pytest.param(acl("own", TASKS, IN), [MADE], id="that of another subnet"),
        pytest.param(acl("own", STORES, IN), [(OWN, True, [])], id="one that names it"),
        pytest.param(
            acl("own", UNKNOWN, IN), [(OWN, None, WAITS), MADE], id="one that may name it"
        ),
        pytest.param(
            acl("own", STORES, IN).replace('" {\n', COUNT, 1),
            [(f"{OWN}[0]", None, WAITS), MADE],
            id="one that may not be there",
        ),
        pytest.param(
            acl("own", UNKNOWN, IN).replace('" {\n', THERE, 1),
            [(f"{OWN}[0]", None, ["var.guarded", "var.there"]), MADE],
            id="one that may name it, and may not be there",
        ),
        pytest.param(acl("own", "var.guarded", IN), [MADE], id="that of a subnet from elsewhere"),
        pytest.param(
            ASSOCIATED, [("aws_network_acl.x", True, [])], id="one that is associated with it"
        ),
        pytest.param(
            ASSOCIATED.replace("aws_network_acl.x.id", '"acl-1"'),
            [("acl-1", None, ["acl-1"]), MADE],
            id="one from elsewhere",
        ),
        pytest.param(
            ASSOCIATED.replace("aws_network_acl.x.id", EITHER),
            [(None, None, WAITS), MADE],
            id="one of two",
        ),
        pytest.param(DEFAULT, [(ITS_DEFAULT, True, [])], id="the default one of its VPC"),
        pytest.param(
            DEFAULT + acl("own", STORES, IN), [(OWN, True, [])], id="its own before the default one"
        ),
        pytest.param(
            DEFAULT + acl("own", UNKNOWN, IN),
            [(OWN, None, WAITS), (ITS_DEFAULT, True, [])],
            id="perhaps its own, else the default one",
        ),
        pytest.param(
            DEFAULT.replace("aws_vpc.main", "aws_vpc.far") + FAR,
            [MADE],
            id="the default one of another VPC",
        ),
        pytest.param(
            DEFAULT.replace(DEFAULT_ID, OF_TWO) + FAR,
            [(ITS_DEFAULT, None, WAITS), MADE],
            id="the default one of its VPC or of another one",
        ),
        pytest.param(
            DEFAULT.replace('" {\n', COUNT, 1),
            [(f"{ITS_DEFAULT}[0]", None, WAITS), MADE],
            id="a default one that may not be written",
        ),
        pytest.param(DEFAULT.replace(DEFAULT_ID, "var.guarded"), [MADE], id="that of a given VPC"),
    ],
)
def test_which_acls_guard_a_subnet(text: str, expected: list[Guard]) -> None:
    """Its own one, else the default one of its VPC; as long as none is certain, AWS's may do."""
    of = network(text)
    subnet = of.get(Subnet, "aws_subnet.stores")
    assert subnet is not None
    found = [
        (held.acl and held.acl.id, held.fact.truth, [need.name for need in held.fact.waits_for()])
        for held in border(of, subnet)
    ]

    assert found == expected
