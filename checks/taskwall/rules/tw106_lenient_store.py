"""TW106: Data stores that tasks use insist on encrypted connections.

What: A database, cache, stream or search domain that tasks use takes plain text as well: its
    parameter group says so, or says nothing where the engine's default does; transit encryption is
    off, or only preferred; brokers talk to each other or to clients in plain text; a search domain
    takes HTTP.
    Tasks use a store if its security groups admit them, or if a task's environment refers to it.
Why: Where the store takes both, one client with a forgotten setting sends passwords and data in
    plain text, and nobody notices. A store that refuses makes that a failure on the first day.
Fine when: Never by need: clients of all these stores speak TLS. What an engine does by default goes
    by AWS's documentation (RDS PostgreSQL insists from 15, Aurora PostgreSQL from 17, MySQL from
    9.7, MariaDB from 11.8; DocumentDB and Neptune do). Where no version is written, taskwall says
    "unknown". Neptune since 1.0.4.0 takes HTTPS only, whatever the parameter says: delete it then.
Terraform: Switch it on where the store has it (rds.force_ssl, require_secure_transport, tls,
    neptune_enforce_ssl, require_ssl in a parameter group; transit_encryption_enabled, tls_enabled,
    client_broker = "TLS", enforce_https on others):
    resource "aws_db_parameter_group" "main" {
      family = "postgres16"
      parameter {
        name  = "rds.force_ssl"
        value = "1"
      }
    }
CloudFormation: Switch it on where the store has it (rds.force_ssl, require_secure_transport, tls,
    neptune_enforce_ssl, require_ssl in a parameter group; TransitEncryptionEnabled, TLSEnabled,
    ClientBroker, EnforceHTTPS on others):
    Parameters:
      Type: AWS::RDS::DBParameterGroup
      Properties:
        Family: postgres16
        Description: insists on TLS
        Parameters: { rds.force_ssl: "1" }
Guide: encrypt-in-transit, data-stores
See: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.SSL.html
    https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/in-transit-encryption.html
"""

from collections.abc import Iterator

from taskwall.model.network import Network
from taskwall.model.store import Store, looked_up, used
from taskwall.rule import Verdict, cannot_be_seen, rule
from taskwall.values import Need


@rule("medium", default=True, pci=True)
def lenient_store(network: Network) -> Iterator[Verdict]:
    for store in network.every(Store):
        concerned = used(network, store)
        bad = [each for each in store.insists if each.fact.truth is not True]
        for each in bad or store.insists[:1]:
            yield Verdict(
                store.origin,
                each.place,
                ~each.fact,
                f"{store.word} {store.name} takes connections in plain text",
                holds=f"{store.word} {store.name} takes encrypted connections only",
                about=store.id,
                concerned=concerned,
                changes=each.changes,
            )
    if (found := looked_up(network)) is not None:
        variable, name = found
        text = f"{name} takes connections in plain text"
        yield cannot_be_seen(variable.on, variable.at, text, (Need(name, "is not in the sources"),))
