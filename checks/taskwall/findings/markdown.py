"""Texts of sources in Markdown: shown as they stand, mentioning nobody and linking nowhere."""

import re
from collections.abc import Iterator

from taskwall.core.patterns import pattern
from taskwall.findings.finding import Finding
from taskwall.findings.text import sanitize

_SPECIAL = pattern(r"([\\`*_\[\]|~$])")
_LINKED = pattern(r"[@#](?=\w)|:(?=//)|www(?=\.)", re.IGNORECASE)
"""What GitHub makes a mention, a reference or a link of; a comment behind it keeps it from that."""


def as_plain(text: str) -> str:
    """A text in which nothing is taken for Markdown, HTML, a mention or a reference."""
    marked = _SPECIAL.sub(r"\\\1", _html(text))
    return _LINKED.sub(r"\g<0><!-- -->", marked)


def as_code(text: str) -> str:
    """A text as code: as HTML, for backticks and bars could be in it, in a table as well."""
    marked = _SPECIAL.sub(lambda match: f"&#{ord(match[0])};", _html(text))
    return f"<code>{marked.replace('@', '@<!-- -->')}</code>"


def _html(text: str) -> str:
    text = sanitize(text.replace("\n", " "))
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def fenced(text: str, language: str = "text") -> str:
    """A text of several lines as a block of code, in a fence longer than any within."""
    lines = [sanitize(line).rstrip() for line in text.rstrip().lstrip("\n").splitlines()]
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return "\n".join((f"{fence}{language}", *lines, fence))


def chain_items(finding: Finding) -> Iterator[str]:
    """The chain that leads to a finding, as the items of a list."""
    for step in finding.because:
        yield f"- {as_plain(step.text)} ({as_code(f'{step.file}:{step.line}')})"
    for call in finding.called_from:
        yield f"- called from {as_plain(call.text)} ({as_code(f'{call.file}:{call.line}')})"
