"""Edits of JSON in a heredoc of Terraform."""

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from taskwall.core.change import NewValue
from taskwall.core.values import Span
from taskwall.findings.finding import Edit
from taskwall.fixes.json_text import document, in_text
from taskwall.fixes.refused import RefusedError
from taskwall.fixes.source_text import SourceText
from taskwall.fixes.steps import PathStep


def heredoc_edits(
    sheet: SourceText, place: Span, path: Sequence[PathStep], wanted: NewValue
) -> Iterator[Edit]:
    """The edits that set what a path leads to in the JSON of a heredoc.

    Args:
        sheet: the text of the file.
        place: of the heredoc.
        path: where in the JSON; expressions may be in its texts.
        wanted: the value.

    Raises:
        RefusedError: no heredoc is there, or more than JSON and expressions in its texts.
    """
    # It brings the whole reader of templates, which few fixes of Terraform need.
    from taskwall.fixes.cloudformation import Writer

    start, end = sheet.span(place)
    if not sheet.text.startswith("<<", start):
        raise RefusedError
    first, last = sheet.line_end(start), sheet.line_start(end)
    text = sheet.text[sheet.text.index("\n", first) + 1 : last]
    made = Writer(SourceText(sheet.file, text)).in_document(
        document(text), path, in_text(wanted, "terraform")
    )
    for edit in made:
        yield replace(edit, line=edit.line + place.line, end_line=edit.end_line + place.line)
