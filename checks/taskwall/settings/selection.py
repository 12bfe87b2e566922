"""Which rules run, with which severity, and which severities fail a run."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from taskwall.findings.finding import SEVERITIES, Severity
from taskwall.settings import Settings, SettingsError, Threshold, selects
from taskwall.settings.words import nearest

if TYPE_CHECKING:
    from taskwall.rules._rule import Rule


def chosen(rules: "Sequence[Rule]", settings: Settings) -> "tuple[Rule, ...]":
    """The rules that run, with the severities that the settings give them."""
    found = []
    for rule in rules:
        selected = (
            selects(settings.select, rule.id)
            if settings.select
            else rule.in_profile(settings.profile)
        )
        if selected and not selects(settings.ignore, rule.id):
            severity = settings.severity.get(rule.id)
            found.append(rule if severity is None else rule.of_severity(severity))
    return tuple(found)


def reaches(severity: Severity, threshold: Threshold) -> bool:
    """Whether a fail of some severity fails the run under a threshold (`fail-on`)."""
    return threshold != "never" and SEVERITIES.index(severity) <= SEVERITIES.index(threshold)


def known_rules(patterns: Iterable[str], rules: "Sequence[Rule]", where: str) -> tuple[str, ...]:
    """The given rule ids and prefixes, if each matches a rule.

    Raises:
        SettingsError: one matches none; the message names the nearest id.
    """
    patterns = tuple(patterns)
    for pattern in patterns:
        word = pattern.upper()
        if len(word) < 2 or not any(rule.id.startswith(word) for rule in rules):
            ids = [rule.id for rule in rules]
            raise SettingsError(f'{where}: no rule is "{pattern}"{nearest(word, ids)}.')
    return patterns


def upper(words: Iterable[str]) -> tuple[str, ...]:
    """The ids and prefixes as rules have them."""
    return tuple(word.upper() for word in words)
