"""The ECS container agent's settings, as user data writes them."""

from collections.abc import Mapping

from msgspec import Struct

from taskwall.core.change import AttributeChange, AttributePath
from taskwall.core.facts import FALSE, Fact
from taskwall.core.values import Known, Need, Scalar, Span, Unknown
from taskwall.model.core.entity import Link, Setting

_SPELLED = {
    ("bottlerocket", "ECS_AWSVPC_BLOCK_IMDS"): "awsvpc-block-imds",
    ("windows", "ECS_AWSVPC_BLOCK_IMDS"): "-AwsvpcBlockIMDS",
}
"""What fixes write, where the agent's settings have other names."""


class AgentProxy(Struct, frozen=True):
    """A proxy that the agent, or the service that starts it, is told to use.

    `by` is which of them, `kind` HTTP_PROXY or HTTPS_PROXY, `address` where it is, `excluded` the
    list of hosts that it is not used for, and `docker` the path of the Docker endpoint that this
    list should have. Neither value may be printed.
    """

    by: str
    kind: str
    address: Setting
    excluded: Setting
    docker: str


class Agent(Struct, frozen=True):
    """What user data makes of an ECS agent.

    `settings` are those that the agent takes, under the names of its environment variables,
    whatever way they are written. `unseen` says what may hold others: those that it could
    override are unknown in `settings` as well. `joins` is whether there is an agent that joins a
    cluster at all, `cluster` which ("default" where nothing names one, None where that is not
    known, for which `cluster_needs` tell why).
    `started_by` is what starts it, and thereby gives defaults: "ecs-init" is that of AWS's Linux
    images, "docker" a container that user data itself starts.
    """

    place: Span
    resource: str
    settings: Mapping[str, Setting] = {}
    unseen: tuple[Need, ...] = ()
    joins: Fact = FALSE
    cluster: Link | None = None
    cluster_needs: tuple[Need, ...] = ()
    started_by: str = "ecs-init"
    proxies: tuple[AgentProxy, ...] = ()
    drops_metadata: Fact = FALSE

    def question(self, address: str) -> str:
        """What all unknowns are about that user data leaves open, "" where it leaves nothing so.

        Args:
            address: of the resource whose user data it is.
        """
        return f"user data of {address}" if self.unseen else ""

    def given(self, address: str, name: str, value: str) -> tuple[AttributeChange, ...]:
        """The change after which the agent takes a setting that user data does not write.

        None where user data does not name the cluster, beside which it would stand.

        Args:
            address: of the resource whose user data it is.
            name: of the setting, as an environment variable.
            value: of the setting.
        """
        beside = self.settings.get("ECS_CLUSTER")
        spelled = _SPELLED.get((self.started_by, name)) or name
        if beside is None or name in self.settings or self.started_by == "docker":
            return ()
        spot, wanted = AttributePath(address, ""), {spelled: value}
        return (AttributeChange(spot, wanted, wanted, form="agent", through=(beside.place,)),)

    def setting(self, name: str, default: Scalar = None, default_text: str = "") -> Setting:
        """A setting, its default (`default_text`) where it is not written, or unknown."""
        found = self.settings.get(name)
        if found is not None:
            return found
        if self.unseen:
            return Setting(Unknown(self.unseen), self.place, name, self.resource)
        value = Known(default) if default_text else None
        return Setting(value, self.place, name, self.resource, default_text)
