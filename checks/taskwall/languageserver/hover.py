"""What is shown of services, load balancers and groups: hovers, and a line above each."""

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain

from lsprotocol.types import CodeLens, Command, Hover, MarkupContent, MarkupKind, Position
from msgspec import Struct

from taskwall.findings.text import sanitize
from taskwall.languageserver.documents import OpenDocument
from taskwall.languageserver.drift import Drift
from taskwall.languageserver.markdown import as_prose, line_link, without_marks
from taskwall.library.own_rules import every_rule
from taskwall.session.summaries import ResourceSummary, SummaryLine

SUMMARY_COMMAND = "taskwall.portrait"
"""The command that shows the whole summary of what is declared on a line of a document."""

MAX_INSTANCES = 20
"""So many instances of one declaration are shown."""

_RULE = r"[A-Z]{2,}\d{3,}"
_WORD = re.compile(rf"{_RULE}(?![\w-])|[A-Za-z][\w-]*(?:\.[A-Za-z_][\w-]*)*")


class Summaries(Struct):
    """The summaries of a project by the files of their headers, and the texts they are of."""

    by_file: Mapping[str, tuple[ResourceSummary, ...]] = {}
    texts: Mapping[str, str] = {}

    @classmethod
    def by_header(
        cls, summaries: Iterable[ResourceSummary], texts: Mapping[str, str]
    ) -> "Summaries":
        """Summaries by file."""
        found: dict[str, list[ResourceSummary]] = {}
        for summary in summaries:
            found.setdefault(summary.header.file, []).append(summary)
        return cls({file: tuple(each) for file, each in found.items()}, texts)

    def drift(self, document: OpenDocument) -> Drift:
        """Where lines of the summaries are in a document now."""
        return Drift(self.texts.get(document.path, document.text), document.text)


def lenses(document: OpenDocument, drawn: Summaries) -> Iterator[CodeLens]:
    """A line above each service, load balancer and group: what it stands behind, whom it allows."""
    drift = drawn.drift(document)
    briefs: dict[int, dict[str, None]] = {}
    for summary in drawn.by_file.get(document.path, ()):
        line = drift.line(summary.header.line)
        if summary.brief and line is not None:
            briefs.setdefault(line, {})[summary.brief] = None
    for line, shown in briefs.items():
        first, *others = shown
        more = f" (and {len(others)} more)" if others else ""
        command = Command(f"{first}{more}", SUMMARY_COMMAND, arguments=[document.uri, line - 1])
        yield CodeLens(document.lines.whole_line(line), command)


def hover(
    document: OpenDocument,
    position: Position,
    drawn: Summaries,
    findings: Sequence[str] = (),
    *,
    markdown: bool,
) -> Hover | None:
    """What is known of the declaration, reference or rule at a position, after its findings."""
    line, column = document.lines.place(position)
    text = document.lines.line(position.line)
    word = _word(text, column)
    shown = _rule(word) if re.fullmatch(_RULE, word) else ""
    if not shown:
        found = at_line(document, line, drawn) or _named(document, word, drawn)
        shown = "\n\n".join(as_markdown(each) for each in found[:MAX_INSTANCES])
    whole = "\n\n---\n\n".join(filter(None, (*findings, shown)))
    if not whole:
        return None
    kind = MarkupKind.Markdown if markdown else MarkupKind.PlainText
    return Hover(MarkupContent(kind, whole if markdown else without_marks(whole)))


def at_line(document: OpenDocument, line: int, drawn: Summaries) -> list[ResourceSummary]:
    """The summaries of what is declared on a line of a document (counted from 1)."""
    drift = drawn.drift(document)
    here = drawn.by_file.get(document.path, ())
    return [each for each in here if drift.line(each.header.line) == line]


def _named(document: OpenDocument, word: str, drawn: Summaries) -> list[ResourceSummary]:
    """The summaries of what a word of a document refers to: of a module, all that is in it."""
    if not document.path.endswith((".tf", ".tofu")):
        here = drawn.by_file.get(document.path, ())
        return [each for each in here if word and _is(each.name, word.partition(".")[0], "/")]
    name = ".".join(word.split(".")[:2])
    if "." not in name:
        return []
    if name.startswith("module."):
        every = chain.from_iterable(drawn.by_file.values())
        return [each for each in every if f".{name}." in f".{each.name}"]
    folder = os.path.dirname(document.path)
    near = chain.from_iterable(
        each for file, each in drawn.by_file.items() if os.path.dirname(file) == folder
    )
    return [each for each in near if _is(each.name, name, ".")]


def _is(whole: str, name: str, between: str) -> bool:
    return whole == name or whole.endswith(f"{between}{name}")


def _word(text: str, column: int) -> str:
    """The word, with the dots in it, around a column (counted from 1)."""
    for match in _WORD.finditer(text):
        if match.start() < column <= match.end() + 1:
            return match[0]
    return ""


def as_markdown(summary: ResourceSummary) -> str:
    """A summary in Markdown."""
    brief = f": {as_prose(summary.brief)}" if summary.brief else ""
    head = f"**{summary.word} `{sanitize(summary.name).replace('`', chr(39))}`**{brief}"
    return "\n".join((head, "", *(f"- {_line(line)}" for line in summary.lines)))


def _line(line: SummaryLine) -> str:
    if line.place is None:
        return as_prose(line.text)
    return f"{as_prose(line.text)} ({line_link(line.place.file, line.place.line)})"


def _rule(word: str) -> str:
    """The title of a rule, and what it finds."""
    for rule in every_rule().rules:
        if rule.id == word:
            return f"**{rule.id}: {as_prose(rule.title)}**\n\n{as_prose(rule.sections['What'])}"
    return ""
