"""TW108: CloudFront and API Gateway connect to load balancers of tasks by HTTPS only.

What: A CloudFront distribution connects to a load balancer of tasks (as an origin or a VPC origin)
    by HTTP only, or by the protocol of the viewer where a behavior allows viewers to use HTTP; or
    an integration of API Gateway calls such a load balancer by http://, or by a private integration
    without TLS settings.
Why: What viewers send by HTTPS continues in plain text from the edge location; for a public load
    balancer, across the internet. The browser shows a secure connection all the same.
Fine when: Never: the load balancer can have a certificate of its own. Origins and APIs that are
    defined by a document (OpenAPI) are not read. A host name counts as a load balancer only if a
    DNS record in the sources leads to one.
Terraform: Connect by HTTPS: CloudFront by origin_protocol_policy in custom_origin_config,
    HTTP APIs by tls_config, REST APIs by https:// in the uri.
CloudFormation: Connect by HTTPS: CloudFront by OriginProtocolPolicy in CustomOriginConfig, HTTP
    APIs by TlsConfig, REST APIs by https:// in the Uri.
Guide: beyond
See: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-https-cloudfront-to-custom-origin.html
    https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-private.html
"""

from collections.abc import Iterator

from taskwall.model.core.network import Network
from taskwall.model.load_balancing.edge import EdgeConnection, edge_target
from taskwall.rules._rule import Verdict, rule


@rule("medium", default=True, pci=True, yields_to=("TW101",))
def plaintext_approach(network: Network) -> Iterator[Verdict]:
    for approach in network.every(EdgeConnection):
        name, listener, concerned = edge_target(network, approach)
        yield Verdict(
            approach.on,
            approach.at,
            ~approach.encrypted,
            f"{approach.service} connects to {name} in plain text",
            holds=f"{approach.service} connects to {name} by HTTPS only",
            about=listener,
            concerned=concerned,
            changes=approach.changes,
        )
