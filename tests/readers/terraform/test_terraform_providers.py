"""Which versions of the AWS provider a resource may be made by: some make other things of it."""

from collections.abc import Callable, Mapping

import pytest

from taskwall.core.values import Fields, Value
from taskwall.readers.terraform import stacks
from taskwall.source.files import Files
from taskwall.source.stack import Evaluation, Inputs

CLUSTER = 'resource "aws_redshift_cluster" "c" {}\n'
LOCK = "live/.terraform.lock.hcl"


def required(version: str) -> str:
    """What a module requires of the provider."""
    return f"terraform {{\n  required_providers {{\n    aws = {version}\n  }}\n}}\n"


def locked(source: str, version: str) -> str:
    """A lock file with one provider."""
    return f'provider "{source}" {{\n  version     = "{version}"\n  constraints = "~> 5.0"\n}}\n'


@pytest.mark.parametrize(
    ("main", "others", "lowest", "highest"),
    [
        ("", {}, 0, None),
        (required('{ source = "hashicorp/aws", version = "~> 5.40" }'), {}, 5, 5),
        (required('"~> 5.40"'), {}, 5, 5),
        (required('{ source = "hashicorp/aws" }'), {}, 0, None),
        (required("{ version = var.open }"), {}, 0, None),
        (required('{ version = ">= 4.0" }') + required('{ version = "< 6.0" }'), {}, 4, 5),
        ('terraform {\n  required_version = "~> 1.5"\n}\n', {}, 0, None),
        ("", {LOCK: locked("registry.terraform.io/hashicorp/aws", "6.2.0")}, 6, 6),
        ("", {LOCK: locked("registry.opentofu.org/hashicorp/aws", "6.2.0")}, 6, 6),
        ("", {LOCK: locked("registry.terraform.io/hashicorp/awscc", "1.2.0")}, 0, None),
        # What is installed counts, and not what might be.
        (
            required('{ version = ">= 4.0" }'),
            {LOCK: locked("registry.terraform.io/hashicorp/aws", "5.31.0")},
            5,
            5,
        ),
        ("", {"live/other/.terraform.lock.hcl": locked("x/hashicorp/aws", "6.2.0")}, 0, None),
    ],
)
def test_versions_of_the_provider(
    main: str,
    others: Mapping[str, str],
    lowest: int,
    highest: int | None,
    evaluated: Callable[..., Evaluation],
    shown: Callable[[Value], object],
) -> None:
    """The lock file tells them, else what the configuration requires; else they may be any."""
    text = f'variable "open" {{}}\n{main}{CLUSTER}'
    (cluster,) = evaluated(text, others).resources
    assert cluster.metadata is not None
    assert shown(cluster.metadata) == {"provider_lowest": lowest, "provider_highest": highest}


@pytest.mark.parametrize(
    ("root", "child", "lowest", "highest"),
    [
        ("", required('{ version = "~> 5.40" }'), 5, 5),
        (required('{ version = ">= 5.0" }'), required('{ version = "< 7.0" }'), 5, 6),
        (required('{ version = "< 6.0" }'), "", 0, 5),
    ],
)
def test_a_root_and_its_modules_share_a_provider(
    root: str,
    child: str,
    lowest: int,
    highest: int,
    evaluated: Callable[..., Evaluation],
    shown: Callable[[Value], object],
) -> None:
    """What either requires holds for the resources of the module."""
    main = f'{root}module "m" {{\n  source = "../m"\n}}\n'
    (cluster,) = evaluated(main, {"m/main.tf": child + CLUSTER}).resources
    assert shown(cluster.metadata or Fields({})) == {
        "provider_lowest": lowest,
        "provider_highest": highest,
    }


@pytest.mark.parametrize(
    "required_providers",
    [
        '{"aws": {"source": "hashicorp/aws", "version": "~> 5.40"}}',
        '[{"other": {"version": "1.0"}}, {"aws": {"version": "~> 5.40"}}]',
        '{"aws": "~> 5.40"}',
        '{"aws": {"version": "~> 5.40"}, "other": {"version": "~> 9.0"}}',
    ],
)
def test_what_is_required_in_json(
    required_providers: str, shown: Callable[[Value], object]
) -> None:
    """It is the same as in HCL."""
    text = f'{{"terraform": {{"required_providers": {required_providers}}}}}'
    texts = {"/live/main.tf": CLUSTER, "/live/versions.tf.json": text}
    (stack,), _ = stacks(list(texts), Files(texts), Inputs(boundary="/live"))
    (cluster,) = stack.evaluate({}).resources
    assert shown(cluster.metadata or Fields({})) == {"provider_lowest": 5, "provider_highest": 5}


