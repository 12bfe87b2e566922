"""Texts that should hold a structure and hold none: an error with its place, and nothing more."""

import pytest

from taskwall.engine.judge import judge
from taskwall.lowering import lower
from taskwall.model.entities.ecs import TaskSource
from taskwall.readers import cloudformation, terraform
from taskwall.settings import Settings
from taskwall.source.files import Files
from taskwall.source.stack import Inputs, Stack

TERRAFORM = """
variable "container" {}
resource "aws_sfn_state_machine" "broken" {
  definition = "{States: {"
}
resource "aws_sfn_state_machine" "from_elsewhere" {
  definition = var.container
}
resource "aws_ecs_task_definition" "broken" {
  container_definitions = "[{"
}
resource "aws_ecs_task_definition" "open" {
  container_definitions = "[${var.container}]"
}
"""
TEMPLATE = """
Resources:
  Broken:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      DefinitionString: "{States: {"
  FromElsewhere:
    Type: AWS::Serverless::StateMachine
    Properties:
      DefinitionUri: definition.asl.json
"""


def errors(stack: Stack) -> list[tuple[int, str]]:
    """The errors of a stack: their lines, and what they say."""
    found = judge(stack, [], Settings())
    assert found.crashes == ()
    return [(error.place.line, error.message) for error in found.errors]


def test_a_text_of_terraform_that_is_no_json_is_an_error() -> None:
    """One that is not known, or only in part, is none."""
    [stack], _ = terraform.stacks(["/main.tf"], Files({"/main.tf": TERRAFORM}), Inputs())

    assert errors(stack) == [
        (4, "aws_sfn_state_machine.broken: its definition is not JSON"),
        (10, "aws_ecs_task_definition.broken: its container definitions are not JSON"),
    ]


def test_a_text_of_a_template_that_is_no_json_is_an_error() -> None:
    """A name of a file is none."""
    texts = {"/template.yaml": TEMPLATE}
    [stack], _ = cloudformation.stacks([*texts], Files(texts), Inputs())

    assert errors(stack) == [(6, "Broken: its definition is not JSON")]


SUBSTITUTED = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Machine:
    Type: AWS::Serverless::StateMachine
    Properties:
      DefinitionUri: machine.asl.json
      DefinitionSubstitutions: {Most: 30, Task: jobs}
"""
RUNS = """{"StartAt": "A", "States": {"A": {"Type": "Task", "TimeoutSeconds": ${Most},
 "Resource": "arn:aws:states:::ecs:runTask.sync", "Parameters": {"TaskDefinition": "${Task}"}}}}"""


@pytest.mark.parametrize(("text", "wrong"), [(RUNS, False), (RUNS[:-1], True)])
def test_a_file_may_be_json_only_with_its_substitutions(text: str, wrong: bool) -> None:
    """A number is put into it without quotes; what is no JSON even then is an error."""
    texts = {"/template.yaml": SUBSTITUTED, "/machine.asl.json": text}
    [stack], found = cloudformation.stacks(["/template.yaml"], Files(texts), Inputs())

    assert found == []
    assert errors(stack) == [(7, "Machine: its definition is not JSON")] * wrong
    sources = lower(stack.evaluate({}).resources).network.every(TaskSource)
    assert [one.name for one in sources] == ["Machine"] * (not wrong)
