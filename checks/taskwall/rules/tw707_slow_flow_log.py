"""TW707: Flow logs of task traffic are aggregated over one minute.

What: The flow log of a VPC (or subnet) with long-running tasks aggregates traffic over ten minutes,
    the default, before it writes a record.
Why: A task may run for a shorter time than that. One record can then mix its traffic with that of
    another task at the same address, and an alarm comes ten minutes late.
Fine when: All tasks run on Nitro instances, whose interfaces are aggregated over one minute
    whatever the flow log sets. Or another log of the same VPC is aggregated over one minute; then
    this one is not judged.
Terraform: max_aggregation_interval = 60
CloudFormation: MaxAggregationInterval: 60
Guide: beyond
See: https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-basics.html
"""

from collections.abc import Iterator

from taskwall.core.facts import Fact
from taskwall.model.core.network import Network
from taskwall.model.entities.vpc import FlowLog
from taskwall.model.logging.flow_logs import judged_logs
from taskwall.rules._rule import Verdict, rule


@rule("info")
def slow_flow_log(network: Network) -> Iterator[Verdict]:
    for each in judged_logs(network, _by_the_minute):
        log = each.log
        seconds = log.interval.known or "some"
        yield Verdict(
            log.origin,
            log.interval.place,
            ~each.meets,
            f"{log.name} aggregates traffic over {seconds} seconds",
            holds=f"{log.name} aggregates traffic over one minute",
            concerned=each.concerned,
            unreported=not each.asked,
            changes=log.interval.to(60),
        )


def _by_the_minute(log: FlowLog) -> Fact:
    return log.interval.is_(60)
