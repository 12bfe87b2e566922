"""The configurations of the AWS provider in a root module, and which of them a resource is of."""

from collections.abc import Iterator

from taskwall.readers.terraform.evaluation.context import ModuleContext
from taskwall.readers.terraform.modules import Module
from taskwall.readers.terraform.syntax.tree import Access, Attr, Block, Expression, Literal


def providers(root: Module) -> Iterator[Block]:
    """The blocks that configure the AWS provider."""
    for file in root.files:
        for block in file.stable.parsed.body.blocks_of("provider"):
            if block.labels == ("aws",):
                yield block


def alias(provider: Block) -> str:
    """The alias of a provider; "" of the one that has none."""
    written = _expression(provider, "alias")
    return str(written.value.data) if isinstance(written, Literal) else ""


def alias_of(resource: Block) -> str:
    """The alias of the provider that a resource names (`aws.west`); "" if it names none."""
    written = _expression(resource, "provider")
    step = written.steps[0] if isinstance(written, Access) else None
    return step.name if type(step) is Attr else ""


def provider_name(resource: Block, scope: ModuleContext) -> str:
    """What tells the provider of a resource from others; "" is the one without an alias.

    Which of several providers a module below the root is given is not looked for: its own are
    apart from all others.
    """
    if not any(alias(block) for block in providers(scope.run.root)):
        return ""
    return ".".join((*(call.name for call in scope.called_from), alias_of(resource)))


def _expression(block: Block, name: str) -> Expression | None:
    attribute = block.body.attributes.get(name)
    return None if attribute is None else attribute.expression
