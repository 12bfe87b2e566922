"""Suppressing: which suppression written in a source is about which finding."""

from collections.abc import Iterable, Mapping, Sequence

from taskwall.engine.judgement import LocatedFinding
from taskwall.source.resource import Suppression
from taskwall.source.stack import Provenance


def by_file(suppressions: Iterable[Suppression]) -> dict[str, list[Suppression]]:
    """The suppressions by the file in which they hold."""
    found: dict[str, list[Suppression]] = {}
    for suppression in suppressions:
        found.setdefault(suppression.scope.file, []).append(suppression)
    return found


def names(suppression: Suppression, rule: str) -> bool:
    """Whether a suppression names a rule: by its id, or by a prefix as long as "TW2"."""
    return suppression.rule == rule or (
        len(suppression.rule) >= 3 and rule.startswith(suppression.rule)
    )


def has_ended(suppression: Suppression, today: str) -> bool:
    """Whether the last day of a suppression is past."""
    return bool(suppression.until) and suppression.until < today


def suppressing(
    judged: LocatedFinding,
    provenance: Iterable[Provenance],
    suppressions: Mapping[str, Sequence[Suppression]],
) -> list[Suppression]:
    """The suppressions (of those by file) that are about a finding, also those that have ended.

    A suppression holds where its scope has the finding's place in it, or an expression that the
    value there comes from, or the loop that makes it of an element; the header of the resource that
    has to change, or a module call through which that resource comes to be. It does not if it is in
    a downloaded module. A pass needs none.
    """
    if not suppressions or judged.finding.verdict == "pass":
        return []
    calls = (call.place for call in judged.on.called_from)
    sources = (source.place for source in provenance)
    loops = (judged.iteration.place,) if judged.iteration else ()
    places = (judged.place, judged.on.header, *loops, *calls, *sources)
    found = {
        id(suppression): suppression
        for place in places
        for suppression in suppressions.get(place.file, ())
        if names(suppression, judged.finding.rule)
        and suppression.scope.holds(place)
        and not suppression.downloaded
    }
    return list(found.values())
