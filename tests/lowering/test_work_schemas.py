"""What starts tasks, in each place where a resource may say so, and how deployments move them."""

import pytest

from lowering.networks import OPEN, network, said
from taskwall.model.entities.ecs import AutoScalingGroup, TaskSource
from taskwall.model.entities.environment import Variable
from taskwall.model.entities.load_balancer import (
    Listener,
    ListenerRule,
    TlsPolicy,
    TrafficShift,
)

AROUND = """
variable "v" {}
resource "aws_ecs_cluster" "c" {
  name = "c"
  service_connect_defaults { namespace = "ns-default" }
}
resource "aws_service_discovery_service" "d" {
  dns_config { namespace_id = "ns-1" }
}
resource "aws_service_discovery_service" "e" { namespace_id = "ns-2" }
"""
NETWORK = """network_configuration {
  subnets          = ["subnet-1"]
  security_groups  = ["sg-1"]
  assign_public_ip = true
}
"""


def service(body: str) -> TaskSource:
    """A service of Terraform."""
    text = f'{AROUND}resource "aws_ecs_service" "s" {{\n{body}\n}}\n'
    (found,) = network(text).every(TaskSource)
    return found


HCL: dict[str, tuple[str, bool]] = {
    "service": (
        f"""resource "aws_ecs_service" "x" {{
  cluster         = "c"
  task_definition = "t"
  launch_type     = "FARGATE"
  {NETWORK}
}}""",
        True,
    ),
    "task set": (
        f"""resource "aws_ecs_task_set" "x" {{
  cluster         = "c"
  task_definition = "t"
  launch_type     = "FARGATE"
  {NETWORK}
}}""",
        True,
    ),
    "scheduled task": (
        f"""resource "aws_cloudwatch_event_target" "x" {{
  arn = "c"
  ecs_target {{
    task_definition_arn = "t"
    launch_type         = "FARGATE"
    {NETWORK}
  }}
}}""",
        False,
    ),
    "scheduled task ": (
        f"""resource "aws_scheduler_schedule" "x" {{
  target {{
    arn = "c"
    ecs_parameters {{
      task_definition_arn = "t"
      launch_type         = "FARGATE"
      {NETWORK}
    }}
  }}
}}""",
        False,
    ),
    "pipe": (
        """resource "aws_pipes_pipe" "x" {
  target = "c"
  target_parameters {
    ecs_task_parameters {
      task_definition_arn = "t"
      launch_type         = "FARGATE"
      network_configuration {
        aws_vpc_configuration {
          subnets          = ["subnet-1"]
          security_groups  = ["sg-1"]
          assign_public_ip = "ENABLED"
        }
      }
    }
  }
}""",
        False,
    ),
}
IP = "{Subnets: [subnet-1], SecurityGroups: [sg-1], AssignPublicIp: ENABLED}"
LOWER, UPPER = (f"NetworkConfiguration: {{Aws{v}Configuration: {IP}}}" for v in ("vpc", "Vpc"))
OF_TASK = "Cluster: c, TaskDefinition: t, LaunchType: FARGATE"
BY_ARN = "TaskDefinitionArn: t, LaunchType: FARGATE"
YAML: dict[str, tuple[str, bool]] = {
    "service": (f"AWS::ECS::Service, Properties: {{{OF_TASK}, {LOWER}}}", True),
    "task set": (f"AWS::ECS::TaskSet, Properties: {{{OF_TASK}, {UPPER}}}", True),
    "scheduled task": (
        (
            "AWS::Events::Rule, Properties: "
            f"{{Targets: [{{Arn: c, EcsParameters: {{{BY_ARN}, {UPPER}}}}}]}}"
        ),
        False,
    ),
    "scheduled task ": (
        (
            "AWS::Scheduler::Schedule, Properties: "
            f"{{Target: {{Arn: c, EcsParameters: {{{BY_ARN}, {LOWER}}}}}}}"
        ),
        False,
    ),
    "pipe": (
        (
            "AWS::Pipes::Pipe, Properties: "
            f"{{Target: c, TargetParameters: {{EcsTaskParameters: {{{BY_ARN}, {LOWER}}}}}}}"
        ),
        False,
    ),
}
SOURCES = {
    **{f"{name}, Terraform": (name.strip(), text, lasts) for name, (text, lasts) in HCL.items()},
    **{
        f"{name}, CloudFormation": (name.strip(), f"Resources:\n  X: {{Type: {text}}}\n", lasts)
        for name, (text, lasts) in YAML.items()
    },
}


