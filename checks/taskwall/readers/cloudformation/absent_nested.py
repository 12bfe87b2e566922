"""Templates that a template deploys and that are not in the scan."""

from typing import Final

from taskwall.core.values import Fields, Known, Value, dereferenced, needs, spelled, symbol
from taskwall.readers.cloudformation.expansion import is_module
from taskwall.readers.cloudformation.includes import SCAN_TOO
from taskwall.readers.cloudformation.template import BODY, STACKS, Declared
from taskwall.source.resource import Resource
from taskwall.source.stack import AbsentSource

_PRODUCT: Final = "AWS::ServiceCatalog::CloudFormationProvisionedProduct"
_APPLICATION: Final = "ApplicationId"

_NAMES: Final = (*dict.fromkeys(STACKS.values()), BODY, "ProductName", "ProductId")
"""The properties that say which template a resource deploys."""


def is_absent(declared: Declared, body: Fields, nested: bool) -> bool:
    """Whether a resource is a module of the registry, or deploys a template that is not there.

    `nested` is whether the scan has its template.
    """
    if is_module(declared.type) or declared.type == _PRODUCT:
        return True
    url = STACKS.get(declared.type)
    return url is not None and (url in body.fields or BODY in body.fields) and not nested


def absent_nested(call: Resource) -> AbsentSource | None:
    """What is said of a resource that deploys a template that is not there; None of others."""
    name = next((name for name in _NAMES if name in call.body.fields), "")
    if not name:
        return None
    value = dereferenced(call.body.fields[name])
    source, cure = _said(value), SCAN_TOO
    if name == BODY:
        source, cure = BODY, f"write the template as a block ({BODY}: |), or scan a file of it, too"
    elif name.startswith("Product"):
        cure = "scan the product's template by itself"
    elif isinstance(value, Fields) and _APPLICATION in value.fields:
        source = _said(dereferenced(value.fields[_APPLICATION]))
        cure = "scan the application's template by itself"
    elif not isinstance(value, Known) and (waits := [one for one in needs(value) if one.option]):
        cure = f"--{waits[0].option} {waits[0].name}=VALUE, and {SCAN_TOO}"
    place = call.body.places.get(name) or call.origin.header
    return AbsentSource("template", call.origin.name, source, None, place, cure)


def _said(value: Value) -> str:
    return (spelled(value.data) if isinstance(value, Known) else symbol(value)) or ""
