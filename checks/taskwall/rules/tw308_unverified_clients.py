"""TW308: A listener that requests client certificates verifies them.

What: A listener of an ALB or NLB sets mutual authentication to a mode other than verify (and other
    than off, which requests nothing), accepts expired certificates, or sets no trust store.
Why: With passthrough, the load balancer verifies nothing: it passes the certificate on in a header,
    and only a task that verifies it there knows its client. The key of an expired certificate may
    be in other hands by now.
Fine when: With passthrough, the tasks verify the certificate chain in X-Amzn-Mtls-Clientcert
    themselves; taskwall cannot see that.
Terraform: On the listener:
    mutual_authentication {
      mode            = "verify"
      trust_store_arn = "<ARN of the trust store>"
    }
CloudFormation: On the listener:
    MutualAuthentication:
      Mode: verify
      TrustStoreArn: <ARN of the trust store>
Guide: beyond
See: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/mutual-authentication.html
"""

from collections.abc import Iterator, Mapping

from taskwall.core.change import NewValue, Placeholder
from taskwall.core.facts import Fact
from taskwall.core.values import Need
from taskwall.model.core.network import Network
from taskwall.model.entities.load_balancer import ClientCheck
from taskwall.rules._rule import Verdict, rule

_STORE = Placeholder("ARN of the trust store")
_VERIFY: tuple[Mapping[str, NewValue], ...] = (
    {"mode": "verify", "trust_store_arn": _STORE},
    {"Mode": "verify", "TrustStoreArn": _STORE},
)


@rule("info")
def unverified_clients(network: Network) -> Iterator[Verdict]:
    for check in network.every(ClientCheck):
        name, mode, store = check.on.name, check.mode, check.trust_store
        asks = ~mode.is_("off")
        shown = f" ({mode.known})" if mode.known else ""
        yield Verdict(
            check.on,
            mode.place,
            ~mode.is_("verify"),
            f"{name} requests client certificates but does not verify them{shown}",
            holds=f"{name} verifies clients' certificates",
            concerned=asks,
            changes=mode.to("verify") if store.value else mode.around(*_VERIFY),
        )
        verifies = mode.is_("verify")
        if check.ignores_expiry.open or check.ignores_expiry.known is True:
            yield Verdict(
                check.on,
                check.ignores_expiry.place,
                check.ignores_expiry.is_(True),
                f"{name} accepts expired client certificates",
                concerned=verifies,
                changes=check.ignores_expiry.to(False),
            )
        if store.value is None:
            yield Verdict(
                check.on,
                store.place,
                Fact(True, store.sentence, store.place, name),
                f"{name} verifies client certificates without a trust store",
                concerned=verifies,
                changes=store.to(_STORE),
            )
        elif store.open or store.known == "":
            # AWS takes no empty one: an input without a value gets one before this is created. One
            # that is not known is hardly empty, and nothing that a user could mend.
            needs = store.needs or (Need(f"{store.name} of {name}", "is empty"),)
            yield Verdict(
                check.on,
                store.place,
                Fact(None, f"{name} has no trust store", store.place, name, needs),
                f"{name} verifies client certificates without a trust store",
                concerned=verifies,
                unreported=store.open,
            )
