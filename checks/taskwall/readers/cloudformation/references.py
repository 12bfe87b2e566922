"""The functions that refer to something: `Ref`, `Fn::GetAtt`, `Fn::ImportValue`, macros."""

from typing import Final

from taskwall.core.values import (
    NOT_EXPORTED,
    Items,
    Known,
    Need,
    Unknown,
    Value,
    dereferenced,
    needs,
    spelled,
)
from taskwall.readers.cloudformation import imports
from taskwall.readers.cloudformation.deployment import TemplateContext
from taskwall.readers.cloudformation.document import IntrinsicCall, Sequence, literal_text, members
from taskwall.readers.cloudformation.intrinsics import MalformedError, NodeValue, name_of

PROPERTY_OF_ATTRIBUTE: Final[dict[str, dict[str, str]]] = {
    "AWS::DocDB::DBCluster": {"Port": "Port"},
    "AWS::EC2::VPC": {"CidrBlock": "CidrBlock"},
    "AWS::EC2::Subnet": {
        "AvailabilityZone": "AvailabilityZone",
        "CidrBlock": "CidrBlock",
        "OutpostArn": "OutpostArn",
        "VpcId": "VpcId",
    },
    "AWS::EC2::SecurityGroup": {"VpcId": "VpcId", "GroupName": "GroupName"},
    "AWS::ECS::Service": {"Name": "ServiceName"},
    "AWS::ElastiCache::ReplicationGroup": {
        "ConfigurationEndPoint.Port": "Port",
        "PrimaryEndPoint.Port": "Port",
    },
    "AWS::ElasticLoadBalancingV2::LoadBalancer": {"LoadBalancerName": "Name"},
    "AWS::ElasticLoadBalancingV2::TargetGroup": {"TargetGroupName": "Name"},
    "AWS::RDS::DBInstance": {"Endpoint.Port": "Port"},
    "AWS::RDS::DBCluster": {"Endpoint.Port": "Port"},
    "AWS::ServiceDiscovery::Service": {"Name": "Name"},
}
"""By resource type: attributes that are what the template writes for a property, and for which."""


def ref(run: TemplateContext, call: IntrinsicCall) -> NodeValue:
    """`Ref`: a parameter, a resource or a pseudo parameter."""
    name = literal_text(call.argument)
    if name is None:
        found = dereferenced(run.argument(call.argument))
        if waits := needs(found):
            return Unknown(waits, place=call.place)
        name = spelled(found.data) if isinstance(found, Known) else None
        if name is None:
            raise MalformedError("takes a name")
    return run.named(name, call.place)


def get_att(run: TemplateContext, call: IntrinsicCall) -> Value:
    """`Fn::GetAtt`: an attribute of a resource."""
    name: str | None
    attribute: str | None
    if isinstance(call.argument, Sequence | Items):
        values = [dereferenced(run.argument(node)) for node in run.arguments(call, 2)]
        waits = tuple(need for value in values for need in needs(value))
        if waits:
            return Unknown(waits, place=call.place)
        name, attribute = (
            spelled(value.data) if isinstance(value, Known) else None for value in values
        )
    else:
        name, _, attribute = (literal_text(call.argument) or "").partition(".")
    if not (name and attribute):
        raise MalformedError("takes a resource and an attribute")
    return run.get(name, attribute, call.place)


def import_value(run: TemplateContext, call: IntrinsicCall) -> Value:
    """`Fn::ImportValue`: the value that another stack exports."""
    run.run.importing += 1
    try:
        name = run.argument(call.argument)
    finally:
        run.run.importing -= 1
    by = name_of(name)
    symbol_name = f"{call.name} {by}" if by else ""
    found = imports.imported(run, name, symbol_name, call.place)
    if found is not None:
        return found
    why = "is imported from another stack"
    if imports.is_exported_elsewhere(run, name):
        why = NOT_EXPORTED
    if not symbol_name:
        return Unknown((*needs(name), Need(call.name, why)), place=call.place)
    return run.unknown(symbol_name, why, call.place)


def transform(run: TemplateContext, call: IntrinsicCall) -> Value:
    """`Fn::Transform`: what a macro makes."""
    name = literal_text(members(call.argument).get("Name"))
    return run.macro(f"{call.name} {name}" if name else call.name, call.place)
