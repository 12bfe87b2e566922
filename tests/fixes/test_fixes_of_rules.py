"""The edits that rules offer: each mends its finding, and nothing else changes.

They are tried on every fail fixture of every rule, in Terraform, in YAML, and in the same template
as JSON.
"""

import re
from pathlib import Path

import pytest

from mending import Scan, as_json, mended, scanned
from taskwall.engine.judgement import LocatedFinding
from taskwall.findings.finding import Edit
from taskwall.fixes.steps import path_steps
from taskwall.rules import all_rules
from taskwall.settings import Settings, load

FIXTURES = Path(__file__).parent.parent.parent / "fixtures" / "rules"
OFFERS = {
    "TW102", "TW103", "TW105", "TW106", "TW108", "TW202", "TW203", "TW301", "TW302", "TW303",
    "TW306", "TW307", "TW308", "TW406", "TW503", "TW604", "TW605", "TW702", "TW703", "TW704",
    "TW705", "TW706", "TW707",
}  # fmt: skip
"""The rules that have edits for some of their fails."""

NEEDED = {"TW706": {"TW401"}}
"""Rules that may ask for more once an edit is made: logs need an endpoint where there is no NAT."""


def sources(rule: str, spelling: str) -> list[Path]:
    """The fail fixtures of a rule that are written in a language."""
    name = "main.tf" if spelling == "terraform" else "template.yaml"
    return sorted((FIXTURES / rule.lower()).glob(f"fail*/{name}"))


def scan_of(source: Path, spelling: str, overlay: dict[str, str] | None = None) -> Scan:
    """The scan of a fixture, in one of three spellings."""
    given = (source.parent / "taskwall.toml").exists()
    settings = load(str(source.parent), all_rules()) if given else Settings()
    texts = dict(overlay or {})
    if spelling == "json":
        texts.setdefault(str(source), as_json(source.read_text()))
    return scanned(str(source), settings, texts)


def offered(scan: Scan, rule: str) -> list[tuple[LocatedFinding, tuple[Edit, ...]]]:
    """The fails of a rule that have edits."""
    return [(one, edits) for one, edits in scan.judged if edits and one.finding.rule == rule]


@pytest.mark.parametrize("spelling", ["terraform", "yaml", "json"])
@pytest.mark.parametrize("rule", sorted(OFFERS))
def test_an_edit_mends_its_finding_and_changes_nothing_else(rule: str, spelling: str) -> None:
    """With its edits made a fail is gone, no other is new, and nothing differs but what it names.

    Rules that the fail silenced may speak, and one that asks for what the edit needs.
    """
    tried = 0
    for source in sources(rule, spelling):
        before = scan_of(source, spelling)
        for judged, edits in offered(before, rule):
            after = scan_of(source, spelling, mended(before, edits))

            finding = judged.finding
            gone = (rule, "fail", finding.resource, finding.message)
            where = f"{source.parent.name}, {finding.resource}: {edits}"
            assert after.said()[gone] < before.said()[gone], where
            new = {said[0] for said in after.said() - before.said()}
            assert new <= _following(rule), where
            assert _differing(before, after) == {
                (change.attribute.address, str(path_steps(change.attribute.path)[0]))
                for change, _ in judged.changes
            }, where
            tried += 1

    assert tried, f"no fail fixture of {rule} gets edits in {spelling}"


def _following(rule: str) -> set[str]:
    """The rules that a fail of a rule silences, and those that ask what its fix needs."""
    return {each.id for each in all_rules() if rule in each.yields_to} | NEEDED.get(rule, set())


def _differing(one: Scan, other: Scan) -> set[tuple[str, str]]:
    """The attributes that two scans of a source differ in, each with its resource."""
    before, after = one.bodies(), other.bodies()
    assert before.keys() == after.keys()
    return {
        (address, key)
        for address in before
        for key in before[address].keys() | after[address].keys()
        if before[address].get(key) != after[address].get(key)
    }


def test_rules_that_offer_edits_are_known() -> None:
    """No other rule has edits for its fail fixtures: one that gets some is tried here as well."""
    others = {rule.id for rule in all_rules()} - OFFERS

    found = {
        rule
        for rule in others
        for spelling in ("terraform", "yaml")
        for source in sources(rule, spelling)
        if offered(scan_of(source, spelling), rule)
    }

    assert found == set()


def test_the_page_names_the_rules() -> None:
    """The page on fixes lists the rules that have edits."""
    page = (FIXTURES.parent.parent / "docs" / "fixes.md").read_text()

    assert set(re.findall(r"TW\d{3}", page.partition("## Rules")[2])) == OFFERS
