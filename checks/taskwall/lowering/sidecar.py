"""Sidecars: containers beside the application that talk to AWS by themselves.

There is no resource of its own; what holds containers is lowered in `work`.
"""

from collections.abc import Iterator, Mapping

from msgspec import Struct

from taskwall.core.facts import Fact
from taskwall.core.values import Fields, Known, Need, Text, Value, dereferenced, needs, spelled
from taskwall.lowering._reader import ResourceReader
from taskwall.lowering._structure import structure
from taskwall.lowering.image import repository
from taskwall.model.entities.container_needs import ContainerUse
from taskwall.source.resource import Cell

READ = "2026-11-25"


class Sidecar(Struct, frozen=True):
    """A kind of sidecar: how it is told, and the services that it may talk to.

    `image` is the name of AWS's own image, whichever registry holds a copy; `config` the variable
    that may hold its configuration.
    """

    word: str
    image: str
    services: tuple[str, ...]
    config: str = ""


DAEMON = Sidecar("the X-Ray daemon", "aws-xray-daemon", ("xray",))
COLLECTOR = Sidecar(
    "the ADOT collector",
    "aws-otel-collector",
    ("xray", "logs", "monitoring", "aps-workspaces"),
    "AOT_CONFIG_CONTENT",
)
CLOUDWATCH_AGENT = Sidecar(
    "the CloudWatch agent",
    "cloudwatch-agent",
    ("monitoring", "logs", "xray"),
    "CW_CONFIG_CONTENT",
)
SIDECARS = (DAEMON, COLLECTOR, CLOUDWATCH_AGENT)
SIDECAR_SERVICES = ("xray", "monitoring", "aps-workspaces", "logs")
"""X-Ray developer guide, "Running the X-Ray daemon on Amazon ECS"; ADOT documentation, "Setting
up the ADOT collector on ECS"; CloudWatch user guide, "Using the CloudWatch agent on ECS"."""

CONFIGURATIONS: Mapping[str, tuple[str, ...]] = {
    "ecs-default-config.yaml": ("xray", "logs"),
    "ecs-cloudwatch-xray.yaml": ("xray", "logs"),
    "ecs-cloudwatch.yaml": ("logs",),
    "ecs-xray.yaml": ("xray",),
    "ecs-amp.yaml": ("aps-workspaces",),
    "ecs-amp-xray.yaml": ("aps-workspaces", "xray"),
    "ecs-amp-prometheus.yaml": ("aps-workspaces",),
    "ecs-amp-xray-prometheus.yaml": ("aps-workspaces", "xray"),
    "otel-task-metrics-config.yaml": ("xray", "logs"),
    "otel-instance-metrics-config.yaml": ("logs",),
}
"""What the configurations export to that the collector's image holds (its repository,
`config/ecs`): awsxray to X-Ray, awsemf to CloudWatch Logs, prometheusremotewrite to AMP."""

_SECTIONS = {"metrics": "monitoring", "logs": "logs", "traces": "xray"}
"""What the sections of the CloudWatch agent's configuration send, and whereto."""


def sidecar(r: ResourceReader, container: Cell, *, alone: bool) -> Iterator[ContainerUse]:
    """What a container uses of AWS because it is a sidecar; nothing if it is none.

    It is told by its image, whatever its name, or by a command that only a sidecar's image takes;
    one whose image is not known may be any, unless it is `alone`: beside no application.
    """
    image = container.get(cased(r, "image"))
    called = _called(r, image.value)
    found = [kind for kind in SIDECARS if called == kind.image]
    if called is None and _configuration(r, container) in CONFIGURATIONS:
        found = [COLLECTOR]
    for kind in found:
        services, open_ = _services(r, container, kind)
        waits = (Need(f"the configuration of {kind.word}", "is not in the sources"),)
        for service in services:
            yield _use(r, container, service, kind.word, waits if open_ else ())
    if not found and called is None and image.needs and not alone:
        for service in SIDECAR_SERVICES:
            yield _use(r, container, service, "a sidecar", _open_in_name(image))


def cased(r: ResourceReader, name: str) -> str:
    """An attribute of a container definition as a language spells it."""
    return name if r.terraform else name[0].upper() + name[1:]


