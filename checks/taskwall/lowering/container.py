"""Containers: which images, log drivers, secrets and files their definitions name.

There is no resource of its own; what holds containers is lowered in `work`.
"""

from collections.abc import Iterator

from msgspec.structs import replace

from taskwall.core.facts import Fact
from taskwall.core.values import (
    Items,
    Known,
    Need,
    Text,
    Value,
    dereferenced,
    spelled,
    symbol,
)
from taskwall.lowering._reader import ResourceReader
from taskwall.lowering._structure import structure, text_without_structure
from taskwall.lowering._written import structured
from taskwall.lowering.image import pulled, referenced_type
from taskwall.lowering.sidecar import cased, sidecar
from taskwall.model.entities.container_needs import ContainerUse, What
from taskwall.source.resource import Cell

READ = "2026-11-24"


def uses(r: ResourceReader, cell: Cell) -> Iterator[ContainerUse]:
    """What the containers of a list (a structure, or JSON text) use."""
    found = structure(cell)
    if found is None:
        if text_without_structure(cell):
            r.complain(cell, "its container definitions are not JSON")
        if not cell.absent:
            yield from (_use(r, cell, what, "") for what in _WHATS)
        return
    containers = list(found.each())
    held = dereferenced(found.value)
    alone = len(containers) == 1 and isinstance(held, Items) and not held.rest
    for container in containers:
        if not structured(container):
            yield from (_use(r, container, what, "") for what in _WHATS)
        else:
            yield from _container(r, container, alone=alone)


def express_uses(r: ResourceReader, image: Cell) -> Iterator[ContainerUse]:
    """What an Express Mode service uses: its image, and the logs that AWS sets up for it."""
    yield from pulled(r, image, image.doubt)
    yield _use(r, image, "log", "logs")


_WHATS: tuple[What, ...] = ("image", "log", "secret", "file", "sidecar")


def _container(r: ResourceReader, container: Cell, *, alone: bool) -> Iterator[ContainerUse]:
    yield from pulled(r, container.get(cased(r, "image")), container.doubt)
    logging = container.get(cased(r, "logConfiguration"))
    if not logging.absent:
        yield from _logs(r, container, logging)
    hidden = logging.get(cased(r, "secretOptions"))
    for secret in (*container.get(cased(r, "secrets")).each(), *hidden.each()):
        at = secret.get(cased(r, "valueFrom"))
        yield _use(r, at, "secret", _store(r, at.value), secret)
    credentials = container.get(cased(r, "repositoryCredentials"))
    if not credentials.absent:
        region = _region_of(credentials.get(cased(r, "credentialsParameter")))
        use = _use(r, credentials, "secret", "secretsmanager", container)
        yield replace(use, region=region)
    for file in container.get(cased(r, "environmentFiles")).each():
        yield _use(r, file, "file", "s3", file)
    router = container.get(cased(r, "firelensConfiguration")).get(cased(r, "options"))
    if router.get("config-file-type").known == "s3":
        yield _use(r, router.get("config-file-value"), "file", "s3", container)
    for key in ("credentialSpecs", "dockerSecurityOptions"):
        for spec in container.get(cased(r, key)).each():
            yield from _credentials(r, spec)
    yield from sidecar(r, container, alone=alone)


def _logs(r: ResourceReader, container: Cell, logging: Cell) -> Iterator[ContainerUse]:
    at = logging.get(cased(r, "logDriver"))
    known: str | None = _LOG_DRIVERS.get(str(at.known)) if at.known is not None else ""
    waits, routed = at.needs, at.known == "awsfirelens"
    if routed:
        name = logging.get(cased(r, "options")).get("Name")
        known = _PLUGINS.get(str(name.known)) if name.known is not None else ""
        waits = name.needs
    if known == "":
        need = Need(f"what FireLens of {r.name} writes to", "is not in the options of the log")
        text = f"{r.name} writes its logs to CloudWatch"
        fact = Fact(None, text, at.place, r.name, waits or (need,))
        yield ContainerUse(r.id, "log", "", fact, routed)
    elif known is not None:
        option = logging.get(cased(r, "options")).get("region" if routed else "awslogs-region")
        region = str(option.known or "") if option.doubt is None else ""
        yield replace(_use(r, at, "log", known, container), itself=routed, region=region)


