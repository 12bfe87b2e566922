"""A scan in a process of its own, with limits: it may crash or hang, and nothing else does.

The process is forked from a server that has imported the scanner and does nothing else: to begin
one takes milliseconds, and each begins with the same clean memory.
"""

import gc
import multiprocessing
import os
import resource
import signal
import sys
import tempfile
import threading
import time
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

import msgspec
from msgspec import Struct

from taskwall import __version__
from taskwall.fleet.plan import Target
from taskwall.fleet.scanning import FleetOptions, scanned
from taskwall.fleet.tables import RepositoryRows, TimingRow, not_scanned

_PRELOADED = ["__main__", "taskwall.fleet.warm"]
"""What the server imports; the module that runs, too, since else each process imports it anew."""

LARGEST_RESULT = 512 << 20
"""A repository with rows of more bytes than this is one that could not be scanned."""

_MIB = 1 << 20
_GRACE = 5
"""Seconds after the limit at which a process ends itself, should nobody be there to end it."""


class Limits(Struct, frozen=True):
    """What a repository may take: seconds, and MiB of memory (and of each file that it makes)."""

    seconds: float = 300
    megabytes: int = 2048


def scanned_apart(target: Target, options: FleetOptions, limits: Limits, version: str) -> bytes:
    """The rows of a repository, as `rows_in` reads them, whatever becomes of its process.

    Args:
        target: the repository.
        options: what is asked of it.
        limits: what it may take.
        version: of taskwall, as whoever asks has it.

    Raises:
        RuntimeError: taskwall has another version here.
    """
    if version != __version__:
        raise RuntimeError(f"it has taskwall {__version__}, and {version} is asked for")
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="taskwall-", ignore_cleanup_errors=True) as scratch:
        answer = _answer(target, options, limits, scratch)
    if isinstance(answer, bytes):
        return answer
    status, reason = answer
    rows = not_scanned(target.repository, target.revision, status, reason)
    seconds = round(time.monotonic() - started, 3)
    rows.timings.append(TimingRow(target.repository, target.revision, seconds, 0.0, 0.0))
    return msgspec.msgpack.encode(rows)


def rows_in(raw: bytes) -> RepositoryRows:
    """The rows that `scanned_apart` gave."""
    return msgspec.msgpack.decode(raw, type=RepositoryRows)


def _answer(
    target: Target, options: FleetOptions, limits: Limits, scratch: str
) -> bytes | tuple[str, str]:
    """The rows; or else what was in the way: the status, and a sentence."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_PRELOADED)
    here, there = context.Pipe(duplex=False)
    process = context.Process(
        target=_scan, args=(there, target, options, limits, scratch), daemon=True
    )
    process.start()
    there.close()
    try:
        here.recv_bytes()  # it has begun: what the server takes to start is not its own
        if not here.poll(limits.seconds):
            return "timeout", f"was not done in {limits.seconds:g} seconds."
        return here.recv_bytes(LARGEST_RESULT)
    except EOFError:
        process.join(_GRACE)
        return _ended(process.exitcode, limits)
    except OSError:
        return "memory", f"its results have more than {LARGEST_RESULT // _MIB} MiB."
    finally:
        here.close()
        process.kill()
        process.join()
        process.close()


def _ended(status: int | None, limits: Limits) -> tuple[str, str]:
    """What the end of a process that gave no answer means."""
    if status == _OUT_OF_MEMORY:
        return "memory", f"needed more than {limits.megabytes} MiB of memory."
    if status == -signal.SIGALRM:
        return "timeout", f"was not done in {limits.seconds:g} seconds."
    if status is None or status >= 0:
        return "crash", f"its process ended with status {status}."
    return "crash", f"its process was ended by signal {signal.Signals(-status).name}."


_OUT_OF_MEMORY = 77
"""The exit status of a process that had not the memory to say so."""


def _scan(
    there: Connection, target: Target, options: FleetOptions, limits: Limits, scratch: str
) -> None:
    """Scan in this process, which ends with it."""
    gc.disable()  # what a scan makes it keeps
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever waits for this process hears it
    _end_with(multiprocessing.parent_process())
    _send(there, b"")
    signal.setitimer(signal.ITIMER_REAL, limits.seconds + _GRACE)
    most = limits.megabytes * _MIB
    for kind in (resource.RLIMIT_DATA, resource.RLIMIT_FSIZE):
        resource.setrlimit(kind, (most, most))
    started = time.monotonic()
    try:
        rows = _contained(target, options, scratch)
        seconds = round(time.monotonic() - started, 3)
        rows.timings.append(TimingRow(*_key(target), seconds, *_used()))
        raw = msgspec.msgpack.encode(rows)
    except MemoryError:
        os._exit(_OUT_OF_MEMORY)
    _send(there, raw)
    os._exit(0)  # to take a large network apart, only to end, takes time


def _send(there: Connection, raw: bytes) -> None:
    """Send to who waits for this process, which ends if nobody does any more."""
    try:
        there.send_bytes(raw)
    except OSError:
        os._exit(1)


def _used() -> tuple[float, float]:
    """The seconds of a processor, and the MiB of memory, that this process has taken."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    unit = 1 if sys.platform == "darwin" else 1024  # bytes of ru_maxrss
    return round(used.ru_utime + used.ru_stime, 3), round(used.ru_maxrss * unit / _MIB, 1)


def _key(target: Target) -> tuple[str, str]:
    return target.repository, target.revision


def _contained(target: Target, options: FleetOptions, scratch: str) -> RepositoryRows:
    """The rows of a repository; a row that says so if scanning raises."""
    try:
        return scanned(target, options, scratch)
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 (a defect of ours costs one repository, not the run)
        last = error.__traceback__
        while last is not None and last.tb_next is not None:
            last = last.tb_next
        file = os.path.basename(last.tb_frame.f_code.co_filename) if last else ""
        at = f" ({file}:{last.tb_lineno})" if last else ""
        reason = f"scanning it crashed: {type(error).__name__}: {error}{at}."
        return not_scanned(*_key(target), "crash", reason)


def _end_with(parent: BaseProcess | None) -> None:
    """End this process when the one that waits for it is gone."""

    def watch() -> None:
        if parent is not None:
            parent.join()
            os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
