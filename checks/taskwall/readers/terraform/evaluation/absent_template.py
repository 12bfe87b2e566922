"""Templates of CloudFormation that Terraform deploys: what they make is not known.

Like the call of a module that is not there, such a resource is read as its arguments: the network
may be changed, or used, by what they hand over.
"""

import os

from msgspec.structs import replace

from taskwall.core.values import Known, dereferenced, spelled, symbol
from taskwall.readers.terraform.evaluation.context import Env, ModuleContext
from taskwall.readers.terraform.evaluation.expressions import value_of
from taskwall.readers.terraform.syntax.tree import Block, FunctionCall
from taskwall.source.resource import ABSENT, Resource
from taskwall.source.stack import AbsentSource

DEPLOYS = ("aws_cloudformation_stack", "aws_cloudformation_stack_set")
"""The types that deploy a template."""

SCAN_TEMPLATE = "scan the template by itself, too; what Terraform hands to it stays unknown"

_BODY, _URL = "template_body", "template_url"


def deploys_template(resource: Resource) -> bool:
    """Whether a resource of Terraform deploys a template."""
    return resource.type in DEPLOYS and not resource.data


def file_of_template(block: Block, scope: ModuleContext, env: Env) -> str:
    """The file that a block's `template_body` reads, seen from the root; "" if it names none."""
    body = block.body.attributes.get(_BODY)
    call = body.expression if body else None
    if isinstance(call, FunctionCall) and call.name in ("file", "templatefile") and call.arguments:
        path = value_of(call.arguments[0], scope, env)
        if isinstance(path, Known) and isinstance(path.data, str):
            folder = scope.run.root.folder
            return os.path.relpath(os.path.join(folder, path.data), folder)
    return ""


def call_of_template(resource: Resource) -> Resource:
    """A resource that deploys a template, as the call of what is not there."""
    return replace(resource, type=ABSENT)


def absent_template(resource: Resource, file: str = "") -> AbsentSource:
    """What is said of a resource that deploys a template; `file` is what its body is read from."""
    fields, places = resource.body.fields, resource.body.places
    name = _BODY if _BODY in fields or _URL not in fields else _URL
    value = dereferenced(fields.get(name, Known(None)))
    url = (spelled(value.data) if isinstance(value, Known) else symbol(value)) or ""
    source = (file or _BODY) if name == _BODY else url
    place = places.get(name) or resource.origin.header
    return AbsentSource("template", resource.origin.name, source, None, place, SCAN_TEMPLATE)
