"""Images of containers: which registry holds them, and which come through a cache.

There is no resource of its own but the cache's rule; what holds containers is lowered in `work`.
"""

from collections.abc import Iterator

from msgspec.structs import replace

from taskwall.core.change import ResourceAttribute
from taskwall.core.facts import Fact
from taskwall.core.patterns import pattern
from taskwall.core.values import (
    OUTSIDE,
    Known,
    Need,
    Reference,
    Text,
    Unknown,
    Value,
    dereferenced,
    spelled,
)
from taskwall.lowering._default_vpc import other_provider, region_of_provider
from taskwall.lowering._reader import ResourceReader, lowers
from taskwall.lowering._resources import derived_from
from taskwall.model.core.address import parse_cidr, public_addresses
from taskwall.model.core.entity import Entity
from taskwall.model.entities.container_needs import ECR, ELSEWHERE, ContainerUse
from taskwall.source.resource import Cell, Resource

READ = "2026-11-27"

PRIVATE = "private"
"""Where an image is that nobody leaves the network for."""

_PUBLIC = frozenset(
    (
        "cgr.dev", "docker.io", "docker.elastic.co", "docker.pkg.github.com", "gcr.io", "ghcr.io",
        "icr.io", "lscr.io", "mcr.microsoft.com", "nvcr.io", "public.ecr.aws", "quay.io",
        "registry.access.redhat.com", "registry.aquasec.com", "registry.gitlab.com",
        "registry.k8s.io", "registry.redhat.io", "container-registry.oracle.com",
        "ecr-public.aws.com",
    )
)  # fmt: skip
_PUBLIC_SUFFIXES = (".azurecr.io", ".docker.com", ".docker.io", ".gcr.io", ".jfrog.io", ".pkg.dev")
"""Registries on the internet, by the pages of those who run them."""

_PRIVATE_SUFFIXES = (
    ".corp", ".home", ".home.arpa", ".internal", ".intranet", ".lan", ".local", ".localdomain",
    ".localhost", ".private", ".test",
)  # fmt: skip
"""Endings of names that no server of the internet answers for (RFC 2606, 6762 appendix G, 8375)."""

_NAMESPACES = (
    "aws_service_discovery_private_dns_namespace",
    "AWS::ServiceDiscovery::PrivateDnsNamespace",
)
_ZONES = ("aws_route53_zone", "AWS::Route53::HostedZone", *_NAMESPACES)

_OF_ECR = pattern(r"\.dkr[.-]ecr(-fips)?\.|\.dkr\.ecr\b")


def pulled(
    r: ResourceReader, image: Cell, doubt: tuple[Need, ...] | None
) -> Iterator[ContainerUse]:
    """That a container's image is pulled, from wherever it is.

    Args:
        r: the resource that holds the container.
        image: the container's image.
        doubt: what the container's being there waits for, None if it certainly is.
    """
    held, host = registry(r, image.value)
    if held == PRIVATE:
        return
    text, waits = f"{r.name} pulls an image from ECR", doubt
    if held == ECR:
        text = f"{r.name} pulls an image from a private ECR registry"
    elif host:
        waits = (*(doubt or ()), Need(f"whether {host} is on the internet", OUTSIDE))
        text = f"{r.name} pulls {shown(image)} from the internet"
    elif held == ELSEWHERE:
        text = f"{r.name} pulls {shown(image)}, which no endpoint serves"
    else:
        waits = doubt or image.needs
    own = repository(r, image.value)
    region = _region(own)
    if own is not None and (provider := other_provider(own, r.resource)):
        region = region_of_provider(own)
        if not region or not region_of_provider(r.resource):
            need = Need(f"whether the provider {provider} has the Region of {r.name}", OUTSIDE)
            waits = (*(doubt or ()), need)
    truth = None if waits is not None else True
    fact = Fact(truth, text, image.place, r.name, waits or ())
    use = ContainerUse(r.id, "image", held, fact, region=region, account=_account(own, image))
    yield located(use, image)
    if held == ECR and (rule := pull_through(r, image)):
        yield first_pull(r, image, rule)


def _region(own: Resource | None) -> str:
    """The Region of the repository of an image, if that says another one than its provider's."""
    return "" if own is None else str(own.cell().get("region").known or "")


def _account(own: Resource | None, image: Cell) -> ResourceAttribute | str:
    """The account of the registry of an image, if the sources tell: their own, or by number."""
    if own is not None:
        named = own.cell().get("registry_id")
        if not own.data or named.absent:
            return ResourceAttribute(own.origin.address, "registry_id")
        return _own_account(named.value) or str(named.known or "")
    value = dereferenced(image.value)
    return (_own_account(value.parts[0]) if isinstance(value, Text) else None) or ""


def _own_account(first: Value | str | None) -> ResourceAttribute | None:
    """What names the account of the sources themselves, if a value does, in their words."""
    if isinstance(first, Reference) and first.resource.startswith("data.aws_caller_identity."):
        return ResourceAttribute(first.resource, first.attribute)
    if isinstance(first, Unknown) and first.symbol == "AWS::AccountId":
        return ResourceAttribute(first.symbol, "")
    return None


