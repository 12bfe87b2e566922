"""What modules that are not there may make of what the sources hand to them.

A group, VPC, route table or load balancer may get permissions, endpoints, routes and listeners
there; subnets, groups and target groups may be used by tasks, instances and load balancers. Each of
these is a resource that may exist, all other attributes of which are unknown, so that the network
and the rules meet it like any other.
"""

from collections.abc import Iterator, Mapping, Sequence

from taskwall.core.values import (
    Fields,
    Items,
    Need,
    Origin,
    Reference,
    Span,
    Text,
    Unknown,
    Value,
)
from taskwall.lowering._draft import entity_of
from taskwall.source.resource import ABSENT, Resource

_ADDED: Mapping[str, tuple[tuple[str, str], ...]] = {
    "SecurityGroup": (
        ("aws_vpc_security_group_ingress_rule", "security_group_id"),
        ("aws_vpc_security_group_egress_rule", "security_group_id"),
    ),
    "Vpc": (
        ("aws_vpc_endpoint", "vpc_id"),
        ("aws_flow_log", "vpc_id"),
        ("aws_vpc_encryption_control", "vpc_id"),
        ("aws_vpc_peering_connection", "vpc_id"),
        ("aws_ec2_transit_gateway_vpc_attachment", "vpc_id"),
    ),
    "RouteTable": (("aws_route", "route_table_id"),),
    "NetworkAcl": (("aws_network_acl_rule", "network_acl_id"),),
    "PrefixList": (("aws_ec2_managed_prefix_list_entry", "prefix_list_id"),),
    "LoadBalancer": (("aws_lb_listener", "load_balancer_arn"),),
    "Listener": (("aws_lb_listener_rule", "listener_arn"),),
    "LatticeService": (
        ("aws_vpclattice_listener", "service_identifier"),
        ("aws_vpclattice_service_network_service_association", "service_identifier"),
    ),
}
"""What may be added to a thing, by its kind: types, and the attribute that refers to the thing."""

_JUDGED = frozenset({"aws_vpc_security_group_ingress_rule", "aws_vpc_security_group_egress_rule"})
"""Types of which rules speak: what they say of a permission they say of the group that has it."""

_USERS: Mapping[str, Mapping[str, str]] = {
    "aws_ecs_service": {
        "Subnet": "network_configuration.subnets[]",
        "SecurityGroup": "network_configuration.security_groups[]",
        "TargetGroup": "load_balancer[].target_group_arn",
        "Cluster": "cluster",
        "TaskDefinition": "task_definition",
    },
    "aws_instance": {"SecurityGroup": "vpc_security_group_ids[]"},
    "aws_autoscaling_group": {"Instances": "launch_template[].id"},
    "aws_lb": {"Subnet": "subnets[]", "SecurityGroup": "security_groups[]"},
    "aws_lb_listener": {"TargetGroup": "default_action[].target_group_arn"},
    "aws_vpc_endpoint": {
        "Subnet": "subnet_ids[]",
        "SecurityGroup": "security_group_ids[]",
        "RouteTable": "route_table_ids[]",
    },
    "aws_db_instance": {"SecurityGroup": "vpc_security_group_ids[]"},
    "aws_route_table_association": {"RouteTable": "route_table_id", "Subnet": "subnet_id"},
}
"""What may use things, by its type: the attribute in which it names them, by their kind."""

_IN_PAIRS = frozenset({"aws_route_table_association"})
"""Types that are made only where all that they tie together is handed over: a subnet that is used
by something else gets no routes by that."""

_DESCRIBES = frozenset(
    {
        *("cidr_block", "ipv6_cidr_block", "CidrBlock", "CidrBlockAssociations", "Ipv6CidrBlocks"),
        *("dns_name", "DNSName", "zone_id", "CanonicalHostedZoneID", "CanonicalHostedZoneNameID"),
        *("arn_suffix", "LoadBalancerFullName", "TargetGroupFullName", "LoadBalancerName"),
        *("availability_zone", "AvailabilityZone", "port", "protocol"),
    }
)
"""The attributes that do not hand a thing over: addresses, and names that only metrics and records
take. Any other may be used to change the thing, or to use it."""

_NO_ARGUMENTS = frozenset({"source", "version", "providers", "TemplateURL", "Location"})


