"""Files of parameters are read in the forms in which deployment tools take them."""

import pytest

from taskwall.core.values import Known, plain
from taskwall.readers.cloudformation.parameters import (
    ParametersError,
    deployment_file,
    parameters,
)

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
SAM_TABLE = """\
[default.global.parameters]
parameter_overrides = {A = "stands aside", B = "x,y"}
[default.deploy.parameters]
parameter_overrides = {A = "0123"}
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
        ("samconfig.toml", SAM_TABLE),
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


def test_a_dynamic_reference_is_given_as_it_is_written() -> None:
    """It is resolved when the stack is deployed, and not when the file is read."""
    text = 'A: "{{resolve:ssm:/a}}"\n'
    assert parameters("p.yaml", text) == {"A": Known("{{resolve:ssm:/a}}")}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("template-file-path: t.yaml\n", ("t.yaml", {})),
        ("template-file-path: t.yaml\nparameters: {A: 1}\n", ("t.yaml", {"A": Known(1)})),
        ("parameters: {A: 1}\n", None),
        ("template-file-path: [t.yaml]\n", None),
        ("- template-file-path\n", None),
        ("a: [\n", None),
    ],
)
def test_a_deployment_file_names_its_template(text: str, expected: object) -> None:
    """A file of Git sync is known by the template that it names; any other file is none."""
    assert deployment_file("d.yaml", text) == expected


def test_a_deployment_file_with_a_map_for_a_parameter() -> None:
    """A parameter is a text or a list: what else it names is an error."""
    text = "template-file-path: t.yaml\nparameters: {A: 1, B: {C: 2}}\n"
    with pytest.raises(ParametersError, match="holds something that is not a parameter"):
        deployment_file("d.yaml", text)


TWICE = """\
[default.global.parameters]
parameter_overrides = 'A=a B=b'
[default.deploy.parameters]
parameter_overrides = 'B=c'
"""


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("p.json", "[]", {}),
        ("p.json", "{}", {}),
        ("p.json", '[{"ParameterKey": "A"}]', {}),
        ("p.json", '[{"ParameterKey": "A", "ParameterValue": ""}]', {"A": ""}),
        ("p.json", '[{"ParameterKey": "A", "ParameterValue": {"B": 1}}]', {}),
        ("p.json", '["A=b=c", " D =e "]', {"A": "b=c", "D": "e "}),
        ("p.json", '{"A": 1, "B": true, "C": null}', {"A": 1, "B": True, "C": None}),
        ("p.json", '{"A": ["b", 1, true], "C": []}', {"A": "b,1,true", "C": ""}),
        ("p.json", '{"Parameters": "a", "B": "c"}', {"Parameters": "a", "B": "c"}),
        ("p.json", '{"Parameters": {}, "B": "c"}', {}),
        ("p.json", '{"parameters": {"A": "b"}}', {"A": "b"}),
        ("p.json", '{"Parameters": {"A": "b"}, "parameters": {"C": "d"}}', {"A": "b"}),
        ("p.yaml", "- A=b\n- {ParameterKey: C, ParameterValue: [d, e]}\n", {"A": "b", "C": "d,e"}),
        (
            "p.yaml",
            "- {ParameterKey: A, ParameterValue: '{{resolve:ssm:b}}'}\n- C=d\n",
            {"A": "{{resolve:ssm:b}}", "C": "d"},
        ),
        ("p.yaml", "A: !Sub '{{resolve:ssm:b}}'\n", {"A": "{{resolve:ssm:b}}"}),
        ("s.toml", "", {}),
        ("s.toml", "[other.deploy.parameters]\nparameter_overrides = 'A=b'\n", {}),
        ("s.toml", "[default.build.parameters]\nparameter_overrides = 'A=b'\n", {}),
        ("s.toml", "[default.deploy]\nparameters = 'A=b'\n", {}),
        ("s.toml", "[default.deploy.parameters]\nparameter_overrides = 5\n", {}),
        ("s.toml", "[default.deploy.parameters]\nparameter_overrides = 'A B=c'\n", {"B": "c"}),
        (
            "s.toml",
            "[default.deploy.parameters]\nparameter_overrides = ['A=\"b c\"', 'D = e']\n",
            {"A": "b c", "D": "e"},
        ),
        (
            "s.toml",
            "[default.deploy.parameters]\nparameter_overrides = {A = 1, B = ['c']}\n",
            {"A": 1, "B": ["c"]},
        ),
        ("s.toml", TWICE, {"A": "a", "B": "c"}),
    ],
)
def test_what_a_file_gives(name: str, text: str, found: dict[str, object]) -> None:
    """Values as they are written, lists as texts with commas; what has no value is left out."""
    assert {key: plain(value) for key, value in parameters(name, text).items()} == found


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("p.json", '["A"]'),
        ("p.json", '["A=b", 5]'),
        ("p.json", '[{"Key": "A", "Value": "b"}]'),
        ("p.json", '{"A": [["b"]]}'),
        ("p.json", '{"A": "b", "C": {"D": "e"}}'),
        ("p.yaml", "A: [!Ref B]\n"),
        ("p.yaml", "- !Ref A\n- B=c\n"),
        ("p.yaml", "!Ref A\n"),
        ("p.yaml", "5\n"),
        ("p.yaml", "# nothing\n"),
    ],
)
def test_what_is_no_value_of_a_parameter(name: str, text: str) -> None:
    """One that is none is an error of the whole file: nothing of it is taken."""
    with pytest.raises(ParametersError, match="holds something that is not a parameter"):
        parameters(name, text)
