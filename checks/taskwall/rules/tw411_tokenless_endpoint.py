"""TW411: The policy of the ECR API endpoint allows registry tokens.

What: The policy of an endpoint of ecr.api does not allow ecr:GetAuthorizationToken on `*`.
Why: Every pull begins with a token. That action has no resource, so a statement about repositories
    does not cover it, and no image can be pulled through the endpoint. The example in AWS's guide
    forgets it.
Fine when: A condition limits the token to an organisation, an account, this VPC or this endpoint:
    that passes.
Terraform: Add a statement to the policy:
    { Effect = "Allow", Principal = "*", Action = "ecr:GetAuthorizationToken", Resource = "*" }
CloudFormation: Add a statement to the policy:
    - Effect: Allow
      Principal: "*"
      Action: ecr:GetAuthorizationToken
      Resource: "*"
Guide: beyond
See: https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html
    https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerregistry.html
"""

from collections.abc import Iterator

from taskwall.core.facts import all_of
from taskwall.core.truths import Tristate
from taskwall.model.core.network import Network
from taskwall.model.endpoints.availability import endpoints_for_tasks
from taskwall.model.endpoints.endpoint import endpoint_key, stated
from taskwall.model.endpoints.policy_allows import TOKEN, allows, anything, undecided
from taskwall.model.endpoints.policy_changes import denies, with_statement
from taskwall.model.entities.iam_policy import PolicyDocument
from taskwall.rules._rule import Verdict, rule

_STATEMENT = {"Effect": "Allow", "Principal": "*", "Action": TOKEN, "Resource": "*"}

_NOT_DENIED = (
    f"Leave {TOKEN} out of what the policy denies (the statement can name the actions of"
    " repositories one by one)."
)


@rule("low", default=True)
def tokenless_endpoint(network: Network) -> Iterator[Verdict]:
    for endpoint, of_ecr in endpoints_for_tasks(network, ("ecr.api",)):
        said = stated(network, endpoint)
        denied = denies(said, _allows_token)
        does = "denies" if denied else "does not allow"
        allowed = said.policy.fact(
            _allows_token(said.policy),
            f"{said.policy.name} allows {TOKEN} on *",
            f"{said.policy.name} {does} {TOKEN} on *",
            open_=undecided(said.policy, TOKEN, foreign=False),
        )
        yield Verdict(
            said.on,
            said.at,
            ~allowed,
            f"the policy of {endpoint.name} blocks image pulls: it {does} {TOKEN}",
            holds=f"the policy of {endpoint.name} allows {TOKEN}",
            about=endpoint_key(endpoint),
            concerned=all_of((of_ecr, said.written)),
            asked_by=("TW402",),
            remedy=_NOT_DENIED if denied else "",
            changes=with_statement(said, _allows_token, _STATEMENT, _STATEMENT),
        )


def _allows_token(policy: PolicyDocument) -> Tristate:
    return allows(policy, TOKEN, anything, foreign=False)
