"""What a plan says of its variables holds in the sources that were planned."""

import json
from collections.abc import Callable

import pytest

from taskwall.core.json_document import Json
from taskwall.core.values import Known, Value, needs
from taskwall.readers.terraform import stacks
from taskwall.readers.terraform.plan.stacks import plans
from taskwall.source.files import Files
from taskwall.source.stack import Inputs

MAIN = """
variable "v" {}
variable "w" { default = "d" }
resource "t" "a" {
  x = var.v
  y = var.w
}
"""


@pytest.mark.parametrize(
    ("variables", "said", "x", "y"),
    [
        pytest.param({"v": {"value": "a"}}, None, "a", "d", id="one"),
        pytest.param({"v": {"value": "a"}, "w": {"value": "b"}}, None, "a", "b", id="a default"),
        pytest.param({"v": {"value": None}, "w": {"value": 1}}, None, None, 1, id="null"),
        pytest.param({"v": {"value": ["a", {"k": 1}]}}, None, ["a", {"k": 1}], "d", id="a list"),
        pytest.param({"v": {}}, None, "<var.v>", "d", id="no value"),
        pytest.param({"v": None}, None, "<var.v>", "d", id="nothing"),
        pytest.param({"z": {"value": "a"}}, None, "<var.v>", "d", id="none that is declared"),
        pytest.param(None, None, "<var.v>", "d", id="none"),
        pytest.param({"v": {"value": "a"}}, "said", "said", "d", id="what a user says"),
    ],
)
def test_the_variables_of_a_plan(
    variables: Json, said: str | None, x: object, y: object, shown: Callable[[Value], object]
) -> None:
    """A value holds unless the user says another; of one without a value nothing is known."""
    planned = {"address": "t.a", "mode": "managed", "type": "t", "name": "a", "values": {}}
    plan = {
        "format_version": "1.2",
        "planned_values": {"root_module": {"resources": [planned]}},
        "variables": variables,
    }
    main, path = "/nowhere/main.tf", "/nowhere/plan.json"
    files = Files({main: MAIN, path: json.dumps(plan)})
    inputs = Inputs(boundary="/nowhere", variables={} if said is None else {"v": Known(said)})
    found, _ = stacks([main], files, inputs)
    (stack,), errors = plans([path], files, inputs, found)
    (resource,) = stack.evaluate({}).resources
    assert errors == []
    assert shown(resource.body) == {"x": x, "y": y}
    waits = ["var.v has no default"] if x == "<var.v>" else []
    assert [str(need) for need in needs(resource.body)] == waits
