"""What starts tasks: services, task sets, schedules, rules and pipes.

They spell the same few things in many ways (`AwsvpcConfiguration` here and `AwsVpcConfiguration`
there), so a table holds the paths and one function reads them.
"""

from collections.abc import Iterator
from typing import TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from taskwall.core.facts import FALSE, Fact, any_of
from taskwall.core.values import Need
from taskwall.lowering import deployment, dns_names, lattice, scaling, service_connect, serving
from taskwall.lowering._reader import SWITCH, ResourceReader, lowers, setting
from taskwall.lowering.cluster import default_namespace, strategy_of
from taskwall.lowering.given_name import names_and_tags
from taskwall.lowering.namespace import Namespace, Registry, namespace_of
from taskwall.lowering.placement_constraints import placement_constraints
from taskwall.model.core.entity import Link
from taskwall.model.entities.ecs import Binding, Cluster, Providers, TaskDefinition, TaskSource
from taskwall.model.entities.load_balancer import LoadBalancer, TargetGroup
from taskwall.model.entities.security_group import SecurityGroup
from taskwall.model.entities.vpc import Subnet
from taskwall.source.resource import Cell

Paths: TypeAlias = tuple[str, str]
"""A path in Terraform's and one in CloudFormation's spelling; "" where there is none."""


class TaskSourceSchema(Struct, frozen=True):
    """Where a kind of task source keeps what all have in common.

    Paths count from the block (`at`), of which a resource may have several, each a source.
    `private` is its word for no public address.
    """

    word: str
    network: str
    awsvpc: tuple[str, str, str]
    task_definition: str
    cluster: str
    launch: str
    strategy: str
    at: str = ""
    long_running: bool = False
    to_cluster: str = ""
    private: bool | str = "DISABLED"


_TF = ("security_groups", "subnets", "assign_public_ip")
_CFN = ("SecurityGroups", "Subnets", "AssignPublicIp")

TASK_SOURCES: dict[str, TaskSourceSchema] = {
    "aws_ecs_service": TaskSourceSchema(
        "service", "network_configuration", _TF, "task_definition", "cluster", "launch_type",
        "capacity_provider_strategy", long_running=True, private=False,
    ),
    "AWS::ECS::Service": TaskSourceSchema(
        "service", "NetworkConfiguration.AwsvpcConfiguration", _CFN, "TaskDefinition", "Cluster",
        "LaunchType", "CapacityProviderStrategy", long_running=True,
    ),
    "aws_ecs_task_set": TaskSourceSchema(
        "task set", "network_configuration", _TF, "task_definition", "cluster", "launch_type",
        "capacity_provider_strategy", long_running=True, private=False,
    ),
    "AWS::ECS::TaskSet": TaskSourceSchema(
        "task set", "NetworkConfiguration.AwsVpcConfiguration", _CFN, "TaskDefinition", "Cluster",
        "LaunchType", "CapacityProviderStrategy", long_running=True,
    ),
    "aws_cloudwatch_event_target": TaskSourceSchema(
        "scheduled task", "network_configuration", _TF, "task_definition_arn", "", "launch_type",
        "capacity_provider_strategy", at="ecs_target", to_cluster="arn", private=False,
    ),
    "AWS::Events::Rule": TaskSourceSchema(
        "scheduled task", "NetworkConfiguration.AwsVpcConfiguration", _CFN, "TaskDefinitionArn", "",
        "LaunchType", "CapacityProviderStrategy", at="Targets[].EcsParameters", to_cluster="Arn",
    ),
    "aws_scheduler_schedule": TaskSourceSchema(
        "scheduled task", "network_configuration", _TF, "task_definition_arn", "", "launch_type",
        "capacity_provider_strategy", at="target[].ecs_parameters", to_cluster="arn",
        private=False,
    ),
    "AWS::Scheduler::Schedule": TaskSourceSchema(
        "scheduled task", "NetworkConfiguration.AwsvpcConfiguration", _CFN, "TaskDefinitionArn", "",
        "LaunchType", "CapacityProviderStrategy", at="Target[].EcsParameters", to_cluster="Arn",
    ),
    "aws_pipes_pipe": TaskSourceSchema(
        "pipe", "network_configuration.aws_vpc_configuration", _TF, "task_definition_arn", "",
        "launch_type", "capacity_provider_strategy", at="target_parameters[].ecs_task_parameters",
    ),
    "AWS::Pipes::Pipe": TaskSourceSchema(
        "pipe", "NetworkConfiguration.AwsvpcConfiguration", _CFN, "TaskDefinitionArn", "",
        "LaunchType", "CapacityProviderStrategy", at="TargetParameters[].EcsTaskParameters",
    ),
}  # fmt: skip
"""By resource type; the sources are the AWS provider's schema and CloudFormation's."""

