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
    "registry.aquasec.com", "registry.gitlab.com", "registry.ipv6.docker.com",
    "registry.hub.docker.com", "registry.k8s.io", "registry.redhat.io",
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


AROUND = """
variable "v" {}
data "aws_caller_identity" "me" {}
resource "aws_ecr_repository" "r" { name = "app" }
data "aws_ecr_repository" "d" { name = "app" }
data "aws_ecr_repository" "n" {
  name        = "app"
  registry_id = "210987654321"
}
data "aws_ecr_repository" "m" {
  name        = "app"
  registry_id = data.aws_caller_identity.me.account_id
}
data "aws_ecr_image" "i" { repository_name = "app" }
data "aws_ecr_image" "f" {
  repository_name = "app"
  region          = "us-east-2"
}
resource "aws_ecr_repository" "f" {
  name   = "app"
  region = "us-east-2"
}
"""
NUMBER = "123456789012"


def image_uses(image: str, more: str = "") -> list[ContainerUse]:
    """What a container of Terraform with an image uses."""
    containers = f'jsonencode([{{ name = "a", image = {image} }}])'
    task = f'resource "aws_ecs_task_definition" "t" {{\ncontainer_definitions = {containers}\n}}\n'
    return network(AROUND + more + task).every(ContainerUse)


def account(use: ContainerUse) -> str:
    """Whose registry an image is in."""
    found = use.account
    return found if isinstance(found, str) else f"{found.address}.{found.terraform}".strip(".")


@pytest.mark.parametrize(
    ("image", "owner", "region", "dual"),
    [
        ("aws_ecr_repository.r.repository_url", "aws_ecr_repository.r.registry_id", "", False),
        (
            '"${aws_ecr_repository.r.repository_url}:1"',
            "aws_ecr_repository.r.registry_id",
            "",
            False,
        ),
        (
            "data.aws_ecr_repository.d.repository_url",
            "data.aws_ecr_repository.d.registry_id",
            "",
            False,
        ),
        ("data.aws_ecr_repository.n.repository_url", "210987654321", "", False),
        ("data.aws_ecr_image.i.image_uri", "data.aws_ecr_image.i.registry_id", "", False),
        ("data.aws_ecr_image.f.image_uri", "data.aws_ecr_image.f.registry_id", "us-east-2", False),
        (
            "aws_ecr_repository.f.repository_url",
            "aws_ecr_repository.f.registry_id",
            "us-east-2",
            False,
        ),
        (
            "data.aws_ecr_repository.m.repository_url",
            "data.aws_caller_identity.me.account_id",
            "",
            False,
        ),
        (
            '"${data.aws_caller_identity.me.account_id}.dkr.ecr.eu-west-1.amazonaws.com/app"',
            "data.aws_caller_identity.me.account_id",
            "eu-west-1",
            False,
        ),
        (f'"{NUMBER}.dkr.ecr.eu-west-1.amazonaws.com/app"', NUMBER, "eu-west-1", False),
        (f'"{NUMBER}.dkr-ecr.eu-west-1.on.aws/app"', NUMBER, "eu-west-1", True),
        (f'"{NUMBER}.dkr.ecr-fips.us-east-1.amazonaws.com/app"', NUMBER, "us-east-1", False),
        (f'"{NUMBER}.dkr.ecr.${{var.v}}.amazonaws.com/app"', NUMBER, "", False),
        ('"${var.v}.dkr.ecr.eu-west-1.amazonaws.com/app"', "", "eu-west-1", False),
        (f'"localhost.x/{NUMBER}.dkr-ecr.eu-west-1.on.aws"', "", "", False),
    ],
    ids=range(15),
)
def test_registries_of_accounts(image: str, owner: str, region: str, dual: bool) -> None:
    """The name of a registry has its account and Region, and so does what looks it up."""
    (use,) = image_uses(image)

    assert (account(use), use.region, use.dual) == (owner, region, dual)


