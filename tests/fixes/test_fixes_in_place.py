"""What takes the place of something else: another attribute, a whole list, a whole block."""

from textwrap import dedent

import pytest

from mending import Mend
from taskwall.core.change import NewValue, Placeholder, SourceCode

GROUP: NewValue = (SourceCode("aws_security_group.y.id"),)
IN_TEMPLATE = SourceCode("!Ref Y", '{"Ref": "Y"}')

RENAMED: dict[str, tuple[str, str | None]] = {
    "alone": (
        """
        cidr_blocks = ["0.0.0.0/0"]
        """,
        """
        security_groups = [aws_security_group.y.id]
        """,
    ),
    "the longest name of all": (
        """
        from_port   = 80 # HTTP
        to_port     = 80
        cidr_blocks = ["0.0.0.0/0", aws_vpc.x.cidr_block] # everybody
        self        = false
        """,
        """
        from_port       = 80 # HTTP
        to_port         = 80
        security_groups = [aws_security_group.y.id] # everybody
        self            = false
        """,
    ),
    "beside a longer name": (
        """
        ipv6_cidr_blocks_all = 1
        cidr_blocks          = ["0.0.0.0/0"]
        """,
        """
        ipv6_cidr_blocks_all = 1
        security_groups      = [aws_security_group.y.id]
        """,
    ),
    "signs that are not aligned": (
        """
        from_port = 80
        cidr_blocks = ["0.0.0.0/0"]
        """,
        """
        from_port = 80
        security_groups = [aws_security_group.y.id]
        """,
    ),
    "others stand apart": (
        """
        from_port = 80

        cidr_blocks = ["0.0.0.0/0"]

        to_port = 80
        """,
        """
        from_port = 80

        security_groups = [aws_security_group.y.id]

        to_port = 80
        """,
    ),
    "a value over several lines ends what is aligned": (
        """
        from_port = 80
        tags = {
          a = "b"
        }
        cidr_blocks = ["0.0.0.0/0"]
        """,
        """
        from_port = 80
        tags = {
          a = "b"
        }
        security_groups = [aws_security_group.y.id]
        """,
    ),
    "the new name is there": (
        """
        cidr_blocks     = ["0.0.0.0/0"]
        security_groups = []
        """,
        None,
    ),
    "a variable gives it": (
        """
        cidr_blocks = var.blocks
        """,
        None,
    ),
    "a variable gives some": (
        """
        cidr_blocks = ["0.0.0.0/0", var.block]
        """,
        None,
    ),
    "it is not there": (
        """
        from_port = 80
        """,
        None,
    ),
}


def hcl(body: str, around: str = "") -> str:
    """A resource, or a block in it, with these lines."""
    lines = dedent(body).strip("\n").split("\n")
    indent = "    " if around else "  "
    inner = "".join(f"{indent}{line}".rstrip() + "\n" for line in lines)
    inner = f"  {around} {{\n{inner}  }}\n" if around else inner
    variables = 'variable "blocks" {}\nvariable "block" {}\n'
    return f'{variables}resource "aws_security_group_rule" "x" {{\n{inner}}}\n'


@pytest.mark.parametrize("around", ["", "ingress"])
@pytest.mark.parametrize("case", RENAMED)
def test_another_attribute_in_terraform(mend: Mend, case: str, around: str) -> None:
    """It takes the line of the first, and equals signs stay aligned where they were."""
    before, after = RENAMED[case]
    path = "ingress[0].cidr_blocks" if around else "cidr_blocks"

    found = mend(hcl(before, around), path, GROUP, name="security_groups")

    assert found == (after and hcl(after, around))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("CidrIp: 0.0.0.0/0 # all", "GroupId: !Ref Y # all"),
        ("CidrIp: '0.0.0.0/0'", "GroupId: !Ref Y"),
        ("'CidrIp': 0.0.0.0/0", "'GroupId': !Ref Y"),
        ('"CidrIp" : 0.0.0.0/0', '"GroupId" : !Ref Y'),
        ("CidrIp: !GetAtt Z.CidrBlock", "GroupId: !Ref Y"),
        ("CidrIp: {Fn::GetAtt: [Z, CidrBlock]}", "GroupId: !Ref Y"),
        ("CidrIp: !Ref P", None),
        ("CidrIp: &all 0.0.0.0/0", None),
        ("CidrIp: |-\n          0.0.0.0/0", None),
        ("CidrIp: 0.0.0.0/0\n        GroupId: sg-1", None),
        ("FromPort: 80", None),
    ],
)
@pytest.mark.parametrize("many", [False, True])
def test_another_property_in_a_template(
    mend: Mend, before: str, after: str | None, many: bool
) -> None:
    """Its key and its value take the place of the others, between the same marks."""
    more = "      - ToPort: 1\n" if many else ""

    def template(line: str) -> str:
        return f"""\
Parameters: {{P: {{Type: String, Default: 0.0.0.0/0}}}}
Resources:
  Z: {{Type: AWS::EC2::VPC}}
  x:
    Type: AWS::EC2::SecurityGroup
    Properties:
      L:
      - ToPort: 80
        {line}
{more}"""

    for path in ("L[0].CidrIp", *([] if many else ["L.CidrIp"])):
        found = mend(template(before), path, IN_TEMPLATE, name="GroupId")
        assert found == (after and template(after))


def test_an_element_of_a_template_has_no_name(mend: Mend) -> None:
    """Another property takes the place of a property, and not that of an element of a list."""
    text = "Resources:\n  x: {Type: AWS::B::C, Properties: {L: [a]}}\n"

    assert mend(text, "L[0]", IN_TEMPLATE, name="M") is None
    assert mend(text, "L", ("b",), form="whole") is not None


