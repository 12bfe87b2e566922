"""State machines whose definition is no JSON, or not there to be read."""

import pytest

from taskwall.lowering import Lowered, lower
from taskwall.model.entities.ecs import TaskSource
from taskwall.readers import cloudformation, terraform
from taskwall.source.files import Files
from taskwall.source.stack import Inputs

BROKEN = "its definition is not JSON"


def of_terraform(definition: str) -> Lowered:
    """A state machine of Terraform."""
    text = f"""
variable "v" {{}}
module "m" {{ source = "git::https://x.y/z" }}
resource "aws_sfn_state_machine" "m" {{
  definition = {definition}
}}
"""
    (stack,), _ = terraform.stacks(["main.tf"], Files({"main.tf": text}), Inputs())
    return lower(stack.evaluate({}).resources)


def of_template(definition: str) -> Lowered:
    """A state machine of a template."""
    text = "Parameters: {P: {Type: String}}\nResources:\n  M:\n"
    text += f"    Type: AWS::Serverless::StateMachine\n    Properties: {{{definition}}}\n"
    (stack,), _ = cloudformation.stacks(["t.yaml"], Files({"t.yaml": text}), Inputs())
    return lower(stack.evaluate({}).resources)


def run(lowered: Lowered) -> list[str]:
    """What runs tasks, with what it waits for to do so."""
    return [
        " if ".join((one.id, *(str(need) for need in one.origin.maybe)))
        for one in lowered.network.every(TaskSource)
    ]


@pytest.mark.parametrize(
    ("definition", "broken"),
    [
        ('"{"', True),
        ('"x"', True),
        ('""', True),
        ("var.v", False),
        ('"{${var.v}}"', False),
        ("module.m.x", False),
        ('"[]"', False),
        ("null", False),
        ("jsonencode({ States = {} })", False),
    ],
)
def test_a_definition_of_terraform_that_cannot_be_read(definition: str, broken: bool) -> None:
    """A text that is known and is no JSON is an error; what is not known is none."""
    found = of_terraform(definition)
    said = [f"aws_sfn_state_machine.m: {BROKEN}"] if broken else []
    assert [(one.place.line, one.message) for one in found.errors] == [(5, one) for one in said]
    assert run(found) == []


@pytest.mark.parametrize(
    ("definition", "broken"),
    [
        ("Definition: x", True),
        ("DefinitionString: '{'", True),
        ("DefinitionString: x", True),
        ("DefinitionUri: '{'", True),
        ("DefinitionUri: ' {a'", True),
        ("DefinitionUri: machine.json", False),
        ("DefinitionS3Location: {Bucket: b, Key: k}", False),
        ("DefinitionString: !Ref P", False),
        ("DefinitionString: '{}'", False),
        ("Name: x", False),
    ],
)
def test_a_definition_of_a_template_that_cannot_be_read(definition: str, broken: bool) -> None:
    """The name of a file is no definition: it is one that the sources do not have."""
    found = of_template(definition)
    assert [one.message for one in found.errors] == ([f"M: {BROKEN}"] if broken else [])
    assert run(found) == []


STATE = "jsonencode({ States = { a = { Resource = module.m.x, %s } } })"


@pytest.mark.parametrize(
    ("definition", "runs"),
    [
        (
            "local.gone",
            "aws_sfn_state_machine.m if local.gone is declared in no file of its module",
        ),
        (
            "DefinitionString: !Nope x",
            "M if Fn::Nope is a function that is not known here",
        ),
        (
            STATE % 'Parameters = { TaskDefinition = "t" }',
            "aws_sfn_state_machine.m:a if module.m.x comes from a module that is not downloaded",
        ),
        (STATE % "Parameters = {}", ""),
        ("jsonencode({ States = module.m.x })", ""),
    ],
)
def test_what_may_run_tasks(definition: str, runs: str) -> None:
    """A definition that may be anything, and a state that may run the task that it names."""
    of = of_template if definition.startswith("Definition") else of_terraform
    found = of(definition)
    assert found.errors == ()
    assert run(found) == ([runs] if runs else [])


ARGUMENTS: dict[str, tuple[str, list[str] | None]] = {
    "an id": ('Cluster = "main"', ["main"]),
    "what is made of the input": ('"Cluster.$" = "$.cluster"', None),
    "an expression": ('Cluster = "{% $states.input.cluster %}"', None),
    "an expression with a variable in it": ('Cluster = "{% $a & \'${var.v}\' %}"', None),
    "a text with a sign in it": ('Cluster = "a{%b"', ["a{%b"]),
    "a variable": ("Cluster = var.v", ["var.v"]),
}  # fmt: skip


@pytest.mark.parametrize("key", ["Parameters", "Arguments"])
@pytest.mark.parametrize(("cluster", "to"), ARGUMENTS.values(), ids=ARGUMENTS)
def test_what_is_made_when_a_state_runs(key: str, cluster: str, to: list[str] | None) -> None:
    """Its names end in `.$`, or its texts are expressions: nobody knows it before."""
    resource = "arn:aws:states:::ecs:runTask.sync"
    state = f'{{ Resource = "{resource}", {key} = {{ TaskDefinition = "t", {cluster} }} }}'
    found = of_terraform(f"jsonencode({{ States = {{ a = {state} }} }})")
    (source,) = found.network.every(TaskSource)

    assert source.cluster is not None
    if to is None:
        needs = [str(need) for need in source.cluster.fact.needs]
        assert needs == ["aws_sfn_state_machine.m takes it from its input when it runs"]
    else:
        assert [source.cluster.to] == to
