"""Which configuration of the AWS provider a resource is of."""

from taskwall.readers.terraform.evaluation.context import ModuleContext
from taskwall.readers.terraform.syntax.tree import Access, Attr, Block


def alias_of(resource: Block) -> str:
    """The alias of the provider that a resource names (`aws.west`); "" if it names none."""
    attribute = resource.body.attributes.get("provider")
    written = attribute.expression if attribute else None
    step = written.steps[0] if isinstance(written, Access) else None
    return step.name if type(step) is Attr else ""


def provider_name(resource: Block, scope: ModuleContext) -> str:
    """What tells the provider of a resource from others; "" is the one without an alias.

    Which of several providers a module below the root is given is not looked for: its own are
    apart from all others.
    """
    if not any(scope.run.root.providers):
        return ""
    return ".".join((*(call.name for call in scope.called_from), alias_of(resource)))
