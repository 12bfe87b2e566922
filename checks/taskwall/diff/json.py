"""A difference for machines."""

from taskwall.api.diff import Difference
from taskwall.api.diff_document import diff_document
from taskwall.api.flow_documents import document_text


def render(found: Difference) -> str:
    """The document, indented."""
    return document_text(diff_document(found))
