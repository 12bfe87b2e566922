"""What a stack does not have, where other stacks of the scan have some."""

import re
from pathlib import Path

import pytest

from taskwall.api.scan import Options, scan
from taskwall.findings.finding import ReportDocument
from taskwall.session.session import Session

ROOT = """\
resource "aws_ecs_cluster" "main" {
  name = "main"
}

resource "aws_launch_template" "ecs" {
  image_id  = "ami-0123456789abcdef0"
  user_data = base64encode("#!/bin/bash\\necho ECS_CLUSTER=main >> /etc/ecs/ecs.config\\n")
}
"""

TEMPLATE = """\
Resources:
  Cluster:
    Type: AWS::ECS::Cluster
  Instances:
    Type: AWS::AutoScaling::LaunchConfiguration
    Properties:
      ImageId: ami-0123456789abcdef0
      UserData:
        Fn::Base64: !Sub |
          #!/bin/bash
          echo ECS_CLUSTER=${Cluster} >> /etc/ecs/ecs.config
"""

TASKS = """\
resource "aws_ecs_task_definition" "web" {
  family                = "web"
  network_mode          = "bridge"
  container_definitions = jsonencode([{ name = "web", image = "web" }])
}
"""

TEMPLATE_OF_TASKS = """\
Resources:
  Web:
    Type: AWS::ECS::TaskDefinition
    Properties:
      NetworkMode: bridge
      ContainerDefinitions: [{Name: web, Image: web}]
"""

SELECTED = ("TW501", "TW502")
SHOWN = ("fail", "unknown")


def verdicts(document: ReportDocument) -> set[tuple[str, str, tuple[str, ...]]]:
    """What is said of the instances, and what that waits for."""
    return {(one.rule, one.verdict, one.missing) for one in document.findings}


CERTAIN = {("TW501", "fail", ()), ("TW502", "fail", ())}


@pytest.mark.parametrize(
    ("cluster", "tasks", "instances"),
    [
        (("cluster/main.tf", ROOT), ("web/main.tf", TASKS), "aws_launch_template.ecs"),
        (
            ("cluster/main.tf", ROOT),
            ("web/main.tf", TASKS.replace("aws_", "awscc_")),
            "aws_launch_template.ecs",
        ),
        (("cluster.yaml", TEMPLATE), ("web.yaml", TEMPLATE_OF_TASKS), "Instances"),
        (("cluster.yaml", TEMPLATE), ("web/main.tf", TASKS), "Instances"),
    ],
)
def test_tasks_of_other_stacks_may_be_all_that_run_there(
    tmp_path: Path, cluster: tuple[str, str], tasks: tuple[str, str], instances: str
) -> None:
    """A cluster may get any task. Beside others it is not known whether one is an awsvpc task."""
    for name, text in (cluster, tasks):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    alone = Options((str(tmp_path / cluster[0]),), select=SELECTED, cwd=str(tmp_path))
    assert verdicts(scan(alone).document) == CERTAIN
    asked = Options((str(tmp_path),), select=SELECTED, cwd=str(tmp_path), show=SHOWN)
    waits = (f"the tasks on {instances}",)
    session = Session(str(tmp_path), asked)
    any_ = {("TW502", "fail", ())}
    for document in (scan(asked).document, session.report().document):
        assert verdicts(document) == any_  # none of them is an awsvpc task, which TW501 is about
    awsvpc = tasks[1].replace("bridge", "awsvpc")
    session.change(str(tmp_path / tasks[0]), awsvpc)
    assert verdicts(session.report().document) == any_ | {("TW501", "unknown", waits)}
    # A session sees the other stack change, though nothing of the cluster's own does.
    other = tasks[1].replace("task_definition", "cluster").replace("TaskDefinition", "Cluster")
    for text in (other, tasks[1], "Resources: {}\n" if "yaml" in tasks[0] else ""):
        session.change(str(tmp_path / tasks[0]), text)
        changed = verdicts(session.report().document)
        assert (changed == CERTAIN) is (text != tasks[1])


