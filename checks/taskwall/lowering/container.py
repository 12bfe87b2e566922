"""Containers: which images, log drivers, secrets and files their definitions name.

There is no resource of its own; what holds containers is lowered in `work`.
"""

import re
from collections.abc import Iterator

from taskwall.facts import Fact
from taskwall.lowering._draft import Reading
from taskwall.lowering._structure import structure
from taskwall.model.use import ECR, ELSEWHERE, Use, What
from taskwall.resource import Cell
from taskwall.values import Fields, Known, Reference, Text, Value, settled, spelled, symbol


def uses(r: Reading, cell: Cell) -> Iterator[Use]:
    """What the containers of a list (a structure, or JSON text) use."""
    if r.external:
        return
    found = structure(cell)
    if found is None:
        if not cell.absent:
            yield from (_use(r, cell, what, "") for what in _WHATS)
        return
    for container in found.each():
        if not isinstance(settled(container.value or Known(None)), Fields):
            yield from (_use(r, container, what, "") for what in _WHATS)
        elif r.terraform:
            yield from _container(r, container, _JSON)
        else:
            yield from _container(r, container, _CLOUDFORMATION)


def express(r: Reading, image: Cell) -> Iterator[Use]:
    """What an Express Mode service uses: its image, and the logs that AWS sets up for it."""
    yield _use(r, image, "image", _registry(r, image.value))
    yield _use(r, image, "log", "logs")


_WHATS: tuple[What, ...] = ("image", "log", "secret", "file")
_JSON = (
    "image", "logConfiguration", "logDriver", "options", "secretOptions", "secrets", "valueFrom",
    "repositoryCredentials", "environmentFiles",
)  # fmt: skip
_CLOUDFORMATION = (
    "Image", "LogConfiguration", "LogDriver", "Options", "SecretOptions", "Secrets", "ValueFrom",
    "RepositoryCredentials", "EnvironmentFiles",
)  # fmt: skip


def _container(r: Reading, container: Cell, names: tuple[str, ...]) -> Iterator[Use]:
    image, log, driver, options, hidden, secrets, source, credentials, files = names
    cell = container.get(image)
    yield _use(r, cell, "image", _registry(r, cell.value), container)
    logging = container.get(log)
    if not logging.absent:
        at = logging.get(driver)
        known = _LOG_DRIVERS.get(str(at.known)) if at.known is not None else ""
        if at.known == "awsfirelens":
            name = logging.get(options).get("Name")
            known = _PLUGINS.get(str(name.known)) if name.known is not None else ""
            known = None if name.absent and not name.needs else known
        if known is not None:
            yield _use(r, at, "log", known, container)
    for secret in (*container.get(secrets).each(), *logging.get(hidden).each()):
        at = secret.get(source)
        yield _use(r, at, "secret", _store(r, at.value), secret)
    if not container.get(credentials).absent:
        yield _use(r, container.get(credentials), "secret", "secretsmanager", container)
    for file in container.get(files).each():
        yield _use(r, file, "file", "s3", file)


_LOG_DRIVERS: dict[str, str] = {"awslogs": "logs", "awsfirelens": ""}
_PLUGINS: dict[str, str] = {
    "cloudwatch": "logs",
    "cloudwatch_logs": "logs",
    "firehose": "kinesis-firehose",
    "kinesis_firehose": "kinesis-firehose",
    "kinesis": "kinesis-streams",
    "kinesis_streams": "kinesis-streams",
    "s3": "s3",
}
"""Fluent Bit's outputs that are AWS services, and their endpoints (Fluent Bit manual, AWS plugins).

Outputs to others are not looked at.
"""


