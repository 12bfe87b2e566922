"""Names of endpoints: which service they are for, and which private zones answer for that."""

import pytest

from taskwall.core.values import Known, Need, Reference, Span, Text, Unknown, Value
from taskwall.lowering import lower
from taskwall.model.endpoints.endpoint import OFFERED, Endpoint, is_own_region, service_of, zoned
from taskwall.readers import terraform
from taskwall.source.files import Files
from taskwall.source.stack import Inputs

AT = Span("main.tf", 1, 1, 1, 1)
OPEN = Unknown((Need("var.x", "is an input"),))


def _name(*parts: str | None) -> Value:
    """A name of some parts, None for what is unknown."""
    if len(parts) == 1 and parts[0] is not None:
        return Known(parts[0], AT)
    return Text(tuple(OPEN if part is None else part for part in parts), AT)


@pytest.mark.parametrize(
    ("parts", "service"),
    [
        (["com.amazonaws.eu-west-1.ecr.api"], "ecr.api"),
        (["com.amazonaws.eu-west-1.ecr-fips.api"], "ecr.api"),
        (["cn.com.amazonaws.cn-north-1.ecr.dkr"], "ecr.dkr"),
        (["aws.api.eu-west-1.bedrock"], "bedrock"),
        (["aws.sagemaker.eu-west-1.notebook"], ""),
        (["com.amazonaws.ecr.api"], ""),
        (["com.amazonaws.vpce.eu-west-1.vpce-svc-0a1b2c3d"], OFFERED),
        (["com.amazonaws.", None, ".s3"], "s3"),
        (["example.com.", None, ".s3"], ""),
        ([None, ".eu-west-1.ecr.api"], "ecr.api"),
        ([None, "aws.eu-west-1.logs"], "logs"),
        ([None, "aws.logs"], ""),
        (["com.amazonaws.eu-west-1.", None], ""),
        (["com.amazonaws.vpce.", None], OFFERED),
    ],
)
def test_service_of(parts: list[str | None], service: str) -> None:
    """By what follows the Region; none where that, or the beginning, says otherwise."""
    assert service_of(_name(*parts)) == service


@pytest.mark.parametrize(
    ("value", "own"),
    [
        (Reference("data.aws_region.current", "name"), True),
        (Reference("aws_vpc.main", "region"), False),
        (Unknown((), symbol="AWS::Region"), True),
        (Unknown((), symbol="AWS::Partition"), False),
        (Known("eu-west-1"), False),
        (None, False),
    ],
)
def test_the_region_of_the_sources(value: Value | None, own: bool) -> None:
    """By what both languages call it."""
    assert is_own_region(value) is own


ENDPOINT = """
variable "given" {}
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_vpc" "other" { cidr_block = "10.1.0.0/16" }
resource "aws_vpc_endpoint" "main" {
  vpc_id            = aws_vpc.main.id
  vpc_endpoint_type = "Interface"
  service_name      = "com.amazonaws.eu-west-1.SERVICE"
}
"""
ZONE = """
resource "aws_route53_zone" "main" {
  name = NAME
  vpc { vpc_id = OF }
}
"""
HERE, ELSEWHERE = "aws_vpc.main.id", "aws_vpc.other.id"


@pytest.mark.parametrize(
    ("service", "name", "of", "truth"),
    [
        ("logs", '"logs.eu-west-1.amazonaws.com"', HERE, True),
        ("logs", '"logs.eu-west-1.amazonaws.com."', HERE, True),
        ("logs", '"eu-west-1.amazonaws.com"', HERE, True),
        ("logs", '"amazonaws.com"', HERE, True),
        ("logs", '"logs.cn-north-1.amazonaws.com.cn"', HERE, False),
        ("logs@cn-north-1", '"logs.cn-north-1.amazonaws.com.cn"', HERE, True),
        ("logs", '"logs.eu-west-1.example.com"', HERE, False),
        ("logs", '"logs.eu-west-1.notamazonaws.com"', HERE, False),
        ("logs", '"events.eu-west-1.amazonaws.com"', HERE, False),
        ("ecr.api", '"api.ecr.eu-west-1.amazonaws.com"', HERE, True),
        ("ecr.api", '"ecr.eu-west-1.amazonaws.com"', HERE, True),
        ("ecr.api", '"dkr.ecr.eu-west-1.amazonaws.com"', HERE, False),
        ("logs", '"logs.${var.given}.amazonaws.com"', HERE, True),
        ("logs", '"events.${var.given}.amazonaws.com"', HERE, False),
        ("logs", '"logs.eu-west-1.${var.given}"', HERE, None),
        ("logs", '"${var.given}.amazonaws.com"', HERE, None),
        ("logs", '"${var.given}.example.com"', HERE, False),
        ("logs", "var.given", HERE, None),
        ("logs", '"logs.eu-west-1.amazonaws.com"', ELSEWHERE, False),
        ("logs", '"logs.eu-west-1.amazonaws.com"', "var.given", False),
        ("${var.given}", '"logs.eu-west-1.amazonaws.com"', HERE, None),
    ],
)
def test_zones_that_answer_for_a_service(
    service: str, name: str, of: str, truth: bool | None
) -> None:
    """A private zone does by the service's name or one above it, in the VPC of the endpoint."""
    service, _, region = service.partition("@")
    endpoint_ = ENDPOINT.replace("eu-west-1", region or "eu-west-1")
    text = endpoint_.replace("SERVICE", service) + ZONE.replace("NAME", name).replace("OF", of)
    files = Files({"/stack/main.tf": text})
    stacks, errors = terraform.stacks(list(files.known), files, Inputs(boundary="/stack"))
    assert not errors
    network = lower(stacks[0].evaluate({}).resources).network
    (endpoint,) = network.every(Endpoint)

    found = zoned(network, endpoint)
    assert found.truth is truth
    if truth is None:
        assert [need.name for need in found.waits_for()] == ["var.given"]
