"""JSON Schemas of what taskwall writes and reads, made of the types that it writes and reads."""

from inspect import cleandoc
from typing import Any

import msgspec

from taskwall.api.diff_document import DiffDocument
from taskwall.api.flow_documents import FlowsDocument
from taskwall.findings.finding import ReportDocument
from taskwall.settings import Settings, setting_keys

_TYPES: dict[str, tuple[type[msgspec.Struct], str]] = {
    "report": (ReportDocument, "The report of taskwall scan --format json"),
    "flows": (FlowsDocument, "The flows of taskwall flows and why --format json"),
    "diff": (DiffDocument, "The difference of taskwall diff --format json"),
    "settings": (Settings, "taskwall.toml, or [tool.taskwall] of pyproject.toml"),
}

SCHEMAS = tuple(_TYPES)
"""What there are schemas of."""


def schema(name: str) -> dict[str, Any]:
    """The JSON Schema (2020-12) of this name, one of `SCHEMAS`."""
    type_, title = _TYPES[name]
    found = msgspec.json.schema(type_)
    definitions = found["$defs"]
    for each in definitions.values():
        if "description" in each:
            each["description"] = cleandoc(each["description"])
    top = definitions.pop(type_.__name__)
    if name == "settings":
        _closed(top, definitions)
    dialect = "https://json-schema.org/draft/2020-12/schema"
    return {"$schema": dialect, **top, "title": title, "$defs": definitions}


def _closed(top: dict[str, Any], definitions: dict[str, Any]) -> None:
    """Leave only the keys of a settings file, and allow no others."""
    top["properties"] = {key: top["properties"][key] for key in setting_keys()}
    for each in (top, *definitions.values()):
        each["additionalProperties"] = False
