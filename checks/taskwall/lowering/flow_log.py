"""VPC flow logs."""

from collections.abc import Iterator

from taskwall.lowering._reader import ResourceReader, lowers
from taskwall.model.core.entity import Entity, Link
from taskwall.model.entities.vpc import FlowLog, Subnet, Vpc

READ = "2026-11-24"

_DEFAULT_FORMAT = (
    "${version} ${account-id} ${interface-id} ${srcaddr} ${dstaddr} ${srcport} ${dstport} "
    "${protocol} ${packets} ${bytes} ${start} ${end} ${action} ${log-status}"
)
"""AWS's default format: the fields of version 2 (VPC user guide, "Flow log records")."""


@lowers("aws_flow_log", "AWS::EC2::FlowLog", to=FlowLog)
def flow_log(r: ResourceReader) -> Iterator[Entity]:
    vpc, subnet = _target(r)
    yield FlowLog(
        id=r.id,
        origin=r.origin,
        external=r.external,
        vpc=vpc,
        subnet=subnet,
        traffic=r.setting("traffic_type", "TrafficType"),
        format=r.setting(
            "log_format",
            "LogFormat",
            _DEFAULT_FORMAT,
            "AWS's default format has neither VPC nor subnet nor instance",
        ),
        interval=r.setting(
            "max_aggregation_interval", "MaxAggregationInterval", 600, "600 seconds is the default"
        ),
        at=r.origin.header,
    )


def _target(r: ResourceReader) -> tuple[Link | None, Link | None]:
    if r.terraform:
        return (
            r.link(Vpc, r.attribute("vpc_id", ""), "records"),
            r.link(Subnet, r.attribute("subnet_id", ""), "records"),
        )
    kind, target = r.attribute("", "ResourceType"), r.attribute("", "ResourceId")
    if kind.needs:
        # Nobody knows of what kind, unless what it refers to tells.
        vpc, subnet = r.link(Vpc, target, "records"), r.link(Subnet, target, "records")
        if subnet is not None and subnet.exact:
            return None, subnet
        return vpc, None
    return (
        r.link(Vpc, target, "records") if kind.known == "VPC" else None,
        r.link(Subnet, target, "records") if kind.known == "Subnet" else None,
    )
