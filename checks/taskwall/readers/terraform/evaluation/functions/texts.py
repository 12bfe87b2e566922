"""Functions of texts."""

from collections.abc import Callable, Iterator
from math import comb
from typing import TYPE_CHECKING

from msgspec.structs import replace

from taskwall.core.patterns import pattern
from taskwall.core.values import (
    Fields,
    Items,
    Known,
    PartOf,
    Reference,
    Text,
    Unknown,
    Value,
    dereferenced,
    lifted,
    needs,
    spelled,
    symbol,
    text,
)
from taskwall.readers.terraform.evaluation.access import is_set
from taskwall.readers.terraform.evaluation.context import ModuleContext
from taskwall.readers.terraform.evaluation.functions.arguments import (
    UnsettledError,
    items_of,
    letters,
    limit_elements,
    number,
    text_of,
    whole,
)
from taskwall.readers.terraform.evaluation.operators import texts_of
from taskwall.readers.terraform.values.types import truth
from taskwall.readers.terraform.values.values import (
    MAX_TEXT_LENGTH,
    MAX_TEXT_PARTS,
    PIECE,
    FailedError,
    JsonFields,
    JsonItems,
    as_text,
    breadth,
    concatenate,
    is_null,
    is_whole,
    json_text,
    waiting,
)

if TYPE_CHECKING:
    import re


MOST_STEPS = 200_000_000
"""How many steps a regular expression may take at the worst: Python's engine takes a second."""

MOST_CHOICES = 20


def _on_text(function: Callable[[str], str]) -> Callable[[list[Value], ModuleContext], Value]:
    return lambda arguments, scope: Known(function(text_of(arguments[0])))


def _join(arguments: list[Value], scope: ModuleContext) -> Value:
    separator = text_of(arguments[0])
    pieces: list[str | Value] = []
    for argument in arguments[1:]:
        items = items_of(argument, scope)
        members = [*items.items]
        if items.rest:
            members.append(Unknown(items.needs or waiting(*items.rest).needs))
        for value in texts_of(members):
            if pieces:
                pieces.append(separator)
            pieces.append(value)
    return concatenate(pieces)


def _split(arguments: list[Value], scope: ModuleContext) -> Value:
    separator, value = text_of(arguments[0]), dereferenced(as_text(arguments[1]))
    if isinstance(value, Reference) and isinstance(value.value, Text | Reference):
        value = value.value  # of a parameter whose writer is known
    if not isinstance(value, Known):
        cut = None
        if isinstance(value, Text | Reference):
            cut = _cut(value if isinstance(value, Text) else Text((value,)), separator)
        if cut is None and not separator:
            raise UnsettledError
        if isinstance(value, PartOf) and _LISTING.issuperset(separator):
            return Items((arguments[1],))
        return cut or _at_least_one(arguments[1])
    found = text_of(value)
    limit_elements(found.count(separator) if separator else len(found))
    pieces = found.split(separator) if separator else list(found)
    return lifted(pieces) if found else Items((Known(""),) if separator else ())


_LISTING = frozenset(",;| \t\n")
"""Characters that no id, ARN or CIDR holds."""


def _cut(value: Text, separator: str) -> Value | None:
    """A text known in part, cut where its literal pieces are; None if more may hold a cut."""
    if not _LISTING.intersection(separator):
        return None
    pieces: list[list[str | Value]] = [[]]
    for part in value.parts:
        if isinstance(part, str):
            first, *rest = part.split(separator)
            pieces[-1].append(first)
            pieces += ([text] for text in rest)
        elif isinstance(part, Reference) and is_set(part) and part.attribute != "value":
            pieces[-1].append(part)  # The value of a parameter may be a list itself.
        else:
            return None
    return Items(tuple(map(_piece, pieces)), place=value.place)


def _at_least_one(value: Value) -> Items:
    """The pieces of a text of which nothing is known: a text that is split is never none."""
    waits = needs(value)
    name = symbol(value) if isinstance(value, Unknown) else ""
    pieces = [Unknown(waits, name and f"{name}{at}") for at in ("[0]", "[*]")]
    return Items((pieces[0],), (pieces[1],), None, waits)


def _piece(parts: "list[str | Value]") -> Value:
    filled = [part for part in parts if part != ""]
    if len(filled) == 1 and not isinstance(filled[0], str):
        return filled[0]
    return text(filled)


_REVISION = ("arn:aws:ecs:eu-west-1:111122223333:task-definition/web", ":7")
"""An ARN of a task definition, and the revision at its end."""


