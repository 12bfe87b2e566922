"""Where the modules of calls are found, and what is said where they are not."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from taskwall.core.values import Known
from taskwall.readers.terraform import stacks
from taskwall.readers.terraform.evaluation.module_sources import is_local
from taskwall.source.files import Files
from taskwall.source.resource import ABSENT
from taskwall.source.stack import Evaluation, Inputs

VPC = 'module "vpc" {\n  source  = "acme/vpc/aws"\n  version = "~> 5.0"\n}\n'
MADE = 'resource "t" "a" {}\n'


def laid_out(folder: Path, files: Mapping[str, str]) -> None:
    """Write files below a folder."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def manifest(*entries: tuple[str, str, str, str]) -> str:
    """A `modules.json`: of each entry the key, source, version and folder."""
    keys = ("Key", "Source", "Version", "Dir")
    return json.dumps({"Modules": [dict(zip(keys, entry, strict=True)) for entry in entries]})


def read(root: Path, inputs: Inputs | None = None) -> Evaluation:
    """The evaluation of the root in a folder."""
    inputs = inputs or Inputs(boundary=str(root))
    paths = [str(path) for path in sorted(root.glob("*.t*f*")) if path.is_file()]
    (found,), errors = stacks(paths, Files(), inputs)
    assert errors == []
    return found.evaluate({})


def addresses(evaluation: Evaluation) -> list[str]:
    """The addresses of the resources."""
    return [one.origin.address for one in evaluation.resources if one.type != ABSENT]


def absent(evaluation: Evaluation) -> list[tuple[str, str, str, str | None, int, str]]:
    """What is absent: kind, name, source, version, line of the call, cure."""
    return [
        (one.kind, one.name, one.source, one.version, one.place.line, one.cure)
        for one in evaluation.absent
    ]


ASKED = ("module", "module.vpc", "acme/vpc/aws", "~> 5.0", 2)


@pytest.mark.parametrize(
    ("files", "cure"),
    [
        ({}, "terraform get"),
        ({"more.tofu": ""}, "tofu get"),
        ({".opentofu-version": "1.9.0\n"}, "tofu get"),
        ({".terraform.lock.hcl": 'provider "registry.opentofu.org/x/y" {}\n'}, "tofu get"),
        ({"terragrunt.hcl": ""}, "terragrunt init"),
    ],
)
def test_absent_module_is_told_with_its_cure(
    tmp_path: Path, files: Mapping[str, str], cure: str
) -> None:
    """The cure is the command of the tool that the folder is made for."""
    laid_out(tmp_path, {"main.tf": VPC, **files})
    assert absent(read(tmp_path)) == [(*ASKED, cure)]


REGISTRY = "registry.terraform.io/acme/vpc/aws"


@pytest.mark.parametrize(
    ("data", "folder"), [(".terraform", ".terraform"), ("/elsewhere/data", "elsewhere/data")]
)
def test_downloaded_by_terraform(tmp_path: Path, data: str, folder: str) -> None:
    """Terraform's own folder is `.terraform`, or that of TF_DATA_DIR."""
    root = tmp_path / "root"
    where = tmp_path / folder if data.startswith("/") else root / folder
    laid_out(root, {"main.tf": VPC})
    laid_out(
        where / "modules",
        {
            "modules.json": manifest(("vpc", REGISTRY, "5.8.1", str(where / "modules" / "vpc"))),
            "vpc/main.tf": MADE,
        },
    )
    given = str(where) if data.startswith("/") else data
    found = read(root, Inputs(boundary=str(root), data_folder=given))
    assert addresses(found) == ["module.vpc.t.a"]
    assert found.absent == ()


@pytest.mark.parametrize(
    ("source", "version"), [(REGISTRY, "4.0.2"), ("registry.terraform.io/other/vpc/aws", "5.1.0")]
)
def test_another_version_is_downloaded(tmp_path: Path, source: str, version: str) -> None:
    """What was downloaded before the call changed is not the module that it means."""
    where = ".terraform/modules/vpc"
    laid_out(
        tmp_path,
        {
            "main.tf": VPC,
            ".terraform/modules/modules.json": manifest(("vpc", source, version, where)),
            f"{where}/main.tf": MADE,
        },
    )
    found = read(tmp_path)
    assert addresses(found) == []
    assert absent(found) == [(*ASKED, "terraform get")]


