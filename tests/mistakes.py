"""Ordinary good stacks, and single mistakes in them, each with the rule that must find it."""

from pathlib import Path
from typing import TypeAlias

GOOD = Path(__file__).parent.parent / "fixtures" / "good"

Mistake: TypeAlias = tuple[str, str, str, str]
"""After which text, what is replaced by what, and the rule that must find it."""

WEB = "terraform_nat/main.tf"
HOSTS = "terraform_instances/main.tf"
SANDBOX = "cloudformation_sandbox/template.yaml"
ALB = "referenced_security_group_id = aws_security_group.alb.id"
OWN_ECR = (
    "Resource: !Sub arn:${AWS::Partition}:ecr:${AWS::Region}:${AWS::AccountId}:repository/*\n"
    "            Condition: {StringEquals: {aws:PrincipalOrgID: o-abcdefghij}}"
)
OTHER_POLICY = (
    '{Statement: [{Effect: Allow, Principal: "*", Action: "*", '
    "Resource: arn:aws:ecr:eu-west-1:123456789012:repository/one}]}"
)
SUBNET = "Subnet\n      ResourceId: !Ref SubnetA"

MISTAKES: dict[str, list[Mistake]] = {
    WEB: [
        ("redirect {", '"HTTPS"', '"HTTP"', "TW101"),
        ("", "TLS13-1-2-Res-2021-06", "2016-08", "TW102"),
        ("port        = 8443", '"HTTPS"', '"HTTP"', "TW103"),
        ("", '"16.3"', '"14.9"', "TW106"),
        ('"aws_ecs_service"', "security_groups  = [aws_security_group.web.id]", "", "TW202"),
        ("", "assign_public_ip = false", "assign_public_ip = true", "TW203"),
        ('"web_from_alb"', ALB, 'cidr_ipv4 = "0.0.0.0/0"', "TW204"),
        ('"web_from_alb"', ALB, "cidr_ipv4 = aws_vpc.main.cidr_block", "TW205"),
        ('"db_from_web"', ALB.replace("alb", "web"), 'cidr_ipv4 = "10.0.0.0/8"', "TW207"),
        ('"web_https"', '"tcp"', '"-1"', "TW210"),
        (
            "",
            '"closed" {',
            '"closed" {\n  ingress {\n    protocol = "-1"\n    self = true\n  }',
            "TW211",
        ),
        ("", "to_port     = 80", "to_port     = 90", "TW214"),
        ('"aws_ecs_service"', "aws_subnet.private", "aws_subnet.public", "TW603"),
        ("publicly_accessible", "false", "true", "TW605"),
        ("", '"ALL"', '"REJECT"', "TW702"),
        ("", "$${instance-id}", "", "TW703"),
        ("access_logs", "enabled = true", "enabled = false", "TW705"),
        ("max_aggregation_interval", "60", "600", "TW707"),
    ],
    HOSTS: [
        ("", "c6i.large", "t3.large", "TW107"),
        ("", '"awsvpc"', '"bridge"', "TW201"),
        ("", "ECS_AWSVPC_BLOCK_IMDS=true", "ECS_AWSVPC_BLOCK_IMDS=yes", "TW501"),
        ("http_put_response_hop_limit", "1", "2", "TW503"),
    ],
    SANDBOX: [
        (
            "ApiGroup:\n    Type",
            "SourceSecurityGroupId: !GetAtt NlbGroup.GroupId",
            "CidrIp: 172.16.0.0/12",
            "TW206",
        ),
        ("ApiGroup:\n    Type", "ToPort: 8443", "ToPort: 8444", "TW209"),
        ("ApiGroup:\n    Type", "8443, ToPort: 8443", "8444, ToPort: 8444", "TW213"),
        ("LogsEndpoint:", ".logs", ".sqs", "TW401"),
        ("EcrApi:", OWN_ECR, 'Resource: "*"', "TW402"),
        ("EcrDkr:", "ecr.dkr", f"ecr.dkr\n      PolicyDocument: {OTHER_POLICY}", "TW403"),
        ("EcrApi:", "PrivateDnsEnabled: true", "PrivateDnsEnabled: false", "TW406"),
        ("EndpointGroup:", "ApiGroup.GroupId", "NlbGroup.GroupId", "TW407"),
        ("S3:", "[!Ref Routes]", "[]", "TW409"),
        ("ResourceType:", "VPC\n      ResourceId: !Ref Vpc", SUBNET, "TW701"),
    ],
}

CASES = [(file, mistake) for file, mistakes in MISTAKES.items() for mistake in mistakes]


def mistaken(file: str, mistake: Mistake) -> dict[str, str]:
    """The text of a good stack's file with a mistake made in it, by its path."""
    path = GOOD / file
    after, good, bad, _ = mistake
    before, anchor, rest = (
        path.read_text().partition(after) if after else ("", "", path.read_text())
    )
    assert anchor == after
    assert good in rest
    return {str(path): before + anchor + rest.replace(good, bad, 1)}


def named(case: object) -> str:
    """What a test calls a case."""
    return str(case[-1]) if isinstance(case, tuple) else str(case).partition("/")[0]