@pytest.mark.parametrize(("word", "text", "lasts"), SOURCES.values(), ids=SOURCES)
def test_what_starts_tasks(word: str, text: str, lasts: bool) -> None:
    """Each type says where its tasks run, from which definition, and in which network."""
    (found,) = network(text).every(TaskSource)

    assert found.cluster is not None
    assert found.task_definition is not None
    assert (found.word, found.long_running) == (word, lasts)
    assert (found.cluster.to, found.task_definition.to) == ("c", "t")
    assert found.runs_on.launches == ("FARGATE",)
    assert found.networked.truth is True
    assert [link.to for link in (*found.groups, *found.subnets)] == ["sg-1", "subnet-1"]
    assert said(found.public_address) is True


@pytest.mark.parametrize(
    ("body", "launches", "providers", "needs"),
    [
        ('launch_type = "EC2"', ("EC2",), [], []),
        ('launch_type = "EXTERNAL"', ("EXTERNAL",), [], []),
        ('launch_type = "MANAGED_INSTANCES"', ("MANAGED_INSTANCES",), [], []),
        ("launch_type = var.v", (), [], ["var.v"]),
        (
            (
                'capacity_provider_strategy { capacity_provider = "FARGATE_SPOT" }\n'
                'capacity_provider_strategy { capacity_provider = "own" }'
            ),
            ("FARGATE",),
            ["own"],
            [],
        ),
        ("", (), [], []),
    ],
)
def test_what_tasks_run_on(
    body: str, launches: tuple[str, ...], providers: list[str], needs: list[str]
) -> None:
    """A launch type, or capacity providers, of which Fargate's are told by name."""
    found = service(body).runs_on

    assert found.launches == launches
    assert [link.to for link in found.providers] == providers
    assert [need.name for need in found.needs] == needs


def test_load_balancers_of_a_service() -> None:
    """Target groups, those that a deployment alternates with, and classic load balancers."""
    found = service("""
load_balancer {
  target_group_arn = "tg-1"
  container_port   = 80
  advanced_configuration { alternate_target_group_arn = "tg-2" }
}
load_balancer {
  elb_name       = "old"
  container_port = 81
}
""").bindings

    assert [
        (
            each.target_group.to if each.target_group else "",
            each.load_balancer.to if each.load_balancer else "",
            said(each.port),
        )
        for each in found
    ] == [("tg-1", "", 80), ("tg-2", "", 80), ("", "old", 81)]


def test_load_balancers_of_a_task_set() -> None:
    """It names classic ones by another attribute, and has no alternates."""
    text = """
resource "aws_ecs_task_set" "x" {
  load_balancer {
    target_group_arn = "tg-1"
    container_port   = 80
  }
  load_balancer { load_balancer_name = "old" }
}
"""
    (found,) = network(text).every(TaskSource)

    assert [each.target_group.to for each in found.bindings if each.target_group] == ["tg-1"]
    assert [each.load_balancer.to for each in found.bindings if each.load_balancer] == ["old"]


@pytest.mark.parametrize(
    ("properties", "registers"),
    [
        ("ServiceConnectConfiguration: {Enabled: true, Namespace: n}", []),
        ("'Fn::Transform': {Name: Other}", ["S registers in something that is not known"]),
        ("ServiceRegistries: [{RegistryArn: r}]", ["S registers in r"]),
    ],
)
def test_namespaces_of_a_task_set(properties: str, registers: list[str]) -> None:
    """It registers in those of Cloud Map; Service Connect is for services, whatever is open."""
    (found,) = network(f"""
Resources:
  S:
    Type: AWS::ECS::TaskSet
    Properties: {{{properties}}}
""").every(TaskSource)

    assert [link.fact.text for link in found.namespaces] == registers


