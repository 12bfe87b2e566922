"""Where a wish for silence is written, in the syntax of the source; its reason is left to write.

A wish without a reason is an error that is shown at once: nobody forgets to give one.
"""

import json
import re
from collections.abc import Iterator

from msgspec import Struct

from taskwall.finding import Finding

_BLOCK = re.compile(r"(resource|data|module)\b")
_HEREDOC = re.compile(r"<<-?\s*([A-Za-z_][\w-]*)\s*$")
_BLOCK_SCALAR = re.compile(r"(^|\s)[|>][-+0-9]*\s*(#.*)?$")


class Wish(Struct, frozen=True):
    """A text to insert in front of what stands at a place; the reason goes after `reason_at`.

    Lines and columns count as in findings. `title` continues "Suppress TW204 ...".
    """

    title: str
    line: int
    column: int
    text: str
    reason_at: tuple[int, int]


def wishes(finding: Finding, file: str, text: str) -> Iterator[Wish]:
    """The wishes that keep a finding silent: for the place alone, and for the whole resource."""
    lines = [line.removesuffix("\r") for line in text.split("\n")]
    if not 0 < finding.line <= len(lines):
        return
    if file.endswith((".tf", ".tofu")):
        yield from _in_terraform(finding, lines)
    elif text.lstrip().startswith("{"):
        if not file.endswith((".tf.json", ".tofu.json")):
            yield from _in_json(finding, text)
    else:
        yield from _in_yaml(finding, lines)


def above(rule: str, title: str, line: int, indent: str) -> Wish:
    """A comment on a line of its own above another line."""
    comment = f"{indent}# taskwall:skip={rule}: "
    return Wish(title, line, 1, f"{comment}\n", (line, len(comment) + 1))


def _in_terraform(finding: Finding, lines: list[str]) -> Iterator[Wish]:
    start = next((at for at in range(finding.line, 0, -1) if _BLOCK.match(lines[at - 1])), 0)
    if start != finding.line and not _in_heredoc(lines[max(start - 1, 0) : finding.line - 1]):
        indent = _indent(lines[finding.line - 1])
        yield above(finding.rule, "for this place", finding.line, indent)
    if start:
        yield above(finding.rule, f"for all of {finding.resource}", start, "")


def _in_heredoc(before: list[str]) -> bool:
    """Whether what follows some lines of a block is text of a heredoc."""
    ends = ""
    for line in before:
        if ends:
            ends = "" if line.strip() == ends else ends
        elif (begun := _HEREDOC.search(line)) is not None:
            ends = begun[1]
    return bool(ends)


def _in_yaml(finding: Finding, lines: list[str]) -> Iterator[Wish]:
    name = finding.resource.rpartition("/")[2]
    head = re.compile(rf"""\s+(["']?){re.escape(name)}\1\s*:""")
    start = next((at for at in range(finding.line, 0, -1) if head.match(lines[at - 1])), 0)
    here = lines[finding.line - 1]
    if start != finding.line and not _in_block_scalar(lines[: finding.line]):
        yield above(finding.rule, "for this place", finding.line, _indent(here))
    if start:
        title = f"for all of {finding.resource}"
        yield above(finding.rule, title, start, _indent(lines[start - 1]))


def _in_block_scalar(lines: list[str]) -> bool:
    """Whether the last of some lines is text of a block scalar."""
    far = len(_indent(lines[-1]))
    for line in reversed(lines[:-1]):
        if line.strip() and len(_indent(line)) < far:
            if _BLOCK_SCALAR.search(line):
                return True
            far = len(_indent(line))
    return False


def _in_json(finding: Finding, text: str) -> Iterator[Wish]:
    """A member `Metadata` at the start of the resource; none if it has metadata already."""
    name = finding.resource.rpartition("/")[2]
    try:
        declared = json.loads(text)["Resources"][name]
    except (ValueError, KeyError, TypeError, RecursionError):
        return
    heads = list(re.finditer(rf'"{re.escape(name)}"\s*:\s*\{{', text))
    before = text.split("\n", finding.line)[: finding.line]
    last = sum(len(line) + 1 for line in before)
    head = next((found for found in reversed(heads) if found.start() < last), None)
    if head is None or not isinstance(declared, dict) or "Metadata" in declared:
        return
    rest = text[head.end() :]
    space = rest[: len(rest) - len(rest.lstrip())] or " "
    entry = f'{{"id": "{finding.rule}", "reason": "'
    member = f'"Metadata": {{"taskwall": {{"skip": [{entry}'
    line = text.count("\n", 0, head.end()) + 1
    column = head.end() - (text.rfind("\n", 0, head.end()) + 1) + 1
    written = f"{space}{member}"
    reason_line = line + written.count("\n")
    own = len(written) - (written.rfind("\n") + 1) + 1
    reason_at = (reason_line, own if "\n" in written else column + own - 1)
    title = f"for all of {finding.resource}"
    yield Wish(title, line, column, f'{written}"}}]}}}},', reason_at)


def _indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]
