"""What policy documents let tasks and agents do. Every answer is true, false or None."""

import re
from collections.abc import Callable

from taskwall.core.patterns import pattern
from taskwall.core.values import Value
from taskwall.model.endpoints.policy_conditions import (
    ALWAYS,
    EQUAL,
    ORGANISATION,
    RESOURCE,
    SECURE,
    UNEQUAL,
    names_accounts,
    over_https,
)
from taskwall.model.entities.iam_policy import (
    EVERY,
    GAP,
    Condition,
    PolicyDocument,
    Statement,
    Tristate,
    each,
    matches,
    negation,
    pattern_text,
    regex,
    some,
)

READ = "2026-11-24"

TOKEN = "ecr:GetAuthorizationToken"  # noqa: S105 (an action)


def allows(
    policy: PolicyDocument, action: str, covers: Callable[[Value], Tristate], foreign: bool
) -> Tristate:
    """Whether a policy lets tasks of the own account do something.

    Args:
        policy: the document.
        action: what they do.
        covers: whether a pattern of resources covers what they do it to.
        foreign: whether that belongs to AWS, so that conditions on its account do not hold.
    """

    def applies(statement: Statement, covers: Callable[[Value], Tristate]) -> Tristate:
        return each(
            (
                statement.actions.holds(lambda pattern: matches(pattern, action)),
                statement.resources.holds(
                    _whichever
                    if covers is some_resource and statement.resources.negated
                    else covers
                ),
                None if not statement.sure else True,
            )
        )

    def anybody(statement: Statement) -> Tristate:
        """Whether a statement is for tasks: for everybody, or for whom it names, who may be one."""
        if statement.principals.negated:
            return None
        return True if statement.principals.holds(lambda p: matches(p, EVERY)) else None

    def lets(statement: Statement) -> Tristate:
        met = each(_met(condition, foreign) for condition in statement.conditions)
        met = None if statement.open and met else met
        return each((statement.allows, applies(statement, covers), anybody(statement), met))

    def refuses(statement: Statement) -> Tristate:
        met = each(_met(condition, foreign) for condition in statement.conditions)
        met = None if statement.open and met else met
        denied = _whichever if covers is some_resource else covers
        return each(
            (negation(statement.allows), applies(statement, denied), anybody(statement), met)
        )

    allowed = some(map(lets, policy.statements))
    refused = some(map(refuses, policy.statements))
    found = each((allowed, negation(refused)))
    return None if policy.open and not found else found


def _met(condition: Condition, foreign: bool) -> Tristate:
    """Whether a condition holds for a task of the own account and organisation."""
    if condition.key == SECURE:
        return over_https(condition)
    if condition.operator not in EQUAL | UNEQUAL:
        return None
    if condition.key in RESOURCE:
        if not foreign:
            return not condition.negated
        known = names_accounts(condition, RESOURCE)
        return condition.negated if known else None
    if condition.key in (ORGANISATION | ALWAYS):
        return not condition.negated
    return None


def anything(pattern: Value) -> Tristate:
    """Whether a pattern covers every resource, as actions want that take none."""
    return matches(pattern, EVERY)


def some_resource(_: Value) -> Tristate:
    """Whether a pattern covers a resource of which it does not matter which it is."""
    return True


def _whichever(pattern: Value) -> Tristate:
    """Whether a pattern covers a resource, whichever it is: certain of a wildcard only."""
    return True if matches(pattern, EVERY) else None


_LAYERS = pattern(rf"prod-[a-z0-9{GAP}-]+-starport-layer-bucket/")


def layers(pattern: Value) -> Tristate:
    """Whether a pattern covers the objects of the bucket in which ECR keeps image layers.

    Which Region's it is does not matter (Amazon ECR user guide, "Minimum Amazon S3 bucket
    permissions for Amazon ECR").
    """
    text = _LAYERS.sub("prod-region-starport-layer-bucket/", pattern_text(pattern))
    text = re.sub(rf"^arn:{GAP}:", "arn:aws:", text)
    name = f"arn:aws:s3:::prod-region-starport-layer-bucket/{EVERY}"
    china = text.replace("arn:aws-cn:", "arn:aws:").replace("arn:aws-us-gov:", "arn:aws:")
    found = regex(china.lower()).fullmatch(name) is not None
    return found if not found or GAP not in china else None


AGENT_ACTIONS: dict[str, tuple[str, ...]] = {
    "ecs": (
        "ecs:DiscoverPollEndpoint",
        "ecs:RegisterContainerInstance",
        "ecs:SubmitContainerStateChange",
        "ecs:SubmitTaskStateChange",
    ),
    "ecs-agent": ("ecs:Poll",),
    "ecs-telemetry": ("ecs:Poll", "ecs:StartTelemetrySession"),
}
"""What the container agent does by each endpoint of ECS.

Amazon ECS developer guide, "Amazon ECS interface VPC endpoints" (`ecs:Poll`, telemetry); those of
the `ecs` endpoint are what the managed policy for container instances grants, no list of AWS's.
"""