def test_downloaded_by_terragrunt(tmp_path: Path) -> None:
    """Terragrunt works on a copy of the folder, below which the modules are."""
    copy = ".terragrunt-cache/aaa/bbb"
    where = ".terraform/modules/vpc"
    laid_out(
        tmp_path,
        {
            "main.tf": VPC,
            "terragrunt.hcl": "",
            f"{copy}/main.tf": VPC,
            f"{copy}/.terraform/modules/modules.json": manifest(("vpc", REGISTRY, "5.8.1", where)),
            f"{copy}/{where}/main.tf": MADE,
        },
    )
    assert addresses(read(tmp_path)) == ["module.vpc.t.a"]


def test_downloaded_for_a_unit_of_terragrunt(tmp_path: Path) -> None:
    """A module that the unit's module calls is noted by the names of the calls within that."""
    copy, where = "live/app/.terragrunt-cache/aaa/bbb", ".terraform/modules/vpc"
    laid_out(
        tmp_path,
        {
            "modules/m/main.tf": VPC,
            "live/app/terragrunt.hcl": 'terraform { source = "../..//modules/m" }',
            f"{copy}/.terraform/modules/modules.json": manifest(("vpc", REGISTRY, "5.8.1", where)),
            f"{copy}/{where}/main.tf": MADE,
        },
    )
    unit = str(tmp_path / "live/app/terragrunt.hcl")
    (found,), errors = stacks([unit], Files(), Inputs(boundary=str(tmp_path)))
    assert errors == []
    assert addresses(found.evaluate({})) == ["module.vpc.t.a"]


GIT = 'module "vpc" {\n  source = "git::https://github.com/acme/net.git//vpc?ref=v2"\n}\n'


@pytest.mark.parametrize(
    ("call", "where"),
    [
        (VPC, "registry.terraform.io/acme/vpc/aws/5.10.0"),
        (GIT, "github.com/acme/net/v2/vpc"),
    ],
)
def test_downloaded_by_checkov(tmp_path: Path, call: str, where: str) -> None:
    """What checkov downloads is kept by host, name and version, in the scanned folder."""
    older = "registry.terraform.io/acme/vpc/aws"
    laid_out(
        tmp_path,
        {
            "infra/main.tf": call,
            f".external_modules/{where}/main.tf": MADE,
            f".external_modules/{older}/5.9.0/main.tf": "",
            f".external_modules/{older}/6.0.0/main.tf": "",
        },
    )
    found = read(tmp_path / "infra", Inputs(boundary=str(tmp_path)))
    assert addresses(found) == ["module.vpc.t.a"]


@pytest.mark.parametrize(
    ("call", "source", "inner"),
    [
        (VPC, "acme/vpc/aws", ""),
        (GIT, "git::https://github.com/acme/net.git", "vpc"),
        (GIT, "git::https://github.com/acme/net.git//vpc?ref=v2", ""),
    ],
)
def test_folders_of_the_settings(tmp_path: Path, call: str, source: str, inner: str) -> None:
    """The settings say where modules are, by their source or the package that it is in."""
    laid_out(tmp_path, {"root/main.tf": call})
    laid_out(tmp_path / "vendor" / inner, {"main.tf": MADE})
    given = {source: str(tmp_path / "vendor")}
    boundary = str(tmp_path / "root")
    found = read(tmp_path / "root", Inputs(boundary=boundary, module_sources=given))
    assert addresses(found) == ["module.vpc.t.a"]


@pytest.mark.parametrize(
    "main",
    [
        'variable "dir" { default = "child" }\nmodule "vpc" { source = "./${var.dir}" }\n',
        'locals { where = "./child" }\nmodule "vpc" { source = local.where }\n',
        'module "vpc" { source = "./${var.dir}" }\nvariable "dir" {}\n',
    ],
)
def test_source_that_is_an_expression(tmp_path: Path, main: str) -> None:
    """A source is evaluated like anything else, and the folder that it names is no root."""
    laid_out(tmp_path, {"main.tf": main, "child/main.tf": MADE})
    paths = [str(tmp_path / "main.tf"), str(tmp_path / "child" / "main.tf")]
    inputs = Inputs(boundary=str(tmp_path), variables={"dir": Known("child")})
    (found,), _ = stacks(paths, Files(), inputs)
    assert addresses(found.evaluate({})) == ["module.vpc.t.a"]
    assert found.files == set(paths)


def test_source_that_is_not_known(tmp_path: Path) -> None:
    """Then the call is absent, and the cure names what to give."""
    laid_out(tmp_path, {"main.tf": 'variable "v" {}\nmodule "m" { source = var.v }\n'})
    assert absent(read(tmp_path)) == [
        ("module", "module.m", "", None, 2, "--assume var.v=VALUE"),
    ]


