"""Two modules that have nothing to do with each other: each rule says of both what it says of one.

The modules are two fixtures of a rule: one that it is not concerned with, and one that fails.
"""

import re
from pathlib import Path

import pytest
from msgspec.structs import replace

from taskwall.engine.judge import judge
from taskwall.readers import terraform
from taskwall.rules import all_rules
from taskwall.rules._rule import Rule
from taskwall.settings import Settings
from taskwall.settings.loading import load
from taskwall.source.files import Files
from taskwall.source.stack import Inputs

FIXTURES = Path(__file__).parents[2] / "fixtures" / "rules"
INPUT = re.compile(r'^variable "(\w+)" \{\}$|^variable "(\w+)" \{\n((?:  .*\n)*)', re.MULTILINE)
BY_ADDRESS = {"TW802"}
"""Rules whose fixtures name things by the address that they have in a root."""
JUDGED = [rule for rule in all_rules() if rule.id not in BY_ADDRESS]


def called(name: str, text: str) -> str:
    """A call of a module, which hands the inputs on that it needs."""
    inputs = [a or b for a, b, body in INPUT.findall(text) if "default" not in body]
    given = "".join(f"  {each} = var.{name}_{each}\n" for each in inputs)
    asked = "".join(f'variable "{name}_{each}" {{}}\n' for each in inputs)
    return f'{asked}module "{name}" {{\n  source = "./{name}"\n{given}}}\n'


def said(rule: Rule, texts: dict[str, str]) -> set[tuple[str, int]]:
    """The verdicts of a rule on the lines of what fails."""
    files = Files({f"/stack/{name}": text for name, text in texts.items()})
    stacks, errors = terraform.stacks(list(files.known), files, Inputs(boundary="/stack"))
    assert not errors
    assert len(stacks) == 1
    given = FIXTURES / rule.id.lower() / "fail"
    settings = load(str(given), all_rules()) if (given / "taskwall.toml").exists() else Settings()
    every = replace(settings, show=("fail", "unknown", "pass"))
    found = [one.finding for one in judge(stacks[0], [rule], every).findings]
    return {(one.verdict, one.line) for one in found if "fails" in one.file}


@pytest.mark.parametrize("rule", JUDGED, ids=[rule.id for rule in JUDGED])
def test_what_stands_beside_changes_nothing(rule: Rule) -> None:
    """Whichever of the two comes first."""
    folder = FIXTURES / rule.id.lower()
    fails, other = ((folder / case / "main.tf").read_text() for case in ("fail", "not_concerned"))
    # A cluster of the same name would be the same: an account has one of that name.
    other = other.replace('name = "main"', 'name = "other"').replace("=main", "=other")
    modules = {"fails/main.tf": fails, "other/main.tf": other}
    calls = called("fails", fails), called("other", other)

    alone = said(rule, {"fails/main.tf": fails})

    assert any(verdict == "fail" for verdict, _ in alone)
    for both in ("".join(calls), "".join(reversed(calls))):
        assert said(rule, {"main.tf": both, **modules}) == alone
