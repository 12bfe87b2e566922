"""Data stores and VPC endpoints as the library shows them."""

from taskwall.core.facts import Fact as CoreFact
from taskwall.core.facts import any_of
from taskwall.library.facts import Fact
from taskwall.library.security_groups import SecurityGroup
from taskwall.library.views import Related, Resource, Setting, leads_to, related
from taskwall.library.vpc import Subnet, Vpc
from taskwall.model.data_stores import store as model
from taskwall.model.data_stores.internet_exposure import Exposure
from taskwall.model.endpoints import endpoint as endpoint_model
from taskwall.model.entities import security_group as group_model
from taskwall.model.entities import vpc as vpc_model


class Store(Resource):
    """A data store: a database, cache, file system, search domain, broker."""

    __slots__ = ()
    _entity: model.Store

    @property
    def kind(self) -> str:
        """What it is, such as "database" or "cache"."""
        return self._entity.word

    @property
    def security_groups(self) -> tuple[Related[SecurityGroup], ...]:
        """Its security groups; where it has none it uses the default group of its VPC."""
        found = self._entity.groups
        return related(self._frame, found, group_model.SecurityGroup, SecurityGroup)

    @property
    def subnets(self) -> tuple[Related[Subnet], ...]:
        """Its subnets."""
        return related(self._frame, self._entity.subnets, vpc_model.Subnet, Subnet)

    @property
    def public(self) -> Fact:
        """Whether it has a public address, as far as the sources say so."""
        network, entity = self._frame.network, self._entity
        parts = [
            each.public for each in network.every(Exposure) if each.store.to in (entity.id, "")
        ]
        text = f"{self.name} is public"
        otherwise = f"nothing makes {self.name} public"
        nothing = CoreFact(False, text, entity.origin.header, self.name, otherwise=otherwise)
        return self._frame.fact(any_of((nothing, *parts)))

    @property
    def used_by_tasks(self) -> Fact:
        """Whether tasks use it: by its groups, their environment, or an RDS Proxy."""
        return self._frame.fact(model.used(self._frame.network, self._entity))

    def uses(self, group: SecurityGroup) -> Fact:
        """Whether it uses a security group."""
        return leads_to(self, self._entity.groups, group, "uses")


class Endpoint(Resource):
    """A VPC endpoint."""

    __slots__ = ()
    _entity: endpoint_model.Endpoint

    @property
    def service(self) -> str:
        """Its AWS service without the Region, such as "ecr.api"; "" where it is not known."""
        return self._entity.service

    @property
    def vpc(self) -> Related[Vpc]:
        """Its VPC."""
        return related(self._frame, (self._entity.vpc,), vpc_model.Vpc, Vpc)[0]

    @property
    def kind(self) -> Setting:
        """`Interface`, `Gateway` or `GatewayLoadBalancer`."""
        return Setting(self._frame, self._entity.kind)

    @property
    def private_dns(self) -> Fact:
        """Whether it has private DNS on."""
        return self._frame.fact(endpoint_model.private_dns(self._frame.network, self._entity))

    @property
    def security_groups(self) -> tuple[Related[SecurityGroup], ...]:
        """The security groups that it is written with."""
        found = self._entity.groups
        return related(self._frame, found, group_model.SecurityGroup, SecurityGroup)
