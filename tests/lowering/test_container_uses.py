"""What is said of each thing that a container uses: sentence, Region, place, what it waits for."""

import pytest

from lowering.networks import network as template
from model.test_task_dependencies import AGENT, COLLECTOR, HUB, SPEC, TASK, network, of
from taskwall.core.values import Span
from taskwall.model.entities.container_needs import ContainerUse

MORE = """
locals {
  arn     = "arn:aws:secretsmanager:eu-west-3:1:secret:a"
  spec    = "credentialspec:arn:aws:s3:::b/s"
  image   = "aws-xray-daemon"
  written = jsonencode([{ image = var.image }])
}
resource "aws_ecr_repository" "known" { name = "tools/aws-xray-daemon" }
resource "aws_ecr_repository" "open" { name = var.image }
resource "aws_ecr_repository" "made_up" {}
resource "aws_ssm_parameter" "p" { name = var.config }
resource "aws_ecs_service" "secret" {
  name = "arn:aws:secretsmanager:eu-west-3:1:secret:${var.config}"
}
resource "aws_ecs_service" "spec" { name = "credentialspec:arn:aws:s3:::b/${var.config}" }
resource "aws_ecs_service" "image" { name = "amazon/aws-xray-daemon" }
"""
OPEN_NAME = "aws_ecr_repository.open.repository_url"
SIDES = {
    "sends traces to X-Ray": "xray",
    "sends metrics and logs to CloudWatch Logs": "logs",
    "sends metrics to CloudWatch": "monitoring",
    "sends metrics to Amazon Managed Service for Prometheus": "prometheus",
}


def shown(use: ContainerUse, text: str) -> str:
    """A use in a line, with the words at its place."""
    fact, lines = use.fact, text.split("\n")
    assert isinstance(fact.place, Span)
    assert fact.place.line == fact.place.end_line
    words = lines[fact.place.line - 1][fact.place.column - 1 : fact.place.end_column - 1]
    sure = {True: "yes", False: "no", None: "perhaps"}[fact.truth]
    waits = f", for {', '.join(f'{need.name} {need.why}' for need in fact.needs)}"
    return (
        f"{sure}: {fact.text.replace(fact.resource, 'it')}"
        f"{f' of {use.region}' if use.region else ''}{' by itself' if use.itself else ''}"
        f", at {' '.join(words.split())}{waits if fact.needs else ''}"
    )


def uses(containers: str) -> list[str]:
    """What the containers of a list use beside their images."""
    text = TASK.replace("CONTAINERS", containers).replace("CLUSTER", "").replace("SERVICE", "")
    found = network(text + MORE).every(ContainerUse)
    return [shown(use, text) for use in found if use.what != "image"]


def secret(source: str) -> str:
    """A list of one secret."""
    return f'secrets = [{{ name = "A", valueFrom = {source} }}]'


