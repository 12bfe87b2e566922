"""What sources declare to be sensitive: its texts, and those that are made of them."""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Final

from taskwall.masks import SHORTEST
from taskwall.readers.terraform.syntax import Block, Body, Literal
from taskwall.values import Fields, Items, Known, Text, Value, settled, spelled

MOST: Final = 10_000
"""So many texts of one evaluation are kept in mind."""

MOST_LOOKS: Final = 2_000_000
"""So often one text is looked for in another."""

_SECRET: Final = re.compile(
    r"passwords?|.*_passwords?|passphrase|.*_passphrase|private_key|.*_private_key"
    r"|.*tokens?|.*secrets?(?:_string|_binary|_key)?"
)
"""Names of attributes and variables whose text is a secret, declared so or not."""


@lru_cache(512)
def names_secret(name: str) -> bool:
    """Whether an attribute or a variable of this name holds a secret."""
    return _SECRET.fullmatch(name.lower()) is not None


def is_sensitive(body: Body) -> bool:
    """Whether a variable or an output is declared to be sensitive."""
    attribute = body.attributes.get("sensitive")
    expression = attribute.expression if attribute else None
    return isinstance(expression, Literal) and expression.value.data is True


def sensitive(variables: Mapping[str, Block]) -> frozenset[str]:
    """The names of the variables that are sensitive, declared so or by their name."""
    return frozenset(
        name for name, block in variables.items() if is_sensitive(block.body) or names_secret(name)
    )


class Hidden(set[str]):
    """The sensitive texts that an evaluation has met."""

    _looks = 0

    def hide(self, value: Value) -> None:
        """Keep all texts and numbers of a value in mind."""
        for text in texts(value):
            if len(self) < MOST and len(text) >= SHORTEST:
                self.add(text)

    def hide_derived(self, arguments: Iterable[Value], result: Value) -> None:
        """Keep in mind what a function made of something sensitive."""
        if not self:
            return
        given = {text for argument in arguments for text in texts(argument)}
        if any(text in self or self._holds(text) for text in given):
            for text in texts(result):
                if text not in given and len(self) < MOST and len(text) >= SHORTEST:
                    self.add(text)

    def _holds(self, text: str) -> bool:
        """Whether a text has a sensitive one in it; taken for granted where looking takes long."""
        self._looks += len(self)
        return self._looks > MOST_LOOKS or any(hidden in text for hidden in self)


def texts(value: Value) -> Iterator[str]:
    """The texts and numbers of a value, and the known pieces of texts; each part once."""
    pending = [value]
    seen: set[int] = set()
    while pending:
        found = settled(pending.pop())
        if isinstance(found, Known):
            if found.data is not None and not isinstance(found.data, bool):
                yield spelled(found.data) or ""
        elif id(found) not in seen:
            seen.add(id(found))
            if isinstance(found, Text):
                for part in found.parts:
                    if isinstance(part, str):
                        yield part
                    else:
                        pending.append(part)
            elif isinstance(found, Items):
                pending += (*found.items, *found.rest)
            elif isinstance(found, Fields):
                pending += found.fields.values()
                if found.rest is not None:
                    pending.append(found.rest)
