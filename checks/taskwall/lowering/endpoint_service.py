"""Endpoint services, and whom they let connect."""

from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from taskwall.core.values import Known, same
from taskwall.lowering._reader import SWITCH, ResourceReader, lowers, setting
from taskwall.model.core.entity import Entity, Setting
from taskwall.model.endpoints.endpoint_service import EndpointService, ServicePermission
from taskwall.model.entities.load_balancer import LoadBalancer
from taskwall.source.resource import Cell


@lowers("aws_vpc_endpoint_service", "AWS::EC2::VPCEndpointService", to=EndpointService)
def endpoint_service(r: ResourceReader) -> Iterator[Entity]:
    network = r.attribute("network_load_balancer_arns", "NetworkLoadBalancerArns")
    gateway = r.attribute("gateway_load_balancer_arns", "GatewayLoadBalancerArns")
    links = (r.links(LoadBalancer, cell, "leads to") for cell in (network, gateway))
    yield EndpointService(
        id=r.id,
        origin=r.origin,
        external=r.external,
        balancers=tuple(link for found in links for link in found),
        acceptance=r.setting("acceptance_required", "AcceptanceRequired", meanings=SWITCH),
        principals=tuple(_principals(r.attribute("allowed_principals", ""))),
    )


@lowers("aws_vpc_endpoint_service_allowed_principal", "AWS::EC2::VPCEndpointServicePermissions")
def service_permission(r: ResourceReader) -> Iterator[Struct]:
    cell = r.attribute("vpc_endpoint_service_id", "ServiceId")
    link = r.must(EndpointService, cell, "allows principals to connect to")
    principals = _principals(r.attribute("principal_arn", "AllowedPrincipals"))
    yield ServicePermission(link, tuple(principals))


def _principals(cell: Cell) -> Iterator[Setting]:
    """The principals that a list has or may have: one that is not all certainly is not."""
    for each in cell.each():
        named = each.value is not None and same(each.value, Known("*")) is False
        yield setting(replace(each, doubt=None) if named else each, cell.key)
