"""Files of parameters are read in the forms in which deployment tools take them."""

import pytest

from taskwall.core.values import Known
from taskwall.readers.cloudformation.parameters import ParametersError, parameters

CLI = """\
[{"ParameterKey": "A", "ParameterValue": "0123"}, {"ParameterKey": "B", "ParameterValue": "x,y"},
 {"ParameterKey": "C", "UsePreviousValue": true}]"""
CLI_YAML = """\
- {ParameterKey: A, ParameterValue: 0123}
- {ParameterKey: B, ParameterValue: [x, y]}
"""
SAM = """\
[default.deploy.parameters]
parameter_overrides = 'A=0123 B="x,y"'
"""
SAM_LIST = """\
[default.global.parameters]
parameter_overrides = ["A=0123", "B=x,y"]
"""


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("cli.json", CLI),
        ("cli.yaml", CLI_YAML),
        ("pairs.json", '["A=0123", "B=x,y"]'),
        ("pipeline.json", '{"Parameters": {"A": "0123", "B": "x,y"}, "Tags": {"T": "t"}}'),
        ("deployment.yaml", "template-file-path: t.yaml\nparameters:\n  A: '0123'\n  B: [x, y]\n"),
        ("deployment.json", '{"template-file-path": "t", "parameters": {"A": "0123", "B": "x,y"}}'),
        ("map.yaml", "A: 0123\nB: x,y\n"),
        ("samconfig.toml", SAM),
        ("samconfig.toml", SAM_LIST),
    ],
)
def test_every_form_is_read(name: str, text: str) -> None:
    """All give the same parameters, as texts; one without a value is left out."""
    assert parameters(name, text) == {"A": Known("0123"), "B": Known("x,y")}


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("p.json", "[1]", "holds something that is not a parameter"),
        ("p.json", '{"A": {"B": 1}}', "holds something that is not a parameter"),
        ("p.json", '"A"', "holds something that is not a parameter"),
        ("p.yaml", "", "holds something that is not a parameter"),
        ("p.yaml", "A: [\n", "line 2: cannot be parsed"),
        ("p.yaml", "A: 1\nA: 2\n", "line 2: A is written twice"),
        ("p.toml", "A = [", "is not TOML"),
        ("p.toml", '[default.deploy.parameters]\nparameter_overrides = "A=\'"', "of no form"),
    ],
)
def test_what_is_no_parameter_is_an_error(name: str, text: str, message: str) -> None:
    """It says what is wrong, and which forms there are."""
    with pytest.raises(ParametersError, match=message):
        parameters(name, text)
