"""What resources of their own say about another one."""

import pytest

from lowering.networks import network
from taskwall.lowering import lower
from taskwall.model.entities.ecs import AutoScalingGroup
from taskwall.model.load_balancing.lattice import Fronted, RegisteredByHand
from taskwall.readers import cloudformation, terraform
from taskwall.source.files import Files
from taskwall.source.stack import Inputs

HCL = """
variable "n" { type = number }
variable "k" { type = string }
resource "aws_lb_target_group" "web" {}
resource "aws_autoscaling_group" "hosts" {}
resource "aws_autoscaling_group" "others" {}
locals {
  groups = { a = aws_autoscaling_group.hosts.name, b = aws_autoscaling_group.others.name }
}
resource "aws_autoscaling_attachment" "web" {
  ATTACHES
  lb_target_group_arn = aws_lb_target_group.web.arn
}
"""


@pytest.mark.parametrize(
    ("attaches", "hosts", "others"),
    [
        ("autoscaling_group_name = aws_autoscaling_group.hosts.name", [True], []),
        ("count = var.n\nautoscaling_group_name = aws_autoscaling_group.hosts.name", [None], []),
        ("autoscaling_group_name = local.groups[var.k]", [None], [None]),
        ("autoscaling_group_name = var.k", [], []),
    ],
)
def test_attachments_register_as_far_as_they_are_known(
    attaches: str, hosts: list[bool | None], others: list[bool | None]
) -> None:
    """One that may not exist, or may be another group's, registers nothing for certain."""
    text = HCL.replace("ATTACHES", attaches)
    # Version 3 of the provider had another name for it.
    for written in (text, text.replace("lb_target_group_arn", "alb_target_group_arn")):
        stacks, _ = terraform.stacks(["main.tf"], Files({"main.tf": written}), Inputs())
        network = lower(stacks[0].evaluate({}).resources).network

        found = {
            group.name: [link.fact.truth for link in group.target_groups]
            for group in network.every(AutoScalingGroup)
        }

        assert found["aws_autoscaling_group.hosts"] == hosts
        assert found["aws_autoscaling_group.others"] == others


SOURCES = """
resource "aws_lb_target_group" "web" {}
resource "aws_elb" "old" {}
resource "aws_vpclattice_target_group" "near" {}
resource "aws_launch_template" "hosts" {}
resource "aws_autoscaling_group" "hosts" {
  launch_template { id = aws_launch_template.hosts.id }
  traffic_source { identifier = aws_lb_target_group.web.arn }
  traffic_source {
    identifier = aws_vpclattice_target_group.near.arn
    type       = "vpc-lattice"
  }
}
resource "aws_autoscaling_traffic_source_attachment" "old" {
  autoscaling_group_name = aws_autoscaling_group.hosts.id
  traffic_source {
    identifier = aws_elb.old.name
    type       = "elb"
  }
}
"""
SOURCES_OF_TEMPLATE = """
Resources:
  web: {Type: AWS::ElasticLoadBalancingV2::TargetGroup}
  old: {Type: AWS::ElasticLoadBalancing::LoadBalancer, Properties: {Listeners: []}}
  near: {Type: AWS::VpcLattice::TargetGroup, Properties: {Type: INSTANCE}}
  hosts: {Type: AWS::EC2::LaunchTemplate, Properties: {LaunchTemplateData: {}}}
  scaled:
    Type: AWS::AutoScaling::AutoScalingGroup
    Properties:
      LaunchTemplate: {LaunchTemplateId: !Ref hosts, Version: "1"}
      TrafficSources:
        - {Identifier: !Ref web, Type: elbv2}
        - {Identifier: !Ref old, Type: elb}
        - {Identifier: !Ref near, Type: vpc-lattice}
"""


@pytest.mark.parametrize(("name", "text"), [("main.tf", SOURCES), ("t.yaml", SOURCES_OF_TEMPLATE)])
def test_traffic_sources_register_as_attachments_do(name: str, text: str) -> None:
    """Of each kind: target groups, classic load balancers, and target groups of VPC Lattice."""
    read = terraform.stacks if name == "main.tf" else cloudformation.stacks
    stacks, _ = read([name], Files({name: text}), Inputs())
    network = lower(stacks[0].evaluate({}).resources).network

    (group,) = network.every(AutoScalingGroup)
    near = [each.target for each in network.every(RegisteredByHand)]

    named = [*group.target_groups, *group.load_balancers, *near]
    assert [link.to.rpartition(".")[2] for link in named] == ["web", "old", "hosts"]


@pytest.mark.parametrize(
    ("type_", "balancers", "instances"),
    [
        ("ALB", ["aws_lb.b"], []),
        ("INSTANCE", [], ["aws_instance.i"]),
        ("IP", [], ["aws_instance.i"]),
        ("LAMBDA", [], []),
    ],
)
def test_targets_of_lattice(type_: str, balancers: list[str], instances: list[str]) -> None:
    """What is registered by hand is what the type of its target group says."""
    target = "aws_lb.b.arn" if type_ == "ALB" else "aws_instance.i.id"
    text = f"""
resource "aws_lb" "b" {{}}
resource "aws_instance" "i" {{}}
resource "aws_vpclattice_target_group" "g" {{ type = "{type_}" }}
resource "aws_vpclattice_target_group_attachment" "a" {{
  target_group_identifier = aws_vpclattice_target_group.g.id
  target {{ id = {target} }}
}}
"""
    name = "Balancer" if type_ == "ALB" else "Instance"
    yaml = f"""
Resources:
  Balancer: {{Type: AWS::ElasticLoadBalancingV2::LoadBalancer}}
  Instance: {{Type: AWS::EC2::Instance}}
  Group:
    Type: AWS::VpcLattice::TargetGroup
    Properties: {{Type: {type_}, Targets: [{{Id: !Ref {name}}}]}}
"""
    found = network(text)
    of_template = network(yaml)

    assert [each.balancer.to for each in found.every(Fronted)] == balancers
    assert [each.target.to for each in found.every(RegisteredByHand)] == instances
    assert [each.balancer.to for each in of_template.every(Fronted)] == ["Balancer"] * len(
        balancers
    )
    assert [each.target.to for each in of_template.every(RegisteredByHand)] == ["Instance"] * len(
        instances
    )
