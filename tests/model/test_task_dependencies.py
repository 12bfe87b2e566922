"""What tasks need to reach: by their containers, sidecars, ECS Exec and Service Connect."""

import json

import pytest

from taskwall.core.facts import Fact
from taskwall.core.values import Known, Text, Unknown, Value
from taskwall.lowering import lower
from taskwall.model.core.network import Network
from taskwall.model.endpoints.endpoint import OFFERED, service_of
from taskwall.model.endpoints.task_dependencies import service_dependencies
from taskwall.model.endpoints.task_location import by_host
from taskwall.model.entities.ecs import TaskSource
from taskwall.readers import cloudformation, terraform
from taskwall.rules import all_rules
from taskwall.source.files import Files
from taskwall.source.stack import Inputs

HUB = "nginx:1"
ECR_HOST = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"
PULL = {"ecr.api", "ecr.dkr", "s3"}

TASK = """
variable "image" {}
variable "config" {}

resource "aws_ecs_cluster" "main" {
  name = "main"
CLUSTER}

resource "aws_ecs_task_definition" "web" {
  family                   = "web"
  network_mode             = "awsvpc"
  requires_compatibilities = ["FARGATE"]
  cpu                      = 256
  memory                   = 512
  container_definitions    = CONTAINERS
}

resource "aws_ecs_service" "web" {
  name            = "web"
  cluster         = aws_ecs_cluster.main.id
  launch_type     = "FARGATE"
  task_definition = aws_ecs_task_definition.web.arn

  network_configuration {
    subnets = ["subnet-1"]
  }
SERVICE}
"""


def network(text: str) -> Network:
    """The network of a Terraform source."""
    files = Files({"/needs/main.tf": text})
    (stack,), errors = terraform.stacks(["/needs/main.tf"], files, Inputs(boundary="/needs"))
    assert not errors
    lowered = lower(stack.evaluate({}).resources)
    assert not lowered.crashes
    return lowered.network


def needed(found: Network) -> tuple[set[str], set[str]]:
    """What the one service of a network certainly needs, and what else it may need."""
    (source,) = found.every(TaskSource)
    told = service_dependencies(found, source)
    sure = {each.service for each in told if each.fact.truth}
    return sure, {each.service for each in told} - sure


def read(
    *containers: str, cluster: str = "", service: str = "", more: str = ""
) -> tuple[set[str], set[str]]:
    """What tasks of some containers (bodies of objects in HCL) need.

    A container stands beside another like it: alone, it would be no sidecar.
    """
    containers *= 2
    listed = ", ".join(f'{{ name = "c{i}", {body} }}' for i, body in enumerate(containers))
    text = TASK.replace("CONTAINERS", f"jsonencode([{listed}])")
    return needed(network(text.replace("CLUSTER", cluster).replace("SERVICE", service) + more))


def of(image: str, *more: str) -> str:
    """A container of an image."""
    return ", ".join((f'image = "{image}"', *more))


def config(content: str, name: str = "CW_CONFIG_CONTENT") -> str:
    """An environment with one variable."""
    return f'environment = [{{ name = "{name}", value = {content} }}]'


def log(driver: str, output: str = "") -> str:
    """A log configuration, perhaps with the name of an output."""
    options = f', options = {{ Name = "{output}" }}' if output else ""
    return f'logConfiguration = {{ logDriver = "{driver}"{options} }}'


COLLECTOR = "public.ecr.aws/aws-observability/aws-otel-collector:v0.40.0"
AGENT = "public.ecr.aws/cloudwatch-agent/cloudwatch-agent:latest"
OUT = "elsewhere"
SPEC, PARAMETER = "arn:aws:s3:::specs/web.json", "arn:aws:ssm:eu-west-1:1:parameter/s"

