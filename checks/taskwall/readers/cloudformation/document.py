"""YAML and JSON text as nodes with exact places.

A node is a value where everything in it is literal; only what holds an intrinsic function stays a
`Sequence`, a `Mapping` or a `IntrinsicCall`, to be evaluated. So literal parts are made once,
however often a template is evaluated.
"""

import re
from bisect import bisect_right
from collections.abc import Mapping as Lookup
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from msgspec import Struct

from taskwall.core.patterns import pattern
from taskwall.core.values import Fields, Items, Known, Need, Scalar, Span, Unknown, Value
from taskwall.source.files import UnreadableError
from taskwall.source.size import MAX_PARTS, parts_at_most
from taskwall.source.stack import SourceError

if TYPE_CHECKING:
    import yaml

DEEPEST = 200
"""Documents nested deeper than this are an error."""

MAX_ALIASED_NODES = 200_000
"""Aliases that repeat more nodes than this, all told, are an error."""


class IntrinsicCall(Struct, frozen=True, gc=False):
    """A call of an intrinsic function: `Ref`, `Fn::Sub`, ...; `!Sub` is named `Fn::Sub` too."""

    name: str
    argument: "Node"
    place: Span


class Sequence(Struct, frozen=True, gc=False):
    """A list with a function somewhere in it."""

    nodes: "tuple[Node, ...]"
    place: Span


class Mapping(Struct, frozen=True, gc=False):
    """A mapping with a function somewhere in it; `places` hold key and value together."""

    fields: "dict[str, Node]"
    places: dict[str, Span]
    place: Span


Node: TypeAlias = Value | Sequence | Mapping | IntrinsicCall

DYNAMIC_REFERENCE = "{{resolve}}"
"""The name of the function that a text with a dynamic reference is read as."""


UNREADABLE = "!taskwall.unreadable"
"""The tag of what stands for a value that is not well-formed: the name of what cannot be read."""

TWO_TAGS = pattern(r" *(?:- +)*(?:\w+ *: +)?(!\w+) +(!\w+)")
"""A line whose value is two functions in their short form in a row, of which YAML takes one."""


class TemplateFile(Struct, frozen=True):
    """A file that was read; `root` is None if there is nothing in it.

    `unreadable` are the stretches that are not well-formed, and left out.
    """

    file: str
    text: str
    root: Node | None
    errors: tuple[SourceError, ...] = ()
    unreadable: tuple[Span, ...] = ()


def read_nodes(file: str, text: str) -> TemplateFile:
    """The nodes of a YAML or JSON text.

    Raises:
        UnreadableError: it is neither, or is nested or repeated beyond what is sensible.
    """
    text = text.removeprefix("\ufeff")
    if not text.isascii():  # lone surrogates stand in no file, but may in an editor's buffer
        text = re.sub("[\ud800-\udfff]", "\N{REPLACEMENT CHARACTER}", text)
    builder = _Builder(file, text)
    root = composed(file, text)
    node = None if root is None else builder.node(root)
    return TemplateFile(file, text, node, tuple(builder.errors))


def members(node: Node | None) -> Lookup[str, Node]:
    """The members of a mapping; none of anything else."""
    return node.fields if isinstance(node, Fields | Mapping) else {}


def elements(node: Node | None) -> tuple[Node, ...]:
    """The elements of a list; none of anything else."""
    if isinstance(node, Sequence):
        return node.nodes
    return node.items if isinstance(node, Items) else ()


def literal_text(node: Node | None) -> str | None:
    """The text that stands there literally; None of anything else."""
    return node.data if isinstance(node, Known) and isinstance(node.data, str) else None


class _DepthError(Exception):
    """Raised from within the composer."""


def composed(file: str, text: str) -> "yaml.Node | None":
    """What PyYAML's composer makes of a YAML or JSON text; tags are not resolved.

    Raises:
        UnreadableError: it is neither, or is nested beyond what is sensible.
    """
    import yaml

    if parts_at_most(text) > MAX_PARTS:
        raise UnreadableError(file, f"has more than {MAX_PARTS} parts: not read")
    loader: Any = None
    try:
        loader = _loader()(text)
        node: yaml.Node | None = loader.get_single_node()
    except (_DepthError, RecursionError):
        raise UnreadableError(file, f"cannot be parsed: nested over {DEEPEST} deep") from None
    except yaml.YAMLError as error:
        failure = error
    else:
        return node
    finally:
        if loader is not None:
            loader.dispose()
    if text.lstrip()[:1] == "{":
        # JSON allows what YAML does not, such as surrogate pairs and colons on the next line.
        from taskwall.readers.cloudformation import json_nodes

        return json_nodes.composed(file, text, DEEPEST)
    raise _unreadable(file, text, failure) from failure


