"""The report for people: each finding with its place underlined, and a summary at the end.

What is printed is made once, as pieces of text with the name of a style; they are put together
plainly or, for a terminal, in colour.
"""

import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

from taskwall.core.patterns import pattern
from taskwall.findings.finding import SEVERITIES, Finding, Report, Summary
from taskwall.findings.text import TAB, sanitize
from taskwall.outputs import View

Piece: TypeAlias = tuple[str, str]

STYLES = {
    "critical": "bold bright_red",
    "high": "bold red",
    "medium": "bold yellow",
    "low": "bold cyan",
    "info": "bold blue",
    "unknown": "bold magenta",
    "pass": "bold green",
    "error": "bold red",
    "loud": "bold",
    "frame": "blue",
    "quiet": "dim",
}

STEPS_SHOWN = 8
NAMES_SHOWN = 3
GROUPS = 10
"""How many steps of a chain, instances, and reasons for unknowns are told unless all are wanted."""


def render(report: Report, view: View | None = None) -> str:
    """The report as text; in colour if the view has it."""
    view = view or View()
    return join_pieces(_pieces(report, view), view.colour)


def join_pieces(pieces: Iterable[Piece], colour: bool) -> str:
    """Pieces as one text, with the terminal's colours if asked for."""
    if not colour:
        return "".join(text for text, _ in pieces)
    from rich.color import ColorSystem
    from rich.style import Style

    styles = {name: Style.parse(look) for name, look in STYLES.items()}
    coloured = []
    for text, style in pieces:
        line, end = (text[:-1], "\n") if text.endswith("\n") else (text, "")
        if style:
            line = styles[style].render(line, color_system=ColorSystem.STANDARD)
        coloured.append(line + end)
    return "".join(coloured)


def _pieces(report: Report, view: View) -> Iterator[Piece]:
    document = report.document
    fixed: set[tuple[str, bool]] = set()
    for finding in document.findings:
        yield from _finding(finding, report, view, fixed)
        yield "\n", ""
    if view.verbose:
        for silent in document.suppressed:
            one = silent.finding
            why = f": {sanitize(silent.reason)}" if silent.reason else ""
            yield f"{one.rule} suppressed", "quiet"
            yield f": {sanitize(one.message)}\n", ""
            yield "  --> ", "frame"
            yield f"{_place(one.file, one.line, one.column)}\n", ""
            yield f"    by the {silent.by} at {_place(silent.file, silent.line)}{why}\n\n", ""
    for crash in document.crashes:
        yield f"crash in {crash.rule}", "error"
        yield f" on {sanitize(crash.stack)}: {sanitize(crash.message)}\n", ""
    for error in document.errors:
        yield "error", "error"
        yield f": {_place(error.file, error.line, error.column)}: {sanitize(error.message)}\n", ""
    for note in report.notes:
        yield "note", "loud"
        yield f": {sanitize(note)}\n", ""
    if document.crashes or document.errors or report.notes:
        yield "\n", ""
    yield from _unread(report, view)
    yield from _unknowns(report, view)
    yield from _totals(report)


# A finding


def _finding(
    finding: Finding, report: Report, view: View, fixed: set[tuple[str, bool]]
) -> Iterator[Piece]:
    word = finding.severity if finding.verdict == "fail" else finding.verdict
    yield f"{finding.rule} {word}", word
    yield ": ", ""
    yield f"{sanitize(finding.message)}\n", "loud"
    marked = _marked(finding, report)
    gutter = len(str(marked[-1][0])) if marked else 1
    yield f"{'':{gutter}}--> ", "frame"
    yield _place(finding.file, finding.line, finding.column), ""
    yield f" ({sanitize(finding.resource)})\n", "quiet"
    yield from _excerpt(marked, gutter, word, view)
    for name, lines in (*_remarks(finding, view, fixed), *_edits(finding, report, view)):
        for number, line in enumerate(lines):
            if number == 0:
                yield f"{'':{gutter}} = ", "frame"
                yield f"{name}: ", "loud"
            elif line.strip():
                yield " " * (gutter + 3 + len(name) + 2), ""
            yield f"{sanitize(line).rstrip()}\n", ""


