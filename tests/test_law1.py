"""Law 1, over every leaf of every fixture: making it unknown makes no verdict certain."""

import pytest
from msgspec.structs import replace
from tools import law1

from taskwall.core.facts import Fact
from taskwall.core.values import Need, Origin, Span
from taskwall.model.core.network import Network
from taskwall.rules import all_rules
from taskwall.rules._rule import Verdict

HERE = Span("main.tf", 1, 1, 1, 2)
STANDING = {line for lines in law1.standing().values() for line in lines}


@pytest.mark.parametrize("group", law1.groups())
def test_an_unknown_leaf_makes_nothing_certain(group: str) -> None:
    """What breaks the law is listed, by cause; and nothing is listed that keeps it.

    Of a rule's fixtures only that rule is asked, and of twins, which make the same network, only
    one: `python -m tools.law1` asks them all.
    """
    rules, stacks = law1.own_rules(group), law1.sample(group)
    listed = {
        line
        for line in STANDING
        if line.startswith(tuple(f"{name} " for name in stacks))
        and any(f": {rule.id} " in line for rule in rules)
    }

    assert set(law1.sweep(group, rules, stacks)) == listed, "see: python -m tools.law1 --help"


def test_both_languages_are_swept() -> None:
    """Of each case one twin, and of all cases about as many in one language as in the other."""
    every = [name for group in law1.groups() for name in law1.sources(group)]
    swept = [name for group in law1.groups() for name in law1.sample(group)]

    assert {name.partition(" ")[0] for name in swept} == {name.partition(" ")[0] for name in every}
    assert len(swept) == len(set(swept)) < len(every)
    for language in ("(tf)", "(yaml)"):
        assert sum(language in name for name in swept) > 0.4 * len(swept)


def test_an_unknown_says_what_it_waits_for() -> None:
    """What becomes unknown and names nothing that it waits for breaks the law as a fail does."""
    here = ("TW1", "aws_vpc.main", HERE)
    named, nameless = (_said(needs) for needs in ((Need("var.x", "has no default"),), ()))

    assert [*law1.broken({here: law1.FAIL}, {here: named})] == []
    assert [*law1.broken({here: law1.FAIL}, {here: nameless})] == [
        ("aws_vpc.main", "fail -> unknown of nothing")
    ]
    assert [*law1.broken({here: nameless}, {here: nameless})] == []


def _said(needs: tuple[Need, ...]) -> str:
    """What the sweep takes an unknown for that waits for this."""
    on = Origin("aws_vpc.main", "aws_vpc.main", HERE, "terraform")
    verdict = Verdict(on, HERE, Fact(None, "it is so", needs=needs), "it is so")
    always = replace(all_rules()[0], judge=lambda network: iter((verdict,)))
    return {*law1.verdicts_of(always, Network()).values()}.pop()


def test_what_is_listed_is_of_fixtures() -> None:
    """No line stands there for a folder that is gone, and none under two causes."""
    lines = [line for each in law1.standing().values() for line in each]

    assert len(lines) == len(STANDING)
    assert {line for line in lines if not line.startswith(tuple(law1.groups()))} == set()


def test_the_list_is_written_with_its_causes() -> None:
    """What is known keeps its cause, what is gone goes, and what is new was not yet examined."""
    known = {"a cause": ["one", "two"], "another": ["three"]}

    text = law1.written(["two", 'new "quoted"'], known)

    assert 'why = "a cause"\nstanding = [\n    "two",\n]' in text
    assert 'why = "not yet examined"\nstanding = [\n    "new \\"quoted\\"",\n]' in text
    assert "another" not in text
