"""What instances are made from, and what starts them, in each place where it may be written."""

import pytest

from lowering.networks import OPEN, network, said
from taskwall.model.compute.container_instances import Instances
from taskwall.model.entities.ecs import AutoScalingGroup, TaskSource
from taskwall.model.entities.volume import Mount

AROUND = """
variable "v" {}
resource "aws_subnet" "a" { cidr_block = "10.0.0.0/24" }
resource "aws_security_group" "g" {}
resource "aws_launch_template" "t" { name = "own" }
resource "aws_launch_template" "u" {}
resource "aws_launch_configuration" "c" { name = "config" }
data "aws_ami" "ecs" {
  filter {
    name   = "name"
    values = ["amzn2-ami-ecs-hvm-*"]
  }
}
data "aws_ami" "mixed" {
  filter {
    name   = "name"
    values = ["other", "amzn2-ami-ecs-gpu-*"]
  }
}
data "aws_ami" "open" {
  filter {
    name   = "name"
    values = ["al2023-ami-ecs-${var.v}"]
  }
}
data "aws_ami" "other" {
  filter {
    name   = "name"
    values = ["ubuntu-*"]
  }
}
resource "aws_ami_copy" "own" { name = "own-amzn2-ami-ecs-hvm" }
data "aws_ssm_parameter" "ecs" { name = "/aws/service/ecs/optimized-ami/amazon-linux-2023/x" }
data "aws_ssm_parameter" "rocket" { name = "/aws/service/bottlerocket/aws-ecs-2/x86_64/x" }
"""


def instances(type_: str, body: str) -> Instances:
    """What a resource of Terraform says of instances."""
    found = network(f'{AROUND}resource "{type_}" "h" {{\n{body}\n}}\n').every(Instances)
    (host,) = (each for each in found if each.id == f"{type_}.h")
    return host


def metadata(host: Instances) -> list[object] | None:
    """What instances let themselves be asked for."""
    options = host.metadata
    if options is None:
        return None
    return [said(each) for each in (options.endpoint, options.tokens, options.hop_limit)]


OPTIONS = """metadata_options {
  http_endpoint               = "enabled"
  http_tokens                 = "required"
  http_put_response_hop_limit = 2
}"""


@pytest.mark.parametrize(
    "type_", ["aws_instance", "aws_launch_template", "aws_launch_configuration"]
)
def test_metadata_options(type_: str) -> None:
    """Each kind of resource has the same block for them."""
    assert metadata(instances(type_, OPTIONS)) == ["enabled", "required", 2]
    assert metadata(instances(type_, "")) == [None, None, None]


def test_metadata_options_of_templates() -> None:
    """CloudFormation writes them in the data of a launch template, else at the instance."""
    options = "{HttpEndpoint: enabled, HttpTokens: required, HttpPutResponseHopLimit: 2}"
    for type_, body in (
        ("AWS::EC2::Instance", f"{{MetadataOptions: {options}}}"),
        ("AWS::EC2::LaunchTemplate", f"{{LaunchTemplateData: {{MetadataOptions: {options}}}}}"),
        ("AWS::AutoScaling::LaunchConfiguration", f"{{MetadataOptions: {options}}}"),
    ):
        text = f"Resources:\n  Host: {{Type: {type_}, Properties: {body}}}\n"
        (host,) = network(text).every(Instances)
        assert metadata(host) == ["enabled", "required", 2]


@pytest.mark.parametrize("named", ["id = aws_launch_template.t.id", 'name = "own"'])
def test_what_an_instance_leaves_to_its_template(named: str) -> None:
    """One of the sources says it there, and it is judged there."""
    host = instances("aws_instance", f"launch_template {{ {named} }}")

    assert host.template is not None
    assert host.template.to == "aws_launch_template.t"
    assert (host.metadata, host.agent) == (None, None)


@pytest.mark.parametrize("named", ["id = var.v", 'name = "other"'])
def test_what_a_template_from_elsewhere_gives(named: str) -> None:
    """It is not known, beside what the instance says itself."""
    block = f"launch_template {{ {named} }}\n"
    host = instances("aws_instance", block)

    assert metadata(host) == [OPEN] * 3
    assert host.agent is not None
    assert host.agent.joins.truth is None
    assert metadata(instances("aws_instance", block + OPTIONS)) == ["enabled", "required", 2]
    own = instances("aws_instance", block + 'user_data = "#!/bin/sh"')
    assert own.agent is not None
    assert own.agent.joins.truth is False


