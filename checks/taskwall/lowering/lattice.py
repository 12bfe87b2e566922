"""VPC Lattice: services, listeners, target groups, and what ties them together."""

from collections.abc import Iterator

from taskwall.lowering._reader import ResourceReader, lowers
from taskwall.model.compute.container_instances import Instances
from taskwall.model.core.entity import Entity, Link, Setting
from taskwall.model.entities.load_balancer import LoadBalancer
from taskwall.model.load_balancing.lattice import (
    Fronted,
    LatticeListener,
    LatticeMembership,
    LatticeNetwork,
    LatticeRule,
    LatticeService,
    LatticeTargets,
    Registered,
    RegisteredByHand,
)
from taskwall.source.resource import Cell


def registered(r: ResourceReader) -> Iterator[Registered]:
    """The target groups of VPC Lattice in which an ECS service registers its tasks."""
    key = "target_group_arn" if r.terraform else "TargetGroupArn"
    for each in r.attribute("vpc_lattice_configurations", "VpcLatticeConfigurations").each():
        link = r.link(LatticeTargets, each.get(key), "registers its tasks in")
        if link is not None:
            yield Registered(r.origin, link)


@lowers("aws_vpclattice_target_group", "AWS::VpcLattice::TargetGroup", to=LatticeTargets)
def target_group(r: ResourceReader) -> Iterator[object]:
    yield LatticeTargets(id=r.id, origin=r.origin, external=r.external)
    kind = r.attribute("type", "Type").known
    if r.terraform:
        return
    here = Link(r.id, r.fact(f"{r.name} has targets", r.body), r.origin.header)
    for each in r.attribute("", "Targets").each():
        yield from _targets_by_hand(r, kind, here, each.get("Id"))


@lowers("aws_vpclattice_target_group_attachment")
def attachment(r: ResourceReader) -> Iterator[object]:
    here = r.must(LatticeTargets, r.attribute("target_group_identifier", ""), "registers in")
    group = r.builder.resources.get(here.to)
    kind = ResourceReader(group, r.builder).attribute("type", "").known if group else None
    yield from _targets_by_hand(r, kind, here, r.attribute("target.id", ""))


def _targets_by_hand(
    r: ResourceReader, kind: object, group: Link, target: Cell
) -> Iterator[Fronted | RegisteredByHand]:
    """What is registered in a target group of some type, which may not be known."""
    balancer = r.link(LoadBalancer, target, "registers") if kind in ("ALB", None) else None
    if balancer is not None:
        yield Fronted(r.origin, group, balancer)
    named = r.link(Instances, target, "registers") if kind in ("INSTANCE", "IP", None) else None
    if named is not None:
        yield RegisteredByHand(r.origin, named)


@lowers("aws_vpclattice_service", "AWS::VpcLattice::Service", to=LatticeService)
def service(r: ResourceReader) -> Iterator[Entity]:
    yield LatticeService(id=r.id, origin=r.origin, external=r.external, auth=_auth(r))


@lowers("aws_vpclattice_service_network", "AWS::VpcLattice::ServiceNetwork", to=LatticeNetwork)
def service_network(r: ResourceReader) -> Iterator[Entity]:
    yield LatticeNetwork(id=r.id, origin=r.origin, external=r.external, auth=_auth(r))


def _auth(r: ResourceReader) -> Setting:
    return r.setting("auth_type", "AuthType", "NONE", "NONE is the default")


@lowers(
    "aws_vpclattice_service_network_service_association",
    "AWS::VpcLattice::ServiceNetworkServiceAssociation",
)
def membership(r: ResourceReader) -> Iterator[Entity]:
    of = r.attribute("service_identifier", "ServiceIdentifier")
    place = r.attribute("service_network_identifier", "ServiceNetworkIdentifier")
    yield LatticeMembership(
        id=r.id,
        origin=r.origin,
        service=r.must(LatticeService, of, "applies to"),
        network=r.must(LatticeNetwork, place, "puts a service in"),
    )


@lowers("aws_vpclattice_listener", "AWS::VpcLattice::Listener", to=LatticeListener)
def listener(r: ResourceReader) -> Iterator[Entity]:
    of = r.attribute("service_identifier", "ServiceIdentifier")
    if r.terraform and of.absent:
        of = r.attribute("service_arn", "")
    yield LatticeListener(
        id=r.id,
        origin=r.origin,
        external=r.external,
        service=r.must(LatticeService, of, "is a listener of"),
        protocol=r.setting("protocol", "Protocol"),
        targets=_targets(r, r.attribute("default_action", "DefaultAction")),
    )


@lowers("aws_vpclattice_listener_rule", "AWS::VpcLattice::Rule")
def rule(r: ResourceReader) -> Iterator[Entity]:
    yield LatticeRule(
        id=r.id,
        origin=r.origin,
        listener=r.must(
            LatticeListener,
            r.attribute("listener_identifier", "ListenerIdentifier"),
            "is a rule of",
        ),
        targets=_targets(r, r.attribute("action", "Action")),
    )


def _targets(r: ResourceReader, action: Cell) -> tuple[Link, ...]:
    many, one = (
        ("forward.target_groups", "target_group_identifier")
        if r.terraform
        else ("Forward.TargetGroups", "TargetGroupIdentifier")
    )
    groups = (each.get(one) for each in action.at(many).each())
    links = (r.link(LatticeTargets, group, "forwards to") for group in groups)
    return tuple(link for link in links if link is not None)
