"""Submodules that are not checked out: listed as absent, at a call or where they are declared."""

from pathlib import Path

import pytest

from taskwall.api.options import Options
from taskwall.api.scan import scan
from taskwall.outputs.text import render

CALL = 'terraform {\n  backend "s3" {}\n}\nmodule "net" {\n  source = "../shared/net"\n}\n'
DECLARED = """\
[submodule "shared"]
\turl = https://me:word@example.com/shared.git
\tpath = shared
[submodule "theme"]
\tpath = docs/theme
\turl = https://example.com/theme.git
[submodule "beyond"]
\tpath = ../beyond
"""
CURE = "git submodule update --init"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with a root module and two submodules, as a plain clone leaves them."""
    texts = {
        ".gitmodules": DECLARED,
        "live/main.tf": CALL,
        "other/main.tf": 'resource "aws_vpc" "v" {}\n',
    }
    for name in (".git", "shared", "docs/theme", "live", "other"):
        (tmp_path / name).mkdir(parents=True)
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def absent(*paths: str, exclude: tuple[str, ...] = ()) -> list[tuple[str, str, str, int]]:
    """What is said to be absent, all of which the same command brings."""
    report = scan(Options(paths=paths, exclude=exclude))
    assert {one.cure for one in report.document.absent} <= {CURE}
    return [(one.name, one.source, one.file, one.line) for one in report.document.absent]


def test_a_submodule_is_named_once(root: Path) -> None:
    """Where a call leads into it, else where it is declared; a password is not shown."""
    theme = ("docs/theme", "https://example.com/theme.git", ".gitmodules", 5)
    shared = ("shared", "https://example.com/shared.git", ".gitmodules", 3)
    called = ("module.net", "../shared/net", "live/main.tf", 5)

    assert absent(".") == [theme, called]
    assert absent("live") == [called]
    assert absent("other", "shared") == [shared]
    assert absent(".", exclude=("docs",)) == [called]
    (root / "docs/theme/index.html").touch()
    assert absent(".") == [called]


def test_a_submodule_holds_nothing_to_analyse(root: Path) -> None:
    """The error says what to do."""
    report = scan(Options(paths=("shared",)))

    assert report.status == 2
    assert CURE in render(report).splitlines()[0]
