"""What CodeDeploy deploys: by deployment groups, and by hooks, which cfn-lint does not know."""

from typing import TypeAlias

import pytest

from lowering.networks import network
from taskwall.engine.judge import judge
from taskwall.model.core.network import Network
from taskwall.model.entities.ecs import TaskSource
from taskwall.model.entities.load_balancer import TrafficShift
from taskwall.model.load_balancing.paths import forwards
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


@pytest.mark.parametrize(
    ("listener", "groups"),
    [("Elsewhere", ["Green"]), ("Listener", ["Green"]), ("Second", [])],
)
def test_a_hook_with_a_listener_from_elsewhere(listener: str, groups: list[str]) -> None:
    """It moves what forwards to one of its target groups; a written listener moves its own."""
    second = """
  Private: {Type: AWS::ElasticLoadBalancingV2::LoadBalancer, Properties: {Scheme: internal}}
  Second:
    Type: AWS::ElasticLoadBalancingV2::Listener
    Properties: {LoadBalancerArn: !Ref Private, Port: 443, Protocol: HTTPS}
"""
    assert failing(TEMPLATE.replace("LogicalID: Listener", f"LogicalID: {listener}") + second) == (
        groups
    )


def test_a_hook_has_a_listener_for_tests() -> None:
    """Beside that of the traffic of users, or without one."""
    both = "TestTrafficRoute: {LogicalID: Tests}\n              TargetGroups:"
    text = TEMPLATE.replace("TargetGroups:", both)
    alone = text.replace("ProdTrafficRoute: {Type", "Other: {Type")

    for each, listeners in ((text, ["Listener", "Tests"]), (alone, ["Tests"])):
        (shift,) = network(each).every(TrafficShift)
        assert [link.to for link in shift.listeners] == listeners
        assert [link.to for link in shift.targets] == ["Blue", "Green"]


def test_a_rule_that_exists_at_times_forwards_to_the_other_group_then() -> None:
    """The listener of the deployment is a variable; the rule that it moves is written."""
    found = forwards(
        network("""
variable "v" {}
variable "made" { type = bool }
resource "aws_lb_target_group" "a" {}
resource "aws_lb_target_group" "b" {}
resource "aws_lb_listener_rule" "r" {
  count = var.made ? 1 : 0
  action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.a.arn
  }
}
resource "aws_ecs_service" "s" {
  load_balancer {
    target_group_arn = aws_lb_target_group.a.arn
    advanced_configuration {
      alternate_target_group_arn = aws_lb_target_group.b.arn
      production_listener_rule   = var.v
    }
  }
}
""")
    )

    rules = [way.rule for way in found["aws_lb_target_group.b"]]
    assert [rule.id if rule else "" for rule in rules] == ["", "aws_lb_listener_rule.r[0]"]
    assert [way.fact.truth for way in found["aws_lb_target_group.b"]] == [True, None]
    assert [way.given.truth for way in found["aws_lb_target_group.b"]] == [True, True]


AROUND = """
variable "v" {}
resource "aws_lb_target_group" "blue" { name = "blue" }
resource "aws_lb_target_group" "green" { name = "green" }
resource "aws_lb_listener" "l" {}
resource "aws_lb_listener" "test" {}
resource "aws_ecs_cluster" "c" { name = "one" }
resource "aws_ecs_cluster" "d" { name = "two" }
resource "aws_ecs_service" "o" { name = "other" }
resource "aws_ssm_parameter" "p" { value = "web" }
"""
HERE = "aws_ecs_cluster.c.name"
Deploys: TypeAlias = tuple[bool | None, list[str]] | None
"""Whether a service is deployed by a group, and what that waits for; None if it is not."""


