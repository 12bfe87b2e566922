"""Which certificates of ACM load balancers can take."""

import pytest

from lowering.networks import network
from taskwall.core.change import ResourceAttribute
from taskwall.model.entities.load_balancer import Certificate

PROVIDERS = """
provider "aws" { region = "eu-west-1" }
provider "aws" {
  alias  = "virginia"
  region = "us-east-1"
}
"""


@pytest.mark.parametrize(
    ("around", "written", "found"),
    [
        ("", "", ["aws_acm_certificate.c"]),
        ("", 'region = "us-east-1"', []),
        (PROVIDERS, "", ["aws_acm_certificate.c"]),
        # As CloudFront takes them.
        (PROVIDERS, "provider = aws.virginia", []),
    ],
)
def test_certificates_of_the_balancers_region(around: str, written: str, found: list[str]) -> None:
    """A load balancer takes those of its own Region."""
    certificate = f'resource "aws_acm_certificate" "c" {{\n{written}\n}}\n'
    assert [one.id for one in network(around + certificate).every(Certificate)] == found


@pytest.mark.parametrize(
    ("of", "more", "waits"),
    [
        ("aws_acm_certificate.c.arn", "", True),
        ("aws_acm_certificate.c.arn", "count = var.v ? 1 : 0", False),
        ("aws_acm_certificate.other.arn", "", False),
        ("var.v", "", False),
    ],
)
def test_certificates_that_are_validated(of: str, more: str, waits: bool) -> None:
    """A listener takes the ARN of what waits for the validation, if that is certainly there."""
    (found, _) = network(f"""
variable "v" {{}}
resource "aws_acm_certificate" "c" {{}}
resource "aws_acm_certificate" "other" {{}}
resource "aws_acm_certificate_validation" "v" {{
  {more}
  certificate_arn = {of}
}}
""").every(Certificate)

    assert found.arn == (
        ResourceAttribute("aws_acm_certificate_validation.v", "certificate_arn")
        if waits
        else ResourceAttribute("aws_acm_certificate.c", "arn")
    )