NEEDS: dict[str, tuple[str, set[str], set[str]]] = {
    "an image of ECR": (of(f"{ECR_HOST}/web:1"), PULL, set()),
    "an image of ECR by a FIPS host": (
        of("123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com/web:1"), PULL, set(),
    ),
    "an image of ECR in China": (
        of("123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn/web:1"), PULL, set(),
    ),
    "an image of ECR by a dual-stack host": (
        of("123456789012.dkr-ecr.eu-west-1.on.aws/web:1"), PULL, set(),
    ),
    "an image of Docker Hub": (of(HUB), {OUT}, set()),
    "an image that is not known": (
        "image = var.image",
        set(),
        {*PULL, OUT, "xray", "monitoring", "aps-workspaces", "logs"},
    ),
    "CloudWatch logs": (of(HUB, log("awslogs")), {OUT, "logs"}, set()),
    "another log driver": (of(HUB, log("json-file")), {OUT}, set()),
    "FireLens to Firehose": (
        of(HUB, log("awsfirelens", "firehose")), {OUT, "kinesis-firehose"}, set(),
    ),
    "FireLens to somebody else": (
        of(HUB, log("awsfirelens", "datadog")), {OUT}, set(),
    ),
    "FireLens as its own file says": (
        of(HUB, log("awsfirelens")),
        {OUT},
        {"logs", "kinesis-firehose", "kinesis-streams"},
    ),
    "a FireLens file in S3": (
        of(
            HUB,
            'firelensConfiguration = { type = "fluentbit", options = {'
            ' "config-file-type" = "s3", "config-file-value" = "arn:aws:s3:::b/f" } }',
        ),
        {OUT, "s3"},
        set(),
    ),
    "a secret and a parameter": (
        of(
            HUB,
            'secrets = [{ name = "A", valueFrom = "arn:aws:secretsmanager:eu-west-1:1:secret:a" },'
            ' { name = "B", valueFrom = "/web/b" }]',
        ),
        {OUT, "secretsmanager", "ssm"},
        set(),
    ),
    "credentials of a registry": (
        of("quay.io/web:1", 'repositoryCredentials = { credentialsParameter = "arn:x" }'),
        {OUT, "secretsmanager"},
        set(),
    ),
    "an environment file": (
        of(HUB, 'environmentFiles = [{ type = "s3", value = "arn:aws:s3:::b/web.env" }]'),
        {OUT, "s3"},
        set(),
    ),
    "a credential spec in S3": (
        of(HUB, f'credentialSpecs = ["credentialspec:{SPEC}"]'), {OUT, "s3"}, set(),
    ),
    "a domainless credential spec": (
        of(HUB, f'credentialSpecs = ["credentialspecdomainless:{PARAMETER}"]'),
        {OUT, "ssm", "secretsmanager"},
        set(),
    ),
    "a credential spec of old": (
        of(HUB, f'dockerSecurityOptions = ["credentialspec:{SPEC}"]'), {OUT, "s3"}, set(),
    ),
    "a credential spec on the instance": (
        of(HUB, 'dockerSecurityOptions = ["credentialspec:file://web.json"]'), {OUT}, set(),
    ),
    "another security option": (
        of(HUB, 'dockerSecurityOptions = ["no-new-privileges"]'), {OUT}, set(),
    ),
    "the X-Ray daemon": (of("amazon/aws-xray-daemon"), {OUT, "xray"}, set()),
    "a copy of the X-Ray daemon": (
        of(f"{ECR_HOST}/tools/aws-xray-daemon:3.x"), {*PULL, "xray"}, set(),
    ),
    "what is only called so": (of("example/not-aws-xray-daemon:1"), {OUT}, set()),
    "the collector by default": (of(COLLECTOR), {OUT, "xray", "logs"}, set()),
    "the collector with traces only": (
        of(COLLECTOR, 'command = ["--config=/etc/ecs/ecs-xray.yaml"]'), {OUT, "xray"}, set(),
    ),
    "the collector for Prometheus": (
        of(COLLECTOR, 'command = ["--config", "/etc/ecs/ecs-amp.yaml"]'),
        {OUT, "aps-workspaces"},
        set(),
    ),
    "the collector with a file of its own": (
        of(COLLECTOR, 'command = ["--config=/etc/own.yaml"]'),
        {OUT},
        {"xray", "logs", "monitoring", "aps-workspaces"},
    ),
    "the collector with a variable of its own": (
        of(COLLECTOR, config('"receivers: {}"', "AOT_CONFIG_CONTENT")),
        {OUT},
        {"xray", "logs", "monitoring", "aps-workspaces"},
    ),
    "the collector by its command": (
        'image = var.image, command = ["--config=/etc/ecs/ecs-xray.yaml"]',
        {"xray"},
        {*PULL, OUT},
    ),
    "the agent with metrics": (
        of(AGENT, config('jsonencode({ metrics = {} })')), {OUT, "monitoring"}, set(),
    ),
    "the agent with traces and logs": (
        of(AGENT, config('jsonencode({ traces = {}, logs = {} })')), {OUT, "xray", "logs"}, set(),
    ),
    "the agent with what is not known": (
        of(AGENT, config("var.config")), {OUT}, {"monitoring", "logs", "xray"},
    ),
    "the agent with a parameter": (
        of(AGENT, 'secrets = [{ name = "CW_CONFIG_CONTENT", valueFrom = "cwagent" }]'),
        {OUT, "ssm"},
        {"monitoring", "logs", "xray"},
    ),
}  # fmt: skip


