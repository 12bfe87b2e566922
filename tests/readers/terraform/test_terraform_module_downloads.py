"""Where tools have put what they download: what `modules.json` notes, and checkov's folders."""

import json
import os
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from taskwall.readers.terraform import stacks
from taskwall.source.files import Files
from taskwall.source.resource import ABSENT
from taskwall.source.stack import Evaluation, Inputs

HUB = "git::https://github.com/a/b.git"
REGISTRY = "registry.terraform.io/acme/vpc/aws"
Laid = Callable[[Mapping[str, str]], None]


@pytest.fixture
def read(tmp_path: Any) -> Callable[..., Evaluation]:
    """Makes the evaluation of the root `app` of a repository, of files by their paths there."""

    def made(files: Mapping[str, str], **said: Any) -> Evaluation:
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        root = str(tmp_path / "app" / "main.tf")
        (found,), errors = stacks([root], Files(), Inputs(boundary=str(tmp_path), **said))
        assert errors == []
        return found.evaluate({})

    return made


def addresses(evaluation: Evaluation) -> list[str]:
    """The addresses of the resources of modules that are there."""
    return sorted(one.origin.address for one in evaluation.resources if one.type != ABSENT)


def call(source: str, version: str = "", name: str = "vpc") -> str:
    """A call of a module."""
    said = f'  version = "{version}"\n' if version else ""
    return f'module "{name}" {{\n  source = "{source}"\n{said}}}\n'


def noted(*entries: Mapping[str, str]) -> dict[str, str]:
    """The file of a root in which Terraform notes the modules that it calls."""
    return {"app/.terraform/modules/modules.json": json.dumps({"Modules": entries})}


VPC = {"Key": "vpc", "Source": REGISTRY, "Version": "5.8.1", "Dir": ".terraform/modules/vpc"}
MADE = 'resource "t" "t" {}\n'
DOWNLOADED = {"app/.terraform/modules/vpc/main.tf": MADE + call("./inner", name="inner")}
INNER = {"app/.terraform/modules/vpc/inner/main.tf": MADE}


def test_modules_that_are_paths_are_read_where_the_call_says(
    read: Callable[..., Evaluation],
) -> None:
    """Terraform notes them and the root, too: nothing is wrong with where these are."""
    found = read({
        "app/main.tf": call("acme/vpc/aws") + call("../shared", name="shared"),
        "shared/main.tf": MADE,
        **DOWNLOADED,
        **INNER,
        **noted(
            {"Key": "", "Source": "", "Dir": "."},
            {"Key": "shared", "Source": "../shared", "Dir": "../shared"},
            VPC,
            {"Key": "vpc.inner", "Source": "./inner", "Dir": "elsewhere"},
        ),
    })  # fmt: skip
    assert (found.errors, found.absent) == ((), ())
    assert addresses(found) == [
        "module.shared.t.t", "module.vpc.module.inner.t.t", "module.vpc.t.t",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("said", "source", "version", "is_found"),
    [
        ({}, "acme/vpc/aws", "", True),
        ({}, "acme/vpc/aws", "~> 5.0", True),
        ({}, "acme/vpc/aws", "5.8.1", True),
        ({}, "acme/vpc/aws", "~> 5.8.2", False),
        ({}, "acme/vpc/aws", "< 5", False),
        ({}, REGISTRY, "", True),
        ({}, "registry.opentofu.org/acme/vpc/aws", "", True),
        ({}, "app.terraform.io/acme/vpc/aws", "", False),
        ({}, "acme/vpc/aws//modules/x", "", False),
        ({}, "acme/net/aws", "", False),
        ({"Source": f"{REGISTRY}//modules/x"}, "acme/vpc/aws//modules/x", "", True),
        ({"Source": "app.terraform.io/acme/vpc/aws"}, "app.terraform.io/acme/vpc/aws", "", True),
        ({"Source": HUB, "Version": ""}, "github.com/a/b", "", True),
        ({"Key": "net"}, "acme/vpc/aws", "", False),
        ({"Key": "vpc.vpc"}, "acme/vpc/aws", "", False),
    ],
)
def test_whether_what_is_noted_is_what_a_call_means(
    said: Mapping[str, str],
    source: str,
    version: str,
    is_found: bool,
    read: Callable[..., Evaluation],
) -> None:
    """Of the same module, of a version that the call allows; a package's name is not compared."""
    files = {"app/main.tf": call(source, version), **DOWNLOADED, **INNER, **noted({**VPC, **said})}
    found = read(files)
    assert found.errors == ()
    assert ("module.vpc.t.t" in addresses(found)) is is_found
    assert bool(found.absent) is not is_found


