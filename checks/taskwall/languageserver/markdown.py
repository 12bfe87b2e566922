"""The Markdown that editors show: texts of sources as they stand, and links to lines."""

import os
import re

from taskwall.findings.text import sanitize
from taskwall.languageserver.positions import uri_of

_SPECIAL = r"[\\`*\[\]<|]"
_LINK = re.compile(r"(?<!\\)\[((?:[^\]\n\\]|\\.)*)\]\(([^)\n]*)\)")


def as_prose(text: str) -> str:
    """A text of which nothing is taken for Markdown."""
    return re.sub(rf"({_SPECIAL})", r"\\\1", sanitize(text))


def line_link(path: str, line: int) -> str:
    """A link to a line of a file."""
    label = f"{os.path.basename(path)}:{line}"
    return f"[{as_prose(label)}]({uri_of(path)}#L{line})"


def without_marks(markdown: str) -> str:
    """The same without its marks, for editors that show none; addresses of pages stay."""
    lines = (line for line in markdown.split("\n") if not line.startswith("```"))
    text = _LINK.sub(
        lambda link: f"{link[1]}: {link[2]}" if link[2].startswith("https:") else link[1],
        "\n".join(lines),
    )
    return re.sub(rf"\\({_SPECIAL})|\*\*|`", lambda match: match[1] or "", text)
