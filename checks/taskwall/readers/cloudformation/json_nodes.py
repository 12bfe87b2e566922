"""JSON as the nodes that the YAML composer makes, for JSON that is no YAML."""

import re
from json.decoder import JSONDecodeError, scanstring  # type: ignore[attr-defined]
from typing import Any, Final

import yaml

from taskwall.files import UnreadableError

_BLANK: Final = re.compile(r"[ \t\r\n]*")
_BARE: Final = re.compile(r"-?[0-9][0-9.eE+-]*|true|false|null")


class _Mark:
    """A position; the line and column are found when they are asked for."""

    __slots__ = ("column", "index", "line")

    def __init__(self, index: int, line: int, start: int) -> None:
        self.index = index
        self.line = line
        self.column = index - start


class _Composer:
    def __init__(self, file: str, text: str, deepest: int) -> None:
        self.file = file
        self.text = text
        self.left = deepest
        self.at = 0
        self._line = 0
        self._start = 0
        self._passed = 0

    def mark(self) -> Any:
        """Where the reading is. Marks are only asked for in the order of the text."""
        while (end := self.text.find("\n", self._passed, self.at)) >= 0:
            self._line += 1
            self._start = self._passed = end + 1
        self._passed = max(self._passed, self.at)
        return _Mark(self.at, self._line, self._start)

    def fail(self, problem: str) -> UnreadableError:
        """The error for the place where the reading is."""
        mark = self.mark()
        return UnreadableError(
            self.file, f"cannot be parsed: {problem}", mark.line + 1, mark.column + 1
        )

    def blank(self) -> str:
        """Passes over blanks; the character that follows."""
        match = _BLANK.match(self.text, self.at)
        self.at = match.end() if match else self.at
        return self.text[self.at : self.at + 1]

    def value(self) -> yaml.Node:
        """The value that begins after blanks."""
        sign = self.blank()
        if sign in ("{", "["):
            self.left -= 1
            if self.left < 0:
                raise self.fail("nested too deep")
            node = self.collection(sign)
            self.left += 1
            return node
        if sign == '"':
            return self.string()
        start = self.mark()
        match = _BARE.match(self.text, self.at)
        if match is None:
            raise self.fail("a value is expected")
        self.at = match.end()
        return yaml.ScalarNode("", match[0], start, self.mark(), "")

    def string(self) -> yaml.ScalarNode:
        """A quoted text."""
        if self.blank() != '"':
            raise self.fail("a string in double quotes is expected")
        start = self.mark()
        try:
            value, end = scanstring(self.text, self.at + 1, False)
        except JSONDecodeError as error:
            self.at = error.pos
            raise self.fail(error.msg[:1].lower() + error.msg[1:]) from None
        self.at = end
        # Halves of surrogate pairs cannot be printed.
        value = value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        return yaml.ScalarNode("", value, start, self.mark(), '"')

    def collection(self, opening: str) -> yaml.Node:
        """A list or a mapping."""
        start = self.mark()
        closing = "}" if opening == "{" else "]"
        self.at += 1
        content: list[Any] = []
        while self.blank() != closing:
            if content:
                if self.blank() != ",":
                    raise self.fail(f"a comma or {closing} is expected")
                self.at += 1
            if opening == "[":
                content.append(self.value())
                continue
            key = self.string()
            if self.blank() != ":":
                raise self.fail("a colon is expected")
            self.at += 1
            content.append((key, self.value()))
        self.at += 1
        kind = yaml.MappingNode if opening == "{" else yaml.SequenceNode
        return kind("", content, start, self.mark(), flow_style=True)


def composed(file: str, text: str, deepest: int) -> yaml.Node:
    """The root node of a JSON text.

    Raises:
        UnreadableError: it is not JSON either.
    """
    composer = _Composer(file, text, deepest)
    node = composer.value()
    if composer.blank():
        raise composer.fail("nothing may follow the document")
    return node
