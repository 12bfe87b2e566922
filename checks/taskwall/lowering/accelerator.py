"""AWS Global Accelerator: accelerators, listeners, and the endpoints to which they lead."""

from collections.abc import Iterator

from msgspec import Struct

from taskwall.lowering._reader import SWITCH, ResourceReader, lowers, setting
from taskwall.lowering.door import door_of
from taskwall.model.entities.load_balancer import LoadBalancer
from taskwall.model.load_balancing.accelerator import (
    AcceleratedEndpoint,
    Accelerator,
    AcceleratorEndpoints,
    AcceleratorListener,
    PortPair,
)
from taskwall.source.resource import Cell


@lowers("aws_globalaccelerator_accelerator", "AWS::GlobalAccelerator::Accelerator", to=Accelerator)
def accelerator(r: ResourceReader) -> Iterator[Struct]:
    yield Accelerator(
        id=r.id,
        origin=r.origin,
        external=r.external,
        enabled=r.setting("enabled", "Enabled", True, "it is enabled by default", SWITCH),
        families=r.setting("ip_address_type", "IpAddressType", "IPV4", "IPV4 is the default"),
    )


@lowers(
    "aws_globalaccelerator_listener", "AWS::GlobalAccelerator::Listener", to=AcceleratorListener
)
def listener(r: ResourceReader) -> Iterator[Struct]:
    of = r.attribute("accelerator_arn", "AcceleratorArn")
    ranges = r.attribute("port_range", "PortRanges")
    yield AcceleratorListener(
        id=r.id,
        origin=r.origin,
        external=r.external,
        accelerator=r.must(Accelerator, of, "is a listener of"),
        protocol=r.setting("protocol", "Protocol", "TCP", "TCP is the default"),
        ports=tuple(_pairs(r, ranges, ("from_port", "to_port"), ("FromPort", "ToPort"))),
        whole=all(each.sure for each in ranges.each()),
    )


@lowers(
    "aws_globalaccelerator_endpoint_group",
    "AWS::GlobalAccelerator::EndpointGroup",
    to=AcceleratorEndpoints,
)
def endpoint_group(r: ResourceReader) -> Iterator[Struct]:
    overrides = r.attribute("port_override", "PortOverrides")
    endpoints = r.attribute("endpoint_configuration", "EndpointConfigurations")
    named, keeps = (
        ("endpoint_id", "client_ip_preservation_enabled")
        if r.terraform
        else ("EndpointId", "ClientIPPreservationEnabled")
    )
    keys = ("listener_port", "endpoint_port"), ("ListenerPort", "EndpointPort")
    yield AcceleratorEndpoints(
        id=r.id,
        origin=r.origin,
        external=r.external,
        listener=r.must(
            AcceleratorListener, r.attribute("listener_arn", "ListenerArn"), "belongs to"
        ),
        overrides=tuple(_pairs(r, overrides, *keys)),
        endpoints=tuple(
            AcceleratedEndpoint(
                r.link(LoadBalancer, each.get(named), "leads to"),
                setting(each.get(keeps), keeps, meanings=SWITCH),
            )
            for each in endpoints.each()
        ),
        whole=all(each.sure for each in (*overrides.each(), *endpoints.each())),
    )
    yield door_of(r, "globalaccelerator", "internet")


def _pairs(
    r: ResourceReader, cell: Cell, terraform: tuple[str, str], cloudformation: tuple[str, str]
) -> Iterator[PortPair]:
    first, second = terraform if r.terraform else cloudformation
    for each in cell.each():
        yield setting(each.get(first), first), setting(each.get(second), second)
