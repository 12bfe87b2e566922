"""The one door for every surface: read the sources, judge them, and make the report."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias, cast

from msgspec import Struct
from msgspec.structs import replace

from taskwall import __version__, baseline, engine, outputs, settings, sources, suppress
from taskwall.engine import Judgement
from taskwall.excerpts import Lines, Paths, seen_from
from taskwall.files import Files
from taskwall.finding import (
    SEVERITIES,
    Document,
    Finding,
    Problem,
    Report,
    Severity,
    Summary,
    Suppressed,
    Unread,
)
from taskwall.resource import Skip
from taskwall.rule import Rule
from taskwall.rules import all_rules
from taskwall.settings import Settings
from taskwall.stack import Inputs, SourceError, Stack
from taskwall.values import Place

Progress: TypeAlias = Callable[[int, int], None]
"""Told, after each stack, how many are judged and how many there are."""


class Options(Struct, frozen=True):
    """What a user asks for; None leaves it to the settings.

    `inputs` are values as the user gave them (the boundary in them is found, not given). `cwd` is
    the folder that relative paths, here and in the report, are seen from. `write_baseline` names
    the file that a new baseline goes to, "" the usual one: what goes into it is then reported as
    suppressed by it. `jobs` is the number of processes.
    """

    paths: tuple[str, ...] = (os.curdir,)
    inputs: Inputs = Inputs()
    profile: str | None = None
    select: tuple[str, ...] | None = None
    ignore: tuple[str, ...] | None = None
    show: tuple[str, ...] | None = None
    fail_on: str | None = None
    scenarios: str | None = None
    baseline: str | None = None
    write_baseline: str | None = None
    jobs: int = 1
    cwd: str = ""


def scan(options: Options, files: Files | None = None, progress: Progress | None = None) -> Report:
    """Scan sources and report what the rules say of them.

    Args:
        options: what to scan, and how.
        files: where texts come from, for surfaces that hold some that are not on disk.
        progress: is told how far the judging is.

    Raises:
        SettingsError: the settings, or options that stand before them, cannot be meant so.
        BaselineError: a baseline cannot be read or written.
    """
    cwd = os.path.abspath(options.cwd or os.curdir)
    paths = [os.path.normpath(os.path.join(cwd, path)) for path in options.paths]
    every = all_rules()
    use = settings.overridden(
        settings.load(paths[0] if paths else cwd, every),
        every,
        profile=options.profile,
        select=options.select,
        ignore=options.ignore,
        show=options.show,
        fail_on=options.fail_on,
        scenarios=options.scenarios,
        baseline=options.baseline and os.path.join(cwd, options.baseline),
    )
    rules = settings.chosen(every, use)
    aside = use.baseline
    known: Mapping[str, baseline.Entry] = {}
    if options.write_baseline is not None:
        aside = os.path.join(cwd, options.write_baseline or aside or baseline.NAME)
        baseline.may_be_written(aside)
    elif aside:
        known = baseline.read(aside)

    files = Files() if files is None else files
    var_files = tuple(os.path.join(cwd, path) for path in options.inputs.var_files)
    found = sources.read(paths, replace(options.inputs, var_files=var_files), use, files)
    judgements = _judged([read.stack for read in found.reads], rules, use, options.jobs, progress)

    result = _Result(found, judgements, rules=rules, use=use, files=files, cwd=cwd)
    if options.write_baseline is not None:
        known = result.entries()
        try:
            outputs.write(aside, baseline.written(known.values()))
        except OSError as error:
            why = error.strerror or str(error)
            raise baseline.BaselineError(f"{aside}: cannot be written: {why}.") from error
    return result.report(known, aside)


# Judging


def _judged(
    stacks: Sequence[Stack],
    rules: Sequence[Rule],
    use: Settings,
    jobs: int,
    progress: Progress | None,
) -> list[Judgement]:
    """The judgement of each stack, in the order of the stacks, however many processes work."""
    judging = _Judging(stacks, rules, use)
    count = min(jobs, len(stacks))
    results = judging.apart(count) if count > 1 else map(judging, range(len(stacks)))
    found: list[Judgement] = []
    for result in results:
        found.append(result)
        if progress:
            progress(len(found), len(stacks))
    return found


class _Judging:
    """Judges a stack by its index, here or in processes of its own."""

    current: "_Judging"

    def __init__(self, stacks: Sequence[Stack], rules: Sequence[Rule], use: Settings) -> None:
        self.stacks = stacks
        self.rules = rules
        self.use = use

    def __call__(self, index: int) -> Judgement:
        stack = self.stacks[index]
        try:
            return engine.judge(stack, self.rules, self.use)
        except RecursionError:
            place = Place(min(stack.files, default=stack.name), 1, 1, 1, 1)
            error = SourceError(place, "is nested too deeply to be analysed")
            return Judgement((), 0, errors=(error,))

    def apart(self, count: int) -> Iterator[Judgement]:
        """The judgements in order, made by several processes where the platform can fork."""
        import multiprocessing

        if "fork" not in multiprocessing.get_all_start_methods():
            yield from map(self, range(len(self.stacks)))
            return
        _Judging.current = self  # what is forked sees it; a stack could not be sent
        with multiprocessing.get_context("fork").Pool(count, _uninterrupted) as pool:
            yield from pool.imap(_judge_current, range(len(self.stacks)))


def _judge_current(index: int) -> Judgement:
    return _Judging.current(index)


def _uninterrupted() -> None:
    """Leave an interruption to the process that waits for this one."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)


