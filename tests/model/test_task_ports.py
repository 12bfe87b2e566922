"""On which ports tasks serve, and which ports of their instances they publish."""

import pytest

from taskwall.lowering import lower
from taskwall.model.compute.dynamic_ports import dynamic_ports_anywhere
from taskwall.model.core.address import Ranges
from taskwall.model.core.network import Network
from taskwall.model.entities.ecs import TaskSource
from taskwall.model.exposure.task_ports import offered, published, served
from taskwall.model.permissions.ports import Ports
from taskwall.readers import terraform
from taskwall.source.files import Files
from taskwall.source.stack import Inputs

SOURCE = """
variable "given" {}
data "aws_lb_target_group" "seen" { name = "seen" }
resource "aws_ecs_task_definition" "web" {
  family                = "web"
  network_mode          = MODE
  container_definitions = jsonencode([{ name = "web", portMappings = MAPPINGS }])
}
resource "aws_lb_target_group" "web" {
  port     = 80
  protocol = PROTOCOL
  health_check { port = CHECK }
}
resource "aws_ecs_service" "web" {
  task_definition = DEFINITION
  MORE
}
"""
DEFAULTS = {
    "MODE": '"awsvpc"',
    "MAPPINGS": "[{ containerPort = 8080 }]",
    "PROTOCOL": '"HTTP"',
    "CHECK": '"traffic-port"',
    "DEFINITION": "aws_ecs_task_definition.web.arn",
    "MORE": "",
}
BOUND = """load_balancer {
    target_group_arn = aws_lb_target_group.web.arn
    container_name   = "web"
    container_port   = BOUND
  }"""
OWN, SEEN = "aws_lb_target_group.web.arn", "data.aws_lb_target_group.seen.arn"
EITHER = f"[{OWN}, {SEEN}][var.given]"
CONNECT = """service_connect_configuration {
    enabled   = true
    namespace = "shop"
    service {
      port_name             = "PORT_NAME"
      ingress_port_override = INGRESS
    }
  }"""


def read(changes: dict[str, str], more: str = "") -> tuple[Network, TaskSource]:
    """The network, with some changes, and its service."""
    text = SOURCE
    for word, meant in (DEFAULTS | changes).items():
        text = text.replace(f"= {word}", f"= {meant}").replace(f"  {word}\n", f"  {meant}\n")
    files = Files({"/net/main.tf": text + more})
    (stack,), errors = terraform.stacks(["/net/main.tf"], files, Inputs(boundary="/net"))
    assert not errors
    network = lower(stack.evaluate({}).resources).network
    (source,) = network.every(TaskSource)
    return network, source


def ports(changes: dict[str, str], ask: object, more: str = "") -> Ports:
    """What is said of the ports of the service, with some changes."""
    assert callable(ask)
    found = ask(*read(changes, more))
    assert isinstance(found, Ports)
    return found


def told(found: Ports) -> tuple[str, str, bool]:
    """Ports over TCP and UDP in words, and whether there may be more."""
    return spoken(found.tcp), spoken(found.udp), bool({need.name for need in found.needs})


def spoken(found: Ranges) -> str:
    """Ports in words."""
    return ",".join(str(a) if a == b else f"{a}-{b}" for a, b in found.spans)


def mapped(*mappings: str) -> dict[str, str]:
    """Port mappings of the container."""
    return {"MAPPINGS": f"[{', '.join(f'{{ {each} }}' for each in mappings)}]"}


UDP = 'containerPort = 53, protocol = "udp"'
RANGE = 'containerPortRange = "9000-9010"'


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, ("8080", "", False)),
        (mapped(), ("", "", False)),
        (mapped("containerPort = 80", UDP), ("80", "53", False)),
        (mapped(RANGE), ("9000-9010", "", False)),
        (mapped("containerPort = var.given"), ("", "", True)),
        (mapped("containerPort = 53, protocol = var.given"), ("", "", True)),
        ({"MAPPINGS": "var.given"}, ("", "", True)),
        ({"DEFINITION": "var.given"}, ("", "", True)),
        ({"MORE": BOUND.replace("BOUND", "9090")}, ("8080,9090", "", False)),
        ({"MORE": BOUND.replace("BOUND", "var.given")}, ("8080", "", True)),
        ({"MORE": BOUND.replace("BOUND", "9090"), "CHECK": '"9100"'}, ("8080,9090,9100", "",
                                                                     False)),
        ({"MORE": BOUND.replace("BOUND", "9090"), "PROTOCOL": '"UDP"'},
         ("8080,9090", "9090", False)),
        ({"MORE": BOUND.replace("BOUND", "9090"), "PROTOCOL": "var.given"},
         ("8080,9090", "", False)),
        ({"MORE": BOUND.replace("BOUND", "9090").replace(OWN, EITHER)}, ("8080,9090", "", True)),
        # A target group from elsewhere may check another port.
        ({"MORE": BOUND.replace("BOUND", "9090").replace(OWN, SEEN)}, ("8080,9090", "", True)),
    ],
)  # fmt: skip
def test_where_tasks_serve(changes: dict[str, str], said: tuple[str, str, bool]) -> None:
    """On the ports of their containers, and on those at which target groups check them."""
    assert told(ports(changes, served)) == said


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        (mapped("containerPort = var.given"), {("tcp", "var.given")}),
        (mapped('containerPort = var.given, protocol = "udp"'), {("udp", "var.given")}),
        (mapped("containerPort = 80, hostPort = var.given"), set()),
        ({"MORE": BOUND.replace("BOUND", "var.given")}, {("tcp", "var.given")}),
        ({"MORE": BOUND.replace("BOUND", "var.given + 1")}, set()),
        ({"MORE": BOUND.replace("BOUND", "9090"), "CHECK": "var.given"}, {("tcp", "var.given")}),
    ],
)
def test_a_port_that_is_an_input_goes_by_its_name(
    changes: dict[str, str], named: set[tuple[str, str]]
) -> None:
    """So that a rule for the same input is for the same port, whatever that is."""
    assert ports(changes, served).named == named


