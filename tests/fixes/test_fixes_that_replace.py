"""What is said of a fix for which AWS makes a new resource, and deletes the old one."""

from typing import Literal

import pytest

from taskwall.core.change import AttributeChange, AttributePath
from taskwall.core.values import Fields, Origin, Span
from taskwall.fixes.cautions import asks_for_capability, cautions_of_texts
from taskwall.fixes.replacement import replacement, replacements
from taskwall.source.resource import Resource

PLACE = Span("main.tf", 1, 1, 1, 9)
SAID = "AWS replaces x for this"

Form = Literal["set", "agent"]


def change(
    type_: str, path: str, form: Form = "set", name: str = "x"
) -> tuple[AttributeChange, Resource]:
    """A change of a resource of a type, of that name."""
    on = Resource(type_, Origin(name, name, PLACE, "terraform"), Fields({}), PLACE)
    return AttributeChange(AttributePath(name, path), 1, 1, form=form), on


@pytest.mark.parametrize(
    ("type_", "path", "replaced"),
    [
        ("aws_flow_log", "log_format", True),
        ("aws_flow_log", "max_aggregation_interval", True),
        ("aws_flow_log", "traffic_type", True),
        ("aws_flow_log", "tags", False),
        ("AWS::EC2::FlowLog", "LogFormat", True),
        ("AWS::EC2::FlowLog", "MaxAggregationInterval", True),
        ("AWS::EC2::FlowLog", "TrafficType", True),
        ("aws_ecs_task_set", "network_configuration[0].subnets", True),
        ("AWS::ECS::TaskSet", "NetworkConfiguration.AwsVpcConfiguration.Subnets", True),
        ("aws_ecs_service", "network_configuration[0].subnets", False),
        ("aws_instance", "subnet_id", True),
        ("aws_instance", "subnet_ids", False),
        ("aws_instance", "metadata_options.http_tokens", False),
        ("AWS::EC2::Instance", "SubnetId", True),
        ("AWS::EC2::Instance", "NetworkInterfaces[0].SubnetId", True),
        ("AWS::EC2::Instance", "NetworkInterfaces[0].AssociatePublicIpAddress", False),
        ("aws_launch_configuration", "metadata_options.http_tokens", True),
        ("aws_launch_configuration", "user_data", True),
        ("AWS::AutoScaling::LaunchConfiguration", "MetadataOptions.HttpTokens", True),
        ("AWS::AutoScaling::LaunchConfiguration", "UserData", True),
        ("aws_launch_template", "user_data", False),
        ("aws_network_interface", "subnet_id", True),
        ("AWS::EC2::NetworkInterface", "SubnetId", True),
        ("aws_spot_fleet_request", "launch_specification[0].subnet_id", True),
        (
            "AWS::EC2::SpotFleet",
            "SpotFleetRequestConfigData.LaunchSpecifications[0].SubnetId",
            True,
        ),
        ("AWS::EC2::SpotFleet", "SpotFleetRequestConfigData.TargetCapacity", False),
        ("aws_mq_broker", "publicly_accessible", True),
        ("AWS::AmazonMQ::Broker", "PubliclyAccessible", True),
        ("aws_timestreaminfluxdb_db_instance", "publicly_accessible", True),
        ("AWS::Timestream::InfluxDBInstance", "PubliclyAccessible", True),
        ("aws_db_instance", "publicly_accessible", False),
        ("aws_vpclattice_listener", "protocol", True),
        ("AWS::VpcLattice::Listener", "Protocol", True),
    ],
)
def test_attributes_that_only_a_new_resource_can_have(
    type_: str, path: str, replaced: bool
) -> None:
    """Also what is within such an attribute."""
    assert replacement([change(type_, path)]) == (SAID if replaced else "")


@pytest.mark.parametrize(
    ("type_", "replaced"),
    [
        ("aws_launch_configuration", True),
        ("AWS::AutoScaling::LaunchConfiguration", True),
        ("aws_spot_fleet_request", True),
        ("AWS::EC2::SpotFleet", True),
        ("aws_launch_template", False),
        ("aws_instance", False),
    ],
)
def test_a_setting_of_the_agent(type_: str, replaced: bool) -> None:
    """It is in the user data, wherever its path leads."""
    assert replacement([change(type_, "metadata", "agent")]) == (SAID if replaced else "")


def test_several_are_named_once_each() -> None:
    """In one sentence, which is found again in the text of a fix."""
    said = replacement(
        [
            change("aws_flow_log", "log_format", name="a"),
            change("aws_flow_log", "traffic_type", name="a"),
            change("aws_flow_log", "tags", name="b"),
            change("aws_instance", "subnet_id", name="c"),
        ]
    )

    assert said == "AWS replaces a and c for this"
    assert [*replacements(["Set it.", f"{said}:\nx = 1"])] == ["a and c"]


ROLE = "Resources: {X: {Type: AWS::IAM::Role}}"
TOPIC = ROLE.replace("IAM::Role", "SNS::Topic")


@pytest.mark.parametrize(
    ("before", "after", "asks"),
    [
        (TOPIC, ROLE, True),
        (ROLE, ROLE + " # more", False),
        (ROLE, TOPIC, False),
        (TOPIC, TOPIC, False),
        (TOPIC, "Value: AWS::IAM::*", False),
    ],
)
def test_the_first_resource_of_iam(before: str, after: str, asks: bool) -> None:
    """CloudFormation has to be allowed to make it, unless the template had one before."""
    assert asks_for_capability(before, after) is asks


FIRST = "Let clients connect by TLS first, then:\ntransit_encryption_enabled = true"


@pytest.mark.parametrize(
    ("texts", "cautions"),
    [
        ([], []),
        ([("x", "Set it:\na = 1")], []),
        ([("x", f"{SAID}:\na = 1")], ["AWS replaces x for this."]),
        ([("x", SAID), ("y", SAID), ("y", "a = 1")], ["AWS replaces x for this."]),
        ([("x", FIRST), ("x", FIRST)], ["Let clients connect by TLS first: x will refuse others."]),
        (
            [("y", FIRST), ("x", SAID), ("z", FIRST)],
            [
                "AWS replaces x for this.",
                "Let clients connect by TLS first: y will refuse others.",
                "Let clients connect by TLS first: z will refuse others.",
            ],
        ),
    ],
)
def test_what_to_know_before_a_deployment(
    texts: list[tuple[str, str]], cautions: list[str]
) -> None:
    """Each is said once: first what AWS replaces, then whom a store will refuse."""
    assert [*cautions_of_texts(texts)] == cautions
