"""What a module or nested template that is not there may make of what it is given."""

from pathlib import Path

import pytest

from lowering.networks import network
from taskwall.core.values import Fields, Reference
from taskwall.lowering import lowered_types
from taskwall.lowering._absent import with_possible
from taskwall.model.entities.door import Door
from taskwall.model.entities.ecs import TaskSource
from taskwall.model.entities.load_balancer import LoadBalancer, TrafficShift
from taskwall.model.exposure.listener_ports import listening
from taskwall.readers import cloudformation, terraform
from taskwall.source.files import Files
from taskwall.source.resource import Resource
from taskwall.source.stack import Inputs, Stack

HCL = """
resource "aws_lb" "web" {
  subnets = ["subnet-12345678"]
}
resource "aws_security_group" "web" {}
resource "aws_instance" "web" { vpc_security_group_ids = [aws_security_group.web.id] }
resource "aws_vpc" "main" {}
module "m" {
  source = "a/b/c"
  given  = GIVEN
}
"""
YAML = """
Resources:
  Web: {Type: "AWS::ElasticLoadBalancingV2::LoadBalancer", Properties: {Subnets: [subnet-12345678]}}
  Group: {Type: "AWS::EC2::SecurityGroup", Properties: {GroupDescription: web}}
  M:
    Type: AWS::CloudFormation::Stack
    Properties:
      TemplateURL: https://example.com/m.yml
      Parameters: {Given: GIVEN}
"""
LISTENER = ["aws_lb_listener", "aws_cloudwatch_log_delivery_source"]
RULES = ["aws_vpc_security_group_ingress_rule", "aws_vpc_security_group_egress_rule"]


def made(stack: Stack) -> list[str]:
    """The types of what may be added to what is given, users of it left out."""
    assert lowered_types()  # what things are is known once these are found
    resources = stack.evaluate({}).resources
    found = with_possible(resources)[len(resources) - 1 :]
    return [one.type for one in found if "[" in one.origin.address]


def test_compensations_count_only_where_they_are_written() -> None:
    """A VPC that is given gets logs and endpoints, but no encryption control or private zone."""
    text = HCL.replace("GIVEN", "aws_vpc.main.id")
    ((stack,), _) = terraform.stacks(["main.tf"], Files({"main.tf": text}), Inputs())

    found = made(stack)

    assert {"aws_flow_log", "aws_vpc_endpoint"} <= set(found)
    assert not {"aws_vpc_encryption_control", "aws_route53_zone"} & set(found)


@pytest.mark.parametrize(
    ("given", "types"),
    [
        ("aws_lb.web.arn", LISTENER),
        ("aws_lb.web", LISTENER),
        ("[aws_lb.web.id]", LISTENER),
        ('"x/${aws_lb.web.name}"', LISTENER),
        ("{ lb = { arn = aws_lb.web.arn } }", LISTENER),
        ("aws_lb.web.dns_name", []),
        ("aws_lb.web.arn_suffix", []),
        ("aws_instance.web.vpc_security_group_ids", ["aws_eip_association", *RULES]),
        ("aws_security_group.web.id", RULES),
        ('"sg-12345678"', []),
    ],
)
def test_what_a_module_is_given(given: str, types: list[str]) -> None:
    """By whatever names a thing it is handed over, but by what only describes it."""
    path = "/r/main.tf"
    files = Files({path: HCL.replace("GIVEN", given)})
    (stack,), _ = terraform.stacks([path], files, Inputs(boundary="/r"))
    assert made(stack) == types


@pytest.mark.parametrize(
    ("given", "types"),
    [
        ("!Ref Web", LISTENER),
        ("!GetAtt Web.LoadBalancerArn", LISTENER),
        ("!GetAtt Web.DNSName", []),
        ("!GetAtt Group.GroupId", RULES),
        ("!Join [',', [!Ref Group]]", RULES),
    ],
)
def test_what_a_nested_template_is_given(tmp_path: Path, given: str, types: list[str]) -> None:
    """The same of parameters."""
    path = str(tmp_path / "main.yaml")
    files = Files({path: YAML.replace("GIVEN", given)})
    (stack,), _ = cloudformation.stacks([path], files, Inputs(boundary=str(tmp_path)))
    assert made(stack) == types


