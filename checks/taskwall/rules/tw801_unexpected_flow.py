"""TW801: No flow exists beyond those that the settings expect.

What: A table `expect` of the settings says which connections may be opened from one end to another
    (`only`), or that none may (`never`), and the sources let another one be opened: on other
    ports, or by another way. Reported is the last permission that names who opens it, else the
    listener. The rule does not apply to ends that are in none of the sources.
Why: What may reach whom is decided once, and changed by many hands. What nobody has decided is
    found before it is deployed.
Fine when: The flow is wanted: add it to `only`. Listener conditions, authentication and what
    processes listen on are not asked.
Terraform: What is expected is a design decision. Narrow what is reported to the expected addresses
    and ports, or add the flow to `only`.
CloudFormation: What is expected is a design decision. Narrow what is reported to the expected
    addresses and ports, or add the flow to `only`.
Guide: beyond
See: https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html
"""

from collections.abc import Iterator

from taskwall.model.core.network import Network
from taskwall.rules._rule import Verdict, rule


@rule("high", default=True, pci=True, per_use=True)
def unexpected_flow(network: Network) -> Iterator[Verdict]:
    if not network.policy.intents:
        return
    # Flows are a tenth of all that a scan would import, and most scans are asked for none.
    from taskwall.model.flows.intents import unexpected

    for each in unexpected(network):
        intent = each.intent
        yield Verdict(
            each.on,
            each.at,
            each.broken,
            f"{intent.source} can open {each.words} to {intent.target}, which is not expected",
            holds=f"{intent.source} can open nothing to {intent.target} that is not expected",
            about=f"{intent.source} {intent.target} {each.words}",
        )