@pytest.mark.parametrize(
    ("image", "optimized", "lacking"),
    [
        ("data.aws_ami.ecs.id", True, True),
        ("data.aws_ami.other.id", False, False),
        ("data.aws_ssm_parameter.ecs.value", True, True),
        ("data.aws_ssm_parameter.rocket.value", True, False),
        ('"resolve:ssm:/aws/service/ecs/optimized-ami/amazon-linux-2/x"', True, True),
        ('"${var.v}-amazon-ecs-optimized"', True, True),
        ("var.v", False, False),
        ("null", False, False),
        ("aws_ami_copy.own.id", False, False),
        ("data.aws_ami.gone.id", False, False),
        ('"${data.aws_ami.ecs.id}"', True, True),
        ("data.aws_ami.mixed.id", True, True),
        ("data.aws_ami.open.id", True, True),
    ],
)
def test_images_that_are_made_for_ecs(image: str, optimized: bool, lacking: bool) -> None:
    """They are told by name; only those of Amazon Linux take a script as user data."""
    for type_, key in (
        ("aws_launch_template", "image_id"),
        ("aws_launch_configuration", "image_id"),
    ):
        host = instances(type_, f"{key} = {image}")
        assert host.optimized is optimized
        assert host.agent is not None
        assert (host.agent.lacking is not None) is lacking
        assert host.agent.encoded is (type_ == "aws_launch_template")
        assert not host.agent.written


@pytest.mark.parametrize(
    ("more", "optimized"),
    [
        ("", False),
        ('iam_instance_profile = "p"', True),
        ("launch_template { id = aws_launch_template.t.id }", True),
    ],
)
def test_an_instance_alone_registers_by_its_profile(more: str, optimized: bool) -> None:
    """Without an instance profile, which a launch template may give, its agent is not let in."""
    host = instances("aws_instance", f"ami = data.aws_ami.ecs.id\n{more}")

    assert host.optimized is optimized


@pytest.mark.parametrize(
    ("type_", "body", "address"),
    [
        ("aws_instance", "associate_public_ip_address = true", True),
        ("aws_instance", "associate_public_ip_address = false", False),
        ("aws_instance", "", None),
        ("aws_launch_configuration", "associate_public_ip_address = true", True),
        (
            "aws_launch_template",
            "network_interfaces {\nassociate_public_ip_address = true\n}",
            True,
        ),
        (
            "aws_launch_template",
            'network_interfaces {\nassociate_public_ip_address="false"\n}',
            False,
        ),
        ("aws_launch_template", "network_interfaces {}", None),
    ],
)
def test_public_addresses(type_: str, body: str, address: bool | None) -> None:
    """Where nothing is written, the subnets decide."""
    assert said(instances(type_, body).public_address) is address


def test_several_network_interfaces() -> None:
    """Groups and subnets of all count; the first that says so decides on a public address."""
    host = instances(
        "aws_launch_template",
        """network_interfaces { associate_public_ip_address = false }
network_interfaces {
  associate_public_ip_address = true
  security_groups             = [aws_security_group.g.id]
  subnet_id                   = aws_subnet.a.id
}""",
    )

    assert said(host.public_address) is False
    assert [link.to for link in host.groups] == ["aws_security_group.g"]
    assert [link.to for link in host.subnets] == ["aws_subnet.a"]
    assert said(host.groups_setting) is OPEN


def test_the_subnet_of_an_instance() -> None:
    """It stands at the instance."""
    host = instances("aws_instance", "subnet_id = aws_subnet.a.id")

    assert [link.to for link in host.subnets] == ["aws_subnet.a"]
    assert host.subnets_setting is not None
    assert host.subnets_setting.name == "subnet_id"
    unsaid = instances("aws_instance", "").subnets_setting
    assert unsaid is not None
    assert said(unsaid) is None
    assert instances("aws_launch_template", "").subnets_setting is None