def _unreadable(file: str, text: str, error: "yaml.YAMLError") -> UnreadableError:
    import yaml

    if isinstance(error, yaml.MarkedYAMLError):
        mark, why = error.problem_mark or error.context_mark, error.problem
        if error.context == "while scanning a quoted scalar" and error.context_mark:
            mark, why = error.context_mark, "this quote is not closed"
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        lines = text.split("\n")
        if line > len(lines):  # the end of a text whose last line is not ended
            line, column = len(lines), len(lines[-1]) + 1
        if twice := TWO_TAGS.match(lines[line - 1]):
            column = twice.start(1) + 1
            why = f"a value has one tag: write {long_name(twice[1])}: {twice[2]} ..."
        return UnreadableError(file, f"cannot be parsed: {why}", line, column)
    if isinstance(error, yaml.reader.ReaderError):
        # The position it gives counts bytes in one reader, and something else in the other.
        before = text.partition(chr(error.character))[0]
        line = before.count("\n") + 1
        column = len(before) - before.rfind("\n")
        return UnreadableError(file, f"cannot be parsed: {error.reason}", line, column)
    return UnreadableError(file, f"cannot be parsed: {error}")


_LOADER: Any = None


def _loader() -> Any:
    """A PyYAML loader that bounds the depth, and resolves no tags: half of its time."""
    global _LOADER
    if _LOADER is not None:
        return _LOADER
    import yaml

    base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

    class Loader(base):  # type: ignore[misc]
        depth = 0
        resolve = "".format  # gives "" whatever it is asked, and sooner than a function of ours

        def descend_resolver(self, parent: object, index: object) -> None:  # noqa: ARG002
            self.depth += 1
            if self.depth > DEEPEST:
                raise _DepthError

        def ascend_resolver(self) -> None:
            self.depth -= 1

    _LOADER = Loader
    return Loader


_WORDS: Final[dict[str, Scalar]] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **{word: True for low in ("true", "yes", "on") for word in (low, low.title(), low.upper())},
    **{word: False for low in ("false", "no", "off") for word in (low, low.title(), low.upper())},
}
_NUMBER: Final = pattern(r"-?(?:0|[1-9][0-9]{0,17})(?P<fraction>\.(?:0|[0-9]{0,8}[1-9]))?")
_LITERAL: Final = (Known, Items, Fields)


def resolved(text: str) -> Scalar:
    """What an unquoted scalar means, in YAML 1.1 as CloudFormation reads it.

    A number that would not be written again as it stands (`0123`, `1_000`, `5.10`, `1e3`) stays a
    text, so that account ids and versions keep their digits; dates stay texts too.
    """
    if text in _WORDS:
        return _WORDS[text]
    if text[0] in "-0123456789" and (match := _NUMBER.fullmatch(text)):
        if not match["fraction"]:
            return int(text) if text != "-0" else text
        number = float(text)
        return number if str(number) == text and not number.is_integer() else text
    return text


