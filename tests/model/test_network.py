"""A network that is made from an earlier one is the one that its things make."""

from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct

from taskwall.core.values import Need, Origin, Span
from taskwall.model.core.entity import Entity
from taskwall.model.core.network import Network

ORIGIN = Origin("a.b", "a.b", Span("main.tf", 1, 1, 1, 1), "terraform")


class Plain(Entity, frozen=True, kw_only=True):
    """A thing of a kind."""

    size: int = 0


class Other(Entity, frozen=True, kw_only=True):
    """A thing of another kind."""


class Loose(Struct, frozen=True):
    """Something that nothing refers to."""

    size: int = 0


def _external(no: bool) -> tuple[Need, ...]:
    return () if no else (Need("x", "is not in the sources"),)


THINGS = st.lists(
    st.one_of(
        st.builds(
            Plain,
            id=st.sampled_from("ab"),
            origin=st.just(ORIGIN),
            external=st.booleans().map(_external),
            size=st.integers(0, 1),
        ),
        st.builds(Other, id=st.sampled_from("ab"), origin=st.just(ORIGIN)),
        st.builds(Loose, st.integers(0, 1)),
    ),
    max_size=6,
)


@given(THINGS, st.data())
def test_of_others(things: list[Struct], data: st.DataObject) -> None:
    """Whichever things are others than before, of whatever kind, name and origin."""
    before = Network(things)
    swapped = data.draw(THINGS)
    spare = iter(swapped)
    others = [next(spare, old) if data.draw(st.booleans()) else old for old in things]
    for now in (others, swapped):
        quick, plain = before.of_others(now), Network(now)
        assert [*map(id, quick.by_id.values())] == [*map(id, plain.by_id.values())]
        assert quick.by_id.keys() == plain.by_id.keys()
        assert {kind: [*map(id, some)] for kind, some in quick.by_kind.items()} == {
            kind: [*map(id, some)] for kind, some in plain.by_kind.items()
        }


def test_the_earlier_network_stays_as_it_is() -> None:
    """What is found in it is what it was made from, whatever is made of it later."""
    old, new = (Plain(id="a", origin=ORIGIN, size=size) for size in (0, 1))
    before = Network([old])
    now = before.of_others([new])

    assert (now.get(Plain, "a"), now.every(Plain)) == (new, [new])
    assert (before.get(Plain, "a"), before.every(Plain)) == (old, [old])
