"""Edits of JSON that is a text in a source of Terraform."""

import json
from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from taskwall.core.change import NewValue
from taskwall.core.values import Span, lifted
from taskwall.findings.finding import Edit
from taskwall.fixes.cloudformation import Writer
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
    start, end = sheet.span(place)
    if not sheet.text.startswith("<<", start):
        raise RefusedError
    first, last = sheet.line_end(start), sheet.line_start(end)
    text = sheet.text[sheet.text.index("\n", first) + 1 : last]
    try:
        value = lifted(json.loads(text))
    except (ValueError, RecursionError):
        raise RefusedError from None
    for edit in Writer(SourceText(sheet.file, text)).in_document(value, path, wanted):
        if "${" in edit.text or "%{" in edit.text:
            raise RefusedError
        yield replace(edit, line=edit.line + place.line, end_line=edit.end_line + place.line)


def json_lines(keys: Sequence[str], wanted: NewValue) -> str:
    """What to write in JSON: elements of a list, or a member.

    Of a member that is an object the key above it is said, too: it may not be there.
    """
    from taskwall.fixes.yaml_text import flow

    if isinstance(wanted, tuple):
        return ",\n".join(flow(each, json=True) for each in wanted)
    *outer, last = keys
    member = f"{json.dumps(last)}: {flow(wanted, json=True)}"
    return f"{json.dumps(outer[-1])}: {{ {member} }}" if outer else member
