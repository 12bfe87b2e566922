"""Run commands in turn as whole processes and keep what the operating system says of each."""

import os
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median

_UNCOMPILED = "PYTHONDONTWRITEBYTECODE"
"""What keeps Python from keeping what it compiles."""


@dataclass
class Runs:
    """The finished runs of one command: seconds of wall and processor time, and peak MiB."""

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    peak: list[float] = field(default_factory=list)

    def __str__(self) -> str:
        wall, cpu = median(self.wall), median(self.cpu)
        return f"{wall:7.3f} s wall {cpu:7.3f} s cpu {max(self.peak):6.0f} MiB"


def once(command: Sequence[str], runs: Runs | None = None) -> int:
    """Run a command, its output thrown away, and enter it in `runs`.

    Returns:
        The command's exit status.
    """
    # What users run is compiled; to compile it anew is more than the rest of a short run.
    settings = {name: text for name, text in os.environ.items() if name != _UNCOMPILED}
    start = time.perf_counter()
    process = subprocess.Popen(
        command, env=settings,
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if runs is not None:
        runs.wall.append(time.perf_counter() - start)
        runs.cpu.append(used.ru_utime + used.ru_stime)
        # Linux counts kibibytes, macOS bytes.
        unit = 1024 if os.uname().sysname == "Linux" else 1024**2
        runs.peak.append(used.ru_maxrss / unit)
    return process.returncode


def in_turn(commands: dict[str, Sequence[str]], rounds: int) -> dict[str, Runs]:
    """Run commands A B C A B C ..., after one run of each that does not count."""
    found = {name: Runs() for name in commands}
    for command in commands.values():
        once(command)
    for _ in range(rounds):
        for name, command in commands.items():
            once(command, found[name])
    return found
