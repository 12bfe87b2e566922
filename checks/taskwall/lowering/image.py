"""Images of containers: which registry holds them, and which come through a cache.

There is no resource of its own but the cache's rule; what holds containers is lowered in `work`.
"""

from collections.abc import Iterator

from msgspec.structs import replace

from taskwall.core.facts import Fact
from taskwall.core.patterns import pattern
from taskwall.core.values import Known, Need, Reference, Text, Value, spelled, worst_per_scenario
from taskwall.lowering._draft import ResourceReader, lowers
from taskwall.model.core.entity import Entity
from taskwall.model.entities.container_needs import ECR, ELSEWHERE, ContainerUse
from taskwall.source.resource import Cell, Resource

_PRIVATE = pattern(r"\.dkr[.-]ecr(-fips)?\.|\.dkr\.ecr\b")


def registry(r: ResourceReader, image: Value | None) -> str:
    """Where an image is: `ecr`, `elsewhere`, or "" where the sources do not tell."""
    if image is None:
        return ""
    if repository(r, image) is not None:
        return ECR
    value = worst_per_scenario(image)
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


_OF_ECR = pattern(r"\.dkr[.-]ecr(?:-fips)?\.([a-z0-9-]+)\.(on\.aws)?")
"""The Region in the name of a private registry of ECR, and how its dual-stack name ends.

Amazon ECR user guide, "Making requests over IPv6".
"""


def located(use: ContainerUse, image: Cell) -> ContainerUse:
    """The use of an image, with its Region, and whether that is asked by a dual-stack name."""
    value = worst_per_scenario(image.value or Known(None))
    parts = value.parts if isinstance(value, Text) else (image.known,)
    text = "".join(part if isinstance(part, str) else "\x01" for part in parts)
    found = _OF_ECR.search(text.partition("/")[0])
    return use if found is None else replace(use, region=found[1], dual=bool(found[2]))


def repository(r: ResourceReader, image: Value) -> Resource | None:
    """The ECR repository of the sources that holds an image, as far as they tell."""
    found = _resource(r, image)
    known = found is not None and found.type in ("aws_ecr_repository", "AWS::ECR::Repository")
    return found if known else None


def type_of(r: ResourceReader, value: Value) -> str:
    """The type of the resource whose attribute a value is, or begins with."""
    found = _resource(r, value)
    return "" if found is None else found.type


def _resource(r: ResourceReader, value: Value) -> Resource | None:
    while isinstance(value, Reference):
        resource = r.builder.resources.get(value.resource)
        if resource is not None:
            return resource
        if value.value is None:
            return None
        value = value.value
    if isinstance(value, Text) and not isinstance(value.parts[0], str):
        return _resource(r, value.parts[0])
    return None


def pull_through(r: ResourceReader, image: Cell) -> str:
    """The pull-through cache of the sources that an image comes by, "" if it comes by none."""
    value = worst_per_scenario(image.value or Known(None))
    parts = value.parts if isinstance(value, Text) else (value,)
    known = (part if isinstance(part, str) else _literal(part) for part in parts)
    path = "".join(known).partition("/")[2]
    for resource in r.builder.of_type(*_CACHES):
        prefix = (
            ResourceReader(resource, r.builder)
            .attribute("ecr_repository_prefix", "EcrRepositoryPrefix")
            .known
        )
        if isinstance(prefix, str) and (prefix == "ROOT" or path.startswith(f"{prefix}/")):
            return resource.origin.name
    return ""


def _literal(value: Value) -> str:
    found = worst_per_scenario(value)
    return spelled(found.data) or "" if isinstance(found, Known) else "\x01"


_CACHES = ("aws_ecr_pull_through_cache_rule", "AWS::ECR::PullThroughCacheRule")


@lowers(*_CACHES)
def cache(r: ResourceReader) -> Iterator[Entity]:
    # Read by the containers whose images come through it.
    r.attribute("ecr_repository_prefix", "EcrRepositoryPrefix")
    return iter(())


def first_pull(r: ResourceReader, image: Cell, rule: str) -> ContainerUse:
    """That the first pull through a cache needs a way out even where ECR has endpoints.

    Amazon ECR user guide, "Amazon ECR interface VPC endpoints".
    """
    text = f"{r.name} pulls {shown(image)}, which {rule} fetches from outside at first"
    needs = (Need(f"whether {rule} holds the image already", "is not in the sources"),)
    return ContainerUse(r.id, "image", ELSEWHERE, Fact(None, text, image.place, r.name, needs))


def shown(cell: Cell) -> str:
    """An image, as messages say it."""
    known = cell.known
    return str(known) if isinstance(known, str) and len(known) < 80 else "an image"
