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
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import pytest
from msgspec.structs import replace

import wording
from marks import MARK, SEVERITIES, mark, marks_of
from precedence import told_twice
from provider_names import missing, noted
from taskwall.engine.judge import judge
from taskwall.engine.judgement import LocatedFinding
from taskwall.findings.finding import Finding
from taskwall.readers import cloudformation, terraform
from taskwall.rules import all_rules
from taskwall.rules._rule import Rule
from taskwall.settings import Settings
from taskwall.settings.loading import load
from taskwall.source.files import Files
from taskwall.source.stack import Inputs, Stack

FIXTURES = Path(__file__).parent.parent / "fixtures" / "rules"
KINDS = ("fail", "pass", "unknown_scalar", "unknown_list", "unknown_elsewhere", "not_concerned")
SOURCES = ("main.tf", "template.yaml")
WORD = re.compile(r"\w+")
VARIABLE = re.compile(r'^variable "(\w+)"', re.MULTILINE)
PARAMETER = re.compile(r"^  (\w+):", re.MULTILINE)

RULES = [rule.id for rule in all_rules()]


class Judged(NamedTuple):
    """What rules say of a fixture: all of them, and in full that of the folder."""

    source: Path
    stack: Stack
    findings: list[Finding]
    located: list[LocatedFinding]

    @property
    def own(self) -> list[Finding]:
        """What the rule of the folder says where no other rule has precedence."""
        return [each.finding for each in self.located if not each.silenced_by]


def _id(path: Path) -> str:
    return str(path.relative_to(FIXTURES))


def sources(rule: str) -> list[Path]:
    """The fixtures of a rule, in both languages."""
    cases = sorted((FIXTURES / rule.lower()).iterdir())
    return [case / name for case in cases for name in SOURCES if (case / name).exists()]


def judged(source: Path, rules: Sequence[Rule] = all_rules()) -> Judged:
    """Judge a fixture by all rules, or by some."""
    reader = terraform if source.suffix == ".tf" else cloudformation
    inputs = Inputs(boundary=str(source.parent))
    stacks, errors = reader.stacks([str(source)], Files(), inputs)
    assert not errors, source
    assert len(stacks) == 1, source
    given = (source.parent / "taskwall.toml").exists()
    settings = load(str(source.parent), all_rules()) if given else Settings()
    every = replace(settings, show=("fail", "unknown", "pass"))
    judgement = judge(stacks[0], rules, every)
    assert not judgement.errors, source
    assert not judgement.crashes, source
    findings = [each.finding for each in judgement.findings]
    assert all(all(each.missing) for each in findings), f"{source}: what is missing has no name"
    rule = source.parent.parent.name.upper()
    told = (*judgement.findings, *judgement.silenced)
    own = [each for each in told if each.finding.rule == rule]
    return Judged(source, stacks[0], findings, own)


@pytest.fixture(scope="module", params=RULES)
def reading(request: pytest.FixtureRequest) -> tuple[list[Judged], set[tuple[str, str]]]:
    """The fixtures of a rule, each judged once, and the attributes that were read for that."""
    with noted() as read:
        return [*map(judged, sources(request.param))], read


@pytest.fixture(scope="module")
def fixtures(reading: tuple[list[Judged], set[tuple[str, str]]]) -> list[Judged]:
    """The fixtures of a rule; rule by rule all tests look at them."""
    return reading[0]


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


def not_as_marked(one: Judged) -> list[str]:
    """The lines of a fixture that get other verdicts than they mark."""
    found: dict[tuple[str, int], list[str]] = {}
    for finding in one.own:
        found.setdefault((finding.file, finding.line), []).append(mark(finding))
    marked = marks(one.source)
    return [
        f"{file}:{line}: marked {said}, found {told}"
        for file, line in sorted({*marked, *found})
        if (said := sorted(marked.get((file, line), [])))
        != (told := sorted(found.get((file, line), [])))
    ]


def waits_for_nothing(one: Judged) -> list[str]:
    """The unknowns of a fixture that do not say what they wait for."""
    of_input = one.source.parent.name.startswith(("unknown_scalar", "unknown_list"))
    wrong = []
    for finding in one.own:
        words = set(WORD.findall(" ".join(finding.missing)))
        if finding.verdict == "unknown" and not (inputs(one.source) & words if of_input else words):
            wrong.append(f"{one.source}:{finding.line}: waits for {finding.missing}")
    return wrong


def test_verdicts_stand_where_they_are_marked(fixtures: list[Judged]) -> None:
    """A fixture gets each verdict that it marks, on that line, and no other."""
    wrong = [line for one in fixtures for line in not_as_marked(one)]

    assert not wrong, "\n".join(wrong)


def test_an_unknown_waits_for_something(fixtures: list[Judged]) -> None:
    """What is unknown says what it waits for, in cases of an open input for that input."""
    wrong = [line for one in fixtures for line in waits_for_nothing(one)]

    assert not wrong, "\n".join(wrong)


def test_findings_say_what_was_reviewed(fixtures: list[Judged]) -> None:
    """Messages, chains and fixes are those of `tests/data/findings`."""
    file = wording.file_of(fixtures[0].source.parts[-3])
    found = wording.of_fixtures((one.source, one.located) for one in fixtures)

    assert found == file.read_text(), "python -m tools.findings"


def test_twins_agree(fixtures: list[Judged]) -> None:
    """The same stack in both languages gets the same verdicts, or a reason why it has no twin."""
    cases: dict[Path, list[Counter[str]]] = {}
    for one in fixtures:
        cases.setdefault(one.source.parent, []).append(Counter(map(mark, one.own)))
    wrong = []
    for case, verdicts in cases.items():
        if len(verdicts) == 1:
            assert (case / "only.txt").read_text().strip(), "a reason why there is no twin"
        elif verdicts[0] != verdicts[1]:
            wrong.append(f"{_id(case)}: {verdicts[0]} and {verdicts[1]}")

    assert not wrong, "\n".join(wrong)


def test_no_mistake_is_told_twice(fixtures: list[Judged]) -> None:
    """Of one permission, listener, endpoint or log, no rule fails that yields to one that fails."""
    wrong = [
        f"{each.source}: {twice}"
        for each in fixtures
        for twice in told_twice(each.stack, [f for f in each.findings if f.verdict == "fail"])
    ]

    assert not wrong, "\n".join(wrong)


def test_lowering_reads_names_that_exist(
    reading: tuple[list[Judged], set[tuple[str, str]]],
) -> None:
    """Each path that lowering reads of Terraform exists in the schema of AWS' provider."""
    _, read = reading

    assert len(read) > 3
    assert missing(read) == []


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
        for source in sources(rule)
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
