"""Application and Network Load Balancers, their listeners, and listener rules."""

import json
from collections.abc import Iterator
from typing import Final

from msgspec.structs import replace

from taskwall.core.change import ResourceAttribute, SourceCode
from taskwall.core.values import (
    Known,
    Reference,
    Unknown,
    Value,
    dereferenced,
    symbol,
)
from taskwall.lowering._arn import balancer_arn, name_in
from taskwall.lowering._reader import SWITCH, ResourceReader, lowers, setting
from taskwall.lowering.access_log import access_log, logging
from taskwall.lowering.given_name import names_and_tags
from taskwall.lowering.network_interface import address_link
from taskwall.model.compute.container_instances import InstanceAddress
from taskwall.model.core.entity import Entity
from taskwall.model.entities.load_balancer import (
    Action,
    ClientCheck,
    Listener,
    ListenerRule,
    LoadBalancer,
    TargetGroup,
)
from taskwall.model.entities.security_group import SecurityGroup
from taskwall.model.entities.vpc import Subnet
from taskwall.source.resource import Cell

TYPES = ("aws_lb", "aws_alb", "AWS::ElasticLoadBalancingV2::LoadBalancer")

SCHEME = {"internal": True, "internet-facing": False, "true": True, "false": False}
"""The words for a scheme, as whether it is internal."""

PUBLIC = "internet-facing is the default"
"""What AWS does where no scheme is written."""


@lowers(*TYPES[:2], to=LoadBalancer, named="name")
@lowers(*TYPES[2:], to=LoadBalancer, named="Name")
def load_balancer(r: ResourceReader) -> Iterator[object]:
    groups = r.attribute("security_groups", "SecurityGroups")
    links = r.links(SecurityGroup, groups, "uses security group")
    if r.external and r.terraform and groups.known is None:
        # Whichever they are: permissions that name them say this attribute.
        address = _named_by(r, r.id) or r.id
        named = Unknown(groups.needs, symbol=f"{address}.security_groups")
        link = r.link(SecurityGroup, replace(groups, value=named, doubt=None), "uses")
        links = (link,) if link is not None else ()
    mapped = list(r.attribute("subnet_mapping", "SubnetMappings").each())
    subnets = r.links(Subnet, r.attribute("subnets", "Subnets"), "is in")
    for mapping in mapped:
        link = r.link(Subnet, mapping.get("subnet_id" if r.terraform else "SubnetId"), "is in")
        subnets += (link,) if link else ()
    address_key = "private_ipv4_address" if r.terraform else "PrivateIPv4Address"
    fixed = (mapping.get(address_key) for mapping in mapped)
    allocation = "allocation_id" if r.terraform else "AllocationId"
    allocated = (
        r.link(ElasticIp, mapping.get(allocation), "uses Elastic IP") for mapping in mapped
    )
    kind = r.setting("load_balancer_type", "Type", "application", "application is the default")
    yield from names_and_tags(r)
    yield LoadBalancer(
        id=r.id,
        origin=r.origin,
        external=r.external,
        kind=kind,
        internal=r.setting("internal", "Scheme", False, PUBLIC, SCHEME),
        groups=links,
        groups_setting=setting(groups, groups.key, links=links),
        subnets=subnets,
        addresses=tuple(setting(cell, address_key) for cell in fixed if not cell.absent),
        elastic=tuple(link for link in allocated if link is not None),
        access_log=access_log(r),
        logging=logging(r, kind),
        families=r.setting("ip_address_type", "IpAddressType", "ipv4", "ipv4 is the default"),
        enforces=r.setting(
            "enforce_security_group_inbound_rules_on_private_link_traffic",
            "EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic",
            True,
            "on is the default",
            SWITCH,
        ),
    )


class ElasticIp(Entity, frozen=True):
    """An Elastic IP address."""


@lowers("aws_eip", "AWS::EC2::EIP", to=ElasticIp)
def elastic_ip(r: ResourceReader) -> Iterator[object]:
    yield ElasticIp(id=r.id, origin=r.origin, external=r.external)
    instance = r.attribute("instance", "InstanceId")
    link = address_link(r, instance, r.attribute("network_interface", ""), "is the address of")
    if link is not None:
        yield InstanceAddress(link)


@lowers(
    "aws_lb_listener",
    "aws_alb_listener",
    "AWS::ElasticLoadBalancingV2::Listener",
    to=Listener,
)
def listener(r: ResourceReader) -> Iterator[object]:
    certificates = r.attribute("certificate_arn", "Certificates")
    balancer = r.attribute("load_balancer_arn", "LoadBalancerArn")
    if r.external and (named := _in_listener_arn(r)) is not None:
        balancer = replace(balancer, value=named, doubt=None)
    yield Listener(
        id=r.id,
        origin=r.origin,
        external=r.external,
        load_balancer=r.must(LoadBalancer, balancer, "is a listener of"),
        protocol=r.setting("protocol", "Protocol"),
        port=r.setting("port", "Port"),
        policy=r.setting("ssl_policy", "SslPolicy"),
        certificate=setting(certificates, certificates.key),
        certificate_named=_certificate_named(r, certificates),
        has_more_certificates=any(True for _ in _further_certificates(r)),
        actions=_actions(r, r.attribute("default_action", "DefaultActions")),
        place=r.origin.header,
    )
    for each in r.attribute("mutual_authentication", "MutualAuthentication").each():
        yield _client_check(r, each)


