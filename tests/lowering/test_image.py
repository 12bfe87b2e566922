"""Which registry holds an image, by its name."""

import pytest

from lowering.networks import network
from taskwall.core.values import Fields, Items, Known, Need, Origin, Span, Text, Value, unknown
from taskwall.lowering._network_builder import NetworkBuilder
from taskwall.lowering._reader import ResourceReader
from taskwall.lowering.image import registry
from taskwall.model.entities.container_needs import ContainerUse
from taskwall.source.resource import Resource

HERE = Span("main.tf", 1, 1, 9, 2)
VAR = unknown("var.x", "has no default")


def _zone(kind: str, maybe: tuple[Need, ...] = (), **fields: Value) -> Resource:
    origin = Origin(f"{kind}.z", f"{kind}.z", HERE, "terraform", maybe=maybe)
    return Resource(kind, origin, Fields(fields), HERE)


def held(*parts: str | Value, zones: tuple[Resource, ...] = ()) -> tuple[str, str]:
    """Where an image, whose name may be known in part, is."""
    known = len(parts) == 1 and isinstance(parts[0], str)
    task = _zone("aws_ecs_task_definition")
    draft = NetworkBuilder([task, *zones])
    return registry(ResourceReader(task, draft), Known(str(parts[0])) if known else Text(parts))


IMAGES: dict[str, tuple[tuple[str | Value, ...], tuple[str, str]]] = {
    "Docker Hub": (("nginx",), ("elsewhere", "")),
    "Docker Hub, tag unknown": (("nginx:", VAR), ("elsewhere", "")),
    "Docker Hub, an organisation": (("org/app:1",), ("elsewhere", "")),
    "Docker Hub by name": (("docker.io/library/nginx",), ("elsewhere", "")),
    "public ECR": (("public.ecr.aws/nginx/nginx:1",), ("elsewhere", "")),
    "a host of a registry's many": (("europe-docker.pkg.dev/p/r/app",), ("elsewhere", "")),
    "upper case": (("GHCR.io/org/app",), ("elsewhere", "")),
    "private ECR": (("123456789012.dkr.ecr.eu-west-1.amazonaws.com/app",), ("ecr", "")),
    "private ECR, account unknown": ((VAR, ".dkr.ecr.eu-west-1.amazonaws.com/app"), ("ecr", "")),
    "private address": (("10.60.3.4:5000/app",), ("private", "")),
    "localhost": (("localhost/app",), ("private", "")),
    "localhost with a port": (("localhost:5000/app",), ("private", "")),
    "a host without a domain": (("registry:5000/app",), ("private", "")),
    "a private suffix": (("registry.corp.internal/app",), ("private", "")),
    "a private suffix, host unknown": ((VAR, ".corp.internal:5000/app"), ("private", "")),
    "a private suffix, port unknown": (("reg.corp.internal:", VAR, "/app"), ("private", "")),
    "another host": (("registry.example.com/app",), ("elsewhere", "registry.example.com")),
    "a public address": (("8.8.8.8:5000/app",), ("elsewhere", "8.8.8.8")),
    "a host that ends like a known one": (("notghcr.io/app",), ("elsewhere", "notghcr.io")),
    "host unknown": ((VAR, "/app"), ("", "")),
    "host known in part": (("registry.", VAR, "/app"), ("", "")),
    "all but the tag unknown": ((VAR, ":1"), ("", "")),
    "not a suffix of a host": ((VAR, ".internal"), ("", "")),
}


@pytest.mark.parametrize("image", IMAGES)
def test_registries(image: str) -> None:
    """Known hosts are on the internet, private names are not, of others nobody knows."""
    parts, expected = IMAGES[image]

    assert held(*parts) == expected


PUBLIC = (
    "cgr.dev", "docker.io", "docker.elastic.co", "docker.pkg.github.com", "gcr.io", "ghcr.io",
    "icr.io", "index.docker.io", "k8s.gcr.io", "lscr.io", "mcr.microsoft.com", "nvcr.io",
    "public.ecr.aws", "quay.io", "registry-1.docker.io", "registry.access.redhat.com",
    "registry.gitlab.com", "registry.hub.docker.com", "registry.k8s.io", "registry.redhat.io",
    "container-registry.oracle.com", "ecr-public.aws.com", "own.azurecr.io", "eu.gcr.io",
    "own.jfrog.io", "europe-docker.pkg.dev",
)  # fmt: skip


def test_public_registries() -> None:
    """They are on the internet for sure, which of an unknown host only its user can say."""
    assert [each for each in PUBLIC if held(f"{each}/app:1") != ("elsewhere", "")] == []


def test_private_names() -> None:
    """No server of the internet answers for them."""
    endings = (
        "corp", "home", "home.arpa", "internal", "intranet", "lan", "local", "localdomain",
        "localhost", "private", "test",
    )  # fmt: skip

    assert [each for each in endings if held(f"reg.{each}/app:1") != ("private", "")] == []


@pytest.mark.parametrize(
    ("image", "text", "waits"),
    [
        ('"nginx"', "pulls nginx, which no endpoint serves", ["var.v"]),
        ("var.w", "pulls an image from ECR", ["var.v"]),
        (
            '"reg.example.com/x"',
            "pulls reg.example.com/x from the internet",
            ["var.v", "whether reg.example.com is on the internet"],
        ),
        (
            '"123456789012.dkr.ecr.eu-west-1.amazonaws.com/x"',
            "pulls an image from a private ECR registry",
            ["var.v"],
        ),
        ('"localhost/x"', "", []),
    ],
)
def test_images_of_containers_that_may_be_there(image: str, text: str, waits: list[str]) -> None:
    """That one is pulled waits for what decides whether the container is there."""
    own = '{ name = "a", image = "localhost/a" }'
    other = f'{{ name = "b", image = {image} }}'
    containers = f"jsonencode(concat([{own}], var.v ? [{other}] : []))"
    around = 'variable "v" {}\nvariable "w" {}\nresource "aws_ecs_task_definition" "t" {\n'
    uses = network(f"{around}container_definitions = {containers}\n}}\n").every(ContainerUse)
    pulls = [each.fact for each in uses if " pulls " in each.fact.text]

    assert [fact.text for fact in pulls] == [f"aws_ecs_task_definition.t {text}"] * bool(text)
    assert [(fact.truth, [need.name for need in fact.needs]) for fact in pulls] == [
        (None, waits)
    ] * bool(text)


VPC = Items((Fields({"vpc_id": Known("vpc-1")}),))
NAME = Known("Example.com.")


@pytest.mark.parametrize(
    ("zone", "where"),
    [
        (_zone("aws_route53_zone", name=NAME, vpc=VPC), "private"),
        (_zone("aws_service_discovery_private_dns_namespace", name=NAME), "private"),
        (_zone("aws_route53_zone", name=NAME), "elsewhere"),
        (_zone("aws_route53_zone", name=Known("ample.com"), vpc=VPC), "elsewhere"),
        (_zone("aws_route53_zone", name=VAR, vpc=VPC), "elsewhere"),
        (_zone("aws_route53_zone", (Need("var.z", "may be 0"),), name=NAME, vpc=VPC), "elsewhere"),
    ],
    ids=["private zone", "Cloud Map", "public zone", "another zone", "name unknown", "perhaps"],
)
def test_private_zones(zone: Resource, where: str) -> None:
    """A host under a private zone of the sources is in the network."""
    assert held("registry.example.com/app", zones=(zone,))[0] == where
