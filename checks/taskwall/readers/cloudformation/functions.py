"""The functions of templates, by their names.

What they mean: "Intrinsic function reference" of the AWS CloudFormation User Guide.
"""

from collections.abc import Callable
from typing import Final

from taskwall.readers.cloudformation import conditions, lists, references, texts
from taskwall.readers.cloudformation.deployment import TemplateContext
from taskwall.readers.cloudformation.document import DYNAMIC_REFERENCE, IntrinsicCall
from taskwall.readers.cloudformation.intrinsics import NodeValue

FUNCTIONS: Final[dict[str, Callable[[TemplateContext, IntrinsicCall], NodeValue]]] = {
    DYNAMIC_REFERENCE: texts.resolve,
    "Condition": conditions.condition,
    "Fn::And": conditions.and_,
    "Fn::Base64": texts.base64,
    "Fn::Cidr": lists.cidr_blocks,
    "Fn::Contains": conditions.contains,
    "Fn::EachMemberEquals": conditions.each_equals,
    "Fn::EachMemberIn": conditions.each_in,
    "Fn::Equals": conditions.equals,
    "Fn::FindInMap": lists.find_in_map,
    "Fn::GetAZs": lists.zones,
    "Fn::GetAtt": references.get_att,
    "Fn::If": conditions.if_,
    "Fn::ImportValue": references.import_value,
    "Fn::Join": texts.join,
    "Fn::Length": lists.length_of,
    "Fn::Not": conditions.not_,
    "Fn::Or": conditions.or_,
    "Fn::RefAll": conditions.deployed_account,
    "Fn::Select": lists.select,
    "Fn::Split": lists.split,
    "Fn::Sub": texts.sub,
    "Fn::ToJsonString": texts.to_json,
    "Fn::Transform": references.transform,
    "Fn::ValueOf": conditions.deployed_account,
    "Fn::ValueOfAll": conditions.deployed_account,
    "Ref": references.ref,
}

GROWING: Final = frozenset(f"Fn::{name}" for name in ("Cidr", "FindInMap", "Join", "Split", "Sub"))
"""What can make much of little."""
