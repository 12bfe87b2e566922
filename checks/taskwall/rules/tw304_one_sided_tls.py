"""TW304: Both sides of a mesh show certificates (mutual TLS).

What: A listener of a virtual node or gateway does not validate its clients' certificates (or takes
    plain text as well, so that validation binds nobody), or a client policy presents none.
Why: Plain TLS proves the server only. With certificates on both sides a service knows who calls it,
    whatever address the call comes from.
Fine when: Callers are told apart in another way, by signed requests for instance. Certificates of
    clients can come from files or by SDS, not from ACM.
Terraform: In the listener's tls a validation, in the client policy's tls a certificate:
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
CloudFormation: In the listener's TLS a validation, in the client policy's TLS a certificate:
    Validation:
      Trust:
        File: { CertificateChain: /certs/ca.pem }
    Certificate:
      File: { CertificateChain: /certs/client.pem, PrivateKey: /certs/client.key }
Guide: mutual-tls
See: https://docs.aws.amazon.com/app-mesh/latest/userguide/mutual-tls.html
"""

from collections.abc import Iterator

from taskwall.model.mesh import ClientPolicy, Intake
from taskwall.model.network import Network
from taskwall.rule import Verdict, rule


@rule("low", pci=True, yields_to=("TW302", "TW303"))
def one_sided_tls(network: Network) -> Iterator[Verdict]:
    for intake in network.every(Intake):
        name = intake.on.name
        message = f"a listener of {name} takes clients without certificates: it validates none"
        if intake.validates.truth:
            message = f"a listener of {name} takes plain text too, where nobody shows a certificate"
        yield Verdict(
            intake.on,
            intake.trust,
            ~(intake.mode.is_("STRICT") & intake.validates),
            message,
            holds=f"a listener of {name} validates clients' certificates",
            about=intake.id,
            asked_by="TW302",
        )
    for policy in network.every(ClientPolicy):
        name = policy.on.name
        message = f"{name} shows no certificate to {policy.whom}, which cannot tell who calls"
        if policy.presents.truth:
            message = f"{name} has a certificate, but speaks to {policy.whom} without certain TLS"
        yield Verdict(
            policy.on,
            policy.certificate,
            ~(policy.enforced & policy.presents),
            message,
            holds=f"{name} presents a certificate to {policy.whom}",
            about=policy.id,
            concerned=policy.used,
            asked_by="TW303",
        )
