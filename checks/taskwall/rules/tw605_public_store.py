"""TW605: Data stores that tasks use are not public.

What: A database, warehouse, broker, Kafka cluster or search domain that tasks use has a public
    address: `publicly_accessible` is true, Kafka brokers have public access, a search domain is
    outside a VPC; or a database of CloudFormation says nothing, and its subnet group has a subnet
    with a route to an internet gateway, from which AWS then derives that it is public.
Why: A store that only tasks use needs no address on the internet. With one, a single security group
    rule, or for a search domain its access policy, is all that keeps everybody out.
Fine when: Never by need: people reach a private store by a VPN or a session through Systems
    Manager. A database that says false is private, in whichever subnets. Caches, MemoryDB and
    DocumentDB cannot be public: nothing is said of them. AWS's pages disagree on what RDS derives
    where nothing is written: say it, then it does not matter.
Terraform: Keep the store private (for a search domain: give it vpc_options):
    publicly_accessible = false
CloudFormation: Keep the store private (for a search domain: give it VPCOptions):
    PubliclyAccessible: false
Guide: data-stores
See: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_VPC.WorkingWithRDSInstanceinaVPC.html
    https://docs.aws.amazon.com/msk/latest/developerguide/public-access.html
"""

from collections.abc import Iterator

from taskwall.model.exposure import Exposure, exposed_store, store_used
from taskwall.model.network import Network
from taskwall.model.store import looked_up
from taskwall.rule import Verdict, cannot_be_seen, rule
from taskwall.values import Need


@rule("high", default=True, pci=True)
def public_store(network: Network) -> Iterator[Verdict]:
    for exposure in network.every(Exposure):
        yield Verdict(
            exposure.origin,
            exposure.setting.place,
            exposed_store(network, exposure),
            f"{exposure.name}, which tasks use, has a public address",
            holds=f"{exposure.name} has no public address",
            concerned=store_used(network, exposure),
            changes=exposure.setting.to(False if True in exposure.open else "DISABLED"),
        )
    if (found := looked_up(network)) is not None:
        variable, name = found
        text = f"{name} has a public address"
        yield cannot_be_seen(variable.on, variable.at, text, (Need(name, "is not in the sources"),))
