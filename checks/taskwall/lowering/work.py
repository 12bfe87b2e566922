"""Clusters, capacity providers, task definitions, and everything that starts tasks.

Task sources spell the same few things in many ways (`AwsvpcConfiguration` here and
`AwsVpcConfiguration` there), so a table holds the paths and one function reads them.
"""

from collections.abc import Iterator
from typing import TypeAlias

from msgspec import Struct

from taskwall.facts import FALSE, Fact, any_of
from taskwall.lowering import (
    answers,
    capacity,
    container,
    environment,
    lattice,
    mesh,
    serving,
    volume,
)
from taskwall.lowering._draft import SWITCH, Reading, lowers, setting
from taskwall.lowering._structure import structure
from taskwall.lowering.tag import tags
from taskwall.model.edge import LoadBalancer, TargetGroup
from taskwall.model.group import SecurityGroup
from taskwall.model.place import Subnet
from taskwall.model.thing import Link, Thing
from taskwall.model.work import (
    AutoScalingGroup,
    Binding,
    CapacityProvider,
    Cluster,
    ClusterProviders,
    Launch,
    Providers,
    TaskDefinition,
    TaskSource,
)
from taskwall.resource import Cell
from taskwall.values import Fields, Known, Need, settled

READ = "2026-11-24"


class Namespace(Thing, frozen=True):
    """A Cloud Map namespace."""


class Registry(Thing, frozen=True, kw_only=True):
    """A Cloud Map service, and its namespace."""

    namespace: Link | None


@lowers("aws_ecs_cluster", to=Cluster, named="name")
@lowers("AWS::ECS::Cluster", to=Cluster, named="ClusterName")
def cluster(r: Reading) -> Iterator[object]:
    strategy = r.at("default_capacity_provider_strategy", "DefaultCapacityProviderStrategy")
    if not r.external:
        yield from tags(r)
    yield Cluster(
        id=r.id,
        origin=r.origin,
        external=r.external,
        default=Providers() if r.external else _strategy(r, strategy),
        providers=() if r.external else _own(r, r.at("capacity_providers", "CapacityProviders")),
        named=r.setting("cluster_name" if r.external else "name", "ClusterName"),
        namespace=r.link(
            Namespace,
            r.at("service_connect_defaults.namespace", "ServiceConnectDefaults.Namespace"),
        ),
        audits=tuple(_audits(r)),
    )


_EXEC = (
    "configuration.execute_command_configuration",
    "Configuration.ExecuteCommandConfiguration",
)
_AUDITS = (
    ("kms", "kms_key_id", "KmsKeyId", "encrypts sessions with a key of its own"),
    (
        "logs",
        "log_configuration.cloud_watch_log_group_name",
        "LogConfiguration.CloudWatchLogGroupName",
        "records sessions in CloudWatch Logs",
    ),
    (
        "s3",
        "log_configuration.s3_bucket_name",
        "LogConfiguration.S3BucketName",
        "records sessions in S3",
    ),
)
"""What ECS Exec uses beside its own channel, by where a cluster says so.

Amazon ECS developer guide, "Monitor Amazon ECS containers with ECS Exec".
"""


def _is_map(cell: Cell) -> bool:
    return any(isinstance(settled(each.value or Known(None)), Fields) for each in cell.each())


def _audits(r: Reading) -> Iterator[tuple[str, Fact]]:
    whole = r.at(*_EXEC)
    for service, terraform, cloudformation, says in _AUDITS:
        cell = whole.at(terraform if r.terraform else cloudformation)
        text = f"ECS Exec in {r.name} {says}"
        if cell.absent:
            continue
        unseen = cell.doubt or (() if _is_map(whole) else whole.needs)
        truth = None if unseen or r.external else True
        needs = (unseen or r.external) if truth is None else ()
        yield service, Fact(truth, text, cell.place, r.name, needs)


@lowers("aws_ecs_cluster_capacity_providers", "AWS::ECS::ClusterCapacityProviderAssociations")
def cluster_providers(r: Reading) -> Iterator[Struct]:
    strategy = r.at("default_capacity_provider_strategy", "DefaultCapacityProviderStrategy")
    name = r.at("cluster_name", "Cluster")
    yield ClusterProviders(
        r.must(Cluster, name, "gives providers to"),
        _strategy(r, strategy),
        _own(r, r.at("capacity_providers", "CapacityProviders")),
    )