def test_registries_of_accounts_in_templates() -> None:
    """CloudFormation has a name for the account of the stack."""
    text = """
Resources:
  T:
    Type: AWS::ECS::TaskDefinition
    Properties:
      ContainerDefinitions:
        - {Name: a, Image: !Sub '${AWS::AccountId}.dkr.ecr.eu-west-1.amazonaws.com/app'}
"""
    (use,) = network(text).every(ContainerUse)

    assert (account(use), use.region) == ("AWS::AccountId", "eu-west-1")


@pytest.mark.parametrize(
    ("path", "by"),
    [
        ("hub/nginx", {'"hub"', '"ROOT"', "var.v"}),
        ("hub/nginx:${var.v}", {'"hub"', '"ROOT"', "var.v"}),
        ("hubs/nginx", {'"ROOT"', "var.v"}),
        ("nginx", {'"ROOT"'}),
        ("nginx:${var.v}", {'"ROOT"'}),
        ("${var.v}/nginx", {'"hub"', '"ROOT"', "var.v"}),
        ("h${var.v}", {'"hub"', '"ROOT"', "var.v"}),
        ("own-${var.v}/nginx", {'"ROOT"', "var.v"}),
    ],
)
@pytest.mark.parametrize("prefix", ['"hub"', '"ROOT"', "var.v"])
def test_images_that_come_through_a_cache(prefix: str, path: str, by: set[str]) -> None:
    """What begins with the prefix of a rule, or may, is fetched from outside at first."""
    rule = (
        f'resource "aws_ecr_pull_through_cache_rule" "c" {{ ecr_repository_prefix = {prefix} }}\n'
    )
    image = f'"{NUMBER}.dkr.ecr.eu-west-1.amazonaws.com/{path}"'
    for written in (image, "local.image"):
        uses = image_uses(written, f"locals {{ image = {image} }}\n{rule}")

        assert [(each.service, each.fact.truth) for each in uses] == [
            ("ecr", True), *([("elsewhere", None)] if prefix in by else []),
        ]  # fmt: skip


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


@pytest.mark.parametrize(
    ("zone", "where"),
    [
        ("Type: AWS::ServiceDiscovery::PrivateDnsNamespace, Properties: {Vpc: v, Name: NAME}", ""),
        ("Type: AWS::Route53::HostedZone, Properties: {Name: NAME, VPCs: [{VPCId: v}]}", ""),
        ("Type: AWS::Route53::HostedZone, Properties: {Name: NAME}", "elsewhere"),
        ("Type: AWS::ServiceDiscovery::HttpNamespace, Properties: {Name: NAME}", "elsewhere"),
    ],
    ids=["Cloud Map", "a private zone", "a public zone", "no zone"],
)
def test_private_zones_of_templates(zone: str, where: str) -> None:
    """An image in the network needs no way out."""
    text = f"""
Resources:
  Z: {{{zone.replace("NAME", "example.com")}}}
  T:
    Type: AWS::ECS::TaskDefinition
    Properties: {{ContainerDefinitions: [{{Name: a, Image: registry.example.com/app}}]}}
"""
    found = network(text).every(ContainerUse)

    assert [each.service for each in found if " pulls " in each.fact.text] == [where] * bool(where)


def test_an_image_that_is_not_known() -> None:
    """It waits for its name, in which registry it may be."""
    (found,) = image_uses("var.v")

    assert (found.service, found.fact.truth) == ("", None)
    assert [need.name for need in found.fact.needs] == ["var.v"]


PROVIDERS = """
variable "region" {}
provider "aws" { region = %s }
provider "aws" {
  alias  = "tools"
  region = %s
}
resource "aws_ecr_repository" "own" { name = "app" }
data "aws_ecr_repository" "o" {
  provider = aws.tools
  name     = "app"
}
data "aws_ecr_image" "i" {
  provider        = aws.tools
  repository_name = "app"
}
"""
FAR = "us-east-1"
TOOLS = "whether the provider aws.tools has the Region of aws_ecs_task_definition.t"


