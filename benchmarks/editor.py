"""A keystroke in an editor: from the changed text to what is to be shown of it.

python -m benchmarks.editor [--files 100] [--keys 200] [--scans 7]

A root module of as many files, each with a service and all that belongs to it, is opened as the
language server opens it. Then keys are typed in one file after the other, and after each the
project is judged and its diagnostics are made; then what hovers and lenses show, for which nobody
waits while typing. Beside that, in turn, the root is scanned from
scratch. The debounce, and what the editor itself does, are left out.
"""

import argparse
import gc
import random
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median, quantiles

from benchmarks.growth import BASE, SERVICE
from taskwall import api
from taskwall.languageserver.documents import Document
from taskwall.languageserver.positions import Lines
from taskwall.languageserver.preferences import Preferences
from taskwall.languageserver.projects import Project

Time = tuple[float, float]
"""Seconds of processor time and of wall time."""

EDITS: dict[str, tuple[str, str]] = {
    "a comment": ("# note", "# noted"),
    "a port": ("from_port       = 8080", "from_port       = 8081"),
    "a range": ('"10.1.0.0/16"', '"0.0.0.0/0"'),
    "an attribute": ('launch_type     = "FARGATE"', 'launch_type     = "EC2"'),
    "a half-written line": (
        "\n  network_configuration {",
        "\n  enable_\n  network_configuration {",
    ),
}
"""What is typed: in place of the first text the second, and back with the next key."""


def main() -> None:
    """Measure, and print what a keystroke costs against a scan."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.editor", description=__doc__)
    parser.add_argument("--files", type=int, default=100)
    parser.add_argument("--keys", type=int, default=200)
    parser.add_argument("--scans", type=int, default=7)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        measure(Path(folder), given.files, given.keys, given.scans)


def measure(folder: Path, files: int, keys: int, scans: int) -> None:
    """Write the root, type in it, and print the times."""
    texts = {folder / "main.tf": BASE}
    for n in range(files - 1):
        texts[folder / f"s{n:03d}.tf"] = "# note\n" + SERVICE.format(n=n, port=n + 1)
    for path, text in texts.items():
        path.write_text(text)
    typed = sorted(texts)[1:]
    project = Project(str(folder), Preferences(), "utf-16")
    first = timed(lambda: opened(project, typed[0], texts[typed[0]]))

    chance = random.Random(0)
    found: dict[str, list[Time]] = {name: [] for name in EDITS}
    drawn: list[Time] = []
    scratch: list[Time] = []
    between = max(1, keys // scans)
    for key in range(keys):
        if key % between == 0:
            scratch.append(timed(lambda: api.scan(api.Options((str(folder),), cwd=str(folder)))))
        name = list(EDITS)[key % len(EDITS)]
        path = chance.choice(typed)
        before = texts[path]
        texts[path] = swapped(before, *EDITS[name])
        document = Document(path.as_uri(), str(path), key + 2, Lines(texts[path], "utf-16"))
        found[name].append(timed(partial(typed_in, project, document)))
        drawn.append(timed(project.portraits))

    print(f"{files} files, {keys} keys, {len(scratch)} scans from scratch; in milliseconds")
    print(f"{'':22} {'cpu median':>11} {'cpu 95%':>9} {'wall median':>12} {'wall 95%':>9}")
    print(row("scan from scratch", scratch))
    print(row("opened", [first]))
    for name, times in found.items():
        print(row(name, times))
    every = [each for times in found.values() for each in times]
    print(row("every key", every))
    print(row("hovers and lenses", drawn))
    ratio = middle(scratch, 0) / middle(every, 0)
    print(f"a key takes 1/{ratio:.0f} of a scan from scratch (goal 1/20, 50 ms at 95 %)")


def opened(project: Project, path: Path, text: str) -> None:
    """Open the first document."""
    typed_in(project, Document(path.as_uri(), str(path), 1, Lines(text, "utf-16")))


def typed_in(project: Project, document: Document) -> None:
    """What the server does between a change and its diagnostics."""
    project.change(document.path, document)
    project.judge()


def swapped(text: str, one: str, other: str) -> str:
    """A text with the one in place of the other, or the other way round."""
    return text.replace(other, one, 1) if other in text else text.replace(one, other, 1)


def timed(work: Callable[[], object]) -> Time:
    """How long something takes, with no garbage of what came before it."""
    gc.collect()
    cpu, wall = time.process_time(), time.perf_counter()
    work()
    return time.process_time() - cpu, time.perf_counter() - wall


def row(name: str, times: list[Time]) -> str:
    """A line of the table."""
    cells = (middle(times, 0), late(times, 0), middle(times, 1), late(times, 1))
    cpu, cpu_late, wall, wall_late = (1000 * each for each in cells)
    return f"{name:22} {cpu:11.1f} {cpu_late:9.1f} {wall:12.1f} {wall_late:9.1f}"


def middle(times: list[Time], of: int) -> float:
    """The median."""
    return median(each[of] for each in times)


def late(times: list[Time], of: int) -> float:
    """The 95th percentile."""
    values = [each[of] for each in times]
    return quantiles(values, n=20, method="inclusive")[-1] if len(values) > 1 else values[0]


if __name__ == "__main__":
    main()
