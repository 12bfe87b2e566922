"""Templates of CloudFormation that Terraform deploys: what they make is not known.

Like the call of a module that is not there, such a resource is read as its arguments: the network
may be changed, or used, by what they hand over.
"""

import os
from collections.abc import Mapping

from msgspec.structs import replace

from taskwall.core.values import Known, dereferenced, spelled, symbol
from taskwall.readers.terraform.evaluation.context import Env, ModuleContext
from taskwall.readers.terraform.evaluation.expressions import value_of
from taskwall.readers.terraform.syntax.tree import Block, FunctionCall
from taskwall.source.resource import ABSENT, Resource
from taskwall.source.stack import AbsentSource

_BODY, _URL = "template_body", "template_url"
_PRODUCT = ("product_name", "product_id")

DEPLOYS: Mapping[str, tuple[str, ...]] = {
    "aws_cloudformation_stack": (_BODY, _URL),
    "aws_cloudformation_stack_set": (_BODY, _URL),
    "awscc_cloudformation_stack": (_BODY, _URL),
    "awscc_cloudformation_stack_set": (_BODY, _URL),
    "aws_serverlessapplicationrepository_cloudformation_stack": ("application_id",),
    "aws_servicecatalog_provisioned_product": _PRODUCT,
    "awscc_servicecatalog_cloudformation_provisioned_product": _PRODUCT,
}
"""The types that deploy a template, and the attributes of which one says which."""


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
    names = DEPLOYS[resource.type]
    name = next((name for name in names if name in fields), names[0])
    value = dereferenced(fields.get(name, Known(None)))
    said = (spelled(value.data) if isinstance(value, Known) else symbol(value)) or ""
    source = (file or _BODY) if name == _BODY else said
    place = places.get(name) or resource.origin.header
    cure = f"scan {file or 'the template'} by itself"
    if name == _BODY and not file:
        cure = "write the template to a file, and scan that"
    if not fields.keys().isdisjoint(_HANDED):
        cure += ", with --parameters for what Terraform hands to it"
    return AbsentSource("template", resource.origin.name, source, None, place, cure)


_HANDED = ("parameters", "provisioning_parameters")
"""The attributes that give parameters to a template."""
