"""Which template a nested stack has, where inputs choose among several."""

from collections.abc import Iterator
from collections.abc import Mapping as Lookup
from typing import Final, TypeAlias

from taskwall.core.values import (
    Known,
    Question,
    Text,
    Value,
    dereferenced,
    spelled,
    symbol,
)
from taskwall.readers.cloudformation.deployment import TemplateContext
from taskwall.readers.cloudformation.document import members
from taskwall.readers.cloudformation.template import STACKS, Declared, Template

Candidates: TypeAlias = Lookup[str, Template]
"""The templates that a nested stack may have, by their addresses; "" if it is one in any case."""

Nested: TypeAlias = Lookup[str, Lookup[str, Candidates]]
"""By file and logical id: the templates of each nested stack that are in the scan."""

MOST_ADDRESSES: Final = 32
"""An address that comes to more than this is not followed."""


def templates(nested: Nested, file: str) -> Iterator[tuple[str, Template]]:
    """The templates that a template nests, or may, each with the logical id of its stack."""
    for name, candidates in nested.get(file, {}).items():
        for template in candidates.values():
            yield name, template


def address_of(run: TemplateContext, declared: Declared) -> str:
    """The address of a nested stack's template; "" while it is not known, which asks for it."""
    node = members(declared.properties).get(STACKS[declared.type])
    value = None if node is None else run.value(node)
    found = dereferenced(value)
    if isinstance(found, Known):
        return spelled(found.data) or ""
    if found is not None:
        run.questions |= _asked(run, found)
    return ""


def _asked(run: TemplateContext, value: Value) -> frozenset[Question]:
    """What decides a text: the few values that parameters and mappings allow in it."""
    asks: set[Question] = set()
    for part in value.parts if isinstance(value, Text) else (value,):
        name = "" if isinstance(part, str) else symbol(dereferenced(part))
        key, column = run.lookups.get(name, (name, None))
        if column is None:
            own = name.removeprefix(run.site.prefix)
            values = run.parameters.allowed(name) or run.template.addressed.get(own, ())
            asks.update(Question(name, each) for each in values)
        elif key in run.scenario:  # no row has this key, else it would be known by now
            run.run.impossible = True
        else:
            asks.update(Question(key, row) for row in column)
    return frozenset(asks)
