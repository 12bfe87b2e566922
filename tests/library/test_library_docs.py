"""The examples of the library's pages are what happens."""

import doctest
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

import taskwall
from taskwall.cli import main
from taskwall.library.own_rules import every_rule

ROOT = Path(__file__).parents[2]
RULES = ROOT / "fixtures" / "policy" / "acme_policy" / "rules"


def test_examples_of_the_library_are_true(monkeypatch: pytest.MonkeyPatch) -> None:
    """What docs/library.md shows is what Python answers."""
    monkeypatch.chdir(ROOT)
    done = doctest.testfile(str(ROOT / "docs" / "library.md"), module_relative=False)

    assert done.attempted > 8
    assert done.failed == 0


def blocks(page: str, language: str) -> list[str]:
    """The blocks of code of a page in a language."""
    text = (ROOT / "docs" / page).read_text()
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def test_five_minutes_end_in_a_finding(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What docs/own-rules.md has people type prints what stands there, and what CI runs fails."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "infra").mkdir()
    (tmp_path / "infra" / "main.tf").write_text(blocks("own-rules.md", "hcl")[0])
    (console,) = blocks("own-rules.md", "console")
    statuses = []
    for typed, shown in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", console, re.MULTILINE):
        program, *words = typed.split()
        if program == "taskwall":
            statuses.append(main(words))
            assert capsys.readouterr().out == shown, typed
    assert statuses == [0, 0, 1]
    (job,) = blocks("own-rules.md", "yaml")
    steps = [step["run"] for step in yaml.safe_load(job)["steps"] if "run" in step]
    assert [main(step.split()[1:]) for step in steps if step.startswith("taskwall")] == [0, 1]
    assert main(["scan", ".", "--rules", "rules", "--exclude", "rules/fixtures"]) == 1
    assert "Analysed 1 file" in capsys.readouterr().out


def test_the_rule_of_the_docs_is_a_rule(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What docs/own-rules.md shows says of a stack what its short form in fixtures/policy says."""
    (text,) = blocks("own-rules.md", "python")
    (tmp_path / "acme101_only_the_shared_alb.py").write_text(text)
    shutil.copytree(RULES / "fixtures" / "acme101", tmp_path / "fixtures" / "acme101")

    assert main(["rules", "test", str(tmp_path)]) == 0
    assert "ACME101: 1 fixture files, all as marked" in capsys.readouterr().out


def test_the_ten_rules_are_those_of_the_docs() -> None:
    """Each by its id and title, with the thread that asks for it."""
    page = (ROOT / "docs" / "own-rules.md").read_text()
    rows = re.findall(r"^\| (ACME\d+): (.*?) \| \[.*?\]\(https://github\.com/", page, re.MULTILINE)
    titles = {rule.id: rule.title for rule in every_rule([str(RULES)]).rules if not rule.is_ours}

    assert {id_: title.lower() for id_, title in rows} == {
        id_: title.lower() for id_, title in titles.items()
    }


def test_the_test_of_the_docs_is_a_test() -> None:
    """What docs/library.md shows for pytest passes on a stack without public stores."""
    shown = next(text for text in blocks("library.md", "python") if "def test_" in text)
    names: dict[str, Any] = {}
    exec(shown, names)

    names["test_no_store_is_public"](taskwall.load(ROOT / "fixtures" / "policy" / "infra"))
