"""Properties in another case, as other services of AWS have them: an error says what is meant."""

from pathlib import Path

from taskwall.api.scan import Options, scan

TEMPLATE = """\
Resources:
  Service:
    Type: AWS::ECS::Service
    Properties:
      LaunchType: FARGATE
      TaskDefinition: web:1
      NetworkConfiguration:
        CONFIGURATION:
          Subnets: [subnet-1]
          AssignPublicIp: ENABLED
"""


def test_the_network_configuration_of_a_service(tmp_path: Path) -> None:
    """AWS refuses AwsVpcConfiguration, which other services have, in a service of ECS."""
    file = tmp_path / "template.yaml"
    options = Options((str(file),), cwd=str(tmp_path), select=("TW203",))
    file.write_text(TEMPLATE.replace("CONFIGURATION", "AwsVpcConfiguration"))
    document = scan(options).document
    (error,) = document.errors
    assert (error.line, error.column) == (8, 9)
    assert error.message == (
        "Service: AwsVpcConfiguration is not a property: write AwsvpcConfiguration"
    )
    assert [one.line for one in document.findings] == [10]
    file.write_text(TEMPLATE.replace("CONFIGURATION", "AwsvpcConfiguration"))
    document = scan(options).document
    assert not document.errors
    assert [one.line for one in document.findings] == [10]


REMOVED = """\
Conditions:
  Networked: !Equals [!Ref AWS::Region, eu-west-1]
Resources:
  Service:
    Type: AWS::ECS::Service
    Properties:
      TaskDefinition: web:1
      NetworkConfiguration:
        AwsvpcConfiguration: !If [Networked, {Subnets: [subnet-1]}, !Ref AWS::NoValue]
"""


def test_a_network_configuration_that_a_condition_removes(tmp_path: Path) -> None:
    """A property that stands there in the right case, without a value, is no mistake."""
    file = tmp_path / "template.yaml"
    file.write_text(REMOVED)
    assert not scan(Options((str(file),), cwd=str(tmp_path))).document.errors


IN_LOWER_CASE = """\
Resources:
  Service:
    Type: AWS::ECS::Service
    Properties:
      TaskDefinition: web:1
      loadBalancers: [{ContainerName: web, ContainerPort: 80}]
      desiredcount: 1
      Tags: []
"""


def test_properties_that_are_not_read(tmp_path: Path) -> None:
    """A property of a resource that is read in another case is an error, and nothing else is."""
    file = tmp_path / "template.yaml"
    file.write_text(IN_LOWER_CASE)
    errors = scan(Options((str(file),), cwd=str(tmp_path))).document.errors
    assert [(one.line, one.column, one.message) for one in errors] == [
        (6, 7, "Service: loadBalancers is not a property: write LoadBalancers")
    ]
    file.write_text(IN_LOWER_CASE.replace("loadBalancers", "LoadBalancers"))
    assert not scan(Options((str(file),), cwd=str(tmp_path))).document.errors
