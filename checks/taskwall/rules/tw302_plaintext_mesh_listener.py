"""TW302: Listeners of a mesh take TLS only.

What: A listener of a virtual node or virtual gateway has a TLS mode other than STRICT: PERMISSIVE
    takes plain text beside TLS, DISABLED and nothing written take plain text.
Why: Whoever reaches the proxy in plain text can talk to the service past certificates, and whoever
    sees the traffic can read it. A certificate on a permissive listener protects nobody.
Fine when: PERMISSIVE for the days in which clients move to TLS.
Terraform: In each listener:
    tls {
      mode = "STRICT"
      certificate {
        acm {
          certificate_arn = aws_acm_certificate.this.arn
        }
      }
    }
CloudFormation: In each listener:
    TLS:
      Mode: STRICT
      Certificate:
        ACM: { CertificateArn: !Ref Certificate }
Guide: encrypt-in-transit, mutual-tls
See: https://docs.aws.amazon.com/app-mesh/latest/userguide/tls.html
"""

from collections.abc import Iterator, Mapping

from taskwall.change import Blank, Wanted
from taskwall.model.mesh import Intake
from taskwall.model.network import Network
from taskwall.rule import Verdict, rule

_SAYS = {
    "PERMISSIVE": "takes plain text beside TLS (PERMISSIVE)",
    "DISABLED": "has TLS switched off (DISABLED)",
    "none": "says nothing of TLS, and takes plain text",
}

_ARN = Blank("ARN of the certificate")
_STRICT: tuple[Mapping[str, Wanted], ...] = (
    {"mode": "STRICT", "certificate": {"acm": {"certificate_arn": _ARN}}},
    {"Mode": "STRICT", "Certificate": {"ACM": {"CertificateArn": _ARN}}},
)
"""What a listener without TLS needs, in both languages."""


@rule("medium", pci=True)
def plaintext_mesh_listener(network: Network) -> Iterator[Verdict]:
    for intake in network.every(Intake):
        mode = intake.mode
        yield Verdict(
            intake.on,
            mode.place,
            ~mode.is_("STRICT"),
            f"a listener of {intake.on.name} {_SAYS.get(str(mode.known), 'takes plain text')}",
            holds=f"a listener of {intake.on.name} takes TLS only",
            about=intake.id,
            changes=mode.around(*_STRICT) if mode.default else mode.to("STRICT"),
        )
