"""Which changes make AWS replace a resource: it makes a new one, and deletes the old one."""

import re
from collections.abc import Iterable, Iterator

from taskwall.core.change import AttributeChange
from taskwall.core.patterns import pattern
from taskwall.source.resource import Resource

_REPLACING = {
    "aws_flow_log": {"log_format", "max_aggregation_interval", "traffic_type"},
    "AWS::EC2::FlowLog": {"LogFormat", "MaxAggregationInterval", "TrafficType"},
    "aws_ecs_task_set": {"network_configuration"},
    "AWS::ECS::TaskSet": {"NetworkConfiguration"},
    "aws_instance": {"subnet_id"},
    "AWS::EC2::Instance": {"NetworkInterfaces.SubnetId", "SubnetId"},
    "aws_network_interface": {"subnet_id"},
    "AWS::EC2::NetworkInterface": {"SubnetId"},
    "aws_spot_fleet_request": {"launch_specification"},
    "AWS::EC2::SpotFleet": {"SpotFleetRequestConfigData.LaunchSpecifications"},
    "aws_launch_configuration": {"metadata_options", "user_data"},
    "AWS::AutoScaling::LaunchConfiguration": {"MetadataOptions", "UserData"},
    "aws_mq_broker": {"publicly_accessible"},
    "AWS::AmazonMQ::Broker": {"PubliclyAccessible"},
    "aws_timestreaminfluxdb_db_instance": {"publicly_accessible"},
    "AWS::Timestream::InfluxDBInstance": {"PubliclyAccessible"},
    "aws_vpclattice_listener": {"protocol"},
    "AWS::VpcLattice::Listener": {"Protocol"},
}
"""By type the attributes of which a change replaces the resource, of those that fixes set.

Rules of security groups and revisions of task definitions are replaced too: nothing is lost by it.
"""

_HOLD_USER_DATA = (
    "user_data",
    "UserData",
    "launch_specification",
    "SpotFleetRequestConfigData.LaunchSpecifications",
)
"""The attributes above in which user data stands: a setting of the ECS agent changes them."""

_SENTENCE = pattern(r"AWS replaces (.+?) for this")


def replacement(changes: Iterable[tuple[AttributeChange, Resource]]) -> str:
    """A sentence that says what AWS replaces for some changes; "" if it replaces nothing."""
    names = dict.fromkeys(
        resource.origin.name for change, resource in changes if _replaces(change, resource)
    )
    return f"AWS replaces {' and '.join(names)} for this" if names else ""


def replacements(texts: Iterable[str]) -> Iterator[str]:
    """What the texts of fixes say that AWS replaces."""
    for text in texts:
        yield from _SENTENCE.findall(text)


def _replaces(change: AttributeChange, resource: Resource) -> bool:
    path = re.sub(r"\[[^]]*\]", "", change.attribute.path)
    attributes = _REPLACING.get(resource.type, set())
    if change.form == "agent":
        return not attributes.isdisjoint(_HOLD_USER_DATA)
    return any(path == each or path.startswith(f"{each}.") for each in attributes)