def _own(r: Reading, cell: Cell) -> tuple[Link, ...]:
    """The capacity providers of a list, Fargate's apart."""
    own = (each for each in cell.each() if each.known not in ("FARGATE", "FARGATE_SPOT"))
    links = (r.link(CapacityProvider, each, "uses") for each in own)
    return tuple(link for link in links if link is not None)


def _strategy(r: Reading, cell: Cell) -> Providers:
    """A capacity provider strategy: Fargate by name, others by what they are."""
    launches: list[Launch] = []
    providers: list[Link] = []
    needs: list[Need] = []
    for item in cell.each():
        name = item.get("capacity_provider" if r.terraform else "CapacityProvider")
        if name.known in ("FARGATE", "FARGATE_SPOT"):
            launches.append("FARGATE")
        elif (link := r.link(CapacityProvider, name, "runs on")) is not None:
            providers.append(link)
        else:
            needs += item.needs
    return Providers(tuple(launches), tuple(providers), tuple(needs), cell.place)


@lowers("aws_ecs_capacity_provider", to=CapacityProvider, named="name")
@lowers("AWS::ECS::CapacityProvider", to=CapacityProvider, named="Name")
def capacity_provider(r: Reading) -> Iterator[Thing]:
    managed = r.at("managed_instances_provider", "ManagedInstancesProvider")
    group = r.at(
        "auto_scaling_group_provider.auto_scaling_group_arn",
        "AutoScalingGroupProvider.AutoScalingGroupArn",
    )
    yield CapacityProvider(
        id=r.id,
        origin=r.origin,
        external=r.external,
        launch="EC2" if managed.absent or r.external else "MANAGED_INSTANCES",
        auto_scaling_group=r.link(AutoScalingGroup, group, "runs on"),
    )


@lowers("aws_autoscaling_group", to=AutoScalingGroup, named="name")
@lowers("AWS::AutoScaling::AutoScalingGroup", to=AutoScalingGroup, named="AutoScalingGroupName")
def auto_scaling_group(r: Reading) -> Iterator[Thing]:
    groups = r.links(TargetGroup, r.at("target_group_arns", "TargetGroupARNs"), "registers in")
    balancers = r.links(LoadBalancer, r.at("load_balancers", "LoadBalancerNames"), "registers in")
    for resource in r.draft.of_type("aws_autoscaling_attachment"):
        other = Reading(resource, r.draft)
        link = other.link(AutoScalingGroup, other.at("autoscaling_group_name", ""))
        if link is not None and link.to == r.id:
            target = other.link(TargetGroup, other.at("lb_target_group_arn", ""), "registers in")
            balancer = other.link(LoadBalancer, other.at("elb", ""), "registers in")
            groups += (target,) if target else ()
            balancers += (balancer,) if balancer else ()
    yield AutoScalingGroup(
        id=r.id,
        origin=r.origin,
        external=r.external,
        target_groups=groups,
        load_balancers=balancers,
        **capacity.started(r),
    )


@lowers("aws_autoscaling_attachment")
def attachment(r: Reading) -> Iterator[Thing]:
    # Read by the Auto Scaling group that it is about.
    for key in ("autoscaling_group_name", "lb_target_group_arn", "elb"):
        r.at(key, "")
    return iter(())


@lowers(
    "aws_service_discovery_private_dns_namespace",
    "aws_service_discovery_public_dns_namespace",
    "aws_service_discovery_http_namespace",
    "AWS::ServiceDiscovery::PrivateDnsNamespace",
    "AWS::ServiceDiscovery::PublicDnsNamespace",
    "AWS::ServiceDiscovery::HttpNamespace",
    to=Namespace,
    named="name",
)
def namespace(r: Reading) -> Iterator[Thing]:
    yield Namespace(id=r.id, origin=r.origin, external=r.external)


@lowers("aws_service_discovery_service", "AWS::ServiceDiscovery::Service", to=Registry)
def registry(r: Reading) -> Iterator[object]:
    by_dns = r.at("dns_config.namespace_id", "DnsConfig.NamespaceId")
    cell = r.at("namespace_id", "NamespaceId") if by_dns.absent else by_dns
    yield Registry(
        id=r.id,
        origin=r.origin,
        external=r.external,
        namespace=r.link(Namespace, cell, "is in"),
    )
    yield from answers.registered(r, cell)


# --- task definitions


