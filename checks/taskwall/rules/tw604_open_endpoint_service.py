"""TW604: An endpoint service in front of tasks allows only chosen principals.

What: An endpoint service leads to a load balancer in front of tasks, allows every AWS account to
    connect (principal `*`), and accepts every connection without approval.
Why: AWS calls such a service public: anyone who learns its name can reach the tasks from a VPC of
    their own, even though the load balancer has no public address.
Fine when: It names the accounts, roles or users that may connect, or somebody approves each
    connection: one of the two is enough. A service that names no principal allows nobody, which is
    AWS's default.
Terraform: Require acceptance, or name who may connect:
    acceptance_required = true
    allowed_principals  = ["arn:aws:iam::123456789012:root"]
CloudFormation: Require acceptance (AcceptanceRequired: true on the endpoint service), or name who
    may connect:
    ServicePermissions:
      Type: AWS::EC2::VPCEndpointServicePermissions
      Properties:
        ServiceId: !Ref <service>
        AllowedPrincipals:
          - arn:aws:iam::123456789012:root
Guide: expose-selectively
See: https://docs.aws.amazon.com/vpc/latest/privatelink/configure-endpoint-service.html
"""

from collections.abc import Iterator

from taskwall.model.core.network import Network
from taskwall.model.endpoints.endpoint_service import (
    EndpointService,
    accepts_by_hand,
    allows_everybody,
    offers_tasks,
)
from taskwall.rules._rule import Verdict, rule


@rule("medium", default=True, pci=True)
def open_endpoint_service(network: Network) -> Iterator[Verdict]:
    for service in network.every(EndpointService):
        accepts, everybody = accepts_by_hand(service), allows_everybody(network, service)
        yield Verdict(
            service.origin,
            service.acceptance.place,
            everybody & ~accepts,
            f"{service.name} allows every AWS account to connect to tasks without acceptance",
            holds=f"{service.name} allows only chosen principals to connect to tasks, or requires"
            " acceptance",
            concerned=offers_tasks(network, service),
            names={"service": service.origin.address},
            changes=service.acceptance.to(True),
        )
