"""Instances for containers: launch templates, launch configurations, instances, what starts them.

Auto Scaling groups themselves are lowered in `work`, which asks `started` here.
"""

from collections.abc import Iterator
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from taskwall.core.change import AttributePath
from taskwall.core.facts import FALSE, TRUE, Fact
from taskwall.core.values import Need, Reference, Text, Unknown, Value, dereferenced
from taskwall.lowering._reader import SWITCH, ResourceReader, lowers, setting
from taskwall.lowering._references import entity_of
from taskwall.lowering._resources import leaves, references_in
from taskwall.lowering.network_interface import address_link, interface_link, interface_of
from taskwall.model.compute.container_instances import (
    InstanceAddress,
    Instances,
    InterfaceGroup,
    MetadataDefaults,
    MetadataOptions,
)
from taskwall.model.core.entity import Entity, Link, Setting
from taskwall.model.entities.ecs_agent import Agent
from taskwall.model.entities.security_group import SecurityGroup
from taskwall.model.entities.volume import FileSystem, Mount
from taskwall.model.entities.vpc import Subnet
from taskwall.source.resource import Cell


class InstanceSchema(Struct, frozen=True):
    """Where a kind of resource keeps what describes its instances.

    Paths count from the resource; `interfaces` are network interfaces. `on_interface` are the
    groups that stand on one, where `public` stands as well; "" where they only name others.
    `group_names` are groups by their names, as in a default VPC, where there are no `groups`; the
    AWS provider takes ids there as well. `group_key` names the group in each of `groups`, where
    those are no ids. What a kind does not have is "".
    """

    word: str
    type: str
    requirements: str
    user_data: tuple[str, ...]
    groups: str
    interfaces: tuple[str, ...]
    on_interface: str
    metadata: str
    image: str
    public: str
    group_names: str = ""
    template: tuple[str, ...] = ()
    subnet: str = ""
    group_key: str = ""


_D = "LaunchTemplateData."

INSTANCES: dict[str, InstanceSchema] = {
    "aws_launch_template": InstanceSchema(
        "launch template", "instance_type", "instance_requirements", ("user_data",),
        "vpc_security_group_ids", ("network_interfaces",), "security_groups", "metadata_options",
        "image_id", "associate_public_ip_address", "security_group_names",
    ),
    "AWS::EC2::LaunchTemplate": InstanceSchema(
        "launch template", _D + "InstanceType", _D + "InstanceRequirements", (_D + "UserData",),
        _D + "SecurityGroupIds", (_D + "NetworkInterfaces",), "Groups", _D + "MetadataOptions",
        _D + "ImageId", "AssociatePublicIpAddress", _D + "SecurityGroups",
    ),
    "aws_launch_configuration": InstanceSchema(
        "launch configuration", "instance_type", "", ("user_data", "user_data_base64"),
        "security_groups", (), "", "metadata_options", "image_id",
        "associate_public_ip_address",
    ),
    "AWS::AutoScaling::LaunchConfiguration": InstanceSchema(
        "launch configuration", "InstanceType", "", ("UserData",), "SecurityGroups", (), "",
        "MetadataOptions", "ImageId", "AssociatePublicIpAddress",
    ),
    "aws_instance": InstanceSchema(
        "instance", "instance_type", "", ("user_data", "user_data_base64"),
        "vpc_security_group_ids", ("network_interface", "primary_network_interface"), "",
        "metadata_options", "ami", "associate_public_ip_address",
        "security_groups", ("launch_template.id", "launch_template.name"), "subnet_id",
    ),
    "AWS::EC2::Instance": InstanceSchema(
        "instance", "InstanceType", "", ("UserData",), "SecurityGroupIds", ("NetworkInterfaces",),
        "GroupSet", "MetadataOptions", "ImageId", "AssociatePublicIpAddress", "SecurityGroups",
        ("LaunchTemplate.LaunchTemplateId", "LaunchTemplate.LaunchTemplateName"), "SubnetId",
    ),
}  # fmt: skip
"""By resource type; the sources are the AWS provider's schema and CloudFormation's."""

