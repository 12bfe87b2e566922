"""The chain that leads to a finding: it is that of its own place, in the words of its source."""

import re
from pathlib import Path

import pytest

from taskwall.api.scan import Options, scan
from taskwall.findings.finding import Finding

RULES = Path(__file__).parents[1] / "fixtures" / "rules"

TWO_LISTENERS = "".join(
    f"""
resource "aws_lb_target_group" "{name}" {{
  port        = {port}
  protocol    = "HTTP"
  target_type = "ip"
}}
resource "aws_lb_listener" "{name}" {{
  load_balancer_arn = aws_lb.web.arn
  port              = {port}
  protocol          = "HTTP"
  default_action {{
    type             = "forward"
    target_group_arn = aws_lb_target_group.{name}.arn
  }}
}}
"""
    for name, port in (("web", 80), ("admin", 8080))
)
MAIN = f"""
resource "aws_lb" "web" {{
  internal = false
  subnets  = ["subnet-1", "subnet-2"]
}}
resource "aws_ecs_service" "web" {{
  name            = "web"
  launch_type     = "FARGATE"
  task_definition = "web:1"
  network_configuration {{
    subnets         = ["subnet-1"]
    security_groups = ["sg-1"]
  }}
  load_balancer {{
    target_group_arn = aws_lb_target_group.web.arn
    container_name   = "web"
    container_port   = 80
  }}
  load_balancer {{
    target_group_arn = aws_lb_target_group.admin.arn
    container_name   = "web"
    container_port   = 8080
  }}
}}
{TWO_LISTENERS}
"""


def found(path: Path, rule: str) -> list[Finding]:
    """The fails of a rule in a file."""
    report = scan(Options((str(path),), select=(rule,), cwd=str(path.parent)))
    return list(report.document.findings)


def test_a_listener_is_reached_by_its_own_way(tmp_path: Path) -> None:
    """Of two listeners of one load balancer each is explained by what it forwards to."""
    path = tmp_path / "main.tf"
    path.write_text(MAIN)
    chains = {one.resource: [step.text for step in one.because] for one in found(path, "TW101")}
    assert len(chains) == 2
    for name in ("web", "admin"):
        steps = " ".join(chains[f"aws_lb_listener.{name}"])
        assert f"registers its tasks in aws_lb_target_group.{name}" in steps
        assert set(re.findall(r"aws_lb_(?:listener|target_group)\.(\w+)", steps)) == {name}


TEMPLATES = [
    "tw201/fail",
    "tw705/fail",
    "tw102/fail",
    "tw606/fail",
    "tw202/fail",
    "tw309/fail_reference",
]


@pytest.mark.parametrize("case", TEMPLATES)
def test_a_template_is_explained_in_its_own_words(case: str) -> None:
    """No attribute of Terraform is named where the source is a template."""
    path = RULES / case / "template.yaml"
    findings = found(path, case.partition("/")[0].upper())
    told = [text for one in findings for text in (one.message, *(s.text for s in one.because))]
    assert told
    words = {word for text in told for word in re.findall(r"\b[a-z]+(?:_[a-z0-9]+)+\b", text)}
    assert {word for word in words if word not in path.read_text()} <= {"access_logs"}


def test_a_copy_of_an_export_that_is_assumed_is_named(tmp_path: Path) -> None:
    """Of dev/ and prod/ that export one name, the nearest is taken, and the chain says so."""
    network = """\
Resources:
  Group:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: tasks
      SecurityGroupIngress: [{IpProtocol: tcp, FromPort: 80, ToPort: 80, CidrIp: 0.0.0.0/0}]
Outputs:
  Group: {Value: !Ref Group, Export: {Name: tasks}}
"""
    service = """\
Resources:
  Service:
    Type: AWS::ECS::Service
    Properties:
      LaunchType: FARGATE
      NetworkConfiguration:
        AwsvpcConfiguration:
          Subnets: [subnet-1]
          SecurityGroups:
            - !ImportValue tasks
"""
    for stage in ("dev", "prod"):
        (tmp_path / stage).mkdir()
        (tmp_path / stage / "network.yaml").write_text(network)
    (tmp_path / "prod" / "service.yaml").write_text(service)

    (finding,) = (one for one in found(tmp_path, "TW204") if "prod/network" in one.file)

    assumed = "Fn::ImportValue tasks is assumed to come from prod/network.yaml"
    steps = {one.text: one for one in finding.because}
    step = steps[f"{assumed}, which is nearer than dev/network.yaml"]
    assert (Path(step.file).name, step.line) == ("service.yaml", 10)


def test_what_is_not_known_is_said_once(tmp_path: Path) -> None:
    """Whatever a task may need, and whichever way its subnets may have: each input is one step."""
    (tmp_path / "template.yaml").write_text(
        """\
Parameters:
  Containers: {Type: String}
  Subnets: {Type: List<AWS::EC2::Subnet::Id>}
Resources:
  Task:
    Type: AWS::ECS::TaskDefinition
    Properties: {NetworkMode: awsvpc, ContainerDefinitions: !Ref Containers}
  Service:
    Type: AWS::ECS::Service
    Properties:
      LaunchType: FARGATE
      TaskDefinition: !Ref Task
      NetworkConfiguration: {AwsvpcConfiguration: {Subnets: !Ref Subnets}}
"""
    )
    report = scan(Options((str(tmp_path),), select=("TW401",), show=("unknown",)))
    (finding,) = report.document.findings

    waits = [one.text.rpartition(": ")[2] for one in finding.because if "not known" in one.text]
    assert waits == [f"{name} has no default" for name in finding.missing]
