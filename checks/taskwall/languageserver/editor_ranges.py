"""Where in the editor's texts the places of a report are."""

import os
from collections.abc import Mapping

from lsprotocol.types import Location, Range

from taskwall.languageserver.documents import OpenDocument, editor_uri
from taskwall.languageserver.drift import Drift
from taskwall.languageserver.positions import DocumentLines, Encoding
from taskwall.source.files import Files, UnreadableError


class EditorRanges:
    """Finds the places of a report in the texts as they were when it was made.

    `judged` are the texts that the report speaks of where they are not those of the documents: a
    document that is broken is shown with the findings of its last good text. `read` holds the lines
    of files that are not open, and `paths` those that were found of the folder until now.
    """

    def __init__(
        self,
        folder: str,
        encoding: Encoding,
        documents: Mapping[str, OpenDocument],
        judged: Mapping[str, str],
        read: dict[str, DocumentLines],
        paths: dict[str, str] | None = None,
    ) -> None:
        self.folder = folder
        self._encoding = encoding
        self._documents = documents
        self._judged = judged
        self._read = read
        self._drifts: dict[str, Drift] = {}
        self._paths = {} if paths is None else paths

    def path(self, shown: str) -> str:
        """The absolute path of a file as a report spells it."""
        found = self._paths.get(shown)
        if found is None:
            found = self._paths[shown] = os.path.normpath(os.path.join(self.folder, shown))
        return found

    def uri(self, path: str) -> str:
        """The URI of a path, spelt as the editor spells it if it is open."""
        return editor_uri(path, self._documents)

    def lines(self, path: str) -> DocumentLines:
        """The text of a file by lines; an empty one if it cannot be read."""
        document = self._documents.get(path)
        if document is not None and path in self._judged:
            return document.lines
        found = self._read.get(path)
        if found is None:
            try:
                found = DocumentLines(Files().text(path), self._encoding)
            except UnreadableError:
                found = DocumentLines("", self._encoding)
            self._read[path] = found
        return found

    def range(self, path: str, line: int, column: int, end_line: int, end_column: int) -> Range:
        """The range of a place."""
        lines, drift = self.lines(path), self._drift(path)
        if drift is None:
            return lines.range(line, column, end_line, end_column)
        start, end = drift.line(line), drift.line(end_line)
        if start is None or end is None:
            return lines.whole_line(drift.near(line))
        return lines.range(start, column, end, end_column)

    def location(self, path: str, line: int) -> Location:
        """The location of a line."""
        return Location(self.uri(path), self.lines(path).whole_line(self.now(path, line)))

    def now(self, path: str, line: int) -> int:
        """Where a line of a file is now, or what is nearest to it."""
        drift = self._drift(path)
        return line if drift is None else drift.near(line)

    def _drift(self, path: str) -> Drift | None:
        document, judged = self._documents.get(path), self._judged.get(path)
        if document is None or judged is None or judged == document.text:
            return None
        found = self._drifts.get(path)
        if found is None:
            found = self._drifts[path] = Drift(judged, document.text)
        return found
