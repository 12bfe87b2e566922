"""Problems put together by their cause: one cause may make hundreds of them."""

from collections.abc import Iterable

from taskwall.core.patterns import pattern
from taskwall.findings.finding import Problem


def by_cause(problems: Iterable[Problem]) -> list[list[Problem]]:
    """Problems whose messages differ in names, numbers and quoted texts only, in their order."""
    found: dict[str, list[Problem]] = {}
    for problem in problems:
        found.setdefault(_cause(problem.message), []).append(problem)
    return list(found.values())


def _cause(message: str) -> str:
    """What a message says, without what it says it of."""
    first, space, rest = message.partition(" ")
    named = not first.islower() or not first.isalpha()
    return _VARIABLE.sub("*", f"*{space}{rest}" if named else message)


_VARIABLE = pattern(r'"[^"]*"|\b\d+\b')
