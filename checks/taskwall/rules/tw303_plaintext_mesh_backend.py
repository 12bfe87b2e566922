"""TW303: Nodes of a mesh speak TLS to their backends, and verify whom they speak to.

What: A virtual node's or virtual gateway's client policy for its backends (a backend's own, else
    the one of the backend defaults) does not enforce TLS, trusts nobody by name, or is not written.
    A policy that is limited to ports is taken to name those of the backend.
Why: Without enforcement the proxy speaks whatever the backend offers, so plain text where a
    listener is permissive. Without a trust it takes any certificate, an attacker's as well.
Fine when: The node has no backends; then only backend defaults that are written are looked at.
Terraform: In spec:
    backend_defaults {
      client_policy {
        tls {
          enforce = true
          validation {
            trust {
              acm {
                certificate_authority_arns = [aws_acmpca_certificate_authority.this.arn]
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
              ACM: { CertificateAuthorityArns: [!Ref Authority] }
Guide: encrypt-in-transit, mutual-tls
See: https://docs.aws.amazon.com/app-mesh/latest/userguide/tls.html
"""

from collections.abc import Iterator

from taskwall.model.mesh import ClientPolicy
from taskwall.model.network import Network
from taskwall.rule import Verdict, rule


@rule("medium", pci=True)
def plaintext_mesh_backend(network: Network) -> Iterator[Verdict]:
    for policy in network.every(ClientPolicy):
        name = policy.on.name
        message = (
            f"{name} takes any certificate of {policy.whom}: it says of none that it trusts it"
        )
        if policy.written.truth is False:
            message = f"{name} says nothing of TLS to {policy.whom}, and speaks plain text to them"
        yield Verdict(
            policy.on,
            policy.trust,
            ~policy.trusts,
            message,
            holds=f"{name} speaks to {policy.whom} by TLS with those that it trusts",
            about=policy.id,
            concerned=policy.used,
        )
        if policy.enforce.written:
            yield Verdict(
                policy.on,
                policy.enforce.place,
                ~policy.enforce.is_(True),
                f"{name} falls back to plain text to {policy.whom} where no TLS is offered",
                holds=f"{name} insists on TLS to {policy.whom}",
                about=policy.id,
                concerned=policy.used,
                changes=policy.enforce.to(True),
            )
