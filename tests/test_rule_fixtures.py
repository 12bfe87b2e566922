"""The rule fixtures: each says on its very lines what rules must say of them.

A case is a folder `fixtures/rules/<rule>/<case>/` with `main.tf` and its twin `template.yaml`. The
first line of each is a comment and says what the case is about. A comment on a line states the
verdict that the folder's rule must give there: `# TW101` fails, `# TW101 when` fails under one
setting of a switch, `# TW101?` is unknown, `# TW101 ok` passes; a severity follows where it is not
the rule's own (`# TW208 high`). A line without a mark gets no verdict. Where a language cannot say
a thing, `only.txt` gives the reason. A `taskwall.toml` in the folder sets what the case needs.
"""

import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest
from msgspec.structs import replace

from taskwall.engine.judge import judge
from taskwall.findings.finding import Finding
from taskwall.library.marks import MARK, mark, marks_of
from taskwall.readers import cloudformation, terraform
from taskwall.rules import all_rules
from taskwall.settings import Settings, load
from taskwall.source.files import Files
from taskwall.source.stack import Inputs

FIXTURES = Path(__file__).parent.parent / "fixtures" / "rules"
KINDS = ("fail", "pass", "unknown_scalar", "unknown_list", "unknown_elsewhere", "not_concerned")
SOURCES = ("main.tf", "template.yaml")
WORD = re.compile(r"\w+")
VARIABLE = re.compile(r'^variable "(\w+)"', re.MULTILINE)
PARAMETER = re.compile(r"^  (\w+):", re.MULTILINE)

SEVERITIES = {rule.id: rule.severity for rule in all_rules()}
RULES = list(SEVERITIES)
CASES = sorted(case for rule in FIXTURES.glob("tw*") for case in rule.iterdir() if case.is_dir())
FILES = [case / name for case in CASES for name in SOURCES if (case / name).exists()]


def _id(path: Path) -> str:
    return str(path.relative_to(FIXTURES))


@cache
def verdicts(source: Path) -> list[Finding]:
    """What all rules say of a fixture, its folder's rule only."""
    rule = source.parent.parent.name.upper()
    reader = terraform if source.suffix == ".tf" else cloudformation
    inputs = Inputs(boundary=str(source.parent))
    stacks, errors = reader.stacks([str(source)], Files(), inputs)
    assert not errors
    assert len(stacks) == 1
    given = (source.parent / "taskwall.toml").exists()
    settings = load(str(source.parent), all_rules()) if given else Settings()
    every = replace(settings, show=("fail", "unknown", "pass"))
    judgement = judge(stacks[0], all_rules(), every)
    assert not judgement.errors
    assert not judgement.crashes
    return [each.finding for each in judgement.findings if each.finding.rule == rule]


def inputs(source: Path) -> set[str]:
    """The names of a fixture's variables or parameters."""
    text = source.read_text()
    parameters = text.partition("Parameters:")[2].partition("Resources:")[0]
    return {*VARIABLE.findall(text), *PARAMETER.findall(parameters)}


def marks(source: Path) -> dict[tuple[str, int], list[str]]:
    """The marks of a fixture's files for the folder's rule, by file and line."""
    rule = source.parent.parent.name.upper()
    return {
        (str(file), line): texts
        for file in sorted(source.parent.rglob(f"*{source.suffix}"))
        for line, texts in marks_of(file.read_text(), rule).items()
    }


@pytest.mark.parametrize("source", FILES, ids=_id)
def test_verdicts_stand_where_they_are_marked(source: Path) -> None:
    """A fixture gets each verdict that it marks, on that line, and no other.

    What is unknown waits for something, in cases of an open input for that input.
    """
    found: dict[tuple[str, int], list[str]] = {}
    for finding in verdicts(source):
        found.setdefault((finding.file, finding.line), []).append(mark(finding, SEVERITIES))
        if finding.verdict == "unknown":
            assert finding.missing
            assert not source.parent.name.startswith(("unknown_scalar", "unknown_list")) or (
                inputs(source) & set(WORD.findall(" ".join(finding.missing)))
            )

    assert marks(source) == {key: sorted(texts) for key, texts in found.items()}


@pytest.mark.parametrize("case", CASES, ids=_id)
def test_twins_agree(case: Path) -> None:
    """The same stack in both languages gets the same verdicts."""
    sources = [case / name for name in SOURCES if (case / name).exists()]
    if len(sources) == 1:
        assert (case / "only.txt").read_text().strip(), "a reason why there is no twin"
        return

    one, other = (
        Counter(mark(finding, SEVERITIES) for finding in verdicts(source)) for source in sources
    )

    assert one == other


@pytest.mark.parametrize("rule", RULES)
def test_a_fixture_asserts_something(rule: str) -> None:
    """A fixture of a kind marks what that kind is about."""
    wanted = {"fail": {"", " when"}, "pass": {" ok"}, "unknown": {"?"}}
    for case in sorted((FIXTURES / rule.lower()).iterdir()):
        kind = case.name.partition("_")[0]
        endings = {
            found[2] or ""
            for source in SOURCES
            for texts in marks(case / source).values()
            for found in map(MARK.fullmatch, texts)
            if found
        }
        if kind == "not":
            assert not endings, case
        else:
            assert endings & wanted[kind], case


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_has_fixtures_of_every_kind(rule: str) -> None:
    """Each rule is shown to fail, to pass, not to know (in three ways), and not to be concerned."""
    folder = FIXTURES / rule.lower()
    missing = [kind for kind in KINDS if not any(folder.glob(f"{kind}*"))]

    assert missing == []


@pytest.mark.parametrize("rule", RULES)
def test_a_mark_names_no_severity_that_is_the_rules_own(rule: str) -> None:
    """A severity in a mark says that this place is judged otherwise than others."""
    said = {
        text.rpartition(" ")[2]
        for source in FILES
        if source.parent.parent.name == rule.lower()
        for texts in marks(source).values()
        for text in texts
    }

    assert SEVERITIES[rule] not in said


@pytest.mark.parametrize("rule", RULES)
def test_the_first_line_says_what_a_case_is_about(rule: str) -> None:
    """Who opens a fixture reads in its first line, a comment, what it shows."""
    for source in (FIXTURES / rule.lower()).glob("*/*"):
        if source.name in SOURCES:
            first = source.read_text().partition("\n")[0]

            assert first.startswith("# "), source
            assert len(first.split()) > 3, source
            assert rule not in first, source
