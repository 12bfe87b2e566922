"""TW605: Data stores that tasks use are not public.

What: A database, warehouse, broker, Kafka cluster or search domain that tasks use has a public
    address: `publicly_accessible` is true, Kafka brokers have public access, a search domain is
    outside a VPC; or, in CloudFormation, a database of RDS (not Aurora) does not set it and has no
    subnet group, or the one named `default`, which makes it public by default.
Why: A store that only tasks use needs no public address. With one, a single security group rule
    (for a search domain: its access policy) is all that protects it from the internet.
Fine when: Never: people reach a private store through a VPN or a Systems Manager session. A
    database that sets false is private in every subnet. Caches, MemoryDB and DocumentDB cannot be
    public and are not judged. With a subnet group of its own a database is private by default
    (CreateDBInstance, 2026); older texts of AWS derived it from the routes of its subnets: set it,
    then the default does not matter.
Terraform: Keep the store private; put a search domain into a VPC, by vpc_options.
CloudFormation: Keep the store private; put a search domain into a VPC, by VPCOptions.
Guide: data-stores
See: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_VPC.WorkingWithRDSInstanceinaVPC.html
    https://docs.aws.amazon.com/msk/latest/developerguide/public-access.html
"""

from collections.abc import Iterator

from taskwall.core.values import Need
from taskwall.model.core.network import Network
from taskwall.model.data_stores.internet_exposure import Exposure
from taskwall.model.data_stores.store import looked_up, store_used
from taskwall.rules._rule import Verdict, cannot_be_seen, rule

_IN_A_VPC = {
    "Terraform": "Put the domain into a VPC, by vpc_options.",
    "CloudFormation": "Put the domain into a VPC, by VPCOptions.",
}


@rule("high", default=True, pci=True)
def public_store(network: Network) -> Iterator[Verdict]:
    for exposure in network.every(Exposure):
        yield Verdict(
            exposure.origin,
            exposure.setting.place,
            exposure.public,
            f"{exposure.name}, which tasks use, has a public address",
            holds=f"{exposure.name} has no public address",
            concerned=store_used(network, exposure),
            changes=exposure.setting.to(False if True in exposure.open else "DISABLED"),
            remedy=_IN_A_VPC if exposure.by_place else "Keep the store private.",
        )
    if (found := looked_up(network, public=True)) is not None:
        variable, name = found
        text = f"{name} has a public address"
        yield cannot_be_seen(variable.on, variable.at, text, (Need(name, "is not in the sources"),))
