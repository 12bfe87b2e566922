"""TW802: Every flow that the settings require can exist.

What: A table `expect` of the settings says which connections must be possible from one end to
    another (`required`), and the sources close one: a security group, a route, a network ACL or a
    listener. Reported is what closes it first. The rule does not apply to ends that are in none of
    the sources.
Why: What is closed by mistake is found when it is deployed, as a timeout that names nobody.
Fine when: The connection is no longer needed: remove it from `required`.
Terraform: What is required is a design decision. Allow the required connection where it is closed;
    `taskwall why` names the change.
CloudFormation: What is required is a design decision. Allow the required connection where it is
    closed; `taskwall why` names the change.
Guide: beyond
See: https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html
"""

from collections.abc import Iterator

from taskwall.model.core.network import Network
from taskwall.rules._rule import Verdict, rule


@rule("high", default=True, pci=True, per_use=True)
def missing_flow(network: Network) -> Iterator[Verdict]:
    if not network.policy.intents:
        return
    # Flows are a tenth of all that a scan would import, and most scans are asked for none.
    from taskwall.model.flows.intents import missing

    for each in missing(network):
        intent = each.intent
        yield Verdict(
            each.on,
            each.at,
            each.broken,
            f"{intent.source} cannot open {each.words} to {intent.target}, which is required",
            holds=f"{intent.source} can open {each.words} to {intent.target}",
            about=f"{intent.source} {intent.target} {each.words}",
            negative=True,
        )
