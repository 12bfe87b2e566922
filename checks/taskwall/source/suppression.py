"""What readers share of suppressions: the date on which one ends, and what is nearly one."""

import re
from datetime import date

from taskwall.core.patterns import pattern

NEARLY = r"taskwall\W{0,2}(?:skip|ignore|disable|suppress|noqa)\w*"
"""A pattern of what is meant to suppress, whatever word it uses; case does not matter."""

_NEAR = pattern(rf"(?!taskwall:skip=)(?i:\b{NEARLY}\s*(?:[:=]\s*[\w*,.-]*|TW\d\w*))")
_RULES = pattern(r"TW\d[\w*]*(?:,TW\d[\w*]*)*", re.IGNORECASE)


def is_date(text: str) -> bool:
    """Whether a text is a day, as YYYY-MM-DD."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def wrong_date(rules: str, text: str) -> str:
    """What is wrong with the date of a suppression, which then suppresses nothing."""
    return f'the skip of {rules} ends on "{text}", which is not a date such as 2027-03-01'


def misplaced_date(rules: str) -> str:
    """What is wrong with a suppression whose date would be a part of its reason."""
    return (
        f"the skip of {rules} names its end after the colon: taskwall:skip={rules} until=DATE: why"
    )


def near_miss(comment: str) -> str:
    """What is wrong with a comment that looks like a suppression and is none; "" if it does not."""
    found = _NEAR.search(comment)
    if found is None:
        return ""
    rules = _RULES.search(comment, found.start())
    named = rules[0].upper() if rules else "TW203"
    return f'"{found[0].strip()}" is not a suppression: write "taskwall:skip={named}: reason"'
