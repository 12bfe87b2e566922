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


OTHERS = instance("others", OTHER, TYPE)
STARTERS: dict[str, tuple[list[str], list[str]]] = {
    "nobody": ([], ["fail"]),
    "an instance": ([OF_OWN], ["fail"]),
    "an instance of its own type": ([TYPED], []),
    "one of its own type, and one without": ([OF_OWN, TYPED], ["fail"]),
    "an instance of another template": ([OTHERS], ["fail"]),
    # Who may start from it uses the type where nothing else does for certain.
    "perhaps an instance": ([MAYBE], ["fail"]),
    "perhaps one of its own type": ([MAYBE_TYPED], ["unknown"]),
    "perhaps either": ([MAYBE, MAYBE_TYPED], ["unknown"]),
    "one, and perhaps one of its own type": ([OF_OWN, MAYBE_TYPED], ["fail"]),
    "one of its own type, and perhaps one without": ([TYPED, MAYBE], ["unknown"]),
    "one of its own type, and perhaps another such": ([TYPED, MAYBE_TYPED], []),
    "a group": ([GROUP], ["fail"]),
    "a group that overrides it": ([OVERRIDING], []),
    "a group that overrides weights": ([WEIGHTED], ["fail"]),
    "a group, and one that overrides it": ([GROUP, OVERRIDING], ["fail"]),
    "a group that overrides it, and an instance": ([OVERRIDING, OF_OWN], ["fail"]),
    "a group and an instance that override it": ([OVERRIDING, TYPED], []),
    "a group that overrides it, and perhaps an instance": ([OVERRIDING, MAYBE], ["unknown"]),
    "a group that overrides it, and perhaps one such": ([OVERRIDING, MAYBE_TYPED], []),
}


@pytest.mark.parametrize(("users", "said"), STARTERS.values(), ids=STARTERS)
def test_the_type_of_a_template(users: list[str], said: list[str], tmp_path: Path) -> None:
    """It counts where somebody starts from the template without a type of their own."""
    report = scanned(tmp_path, STACK + "".join(users), "TW107", profile="strict")
    own = "aws_launch_template.own"

    found = ["fail" for each in report.findings if each.resource == own]
    found += ["unknown" for each in report.unknowns if each.resource == own]
    assert found == said
    assert all(each.missing == ("var.any",) for each in report.unknowns)
