"""What tests of edits share: scans of one source, edits applied, and templates as JSON."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from msgspec import Struct

from taskwall.core.values import Fields, Items, Known, Reference, Text, Unknown, Value
from taskwall.engine.judge import judge
from taskwall.engine.judgement import LocatedFinding
from taskwall.findings.finding import Edit
from taskwall.fixes import edits
from taskwall.fixes.apply import applied, edits_by_file
from taskwall.readers import cloudformation, terraform
from taskwall.readers.cloudformation.document import composed, resolved
from taskwall.rules import all_rules
from taskwall.rules._rule import Rule
from taskwall.settings import Settings
from taskwall.source.files import Files
from taskwall.source.stack import Inputs, Stack

Mend: TypeAlias = Callable[..., str | None]
"""Gives the text of a source with an attribute set (a fixture of `tests/fixes`)."""


class Scan(Struct):
    """What rules say of one source, and the edits for each finding."""

    stack: Stack
    files: Files
    judged: list[tuple[LocatedFinding, tuple[Edit, ...]]]

    def said(self) -> "Counter[tuple[str, str, str, str]]":
        """The fails and unknowns, without their places."""
        return Counter(
            (one.rule, one.verdict, one.resource, one.message)
            for one in (judged.finding for judged, _ in self.judged)
            if one.verdict != "pass"
        )

    def bodies(self) -> dict[str, dict[str, object]]:
        """The attributes of every resource by its address, without places, and its metadata."""
        resources = self.stack.evaluate({}).resources
        return {
            one.origin.address: {
                **{key: plain(value) for key, value in one.body.fields.items()},
                "Metadata": plain(one.metadata),
            }
            for one in resources
        }


def scanned(
    source: str,
    settings: Settings | None = None,
    overlay: Mapping[str, str] | None = None,
    rules: Sequence[Rule] = all_rules(),
) -> Scan:
    """Scan a source; `overlay` holds texts that stand before those on disk."""
    files = Files(dict(overlay or {}))
    reader = terraform if source.endswith(".tf") else cloudformation
    stacks, errors = reader.stacks([source], files, Inputs(boundary=str(Path(source).parent)))
    assert not errors
    [stack] = stacks
    judgement = judge(stack, rules, settings or Settings())
    assert not judgement.errors
    assert not judgement.crashes
    told = [one for one in judgement.findings if not one.unreported]
    asked = [(one.finding.rule, one.changes) for one in told]
    [found] = edits.agreed([(stack.files, asked)], files, errors)
    assert not errors
    return Scan(stack, files, list(zip(told, found, strict=True)))


def mended(scan: Scan, changes: Iterable[Edit]) -> dict[str, str]:
    """The texts of the files that edits change, with the edits made."""
    return {
        file: applied(scan.files.text(file), own) for file, own in edits_by_file(changes).items()
    }


def plain(value: Value) -> object:
    """A value without places."""
    if isinstance(value, Known):
        return value.data
    if isinstance(value, Reference):
        return f"${{{value.symbol}}}"
    if isinstance(value, Unknown):
        return f"${{{value.symbol}}}?"
    if isinstance(value, Text):
        return [part if isinstance(part, str) else plain(part) for part in value.parts]
    if isinstance(value, Items):
        return [plain(item) for item in (*value.items, *value.rest)]
    assert isinstance(value, Fields)
    return {key: plain(item) for key, item in value.fields.items()}


def as_json(template: str, indent: int | None = 2) -> str:
    """A template in YAML as one in JSON, with the long names of functions."""
    return json.dumps(_data(composed("template.yaml", template)), indent=indent)


def _data(node: Any) -> object:
    if node.id == "mapping":
        found: object = {key.value: _data(value) for key, value in node.value}
    elif node.id == "sequence":
        found = [_data(each) for each in node.value]
    else:
        found = node.value if node.style else resolved(node.value)
    name = (node.tag or "").removeprefix("!")
    if not name or name.startswith("tag:"):
        return found
    if name == "GetAtt" and isinstance(found, str):
        found = found.split(".", 1)
    return {name if name in ("Ref", "Condition") else f"Fn::{name}": found}
