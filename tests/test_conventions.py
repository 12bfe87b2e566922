"""Habits of the code that no linter knows."""

import ast
import re
from datetime import date, timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path

from taskwall.rules import all_rules
from taskwall.rules._guide import source

PACKAGE = Path(__file__).parent.parent / "checks" / "taskwall"
NETWORK = sorted((*(PACKAGE / "model").rglob("*.py"), *(PACKAGE / "rules").glob("tw*.py")))


def test_the_network_does_not_ask_for_the_language() -> None:
    """What a language does differently is a fact that lowering states, not a case in the model."""
    asked = [
        f"{file}:{node.lineno}"
        for file in NETWORK
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Attribute) and node.attr == "language"
    ]

    assert asked == []


@cache
def _tables() -> list[tuple[str, str | None]]:
    """The modules with tables of facts from documentation, and when they say these were read."""
    found = []
    for file in sorted(PACKAGE.rglob("*.py")):
        body = ast.parse(file.read_text()).body
        cited = any(
            isinstance(table, ast.Assign | ast.AnnAssign) and SOURCE.search(_text(said))
            for table, said in pairwise(body)
        )
        read = [
            _text(each)
            for each in body
            if isinstance(each, ast.Assign) and ast.unparse(each.targets[0]) == "READ"
        ]
        if cited or read:
            found.append((str(file.relative_to(PACKAGE)), read[0] if read else None))
    return [*found, ("data/guide.toml", source()[1])]


def _text(node: ast.stmt) -> str:
    """The text that a statement is, or assigns."""
    value = getattr(node, "value", None)
    return value.value if isinstance(value, ast.Constant) and isinstance(value.value, str) else ""


SOURCE = re.compile(
    r"(user|developer|PrivateLink) guide|API\s+reference|documentation|manual\b", re.IGNORECASE
)


def test_tables_of_facts_are_not_older_than_a_year() -> None:
    """Facts of AWS's are read again in time: then the date in the table's module is set anew.

    A module with a table that cites documentation says `READ = "<date>"`.
    """
    for table, read in _tables():
        assert read is not None, f"{table} does not say when it was read"
        assert date.fromisoformat(read) + timedelta(days=366) > date.today(), f"read {table} again"


def test_tables_of_facts_are_found() -> None:
    """What is looked for finds the tables that are known to be there."""
    assert {
        "model/load_balancing/tls_policies.py",
        "model/endpoints/endpoint.py",
        "lowering/sidecar.py",
    } <= dict(_tables()).keys()


def test_a_rule_sends_its_reader_to_aws() -> None:
    """Hosts and editors show one link with a finding: the first that the rule's `See` names."""
    for rule in all_rules():
        assert rule.link.startswith("https://docs.aws.amazon.com/"), rule.id
