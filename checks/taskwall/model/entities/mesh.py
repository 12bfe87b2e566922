"""What talks through proxies: Service Connect and App Mesh."""

from msgspec import Struct

from taskwall.core.change import AttributeChange
from taskwall.core.facts import FALSE, Fact
from taskwall.core.values import Origin, Span
from taskwall.model.core.entity import Entity, Link, Setting
from taskwall.model.core.network import Network


class MeshProxy(Struct, frozen=True):
    """The proxies of a service in Service Connect (if it is `connected`), or of a virtual node.

    `logs` is whether they keep access logs; `at` is where the sources say so, or should. `writes`
    is whether what they log goes to CloudWatch Logs. `logging` is what would make them keep some.
    `node` says that they are those of a virtual node.
    """

    on: Origin
    at: Span
    connected: Fact
    logs: Fact
    writes: Fact = FALSE
    logging: tuple[AttributeChange, ...] = ()
    node: bool = False


class ServiceConnectPort(Struct, frozen=True):
    """A port that a service offers in Service Connect (if it is `connected`).

    `encrypted` is whether its proxies speak TLS there; `at` is where the sources say so, or should.
    `encrypting` is what would make them.
    """

    on: Origin
    name: str
    at: Span
    connected: Fact
    encrypted: Fact
    encrypting: tuple[AttributeChange, ...] = ()


class Mesh(Entity, frozen=True, kw_only=True):
    """A mesh of App Mesh, and where its nodes may go by themselves (its egress filter)."""

    egress: Setting


class MeshNode(Entity, frozen=True, kw_only=True):
    """A virtual node or virtual gateway of a mesh."""

    mesh: Link


class MeshListener(Struct, frozen=True):
    """A listener of a virtual node or gateway.

    `mode` is its TLS mode, `validates` whether it asks clients for certificates (at `trust`).
    `id` identifies it for precedence.
    """

    id: str
    on: Origin
    mode: Setting
    validates: Fact
    trust: Span


class ClientPolicy(Struct, frozen=True):
    """How a virtual node or gateway speaks to a backend, or to all that say nothing of it.

    `used` is whether it is a policy for anything, `written` whether it says anything of TLS.
    `enforce` is whether it insists on TLS, `trusts` whether it says whom it trusts (at `trust`),
    `presents` whether it shows a certificate of its own (at `certificate`). `id` identifies it for
    precedence.
    """

    id: str
    on: Origin
    whom: str
    used: Fact
    written: Fact
    enforce: Setting
    trusts: Fact
    trust: Span
    presents: Fact
    certificate: Span

    @property
    def enforced(self) -> Fact:
        """Whether it insists on TLS, with servers that it trusts."""
        return self.enforce.is_(True) & self.trusts


class MeshTask(Struct, frozen=True):
    """What a task definition says of a mesh.

    `kind` is the type of its proxy configuration (at `at`; not written where there is none),
    `node` whether a container of it is the Envoy of a virtual node. `contained` is whether the
    container that its proxy configuration names is one of its own (at `container`), `led` whether
    what reaches the application's ports is led through Envoy (at `ports`). `named` is whether the
    definition says anything of a mesh at all, rather than being unreadable. `app_ports` are
    the ports that are to go through it, with commas between them; "" if not known.
    """

    on: Origin
    kind: Setting
    at: Span
    node: Fact
    named: bool
    contained: Fact
    container: Span
    led: Fact
    ports: Span
    app_ports: str = ""

    @property
    def proxied(self) -> Fact:
        """Whether it has a proxy of App Mesh."""
        return self.kind.is_("APPMESH")


def meshed(network: Network) -> bool:
    """Whether the sources have anything of App Mesh beside task definitions."""
    return bool(network.every(Mesh) or network.every(MeshNode))
