"""Ordinary good stacks: no rule cries wolf over them, and one mistake in them is found.

`fixtures/good` holds stacks as a careful team writes them. The strict profile, in which every rule
runs, finds nothing wrong there; and each single mistake below is found by the rule that it is for.
"""

import re
from collections import Counter
from pathlib import Path

import pytest

from mistakes import CASES, GOOD, Mistake, mistaken, named
from taskwall.api.scan import Options, scan
from taskwall.findings.finding import Finding
from taskwall.source.files import Files

STACKS = sorted(GOOD.iterdir())


def findings(folder: Path, overlay: dict[str, str] | None = None) -> list[Finding]:
    """All verdicts of the strict profile on a stack, errors and crashes being none."""
    options = Options(paths=(str(folder),), profile="strict", show=("fail", "pass"), cwd=str(GOOD))
    report = scan(options, Files(overlay))
    assert (report.document.errors, report.document.crashes) == ((), ())
    return list(report.findings)


@pytest.mark.parametrize("folder", STACKS, ids=lambda folder: str(folder.name))
def test_nothing_is_wrong_with_a_good_stack(folder: Path) -> None:
    """No rule fails, many pass, and what is wholly in the sources leaves nothing unknown."""
    found = findings(folder)

    assert [f"{f.rule} {f.message}" for f in found if f.verdict == "fail"] == []
    assert sum(f.verdict == "pass" for f in found) > 10
    if "instances" not in folder.name:  # its VPC is only looked up
        assert [f"{f.rule} {f.message}" for f in found if f.verdict == "unknown"] == []


@pytest.mark.parametrize("folder", [each for each in STACKS if "terraform" in each.name])
def test_names_do_not_matter(folder: Path) -> None:
    """Law 4: the first resource of each kind may be called as what AWS makes by itself."""
    texts = {str(file): file.read_text() for file in sorted(folder.glob("*.tf"))}
    labels: dict[str, list[str]] = {}
    for kind, name in re.findall(
        r'^resource "(\w+)" "(\w+)"', "\n".join(texts.values()), re.MULTILINE
    ):
        labels.setdefault(kind, []).append(name)
    renamed = dict(texts)
    for kind, (first, *others) in labels.items():
        if "default" not in others:
            old, new = re.compile(rf'\b({kind}(?:\.|" "))({first})\b'), r"\g<1>default"
            renamed = {file: old.sub(new, text) for file, text in renamed.items()}

    before, after = (
        Counter((one.rule, one.verdict) for one in findings(folder, overlay))
        for overlay in ({}, renamed)
    )
    assert before == after


@pytest.mark.parametrize(("file", "mistake"), CASES, ids=named)
def test_one_mistake_is_found(file: str, mistake: Mistake) -> None:
    """A good stack with one thing changed gets the fail that the change is for."""
    found = findings((GOOD / file).parent, mistaken(file, mistake))

    assert mistake[-1] in {f.rule for f in found if f.verdict == "fail"}
