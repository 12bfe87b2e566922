"""The index of rules: what each asks an empty network for."""

from collections.abc import Iterator

import pytest
from msgspec.structs import replace
from tools import indexes

from taskwall.model.core.network import Network
from taskwall.model.entities.ecs import TaskSource
from taskwall.model.entities.load_balancer import Listener
from taskwall.rules import all_rules
from taskwall.rules._rule import Judge, Rule, Verdict


def _rule(judge: Judge) -> Rule:
    return replace(all_rules()[0], judge=judge)


def test_it_says_for_which_kinds_in_any_profile_and_whether_for_settings() -> None:
    """What is asked in one profile only is asked for, too."""

    def judge(network: Network) -> Iterator[Verdict]:
        strict = network.policy.profile == "strict"
        yield from network.every(TaskSource if strict else Listener)  # type: ignore[misc]

    assert indexes.asked_for(_rule(judge)) == ("", "Listener", "TaskSource")


@pytest.mark.parametrize("name", ["by_kind", "by_id"])
def test_a_rule_cannot_ask_but_by_kind(name: str) -> None:
    """What it finds in the maps of a network is nothing that the index could know."""
    with pytest.raises(ValueError, match="ask `every`"):
        indexes.asked_for(_rule(lambda network: getattr(network, name).get("x", ())))


def test_a_rule_says_nothing_of_an_empty_network() -> None:
    """It would say so of each network that has nothing for it, whose index says to not ask it."""
    with pytest.raises(ValueError, match="says something"):
        indexes.asked_for(_rule(lambda _: [None]))  # type: ignore[list-item]
