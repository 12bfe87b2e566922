"""What can be read of YAML that is not well-formed.

Of a line of a resource that is not well-formed by itself, the value is left out. Around any other
mistake, all properties of the resource are, or the member of another section: where lines are
indented wrongly, less would leave open what belongs to what. What is left out is not known; that it
is there is. The type of a resource is kept, and its condition.
"""

from collections.abc import Iterator

from msgspec import Struct

from taskwall.core.patterns import pattern
from taskwall.core.values import Span
from taskwall.readers.cloudformation.document import (
    TWO_TAGS,
    UNREADABLE,
    TemplateFile,
    composed,
    long_name,
    read_nodes,
)
from taskwall.source.files import UnreadableError
from taskwall.source.kinds import NAMED_TEMPLATE

MOST_READINGS = 30
"""A text is read so many times at most: with each try of each mistake."""

MOST_OF_LINES = 15
"""So many readings beside these are for lines alone: where more are wrong, it is not by chance."""

LONGEST_BROKEN = 200_000
"""Texts of more characters are not read again: all readings together take about a second."""


def readable_part(file: str, text: str, error: UnreadableError) -> TemplateFile:
    """The nodes of a text without what cannot be read, which its errors name.

    Args:
        file: its path.
        text: a text in YAML.
        error: why it cannot be read as a whole.

    Raises:
        UnreadableError: the same, where too much is wrong.
    """
    if len(text) > LONGEST_BROKEN or text.lstrip().startswith("{"):
        raise error
    lines, errors = text.split("\n"), [error.error]
    left_out: list[Span] = []
    readings = of_lines = 0
    while True:
        at = errors[-1].place.line - 1
        for start, end, without in _tries(lines, at, by_line=of_lines < MOST_OF_LINES):
            if end - start == 1:
                of_lines += 1
            else:
                readings += 1
            if readings > MOST_READINGS:
                raise error
            try:
                found = read_nodes(file, "\n".join(without))
                again = None
            except UnreadableError as other:
                again = other.error
                if again.place.line <= max(at + 1, end):
                    continue  # it takes more than that
            left_out.append(Span(file, start + 1, 1, end, len(lines[end - 1]) + 1))
            if again is None:
                return TemplateFile(
                    file, text, found.root, (*errors, *found.errors), tuple(left_out)
                )
            lines = without
            errors.append(again)
            break
        else:
            raise error


class _Member(Struct, frozen=True):
    """A member of a section: the index of its first line, and of the one behind its last."""

    section: str
    start: int
    end: int


def _tries(lines: list[str], at: int, *, by_line: bool) -> Iterator[tuple[int, int, list[str]]]:
    """The lines without what may be wrong at one of them, least first, and which these are."""
    # The parser may see a mistake at the line behind it only.
    members = [(line, member) for line in (at, at - 1) if (member := _member(lines, line))]
    for line, member in members if by_line else ():
        if (without := _without_value(lines, line, member)) is not None:
            yield line, line + 1, without
    for member in dict.fromkeys(member for _, member in members):
        if (without := _without(lines, member)) is not None:
            yield member.start, member.end, without


def _without_value(lines: list[str], line: int, member: _Member) -> list[str] | None:
    """The lines without the value of one of them; None if that is well-formed by itself."""
    written = _VALUE.fullmatch(lines[line])
    inside = (lines[i] for i in range(member.start + 1, line + 1) if not _is_bare(lines[i]))
    own = next(map(_depth, inside), 0)
    if member.section != "Resources" or written is None or _depth(lines[line]) <= own:
        return None  # what says which resource it is, is not left out
    below = next((one for one in lines[line + 1 : member.end] if not _is_bare(one)), "")
    if _depth(below) > len(written["dashes"]):
        return None  # the value goes on below it
    if written["value"][0] not in "{[" and _FURTHER.search(written["value"]):
        return None  # it may be one of several that were to be on lines of their own
    try:
        composed("", lines[line].strip())
    except UnreadableError:
        before, key = written["before"], written["key"]
        twice = TWO_TAGS.match(lines[line])
        text = lines[line][twice.end() :].partition(" #")[0].strip() if twice else ""
        if twice and text and text[0] not in "|>":  # it is clear what is meant
            text = text if text[:1] in ("'", '"', "[") else "'{}'".format(text.replace("'", "''"))
            instead = f"{before}{{'{long_name(twice[1])}': {twice[2]} {text}}}"
            return [*lines[:line], instead, *lines[line + 1 :]]
        name = ".".join(filter(None, (lines[member.start].strip().rstrip(": "), key)))
        return [*lines[:line], f'{before}{UNREADABLE} "{name}"', *lines[line + 1 :]]
    return None


