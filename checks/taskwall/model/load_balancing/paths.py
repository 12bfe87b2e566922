"""Which load balancers stand in front of which tasks."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import permutations
from typing import TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from taskwall.core.facts import FALSE, TRUE, Fact, all_of, any_of
from taskwall.core.values import Need, Span
from taskwall.model.compute.container_instances import (
    ContainerInstances,
    Instances,
    Registration,
    container_instances,
    of_its_module,
    uses_ecs,
)
from taskwall.model.core.entity import Entity, Link
from taskwall.model.core.network import Network, remembered
from taskwall.model.entities.ecs import (
    AutoScalingGroup,
    Binding,
    CapacityProvider,
    TaskSource,
)
from taskwall.model.entities.load_balancer import (
    Action,
    BalancerKind,
    Listener,
    ListenerRule,
    LoadBalancer,
    TargetGroup,
    TrafficShift,
)

Registrar: TypeAlias = AutoScalingGroup | Registration
"""What registers instances in target groups and classic load balancers."""

NETWORK_PROTOCOLS = ("TCP", "TLS", "UDP", "TCP_UDP", "QUIC", "TCP_QUIC")


class BalancerPath(Struct, frozen=True):
    """A load balancer before a task source: the way from one to the other.

    `balancer` is None where the way leads out of the sources before it reaches one; `needs` says
    through what. `kind` is that of the load balancer, also where only its listener or target
    group tells it. `exact` is false where the target group may be any of those written here.
    `given` is `fact` as it stands if the listener and its rule exist. `unseen` is the load balancer
    that the way leads to outside of the sources, where they name it.
    """

    balancer: LoadBalancer | None
    listener: Listener | None
    target_group: TargetGroup | None
    kind: BalancerKind | None
    fact: Fact
    needs: tuple[Need, ...] = ()
    exact: bool = True
    given: Fact | None = None
    unseen: LoadBalancer | None = None

    @property
    def if_made(self) -> Fact:
        """Whether it is a way if its listener and its rule exist."""
        return self.fact if self.given is None else self.given

    @property
    def is_seen(self) -> bool:
        """Whether the sources write the load balancer, be its listener from elsewhere or not."""
        balancer = self.balancer or self.unseen
        return balancer is not None and not balancer.external

    @property
    def place(self) -> Span | None:
        """The attribute of the task source from which the way leads here."""
        first = self.fact
        while first.parts:
            first = first.parts[0]
        return first.place

    def of_kind(self, kinds: tuple[BalancerKind, ...], text: str, name: str) -> Fact:
        """Whether it is a way from a load balancer of one of the kinds (any, if none).

        `text` and `name` are the sentence and whom it is about where the kind is not known.
        """
        if not kinds or self.kind in kinds:
            return self.fact
        if self.kind is None:
            return Fact(None, text, self.fact.place, name, self.fact.waits_for())
        return FALSE


class Forward(Struct, frozen=True):
    """A listener (or a rule of one) that forwards to a target group; `given` if it exists."""

    target: Link
    listener: Link
    rule: ListenerRule | None
    fact: Fact
    given: Fact


@remembered
def forwards(network: Network) -> dict[str, list[Forward]]:
    """Every forward, by the id of its target group; "" holds those whose target is not known."""
    found: dict[str, list[Forward]] = {}

    def enter(
        action: Action | TrafficShift, listener: Link, rule: ListenerRule | None, by: Entity
    ) -> None:
        for target in action.targets:
            text = f"{by.name} forwards to {target.to or 'a target group'}"
            needs = target.fact.needs
            truth = True if action.sure and target.sure and target.to else None
            given = Fact(truth, text, target.place, by.name, needs)
            fact = given if by.exists.truth else given & by.exists
            found.setdefault(target.to, []).append(Forward(target, listener, rule, fact, given))

    for listener in network.every(Listener):
        here = Link(listener.id, listener.exists, listener.place)
        for action in listener.actions:
            enter(action, here, None, listener)
    for rule in network.every(ListenerRule):
        for action in rule.actions:
            enter(action, rule.listener, rule, rule)
    written = {group: tuple(ways) for group, ways in found.items()}
    for shift in network.every(TrafficShift):
        for link in shift.listeners:
            enter(shift, link, None, shift)
        for link in shift.rules:
            named = network.get(ListenerRule, link)
            if named is None or named.external:  # It may as well be the listener of an NLB.
                enter(shift, link if named is None else named.listener, None, shift)
            else:
                enter(shift, named.listener, named, shift)
        for target, way in _exchanged(network, shift, written):
            found.setdefault(target.to, []).append(way)
    return found


def _exchanged(
    network: Network, shift: TrafficShift, written: dict[str, tuple[Forward, ...]]
) -> Iterator[tuple[Link, Forward]]:
    """What forwards to one target group of a deployment, as forwarding to each of the others.

    It is what the deployment moves where the sources do not write what it names itself.
    """
    named: list[Entity | None] = [network.get(Listener, link) for link in shift.listeners]
    named += [network.get(ListenerRule, link) for link in shift.rules]
    if any(each is not None and not each.external for each in named):
        return
    for target, other in permutations(shift.targets, 2):
        if target.to and other.to:
            for way in written.get(other.to, ()):
                fact = all_of((way.fact, shift.exists, target.fact))
                yield target, replace(way, target=target, fact=fact)


def forwards_to(network: Network, group: str) -> list[Forward]:
    """The forwards that lead to a target group of the sources, or may."""
    found = forwards(network)
    return [*found.get(group, ()), *found.get("", ())]


@remembered
def balancer_paths(network: Network, source: TaskSource) -> tuple[BalancerPath, ...]:
    """The load balancers that a task source stands behind, each with the way to it."""
    return tuple(
        front for binding in source.bindings for front in _fronts(network, source, binding)
    )


def _fronts(network: Network, source: TaskSource, binding: Binding) -> Iterator[BalancerPath]:
    if (own := binding.load_balancer) is not None:
        balancer = network.get(LoadBalancer, own)
        if balancer is None or balancer.external:
            yield _from_unseen(balancer, own)
        else:
            yield BalancerPath(balancer, None, None, "classic", own.fact)
    if (link := binding.target_group) is None:
        return
    group = network.get(TargetGroup, link)
    if group is None or group.external:
        yield from _to_unseen(network, group, link, source.name)
    else:
        yield from _to_group(network, group, link)


def _from_unseen(balancer: LoadBalancer | None, link: Link) -> BalancerPath:
    """The way from a classic load balancer that the sources do not write."""
    needs = link.waits("a load balancer", balancer)
    return BalancerPath(None, None, None, "classic", link.fact, needs, unseen=balancer)


def _to_unseen(
    network: Network, group: TargetGroup | None, link: Link, name: str
) -> Iterator[BalancerPath]:
    """The ways to what is registered in a target group that the sources do not write."""
    for forward in forwards(network).get(link.to, ()) if link.to else ():
        yield from _front(network, group, link, forward)
    text = f"a load balancer is in front of {name}"
    needs = link.waits("a target group", group)
    kind = kind_by_protocol(group.protocol.known if group else None)
    fact = Fact(None, text, link.place, name, needs)
    yield BalancerPath(None, None, group, kind, fact, needs, link.exact)


@remembered
def instance_paths(network: Network, by: Registrar) -> Iterable[BalancerPath]:
    """The load balancers in which instances are registered by something, with the ways."""
    for link in by.load_balancers:
        named = network.get(LoadBalancer, link)
        if named is None or named.external:
            yield _from_unseen(named, link)
        for balancer, tie in network.meant(LoadBalancer, link):
            if not balancer.external and (link.to or balancer.kind.known == "classic"):
                yield BalancerPath(balancer, None, None, "classic", tie.fact)
    for link in by.target_groups:
        group = network.get(TargetGroup, link)
        if group is None or group.external:
            yield from _to_unseen(network, group, link, by.name)
        for target, tie in network.meant(TargetGroup, link):
            if target.external or not (target.type.open or target.type.known == "instance"):
                continue
            own = by.port if isinstance(by, Registration) and by.port.written else target.port
            yield from _to_group(network, replace(target, port=own), tie)


def registrars(network: Network, member: ContainerInstances) -> Iterator[tuple[Registrar, Fact]]:
    """What registers container instances, each with the fact that it does."""
    for group, started in member.scaled_by:
        yield group, started.fact
    instances, by_instance = member.instances, _registrations(network)
    for each in by_instance.get(instances.id, ()):
        yield each, each.instances.fact
    for each in (*by_instance.get("", ()), *of_its_module(instances, by_instance)):
        if not each.instances.excludes(instances.id):
            yield each, each.instances.perhaps(instances.id, instances.name).fact


@remembered
def _registrations(network: Network) -> dict[str, list[Registration]]:
    """Registrations by the instance; "" holds those of which nobody knows whose they are."""
    return network.grouped(Registration, lambda each: (each.instances.to,))


def _to_group(network: Network, group: TargetGroup, link: Link) -> Iterator[BalancerPath]:
    """The ways to what is registered in a target group by a link."""
    for forward in forwards_to(network, group.id):
        yield from _front(network, group, link, forward)


def _front(
    network: Network, group: TargetGroup | None, link: Link, forward: Forward
) -> Iterator[BalancerPath]:
    """The ways by one forward; where nothing tells whose it is, by each written listener."""
    named = network.get(Listener, forward.listener)
    kind: BalancerKind | None = "application" if forward.rule else None
    if named is None or named.external:
        # A listener that is not in the sources: only ALBs have rules.
        needs = forward.listener.waits("a listener", named)
        spoken = kind or kind_by_protocol(group.protocol.known if group else None)
        unseen = network.get(LoadBalancer, named.load_balancer) if named else None
        fact = link.fact & forward.fact
        yield BalancerPath(None, None, group, spoken, fact, needs, unseen=unseen)
    for listener, whose in network.meant(Listener, forward.listener):
        if not listener.external:
            known = () if forward.listener.to else (whose.fact,)
            yield from _by_listener(network, group, (link.fact, *known), forward, listener)


def _by_listener(
    network: Network,
    group: TargetGroup | None,
    ties: tuple[Fact, ...],
    forward: Forward,
    listener: Listener,
) -> Iterator[BalancerPath]:
    """The ways by one listener: from each written load balancer where nothing tells whose it is."""
    own = listener.load_balancer
    named = network.get(LoadBalancer, own)
    kind: BalancerKind | None = "application" if forward.rule else None
    kind = kind or kind_by_protocol(listener.protocol.known)
    kind = kind or kind_by_protocol(group.protocol.known if group else None)
    if named is None or named.external:
        fact, given = _both(ties, forward, own)
        needs = own.waits("a load balancer", named)
        yield BalancerPath(None, listener, group, kind, fact, needs, given=given, unseen=named)
    for balancer, tie in network.meant(LoadBalancer, own):
        held: BalancerKind | None = balancer.kind.known  # type: ignore[assignment]
        if not balancer.external and (own.to or kind in (held, None)):
            fact, given = _both(ties, forward, tie)
            yield BalancerPath(balancer, listener, group, held or kind, fact, given=given)


def _both(ties: tuple[Fact, ...], forward: Forward, own: Link) -> tuple[Fact, Fact]:
    """The fact of a way, and the same if what forwards exists."""
    first, *others = ties
    return (
        all_of((first, forward.fact, *others, own.fact)),
        all_of((first, forward.given, *others, own.fact)),
    )


def kind_by_protocol(protocol: object) -> BalancerKind | None:
    """The kind of load balancer that alone speaks a protocol."""
    if protocol in ("HTTP", "HTTPS"):
        return "application"
    return "network" if protocol in NETWORK_PROTOCOLS else None


@remembered
def behind(network: Network, source: TaskSource, *kinds: BalancerKind) -> Fact:
    """Whether a task source stands behind a load balancer of one of the kinds (any, if none)."""
    word = {"application": "an ALB", "network": "an NLB"}.get("".join(kinds), "a load balancer")
    text = f"{source.name} is behind {word}"
    ways = (each.of_kind(kinds, text, source.name) for each in balancer_paths(network, source))
    parts = [way for way in ways if way.truth is not False]
    if not parts:
        otherwise = f"{source.name} is not behind {word}"
        return Fact(False, text, source.origin.header, source.name, otherwise=otherwise)
    return any_of(parts)


@remembered
def _sources_behind(network: Network) -> dict[str, list[tuple[TaskSource, BalancerPath]]]:
    found: dict[str, list[tuple[TaskSource, BalancerPath]]] = {}
    for source in network.every(TaskSource):
        for front in balancer_paths(network, source):
            key = front.balancer.id if front.balancer else ""
            if front.balancer is None and front.listener is not None:
                key = front.listener.load_balancer.to
            found.setdefault(key, []).append((source, front))
    return found


@remembered
def _behind_listeners(network: Network) -> dict[tuple[str, str], list[BalancerPath]]:
    """The ways to tasks by the load balancer and listener that they begin with."""
    found: dict[tuple[str, str], list[BalancerPath]] = {}
    for key, each in _sources_behind(network).items():
        for _, front in each:
            if front.listener is not None:
                found.setdefault((key, front.listener.id), []).append(front)
    return found


@remembered
def before_tasks(network: Network, listener: Listener) -> Fact:
    """Whether the load balancer of a listener stands in front of tasks, directly or by an ALB.

    Container instances that their Auto Scaling group registers stand for the tasks on them. A
    listener that may not exist counts for what it does wrong, as if it did.
    """
    directly = _directly(network, listener)
    if directly.truth:
        return directly
    by_others = (
        fact & _holds(network, balancer)
        for fact, _, balancer in balancers_behind(network, listener)
    )
    return any_of((directly, *by_others))


def balancers_behind(
    network: Network, listener: Listener
) -> Iterator[tuple[Fact, TargetGroup, LoadBalancer]]:
    """The ALBs to which an NLB's listener hands its traffic, and by which group."""
    for action in listener.actions:
        for link in action.targets:
            for group, tie in network.meant(TargetGroup, link):
                for target in group.targets:
                    for balancer, own in network.meant(LoadBalancer, target):
                        if balancer.external or balancer.kind.known == "application":
                            yield all_of((tie.fact, own.fact)), group, balancer


