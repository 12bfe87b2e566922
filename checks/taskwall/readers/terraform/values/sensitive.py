"""What sources declare to be sensitive: its texts, and those that are made of them."""

from bisect import bisect_right
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from typing import Final

from taskwall.core.values import (
    Fields,
    Items,
    Known,
    Scenario,
    Text,
    Value,
    dereferenced,
    spelled,
)
from taskwall.findings.redaction import SHORTEST, WORD
from taskwall.readers.terraform.syntax.tree import Block, Body, Literal
from taskwall.readers.terraform.values.effects import Effects, Secret
from taskwall.source.secret_names import names_secret

MAX_SENSITIVE_TEXTS: Final = 10_000
"""So many texts of one evaluation are kept in mind."""

MOST_LOOKS: Final = 2_000_000
"""So often one text is looked for in another."""

_SAYS_WHERE: Final = frozenset(
    {
        *("engine", "host", "port", "dbname"),
        *("dbInstanceIdentifier", "dbClusterIdentifier", "masterarn"),
    }
)
"""Members of a secret that say which database it is for, and are none themselves (AWS: "JSON
structure of Secrets Manager secrets"): their texts are everywhere in the sources."""


_SWITCHES: Final = frozenset({"true", "false"})
"""Texts that are a secret nowhere: half of all arguments hold one of them."""


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


def asked_for(scenario: Scenario, roots: Iterable[Mapping[str, Block]]) -> frozenset[str]:
    """The texts that a scenario supposes plain variables of roots to have.

    Sources compare with them, and findings say so (`when var.stage is production`): that a secret
    holds the name of the stage that it is for makes none of that name.
    """
    known = list(roots)
    plain = {name for one in known for name in one}.difference(*map(sensitive, known))
    # Of a name that several roots have, the operand says first in which of them it is.
    return frozenset(
        text
        for operand, text in scenario.items()
        if isinstance(text, str) and operand.rpartition("/")[2].removeprefix("var.") in plain
    )


class Derived:
    """What a function made of its arguments, as texts."""

    __slots__ = ("_of", "_texts")

    def __init__(self, arguments: Iterable[Value], result: Value) -> None:
        self._of = (*arguments, result)
        self._texts: tuple[frozenset[str], frozenset[str]] | None = None

    @property
    def texts(self) -> tuple[frozenset[str], frozenset[str]]:
        """The texts of the arguments, and those of the result."""
        if self._texts is None:
            *arguments, result = self._of
            given = frozenset(text for argument in arguments for text in texts(argument))
            # What a member is called is not made of what it holds: `keys(var.databases)`.
            names = frozenset(text for argument in arguments for text in _keys(argument))
            made = {text for text in texts(result) if len(text) >= SHORTEST}
            self._texts = given, frozenset(made - names)
            self._of = ()
        return self._texts


class Hidden:
    """The sensitive texts that an evaluation has met, and what was made of any texts."""

    def __init__(self, effects: Effects) -> None:
        self._effects = effects
        self._met: set[str] = set()
        self._derived: list[Derived] = []
        self._all: tuple[set[str], int, frozenset[str]] = set(), 0, frozenset()

    def hide(self, value: Value) -> None:
        """Keep the texts and numbers of a value in mind, but for what every address has."""
        for text in texts(value, _SAYS_WHERE):
            is_scheme = text.endswith("://") and text[:-3].isalnum()
            if len(text) >= SHORTEST and not is_scheme and text not in _SWITCHES:
                self.add(text)

    def derive(self, arguments: Iterable[Value], result: Value) -> None:
        """Keep in mind what a function made: it is sensitive if something in its arguments is."""
        self.note(Derived(arguments, result))

    def add(self, text: str) -> None:
        """Keep a text in mind."""
        if text not in self._met and len(self._met) >= MAX_SENSITIVE_TEXTS:
            self._effects.shareable = False
            return
        self._met.add(text)
        self._effects.report(Secret(text))

    def note(self, derived: Derived) -> None:
        """Keep in mind what a function made."""
        self._derived.append(derived)

    def all(self) -> frozenset[str]:
        """The texts, and those that are made of them."""
        met = {one.text for one in self._effects.reported(Secret)}
        count = len(self._derived)
        if (met, count) != self._all[:2]:
            self._all = met, count, with_derived(met, self._derived)
        return self._all[2]


def with_derived(met: Iterable[str], derived: Iterable[Derived]) -> frozenset[str]:
    """Sensitive texts, and what functions made of them, in however many steps.

    A result that still holds what was sensitive in the arguments is not sensitive as a whole: that
    is hidden wherever it stands, and what stands around it (the words of a policy) is no secret.
    What was made of anything is taken for sensitive where looking takes too long.
    """
    found = fresh = set(met)
    waiting = list(dict.fromkeys(each.texts for each in derived)) if found else []
    looks = 0
    while fresh and waiting and len(found) < MAX_SENSITIVE_TEXTS:
        looks += len(fresh) * sum(len(given) for given, _ in waiting)
        every = range(len(waiting))
        hits = set(every) if looks > MOST_LOOKS else _changed(fresh, waiting)
        made = {text for at in hits for text in waiting[at][1] - waiting[at][0]}
        waiting = [waiting[at] for at in every if at not in hits]
        fresh = made - found
        found |= fresh
    return frozenset(found)


def _changed(
    hidden: Iterable[str], made: Sequence[tuple[frozenset[str], frozenset[str]]]
) -> set[int]:
    """Where one of the hidden texts stands in the given ones, but is not to be found in the result.

    Short ones are found as whole words only. All that is given is looked through at once: of both
    there may be thousands.
    """
    starts = [0]
    for given, _ in made:
        starts.append(starts[-1] + sum(map(len, given)) + len(given))
    whole = "".join(f"{text}\0" for given, _ in made for text in given)
    found: set[int] = set()
    for one in hidden:
        at = whole.find(one)
        while at >= 0:
            number = bisect_right(starts, at) - 1
            if number not in found and not _shows(one, made[number][1]):
                found.add(number)
            at = whole.find(one, starts[number + 1])
    return found


def _shows(hidden: str, result: frozenset[str]) -> bool:
    return hidden in result if len(hidden) < WORD else any(hidden in text for text in result)


def texts(value: Value, but: Container[str] = ()) -> Iterator[str]:
    """The texts and numbers of a value, and the known pieces of texts; each part once.

    Members of the names `but` are left out.
    """
    for found in _parts(value, but):
        if isinstance(found, Known):
            if found.data is not None and not isinstance(found.data, bool):
                yield spelled(found.data) or ""
        elif isinstance(found, Text):
            yield from (part for part in found.parts if isinstance(part, str))


def _keys(value: Value) -> Iterator[str]:
    """The keys of all maps of a value."""
    for found in _parts(value):
        if isinstance(found, Fields):
            yield from found.fields


def _parts(value: Value, but: Container[str] = ()) -> Iterator[Value]:
    """A value and all that it is made of, each once."""
    pending = [value]
    seen: set[int] = set()
    while pending:
        found = dereferenced(pending.pop())
        if isinstance(found, Known):
            yield found
        elif id(found) not in seen:
            seen.add(id(found))
            yield found
            if isinstance(found, Text):
                pending += (part for part in found.parts if not isinstance(part, str))
            elif isinstance(found, Items):
                pending += (*found.items, *found.rest)
            elif isinstance(found, Fields):
                pending += (one for name, one in found.fields.items() if name not in but)
                if found.rest is not None:
                    pending.append(found.rest)
