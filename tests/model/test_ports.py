"""Which ports permissions open, against a slow model that asks of each port by itself."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec.structs import replace

from permits import permission, setting
from taskwall.core.change import AttributePath, NewValue, Placeholder
from taskwall.core.values import Need, Scalar, unknown
from taskwall.lowering import lower
from taskwall.model.compute.dynamic_ports import LINUX
from taskwall.model.core.address import Ranges
from taskwall.model.core.entity import Setting
from taskwall.model.entities.load_balancer import LoadBalancer
from taskwall.model.exposure.listener_ports import listening
from taskwall.model.permissions.ports import (
    Ports,
    RequiredPorts,
    Transport,
    narrowed_to,
    only_opens,
    opened,
    opens,
)
from taskwall.readers import terraform
from taskwall.source.files import Files
from taskwall.source.stack import Inputs

TRANSPORTS: tuple[Transport, ...] = ("tcp", "udp")
SPELLED: dict[str, Scalar] = {
    "tcp": "tcp",
    "TCP": "tcp",
    "6": "tcp",
    "udp": "udp",
    "17": "udp",
    "-1": "every",
    "all": "every",
    "icmp": "icmp",
    "1": "icmp",
    "50": "other",
}
"""How sources write protocols, and which it is."""

EDGES = (0, 1, 21, 22, 23, 79, 80, 81, 442, 443, 444, 8080, 32768, 65534, 65535)
"""Ports of which each is asked; those of the permissions are among them, with their neighbours."""

protocols = st.sampled_from([*SPELLED, 6, 17, -1, None])
numbers = st.sampled_from([1, 22, 80, 443, 8080, 65535])
entries = st.tuples(protocols, numbers, numbers).map(
    lambda entry: (entry[0], min(entry[1:]), max(entry[1:]))
)
sets = st.lists(st.tuples(st.integers(0, 90), st.integers(0, 90)), max_size=4).map(
    Ranges.from_spans
)


def slowly(spoken: Scalar, first: int, last: int, transport: Transport, port: int) -> bool:
    """Whether a permission opens a port, as AWS's reference words it: protocol by protocol."""
    which = "every" if spoken is None else SPELLED[str(spoken)]
    if which == "every":
        return True
    return which == transport and first <= port <= last


def numbers_of(found: Ranges) -> set[int]:
    """Ports one by one."""
    return {port for low, high in found.spans for port in range(low, high + 1)}


@given(entries)
@example((None, 80, 80))
def test_a_permission_opens_the_ports_of_its_protocol(entry: tuple[Scalar, int, int]) -> None:
    """All of every protocol's, the written ones of TCP and UDP, none of what has no ports."""
    found = permission(*entry)
    for transport in TRANSPORTS:
        ports = opened(found, transport)

        assert ports is not None
        for port in EDGES:
            fast = bool(ports & Ranges(((port, port),)))
            assert fast is slowly(*entry, transport, port)


@given(entries.filter(lambda e: e[0] is not None and SPELLED[str(e[0])] in TRANSPORTS), sets, sets)
def test_only_what_is_allowed_is_opened(
    entry: tuple[Scalar, int, int], tcp: Ranges, udp: Ranges
) -> None:
    """Every port that a permission opens, asked by itself, is among those of its protocol."""
    allowed = {"tcp": tcp, "udp": udp}
    slow = all(
        any(low <= port <= high for low, high in allowed[transport].spans)
        for transport in TRANSPORTS
        for port in range(entry[1], entry[2] + 1)
        if slowly(*entry, transport, port)
    )

    assert only_opens(permission(*entry), Ports(tcp, udp), "tasks").truth is slow


@given(entries, sets, sets)
def test_more_that_may_be_allowed_makes_nothing_fail(
    entry: tuple[Scalar, int, int], tcp: Ranges, udp: Ranges
) -> None:
    """What passes still does where further ports are not known; what fails may become unknown."""
    open_ = Ports(tcp, udp, (Need("var.ports", "has no default"),))
    before = only_opens(permission(*entry), Ports(tcp, udp), "tasks").truth
    after = only_opens(permission(*entry), open_, "tasks").truth

    assert after is before or (before is False and after is None)


WAITS = (Need("var.protocol", "has no default"),)
AT_443, AT_444 = Ranges(((443, 443),)), Ranges(((444, 444),))


