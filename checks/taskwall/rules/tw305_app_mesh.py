"""TW305: Services do not use AWS App Mesh, which has ended.

What: The sources have a mesh of AWS App Mesh or, without one, task definitions with an App Mesh
    proxy, or nodes of a mesh that is not in the sources. Each mesh is reported once, without the
    resources that belong to it.
Why: App Mesh ended on 2026-09-30. Its resources can be neither deployed nor reached, so they
    protect nothing, and Envoys that start anew get no configuration.
Fine when: Never, except as an archive.
Terraform: What takes the place of the mesh is a design decision. Remove the mesh, its nodes, routes
    and gateways, and proxy_configuration from task definitions. Within a cluster or namespace, use
    Service Connect, with tls in its services. Across VPCs and accounts, use VPC Lattice. Neither
    VPC Lattice nor Service Connect requests client certificates. VPC Lattice authenticates callers
    by IAM auth policies, or passes TLS through to tasks that do mutual TLS themselves.
CloudFormation: What takes the place of the mesh is a design decision. Remove the mesh, its nodes,
    routes and gateways, and ProxyConfiguration from task definitions. Within a cluster or
    namespace, use Service Connect, with Tls in its services. Across VPCs and accounts, use VPC
    Lattice. Neither VPC Lattice nor Service Connect requests client certificates. VPC Lattice
    authenticates callers by IAM auth policies, or passes TLS through to tasks that do mutual TLS
    themselves.
Guide: beyond
See: https://docs.aws.amazon.com/app-mesh/latest/userguide/what-is-app-mesh.html
    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-connect.html
    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-vpc-lattice.html
"""

from collections.abc import Iterator

from taskwall.core.facts import TRUE, Fact, all_of
from taskwall.core.values import Origin, Span
from taskwall.model.core.entity import Link, same_entity
from taskwall.model.core.network import Network
from taskwall.model.entities.mesh import Mesh, MeshNode, MeshTask
from taskwall.rules._rule import Verdict, rule

ENDED = "App Mesh ended on 2026-09-30"


@rule("high", default=True)
def app_mesh(network: Network) -> Iterator[Verdict]:
    meshes = network.every(Mesh)
    for mesh in meshes:
        at = mesh.origin.header
        yield _ended(mesh.origin, at, f"{ENDED}: {mesh.name} can no longer be reached")
    if meshes or "meshes" in network.policy.others_have:
        return
    tasks = [task for task in network.every(MeshTask) if task.kind.value is not None]
    for task in tasks:
        yield Verdict(
            task.on,
            task.kind.place,
            task.proxied,
            f"{ENDED}: the proxies of {task.on.name} get no configuration",
            holds=f"the proxies of {task.on.name} are not of App Mesh",
        )
    if tasks:
        return
    seen: dict[str, Link] = {}
    for node in network.every(MeshNode):
        if node.mesh.to in seen:
            continue
        # A mesh whose name is not known may be one that is reported already.
        another = all_of(_another(node, mesh) for mesh in seen.values())
        seen[node.mesh.to] = node.mesh
        text = f"{ENDED}: {node.name} and its mesh can no longer be reached"
        yield _ended(node.origin, node.mesh.place, text, another)


def _another(node: MeshNode, mesh: Link) -> Fact:
    """Whether a node is of another mesh than one that is reported already."""
    same = same_entity(node.mesh, mesh)
    needs = (*node.mesh.fact.needs, *mesh.fact.needs)
    text = f"the mesh of {node.name} is not {mesh.to or 'the one before'}"
    return Fact(None if same is None else not same, text, node.mesh.place, node.name, needs)


def _ended(on: Origin, at: Span, message: str, concerned: Fact = TRUE) -> Verdict:
    used = Fact(True, f"{on.name} belongs to App Mesh", at, on.name)
    return Verdict(on, at, used, message, concerned=concerned)
