"""Load balancers of three kinds, listeners, listener rules, target groups, and TLS policies."""

from collections.abc import Iterator

from msgspec.structs import replace

from taskwall.change import Blank, Change, Wanted
from taskwall.facts import FALSE, Fact, any_of
from taskwall.lowering._draft import SWITCH, Reading, lowers, setting
from taskwall.model.edge import (
    Action,
    ClientCheck,
    Listener,
    ListenerRule,
    LoadBalancer,
    Policy,
    TargetGroup,
)
from taskwall.model.group import SecurityGroup
from taskwall.model.place import Subnet, Vpc
from taskwall.model.thing import Link, Setting, Thing
from taskwall.resource import Cell
from taskwall.values import Known, Need, Unknown, Value

_SCHEME = {"internal": True, "internet-facing": False, "true": True, "false": False}
_PUBLIC = "internet-facing is the default"


@lowers(
    "aws_lb",
    "aws_alb",
    "AWS::ElasticLoadBalancingV2::LoadBalancer",
    to=LoadBalancer,
    named="name",
)
def load_balancer(r: Reading) -> Iterator[Thing]:
    groups = r.at("security_groups", "SecurityGroups")
    mapped = list(r.at("subnet_mapping", "SubnetMappings").each())
    subnets = r.links(Subnet, r.at("subnets", "Subnets"), "is in")
    for mapping in mapped:
        link = r.link(Subnet, mapping.get("subnet_id" if r.terraform else "SubnetId"), "is in")
        subnets += (link,) if link else ()
    address = "private_ipv4_address" if r.terraform else "PrivateIPv4Address"
    fixed = (mapping.get(address) for mapping in mapped)
    allocation = "allocation_id" if r.terraform else "AllocationId"
    allocated = (r.link(ElasticIp, mapping.get(allocation), "wears") for mapping in mapped)
    yield LoadBalancer(
        id=r.id,
        origin=r.origin,
        external=r.external,
        kind=r.setting("load_balancer_type", "Type", "application", "application is the default"),
        internal=r.setting("internal", "Scheme", False, _PUBLIC, _SCHEME),
        groups=r.links(SecurityGroup, groups, "wears"),
        groups_setting=setting(groups, "security_groups"),
        subnets=subnets,
        addresses=tuple(setting(cell, address) for cell in fixed if not cell.absent),
        elastic=tuple(link for link in allocated if link is not None),
        access_log=_access_log(r),
        logging=_logging(r),
    )


class ElasticIp(Thing, frozen=True):
    """An Elastic IP address."""


@lowers("aws_eip", "AWS::EC2::EIP", to=ElasticIp)
def elastic_ip(r: Reading) -> Iterator[Thing]:
    yield ElasticIp(id=r.id, origin=r.origin, external=r.external)


@lowers("aws_elb", "AWS::ElasticLoadBalancing::LoadBalancer", to=LoadBalancer, named="name")
def classic(r: Reading) -> Iterator[object]:
    groups = r.at("security_groups", "SecurityGroups")
    kind = Setting(Known("classic"), r.origin.header, "type", r.name)
    yield LoadBalancer(
        id=r.id,
        origin=r.origin,
        external=r.external,
        kind=kind,
        internal=r.setting("internal", "Scheme", False, _PUBLIC, _SCHEME),
        groups=r.links(SecurityGroup, groups, "wears"),
        groups_setting=setting(groups, "security_groups"),
        subnets=r.links(Subnet, r.at("subnets", "Subnets"), "is in"),
        access_log=_classic_access_log(r),
        logging=_block_of_logs(r, r.at("access_logs", "AccessLoggingPolicy")),
        check=r.setting("health_check.target", "HealthCheck.Target"),
    )
    if r.external:
        return
    here = Link(r.id, r.fact(f"{r.name} listens", r.body), r.origin.header)
    spelled = (
        ("lb_protocol", "lb_port", "ssl_certificate_id", "instance_protocol")
        if r.terraform
        else ("Protocol", "LoadBalancerPort", "SSLCertificateId", "InstanceProtocol")
    )
    for index, block in enumerate(r.at("listener", "Listeners").each()):
        protocol, port, certificate, backend = (setting(block.get(key), key) for key in spelled)
        yield Listener(
            id=f"{r.id}.listener[{index}]",
            origin=r.origin,
            load_balancer=here,
            protocol=protocol,
            port=port,
            policy=_policy_used(r, block, port),
            certificate=certificate,
            backend=backend if backend.value is not None else _same_behind(backend, protocol),
            place=block.place,
        )
    if not r.terraform:
        for block in r.at("", "Policies").each():
            yield _policy(r, here, block)


