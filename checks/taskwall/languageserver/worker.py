"""One thread that judges projects, so that the editor is always listened to.

What is asked of it is done in order, but for what has become stale meanwhile: all changes that
wait are made before anything is judged, of several requests to judge a project one is left, and
what is being judged is given up when something changes meanwhile.
"""

import threading
from collections.abc import Callable
from typing import ParamSpec, TypeAlias

from taskwall.api.options import Options
from taskwall.languageserver.documents import OpenDocument
from taskwall.languageserver.positions import Encoding
from taskwall.languageserver.projects import Project, ProjectView
from taskwall.session.cache import CancelledError
from taskwall.session.summaries import ResourceSummary

P = ParamSpec("P")

Change: TypeAlias = Callable[[dict[str, Project]], None]
"""Something to be done to the projects, by their folders."""


class Worker:
    """Judges projects in a thread of its own.

    `shown` is called in that thread with what a project is to be shown as, and with the number
    that its request had; `drawn` with summaries, where they are wanted; `crashed` with an
    exception that is a defect of ours.
    """

    def __init__(
        self,
        shown: Callable[[ProjectView, int], None],
        drawn: Callable[[str, tuple[ResourceSummary, ...], int], None],
        crashed: Callable[[str, Exception], None],
    ) -> None:
        self._shown = shown
        self._drawn = drawn
        self._crashed = crashed
        self._projects: dict[str, Project] = {}
        self._changes: list[tuple[str, Change]] = []
        self._requests: dict[str, int] = {}
        self._summaries: dict[str, int] = {}
        self._ended = False
        self._news = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="taskwall", daemon=True)
        self._thread.start()

    def open(self, folder: str, options: Options, encoding: Encoding, deep: bool) -> None:
        """Begin a project anew."""

        def change(projects: dict[str, Project]) -> None:
            projects[folder] = Project(folder, options, encoding, deep)

        self._do(folder, change)

    def close(self, folder: str) -> None:
        """Forget a project."""

        def change(projects: dict[str, Project]) -> None:
            projects.pop(folder, None)

        with self._news:
            self._requests.pop(folder, None)
            self._summaries.pop(folder, None)
        self._do(folder, change)

    def change(self, folder: str, path: str, document: OpenDocument | None) -> None:
        """Let a document stand for a file of a project; None: the file on disk again."""
        self._to(folder, lambda project: project.change(path, document))

    def look(self, folder: str) -> None:
        """Let a project look whether any file on disk was written, came or went."""
        self._to(folder, lambda project: project.look())

    def refresh(self, folder: str, path: str) -> None:
        """Let a project learn that a file on disk was written, came or went."""
        self._to(folder, lambda project: project.refresh(path))

    def judge(self, folder: str, number: int) -> None:
        """Request that a project be judged; `number` tells this request from earlier ones."""
        with self._news:
            self._requests[folder] = number
            self._news.notify()

    def draw(self, folder: str, number: int) -> None:
        """Request the summaries of a project."""
        with self._news:
            self._summaries[folder] = number
            self._news.notify()

    def end(self) -> None:
        """Stop after what is being done now."""
        with self._news:
            self._ended = True
            self._news.notify()

    def _to(self, folder: str, change: Callable[[Project], None]) -> None:
        def made(projects: dict[str, Project]) -> None:
            if (project := projects.get(folder)) is not None:
                change(project)

        self._do(folder, made)

    def _do(self, folder: str, change: Change) -> None:
        with self._news:
            self._changes.append((folder, change))
            self._news.notify()

    def _run(self) -> None:
        while True:
            with self._news:
                while not (self._ended or self._changes or self._requests or self._summaries):
                    self._news.wait()
                if self._ended:
                    return
                changes, self._changes = self._changes, []
                for changed, _ in changes:
                    self._summaries.pop(changed, None)  # they are asked for again once it is judged
                # What has been typed comes before what is only looked at.
                wanted, work = (
                    (self._requests, self._judge)
                    if self._requests
                    else (self._summaries, self._draw)
                )
                folder = next(iter(wanted), "")
                number = wanted.pop(folder, 0)
            for changed, change in changes:
                self._guarded(changed, change, self._projects)
            if (project := self._projects.get(folder)) is not None:
                self._guarded(folder, work, project, number)

    def _judge(self, project: Project, number: int) -> None:
        def stale() -> bool:
            with self._news:
                return self._ended or any(each == project.folder for each, _ in self._changes)

        try:
            view = project.judge(stale)
        except CancelledError:
            return  # what has changed is followed by a request of its own
        self._shown(view, number)

    def _draw(self, project: Project, number: int) -> None:
        self._drawn(project.folder, project.summaries(), number)

    def _guarded(self, folder: str, work: Callable[P, None], *args: P.args, **k: P.kwargs) -> None:
        try:
            work(*args, **k)
        except Exception as error:  # noqa: BLE001 (a defect of ours must not end the thread)
            self._crashed(folder, error)
