"""Who does the work: a cluster of Dask, in this process or one that runs elsewhere."""

import logging
from asyncio import CancelledError
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any

from msgspec import Struct

from taskwall.fleet import FleetError
from taskwall.fleet.plan import Target

_AHEAD = 2
"""So many tasks are asked for at a time, for each one that can be worked on."""

_TOGETHER = 8
"""So many repositories are one task at most, of which Dask takes 3 ms.

Only where no worker can die of one; and there are so many tasks that all workers end together.
"""

_TASKS = 20
"""So many tasks, for each worker, are enough for that."""

_SECONDS_TO_ANSWER = 20
_SECONDS_TO_CLOSE = 5
_SECONDS_FOR_WORKERS = 60
_QUIETLY = {
    "distributed.worker.profile.enabled": False,
    "distributed.admin.tick.interval": "1s",
}
"""Of a cluster in this process: what it sees of itself, many times a second, nobody looks at."""


class Workplace(Struct, frozen=True):
    """Where the work is done.

    `scheduler` is the address of one that runs (`tls://HOST:PORT`); without it `jobs` repositories
    are worked on at a time here. The files are those of TLS; without them Dask's own settings say
    which.
    """

    jobs: int = 1
    scheduler: str | None = None
    ca: str | None = None
    certificate: str | None = None
    key: str | None = None


class WorkersError(Exception):
    """The work cannot go on: the scheduler is gone, or workers cannot do any; says which."""


def answers(
    place: Workplace, work: Callable[[Target], bytes], wanted: Sequence[Target]
) -> Iterator[tuple[Target, bytes | BaseException]]:
    """What some work gives for each repository, as it comes; an exception where workers died of it.

    Raises:
        FleetError: there is no such scheduler.
        WorkersError: the work cannot go on.
    """
    from distributed import KilledWorker, as_completed

    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    most = _TOGETHER if place.scheduler is None else 1
    size = max(1, min(most, len(wanted) // (_TASKS * place.jobs)))
    pending = iter(wanted)
    asked: dict[str, tuple[Target, ...]] = {}
    try:
        with _here(place.jobs) if place.scheduler is None else _elsewhere(place) as client:

            def ask(number: int) -> Iterator[Any]:
                for _ in range(number):
                    if targets := tuple(islice(pending, size)):
                        future = client.submit(_each, work, targets, pure=False)
                        asked[future.key] = targets
                        yield future

            done = as_completed(list(ask(_AHEAD * sum(client.nthreads().values()))))
            for future in done:
                targets = asked.pop(future.key)
                if future.status == "finished":
                    yield from zip(targets, future.result(), strict=True)
                elif future.status == "error":
                    error = future.exception()
                    if not isinstance(error, KilledWorker):
                        kind = type(error).__name__
                        raise WorkersError(f"a worker cannot work: {kind}: {error}")
                    yield from ((target, error) for target in targets)
                else:
                    raise WorkersError("the scheduler went away")
                done.update(ask(1))
    except (OSError, CancelledError) as error:
        why = str(error) or type(error).__name__
        raise WorkersError(f"the scheduler went away: {why}") from error


def _each(work: Callable[[Target], bytes], targets: Iterable[Target]) -> list[bytes]:
    return [work(target) for target in targets]


@contextmanager
def _here(jobs: int) -> Iterator[Any]:
    """A client of a cluster in this process: threads that wait for processes. No port is open."""
    from dask import config
    from distributed import Client, LocalCluster

    with config.set(_QUIETLY):
        local = LocalCluster(
            n_workers=1,
            threads_per_worker=jobs,
            processes=False,
            protocol="inproc",
            dashboard_address=None,
            memory_limit=0,
        )
        client = Client(local)
    try:
        yield client
    finally:
        client.close(timeout=_SECONDS_TO_CLOSE)
        local.close(timeout=_SECONDS_TO_CLOSE)


@contextmanager
def _elsewhere(place: Workplace) -> Iterator[Any]:
    """A client of a scheduler that runs.

    Raises:
        FleetError: none answers, or it has no workers.
    """
    from distributed import Client, Security

    files = {
        "tls_ca_file": place.ca,
        "tls_client_cert": place.certificate,
        "tls_client_key": place.key,
    }
    given = {name: file for name, file in files.items() if file is not None}
    try:
        security = Security(require_encryption=True, **given)
        client = Client(place.scheduler, security=security, timeout=_SECONDS_TO_ANSWER)
    except (OSError, TypeError, ValueError) as error:
        why = str(error) or type(error).__name__
        raise FleetError(f"{place.scheduler}: no scheduler answers: {why}.") from error
    try:
        try:
            client.wait_for_workers(1, timeout=_SECONDS_FOR_WORKERS)
        except TimeoutError as error:
            raise FleetError(f"{place.scheduler}: the scheduler has no workers.") from error
        yield client
    finally:
        client.close(timeout=_SECONDS_TO_CLOSE)
