"""Classic load balancers with their listeners, and the TLS policies of these."""

from collections.abc import Iterator

from msgspec import Struct

from taskwall.core.facts import FALSE, Fact, any_of
from taskwall.core.values import Known, Need, Span, Unknown
from taskwall.lowering._reader import ResourceReader, lowers, setting
from taskwall.lowering.access_log import classic_access_log, classic_logging
from taskwall.lowering.given_name import names_and_tags
from taskwall.lowering.load_balancer import PUBLIC, SCHEME
from taskwall.lowering.target_group import registration
from taskwall.model.core.entity import Entity, Link, Setting
from taskwall.model.entities.load_balancer import (
    Listener,
    LoadBalancer,
    TlsPolicy,
)
from taskwall.model.entities.security_group import SecurityGroup
from taskwall.model.entities.vpc import Subnet
from taskwall.source.resource import Cell


@lowers("aws_elb", to=LoadBalancer, named="name")
@lowers("AWS::ElasticLoadBalancing::LoadBalancer", to=LoadBalancer, named="LoadBalancerName")
def classic(r: ResourceReader) -> Iterator[object]:
    groups = r.attribute("security_groups", "SecurityGroups")
    links = r.links(SecurityGroup, groups, "uses security group")
    kind = Setting(Known("classic"), r.origin.header, "type", r.name)
    yield from names_and_tags(r)
    yield LoadBalancer(
        id=r.id,
        origin=r.origin,
        external=r.external,
        kind=kind,
        internal=r.setting("internal", "Scheme", False, PUBLIC, SCHEME),
        groups=links,
        groups_setting=setting(groups, groups.key, links=links),
        subnets=r.links(Subnet, r.attribute("subnets", "Subnets"), "is in"),
        access_log=classic_access_log(r),
        logging=classic_logging(r),
        check=r.setting("health_check.target", "HealthCheck.Target"),
    )
    here = Link(r.id, r.fact(f"{r.name} listens", r.body), r.origin.header)
    yield from _listeners(r, here)
    for instance in r.attribute("instances", "Instances").each():
        yield from registration(r, instance, r.nothing(), balancer=here)
    for other in r.said_by(LoadBalancer, "elb", "aws_elb_attachment"):
        to = other.link(LoadBalancer, other.attribute("elb", ""), "registers in")
        yield from registration(other, other.attribute("instance", ""), r.nothing(), balancer=to)
    if not r.terraform:
        for block in r.attribute("", "Policies").each():
            yield _policy(r, here, block)


class ListenerSchema(Struct, frozen=True):
    """The names under which a classic listener says how it takes connections, and passes them."""

    protocol: str
    port: str
    certificate: str
    instance_protocol: str
    instance_port: str


TERRAFORM_LISTENER = ListenerSchema(
    "lb_protocol", "lb_port", "ssl_certificate_id", "instance_protocol", "instance_port"
)
CLOUDFORMATION_LISTENER = ListenerSchema(
    "Protocol", "LoadBalancerPort", "SSLCertificateId", "InstanceProtocol", "InstancePort"
)


def _listeners(r: ResourceReader, here: Link) -> Iterator[Listener]:
    """The listeners, which are blocks of the load balancer."""
    spelled = TERRAFORM_LISTENER if r.terraform else CLOUDFORMATION_LISTENER
    for index, block in enumerate(r.attribute("listener", "Listeners").each()):
        protocol = setting(block.get(spelled.protocol), spelled.protocol)
        port = setting(block.get(spelled.port), spelled.port)
        backend = setting(block.get(spelled.instance_protocol), spelled.instance_protocol)
        yield Listener(
            id=f"{r.id}.listener[{index}]",
            origin=r.origin,
            load_balancer=here,
            protocol=protocol,
            port=port,
            policy=_policy_used(r, block, port),
            certificate=setting(block.get(spelled.certificate), spelled.certificate),
            backend=backend if backend.value is not None else _same_behind(backend, protocol),
            instance_port=setting(block.get(spelled.instance_port), spelled.instance_port),
            place=block.place,
        )


def _same_behind(backend: Setting, protocol: Setting) -> Setting:
    """What a classic listener speaks to instances where it does not say.

    AWS's pages give no default. One that takes plain text hands plain text on, whichever it is.
    """
    if str(protocol.known).upper() in ("HTTP", "TCP"):
        says = f"it is the protocol of clients, {protocol.known}"
        return Setting(protocol.value, backend.place, backend.name, backend.resource, says)
    needs = (Need(f"{backend.name} of {backend.resource}", "is not written and has no default"),)
    return Setting(Unknown(needs), backend.place, backend.name, backend.resource)


