"""What starts tasks, and clusters, as the library shows them."""

from typing import Literal, TypeAlias

from taskwall.core.facts import Fact as CoreFact
from taskwall.core.facts import any_of
from taskwall.core.values import Need
from taskwall.library.facts import Fact
from taskwall.library.load_balancers import LoadBalancer
from taskwall.library.security_groups import GroupUser
from taskwall.library.views import Frame, ReadOnly, Related, Resource, Setting, leads_to, related
from taskwall.library.vpc import Subnet
from taskwall.model.compute.launch_type import awsvpc, runs_on
from taskwall.model.endpoints.availability import has_endpoint
from taskwall.model.endpoints.egress_path import internet_egress
from taskwall.model.endpoints.task_dependencies import ServiceDependency, service_dependencies
from taskwall.model.endpoints.task_location import TaskLocation, vpc_of
from taskwall.model.entities import ecs as model
from taskwall.model.entities.container_needs import ELSEWHERE
from taskwall.model.entities.vpc import Vpc as VpcEntity
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


class Dependency(ReadOnly):
    """That tasks of a service need another service of AWS, such as "ecr.api" to pull their image.

    `service` is "internet" where no endpoint would do: an image of a public registry. `purpose`
    continues the sentence "they need it ...".
    """

    __slots__ = ("_dependency",)
    _dependency: ServiceDependency

    def __init__(self, frame: Frame, dependency: ServiceDependency) -> None:
        """Made by the library."""
        super().__init__(frame)
        object.__setattr__(self, "_dependency", dependency)

    @property
    def service(self) -> str:
        """The AWS service without the Region, such as "ecr.api"."""
        service = self._dependency.service
        return "internet" if service == ELSEWHERE else service

    @property
    def purpose(self) -> str:
        """What for: "to pull its image"."""
        return self._dependency.purpose

    @property
    def needed(self) -> Fact:
        """Whether they need it."""
        return self._frame.fact(self._dependency.fact)

    @property
    def has_endpoint(self) -> Fact:
        """Whether their VPC has an endpoint of it."""
        network, each = self._frame.network, self._dependency
        link = vpc_of(network, each.source)
        vpc = network.get(VpcEntity, link)
        if vpc is None or vpc.external:
            text = f"the VPC of {each.source.name} has an endpoint of {self.service}"
            needs = (Need(f"the VPC of {each.source.name}", "is not in the sources"),)
            return self._frame.fact(CoreFact(None, text, needs=needs))
        location = TaskLocation(link, vpc, (each.source,))
        return self._frame.fact(has_endpoint(network, location, (each.service,), each.region))

    @property
    def has_internet(self) -> Fact:
        """Whether who asks for it has a way to the internet from each subnet."""
        each = self._dependency
        egress = internet_egress(self._frame.network, each.source, each.itself, each.dual)
        return self._frame.fact(egress)

    def __repr__(self) -> str:
        return f"<Dependency {self.service} {self.purpose}>"


class Service(GroupUser):
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
        """The link to a load balancer to which several ways lead."""
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

    def runs_in(self, subnet: Subnet) -> Fact:
        """Whether its tasks run in a subnet."""
        return leads_to(self, self._entity.subnets, subnet, "runs in")

    def runs_on(self, *launch_types: LaunchType) -> Fact:
        """Whether tasks of it run on one of these launch types."""
        return self._frame.fact(runs_on(self._frame.network, self._entity, *launch_types))

    @property
    def dependencies(self) -> tuple[Dependency, ...]:
        """The services of AWS that its tasks need to start and to run, as far as sources tell."""
        found = service_dependencies(self._frame.network, self._entity)
        return tuple(Dependency(self._frame, each) for each in found)

    @property
    def awsvpc(self) -> Fact:
        """Whether its tasks have a network interface of their own (network mode awsvpc)."""
        return self._frame.fact(awsvpc(self._frame.network, self._entity))
