"""TW107: Container instances have types that encrypt traffic between instances.

What: A launch template, launch configuration or instance that joins a cluster sets an instance type
    that does not encrypt traffic between instances, or a mixed instances policy overrides the type
    with such a type (then the Auto Scaling group has to change). According to AWS's list of
    families, t3, m5, c5 and m6g are Nitro types and still do not encrypt. For a pattern (c5*),
    every family that matches counts.
Why: Between instances of newer families, AWS encrypts all traffic in hardware at no cost, including
    plaintext traffic between tasks. One instance of another family is enough to lose this.
Fine when: VPC encryption control in enforce mode refuses other types; taskwall passes it where the
    code sets that mode. Types that AWS chooses by attributes cannot be known. Traffic through a
    load balancer or a transit gateway is not encrypted by this in any case.
Terraform: Which type to pay for is a design decision. Choose a family that encrypts, and the size
    that the tasks need:
    instance_type = "m7i.large"
CloudFormation: Which type to pay for is a design decision. Choose a family that encrypts, and the
    size that the tasks need:
    InstanceType: m7i.large
Guide: encrypt-in-transit
See: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/data-protection.html#encryption-transit
"""

from collections.abc import Iterable, Iterator, Sequence

from msgspec.structs import replace

from taskwall.core.facts import FALSE, TRUE, Fact, any_of
from taskwall.core.loop_places import written
from taskwall.core.values import Need, Origin, Span, Text, dereferenced, whole_span
from taskwall.model.compute.container_instances import (
    ContainerInstances,
    Instances,
    container_instances,
    overriding,
)
from taskwall.model.compute.instance_families import encrypts
from taskwall.model.compute.placement import is_judged, on_unseen_instances
from taskwall.model.compute.vpc_encryption import enforced
from taskwall.model.core.entity import Link, Setting
from taskwall.model.core.network import Network, remembered
from taskwall.model.entities.ecs import AutoScalingGroup
from taskwall.model.entities.security_group import SecurityGroup
from taskwall.model.entities.vpc import Subnet
from taskwall.rules._rule import Verdict, cannot_be_seen, rule


@rule("info", pci=True)
def unencrypted_instance_type(network: Network) -> Iterator[Verdict]:
    for member in container_instances(network):
        instances = member.instances
        spared = enforced(network, _vpcs(network, member), instances.name)
        judged = is_judged(network, member)
        own = judged & any_of(_own_type(network, member))
        for setting in instances.types:
            yield _verdict(instances.origin, setting, spared, own)
        yield from _chosen(instances.origin, instances.by_attributes, spared, own)
        for group, link in member.scaled_by:
            yield from _overrides(group, spared, judged & link.fact)
    for group, fact in overriding(network):
        spared = enforced(network, _vpcs_of(network, group.subnets), group.name)
        yield from _overrides(group, spared, fact)
    for each in on_unseen_instances(network)[:1]:
        name = each.source.name
        text = f"{name} runs on instance types that do not encrypt traffic between instances"
        yield cannot_be_seen(each.source.origin, each.at, text, each.needs, each.fact)


def _overrides(group: AutoScalingGroup, spared: Fact, concerned: Fact) -> Iterator[Verdict]:
    """The verdicts on the types that an Auto Scaling group sets in place of its template's."""
    lines: dict[tuple[str, int], list[Setting]] = {}
    for setting in group.types:
        place = written(setting.place)
        lines.setdefault((place.file, place.line), []).append(setting)
    for line in lines.values():
        block = whole_span([written(setting.place) for setting in line])
        verdicts = [_verdict(group.origin, setting, spared, concerned) for setting in line]
        pairs = zip(line, verdicts, strict=True)
        wrong = [setting for setting, verdict in pairs if verdict.violated.truth]
        said = _said([*dict.fromkeys(each for setting in wrong for each in _types(setting))])
        # A list of types on one line is one decision.
        together = (
            f"{group.name} starts container instances of types {said}, which do not encrypt traffic"
            " between instances"
        )
        for verdict in verdicts:
            named = len(wrong) > 1 and verdict.violated.truth
            yield replace(verdict, message=together if named else verdict.message, block=block)
    for fact in group.by_attributes:
        yield from _chosen(group.origin, fact, spared, concerned)


