"""Which configuration of the AWS provider a resource is of, and of which version that may be."""

import os
from collections.abc import Iterator

from taskwall.core.patterns import pattern
from taskwall.core.values import Fields, Known, dereferenced
from taskwall.readers.terraform.evaluation.context import ModuleContext
from taskwall.readers.terraform.evaluation.expressions import evaluate
from taskwall.readers.terraform.modules import Module
from taskwall.readers.terraform.syntax.tree import Access, Attr, Block
from taskwall.readers.terraform.versions import majors
from taskwall.source.files import UnreadableError


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


_LOCKED = pattern(r'provider "[\w.-]+/hashicorp/aws" *\{\s*version *= *"([^"]+)"')
"""How a lock file names the version of the AWS provider, of whichever registry."""


def provider_majors(scope: ModuleContext) -> tuple[int, int | None]:
    """The lowest and the highest major version that the AWS provider may have; None: any higher.

    The lock file tells the version, else what the root and the module require.
    """
    run = scope.run
    path = os.path.join(run.root.folder, ".terraform.lock.hcl")
    try:
        text = run.loader.text(path) if run.may_read(path) and run.loader.exists(path) else ""
    except UnreadableError:
        text = ""
    if (locked := _LOCKED.search(text)) is not None:
        return majors(locked[1])
    required = (*_required(run.root, scope), *_required(scope.module, scope))
    return majors(",".join(required))


def _required(module: Module, scope: ModuleContext) -> Iterator[str]:
    """What the `required_providers` of a module say of the version of the AWS provider."""
    for block in module.requirements.values():
        for inner in block.body.blocks_of("required_providers"):
            attribute = inner.body.attributes.get("aws")
            said = None if attribute is None else evaluate(attribute.expression, scope, {})
            version = said.fields.get("version") if isinstance(said, Fields) else said
            found = None if version is None else dereferenced(version)
            if isinstance(found, Known) and isinstance(found.data, str):
                yield found.data
