"""Which endpoints of ECR belong together: one of ecr.api and one of ecr.dkr, in one VPC."""

import pytest

from taskwall.lowering import lower
from taskwall.model.endpoints.endpoint import ecr_pairs
from taskwall.readers import terraform
from taskwall.source.files import Files
from taskwall.source.stack import Inputs

VPCS = """
variable "any" {}
variable "which" {}
resource "aws_vpc" "one" { cidr_block = "10.0.0.0/16" }
resource "aws_vpc" "two" { cidr_block = "10.1.0.0/16" }
"""
API, DKR, LOGS = (f'"com.amazonaws.eu-west-1.{name}"' for name in ("ecr.api", "ecr.dkr", "logs"))
OPEN = '"com.amazonaws.eu-west-1.${var.any}"'
ONE, TWO = "aws_vpc.one.id", "aws_vpc.two.id"
EITHER = f"[{ONE}, {TWO}][var.which]"


def paired(**endpoints: tuple[str, str]) -> list[str]:
    """The pairs of some endpoints (their services and VPCs), and what waits for what."""
    text = VPCS
    for name, (service, vpc) in endpoints.items():
        body = f'  vpc_id = {vpc}\n  service_name = {service}\n  vpc_endpoint_type = "Interface"\n'
        text += f'resource "aws_vpc_endpoint" "{name}" {{\n{body}}}\n'
    files = Files({"/net/main.tf": text})
    (stack,), errors = terraform.stacks(["/net/main.tf"], files, Inputs(boundary="/net"))
    assert not errors
    network = lower(stack.evaluate({}).resources).network
    found = []
    for api, dkr, fact in ecr_pairs(network):
        said = {True: "", None: " may be"}[fact.truth]
        needs = dict.fromkeys(need.name for need in fact.waits_for())
        ends = f"{api.origin.label} {dkr.origin.label}"
        found.append(f"{ends}{said}{' needs ' if needs else ''}{', '.join(needs)}")
    return sorted(found)


@pytest.mark.parametrize(
    ("endpoints", "pairs"),
    [
        pytest.param({"a": (API, ONE), "d": (DKR, ONE)}, ["a d"], id="one of each"),
        pytest.param({"a": (API, ONE), "d": (DKR, TWO)}, [], id="in two VPCs"),
        pytest.param({"a": (API, ONE), "l": (LOGS, ONE)}, [], id="no ecr.dkr"),
        pytest.param({"d": (DKR, ONE), "l": (LOGS, ONE)}, [], id="no ecr.api"),
        pytest.param(
            {"a": (API, ONE), "d": (DKR, ONE), "a2": (API, TWO), "d2": (DKR, TWO)},
            ["a d", "a2 d2"],
            id="one of each in each VPC",
        ),
        pytest.param(
            {"a": (API, ONE), "d": (DKR, EITHER)},
            ["a d may be needs var.which"],
            id="ecr.dkr in either VPC",
        ),
        pytest.param(
            {"a": (API, EITHER), "d": (DKR, ONE)},
            ["a d may be needs var.which"],
            id="ecr.api in either VPC",
        ),
        pytest.param(
            {"a": (API, ONE), "o": (OPEN, ONE)},
            ["a o may be needs var.any"],
            id="one that may be of ecr.dkr",
        ),
        pytest.param(
            {"d": (DKR, ONE), "o": (OPEN, ONE)},
            ["o d may be needs var.any"],
            id="one that may be of ecr.api",
        ),
        pytest.param({"d": (DKR, ONE), "o": (OPEN, TWO)}, [], id="one that may be, elsewhere"),
        pytest.param(
            {"a": (API, ONE), "d": (DKR, ONE), "o": (OPEN, ONE)},
            ["a d"],
            id="one that may be, beside one of each",
        ),
        pytest.param(
            {"a": (API, ONE), "d": (DKR, ONE), "a2": (API, EITHER)},
            ["a d"],
            id="an ecr.api that may be there as well",
        ),
        pytest.param(
            {"a": (API, ONE), "d": (DKR, ONE), "d2": (DKR, EITHER)},
            ["a d"],
            id="an ecr.dkr that may be there as well",
        ),
        pytest.param(
            {"a": (API, ONE), "d": (DKR, ONE), "a2": (API, TWO), "d2": (DKR, EITHER)},
            ["a d", "a2 d2 may be needs var.which"],
            id="one pair beside one that may be",
        ),
        pytest.param(
            {"o": (OPEN, ONE), "p": (OPEN, ONE)},
            ["o p may be needs var.any", "p o may be needs var.any"],
            id="two that may be either",
        ),
    ],
)
def test_endpoints_of_ecr_that_belong_together(
    endpoints: dict[str, tuple[str, str]], pairs: list[str]
) -> None:
    """What may be a partner is one only where no other certainly is."""
    assert paired(**endpoints) == pairs
