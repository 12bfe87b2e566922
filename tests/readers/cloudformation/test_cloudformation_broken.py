"""Templates that are not well-formed: what is wrong is an error, and all else is judged."""

from pathlib import Path

import pytest

from taskwall import cli
from taskwall.api.scan import Options, scan
from taskwall.readers.cloudformation import stacks
from taskwall.readers.cloudformation.broken_yaml import LONGEST_BROKEN
from taskwall.session.session import Session
from taskwall.source.files import Files
from taskwall.source.stack import Inputs

TEMPLATE = """\
AWSTemplateFormatVersion: "2010-09-09"
Resources:
  Group:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: web
      SecurityGroupIngress:
        - {IpProtocol: tcp, FromPort: 80, ToPort: 80, CidrIp: 0.0.0.0/0}
  Task:
    Type: AWS::ECS::TaskDefinition
    Properties:
      NetworkMode: awsvpc
      ContainerDefinitions:
        - Name: web
          Image: web
          Environment:
            - {Name: LEVEL, Value: info}
            - Name: DATABASE
              Value: postgres
  Service:
    Type: AWS::ECS::Service
    Properties:
      LaunchType: FARGATE
      TaskDefinition: !Ref Task
      NetworkConfiguration:
        AwsvpcConfiguration:
          Subnets: [subnet-1]
          SecurityGroups: [!Ref Group]
"""

