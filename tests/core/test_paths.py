"""Folders that are near to others."""

import pytest

from taskwall.core.paths import nearest_folder


@pytest.mark.parametrize(
    ("folders", "to", "expected"),
    [
        (["/r/dev/net", "/r/prod/net"], "/r/prod/app", "/r/prod/net"),
        (["/r/dev/net", "/r/prod/net"], "/r/app", None),
        (["/r/net/dev", "/r/net/prod"], "/r/app/prod", "/r/net/prod"),
        (["/r/net/live/dev", "/r/net/test/prod"], "/r/app/live/prod", "/r/net/test/prod"),
        (["/r/net/live/prod", "/r/net/test/prod"], "/r/app/live/prod", "/r/net/live/prod"),
        # What lies nearer comes before what ends alike.
        (["/r/app/net", "/r/net/prod"], "/r/app/prod", "/r/app/net"),
        (["/r/net/a/prod", "/r/net/b/prod"], "/r/app/prod", None),
        ([], "/r", None),
    ],
)
def test_nearest(folders: list[str], to: str, expected: str | None) -> None:
    """The one that shares most of its path, then the one that ends alike; None if several do."""
    assert nearest_folder(folders, to) == expected
