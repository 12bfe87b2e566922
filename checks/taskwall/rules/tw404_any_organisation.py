"""TW404: Policies of ECR endpoints require principals of an organisation.

What: The policy of an endpoint of ecr.api or ecr.dkr has a statement that allows ECR to principals
    of any organisation: without a condition on aws:PrincipalOrgID, aws:PrincipalOrgPaths or
    aws:PrincipalAccount. Operators with IfExists and values that are a wildcard do not count; a
    Deny of everything to all other principals does.
Why: A policy on repositories alone controls what may be fetched, not by whom: access keys of
    another account that somebody brings into the VPC work on this endpoint too.
Fine when: A statement names its principals, account by account, in place of a condition: that
    passes. Nothing is required of a statement that allows only ecr:GetAuthorizationToken, because a
    token gives access to nothing that the other statements do not allow. An endpoint without a
    policy is reported by TW402.
Terraform: In each statement of the policy that allows:
    Condition = { StringEquals = { "aws:PrincipalOrgID" = "<id of the organisation>" } }
CloudFormation: In each statement of the policy that allows:
    Condition:
      StringEquals:
        aws:PrincipalOrgID: <id of the organisation>
Guide: organisation-only
See: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
    https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html
"""

from collections.abc import Iterator

from taskwall.core.change import Placeholder
from taskwall.core.facts import all_of
from taskwall.core.truths import Tristate
from taskwall.model.core.network import Network
from taskwall.model.endpoints.availability import endpoints_for_tasks
from taskwall.model.endpoints.endpoint import ECR, policy_key, stated
from taskwall.model.endpoints.policy_allows import TOKEN
from taskwall.model.endpoints.policy_changes import with_condition
from taskwall.model.endpoints.policy_restricts import demands_organisation
from taskwall.model.entities.iam_policy import PolicyDocument
from taskwall.rules._rule import Verdict, rule

_MEANT = Placeholder("id of the organisation")


@rule("low", pci=True)
def any_organisation(network: Network) -> Iterator[Verdict]:
    for endpoint, of_ecr in endpoints_for_tasks(network, ECR):
        said = stated(network, endpoint)
        demanded = said.policy.fact(
            _demanded(said.policy),
            f"{said.policy.name} allows ECR to principals of an organisation or account only",
            f"{said.policy.name} allows ECR to principals of any organisation",
        )
        yield Verdict(
            said.on,
            said.at,
            ~demanded,
            f"the policy of {endpoint.name} allows ECR to principals of any organisation",
            holds=f"the policy of {endpoint.name} requires principals of an organisation",
            about=policy_key(endpoint, said),
            concerned=all_of((of_ecr, said.written)),
            asked_by=("TW402",),
            changes=with_condition(said, _demanded, "aws:PrincipalOrgID", _MEANT, _MEANT),
        )


def _demanded(policy: PolicyDocument) -> Tristate:
    return demands_organisation(policy, "ecr", TOKEN)
