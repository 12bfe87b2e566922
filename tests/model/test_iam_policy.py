"""IAM policy documents, compared and judged as policies."""

from collections.abc import Callable, Mapping
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from taskwall.core.truths import all_true, any_true
from taskwall.core.values import (
    Fields,
    Items,
    Known,
    Reference,
    Span,
    Text,
    Unknown,
    Value,
    lifted,
    unknown,
)
from taskwall.model.endpoints.policy_allows import TOKEN, allows, anything, layers
from taskwall.model.endpoints.policy_conditions import (
    PERIMETER,
    is_bool,
    met_by_https,
    names_accounts,
)
from taskwall.model.endpoints.policy_equality import same_documents
from taskwall.model.endpoints.policy_restricts import (
    demands_organisation,
    keeps_images,
    only,
    restricts,
    touches,
)
from taskwall.model.entities.iam_policy import (
    PolicyDocument,
    definite,
    full_access,
    matches,
    names_account,
    read_document,
)

HERE = Span("/p.tf", 1, 1, 1, 2)
OWN = "arn:aws:ecr:eu-west-1:123456789012:repository/*"
OPEN = unknown("var.x", "has no default")
OWN_ACCOUNT = unknown("AWS::AccountId", "is known to AWS")


def policy(*statements: dict[str, object]) -> PolicyDocument:
    """A document of statements, plain or with values in them."""
    filled = [{"Effect": "Allow", "Principal": "*", "Action": "*", **one} for one in statements]
    made = (
        Fields(
            {k: v if isinstance(v, Unknown | Text | Fields) else lifted(v) for k, v in one.items()}
        )
        for one in filled
    )
    return read_document(Fields({"Statement": Items(tuple(made))}), "p", HERE)


@pytest.mark.parametrize(
    ("pattern", "name", "truth"),
    [
        ("*", "ecr:BatchGetImage", True),
        ("ecr:*", "ecr:BatchGetImage", True),
        ("ECR:batch*", "ecr:BatchGetImage", True),
        ("ecr:Batch?etImage", "ecr:BatchGetImage", True),
        ("ecr:Get*", "ecr:BatchGetImage", False),
        ("ecr.*", "ecr:BatchGetImage", False),
    ],
)
def test_patterns(pattern: str, name: str, truth: bool) -> None:
    """Wildcards stand for any letters, case does not matter, and nothing else is special."""
    assert matches(Known(pattern), name) is truth


@pytest.mark.parametrize(
    ("pattern", "name", "truth"),
    [
        (None, "ecr:BatchGetImage", False),
        (12, "12", True),
        (12, "123", False),
        (True, "true", True),
    ],
)
def test_patterns_that_are_no_texts(pattern: bool | int | None, name: str, truth: bool) -> None:
    """They mean what they are written as; null covers nothing."""
    assert matches(Known(pattern), name) is truth


def test_a_pattern_known_in_part_is_never_guessed() -> None:
    """What stands before an unknown part can rule a name out, but nothing rules it in."""
    pattern = Text(("ecr:", OPEN))

    assert matches(pattern, "ecr:BatchGetImage") is None
    assert matches(pattern, "s3:GetObject") is False


@pytest.mark.parametrize(
    ("pattern", "truth"),
    [
        (Known(OWN), True),
        (Known("*"), False),
        (Known("arn:aws:ecr:*:*:repository/*"), False),
        (Known("arn:aws:ecr:*"), False),
        (Text(("arn:aws:ecr:eu-west-1:", OPEN, ":repository/*")), None),
        (Text(("arn:aws:ecr:", OPEN, ":123456789012:repository/*")), True),
        (Text(("arn:aws:ecr:", OPEN, ":*:repository/*")), False),
        (OPEN, None),
        (Known("arn:aws:ecr:eu-west-1:123456789012"), False),
        (Known("arn:aws:ecr:eu-west-1:12345678901?:repository/*"), False),
        (Known("arn:aws:s3:::web-files/a:b"), False),
        (Text(("arn:aws:s3:::", OPEN, "/*")), False),
        (Text(("arn:aws:ecr:eu-west-1:", OWN_ACCOUNT, ":repository/*")), True),
        (Text(("arn:aws:ecr:", OPEN, ":", OWN_ACCOUNT, ":repository/", OPEN)), True),
        (Text(("arn:aws:ecr:", OWN_ACCOUNT, ":", OPEN, ":repository/", OWN_ACCOUNT)), None),
        (Text(("arn:aws:ecr:eu-west-1:12", OPEN, ":repository/*")), None),
        (Text(("arn:aws:ecr:eu-west-1:12*", OPEN, ":repository/*")), False),
        (Text(("arn:aws:ecr:eu-west-1:", OPEN)), None),
        (Text((Reference("aws_ecr_repository.web", "arn"), "/*")), True),
        (Text((Reference("aws_ecr_repository.web", "name"), "/*")), None),
        (Text((OPEN, ":repository/*")), None),
        (Reference("aws_ecr_repository.web", "arn"), True),
        (Reference("aws_ecr_repository.web", "repository_url"), None),
        (OWN_ACCOUNT, True),
        (Items((Known(OWN),)), None),
    ],
)
def test_the_account_of_an_arn(pattern: Value, truth: bool | None) -> None:
    """An ARN is of one account if its account field is no wildcard."""
    assert names_account(pattern) is truth


