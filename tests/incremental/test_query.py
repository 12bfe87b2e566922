"""What is recalled, what is asked again, and how far a change goes."""

import pytest

from taskwall.core.values import Known
from taskwall.incremental.equality import deep_equal
from taskwall.incremental.query import AmbiguousError, Entry, Query, QueryEngine


class Asked:
    """Questions over two maps, and how often each was asked."""

    def __init__(self) -> None:
        self.recall = QueryEngine()
        self.times: dict[str, int] = {}
        self.prices = self.recall.set_input("prices", {"a": 1, "b": 2})
        self.group = Entry("group")

    def change(self, prices: dict[str, int]) -> None:
        """Other prices from now on."""
        self.recall.revision += 1
        self.prices = self.recall.set_input("prices", prices)

    def _count(self, name: str) -> None:
        self.times[name] = self.times.get(name, 0) + 1

    def dear(self, name: str) -> bool:
        """Whether something costs more than one."""
        return self.recall.query(("dear", name), self._dear, (name,))

    def _dear(self, name: str) -> bool:
        self._count(f"dear {name}")
        return bool(self.prices.get(name, 0) > 1)

    def told(self, name: str) -> str:
        """The same in words."""
        return self.recall.query(("told", name), self._told, (name,))

    def _told(self, name: str) -> str:
        self._count(f"told {name}")
        return f"{name} is {'dear' if self.dear(name) else 'cheap'}"

    def all(self) -> dict[str, bool]:
        """Of each whether it is dear."""
        return self.recall.query("all", self._all)

    def _all(self) -> dict[str, bool]:
        self._count("all")
        return {name: self.dear(name) for name in self.prices}

    def of(self, name: str) -> bool:
        """What `all` says of one."""
        return self.recall.query(("of", name), self._of, (name,))

    def _of(self, name: str) -> bool:
        self._count(f"of {name}")
        return self.all()[name]


def test_only_what_read_a_change_is_asked_again() -> None:
    """Of a map each key is watched by itself, and equal answers change nothing further up."""
    asked = Asked()
    assert [asked.told("a"), asked.told("b")] == ["a is cheap", "b is dear"]
    asked.change({"a": 1, "b": 3})
    assert [asked.told("a"), asked.told("b")] == ["a is cheap", "b is dear"]
    assert asked.times == {"told a": 1, "dear a": 1, "told b": 1, "dear b": 2}
    asked.change({"a": 2, "b": 3})
    assert [asked.told("a"), asked.told("b")] == ["a is dear", "b is dear"]
    assert asked.times == {"told a": 2, "dear a": 2, "told b": 1, "dear b": 2}


def test_of_an_answer_that_is_a_map_each_key_is_watched() -> None:
    """Whoever asked for one key does not mind what is said of the others."""
    asked = Asked()
    assert [asked.of("a"), asked.of("b")] == [False, True]
    asked.change({"a": 2, "b": 3, "c": 1})
    assert [asked.of("a"), asked.of("b")] == [True, True]
    assert (asked.times["all"], asked.times["of a"], asked.times["of b"]) == (2, 2, 1)


def test_what_nobody_reads_is_forgotten() -> None:
    """An answer goes when the last that read it goes, with what it told."""
    asked = Asked()

    def complain() -> str:
        asked.recall.accumulate("an error")
        return asked.told("a")

    b: Query[str] = ("b", asked._told, ("b",))
    asked.recall.query_all(asked.group, [("complain", complain, ()), b])
    asked.recall.collect_garbage()
    assert asked.recall.accumulated([asked.group]) == ["an error"]
    asked.recall.query_all(asked.group, [b])
    asked.recall.collect_garbage()
    assert asked.recall.accumulated([asked.group]) == []
    asked.told("a")
    assert asked.times["told a"] == 2


def test_what_is_newly_accumulated_is_found_below_a_group() -> None:
    """Also where the answer that says it is equal to the one before, which said nothing."""
    asked = Asked()

    def named(name: str) -> str:
        if asked.prices.get(name, 0) > 1:
            asked.recall.accumulate(f"{name} is dear")
        return name

    names: list[Query[str]] = [(("named", name), named, (name,)) for name in ("a", "c")]
    asked.recall.query_all(asked.group, names)
    assert asked.recall.accumulated([asked.group]) == []
    asked.change({"a": 2})
    assert asked.recall.query_all(asked.group, names) == ["a", "c"]
    assert asked.recall.accumulated([asked.group]) == ["a is dear"]


def test_an_answer_serves_all_settings_that_say_what_it_rests_on() -> None:
    """It is made once for each answer of an operand that it took, at first or second hand."""
    queries = QueryEngine()
    times: list[str] = []

    def stage() -> str:
        times.append("stage")
        found: str = queries.answer("stage", None)
        queries.accumulate(f"met {found}")
        return found

    def shown(name: str) -> str:
        times.append(f"shown {name}")
        return f"{name}: {queries.query('stage', stage)}" if name == "stage" else name

    names: list[Query[str]] = [(("shown", name), shown, (name,)) for name in ("stage", "other")]
    groups = {"live": Entry("live"), "test": Entry("test")}
    for size in (1, 2):
        for name, group in groups.items():
            queries.revision += 1
            queries.begin({"stage": name, "size": size})
            assert queries.query_all(group, names) == [f"stage: {name}", "other"]
            queries.collect_garbage()
            assert queries.accumulated([group]) == [f"met {name}"]
    assert times == ["shown stage", "stage", "shown other", "shown stage", "stage"]


def test_an_answer_that_comes_to_rest_on_a_setting_is_made_for_each() -> None:
    """An answer that is as it was, but took what others may not take, does not serve them."""
    queries = QueryEngine()

    def read() -> int:
        return 1 if plain["size"] == 1 else int(queries.answer("stage", 0))

    def above() -> int:
        return queries.query("read", read)

    plain = queries.set_input("inputs", {"size": 1})
    group, other = Entry("one"), Entry("other")
    asked: list[Query[int]] = [("above", above, ())]
    for entry in (group, other):
        queries.begin({"stage": 1 if entry is group else 2})
        assert queries.query_all(entry, asked) == [1]
    queries.revision += 1
    queries.set_input("inputs", {"size": 2})
    queries.begin({"stage": 1})
    assert queries.query_all(group, asked) == [1]
    queries.revision += 1
    queries.begin({"stage": 2})
    assert queries.query_all(other, asked) == [2]


def test_answers_that_hang_on_who_asks_first_are_refused() -> None:
    """One answer for several things is one only as long as it is the same for each."""
    queries = QueryEngine()
    assert (
        queries.query_shared("key", len, ("ab",)) == queries.query_shared("key", len, ("cd",)) == 2
    )
    with pytest.raises(AmbiguousError):
        queries.query_shared("key", len, ("abc",))


def test_a_question_that_raises_is_asked_again() -> None:
    """Nothing is kept of it, and whoever asked rests on what it had read."""
    asked = Asked()

    def outer() -> str:
        try:
            return str(asked.recall.query("inverse", lambda: 1 / asked.prices["a"]))
        except ZeroDivisionError:
            return "none"

    asked.change({"a": 0})
    assert asked.recall.query("outer", outer) == "none"
    asked.change({"a": 4})
    assert asked.recall.query("outer", outer) == "0.25"


def test_numbers_and_truth_values_are_not_alike() -> None:
    """Python takes 1 for True and for 1.0; messages spell them differently."""
    assert deep_equal((Known(1), [True]), (Known(1), [True]))
    assert not deep_equal(Known(1), Known(True))
    assert not deep_equal({"a": 1}, {"a": 1.0})
    assert not deep_equal([1], [1, 1])
