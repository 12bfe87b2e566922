"""Whom policy documents restrict a service to.

Every answer is true, false or None. A document restricts where a stranger, whom no document can
name, finds no statement that lets it act on what belongs to another stranger, or each that does is
overruled by one that denies.
"""

import re
from collections.abc import Callable

from taskwall.core.truths import Tristate, all_true, any_true, negation
from taskwall.core.values import Known, Value
from taskwall.model.endpoints.policy_conditions import (
    ALWAYS,
    EQUAL,
    IS_SERVICE,
    ORGANISATION,
    PERIMETER,
    RESOURCE,
    SECURE,
    SERVICE_KEYS,
    TAG,
    UNEQUAL,
    is_bool,
    met_by_https,
    names_owners,
)
from taskwall.model.entities.iam_policy import (
    EVERY,
    GAP,
    Condition,
    PolicyDocument,
    Statement,
    Words,
    definite,
    head,
    matches,
    names_account,
    pattern_text,
)

READ = "2026-11-27"


def touches(statement: Statement, service: str) -> Tristate:
    """Whether a statement may be about some action of a service."""
    if statement.actions.negated:
        return negation(_spares(statement, service))

    def may(pattern: Value) -> Tristate:
        text, prefix = pattern_text(pattern).lower(), f"{service}:"
        known = head(text)
        if not (known.startswith(prefix) or prefix.startswith(known)):
            return False
        return (
            None if text[len(known) : len(known) + 1] == GAP and len(known) < len(prefix) else True
        )

    return statement.actions.holds(may)


def _spares(statement: Statement, service: str) -> Tristate:
    """Whether a `NotAction` leaves out every action of a service."""
    left_out = Words(statement.actions.patterns, open=statement.actions.open)
    return left_out.holds(lambda pattern: matches(pattern, f"{service}:{EVERY}"))


def only(statement: Statement, action: str) -> Tristate:
    """Whether a statement is about one action and no other of its service."""
    service = action.partition(":")[0]
    if statement.actions.negated:
        return False

    def is_it(pattern: Value) -> Tristate:
        text = pattern_text(pattern).lower()
        if GAP in text:
            return None
        elsewhere = ":" in head(text) and not text.startswith(f"{service}:")
        return elsewhere or (matches(pattern, action) and head(text).startswith(f"{service}:geta"))

    found = all_true(map(is_it, statement.actions.patterns))
    return None if statement.actions.open and found is not False else found


def _may_be_met(condition: Condition, keys: frozenset[str]) -> Tristate:
    """Whether somebody meets a condition: one outside what the keys name, or without any."""
    if condition.key in keys and condition.operator in EQUAL and not condition.lenient:
        return negation(names_owners(condition, keys))
    if condition.key in SERVICE_KEYS:
        if condition.key == IS_SERVICE and is_bool(condition, "true") and not condition.lenient:
            return False
        return is_bool(condition, "false") or None
    if condition.key == SECURE:
        return met_by_https(condition)
    # Everybody at the endpoint comes from its VPC: whether that is the one meant is another thing.
    return None if condition.key in ALWAYS and condition.operator in UNEQUAL else True


def _is_met(condition: Condition, keys: frozenset[str], tags: bool) -> Tristate:
    """Whether everybody meets a condition; with `tags`, those apart whom a tag spares."""
    if condition.key in SERVICE_KEYS:
        return is_bool(condition, "false")
    if condition.key == SECURE:
        return met_by_https(condition)
    if tags and condition.key.startswith(TAG) and condition.operator in UNEQUAL:
        return True
    if condition.key in keys and condition.operator in UNEQUAL:
        return names_owners(condition, keys)
    ours = condition.operator in UNEQUAL or not condition.lenient
    if condition.key in PERIMETER and ours and names_owners(condition, PERIMETER):
        # Strangers, or one's own people, do not.
        return False
    return None


def _conditioned(statement: Statement, keys: frozenset[str]) -> Tristate:
    """Whether the conditions of a statement keep strangers out."""
    met = all_true(_may_be_met(condition, keys) for condition in statement.conditions)
    return None if statement.open and met else negation(met)


