"""What refers to a resource, and what is only a text like its name."""

import pytest

from taskwall.core.values import Fields, Known, Origin, Reference, Span, Value, unknown
from taskwall.lowering import lower
from taskwall.lowering._arn import name_in
from taskwall.lowering._network_builder import NetworkBuilder
from taskwall.lowering._types import LOWERED
from taskwall.model.compute.container_instances import Instances
from taskwall.model.core.network import Network
from taskwall.model.entities.ecs import Cluster, TaskDefinition, TaskSource
from taskwall.model.entities.load_balancer import LoadBalancer
from taskwall.model.entities.security_group import SecurityGroup
from taskwall.readers import cloudformation, terraform
from taskwall.source.files import Files
from taskwall.source.resource import Resource
from taskwall.source.stack import Inputs

TEMPLATE = """
Resources:
  web:
    Type: AWS::ECS::TaskDefinition
    Properties:
      Family: other
      NetworkMode: host
      ContainerDefinitions: []
  main:
    Type: AWS::ECR::Repository
  Service:
    Type: AWS::ECS::Service
    Properties:
      LaunchType: EXTERNAL
      Cluster: CLUSTER
      TaskDefinition: DEFINITION
"""


def network(cluster: str, definition: str) -> Network:
    """The network of a template whose service names these."""
    text = TEMPLATE.replace("CLUSTER", cluster).replace("DEFINITION", definition)
    stacks, _ = cloudformation.stacks(["web.yaml"], Files({"web.yaml": text}), Inputs())
    found = lower(stacks[0].evaluate({}).resources)
    assert not found.crashes
    return found.network


def test_a_text_like_a_logical_id_refers_to_nothing() -> None:
    """It is the name of something from elsewhere, whichever type the resource has."""
    one = network("main", "web")
    [service] = one.every(TaskSource)

    definition = one.get(TaskDefinition, service.task_definition)
    cluster = one.get(Cluster, service.cluster)

    assert definition is not None
    assert definition.external
    assert definition.name == '"web"'
    assert cluster is not None
    assert cluster.external


def test_references_and_names_do() -> None:
    """A `Ref` leads to its resource, and so does the family that the resource is given."""
    for spelled in ("!Ref web", "other", "other:3"):
        one = network("main", spelled)
        [service] = one.every(TaskSource)

        definition = one.get(TaskDefinition, service.task_definition)

        assert definition is not None
        assert not definition.external, spelled


def test_names_are_spelled_as_in_the_language_of_the_type() -> None:
    """The attribute by whose text others refer to a type: in CloudFormation it has a capital."""
    wrong = [
        type_
        for type_, (_, _, name) in LOWERED.items()
        if name and ("::" in type_) == name.islower()
    ]

    assert wrong == []


def test_a_family_and_its_revision_name_one_definition() -> None:
    """Both are of one resource, also where it hangs on inputs what the family is called."""
    one = "aws_ecs_task_definition.web"
    text = """
variable "app" {}
variable "stage" {}
resource "aws_ecs_task_definition" "web" { family = "${var.app}-${var.stage}" }
resource "aws_ecs_service" "web" { task_definition = "${ONE.family}:${ONE.revision}" }
"""
    files = Files({"main.tf": text.replace("ONE", one)})
    (stack,), _ = terraform.stacks(["main.tf"], files, Inputs())
    [service] = lower(stack.evaluate({}).resources).network.every(TaskSource)

    link = service.task_definition
    assert link is not None
    assert (link.to, link.exact) == (one, True)


LATEST = """
variable "revision" {}
resource "aws_ecs_task_definition" "web" { family = "web" }
resource "aws_ecs_task_definition" "other" { family = "other" }
data "aws_ecs_task_definition" "web" { task_definition = aws_ecs_task_definition.web.family }
locals { newer = data.aws_ecs_task_definition.web.revision > aws_ecs_task_definition.web.revision }
resource "aws_ecs_service" "web" { task_definition = NAMED }
"""


