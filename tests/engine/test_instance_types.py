"""How TW107 names the instance types of an attribute, or of a list of them."""

from pathlib import Path

import pytest

import taskwall
from placeholders import filled, scanned

TEMPLATE = """
Parameters:
  Type: {Type: String, AllowedValues: [TYPES]}
Resources:
  Cluster: {Type: AWS::ECS::Cluster, Properties: {ClusterName: main}}
  Host:
    Type: AWS::EC2::Instance
    Properties:
      InstanceType: !Ref Type
      UserData:
        Fn::Base64: |
          #!/bin/bash
          echo ECS_CLUSTER=main >> /etc/ecs/ecs.config
"""
ALLOWED = {
    "t3.small": "type t3.small, which does not encrypt",
    "t3.small, m5.large": "one of the types t3.small and m5.large, none of which encrypts",
    "t3.small, m5.large, c5.large": (
        "one of the types t3.small and m5.large and c5.large, none of which encrypts"
    ),
    "t3.small, m5.large, c5.large, t2.nano": (
        "one of the types t3.small and 3 more, none of which encrypts"
    ),
    "t3.small, m5.large, c5.large, t2.nano, t3.large": (
        "one of the types t3.small and 4 more, none of which encrypts"
    ),
    "m7i.large": "",
    "m7i.large, c7i.large, r7i.large, m6i.large": "",
    "t3.small, m7i.large": "Type",
    "t3.small, m5.large, c5.large, t2.nano, m7i.large": "Type",
    "m7i.large, zz9.large": "Type",
}


@pytest.mark.parametrize("types", ALLOWED)
def test_the_types_that_a_parameter_may_have(types: str, tmp_path: Path) -> None:
    """Three are named at most. Where some of them encrypt, the parameter decides."""
    (tmp_path / "template.yaml").write_text(filled(TEMPLATE, {"TYPES": types}))
    report = taskwall.scan(tmp_path, select=["TW107"], profile="strict")

    assert not report.errors
    said = [each.message for each in report.findings]
    said += [", ".join(each.missing) for each in report.unknowns]
    before, after = "Host starts container instances of ", " traffic between instances"
    assert [each.removeprefix(before).removesuffix(after) for each in said] == (
        [ALLOWED[types]] if ALLOWED[types] else []
    )


STACK = """
variable "any" {}
resource "aws_ecs_cluster" "main" { name = "main" }
resource "aws_launch_template" "own" {
  user_data = base64encode("#!/bin/bash\\necho ECS_CLUSTER=main >> /etc/ecs/ecs.config\\n")
}
resource "aws_autoscaling_group" "hosts" {
  mixed_instances_policy {
    launch_template {
      launch_template_specification { launch_template_id = aws_launch_template.own.id }
      OVERRIDES
    }
  }
}
"""
LISTED = """dynamic "override" {
        for_each = [TYPES]
        content { instance_type = override.value }
      }"""
OLD = '"m5.large", "t3.small", "c5.large", "t2.nano"'
LISTS: dict[str, list[str]] = {
    '"m7i.large"': [],
    '"m5.large"': ["type m5.large, which does not encrypt"],
    '"m5.large", "m7i.large"': ["type m5.large, which does not encrypt"],
    '"m5.large", "t3.small"': ["types m5.large and t3.small, which do not encrypt"],
    '"m5.large", "t3.small", "c5.large"': [
        "types m5.large and t3.small and c5.large, which do not encrypt"
    ],
    OLD: ["types m5.large and 3 more, which do not encrypt"],
    f'"m7i.large", {OLD}': ["types m5.large and 3 more, which do not encrypt"],
    '"m5.large", var.any': ["type m5.large, which does not encrypt", "var.any"],
    '"m5.large", "t3.small", var.any': [
        "types m5.large and t3.small, which do not encrypt",
        "var.any",
    ],
}


def told(folder: Path, overrides: str, text: str = STACK) -> list[str]:
    """What is wrong with the types of the group, and what the rest waits for."""
    report = scanned(folder, filled(text, {"OVERRIDES": overrides}), "TW107", profile="strict")
    said = [each.message for each in report.findings]
    said += [", ".join(each.missing) for each in report.unknowns]
    before, after = "aws_autoscaling_group.hosts starts container instances of ", " traffic between"
    return [each.removeprefix(before).partition(after)[0] for each in said]


@pytest.mark.parametrize("types", LISTS)
def test_the_types_of_a_list(types: str, tmp_path: Path) -> None:
    """They are one mistake, which names those alone that do not encrypt."""
    assert told(tmp_path, filled(LISTED, {"TYPES": types})) == LISTS[types]


def test_types_on_lines_of_their_own(tmp_path: Path) -> None:
    """Each is a mistake by itself."""
    lines = ('override { instance_type = "m5.large" }', 'override { instance_type = "t3.small" }')

    assert told(tmp_path, "\n".join(lines)) == [
        "type m5.large, which does not encrypt",
        "type t3.small, which does not encrypt",
    ]


MODEL = 'resource "aws_instance" "model" { instance_type = "FAMILY.${var.any}" }'
OLD_FAMILY = ["type t3.*, which does not encrypt"]
FAMILIES: dict[tuple[str, str], list[str]] = {
    ("t3", '"t3.${var.any}"'): OLD_FAMILY,
    ("t3", '"m7i.${var.any}"'): [],
    ("t3", "aws_instance.model.instance_type"): OLD_FAMILY,
    ("m7i", "aws_instance.model.instance_type"): [],
    ("t3", '"t${var.any}.large"'): ["var.any"],
    ("t3", '"t3${var.any}"'): ["var.any"],
    ("t3", '"${var.any}.large"'): ["var.any"],
    ("t3", "var.any"): ["var.any"],
}


@pytest.mark.parametrize(("model", "kind"), FAMILIES)
def test_a_family_decides_whatever_the_size(model: str, kind: str, tmp_path: Path) -> None:
    """It is what a type begins with, up to a point, also where the type is that of others."""
    override = f"override {{ instance_type = {kind} }}"

    found = told(tmp_path, override, STACK + MODEL.replace("FAMILY", model))

    assert found == FAMILIES[model, kind]
