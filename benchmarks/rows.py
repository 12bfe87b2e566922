"""The rows of what is measured, and how they are shown: a table, JSON and a plot."""

import json
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from html import escape
from math import log10
from os import cpu_count
from pathlib import Path

BAR = 420
"""Pixels of a bar that reaches the end of the plot, at ten times the goal."""
TOP, LINE, NAMES = 30, 22, 430
SHORTEST = 1 / 100
"""What takes less than this part of its goal has a bar of no length."""


@dataclass(frozen=True)
class Row:
    """One figure and the goal that it must not pass, in one unit.

    The unit is s or ms (processor time), MiB, or "times": a ratio. A row without a figure says in
    `note` why it was not measured; with one it says what else is to be known of it.
    """

    what: str
    against: str
    goal: float
    unit: str
    value: float | None = None
    note: str = ""

    @property
    def verdict(self) -> str:
        """What is shown of the goal."""
        if self.value is None:
            return "not measured"
        return "met" if self.value <= self.goal else "MISSED"

    def cells(self) -> tuple[str, str, str, str, str, str]:
        """The cells of the table."""
        value = "" if self.value is None else shown(self.value, self.unit)
        return self.what, self.against, shown(self.goal, self.unit), value, self.verdict, self.note


HEAD = ("what", "against", "goal", "measured", "", "note")


def shown(value: float, unit: str) -> str:
    """A figure with its unit; parts of one as fractions, as goals are said."""
    if unit == "times" and value < 0.5:
        return f"1/{1 / value:.0f}"
    digits = 2 if value < 10 else 0
    return f"{value:.{digits}f} {unit}"


def table(rows: Sequence[Row]) -> str:
    """The rows in Markdown."""
    lines = [HEAD, ("---",) * len(HEAD), *(row.cells() for row in rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def written(rows: Sequence[Row], folder: Path) -> None:
    """Write `speed.md`, `speed.json` and `speed.svg` into a folder."""
    machine = {
        "measured": datetime.now(UTC).date().isoformat(),
        "machine": f"{cpu_count()} CPUs, {platform.system()} {platform.machine()}",
        "python": platform.python_version(),
    }
    found = {**machine, "rows": [{**asdict(row), "verdict": row.verdict} for row in rows]}
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "speed.json").write_text(json.dumps(found, indent=2) + "\n")
    (folder / "speed.svg").write_text(plot(rows))
    (folder / "speed.md").write_text(
        "<!-- Derived: python -m benchmarks --write docs -->\n\n# Speed\n\n"
        f"Measured on {machine['measured']}: {machine['machine']}, Python {machine['python']}."
        " Seconds are of processor time. A peer's\nrow compares whole processes on the same sources"
        " in one run: ratios hold where seconds differ.\nThe goals are our own: MISSED is what we"
        " have not reached yet.\n\n"
        f"{table(rows)}\n![How far each row is from its goal](speed.svg)\n"
    )


def plot(rows: Sequence[Row]) -> str:
    """What each row takes of its goal, as SVG: the axis is logarithmic, the line is the goal."""
    measured = [(row, row.value / row.goal) for row in rows if row.value is not None]
    height = TOP + LINE * len(measured) + 10
    at_goal = NAMES + _pixels(1)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{NAMES + BAR + 90}" height="{height}">',
        "<style>text { font: 12px sans-serif }</style>",
        f'<rect width="100%" height="{height}" fill="#fff"/>',
        f'<text x="{at_goal:.0f}" y="18" text-anchor="middle">goal</text>',
    ]
    for number, (row, part) in enumerate(measured):
        y = TOP + LINE * number
        colour = "#3a7d44" if part <= 1 else "#b3402e"
        width = _pixels(part)
        parts += [
            f'<text x="{NAMES - 8}" y="{y + 14}" text-anchor="end">{escape(row.what)}</text>',
            f'<rect x="{NAMES}" y="{y + 3}" width="{width:.0f}" height="15" fill="{colour}"/>',
            f'<text x="{NAMES + width + 5:.0f}" y="{y + 14}">{escape(row.cells()[3])}</text>',
        ]
    parts.append(
        f'<line x1="{at_goal:.0f}" x2="{at_goal:.0f}" y1="{TOP - 6}" y2="{height - 6}"'
        ' stroke="#222" stroke-dasharray="4 3"/>'
    )
    return "\n".join([*parts, "</svg>\n"])


def _pixels(part: float) -> float:
    """How long the bar is of what takes some part of its goal."""
    reached = log10(min(max(part, SHORTEST), 10) / SHORTEST)
    return BAR * reached / log10(10 / SHORTEST)
