"""What is taken away, and how the text around it is left."""

import shutil
from pathlib import Path
from textwrap import dedent

import pytest

from mending import Mend, scanned
from taskwall.api.fix import fix
from taskwall.api.options import Options

FIXTURES = Path(__file__).parent.parent.parent / "fixtures" / "rules"
BLOCK = 'resource "aws_vpc_endpoint" "ecs" {\n'

HCL: dict[str, tuple[str, str, str | None]] = {
    "an element of a list": (
        """
        resource "aws_security_group" "x" {
          ingress {
            cidr_blocks = ["10.0.0.0/8", "10.1.0.0/16"] # both
          }
        }
        """,
        "ingress[0].cidr_blocks[0]",
        """
        resource "aws_security_group" "x" {
          ingress {
            cidr_blocks = ["10.1.0.0/16"] # both
          }
        }
        """,
    ),
    "the last element of a list over several lines, with its comment": (
        """
        resource "aws_security_group_rule" "x" {
          cidr_blocks = [
            "10.0.0.0/8", # the office
            # once in this network
            "10.1.0.0/16", # the warehouse
          ]
        }
        """,
        "cidr_blocks[1]",
        """
        resource "aws_security_group_rule" "x" {
          cidr_blocks = [
            "10.0.0.0/8", # the office
          ]
        }
        """,
    ),
    "one of several blocks": (
        """
        resource "aws_security_group" "x" {
          name = "x"

          # From the office.
          ingress {
            from_port = 1
          }

          ingress {
            from_port = 2
          }
        }
        """,
        "ingress[0]",
        """
        resource "aws_security_group" "x" {
          name = "x"

          ingress {
            from_port = 2
          }
        }
        """,
    ),
    "the only block of permissions": (
        """
        resource "aws_security_group" "x" {
          name = "x"

          ingress {
            from_port = 1
          }
        }
        """,
        "ingress[0]",
        """
        resource "aws_security_group" "x" {
          name = "x"

          ingress = []
        }
        """,
    ),
    "an attribute": (
        """
        resource "aws_security_group" "x" {
          ingress {
            from_port   = 1
            cidr_blocks = ["10.0.0.0/8"]
            self        = true
          }
        }
        """,
        "ingress[0].cidr_blocks",
        """
        resource "aws_security_group" "x" {
          ingress {
            from_port = 1
            self      = true
          }
        }
        """,
    ),
    "the last resource": (
        """
        # The license of this file.

        # --- Groups -------------
        resource "aws_security_group" "y" {
        }

        # for now
        resource "aws_security_group_rule" "x" {
          from_port = 1
        }
        """,
        "",
        """
        # The license of this file.

        # --- Groups -------------
        resource "aws_security_group" "y" {
        }
        """,
    ),
    "a resource that something names": (
        """
        resource "aws_security_group_rule" "x" {
          from_port = 1
        }

        # after aws_security_group_rule.x
        resource "aws_security_group" "y" {
        }
        """,
        "",
        None,
    ),
    "a dynamic block": (
        """
        resource "aws_security_group" "x" {
          dynamic "ingress" {
            for_each = ["10.0.0.0/8"]
            content {
              cidr_blocks = [ingress.value]
            }
          }
        }
        """,
        "ingress[0]",
        None,
    ),
}

YAML: dict[str, tuple[str, str, str | None]] = {
    "an element of a list, with its comment": (
        """
        SecurityGroupIngress:
          - FromPort: 1 # first
          # the office
          - FromPort: 2
            ToPort: 2 # last
        GroupDescription: x
        """,
        "SecurityGroupIngress[1]",
        """
        SecurityGroupIngress:
          - FromPort: 1 # first
        GroupDescription: x
        """,
    ),
    "the only element takes the property with it": (
        """
        GroupDescription: x
        SecurityGroupIngress:
        - FromPort: 1
        """,
        "SecurityGroupIngress[0]",
        """
        GroupDescription: x
        """,
    ),
    "in flow style": (
        """
        SecurityGroupIngress: [{ FromPort: 1 }, { FromPort: 2 }] # both
        """,
        "SecurityGroupIngress[0]",
        """
        SecurityGroupIngress: [{ FromPort: 2 }] # both
        """,
    ),
    "without egress AWS lets everything out": (
        """
        GroupDescription: x
        SecurityGroupEgress:
          - FromPort: 1
        """,
        "SecurityGroupEgress[0]",
        None,
    ),
    "what has an anchor": (
        """
        SecurityGroupIngress:
          - &one
            FromPort: 1
          - FromPort: 2
        """,
        "SecurityGroupIngress[0]",
        None,
    ),
}