INSTANCES["aws_spot_instance_request"] = INSTANCES["aws_instance"]


@lowers("aws_network_interface_sg_attachment")
def interface_group(r: ResourceReader) -> Iterator[Struct]:
    cell = r.attribute("network_interface_id", "")
    instances = interface_link(r, cell, "is about") or r.must(Instances, cell, "is about")
    group = r.must(SecurityGroup, r.attribute("security_group_id", ""), "gives security group")
    yield InterfaceGroup(instances, group)


@lowers("aws_eip_association", "AWS::EC2::EIPAssociation")
def instance_address(r: ResourceReader) -> Iterator[Struct]:
    interface = r.attribute("network_interface_id", "NetworkInterfaceId")
    instance = r.attribute("instance_id", "InstanceId")
    link = address_link(r, instance, interface, "gives an address to")
    if link is not None:
        yield InstanceAddress(link)


class _Interface(Struct, frozen=True):
    """What a network interface gives instances: its groups, its subnet, a public address.

    `named` is its id where it is a resource of its own.
    """

    groups: Cell
    subnet: Cell
    public: Setting | None
    named: str = ""


def _interfaces(r: ResourceReader, body: Cell, schema: InstanceSchema) -> Iterator[_Interface]:
    """The network interfaces of instances: described with them, or by resources of their own."""
    subnet = "subnet_id" if r.terraform else "SubnetId"
    for path in schema.interfaces:
        for each in body.at(path).each():
            name = "network_interface_id" if r.terraform else "NetworkInterfaceId"
            cell = each.get(name)
            found = interface_of(r, cell)
            if cell.absent:
                groups = each.get(schema.on_interface)
                public = each.get(schema.public)
                given = None if public.absent else setting(public, schema.public, meanings=SWITCH)
                yield _Interface(groups, each.get(subnet), given)
            elif found is not None:
                nothing = replace(cell, value=None)
                given = setting(nothing, name, False, f"{found.name} gets no public address itself")
                groups = found.attribute("security_groups", "GroupSet")
                yield _Interface(groups, found.attribute("subnet_id", "SubnetId"), given, found.id)
            else:
                unseen = Need(f"the network interface of {r.name}", "is not in the sources")
                unknown = replace(cell, value=Unknown(cell.needs or (unseen,)))
                yield _Interface(unknown, unknown, setting(unknown, name))


@lowers("aws_ec2_instance_metadata_defaults", to=MetadataDefaults)
def metadata_defaults(r: ResourceReader) -> Iterator[Entity]:
    yield MetadataDefaults(id=r.id, origin=r.origin, options=_metadata(r, r.body))


@lowers("aws_launch_template", to=Instances, named="name")
@lowers("AWS::EC2::LaunchTemplate", to=Instances, named="LaunchTemplateName")
@lowers("aws_launch_configuration", to=Instances, named="name")
@lowers("AWS::AutoScaling::LaunchConfiguration", to=Instances, named="LaunchConfigurationName")
@lowers("aws_instance", "aws_spot_instance_request", "AWS::EC2::Instance", to=Instances)
def instances(r: ResourceReader) -> Iterator[Entity | Mount]:
    spelled = INSTANCES[r.resource.type]
    yield described(r, r.body, spelled, r.id)
    for path in spelled.user_data:
        yield from _mounted(r, r.body.at(path))


def _mounted(r: ResourceReader, data: Cell) -> Iterator[Mount]:
    """The file systems that user data names, for which there is one use: to mount them."""
    found: dict[str, Reference] = {}
    for leaf in leaves(data.value):
        for reference in references_in(leaf):
            resource = r.builder.resources.get(reference.resource)
            if resource is not None and entity_of(resource.type) == FileSystem.__name__:
                found.setdefault(reference.resource, reference)
    for reference in found.values():
        link = r.link(FileSystem, replace(data, value=reference), "mounts")
        yield Mount(r.origin, efs=link, instances=r.id)


