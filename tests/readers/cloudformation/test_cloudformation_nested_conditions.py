"""A resource of a nested stack is there if its condition and those of the stacks above hold."""

import pytest

from taskwall.core.values import Scenario
from taskwall.readers.cloudformation import stacks
from taskwall.source.files import Files
from taskwall.source.stack import Inputs

OUTER = """\
Parameters: {A: {Type: String}, B: {Type: String}, C: {Type: String}}
Conditions:
  IsA: !Equals [!Ref A, x]
  IsB: !Equals [!Ref B, x]
  Always: !Equals [a, a]
  Never: !Equals [a, b]
Resources:
  Middle:
    Type: AWS::CloudFormation::Stack
    Condition: OUTER
    Properties: {TemplateURL: middle.yaml, Parameters: {B: !Ref B, C: !Ref C}}
  Beside: {Type: Custom::Beside}
"""
MIDDLE = """\
Parameters: {B: {Type: String}, C: {Type: String}}
Conditions:
  IsB: !Equals [!Ref B, x]
  Always: !Equals [a, a]
  Never: !Equals [a, b]
Resources:
  Inner:
    Type: AWS::CloudFormation::Stack
    Condition: MIDDLE
    Properties: {TemplateURL: inner.yaml, Parameters: {C: !Ref C}}
  Next: {Type: Custom::Next}
"""
INNER = """\
Parameters: {C: {Type: String}}
Conditions:
  IsC: !Equals [!Ref C, x]
  Always: !Equals [a, a]
  Never: !Equals [a, b]
Resources:
  It: {Type: Custom::It, Condition: INNER}
"""
A, B, C = (f"{name} has no default" for name in "ABC")


def waits(
    outer: str, middle: str, inner: str, scenario: Scenario | None = None
) -> dict[str, list[str]]:
    """What it waits for that each resource is there, by address."""
    texts = {
        "outer.yaml": OUTER.replace("OUTER", outer),
        "middle.yaml": MIDDLE.replace("MIDDLE", middle),
        "inner.yaml": INNER.replace("INNER", inner),
    }
    (stack,), errors = stacks([*texts], Files(texts), Inputs())
    evaluation = stack.evaluate(scenario or {})
    assert (*errors, *evaluation.errors) == ()
    made = [one for one in evaluation.resources if one.type.startswith("Custom::")]
    return {one.origin.address: [str(need) for need in one.origin.maybe] for one in made}


@pytest.mark.parametrize(
    ("outer", "middle", "inner", "it", "beside"),
    [
        ("Always", "Always", "Always", [], []),
        ("Always", "Always", "IsC", [C], []),
        ("Always", "IsB", "Always", [B], []),
        ("Always", "IsB", "IsC", [B, C], []),
        ("IsA", "Always", "Always", [A], [A]),
        ("IsA", "Always", "IsC", [A, C], [A]),
        ("IsA", "IsB", "Always", [A, B], [A]),
        ("IsA", "IsB", "IsC", [A, B, C], [A]),
        ("IsB", "IsB", "Always", [B], [B]),
        ("IsA", "IsB", "Never", None, [A]),
        ("IsA", "Never", "IsC", None, [A]),
        ("Never", "IsB", "IsC", None, None),
    ],
)
def test_what_a_nested_resource_waits_for(
    outer: str, middle: str, inner: str, it: list[str] | None, beside: list[str] | None
) -> None:
    """For all conditions that are open, each once, from the outermost on; one that fails is all."""
    expected = {"Middle/Inner/It": it, "Middle/Next": beside, "Beside": []}
    found = waits(outer, middle, inner)
    assert found == {name: said for name, said in expected.items() if said is not None}


@pytest.mark.parametrize(
    ("scenario", "it"),
    [
        ({}, [A, B, C]),
        ({"A": "x"}, [B, C]),
        ({"A": "x", "C": "x"}, [B]),
        ({"A": "x", "B": "x", "C": "x"}, []),
        ({"A": "x", "B": "y"}, None),
        ({"A": "y"}, None),
    ],
)
def test_what_a_scenario_says_of_conditions_above(scenario: Scenario, it: list[str] | None) -> None:
    """What it answers is not waited for any more, or leaves out all that is below."""
    assert waits("IsA", "IsB", "IsC", scenario).get("Middle/Inner/It") == it
