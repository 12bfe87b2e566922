"""Whether edits do good: what scans of the same sources, without and with them, find."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias, TypeVar

from msgspec import Struct

from taskwall.findings.finding import Edit, Finding
from taskwall.fixes.apply import overlap
from taskwall.report.report import ReportBuilder
from taskwall.source.deployment import in_each

T = TypeVar("T")

Key: TypeAlias = tuple[str, str, str]
"""What findings are counted by: a stack, a rule, and a resource."""


class EditCandidate(Struct, frozen=True):
    """A finding and the edits that are to mend it, in files by their absolute paths."""

    finding: Finding
    edits: tuple[Edit, ...]

    @property
    def keys(self) -> Iterator[Key]:
        """What is counted of the finding: each of its instances."""
        return (
            (stack, self.finding.rule, one.resource)
            for one in self.finding.instances
            for stack in in_each(one.stack, one.deployments)
        )

    @property
    def removed(self) -> Iterator[str]:
        """The stacks of the resources that the edits may take away, each as often."""
        if any(not edit.text for edit in self.edits):
            yield from (one.stack for one in self.finding.instances)


class Census(Struct, frozen=True):
    """What a scan finds, counted: fails and unknowns before precedence, and what went wrong.

    `files` and `resources` are those of each stack, by its name. A problem that is in none of them
    has the name "".
    """

    fails: Mapping[Key, int]
    unknowns: Mapping[Key, int]
    problems: Mapping[tuple[str, str], int]
    files: Mapping[str, frozenset[str]]
    resources: Mapping[str, int]

    @classmethod
    def of(cls, result: ReportBuilder) -> "Census":
        """The census of a scan."""
        fails: Counter[Key] = Counter()
        unknowns: Counter[Key] = Counter()
        problems: Counter[tuple[str, str]] = Counter()
        files: dict[str, frozenset[str]] = {}
        resources: Counter[str] = Counter()
        for read, judgement in zip(result.found.reads, result.judgements, strict=True):
            name = result.paths.shown(read.stack.name)
            for stack in in_each(name, read.stack.deployments):
                files[stack] = read.stack.files | files.get(stack, frozenset())
                resources[stack] += judgement.resources
                for located in (*judgement.findings, *judgement.silenced):
                    finding = located.finding
                    if finding.verdict != "pass":
                        into = fails if finding.verdict == "fail" else unknowns
                        into.update(
                            (stack, finding.rule, one.resource) for one in finding.instances
                        )
                problems.update((stack, error.message) for error in judgement.errors)
                problems.update((stack, crash.rule) for crash in judgement.crashes)
        for error in (*result.found.errors, *result.rows.errors):
            inside = [stack for stack, paths in files.items() if error.place.file in paths]
            problems.update((stack, error.message) for stack in inside or [""])
        return cls(fails, unknowns, problems, files, resources)

    def blamed(self, before: "Census", mended: Iterable[EditCandidate]) -> "Blame":
        """What is wrong here that was not before, where edits were to mend some findings."""
        mended = tuple(mended)
        wanted = Counter(key for one in mended for key in one.keys)
        allowed = Counter(before.fails)
        allowed.subtract(wanted)
        worse = {key for key, count in self.fails.items() if count > allowed[key]}
        kept = frozenset(worse.intersection(wanted))
        worse |= _more(self.unknowns, before.unknowns)
        stacks = {key[0] for key in (*worse, *_more(self.problems, before.problems))}
        # What an edit that removes nothing took away is not mended.
        removed = Counter(stack for one in mended for stack in one.removed)
        stacks |= _more(before.resources, removed + Counter(self.resources))
        return Blame(kept, frozenset(stacks))


def _more(counts: Mapping[T, int], before: Mapping[T, int]) -> set[T]:
    return {key for key, count in counts.items() if count > before.get(key, 0)}


class Blame(Struct, frozen=True):
    """The findings that edits did not mend, and the stacks in which they made something worse."""

    kept: frozenset[Key]
    stacks: frozenset[str]


class ProofGroup(Struct):
    """Candidates that may get in the way of each other: stacks read files of several of them.

    `good` are those that hold, `waiting` are groups that are still to be tried.
    """

    stacks: frozenset[str]
    waiting: list[list[EditCandidate]]
    good: list[EditCandidate] = []

    def take(self, group: list[EditCandidate], held: bool, blame: Blame) -> None:
        """Learn what came of a group: it holds, or its parts wait to be tried by themselves."""
        if held:
            self.good += group
        elif len(group) > 1:
            kept = [one for one in group if not blame.kept.isdisjoint(one.keys)]
            rest = [one for one in group if one not in kept]
            if not kept or not rest:
                middle = len(group) // 2
                kept, rest = group[:middle], group[middle:]
            self.waiting += (kept, rest)


def parts(candidates: Iterable[EditCandidate], census: Census) -> list[ProofGroup]:
    """The parts of some candidates; without those that overlap with earlier ones."""
    found: list[ProofGroup] = []
    for one in candidates:
        changed = {edit.file for edit in one.edits}
        stacks = {stack for stack, files in census.files.items() if not changed.isdisjoint(files)}
        near = [part for part in found if not part.stacks.isdisjoint(stacks)]
        group = [each for part in near for each in part.waiting[0]]
        if overlap([edit for each in (*group, one) for edit in each.edits]):
            continue
        found = [part for part in found if part not in near]
        found.append(
            ProofGroup(frozenset(stacks.union(*(p.stacks for p in near))), [[*group, one]])
        )
    return found


def prove(
    candidates: Sequence[EditCandidate],
    before: Census,
    scan: Callable[[Sequence[EditCandidate]], Census],
    limit: int,
) -> list[EditCandidate]:
    """The candidates that do good, together.

    All are tried at once. Where that brings something worse, the parts in which it does are tried
    again with fewer, each part for itself in the same scan.

    Args:
        candidates: what may be made.
        before: what a scan without them finds.
        scan: finds what a scan with the edits of some candidates does. What it is asked for last
            are those that are returned, if there are any.
        limit: how many scans it may take, at least 1.
    """
    found = parts(candidates, before)
    scanned: list[EditCandidate] = []
    while (limit > 1 or not scanned) and any(part.waiting for part in found):
        limit -= 1
        trying = [(part, part.waiting.pop()) for part in found if part.waiting]
        scanned = [*_good(found), *(one for _, group in trying for one in group)]
        blame = scan(scanned).blamed(before, scanned)
        if elsewhere := blame.stacks.difference(*(part.stacks for part in found)):
            found = [_together(found, elsewhere)]
            trying = [(found[0], [one for _, group in trying for one in group])]
        for part, group in trying:
            part.take(group, blame.stacks.isdisjoint(part.stacks), blame)
    good = _good(found)
    if not good or len(good) == len(scanned):
        return good
    return [] if not limit or scan(good).blamed(before, good).stacks else good


def _together(found: Sequence[ProofGroup], stacks: frozenset[str]) -> ProofGroup:
    """All parts as one, with further stacks that one of them has an effect on."""
    return ProofGroup(
        stacks.union(*(part.stacks for part in found)),
        [group for part in found for group in part.waiting],
        _good(found),
    )


def _good(found: Iterable[ProofGroup]) -> list[EditCandidate]:
    return [one for part in found for one in part.good]