@pytest.mark.parametrize(
    ("named", "to"),
    [
        ('"${split("/", aws_ecs_task_definition.web.arn)[0]}/web:3"', "web"),
        ('"arn:aws:ecs:${var.revision}:task-definition/web:${var.revision}"', "web"),
        ('"arn:aws:ecs:eu-west-1:1:task-definition/${var.revision}:3"', ""),
        ('"arn:aws:elasticloadbalancing:${var.revision}:1:targetgroup/a/web"', ""),
        ('local.newer ? "web:7" : aws_ecs_task_definition.web.arn', "web"),
        ("local.newer ? aws_ecs_task_definition.other.arn : aws_ecs_task_definition.web.arn", ""),
        ('local.newer ? "elsewhere:7" : aws_ecs_task_definition.web.arn', ""),
    ],
)
def test_one_definition_by_whichever_words(named: str, to: str) -> None:
    """The family at the end of an ARN, and two ways of an open choice that lead to one of them."""
    files = Files({"main.tf": LATEST.replace("NAMED", named)})
    (stack,), _ = terraform.stacks(["main.tf"], files, Inputs())
    [service] = lower(stack.evaluate({}).resources).network.every(TaskSource)

    link = service.task_definition
    assert link is not None
    found = link.to if link.exact else ""
    assert found.removeprefix("aws_ecs_task_definition.") == to


@pytest.mark.parametrize(
    ("called", "exact"),
    [
        ("!Ref AWS::StackName", True),
        ("!Sub '${AWS::StackName}-x'", False),
        ("shop", False),
        ("5", False),
        ("!If [Live, shop, web]", False),
        ("!Ref AWS::NoValue", False),
    ],
)
def test_no_two_stacks_have_one_name(called: str, exact: bool) -> None:
    """A cluster that a nested stack calls as itself is not the one that its parent is called as."""
    texts = {
        "/r/main.yaml": """
Resources:
  Nested:
    Type: AWS::CloudFormation::Stack
    Properties: {TemplateURL: part.yaml}
  Service:
    Type: AWS::ECS::Service
    Properties: {Cluster: !Ref AWS::StackName}
""",
        "/r/part.yaml": f"""
Conditions: {{Live: !Equals [!Ref AWS::Region, eu-west-1]}}
Resources:
  Cluster:
    Type: AWS::ECS::Cluster
    Properties: {{ClusterName: {called}}}
""",
    }
    (stack,), _ = cloudformation.stacks(texts, Files(texts), Inputs(boundary="/r"))
    [service] = lower(stack.evaluate({}).resources).network.every(TaskSource)

    assert service.cluster is not None
    assert (service.cluster.to, service.cluster.exact) == ("AWS::StackName", exact)


def test_a_parameter_is_no_resource_of_another_template() -> None:
    """Of templates that are one by their exports, each has names of its own."""
    texts = {
        "/r/a.yaml": """
Resources:
  Main: {Type: AWS::ECS::Cluster}
  Vpc: {Type: AWS::EC2::VPC}
Outputs:
  Vpc: {Value: !Ref Vpc, Export: {Name: the-vpc}}
""",
        "/r/b.yaml": """
Parameters: {Main: {Type: String}}
Resources:
  Group: {Type: AWS::EC2::SecurityGroup, Properties: {VpcId: !ImportValue the-vpc}}
  Service: {Type: AWS::ECS::Service, Properties: {Cluster: !Ref Main}}
""",
    }
    (stack,), _ = cloudformation.stacks(texts, Files(texts), Inputs(boundary="/r"))
    one = lower(stack.evaluate({}).resources).network
    [service] = one.every(TaskSource)
    cluster = one.get(Cluster, service.cluster)

    assert cluster is not None
    assert cluster.external
    assert service.cluster is not None
    assert not service.cluster.exact


NAMED = """
Parameters: {Name: {Type: String}}
Resources:
  Main: {Type: AWS::ECS::Cluster, Properties: {ClusterName: CALLED}}
Outputs:
  Name: {Value: !Ref Name, Export: {Name: the-name}}
"""
NAMING = """
Parameters: {Name: {Type: String}}
Resources:
  Service: {Type: AWS::ECS::Service, Properties: {Cluster: NAMED, Role: !ImportValue the-name}}
"""


@pytest.mark.parametrize(
    ("called", "named", "to"),
    [
        ("!Ref Name", "!ImportValue the-name", "Main"),
        ("!Ref Name", "!Ref Name", ""),
        ('!Sub "${Name}-web"', '!Sub ["${N}-web", {N: !ImportValue the-name}]', "Main"),
        ('!Sub "${Name}-web"', '!Sub "${Name}-web"', ""),
        ('!Sub "${Name}-web"', "!ImportValue the-name", ""),
    ],
)
def test_an_input_that_another_template_brings(called: str, named: str, to: str) -> None:
    """It is the input of that template, and none of the same name in its own."""
    texts = {
        "/r/a.yaml": NAMED.replace("CALLED", called),
        "/r/b.yaml": NAMING.replace("NAMED", named),
    }
    (stack,), _ = cloudformation.stacks(texts, Files(texts), Inputs(boundary="/r"))
    [service] = lower(stack.evaluate({}).resources).network.every(TaskSource)

    assert service.cluster is not None
    assert (service.cluster.to if service.cluster.exact else "") == to


