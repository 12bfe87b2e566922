"""TW506: Agent settings are on instances that run tasks.

What: User data configures an ECS agent, and its cluster has tasks on Fargate, but none that can run
    on these instances: no task in the sources is ever placed here.
Why: Fargate has no agent that could be configured. Somebody who reads these settings believes that
    they protect tasks, but they do not.
Fine when: Tasks are started here by something that is not in the sources (a pipeline, RunTask).
    Clusters without a task source on Fargate in the sources are not judged.
Terraform: Whether the instances stay is a design decision. Remove the instances, or run tasks on
    them (launch_type = "EC2").
CloudFormation: Whether the instances stay is a design decision. Remove the instances, or run tasks
    on them (LaunchType: EC2).
Guide: agent-not-on-fargate
See: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-agent-config.html
"""

from collections.abc import Iterator

from taskwall.core.facts import all_of, any_of
from taskwall.model.compute.container_instances import container_instances
from taskwall.model.compute.launch_type import runs_on, strategy
from taskwall.model.compute.placement import can_be_placed, joins_cluster_of, kinds_near
from taskwall.model.core.network import Network
from taskwall.model.entities.ecs import TaskSource
from taskwall.rules._rule import Verdict, rule


@rule("info")
def idle_agent_settings(network: Network) -> Iterator[Verdict]:
    for member in container_instances(network):
        agent, name = member.instances.agent, member.instances.name
        if agent is None or agent.joins.truth is False:
            continue
        sources = kinds_near(network, member)
        here = any_of(can_be_placed(network, member, source) for source in sources)
        cluster = any_of(joins_cluster_of(member, source) for source in sources)
        elsewhere = (s for s in sources if not _runs_on_all(network, s))
        idle = any_of(
            joins_cluster_of(member, source) & runs_on(network, source, "FARGATE")
            for source in elsewhere
        )
        yield Verdict(
            member.instances.origin,
            agent.place,
            ~here & idle,
            f"agent settings of {name} have no effect, since no task runs there",
            holds=f"tasks run on {name}, so its agent settings have an effect",
            about=agent.question(member.instances.id),
            negative=True,
            concerned=all_of((agent.joins, cluster, here | idle)),
            unreported=agent.joins.truth is None,  # it may be no container instance at all
            asked_by=("TW501", "TW502", "TW504", "TW505"),
        )


def _runs_on_all(network: Network, source: TaskSource) -> bool:
    """Whether tasks of a source can be placed on all instances that join its cluster."""
    on_ec2 = runs_on(network, source, "EC2").truth is True
    return on_ec2 and not strategy(network, source).providers
