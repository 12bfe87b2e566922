"""What modules that are not there may make of what the sources hand to them.

A group, VPC, route table or load balancer may get permissions, endpoints, routes and listeners
there; subnets, groups and target groups may be used by tasks, instances and load balancers. Each of
these is a resource that may exist, all other attributes of which are unknown, so that the network
and the rules meet it like any other.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from taskwall.core.patterns import pattern
from taskwall.core.values import (
    NOT_READ,
    Fields,
    Items,
    Known,
    Need,
    Origin,
    Reference,
    Span,
    Unknown,
    Value,
    dereferenced,
    symbol,
)
from taskwall.lowering._held import GIVEN_BY, HELD
from taskwall.lowering._references import entity_of
from taskwall.lowering._resources import leaves, references_in
from taskwall.lowering._types import LOWERED
from taskwall.source.resource import ABSENT, Resource

_ADDED: Mapping[str, tuple[tuple[str, str], ...]] = {
    "SecurityGroup": (
        ("aws_vpc_security_group_ingress_rule", "security_group_id"),
        ("aws_vpc_security_group_egress_rule", "security_group_id"),
    ),
    "Vpc": (
        ("aws_vpc_endpoint", "vpc_id"),
        ("aws_flow_log", "vpc_id"),
        ("aws_vpc_peering_connection", "vpc_id"),
        ("aws_ec2_transit_gateway_vpc_attachment", "vpc_id"),
        ("aws_networkmanager_vpc_attachment", "vpc_arn"),
        ("aws_vpn_gateway", "vpc_id"),
        ("aws_vpc_ipv4_cidr_block_association", "vpc_id"),
        ("aws_vpc_ipv6_cidr_block_association", "vpc_id"),
        ("aws_vpc_block_public_access_exclusion", "vpc_id"),
        ("aws_main_route_table_association", "vpc_id"),
        ("aws_default_security_group", "vpc_id"),
    ),
    "Subnet": (("aws_vpc_block_public_access_exclusion", "subnet_id"),),
    "RouteTable": (("aws_route", "route_table_id"),),
    "NetworkAcl": (("aws_network_acl_rule", "network_acl_id"),),
    "PrefixList": (("aws_ec2_managed_prefix_list_entry", "prefix_list_id"),),
    "LoadBalancer": (
        ("aws_lb_listener", "load_balancer_arn"),
        ("aws_cloudwatch_log_delivery_source", "resource_arn"),
    ),
    "ClassicLoadBalancer": (
        ("aws_lb_ssl_negotiation_policy", "load_balancer"),
        ("aws_load_balancer_listener_policy", "load_balancer_name"),
    ),
    "Listener": (
        ("aws_lb_listener_rule", "listener_arn"),
        ("aws_lb_listener_certificate", "listener_arn"),
    ),
    "Instance": (("aws_eip_association", "instance_id"),),
    "NetworkInterface": (("aws_eip_association", "network_interface_id"),),
    "Endpoint": (
        ("aws_vpc_endpoint_policy", "vpc_endpoint_id"),
        ("aws_vpc_endpoint_private_dns", "vpc_endpoint_id"),
        ("aws_vpc_endpoint_security_group_association", "vpc_endpoint_id"),
        ("aws_vpc_endpoint_route_table_association", "vpc_endpoint_id"),
    ),
    "EndpointService": (("aws_vpc_endpoint_service_allowed_principal", "vpc_endpoint_service_id"),),
    "Namespace": (("aws_service_discovery_service", "dns_config.namespace_id"),),
    "Mesh": (("aws_appmesh_virtual_service", "mesh_name"),),
    "TransitTable": (("aws_ec2_transit_gateway_route", "transit_gateway_route_table_id"),),
    "CoreNetwork": (("aws_networkmanager_core_network_policy_attachment", "core_network_id"),),
    "VpnConnection": (("aws_vpn_connection_route", "vpn_connection_id"),),
    "ResourceShare": (("aws_ram_principal_association", "resource_share_arn"),),
    "LatticeTargets": (("aws_vpclattice_target_group_attachment", "target_group_identifier"),),
    "LatticeListener": (("aws_vpclattice_listener_rule", "listener_identifier"),),
    "LatticeService": (
        ("aws_vpclattice_listener", "service_identifier"),
        ("aws_vpclattice_service_network_service_association", "service_identifier"),
    ),
}
"""What may be added to a thing, by its kind: types, and the attribute that refers to the thing."""

_OWN_KINDS = {
    "aws_elb": "ClassicLoadBalancer",
    "aws_instance": "Instance",
    "AWS::EC2::Instance": "Instance",
    "AWS::ElasticLoadBalancing::LoadBalancer": "ClassicLoadBalancer",
    "aws_ram_resource_share": "ResourceShare",
    "AWS::RAM::ResourceShare": "ResourceShare",
    "aws_network_interface": "NetworkInterface",
    "AWS::EC2::NetworkInterface": "NetworkInterface",
    "aws_cloudfront_vpc_origin": "VpcOrigin",
    "AWS::CloudFront::VpcOrigin": "VpcOrigin",
}
"""What is handed over as something else than a kind of the model, by its type."""

_DEFAULT_GROUP = ("default_security_group_id", "DefaultSecurityGroup", "default_security_group")
"""The attributes by which a VPC hands over the group that it comes with."""

_ARNS = ("arn", "id")
"""The attributes of Terraform's cluster that hold its ARN: who gives it capacity providers there
needs its name (https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/
ecs_cluster_capacity_providers)."""

_JUDGED = frozenset({"aws_vpc_security_group_ingress_rule", "aws_vpc_security_group_egress_rule"})
"""Types of which rules speak: what they say of a permission they say of the group that has it."""

_RULES = {
    "aws_security_group_rule": "security_group_id",
    "aws_vpc_security_group_ingress_rule": "security_group_id",
    "aws_vpc_security_group_egress_rule": "security_group_id",
    "AWS::EC2::SecurityGroupIngress": "GroupId",
    "AWS::EC2::SecurityGroupEgress": "GroupId",
}
"""The types of rules of their own, and the attribute that names their group."""

_TRANSIT = {
    "TransitAttachment": "transit_gateway_attachment_id",
    "TransitTable": "transit_gateway_route_table_id",
}

_USERS: Mapping[str, Mapping[str, str]] = {
    "aws_ecs_service": {
        "Subnet": "network_configuration.subnets[]",
        "SecurityGroup": "network_configuration.security_groups[]",
        "TargetGroup": "load_balancer[].target_group_arn",
        "ClassicLoadBalancer": "load_balancer[].elb_name",
        "Cluster": "cluster",
        "TaskDefinition": "task_definition",
    },
    "aws_ecs_task_definition": {
        "Store": "container_definitions[].environment[].value",
        "FileSystem": "volume[].efs_volume_configuration.file_system_id",
        "MountTarget": "volume[].fsx_windows_file_server_volume_configuration.file_system_id",
    },
    "aws_ecs_capacity_provider": {
        "AutoScalingGroup": "auto_scaling_group_provider[].auto_scaling_group_arn"
    },
    "aws_ecs_cluster_capacity_providers": {
        "ClusterName": "cluster_name",
        "CapacityProvider": "capacity_providers[]",
    },
    "aws_instance": {
        "SecurityGroup": "vpc_security_group_ids[]",
        "NetworkInterface": "network_interface[].network_interface_id",
        "PrimaryInterface": "primary_network_interface[].network_interface_id",
    },
    "aws_autoscaling_group": {"Instances": "launch_template[].id"},
    "aws_lb": {"Subnet": "subnets[]", "SecurityGroup": "security_groups[]"},
    "aws_lb_listener": {"FreeTargetGroup": "default_action[].target_group_arn"},
    "aws_vpc_endpoint": {
        "Subnet": "subnet_ids[]",
        "SecurityGroup": "security_group_ids[]",
        "RouteTable": "route_table_ids[]",
    },
    "aws_db_instance": {"SecurityGroup": "vpc_security_group_ids[]"},
    "aws_cloudfront_distribution": {"VpcOrigin": "origin[].vpc_origin_config.vpc_origin_id"},
    "aws_vpn_connection": {
        "Gateway": "vpn_gateway_id",
        "CustomerGateway": "customer_gateway_id",
        "TransitGateway": "transit_gateway_id",
    },
    "aws_vpn_gateway_attachment": {"Vpc": "vpc_id", "Gateway": "vpn_gateway_id"},
    "aws_network_acl_association": {"NetworkAcl": "network_acl_id", "Subnet": "subnet_id"},
    "aws_route_table_association": {"RouteTable": "route_table_id", "Subnet": "subnet_id"},
    "aws_ec2_transit_gateway_route_table_association": _TRANSIT,
    "aws_ec2_transit_gateway_route_table_propagation": _TRANSIT,
}
"""What may use things, by its type: the attribute in which it names them, by their kind."""

_STORE = frozenset({"aws_db_instance"})
"""What stands for any data store that a module makes."""

_MAKES: Mapping[str, frozenset[str]] = {
    "RaJiska/fck-nat/aws": frozenset({"aws_instance", "aws_route"}),
    "cloudposse/efs/aws": _STORE | _JUDGED,
    "cloudposse/elasticache-redis/aws": _STORE | _JUDGED,
    "cloudposse/elasticsearch/aws": _STORE,
    "cloudposse/rds/aws": _STORE,
    "cloudposse/rds-cluster/aws": _STORE,
    "terraform-aws-modules/apigateway-v2/aws": frozenset(),
    "terraform-aws-modules/dms/aws": frozenset(),
    "terraform-aws-modules/ec2-instance/aws": frozenset({"aws_instance"}),
    "terraform-aws-modules/efs/aws": _STORE,
    "terraform-aws-modules/eks/aws": frozenset(),
    "terraform-aws-modules/elasticache/aws": _STORE,
    "terraform-aws-modules/global-accelerator/aws": frozenset(),
    "terraform-aws-modules/lambda/aws": frozenset(),
    "terraform-aws-modules/memory-db/aws": _STORE,
    "terraform-aws-modules/msk-kafka-cluster/aws": _STORE,
    "terraform-aws-modules/opensearch/aws": _STORE,
    "terraform-aws-modules/rds/aws": _STORE,
    "terraform-aws-modules/rds-aurora/aws": _STORE,
    "terraform-aws-modules/rds-proxy/aws": _STORE,
    "terraform-aws-modules/redshift/aws": _STORE,
    "terraform-aws-modules/s3-bucket/aws": _STORE,
}
"""Popular modules of the registry that make no tasks: what of all this they make of what they are
given, or add to it. Their sources were read on 2026-11-30. Nodes of EKS are no container instances.
Those with the types of rules let a caller name the group that gets them."""

_CALLED = {
    "aws_ecs_service": "a service",
    "aws_ecs_task_definition": "a task definition",
    "aws_instance": "an instance",
    "aws_autoscaling_group": "an Auto Scaling group",
    "aws_lb": "a load balancer",
    "aws_lb_listener": "a listener",
    "aws_db_instance": "a database",
    "aws_vpc_endpoint": "an endpoint",
    "aws_flow_log": "a flow log",
    "aws_vpc_security_group_ingress_rule": "an ingress rule",
    "aws_vpc_security_group_egress_rule": "an egress rule",
}
"""What messages call things that may be in an absent module, by type; else by the type's words."""