def _remarks(
    finding: Finding, view: View, fixed: set[tuple[str, bool]]
) -> Iterator[tuple[str, list[str]]]:
    """What is said below the excerpt: a name, and its lines."""
    steps = [f"{step.text} [{_place(step.file, step.line)}]" for step in finding.because]
    if steps:
        yield "because", _capped(steps, len(steps) if view.verbose else STEPS_SHOWN)
    for call in finding.called_from:
        yield "called from", [f"{call.text} [{_place(call.file, call.line)}]"]
    if finding.construct:
        yield "construct", [finding.construct]
    if len(finding.instances) > 1:
        names = _capped(finding.instances, len(finding.instances) if view.verbose else NAMES_SHOWN)
        yield "instances", [", ".join(names)]
    if finding.when:
        yield "when", [finding.when]
    if finding.missing:
        names = _capped(finding.missing, len(finding.missing) if view.verbose else NAMES_SHOWN)
        yield "depends on", [", ".join(names)]
    if finding.fix and finding.verdict != "pass":
        key = (finding.rule, finding.file.endswith(".tf"))
        again = key in fixed and not view.verbose
        fixed.add(key)
        text = f"as above ({finding.rule})" if again else finding.fix.text
        yield "fix", text.strip().splitlines() or [""]


def _edits(finding: Finding, report: Report, view: View) -> Iterator[tuple[str, list[str]]]:
    """The edits of a fix as lines that go and lines that come; only where everything is said."""
    for edit in finding.fix.edits if finding.fix and view.verbose else ():
        lines = [report.excerpt(edit.file, n) for n in range(edit.line, edit.end_line + 1)]
        old = [line for line in lines if line is not None]
        if len(old) < len(lines):
            continue
        head, tail = old[0][: edit.column - 1], old[-1][edit.end_column - 1 :]
        if max(map(len, old)) > LONG:
            old[-1] = old[-1][: edit.end_column - 1]
            old[0] = old[0][edit.column - 1 :]
            head = tail = ""
        new = f"{head}{edit.text}{tail}".replace("\r\n", "\n").split("\n")
        while old and new and old[0] == new[0]:  # what is added begins behind its line
            del old[0], new[0]
        where = _place(edit.file, edit.line, edit.column)
        hint = " (replace what is in angle brackets)" if edit.placeholder else ""
        shown = [*(f"- {line}" for line in old), *(f"+ {line}" for line in new)]
        yield "edit", [f"{where}{hint}", *shown]


def _capped(texts: Sequence[str], most: int) -> list[str]:
    if len(texts) <= most + 1:
        return list(texts)
    return [*texts[:most], f"and {len(texts) - most} more"]


# The source, and what is marked in it

_Marked: TypeAlias = tuple[int, str, int, int]
"""A line's number, its text, and where in it the mark begins and ends (from 0)."""


def _marked(finding: Finding, report: Report) -> list[_Marked]:
    """The first and last line of a finding's place; none if the source cannot be shown."""
    first = report.excerpt(finding.file, finding.line)
    if first is None:
        return []
    last_line = finding.end_line
    if finding.end_column <= 1 and last_line > finding.line:
        last_line -= 1
    start = finding.column - 1
    if last_line <= finding.line:
        return [(finding.line, first, start, finding.end_column - 1)]
    marked = [(finding.line, first, start, len(first.rstrip()))]
    last = report.excerpt(finding.file, last_line)
    if last is not None and last.strip():
        indent = len(last) - len(last.lstrip())
        end = finding.end_column - 1 if last_line == finding.end_line else len(last.rstrip())
        marked.append((last_line, last, indent, end))
    return marked


