"""Types that open ways into VPCs and are not modelled: what they name may be reached by them.

Flows that are not listed are closed, so none of these may pass unseen.
"""

from collections.abc import Iterator

from taskwall.core.values import Fields, Items, Need, Reference, Text, Unknown, Value, needs
from taskwall.lowering._reader import ResourceReader, lowers
from taskwall.model.core.entity import Entity
from taskwall.model.entities.door import Door

READ = "2026-11-27"

_INTERNET: dict[str, tuple[str, ...]] = {
    "globalaccelerator": (
        "aws_globalaccelerator_custom_routing_endpoint_group",
        "aws_globalaccelerator_cross_account_attachment",
        "AWS::GlobalAccelerator::CrossAccountAttachment",
    ),
    "verifiedaccess": ("aws_verifiedaccess_endpoint", "AWS::EC2::VerifiedAccessEndpoint"),
    "client-vpn": (
        "aws_ec2_client_vpn_network_association",
        "AWS::EC2::ClientVpnTargetNetworkAssociation",
    ),
    "ec2-instance-connect": (
        "aws_ec2_instance_connect_endpoint",
        "AWS::EC2::InstanceConnectEndpoint",
    ),
}
_REMOTE: dict[str, tuple[str, ...]] = {
    "directconnect": (
        "aws_dx_gateway_association",
        "aws_dx_private_virtual_interface",
        "AWS::DirectConnect::DirectConnectGatewayAssociation",
        "AWS::DirectConnect::PrivateVirtualInterface",
    ),
    "networkmanager": (
        "aws_networkmanager_vpc_attachment",
        "AWS::NetworkManager::VpcAttachment",
    ),
}
_NEAR: dict[str, tuple[str, ...]] = {
    "vpc-lattice": (
        "aws_vpclattice_service_network_vpc_association",
        "AWS::VpcLattice::ServiceNetworkVpcAssociation",
    ),
    "opensearch": ("aws_opensearch_vpc_endpoint", "aws_elasticsearch_vpc_endpoint"),
    "kafka": ("aws_msk_vpc_connection", "AWS::MSK::VpcConnection"),
    "redshift": (
        "aws_redshift_endpoint_access",
        "aws_redshiftserverless_endpoint_access",
        "AWS::Redshift::EndpointAccess",
    ),
}
_ANYTHING: dict[str, tuple[str, ...]] = {
    "vpc-lattice": (
        "aws_vpclattice_resource_gateway",
        "AWS::VpcLattice::ResourceGateway",
    ),
}
"""What lets the internet in, remote networks, what is near it, and anything, by the AWS service.

A client VPN's and Instance Connect's clients come from anywhere. What is in a VPC that is
associated with a service network reaches its services, and endpoints that data stores manage
(PrivateLink of OpenSearch Service, MSK and Redshift) lead there without any route; resources behind
a gateway of VPC Lattice are offered to networks that need not be in the sources. Amazon VPC user
guide, AWS Global Accelerator, AWS Direct Connect, AWS Network Manager and VPC Lattice user guides.
"""

_ATTACHED: dict[str, tuple[str, ...]] = {
    "elasticloadbalancing": ("aws_elb_attachment",),
    "ec2": (
        "aws_network_interface",
        "aws_network_interface_attachment",
        "AWS::EC2::NetworkInterface",
        "AWS::EC2::NetworkInterfaceAttachment",
    ),
}
"""What puts an instance behind a load balancer, or gives it a further interface."""

DOORS = {
    type_: (service, source)
    for source, table in (
        ("internet", _INTERNET),
        ("onprem", _REMOTE),
        ("", _NEAR),
        ("*", _ANYTHING),
        ("attached", _ATTACHED),
    )
    for service, types in table.items()
    for type_ in types
}


_ELSEWHERE = _REMOTE["networkmanager"]
"""Types that are modelled besides, where they are read."""


@lowers(*(type_ for type_ in DOORS if type_ not in _ELSEWHERE))
def door(r: ResourceReader) -> Iterator[Entity]:
    yield door_of(r, *DOORS[r.resource.type])


def door_of(r: ResourceReader, service: str, source: str) -> Door:
    """A resource as a door of an AWS service, for those who come from a source."""
    named, waits = set[str](), list[Need]()
    for key, value in r.resource.body.fields.items():
        if key in ("tags", "tags_all", "Tags", "name", "Name", "description", "Description"):
            continue
        r.body.get(key)
        _mentioned(r, value, named, waits)
    if (rest := r.resource.body.rest) is not None:
        _mentioned(r, rest, named, waits)
    return Door(
        id=r.id,
        origin=r.origin,
        service=service,
        source=source,
        mentions=frozenset(named),
        open=tuple(dict.fromkeys(waits)),
    )


def _mentioned(r: ResourceReader, value: Value, named: set[str], waits: list[Need]) -> None:
    """Collect the resources that a value names, and what it waits for where that is not known."""
    if isinstance(value, Reference):
        found = r.builder.resources.get(value.resource)
        if found is not None and not found.data:
            named.add(value.resource)
        elif value.value is not None:
            _mentioned(r, value.value, named, waits)
        else:
            waits += needs(value)
    elif isinstance(value, Unknown):
        waits += value.needs
    elif isinstance(value, Text):
        for part in value.parts:
            if not isinstance(part, str):
                _mentioned(r, part, named, waits)
    elif isinstance(value, Items):
        for item in (*value.items, *value.rest):
            _mentioned(r, item, named, waits)
    elif isinstance(value, Fields):
        for item in value.fields.values():
            _mentioned(r, item, named, waits)
        if value.rest is not None:
            _mentioned(r, value.rest, named, waits)
