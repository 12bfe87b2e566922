"""What data sources ask for: which resources they mean, and by which attributes.

The arguments of each type are from its page below
https://registry.terraform.io/providers/hashicorp/aws/latest/docs/data-sources, the names of filters
from the `Describe...` calls of AWS that these make.
"""

import re
from collections.abc import Callable, Mapping

from msgspec import Struct

from taskwall.core.globs import fixed_part, matches_text
from taskwall.core.truths import any_true
from taskwall.core.values import (
    Fields,
    Items,
    Known,
    Reference,
    Text,
    Value,
    dereferenced,
    same,
    spelled,
    stands_for_many,
    symbol,
)
from taskwall.readers.terraform.evaluation.context import WrittenBody
from taskwall.readers.terraform.values.values import is_null

REMOTE_STATE = "terraform_remote_state"
"""The type of those that read the state of another root."""

REMOTE_STATE_ARGUMENTS = frozenset({"backend", "config", "defaults", "workspace", "id"})
"""Their attributes beside `outputs`."""


class DataSource(Struct, frozen=True):
    """A type of data source: the types of the resources that it means.

    `arguments` are those that are called otherwise than the resource's attribute; `lists` is the
    attribute that holds the ids of all resources that it means, if it means several. `named` is the
    attribute by which an account has one of them in a region.
    """

    means: tuple[str, ...]
    arguments: Mapping[str, str] = {}
    lists: str = ""
    named: str = ""


def _one(*means: str, **arguments: str) -> DataSource:
    return DataSource(means, arguments)


def _named(named: str, *means: str, **arguments: str) -> DataSource:
    return DataSource(means, arguments, named=named)


DATA_SOURCES: Mapping[str, DataSource] = {
    "aws_alb": _named("name", "aws_lb", "aws_alb"),
    "aws_alb_listener": _one("aws_lb_listener", "aws_alb_listener"),
    "aws_alb_target_group": _named("name", "aws_lb_target_group", "aws_alb_target_group"),
    "aws_db_instance": _named("identifier", "aws_db_instance", db_instance_identifier="identifier"),
    "aws_ecs_cluster": _named("name", "aws_ecs_cluster", cluster_name="name"),
    "aws_ecs_service": _one("aws_ecs_service", service_name="name", cluster_arn="cluster"),
    "aws_ecs_task_definition": _named(
        "family", "aws_ecs_task_definition", task_definition="family"
    ),
    "aws_efs_file_system": _one("aws_efs_file_system", file_system_id="id"),
    "aws_elasticache_cluster": _named("cluster_id", "aws_elasticache_cluster"),
    "aws_elasticache_replication_group": _named(
        "replication_group_id", "aws_elasticache_replication_group"
    ),
    "aws_internet_gateway": _one("aws_internet_gateway", internet_gateway_id="id"),
    "aws_lb": _named("name", "aws_lb", "aws_alb"),
    "aws_lb_listener": _one("aws_lb_listener", "aws_alb_listener"),
    "aws_lb_target_group": _named("name", "aws_lb_target_group", "aws_alb_target_group"),
    "aws_nat_gateway": _one("aws_nat_gateway"),
    "aws_rds_cluster": _named("cluster_identifier", "aws_rds_cluster"),
    "aws_route_table": _one("aws_route_table", route_table_id="id"),
    "aws_route_tables": DataSource(("aws_route_table",), lists="ids"),
    "aws_security_group": _one("aws_security_group"),
    "aws_security_groups": DataSource(("aws_security_group",), lists="ids"),
    "aws_service_discovery_dns_namespace": _one("aws_service_discovery_private_dns_namespace"),
    "aws_service_discovery_http_namespace": _one("aws_service_discovery_http_namespace"),
    "aws_ssm_parameter": _named("name", "aws_ssm_parameter"),
    "aws_subnet": _one("aws_subnet"),
    "aws_subnet_ids": DataSource(("aws_subnet",), lists="ids"),
    "aws_subnets": DataSource(("aws_subnet",), lists="ids"),
    "aws_vpc": _one("aws_vpc"),
    "aws_vpc_endpoint": _one("aws_vpc_endpoint"),
    "aws_vpcs": DataSource(("aws_vpc",), lists="ids"),
}
"""By their type, the data sources that look resources up."""

