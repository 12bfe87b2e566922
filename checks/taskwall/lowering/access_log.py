"""Access logs of load balancers: in S3, or by a delivery source of CloudWatch."""

from collections.abc import Iterator

from taskwall.core.change import AttributeChange, NewValue
from taskwall.core.values import Known, Scalar, Unknown, Value
from taskwall.lowering._reader import ResourceReader, lowers, setting
from taskwall.lowering.new_log_bucket import new_log_bucket
from taskwall.model.core.entity import Entity, Setting
from taskwall.model.entities.load_balancer import (
    LoadBalancer,
)
from taskwall.source.resource import Cell

_LOGS = "access_logs.s3.enabled"
_ENABLED = "access_logs.enabled"
_NO_LOGS = "access logs are off by default"


def access_log(r: ResourceReader) -> Setting:
    """Whether a load balancer keeps access logs: in S3, or by a delivery source of CloudWatch."""
    found = _delivered(r)
    if found is not None:
        return found
    if r.terraform:
        return setting(r.attribute(_ENABLED, ""), _ENABLED, False, _NO_LOGS)
    attributes = r.attribute("", "LoadBalancerAttributes")
    value: Value = Known(False)
    says = _NO_LOGS
    for item in attributes.each():
        key = item.get("Key")
        if key.known == _LOGS and item.sure:
            return setting(item.get("Value"), _LOGS)
        if key.known == _LOGS or key.needs:
            value, says = Unknown(item.doubt or key.needs or item.needs), ""
    return Setting(value, attributes.place, _LOGS, r.name, says)


def logging(r: ResourceReader, kind: Setting) -> tuple[AttributeChange, ...]:
    """What would make a load balancer of a kind keep access logs in S3.

    It gets a bucket, if it names none, and if its kind is known, which decides who writes there.
    """
    attributes = r.attribute("access_logs", "LoadBalancerAttributes")
    if r.terraform:
        return _block_of_logs(r, attributes, kind.known)
    found = {item.get("Key").known: item.get("Value") for item in attributes.each()}
    wanted: dict[str, NewValue] = {_LOGS: "true"}
    changes: tuple[AttributeChange, ...] = ()
    if _BUCKET not in found:
        wanted[_BUCKET], changes = new_log_bucket(r, kind.known)
    if _LOGS in found:
        changes += r.change(found[_LOGS], None, "true")
    missing = tuple({"Key": key, "Value": each} for key, each in wanted.items() if key not in found)
    return changes + (r.change(attributes, None, missing, "[+]") if missing else ())


_BUCKET = "access_logs.s3.bucket"


def classic_logging(r: ResourceReader) -> tuple[AttributeChange, ...]:
    """The same of a classic load balancer; in CloudFormation the user has to name a bucket.

    There only `DependsOn` makes its policy first: to cfn-lint what `Ref` gives of one is no name.
    """
    kind = "classic" if r.terraform else None
    return _block_of_logs(r, r.attribute("access_logs", "AccessLoggingPolicy"), kind)


def _block_of_logs(r: ResourceReader, block: Cell, kind: Scalar) -> tuple[AttributeChange, ...]:
    """The same by a block."""
    name = "bucket" if r.terraform else "S3BucketName"
    wanted: dict[str, NewValue] = {}
    added: tuple[AttributeChange, ...] = ()
    if block.get(name).absent:
        wanted[name], added = new_log_bucket(r, kind)
    return (*r.change(block, {**wanted, "enabled": True}, {"Enabled": True, **wanted}), *added)


def _delivered(r: ResourceReader) -> Setting | None:
    """The delivery source that takes a load balancer's access logs, if there is one."""
    found = None
    key = "resource_arn" if r.terraform else "ResourceArn"
    for resource in r.builder.about(r.id, key, *_DELIVERIES):
        other = ResourceReader(resource, r.builder)
        link = other.link(LoadBalancer, other.attribute("resource_arn", "ResourceArn"))
        kind = other.attribute("log_type", "LogType")
        if link is None or (link.exact and link.to != r.id):
            continue
        needs = (*kind.needs, *other.origin.maybe, *(() if link.to == r.id else link.fact.needs))
        if needs:
            found = Setting(Unknown(needs), r.origin.header, _LOGS, r.name)
        elif str(kind.known).endswith("ACCESS_LOGS"):
            return Setting(Known(True), r.origin.header, _LOGS, r.name)
    return found


_DELIVERIES = ("aws_cloudwatch_log_delivery_source", "AWS::Logs::DeliverySource")


@lowers(*_DELIVERIES)
def delivery_source(r: ResourceReader) -> Iterator[Entity]:
    # Read by the load balancer whose logs it takes.
    r.attribute("resource_arn", "ResourceArn")
    r.attribute("log_type", "LogType")
    return iter(())


def classic_access_log(r: ResourceReader) -> Setting:
    """Whether a classic load balancer keeps access logs."""
    block = r.attribute("access_logs", "AccessLoggingPolicy")
    if block.absent:
        return setting(block, block.key, False, _NO_LOGS)
    enabled = block.get("enabled" if r.terraform else "Enabled")
    if enabled.absent and enabled.sure and r.terraform:
        return setting(enabled, "enabled", True, "a block of access logs turns them on")
    if enabled.absent and enabled.doubt:
        return Setting(Unknown(enabled.doubt), enabled.place, "enabled", r.name)
    return setting(enabled, "enabled", False, _NO_LOGS)
