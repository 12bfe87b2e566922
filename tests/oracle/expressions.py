"""Expressions made at random, the same each time: literals, operators, templates, loops, calls."""

from random import Random

_WORDS = (
    *("a", "b", "web", "Hello World", "x-1", "10", "3.5", "true", "", " padded ", "é"),
    *("$${x}", "$$${x}", "$$$${x} %%%{y}", "$%%{x}%$${y}", "100% $5"),
)
_NUMBERS = ("0", "1", "2", "7", "10", "2.5", "0.5", "100", "1e2", "-3")


_SEPARATORS = ('","', '"a"')
_KEYS = ("b", "c", '"d e"', '"$$${k}"')


class Maker:
    """Makes expressions of a wanted kind."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)

    def expression(self) -> str:
        """An expression of any kind."""
        kind = self._random.choice((self.text, self.number, self.truth, self.list, self.map))
        return kind(3)

    def _one(self, *choices: str) -> str:
        return self._random.choice(choices)

    def text(self, depth: int) -> str:
        """A text."""
        if depth <= 0:
            return f'"{self._one(*_WORDS)}"'
        one, other = self.text(depth - 1), self.text(depth - 1)
        inner = self._random.choice((self.text, self.number, self.truth))(depth - 1)
        return self._one(
            f'"{self._one(*_WORDS)}"',
            f'"<${{{inner}}}>"',
            f'"a${{{inner}}}b${{{other}}}"',
            f'"%{{ if {self.truth(depth - 1)} }}yes%{{ else }}no%{{ endif }}"',
            f'"%{{ for v in {self.list(depth - 1)} }}[${{v}}]%{{ endfor }}"',
            f"upper({one})",
            f"lower({one})",
            f"strrev({one})",
            f"trimspace({one})",
            f"title({one})",
            f'join("-", [{one}, {other}])',
            f"substr({one}, {self._one('0', '1', '-1')}, {self._one('1', '2', '-1')})",
            f'format("%s/%s", {one}, {inner})',
            f'format("%5s|%-5s|", {one}, {other})',
            f'format("%q %v", {one}, {inner})',
            f"({self.truth(depth - 1)} ? {one} : {other})",
            f"trim({one}, {other})",
            f"trimprefix({one}, {other})",
            'indent(2, "x\\ny")',
            f"jsonencode({self.list(depth - 1)})",
        )

    def number(self, depth: int) -> str:
        """A number."""
        if depth <= 0:
            return self._one(*_NUMBERS)
        one, other = self.number(depth - 1), self.number(depth - 1)
        return self._one(
            f"({one} {self._one('+', '-', '*')} {other})",
            f"({one} {self._one('/', '%')} {self._one('2', '10', '0.5')})",
            f"{one} {self._one('+', '-', '*')} {other} {self._one('+', '*')} {self.number(0)}",
            f"(0 - {one})",
            f"max({one}, {other})",
            f"min({one}, {other})",
            f"abs({one})",
            f"ceil({one})",
            f"floor({one})",
            f"signum({one})",
            f"({self.truth(depth - 1)} ? {one} : {other})",
            f'parseint("{self._one("12", "ff", "7")}", {self._one("10", "16", "8")})',
        )

    def truth(self, depth: int) -> str:
        """A truth value."""
        if depth <= 0:
            return self._one("true", "false")
        one, other = self.truth(depth - 1), self.truth(depth - 1)
        return self._one(
            f"!({one})",
            f"({one} {self._one('&&', '||', '==', '!=')} {other})",
            f"({self.number(depth - 1)} {self._one('<', '>', '<=', '>=')} {self.number(0)})",
            f"({self.text(depth - 1)} {self._one('==', '!=')} {self.text(depth - 1)})",
            f"({self.text(0)} == {self.number(0)})",
            f"({self.list(depth - 1)} == {self.list(depth - 1)})",
            f"can({self.list(0)}[{self._one('0', '1', '5')}])",
            f"can({self.map(0)}.{self._one('a', 'zz')})",
            f"{self.truth(0)} || {self.truth(0)} && {self.truth(0)}",
        )

    def list(self, depth: int) -> str:
        """A tuple."""
        items = [self._random.choice((self.text, self.number))(depth - 1) for _ in range(3)]
        size = self._random.randrange(4)
        plain = f"[{', '.join(items[:size])}]"
        if depth <= 0:
            return plain
        return self._one(
            plain,
            f"[for v in {plain} : [v]]",
            f"[for i, v in {plain} : i if i != {self._one('0', '1')}]",
            f"[for k, v in {self.map(depth - 1)} : k]",
            f"[{{ a = {items[0]} }}, {{ a = {items[1]} }}][*].a",
            f"concat({plain}, {plain})",
            f"reverse({plain})",
            f"flatten([{plain}, [[{items[0]}]]])",
            f"chunklist([{items[0]}, {items[1]}, {items[2]}], 2)",
            f"split({self._one(*_SEPARATORS)}, {self.text(0)})",
            f"range({self._one('0', '3', '-2')})",
            f"values({self.map(depth - 1)})",
            f"keys({self.map(depth - 1)})",
            f"distinct([{items[0]}, {items[1]}, {items[0]}])",
            f"slice([{items[0]}, {items[1]}, {items[2]}], 1, 2)",
            f"compact([{self.text(0)}, {self.text(0)}])",
            f"sort([{self.text(0)}, {self.text(0)}, {self.text(0)}])",
            "null[*]",
        )

    def map(self, depth: int) -> str:
        """An object."""
        values = [self._random.choice((self.text, self.number))(depth - 1) for _ in range(2)]
        plain = f"{{ a = {values[0]}, {self._one(*_KEYS)} = {values[1]} }}"
        if depth <= 0:
            return plain
        return self._one(
            plain,
            f"merge({plain}, {{ b = {values[0]} }})",
            f"{{ for k, v in {plain} : upper(k) => v }}",
            f'{{ for i, v in {self.list(depth - 1)} : "k${{i}}" => v }}',
            f'{{ for v in ["x", "y", "x"] : v => {values[0]}... }}',
            f'zipmap(["p", "q"], [{values[0]}, {values[1]}])',
            f"{{ ({self.text(0)}) = {values[0]} }}",
        )
