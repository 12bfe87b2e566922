"""The one door for every surface: read the sources, judge them, and make the report."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from time import perf_counter
from typing import Protocol, TypeAlias

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
from taskwall.sources.nearby import ReadCache
from taskwall.sources.refusals import nothing_to_analyse

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
    times = [perf_counter()]
    found = asked.read(files, reads)
    times.append(perf_counter())
    if not options.allow_empty and (nothing := nothing_to_analyse(asked.paths, found, files)):
        found.refused.append(nothing)
        found.foreign.clear()
    stacks = [read.stack for read in found.reads]
    if asked.settings.expect:
        from taskwall.api.expectations import unmatched

        found.refused.extend(unmatched(asked.settings, stacks, asked.paths))
    judging = _Judging(stacks, asked.rules, asked.settings, cache)
    judgements: list[Judgement] = []
    for judgement in _judged(judging, options.jobs, progress):
        judgements.append(judgement)
        times.append(perf_counter())
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


def _judged(judging: "_Judging", jobs: int, progress: Progress | None) -> Iterator[Judgement]:
    """The judgement of each stack, in the order of the stacks, however many processes work."""
    stacks = judging.stacks
    count = min(jobs, len(stacks))
    results = judging.apart(count) if count > 1 else map(judging, range(len(stacks)))
    for number, result in enumerate(results, 1):
        if progress:
            progress(number, len(stacks), stacks[number - 1].name)
        yield result


class _Judging:
    """Judges a stack by its index, here or in processes of its own."""

    def __init__(
        self,
        stacks: Sequence[Stack],
        rules: Sequence[Rule],
        use: Settings,
        memory: Cache | None = None,
    ) -> None:
        self.stacks = stacks
        self.rules = rules
        self.use = use
        self.judge = engine.judge
        if memory is not None:
            memory.keep(stacks, rules, use)
            self.judge = memory.judge

    def __call__(self, index: int) -> Judgement:
        return judge_stack(self.stacks[index], self.rules, self.use, self.judge)

    def apart(self, count: int) -> Iterator[Judgement]:
        """The judgements in order, made by several processes where the platform can fork."""
        from taskwall.api import workers

        if workers.can_fork():
            return workers.results(self, len(self.stacks), count, self._lost)
        return map(self, range(len(self.stacks)))

    def _lost(self, index: int) -> Judgement:
        """What stands for the judgement of a stack whose process was ended."""
        name = self.stacks[index].name
        start = Span(min(self.stacks[index].files, default=name), 1, 1, 1, 1)
        why = "the process that judged it was ended from outside, perhaps for want of memory"
        return Judgement((), 0, errors=(InternalError(start, why),))