_CERTIFICATES: Final = (
    "aws_lb_listener_certificate",
    "aws_alb_listener_certificate",
    "AWS::ElasticLoadBalancingV2::ListenerCertificate",
)


def _further_certificates(r: ResourceReader) -> Iterator[ResourceReader]:
    """The resources that give certificates to a listener."""
    return r.said_by(Listener, "listener_arn" if r.terraform else "ListenerArn", *_CERTIFICATES)


@lowers(*_CERTIFICATES)
def listener_certificate(r: ResourceReader) -> Iterator[Entity]:
    # Read by its listener; whose certificate it is decides nothing.
    r.attribute("listener_arn", "ListenerArn")
    r.attribute("certificate_arn", "Certificates")
    return iter(())


def _certificate_named(r: ResourceReader, written: Cell) -> ResourceAttribute | SourceCode | None:
    """How other listeners can name the certificate of this one."""
    if written.absent or r.external:
        return None
    if r.terraform:
        if isinstance(written.value, Reference):
            return ResourceAttribute(written.value.resource, written.value.attribute)
        return ResourceAttribute(r.id, "certificate_arn")
    arns = [item.get("CertificateArn").value for item in written.each()]
    (arn,) = arns if len(arns) == 1 else (None,)
    if isinstance(arn, Reference):
        return ResourceAttribute(arn.resource, arn.attribute)
    if isinstance(arn, Unknown) and arn.symbol.isalnum():  # a parameter
        return SourceCode(f"!Ref {arn.symbol}", json.dumps({"Ref": arn.symbol}))
    return None


def _in_listener_arn(r: ResourceReader) -> Value | None:
    """The load balancer that the literal ARN of a listener names; None if it is no such ARN."""
    arn = balancer_arn(r.id)
    address = _named_by(r, arn) if arn else ""
    return Reference(address, "arn") if address else Known(arn) if arn else None


def _named_by(r: ResourceReader, arn: str) -> str:
    """The resource or data source of the load balancer with an ARN, "" if there is none.

    An ARN or a name that nobody knows is the same where the sources call it the same.
    """
    for attribute, wanted in ((("arn", ""), arn), (("name", "Name"), name_in(arn))):
        for resource in r.builder.of_type(*TYPES):
            cell = ResourceReader(resource, r.builder).attribute(*attribute)
            called = "" if cell.value is None else symbol(dereferenced(cell.value))
            if wanted and wanted in (cell.known, called):
                return resource.origin.address
    return ""


def _client_check(r: ResourceReader, each: Cell) -> ClientCheck:
    """How a listener treats clients' certificates; what may be written counts for its mistakes."""
    block = replace(each, doubt=None)
    mode, expiry, store = (
        ("mode", "ignore_client_certificate_expiry", "trust_store_arn")
        if r.terraform
        else ("Mode", "IgnoreClientCertificateExpiry", "TrustStoreArn")
    )
    return ClientCheck(
        r.id,
        r.origin,
        setting(block.get(mode), mode, "off", "off is the default"),
        setting(block.get(expiry), expiry, False, "expired ones are refused by default", SWITCH),
        setting(block.get(store), store),
    )


@lowers(
    "aws_lb_listener_rule",
    "aws_alb_listener_rule",
    "AWS::ElasticLoadBalancingV2::ListenerRule",
    to=ListenerRule,
)
def listener_rule(r: ResourceReader) -> Iterator[Entity]:
    yield ListenerRule(
        id=r.id,
        origin=r.origin,
        external=r.external,
        listener=r.must(Listener, r.attribute("listener_arn", "ListenerArn"), "is a rule of"),
        actions=_actions(r, r.attribute("action", "Actions")),
    )


def _actions(r: ResourceReader, cell: Cell) -> tuple[Action, ...]:
    return tuple(_action(r, block) for block in cell.each())


def _action(r: ResourceReader, block: Cell) -> Action:
    if r.terraform:
        type_, one, many = "type", "target_group_arn", "forward.target_group"
        arn, redirect = "arn", "redirect.protocol"
    else:
        type_, one, many = "Type", "TargetGroupArn", "ForwardConfig.TargetGroups"
        arn, redirect = "TargetGroupArn", "RedirectConfig.Protocol"
    targets = [r.link(TargetGroup, block.get(one), "forwards to")]
    if block.get(one).absent:
        weighted = block.at(many).each()
        targets = [r.link(TargetGroup, group.get(arn), "forwards to") for group in weighted]
    return Action(
        type=setting(block.get(type_), type_),
        protocol=setting(
            block.at(redirect),
            "protocol",
            "#{protocol}",
            "a redirect keeps the protocol",
        ),
        targets=tuple(target for target in targets if target is not None),
        sure=block.sure,
    )
