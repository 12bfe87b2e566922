"""The demo: one storefront in Terraform and in CloudFormation, with the same mistakes.

Its lines carry the marks of the rule fixtures (`# TW204` fails, `# TW205?` is unknown) for all
rules of the default profile at once; what passes has no mark here. It is what the README scans
first, so that what it shows must be exactly what is wrong with it.
"""

from collections import Counter
from pathlib import Path

import pytest

from marks import MARK, mark
from taskwall.engine.judge import judge
from taskwall.engine.judgement import Judgement
from taskwall.findings.finding import Finding
from taskwall.readers import cloudformation, terraform
from taskwall.rules import all_rules
from taskwall.settings import Settings
from taskwall.settings.selection import chosen
from taskwall.source.files import Files, walk
from taskwall.source.stack import Inputs

DEMO = Path(__file__).parent.parent / "fixtures" / "demo"
LANGUAGES = {
    "terraform": (terraform, ".tf"),
    "cloudformation": (cloudformation, ".yaml"),
}


def judged(language: str) -> Judgement:
    """What the default rules say of the demo in one language, which is one stack."""
    reader, ending = LANGUAGES[language]
    folder = str(DEMO / language)
    paths = [path for path in walk([folder]) if path.endswith(ending)]
    stacks, errors = reader.stacks(paths, Files(), Inputs(boundary=folder))
    assert not errors
    assert len(stacks) == 1
    return judge(stacks[0], chosen(all_rules(), Settings()), Settings())


def shown(language: str) -> list[Finding]:
    """The findings that a user has to do with: fails and unknowns."""
    findings = [each.finding for each in judged(language).findings]
    return [finding for finding in findings if finding.verdict != "pass"]


def marks(language: str) -> Counter[tuple[str, int, str]]:
    """The marks of the demo: file, line and what must be said there."""
    _, ending = LANGUAGES[language]
    return Counter(
        (str(file.relative_to(DEMO)), number, found[0])
        for file in (DEMO / language).rglob(f"*{ending}")
        for number, line in enumerate(file.read_text().splitlines(), 1)
        if not line.startswith("#")
        for found in MARK.finditer(line.partition("#")[2])
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_demo_is_read_whole(language: str) -> None:
    """Nothing of it is an error, makes a rule or lowering crash, or is left out by a bound."""
    judgement = judged(language)

    assert (judgement.errors, judgement.crashes, judgement.notes) == ((), (), ())


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_mistake_is_reported_on_its_line(language: str) -> None:
    """Each mark gets its finding on that very line, and there are no others."""
    found = Counter(
        (str(Path(finding.file).relative_to(DEMO)), finding.line, mark(finding))
        for finding in shown(language)
    )

    assert sorted(marks(language).elements()) == sorted(found.elements())


def test_both_languages_agree() -> None:
    """The same storefront gets the same verdicts, rule by rule, in either language."""
    assert Counter(map(mark, shown("terraform"))) == Counter(map(mark, shown("cloudformation")))


def test_the_mistakes_are_about_a_dozen() -> None:
    """The demo shows what taskwall is for: mistakes of many kinds, and something it cannot tell."""
    verdicts = Counter(finding.verdict for finding in shown("terraform"))

    assert 12 <= verdicts["fail"] <= 40
    assert verdicts["unknown"] >= 1


def test_what_the_module_gets_wrong_says_who_calls_it() -> None:
    """A permission of the module that two services share names the call whose argument is wrong."""
    calls = {
        finding.rule: [call.text for call in finding.called_from]
        for finding in shown("terraform")
        if finding.resource.startswith("module.") and finding.verdict == "fail"
    }

    assert calls == {
        "TW206": ["module.api"],
        "TW212": ["module.api"],
        "TW215": ["module.mailer"],
    }


@pytest.mark.parametrize(
    ("language", "wanted"),
    [("terraform", "var.bastion_security_group_id"), ("cloudformation", "BastionSecurityGroupId")],
)
def test_what_cannot_be_told_waits_for_an_input(language: str, wanted: str) -> None:
    """The unknown names the input that would decide it."""
    waits = [finding.missing for finding in shown(language) if finding.verdict == "unknown"]

    assert [(wanted,)] == waits
