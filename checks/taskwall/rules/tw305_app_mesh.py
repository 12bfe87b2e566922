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

from taskwall.facts import Fact
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
        # A mesh whose name is not known may be one that is told already.
        if all(alike(mesh, node.mesh) is False for mesh in told.values()):
            told[node.mesh.to] = node.mesh
            text = f"{ENDED}: {node.name} and its mesh can no longer be reached"
            yield _ended(node.origin, node.mesh.place, text)


def _ended(on: Origin, at: Place, message: str) -> Verdict:
    return Verdict(on, at, Fact(True, f"{on.name} is of App Mesh", at, on.name), message)
