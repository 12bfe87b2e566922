"""TW702: Flow logs of task traffic record accepted and rejected traffic.

What: The flow log of a VPC (or subnet) with long-running tasks records only accepted or only
    rejected traffic.
Why: Rejected traffic shows scans and missing rules; accepted traffic shows what really happened. An
    investigation needs both.
Fine when: Another log of the same VPC records ALL; then this one is not judged.
Terraform: traffic_type = "ALL"
CloudFormation: TrafficType: ALL
Guide: flow-logs
See: https://docs.aws.amazon.com/vpc/latest/userguide/working-with-flow-logs.html
"""

from collections.abc import Iterator

from taskwall.core.facts import Fact
from taskwall.model.core.network import Network
from taskwall.model.entities.vpc import FlowLog
from taskwall.model.logging.flow_logs import judged_logs
from taskwall.rules._rule import Verdict, rule


@rule("medium", default=True, pci=True)
def partial_flow_log(network: Network) -> Iterator[Verdict]:
    for each in judged_logs(network, _records_all):
        log = each.log
        yield Verdict(
            log.origin,
            log.traffic.place,
            ~each.meets,
            f"{log.name} records {str(log.traffic.known or 'some').lower()} traffic only",
            holds=f"{log.name} records all traffic",
            concerned=each.concerned,
            unreported=not each.asked,
            changes=log.traffic.to("ALL"),
        )


def _records_all(log: FlowLog) -> Fact:
    return log.traffic.is_("ALL")