def deployed(service: str, cluster: str, name: str, second: str = '"green"') -> Network:
    """A service, and a deployment group that names one."""
    return network(f"""{AROUND}
resource "aws_ecs_service" "s" {{
  {f"name = {name}" if name else ""}
  cluster = {HERE}
  load_balancer {{
    target_group_arn = aws_lb_target_group.blue.arn
    container_name   = "web"
    container_port   = 80
  }}
}}
resource "aws_codedeploy_deployment_group" "g" {{
  ecs_service {{
    {f"service_name = {service}" if service else ""}
    {f"cluster_name = {cluster}" if cluster else ""}
  }}
  load_balancer_info {{
    target_group_pair_info {{
      prod_traffic_route {{
        listener_arns = [aws_lb_listener.l.arn]
      }}
      test_traffic_route {{
        listener_arns = [aws_lb_listener.test.arn]
      }}
      target_group {{
        name = aws_lb_target_group.blue.name
      }}
      target_group {{
        name = {second}
      }}
    }}
  }}
}}
""")


NAMES: dict[str, tuple[str, str, str, Deploys]] = {
    "its name": ('"web"', HERE, '"web"', (True, [])),
    "its name in any cluster": ('"web"', "", '"web"', (True, [])),
    "its name in another cluster": ('"web"', '"two"', '"web"', None),
    "a reference": ("aws_ecs_service.s.name", HERE, '"web"', (True, [])),
    "a reference in another cluster": ("aws_ecs_service.s.name", '"two"', '"web"', None),
    "a reference where it has no name": ("aws_ecs_service.s.name", HERE, "", (True, [])),
    "a reference to another": ("aws_ecs_service.o.name", HERE, '"web"', None),
    "what a parameter holds": ("aws_ssm_parameter.p.value", HERE, '"web"', (True, [])),
    "what a parameter holds, of another": ("aws_ssm_parameter.p.value", HERE, '"x"', None),
    "another name": ('"x"', HERE, '"web"', None),
    "a name where it has none": ('"web"', HERE, "", None),
    "a variable": ("var.v", HERE, '"web"', (None, ["var.v"])),
    "a variable where it has no name": ("var.v", HERE, "", (None, ["var.v"])),
    "a variable in another cluster": ("var.v", '"two"', '"web"', None),
    "the variable that is its name": ("var.v", HERE, "var.v", (True, [])),
    "a name where its own is a variable": ('"web"', HERE, "var.v", (None, ["var.v"])),
    "none": ("", HERE, '"web"', None),
}


@pytest.mark.parametrize(("service", "cluster", "name", "deploys"), NAMES.values(), ids=NAMES)
def test_services_of_a_deployment_group(
    service: str, cluster: str, name: str, deploys: Deploys
) -> None:
    """It registers their tasks in its other target group as well."""
    sources = {one.id: one for one in deployed(service, cluster, name).every(TaskSource)}
    first, *more = (binding.target_group for binding in sources["aws_ecs_service.s"].bindings)

    assert first is not None
    assert first.to == "aws_lb_target_group.blue"
    found: Deploys = None
    for link in more:
        assert link is not None
        assert link.to == "aws_lb_target_group.green"
        found = link.fact.truth, [need.name for need in link.fact.waits_for()]
    assert found == deploys


@pytest.mark.parametrize(
    ("second", "to"),
    [
        ('"green"', "aws_lb_target_group.green"),
        ("aws_lb_target_group.green.name", "aws_lb_target_group.green"),
        ('split("/", aws_lb_target_group.green.arn)[1]', "aws_lb_target_group.green"),
        ('replace(aws_lb_target_group.green.arn_suffix, "x", "")', "aws_lb_target_group.green"),
        ('split("/", aws_lb_listener.l.arn)[1]', None),
        ('"other"', "other"),
        ("var.v", "var.v"),
    ],
)
def test_target_groups_of_a_deployment_group(second: str, to: str | None) -> None:
    """They go by their names, which their ARNs hold; its listeners by their ARNs."""
    (found,) = deployed('"web"', HERE, '"web"', second).every(TrafficShift)

    assert [link.to for link in found.listeners] == ["aws_lb_listener.l", "aws_lb_listener.test"]
    first, last = (link.to for link in found.targets)
    assert first == "aws_lb_target_group.blue"
    assert last == to if to else not last.startswith("aws_lb_target_group")


