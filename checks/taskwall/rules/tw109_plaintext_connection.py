"""TW109: Containers are told to connect encrypted.

What: A variable of a container's environment makes it connect in plain text: http:// to a data
    store or another service of the sources; sslmode=disable, useSSL=false or tls=false; a Kafka
    security protocol PLAINTEXT or SASL_PLAINTEXT; redis:// to a cache that has TLS. Text in base64
    is read as well. Values are never shown.
Why: The best certificate is of no use to a client that was told not to ask for it. Passwords and
    data then cross the network as they are.
Fine when: The name is answered by Service Connect with TLS, or leads nowhere else: localhost and
    169.254.* are not looked at, nor origins of browsers (`CORS_ORIGIN`). What else is no connection
    string that can be recognized is passed over, and so are addresses outside the sources.
Terraform: Connect by TLS: https://, rediss://, sslmode=verify-full, SASL_SSL:
    environment = [{ name = "DATABASE_OPTIONS", value = "sslmode=verify-full" }]
CloudFormation: Connect by TLS: https://, rediss://, sslmode=verify-full, SASL_SSL:
    Environment: [{ Name: DATABASE_OPTIONS, Value: sslmode=verify-full }]
Guide: beyond
See: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.SSL.html
    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-connect-tls.html
"""

from collections.abc import Iterator

from taskwall.model.environment import Variable
from taskwall.model.network import Network
from taskwall.model.plaintext import connection
from taskwall.rule import Verdict, rule


@rule("medium", pci=True, yields_to=("TW106",))
def plaintext_connection(network: Network) -> Iterator[Verdict]:
    for variable in network.every(Variable):
        found = connection(network, variable)
        if found is None:
            continue
        what = f"{variable.name or 'a variable'} of container {variable.container}"
        yield Verdict(
            variable.on,
            variable.at,
            found.plain,
            f"{what} makes it connect in plain text",
            holds=f"{what} asks for no plain text",
            about=found.store,
            concerned=found.concerned,
        )
