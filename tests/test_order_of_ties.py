"""Ties of one place are in the order of their stacks, whatever order sets have."""

from pathlib import Path

from taskwall.api.options import Options
from taskwall.api.scan import scan

_LOOKS_UP = 'data "aws_vpc" "main" {\n  tags = { Name = "shop" }\n}\n'
_VPC = 'resource "aws_vpc" "main" {\n  cidr_block = "10.0.0.0/16"\n  tags = { Name = "shop" }\n}\n'
_CALLS = 'module "tasks" {\n  source = "../tasks"\n}\n'


def test_ties_of_a_shared_module(tmp_path: Path) -> None:
    """Eight roots call one module, whose data source two other roots may answer."""
    roots = [f"root{letter}" for letter in "abcdefgh"]
    texts = dict.fromkeys(roots, _CALLS) | {"tasks": _LOOKS_UP, "vpc1": _VPC, "vpc2": _VPC}
    for folder, text in texts.items():
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "main.tf").write_text(text)
    report = scan(Options((str(tmp_path),)))
    assert [tie.stack.rpartition("/")[2] for tie in report.document.ties] == roots
