"""The findings for people: by severity, then file, each with its place underlined."""

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import groupby

from taskwall.core.patterns import pattern
from taskwall.findings.finding import CalledFrom, Finding, Report, Step
from taskwall.findings.text import LONG, by_severity, one_line, sanitize
from taskwall.outputs import View
from taskwall.outputs.text.excerpts import Marked, excerpt, marked_lines
from taskwall.outputs.text.pieces import NAMES_SHOWN, Piece, capped, count, folded, place

MANY = 50
"""Of more findings, only the first of each rule is shown whole: the list stays one that is read."""

STEPS_SHOWN = 8
"""How many steps of a chain are shown unless all are wanted."""

GUTTER = 8
"""Columns for a line's number, or its place in the file: "  316:7 "."""

LABEL = 9
"""Columns for the longest common name of a remark, "because", and a gap."""


def are_many(report: Report, view: View) -> bool:
    """Whether most findings are shown as a line each."""
    return not view.verbose and len(report.document.findings) > MANY


def findings(report: Report, view: View) -> Iterator[Piece]:
    """All findings that are shown."""
    shown = _Shown(report, view)
    ordered = by_severity(report.document.findings)
    for word, group in groupby(ordered, key=_word):
        # The severity of what no one knows to be wrong is not what people look for.
        alike = sorted(group, key=lambda one: (one.file, one.line, one.column))
        yield f"{word.upper()}", word
        yield f": {count(len(alike), _NOUNS.get(word, 'finding'))}\n\n", ""
        for file, inside in groupby(alike, key=lambda one: one.file):
            yield f"{sanitize(file)}\n", "loud"
            for finding in inside:
                yield from shown.finding(finding)
            yield from shown.gap()


def by_rule(report: Report) -> Iterator[Piece]:
    """How many findings each rule has, the most severe first."""
    titles = {rule.id: rule.title for rule in report.rules}
    found = by_severity(report.document.findings)
    counts = Counter((one.verdict, one.severity, one.rule) for one in found)
    if counts:
        yield "By rule:\n", ""
    for (verdict, severity, rule), number in counts.items():
        word = severity if verdict == "fail" else verdict
        yield f"{number:6,}  {rule} {word}", word
        yield f": {titles.get(rule, '')}\n" if rule in titles else "\n", ""
    if counts:
        yield "\n", ""


def _word(finding: Finding) -> str:
    return finding.severity if finding.verdict == "fail" else finding.verdict


def _from(step: Step | CalledFrom, finding: Finding) -> str:
    """The place of a step; in the finding's own file its line alone."""
    same = step.file == finding.file
    return f"line {step.line}" if same else place(step.file, step.line)


def _prose_joined(lines: list[str]) -> list[str]:
    """The lines of a fix, its first sentence as one: it is folded anew."""
    ends = next((n for n, line in enumerate(lines, 1) if line.endswith((":", "."))), 0)
    if not _PROSE.match(lines[0]):
        return lines
    return [" ".join(lines[:ends]), *lines[ends:]] if ends else lines


_PROSE = pattern(r"[A-Z][a-z]+,? [a-z]")
"""How a sentence begins, and neither HCL nor YAML does."""

_NOUNS = {"unknown": "verdict", "pass": "verdict"}


class _Shown:
    """Prints findings one after the other, and knows what was printed before."""

    def __init__(self, report: Report, view: View) -> None:
        self._report = report
        self._view = view
        self._many = are_many(report, view)
        self._rules: set[tuple[str, str]] = set()
        self._fixes: dict[str, str] = {}
        self._excerpt: tuple[str, Marked] = ("", ())
        self._dense = False

    def finding(self, finding: Finding) -> Iterator[Piece]:
        """A finding; the line of its source once, if several findings mark it."""
        key = (finding.rule, finding.verdict)
        whole = self._view.verbose or not (
            finding.verdict == "pass" or (self._many and key in self._rules)
        )
        self._rules.add(key)
        if whole:
            yield from self.gap()
        self._dense = True
        where = f"{finding.line}:{finding.column}"
        yield f"{where:>{GUTTER}} ", "frame"
        yield f" {finding.rule}", _word(finding)
        head = finding.message if whole else one_line(finding, self._report.reasons)
        used = max(GUTTER, len(where)) + 4 + len(finding.rule)
        for line in folded(sanitize(head), used, self._view):
            yield line if line.startswith(" ") else f"  {line}", "loud"
        if whole:
            yield from self._details(finding)
            yield from self.gap()

    def gap(self) -> Iterator[Piece]:
        """An empty line, unless there is one: what has details stands apart."""
        if self._dense:
            yield "\n", ""
        self._dense = False

    def _details(self, finding: Finding) -> Iterator[Piece]:
        marked = marked_lines(finding, self._report)
        if (finding.file, marked) != self._excerpt:
            yield from excerpt(marked, GUTTER, _word(finding), self._view)
        self._excerpt = (finding.file, marked)
        for name, lines in (*self._remarks(finding), *self._edits(finding)):
            label = f"{'':{GUTTER + 2}}{name:<{LABEL - 1}} "
            for number, line in enumerate(lines):
                text = sanitize(line).rstrip()
                yield label if number == 0 else " " * len(label) if text else "", "frame"
                yield from ((each, "") for each in self._folded(name, text, len(label)))

    def _folded(self, name: str, text: str, used: int) -> Iterable[str]:
        # What is to be copied into a source is left as it is.
        copied = name in ("fix", "edit") and not _PROSE.match(text)
        return [f"{text}\n"] if copied else folded(text, used, self._view)

    def _remarks(self, finding: Finding) -> Iterator[tuple[str, list[str]]]:
        """What is said below the excerpt: a name, and its lines."""
        view = self._view
        if finding.resource not in finding.message:
            yield "resource", [finding.resource]
        if steps := [f"{step.text} [{_from(step, finding)}]" for step in finding.because]:
            yield "because", capped(steps, STEPS_SHOWN, view)
        for call in finding.called_from:
            yield "called from", [f"{call.text} [{_from(call, finding)}]"]
        if finding.construct:
            yield "construct", [finding.construct]
        if len(finding.addresses) > 1:
            yield "instances", [", ".join(capped(finding.addresses, NAMES_SHOWN, view))]
        stacks = list(dict.fromkeys(one.stack for one in finding.instances))
        if len(stacks) > 1:
            yield "stacks", [", ".join(capped(stacks, NAMES_SHOWN, view))]
        if finding.when:
            yield "when", [finding.when]
        if finding.missing:
            yield "depends on", [", ".join(capped(finding.missing, NAMES_SHOWN, view))]
        if finding.fix and finding.verdict != "pass":
            text = finding.fix.text.strip()
            here = place(finding.file, finding.line, finding.column)
            first = self._fixes.setdefault(text, here)
            again = first != here and not view.verbose
            lines = text.splitlines() or [""]
            if view.fold:
                lines = _prose_joined(lines)
            yield "fix", [f"the same as at {first}"] if again else lines

    def _edits(self, finding: Finding) -> Iterator[tuple[str, list[str]]]:
        """The edits of a fix as lines that go and lines that come; if everything is wanted."""
        for edit in finding.fix.edits if finding.fix and self._view.verbose else ():
            numbers = range(edit.line, edit.end_line + 1)
            lines = [self._report.excerpt(edit.file, number) for number in numbers]
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
            where = place(edit.file, edit.line, edit.column)
            hint = " (replace what is in angle brackets)" if edit.placeholder else ""
            shown = [*(f"- {line}" for line in old), *(f"+ {line}" for line in new)]
            yield "edit", [f"{where}{hint}", *shown]
