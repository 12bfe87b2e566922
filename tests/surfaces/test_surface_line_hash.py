"""The hash by which code scanning knows a line again, in SARIF."""

import json
from pathlib import Path

import pytest

from taskwall.api.options import Options
from taskwall.api.scan import scan
from taskwall.outputs.sarif import render
from taskwall.report.line_hash import line_hashes

LOREM = [f"a7f2ff13bc495cf2:{number}" for number in range(1, 7)]


@pytest.mark.parametrize(
    ("text", "hashes"),
    [
        ("", ["c129715d7a2bc9a3:1"]),
        (
            " a\nb\n  \t\tc\n d",
            ["271789c17abda88f:1", "54703d4cd895b18:1", "180aee12dab6264:1", "a23a3dc5e078b07b:1"],
        ),
        (
            "Lorem ipsum dolor sit amet.\n" * 10,
            [
                *LOREM,
                *("a7f2ff1481e87703:1", "a9cf91f7bbf1862b:1", "55ec222b86bcae53:1"),
                *("cc97dc7b1d7d8f7b:1", "c129715d7a2bc9a3:1"),
            ],
        ),
    ],
)
def test_hashes_are_those_of_github(text: str, hashes: list[str]) -> None:
    """The examples are those of github/codeql-action (src/fingerprints.test.ts)."""
    assert line_hashes(text) == hashes


def test_line_endings_do_not_matter() -> None:
    """Each of CR, LF, and both ends a line."""
    lines = [" hello; \t", "world!!!", "", "", "  \t\tGreetings", " End", ""]
    mixed = " hello; \t\nworld!!!\r\n\n\r  \t\tGreetings\r End\r\n"

    assert line_hashes(mixed) == line_hashes("\r\n".join(lines)) == line_hashes("\n".join(lines))
    assert line_hashes(mixed)[0] == "e9496ae3ebfced30:1"


MAIN = """\
resource "aws_ecs_task_definition" "web" {
  network_mode             = "bridge"
  requires_compatibilities = ["EC2"]
  ephemeral_storage {
    size_in_gib = 21 # far enough from what follows: 100 characters without blanks and tabs
  }
  container_definitions = jsonencode([{
    name        = "web"
    environment = [{ name = "URL", value = "redis://cache?tls=false" }]
  }])
}
"""


def test_a_result_has_the_hash_of_its_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """None where a secret may stand: a hash of little text can be guessed."""
    monkeypatch.chdir(tmp_path)
    Path("main.tf").write_text(MAIN)
    run = json.loads(render(scan(Options(select=("TW109", "TW201")))))["runs"][0]
    hashes = {one["ruleId"]: one["partialFingerprints"] for one in run["results"]}

    assert hashes["TW201"]["primaryLocationLineHash"] == line_hashes(MAIN)[1]
    assert "primaryLocationLineHash" not in hashes["TW109"]
