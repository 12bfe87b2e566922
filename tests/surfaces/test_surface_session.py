"""A session judges a folder as its sources change, and keeps its ground while one is broken."""

import os
from collections.abc import Iterator
from json import dumps
from pathlib import Path

import pytest

from taskwall.api import scan as api
from taskwall.api.options import Options
from taskwall.findings.finding import Report
from taskwall.model.core.network import Network
from taskwall.outputs import json
from taskwall.session.cache import CancelledError
from taskwall.session.session import Session
from taskwall.session.summaries import ResourceSummary, summaries
from taskwall.settings import SettingsError
from taskwall.source.files import Files
from taskwall.source.stack import Inputs

OPEN = """\
resource "aws_vpc_security_group_ingress_rule" "web" {
  security_group_id = aws_security_group.web.id
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = 22
  to_port           = 22
}
"""
SERVICE = """\
resource "aws_security_group" "web" {
  name   = "web"
  vpc_id = "vpc-12345678"
}

resource "aws_ecs_task_definition" "web" {
  family                   = "web"
  network_mode             = "awsvpc"
  requires_compatibilities = ["FARGATE"]
  container_definitions = jsonencode([
    { name = "web", image = "web", portMappings = [{ containerPort = 22 }] },
  ])
}

resource "aws_ecs_service" "web" {
  name            = "web"
  task_definition = aws_ecs_task_definition.web.arn
  launch_type     = "FARGATE"
  network_configuration {
    subnets         = ["subnet-12345678"]
    security_groups = [aws_security_group.web.id]
  }
}
"""
TEMPLATE = """\
AWSTemplateFormatVersion: "2010-09-09"
Resources:
  Web:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: of the tasks
      VpcId: vpc-12345678
      SecurityGroupIngress:
        - IpProtocol: tcp
          FromPort: 22
          ToPort: 22
          CidrIp: 0.0.0.0/0
  Task:
    Type: AWS::ECS::TaskDefinition
    Properties:
      NetworkMode: awsvpc
      ContainerDefinitions:
        - {Name: web, Image: web, PortMappings: [{ContainerPort: 22}]}
  Service:
    Type: AWS::ECS::Service
    Properties:
      TaskDefinition: !Ref Task
      LaunchType: FARGATE
      NetworkConfiguration:
        AwsvpcConfiguration:
          Subnets: [subnet-12345678]
          SecurityGroups: [!Ref Web]
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A root module of two files."""
    (tmp_path / "main.tf").write_text(SERVICE)
    (tmp_path / "rules.tf").write_text(OPEN)
    return tmp_path


def rules(report: Report) -> set[tuple[str, str]]:
    """The rules that fail, and in which file."""
    return {(one.rule, one.file) for one in report.document.findings}


def test_text_of_editor_stands_before_the_disk(root: Path) -> None:
    """What is judged is what is open; once closed, what is on disk."""
    session = Session(str(root))
    before = session.report()
    assert ("TW204", "rules.tf") in rules(before)
    session.change(str(root / "rules.tf"), OPEN.replace("0.0.0.0/0", "10.0.0.0/8"))
    assert ("TW204", "rules.tf") not in rules(session.report())
    session.change(str(root / "rules.tf"), None)
    assert session.report().document == before.document


def test_report_is_the_one_of_a_scan(root: Path) -> None:
    """A session says what a scan of the folder says, and says it once while nothing changes."""
    session = Session(str(root))
    scanned = api.scan(api.Options(paths=(str(root),), cwd=str(root)))
    assert session.report().document == scanned.document
    assert session.report() is session.report()


def test_document_that_is_not_on_disk_takes_part(tmp_path: Path) -> None:
    """A file that was never saved belongs to the module of its folder."""
    (tmp_path / "main.tf").write_text(SERVICE)
    session = Session(str(tmp_path))
    assert session.report().document.summary.files == 1
    session.change(str(tmp_path / "rules.tf"), OPEN)
    session.change(str(tmp_path / ".terraform" / "rules.tf"), OPEN)
    session.change(str(tmp_path.parent / "rules.tf"), OPEN)
    report = session.report()
    assert ("TW204", "rules.tf") in rules(report)
    assert report.document.summary.files == 2


def test_last_good_template_stands_while_the_text_is_broken(tmp_path: Path) -> None:
    """Broken YAML is an error at its place, and takes no finding away."""
    path = tmp_path / "stack.yaml"
    path.write_text(TEMPLATE)
    session = Session(str(tmp_path))
    session.change(str(path), TEMPLATE)
    before = session.report()
    assert before.document.findings
    broken = TEMPLATE.replace("FromPort: 22", "FromPort: [22")
    session.change(str(path), broken)
    report = session.report()
    assert report.document.findings == before.document.findings
    (error,) = report.document.errors
    assert (error.file, report.document.summary.errors, report.status) == ("stack.yaml", 1, 2)
    assert session.texts[str(path)] == TEMPLATE
    session.change(str(path), TEMPLATE)
    assert session.report().document == before.document


