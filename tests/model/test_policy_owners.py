"""Whether a condition of a policy names the accounts that own what is asked for."""

import pytest

from taskwall.core.values import Known, Need, Unknown, Value
from taskwall.model.endpoints.policy_conditions import PERIMETER, names_owners
from taskwall.model.entities.iam_policy import Condition, Words

NEED = Need("var.x", "has no default")
OPEN, NULL = Unknown((NEED,), "var.x"), Known(None)
OURS, ANY, SOME = Known("123456789012"), Known("*"), Known("1234*")
OWNER, CALLER = "aws:resourceaccount", "aws:principalaccount"


@pytest.mark.parametrize(
    ("operator", "key", "values", "named"),
    [
        ("stringequals", OWNER, [OURS], True),
        ("stringequals", OWNER, [OURS, OURS], True),
        # What compares whole texts knows no wildcard: it is some owner, whichever.
        ("stringequals", OWNER, [ANY], True),
        ("stringequals", OWNER, [OPEN], True),
        ("stringnotequals", OWNER, [OPEN], True),
        ("stringequals", OWNER, [OURS, OPEN], True),
        ("stringequals", OWNER, [], False),
        # Null says nothing, and the list is without it.
        ("stringequals", OWNER, [NULL], None),
        ("stringequals", OWNER, [OURS, NULL], None),
        ("stringequals", OWNER, [NULL, OPEN], None),
        # A pattern may be for everybody.
        ("stringlike", OWNER, [OURS], True),
        ("stringlike", OWNER, [SOME], True),
        ("stringlike", OWNER, [ANY], False),
        ("stringlike", OWNER, [OURS, ANY], False),
        ("stringlike", OWNER, [OPEN], None),
        ("stringlike", OWNER, [OPEN, ANY], False),
        # Who asks is no owner.
        ("stringequals", CALLER, [OURS], True),
        ("stringequals", CALLER, [OPEN], None),
        ("stringequals", "aws:sourceip", [OURS], False),
        ("stringequals", "aws:sourceip", [OPEN], False),
    ],
)
def test_a_condition_names_owners(
    operator: str, key: str, values: list[Value], named: bool | None
) -> None:
    """By its key and values, be they known or not, where no wildcard can be meant."""
    condition = Condition(operator, key, Words(tuple(values)), lenient=False)

    assert names_owners(condition, PERIMETER) is named
    assert names_owners(condition, frozenset()) is False


@pytest.mark.parametrize(
    ("operator", "values", "named"),
    [
        ("stringequals", [], True),
        ("stringequals", [OURS], True),
        ("stringequals", [NULL], None),
        ("stringlike", [], None),
        ("stringlike", [OURS], None),
        ("stringlike", [ANY], False),
    ],
)
def test_a_list_that_may_hold_more(operator: str, values: list[Value], named: bool | None) -> None:
    """More owners are owners; a pattern among them may be for everybody."""
    condition = Condition(operator, OWNER, Words(tuple(values), open=True), lenient=False)

    assert names_owners(condition, PERIMETER) is named