def registry(r: ResourceReader, image: Value | None) -> tuple[str, str]:
    """Where an image is: `ecr`, `elsewhere`, `private`, or "" where the sources do not tell.

    With it the host, where that may be anywhere: on the internet, or in a network of its own.
    """
    if repository(r, image) is not None:
        return ECR, ""
    value = dereferenced(image)
    if isinstance(value, Known):
        text = spelled(value.data) or ""
    elif isinstance(value, Text):
        text = "".join(part if isinstance(part, str) else "\x01" for part in value.parts)
    else:
        return "", ""
    first, slash, _ = text.partition("/")
    if not text or text == "PLACEHOLDER":
        return "", ""
    if _OF_ECR.search(first):
        return ECR, ""
    name, colon, _ = first.partition(":")
    if "\x01" in name:
        ending = name.rpartition("\x01")[2]
        return (PRIVATE if slash and ending.endswith(_PRIVATE_SUFFIXES) else ""), ""
    if not slash or not (colon or "." in name or name == "localhost"):
        return ELSEWHERE, ""  # `name:${tag}` is an image of Docker Hub, whatever the tag.
    return _of_host(r, name.lower())


def _of_host(r: ResourceReader, host: str) -> tuple[str, str]:
    address = parse_cidr(host)
    inside = "." not in host or host.endswith((*_PRIVATE_SUFFIXES, *_zones(r)))
    if inside or (address is not None and not address.ranges & public_addresses(address.version)):
        return PRIVATE, ""
    known = address is None and (host in _PUBLIC or host.endswith(_PUBLIC_SUFFIXES))
    return ELSEWHERE, "" if known else host


def _zones(r: ResourceReader) -> Iterator[str]:
    """The endings of names that the private zones of the sources answer for."""
    for resource in r.builder.of_type(*_ZONES):
        zone = ResourceReader(resource, r.builder)
        name = zone.attribute("name", "Name").known
        private = resource.type in _NAMESPACES or not zone.attribute("vpc", "VPCs").absent
        if resource.data:
            private = zone.attribute("private_zone", "").known is True
        if isinstance(name, str) and private and not resource.origin.maybe:
            yield f".{name.lower().rstrip('.')}"


_REGISTRY = pattern(r"(\d{12})?\.dkr[.-]ecr(?:-fips)?\.(?:([a-z0-9-]+)\.(on\.aws)?)?")
"""The account and Region of a private registry of ECR in its name, and how a dual-stack one ends.

Amazon ECR user guide, "Making requests over IPv6".
"""


def located(use: ContainerUse, image: Cell) -> ContainerUse:
    """The use of an image, with its account and Region, and whether that name is dual-stack."""
    value = dereferenced(image.value)
    parts = value.parts if isinstance(value, Text) else (image.known,)
    text = "".join(part if isinstance(part, str) else "\x01" for part in parts)
    found = _REGISTRY.search(text.partition("/")[0])
    if found is None:
        return use
    account = use.account or found[1] or ""
    return replace(use, region=found[2] or "", dual=bool(found[3]), account=account)


_REPOSITORIES = ("aws_ecr_repository", "aws_ecr_image", "AWS::ECR::Repository")
"""What says that an image is in ECR: its repository, or the image as it is looked up there."""


def repository(r: ResourceReader, image: Value | None) -> Resource | None:
    """The ECR repository of the sources that holds an image, as far as they tell."""
    # What pushes an image may hand on its name: docker_registry_image.api.name.
    for value in (image, dereferenced(image)):
        found = _resource(r, value)
        if found is not None and found.type in _REPOSITORIES:
            return found
    return None


def referenced_type(r: ResourceReader, value: Value | None) -> str:
    """The type of the resource whose attribute a value is, or begins with."""
    found = _resource(r, value)
    return "" if found is None else found.type


def _resource(r: ResourceReader, value: Value | None) -> Resource | None:
    while isinstance(value, Reference):
        resource = r.builder.resources.get(value.resource)
        if resource is not None:
            return resource
        if value.value is None:
            return None
        value = value.value
    if isinstance(value, Text) and not isinstance(value.parts[0], str):
        return _resource(r, value.parts[0])
    # What functions make of a repository's address: replace(....repository_url, "https://", "")
    made = [*derived_from(r.builder, value)] if isinstance(value, Unknown) else []
    return made[0] if len(made) == 1 else None


def pull_through(r: ResourceReader, image: Cell) -> str:
    """The pull-through cache of the sources that an image comes by, or may; "" if by none."""
    value = dereferenced(image.value)
    parts = value.parts if isinstance(value, Text) else (value,)
    known = (part if isinstance(part, str) else _literal(part) for part in parts)
    path = "".join(known).partition("/")[2]
    first, unknown, _ = path.partition(":")[0].partition("@")[0].partition("\x01")
    for resource in r.builder.of_type(*_CACHES):
        prefix = ResourceReader(resource, r.builder).attribute(
            "ecr_repository_prefix", "EcrRepositoryPrefix"
        )
        begins = f"{prefix.known}/" if not prefix.needs else ""
        may = unknown and (not begins or begins.startswith(first))
        if prefix.known == "ROOT" or may or ("/" in path and path.startswith(begins)):
            return resource.origin.name
    return ""


def _literal(value: Value | None) -> str:
    found = dereferenced(value)
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
