"""TW305: Services do without AWS App Mesh, which has ended.

What: The sources have a mesh of AWS App Mesh or, without one, task definitions with a proxy of App
    Mesh, or nodes of a mesh that is not written here. Once a mesh: what else belongs to it is not
    told again.
Why: App Mesh ended on 2026-09-30. Its resources can be neither deployed nor reached, so whatever
    they were to protect is not protected, and Envoys that start anew get no configuration.
Fine when: Never, except as an archive of what there was.
Terraform: Remove the mesh, its nodes, routes and gateways, and proxy_configuration from task
    definitions. Across VPCs and accounts, VPC Lattice takes its place. Neither it nor Service
    Connect asks clients for certificates: of mutual TLS remains the server's half, to which Lattice
    adds auth policies of IAM (or TLS passthrough, where tasks themselves end mutual TLS). Within a
    cluster or namespace, let services talk by Service Connect:
    service_connect_configuration {
      enabled = true
      service {
        port_name = "http"
        tls {
          issuer_cert_authority {
            aws_pca_authority_arn = aws_acmpca_certificate_authority.this.arn
          }
          role_arn = aws_iam_role.service_connect.arn
        }
      }
    }
CloudFormation: Remove the mesh, its nodes, routes and gateways, and ProxyConfiguration from task
    definitions. Across VPCs and accounts, VPC Lattice takes its place. Neither it nor Service
    Connect asks clients for certificates: of mutual TLS remains the server's half, to which Lattice
    adds auth policies of IAM (or TLS passthrough, where tasks themselves end mutual TLS). Within a
    cluster or namespace, let services talk by Service Connect:
    ServiceConnectConfiguration:
      Enabled: true
      Services:
        - PortName: http
          Tls:
            IssuerCertificateAuthority: { AwsPcaAuthorityArn: !Ref Authority }
            RoleArn: !GetAtt ServiceConnectRole.Arn
Guide: beyond
See: https://docs.aws.amazon.com/app-mesh/latest/userguide/what-is-app-mesh.html
    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-connect.html
    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-vpc-lattice.html
"""

from collections.abc import Iterator

from taskwall.facts import TRUE, Fact, all_of
from taskwall.model.mesh import Mesh, MeshTask, Node
from taskwall.model.network import Network
from taskwall.model.thing import Link, alike
from taskwall.rule import Verdict, rule
from taskwall.values import Origin, Place

ENDED = "App Mesh ended on 2026-09-30"


@rule("high", default=True)
def app_mesh(network: Network) -> Iterator[Verdict]:
    meshes = network.every(Mesh)
    for mesh in meshes:
        at = mesh.origin.header
        yield _ended(mesh.origin, at, f"{ENDED}: {mesh.name} can no longer be reached")
    if meshes:
        return
    tasks = [task for task in network.every(MeshTask) if task.kind.value is not None]
    for task in tasks:
        yield Verdict(
            task.on,
            task.kind.place,
            task.proxied,
            f"{ENDED}: the proxies of {task.on.name} get no configuration",
            holds=f"the proxies of {task.on.name} are none of App Mesh",
        )
    if tasks:
        return
    told: dict[str, Link] = {}
    for node in network.every(Node):
        if node.mesh.to in told:
            continue
        # A mesh whose name is not known may be one that is told already.
        another = all_of(_another(node, mesh) for mesh in told.values())
        told[node.mesh.to] = node.mesh
        text = f"{ENDED}: {node.name} and its mesh can no longer be reached"
        yield _ended(node.origin, node.mesh.place, text, another)


def _another(node: Node, mesh: Link) -> Fact:
    """Whether a node is of another mesh than one that is told already."""
    same = alike(node.mesh, mesh)
    needs = (*node.mesh.fact.needs, *mesh.fact.needs)
    text = f"the mesh of {node.name} is another than {mesh.to or 'the one before'}"
    return Fact(None if same is None else not same, text, node.mesh.place, node.name, needs)


def _ended(on: Origin, at: Place, message: str, concerned: Fact = TRUE) -> Verdict:
    used = Fact(True, f"{on.name} is of App Mesh", at, on.name)
    return Verdict(on, at, used, message, concerned=concerned)