HOST, BRIDGE = {"MODE": '"host"'}, {"MODE": '"bridge"'}
DYNAMIC = "32768-65535"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (HOST, ("8080", "", False)),
        (HOST | mapped("containerPort = 80, hostPort = 80"), ("80", "", False)),
        (BRIDGE, (DYNAMIC, "", False)),
        (BRIDGE | mapped("containerPort = 80, hostPort = 0"), (DYNAMIC, "", False)),
        (BRIDGE | mapped("containerPort = 80, hostPort = 8080"), ("8080", "", False)),
        (BRIDGE | mapped("containerPort = 80, hostPort = var.given"), ("", "", True)),
        (BRIDGE | mapped(f"{UDP}, hostPort = 5353"), ("", "5353", False)),
        (BRIDGE | mapped(UDP), ("", DYNAMIC, False)),
        ({"MODE": "var.given"} | mapped("containerPort = 80, hostPort = 8080"), ("8080", "", True)),
        (BRIDGE | {"DEFINITION": '"elsewhere:1"'}, ("", "", True)),
    ],
)
def test_what_tasks_publish(changes: dict[str, str], said: tuple[str, str, bool]) -> None:
    """The ports of the instance: the container's own, those that are given, or any of Docker's."""
    assert told(ports(changes, published)) == said


HOSTS = """
resource "aws_ecs_cluster" "main" { name = "main" }
resource "aws_launch_template" "one" { user_data = base64encode("ONE") }
resource "aws_launch_template" "two" { user_data = base64encode("TWO") }
"""
ON_HOSTS = BRIDGE | {"MORE": 'cluster = aws_ecs_cluster.main.id\n  launch_type = "EC2"'}


def configured(*settings: str) -> str:
    """User data that joins the cluster, with some settings of the agent."""
    lines = ("#!/bin/bash", *(f"echo {each} >> /etc/ecs/ecs.config" for each in settings))
    return "\\n".join((*lines, "echo ECS_CLUSTER=main >> /etc/ecs/ecs.config", ""))


def ranged(ports: str) -> str:
    """User data that sets the range of dynamic ports."""
    return configured(f"ECS_DYNAMIC_HOST_PORT_RANGE={ports}")


@pytest.mark.parametrize(
    ("one", "two", "said"),
    [
        (configured(), configured(), (DYNAMIC, "", False)),
        (ranged("40000-40009"), ranged("40000-40009"), ("40000-40009", "", False)),
        (ranged("40000-40009"), ranged("50000-50009"), ("40000-40009,50000-50009", "", False)),
        (ranged("40000-40009"), ranged("${var.given}"), ("40000-40009", "", True)),
        (ranged("40000"), ranged("40000"), ("40000", "", False)),
        (ranged("40000-65535"), ranged("40000-65535"), ("40000-65535", "", False)),
        (ranged("1-9"), ranged("1-9"), ("1-9", "", False)),
        # The agent passes over what is no range of ports.
        (ranged("0-9"), ranged("0-9"), (DYNAMIC, "", False)),
        (ranged("40009-40000"), ranged("40009-40000"), (DYNAMIC, "", False)),
        (ranged("40000-65536"), ranged("40000-65536"), (DYNAMIC, "", False)),
        (ranged("many"), ranged("many"), (DYNAMIC, "", False)),
    ],
)  # fmt: skip
def test_docker_takes_ports_of_the_range_of_each_instance(
    one: str, two: str, said: tuple[str, str, bool]
) -> None:
    """Where instances differ, of any of them; what an agent cannot read changes nothing."""
    hosts = HOSTS.replace("ONE", one).replace("TWO", two)
    assert told(ports(ON_HOSTS, published, hosts)) == said


