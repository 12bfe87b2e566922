"""What is derived from the rules is current, and complete.

`python -m tools.docs` writes it.
"""

import os
import re
import tomllib

import pytest
from tools import docs

from taskwall.rules import all_rules
from taskwall.rules._guide import encodes, recommendations

RULES = all_rules()


def test_derived_files_are_current() -> None:
    """What is committed is what the rules and fixtures of today make of it."""
    pages = docs.pages()

    assert [file for file in pages if not file.exists()] == [], "run: python -m tools.docs"
    for file, text in pages.items():
        assert text == file.read_text(), f"{file}: run: python -m tools.docs"


@pytest.mark.skipif(os.name == "nt", reason="needs a terminal as Unix has it")
def test_picture_of_the_report_is_current() -> None:
    """It shows the words that the command says today."""
    from tools import pictures

    def words(svg: str) -> list[str]:
        return re.findall(r">([^<>]*\S[^<>]*)</text>", svg)

    shown = (pictures.IMAGES / "report.svg").read_text()
    assert words(shown) == words(pictures.report()), "run: python -m tools.pictures"
    assert not re.search(r"url\((?!#)", shown), "it loads something"


def test_no_page_is_left_of_a_rule_that_is_gone() -> None:
    """Each page belongs to a rule."""
    pages = {file.stem for file in (docs.ROOT / "docs" / "rules").glob("*.md")}

    assert pages == {rule.id for rule in RULES}


def test_every_key_that_a_rule_names_is_a_recommendation() -> None:
    """A rule names recommendations that `guide.toml` has, or says that it goes beyond them."""
    for rule in RULES:
        assert set(encodes(rule)) <= set(recommendations()), rule.id
        assert encodes(rule) or rule.sections["Guide"] == "beyond", rule.id


def test_every_recommendation_has_a_row() -> None:
    """The coverage names each recommendation once, with its rules or with "not yet"."""
    text = docs.coverage(RULES)
    rows = [line for line in text.splitlines() if line.startswith("| ")][2:]

    assert len(rows) == len(recommendations())
    assert all("[TW" in row or "not yet" in row for row in rows)


def test_every_rule_is_covered() -> None:
    """Each rule stands in the coverage, under a recommendation or beyond them."""
    named = set(re.findall(r"\[(TW\d{3})\]", docs.coverage(RULES)))

    assert named == {rule.id for rule in RULES}


def test_a_page_shows_what_the_rule_finds() -> None:
    """A page has an example of a fixture that fails, with the mark on its line."""
    for rule in RULES:
        shown = re.search(rf"```\w+\n(.*\n)*?.*# .*{rule.id}\b", docs.page_of(rule))

        assert shown, rule.id


def test_a_page_shows_what_passes_and_what_is_unknown() -> None:
    """A change that passes is a diff of two fixtures; the cases are said in their first words."""
    for rule in RULES:
        page = docs.page_of(rule)
        assert "\n## A change that passes\n\nIn " in page
        assert all(f"\n## What {verdict}\n\n" in page for verdict in ("passes", "is unknown"))
    policy = docs.page_of(next(rule for rule in RULES if rule.id == "TW102"))
    assert '\n-  ssl_policy        = "ELBSecurityPolicy-TLS13-1-0-2021-06"\n+  ssl_policy' in policy
    assert "\n- The policy is an input without a default.\n" in policy
    assert docs.first_sentence("# A group allows\n# all. More.\n\n# x\n") == "A group allows all."


def test_an_example_is_the_whole_block() -> None:
    """An excerpt holds the block or resource around the marked line and nothing else."""
    terraform = 'resource "a" "x" {\n}\n\nresource "a" "y" {\n  b = 1 # TW101\n}\n\nlocals {\n}\n'
    template = "Resources:\n  X:\n    Type: A\n\n  Y: # TW101\n    Type: B\n\n  Z:\n    Type: C\n"

    assert docs.excerpt(terraform, "TW101") == 'resource "a" "y" {\n  b = 1 # TW101\n}'
    assert docs.excerpt(template, "TW101") == "Y: # TW101\n  Type: B"
    assert docs.excerpt(template, "TW102") == ""


def test_the_table_replaces_what_stands_between_the_marks() -> None:
    """Whatever else the README says stays as it is; without marks it is an error."""
    text = "before\n<!-- a -->\nold\n<!-- /a -->\nafter\n"

    assert docs.marked(text, "a", "new\n") == "before\n<!-- a -->\nnew\n<!-- /a -->\nafter\n"
    with pytest.raises(ValueError, match="marks"):
        docs.marked("nothing", "a", "new\n")


def test_the_changelog_names_every_rule() -> None:
    """A rule has a line in the changelog, by its id."""
    changes = (docs.ROOT / "CHANGELOG.md").read_text()

    assert [rule.id for rule in RULES if f"- {rule.id}: " not in changes] == []


def test_every_extra_has_its_line() -> None:
    """The table of what is installed for which use names each extra once, and no other."""
    about = tomllib.loads((docs.ROOT / "pyproject.toml").read_text())["project"]
    page = (docs.ROOT / "docs" / "install.md").read_text()
    rows = re.findall(r"^\|.*`pip install (.+)` \|$", page, re.MULTILINE)
    extras = [f'".[{name}]"' for name in about["optional-dependencies"]]
    assert sorted(rows) == sorted([".", *extras])


def test_the_files_that_contributing_names_exist() -> None:
    """No recipe leads to a file that is not there."""
    text = (docs.ROOT / "CONTRIBUTING.md").read_text()
    named = set(re.findall(r"`(\w[\w./]*/[\w.]*\w)/?`", text))
    package = docs.ROOT / "checks" / "taskwall"

    assert len(named) > 10
    assert [
        name
        for name in sorted(named)
        if not (docs.ROOT / name).exists() and not (package / name).exists()
    ] == []
