"""A long day at the editor: memory does not grow with what was typed."""

import gc
import sys
from collections.abc import Iterable
from functools import _lru_cache_wrapper
from itertools import pairwise
from pathlib import Path

import pytest

from languageserver.sittings import Sitting, sit
from languageserver.stacks import RULE, SERVICE, TEMPLATE
from languageserver.typists import IN_TEMPLATES, IN_TERRAFORM, Hand, Typist
from taskwall.fixes import cloudformation, source_text, steps, yaml_text  # noqa: F401 (not while it types)
from taskwall.languageserver import workspace
from taskwall.languageserver.preferences import Preferences

EDITS = 520
DAY = 10_000
"""As many edits as a long day has take minutes."""

MORE_OBJECTS = 10
"""So many objects more there may be after the second half of the edits.

That half has 20 edits or more of each kind, so that one object that stays with each edit of one
kind is seen; where nothing stays there is one at most, since both halves are the same but for names
and numbers.
"""

MORE_BLOCKS = 200
"""So many pieces of memory more there may be after the second half, which has 260 edits or more.

50 to 120 were measured. A piece that stays with each edit is seen.
"""


class Day:
    """A typist at a document, beside another one that is only looked at."""

    def __init__(self, folder: Path, name: str, base: str) -> None:
        self._base = base
        self._sitting = Sitting(folder)
        self._folder = folder
        self._file = folder / name
        self._file.write_text(base)
        self._aside = folder / "aside" / "aside.tf"
        self._aside.parent.mkdir()
        self._aside.write_text(SERVICE + RULE)
        self._uri = self._sitting.open(self._file)
        self._sitting.open(self._aside)
        self._judged = 1

    async def type(self, hands: Iterable[Hand], edits: int, number: int) -> None:
        """Make so many edits of each kind, each judged, and undo them; they count from a number."""
        typist = Typist(self._base, seed=1)
        typist.number = number
        for hand in hands:
            for _ in range(edits):
                self._sitting.type(self._file, typist.type(hand))
                await self._judging()
            await self._portrayed("9999")
            await self._portrayed("8080")

    async def begin_anew(self) -> None:
        """Close and open the document, and choose and write other settings."""
        self._sitting.workspace.closed(self._uri)
        self._sitting.open(self._file)
        await self._judging()
        self._sitting.workspace.prefer(Preferences(debounce=0, show_unknown=True), "")
        await self._judging()
        self._sitting.workspace.prefer(Preferences(debounce=0), "")
        await self._settings('profile = "strict"')
        await self._settings("")

    async def _judging(self) -> None:
        """Wait until all that was typed is judged: the other document is reported on last."""
        self._judged += 1
        self._sitting.type(self._aside, SERVICE + RULE)
        screen = self._sitting.screen
        await screen.until(lambda: (self._aside.name, self._judged) in screen.publications)
        screen.publications.clear()
        assert screen.said == []

    async def _settings(self, text: str) -> None:
        """Write the settings of the project."""
        path = self._folder / "taskwall.toml"
        path.write_text(text)
        self._sitting.workspace.files_changed([path.as_uri()])
        await self._judging()

    async def _portrayed(self, port: str) -> None:
        """Wait until a line above the service names a port that the group allows."""
        self._sitting.type(self._file, self._base.replace("8080", port))

        def shown() -> bool:
            lenses = self._sitting.workspace.lenses(self._uri)
            return any(each.command and port in each.command.title for each in lenses)

        await self._sitting.screen.until(shown)
        await self._judging()


@pytest.mark.parametrize("edits", [EDITS, pytest.param(DAY, marks=pytest.mark.everything)])
@pytest.mark.parametrize(
    ("name", "base", "hands"),
    [("main.tf", SERVICE + RULE, IN_TERRAFORM), ("stack.yaml", TEMPLATE, IN_TEMPLATES)],
    ids=["terraform", "cloudformation"],
)
def test_memory_does_not_grow(
    name: str,
    base: str,
    hands: dict[str, Hand],
    edits: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """After many edits of each kind, and projects begun anew, there is no more than after some."""
    monkeypatch.setattr(workspace, "IDLE_SECONDS", 0)
    called = tmp_path / "called" / "main.tf"
    called.parent.mkdir()
    called.write_text(RULE.replace("aws_security_group.web.id", '"sg-12345678"'))

    async def script() -> None:
        day = Day(tmp_path, name, base)
        begun = []
        for _ in range(4):
            await day.begin_anew()
            begun.append(_objects())
        assert min(later - earlier for earlier, later in pairwise(begun)) <= 0
        typed = []
        for number in (0, DAY):
            await day.type(hands.values(), edits // len(hands) // 2, number)
            typed.append((_objects(), _blocks()))
        (objects, blocks), (objects_later, blocks_later) = typed
        assert objects_later - objects < MORE_OBJECTS
        assert blocks_later - blocks < MORE_BLOCKS

    sit(script)


def _objects() -> int:
    """How many objects there are that may refer to others, beside those that tests begin with."""
    gc.collect()
    gc.collect()
    return len(gc.get_objects())


def _blocks() -> int:
    """How many pieces of memory there are beside those of caches that fill up to their bounds."""
    for name, module in [*sys.modules.items()]:
        if name.startswith("taskwall."):
            for cache in vars(module).values():
                if isinstance(cache, _lru_cache_wrapper) and cache.cache_info().maxsize:
                    cache.cache_clear()
    gc.collect()
    return sys.getallocatedblocks()
