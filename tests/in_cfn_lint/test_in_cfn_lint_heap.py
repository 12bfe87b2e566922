"""What the rules make does not keep cfn-lint's process searching for garbage."""

import gc
import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from taskwall.cfnlint.heap import unheeded

MANY = 50 * gc.get_threshold()[0]


@pytest.fixture(autouse=True)
def collecting() -> Iterator[None]:
    """The collector runs, as it does in cfn-lint, whatever tests of commands have left of it."""
    ran = gc.isenabled()
    gc.enable()
    yield
    if not ran:
        gc.disable()


@pytest.fixture
def searches() -> Iterator[list[int]]:
    """The generation of each search for garbage since the beginning of the test."""
    found: list[int] = []

    def note(phase: str, about: dict[str, int]) -> None:
        if phase == "start":
            found.append(about["generation"])

    gc.collect()
    gc.callbacks.append(note)
    yield found
    gc.callbacks.remove(note)


def test_no_search_within(searches: list[int]) -> None:
    """However much is made, nothing is searched until it is done."""
    with unheeded(counted=True):
        made = [[n] for n in range(MANY)]
        within = list(searches)
    assert len(made) == MANY
    assert within == []
    assert gc.isenabled()


@pytest.mark.parametrize("counted", [True, False])
def test_only_what_is_counted_brings_about_a_search(counted: bool, searches: list[int]) -> None:
    """What is not counted is searched neither then nor soon after."""
    with unheeded(counted=counted):
        made = [[n] for n in range(MANY)]
    few = [[n] for n in range(10)]
    assert len(made) + len(few) == MANY + 10
    assert bool(searches) is counted


def test_garbage_is_found_at_last() -> None:
    """What is not counted is collected like anything else."""
    with unheeded(counted=False):
        for _ in range(MANY):
            loop: list[object] = []
            loop.append(loop)
            del loop
    assert gc.collect() >= MANY


def test_without_a_collector_nothing_is_begun() -> None:
    """A host that switched the collector off, or froze its objects, finds it so."""
    gc.disable()
    gc.freeze()
    try:
        frozen = gc.get_freeze_count()
        with unheeded(counted=False):
            pass
        assert not gc.isenabled()
        gc.enable()
        with unheeded(counted=False):
            pass
        assert gc.get_freeze_count() == frozen > 0
    finally:
        gc.unfreeze()
        gc.enable()


def test_it_ends_with_what_is_raised() -> None:
    """An error leaves the collector as it was."""
    with pytest.raises(KeyError), unheeded(counted=True):
        raise KeyError
    assert gc.isenabled()


def test_the_process_ends_without_a_search_for_garbage() -> None:
    """Which Python would make through all of cfn-lint's objects; not before that."""
    late = "atexit.register(lambda: print('at the end:', gc.get_freeze_count() > 50_000))"
    code = (
        f"import atexit, gc; {late}; before = gc.get_freeze_count(); import taskwall.cfnlint;"
        " print('by then:', gc.get_freeze_count() > before)"
    )
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )

    assert done.stdout.splitlines() == ["by then: False", "at the end: True"]
