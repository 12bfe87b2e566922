"""A bucket for access logs, with the policy that lets its load balancer write there, for fixes."""

import json
from collections.abc import Mapping

from taskwall.core.change import AttributeChange, NewValue, Placeholder, SourceCode
from taskwall.core.values import Scalar
from taskwall.lowering._reader import ResourceReader

_OBJECTS = (
    '"${{aws_s3_bucket.{name}.arn}}/AWSLogs/${{data.aws_caller_identity.{name}.account_id}}/*"'
)

_APPLICATION = """\
{{
      Effect    = "Allow"
      Principal = {{ Service = "logdelivery.elasticloadbalancing.amazonaws.com" }}
      Action    = "s3:PutObject"
      Resource  = {objects}
    }}"""

_NETWORK = """\
{{
      Effect    = "Allow"
      Principal = {{ Service = "delivery.logs.amazonaws.com" }}
      Action    = "s3:PutObject"
      Resource  = {objects}
      Condition = {{ StringEquals = {{ "s3:x-amz-acl" = "bucket-owner-full-control" }} }}
      }}, {{
      Effect    = "Allow"
      Principal = {{ Service = "delivery.logs.amazonaws.com" }}
      Action    = "s3:GetBucketAcl"
      Resource  = aws_s3_bucket.{name}.arn
    }}"""

_STATEMENTS: Mapping[Scalar, str] = {
    "application": _APPLICATION,
    "classic": _APPLICATION,
    "network": _NETWORK,
}

_TERRAFORM = """\
resource "aws_s3_bucket" "{name}" {{}}

data "aws_caller_identity" "{name}" {{}}

resource "aws_s3_bucket_policy" "{name}" {{
  bucket = aws_s3_bucket.{name}.id
  policy = jsonencode({{
    Version = "2012-10-17"
    Statement = [{statement}]
  }})
}}"""

_YAML_APPLICATION = """\
        - Effect: Allow
          Principal:
            Service: logdelivery.elasticloadbalancing.amazonaws.com
          Action: s3:PutObject
          Resource: !Sub ${{{name}.Arn}}/AWSLogs/${{AWS::AccountId}}/*"""

_YAML_NETWORK = """\
        - Effect: Allow
          Principal:
            Service: delivery.logs.amazonaws.com
          Action: s3:PutObject
          Resource: !Sub ${{{name}.Arn}}/AWSLogs/${{AWS::AccountId}}/*
          Condition:
            StringEquals:
              s3:x-amz-acl: bucket-owner-full-control
        - Effect: Allow
          Principal:
            Service: delivery.logs.amazonaws.com
          Action: s3:GetBucketAcl
          Resource: !GetAtt {name}.Arn"""

_YAML_STATEMENTS: Mapping[Scalar, str] = {
    "application": _YAML_APPLICATION,
    "network": _YAML_NETWORK,
}

_YAML = """\
{name}:
  Type: AWS::S3::Bucket

{name}Policy:
  Type: AWS::S3::BucketPolicy
  Properties:
    Bucket: !Ref {name}
    PolicyDocument:
      Version: "2012-10-17"
      Statement:
{statement}"""

READ = "2026-11-27"
"""When the policies were last compared with AWS's (Elastic Load Balancing User Guides, "Enable
access logs"). What names the bucket names the policy, so that the policy is there first."""


def new_log_bucket(r: ResourceReader, kind: Scalar) -> tuple[NewValue, tuple[AttributeChange, ...]]:
    """The name of a new bucket, as code, and the change that adds it beside its load balancer.

    Args:
        r: the load balancer.
        kind: of it, which decides who writes there; the user has to name a bucket if it is another
            one than "application", "classic" and "network".
    """
    if kind not in _STATEMENTS:
        return Placeholder("name of a bucket for logs"), ()
    own = r.origin.name.rpartition(".")[2].rpartition("/")[2]
    name = f"{own}_logs" if r.terraform else f"{own}LogBucket"
    text, statements = (_TERRAFORM, _STATEMENTS) if r.terraform else (_YAML, _YAML_STATEMENTS)
    written = statements[kind].format(name=name, objects=_OBJECTS.format(name=name))
    named = SourceCode(
        f"aws_s3_bucket_policy.{name}.bucket" if r.terraform else f"!Ref {name}Policy",
        json.dumps({"Ref": f"{name}Policy"}),
    )
    return named, r.beside(SourceCode(text.format(name=name, statement=written)))
