"""What instances are made from: their groups and interfaces, wherever these are written."""

import re

import pytest

from lowering.networks import network, said
from taskwall.lowering import lower
from taskwall.model.compute.container_instances import Instances, MetadataDefaults
from taskwall.model.entities.ecs import AutoScalingGroup
from taskwall.readers import cloudformation, terraform
from taskwall.source.files import Files
from taskwall.source.stack import Inputs

HCL = """
resource "aws_security_group" "web" { name = "web" }
resource "TYPE" "host" {
  GROUPS
}
"""
TEMPLATE = """
Resources:
  Web: {Type: AWS::EC2::SecurityGroup, Properties: {GroupName: web, GroupDescription: web}}
  Host: {Type: TYPE, Properties: GROUPS}
"""
DATA = "{LaunchTemplateData: {SecurityGroups: [!Ref Web]}}"


@pytest.mark.parametrize(
    ("type_", "groups"),
    [
        ("aws_instance", "vpc_security_group_ids = [aws_security_group.web.id]"),
        ("aws_instance", "security_groups = [aws_security_group.web.name]"),
        ("aws_instance", "security_groups = [aws_security_group.web.id]"),
        ("aws_launch_template", "security_group_names = [aws_security_group.web.name]"),
        ("AWS::EC2::Instance", "{SecurityGroupIds: [!Ref Web]}"),
        ("AWS::EC2::Instance", "{SecurityGroups: [!Ref Web]}"),
        ("AWS::EC2::Instance", "{SecurityGroups: [web]}"),
        ("AWS::EC2::LaunchTemplate", DATA),
    ],
)
def test_instances_name_groups_by_ids_and_by_names(type_: str, groups: str) -> None:
    """What names none would have the default group of its VPC, which lets other things in."""
    name, text = ("t.yaml", TEMPLATE) if "::" in type_ else ("main.tf", HCL)
    files = Files({name: text.replace("TYPE", type_).replace("GROUPS", groups)})
    read = cloudformation.stacks if "::" in type_ else terraform.stacks
    stacks, _ = read([name], files, Inputs())

    (host,) = lower(stacks[0].evaluate({}).resources).network.every(Instances)

    assert [link.to.lower().rpartition(".")[2] for link in host.groups] == ["web"]
    assert all(link.exact for link in host.groups)


INTERFACE = """
resource "aws_subnet" "a" { cidr_block = "10.0.1.0/24" }
resource "aws_security_group" "web" { name = "web" }
data "aws_network_interface" "other" { id = "eni-0123456789abcdef0" }
resource "aws_network_interface" "own" {
  subnet_id       = aws_subnet.a.id
  security_groups = [aws_security_group.web.id]
}
resource "aws_instance" "host" {
  network_interface { network_interface_id = ID }
}
"""
INTERFACE_TEMPLATE = """
Parameters: {Given: {Type: String}}
Resources:
  a: {Type: AWS::EC2::Subnet, Properties: {CidrBlock: 10.0.1.0/24}}
  web: {Type: AWS::EC2::SecurityGroup, Properties: {GroupName: web, GroupDescription: web}}
  own: {Type: AWS::EC2::NetworkInterface, Properties: {SubnetId: !Ref a, GroupSet: [!Ref web]}}
  Host: {Type: AWS::EC2::Instance, Properties: {NetworkInterfaces: [{NetworkInterfaceId: ID}]}}
"""


def with_interface(name: str, id_: str) -> Instances:
    """An instance that names its network interface."""
    text = (INTERFACE if name == "main.tf" else INTERFACE_TEMPLATE).replace("ID }", f"{id_} }}")
    files = Files({name: text.replace("ID}", f"{id_}}}")})
    read = terraform.stacks if name == "main.tf" else cloudformation.stacks
    stacks, _ = read([name], files, Inputs())
    (host,) = lower(stacks[0].evaluate({}).resources).network.every(Instances)
    return host


@pytest.mark.parametrize(
    ("name", "id_"), [("main.tf", "aws_network_interface.own.id"), ("t.yaml", "!Ref own")]
)
def test_an_interface_of_the_sources_gives_an_instance_all(name: str, id_: str) -> None:
    """Its groups and its subnet, and no public address, whatever the subnet gives others."""
    host = with_interface(name, id_)

    ends = [link.to.rpartition(".")[2] for link in (*host.groups, *host.subnets)]
    assert ends == ["web", "a"]
    assert [each.rpartition(".")[2] for each in host.interfaces] == ["own"]
    assert host.public_address is not None
    assert host.public_address.known is False


@pytest.mark.parametrize(
    ("name", "id_"),
    [
        ("main.tf", '"eni-0123456789abcdef0"'),
        ("main.tf", "var.given"),
        ("main.tf", "data.aws_network_interface.other.id"),
        ("t.yaml", "!Ref Given"),
    ],
)
def test_an_interface_from_elsewhere_leaves_an_instance_unknown(name: str, id_: str) -> None:
    """It is not taken to have the default group, nor the subnets of a default VPC."""
    host = with_interface(name, id_)

    settings = (host.groups_setting, host.subnets_setting, host.public_address)
    assert all(each is not None and each.needs for each in settings)
    assert not host.interfaces