SUBNETS: NewValue = (Placeholder("a private subnet"),)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('subnets = ["subnet-1"] # public', 'subnets = ["<a private subnet>"] # public'),
        ("subnets = [aws_subnet.a.id, aws_subnet.b.id]", 'subnets = ["<a private subnet>"]'),
        ("subnets = [\n  aws_subnet.a.id, # a\n]", 'subnets = ["<a private subnet>"]'),
        ("subnets = var.blocks", None),
        ("subnets = [var.block]", None),
        ("subnets = [for one in [1] : aws_subnet.a.id]", None),
        ('subnets = [["subnet-1"][0]]', None),
        ('subnets = [{ a = "subnet-1" }.a, aws_subnet.a.id]', None),
        ("name = 1", None),
    ],
)
def test_a_whole_list_in_terraform(mend: Mend, before: str, after: str | None) -> None:
    """Of resources, or of literals; what a variable gives is not ours to replace."""
    assert mend(hcl(before), "subnets", SUBNETS, form="whole") == (after and hcl(after))


ACTION: NewValue = {"type": "redirect", "redirect": {"port": "443"}}
REDIRECT = """
default_action {
  type = "redirect"

  redirect {
    port = "443"
  }
}
"""


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('default_action {\n  type = "forward"\n}', REDIRECT),
        ('default_action { type = "forward" }', REDIRECT),
        ("a = 1\ndefault_action {\n  b {\n  }\n}\nc = 1", f"a = 1{REDIRECT}c = 1"),
        ('default_action {\n  type = "forward" # to the shop\n}', None),
        ("default_action {\n  // to the shop\n}", None),
        ("default_action {\n  /* to the shop */\n}", None),
        ("default_action {\n}\ndefault_action {\n}", None),
        ("default_action = []", None),
        ("default_action = null", None),
        ('dynamic "default_action" {\n  for_each = [1]\n  content {\n  }\n}', None),
        ("a = 1", None),
    ],
)
def test_a_whole_block_in_terraform(mend: Mend, before: str, after: str | None) -> None:
    """Nothing of the old one stays, so it has no comments that would be lost."""
    found = mend(hcl(before), "default_action", ACTION, form="whole")

    assert found == (after and hcl(after))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("L: [subnet-1, !Ref A] # all", 'L: ["<a private subnet>"] # all'),
        ("L:\n        - subnet-1\n        - !GetAtt A.B", 'L:\n        - "<a private subnet>"'),
        ("L:\n      - {Ref: A}\n      - {Fn::GetAtt: [A, B]}", 'L:\n      - "<a private subnet>"'),
        (
            "L: [\n        subnet-1,\n        subnet-2\n      ]",
            'L: [\n        "<a private subnet>"\n      ]',
        ),
        ("L:\n      - subnet-1 # a\n      - subnet-2", None),
        ("L: !Ref P", None),
        ("L: [!If [C, subnet-1, subnet-2]]", None),
        ("L: [!ImportValue a]", None),
        ("L: [{'Fn::ImportValue': a}]", None),
        ("L: &all [subnet-1]", None),
        ("L: {A: subnet-1}", None),
        ("L: subnet-1", None),
        ("M: [subnet-1]", None),
    ],
)
def test_a_whole_list_in_a_template(mend: Mend, before: str, after: str | None) -> None:
    """Of resources, parameters or literals; not where a condition or another stack decides."""

    def template(line: str) -> str:
        return f"""\
Parameters: {{P: {{Type: CommaDelimitedList, Default: subnet-1}}}}
Conditions: {{C: !Equals [!Ref AWS::Region, d]}}
Resources:
  A: {{Type: AWS::EC2::Subnet}}
  x:
    Type: AWS::B::C
    Properties:
      {line}
"""

    found = mend(template(before), "L", SUBNETS, form="whole")

    assert found == (after and template(after))


TEMPLATE_ACTION: NewValue = {"Type": "redirect", "RedirectConfig": {"Port": "443"}}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "A:\n        Type: forward",
            'A:\n        Type: redirect\n        RedirectConfig:\n          Port: "443"',
        ),
        (
            "A:\n      - Type: forward\n        B: {C: 1}",
            'A:\n      - Type: redirect\n        RedirectConfig:\n          Port: "443"',
        ),
        ("A: {Type: forward}", 'A: { Type: redirect, RedirectConfig: { Port: "443" } }'),
        ("A: [{Type: forward}]", 'A: [{ Type: redirect, RedirectConfig: { Port: "443" } }]'),
        (
            "A: {\n        Type: forward\n      }",
            (
                "A: {\n        Type: redirect,\n        RedirectConfig: {\n"
                '          Port: "443"\n        }\n      }'
            ),
        ),
        ("A:\n        Type: forward # to the shop\n        B: 1", None),
        ("A: !If [C, {Type: forward}, {Type: forward}]", None),
    ],
)
def test_a_whole_mapping_in_a_template(mend: Mend, before: str, after: str | None) -> None:
    """In block or flow style, as the old one is; nothing of that stays."""

    def template(line: str) -> str:
        head = "Conditions: {C: !Equals [!Ref AWS::Region, d]}\nResources:\n  x:\n"
        return f"{head}    Type: AWS::B::C\n    Properties:\n      {line}\n"

    path = "A[0]" if "- T" in before or "[{" in before else "A"

    found = mend(template(before), path, TEMPLATE_ACTION, form="whole")

    assert found == (after and template(after))
