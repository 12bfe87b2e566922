"""On which ports containers serve, by what their mappings say, and what their proxies take."""

import pytest

from lowering.networks import network, said
from taskwall.model.core.address import Ranges
from taskwall.model.entities.ecs import TaskSource
from taskwall.model.exposure.task_ports import PortMapping, ProxyPort, served
from taskwall.model.permissions.ports import Ports

TASK = """
variable "v" {{}}
variable "w" {{}}
resource "aws_ecs_task_definition" "t" {{
  network_mode          = "awsvpc"
  container_definitions = {containers}
  {proxy}
}}
resource "aws_ecs_service" "s" {{ task_definition = aws_ecs_task_definition.t.arn }}
"""
Spans = tuple[tuple[int, int], ...]


def read(containers: str, proxy: str = "") -> tuple[list[PortMapping], list[ProxyPort], Ports]:
    """The mappings of a task definition, the ports of its proxy, and all that a service serves."""
    found = network(TASK.format(containers=containers, proxy=proxy))
    (source,) = found.every(TaskSource)
    return [*found.every(PortMapping)], [*found.every(ProxyPort)], served(found, source)


def of(mapping: str) -> str:
    """Containers, of which one maps a port."""
    return f'jsonencode([{{ name = "c", portMappings = [{{ {mapping} }}] }}])'


def spans(ranges: Ranges | None) -> Spans | None:
    """The first and last port of each range."""
    return None if ranges is None else ranges.spans


@pytest.mark.parametrize(
    ("mapping", "inside", "outside", "transport"),
    [
        ("containerPort = 80", ((80, 80),), (), "tcp"),
        ('containerPort = "80", hostPort = 0', ((80, 80),), (), "tcp"),
        (
            'containerPort = 80, hostPort = 8080, protocol = "UDP"',
            ((80, 80),),
            ((8080, 8080),),
            "udp",
        ),
        ('containerPortRange = "80-90"', ((80, 90),), (), "tcp"),
        ('containerPortRange = "80"', ((80, 80),), (), "tcp"),
        ("containerPort = 80, protocol = null, hostPort = null", ((80, 80),), (), "tcp"),
    ],
)
def test_ports_that_are_mapped(mapping: str, inside: Spans, outside: Spans, transport: str) -> None:
    """Over TCP, and to a port of the instance that Docker chooses, by default."""
    (found,), _, ports = read(of(mapping))

    assert (spans(found.inside), spans(found.outside)) == (inside, outside)
    assert (found.transport, found.needs) == (transport, ())
    assert spans(ports.tcp if transport == "tcp" else ports.udp) == inside
    assert spans(ports.udp if transport == "tcp" else ports.tcp) == ()
    assert not ports.needs


@pytest.mark.parametrize(
    ("containers", "needs", "named"),
    [
        (of("containerPort = var.v"), ["var.v"], {("tcp", "var.v")}),
        (of('containerPort = var.v, protocol = "udp"'), ["var.v"], {("udp", "var.v")}),
        (of("containerPort = var.v, protocol = var.w"), ["var.v", "var.w"], set()),
        (of("containerPort = 80, protocol = var.w"), ["var.w"], set()),
        (of('containerPort = "x"'), ["a port of a container"], set()),
        (of('containerPortRange = "80-x"'), ["a port of a container"], set()),
        (of('containerPortRange = "x-80"'), ["a port of a container"], set()),
        (of("containerPortRange = var.v"), ["var.v"], set()),
        ("var.v", ["var.v"], set()),
        ("jsonencode([var.v])", ["var.v"], set()),
        ('jsonencode([{ name = "c", portMappings = [var.v] }])', ["var.v"], set()),
        ('jsonencode([{ name = "c", portMappings = var.v }])', ["var.v"], set()),
    ],
)
def test_ports_that_are_not_known(
    containers: str, needs: list[str], named: set[tuple[str, str]]
) -> None:
    """They wait for what decides; one goes by the name of its value, if its transport is known."""
    found, _, ports = read(containers)

    assert [need.name for need in ports.needs] == needs
    assert ports.named == named
    assert (spans(ports.tcp), spans(ports.udp)) == ((), ())
    assert [said(each.name) for each in found] == [None]


@pytest.mark.parametrize(
    ("containers", "needs"),
    [
        pytest.param(
            'jsonencode(concat([{ name = "a" }], var.v ? [{ name = "b", portMappings = '
            "[{ containerPort = 80, hostPort = 8080 }] }] : []))",
            ["var.v"],
            id="a container",
        ),
        pytest.param(
            'jsonencode([{ name = "c", portMappings = var.v ? '
            "[{ containerPort = 80, hostPort = 8080 }] : [] }])",
            ["var.v"],
            id="a mapping",
        ),
        pytest.param(
            'jsonencode(concat([{ name = "a" }], var.v ? [{ name = "b", portMappings = '
            "[{ containerPort = var.w, hostPort = 8080 }] }] : []))",
            ["var.v", "var.w"],
            id="a container with a port that is not known",
        ),
    ],
)
def test_ports_of_what_may_be_there(containers: str, needs: list[str]) -> None:
    """None is certain, inside or outside, and it waits for what decides."""
    (found,), _, ports = read(containers)

    assert (found.inside, found.outside, found.named) == (None, None, "")
    assert [need.name for need in ports.needs] == needs
    assert not ports.tcp
    assert not ports.named


def test_a_port_of_the_instance_that_is_not_known() -> None:
    """It says nothing of the port of the container."""
    (found,), _, ports = read(of("containerPort = 80, hostPort = var.v"))

    assert found.outside is None
    assert [need.name for need in found.needs] == ["var.v"]
    assert spans(ports.tcp) == ((80, 80),)
    assert not ports.needs


