"""Habits of the code that no linter knows."""

import ast
from datetime import date, timedelta
from pathlib import Path

import pytest

from taskwall import guide
from taskwall.model import nitro, store_tls, tls
from taskwall.rule import Rule
from taskwall.rules import all_rules

PACKAGE = Path(__file__).parent.parent / "checks" / "taskwall"
NETWORK = sorted((*(PACKAGE / "model").glob("*.py"), *(PACKAGE / "rules").glob("tw*.py")))


@pytest.mark.parametrize("file", NETWORK, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_the_network_does_not_ask_for_the_language(file: Path) -> None:
    """What a language does differently is a fact that lowering states, not a case in the model."""
    asked = [
        node.lineno
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Attribute) and node.attr == "language"
    ]

    assert asked == []


@pytest.mark.parametrize(
    ("table", "read"),
    [
        ("model/tls.py", tls.READ),
        ("model/nitro.py", nitro.READ),
        ("model/store_tls.py", store_tls.READ),
        ("data/guide.toml", guide.source()[1]),
    ],
)
def test_tables_of_facts_are_not_older_than_a_year(table: str, read: str) -> None:
    """Facts of AWS's are read again in time: then the date in the table is set anew."""
    assert date.fromisoformat(read) + timedelta(days=366) > date.today(), f"read {table} again"


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.id)
def test_a_rule_sends_its_reader_to_aws(rule: Rule) -> None:
    """Hosts and editors show one link with a finding: the first that the rule's `See` names."""
    assert rule.link.startswith("https://docs.aws.amazon.com/")
