"""TW403: Both endpoints of ECR have the same policy.

What: In one VPC, the endpoints of ecr.api and ecr.dkr have policies that differ, or only one of
    them has a policy.
Why: An image is found through one endpoint and fetched through the other. What one of them denies
    and the other allows is either open by mistake, or fails in the middle of a pull.
Fine when: The policies say the same in other words: order, Sid, lists with one element, and how
    statements are split do not matter. If neither has a policy, that is the same too (TW402 reports
    it).
Terraform: Which of the two policies is right is a design decision. Use one document for both:
    policy = <the policy of the other endpoint>
CloudFormation: Which of the two policies is right is a design decision. Write the same
    PolicyDocument for both:
    PolicyDocument:
      Statement: [...]
Guide: same-ecr-policy
See: https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html
"""

from collections.abc import Iterator

from taskwall.core.facts import Fact, all_of, with_reason
from taskwall.model.core.network import Network
from taskwall.model.endpoints.availability import is_needed
from taskwall.model.endpoints.endpoint import Endpoint, Stated, ecr_pairs, policy_key, stated
from taskwall.model.endpoints.policy_equality import one_argument, same_documents
from taskwall.rules._rule import Verdict, rule


@rule("medium", default=True, pci=True, yields_to=("TW402",))
def unequal_ecr_policies(network: Network) -> Iterator[Verdict]:
    for api, dkr, paired in ecr_pairs(network):
        a, b = stated(network, api), stated(network, dkr)
        # What has to change is the one that lacks what the other has.
        wrong, said, other = (api, a, dkr) if _lacks(a, b) else (dkr, b, api)
        yield Verdict(
            said.on,
            said.at,
            ~_same(said, stated(network, other)),
            f"{_called(wrong, other)} does not have the same policy as {_called(other, wrong)}",
            holds=f"{_called(api, dkr)} and {_called(dkr, api)} have the same policy",
            negative=True,
            about=policy_key(wrong, said),
            concerned=with_reason(paired, is_needed(network, wrong)),
            asked_by=("TW402",),
        )


def _called(endpoint: Endpoint, other: Endpoint) -> str:
    """What messages call one of two endpoints, which one block may make."""
    apart = endpoint.name != other.name
    return endpoint.name if apart else f"{endpoint.name} of {endpoint.service}"


def _lacks(one: Stated, other: Stated) -> bool:
    return one.written.truth is False and other.written.truth is not False


def _same(one: Stated, other: Stated) -> Fact:
    """Whether two policies say the same; a policy that may not be there leaves that open."""
    text = f"{one.policy.name} has the same policy as {other.policy.name}"
    if one_argument(one.value, other.value):
        return Fact(True, text, one.at, one.policy.name)
    truth = same_documents(one.policy, other.policy)
    needs = (*one.policy.needs, *other.policy.needs)
    otherwise = f"the policies of {one.policy.name} and {other.policy.name} differ"
    same = Fact(truth, text, one.at, one.policy.name, needs, otherwise)
    doubts = [each.written for each in (one, other) if each.written.truth is None]
    if not doubts:
        return same
    return Fact(None, text, one.at, one.policy.name, all_of(doubts).waits_for())
