"""What containers use of AWS, by all that their definitions may say or leave open."""

import json
from typing import Any

import pytest

from model.test_task_dependencies import (
    AGENT,
    COLLECTOR,
    ECR_HOST,
    HUB,
    OUT,
    PARAMETER,
    PULL,
    TASK,
    config,
    log,
    needed,
    network,
    of,
    read,
)
from taskwall.lowering import lower
from taskwall.model.core.network import Network
from taskwall.model.endpoints.task_dependencies import service_dependencies
from taskwall.model.entities.ecs import TaskSource
from taskwall.readers import cloudformation, terraform
from taskwall.source.files import Files
from taskwall.source.stack import Inputs

SIDECAR = {"xray", "monitoring", "aps-workspaces", "logs"}
ANY_AGENT = {"monitoring", "logs", "xray"}
WRITTEN = """
resource "aws_secretsmanager_secret" "s" {}
resource "aws_secretsmanager_secret_version" "s" { secret_id = aws_secretsmanager_secret.s.id }
resource "aws_ssm_parameter" "p" { name = "/p" }
resource "aws_db_instance" "d" { manage_master_user_password = true }
resource "aws_redshift_cluster" "r" { manage_master_password = true }
"""


def secret(source: str, key: str = "secrets") -> str:
    """A list of one secret, from somewhere."""
    return f'{key} = [{{ name = "A", valueFrom = {source} }}]'


