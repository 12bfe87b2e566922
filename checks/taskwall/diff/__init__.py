"""How a difference is shown: a file here is a format, and has `render(found) -> str`."""

from collections.abc import Iterable, Sequence
from importlib import import_module
from typing import Protocol, cast

from msgspec import Struct
from msgspec.structs import replace

from taskwall.api.diff import ChangedFlow, Difference
from taskwall.api.flows import words_of

DIFF_FORMATS = ("text", "markdown", "json")

MANY_SOURCES = 6
"""So many ends are named from which the same changes."""


class _Render(Protocol):
    def __call__(self, found: Difference) -> str: ...


def render(name: str, found: Difference) -> str:
    """A difference in one of the formats, as a text that ends with a newline."""
    module = import_module(f"{__name__}.{name}")
    return cast(_Render, module.render)(found)


def counted_changes(found: Difference) -> str:
    """What differs, in one sentence."""
    flows, findings = found.flows, found.findings
    gone = sum(one.verdict == "fail" for one in findings.gone)
    opened, appeared = len(flows.opened), len(findings.appeared)
    unknown = len(flows.unknown) + len(findings.unknown)
    return (
        f"{_of(opened, 'flow')} open{'s' * (opened == 1)}, {len(flows.closed)} close"
        f"{'s' * (len(flows.closed) == 1)}; {_of(appeared, 'finding')} appear"
        f"{'s' * (appeared == 1)}, {gone} go{'es' * (gone == 1)}; {unknown} newly unknown."
    )


class AlikeFlows(Struct, frozen=True):
    """Flows that change in the same way by the same line, but for where they start, and on what.

    `words` are what reports say of them beside their ends: the ports of all of them come first.
    """

    sources: tuple[str, ...]
    one: ChangedFlow
    words: tuple[str, ...]


def alike(flows: Iterable[ChangedFlow]) -> list[AlikeFlows]:
    """Changed flows with those together that differ in their sources, or their ports, alone."""
    found: dict[tuple[tuple[str, ...], object], list[ChangedFlow]] = {}
    for each in flows:
        where = each.flow.stack, each.flow.target, each.was, each.at
        found.setdefault((words_of_change(each), where), []).append(each)
    groups: dict[object, tuple[list[str], AlikeFlows]] = {}
    for (words, place), held in found.items():
        sources = tuple(dict.fromkeys(each.flow.source for each in held))
        first = AlikeFlows(sources, held[0], words[1:])
        groups.setdefault((words[1:], place, sources), ([], first))[0].append(words[0])
    return [replace(each, words=("; ".join(ports), *each.words)) for ports, each in groups.values()]


def few(words: Sequence[str]) -> list[str]:
    """Some words; of many, how many more there are."""
    more = len(words) - MANY_SOURCES
    return [*words[:MANY_SOURCES], f"{more} more"] if more > 1 else list(words)


def _of(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def words_of_change(one: ChangedFlow) -> tuple[str, ...]:
    """What reports say of a changed flow beside its ends: the ports come first."""
    was = "was unknown" if one.was == "unknown" and one.flow.verdict == "open" else ""
    was = was or ("was open" if one.was == "open" and one.flow.verdict == "unknown" else "")
    return (*filter(None, words_of(one.flow)), *filter(None, (was,)))
