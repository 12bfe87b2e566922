"""The examples of the library's pages are what happens."""

import doctest
from pathlib import Path

import pytest

from taskwall.library.own_rules import every_rule

ROOT = Path(__file__).parents[2]


def test_examples_of_the_library_are_true(monkeypatch: pytest.MonkeyPatch) -> None:
    """What docs/library.md shows is what Python answers."""
    monkeypatch.chdir(ROOT)
    done = doctest.testfile(str(ROOT / "docs" / "library.md"), module_relative=False)

    assert done.attempted > 8
    assert done.failed == 0


def test_the_rule_of_the_docs_is_a_rule(tmp_path: Path) -> None:
    """What docs/own-rules.md shows can be loaded."""
    text = (ROOT / "docs" / "own-rules.md").read_text()
    (tmp_path / "acme101_only_the_shared_alb.py").write_text(
        text.partition("```python\n")[2].partition("```")[0]
    )
    found = every_rule([str(tmp_path)])

    assert not found.errors
    assert "ACME101" in [rule.id for rule in found.rules]