CUSTOM = """
Resources:
  Group: {Type: "AWS::EC2::SecurityGroup", Properties: {GroupDescription: web}}
  M: {Type: TYPE, Properties: {ServiceToken: function, In: !Ref Group}}
"""


@pytest.mark.parametrize("type_", ["Custom::AWS", "AWS::CloudFormation::CustomResource"])
def test_a_custom_resource_is_no_module(tmp_path: Path, type_: str) -> None:
    """What its function does is not seen, and taken to change nothing that it is given."""
    path = str(tmp_path / "main.yaml")
    files = Files({path: CUSTOM.replace("TYPE", type_)})
    (stack,), _ = cloudformation.stacks([path], files, Inputs(boundary=str(tmp_path)))
    resources = stack.evaluate({}).resources
    assert with_possible(resources) is resources


PROVISIONED = """
resource "aws_security_group" "web" {}
resource "null_resource" "m" {
  triggers = { group = aws_security_group.web.id }
  provisioner "local-exec" {
    command = "aws ec2 authorize-security-group-ingress --group-id ${aws_security_group.web.id}"
  }
}
"""


def test_a_provisioner_is_no_module() -> None:
    """What its command does is not seen, and taken to change nothing that it is given."""
    files = Files({"/r/main.tf": PROVISIONED})
    (stack,), _ = terraform.stacks(["/r/main.tf"], files, Inputs(boundary="/r"))
    resources = stack.evaluate({}).resources
    assert with_possible(resources) is resources


MODULE = 'resource "%s" "x" {}\nmodule "m" {\n  source = "a/b/c"\n  given  = %s\n}\n'


def possible(type_: str, given: str = "") -> list[Resource]:
    """What a module may make of a thing of a type, which it is given."""
    text = MODULE % (type_, given or f"{type_}.x.id")
    (stack,), _ = terraform.stacks(["/r/main.tf"], Files({"/r/main.tf": text}), Inputs())
    resources = stack.evaluate({}).resources
    return [*with_possible(resources)][len(resources) - 1 :]


ADDED: dict[str, list[str]] = {
    "aws_vpc": [
        "aws_vpc_endpoint", "aws_flow_log",
        "aws_vpc_peering_connection", "aws_ec2_transit_gateway_vpc_attachment",
        "aws_networkmanager_vpc_attachment", "aws_vpn_gateway",
        "aws_vpc_ipv4_cidr_block_association", "aws_vpc_ipv6_cidr_block_association",
        "aws_vpc_block_public_access_exclusion",
        "aws_main_route_table_association", "aws_default_security_group",
    ],
    "aws_subnet": ["aws_vpc_block_public_access_exclusion"],
    "aws_route_table": ["aws_route"],
    "aws_network_acl": ["aws_network_acl_rule"],
    "aws_ec2_managed_prefix_list": ["aws_ec2_managed_prefix_list_entry"],
    "aws_elb": ["aws_lb_ssl_negotiation_policy", "aws_load_balancer_listener_policy"],
    "aws_lb_listener": ["aws_lb_listener_rule", "aws_lb_listener_certificate"],
    "aws_instance": ["aws_eip_association"],
    "aws_network_interface": ["aws_eip_association"],
    "aws_vpc_endpoint": [
        "aws_vpc_endpoint_policy", "aws_vpc_endpoint_private_dns",
        "aws_vpc_endpoint_security_group_association",
        "aws_vpc_endpoint_route_table_association",
    ],
    "aws_vpc_endpoint_service": ["aws_vpc_endpoint_service_allowed_principal"],
    "aws_service_discovery_private_dns_namespace": ["aws_service_discovery_service"],
    "aws_appmesh_mesh": ["aws_appmesh_virtual_service"],
    "aws_ec2_transit_gateway_route_table": ["aws_ec2_transit_gateway_route"],
    "aws_networkmanager_core_network": ["aws_networkmanager_core_network_policy_attachment"],
    "aws_vpn_connection": ["aws_vpn_connection_route"],
    "aws_ram_resource_share": ["aws_ram_principal_association"],
    "aws_vpclattice_target_group": ["aws_vpclattice_target_group_attachment"],
    "aws_vpclattice_listener": ["aws_vpclattice_listener_rule"],
    "aws_vpclattice_service": [
        "aws_vpclattice_listener", "aws_vpclattice_service_network_service_association",
    ],
}  # fmt: skip


