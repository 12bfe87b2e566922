"""VPC Lattice: services with listeners, the networks that they are in, and what they lead to."""

from msgspec import Struct

from taskwall.core.facts import FALSE, Fact, all_of, any_of
from taskwall.core.values import Origin
from taskwall.model.core.entity import Entity, Link, Setting, link_to, same_entity
from taskwall.model.core.network import Network, remembered
from taskwall.model.entities.ecs import TaskSource
from taskwall.model.entities.load_balancer import LoadBalancer
from taskwall.model.load_balancing.paths import stands_before_tasks


class LatticeTargets(Entity, frozen=True):
    """A target group of VPC Lattice."""


class LatticeService(Entity, frozen=True, kw_only=True):
    """A service of VPC Lattice. `auth` is AWS_IAM where it has an auth policy, else NONE."""

    auth: Setting


class LatticeNetwork(Entity, frozen=True, kw_only=True):
    """A service network, with the same."""

    auth: Setting


class LatticeMembership(Entity, frozen=True, kw_only=True):
    """A service's membership of a service network."""

    service: Link
    network: Link


class LatticeListener(Entity, frozen=True, kw_only=True):
    """A listener of a service of VPC Lattice, and the target groups that it forwards to."""

    service: Link
    protocol: Setting
    targets: tuple[Link, ...] = ()


class LatticeRule(Entity, frozen=True, kw_only=True):
    """A rule of such a listener."""

    listener: Link
    targets: tuple[Link, ...] = ()


class Registered(Struct, frozen=True):
    """A target group of VPC Lattice in which an ECS service (`on`) registers its tasks."""

    on: Origin
    targets: Link


class RegisteredByHand(Struct, frozen=True):
    """Something that is registered in a target group of VPC Lattice, by its instance or address."""

    on: Origin
    target: Link


class Fronted(Struct, frozen=True):
    """A load balancer (`on` says so) that is registered in a target group of VPC Lattice."""

    on: Origin
    targets: Link
    balancer: Link


@remembered
def _fronted(network: Network) -> dict[str, list[Fronted]]:
    return network.grouped(Fronted, lambda each: (each.targets.to,))


@remembered
def _stray(network: Network) -> list[Fronted]:
    """Load balancers that may be registered in whichever target group."""
    return [each for each in network.every(Fronted) if not each.targets.exact]


def _before_tasks(network: Network, front: Fronted) -> Fact:
    """Whether what is registered is a load balancer in front of tasks."""
    balancer = network.get(LoadBalancer, front.balancer)
    if balancer is not None and not balancer.external:
        return front.balancer.fact & stands_before_tasks(network, balancer)
    if front.balancer.exact or not network.every(TaskSource):
        return FALSE
    text = f"{front.on.name} leads to tasks"
    return Fact(None, text, front.balancer.place, front.on.name, front.balancer.fact.needs)


@remembered
def _registered(network: Network) -> dict[str, list[Registered]]:
    return network.grouped(Registered, lambda each: (each.targets.to,))


@remembered
def _loose(network: Network) -> list[Registered]:
    """Registrations that may be in whichever target group."""
    return [each for each in network.every(Registered) if not each.targets.exact]


@remembered
def _rules(network: Network) -> dict[str, list[LatticeRule]]:
    return network.grouped(LatticeRule, lambda rule: (rule.listener.to,))


@remembered
def _stray_rules(network: Network) -> list[LatticeRule]:
    """Rules that may be of whichever listener."""
    return [rule for rule in network.every(LatticeRule) if not rule.listener.exact]


@remembered
def leads_to_tasks(network: Network, listener: LatticeListener) -> Fact:
    """Whether a listener, by itself or by one of its rules, forwards to tasks of ECS services."""
    parts = [_tasks_at(network, target) for target in listener.targets]
    for rule in _rules(network).get(listener.id, ()):
        parts += [_tasks_at(network, target) for target in rule.targets]
    for rule in _stray_rules(network):
        if same_entity(rule.listener, link_to(listener)) is None:
            text = f"{rule.name} is a rule of {listener.name}"
            needs = rule.listener.fact.needs
            may = Fact(None, text, rule.listener.place, rule.name, needs)
            parts += [may & _tasks_at(network, target) for target in rule.targets]
    return any_of(parts)


def _tasks_at(network: Network, target: Link) -> Fact:
    """Whether a link leads to a target group of tasks, or of a load balancer in front of tasks."""
    parts = [target.fact & each.targets.fact for each in _registered(network).get(target.to, ())]
    for front in _fronted(network).get(target.to, ()):
        way = (target.fact, front.targets.fact, _before_tasks(network, front))
        parts.append(all_of(way))
    for front in network.every(Fronted) if not (target.to and target.exact) else _stray(network):
        text = f"{front.balancer.to or 'a load balancer'} is a target there"
        needs = target.fact.needs or front.targets.fact.needs
        may = Fact(None, text, target.place, front.on.name, needs)
        parts.append(may & _before_tasks(network, front))
    loose = network.every(Registered) if not (target.to and target.exact) else _loose(network)
    for each in loose[:1]:
        text = f"tasks of {each.on.name} are registered in {target.to or 'the target group'}"
        needs = target.fact.needs or each.targets.fact.needs
        parts.append(Fact(None, text, target.place, each.on.name, needs))
    return any_of(parts)


@remembered
def _listeners(network: Network) -> dict[str, list[LatticeListener]]:
    return network.grouped(LatticeListener, lambda each: (each.service.to,))


@remembered
def serves_tasks(network: Network, service: LatticeService) -> Fact:
    """Whether a service of VPC Lattice leads to tasks of ECS services, and sees who calls.

    By TLS passthrough it sees anonymous callers only, whatever its policy says (Amazon VPC Lattice
    User Guide, "TLS listeners").
    """
    parts = [_sees_callers(network, each) for each in _listeners(network).get(service.id, ())]
    for each in network.every(LatticeListener):
        if each.service.to != service.id and not each.service.exact:
            text = f"{each.name} is a listener of {service.name}"
            needs = each.service.fact.needs
            may = Fact(None, text, each.service.place, each.name, needs)
            parts.append(may & _sees_callers(network, each))
    return any_of(parts)


def _sees_callers(network: Network, listener: LatticeListener) -> Fact:
    return leads_to_tasks(network, listener) & ~listener.protocol.is_("TLS_PASSTHROUGH")


def authenticated(network: Network, service: LatticeService) -> Fact:
    """Whether callers of a service must be authenticated: by itself, or by each of its networks."""
    ties = []
    for each in network.every(LatticeMembership):
        tie = same_entity(each.service, link_to(service))
        if tie is not False:
            ties.append(_by_network(network, each, tie))
    return service.auth.is_("AWS_IAM") | (all_of(ties) if ties else FALSE)


def _by_network(network: Network, membership: LatticeMembership, tie: bool | None) -> Fact:
    """Whether a network that a service is (or may be) in authenticates callers."""
    found = network.get(LatticeNetwork, membership.network)
    text = f"{membership.network.to or 'its network'} authenticates callers"
    needs = membership.network.fact.needs
    if tie is None:
        needs = membership.service.fact.needs
    elif found is not None and not found.external:
        return found.auth.is_("AWS_IAM") & membership.exists
    place = membership.origin.header
    return Fact(None, text, place, membership.name, needs or membership.origin.maybe)
