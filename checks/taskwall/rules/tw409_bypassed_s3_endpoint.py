"""TW409: The S3 gateway endpoint serves the subnets of the tasks and allows image layers.

What: Tasks pull images from ECR (or files from S3) in a VPC that has an S3 gateway endpoint, but
    the endpoint is not in the route table of one of their subnets, or its policy does not allow
    reading the bucket in which AWS keeps image layers.
Why: A gateway endpoint is a route. A subnet without it reaches S3 through the internet or not at
    all. ECR serves image layers from a bucket that belongs to AWS, and policies that name only your
    own buckets do not allow it.
Fine when: An S3 interface endpoint with private DNS serves the subnet instead: that passes. Where
    there is no S3 endpoint at all, TW401 reports it.
Terraform: On the endpoint, and in its policy where it has one:
    route_table_ids = [<the tasks' route table>.id]
    # { Effect = "Allow", Principal = "*", Action = "s3:GetObject",
    #   Resource = "arn:aws:s3:::prod-<region>-starport-layer-bucket/*" }
CloudFormation: On the endpoint, and in its policy where it has one:
    RouteTableIds: [<the tasks' route table>]
    # - Effect: Allow
    #   Principal: "*"
    #   Action: s3:GetObject
    #   Resource: !Sub arn:${AWS::Partition}:s3:::prod-${AWS::Region}-starport-layer-bucket/*
Guide: private-endpoints
See: https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html
    https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-s3.html
"""

import json
from collections.abc import Iterator, Mapping
from functools import partial

from taskwall.core.change import AttributeChange, NewValue, SourceCode
from taskwall.core.facts import all_of
from taskwall.core.truths import Tristate
from taskwall.model.core.network import Network
from taskwall.model.endpoints.availability import (
    is_needed,
    is_used_by_seen,
    pulls_layers,
    routed,
    serves_subnets,
)
from taskwall.model.endpoints.endpoint import (
    Endpoint,
    Stated,
    endpoints_for,
    policy_key,
    region_value,
    stated,
)
from taskwall.model.endpoints.policy_allows import allows, layers, undecided
from taskwall.model.endpoints.policy_changes import denies, with_statement
from taskwall.model.entities.iam_policy import PolicyDocument
from taskwall.rules._rule import Verdict, rule

_READS = "s3:GetObject"


@rule("medium", default=True, pci=True)
def bypassed_s3_endpoint(network: Network) -> Iterator[Verdict]:
    for endpoint, of_s3 in endpoints_for(network, ("s3",)):
        kind = all_of((of_s3, endpoint.kind.is_("Gateway")))
        concerned = all_of((kind, is_needed(network, endpoint)))
        if concerned.truth is False:
            continue
        yield Verdict(
            endpoint.origin,
            endpoint.tables_setting.place,
            ~serves_subnets(network, endpoint),
            f"{endpoint.name} is not in the route table of every subnet of the tasks",
            holds=f"{endpoint.name} is in the route tables of the tasks' subnets",
            negative=True,
            concerned=concerned,
            unreported=not is_used_by_seen(network, endpoint),
            changes=routed(network, endpoint),
        )
        said = stated(network, endpoint)
        judged = all_of((kind, said.written, pulls_layers(network, endpoint)))
        denied = denies(said, partial(_allows_layers, endpoint))
        does = "denies" if denied else "does not allow"
        passed = said.policy.fact(
            _allows_layers(endpoint, said.policy),
            f"{said.policy.name} allows image layers",
            f"{said.policy.name} {does} s3:GetObject on the layer bucket of ECR",
            open_=(*endpoint.named.needs, *undecided(said.policy, _READS, foreign=True)),
        )
        yield Verdict(
            said.on,
            said.at,
            ~passed,
            f"the policy of {endpoint.name} blocks image layers: it {does} the layer bucket of ECR",
            holds=f"the policy of {endpoint.name} allows image layers",
            about=policy_key(endpoint, said),
            concerned=judged,
            changes=_opened(endpoint, said),
            remedy=_NOT_DENIED if denied else _IN_POLICY,
        )


def _allows_layers(endpoint: Endpoint, policy: PolicyDocument) -> Tristate:
    return allows(policy, _READS, layers(region_value(endpoint)), foreign=True)


_IN_POLICY = {
    "Terraform": "Add a statement to the policy:\n"
    '{ Effect = "Allow", Principal = "*", Action = "s3:GetObject", Resource ='
    ' "arn:aws:s3:::prod-<region>-starport-layer-bucket/*" }',
    "CloudFormation": "Add a statement to the policy:\n"
    """\
- Effect: Allow
  Principal: "*"
  Action: s3:GetObject
  Resource: !Sub arn:${AWS::Partition}:s3:::prod-${AWS::Region}-starport-layer-bucket/*""",
}
"""What to add to a policy, in both languages."""

_NOT_DENIED = (
    "Leave the layer bucket out of what the policy denies: it belongs to AWS, to no account of"
    " yours (the statement can name other resources by NotResource)."
)


def _opened(endpoint: Endpoint, said: Stated) -> tuple[AttributeChange, ...]:
    """What lets images be pulled by the policy of an endpoint."""
    bucket = f"arn:aws:s3:::prod-{endpoint.region or '<region>'}-starport-layer-bucket/*"
    layers_ = "arn:${AWS::Partition}:s3:::prod-${AWS::Region}-starport-layer-bucket/*"
    code = SourceCode(f"!Sub {layers_}", json.dumps({"Fn::Sub": layers_}))
    terraform: NewValue = bucket if endpoint.region else SourceCode(*[f'"{bucket}"'] * 2)
    return with_statement(
        said, partial(_allows_layers, endpoint), _statement(terraform), _statement(code)
    )


def _statement(bucket: NewValue) -> Mapping[str, NewValue]:
    return {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": bucket}