def _same_behind(backend: Setting, protocol: Setting) -> Setting:
    """What a classic listener speaks to instances where it does not say.

    AWS's pages give no default. One that takes plain text hands plain text on, whichever it is.
    """
    if str(protocol.known).upper() in ("HTTP", "TCP"):
        says = f"it is that of clients, {protocol.known}"
        return Setting(protocol.value, backend.place, backend.name, backend.resource, says)
    needs = (Need(f"{backend.name} of {backend.resource}", "is not written and has no default"),)
    return Setting(Unknown(needs), backend.place, backend.name, backend.resource)


_LOGS = "access_logs.s3.enabled"
_NO_LOGS = "access logs are off by default"


def _access_log(r: Reading) -> Setting:
    """Whether a load balancer keeps access logs: in S3, or by a delivery source of CloudWatch."""
    found = _delivered(r)
    if found is not None:
        return found
    if r.terraform:
        return r.setting("access_logs.enabled", "", False, _NO_LOGS)
    attributes = r.at("", "LoadBalancerAttributes")
    value: Value = Known(False)
    says = _NO_LOGS
    for item in attributes.each():
        key = item.get("Key")
        if key.known == _LOGS and item.sure:
            return setting(item.get("Value"), _LOGS)
        if key.known == _LOGS or key.needs:
            value, says = Unknown(item.doubt or key.needs or item.needs), ""
    return Setting(value, attributes.place, _LOGS, r.name, says)


_BUCKET = Blank("name of a bucket for logs")


def _logging(r: Reading) -> tuple[Change, ...]:
    """What would make a load balancer keep access logs in S3."""
    if r.terraform:
        return _block_of_logs(r, r.at("access_logs", ""))
    attributes = r.at("", "LoadBalancerAttributes")
    found = {item.get("Key").known: item.get("Value") for item in attributes.each()}
    changes: tuple[Change, ...] = ()
    if _LOGS in found:
        changes += r.mend(found[_LOGS], None, "true")
    wanted: dict[str, Wanted] = {_LOGS: "true", "access_logs.s3.bucket": _BUCKET}
    missing = tuple({"Key": key, "Value": each} for key, each in wanted.items() if key not in found)
    return changes + (r.mend(attributes, None, missing, "[+]") if missing else ())


def _block_of_logs(r: Reading, block: Cell) -> tuple[Change, ...]:
    """The same by a block that names a bucket."""
    named = not block.get("bucket" if r.terraform else "S3BucketName").absent
    terraform: dict[str, Wanted] = {} if named else {"bucket": _BUCKET}
    cloudformation: dict[str, Wanted] = {} if named else {"S3BucketName": _BUCKET}
    return r.mend(block, {**terraform, "enabled": True}, {"Enabled": True, **cloudformation})


def _delivered(r: Reading) -> Setting | None:
    """The delivery source that takes a load balancer's access logs, if there is one."""
    found = None
    key = "resource_arn" if r.terraform else "ResourceArn"
    for resource in r.draft.about(r.id, key, *_DELIVERIES):
        other = Reading(resource, r.draft)
        link = other.link(LoadBalancer, other.at("resource_arn", "ResourceArn"))
        kind = other.at("log_type", "LogType")
        if link is None or (link.exact and link.to != r.id):
            continue
        needs = (*kind.needs, *other.origin.maybe, *(() if link.to == r.id else link.fact.needs))
        if needs:
            found = Setting(Unknown(needs), r.origin.header, _LOGS, r.name)
        elif str(kind.known).endswith("ACCESS_LOGS"):
            return Setting(Known(True), r.origin.header, _LOGS, r.name)
    return found


_DELIVERIES = ("aws_cloudwatch_log_delivery_source", "AWS::Logs::DeliverySource")


@lowers(*_DELIVERIES)
def delivery_source(r: Reading) -> Iterator[Thing]:
    # Read by the load balancer whose logs it takes.
    r.at("resource_arn", "ResourceArn")
    r.at("log_type", "LogType")
    return iter(())


