"""Runs the real cfn-lint in this process, with its own rules or without."""

import io
import sys
from pathlib import Path
from typing import Any

import pytest

from linted import Lint


@pytest.fixture
def lint(monkeypatch: pytest.MonkeyPatch) -> Lint:
    """A function that runs cfn-lint with arguments, and gives what it would print.

    `alone` leaves out cfn-lint's own rules, which are not what is tested here and take long;
    `typed` is what stands on standard input.
    """
    from cfnlint import config
    from cfnlint.config import ConfigMixIn
    from cfnlint.runner import Runner

    def linted(*arguments: object, alone: bool = True, typed: str | None = None) -> list[Any]:
        words = [str(word) for word in arguments]
        with monkeypatch.context() as patched:
            if alone:
                patched.setattr(config, "_DEFAULT_RULESDIR", "taskwall.cfnlint")
            else:
                words = ["-a", "taskwall.cfnlint", "--", *words]
            if typed is not None:
                patched.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(typed.encode())))
            return list(Runner(ConfigMixIn(words)).run())

    return linted


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty repository as working directory."""
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path