@pytest.mark.parametrize(("container", "sure", "may"), NEEDS.values(), ids=NEEDS)
def test_what_a_container_needs(container: str, sure: set[str], may: set[str]) -> None:
    """What a container says decides which endpoints its tasks need."""
    assert read(container) == (sure, may)


@pytest.mark.parametrize(
    ("name", "sure", "may"),
    [
        ('"shop/web"', PULL, set()),
        ('"${var.config}/web"', PULL, set()),
        ('"tools/aws-xray-daemon"', {*PULL, "xray"}, set()),
        ("var.config", PULL, {"xray", "monitoring", "aps-workspaces", "logs"}),
    ],
)
def test_an_image_in_a_repository_of_the_sources(name: str, sure: set[str], may: set[str]) -> None:
    """The repository's name tells whether the image is a sidecar's, though its address does not."""
    repository = f'resource "aws_ecr_repository" "web" {{\n  name = {name}\n}}\n'

    address = "aws_ecr_repository.web.repository_url"
    made = f'replace({address}, "https://", "")'

    for written in (address, made):
        assert read(f'image = "${{{written}}}:1"', more=repository) == (sure, may)


def test_a_pull_through_cache_may_need_the_internet() -> None:
    """The first pull through a cache goes outside, later ones do not."""
    rule = """
resource "aws_ecr_pull_through_cache_rule" "hub" {
  ecr_repository_prefix = "hub"
  upstream_registry_url = "registry-1.docker.io"
}
"""
    assert read(of(f"{ECR_HOST}/hub/library/nginx:1"), more=rule) == (PULL, {OUT})
    assert read(of(f"{ECR_HOST}/web:1"), more=rule) == (PULL, set())


def test_ecs_exec() -> None:
    """ECS Exec needs its channel, and what its cluster's audit uses."""
    on = "  enable_execute_command = true\n"
    audit = """
  configuration {
    execute_command_configuration {
      kms_key_id = "arn:aws:kms:eu-west-1:1:key/k"
      logging    = "OVERRIDE"
      log_configuration {
        s3_bucket_name = "audit"
      }
    }
  }
"""
    assert read(of(HUB), service=on) == ({OUT, "ssmmessages"}, set())
    assert read(of(HUB), cluster=audit, service=on) == ({OUT, "ssmmessages", "kms", "s3"}, set())
    assert read(of(HUB), cluster=audit) == ({OUT}, set())