@pytest.mark.parametrize(
    ("source", "version", "folder"),
    [
        ("acme/vpc/aws", "", "registry.terraform.io/acme/vpc/aws/5.10.0"),
        ("acme/vpc/aws", "5.9.0", "registry.terraform.io/acme/vpc/aws/5.9.0"),
        ("acme/vpc/aws", "~> 4.0", None),
        ("acme/vpc/aws//sub/x", "~> 5.0", "registry.terraform.io/acme/vpc/aws/5.10.0/sub/x"),
        ("registry.opentofu.org/acme/vpc/aws", "", "registry.terraform.io/acme/vpc/aws/5.10.0"),
        ("app.terraform.io/acme/vpc/aws", "", "app.terraform.io/acme/vpc/aws/5.10.0"),
        ("git::https://github.com/acme/net.git?ref=v2", "", "github.com/acme/net/v2"),
        ("git::https://github.com/acme/net.git//sub/x?ref=v2", "", "github.com/acme/net/v2/sub/x"),
        ("git::https://github.com/acme/net?depth=1&ref=v2", "", "github.com/acme/net/v2"),
        ("git::https://github.com/acme/net?href=v2", "", "github.com/acme/net/HEAD"),
        ("git::https://github.com/acme/net.git", "", "github.com/acme/net/HEAD"),
        ("git::ssh://git@github.com/acme/net.git?ref=v2", "", "github.com/acme/net/v2"),
        ("github.com/acme/net?ref=v2", "", "github.com/acme/net/v2"),
        ("git@github.com:acme/net.git?ref=v2", "", "github.com/acme/net/v2"),
        ("git::https://github.com/acme/net.git?ref=../v2", "", None),
        ("git::https://github.com/acme/../net.git?ref=v2", "", None),
        ("s3::https://bucket.s3.amazonaws.com/vpc.zip", "", None),
    ],
)
def test_where_checkov_puts_a_module(
    source: str, version: str, folder: str | None, read: Callable[..., Evaluation]
) -> None:
    """By its host, its path and its version, of which the newest is taken that the call allows."""
    below = "registry.terraform.io/acme/vpc/aws"
    others = [f"{below}/5.9.0", f"{below}/5.10.0", "github.com/acme/net/v2", "github.com/v2"]
    others += ["github.com/acme/v2/x", "github.com/net/v2", "github.com/net/HEAD"]
    files = {f".external_modules/{one}/main.tf": "" for one in others}
    if folder:
        files[f".external_modules/{folder}/main.tf"] = MADE
    found = read({"app/main.tf": call(source, version), **files})
    assert found.errors == ()
    assert addresses(found) == (["module.vpc.t.t"] if folder else [])
    assert bool(found.absent) is (folder is None)


@pytest.mark.parametrize(
    ("named", "source", "folder"),
    [
        ("acme/vpc/aws", "acme/vpc/aws", ""),
        ("acme/vpc/aws", "acme/vpc/aws//sub/x", "sub/x"),
        ("acme/vpc/aws//sub/x", "acme/vpc/aws//sub/x", ""),
        ("acme/vpc/aws", "acme/net/aws", None),
        (HUB, f"{HUB}?ref=v1", ""),
        (HUB, f"{HUB}//x?ref=v1", "x"),
        (
            f"{HUB}?ref=v1",
            f"{HUB}//x?ref=v1",
            "x",
        ),
        (f"{HUB}?ref=v2", f"{HUB}?ref=v1", None),
    ],
)
def test_what_the_settings_say(
    named: str, source: str, folder: str | None, read: Callable[..., Evaluation], tmp_path: Any
) -> None:
    """A source as it is written, else its package, with its version or without."""
    files = {"app/main.tf": call(source), f"vendor/{folder or ''}/main.tf": MADE}
    found = read(files, module_sources={named: str(tmp_path / "vendor")})
    assert addresses(found) == ([] if folder is None else ["module.vpc.t.t"])


@pytest.mark.parametrize(
    ("folder", "is_copy"),
    [
        ("app/.terraform/modules/x", True),
        ("app/.external_modules/x", True),
        ("app/.terragrunt-cache/a/b/x", True),
        ("app/modules/x", False),
        ("modules/.terraform/x", True),
        ("shared", False),
    ],
)
def test_a_path_into_what_a_tool_has_downloaded(
    folder: str, is_copy: bool, read: Callable[..., Evaluation], tmp_path: Any
) -> None:
    """A module that lies there is a copy, which users do not edit, whatever the call says."""
    path = os.path.relpath(tmp_path / folder, tmp_path / "app")
    path = path if path.startswith("..") else f"./{path}"
    found = read({"app/main.tf": call(path), f"{folder}/main.tf": MADE})
    (made,) = (one for one in found.resources if one.type != ABSENT)
    assert [one.downloaded for one in made.origin.called_from] == [is_copy]