def _use(r: Reading, cell: Cell, what: What, service: str, within: Cell | None = None) -> Use:
    words = {
        ECR: "pulls an image from a private ECR registry",
        ELSEWHERE: f"pulls {_shown(cell)}, which no endpoint serves",
        "logs": "writes its logs to CloudWatch",
        "secretsmanager": "takes secrets from Secrets Manager",
        "ssm": "takes values from Parameter Store",
        "s3": "takes files from S3" if what == "file" else "writes its logs to S3",
        "": _OPEN[what],
    }
    text = f"{r.name} {words.get(service) or f'writes its logs to {service}'}"
    doubt = cell.doubt if within is None else within.doubt
    needs = cell.needs if not service else (doubt or ())
    if not service or doubt is not None:
        return Use(r.id, what, service, Fact(None, text, cell.place, r.name, needs or cell.needs))
    return Use(r.id, what, service, Fact(True, text, cell.place, r.name))


_OPEN: dict[What, str] = {
    "image": "pulls an image from ECR",
    "log": "writes its logs to CloudWatch",
    "secret": "takes secrets from AWS",
    "file": "takes environment files from S3",
}


def _shown(cell: Cell) -> str:
    known = cell.known
    return str(known) if isinstance(known, str) and len(known) < 80 else "an image"


_PRIVATE = re.compile(r"\.dkr[.-]ecr(-fips)?\.|\.dkr\.ecr\b")


def _registry(r: Reading, image: Value | None) -> str:
    """Where an image is: `ecr`, `elsewhere`, or "" where the sources do not tell."""
    if image is None:
        return ""
    resource = _of(r, image)
    if resource in ("aws_ecr_repository", "AWS::ECR::Repository"):
        return ECR
    value = settled(image)
    if isinstance(value, Known):
        text = spelled(value.data) or ""
        if not text or text == "PLACEHOLDER":
            return ""
        return ECR if _PRIVATE.search(text.partition("/")[0]) else ELSEWHERE
    if isinstance(value, Text):
        text = "".join(part if isinstance(part, str) else "\x01" for part in value.parts)
        host = text.partition("/")[0]
        if _PRIVATE.search(host):
            return ECR
        if "\x01" not in host and "/" in text:
            return ELSEWHERE
        # `name:${tag}` is an image of Docker Hub, whatever the tag.
        return ELSEWHERE if "\x01" not in host.partition(":")[0] and ":" in host else ""
    return ""


_STORES = {
    "aws_secretsmanager_secret": "secretsmanager",
    "aws_secretsmanager_secret_version": "secretsmanager",
    "AWS::SecretsManager::Secret": "secretsmanager",
    "aws_ssm_parameter": "ssm",
    "AWS::SSM::Parameter": "ssm",
}


_MANAGED = (
    "master_user_secret",
    "MasterUserSecret",
    "master_password_secret",
    "MasterPasswordSecret",
)
"""Attributes of databases that name the secret which AWS keeps for them in Secrets Manager."""


def _store(r: Reading, source: Value | None) -> str:
    """Which service a secret comes from: by what it refers to, by its ARN, or by its bare name."""
    if source is None:
        return ""
    found = _STORES.get(_of(r, source))
    if found:
        return found
    if any(name in symbol(source) for name in _MANAGED):
        return "secretsmanager"
    value = settled(source)
    if isinstance(value, Known | Text):
        parts = (spelled(value.data) or "",) if isinstance(value, Known) else value.parts
        text = "".join(part if isinstance(part, str) else "\x01" for part in parts)
        if ":secretsmanager:" in text:
            return "secretsmanager"
        # A name without ARN is a parameter's, of the same Region.
        named = text and not text.startswith(("arn:", "\x01"))
        return "ssm" if ":ssm:" in text or named else ""
    return ""


def _of(r: Reading, value: Value) -> str:
    """The type of the resource whose attribute a value is, or begins with."""
    while isinstance(value, Reference):
        resource = r.draft.resources.get(value.resource)
        if resource is not None:
            return resource.type
        if value.value is None:
            return ""
        value = value.value
    if isinstance(value, Text) and not isinstance(value.parts[0], str):
        return _of(r, value.parts[0])
    return ""
