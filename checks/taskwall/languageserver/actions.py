"""Code actions: apply a finding's fix, suppress it with a reason, explain its rule."""

from collections.abc import Iterable, Iterator

from lsprotocol.types import (
    CodeAction,
    CodeActionKind,
    Command,
    Diagnostic,
    Position,
    Range,
    TextEdit,
    WorkspaceEdit,
)

from taskwall.findings.finding import Edit, Finding, Fix
from taskwall.languageserver.documents import OpenDocument
from taskwall.languageserver.editor_ranges import EditorRanges
from taskwall.languageserver.positions import DocumentLines
from taskwall.languageserver.suppressing import SuppressionEdit, above, suppression_edits

EXPLAIN = "taskwall.explain"
"""The command that shows the page of a rule, whose id is its argument."""

SHOW = "taskwall.show"
"""The command that puts the cursor at a position (line, character) of a document (URI)."""

_LONGEST = 72


def actions(
    pairs: Iterable[tuple[Finding, Diagnostic]], document: OpenDocument, where: EditorRanges
) -> Iterator[CodeAction]:
    """The actions for findings of a document, which stands as it was judged.

    What helps against several findings (instances of one block, in several modules) is one action.
    """
    found: dict[tuple[object, ...], CodeAction] = {}
    for action in _each(pairs, document, where):
        known = found.setdefault((action.title, repr(action.edit), repr(action.command)), action)
        if known is not action:
            known.diagnostics = [*(known.diagnostics or ()), *(action.diagnostics or ())]
    yield from found.values()


def _each(
    pairs: Iterable[tuple[Finding, Diagnostic]], document: OpenDocument, where: EditorRanges
) -> Iterator[CodeAction]:
    """The actions for each finding by itself."""
    for finding, diagnostic in pairs:
        if (fix := finding.fix) is not None and fix.edits:
            yield _fixing(fix, diagnostic, where)
        for edit in suppression_edits(finding, document.path, document.text):
            yield _suppressing(finding, edit, diagnostic, document.uri, document.lines)
        calls = (one.called_from[0] for one in finding.instances if one.called_from)
        for call in dict.fromkeys(calls):
            path = where.path(call.file)
            edit = above(finding.rule, f"for all inside {call.text}", call.line, "")
            yield _suppressing(finding, edit, diagnostic, where.uri(path), where.lines(path))
        yield CodeAction(
            f"Explain {finding.rule}",
            kind=CodeActionKind.QuickFix,
            diagnostics=[diagnostic],
            command=Command(f"Explain {finding.rule}", EXPLAIN, arguments=[finding.rule]),
        )


def _fixing(fix: Fix, diagnostic: Diagnostic, where: EditorRanges) -> CodeAction:
    """All edits of a fix as one; where they hold placeholders, the cursor goes to the first."""
    changes: dict[str, list[TextEdit]] = {}
    open_: Command | None = None
    for edit in fix.edits:
        path = where.path(edit.file)
        range_ = where.range(path, edit.line, edit.column, edit.end_line, edit.end_column)
        changes.setdefault(where.uri(path), []).append(TextEdit(range_, edit.text))
        if edit.placeholder and open_ is None:
            lines = where.lines(path)
            start = lines.offset(range_.start)
            after = DocumentLines(lines.text[:start] + edit.text, lines.encoding)
            cursor = after.position_at(start + max(edit.text.find("<"), 0))
            line = cursor.line + _lines_put_before(fix, edit)
            arguments = [where.uri(path), line, cursor.character]
            open_ = Command("Fill in", SHOW, arguments=arguments)
    first = next(iter(fix.text.splitlines()), "").rstrip(":")
    title = first if len(first) <= _LONGEST else f"{first[: _LONGEST - 3]}..."
    return CodeAction(
        f"Fix with placeholders: {title}" if open_ else f"Fix: {title}",
        kind=CodeActionKind.QuickFix,
        diagnostics=[diagnostic],
        is_preferred=open_ is None,
        edit=WorkspaceEdit(changes),
        command=open_,
    )


def _lines_put_before(fix: Fix, edit: Edit) -> int:
    """How many lines the edits before one in its file add."""
    before = fix.edits[: fix.edits.index(edit)]
    return sum(
        each.text.count("\n") - (each.end_line - each.line)
        for each in before
        if each.file == edit.file
    )


def _suppressing(
    finding: Finding, edit: SuppressionEdit, diagnostic: Diagnostic, uri: str, lines: DocumentLines
) -> CodeAction:
    at = lines.position(edit.line, edit.column)
    line, column = edit.reason_at
    after = _after(lines, edit)
    cursor = after.position(line, column)
    return CodeAction(
        f"Suppress {finding.rule} {edit.title}",
        kind=CodeActionKind.QuickFix,
        diagnostics=[diagnostic],
        edit=WorkspaceEdit({uri: [TextEdit(Range(at, at), edit.text)]}),
        command=Command("Write the reason", SHOW, arguments=[uri, cursor.line, cursor.character]),
    )


def _after(lines: DocumentLines, edit: SuppressionEdit) -> DocumentLines:
    """The text once the edit is made."""
    at = lines.offset(lines.position(edit.line, edit.column))
    return DocumentLines(lines.text[:at] + edit.text + lines.text[at:], lines.encoding)


def overlaps(one: Range, other: Range) -> bool:
    """Whether two ranges have a position in common."""
    return _key(one.start) <= _key(other.end) and _key(other.start) <= _key(one.end)


def _key(position: Position) -> tuple[int, int]:
    return position.line, position.character
