"""VPCs and subnets as the library shows them."""

from taskwall.library.facts import Fact
from taskwall.library.views import Related, Resource, Setting, leads_to, related
from taskwall.model.entities import vpc as model
from taskwall.model.routing.network_acl import has_own_acl
from taskwall.model.routing.routes import ingress_blocked, leads


class Vpc(Resource):
    """A VPC."""

    __slots__ = ()
    _entity: model.Vpc

    @property
    def cidrs(self) -> tuple[Setting, ...]:
        """Its address ranges, IPv4 and IPv6."""
        return tuple(Setting(self._frame, cidr) for cidr in self._entity.cidrs)


class Subnet(Resource):
    """A subnet."""

    __slots__ = ()
    _entity: model.Subnet

    @property
    def cidrs(self) -> tuple[Setting, ...]:
        """Its address ranges, IPv4 and IPv6."""
        return tuple(Setting(self._frame, cidr) for cidr in self._entity.cidrs)

    @property
    def vpc(self) -> Related[Vpc]:
        """Its VPC."""
        return related(self._frame, (self._entity.vpc,), model.Vpc, Vpc)[0]

    def is_in(self, vpc: Vpc) -> Fact:
        """Whether it is in a VPC."""
        return leads_to(self, (self._entity.vpc,), vpc, "is in")

    @property
    def public(self) -> Fact:
        """Whether a route leads to an internet gateway that no Block Public Access closes."""
        network = self._frame.network
        route = leads(network, self._entity, "internet")
        return self._frame.fact(route & ~ingress_blocked(network, self._entity))

    @property
    def has_own_acl(self) -> Fact:
        """Whether a network ACL other than the default one of its VPC is associated with it."""
        return self._frame.fact(has_own_acl(self._frame.network, self._entity))