DYNAMIC = """dynamic "network_interface" {
    for_each = var.v
    content { network_interface_id = aws_network_interface.own.id }
  }"""


@pytest.mark.parametrize("counted", [False, True])
@pytest.mark.parametrize("dynamic", [False, True])
def test_an_interface_that_may_not_be_there(counted: bool, dynamic: bool) -> None:
    """What it gives an instance waits for what decides that, of either."""
    text = INTERFACE.replace("ID }", "aws_network_interface.own.id }")
    if dynamic:
        text = text.replace("network_interface { network_interface_id", "GIVEN {")
        text = re.sub(r"GIVEN.*", DYNAMIC, text)
    if counted:
        text = text.replace('"own" {', '"own" {\n  count = var.v ? 1 : 0').replace(
            "own.id", "own[0].id"
        )
    (host,) = network(f'variable "v" {{}}\n{text}').every(Instances)

    waits = [
        {need.name for need in link.fact.waits_for()} for link in (*host.groups, *host.subnets)
    ]
    assert waits == [{"var.v"} if counted or dynamic else set()] * 2


@pytest.mark.parametrize(
    ("wanted", "waits"), [("[1]", [[]]), ("[1, 2]", [[], []]), ("var.open", [["var.open"]])]
)
def test_a_launch_specification_may_not_be_there(wanted: str, waits: list[list[str]]) -> None:
    """One of a list that is not known is there as far as the list holds anything."""
    text = f"""
variable "open" {{}}
resource "aws_spot_fleet_request" "hosts" {{
  dynamic "launch_specification" {{
    for_each = {wanted}
    content {{
      instance_type = "m7i.large"
    }}
  }}
}}
"""
    stacks, _ = terraform.stacks(["main.tf"], Files({"main.tf": text}), Inputs())
    found = lower(stacks[0].evaluate({}).resources).network.every(Instances)

    assert [[need.name for need in one.origin.maybe] for one in found] == waits


@pytest.mark.parametrize(
    ("block", "kind", "is_written"),
    [
        ('"aws_ec2_instance_metadata_defaults" "all" {}', MetadataDefaults, True),
        ('"aws_launch_template" "hosts" {}', Instances, True),
        ('"aws_spot_fleet_request" "hosts" {\n  launch_specification {}\n}', Instances, False),
    ],
)
def test_where_options_for_metadata_can_be_written(
    block: str, kind: type[Instances | MetadataDefaults], is_written: bool
) -> None:
    """A launch specification has none, so that no fix sets any there."""
    stacks, _ = terraform.stacks(["main.tf"], Files({"main.tf": f"resource {block}\n"}), Inputs())
    (found,) = lower(stacks[0].evaluate({}).resources).network.every(kind)
    options = found.metadata if isinstance(found, Instances) else found.options

    assert options is not None
    for option in (options.endpoint, options.tokens, options.hop_limit):
        assert (option.attribute is not None) is is_written


FIRST = 'network_interfaces {\nsubnet_id = "subnet-1"\nsecurity_groups = ["sg-1"]\n}\n'
SECOND = 'network_interfaces {\nsubnet_id = "subnet-2"\nsecurity_groups = ["sg-2"]\n}\n'
BARE = "network_interfaces {}\n"


@pytest.mark.parametrize(
    ("type_", "body", "groups", "subnets", "subnet"),
    [
        pytest.param(
            "aws_launch_template", FIRST + SECOND, ["sg-1", "sg-2"], ["subnet-1", "subnet-2"],
            "subnet-1", id="two",
        ),
        pytest.param(
            "aws_launch_template", BARE + SECOND + FIRST, ["sg-2", "sg-1"],
            ["subnet-2", "subnet-1"], "subnet-2", id="three",
        ),
        pytest.param(
            "aws_launch_template", f'vpc_security_group_ids = ["sg-0"]\n{FIRST}',
            ["sg-0", "sg-1"], ["subnet-1"], "subnet-1", id="one beside groups",
        ),
        pytest.param(
            "aws_launch_template", f'security_group_names = ["web"]\n{BARE}', ["web"], [],
            None, id="one beside names of groups",
        ),
        pytest.param(
            "aws_instance", 'subnet_id = "subnet-0"\nsecurity_groups = ["web"]\n', ["web"],
            ["subnet-0"], "subnet-0", id="none",
        ),
        pytest.param("aws_instance", "", [], [], None, id="nothing"),
        pytest.param("aws_launch_template", "", [], [], None, id="a template with nothing"),
    ],
)  # fmt: skip
def test_groups_and_subnets_of_interfaces(
    type_: str, body: str, groups: list[str], subnets: list[str], subnet: str | None
) -> None:
    """All count; a message shows what the instance says itself, else the first that says so."""
    (host,) = network(f'resource "{type_}" "h" {{\n{body}\n}}\n').every(Instances)

    assert [link.to for link in host.groups] == groups
    assert [link.to for link in host.subnets] == subnets
    assert (host.groups_setting.written, said(host.subnets_setting)) == (bool(groups), subnet)