_IN_PAIRS = frozenset(
    {
        "aws_ec2_transit_gateway_route_table_association",
        "aws_ec2_transit_gateway_route_table_propagation",
        "aws_network_acl_association",
        "aws_route_table_association",
        "aws_vpn_gateway_attachment",
    }
)
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

_PARAMETERS = ("Parameters", "parameters")
"""Where a template gets its arguments, in either language."""


_Giving: TypeAlias = Mapping[str, Sequence[Resource]]


def with_possible(resources: Sequence[Resource]) -> Sequence[Resource]:
    """Resources, and those that the absent modules among them may make."""
    absent = calls_of_absent(resources)
    if not absent:
        return resources
    written = [resource for resource in resources if resource.type != ABSENT]
    # Of what is looked up only stores: the database itself may be written here, too.
    declared = {
        one.origin.address: one for one in written if not one.data or entity_of(one.type) == "Store"
    }
    outside = _groups_from_elsewhere(written, declared)
    giving, fronted = _givers(declared), _fronted(written)
    for call in absent:
        makes = _made_by(call)
        possible = _possible(call, declared, outside, giving, fronted)
        written += (one for one in possible if makes is None or one.type in makes)
    return written


def calls_of_absent(resources: Sequence[Resource]) -> list[Resource]:
    """The calls of modules and nested stacks that are not there, among resources."""
    return [resource for resource in resources if resource.type == ABSENT]


