"""Compare what two versions of taskwall report about the same sources.

    python -m tools.reports --before COMMAND --after COMMAND [--keep FOLDER] FOLDER...

A command is how a version is started, such as `.venv/bin/taskwall` or `python -m taskwall`. Each
folder is scanned by itself with both. Compared are the findings of every verdict (by rule,
resource, file, line and verdict), the errors and the crashes by their places, and the exit status.
Messages are not compared, so that they can be worded anew.
"""

import hashlib
import json
import os
import shlex
import subprocess
import sys
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from msgspec import Struct

OPTIONS = (
    *("scan", "--format", "json", "--no-progress"),
    *("--profile", "strict", "--show", "fail,unknown,pass"),
)


class Outcome(Struct, frozen=True):
    """What a version reports of a folder: each line with how often, and the report's counts."""

    lines: Mapping[str, int]
    summary: Mapping[str, int]


def main(arguments: list[str]) -> int:
    """Scan all folders with both versions; print each difference, then the totals.

    Returns:
        0 if nothing differs, else 1.
    """
    parser = ArgumentParser(description="Compare what two versions report of the same sources.")
    parser.add_argument("--before", required=True, help="the command of the earlier version")
    parser.add_argument("--after", required=True, help="the command of the later version")
    parser.add_argument("--keep", type=Path, help="keep the earlier reports here, and reuse them")
    parser.add_argument("--jobs", type=int, default=1, help="scans at the same time")
    parser.add_argument("--timeout", type=float, default=900, help="seconds for one scan")
    parser.add_argument("folder", nargs="+", type=Path, help="the root of a repository")
    given = parser.parse_args(arguments)
    before, after = command(given.before), command(given.after)

    def pair(folder: Path) -> tuple[Outcome, Outcome]:
        old = kept(before, folder, given.timeout, given.keep)
        return outcome(old), outcome(scan(after, folder, given.timeout))

    changed, sums = 0, (Counter[str](), Counter[str]())
    with ThreadPoolExecutor(given.jobs) as pool:
        for folder, both in zip(given.folder, pool.map(pair, given.folder), strict=True):
            for total, one in zip(sums, both, strict=True):
                total.update(one.summary)
            for line in differences(*both):
                changed += 1
                print(f"{folder.name}: {line}", flush=True)
    for name in sums[0] | sums[1]:
        print(f"{name:12} {sums[0][name]:8} {sums[1][name]:8}")
    print(f"{len(given.folder)} folders, {changed} differences")
    return 1 if changed else 0


def command(text: str) -> list[str]:
    """The words of a command; a program given by its path is started from any folder."""
    program, *rest = shlex.split(text)
    return [os.path.abspath(program) if os.sep in program else program, *rest]


def differences(before: Outcome, after: Outcome) -> Iterator[str]:
    """The lines that only one report has, or has more often: `-` before, `+` after."""
    for line in sorted(before.lines.keys() | after.lines.keys()):
        more = after.lines.get(line, 0) - before.lines.get(line, 0)
        if more:
            times = f" ({abs(more)} times)" if abs(more) > 1 else ""
            yield f"{'+' if more > 0 else '-'} {line}{times}"


def kept(program: list[str], folder: Path, timeout: float, keep: Path | None) -> str:
    """What a scan of a folder prints, from an earlier run if it was kept."""
    if keep is None:
        return scan(program, folder, timeout)
    name = hashlib.sha256("\0".join([*program, os.path.abspath(folder)]).encode()).hexdigest()
    file = keep / f"{name[:20]}.json"
    if not file.exists():
        keep.mkdir(parents=True, exist_ok=True)
        file.write_text(scan(program, folder, timeout))
    return file.read_text()


def scan(program: list[str], folder: Path, timeout: float) -> str:
    """The JSON report of a folder with the exit status in it; or what was printed instead."""
    try:
        run = subprocess.run(
            [*program, *OPTIONS, "."],
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return json.dumps({"exit": f"none after {timeout:g} seconds"})
    try:
        report = json.loads(run.stdout)
    except json.JSONDecodeError:
        last = (run.stderr.strip() or run.stdout.strip()).rpartition("\n")[2]
        return json.dumps({"exit": f"{run.returncode} without a report: {last}"})
    return json.dumps({**report, "exit": str(run.returncode)})


def outcome(printed: str) -> Outcome:
    """What of a report is compared."""
    report = json.loads(printed)
    lines = Counter(_lines(report))
    return Outcome(lines, report.get("summary", {"no report": 1}))


def _lines(report: Mapping[str, Any]) -> Iterator[str]:
    """Each thing that is compared, as a line to print."""
    yield f"exit status {report['exit']}"
    for finding in (*report.get("findings", ()), *report.get("suppressed", ())):
        found = finding.get("finding", finding)
        where = f"{found['file']}:{found['line']}"
        for one in found["instances"]:
            resource = one if isinstance(one, str) else one["resource"]
            yield f"{found['verdict']} {found['rule']} {resource} {where}"
    for problem in report.get("errors", ()):
        yield f"error {problem['file']}:{problem['line']}"
    for crash in report.get("crashes", ()):
        yield f"crash {crash.get('rule')} {crash.get('stack')}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
