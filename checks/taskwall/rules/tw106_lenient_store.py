"""TW106: Data stores that tasks use require encrypted connections.

What: A database, cache, stream or search domain that tasks use also accepts plain text: its
    parameter group allows it, or does not set it and the default of the engine allows it; transit
    encryption is off, or only preferred; brokers talk to each other or to clients in plain text; a
    search domain accepts HTTP; an RDS Proxy or a DAX cluster does not require TLS. Tasks use a
    store if its security groups allow them, if the environment of a task refers to it, or if they
    use an RDS Proxy in front of it.
Why: Where the store accepts both, one client without the right setting sends passwords and data in
    plain text, and nobody notices. If the store refuses plain text, the mistake shows at the first
    connection.
Fine when: Never: clients of all these stores support TLS. The defaults of engines follow AWS's
    documentation (RDS PostgreSQL requires TLS from version 15, Aurora PostgreSQL from 17, MySQL
    from 9.7, Aurora MySQL from 8.4, MariaDB from 11.8; DocumentDB and Neptune require it). Where no
    version is set,
    taskwall reports "unknown". Neptune since 1.0.4.0 accepts only HTTPS, whatever the parameter is:
    delete the parameter then.
Terraform: Turn it on where the store has the setting: rds.force_ssl,
    require_secure_transport, tls, neptune_enforce_ssl, require_ssl in a parameter group;
    transit_encryption_enabled, tls_enabled, client_broker = "TLS", enforce_https, require_tls on
    others. Let clients connect by TLS first. Before Redis 7.0.5, to turn it on replaces a
    replication group.
CloudFormation: Turn it on where the store has the setting: rds.force_ssl,
    require_secure_transport, tls, neptune_enforce_ssl, require_ssl in a parameter group;
    TransitEncryptionEnabled, TLSEnabled, ClientBroker, EnforceHTTPS, RequireTLS on others.
    Let clients connect by TLS first. To turn it on may replace a replication group.
Guide: encrypt-in-transit, data-stores
See: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.SSL.html
    https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/in-transit-encryption.html
"""

from collections.abc import Iterator

from taskwall.core.values import Need
from taskwall.model.core.network import Network
from taskwall.model.data_stores.store import Store, looked_up, used
from taskwall.rules._rule import Verdict, cannot_be_seen, rule

_TURN_ON = "Let clients connect by TLS first, then turn it on."
_NEGOTIATING = (
    "database", "database cluster", "RDS Proxy", "Redshift cluster", "Redshift workgroup",
)  # fmt: skip
"""The stores that agree with each client on TLS, which most drivers try unasked. Others refuse a
client in plain text, such as one that connects to redis://: so clients come first, and no edit."""

_REMEDY = {"cache": f"{_TURN_ON} Before Redis 7.0.5, that replaces the replication group."}
"""By the kind of store, where attributes mend it."""


@rule("medium", default=True, pci=True)
def lenient_store(network: Network) -> Iterator[Verdict]:
    for store in network.every(Store):
        concerned = used(network, store)
        bad = [each for each in store.tls_requirements if each.fact.truth is not True]
        for each in bad or store.tls_requirements[:1]:
            yield Verdict(
                store.origin,
                each.place,
                ~each.fact,
                f"{store.word} {store.name} accepts plaintext connections",
                holds=f"{store.word} {store.name} accepts encrypted connections only",
                about=store.id,
                concerned=concerned,
                changes=each.changes if store.word in _NEGOTIATING else (),
                advice=each.changes,
                remedy=_REMEDY.get(store.word, _TURN_ON) if each.changes else "",
            )
    if (found := looked_up(network)) is not None:
        variable, name = found
        text = f"{name} accepts plaintext connections"
        yield cannot_be_seen(variable.on, variable.at, text, (Need(name, "is not in the sources"),))
