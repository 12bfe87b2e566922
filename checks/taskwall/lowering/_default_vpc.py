"""The default VPC of a region: what adopts it, in however many modules, is one VPC.

https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/default_vpc
"""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from taskwall.core.values import Known, Value, dereferenced, spelled, symbol
from taskwall.source.resource import Resource

ADOPTED = "aws_default_vpc"
"""The type of what adopts it."""

Region: TypeAlias = tuple[str, str, str]
"""The root module, the provider and the region of a resource, so far as it names them."""


def own_region(resource: Resource) -> Region:
    """The region in which a resource is."""
    provider = _word(resource.metadata.fields.get("provider"))
    return resource.origin.root, provider, _word(resource.body.fields.get("region"))


def other_provider(resource: Resource, user: Resource) -> str:
    """The provider of a resource, where it may be for another Region than that of its user.

    "" where both have one provider, say the same Region, or say a Region themselves.
    """
    root, provider, region = own_region(resource)
    _, other, own = own_region(user)
    if provider == other or region or own or root != user.origin.root:
        return ""
    said = [_word(each.metadata.fields.get("provider_region")) for each in (resource, user)]
    return "" if all(said) and said[0] == said[1] else f"aws.{provider}" if provider else "aws"


def region_of_provider(resource: Resource) -> str:
    """The Region that the provider of a resource is for; "" if that is not known."""
    found = dereferenced(resource.metadata.fields.get("provider_region"))
    return str(found.data) if isinstance(found, Known) and found.data is not None else ""


def default_vpcs(types: Mapping[str, Sequence[Resource]]) -> dict[Region, str]:
    """The addresses of the default VPCs that sources adopt, given the resources by their types.

    Of several of one region it is one that certainly exists, in a module with services.
    """
    services = {one.origin.called_from for one in types.get("aws_ecs_service", ())}

    def rank(one: Resource) -> tuple[bool, bool, tuple[bool, str, int]]:
        origin = one.origin
        return bool(origin.maybe), origin.called_from not in services, origin.order

    found: dict[Region, str] = {}
    for one in sorted(types.get(ADOPTED, ()), key=rank):
        found.setdefault(own_region(one), one.origin.address)
    return found


def _word(value: Value | None) -> str:
    found = dereferenced(value)
    if isinstance(found, Known):
        return spelled(found.data) or ""
    return "" if found is None else f"${{{symbol(found)}}}"
