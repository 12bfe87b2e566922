"""Load balancers of three kinds, listeners, their rules and actions, and target groups."""

from typing import Literal, TypeAlias

from msgspec import Struct

from taskwall.core.change import AttributeChange, ResourceAttribute, SourceCode
from taskwall.core.facts import Fact
from taskwall.core.values import Origin, Span
from taskwall.model.core.entity import Entity, Link, Setting

BalancerKind: TypeAlias = Literal["application", "network", "gateway", "classic"]


class LoadBalancer(Entity, frozen=True, kw_only=True):
    """A load balancer. `internal` is its scheme; not internal is the default and is public.

    `addresses` are private addresses fixed for it, `elastic` Elastic IPs that it is given.
    `families` is the type of its addresses, None of a kind that has IPv4 addresses only.
    `access_log` is whether it keeps access logs, `check` a classic one's health check. `logging`
    is what would make it keep them. `enforces` is whether its groups filter PrivateLink's traffic.
    """

    kind: Setting
    internal: Setting
    groups: tuple[Link, ...] = ()
    groups_setting: Setting
    subnets: tuple[Link, ...] = ()
    addresses: tuple[Setting, ...] = ()
    elastic: tuple[Link, ...] = ()
    access_log: Setting
    logging: tuple[AttributeChange, ...] = ()
    check: Setting | None = None
    families: Setting | None = None
    enforces: Setting | None = None

    @property
    def word(self) -> str:
        """What messages call its kind."""
        kinds = {"application": "ALB", "network": "NLB", "classic": "classic load balancer"}
        return kinds.get(str(self.kind.known), "load balancer")


class Action(Struct, frozen=True):
    """What a listener or listener rule does with a request.

    `protocol` is that of a redirect; `targets` are the target groups of a forward.
    """

    type: Setting
    protocol: Setting
    targets: tuple[Link, ...]
    sure: bool


class Listener(Entity, frozen=True, kw_only=True):
    """A listener of a load balancer. `place` is the listener itself: a block of a classic one.

    `actions_open` says why it may have more actions than those written, if it may.
    `backend` is the protocol to the instances behind a classic one, `instance_port` their port.
    `certificate_named` is how others can name its certificate: as code, only those in its own file.
    `has_more_certificates` is whether resources of their own give it some.
    """

    load_balancer: Link
    protocol: Setting
    port: Setting
    policy: Setting
    certificate: Setting
    certificate_named: ResourceAttribute | SourceCode | None = None
    has_more_certificates: bool = False
    actions: tuple[Action, ...] = ()
    backend: Setting | None = None
    instance_port: Setting | None = None
    place: Span


class Certificate(Entity, frozen=True, kw_only=True):
    """A certificate for load balancers; `arn` is the attribute that gives its ARN once it holds."""

    arn: ResourceAttribute


class ClientCheck(Struct, frozen=True):
    """How a listener (`on`) treats clients' certificates, where it says anything of them.

    `ignores_expiry` is whether it takes expired ones. `id` is the listener's.
    """

    id: str
    on: Origin
    mode: Setting
    ignores_expiry: Setting
    trust_store: Setting


class ListenerRule(Entity, frozen=True, kw_only=True):
    """A listener rule."""

    listener: Link
    actions: tuple[Action, ...] = ()


class TrafficShift(Entity, frozen=True, kw_only=True):
    """A blue/green deployment: at some time each listener or rule forwards to each target group."""

    listeners: tuple[Link, ...]
    rules: tuple[Link, ...] = ()
    targets: tuple[Link, ...]
    sure: bool = True


class AddressTarget(Struct, frozen=True):
    """An address that is registered in a target group; `port` stands in place of the group's."""

    address: Setting
    port: Setting


class TargetGroup(Entity, frozen=True, kw_only=True):
    """A target group.

    `check_*` are the health check's. By itself or by attachments are registered in it: `targets`,
    which are load balancers (type alb), `addresses`, and instances (`Registration`). `family` is
    the IP version of its targets.
    """

    protocol: Setting
    port: Setting
    type: Setting
    vpc: Link | None
    check_protocol: Setting
    check_port: Setting
    client_ip: Setting
    family: Setting
    targets: tuple[Link, ...] = ()
    addresses: tuple[AddressTarget, ...] = ()


class TlsPolicy(Entity, frozen=True, kw_only=True):
    """A TLS policy of a classic load balancer: a reference, or attributes of its own.

    `versions` are the protocol names (`Protocol-TLSv1`) that its attributes switch on, and where.
    """

    load_balancer: Link
    named: Setting
    reference: Setting
    versions: tuple[tuple[str, Span], ...] = ()
    open: Fact
