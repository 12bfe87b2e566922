"""What TW405 says of a policy for an endpoint of ECS, and what it changes there."""

import json

import pytest

from taskwall.core.change import Placeholder
from taskwall.engine.judge import judge
from taskwall.readers import terraform
from taskwall.rules import all_rules
from taskwall.settings import Settings
from taskwall.source.files import Files
from taskwall.source.stack import Inputs

STACK = """
variable "any" {}
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_vpc_endpoint" "agent" {
  vpc_id            = aws_vpc.main.id
  service_name      = "com.amazonaws.eu-west-1.SERVICE"
  vpc_endpoint_type = "Interface"
  policy            = jsonencode({ Statement = [STATEMENTS] })
}
"""
REGISTERS = (
    '"ecs:DiscoverPollEndpoint", "ecs:RegisterContainerInstance",'
    ' "ecs:SubmitContainerStateChange", "ecs:SubmitTaskStateChange"'
)
OWN = 'Condition = { StringEquals = { "aws:PrincipalAccount" = "123456789012" } }'
REGION = 'Condition = { StringEquals = { "aws:RequestedRegion" = "eu-west-1" } }'

BESIDE = OWN.replace(" } }", ', "ecs:cluster" = "arn:aws:ecs:eu-west-1:123456789012:cluster/a" } }')


def statement(action: str, more: str = "", effect: str = "Allow", key: str = "Action") -> str:
    """A statement about everybody and everything."""
    parts = (f'Effect = "{effect}"', 'Principal = "*"', f"{key} = {action}", 'Resource = "*"', more)
    return f"{{ {', '.join(filter(None, parts))} }}"


OPEN = "allows any action to any account"
LACKS = "denies the container agent actions that it needs"
NARROW, ADD = "Statement[0].Condition.StringEquals", "Statement[+]"
EVERYTHING = statement('"*"')
DENIES = statement('"ecs:DiscoverPollEndpoint"', effect="Deny")
CASES: dict[str, tuple[str, str, str, list[str]]] = {
    "everything": ("ecs", EVERYTHING, OPEN, [NARROW]),
    "everything of ECS": ("ecs", statement('"ecs:*"'), OPEN, [NARROW]),
    "everything to one account": ("ecs", statement('"*"', OWN), "", []),
    "what the agent needs": ("ecs", statement(f"[{REGISTERS}]"), "", []),
    "less than it needs": ("ecs", statement('"ecs:Poll"'), LACKS, [ADD]),
    "less, to one account": ("ecs", statement('"ecs:Poll"', OWN), LACKS, [ADD]),
    "nothing": ("ecs", "", LACKS, [ADD]),
    "everything but what it does not need": (
        "ecs",
        statement('["ecs:DeleteCluster"]', key="NotAction"),
        OPEN,
        [NARROW],
    ),
    "everything but what it needs": (
        "ecs",
        statement('["ecs:DiscoverPollEndpoint"]', key="NotAction"),
        LACKS,
        [NARROW, ADD],
    ),
    "everything but ECS": ("ecs", statement('["ecs:*"]', key="NotAction"), LACKS, [ADD]),
    "everything, and denies it something": (
        "ecs",
        f"{EVERYTHING}, {DENIES}",
        LACKS,
        [],
    ),
    "everything in one Region": ("ecs", statement('"*"', REGION), OPEN, [NARROW, ADD]),
    "an action of an input": ("ecs", statement("[var.any]"), "var.any", []),
    "an action of an input, to one account": ("ecs", statement("[var.any]", OWN), "var.any", []),
    "everything to one account, under another condition": (
        "ecs",
        statement('"*"', BESIDE),
        "the condition on ecs:cluster in aws_vpc_endpoint.agent",
        [],
    ),
    "what one endpoint is for, at another": (
        "ecs-agent",
        statement(f"[{REGISTERS}]"),
        LACKS,
        [ADD],
    ),
    "what the agent asks": ("ecs-agent", statement('"ecs:Poll"'), "", []),
    "half of what telemetry needs": ("ecs-telemetry", statement('"ecs:Poll"'), LACKS, [ADD]),
    "what telemetry needs": (
        "ecs-telemetry",
        statement('["ecs:Poll", "ecs:StartTelemetrySession"]'),
        "",
        [],
    ),
}


@pytest.mark.parametrize(("service", "statements", "said", "changed"), CASES.values(), ids=CASES)
def test_what_a_policy_for_agents_lacks(
    service: str, statements: str, said: str, changed: list[str]
) -> None:
    """It is narrowed where strangers may do everything, and opened for what the agent does."""
    text = STACK.replace("SERVICE", service).replace("STATEMENTS", statements)
    (stack,), errors = terraform.stacks(["main.tf"], Files({"main.tf": text}), Inputs())
    assert not errors
    rules = [each for each in all_rules() if each.id == "TW405"]
    [found] = judge(stack, rules, Settings(show=("fail", "unknown", "pass"))).findings

    verdict, name = found.finding.verdict, "aws_vpc_endpoint.agent"
    told = found.finding.message.removeprefix(f"{name} ") if verdict == "fail" else ""
    assert (told or ", ".join(found.finding.missing)) == said
    paths = [change.attribute.path.removeprefix("policy.") for change, _ in found.changes]
    assert paths == changed


ACTIONS = [one.strip(' "') for one in REGISTERS.split(",")]


@pytest.mark.parametrize("allowed", range(len(ACTIONS)))
def test_the_actions_that_a_statement_adds(allowed: int) -> None:
    """All that the agent lacks, and nothing that it is allowed."""
    has = statement(f"[{', '.join(map(json.dumps, ACTIONS[:allowed]))}]")
    text = STACK.replace("SERVICE", "ecs").replace("STATEMENTS", has)
    (stack,), _ = terraform.stacks(["main.tf"], Files({"main.tf": text}), Inputs())
    rules = [each for each in all_rules() if each.id == "TW405"]
    [found] = judge(stack, rules, Settings()).findings

    [(change, _)] = found.changes
    lacking = ACTIONS[allowed:]
    added = {
        "Effect": "Allow",
        "Principal": "*",
        "Action": tuple(lacking) if len(lacking) > 1 else lacking[0],
        "Resource": "*",
        "Condition": {"StringEquals": {"aws:PrincipalAccount": Placeholder("account")}},
    }
    assert change.value_in("terraform") == (added,)
