"""A pytest plugin for runs on a mutant: only chosen tests, in a given order; or how long each took.

`MUTANT_TESTS` names a JSON file with the ids of the tests to run. `MUTANT_SECONDS` names the file
to which the seconds of each test go, by its id.
"""

import json
import os
from collections import defaultdict
from pathlib import Path

import pytest
from hypothesis import Phase, settings

# A failure is enough: nothing is made smaller, and nothing is kept for the next mutant.
settings.register_profile(
    "mutants",
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
)
SECONDS: defaultdict[str, float] = defaultdict(float)


@pytest.hookimpl(trylast=True)
def pytest_configure() -> None:
    """Search as said here, whatever the tests' own settings are."""
    settings.load_profile("mutants")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the chosen tests, in their order."""
    if chosen := os.environ.get("MUTANT_TESTS"):
        order = {name: at for at, name in enumerate(json.loads(Path(chosen).read_text()))}
        items[:] = sorted(
            (item for item in items if item.nodeid in order), key=lambda item: order[item.nodeid]
        )


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Add up what a test takes."""
    SECONDS[report.nodeid] += report.duration


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write down what all took, in the process that knows of all."""
    if (written := os.environ.get("MUTANT_SECONDS")) and not hasattr(session.config, "workerinput"):
        Path(written).write_text(json.dumps(SECONDS))
