"""Who can be at the end of a flow: things with network interfaces, and how flows name them."""

import re
from collections.abc import Iterator, Sequence
from typing import Literal, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from taskwall.core.facts import FALSE, TRUE, Fact, all_of, any_of
from taskwall.core.values import Need
from taskwall.model.compute.container_instances import (
    ContainerInstances,
    Instances,
    InterfaceGroup,
    all_instances,
    elastic_address,
)
from taskwall.model.compute.container_instances import public_address as instance_address
from taskwall.model.compute.hosts import Host, host_of
from taskwall.model.compute.launch_type import awsvpc, runs_on
from taskwall.model.core.address import ALL_PORTS, Ranges
from taskwall.model.core.entity import Entity, Link, Setting
from taskwall.model.core.network import Network, remembered
from taskwall.model.data_stores.internet_exposure import Exposure
from taskwall.model.data_stores.store import MountTarget, Store
from taskwall.model.endpoints.endpoint import Endpoint, endpoint_groups
from taskwall.model.entities.door import Door
from taskwall.model.entities.ecs import TaskDefinition, TaskSource
from taskwall.model.entities.function import LambdaFunction
from taskwall.model.entities.load_balancer import LoadBalancer
from taskwall.model.entities.security_group import SecurityGroup
from taskwall.model.entities.vpc import Subnet
from taskwall.model.entities.vpc_link import VpcLink
from taskwall.model.exposure.instance_groups import on_unseen_hosts, tasks_on
from taskwall.model.exposure.task_ports import published
from taskwall.model.flows.places import Place, places_of
from taskwall.model.flows.security_groups import UNFILTERED, Groups, of_default_group
from taskwall.model.flows.sets import ANY_PROTOCOL, OPEN, Pieces, over
from taskwall.model.permissions.packets import TCP, UDP
from taskwall.model.routing.network_acl import BALANCER_PORTS, CLIENT_PORTS, WINDOWS_PORTS

EndKind: TypeAlias = Literal[
    "service", "task", "instances", "function", "lb", "endpoint", "store", "proxy", "group"
]


class Interface(Struct, frozen=True):
    """Network interfaces of one thing that are alike in all that decides who reaches them.

    `end` is how flows name the thing, `public` whether it has a public IPv4 address, `public_six`
    whether the IPv6 addresses of its subnets are its own. `answers` are the ports that it takes as
    a client, `takes` those on which it can be reached at all. `serves` and `opens` are whether
    connections to it, and by it, are told of. `everywhere` is whether it is on the internet itself,
    in no VPC.
    """

    end: str
    kind: EndKind
    thing: Entity
    groups: Groups
    places: tuple[Place, ...]
    public: Fact
    exists: Fact
    public_six: Fact = FALSE
    answers: Ranges = CLIENT_PORTS
    takes: Pieces = OPEN
    serves: bool = True
    opens: bool = True
    everywhere: bool = False

    @property
    def several(self) -> bool:
        """Whether there may be several of it, which connect to each other."""
        thing = self.thing
        one = isinstance(thing, Instances) and thing.word == "instance"
        return self.kind in ("service", "task", "instances", "group") and not one

    def over(self, versions: tuple[int, ...]) -> "Interface":
        """The same with its addresses of some IP versions alone."""
        places = tuple(place for place in self.places if place.version in versions)
        return self if len(places) == len(self.places) else replace(self, places=places)

    @property
    def alike(self) -> object:
        """What is the same of two interfaces between which no group, route or ACL tells apart."""
        ties = tuple((link.to, link.fact.truth, link.place) for link in self.groups.ties)
        places = tuple((place.key, place.fact.truth) for place in self.places)
        more = self.groups.more.truth, self.groups.more.needs, self.groups.filters
        public = self.public.truth, self.public.place, self.public_six.truth
        return ties, more, places, public, self.answers.spans, self.everywhere


@remembered
def interfaces(network: Network, *, possible: bool) -> tuple[Interface, ...]:
    """Everything of the sources that has network interfaces, each with its groups and subnets.

    With `possible`, also what absent modules may make of what they are given.
    """
    every = _naming(network).every()
    return tuple(each for each in every if possible or not each.thing.origin.silent)