@pytest.mark.parametrize(
    ("written", "joined"),
    [("$CLUSTER", "aws_ecs_cluster.main"), ("$CLUSTER-gpu", ""), ("$OTHER", "")],
)
def test_a_cluster_whose_name_is_filled_in(written: str, joined: str) -> None:
    """What user data joins is the cluster that is written alike, and no other one."""
    text = """
resource "aws_ecs_cluster" "main" { name = "$CLUSTER" }
resource "aws_launch_template" "host" {
  user_data = base64encode("#!/bin/bash\\necho ECS_CLUSTER=WRITTEN >> /etc/ecs/ecs.config")
}
"""
    files = Files({"main.tf": text.replace("WRITTEN", written)})
    (stack,), _ = terraform.stacks(["main.tf"], files, Inputs())
    [host] = lower(stack.evaluate({}).resources).network.every(Instances)
    assert host.agent is not None
    link = host.agent.cluster

    assert (link.to if link and link.exact else "") == joined


LOOKED_UP = """
variable "stage" { type = string }
resource "aws_ecs_cluster" "main" { name = "main" }
data "aws_ecs_cluster" "main" { cluster_name = "CLUSTER" }
resource "aws_ecs_task_definition" "web" { family = "${var.stage}-web" }
data "aws_ecs_task_definition" "web" {
  task_definition = "FAMILY"
  depends_on      = [aws_ecs_task_definition.web]
}
resource "aws_ecs_service" "web" {
  cluster         = data.aws_ecs_cluster.main.id
  task_definition = data.aws_ecs_task_definition.web.arn
}
"""


@pytest.mark.parametrize(
    ("cluster", "family", "written"),
    [
        ("main", "${var.stage}-web", True),
        ("other", "${var.stage}-api", False),
        ("${var.stage}", "web", False),
    ],
)
def test_what_a_root_looks_up_by_name_may_be_its_own(
    cluster: str, family: str, written: bool
) -> None:
    """Services look up the newest revision: an account has only one family of a name."""
    text = LOOKED_UP.replace("CLUSTER", cluster).replace("FAMILY", family)
    (stack,), _ = terraform.stacks(["main.tf"], Files({"main.tf": text}), Inputs())
    one = lower(stack.evaluate({}).resources).network
    [service] = one.every(TaskSource)

    found = one.get(TaskDefinition, service.task_definition)
    home = one.get(Cluster, service.cluster)

    assert (found is not None and not found.external) == written
    assert (home is not None and not home.external) == written


DEFAULT_GROUP = """
variable "other" { type = string }
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
data "aws_security_group" "found" {
  ASKED
}
ADOPTED
resource "aws_ecs_service" "web" {
  network_configuration {
    security_groups = [data.aws_security_group.found.id]
  }
}
"""
BY_NAME = 'name = "default"\n  vpc_id = aws_vpc.main.id'
BY_FILTERS = """filter {
    name   = "group-name"
    values = ["default"]
  }
  filter {
    name   = "vpc-id"
    values = [aws_vpc.main.id]
  }"""
ADOPTED = 'resource "aws_default_security_group" "own" { vpc_id = aws_vpc.main.id }'


@pytest.mark.parametrize(
    ("asked", "adopted", "group"),
    [
        (BY_NAME, "", "aws_vpc.main.default"),
        (BY_FILTERS, "", "aws_vpc.main.default"),
        (BY_NAME, ADOPTED, "aws_default_security_group.own"),
        (BY_FILTERS, ADOPTED, "aws_default_security_group.own"),
        (BY_NAME, ADOPTED.replace("{ ", "{\n  tags = {}\n  "), "aws_default_security_group.own"),
        (
            BY_NAME,
            ADOPTED.replace("aws_vpc.main.id", '"vpc-1"'),
            "aws_vpc.main.default",
        ),
        (BY_NAME.replace("default", "web"), ADOPTED, "data.aws_security_group.found"),
        (BY_NAME.replace("aws_vpc.main.id", "var.other"), ADOPTED, "data.aws_security_group.found"),
        ('name = "default"', ADOPTED, "data.aws_security_group.found"),
    ],
)
def test_a_default_group_is_that_of_its_vpc(asked: str, adopted: str, group: str) -> None:
    """Whoever looks it up by its name finds the group that AWS made with the VPC."""
    text = DEFAULT_GROUP.replace("ASKED", asked).replace("ADOPTED", adopted)
    (stack,), _ = terraform.stacks(["main.tf"], Files({"main.tf": text}), Inputs())
    one = lower(stack.evaluate({}).resources).network
    [service] = one.every(TaskSource)

    [link] = service.groups
    found = one.get(SecurityGroup, link)

    assert link.to == group
    assert found is not None
    assert found.default == ("web" not in asked)


