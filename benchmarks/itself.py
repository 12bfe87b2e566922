"""The rows in which taskwall is measured against itself, as whole processes."""

import filecmp
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks.generated import SWITCHES, estate, switched
from benchmarks.growth import services
from benchmarks.measure import Runs, in_turn, once
from benchmarks.rows import Row

ONE_FILE = """\
resource "aws_ecs_task_definition" "web" {
  family                = "web"
  network_mode          = "bridge"
  container_definitions = "[]"
}
"""

SCANNED = """\
import sys
from taskwall.cli import main
before = set(sys.modules)
main(["scan", "--no-progress", sys.argv[1]])
print(*(name for name in sys.modules if name not in before), file=sys.stderr)
"""
"""A scan that says which modules it has loaded."""

OURS = "taskwall"
DEMO = Path(__file__).parent.parent / "fixtures" / "demo"


@contextmanager
def written(files: Mapping[str, str]) -> Iterator[str]:
    """A folder of files, in a repository of its own."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, ".git").mkdir()
        for name, text in files.items():
            path = Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        yield folder


def rows(taskwall: str, python: str, rounds: int, repositories: Sequence[Path]) -> Iterator[Row]:
    """All of them, one by one as they are measured."""
    yield _start_up(taskwall, python, rounds * 3)
    yield _imports(python, rounds * 3)
    yield from _growth(taskwall)
    yield _scenarios(taskwall, rounds)
    yield _estate(taskwall, rounds)
    yield from _flows(taskwall, rounds)
    yield _diff(taskwall, rounds)
    yield _jobs(taskwall, repositories)
    yield Row(
        "a fleet of 2,000 repositories in processes of their own", "one after the other",
        1 / 1.7, "times", note="python -m benchmarks.fleet measures it",
    )  # fmt: skip


def scan(taskwall: str, *paths: str) -> tuple[str, ...]:
    """The command that scans some paths; what it says goes nowhere."""
    return (taskwall, "scan", "--no-progress", "--format", "json", *paths)


def _start_up(taskwall: str, python: str, rounds: int) -> Row:
    found = in_turn({"ours": (taskwall, "--version"), "bare": (python, "-c", "pass")}, rounds)
    ratio = min(found["ours"].cpu) / min(found["bare"].cpu)
    return Row("start-up: taskwall --version", "python -c pass", 3, "times", ratio)


def _imports(python: str, rounds: int) -> Row:
    """What it takes to import our modules of a scan, where all others are imported already."""
    with written({"main.tf": ONE_FILE}) as folder:
        done = subprocess.run(
            (python, "-c", SCANNED, folder), capture_output=True, text=True, check=False
        )
    names = done.stderr.split()
    others = [name for name in names if name.partition(".")[0] != OURS]
    found = in_turn(
        {
            "all": (python, "-c", _imported(("taskwall.cli", *others, *names))),
            "others": (python, "-c", _imported(("taskwall.cli", *others))),
        },
        rounds,
    )
    value = (min(found["all"].cpu) - min(found["others"].cpu)) * 1000
    ours = len(names) - len(others)
    return Row("imports of ours in a one-file scan", "itself", 20, "ms", value, f"{ours} modules")


def _imported(names: Sequence[str]) -> str:
    """Imports as the command does it, without looks for garbage and without an end."""
    return (
        "import gc, os\nfrom importlib import import_module\ngc.disable()\n"
        f"for name in {list(names)!r}: import_module(name)\nos._exit(0)"
    )


def _growth(taskwall: str) -> Iterator[Row]:
    found = {}
    for count in (100, 1_000, 10_000):
        runs = Runs()
        with written(services(count)) as folder:
            once(scan(taskwall, folder), runs)
        found[count] = runs
    seconds, peak = found[10_000].cpu[0], found[10_000].peak[0]
    yield Row("10,000 services in one root: time", "itself", 10, "s", seconds)
    yield Row("10,000 services in one root: memory", "itself", 700, "MiB", peak)
    linear = (seconds - found[1_000].cpu[0]) / (found[1_000].cpu[0] - found[100].cpu[0]) / 10
    sizes = ", ".join(f"{count:,}: {runs.cpu[0]:.2f} s" for count, runs in found.items())
    yield Row("one service more, of 10,000 to of 1,000", "itself", 1.2, "times", linear, sizes)


def _scenarios(taskwall: str, rounds: int) -> Row:
    with written(switched(100)) as folder, written(switched(100)) as one:
        values = "".join(f"{name} = {value}\n" for name, value in SWITCHES.items())
        Path(one, "terraform.tfvars").write_text(values)
        found = in_turn({"eight": scan(taskwall, folder), "one": scan(taskwall, one)}, rounds)
    ratio = min(found["eight"].cpu) / min(found["one"].cpu)
    return Row("a root with three open inputs", "one scenario of it", 1.5, "times", ratio)


def _estate(taskwall: str, rounds: int) -> Row:
    with written(estate()) as folder:
        found = in_turn({"ours": scan(taskwall, folder)}, rounds)["ours"]
    return Row("a Terragrunt estate of 24 units", "itself", 1.5, "s", min(found.cpu))


def _flows(taskwall: str, rounds: int) -> Iterator[Row]:
    found = in_turn({"ours": (taskwall, "flows", str(DEMO / "terraform"))}, rounds)["ours"]
    yield Row("flows of the demo", "itself", 0.15, "s", min(found.cpu))
    with written(services(1_000)) as folder:
        found = in_turn({"ours": (taskwall, "flows", folder)}, 2)["ours"]
    note = f"{max(found.peak):.0f} MiB"
    yield Row("flows of 1,000 services behind one ALB", "itself", 3, "s", min(found.cpu), note)


def _diff(taskwall: str, rounds: int) -> Row:
    before = services(100)
    after = {name: text.replace("10.1.0.0/16", "0.0.0.0/0", 1) for name, text in before.items()}
    with written(before) as base, written(after) as head:
        found = in_turn(
            {
                "diff": (taskwall, "diff", base, head),
                "base": scan(taskwall, base),
                "head": scan(taskwall, head),
            },
            rounds,
        )
    scans = min(found["base"].cpu) + min(found["head"].cpu)
    return Row("taskwall diff", "two scans", 1.3, "times", min(found["diff"].cpu) / scans)


def _jobs(taskwall: str, repositories: Sequence[Path]) -> Row:
    what, goal = "--jobs 2 over 60 repositories", 1 / 1.7
    if len(repositories) < 60:
        return Row(what, "--jobs 1", goal, "times", note="needs --sources with 60 checkouts")
    paths = tuple(map(str, repositories[:60]))
    with tempfile.TemporaryDirectory() as folder:
        reports = {jobs: str(Path(folder, jobs)) for jobs in "12"}
        found = in_turn(
            {
                jobs: (*scan(taskwall, *paths), "--jobs", jobs, "--output", report)
                for jobs, report in reports.items()
            },
            2,
        )
        same = filecmp.cmp(reports["1"], reports["2"], shallow=False)
    ratio = min(found["2"].wall) / min(found["1"].wall)
    note = "the same bytes" if same else "OTHER BYTES"
    return Row(what, "--jobs 1", goal, "times", ratio if same else float("inf"), note)


if __name__ == "__main__":
    for each in rows(sys.argv[1], sys.executable, 5, ()):
        print(*each.cells(), flush=True)
