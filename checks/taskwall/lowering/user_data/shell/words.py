"""The words that a shell makes of what a script writes: quoting, variables, braces, splitting."""

import posixpath
from collections.abc import Container
from typing import TYPE_CHECKING

from taskwall.core.patterns import pattern
from taskwall.core.values import Unknown
from taskwall.lowering.user_data.machine import ON_INSTANCE, Machine
from taskwall.lowering.user_data.marked import STAND_IN, is_known
from taskwall.lowering.user_data.quoting import (
    BRACES,
    PATTERN_SIGNS,
    SPLIT,
    bare,
    escaped,
    quoted,
    unescaped,
    unquoted_words,
)

if TYPE_CHECKING:
    from tree_sitter import Node

MAX_EXPANDED = 1 << 20
"""So many characters at most are put in for the variables of one machine's scripts."""


class ShellWords:
    """Makes words of the nodes of a script, with the variables that a shell has by then."""

    def __init__(self, machine: Machine, row: int) -> None:
        self.machine = machine
        self.source = b""
        self.row = row
        """The row of the user data at which the script begins."""
        self.directory = ""
        """Where it stands, as a marked path; "" for where it began, which matters to nobody."""
        self.variables: dict[str, str] = {}
        self.arguments: list[str] | None = None
        """The words of the call, `$1` and so on; None where not all are known."""
        self.own: dict[str, str | None] | None = None
        """The variables that are a function's own, with what they were outside of it."""
        self.counted: frozenset[str] = frozenset()
        """The variables that arithmetic and `${X:=...}` set; their values are not followed."""

    def text(self, node: "Node") -> str:
        """What a node is written as."""
        return self.source[node.start_byte : node.end_byte].decode("utf-8", "replace")

    def row_of(self, node: "Node") -> int:
        """The row of the user data at which a node begins."""
        return self.row + int(node.start_point.row)

    def expanded(self, node: "Node") -> str:
        """A here-document's text with what is known of its variables put in."""
        found, at = "", node.start_byte
        for child in node.children:
            if child.type in _EXPANSIONS:
                found += self._between(at, child.start_byte) + self.word(child)
                at = child.end_byte
        return self._commands(found + self._between(at, node.end_byte))

    def _between(self, start: int, end: int) -> str:
        """What a here-document has between the expansions that the grammar sees."""
        text = self.source[start:end].decode("utf-8", "replace")
        return unescaped(text, lambda name: self._value(name, f"${name}"))

    def _commands(self, text: str) -> str:
        """A text with a stand-in for every command between back quotes."""
        if "`" not in text:
            return text
        pieces = text.split("`")
        return "".join(
            piece if index % 2 == 0 else self.unknown(f"`{piece}`")
            for index, piece in enumerate(pieces)
        )

    def unknown(self, what: str) -> str:
        """A sign for what is not known."""
        needs = Machine.unknown(what)
        return self.machine.marks.mark(Unknown(needs))

    def word(self, node: "Node") -> str:
        """A word after quoting and expansion, with stand-ins for what is not known."""
        kind = node.type
        text = self.text(node)
        if kind in ("word", "number", "command_name"):
            if node.named_children:
                return "".join(self.word(child) for child in node.named_children)
            return bare(text)
        if kind == "raw_string":
            return text[1:-1]
        if kind in ("string", "translated_string"):
            return self._string(node)
        if kind == "concatenation":
            if any(child.type == "$" for child in node.children):
                return self.unknown(text)  # the grammar takes `$1=$2` apart in the middle of `$2`
            return "".join(self.word(child) for child in node.named_children)
        if text in _ALL_ARGUMENTS and self._may_expand():
            return " ".join(self.arguments or ())
        if kind in ("simple_expansion", "expansion"):
            names = [self.text(c) for c in node.named_children if c.type == "variable_name"]
            plain = len(node.named_children) == 1 and len(names) == 1
            if plain and text in (f"${names[0]}", f"${{{names[0]}}}"):
                return self._value(names[0], text)
            return self.unknown(text)
        if kind == "ansi_c_string":
            return escaped(text[2:-1])
        if kind == "command_substitution" and (made := _TEMPORARY.fullmatch(text)):
            return (made[1] or "/tmp/tmp.") + self.unknown(text)  # noqa: S108 (the script's)
        return self.unknown(text)

    def _value(self, name: str, text: str) -> str:
        """What a variable holds, which is written as a text; a stand-in if it is not known."""
        value = self.variables.get(name)
        if value is not None:
            self.machine.expanded += len(value)
            if self.machine.expanded <= MAX_EXPANDED:  # variables of variables double
                return value
        return self.unknown(text)

    def _may_expand(self) -> bool:
        """Whether the words of the call are known, and may be put in once more."""
        if self.arguments is None:
            return False
        self.machine.expanded += sum(1 + len(word) for word in self.arguments)
        return self.machine.expanded <= MAX_EXPANDED  # words of words double

    def words(self, nodes: "list[Node]") -> list[str]:
        """The words that parts of a command become.

        What stands for a variable outside of quotes is split at spaces, and no word if it is
        empty; braces make several words of one.
        """
        found: list[str] = []
        for node in nodes:
            if node.type == "command_name" and node.named_child_count == 1:
                node = node.named_children[0]  # noqa: PLW2901 (a command is named by a word, too)
            if self.text(node) in _EACH_ARGUMENT and self._may_expand():
                found += self.arguments or ()
            elif node.type == "concatenation":
                pieces = [
                    self.word(child).translate(BRACES)
                    if child.type == "word"
                    else self._apart(child)
                    for child in node.named_children
                ]
                whole = not any(child.type == "$" for child in node.children)
                found += unquoted_words("".join(pieces)) if whole else [self.word(node)]
            elif node.type in _VARIABLES:
                found += unquoted_words(self._apart(node))
            elif node.type == "test_operator" or not node.is_named:
                found.append(self.text(node))
            elif node.type in PATTERN_NODES and PLAIN_TEXT.fullmatch(text := self.text(node)):
                found.append(text)
            else:
                found.append(self.word(node))
        return found

    def _certain(self, words: list[str], quoted: Container[str]) -> list[str]:
        """The first words of a call, as far as it is certain which word each is.

        Outside of quotes an output may be several words or none, and a pattern becomes the names
        of files: what follows may be any other word.
        """
        for number, word in enumerate(words):
            if word not in quoted and PATTERN_SIGNS.search(word):
                return words[:number]
            needs = () if word in quoted else self.machine.marks.needs(word)
            if any(need.why == ON_INSTANCE for need in needs):
                return words[: number + 1]
        return words

    def give(self, arguments: list[str] | None, quoted: Container[str]) -> None:
        """Let a shell have other words of a call; None: words that are not known."""
        known = self._certain(arguments or [], quoted)
        self.arguments = arguments if known == arguments else None
        mine = {str(number): word for number, word in enumerate(known, 1)}
        self.variables = {**positional(self.variables, False), **mine}

    def _apart(self, node: "Node") -> str:
        """A part of a word, with a sign where a space outside of quotes splits it."""
        found = self.word(node)
        return _SPACES.sub(SPLIT, found) if node.type in _VARIABLES else found

    def _string(self, node: "Node") -> str:
        found, at = "", node.start_byte + 1
        for child in node.named_children:
            if child.type in _EXPANSIONS:
                found += quoted(self.source[at : child.start_byte].decode("utf-8", "replace"))
                found += self.word(child)
                at = child.end_byte
        return found + quoted(self.source[at : node.end_byte - 1].decode("utf-8", "replace"))

    def path(self, word: str) -> str:
        """A word as the path that it means where the shell stands."""
        whole = f"{self.directory}/{word}" if self.directory else word
        if word.startswith(("/", "~")) or not is_known(word[:1]):
            whole = word
        mark = STAND_IN.search(whole)
        end = len(whole) if mark is None else whole.rfind("/", 0, mark.start())
        if not word or end <= 0:
            return whole
        plain = posixpath.normpath(whole[:end])
        # It keeps two slashes at the start, which mean one on Linux.
        return (plain[1:] if plain.startswith("//") else plain) + whole[end:]


def positional(variables: dict[str, str], wanted: bool) -> dict[str, str]:
    """The variables that are words of a call (`$1`), or the others."""
    return {name: value for name, value in variables.items() if name.isdecimal() is wanted}


PATTERN_NODES = frozenset(("extglob_pattern", "regex"))
"""What the grammar takes for a pattern, and may be a plain text."""

PLAIN_TEXT = pattern(r"[\w./:@,+=% -]*")
"""What is the same as a pattern and as a text."""

_TEMPORARY = pattern(r"\$\(\s*mktemp(?: +-[dqu]+)*(?: +(/[\w./-]{0,200}?)X{3,20})?\s*\)")
"""A file that `mktemp` makes, none of those that are looked at."""

_ALL_ARGUMENTS = ("$@", "$*", "${@}", "${*}")
_EACH_ARGUMENT = ('"$@"', '"${@}"')
"""All words of a call as one text, and each as a word of its own."""

_SPACES = pattern(r"\s+")
_VARIABLES = frozenset(("simple_expansion", "expansion"))
_EXPANSIONS = frozenset(
    ("simple_expansion", "expansion", "command_substitution", "arithmetic_expansion")
)
