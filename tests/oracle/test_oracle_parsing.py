"""Trees of files, held against HashiCorp's parser as WebAssembly (npm's @cdktf/hcl2json).

`TASKWALL_ORACLE_SOURCES` may name further folders, with the platform's separator between them.
"""

import json
import os
import shutil
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from taskwall.readers.terraform.syntax.hcl import Parsed, parse
from taskwall.readers.terraform.syntax.tree import (
    Body,
    Expression,
    Literal,
    ObjectExpression,
    Tuple,
    Unary,
)
from taskwall.source.files import Files, UnreadableError, walk

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
MODULES = ROOT / ".venv-oracle" / "node_modules"
OTHER = "an expression"
"""Stands for whatever is no literal, list or object."""


def sources() -> list[str]:
    """All files in HCL of the fixtures, and of the folders that are asked for."""
    more = filter(None, os.environ.get("TASKWALL_ORACLE_SOURCES", "").split(os.pathsep))
    paths = walk([str(ROOT / "fixtures"), *more])
    files = Files()
    found = []
    for path in paths:
        if path.endswith((".tf", ".tfvars", ".tofu")):
            with suppress(UnreadableError):  # that is told before anything is parsed
                files.text(path)
                found.append(path)
    return found


@pytest.fixture(scope="module")
def theirs() -> dict[str, Any]:
    """What HashiCorp's parser makes of each file."""
    node = shutil.which("node")
    if node is None or not (MODULES / "@cdktf" / "hcl2json").is_dir():
        pytest.skip("tools/oracle.py sets up what this needs")
    done = subprocess.run(
        [node, str(HERE / "hcl2json.js")],
        input="\n".join(sources()),
        env={**os.environ, "NODE_PATH": str(MODULES)},
        capture_output=True,
        text=True,
        check=True,
    )
    lines = (json.loads(line) for line in done.stdout.splitlines())
    return {line["path"]: line for line in lines}


def shape_of_body(body: Body) -> dict[str, Any]:
    """A body as that parser writes it: blocks below their type and labels, in lists."""
    made: dict[str, Any] = {name: shape(one.expression) for name, one in body.attributes.items()}
    for block in body.blocks:
        at = made
        for step in (block.type, *block.labels)[:-1]:
            at = at.setdefault(step, {})
        at.setdefault((block.type, *block.labels)[-1], []).append(shape_of_body(block.body))
    return made


def shape(node: Expression) -> Any:
    """An expression: literals, lists and objects of them as they are."""
    if isinstance(node, Literal):
        return node.value.data
    if isinstance(node, Tuple):
        return [*map(shape, node.items)]
    if isinstance(node, ObjectExpression) and all(isinstance(m.key, Literal) for m in node.members):
        return {_key(m.key): shape(m.value) for m in node.members}
    if isinstance(node, Unary) and isinstance(node.operand, Literal) and node.operator == "-":
        number = node.operand.value.data
        return -number if isinstance(number, int | float) else OTHER
    return OTHER


def _key(node: Expression) -> str:
    data = node.value.data if isinstance(node, Literal) else None
    return str(data).lower() if isinstance(data, bool) else str(data)


def agree(ours: Any, them: Any, path: str = "") -> list[str]:
    """Where two trees differ. Expressions stand in theirs as text between `${` and `}`."""
    if ours == OTHER:
        return [] if isinstance(them, str | dict) else [f"{path}: an expression, {them!r}"]
    if isinstance(ours, dict) and isinstance(them, list):
        # A map, written as blocks: that is what it was before Terraform 0.12.
        them = {name: value for block in them for name, value in block.items()}
    if isinstance(ours, dict) and isinstance(them, dict):
        ours = {_escaped(key): value for key, value in ours.items()}
        if ours.keys() != them.keys():
            return [f"{path}: {sorted(ours)} and {sorted(them)}"]
        return [line for key in ours for line in agree(ours[key], them[key], f"{path}.{key}")]
    if isinstance(ours, list) and isinstance(them, list) and len(ours) == len(them):
        rows = enumerate(zip(ours, them, strict=True))
        return [line for i, (a, b) in rows for line in agree(a, b, f"{path}[{i}]")]
    if isinstance(ours, str) and isinstance(them, str):
        plain = _escaped(ours)
        return [] if them in (ours, plain, plain.rstrip("\n")) else [f"{path}: {ours!r}, {them!r}"]
    same = ours == them and type(ours) in (type(them), int, float)
    return [] if same else [f"{path}: {ours!r}, {them!r}"]


def _escaped(text: str) -> str:
    """A text as a template would write it."""
    return text.replace("${", "$${").replace("%{", "%%{")


def read(path: str) -> Parsed:
    """A file as we read it."""
    return parse(path, Files().text(path))


def test_trees(theirs: dict[str, Any]) -> None:
    """What HashiCorp's parser can read has the same blocks, attributes and literals here."""
    wrong = []
    for path, line in theirs.items():
        if "tree" not in line:
            continue
        parsed = read(path)
        wrong += [f"{path}: {error.message}" for error in parsed.errors]
        wrong += [f"{path}{where}" for where in agree(shape_of_body(parsed.body), line["tree"])]
    assert wrong == []
    assert sum("tree" in line for line in theirs.values()) > 100


def test_syntax_errors(theirs: dict[str, Any]) -> None:
    """What HashiCorp's parser refuses is an error here, or one that the evaluation tells."""
    broken = [path for path, line in theirs.items() if "error" in line]
    missed = []
    for path in broken:
        parsed = read(path)
        if not parsed.errors and not any(b.body.twice for b in parsed.body.blocks):
            missed.append(f"{path}: {theirs[path]['error']}")
    assert missed == []