def _excerpt(marked: Sequence[_Marked], gutter: int, style: str, view: View) -> Iterator[Piece]:
    if marked:
        yield f"{'':{gutter}} |\n", "frame"
    before = 0
    for number, line, start, end in marked:
        if before and number > before + 1:
            yield "…\n", "frame"
        before = number
        room = max(view.width - gutter - 3, 20)
        if len(line) > LONG:
            line, start, end = f"…{line[start:end]}…", 1, 1 + end - start  # noqa: PLW2901
            room = min(room, 72)
        text, offset, length = windowed(line, start, end, room)
        yield f"{number:{gutter}} |", "frame"
        yield f" {text}".rstrip() + "\n", ""
        yield f"{'':{gutter}} | ", "frame"
        yield f"{'':{offset}}", ""
        yield f"{'^' * length}\n", style


LONG = 240
"""A line of more characters is not written by hand: what stands beside a place may be anything."""


def windowed(line: str, start: int, end: int, room: int) -> tuple[str, int, int]:
    """The part of a line around a place that has room on the screen.

    Args:
        line: the whole line.
        start: where the place begins, in code points from 0.
        end: where it ends, exclusive.
        room: how many cells of the screen there are.

    Returns:
        The text, and in cells where the place begins in it and how long it is (at least 1).
    """
    start = min(start, len(line))
    end = max(min(end, len(line)), start)
    # However long the line is, only what can be near the window is measured.
    low = max(0, start - room)
    cells = [_cell(char) for char in line[low : start + room]]
    before = sum(width for _, width in cells[: start - low])
    first = 0
    left = low > 0
    rest = sum(width for _, width in cells)
    beyond = 1 if start == len(line) else 0  # a mark behind the last character
    if left or rest + beyond > room or start + room < len(line):
        keep = max(room // 3, 1)
        while first < start - low and before > keep and rest > room - 2:
            before -= cells[first][1]
            rest -= cells[first][1]
            first += 1
            left = True
    shown, used, marked = "", 0, 0
    room -= 1 if left else 0
    for index, (text, width) in enumerate(cells[first:], low + first):
        more = index + 1 < len(line)
        if used + width > room - (1 if more else 0):
            shown += "…"
            break
        shown += text
        used += width
        marked += width if start <= index < end else 0
    offset = before + (1 if left else 0)
    return ("…" if left else "") + shown, offset, max(marked, 1)


def _cell(char: str) -> tuple[str, int]:
    """How a character is shown, and how many cells of the screen it takes."""
    if " " <= char <= "~":
        return char, 1
    if char == "\t":
        return " " * TAB, TAB
    char = sanitize(char)
    if unicodedata.category(char) in ("Mn", "Me"):
        return char, 0
    return char, 2 if unicodedata.east_asian_width(char) in "WF" else 1


def _place(file: str, line: int, column: int | None = None) -> str:
    return f"{sanitize(file)}:{line}" + (f":{column}" if column is not None else "")


# The summary


def _unread(report: Report, view: View) -> Iterator[Piece]:
    types = [one for one in report.document.unread if not one.attributes]
    attributes = [one for one in report.document.unread if one.attributes]
    if types:
        count = sum(one.count for one in types)
        line = f"{_count(count, 'resource')} of {_count(len(types), 'type')} "
        line += "is not read" if count == 1 else "are not read"
        if not view.verbose:
            yield f"{line} (--verbose lists them).\n", "quiet"
            return
        yield f"{line}:\n", ""
        for one in types:
            yield f"  {one.count:4}  {sanitize(one.type)}\n", ""
    if view.verbose and attributes:
        yield "Attributes that are not read:\n", ""
        for one in attributes:
            yield f"  {sanitize(one.type)}: {sanitize(', '.join(one.attributes))}\n", ""


def _unknowns(report: Report, view: View) -> Iterator[Piece]:
    """How many verdicts wait for what, and the option that supplies it."""
    unknown = [finding for finding in report.findings if finding.verdict == "unknown"]
    if not unknown:
        return
    waits = Counter(name for finding in unknown for name in dict.fromkeys(finding.missing))
    order = sorted(waits.items(), key=lambda pair: (-pair[1], pair[0]))
    shown = order if view.verbose or len(order) <= GROUPS + 1 else order[:GROUPS]
    hint = (
        ""
        if "unknown" in {one.verdict for one in report.document.findings}
        else (" (--show fail,unknown lists them)")
    )
    yield f"{len(unknown)} unknown", "unknown"
    yield f"{hint}{', depending on:' if shown else '.'}\n", ""
    for name, count in shown:
        why = report.reasons.get(name, "")
        yield f"  {count:4}  {sanitize(f'{name} {why}'.strip())}\n", ""
        if option := _supply(name, why):
            yield f"        provide it with {sanitize(option)}\n", "quiet"
    if len(shown) < len(order):
        yield f"        and {len(order) - len(shown)} more (--verbose lists them)\n", "quiet"


def _supply(name: str, why: str) -> str:
    """The option that gives a value to what an unknown waits for; "" if none can."""
    if name == "elsewhere":
        return ""
    if name.startswith("var.") and name[4:].replace("-", "_").isidentifier():
        return f"--var {name[4:]}=VALUE"
    if name.isalnum():
        return f"--parameters {name}=VALUE" if why in _OF_PARAMETERS else ""
    if _RESOURCE.fullmatch(name):
        # A whole resource is not a value: nothing stands for it.
        return ""
    wanted = f"{name}=VALUE"
    plain = all(char.isalnum() or char in "_-.:/=" for char in wanted)
    return f"--assume {wanted}" if plain else f"--assume '{wanted}'"


_OF_PARAMETERS = ("is a parameter without a default", "is empty by default")
_RESOURCE = pattern(r"(module\.[^.]+\.)*(data\.)?[a-z0-9]+_\w+\.[\w-]+(\[[^\]]*\])?")


def _totals(report: Report) -> Iterator[Piece]:
    fails = [finding for finding in report.findings if finding.verdict == "fail"]
    if fails:
        yield _count(len(fails), "finding"), "loud"
        counts = Counter(finding.severity for finding in fails)
        separator = ": "
        for severity in SEVERITIES:
            if counts[severity]:
                yield separator, ""
                yield f"{counts[severity]} {severity}", severity
                separator = ", "
        yield ".\n", ""
    else:
        yield "No findings", "loud"
        yield ".\n", ""
    yield f"{_looked_at(report.document.summary)}\n", "quiet"


def _looked_at(summary: Summary) -> str:
    """What was looked at: where there was nothing to judge, silence is no praise."""
    files = _count(summary.files, "file")
    more = [f"{_count(summary.suppressed, 'finding')} suppressed"] if summary.suppressed else []
    more += [_count(summary.errors, "error")] if summary.errors else []
    more += [_count(summary.crashes, "crash", "crashes")] if summary.crashes else []
    tail = f"; {', '.join(more)}." if more else "."
    if not summary.files:
        return f"Nothing was analysed: no Terraform and no CloudFormation was found{tail}"
    if not summary.resources:
        return f"Nothing was analysed: no resources were found in {files}{tail}"
    resources = _count(summary.resources, "resource")
    if not (summary.fail or summary.unknown or summary.passed or summary.suppressed):
        return (
            f"Nothing was analysed: no rule applies to any of {resources} in {files}: none is"
            f" part of the network of ECS tasks{tail}"
        )
    stacks = _count(summary.stacks, "stack")
    passes = _count(summary.passed, "pass", "passes")
    return f"Analysed {files}: {stacks}, {resources}, {passes}{tail}"


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number:,} {one if number == 1 else many or one + 's'}"
