"""What sources refer to elsewhere: how much hangs on what is open, and ties that hold nothing."""

from collections import Counter
from collections.abc import Iterable, Mapping

from taskwall.findings.finding import Finding, ReportedTie
from taskwall.report.excerpts import ReportPaths
from taskwall.settings import stack_of
from taskwall.source.context import SourceTie


def open_ties(
    ties: Iterable[ReportedTie], findings: Iterable[Finding]
) -> tuple[tuple[ReportedTie, int], ...]:
    """Ties that are open, each with how many unknowns wait for what it would give, most first."""
    waits = Counter(_own(name) for one in findings for name in one.missing)

    def needed(tie: ReportedTie) -> int:
        own = (tie.from_, f"{tie.from_}.")
        return sum(n for name, n in waits.items() if name == own[0] or name.startswith(own[1]))

    found = [(tie, needed(tie)) for tie in ties if tie.to_stack is None]
    return tuple(sorted(found, key=lambda one: -one[1]))


def _own(name: str) -> str:
    """An address without the name of its root, which stands before it where roots share names."""
    before, bracket, rest = name.partition("[")
    return f"{before.rpartition('/')[2]}{bracket}{rest}"


def idle_ties(
    said: Mapping[str, str], found: Iterable[SourceTie], paths: ReportPaths
) -> tuple[str, ...]:
    """The ties of the settings, by what they are of, that tie nothing in this scan."""
    held = {(tie.stack, tie.address) for tie in found if tie.by == "setting" and tie.target}
    held |= {("", address) for _, address in held}
    idle = []
    for side in said:
        stack = stack_of(side)
        address = side.removeprefix(f"{stack}:") if stack else side
        if (stack, address) not in held:
            idle.append(f"{paths.shown(stack)}:{address}" if stack else address)
    return tuple(idle)