def may_make(call: Resource, type_: str) -> bool:
    """Whether what is not there may make a resource of a type."""
    makes = _made_by(call)
    return makes is None or type_ in makes


def _made_by(call: Resource) -> frozenset[str] | None:
    """The types that a module or template is known to make, of those that matter here."""
    fields = call.body.fields
    written = dereferenced(fields.get("template_body", Known(None)))
    if isinstance(written, Known) and _makes_nothing(str(written.data or "")):
        return frozenset()
    location = dereferenced(fields.get("Location", Known(None)))
    if isinstance(location, Fields):
        fields = location.fields
    named = (fields.get(key) for key in ("source", "application_id", "ApplicationId"))
    source = dereferenced(next((value for value in named if value is not None), None))
    name = str(source.data).partition("//")[0] if isinstance(source, Known) else ""
    return frozenset[str]() if name.startswith(_ROTATES) else _MAKES.get(name)


def _makes_nothing(template: str) -> bool:
    """Whether the text of a template has resources, and none that matters here, nor a macro.

    What rotates secrets makes a function for it, which nothing here is about.
    """
    types, macros = set(_TYPE.findall(template)), _MACRO.findall(template)
    others = {one for one in types if not one.startswith("AWS::SecretsManager::")}
    more = any(one.startswith(_MAKES_MORE) for one in others)
    plain = all(one.startswith("AWS::SecretsManager-") for one in macros)
    return bool(types) and plain and not more and others.isdisjoint(LOWERED)


