"""At which line of a source a setting of user data stands, however its text is put together."""

import json
from pathlib import Path
from textwrap import indent

import pytest

from taskwall.api.scan import Options, scan

BASH = "#!/bin/bash"
JOIN = "echo ECS_CLUSTER=main >> /etc/ecs/ecs.config"
BLOCK = "echo ECS_AWSVPC_BLOCK_IMDS=false >> /etc/ecs/ecs.config"


def where(folder: Path, **files: str) -> list[str]:
    """The file and the text of the line of each finding that instance metadata is open."""
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_", ".")
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    report = scan(Options(paths=(str(folder),), cwd=str(folder), select=("TW501",)))
    assert not report.document.errors
    found = []
    for one in report.document.findings:
        line = (folder / one.file).read_text().split("\n")[one.line - 1]
        found.append(f"{one.file}: {line.strip()}")
    return found


def template(user_data: str) -> str:
    """A launch template of Terraform."""
    return (
        'variable "open" {}\nresource "aws_launch_template" "a" {\n'
        f'  image_id = "ami-0123456789abcdef0"\n  user_data = {user_data}\n}}\n'
    )


@pytest.mark.parametrize(
    "call",
    [
        'base64encode(templatefile("${path.module}/t/u.sh", { open = var.open }))',
        'base64encode(file("${path.module}/t/u.sh"))',
        'filebase64("${path.module}/t/u.sh")',
    ],
)
@pytest.mark.parametrize("end", ["\n", ""])
def test_a_file_of_its_own(tmp_path: Path, call: str, end: str) -> None:
    """The setting stands at the line of the file that writes it."""
    text = f"{BASH}\n{JOIN}\n{BLOCK}{end}".replace("main", "${open}" if "plate" in call else "x")

    assert where(tmp_path, main_tf=template(call), t__u_sh=text) == [f"t/u.sh: {BLOCK}"]


def test_a_file_that_grows(tmp_path: Path) -> None:
    """Where a template makes more lines than it has, the attribute stands for them."""
    call = 'templatefile("t/u.sh", { names = ["a", "b"] })'
    text = f"{BASH}\n%{{ for n in names }}\necho ${{n}}\n%{{ endfor }}\n{JOIN}\n{BLOCK}\n"
    main = template(f"base64encode({call})")

    assert where(tmp_path, main_tf=main, t__u_sh=text) == [
        f"main.tf: user_data = base64encode({call})"
    ]


def test_a_file_that_shrinks(tmp_path: Path) -> None:
    """Where a template leaves lines out, the attribute stands for those that are left."""
    call = 'templatefile("t/u.sh", { more = false })'
    text = f"{BASH}\n%{{ if more }}\necho a\necho b\n%{{ endif }}\n{JOIN}\n{BLOCK}\n"
    main = template(f"base64encode({call})")

    assert where(tmp_path, main_tf=main, t__u_sh=text) == [
        f"main.tf: user_data = base64encode({call})"
    ]


def test_a_text_in_another_file(tmp_path: Path) -> None:
    """A local that another file writes has its lines there: the attribute stands for them."""
    local = f"locals {{\n  setup = <<-EOT\n    {BASH}\n    {JOIN}\n    {BLOCK}\n  EOT\n}}\n"

    assert where(tmp_path, main_tf=template("local.setup"), locals_tf=local) == [
        "main.tf: user_data = local.setup"
    ]


def test_a_file_of_a_downloaded_module(tmp_path: Path) -> None:
    """What a module that users do not edit writes beside its own file is told at its call."""
    modules = tmp_path / ".terraform" / "modules"
    (modules / "m" / "t").mkdir(parents=True)
    noted = {"Modules": [{"Key": "m", "Source": "x/m/aws", "Dir": ".terraform/modules/m"}]}
    (modules / "modules.json").write_text(json.dumps(noted))
    text = template('base64encode(file("${path.module}/t/u.sh"))').replace("variable", "#")
    (modules / "m" / "main.tf").write_text(text)
    (modules / "m" / "t" / "u.sh").write_text(f"{BASH}\n{JOIN}\n{BLOCK}\n")

    assert where(tmp_path, main_tf='module "m" {\n  source = "x/m/aws"\n}\n') == [
        'main.tf: module "m" {'
    ]


def launch(user_data: str) -> str:
    """A launch template of CloudFormation."""
    return f"""\
Resources:
  Template:
    Type: AWS::EC2::LaunchTemplate
    Properties:
      LaunchTemplateData:
        ImageId: ami-0123456789abcdef0
        UserData:
          Fn::Base64:
{user_data}"""


SUB = f"""
Fn::Sub:
  - |
    {BASH}
    {JOIN}
    {BLOCK}
  - {{ A: b }}
"""
PIECES = f"""
Fn::Join:
  - ''
  - - "{BASH}\\n"
    - "echo ECS_CLUSTER="
    - !Ref AWS::StackName
    - " >> /etc/ecs/ecs.config\\n"
    - "echo ECS_AWSVPC_BLOCK"
    - "_IMDS=false >> /etc/ecs/ecs.config\\n"
"""
BLOCKS = f"""
Fn::Join:
  - "\\n"
  - - |
      {BASH}
      {JOIN}
      {BLOCK}
    - echo done
"""
LINE = f'Fn::Join: ["\\n", ["{BASH}", "{JOIN}", "{BLOCK}"]]\n'


@pytest.mark.parametrize(
    ("text", "line"),
    [
        pytest.param(SUB, BLOCK, id="sub"),
        pytest.param(PIECES, '- "echo ECS_AWSVPC_BLOCK"', id="pieces"),
        pytest.param(BLOCKS, BLOCK, id="blocks"),
        pytest.param(LINE, LINE.strip(), id="line"),
    ],
)
def test_pieces_of_a_template(tmp_path: Path, text: str, line: str) -> None:
    """The setting stands at the piece that begins its line."""
    assert where(tmp_path, main_yaml=launch(indent(text, " " * 12))) == [f"main.yaml: {line}"]