def described(r: ResourceReader, body: Cell, spelled: InstanceSchema, id_: str) -> Instances:
    """The instances that a resource, or a part of one, describes.

    Args:
        r: the resource.
        body: what of it describes them.
        spelled: where that keeps what.
        id_: what they are called in the network.
    """

    def at(path: str) -> Cell:
        return body.at(path) if path else r.nothing()

    template = None
    for path in spelled.template:
        template = template or r.link(Instances, at(path), "starts from")
    options = at(spelled.metadata)
    written = [at(path) for path in spelled.user_data if not at(path).absent]
    data = written[0] if written else at(spelled.user_data[0])
    if template is not None and not template.written:
        # What a template from elsewhere gives is judged nowhere but here.
        given = Unknown(template.waits("a launch template"))
        options, data = (
            replace(cell, value=given, place=template.place) if cell.absent else cell
            for cell in (options, data)
        )
    groups = at(spelled.groups)
    if groups.absent and spelled.group_names:
        groups = at(spelled.group_names)
    key = spelled.group_key
    named = [each.get(key) for each in groups.each()] if key else [groups]
    links = tuple(
        link for each in named for link in r.links(SecurityGroup, each, "uses security group")
    )
    public = at(spelled.public) if not spelled.on_interface else r.nothing()
    unsent = _unsent(r, public)
    said = not public.absent and unsent is None
    address = setting(public, spelled.public, meanings=SWITCH) if said else None
    subnets = at(spelled.subnet)
    within = list(r.links(Subnet, subnets, "runs in"))
    interfaces = list(_interfaces(r, body, spelled))
    for each in interfaces:
        within += r.links(Subnet, each.subnet, "runs in")
        subnets = each.subnet if subnets.absent else subnets
        groups = each.groups if groups.absent else groups
        links += r.links(SecurityGroup, each.groups, "uses security group")
        address = address or each.public
    metadata = None if template and options.absent else _metadata(r, options)
    if metadata is not None and not spelled.metadata:
        metadata = _not_to_be_set(metadata)
    type_ = at(spelled.type)
    requirements = at(spelled.requirements)
    return Instances(
        id=id_,
        origin=r.origin,
        external=r.external,
        word=spelled.word,
        types=(
            *(() if type_.absent else (setting(type_, _name(spelled.type)),)),
            *_allowed(r, requirements),
        ),
        by_attributes=_by_attributes(r, requirements),
        groups=links,
        groups_setting=setting(groups, _name(groups.path or spelled.groups), links=links),
        subnets=tuple(within),
        subnets_setting=setting(subnets, _name(spelled.subnet or subnets.path))
        if spelled.subnet or within
        else None,
        public_address=address,
        unsent=TRUE if unsent is None else unsent,
        interfaces=tuple(each.named for each in interfaces if each.named),
        metadata=metadata,
        agent=None if template and data.absent else _agent(r, data, at(spelled.image)),
        template=template,
        optimized=_may_register(r, spelled, template) and made_for_ecs(r, at(spelled.image)),
    )


def _unsent(r: ResourceReader, public: Cell) -> Fact | None:
    """That a launch configuration says `false` and the provider leaves it to the subnet.

    Before 4.17 it does not send that to AWS (hashicorp/terraform-provider-aws, issues 13137 and
    25324). What sources ask for is read to the major version: one of 4 is taken for a later one.
    """
    if r.resource.type != "aws_launch_configuration" or public.known not in (False, "false"):
        return None
    _, highest = r.provider_majors()
    if highest is None or highest >= _SENDS_FALSE:
        return None
    text = "the AWS provider, before version 4.17, does not send this false to AWS"
    return Fact(True, text, public.place, r.name)


_SENDS_FALSE = 4
"""The major version of the provider within which it began to send it."""


