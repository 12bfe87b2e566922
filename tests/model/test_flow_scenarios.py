"""Flows of whole stacks, held against what is written beside them (fixtures/flows).

Of each case all flows are written, so that what is not there is closed. A line is
`FROM -> TO: PROTOCOL PORTS`, then ` through ...`, ` at PORTS` (where they arrive), ` from ...` (the
addresses) and ` unknown, needs ...`.
"""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from taskwall.api.flows import FlowLine, explain, list_flows
from taskwall.api.options import Options
from taskwall.core.values import lifted
from taskwall.source.stack import Inputs

FIXTURES = Path(__file__).parents[2] / "fixtures" / "flows"
FOLDERS = sorted(path.parent for path in FIXTURES.glob("*/flows.toml"))


def cases() -> Iterator[Any]:
    """Each case of each scenario, in each language that it is written in."""
    for folder in FOLDERS:
        held = tomllib.loads((folder / "flows.toml").read_text())["case"]
        for number, case in enumerate(held):
            for file in ("main.tf", "template.yaml"):
                if (folder / file).exists() and file not in case.get("not", ()):
                    yield pytest.param(folder, file, case, id=f"{folder.name}-{number}-{file}")


def asked(folder: Path, file: str, case: dict[str, Any]) -> Options:
    """The options under which a case is read."""
    values = {name: lifted(value) for name, value in case.get("values", {}).items()}
    known = Inputs(variables=values) if file == "main.tf" else Inputs(parameters=values)
    if file == "main.tf":  # A file of Terraform by itself would be looked for in all other roots.
        return Options(paths=(str(folder),), inputs=known, exclude=("template.yaml",))
    return Options(paths=(str(folder / file),), inputs=known)


def spelled(flow: FlowLine) -> str:
    """A flow as the fixtures write it."""
    ports = "" if flow.protocol in ("all", "icmp") else f" {','.join(flow.ports)}"
    line = f"{flow.source} -> {flow.target}: {flow.protocol}{ports}"
    if flow.through:
        line += f" through {', '.join(flow.through)}"
    if flow.arrives:
        line += f" at {','.join(flow.arrives)}"
    if flow.addresses:
        line += f" from {', '.join(flow.addresses)}"
    if flow.verdict == "unknown":
        line += f" unknown, needs {', '.join(flow.missing)}"
    line += "".join(f", but {note.replace('get to client ports', 'to')}" for note in flow.notes)
    return line


def alike(line: str) -> str:
    """A line as both languages have it: logical ids know no underscores."""
    return line.replace("_", "").replace("module.network.", "").lower()


@pytest.mark.parametrize(("folder", "file", "case"), tuple(cases()))
def test_scenario(folder: Path, file: str, case: dict[str, Any]) -> None:
    """The flows of a scenario are as written, and so are chains, and what closes others."""
    options = asked(folder, file, case)
    found = list_flows(options, None, None)

    assert not found.problems
    expected = sorted(alike(line) for line in case["flows"].splitlines() if line.strip())
    assert sorted(alike(spelled(flow)) for flow in found.flows) == expected
    for way in case.get("open", ()) if file == "main.tf" else ():
        answers = explain(options, way["from"], way["to"], None).answers
        chains = [[each.text for each in flow.because] for a in answers for flow in a.flows]
        assert chains == [way["because"]]
    for shut in case.get("closed", ()) if file == "main.tf" else ():
        answers = explain(options, shut["from"], shut["to"], None).answers
        texts = [each.at.text for answer in answers for each in answer.closed]
        assert [text for text in texts if shut["because"] in text], texts