def _classic_access_log(r: Reading) -> Setting:
    block = r.at("access_logs", "AccessLoggingPolicy")
    if block.absent:
        return setting(block, "access_logs", False, _NO_LOGS)
    enabled = block.get("enabled" if r.terraform else "Enabled")
    if enabled.absent and enabled.sure and r.terraform:
        return setting(enabled, "enabled", True, "a block of access logs switches them on")
    if enabled.absent and enabled.doubt:
        return Setting(Unknown(enabled.doubt), enabled.place, "enabled", r.name)
    return setting(enabled, "enabled", False, _NO_LOGS)


def _policy_used(r: Reading, block: Cell, port: Setting) -> Setting:
    """The name of the TLS policy that a listener uses, among policies of other kinds.

    In Terraform a resource of its own ties it to the listener, whose block stands for it.
    """
    names: list[Cell] = []
    if not r.terraform:
        names += block.get("PolicyNames").each()
        tls = [policy.get("PolicyName").known for policy in r.at("", "Policies").each()
               if policy.get("PolicyType").known == _TLS]  # fmt: skip
    else:
        for resource in r.draft.of_type("aws_load_balancer_listener_policy"):
            names += _names_for(r, Reading(resource, r.draft), port, "policy_names")
        for resource in r.draft.of_type("aws_lb_ssl_negotiation_policy"):
            names += _names_for(r, Reading(resource, r.draft), port, "name")
        policies = (resource.cell() for resource in r.draft.of_type("aws_load_balancer_policy"))
        tls = [
            p.get("policy_name").known for p in policies if p.get("policy_type_name").known == _TLS
        ]
    word = "policy_names" if r.terraform else "PolicyNames"
    meant = [name for name in names if name.known in tls] or names
    if not meant:
        return setting(r.nothing(), word)
    found = setting(meant[0], word)
    if len(meant) > 1:
        waits = (Need(f"the TLS policy of {r.name}", "is one of several that are named"),)
        found = Setting(Unknown(waits), found.place, word, r.name)
    at = block.place if r.terraform else block.get(word).place
    return Setting(found.value, at, word, r.name)


_TLS = "SSLNegotiationPolicyType"


def _names_for(r: Reading, other: Reading, port: Setting, key: str) -> Iterator[Cell]:
    """The policies that a resource gives to a port of a classic load balancer."""
    balancer, of_port = (
        ("load_balancer", "lb_port")
        if key == "name"
        else ("load_balancer_name", "load_balancer_port")
    )
    link = other.link(LoadBalancer, other.at(balancer, ""))
    if link is not None and link.to == r.id and port.is_(other.at(of_port, "").known).truth is True:
        yield from other.at(key, "").each()


@lowers("aws_load_balancer_listener_policy")
def listener_policy(r: Reading) -> Iterator[Thing]:
    # Read by the load balancer whose listener it is about.
    for key in ("load_balancer_name", "load_balancer_port", "policy_names"):
        r.at(key, "")
    return iter(())


@lowers("aws_lb_ssl_negotiation_policy", "aws_load_balancer_policy")
def classic_policy(r: Reading) -> Iterator[Thing]:
    key = "load_balancer" if "ssl" in r.resource.type else "load_balancer_name"
    here = r.must(LoadBalancer, r.at(key, ""), "is a policy of")
    yield _policy(r, here, r.body)


def _policy(r: Reading, here: Link, block: Cell) -> Policy:
    if not r.terraform:
        attributes, name, value, named = "Attributes", "Name", "Value", "PolicyName"
    else:
        attributes, name, value, named = "attribute", "name", "value", "name"
        if r.resource.type == "aws_load_balancer_policy":
            attributes, named = "policy_attribute", "policy_name"
    reference = r.nothing()
    versions: list[str] = []
    opens: list[Fact] = []
    for item in block.get(attributes).each():
        key, setting_of = item.get(name), item.get(value)
        if key.known == "Reference-Security-Policy":
            reference = setting_of
        elif str(key.known).startswith("Protocol-") and str(setting_of.known).lower() == "true":
            versions.append(str(key.known))
        elif key.needs or (setting_of.needs and str(key.known).startswith("Protocol-")):
            text = f"{r.name} switches another protocol on"
            opens.append(Fact(None, text, item.place, r.name, (*key.needs, *setting_of.needs)))
    return Policy(
        id=f"{r.id}:{block.path}",
        origin=r.origin,
        load_balancer=here,
        named=setting(block.get(named), named),
        reference=setting(reference, "Reference-Security-Policy"),
        versions=tuple(versions),
        open=any_of(opens) if opens else FALSE,
    )


