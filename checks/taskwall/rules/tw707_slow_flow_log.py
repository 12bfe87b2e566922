"""TW707: Flow logs of tasks' traffic are aggregated by the minute.

What: The flow log of a VPC (or subnet) with long-running tasks gathers traffic over ten minutes,
    the default, before it writes a record.
Why: A task may live shorter than that. What it did then stands in one record together with what
    another task did at the same address, and an alarm comes ten minutes late.
Fine when: All tasks run on Nitro instances, whose interfaces are aggregated by the minute whatever
    the flow log says. Another log of the same VPC does it; then this one is not judged.
Terraform: max_aggregation_interval = 60
CloudFormation: MaxAggregationInterval: 60
Guide: beyond
See: https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-basics.html
"""

from collections.abc import Iterator

from taskwall.facts import Fact
from taskwall.model.network import Network
from taskwall.model.place import FlowLog
from taskwall.model.watch import judged_logs
from taskwall.rule import Verdict, rule


@rule("info")
def slow_flow_log(network: Network) -> Iterator[Verdict]:
    for log, by_the_minute, concerned in judged_logs(network, _by_the_minute):
        seconds = log.interval.known or "some"
        yield Verdict(
            log.origin,
            log.interval.place,
            ~by_the_minute,
            f"{log.name} gathers traffic over {seconds} seconds before it records it",
            holds=f"{log.name} records traffic by the minute",
            concerned=concerned,
            changes=log.interval.to(60),
        )


def _by_the_minute(log: FlowLog) -> Fact:
    return log.interval.is_(60)
