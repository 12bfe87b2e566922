"""Tables `expect` whose ends are in no stack are errors: they would never be kept or broken."""

from pathlib import Path

import pytest

import taskwall

SOURCE = """
resource "aws_ecs_service" "api" {
  task_definition = "api:1"
  launch_type     = "FARGATE"
  network_configuration {
    subnets = ["subnet-1"]
  }
}
"""


def scanned(tmp_path: Path, source: str, target: str, path: str = "") -> list[str]:
    """The errors of a scan of two stacks under one expectation."""
    (tmp_path / ".git").mkdir()
    for name in ("api", "web"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "main.tf").write_text(SOURCE.replace('"api" {', f'"{name}" {{'))
    expect = f'[[expect]]\nfrom = "{source}"\nto = "{target}"\nnever = true\n'
    (tmp_path / "taskwall.toml").write_text(expect)
    report = taskwall.scan(tmp_path / path)
    assert report.exit_status == (2 if report.errors else 1)
    return [error.message for error in report.errors]


@pytest.mark.parametrize(
    ("source", "target", "message"),
    [
        ("internet", "service:apx", 'no stack has an end "service:apx" (did you mean "service:'),
        ("service:api", "service:web", 'no stack has both "service:api" and "service:web"'),
    ],
)
def test_ends_that_are_nowhere_are_errors(
    tmp_path: Path, source: str, target: str, message: str
) -> None:
    """The sentence names the nearest end that there is."""
    (said,) = scanned(tmp_path, source, target)

    assert said.startswith(f"expect: {message}")


def test_ends_that_are_there_are_none(tmp_path: Path) -> None:
    """It is enough that one of the stacks has both."""
    assert scanned(tmp_path, "internet", "service:api") == []


def test_a_part_of_a_repository_need_not_have_all_ends(tmp_path: Path) -> None:
    """The settings of a repository hold for each of its folders."""
    assert scanned(tmp_path, "internet", "service:api", "web") == []
