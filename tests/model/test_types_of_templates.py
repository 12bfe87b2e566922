"""Whether the instance type of a launch template is used, by whom starts instances from it."""

from pathlib import Path

import pytest

from placeholders import scanned

STACK = """
variable "any" {}
resource "aws_ecs_cluster" "main" { name = "main" }
resource "aws_launch_template" "own" {
  instance_type = "m5.large"
  user_data     = base64encode("#!/bin/bash\\necho ECS_CLUSTER=main >> /etc/ecs/ecs.config\\n")
}
resource "aws_launch_template" "other" { instance_type = "m6i.large" }
"""
OWN, OTHER = "aws_launch_template.own.id", "aws_launch_template.other.id"
EITHER, TYPE = f"[{OWN}, {OTHER}][var.any]", 'instance_type = "m6i.large"'


def instance(name: str, template: str, type_: str = "") -> str:
    """An instance that starts from a template, perhaps with a type of its own."""
    return f"""
resource "aws_instance" "{name}" {{
  launch_template {{ id = {template} }}
  {type_}
}}
"""


def group(name: str, template: str, override: str = "") -> str:
    """An Auto Scaling group that starts instances from a template, perhaps of another type."""
    return f"""
resource "aws_autoscaling_group" "{name}" {{
  mixed_instances_policy {{
    launch_template {{
      launch_template_specification {{ launch_template_id = {template} }}
      {override}
    }}
  }}
}}
"""


OVERRIDE = f"override {{ {TYPE} }}"
OF_OWN, TYPED = instance("plain", OWN), instance("typed", OWN, TYPE)
MAYBE, MAYBE_TYPED = instance("maybe", EITHER), instance("maybe_typed", EITHER, TYPE)
GROUP, OVERRIDING = group("plain", OWN), group("overriding", OWN, OVERRIDE)
WEIGHTED = group("weighted", OWN, 'override { weighted_capacity = "2" }')


@pytest.mark.parametrize(
    ("users", "said"),
    [
        ([], ["fail"]),
        ([OF_OWN], ["fail"]),
        ([TYPED], []),
        ([OF_OWN, TYPED], ["fail"]),
        ([instance("others", OTHER, TYPE)], ["fail"]),
        # Who may start from it uses the type where nothing else does for certain.
        ([MAYBE], ["fail"]),
        ([MAYBE_TYPED], ["unknown"]),
        ([MAYBE, MAYBE_TYPED], ["unknown"]),
        ([OF_OWN, MAYBE_TYPED], ["fail"]),
        ([TYPED, MAYBE], ["unknown"]),
        ([TYPED, MAYBE_TYPED], []),
        ([GROUP], ["fail"]),
        ([OVERRIDING], []),
        ([WEIGHTED], ["fail"]),
        ([GROUP, OVERRIDING], ["fail"]),
        ([OVERRIDING, OF_OWN], ["fail"]),
        ([OVERRIDING, TYPED], []),
        ([OVERRIDING, MAYBE], ["unknown"]),
        ([OVERRIDING, MAYBE_TYPED], []),
    ],
)
def test_the_type_of_a_template(users: list[str], said: list[str], tmp_path: Path) -> None:
    """It counts where somebody starts from the template without a type of their own."""
    report = scanned(tmp_path, STACK + "".join(users), "TW107", profile="strict")
    own = "aws_launch_template.own"

    found = ["fail" for each in report.findings if each.resource == own]
    found += ["unknown" for each in report.unknowns if each.resource == own]
    assert found == said
    assert all(each.missing == ("var.any",) for each in report.unknowns)
