"""TW306: Ports offered in Service Connect are encrypted.

What: A service offers a port in Service Connect without TLS, or with TLS that has no issuer. TLS is
    off by default. Members that only call others offer nothing and are not judged.
Why: The proxies on both sides can encrypt the traffic between them. Without that, calls between
    services cross subnets in plain text.
Fine when: Containers use TLS between each other themselves. Traffic that reaches a task without its
    proxy is not encrypted by it in any case: security groups have to block that traffic.
Terraform: In the service of service_connect_configuration:
    tls {
      issuer_cert_authority {
        aws_pca_authority_arn = "<ARN of the certificate authority>"
      }
      role_arn = "<ARN of a role for Service Connect>"
    }
CloudFormation: In the entry of Services:
    Tls:
      IssuerCertificateAuthority: { AwsPcaAuthorityArn: <ARN of the certificate authority> }
      RoleArn: <ARN of a role for Service Connect>
Guide: beyond
See: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-connect-tls.html
"""

from collections.abc import Iterator

from taskwall.model.core.network import Network
from taskwall.model.entities.mesh import ServiceConnectPort
from taskwall.rules._rule import Verdict, rule


@rule("low", pci=True)
def plaintext_service_connect(network: Network) -> Iterator[Verdict]:
    for offer in network.every(ServiceConnectPort):
        port = f"port {offer.name}" if offer.name else "a port"
        yield Verdict(
            offer.on,
            offer.at,
            ~offer.encrypted,
            f"{offer.on.name} offers {port} in Service Connect in plain text",
            holds=f"{offer.on.name} offers {port} in Service Connect with TLS",
            concerned=offer.connected,
            changes=offer.encrypting,
        )
