"""Names of endpoints: which service they are for, and which private zones answer for that."""

import pytest

from taskwall.core.values import Known, Need, Reference, Span, Text, Unknown, Value
from taskwall.lowering import lower
from taskwall.model.core.network import Network
from taskwall.model.endpoints.endpoint import (
    OFFERED,
    Endpoint,
    is_own_region,
    private_dns,
    service_of,
    vpc_names,
    zoned,
)
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


def read(text: str) -> tuple[Network, Endpoint]:
    """The network of a text, and its endpoint `main`."""
    files = Files({"/stack/main.tf": text})
    stacks, errors = terraform.stacks(list(files.known), files, Inputs(boundary="/stack"))
    assert not errors
    network = lower(stacks[0].evaluate({}).resources).network
    endpoint = network.get(Endpoint, "aws_vpc_endpoint.main")
    assert endpoint is not None
    return network, endpoint


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

    found = zoned(*read(text))
    assert found.truth is truth
    if truth is None:
        assert [need.name for need in found.waits_for()] == ["var.given"]


DNS = """
resource "aws_vpc_endpoint_private_dns" "main" {
  COUNT
  vpc_endpoint_id     = ID
  private_dns_enabled = ENABLED
}
"""
ANOTHER = """
resource "aws_vpc_endpoint" "other" {
  vpc_id            = aws_vpc.main.id
  vpc_endpoint_type = "Interface"
  service_name      = "com.amazonaws.eu-west-1.ecr.api"
}
"""
OWN, THEIRS = "aws_vpc_endpoint.main.id", "aws_vpc_endpoint.other.id"
EITHER = f"[{OWN}, {THEIRS}][var.given]"
COUNTED = 'count = var.given == "" ? 1 : 0'


def dns(enabled: str, of: str = OWN, count: str = "") -> str:
    """Private DNS that a resource of its own sets."""
    return DNS.replace("COUNT", count).replace("ID", of).replace("ENABLED", enabled) + ANOTHER


@pytest.mark.parametrize(
    ("inline", "more", "truth"),
    [
        ("null", "", False),
        ("false", "", False),
        ("true", "", True),
        ("var.given", "", None),
        ("null", dns("true"), True),
        ("null", dns("false"), False),
        ("null", dns("var.given"), None),
        ("false", dns("true"), True),
        ("true", dns("false", THEIRS), True),
        # That of another endpoint says nothing of this one.
        ("null", dns("true", THEIRS), False),
        ("null", dns("true", EITHER), None),
        ("null", dns("false", EITHER), False),
        ("null", dns("true", OWN, COUNTED), None),
        ("null", dns("false", OWN, COUNTED), False),
        ("null", dns("true", "var.given"), False),
        ("null", dns("true", '"vpce-1"'), False),
    ],
)
def test_private_dns(inline: str, more: str, truth: bool | None) -> None:
    """It is on where the endpoint, or a resource of its own, sets it so."""
    service = 'SERVICE"\n  private_dns_enabled = ' + inline
    text = ENDPOINT.replace('SERVICE"', service).replace("SERVICE", "logs")
    found = private_dns(*read(text + more))

    assert found.truth is truth
    assert [need.name for need in found.waits_for()] == ["var.given"] * (truth is None)


@pytest.mark.parametrize(
    ("vpc", "settings", "truth"),
    [
        (HERE, "enable_dns_hostnames = true", True),
        # Hostnames are off by default, support is on.
        (HERE, "", False),
        (HERE, "enable_dns_hostnames = false", False),
        (HERE, "enable_dns_support = true\nenable_dns_hostnames = true", True),
        (HERE, "enable_dns_support = false\nenable_dns_hostnames = true", False),
        (HERE, "enable_dns_support = true\nenable_dns_hostnames = false", False),
        (HERE, "enable_dns_support = var.given\nenable_dns_hostnames = true", None),
        (HERE, "enable_dns_support = var.given", False),
        (HERE, "enable_dns_hostnames = var.given", None),
        (ELSEWHERE, "enable_dns_hostnames = true", False),
        ("var.given", "enable_dns_hostnames = true", None),
    ],
)
def test_names_in_a_vpc(vpc: str, settings: str, truth: bool | None) -> None:
    """A VPC answers for private DNS where support and hostnames are both on."""
    text = ENDPOINT.replace("SERVICE", "logs").replace("= aws_vpc.main.id", f"= {vpc}")
    text = text.replace('"10.0.0.0/16" }', f'"10.0.0.0/16"\n{settings}\n}}')
    text = text.replace('{ cidr_block = "10.0.0.0/16"', '{\ncidr_block = "10.0.0.0/16"')
    found = vpc_names(*read(text))

    assert found.truth is truth
    assert [need.name for need in found.waits_for()] == ["var.given"] * (truth is None)
