"""TW108: CloudFront and API Gateway reach load balancers of tasks by HTTPS only.

What: An origin of a CloudFront distribution (or a VPC origin) that is a load balancer of tasks is
    fetched by HTTP only, or as the viewer came where a behaviour lets viewers come by HTTP; an
    integration of API Gateway calls such a load balancer by http://, or by a private integration
    without TLS settings.
Why: What viewers send by HTTPS goes on in plain text from the edge, for a public load balancer
    across the internet. The padlock in the browser promises otherwise.
Fine when: Never by need: the load balancer can have a certificate of its own. Origins and APIs that
    are defined by a document (OpenAPI) are not looked into. A name that no record of the sources
    leads to a load balancer is taken for something else.
Terraform: For CloudFront in custom_origin_config; for HTTP APIs add tls_config, for REST APIs write
    https:// in the uri:
    origin_protocol_policy = "https-only"
CloudFormation: For CloudFront in CustomOriginConfig; for HTTP APIs add TlsConfig, for REST APIs
    write https:// in the Uri:
    OriginProtocolPolicy: https-only
Guide: beyond
See: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-https-cloudfront-to-custom-origin.html
    https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-private.html
"""

from collections.abc import Iterator

from taskwall.model.approach import Approach, reached
from taskwall.model.network import Network
from taskwall.rule import Verdict, rule


@rule("medium", default=True, pci=True, yields_to=("TW101",))
def plaintext_approach(network: Network) -> Iterator[Verdict]:
    for approach in network.every(Approach):
        name, listener, concerned = reached(network, approach)
        yield Verdict(
            approach.on,
            approach.at,
            ~approach.encrypted,
            f"{approach.by} reaches {name} in plain text",
            holds=f"{approach.by} reaches {name} by HTTPS only",
            about=listener,
            concerned=concerned,
            changes=approach.changes,
        )
