"""A difference for machines."""

from taskwall.api.diff import Difference
from taskwall.api.flow_documents import diff_document, document_text


def render(found: Difference) -> str:
    """The document, indented."""
    return document_text(diff_document(found))