@pytest.mark.parametrize(
    ("body", "namespaces"),
    [
        ('service_connect_configuration {\nenabled = true\nnamespace = "n"\n}', [("n", True)]),
        ('service_connect_configuration {\nenabled = false\nnamespace = "n"\n}', []),
        ('service_connect_configuration {\nenabled = var.v\nnamespace = "n"\n}', [("n", None)]),
        ("service_connect_configuration { enabled = var.v }", []),
        (
            "cluster = aws_ecs_cluster.c.id\nservice_connect_configuration { enabled = true }",
            [("ns-default", True)],
        ),
        (
            'cluster = "x"\nservice_connect_configuration { enabled = true }',
            [("x.namespace", True)],
        ),
        ('service_registries { registry_arn = "r" }', [("r.namespace", True)]),
        (
            "service_registries { registry_arn = aws_service_discovery_service.d.arn }",
            [("ns-1", True)],
        ),
        (
            "service_registries { registry_arn = aws_service_discovery_service.e.arn }",
            [("ns-2", True)],
        ),
        ("", []),
    ],
)
def test_namespaces_of_a_service(body: str, namespaces: list[tuple[str, bool | None]]) -> None:
    """Those of Service Connect, else the cluster's, and those of its registries."""
    assert [(link.to, link.fact.truth) for link in service(body).namespaces] == namespaces


@pytest.mark.parametrize(
    ("body", "on"),
    [
        ("enable_execute_command = true", True),
        ("enable_execute_command = false", False),
        ("enable_execute_command = var.v", None),
        ("", False),
    ],
)
def test_ecs_exec_of_a_service(body: str, on: bool | None) -> None:
    """It is off by default."""
    assert service(body).exec.truth is on


def test_what_else_a_service_says() -> None:
    """Its platform, VPC Lattice, and that its task sets start its tasks."""
    assert said(service('platform_version = "1.4.0"').platform) == "1.4.0"
    sure = 'vpc_lattice_configurations { role_arn = "r" }\n'
    perhaps = 'dynamic "vpc_lattice_configurations" {\nfor_each = var.v\ncontent {}\n}\n'
    lattice = [service(body).lattice.truth for body in (sure, perhaps, sure + perhaps)]
    assert lattice == [True, None, True]
    assert service("").lattice.truth is False
    external = 'resource "aws_ecs_service" "s" { deployment_controller { type = "EXTERNAL" } }\n'
    assert not network(external).every(TaskSource)


CODE_DEPLOY = """
variable "v" {}
resource "aws_ecs_cluster" "c" { name = "c" }
resource "aws_ecs_cluster" "o" { name = "o" }
resource "aws_ecs_service" "s" {
  SERVICE
  load_balancer {
    target_group_arn = "tg-1"
    container_port   = 80
  }
}
resource "aws_codedeploy_deployment_group" "g" {
  ecs_service {
    cluster_name = CLUSTER
    service_name = NAME
  }
  load_balancer_info {
    target_group_pair_info {
      prod_traffic_route { listener_arns = ["l-1"] }
      test_traffic_route { listener_arns = ["l-2"] }
      target_group { name = "tg-1" }
      target_group { name = "tg-2" }
    }
  }
}
"""
OWN = 'name = "s"\ntask_definition = "t"\ncluster = aws_ecs_cluster.c.id\n'
MOVED = 'deployment_controller { type = "CODE_DEPLOY" }\n'