def _may_register(r: ResourceReader, spelled: InstanceSchema, template: Link | None) -> bool:
    """Whether its agent may be allowed to register an instance, which takes an instance profile.

    One that an Auto Scaling group starts is not asked: it is there for a cluster (Amazon ECS
    Developer Guide, "Amazon ECS container instance IAM role").
    """
    if not spelled.template or template is not None:
        return True
    return not r.attribute("iam_instance_profile", "IamInstanceProfile").absent


def _agent(r: ResourceReader, data: Cell, image: Cell) -> Agent:
    """The agent's settings by user data; none of them where there is none."""
    if data.absent:
        none = Fact(False, f"{r.name} has user data", data.place, r.name)
        return Agent(
            data.place,
            r.name,
            cluster=Link("default", none, data.place),
            joins=none,
            lacking=AttributePath(r.origin.address, data.path)
            if made_for_ecs(r, image, _AMAZON_LINUX)
            else None,
            encoded=r.resource.type == "aws_launch_template",
            written=False,
        )
    # Not before it is needed: start-up counts.
    from taskwall.lowering.user_data import agent

    return agent(r, data)


def _name(path: str) -> str:
    return path.rpartition(".")[2]


def _allowed(r: ResourceReader, cell: Cell) -> Iterator[Setting]:
    """The types (or patterns) that a choice by attributes is confined to."""
    for each in cell.get(
        "allowed_instance_types" if r.terraform else "AllowedInstanceTypes"
    ).each():
        yield setting(each, each.key)


def _by_attributes(r: ResourceReader, cell: Cell) -> Fact:
    if cell.absent or any(_allowed(r, cell)):
        return FALSE
    return r.fact(f"{r.name} chooses instance types by attributes", cell)


def _metadata(r: ResourceReader, options: Cell) -> MetadataOptions:
    names = (
        ("http_endpoint", "http_tokens", "http_put_response_hop_limit")
        if r.terraform
        else ("HttpEndpoint", "HttpTokens", "HttpPutResponseHopLimit")
    )
    endpoint, tokens, hops = (setting(options.get(name), name) for name in names)
    return MetadataOptions(endpoint, tokens, hops)


def _not_to_be_set(options: MetadataOptions) -> MetadataOptions:
    """Options that nothing could be written for."""
    return MetadataOptions(
        replace(options.endpoint, attribute=None),
        replace(options.tokens, attribute=None),
        replace(options.hop_limit, attribute=None),
    )


_AMAZON_LINUX = ("/aws/service/ecs/optimized-ami", "amazon-ecs-optimized", "-ami-ecs-")
_FOR_ECS = (*_AMAZON_LINUX, "/bottlerocket/aws-ecs")
"""What the names of images that AWS makes for ECS have in them, or those of their parameters."""


def made_for_ecs(r: ResourceReader, image: Cell, marks: tuple[str, ...] = _FOR_ECS) -> bool:
    """Whether an image is known to be one that AWS makes for ECS: by its parameter, by its name."""
    named = [need.name for need in image.needs]
    for value in _named(image.value):
        resource = r.builder.resources.get(value.resource)
        if resource is not None and resource.data:
            found = resource.body.fields
            named += list(_texts(found.get("name")))
            for block in _items(found.get("filter")):
                named += list(_texts(getattr(dereferenced(block), "fields", {}).get("values")))
    named += list(_texts(image.value))
    return any(mark in name for name in named for mark in marks)


def _named(value: Value | None) -> Iterator[Reference]:
    if isinstance(value, Reference):
        yield value
    if isinstance(value, Text):
        for part in value.parts:
            if isinstance(part, Reference):
                yield part


def _items(value: Value | None) -> tuple[Value, ...]:
    found = dereferenced(value)
    return tuple(getattr(found, "items", ())) if found is not None else ()


def _texts(value: Value | None) -> Iterator[str]:
    found = dereferenced(value)
    for each in (found, *_items(found)):
        data = getattr(each, "data", None)
        if isinstance(data, str):
            yield data
        for part in getattr(each, "parts", ()):
            if isinstance(part, str):
                yield part


