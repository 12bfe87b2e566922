"""What was not read, or not tied together, for people."""

from collections import Counter
from collections.abc import Iterator, Sequence

from taskwall.findings.causes import by_cause
from taskwall.findings.finding import Absent, Problem, Report, ReportedTie
from taskwall.findings.text import (
    absent_by_root,
    absent_count,
    is_one_call,
    not_read,
    sanitize,
    wanted,
)
from taskwall.outputs import View
from taskwall.outputs.text.pieces import GROUPS, NAMES_SHOWN, Piece, capped, count, place


def problems(word: str, problems: Sequence[Problem], view: View) -> Iterator[Piece]:
    """What could not be read, each cause once unless everything is wanted."""
    for alike in by_cause(problems):
        for one in alike if view.verbose else alike[:1]:
            yield word, "error" if word == "error" else "medium"
            yield f": {place(one.file, one.line, one.column)}: {sanitize(one.message)}\n", ""
        if (rest := alike[1:]) and not view.verbose:
            places = list(dict.fromkeys(place(one.file, one.line) for one in rest))
            places = capped(places, NAMES_SHOWN, view)
            more = " (--verbose lists them)" if len(places) < len(rest) else ""
            yield f"  and {len(rest):,} like it: {', '.join(places)}{more}\n", "quiet"


def ties(report: Report, view: View) -> Iterator[Piece]:
    """What was found to be what sources refer to elsewhere, and what of that is open."""
    tied = [tie for tie in report.document.ties if tie.to_stack is not None]
    yield f"{len(tied):,} tied to other sources:\n", "loud"
    for tie in tied:
        to = f"{tie.to} of {tie.to_stack}" if tie.to else tie.to_stack or ""
        yield f"  {sanitize(tie.from_)} is {sanitize(to)}, by its {sanitize(tie.by)}", ""
        yield f" [{place(tie.file, tie.line)}]\n", "quiet"
    if report.open_ties:
        yield f"{len(report.open_ties):,} open, the most needed first:\n", "loud"
    listed = [tie for tie, needed in report.open_ties if needed or view.verbose]
    for what, where in dict.fromkeys(map(_open, listed)):
        yield f"  {what}", ""
        yield f" [{where}]\n", "quiet"
    others = [tie.from_ for tie, needed in report.open_ties if not needed]
    if others and not view.verbose:
        some = ", ".join(map(sanitize, capped(list(dict.fromkeys(others)), NAMES_SHOWN, view)))
        yield f"  {count(len(others), 'reference')} that no unknown waits for: {some}", ""
        yield " (--verbose lists them)\n", "quiet"
    if report.idle_ties:
        yield (
            f"{count(len(report.idle_ties), 'tie')} of the settings without effect here:\n",
            "loud",
        )
    for side in report.idle_ties:
        yield f"  {sanitize(side)}\n", ""
    yield "\n", ""


def _open(tie: ReportedTie) -> tuple[str, str]:
    """What is known of a reference that is not tied, and its place."""
    some = ", ".join(map(sanitize, tie.candidates[:NAMES_SHOWN]))
    more = len(tie.candidates) - NAMES_SHOWN
    some += f" and {more:,} more" if more > 0 else ""
    why = f"may be {some}" if some else "no other source is known to answer it"
    by = f", asked for by {sanitize(tie.by)}" if tie.by else ""
    return f"{sanitize(tie.from_)}{by}: {why}", place(tie.file, tie.line)


def absent_sources(report: Report, view: View) -> Iterator[Piece]:
    """What calls name and was not there to be read, and what brings it, once for each root."""
    absent = report.document.absent
    missing = not_read(absent)
    if missing:
        yield f"{absent_count(missing)} not read", "unknown"
        create = "it creates" if is_one_call(missing) else "they create"
        yield f" (what {create} is unknown):\n", ""
        yield from _calls(missing, view)
    if modelled := [one for one in absent if one.read_as is not None]:
        yield f"{absent_count(modelled)} read through taskwall's stand-ins", ""
        if missing and not view.verbose:
            yield " (--verbose lists them)\n", "quiet"
        else:
            yield ":\n", ""
            yield from _calls(modelled, view)


def _calls(absent: list[Absent], view: View) -> Iterator[Piece]:
    """The calls of absent sources, and what brings them; many of them by what they ask for."""
    if len(absent) > GROUPS and not view.verbose:
        yield from _by_source(absent, view)
        return
    for (stack, cure), calls in absent_by_root(absent).items():
        by_place: dict[str, list[Absent]] = {}
        for one in calls:
            by_place.setdefault(place(one.file, one.line), []).append(one)
        for where, (one, *others) in by_place.items():
            read_as = f" (stand-in for {one.read_as})" if one.read_as else ""
            more = f" (and {count(len(others), 'more call')} of it)" if others else ""
            what = f": {wanted(one)}" if one.source else ""
            yield f"  {sanitize(f'{one.name}{what}{read_as} [{where}]{more}')}\n", ""
        them = "it" if len(calls) == 1 else "them"
        yield f"    to read {them}, in {sanitize(stack)}: {sanitize(cure)}\n", "quiet"


def _by_source(absent: list[Absent], view: View) -> Iterator[Piece]:
    """How many calls ask for what, and where the cures are to be run."""
    sources = Counter(wanted(one) if one.source else one.name for one in absent)
    lines = [f"{number:4}  {source}" for source, number in sources.most_common()]
    for line in capped(lines, GROUPS, view):
        yield f"  {sanitize(line)}\n", ""
    cures: dict[str, dict[str, None]] = {}
    for one in absent:
        cures.setdefault(one.cure, {})[one.stack] = None
    for cure, stacks in cures.items():
        some = ", ".join(capped(list(stacks), NAMES_SHOWN, view))
        yield f"    to read them, in {sanitize(some)}: {sanitize(cure)}\n", "quiet"
    yield "    (--verbose lists all calls)\n", "quiet"


def unread_types(report: Report, view: View) -> Iterator[Piece]:
    """The types and attributes that nothing here reads: harmless, so only where all is wanted."""
    if not view.verbose:
        return
    types = [one for one in report.document.unread if not one.attributes]
    attributes = [one for one in report.document.unread if one.attributes]
    if types:
        yield "Resources of types that taskwall does not read:\n", ""
        for one in types:
            yield f"  {one.count:4}  {sanitize(one.type)}\n", ""
    if attributes:
        yield "Attributes that taskwall does not read:\n", ""
        for one in attributes:
            yield f"  {sanitize(one.type)}: {sanitize(', '.join(one.attributes))}\n", ""
