"""Policies by whom they are for: what they leave undecided, and what services alone may do."""

import pytest

from taskwall.core.values import Fields, Items, Known, Span, Text, Value, lifted, unknown
from taskwall.model.endpoints.policy_allows import TOKEN, undecided
from taskwall.model.endpoints.policy_equality import same_documents
from taskwall.model.endpoints.policy_restricts import keeps_images, restricts
from taskwall.model.entities.iam_policy import PolicyDocument, read_document

HERE = Span("/p.tf", 1, 1, 1, 2)
OPEN = unknown("var.x", "has no default")
MINE, OTHER = "123456789012", "210987654321"


def value(plain: object) -> Value:
    """A structure that may hold values."""
    if isinstance(plain, dict):
        return Fields({key: value(inner) for key, inner in plain.items()})
    return lifted(plain) if isinstance(plain, str | list) else plain  # type: ignore[return-value]


def policy(*statements: dict[str, object]) -> PolicyDocument:
    """A document of statements that allow everybody everything, unless they say otherwise."""
    full = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}
    whole = ({**full, **each} for each in statements)
    items = tuple(
        value({k: v for k, v in each.items() if k != "Principal" or "NotPrincipal" not in each})
        for each in whole
    )
    return read_document(Fields({"Statement": Items(items)}), "p", HERE)


ROLE = {"Principal": {"AWS": MINE}}
TAG, VPC, OWNER = (
    {"Condition": {"StringEquals": {key: word}}}
    for key, word in (
        ("aws:PrincipalTag/team", "shop"),
        ("aws:SourceVpc", "vpc-1"),
        ("aws:ResourceAccount", OTHER),
    )
)
WHO = "a principal that p names"
TAGGED, BY_VPC, OWNED = (
    f"the condition on aws:{key} in p"
    for key in ("PrincipalTag/team", "SourceVpc", "ResourceAccount")
)
ASKS, DENIES, STORES = {"Action": TOKEN}, {"Action": TOKEN, "Effect": "Deny"}, {"Action": "s3:*"}


@pytest.mark.parametrize(
    ("statements", "named"),
    [
        ([ASKS], []),
        ([ASKS | ROLE], [WHO]),
        ([ASKS | TAG], [TAGGED]),
        ([ASKS | ROLE | TAG], [WHO, TAGGED]),
        ([ASKS | ROLE, ASKS | TAG], [WHO, TAGGED]),
        ([ASKS | ROLE, {"Action": "ecr:*"} | ROLE], [WHO]),
        ([DENIES | ROLE], [WHO]),
        # What is about other actions decides nothing, wherever it stands.
        ([STORES | ROLE | TAG], []),
        ([STORES | TAG, ASKS | ROLE], [WHO]),
        ([ASKS | ROLE, STORES | TAG], [WHO]),
        ([{"Action": Text(("ec", OPEN))} | TAG], [TAGGED]),
        # Things are allowed for those who ask from the own VPC, and denied to others.
        ([ASKS | VPC], []),
        ([DENIES | VPC], [BY_VPC]),
    ],
)
def test_what_is_undecided_is_named(statements: list[dict[str, object]], named: list[str]) -> None:
    """A principal or a condition that may be the tasks' decides, and not what else there is."""
    found = undecided(policy(*statements), TOKEN, foreign=False)
    assert [need.name for need in found] == named


@pytest.mark.parametrize(
    ("statement", "own", "of_aws"),
    [(ASKS | OWNER, [], []), (DENIES | OWNER, [OWNED], [])],
)
def test_whose_a_thing_is_may_decide(
    statement: dict[str, object], own: list[str], of_aws: list[str]
) -> None:
    """What belongs to AWS is in no account that a document names."""
    for foreign, named in ((False, own), (True, of_aws)):
        found = undecided(policy(statement), TOKEN, foreign=foreign)
        assert [need.name for need in found] == named


SERVICE = {"Service": "ecs.amazonaws.com"}


@pytest.mark.parametrize(
    ("principal", "kept"),
    [
        ({"*": "*"}, False),
        ({"AWS": "*"}, False),
        ({"AWS": MINE}, False),
        (SERVICE, True),
        ({"Service": ["ecs.amazonaws.com", "s3.amazonaws.com"]}, True),
        ({**SERVICE, "AWS": "*"}, False),
        ({**SERVICE, "AWS": MINE}, False),
        ({"Federated": "cognito-identity.amazonaws.com"}, False),
        # It is one of AWS's services, whichever.
        ({"Service": Text(("ecs.", OPEN))}, True),
        ({"Service": Items((OPEN,))}, True),
        ({"Service": OPEN}, None),
        ({"Service": OPEN, "AWS": MINE}, False),
    ],
)
def test_services_push_images_where_they_must(principal: object, kept: bool | None) -> None:
    """What is for services of AWS alone lets nobody else push images."""
    assert keeps_images(policy({"Principal": principal})) is kept


