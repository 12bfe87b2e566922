"""Conditions of policy documents: which accounts and organisations they tie a request to."""

from taskwall.core.truths import Tristate, all_true
from taskwall.core.values import Known, Value, dereferenced, may_be_null
from taskwall.model.entities.iam_policy import Condition, definite, names_account

READ = "2026-11-24"

ORGANISATION = frozenset({"aws:principalorgid", "aws:principalorgpaths", "aws:principalaccount"})
PERIMETER = ORGANISATION | {
    "aws:principalarn", "aws:resourceorgid", "aws:resourceorgpaths", "aws:resourceaccount",
}  # fmt: skip
"""Global condition keys that tie a request to an account or organisation.

IAM user guide, "AWS global condition context keys".
"""

RESOURCE = frozenset(key for key in PERIMETER if "resource" in key)
ALWAYS = frozenset({"aws:sourcevpc", "aws:sourcevpce"})
SECURE = "aws:securetransport"
IS_SERVICE, TAG = "aws:principalisawsservice", "aws:principaltag/"
SERVICE_KEYS = frozenset({IS_SERVICE, "aws:viaawsservice"})
EQUAL = frozenset({"stringequals", "stringequalsignorecase", "stringlike", "arnequals", "arnlike"})
UNEQUAL = frozenset(
    {"stringnotequals", "stringnotequalsignorecase", "stringnotlike", "arnnotequals", "arnnotlike"}
)

_WHOLE = frozenset(
    {"stringequals", "stringequalsignorecase", "stringnotequals", "stringnotequalsignorecase"}
)
"""What compares whole texts, so that a `*` means itself (IAM user guide, "Condition operators")."""


def names_owners(condition: Condition, keys: frozenset[str]) -> Tristate:
    """Whether a condition names accounts or organisations, be they known or not.

    Of those that own a resource an unknown one is some owner, where no wildcard can be meant.
    """
    values = condition.values
    if condition.key in keys & RESOURCE and condition.operator in _WHOLE:
        given = bool(values.patterns) or values.open
        return given if not any(map(may_be_null, values.patterns)) else None
    return names_accounts(condition, keys)


def names_accounts(condition: Condition, keys: frozenset[str]) -> Tristate:
    """Whether a condition, read as its operator has it, names accounts or organisations."""
    if condition.key not in keys:
        return False
    test = names_account if condition.key == "aws:principalarn" else definite
    found = all_true(map(test, condition.values.patterns))
    if condition.values.open:
        return False if found is False else None
    return found if condition.values.patterns else False


def is_bool(condition: Condition, truth: str) -> Tristate:
    """Whether a condition is that something is so (or is not): that a service of AWS asks."""
    if condition.operator != "bool":
        return False
    if condition.values.open:
        return None
    values = [dereferenced(value) for value in condition.values.patterns]
    if not all(isinstance(value, Known) for value in values):
        return None
    return [str(getattr(value, "data", "")).lower() for value in values] == [truth]


def met_by_https(condition: Condition) -> Tristate:
    """Whether a request by HTTPS meets a condition on how it is sent.

    Tasks, agents and clients of a registry ask AWS by HTTPS only. IAM knows the key of each request
    (IAM user guide, "AWS global condition context keys").
    """
    if condition.operator != "bool":
        return None
    test = {"true": True, "false": False}

    def met(value: Value) -> Tristate:
        known = dereferenced(value)
        return test.get(str(known.data).lower()) if isinstance(known, Known) else None

    return condition.values.holds(met)
