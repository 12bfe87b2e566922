"""Projects: the folders that are judged, each with its session and what it last said."""

import os
import tempfile
from collections.abc import Callable, Iterable, Mapping

from msgspec import Struct
from msgspec.structs import replace

from taskwall.api.options import Options
from taskwall.core.paths import encloses
from taskwall.core.plain_file import read_plain
from taskwall.findings.baseline import BaselineError
from taskwall.findings.finding import Report
from taskwall.languageserver.diagnostics import DiagnosticsBuilder, FileDiagnostics
from taskwall.languageserver.documents import OpenDocument
from taskwall.languageserver.editor_ranges import EditorRanges
from taskwall.languageserver.positions import DocumentLines, Encoding
from taskwall.session.session import Session
from taskwall.session.summaries import ResourceSummary
from taskwall.settings import SettingsError
from taskwall.settings.loading import MAX_SETTINGS_BYTES
from taskwall.sources.found import ScanScope

SETTINGS = ("taskwall.toml", "pyproject.toml")


def folder_of(path: str, workspace: Iterable[str]) -> str:
    """The folder of the project that a file belongs to.

    It is the nearest folder, within the workspace folder that holds the file, that has settings
    of taskwall or is a repository; else the workspace folder itself. Without one, the file's.
    """
    within = [folder for folder in workspace if encloses(folder, path)]
    top = max(within, key=len, default="")
    folder = own = os.path.dirname(path)
    while True:
        if folder == top or _is_root(folder):
            return folder
        above = os.path.dirname(folder)
        if above == folder:
            return top or own
        folder = above


def owner_of(path: str, workspace: Iterable[str]) -> str:
    """The project of a file that is not open; "" if any that calls it may have it."""
    folder = folder_of(path, workspace)
    return folder if folder in workspace or _is_root(folder) else ""


def is_deep(folder: str, workspace: Iterable[str]) -> bool:
    """Whether what is below a project's folder belongs to it: not to a file that stands alone.

    Nor does it in folders that hold everything, even if an editor calls them its workspace.
    """
    everything = (os.path.expanduser("~"), tempfile.gettempdir(), os.path.dirname(folder))
    if folder in everything:
        return False
    return folder in workspace or _is_root(folder)


def _is_root(folder: str) -> bool:
    """Whether a folder has settings of taskwall, or is a repository."""
    return _has_settings(folder) or os.path.exists(os.path.join(folder, ".git"))


def _has_settings(folder: str) -> bool:
    if os.path.isfile(os.path.join(folder, "taskwall.toml")):
        return True
    try:
        return b"[tool.taskwall" in read_plain(
            os.path.join(folder, "pyproject.toml"), MAX_SETTINGS_BYTES
        )
    except OSError:
        return False


class ProjectView(Struct):
    """What is to be shown of a project.

    `diagnostics` is what is said of each file. `sources` are the open documents as they were when
    it was made, by path, with the texts that were judged. `failure` says why nothing could be
    judged, and `settings` is the file that it lies in, if in one. `crashes` are defects of our own,
    or of rules of the user's.
    """

    folder: str
    diagnostics: Mapping[str, FileDiagnostics] = {}
    sources: Mapping[str, tuple[OpenDocument, str]] = {}
    failure: str = ""
    settings: str = ""
    crashes: tuple[str, ...] = ()


class Project:
    """A folder that is judged again and again. Used by one thread only."""

    def __init__(
        self, folder: str, options: Options, encoding: Encoding, deep: bool = True
    ) -> None:
        self.folder = folder
        self._encoding = encoding
        asked = replace(options, scope=ScanScope(deep=deep))
        self._session = Session(folder, asked, lone=True)
        self._documents: dict[str, OpenDocument] = {}
        self._read: dict[str, DocumentLines] = {}
        self._paths: dict[str, str] = {}
        self._diagnostics = DiagnosticsBuilder()

    def change(self, path: str, document: OpenDocument | None) -> None:
        """Let a document, as it is now, stand for a file; None: it was closed."""
        self._read.pop(path, None)
        if document is None:
            self._documents.pop(path, None)
        else:
            self._documents[path] = document
        held = document is not None and not document.too_large
        self._session.change(path, document.text if document is not None and held else None)

    def refresh(self, path: str) -> None:
        """Learn that a file on disk was written, came or went."""
        self._read.pop(path, None)
        self._session.refresh(path)

    def look(self) -> None:
        """Look whether any file on disk was written, came or went."""
        if self._session.look():
            self._read.clear()

    def judge(self, is_cancelled: Callable[[], bool] | None = None) -> ProjectView:
        """What is to be shown now.

        Raises:
            CancelledError: `is_cancelled`, asked every now and then, says that nobody waits for it.
        """
        documents = dict(self._documents)
        try:
            report = self._session.report(is_cancelled)
        except (SettingsError, BaselineError) as error:
            return _failed(self.folder, str(error))
        judged = self._session.texts
        where = EditorRanges(
            self.folder, self._encoding, documents, judged, self._read, self._paths
        )
        return ProjectView(
            self.folder,
            self._diagnostics.build(report, where),
            {
                path: (document, judged[path])
                for path, document in documents.items()
                if path in judged
            },
            crashes=_crashes(report),
        )

    def summaries(self) -> tuple[ResourceSummary, ...]:
        """What the networks of the folder say of their entities, as of now."""
        try:
            return self._session.summaries()
        except (SettingsError, BaselineError):
            return ()


def _failed(folder: str, why: str) -> ProjectView:
    file = why.partition(": ")[0]
    in_settings = os.path.basename(file) in SETTINGS and os.path.isabs(file)
    return ProjectView(folder, failure=why, settings=file if in_settings else "")


def _crashes(report: Report) -> tuple[str, ...]:
    return tuple(
        f"{one.rule} on {one.stack}: {one.message}. {one.advice}" for one in report.document.crashes
    )