@lowers("aws_ecs_task_definition", to=TaskDefinition, named="family")
@lowers("AWS::ECS::TaskDefinition", to=TaskDefinition, named="Family")
def task_definition(r: Reading) -> Iterator[object]:
    family = r.setting(
        "runtime_platform.operating_system_family", "RuntimePlatform.OperatingSystemFamily"
    )
    requires = r.at("requires_compatibilities", "RequiresCompatibilities")
    yield TaskDefinition(
        id=r.id,
        origin=r.origin,
        external=r.external,
        mode=r.setting("network_mode", "NetworkMode"),
        requires=tuple(setting(each, "requires_compatibilities") for each in requires.each()),
        windows=family.test(
            lambda name: str(name or "").upper().startswith("WINDOWS"), f"{r.name} is for Windows"
        ),
    )
    spelled = volume.TERRAFORM if r.terraform else volume.CLOUDFORMATION
    yield from volume.volumes(r, r.at("volume", "Volumes"), spelled)
    yield from container.uses(r, r.at("container_definitions", "ContainerDefinitions"))
    containers = r.at("container_definitions", "ContainerDefinitions")
    yield from environment.variables(r, containers)
    yield from serving.mappings(r, containers)
    yield from mesh.task(r, r.at("container_definitions", "ContainerDefinitions"))


# --- task sources

Paths: TypeAlias = tuple[str, str]
"""A path in Terraform's and one in CloudFormation's spelling; "" where there is none."""


