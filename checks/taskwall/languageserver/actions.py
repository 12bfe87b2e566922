"""Code actions: apply a finding's fix, suppress it with a reason, explain its rule."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

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
from taskwall.fixes.apply import edits_by_file, overlap
from taskwall.languageserver.documents import OpenDocument
from taskwall.languageserver.editor_ranges import EditorRanges
from taskwall.languageserver.positions import DocumentLines
from taskwall.languageserver.suppressing import SuppressionEdit, above, suppression_edits

EXPLAIN = "taskwall.explain"
"""The command that shows the page of a rule, whose id is its argument."""

SHOW = "taskwall.show"
"""The command that puts the cursor at a position (line, character) of a document (URI)."""

_LONGEST = 72


Pair: TypeAlias = tuple[Finding, Diagnostic]
"""A finding, and how the editor shows it."""


def actions(
    pairs: Iterable[Pair],
    document: OpenDocument,
    where: EditorRanges,
    others: Sequence[Pair] = (),
) -> Iterator[CodeAction]:
    """The actions for findings of a document, which stands as it was judged.

    Fixes come first, then explanations, then suppressions. `others` are all findings of the
    document: those of one rule can be fixed together. What helps against several findings
    (instances of one block, in several modules) is one action.
    """
    found: dict[tuple[object, ...], CodeAction] = {}
    for action in _each(list(pairs), document, where, others):
        known = found.setdefault((action.title, repr(action.edit), repr(action.command)), action)
        if known is not action:
            known.diagnostics = [*(known.diagnostics or ()), *(action.diagnostics or ())]
    yield from found.values()


def _each(
    pairs: Sequence[Pair], document: OpenDocument, where: EditorRanges, others: Sequence[Pair]
) -> Iterator[CodeAction]:
    """The actions for each finding by itself."""
    for finding, diagnostic in pairs:
        if (fix := finding.fix) is not None and fix.edits:
            yield _fixing(fix, diagnostic, where)
    for rule in dict.fromkeys(finding.rule for finding, _ in pairs):
        yield from _fixing_all(rule, others, where)
    for finding, diagnostic in pairs:
        yield CodeAction(
            f"Explain {finding.rule}",
            kind=CodeActionKind.QuickFix,
            diagnostics=[diagnostic],
            command=Command(f"Explain {finding.rule}", EXPLAIN, arguments=[finding.rule]),
        )
    for finding, diagnostic in pairs:
        for edit in suppression_edits(finding, document.path, document.text):
            yield _suppressing(finding, edit, diagnostic, document.uri, document.lines)
        calls = (one.called_from[0] for one in finding.instances if one.called_from)
        for call in dict.fromkeys(calls):
            path = where.path(call.file)
            edit = above(finding.rule, f"for all inside {call.text}", call.line, "")
            yield _suppressing(finding, edit, diagnostic, where.uri(path), where.lines(path))


def _fixing_all(rule: str, pairs: Sequence[Pair], where: EditorRanges) -> Iterator[CodeAction]:
    """All edits of the findings of a rule in a file as one, if there are several to make."""
    fixed = [
        (finding.fix.edits, diagnostic)
        for finding, diagnostic in pairs
        if finding.rule == rule
        and finding.fix is not None
        and finding.fix.edits
        and not any(edit.placeholder for edit in finding.fix.edits)
    ]
    edits = [edit for each, _ in fixed for edit in each]
    if len({each for each, _ in fixed}) < 2 or overlap(edits):
        return
    changes = {}
    for file, own in edits_by_file(edits).items():
        path = where.path(file)
        changes[where.uri(path)] = [_text_edit(edit, path, where) for edit in own]
    yield CodeAction(
        f"Fix all findings of {rule} in this file",
        kind=CodeActionKind.QuickFix,
        diagnostics=[diagnostic for _, diagnostic in fixed],
        edit=WorkspaceEdit(changes),
    )


def _text_edit(edit: Edit, path: str, where: EditorRanges) -> TextEdit:
    range_ = where.range(path, edit.line, edit.column, edit.end_line, edit.end_column)
    return TextEdit(range_, edit.text)


def _fixing(fix: Fix, diagnostic: Diagnostic, where: EditorRanges) -> CodeAction:
    """All edits of a fix as one; where they hold placeholders, the cursor goes to the first."""
    changes: dict[str, list[TextEdit]] = {}
    open_: Command | None = None
    for edit in fix.edits:
        path = where.path(edit.file)
        made = _text_edit(edit, path, where)
        changes.setdefault(where.uri(path), []).append(made)
        if edit.placeholder and open_ is None:
            lines = where.lines(path)
            start = lines.offset(made.range.start)
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