def test_equality_is_of_meaning() -> None:
    """Order, Sid, lists of one, how statements are split and letters' case do not matter."""
    one = policy({"Sid": "A", "Action": ["ecr:Get*", "ecr:Put*"], "Resource": OWN})
    other = policy(
        {"Action": "ecr:put*", "Resource": [OWN], "Principal": {"AWS": "*"}},
        {"Action": "ecr:get*", "Resource": [OWN]},
    )

    assert same_documents(one, other) is True


def test_full_access_equals_what_says_so() -> None:
    """No policy is the same as one that allows everything."""
    assert same_documents(full_access("e", HERE), policy({"Resource": "*"})) is True


@pytest.mark.parametrize(
    "change",
    [
        {"Effect": "Deny"},
        {"Action": "ecr:Get*"},
        {"Resource": "*"},
        {"Principal": {"AWS": "arn:aws:iam::123456789012:root"}},
        {"Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-a"}}},
    ],
)
def test_every_member_counts(change: dict[str, object]) -> None:
    """Two policies that differ in one member of a statement differ."""
    assert same_documents(policy({"Resource": OWN}), policy({"Resource": OWN, **change})) is False


@pytest.mark.parametrize(
    ("member", "words"),
    [
        ("Action", ["ecr:PutImage", "ecr:GetAuthorizationToken"]),
        ("Resource", [OWN, "arn:aws:ecr:eu-west-1:210987654321:repository/*"]),
    ],
)
def test_a_part_of_the_words_is_not_all(member: str, words: list[str]) -> None:
    """Whichever of the two has more; nor is an unknown value one that is spelt as its name."""
    many, few = policy({member: words}), policy({member: words[:1]})

    assert same_documents(many, few) is False
    assert same_documents(few, many) is False
    assert same_documents(many, many) is True
    assert same_documents(policy({member: OPEN}), policy({member: "var.x"})) is None


def test_unknowns_equal_themselves_only() -> None:
    """The same unknown makes two policies equal; another one leaves it open."""
    other = unknown("var.y", "has no default")

    assert same_documents(policy({"Resource": OPEN}), policy({"Resource": OPEN})) is True
    assert same_documents(policy({"Resource": OPEN}), policy({"Resource": other})) is None
    assert (
        same_documents(policy({"Resource": OPEN}), policy({"Resource": OPEN, "Effect": "Deny"}))
        is False
    )


def test_not_action_and_not_resource() -> None:
    """What is excepted is not allowed, and the rest is everybody's."""
    but = read_document(
        lifted({"Statement": {"Effect": "Allow", "Principal": "*", "NotAction": TOKEN,
                              "Resource": "*"}}), "p", HERE,
    )  # fmt: skip
    rest = read_document(
        lifted({"Statement": {"Effect": "Allow", "Principal": "*", "Action": "*",
                              "NotResource": OWN}}), "p", HERE,
    )  # fmt: skip

    assert allows(but, TOKEN, anything, foreign=False) is False
    assert allows(but, "ecr:BatchGetImage", anything, foreign=False) is True
    assert keeps_images(rest) is False


@pytest.mark.parametrize(
    ("operator", "values", "truth"),
    [
        ("StringEquals", "o-abcdefghij", True),
        ("StringEquals", ["o-abcdefghij", "o-zyxwvutsrq"], True),
        ("ForAnyValue:StringLike", "o-abcdefghij/*", True),
        ("StringEqualsIfExists", "o-abcdefghij", False),
        ("ForAllValues:StringEquals", "o-abcdefghij", False),
        ("StringLike", "*", False),
        ("StringLike", "o-*", False),
        ("StringLike", ["o-abcdefghij", "*"], False),
        ("StringNotEquals", "o-abcdefghij", False),
        ("StringEquals", OPEN, None),
    ],
)
def test_conditions_on_the_organisation(operator: str, values: object, truth: bool | None) -> None:
    """A condition counts if it cannot hold without naming an organisation."""
    value = values if isinstance(values, Unknown) else lifted(values)
    condition = Fields({operator: Fields({"aws:principalorgid": value})})
    statement = Fields(
        {
            "Effect": Known("Allow"),
            "Principal": Known("*"),
            "Action": Known("ecr:*"),
            "Resource": Known(OWN),
            "Condition": condition,
        }
    )
    made = read_document(Fields({"Statement": Items((statement,))}), "p", HERE)

    assert demands_organisation(made, "ecr", TOKEN) is truth