@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["lf", "crlf"])
@pytest.mark.parametrize("case", HCL)
def test_removals_in_terraform(case: str, newline: str, mend: Mend) -> None:
    """A thing goes with the comments and blank lines that are its own, and nothing else does."""
    before, path, after = (text and dedent(text).lstrip() for text in HCL[case])

    found = mend((before or "").replace("\n", newline), path, None, form="removed")

    assert found == (after and after.replace("\n", newline))


@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["lf", "crlf"])
@pytest.mark.parametrize("case", YAML)
def test_removals_in_yaml(case: str, newline: str, mend: Mend) -> None:
    """The same in a template."""
    before, path, after = YAML[case]

    found = mend(_template(before).replace("\n", newline), path, None, form="removed")

    assert found == (after and _template(after).replace("\n", newline))


def _template(properties: str) -> str:
    head = "Resources:\n  x:\n    Type: AWS::EC2::SecurityGroup\n    Properties:\n"
    lines = dedent(properties).strip("\n").split("\n")
    return head + "".join(f"      {line}\n" for line in lines)


def test_removal_in_json(mend: Mend) -> None:
    """No comma is left before a bracket."""
    head = '{"Resources": {"x": {"Type": "AWS::EC2::SecurityGroup", "Properties": '
    before = head + '{"SecurityGroupIngress": [\n  {"FromPort": 1},\n  {"FromPort": 2}\n]}}}}\n'

    found = mend(before, "SecurityGroupIngress[1]", None, form="removed", file="x.json")

    assert found == head + '{"SecurityGroupIngress": [\n  {"FromPort": 1}\n]}}}}\n'


@pytest.mark.parametrize(("index", "goes"), [("", True), ("[0]", False), ("[*]", False)])
def test_what_is_named_by_an_index_stays(index: str, goes: bool) -> None:
    """One that a `count` makes is not taken away while others use an instance of it."""
    source = str(FIXTURES / "tw408" / "fail" / "main.tf")
    text = Path(source).read_text().replace(BLOCK, f"{BLOCK}  count = 1\n")
    if index:
        text += f'\noutput "id" {{\n  value = aws_vpc_endpoint.ecs{index}.id\n}}\n'

    scan = scanned(source, overlay={source: text})

    [edits] = [
        edits
        for one, edits in scan.judged
        if one.finding.rule == "TW408" and one.finding.resource.endswith(".ecs[0]")
    ]
    assert bool(edits) == goes


@pytest.mark.parametrize(
    ("file", "text", "goes"),
    [
        ("other.tf", 'output "id" {\n  value = aws_vpc_endpoint.ecs.id\n}\n', False),
        ("other.tf", "# See aws_vpc_endpoint.ecs.\n", False),
        ("other.tf", "# See aws_vpc_endpoint.ecs-2, aws_vpc_endpoint.ecs2.\n", True),
        ("other.tf", "# See data.aws_vpc_endpoint.ecs, my-aws_vpc_endpoint.ecs.\n", True),
        ("other/main.tf", "# See aws_vpc_endpoint.ecs.\n", True),
    ],
    ids=["use", "comment", "longer names", "other words before", "another module"],
)
def test_what_another_file_names_stays(tmp_path: Path, file: str, text: str, goes: bool) -> None:
    """A resource is taken away where no file of its module names it, comments among them."""
    shutil.copy(FIXTURES / "tw408" / "fail" / "main.tf", tmp_path)
    (tmp_path / file).parent.mkdir(exist_ok=True)
    (tmp_path / file).write_text(text)

    found = fix(Options(paths=(str(tmp_path),), cwd=str(tmp_path), select=("TW408",)))

    gone = [
        old.text.count(BLOCK) - old.new_text.count(BLOCK)
        for old in found.files
        if old.shown == "main.tf"
    ]
    assert sum(gone) == goes


