"""Templates of CloudFormation that Terraform deploys: what they make is not known.

Like the call of a module that is not there, such a resource is read as its arguments: the network
may be changed, or used, by what they hand over.
"""

from msgspec.structs import replace

from taskwall.core.values import Known, dereferenced, spelled, symbol
from taskwall.source.resource import ABSENT, Resource
from taskwall.source.stack import AbsentSource

DEPLOYS = ("aws_cloudformation_stack", "aws_cloudformation_stack_set")
"""The types that deploy a template."""

SCAN_TEMPLATE = "scan the template by itself, too; what Terraform hands to it stays unknown"

_BODY, _URL = "template_body", "template_url"


def deploys_template(resource: Resource) -> bool:
    """Whether a resource of Terraform deploys a template."""
    return resource.type in DEPLOYS and not resource.data


def call_of_template(resource: Resource) -> Resource:
    """A resource that deploys a template, as the call of what is not there."""
    return replace(resource, type=ABSENT)


def absent_template(resource: Resource) -> AbsentSource:
    """What is said of a resource that deploys a template."""
    fields, places = resource.body.fields, resource.body.places
    name = _BODY if _BODY in fields or _URL not in fields else _URL
    value = dereferenced(fields.get(name, Known(None)))
    url = (spelled(value.data) if isinstance(value, Known) else symbol(value)) or ""
    source = _BODY if name == _BODY else url
    place = places.get(name) or resource.origin.header
    return AbsentSource("template", resource.origin.name, source, None, place, SCAN_TEMPLATE)