_TYPE = pattern(r"""\bType["']?\s*:\s*["']?(\w+::[\w:]+)""")
_MACRO = pattern(r"""\bTransform["']?\s*:\s*["']?([^\s"',}]*)""")
_MAKES_MORE = ("AWS::CloudFormation::", "AWS::Serverless::", "AWS::ServiceCatalog", "Custom::")
"""How the types begin that make others, which nobody sees."""

_ROTATES = "arn:aws:serverlessrepo:us-east-1:297356227824:applications/SecretsManager"
"""How the ids of AWS's applications begin that rotate secrets: each makes a function.

https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_available-rotation-templates.html
"""


def _groups_from_elsewhere(
    written: Sequence[Resource], declared: Mapping[str, Resource]
) -> frozenset[str]:
    """The groups that are not in the sources, but have rules that are: what they are called."""
    named = (one.body.fields.get(_RULES[one.type]) for one in written if one.type in _RULES)
    return frozenset(
        _called(value)
        for value in named
        if value is not None and not (isinstance(value, Reference) and value.resource in declared)
    ) - {""}


def _called(value: Value) -> str:
    """What tells a thing from elsewhere from others: what it waits for, or its id."""
    found = dereferenced(value)
    return str(found.data) if isinstance(found, Known) else symbol(value)


def _fronted(written: Sequence[Resource]) -> frozenset[str]:
    """The target groups of a load balancer that is written: each is used by a single one.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetGroup.html
    """
    return frozenset(
        reference.resource
        for one in written
        if entity_of(one.type) in ("Listener", "ListenerRule")
        and not (one.data or one.origin.maybe)
        for reference in references_in(one.body)
    )


def _possible(
    call: Resource,
    declared: Mapping[str, Resource],
    outside: frozenset[str],
    giving: _Giving,
    fronted: frozenset[str],
) -> Iterator[Resource]:
    handed: dict[str, dict[str, tuple[Value, Span]]] = {}
    groups: dict[str, tuple[Value, Span]] = {}
    for argument, place in _arguments(call.body, call.place):
        for value in leaves(argument) if outside else ():
            if (name := _called(value)) in outside:
                groups.setdefault(name, (value, place))
        for reference in _with_held(_references(argument), declared, giving):
            resource = declared.get(reference.resource)
            if resource is not None:
                kinds = [_OWN_KINDS.get(resource.type) or entity_of(resource.type)]
                if reference.attribute in _DEFAULT_GROUP:
                    kinds.append("SecurityGroup")
                if kinds == ["Cluster"] and reference.attribute not in _ARNS:
                    kinds.append("ClusterName")
                if kinds == ["TargetGroup"] and reference.resource not in fronted:
                    kinds.append("FreeTargetGroup")
                for known in kinds:
                    handed.setdefault(known, {}).setdefault(reference.resource, (reference, place))
    for known, found in handed.items():
        for address, (thing, place) in found.items():
            for type_, attribute in _ADDED.get(known, ()):
                key = f'{call.origin.address}.{type_}["{address}"]'
                first, _, last = attribute.partition(".")
                written = Fields({last: thing}) if last else thing
                yield _resource(call, type_, key, {first: written}, place)
    handed["SecurityGroup"] = {**groups, **handed.get("SecurityGroup", {})}
    for type_, attributes in _USERS.items():
        used = {path: [*handed.get(name, {}).values()] for name, path in attributes.items()}
        if (all if type_ in _IN_PAIRS else any)(used.values()):
            fields = _using(used, call).fields
            header = call.origin.header
            yield _resource(call, type_, f"{call.origin.address}.{type_}", fields, header)


