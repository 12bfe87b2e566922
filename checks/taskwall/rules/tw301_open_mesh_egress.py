"""TW301: Nodes of a mesh can reach only what belongs to the mesh.

What: The egress filter of a mesh is ALLOW_ALL. The backends that a node declares are not judged: a
    backend that nobody declared cannot be seen in the sources.
Why: By default (DROP_ALL) a node can connect only to its declared backends and to AWS endpoints.
    With ALLOW_ALL, a task that was taken over can reach anything that the network allows.
Fine when: The guide allows ALLOW_ALL as the way to services outside the mesh. A virtual node in the
    mesh for each of these services is narrower, and is what this rule asks for.
Terraform: Remove egress_filter (or set its type to DROP_ALL), and add a virtual node for each
    external service, with a virtual service in front of it that others name as their backend.
CloudFormation: Remove EgressFilter (or set its Type to DROP_ALL), and add a virtual node for each
    external service, with a virtual service in front of it that others name as their backend.
Guide: mesh-egress
See: https://docs.aws.amazon.com/app-mesh/latest/APIReference/API_EgressFilter.html
"""

from collections.abc import Iterator

from taskwall.model.core.network import Network
from taskwall.model.entities.mesh import Mesh
from taskwall.rules._rule import Verdict, rule


@rule("low", pci=True)
def open_mesh_egress(network: Network) -> Iterator[Verdict]:
    for mesh in network.every(Mesh):
        yield Verdict(
            mesh.origin,
            mesh.egress.place,
            mesh.egress.is_("ALLOW_ALL"),
            f"nodes of {mesh.name} can reach any address (ALLOW_ALL), where a virtual node for"
            " each external service would do",
            holds=f"nodes of {mesh.name} can reach their declared backends only",
            changes=mesh.egress.to("DROP_ALL"),
        )