@pytest.mark.parametrize(
    ("resource", "truth"),
    [
        ("arn:aws:s3:::prod-eu-west-1-starport-layer-bucket/*", True),
        ("arn:aws-cn:s3:::prod-cn-north-1-starport-layer-bucket/*", True),
        ("arn:aws:s3:::prod-*-starport-layer-bucket/*", True),
        ("arn:aws:s3:::prod-eu-west-1-starport-layer-bucket*", True),
        ("arn:aws:s3:::prod-eu-west-1-starport-*/*", True),
        ("arn:aws:s3:::prod-eu-west-1-*", True),
        ("arn:aws:s3:::prod-us-east-1-*", False),
        ("arn:aws:s3:::*-starport-layer-bucket/*", True),
        ("arn:aws:s3:::*", True),
        ("*", True),
        ("arn:aws:s3:::prod-eu-west-1-starport-layer-bucket", False),
        ("arn:aws:s3:::web-files/*", False),
    ],
)
def test_the_bucket_of_image_layers(resource: str, truth: bool) -> None:
    """The objects of ECR's layer bucket are covered, by whichever pattern."""
    region = "cn-north-1" if "cn-north-1" in resource else "eu-west-1"

    assert layers(Known(region))(Known(resource)) is truth


BUCKET = ("arn:aws:s3:::prod-", "-starport-layer-bucket/*")
ANOTHER = unknown("var.y", "has no default")


@pytest.mark.parametrize(
    ("named", "region", "truth"),
    [
        ("us-east-1", Known("eu-west-1"), False),
        ("us-east-1", None, None),
        ("us-east-1", OPEN, None),
        ("us-*", Known("eu-west-1"), False),
        ("eu-*", Known("eu-west-1"), True),
        ("eu-*", OPEN, None),
        ("*", None, True),
        (OPEN, OPEN, True),
        (ANOTHER, OPEN, None),
        (OPEN, Known("eu-west-1"), None),
        (OPEN, None, None),
        (Text(("eu-", OPEN)), Known("eu-west-1"), None),
        (unknown("AWS::Region", "is known to AWS"), Known("eu-west-1"), True),
        (Reference("data.aws_region.current", "region"), None, True),
    ],
)
def test_the_region_of_image_layers(
    named: Value | str, region: Value | None, truth: bool | None
) -> None:
    """The bucket must be that of the endpoint's Region."""
    parts = named.parts if isinstance(named, Text) else (named,)
    text = Text((BUCKET[0], *parts, BUCKET[1]))
    pattern = Known(named.join(BUCKET)) if isinstance(named, str) else text

    assert layers(region)(pattern) is truth


@pytest.mark.parametrize(
    ("resource", "truth"),
    [
        ("arn:aws:s3:::prod-eu-west-1-*", None),
        ("arn:aws:s3:::prod-eu-west-1-web/*", False),
        ("arn:aws:s3:::prod-*", True),
    ],
)
def test_the_bucket_of_a_region_that_is_not_known(resource: str, truth: bool | None) -> None:
    """A pattern with a Region in it may be for another."""
    assert layers(None)(Known(resource)) is truth


truths = st.sampled_from((True, False, None))


@given(st.lists(truths))
def test_some_and_each_are_dual(given_: list[bool | None]) -> None:
    """That some are not is that not each is."""
    turned = [None if truth is None else not truth for truth in given_]
    found = all_true(given_)

    assert any_true(turned) is (None if found is None else not found)


documents = st.lists(
    st.fixed_dictionaries(
        {
            "Effect": st.sampled_from(("Allow", "Deny")),
            "Action": st.sampled_from(("*", "ecr:*", TOKEN, "ecr:BatchGetImage", "s3:*")),
            "Resource": st.sampled_from(("*", OWN, "arn:aws:ecr:*:*:repository/*")),
        }
    ),
    max_size=3,
)


@given(documents, st.randoms(use_true_random=False))
def test_order_does_not_matter(statements: list[dict[str, object]], random: Random) -> None:
    """A policy equals itself, in whatever order its statements stand."""
    shuffled = list(statements)
    random.shuffle(shuffled)

    assert same_documents(policy(*statements), policy(*shuffled)) is True


@given(documents, st.data())
def test_an_unknown_makes_nothing_certain(
    statements: list[dict[str, object]], data: st.DataObject
) -> None:
    """Making one member unknown leaves an answer as it is, or makes it unknown."""
    if not statements:
        return
    index = data.draw(st.integers(0, len(statements) - 1))
    key = data.draw(st.sampled_from(("Effect", "Action", "Resource", "Principal")))
    changed = [dict(one) for one in statements]
    changed[index][key] = OPEN
    before, after = policy(*statements), policy(*changed)

    questions: tuple[Callable[[PolicyDocument], bool | None], ...] = (
        keeps_images,
        lambda p: restricts(p, "ecs"),
        lambda p: demands_organisation(p, "ecr", TOKEN),
        lambda p: allows(p, TOKEN, anything, foreign=False),
        lambda p: same_documents(p, policy({"Resource": OWN})),
    )
    for question in questions:
        assert question(after) in (question(before), None)