@pytest.mark.parametrize(
    ("two", "some"),
    [
        (ranged("50000-50009"), "40000-40009,50000-50009"),
        (ranged("40000-40009"), "40000-40009"),
        (ranged("${var.given}"), None),
    ],
)
def test_the_range_of_all_instances_is_known_if_that_of_each_is(two: str, some: str | None) -> None:
    """What is enough for all of them is all that any may take."""
    hosts = HOSTS.replace("ONE", ranged("40000-40009")).replace("TWO", two)
    found = dynamic_ports_anywhere(*read(ON_HOSTS, hosts))

    assert (None if found.some is None else spoken(found.some)) == some
    assert [spoken(each) for each in found.enough] == ([] if some is None else [some])


WINDOWS = "49152-65535"
POWERSHELL = r"<powershell>\nInitialize-ECSAgent -Cluster main\n</powershell>"
CLUSTER = 'resource "aws_ecs_cluster" "main" { name = "main" }'
INSTANCE = """
resource "aws_instance" "host" {
  ami = "resolve:ssm:/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id"
  launch_template { id = TEMPLATE }
}
"""
OF_INSTANCE = """
resource "aws_launch_template" "host" { user_data = base64encode("DATA") }
"""


def on_family(family: str) -> dict[str, str]:
    """Tasks in bridge mode of an operating system family."""
    os = f"runtime_platform {{ operating_system_family = {family} }}"
    return ON_HOSTS | {"MODE": f'"bridge"\n  {os}'}


def of_template(template: str, data: str = "") -> str:
    """An instance of a launch template, and that template, if it has user data."""
    more = OF_INSTANCE.replace("DATA", data) if data else ""
    return CLUSTER + INSTANCE.replace("TEMPLATE", template) + more


def on_two(one: str, two: str) -> str:
    """Two launch templates, each with its user data."""
    return HOSTS.replace("ONE", one).replace("TWO", two)


EITHER = INSTANCE.replace(
    "TEMPLATE", "var.given ? aws_launch_template.one.id : aws_launch_template.two.id"
)
TEMPLATE, SERVER = "aws_launch_template.host.id", '"WINDOWS_SERVER_2022_CORE"'


@pytest.mark.parametrize(
    ("changes", "hosts", "some", "sure", "needs"),
    [
        pytest.param(ON_HOSTS, "", DYNAMIC, DYNAMIC, [], id="none seen"),
        pytest.param(
            ON_HOSTS, of_template('"lt-1"'), None, "", ["lt-1"], id="template from elsewhere"
        ),
        pytest.param(
            ON_HOSTS, of_template("var.given"), None, "", ["var.given"], id="template by an input"
        ),
        pytest.param(
            ON_HOSTS, of_template(TEMPLATE, configured()), DYNAMIC, DYNAMIC, [], id="of a template"
        ),
        pytest.param(
            ON_HOSTS, of_template(TEMPLATE, ranged("1-9")), "1-9", "1-9", [], id="template's range"
        ),
        pytest.param(
            ON_HOSTS, of_template(TEMPLATE, ranged("${var.given}")), None, "", ["var.given"],
            id="template's range by an input",
        ),
        pytest.param(
            ON_HOSTS, on_two(ranged("1-9"), ranged("20-29")) + EITHER,
            None, "1-9,20-29", ["var.given"], id="either template",
        ),
        pytest.param(on_family(SERVER), "", WINDOWS, WINDOWS, [], id="Windows, none seen"),
        pytest.param(
            on_family(SERVER), on_two(configured(), configured()), WINDOWS, WINDOWS, [],
            id="Windows",
        ),
        pytest.param(
            on_family(SERVER), on_two(ranged("1-9"), configured()),
            f"1-9,{WINDOWS}", f"1-9,{WINDOWS}", [], id="Windows, one with a range",
        ),
        pytest.param(on_family('"LINUX"'), "", DYNAMIC, DYNAMIC, [], id="Linux"),
        pytest.param(
            on_family("var.given"), "", DYNAMIC, WINDOWS, ["var.given"], id="either system"
        ),
        pytest.param(
            on_family("var.given"), on_two(ranged("1-9"), ranged("1-9")), "1-9", "1-9", [],
            id="either system, with a range",
        ),
        pytest.param(
            on_family("var.given"), on_two(ranged("1-9"), configured()),
            f"1-9,{DYNAMIC}", f"1-9,{WINDOWS}", ["var.given"], id="either system, one with a range",
        ),
        pytest.param(
            on_family("var.given"), on_two(ranged("${var.given}"), configured()),
            None, WINDOWS, ["var.given"], id="either system, one with a range of that input",
        ),
        pytest.param(
            ON_HOSTS, on_two(POWERSHELL, POWERSHELL), WINDOWS, WINDOWS, [], id="PowerShell"
        ),
        pytest.param(
            ON_HOSTS, on_two(POWERSHELL, configured()), DYNAMIC, DYNAMIC, [], id="PowerShell on one"
        ),
    ],
)  # fmt: skip
def test_dynamic_ports_are_those_of_the_system_unless_the_agent_names_others(
    changes: dict[str, str], hosts: str, some: str | None, sure: str, needs: list[str]
) -> None:
    """Amazon ECS API reference, PortMapping; a template that is not seen may name any."""
    found = dynamic_ports_anywhere(*read(changes, hosts))

    assert (None if found.some is None else spoken(found.some)) == some
    assert spoken(found.sure) == sure
    assert [need.name for need in found.needs] == needs


