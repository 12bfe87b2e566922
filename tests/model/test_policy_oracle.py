"""What policies permit, held against an oracle that tries every request of a small world.

The oracle evaluates a plain document as IAM does: what is denied is denied, what is allowed beside
that is allowed, all else is not. Its world holds an own account and organisation, and strangers
that no document can name, so that what lets a stranger at a stranger's things is open to anybody.
"""

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct
from msgspec.structs import replace

from budgets import examples
from taskwall.core.values import Span, lifted
from taskwall.model.endpoints.policy_allows import TOKEN, allows, anything, some_resource
from taskwall.model.endpoints.policy_restricts import (
    PUSHES,
    demands_organisation,
    keeps_images,
    restricts,
)
from taskwall.model.entities.iam_policy import PolicyDocument, read_document

OWN, PARTNER = "123456789012", "210987654321"
"""The accounts that documents may name."""

REPOSITORY = "arn:aws:ecr:eu-west-1:{}:repository/web"
ACTIONS = ("ecr:BatchGetImage", "ecr:Unnamed", TOKEN, "s3:GetObject")
STRANGER = "888888888888"
STRANGERS = (("999999999999", "o-stranger"), ("999999999999", ""))
"""Accounts with their organisations, which no document can name."""


VPC = {"aws:sourcevpc": "vpc-1"}
"""Where all requests come from: the endpoint is in it."""


class Request(Struct, frozen=True):
    """Who does what to what, and what IAM knows about it; a key that is not there is missing."""

    account: str
    action: str
    resource: str
    context: Mapping[str, str]


def request(account: str, organisation: str, action: str, owner: str) -> Request:
    """A request of an account's role; one without an organisation lacks the keys of it."""
    context = {
        "aws:principalaccount": account,
        "aws:resourceaccount": owner,
        "aws:principalisawsservice": "false",
        **VPC,
    }
    if organisation:
        context["aws:principalorgid"] = organisation
    resource = "*" if action == TOKEN else REPOSITORY.format(owner)
    return Request(account, action, resource, context)


def pushes() -> Iterator[Request]:
    """What anybody may try to push to the repositories of strangers."""
    askers = (*STRANGERS, (OWN, "o-own"), (PARTNER, "o-partner"))
    for (account, organisation), action in product(askers, PUSHES):
        asked = request(account, organisation, action, STRANGER)
        yield asked
        # A condition must hold whatever IAM knows of the resource, so that its keys may be missing.
        known = {key: each for key, each in asked.context.items() if "resource" not in key}
        yield replace(asked, context=known)


def listed(value: object) -> list[str]:
    """A member's texts: one, or a list of them."""
    return [str(each) for each in value] if isinstance(value, list) else [str(value)]


def covered(pattern: str, name: str) -> bool:
    """Whether a pattern covers a name; a bracket means itself."""
    return fnmatchcase(name, pattern.replace("[", "[[]"))


def about(statement: Mapping[str, object], key: str, name: str) -> bool:
    """Whether a statement is about an action or resource, positively or by exception."""
    negated = f"Not{key}" in statement
    found = any(
        covered(each.lower(), name.lower())
        for each in listed(statement[f"Not{key}" if negated else key])
    )
    return found is not negated


def of_principal(statement: Mapping[str, object], account: str) -> bool:
    """Whether a statement is about an account."""
    negated = "NotPrincipal" in statement
    said = statement["NotPrincipal" if negated else "Principal"]
    names = listed(said["AWS"] if isinstance(said, dict) else said)
    return any(name in ("*", account) for name in names) is not negated


def met(operator: str, key: str, values: object, context: Mapping[str, str]) -> bool:
    """Whether a condition is met, as IAM's user guide says of operators, sets and missing keys."""
    quantifier, _, plain = operator.rpartition(":")
    lenient = plain.endswith("IfExists")
    plain = plain.removesuffix("IfExists")
    negated = "Not" in plain
    there = context.get(key.lower())
    if there is None:
        return lenient or negated or quantifier == "ForAllValues"
    like = "Like" in plain
    found = any(covered(each, there) if like else each == there for each in listed(values))
    return found is not negated


def applies(statement: Mapping[str, object], asked: Request) -> bool:
    """Whether a statement is about a request."""
    conditions = statement.get("Condition", {})
    assert isinstance(conditions, dict)
    return (
        about(statement, "Action", asked.action)
        and about(statement, "Resource", asked.resource)
        and of_principal(statement, asked.account)
        and all(
            met(operator, key, values, asked.context)
            for operator, keys in conditions.items()
            for key, values in keys.items()
        )
    )


def permitted(statements: list[dict[str, object]], asked: Request) -> bool:
    """Whether a document lets a request pass."""
    effects = {each["Effect"] for each in statements if applies(each, asked)}
    return effects == {"Allow"}


def one_or_many(*texts: str) -> st.SearchStrategy[object]:
    """A text, or a list of one or two."""
    one = st.sampled_from(texts)
    return st.one_of(one, st.lists(one, min_size=1, max_size=2, unique=True))


