"""TW706: Services that talk through proxies keep the proxies' access logs.

What: A service uses Service Connect, or a virtual node of App Mesh stands for one, and its proxies
    keep no access logs. Service Connect wants both said: how to log (access logs) and whereto (its
    log configuration).
Why: Flow logs show addresses, which short-lived tasks pass on to each other, and nothing of what
    was asked. The proxies see every request between services, and what came back.
Fine when: The applications log every request themselves, with who asked.
Terraform: In service_connect_configuration:
    access_log_configuration {
      format = "JSON"
    }
    log_configuration {
      log_driver = "awslogs"
      options    = { "awslogs-group" = "...", "awslogs-region" = "...", "awslogs-stream-prefix" = "proxy" }
    }
CloudFormation: In ServiceConnectConfiguration:
    AccessLogConfiguration: { Format: JSON }
    LogConfiguration:
      LogDriver: awslogs
      Options: { awslogs-group: ..., awslogs-region: ..., awslogs-stream-prefix: proxy }
Guide: short-lived-traffic
See: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-connect-envoy-access-logs.html
"""  # noqa: E501 (options are one line)

from collections.abc import Iterator

from taskwall.model.mesh import Proxy
from taskwall.model.network import Network
from taskwall.rule import Verdict, rule


@rule("info")
def unrecorded_proxy(network: Network) -> Iterator[Verdict]:
    for proxy in network.every(Proxy):
        yield Verdict(
            proxy.on,
            proxy.at,
            ~proxy.logs,
            f"proxies of {proxy.on.name} keep no access logs",
            holds=f"proxies of {proxy.on.name} keep access logs",
            concerned=proxy.connected,
            changes=proxy.logging,
        )
