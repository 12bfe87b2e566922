"""The tool that finds breaks of the library's API finds them, and nothing else."""

from pathlib import Path

import griffe
from tools.api_changes import broken, surface, unreleased

BEFORE = """
class Network:
    def __init__(self, frame): ...
    def service(self, name: str) -> str: ...
    @property
    def stores(self) -> tuple[str, ...]: ...
    def _every(self, kind: type) -> None: ...
class Gone: ...
class _Inner: ...
"""
AFTER = """
class Network:
    def __init__(self, frame, more): ...
    def service(self, name: str, kind: str, *, exact: bool = False) -> str: ...
    def store(self, name: str, exact: bool = False) -> str: ...
    def _every(self) -> None: ...
"""


def loaded(folder: Path, text: str, scan: str) -> griffe.Object | griffe.Alias:
    """A package like taskwall with one module in its library."""
    library = folder / "taskwall" / "library"
    library.mkdir(parents=True)
    (library / "__init__.py").write_text("")
    (library / "network.py").write_text(text)
    scan_file = folder / "taskwall" / "api.py"
    scan_file.write_text(f"def scan({scan}) -> None: ...\n")
    (folder / "taskwall" / "__init__.py").write_text(
        'from taskwall.api import scan as scan\n__all__ = ["scan", "__version__"]\n'
    )
    return griffe.load("taskwall", search_paths=[folder], try_relative_path=False)


def test_breaks_are_found(tmp_path: Path) -> None:
    """What is gone, and what callers would have to change; not what is new, or private."""
    old = loaded(tmp_path / "old", BEFORE, "path: str, depth: int = 1")
    new = loaded(tmp_path / "new", AFTER, "path: str, *, fast: bool = False")
    found = [name for name, _ in broken(surface(old), surface(new))]

    assert sorted(set(found)) == ["Gone", "Network.service", "Network.stores", "scan"]
    assert not list(broken(surface(new), surface(new)))


def test_what_is_meant_stands_in_the_changelog() -> None:
    """Of the next version, and of no older one."""
    text = "# Changelog\n\n## Unreleased\n\n- `Network.service` is gone.\n\n## 0.1.0\n\n- `scan`\n"

    assert unreleased(text).strip() == "- `Network.service` is gone."
