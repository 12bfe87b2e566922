"""What the server knows and decides: which documents are open, and what the editor is shown."""

import asyncio
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Protocol

from lsprotocol.types import (
    CodeAction,
    CodeLens,
    Diagnostic,
    DiagnosticSeverity,
    Hover,
    Position,
    Range,
    TextDocumentContentChangeEvent,
)
from msgspec.structs import replace

from taskwall.languageserver.actions import actions, overlaps
from taskwall.languageserver.diagnostics import SOURCE
from taskwall.languageserver.documents import MAX_DOCUMENT_CHARACTERS, OpenDocument, editor_uri
from taskwall.languageserver.editor_ranges import EditorRanges
from taskwall.languageserver.finding_hover import finding_hover, fix_hover
from taskwall.languageserver.hover import Summaries, at_line, hover, lenses
from taskwall.languageserver.positions import DocumentLines, Encoding, path_of
from taskwall.languageserver.preferences import Preferences
from taskwall.languageserver.projects import SETTINGS, ProjectView, folder_of, is_deep, owner_of
from taskwall.languageserver.worker import Worker
from taskwall.session.summaries import ResourceSummary
from taskwall.source.files import PASSED_OVER
from taskwall.sources.recognising import may_be_source

IDLE_SECONDS = 1.0
"""Seconds without anything new after which summaries are drawn anew: nobody reads them typing."""

_TOP = Range(Position(0, 0), Position(0, 0))


class Client(Protocol):
    """The other side."""

    def publish(self, uri: str, version: int | None, diagnostics: Sequence[Diagnostic]) -> None:
        """Show the diagnostics of a file in place of those before."""

    def say(self, text: str) -> None:
        """Tell the user."""

    def log(self, text: str) -> None:
        """Tell those who look at the log."""

    def lenses_changed(self) -> None:
        """Ask for the code lenses again."""


