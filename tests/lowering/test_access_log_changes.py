"""What would make a load balancer keep its access logs, in a bucket of its own or one it names."""

import pytest

from lowering.networks import network
from taskwall.core.change import AttributeChange, Placeholder, SourceCode
from taskwall.model.entities.load_balancer import LoadBalancer

BUCKET, ENABLED = "access_logs.s3.bucket", "access_logs.s3.enabled"


def changes(text: str) -> tuple[AttributeChange, ...]:
    """The changes of the one load balancer of a source."""
    (found,) = network(text).every(LoadBalancer)
    return found.logging


def template(kind: str, attributes: str) -> str:
    """A load balancer of a template with some attributes."""
    return f"""
Parameters: {{P: {{Type: String}}}}
Resources:
  B:
    Type: AWS::ElasticLoadBalancingV2::LoadBalancer
    Properties: {{Type: {kind}, LoadBalancerAttributes: [{attributes}]}}
"""


@pytest.mark.parametrize(
    ("attributes", "set_", "added"),
    [
        ("", [], [ENABLED, BUCKET]),
        ("{Key: other, Value: x}", [], [ENABLED, BUCKET]),
        (f"{{Key: {ENABLED}, Value: 'false'}}", ["LoadBalancerAttributes[0].Value"], [BUCKET]),
        (f"{{Key: {BUCKET}, Value: b}}", [], [ENABLED]),
        (
            f"{{Key: {BUCKET}, Value: b}}, {{Key: {ENABLED}, Value: !Ref P}}",
            ["LoadBalancerAttributes[1].Value"],
            [],
        ),
    ],
)
@pytest.mark.parametrize("kind", ["application", "network", "!Ref P", "gateway"])
def test_changes_of_a_template(
    kind: str, attributes: str, set_: list[str], added: list[str]
) -> None:
    """What is written is set, what is missing is added, and a bucket only where none is named."""
    found = changes(template(kind, attributes))
    by_path = {one.attribute.path: one for one in found}
    whole = by_path.pop("LoadBalancerAttributes[+]", None)
    pairs = whole.cloudformation if whole is not None else ()
    assert isinstance(pairs, tuple)
    given = {one["Key"]: one["Value"] for one in pairs if isinstance(one, dict)}
    assert list(given) == added
    new = by_path.pop("", None)
    assert list(by_path) == set_
    assert all(one.cloudformation == "true" for one in by_path.values())
    makes = BUCKET in added and kind in ("application", "network")
    assert (new is not None) is makes
    if new is not None:
        assert new.form == "beside"
        assert given[BUCKET] == SourceCode("!Ref BLogBucketPolicy", '{"Ref": "BLogBucketPolicy"}')
        writes = "logdelivery.elasticloadbalancing" if kind == "application" else "delivery.logs"
        assert isinstance(new.cloudformation, SourceCode)
        assert f"Service: {writes}.amazonaws.com" in new.cloudformation.text
    elif BUCKET in added:
        assert given[BUCKET] == Placeholder("name of a bucket for logs")


@pytest.mark.parametrize(
    ("type_", "kind", "service"),
    [
        ("aws_lb", "", "logdelivery.elasticloadbalancing"),
        ("aws_lb", 'load_balancer_type = "application"', "logdelivery.elasticloadbalancing"),
        ("aws_lb", 'load_balancer_type = "network"', "delivery.logs"),
        ("aws_lb", "load_balancer_type = var.v", ""),
        ("aws_elb", "", "logdelivery.elasticloadbalancing"),
    ],
)
@pytest.mark.parametrize("logs", ["", 'access_logs {\nbucket = "b"\n}'])
def test_changes_of_terraform(type_: str, kind: str, service: str, logs: str) -> None:
    """A block that is on; with a bucket, and who may write there, if it names none."""
    text = f'variable "v" {{}}\nresource "{type_}" "main" {{\n{kind}\n{logs}\n}}\n'
    first, *others = changes(text)
    assert first.attribute.path.startswith("access_logs")
    assert isinstance(first.terraform, dict)
    assert first.terraform["enabled"] is True
    if logs:
        assert "bucket" not in first.terraform
        assert others == []
    elif not service:
        assert first.terraform["bucket"] == Placeholder("name of a bucket for logs")
        assert others == []
    else:
        named = first.terraform["bucket"]
        assert isinstance(named, SourceCode)
        assert named.text == "aws_s3_bucket_policy.main_logs.bucket"
        (new,) = others
        assert isinstance(new.terraform, SourceCode)
        assert f'Service = "{service}.amazonaws.com"' in new.terraform.text
        assert new.terraform.text.startswith('resource "aws_s3_bucket" "main_logs" {}')
