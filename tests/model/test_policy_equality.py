"""Whether two policies say the same, where one of them may say more than the sources show."""

from collections.abc import Mapping
from itertools import permutations
from typing import TypeAlias

import pytest

from taskwall.core.values import (
    Fields,
    Items,
    Known,
    Reference,
    Span,
    Unknown,
    Value,
    lifted,
    unknown,
)
from taskwall.model.endpoints.policy_equality import one_argument, same_documents
from taskwall.model.entities.iam_policy import PolicyDocument, read_document

HERE = Span("/p.tf", 1, 1, 1, 2)
OPEN = unknown("var.x", "has no default")
OTHER = unknown("var.y", "has no default")
ROOT = "arn:aws:iam::123456789012:root"
ROLE = "arn:aws:iam::123456789012:role/web"
Statements: TypeAlias = tuple[Mapping[str, object], ...]

PULL: dict[str, object] = {"Action": "ecr:BatchGetImage", "Resource": "*"}
PUSH: dict[str, object] = {"Action": "ecr:PutImage", "Resource": "*"}
ORGANISATION = {"aws:PrincipalOrgID": "o-one"}


def _value(given: object) -> Value:
    if isinstance(given, dict):
        return Fields({key: _value(inner) for key, inner in given.items()})
    if isinstance(given, list):
        return Items(tuple(map(_value, given)))
    return given if isinstance(given, Unknown | Items) else lifted(given)


def document(statements: Statements, *more: object) -> PolicyDocument:
    """A policy of statements, and of what it may hold besides."""
    found = Items(
        tuple(_value({"Effect": "Allow", "Principal": "*", **each}) for each in statements),
        tuple(_value(each) for each in more),
    )
    return read_document(Fields({"Statement": found}), "p", HERE)


def limited(operator: str, keys: object) -> dict[str, object]:
    """A statement with a condition."""
    return {**PULL, "Condition": {operator: keys}}


def by(principal: object) -> dict[str, object]:
    """A statement about somebody."""
    return {**PULL, "Principal": principal}


ONE, TWO = document((PULL,)), document((PUSH,))
MANY: dict[str, list[str]] = {
    "Action": [f"ecr:Action{number}" for number in range(30)],
    "Resource": [f"arn:aws:ecr:eu-west-1:123456789012:repository/{n}" for n in range(30)],
}
TURNED = {key: words[::-1] for key, words in MANY.items()}
FEWER: dict[str, list[str]] = {**MANY, "Action": MANY["Action"][1:]}
ALLOWS_MORE = {"Effect": "Allow", "Principal": "*"} | PUSH