SECRETS: dict[str, tuple[str, set[str], set[str]]] = {
    "an ARN of a parameter": (f'"{PARAMETER}"', {"ssm"}, set()),
    "an ARN that is known in part": ('"arn:${var.config}"', set(), {"secretsmanager", "ssm"}),
    "an ARN of a secret that is known in part": (
        '"arn:aws:secretsmanager:eu-west-1:1:secret:${var.config}"', {"secretsmanager"}, set(),
    ),
    "what is not known": ("var.config", set(), {"secretsmanager", "ssm"}),
    "what begins with what is not known": (
        '"${var.config}/x"', set(), {"secretsmanager", "ssm"},
    ),
    "a parameter whose name ends so": ('"/web/${var.config}"', {"ssm"}, set()),
    "a secret of the sources": ("aws_secretsmanager_secret.s.arn", {"secretsmanager"}, set()),
    "a key of a secret of the sources": (
        '"${aws_secretsmanager_secret.s.arn}:key::"', {"secretsmanager"}, set(),
    ),
    "a version of a secret": ("aws_secretsmanager_secret_version.s.arn", {"secretsmanager"}, set()),
    "a parameter of the sources": ("aws_ssm_parameter.p.name", {"ssm"}, set()),
    "the secret of a database": (
        "aws_db_instance.d.master_user_secret[0].secret_arn", {"secretsmanager"}, set(),
    ),
    "the secret of a warehouse": (
        "aws_redshift_cluster.r.master_password_secret_arn", {"secretsmanager"}, set(),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("source", "sure", "may"), SECRETS.values(), ids=SECRETS)
def test_where_secrets_come_from(source: str, sure: set[str], may: set[str]) -> None:
    """What a container names tells the service, for its log driver as for itself."""
    driver = f'logConfiguration = {{ logDriver = "syslog", {secret(source, "secretOptions")} }}'

    assert read(of(HUB, secret(source)), more=WRITTEN) == ({OUT, *sure}, may)
    assert read(of(HUB, driver), more=WRITTEN) == ({OUT, *sure}, may)


@pytest.mark.parametrize(
    ("output", "service"),
    [
        ("cloudwatch", "logs"),
        ("cloudwatch_logs", "logs"),
        ("firehose", "kinesis-firehose"),
        ("kinesis_firehose", "kinesis-firehose"),
        ("kinesis", "kinesis-streams"),
        ("kinesis_streams", "kinesis-streams"),
        ("s3", "s3"),
    ],
)
def test_outputs_of_firelens(output: str, service: str) -> None:
    """Each of AWS's plugins, old and new, writes to a service of its own."""
    assert read(of(HUB, log("awsfirelens", output))) == ({OUT, service}, set())


@pytest.mark.parametrize(
    ("file", "services"),
    [
        ("ecs-default-config.yaml", {"xray", "logs"}),
        ("ecs-cloudwatch-xray.yaml", {"xray", "logs"}),
        ("ecs-cloudwatch.yaml", {"logs"}),
        ("ecs-amp.yaml", {"aps-workspaces"}),
        ("ecs-amp-xray.yaml", {"aps-workspaces", "xray"}),
        ("ecs-amp-prometheus.yaml", {"aps-workspaces"}),
        ("ecs-amp-xray-prometheus.yaml", {"aps-workspaces", "xray"}),
        ("otel-task-metrics-config.yaml", {"xray", "logs"}),
        ("otel-instance-metrics-config.yaml", {"logs"}),
    ],
)
def test_configurations_of_the_collector(file: str, services: set[str]) -> None:
    """Each file that its image holds exports to services of its own."""
    command = f'command = ["--config=/etc/ecs/{file}"]'

    assert read(of(COLLECTOR, command)) == ({OUT, *services}, set())


METRICS = config("jsonencode({ metrics = {} })")
OTHERS: dict[str, tuple[str, set[str], set[str]]] = {
    "a log driver that is not known": (
        of(HUB, "logConfiguration = { logDriver = var.config }"),
        {OUT},
        {"logs", "kinesis-firehose", "kinesis-streams"},
    ),
    "an output that is not known": (
        of(HUB, 'logConfiguration = { logDriver = "awsfirelens", options = { Name = var.config }}'),
        {OUT},
        {"logs", "kinesis-firehose", "kinesis-streams"},
    ),
    "secrets that are not known": (
        of(HUB, "secrets = var.config"), {OUT}, {"secretsmanager", "ssm"},
    ),
    "files that are not known": (of(HUB, "environmentFiles = var.config"), {OUT}, {"s3"}),
    "a credential spec known in part": (
        of(HUB, 'credentialSpecs = ["credentialspec:${var.config}"]'),
        {OUT},
        {"s3", "secretsmanager", "ssm"},
    ),
    "something else than a credential spec": (
        of(HUB, 'credentialSpecs = ["other:arn:aws:s3:::a"]'), {OUT}, set(),
    ),
    "a domainless credential spec on the instance": (
        of(HUB, 'credentialSpecs = ["credentialspecdomainless:file://x"]'),
        {OUT, "secretsmanager"},
        set(),
    ),
    "a file of FireLens in its image": (
        of(
            HUB,
            'firelensConfiguration = { type = "fluentbit", options = {'
            ' "config-file-type" = "file", "config-file-value" = "/f" } }',
        ),
        {OUT},
        set(),
    ),
    "a container without an image": ("cpu = 1", set(), {*PULL, OUT}),
    "a sidecar by its digest": (of("amazon/aws-xray-daemon@sha256:abc"), {OUT, "xray"}, set()),
    "a sidecar of a private registry": (of("registry:5000/aws-xray-daemon"), {"xray"}, set()),
    "a sidecar of a registry that is not known": (
        of("${var.image}/aws-xray-daemon:1"), {"xray"}, {*PULL, OUT},
    ),
    "a sidecar whose tag is not known": (
        of("amazon/aws-xray-daemon:${var.image}"), {OUT, "xray"}, set(),
    ),
    "an image whose name is not known": (of("amazon/${var.image}:1"), {OUT}, SIDECAR),
    "an image of ECR whose name is not known": (of(f"{ECR_HOST}/${{var.image}}:1"), PULL, SIDECAR),
    "an image of ECR whose tag is not known": (of(f"{ECR_HOST}/web:${{var.image}}"), PULL, set()),
    "the agent as its image says": (of(AGENT), {OUT}, ANY_AGENT),
    "the agent with what is no configuration": (of(AGENT, config('"x"')), {OUT}, ANY_AGENT),
    "the agent with another variable": (of(AGENT, config('"x"', "OTHER")), {OUT}, ANY_AGENT),
    "the agent with a variable that is not known": (
        of(AGENT, 'environment = [{ name = var.config, value = "{}" }]'), {OUT}, ANY_AGENT,
    ),
    "the agent with metrics behind another variable": (
        of(
            AGENT,
            'environment = [{ name = "A", value = "b" }, '
            '{ name = "CW_CONFIG_CONTENT", value = jsonencode({ metrics = {} }) }]',
        ),
        {OUT, "monitoring"},
        set(),
    ),
    "the collector with a variable that is not known": (
        of(COLLECTOR, 'environment = [{ name = var.config, value = "x" }]'), {OUT}, SIDECAR,
    ),
    "the collector with variables that are not known": (
        of(COLLECTOR, "environment = var.config"), {OUT}, SIDECAR,
    ),
    "the agent with metrics and another secret": (
        of(AGENT, METRICS, 'secrets = [{ name = "OTHER", valueFrom = "p" }]'),
        {OUT, "monitoring", "ssm"},
        set(),
    ),
    "the agent with a secret that is not known": (
        of(AGENT, METRICS, 'secrets = [{ name = var.config, valueFrom = "p" }]'),
        {OUT, "ssm"},
        ANY_AGENT,
    ),
    "the collector with a command that is not known": (
        of(COLLECTOR, "command = var.config"), {OUT}, SIDECAR,
    ),
    "the collector with a word that is not known": (
        of(COLLECTOR, "command = [var.config]"), {OUT}, SIDECAR,
    ),
    "the collector with another option": (
        of(COLLECTOR, 'command = ["--set", "a=b"]'), {OUT, "xray", "logs"}, set(),
    ),
    "the collector with a command in one word": (
        of(COLLECTOR, 'command = ["--config /etc/ecs/ecs-xray.yaml"]'), {OUT, "xray"}, set(),
    ),
    "the collector with a variable that counts more": (
        of(
            COLLECTOR,
            config('"a: b"', "AOT_CONFIG_CONTENT"),
            'command = ["--config=/etc/ecs/ecs-xray.yaml"]',
        ),
        {OUT},
        SIDECAR,
    ),
    "something else with a command of the collector": (
        of(HUB, 'command = ["--config=/etc/ecs/ecs-xray.yaml"]'), {OUT}, set(),
    ),
    "an image that is not known with a file of the collector": (
        'image = var.image, command = ["--config=/etc/ecs/ecs-xray.yaml"]', {"xray"}, {*PULL, OUT},
    ),
    "an image that is not known with a file of the collector as a word": (
        'image = var.image, command = ["--config", "/etc/ecs/ecs-amp.yaml"]',
        {"aps-workspaces"}, {*PULL, OUT},
    ),
    "an image whose name is known with a file of the collector": (
        'image = "${var.image}/app:1", command = ["--config=/etc/ecs/ecs-xray.yaml"]',
        set(), {*PULL, OUT},
    ),
    "an image that is not known with another command": (
        'image = var.image, command = ["serve"]', set(), {*PULL, OUT, *SIDECAR},
    ),
    "an image that is not known with a command that is not": (
        "image = var.image, command = var.config", set(), {*PULL, OUT, *SIDECAR},
    ),
    "an image that is not known with a file of its own": (
        'image = var.image, command = ["--config=/etc/own.yaml"]', set(), {*PULL, OUT, *SIDECAR},
    ),
}  # fmt: skip


@pytest.mark.parametrize(("container", "sure", "may"), OTHERS.values(), ids=OTHERS)
def test_what_containers_leave_open(container: str, sure: set[str], may: set[str]) -> None:
    """What is not known may be anything that is there to be used, and nothing else."""
    assert read(container) == (sure, may)


def waits(found: Network, service: str) -> set[str]:
    """What it waits for that the one service may need something."""
    (source,) = found.every(TaskSource)
    told = service_dependencies(found, source)
    return {need.name for each in told if each.service == service for need in each.fact.waits_for()}


@pytest.mark.parametrize(
    ("image", "needs"),
    [
        ("${var.repo}/a-${var.image}:${var.tag}", {"var.image"}),
        ("${var.repo}/${var.image}-${var.end}", {"var.image", "var.end"}),
        ("${var.repo}/${var.image}@${var.tag}", {"var.image"}),
        ("${var.image}", {"var.image"}),
    ],
)
@pytest.mark.parametrize("kept", [False, True])
def test_what_an_image_waits_for_to_be_a_sidecar(image: str, needs: set[str], kept: bool) -> None:
    """Only the last part of its name tells, without tag and digest, also where it is kept."""
    written = "aws_ssm_parameter.image.value" if kept else f'"{image}"'
    containers = f'{{ name = "c", image = {written} }}'
    more = "".join(f'variable "{name}" {{}}\n' for name in ("repo", "tag", "end"))
    more += f'resource "aws_ssm_parameter" "image" {{ value = "{image}" }}\n'

    def waited(listed: str) -> set[str]:
        text = TASK.replace("CONTAINERS", f"jsonencode([{listed}])").replace("CLUSTER", "")
        return waits(network(text.replace("SERVICE", "") + more), "xray")

    assert waited(f'{containers}, {{ name = "app", image = "app:1" }}') == needs
    assert waited(containers) == set()  # it is the application itself


@pytest.mark.parametrize("containers", ["var.config", "jsonencode([var.config])"])
def test_containers_that_are_not_known(containers: str) -> None:
    """They may use whatever containers can."""
    text = TASK.replace("CONTAINERS", containers).replace("CLUSTER", "").replace("SERVICE", "")

    sure, may = needed(network(text))

    assert sure == set()
    assert may == {
        *PULL, *SIDECAR, OUT, "kinesis-firehose", "kinesis-streams", "secretsmanager", "ssm",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("containers", "broken"),
    [
        ('"[{name: c}]"', True),
        ('"[{\\"name\\": \\"c\\"},]"', True),
        ('"[{\\"name\\": \\"${var.config}\\"},]"', True),
        ('"[{\\"name\\": \\"${var.config}\\"}]"', False),
        ('"[{\\"name\\": \\"c\\"}${var.config}"', False),
        ('"[${var.config}]"', False),
        ('"${var.config}"', False),
    ],
)
def test_containers_that_are_no_json(containers: str, broken: bool) -> None:
    """It is reported where they are written; what is not known outside of strings may mend it."""
    text = TASK.replace("CONTAINERS", containers).replace("CLUSTER", "")
    files = Files({"/t/main.tf": text.replace("SERVICE", "")})
    (stack,), _ = terraform.stacks(["/t/main.tf"], files, Inputs(boundary="/t"))

    errors = lower(stack.evaluate({}).resources).errors

    said = [error.message.partition(": ")[2] for error in errors]
    assert said == ["its container definitions are not JSON"] * broken


def perhaps(value: Any) -> Any:
    """What is there under a condition that a parameter decides."""
    return {"Fn::If": ["On", value, {"Ref": "AWS::NoValue"}]}


UNDER_A_CONDITION: dict[str, tuple[dict[str, Any], set[str]]] = {
    "secret": ({"Secrets": [perhaps({"Name": "A", "ValueFrom": "/a"})]}, {"ssm"}),
    "file": ({"EnvironmentFiles": [perhaps({"Type": "s3", "Value": "arn:aws:s3:::a/b"})]}, {"s3"}),
    "credential spec": ({"CredentialSpecs": [perhaps(f"credentialspec:{PARAMETER}")]}, {"ssm"}),
}


def template(containers: list[Any], more: dict[str, Any] | None = None) -> Network:
    """The network of a template with a service of some containers, and more resources."""
    service = {
        "Cluster": "main",
        "LaunchType": "FARGATE",
        "TaskDefinition": {"Ref": "Task"},
        "NetworkConfiguration": {"AwsvpcConfiguration": {"Subnets": ["subnet-1"]}},
    }
    definition = {"NetworkMode": "awsvpc", "ContainerDefinitions": containers}
    text = {
        "Parameters": {"Stage": {"Type": "String"}},
        "Conditions": {"On": {"Fn::Equals": [{"Ref": "Stage"}, "live"]}},
        "Resources": {
            "Task": {"Type": "AWS::ECS::TaskDefinition", "Properties": definition},
            "Service": {"Type": "AWS::ECS::Service", "Properties": service},
            **(more or {}),
        },
    }
    files = Files({"/t/t.json": json.dumps(text)})
    (stack,), errors = cloudformation.stacks(["/t/t.json"], files, Inputs(boundary="/t"))
    assert not errors
    return lower(stack.evaluate({}).resources).network


@pytest.mark.parametrize(("more", "may"), UNDER_A_CONDITION.values(), ids=UNDER_A_CONDITION)
def test_what_is_there_under_a_condition(more: dict[str, Any], may: set[str]) -> None:
    """It is not certainly used, and neither is what a container uses that may not be there."""
    container = {"Name": "c", "Image": HUB, **more}

    assert needed(template([container])) == ({OUT}, may)
    assert needed(template([perhaps(container)])) == (set(), {OUT, *may})


@pytest.mark.parametrize("image", [AGENT, COLLECTOR])
def test_a_configuration_under_a_condition(image: str) -> None:
    """Without it the agent has that of its image, and the collector its own."""
    name = "CW_CONFIG_CONTENT" if image == AGENT else "AOT_CONFIG_CONTENT"
    entry = {"Name": name, "Value": '{"metrics": {}}'}
    container = {"Name": "c", "Image": image, "Environment": [perhaps(entry)]}
    services = ANY_AGENT if image == AGENT else SIDECAR

    assert needed(template([container])) == ({OUT}, services)


def test_another_variable_under_a_condition() -> None:
    """It is no configuration of the collector, which keeps its own."""
    entry = {"Name": "OTHER", "Value": "x"}
    container = {"Name": "c", "Image": COLLECTOR, "Environment": [perhaps(entry)]}

    assert needed(template([container])) == ({OUT, "xray", "logs"}, set())


@pytest.mark.parametrize(
    ("more", "service"),
    [
        ({"LogConfiguration": {"LogDriver": "awslogs"}}, "logs"),
        ({"RepositoryCredentials": {"CredentialsParameter": "arn:x"}}, "secretsmanager"),
        ({"Image": "amazon/aws-xray-daemon"}, "xray"),
        (
            {
                "FirelensConfiguration": {
                    "Options": {"config-file-type": "s3", "config-file-value": "arn:aws:s3:::a/b"}
                }
            },
            "s3",
        ),
    ],
)
def test_a_container_under_a_condition(more: dict[str, Any], service: str) -> None:
    """What it says of itself is sure only if it is."""
    container = {"Name": "c", "Image": HUB, **more}

    assert needed(template([container])) == ({OUT, service}, set())
    assert needed(template([perhaps(container)])) == (set(), {OUT, service})


@pytest.mark.parametrize(
    ("type_", "service"),
    [
        ("AWS::SecretsManager::Secret", "secretsmanager"),
        ("AWS::SecretsManager::SecretTargetAttachment", "secretsmanager"),
        ("AWS::SSM::Parameter", "ssm"),
    ],
)
def test_secrets_of_a_template(type_: str, service: str) -> None:
    """What keeps a secret is told by the type of what is referred to."""
    container = {
        "Name": "c",
        "Image": HUB,
        "Secrets": [{"Name": "A", "ValueFrom": {"Ref": "Held"}}],
    }

    assert needed(template([container], {"Held": {"Type": type_}})) == ({OUT, service}, set())
