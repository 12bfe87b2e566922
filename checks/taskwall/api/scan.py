"""The one door for every surface: read the sources, judge them, and make the report."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from time import perf_counter
from typing import TYPE_CHECKING, Protocol, TypeAlias

from taskwall import outputs
from taskwall.api.options import Options, ResolvedOptions, resolved_options
from taskwall.core.values import Span
from taskwall.engine import judge as engine
from taskwall.engine.judgement import Judgement
from taskwall.findings import baseline
from taskwall.findings.baseline import Baseline
from taskwall.findings.finding import Report
from taskwall.report.report import ReportBuilder
from taskwall.rules._rule import Rule
from taskwall.settings import Settings
from taskwall.source.containment import crash_at
from taskwall.source.files import Files
from taskwall.source.stack import InternalError, Stack
from taskwall.sources.found import ReadStack
from taskwall.sources.nearby import ReadCache
from taskwall.sources.refusals import nothing_to_analyse

if TYPE_CHECKING:
    from taskwall.api.workers import Workers

__all__ = ["Cache", "Options", "Progress", "built", "judge_stack", "scan"]

Progress: TypeAlias = Callable[[int, int, str], None]
"""Called after each stack: how many are judged, how many there are, and its name."""


class Cache(Protocol):
    """What surfaces that scan again and again keep from one scan to the next."""

    result: ReportBuilder | None
    """What came of the last scan."""

    def keep(self, stacks: Iterable[Stack], rules: Sequence[Rule], settings: Settings) -> None:
        """Forget all but these stacks, by their names, and all if rules or settings are others."""

    def judge(self, stack: Stack, rules: Sequence[Rule], settings: Settings) -> Judgement:
        """The judgement of a stack."""


def scan(
    options: Options,
    files: Files | None = None,
    progress: Progress | None = None,
    cache: Cache | None = None,
) -> Report:
    """Scan sources and report what the rules say of them.

    Args:
        options: what to scan, and how.
        files: where texts come from, for surfaces that hold some that are not on disk.
        progress: takes how many stacks are judged, of how many, and the name of the last.
        cache: what earlier scans of the same sources found, for surfaces that scan again and
            again: it changes nothing but the time that the scan takes.

    Raises:
        SettingsError: the settings, or options that override them, are not valid.
        BaselineError: a baseline cannot be read or written.
    """
    asked = resolved_options(options)
    aside = asked.settings.baseline
    known = Baseline()
    if options.write_baseline is not None:
        aside = os.path.join(asked.cwd, options.write_baseline or aside or baseline.DEFAULT_FILE)
        baseline.may_be_written(aside)
    elif aside:
        known = baseline.read(aside)

    result = built(asked, options, Files() if files is None else files, progress, cache)
    if cache is not None:
        cache.result = result
    if options.write_baseline is not None:
        known = result.baseline()
        try:
            outputs.write(aside, baseline.encode(known.entries.values()))
        except OSError as error:
            why = error.strerror or str(error)
            raise baseline.BaselineError(f"{aside}: cannot be written: {why}.") from error
    return result.report(known, aside)


def built(
    asked: ResolvedOptions,
    options: Options,
    files: Files,
    progress: Progress | None = None,
    cache: Cache | None = None,
    reads: ReadCache | None = None,
) -> ReportBuilder:
    """What judging the sources brought, of which reports are made."""
    judging = _Judging(asked.rules, asked.settings, options.jobs, cache)
    times = [perf_counter()]
    try:
        found = asked.read(files, reads, judging.begin)
        times.append(perf_counter())
        if not options.allow_empty and (nothing := nothing_to_analyse(asked.paths, found, files)):
            found.refused.append(nothing)
            found.foreign.clear()
        if asked.settings.expect:
            from taskwall.api.expectations import unmatched

            stacks = [read.stack for read in found.reads]
            found.refused.extend(unmatched(asked.settings, stacks, asked.paths))
        judgements: list[Judgement] = []
        for judgement in judging.judgements(found.reads):
            judgements.append(judgement)
            times.append(perf_counter())
            if progress:
                number = len(judgements)
                progress(number, len(found.reads), found.reads[number - 1].stack.name)
    finally:
        judging.end()
    return ReportBuilder(
        found,
        judgements,
        rules=asked.rules,
        every=asked.every,
        settings=asked.settings,
        files=files,
        cwd=asked.cwd,
        seconds=[end - start for start, end in pairwise(times)],
    )


def judge_stack(
    stack: Stack,
    rules: Sequence[Rule],
    use: Settings,
    judge: Callable[[Stack, Sequence[Rule], Settings], Judgement] = engine.judge,
) -> Judgement:
    """The judgement of one stack, however it is written; a crash where judging it raises.

    Raises:
        CancelledError: nobody waits for it any more.
    """
    try:
        return judge(stack, rules, use)
    except Exception as error:  # noqa: BLE001 (one stack must not cost the others)
        start = Span(min(stack.files, default=stack.name), 1, 1, 1, 1)
        return Judgement((), 0, errors=(crash_at(start, error),))


class _Judging:
    """Judges stacks as they are read, here or in processes of its own."""

    def __init__(
        self, rules: Sequence[Rule], use: Settings, jobs: int, memory: Cache | None
    ) -> None:
        self._rules, self._use, self._jobs, self._memory = rules, use, jobs, memory
        self._judge = engine.judge if memory is None else memory.judge
        self._stacks: list[Stack] = []
        self._workers: Workers[Judgement] | None = None

    def begin(self, reads: Sequence[ReadStack]) -> None:
        """Let other processes judge what is read by now, while this one reads more."""
        if self._jobs > 1 and len(reads) > 1 and self._memory is None:
            self._give(reads)

    def judgements(self, reads: Sequence[ReadStack]) -> Iterator[Judgement]:
        """The judgement of each stack, in their order, however many processes work."""
        if self._memory is not None:
            self._memory.keep([one.stack for one in reads], self._rules, self._use)
        if self._jobs > 1 and len(reads) > 1:
            self._give(reads)
        if self._workers is not None:
            return self._workers.results()
        self._stacks = [one.stack for one in reads]
        return map(self._judged, range(len(reads)))

    def end(self) -> None:
        """End all processes."""
        if self._workers is not None:
            self._workers.end()

    def _give(self, reads: Sequence[ReadStack]) -> None:
        from taskwall.api.workers import Workers, can_fork

        if can_fork():
            self._stacks += [one.stack for one in reads[len(self._stacks) :]]
            if self._workers is None:
                self._workers = Workers(self._judged, self._jobs, self._lost, self._size)
            self._workers.begin(len(self._stacks))

    def _judged(self, index: int) -> Judgement:
        return judge_stack(self._stacks[index], self._rules, self._use, self._judge)

    def _size(self, index: int) -> int:
        return len(self._stacks[index].files)

    def _lost(self, index: int) -> Judgement:
        """What stands for the judgement of a stack whose process was ended."""
        name = self._stacks[index].name
        start = Span(min(self._stacks[index].files, default=name), 1, 1, 1, 1)
        why = "the process that judged it was ended from outside, perhaps for want of memory"
        return Judgement((), 0, errors=(InternalError(start, why),))
