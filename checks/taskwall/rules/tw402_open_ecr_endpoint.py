"""TW402: Endpoints of ECR are restricted to your own registries or principals.

What: The endpoint of ecr.api or ecr.dkr has no policy, which allows everything to everybody, or a
    policy with a statement that allows any resource (or ARNs of any account) without a condition on
    an account or organisation.
Why: Anything that runs in the VPC can pull images from any registry, and push data to any registry,
    through an endpoint that nobody monitors as closely as the internet. A policy prevents this.
Fine when: A statement names its principals, account by account, in place of a condition: that
    passes. `Principal: "*"` alone is not reported, and nothing is required of
    ecr:GetAuthorizationToken, which has no resource.
Terraform: In aws_vpc_endpoint:
    policy = jsonencode({
      Statement = [
        {
          Effect    = "Allow"
          Principal = "*"
          Action    = "*"
          Resource  = "arn:aws:ecr:${data.aws_region.current.region}:${data.aws_caller_identity.current.account_id}:repository/*"
        },
        { Effect = "Allow", Principal = "*", Action = "ecr:GetAuthorizationToken", Resource = "*" },
      ]
    })
CloudFormation: In AWS::EC2::VPCEndpoint:
    PolicyDocument:
      Statement:
        - Effect: Allow
          Principal: "*"
          Action: "*"
          Resource: !Sub arn:${AWS::Partition}:ecr:${AWS::Region}:${AWS::AccountId}:repository/*
        - Effect: Allow
          Principal: "*"
          Action: ecr:GetAuthorizationToken
          Resource: "*"
Guide: endpoint-policies
See: https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html
    https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html
"""  # noqa: E501 (an ARN is one line)

from collections.abc import Iterator

from taskwall.core.facts import all_of
from taskwall.model.core.network import Network
from taskwall.model.endpoints.endpoint import ECR, Endpoint, is_for, policy_key, stated
from taskwall.model.endpoints.policy_allows import TOKEN
from taskwall.model.endpoints.policy_restricts import restricts
from taskwall.rules._rule import Verdict, rule


@rule("medium", default=True, pci=True)
def open_ecr_endpoint(network: Network) -> Iterator[Verdict]:
    for endpoint in network.every(Endpoint):
        concerned = is_for(network, endpoint, ECR)
        if concerned.truth is False:
            continue
        said = stated(network, endpoint)
        restricted = said.policy.fact(
            restricts(said.policy, "ecr", apart=TOKEN),
            f"{said.policy.name} allows ECR only to the accounts or organisation that it names",
            f"{said.policy.name} allows ECR to any account",
        )
        absent = said.written.truth is False
        wrong = (
            "has no policy, which allows everything" if absent else "gives access to any registry"
        )
        yield Verdict(
            said.on,
            said.at,
            ~said.written if absent else ~all_of((said.written, restricted)),
            f"{endpoint.name} {wrong}",
            holds=f"the policy of {endpoint.name} restricts it",
            about=policy_key(endpoint, said),
            absent=absent,
            concerned=concerned,
        )