# The report


class _Row(Struct, frozen=True):
    """A finding on its way into the report, and the skip that keeps it silent."""

    finding: Finding
    place: Place
    boundary: str
    name: str
    skip: Skip | None


class _Result:
    """What the judging brought, put in order."""

    def __init__(
        self,
        found: sources.Sources,
        judgements: Sequence[Judgement],
        *,
        rules: Sequence[Rule],
        use: Settings,
        files: Files,
        cwd: str,
    ) -> None:
        self.found = found
        self.judgements = judgements
        self.rules = rules
        self.use = use
        self.lines = Lines(files, [read.stack for read in found.reads])
        self.paths = Paths(cwd)
        self.used: set[Skip] = set()
        rows = sorted(_merged(self._rows()), key=lambda row: _order(row.finding))
        self.rows = _fingerprinted(rows, self.lines, "pass" in use.show)

    def _rows(self) -> Iterator[_Row]:
        for read, judgement in zip(self.found.reads, self.judgements, strict=True):
            skips = suppress.by_file(judgement.skips)
            for judged in judgement.judged:
                silencing = suppress.silencing(judged, skips)
                self.used.update(silencing)
                if read.only is None or judged.at.file in read.only:
                    yield _Row(
                        self.paths.respelt(judged.finding),
                        judged.at,
                        read.boundary,
                        judged.on.name,
                        silencing[0] if silencing else None,
                    )

    def entries(self) -> dict[str, baseline.Entry]:
        """The entries of a new baseline, by fingerprint: what is shown, but for passes."""
        return {
            one.fingerprint: baseline.Entry(
                one.fingerprint,
                one.rule,
                one.verdict,
                seen_from(row.boundary, row.place.file),
                one.resource,
            )
            for row in self.rows
            if row.skip is None
            and (one := row.finding).verdict != "pass"
            and one.verdict in self.use.show
        }

    def report(self, known: Mapping[str, baseline.Entry], aside: str) -> Report:
        """The report, with the findings put aside that a baseline (in the file `aside`) knows."""
        loud: list[Finding] = []
        silent: list[Suppressed] = []
        for row in self.rows:
            finding, skip = row.finding, row.skip
            entry = known.get(finding.fingerprint)
            if skip is not None:
                file = self.paths.shown(skip.place.file)
                silent.append(Suppressed(finding, "comment", skip.reason, file, skip.place.line))
            elif entry is not None and entry.silences(finding.verdict):
                silent.append(Suppressed(finding, "baseline", "", self.paths.shown(aside), 1))
            else:
                loud.append(finding)
        errors = self._errors()
        crashes = tuple(
            dict.fromkeys(
                replace(crash, stack=self.paths.shown(crash.stack))
                for judgement in self.judgements
                for crash in judgement.crashes
            )
        )
        verdicts = [finding.verdict for finding in loud]
        reads = self.found.reads
        summary = Summary(
            files=len(frozenset().union(*(read.stack.files for read in reads))),
            stacks=len(reads),
            resources=sum(judgement.resources for judgement in self.judgements),
            fail=verdicts.count("fail"),
            unknown=verdicts.count("unknown"),
            passed=verdicts.count("pass"),
            suppressed=len(silent),
            errors=len(errors),
            crashes=len(crashes),
        )
        document = Document(
            1,
            __version__,
            summary,
            tuple(finding for finding in loud if finding.verdict in self.use.show),
            tuple(silent),
            _unread(self.judgements),
            errors,
            crashes,
        )
        notes = dict.fromkeys((*self._notes(), *self._idle(), *self._stale(known)))
        status = 2 if errors or crashes else int(_fails(loud, self.use.fail_on))
        reasons = {
            need.name: need.why
            for one in self.judgements
            for judged in one.judged
            for need in judged.waits
        }
        return Report(document, self._excerpt, tuple(notes), tuple(loud), status, reasons)

    def _excerpt(self, file: str, line: int) -> str | None:
        lines = self.lines.of(self.paths.meant(file))
        return lines[line - 1] if 0 < line <= len(lines) else None

    def _errors(self) -> tuple[Problem, ...]:
        """What could not be read, each once however many stacks met it."""
        errors = {*self.found.errors, *(error for one in self.judgements for error in one.errors)}
        problems = {
            Problem(self.paths.shown(e.place.file), e.place.line, e.place.column, e.message)
            for e in errors
        }
        return tuple(sorted(problems, key=lambda p: (p.file, p.line, p.column, p.message)))

    def _notes(self) -> Iterator[str]:
        for path in self.found.foreign:
            yield f"{self.paths.shown(path)}: is neither Terraform nor a template: passed over"
        for read, judgement in zip(self.found.reads, self.judgements, strict=True):
            name = read.stack.name
            yield from (note.replace(name, self.paths.shown(name)) for note in judgement.notes)

    def _idle(self) -> Iterator[str]:
        """The suppressions in the sources that suppress nothing."""
        every = all_rules()
        for read, judgement in zip(self.found.reads, self.judgements, strict=True):
            for skip in judgement.skips:
                if (
                    skip in self.used
                    or not skip.rule.startswith("TW")
                    or skip.place.file not in read.files
                ):
                    continue
                where = f"{self.paths.shown(skip.place.file)}:{skip.place.line}: "
                if any(suppress.names(skip, rule.id) for rule in self.rules):
                    yield f"{where}the suppression of {skip.rule} no longer suppresses anything"
                elif not any(suppress.names(skip, rule.id) for rule in every):
                    hint = settings.nearest(skip.rule, [rule.id for rule in every])
                    yield f"{where}no rule is {skip.rule}{hint}: nothing is suppressed"

    def _stale(self, known: Mapping[str, baseline.Entry]) -> Iterator[str]:
        """The entries of the baseline that could have been met here and were not."""
        met = {row.finding.fingerprint for row in self.rows if row.finding.verdict != "pass"}
        ran = {rule.id for rule in self.rules}
        scanned = {
            seen_from(read.boundary, path) for read in self.found.reads for path in read.files
        }
        for entry in known.values():
            if entry.fingerprint not in met and entry.rule in ran and entry.file in scanned:
                yield f"{entry.file}: the baseline's {entry.rule} on {entry.resource} is gone"


