"""How many examples property tests try, which, and where failures that were found are kept.

Three profiles, all without a deadline, which would measure the machine:

- `gate`, which pytest uses by default, tries the same examples everywhere and at each run;
- `search` tries others at random, and keeps those that fail (`python -m tools.search`);
- `found` tries those that were kept and nothing else (`test_found_examples.py`, in the gate).
"""

import base64
import os
import re
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.database import ExampleDatabase

FOUND = Path(__file__).parent / "data" / "found"
SEED = "TASKWALL_SEED"
"""The variable of the environment by which `tools.search` hands its seed down."""


class Found(ExampleDatabase):
    """Failing examples, one a file: the test's id, then the choices that make it fail, in base64.

    Hypothesis' own databases go by a digest of the test's source, so that any edit of the test
    would drop its examples without a word. This one goes by the test's id.
    """

    def __init__(self, folder: Path, *, learns: bool) -> None:
        """Take the folder, and whether examples are kept there (else they are only read).

        What learns reads nothing, since Hypothesis forgets what it reads and finds to pass: an
        example that was mended stays as a regression test.
        """
        super().__init__()
        self._folder, self._learns = folder, learns

    def save(self, key: bytes, value: bytes) -> None:
        """Keep an example that fails."""
        if self._learns and _failure(key):
            self._folder.mkdir(parents=True, exist_ok=True)
            text = f"{_test()}\n{base64.encodebytes(value).decode()}"
            self._file(value).write_text(text, encoding="utf-8")

    def delete(self, key: bytes, value: bytes) -> None:
        """Forget an example for which a smaller one was found."""
        if self._learns and _failure(key):
            self._file(value).unlink(missing_ok=True)

    def fetch(self, key: bytes) -> Iterable[bytes]:
        """All that is kept for the test that runs."""
        if not self._learns and _failure(key):
            for test, value in kept(self._folder):
                if test == _test():
                    yield value

    def _file(self, value: bytes) -> Path:
        name = re.sub(r"\W+", "-", _test().rpartition("/")[2].replace(".py::", "-"))
        return self._folder / f"{name[:80]}.{sha256(value).hexdigest()[:12]}"


def kept(folder: Path) -> list[tuple[str, bytes]]:
    """The examples that a folder keeps.

    Returns:
        pytest's id of the test, and the choices that made it fail, as Hypothesis writes them.
    """
    found = []
    for file in sorted(folder.glob("*")):
        test, _, text = file.read_text(encoding="utf-8").partition("\n")
        found.append((test, base64.b64decode(text)))
    return found


def examples(number: int) -> settings:
    """Settings of a test that tries so many examples."""
    return settings(max_examples=number)


def register(folder: Path = FOUND) -> None:
    """Make the three profiles known, and use that of the gate until another is asked for."""
    # A health check that measures time says more of the machine than of the test.
    slow = [HealthCheck.too_slow]
    for name, given in {
        "gate": settings(derandomize=True, database=None),
        "search": settings(
            derandomize=False,
            database=Found(folder, learns=True),
        ),
        "found": settings(
            derandomize=False,
            database=Found(folder, learns=False),
            phases=(Phase.reuse,),
        ),
    }.items():
        settings.register_profile(name, given, deadline=None, suppress_health_check=slow)
    settings.load_profile("gate")


def pytest_itemcollected(item: pytest.Item) -> None:
    """Let the seed of a search decide which examples are tried.

    Hypothesis' own ways to set one, `@seed` and pytest's option, switch off what keeps examples;
    so this sets what `@seed` sets. `test_found_examples.py` holds that it works.
    """
    if SEED in os.environ and isinstance(item, pytest.Function):
        item.obj.__dict__["_hypothesis_internal_use_seed"] = int(os.environ[SEED])


def _failure(key: bytes) -> bool:
    """Whether a key is that of failures, not of what Hypothesis notes beside them to go on from."""
    return not key.endswith((b".secondary", b".pareto"))


def _test() -> str:
    """Pytest's id of the test that runs."""
    return os.environ["PYTEST_CURRENT_TEST"].rpartition(" ")[0]