POLICY = """
variable "open" {{}}
resource "aws_launch_template" "t" {{}}
resource "aws_launch_template" "u" {{}}
resource "aws_autoscaling_group" "g" {{
  mixed_instances_policy {{
    launch_template {{
      launch_template_specification {{
        launch_template_id = aws_launch_template.t.id
      }}
      {overrides}
    }}
  }}
}}
"""
OTHER = "launch_template_specification {\nlaunch_template_id = aws_launch_template.u.id\n}\n"
TYPED, WEIGHTED = 'instance_type = "m7i.large"\n', 'weighted_capacity = "1"\n'


def override(body: str, wanted: str = "") -> str:
    """An override, or one that may be there."""
    if wanted:
        return f'dynamic "override" {{\nfor_each = {wanted}\ncontent {{\n{body}}}\n}}\n'
    return f"override {{\n{body}}}\n"


@pytest.mark.parametrize(
    ("overrides", "starts", "waits"),
    [
        pytest.param("", {"t": True}, [], id="none"),
        pytest.param(override(TYPED), {"t": False}, [], id="a type"),
        pytest.param(override(WEIGHTED), {"t": True}, [], id="no type"),
        pytest.param(
            override("instance_requirements {\nvcpu_count { min = 1 }\n}\n"), {"t": False}, [],
            id="attributes",
        ),
        pytest.param(override(OTHER), {"t": False, "u": True}, [], id="another template"),
        pytest.param(
            override(OTHER + TYPED), {"t": False, "u": False}, [], id="another template and type",
        ),
        pytest.param(
            override(OTHER) + override(WEIGHTED), {"t": True, "u": True}, [],
            id="another template, and no type",
        ),
        pytest.param(override(TYPED, "var.open"), {"t": None}, ["var.open"], id="perhaps a type"),
        pytest.param(
            override(OTHER, "var.open"), {"t": None, "u": None}, ["var.open"],
            id="perhaps another template",
        ),
    ],
)  # fmt: skip
def test_whose_instance_type_is_used(
    overrides: str, starts: dict[str, bool | None], waits: list[str]
) -> None:
    """That of a template for each override that names none, and where there is no override."""
    (group,) = network(POLICY.format(overrides=overrides)).every(AutoScalingGroup)

    assert [link.to.rpartition(".")[2] for link in group.made_from] == [*starts]
    assert [fact.truth for fact in group.own_types] == [*starts.values()]
    needs = [need.name for fact in group.own_types for need in fact.waits_for()]
    assert list(dict.fromkeys(needs)) == waits


@pytest.mark.parametrize(
    ("named", "to", "waits"),
    [
        ("id = aws_launch_template.t.id", "aws_launch_template.t", []),
        ("id = var.open", "var.open", ["var.open"]),
        ('version = "1"', "", ["the launch template of aws_autoscaling_group.g"]),
    ],
    ids=["by its id", "not known", "not named"],
)
def test_a_launch_template_that_a_group_names(named: str, to: str, waits: list[str]) -> None:
    """One that is not named is waited for by the group that starts it."""
    (group,) = network(f"""
variable "open" {{}}
resource "aws_launch_template" "t" {{}}
resource "aws_autoscaling_group" "g" {{
  launch_template {{
    {named}
  }}
}}
""").every(AutoScalingGroup)

    (link,) = group.made_from
    assert link.to == to
    assert [need.name for need in link.fact.needs] == waits


@pytest.mark.parametrize(
    ("type_", "body", "lacking"),
    [
        ("aws_launch_template", "", None),
        ("aws_instance", 'ami = "resolve:ssm:/aws/service/ecs/optimized-ami/x"', "user_data"),
        (
            "aws_launch_template",
            'image_id = "resolve:ssm:/aws/service/ecs/optimized-ami/x"',
            "user_data",
        ),
        (
            "aws_launch_template",
            'image_id = "resolve:ssm:/aws/service/bottlerocket/aws-ecs-2/x"',
            None,
        ),
    ],
    ids=["no image", "an instance", "a template", "Bottlerocket"],
)
def test_an_agent_without_user_data(type_: str, body: str, lacking: str | None) -> None:
    """It joins no cluster that user data names; an image of Amazon Linux may be given some."""
    (host,) = network(f'resource "{type_}" "h" {{\n{body}\n}}\n').every(Instances)
    agent = host.agent
    assert agent is not None
    assert agent.cluster is not None

    assert (agent.joins.truth, agent.written) == (False, False)
    assert (agent.cluster.to, agent.cluster.fact.truth) == ("default", False)
    assert (agent.lacking and agent.lacking.path) == lacking
