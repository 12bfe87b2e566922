"""What ECS Exec uses in a cluster beside its own channel: a key, and where it records sessions."""

import pytest

from lowering.networks import network
from taskwall.model.entities.ecs import Cluster

KEY = 'kms_key_id = "k"'
LOGS = 'log_configuration {\ncloud_watch_log_group_name = "l"\ns3_bucket_name = "b"\n}'


def exec_(inner: str) -> str:
    """A configuration of ECS Exec."""
    return f"configuration {{\nexecute_command_configuration {{\n{inner}\n}}\n}}"


def maybe(block: str, content: str) -> str:
    """A block that may not be there."""
    return f'dynamic "{block}" {{\nfor_each = var.v\ncontent {{\n{content}\n}}\n}}'


@pytest.mark.parametrize(
    ("body", "audits"),
    [
        ("", {}),
        (exec_(""), {}),
        (exec_('logging = "NONE"'), {}),
        (exec_(KEY), {"kms": True}),
        (exec_("kms_key_id = var.v"), {"kms": True}),
        (exec_(f"{KEY}\n{LOGS}"), {"kms": True, "logs": True, "s3": True}),
        (exec_('log_configuration {\ns3_bucket_name = "b"\n}'), {"s3": True}),
        (maybe("configuration", f"execute_command_configuration {{\n{KEY}\n}}"), {"kms": None}),
        (
            f"configuration {{\n{maybe('execute_command_configuration', LOGS)}\n}}",
            {"logs": None, "s3": None},
        ),
    ],
)
def test_what_a_cluster_says_of_exec(body: str, audits: dict[str, bool | None]) -> None:
    """What is written is used; in a block that may not be there, it may be."""
    text = f'variable "v" {{}}\nresource "aws_ecs_cluster" "c" {{\n{body}\n}}\n'
    (found,) = network(text).every(Cluster)
    assert {service: fact.truth for service, fact in found.audits} == audits
    for _, fact in found.audits:
        waits = [] if fact.truth else ["var.v"]
        assert [need.name for need in fact.needs] == waits


@pytest.mark.parametrize(
    ("configuration", "audits"),
    [
        ("{KmsKeyId: k}", {"kms": True}),
        (
            "{KmsKeyId: k, LogConfiguration: {CloudWatchLogGroupName: l, S3BucketName: b}}",
            {"kms": True, "logs": True, "s3": True},
        ),
        ("!If [Is, {KmsKeyId: k}, !Ref 'AWS::NoValue']", {"kms": None, "logs": None, "s3": None}),
        ("!Ref P", {"kms": None, "logs": None, "s3": None}),
        ("!Ref 'AWS::NoValue'", {}),
    ],
)
def test_what_a_cluster_of_a_template_says_of_exec(
    configuration: str, audits: dict[str, bool | None]
) -> None:
    """What is not known may say any of it."""
    text = f"""
Parameters: {{P: {{Type: String}}}}
Conditions: {{Is: !Equals [!Ref P, a]}}
Resources:
  C:
    Type: AWS::ECS::Cluster
    Properties: {{Configuration: {{ExecuteCommandConfiguration: {configuration}}}}}
"""
    (found,) = network(text).every(Cluster)
    assert {service: fact.truth for service, fact in found.audits} == audits
    assert all(bool(fact.needs) is (fact.truth is None) for _, fact in found.audits)


def test_a_cluster_from_elsewhere_may_say_anything_of_exec() -> None:
    """It waits for the cluster, which the sources do not have."""
    text = 'data "aws_ecs_cluster" "c" { cluster_name = "c" }\n'
    text += 'resource "aws_ecs_service" "s" { cluster = data.aws_ecs_cluster.c.arn }\n'
    found = network(text).get(Cluster, "data.aws_ecs_cluster.c")
    assert found is not None
    assert [(service, fact.truth) for service, fact in found.audits] == [
        ("kms", None),
        ("logs", None),
        ("s3", None),
    ]
    assert {need.name for _, fact in found.audits for need in fact.needs} == {
        "data.aws_ecs_cluster.c"
    }
