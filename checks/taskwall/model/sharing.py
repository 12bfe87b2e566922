"""Services that share one security group."""

from collections.abc import Iterator

from msgspec import Struct

from taskwall.facts import FALSE, Fact, all_of, any_of
from taskwall.model.admission import Worn, same_namespace, worn_groups
from taskwall.model.group import Permission
from taskwall.model.network import Network
from taskwall.model.ports import Ports
from taskwall.model.reach import listed
from taskwall.model.serving import offered
from taskwall.model.thing import Link, alike
from taskwall.model.work import TaskSource

SERVICES = ("service", "Express Mode service")


class Shared(Struct, frozen=True):
    """A group that several services wear, if they do.

    `neighbours` is whether all of them are members of one namespace, `ports` what they offer there.
    """

    worn: Worn
    names: str
    fact: Fact
    neighbours: Fact
    ports: Ports


def shared_groups(network: Network) -> Iterator[Shared]:
    """The groups that more than one service wears, or may wear."""
    for worn in worn_groups(network):
        pairs = [
            (source, all_of((fact, source.exists)))
            for source, fact in worn.wearers
            if source.word in SERVICES
        ]
        sure = [source for source, fact in pairs if fact.truth]
        if len(pairs) < 2:
            continue
        sources = sure if len(sure) > 1 else [source for source, _ in pairs]
        counted = {source.id for source in sources}
        fact = all_of(fact for source, fact in pairs if source.id in counted)
        ports = Ports()
        for source in sources:
            ports |= offered(network, source)
        names = listed(source.name for source in sources)
        yield Shared(worn, names, fact, _neighbours(sources), ports)


def _neighbours(sources: list[TaskSource]) -> Fact:
    """Whether some namespace has all of the services as members."""
    first, *others = sources
    return any_of(
        all_of(any_of(same_namespace(one, link) for link in other.namespaces) for other in others)
        for one in first.namespaces
    )


def admits_itself(worn: Worn, permission: Permission) -> Fact:
    """Whether a permission of a group admits that group."""
    name, place = permission.on.name, permission.place
    text = f"{name} admits the members of {worn.group}"
    if permission.itself:
        return Fact(True, text, place, name)
    if permission.peer is None:
        unclear = permission.range is None and permission.prefix_list is None
        return Fact(None, text, place, name, permission.fact.needs) if unclear else FALSE
    seen = worn.thing is not None and not worn.thing.external
    own = Link(worn.group, worn.fact, place, exact=seen)
    truth = alike(permission.peer, own)
    needs = permission.peer.fact.needs if truth is None else ()
    return Fact(truth, text, place, name, needs)