def _with_held(
    references: Iterator[Reference], declared: Mapping[str, Resource], giving: _Giving
) -> Iterator[Reference]:
    """References, and those in what secrets and parameters among them hold."""
    for reference in references:
        yield reference
        resource = declared.get(reference.resource)
        holders = () if resource is None else (resource, *giving.get(reference.resource, ()))
        for holder in holders:
            for key in HELD.get(holder.type, ()):
                yield from _references(holder.body.fields.get(key, Known(None)))


def _givers(declared: Mapping[str, Resource]) -> _Giving:
    """The resources that give secrets what they hold, by the secret's address."""
    keys = {type_: key for key, type_ in GIVEN_BY.values()}
    found: dict[str, list[Resource]] = {}
    for resource in declared.values():
        named = resource.body.fields.get(keys.get(resource.type, ""))
        for reference in () if named is None else references_in(named):
            found.setdefault(reference.resource, []).append(resource)
    return found


def _arguments(body: Fields, whole: Span) -> Iterator[tuple[Value, Span]]:
    """What is handed over, and where: of a nested template its parameters."""
    for name, argument in body.fields.items():
        place = body.places.get(name) or whole
        if name in _PARAMETERS and isinstance(argument, Fields):
            yield from _arguments(argument, place)
        elif name not in _NO_ARGUMENTS:
            yield argument, place


_Handed: TypeAlias = Sequence[tuple[Value, Span]]
"""What is handed over, and by which arguments."""


def _using(used: Mapping[str, _Handed], call: Resource, alone: bool = False) -> Fields:
    """A block in which each of some things may stand at its path; nothing else of it is known.

    What is written as a list (`subnets[]`) may hold them, and holds nothing else that is written.
    `alone` is that nothing stands at the other paths.
    """
    found: dict[str, Value] = {}
    below: dict[str, dict[str, _Handed]] = {}
    for path, things in used.items():
        rest = _open(call, things)
        first, _, last = path.partition(".")
        name, listed, _ = first.partition("[]")
        if last:
            below.setdefault(first, {})[last] = things
        elif listed:
            possible = tuple(thing for thing, _ in things)
            found[name] = Items((), possible, None, rest.needs if things else ())
        elif len(things) == 1:
            found[name] = things[0][0]
        else:
            found[name] = Known(None) if alone and not things else rest
    for first, inner in below.items():
        name, listed, _ = first.partition("[]")
        if not listed:
            found[name] = Items((_using(inner, call, alone),))
            continue
        ways = [{path: [each]} for path, things in inner.items() for each in things]
        nothing: dict[str, _Handed] = dict.fromkeys(inner, ())
        blocks = tuple(_using({**nothing, **way}, call, alone=True) for way in ways)
        things = [each for handed in inner.values() for each in handed]
        found[name] = Items((), blocks, None, _open(call, things).needs if blocks else ())
    things = [each for handed in used.values() for each in handed]
    return Fields(found, rest=_open(call, things))


def _open(call: Resource, things: _Handed) -> Unknown:
    """What is not known because of a module that is not there, which gets hold of some things."""
    return Unknown((_need(call, things[0][1] if things else call.origin.header),))


def _need(call: Resource, place: Span) -> Need:
    return Need(call.origin.name, NOT_READ, place)


def _resource(
    call: Resource,
    type_: str,
    address: str,
    fields: dict[str, Value],
    place: Span,
) -> Resource:
    need = _need(call, place)
    words = type_.removeprefix("aws_").replace("_", " ")
    origin = Origin(
        f"{_CALLED.get(type_, words)} in {call.origin.name}",
        address,
        place,
        "terraform",  # whatever the language of the call: the attributes are Terraform's
        call.origin.called_from,
        (need, *call.origin.maybe),
        silent=type_ not in _JUDGED,
        context=call.origin.context,
    )
    return Resource(type_, origin, Fields(fields, {}, Unknown((need,)), place), place)


def _references(value: Value) -> Iterator[Reference]:
    """The references in a value that lead to a thing itself."""
    for reference in references_in(value):
        if reference.attribute not in _DESCRIBES:
            yield reference
        if reference.value is not None:
            yield from _references(reference.value)
