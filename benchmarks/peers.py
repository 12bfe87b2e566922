"""The rows in which taskwall is measured against other tools, and within them."""

import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median

from benchmarks import in_cfn_lint, in_checkov
from benchmarks.itself import ONE_FILE, written
from benchmarks.measure import Runs, in_turn
from benchmarks.rows import Row

REPOSITORIES: tuple[tuple[str, str, dict[str, float]], ...] = (
    ("terraform-aws-ecs", "terraform", {"checkov": 1 / 100}),
    ("ecs-blueprints", "terraform", {"checkov": 1 / 15}),
    ("aws-cf-templates", "cloudformation", {"checkov": 1 / 30, "cfn-lint": 1 / 40}),
)
"""Folder, framework, and the part of each peer's wall time that taskwall may take."""

MEMORY = 1 / 3
"""The part of checkov's peak memory that taskwall may take on each of them."""

TEMPLATE = Path(__file__).parent.parent / "fixtures" / "demo" / "cloudformation" / "template.yaml"


class Peers:
    """The peers' programs, "" where one is not there, and the checkouts by their names."""

    def __init__(self, taskwall: str, programs: dict[str, str], sources: dict[str, Path]) -> None:
        self._taskwall, self._programs, self._sources = taskwall, programs, sources

    def rows(self, rounds: int, slow_rounds: int) -> Iterator[Row]:
        """All rows, one by one as they are measured."""
        with written({"main.tf": ONE_FILE}) as folder:
            goals = {"checkov": 1 / 40}
            yield from self._compared("one-file stack", folder, "terraform", goals, rounds)
        goals = {"cloudformation-validate": 1 / 2}
        yield from self._compared("demo template", str(TEMPLATE), "", goals, rounds)
        for name, framework, goals in REPOSITORIES:
            if (source := self._sources.get(name)) is None:
                for peer, goal in goals.items():
                    yield Row(name, peer, goal, "times", note="is not among the sources")
                continue
            yield from self._compared(name, str(source), framework, goals, slow_rounds)
        yield from self._plugins(rounds)

    def _compared(
        self, what: str, source: str, framework: str, goals: dict[str, float], rounds: int
    ) -> Iterator[Row]:
        commands: dict[str, Sequence[str]] = {
            "taskwall": (self._taskwall, "scan", "--no-progress", source)
        }
        for peer in goals:
            if program := self._programs[peer]:
                commands[peer] = (program, *_arguments(peer, source, framework))
        found = in_turn(commands, rounds)
        ours = found.pop("taskwall")
        for peer, goal in goals.items():
            if peer not in found:
                yield Row(what, peer, goal, "times", note="is not installed here")
                continue
            times = f"{median(ours.wall):.2f} and {median(found[peer].wall):.2f} s"
            yield Row(what, f"{peer}, wall time", goal, "times", _wall(ours, found[peer]), times)
            if peer == "checkov":
                peaks = max(ours.peak), max(found[peer].peak)
                note = f"{peaks[0]:.0f} and {peaks[1]:.0f} MiB"
                yield Row(what, "checkov, memory", MEMORY, "times", peaks[0] / peaks[1], note)

    def _plugins(self, rounds: int) -> Iterator[Row]:
        """What the rules add to the two tools that they run in."""
        what, goal = "checkov with the plugin", in_checkov.GOAL
        sources = [self._sources.get(name) for name in ("ecs-blueprints", "terraform-aws-ecs")]
        source = next(filter(None, sources), None)
        if not (program := self._beside("checkov", "taskwall-checkov")) or source is None:
            note = "needs a checkov with taskwall beside it, and --sources"
            yield Row(what, "the same without", goal, "times", note=note)
        else:
            ratios = in_checkov.measured(program, f"terraform={source}", rounds)[1]
            worst = max(ratios["our folder"], ratios["taskwall-checkov"])
            yield Row(what, "the same without", goal, "times", worst, source.name)
        what, goal = "cfn-lint with the plugin", in_cfn_lint.GOAL
        if not (program := self._beside("cfn-lint", "taskwall")):
            note = "needs a cfn-lint with taskwall beside it"
            yield Row(what, "the same without", goal, "times", note=note)
            return
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, ".git").mkdir()
            template = shutil.copy(TEMPLATE, folder)
            ratio = in_cfn_lint.measured(program, (template,), rounds)[1]
        yield Row(what, "the same without", goal, "times", ratio, "the demo's template")

    def _beside(self, peer: str, ours: str) -> str:
        """A peer's program, if a program of ours is in the same environment."""
        program = self._programs[peer]
        return program if program and Path(program).with_name(ours).exists() else ""


def _arguments(peer: str, source: str, framework: str) -> tuple[str, ...]:
    if peer == "checkov":
        return ("-d", source, "--quiet", "--compact", "--skip-download", "--framework", framework)
    if peer == "cfn-lint":
        templates = (
            os.path.join(folder, name)
            for folder, _, names in sorted(os.walk(source))
            if f"{os.sep}.git" not in folder
            for name in sorted(names)
            if name.endswith((".yaml", ".yml", ".json"))
        )
        return ("--", *(path for path in templates if _is_template(path)))
    return (source,)


def _is_template(path: str) -> bool:
    return "AWS::" in Path(path).read_text(errors="replace")


def _wall(one: Runs, other: Runs) -> float:
    """The median over rounds of the one's wall time to the other's."""
    return median(a / b for a, b in zip(one.wall, other.wall, strict=True))
