"""Which families an instance type or a pattern of types means, and whether they encrypt."""

from pathlib import Path

import pytest

from placeholders import filled, scanned
from taskwall.model.compute.instance_families import encrypts, families

SIZES = (
    "nano", "micro", "small", "medium", "large", "xlarge", "2xlarge", "3xlarge", "4xlarge",
    "6xlarge", "8xlarge", "9xlarge", "10xlarge", "12xlarge", "16xlarge", "18xlarge", "24xlarge",
    "32xlarge", "36xlarge", "48xlarge", "56xlarge", "64xlarge", "96xlarge", "112xlarge",
    "224xlarge", "480xlarge", "metal", "metal-12xl", "metal-16xl", "metal-24xl", "metal-32xl",
    "metal-48xl", "metal-96xl",
)  # fmt: skip
"""Those that DescribeInstanceTypes knows, of some family or other."""


@pytest.mark.parametrize(
    ("type_", "expected"),
    [
        ("m5.large", {"m5"}),
        ("M6I.METAL", {"m6i"}),
        ("i4*", {"i4g", "i4i"}),
        ("I4*.metal", {"i4g", "i4i"}),
        ("q9.large", {"q9"}),
        ("c5a*", {"c5a", "c5ad"}),
        *((f"i4*.{size}", {"i4g", "i4i"}) for size in SIZES),
        ("*.metal-1xl", set()),
    ],
)
def test_families(type_: str, expected: set[str]) -> None:
    """Of a pattern all whose types it matches, in whatever case; of a type its own."""
    assert families(type_) == expected


@pytest.mark.parametrize(
    ("type_", "expected"),
    [
        ("i4*", True),  # i4g and i4i
        ("m5*", False),  # m5n encrypts, and m5 does not
        ("p3.2xlarge", False),
        ("p3dn.24xlarge", True),
        ("c5a.large", None),  # disputed
        ("c5ad*", None),
        ("q9.large", None),  # not known yet
        ("q*", None),  # none that is known
    ],
)
def test_encrypts(type_: str, expected: bool | None) -> None:
    """Certain only where the tables say the same of every family."""
    assert encrypts(type_) is expected


OVERRIDDEN = """
resource "aws_autoscaling_group" "hosts" {
  mixed_instances_policy {
    launch_template {
      launch_template_specification { launch_template_id = TEMPLATE }
      override {
        OVERRIDE
      }
    }
  }
}
resource "aws_launch_template" "own" { instance_type = "m6i.large" }
resource "aws_ecs_capacity_provider" "hosts" {
  name = "hosts"
  auto_scaling_group_provider { auto_scaling_group_arn = aws_autoscaling_group.hosts.arn }
}
resource "aws_ecs_service" "web" {
  capacity_provider_strategy { capacity_provider = aws_ecs_capacity_provider.hosts.name }
}
"""
BY_ATTRIBUTES = """instance_requirements {
          memory_mib { min = 1024 }
          vcpu_count { min = 1 }
        }"""
LEFT_TO_AWS = "unknown the instance type of aws_autoscaling_group.hosts"


@pytest.mark.parametrize(
    ("template", "override", "said"),
    [
        ('"lt-1"', 'instance_type = "m6i.large"', "pass"),
        ('"lt-1"', 'instance_type = "m5.large"', "fail"),
        ('"lt-1"', BY_ATTRIBUTES, LEFT_TO_AWS),
        ("aws_launch_template.own.id", 'instance_type = "m6i.large"', "pass"),
        ("aws_launch_template.own.id", 'instance_type = "m5.large"', "fail"),
        ("aws_launch_template.own.id", BY_ATTRIBUTES, LEFT_TO_AWS),
    ],
)
def test_a_group_overrides_types(template: str, override: str, said: str, tmp_path: Path) -> None:
    """Of a template from elsewhere, too, where it starts instances for a capacity provider."""
    text = filled(OVERRIDDEN, {"TEMPLATE": template, "OVERRIDE": override})
    report = scanned(tmp_path, text, "TW107", profile="strict")
    group = "aws_autoscaling_group.hosts"
    found = ["fail" for each in report.findings if each.resource == group]
    found += [f"unknown {', '.join(e.missing)}" for e in report.unknowns if e.resource == group]

    assert ("".join(found) or "pass") == said