def test_service_connect() -> None:
    """Proxies of Service Connect are led by the agent's endpoint, and write logs if told to."""
    proxies = "  service_connect_configuration {\n    enabled = true\nLOG  }\n"
    log = '    log_configuration {\n      log_driver = "awslogs"\n    }\n'
    assert read(of(HUB), service=proxies.replace("LOG", "")) == ({OUT, "ecs-agent"}, set())
    assert read(of(HUB), service=proxies.replace("LOG", log)) == ({OUT, "ecs-agent", "logs"}, set())


def test_both_languages_agree() -> None:
    """CloudFormation spells the same containers with capitals, and they need the same."""
    template = {
        "Resources": {
            "Cluster": {"Type": "AWS::ECS::Cluster"},
            "Task": {
                "Type": "AWS::ECS::TaskDefinition",
                "Properties": {
                    "NetworkMode": "awsvpc",
                    "RequiresCompatibilities": ["FARGATE"],
                    "ContainerDefinitions": [
                        {
                            "Name": "collector",
                            "Image": COLLECTOR,
                            "Command": ["--config=/etc/ecs/ecs-xray.yaml"],
                        },
                        {
                            "Name": "agent",
                            "Image": AGENT,
                            "Environment": [
                                {"Name": "CW_CONFIG_CONTENT", "Value": json.dumps({"metrics": {}})}
                            ],
                        },
                        {
                            "Name": "web",
                            "Image": HUB,
                            "CredentialSpecs": [f"credentialspecdomainless:{SPEC}"],
                            "FirelensConfiguration": {
                                "Type": "fluentbit",
                                "Options": {"config-file-type": "s3", "config-file-value": "x"},
                            },
                        },
                    ],
                },
            },
            "Service": {
                "Type": "AWS::ECS::Service",
                "Properties": {
                    "Cluster": {"Ref": "Cluster"},
                    "LaunchType": "FARGATE",
                    "TaskDefinition": {"Ref": "Task"},
                    "NetworkConfiguration": {"AwsvpcConfiguration": {"Subnets": ["subnet-1"]}},
                },
            },
        }
    }
    files = Files({"/needs/t.json": json.dumps(template)})
    (stack,), errors = cloudformation.stacks(["/needs/t.json"], files, Inputs(boundary="/needs"))
    assert not errors
    found = needed(lower(stack.evaluate({}).resources).network)
    assert found == ({OUT, "xray", "monitoring", "s3", "secretsmanager"}, set())


REGION = Unknown((), "region")


@pytest.mark.parametrize(
    ("name", "service"),
    [
        (Known("com.amazonaws.eu-west-1.ecr.api"), "ecr.api"),
        (Known("com.amazonaws.us-east-1.ecr-fips.dkr"), "ecr.dkr"),
        (Known("com.amazonaws.us-gov-west-1.kms-fips"), "kms"),
        (Known("cn.com.amazonaws.cn-north-1.ecr.dkr"), "ecr.dkr"),
        (Known("com.amazonaws.cn-northwest-1.ecs-agent"), "ecs-agent"),
        (Known("eu.amazonaws.eusc-de-east-1.ecr.api"), "ecr.api"),
        (Known("gov.ic.c2s.us-iso-east-1.ecr.api"), "ecr.api"),
        (Known("gov.sgov.sc2s.us-isob-east-1.ecr.dkr"), "ecr.dkr"),
        (Known("gov.ic.hci.csp.us-isof-south-1.ecr.api"), "ecr.api"),
        (Known("uk.adc-e.cloud.eu-isoe-west-1.ecr.api"), "ecr.api"),
        (Text(("com.amazonaws.", REGION, ".ecr.api")), "ecr.api"),
        (Text(("cn.com.amazonaws.", REGION, ".s3")), "s3"),
        (Text((REGION, ".ecr.api")), "ecr.api"),
        (Text(("com.amazonaws.eu-west-1.", REGION)), ""),
        (Text(("com.amazonaws.vpce.", REGION, ".vpce-svc-1")), OFFERED),
        (Known("com.amazonaws.vpce.eu-west-1.vpce-svc-1"), OFFERED),
        (Known("com.example.service"), ""),
        (Known("com.example.eu-west-1.ecr.api"), ""),
        (Text(("com.example.", REGION, ".ecr.api")), ""),
        (Text(("com.amazonaws.eu-west-1.", REGION, ".api")), ""),
        (REGION, ""),
        (None, ""),
    ],
)
def test_services_are_told_in_every_partition(name: Value | None, service: str) -> None:
    """The name of an endpoint's service says which it is, whatever partition, Region or FIPS."""
    assert service_of(name) == service


