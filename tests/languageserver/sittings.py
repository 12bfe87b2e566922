"""A workspace without a process around it, and an editor that keeps what it is shown."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path

from lsprotocol.types import (
    Diagnostic,
    TextDocumentContentChangeWholeDocument,
)

from taskwall.languageserver.preferences import preferences
from taskwall.languageserver.workspace import Workspace

PATIENCE = 60


class Screen:
    """What an editor shows and says, by the names of files."""

    def __init__(self) -> None:
        self.shown: dict[str, list[Diagnostic]] = {}
        self.by_uri: dict[str, list[Diagnostic]] = {}
        self.publications: list[tuple[str, int | None]] = []
        self.said: list[str] = []
        self.logged: list[str] = []
        self.lenses = 0
        self._news = asyncio.Event()

    def publish(self, uri: str, version: int | None, diagnostics: Sequence[Diagnostic]) -> None:
        """Show diagnostics."""
        self.shown[Path(uri).name] = self.by_uri[uri] = list(diagnostics)
        self.publications.append((Path(uri).name, version))
        self._news.set()

    def say(self, text: str) -> None:
        """Hear something."""
        self.said.append(text)
        self._news.set()

    def log(self, text: str) -> None:
        """Note something."""
        self.logged.append(text)
        self._news.set()

    def lenses_changed(self) -> None:
        """Count how often lenses are asked for again."""
        self.lenses += 1
        self._news.set()

    def codes(self, name: str) -> set[str]:
        """The rules that are shown of a file."""
        return {str(each.code) for each in self.shown.get(name, ()) if each.code}

    async def until(self, wanted: Callable[[], bool]) -> None:
        """Wait until something is so."""
        async with asyncio.timeout(PATIENCE):
            while not wanted():
                self._news.clear()
                await self._news.wait()


class Sitting:
    """A workspace with an editor before it."""

    def __init__(self, *folders: Path, file: str | None = None, **settings: object) -> None:
        self.screen = Screen()
        self.workspace = Workspace(self.screen, file)
        self.workspace.prefer(*preferences({"debounce": 0, **settings}))
        self.workspace.folders([folder.as_uri() for folder in folders])
        self._versions: dict[Path, int] = {}

    def open(self, path: Path, text: str | None = None) -> str:
        """Open a file, with its text on disk if no other is given; its URI."""
        self._versions[path] = 1
        self.workspace.opened(path.as_uri(), 1, path.read_text() if text is None else text)
        return path.as_uri()

    def type(self, path: Path, text: str) -> None:
        """Put another text in place of all of a document."""
        self._versions[path] += 1
        change = TextDocumentContentChangeWholeDocument(text)
        self.workspace.changed(path.as_uri(), self._versions[path], [change])

    async def shows(self, name: str, *rules: str) -> None:
        """Wait until some rules are shown of a file."""
        await self.screen.until(lambda: set(rules) <= self.screen.codes(name))

    async def lacks(self, name: str, *rules: str) -> None:
        """Wait until some rules are no longer shown of a file."""
        await self.screen.until(lambda: self.screen.codes(name).isdisjoint(rules))


def sit(script: Callable[[], Coroutine[None, None, None]]) -> None:
    """Run what happens at a workspace."""
    asyncio.run(script())
