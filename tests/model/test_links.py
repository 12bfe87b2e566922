"""What links and settings say by themselves: where they lead, and what they may be."""

from collections.abc import Callable
from itertools import permutations

import pytest

from permits import place
from taskwall.core.change import AttributeChange, AttributePath
from taskwall.core.facts import FALSE, TRUE, Fact
from taskwall.core.values import (
    Known,
    Need,
    OneOf,
    Origin,
    Reference,
    Scalar,
    Text,
    Unknown,
    Value,
)
from taskwall.model.core.entity import Link, Setting, link_to, same_entity
from taskwall.model.core.network import Network
from taskwall.model.entities.security_group import SecurityGroup

AT = place(1)
NEED = Need("var.x", "has no default")
MAYBE = Fact(None, "it leads there", AT, "r", (NEED,))
OPEN = Unknown((NEED,), "var.x")


def link(to: str, exact: bool = True, written: bool | None = None, fact: Fact = TRUE) -> Link:
    """A link to something."""
    return Link(to, fact, AT, exact, written)


A, B = link("a", written=True), link("b", written=True)
SEEN, ID, NOBODY = link("s", False), link("sg-1", True, False), link("", False)
INPUT, EITHER = link("var.x", False, False), link("", True, True)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (A, A, True),
        (A, B, False),
        (SEEN, SEEN, True),
        (INPUT, INPUT, True),
        # Two names of which one is not in the sources may be one thing.
        (A, SEEN, None),
        (SEEN, INPUT, None),
        (SEEN, link("other", False), None),
        # But what comes from outside is none that is written.
        (A, INPUT, False),
        (A, ID, False),
        (EITHER, INPUT, False),
        # Nobody knows where these lead.
        (NOBODY, NOBODY, None),
        (A, NOBODY, None),
        (INPUT, NOBODY, None),
        (EITHER, SEEN, None),
    ],
)
def test_two_links_to_one_entity(one: Link, other: Link, same: bool | None) -> None:
    """By the same name they are, whatever it is; by two names that are written they are not."""
    for pair in permutations((one, other)):
        assert same_entity(*pair) is same


@pytest.mark.parametrize(
    ("fact", "conditions", "truth"),
    [
        (TRUE, (), True),
        (TRUE, (TRUE,), True),
        (TRUE, (FALSE,), False),
        (TRUE, (MAYBE,), None),
        (MAYBE, (TRUE,), None),
        (MAYBE, (FALSE,), False),
        (FALSE, (TRUE,), False),
        (TRUE, (TRUE, FALSE), False),
        (TRUE, (TRUE, MAYBE), None),
    ],
)
def test_a_link_that_is_there_only_if_something_holds(
    fact: Fact, conditions: tuple[Fact, ...], truth: bool | None
) -> None:
    """It leads where it did, and waits for what it did, to know that."""
    before = link("a", exact=False, written=True, fact=fact)
    after = before.only_if(*conditions)

    assert after.fact.truth is truth
    assert after.sure is (truth is True)
    assert (after.to, after.exact, after.written, after.place) == ("a", False, True, AT)
    assert after.fact.needs == fact.needs


def test_what_a_link_waits_for() -> None:
    """Its own needs before those of what it leads to; by name where nothing says more."""
    external = SecurityGroup(id="g", origin=_origin("g"), external=(Need("far", "is far"),))

    assert link("a", fact=MAYBE).waits() == (NEED,)
    assert link("a", fact=MAYBE).waits("a group", external) == (NEED,)
    assert link("a").waits("a group", external) == external.external
    assert [need.name for need in link("a").waits("a group")] == ["a"]
    assert [need.name for need in link("").waits("a group")] == ["a group"]


def _origin(name: str) -> Origin:
    return Origin(name, name, AT, "terraform")


def test_a_link_that_may_lead_to_something() -> None:
    """It is not known to, whatever is known of it."""
    may = link("", False, fact=MAYBE).perhaps("a", "aws_x.a")

    assert (may.to, may.fact.truth, may.exact) == ("a", None, True)
    assert may.fact.needs == (NEED,)
    assert link("", False).perhaps("a", "aws_x.a").fact.truth is None


def test_a_link_to_what_is_there() -> None:
    """It is exact where the sources write that, and is there if it exists."""
    here = SecurityGroup(id="g", origin=_origin("g"))
    far = SecurityGroup(id="g", origin=_origin("g"), external=(NEED,))

    assert (link_to(here).exact, link_to(here).written, link_to(here).sure) == (True, True, True)
    assert (link_to(far).exact, link_to(far).written) == (False, None)


def test_what_a_link_may_mean() -> None:
    """What it names; of one that nobody knows each that is written, but none if it is outside."""
    here, far = (
        SecurityGroup(id=name, origin=_origin(name), external=needs)
        for name, needs in (("here", ()), ("far", (NEED,)))
    )
    network = Network([here, far])

    def meant(link_: Link | None) -> list[tuple[str, bool | None]]:
        return [(each.id, tie.fact.truth) for each, tie in network.meant(SecurityGroup, link_)]

    assert meant(None) == []
    assert meant(link("here")) == [("here", True)]
    assert meant(link("far", False)) == [("far", True)]
    assert meant(link("gone")) == []
    assert meant(link("", False)) == meant(link("", False, True)) == [("here", None)]
    assert meant(link("", False, False)) == []


# --- settings