@pytest.mark.parametrize(
    ("body", "types", "chosen"),
    [
        ('instance_type = "m5.large"', ["m5.large"], False),
        (
            'instance_requirements { allowed_instance_types = ["m5.*", var.v] }',
            ["m5.*", OPEN],
            False,
        ),
        ("instance_requirements {\nvcpu_count {\nmin = 1\n}\n}", [], True),
        ("", [], False),
    ],
)
def test_instance_types(body: str, types: list[object], chosen: bool) -> None:
    """Types are named, or confined to patterns, or chosen by attributes alone."""
    host = instances("aws_launch_template", body)

    assert [said(each) for each in host.types] == types
    assert host.by_attributes.truth is chosen


MIXED = """mixed_instances_policy {
  launch_template {
    launch_template_specification { launch_template_name = "own" }
    override { instance_type = "m5.large" }
    override {
      instance_type = var.v
      launch_template_specification { launch_template_id = aws_launch_template.u.id }
    }
    override {
      instance_requirements { allowed_instance_types = ["c5.*"] }
    }
    override {
      instance_requirements {
        vcpu_count { min = 1 }
      }
    }
  }
}
vpc_zone_identifier = [aws_subnet.a.id]
"""


def group(body: str) -> AutoScalingGroup:
    """An Auto Scaling group of Terraform."""
    text = f'{AROUND}resource "aws_autoscaling_group" "g" {{\n{body}\n}}\n'
    (found,) = network(text).every(AutoScalingGroup)
    return found


@pytest.mark.parametrize(
    ("body", "template", "truth"),
    [
        ("launch_template { id = aws_launch_template.t.id }", "aws_launch_template.t", True),
        ('launch_template { name = "own" }', "aws_launch_template.t", True),
        ("launch_template { id = var.v }", "var.v", True),
        ("launch_template { version = 1 }", "", None),
        (
            "launch_configuration = aws_launch_configuration.c.name",
            "aws_launch_configuration.c",
            True,
        ),
        ('launch_configuration = "config"', "aws_launch_configuration.c", True),
    ],
)
def test_what_an_auto_scaling_group_starts(body: str, template: str, truth: bool | None) -> None:
    """One launch template or configuration, by its id or name."""
    assert [(link.to, link.fact.truth) for link in group(body).made_from] == [(template, truth)]


def test_mixed_instances() -> None:
    """Templates, types and attributes of all overrides count."""
    found = group(MIXED)

    assert [link.to for link in found.made_from] == [
        "aws_launch_template.t",
        "aws_launch_template.u",
    ]
    assert [said(each) for each in found.types] == ["m5.large", OPEN, "c5.*"]
    assert [each.truth for each in found.by_attributes] == [False, True]
    assert [link.to for link in found.subnets] == ["aws_subnet.a"]


def test_mixed_instances_of_a_template() -> None:
    """CloudFormation names a launch template everywhere in the same words."""
    text = """
Resources:
  Own: {Type: AWS::EC2::LaunchTemplate, Properties: {LaunchTemplateName: own}}
  More: {Type: AWS::EC2::LaunchTemplate}
  Group:
    Type: AWS::AutoScaling::AutoScalingGroup
    Properties:
      VPCZoneIdentifier: [subnet-1]
      MixedInstancesPolicy:
        LaunchTemplate:
          LaunchTemplateSpecification: {LaunchTemplateName: own, Version: '1'}
          Overrides:
            - InstanceType: m5.large
              LaunchTemplateSpecification: {LaunchTemplateId: !Ref More, Version: '1'}
            - InstanceRequirements: {AllowedInstanceTypes: [c5.*]}
"""
    (found,) = network(text).every(AutoScalingGroup)

    assert [link.to for link in found.made_from] == ["Own", "More"]
    assert [said(each) for each in found.types] == ["m5.large", "c5.*"]
    assert [link.to for link in found.subnets] == ["subnet-1"]