@pytest.mark.parametrize(
    ("image", "regions", "elsewhere", "waits"),
    [
        ("aws_ecr_repository.own.repository_url", ('"eu-west-1"', '"us-east-1"'), "", []),
        ("data.aws_ecr_repository.o.repository_url", ('"eu-west-1"', '"us-east-1"'), FAR, []),
        ("data.aws_ecr_repository.o.repository_url", ('"eu-west-1"', '"eu-west-1"'), "", []),
        ("data.aws_ecr_repository.o.repository_url", ("var.region", "var.region"), "", []),
        ("data.aws_ecr_repository.o.repository_url", ("var.region", '"us-east-1"'), FAR, [TOOLS]),
        ("data.aws_ecr_repository.o.repository_url", ('"eu-west-1"', "var.region"), "", [TOOLS]),
        ("data.aws_ecr_repository.o.repository_url", ("null", "null"), "", [TOOLS]),
        ("data.aws_ecr_image.i.image_uri", ('"eu-west-1"', '"us-east-1"'), FAR, []),
        ("data.aws_ecr_image.i.image_uri", ('"eu-west-1"', '"eu-west-1"'), "", []),
    ],
)
def test_images_of_another_provider(
    image: str, regions: tuple[str, str], elsewhere: str, waits: list[str]
) -> None:
    """Another provider may be for another Region, which no endpoint here serves."""
    task = f"""resource "aws_ecs_task_definition" "t" {{
  container_definitions = jsonencode([{{ name = "a", image = {image} }}])
}}
"""
    uses = network(PROVIDERS % regions + task).every(ContainerUse)
    (pulled,) = (each for each in uses if " pulls " in each.fact.text)

    assert [need.name for need in pulled.fact.needs] == waits
    assert pulled.fact.truth is (None if waits else True)
    assert pulled.region == elsewhere


OWN, OTHER = "aws_ecr_repository.own.repository_url", "data.aws_ecr_repository.o.repository_url"
DEFAULT = TOOLS.replace("aws.tools", "aws")
FAR_ONE = "aws_ecr_repository.far.repository_url"
BY_TOOLS = "provider = aws.tools"


@pytest.mark.parametrize(
    ("image", "task", "regions", "elsewhere", "waits"),
    [
        pytest.param(OTHER, BY_TOOLS, ("null", "null"), "", [], id="both of one provider"),
        pytest.param(OWN, BY_TOOLS, ("null", "null"), "", [DEFAULT], id="of the default one"),
        pytest.param(
            OWN, BY_TOOLS, ('"eu-west-1"', '"us-east-1"'), "eu-west-1", [],
            id="of the default one, whose region is known",
        ),
        pytest.param(FAR_ONE, "", ("null", "null"), FAR, [], id="a repository with a region"),
        pytest.param(
            FAR_ONE, BY_TOOLS, ("null", "null"), FAR, [], id="the default one, with a region",
        ),
    ],
)  # fmt: skip
def test_a_task_and_a_repository_of_providers(
    image: str, task: str, regions: tuple[str, str], elsewhere: str, waits: list[str]
) -> None:
    """A region that one of them says itself is none of its provider's."""
    source = f"""resource "aws_ecr_repository" "far" {{
  name   = "app"
  region = "{FAR}"
}}
resource "aws_ecs_task_definition" "t" {{
  {task}
  container_definitions = jsonencode([{{ name = "a", image = {image} }}])
}}
"""
    uses = network(PROVIDERS % regions + source).every(ContainerUse)
    (pulled,) = (each for each in uses if " pulls " in each.fact.text)

    assert [need.name for need in pulled.fact.needs] == waits
    assert pulled.fact.truth is (None if waits else True)
    assert pulled.region == elsewhere


def test_an_image_of_another_provider_that_may_not_be_pulled() -> None:
    """It waits for what decides on the container, and for the Region of the provider."""
    other = f'{{ name = "b", image = {OTHER} }}'
    task = f"""
variable "v" {{}}
resource "aws_ecs_task_definition" "t" {{
  container_definitions = jsonencode(concat([], var.v ? [{other}] : []))
}}
"""
    uses = network(PROVIDERS % ("null", "null") + task).every(ContainerUse)
    (pulled,) = (each for each in uses if " pulls " in each.fact.text)

    assert [need.name for need in pulled.fact.needs] == ["var.v", TOOLS]