@pytest.mark.parametrize(
    ("changes", "hosts", "certain"),
    [
        pytest.param(ON_HOSTS, "", None, id="Linux, whose last port may be another"),
        pytest.param(on_family(SERVER), "", (49152, 65535), id="Windows"),
        pytest.param(on_family("var.given"), "", None, id="either system"),
        pytest.param(ON_HOSTS, on_two(ranged("1-9"), ranged("1-9")), (1, 9), id="one range"),
        pytest.param(ON_HOSTS, on_two(ranged("7"), ranged("7")), (7, 7), id="one port"),
        pytest.param(ON_HOSTS, on_two(ranged("1-9"), ranged("20-29")), None, id="two ranges"),
        pytest.param(ON_HOSTS, on_two(ranged("1-9"), ranged("10-29")), (1, 29), id="side by side"),
        pytest.param(
            ON_HOSTS, on_two(ranged("1-9"), ranged("${var.given}")), None, id="one by an input"
        ),
        pytest.param(ON_HOSTS, of_template('"lt-1"'), None, id="template from elsewhere"),
    ],
)
def test_messages_name_a_range_only_where_any_of_it_may_be_taken(
    changes: dict[str, str], hosts: str, certain: tuple[int, int] | None
) -> None:
    """Its first and last port, if it has no gap and waits for nothing."""
    assert dynamic_ports_anywhere(*read(changes, hosts)).certain_range == certain


def offers(name: str, ingress: str = "null") -> dict[str, str]:
    """A service that others reach by Service Connect."""
    return {"MORE": CONNECT.replace("PORT_NAME", name).replace("INGRESS", ingress)}


FOUND = {"MORE": 'service_registries { registry_arn = "arn:aws:servicediscovery:x" }'}
MAYBE_FOUND = {
    "MORE": """dynamic "service_registries" {
    for_each = var.given
    content { registry_arn = "arn:aws:servicediscovery:x" }
  }"""
}
HTTP = mapped('containerPort = 8080, name = "http"')


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, ("", "", False)),
        (HTTP | offers("http"), ("8080", "", False)),
        (HTTP | offers("http", "9000"), ("9000", "", False)),
        (HTTP | offers("http", "var.given"), ("", "", True)),
        (HTTP | offers("other"), ("", "", True)),
        (mapped("containerPort = 8080, name = var.given") | offers("http"), ("8080", "", False)),
        ({"DEFINITION": "var.given"} | offers("http"), ("", "", True)),
        # Cloud Map leads to all that is mapped.
        (FOUND, ("8080", "", False)),
        (FOUND | mapped("containerPort = 80", UDP), ("80", "53", False)),
        (FOUND | mapped("containerPort = var.given"), ("", "", True)),
        (FOUND | {"MAPPINGS": "var.given"}, ("", "", True)),
        (FOUND | {"DEFINITION": "var.given"}, ("", "", True)),
        (MAYBE_FOUND, ("", "", True)),
        (MAYBE_FOUND | mapped("containerPort = 80", UDP), ("", "", True)),
    ],
)
def test_what_tasks_offer(changes: dict[str, str], said: tuple[str, str, bool]) -> None:
    """By Service Connect: the port of that name, or the one at which the proxy takes it."""
    assert told(ports(changes, offered)) == said


@pytest.mark.parametrize(
    ("changes", "needs"),
    [
        (HTTP | offers("other"), "a port of aws_ecs_service.web is not mapped"),
        ({"DEFINITION": "var.given"} | offers("http"), "var.given has no default"),
        (HTTP | offers("${var.given}"), "var.given has no default"),
    ],
)
def test_a_port_that_is_not_mapped_waits_for_what_would_map_it(
    changes: dict[str, str], needs: str
) -> None:
    """For the task definition, or the name of the port, where that is not known."""
    (need,) = ports(changes, offered).needs
    assert f"{need.name} {need.why}" == needs
