"""The rules about flows, where nobody asks for any."""

import sys
from inspect import unwrap

import pytest

from taskwall.model.core.network import Network
from taskwall.rules import all_rules


@pytest.mark.parametrize("rule", ["TW801", "TW802", "TW803"])
def test_flows_are_imported_only_where_they_are_asked_for(
    rule: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A session asks every rule, also where settings expect no flow and sources write no scope."""
    for name in ("intents", "access_scopes"):
        monkeypatch.setitem(sys.modules, f"taskwall.model.flows.{name}", None)
    judge = next(unwrap(each.judge) for each in all_rules() if each.id == rule)

    assert [*judge(Network())] == []