@pytest.mark.parametrize(
    ("subnets", "expected"),
    [
        ("['subnet-1,subnet-2']", ["subnet-1", "subnet-2"]),
        ("[!Join [',', [!Ref A, !Ref B]], subnet-3]", ["A", "B", "subnet-3"]),
        ("[!Sub '${A}, ${B}']", ["A", "B"]),
        ("!Join [',', [!Ref A, !Ref B]]", ["A", "B"]),
        ("!Split [',', !Join [',', [!Ref A, !Ref B]]]", ["A", "B"]),
        ("[!Ref A, !Ref B]", ["A", "B"]),
    ],
)
def test_subnets_with_commas_between(subnets: str, expected: list[str]) -> None:
    """An element of the list may name several, as what another stack exports in one text."""
    text = f"""
Resources:
  A: {{Type: AWS::EC2::Subnet}}
  B: {{Type: AWS::EC2::Subnet}}
  Group:
    Type: AWS::AutoScaling::AutoScalingGroup
    Properties:
      VPCZoneIdentifier: {subnets}
  Service:
    Type: AWS::ECS::Service
    Properties:
      TaskDefinition: web
      NetworkConfiguration: {{AwsvpcConfiguration: {{Subnets: {subnets}}}}}
"""
    read = network(text)
    (group,), (service,) = read.every(AutoScalingGroup), read.every(TaskSource)

    for found in (group.subnets, service.subnets):
        assert [link.to for link in found] == expected


@pytest.mark.parametrize(
    ("overrides", "truth"),
    [
        ("", True),
        ('override { instance_type = "m5.large" }', False),
        ('dynamic "override" {\nfor_each = var.v\ncontent { instance_type = "m5.large" }\n}', None),
        ('override { weighted_capacity = "1" }', True),
        ('override { instance_type = "m5.large" }\noverride { weighted_capacity = "1" }', True),
    ],
    ids=range(5),
)
def test_whether_the_type_of_a_template_is_used(overrides: str, truth: bool | None) -> None:
    """Not where each override names another."""
    inner = f'launch_template_specification {{ launch_template_name = "own" }}\n{overrides}'
    found = group(f"mixed_instances_policy {{\nlaunch_template {{\n{inner}\n}}\n}}")

    assert [each.truth for each in found.own_types] == [truth]


def fleet(found: AutoScalingGroup) -> tuple[str, list[str], list[object], list[str]]:
    """What a part of a fleet starts: its name, templates, types and subnets."""
    return (
        found.id,
        [link.to for link in found.made_from],
        [said(each) for each in found.types],
        [link.to for link in found.subnets],
    )


def test_ec2_fleets() -> None:
    """Each configuration is a group, and its overrides without a subnet one of their own."""
    text = f"""{AROUND}
resource "aws_ec2_fleet" "f" {{
  launch_template_config {{
    launch_template_specification {{ launch_template_id = aws_launch_template.t.id }}
    override {{
      instance_type = "m5.large"
      subnet_id     = aws_subnet.a.id
    }}
    override {{ instance_type = "c5.large" }}
  }}
  launch_template_config {{
    launch_template_specification {{ launch_template_name = "own" }}
  }}
}}
"""
    found = network(text).every(AutoScalingGroup)
    own = "aws_launch_template.t"

    assert [fleet(each) for each in found] == [
        ("aws_ec2_fleet.f", [own], ["m5.large"], ["aws_subnet.a"]),
        ("aws_ec2_fleet.f:1", [own], ["c5.large"], []),
        ("aws_ec2_fleet.f:2", [own], [], []),
    ]
    assert [[fact.truth for fact in each.own_types] for each in found] == [[False], [False], [True]]


def test_spot_fleets() -> None:
    """They spell what they start in other words, and describe instances by themselves."""
    text = f"""{AROUND}
resource "aws_spot_fleet_request" "f" {{
  launch_template_config {{
    launch_template_specification {{ id = aws_launch_template.t.id }}
    overrides {{
      instance_type = "m5.large"
      subnet_id     = aws_subnet.a.id
    }}
  }}
  launch_specification {{
    ami                         = "ami-1"
    instance_type               = "m7.large"
    vpc_security_group_ids      = [aws_security_group.g.id]
    subnet_id                   = aws_subnet.a.id
    associate_public_ip_address = true
  }}
}}
"""
    found = network(text)
    (one,) = found.every(AutoScalingGroup)
    (host,) = (each for each in found.every(Instances) if each.word == "launch specification")

    assert fleet(one) == (
        "aws_spot_fleet_request.f", ["aws_launch_template.t"], ["m5.large"], ["aws_subnet.a"],
    )  # fmt: skip
    assert host.id == "aws_spot_fleet_request.f:specification 0"
    assert [said(each) for each in (*host.types, host.public_address)] == ["m7.large", True]
    assert [link.to for link in (*host.groups, *host.subnets)] == [
        "aws_security_group.g", "aws_subnet.a",
    ]  # fmt: skip


