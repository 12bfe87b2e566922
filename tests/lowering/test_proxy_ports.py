"""On which ports Envoy takes what is meant for the application, by a task's proxy configuration."""

import pytest

from lowering.networks import network
from taskwall.model.core.address import Ranges
from taskwall.model.exposure.task_ports import ProxyPort

PORT = Ranges(((15000, 15000),))


@pytest.mark.parametrize(
    ("properties", "ports"),
    [
        ("{Name: ProxyIngressPort, Value: '15000'}", [PORT]),
        ("{Name: ProxyIngressPort, Value: 15000}", [PORT]),
        ("{Name: ProxyEgressPort, Value: '15001'}", []),
        ("{Name: ProxyEgressPort, Value: '1'}, {Name: ProxyIngressPort, Value: '15000'}", [PORT]),
        ("{Name: ProxyIngressPort, Value: !Ref P}", [None]),
        ("{Name: !Ref P, Value: '15000'}", [None]),
        ("{Name: ProxyIngressPort}", []),
        ("", []),
    ],
)
def test_ports_of_envoy_in_a_template(properties: str, ports: list[Ranges | None]) -> None:
    """That of the one property; one whose name is open may be it, and its port is not known."""
    text = f"""
Parameters: {{P: {{Type: String}}}}
Resources:
  T:
    Type: AWS::ECS::TaskDefinition
    Properties:
      ContainerDefinitions: [{{Name: a}}]
      ProxyConfiguration: {{ContainerName: envoy, ProxyConfigurationProperties: [{properties}]}}
"""
    found = network(text).every(ProxyPort)
    assert [one.port for one in found] == ports
    assert all([need.name for need in one.needs] == ["P"] for one in found if one.port is None)


@pytest.mark.parametrize(
    ("properties", "ports"),
    [
        ('{ ProxyIngressPort = "15000" }', [PORT]),
        ("{ ProxyIngressPort = 15000 }", [PORT]),
        ('{ ProxyEgressPort = "15001" }', []),
        ("{ ProxyIngressPort = var.v }", [None]),
        ("{}", []),
    ],
)
def test_ports_of_envoy_in_terraform(properties: str, ports: list[Ranges | None]) -> None:
    """There the properties are a map."""
    text = f"""
variable "v" {{}}
resource "aws_ecs_task_definition" "t" {{
  container_definitions = "[]"
  proxy_configuration {{
    container_name = "envoy"
    properties     = {properties}
  }}
}}
"""
    assert [one.port for one in network(text).every(ProxyPort)] == ports
