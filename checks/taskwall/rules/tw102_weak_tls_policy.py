"""TW102: A TLS listener accepts only TLS 1.2 or later.

What: The TLS policy of an HTTPS or TLS listener accepts TLS 1.0 or 1.1, or none is set: the API,
    Terraform and CloudFormation then use ELBSecurityPolicy-2016-08, which accepts them. In the
    profile pci, also a policy with cipher suites that lack forward secrecy or authenticated
    encryption.
Why: TLS 1.0 and 1.1 are deprecated (RFC 8996): their cipher suites can be attacked, and compliance
    programs forbid them. The number after "TLS13-" in the name of a policy is its lowest version,
    so ELBSecurityPolicy-TLS13-1-0-2021-06 is weak, and so is its FIPS variant.
Fine when: Clients that support nothing better are known and have a listener of their own.
Terraform: ssl_policy = "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09"
CloudFormation: SslPolicy: ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09
Guide: encrypt-in-transit, tls-at-the-balancer
See: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html
"""

from collections.abc import Iterator

from taskwall.core.change import AttributeChange
from taskwall.core.facts import Fact, with_reason
from taskwall.core.values import Need, Span, Text, dereferenced
from taskwall.model.core.entity import Setting
from taskwall.model.core.network import Network
from taskwall.model.entities.load_balancer import Listener, LoadBalancer, TlsPolicy
from taskwall.model.load_balancing.encrypting import STRONG
from taskwall.model.load_balancing.paths import before_tasks
from taskwall.model.load_balancing.tls_policies import API_DEFAULT, FORWARD_SECRET_AEAD, floor
from taskwall.rules._rule import Verdict, rule

CLASSIC_STRONG = "ELBSecurityPolicy-TLS-1-2-2017-01"
"""The best that classic load balancers have."""


_CLASSIC = f"Let the listener use {CLASSIC_STRONG}, or a policy without TLS 1.0 and 1.1."

_MIXED = (
    "The same block makes listeners that take no TLS, and no policy. Give this to the others only,"
    " by a condition:\n"
)


@rule("medium", default=True, pci=True)
def weak_tls_policy(network: Network) -> Iterator[Verdict]:
    # One block may make listeners of several protocols.
    plain = {each.origin.name for each in network.every(Listener) if not _ends_tls(each).truth}
    for listener in network.every(Listener):
        ends_tls = _ends_tls(listener)
        certified = listener.certificate.value is not None or listener.has_more_certificates
        if ends_tls.truth is False or not certified:
            continue
        balancer = network.get(LoadBalancer, listener.load_balancer)
        classic = balancer is not None and balancer.kind.known == "classic"
        weak = _weak(network, listener.policy)
        changes = listener.policy.to(STRONG)
        place = listener.policy.place
        if classic:
            place = place if listener.policy.written else listener.place
            weak, changes, place = _classic(network, listener, place)
        policy = _said(listener.policy)
        mixed = listener.origin.name in plain and not listener.policy.written
        yield Verdict(
            listener.origin,
            place,
            weak,
            f"{listener.name} accepts weak TLS with {policy}",
            holds=f"{listener.name} accepts only TLS 1.2 or later with {policy}",
            about=listener.id,
            concerned=with_reason(ends_tls, before_tasks(network, listener)),
            changes=changes,
            remedy=_CLASSIC if classic else _MIXED if mixed else "",
        )


def _ends_tls(listener: Listener) -> Fact:
    return listener.protocol.is_("HTTPS", "TLS", "SSL")


def _weak(network: Network, policy: Setting) -> Fact:
    """Whether a policy accepts less than TLS 1.2 (profile pci: or less than its suites)."""
    if policy.value is None or policy.known == "":  # Terraform leaves out what is empty
        text = (
            f"{policy.resource} sets no TLS policy: the default is {API_DEFAULT}, which accepts TLS"
            " 1.0"
        )
        return Fact(True, text, policy.place, policy.resource)
    if not policy.open:
        return _weak_name(network, policy, str(policy.known))
    found = [_weak_name(network, policy, name) for name in policy.answers or _beginning(policy)]
    if len({fact.truth for fact in found}) == 1 and found[0].truth is not None:
        return found[0]
    text = f"the TLS policy of {policy.resource} accepts less than TLS 1.2"
    return Fact(None, text, policy.place, policy.resource, policy.needs)


def _said(policy: Setting) -> str:
    """The policy as messages name it."""
    if policy.open:
        return " or ".join(policy.answers) or "its policy"
    return str(policy.known or "the default policy")


def _beginning(policy: Setting) -> tuple[str, ...]:
    """How the name of a policy begins that is not known to its end: that may state its floor."""
    value = dereferenced(policy.value)
    head = value.parts[0] if isinstance(value, Text) else None
    return (f"{head}...",) if isinstance(head, str) and head.endswith("-") else ()


def _weak_name(network: Network, policy: Setting, name: str) -> Fact:
    """The same of a policy by its name, or its beginning."""
    lowest = floor(name)
    text = f"{name} accepts TLS {lowest}"
    if lowest is None:
        needs = (Need(name, "is a policy that is not known"),)
        text = f"{name} accepts less than TLS 1.2"
        return Fact(None, text, policy.place, policy.resource, needs)
    if lowest in ("1.2", "1.3") and network.policy.profile == "pci":
        if name.endswith("..."):
            return Fact(
                None, f"{name} has weak suites", policy.place, policy.resource, policy.needs
            )
        strong = name in FORWARD_SECRET_AEAD
        text = f"{name} has suites without forward secrecy or authenticated encryption"
        return Fact(not strong, text, policy.place, policy.resource, otherwise=f"{name} is strong")
    return Fact(lowest in ("1.0", "1.1"), text, policy.place, policy.resource, otherwise=text)


def _classic(
    network: Network, listener: Listener, place: Span
) -> tuple[Fact, tuple[AttributeChange, ...], Span]:
    """The same for a classic load balancer, whose policies are resources or blocks of their own.

    What is wrong stands there, not where the listener names the policy.
    """
    own = [
        policy
        for policy in network.every(TlsPolicy)
        if policy.load_balancer.to == listener.load_balancer.to
        and listener.policy.known is not None
        and policy.named.known == listener.policy.known
    ]
    if not own:
        return _weak(network, listener.policy), (), place
    policy = own[0]
    if policy.reference.value is not None:
        reference = policy.reference
        return _weak(network, reference), reference.to(CLASSIC_STRONG), reference.place
    old = {name: at for name, at in policy.versions if name in _OLD_VERSIONS}
    text = f"{policy.name} enables {', '.join(sorted(old)) or 'an old protocol'}"
    otherwise = f"{policy.name} enables nothing below TLS 1.2"
    at = next(iter(old.values()), policy.origin.header)
    fact = Fact(bool(old), text, at, policy.name, otherwise=otherwise) | policy.open
    return fact, (), at if old else place


_OLD_VERSIONS = ("Protocol-SSLv3", "Protocol-TLSv1", "Protocol-TLSv1.1")
