"""Flows of whole stacks, held against what is written beside them (fixtures/flows).

Of each case all flows are written, so that what is not there is closed. A line is
`FROM -> TO: PROTOCOL PORTS`, then ` through ...`, ` at PORTS` (where they arrive), ` from ...` (the
addresses) and ` unknown, needs ...`.

What `taskwall why` says of them stands in `tests/data/flows`, word for word, a file a scenario:
chains, what would close or open a way, and what that waits for. `python -m tools.explanations`
writes it, and whoever changes a word reviews what it wrote. Numbers are lines. Each scenario is
read in one language, and a further case of it has only what it says otherwise than the first.

    internet -> lb:edge: tcp 443
      20 aws_lb.edge is internet-facing
      closing: 31 aws_security_group.edge allows ingress from 0.0.0.0/0: remove or narrow this rule
    lb:edge -> internet
      closed: 20 lb:edge opens connections to its targets alone
"""

import tomllib
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from taskwall.api.flows import FlowLine, FlowTeller, ProposedChange, explain, list_flows
from taskwall.api.networks import Networks
from taskwall.api.options import Options, resolved_options
from taskwall.core.values import lifted
from taskwall.findings.finding import Step
from taskwall.model.flows.flows import all_flows
from taskwall.model.flows.obstacles import obstacles_between
from taskwall.model.flows.reach import Reach
from taskwall.model.flows.selection import addresses_of_ends, flows_between, select_ends
from taskwall.source.stack import Inputs

FIXTURES = Path(__file__).parents[2] / "fixtures" / "flows"
EXPLANATIONS = Path(__file__).parents[1] / "data" / "flows"
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


NO_ENDS = ("group", "subnet")
"""Names of what is part of other ends."""


def explanations(folder: Path) -> str:
    """What people read of each way between two ends of a scenario, open or closed."""
    file = "main.tf" if (folder / "main.tf").exists() else "template.yaml"
    told: dict[str, list[str]] = {}
    lines: list[str] = []
    for number, case in enumerate(tomllib.loads((folder / "flows.toml").read_text())["case"]):
        if file in case.get("not", ()):
            continue
        lines.append(f"case {number}")
        for way, said in explained(asked(folder, file, case)):
            if told.setdefault(way, said) != said or told[way] is said:
                lines += [way, *said]
    return "\n".join((*lines, ""))


def explained(options: Options) -> Iterator[tuple[str, list[str]]]:
    """Each way between two ends, and what is said of it."""
    networks = Networks(resolved_options(options))
    for each in networks:
        reach, tell = Reach(each.network), FlowTeller(each, networks)
        flows = [*all_flows(reach)]
        found = (end for end in addresses_of_ends(reach) if end.partition(":")[0] not in NO_ENDS)
        ends = {"internet": None, **dict.fromkeys(found)}
        ends |= dict.fromkeys(end for one in flows for end in (one.source, one.target))
        chosen = {end: select_ends(reach, end) for end in ends}
        for (of, source), (to, target) in product(chosen.items(), repeat=2):
            between = flows_between(reach, flows, source, target)
            own = [
                one
                for flow in between
                for one in flow.each()
                if (one.source, one.target) == (of, to)
            ]
            for flow in own:
                line = tell.line(flow)
                closing = tell.closing(reach, [flow])
                yield (
                    spelled(line),
                    [*map(step, line.because), *(change("closing", one) for one in closing)],
                )
            stands_for_others = any(
                one.interfaces and one.word.startswith("vpc:") for one in (source, target)
            )
            shut = () if own or stands_for_others else obstacles_between(reach, source, target)
            if shut:
                waits = dict.fromkeys(need.name for one in shut for need in one.waits)
                yield (
                    f"{of} -> {to}",
                    [
                        *(change("closed", tell.change(one)) for one in shut),
                        *(f"  needs {name}" for name in waits),
                    ],
                )


def step(of: Step) -> str:
    """A step of a chain."""
    return f"  {of.line} {of.text}"


def change(word: str, of: ProposedChange) -> str:
    """What closes a way, or would close it, and what would change that."""
    return f"  {word}: {of.at.line} {of.at.text}" + (f": {of.change}" if of.change else "")


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_explanations(folder: Path) -> None:
    """Chains, and what would close or open a way, are those of `tests/data/flows`."""
    assert explanations(folder) == (EXPLANATIONS / f"{folder.name}.txt").read_text()