def started(r: ResourceReader) -> dict[str, Any]:
    """What an Auto Scaling group starts, as the fields of the model's `AutoScalingGroup`."""
    if r.external:
        return {}
    template = "launch_template" if r.terraform else "LaunchTemplate"
    mixed = r.attribute(
        "mixed_instances_policy.launch_template", "MixedInstancesPolicy.LaunchTemplate"
    )
    inner = "launch_template_specification" if r.terraform else "LaunchTemplateSpecification"
    overrides = list(mixed.get("override" if r.terraform else "Overrides").each())
    direct = ("id", "name") if r.terraform else ("LaunchTemplateId", "LaunchTemplateName")
    nested = ("launch_template_id", "launch_template_name") if r.terraform else direct
    cells = [(r.body.get(template), direct), (mixed.get(inner), nested)]
    bases = [template_of(r, cell, ways) for cell, ways in cells if not cell.absent]
    configuration = r.attribute("launch_configuration", "LaunchConfigurationName")
    bases.append(r.link(Instances, configuration, "starts"))
    used, starts = base_type(r, overrides), []
    for each in overrides:
        own = each.get(inner)
        if own.absent:
            used |= _keeps_type(r, each)
        else:
            starts.append((template_of(r, own, nested), _keeps_type(r, each)))
    starts = [*((link, used) for link in bases), *starts]
    subnets = r.attribute("vpc_zone_identifier", "VPCZoneIdentifier")
    return {
        "made_from": tuple(link for link, _ in starts if link is not None),
        "own_types": tuple(fact for link, fact in starts if link is not None),
        **overridden_types(r, overrides),
        "subnets": r.links(Subnet, subnets, "starts instances in", some=True),
        "subnets_setting": setting(subnets, _name(subnets.path) or "subnets"),
    }


def overridden_types(r: ResourceReader, overrides: list[Cell]) -> dict[str, Any]:
    """The instance types of overrides, as fields of the model's `AutoScalingGroup`."""
    type_, wanted = _OVERRIDDEN[r.terraform]
    types = [each.get(type_) for each in overrides]
    attributes = [each.get(wanted) for each in overrides]
    return {
        "types": (
            *(setting(each, type_) for each in types if not each.absent),
            *(allowed for each in attributes for allowed in _allowed(r, each)),
        ),
        "by_attributes": tuple(_by_attributes(r, each) for each in attributes if not each.absent),
    }


_OVERRIDDEN = {
    True: ("instance_type", "instance_requirements"),
    False: ("InstanceType", "InstanceRequirements"),
}
"""What chooses the type in an override, in Terraform and in CloudFormation."""


def _keeps_type(r: ResourceReader, override: Cell) -> Fact:
    """That an override leaves the type to its launch template, where it names none."""
    untyped = all(override.get(name).absent for name in _OVERRIDDEN[r.terraform])
    return r.fact(f"an override of {r.name} names no instance type", override) if untyped else FALSE


def base_type(r: ResourceReader, overrides: list[Cell]) -> Fact:
    """Whether the type is used that a group's template names: where nothing overrides it."""
    if not overrides:
        return TRUE
    if any(each.sure for each in overrides):
        return FALSE
    text, first = f"{r.name} overrides no instance type", overrides[0]
    return Fact(None, text, first.place, r.name, first.doubt or first.needs)


def template_of(r: ResourceReader, cell: Cell, ways: tuple[str, str]) -> Link | None:
    """The launch template that a group starts, which a cell names by its id or by its name."""
    for way in ways:
        link = r.link(Instances, cell.get(way), "starts")
        if link is not None:
            return link
    needs = cell.needs or (Need(f"the launch template of {r.name}", "is not known"),)
    text = f"{r.name} starts a launch template"
    return Link("", Fact(None, text, cell.place, r.name, needs), cell.place, exact=False)
