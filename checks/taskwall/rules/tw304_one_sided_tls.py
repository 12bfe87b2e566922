"""TW304: Both sides of a mesh show certificates (mutual TLS).

What: A listener of a virtual node or gateway does not validate the certificates of its clients (or
    also accepts plain text, so that no client needs one), or a client policy presents no
    certificate.
Why: Plain TLS proves only who the server is. With certificates on both sides, a service knows who
    calls it, whatever address the call comes from.
Fine when: Callers are identified in another way, for example by signed requests. Client
    certificates can come from files or from SDS, not from ACM.
Terraform: A validation in the tls of the listener, a certificate in the tls of the client policy:
    validation {
      trust {
        file {
          certificate_chain = "/certs/ca.pem"
        }
      }
    }
    certificate {
      file {
        certificate_chain = "/certs/client.pem"
        private_key       = "/certs/client.key"
      }
    }
CloudFormation: A validation in the TLS of the listener, a certificate in the TLS of the client
    policy:
    Validation:
      Trust:
        File: { CertificateChain: /certs/ca.pem }
    Certificate:
      File: { CertificateChain: /certs/client.pem, PrivateKey: /certs/client.key }
Guide: mutual-tls
See: https://docs.aws.amazon.com/app-mesh/latest/userguide/mutual-tls.html
"""

from collections.abc import Iterator

from taskwall.model.core.network import Network
from taskwall.model.entities.mesh import ClientPolicy, MeshListener
from taskwall.rules._rule import Verdict, rule


@rule("low", pci=True, yields_to=("TW302", "TW303"))
def one_sided_tls(network: Network) -> Iterator[Verdict]:
    for intake in network.every(MeshListener):
        name = intake.on.name
        message = f"a listener of {name} accepts clients without certificates"
        if intake.validates.truth:
            message = (
                f"a listener of {name} also accepts plain text, where clients show no certificate"
            )
        yield Verdict(
            intake.on,
            intake.trust,
            ~(intake.mode.is_("STRICT") & intake.validates),
            message,
            holds=f"a listener of {name} validates clients' certificates",
            about=intake.id,
            asked_by=("TW302",),
        )
    for policy in network.every(ClientPolicy):
        name = policy.on.name
        message = f"{name} shows no certificate to {policy.whom}"
        if policy.presents.truth:
            message = f"{name} has a certificate, but does not enforce TLS to {policy.whom}"
        yield Verdict(
            policy.on,
            policy.certificate,
            ~(policy.enforced & policy.presents),
            message,
            holds=f"{name} presents a certificate to {policy.whom}",
            about=policy.id,
            concerned=policy.used,
            asked_by=("TW303",),
        )
