"""Defaults that decide are reported, and which other value would take a finding away."""

from pathlib import Path

import pytest

from taskwall.api.scan import Options, scan
from taskwall.core.values import Known, Value
from taskwall.source.stack import Inputs

TEMPLATE = """\
Parameters:
  Stage: {Type: String, Default: dev, AllowedValues: [dev, test, prod]}
  Https: {Type: String, Default: ""}
  Service: {Type: String, Default: "true"}
  Cidr: {Type: String, Default: 0.0.0.0/0}
Conditions:
  Live: !Equals [!Ref Stage, prod]
  Plain: !Equals [!Ref Https, ""]
  Secure: !Not [!Condition Plain]
  Made: !Equals [!Ref Service, "true"]
Resources:
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
  Lb:
    Type: AWS::ElasticLoadBalancingV2::LoadBalancer
    Properties:
      Scheme: internet-facing
      Subnets: [subnet-1]
      LoadBalancerAttributes: !If
        - Live
        - [{Key: access_logs.s3.enabled, Value: "true"}]
        - !Ref AWS::NoValue
  Targets:
    Type: AWS::ElasticLoadBalancingV2::TargetGroup
    Properties: {Port: 80, Protocol: HTTP, VpcId: !Ref Vpc, TargetType: ip}
  HttpListener:
    Type: AWS::ElasticLoadBalancingV2::Listener
    Condition: Plain
    Properties:
      LoadBalancerArn: !Ref Lb
      Port: 80
      Protocol: HTTP
      DefaultActions: [{Type: forward, TargetGroupArn: !Ref Targets}]
  HttpsListener:
    Type: AWS::ElasticLoadBalancingV2::Listener
    Condition: Secure
    Properties:
      LoadBalancerArn: !Ref Lb
      Port: 443
      Protocol: HTTPS
      Certificates: [{CertificateArn: !Ref Https}]
      DefaultActions: [{Type: forward, TargetGroupArn: !Ref Targets}]
  Group:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: tasks
      VpcId: !Ref Vpc
      SecurityGroupIngress: [{IpProtocol: tcp, FromPort: 80, ToPort: 80, CidrIp: !Ref Cidr}]
  Web:
    Type: AWS::ECS::Service
    Condition: Made
    Properties:
      LaunchType: FARGATE
      LoadBalancers: [{ContainerName: web, ContainerPort: 80, TargetGroupArn: !Ref Targets}]
      NetworkConfiguration:
        AwsvpcConfiguration: {Subnets: [subnet-1], SecurityGroups: [!Ref Group]}
"""
ROOT = """\
terraform {
  backend "s3" {}
}
variable "stage" {
  default = "dev"
  validation {
    condition     = contains(["dev", "test", "prod"], var.stage)
    error_message = "unknown stage"
  }
}
variable "https" {
  default = ""
}
variable "service" {
  default = true
}
variable "cidr" {
  default = "0.0.0.0/0"
}
resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
}
resource "aws_lb" "lb" {
  internal = false
  subnets  = ["subnet-1"]
  dynamic "access_logs" {
    for_each = var.stage == "prod" ? [1] : []
    content {
      bucket  = "logs"
      enabled = true
    }
  }
}
resource "aws_lb_target_group" "targets" {
  port        = 80
  protocol    = "HTTP"
  target_type = "ip"
  vpc_id      = aws_vpc.main.id
}
resource "aws_lb_listener" "http" {
  count             = var.https == "" ? 1 : 0
  load_balancer_arn = aws_lb.lb.arn
  port              = 80
  protocol          = "HTTP"
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.targets.arn
  }
}
resource "aws_lb_listener" "https" {
  count             = var.https == "" ? 0 : 1
  load_balancer_arn = aws_lb.lb.arn
  port              = 443
  protocol          = "HTTPS"
  certificate_arn   = var.https
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.targets.arn
  }
}
resource "aws_security_group" "group" {
  vpc_id = aws_vpc.main.id
  ingress {
    protocol    = "tcp"
    from_port   = 80
    to_port     = 80
    cidr_blocks = [var.cidr]
  }
}
resource "aws_ecs_service" "web" {
  count       = var.service ? 1 : 0
  launch_type = "FARGATE"
  load_balancer {
    target_group_arn = aws_lb_target_group.targets.arn
    container_name   = "web"
    container_port   = 80
  }
  network_configuration {
    subnets         = ["subnet-1"]
    security_groups = [aws_security_group.group.id]
  }
}
"""
WRITTEN = {"template.yaml": (TEMPLATE, str.capitalize), "main.tf": (ROOT, "var.{}".format)}


@pytest.mark.parametrize("name", WRITTEN)
def test_the_fix_says_which_input_to_set(tmp_path: Path, name: str) -> None:
    """Where a default decides, to give a value is less than to change the code."""
    text, variable = WRITTEN[name]
    (tmp_path / name).write_text(text)
    given = Inputs(variables={"stage": Known("dev")}, parameters={"Stage": Known("dev")})

    by_default, as_given = (
        next(one.fix for one in report.document.findings if one.rule == "TW705" and one.fix)
        for inputs in (Inputs(), given)
        for report in [scan(Options(paths=(str(tmp_path),), profile="strict", inputs=inputs))]
    )

    head, _, code = as_given.text.partition(":\n")
    spared = f"set {variable('stage')} so that it is prod. With one"
    assert by_default.text == f"{head}. Without a change of the code: {spared}:\n{code}"