WAITS = "for var.config has no default"
MANAGER = "yes: it reads secrets from Secrets Manager"
STORE = "yes: it reads values from Parameter Store"
LOGS = "it writes its logs to CloudWatch"
S3, FILE = "it reads files from S3", "it reads environment files from S3"
PARAMETER = '"arn:aws:ssm:eu-west-3:1:parameter/${var.config}"'
REGISTRY = "repositoryCredentials = {{ credentialsParameter = {} }}"
REGIONS = '"awslogs-region" = "eu-west-2", region = "eu-west-3"'
FIRELENS = "what FireLens of aws_ecs_task_definition.web writes to is not in the options of the log"
DRIVER = 'logDriver = "awsfirelens"'
USES: dict[str, tuple[str, list[str]]] = {
    "a secret by its ARN": (
        secret('"arn:aws:secretsmanager:eu-west-3:1:secret:a"'),
        [f'{MANAGER} of eu-west-3, at valueFrom = "arn:aws:secretsmanager:eu-west-3:1:secret:a"'],
    ),
    "a secret by a local's ARN": (
        secret("local.arn"), [f"{MANAGER} of eu-west-3, at valueFrom = local.arn"],
    ),
    "a parameter whose ARN is known in part": (
        secret(PARAMETER),
        [f"{STORE} of eu-west-3, at valueFrom = {PARAMETER}"],
    ),
    "a parameter in a Region that is not known": (
        secret('"arn:aws:ssm:${var.config}:1:parameter/a"'),
        [f'{STORE}, at valueFrom = "arn:aws:ssm:${{var.config}}:1:parameter/a"'],
    ),
    "an ARN that ends before its Region": (
        secret('"arn:aws:ssm"'),
        ['perhaps: it reads secrets from AWS, at valueFrom = "arn:aws:ssm"'],
    ),
    "a name with colons": (secret('"a:b:c:d:e"'), [f'{STORE}, at valueFrom = "a:b:c:d:e"']),
    "a name that is a number": (secret("5"), [f"{STORE}, at valueFrom = 5"]),
    "no name": (secret('""'), ['perhaps: it reads secrets from AWS, at valueFrom = ""']),
    "no source": (
        'secrets = [{ name = "A" }]', ['perhaps: it reads secrets from AWS, at { name = "A" }'],
    ),
    "a parameter of the sources whose name is not known": (
        secret("aws_ssm_parameter.p.name"), [f"{STORE}, at valueFrom = aws_ssm_parameter.p.name"],
    ),
    "a source that is not known": (
        secret("var.config"),
        [f"perhaps: it reads secrets from AWS, at valueFrom = var.config, {WAITS}"],
    ),
    "a source that another resource is called by": (
        secret("aws_ecs_service.secret.name"),
        [f"{MANAGER} of eu-west-3, at valueFrom = aws_ecs_service.secret.name"],
    ),
    "credentials of a registry": (
        REGISTRY.format("local.arn"),
        [f"{MANAGER} of eu-west-3, at {REGISTRY.format('local.arn')}"],
    ),
    "credentials of a registry in a Region that is not known": (
        REGISTRY.format("var.config"), [f"{MANAGER}, at {REGISTRY.format('var.config')}"],
    ),
    "a log group in another Region": (
        f'logConfiguration = {{ logDriver = "awslogs", options = {{ {REGIONS} }} }}',
        [f'yes: {LOGS} of eu-west-2, at logDriver = "awslogs"'],
    ),
    "a log group in a Region that is not known": (
        'logConfiguration = { logDriver = "awslogs", options = { "awslogs-region" = var.config } }',
        [f'yes: {LOGS}, at logDriver = "awslogs"'],
    ),
    "a log group": (
        'logConfiguration = { logDriver = "awslogs" }', [f'yes: {LOGS}, at logDriver = "awslogs"'],
    ),
    "a log driver that is not known": (
        "logConfiguration = { logDriver = var.config }",
        [f"perhaps: {LOGS}, at logDriver = var.config, {WAITS}"],
    ),
    "a router that writes to S3": (
        f'logConfiguration = {{ {DRIVER}, options = {{ Name = "s3", {REGIONS} }} }}',
        [f"yes: it writes its logs to S3 of eu-west-3 by itself, at {DRIVER}"],
    ),
    "a router that writes to a stream": (
        f'logConfiguration = {{ {DRIVER}, options = {{ Name = "kinesis_firehose" }} }}',
        [f"yes: it writes its logs to kinesis-firehose by itself, at {DRIVER}"],
    ),
    "a router that writes to what is not known": (
        f"logConfiguration = {{ {DRIVER}, options = {{ Name = var.config }} }}",
        [f"perhaps: {LOGS} by itself, at {DRIVER}, {WAITS}"],
    ),
    "a router whose options are not known": (
        f"logConfiguration = {{ {DRIVER}, options = var.config }}",
        [f"perhaps: {LOGS} by itself, at {DRIVER}, {WAITS}"],
    ),
    "a router that has a file of its own": (
        f"logConfiguration = {{ {DRIVER} }}",
        [f"perhaps: {LOGS} by itself, at {DRIVER}, for {FIRELENS}"],
    ),
    "a file of the environment": (
        'environmentFiles = [{ type = "s3", value = "arn:aws:s3:::b/web.env" }]',
        [f'yes: {S3}, at {{ type = "s3", value = "arn:aws:s3:::b/web.env" }}'],
    ),
    "a file of the environment that is not known": (
        "environmentFiles = [var.config]", [f"yes: {S3}, at var.config"],
    ),
    "a credential spec of a local": (
        "credentialSpecs = [local.spec]", [f"yes: {S3}, at local.spec"],
    ),
    "a credential spec that another resource is called by": (
        "credentialSpecs = [aws_ecs_service.spec.name]",
        [f"yes: {S3}, at aws_ecs_service.spec.name"],
    ),
    "a credential spec known in part": (
        'credentialSpecs = ["credentialspec:${var.config}"]',
        [
            f'perhaps: {FILE}, at "credentialspec:${{var.config}}", {WAITS}',
            f'perhaps: it reads secrets from AWS, at "credentialspec:${{var.config}}", {WAITS}',
        ],
    ),
    "a credential spec that is not known": (
        "credentialSpecs = [var.config]",
        [
            f"perhaps: {FILE}, at var.config, {WAITS}",
            f"perhaps: it reads secrets from AWS, at var.config, {WAITS}",
        ],
    ),
    "a kind of credential spec that is not known": (
        f'credentialSpecs = ["${{var.config}}:{SPEC}"]',
        [
            f'perhaps: {FILE}, at "${{var.config}}:{SPEC}", {WAITS}',
            f'perhaps: it reads secrets from AWS, at "${{var.config}}:{SPEC}", {WAITS}',
        ],
    ),
    "a kind of credential spec alone": ('credentialSpecs = ["credentialspec"]', []),
    "null for a credential spec": ("credentialSpecs = [null]", []),
}  # fmt: skip


