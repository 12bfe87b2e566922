"""The tags that a provider gives to all its resources (`default_tags`).

https://registry.terraform.io/providers/hashicorp/aws/latest/docs#default_tags-configuration-block
"""

from msgspec.structs import replace

from taskwall.core.values import Fields, Need, Unknown, Value, dereferenced
from taskwall.readers.terraform.evaluation.expressions import value_of
from taskwall.readers.terraform.evaluation.module import ModuleScope
from taskwall.readers.terraform.evaluation.providers import provider_name
from taskwall.readers.terraform.values.values import is_null

_OF_THE_PROVIDER = "is set by default_tags of one of several providers"


class DefaultTags:
    """The tags of the providers of one root module."""

    def __init__(self, root: ModuleScope) -> None:
        self._root = root
        self._found = root.module.providers
        self._any = any(block.body.blocks_of("default_tags") for block in self._found.values())

    def added(self, written: Value | None, scope: ModuleScope, local: str) -> Value | None:
        """The tags of a resource of a module, by its address there, with those of its provider.

        Of a provider that no module above gives the tags may be there.
        """
        if not self._any:
            return written
        own = Fields({}) if written is None or is_null(written) else dereferenced(written)
        if not isinstance(own, Fields):
            return written
        named = provider_name(scope.module.resources[local].body, scope)
        block = self._found.get(named)
        if block is None and named:
            need = Need(f"{local} tags", _OF_THE_PROVIDER)
            return replace(own, rest=own.rest or Unknown((need,)))
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