@pytest.mark.parametrize(("type_", "added"), ADDED.items(), ids=ADDED)
def test_what_may_be_added(type_: str, added: list[str]) -> None:
    """To each kind of thing others are added by the attribute that refers to it."""
    found = [each for each in possible(type_) if "[" in each.origin.address]

    assert [each.type for each in found] == added
    for each in found:
        (value,) = each.body.fields.values()
        while isinstance(value, Fields):
            (value,) = value.fields.values()
        assert isinstance(value, Reference)
        assert value.resource == f"{type_}.x"


USED: dict[str, list[str]] = {
    "aws_subnet": ["aws_ecs_service", "aws_lb", "aws_vpc_endpoint"],
    "aws_security_group": [
        "aws_ecs_service", "aws_instance", "aws_lb", "aws_vpc_endpoint", "aws_db_instance",
    ],
    "aws_lb_target_group": ["aws_ecs_service", "aws_lb_listener"],
    "aws_elb": ["aws_ecs_service"],
    "aws_ecs_cluster": ["aws_ecs_service"],
    "aws_ecs_task_definition": ["aws_ecs_service"],
    "aws_db_instance": ["aws_ecs_task_definition"],
    "aws_autoscaling_group": ["aws_ecs_capacity_provider"],
    "aws_ecs_capacity_provider": ["aws_ecs_cluster_capacity_providers"],
    "aws_launch_template": ["aws_autoscaling_group"],
    "aws_route_table": ["aws_vpc_endpoint"],
    "aws_cloudfront_vpc_origin": ["aws_cloudfront_distribution"],
    "aws_vpn_gateway": ["aws_vpn_connection"],
    "aws_customer_gateway": ["aws_vpn_connection"],
    "aws_ec2_transit_gateway": ["aws_vpn_connection"],
    "aws_network_acl": [],
    "aws_ec2_transit_gateway_vpc_attachment": [],
}  # fmt: skip


@pytest.mark.parametrize(("type_", "users"), USED.items(), ids=USED)
def test_what_may_use_it(type_: str, users: list[str]) -> None:
    """A thing may be used by what has an attribute for it; not by what ties two things together."""
    found = [each for each in possible(type_) if "[" not in each.origin.address]

    assert [each.type for each in found] == users


@pytest.mark.parametrize(("attribute", "gives"), [("name", True), ("arn", False), ("id", False)])
def test_who_may_give_a_cluster_its_providers(attribute: str, gives: bool) -> None:
    """Capacity providers are given to a cluster by its name: its ARN says only where tasks run."""
    found = {each.type for each in possible("aws_ecs_cluster", f"aws_ecs_cluster.x.{attribute}")}

    assert ("aws_ecs_cluster_capacity_providers" in found) is gives
    assert "aws_ecs_service" in found


MAKES = {
    "RaJiska/fck-nat/aws": {"aws_instance"},
    "cloudposse/efs/aws": {"aws_db_instance", *RULES},
    "cloudposse/elasticache-redis/aws": {"aws_db_instance", *RULES},
    "cloudposse/elasticsearch/aws": {"aws_db_instance"},
    "cloudposse/rds/aws": {"aws_db_instance"},
    "cloudposse/rds-cluster/aws": {"aws_db_instance"},
    "terraform-aws-modules/ec2-instance/aws": {"aws_instance"},
    "terraform-aws-modules/efs/aws": {"aws_db_instance"},
    "terraform-aws-modules/eks/aws": set(),
    "terraform-aws-modules/elasticache/aws//modules/serverless-cache": {"aws_db_instance"},
    "terraform-aws-modules/global-accelerator/aws": set(),
    "terraform-aws-modules/lambda/aws": set(),
    "terraform-aws-modules/rds/aws//modules/db_instance": {"aws_db_instance"},
    "terraform-aws-modules/rds-aurora/aws": {"aws_db_instance"},
    "terraform-aws-modules/apigateway-v2/aws": set(),
    "terraform-aws-modules/dms/aws": set(),
    "terraform-aws-modules/memory-db/aws": {"aws_db_instance"},
    "terraform-aws-modules/msk-kafka-cluster/aws": {"aws_db_instance"},
    "terraform-aws-modules/opensearch/aws": {"aws_db_instance"},
    "terraform-aws-modules/rds-proxy/aws": {"aws_db_instance"},
    "terraform-aws-modules/redshift/aws": {"aws_db_instance"},
    "terraform-aws-modules/s3-bucket/aws": {"aws_db_instance"},
    "terraform-aws-modules/app-runner/aws": {*USED["aws_security_group"], *RULES},
}