def _overruled(
    policy: PolicyDocument, statement: Statement, service: str, keys: frozenset[str], apart: str
) -> Tristate:
    """Whether what a statement allows strangers is denied them by other statements."""
    words = statement.actions
    if words.negated or words.open:
        patterns: tuple[Value, ...] = (Known(f"{service}:*"),)
    else:
        patterns = tuple(
            pattern
            for pattern in words.patterns
            if pattern_text(pattern).lower() != apart.lower()
            if touches(Statement(True, Words((pattern,)), words, words), service) is not False
        )
    found = all_true(
        _denied(policy, statement, pattern, service, keys, apart) for pattern in patterns
    )
    return found or None if words.open else found


def _denied(
    policy: PolicyDocument,
    statement: Statement,
    pattern: Value,
    service: str,
    keys: frozenset[str],
    apart: str = "",
    *,
    tags: bool = False,
) -> Tristate:
    """Whether actions that a statement allows are denied to all outside what the keys name."""

    def denies(other: Statement) -> Tristate:
        return all_true(
            (
                negation(other.allows),
                True if other.sure else None,
                _denies_action(other, pattern, service, apart),
                _denies_resources(other, statement, service, foreign=keys != ORGANISATION),
                _denies_principals(other, keys),
                all_true(_is_met(condition, keys, tags) for condition in other.conditions),
                None if other.open else True,
            )
        )

    return any_true(denies(other) for other in policy.statements if other.allows is not True)


def _denies_principals(other: Statement, keys: frozenset[str]) -> Tristate:
    if other.principals.negated and keys is RESOURCE:
        # It spares one's own people.
        return False
    return other.principals.holds(lambda q: matches(q, EVERY))


def _denies_action(other: Statement, pattern: Value, service: str, apart: str) -> Tristate:
    words = other.actions
    if words.negated:
        left = [q for q in words.patterns if pattern_text(q).lower() != apart.lower()]
        return None if words.open else all_true(_apart(q, pattern) for q in left)
    whole = Known(f"{service}:*")
    return words.holds(lambda q: any_true((_within(whole, q), _within(pattern, q))))


def _denies_resources(
    other: Statement, statement: Statement, service: str, *, foreign: bool
) -> Tristate:
    words, wanted = other.resources, statement.resources
    if words.negated:
        # What it spares must not be a stranger's.
        spared = all_true(
            any_true((names_account(q), _of_another(q, service))) for q in words.patterns
        )
        return True if foreign and spared and not words.open else None
    whole = words.holds(lambda q: _covers_all(q, service))
    if wanted.open:
        return whole or None
    if wanted.negated:
        return whole
    return any_true((whole, all_true(words.holds(_covering(r)) for r in wanted.patterns)))


def _of_another(pattern: Value, service: str) -> Tristate:
    """Whether a pattern covers resources of another service only."""
    fields = pattern_text(pattern).split(":")
    if len(fields) < 4 or fields[0] != "arn":
        return False
    known = not re.search(rf"[*?{GAP}]", fields[2])
    return fields[2] != service if known else None if GAP in fields[2] else False


_WHOLE = {"ecr": f"arn:aws:ecr:{EVERY}:{EVERY}:repository/{EVERY}"}
"""What covers this covers all resources of a service: those of ECR are repositories."""


def _covers_all(pattern: Value, service: str) -> Tristate:
    """Whether a pattern covers every resource of a service."""
    return any_true(matches(pattern, name) for name in (EVERY, _WHOLE.get(service, EVERY)))


def _covering(pattern: Value) -> Callable[[Value], Tristate]:
    return lambda other: _within(pattern, other)


def _within(inner: Value, outer: Value) -> Tristate:
    """Whether a pattern covers all that another one covers; None where that is not certain."""
    text = pattern_text(inner)
    if GAP in text:
        return True if matches(outer, EVERY) else None
    # A wildcard inside is covered by a wildcard only: it may stand for any two letters.
    return matches(outer, re.sub(r"[*?]", EVERY * 2, text))


def _apart(one: Value, other: Value) -> Tristate:
    """Whether two patterns certainly cover nothing in common; None where that is not certain."""
    a, b = head(pattern_text(one).lower()), head(pattern_text(other).lower())
    return True if not (a.startswith(b) or b.startswith(a)) else None


