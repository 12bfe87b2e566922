"""Keystrokes in an editor: one changed file of a root module, and what a scan from scratch takes.

python -m benchmarks.session [--files 100] [--rounds 20]

Times are of the processor, in milliseconds: the least scan from scratch, and of each kind of edit
the median, the 95th percentile, and the part of a scan that the median is.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.growth import BASE, SERVICE
from taskwall.api.scan import Options, scan
from taskwall.session.session import Session

EDITS: dict[str, Callable[[str, int], str]] = {
    "a comment": lambda text, n: text.replace("{\n", f"{{  # {n}\n", 1),
    "a port of a group": lambda text, n: text.replace("= 8080", f"= {9000 + n}", 1),
    "an address range": lambda text, n: text.replace("10.1.0.0", f"10.1.{n}.0"),
    "a target group": lambda text, n: text.replace(
        "port        = 8080", f"port        = {9000 + n}"
    ),
    "a task definition": lambda text, n: text.replace('image = "s', f'image = "r{n}'),
    "a service": lambda text, n: text.replace("container_port   = 8080", f"container_port   = {n}"),
    "a line above all": lambda text, n: "\n" * (n % 2 + 1) + text,
    "a line within": lambda text, n: text.replace("ingress {", "ingress {" + "\n" * (n % 2 + 1), 1),
    "a block": lambda text, n: (
        f'{text}resource "aws_vpc" "n{n}" {{\n  cidr_block = "10.0.0.0/8"\n}}\n'
    ),
    "half a block": lambda text, n: text + f'resource "aws_vpc" "new{n}" {{\n',
}


def root(count: int) -> dict[str, str]:
    """A root module of so many files: what all share, and a service in each of the others."""
    files = {"main.tf": BASE}
    for n in range(count - 1):
        files[f"service{n:04d}.tf"] = SERVICE.format(n=n, port=n + 1)
    return files


def cpu(work: Callable[[], object]) -> float:
    """The processor's time of some work, in milliseconds."""
    start = time.process_time()
    work()
    return (time.process_time() - start) * 1000


def main() -> None:
    """Measure each kind of edit and print it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.session", description=__doc__)
    parser.add_argument("--files", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=20)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        files = root(given.files)
        for name, text in files.items():
            Path(folder, name).write_text(text)
        options = Options(paths=(folder,), cwd=folder)
        whole = min(cpu(lambda: scan(options)) for _ in range(max(3, given.rounds // 2)))
        print(f"{'a scan from scratch':20s} {whole:6.1f}", flush=True)
        session = Session(folder, lone=True)
        for name, text in files.items():
            session.change(str(Path(folder, name)), text)
        session.report()
        every: list[float] = []
        for what, edit in EDITS.items():
            times: list[float] = []
            for n in range(given.rounds):
                name = f"service{n % (given.files - 1):04d}.tf"
                for text in (edit(files[name], n), files[name]):
                    session.change(str(Path(folder, name)), text)
                    times.append(cpu(session.report))
            every += times
            print(f"{what:20s} {told(times, whole)}", flush=True)
        print(f"{'all of these':20s} {told(every, whole)}")


def told(times: list[float], whole: float) -> str:
    """The median of some times, their 95th percentile, and the part of a scan."""
    median = statistics.median(times)
    return f"{median:6.1f} {statistics.quantiles(times, n=20)[-1]:6.1f}  1/{whole / median:.0f}"


if __name__ == "__main__":
    main()