def test_document_opened_broken(tmp_path: Path) -> None:
    """The file on disk stands in if it is better; else the report says once what is wrong."""
    path = tmp_path / "stack.yaml"
    path.write_text(TEMPLATE)
    broken = TEMPLATE.replace("Image: web, ", "Image: web: ")
    session = Session(str(tmp_path))
    session.change(str(path), broken)
    assert session.report().document.findings
    assert len(session.report().document.errors) == 1
    path.write_text(broken)
    other = Session(str(tmp_path))
    other.change(str(path), broken)
    assert other.report().document.findings  # of what can be read
    other.change(str(path), broken + "\n")
    assert len(other.report().document.errors) == 1


def test_broken_json_of_terraform(tmp_path: Path) -> None:
    """Terraform's JSON does not recover either: the last good text stands."""
    path = tmp_path / "main.tf.json"
    good = '{"resource": {"aws_vpc": {"main": {"cidr_block": "10.0.0.0/16"}}}}'
    session = Session(str(tmp_path))
    session.change(str(path), good)
    session.change(str(path), good[:-1])
    report = session.report()
    assert report.document.summary.resources == 1
    assert [error.file for error in report.document.errors] == ["main.tf.json"]


def test_look_finds_what_changed_on_disk(
    root: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Files below the folder, and beyond it if they were read; but for those nothing is begun."""
    beyond = tmp_path_factory.mktemp("beyond") / "more.tfvars"
    beyond.write_text("")
    inputs = Inputs(var_files=(str(beyond),), outside=True)
    session = Session(str(root), Options(inputs=inputs))
    main = str(root / "main.tf")
    session.change(main, SERVICE)
    session.report()
    session.look()
    before = session.report()
    assert not session.look()
    os.utime(main, (0, 0))  # an open document, which was saved
    assert not session.look()
    assert session.report() is before
    (root / "README.md").write_text("It is nothing that a scan would read.")
    assert not session.look()
    (root / "rules.tf").write_text("")
    assert session.look()
    assert ("TW204", "rules.tf") not in rules(session.report())
    beyond.write_text("no = {")
    assert session.look()
    assert session.report().document.errors
    beyond.write_text("")
    (root / "again.tf").write_text(OPEN)
    assert session.look()
    assert not session.report().document.errors
    assert ("TW204", "again.tf") in rules(session.report())
    (root / "again.tf").unlink()
    assert session.look()
    assert ("TW204", "again.tf") not in rules(session.report())


def test_refresh_reads_the_disk_again(root: Path) -> None:
    """What was written beside the editor counts once it is told of; settings too."""
    session = Session(str(root))
    assert ("TW204", "rules.tf") in rules(session.report())
    (root / "rules.tf").unlink()
    session.refresh(str(root / "rules.tf"))
    assert ("TW204", "rules.tf") not in rules(session.report())
    (root / "taskwall.toml").write_text('profile = "sloppy"')
    session.refresh(str(root / "taskwall.toml"))
    with pytest.raises(SettingsError, match="sloppy"):
        session.report()
    (root / "taskwall.toml").write_text('ignore = ["TW"]')
    session.refresh(str(root / "taskwall.toml"))
    assert not session.report().document.findings


def test_half_a_block_leaves_the_rest_of_the_file(root: Path) -> None:
    """Terraform's parser recovers: what stands after a block in the making is judged."""
    session = Session(str(root))
    half = 'resource "aws_security_group" "new" {\n  name = \n}\n\n'
    session.change(str(root / "rules.tf"), half + OPEN)
    found = session.report()
    assert ("TW204", "rules.tf") in rules(found)
    assert found.document.errors
    assert os.path.basename(found.document.errors[0].file) == "rules.tf"


def test_summaries_follow_the_text(root: Path) -> None:
    """What is said of a service and its group is what the open texts make of them."""
    session = Session(str(root))
    before = {each.name: each for each in session.summaries()}
    service = before["aws_ecs_service.web"]
    assert service.brief == "behind no load balancer, allows 0.0.0.0/0:22"
    assert service.header.file == str(root / "main.tf")
    assert "aws_security_group.web allows ingress from 0.0.0.0/0 on port 22." in [
        line.text for line in service.lines
    ]
    session.change(str(root / "rules.tf"), "")
    after = {each.name: each for each in session.summaries()}
    assert after["aws_ecs_service.web"].brief == "behind no load balancer, allows no ingress"
    wears = "Service aws_ecs_service.web uses it."
    assert wears in [line.text for line in after["aws_security_group.web"].lines]


def test_summaries_are_drawn_of_what_was_judged(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is lowered for them a second time, and those of other stacks are not drawn anew."""
    (root / "stack.yaml").write_text(TEMPLATE)
    session = Session(str(root))
    session.report()
    drawn: list[int] = []

    def counted(network: Network) -> Iterator[ResourceSummary]:
        drawn.append(1)
        return summaries(network)

    def refused(_: object) -> None:
        raise AssertionError

    with monkeypatch.context() as patch:
        patch.setattr("taskwall.session.judging.summaries", counted)
        patch.setattr("taskwall.session.judging.lower", refused)
        assert len(session.summaries()) == 4
        session.change(str(root / "rules.tf"), OPEN.replace("22", "23"))
        session.report()
        told = {each.name: each for each in session.summaries()}
    assert len(drawn) == 3
    assert told["aws_ecs_service.web"].brief.endswith("allows 0.0.0.0/0:23")
    anew = Session(str(root))
    anew.change(str(root / "rules.tf"), OPEN.replace("22", "23"))
    assert session.summaries() == anew.summaries()


SWITCH = """variable "open" {}

resource "aws_vpc_security_group_egress_rule" "web" {
  count             = var.open == "yes" ? 1 : 0
  security_group_id = aws_security_group.web.id
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "-1"
}
"""


@pytest.mark.parametrize("switch", ["", SWITCH], ids=["settled", "open switch"])
def test_judging_is_given_up_when_it_is_in_vain(tmp_path: Path, switch: str) -> None:
    """Wherever that is within a stack, what follows says what a scan from scratch says."""
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "main.tf").write_text(SERVICE + OPEN + switch)
    path = str(tmp_path / "one" / "main.tf")
    session = Session(str(tmp_path))
    for count in (1, 2, 7, 30):
        asked: list[bool] = []

        def stale(count: int = count, asked: list[bool] = asked) -> bool:
            asked.append(True)
            return len(asked) == count

        text = SERVICE + OPEN.replace("22", str(count)) + switch
        session.change(path, text)
        with pytest.raises(CancelledError):
            session.report(stale)
        assert len(asked) == count
        if count % 2:  # else it goes on where it was given up
            text = text.replace("0.0.0.0/0", "10.0.0.0/8", 1)
            session.change(path, text)
        found = session.report(lambda: False).document
        anew = api.Options(paths=(str(tmp_path),), cwd=str(tmp_path))
        assert found == api.scan(anew, Files({path: text})).document


def test_opening_a_file_that_was_read_begins_nothing_anew(root: Path) -> None:
    """Its text may change from then on; what is not on disk, or was closed, does begin anew."""
    session = Session(str(root))
    session.report()
    held = session._files()
    session.change(str(root / "rules.tf"), OPEN)
    assert session._files() is held
    session.change(str(root / "main.tf"), SERVICE.replace("aws_security_group.web.id", '"sg-1"'))
    assert session._files() is held
    assert ("TW204", "rules.tf") not in rules(session.report())
    session.change(str(root / "new.tf"), "")
    assert session._files() is not held
    held = session._files()
    session.change(str(root / "main.tf"), None)
    assert session._files() is not held
    assert ("TW204", "rules.tf") in rules(session.report())


def test_plan_beside_sources_that_change(root: Path) -> None:
    """It stands for them as long as it is of them, and is decoded once for each of its texts."""

    def plan(port: int) -> str:
        values = {"security_group_id": "sg-1", "cidr_ipv4": "0.0.0.0/0", "ip_protocol": "tcp"}
        address = "aws_vpc_security_group_ingress_rule.web"
        head = {"address": address, "mode": "managed", "name": "web"}
        type_ = "aws_vpc_security_group_ingress_rule"
        ports = {"from_port": port, "to_port": port}
        return dumps({
            "format_version": "1.2",
            "planned_values": {"root_module": {"resources": [
                {**head, "type": type_, "values": {**values, **ports}},
            ]}},
            "configuration": {"root_module": {"resources": [
                {**head, "type": type_},
                *({"address": f"{kind}.web"} for kind in (
                    "aws_security_group", "aws_ecs_task_definition", "aws_ecs_service",
                )),
            ]}},
        })  # fmt: skip

    path = root / "plan.json"
    path.write_text(plan(22))
    session = Session(str(root))
    session.report()
    main = root / "main.tf"
    for changed, text in (
        (path, plan(23)),
        (main, "\n" + SERVICE),
        (main, SERVICE.replace("FARGATE", "EC2")),
        (main, SERVICE.replace('"web" {', '"other" {')),  # not what was planned
        (main, SERVICE),
        (path, plan(23) + " "),
        (path, plan(22)),
    ):
        session.change(str(changed), text)
        scratch = api.scan(
            api.Options(paths=(str(root),), cwd=str(root)), Files(dict(session.texts))
        )
        assert json.render(session.report()) == json.render(scratch)


def test_files_that_overlap(root: Path) -> None:
    """Blocks laid over others, and names declared twice, come and go as in a scan from scratch."""
    session = Session(str(root))
    options = Options((str(root),), cwd=str(root))
    over = str(root / "override.tf")
    again = str(root / "again.tf")
    texts = ["", OPEN, OPEN.replace("0.0.0.0/0", "10.0.0.0/8"), "# nothing\n", OPEN]
    for path in (again, over):
        for text in texts:
            session.change(path, text)
            said = session.report().document
            assert said == api.scan(options, Files(dict(session.texts))).document
            assert bool(said.errors) is (path == again and text.startswith("resource"))
        session.change(path, "")