WRONG = {
    "a colon at the end": ("Value: postgres\n", "Value: postgres::\n", 19),
    "a colon within": ("Value: postgres\n", "Value: the: database\n", 19),
    "an alias to nothing": ("Value: postgres\n", "Value: *\n", 19),
    "a value with lines below": (
        "Value: postgres\n",
        "Value: postgres\n                more: 1\n",
        20,
    ),
    "an item that is none": ("{Name: LEVEL, Value: info}", "{Name: LEVEL, Value: info", 18),
    "a key in a list": ("            - Name: DATABASE\n", "            Name: DATABASE\n", 18),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_the_rest_of_a_template_is_judged(tmp_path: Path, wrong: str) -> None:
    """The mistake is told at its line, once, and what is right stays where it is."""
    old, new, line = WRONG[wrong]
    file = tmp_path / "template.yaml"
    file.write_text(TEMPLATE.replace(old, new))
    options = Options((str(file),), cwd=str(tmp_path), select=("TW204",))
    document = scan(options).document
    (error,) = document.errors
    assert error.line == line
    assert error.message.startswith("cannot be parsed: ")
    assert [(one.rule, one.verdict, one.line) for one in document.findings] == [
        ("TW204", "fail", 8)
    ]


def test_several_mistakes(tmp_path: Path) -> None:
    """Each is an error."""
    file = tmp_path / "template.yaml"
    broken = TEMPLATE.replace("Value: postgres\n", "Value: a::\n").replace(
        "Resources:", "Parameters:\n  Level:\n    Default: the: web\nResources:"
    )
    file.write_text(broken)
    document = scan(Options((str(file),), cwd=str(tmp_path), select=("TW204",))).document
    assert [one.line for one in document.errors] == [4, 22]
    assert [one.line for one in document.findings] == [11]


INGRESS = "        - {IpProtocol: tcp, FromPort: 80, ToPort: 80, CidrIp: 0.0.0.0/0}\n"
RULE = """\
  Rule:
    Type: AWS::EC2::SecurityGroupIngress
    Properties:
      GroupId: !Ref Group
      IpProtocol: tcp
      FromPort: 80
      ToPort: 80
      CidrIp: 0.0.0.0/0
"""


def indented(text: str, columns: int) -> str:
    """A text with all lines deeper by some columns."""
    return "".join(f"{' ' * columns}{line}" for line in text.splitlines(keepends=True))


OPEN = {
    "a value": INGRESS.replace("0/0}", "0/0: all}"),
    "an item, its lines too deep": "        - IpProtocol: tcp\n           CidrIp: 0.0.0.0/0\n",
    "an item, its lines not deep": (
        "        - IpProtocol: tcp\n    CidrIp: x\n          ToPort: 1\n"
    ),
    "an alias that is merged": "        - <<: *open\n",
    "no colon": INGRESS + "      VpcId vpc-1\n",
    "a tab": INGRESS + "\tVpcId: vpc-1\n",
    "a mark of a conflict": "<<<<<<< mine\n" + INGRESS,
    "a template of Jinja": "{% if open %}\n" + INGRESS + "{% endif %}\n",
    "a rule": "        []\n" + RULE.replace("Ref Group", "Ref Group: x"),
    "a rule of no type": "        []\n" + RULE.replace("Ingress\n", "Ingress: x\n"),
    "a rule, its name too": "        []\n" + RULE.replace("Rule:", "Rule: x"),
    "a rule without a colon": "        []\n" + RULE.replace("Rule:", "Rule"),
    "a rule that is too deep": "        []\n" + indented(RULE, 1),
    "a rule that is too deep, in one line": (
        "        []\n   Rule: {Type: 'AWS::EC2::SecurityGroupIngress', Properties: {}}\n"
    ),
    "a rule, a line not deep": "        []\n" + RULE.replace("      FromPort", "  FromPort"),
    "a rule, a line less deep": "        []\n" + RULE.replace("      FromPort", "    FromPort"),
}


@pytest.mark.parametrize("wrong", OPEN)
def test_what_cannot_be_read_is_not_absent(tmp_path: Path, wrong: str) -> None:
    """A group whose ingress cannot be read may allow anybody."""
    file = tmp_path / "template.yaml"
    file.write_text(TEMPLATE.replace(INGRESS, OPEN[wrong]))
    shown = ("fail", "unknown", "pass")
    asked = Options((str(file),), cwd=str(tmp_path), select=("TW204",), show=shown)
    document = scan(asked).document
    verdicts = {one.verdict for one in document.findings}
    assert document.errors
    assert not verdicts or "fail" in verdicts or "unknown" in verdicts


CHILD = """\
Parameters:
  Public: {Type: String, Default: DISABLED}
Resources:
  Service:
    Type: AWS::ECS::Service
    Properties:
      LaunchType: FARGATE
      NetworkConfiguration:
        AwsvpcConfiguration: {Subnets: [subnet-1], AssignPublicIp: !Ref Public}
"""

PARENT = """\
Resources:
  Child:
    Type: AWS::CloudFormation::Stack
    Properties:
      TemplateURL: ./child.yaml
      Parameters: {Public: ENABLED}
      Tags:
        - {Key: a, Value: b}
"""


@pytest.mark.parametrize(
    ("old", "new", "verdict"),
    [
        ("", "", "fail"),
        ("Value: b}", "Value: b: c}", "fail"),
        ("ENABLED}", "ENABLED: c}", "unknown"),
        ("Value: b}", "Value: b", "fail"),
        ("Tags:", "Tags: [", "unknown"),
    ],
)
def test_a_nested_stack_that_cannot_be_read(
    tmp_path: Path, old: str, new: str, verdict: str
) -> None:
    """Its template is the same, and where it is not known what that gets, no default holds."""
    (tmp_path / "child.yaml").write_text(CHILD)
    (tmp_path / "parent.yaml").write_text(PARENT.replace(old, new))
    shown = ("fail", "unknown", "pass")
    asked = Options((str(tmp_path),), cwd=str(tmp_path), select=("TW203",), show=shown)
    document = scan(asked).document
    assert [one.verdict for one in document.findings] == [verdict]
    assert bool(document.errors) is bool(old)


BELOW = """TemplateURL:
        !Sub
        - ${Bucket}/templates/child.yaml
        - Bucket: !Ref Bucket
"""


@pytest.mark.parametrize(
    ("url", "verdicts"),
    [
        (BELOW, ["unknown"]),
        (BELOW.replace("!Sub\n", "Fn::Sub:\n"), ["unknown"]),
        (BELOW.replace("URL:\n        !Sub", "URL: !Sub"), ["unknown"]),
        (BELOW.replace("URL:", "URL: # in a bucket"), ["unknown"]),
        (BELOW.replace("!Ref Bucket", "s3/other.yaml"), []),  # nothing tells which it is
        (BELOW.replace("/templates/child.yaml", ""), []),
    ],
)
def test_a_nested_stack_whose_url_goes_over_several_lines(
    tmp_path: Path, url: str, verdicts: list[str]
) -> None:
    """The one path to a template in it is the template, though the lines cannot be read."""
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates/child.yaml").write_text(CHILD)
    parent = tmp_path / "parent.yaml"
    wrong = "       TimeoutInMinutes: 20\n      Parameters:"
    text = PARENT.replace("TemplateURL: ./child.yaml\n", url)
    parent.write_text(text.replace("      Parameters:", wrong))
    shown = ("fail", "unknown", "pass")
    asked = Options((str(parent),), cwd=str(tmp_path), select=("TW203",), show=shown)
    document = scan(asked).document
    assert [one.verdict for one in document.findings] == verdicts
    assert document.errors


@pytest.mark.parametrize(
    ("wrong", "missing"),
    [
        (OPEN["a value"], "Group"),
        (INGRESS.replace("{", "").replace("}", ""), "Group"),
        ("        - {IpProtocol: tcp, CidrIp: !ImportValue !Sub x}\n", "Group"),
        ("        - IpProtocol: tcp\n          CidrIp: [x\n", "Group.CidrIp"),
        (OPEN["an item, its lines not deep"], "Group"),
    ],
)
def test_what_is_missing_is_named(tmp_path: Path, wrong: str, missing: str) -> None:
    """An unknown says which resource cannot be read, or which property of it."""
    file = tmp_path / "template.yaml"
    file.write_text(TEMPLATE.replace(INGRESS, wrong))
    asked = Options((str(file),), cwd=str(tmp_path), select=("TW204",), show=("unknown",))
    (finding,) = scan(asked).document.findings
    assert finding.missing == (missing,)
    assert any(f"{missing} cannot be read" in step.text for step in finding.because)


LOST = {
    "another function in the place of a value": "Image: !ImportValue !Sub web-image",
    "a quote too many": 'Image: ""web"',
    "an open quote": 'Image: "web',
    "an open list": "Command: [a, b",
    "an item of a map": "LogConfiguration: {LogDriver: awslogs, Options: [a: b: c]}",
}


@pytest.mark.parametrize("line", LOST.values(), ids=LOST)
def test_no_more_than_a_line_is_lost(tmp_path: Path, line: str) -> None:
    """Where a line is wrong by itself, all others of its resource count."""
    file = tmp_path / "template.yaml"
    broken = TEMPLATE.replace("Image: web", line).replace("awsvpc", "host")
    file.write_text(broken)
    asked = Options((str(file),), cwd=str(tmp_path), select=("TW201", "TW204"))
    document = scan(asked).document
    assert len(document.errors) == 1
    assert [(one.rule, one.line) for one in document.findings] == [("TW204", 8), ("TW201", 12)]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("!ImportValue !Sub ${AWS::Region}-open", "Fn::ImportValue: !Sub ..."),
        ('!ImportValue !Sub "${AWS::Region}-open" # the team\'s', "Fn::ImportValue: !Sub ..."),
        ("!Base64 !Join [x, []]", "Fn::Base64: !Join ..."),
    ],
)
def test_two_functions_in_a_row(tmp_path: Path, written: str, meant: str) -> None:
    """It is said what to write for them, and a value that is no more than these is read so."""
    other = """\
Resources:
  Open:
    Type: AWS::EC2::SecurityGroup
    Properties:
      SecurityGroupIngress: [{IpProtocol: tcp, FromPort: 80, ToPort: 80, CidrIp: 0.0.0.0/0}]
Outputs:
  Open: {Value: !Ref Open, Export: {Name: !Sub "${AWS::Region}-open"}}
"""
    (tmp_path / "other.yaml").write_text(other)
    groups = f"SecurityGroups:\n            - {written}"
    (tmp_path / "template.yaml").write_text(
        TEMPLATE.replace("SecurityGroups: [!Ref Group]", groups)
    )
    asked = Options((str(tmp_path),), cwd=str(tmp_path), select=("TW204",))
    document = scan(asked).document

    (error,) = document.errors
    assert (error.line, error.message) == (
        29,
        f"cannot be parsed: a value has one tag: write {meant}",
    )
    imports = written.startswith("!ImportValue")
    assert [one.file for one in document.findings] == ["other.yaml"] * imports