def test_an_empty_id_is_named_by_where_it_stands() -> None:
    """As a text that is yet to be filled in: it is no id from elsewhere."""
    text = 'resource "aws_ecs_service" "web" {\n  cluster = ""\n}\n'
    (stack,), _ = terraform.stacks(["main.tf"], Files({"main.tf": text}), Inputs())
    [service] = lower(stack.evaluate({}).resources).network.every(TaskSource)

    assert service.cluster is not None
    assert [str(need) for need in service.cluster.fact.needs] == [
        "cluster of aws_ecs_service.web is empty"
    ]


SOUGHT_GROUP = """
variable "stage" { type = string }
resource "aws_security_group" "own" {
  OWN
}
data "aws_security_group" "found" { name = "found" }
resource "aws_ecs_service" "web" {
  network_configuration {
    security_groups = [data.aws_security_group.found.id]
  }
}
"""


@pytest.mark.parametrize(
    ("own", "exact"),
    [
        ('name = "web"', True),
        ("", True),
        ('name_prefix = "web-"', True),
        ('name = "${var.stage}-web"', True),
        ('name_prefix = "f"', False),
        ("name = var.stage", False),
        ('}\nresource "awscc_ec2_security_group" "b" {\n  group_name = "found"', False),
    ],
)
def test_a_group_that_is_looked_up_by_another_name_is_another_one(own: str, exact: bool) -> None:
    """So is one of which nothing else is known, if no written one can have its name."""
    text = SOUGHT_GROUP.replace("OWN", own)
    (stack,), _ = terraform.stacks(["main.tf"], Files({"main.tf": text}), Inputs())
    [service] = lower(stack.evaluate({}).resources).network.every(TaskSource)
    [link] = service.groups

    assert (link.to, link.exact) == ("data.aws_security_group.found", exact)


CHOSEN = 'var.stage == "live" ? "vpc-1" : "vpc-2"'


@pytest.mark.parametrize(
    ("own", "asked", "found"),
    [
        ("aws_vpc.a.id", "aws_vpc.a.id", "aws_security_group.own"),
        ("aws_vpc.a.id", "aws_vpc.b.id", "data.aws_security_group.found"),
        ("aws_vpc.a.id", "var.stage", "data.aws_security_group.found"),
        ("var.stage", "var.stage", "aws_security_group.own"),
        ("null", "aws_vpc.a.id", "data.aws_security_group.found"),
        ("null", CHOSEN, "data.aws_security_group.found"),
        ("null", '""', "data.aws_security_group.found"),
        (CHOSEN, "aws_vpc.a.id", "data.aws_security_group.found"),
        (CHOSEN, CHOSEN, "data.aws_security_group.found"),
    ],
)
def test_a_group_that_is_looked_up_by_name_is_of_the_vpc_that_is_asked_for(
    own: str, asked: str, found: str
) -> None:
    """Groups of two VPCs may have one name."""
    text = SOUGHT_GROUP.replace("OWN", f'name   = "found"\n  vpc_id = {own}').replace(
        '{ name = "found" }', f'{{\n  name   = "found"\n  vpc_id = {asked}\n}}'
    )
    text += 'resource "aws_vpc" "a" {}\nresource "aws_vpc" "b" {}\n'
    (stack,), _ = terraform.stacks(["main.tf"], Files({"main.tf": text}), Inputs())
    [service] = lower(stack.evaluate({}).resources).network.every(TaskSource)

    assert [link.to for link in service.groups] == [found]


def test_one_resource_by_several_attributes_of_a_variable() -> None:
    """A variable that holds a cluster gives its id here and its name there."""
    text = """
variable "cluster" {}
resource "aws_launch_template" "host" {
  user_data = base64encode(<<-EOF
    #!/bin/bash
    echo ECS_CLUSTER=${var.cluster.name} >> /etc/ecs/ecs.config
  EOF
  )
}
resource "aws_ecs_service" "web" {
  cluster = var.cluster.id
}
"""
    (stack,), _ = terraform.stacks(["main.tf"], Files({"main.tf": text}), Inputs())
    found = lower(stack.evaluate({}).resources).network
    [service], [host] = found.every(TaskSource), found.every(Instances)

    assert service.cluster is not None
    assert host.agent is not None
    assert host.agent.cluster is not None
    assert service.cluster.to == host.agent.cluster.to == "var.cluster.id"