class _Builder:
    """Makes nodes of what the composer gives."""

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.text = text
        self.errors: list[SourceError] = []
        self._seen: dict[int, tuple[Node | None, int]] = {}
        self._count = 0
        self._repeated = 0
        # libyaml ends a line at these too, other readers do not: then lines are counted again.
        odd = any(sign in text for sign in "\x85\u2028\u2029")
        odd = odd or text.count("\r") > text.count("\r\n")
        self._starts = [0, *(m.end() for m in re.finditer("\n", text))] if odd else None

    def node(self, raw: Any) -> Node:
        """The node, and all below it.

        Raises:
            UnreadableError: an alias stands within what it repeats, or aliases repeat too much.
        """
        value = raw.value
        if type(value) is str:
            return self._scalar(raw, value)
        known = self._seen.get(id(raw))
        if known is not None:
            found, size = known
            self._repeated += size
            if found is None or self._repeated > MAX_ALIASED_NODES:
                line, column = self._position(raw.start_mark)
                why = "contains itself" if found is None else "is repeated too often"
                raise UnreadableError(self.file, f"cannot be parsed: {why}", line, column)
            return found
        before = self._count
        self._count += 1 + len(value)
        repeated = self._repeated
        self._seen[id(raw)] = (None, 0)
        make = self._sequence if raw.id == "sequence" else self._mapping
        node: Node = make(raw, value)
        self._seen[id(raw)] = (node, self._count - before + self._repeated - repeated)
        return node

    def _position(self, mark: "yaml.Mark") -> tuple[int, int]:
        if self._starts is None:
            return mark.line + 1, mark.column + 1
        line = bisect_right(self._starts, mark.index)
        return line, mark.index - self._starts[line - 1] + 1

    def _place(self, start: "yaml.Mark", end: "yaml.Mark") -> Span:
        if self._starts is None:
            return Span(self.file, start.line + 1, start.column + 1, end.line + 1, end.column + 1)
        return Span(self.file, *self._position(start), *self._position(end))

    def _trimmed(self, start: "yaml.Mark", end: "yaml.Mark") -> Span:
        """The stretch without the blank lines that follow it, which the parser counts to it."""
        text, index = self.text, end.index
        while index > start.index and text[index - 1].isspace():
            index -= 1
        line, column = self._position(start)
        end_line = self._position(end)[0] - text.count("\n", index, end.index)
        end_column = index - (text.rfind("\n", 0, index) + 1) + 1
        return Span(self.file, line, column, end_line, end_column)

    def _until(self, raw: Any, last: Span | None) -> Span:
        """The place of a collection, whose block form ends with its last member."""
        if raw.flow_style or last is None:
            return self._place(raw.start_mark, raw.end_mark)
        line, column = self._position(raw.start_mark)
        if last.end_line < line:  # an alias to something above
            return self._trimmed(raw.start_mark, raw.end_mark)
        return Span(self.file, line, column, last.end_line, last.end_column)

    def _scalar(self, raw: Any, value: str) -> Node:
        style, tag = raw.style, raw.tag
        if style in ("|", ">"):
            place = self._trimmed(raw.start_mark, raw.end_mark)
        else:
            place = self._place(raw.start_mark, raw.end_mark)
        if tag and tag[0] == "!":
            if tag == UNREADABLE:
                return Unknown((Need(value, "cannot be read"),), place=place)
            return IntrinsicCall(long_name(tag), Known(value, place), place)
        if "{{resolve:" in value:
            return IntrinsicCall(DYNAMIC_REFERENCE, Known(value, place), place)
        if style or tag == "tag:yaml.org,2002:str":
            return Known(value, place)
        return Known(resolved(value), place)

    def _sequence(self, raw: Any, value: list[Any]) -> Node:
        nodes = tuple([self.node(item) for item in value])
        place = self._until(raw, nodes[-1].place if nodes else None)
        node: Node
        if all([type(item) in _LITERAL for item in nodes]):  # noqa: C419 (quicker)
            node = Items(nodes, (), place)  # type: ignore[arg-type]
        else:
            node = Sequence(nodes, place)
        tag = raw.tag
        return IntrinsicCall(long_name(tag), node, place) if tag and tag[0] == "!" else node

    def _mapping(self, raw: Any, value: list[tuple[Any, Any]]) -> Node:
        fields: dict[str, Node] = {}
        places: dict[str, Span] = {}
        merged: list[Node] = []
        literal = True
        last: Span | None = None
        for key_node, value_node in value:
            key = key_node.value
            node = self.node(value_node)
            line, column = self._position(key_node.start_mark)
            end: Any = node.place
            if end.line < line or (end.line == line and end.column < column):  # an alias
                last = self._place(key_node.start_mark, key_node.end_mark)
            else:
                last = Span(self.file, line, column, end.end_line, end.end_column)
            if type(key) is not str:
                self._error(key_node, "a key must be a string")
            elif key == "<<" and not key_node.style:
                merged.extend(elements(node) or (node,))
            else:
                if key in fields:  # CloudFormation takes the last one, as it does of JSON
                    first = places[key]
                    at = f"line {first.line}, column {first.column}"
                    self._error(key_node, f"{key} is written twice, first at {at}")
                fields[key] = node
                places[key] = last
                if type(node) not in _LITERAL or key.startswith("Fn::"):
                    literal = False
        for other in merged:
            for key, node in members(other).items():
                if key not in fields:
                    fields[key] = node
                    places[key] = other.places[key]  # type: ignore[union-attr]
                    literal = literal and type(node) in _LITERAL and not key.startswith("Fn::")
        place = self._until(raw, last)
        tag = raw.tag
        made: Node
        if len(fields) == 1 and (key := next(iter(fields))) and _is_function(key):
            made = IntrinsicCall(key, fields[key], place)
        elif literal:
            made = Fields(fields, places, place=place)  # type: ignore[arg-type]
        else:
            made = Mapping(fields, places, place)
        return IntrinsicCall(long_name(tag), made, place) if tag and tag[0] == "!" else made

    def _error(self, raw: Any, message: str) -> None:
        place = self._place(raw.start_mark, raw.end_mark)
        self.errors.append(SourceError(place, message))


def long_name(tag: str) -> str:
    """The name of the function that a tag is the short form of."""
    name = tag[1:]
    return name if name in ("Ref", "Condition") else f"Fn::{name}"


def _is_function(key: str) -> bool:
    return key == "Ref" or (key.startswith("Fn::") and not key.startswith("Fn::ForEach::"))
