"""Templates given by name: what they refer to is about them, what others make of it is not."""

from pathlib import Path

import pytest

from taskwall import cli
from taskwall.api.scan import Options, scan


def template(what: str, exports: str = "") -> str:
    """A template."""
    return f"Resources:\n{what}Outputs:\n{exports}  Stack: {{ Value: here }}\n"


EDGE = template(
    """\
  Edge:
    Type: AWS::ElasticLoadBalancingV2::LoadBalancer
    Properties:
      Scheme: internet-facing
      SecurityGroups: [!ImportValue Group]
  Plain:
    Type: AWS::ElasticLoadBalancingV2::Listener
    Properties:
      LoadBalancerArn: !Ref Edge
      Port: 80
      Protocol: HTTP
      DefaultActions: [{ Type: forward, TargetGroupArn: !ImportValue Targets }]
""",
    "  Edge: { Value: !Ref Edge, Export: { Name: Edge } }\n",
)
GROUP = template(
    """\
  Group:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: of all
""",
    "  Group: { Value: !Ref Group, Export: { Name: Group } }\n",
)
TARGETS = template(
    """\
  Targets:
    Type: AWS::ElasticLoadBalancingV2::TargetGroup
    Properties: { Protocol: HTTP, Port: 80, TargetType: ip }
""",
    "  Targets: { Value: !Ref Targets, Export: { Name: Targets } }\n",
)
USER = template(
    """\
  Other:
    Type: AWS::ElasticLoadBalancingV2::Listener
    Properties:
      LoadBalancerArn: !ImportValue Edge
      Port: 8080
      Protocol: HTTP
      DefaultActions: [{ Type: forward, TargetGroupArn: !Ref Web }]
  Web:
    Type: AWS::ElasticLoadBalancingV2::TargetGroup
    Properties: { Protocol: HTTP, Port: 80, TargetType: ip }
  Service:
    Type: AWS::ECS::Service
    Properties:
      LaunchType: FARGATE
      TaskDefinition: !Ref Task
      LoadBalancers: [{ ContainerName: web, ContainerPort: 80, TargetGroupArn: !Ref Web }]
  Task:
    Type: AWS::ECS::TaskDefinition
    Properties:
      NetworkMode: awsvpc
      ContainerDefinitions: [{ Name: web, Image: web, PortMappings: [{ ContainerPort: 80 }] }]
"""
)


def shown(*paths: str, **options: tuple[str, ...]) -> list[tuple[str, str]]:
    """The rule and file of the fails that a scan shows, in order."""
    report = scan(Options(paths=paths, **options))  # type: ignore[arg-type]
    return sorted((one.rule, one.file) for one in report.document.findings if one.verdict == "fail")


def test_what_uses_a_template_is_not_reported_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What a template refers to is about it; what others make of it is theirs."""
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    templates = {"edge": EDGE, "group": GROUP, "targets": TARGETS, "user": USER}
    for name, text in templates.items():
        (tmp_path / f"{name}.yaml").write_text(text)
    use = {"select": ("TW101", "TW103", "TW210", "TW705")}
    own = [("TW101", "user.yaml"), ("TW103", "user.yaml")]
    edge = [("TW101", "edge.yaml"), ("TW210", "group.yaml"), ("TW705", "edge.yaml")]
    assert shown("edge.yaml", **use) == edge
    assert shown("group.yaml", **use) == [("TW210", "group.yaml")]
    # The way leads on from the service to its balancer, and to the balancer's group.
    assert shown("user.yaml", **use) == sorted((*own, *edge))
    assert shown("edge.yaml", "user.yaml", **use) == sorted((*own, *edge))
    assert shown(".", **use) == sorted((*own, *edge))
    cli.main(["scan", "--no-progress", "--select", "TW103", "edge.yaml"])
    assert "1 more finding is about other files than those given." in capsys.readouterr().out


NET = template(
    """\
  Vpc: { Type: AWS::EC2::VPC, Properties: { CidrBlock: 10.0.0.0/16 } }
  Subnet: { Type: AWS::EC2::Subnet, Properties: { VpcId: !Ref Vpc, CidrBlock: 10.0.0.0/24 } }
  Gateway: { Type: AWS::EC2::InternetGateway }
  Table: { Type: AWS::EC2::RouteTable, Properties: { VpcId: !Ref Vpc } }
  Route:
    Type: AWS::EC2::Route
    Properties:
      RouteTableId: !Ref Table
      DestinationCidrBlock: 0.0.0.0/0
      GatewayId: !Ref Gateway
  Of:
    Type: AWS::EC2::SubnetRouteTableAssociation
    Properties: { SubnetId: !Ref Subnet, RouteTableId: !Ref Table }
""",
    "  Subnet: { Value: !Ref Subnet, Export: { Name: Subnet } }\n",
)
APP = template(
    """\
  Service:
    Type: AWS::ECS::Service
    Properties:
      LaunchType: FARGATE
      TaskDefinition: web:1
      NetworkConfiguration:
        AwsvpcConfiguration: { AssignPublicIp: ENABLED, Subnets: [!ImportValue Subnet] }
"""
)


def test_what_a_template_makes_of_others_is_reported_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The route that opens the subnet of others is a mistake of the template that writes it."""
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    for name, text in {"net": NET, "app": APP}.items():
        (tmp_path / f"{name}.yaml").write_text(text)

    assert shown("net.yaml", select=("TW603",)) == [("TW603", "app.yaml")]
    assert shown("app.yaml", select=("TW603",)) == [("TW603", "app.yaml")]
