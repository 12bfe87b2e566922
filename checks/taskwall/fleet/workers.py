"""Who does the work: a cluster of Dask, in this process or one that runs elsewhere."""

import logging
from asyncio import CancelledError
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any

from msgspec import Struct

from taskwall.fleet import FleetError
from taskwall.fleet.plan import Target

_AHEAD = 2
"""So many repositories are asked for at a time, for each one that can be worked on."""


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
    place: Workplace, work: Callable[[Target], bytes], wanted: Iterable[Target]
) -> Iterator[tuple[Target, bytes | BaseException]]:
    """What some work gives for each repository, as it comes; an exception where workers died of it.

    Raises:
        FleetError: there is no such scheduler.
        WorkersError: the work cannot go on.
    """
    import dask
    from distributed import Client, KilledWorker, LocalCluster, as_completed

    dask.config.set({"distributed.worker.daemon": False})
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    if place.scheduler is None:
        # All of it is in this process: it is threads that wait for processes. No port is open.
        local = LocalCluster(
            n_workers=1,
            threads_per_worker=place.jobs,
            processes=False,
            protocol="inproc",
            dashboard_address=None,
            memory_limit=0,
        )
        client = Client(local)
        size = place.jobs
    else:
        local = None
        client = _client(place)
        size = sum(client.nthreads().values())
    try:
        pending = iter(wanted)
        asked: dict[str, Target] = {}

        def ask(number: int) -> list[Any]:
            more = []
            for target in islice(pending, number):
                future = client.submit(work, target, pure=False)
                asked[future.key] = target
                more.append(future)
            return more

        done = as_completed(ask(_AHEAD * max(size, 1)))
        for future in done:
            target = asked.pop(future.key)
            if future.status == "finished":
                yield target, future.result()
            elif future.status == "error" and isinstance(future.exception(), KilledWorker):
                yield target, future.exception()
            elif future.status == "error":
                error = future.exception()
                raise WorkersError(f"a worker cannot work: {type(error).__name__}: {error}")
            else:
                raise WorkersError("the scheduler went away")
            for more in ask(1):
                done.add(more)
    except (OSError, CancelledError) as error:
        why = str(error) or type(error).__name__
        raise WorkersError(f"the scheduler went away: {why}") from error
    finally:
        client.close(timeout=5)
        if local is not None:
            local.close(timeout=5)


def _client(place: Workplace) -> Any:
    """What speaks to a scheduler that runs.

    Raises:
        FleetError: there is none, or it is not known.
    """
    from distributed import Client, Security

    security = Security(
        require_encryption=True,
        **{
            name: file
            for name, file in (
                ("tls_ca_file", place.ca),
                ("tls_client_cert", place.certificate),
                ("tls_client_key", place.key),
            )
            if file is not None
        },
    )
    try:
        client = Client(place.scheduler, security=security, timeout=20)
    except (OSError, TypeError, ValueError) as error:
        why = str(error) or type(error).__name__
        raise FleetError(f"{place.scheduler}: no scheduler answers: {why}.") from error
    try:
        client.wait_for_workers(1, timeout=60)
    except TimeoutError as error:
        client.close(timeout=5)
        raise FleetError(f"{place.scheduler}: the scheduler has no workers.") from error
    return client
