"""Blocks `expansion`: what one block of a unit, a stack or a dependency makes several times."""

from collections.abc import Iterator, Mapping

from taskwall.core.values import Fields, Items, Known, Value, dereferenced
from taskwall.readers.terraform.evaluation.expressions import value_of
from taskwall.readers.terraform.syntax.tree import Block
from taskwall.readers.terraform.terragrunt.context import ConfigurationContext

MOST_EXPANDED = 2_000
"""So many things one block makes at most: a number that is written costs nothing."""


def instances(configuration: ConfigurationContext, block: Block) -> Iterator[Mapping[str, Value]]:
    """The names that a block's expansion gives, once for each thing that it makes."""
    expansion = block.body.blocks_of("expansion")
    if not expansion:
        yield {}
        return
    for name in ("for_each", "count"):
        said = configuration.attribute(expansion[0], name)
        found = None if said is None else dereferenced(configuration.run.opened(said))
        if isinstance(found, Fields) and found.rest is None:
            for key, value in found.fields.items():
                yield {"each": Fields({"key": Known(key), "value": value})}
        elif isinstance(found, Items) and not found.rest:
            for item in found.items:
                yield {"each": Fields({"key": item, "value": item})}
        elif isinstance(found, Known) and isinstance(found.data, int):
            for number in range(min(found.data, MOST_EXPANDED)):
                yield {"count": Fields({"index": Known(number)})}
        elif said is not None:
            what = " ".join((block.type, *(f'"{one}"' for one in block.labels)))
            configuration.run.complain(block.header, f"{what}: its {name} is not known")


def attribute_of(
    configuration: ConfigurationContext, block: Block, name: str, names: Mapping[str, Value]
) -> Value | None:
    """The value of an attribute of one of the things that a block makes; None if not written."""
    attribute = block.body.attributes.get(name)
    if attribute is None:
        return None
    return configuration.guarded(
        "/".join((configuration.unit.name, ".".join((block.type, *block.labels, name)))),
        lambda: value_of(attribute.expression, configuration, dict(names)),
        attribute.place,
    )