@pytest.mark.parametrize(
    ("body", "cluster", "name", "truth"),
    [
        (OWN + MOVED, "aws_ecs_cluster.c.name", '"s"', True),
        (OWN + MOVED, "aws_ecs_cluster.c.name", "aws_ecs_service.s.name", True),
        (OWN + MOVED, "aws_ecs_cluster.c.name", "var.v", None),
        (OWN + MOVED, "aws_ecs_cluster.c.name", '"other"', False),
        (OWN + MOVED, "aws_ecs_cluster.o.name", '"s"', False),
        (OWN + MOVED.replace('"CODE_DEPLOY"', "var.v"), "aws_ecs_cluster.c.name", '"s"', True),
        (OWN, "aws_ecs_cluster.c.name", '"s"', True),
        (OWN, "aws_ecs_cluster.c.name", "var.v", None),
        ("cluster = aws_ecs_cluster.c.id\n" + MOVED, "aws_ecs_cluster.c.name", '"s"', False),
    ],
    ids=range(9),
)
def test_deployments_by_codedeploy(body: str, cluster: str, name: str, truth: bool | None) -> None:
    """They register the tasks of the service that they name in their other target group."""
    text = CODE_DEPLOY.replace("SERVICE", body).replace("CLUSTER", cluster).replace("NAME", name)
    found = network(text)
    (source,) = found.every(TaskSource)
    (shift,) = found.every(TrafficShift)
    targets = [each.target_group for each in source.bindings if each.target_group]

    assert [link.to for link in shift.listeners] == ["l-1", "l-2"]
    assert [link.to for link in shift.targets] == ["tg-1", "tg-2"]
    assert [(link.to, link.fact.truth) for link in targets] == [
        ("tg-1", True), *([] if truth is False else [("tg-2", truth)]),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "its"),
    [
        ('split("/", aws_lb_target_group.a.arn)[1]', True),
        ('element(split("/", aws_lb_target_group.a.arn_suffix), 1)', True),
        ('"${split("/", aws_lb_target_group.a.arn)[1]}-green"', False),
        ('replace(aws_lb_target_group.a.name, "blue", "green")', False),
        ('split("/", aws_lb.b.arn)[1]', False),
    ],
)
def test_a_name_that_is_cut_out_of_an_arn(name: str, its: bool) -> None:
    """It is that target group's own; what is made of its name may be another one's."""
    text = f"""
resource "aws_lb" "b" {{}}
resource "aws_lb_target_group" "a" {{}}
resource "aws_codedeploy_deployment_group" "d" {{
  load_balancer_info {{
    target_group_pair_info {{
      target_group {{ name = {name} }}
    }}
  }}
}}
"""
    (shift,) = network(text).every(TrafficShift)

    (link,) = shift.targets
    assert (link.to == "aws_lb_target_group.a") is its


def test_deployments_by_ecs() -> None:
    """A service names both target groups, and the rules or listeners that move."""
    text = """
resource "aws_lb_listener" "l" {}
resource "aws_lb_listener_rule" "r" {}
resource "aws_ecs_service" "s" {
  load_balancer {
    target_group_arn = "tg-1"
    container_port   = 80
    advanced_configuration {
      alternate_target_group_arn = "tg-2"
      production_listener_rule   = aws_lb_listener_rule.r.arn
      test_listener_rule         = aws_lb_listener.l.arn
    }
  }
  load_balancer {
    target_group_arn = "tg-3"
    container_port   = 81
  }
}
"""
    (shift,) = network(text).every(TrafficShift)

    assert [link.to for link in shift.targets] == ["tg-1", "tg-2"]
    assert [link.to for link in shift.rules] == ["aws_lb_listener_rule.r"]
    assert [link.to for link in shift.listeners] == ["aws_lb_listener.l"]


@pytest.mark.parametrize(
    ("body", "groups", "balancers"),
    [
        ('target_group_arns = ["tg-1"]', ["tg-1"], []),
        ('load_balancers = ["old"]', [], ["old"]),
        ('traffic_source {\nidentifier = "tg-1"\ntype = "elbv2"\n}', ["tg-1"], []),
        ('traffic_source {\nidentifier = "old"\ntype = "elb"\n}', [], ["old"]),
    ],
)
def test_where_auto_scaling_groups_register(
    body: str, groups: list[str], balancers: list[str]
) -> None:
    """A group says so itself, or attachments do."""
    for text in (
        f'resource "aws_autoscaling_group" "g" {{\n{body}\n}}\n',
        'resource "aws_autoscaling_group" "g" {}\n' + attached(body),
    ):
        (found,) = network(text).every(AutoScalingGroup)
        assert [link.to for link in found.target_groups] == groups
        assert [link.to for link in found.load_balancers] == balancers


def attached(body: str) -> str:
    """A resource of its own that says the same of the Auto Scaling group."""
    named = "autoscaling_group_name = aws_autoscaling_group.g.name\n"
    if "traffic_source" in body:
        return f'resource "aws_autoscaling_traffic_source_attachment" "a" {{\n{named}{body}\n}}\n'
    body = body.replace("target_group_arns", "lb_target_group_arn").replace("load_balancers", "elb")
    body = body.replace("[", "").replace("]", "")
    return f'resource "aws_autoscaling_attachment" "a" {{\n{named}{body}\n}}\n'


JOB = "networkConfiguration = { assignPublicIp = "