def _replace(arguments: list[Value], scope: ModuleContext) -> Value:
    arn = arguments[0]
    if isinstance(arn, Reference) and arn.value is None and arn.attribute == "arn":
        # Without its revision it still says which task definition it is.
        family, revision = _REVISION
        cut = _replace([Known(family + revision), *arguments[1:]], scope)
        if "aws_ecs_task_definition." in arn.resource and cut == Known(family):
            return replace(arn, attribute="arn_without_revision")
    old = text_of(arguments[1])
    by_pattern = len(old) > 1 and old.startswith("/") and old.endswith("/")
    found = dereferenced(arguments[0])
    if by_pattern and _OF_JSON.fullmatch(old[1:-1]) and not is_whole(found):
        return _with_words(found, old[1:-1], text_of(arguments[2]), scope)
    string = text_of(arguments[0])
    open_ = not isinstance(dereferenced(arguments[2]), Known)
    if open_ and not by_pattern and old and string.count(old) < MAX_TEXT_PARTS:
        # What is put in may be unknown: what it is put into stays known.
        first, *others = string.split(old)
        return concatenate([first, *(piece for each in others for piece in (arguments[2], each))])
    new = text_of(arguments[2])
    if by_pattern:
        compiled = _compiled(old[1:-1], string, scope)
        return Known(_replaced(compiled, _expansion(new), string))
    if string.count(old) * len(new) > MAX_TEXT_LENGTH:
        raise FailedError("a string", f"is longer than {MAX_TEXT_LENGTH} characters")
    return Known(string.replace(old, new))


_OF_JSON = pattern(r'"\(?(?:\[[\w.:-]+\]|\\d|\\\.|[\w|+*?-])+\)?"')
"""A pattern for quoted words of JSON, as modules write that make numbers of texts."""


def _with_words(value: Value, quoted: str, new: str, scope: ModuleContext) -> Value:
    """JSON that is known in part with its quoted words replaced.

    No such pattern reaches over a quote: it changes what is known as a whole. An unknown text stays
    one, whether its quotes stand or not.
    """
    import json

    compiled, expanded = _compiled(quoted, quoted, scope), _expansion(new)

    def changed(found: Value) -> Value:
        scope.run.work(1)
        each = dereferenced(found)
        if isinstance(each, JsonItems | JsonFields) and each is not value:
            return found  # a text in a text, of which the quotes are escaped
        if isinstance(each, Items):
            items, rest = (tuple(map(changed, some)) for some in (each.items, each.rest))
            return replace(each, items=items, rest=rest)
        if isinstance(each, Fields):
            fields = {key: changed(one) for key, one in each.fields.items()}
            return replace(each, fields=fields, rest=each.rest and changed(each.rest))
        if not isinstance(each, Known) or not isinstance(each.data, str):
            return found
        own = json_text(each)
        word = _replaced(compiled, expanded, own)
        return found if word == own else Known(json.loads(word), each.place)

    if isinstance(value, Text):
        parts = [
            p if not isinstance(p, str) else _replaced(compiled, expanded, p) for p in value.parts
        ]
        return concatenate(parts)
    if not isinstance(value, JsonItems | JsonFields):
        raise UnsettledError
    try:
        return changed(value)
    except ValueError as error:
        raise UnsettledError from error  # no JSON any more


def _matches(pattern: "re.Pattern[str]", string: str) -> "Iterator[re.Match[str]]":
    """What a pattern matches in a text, as Go finds it: no empty text right behind another match.

    Behind an empty match it goes on at the next character.
    """
    at, end = 0, -1
    while at <= len(string) and (match := pattern.search(string, at)) is not None:
        is_empty = match.end() == at
        if not is_empty or match.start() != end:
            yield match
        end = match.end()
        at = end + is_empty


def _replaced(
    pattern: "re.Pattern[str]", expanded: "Callable[[re.Match[str]], str]", string: str
) -> str:
    pieces = []
    end = 0
    for match in _matches(pattern, string):
        pieces += [string[end : match.start()], expanded(match)]
        end = match.end()
    return "".join((*pieces, string[end:]))


def _expansion(new: str) -> "Callable[[re.Match[str]], str]":
    """A replacement in RE2's writing: `$1`, `${name}`, `$$`."""
    import re

    marks = re.compile(r"\$(?:\$|(\w+)|\{(\w+)\})")
    size = 0

    def expanded(match: "re.Match[str]") -> str:
        nonlocal size

        def group(mark: "re.Match[str]") -> str:
            name = mark[1] or mark[2]
            if not name:
                return "$"
            key: int | str = int(name) if name.isdigit() else name
            try:
                return match[key] or ""
            except IndexError:
                return ""

        found = marks.sub(group, new)
        size += len(found)
        if size > MAX_TEXT_LENGTH:
            raise FailedError("a string", f"is longer than {MAX_TEXT_LENGTH} characters")
        return found

    return expanded


