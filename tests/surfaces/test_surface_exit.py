"""The exit statuses of `taskwall scan`, each as the page of commands lists it."""

from pathlib import Path

import pytest

from taskwall import cli
from taskwall.api import scan as api
from taskwall.cli.scan import EXIT_STATUSES
from taskwall.engine import judge as engine

FAIL = "x = 1 # fail TW206\n"
CASES: list[tuple[int, str, tuple[str, ...]]] = [
    (0, "x = 1 # pass TW206\n", (".",)),
    (0, FAIL, (".", "--fail-on", "high")),
    (0, FAIL, (".", "--fail-on", "never")),
    (0, FAIL, (".", "--ignore", "TW206")),
    (0, "x = 1 # unknown TW206\n", (".",)),
    (0, "x = 1 # skip TW206 why\n", (".",)),
    (0, "absent\n", (".",)),
    (0, "", ("empty", "--allow-empty")),
    (1, FAIL, (".",)),
    (1, FAIL, (".", "--fail-on", "medium")),
    (1, FAIL, (".", "--show", "pass")),
    (1, "x = 1 # unknown TW206\n", (".", "--fail-on-unknown")),
    (1, "absent\n", (".", "--fail-on-absent")),
    (2, FAIL, ()),
    (2, FAIL, (".", "--fail-on", "hi")),
    (2, FAIL, (".", "nowhere")),
    (2, "x = broken # fail TW206\n", (".",)),
    (2, "x = broken # fail TW206\n", (".", "--fail-on", "never")),
    (2, "", ("empty",)),
    (2, FAIL, (".", "--exclude", "*.tf")),
    (2, FAIL, ("README.md",)),
]


@pytest.mark.parametrize(("status", "text", "arguments"), CASES)
def test_status(toy: Path, status: int, text: str, arguments: tuple[str, ...]) -> None:
    """A status means what is listed for it."""
    (toy / "main.tf").write_text(text)
    (toy / "README.md").write_text("#")
    (toy / "empty").mkdir()
    assert cli.main(["scan", *arguments]) == status


@pytest.mark.parametrize(
    ("text", "option", "said"),
    [
        ("absent\n", "--fail-on-absent", "not read"),
        ("x = 1 # unknown TW206\n", "--fail-on-unknown", "1 unknown"),
    ],
)
def test_what_fails_a_quiet_run_is_shown(
    toy: Path, capsys: pytest.CaptureFixture[str], text: str, option: str, said: str
) -> None:
    """And nothing else is, without the option that makes it fail."""
    (toy / "main.tf").write_text(text)

    assert cli.main(["scan", ".", "--quiet"]) == 0
    assert capsys.readouterr().out == ""
    assert cli.main(["scan", ".", "--quiet", option]) == 1
    assert said in capsys.readouterr().out


def test_a_crash_is_2(toy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also beside findings."""
    from msgspec.structs import replace

    from taskwall.findings.finding import Crash

    (toy / "main.tf").write_text(FAIL)
    judge = engine.judge
    crashed = (Crash("TW101", "a", "odd"),)
    monkeypatch.setattr(engine, "judge", lambda *a: replace(judge(*a), crashes=crashed))
    assert cli.main(["scan", "."]) == 2


def test_an_interruption_is_130(toy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As shells expect of what Ctrl-C ended."""

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(api, "scan", interrupted)
    assert cli.main(["scan", "."]) == 130


def test_every_status_is_tried() -> None:
    """The table has no status that nothing here tries."""
    assert set(EXIT_STATUSES) == {status for status, *_ in CASES} | {130}