@pytest.mark.parametrize(
    ("body", "address"),
    [
        (f'container_properties = jsonencode({{ {JOB}"ENABLED" }} }})', [True]),
        (f'container_properties = jsonencode({{ {JOB}"DISABLED" }} }})', [False]),
        ("container_properties = jsonencode({})", [False]),
        (f'ecs_properties = jsonencode({{ taskProperties = [{{ {JOB}"ENABLED" }} }}] }})', [True]),
        (
            (
                "node_properties = jsonencode({ nodeRangeProperties = ["
                f'{{ container = {{ {JOB}"ENABLED" }} }} }}] }})'
            ),
            [True],
        ),
        (f"container_properties = jsonencode({{ {JOB}var.v }} }})", [OPEN]),
    ],
    ids=range(6),
)
def test_jobs_of_batch(body: str, address: list[object]) -> None:
    """A job definition on Fargate says whether its tasks get public addresses."""
    text = 'variable "v" {}\nresource "aws_batch_job_definition" "j" {\n%s\n%s\n}\n'
    fargate, ec2 = (f'platform_capabilities = ["{each}"]' for each in ("FARGATE", "EC2"))

    assert [
        said(each.public_address) for each in network(text % (fargate, body)).every(TaskSource)
    ] == address
    assert not network(text % (ec2, body)).every(TaskSource)
    assert not network(text % ("", body)).every(TaskSource)


def test_a_job_of_batch_says_nothing_of_its_network() -> None:
    """Subnets and groups are those of the environment that it runs in."""
    (job,) = network(
        'resource "aws_batch_job_definition" "j" {\n'
        'platform_capabilities = ["FARGATE"]\ncontainer_properties = jsonencode({})\n}\n'
    ).every(TaskSource)

    assert (job.word, job.long_running, job.network_from) == ("Batch job", False, "elsewhere")
    assert (said(job.subnets_setting), said(job.groups_setting)) == (None, None)


@pytest.mark.parametrize(
    ("type_", "truth"),
    [('"FARGATE"', True), ('"FARGATE_SPOT"', True), ("var.v", None), ('"EC2"', False)],
)
def test_environments_of_batch(type_: str, truth: bool | None) -> None:
    """Those of Fargate run tasks in their subnets."""
    text = f"""
variable "v" {{}}
resource "aws_batch_compute_environment" "e" {{
  compute_resources {{
    type               = {type_}
    subnets            = ["subnet-1"]
    security_group_ids = ["sg-1"]
  }}
}}
"""
    found = network(text).every(TaskSource)

    assert [each.networked.truth for each in found] == ([] if truth is False else [truth])
    for each in found:
        assert [link.to for link in (*each.groups, *each.subnets)] == ["sg-1", "subnet-1"]


MACHINE = """
variable "v" {}
resource "aws_sfn_state_machine" "m" {
  definition = jsonencode({ States = STATES })
}
"""
PARAMETERS = """Parameters = {
  Cluster = "c", TaskDefinition = "t", LaunchType = "FARGATE",
  NetworkConfiguration = { AwsvpcConfiguration = { Subnets = ["subnet-1"] } }
}"""
RUN = f'{{ Resource = "arn:aws:states:::ecs:runTask.sync", {PARAMETERS} }}'


@pytest.mark.parametrize(
    ("states", "truths"),
    [
        (f"{{ a = {RUN} }}", [True]),
        (f"{{ a = {RUN}, b = {RUN} }}", [True, True]),
        (f"{{ m = {{ Iterator = {{ States = {{ a = {RUN} }} }} }} }}", [True]),
        (f"{{ m = {{ ItemProcessor = {{ States = {{ a = {RUN} }} }} }} }}", [True]),
        (f"{{ p = {{ Branches = [{{ States = {{ a = {RUN} }} }}] }} }}", [True]),
        ("{{ a = {} }}".format(RUN.replace("Parameters", "Arguments")), [True]),
        ("{{ a = {} }}".format(RUN.replace("ecs:runTask.sync", "sqs:sendMessage")), []),
        ('{ a = { Resource = "arn:aws:states:::ecs:runTask" } }', [False]),
    ],
    ids=range(8),
)
def test_tasks_of_state_machines(states: str, truths: list[bool]) -> None:
    """Each state that runs a task is a source, wherever it stands."""
    found = network(MACHINE.replace("STATES", states)).every(TaskSource)

    assert [each.networked.truth for each in found] == truths