@remembered
def _holds(network: Network, balancer: LoadBalancer) -> Fact:
    """Whether a load balancer stands directly in front of tasks.

    One that is not in the sources may do so beside those of its listeners that they write.
    """
    parts = [front.fact for _, front in _sources_behind(network).get(balancer.id, ())]
    if balancer.external and _sources_behind(network).keys() - {balancer.id}:
        text = f"{balancer.name} is in front of tasks"
        parts.append(Fact(None, text, balancer.origin.header, balancer.name, balancer.external))
    parts += [_directly(network, each) for each in listeners(network).get(balancer.id, ())]
    return any_of(parts)


@remembered
def _directly(network: Network, listener: Listener) -> Fact:
    """Whether the load balancer of a listener stands in front of tasks, by no other one."""
    key = listener.load_balancer.to
    parts = []
    # One is enough, and the first explains, by its own way if it has one: there may be thousands.
    for front in _behind_listeners(network).get((key, listener.id), ()):
        if front.if_made.truth:
            return front.if_made
        parts.append(front.if_made)
    for _, front in _sources_behind(network).get(key, ()):
        if front.listener is None or front.listener.id != listener.id:
            if front.fact.truth:
                return front.fact
            parts.append(front.fact)
    parts += _instances_behind(network).get(key, ())
    text = f"{listener.load_balancer.to} is in front of tasks"
    if not any(part.truth for part in parts):
        # A way that leads out of the sources may lead to this load balancer, if of its kind.
        balancer = network.get(LoadBalancer, listener.load_balancer)
        kind = balancer.kind.known if balancer else None
        if balancer is None or balancer.external:
            needs = listener.load_balancer.waits("a load balancer", balancer)
            parts.append(Fact(None, text, listener.place, listener.name, needs))
        if any(
            target.to == "" or not target.exact for a in listener.actions for target in a.targets
        ):
            needs = tuple(n for a in listener.actions for t in a.targets for n in t.fact.needs)
            may = any(front.target_group is None or kind is None for front in _loose(network))
            if may:
                parts.append(Fact(None, text, listener.place, listener.name, needs))
        parts += [
            Fact(None, text, front.place, source.name, front.needs)
            for source, front in _sources_behind(network).get("", ())
            if not front.exact
        ]
    return any_of(parts)


