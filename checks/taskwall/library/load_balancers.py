"""Load balancers and listeners as the library shows them."""

from taskwall.core.facts import TRUE
from taskwall.library.facts import Fact
from taskwall.library.security_groups import SecurityGroup
from taskwall.library.views import Related, Resource, Setting, leads_to, related
from taskwall.library.vpc import Subnet
from taskwall.model.core.entity import Link
from taskwall.model.entities import load_balancer as model
from taskwall.model.entities import security_group as group_model
from taskwall.model.entities import vpc as vpc_model
from taskwall.model.load_balancing.internet_facing import is_public
from taskwall.model.load_balancing.paths import listeners


class LoadBalancer(Resource):
    """An ALB, NLB, gateway or classic load balancer."""

    __slots__ = ()
    _entity: model.LoadBalancer

    @property
    def kind(self) -> Setting:
        """`application`, `network`, `gateway` or `classic`."""
        return Setting(self._frame, self._entity.kind)

    @property
    def internal(self) -> Setting:
        """Whether its scheme is internal."""
        return Setting(self._frame, self._entity.internal)

    @property
    def public(self) -> Fact:
        """Whether the internet reaches it: by its scheme, or through a public NLB before it."""
        entity = self._entity
        here = Link(entity.id, TRUE, entity.origin.header, not entity.external)
        return self._frame.fact(is_public(self._frame.network, here))

    @property
    def security_groups(self) -> tuple[Related[SecurityGroup], ...]:
        """The security groups that it uses."""
        found = self._entity.groups
        return related(self._frame, found, group_model.SecurityGroup, SecurityGroup)

    @property
    def subnets(self) -> tuple[Related[Subnet], ...]:
        """The subnets that it is in."""
        return related(self._frame, self._entity.subnets, vpc_model.Subnet, Subnet)

    @property
    def listeners(self) -> "tuple[Listener, ...]":
        """Its listeners that the sources write, those included that may be its own."""
        found = listeners(self._frame.network)
        mine = (*found.get(self._entity.id, ()), *found.get("", ()))
        return tuple(Listener(self._frame, each) for each in mine)

    def uses(self, group: SecurityGroup) -> Fact:
        """Whether it uses a security group."""
        return leads_to(self, self._entity.groups, group, "uses")


class Listener(Resource):
    """A listener of a load balancer."""

    __slots__ = ()
    _entity: model.Listener

    @property
    def load_balancer(self) -> Related[LoadBalancer]:
        """Its load balancer."""
        link = (self._entity.load_balancer,)
        return related(self._frame, link, model.LoadBalancer, LoadBalancer)[0]

    @property
    def protocol(self) -> Setting:
        """Its protocol: HTTP, HTTPS, TCP, TLS, ..."""
        return Setting(self._frame, self._entity.protocol)

    @property
    def port(self) -> Setting:
        """The port on which it listens."""
        return Setting(self._frame, self._entity.port)

    @property
    def tls_policy(self) -> Setting:
        """Its security policy for TLS."""
        return Setting(self._frame, self._entity.policy)

    @property
    def certificate(self) -> Setting:
        """Its certificate."""
        return Setting(self._frame, self._entity.certificate)