@pytest.mark.parametrize(
    ("use", "goes"),
    [
        ("  X:\n    Type: AWS::SNS::Topic\n    DependsOn: EcsEndpoint\n", False),
        ("# After EcsEndpoint.\n", False),
        ("# After EcsEndpoint2 or the EcsEndpoints.\n", True),
    ],
    ids=["use", "comment", "longer names"],
)
def test_what_a_template_names_stays(use: str, goes: bool) -> None:
    """The same in a template."""
    source = FIXTURES / "tw408" / "fail" / "template.yaml"

    scan = scanned(str(source), overlay={str(source): source.read_text() + use})

    [edits] = [
        edits
        for one, edits in scan.judged
        if (one.finding.rule, one.finding.resource) == ("TW408", "EcsEndpoint")
    ]
    assert bool(edits) == goes


@pytest.mark.parametrize(
    ("before", "index", "after"),
    [
        ('["a", # x\n      "b"]', 0, None),
        ('["a", # x\n      "b"]', 1, None),
        ('["a",\n      "b", "c"]', 0, '["b", "c"]'),
        ('["a",\n      "b", "c"]', 1, '["a",\n      "c"]'),
        ('["a",\n      "b", "c"]', 2, '["a",\n      "b"]'),
        (
            '[\n      "a",\n      // b\n      "b", // b\n      "c"\n    ]',
            1,
            '[\n      "a",\n      "c"\n    ]',
        ),
        ('[\n      "a",\n      "b"\n    ]', 1, '[\n      "a"\n    ]'),
        ('[\n      "a", # x\n\n      "b"\n    ]', 0, '[\n      "b"\n    ]'),
        ('[\n      "a", # x\n      "b"\n    ]', 0, '[\n      "b"\n    ]'),
        ('[\n      "a",\n\n      # x\n      "b"\n    ]', 1, '[\n      "a",\n    ]'),
        ('[\n      "a" # x\n    ]', 0, "[]"),
        ('["a"]', 1, None),
        ("var.blocks", 0, None),
    ],
)
def test_elements_of_a_list_in_terraform(
    mend: Mend, before: str, index: int, after: str | None
) -> None:
    """What stands between an element and its neighbour goes, unless a comment does."""
    head = 'variable "blocks" {\n  default = ["a"]\n}\nresource "aws_security_group" "x" {\n'
    text = f"{head}  ingress {{\n    cidr_blocks = {{}}\n  }}\n}}\n".replace("{}", "BLOCKS")

    found = mend(
        text.replace("BLOCKS", before), f"ingress[0].cidr_blocks[{index}]", None, form="removed"
    )

    assert found == (after and text.replace("BLOCKS", after))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a = 1\n\n# b\nBLOCKS # c\n", "a = 1\n"),
        ("BLOCKS\n\na = 1\n", "a = 1\n"),
        ("a = 1\n\nBLOCKS\n\nb = 1\n", "a = 1\n\nb = 1\n"),
        ("a = 1\nBLOCKS\n\n\nb = 1\n", "a = 1\n\n\nb = 1\n"),
        ("a = 1\n\nBLOCKS\nb = 1\n", "a = 1\n\nb = 1\n"),
        ("# x\n\n# y\nBLOCKS\na = 1\n", "# x\n\na = 1\n"),
        ("# --- x\nBLOCKS\na = 1\n", "a = 1\n"),
        ("# ---- x\n# y\nBLOCKS\na = 1\n", "# ---- x\n# y\na = 1\n"),
        ("  # x\nBLOCKS\na = 1\n", "  # x\na = 1\n"),
        ("/* x */ BLOCKS\na = 1\n", None),
        ("BLOCKS /* x */\na = 1\n", None),
    ],
)
def test_blank_lines_and_comments_around(mend: Mend, before: str, after: str | None) -> None:
    """A comment directly above goes with it, unless it heads more; one blank line is left."""

    def hcl(body: str) -> str:
        lines = body.replace("BLOCKS", 'cidr_blocks = ["a"]').splitlines(keepends=True)
        inner = "".join(f"    {line}" if line.strip() else line for line in lines)
        return f'resource "aws_security_group" "x" {{\n  ingress {{\n{inner}  }}\n}}\n'

    found = mend(hcl(before), "ingress[0].cidr_blocks", None, form="removed")

    assert found == (after and hcl(after))


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("INGRESS # x\n", "  ingress = [] # x\n"),
        ("INGRESS\n  name = 1\n", None),
        ("  name = 1\nINGRESS\n", None),
        ("  name = 1\n\nINGRESS\n\n  tags = {}\n", "  name = 1\n\n  ingress = []\n\n  tags = {}\n"),
        ("  egress {\n  }\nINGRESS\n", "  egress {\n  }\n  ingress = []\n"),
        ("INGRESS\nINGRESS\n", "INGRESS\n"),
        ("  ingress {\n    # x\n  }\n", None),
        ("  ingress {\n    // x\n  }\n", None),
        ("  ingress {\n    /* x */\n  }\n", None),
    ],
)
def test_the_last_permission_leaves_an_empty_list(
    mend: Mend, before: str, after: str | None, newline: str
) -> None:
    """Where no signs would have to be aligned to it, and no comment would be lost."""

    def hcl(body: str) -> str:
        inner = body.replace("INGRESS", "  ingress {\n    from_port = 1\n  }")
        text = f'resource "aws_security_group" "x" {{\n{inner}}}\n'
        return text.replace("\n", newline)

    found = mend(hcl(before), "ingress[0]", None, form="removed")

    assert found == (after and hcl(after))