@pytest.mark.parametrize(
    ("kind", "body", "expected"),
    [
        ("aws_security_group", "", {}),
        ("aws_security_group", "provider = aws.west", {"provider": "west"}),
        ("aws_security_group", 'provider = "aws.west"', {"provider": "west"}),
        ("aws_security_group", "provider = aws", {}),
        ("aws_default_vpc", "provider = aws.west", {"provider": "west"}),
        ("aws_default_subnet", "provider = aws.west", {"provider": "west"}),
        ("aws_default_security_group", "provider = aws.west", {"provider": "west"}),
        ("aws_vpc", "provider = aws.west", {}),
        (
            "aws_security_group",
            "lifecycle {\n ignore_changes = [ingress, tags]\n}",
            {"ignore_changes": ["ingress", "tags"]},
        ),
        (
            "aws_security_group",
            "lifecycle {\n ignore_changes = all\n}",
            {"ignore_changes": ["all"]},
        ),
        (
            "aws_security_group",
            'lifecycle {\n ignore_changes = ["ingress"]\n}',
            {"ignore_changes": ["ingress"]},
        ),
        ("aws_security_group", "lifecycle {\n ignore_changes = [tags[0]]\n}", {}),
        ("aws_security_group", "lifecycle {\n ignore_changes = []\n}", {}),
        ("aws_security_group", "lifecycle {\n prevent_destroy = true\n}", {}),
        ("aws_vpc", "lifecycle {\n ignore_changes = all\n}", {}),
    ],
)
def test_what_terraform_is_told_of_a_resource(
    kind: str,
    body: str,
    expected: Mapping[str, object],
    evaluated: Callable[..., Evaluation],
    shown: Callable[[Value], object],
) -> None:
    """Its provider, and what it is not to change again, where that says what it is."""
    providers = 'provider "aws" {}\nprovider "aws" {\n  alias = "west"\n}\n'
    found = evaluated(f'{providers}resource "{kind}" "r" {{\n{body}\n}}\n').resources[0]
    assert shown(found.metadata or Fields({})) == expected


@pytest.mark.parametrize(
    ("call", "own", "expected"),
    [
        ("", "", {}),
        ("providers = { aws = aws.west }", "", {"provider": "west"}),
        ("providers = { aws.inner = aws.west }", "provider = aws.inner", {"provider": "west"}),
        ("providers = { aws.inner = aws }", "provider = aws.inner", {}),
        ('providers = { "aws.inner" = "aws.west" }', "provider = aws.inner", {"provider": "west"}),
        ("providers = { awscc = aws.west }", "", {}),
        ("", "provider = aws.inner", {"provider": "module.m.inner"}),
        ("providers = { aws = aws.west }", "provider = aws.inner", {"provider": "module.m.inner"}),
    ],
)
def test_which_provider_a_module_is_given(
    call: str,
    own: str,
    expected: Mapping[str, object],
    evaluated: Callable[..., Evaluation],
    shown: Callable[[Value], object],
) -> None:
    """By the call, alias for alias; what it is not given is its own."""
    main = 'provider "aws" {}\nprovider "aws" {\n  alias = "west"\n}\n'
    main += f'module "m" {{\n  source = "../m"\n  {call}\n}}\n'
    child = f'resource "aws_security_group" "r" {{\n  {own}\n}}\n'
    found = evaluated(main, {"m/main.tf": child}).resources[0]
    assert shown(found.metadata or Fields({})) == expected


REGION = """
provider "aws" {
  alias  = "west"
  region = "us-west-1"
}
"""
OF_A_REGION = [
    *("aws_default_security_group", "aws_default_subnet", "aws_default_vpc"),
    *("aws_acm_certificate", "aws_db_instance", "aws_security_group"),
    *("aws_ecr_image", "aws_ecr_repository", "aws_ecs_task_definition"),
]


@pytest.mark.parametrize("mode", ["resource", "data"])
@pytest.mark.parametrize("kind", OF_A_REGION)
def test_the_region_of_what_is_looked_for_in_one(
    kind: str,
    mode: str,
    evaluated: Callable[..., Evaluation],
    shown: Callable[[Value], object],
) -> None:
    """It is that of the provider: of a repository or certificate as of what a default VPC holds."""
    (found,) = evaluated(f'{REGION}{mode} "{kind}" "x" {{\n  provider = aws.west\n}}\n').resources

    told = shown(found.metadata or Fields({}))
    assert told == {"provider": "west", "provider_region": "us-west-1"}


@pytest.mark.parametrize(
    ("block", "value"),
    [
        ('variable "aws" { default = "x" }', "var.aws"),
        ('output "aws" { value = 1 }\nvariable "aws" { default = "x" }', "var.aws"),
        ('locals { aws = "x" }\nprovider "aws" {}\nprovider "awscc" {}', "local.aws"),
    ],
)
def test_what_is_called_as_the_provider_is_none(
    block: str,
    value: str,
    evaluated: Callable[..., Evaluation],
    shown: Callable[[Value], object],
) -> None:
    """An input or an output may be called `aws`, too."""
    (found,) = evaluated(f'{block}\nresource "t" "t" {{\n  x = {value}\n}}\n').resources
    assert shown(found.body.fields["x"]) == "x"
