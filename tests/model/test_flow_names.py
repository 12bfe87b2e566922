"""What flows call the ends of a stack: by kind and short name, or by address where that is two."""

from pathlib import Path

import pytest

from taskwall.lowering import lower
from taskwall.model.entities.security_group import SecurityGroup
from taskwall.model.flows.ends import group_interface, interfaces
from taskwall.readers import terraform
from taskwall.source.files import Files
from taskwall.source.stack import Inputs

STACK = """
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_subnet" "main" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_ecs_cluster" "main" { name = "main" }
resource "aws_ecs_task_definition" "main" {
  family       = "main"
  network_mode = "awsvpc"
}
"""
NETWORK = "network_configuration {\n    subnets = [aws_subnet.main.id]\n  }"


def made(kind: str, name: str, *lines: str) -> str:
    """A resource."""
    body = "".join(f"  {line}\n" for line in lines)
    return f'resource "{kind}" "{name}" {{\n{body}}}\n'


def service(name: str) -> str:
    """A service on Fargate."""
    return made("aws_ecs_service", name, 'launch_type = "FARGATE"', NETWORK)


def task_set(name: str) -> str:
    """A task set, which is long-running as a service is."""
    return made(
        *("aws_ecs_task_set", name, "cluster = aws_ecs_cluster.main.id", 'service = "far"'),
        *("task_definition = aws_ecs_task_definition.main.arn", 'launch_type = "FARGATE"', NETWORK),
    )


TASK = "task_definition_arn = aws_ecs_task_definition.main.arn"


def event(name: str) -> str:
    """A task that an event starts."""
    return made(
        *("aws_cloudwatch_event_target", name, "arn = aws_ecs_cluster.main.arn"),
        f'ecs_target {{\n  launch_type = "FARGATE"\n  {TASK}\n  {NETWORK}\n  }}',
    )


def schedule(name: str) -> str:
    """A task that a schedule starts."""
    parameters = f'ecs_parameters {{\n  launch_type = "FARGATE"\n  {TASK}\n  {NETWORK}\n  }}'
    return made(
        *("aws_scheduler_schedule", name),
        f"target {{\n  arn = aws_ecs_cluster.main.arn\n  {parameters}\n  }}",
    )


IN_SUBNET = "subnets = [aws_subnet.main.id]"


def balancer(name: str, kind: str = "aws_lb") -> str:
    """A load balancer."""
    return made(kind, name, IN_SUBNET)


def store(name: str, kind: str = "aws_db_instance") -> str:
    """A database."""
    return made(kind, name, 'engine = "postgres"')


def proxy(name: str) -> str:
    """A proxy of a database."""
    return made("aws_db_proxy", name, "vpc_subnet_ids = [aws_subnet.main.id]")


def function(name: str, kind: str = "aws_lambda_function") -> str:
    """A function in the VPC."""
    return made(kind, name, "vpc_config {\n    subnet_ids = [aws_subnet.main.id]\n  }")


def instance(name: str) -> str:
    """A container instance."""
    return made(
        *("aws_instance", name, "subnet_id = aws_subnet.main.id"),
        'user_data = "#!/bin/bash\\necho ECS_CLUSTER=main >> /etc/ecs/ecs.config\\n"',
    )


def endpoint(name: str) -> str:
    """An interface endpoint."""
    return made(
        *("aws_vpc_endpoint", name, "vpc_id = aws_vpc.main.id", 'vpc_endpoint_type = "Interface"'),
        'service_name = "com.amazonaws.eu-west-1.ecr.api"',
    )