STATES = TaskSourceSchema(
    "Step Functions task", "NetworkConfiguration.AwsvpcConfiguration", _CFN, "TaskDefinition",
    "Cluster", "LaunchType", "CapacityProviderStrategy",
)  # fmt: skip


_UNTAGGED = ("aws_cloudwatch_event_target", "aws_scheduler_schedule", "AWS::Scheduler::Schedule")
"""Types of task sources that cannot have tags."""


@lowers(*TASK_SOURCES)
def task_source(r: ResourceReader) -> Iterator[object]:
    spelling = TASK_SOURCES[r.resource.type]
    if spelling.word == "service":
        yield from service_connect.connected(r)
        yield from dns_names.service_connect_names(r)
        yield from serving.offered_ports(r)
        yield from lattice.registered(r)
        yield from deployment.shifts(r)
    if r.resource.type not in _UNTAGGED:
        yield from names_and_tags(r)
    outer = r.body
    if spelling.word == "service":
        type_ = r.attribute("deployment_controller.type", "DeploymentController.Type")
        if type_.known == "EXTERNAL":
            return  # It starts nothing itself: its task sets do.
        if type_.needs and outer.get(spelling.task_definition).absent:
            outer = replace(outer, doubt=type_.needs)
    if spelling.at:
        first, _, rest = spelling.at.partition("[].")
        for block in outer.get(first).each():
            inner = block.at(rest) if rest else block
            if inner.absent:
                continue
            arn = (
                (block if rest else outer).get(spelling.to_cluster) if spelling.to_cluster else None
            )
            if r.resource.type.endswith(("Pipe", "pipe")):
                arn = outer.get("target" if r.terraform else "Target")
            yield source_of(r, spelling, inner, f"{r.id}:{inner.path}", arn)
        return
    yield source_of(r, spelling, outer, r.id, None)