SHIFTS = {
    "terraform": """
resource "aws_lb_target_group" "a" {}
resource "aws_lb_target_group" "b" {}
resource "aws_lb_listener" "l" {}
resource "aws_lb_listener_rule" "p" {}
resource "aws_lb_listener_rule" "t" {}
resource "aws_ecs_service" "s" {
  load_balancer {
    target_group_arn = aws_lb_target_group.a.arn
    container_name   = "web"
    container_port   = 80
    advanced_configuration {
      alternate_target_group_arn = aws_lb_target_group.b.arn
      production_listener_rule   = aws_lb_listener_rule.p.arn
      test_listener_rule         = aws_lb_listener_rule.t.arn
      role_arn                   = "role"
    }
  }
}
""",
    "cloudformation": """
Resources:
  a: {Type: AWS::ElasticLoadBalancingV2::TargetGroup}
  b: {Type: AWS::ElasticLoadBalancingV2::TargetGroup}
  l: {Type: AWS::ElasticLoadBalancingV2::Listener}
  p: {Type: AWS::ElasticLoadBalancingV2::ListenerRule}
  t: {Type: AWS::ElasticLoadBalancingV2::ListenerRule}
  s:
    Type: AWS::ECS::Service
    Properties:
      LoadBalancers:
        - TargetGroupArn: !Ref a
          ContainerName: web
          ContainerPort: 80
          AdvancedConfiguration:
            AlternateTargetGroupArn: !Ref b
            ProductionListenerRule: !Ref p
            TestListenerRule: !Ref t
            RoleArn: role
""",
}


@pytest.mark.parametrize("language", SHIFTS)
def test_what_ecs_shifts_by_itself(language: str) -> None:
    """From the group of a service to its alternate one, by rules, or by an NLB's listener."""

    def found(text: str) -> list[list[str]]:
        (shift,) = network(text).every(TrafficShift)
        kinds = (shift.targets, shift.rules, shift.listeners)
        return [[link.to.rpartition(".")[2] for link in links] for links in kinds]

    text = SHIFTS[language]
    of_nlb = text.replace("aws_lb_listener_rule.t.arn", "aws_lb_listener.l.arn")
    assert found(text) == [["a", "b"], ["p", "t"], []]
    assert found(of_nlb.replace("!Ref t", "!Ref l")) == [["a", "b"], ["p"], ["l"]]


CONTROLLERS: dict[str, tuple[str, str, bool | None]] = {
    "ECS": ('"ECS"', 'task_definition = "t"', True),
    "CodeDeploy": ('"CODE_DEPLOY"', 'task_definition = "t"', True),
    "ECS without a task definition": ('"ECS"', "", True),
    "others": ('"EXTERNAL"', "", False),
    "others, with a task definition": ('"EXTERNAL"', 'task_definition = "t"', False),
    "one that is not known": ("var.v", "", None),
    "one that is not known, with a task definition": ("var.v", 'task_definition = "t"', True),
    "none": ("null", "", True),
}


@pytest.mark.parametrize(("type_", "definition", "starts"), CONTROLLERS.values(), ids=CONTROLLERS)
def test_controllers_of_deployments(type_: str, definition: str, starts: bool | None) -> None:
    """A service of an external one starts nothing itself: task sets do, which have definitions."""
    found = network(f"""
variable "v" {{}}
resource "aws_ecs_service" "s" {{
  deployment_controller {{
    type = {type_}
  }}
  {definition}
  network_configuration {{
    security_groups = ["sg-1"]
  }}
}}
""").every(TaskSource)

    facts = [link.fact for one in found for link in one.groups]
    assert [fact.truth for fact in facts] == ([] if starts is False else [starts])
    assert [need.name for fact in facts for need in fact.waits_for()] == (
        ["var.v"] if starts is None else []
    )