def test_no_ports() -> None:
    """A container that maps none serves on none."""
    found, _, ports = read('jsonencode([{ name = "c" }])')

    assert found == []
    assert ports == Ports()


@pytest.mark.parametrize(
    ("properties", "proxies", "needs"),
    [
        ('{ ProxyIngressPort = "15000" }', [((15000, 15000),)], []),
        ("{ ProxyIngressPort = var.v }", [None], ["var.v"]),
        ('{ Other = "1" }', [], []),
        ("var.v", [None], ["var.v"]),
    ],
)
def test_ports_of_envoy(properties: str, proxies: list[Spans | None], needs: list[str]) -> None:
    """A proxy takes what is meant for the application on a port of its own."""
    block = f'proxy_configuration {{\ncontainer_name = "e"\nproperties = {properties}\n}}'
    _, found, ports = read(of("containerPort = 80"), block)

    assert [spans(each.port) for each in found] == proxies
    assert [need.name for need in ports.needs] == needs
    assert (80, 80) in ports.tcp.spans


ENVOY = """
Parameters: {{P: {{Type: String}}}}
Resources:
  T:
    Type: AWS::ECS::TaskDefinition
    Properties:
      NetworkMode: awsvpc
      ContainerDefinitions: [{{Name: e, Image: e}}]
      ProxyConfiguration:
        ContainerName: e
        ProxyConfigurationProperties: {properties}
"""


@pytest.mark.parametrize(
    ("properties", "proxies", "needs"),
    [
        pytest.param(
            "[{Name: ProxyIngressPort, Value: 15000}]", [((15000, 15000),)], [], id="its port",
        ),
        pytest.param(
            "[{Name: AppPorts, Value: '80'}, {Name: ProxyIngressPort, Value: '15000'}]",
            [((15000, 15000),)], [], id="its port, behind another",
        ),
        pytest.param(
            "[{Name: ProxyEgressPort, Value: 15001}]", [], [], id="another port",
        ),
        pytest.param(
            "[{Name: ProxyIngressPort, Value: !Ref P}]", [None], ["P"], id="a port not known",
        ),
        pytest.param("[{Name: !Ref P, Value: 15000}]", [None], ["P"], id="a name not known"),
        pytest.param("[{Value: 15000}]", [], [], id="no name"),
        pytest.param("[]", [], [], id="none"),
    ],
)  # fmt: skip
def test_ports_of_envoy_in_a_template(
    properties: str, proxies: list[Spans | None], needs: list[str]
) -> None:
    """CloudFormation has a list of names and values for them."""
    found = network(ENVOY.format(properties=properties)).every(ProxyPort)

    assert [spans(each.port) for each in found] == proxies
    assert [need.name for each in found for need in each.needs] == needs


OFFERED = 'port_name = "web"\ningress_port_override = '
OFFERS: dict[str, tuple[str, Spans | None, list[str]]] = {
    "the mapping's own": ('service { port_name = "web" }', (), []),
    "another": (f"service {{\n{OFFERED}15000\n}}", ((15000, 15000),), []),
    "one that is not known": (f"service {{\n{OFFERED}var.v\n}}", None, ["var.v"]),
    "one that may be offered": (
        f'dynamic "service" {{\nfor_each = var.v\ncontent {{\n{OFFERED}15000\n}}\n}}',
        None, ["var.v"],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("offer", "port", "needs"), OFFERS.values(), ids=OFFERS)
def test_ports_of_service_connect(offer: str, port: Spans | None, needs: list[str]) -> None:
    """Its proxy takes what is meant for a mapping on its port, or on one of its own."""
    text = f"""
variable "v" {{}}
resource "aws_ecs_service" "s" {{
  service_connect_configuration {{
    enabled = true
    {offer}
  }}
}}
"""
    (found,) = network(text).every(ProxyPort)

    assert spans(found.port) == port
    assert {need.name for need in found.needs} == set(needs)


@pytest.mark.parametrize(
    ("written", "port", "needs"),
    [("", ((80, 80),), []), ("8080", ((8080, 8080),), []), ("var.v", None, ["var.v"])],
    ids=["none", "its own", "not known"],
)
def test_the_port_of_an_express_service(written: str, port: Spans | None, needs: list[str]) -> None:
    """Its container serves on port 80 unless it says another, over TCP, in and out."""
    (found,) = network(f"""
variable "v" {{}}
resource "aws_ecs_express_gateway_service" "s" {{
  primary_container {{
    image = "a"
    {f"container_port = {written}" if written else ""}
  }}
}}
""").every(PortMapping)

    assert (spans(found.inside), spans(found.outside)) == (port, port)
    assert (found.transport, [need.name for need in found.needs]) == ("tcp", needs)


@pytest.mark.parametrize(
    ("written", "port", "needs"),
    [("", ((80, 80),), []), (", ContainerPort: 81", ((81, 81),), []),
     (", ContainerPort: !Ref P", None, ["P"])],
    ids=["none", "its own", "not known"],
)  # fmt: skip
def test_the_port_of_an_express_service_of_a_template(
    written: str, port: Spans | None, needs: list[str]
) -> None:
    """CloudFormation has the same default."""
    (found,) = network(f"""
Parameters: {{P: {{Type: Number}}}}
Resources:
  S:
    Type: AWS::ECS::ExpressGatewayService
    Properties: {{PrimaryContainer: {{Image: a{written}}}}}
""").every(PortMapping)

    assert (spans(found.inside), spans(found.outside)) == (port, port)
    assert [need.name for need in found.needs] == needs