def _compiled(pattern: str, subject: str, scope: ModuleContext) -> "re.Pattern[str]":
    """A pattern of RE2, if Python's engine reads it alike and it cannot run away.

    RE2 takes linear time; Python's engine can take exponential time where repetitions nest or
    choices follow each other, and polynomial time where repetitions do. Patterns that might leave
    the result unknown. At the worst it tries, from every start, every way to share what follows
    among the repetitions, and each time every setting of the choices (`?`, `|`).
    """
    import re

    plain = re.sub(r"\(\?(?::|P<\w+>)", "(", pattern.removeprefix("(?i)"))
    if len(pattern) > 1000 or "[[:" in pattern or "\\p" in pattern or "(?" in plain:
        raise UnsettledError
    if pattern is not plain and not subject.isascii():
        raise UnsettledError
    if "$" in pattern and subject.endswith("\n"):
        raise UnsettledError
    bare = re.sub(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]", "x", plain)
    if re.search(r"\)[*+{]", bare) or re.search(r"\{\d*,?\d{4,}", bare):
        raise UnsettledError
    repeats, choices = len(re.findall(r"[*+]|\{\d*,", bare)), bare.count("?") + bare.count("|")
    steps = comb(len(subject) + repeats + 1, repeats + 1) << choices
    if choices > MOST_CHOICES or steps > MOST_STEPS:
        raise UnsettledError
    scope.run.work(steps // 32)
    try:
        return re.compile(pattern, re.ASCII)
    except (re.error, OverflowError, RecursionError) as error:
        raise FailedError("a regular expression", "cannot be read") from error


def _matched(match: "re.Match[str]") -> Value:
    if match.re.groupindex:
        return Fields({name: Known(group) for name, group in match.groupdict().items()})
    if match.re.groups:
        return Items(tuple(Known(group) for group in match.groups()))
    return Known(match[0])


def _regex(arguments: list[Value], scope: ModuleContext) -> Value:
    string = text_of(arguments[1])
    match = _compiled(text_of(arguments[0]), string, scope).search(string)
    if match is None:
        raise FailedError("regex(...)", "matches nothing")
    return _matched(match)


def _regexall(arguments: list[Value], scope: ModuleContext) -> Value:
    string = text_of(arguments[1])
    found = []
    for match in _matches(_compiled(text_of(arguments[0]), string, scope), string):
        found.append(_matched(match))
        limit_elements(len(found))
    return Items(tuple(found))


def _trim(arguments: list[Value], scope: ModuleContext) -> Value:
    return Known(text_of(arguments[0]).strip(text_of(arguments[1])))


def _trimprefix(arguments: list[Value], scope: ModuleContext) -> Value:
    return Known(text_of(arguments[0]).removeprefix(text_of(arguments[1])))


def _trimsuffix(arguments: list[Value], scope: ModuleContext) -> Value:
    return Known(text_of(arguments[0]).removesuffix(text_of(arguments[1])))


def _title(string: str) -> str:
    return "".join(
        char.upper() if _begins_word(before) else char
        for before, char in zip(f" {string}", string, strict=False)
    )


def _begins_word(before: str) -> bool:
    """Whether a word begins after a character: as in Go, an apostrophe is as good as a space.

    Beyond ASCII only a space is ("strings.Title" in Go's documentation, and its source).
    """
    return not (before.isalnum() or before == "_") if before.isascii() else before.isspace()


def _substr(arguments: list[Value], scope: ModuleContext) -> Value:
    string, offset, length = text_of(arguments[0]), whole(arguments[1]), whole(arguments[2])
    found = letters(string)
    if offset < 0:
        offset = max(len(found) + offset, 0)
    return Known("".join(found[offset:] if length < 0 else found[offset : offset + length]))


def _startswith(arguments: list[Value], scope: ModuleContext) -> Value:
    value, prefix = dereferenced(arguments[0]), text_of(arguments[1])
    if isinstance(value, Text) and isinstance(value.parts[0], str):
        start = value.parts[0]
        if len(start) >= len(prefix) or not prefix.startswith(start):
            return Known(start.startswith(prefix))
    return Known(text_of(value).startswith(prefix))


def _endswith(arguments: list[Value], scope: ModuleContext) -> Value:
    value, suffix = dereferenced(arguments[0]), text_of(arguments[1])
    if isinstance(value, Text) and isinstance(value.parts[-1], str):
        end = value.parts[-1]
        if len(end) >= len(suffix) or not suffix.endswith(end):
            return Known(end.endswith(suffix))
    return Known(text_of(value).endswith(suffix))


def _strcontains(arguments: list[Value], scope: ModuleContext) -> Value:
    value, part = dereferenced(arguments[0]), text_of(arguments[1])
    if isinstance(value, Text) and any(isinstance(p, str) and part in p for p in value.parts):
        return Known(True)
    return Known(part in text_of(value))


def _format(arguments: list[Value], scope: ModuleContext) -> Value:
    return formatted(text_of(arguments[0]), arguments[1:])


def formatted(pattern: str, arguments: list[Value]) -> Value:
    """The texts of `format`; arguments that are not known stay where `%s`, `%d` or `%v` is.

    Raises:
        UnsettledError: an unknown argument is to be written in another way.
        FailedError: the arguments do not fit the pattern.
    """
    import re

    pieces: list[str | Value] = []
    end = used = size = 0
    for match in re.finditer(r"%(?:\[(\d+)\])?([-+ 0#]*)(\d*)(?:\.(\d+))?([a-zA-Z%])", pattern):
        pieces.append(pattern[end : match.start()])
        end = match.end()
        if match[5] == "%":
            pieces.append("%")
            continue
        used = int(match[1]) if match[1] else used + 1
        if not 0 < used <= len(arguments):
            raise FailedError("format(...)", "has too few arguments")
        pieces.append(_verb(match, arguments[used - 1]))
        size += len(pieces[-1]) if isinstance(pieces[-1], str) else 0
        if size > MAX_TEXT_LENGTH:
            raise FailedError("a string", f"is longer than {MAX_TEXT_LENGTH} characters")
    pieces.append(pattern[end:])
    return concatenate(pieces)


def _verb(match: "re.Match[str]", value: Value) -> "str | Value":
    flags, verb = match[2], match[5]
    width, precision = int(match[3] or 0), match[4]
    if width > 1000 or int(precision or 0) > 100:
        raise UnsettledError
    bare = not (flags or width or precision)
    found = dereferenced(value)
    if verb == "v" and isinstance(found, Known) and found.data is None:
        return "null"
    if verb == "v" and flags == "#" and not (width or precision):
        if not is_whole(found):
            raise UnsettledError
        return json_text(found)
    if is_null(found):
        raise FailedError("format(...)", "is given null")
    if verb == "s" or (verb == "v" and not isinstance(found, Items | Fields)):
        written = as_text(value)
        if bare:
            return written
        string = text_of(written)
        string = string[: int(precision)] if precision else string
        return string.ljust(width) if "-" in flags else string.rjust(width)
    if verb == "v":
        if not is_whole(found):
            raise UnsettledError
        return json_text(found)
    if verb == "q":
        return json_text(Known(text_of(value)))
    if verb == "d" and bare and not isinstance(found, Known):
        return value
    if verb in "dxXobeEfFgG":
        figure = number(value)
        shape = "%" + flags + (str(width) if width else "") + (f".{precision}" if precision else "")
        if verb == "b":
            bits = format(int(figure), "b")
            filled = bits.rjust(width, "0" if "0" in flags else " ")
            return bits.ljust(width) if "-" in flags else filled
        return (shape + verb) % (int(figure) if verb in "dxXo" else figure)
    if verb == "t":
        return spelled(truth(found.data)) or "" if isinstance(found, Known) else value
    raise UnsettledError


def _formatlist(arguments: list[Value], scope: ModuleContext) -> Value:
    pattern = text_of(arguments[0])
    lists = [dereferenced(argument) for argument in arguments[1:]]
    lengths = {len(value.items) for value in lists if isinstance(value, Items)}
    if any(isinstance(value, Items) and value.rest for value in lists) or not lengths:
        raise UnsettledError
    if len(lengths) > 1:
        raise FailedError("formatlist(...)", "is given lists of several lengths")
    found = []
    for row in range(lengths.pop()):
        given = [value.items[row] if isinstance(value, Items) else value for value in lists]
        found.append(formatted(pattern, given))
        scope.run.work(10 * breadth(found[-1]) + len(pattern) // PIECE)
    return Items(tuple(found))


def _chomp(string: str) -> str:
    return string.rstrip("\r\n")


def _indent(arguments: list[Value], scope: ModuleContext) -> Value:
    spaces, string = whole(arguments[0]), text_of(arguments[1])
    if spaces * (string.count("\n") + 1) > MAX_TEXT_LENGTH:
        raise FailedError("a string", f"is longer than {MAX_TEXT_LENGTH} characters")
    return Known(string.replace("\n", "\n" + " " * spaces))


def _strrev(string: str) -> str:
    return "".join(letters(string)[::-1])


FUNCTIONS = {
    "join": _join,
    "split": _split,
    "replace": _replace,
    "regex": _regex,
    "regexall": _regexall,
    "trimspace": _on_text(str.strip),
    "trim": _trim,
    "trimprefix": _trimprefix,
    "trimsuffix": _trimsuffix,
    "lower": _on_text(str.lower),
    "upper": _on_text(str.upper),
    "title": _on_text(_title),
    "chomp": _on_text(_chomp),
    "strrev": _on_text(_strrev),
    "indent": _indent,
    "substr": _substr,
    "startswith": _startswith,
    "endswith": _endswith,
    "strcontains": _strcontains,
    "format": _format,
    "formatlist": _formatlist,
}
