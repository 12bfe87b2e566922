"""Which cluster an agent joins, by the name in its user data and those of the sources' clusters."""

import pytest

from lowering.networks import network
from taskwall.model.compute.container_instances import Instances
from taskwall.model.entities.ecs_agent import Agent

Joined = tuple[str, bool, bool | None, list[str]]
"""A cluster's id, whether it is no other one, whether it is written, and what it waits for."""

NAMED = 'resource "aws_ecs_cluster" "k" { name = %s }\n'
SECOND = 'resource "aws_ecs_cluster" "l" { name = var.d }\n'
K: Joined = ("aws_ecs_cluster.k", True, True, [])


def agent(name: str, clusters: str) -> Agent:
    """The agent of user data that names a cluster, beside some clusters."""
    (found,) = network(f"""
variable "c" {{}}
variable "d" {{}}
{clusters}
resource "aws_launch_template" "t" {{
  user_data = base64encode("#!/bin/bash\\necho ECS_CLUSTER={name} >> /etc/ecs/ecs.config\\n")
}}
""").every(Instances)
    assert found.agent is not None
    return found.agent


CLUSTERS: dict[str, tuple[str, str, Joined]] = {
    "its name": ("shop", NAMED % '"shop"', K),
    "a reference to it": ("${aws_ecs_cluster.k.name}", NAMED % "var.c", K),
    "the variable that names it": ("${var.c}", NAMED % "var.c", K),
    "another name": ("other", NAMED % '"shop"', ("other", True, False, ["other"])),
    "a name where there is no cluster": ("shop", "", ("shop", True, False, ["shop"])),
    "a name that may be its own": ("shop", NAMED % "var.c", ("shop", False, None, ["var.c"])),
    "a name beside one that may be the same": ("shop", NAMED % '"shop"' + SECOND, K),
    "another name, beside one that may be the same": (
        "other", NAMED % '"shop"' + SECOND, ("other", False, None, ["var.d"]),
    ),
    "a variable": ("${var.c}", NAMED % '"shop"', ("var.c", False, None, ["var.c"])),
    "a variable where there is no cluster": ("${var.c}", "", ("var.c", False, None, ["var.c"])),
    "a variable beside another one": (
        "${var.c}", NAMED % "var.d", ("var.c", False, None, ["var.c", "var.d"]),
    ),
    "a name with a variable in it": (
        "${var.c}-web", NAMED % '"shop"', ("${var.c}-web", False, None, ["var.c"]),
    ),
    "the same name with a variable in it": ("${var.c}-web", NAMED % '"${var.c}-web"', K),
    "what something fills in before, in both places": ("$CLUSTER", NAMED % '"$CLUSTER"', K),
    "no name": ("", NAMED % '"shop"', ("default", True, None, [])),
    "what is looked up": (
        "${data.aws_ecs_cluster.k.cluster_name}",
        'data "aws_ecs_cluster" "k" { cluster_name = "shop" }\n',
        ("shop", True, False, ["shop"]),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("name", "clusters", "expected"), CLUSTERS.values(), ids=CLUSTERS)
def test_clusters_that_agents_join(name: str, clusters: str, expected: Joined) -> None:
    """It is the one of that name; where names are not known, it may be any."""
    link = agent(name, clusters).cluster

    assert link is not None
    assert (link.to, link.exact, link.written, [n.name for n in link.fact.needs]) == expected


@pytest.mark.parametrize("name", ["$OTHER", "$CLUSTER-a", "$(hostname)"])
def test_names_that_the_instance_makes(name: str) -> None:
    """They are not those of a cluster of the sources, and nobody knows which it is."""
    found = agent(name, NAMED % '"$CLUSTER"')

    assert found.cluster is None
    assert found.cluster_needs
    assert found.joins.truth is True


@pytest.mark.parametrize(
    ("name", "written", "to"),
    [
        ("shop", "shop", "K"),
        ("${K}", "shop", "K"),
        ("${P}", "!Ref P", "K"),
        ("${AWS::StackName}", "!Ref AWS::StackName", "K"),
        ("shop", "!Ref P", "shop"),
        ("shop", "other", "shop"),
    ],
)
def test_clusters_of_a_template(name: str, written: str, to: str) -> None:
    """Its property is called otherwise, and means the same."""
    (found,) = network(f"""
Parameters: {{P: {{Type: String}}}}
Resources:
  K: {{Type: AWS::ECS::Cluster, Properties: {{ClusterName: {written}}}}}
  T:
    Type: AWS::EC2::LaunchTemplate
    Properties:
      LaunchTemplateData:
        UserData:
          Fn::Base64: !Sub |
            #!/bin/bash
            echo ECS_CLUSTER={name} >> /etc/ecs/ecs.config
""").every(Instances)

    assert found.agent is not None
    assert found.agent.cluster is not None
    assert found.agent.cluster.to == to
    assert found.agent.cluster.exact is (written != "!Ref P" or to == "K")