@remembered
def listeners(network: Network) -> dict[str, list[Listener]]:
    """Listeners by their load balancer; "" holds those of which nobody knows whose they are."""
    return network.grouped(Listener, lambda listener: (listener.load_balancer.to,))


@remembered
def stands_before_tasks(network: Network, balancer: LoadBalancer) -> Fact:
    """Whether a load balancer is in front of tasks, by whichever of its listeners."""
    parts = []
    for _, front in _sources_behind(network).get(balancer.id, ()):
        if front.fact.truth:
            return front.fact
        parts.append(front.fact)
    parts += [before_tasks(network, each) for each in listeners(network).get(balancer.id, ())]
    for each in listeners(network).get("", ()):
        text = f"{each.name} is a listener of {balancer.name}"
        needs = each.load_balancer.fact.needs
        may = Fact(None, text, each.load_balancer.place, each.name, needs)
        parts.append(may & before_tasks(network, each))
    return any_of(parts)


def stands_before_others(
    network: Network, balancer: LoadBalancer, others: Mapping[str, Fact]
) -> Fact:
    """Whether a load balancer is in front of other tasks than those of some task sources.

    `others` says of each of these, by id, whether it is another one after all.
    """
    here = _sources_behind(network).get(balancer.id, ())
    if not any(source.id in others for source, _ in here):
        return stands_before_tasks(network, balancer)
    at, parts = balancer.origin.header, []
    for source, front in (*here, *_sources_behind(network).get("", ())):
        text = f"{balancer.name} is in front of {source.name}"
        may = Fact(None, text, at, balancer.name, front.needs)
        way = may if front.balancer is None else front.fact
        parts.append(all_of((others.get(source.id, TRUE), way)))
    return any_of(parts)


