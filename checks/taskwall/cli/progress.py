"""A bar on standard error for work that takes longer than a second."""

from __future__ import annotations

from threading import Lock, Timer
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress

PATIENCE = 1.0
"""Seconds before a bar is shown: most scans end before."""


class ProgressBar:
    """What is being done, and how far: first the reading, then stack by stack the judging."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._bar: Progress | None = None
        self._state: tuple[str, int, int | None] = ("Reading sources", 0, None)
        self._timer: Timer | None = Timer(PATIENCE, self._start)
        self._timer.daemon = True

    def __enter__(self) -> ProgressBar:
        if self._timer:
            self._timer.start()
        return self

    def __call__(self, done: int, total: int, name: str) -> None:
        """So many stacks of all are judged, the last of this name."""
        with self._lock:
            self._state = (f"Judging {name}", done, total)
            self._update()

    def __exit__(self, *_: object) -> None:
        if self._timer:
            self._timer.cancel()
        with self._lock:
            if self._bar:
                self._bar.stop()
            self._timer = None

    def _start(self) -> None:
        from rich.console import Console
        from rich.markup import escape
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            SpinnerColumn,
            TextColumn,
        )

        with self._lock:
            if self._timer is None:  # the work has ended meanwhile
                return
            self._escape = escape
            columns = (
                SpinnerColumn(),
                BarColumn(bar_width=20),
                MofNCompleteColumn(),
                TextColumn("{task.description}"),
            )
            self._bar = Progress(*columns, console=Console(stderr=True), transient=True)
            self._task = self._bar.add_task("", total=None)
            self._update()
            self._bar.start()

    def _update(self) -> None:
        if self._bar:
            name, done, total = self._state
            text = self._escape(name)
            self._bar.update(self._task, description=text, completed=done, total=total)