def test_version_that_is_an_expression(tmp_path: Path) -> None:
    """A version is evaluated, too."""
    text = 'locals { v = "1.2.3" }\nmodule "m" {\n  source = "a/b/c"\n  version = local.v\n}\n'
    laid_out(tmp_path, {"main.tf": text})
    assert [one.version for one in read(tmp_path).absent] == ["1.2.3"]


SOURCES = {
    "./modules/vpc": True,
    "..": True,
    "vpc": True,
    "modules/vpc": True,
    "modules/vpc/": True,
    "acme/vpc/aws/": True,
    "modules/net/prod/vpc": True,
    "shop/vpc/aws": False,
    "app.terraform.io/shop/vpc/aws": False,
    "github.com/shop/vpc": False,
    "git@github.com:shop/vpc.git": False,
    "git::ssh://git@example.com/vpc": False,
    "s3::https://bucket.s3.amazonaws.com/vpc.zip": False,
    "/srv/modules/vpc": False,
}


@pytest.mark.parametrize("source", SOURCES)
def test_sources_that_are_paths(source: str) -> None:
    """Steps alone are a path, as before Terraform 0.12; three name a module of a registry."""
    assert is_local(source) == SOURCES[source]


def test_path_without_a_dot(tmp_path: Path) -> None:
    """What such a path leads to is read as any module of the repository."""
    call = 'module "vpc" { source = "modules/vpc" }\n'
    laid_out(tmp_path, {"main.tf": call, "modules/vpc/main.tf": MADE})
    found = read(tmp_path)
    assert addresses(found) == ["module.vpc.t.a"]
    assert (found.absent, found.errors) == ((), ())


def test_submodule_that_is_not_checked_out(tmp_path: Path) -> None:
    """A path into a submodule of git that is empty is absent, and no error."""
    laid_out(
        tmp_path,
        {
            "main.tf": 'module "m" {\n  source = "./shared/net"\n}\n',
            ".gitmodules": '[submodule "shared"]\n\tpath = shared\n\turl = https://x/y\n',
        },
    )
    found = read(tmp_path)
    assert found.errors == ()
    assert absent(found) == [
        ("submodule", "module.m", "./shared/net", None, 2, "git submodule update --init"),
    ]


UNREADABLE = "is not what `terraform get` writes: its modules are not read; run `terraform get`"


@pytest.mark.parametrize(
    ("text", "messages"),
    [
        ("[]", [UNREADABLE]),
        ("{", [UNREADABLE]),
        ('{"Modules": [1]}', [UNREADABLE]),
        (
            manifest(("vpc", REGISTRY, "5.1.0", "../evil")),
            ['"../evil" (module vpc) lies outside .terraform'],
        ),
        (
            manifest(("vpc", REGISTRY, "5.1.0", ".terraform/modules/gone")),
            ['there is no module in ".terraform/modules/gone" (module vpc): run `terraform get`'],
        ),
        (
            manifest(("vpc", REGISTRY, "5.1.0", ".terraform/modules")),
            ['there is no module in ".terraform/modules" (module vpc): run `terraform get`'],
        ),
    ],
)
def test_what_is_noted_cannot_be_used(tmp_path: Path, text: str, messages: list[str]) -> None:
    """What is wrong with `modules.json` is an error there, or at its call; the module is absent."""
    laid_out(tmp_path, {"main.tf": VPC + MADE, ".terraform/modules/modules.json": text})
    found = read(tmp_path)
    assert [error.message for error in found.errors] == messages
    at = {error.place.file.rpartition("/")[2] for error in found.errors}
    assert at == {"main.tf" if "module vpc" in messages[0] else "modules.json"}
    assert addresses(found) == ["t.a"]
    assert len(found.absent) == 1


def test_enabled(tmp_path: Path) -> None:
    """OpenTofu's `enabled` decides whether there is a resource or module, without an index."""
    switch = "lifecycle { enabled = WHAT }"
    parts = [
        f'resource "t" "{name}" {{\n  {switch.replace("WHAT", value)}\n}}\n'
        for name, value in (("no", "false"), ("yes", "true"), ("open", "var.v"))
    ]
    call = f'module "m" {{\n  source = "./child"\n  {switch.replace("WHAT", "false")}\n}}\n'
    laid_out(
        tmp_path, {"main.tofu": 'variable "v" {}\n' + "".join(parts) + call, "child/main.tf": MADE}
    )
    found = read(tmp_path)
    assert [(one.origin.address, bool(one.origin.maybe)) for one in found.resources] == [
        ("t.yes", False),
        ("t.open", True),
    ]
