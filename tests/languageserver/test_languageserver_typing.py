"""A block is typed key by key, between others and after them: nothing else flickers meanwhile."""

from pathlib import Path

import pytest

from languageserver.stacks import RULE, SERVICE, TEMPLATE
from taskwall.session.session import Session

BLOCK = """\
resource "aws_security_group" "db" {
  name        = "db-${var.stage}"
  description = "of the \\"store\\""
  vpc_id      = var.main ? aws_vpc.main.id : "vpc-12345678"
  ingress {
    from_port       = 5432
    to_port         = 5432
    protocol        = "tcp"
    security_groups = [aws_security_group.web.id]
  }
  tags = merge(local.tags, { Name = "db" })
}
"""
RESOURCE = """\
  Db:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: !Sub "of ${AWS::StackName}"
      VpcId: vpc-12345678
      SecurityGroupIngress:
        - {IpProtocol: tcp, FromPort: 5432, ToPort: 5432, SourceSecurityGroupId: !Ref Web}
      Tags: [{Key: Name, Value: "db"}]
"""
HEAD, TAIL = TEMPLATE.split("  Task:\n")


@pytest.mark.parametrize(
    ("name", "before", "typed", "after"),
    [
        ("rules.tf", "", BLOCK, f"\n{RULE}"),
        ("rules.tf", f"{RULE}\n", BLOCK, ""),
        ("stack.yaml", HEAD, RESOURCE, f"  Task:\n{TAIL}"),
        ("stack.yaml", TEMPLATE, RESOURCE, ""),
    ],
    ids=["terraform-before", "terraform-after", "cloudformation-between", "cloudformation-after"],
)
def test_nothing_else_flickers(
    tmp_path: Path, name: str, before: str, typed: str, after: str
) -> None:
    """After each key the same is found of what stands around, and nothing of what is begun."""
    if name == "rules.tf":
        (tmp_path / "main.tf").write_text(SERVICE)
    path = tmp_path / name
    path.write_text(before + after)
    session = Session(str(tmp_path))
    session.change(str(path), before + after)
    wanted = found(session)
    assert wanted == {"TW204"}
    for count in range(len(typed) + 1):
        session.change(str(path), before + typed[:count] + after)
        assert found(session) == wanted, typed[:count]


def found(session: Session) -> set[str]:
    """The rules that are broken; nothing has crashed."""
    document = session.report().document
    assert not document.crashes
    return {each.rule for each in document.findings}


def test_a_doubled_key_that_is_saved_is_meant(tmp_path: Path) -> None:
    """Until then the last text without one stands."""
    path = tmp_path / "stack.yaml"
    path.write_text(TEMPLATE)
    session = Session(str(tmp_path))
    session.change(str(path), TEMPLATE)
    assert found(session) == {"TW204"}
    doubled = f"{TEMPLATE}  Web: {{Type: AWS::SNS::Topic}}\n"
    session.change(str(path), doubled)
    assert found(session) == {"TW204"}
    path.write_text(doubled)
    session.refresh(str(path))
    assert found(session) == set()
    assert [one.message for one in session.report().document.errors] == [
        "Web is written twice, first at line 3, column 3"
    ]
