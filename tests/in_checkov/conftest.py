"""checkov, for the tests that run it."""

import os
from pathlib import Path

import pytest

from checkov_runs import OPEN, Run, Shown, in_child


def _supported() -> bool:
    try:
        from checkov.version import version
    except ImportError:
        return False
    return tuple(int(part) for part in version.split(".")[:2]) >= (3, 3)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Checkov warns of much that is not ours; without it, what needs it is skipped."""
    here = str(Path(__file__).parent)
    skip = pytest.mark.skip(reason="checkov 3.3 or later is not installed here")
    for item in items:
        if str(item.path).startswith(here):
            item.add_marker(pytest.mark.filterwarnings("ignore"))
            if not _supported():
                item.add_marker(skip)


@pytest.fixture
def checkov(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Runs checkov, with our folder of checks unless told otherwise.

    It runs in a process of its own, since its runners remember what they scanned, but one that is
    forked from this, where it is imported already: to do that takes longer than most scans.
    """
    import checkov.main

    from taskwall.checkov_plugin import directory

    def run(*arguments: object, form: str = "json", folder: bool = True) -> Shown:
        own = ["--external-checks-dir", os.path.dirname(directory.__file__)] if folder else []
        words = [*map(str, arguments), *own, "--skip-download", "-o", form]
        files = tmp_path_factory.mktemp("shown")
        child = os.fork()
        if not child:
            in_child(files, lambda: checkov.main.Checkov(words).run(banner=""))
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        return Shown(status, (files / "out").read_text(), (files / "err").read_text())

    return run


@pytest.fixture
def stack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with one mistake, TW204 on aws_security_group.web: the working directory."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "main.tf").write_text(OPEN)
    monkeypatch.chdir(tmp_path)
    return tmp_path