X = 'resource "aws_security_group" "x" {\n}'
Y, Z = ('resource "aws_security_group" "' + name + '" {\n}\n' for name in "yz")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (f"# License\n{X}\n", "# License\n"),
        (f"# License\n\n# own\n{X}\n\n{Y}", f"# License\n\n{Y}"),
        (f"{Y}\n# own\n{X}\n\n\n{Z}", f"{Y}\n{Z}"),
        (f"{Y}{X}", Y),
        (f"{X}\n\n{Y}", Y),
        (f"/* x */ {X}\n{Y}", None),
    ],
)
def test_a_whole_resource_in_terraform(mend: Mend, before: str, after: str | None) -> None:
    """The comment that a file begins with is about the file."""
    assert mend(before, "", None, form="removed") == after


def test_no_block_that_is_not_there(mend: Mend) -> None:
    """Nor one of another type, or in one that is not there."""
    text = 'resource "aws_security_group" "x" {\n  ingress {\n  }\n}\n'

    assert mend(text, "ingress[0]", None, form="removed") is not None
    assert mend(text, "ingress[1]", None, form="removed") is None
    assert mend(text, "egress[0]", None, form="removed") is None
    assert mend(text, "egress[0].cidr_blocks", None, form="removed") is None


def test_no_element_of_a_template_that_is_not_there(mend: Mend) -> None:
    """Nor a property."""
    text = _template("SecurityGroupIngress:\n  - FromPort: 1\n  - FromPort: 2\n")

    assert mend(text, "SecurityGroupIngress[1]", None, form="removed") is not None
    assert mend(text, "SecurityGroupIngress[2]", None, form="removed") is None
    assert mend(text, "SecurityGroupEgress", None, form="removed") is None
    assert mend(text, "SecurityGroupIngress[0].ToPort", None, form="removed") is None
    assert mend(text, "SecurityGroupIngress.FromPort", None, form="removed") is None
