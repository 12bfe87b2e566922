"""Which certificates of ACM load balancers can take."""

import pytest

from lowering.networks import network
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
