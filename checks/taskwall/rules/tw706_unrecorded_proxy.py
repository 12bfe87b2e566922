"""TW706: Services that use proxies keep the access logs of the proxies.

What: A service uses Service Connect, or is represented by a virtual node of App Mesh, and its
    proxies write no access logs. Service Connect needs both settings: the format (access logs) and
    the destination (its log configuration).
Why: Flow logs show only addresses, which short-lived tasks reuse, and not what was requested. The
    proxies see every request between services and its response.
Fine when: The applications log every request themselves, with its caller.
Terraform: In service_connect_configuration:
    access_log_configuration {
      format = "JSON"
    }
    log_configuration {
      log_driver = "awslogs"
      options    = { "awslogs-group" = "<log group>", "awslogs-region" = "<region>", "awslogs-stream-prefix" = "proxy" }
    }
CloudFormation: In ServiceConnectConfiguration:
    AccessLogConfiguration: { Format: JSON }
    LogConfiguration:
      LogDriver: awslogs
      Options: { awslogs-group: <log group>, awslogs-region: <region>, awslogs-stream-prefix: proxy }
Guide: short-lived-traffic
See: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-connect-envoy-access-logs.html
"""  # noqa: E501 (options are one line)

from collections.abc import Iterator

from taskwall.model.core.network import Network
from taskwall.model.entities.mesh import MeshProxy
from taskwall.rules._rule import Verdict, rule

_OF_A_NODE = "Let the proxies of the node write an access log to their standard output."


@rule("info")
def unrecorded_proxy(network: Network) -> Iterator[Verdict]:
    for proxy in network.every(MeshProxy):
        yield Verdict(
            proxy.on,
            proxy.at,
            ~proxy.logs,
            f"proxies of {proxy.on.name} write no access logs",
            holds=f"proxies of {proxy.on.name} write access logs",
            negative=True,
            concerned=proxy.connected,
            changes=proxy.logging,
            remedy=_OF_A_NODE if proxy.node else "",
        )
