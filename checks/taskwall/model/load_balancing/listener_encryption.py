"""Whether listeners take clients' traffic encrypted."""

from taskwall.core.facts import FALSE, Fact, all_of
from taskwall.core.values import Need, Span
from taskwall.model.compute.launch_type import awsvpc
from taskwall.model.compute.vpc_encryption import enforced
from taskwall.model.core.network import Network, remembered
from taskwall.model.entities.ecs import Binding, TaskSource
from taskwall.model.entities.load_balancer import (
    Action,
    Listener,
    ListenerRule,
    LoadBalancer,
    TargetGroup,
)
from taskwall.model.entities.vpc import Subnet
from taskwall.model.load_balancing.edge import EdgeConnection, edge_target
from taskwall.model.load_balancing.paths import NETWORK_PROTOCOLS


def takes_encrypted(network: Network, listener: Listener) -> Fact | None:
    """Whether a listener takes clients' traffic encrypted; None where the question is another's.

    A redirect to HTTPS and a fixed response take nothing that needs it. A network listener's TCP
    may carry TLS that the tasks end themselves, so that it is not known unless its port, its
    health check or who calls it shows plain HTTP. What a listener hands to an ALB is judged there.
    """
    balancer = network.get(LoadBalancer, listener.load_balancer)
    kind = balancer.kind.known if balancer is not None else None
    protocol = str(listener.protocol.known or "").upper()
    if kind == "gateway" or protocol == "GENEVE":
        return None
    if listener.protocol.open:
        lacks = kind == "application" and _lacks_certificate(listener)
        https = _never_https(listener) if lacks else listener.protocol.is_("HTTPS")
        may_redirect = kind in ("application", None) and listener.actions
        sends_on = _only_sends_on(network, listener) if may_redirect else FALSE
        return https | sends_on
    if kind == "network" or protocol in NETWORK_PROTOCOLS:
        if any(_is_for_alb(group) for group in _targets(network, listener)):
            return None
        control = _enforced(network, balancer, listener) if kind != "classic" else FALSE
        if control.truth is not False:
            return None if control.truth else control
        return _network_encrypted(network, listener, protocol)
    if kind == "classic" or protocol == "HTTPS":
        return listener.protocol.is_("HTTPS", "SSL")
    name, place = listener.name, listener.protocol.place
    if not listener.actions:
        return ~Fact(True, listener.protocol.sentence, place, name)
    plain = Fact(False, f"{name} accepts HTTPS", place, name, otherwise=listener.protocol.sentence)
    return plain | _only_sends_on(network, listener)


def _lacks_certificate(listener: Listener) -> bool:
    """Whether a listener that the sources write has no certificate."""
    own = listener.certificate
    return own.known is None and not (own.open or listener.external or listener.origin.silent)


def _never_https(listener: Listener) -> Fact:
    """That a listener takes plain HTTP, however its protocol comes out.

    AWS makes no listener of HTTPS without a certificate; further ones it takes only beside that.
    """
    text = f"{listener.name} has no certificate, without which AWS makes no listener of HTTPS"
    return ~Fact(True, text, listener.origin.header, listener.name)


def _is_for_alb(group: TargetGroup) -> bool:
    return group.type.known == "alb" or any(link.sure for link in group.targets)


def _targets(network: Network, listener: Listener) -> list[TargetGroup]:
    links = (target for action in listener.actions for target in action.targets)
    return [group for link in links if (group := network.get(TargetGroup, link)) is not None]


def _enforced(network: Network, balancer: LoadBalancer | None, listener: Listener) -> Fact:
    """Whether encryption control, which forbids TLS listeners, is enforced where an NLB stands.

    It stands in the VPC of its target groups and subnets.
    """
    subnets = [network.get(Subnet, link) for link in (balancer.subnets if balancer else ())]
    vpcs = [subnet.vpc for subnet in subnets if subnet is not None]
    vpcs += [group.vpc for group in _targets(network, listener) if group.vpc is not None]
    return enforced(network, vpcs, listener.name)


