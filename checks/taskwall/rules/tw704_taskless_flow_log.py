"""TW704: Flow logs of task traffic record the cluster, the service and the task.

What: The format of the flow log of a VPC (or subnet) with long-running tasks lacks the ECS fields
    (version 7) for the cluster, the service or the task: ecs-cluster-name (or its ARN),
    ecs-service-name, ecs-task-id (or its ARN).
Why: The address of a task belongs to another task minutes later. With these fields, a record itself
    shows which task of which service sent or received the traffic, even after the task has stopped.
Fine when: Another log of the same VPC has them; then this one is not judged. AWS fills them for
    tasks in awsvpc mode, and only if the principal that creates the flow log may list clusters and
    tasks.
Terraform: Set a format, with the fields of TW703 too, since each other format replaces the flow log
    (in Terraform, $${...} writes a literal ${...}):
    log_format = "$${version} $${vpc-id} $${subnet-id} $${instance-id} $${interface-id} $${srcaddr} $${dstaddr} $${srcport} $${dstport} $${protocol} $${packets} $${bytes} $${start} $${end} $${action} $${log-status} $${ecs-cluster-name} $${ecs-service-name} $${ecs-task-id}"
CloudFormation: Set a format, with the fields of TW703 too, since each other format replaces the
    flow log (without !Sub, or with ${!vpc-id} in it):
    LogFormat: "${version} ${vpc-id} ${subnet-id} ${instance-id} ${interface-id} ${srcaddr} ${dstaddr} ${srcport} ${dstport} ${protocol} ${packets} ${bytes} ${start} ${end} ${action} ${log-status} ${ecs-cluster-name} ${ecs-service-name} ${ecs-task-id}"
Guide: beyond
See: https://docs.aws.amazon.com/vpc/latest/userguide/flow-log-records.html
"""  # noqa: E501 (a format is one line)

from collections.abc import Iterator

from taskwall.core.facts import Fact
from taskwall.model.core.network import Network
from taskwall.model.entities.vpc import FlowLog
from taskwall.model.logging.flow_logs import TASK_FIELDS, judged_logs, lacks_fields, whole_format
from taskwall.rules._rule import Verdict, rule


@rule("info")
def taskless_flow_log(network: Network) -> Iterator[Verdict]:
    for each in judged_logs(network, _has_fields):
        log = each.log
        yield Verdict(
            log.origin,
            log.format.place,
            ~each.meets,
            f"{log.name} does not record cluster, service and task",
            holds=f"{log.name} records cluster, service and task",
            negative=True,
            concerned=each.concerned,
            unreported=not each.asked,
            changes=log.format.to(whole_format(log)),
        )


def _has_fields(log: FlowLog) -> Fact:
    return ~lacks_fields(log, TASK_FIELDS)
