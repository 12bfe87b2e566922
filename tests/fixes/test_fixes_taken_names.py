"""What is added has a name that nothing else has."""

import re
from pathlib import Path

import pytest

from mending import as_json
from taskwall.api.fix import fix
from taskwall.api.options import Options

FIXTURES = Path(__file__).parent.parent.parent / "fixtures" / "rules"
ROLE = 'resource "aws_iam_role" "main_flow_log" {\n  assume_role_policy = "{}"\n}\n'
CALL = 'module "logs" {\n  source = "./logs"\n}\n'


@pytest.mark.parametrize(
    ("more", "files", "expected"),
    [
        ("", {}, True),
        (ROLE, {}, False),
        ("", {"more.tf": ROLE}, False),
        (ROLE.replace("{\n", "{\n  count = 2\n"), {}, False),
        (ROLE.replace("{\n", "{\n  count = 0\n"), {}, False),
        (ROLE.replace("{\n", '{\n  for_each = toset(["a", "b"])\n'), {}, False),
        (
            ROLE.replace("{\n", "{\n  count = var.on ? 1 : 0\n") + 'variable "on" {}\n',
            {},
            False,
        ),
        (ROLE.replace("flow_log", "flow_logs"), {}, True),
        (ROLE.replace("aws_iam_role", "aws_iam_user"), {}, True),
        ('data "aws_iam_role" "main_flow_log" {\n  name = "x"\n}\n', {}, True),
        (CALL, {"logs/main.tf": ROLE}, True),
    ],
    ids=[
        *("none", "same", "in another file", "counted", "counted to nothing", "for each"),
        *("in a setting", "another name", "another type", "data", "in a module"),
    ],
)
def test_names_in_terraform(
    tmp_path: Path, more: str, files: dict[str, str], expected: bool
) -> None:
    """Of the same type, in the same module; also where a condition leaves it out."""
    source = FIXTURES / "tw701" / "fail" / "main.tf"
    (tmp_path / "main.tf").write_text(f"{source.read_text()}\n{more}")
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)

    found = fix(Options(paths=(str(tmp_path),), cwd=str(tmp_path), select=("TW701",)))

    assert bool(found.files) == expected


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ("", True),
        ("Resources:\n  VpcFlowLogRole: {Type: AWS::IAM::Role}\n", False),
        ("Resources:\n  VpcFlowLogRoles: {Type: AWS::IAM::Role}\n", True),
        (
            (
                "Conditions: {Never: !Equals [a, b]}\n"
                "Resources:\n  VpcFlowLogRole: {Type: AWS::IAM::Role, Condition: Never}\n"
            ),
            False,
        ),
        ("Parameters: {VpcFlowLogRole: {Type: String}}\nResources:\n", False),
        ("Outputs: {VpcFlowLogRole: {Value: a}}\nResources:\n", True),
        ("Parameters: none\nResources:\n", True),
        ("Parameters: [VpcFlowLogRole]\nResources:\n", True),
    ],
    ids=[
        *("none", "same", "another name", "in no setting", "parameter", "output"),
        *("parameters that are a text", "parameters that are a list"),
    ],
)
@pytest.mark.parametrize("written", ["yaml", "json"])
def test_names_in_a_template(tmp_path: Path, more: str, expected: bool, written: str) -> None:
    """Of resources and of parameters."""
    source = FIXTURES / "tw701" / "fail" / "template.yaml"
    text = source.read_text()
    text = text.replace("Resources:\n", more, 1) if more else text
    name = "template.yaml"
    if written == "json":
        text, name = as_json(text), "template.json"
    (tmp_path / name).write_text(text)

    found = fix(Options(paths=(str(tmp_path),), cwd=str(tmp_path), select=("TW701",)))

    assert bool(found.files) == expected


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("main.tf", r'((?:" "|aws_\w+\.)(?:main|web))'),
        ("template.yaml", r"(?m)^(  |.*!Ref )(?=\w)"),
    ],
)
def test_two_vpcs_get_a_flow_log_each(tmp_path: Path, name: str, label: str) -> None:
    """What is added is named after what it is for."""
    source = (FIXTURES / "tw701" / "fail" / name).read_text().rstrip()
    _, _, resources = source.partition("Resources:" if name == "template.yaml" else "\n")
    more = re.sub(label, r"\1Second" if name == "template.yaml" else r"\1_second", resources)
    (tmp_path / name).write_text(f"{source}\n{more}\n")

    found = fix(Options(paths=(str(tmp_path),), cwd=str(tmp_path), select=("TW701",)))

    assert len(found.findings) == 2
