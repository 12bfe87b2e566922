"""What task definitions say of themselves: their network, launch types and platform."""

import pytest

from lowering.networks import OPEN, network, said
from taskwall.model.entities.ecs import TaskDefinition

SHAPES: dict[str, tuple[str, str, tuple[object, list[object], bool | None]]] = {
    "nothing": ("", "{}", (None, [], False)),
    "awsvpc": ('network_mode = "awsvpc"', "{NetworkMode: awsvpc}", ("awsvpc", [], False)),
    "a mode that is not known": (
        "network_mode = var.v", "{NetworkMode: !Ref V}", (OPEN, [], False),
    ),
    "launch types": (
        'requires_compatibilities = ["FARGATE", "EC2"]',
        "{RequiresCompatibilities: [FARGATE, EC2]}", (None, ["FARGATE", "EC2"], False),
    ),
    "a launch type that is not known": (
        "requires_compatibilities = [var.v]", "{RequiresCompatibilities: [!Ref V]}",
        (None, [OPEN], False),
    ),
    "Windows": (
        'runtime_platform { operating_system_family = "WINDOWS_SERVER_2022_CORE" }',
        "{RuntimePlatform: {OperatingSystemFamily: WINDOWS_SERVER_2022_CORE}}", (None, [], True),
    ),
    "Windows in small letters": (
        'runtime_platform { operating_system_family = "windows_server_2019_full" }',
        "{RuntimePlatform: {OperatingSystemFamily: windows_server_2019_full}}", (None, [], True),
    ),
    "Linux": (
        'runtime_platform { operating_system_family = "LINUX" }',
        "{RuntimePlatform: {OperatingSystemFamily: LINUX}}", (None, [], False),
    ),
    "a platform that is not known": (
        "runtime_platform { operating_system_family = var.v }",
        "{RuntimePlatform: {OperatingSystemFamily: !Ref V}}", (None, [], None),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("body", "properties", "expected"), SHAPES.values(), ids=SHAPES)
def test_task_definitions(
    body: str, properties: str, expected: tuple[object, list[object], bool | None]
) -> None:
    """They are for Linux unless they say that they are for Windows."""
    for text in (
        f'variable "v" {{}}\nresource "aws_ecs_task_definition" "t" {{\n{body}\n}}\n',
        f"""
Parameters: {{V: {{Type: String}}}}
Resources:
  T: {{Type: AWS::ECS::TaskDefinition, Properties: {properties}}}
""",
    ):
        (found,) = network(text).every(TaskDefinition)
        mode, requires, windows = expected
        assert said(found.mode) == mode
        assert [said(each) for each in found.requires] == requires
        assert found.windows.truth is windows