def end_of(network: Network, kind: EndKind, thing: Entity) -> str:
    """How flows name a thing."""
    return _naming(network).end(kind, thing)


@remembered
def link_interface(network: Network, link: VpcLink) -> Interface:
    """The interfaces of a VPC link, which flows go through and do not begin at."""
    return _naming(network).link(link)


@remembered
def group_interface(network: Network, group: SecurityGroup) -> Interface:
    """The interfaces of whatever has a group that no end has."""
    return _naming(network).group(group)


@remembered
def _naming(network: Network) -> "_Naming":
    return _Naming(network)


class _Naming:
    """Makes interfaces, and gives each thing a name that tells it from others of its kind."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self._short: dict[tuple[str, str], set[str]] = {}
        for kind, things in _things(network):
            for thing in things:
                key = (kind, short_name(thing))
                self._short.setdefault(key, set()).add(thing.origin.address)

    def end(self, kind: EndKind, thing: Entity) -> str:
        """How flows name a thing: `service:api`, with its whole address where that is not clear.

        What may be in an absent module has no address.
        """
        if thing.origin.silent:
            return thing.name
        short = short_name(thing)
        alone = len(self._short.get((kind, short), ())) < 2
        return f"{kind}:{short if alone else thing.origin.address}"

    def every(self) -> Iterator[Interface]:
        for source in self.network.every(TaskSource):
            yield from self._tasks(source)
        every = self.network.every(Instances)
        alone = {each.template.to for each in every if each.template is not None}
        for member in all_instances(self.network):
            # A template that instances start from by themselves is no end beside them.
            if member.scaled_by or member.instances.id not in alone:
                yield from self._instances(member)
        yield from self._on_hosts()
        for function in self.network.every(LambdaFunction):
            yield self._plain(
                "function", function, function.groups, function.groups_setting, function.subnets,
                answers=BALANCER_PORTS, serves=False,
            )  # fmt: skip
        for balancer in self.network.every(LoadBalancer):
            if balancer.kind.known != "gateway":
                yield self.balancer(balancer)
        for endpoint in self.network.every(Endpoint):
            if endpoint.kind.is_("Interface", "Resource", "ServiceNetwork").truth is not False:
                yield self._endpoint(endpoint)
        for kind in (Store, MountTarget):
            for store in self.network.every(kind):
                yield self._store(store)

    def _tasks(self, source: TaskSource) -> Iterator[Interface]:
        own = awsvpc(self.network, source)
        if own.truth is False:
            return
        ec2 = runs_on(self.network, source, "EC2", "EXTERNAL", "MANAGED_INSTANCES")
        public = all_of((source.public_address.is_(True), ~ec2))
        groups = self._groups(source.groups, source.subnets)
        if source.managed or source.network_from == "elsewhere":
            text = f"{source.name} has security groups that AWS or another resource gives it"
            needs = (Need(f"the network of {source.name}", "is not in the sources"),)
            unknown = Fact(None, text, source.origin.header, source.name, needs)
            groups = Groups(source.groups, unknown)
            public = unknown
        yield Interface(
            self.end(_word(source), source),
            _word(source),
            source,
            groups,
            self._places(source.subnets, source.groups, source.subnets_setting),
            public,
            all_of((source.exists, own)) if own.truth is None else source.exists,
            public_six=TRUE,
            answers=self._client_ports(source),
        )

    def _client_ports(self, source: TaskSource) -> Ranges:
        definition = self.network.get(TaskDefinition, source.task_definition)
        windows = definition is not None and definition.windows.truth
        return WINDOWS_PORTS if windows else CLIENT_PORTS

    def _on_hosts(self) -> Iterator[Interface]:
        """Tasks that share the network of their host, which may be one that nobody sees."""
        for host, held in tasks_on(self.network):
            for source, fact in held:
                own = self._published(
                    source,
                    self._groups(host.groups, host.subnets),
                    self._places(host.subnets, host.groups, host.groups_setting),
                    self._public_instance(host.member, host.subnets),
                    fact,
                    host.on,
                )
                yield own
                if host.member is not None:  # Nobody attaches anything to Managed Instances.
                    yield from self._attached(host.member.instances, own)
        for source, fact in on_unseen_hosts(self.network):
            needs = (Need(f"the instances of {source.name}", "are not in the sources"),)
            text = f"the instances of {source.name} have other security groups"
            unknown = Fact(None, text, source.origin.header, source.name, needs)
            places = places_of(self.network, (), (), needs)
            yield self._published(source, Groups((), unknown), places, unknown, fact)

    def _published(
        self,
        source: TaskSource,
        groups: Groups,
        places: tuple[Place, ...],
        public: Fact,
        fact: Fact,
        on: Entity | None = None,
    ) -> Interface:
        """Tasks that share the network of their host: they take only what they publish."""
        ports = published(self.network, source, on)
        takes = (*over(TCP, ports.tcp), *over(UDP, ports.udp))
        if ports.needs:
            text = f"{source.name} publishes the port"
            open_ = Fact(None, text, source.origin.header, source.name, ports.needs)
            takes = (*takes, *over(ANY_PROTOCOL, ALL_PORTS, open_))
        return Interface(
            self.end(_word(source), source),
            _word(source),
            source,
            groups,
            places,
            public,
            all_of((source.exists, fact)),
            public_six=TRUE,
            answers=self._client_ports(source),
            takes=takes,
        )

    def _instances(self, member: ContainerInstances) -> Iterator[Interface]:
        host: Host = host_of(self.network, member)
        extra = self._given(member.instances.id, *member.instances.interfaces)
        groups = self._groups(host.groups, host.subnets)
        own = Interface(
            self.end("instances", member.instances),
            "instances",
            member.instances,
            Groups((*groups.ties, *extra), groups.more),
            self._places(host.subnets, host.groups, host.groups_setting),
            self._public_instance(member, host.subnets),
            member.instances.exists,
            public_six=TRUE,
        )
        yield own
        yield from self._attached(member.instances, own)

    def _given(self, *ids: str) -> list[Link]:
        """The groups that resources of their own give to instances, or to network interfaces."""
        return [e.group for e in self.network.every(InterfaceGroup) if e.instances.to in ids]

    def _attached(self, instances: Instances, own: Interface) -> Iterator[Interface]:
        """Further interfaces that may be attached to instances: what of them is named is known."""
        doors = [
            e for e in self.network.every(Door) if (e.source, e.service) == ("attached", "ec2")
        ]
        ids = {door.id for door in doors}
        for door in doors:
            if ids & door.mentions:
                continue  # It attaches one of the others.
            owners = {e.id for e in self.network.every(Instances) if door.id in e.interfaces}
            if instances.id in owners:
                continue  # It is the instance's own.
            about = [door, *(each for each in doors if door.id in each.mentions)]
            mentions = frozenset().union(*(each.mentions for each in about))
            named = owners.union(e for e in mentions if self.network.get(Instances, e))
            if named and instances.id not in named and not any(each.open for each in about):
                continue
            needs = (Need(door.name, "may be attached to any instance"),)
            text = f"{door.name} is attached to {instances.name}"
            fact = Fact(None, text, door.origin.header, door.name, needs)
            groups, subnets = (
                tuple(
                    Link(each, TRUE, door.origin.header)
                    for each in sorted(door.mentions)
                    if self.network.get(kind, each) is not None
                )
                for kind in (SecurityGroup, Subnet)
            )
            more = fact if door.open or not groups else FALSE
            yield replace(
                own,
                groups=Groups((*groups, *self._given(door.id)), more),
                places=places_of(self.network, subnets, groups or own.groups.ties, needs),
                public=fact,
                exists=all_of((own.exists, fact)),
            )

    def _public_instance(
        self, member: ContainerInstances | None, subnets: tuple[Link, ...]
    ) -> Fact:
        own, parts = None, []
        if member is not None:
            parts.append(elastic_address(self.network, member.instances))
            own = instance_address(self.network, member.instances)
        if own is not None:
            return any_of((*parts, own.is_(True)))
        for link in subnets:
            subnet = self.network.get(Subnet, link)
            if subnet is None or subnet.external or subnet.public_addresses is None:
                text = f"instances in {link.to or 'a subnet'} get public addresses"
                needs = (subnet.external if subnet is not None else ()) or link.waits("a subnet")
                parts.append(Fact(None, text, link.place, link.to, needs))
            else:
                parts.append(subnet.public_addresses.is_(True))
        if not subnets:
            needs = (Need("the subnets of its instances", "are not in the sources"),)
            parts.append(Fact(None, "it gets a public address", needs=needs))
        return any_of(parts)

    def balancer(self, balancer: LoadBalancer) -> Interface:
        """The nodes of a load balancer."""
        bare = balancer.kind.known == "network" and not balancer.groups
        setting = balancer.groups_setting
        groups = self._groups(balancer.groups, balancer.subnets)
        if bare:
            groups = UNFILTERED
        internal, has_six = balancer.internal, _has_ipv6(balancer)
        text = f"{balancer.name} is internet-facing"
        public = Fact(
            None if internal.open else not internal.known,
            f"{text} ({internal.default})" if internal.default else text,
            internal.place,
            balancer.name,
            internal.needs,
            f"{balancer.name} is internal",
        )
        return Interface(
            self.end("lb", balancer),
            "lb",
            balancer,
            groups,
            _of_families(self._places(balancer.subnets, balancer.groups, setting), has_six),
            public,
            balancer.exists,
            all_of((public, has_six)),
            answers=BALANCER_PORTS,
            opens=False,
        )

    def _endpoint(self, endpoint: Endpoint) -> Interface:
        found = endpoint_groups(self.network, endpoint)
        ties = found.groups
        groups = Groups(ties)
        if found.default.truth is not False:
            default = of_default_group(self.network, endpoint.vpc, found.default)
            groups = Groups((*ties, *default.ties), default.more)
        places = self._places(endpoint.subnets, ties, endpoint.groups_setting)
        places = tuple(_moved(place, endpoint.vpc) for place in places)
        fact = endpoint.exists
        if endpoint.kind.open:
            fact = all_of((fact, endpoint.kind.is_("Interface")))
        return Interface(
            self.end("endpoint", endpoint), "endpoint", endpoint, groups, places,
            _never_public(endpoint), fact, opens=False,
        )  # fmt: skip

    def _store(self, store: Store) -> Interface:
        """A data store; a search domain outside of VPCs guards itself by its policy alone."""
        found = _exposures(self.network).get(store.id, ())
        if any(_is_outside(each) and each.public.truth for each in found):
            ports = Ranges(((80, 80), (443, 443)))
            return Interface(
                self.end("store", store), "store", store, UNFILTERED, (), TRUE, store.exists,
                takes=over(TCP, ports), opens=False, everywhere=True,
            )  # fmt: skip
        kind: EndKind = "proxy" if _is_proxy(store) else "store"
        parts = [each.public for each in found]
        return Interface(
            self.end(kind, store),
            kind,
            store,
            self._groups(store.groups, store.subnets),
            self._places(store.subnets, store.groups, store.groups_setting),
            any_of(parts) if parts else _never_public(store),
            store.exists,
            opens=False,
        )

    def link(self, link: VpcLink) -> Interface:
        """The interfaces of a VPC link."""
        return self._plain(
            "endpoint", link, link.groups, link.groups_setting, link.subnets,
            answers=BALANCER_PORTS, serves=False,
        )  # fmt: skip

    def group(self, group: SecurityGroup) -> Interface:
        """Whatever has a group that no end has, somewhere in its VPC."""
        needs = (Need(group.name, "is used by nothing that taskwall reads"),)
        text = f"something uses {group.name}"
        fact = Fact(None, text, group.origin.header, group.name, needs)
        tie = Link(group.id, TRUE, group.origin.header)
        return Interface(
            self.end("group", group),
            "group",
            group,
            Groups((tie,)),
            places_of(self.network, (), (tie,), needs),
            fact,
            all_of((group.exists, fact)),
            public_six=TRUE,
            answers=CLIENT_PORTS | WINDOWS_PORTS | BALANCER_PORTS,
        )

    def _plain(
        self,
        kind: EndKind,
        thing: Entity,
        groups: tuple[Link, ...],
        setting: Setting,
        subnets: tuple[Link, ...],
        *,
        answers: Ranges,
        serves: bool,
    ) -> Interface:
        return Interface(
            self.end(kind, thing),
            kind,
            thing,
            self._groups(groups, subnets),
            self._places(subnets, groups, setting),
            FALSE,
            thing.exists,
            answers=answers,
            serves=serves,
        )

    def _groups(self, links: tuple[Link, ...], subnets: tuple[Link, ...]) -> Groups:
        """The groups that something names; what names none has the default group of its VPC."""
        if links:
            return Groups(links)
        return of_default_group(self.network, self._vpc(subnets), TRUE)

    def _vpc(self, subnets: tuple[Link, ...]) -> Link | None:
        """The VPC of some subnets, which all are in one: of those that are written, if any is."""
        known = (self.network.get(Subnet, link) for link in subnets)
        vpcs = (subnet.vpc for subnet in known if subnet is not None)
        return min(vpcs, key=lambda vpc: not vpc.exact, default=None)

    def _places(
        self, subnets: tuple[Link, ...], groups: tuple[Link, ...], setting: Setting
    ) -> tuple[Place, ...]:
        return places_of(self.network, subnets, groups, setting.needs)


def _never_public(thing: Entity) -> Fact:
    """That nothing gives a thing a public address."""
    otherwise = f"{thing.name} has no public addresses"
    text = f"{thing.name} has a public address"
    return Fact(False, text, thing.origin.header, thing.name, otherwise=otherwise)


def _has_ipv6(balancer: LoadBalancer) -> Fact:
    """Whether a load balancer has IPv6 addresses: only where its address type says so."""
    if balancer.families is None:
        return FALSE
    return balancer.families.is_("dualstack", "dualstack-without-public-ipv4")


def _of_families(places: tuple[Place, ...], has_six: Fact) -> tuple[Place, ...]:
    """The places of a load balancer, of IPv6 only where it has such addresses itself."""
    if has_six.truth:
        return places
    return tuple(
        replace(place, key=f"{place.key} {has_six.place}", fact=all_of((place.fact, has_six)))
        if place.version == 6
        else place
        for place in places
        if place.version == 4 or has_six.truth is None
    )


def _moved(place: Place, vpc: Link) -> Place:
    """A place in a VPC, where its subnet does not say in which."""
    if place.vpc is not None or not vpc.to:
        return place
    key = place.key if place.subnet is not None else f"#{vpc.to}/{place.version}"
    return replace(place, key=key, vpc=vpc)


def _word(source: TaskSource) -> EndKind:
    return "service" if source.long_running else "task"


def _is_outside(exposure: Exposure) -> bool:
    """Whether an exposure says that a store is in no VPC, and not that it has a public address."""
    return True not in exposure.open and "SERVICE_PROVIDED_EIPS" not in exposure.open


@remembered
def _exposures(network: Network) -> dict[str, list[Exposure]]:
    return network.grouped(Exposure, lambda each: (each.store.to,))


def _is_proxy(store: Store) -> bool:
    return store.word.startswith("RDS Proxy")


def _things(network: Network) -> Iterator[tuple[EndKind, Sequence[Entity]]]:
    """The things of each kind of end that bear names."""
    sources = network.every(TaskSource)
    stores = [*network.every(Store), *network.every(MountTarget)]
    yield "service", [each for each in sources if each.long_running]
    yield "task", [each for each in sources if not each.long_running]
    yield "instances", list(network.every(Instances))
    yield "function", list(network.every(LambdaFunction))
    yield "lb", list(network.every(LoadBalancer))
    yield "endpoint", list(network.every(Endpoint))
    yield "store", [each for each in stores if not _is_proxy(each)]
    yield "proxy", [each for each in stores if _is_proxy(each)]
    yield "group", list(network.every(SecurityGroup))


_TYPE = re.compile(r"(?:^|(?<=\.))aws(?:cc)?_[a-z0-9_]+\.")


def short_name(thing: Entity) -> str:
    """The address of a thing without its type: `api`, `module.web`, or the logical id.

    What a module calls its only one of a kind (`this`) says nothing beside the module's name.
    """
    return _TYPE.sub("", thing.origin.address).removesuffix(".this")