@pytest.mark.parametrize(("source", "users"), MAKES.items(), ids=MAKES)
def test_what_a_known_module_makes(source: str, users: set[str]) -> None:
    """A database runs no tasks, whatever group it is given; of other modules anything may be."""
    text = MODULE.replace("a/b/c", source) % ("aws_security_group", "aws_security_group.x.id")
    (stack,), _ = terraform.stacks(["/r/main.tf"], Files({"/r/main.tf": text}), Inputs())
    found = with_possible(stack.evaluate({}).resources)

    assert {one.type for one in found if one.origin.maybe} == users


def test_an_instance_for_nat_gets_routes() -> None:
    """The module of one adds a route to the tables that it is given, and nothing else."""
    text = MODULE.replace("a/b/c", "RaJiska/fck-nat/aws")
    text %= ("aws_route_table", "aws_route_table.x.id")
    (stack,), _ = terraform.stacks(["/r/main.tf"], Files({"/r/main.tf": text}), Inputs())
    found = with_possible(stack.evaluate({}).resources)

    assert [one.type for one in found if one.origin.maybe] == ["aws_route"]


def test_where_arguments_stand_that_an_expression_makes() -> None:
    """They have no lines of their own: what may come of them stands where all of them do."""
    text = """
resource "aws_security_group" "web" {}
resource "aws_cloudformation_stack" "s" {
  template_url = "https://example.com/m.yml"
  parameters   = { for name in ["Group"] : name => aws_security_group.web.id }
}
"""
    (stack,), _ = terraform.stacks(["/r/main.tf"], Files({"/r/main.tf": text}), Inputs())
    found = with_possible(stack.evaluate({}).resources)
    added = [one.origin for one in found if "[" in one.origin.address]

    assert {origin.header.line for origin in added} == {5}
    assert {need.handed and need.handed.line for origin in added for need in origin.maybe} == {5}


HANDED: dict[str, tuple[str, list[str]]] = {
    "a map": ("{ Group = aws_security_group.x.id }", RULES),
    "a map behind a name": ("local.given", RULES),
    "a map with more that is not known": (
        "merge(var.v, { Group = aws_security_group.x.id })", RULES,
    ),
    "a map that is not known": ("var.v", []),
    "null": ("null", []),
    "no map": ("aws_security_group.x.id", RULES),
    "a map of what only describes it": ("{ Group = aws_lb.x.zone_id }", []),
}  # fmt: skip


@pytest.mark.parametrize(("parameters", "types"), HANDED.values(), ids=HANDED)
def test_what_parameters_hand_over(parameters: str, types: list[str]) -> None:
    """Whatever is known of them, if they are a map or not."""
    text = f"""
variable "v" {{}}
locals {{ given = {{ Group = aws_security_group.x.id }} }}
resource "aws_lb" "x" {{}}
resource "aws_security_group" "x" {{}}
resource "aws_cloudformation_stack" "s" {{
  template_url = "https://example.com/m.yml"
  parameters   = {parameters}
}}
"""
    (stack,), _ = terraform.stacks(["/r/main.tf"], Files({"/r/main.tf": text}), Inputs())

    assert made(stack) == types


