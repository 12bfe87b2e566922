"""TW701: A VPC flow log records the traffic of long-running tasks.

What: Services run in awsvpc mode in a VPC that has no flow log, and not every subnet of these
    services has one either.
Why: Without flow logs, nobody can find out afterwards which peers a task connected to, what was
    rejected, and where data went. Each awsvpc task has its own network interface, so flow logs can
    show this for each task.
Fine when: Another stack creates the flow log of this VPC: name the rule in the setting `elsewhere`.
Terraform: Add a flow log, here to CloudWatch Logs:
    resource "aws_flow_log" "<name>" {
      vpc_id                   = <vpc>.id
      traffic_type             = "ALL"
      log_destination          = aws_cloudwatch_log_group.<name>_flow_log.arn
      iam_role_arn             = aws_iam_role.<name>_flow_log.arn
      max_aggregation_interval = 60
      log_format               = "$${version} $${vpc-id} $${subnet-id} $${instance-id} $${interface-id} $${srcaddr} $${dstaddr} $${srcport} $${dstport} $${protocol} $${packets} $${bytes} $${start} $${end} $${action} $${log-status} $${ecs-cluster-name} $${ecs-service-name} $${ecs-task-id}"
    }

    resource "aws_cloudwatch_log_group" "<name>_flow_log" {
      retention_in_days = 90
    }

    resource "aws_iam_role" "<name>_flow_log" {
      assume_role_policy = jsonencode({
        Version = "2012-10-17"
        Statement = [{
          Effect    = "Allow"
          Principal = { Service = "vpc-flow-logs.amazonaws.com" }
          Action    = "sts:AssumeRole"
        }]
      })
    }

    resource "aws_iam_role_policy" "<name>_flow_log" {
      role = aws_iam_role.<name>_flow_log.id
      policy = jsonencode({
        Version = "2012-10-17"
        Statement = [{
          Effect   = "Allow"
          Action   = ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]
          Resource = "${aws_cloudwatch_log_group.<name>_flow_log.arn}:*"
        }]
      })
    }
CloudFormation: Add a flow log, here to CloudWatch Logs:
    <name>FlowLog:
      Type: AWS::EC2::FlowLog
      Properties:
        ResourceType: VPC
        ResourceId: !Ref <vpc>
        TrafficType: ALL
        LogDestination: !GetAtt <name>FlowLogGroup.Arn
        DeliverLogsPermissionArn: !GetAtt <name>FlowLogRole.Arn
        MaxAggregationInterval: 60
        LogFormat: "${version} ${vpc-id} ${subnet-id} ${instance-id} ${interface-id} ${srcaddr} ${dstaddr} ${srcport} ${dstport} ${protocol} ${packets} ${bytes} ${start} ${end} ${action} ${log-status} ${ecs-cluster-name} ${ecs-service-name} ${ecs-task-id}"

    <name>FlowLogGroup:
      Type: AWS::Logs::LogGroup
      Properties:
        RetentionInDays: 90

    <name>FlowLogRole:
      Type: AWS::IAM::Role
      Properties:
        AssumeRolePolicyDocument:
          Version: "2012-10-17"
          Statement:
            - Effect: Allow
              Principal:
                Service: vpc-flow-logs.amazonaws.com
              Action: sts:AssumeRole
        Policies:
          - PolicyName: flow-log
            PolicyDocument:
              Version: "2012-10-17"
              Statement:
                - Effect: Allow
                  Action:
                    - logs:CreateLogStream
                    - logs:DescribeLogStreams
                    - logs:PutLogEvents
                  Resource: !GetAtt <name>FlowLogGroup.Arn
Guide: flow-logs
See: https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs.html
"""  # noqa: E501 (a format is one line)

from collections.abc import Iterator, Sequence

from taskwall.core.facts import Fact, all_of, any_of
from taskwall.model.core.network import Network
from taskwall.model.entities.ecs import TaskSource
from taskwall.model.entities.vpc import FlowLog
from taskwall.model.logging.flow_logs import (
    LoggedVpc,
    elsewhere,
    flow_logs_of_subnet,
    flow_logs_of_vpc,
    logged_vpcs,
)
from taskwall.rules._rule import Verdict, rule


@rule("medium", default=True, pci=True)
def no_flow_log(network: Network) -> Iterator[Verdict]:
    reported = False
    for watch in logged_vpcs(network):
        logged = _logged(network, watch)
        lacking = _lacking(network, watch) if logged.truth is False else watch.sources
        names = _named(lacking)
        concerned = any_of(source.exists for source in lacking)
        if watch.declared is not None:
            yield Verdict(
                watch.declared.origin,
                watch.declared.origin.header,
                ~logged,
                f"{watch.declared.name} has no flow log of the traffic of {names}",
                holds=f"a flow log records {watch.declared.name}",
                negative=True,
                absent=True,
                concerned=concerned,
                names={"vpc": watch.declared.origin.address, "name": watch.declared.origin.label},
                adds=True,
            )
        elif logged.truth is True or not reported:
            reported = reported or logged.truth is not True
            source = watch.sources[0]
            yield Verdict(
                source.origin,
                watch.at,
                ~logged,
                f"the VPC of {names} has no flow log",
                holds=f"a flow log records the VPC of {names}",
                concerned=concerned,
                negative=True,
            )


def _lacking(network: Network, watch: LoggedVpc) -> Sequence[TaskSource]:
    """The task sources in whose subnets traffic is not recorded: all, where no subnet has a log."""
    logged = {
        subnet.id
        for subnet in watch.subnets
        if any(log.exists.truth is not False for log in flow_logs_of_subnet(network, subnet))
    }
    found = [
        source for source in watch.sources if any(link.to not in logged for link in source.subnets)
    ]
    return found or watch.sources


def _named(sources: Sequence[TaskSource]) -> str:
    """The names of tasks: the first few, and how many more there are."""
    seen = [source for source in sources if not source.origin.silent] or sources
    names = list(dict.fromkeys(source.name for source in seen))
    rest = f" and {len(names) - _MANY} more" if len(names) > _MANY else ""
    return ", ".join(names[:_MANY]) + rest


_MANY = 3


def _logged(network: Network, watch: LoggedVpc) -> Fact:
    """Whether a flow log covers a VPC, or flow logs cover each subnet of its tasks."""
    named = watch.declared.name if watch.declared else watch.key or "the VPC"
    at = watch.declared.origin.header if watch.declared else watch.at
    parts = [log.exists & _of(log, named) for log in flow_logs_of_vpc(network, watch)]
    covers = [
        any_of(log.exists & _of(log, s.name) for log in flow_logs_of_subnet(network, s))
        for s in watch.subnets
    ]
    if watch.whole:
        parts.append(all_of(covers))
    elif any(cover.truth for cover in covers):
        text = f"every subnet of the tasks in {named} has a flow log"
        parts.append(Fact(None, text, watch.at, named, watch.needs))
    parts.append(elsewhere(network, watch))
    if watch.declared is None:
        parts.append(Fact(None, f"a flow log records {named}", at, named, watch.needs))
    text = f"a flow log records {named}"
    none = Fact(False, text, at, named, otherwise=f"no flow log of the sources records {named}")
    return any_of((none, *parts))


def _of(log: FlowLog, target: str) -> Fact:
    return Fact(True, f"{log.name} records {target}", log.at, log.name)
