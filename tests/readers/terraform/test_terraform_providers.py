"""Which versions of the AWS provider a resource may be made by: some make other things of it."""

from collections.abc import Callable, Mapping

import pytest

from taskwall.core.values import Fields, Value
from taskwall.source.stack import Evaluation

CLUSTER = 'resource "aws_redshift_cluster" "c" {}\n'
LOCK = "live/.terraform.lock.hcl"


def required(version: str) -> str:
    """What a module requires of the provider."""
    return f"terraform {{\n  required_providers {{\n    aws = {version}\n  }}\n}}\n"


def locked(source: str, version: str) -> str:
    """A lock file with one provider."""
    return f'provider "{source}" {{\n  version     = "{version}"\n  constraints = "~> 5.0"\n}}\n'


@pytest.mark.parametrize(
    ("main", "others", "lowest", "highest"),
    [
        ("", {}, 0, None),
        (required('{ source = "hashicorp/aws", version = "~> 5.40" }'), {}, 5, 5),
        (required('"~> 5.40"'), {}, 5, 5),
        (required('{ source = "hashicorp/aws" }'), {}, 0, None),
        (required("{ version = var.open }"), {}, 0, None),
        (required('{ version = ">= 4.0" }') + required('{ version = "< 6.0" }'), {}, 4, 5),
        ('terraform {\n  required_version = "~> 1.5"\n}\n', {}, 0, None),
        ("", {LOCK: locked("registry.terraform.io/hashicorp/aws", "6.2.0")}, 6, 6),
        ("", {LOCK: locked("registry.opentofu.org/hashicorp/aws", "6.2.0")}, 6, 6),
        ("", {LOCK: locked("registry.terraform.io/hashicorp/awscc", "1.2.0")}, 0, None),
        # What is installed counts, and not what might be.
        (
            required('{ version = ">= 4.0" }'),
            {LOCK: locked("registry.terraform.io/hashicorp/aws", "5.31.0")},
            5,
            5,
        ),
        ("", {"live/other/.terraform.lock.hcl": locked("x/hashicorp/aws", "6.2.0")}, 0, None),
    ],
)
def test_versions_of_the_provider(
    main: str,
    others: Mapping[str, str],
    lowest: int,
    highest: int | None,
    evaluated: Callable[..., Evaluation],
    shown: Callable[[Value], object],
) -> None:
    """The lock file tells them, else what the configuration requires; else they may be any."""
    text = f'variable "open" {{}}\n{main}{CLUSTER}'
    (cluster,) = evaluated(text, others).resources
    assert cluster.metadata is not None
    assert shown(cluster.metadata) == {"provider_lowest": lowest, "provider_highest": highest}


@pytest.mark.parametrize(
    ("root", "child", "lowest", "highest"),
    [
        ("", required('{ version = "~> 5.40" }'), 5, 5),
        (required('{ version = ">= 5.0" }'), required('{ version = "< 7.0" }'), 5, 6),
        (required('{ version = "< 6.0" }'), "", 0, 5),
    ],
)
def test_a_root_and_its_modules_share_a_provider(
    root: str,
    child: str,
    lowest: int,
    highest: int,
    evaluated: Callable[..., Evaluation],
    shown: Callable[[Value], object],
) -> None:
    """What either requires holds for the resources of the module."""
    main = f'{root}module "m" {{\n  source = "../m"\n}}\n'
    (cluster,) = evaluated(main, {"m/main.tf": child + CLUSTER}).resources
    assert shown(cluster.metadata or Fields({})) == {
        "provider_lowest": lowest,
        "provider_highest": highest,
    }
