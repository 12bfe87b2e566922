"""What a scan says about the controls of a compliance framework, by `data/compliance.toml`."""

import os
from collections import Counter
from collections.abc import Mapping
from functools import cache

from msgspec import Struct

from taskwall.findings.finding import Report

FRAMEWORKS = ("cis", "control-tower", "fsbp", "nist", "pci")
"""The names that `--compliance` takes: those of the data, known without reading them."""

STATEMENTS = {
    "fail": "findings speak against it",
    "unknown": "not decided by the sources",
    "supports": "supports it",
    "none": "nothing in the sources is concerned",
    "not run": "its rules did not run",
}
"""What can be said of a control, the first that applies; never that it is met."""


class ControlEvidence(Struct, frozen=True):
    """What supports a control: verdicts of its rules, each place once.

    `idle` are those of its rules that did not run. `passes` counts only what a rule certainly
    concerns: what may not be there proves nothing.
    """

    control: str
    title: str
    rules: tuple[str, ...]
    idle: tuple[str, ...]
    fails: int
    unknowns: int
    passes: int
    statement: str


class Framework(Struct, frozen=True):
    """A framework as the data have it: each control's title, then the rules that support it."""

    title: str
    version: str
    source: str
    controls: Mapping[str, tuple[str, ...]]


@cache
def frameworks() -> Mapping[str, Framework]:
    """The frameworks by their names."""
    import msgspec

    data = os.path.join(os.path.dirname(os.path.dirname(__file__)), "data", "compliance.toml")
    with open(data, "rb") as stream:
        return msgspec.toml.decode(stream.read(), type=dict[str, Framework])


def evidence(report: Report, framework: str) -> tuple[ControlEvidence, ...]:
    """What a report says about each control of a framework, in the order of the framework."""
    found = Counter((one.rule, one.verdict) for one in report.findings)
    ran = {rule.id for rule in report.rules}
    made = []
    for control, (title, *rules) in frameworks()[framework].controls.items():
        fails = sum(found[rule, "fail"] for rule in rules)
        unknowns = sum(found[rule, "unknown"] for rule in rules)
        passes = sum(report.certain_passes.get(rule, 0) for rule in rules)
        said = "none"
        if ran.isdisjoint(rules):
            said = "not run"
        elif fails or unknowns or passes:
            said = "fail" if fails else "unknown" if unknowns else "supports"
        idle = tuple(rule for rule in rules if rule not in ran)
        judged = (fails, unknowns, passes, STATEMENTS[said])
        made.append(ControlEvidence(control, title, tuple(rules), idle, *judged))
    return tuple(made)