def _called(r: ResourceReader, image: Value | None) -> str | None:
    """The last part of an image's name, without tag and digest; None where it is not known.

    In a repository of the sources an image has the name of that; "" where AWS makes one up.
    """
    if (holder := repository(r, image)) is not None:
        name = ResourceReader(holder, r.builder).attribute("name", "RepositoryName")
        return "" if name.absent else _last(name.value)
    return _last(image)


def _last(name: Value | None) -> str | None:
    value = dereferenced(name)
    if isinstance(value, Known):
        text = spelled(value.data) or ""
    elif isinstance(value, Text):
        text = "".join(part if isinstance(part, str) else "\x01" for part in value.parts)
    else:
        return None
    last = text.rpartition("/")[2].partition("@")[0].partition(":")[0]
    return None if not last or "\x01" in last else last


def _open_in_name(image: Cell) -> tuple[Need, ...]:
    """What the last part of an image's name waits for; what all of it does, where that is open."""
    value = dereferenced(image.value)
    found: list[Need] = []
    for part in reversed(value.parts if isinstance(value, Text) else ()):
        if not isinstance(part, str):
            found = [*needs(part), *found]
            continue
        last = part.rpartition("/")[2]
        if ":" in last or "@" in last:
            found = []  # what comes after is a tag or a digest
        if "/" in part:
            break
    return tuple(found) or image.needs


def _configuration(r: ResourceReader, container: Cell) -> str | None:
    """The file that a command gives to `--config`; "" without any, None where it is not known."""
    command = container.get(cased(r, "command"))
    words: list[str] = []
    for each in command.each():
        if not isinstance(each.known, str) or not each.sure:
            return None
        words += each.known.split()
    for index, word in enumerate(words):
        if word.startswith("--config"):
            _, equals, file = word.partition("=")
            file = file if equals else "".join(words[index + 1 : index + 2])
            return file.rpartition("/")[2]
    return ""


def _services(r: ResourceReader, container: Cell, kind: Sidecar) -> tuple[tuple[str, ...], bool]:
    """The services that a sidecar talks to, and whether it is open which of them."""
    if len(kind.services) == 1:
        return kind.services, False
    config, elsewhere = _content(r, container, kind)
    if elsewhere:
        return kind.services, True
    if kind is CLOUDWATCH_AGENT and config is not None:
        found = structure(config)
        value = None if found is None else found.value
        if isinstance(value, Fields) and value.rest is None:
            return tuple(_SECTIONS[key] for key in _SECTIONS if key in value.fields), False
    if kind is COLLECTOR and config is None:
        file = _configuration(r, container)
        # Its image's own default exports traces to X-Ray and metrics as logs.
        known = ("xray", "logs") if file == "" else CONFIGURATIONS.get(file or "")
        if known is not None:
            return known, False
    return kind.services, True


def _content(r: ResourceReader, container: Cell, kind: Sidecar) -> tuple[Cell | None, bool]:
    """The variable that holds a sidecar's configuration, and whether that is kept elsewhere."""
    for entry in container.get(cased(r, "secrets")).each():
        if entry.get(cased(r, "name")).known in (kind.config, None):
            return None, True
    for entry in container.get(cased(r, "environment")).each():
        name = entry.get(cased(r, "name")).known
        if name is None or (name == kind.config and not entry.sure):
            return None, True
        if name == kind.config:
            return entry.get(cased(r, "value")), False
    return None, False


_WORDS = {
    "xray": "sends traces to X-Ray",
    "logs": "sends metrics and logs to CloudWatch Logs",
    "monitoring": "sends metrics to CloudWatch",
    "aps-workspaces": "sends metrics to Amazon Managed Service for Prometheus",
}


def _use(
    r: ResourceReader, container: Cell, service: str, word: str, waits: tuple[Need, ...]
) -> ContainerUse:
    at = container.get(cased(r, "image")).place
    doubts = waits or container.doubt or ()
    truth = None if waits or container.doubt is not None else True
    return ContainerUse(
        r.id,
        "sidecar",
        service,
        Fact(truth, f"{word} of {r.name} {_WORDS[service]}", at, r.name, doubts),
        itself=True,
    )
