"""What runs: clusters, task definitions, and everything that starts tasks."""

from typing import Literal, TypeAlias

from msgspec import Struct

from taskwall.core.change import AttributeChange
from taskwall.core.facts import FALSE, Fact
from taskwall.core.values import Need, Origin, Span
from taskwall.model.core.entity import Entity, Link, Setting

Launch: TypeAlias = Literal["FARGATE", "EC2", "MANAGED_INSTANCES", "EXTERNAL"]


class Providers(Struct, frozen=True):
    """What a task source (or a cluster by default) runs on, as far as it says so.

    `launches` are those that are known, `providers` capacity providers of the sources' own.
    `needs` says what further ones wait for. All empty: it says nothing.
    """

    launches: tuple[Launch, ...] = ()
    providers: tuple[Link, ...] = ()
    needs: tuple[Need, ...] = ()
    place: Span | None = None

    def __bool__(self) -> bool:
        return bool(self.launches or self.providers or self.needs)


class Cluster(Entity, frozen=True, kw_only=True):
    """A cluster, its default capacity providers, and all that it may use (`providers`).

    `named` is the name that it is given. `audits` are the services that ECS Exec uses in it for
    encryption and for records of its sessions, each with the fact that it does.
    """

    named: Setting
    default: Providers = Providers()
    providers: tuple[Link, ...] = ()
    audits: tuple[tuple[str, Fact], ...] = ()


class ClusterProviders(Struct, frozen=True):
    """Capacity providers that a resource of their own gives to a cluster, and its default ones."""

    origin: Origin
    cluster: Link
    default: Providers
    providers: tuple[Link, ...] = ()


class CapacityProvider(Entity, frozen=True, kw_only=True):
    """A capacity provider: an Auto Scaling group, or Managed Instances.

    `groups` and `subnets` are what it gives to Managed Instances, by `groups_setting` and
    `subnets_setting`.
    """

    launch: Launch
    auto_scaling_group: Link | None = None
    groups: tuple[Link, ...] = ()
    groups_setting: Setting
    subnets: tuple[Link, ...] = ()
    subnets_setting: Setting


class AutoScalingGroup(Entity, frozen=True, kw_only=True):
    """An Auto Scaling group, and the target groups and classic load balancers that it joins.

    `made_from` are the launch templates or configuration that it starts instances from, and
    `own_types` says of each whether its own instance type is used. `types` are the instance types
    by which a mixed instances policy overrides theirs; `by_attributes` is whether such a policy
    lets AWS choose types by attributes.
    """

    made_from: tuple[Link, ...] = ()
    own_types: tuple[Fact, ...] = ()
    types: tuple[Setting, ...] = ()
    by_attributes: tuple[Fact, ...] = ()
    subnets: tuple[Link, ...] = ()
    subnets_setting: Setting | None = None

    target_groups: tuple[Link, ...] = ()
    load_balancers: tuple[Link, ...] = ()


class TaskDefinition(Entity, frozen=True, kw_only=True):
    """A task definition. `requires` are the launch types that it is registered for.

    `constraints` are the expressions that say on which container instances its tasks may be placed.
    """

    mode: Setting
    constraints: tuple[Setting, ...] = ()
    requires: tuple[Setting, ...] = ()
    windows: Fact


class Binding(Struct, frozen=True, kw_only=True):
    """A target group (or classic load balancer) in which a task source registers its tasks."""

    target_group: Link | None = None
    load_balancer: Link | None = None
    port: Setting


class JobInstances(Entity, frozen=True, kw_only=True):
    """The instances on which AWS Batch runs jobs as ECS tasks, in a cluster of its own.

    AWS Batch User Guide, "Compute environments for AWS Batch".
    """

    groups: tuple[Link, ...]


class TaskSource(Entity, frozen=True, kw_only=True):
    """Anything that starts tasks. `word` is what messages call it: "service", "task set".

    `networked` is whether it has an awsvpc network configuration. `groups_setting` and
    `subnets_setting` are the attributes that `groups` and `subnets` come from. `managed` says
    that AWS makes its security groups (Express Mode, ECS gateways). `closing` are the changes after
    which its tasks get no public address. `registries` are the services of Cloud Map in which it
    registers its tasks, `namespaces` those of Service Connect and Cloud Map that it is a member of.
    `gateways` say of each connector to an ECS gateway whether it lets a public one take it. `exec`
    is whether ECS Exec is on, `platform` the version of Fargate's platform. `constraints` are as
    those of a task definition.
    """

    word: str
    long_running: bool
    cluster: Link | None
    task_definition: Link | None
    runs_on: Providers
    networked: Fact
    groups: tuple[Link, ...]
    groups_setting: Setting
    subnets: tuple[Link, ...]
    subnets_setting: Setting
    public_address: Setting
    closing: tuple[AttributeChange, ...] = ()
    bindings: tuple[Binding, ...] = ()
    registries: tuple[Link, ...] = ()
    namespaces: tuple[Link, ...] = ()
    lattice: Fact
    gateways: tuple[Fact, ...] = ()
    managed: bool = False
    exec: Fact = FALSE
    platform: Setting | None = None
    constraints: tuple[Setting, ...] = ()
    network_from: Literal["itself", "elsewhere"] = "itself"
