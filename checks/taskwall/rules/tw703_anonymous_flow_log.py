"""TW703: Flow logs of task traffic record the VPC, the subnet and the instance.

What: The format of the flow log of a VPC (or subnet) with long-running tasks lacks vpc-id,
    subnet-id or instance-id. AWS's default format has none of them.
Why: They show where traffic happened; the default format has only addresses, which other tasks
    reuse minutes later. The ECS fields (TW704) go further, down to the task.
Fine when: Another log of the same VPC has them; then this one is not judged.
Terraform: Set a format, with the fields of TW704 too, since each other format replaces the flow log
    (in Terraform, $${...} writes a literal ${...}):
    log_format = "$${version} $${vpc-id} $${subnet-id} $${instance-id} $${interface-id} $${srcaddr} $${dstaddr} $${srcport} $${dstport} $${protocol} $${packets} $${bytes} $${start} $${end} $${action} $${log-status} $${ecs-cluster-name} $${ecs-service-name} $${ecs-task-id}"
CloudFormation: Set a format, with the fields of TW704 too, since each other format replaces the
    flow log (without !Sub, or with ${!vpc-id} in it):
    LogFormat: "${version} ${vpc-id} ${subnet-id} ${instance-id} ${interface-id} ${srcaddr} ${dstaddr} ${srcport} ${dstport} ${protocol} ${packets} ${bytes} ${start} ${end} ${action} ${log-status} ${ecs-cluster-name} ${ecs-service-name} ${ecs-task-id}"
Guide: flow-log-fields
See: https://docs.aws.amazon.com/vpc/latest/userguide/flow-log-records.html
"""  # noqa: E501 (a format is one line)

from collections.abc import Iterator

from taskwall.core.facts import Fact
from taskwall.model.core.network import Network
from taskwall.model.entities.vpc import FlowLog
from taskwall.model.logging.flow_logs import PLACE_FIELDS, judged_logs, lacks_fields, whole_format
from taskwall.rules._rule import Verdict, rule


@rule("low", default=True)
def anonymous_flow_log(network: Network) -> Iterator[Verdict]:
    for each in judged_logs(network, _has_fields):
        log = each.log
        yield Verdict(
            log.origin,
            log.format.place,
            ~each.meets,
            f"{log.name} does not record VPC, subnet and instance",
            holds=f"{log.name} records VPC, subnet and instance",
            negative=True,
            concerned=each.concerned,
            unreported=not each.asked,
            changes=log.format.to(whole_format(log)),
        )


def _has_fields(log: FlowLog) -> Fact:
    return ~lacks_fields(log, PLACE_FIELDS)