@pytest.mark.parametrize(
    ("resource", "truths"),
    [
        ("arn:aws:states:::${var.v}", [None]),
        ("arn:aws-cn:states:::${var.v}", [None]),
        ("arn:aws-us-gov:states:::${var.v}", [None]),
        ("arn:aws:states:::aws-sdk:${var.v}", [None]),
        ("arn:aws:states:::ecs:${var.v}.sync", [None]),
        ("arn:aws:states:::ecs:${var.v}.waitForTaskToken", [None]),
        ("${var.v}", [None]),
        ("arn:${var.v}:states:::ecs:runTask", [True]),
        ("arn:aws:states:::ecs:${var.v}.async", []),
        ("arn:aws:states:::lambda:${var.v}", []),
        ("arn:aws-iso:states:::${var.v}", []),
    ],
)
def test_states_that_may_run_tasks(resource: str, truths: list[bool | None]) -> None:
    """One of which a part is known may run tasks if that fits, and it has arguments for them."""
    states = "{{ a = {} }}".format(RUN.replace("arn:aws:states:::ecs:runTask.sync", resource))
    found = [*network(MACHINE.replace("STATES", states)).every(TaskSource)]

    assert [None if each.origin.maybe else True for each in found] == truths
    assert all([need.name for need in each.origin.maybe] in ([], ["var.v"]) for each in found)


def test_tasks_of_states_in_states() -> None:
    """However deep a state machine nests what it does in parallel, each of its tasks is one."""
    states = f"{{ a = {RUN} }}"
    for _ in range(12):
        states = f"{{ p = {{ Branches = [{{ States = {states} }}, {{}}] }} }}"

    (found,) = network(MACHINE.replace("STATES", states)).every(TaskSource)

    assert found.networked.truth is True


def test_arguments_that_are_made_at_run_time() -> None:
    """What a state takes from its input is not known."""
    states = "{{ a = {} }}".format(RUN.replace("LaunchType =", '"LaunchType.$" ='))
    (path,) = network(MACHINE.replace("STATES", states)).every(TaskSource)
    states = "{{ a = {} }}".format(RUN.replace('"FARGATE"', '"{% $launch %}"'))
    (expression,) = network(MACHINE.replace("STATES", states)).every(TaskSource)

    for found in (path, expression):
        assert found.runs_on.launches == ()
        assert [need.name for need in found.runs_on.needs] == ["aws_sfn_state_machine.m"]


SUBSTITUTED = """
Resources:
  Task: {Type: AWS::ECS::TaskDefinition}
  M:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      DefinitionSubstitutions: {T: !Ref Task, C: shop}
      WHOLE:
        States:
          A:
            Resource: arn:aws:states:::ecs:runTask
            Parameters:
              TaskDefinition: ${T}
              Cluster: live-${C}
              LaunchType: FARGATE
              NetworkConfiguration: {AwsvpcConfiguration: {Subnets: ['${Other}', subnet-1]}}
"""
TEXT = (
    '{"States": {"A": {"Resource": "arn:aws:states:::ecs:runTask", "Parameters": {'
    '"TaskDefinition": "${T}", "Cluster": "live-${C}", "LaunchType": "FARGATE",'
    '"NetworkConfiguration": {"AwsvpcConfiguration": {"Subnets": ["${Other}", "subnet-1"]}}}}}}'
)


@pytest.mark.parametrize(
    ("given", "cluster", "waits"),
    [
        ("{C: shop}", "live-shop", False),
        ("{C: !Ref P}", "live-${P}", True),
        ("{C: !Sub 'a-${P}-b'}", "live-a-${P}-b", True),
        ("{C: 5}", "live-5", False),
        ("!Ref P", "", True),
    ],
)
def test_what_is_put_into_a_definition_and_is_not_known(
    given: str, cluster: str, waits: bool
) -> None:
    """The known parts around it stay where they are, and it is waited for."""
    text = SUBSTITUTED.replace("WHOLE", "Definition").replace("{T: !Ref Task, C: shop}", given)
    (found,) = network("Parameters: {P: {Type: String}}" + text).every(TaskSource)

    assert found.cluster is not None
    assert found.cluster.to == cluster
    assert ("P" in [need.name for need in found.cluster.fact.needs]) is waits