def either(key: str, values: st.SearchStrategy[object]) -> st.SearchStrategy[dict[str, object]]:
    """A member, or its exception, which is rarer."""
    return st.one_of(
        *[values.map(lambda value: {key: value})] * 3,
        values.map(lambda value: {f"Not{key}": value}),
    )


OPERATORS = (
    "StringEquals", "StringLike", "StringEqualsIfExists", "ForAnyValue:StringEquals",
    "ForAllValues:StringEquals", "StringNotEquals", "StringNotLike", "StringNotEqualsIfExists",
)  # fmt: skip
KEYS = ("aws:PrincipalAccount", "aws:ResourceAccount", "aws:PrincipalOrgID")


def tied(*values: tuple[str, str]) -> st.SearchStrategy[dict[str, object]]:
    """A condition that names accounts or organisations, which come in pairs."""
    return st.builds(
        lambda operator, key, chosen: {
            "Condition": {operator: {key: [each[key.endswith("OrgID")] for each in chosen]}}
        },
        st.sampled_from(OPERATORS),
        st.sampled_from(KEYS),
        st.lists(st.sampled_from(values), min_size=1, max_size=2, unique=True),
    )


loose = st.one_of(
    st.just({}),
    st.sampled_from(
        (
            {"Condition": {"StringLike": {"aws:PrincipalOrgID": "*"}}},
            {"Condition": {"StringEquals": {"aws:SourceVpc": "vpc-1"}}},
            {"Condition": {"StringNotEquals": {"aws:SourceVpc": "vpc-1"}}},
            {"Condition": {"Bool": {"aws:PrincipalIsAWSService": "false"}}},
        )
    ),
    st.builds(
        lambda service: {
            "Condition": {
                "StringNotEquals": {"aws:PrincipalOrgID": "o-own"},
                "Bool": {"aws:PrincipalIsAWSService": service},
            }
        },
        st.sampled_from(("false", "true")),
    ),
)
actions = either(
    "Action",
    one_or_many(
        *("*", "ecr:*", "ecr:Batch*", "ecr:Put*", "ecr:*Layer*", TOKEN, "s3:*", "s3:GetObject")
    ),
)
resources = either(
    "Resource",
    one_or_many("*", REPOSITORY.format(OWN), "arn:aws:ecr:*:*:repository/*", "arn:aws:s3:::b/*"),
)
principals = st.one_of(
    st.sampled_from(({"Principal": "*"}, {"Principal": {"AWS": "*"}})),
    either("Principal", one_or_many(OWN, PARTNER).map(lambda names: {"AWS": names})),
)


def documents(*values: tuple[str, str]) -> st.SearchStrategy[list[dict[str, object]]]:
    """Documents whose conditions name some accounts and organisations."""
    statements = st.builds(
        lambda effect, *parts: {
            "Effect": effect,
            **{key: value for part in parts for key, value in part.items()},
        },
        st.sampled_from(("Allow", "Allow", "Deny")),
        actions,
        resources,
        principals,
        st.one_of(loose, tied(*values)),
    )
    return st.lists(statements, max_size=3)


OURS, THEIRS = (OWN, "o-own"), (PARTNER, "o-partner")


def names_principals(document: list[dict[str, object]]) -> bool:
    """Whether a statement says for whom it is, by name or by a condition."""
    everybody = ("*", {"AWS": "*"})
    return any(
        each.get("Principal") not in everybody or "aws:Principal" in str(each.get("Condition", ""))
        for each in document
    )


def policy(document: list[dict[str, object]]) -> PolicyDocument:
    """A plain document as the model reads it."""
    return read_document(lifted({"Statement": document}), "p", Span("/p.tf", 1, 1, 1, 2))


def agree(said: bool | None, truth: bool) -> bool:
    """Whether an answer is the truth, or leaves it open."""
    return said is None or said is truth


@examples(300)
@given(documents(OURS, THEIRS))
def test_where_images_go(document: list[dict[str, object]]) -> None:
    """A policy keeps images if nobody can push to a stranger's repository, one's own people or not.

    Where statements name principals, some may contradict themselves: nobody is seen to push then.
    """
    open_ = any(permitted(document, asked) for asked in pushes())
    said = keeps_images(policy(document))

    assert said is not True or not open_
    if not names_principals(document):
        assert agree(said, not open_)


@examples(300)
@given(documents(OURS, THEIRS))
def test_whose_organisation_is_demanded(document: list[dict[str, object]]) -> None:
    """A policy that demands an organisation lets no stranger at anything of ECR, tokens apart."""
    demanded = demands_organisation(policy(document), "ecr", TOKEN)
    owners = (OWN, PARTNER, "888888888888")
    asked = [
        request("999999999999", organisation, action, owner)
        for organisation, action, owner in product(("o-stranger", ""), ACTIONS[:2], owners)
    ]

    if demanded:
        assert not any(permitted(document, each) for each in asked)


