"""TW303: Nodes of a mesh use TLS to their backends and verify them.

What: The client policy of a virtual node or virtual gateway for its backends (that of the backend,
    otherwise that of the backend defaults) does not enforce TLS, sets no trust, or is missing.
    taskwall assumes that a policy that is limited to ports names those of the backend.
Why: Without enforcement, the proxy uses whatever the backend offers, so plain text where a listener
    is permissive. Without a trust setting, it accepts any certificate, also that of an attacker.
Fine when: The node has no backends; then only backend defaults that are set are judged.
Terraform: In spec:
    backend_defaults {
      client_policy {
        tls {
          enforce = true
          validation {
            trust {
              acm {
                certificate_authority_arns = ["<ARN of the certificate authority>"]
              }
            }
          }
        }
      }
    }
CloudFormation: In Spec:
    BackendDefaults:
      ClientPolicy:
        TLS:
          Enforce: true
          Validation:
            Trust:
              ACM: { CertificateAuthorityArns: [<ARN of the certificate authority>] }
Guide: encrypt-in-transit, mutual-tls
See: https://docs.aws.amazon.com/app-mesh/latest/userguide/tls.html
"""

from collections.abc import Iterator

from taskwall.model.core.network import Network
from taskwall.model.entities.mesh import ClientPolicy
from taskwall.rules._rule import Verdict, rule


@rule("medium", pci=True)
def plaintext_mesh_backend(network: Network) -> Iterator[Verdict]:
    for policy in network.every(ClientPolicy):
        name = policy.on.name
        message = f"{name} accepts any certificate of {policy.whom}: it sets no trust"
        if policy.written.truth is False:
            message = f"{name} sets no TLS for {policy.whom} and sends plain text"
        yield Verdict(
            policy.on,
            policy.trust,
            ~policy.trusts,
            message,
            holds=f"{name} connects to {policy.whom} by TLS and verifies their certificates",
            about=policy.id,
            concerned=policy.used,
        )
        if policy.enforce.written:
            yield Verdict(
                policy.on,
                policy.enforce.place,
                ~policy.enforce.is_(True),
                f"{name} falls back to plain text to {policy.whom} where no TLS is offered",
                holds=f"{name} requires TLS to {policy.whom}",
                about=policy.id,
                concerned=policy.used,
                changes=policy.enforce.to(True),
                remedy=f"Require TLS to {policy.whom}.",
            )