def _verdict(on: Origin, setting: Setting, spared: Fact, concerned: Fact) -> Verdict:
    types = _types(setting)
    truths = {encrypts(each) for each in types}
    truth = truths.pop() if len(truths) == 1 else None
    said = _said(types) if truth is not None or not setting.open else "some type"
    which = "none of which encrypts" if len(types) > 1 else "which does not encrypt"
    several = len(types) > 1 and truth is not None
    kind = f"one of the types {said}" if several else f"type {said}"
    needs = setting.needs or (Need(said, "is an instance type that taskwall does not know"),)
    plain = Fact(
        None if truth is None else not truth,
        f"{said} {'do' if several else 'does'} not encrypt traffic between instances",
        setting.place,
        on.name,
        needs,
        f"{said} {'encrypt' if several else 'encrypts'} traffic between instances",
    )
    return Verdict(
        on,
        setting.place,
        plain & ~spared,
        f"{on.name} starts container instances of {kind}, {which} traffic between instances",
        holds=f"{on.name} starts container instances that encrypt traffic between each other",
        negative=True,
        concerned=concerned,
    )


def _types(setting: Setting) -> tuple[str, ...]:
    """The types (or patterns) that an attribute may hold, as far as the sources tell."""
    if not setting.open:
        return (str(setting.known),)
    value = dereferenced(setting.value)
    head = value.parts[0] if isinstance(value, Text) else ""
    if isinstance(head, str) and "." in head:
        # The family is known, and decides whatever the size.
        return (f"{head.partition('.')[0]}.*",)
    return setting.answers


def _said(types: Sequence[str]) -> str:
    """The types that the sources allow, or how many there are beside the first."""
    if len(types) > _MOST_NAMED:
        return f"{types[0]} and {len(types) - 1} more"
    return " and ".join(types)


_MOST_NAMED = 3
"""So many types are named in a message: templates allow dozens, which no one reads in a line."""


def _chosen(on: Origin, fact: Fact, spared: Fact, concerned: Fact) -> Iterator[Verdict]:
    """The verdict on types that AWS chooses by attributes: unknown, unless the VPC refuses some."""
    if fact.truth is False:
        return
    at: Span = fact.place or on.header
    needs = fact.needs or (Need(f"the instance type of {on.name}", "is chosen by AWS"),)
    plain = Fact(None, f"{on.name} starts instance types that do not encrypt", at, on.name, needs)
    message = f"{on.name} starts container instances that do not encrypt traffic between each other"
    holds = f"{on.name} starts container instances that encrypt traffic between each other"
    yield Verdict(on, at, plain & ~spared, message, holds=holds, concerned=concerned)


def _own_type(network: Network, member: ContainerInstances) -> Iterator[Fact]:
    """Whether the type that instances name themselves is used: where nothing overrides it."""
    own, users = member.instances, _users(network)
    certain = users.get(own.id, ())
    loose = users.get("", ()) if own.template is None else ()
    for group, link in member.scaled_by:
        starts = list(zip(group.made_from, group.own_types, strict=True))
        found = [fact for made, fact in starts if made.to == own.id]
        yield from found or [fact for made, fact in starts if made.place == link.place]
    for user, template in certain:
        yield FALSE if user.types else template.fact
    alone = not member.scaled_by and not certain
    if alone and not any(user.types for user, _ in loose):
        yield TRUE
    for user, template in loose:
        if alone or not user.types:
            text = f"{user.name} starts from {own.name} and uses its instance type"
            yield Fact(None, text, template.place, user.name, template.fact.needs)


@remembered
def _users(network: Network) -> dict[str, list[tuple[Instances, Link]]]:
    """The instances that start from a launch template, by its id."""
    found: dict[str, list[tuple[Instances, Link]]] = {}
    for instances in network.every(Instances):
        if (template := instances.template) is not None:
            found.setdefault(template.to, []).append((instances, template))
    return found


def _vpcs(network: Network, member: ContainerInstances) -> Iterator[Link]:
    """What the sources tell of the VPC of container instances."""
    scaled = [link for group, _ in member.scaled_by for link in group.subnets]
    for user, _ in _users(network).get(member.instances.id, ()):
        scaled += user.subnets
    yield from _vpcs_of(network, (*member.instances.subnets, *scaled))
    for link in member.instances.groups:
        if (group := network.get(SecurityGroup, link)) is not None and group.vpc is not None:
            yield group.vpc


def _vpcs_of(network: Network, subnets: Iterable[Link]) -> Iterator[Link]:
    for link in subnets:
        if (subnet := network.get(Subnet, link)) is not None:
            yield subnet.vpc
