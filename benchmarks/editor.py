"""A keystroke in an editor: from the changed text to what is to be shown of it.

python -m benchmarks.editor [ROOT...] [--files 100] [--keys 200] [--scans 5]

Each root is a folder that is opened as the language server opens it; without any it is one of as
many files, each with a service and all that belongs to it. Then keys are typed in one of its files
after the other, each edit and back, and after each the project is judged and its diagnostics are
made; then what hovers and lenses show, for which nobody waits while typing. Beside that, in turn,
the folder is scanned from scratch. The debounce, and what the editor itself does, are left out.
"""

import argparse
import gc
import random
import re
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from statistics import median, quantiles

from benchmarks.growth import BASE, SERVICE
from benchmarks.rows import Row
from taskwall.api.scan import Options, scan
from taskwall.languageserver.documents import OpenDocument
from taskwall.languageserver.positions import DocumentLines
from taskwall.languageserver.preferences import Preferences
from taskwall.languageserver.projects import Project

Time = tuple[float, float]
"""Seconds of processor time and of wall time."""

GOAL = 60
"""Milliseconds of processor time that a key may take at the 95th percentile."""

LINES: dict[str, tuple[str, str]] = {
    "a comment": (r"^(?=\S)", "# note\n"),
    "a number": (r"(?<== )(\d+)$", r"\g<1>1"),
    "a text": (r'(?<== ")([^"$]+)"$', r'\1x"'),
    "half a line": (r"^(?=  \w+ *= )", "  enable_\n"),
    "a line gone": (r"^  \w+ *= [^\[{(]*$", ""),
}
"""What is typed into a line: which part of it is replaced, and by what."""


def main() -> int:
    """Measure, and print what a keystroke costs against a scan.

    Returns:
        0 if the goal is met on each root, else 1.
    """
    parser = argparse.ArgumentParser(prog="python -m benchmarks.editor", description=__doc__)
    parser.add_argument("roots", nargs="*", type=Path)
    parser.add_argument("--files", type=int, default=100)
    parser.add_argument("--keys", type=int, default=200)
    parser.add_argument("--scans", type=int, default=5)
    given = parser.parse_args()
    if given.roots:
        met = [measure(root.resolve(), given.keys, given.scans) for root in given.roots]
        return 0 if all(met) else 1
    with root_of(given.files) as root:
        return 0 if measure(root, given.keys, given.scans) else 1


@contextmanager
def root_of(files: int) -> Iterator[Path]:
    """A generated root of so many files."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "main.tf").write_text(BASE)
        for n in range(files - 1):
            Path(folder, f"s{n:03d}.tf").write_text(SERVICE.format(n=n, port=n + 1))
        yield Path(folder)


def generated_row() -> Row:
    """The row of a generated root of 100 files."""
    with root_of(100) as root:
        return keys_row(root, "a generated root of 100 files")


def keys_row(root: Path, name: str) -> Row:
    """What a key takes in a root, at the 95th percentile."""
    what = f"a key in {name}"
    if not root.is_dir():
        return Row(what, "itself", GOAL, "ms", note="is not among the sources")
    times = typing(root, 60, 0)
    value, middle_ = (1000 * of(times["every key"], 0) for of in (late, middle))
    return Row(what, "itself", GOAL, "ms", value, f"95 %; median {middle_:.0f} ms")


def measure(folder: Path, keys: int, scans: int) -> bool:
    """Type in a folder's files, print the times, and return whether the goal is met."""
    times = typing(folder, keys, scans)
    print(f"{folder}: {keys} keys; milliseconds")
    print(f"{'':22} {'cpu median':>11} {'cpu 95%':>9} {'wall median':>12} {'wall 95%':>9}")
    for name, some in times.items():
        print(row(name, some))
    met = late(times["every key"], 0) * 1000 < GOAL
    print(f"goal {GOAL} ms at 95 %: {'met' if met else 'MISSED'}", flush=True)
    return met


def typing(folder: Path, keys: int, scans: int) -> dict[str, list[Time]]:
    """The times of keys that are typed in a folder's files, and of scans between them, by kind."""
    texts = {path: path.read_text() for path in sorted(folder.rglob("*.tf"))}
    typed = [path for path in texts if not {".terraform", ".git"} & set(path.parts)]
    project = Project(str(folder), Preferences().options(), "utf-16")
    first = timed(lambda: typed_in(project, typed[0], texts[typed[0]], 1))

    chance = random.Random(0)
    found: dict[str, list[Time]] = {name: [] for name in LINES}
    drawn: list[Time] = []
    scratch: list[Time] = []
    between = max(1, keys // max(scans, 1))
    for key in range(0, keys, 2):
        if scans and key % between < 2:
            scratch.append(timed(lambda: scan(Options((str(folder),), cwd=str(folder)))))
        name = list(LINES)[key // 2 % len(LINES)]
        path = chance.choice(typed)
        for text in (edited(texts[path], name, chance), texts[path]):
            found[name].append(timed(partial(typed_in, project, path, text, key + 2)))
            drawn.append(timed(project.summaries))
    every = [each for times in found.values() for each in times]
    others = {"scan from scratch": scratch} if scans else {}
    return {
        **others,
        "opened": [first],
        **found,
        "every key": every,
        "hovers and lenses": drawn,
    }


def typed_in(project: Project, path: Path, text: str, version: int) -> None:
    """What the server does between a change and its diagnostics."""
    document = OpenDocument(path.as_uri(), str(path), version, DocumentLines(text, "utf-16"))
    project.change(document.path, document)
    project.judge()


def edited(text: str, name: str, chance: random.Random) -> str:
    """A text with one of its lines changed; with a line more where none can be."""
    pattern, other = LINES[name]
    lines = text.split("\n")
    fit = [number for number, line in enumerate(lines) if re.search(pattern, line)]
    if not fit:
        return "\n" + text
    number = chance.choice(fit)
    lines[number] = re.sub(pattern, other, lines[number], count=1)
    return "\n".join(lines)


def timed(work: Callable[[], object]) -> Time:
    """How long something takes, with no garbage of what came before it."""
    gc.collect()
    cpu, wall = time.process_time(), time.perf_counter()
    work()
    return time.process_time() - cpu, time.perf_counter() - wall


def row(name: str, times: Sequence[Time]) -> str:
    """A line of the table."""
    cells = (middle(times, 0), late(times, 0), middle(times, 1), late(times, 1))
    cpu, cpu_late, wall, wall_late = (1000 * each for each in cells)
    return f"{name:22} {cpu:11.1f} {cpu_late:9.1f} {wall:12.1f} {wall_late:9.1f}"


def middle(times: Sequence[Time], of: int) -> float:
    """The median."""
    return median(each[of] for each in times)


def late(times: Sequence[Time], of: int) -> float:
    """The 95th percentile."""
    values = [each[of] for each in times]
    return quantiles(values, n=20, method="inclusive")[-1] if len(values) > 1 else values[0]


if __name__ == "__main__":
    raise SystemExit(main())