def _policy_used(r: ResourceReader, block: Cell, port: Setting) -> Setting:
    """The name of the TLS policy that a listener uses, among policies of other kinds.

    In Terraform a resource of its own ties it to the listener, whose block stands for it.
    """
    names: list[Cell] = []
    waits: tuple[Need, ...] = ()
    if not r.terraform:
        names += block.get("PolicyNames").each()
        tls = [policy.get("PolicyName").known for policy in r.attribute("", "Policies").each()
               if policy.get("PolicyType").known == _TLS]  # fmt: skip
    else:
        for type_ in ("aws_load_balancer_listener_policy", "aws_lb_ssl_negotiation_policy"):
            for resource in r.builder.of_type(type_):
                found, open_ = _names_for(r, ResourceReader(resource, r.builder), port)
                names += found
                waits += open_
        policies = (resource.cell() for resource in r.builder.of_type("aws_load_balancer_policy"))
        tls = [
            p.get("policy_name").known for p in policies if p.get("policy_type_name").known == _TLS
        ]
    word = "policy_names" if r.terraform else "PolicyNames"
    meant = [name for name in names if name.known in tls] or names
    if not meant and not waits:
        return setting(r.nothing(), word)
    if len(meant) == 1:
        value = setting(meant[0], word).value
    else:
        several = (Need(f"the TLS policy of {r.name}", "is one of several"),)
        value = Unknown(several if meant else waits)
    return Setting(value, block.place if r.terraform else block.get(word).place, word, r.name)


_TLS = "SSLNegotiationPolicyType"


def _names_for(
    r: ResourceReader, other: ResourceReader, port: Setting
) -> tuple[list[Cell], tuple[Need, ...]]:
    """The policies that a resource gives to a port of a classic load balancer.

    Returns:
        the policies; or what it waits for to know whether it is about this port.
    """
    balancer, of_port, key = (
        ("load_balancer", "lb_port", "name")
        if other.resource.type == "aws_lb_ssl_negotiation_policy"
        else ("load_balancer_name", "load_balancer_port", "policy_names")
    )
    link, cell = (
        other.link(LoadBalancer, other.attribute(balancer, "")),
        other.attribute(of_port, ""),
    )
    if link is None or (link.exact and link.to != r.id):
        return [], ()
    is_ = port.is_(cell.known).truth
    if is_ is False and not cell.needs:
        return [], ()
    if is_ and link.to == r.id:
        return list(other.attribute(key, "").each()), ()
    return [], (
        *(link.waits("a load balancer") if not link.exact else ()),
        *cell.needs,
        *port.needs,
    )


@lowers("aws_load_balancer_listener_policy")
def listener_policy(r: ResourceReader) -> Iterator[Entity]:
    # Read by the load balancer whose listener it is about.
    for key in ("load_balancer_name", "load_balancer_port", "policy_names"):
        r.attribute(key, "")
    return iter(())


@lowers("aws_lb_ssl_negotiation_policy", "aws_load_balancer_policy")
def classic_policy(r: ResourceReader) -> Iterator[Entity]:
    key = "load_balancer" if "ssl" in r.resource.type else "load_balancer_name"
    here = r.must(LoadBalancer, r.attribute(key, ""), "is a policy of")
    yield _policy(r, here, r.body)


def _policy(r: ResourceReader, here: Link, block: Cell) -> TlsPolicy:
    if not r.terraform:
        attributes, name, value, named = "Attributes", "Name", "Value", "PolicyName"
    else:
        attributes, name, value, named = "attribute", "name", "value", "name"
        if r.resource.type == "aws_load_balancer_policy":
            attributes, named = "policy_attribute", "policy_name"
    reference = r.nothing()
    versions: list[tuple[str, Span]] = []
    opens: list[Fact] = []
    for item in block.get(attributes).each():
        key, setting_of = item.get(name), item.get(value)
        if key.known == "Reference-Security-Policy":
            reference = setting_of
        elif str(key.known).startswith("Protocol-") and str(setting_of.known).lower() == "true":
            versions.append((str(key.known), setting_of.place))
        elif key.needs or (setting_of.needs and str(key.known).startswith("Protocol-")):
            text = f"{r.name} enables another protocol"
            opens.append(Fact(None, text, item.place, r.name, (*key.needs, *setting_of.needs)))
    return TlsPolicy(
        id=f"{r.id}:{block.path}",
        origin=r.origin,
        load_balancer=here,
        named=setting(block.get(named), named),
        reference=setting(reference, "Reference-Security-Policy"),
        versions=tuple(versions),
        open=any_of(opens) if opens else FALSE,
    )