def source_of(
    r: ResourceReader,
    spelling: TaskSourceSchema,
    block: Cell,
    identity: str,
    cluster_cell: Cell | None,
) -> TaskSource:
    """A task source of a kind.

    Args:
        r: the resource that it is, or is in.
        spelling: where its kind keeps what all have in common.
        block: what the paths of the spelling count from.
        identity: its id.
        cluster_cell: where its cluster stands, None where the spelling says so.
    """
    network = block.at(spelling.network)
    if network.absent:
        network = r.in_another_case(block, spelling.network) or network
    groups, subnets, public = (network.get(key) for key in spelling.awsvpc)
    groups_used = r.links(SecurityGroup, groups, "uses security group")
    subnets_used = r.links(Subnet, subnets, "runs in", some=True)
    clusters = cluster_cell if cluster_cell is not None else block.get(spelling.cluster)
    networked = _networked(r, network, block)
    serves = spelling.word == "service"
    cluster = r.link(Cluster, clusters, "runs in")
    if serves and cluster is not None and not cluster.exact:
        # What scales a service names its cluster as well, maybe in other words. What is said of the
        # cluster stands where the service names it, and the chain leads to that.
        scaled = scaling.cluster_of(r)
        named = cluster if scaled is None else r.must(Cluster, scaled, "runs in")
        cluster = cluster if named.to == cluster.to else replace(named, place=cluster.place)
    connectors = block.get("GatewayConnectors") if serves and not r.terraform else r.nothing()
    registries = _registries(r, block) if spelling.long_running else ()
    return TaskSource(
        id=identity,
        origin=r.origin,
        word=spelling.word,
        long_running=spelling.long_running,
        cluster=cluster,
        task_definition=r.link(TaskDefinition, block.get(spelling.task_definition), "starts"),
        runs_on=_runs_on(r, block.get(spelling.launch), block.get(spelling.strategy)),
        networked=networked,
        groups=groups_used,
        groups_setting=setting(groups, spelling.awsvpc[0], links=groups_used),
        subnets=subnets_used,
        subnets_setting=setting(subnets, spelling.awsvpc[1], links=subnets_used),
        public_address=setting(
            public, spelling.awsvpc[2], False, "no public address is the default", SWITCH
        ),
        closing=r.change(public, spelling.private, spelling.private),
        bindings=_bindings(r, block, serves, cluster) if spelling.long_running else (),
        registries=registries,
        namespaces=_namespaces(r, block, serves, registries) if spelling.long_running else (),
        lattice=_lattice(r, block) if serves else FALSE,
        gateways=tuple(_gateway(r, each) for each in connectors.each()),
        exec=_exec(block, spelling),
        platform=setting(block.get(_cased(spelling, "platform_version")), "platform version"),
        constraints=placement_constraints(r, block),
    )


def _networked(r: ResourceReader, network: Cell, block: Cell) -> Fact:
    """Whether it has an awsvpc network configuration."""
    text = f"{r.name} has an awsvpc network configuration"
    for each in network.each():
        return r.fact(text, each)  # What is certainly there comes first.
    if r.terraform and network.absent and network.place != block.place:
        # AWS refuses awsvpc tasks without one. Whoever writes a "dynamic" block for one means to
        # have it: what is empty is the default of what callers give.
        name = network.path.rpartition(".")[2]
        why = 'is of a "dynamic" block that makes none'
        return Fact(None, text, network.place, r.name, (Need(f"{name} of {r.name}", why),))
    otherwise = f"{r.name} has no awsvpc network configuration"
    return Fact(False, text, block.place, r.name, otherwise=otherwise)


def _cased(spelling: TaskSourceSchema, name: str) -> str:
    """A name in the spelling of a kind of task source, which says it in Terraform's or AWS's."""
    if spelling.awsvpc is _TF:
        return name
    return "".join(word.capitalize() for word in name.split("_"))


def _exec(block: Cell, spelling: TaskSourceSchema) -> Fact:
    """Whether ECS Exec is switched on; task sets have no such switch."""
    if spelling.word == "task set":
        return FALSE
    cell = block.get(_cased(spelling, "enable_execute_command"))
    return setting(cell, cell.key, False, "off is the default", SWITCH).is_(True)


def _gateway(r: ResourceReader, connector: Cell) -> Fact:
    """Whether a connector lets a public ECS gateway take the service: unless it says PRIVATE."""
    types = connector.at("Filters.AccessTypes")
    text = f"{r.name} may be connected to a public ECS gateway"
    if types.absent:
        return Fact(True, text, connector.place, r.name)
    known = [each.known for each in types.each()]
    if "PUBLIC" in known:
        return Fact(True, text, types.place, r.name)
    return Fact(None if types.needs else False, text, types.place, r.name, types.needs)


def _runs_on(r: ResourceReader, launch: Cell, strategy: Cell) -> Providers:
    if not launch.absent:
        known = str(launch.known or "").upper()
        if known in ("FARGATE", "EC2", "EXTERNAL", "MANAGED_INSTANCES"):
            return Providers((known,), place=launch.place)  # type: ignore[arg-type]
        return Providers(needs=launch.needs, place=launch.place)
    return strategy_of(r, strategy)