def _member(lines: list[str], line: int) -> _Member | None:
    """The member of a section around a line.

    None where there is none, or where tabs leave open how deep a line is.
    """
    start = section = -1
    for i in range(min(line, len(lines) - 1), -1, -1):
        if _is_bare(lines[i]):
            continue
        if _depth(lines[i]) == 0:
            section = i
            break
        if start < 0 or _depth(lines[i]) < _depth(lines[start]):
            start = i
    named = _SECTION.match(lines[section]) if section >= 0 else None
    if named is None or start < 0:
        return None
    inside = [i for i in range(section + 1, len(lines)) if not _is_bare(lines[i])]
    depth = _depth(lines[start])
    end = next((i for i in inside if i > start and _depth(lines[i]) <= depth), len(lines))
    if depth != _depth(lines[inside[0]]) or any("\t" in _indent(one) for one in lines[start:end]):
        return None
    return _Member(named[1], start, end)


def _without(lines: list[str], member: _Member) -> list[str] | None:
    """The lines in which what a member says cannot be read; None if that is to say too much.

    A resource must say of which type it is, and hold no other one: what has no type is part of
    another one, and what is too deep by mistake is none of the member that it is below.
    """
    start, end = member.start, member.end
    key = _KEY.match(lines[start])
    if key is None:
        return None
    name = key[0].strip().removesuffix(":").strip()
    types = len(_TYPE.findall("\n".join(one for one in lines[start:end] if not _is_bare(one))))
    if types > (member.section in ("Resources", "Parameters")):
        return None
    if member.section != "Resources":
        instead = [f"{key[0]} {UNREADABLE} {name}"] + [""] * (end - start - 1)
        return [*lines[:start], *instead, *lines[end:]]
    inside = [i for i in range(start + 1, end) if not _is_bare(lines[i])]
    depth = _depth(lines[inside[0]]) if inside else 0
    own = [i for i in inside if _depth(lines[i]) == depth]
    kept = {i for i in own if _KEPT.match(lines[i])}
    others = [i for i in own if i not in kept]
    if not others or sum(lines[i].lstrip().startswith("Type") for i in kept) != 1:
        return None
    at = next((i for i in others if lines[i].lstrip().startswith("Properties")), others[0])
    if any(_STACK.match(lines[i]) for i in kept):  # which template it is must still be known
        lines = _with_url_in_one_line(lines, inside)
        kept |= {at, *(i for i in inside if _TEMPLATE.match(lines[i]))}
        below = [i for i in inside if i > at and i not in kept]
        if len(kept) != _OF_STACKS or not below:
            return None
        at, depth, cut = below[0], _depth(lines[max(kept)]), "Parameters"
    else:
        cut = "Properties"
    instead = [lines[i] if i in kept else "" for i in range(start, end)]
    instead[0] = key[0]
    instead[at - start] = f"{' ' * depth}{cut}: {UNREADABLE} {name}"
    return [*lines[:start], *instead, *lines[end:]]


def _with_url_in_one_line(lines: list[str], inside: list[int]) -> list[str]:
    """The lines with a URL that goes over several as one text: the path to a template in it."""
    at = next((i for i in inside if _URL_BELOW.fullmatch(lines[i])), None)
    if at is None:
        return lines
    end = next((i for i in inside if i > at and _depth(lines[i]) <= _depth(lines[at])), len(lines))
    below = [lines[i] for i in inside if at < i < end]
    paths = {found for line in below for found in _PATH.findall(line)}
    if len(paths) != 1:
        return lines
    url = f"{lines[at].partition(':')[0]}: {paths.pop().lstrip('/')}"
    return [*lines[:at], url, *lines[at + 1 :]]


def _is_bare(line: str) -> bool:
    return not line.strip() or line.lstrip().startswith("#")


def _indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]


def _depth(line: str) -> int:
    return len(_indent(line))


_SECTION = pattern(
    r"(Parameters|Mappings|Conditions|Rules|Metadata|Resources|Outputs) *:\s*(?:#|$)"
)
_KEY = pattern(r""" *(?:"\w+"|'\w+'|\w+) *:(?=\s|$)""")
_VALUE = pattern(r"(?P<before>(?P<dashes> *(?:- +)*)(?:(?P<key>\w+) *: +)?)(?P<value>[^\s\-#].*)")
_FURTHER = pattern(r"\w[\"']? *: ")
_KEPT = pattern(r""" *(?:Type|Condition) *: +(?:"[\w:]+"|'[\w:]+'|[\w:]*\w)\s*(?:#|$)""")
_TYPE = pattern(r"""\bType["']? *: *["']?\w+::""")
_STACK = pattern(r""" *Type *: +["']?AWS::CloudFormation::Stack\b""")
_TEMPLATE = pattern(r" *TemplateURL *: +\S")
_URL_BELOW = pattern(r" *TemplateURL *:(?: +!\w+)?\s*(?:#.*)?")
_PATH = pattern(rf"(?:/[\w.-]++)*/{NAMED_TEMPLATE}")
_OF_STACKS = 3
"""The lines that are kept of a nested stack: `Type`, `Properties` and `TemplateURL`."""
