"""What resources of the sources are called where a fix refers to them."""

import re
from collections.abc import Mapping

from msgspec.structs import replace

from taskwall.core.change import (
    NewResource,
    NewValue,
    Placeholder,
    ResourceAttribute,
    SourceCode,
)
from taskwall.core.patterns import pattern

_CALL = r'(?:module\.[\w-]+(?:\[(?:\d+|"[^"]*")\])?\.)'
_MODULE = pattern(f"{_CALL}*")
_ADDRESS = pattern(r'(?:data\.)?[a-z]\w*_\w+\.[\w-]+(?:\[(?:\d+|"[^"]*"|\*)\])?')
_LOGICAL_ID = pattern(r"[A-Za-z0-9]+")


def local_name(address: str, near: str, language: str) -> str:
    """How a resource is called beside another one; "" where it cannot be, from another module.

    Args:
        address: the resource.
        near: the address of a resource in the module, or the template, that refers to it.
        language: that of both.
    """
    if language == "terraform":
        module, form = module_prefix(near), _ADDRESS
    else:
        module, form = near[: near.rfind("/") + 1], _LOGICAL_ID
    name = address.removeprefix(module) if address.startswith(module) else ""
    return name if form.fullmatch(name) else ""


def module_prefix(address: str) -> str:
    """The calls of Terraform's modules that an address begins with."""
    found = _MODULE.match(address)
    return found[0] if found else ""


def outer_modules(address: str, number: int) -> str:
    """The first calls of modules that an address begins with, so many of them."""
    return "".join(re.findall(_CALL, address)[:number])


def referred_from(wanted: NewValue, near: str, language: str) -> NewValue:
    """A value in which attributes of resources are expressions beside a resource.

    What cannot be referred to there is a placeholder.
    """
    if isinstance(wanted, Mapping):
        return {key: referred_from(each, near, language) for key, each in wanted.items()}
    if isinstance(wanted, tuple):
        return tuple(referred_from(each, near, language) for each in wanted)
    if isinstance(wanted, NewResource):
        return replace(wanted, attributes=referred_from(wanted.attributes, near, language))
    if not isinstance(wanted, ResourceAttribute):
        return wanted
    name = local_name(wanted.address, near, language)
    if not name:
        missing = Placeholder(f"{wanted.terraform} of {wanted.address}")
        return (missing,) if wanted.address.endswith("[*]") else missing
    if language == "terraform":
        return SourceCode(f"{name}.{wanted.terraform}")
    import json

    if not wanted.cloudformation:
        return SourceCode(f"!Ref {name}", json.dumps({"Ref": name}))
    attribute = [name, wanted.cloudformation]
    return SourceCode(f"!GetAtt {'.'.join(attribute)}", json.dumps({"Fn::GetAtt": attribute}))