def setting(value: Value | None, default: str = "") -> Setting:
    """An attribute that is set to something."""
    return Setting(value, AT, "mode", "r", default)


SOME = OneOf((NEED,), "var.x", answers=("host", "bridge"))
BEGINS, ENDS = Text(("Net-", OPEN)), Text((OPEN, ".internal"))
ALIKE = OneOf((NEED,), "var.x", answers=("TLS", "tls"))


@pytest.mark.parametrize(
    ("value", "default", "known", "written", "open_"),
    [
        (None, "", None, False, False),
        (None, "AWS takes bridge", None, False, False),
        (Known("host"), "", "host", True, False),
        (Known("host"), "AWS takes host", "host", False, False),
        (Known(None), "", None, True, False),
        (OPEN, "", None, True, True),
        (Reference("v", "x", Known("host")), "", "host", True, False),
        (Reference("v", "x", OPEN), "", None, True, True),
        (Reference("v", "x"), "", None, True, True),
        (SOME, "", None, True, True),
    ],
)
def test_what_is_known_of_a_setting(
    value: Value | None, default: str, known: Scalar, written: bool, open_: bool
) -> None:
    """What the sources write, or AWS takes; a reference is what it leads to."""
    found = setting(value, default)
    assert (found.known, found.written, found.open) == (known, written, open_)


@pytest.mark.parametrize(
    ("value", "answers", "truth"),
    [
        (Known("host"), ("host",), True),
        (Known("HOST"), ("host",), True),
        (Known("bridge"), ("host",), False),
        (Known("bridge"), ("host", "bridge"), True),
        (Known(True), ("true",), True),
        (Known("true"), (True,), True),
        (Known(443), ("443",), True),
        (None, ("host",), False),
        (None, (None,), True),
        (Known(None), (None,), True),
        (OPEN, ("host",), None),
        (SOME, ("host",), None),
        (SOME, ("host", "bridge"), True),
        (SOME, ("awsvpc",), False),
        (ALIKE, ("tls",), True),
        # Of a text that is known in part, what is known may tell.
        (BEGINS, ("net-internal",), None),
        (BEGINS, ("NET-internal",), None),
        (BEGINS, ("web-internal",), False),
        (BEGINS, ("web-internal", "net"), False),
        (BEGINS, ("web-internal", "net-a"), None),
        (ENDS, ("a.internal",), None),
        (ENDS, ("a.external",), False),
    ],
)
def test_whether_a_setting_is_one_of_some(
    value: Value | None, answers: tuple[Scalar, ...], truth: bool | None
) -> None:
    """However it is spelled; one that may be several is one of them if all of these are."""
    fact = setting(value).is_(*answers)
    assert fact.truth is truth
    assert bool(fact.waits_for()) is (truth is None)


@pytest.mark.parametrize(
    ("value", "asked", "truth"),
    [
        (Known("host"), lambda word: word == "host", True),
        (Known("host"), lambda word: word == "bridge", False),
        (None, lambda word: word is None, True),
        (OPEN, lambda word: word == "host", None),
        (SOME, lambda word: word == "host", None),
        (SOME, lambda word: "h" in str(word) or "b" in str(word), True),
        (SOME, lambda word: word == "awsvpc", False),
    ],
)
def test_what_is_asked_of_a_setting(
    value: Value | None, asked: Callable[[Scalar], bool], truth: bool | None
) -> None:
    """Of what may be several, the answer is known where it is the same of each."""
    fact = setting(value).test(asked, "it is so")
    assert fact.truth is truth
    assert bool(fact.waits_for()) is (truth is None)


@pytest.mark.parametrize(
    ("value", "default", "sentence"),
    [
        (None, "", "r does not set mode"),
        (Known("host"), "AWS takes host", "r does not set mode: AWS takes host"),
        (Known("host"), "", "mode of r is host"),
        (Known(True), "", "mode of r is true"),
        (SOME, "", "mode of r is one of host, bridge"),
    ],
)
def test_a_setting_in_words(value: Value | None, default: str, sentence: str) -> None:
    """What the sources make of it, or AWS where they do not."""
    assert setting(value, default).sentence == sentence


def test_what_a_setting_waits_for() -> None:
    """But for the ids of what it names, which the sources write; and no input decides of those."""
    given, own = (
        Need("var.x", "has no default", option="var"),
        Need("aws_vpc.main.id", "is not known"),
    )
    found = Setting(Unknown((given, own)), AT, "mode", "r", names=frozenset({"aws_vpc.main"}))

    assert [need.name for need in found.needs] == ["var.x"]
    assert [(need.name, need.option) for need in found.unseen] == [("var.x", "")]
    assert setting(None).needs == setting(Known("host")).needs == ()


def test_changes_of_a_setting() -> None:
    """Each language gets what it writes; where no one attribute says it, there is no change."""
    at = AttributePath("r", "block[0].mode")
    found = Setting(Known("host"), AT, "mode", "r", attribute=at)

    assert found.to("bridge") == (AttributeChange(at, "bridge", "bridge"),)
    assert found.to("bridge", "Bridge") == (AttributeChange(at, "bridge", "Bridge"),)
    around = AttributeChange(AttributePath("r", "block[0]"), {"mode": "x"}, {"Mode": "x"})
    assert found.around({"mode": "x"}, {"Mode": "x"}) == (around,)
    assert setting(Known("host")).to("bridge") == ()
    assert setting(Known("host")).around({"mode": "x"}, {"Mode": "x"}) == ()
