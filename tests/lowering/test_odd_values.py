"""Laws of all types that are lowered, whatever stands in their attributes.

The names of these are those of the provider's schema, and of CloudFormation's.
"""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import cfnlint.data.schemas
import pytest
from msgspec import Struct

from taskwall.core.values import (
    Fields,
    Items,
    Known,
    Need,
    Origin,
    Reference,
    Span,
    Text,
    Unknown,
    Value,
    lifted,
)
from taskwall.lowering import lower
from taskwall.lowering._types import LOWERED
from taskwall.source.resource import Resource

DATA = Path(__file__).parents[1] / "data" / "provider_names.json"
TERRAFORM = json.loads(DATA.read_text())["types"]
SCHEMAS = Path(cfnlint.data.schemas.__path__[0])
PLACE = Span("f", 1, 1, 9, 9)
OPEN = Unknown((Need("var.v", "is not known"),))

Names = dict[str, Any]
"""The attributes of a block by their names; those of blocks in it, or None of what is none."""

VALUES: dict[str, Value] = {
    "a number": Known(7),
    "a truth value": Known(True),
    "a text": Known("x"),
    "a list": lifted(["x", 7]),
    "a map": lifted({"x": "y", "7": 7}),
    "unknown": OPEN,
    "a reference": Reference("t_t.gone", "id"),
    "an open text": Text(("x-", OPEN)),
}


def names_of(type_: str) -> Names:
    """The names of a type's attributes."""
    if "::" not in type_:
        found: Names = TERRAFORM.get(type_, {})
        return found
    file = _schema_files().get(type_)
    schema = json.loads((SCHEMAS / "resources" / f"{file}.json").read_text()) if file else {}
    return _of_schema(schema, schema, 5)


@cache
def _schema_files() -> dict[str, str]:
    found: dict[str, str] = json.loads((SCHEMAS / "providers" / "us-east-1.json").read_text())
    return found


def _of_schema(node: Any, schema: Any, depth: int) -> Names:
    while "$ref" in node or "items" in node:
        name = node.get("$ref", "").rpartition("/")[2]
        node = schema["definitions"][name] if name else node["items"]
    inner = node.get("properties", {}) if depth else {}
    return {key: _of_schema(each, schema, depth - 1) for key, each in inner.items()}


def bodies(names: Names) -> Iterator[Fields]:
    """Bodies with each of the values, in place of all attributes, and of those within blocks."""
    for value in VALUES.values():
        yield Fields(dict.fromkeys(names, value))
        yield _filled(names, value)
    yield _filled(names, Known(7), many=True)
    yield _filled(names, OPEN, many=True)


def _filled(names: Names, value: Value, many: bool = False) -> Fields:
    """A body with a value at the end of all paths, and with one block of each kind, or two."""
    found: dict[str, Value] = {}
    for key, inner in names.items():
        if inner:
            found[key] = Items((_filled(inner, value, many),) * (2 if many else 1))
        else:
            found[key] = value
    return Fields(found)


def lowered(type_: str, body: Fields) -> object:
    """What becomes of a resource, without the places of its parts."""
    language = "cloudformation" if "::" in type_ else "terraform"
    found = lower([Resource(type_, Origin("x", "x", PLACE, language), body, PLACE)])
    assert found.crashes == ()
    return {kind.__name__: _plain(each) for kind, each in found.network.by_kind.items()}


def _plain(part: Any) -> object:
    if isinstance(part, Span):
        return None
    if isinstance(part, Known):
        return part.data
    if isinstance(part, Reference) and part.value is not None:
        return _plain(part.value)
    if isinstance(part, Struct):
        return type(part).__name__, [_plain(getattr(part, f)) for f in part.__struct_fields__]
    if isinstance(part, Mapping):
        return {key: _plain(each) for key, each in part.items()}
    return [_plain(each) for each in part] if isinstance(part, list | tuple) else part


@pytest.mark.parametrize("type_", LOWERED)
def test_no_value_breaks_what_is_lowered(type_: str) -> None:
    """Values of another kind than attributes take are as good as any that are not known."""
    for body in bodies(names_of(type_)):
        lowered(type_, body)


CANNOT_BE_NULL = (
    "aws_appmesh_virtual_service", "AWS::AppMesh::VirtualService", "aws_ram_resource_association",
    "aws_route53_record", "AWS::Route53::RecordSet",
    "aws_service_discovery_service", "AWS::ServiceDiscovery::Service",
)  # fmt: skip
"""Types of which an attribute that AWS asks for is told from one that is null."""


@pytest.mark.parametrize("type_", [each for each in LOWERED if each not in CANNOT_BE_NULL])
def test_null_is_as_good_as_nothing(type_: str) -> None:
    """In Terraform by its language, in templates by `AWS::NoValue`."""
    names = names_of(type_)

    assert lowered(type_, Fields(dict.fromkeys(names, Known(None)))) == lowered(type_, Fields({}))


TELLS = (
    "aws_lb_listener", "aws_alb_listener", "AWS::ElasticLoadBalancingV2::Listener",
    "AWS::ECS::TaskDefinition",
)  # fmt: skip
"""Types of which others use what an attribute refers to: a certificate, what a variable holds."""
DATA_OF_ALL_KINDS = (7, True, "HTTPS", "10.0.0.0/8")


@pytest.mark.parametrize("type_", [each for each in LOWERED if each not in TELLS])
def test_what_is_referred_to_is_as_good_as_what_is_written(type_: str) -> None:
    """A value that another resource writes is known."""
    names = names_of(type_)
    for data in DATA_OF_ALL_KINDS:
        written = lowered(type_, _filled(names, Known(data)))
        named = Reference("t_t.gone", "value", Known(data))

        assert lowered(type_, _filled(names, named)) == written
