"""Clusters, their capacity providers, and the Auto Scaling groups behind those."""

from collections.abc import Iterator

from msgspec import Struct

from taskwall.core.facts import Fact
from taskwall.core.values import Need
from taskwall.lowering import capacity
from taskwall.lowering._reader import ResourceReader, lowers, setting
from taskwall.lowering._written import structured
from taskwall.lowering.given_name import names_and_tags
from taskwall.model.core.entity import Entity, Link
from taskwall.model.entities.ecs import (
    AutoScalingGroup,
    CapacityProvider,
    Cluster,
    ClusterProviders,
    Launch,
    Providers,
)
from taskwall.model.entities.load_balancer import LoadBalancer, TargetGroup
from taskwall.model.entities.security_group import SecurityGroup
from taskwall.model.entities.vpc import Subnet
from taskwall.source.resource import Cell

READ = "2026-11-24"


@lowers("aws_ecs_cluster", to=Cluster, named="name")
@lowers("AWS::ECS::Cluster", to=Cluster, named="ClusterName")
def cluster(r: ResourceReader) -> Iterator[object]:
    strategy = r.attribute("default_capacity_provider_strategy", "DefaultCapacityProviderStrategy")
    yield from names_and_tags(r)
    # Read by the services of the cluster.
    default_namespace(r)
    yield Cluster(
        id=r.id,
        origin=r.origin,
        external=r.external,
        default=Providers() if r.external else strategy_of(r, strategy),
        providers=()
        if r.external
        else _own(r, r.attribute("capacity_providers", "CapacityProviders")),
        named=r.setting("cluster_name" if r.external else "name", "ClusterName"),
        audits=tuple(_audits(r)),
    )


def default_namespace(r: ResourceReader) -> Cell:
    """The namespace of those services of a cluster that name none for Service Connect."""
    return r.attribute("service_connect_defaults.namespace", "ServiceConnectDefaults.Namespace")


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
    return any(map(structured, cell.each()))


def _audits(r: ResourceReader) -> Iterator[tuple[str, Fact]]:
    whole = r.attribute(*_EXEC)
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
def cluster_providers(r: ResourceReader) -> Iterator[Struct]:
    strategy = r.attribute("default_capacity_provider_strategy", "DefaultCapacityProviderStrategy")
    name = r.attribute("cluster_name", "Cluster")
    yield ClusterProviders(
        r.origin,
        r.must(Cluster, name, "adds capacity providers to"),
        strategy_of(r, strategy),
        _own(r, r.attribute("capacity_providers", "CapacityProviders")),
    )


def _own(r: ResourceReader, cell: Cell) -> tuple[Link, ...]:
    """The capacity providers of a list, Fargate's apart."""
    own = (each for each in cell.each() if each.known not in ("FARGATE", "FARGATE_SPOT"))
    links = (r.link(CapacityProvider, each, "uses") for each in own)
    return tuple(link for link in links if link is not None)


def strategy_of(r: ResourceReader, cell: Cell) -> Providers:
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
def capacity_provider(r: ResourceReader) -> Iterator[Entity]:
    managed = r.attribute("managed_instances_provider", "ManagedInstancesProvider")
    group = r.attribute(
        "auto_scaling_group_provider.auto_scaling_group_arn",
        "AutoScalingGroupProvider.AutoScalingGroupArn",
    )
    network = managed.at(
        "instance_launch_template.network_configuration"
        if r.terraform
        else "InstanceLaunchTemplate.NetworkConfiguration"
    )
    groups = network.get("security_groups" if r.terraform else "SecurityGroups")
    subnets = network.get("subnets" if r.terraform else "Subnets")
    yield CapacityProvider(
        id=r.id,
        origin=r.origin,
        external=r.external,
        launch="EC2" if managed.absent or r.external else "MANAGED_INSTANCES",
        auto_scaling_group=r.link(AutoScalingGroup, group, "runs on"),
        groups=r.links(SecurityGroup, groups, "uses security group"),
        groups_setting=setting(groups, "security_groups"),
        subnets=r.links(Subnet, subnets, "starts instances in"),
        subnets_setting=setting(subnets, "subnets"),
    )


@lowers("aws_autoscaling_group", to=AutoScalingGroup, named="name")
@lowers("AWS::AutoScaling::AutoScalingGroup", to=AutoScalingGroup, named="AutoScalingGroupName")
def auto_scaling_group(r: ResourceReader) -> Iterator[object]:
    groups = r.links(
        TargetGroup, r.attribute("target_group_arns", "TargetGroupARNs"), "registers in"
    )
    balancers = r.links(
        LoadBalancer, r.attribute("load_balancers", "LoadBalancerNames"), "registers in"
    )
    attachments = r.said_by(
        AutoScalingGroup, "autoscaling_group_name", "aws_autoscaling_attachment"
    )
    for other in attachments:
        for key in _TARGET_GROUP:
            target = other.link(TargetGroup, other.attribute(key, ""), "registers in")
            groups += (target,) if target else ()
        balancer = other.link(LoadBalancer, other.attribute("elb", ""), "registers in")
        balancers += (balancer,) if balancer else ()
    started = capacity.started(r)
    attached = r.said_by(
        AutoScalingGroup, "autoscaling_group_name", "aws_autoscaling_traffic_source_attachment"
    )
    for by in (r, *attached):
        for each in by.attribute("traffic_source", "TrafficSources").each():
            kind = each.get("type" if r.terraform else "Type").known
            source = each.get("identifier" if r.terraform else "Identifier")
            if kind == "vpc-lattice":
                # Not before it is needed: start-up counts.
                from taskwall.model.load_balancing.lattice import RegisteredByHand

                made_from = started.get("made_from", ())
                yield from (RegisteredByHand(by.origin, link) for link in made_from)
            elif kind == "elb":
                balancers += by.links(LoadBalancer, source, "registers in")
            else:
                groups += by.links(TargetGroup, source, "registers in")
    yield AutoScalingGroup(
        id=r.id,
        origin=r.origin,
        external=r.external,
        target_groups=groups,
        load_balancers=balancers,
        **started,
    )


_TARGET_GROUP = ("lb_target_group_arn", "alb_target_group_arn")
"""How an attachment names a target group; the second until version 4 of the provider."""


@lowers("aws_autoscaling_attachment")
def attachment(r: ResourceReader) -> Iterator[Entity]:
    # Read by the Auto Scaling group that it is about.
    for key in ("autoscaling_group_name", *_TARGET_GROUP, "elb"):
        r.attribute(key, "")
    return iter(())


@lowers("aws_autoscaling_traffic_source_attachment")
def traffic_source(r: ResourceReader) -> Iterator[Entity]:
    # Read by the Auto Scaling group that it is about.
    for key in ("autoscaling_group_name", "traffic_source"):
        r.attribute(key, "")
    return iter(())