SCALED = """
variable "name" { type = string }
variable "cluster_id" {}
resource "aws_ecs_cluster" "main" { name = "main" }
resource "aws_ecs_service" "web" {
  name    = NAME
  cluster = var.cluster_id
}
resource "aws_ecs_service" "other" {
  name    = "other"
  cluster = aws_ecs_cluster.main.id
}
resource "aws_appautoscaling_target" "web" {
  resource_id       = ID
  service_namespace = "ecs"
}
"""
OWN = "${aws_ecs_cluster.main.name}/${aws_ecs_service.web.name}"


@pytest.mark.parametrize(
    ("name", "scaled", "cluster"),
    [
        ('"web"', f"service/{OWN}", "aws_ecs_cluster.main"),
        ('"web"', "service/main/web", "aws_ecs_cluster.main"),
        ("var.name", "service/main/${var.name}", "aws_ecs_cluster.main"),
        ('"web"', "service/${aws_ecs_cluster.main.name}/other", "var.cluster_id"),
        ('"web"', "service/main/${aws_ecs_service.other.name}", "var.cluster_id"),
        ('"web"', f"service/{OWN}-api", "var.cluster_id"),
        ('"web"', f"table/{OWN}", "var.cluster_id"),
        ('"web"', "web", "var.cluster_id"),
    ],
)
def test_a_service_is_scaled_in_its_cluster(name: str, scaled: str, cluster: str) -> None:
    """By its name, however that is written; what is scaled otherwise is none of its own."""
    text = SCALED.replace("NAME", name).replace("ID", f'"{scaled}"')
    (stack,), _ = terraform.stacks(["main.tf"], Files({"main.tf": text}), Inputs())
    found = lower(stack.evaluate({}).resources).network.every(TaskSource)
    (link,) = (one.cluster for one in found if one.id == "aws_ecs_service.web")

    assert link is not None
    assert link.to == cluster
    assert link.place.line == text.split("\n").index("  cluster = var.cluster_id") + 1


BALANCING = "arn:aws:elasticloadbalancing:eu-west-1:123456789012"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (f"{BALANCING}:targetgroup/web/50dc6c495c0c9188", "web"),
        (f"{BALANCING}:loadbalancer/app/web/50dc6c495c0c9188", "web"),
        (f"{BALANCING}:loadbalancer/web", "web"),
        ("arn:aws:ecs:eu-west-1:123456789012:service/main/web", "web"),
        ("arn:aws:ecs:eu-west-1:123456789012:task-definition/web:3", "web"),
        ("web:3", "web"),
        ("shop/web", "shop/web"),
    ],
)
def test_names_in_arns(text: str, name: str) -> None:
    """Those of load balancing end in an id, but for a Classic Load Balancer's."""
    assert name_in(text) == name


def deployed(
    address: str, body: dict[str, Value], *, type_: str = "aws_lb", context: bool = True
) -> Resource:
    """What a state of the context holds: a resource, or what it has looked up."""
    place = Span("main.tf", 1, 1, 9, 2)
    origin = Origin(address, address, place, "terraform", context=context)
    return Resource(type_, origin, Fields(body), place, data=address.startswith("data."))


def test_what_things_are_known_by() -> None:
    """By names and ids; of what was only looked up by the ids that the context holds."""
    name = Reference("aws_ssm_parameter.p", "value", value=Known("web"))
    found = NetworkBuilder(
        [
            deployed("data.aws_lb.a", {"name": Known("x"), "arn": Known("1"), "id": Known("2")}),
            deployed("data.aws_lb.b", {"arn": Known("3"), "id": unknown("var.v", "is open")}),
            deployed("data.aws_lb.c", {"arn": Known("4")}, context=False),
            deployed("aws_lb.a", {"name": name, "arn": Known("1"), "id": Known("5")}),
            deployed("aws_lb_target_group.a", {"arn": Known("6")}, type_="aws_lb_target_group"),
        ]
    ).by_name(LoadBalancer)

    assert found == {
        "2": "data.aws_lb.a", "3": "data.aws_lb.b",
        "web": "aws_lb.a", "1": "aws_lb.a", "5": "aws_lb.a",
    }  # fmt: skip
