"""TW301: A mesh lets its nodes reach nothing but what belongs to it.

What: The egress filter of a mesh is ALLOW_ALL. What a node declares as its backends is its own
    business: backends that nobody declared cannot be seen in the sources.
Why: By default (DROP_ALL) a node talks to its declared backends only, and AWS's own endpoints. With
    ALLOW_ALL a task that was broken into reaches anything that the network lets it reach.
Fine when: The guide allows ALLOW_ALL as the way to services outside the mesh. Narrower, and what
    this rule asks for, is a virtual node inside the mesh for each of them.
Terraform: Remove egress_filter (or set type = "DROP_ALL"), and stand a virtual node for each
    external service, with a virtual service in front of it that others name as their backend:
    service_discovery {
      dns {
        hostname = "api.example.com"
      }
    }
CloudFormation: Remove EgressFilter (or set Type: DROP_ALL), and stand a virtual node for each
    external service, with a virtual service in front of it that others name as their backend:
    ServiceDiscovery:
      DNS: { Hostname: api.example.com }
Guide: mesh-egress
See: https://docs.aws.amazon.com/app-mesh/latest/APIReference/API_EgressFilter.html
"""

from collections.abc import Iterator

from taskwall.model.mesh import Mesh
from taskwall.model.network import Network
from taskwall.rule import Verdict, rule


@rule("low", pci=True)
def open_mesh_egress(network: Network) -> Iterator[Verdict]:
    for mesh in network.every(Mesh):
        yield Verdict(
            mesh.origin,
            mesh.egress.place,
            mesh.egress.is_("ALLOW_ALL"),
            f"nodes of {mesh.name} reach whatever they like (ALLOW_ALL), where a virtual node for"
            " each external service would do",
            holds=f"nodes of {mesh.name} reach their declared backends only",
            changes=mesh.egress.to("DROP_ALL"),
        )
