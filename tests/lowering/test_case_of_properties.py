"""Properties in another case, as other services of AWS have them, or not there at all."""

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


VOLUME = """\
Resources:
  Task:
    Type: AWS::ECS::TaskDefinition
    Properties:
      NetworkMode: awsvpc
      RequiresCompatibilities: [FARGATE]
      Volumes:
        - Name: data
          CONFIGURATION:
            FilesystemId: fs-1
"""


def test_the_volume_of_a_task_definition(tmp_path: Path) -> None:
    """AWS refuses EfsVolumeConfiguration, which AWS Batch has, in a task definition of ECS."""
    file = tmp_path / "template.yaml"
    options = Options((str(file),), cwd=str(tmp_path), select=("TW105",))
    file.write_text(VOLUME.replace("CONFIGURATION", "EfsVolumeConfiguration"))
    document = scan(options).document
    (error,) = document.errors
    assert (error.line, error.column) == (9, 11)
    assert error.message == (
        "Task: EfsVolumeConfiguration is not a property: write EFSVolumeConfiguration"
    )
    assert [(one.rule, one.line) for one in document.findings] == [("TW105", 9)]
    file.write_text(VOLUME.replace("CONFIGURATION", "EFSVolumeConfiguration"))
    assert not scan(options).document.errors


def test_the_file_system_of_a_volume(tmp_path: Path) -> None:
    """FileSystemId is a mount target's: a volume is read as if it had named it as it should."""
    targets = """\
  Files: {Type: AWS::EFS::FileSystem}
  Target:
    Type: AWS::EFS::MountTarget
    Properties: {FileSystemId: !Ref Files, SubnetId: subnet-1, SecurityGroups: [!Ref Group]}
  Group:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: files
      SecurityGroupIngress:
        - {IpProtocol: tcp, FromPort: 2049, ToPort: 2049, CidrIp: 0.0.0.0/0}
"""
    text = VOLUME.replace("CONFIGURATION", "EFSVolumeConfiguration")
    text = text.replace("FilesystemId: fs-1", "FileSystemId: !Ref Files")
    (tmp_path / "template.yaml").write_text(text + targets)

    document = scan(Options(("template.yaml",), cwd=str(tmp_path), select=("TW207",))).document

    assert [(one.line, one.message) for one in document.errors] == [
        (10, "Task: FileSystemId is not a property: write FilesystemId")
    ]
    assert [one.verdict for one in document.findings] == ["fail"]


def test_the_volume_of_a_job_in_json(tmp_path: Path) -> None:
    """Terraform's provider reads the keys of JSON in any case: that is no error."""
    (tmp_path / "main.tf").write_text(
        """\
resource "aws_batch_job_definition" "job" {
  name                  = "job"
  type                  = "container"
  platform_capabilities = ["FARGATE"]
  container_properties = jsonencode({
    image   = "app:1"
    volumes = [{ name = "data", EfsVolumeConfiguration = { fileSystemId = "fs-1" } }]
  })
}
"""
    )
    document = scan(Options((str(tmp_path),), cwd=str(tmp_path), select=("TW105",))).document

    assert not document.errors
    assert [one.rule for one in document.findings if one.verdict == "fail"] == ["TW105"]


def test_no_network_configuration(tmp_path: Path) -> None:
    """Tasks that certainly need one, and have none, are reported at their service."""
    file = tmp_path / "template.yaml"
    head = TEMPLATE.partition("      NetworkConfiguration")[0]
    file.write_text(head)
    document = scan(Options((str(file),), cwd=str(tmp_path), select=("TW202",))).document
    assert [(one.rule, one.line) for one in document.findings] == [("TW202", 2)]
    file.write_text(head.replace("FARGATE", "EC2"))
    assert not scan(Options((str(file),), cwd=str(tmp_path), select=("TW202",))).document.findings


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


def test_properties_in_lower_case(tmp_path: Path) -> None:
    """As the API has them, properties of a resource are errors; what nobody reads is none."""
    file = tmp_path / "template.yaml"
    file.write_text(IN_LOWER_CASE)
    errors = scan(Options((str(file),), cwd=str(tmp_path))).document.errors
    assert [(one.line, one.column, one.message) for one in errors] == [
        (6, 7, "Service: loadBalancers is not a property: write LoadBalancers")
    ]
    file.write_text(IN_LOWER_CASE.replace("loadBalancers", "LoadBalancers"))
    assert not scan(Options((str(file),), cwd=str(tmp_path))).document.errors


AS_IN_THE_API = """\
Resources:
  Service:
    Type: AWS::ECS::Service
    Properties:
      launchType: FARGATE
      taskDefinition: web:1
      networkConfiguration:
        awsvpcConfiguration:
          subnets: [subnet-1]
          assignPublicIp: ENABLED
"""


def test_properties_as_the_api_has_them_are_read(tmp_path: Path) -> None:
    """Whatever is meant is judged, at its own place."""
    file = tmp_path / "template.yaml"
    file.write_text(AS_IN_THE_API)
    document = scan(Options((str(file),), cwd=str(tmp_path), select=("TW203",))).document
    assert [(one.rule, one.line, one.column) for one in document.findings] == [("TW203", 10, 11)]
    assert {one.line for one in document.errors} == {5, 6, 7}


DEFINITION = """\
resource "aws_ecs_task_definition" "web" {
  family       = "web"
  network_mode = "awsvpc"
  container_definitions = jsonencode([{
    NAME = "web"
    Environment = [
      { Name = "DATABASE_OPTIONS", VALUE = "sslmode=disable" },
    ]
  }])
}
"""


def test_container_definitions_in_any_case(tmp_path: Path) -> None:
    """Terraform's provider reads their keys however they are written, and so do we."""
    file = tmp_path / "main.tf"
    file.write_text(DEFINITION)
    options = Options((str(file),), cwd=str(tmp_path), select=("TW109",))
    (finding,) = scan(options).document.findings
    assert (finding.verdict, finding.line) == ("fail", 7)
    assert finding.message == ("DATABASE_OPTIONS of container web makes it connect in plain text")
    # What stands outside the JSON has one spelling.
    file.write_text(DEFINITION.replace("network_mode", "Network_Mode"))
    found = scan(Options((str(file),), cwd=str(tmp_path), select=("TW201",))).document.findings
    assert [(one.rule, one.line) for one in found] == [("TW201", 1)]
