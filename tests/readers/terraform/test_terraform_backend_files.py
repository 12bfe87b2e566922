"""Files that complete what a root says of its backend, as `-backend-config` names them."""

from pathlib import Path

import pytest

from taskwall.core.values import Value, symbol
from taskwall.readers.terraform import stacks
from taskwall.source.files import Files
from taskwall.source.stack import Inputs

NET = 'terraform {\n  backend "s3" {}\n}\nresource "t" "net" {}\noutput "o" { value = t.net.id }\n'
APP = """
data "terraform_remote_state" "net" {
  backend = "s3"
  config  = { bucket = "states", key = "prod/net" }
}
resource "u" "u" { x = data.terraform_remote_state.net.outputs.o }
"""
SAID = 'bucket = "states"\nkey = "prod/net"\n'


def taken(folder: Path, files: dict[str, str]) -> Value:
    """What the root `app` takes of the state of the root `deep/base`, with files there."""
    texts = {"deep/base/main.tf": NET, "app/main.tf": APP}
    for name, text in {**texts, **files}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    found, _ = stacks([str(folder / one) for one in texts], Files(), Inputs(boundary=str(folder)))
    every = [one for stack in found for one in stack.evaluate({}).resources]
    return next(one.body.fields["x"] for one in every if one.type == "u")


@pytest.mark.parametrize(
    ("name", "is_read"),
    [
        ("prod.tfbackend", True),
        ("PROD.TFBACKEND", True),
        ("backend-prod.config", True),
        ("prod-backend.cfg", True),
        ("backend.hcl", True),
        ("prod.backend.tfvars", True),
        ("prod.backend", True),
        ("env/prod.tfbackend", True),
        ("env/backend.hcl", True),
        ("env/more/prod.tfbackend", False),
        ("prod.tfvars", False),
        ("prod.hcl", False),
        ("backend.txt", False),
        ("backend.hcl.bak", False),
        ("../prod.tfbackend", False),
    ],
)
def test_which_files_speak_of_a_backend(name: str, is_read: bool, tmp_path: Path) -> None:
    """By their names; beside the root, or in a folder below it."""
    found = taken(tmp_path, {f"deep/base/{name}": SAID})
    assert (symbol(found) == "t.net.id") is is_read