def test_fleets_of_templates() -> None:
    """A Spot Fleet has a block around all, and names groups by a key of their own."""
    text = """
Resources:
  T: {Type: AWS::EC2::LaunchTemplate, Properties: {LaunchTemplateName: own}}
  E:
    Type: AWS::EC2::EC2Fleet
    Properties:
      LaunchTemplateConfigs:
        - LaunchTemplateSpecification: {LaunchTemplateId: !Ref T, Version: '1'}
          Overrides:
            - {InstanceType: m5.large, SubnetId: subnet-1}
            - InstanceRequirements: {AllowedInstanceTypes: [c5.*]}
  S:
    Type: AWS::EC2::SpotFleet
    Properties:
      SpotFleetRequestConfigData:
        LaunchTemplateConfigs:
          - LaunchTemplateSpecification: {LaunchTemplateName: own, Version: '1'}
        LaunchSpecifications:
          - ImageId: ami-1
            InstanceRequirements: {VCpuCount: {Min: 1}}
            SecurityGroups: [{GroupId: sg-1}]
            SubnetId: subnet-3
            NetworkInterfaces:
              - {AssociatePublicIpAddress: true, Groups: [sg-2], SubnetId: subnet-4}
"""
    found = network(text)
    (host,) = (each for each in found.every(Instances) if each.id != "T")

    assert [fleet(each) for each in found.every(AutoScalingGroup)] == [
        ("E", ["T"], ["m5.large"], ["subnet-1"]),
        ("E:1", ["T"], ["c5.*"], []),
        ("S", ["T"], [], []),
    ]
    assert (host.id, host.by_attributes.truth) == ("S:specification 0", True)
    assert [link.to for link in (*host.groups, *host.subnets)] == [
        "sg-1", "sg-2", "subnet-3", "subnet-4",
    ]  # fmt: skip
    assert said(host.public_address) is True


def test_file_systems_that_user_data_names() -> None:
    """It names one to mount it, once however often it does."""
    file_system = "aws_efs_file_system.f"
    script = f"mount ${{{file_system}.id}}:/ /a; echo ${{{file_system}.dns_name}} ${{var.v}}"
    text = f"""{AROUND}
resource "aws_efs_file_system" "f" {{}}
resource "aws_launch_template" "m" {{ user_data = base64encode("{script}") }}
"""
    found = network(text).every(Mount)

    assert [(each.efs.to if each.efs else "", each.instances) for each in found] == [
        (file_system, "aws_launch_template.m")
    ]


@pytest.mark.parametrize(
    ("name", "told", "joined", "needs"),
    [
        ('"main"', "main", ("aws_ecs_cluster.c", True, True), []),
        ('"main"', "other", ("aws_ecs_cluster.o", True, True), []),
        ('"main"', "${aws_ecs_cluster.c.name}", ("aws_ecs_cluster.c", True, True), []),
        ('"main"', "x", ("x", True, False), ["x"]),
        ('"main"', "${var.v}", ("var.v", False, None), ["var.v"]),
        ("var.v", "${var.v}", ("aws_ecs_cluster.c", True, True), []),
        ("var.v", "x", ("x", False, None), ["var.v"]),
        ('"$CLUSTER"', "$CLUSTER", ("aws_ecs_cluster.c", True, True), []),
    ],
)
def test_which_cluster_user_data_names(
    name: str, told: str, joined: tuple[str, bool, bool | None], needs: list[str]
) -> None:
    """One of the sources by its name; another one, unless a name that is not known may be it."""
    text = f"""
variable "v" {{}}
resource "aws_ecs_cluster" "c" {{ name = {name} }}
resource "aws_ecs_cluster" "o" {{ name = "other" }}
resource "aws_launch_template" "t" {{
  user_data = base64encode("#!/bin/bash\\necho ECS_CLUSTER={told} >> /etc/ecs/ecs.config\\n")
}}
"""
    (host,) = network(text).every(Instances)

    assert host.agent is not None
    link = host.agent.cluster
    assert link is not None
    assert (link.to, link.exact, link.written) == joined
    assert [need.name for need in link.fact.needs] == needs
