"""The report for people: each finding with its place underlined, and a summary at the end.

What is printed is made once, as pieces of text with the name of a style; they are put together
plainly or, for a terminal, in colour.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import TypeAlias

from taskwall.core.patterns import pattern
from taskwall.findings.causes import by_cause, cure_of
from taskwall.findings.finding import SEVERITIES, Absent, Finding, Problem, Report, ReportDocument
from taskwall.findings.text import (
    LONG,
    absent_by_root,
    absent_count,
    by_severity,
    remainder,
    sanitize,
    wanted,
    windowed,
)
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
"""How many steps of a chain, instances and reasons for unknowns are shown unless all are wanted."""


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
    for finding in () if view.summary else document.findings:
        yield from _finding(finding, report, view, fixed)
        yield "\n", ""
    if view.summary:
        yield from _by_rule(report)
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
    yield from _problems("error", document.errors, view)
    if view.quiet:
        return
    yield from _problems("warning", document.warnings, view)
    for note in report.notes:
        yield "note", "loud"
        yield f": {sanitize(note)}\n", ""
    if document.crashes or document.errors or document.warnings or report.notes:
        yield "\n", ""
    if view.ties:
        yield from _ties(report)
    yield from _absent(report, view)
    yield from _unread(report, view)
    yield from _unknowns(report, view)
    yield from _totals(report)


def _problems(word: str, problems: Sequence[Problem], view: View) -> Iterator[Piece]:
    """What could not be read, each cause once unless everything is wanted."""
    for alike in by_cause(problems):
        for one in alike if view.verbose else alike[:1]:
            yield word, "error" if word == "error" else "medium"
            yield f": {_place(one.file, one.line, one.column)}: {sanitize(one.message)}\n", ""
        if (rest := alike[1:]) and not view.verbose:
            places = _capped([_place(one.file, one.line) for one in rest], NAMES_SHOWN)
            more = " (--verbose lists them)" if len(places) < len(rest) else ""
            yield f"  and {len(rest):,} like it: {', '.join(places)}{more}\n", "quiet"
        if cure := cure_of(alike[0]):
            yield f"  to mend it: {cure}\n", "quiet"


def _ties(report: Report) -> Iterator[Piece]:
    """What was found to be what sources refer to elsewhere, and what of that is open."""
    tied = [tie for tie in report.document.ties if tie.to_stack is not None]
    yield f"{len(tied):,} tied to other sources:\n", "loud"
    for tie in tied:
        to = f"{tie.to} of {tie.to_stack}" if tie.to else tie.to_stack or ""
        yield f"  {sanitize(tie.from_)} is {sanitize(to)}, by its {sanitize(tie.by)}", ""
        yield f" [{_place(tie.file, tie.line)}]\n", "quiet"
    if report.open_ties:
        yield f"{len(report.open_ties):,} open, the most needed first:\n", "loud"
    for tie in report.open_ties:
        some = ", ".join(map(sanitize, tie.candidates[:NAMES_SHOWN]))
        more = len(tie.candidates) - NAMES_SHOWN
        some += f" and {more:,} more" if more > 0 else ""
        why = f"may be {some}" if some else "no other source is known to answer it"
        by = f", asked for by {sanitize(tie.by)}" if tie.by else ""
        yield f"  {sanitize(tie.from_)}{by}: {why}", ""
        yield f" [{_place(tie.file, tie.line)}]\n", "quiet"
    yield "\n", ""


def _by_rule(report: Report) -> Iterator[Piece]:
    """How many findings each rule has, the most severe first."""
    titles = {rule.id: rule.title for rule in report.rules}
    found = by_severity(report.document.findings)
    counts = Counter((one.verdict, one.severity, one.rule) for one in found)
    for (verdict, severity, rule), count in counts.items():
        word = severity if verdict == "fail" else verdict
        yield f"{count:6,}  {rule} {word}", word
        yield f": {titles.get(rule, '')}\n" if rule in titles else "\n", ""
    if counts:
        yield "\n", ""


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
    if len(finding.addresses) > 1:
        names = _capped(finding.addresses, len(finding.addresses) if view.verbose else NAMES_SHOWN)
        yield "instances", [", ".join(names)]
    stacks = list(dict.fromkeys(one.stack for one in finding.instances))
    if len(stacks) > 1:
        names = _capped(stacks, len(stacks) if view.verbose else NAMES_SHOWN)
        yield "stacks", [", ".join(names)]
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


def _place(file: str, line: int, column: int | None = None) -> str:
    return f"{sanitize(file)}:{line}" + (f":{column}" if column is not None else "")


# The summary


def _absent(report: Report, view: View) -> Iterator[Piece]:
    """What calls name and was not there to be read, and what brings it, once for each root."""
    absent = report.document.absent
    missing = [one for one in absent if one.read_as is None]
    if missing:
        yield f"{absent_count(missing)} not read", "unknown"
        create = "it creates" if len(missing) == 1 else "they create"
        yield f" (what {create} is unknown):\n", ""
        yield from _calls(missing, view)
    if modelled := [one for one in absent if one.read_as is not None]:
        yield f"{absent_count(modelled)} read through taskwall's stand-ins", ""
        if missing and not view.verbose:
            yield " (--verbose lists them)\n", "quiet"
        else:
            yield ":\n", ""
            yield from _calls(modelled, view)


def _calls(absent: list[Absent], view: View) -> Iterator[Piece]:
    roots = list(absent_by_root(absent).items())
    for (stack, cure), calls in roots if view.verbose else roots[:GROUPS]:
        by_place: dict[str, list[Absent]] = {}
        for one in calls:
            by_place.setdefault(_place(one.file, one.line), []).append(one)
        lines = []
        for place, (one, *others) in by_place.items():
            read_as = f" (stand-in for {one.read_as})" if one.read_as else ""
            more = f" (and {_count(len(others), 'more call')} of it)" if others else ""
            what = f": {wanted(one)}" if one.source else ""
            lines.append(f"{one.name}{what}{read_as} [{place}]{more}")
        for line in _capped(lines, len(lines) if view.verbose else GROUPS):
            yield f"  {sanitize(line)}\n", ""
        them = "it" if len(calls) == 1 else "them"
        yield f"    to read {them}, in {sanitize(stack)}: {sanitize(cure)}\n", "quiet"
    if len(roots) > GROUPS and not view.verbose:
        yield f"  and in {len(roots) - GROUPS:,} more roots (--verbose lists them)\n", "quiet"


def _unread(report: Report, view: View) -> Iterator[Piece]:
    """The types and attributes that nothing here reads: harmless, so only where all is wanted."""
    if not view.verbose:
        return
    types = [one for one in report.document.unread if not one.attributes]
    attributes = [one for one in report.document.unread if one.attributes]
    if types:
        yield "Resources of types that taskwall does not read:\n", ""
        for one in types:
            yield f"  {one.count:4}  {sanitize(one.type)}\n", ""
    if attributes:
        yield "Attributes that taskwall does not read:\n", ""
        for one in attributes:
            yield f"  {sanitize(one.type)}: {sanitize(', '.join(one.attributes))}\n", ""


def _unknowns(report: Report, view: View) -> Iterator[Piece]:
    """How many verdicts wait for what, and the option that supplies it."""
    unknown = [finding for finding in report.findings if finding.verdict == "unknown"]
    if not unknown:
        return
    absent = {one.name: one for one in report.document.absent if one.read_as is None}
    waits = Counter(
        name
        for finding in unknown
        for name in dict.fromkeys(_home(need, absent) for need in finding.missing)
    )
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
        if name in absent:  # its section says what brings it; no option can
            yield f"  {count:4}  {sanitize(name)}, which is not there to be read\n", ""
            continue
        why = report.reasons.get(name, "")
        yield f"  {count:4}  {sanitize(f'{name} {why}'.strip())}\n", ""
        option = _supply(name, report.options.get(name, ""))
        ways = (f"provide it with {option}" if option else "", _joined_by(name, why))
        if known_by := ", or ".join(filter(None, ways)):
            yield f"        {known_by}\n", "quiet"
    if len(shown) < len(order):
        yield f"        and {len(order) - len(shown)} more (--verbose lists them)\n", "quiet"


def _home(need: str, absent: Collection[str]) -> str:
    """The call of an absent module that a need is an output of; else the need itself."""
    for end, char in enumerate(need):
        if char in ".[" and need[:end] in absent:
            return need[:end]
    return need


def _supply(name: str, option: str) -> str:
    """The option that gives a value to what unknowns wait for; "" if none decides them."""
    unquoted = _QUOTED.sub("", name)
    if not (option and name) or "=" in unquoted or '"' in unquoted or not name.isprintable():
        return ""
    if option == "workspace":
        return "--workspace NAME"
    wanted = f"{name.rpartition('var.')[2] if option == 'var' else name}=VALUE"
    if not all(char.isalnum() or char in "_-.:/=" for char in wanted):
        wanted = "'" + wanted.replace("'", "'\\''") + "'"
    return f"--{option} {wanted}"


_QUOTED = pattern(r'"[^"]*"')


def _joined_by(name: str, why: str) -> str:
    """What to scan as well, since stacks that are scanned together are judged together."""
    if _STATE.match(name):
        return "scan the root module that writes this state, too"
    if name.startswith("Fn::ImportValue ") and not why.startswith("is exported by"):
        return "scan the template that exports it, too"
    return ""


_STATE = pattern(r"(.*[./])?data\.terraform_remote_state\.")


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
    elif _judged(report):
        open_ = list(_undecided(report.document))
        yield "No findings", "loud"
        where = " in the files given" if any(report.elsewhere) else ""
        yield f"{where}, but {_listed(open_)}.\n" if open_ else f"{where}.\n", ""
    if others := remainder(report):
        yield f"{others}\n", ""
    yield f"{_looked_at(report)}\n", "quiet"


def _undecided(document: ReportDocument) -> Iterator[str]:
    """What may still hide a finding."""
    summary = document.summary
    if summary.unknown:
        yield f"{_count(summary.unknown, 'verdict is', 'verdicts are')} unknown"
    if summary.absent:
        missing = [one for one in document.absent if one.read_as is None]
        yield f"{absent_count(missing)} {'was' if summary.absent == 1 else 'were'} not read"
    if wrong := summary.errors + len(document.warnings):
        yield f"{_count(wrong, 'place', 'places')} could not be read"
    if summary.crashes:
        yield f"taskwall crashed {_count(summary.crashes, 'time')}"


def _listed(texts: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(texts[:-1]), texts[-1])))


def _judged(report: Report) -> bool:
    """Whether anything was judged at all."""
    summary = report.document.summary
    shown = summary.fail or summary.unknown or summary.passed or summary.suppressed
    return bool(shown) or any(report.elsewhere)


def _looked_at(report: Report) -> str:
    """What was looked at: where there was nothing to judge, silence is no praise."""
    document = report.document
    summary = document.summary
    files = _count(summary.files, "file")
    more = [f"{_count(summary.suppressed, 'finding')} suppressed"] if summary.suppressed else []
    if summary.absent:
        missing = [one for one in document.absent if one.read_as is None]
        more.append(f"{absent_count(missing)} not read")
    more += [_count(summary.errors, "error")] if summary.errors else []
    more += [_count(len(document.warnings), "warning")] if document.warnings else []
    more += [_count(summary.crashes, "crash", "crashes")] if summary.crashes else []
    more += [f"{_count(report.excluded, 'file')} excluded"] if report.excluded else []
    tail = f"; {', '.join(more)}." if more else "."
    if not summary.files:
        return f"Nothing was analysed: no Terraform and no CloudFormation was found{tail}"
    if not summary.resources:
        return f"Nothing was analysed: no resources were found in {files}{tail}"
    resources = _count(summary.resources, "resource")
    if not _judged(report):
        return (
            f"Nothing was analysed: no rule applies to any of {resources} in {files}: none is"
            f" part of the network of ECS tasks{tail}"
        )
    stacks = _count(summary.stacks, "stack")
    passes = _count(summary.passed, "pass", "passes")
    return f"Analysed {files}: {stacks}, {resources}, {passes}{tail}"


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number:,} {one if number == 1 else many or one + 's'}"