def told(
    folder: Path, name: str, text: str, variables: dict[str, Value] | None = None
) -> dict[str, list[str]]:
    """What the chains of fails say of defaults, by rule."""
    (folder / name).write_text(text)
    inputs = Inputs(variables=variables or {})
    report = scan(Options(paths=(str(folder),), profile="strict", inputs=inputs)).document
    found: dict[str, list[str]] = {}
    for finding in report.findings:
        if finding.verdict == "fail":
            steps = [one.text for one in finding.because if "by default" in one.text]
            found.setdefault(finding.rule, []).extend(
                one for one in steps if not one.endswith("are off by default")
            )
    return found


@pytest.mark.parametrize("name", WRITTEN)
def test_the_default_that_decides_is_reported(tmp_path: Path, name: str) -> None:
    """With the values that would take a fail away.

    That nothing would run the tasks, or that something else would be wrong, is no such value.
    """
    text, variable = WRITTEN[name]
    stage, https, cidr = map(variable, ("stage", "https", "cidr"))

    found = told(tmp_path, name, text)

    assert found["TW705"] == [
        f"{stage} is dev by default: this does not fail where {stage} is prod"
    ]
    assert found["TW101"] == [
        f"{https} is empty by default: this does not fail where {https} is not empty"
    ]
    assert found["TW204"] == [f"{cidr} has this value by default"]
    assert found["TW701"] == []


@pytest.mark.parametrize(
    ("name", "old", "new", "rule"),
    [
        ("template.yaml", '[{Key: access_logs.s3.enabled, Value: "true"}]', "[]", "TW705"),
        ("template.yaml", "Protocol: HTTPS", "Protocol: HTTP", "TW101"),
        ("main.tf", "enabled = true", "enabled = false", "TW705"),
        ("main.tf", 'protocol          = "HTTPS"', 'protocol          = "HTTP"', "TW101"),
    ],
)
def test_what_fails_with_each_value_is_not_blamed_on_the_default(
    tmp_path: Path, name: str, old: str, new: str, rule: str
) -> None:
    """Where the other value fails as well, or in another place, no step promises that it helps."""
    text, _ = WRITTEN[name]
    assert old in text

    assert told(tmp_path, name, text.replace(old, new))[rule] == []


def test_what_is_given_is_no_default(tmp_path: Path) -> None:
    """A value of a user, or of a file of values, decides by itself."""
    (tmp_path / "terraform.tfvars").write_text('https = ""\n')

    given: dict[str, Value] = {"stage": Known("test"), "cidr": Known("0.0.0.0/0")}

    found = told(tmp_path, "main.tf", ROOT, given)

    assert found["TW705"] == found["TW101"] == found["TW204"] == []


@pytest.mark.parametrize("name", WRITTEN)
def test_a_stack_that_is_too_large_is_not_tried(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a default alone is, is reported all the same."""
    monkeypatch.setattr("taskwall.engine.defaults.MAX_RESOURCES", 3)
    text, variable = WRITTEN[name]

    found = told(tmp_path, name, text)

    assert found["TW705"] == found["TW101"] == []
    assert found["TW204"] == [f"{variable('cidr')} has this value by default"]


SWITCHED_ON = 'Service: {Type: String, Default: "true"}', 'variable "service" {\n  default = true'
ANOTHER = {
    "template.yaml": "  Other: {Type: AWS::ECS::Service, Properties: {LaunchType: FARGATE}}\n",
    "main.tf": 'resource "aws_ecs_service" "other" {\n  launch_type = "FARGATE"\n}\n',
}


@pytest.mark.parametrize("select", [None, ("TW109",)])
@pytest.mark.parametrize("others", [True, False])
@pytest.mark.parametrize("name", WRITTEN)
def test_services_that_a_default_leaves_out_are_named(
    tmp_path: Path, name: str, others: bool, select: tuple[str, ...] | None
) -> None:
    """Whether there is another service or not, and whether anything fails: it is not judged."""
    text, variable = WRITTEN[name]
    for on in SWITCHED_ON:
        text = text.replace(on, on.replace("true", "false"))
    (tmp_path / name).write_text(text + (ANOTHER[name] if others else ""))
    report = scan(Options(paths=(str(tmp_path),), cwd=str(tmp_path), select=select))
    assert not (select and report.findings)
    service = "Web" if name == "template.yaml" else "aws_ecs_service.web"

    (note,) = (one for one in report.notes if "leaves out" in one)
    assert note.partition(":")[0] == (
        f"{variable('service')} is false by default, which leaves out {service}"
    )


def test_services_that_wait_for_another_input_are_named_too(tmp_path: Path) -> None:
    """Without the subnets that another default leaves empty none is deployed, with either."""
    (tmp_path / "main.tf").write_text("""
variable "on" { default = false }
variable "subnets" { default = [] }
resource "aws_security_group" "web" { count = var.on ? 1 : 0 }
resource "aws_ecs_service" "web" {
  count       = var.on ? 1 : 0
  launch_type = "FARGATE"
  network_configuration {
    subnets         = var.subnets
    security_groups = [aws_security_group.web[0].id]
  }
}
""")
    report = scan(Options(paths=(str(tmp_path),), cwd=str(tmp_path)))

    (note,) = report.notes
    assert note.startswith("var.on is false by default, which leaves out aws_ecs_service.web")
