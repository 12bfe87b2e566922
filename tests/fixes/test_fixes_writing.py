"""Changed texts are written whole or not at all, whatever happens meanwhile."""

import errno
import os
import sys
from pathlib import Path

import pytest

from taskwall.fixes.writing import NewText, NotWrittenError, write_all

OLD, NEW = "a = 1\r\n", "a = 2\r\n# ünd\n"
MARK = b"\xef\xbb\xbf"
TOUCHED = {"open", "os.rename", "os.chmod", "os.remove", "os.unlink"}


@pytest.fixture
def changes(tmp_path: Path) -> list[NewText]:
    """Two files, the second with a byte order mark, and what they are to become."""
    for name, mark in (("one.tf", b""), ("two.yaml", MARK)):
        (tmp_path / name).write_bytes(mark + OLD.encode())
    return [NewText(str(tmp_path / name), OLD, NEW) for name in ("one.tf", "two.yaml")]


def held(changes: list[NewText]) -> list[str]:
    """The texts of the files, with all of their bytes."""
    return [Path(each.path).read_bytes().removeprefix(MARK).decode() for each in changes]


def beside(changes: list[NewText]) -> set[str]:
    """The names of other files in the folder."""
    folder = Path(changes[0].path).parent
    return {each.name for each in folder.iterdir()} - {Path(each.path).name for each in changes}


def test_all_are_written(changes: list[NewText]) -> None:
    """Each file gets its text, and keeps its mode and mark; nothing else is left."""
    Path(changes[0].path).chmod(0o640)

    write_all(changes)

    assert held(changes) == [NEW, NEW]
    assert Path(changes[0].path).stat().st_mode & 0o777 == 0o640
    assert Path(changes[1].path).read_bytes().startswith(MARK)
    assert beside(changes) == set()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="a process is killed at a chosen moment")
def test_killed_at_any_moment(changes: list[NewText]) -> None:
    """A process that dies before any step on files leaves each whole: the old or the new one."""
    seen: list[tuple[str, ...]] = []
    for moment in range(1, 100):
        for each in changes:
            Path(each.path).write_bytes(MARK * each.path.endswith(".yaml") + OLD.encode())
        if not _dies_at(moment, changes):
            break
        texts = held(changes)
        assert set(texts) <= {OLD, NEW}
        seen.append(tuple(texts))

    assert held(changes) == [NEW, NEW]
    assert (OLD, OLD) in seen
    assert (NEW, OLD) in seen


def _dies_at(moment: int, changes: list[NewText]) -> bool:
    """Write in another process, which dies at its n-th step on files; whether it came to that."""
    child = os.fork()
    if not child:
        steps = 0

        def die(event: str, _: object) -> None:
            nonlocal steps
            steps += event in TOUCHED
            if steps == moment:
                os._exit(9)

        sys.addaudithook(die)
        write_all(changes)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9


@pytest.mark.parametrize("index", [0, 1])
def test_a_file_that_has_changed(changes: list[NewText], index: int) -> None:
    """If one file is another than was read, none is written."""
    Path(changes[index].path).write_text("mine")
    before = held(changes)

    with pytest.raises(NotWrittenError, match="has changed since it was read") as raised:
        write_all(changes)

    assert (raised.value.path, raised.value.written) == (changes[index].path, ())
    assert held(changes) == before
    assert beside(changes) == set()


def test_a_file_that_changes_meanwhile(
    changes: list[NewText], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What somebody writes while others are replaced stays, and those are named."""
    replace = os.replace

    def replaced(new: str, old: str) -> None:
        replace(new, old)
        Path(changes[1].path).write_text("mine")

    monkeypatch.setattr(os, "replace", replaced)
    with pytest.raises(NotWrittenError, match="has changed") as raised:
        write_all(changes)

    assert raised.value.written == (changes[0].path,)
    assert held(changes) == [NEW, "mine"]
    assert beside(changes) == set()


@pytest.mark.parametrize("at", ["chmod", "fsync", "replace"])
def test_a_full_disk_and_a_read_only_folder(
    changes: list[NewText], monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    """What the system says is the reason, and nothing is left of what was begun."""

    def fails(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, at, fails)
    with pytest.raises(NotWrittenError, match="No space left on device"):
        write_all(changes)

    assert held(changes) == [OLD, OLD]
    assert beside(changes) == set()