@pytest.mark.parametrize(("container", "expected"), USES.values(), ids=USES)
def test_what_is_said_of_a_use(container: str, expected: list[str]) -> None:
    """It stands where the container says so, in the Region that it says, or waits for something."""
    assert uses(f'jsonencode([{{ image = "{HUB}", {container} }}])') == expected


def all_of_them(place: str, waits: str = "") -> list[str]:
    """Whatever a container may use beside its image."""
    at = f"at container_definitions = {place}" if waits == "" else f"at {place}"
    return [
        f"perhaps: {one}, {at}, {WAITS}"
        for one in (
            LOGS,
            "it reads secrets from AWS",
            FILE,
            "it sends traces or metrics to AWS",
        )
    ]


LISTS: dict[str, tuple[str, list[str]]] = {
    "a list": ("var.config", all_of_them("var.config")),
    "a text with nothing else": ('"${var.config}"', all_of_them('"${var.config}"')),
    "a part of a text": ('"[{}, ${var.config}]"', all_of_them('"[{}, ${var.config}]"')),
    "an element": ("jsonencode([var.config])", all_of_them("var.config", "element")),
    "more elements": (
        'jsonencode(concat([{ image = "nginx" }], var.config))',
        all_of_them('jsonencode(concat([{ image = "nginx" }], var.config))'),
    ),
    "no list": ("null", []),
}


@pytest.mark.parametrize(("containers", "expected"), LISTS.values(), ids=LISTS)
def test_what_is_said_of_containers_that_are_not_known(
    containers: str, expected: list[str]
) -> None:
    """They may use anything, and wait for what would say what they are."""
    assert uses(containers) == expected


def sidecars(container: str, *others: str) -> tuple[str, set[str], str]:
    """What a container is as a sidecar of others: how sure, the services, place and waits."""
    listed = ", ".join(f"{{ {each} }}" for each in (container, *others))
    found = [
        each.replace(" of it ", "|").replace(" by itself, ", "|").split("|")
        for each in uses(f"jsonencode([{listed}])")
        if " by itself, " in each
    ]
    said = {(who, where) for who, _, where in found}
    if not said:
        return "", set(), ""
    ((who, where),) = said
    return who, {SIDES[service] for _, service, _ in found}, where


