"""What cfn-lint shows of taskwall is what the command reports, on every fixture.

The gate compares the plainest cases of each rule, since all of them take a minute.
"""

import re
from collections import defaultdict
from pathlib import Path
from typing import TypeAlias

import pytest

from linted import Lint
from taskwall.api.scan import Options, scan
from taskwall.findings.finding import Finding
from taskwall.rules import all_rules

FIXTURES = Path(__file__).parent.parent.parent / "fixtures"
FOLDERS = ("demo", "good", *(f"rules/tw{chapter}" for chapter in range(1, 8)))
PLAIN = ("fail", "unknown_scalar", "unknown_list")
IDS = {rule.id: rule.lint_id for rule in all_rules()}

_OTHERS = re.compile(r"\S+\.yaml/")
"""What tells apart the names of templates that the command judges together, as of one VPC."""

Key: TypeAlias = tuple[str, str, tuple[int, int, int, int]]
"""What a finding is told by: its file, its id in cfn-lint, and its place."""


def templates(folder: str, cases: tuple[str, ...]) -> list[str]:
    """The templates of some fixtures that cfn-lint can read; `rules/tw1` is a whole chapter."""
    within = f"{folder}*/*" if folder.startswith("rules") else folder
    found = (
        path
        for top in sorted(FIXTURES.glob(within))
        if top.name in cases or not cases or within == folder
        for path in sorted(top.rglob("*.yaml"))
    )
    return [str(path) for path in found if "Resources:" in path.read_text()]


def reported(paths: list[str], profile: str) -> list[Finding]:
    """What the command reports of templates, those of each fixture by themselves."""
    by_fixture = defaultdict(list)
    for path in paths:
        by_fixture[Path(path).parent].append(path)
    return [
        finding
        for group in by_fixture.values()
        for finding in scan(
            Options(paths=tuple(group), profile=profile, show=("fail", "unknown"))
        ).document.findings
    ]


@pytest.mark.parametrize(
    "cases", [PLAIN, pytest.param((), marks=pytest.mark.everything)], ids=["plain", "all"]
)
@pytest.mark.parametrize("folder", FOLDERS)
def test_fixtures_agree(
    folder: str, cases: tuple[str, ...], lint: Lint, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same findings at the same places, in the same words; unknowns too, asked for."""
    monkeypatch.chdir(FIXTURES)
    paths = templates(folder, cases)
    profile = "default" if folder == "demo" else "strict"
    wanted: dict[Key, list[str]] = defaultdict(list)
    for one in reported(paths, profile):
        number = IDS[one.rule] if one.verdict == "fail" else f"U{one.rule}"
        place = (one.line, one.column, one.end_line, one.end_column)
        wanted[one.file, number, place].append(one.message)

    found: dict[Key, list[str]] = defaultdict(list)
    for match in lint("-x", f"ETW000:profile={profile}", "-c", "I", "UTW", "--", *paths):
        if match.rule.id == "ITW000":
            continue  # a template that is not there is told beside
        ends = (match.linenumberend, match.columnnumberend)
        file = str(Path(match.filename).relative_to(FIXTURES))
        found[file, match.rule.id, (match.linenumber, match.columnnumber, *ends)].append(
            match.message
        )

    # Older versions take a key that overrides a merged one for written twice, and read no more.
    unread = {file for file, number, _ in found if number == "E0000"}
    found = {key: texts for key, texts in found.items() if key[0] not in unread}
    wanted = {key: texts for key, texts in wanted.items() if key[0] not in unread}

    assert wanted or folder == "good"
    assert {key for key in found if key[1][1:4] == "TW0"} == set()
    assert {key: len(texts) for key, texts in found.items()} == {
        key: len(texts) for key, texts in wanted.items()
    }
    for key, texts in wanted.items():
        for text, shown in zip(sorted(texts), sorted(found[key]), strict=True):
            assert shown.startswith(_OTHERS.sub("", text))