class Workspace:
    """Takes what the editor tells, has it judged, and shows what came of it.

    Everything here happens in the thread of the event loop; the worker judges in its own.
    """

    def __init__(self, editor: Client, settings: str | None = None) -> None:
        """Serve an editor; a file of `settings` takes the place of those of the projects."""
        self._client = editor
        self._settings = settings
        self._loop = asyncio.get_running_loop()
        self.encoding: Encoding = "utf-16"
        self.shown_in_hover = False
        """Whether the editor itself shows the diagnostics of what is hovered over."""
        self.preferences = Preferences()
        self._workspace_folders: dict[str, None] = {}
        self._documents: dict[str, OpenDocument] = {}
        self._owners: dict[str, str] = {}
        self._folders: dict[str, str] = {}
        self._numbers: dict[str, int] = {}
        self._count = 0
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._rests: dict[str, asyncio.TimerHandle] = {}
        self._views: dict[str, ProjectView] = {}
        self._drawn: dict[str, Summaries] = {}
        self._published: dict[str, dict[str, tuple[object, ...]]] = {}
        self._shown_once: set[str] = set()
        self._wrong = ""
        self._worker = Worker(
            self._here(self._shown), self._here(self._summarized), self._here(self._crashed)
        )

    def end(self) -> None:
        """Stop judging."""
        for timer in (*self._timers.values(), *self._rests.values()):
            timer.cancel()
        self._worker.end()

    # What the editor tells

    def folders(self, added: Iterable[str], removed: Iterable[str] = ()) -> None:
        """Workspace folders came or went."""
        for uri in removed:
            self._workspace_folders.pop(path_of(uri) or "", None)
        for uri in added:
            if (path := path_of(uri)) is not None:
                self._workspace_folders[path] = None
        self._anew()

    def prefer(self, preferences: Preferences, wrong: str) -> None:
        """The user's settings are these; `wrong` says what of them is not valid."""
        if wrong and wrong != self._wrong:
            self._client.say(wrong)
        self._wrong = wrong
        if preferences != self.preferences:
            self.preferences = preferences
            self._anew()
            self._client.lenses_changed()

    def opened(self, uri: str, version: int, text: str) -> None:
        """A document was opened."""
        path = path_of(uri)
        if path is None:
            self._client.log(f"{uri} is not a file: it is analysed once it is saved as one.")
            return
        self._enter(OpenDocument(uri, path, version, DocumentLines(text, self.encoding)), delay=0)

    def changed(
        self, uri: str, version: int, changes: Sequence[TextDocumentContentChangeEvent]
    ) -> None:
        """A document was changed."""
        path = path_of(uri)
        if path is None:
            return  # as was said when it was opened
        document = self._documents.get(path)
        if document is None:
            self._client.log(f"{uri} is not open: its change is ignored.")
            return
        self._enter(document.changed(version, changes), delay=self.preferences.debounce / 1000)

    def closed(self, uri: str) -> None:
        """A document was closed: the file on disk counts again."""
        path = path_of(uri) or ""
        if self._documents.pop(path, None) is None:
            return
        folder = self._owners.pop(path, None)
        if folder is None:
            return
        if folder in self._owners.values():
            self._worker.change(folder, path, None)
            self._soon(folder, 0)
        else:
            self._leave(folder)

    def saved(self, uri: str) -> None:
        """A document was saved: its project is judged at once, as it is on disk by now.

        Some editors watch no files, or tell of none but those that they themselves have written.
        """
        path = path_of(uri) or ""
        if (folder := self._owners.get(path)) is None:
            return
        if folder_of(path, self._workspace_folders) != folder:
            self._anew()  # settings came or went
            return
        self._worker.look(folder)
        self._soon(folder, 0)

    def files_changed(self, uris: Iterable[str]) -> None:
        """Files on disk were written, came or went."""
        paths = [path for uri in uris if (path := path_of(uri)) is not None]
        if any(os.path.basename(path) in SETTINGS for path in paths):
            self._anew()
            return
        folders = set(self._owners.values())
        for path in filter(_counts, paths):
            within = [folder for folder in folders if path.startswith(os.path.join(folder, ""))]
            # Modules may lie beyond the folder that calls them.
            for folder in within or folders:
                self._worker.refresh(folder, path)
                self._soon(folder, self.preferences.debounce / 1000)

    def _enter(self, document: OpenDocument, delay: float) -> None:
        path = document.path
        self._documents[path] = document
        folder = self._owners.get(path)
        if folder is None:
            if not may_be_source(path, document.text):
                return
            folder = self._own(path)
        if document.too_large:
            self._say_once(f"{path} is larger than {_SIZE}: it is analysed as it is on disk.")
        self._worker.change(folder, path, document)
        self._soon(folder, delay)

    def _own(self, path: str) -> str:
        """Find the project of a document, and begin it if this is its first."""
        folder = folder_of(path, self._workspace_folders)
        if folder not in self._owners.values():
            deep = is_deep(folder, self._workspace_folders)
            options = replace(self.preferences.options(), settings=self._settings)
            self._worker.open(folder, options, self.encoding, deep)
        self._owners[path] = folder
        return folder

    def _anew(self) -> None:
        """Begin all projects anew; what is shown stays until they have been judged."""
        before = set(self._owners.values())
        owned, self._owners = list(self._owners), {}
        self._folders.clear()
        for path in owned:
            self._worker.change(self._own(path), path, self._documents[path])
        for folder in before - set(self._owners.values()):
            self._leave(folder)
        for folder in set(self._owners.values()):
            self._soon(folder, 0)

    def _leave(self, folder: str) -> None:
        """Forget a project, and take what is shown of it away."""
        self._worker.close(folder)
        self._numbers.pop(folder, None)
        for timers in (self._timers, self._rests):
            if (timer := timers.pop(folder, None)) is not None:
                timer.cancel()
        self._views.pop(folder, None)
        self._drawn.pop(folder, None)
        for path in self._published.pop(folder, {}):
            self._client.publish(editor_uri(path, self._documents), None, [])

    # Judging

    def _soon(self, folder: str, delay: float) -> None:
        """Judge a project unless something else happens within `delay` seconds."""
        self._count += 1
        number = self._numbers[folder] = self._count
        if (timer := self._timers.pop(folder, None)) is not None:
            timer.cancel()

        def judge() -> None:
            self._timers.pop(folder, None)
            self._worker.judge(folder, number)

        self._timers[folder] = self._loop.call_later(delay, judge)

    def _draw_later(self, folder: str, number: int) -> None:
        """Have summaries drawn: at once where there are none, else after a rest."""
        if (timer := self._rests.pop(folder, None)) is not None:
            timer.cancel()

        def draw() -> None:
            self._rests.pop(folder, None)
            if self._numbers.get(folder) == number:
                self._worker.draw(folder, number)

        rest = IDLE_SECONDS if folder in self._drawn else 0
        self._rests[folder] = self._loop.call_later(rest, draw)

    def _here(self, callback: Callable[..., None]) -> Callable[..., None]:
        """The same, but called in the thread of the event loop."""

        def handed(*args: object) -> None:
            if not self._loop.is_closed():
                self._loop.call_soon_threadsafe(callback, *args)

        return handed

    def _shown(self, view: ProjectView, number: int) -> None:
        folder = view.folder
        if self._numbers.get(folder) != number:
            return  # something happened meanwhile: what comes of that follows
        if view.failure:
            self._say_once(view.failure)
            before = self._views.get(folder, view)
            view = replace(view, diagnostics=before.diagnostics, sources=before.sources)
        self._views[folder] = view
        for crash in view.crashes:
            self._say_once(f"taskwall crashed in {crash}")
        self._publish(folder, self._diagnostics(view))
        self._draw_later(folder, number)

    def _diagnostics(self, view: ProjectView) -> Mapping[str, list[Diagnostic]]:
        """All that is to be shown of a project, by path: nothing of files of other projects."""
        found = {
            path: list(file.diagnostics)
            for path, file in view.diagnostics.items()
            if self._owner(path) in (view.folder, "")
        }
        if view.settings:
            wrong = view.failure.removeprefix(f"{view.settings}: ")
            found[view.settings] = [_at_top(wrong, DiagnosticSeverity.Error)]
        for path, folder in self._owners.items():
            if folder == view.folder and self._documents[path].too_large:
                text = f"Larger than {_SIZE}: analysed as it is on disk."
                found.setdefault(path, []).append(_at_top(text, DiagnosticSeverity.Information))
        return found

    def _owner(self, path: str) -> str:
        """The project of a file, looked for once until projects begin anew."""
        found = self._owners.get(path, self._folders.get(path))
        if found is None:
            found = self._folders[path] = owner_of(path, self._workspace_folders)
        return found

    def _publish(self, folder: str, found: Mapping[str, list[Diagnostic]]) -> None:
        """Show what differs from what is shown."""
        before = self._published.get(folder, {})
        now: dict[str, tuple[object, ...]] = {}
        for path, diagnostics in found.items():
            document = self._documents.get(path)
            version = None if document is None else document.version
            now[path] = (version, *diagnostics)
            if before.get(path) != now[path]:
                self._client.publish(editor_uri(path, self._documents), version, diagnostics)
        for path in before.keys() - now.keys():
            self._client.publish(editor_uri(path, self._documents), None, [])
        self._published[folder] = now

    def _summarized(self, folder: str, summaries: tuple[ResourceSummary, ...], number: int) -> None:
        if self._numbers.get(folder) != number or (view := self._views.get(folder)) is None:
            return
        texts = {path: judged for path, (_, judged) in view.sources.items()}
        before = self._drawn.get(folder)
        self._drawn[folder] = Summaries.by_header(summaries, texts)
        if before is None or before.by_file != self._drawn[folder].by_file:
            self._client.lenses_changed()

    def _crashed(self, folder: str, error: Exception) -> None:
        self._say_once(f"taskwall crashed on {folder}: {error!r}. Please report this.")

    def _say_once(self, text: str) -> None:
        if text in self._shown_once:
            self._client.log(text)
        else:
            self._shown_once.add(text)
            self._client.say(text)

    # What the editor asks

    def actions(self, uri: str, range_: Range) -> Iterator[CodeAction]:
        """What can be done about the findings in a range; nothing while the text is another."""
        path = path_of(uri) or ""
        document, view = self._documents.get(path), self._views.get(self._owners.get(path, ""))
        if document is None or view is None or not self._stands(path, view):
            return
        where = self._ranges(view)
        every = view.diagnostics[path].findings if path in view.diagnostics else ()
        wanted = document.lines.with_indentation(range_)
        pairs = (pair for pair in every if overlaps(pair[1].range, wanted))
        for action in actions(pairs, document, where, every):
            if all(self._stands(path_of(each) or "", view) for each in _edited(action)):
                yield action

    def _ranges(self, view: ProjectView) -> EditorRanges:
        """The places of a report in the texts that it was made from."""
        documents = {each: judged for each, (judged, _) in view.sources.items()}
        texts = {each: text for each, (_, text) in view.sources.items()}
        return EditorRanges(view.folder, self.encoding, documents, texts, {})

    def _stands(self, path: str, view: ProjectView) -> bool:
        """Whether a file is as it was judged."""
        document = self._documents.get(path)
        if document is None:
            return path not in view.sources
        judged = view.sources.get(path)
        return (
            judged is not None
            and judged[0].version == document.version
            and (judged[1] is document.text or judged[1] == document.text)
        )

    def hover(self, uri: str, position: Position, *, markdown: bool) -> Hover | None:
        """What is known of what stands at a position."""
        path = path_of(uri) or ""
        document, view = self._documents.get(path), self._views.get(self._owners.get(path, ""))
        if document is None:
            return None
        findings = []
        if view is not None and path in view.diagnostics:
            where, here = self._ranges(view), Range(position, position)
            findings = [
                fix_hover(finding)
                if self.shown_in_hover
                else finding_hover(finding, diagnostic.message, where)
                for finding, diagnostic in view.diagnostics[path].findings
                if overlaps(diagnostic.range, here)
            ]
        return hover(document, position, self._of(document), findings, markdown=markdown)

    def lenses(self, uri: str) -> Iterator[CodeLens]:
        """The lines above what a document declares, if they are wanted."""
        document = self._documents.get(path_of(uri) or "")
        if document is not None and self.preferences.code_lens:
            yield from lenses(document, self._of(document))

    def summaries(self, uri: str, line: int) -> list[ResourceSummary]:
        """The summaries of what is declared on a line of a document, counted from 0."""
        document = self._documents.get(path_of(uri) or "")
        return [] if document is None else at_line(document, line + 1, self._of(document))

    def _of(self, document: OpenDocument) -> Summaries:
        return self._drawn.get(self._owners.get(document.path, "")) or Summaries()


_SIZE = f"{MAX_DOCUMENT_CHARACTERS // 1024**2} MiB"


def _counts(path: str) -> bool:
    """Whether a change on disk may matter: not in folders that are not entered, but for modules."""
    parts = path.split(os.sep)
    return PASSED_OVER.isdisjoint(parts) or (".terraform" in parts and "modules" in parts)


def _edited(action: CodeAction) -> Iterable[str]:
    return () if action.edit is None else (action.edit.changes or {})


def _at_top(text: str, severity: DiagnosticSeverity) -> Diagnostic:
    return Diagnostic(_TOP, text, severity=severity, source=SOURCE)
