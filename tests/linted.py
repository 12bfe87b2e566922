"""A template for cfn-lint to look at, and what is looked at of its matches."""

from collections.abc import Callable
from typing import Any, TypeAlias

TASKS = """\
AWSTemplateFormatVersion: "2010-09-09"
Parameters:
  Vpc:
    Type: AWS::EC2::VPC::Id
  Subnet:
    Type: AWS::EC2::Subnet::Id
  Range:
    Type: String
    Default: 0.0.0.0/0
Resources:
  Group:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: Web tasks
      VpcId: !Ref Vpc
      SecurityGroupIngress:
        - IpProtocol: tcp
          FromPort: 8080
          ToPort: 8080
          CidrIp: !Ref Range
  Cluster:
    Type: AWS::ECS::Cluster
  Task:
    Type: AWS::ECS::TaskDefinition
    Properties:
      Family: web
      NetworkMode: awsvpc
      Cpu: "256"
      Memory: "512"
      RequiresCompatibilities: [FARGATE]
      ContainerDefinitions:
        - Name: web
          Image: web
          PortMappings:
            - ContainerPort: 8080
  Web:
    Type: AWS::ECS::Service
    Properties:
      Cluster: !Ref Cluster
      TaskDefinition: !Ref Task
      LaunchType: FARGATE
      NetworkConfiguration:
        AwsvpcConfiguration:
          AssignPublicIp: ENABLED
          SecurityGroups: [!Ref Group]
          Subnets: [!Ref Subnet]
"""
"""A service whose tasks the internet reaches (TW204, at line 20), and which gives them public
addresses (TW203, at line 44)."""

Lint: TypeAlias = Callable[..., list[Any]]
"""Runs cfn-lint, as the fixture `lint` says."""


def told(matches: list[Any]) -> list[str]:
    """The matches that are ours, shortly."""
    return sorted(
        f"{one.rule.id} {one.linenumber}:{one.columnnumber}"
        for one in matches
        if "TW" in one.rule.id
    )