@lowers(
    "aws_lb_listener",
    "aws_alb_listener",
    "AWS::ElasticLoadBalancingV2::Listener",
    to=Listener,
)
def listener(r: Reading) -> Iterator[object]:
    certificates = r.at("certificate_arn", "Certificates")
    yield Listener(
        id=r.id,
        origin=r.origin,
        external=r.external,
        load_balancer=r.must(
            LoadBalancer, r.at("load_balancer_arn", "LoadBalancerArn"), "is a listener of"
        ),
        protocol=r.setting("protocol", "Protocol"),
        port=r.setting("port", "Port"),
        policy=r.setting("ssl_policy", "SslPolicy"),
        certificate=setting(certificates, "certificate_arn"),
        actions=_actions(r, r.at("default_action", "DefaultActions")),
        place=r.origin.header,
    )
    if not r.external:
        for each in r.at("mutual_authentication", "MutualAuthentication").each():
            yield _client_check(r, each)


def _client_check(r: Reading, each: Cell) -> ClientCheck:
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
def listener_rule(r: Reading) -> Iterator[Thing]:
    yield ListenerRule(
        id=r.id,
        origin=r.origin,
        external=r.external,
        listener=r.must(Listener, r.at("listener_arn", "ListenerArn"), "is a rule of"),
        actions=_actions(r, r.at("action", "Actions")),
    )


def _actions(r: Reading, cell: Cell) -> tuple[Action, ...]:
    return tuple(_action(r, block) for block in cell.each())


def _action(r: Reading, block: Cell) -> Action:
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


@lowers(
    "aws_lb_target_group",
    "aws_alb_target_group",
    "AWS::ElasticLoadBalancingV2::TargetGroup",
    to=TargetGroup,
    named="name",
)
def target_group(r: Reading) -> Iterator[Thing]:
    protocol = r.setting("protocol", "Protocol")
    plain = "HTTP" if protocol.known in ("HTTP", "HTTPS") else "TCP"
    registered = r.at("", "Targets").each()
    own = [r.link(LoadBalancer, target.get("Id"), "has as its target") for target in registered]
    yield TargetGroup(
        id=r.id,
        origin=r.origin,
        external=r.external,
        protocol=protocol,
        port=r.setting("port", "Port"),
        type=r.setting("target_type", "TargetType", "instance", "instance is the default"),
        vpc=r.link(Vpc, r.at("vpc_id", "VpcId"), "is in"),
        check_protocol=r.setting(
            "health_check.protocol", "HealthCheckProtocol", plain, f"{plain} is the default"
        ),
        check_port=r.setting(
            "health_check.port", "HealthCheckPort", "traffic-port", "traffic-port is the default"
        ),
        client_ip=_client_ip(r),
        targets=(
            *(link for link in own if link is not None),
            *_attached(r),
        ),
    )


def _client_ip(r: Reading) -> Setting:
    if r.terraform:
        return r.setting("preserve_client_ip", "", answers=SWITCH)
    for item in r.at("", "TargetGroupAttributes").each():
        if item.get("Key").known == "preserve_client_ip.enabled":
            return setting(item.get("Value"), "preserve_client_ip.enabled", answers=SWITCH)
    return setting(r.nothing(), "preserve_client_ip.enabled")


def _attached(r: Reading) -> Iterator[Link]:
    """Load balancers that attachments of their own register in this target group."""
    for resource in r.draft.about(r.id, "target_group_arn", *_ATTACHMENTS):
        other = Reading(resource, r.draft)
        group = other.link(TargetGroup, other.at("target_group_arn", ""))
        if group is not None and group.to == r.id:
            link = other.link(LoadBalancer, other.at("target_id", ""), "registers")
            if link is not None:
                yield link


_ATTACHMENTS = ("aws_lb_target_group_attachment", "aws_alb_target_group_attachment")


@lowers(*_ATTACHMENTS)
def attachment(r: Reading) -> Iterator[Thing]:
    # Read by the target group that it fills.
    r.at("target_group_arn", "")
    r.at("target_id", "")
    return iter(())
