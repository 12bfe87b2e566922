"""The tags that a provider gives to all its resources (`default_tags`).

https://registry.terraform.io/providers/hashicorp/aws/latest/docs#default_tags-configuration-block
"""

from collections.abc import Iterator

from msgspec.structs import replace

from taskwall.core.values import Fields, Need, Unknown, Value, dereferenced
from taskwall.readers.terraform.evaluation.expressions import value_of
from taskwall.readers.terraform.evaluation.module import ModuleScope
from taskwall.readers.terraform.syntax.tree import Access, Attr, Block, Expression, Literal
from taskwall.readers.terraform.values.values import is_null

_OF_THE_PROVIDER = "is set by default_tags of one of several providers"


class DefaultTags:
    """The tags of the providers of one root module."""

    def __init__(self, root: ModuleScope) -> None:
        self._root = root
        self._found = {_alias(block): block for block in _providers(root)}
        self._any = any(block.body.blocks_of("default_tags") for block in self._found.values())

    def added(self, written: Value | None, scope: ModuleScope, local: str) -> Value | None:
        """The tags of a resource of a module, by its address there, with those of its provider.

        Which of several providers a module below the root is given is not looked for: then the
        tags may be there.
        """
        if not self._any:
            return written
        own = Fields({}) if written is None or is_null(written) else dereferenced(written)
        if not isinstance(own, Fields):
            return written
        alias = _alias_of(scope.module.resources[local])
        if scope is not self._root and len(self._found) > 1:
            need = Need(f"{local} tags", _OF_THE_PROVIDER)
            return replace(own, rest=own.rest or Unknown((need,)))
        block = self._found.get(alias if len(self._found) > 1 else next(iter(self._found)))
        for inner in block.body.blocks_of("default_tags") if block else ():
            attribute = inner.body.attributes.get("tags")
            if attribute is None:
                continue
            common = dereferenced(value_of(attribute.expression, self._root, {}))
            if not isinstance(common, Fields):
                need = Need("default_tags", "is not known")
                return replace(own, rest=own.rest or Unknown((need,)))
            return replace(
                own, fields={**common.fields, **own.fields}, rest=own.rest or common.rest
            )
        return written


def _providers(root: ModuleScope) -> Iterator[Block]:
    for file in root.module.files:
        for block in file.stable.parsed.body.blocks_of("provider"):
            if block.labels == ("aws",):
                yield block


def _alias(provider: Block) -> str:
    """The alias of a provider; "" of the one that has none."""
    written = _expression(provider, "alias")
    return str(written.value.data) if isinstance(written, Literal) else ""


def _alias_of(resource: Block) -> str:
    """The alias of the provider that a resource names (`aws.west`); "" if it names none."""
    written = _expression(resource, "provider")
    step = written.steps[0] if isinstance(written, Access) else None
    return step.name if type(step) is Attr else ""


def _expression(block: Block, name: str) -> Expression | None:
    attribute = block.body.attributes.get(name)
    return None if attribute is None else attribute.expression
