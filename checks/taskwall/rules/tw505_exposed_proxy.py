"""TW505: The address of the agent's proxy has no password and does not cross the internet.

What: The address of a proxy in user data contains a password, or is a public address without TLS.
Why: Anyone who may describe the launch template, or read the metadata of the instance, can read
    user data. What is sent to a proxy in plain text over the internet can be read and changed on
    the way.
Fine when: Never for the password: let the proxy identify its clients by address or security group.
    A name that only DNS resolves stays unknown; names in private zones (.internal, .local and
    similar) and private addresses pass.
Terraform: How a proxy knows its clients is a design decision. In user data, without a user name,
    with a private address or https://:
    HTTP_PROXY=proxy.internal:3128
CloudFormation: How a proxy knows its clients is a design decision. In user data, without a user
    name, with a private address or https://:
    HTTP_PROXY=proxy.internal:3128
Guide: beyond
See: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/http_proxy_config.html
    https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-add-user-data.html
"""

from collections.abc import Iterator

from taskwall.core.facts import Fact
from taskwall.core.values import Need, Reference, Text, Value, dereferenced
from taskwall.model.compute.container_instances import container_instances
from taskwall.model.compute.placement import is_judged
from taskwall.model.core.address import parse_cidr, public_addresses
from taskwall.model.core.entity import Setting
from taskwall.model.core.network import Network
from taskwall.rules._rule import Verdict, rule

OPEN = "\x00"
"""Stands for a part of an address that is not known."""


@rule("low", default=True)
def exposed_proxy(network: Network) -> Iterator[Verdict]:
    for member in container_instances(network):
        agent, name = member.instances.agent, member.instances.name
        if agent is None:
            continue
        for proxy in agent.proxies:
            secret, plain = _password(proxy.address, name), _plain(proxy.address, name)
            what = "contains a password" if secret.truth else "crosses the internet in plain text"
            if secret.truth is None:
                what = "contains a password, or crosses the internet in plain text"
            yield Verdict(
                member.instances.origin,
                proxy.address.place,
                secret | plain,
                f"the address of the proxy that {proxy.by} on {name} uses {what}",
                holds=f"the address of the proxy that {proxy.by} on {name} uses contains no"
                " password and does not cross the internet",
                concerned=is_judged(network, member),
            )
        if not agent.proxies and agent.unseen:
            text = (
                f"the address of a proxy that the agent on {name} uses contains a password or"
                " crosses the internet"
            )
            given = Fact(None, text, agent.place, name, agent.unseen)
            yield Verdict(
                member.instances.origin,
                agent.place,
                given,
                text,
                about=agent.question(member.instances.id),
                concerned=is_judged(network, member),
                asked_by=("TW501", "TW504"),
            )


def _parts(address: Setting) -> tuple[str | Value, ...]:
    if address.value is None or not address.open:
        return (str(address.known),)
    found = dereferenced(address.value)
    return found.parts if isinstance(found, Text) else (address.value,)


def _split(address: Setting) -> tuple[str, str, str]:
    """Scheme, user (with password) and host of an address, with `OPEN` for unknown parts."""
    whole = "".join(part if isinstance(part, str) else OPEN for part in _parts(address))
    scheme, found, rest = whole.partition("://")
    if not found:
        scheme, rest = "", whole
    authority = rest.partition("/")[0]
    user, _, host = authority.rpartition("@")
    return scheme.lower(), user, host


def _password(address: Setting, name: str) -> Fact:
    """Whether the address of a proxy carries a password."""
    text = f"{address.name} of {name} contains a password"
    otherwise = f"{address.name} of {name} contains no password"
    _, user, host = _split(address)
    user_name, _, secret = user.partition(":")
    if secret:
        return Fact(True, text, address.place, name)
    named = host.rpartition(":")[0] or host
    if OPEN in user_name or (OPEN in named and _is_public(address, named) is None):
        return Fact(None, text, address.place, name, address.needs)
    return Fact(False, text, address.place, name, otherwise=otherwise)


_PRIVATE = (".internal", ".local", ".lan", ".corp", ".intranet", ".private", ".home.arpa")


def _is_public(address: Setting, host: str) -> bool | None:
    """Whether a host is an instance's public address; None if it is no attribute that is one."""
    refers = [part for part in _parts(address) if isinstance(part, Reference)]
    if host != OPEN or len(refers) != 1:
        return None
    return _ADDRESSES.get(refers[0].attribute.lower().replace("_", ""))


_ADDRESSES = {
    f"{kind}{attribute}": kind == "public"
    for kind in ("public", "private")
    for attribute in ("ip", "dns", "dnsname")
}
"""Attributes of instances, as both languages spell them, and whether they are public addresses."""


def _plain(address: Setting, name: str) -> Fact:
    """Whether what goes to a proxy crosses the internet in plain text."""
    text = f"{address.name} of {name} crosses the internet in plain text"
    otherwise = f"{address.name} of {name} does not cross the internet in plain text"
    scheme, _, authority = _split(address)
    host = authority.rpartition(":")[0] or authority
    if scheme == "https":
        return Fact(False, text, address.place, name, otherwise=otherwise)
    public = _is_public(address, host)
    if public is False or (public and OPEN not in scheme):
        return Fact(public, text, address.place, name, otherwise=otherwise)
    if OPEN in host or OPEN in scheme:
        return Fact(None, text, address.place, name, address.needs)
    found = parse_cidr(f"{host}/32")
    if found is not None:
        outside = bool((found.ranges & public_addresses(4)).size)
        return Fact(outside, text, address.place, name, otherwise=otherwise)
    if "." not in host or host.endswith(_PRIVATE):
        return Fact(False, text, address.place, name, otherwise=otherwise)
    needs = (Need(f"the address of the proxy of {name}", "is a name that only DNS resolves"),)
    return Fact(None, text, address.place, name, needs)