def test_a_resource_of_many_broken_lines(tmp_path: Path) -> None:
    """Of one that is written in another language all properties are lost, and no more."""
    tags = "".join(f"        - Key: k{n}\n          Value: {{{{ env }}}}-{n}\n" for n in range(40))
    bucket = f"  Bucket:\n    Type: AWS::S3::Bucket\n    Properties:\n      Tags:\n{tags}"
    (tmp_path / "template.yaml").write_text(TEMPLATE + bucket)
    document = scan(Options(("template.yaml",), cwd=str(tmp_path), select=("TW204",))).document

    assert [(one.verdict, one.line) for one in document.findings] == [("fail", 8)]
    assert document.errors


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("          Image: web\n", '          # !Base64 !Sub x\n          Image: "a" b\n', 16),
        ("          Image: web\n", "          Image: !Base64 !Sub\n            - x\n", 15),
    ],
)
def test_what_is_no_pair_of_tags(tmp_path: Path, old: str, new: str, line: int) -> None:
    """A comment says nothing of an error behind it, and a value below is lost with its resource."""
    file = tmp_path / "template.yaml"
    file.write_text(TEMPLATE.replace(old, new))
    document = scan(Options((str(file),), cwd=str(tmp_path), select=("TW204",))).document

    assert [one.line for one in document.errors] == [line]
    assert [one.line for one in document.findings] == [8]