@pytest.mark.parametrize(
    ("spoken", "first", "last", "udp", "truth"),
    [
        ("udp", 443, 443, Ranges(), None),
        ("udp", 443, 443, AT_443, True),
        ("udp", 443, 444, AT_444, None),
        ("udp", 444, 444, Ranges(), False),
        ("udp", 443, 444, Ranges(), False),
        ("tcp", 443, 443, Ranges(), False),
        ("-1", 443, 443, Ranges(), False),
    ],
)
def test_udp_that_may_be_spoken_is_waited_for(
    spoken: str, first: int, last: int, udp: Ranges, truth: bool | None
) -> None:
    """On port 443, if what is not known says so; on others, and over TCP, nothing changes."""
    allowed = Ports(udp=udp, perhaps=AT_443, spoken=WAITS)
    fact = only_opens(permission(spoken, first, last), allowed, "tasks")

    assert fact.truth is truth
    assert fact.waits_for() == (WAITS if truth is None else ())


@given(st.lists(st.tuples(sets, sets), max_size=4))
def test_a_union_has_what_each_has(found: list[tuple[Ranges, Ranges]]) -> None:
    """Ports of each protocol are joined with those of the same protocol, port by port."""
    whole = Ports.union(Ports(tcp, udp) for tcp, udp in found)

    assert numbers_of(whole.tcp) == {port for tcp, _ in found for port in numbers_of(tcp)}
    assert numbers_of(whole.udp) == {port for _, udp in found for port in numbers_of(udp)}


@pytest.mark.parametrize(
    ("first", "last", "open_"), [(None, None, EDGES), (-1, -1, EDGES), (0, 0, (0,))]
)
def test_ports_that_are_left_out_or_negative(
    first: int | None, last: int | None, open_: tuple[int, ...]
) -> None:
    """No ports are all ports, and so is -1; a 0 of TCP is that port only."""
    ports = opened(permission("tcp", first, last), "tcp")

    assert ports is not None
    assert tuple(port for port in EDGES if ports & Ranges(((port, port),))) == open_


@pytest.mark.parametrize(
    ("spoken", "wanted"), [("tcp", {443}), ("-1", {"tcp", 443}), ("udp", set()), ("50", set())]
)
def test_a_fix_narrows_only_what_opens_tcp(spoken: str, wanted: set[Scalar]) -> None:
    """Ports of TCP are nothing to which a permission of another protocol could be narrowed."""
    written = permission(spoken, 1, 65535)
    settings = {
        name: replace(getattr(written, name), attribute=AttributePath("g", name))
        for name in ("protocol", "first_port", "last_port")
    }

    changes = narrowed_to(replace(written, **settings), Ports(Ranges(((443, 443),))), "port")

    assert {each.terraform for each in changes} == wanted


NEED, ONE = (Need("var.ports", "has no default"),), Ranges(((443, 443),))
HOLE = Placeholder("port")


@pytest.mark.parametrize(
    ("ports", "wanted"),
    [
        (Ports(ONE), [443, 443]),
        (Ports(Ranges(((443, 445),))), [443, 445]),
        (Ports(), []),
        # What is not one known range is left to whoever writes it.
        (Ports(Ranges(((443, 443), (8443, 8443)))), [HOLE, HOLE]),
        (Ports(ONE, udp=ONE), [HOLE, HOLE]),
        (Ports(ONE, needs=NEED), [HOLE, HOLE]),
        (Ports(ONE, named=frozenset({("tcp", "var.port")})), [HOLE, HOLE]),
        (Ports(ONE, perhaps=ONE), [HOLE, HOLE]),
    ],
)
def test_a_fix_narrows_to_one_known_range(ports: Ports, wanted: list[NewValue]) -> None:
    """Ports of a fix are those that tasks serve, if these are one range of TCP."""
    written = permission("tcp", 1, 65535)
    settings = {
        name: replace(getattr(written, name), attribute=AttributePath("g", name))
        for name in ("first_port", "last_port")
    }

    changes = narrowed_to(replace(written, **settings), ports, "port")

    assert [each.terraform for each in changes] == wanted


@pytest.mark.parametrize(
    ("entry", "some", "enough", "truth"),
    [
        (("tcp", 443, 443), ONE, (ONE,), True),
        (("tcp", 444, 445), ONE, (ONE,), False),
        (("udp", 443, 443), ONE, (ONE,), False),
        (("-1", None, None), ONE, (ONE,), True),
        (("6", 443, 443), ONE, (ONE,), True),
        (("6", 444, 444), ONE, (ONE,), False),
        (("17", 443, 443), ONE, (ONE,), False),
        (("1", 443, 443), ONE, (ONE,), False),
        (("all", 1, 1), ONE, (ONE,), True),
        (("tcp", 0, 65535), None, (), True),
        (("tcp", 443, 443), None, (), None),
        # The range that is enough will do; a part of it may be what is used.
        (("tcp", 32768, 60999), LINUX.some, LINUX.enough, True),
        (("tcp", 49153, 65535), LINUX.some, LINUX.enough, None),
        (("tcp", 32768, 60998), LINUX.some, LINUX.enough, None),
        (("tcp", 49154, 65535), LINUX.some, LINUX.enough, None),
        (("tcp", 65535, 65535), LINUX.some, LINUX.enough, None),
        (("tcp", 1, 32767), LINUX.some, LINUX.enough, False),
    ],
)
def test_a_required_port_is_opened(
    entry: tuple[Scalar, Scalar, Scalar],
    some: Ranges | None,
    enough: tuple[Ranges, ...],
    truth: bool | None,
) -> None:
    """A permission opens it for certain, or perhaps where nobody knows which one is used."""
    wanted = RequiredPorts("the port", "tcp", some, enough, NEED)
    found = opens(permission(*entry), wanted)

    assert found.truth is truth
    assert bool(found.waits_for()) is (truth is None)