def _network_encrypted(network: Network, listener: Listener, protocol: str) -> Fact:
    setting = listener.protocol
    if protocol in ("TLS", "QUIC"):
        return Fact(True, f"{listener.name} accepts {protocol}", setting.place, listener.name)
    name = listener.name
    if protocol == "HTTP":
        return ~Fact(True, setting.sentence, setting.place, name)
    if str(listener.port.known) == "80":
        text = f"{name} listens with {protocol} on port 80, the port of plain HTTP"
        return ~Fact(True, text, listener.port.place, name)
    for group in _targets(network, listener):
        ports = _traffic_ports(network, group)
        plain = group.check_protocol.known == "HTTP"
        if plain and str(group.check_port.known) in ports:
            text = f"{group.name} checks health by plain HTTP on the port of the traffic"
            return ~Fact(True, text, group.check_protocol.place, group.name)
    if (told := _called_plainly(network).get(listener.id)) is not None:
        return ~told
    text = f"tasks behind {name} terminate TLS themselves"
    traffic = f"{protocol} traffic" if protocol else "traffic"
    waits = Need(f"whether the {traffic} of {name} is TLS", "is not in the sources")
    return Fact(None, text, setting.place, name, (waits,))


@remembered
def _called_plainly(network: Network) -> dict[str, Fact]:
    """That CloudFront or API Gateway calls a listener by plain HTTP, by the listener's id."""
    found: dict[str, Fact] = {}
    for approach in network.every(EdgeConnection):
        name, listener, reached = edge_target(network, approach)
        if reached.truth and approach.encrypted.truth is False:
            text = f"{approach.service} connects to {name} in plain text"
            found.setdefault(listener, Fact(True, text, approach.at, approach.on.name))
    return found


def _traffic_ports(network: Network, group: TargetGroup) -> set[str]:
    """How a health check may name the port that takes the traffic of a target group.

    Of tasks that is the port they are registered under, whatever the group says; those that share
    their instance's network may be registered under any.
    """
    bound = _bound(network).get(group.id, ())
    if not bound:
        return {"traffic-port", str(group.port.known)}
    own = [str(binding.port.known) for source, binding in bound if awsvpc(network, source).truth]
    return {"traffic-port", *own}


@remembered
def _bound(network: Network) -> dict[str, list[tuple[TaskSource, Binding]]]:
    """The bindings of task sources to each target group."""
    found: dict[str, list[tuple[TaskSource, Binding]]] = {}
    for source in network.every(TaskSource):
        for binding in source.bindings:
            if binding.target_group is not None:
                found.setdefault(binding.target_group.to, []).append((source, binding))
    return found


def _only_sends_on(network: Network, listener: Listener) -> Fact:
    """Whether every action of a listener, its rules' included, redirects to HTTPS."""
    own = [(action, listener.name) for action in listener.actions]
    ruled = _rules(network)
    rules = [(action, r.name) for r in ruled.get(listener.id, ()) for action in r.actions]
    place, name = listener.protocol.place, listener.name
    parts = [_sends_on(action, who, place) for action, who in (*own, *rules)]
    for each in ruled.get("", ()):
        text = f"{each.name} is not a rule of {name}"
        parts.append(Fact(None, text, each.listener.place, each.name, each.listener.fact.needs))
    return all_of(parts)


@remembered
def _rules(network: Network) -> dict[str, list[ListenerRule]]:
    """Listener rules by their listener; "" holds those of which it is not known whose they are."""
    return network.grouped(ListenerRule, lambda rule: (rule.listener.to,))


def _sends_on(action: Action, who: str, place: Span) -> Fact:
    if action.type.open:
        text = f"{who} only redirects"
        return Fact(None, text, action.type.place, who, action.type.needs)
    if action.type.known == "fixed-response":
        return Fact(True, f"{who} returns a fixed response", action.type.place, who)
    if action.type.known == "redirect":
        text = f"{who} redirects to HTTPS"
        if action.protocol.open:
            return Fact(None, text, action.protocol.place, who, action.protocol.needs)
        otherwise = f"{who} redirects, but not to HTTPS"
        https = str(action.protocol.known).upper() == "HTTPS"
        return Fact(https, text, action.protocol.place, who, otherwise=otherwise)
    text = f"{who} only redirects"
    otherwise = f"{who} forwards what it accepts"
    return Fact(False, text, action.type.place or place, who, otherwise=otherwise)
