"""The ECS container agent's settings, as user data writes them."""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from taskwall.core.change import AttributeChange, AttributePath, SourceCode
from taskwall.core.facts import FALSE, Fact
from taskwall.core.values import Known, Need, Scalar, Span, Unknown
from taskwall.model.core.entity import Link, Setting

_SPELLED = {
    ("bottlerocket", "ECS_AWSVPC_BLOCK_IMDS"): "awsvpc-block-imds",
    ("windows", "ECS_AWSVPC_BLOCK_IMDS"): "-AwsvpcBlockIMDS",
}
"""What fixes write, where the agent's settings have other names."""


def _given(address: str, name: str, value: str, at: Span) -> tuple[AttributeChange, ...]:
    """The change that gives a setting its value where user data writes it, or another one."""
    spot, wanted = AttributePath(address, ""), {name: value}
    return (AttributeChange(spot, wanted, wanted, form="agent", through=(at,)),)


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

    def excluding(self, address: str, hosts: Sequence[str]) -> tuple[AttributeChange, ...]:
        """The change after which some more hosts are excluded from it.

        Args:
            address: of the resource whose user data tells of the proxy.
            hosts: by name or address.
        """
        if self.excluded.open:
            return ()
        known = str(self.excluded.known or "").strip(",")
        value = ",".join((*([known] if known else []), *hosts))
        at = self.excluded if self.excluded.written else self.address
        return _given(address, self.excluded.name, value, at.place)


class Agent(Struct, frozen=True):
    """What user data makes of an ECS agent.

    `settings` are those that the agent takes, under the names of its environment variables,
    whatever way they are written. `unseen` says what may hold others: those that it could
    override are unknown in `settings` as well. `joins` is whether there is an agent that joins a
    cluster at all, `cluster` which ("default" where nothing names one, None where that is not
    known, for which `cluster_needs` tell why).
    `script` is the first line of user data that is a script for a shell. Where there is no user
    data (it is not `written`), and the image is one of Amazon Linux for ECS, `lacking` is the
    attribute that it would be in, and `encoded` whether Terraform wants it there in base64.
    `started_by` is what starts it, and thereby gives defaults: "ecs-init" is that of AWS's Linux
    images, "docker" a container that user data itself starts. `asks_without_token` is whether user
    data reads instance metadata, and gets no token for it.
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
    asks_without_token: bool = False
    script: Span | None = None
    lacking: AttributePath | None = None
    encoded: bool = False
    written: bool = True

    def question(self, address: str) -> str:
        """What all unknowns are about that user data leaves open, "" where it leaves nothing so.

        Args:
            address: of the resource whose user data it is.
        """
        return f"user data of {address}" if self.unseen else ""

    def given(self, address: str, name: str, value: str) -> tuple[AttributeChange, ...]:
        """The change after which the agent takes a setting.

        It comes in place of the setting, beside the one that names the cluster, or at the start of
        a script. None where user data has none of these, or where the image is not known that
        would have to understand user data where there is none.

        Args:
            address: of the resource whose user data it is.
            name: of the setting, as an environment variable.
            value: of the setting.
        """
        if self.started_by == "docker":
            return ()
        if self.lacking is not None:
            return (self._user_data(f"echo {name}={value} >> /etc/ecs/ecs.config"),)
        at = self.settings.get(name) or self.settings.get("ECS_CLUSTER")
        place = self.script if at is None else at.place
        spelled = _SPELLED.get((self.started_by, name)) or name
        return () if place is None else _given(address, spelled, value, place)

    def remedy(self, name: str, value: str) -> str:
        """What to add to the user data that there is, for a setting; "" where there is none."""
        spelled = _SPELLED.get((self.started_by, name)) or name
        if not self.written:
            return ""
        if self.started_by == "bottlerocket":
            return f"In user data, below [settings.ecs]:\n{spelled} = {value}"
        if self.started_by == "windows":
            return f"In user data, add {spelled} to Initialize-ECSAgent."
        line = f"{name}={value}"
        if self.started_by == "docker":
            return f"In user data, add this to docker run:\n--env {line}"
        if self.settings.get(name) is not None:
            return f"In user data, in place of what it sets:\n{line}"
        if self.script is not None:
            return f"In user data, add this to the script:\necho {line} >> /etc/ecs/ecs.config"
        return f"In user data, add this to what it writes to /etc/ecs/ecs.config:\n{line}"

    def _user_data(self, line: str) -> AttributeChange:
        """The change that writes user data with one line of a script."""
        assert self.lacking is not None
        terraform = f"<<-EOF\n  #!/bin/bash\n  {line}\nEOF"
        terraform = f"base64encode({terraform}\n)" if self.encoded else terraform
        return AttributeChange(
            self.lacking, SourceCode(terraform), {"Fn::Base64": f"#!/bin/bash\n{line}\n"}
        )

    def setting(self, name: str, default: Scalar = None, default_text: str = "") -> Setting:
        """A setting, its default (`default_text`) where it is not written, or unknown."""
        found = self.settings.get(name)
        if found is not None:
            return found
        if self.unseen:
            return Setting(Unknown(self.unseen), self.place, name, self.resource)
        value = Known(default) if default_text else None
        return Setting(value, self.place, name, self.resource, default_text)
