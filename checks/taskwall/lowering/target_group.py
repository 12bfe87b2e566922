"""Target groups, and what is registered in them beside tasks."""

from collections.abc import Iterable, Iterator
from typing import TypeAlias, TypeVar

from msgspec.structs import replace

from taskwall.core.values import Reference, Unknown, Value, is_output, symbol
from taskwall.lowering._outside import may_be_anything
from taskwall.lowering._reader import SWITCH, ResourceReader, lowers, setting
from taskwall.model.compute.container_instances import Instances, Registration
from taskwall.model.core.entity import Link, Setting
from taskwall.model.entities.load_balancer import (
    AddressTarget,
    LoadBalancer,
    TargetGroup,
)
from taskwall.model.entities.vpc import Vpc
from taskwall.source.resource import Cell

T = TypeVar("T")


@lowers("aws_lb_target_group", "aws_alb_target_group", to=TargetGroup, named="name")
@lowers("AWS::ElasticLoadBalancingV2::TargetGroup", to=TargetGroup, named="Name")
def target_group(r: ResourceReader) -> Iterator[object]:
    protocol = r.setting("protocol", "Protocol")
    kind = r.setting("target_type", "TargetType", "instance", "instance is the default")
    registered = tuple(_registered(r))
    yield TargetGroup(
        id=r.id,
        origin=r.origin,
        external=r.external,
        protocol=protocol,
        port=r.setting("port", "Port"),
        type=kind,
        vpc=r.link(Vpc, r.attribute("vpc_id", "VpcId"), "is in"),
        check_protocol=_check_protocol(r, protocol),
        check_port=r.setting(
            "health_check.port", "HealthCheckPort", "traffic-port", "traffic-port is the default"
        ),
        client_ip=_client_ip(r),
        family=r.setting("ip_address_type", "IpAddressType", "ipv4", "ipv4 is the default"),
        targets=_of_type(kind, "alb", _load_balancers(registered)),
        addresses=_of_type(kind, "ip", _addresses(registered)),
    )
    here = Link(r.id, r.fact(f"{r.name} registers instances", r.body), r.origin.header)
    for target in r.attribute("", "Targets").each():
        yield from registration(r, target.get("Id"), target.get("Port"), here)


def _check_protocol(r: ResourceReader, protocol: Setting) -> Setting:
    """The protocol of the health checks of a target group.

    Where nothing is written, ELB takes HTTP for groups of HTTP and HTTPS, and TCP for the others
    (CreateTargetGroup). Terraform sends HTTP for every `health_check` block that names no protocol
    (registry.terraform.io, aws_lb_target_group).
    """
    plain = "HTTP" if protocol.known in ("HTTP", "HTTPS") else "TCP"
    blocks = [*r.attribute("health_check", "").each()]
    if any(block.sure for block in blocks):
        plain = "HTTP"
    found = r.setting(
        "health_check.protocol", "HealthCheckProtocol", plain, f"{plain} is the default"
    )
    if r.terraform:
        found = replace(found, name="health_check.protocol")  # the group has a protocol, too
    if plain == "TCP" and blocks and not found.written:
        # A block that may be there makes it HTTP.
        needs = tuple(need for block in blocks for need in (block.doubt or block.needs))
        return replace(found, value=Unknown(needs), default="")
    return found


def _client_ip(r: ResourceReader) -> Setting:
    if r.terraform:
        return r.setting("preserve_client_ip", "", meanings=SWITCH)
    name, attributes = "preserve_client_ip.enabled", r.attribute("", "TargetGroupAttributes")
    value: Value | None = None
    for item in attributes.each():
        key = item.get("Key")
        if key.known == name and item.sure:
            return setting(item.get("Value"), name, meanings=SWITCH)
        if key.known == name or key.needs:
            value = Unknown(item.doubt or key.needs or item.needs)
    return Setting(value, attributes.place, name, r.name)


_Registered: TypeAlias = tuple[ResourceReader, Cell, Cell]
"""A target that a resource registers, and the port for it."""


def _registered(r: ResourceReader) -> Iterator[_Registered]:
    """What this target group, or an attachment, registers in it."""
    for target in r.attribute("", "Targets").each():
        yield r, target.get("Id"), target.get("Port")
    for other in r.said_by(TargetGroup, "target_group_arn", *_ATTACHMENTS):
        yield other, other.attribute("target_id", ""), other.attribute("port", "")


def _load_balancers(registered: Iterable[_Registered]) -> Iterator[Link]:
    for reader, cell, _ in registered:
        link = reader.link(LoadBalancer, cell, "registers")
        if link is not None:
            yield link


def _addresses(registered: Iterable[_Registered]) -> Iterator[AddressTarget]:
    for _, cell, port in registered:
        yield AddressTarget(setting(cell, cell.key), setting(port, "port"))


def _of_type(kind: Setting, wanted: str, found: Iterable[T]) -> tuple[T, ...]:
    """What is registered in a target group of a type: none of another type, whatever an id is."""
    return tuple(found) if kind.open or kind.known == wanted else ()


_ATTACHMENTS = ("aws_lb_target_group_attachment", "aws_alb_target_group_attachment")


@lowers(*_ATTACHMENTS)
def attachment(r: ResourceReader) -> Iterator[Registration]:
    # A load balancer that it registers is read by the target group.
    group = r.link(TargetGroup, r.attribute("target_group_arn", ""), "registers in")
    yield from registration(r, r.attribute("target_id", ""), r.attribute("port", ""), group)


def registration(
    r: ResourceReader,
    target: Cell,
    port: Cell,
    group: Link | None = None,
    balancer: Link | None = None,
) -> Iterator[Registration]:
    """The registration of an instance in a target group, or in a classic load balancer.

    There is none of a target that cannot be an instance of the sources, or of an absent module.
    """
    value = target.value
    named = isinstance(value, Reference) and r.builder.is_one(Instances, value)
    put_out = value is not None and is_output(symbol(value))
    if named or put_out or may_be_anything(target.resource, value):
        instance = r.must(Instances, target, "registers")
        if r.origin.maybe:
            there = r.fact(f"{r.name} registers an instance", target)
            instance = replace(instance, fact=instance.fact & there)
        groups, balancers = ((link,) if link else () for link in (group, balancer))
        yield Registration(r.name, instance, setting(port, "port"), groups, balancers)
