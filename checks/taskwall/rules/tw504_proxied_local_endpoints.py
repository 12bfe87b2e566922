"""TW504: An agent with a proxy does not use it for local endpoints.

What: User data sets HTTP_PROXY for the ECS agent, or for the service that starts it, but its
    NO_PROXY does not name 169.254.169.254 (instance metadata), 169.254.170.2 (task credentials) and
    the Docker endpoint. The order does not matter, and more may be named.
Why: Through the proxy, the agent asks another machine for its credentials and metadata. It fails to
    register or, worse, gets the credentials of the proxy.
Fine when: Only HTTPS_PROXY is set: it is not used for these endpoints, which use HTTP. The Docker
    daemon has a proxy setting of its own, which may be part of the image: make sure that it
    excludes the two addresses as well.
Terraform: In user data, together with HTTP_PROXY:
    NO_PROXY=169.254.169.254,169.254.170.2,/var/run/docker.sock
CloudFormation: In user data, together with HTTP_PROXY:
    NO_PROXY=169.254.169.254,169.254.170.2,/var/run/docker.sock
Guide: agent-proxy
See: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/http_proxy_config.html
"""

from collections.abc import Iterator

from taskwall.core.facts import Fact
from taskwall.core.values import Text, dereferenced
from taskwall.model.compute.container_instances import container_instances
from taskwall.model.compute.placement import is_judged
from taskwall.model.core.entity import Setting
from taskwall.model.core.network import Network
from taskwall.model.entities.ecs_agent import AgentProxy
from taskwall.rules._rule import Verdict, rule

OPEN = "\x00"
"""Stands for what is not known in a text."""

_ON_WINDOWS = """In user data, together with HTTP_PROXY:
[Environment]::SetEnvironmentVariable("NO_PROXY", "169.254.169.254,169.254.170.2,{}", "Machine")"""


@rule("medium", default=True)
def proxied_local_endpoints(network: Network) -> Iterator[Verdict]:
    for member in container_instances(network):
        agent, name = member.instances.agent, member.instances.name
        if agent is None:
            continue
        proxies = [proxy for proxy in agent.proxies if proxy.kind == "HTTP_PROXY"]
        for proxy in proxies:
            yield Verdict(
                member.instances.origin,
                proxy.excluded.place,
                _lacks(proxy, name),
                f"{proxy.by} on {name} uses its proxy for local endpoints",
                holds=f"{proxy.by} on {name} does not use its proxy for local endpoints",
                concerned=is_judged(network, member) & _proxied(proxy.address, name),
                changes=proxy.excluding(member.instances.id, _missing(proxy)),
                remedy=_ON_WINDOWS.format(proxy.docker) if agent.started_by == "windows" else "",
            )
        if not proxies and agent.unseen:
            text = f"the agent on {name} uses a proxy"
            proxied = Fact(None, text, agent.place, name, agent.unseen)
            message = f"the agent on {name} uses a proxy for local endpoints"
            yield Verdict(
                member.instances.origin,
                agent.place,
                proxied,
                message,
                about=agent.question(member.instances.id),
                concerned=is_judged(network, member),
                asked_by=("TW501",),
            )


def _proxied(address: Setting, name: str) -> Fact:
    """Whether a proxy is set: any value is one but an empty text."""
    text = f"{name} sets {address.name}"
    if _written(address) == OPEN:
        return Fact(None, text, address.place, name, address.needs)
    return Fact(True, text, address.place, name)


def _written(setting: Setting) -> str:
    """A text that may be known in part, with `OPEN` for what is not known."""
    value = dereferenced(setting.value)
    if isinstance(value, Text):
        return "".join(part if isinstance(part, str) else OPEN for part in value.parts)
    return OPEN if setting.open else str(setting.known or "")


def _lacks(proxy: AgentProxy, name: str) -> Fact:
    """Whether a list of exclusions lacks one of those that the agent needs."""
    excluded, missing = proxy.excluded, _missing(proxy)
    text = f"{excluded.name} of {name} lacks {', '.join(missing)}"
    if excluded.value is None:
        text = f"{name} does not set {excluded.name}"
    if missing and excluded.open:
        return Fact(None, text, excluded.place, name, excluded.needs)
    otherwise = f"{excluded.name} of {name} names the agent's local endpoints"
    return Fact(bool(missing), text, excluded.place, name, otherwise=otherwise)


def _missing(proxy: AgentProxy) -> list[str]:
    """Those that the agent needs and the list does not have."""
    # An entry that an unknown is part of is none that is known.
    entries = {entry.strip() for entry in _written(proxy.excluded).split(",")}
    missing = [each for each in _WANTED if not entries & {each, *_COVERS, "*"}]
    if proxy.docker and proxy.docker not in entries and "*" not in entries:
        missing.append(proxy.docker)
    return missing


_WANTED = ("169.254.169.254", "169.254.170.2")
_COVERS = ("169.254.0.0/16",)
