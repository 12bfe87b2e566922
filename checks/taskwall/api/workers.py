"""Processes that work side by side, of which each may end before its work is done."""

import multiprocessing
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import TypeVar

T = TypeVar("T")


def can_fork() -> bool:
    """Whether processes can be made that see all that this one has in memory."""
    return "fork" in multiprocessing.get_all_start_methods()


def results(
    work: Callable[[int], T], count: int, processes: int, lost: Callable[[int], T]
) -> Iterator[T]:
    """What some work gives for each number below `count`, in their order.

    Args:
        work: is called in another process; what it gives must be picklable.
        count: how many numbers there are.
        processes: how many of them are worked on at a time.
        lost: gives what stands for the work whose process ended before it was done.
    """
    context = multiprocessing.get_context("fork")
    numbers = iter(range(count))
    busy: dict[Connection, tuple[BaseProcess, int]] = {}
    done: dict[int, T] = {}

    def begin() -> None:
        number = next(numbers, None)
        if number is not None:
            here, there = context.Pipe()
            process = context.Process(target=_serve, args=(work, here, there), daemon=True)
            process.start()
            there.close()
            here.send(number)
            busy[here] = process, number

    try:
        for _ in range(processes):
            begin()
        for wanted in range(count):
            while wanted not in done:
                for ready in wait(busy):
                    assert isinstance(ready, Connection)
                    process, number = busy.pop(ready)
                    try:
                        done[number] = ready.recv()
                    except (EOFError, OSError):  # it was killed
                        done[number] = lost(number)
                        ready.close()
                        begin()
                        continue
                    following = next(numbers, None)
                    ready.send(following)
                    if following is None:
                        ready.close()
                    else:
                        busy[ready] = process, following
            yield done.pop(wanted)
    finally:
        for process, _ in busy.values():
            process.kill()


def _serve(work: Callable[[int], object], here: Connection, there: Connection) -> None:
    """Work on one number after another, until None is sent or nobody is there any more."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the process that waits for this one hears it
    here.close()
    try:
        while (number := there.recv()) is not None:
            there.send(work(number))
    except (EOFError, OSError):
        return
