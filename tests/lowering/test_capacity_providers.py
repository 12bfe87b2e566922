"""What clusters run on by default: Fargate, Auto Scaling groups, Managed Instances."""

import pytest

from lowering.networks import network
from taskwall.model.entities.ecs import CapacityProvider, Cluster, ClusterProviders, Providers

AROUND = """
variable "v" {}
resource "aws_security_group" "g" {}
resource "aws_subnet" "s" { cidr_block = "10.0.1.0/24" }
resource "aws_autoscaling_group" "a" { name = "own" }
resource "aws_ecs_capacity_provider" "p" {
  name = "provider"
  auto_scaling_group_provider {
    auto_scaling_group_arn = aws_autoscaling_group.a.arn
  }
}
"""
OWN = "aws_ecs_capacity_provider.p"


def strategy(*names: str) -> str:
    """A default strategy of capacity providers."""
    return "".join(
        f"default_capacity_provider_strategy {{\ncapacity_provider = {name}\n}}\n" for name in names
    )


def runs_on(found: Providers) -> tuple[list[str], list[str], list[str]]:
    """The launch types, own providers and needs of a strategy."""
    return (
        [*found.launches],
        [link.to for link in found.providers],
        [need.name for need in found.needs],
    )


STRATEGIES: dict[str, tuple[str, tuple[list[str], list[str], list[str]]]] = {
    "none": ("", ([], [], [])),
    "Fargate": (strategy('"FARGATE"'), (["FARGATE"], [], [])),
    "Fargate Spot": (strategy('"FARGATE_SPOT"'), (["FARGATE"], [], [])),
    "both of Fargate": (
        strategy('"FARGATE"', '"FARGATE_SPOT"'), (["FARGATE", "FARGATE"], [], []),
    ),
    "its own": (strategy(f"{OWN}.name"), ([], [OWN], [])),
    "its own, by its name": (strategy('"provider"'), ([], [OWN], [])),
    "one from elsewhere": (strategy('"other"'), ([], ["other"], [])),
    "Fargate and its own": (strategy('"FARGATE"', f"{OWN}.name"), (["FARGATE"], [OWN], [])),
    "one that is not known": (strategy("var.v"), ([], ["var.v"], [])),
    "one without a name": ("default_capacity_provider_strategy {}\n", ([], [], [])),
}  # fmt: skip


@pytest.mark.parametrize(("body", "expected"), STRATEGIES.values(), ids=STRATEGIES)
def test_default_strategies(body: str, expected: tuple[list[str], list[str], list[str]]) -> None:
    """Fargate goes by its names, others by what they are; a resource beside says the same."""
    found = network(f'{AROUND}resource "aws_ecs_cluster" "c" {{\n{body}\n}}\n').every(Cluster)
    assert [runs_on(each.default) for each in found] == [expected]
    assert bool(found[0].default) is any(expected)

    own = 'cluster_name = "c"\n'
    text = f'resource "aws_ecs_cluster_capacity_providers" "x" {{\n{own}{body}\n}}\n'
    (beside,) = network(AROUND + text).every(ClusterProviders)
    assert (runs_on(beside.default), beside.cluster.to) == (expected, "c")


@pytest.mark.parametrize(
    ("listed", "expected"),
    [
        ("[]", []),
        ('["FARGATE", "FARGATE_SPOT"]', []),
        (f'["FARGATE", {OWN}.name]', [OWN]),
        ('["other", "provider"]', ["other", OWN]),
        ("[var.v]", ["var.v"]),
    ],
    ids=["none", "Fargate", "its own", "by name", "not known"],
)
def test_providers_of_a_cluster(listed: str, expected: list[str]) -> None:
    """Those of Fargate are in every cluster."""
    body = f'cluster_name = "c"\ncapacity_providers = {listed}\n'
    found = network(f"""{AROUND}
resource "aws_ecs_cluster" "x" {{
{body}}}
resource "aws_ecs_cluster_capacity_providers" "x" {{
{body}}}
""")
    (own,), (beside,) = found.every(Cluster), found.every(ClusterProviders)

    assert [link.to for link in own.providers] == expected
    assert [link.to for link in beside.providers] == expected


MANAGED = """managed_instances_provider {
  instance_launch_template {
    network_configuration {
      subnets         = [aws_subnet.s.id]
      security_groups = [aws_security_group.g.id, var.v]
    }
  }
}
"""
GROUP = "auto_scaling_group_provider {\nauto_scaling_group_arn = aws_autoscaling_group.a.arn\n}\n"
S, G, A = "aws_subnet.s", "aws_security_group.g", "aws_autoscaling_group.a"
PROVIDERS: dict[str, tuple[str, tuple[str, str | None, list[str], list[str]]]] = {
    "an Auto Scaling group": (GROUP, ("EC2", A, [], [])),
    "one from elsewhere": (GROUP.replace(f"{A}.arn", '"arn"'), ("EC2", "arn", [], [])),
    "Managed Instances": (MANAGED, ("MANAGED_INSTANCES", None, [G, "var.v"], [S])),
    "Managed Instances without a network": (
        "managed_instances_provider {}\n", ("MANAGED_INSTANCES", None, [], []),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("body", "expected"), PROVIDERS.values(), ids=PROVIDERS)
def test_capacity_providers(
    body: str, expected: tuple[str, str | None, list[str], list[str]]
) -> None:
    """One starts instances by an Auto Scaling group, or has ECS start them in subnets."""
    text = f'resource "aws_ecs_capacity_provider" "q" {{\nname = "q"\n{body}}}\n'
    found = network(AROUND + text).every(CapacityProvider)
    (own,) = (each for each in found if each.id.endswith(".q"))

    assert shown(own) == expected


def shown(found: CapacityProvider) -> tuple[str, str | None, list[str], list[str]]:
    """The launch type, Auto Scaling group, security groups and subnets of a provider."""
    group = found.auto_scaling_group
    return (
        found.launch,
        None if group is None else group.to,
        [link.to for link in found.groups],
        [link.to for link in found.subnets],
    )


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        ("AutoScalingGroupProvider: {AutoScalingGroupArn: !Ref A}", ("EC2", "A", [], [])),
        (
            (
                "ManagedInstancesProvider: {InstanceLaunchTemplate: {NetworkConfiguration: "
                "{Subnets: [!Ref S], SecurityGroups: [!Ref G]}}}"
            ),
            ("MANAGED_INSTANCES", None, ["G"], ["S"]),
        ),
    ],
    ids=["an Auto Scaling group", "Managed Instances"],
)
def test_capacity_providers_of_templates(
    properties: str, expected: tuple[str, str | None, list[str], list[str]]
) -> None:
    """CloudFormation has the same in its own words, as it has strategies."""
    text = f"""
Resources:
  A: {{Type: AWS::AutoScaling::AutoScalingGroup}}
  G: {{Type: AWS::EC2::SecurityGroup}}
  S: {{Type: AWS::EC2::Subnet}}
  P: {{Type: AWS::ECS::CapacityProvider, Properties: {{{properties}}}}}
  C:
    Type: AWS::ECS::Cluster
    Properties:
      CapacityProviders: [FARGATE, !Ref P]
      DefaultCapacityProviderStrategy: [{{CapacityProvider: FARGATE}}, {{CapacityProvider: !Ref P}}]
"""
    found = network(text)
    (own,), (cluster,) = found.every(CapacityProvider), found.every(Cluster)

    assert shown(own) == expected
    assert runs_on(cluster.default) == (["FARGATE"], ["P"], [])
    assert [link.to for link in cluster.providers] == ["P"]
