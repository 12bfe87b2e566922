"""Decoded JSON, which may hold anything in place of what is expected."""

from typing import Any, TypeAlias

Json: TypeAlias = Any
"""JSON as it was decoded: it may have any shape."""


def mapping(value: Json) -> dict[str, Json]:
    """A JSON object; an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def sequence(value: Json) -> list[Json]:
    """A JSON list; an empty one for anything else."""
    return value if isinstance(value, list) else []
