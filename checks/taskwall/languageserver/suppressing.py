"""Where a suppression is written, in the syntax of the source; its reason is left to write.

A suppression without a reason is an error that is shown at once: nobody forgets to give one.
"""

import json
import re
from collections.abc import Iterator

from msgspec import Struct

from taskwall.findings.finding import Finding
from taskwall.languageserver.positions import DocumentLines

_BLOCK = re.compile(r"(resource|data|module)\b")
_HEREDOC = re.compile(r"<<-?\s*([A-Za-z_][\w-]*)\s*$")
_BLOCK_SCALAR = re.compile(r"(^|\s)[|>][-+0-9]*\s*(#.*)?$")


class SuppressionEdit(Struct, frozen=True):
    """A text to insert in front of what stands at a place; the reason goes after `reason_at`.

    Lines and columns count as in findings. `title` continues "Suppress TW204 ...".
    """

    title: str
    line: int
    column: int
    text: str
    reason_at: tuple[int, int]


def suppression_edits(finding: Finding, file: str, text: str) -> Iterator[SuppressionEdit]:
    """The suppressions of a finding: for the place alone, and for the whole resource."""
    lines = [line.removesuffix("\r") for line in text.split("\n")]
    if not 0 < finding.line <= len(lines):
        return
    if file.endswith((".tf", ".tofu")):
        yield from _in_terraform(finding, lines)
    elif text.lstrip().startswith("{"):
        yield from _in_json(finding, text, file.endswith((".tf.json", ".tofu.json")))
    else:
        yield from _in_yaml(finding, lines)


def above(rule: str, title: str, line: int, indent: str) -> SuppressionEdit:
    """A comment on a line of its own above another line."""
    comment = f"{indent}# taskwall:skip={rule}: "
    return SuppressionEdit(title, line, 1, f"{comment}\n", (line, len(comment) + 1))


def _in_terraform(finding: Finding, lines: list[str]) -> Iterator[SuppressionEdit]:
    start = next((at for at in range(finding.line, 0, -1) if _BLOCK.match(lines[at - 1])), 0)
    if start != finding.line and not _in_heredoc(lines[max(start - 1, 0) : finding.line - 1]):
        indent = _indent(lines[finding.line - 1])
        yield above(finding.rule, "for this place", finding.line, indent)
    if start:
        yield above(finding.rule, f"for all of {_declared(lines[start - 1])}", start, "")


def _declared(head: str) -> str:
    """What a block declares, whichever modules it is in: that is what a comment suppresses."""
    kind, *labels = re.findall(r"[\w-]+", head)
    return ".".join(labels[:2] if kind == "resource" else (kind, *labels[:2]))


def _in_heredoc(before: list[str]) -> bool:
    """Whether what follows some lines of a block is text of a heredoc."""
    ends = ""
    for line in before:
        if ends:
            ends = "" if line.strip() == ends else ends
        elif (begun := _HEREDOC.search(line)) is not None:
            ends = begun[1]
    return bool(ends)


def _in_yaml(finding: Finding, lines: list[str]) -> Iterator[SuppressionEdit]:
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


def _in_json(finding: Finding, text: str, terraform: bool) -> Iterator[SuppressionEdit]:
    """A member at the start of the resource; none if it has such a member already.

    That is `Metadata` in templates, and `//`, which is a comment, in Terraform's JSON.
    """
    key = "//" if terraform else "Metadata"
    try:
        path = _way(finding.resource, terraform)
        declared = json.loads(text)
        for name in path:
            declared = declared[name]
    except (ValueError, KeyError, TypeError, RecursionError):
        return
    name = path[-1]
    heads = re.finditer(rf'"{re.escape(name)}"\s*:\s*\{{', text)
    last = sum(len(line) + 1 for line in text.split("\n", finding.line)[: finding.line])
    head = next((found for found in reversed(list(heads)) if found.start() < last), None)
    if head is None or not isinstance(declared, dict) or key in declared:
        return
    rest = text[head.end() :]
    space = rest[: len(rest) - len(rest.lstrip())] or " "
    before, after = _json_member(finding.rule, terraform)
    at = DocumentLines(text, "utf-32")
    line, column = at.place(at.position_at(head.end()))
    written = f"{space}{before}"
    edited = DocumentLines(text[: head.end()] + written, "utf-32")
    reason_at = edited.place(edited.position_at(len(edited.text)))
    yield SuppressionEdit(
        f"for all of {finding.resource}", line, column, f"{written}{after},", reason_at
    )


def _way(resource: str, terraform: bool) -> tuple[str, ...]:
    """The members that lead to a resource in JSON."""
    if not terraform:
        return "Resources", resource.rpartition("/")[2]
    *_, type_, name = resource.partition("[")[0].split(".")
    return "resource", type_, name


def _json_member(rule: str, terraform: bool) -> tuple[str, str]:
    """The member that suppresses a rule: what stands before the reason, and what after it."""
    if terraform:
        return f'"//": "taskwall:skip={rule}: ', '"'
    return f'"Metadata": {{"taskwall": {{"skip": [{{"id": "{rule}", "reason": "', '"}]}}'


def _indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]