_FILTERS: Mapping[str, str] = {
    "availability-zone": "availability_zone",
    "availabilityZone": "availability_zone",
    "cidr": "cidr_block",
    "cidr-block": "cidr_block",
    "cidrBlock": "cidr_block",
    "group-id": "id",
    "group-name": "name",
    "internet-gateway-id": "id",
    "map-public-ip-on-launch": "map_public_ip_on_launch",
    "mapPublicIpOnLaunch": "map_public_ip_on_launch",
    "nat-gateway-id": "id",
    "route-table-id": "id",
    "service-name": "service_name",
    "subnet-id": "id",
    "vpc-endpoint-id": "id",
    "vpc-id": "vpc_id",
}
"""The filters that ask for an attribute, and which. Beside them are those of tags (`tag:Name`)."""

_ALWAYS: Mapping[str, tuple[object, ...]] = {
    "state": ("available",),
    "type": ("DNS_PRIVATE",),
    "with_decryption": (True, False, "true", "false"),
}
"""Arguments that leave out no resource, with these values."""

_NOT_ASKED = frozenset({"region", "timeouts"})

_FILLED_IN = frozenset({"availability_zone", "default", "map_public_ip_on_launch", "vpc_id"})
"""Attributes of resources that AWS gives a value where none is written."""

_VARIABLE = re.compile(r"(?:^|/)var\.[\w-]+$")
"""A variable of a root: where roots share its name, their folders stand before it."""

UNIQUE = frozenset({"id", "arn"})
"""What no two resources have in common."""


class Criterion(Struct, frozen=True):
    """That an attribute, or a tag, has one of some values. `like` says that these are patterns."""

    attribute: str
    tag: str
    values: tuple[Value, ...]
    like: bool = False


class DataQuery(Struct, frozen=True):
    """What a data source asks: all criteria hold of what it means.

    `whole` is whether no more is asked than can be told, `unique` whether what all of it is true of
    is the only one that can be meant. `said` is who says what it means, if that is not found.
    """

    criteria: tuple[Criterion, ...]
    whole: bool
    unique: bool = False
    said: str = ""

    @property
    def by(self) -> str:
        """In a few words, by what it asks: `tags and vpc_id`."""
        if self.said:
            return self.said
        names = ("tags" if one.tag else one.attribute for one in self.criteria)
        return " and ".join(dict.fromkeys(names))


def query_of(source: DataSource, written: WrittenBody) -> DataQuery:
    """What a data source of a type asks for."""
    found: list[Criterion] = []
    whole = True
    for name in written.names():
        value = written.get(name)
        settled = dereferenced(value)
        if value is None or settled is None or is_null(settled) or name in _NOT_ASKED:
            continue
        if isinstance(settled, Known) and settled.data in _ALWAYS.get(name, ()):
            continue
        several: list[Criterion] | None
        if name == "tags":
            several = _tags(settled)
        elif name == "filter":
            several = _filters(settled)
        elif isinstance(settled, Items | Fields):
            several = None
        else:
            several = [Criterion(source.arguments.get(name, name), "", (value,))]
        if several is None:
            whole = False
        else:
            found += several
    unique = any(one.attribute in (*UNIQUE, source.named) for one in found)
    return DataQuery(tuple(found), whole, unique)


def _tags(value: Value) -> list[Criterion] | None:
    if not isinstance(value, Fields) or value.rest is not None:
        return None
    return [Criterion("tags", key, (item,)) for key, item in value.fields.items()]


def _filters(value: Value) -> list[Criterion] | None:
    if not isinstance(value, Items) or value.rest:
        return None
    found = []
    for item in value.items:
        block = dereferenced(item)
        if not isinstance(block, Fields):
            return None
        name = dereferenced(block.fields.get("name") or Known(None))
        values = dereferenced(block.fields.get("values") or Known(None))
        if not isinstance(name, Known) or not isinstance(values, Items) or values.rest:
            return None
        text = spelled(name.data) or ""
        if text == "state" and all(_says(one, "available") for one in values.items):
            continue
        tag = text.removeprefix("tag:") if text.startswith("tag:") else ""
        attribute = "tags" if tag else _FILTERS.get(text)
        if attribute is None:
            return None
        found.append(Criterion(attribute, tag, values.items, like=True))
    return found


