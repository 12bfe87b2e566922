"""Core networks of AWS Cloud WAN, their policies, and what is attached to them."""

from collections.abc import Iterator

from taskwall.core.facts import Fact, all_of, any_of
from taskwall.core.values import Need
from taskwall.lowering._reader import SWITCH, ResourceReader, lowers
from taskwall.lowering._structure import structure
from taskwall.lowering.door import door
from taskwall.model.core.entity import Entity
from taskwall.model.entities.vpc import Vpc
from taskwall.model.routing.core_networks import CoreNetwork, CoreNetworkAttachment
from taskwall.source.resource import Cell


@lowers("aws_networkmanager_core_network", "AWS::NetworkManager::CoreNetwork", to=CoreNetwork)
def core_network(r: ResourceReader) -> Iterator[Entity]:
    """The policy stands in the core network itself, in Terraform also in resources of its own."""
    kind = "aws_networkmanager_core_network_policy_attachment"
    others = r.said_by(CoreNetwork, "core_network_id", kind) if r.terraform else ()
    found = [(r, r.attribute("base_policy_document", "PolicyDocument"))]
    found += [(each, each.body.get("policy_document")) for each in others]
    policies = [_joins(each, written) for each, written in found if not written.absent]
    needs = (Need(f"the policy of {r.name}", "is not in the sources"),)
    text = f"the policy of {r.name} joins what is attached to it"
    unseen = Fact(None, text, r.origin.header, r.name, needs)
    # The last policy counts: of several, nobody knows here which that is.
    joins = unseen if not policies else policies[0]
    if len(policies) > 1:
        joins = any_of((all_of(policies), unseen))
    yield CoreNetwork(id=r.id, origin=r.origin, external=r.external, joins=joins)


def _joins(r: ResourceReader, document: Cell) -> Fact:
    """Whether a policy joins all attachments: True with one segment that isolates none."""
    text, otherwise = (
        f"the policy of {r.name} joins what is attached to it",
        f"the policy of {r.name} isolates what is attached to it",
    )
    policy = structure(document)
    needs = document.needs or (Need(f"the policy of {r.name}", "is not known"),)
    unclear = Fact(None, text, document.place, r.name, needs)
    if policy is None or not document.sure or r.origin.maybe:
        return unclear
    segments = list(policy.get("segments").each())
    if not segments or not all(each.sure for each in segments):
        return unclear
    isolated = [_isolates(each.get("isolate-attachments")) for each in segments]
    if isolated == [False]:
        return Fact(True, text, document.place, r.name)
    if all(isolated) and not list(policy.get("segment-actions").each()):
        return Fact(False, text, document.place, r.name, otherwise=otherwise)
    tags = (Need(f"the policy of {r.name}", "puts attachments into segments by their tags"),)
    return Fact(None, text, document.place, r.name, tags)


def _isolates(cell: Cell) -> bool | None:
    """Whether a segment isolates its attachments; None if that is not known."""
    if cell.absent:
        return False
    found = SWITCH.get(str(cell.known).lower())
    return found if isinstance(found, bool) else None


@lowers("aws_networkmanager_core_network_policy_attachment")
def core_network_policy(r: ResourceReader) -> Iterator[Entity]:
    # Read by the core network that it is about.
    r.attribute("core_network_id", "")
    r.attribute("policy_document", "")
    return iter(())


@lowers("aws_networkmanager_vpc_attachment", "AWS::NetworkManager::VpcAttachment")
def core_network_attachment(r: ResourceReader) -> Iterator[Entity]:
    yield CoreNetworkAttachment(
        id=r.id,
        origin=r.origin,
        core=r.must(CoreNetwork, r.attribute("core_network_id", "CoreNetworkId"), "is attached to"),
        vpc=r.must(Vpc, r.attribute("vpc_arn", "VpcArn"), "attaches"),
    )
    if not r.origin.silent:
        yield from door(r)
