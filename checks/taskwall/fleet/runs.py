"""The runs in a fleet's folder, and the parts of which each is made.

    DIR/run=NAME/run.json              what the run is about, written first
    DIR/run=NAME/lock                  held by the one process that adds to it
    DIR/run=NAME/part-000001/*.parquet the tables of some repositories: always whole
    DIR/run=NAME/finished.json         says that all repositories are there

A part is written beside, and put in its place by one `rename`: a process that is killed at whatever
moment leaves whole parts, and at most a folder that the next one removes.
"""

import fcntl
import os
import re
import shutil
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from hashlib import sha256
from types import TracebackType
from typing import Self, TypeVar

import msgspec
from msgspec import Struct

from taskwall import __version__
from taskwall.fleet import FleetError
from taskwall.fleet.parquet import write_table
from taskwall.fleet.plan import Target
from taskwall.fleet.scanning import FleetOptions
from taskwall.fleet.tables import TABLES, RepositoryRows

_NAME = re.compile(r"[A-Za-z0-9][\w.-]*", re.ASCII)
_PART = re.compile(r"part-(\d{6,})")
_UNFINISHED = ".writing-"

S = TypeVar("S", bound=Struct)


class RunRecord(Struct, frozen=True):
    """What a run is about: `plan` tells it from runs of other repositories or options.

    `today` is the day by which suppressions end in it.
    """

    taskwall: str
    started: str
    today: str
    plan: str
    repositories: int


class RunEnd(Struct, frozen=True):
    """When a run was finished."""

    finished: str


class Run:
    """A run that this process adds to; nobody else can meanwhile."""

    def __init__(self, folder: str, name: str) -> None:
        """Take a run, which is made if it is not there.

        Raises:
            FleetError: another process has it, or there can be no such folder.
        """
        if not _NAME.fullmatch(name):
            raise FleetError(f'"{name}" cannot name a run: letters, digits, ".", "_" and "-" can.')
        self.name = name
        self._folder = run_folder(folder, name)
        try:
            os.makedirs(self._folder, exist_ok=True)
            self._lock = open(os.path.join(self._folder, "lock"), "a")  # noqa: SIM115 (held)
        except OSError as error:
            why = error.strerror or str(error)
            raise FleetError(f"{folder}: cannot be written: {why}.") from error
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self._lock.close()
            raise RunTakenError(
                f"{folder}: another process works on the run {name}: wait for it, or name another"
                " run with --run."
            ) from error

    def __enter__(self) -> Self:
        """The run."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Let others have it."""
        self._lock.close()

    def begin(self, plan: str, repositories: int, today: str | None) -> RunRecord:
        """What the run is about, as it was when it was begun.

        Raises:
            FleetError: it is about something else.
        """
        now = datetime.now(UTC)
        record = run_record(self._folder)
        if record is None:
            day = today or f"{now:%Y-%m-%d}"
            record = RunRecord(__version__, _stamp(now), day, plan, repositories)
            _write_json(self._folder, "run.json", record)
        elif record.plan != plan:
            raise FleetError(
                f"the run {self.name} is of other repositories, options or another version of"
                " taskwall: name another one with --run."
            )
        for name in os.listdir(self._folder):
            if name.startswith(_UNFINISHED):
                shutil.rmtree(os.path.join(self._folder, name))
        return record

    def add(self, found: Iterable[RepositoryRows]) -> None:
        """Add the rows of some repositories: all of them, or none.

        Raises:
            OSError: they cannot be written.
        """
        last = max((number for number, _ in _parts(self._folder)), default=0)
        beside = os.path.join(self._folder, f"{_UNFINISHED}{last + 1:06}")
        results = list(found)
        try:
            os.mkdir(beside)
            for name in TABLES:
                write_table(name, (row for each in results for row in getattr(each, name)), beside)
            os.rename(beside, os.path.join(self._folder, f"part-{last + 1:06}"))
            _sync(self._folder)
        except OSError:
            shutil.rmtree(beside, ignore_errors=True)
            raise

    def finish(self) -> None:
        """Say that all repositories are there.

        Raises:
            OSError: it cannot be written.
        """
        if not is_finished(self._folder):
            _write_json(self._folder, "finished.json", RunEnd(_stamp(datetime.now(UTC))))


class RunTakenError(FleetError):
    """Another process has the run."""


def plan_of(wanted: Iterable[Target], options: FleetOptions) -> str:
    """What tells a plan from others: repositories, options, settings, and the version."""
    raw = msgspec.json.encode((tuple(wanted), options, __version__))
    if options.settings is not None:
        with open(options.settings, "rb") as stream:
            raw += stream.read()
    return sha256(raw).hexdigest()


def new_name() -> str:
    """The name of a run that begins now."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}"


def run_folder(folder: str, name: str) -> str:
    """The folder of a run."""
    return os.path.join(folder, f"run={name}")


def runs_of(folder: str) -> list[tuple[str, RunRecord, RunEnd | None]]:
    """The runs in a fleet's folder, the oldest first: name, what it is about, and its end."""
    found = []
    for entry in os.listdir(folder) if os.path.isdir(folder) else ():
        at = os.path.join(folder, entry)
        if entry.startswith("run=") and (record := run_record(at)) is not None:
            found.append((entry[4:], record, _read_json(at, "finished.json", RunEnd)))
    return sorted(found, key=lambda run: (run[1].started, run[0]))


def run_record(folder: str) -> RunRecord | None:
    """What the run of a folder is about; None if it has not begun."""
    return _read_json(folder, "run.json", RunRecord)


def is_finished(folder: str) -> bool:
    """Whether the run of a folder has all its repositories."""
    return os.path.exists(os.path.join(folder, "finished.json"))


def table_files(folder: str, runs: Iterable[str], table: str) -> Iterator[str]:
    """The files of a table, of some runs in a fleet's folder."""
    for name in runs:
        for _, part in sorted(_parts(run_folder(folder, name))):
            yield os.path.join(part, f"{table}.parquet")


def _parts(folder: str) -> Iterator[tuple[int, str]]:
    for name in os.listdir(folder):
        if match := _PART.fullmatch(name):
            yield int(match[1]), os.path.join(folder, name)


def _stamp(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


def _read_json(folder: str, name: str, kind: type[S]) -> S | None:
    """What a file of a run says; None if it is not there.

    Raises:
        FleetError: it is none of ours.
    """
    path = os.path.join(folder, name)
    try:
        with open(path, "rb") as stream:
            return msgspec.json.decode(stream.read(), type=kind)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.DecodeError) as error:
        raise FleetError(f"{path}: cannot be read: {error}.") from error


def _write_json(folder: str, name: str, what: Struct) -> None:
    path = os.path.join(folder, name)
    with open(f"{path}.tmp", "wb") as stream:
        stream.write(msgspec.json.encode(what) + b"\n")
        stream.flush()
        os.fsync(stream.fileno())
    os.replace(f"{path}.tmp", path)
    _sync(folder)


def _sync(folder: str) -> None:
    """Let what was renamed in a folder outlive a loss of power."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