class Spelling(Struct, frozen=True):
    """Where a kind of task source keeps what all have in common.

    Paths count from the block (`at`), of which a resource may have several, each a source.
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


_TF = ("security_groups", "subnets", "assign_public_ip")
_CFN = ("SecurityGroups", "Subnets", "AssignPublicIp")

SPELLINGS: dict[str, Spelling] = {
    "aws_ecs_service": Spelling(
        "service", "network_configuration", _TF, "task_definition", "cluster", "launch_type",
        "capacity_provider_strategy", long_running=True,
    ),
    "AWS::ECS::Service": Spelling(
        "service", "NetworkConfiguration.AwsvpcConfiguration", _CFN, "TaskDefinition", "Cluster",
        "LaunchType", "CapacityProviderStrategy", long_running=True,
    ),
    "aws_ecs_task_set": Spelling(
        "task set", "network_configuration", _TF, "task_definition", "cluster", "launch_type",
        "capacity_provider_strategy", long_running=True,
    ),
    "AWS::ECS::TaskSet": Spelling(
        "task set", "NetworkConfiguration.AwsVpcConfiguration", _CFN, "TaskDefinition", "Cluster",
        "LaunchType", "CapacityProviderStrategy", long_running=True,
    ),
    "aws_cloudwatch_event_target": Spelling(
        "scheduled task", "network_configuration", _TF, "task_definition_arn", "", "launch_type",
        "capacity_provider_strategy", at="ecs_target", to_cluster="arn",
    ),
    "AWS::Events::Rule": Spelling(
        "scheduled task", "NetworkConfiguration.AwsVpcConfiguration", _CFN, "TaskDefinitionArn", "",
        "LaunchType", "CapacityProviderStrategy", at="Targets[].EcsParameters", to_cluster="Arn",
    ),
    "aws_scheduler_schedule": Spelling(
        "scheduled task", "network_configuration", _TF, "task_definition_arn", "", "launch_type",
        "capacity_provider_strategy", at="target[].ecs_parameters", to_cluster="arn",
    ),
    "AWS::Scheduler::Schedule": Spelling(
        "scheduled task", "NetworkConfiguration.AwsvpcConfiguration", _CFN, "TaskDefinitionArn", "",
        "LaunchType", "CapacityProviderStrategy", at="Target[].EcsParameters", to_cluster="Arn",
    ),
    "aws_pipes_pipe": Spelling(
        "pipe", "network_configuration.aws_vpc_configuration", _TF, "task_definition_arn", "",
        "launch_type", "capacity_provider_strategy", at="target_parameters[].ecs_task_parameters",
    ),
    "AWS::Pipes::Pipe": Spelling(
        "pipe", "NetworkConfiguration.AwsvpcConfiguration", _CFN, "TaskDefinitionArn", "",
        "LaunchType", "CapacityProviderStrategy", at="TargetParameters[].EcsTaskParameters",
    ),
}  # fmt: skip
"""By resource type; the sources are the AWS provider's schema and CloudFormation's."""

STATES = Spelling(
    "Step Functions task", "NetworkConfiguration.AwsvpcConfiguration", _CFN, "TaskDefinition",
    "Cluster", "LaunchType", "CapacityProviderStrategy",
)  # fmt: skip


_UNTAGGED = ("aws_cloudwatch_event_target", "aws_scheduler_schedule", "AWS::Scheduler::Schedule")
"""Types of task sources that cannot have tags."""


@lowers(*SPELLINGS)
def task_source(r: Reading) -> Iterator[object]:
    spelling = SPELLINGS[r.resource.type]
    if spelling.word == "service":
        yield from mesh.connected(r)
        yield from answers.connected(r)
        yield from serving.ingress(r)
        yield from lattice.registered(r)
    if r.resource.type not in _UNTAGGED:
        yield from tags(r)
    outer = r.body
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
            yield _source(r, spelling, inner, f"{r.id}:{inner.path}", arn)
        return
    yield _source(r, spelling, outer, r.id, None)


def _source(
    r: Reading, spelling: Spelling, block: Cell, identity: str, cluster_cell: Cell | None
) -> TaskSource:
    network = block.at(spelling.network)
    groups, subnets, public = (network.get(key) for key in spelling.awsvpc)
    clusters = cluster_cell if cluster_cell is not None else block.get(spelling.cluster)
    text = f"{r.name} has an awsvpc network configuration"
    networked = Fact(False, text, block.place, r.name, otherwise=f"{r.name} has none")
    for each in network.each():
        networked = r.fact(text, each)
        break  # What is certainly there comes first.
    serves = spelling.word == "service"
    connectors = block.get("GatewayConnectors") if serves and not r.terraform else r.nothing()
    return TaskSource(
        id=identity,
        origin=r.origin,
        word=spelling.word,
        long_running=spelling.long_running,
        cluster=r.link(Cluster, clusters, "runs in"),
        task_definition=r.link(TaskDefinition, block.get(spelling.task_definition), "starts"),
        runs_on=_runs_on(r, block.get(spelling.launch), block.get(spelling.strategy)),
        networked=networked,
        groups=r.links(SecurityGroup, groups, "uses group"),
        groups_setting=setting(groups, spelling.awsvpc[0]),
        subnets=r.links(Subnet, subnets, "runs in"),
        subnets_setting=setting(subnets, spelling.awsvpc[1]),
        public_address=setting(
            public, spelling.awsvpc[2], False, "no public address is the default", SWITCH
        ),
        bindings=_bindings(r, block, serves) if spelling.long_running else (),
        namespaces=_namespaces(r, block, serves) if spelling.long_running else (),
        lattice=_lattice(r, block) if serves else FALSE,
        gateways=tuple(_gateway(r, each) for each in connectors.each()),
        exec=_exec(block, spelling),
        platform=setting(block.get(_cased(spelling, "platform_version")), "platform version"),
    )


def _cased(spelling: Spelling, name: str) -> str:
    """A name in the spelling of a kind of task source, which says it in Terraform's or AWS's."""
    if spelling.awsvpc is _TF:
        return name
    return "".join(word.capitalize() for word in name.split("_"))


def _exec(block: Cell, spelling: Spelling) -> Fact:
    """Whether ECS Exec is switched on; task sets have no such switch."""
    if spelling.word == "task set":
        return FALSE
    cell = block.get(_cased(spelling, "enable_execute_command"))
    return setting(cell, cell.key, False, "off is the default", SWITCH).is_(True)


def _gateway(r: Reading, connector: Cell) -> Fact:
    """Whether a connector lets a public ECS gateway take the service: unless it says PRIVATE."""
    types = connector.at("Filters.AccessTypes")
    text = f"{r.name} may be connected to a public ECS gateway"
    if types.absent:
        return Fact(True, text, connector.place, r.name)
    known = [each.known for each in types.each()]
    if "PUBLIC" in known:
        return Fact(True, text, types.place, r.name)
    return Fact(None if types.needs else False, text, types.place, r.name, types.needs)


def _runs_on(r: Reading, launch: Cell, strategy: Cell) -> Providers:
    if not launch.absent:
        known = str(launch.known or "").upper()
        if known in ("FARGATE", "EC2", "EXTERNAL", "MANAGED_INSTANCES"):
            return Providers((known,), place=launch.place)  # type: ignore[arg-type]
        return Providers(needs=launch.needs, place=launch.place)
    return _strategy(r, strategy)


def _bindings(r: Reading, block: Cell, serves: bool) -> tuple[Binding, ...]:
    """The load balancers that a service or task set names; only a service has alternates."""
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
    return tuple(found)


def _namespaces(r: Reading, block: Cell, serves: bool) -> tuple[Link, ...]:
    """The namespaces of Service Connect (services only) and Cloud Map that it is a member of."""
    found = []
    key = "service_connect_configuration" if r.terraform else "ServiceConnectConfiguration"
    connect = block.get(key) if serves else r.nothing()
    enabled = connect.get("enabled" if r.terraform else "Enabled")
    if not connect.absent and str(enabled.known).lower() != "false":
        cell = connect.get("namespace" if r.terraform else "Namespace")
        link = r.link(Namespace, cell, "is a member of")
        if link is None:
            default = _default_namespace(r, block)
            link = default if default is not None else None
        if link is not None and enabled.needs:
            text = f"{r.name} uses Service Connect"
            maybe = Fact(None, text, enabled.place, r.name, enabled.needs)
            link = Link(link.to, link.fact & maybe, link.place, link.exact)
        if link is not None:
            found.append(link)
    registries = block.get("service_registries" if r.terraform else "ServiceRegistries")
    for item in registries.each():
        link = r.link(
            Registry, item.get("registry_arn" if r.terraform else "RegistryArn"), "registers in"
        )
        resource = r.draft.resources.get(link.to) if link else None
        if resource is not None:
            other = Reading(resource, r.draft)
            by_dns = other.at("dns_config.namespace_id", "DnsConfig.NamespaceId")
            cell = other.at("namespace_id", "NamespaceId") if by_dns.absent else by_dns
            place = r.link(Namespace, cell, "is a member of")
            if place is not None:
                found.append(place)
        elif link is not None:
            # Whichever namespace a registry from elsewhere is in.
            name = f"{link.to}.namespace" if link.to else ""
            found.append(Link(name, link.fact, link.place, exact=False))
    return tuple(found)


def _default_namespace(r: Reading, block: Cell) -> Link | None:
    link = r.link(Cluster, block.get("cluster" if r.terraform else "Cluster"))
    resource = r.draft.resources.get(link.to) if link else None
    if link is not None and (resource is None or resource.data):
        # Whichever namespace it is: the services of one cluster share its default.
        return Link(f"{link.to}.namespace", link.fact, link.place, exact=False)
    if resource is None:
        return None
    other = Reading(resource, r.draft)
    cell = other.at("service_connect_defaults.namespace", "ServiceConnectDefaults.Namespace")
    return r.link(Namespace, cell, "is a member of")


def _lattice(r: Reading, block: Cell) -> Fact:
    cell = block.get("vpc_lattice_configurations" if r.terraform else "VpcLatticeConfigurations")
    parts = [r.fact(f"{r.name} serves VPC Lattice", item) for item in cell.each()]
    return any_of(parts) if parts else FALSE


@lowers("aws_sfn_state_machine", "AWS::StepFunctions::StateMachine")
def state_machine(r: Reading) -> Iterator[object]:
    yield from tags(r)
    cell = r.at("definition", "Definition")
    if cell.absent:
        cell = r.at("", "DefinitionString")
    given = r.at("", "DefinitionSubstitutions").value
    given = None if given is None else settled(given)
    definition = structure(cell, given.fields if isinstance(given, Fields) else {})
    if definition is None:
        return
    for name, state in _states(definition, 0):
        resource = state.get("Resource").known
        if not isinstance(resource, str) or "ecs:runTask" not in resource:
            continue
        arguments = state.get("Arguments" if state.get("Parameters").absent else "Parameters")
        yield _source(r, STATES, arguments, f"{r.id}:{name}", None)


def _states(machine: Cell, depth: int) -> Iterator[tuple[str, Cell]]:
    """Every state of a machine, those of Map and Parallel states included."""
    states = machine.get("States")
    value = None if states.value is None else settled(states.value)
    if not isinstance(value, Fields) or depth > 10:
        return
    for name in value.fields:
        state = states.get(name)
        yield name, state
        for inner in ("Iterator", "ItemProcessor"):
            yield from _states(state.get(inner), depth + 1)
        for branch in state.get("Branches").each():
            yield from _states(branch, depth + 1)


@lowers("aws_ecs_express_gateway_service", "AWS::ECS::ExpressGatewayService")
def express_service(r: Reading) -> Iterator[object]:
    network = r.at("network_configuration", "NetworkConfiguration")
    groups = network.get("security_groups" if r.terraform else "SecurityGroups")
    subnets = network.get("subnets" if r.terraform else "Subnets")
    image = r.at("primary_container.image", "PrimaryContainer.Image")
    yield from container.express(r, image)
    yield from serving.express(r)
    yield from tags(r)
    yield TaskSource(
        id=r.id,
        origin=r.origin,
        word="Express Mode service",
        long_running=True,
        cluster=r.link(Cluster, r.at("cluster", "Cluster"), "runs in"),
        task_definition=None,
        runs_on=Providers(("FARGATE",)),
        networked=r.fact(f"{r.name} is an Express Mode service", r.body),
        groups=r.links(SecurityGroup, groups, "uses group"),
        groups_setting=setting(groups, "security_groups"),
        subnets=r.links(Subnet, subnets, "runs in"),
        subnets_setting=setting(subnets, "subnets"),
        public_address=setting(r.nothing(), "subnets"),
        lattice=FALSE,
        managed=True,
    )


@lowers("aws_batch_job_definition", "AWS::Batch::JobDefinition")
def batch_job(r: Reading) -> Iterator[object]:
    yield from tags(r)
    for mounted in _job_parts(r, "volumes" if r.terraform else "Volumes"):
        spelled = volume.BATCH_JSON if r.terraform else volume.BATCH
        yield from volume.volumes(r, mounted, spelled)
    capabilities = r.at("platform_capabilities", "PlatformCapabilities")
    launches: tuple[Launch, ...] = ("FARGATE",)
    if "FARGATE" not in [each.known for each in capabilities.each()]:
        launches = ()
        if not capabilities.needs:
            return
    for network in _job_parts(r, "networkConfiguration" if r.terraform else "NetworkConfiguration"):
        key = "assignPublicIp" if r.terraform else "AssignPublicIp"
        yield TaskSource(
            id=f"{r.id}:{network.path}",
            origin=r.origin,
            word="Batch job",
            long_running=False,
            cluster=None,
            task_definition=None,
            runs_on=Providers(launches, needs=() if launches else capabilities.needs),
            networked=r.fact(f"{r.name} has tasks of its own", r.body),
            groups=(),
            groups_setting=setting(r.nothing(), "security_group_ids"),
            subnets=(),
            subnets_setting=setting(r.nothing(), "subnets"),
            public_address=setting(
                network.get(key), key, False, "no public address is the default", SWITCH
            ),
            lattice=FALSE,
            network_from="elsewhere",
        )


def _job_parts(r: Reading, key: str) -> Iterator[Cell]:
    """What each task that a job definition describes says under a key."""
    one = r.at("container_properties", "ContainerProperties")
    if not one.absent:
        yield (structure(one) or one).get(key)
    many = r.at("ecs_properties", "EcsProperties")
    tasks = (structure(many) or many).get("taskProperties" if r.terraform else "TaskProperties")
    for task in tasks.each():
        yield task.get(key)
    nodes = r.at("node_properties", "NodeProperties")
    ranges, container, ecs = (
        ("nodeRangeProperties", "container", "ecsProperties.taskProperties")
        if r.terraform
        else ("NodeRangeProperties", "Container", "EcsProperties.TaskProperties")
    )
    for node in (structure(nodes) or nodes).get(ranges).each():
        yield node.get(container).get(key)
        for task in node.at(ecs).each():
            yield task.get(key)


@lowers("aws_batch_compute_environment", "AWS::Batch::ComputeEnvironment")
def batch_environment(r: Reading) -> Iterator[Thing]:
    resources = r.at("compute_resources", "ComputeResources")
    kind = resources.get("type" if r.terraform else "Type")
    if kind.absent or kind.known not in ("FARGATE", "FARGATE_SPOT", None):
        return
    fargate = r.fact(f"{r.name} runs jobs on Fargate", r.body)
    if kind.needs:
        fargate = Fact(None, fargate.text, kind.place, r.name, kind.needs)
    groups = resources.get("security_group_ids" if r.terraform else "SecurityGroupIds")
    subnets = resources.get("subnets" if r.terraform else "Subnets")
    yield TaskSource(
        id=r.id,
        origin=r.origin,
        word="Batch compute environment",
        long_running=False,
        cluster=None,
        task_definition=None,
        runs_on=Providers(needs=kind.needs) if kind.needs else Providers(("FARGATE",)),
        networked=fargate,
        groups=r.links(SecurityGroup, groups, "uses group"),
        groups_setting=setting(groups, "security_group_ids"),
        subnets=r.links(Subnet, subnets, "runs in"),
        subnets_setting=setting(subnets, "subnets"),
        public_address=setting(r.nothing(), "assignPublicIp"),
        lattice=FALSE,
    )
