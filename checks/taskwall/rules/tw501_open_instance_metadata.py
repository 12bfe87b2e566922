"""TW501: Container instances block instance metadata for awsvpc tasks.

What: Container instances that awsvpc tasks can be placed on do not set ECS_AWSVPC_BLOCK_IMDS=true
    (Bottlerocket: awsvpc-block-imds, Windows: -AwsvpcBlockIMDS). Values that the agent ignores
    count as not set: a quoted "true", yes, a comment, an export, a line that a later line
    overrides. If nothing that is scanned has a task definition, any kind of task may be
    placed there; if only other stacks have some, it is not known which are.
Why: Instance metadata gives the credentials of the instance role to every process that requests
    them. A task that can reach it has the permissions of the instance in addition to its own,
    whatever its task role is.
Fine when: A task must read instance metadata itself. Managed Instances and Fargate block it
    already. User data that is not in the sources cannot be judged; files that cfn-init writes are
    read, scripts that user data downloads are not.
Terraform: In user data, for an image of Amazon Linux (Bottlerocket: awsvpc-block-imds = true under
    [settings.ecs], Windows: Initialize-ECSAgent -AwsvpcBlockIMDS):
    user_data = base64encode(<<-EOF
      #!/bin/bash
      echo ECS_AWSVPC_BLOCK_IMDS=true >> /etc/ecs/ecs.config
    EOF
    )
CloudFormation: In user data, for an image of Amazon Linux (Bottlerocket: awsvpc-block-imds = true
    under [settings.ecs], Windows: Initialize-ECSAgent -AwsvpcBlockIMDS):
    UserData:
      Fn::Base64: |
        #!/bin/bash
        echo ECS_AWSVPC_BLOCK_IMDS=true >> /etc/ecs/ecs.config
Guide: block-metadata
See: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-agent-config.html
    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
    https://bottlerocket.dev/en/os/latest/api/settings/ecs/
"""

from collections.abc import Iterator

from taskwall.core.facts import FALSE, Fact, all_of, any_of
from taskwall.core.values import Need, is_output
from taskwall.model.compute.container_instances import ContainerInstances, container_instances
from taskwall.model.compute.launch_type import awsvpc
from taskwall.model.compute.placement import (
    any_task,
    can_be_placed,
    kinds_near,
    on_unseen_instances,
)
from taskwall.model.core.network import Network
from taskwall.model.entities.ecs import TaskDefinition, TaskSource
from taskwall.rules._rule import Verdict, cannot_be_seen, rule


@rule("medium", default=True, pci=True)
def open_instance_metadata(network: Network) -> Iterator[Verdict]:
    for member in container_instances(network):
        agent = member.instances.agent
        if agent is None:
            continue
        name = member.instances.name
        blocks = agent.setting(
            "ECS_AWSVPC_BLOCK_IMDS", False, "the agent does not block metadata by default"
        )
        yield Verdict(
            member.instances.origin,
            blocks.place,
            ~blocks.is_(True),
            f"awsvpc tasks on {name} can read its instance metadata and credentials",
            holds=f"{name} blocks its instance metadata for awsvpc tasks",
            about=agent.question(member.instances.id),
            concerned=member.fact & _awsvpc(network, member),
            changes=agent.given(member.instances.id, "ECS_AWSVPC_BLOCK_IMDS", "true"),
            remedy=agent.remedy("ECS_AWSVPC_BLOCK_IMDS", "true"),
        )
    for each in on_unseen_instances(network):
        needs_it = each.fact & awsvpc(network, each.source)
        if needs_it.truth is not False:
            message = f"awsvpc tasks of {each.source.name} can read the metadata of their instances"
            yield cannot_be_seen(each.source.origin, each.at, message, each.needs, needs_it)
            break


def _awsvpc(network: Network, member: ContainerInstances) -> Fact:
    """Whether awsvpc tasks can be placed on container instances."""
    near = kinds_near(network, member)
    parts = []
    for source in near:
        found = can_be_placed(network, member, source) & awsvpc(network, source)
        if found.truth is True:
            return found
        parts.append(found)
    if all(each.origin.silent for each in network.every(TaskDefinition)):
        if "task definitions" in network.policy.others_have:
            return _of_other_stacks(network, member)
        absent = [need for source in near for need in _of_absent_module(source)]
        text = f"tasks of an absent module run on {member.instances.name}"
        at = member.instances.origin.header
        perhaps = Fact(None, text, at, member.instances.name, tuple(absent))
        return all_of((any_task(network, member), *[perhaps] * bool(absent)))
    return any_of(parts)


def _of_other_stacks(network: Network, member: ContainerInstances) -> Fact:
    """Whether awsvpc tasks of other stacks of the scan, which are all that it has, run there."""
    if "awsvpc tasks" not in network.policy.others_have:
        return FALSE
    name, at = member.instances.name, member.instances.origin.header
    why = "are in other stacks, of which nothing says that they run there"
    needs = (Need(f"the tasks on {name}", why),)
    return Fact(None, f"awsvpc tasks can be placed on {name}", at, name, needs)


def _of_absent_module(source: TaskSource) -> tuple[Need, ...]:
    """What the task definition of a source waits for, if a module that is not there makes it."""
    link = source.task_definition
    absent = link is not None and is_output(link.to) and not link.exact
    return link.waits() if link is not None and absent else ()