def _merged(rows: Iterable[_Row]) -> Iterator[_Row]:
    """One row for those, of whichever stacks, that say the same of the same place."""
    found: dict[tuple[object, ...], _Row] = {}
    for row in rows:
        one = row.finding
        says = (one.rule, one.verdict, one.severity, one.message, one.when, one.missing)
        key = (says, row.place, one.called_from, row.skip)
        if (first := found.get(key)) is None:
            found[key] = row
        else:
            instances = tuple(dict.fromkeys((*first.finding.instances, *one.instances)))
            found[key] = replace(first, finding=replace(first.finding, instances=instances))
    yield from found.values()


def _order(one: Finding) -> tuple[object, ...]:
    """By place, rule and resource, and then by whatever else may differ."""
    first = (one.file, one.line, one.column, one.rule, one.resource)
    return (*first, one.verdict, one.end_line, one.end_column, one.stack, one.message)


def _fingerprinted(rows: Sequence[_Row], lines: Lines, passes: bool) -> list[_Row]:
    """The rows with fingerprints, which edits elsewhere in a file leave alone.

    They rest on the rule, the file as seen from the repository, the resource and the masked text
    at the place; equal ones are counted. Passes get one only if they are shown, and come last, so
    that fails have the same fingerprint either way.
    """
    from hashlib import sha256

    times: dict[str, int] = {}
    prints: dict[int, str] = {}
    for index, row in sorted(enumerate(rows), key=lambda pair: pair[1].finding.verdict == "pass"):
        if row.finding.verdict == "pass" and not passes:
            break
        file = seen_from(row.boundary, row.place.file)
        text = "\0".join((row.finding.rule, file, row.name, lines.at(row.place)))
        times[text] = times.get(text, 0) + 1
        prints[index] = sha256(f"{text}\0{times[text]}".encode()).hexdigest()[:20]
    return [
        replace(row, finding=replace(row.finding, fingerprint=prints.get(index, "")))
        for index, row in enumerate(rows)
    ]


def _unread(judgements: Iterable[Judgement]) -> tuple[Unread, ...]:
    """What nothing reads, over all stacks: types first, then attributes, each by type."""
    found: dict[tuple[bool, str], Unread] = {}
    for unread in (one for judgement in judgements for one in judgement.unread):
        key = (bool(unread.attributes), unread.type)
        known = found.get(key, Unread(unread.type, 0))
        attributes = tuple(sorted({*known.attributes, *unread.attributes}))
        found[key] = Unread(unread.type, known.count + unread.count, attributes)
    return tuple(found[key] for key in sorted(found))


def _fails(findings: Iterable[Finding], threshold: str) -> bool:
    """Whether a fail is at or above a threshold of severity."""
    if threshold == "never":
        return False
    bad = SEVERITIES[: SEVERITIES.index(cast(Severity, threshold)) + 1]
    return any(finding.verdict == "fail" and finding.severity in bad for finding in findings)
