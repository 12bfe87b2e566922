"""TW302: Listeners of a mesh accept only TLS.

What: A listener of a virtual node or virtual gateway has a TLS mode other than STRICT: PERMISSIVE
    accepts plain text as well as TLS; DISABLED, or no TLS settings, accepts plain text.
Why: Anyone who can reach the proxy in plain text can connect to the service without a certificate,
    and anyone who sees the traffic can read it. A certificate on a permissive listener protects
    nothing.
Fine when: PERMISSIVE is used for a short time, while clients move to TLS.
Terraform: In each listener:
    tls {
      mode = "STRICT"
      certificate {
        acm {
          certificate_arn = "<ARN of a certificate>"
        }
      }
    }
CloudFormation: In each listener:
    TLS:
      Mode: STRICT
      Certificate:
        ACM: { CertificateArn: <ARN of a certificate> }
Guide: encrypt-in-transit, mutual-tls
See: https://docs.aws.amazon.com/app-mesh/latest/userguide/tls.html
"""

from collections.abc import Iterator, Mapping

from taskwall.core.change import NewValue, Placeholder
from taskwall.model.core.network import Network
from taskwall.model.entities.mesh import MeshListener
from taskwall.rules._rule import Verdict, rule

_SAYS = {
    "PERMISSIVE": "accepts plain text as well as TLS (PERMISSIVE)",
    "DISABLED": "has TLS turned off (DISABLED)",
    "none": "sets no TLS and accepts plain text",
}

_ARN = Placeholder("ARN of the certificate")
_STRICT: tuple[Mapping[str, NewValue], ...] = (
    {"mode": "STRICT", "certificate": {"acm": {"certificate_arn": _ARN}}},
    {"Mode": "STRICT", "Certificate": {"ACM": {"CertificateArn": _ARN}}},
)
"""What a listener without TLS needs, in both languages."""


@rule("medium", pci=True)
def plaintext_mesh_listener(network: Network) -> Iterator[Verdict]:
    for intake in network.every(MeshListener):
        mode = intake.mode
        yield Verdict(
            intake.on,
            mode.place,
            ~mode.is_("STRICT"),
            f"a listener of {intake.on.name} {_SAYS.get(str(mode.known), 'accepts plain text')}",
            holds=f"a listener of {intake.on.name} accepts TLS only",
            about=intake.id,
            changes=mode.around(*_STRICT) if mode.default else mode.to("STRICT"),
        )
