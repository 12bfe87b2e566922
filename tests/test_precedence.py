"""One mistake is told once: rules yield to others as the catalogue says, and do so in practice.

Of two rules of which one yields to the other, a permission, listener, endpoint, log or store gets
the fail of one only.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from taskwall.engine import judge
from taskwall.files import Files, walk
from taskwall.finding import Finding
from taskwall.readers import cloudformation, terraform
from taskwall.rules import all_rules
from taskwall.settings import Settings, load
from taskwall.stack import Inputs

PRECEDENCE = {
    "TW204": ("TW205", "TW206", "TW208", "TW209", "TW212", "TW214", "TW215"),
    "TW205": ("TW209", "TW212"),
    "TW206": ("TW209", "TW212"),
    "TW208": ("TW209", "TW212"),
    "TW215": ("TW209", "TW212"),
    "TW207": ("TW209",),
    "TW202": ("TW211",),
    "TW302": ("TW304",),
    "TW303": ("TW304",),
    "TW402": ("TW403", "TW404"),
    "TW101": ("TW108",),
    "TW106": ("TW109",),
    "TW408": ("TW405",),
    "TW701": ("TW702", "TW703", "TW704", "TW707"),
}
"""Rules, and those that yield to them. TW104 asks nothing that TW101 asks, which is no fail."""

FIXTURES = Path(__file__).parent.parent / "fixtures"
FOLDERS = sorted(
    {
        file.parent
        for kind in ("*.tf", "*.yaml")
        for file in (FIXTURES / "rules").glob(f"*/*/{kind}")
    }
    | {file.parent for kind in ("*.tf", "*.yaml") for file in (FIXTURES / "demo").glob(f"*/{kind}")}
)

ONE_THING = (
    *("_ingress_rule", "_egress_rule", "SecurityGroupIngress", "SecurityGroupEgress"),
    *("_listener", "::Listener", "_endpoint", "::VPCEndpoint", "_flow_log", "::FlowLog"),
)
"""How types of resources end each of which is one permission, listener, endpoint or log."""

WHERE_ABSENT = {("TW402", "TW403"), ("TW402", "TW404")}
"""These yield only where an endpoint has no policy at all, which their fixtures show."""


def test_rules_yield_as_the_catalogue_says() -> None:
    """Each rule names exactly those that have precedence over it."""
    wanted: dict[str, set[str]] = {}
    for first, others in PRECEDENCE.items():
        for other in others:
            wanted.setdefault(other, set()).add(first)

    assert {rule.id: set(rule.yields_to) for rule in all_rules() if rule.yields_to} == wanted


def failing(folder: Path) -> Iterator[tuple[Finding, str]]:
    """The fails of every stack of a folder under its settings, with the type of their resource."""
    settings = Settings()
    if (folder / "taskwall.toml").exists():
        settings = load(str(folder), all_rules())
    inputs = Inputs(boundary=str(folder))
    for reader, ending in ((terraform, ".tf"), (cloudformation, ".yaml")):
        paths = [path for path in walk([str(folder)]) if path.endswith(ending)]
        for stack in reader.stacks(paths, Files(), inputs)[0]:
            types = {
                resource.origin.address: resource.type for resource in stack.evaluate({}).resources
            }
            for each in judge(stack, all_rules(), settings).judged:
                if each.finding.verdict == "fail":
                    yield each.finding, types.get(each.on.address, "")


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: str(folder.relative_to(FIXTURES)))
def test_no_mistake_is_told_twice(folder: Path) -> None:
    """Of one permission, listener, endpoint or log, no rule fails that yields to one that fails."""
    told: dict[object, set[str]] = {}
    for finding, type_ in failing(folder):
        if type_.endswith(ONE_THING):
            for address in finding.instances:
                thing = finding.stack, address, finding.when
                told.setdefault(thing, set()).add(finding.rule)

    twice = [
        (where, first, other)
        for where, rules in told.items()
        for first, others in PRECEDENCE.items()
        for other in others
        if {first, other} <= rules and (first, other) not in WHERE_ABSENT
    ]

    assert twice == []
