"""One mistake is told once: rules yield to others as the catalogue says, and do so in practice.

Of two rules of which one yields to the other, a permission, listener, endpoint, log or store gets
the fail of one only, be it a resource of its own or a block inside one.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pytest

from mistakes import CASES, GOOD, Mistake, mistaken, named
from taskwall.core.values import Fields, Items, Span, Value
from taskwall.engine.judge import judge
from taskwall.findings.finding import Finding
from taskwall.readers import cloudformation, terraform
from taskwall.rules import all_rules
from taskwall.rules._rule import Rule
from taskwall.settings import Settings, load
from taskwall.source.files import Files, walk
from taskwall.source.stack import Inputs, Stack

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
    "TW402": ("TW403",),
    "TW101": ("TW108",),
    "TW106": ("TW109",),
    "TW408": ("TW405",),
    "TW603": ("TW203",),
}
"""Rules, and those that yield to them.

What is not told where there is nothing of which to tell it needs no precedence: where a public
load balancer is unknown, TW104 asks nothing that TW101 asks; where there is no flow log (TW701),
none can be judged by TW702 to TW704 and TW707; where an endpoint has no policy (TW402), TW404
looks at none.
"""

PAIRS = [(first, other) for first, others in PRECEDENCE.items() for other in others]

SHOWN = {
    ("TW204", "TW205"): "tw204/fail_alb_beside_nlb",
    ("TW204", "TW206"): "tw204/fail_internal_nlb",
    ("TW204", "TW215"): "tw204/fail",
    ("TW205", "TW209"): "tw204/fail_group_of_balancer",
    ("TW206", "TW209"): "tw206/fail_ingress_rule",
    ("TW215", "TW212"): "tw204/fail_list_of_ranges",
    ("TW302", "TW304"): "tw302/fail",
    ("TW303", "TW304"): "tw303/fail",
    ("TW402", "TW403"): "tw411/not_concerned",
    ("TW408", "TW405"): "tw408/fail",
}
"""Where it shows that one rule silences another, if no fixture is named after that."""

FIXTURES = Path(__file__).parents[2] / "fixtures"
FOLDERS = sorted(
    {
        file.parent
        for kind in ("*.tf", "*.yaml")
        for file in (FIXTURES / "rules").glob(f"*/*/{kind}")
    }
    | {file.parent for kind in ("*.tf", "*.yaml") for file in (FIXTURES / "demo").glob(f"*/{kind}")}
)

BLOCKS = frozenset(
    (
        *("ingress", "egress", "SecurityGroupIngress", "SecurityGroupEgress"),  # permissions
        *("listener", "Listeners", "backend", "Backends"),  # classic load balancers, and meshes
    )
)
"""Attributes whose elements are things of which each can be mistaken by itself."""

PEERS = frozenset(("cidr_blocks", "ipv6_cidr_blocks", "prefix_list_ids", "security_groups"))
"""Lists of whom one block admits: as many permissions as elements."""


def test_rules_yield_as_the_catalogue_says() -> None:
    """Each rule names exactly those that have precedence over it."""
    wanted: dict[str, set[str]] = {}
    for first, other in PAIRS:
        wanted.setdefault(other, set()).add(first)

    assert {rule.id: set(rule.yields_to) for rule in all_rules() if rule.yields_to} == wanted


def stacks(folder: Path, overlay: dict[str, str] | None = None) -> Iterator[Stack]:
    """The stacks of a folder, of either language."""
    inputs = Inputs(boundary=str(folder))
    for reader, ending in ((terraform, ".tf"), (cloudformation, ".yaml")):
        paths = [path for path in walk([str(folder)]) if path.endswith(ending)]
        yield from reader.stacks(paths, Files(overlay), inputs)[0]


def settings_of(folder: Path) -> Settings:
    """The settings that lie in a folder."""
    given = (folder / "taskwall.toml").exists()
    return load(str(folder), all_rules()) if given else Settings()


def fails(stack: Stack, rules: Sequence[Rule], settings: Settings) -> list[Finding]:
    """What these rules find wrong with a stack."""
    judged = judge(stack, rules, settings).findings
    return [each.finding for each in judged if each.finding.verdict == "fail"]


# --- each declared precedence does something


@pytest.mark.parametrize(("first", "other"), PAIRS)
def test_a_rule_that_yields_has_something_to_yield(first: str, other: str) -> None:
    """There is a fixture in which a rule fails by itself, and is silent beside the other one."""
    by_name = (FIXTURES / "rules" / other.lower()).glob(f"*_told_by_{first.lower()}")
    shown = SHOWN.get((first, other))
    folder = FIXTURES / "rules" / shown if shown else next(by_name)
    rules = {rule.id: rule for rule in all_rules()}
    found = list(stacks(folder))

    assert found
    for stack in found:
        alone = fails(stack, [rules[other]], settings_of(folder))
        both = fails(stack, [rules[first], rules[other]], settings_of(folder))
        silent = [finding for finding in alone if finding not in both]
        assert silent
        assert any(finding.rule == first for finding in both)


# --- nothing is told twice


def told_twice(stack: Stack, settings: Settings) -> list[tuple[object, str, str]]:
    """The things of a stack that two rules fail of which one yields to the other."""
    resources = {each.origin.address: each for each in stack.evaluate({}).resources}
    told: dict[object, list[tuple[str, Span | None]]] = {}
    for finding in fails(stack, all_rules(), settings):
        for address in finding.addresses:
            body = resources[address].body if address in resources else Fields({})
            blocks = list(elements(body, BLOCKS))
            block = innermost(finding, blocks)
            if block is not None and blocks.count(block) > 1:
                continue  # One text that makes several blocks: each of them has its own mistake.
            peer = innermost(finding, elements(body, PEERS))
            told.setdefault((address, block, finding.when), []).append((finding.rule, peer))
    return [
        (where, first, other)
        for where, rules in told.items()
        for first, other in PAIRS
        for one, peer in rules
        for two, peer2 in rules
        if (one, two) == (first, other) and (peer == peer2 or None in (peer, peer2))
    ]


def innermost(finding: Finding, places: Iterable[Span]) -> Span | None:
    """The smallest of some places that holds a finding."""
    at = finding.line, finding.column
    holding = [
        place
        for place in places
        if place.file == finding.file
        and (place.line, place.column) <= at < (place.end_line, place.end_column)
    ]
    return max(holding, key=lambda place: (place.line, place.column), default=None)


def elements(value: Value, of: frozenset[str], key: str = "") -> Iterator[Span]:
    """The places of all elements of some attributes, however deep in a value."""
    if isinstance(value, Items):
        for item in (*value.items, *value.rest):
            place = getattr(item, "place", None)
            if key in of and place is not None:
                yield place
            yield from elements(item, of, key)
    elif isinstance(value, Fields):
        for name, inner in value.fields.items():
            yield from elements(inner, of, name)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: str(folder.relative_to(FIXTURES)))
def test_no_mistake_is_told_twice(folder: Path) -> None:
    """Of one permission, listener, endpoint or log, no rule fails that yields to one that fails."""
    settings = settings_of(folder)

    assert [twice for stack in stacks(folder) for twice in told_twice(stack, settings)] == []


@pytest.mark.parametrize(("file", "mistake"), CASES, ids=named)
def test_one_mistake_in_a_good_stack_is_told_once(file: str, mistake: Mistake) -> None:
    """Nor are single mistakes in good stacks told twice."""
    settings = Settings()
    found = stacks((GOOD / file).parent, mistaken(file, mistake))

    assert [twice for stack in found for twice in told_twice(stack, settings)] == []