def test_what_is_put_into_a_text_that_is_known_in_part() -> None:
    """Behind what is not known, too."""
    text = SUBSTITUTED.replace("WHOLE", "Definition")
    text = text.replace("live-${C}", "!Sub 'x-${P}-${!C}-${!T}'")
    (found,) = network("Parameters: {P: {Type: String}}" + text.replace("!Ref Task", "t")).every(
        TaskSource
    )

    assert found.cluster is not None
    assert found.cluster.to == "x-${P}-shop-t"


@pytest.mark.parametrize("key", ["Definition", "DefinitionString"])
def test_what_is_put_into_a_definition(key: str) -> None:
    """A text may be all of a value or a part of it; what nothing is given for stays."""
    text = SUBSTITUTED.replace("WHOLE", key)
    if key == "DefinitionString":
        text = f"{text[: text.index(key)]}{key}: '{TEXT}'\n"
    (found,) = network(text).every(TaskSource)

    assert found.task_definition is not None
    assert found.cluster is not None
    assert (found.task_definition.to, found.cluster.to) == ("Task", "live-shop")
    assert [link.to for link in found.subnets] == ["${Other}", "subnet-1"]


def test_texts_of_containers_stay() -> None:
    """`${name}` is put into a state machine's definition alone: a shell's variable is its own."""
    value = '{ name = "A", value = "x-$${HOME}" }'
    containers = f'jsonencode([{{ name = "a", environment = [{value}] }}])'
    text = f'resource "aws_ecs_task_definition" "t" {{ container_definitions = {containers} }}\n'
    (variable,) = network(text).every(Variable)

    assert variable.value == "x-${HOME}"


BALANCING = "arn:aws:elasticloadbalancing:eu-west-1:123456789012"
IN_ACCOUNT = "arn:aws:elasticloadbalancing:eu-west-1:${var.v}"


@pytest.mark.parametrize(
    ("listener", "body", "balancer"),
    [
        (BALANCING, 'resource "aws_lb" "b" { name = "web" }', "aws_lb.b"),
        (BALANCING, 'data "aws_lb" "b" { name = "web" }', "data.aws_lb.b"),
        (
            IN_ACCOUNT,
            f'data "aws_lb" "b" {{ arn = "{IN_ACCOUNT}:loadbalancer/app/web/1" }}',
            "data.aws_lb.b",
        ),
        (
            BALANCING,
            f'data "aws_lb" "b" {{ arn = "{BALANCING}:loadbalancer/app/web/2" }}',
            f"{BALANCING}:loadbalancer/app/web/1",
        ),
        (
            BALANCING,
            'resource "aws_lb" "b" { name = "shop" }',
            f"{BALANCING}:loadbalancer/app/web/1",
        ),
        (BALANCING, 'resource "aws_lb" "b" {}', f"{BALANCING}:loadbalancer/app/web/1"),
    ],
    ids=range(6),
)
def test_load_balancers_of_listeners_from_elsewhere(
    listener: str, body: str, balancer: str
) -> None:
    """The ARN of a listener has the name and the id of its load balancer."""
    text = f"""
variable "v" {{}}
{body}
resource "aws_lb_listener_rule" "r" {{ listener_arn = "{listener}:listener/app/web/1/2" }}
"""
    found = network(text)
    (rule,) = found.every(ListenerRule)
    elsewhere = found.get(Listener, rule.listener)

    assert elsewhere is not None
    assert elsewhere.external
    assert elsewhere.load_balancer.to == balancer


ACTIONS = [
    ('type = "forward"\ntarget_group_arn = "tg-1"', ["tg-1"], "#{protocol}"),
    (
        (
            'type = "forward"\nforward {\ntarget_group {\narn = "tg-1"\n}\n'
            'target_group {\narn = "tg-2"\n}\n}'
        ),
        ["tg-1", "tg-2"],
        "#{protocol}",
    ),
    ('type = "redirect"\nredirect {\nprotocol = "HTTPS"\n}', [], "HTTPS"),
]


