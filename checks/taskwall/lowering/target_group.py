"""Target groups, and the load balancers that are registered in them."""

from collections.abc import Iterator

from taskwall.core.values import Unknown, Value
from taskwall.lowering._draft import SWITCH, ResourceReader, lowers, setting
from taskwall.model.core.entity import Entity, Link, Setting
from taskwall.model.entities.load_balancer import (
    LoadBalancer,
    TargetGroup,
)
from taskwall.model.entities.vpc import Vpc


@lowers(
    "aws_lb_target_group",
    "aws_alb_target_group",
    "AWS::ElasticLoadBalancingV2::TargetGroup",
    to=TargetGroup,
    named="name",
)
def target_group(r: ResourceReader) -> Iterator[Entity]:
    protocol = r.setting("protocol", "Protocol")
    plain = "HTTP" if protocol.known in ("HTTP", "HTTPS") else "TCP"
    kind = r.setting("target_type", "TargetType", "instance", "instance is the default")
    # No other type takes load balancers, whatever an id turns out to be.
    targets = _registered(r) if kind.open or kind.known == "alb" else ()
    yield TargetGroup(
        id=r.id,
        origin=r.origin,
        external=r.external,
        protocol=protocol,
        port=r.setting("port", "Port"),
        type=kind,
        vpc=r.link(Vpc, r.attribute("vpc_id", "VpcId"), "is in"),
        check_protocol=r.setting(
            "health_check.protocol", "HealthCheckProtocol", plain, f"{plain} is the default"
        ),
        check_port=r.setting(
            "health_check.port", "HealthCheckPort", "traffic-port", "traffic-port is the default"
        ),
        client_ip=_client_ip(r),
        targets=tuple(targets),
    )


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


def _registered(r: ResourceReader) -> Iterator[Link]:
    """The load balancers that are registered in this target group, by itself or an attachment."""
    for target in r.attribute("", "Targets").each():
        link = r.link(LoadBalancer, target.get("Id"), "has as its target")
        if link is not None:
            yield link
    for other in r.said_by(TargetGroup, "target_group_arn", *_ATTACHMENTS):
        link = other.link(LoadBalancer, other.attribute("target_id", ""), "registers")
        if link is not None:
            yield link


_ATTACHMENTS = ("aws_lb_target_group_attachment", "aws_alb_target_group_attachment")


@lowers(*_ATTACHMENTS)
def attachment(r: ResourceReader) -> Iterator[Entity]:
    # Read by the target group that it fills.
    r.attribute("target_group_arn", "")
    r.attribute("target_id", "")
    return iter(())