def _bindings(
    r: ResourceReader, block: Cell, serves: bool, cluster: Link | None
) -> tuple[Binding, ...]:
    """The load balancers that a service or task set names, and those that deployments add.

    Only a service has alternates.
    """
    if r.terraform:
        many, arn, port = "load_balancer", "target_group_arn", "container_port"
        name = "elb_name" if serves else "load_balancer_name"
        other = "advanced_configuration.alternate_target_group_arn"
    else:
        many, arn, name, port = (
            "LoadBalancers", "TargetGroupArn", "LoadBalancerName", "ContainerPort",
        )  # fmt: skip
        other = "AdvancedConfiguration.AlternateTargetGroupArn"
    found = []
    for item in block.get(many).each():
        ports = setting(item.get(port), port)
        for path in (arn, other) if serves else (arn,):
            link = r.link(TargetGroup, item.at(path), "registers its tasks in")
            if link is not None:
                found.append(Binding(target_group=link, port=ports))
        classic = r.link(LoadBalancer, item.get(name), "registers its tasks in")
        if classic is not None:
            found.append(Binding(load_balancer=classic, port=ports))
    named = {binding.target_group.to for binding in found if binding.target_group}
    for link in deployment.target_groups(r, cluster):
        if link.to not in named and found:
            found.append(Binding(target_group=link, port=found[0].port))
    return tuple(found)


def _registries(r: ResourceReader, block: Cell) -> tuple[Link, ...]:
    """The services of Cloud Map in which it registers its tasks."""
    many, arn = (
        ("service_registries", "registry_arn")
        if r.terraform
        else ("ServiceRegistries", "RegistryArn")
    )
    found = (r.link(Registry, each.get(arn), "registers in") for each in block.get(many).each())
    return tuple(link for link in found if link is not None)


def _namespaces(
    r: ResourceReader, block: Cell, serves: bool, registries: tuple[Link, ...]
) -> tuple[Link, ...]:
    """The namespaces of Service Connect (services only) and Cloud Map that it is a member of."""
    found = []
    key = "service_connect_configuration" if r.terraform else "ServiceConnectConfiguration"
    connect = block.get(key) if serves else r.nothing()
    enabled = connect.get("enabled" if r.terraform else "Enabled")
    if not connect.absent and str(enabled.known).lower() != "false":
        cell = connect.get("namespace" if r.terraform else "Namespace")
        link = r.link(Namespace, cell, "is a member of") or _default_namespace(r, block)
        if link is not None and enabled.needs:
            text = f"{r.name} uses Service Connect"
            maybe = Fact(None, text, enabled.place, r.name, enabled.needs)
            link = replace(link, fact=link.fact & maybe)
        if link is not None:
            found.append(link)
    for link in registries:
        resource = r.builder.resources.get(link.to)
        if resource is not None:
            cell = namespace_of(ResourceReader(resource, r.builder))
            place = r.link(Namespace, cell, "is a member of")
            if place is not None:
                found.append(place)
        else:
            # Whichever namespace a registry from elsewhere is in.
            name = f"{link.to}.namespace" if link.to else ""
            found.append(Link(name, link.fact, link.place, exact=False))
    return tuple(found)


def _default_namespace(r: ResourceReader, block: Cell) -> Link | None:
    link = r.link(Cluster, block.get("cluster" if r.terraform else "Cluster"))
    resource = r.builder.resources.get(link.to) if link else None
    if link is not None and (resource is None or resource.data):
        # Whichever namespace it is: the services of one cluster share its default.
        return Link(f"{link.to}.namespace", link.fact, link.place, exact=False)
    if resource is None:
        return None
    cell = default_namespace(ResourceReader(resource, r.builder))
    return r.link(Namespace, cell, "is a member of")


def _lattice(r: ResourceReader, block: Cell) -> Fact:
    cell = block.get("vpc_lattice_configurations" if r.terraform else "VpcLatticeConfigurations")
    parts = [r.fact(f"{r.name} serves VPC Lattice", item) for item in cell.each()]
    return any_of(parts)
