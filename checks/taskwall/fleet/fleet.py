"""A fleet: scan many repositories into a run, from where an earlier process came to."""

import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from taskwall import __version__
from taskwall.fleet import FleetError
from taskwall.fleet.apart import Limits, rows_in, scanned_apart
from taskwall.fleet.parquet import dataset
from taskwall.fleet.plan import Target
from taskwall.fleet.runs import (
    Run,
    RunTakenError,
    new_name,
    plan_of,
    run_folder,
    runs_of,
    table_files,
)
from taskwall.fleet.scanning import FleetOptions
from taskwall.fleet.tables import RepositoryRows, not_scanned
from taskwall.fleet.workers import WorkersError, Workplace, answers

FleetProgress: TypeAlias = Callable[[int, int], None]
"""Told how many repositories are done, of how many."""

_PART_ROWS = 50_000
_PART_REPOSITORIES = 256
_PART_SECONDS = 20
"""A part is written when it has so many rows or repositories, or after so many seconds."""


class FleetResult(Struct, frozen=True):
    """A run that is finished: its name, how many repositories it has, and were there before."""

    run: str
    repositories: int
    before: int


def run_fleet(
    wanted: Sequence[Target],
    folder: str,
    name: str | None,
    options: FleetOptions,
    limits: Limits,
    place: Workplace,
    progress: FleetProgress,
) -> FleetResult:
    """Scan repositories into a run of a fleet's folder.

    Args:
        wanted: the repositories.
        folder: of the fleet; it is made if it is not there.
        name: of the run; without it, the newest of the same plan that is not finished, else a new
            one.
        options: what is asked of each repository.
        limits: what each may take.
        place: where the work is done.
        progress: is told after each part that is written.

    Raises:
        FleetError: it cannot be done, or not be finished: then the message says how far it came.
    """
    try:
        plan = plan_of(wanted, options)
    except OSError as error:
        raise FleetError(f"{options.settings}: cannot be read: {error.strerror}.") from error
    with _taken(folder, name, plan) as run:
        record = run.begin(plan, len(wanted), options.today)
        known = set(_done(folder, run.name))
        left = [target for target in wanted if target not in known]
        count = _Count(len(wanted) - len(left), len(wanted), progress)
        work = partial(
            scanned_apart,
            options=replace(options, today=record.today),
            limits=limits,
            version=__version__,
        )
        try:
            _scan(run, work, place, left, count)
        except (OSError, WorkersError) as error:
            why = str(error)
            if isinstance(error, OSError):
                why = f"{folder}: cannot be written: {error.strerror or error}"
            raise FleetError(
                f"{why}. {count.done} of {count.all} repositories are done; the same command goes"
                " on from there."
            ) from error
    return FleetResult(run.name, len(wanted), len(known))


class _Count:
    """How many repositories are done, of how many; tells so."""

    def __init__(self, done: int, every: int, tell: FleetProgress) -> None:
        self.done = 0
        self.all = every
        self._tell = tell
        self.add(done)

    def add(self, more: int) -> None:
        self.done += more
        self._tell(self.done, self.all)


def _scan(
    run: Run, work: Callable[[Target], bytes], place: Workplace, left: list[Target], count: _Count
) -> None:
    """Add what is left to a run, and finish it.

    Raises:
        OSError: the rows cannot be written.
        WorkersError: the work cannot go on.
    """
    for part in _gathered(answers(place, work, left)) if left else ():
        run.add(part)
        count.add(len(part))
    if count.done < count.all:
        raise WorkersError(f"{count.all - count.done} repositories were never answered")
    run.finish()


def _taken(folder: str, name: str | None, plan: str) -> Run:
    """The run to add to.

    Raises:
        FleetError: another process has it.
    """
    if name is not None:
        return Run(folder, name)
    for old, record, end in reversed(runs_of(folder)):
        if end is None and record.plan == plan:
            return Run(folder, old)
    name = fresh = new_name()
    for number in range(2, 100):
        try:
            if not os.path.exists(run_folder(folder, fresh)):
                return Run(folder, fresh)
        except RunTakenError:
            pass
        fresh = f"{name}-{number}"
    raise FleetError(f"{folder}: too many runs begin at the same moment.")


def _done(folder: str, run: str) -> Iterator[Target]:
    """The repositories that a run has."""
    table = dataset("repositories", folder, table_files(folder, [run], "repositories"))
    for batch in table.to_batches(columns=["repository", "revision"]):
        for row in batch.to_pylist():
            yield Target(row["repository"], row["revision"])


def _gathered(
    found: Iterable[tuple[Target, bytes | BaseException]],
) -> Iterator[list[RepositoryRows]]:
    """Rows together, as parts have them. What there is of a part is given if the rest is lost."""
    part: list[RepositoryRows] = []
    rows = 0
    begun = time.monotonic()
    lost: WorkersError | None = None
    try:
        for target, raw in found:
            one = _rows(target, raw)
            part.append(one)
            rows += len(one.findings) + len(one.unknowns) + len(one.flows)
            late = time.monotonic() - begun > _PART_SECONDS
            if late or rows > _PART_ROWS or len(part) == _PART_REPOSITORIES:
                yield part
                part, rows, begun = [], 0, time.monotonic()
    except WorkersError as error:
        lost = error
    if part:
        yield part
    if lost is not None:
        raise lost


def _rows(target: Target, raw: bytes | BaseException) -> RepositoryRows:
    if isinstance(raw, bytes):
        return rows_in(raw)
    why = f"its worker was lost: {type(raw).__name__}: {raw}"
    return not_scanned(target.repository, target.revision, "crash", why)