@examples(300)
@given(documents(OURS))
def test_what_tasks_may_do(document: list[dict[str, object]]) -> None:
    """What a policy lets a task of the own account do is what IAM would let it do."""
    token = request(OWN, "o-own", TOKEN, OWN)
    pull = request(OWN, "o-own", "ecr:BatchGetImage", OWN)

    assert agree(allows(policy(document), TOKEN, anything, False), permitted(document, token))
    if allows(policy(document), "ecr:BatchGetImage", some_resource, False) is False:
        assert not permitted(document, pull)


OTHERS = {"StringNotEquals": {"aws:ResourceAccount": OWN}}
PEOPLE = {"StringNotEquals": {"aws:PrincipalOrgID": "o-own"}}
TAGGED = {"StringEquals": {"aws:PrincipalTag/t": "true"}}
EVERYTHING: dict[str, object] = {
    "Effect": "Allow", "Action": "*", "Resource": "*", "Principal": "*",
}  # fmt: skip
DENIED: dict[str, object] = {**EVERYTHING, "Effect": "Deny", "Condition": OTHERS}


@pytest.mark.parametrize(
    ("document", "kept"),
    [
        ([], True),
        ([EVERYTHING], False),
        ([EVERYTHING, DENIED], True),
        ([EVERYTHING, {**DENIED, "Condition": PEOPLE}], False),
        ([EVERYTHING, {**DENIED, "Action": list(PUSHES)}], True),
        ([EVERYTHING, {**DENIED, "Action": "ecr:PutImage"}], False),
        ([{**EVERYTHING, "Action": "ecr:PutImage"}, {**DENIED, "Action": "ecr:Put*"}], True),
        ([EVERYTHING, {"Effect": "Deny", "NotAction": TOKEN, "Resource": "*", "Principal": "*",
                       "Condition": OTHERS}], True),
        ([EVERYTHING, {"Effect": "Deny", "Action": "*", "Resource": "*",
                       "NotPrincipal": {"AWS": OWN}}], False),
        ([EVERYTHING, {**EVERYTHING, "Effect": "Deny", "Principal": {"AWS": PARTNER}}], False),
        ([{**EVERYTHING, "Action": "ecr:BatchGetImage"}], True),
        ([{**EVERYTHING, "Principal": {"AWS": OWN}}], False),
        ([{**EVERYTHING, "Principal": {"Service": "ecr.amazonaws.com"}}], True),
        ([{**EVERYTHING, "Condition": {"StringEquals": PEOPLE["StringNotEquals"]}}], False),
        ([{**EVERYTHING, "Condition": {"StringEquals": OTHERS["StringNotEquals"]}}], True),
        ([{**EVERYTHING, "Condition": {"StringEqualsIfExists": OTHERS["StringNotEquals"]}}], False),
        ([{**EVERYTHING, "Condition": {"Bool": {"aws:PrincipalIsAWSService": "true"}}}], True),
        ([{**EVERYTHING, "Condition": {"Bool": {"aws:PrincipalIsAWSService": "false"}}}], False),
        ([{**EVERYTHING, "Condition": TAGGED}], False),
        ([{**EVERYTHING, "Principal": {"AWS": OWN}, "Condition": TAGGED}], True),
        ([{"Effect": "Allow", "NotAction": "ecr:*", "Resource": "*", "Principal": "*"}], True),
        ([{"Effect": "Allow", "NotAction": "s3:*", "Resource": "*", "Principal": "*"}], False),
        ([{"Effect": "Allow", "Action": "*", "NotResource": REPOSITORY.format(OWN)}], False),
        ([{**EVERYTHING, "Resource": "arn:aws:s3:::b/*"}], True),
    ],
)  # fmt: skip
def test_what_is_certain(document: list[dict[str, object]], kept: bool) -> None:
    """Of plain documents the answer is certain, and not only never wrong."""
    assert keeps_images(policy(document)) is kept


@pytest.mark.parametrize(
    ("document", "restricted"),
    [
        ([], True),
        ([EVERYTHING], False),
        ([{**EVERYTHING, "Action": "s3:*"}], True),
        ([{**EVERYTHING, "Action": "ecr:BatchGetImage"}], True),
        ([{**EVERYTHING, "Action": "ecr:*"}], False),
        ([{**EVERYTHING, "Principal": {"AWS": OWN}}], True),
        ([{**EVERYTHING, "Principal": {"AWS": [OWN, "*"]}}], False),
        ([{**EVERYTHING, "Resource": REPOSITORY.format(OWN)}], True),
        ([{**EVERYTHING, "Condition": {"StringEquals": PEOPLE["StringNotEquals"]}}], True),
        ([EVERYTHING, DENIED], True),
        ([{**EVERYTHING, "Principal": {"AWS": OWN}}, EVERYTHING], False),
    ],
)
def test_what_restricts_a_service(document: list[dict[str, object]], restricted: bool) -> None:
    """To name whom it is for is enough, or whose things, or actions; all for all is not."""
    assert restricts(policy(document), "ecr") is restricted


def test_an_exception_by_tag_is_told() -> None:
    """Without exceptions for principals with a tag, a policy that has one does not keep images."""
    document = [{**EVERYTHING, "Principal": {"AWS": OWN}, "Condition": TAGGED}]

    assert keeps_images(policy(document), tags=False) is False