@pytest.mark.parametrize(
    ("spoken", "port", "named"),
    [
        ("TCP", "var.port", {("tcp", "var.port")}),
        ("TLS", "var.port", {("tcp", "var.port")}),
        ("UDP", "var.port", {("udp", "var.port")}),
        ("QUIC", "var.port", {("udp", "var.port")}),
        ("UDP", "53", set()),
    ],
)
def test_a_listener_on_an_input_is_known_by_its_name(
    spoken: str, port: str, named: set[tuple[str, str]]
) -> None:
    """A permission for the same input, and the same transport, is for that listener."""
    text = f"""
variable "port" {{}}
resource "aws_lb" "main" {{ load_balancer_type = "network" }}
resource "aws_lb_listener" "main" {{
  load_balancer_arn = aws_lb.main.arn
  protocol          = "{spoken}"
  port              = {port}
}}
"""
    files = Files({"/net/main.tf": text})
    (stack,), errors = terraform.stacks(["/net/main.tf"], files, Inputs(boundary="/net"))
    assert not errors
    network = lower(stack.evaluate({}).resources).network
    (balancer,) = network.every(LoadBalancer)

    found = listening(network, balancer)
    assert found.named == named
    assert [need.name for need in found.needs] == (["var.port"] if named else [])


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        (("tcp", 443, 443), "port 443"),
        (("TCP", 443, "443"), "port 443"),
        (("6", 80, 443), "ports 80-443"),
        (("tcp", 0, 65535), "all TCP ports"),
        (("tcp", -1, -1), "all TCP ports"),
        (("tcp", None, None), "all TCP ports"),
        (("17", "0", "65535"), "all UDP ports"),
        (("udp", 0, 1024), "ports 0-1024"),
        (("icmp", 8, -1), "icmp"),
        (("58", -1, -1), "icmpv6"),
        (("-1", 0, 0), "all ports"),
        (("50", None, None), "all ports"),
    ],
)
def test_messages_say_what_is_open(entry: tuple[Scalar, Scalar, Scalar], words: str) -> None:
    """One port, several, or all of a protocol; a protocol without ports by its name."""
    assert permission(*entry).ports == words


def _at(value: Scalar, name: str) -> Setting:
    """A setting: known, or the variable that a text names."""
    if isinstance(value, str) and value.startswith("var."):
        return replace(setting(None), value=unknown(value, "has no default"), name=name)
    return setting(value, name=name)


@pytest.mark.parametrize(
    ("spoken", "first", "last", "truth"),
    [
        # The same input is the same port, over the protocol that is asked about.
        ("tcp", "var.port", "var.port", True),
        ("udp", "var.port", "var.port", False),
        ("var.spoken", "var.port", "var.port", None),
        ("tcp", "var.other", "var.other", None),
        ("tcp", "var.port", "var.other", None),
        ("tcp", 1, "var.port", None),
        ("tcp", "var.port", 65535, None),
        ("var.spoken", 1, 65535, None),
        ("-1", "var.port", "var.port", True),
        ("icmp", "var.port", "var.port", False),
        ("tcp", 0, 65535, True),
        ("tcp", 80, 80, None),
    ],
)
def test_a_port_of_an_input_is_opened_by_that_input(
    spoken: Scalar, first: Scalar, last: Scalar, truth: bool | None
) -> None:
    """Whichever number it is; what else is open for one may be this one, or not."""
    found = replace(
        permission("tcp", 1, 1),
        protocol=_at(spoken, "protocol"),
        first_port=_at(first, "from_port"),
        last_port=_at(last, "to_port"),
    )
    port = Need("var.port", "has no default")
    wanted = RequiredPorts(
        "the port of tasks", "tcp", None, needs=(port,), named=frozenset({"var.port"})
    )
    fact = opens(found, wanted)

    assert fact.truth is truth
    assert bool(fact.waits_for()) is (truth is None)
