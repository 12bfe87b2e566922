"""A workspace runs in pytest's process here, which is not its own."""

from contextlib import nullcontext

import pytest

from taskwall.session import session


@pytest.fixture(autouse=True)
def imports_stay_frozen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sessions would have all that pytest has imported looked at for garbage, a second each."""
    monkeypatch.setattr(session, "_uncollected", nullcontext)