def image(value: str) -> str:
    """A container of an image that is no plain text."""
    return f"image = {value}"


ANY = {"xray", "logs", "monitoring", "prometheus"}
DAEMON, ADOT, AGENTS = "the X-Ray daemon", "the ADOT collector", "the CloudWatch agent"
ELSEWHERE = "for the configuration of {} is not in the sources"
BY_AGENT = f'at image = "{AGENT}", {ELSEWHERE.format(AGENTS)}'
BY_ADOT = f'at image = "{COLLECTOR}", {ELSEWHERE.format(ADOT)}'
KEPT = 'secrets = [{{ name = "{}", valueFrom = "/a" }}]'.format


def held(name: str, value: str) -> str:
    """A variable that holds a configuration."""
    return f'environment = [{{ name = "{name}", value = {value} }}]'


SIDECARS: dict[str, tuple[str, tuple[str, set[str], str]]] = {
    "a daemon": (image("local.image"), (f"yes: {DAEMON}", {"xray"}, "at image = local.image")),
    "a daemon that another resource is called by": (
        image("aws_ecs_service.image.name"),
        (f"yes: {DAEMON}", {"xray"}, "at image = aws_ecs_service.image.name"),
    ),
    "a daemon of a repository": (
        image("aws_ecr_repository.known.repository_url"),
        (f"yes: {DAEMON}", {"xray"}, "at image = aws_ecr_repository.known.repository_url"),
    ),
    "a repository whose name is not known": (
        image(OPEN_NAME),
        (
            "perhaps: a sidecar",
            ANY,
            f"at image = {OPEN_NAME}, for {OPEN_NAME} is known only after apply",
        ),
    ),
    "a repository whose name AWS makes up": (
        image("aws_ecr_repository.made_up.repository_url"), ("", set(), ""),
    ),
    "an image that is a number": (image("5"), ("", set(), "")),
    "an image that ends with a slash": (of("a/"), ("", set(), "")),
    "an image that is not known": (
        image("var.image"),
        ("perhaps: a sidecar", ANY, "at image = var.image, for var.image has no default"),
    ),
    "an image that is missing, and a file of the collector": (
        'command = ["--config=/etc/ecs/ecs-xray.yaml"]',
        (f"yes: {ADOT}", {"xray"}, 'at { command = ["--config=/etc/ecs/ecs-xray.yaml"] }'),
    ),
    "null for an image, and a file of the collector": (
        'image = null, command = ["--config=/etc/ecs/ecs-xray.yaml"]',
        (f"yes: {ADOT}", {"xray"}, "at image = null"),
    ),
    "an agent": (of(AGENT), (f"perhaps: {AGENTS}", ANY - {"prometheus"}, BY_AGENT)),
    "an agent that may do more": (
        of(AGENT, held("CW_CONFIG_CONTENT", "jsonencode(merge({ metrics = {} }, var.config))")),
        (f"perhaps: {AGENTS}", ANY - {"prometheus"}, BY_AGENT),
    ),
    "an agent with a list": (
        of(AGENT, held("CW_CONFIG_CONTENT", "jsonencode([])")),
        (f"perhaps: {AGENTS}", ANY - {"prometheus"}, BY_AGENT),
    ),
    "an agent that does nothing": (
        of(AGENT, held("CW_CONFIG_CONTENT", "jsonencode({})")), ("", set(), ""),
    ),
    "an agent with a secret for a variable of the same name": (
        of(
            AGENT, held("CW_CONFIG_CONTENT", "jsonencode({ metrics = {} })"),
            KEPT("CW_CONFIG_CONTENT"),
        ),
        (f"perhaps: {AGENTS}", ANY - {"prometheus"}, BY_AGENT),
    ),
    "a collector": (of(COLLECTOR), (f"yes: {ADOT}", {"xray", "logs"}, f'at image = "{COLLECTOR}"')),
    "a collector whose file is a secret": (
        of(COLLECTOR, KEPT("AOT_CONFIG_CONTENT")), (f"perhaps: {ADOT}", ANY, BY_ADOT),
    ),
    "a collector with what is for an agent": (
        of(COLLECTOR, held("AOT_CONFIG_CONTENT", "jsonencode({ metrics = {} })")),
        (f"perhaps: {ADOT}", ANY, BY_ADOT),
    ),
    "a collector with more words": (
        of(COLLECTOR, 'command = concat(["--set"], var.config)'),
        (f"perhaps: {ADOT}", ANY, BY_ADOT),
    ),
    "a collector with words that it may have": (
        of(COLLECTOR, 'command = concat(["--set"], var.config == "a" ? ["x"] : [])'),
        (f"perhaps: {ADOT}", ANY, BY_ADOT),
    ),
    "a collector with a number": (
        of(COLLECTOR, "command = [5]"), (f"perhaps: {ADOT}", ANY, BY_ADOT),
    ),
    "a collector with words that are not known": (
        of(COLLECTOR, "command = var.config"), (f"perhaps: {ADOT}", ANY, BY_ADOT),
    ),
    "a collector without words": (
        of(COLLECTOR, 'command = [""]'),
        (f"yes: {ADOT}", {"xray", "logs"}, f'at image = "{COLLECTOR}"'),
    ),
    "a collector whose option is cut off": (
        of(COLLECTOR, 'command = ["--config"]'),
        (f"yes: {ADOT}", {"xray", "logs"}, f'at image = "{COLLECTOR}"'),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("container", "expected"), SIDECARS.values(), ids=SIDECARS)
def test_what_is_said_of_a_sidecar(container: str, expected: tuple[str, set[str], str]) -> None:
    """By its image, its command and where its configuration is, at its image."""
    assert sidecars(container, of(HUB)) == expected


@pytest.mark.parametrize(
    ("containers", "found"),
    [
        ("[{ image = var.image }]", False),
        ("[{ image = var.image }, { image = var.image }]", True),
        ("concat([{ image = var.image }], var.config)", True),
    ],
)
def test_the_application_itself_is_no_sidecar(containers: str, found: bool) -> None:
    """One container is the application, if no others may be there."""
    said = [each for each in uses(f"jsonencode({containers})") if " by itself, " in each]

    assert bool(said) is found


@pytest.mark.parametrize(
    "source",
    ["Db.MasterUserSecret.SecretArn", "Warehouse.MasterPasswordSecretArn"],
    ids=["a database", "a warehouse"],
)
def test_a_secret_that_aws_keeps_for_a_database(source: str) -> None:
    """It is in Secrets Manager, as the name of its attribute says."""
    text = f"""
Resources:
  Db: {{Type: AWS::RDS::DBInstance, Properties: {{ManageMasterUserPassword: true}}}}
  Warehouse: {{Type: AWS::Redshift::Cluster, Properties: {{ManageMasterPassword: true}}}}
  Task:
    Type: AWS::ECS::TaskDefinition
    Properties:
      ContainerDefinitions:
        - {{Image: {HUB}, Secrets: [{{Name: A, ValueFrom: !GetAtt {source}}}]}}
"""
    (use,) = (each for each in template(text).every(ContainerUse) if each.what == "secret")

    assert (use.service, use.fact.truth) == ("secretsmanager", True)


def test_a_sidecar_under_a_condition() -> None:
    """It waits for what decides the condition."""
    text = f"""
Parameters: {{Stage: {{Type: String}}}}
Conditions: {{Live: !Equals [!Ref Stage, live]}}
Resources:
  Task:
    Type: AWS::ECS::TaskDefinition
    Properties:
      ContainerDefinitions:
        - Image: {HUB}
        - !If [Live, {{Image: aws-xray-daemon}}, !Ref AWS::NoValue]
"""
    (use,) = (each for each in template(text).every(ContainerUse) if each.what == "sidecar")

    assert (use.fact.truth, [need.name for need in use.fact.needs]) == (None, ["Stage"])