IMAGE = "ecr:BatchGetImage"
MINE, OF_MINE = "123456789012", {"aws:ResourceAccount": "123456789012"}
IN_PART = Text(("ec", OPEN))


@pytest.mark.parametrize(
    ("condition", "allowing", "denying"),
    [
        ({}, (True, True), (False, False)),
        ({"StringEquals": OF_MINE}, (True, False), (None, True)),
        ({"StringNotEquals": OF_MINE}, (None, True), (True, False)),
        ({"StringEquals": {"aws:ResourceAccount": "*"}}, (True, None), (None, None)),
        ({"StringEquals": {"aws:PrincipalOrgID": "o-a"}}, (True, True), (None, None)),
        ({"StringNotEquals": {"aws:PrincipalOrgID": "o-a"}}, (None, None), (True, True)),
        ({"StringEquals": {"aws:SourceVpce": "vpce-1"}}, (True, True), (None, None)),
        ({"StringNotEquals": {"aws:SourceVpce": "vpce-1"}}, (None, None), (True, True)),
        ({"StringEquals": {"aws:PrincipalTag/team": "shop"}}, (None, None), (None, None)),
        ({"Bool": {"aws:PrincipalIsAWSService": "false"}}, (None, None), (None, None)),
        ({"Bool": {"aws:SecureTransport": "false"}}, (False, False), (True, True)),
        ({"Bool": {"aws:SecureTransport": ["true"]}}, (True, True), (False, False)),
        ({"Bool": {"aws:SecureTransport": OPEN}}, (None, None), (None, None)),
        (
            {"StringEquals": {**OF_MINE, "aws:PrincipalTag/team": "shop"}},
            (None, False),
            (None, True),
        ),
    ],
)
def test_conditions_on_what_tasks_may_do(
    condition: dict[str, dict[str, object]],
    allowing: tuple[bool | None, bool | None],
    denying: tuple[bool | None, bool | None],
) -> None:
    """Tasks are of the own account, for which things are allowed; what they ask for may be AWS's.

    Whom a condition leaves out of what is allowed, or in what is denied, may be others.
    """
    made = lifted_in_part(condition)
    allowed = policy({"Resource": "*", "Condition": made})
    denied = policy({"Resource": "*"}, {"Effect": "Deny", "Resource": "*", "Condition": made})

    for document, truths in ((allowed, allowing), (denied, denying)):
        for of_aws, truth in zip((False, True), truths, strict=True):
            assert allows(document, IMAGE, anything, foreign=of_aws) is truth


def lifted_in_part(condition: Mapping[str, Mapping[str, object]]) -> Fields:
    """A condition with values in it."""
    return Fields(
        {
            operator: Fields(
                {k: v if isinstance(v, Unknown) else lifted(v) for k, v in keys.items()}
            )
            for operator, keys in condition.items()
        }
    )


@pytest.mark.parametrize(
    ("member", "actions", "touched", "alone"),
    [
        ("Action", "*", True, False),
        ("Action", "ecr:*", True, False),
        ("Action", "e*", True, False),
        ("Action", "ECR:Put*", True, False),
        ("Action", "ecs:*", False, True),
        ("Action", "s3:*", False, True),
        ("Action", TOKEN, True, True),
        ("Action", "ecr:GetA*", True, True),
        ("Action", "ecr:Get*", True, False),
        ("Action", [TOKEN, "s3:*"], True, True),
        ("Action", [TOKEN, "ecr:PutImage"], True, False),
        ("Action", IN_PART, None, None),
        ("Action", OPEN, None, None),
        ("NotAction", "ecr:*", False, False),
        ("NotAction", "*", False, False),
        ("NotAction", "ecr:Put*", True, False),
        ("NotAction", ["s3:*", "ec*"], False, False),
        ("NotAction", OPEN, None, False),
    ],
)
def test_which_actions_a_statement_is_about(
    member: str, actions: object, touched: bool | None, alone: bool | None
) -> None:
    """It may be about some action of ECR, or about that of tokens alone."""
    value = actions if isinstance(actions, Unknown | Text) else lifted(actions)
    fields = Fields({"Effect": Known("Allow"), "Principal": Known("*"), member: value})
    made = read_document(Fields({"Statement": Items((fields,))}), "p", HERE)
    (statement,) = made.statements

    assert touches(statement, "ecr") is touched
    assert only(statement, TOKEN) is alone