NAMES: dict[str, tuple[str, list[str]]] = {
    "a service": (service("web"), ["service:web"]),
    "a task set": (task_set("web"), ["service:web"]),
    "a service and a task set of one name": (
        service("web") + task_set("web"),
        ["service:aws_ecs_service.web", "service:aws_ecs_task_set.web"],
    ),
    "a task of an event": (event("job"), ["task:job"]),
    "a task of a schedule": (schedule("job"), ["task:job"]),
    "tasks of two names": (event("day") + schedule("night"), ["task:day", "task:night"]),
    "tasks of one name": (
        event("job") + schedule("job"),
        ["task:aws_cloudwatch_event_target.job", "task:aws_scheduler_schedule.job"],
    ),
    # Of two kinds the kind says which one it is.
    "a task and a service of one name": (
        event("web") + service("web"),
        ["service:web", "task:web"],
    ),
    "a load balancer": (balancer("edge"), ["lb:edge"]),
    "load balancers of one name": (
        balancer("edge") + balancer("edge", "aws_elb"),
        ["lb:aws_elb.edge", "lb:aws_lb.edge"],
    ),
    "a load balancer and a service of one name": (
        balancer("web") + service("web"),
        ["lb:web", "service:web"],
    ),
    "a database": (store("main"), ["store:main"]),
    "databases of one name": (
        store("main") + store("main", "aws_rds_cluster"),
        ["store:aws_db_instance.main", "store:aws_rds_cluster.main"],
    ),
    "a database and its proxy of one name": (
        store("main") + proxy("main"),
        ["proxy:main", "store:main"],
    ),
    "a function": (function("job"), ["function:job"]),
    "an instance": (instance("host"), ["instances:host"]),
    "an endpoint": (endpoint("ecr"), ["endpoint:ecr"]),
    "what a module calls its only one": (service("this"), ["service:this"]),
}


def named(text: str) -> list[str]:
    """What the ends of a stack are called."""
    (stack,), errors = terraform.stacks(
        ["/net/main.tf"], Files({"/net/main.tf": STACK + text}), Inputs(boundary="/net")
    )
    assert not errors
    network = lower(stack.evaluate({}).resources).network
    return sorted({each.end for each in interfaces(network, possible=False)})


@pytest.mark.parametrize(("text", "names"), NAMES.values(), ids=NAMES)
def test_what_an_end_is_called(text: str, names: list[str]) -> None:
    """Two of one kind and name go by their addresses, so that flows say which one it is."""
    assert named(text) == names


def test_ends_of_modules_are_called_by_their_module(tmp_path: Path) -> None:
    """What a module calls its only one of a kind says nothing beside the module's name."""
    main = 'module "a" { source = "./m" }\nmodule "b" { source = "./m" }\n'
    (tmp_path / "m").mkdir()
    (tmp_path / "m" / "main.tf").write_text(STACK + service("this") + event("job"))
    (tmp_path / "main.tf").write_text(main)
    (stack,), errors = terraform.stacks(
        [str(tmp_path / "main.tf")], Files(), Inputs(boundary=str(tmp_path))
    )
    assert not errors
    network = lower(stack.evaluate({}).resources).network

    assert sorted({each.end for each in interfaces(network, possible=False)}) == [
        "service:module.a",
        "service:module.b",
        "task:module.a.job",
        "task:module.b.job",
    ]


VPC = "vpc_id = aws_vpc.main.id"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (made("aws_security_group", "web", VPC), ["group:web"]),
        (
            made("aws_security_group", "web", VPC) + made("aws_security_group", "own", VPC),
            ["group:own", "group:web"],
        ),
        (
            made("aws_security_group", "web", VPC) + made("aws_default_security_group", "web", VPC),
            ["group:aws_default_security_group.web", "group:aws_security_group.web"],
        ),
    ],
)
def test_what_uses_a_group_is_called_by_it(text: str, names: list[str]) -> None:
    """Where nothing that is read has the group, an end is whatever has it."""
    (stack,), errors = terraform.stacks(
        ["/net/main.tf"], Files({"/net/main.tf": STACK + text}), Inputs(boundary="/net")
    )
    assert not errors
    network = lower(stack.evaluate({}).resources).network

    found = [group_interface(network, group) for group in network.every(SecurityGroup)]
    assert sorted(each.end for each in found) == names
