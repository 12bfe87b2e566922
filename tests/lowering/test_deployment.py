"""Hooks of a template that deploy by CodeDeploy, which cfn-lint does not know."""

from taskwall.engine.judge import judge
from taskwall.readers.cloudformation import stacks
from taskwall.rules import all_rules
from taskwall.settings import Settings
from taskwall.source.files import Files
from taskwall.source.stack import Inputs

TEMPLATE = """\
Transform: AWS::CodeDeployBlueGreen
Hooks:
  BlueGreen:
    Type: AWS::CodeDeploy::BlueGreen
    Properties:
      ServiceRole: CodeDeployRole
      Applications:
        - Target: {Type: AWS::ECS::Service, LogicalID: Service}
          ECSAttributes:
            TaskDefinitions: [Task, GreenTask]
            TaskSets: [TaskSet, GreenTaskSet]
            TrafficRouting:
              ProdTrafficRoute: {Type: AWS::ElasticLoadBalancingV2::Listener, LogicalID: Listener}
              TargetGroups: [Blue, Green]
Resources:
  LoadBalancer: {Type: AWS::ElasticLoadBalancingV2::LoadBalancer}
  Listener:
    Type: AWS::ElasticLoadBalancingV2::Listener
    Properties:
      LoadBalancerArn: !Ref LoadBalancer
      Port: 443
      Protocol: HTTPS
      DefaultActions: [{Type: forward, TargetGroupArn: !Ref Blue}]
  Blue:
    Type: AWS::ElasticLoadBalancingV2::TargetGroup
    Properties: {Protocol: HTTPS, HealthCheckProtocol: HTTPS, Port: 443}
  Green: {Type: AWS::ElasticLoadBalancingV2::TargetGroup, Properties: {Protocol: HTTP, Port: 80}}
  Service:
    Type: AWS::ECS::Service
    Properties: {DeploymentController: {Type: EXTERNAL}}
  Other:
    Type: AWS::ECS::Service
    Properties: {DeploymentController: {Type: EXTERNAL}}
  TaskSet:
    Type: AWS::ECS::TaskSet
    Properties:
      Service: !Ref Service
      LoadBalancers: [{TargetGroupArn: !Ref Blue, ContainerPort: 80}]
"""


def failing(text: str) -> list[str]:
    """The resources that take their traffic in plain text."""
    (stack,), errors = stacks(["t.yaml"], Files({"t.yaml": text}), Inputs())
    judgement = judge(stack, all_rules(), Settings())
    assert (errors, judgement.errors, judgement.crashes) == ([], (), ())
    return [each.finding.resource for each in judgement.findings if each.finding.rule == "TW103"]


def test_a_hook_moves_the_traffic_of_task_sets() -> None:
    """The other target group takes it as well."""
    assert failing(TEMPLATE) == ["Green"]


def test_a_hook_moves_the_traffic_of_its_own_service() -> None:
    """Task sets of another service stay where they are."""
    assert failing(TEMPLATE.replace("LogicalID: Service", "LogicalID: Other")) == []
