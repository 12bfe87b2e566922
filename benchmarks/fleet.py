"""Prove a fleet on many repositories, and measure it.

    python -m benchmarks.fleet --sources FOLDER [--count N] [--kills N] [--compared N] [--jobs N]

`FOLDER` holds checkouts, of which repositories are made that differ in small ways; `--largest`
leaves out those of more KiB. All are scanned by a fleet that nobody disturbs, by one that is killed
and goes on, several times, and one after another in one process. The tables of both fleets have to
be the same, and those of some repositories what `taskwall scan` says of a checkout.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from benchmarks.repositories import checked_out, made
from taskwall.fleet import FleetError
from taskwall.fleet.plan import targets
from taskwall.fleet.query import Tables
from taskwall.fleet.scanning import FleetOptions, scanned
from taskwall.fleet.tables import TABLES

FLEET = (sys.executable, "-m", "taskwall", "fleet")
_COLUMNS = ("rule", "severity", "stack", "resource", "file", "line", "column", "message")


def main() -> int:
    """Make the repositories, scan them in each way, and print what came of it.

    Returns:
        0 if all that was compared is the same, else 1.
    """
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fleet", description=__doc__)
    parser.add_argument("--sources", type=Path, required=True, help="a folder of checkouts")
    parser.add_argument("--count", type=int, default=2000, help="so many repositories")
    parser.add_argument("--largest", type=int, default=1 << 20, help="KiB of a checkout's sources")
    parser.add_argument("--kills", type=int, default=5)
    parser.add_argument("--compared", type=int, default=50, help="so many with taskwall scan")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--one-process", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one_process:
        return _one_after_another(given.one_process)
    with tempfile.TemporaryDirectory(prefix="taskwall-fleet-") as folder:
        work = Path(folder)
        wanted = work / "list"
        with wanted.open("w") as stream:
            for path, commit in made(given.sources, work / "all", given.count, given.largest):
                stream.write(f"{path}\t{commit}\n")
        print(f"{given.count} repositories, {_size(work / 'all') / 2**20:.0f} MiB of git's objects")
        seconds = _fleet(wanted, work / "whole", given.jobs)
        same = [
            _killed(wanted, work, given.jobs, given.kills, given.count),
            _compared(wanted, work, given.compared),
        ]
        print(f"a fleet of {given.jobs} at a time: {seconds:.1f} s")
        _costs(work / "whole", given.count)
        here = (sys.executable, "-m", "benchmarks.fleet", "--sources", ".")
        start = time.perf_counter()
        subprocess.run((*here, "--one-process", str(wanted)), check=True)
        alone = time.perf_counter() - start
        print(
            f"one after another in one process: {alone:.1f} s, {alone / seconds:.2f} times as long"
        )
    return 0 if all(same) else 1


def _fleet(wanted: Path, to: Path, jobs: int) -> float:
    """Scan all; the seconds that it took."""
    start = time.perf_counter()
    subprocess.run(_command(wanted, to, jobs), check=True)
    return time.perf_counter() - start


def _command(wanted: Path, to: Path, jobs: int) -> Sequence[str]:
    return (*FLEET, str(wanted), "--to", str(to), "--run", "one", "--jobs", str(jobs))


def _killed(wanted: Path, work: Path, jobs: int, kills: int, count: int) -> bool:
    """Whether a fleet that is killed and goes on has the tables of one that is not."""
    to = work / "killed"
    for number in range(kills):
        process = subprocess.Popen(_command(wanted, to, jobs))
        enough = count * (number + 1) // (kills + 1)
        while process.poll() is None and _count(to) < enough:
            time.sleep(0.5)
        process.kill()
        if process.wait() == 0:
            print("all were done before it could be killed")
            return False
        print(f"killed with {_count(to)} repositories done")
    _fleet(wanted, to, jobs)
    whole, again = _rows(work / "whole"), _rows(to)
    for name in whole:
        alike = "the same" if whole[name] == again[name] else "DIFFERENT"
        print(f"{name}: {whole[name].total()} rows, {alike}")
    return whole == again


def _count(folder: Path) -> int:
    try:
        ((count,),) = Tables(str(folder)).ask("select count(*) from repositories").rows
    except FleetError:  # it was killed before it had begun
        return 0
    return int(count)


def _rows(folder: Path) -> dict[str, Counter[str]]:
    """All rows of a fleet but its timings, in no order."""
    tables = Tables(str(folder))
    names = [name for name in TABLES if name != "timings"]
    return {name: Counter(map(repr, tables.ask(f"from {name}").rows)) for name in names}


def _compared(wanted: Path, work: Path, count: int) -> bool:
    """Whether the tables say of some repositories what a scan says of each, checked out."""
    every = targets([str(wanted)], "HEAD")
    chosen = every[:: max(len(every) // count, 1)][:count]
    tables = Tables(str(work / "whole"))
    differing = 0
    for target in chosen:
        with tempfile.TemporaryDirectory(dir=work) as folder:
            checked_out(target.repository, target.revision, Path(folder))
            (Path(folder) / ".git").mkdir()
            done = subprocess.run(
                (sys.executable, "-m", "taskwall", "scan", ".", "--format", "json",
                 "--show", "fail,unknown", "--allow-empty"),
                cwd=folder, capture_output=True, check=False,
            )  # fmt: skip
        said: Counter[tuple[object, ...]] = Counter()
        for finding in json.loads(done.stdout)["findings"]:
            for one in finding["instances"]:
                row = {**finding, **one}
                said[(finding["verdict"], *(row[name] for name in _COLUMNS))] += 1
        columns = ", ".join(f'"{name}"' for name in _COLUMNS)
        found: Counter[tuple[object, ...]] = Counter()
        for verdict, table in (("fail", "findings"), ("unknown", "unknowns")):
            rows = tables.ask(
                f"select {columns} from {table}"
                f" where repository = '{target.repository}' and revision = '{target.revision}'"
            ).rows
            found.update((verdict, *row) for row in rows)
        if said != found:
            differing += 1
            print(f"DIFFERENT: {target.repository}: {(said - found) + (found - said)}")
    print(f"{len(chosen)} repositories as taskwall scan has them, {differing} different")
    return not differing


def _costs(folder: Path, count: int) -> None:
    """Print what the repositories took, and what a hundred thousand of their kind would."""
    sql = (
        "select sum(cpu_seconds), max(cpu_seconds), median(cpu_seconds), max(megabytes)"
        " from timings"
    )
    ((cpu, longest, middle, peak),) = Tables(str(folder)).ask(sql).rows
    size = _size(folder)
    print(
        f"{cpu:.0f} s of a processor, {cpu / count:.2f} s a repository (median {middle:.2f},"
        f" longest {longest:.1f}); most memory of one {peak:.0f} MiB;"
        f" tables {size / 2**20:.1f} MiB\n"
        f"100,000 such repositories: {cpu / count * 1e5 / 3600:.0f} hours of a processor,"
        f" {size / count * 1e5 / 2**30:.1f} GiB of tables"
    )


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _one_after_another(wanted: Path) -> int:
    """Scan all in this process."""
    for target in targets([str(wanted)], "HEAD"):
        with tempfile.TemporaryDirectory() as scratch:
            scanned(target, FleetOptions(), scratch)
    return 0


if __name__ == "__main__":
    sys.exit(main())