def _named(statement: Statement) -> Tristate:
    """Whether a statement names the principals that it is for, accounts included."""
    if statement.principals.negated:
        return False
    found = all_true(
        negation(matches(pattern, EVERY)) if pattern_text(pattern) != GAP else definite(pattern)
        for pattern in statement.principals.patterns
    )
    return None if statement.principals.open and found else found


def _allowed(policy: PolicyDocument, test: Callable[[Statement], Tristate]) -> Tristate:
    """Whether each statement that allows something passes a test."""

    def passes(statement: Statement) -> Tristate:
        found = any_true((negation(statement.allows), test(statement)))
        return found if statement.sure or found else None

    found = all_true(map(passes, policy.statements))
    return None if policy.open and found else found


def restricts(policy: PolicyDocument, service: str) -> Tristate:
    """Whether a policy allows a service to some accounts (or an organisation), or theirs, only.

    Naming actions, with no wildcard for all, restricts as well.
    """

    def restricted(statement: Statement) -> Tristate:
        return any_true(
            (
                negation(touches(statement, service)),
                _of_accounts(statement, service),
                _conditioned(statement, PERIMETER),
                _named(statement),
                negation(_every_action(statement, service)),
                _overruled(policy, statement, service, PERIMETER, ""),
            )
        )

    return _allowed(policy, restricted)


def _of_accounts(statement: Statement, service: str) -> Tristate:
    """Whether a statement is about resources of accounts that it names, or of another service."""
    words = statement.resources
    if words.negated:
        found = any_true(_covers_all(pattern, service) for pattern in words.patterns)
    else:
        found = all_true(
            any_true((names_account(p), _of_another(p, service))) for p in words.patterns
        )
    return None if words.open and found is not words.negated else found


PUSHES = (
    "ecr:InitiateLayerUpload",
    "ecr:UploadLayerPart",
    "ecr:CompleteLayerUpload",
    "ecr:PutImage",
)
"""What sends parts of an image to a repository.

Amazon ECR user guide, "IAM permissions for pushing an image to an Amazon ECR private repository".
"""


def keeps_images(policy: PolicyDocument, *, tags: bool = True) -> Tristate:
    """Whether a policy lets images be pushed to repositories of accounts that it names only.

    Whoever asks: one's own people may push elsewhere, too. AWS's services stand apart.

    Args:
        policy: the document.
        tags: whether an exception for principals with a tag counts for nothing.
    """

    def kept(statement: Statement) -> Tristate:
        spared = _conditioned(statement, RESOURCE)
        if tags:
            tagged = any(
                condition.key.startswith(TAG) and condition.operator in EQUAL
                for condition in statement.conditions
                if not condition.lenient
            )
            ours = any_true((_conditioned(statement, ORGANISATION), _named(statement)))
            spared = any_true((spared, tagged and ours))
        whom = statement.principals
        of_services = bool(whom.patterns) and all(
            pattern_text(each).startswith("Service:") for each in whom.patterns
        )
        apart = of_services and not whom.negated
        return any_true(
            (
                None if apart and whom.open else apart,
                _of_accounts(statement, "ecr"),
                spared,
                all_true(_not_pushed(policy, statement, action, tags=tags) for action in PUSHES),
            )
        )

    return _allowed(policy, kept)


def _not_pushed(
    policy: PolicyDocument, statement: Statement, action: str, *, tags: bool
) -> Tristate:
    """Whether a statement does not allow an action, or others deny it outside one's accounts."""
    allowed = statement.actions.holds(lambda pattern: matches(pattern, action))
    denied = _denied(policy, statement, Known(action), "ecr", RESOURCE, tags=tags)
    return any_true((negation(allowed), denied))


def _every_action(statement: Statement, service: str) -> Tristate:
    return statement.actions.holds(lambda pattern: matches(pattern, f"{service}:{EVERY}"))


def demands_organisation(policy: PolicyDocument, service: str, apart: str) -> Tristate:
    """Whether a policy allows a service to principals of some account or organisation only."""

    def demanded(statement: Statement) -> Tristate:
        return any_true(
            (
                negation(touches(statement, service)),
                only(statement, apart),
                _conditioned(statement, ORGANISATION),
                _named(statement),
                _overruled(policy, statement, service, ORGANISATION, apart),
            )
        )

    return _allowed(policy, demanded)
