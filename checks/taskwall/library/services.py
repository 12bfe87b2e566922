"""What starts tasks, and clusters, as the library shows them."""

from typing import Literal, TypeAlias

from taskwall.core.facts import Fact as CoreFact
from taskwall.core.facts import any_of
from taskwall.library.facts import Fact
from taskwall.library.load_balancers import LoadBalancer
from taskwall.library.security_groups import SecurityGroup
from taskwall.library.views import Related, Resource, Setting, leads_to, related
from taskwall.library.vpc import Subnet
from taskwall.model.compute.launch_type import awsvpc, runs_on
from taskwall.model.entities import ecs as model
from taskwall.model.entities import security_group as group_model
from taskwall.model.entities import vpc as vpc_model
from taskwall.model.load_balancing.paths import BalancerPath, balancer_paths

LaunchType: TypeAlias = Literal["FARGATE", "EC2", "MANAGED_INSTANCES", "EXTERNAL"]


class Cluster(Resource):
    """A cluster."""

    __slots__ = ()
    _entity: model.Cluster

    @property
    def cluster_name(self) -> Setting:
        """The name that it is given."""
        return Setting(self._frame, self._entity.named)


class Service(Resource):
    """What starts tasks: a service, a task set, or a scheduled or event-driven task."""

    __slots__ = ()
    _entity: model.TaskSource

    @property
    def kind(self) -> str:
        """What it is: "service", "task set", "scheduled task", ..."""
        return self._entity.word

    @property
    def cluster(self) -> Related[Cluster] | None:
        """Its cluster; None where the sources do not set it."""
        link = self._entity.cluster
        return None if link is None else related(self._frame, (link,), model.Cluster, Cluster)[0]

    @property
    def security_groups(self) -> tuple[Related[SecurityGroup], ...]:
        """The security groups of its tasks."""
        found = self._entity.groups
        return related(self._frame, found, group_model.SecurityGroup, SecurityGroup)

    @property
    def subnets(self) -> tuple[Related[Subnet], ...]:
        """The subnets of its tasks."""
        return related(self._frame, self._entity.subnets, vpc_model.Subnet, Subnet)

    @property
    def public_address(self) -> Setting:
        """Whether its tasks get a public IPv4 address (`assign_public_ip`)."""
        return Setting(self._frame, self._entity.public_address)

    @property
    def load_balancers(self) -> tuple[Related[LoadBalancer], ...]:
        """The load balancers that it is behind, or may be."""
        found: dict[str, list[BalancerPath]] = {}
        for path in balancer_paths(self._frame.network, self._entity):
            if path.fact.truth is not False:
                found.setdefault(path.balancer.id if path.balancer else "", []).append(path)
        return tuple(self._through(paths) for paths in found.values())

    def _through(self, paths: list[BalancerPath]) -> Related[LoadBalancer]:
        """The tie to a load balancer to which several ways lead."""
        balancer, fact = paths[0].balancer, any_of(path.fact for path in paths)
        view = None if balancer is None else LoadBalancer(self._frame, balancer)
        return Related(self._frame, view, fact, paths[0].place)

    def behind(self, balancer: LoadBalancer) -> Fact:
        """Whether it is behind a load balancer, through target group and listener."""
        parts = [
            path.fact
            for path in balancer_paths(self._frame.network, self._entity)
            if path.balancer is None or path.balancer.id == balancer._entity.id
        ]
        text = f"{self.name} is behind {balancer.name}"
        otherwise = f"{self.name} is not behind {balancer.name}"
        place = self._entity.origin.header
        nothing = CoreFact(False, text, place, self.name, otherwise=otherwise)
        return self._frame.fact(any_of((nothing, *parts)))

    def uses(self, group: SecurityGroup) -> Fact:
        """Whether its tasks use a security group."""
        return leads_to(self, self._entity.groups, group, "uses")

    def runs_in(self, subnet: Subnet) -> Fact:
        """Whether its tasks run in a subnet."""
        return leads_to(self, self._entity.subnets, subnet, "runs in")

    def runs_on(self, *launch_types: LaunchType) -> Fact:
        """Whether tasks of it run on one of these launch types."""
        return self._frame.fact(runs_on(self._frame.network, self._entity, *launch_types))

    @property
    def awsvpc(self) -> Fact:
        """Whether its tasks have a network interface of their own (network mode awsvpc)."""
        return self._frame.fact(awsvpc(self._frame.network, self._entity))