TIED = {
    "aws_network_acl_association": ("aws_network_acl", "aws_subnet"),
    "aws_route_table_association": ("aws_route_table", "aws_subnet"),
    "aws_vpn_gateway_attachment": ("aws_vpc", "aws_vpn_gateway"),
    "aws_ec2_transit_gateway_route_table_association": (
        "aws_ec2_transit_gateway_vpc_attachment", "aws_ec2_transit_gateway_route_table",
    ),
    "aws_ec2_transit_gateway_route_table_propagation": (
        "aws_ec2_transit_gateway_vpc_attachment", "aws_ec2_transit_gateway_route_table",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("type_", "ends"), TIED.items(), ids=TIED)
def test_what_may_tie_two_things_together(type_: str, ends: tuple[str, str]) -> None:
    """It takes both to be given."""
    text = "".join(f'resource "{each}" "x" {{}}\n' for each in ends)
    text += f'module "m" {{\n  source = "a/b/c"\n  a = {ends[0]}.x.id\n  b = {ends[1]}.x.id\n}}\n'
    (stack,), _ = terraform.stacks(["/r/main.tf"], Files({"/r/main.tf": text}), Inputs())

    assert type_ in [each.type for each in with_possible(stack.evaluate({}).resources)]


@pytest.mark.parametrize(
    ("type_", "attribute"),
    [
        ("aws_vpc", "cidr_block"),
        ("aws_vpc", "ipv6_cidr_block"),
        ("aws_lb", "zone_id"),
        ("aws_subnet", "availability_zone"),
        ("aws_lb_target_group", "port"),
        ("aws_lb_target_group", "protocol"),
    ],
)
def test_what_only_describes_a_thing(type_: str, attribute: str) -> None:
    """By that nobody can change or use it."""
    assert possible(type_, f"{type_}.x.{attribute}") == []


@pytest.mark.parametrize(
    "attribute",
    [
        "Vpc.CidrBlock", "Vpc.CidrBlockAssociations", "Vpc.Ipv6CidrBlocks",
        "Balancer.CanonicalHostedZoneID", "Balancer.LoadBalancerFullName",
        "Balancer.LoadBalancerName", "Target.TargetGroupFullName", "Subnet.AvailabilityZone",
    ],
)  # fmt: skip
def test_what_only_describes_a_thing_of_a_template(attribute: str) -> None:
    """The same in CloudFormation's words."""
    text = f"""
Resources:
  Vpc: {{Type: AWS::EC2::VPC}}
  Subnet: {{Type: AWS::EC2::Subnet}}
  Balancer: {{Type: AWS::ElasticLoadBalancingV2::LoadBalancer}}
  Target: {{Type: AWS::ElasticLoadBalancingV2::TargetGroup}}
  M:
    Type: AWS::CloudFormation::Stack
    Properties:
      TemplateURL: https://example.com/m.yml
      Parameters: {{Given: !GetAtt {attribute}}}
"""
    (stack,), _ = cloudformation.stacks(["/r/t.yaml"], Files({"/r/t.yaml": text}), Inputs())
    resources = stack.evaluate({}).resources

    assert len(with_possible(resources)) == len(resources) - 1


FROM_ELSEWHERE = """
variable "v" {}
data "aws_security_group" "web" { name = "web" }
resource "aws_vpc_security_group_ingress_rule" "r" { security_group_id = RULED }
module "m" {
  source = "a/b/c"
  given  = GIVEN
}
"""
GROUP_IDS = ("var.v", '"sg-1"', '"sg-2"', "data.aws_security_group.web.id")


@pytest.mark.parametrize("given", GROUP_IDS)
@pytest.mark.parametrize("ruled", GROUP_IDS)
def test_a_group_from_elsewhere(ruled: str, given: str) -> None:
    """It is one if a rule of the sources is for it, and may be used by what it is given to."""
    text = FROM_ELSEWHERE.replace("RULED", ruled).replace("GIVEN", given)
    (stack,), _ = terraform.stacks(["/r/main.tf"], Files({"/r/main.tf": text}), Inputs())
    resources = stack.evaluate({}).resources
    found = with_possible(resources)[len(resources) - 1 :]

    assert [one.type for one in found] == (USED["aws_security_group"] if given == ruled else [])


CALLED = {
    "aws_security_group": [
        "an ingress rule", "an egress rule", "a service", "an instance", "a load balancer",
        "an endpoint", "a database",
    ],
    "aws_lb_target_group": ["a service", "a listener"],
    "aws_db_instance": ["a task definition"],
    "aws_launch_template": ["an Auto Scaling group"],
    "aws_network_acl": ["network acl rule"],
}  # fmt: skip


@pytest.mark.parametrize(("type_", "words"), CALLED.items(), ids=CALLED)
def test_what_messages_call_what_may_be_there(type_: str, words: list[str]) -> None:
    """Its kind, and the module that may have it."""
    assert [each.origin.name for each in possible(type_)] == [
        f"{each} in module.m" for each in words
    ]


def test_a_block_for_each_thing() -> None:
    """A service that gets two things to register in has each in a block without the other."""
    text = 'resource "aws_lb_target_group" "a" {}\nresource "aws_elb" "b" {}\n'
    text += 'module "m" {\nsource = "a/b/c"\na = aws_lb_target_group.a.arn\nb = aws_elb.b.name\n}\n'
    (source,) = (each for each in network(text).every(TaskSource) if each.origin.maybe)

    ends = [
        tuple(link and link.to for link in (each.target_group, each.load_balancer))
        for each in source.bindings
    ]

    alternate = ("", None)  # of a blue/green deployment, which either block may name
    assert ends == [("aws_lb_target_group.a", None), alternate, alternate, (None, "aws_elb.b")]


def test_what_may_be_there_is_no_door() -> None:
    """A VPC that a module gets may be attached to a core network, which is no door."""
    text = MODULE % ("aws_vpc", "aws_vpc.x.id")
    written = 'resource "aws_networkmanager_vpc_attachment" "a" { vpc_arn = aws_vpc.x.arn }\n'

    assert [each.name for each in network(text + written).every(Door)] == [
        "aws_networkmanager_vpc_attachment.a"
    ]


@pytest.mark.parametrize(
    ("handed", "waits"),
    [("Targets", []), ("Balancer", ["M"]), ("Balancer.LoadBalancerFullName", [])],
)
def test_a_listener_that_is_made_elsewhere_is_of_what_is_handed_over(
    handed: str, waits: list[str]
) -> None:
    """Who gets a target group makes no listener of the load balancer in front of it."""
    found = network(f"""
Resources:
  Balancer: {{Type: "AWS::ElasticLoadBalancingV2::LoadBalancer"}}
  Targets: {{Type: "AWS::ElasticLoadBalancingV2::TargetGroup", Properties: {{Port: 80}}}}
  Listener:
    Type: AWS::ElasticLoadBalancingV2::Listener
    Properties:
      LoadBalancerArn: !Ref Balancer
      Port: 80
      Protocol: HTTP
      DefaultActions: [{{Type: forward, TargetGroupArn: !Ref Targets}}]
  M:
    Type: AWS::CloudFormation::Stack
    Properties:
      TemplateURL: https://example.com/m.yml
      Parameters: {{Given: {"!GetAtt" if "." in handed else "!Ref"} {handed}}}
""")
    (balancer,) = (one for one in found.every(LoadBalancer) if not one.origin.silent)

    assert [need.name for need in listening(found, balancer).needs] == waits
    assert listening(found, balancer).tcp.spans == ((80, 80),)


FRONTED = """
Resources:
  Balancer: {Type: "AWS::ElasticLoadBalancingV2::LoadBalancer"}
  Targets: {Type: "AWS::ElasticLoadBalancingV2::TargetGroup", Properties: {Port: 80}}
  Listener:
    Type: AWS::ElasticLoadBalancingV2::Listener
    Properties:
      LoadBalancerArn: !Ref Balancer
      DefaultActions: [{Type: forward, TargetGroupArn: TARGETS}]
  M:
    Type: AWS::CloudFormation::Stack
    Properties:
      TemplateURL: https://example.com/m.yml
      Parameters: {Given: !Ref Targets}
"""


@pytest.mark.parametrize(
    ("targets", "condition", "forwards"),
    [("!Ref Targets", "", False), ("other", "", True), ("!Ref Targets", "Condition: C", True)],
)
def test_a_target_group_is_used_by_one_load_balancer(
    targets: str, condition: str, forwards: bool
) -> None:
    """A listener of a load balancer that is written leaves it to none that is not there."""
    head = "Parameters: {P: {Type: String}}\nConditions: {C: !Equals [!Ref P, a]}\n"
    text = FRONTED.replace("TARGETS", targets)
    text = head + text.replace("::Listener\n", f"::Listener\n    {condition}\n".rstrip() + "\n")
    (stack,), _ = cloudformation.stacks(["t.yaml"], Files({"t.yaml": text}), Inputs())
    found = with_possible(stack.evaluate({}).resources)

    possible = {one.type for one in found if one.origin.unseen}
    assert ("aws_lb_listener" in possible) is forwards
    assert "aws_ecs_service" in possible


def test_a_service_that_is_not_there_moves_no_traffic_by_itself() -> None:
    """What ECS would move between target groups of it is no way to those that it gets."""
    found = network(FRONTED.replace("TARGETS", "!Ref Targets"))

    assert not list(found.every(TrafficShift))
