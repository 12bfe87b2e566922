"""TW201: Tasks use the awsvpc network mode.

What: A task definition sets network mode bridge or host, or sets none, which means bridge on EC2
    (on Windows: NAT).
Why: Only in awsvpc mode does a task have a network interface of its own. In the other modes, tasks
    share the security groups of the instance, so they cannot be separated from each other; in host
    mode, a task can also reach everything that the instance can reach, including its metadata and
    credentials.
Fine when: Tasks run only on external instances (ECS Anywhere), which do not support awsvpc mode, or
    have no network at all; both are not judged.
Terraform: To leave the network of the instances is a design decision. Set the mode, give each
    service a network_configuration with subnets and a group of its own, and each of its target
    groups the type ip (which replaces the target group):
    network_mode = "awsvpc"
CloudFormation: To leave the network of the instances is a design decision. Set the mode, give each
    service a NetworkConfiguration with subnets and a group of its own, and each of its target
    groups the type ip (which replaces the target group):
    NetworkMode: awsvpc
Guide: awsvpc-mode
See: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-networking.html
"""

from collections.abc import Iterator

from taskwall.core.facts import Fact, all_of, any_of
from taskwall.model.compute.launch_type import awsvpc, runs_on, sources_of_definition
from taskwall.model.core.network import Network
from taskwall.model.entities.ecs import Launch, TaskDefinition, TaskSource
from taskwall.rules._rule import Verdict, rule


@rule("medium", default=True, pci=True)
def shared_network_mode(network: Network) -> Iterator[Verdict]:
    for definition in network.every(TaskDefinition):
        mode, name = definition.mode, definition.name
        violated = ~mode.is_("awsvpc", "none")
        concerned = ~_only_on(network, definition, "EXTERNAL")
        if mode.known == "none":
            continue
        if mode.value is None or (mode.known is None and not mode.open):
            # Without a mode the others cannot be registered or started: invalid, not insecure.
            concerned = ~_only_on(network, definition, "FARGATE", "MANAGED_INSTANCES", "EXTERNAL")
            default = "NAT" if definition.windows.truth else "bridge"
            text = f"{name} does not set {mode.name}: {default} is the default on EC2"
            violated = Fact(True, text, mode.place, name)
        shown = f" (network mode {mode.known})" if mode.known else ""
        yield Verdict(
            definition.origin,
            mode.place,
            violated,
            f"tasks of {name} share their instance's network{shown}",
            holds=f"tasks of {name} have network interfaces of their own (awsvpc)",
            severity="high" if mode.known == "host" else None,
            concerned=concerned,
            unreported=violated.truth is None and _has_own_interfaces(network, definition),
        )


def _has_own_interfaces(network: Network, definition: TaskDefinition) -> bool:
    """Whether a source certainly starts a definition as AWS does in awsvpc mode only.

    Whoever gives it another mode would have it refused, so nobody has to be asked.
    """
    return any(
        link.fact.truth and awsvpc(network, source).truth
        for source, link in sources_of_definition(network, definition)
    )


def _only_on(network: Network, definition: TaskDefinition, *launches: Launch) -> Fact:
    """Whether tasks of a definition can only run on the launch types."""
    if definition.requires:
        fits = [need.is_(*launches) for need in definition.requires]
        # Registered for Fargate beside EC2, a definition without a mode is refused as well.
        every = "EXTERNAL" in launches and len(launches) == 1
        return all_of(fits) if every else any_of(fits)
    sources = sources_of_definition(network, definition)
    started = [(link.fact, _started_on(network, source, *launches)) for source, link in sources]
    # What nobody starts may run on EC2.
    others = any_of(link for link, _ in started)
    return all_of((others, *(there | ~link for link, there in started)))


def _started_on(network: Network, source: TaskSource, *launches: Launch) -> Fact:
    """Whether a source starts tasks on one of the launch types, in a stack that AWS accepts.

    A capacity provider that is not known is none of them: external instances have no provider, and
    where Fargate and Managed Instances are asked for too, no mode is set, with which these refuse
    a definition. Only a launch type that is not known leaves it open.
    """
    found = runs_on(network, source, *launches)
    if found.truth is None and not source.runs_on.needs:
        sentence = f"{source.name} starts it on EC2 instances"
        return Fact(False, found.text, found.place, source.name, otherwise=sentence)
    return found
