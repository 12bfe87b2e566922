"""What is tied is one group, and ways lead along steps in their direction."""

import pytest

from taskwall.readers.connected import connected_components, path_exists


@pytest.mark.parametrize(
    ("ties", "groups"),
    [
        ([], ["a", "b", "c", "d", "e"]),
        ([("b", "a")], ["ab", "c", "d", "e"]),
        ([("a", "c"), ("c", "e")], ["ace", "b", "d"]),
        ([("e", "d"), ("d", "c"), ("c", "b"), ("b", "a")], ["abcde"]),
        ([("a", "b"), ("d", "e"), ("e", "b")], ["abde", "c"]),
        ([("b", "d"), ("c", "d"), ("e", "c")], ["a", "bcde"]),
        ([("a", "a"), ("b", "c"), ("c", "b")], ["a", "bc", "d", "e"]),
    ],
)
def test_groups_of_what_is_tied(ties: list[tuple[str, str]], groups: list[str]) -> None:
    """In the order of the members, however the ties are ordered and directed."""
    for turned in (ties, ties[::-1], [(other, one) for one, other in ties]):
        found = connected_components("abcde", turned)
        assert ["".join(group) for group in found] == groups


STEPS = {"a": ["b", "c"], "b": ["a"], "c": ["d"], "e": ["e"]}


@pytest.mark.parametrize(
    ("start", "end", "there"),
    [
        ("a", "a", True),
        ("a", "b", True),
        ("a", "d", True),
        ("b", "d", True),
        ("d", "d", True),
        ("d", "a", False),
        ("c", "b", False),
        ("a", "e", False),
        ("e", "a", False),
        ("x", "a", False),
    ],
)
def test_whether_steps_lead_somewhere(start: str, end: str, there: bool) -> None:
    """Circles among them are no endless way, and nothing leads against a step."""
    assert path_exists(STEPS, start, end) is there