def test_tasks_that_need_the_same_are_told_together() -> None:
    """However many there are, one can read what is missing."""
    shut = """
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_subnet" "main" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_route_table" "main" { vpc_id = aws_vpc.main.id }
resource "aws_route_table_association" "main" {
  subnet_id      = aws_subnet.main.id
  route_table_id = aws_route_table.main.id
}
"""
    task = TASK[TASK.index('resource "aws_ecs_task_definition"') :].replace("SERVICE", "")
    texts = [shut, 'resource "aws_ecs_cluster" "main" { name = "main" }\n']
    for number in range(8):
        driver = "awslogs" if number % 2 else "none"
        image = HUB if number < 6 else f"{ECR_HOST}/web:1"
        containers = f'jsonencode([{{ name = "c", {of(image, log(driver))} }}])'
        text = task.replace("CONTAINERS", containers).replace('"subnet-1"', "aws_subnet.main.id")
        texts.append(text.replace("web", f"web{number}"))
    rules = [rule for rule in all_rules() if rule.id == "TW401"]
    (verdict,) = rules[0].judge(network("".join(texts)))
    hub = "the internet for an image that no endpoint serves"
    assert verdict.message == (
        "tasks in aws_vpc.main cannot reach the internet, and no endpoint exists for what they"
        " need: "
        f"aws_ecs_service.web0, aws_ecs_service.web2, aws_ecs_service.web4 need {hub}; "
        f"aws_ecs_service.web1, aws_ecs_service.web3, aws_ecs_service.web5 need {hub} "
        "and logs to write their logs; "
        "aws_ecs_service.web6 needs ecr.api, ecr.dkr and s3 to pull its image; "
        "aws_ecs_service.web7 needs ecr.api, ecr.dkr and s3 to pull its image "
        "and logs to write its logs"
    )


ON_EC2 = {"FARGATE": False, "EC2": True}


@pytest.mark.parametrize(
    ("launch", "mode"),
    [
        ('"FARGATE"', "awsvpc"),
        ('"EC2"', "awsvpc"),
        ('"EC2"', "bridge"),
        ("var.image", "awsvpc"),
    ],
)
def test_hosts_ask_for_what_containers_do_not(launch: str, mode: str) -> None:
    """Of who asks, only what holds of both is certain where the launch type is not known."""
    text = TASK.replace("CONTAINERS", "jsonencode([])").replace("CLUSTER", "")
    text = text.replace("SERVICE", "").replace('"FARGATE"\n  task', f"{launch}\n  task")
    text = text.replace('"awsvpc"', f'"{mode}"').replace('["FARGATE"]', "null")
    if mode == "bridge":
        text = text.replace('network_configuration {\n    subnets = ["subnet-1"]\n  }', "")
    found = network(text)
    (source,) = found.every(TaskSource)
    for itself in (False, True):
        hosted = ON_EC2.get(launch.strip('"'))
        if itself and mode == "awsvpc":
            hosted = False
        for own in (True, False, None):
            for theirs in (True, False, None):
                truth = by_host(found, source, itself, Fact(own), Fact(theirs)).truth
                both = own if own is theirs else None
                assert truth is (both if hosted is None else theirs if hosted else own)