def with_possible(resources: Sequence[Resource]) -> Sequence[Resource]:
    """Resources, and those that the absent modules among them may make."""
    absent = [resource for resource in resources if resource.type == ABSENT]
    if not absent:
        return resources
    written = [resource for resource in resources if resource.type != ABSENT]
    declared = {one.origin.address: one for one in written if not one.data}
    return [*written, *(one for call in absent for one in _possible(call, declared))]


def _possible(call: Resource, declared: Mapping[str, Resource]) -> Iterator[Resource]:
    handed: dict[str, dict[str, tuple[Reference, Span]]] = {}
    for argument, place in _arguments(call.body, call.place):
        for reference in _references(argument):
            resource = declared.get(reference.resource)
            kind = None if resource is None else entity_of(resource.type)
            if kind is not None:
                of_kind = handed.setdefault(kind.__name__, {})
                of_kind.setdefault(reference.resource, (reference, place))
    for known, found in handed.items():
        for address, (reference, place) in found.items():
            for type_, attribute in _ADDED.get(known, ()):
                key = f'{call.origin.address}.{type_}["{address}"]'
                yield _resource(call, type_, key, {attribute: reference}, place)
    for type_, attributes in _USERS.items():
        used = {path: [*handed.get(name, {}).values()] for name, path in attributes.items()}
        if (all if type_ in _IN_PAIRS else any)(used.values()):
            fields: dict[str, Value] = {}
            for path, things in used.items():
                _put(fields, path, things, call)
            header = call.origin.header
            yield _resource(call, type_, f"{call.origin.address}.{type_}", fields, header)


def _arguments(body: Fields, whole: Span) -> Iterator[tuple[Value, Span]]:
    """What is handed over, and where: of a nested template its parameters."""
    for name, argument in body.fields.items():
        place = body.places.get(name) or whole
        if name == "Parameters" and isinstance(argument, Fields):
            yield from _arguments(argument, place)
        elif name not in _NO_ARGUMENTS:
            yield argument, place


def _put(
    fields: dict[str, Value], path: str, handed: Sequence[tuple[Reference, Span]], call: Resource
) -> None:
    """Write that each of some things may stand at a path, and nothing else that is written."""
    first, _, last = path.partition(".")
    rest = Unknown((_need(call, handed[0][1] if handed else call.origin.header),))
    things: list[Value] = [thing for thing, _ in handed]
    if first.endswith("[]") and last:
        things = [Fields({last: thing}, rest=rest) for thing in things]
    if "[]" not in path:
        fields[path] = things[0] if len(things) == 1 else rest
        return
    some = Items((), tuple(things), None, rest.needs if things else ())
    if not last.endswith("[]"):
        fields[first.removesuffix("[]")] = some
        return
    known = fields.get(first)
    block = known.items[0] if isinstance(known, Items) else Fields({})
    assert isinstance(block, Fields)
    inner = {**block.fields, last.removesuffix("[]"): some}
    fields[first] = Items((Fields(inner, rest=rest),))


def _need(call: Resource, place: Span) -> Need:
    return Need(call.origin.name, "is not there to be read", place)


def _resource(
    call: Resource,
    type_: str,
    address: str,
    fields: dict[str, Value],
    place: Span,
) -> Resource:
    need = _need(call, place)
    origin = Origin(
        call.origin.name,
        address,
        place,
        "terraform",  # whatever the language of the call: the attributes are Terraform's
        call.origin.called_from,
        (need, *call.origin.maybe),
        silent=type_ not in _JUDGED,
    )
    return Resource(type_, origin, Fields(fields, {}, Unknown((need,)), place), place)


def _references(value: Value) -> Iterator[Reference]:
    """The references in a value that lead to a thing itself."""
    if isinstance(value, Reference):
        if value.attribute not in _DESCRIBES:
            yield value
        if value.value is not None:
            yield from _references(value.value)
    elif isinstance(value, Text):
        for part in value.parts:
            if not isinstance(part, str):
                yield from _references(part)
    elif isinstance(value, Items):
        for item in (*value.items, *value.rest):
            yield from _references(item)
    elif isinstance(value, Fields):
        for item in value.fields.values():
            yield from _references(item)
        if value.rest is not None:
            yield from _references(value.rest)
