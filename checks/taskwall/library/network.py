"""A stack's network as the library shows it."""

from collections.abc import Callable, Iterable
from difflib import get_close_matches
from typing import TypeVar, cast

from taskwall.findings.finding import Absent, Problem
from taskwall.library.facts import Fact
from taskwall.library.flows import End, Flow, flows, reaches
from taskwall.library.load_balancers import Listener, LoadBalancer
from taskwall.library.security_groups import Protocol, SecurityGroup
from taskwall.library.services import Cluster, Service
from taskwall.library.stores import Endpoint, Store
from taskwall.library.views import Frame, ReadOnly, Resource
from taskwall.library.vpc import Subnet, Vpc
from taskwall.model.core.entity import Entity
from taskwall.model.data_stores import store as store_model
from taskwall.model.endpoints import endpoint as endpoint_model
from taskwall.model.entities import ecs, load_balancer, security_group, vpc
from taskwall.model.flows.ends import short_name
from taskwall.model.flows.reach import Reach

R = TypeVar("R", bound=Resource)
E = TypeVar("E", bound=Entity)


class Network(ReadOnly):
    """The network that one stack would create, read-only.

    What may exist is in it as well: `exists` of each resource says whether it does. `stack` is the
    folder of the root, or the path of the template. `absent` are the modules, templates and files
    that it calls and that were not there, `errors` what could not be read. A rule of your own sees
    none of these three: the report has them.
    """

    __slots__ = ("_reach", "absent", "errors", "stack")
    _reach: Reach | None
    stack: str
    absent: tuple[Absent, ...]
    errors: tuple[Problem, ...]

    def __init__(
        self,
        frame: Frame,
        stack: str = "",
        absent: tuple[Absent, ...] = (),
        errors: tuple[Problem, ...] = (),
    ) -> None:
        """Made by `taskwall.load`, and for rules of your own by the engine."""
        super().__init__(frame)
        held = {"stack": stack, "absent": absent, "errors": errors, "_reach": None}
        for name, value in held.items():
            object.__setattr__(self, name, value)

    @property
    def services(self) -> tuple[Service, ...]:
        """The services."""
        return tuple(each for each in self.task_sources if each.kind == "service")

    @property
    def task_sources(self) -> tuple[Service, ...]:
        """Everything that starts tasks: services, task sets, scheduled and event-driven tasks."""
        return self._every(ecs.TaskSource, Service)

    @property
    def clusters(self) -> tuple[Cluster, ...]:
        """The clusters."""
        return self._every(ecs.Cluster, Cluster)

    @property
    def load_balancers(self) -> tuple[LoadBalancer, ...]:
        """The load balancers."""
        return self._every(load_balancer.LoadBalancer, LoadBalancer)

    @property
    def listeners(self) -> tuple[Listener, ...]:
        """The listeners."""
        return self._every(load_balancer.Listener, Listener)

    @property
    def security_groups(self) -> tuple[SecurityGroup, ...]:
        """The security groups."""
        return self._every(security_group.SecurityGroup, SecurityGroup)

    @property
    def stores(self) -> tuple[Store, ...]:
        """The data stores, RDS Proxies, and what mounts of file systems go to."""
        kinds = (store_model.Store, store_model.MountTarget)
        return tuple(each for kind in kinds for each in self._every(kind, Store))

    @property
    def vpcs(self) -> tuple[Vpc, ...]:
        """The VPCs."""
        return self._every(vpc.Vpc, Vpc)

    @property
    def subnets(self) -> tuple[Subnet, ...]:
        """The subnets."""
        return self._every(vpc.Subnet, Subnet)

    @property
    def endpoints(self) -> tuple[Endpoint, ...]:
        """The VPC endpoints."""
        return self._every(endpoint_model.Endpoint, Endpoint)

    def service(self, name: str) -> Service:
        """The service (or other task source) of a name.

        Args:
            name: its address, Terraform label or CloudFormation logical id, the path of its CDK
                construct, or the name that it has in AWS. An address goes before other names.

        Raises:
            LookupError: there is none, and the message names the nearest; or there are several, and
                it names them.
        """
        return _only(name, self.task_sources, "service")

    def cluster(self, name: str) -> Cluster:
        """The cluster of a name; like `service`."""
        return _only(name, self.clusters, "cluster")

    def load_balancer(self, name: str) -> LoadBalancer:
        """The load balancer of a name; like `service`."""
        return _only(name, self.load_balancers, "load balancer")

    def security_group(self, name: str) -> SecurityGroup:
        """The security group of a name; like `service`."""
        return _only(name, self.security_groups, "security group")

    def store(self, name: str) -> Store:
        """The data store of a name; like `service`."""
        return _only(name, self.stores, "data store")

    def vpc(self, name: str) -> Vpc:
        """The VPC of a name; like `service`."""
        return _only(name, self.vpcs, "VPC")

    def subnet(self, name: str) -> Subnet:
        """The subnet of a name; like `service`."""
        return _only(name, self.subnets, "subnet")

    def endpoint(self, name: str) -> Endpoint:
        """The VPC endpoint of a name; like `service`."""
        return _only(name, self.endpoints, "VPC endpoint")

    def flows(self, *, from_: End | None = None, to: End | None = None) -> tuple[Flow, ...]:
        """Who can open a connection to what, as `taskwall flows` lists it; all else is closed.

        Args:
            from_: who opens it: a view, or a word as the command takes it, such as "internet",
                "onprem", "service:api" or a CIDR (default: anybody).
            to: where it leads, likewise (default: anywhere).

        Raises:
            LookupError: a word stands for no end; the message names the nearest.
        """
        return tuple(flows(self._frame, self._reached(), from_, to))

    def reaches(
        self, from_: End, to: End, port: int | None = None, protocol: Protocol = "tcp"
    ) -> Fact:
        """Whether one end can open a connection to another, with the way or what closes it.

        Args:
            from_: who opens it, as `flows` takes it.
            to: where it leads, likewise.
            port: the port that the client opens; None asks for any, of any protocol.
            protocol: whose port that is.

        Raises:
            LookupError: a word stands for no end; the message names the nearest.
        """
        return reaches(self._frame, self._reached(), from_, to, port, protocol)

    def _reached(self) -> Reach:
        """What can reach what, worked out once: most rules do not ask for it."""
        if self._reach is None:
            object.__setattr__(self, "_reach", Reach(self._frame.network))
        return cast(Reach, self._reach)

    def _every(self, kind: type[E], view: Callable[[Frame, E], R]) -> tuple[R, ...]:
        return tuple(
            view(self._frame, each)
            for each in self._frame.network.every(kind)
            if not each.origin.silent
        )

    def __repr__(self) -> str:
        return f"<Network {self.stack}>"


def _only(name: str, found: Iterable[R], kind: str) -> R:
    """The one resource of a name."""
    every = list(found)
    fitting = [each for each in every if name == each.address]
    fitting = fitting or [each for each in every if name in _names(each)]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        raise LookupError(
            f'"{name}" is more than one {kind}: {", ".join(each.address for each in fitting)}'
        )
    known = list(dict.fromkeys(each.address for each in every))
    labels = [label for each in every for label in _names(each)]
    near = get_close_matches(name, labels, 1)
    hint = f', did you mean "{near[0]}"?' if near else f"; there are {', '.join(known) or 'none'}"
    raise LookupError(f'no {kind} is named "{name}"{hint}')


def _names(view: Resource) -> tuple[str, ...]:
    """What a resource may be called: its address, parts of it as flows say them, names in AWS."""
    given = (each.value for each in view.aws_names)
    known = (str(value) for value in given if value is not None)
    short = short_name(view._entity)
    return view.address, view.name, view.label, short, view.construct or view.address, *known
