"""Processes that work side by side, of which each may end before its work is done."""

import multiprocessing
from collections import deque
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Generic, TypeVar

from msgspec import Struct

T = TypeVar("T")


def can_fork() -> bool:
    """Whether processes can be made that see all that this one has in memory."""
    return "fork" in multiprocessing.get_all_start_methods()


class Workers(Generic[T]):
    """Work on one number after another in several processes, while more of them become known.

    A process sees what this one had in memory when it was made: of numbers that are known later,
    later ones take care.
    """

    def __init__(
        self,
        work: Callable[[int], T],
        processes: int,
        lost: Callable[[int], T],
        weight: Callable[[int], int],
    ) -> None:
        """Begin nothing yet.

        Args:
            work: is called in another process; what it gives must be picklable.
            processes: how many numbers are worked on at a time, two or more.
            lost: gives what stands for the work whose process ended before it was done.
            weight: about how much work a number is, so that no long one begins last.
        """
        self._work, self._processes, self._lost, self._weight = work, processes, lost, weight
        self._known = 0
        self._waiting: deque[int] = deque()
        self._busy: dict[Connection, _Worker] = {}
        self._done: dict[int, T] = {}

    def begin(self, known: int) -> None:
        """Begin with the numbers below `known`, beside what this process goes on to do itself."""
        self._waiting.extend(range(self._known, known))
        self._known = known
        self._take(0, _AHEAD)
        self._fill(self._processes - 1, _AHEAD)

    def results(self) -> Iterator[T]:
        """What the work gives for each number that is known, in their order."""
        self._waiting = deque(sorted(self._waiting, key=self._weight, reverse=True))
        for wanted in range(self._known):
            while wanted not in self._done:
                self._fill(self._processes, 1)
                self._take(None, 1)
            yield self._done.pop(wanted)

    def end(self) -> None:
        """End all processes."""
        for worker in self._busy.values():
            worker.process.kill()

    def _fill(self, processes: int, ahead: int) -> None:
        """Let so many processes work, as far as there is work."""
        context = multiprocessing.get_context("fork")
        while self._waiting and len(self._busy) < processes:
            here, there = context.Pipe()
            process = context.Process(target=_serve, args=(self._work, here, there), daemon=True)
            process.start()
            there.close()
            self._give(here, _Worker(process, deque(), self._known), ahead)

    def _give(self, here: Connection, worker: "_Worker", ahead: int) -> None:
        """Give a process numbers that it knows, until it has so many; none are left: it ends."""
        while self._waiting and self._waiting[0] < worker.knows and len(worker.numbers) < ahead:
            worker.numbers.append(self._waiting.popleft())
            here.send(worker.numbers[-1])
        if worker.numbers:
            self._busy[here] = worker
        else:
            here.send(None)
            here.close()

    def _take(self, seconds: float | None, ahead: int) -> None:
        """Take what is done within some seconds, and let who has done it work on."""
        for ready in wait(self._busy, seconds) if self._busy else ():
            assert isinstance(ready, Connection)
            worker = self._busy.pop(ready)
            number = worker.numbers.popleft()
            try:
                self._done[number] = ready.recv()
            except (EOFError, OSError):  # it was killed
                self._done[number] = self._lost(number)
                self._waiting.extendleft(reversed(worker.numbers))
                ready.close()
            else:
                self._give(ready, worker, ahead)


_AHEAD = 32
"""So many numbers a process has before it, while this one does something else and gives none."""


class _Worker(Struct):
    """A process, the numbers that it has been given, and how many it knows."""

    process: BaseProcess
    numbers: deque[int]
    knows: int


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
