"""Ordinary good stacks: no rule cries wolf over them, and one mistake in them is found.

`fixtures/good` holds stacks as a careful team writes them. The strict profile, in which every rule
runs, finds nothing wrong there; and each single mistake below is found by the rule that it is for.
"""

from pathlib import Path

import pytest

from taskwall import api
from taskwall.files import Files
from taskwall.finding import Finding

GOOD = Path(__file__).parent.parent / "fixtures" / "good"
STACKS = sorted(GOOD.iterdir())

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


def findings(folder: Path, overlay: dict[str, str] | None = None) -> list[Finding]:
    """All verdicts of the strict profile on a stack, errors and crashes being none."""
    options = api.Options(paths=(str(folder),), profile="strict", cwd=str(GOOD))
    report = api.scan(options, Files(overlay))
    assert (report.document.errors, report.document.crashes) == ((), ())
    return list(report.findings)


@pytest.mark.parametrize("folder", STACKS, ids=lambda folder: str(folder.name))
def test_nothing_is_wrong_with_a_good_stack(folder: Path) -> None:
    """No rule fails, many pass, and what is wholly in the sources leaves nothing unknown."""
    found = findings(folder)

    assert [f"{f.rule} {f.message}" for f in found if f.verdict == "fail"] == []
    assert sum(f.verdict == "pass" for f in found) > 10
    if "instances" not in folder.name:  # its VPC is only looked up
        assert [f"{f.rule} {f.message}" for f in found if f.verdict == "unknown"] == []


# After which text, what is replaced by what, and the rule that must find it.
MISTAKES = {
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
        ("", "ECS_ENABLE_TASK_IAM_ROLE_NETWORK_HOST=false", "", "TW502"),
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


@pytest.mark.parametrize(
    ("file", "mistake"),
    [(file, mistake) for file, mistakes in MISTAKES.items() for mistake in mistakes],
    ids=lambda each: each[-1] if isinstance(each, tuple) else each.partition("/")[0],
)
def test_one_mistake_is_found(file: str, mistake: tuple[str, str, str, str]) -> None:
    """A good stack with one thing changed gets the fail that the change is for."""
    path = GOOD / file
    after, good, bad, rule = mistake
    before, anchor, rest = (
        path.read_text().partition(after) if after else ("", "", path.read_text())
    )
    assert anchor == after
    assert good in rest

    found = findings(path.parent, {str(path): before + anchor + rest.replace(good, bad, 1)})

    assert rule in {f.rule for f in found if f.verdict == "fail"}