CASES: dict[str, tuple[PolicyDocument, PolicyDocument, bool | None]] = {
    "the same": (ONE, document((PULL,)), True),
    "none of what the other says": (ONE, TWO, False),
    "more than the other says": (document((PULL, PUSH)), ONE, False),
    "nothing, and something": (document(()), ONE, False),
    "perhaps more than the same": (document((PULL,), OPEN), ONE, None),
    "perhaps more than another": (document((PULL,), OPEN), TWO, None),
    "perhaps what the other says": (document((), OPEN), ONE, None),
    "perhaps one statement more": (document((PULL,), ALLOWS_MORE), ONE, None),
    "perhaps the other's statement": (
        document((PULL,), ALLOWS_MORE),
        document((PULL, PUSH)),
        None,
    ),
    "more by one input": (document((PULL,), OPEN), document((PULL,), OPEN), None),
    "another key of a condition": (
        document((limited("StringEquals", {"aws:PrincipalAccount": "1"}),)),
        document((limited("StringEquals", {"aws:ResourceAccount": "1"}),)),
        False,
    ),
    "another operator of a condition": (
        document((limited("StringEquals", ORGANISATION),)),
        document((limited("StringEqualsIfExists", ORGANISATION),)),
        False,
    ),
    "values that are no texts": (
        document((limited("Bool", {"aws:SecureTransport": True}),)),
        document((limited("Bool", {"aws:SecureTransport": False}),)),
        False,
    ),
    "a truth, as a text": (
        document((limited("Bool", {"aws:SecureTransport": True}),)),
        document((limited("Bool", {"aws:SecureTransport": "true"}),)),
        True,
    ),
    "perhaps the same statement, and another for certain": (
        document((), ALLOWS_MORE),
        document((PUSH,)),
        None,
    ),
    "an open effect": (document(({**PULL, "Effect": OPEN},)), ONE, None),
    "open conditions": (document(({**PULL, "Condition": OPEN},)), ONE, None),
    "an open operator": (document((limited("StringEquals", OPEN),)), ONE, None),
    "no condition": (document(({**PULL, "Condition": None},)), ONE, True),
    "a key in other letters": (
        document((limited("StringEquals", {"AWS:principalorgid": "o-one"}),)),
        document((limited("stringequals", ORGANISATION),)),
        True,
    ),
    "another value of a condition": (
        document((limited("StringEquals", ORGANISATION),)),
        document((limited("StringEquals", {"aws:PrincipalOrgID": "o-two"}),)),
        False,
    ),
    "an open value of a condition": (
        document((limited("StringEquals", ORGANISATION),)),
        document((limited("StringEquals", {"aws:PrincipalOrgID": OPEN}),)),
        None,
    ),
    "values of a condition in another order": (
        document((limited("StringEquals", {"aws:PrincipalOrgID": ["o-one", "o-two"]}),)),
        document((limited("StringEquals", {"aws:PrincipalOrgID": ["o-two", "o-one"]}),)),
        True,
    ),
    "one of several values of a condition": (
        document((limited("StringEquals", {"aws:PrincipalOrgID": ["o-one", "o-two"]}),)),
        document((limited("StringEquals", ORGANISATION),)),
        False,
    ),
    "one of two keys of a condition": (
        document((limited("StringEquals", {**ORGANISATION, "aws:SourceVpc": "vpc-1"}),)),
        document((limited("StringEquals", ORGANISATION),)),
        False,
    ),
    "a principal, as a text and by its kind": (
        document((by({"AWS": ROOT}),)),
        document((by({"AWS": [ROOT]}),)),
        True,
    ),
    "another principal": (
        document((by({"AWS": ROOT}),)),
        document((by({"AWS": ROLE}),)),
        False,
    ),
    "principals of another kind": (
        document((by({"Service": "ecs.amazonaws.com"}),)),
        document((by({"AWS": "ecs.amazonaws.com"}),)),
        False,
    ),
    "an open principal": (
        document((by({"AWS": ROOT}),)),
        document((by({"AWS": OPEN}),)),
        None,
    ),
    "all actions but these": (
        document(({"NotAction": "ecr:BatchGetImage", "Resource": "*"},)),
        ONE,
        False,
    ),
    "all resources but these": (
        document(({"Action": "ecr:*", "NotResource": ROLE},)),
        document(({"Action": "ecr:*", "Resource": ROLE},)),
        False,
    ),
    "all principals but these": (
        document(({**PULL, "NotPrincipal": {"AWS": ROOT}, "Effect": "Deny"},)),
        document(({**PULL, "NotPrincipal": {"AWS": ROOT}, "Effect": "Deny"},)),
        True,
    ),
    "no action, of those that are open": (
        document(({"NotAction": OPEN, "Resource": "*"},)),
        document(({"Action": OPEN, "Resource": "*"},)),
        False,
    ),
    "an ARN in other letters": (
        document(({**PULL, "Resource": ROLE},)),
        document(({**PULL, "Resource": ROLE.replace("web", "Web")},)),
        False,
    ),
    "more than can be taken apart": (document((MANY,)), document((TURNED,)), True),
    "fewer of what cannot be taken apart": (document((MANY,)), document((FEWER,)), False),
}


@pytest.mark.parametrize(("one", "other", "truth"), CASES.values(), ids=CASES)
def test_two_policies_say_the_same_or_not(
    one: PolicyDocument, other: PolicyDocument, truth: bool | None
) -> None:
    """Neither order nor grouping counts; what may be another statement makes nothing certain."""
    for pair in permutations((one, other)):
        assert same_documents(*pair) is truth


@pytest.mark.parametrize(
    ("one", "other", "truth"),
    [
        (None, None, False),
        (Known("{}"), None, False),
        (None, Known("{}"), False),
        (Known("{}"), Known("{}"), True),
        (Known("{}"), Known("[]"), False),
        (OPEN, OPEN, True),
        (OPEN, OTHER, False),
        (OPEN, Known("{}"), False),
        (Reference("data.aws_iam_policy_document.a", "json"),) * 2 + (True,),
        # Each instance of a resource with a count may be another.
        (Reference("data.aws_iam_policy_document.a[*]", "json"),) * 2 + (False,),
    ],
)
def test_two_attributes_that_hold_the_same_policy(
    one: Value | None, other: Value | None, truth: bool
) -> None:
    """Whatever is in it: what is written nowhere is no policy, and is the same as none."""
    assert one_argument(one, other) is truth