def test_secrets_in_what_cannot_be_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The lines that are left out are never shown."""
    file = tmp_path / "template.yaml"
    secret = "postgres://web:hunter2secret@db:5432/"
    file.write_text(
        TEMPLATE.replace("Value: postgres\n", f"Value: {secret}::\n").replace(
            "Name: DATABASE", "Name: DATABASE_URL"
        )
    )
    asked = Options((str(file),), cwd=str(tmp_path), profile="strict", show=("fail", "unknown"))
    document = scan(asked).document
    assert {one.rule for one in document.findings} >= {"TW109", "TW204"}
    assert cli.main(("scan", "--profile", "strict", "--show", "fail,unknown", str(file)))
    shown = capsys.readouterr()
    assert "hunter2" not in repr(document) + shown.out + shown.err


def test_how_much_of_what_cannot_be_read_is_hidden() -> None:
    """The line of a value, to its last letter."""
    text = TEMPLATE.replace("Value: postgres\n", "Value: 'hunter2\n")
    (stack,), _ = stacks(["t.yaml"], Files({"t.yaml": text}), Inputs())
    lines = text.split("\n")
    hidden = [
        lines[one.line - 1][one.column - 1 : one.end_column - 1].strip()
        for one in stack.secrets("t.yaml")
        if one.line == one.end_line
    ]
    assert "Value: 'hunter2" in hidden


@pytest.mark.parametrize(
    "broken",
    [
        TEMPLATE.replace("Resources:", "Resources: ["),
        TEMPLATE.replace("postgres\n", "a::\n") + "# " + "x" * LONGEST_BROKEN,
        '{"Resources": {"Group": {"Type": "AWS::EC2::SecurityGroup",,}}}',
    ],
)
def test_what_nothing_can_be_read_of(tmp_path: Path, broken: str) -> None:
    """A text in which too much is wrong, or that is too long, is an error and no more."""
    file = tmp_path / "template.yaml"
    file.write_text(broken)
    document = scan(Options((str(file),), cwd=str(tmp_path), allow_empty=True)).document
    assert document.errors
    assert not document.findings


def test_an_editor_keeps_the_last_text_that_is_well_formed(tmp_path: Path) -> None:
    """While somebody types, nothing comes and goes."""
    file = tmp_path / "template.yaml"
    file.write_text(TEMPLATE)
    session = Session(str(tmp_path), Options(select=("TW204",)))
    before = session.report().document.findings
    session.change(str(file), TEMPLATE.replace("CidrIp: 0.0.0.0/0}", "CidrIp: 0.0.0.0/0"))
    document = session.report().document
    assert document.findings == before
    assert document.errors
