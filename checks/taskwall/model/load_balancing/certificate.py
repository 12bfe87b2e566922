"""The certificate that a listener can use, for fixes."""

from collections.abc import Collection

from taskwall.core.change import NewValue, Placeholder, ResourceAttribute, SourceCode
from taskwall.model.core.network import Network, remembered
from taskwall.model.entities.load_balancer import Certificate, Listener

ARN = Placeholder("ARN of a certificate")

_ENOUGH = 3
"""Of so many certificates two at least are those of other listeners: the user has to choose."""


def certificate_for(network: Network, listener: Listener) -> NewValue:
    """The ARN of the certificate that a listener can use, as its language writes it.

    It is that of the other listeners of its load balancer, else of all listeners, else the one that
    the sources have. Where there are several of them, or none, the user has to name one.
    """
    for found in (
        _used(network, listener, listener.load_balancer.to),
        _used(network, listener, None),
        {each.arn for each in network.every(Certificate) if not each.origin.maybe},
    ):
        if found:
            return ARN if len(found) > 1 else next(iter(found))
    return ARN


def _used(network: Network, listener: Listener, balancer: str | None) -> Collection[NewValue]:
    """The certificates of other listeners (of a load balancer), as this one can name them."""
    users = _users(network)
    own = {listener.id}
    return {
        named
        for file in ("", listener.origin.header.file)
        for named, by in users.get((balancer, file), {}).items()
        if by != own
    }


@remembered
def _users(
    network: Network,
) -> dict[tuple[str | None, str], dict[ResourceAttribute | SourceCode, set[str]]]:
    """The listeners with each certificate, by load balancer (None: all) and where it can be named.

    That is a file, or "" where each file can. Of many certificates only some are there.
    """
    found: dict[tuple[str | None, str], dict[ResourceAttribute | SourceCode, set[str]]] = {}
    for each in network.every(Listener):
        named = each.certificate_named
        if named is None or each.origin.maybe:
            continue
        file = "" if isinstance(named, ResourceAttribute) else each.origin.header.file
        for balancer in (each.load_balancer.to, None):
            users = found.setdefault((balancer, file), {})
            if named in users or len(users) < _ENOUGH:
                users.setdefault(named, set()).add(each.id)
    return found
