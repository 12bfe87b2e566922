"""TW405: Endpoints of ECS have a policy that restricts them and allows what the agent needs.

What: The endpoint of ecs, ecs-agent or ecs-telemetry has no policy, or one that allows any action
    on any resource to any account, or one that denies the container agent something that it needs.
Why: Without a policy, anything that runs in the VPC can use this endpoint to control any ECS
    cluster for which it has credentials. If the policy is too narrow, instances can neither
    register nor report.
Fine when: A policy names the actions, the ARNs of clusters, or an account or organisation: each of
    these restricts it. For the actions of the agent, it is enough that the policy allows them for
    some resource or cluster: a policy for some clusters passes.
Terraform: In aws_vpc_endpoint:
    policy = jsonencode({
      Statement = [{
        Effect    = "Allow"
        Principal = "*"
        Action    = ["ecs:Poll", "ecs:StartTelemetrySession", "ecs:DiscoverPollEndpoint", "ecs:RegisterContainerInstance", "ecs:DeregisterContainerInstance", "ecs:UpdateContainerInstancesState", "ecs:Submit*", "ecs:TagResource"]
        Resource  = "*"
        Condition = { StringEquals = { "aws:PrincipalAccount" = "<account>" } }
      }]
    })
CloudFormation: In AWS::EC2::VPCEndpoint:
    PolicyDocument:
      Statement:
        - Effect: Allow
          Principal: "*"
          Action:
            - ecs:Poll
            - ecs:StartTelemetrySession
            - ecs:DiscoverPollEndpoint
            - ecs:RegisterContainerInstance
            - ecs:DeregisterContainerInstance
            - ecs:UpdateContainerInstancesState
            - ecs:Submit*
            - ecs:TagResource
          Resource: "*"
          Condition:
            StringEquals:
              aws:PrincipalAccount: !Ref AWS::AccountId
Guide: endpoint-policies
See: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/vpc-endpoints.html
    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/instance_IAM_role.html
"""  # noqa: E501 (actions are one line)

from collections.abc import Iterator, Mapping

from taskwall.core.change import AttributeChange, NewValue, Placeholder, SourceCode
from taskwall.core.facts import Fact, all_of
from taskwall.core.truths import Tristate, all_true
from taskwall.model.core.network import Network
from taskwall.model.endpoints.availability import endpoints_for_tasks
from taskwall.model.endpoints.endpoint import (
    AGENT_SERVICES,
    Endpoint,
    Stated,
    endpoint_key,
    stated,
)
from taskwall.model.endpoints.policy_allows import AGENT_ACTIONS, allows, some_resource, undecided
from taskwall.model.endpoints.policy_changes import with_condition, with_statement
from taskwall.model.endpoints.policy_restricts import restricts
from taskwall.model.entities.iam_policy import PolicyDocument
from taskwall.rules._rule import Verdict, rule


@rule("low", pci=True, yields_to=("TW408",))
def open_ecs_endpoint(network: Network) -> Iterator[Verdict]:
    for endpoint, concerned in endpoints_for_tasks(network, AGENT_SERVICES):
        said = stated(network, endpoint)
        restricted = said.policy.fact(
            restricts(said.policy, "ecs"),
            f"{said.policy.name} restricts ECS",
            f"{said.policy.name} allows every action of ECS to any account",
        )
        works = _works(endpoint, said)
        absent = said.written.truth is False
        wrong = "has no policy, which allows everything"
        if not absent:
            wrong = "allows any action to any account"
            if works.truth is False:
                wrong = "denies the container agent actions that it needs"
        yield Verdict(
            said.on,
            said.at,
            ~said.written if absent else ~all_of((said.written, restricted, works)),
            f"{endpoint.name} {wrong}",
            holds=f"the policy of {endpoint.name} restricts it and allows what the agent needs",
            about=endpoint_key(endpoint),
            absent=absent,
            sets=absent,
            changes=() if absent else _changes(endpoint, said),
            remedy="" if absent or works.truth is False else _IN_STATEMENTS,
            concerned=concerned,
            asked_by=("TW402",),
        )


def _works(endpoint: Endpoint, said: Stated) -> Fact:
    """Whether the agent may do by an endpoint what it does there."""
    actions = AGENT_ACTIONS.get(endpoint.service, ())
    named = ", ".join(actions)
    truth = all_true(_allowed(said.policy, action) for action in actions)
    return said.policy.fact(
        truth if actions else None,
        f"{said.policy.name} allows {named or 'what the agent needs'}",
        f"{said.policy.name} does not allow all of {named}",
        open_=tuple(n for one in actions for n in undecided(said.policy, one, foreign=False)),
    )


def _changes(endpoint: Endpoint, said: Stated) -> tuple[AttributeChange, ...]:
    """What lets the agent do what it needs, and only the account do anything."""
    narrowed = with_condition(
        said, lambda policy: restricts(policy, "ecs"), "aws:PrincipalAccount", _ACCOUNT, _OWN
    )
    actions = AGENT_ACTIONS.get(endpoint.service, ())
    lacking = tuple(each for each in actions if not _allowed(said.policy, each))
    if not lacking:
        return narrowed
    opened = with_statement(
        said,
        lambda policy: all_true(_allowed(policy, one) for one in lacking),
        _statement(lacking, _ACCOUNT),
        _statement(lacking, _OWN),
    )
    return (*narrowed, *opened) if opened else ()


_IN_STATEMENTS = {
    "Terraform": "In each statement of the policy that allows everything:\n"
    'Condition = { StringEquals = { "aws:PrincipalAccount" = "<account>" } }',
    "CloudFormation": "In each statement of the policy that allows everything:\n"
    """\
Condition:
  StringEquals:
    aws:PrincipalAccount: !Ref AWS::AccountId""",
}
"""What to write in a policy that is there, in both languages."""

_ACCOUNT = Placeholder("account")
_OWN = SourceCode("!Ref AWS::AccountId", '{"Ref": "AWS::AccountId"}')


def _statement(actions: tuple[str, ...], account: NewValue) -> Mapping[str, NewValue]:
    return {
        "Effect": "Allow",
        "Principal": "*",
        "Action": actions if len(actions) > 1 else actions[0],
        "Resource": "*",
        "Condition": {"StringEquals": {"aws:PrincipalAccount": account}},
    }


def _allowed(policy: PolicyDocument, action: str) -> Tristate:
    return allows(policy, action, some_resource, foreign=False)