@pytest.mark.parametrize(("body", "targets", "protocol"), ACTIONS, ids=range(3))
def test_actions_of_listeners_and_rules(body: str, targets: list[str], protocol: str) -> None:
    """They forward to one target group or several, or redirect."""
    text = f"""
resource "aws_lb_listener" "l" {{
  default_action {{
    {body}
  }}
}}
resource "aws_lb_listener_rule" "r" {{
  listener_arn = aws_lb_listener.l.arn
  action {{
    {body}
  }}
}}
"""
    found = network(text)
    (listener,), (rule,) = found.every(Listener), found.every(ListenerRule)

    assert rule.listener.to == "aws_lb_listener.l"
    for (action,) in (listener.actions, rule.actions):
        assert [link.to for link in action.targets] == targets
        assert said(action.protocol) == protocol


CLASSIC = """
resource "aws_elb" "b" {
  listener {
    lb_port           = 443
    lb_protocol       = "https"
    instance_port     = 80
    BACKEND
  }
}
resource "aws_load_balancer_policy" "p" {
  load_balancer_name = aws_elb.b.name
  policy_name        = "own"
  policy_type_name   = "SSLNegotiationPolicyType"
  policy_attribute {
    name  = "Protocol-TLSv1"
    value = "true"
  }
  policy_attribute {
    name  = "Protocol-TLSv1.2"
    value = "false"
  }
}
resource "aws_load_balancer_listener_policy" "l" {
  load_balancer_name = aws_elb.b.name
  load_balancer_port = PORT
  policy_names       = ["own"]
}
"""


@pytest.mark.parametrize(("port", "policy"), [("443", "own"), ("80", None)])
def test_policies_of_classic_listeners(port: str, policy: str | None) -> None:
    """A resource of its own ties a policy to a port; what it enables is on."""
    text = CLASSIC.replace("PORT", port).replace("BACKEND", 'instance_protocol = "http"')
    found = network(text)
    (listener,), (used,) = found.every(Listener), found.every(TlsPolicy)

    assert said(listener.policy) == policy
    assert said(listener.backend) == "http"
    assert [name for name, _ in used.versions] == ["Protocol-TLSv1"]


@pytest.mark.parametrize(
    ("balancer", "port", "policy", "waits"),
    [
        ("aws_elb.o.name", "443", None, []),
        ("aws_elb.o.name", "var.v", None, []),
        ("aws_elb.b.name", "var.v", OPEN, ["var.v"]),
        ("var.v", "443", OPEN, ["var.v"]),
        ("var.v", "80", None, []),
    ],
)
def test_policies_that_may_be_for_another_listener(
    balancer: str, port: str, policy: object, waits: list[str]
) -> None:
    """One of another load balancer or port is none of this one's; else it waits for which it is."""
    text = CLASSIC.replace("PORT", port).replace("BACKEND", "")
    first, second, tie = text.partition('resource "aws_load_balancer_listener_policy"')
    tie = tie.replace("aws_elb.b.name", balancer)
    around = 'variable "v" {}\nresource "aws_elb" "o" {}\n'
    (listener,) = network(around + first + second + tie).every(Listener)

    assert said(listener.policy) is policy
    assert [need.name for need in listener.policy.needs] == waits


@pytest.mark.parametrize(("protocol", "backend"), [("http", "http"), ("https", OPEN)])
def test_what_classic_listeners_speak_to_instances(protocol: str, backend: object) -> None:
    """Plain text is handed on as plain text; of others AWS names no default."""
    text = CLASSIC.replace("PORT", "443").replace("BACKEND", "").replace('"https"', f'"{protocol}"')
    (listener,) = network(text).every(Listener)

    assert said(listener.backend) is backend or said(listener.backend) == backend


@pytest.mark.parametrize(
    ("connector", "truth"),
    [
        ("{}", True),
        ("{Filters: {AccessTypes: [PUBLIC]}}", True),
        ("{Filters: {AccessTypes: [PRIVATE, PUBLIC]}}", True),
        ("{Filters: {AccessTypes: [PRIVATE]}}", False),
        ("{Filters: {AccessTypes: [PRIVATE, !Ref P]}}", None),
    ],
)
def test_connectors_of_gateways(connector: str, truth: bool | None) -> None:
    """A public ECS gateway takes a service unless its connector is for private ones only."""
    text = f"""
Parameters: {{P: {{Type: String}}}}
Resources:
  S: {{Type: AWS::ECS::Service, Properties: {{GatewayConnectors: [{connector}]}}}}
"""
    (found,) = network(text).every(TaskSource)

    assert [each.truth for each in found.gateways] == [truth]
