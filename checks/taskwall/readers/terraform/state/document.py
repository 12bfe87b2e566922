"""The two forms in which states are written, brought to one.

A state file of version 4 is what Terraform keeps; `terraform show -json` shows a state in the form
in which plans hold one (https://developer.hashicorp.com/terraform/internals/json-format). That is
the form of both here, but that no resource is within a module: its address says where it is.
"""

import json
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from taskwall.core.json_document import Json, mapping, sequence
from taskwall.core.patterns import pattern
from taskwall.core.values import Span
from taskwall.readers.terraform.plan.references import KEY

STATE_VERSION = 4
"""The version of state files since Terraform 0.12."""

Values: TypeAlias = dict[str, Any]
"""`outputs`, and `root_module` with `resources`."""


class UnknownStateError(Exception):
    """A document that is no state, or one of another version; the message says which."""


def looks_like_state(text: str) -> bool:
    """Whether a JSON text may be a state, at a glance."""
    if '"planned_values"' in text:
        return False
    shown = '"format_version"' in text and '"terraform_version"' in text
    return shown or ('"lineage"' in text and '"serial"' in text and '"version"' in text)


def values_of(document: Json) -> Values:
    """What a state holds.

    Raises:
        UnknownStateError: it is no state, or of another version.
    """
    state = mapping(document)
    if "format_version" in state:
        version = str(state["format_version"])
        if version.partition(".")[0] not in ("0", "1"):
            raise UnknownStateError(f"a state of format {version}, which is not known")
        values = mapping(state.get("values"))
        return _values(values.get("outputs"), _shown(mapping(values.get("root_module"))))
    if "lineage" not in state and "serial" not in state:
        raise UnknownStateError("neither a state nor a plan of Terraform")
    if state.get("version") != STATE_VERSION:
        raise UnknownStateError(
            f"a state of version {state.get('version')}: give the output of terraform show -json"
        )
    if not isinstance(state.get("resources", []), list):
        raise UnknownStateError("a state whose resources are not a list")
    return _values(state.get("outputs"), _kept(state))


_STRING = r'"((?:[^"\\]|\\.)*)"'
_KEPT = pattern(
    rf'"(?:module": *{_STRING},\s*")?mode": *{_STRING},\s*"type": *{_STRING},\s*"name": *{_STRING}'
)
_SHOWN = pattern(rf'"address": *{_STRING}')


def places_in_state(path: str, text: str) -> dict[str, Span]:
    """Where the resources of a state stand in its file, by their addresses without keys.

    They are found by the form in which Terraform writes them; those that are not are left out.
    """
    lines = [0, *(at for at, char in enumerate(text, 1) if char == "\n")]
    found: dict[str, Span] = {}

    def note(address: str, start: int) -> None:
        row = bisect_right(lines, start)
        column = start - lines[row - 1] + 1
        found.setdefault(KEY.sub("", address), Span(path, row, column, row, column))

    if '"format_version"' in text:
        for one in _SHOWN.finditer(text):
            note(json.loads(f'"{one[1]}"'), one.start())
        return found
    for one in _KEPT.finditer(text):
        module, mode, kind, name = one.groups()
        steps = [json.loads(f'"{module}"')] if module else []
        note(".".join((*steps, *(["data"] if mode == "data" else []), kind, name)), one.start())
    return found


def _values(outputs: Json, resources: Iterator[Values]) -> Values:
    return {"outputs": mapping(outputs), "root_module": {"resources": list(resources)}}


def _shown(root: Mapping[str, Json]) -> Iterator[Values]:
    """The resources of a module as `terraform show` gives it, and of those below it."""
    pending = [root]
    while pending:
        module = pending.pop()
        yield from (one for one in sequence(module.get("resources")) if isinstance(one, dict))
        pending += map(mapping, sequence(module.get("child_modules")))


def _kept(state: Mapping[str, Json]) -> Iterator[Values]:
    """The resources of a state file; what is to be destroyed is left out."""
    for resource in map(mapping, sequence(state.get("resources"))):
        mode, kind = str(resource.get("mode")), str(resource.get("type"))
        steps = [str(resource["module"])] if resource.get("module") else []
        steps += ["data"] if mode == "data" else []
        address = ".".join((*steps, kind, str(resource.get("name"))))
        for instance in map(mapping, sequence(resource.get("instances"))):
            if "deposed" in instance:
                continue
            key = instance.get("index_key")
            yield {
                "address": address if key is None else f"{address}[{json.dumps(key)}]",
                "mode": mode,
                "type": kind,
                "values": mapping(instance.get("attributes")),
                "sensitive_values": _marks(instance.get("sensitive_attributes")),
            }


def _marks(paths: Json) -> dict[str, Json]:
    """Which attributes are sensitive: those in which anything is, as a whole."""
    steps = [mapping(path[0]) for path in map(sequence, sequence(paths)) if path]
    return {str(step["value"]): True for step in steps if "value" in step}