def _credentials(r: ResourceReader, spec: Cell) -> Iterator[ContainerUse]:
    """Where a credential spec for a gMSA is kept: `credentialspec:ARN`, of S3 or a parameter.

    A domainless one names a secret as well (Amazon ECS API reference, ContainerDefinition). What
    is not known may be one, of either kind.
    """
    if spec.absent:
        return
    value = dereferenced(spec.value)
    parts = value.parts if isinstance(value, Text) else (spec.known,)
    text = "".join(part if isinstance(part, str) else "\x01" for part in parts)
    kind, colon, arn = text.partition(":")
    if "\x01" in kind:
        arn = ""
    elif not colon or kind not in ("credentialspec", "credentialspecdomainless"):
        return
    if ":s3:" in arn:
        yield _use(r, spec, "file", "s3", spec)
    elif ":ssm:" in arn:
        yield _use(r, spec, "secret", "ssm", spec)
    elif not arn.startswith("file:"):
        yield _use(r, spec, "file", "", spec)
        yield _use(r, spec, "secret", "", spec)
    if kind == "credentialspecdomainless":
        yield _use(r, spec, "secret", "secretsmanager", spec)


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


def _use(
    r: ResourceReader, cell: Cell, what: What, service: str, within: Cell | None = None
) -> ContainerUse:
    words = {
        "logs": "writes its logs to CloudWatch",
        "secretsmanager": "reads secrets from Secrets Manager",
        "ssm": "reads values from Parameter Store",
        "s3": "reads files from S3" if what == "file" else "writes its logs to S3",
        "": _OPEN[what],
    }
    text = f"{r.name} {words.get(service) or f'writes its logs to {service}'}"
    doubt = cell.doubt if within is None else within.doubt
    needs = cell.needs if not service else (doubt or ())
    if not service or doubt is not None:
        return ContainerUse(
            r.id, what, service, Fact(None, text, cell.place, r.name, needs or cell.needs)
        )
    fact = Fact(True, text, cell.place, r.name)
    return ContainerUse(r.id, what, service, fact, region=_region_of(cell))


def _region_of(cell: Cell) -> str:
    """The Region in the ARN of a secret or parameter, "" where none is known."""
    value = dereferenced(cell.value)
    parts = value.parts if isinstance(value, Text) else (cell.known,)
    text = "".join(part if isinstance(part, str) else "\x01" for part in parts)
    found = text.split(":")[3:4] if text.startswith("arn:") else []
    return found[0] if found and "\x01" not in found[0] else ""


_OPEN: dict[What, str] = {
    "image": "pulls an image from ECR",
    "log": "writes its logs to CloudWatch",
    "secret": "reads secrets from AWS",
    "file": "reads environment files from S3",
    "sidecar": "sends traces or metrics to AWS",
}


_STORES = {
    "aws_secretsmanager_secret": "secretsmanager",
    "aws_secretsmanager_secret_version": "secretsmanager",
    "AWS::SecretsManager::Secret": "secretsmanager",
    "AWS::SecretsManager::SecretTargetAttachment": "secretsmanager",
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


def _store(r: ResourceReader, source: Value | None) -> str:
    """Which service a secret comes from: by what it refers to, by its ARN, or by its bare name."""
    if source is None:
        return ""
    found = _STORES.get(referenced_type(r, source))
    if found:
        return found
    if any(name in symbol(source) for name in _MANAGED):
        return "secretsmanager"
    value = dereferenced(source)
    if isinstance(value, Known | Text):
        parts = (spelled(value.data) or "",) if isinstance(value, Known) else value.parts
        text = "".join(part if isinstance(part, str) else "\x01" for part in parts)
        if ":secretsmanager:" in text:
            return "secretsmanager"
        # A name without ARN is a parameter's, of the same Region.
        named = text and not text.startswith(("arn:", "\x01"))
        return "ssm" if ":ssm:" in text or named else ""
    return ""