def _says(value: Value, text: str) -> bool:
    found = dereferenced(value)
    return isinstance(found, Known) and found.data == text


def meets(query: DataQuery, attribute: Callable[[str], Value | None]) -> bool | None:
    """Whether a resource is one that is asked for, by its attributes; None if that is open."""
    truth: bool | None = True if query.whole else None
    for criterion in query.criteria:
        met = _met(criterion, attribute)
        if met is False:
            return False
        truth = truth and met
    return truth


def _met(criterion: Criterion, attribute: Callable[[str], Value | None]) -> bool | None:
    value = attribute(criterion.attribute)
    if criterion.tag:
        tags = dereferenced(value)
        if tags is None or is_null(tags):
            return False
        if not isinstance(tags, Fields):
            return None
        value = tags.fields.get(criterion.tag, tags.rest)
        if criterion.tag not in tags.fields and value is not None:
            return None
    if value is None or is_null(dereferenced(value)):
        return None if criterion.attribute in _FILLED_IN else False
    return any_true([_equal(value, wanted, criterion.like) for wanted in criterion.values])


def _equal(value: Value, wanted: Value, like: bool) -> bool | None:
    """Whether an attribute has a value that is asked for."""
    value, settled = dereferenced(value), dereferenced(wanted)
    if isinstance(value, Reference) and isinstance(settled, Reference):
        alike = value.attribute == settled.attribute and value.attribute in UNIQUE
        if alike and value.resource != settled.resource and _is_one(value) and _is_one(settled):
            return False
    if like and isinstance(settled, Known) and isinstance(settled.data, str):
        text = dereferenced(value)
        if "*" in settled.data or "?" in settled.data:
            if isinstance(text, Known):
                return matches_text(settled.data, spelled(text.data) or "")
            return _begins_so(text, settled.data)
    found = same(value, wanted)
    return _same_text(value, wanted) if found is None else found


def _begins_so(value: Value, wanted: str) -> bool | None:
    """Whether a text of which only the beginning is known fits a pattern, as `shop-*`."""
    first = value.parts[0] if isinstance(value, Text) else None
    fixed = fixed_part(wanted)
    if not isinstance(first, str) or not (first.startswith(fixed) or fixed.startswith(first)):
        return False if isinstance(first, str) else None
    return True if wanted == f"{fixed}*" and first.startswith(fixed) else None


def _same_text(value: Value, wanted: Value) -> bool | None:
    """Whether two texts that are known in part are equal.

    What both begin and end with counts for nothing, and a variable of one name has one value, since
    what users say of it holds for all roots.
    """
    one, other = _pieces(value), _pieces(wanted)
    for at in (0, -1):
        while one and other and one[at] == other[at]:
            del one[at], other[at]
    if not one or not other:
        rest = one or other
        return True if not rest else False if any(len(piece) == 1 for piece in rest) else None
    return None


def _pieces(value: Value) -> list[str]:
    """The characters of a text, and the names of what is not known in it, longer than one."""
    found = dereferenced(value)
    if isinstance(found, Known):
        return list(spelled(found.data) or "")
    pieces: list[str] = []
    for part in found.parts if isinstance(found, Text) else (value,):
        if isinstance(part, str):
            pieces += part
        else:
            pieces.append(variable_name(part) or symbol(part) or "? ")
    return pieces


def variable_name(value: Value) -> str:
    """The variable of a root that a value is, as `var.env`; "" if it is none."""
    found = _VARIABLE.search(symbol(value))
    return found[0].removeprefix("/") if found else ""


def _is_one(reference: Reference) -> bool:
    """Whether a reference is to one resource that sources write, and not to what they look up."""
    return not reference.looked_up and not stands_for_many(reference.resource)
