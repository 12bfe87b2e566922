"""The documents that are open in the editor, and how its changes are applied to them."""

from collections.abc import Iterable, Mapping

from lsprotocol.types import (
    TextDocumentContentChangeEvent,
    TextDocumentContentChangePartial,
)
from msgspec import Struct
from msgspec.structs import replace

from taskwall.languageserver.positions import DocumentLines, uri_of

MAX_DOCUMENT_CHARACTERS = 5 * 1024 * 1024
"""Documents with more characters than this are judged as they are on disk, not as they are typed:
to send, parse and judge one at each keystroke would keep everybody waiting."""


class OpenDocument(Struct, frozen=True):
    """An open document as it is at one time; `uri` is spelt as the editor spells it."""

    uri: str
    path: str
    version: int
    lines: DocumentLines

    @property
    def text(self) -> str:
        """Its text."""
        return self.lines.text

    @property
    def too_large(self) -> bool:
        """Whether it is judged as it is on disk."""
        return len(self.text) > MAX_DOCUMENT_CHARACTERS

    def changed(
        self, version: int, changes: Iterable[TextDocumentContentChangeEvent]
    ) -> "OpenDocument":
        """The document after changes, each made to what the one before it has left."""
        lines = self.lines
        for change in changes:
            text = change.text
            if isinstance(change, TextDocumentContentChangePartial):
                start = lines.offset(change.range.start)
                end = max(start, lines.offset(change.range.end))
                text = lines.text[:start] + text + lines.text[end:]
            lines = DocumentLines(text, lines.encoding)
        return replace(self, version=version, lines=lines)


def editor_uri(path: str, documents: Mapping[str, OpenDocument]) -> str:
    """The URI of a path, spelt as the editor spells it if it is open."""
    document = documents.get(path)
    return uri_of(path) if document is None else document.uri
