"""What fails outside of taskwall: it is killed, the disk is full, files change meanwhile."""

import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType

import pytest

from taskwall import outputs
from taskwall.api.scan import Options, scan
from taskwall.cli import main
from taskwall.findings.finding import ReportDocument

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="the platform cannot fork")

GOOD = (Path(__file__).parent.parent / "fixtures/broken/hcl_latin_1/good.tf").read_text()
"""A root with one finding, of TW201."""

OLD, NEW = "old\n" * 1000, "new\n" * 2000


def forked(work: Callable[[], object]) -> int:
    """Start a process that does some work and ends."""
    process = os.fork()
    if process == 0:
        try:
            work()
            os._exit(0)
        finally:
            os._exit(1)
    return process


CHANGING = {"open", "write", "__exit__", "chmod", "replace"}
"""The functions of C after which a disk is another than before."""


def killed_at(step: int, work: Callable[[], object]) -> bool:
    """Do some work in a process that is killed after so many of these; whether it was."""

    def work_until() -> None:
        left = step

        def counted(_frame: FrameType, event: str, argument: object) -> None:
            nonlocal left
            left -= event == "c_return" and getattr(argument, "__name__", "") in CHANGING
            if left < 0:
                os.kill(os.getpid(), signal.SIGKILL)

        sys.setprofile(counted)
        work()
        sys.setprofile(None)

    status = os.waitpid(forked(work_until), 0)[1]
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
    return os.WIFSIGNALED(status)


def test_a_report_is_whole_whenever_it_is_killed(tmp_path: Path) -> None:
    """It is the old one or the new one; what lies beside is no source, and in nobody's way."""
    target = tmp_path / "report.json"
    seen = set()
    for step in range(100):
        target.write_text(OLD)
        killed = killed_at(step, lambda: outputs.write(str(target), NEW))
        seen.add(target.read_text())
        if not killed:
            break
    assert not killed
    assert seen == {OLD, NEW}
    beside = set(os.listdir(tmp_path)) - {"report.json"}
    assert beside
    assert all(name.startswith(".taskwall-") and name.endswith(".tmp") for name in beside)


def test_what_killed_runs_left_is_removed_after_a_day(tmp_path: Path) -> None:
    """Only that: not what another run is writing, nor what has another name or is no file."""
    target = tmp_path / "report.json"
    old, new, folder, link = (f".taskwall-{letter * 16}.tmp" for letter in "abef")
    for name in (old, new, ".taskwall-notes.tmp", f"{old[:-4]}.json", "d.tmp"):
        (tmp_path / name).write_text(OLD)
    (tmp_path / folder).mkdir()
    (tmp_path / link).symlink_to("d.tmp")
    for each in tmp_path.iterdir():
        if each.name != new:
            yesterday = each.lstat().st_mtime - 25 * 60 * 60
            os.utime(each, (yesterday, yesterday), follow_symlinks=False)
    before = set(os.listdir(tmp_path))
    outputs.write(str(target), NEW)
    assert set(os.listdir(tmp_path)) == before - {old} | {"report.json"}


def test_two_at_once_write_one_after_the_other(tmp_path: Path) -> None:
    """Whoever reads meanwhile sees one of the texts, and nothing is left beside it."""
    target = tmp_path / "report.json"
    target.write_text(OLD)

    def over_and_over(text: str) -> None:
        for _ in range(50):
            outputs.write(str(target), text)

    running = {forked(lambda text=text: over_and_over(text)) for text in (OLD, NEW)}  # type: ignore[misc]
    while running:
        assert target.read_text() in (OLD, NEW)
        process, status = os.waitpid(-1, os.WNOHANG)
        if process in running:
            assert status == 0
            running.remove(process)
    assert os.listdir(tmp_path) == ["report.json"]


@pytest.fixture
def full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with a root, in which no file can have more than a few bytes."""
    import resource

    # Python would keep what it compiles as far as it has room, and fail on it ever after.
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    (tmp_path / ".git").mkdir()
    (tmp_path / "main.tf").write_text(GOOD)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (16, limits[1]))
    yield tmp_path
    resource.setrlimit(resource.RLIMIT_FSIZE, limits)


@pytest.mark.parametrize(
    ("arguments", "target"),
    [
        (("scan", "--format", "json", "--output"), "known.json"),
        (("scan", "--write-baseline"), "known.json"),
        (("scan", "--format", "json", "--output"), "main.tf/x.json"),
        (("scan", "--write-baseline"), "main.tf/x.json"),
        (("graph", "--output"), "known.json"),
    ],
)
def test_what_cannot_be_written_is_said(
    arguments: tuple[str, ...],
    target: str,
    full: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """On a full disk, and where no file can be: one sentence, and all is as before."""
    monkeypatch.chdir(full)
    assert main([*arguments, target, "."]) == 2
    error = capsys.readouterr().err.splitlines()[-1]
    assert error.startswith("taskwall: ")
    assert f"{target}: cannot be written: " in error
    assert sorted(os.listdir(full)) == [".git", "main.tf"]


# Files that change between the time when they are found and the time when they are read

TEMPLATE = "AWSTemplateFormatVersion: '2010-09-09'\nResources:\n"
ODD = {
    "odd/main.tf": 'module "m" {\n  source = "./m"\n}\n' + GOOD,
    "odd/m/main.tf": GOOD,
    "odd/t.yaml": f"{TEMPLATE}  N:\n    Type: AWS::CloudFormation::Stack\n"
    "    Properties: {TemplateURL: u.yaml}\n",
    "odd/u.yaml": f"{TEMPLATE}  S:\n    Type: AWS::ECS::Service\n",
}


def gone(path: str) -> None:
    """Remove it."""
    os.unlink(path)


def folder_instead(path: str) -> None:
    """Put a folder there."""
    os.unlink(path)
    os.mkdir(path)


def pipe_instead(path: str) -> None:
    """Put a pipe there."""
    os.unlink(path)
    os.mkfifo(path)


def cut_off(path: str) -> None:
    """Leave half of it, that ends within a character."""
    text = Path(path).read_bytes()
    Path(path).write_bytes(text[: len(text) // 2] + "ü".encode()[:1])


def folder_gone(path: str) -> None:
    """Remove all that is beside it, too."""
    shutil.rmtree(os.path.dirname(path))


happens: dict[str, Callable[[str], None]] = {}
"""What happens to a file, by its path, when it is opened next."""


def hook(event: str, arguments: tuple[object, ...]) -> None:
    """Let it happen; a hook cannot be taken away, so there is one for all tests."""
    if happens and event == "open" and (change := happens.pop(str(arguments[0]), None)):
        change(str(arguments[0]))


sys.addaudithook(hook)


@pytest.mark.parametrize("change", [gone, folder_instead, pipe_instead, cut_off, folder_gone])
def test_files_may_change_while_they_are_read(
    change: Callable[[str], None], tmp_path: Path
) -> None:
    """Whichever it is: the rest is judged, and what is missed is said."""
    for name in ODD:
        folder = tmp_path / name.replace("/", "-")
        for path, text in {**ODD, "good/main.tf": GOOD}.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text)
        happens[str(folder / name)] = change
        document = scanned(folder)
        assert not happens, f"{name} is not read"
        assert document.crashes == ()
        assert [one.rule for one in document.findings if one.file == "good/main.tf"] == ["TW201"]
        assert any(one.file.startswith("odd/") for one in document.errors), name


def scanned(folder: Path) -> ReportDocument:
    """The report on a folder, with paths seen from there."""
    return scan(Options((str(folder),), cwd=str(folder))).document
