"""A long day at the editor: memory does not grow with what was typed."""

import gc
import tracemalloc
from pathlib import Path

from languageserver.stacks import RULE, SERVICE, TEMPLATE
from taskwall.languageserver.documents import Document
from taskwall.languageserver.positions import Lines
from taskwall.languageserver.preferences import Preferences
from taskwall.languageserver.projects import Project

EDITS = 10_000
JUDGED = 100
"""Of so many edits one is judged: the others come faster than anybody could judge them."""


def test_memory_does_not_grow(tmp_path: Path) -> None:
    """After ten thousand edits, mistakes and broken moments among them, no more than after some."""
    rules, stack = tmp_path / "rules.tf", tmp_path / "stack.yaml"
    (tmp_path / "main.tf").write_text(SERVICE)
    project = Project(str(tmp_path), Preferences(), "utf-16")

    def edit(number: int) -> None:
        port = 1024 + number % 50_000
        text = RULE.replace("8080", str(port))
        if number % 7 == 0:
            text = text.replace("}\n", "")
        template = TEMPLATE.replace("8080", str(port))
        if number % 5 == 0:
            template = template.replace("Resources:", f"Resources{number}: [")
        project.change(str(rules), _document(rules, number, text))
        project.change(str(stack), _document(stack, number, template))
        if number % JUDGED == 0:
            view = project.judge()
            assert view.told
            project.portraits()

    for number in range(EDITS // 5):
        edit(number)
    gc.collect()
    tracemalloc.start()
    try:
        for number in range(EDITS // 5, EDITS // 5 + 2 * JUDGED):
            edit(number)  # what is traced replaces what was not
        gc.collect()
        before = tracemalloc.get_traced_memory()[0]
        for number in range(EDITS // 5 + 2 * JUDGED, EDITS):
            edit(number)
        gc.collect()
        after = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert after - before < 512 * 1024, f"{after - before} bytes more"


def _document(path: Path, version: int, text: str) -> Document:
    return Document(path.as_uri(), str(path), version, Lines(text, "utf-16"))