@pytest.mark.parametrize("principal", [SERVICE, {"AWS": MINE}, {"Service": OPEN}])
def test_all_but_a_service_may_push_images_elsewhere(principal: object) -> None:
    """An exception for services leaves everybody else."""
    assert keeps_images(policy({"NotPrincipal": principal})) is False


ORGANISATION = {"StringEquals": {"aws:PrincipalOrgID": "o-a"}}


def under(operator: str, more: dict[str, dict[str, str]]) -> dict[str, object]:
    """Conditions, one of which is on a tag of who asks."""
    tag = {"aws:PrincipalTag/team": "shop"}
    return {"Condition": {**more, operator: {**more.get(operator, {}), **tag}}}


@pytest.mark.parametrize(
    ("statement", "kept"),
    [
        (under("StringEquals", {}), False),
        (under("StringEquals", ORGANISATION), True),
        (under("StringEquals", {}) | ROLE, True),
        ({"Condition": ORGANISATION}, False),
        (ROLE, False),
        (under("StringEqualsIfExists", ORGANISATION), False),
        (under("StringNotEquals", ORGANISATION), False),
    ],
)
def test_a_tag_lets_some_of_ones_own_people_push(statement: dict[str, object], kept: bool) -> None:
    """Those whom a tag marks may, where the statement is for one's own; or nobody, if asked so."""
    assert keeps_images(policy(statement)) is kept
    assert keeps_images(policy(statement), tags=False) is False


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("ecs.amazonaws.com", "ecs.amazonaws.com", True),
        ("ecs.amazonaws.com", "s3.amazonaws.com", False),
        (OPEN, OPEN, True),
        (OPEN, unknown("var.y", "has no default"), None),
        (Text(("ecs.", OPEN)), Text(("ecs.", OPEN)), True),
        (Text(("ecs.", OPEN)), Text(("ecs.", unknown("var.y", "has no default"))), None),
    ],
)
def test_documents_for_one_service(one: object, other: object, same: bool | None) -> None:
    """They are the same if the service is; what is not known is itself alone for certain."""
    documents = [policy({"Principal": {"Service": each}}) for each in (one, other)]
    assert same_documents(*documents) is same


def cluster(name: str) -> str:
    """Clusters of any account, by a pattern."""
    return f"arn:aws:ecs:*:*:cluster/{name}"


OF_OTHERS = {
    "Effect": "Deny",
    "Condition": {"StringNotEquals": {"aws:ResourceAccount": MINE}},
}
A, B = cluster("a*"), cluster("b*")


@pytest.mark.parametrize(
    ("allowed", "denied", "kept"),
    [
        ({"Resource": "*"}, {"Resource": "*"}, True),
        ({"Resource": "*"}, {"Resource": A}, False),
        # What is denied has to hold all that is allowed.
        ({"Resource": A}, {"Resource": "*"}, True),
        ({"Resource": A}, {"Resource": A}, True),
        ({"Resource": A}, {"Resource": B}, False),
        ({"Resource": cluster("ab")}, {"Resource": A}, True),
        ({"Resource": A}, {"Resource": cluster("ab")}, False),
        ({"Resource": A}, {"Resource": cluster("a?")}, False),
        ({"Resource": [A, B]}, {"Resource": [B, A]}, True),
        ({"Resource": [A, B]}, {"Resource": A}, False),
        ({"Resource": [A, B]}, {"Resource": cluster("*")}, True),
        # All but something is held by everything alone.
        ({"NotResource": A}, {"Resource": "*"}, True),
        ({"NotResource": A}, {"Resource": A}, False),
        ({"NotResource": [A, B]}, {"Resource": [A, B]}, False),
        # Whom a denial is for is not known where its conditions are not.
        ({"Resource": "*"}, {"Resource": "*", "Condition": OPEN}, None),
        ({"Resource": "*"}, {"Resource": A, "Condition": OPEN}, False),
        # More may be allowed than is known.
        ({"Resource": Items((Known(A),), (OPEN,))}, {"Resource": "*"}, True),
        ({"Resource": Items((Known(A),), (OPEN,))}, {"Resource": A}, None),
        ({"Resource": Items((Known(A),), (OPEN,))}, {"Resource": B}, None),
        # What is allowed may be anything, where that is not known.
        ({"Resource": Items((OPEN,))}, {"Resource": "*"}, True),
        ({"Resource": Items((OPEN,))}, {"Resource": A}, None),
        ({"Resource": A}, {"Resource": Items((OPEN,))}, None),
        ({"Resource": A}, {"Resource": Items((OPEN, Text((A,))))}, True),
    ],
)
def test_a_denial_restricts_what_it_holds(
    allowed: dict[str, object], denied: dict[str, object], kept: bool | None
) -> None:
    """Things of other accounts are closed where all that is allowed of them is denied."""
    statements = Items((statement(allowed), statement(OF_OTHERS | denied)))
    found = read_document(Fields({"Statement": statements}), "p", HERE)

    assert restricts(found, "ecs") is kept


def statement(given: dict[str, object]) -> Value:
    """A statement for everybody and every action, about what it says."""
    return value({"Effect": "Allow", "Principal": "*", "Action": "*", **given})
