"""Services that share one security group."""

from collections.abc import Iterator

from msgspec import Struct

from taskwall.core.facts import FALSE, Fact, all_of, any_of
from taskwall.core.values import Need, stands_for_many
from taskwall.model.core.entity import Link, same_entity
from taskwall.model.core.network import Network
from taskwall.model.entities.ecs import TaskSource
from taskwall.model.entities.security_group import Permission
from taskwall.model.exposure.task_ingress import GroupAttachment, attached_groups, same_namespace
from taskwall.model.exposure.task_ports import offered
from taskwall.model.permissions.peers import listed
from taskwall.model.permissions.ports import Ports

SERVICE_WORDS = ("service", "Express Mode service")


class SharedGroup(Struct, frozen=True):
    """A group that several services use, if they do.

    `neighbours` is whether all of them are members of one namespace, `ports` what they offer there.
    """

    attachment: GroupAttachment
    names: str
    fact: Fact
    neighbours: Fact
    ports: Ports


def shared_groups(network: Network) -> Iterator[SharedGroup]:
    """The groups that more than one service uses, or may use."""
    for attachment in attached_groups(network):
        pairs = [
            (source, all_of((fact, source.exists)))
            for source, fact in attachment.attached
            if source.word in SERVICE_WORDS
        ]
        sure = [source for source, fact in pairs if fact.truth]
        if len(pairs) == 1 and _may_be_several(pairs[0][0], attachment.group):
            pairs.append((pairs[0][0], _another(pairs[0][0])))
        if len(pairs) < 2:
            continue
        sources = sure if len(sure) > 1 else [source for source, _ in pairs]
        counted = {source.id for source in sources}
        fact = all_of(fact for source, fact in pairs if source.id in counted)
        ports = Ports.union(offered(network, source) for source in sources)
        names = listed(source.name for source in sources)
        yield SharedGroup(attachment, names, fact, _neighbours(sources), ports)


def _may_be_several(source: TaskSource, group: str) -> bool:
    """Whether one service stands for any number of them, which then use one group.

    Of a group that stands for any number itself, each service may have its own.
    """
    return stands_for_many(source.id) and not stands_for_many(group)


def _another(source: TaskSource) -> Fact:
    """That there is another service of the same text."""
    needs = (Need(f"the number of {source.name}", "is not known"),)
    text = f"{source.name} is more than one service"
    return Fact(None, text, source.origin.header, source.name, needs)


def _neighbours(sources: list[TaskSource]) -> Fact:
    """Whether some namespace has all of the services as members."""
    first, *others = sources
    names = listed(source.name for source in sources)
    otherwise = f"no namespace has {names} as its members"
    none = Fact(False, "", first.origin.header, first.name, otherwise=otherwise)
    shared = (
        all_of(any_of(same_namespace(one, link) for link in other.namespaces) for other in others)
        for one in first.namespaces
    )
    return any_of((none, *shared))


def allows_itself(attachment: GroupAttachment, permission: Permission) -> Fact:
    """Whether a permission of a group allows that group."""
    name, place = permission.on.name, permission.place
    text = f"{name} allows ingress from the members of {attachment.group}"
    if permission.itself:
        return permission.states(True, text)
    if permission.peer is None:
        return FALSE
    # A group that is known by its id, or written here, is none that is known by another name.
    written = attachment.declared is not None and not attachment.declared.external
    own = Link(attachment.group, attachment.fact, place, written=written or None)
    truth = same_entity(permission.peer, own)
    return permission.states(truth, text, permission.peer.fact.needs)