@remembered
def _loose(network: Network) -> list[BalancerPath]:
    return [front for _, front in _sources_behind(network).get("", ())]


@remembered
def hosts_registered(network: Network) -> list[tuple[Registrar, Fact]]:
    """What registers container instances: Auto Scaling groups that start them, or themselves.

    An instance that an absent module puts out may be one.
    """
    by_providers: list[tuple[Registrar, Fact]] = [
        (group, tie.fact)
        for provider in network.every(CapacityProvider)
        for group, tie in network.meant(AutoScalingGroup, provider.auto_scaling_group)
    ]
    unseen: list[tuple[Registrar, Fact]] = []
    for each in network.every(Registration) if uses_ecs(network) else ():
        named = network.get(Instances, each.instances)
        if each.instances.to and (named is None or named.external):
            text = f"{each.name} registers a container instance"
            needs = each.instances.waits("an instance", named)
            unseen.append((each, Fact(None, text, each.instances.place, each.name, needs)))
    return [*by_providers, *unseen] + [
        (by, all_of((member.fact, fact)))
        for member in container_instances(network)
        for by, fact in registrars(network, member)
    ]


@remembered
def _instances_behind(network: Network) -> dict[str, list[Fact]]:
    """That container instances stand behind load balancers, by the load balancer's id."""
    found: dict[str, list[Fact]] = {}
    for group, tie in hosts_registered(network):
        for front in instance_paths(network, group):
            way = tie & front.fact
            if front.balancer is not None:
                found.setdefault(front.balancer.id, []).append(way)
            elif front.listener is not None:
                found.setdefault(front.listener.load_balancer.to, []).append(way)
        for link in group.target_groups:
            if link.to and not link.exact:
                text = (
                    f"{group.name} registers its instances in a target group that is written here"
                )
                may = Fact(None, text, link.place, group.name, link.fact.needs)
                for each in network.every(Listener):
                    found.setdefault(each.load_balancer.to, []).append(may)
    return found


def preserves_client_ip(group: TargetGroup) -> Fact:
    """Whether targets of an NLB's target group see the clients' addresses.

    By AWS's table for Network Load Balancers: on for instances; off for addresses unless switched
    on, but always on for UDP, TCP_UDP and QUIC.
    """
    if group.client_ip.written:
        return group.client_ip.is_(True)
    by_type = group.type.is_("instance")
    by_protocol = group.protocol.is_("UDP", "TCP_UDP", "QUIC", "TCP_QUIC")
    return by_type | by_protocol


@remembered
def beyond_sources(network: Network) -> list[tuple[TaskSource, BalancerPath]]:
    """Task sources that register with a load balancer which the sources do not declare.

    In file order, each with the ways that lead out of the sources: first those to a load balancer
    that is not written there either.
    """
    found = [
        (source, front)
        for source in network.every(TaskSource)
        if not source.origin.silent
        for front in balancer_paths(network, source)
        if front.balancer is None
    ]
    return sorted(found, key=lambda pair: (pair[0].origin.order, *_position(*pair)))


def _position(source: TaskSource, front: BalancerPath) -> tuple[bool, int, int]:
    place = front.place or source.origin.header
    return front.is_seen, place.line, place.column
