"""The names of Terraform's AWS provider, and which of them lowering reads.

`data/provider_names.json` holds those of its schema (tools/provider_names.py makes it).
"""

import json
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias

import pytest

from taskwall.source.resource import Cell

LISTED = json.loads((Path(__file__).parent / "data" / "provider_names.json").read_text())

Names: TypeAlias = "dict[str, Names]"

OPAQUE = {
    "body",
    "container_definitions",
    "container_properties",
    "definition",
    "driver_opts",
    "ecs_properties",
    "log_format",
    "node_properties",
    "policy",
    "policy_document",
    "tags",
    "user_data",
    "properties",
}
"""Attributes whose text has a structure of its own that the schema does not know."""

RETIRED = {
    "aws_autoscaling_attachment.alb_target_group_arn",
    "aws_ecs_cluster.capacity_providers",
    "aws_ecs_cluster.default_capacity_provider_strategy",
    "aws_route.instance_id",
    "aws_route_table.route.instance_id",
}
"""What earlier major versions of the provider had. Sources that still say so are read."""

IDENTITY = {"id", "arn"}
"""By these any data source may say which thing it means."""


def known(type_: str) -> "Names":
    """The names of a type; a resource's and a data source's together, for what is read as both."""
    types = LISTED["types"]
    return _merged(types.get(type_), types.get(f"data.{type_}"))


def _merged(one: "Names | None", other: "Names | None") -> "Names":
    a, b = one or {}, other or {}
    return {key: _merged(a.get(key), b.get(key)) for key in {**a, **b}}


@contextmanager
def noted() -> Iterator[set[tuple[str, str]]]:
    """The types and paths that are read of Terraform's resources meanwhile."""
    read: set[tuple[str, str]] = set()
    plain = Cell.get

    def get(cell: Cell, key: str) -> Cell:
        found = plain(cell, key)
        nothing = cell.value is None and not cell.path
        # Another provider's resources are read by the names of CloudFormation.
        own = cell.resource.origin.language == "terraform" and "::" not in cell.resource.type
        if own and not nothing:
            read.add((cell.resource.type, found.path))
        return found

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Cell, "get", get)
        yield read


def missing(read: Iterable[tuple[str, str]]) -> list[str]:
    """The paths that are not in the provider's schema."""
    paths = {(type_, re.sub(r"\[[^]]*\]", "", path)) for type_, path in read}
    return sorted(f"{type_}.{path}" for type_, path in paths if not exists(type_, path))


def exists(type_: str, path: str) -> bool:
    """Whether a path is in the schema of a type."""
    names = known(type_)
    if path in IDENTITY:
        return True
    for key in path.split("."):
        if key not in names:
            return f"{type_}.{path}" in RETIRED
        if key in OPAQUE:
            return True
        names = names[key]
    return True