@pytest.mark.parametrize(
    ("condition", "true", "false", "named"),
    [
        ({"Bool": {"aws:ViaAWSService": "true"}}, True, False, False),
        ({"Bool": {"aws:ViaAWSService": "False"}}, False, True, False),
        ({"Bool": {"aws:ViaAWSService": ["true", "false"]}}, False, False, False),
        ({"Bool": {"aws:ViaAWSService": OPEN}}, None, None, False),
        ({"StringEquals": {"aws:ViaAWSService": "true"}}, False, False, False),
        ({"StringEquals": OF_MINE}, False, False, True),
        ({"StringEquals": {"aws:ResourceAccount": "*"}}, False, False, False),
        ({"StringEquals": {"aws:ResourceAccount": [MINE, "*"]}}, False, False, False),
        ({"StringEquals": {"aws:ResourceAccount": OPEN}}, False, False, None),
        ({"StringEquals": {"aws:ResourceAccount": []}}, False, False, False),
        ({"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{MINE}:role/*"}}, False, False, True),
        ({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/web"}}, False, False, False),
    ],
)
def test_what_a_condition_says(
    condition: dict[str, dict[str, object]],
    true: bool | None,
    false: bool | None,
    named: bool | None,
) -> None:
    """That something is so, that it is not, or which accounts there are."""
    ((operator, pairs),) = condition.items()
    ((key, values),) = pairs.items()
    value = values if isinstance(values, Unknown) else lifted(values)
    made = policy({"Condition": Fields({operator: Fields({key: value})})})
    ((found,),) = (one.conditions for one in made.statements)

    assert is_bool(found, "true") is true
    assert is_bool(found, "false") is false
    assert names_accounts(found, PERIMETER) is named
    assert names_accounts(found, frozenset()) is False


@pytest.mark.parametrize(
    ("spared", "kept"),
    [
        ("arn:aws:s3:::web-files/*", True),
        ("arn:aws:s3:*", True),
        (OWN, True),
        ([OWN, "arn:aws:s3:::web-files/*"], True),
        ("arn:aws:ecr:*:*:repository/web", None),
        ([OWN, "arn:aws:ecr:*:*:repository/web"], None),
        ("arn:aws:*:::web-files/*", None),
        ("arn:aws", None),
        ("*", None),
    ],
)
def test_what_a_denial_spares_may_be_a_strangers(
    spared: str | list[str], kept: bool | None
) -> None:
    """A denial with NotResource keeps images where what it spares is one's own, or no image."""
    document = policy(
        {"Resource": "*"},
        {"Effect": "Deny", "NotResource": spared},
    )

    assert keeps_images(document) is kept


@pytest.mark.parametrize(
    ("value", "truth"),
    [
        (Known("o-abcdefghij"), True),
        (Known("o-*"), False),
        (Known("*"), False),
        (Known(""), False),
        (Text(("o-", OPEN)), None),
        (Text(("o-a", OPEN)), True),
        (Text((OPEN, "-a")), None),
        (Text((OWN_ACCOUNT, "*")), True),
        (Reference("aws_vpc.main", "id"), True),
        (Reference("aws_vpc.main", "id", Known("*")), False),
        (Items(()), None),
    ],
)
def test_what_stands_for_one_thing(value: Value, truth: bool | None) -> None:
    """No wildcard is in what begins as a name does, nor in an attribute that identifies."""
    assert definite(value) is truth


@pytest.mark.parametrize(
    ("member", "patterns", "negated", "open_"),
    [
        ({"Principal": "*"}, ["*"], False, False),
        ({"Principal": {"AWS": [MINE, "*"]}}, [MINE, "*"], False, False),
        ({"Principal": {"Service": "ecs.amazonaws.com"}}, ["Service:ecs.amazonaws.com"], False,
         False),
        ({"Principal": {"*": "*"}}, ["*"], False, False),
        ({"Principal": {"AWS": OPEN}}, [], False, True),
        ({"Principal": {"AWS": OPEN, "Service": "a.amazonaws.com"}}, ["Service:a.amazonaws.com"],
         False, True),
        ({"Principal": OPEN}, [], False, True),
        ({"NotPrincipal": {"AWS": MINE}}, [MINE], True, False),
        ({}, ["*"], False, False),
    ],
)  # fmt: skip
def test_whom_a_statement_is_for(
    member: dict[str, object], patterns: list[str], negated: bool, open_: bool
) -> None:
    """Accounts stand as they are, services with their kind; without a word it is everybody."""
    whole = {"Effect": "Allow", "Action": "*", **member}
    fields = Fields({key: _value(value) for key, value in whole.items()})
    (statement,) = read_document(Fields({"Statement": fields}), "p", HERE).statements

    found = statement.principals
    known = [each.data for each in found.patterns if isinstance(each, Known)]
    assert (known, found.negated, found.open) == (patterns, negated, open_)


def _value(value: object) -> Value:
    if isinstance(value, dict):
        return Fields({key: _value(inner) for key, inner in value.items()})
    return value if isinstance(value, Unknown) else lifted(value)


@pytest.mark.parametrize(
    ("statements", "sure", "open_"),
    [
        (Items((Fields({}), Fields({}))), [True, True], False),
        (Fields({}), [True], False),
        (Items((Fields({}),), (Fields({}),)), [True, False], True),
        (OPEN, [False], True),
        (Items((OPEN,)), [False], False),
    ],
)
def test_which_statements_there_are(statements: Value, sure: list[bool], open_: bool) -> None:
    """One stands for a list of one; what may be there, or may be anything, is not sure."""
    document = read_document(Fields({"Statement": statements}), "p", HERE)

    assert [each.sure for each in document.statements] == sure
    assert document.open is open_


def test_a_statement_that_cannot_be_read_may_say_anything() -> None:
    """Alone it may allow something; what another one denies stays denied."""
    denies = Fields({"Effect": Known("Deny"), "Action": Known("*"), "Resource": Known("*")})
    for statements, truth in (((OPEN,), None), ((OPEN, denies), False)):
        document = read_document(Fields({"Statement": Items(statements)}), "p", HERE)

        assert allows(document, TOKEN, anything, foreign=False) is truth


def test_the_kind_of_a_principal_stands_before_what_is_known_of_it() -> None:
    """The rest of its name stays open."""
    service = Fields({"Service": Text(("ecs.", OPEN))})
    fields = Fields({"Effect": Known("Allow"), "Principal": service})
    (statement,) = read_document(Fields({"Statement": fields}), "p", HERE).statements
    (pattern,) = statement.principals.patterns

    assert matches(pattern, "Service:ecs.amazonaws.com") is None
    assert matches(pattern, "Service:ec2.amazonaws.com") is False


@pytest.mark.parametrize(
    ("effect", "open_", "truth"),
    [
        ("Allow", False, True),
        ("Deny", False, False),
        # What else it says may allow it; that it denies it is not expected.
        ("Allow", True, True),
        ("Deny", True, None),
    ],
)
def test_what_a_document_leaves_open(effect: str, open_: bool, truth: bool | None) -> None:
    """It may hold statements besides those that can be read."""
    document = replace(policy({"Effect": effect, "Resource": "*"}), open=open_)

    assert allows(document, TOKEN, anything, foreign=False) is truth


@pytest.mark.parametrize(
    ("written", "operator", "lenient", "negated"),
    [
        ("StringEquals", "stringequals", False, False),
        ("StringNotEquals", "stringnotequals", False, True),
        ("StringEqualsIfExists", "stringequals", True, False),
        ("ForAnyValue:StringLike", "stringlike", False, False),
        ("ForAllValues:StringLike", "stringlike", True, False),
    ],
)
def test_how_a_condition_compares(
    written: str, operator: str, lenient: bool, negated: bool
) -> None:
    """Some operators hold where the key is missing, and some for all values but those given."""
    document = policy({"Condition": {written: {"aws:SourceVpc": "vpc-1"}}})
    ((found,),) = (each.conditions for each in document.statements)

    assert (found.operator, found.key) == (operator, "aws:sourcevpc")
    assert (found.lenient, found.negated) == (lenient, negated)


@pytest.mark.parametrize(
    ("condition", "number", "open_"),
    [
        (Known(None), 0, False),
        (OPEN, 0, True),
        (Fields({}, rest=OPEN), 0, True),
        (Fields({"StringEquals": OPEN}), 0, True),
        (Fields({"StringEquals": Fields({"a": Known("b")}, rest=OPEN)}), 1, True),
        (Fields({"StringEquals": OPEN, "StringLike": Fields({"a": Known("b")})}), 1, True),
    ],
)
def test_conditions_that_are_not_known(condition: Value, number: int, open_: bool) -> None:
    """What may be there beside what is known leaves the statement open."""
    fields = Fields({"Effect": Known("Allow"), "Condition": condition})
    (statement,) = read_document(Fields({"Statement": fields}), "p", HERE).statements

    assert (len(statement.conditions), statement.open) == (number, open_)


def test_what_is_no_policy_is_not_known() -> None:
    """A document without statements that can be read may hold any, and waits for itself."""
    for value in (Known("x"), OPEN, Fields({"Version": Known("2012-10-17")})):
        document = read_document(value, "p", HERE)
        assert (document.statements, document.open) == ((), True)
        waits = "var.x" if value is OPEN else "the policy of p"
        assert [need.name for need in document.needs] == [waits]


@pytest.mark.parametrize(
    ("condition", "met"),
    [
        ({"Bool": {"aws:SecureTransport": "true"}}, True),
        ({"Bool": {"aws:SecureTransport": "false"}}, False),
        # JSON's own words do as well.
        ({"Bool": {"aws:SecureTransport": True}}, True),
        ({"Bool": {"aws:SecureTransport": False}}, False),
        ({"Bool": {"aws:SecureTransport": "True"}}, True),
        ({"Bool": {"aws:SecureTransport": OPEN}}, None),
        ({"StringEquals": {"aws:SecureTransport": "true"}}, None),
        ({"Null": {"aws:SecureTransport": "true"}}, None),
    ],
)
def test_requests_come_by_https(
    condition: Mapping[str, Mapping[str, object]], met: bool | None
) -> None:
    """What a boolean says of that is known; no other comparison is meant so."""
    (statement,) = policy({"Condition": lifted_in_part(condition)}).statements
    (one,) = statement.conditions

    assert met_by_https(one) is met


OF_PRINCIPAL, OF_ENDPOINT = {"aws:PrincipalAccount": MINE}, {"aws:SourceVpce": "vpce-1"}
YES, NO, MAYBE = (True,) * 3, (False,) * 3, (None,) * 3


@pytest.mark.parametrize(
    ("condition", "allowing", "denying"),
    [
        ({"StringEquals": OF_PRINCIPAL}, (True, True, False), NO),
        # Who has no such account, as a service of AWS, meets that.
        ({"StringEqualsIfExists": OF_PRINCIPAL}, NO, MAYBE),
        ({"StringNotEquals": OF_PRINCIPAL}, NO, (True, True, False)),
        ({"StringNotEqualsIfExists": OF_PRINCIPAL}, NO, (True, True, False)),
        ({"StringEquals": {"aws:PrincipalAccount": OPEN}}, (None, None, False), MAYBE),
        ({"StringNotEquals": {"aws:PrincipalAccount": OPEN}}, NO, MAYBE),
        ({"StringLike": {"aws:PrincipalAccount": "*"}}, NO, MAYBE),
        ({"StringNotLike": {"aws:PrincipalAccount": "*"}}, NO, (False, False, None)),
        ({"StringEquals": OF_MINE}, (True, False, True), NO),
        ({"StringNotEquals": OF_MINE}, NO, (True, False, True)),
        ({"StringEquals": OF_ENDPOINT}, NO, MAYBE),
        ({"StringNotEquals": OF_ENDPOINT}, MAYBE, MAYBE),
        ({"Bool": {"aws:ViaAWSService": "true"}}, MAYBE, NO),
        ({"Bool": {"aws:ViaAWSService": "false"}}, NO, YES),
        ({"Bool": {"aws:PrincipalIsAWSService": "true"}}, YES, NO),
        ({"BoolIfExists": {"aws:PrincipalIsAWSService": "true"}}, MAYBE, NO),
        ({"Bool": {"aws:PrincipalIsAWSService": "false"}}, NO, YES),
        ({"Bool": {"aws:SecureTransport": "true"}}, NO, YES),
        ({"Bool": {"aws:SecureTransport": "false"}}, YES, NO),
        ({"StringEquals": {"aws:PrincipalTag/team": "shop"}}, NO, MAYBE),
        ({"StringNotEquals": {"aws:PrincipalTag/team": "shop"}}, NO, (None, None, True)),
    ],
)
def test_conditions_that_keep_strangers_out(
    condition: dict[str, dict[str, object]],
    allowing: tuple[bool | None, ...],
    denying: tuple[bool | None, ...],
) -> None:
    """Who meets what allows, or does not meet what denies: in ECS, by an organisation, of images.

    An exception for a tag counts for nothing where images are kept, unless it is asked to.
    """
    made = lifted_in_part(condition)
    allowed = policy({"Resource": "*", "Condition": made})
    denied = policy({"Resource": "*"}, {"Effect": "Deny", "Resource": "*", "Condition": made})

    for document, truths in ((allowed, allowing), (denied, denying)):
        found = (
            restricts(document, "ecs"),
            demands_organisation(document, "ecr", TOKEN),
            keeps_images(document),
        )
        assert found == truths
    tagged = "aws:PrincipalTag/team" in str(condition)
    assert keeps_images(denied, tags=False) is (None if tagged else denying[2])


@pytest.mark.parametrize(
    ("denial", "restricted", "allowed", "kept"),
    [
        ({}, True, False, True),
        ({"Action": "ecs:Poll"}, False, False, False),
        ({"Action": "ecs:*"}, True, False, False),
        ({"Action": "ec*"}, True, False, True),
        ({"Action": "s3:*"}, False, True, False),
        ({"Action": IN_PART}, None, None, None),
        ({"Action": ["s3:*", "ecs:*"]}, True, False, False),
        ({"Resource": "arn:aws:ecs:eu-west-1:1:cluster/x"}, False, True, False),
        ({"Principal": {"AWS": MINE}}, False, None, False),
        ({"Principal": {"AWS": [MINE, "*"]}}, True, False, True),
        ({"Effect": OPEN}, None, None, None),
    ],
)
def test_what_a_denial_takes_away(
    denial: dict[str, object],
    restricted: bool | None,
    allowed: bool | None,
    kept: bool | None,
) -> None:
    """Of a policy that allows everything: all of ECS for strangers, one call of it, or pushes."""
    document = policy({"Resource": "*"}, {"Effect": "Deny", "Resource": "*", **denial})

    assert restricts(document, "ecs") is restricted
    assert allows(document, "ecs:Poll", anything, foreign=False) is allowed
    assert keeps_images(document) is kept


@pytest.mark.parametrize(
    ("member", "value", "allowing", "denying"),
    [
        ("NotAction", "ecs:Poll", (False, False, False), (None, True, True)),
        ("NotAction", "s3:*", (False, True, False), (None, False, True)),
        ("NotAction", "ec*", (True, False, True), (None, True, None)),
        ("NotPrincipal", {"AWS": MINE}, (False, None, False), (True, None, False)),
        ("NotResource", "*", (True, False, True), (None, True, None)),
        ("NotResource", OWN, (False, True, False), (True, False, True)),
    ],
)
def test_what_is_left_out(
    member: str,
    value: object,
    allowing: tuple[bool | None, ...],
    denying: tuple[bool | None, ...],
) -> None:
    """What a statement excepts it neither allows nor denies: in ECS, `ecs:Poll`, and images."""
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*", "Principal": "*"}
    but = {key: what for key, what in everything.items() if key != member[3:]} | {member: value}

    allowed = read_document(lifted({"Statement": [but]}), "p", HERE)
    denied = lifted({"Statement": [everything, {**but, "Effect": "Deny"}]})
    documents = allowed, read_document(denied, "p", HERE)
    for document, truths in zip(documents, (allowing, denying), strict=True):
        found = (
            restricts(document, "ecs"),
            allows(document, "ecs:Poll", anything, foreign=False),
            keeps_images(document),
        )
        assert found == truths


@pytest.mark.parametrize(
    ("member", "many", "few"),
    [
        ("Action", [TOKEN, "s3:*"], [TOKEN]),
        ("Resource", [OWN, "arn:aws:s3:::web/*"], [OWN]),
        ("Principal", {"AWS": [MINE, "210987654321"]}, {"AWS": [MINE]}),
        ("NotAction", [TOKEN, "s3:*"], [TOKEN]),
        (
            "Condition",
            {"StringEquals": {"aws:PrincipalOrgID": ["o-a", "o-b"]}},
            {"StringEquals": {"aws:PrincipalOrgID": ["o-a"]}},
        ),
        (
            "Condition",
            {"StringEquals": {"aws:PrincipalOrgID": "o-a", "aws:SourceVpc": "vpc-1"}},
            {"StringEquals": {"aws:PrincipalOrgID": "o-a"}},
        ),
        (
            "Condition",
            {"StringEquals": {"aws:PrincipalOrgID": "o-a"}},
            {"StringEqualsIfExists": {"aws:PrincipalOrgID": "o-a"}},
        ),
    ],
)
def test_whichever_document_says_more(member: str, many: object, few: object) -> None:
    """It is not the same then, however the two are put beside each other."""
    a, b = (
        read_document(lifted({"Statement": {"Effect": "Allow", member: each}}), "p", HERE)
        for each in (many, few)
    )
    assert same_documents(a, a) is True
    assert same_documents(a, b) is False
    assert same_documents(b, a) is False


ORG, OTHER_ORG = ({"StringEquals": {"aws:PrincipalOrgID": each}} for each in ("o-a", "o-b"))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ({"Condition": ORG}, {"Condition": ORG}, None),
        ({"Condition": ORG}, {"Condition": OTHER_ORG}, False),
        ({"Condition": ORG}, {}, False),
        ({"Condition": ORG}, {"Condition": {"StringLike": ORG["StringEquals"]}}, False),
        ({"Condition": ORG}, {"Condition": {"StringEqualsIfExists": ORG["StringEquals"]}}, False),
        ({"Condition": ORG}, {"Condition": {"StringEquals": {"aws:SourceVpc": "o-a"}}}, False),
        ({"Action": "ecr:*"}, {"Action": "ECR:*"}, None),
        ({"Action": "ecr:*"}, {"Action": "ecs:*"}, False),
        ({"Principal": {"AWS": MINE}}, {"Principal": "*"}, False),
        ({"Effect": "Deny"}, {}, False),
    ],
)
def test_what_is_known_beside_an_unknown_decides(
    one: dict[str, object], other: dict[str, object], same: bool | None
) -> None:
    """Two policies for resources that are not known are compared by all the rest."""
    another = unknown("var.y", "has no default")
    a, b = policy({"Resource": OPEN, **one}), policy({"Resource": another, **other})

    assert same_documents(a, b) is same
    assert same_documents(b, a) is same


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (OPEN, OPEN, None),
        (OPEN, unknown("var.y", "has no default"), None),
        (OPEN, Fields({"Statement": Items(())}), None),
        (Fields({"Statement": OPEN}), Fields({"Statement": OPEN}), None),
        (Fields({"Statement": Items(())}), Fields({"Statement": Items(())}), True),
    ],
)
def test_documents_that_are_not_known(one: Value, other: Value, same: bool | None) -> None:
    """What they wait for says nothing of what they are."""
    assert same_documents(read_document(one, "p", HERE), read_document(other, "q", HERE)) is same


@pytest.mark.parametrize(
    ("action", "demanded"),
    [
        (TOKEN, True),
        ("ecr:GetAuthorization*", True),
        (["ecr:getauthorizationtoken", "s3:GetObject"], True),
        ("ecr:Get*", False),
        ([TOKEN, "ecr:BatchGetImage"], False),
    ],
)
def test_who_gets_a_token_need_not_be_of_an_organisation(action: object, demanded: bool) -> None:
    """It belongs to no repository; a pattern for it alone is as good as its name."""
    assert demands_organisation(policy({"Action": action}), "ecr", TOKEN) is demanded