FARGATE = 'network_mode = "awsvpc"\n  requires_compatibilities = ["FARGATE"]'
TEMPLATE_FARGATE = "NetworkMode: awsvpc\n      RequiresCompatibilities:\n        - FARGATE"


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize(
    ("cluster", "tasks"),
    [
        (
            ("cluster/main.tf", ROOT),
            ("web/main.tf", re.sub(r"network_mode .*", FARGATE, TASKS)),
        ),
        (
            ("cluster.yaml", TEMPLATE),
            ("web.yaml", TEMPLATE_OF_TASKS.replace("NetworkMode: bridge", TEMPLATE_FARGATE)),
        ),
        (
            ("cluster.yaml", TEMPLATE),
            (
                "web.json",
                (
                    '{"Resources": {"Web": {"Type": "AWS::ECS::TaskDefinition", "Properties": '
                    '{"NetworkMode": "awsvpc", "RequiresCompatibilities": ["FARGATE"]}}}}'
                ),
            ),
        ),
    ],
)
def test_tasks_of_fargate_run_on_no_instances(
    tmp_path: Path, cluster: tuple[str, str], tasks: tuple[str, str], end: str
) -> None:
    """Another stack's tasks for Fargate alone leave the instances' tasks as open as none do."""
    for name, text in (cluster, tasks):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, newline=end)
    asked = Options((str(tmp_path),), select=SELECTED, cwd=str(tmp_path), show=SHOWN)

    assert verdicts(scan(asked).document) == CERTAIN

    # Instances may have those that Fargate and EC2 run; what is in a comment says nothing.
    if "json" not in tasks[0]:
        comment = re.sub(r"(?m)^( *)((?:requires_|Requires).*)", r"\1# \2", tasks[1])
        comment = re.sub(r"(?m)^( *)(- FARGATE)", r"\1# \2", comment)
        (tmp_path / tasks[0]).write_text(comment, newline=end)
        found = {(one[0], one[1]) for one in verdicts(scan(asked).document)}
        assert ("TW501", "unknown") in found
    both = re.sub(r'(["\']?)FARGATE["\']?', r"\1FARGATE\1, \1EC2\1", tasks[1])
    both = both.replace("- FARGATE, EC2", "- FARGATE\n        - EC2")
    (tmp_path / tasks[0]).write_text(both, newline=end)
    open_ = {("TW501", "unknown"), ("TW502", "fail")}
    assert {found[:2] for found in verdicts(scan(asked).document)} == open_


MESHED = """\
resource "aws_ecs_task_definition" "web" {
  family                = "web"
  network_mode          = "awsvpc"
  container_definitions = jsonencode([{ name = "envoy", image = "envoy" }])
  proxy_configuration {
    type           = "APPMESH"
    container_name = "envoy"
  }
}
"""
MESH = 'resource "aws_appmesh_mesh" "main" {\n  name = "main"\n}\n'


def test_a_mesh_of_another_stack_is_reported_there_alone(tmp_path: Path) -> None:
    """Nothing ties the tasks to it: its end is one fact all the same."""
    for name, text in (("web", MESHED), ("mesh", MESH)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "main.tf").write_text(text)

    def reported(*folders: str) -> list[str]:
        paths = tuple(str(tmp_path / folder) for folder in folders)
        found = scan(Options(paths, select=("TW305",), cwd=str(tmp_path))).document.findings
        return [one.file for one in found]

    assert reported("web") == ["web/main.tf"]
    assert reported("web", "mesh") == ["mesh/main.tf"]


def test_a_mesh_that_is_not_made_speaks_for_nobody(tmp_path: Path) -> None:
    """What stands in the files of another stack, and never is, silences nothing."""
    none = MESH.replace("{\n", "{\n  count = 0\n")
    for name, text in (("web", MESHED), ("mesh", none)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "main.tf").write_text(text)
    found = scan(Options((str(tmp_path),), select=("TW305",), cwd=str(tmp_path))).document.findings

    assert [one.file for one in found] == ["web/main.tf"]
