"""npm, for tests of what people use by it."""

import subprocess
from pathlib import Path

import pytest

UNREACHED = ("ENOTFOUND", "ECONNREFUSED", "ETIMEDOUT", "EAI_AGAIN", "ENETUNREACH")


def npm(folder: Path, *words: str) -> None:
    """Run npm in a folder; skip the test where its registry is not reached."""
    run = subprocess.run(["npm", *words], cwd=folder, capture_output=True, check=False, text=True)
    if any(word in run.stderr for word in UNREACHED):
        pytest.skip("no registry of npm is reached")
    assert run.returncode == 0, run.stdout + run.stderr
