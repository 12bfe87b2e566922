"""The outputs: a module here is a format, and has `render(report, view) -> str`."""

import os
from importlib import import_module
from stat import S_IMODE
from typing import Protocol, cast

from msgspec import Struct

from taskwall.findings.finding import Report


class View(Struct, frozen=True):
    """How a format for people is to look: in colour, so many columns wide, and how much is said.

    `fold` breaks long lines at `width`, as for a terminal. `verbose` says everything, `quiet` what
    was found and nothing else, `summary` counts in place of the findings. `suppressed` shows
    suppressed findings in SARIF too, `ties` what was found to be what sources refer to elsewhere.
    `paths` are what was scanned, for the commands that the end of a report proposes. `compliance`
    names the framework that CSV is evidence for.
    """

    colour: bool = False
    width: int = 100
    fold: bool = False
    verbose: bool = False
    quiet: bool = False
    summary: bool = False
    suppressed: bool = False
    ties: bool = False
    paths: tuple[str, ...] = ()
    compliance: str = "fsbp"


class Render(Protocol):
    """What the module of a format holds under the name `render`."""

    def __call__(self, report: Report, view: View = ...) -> str:
        """The whole report as a text that ends with a newline."""


def formats() -> tuple[str, ...]:
    """The names of all formats."""
    names = sorted(os.listdir(__path__[0]))
    return tuple(name.removesuffix(".py") for name in names if not name.startswith("_"))


def render(name: str, report: Report, view: View) -> str:
    """A report in one of the formats."""
    module = import_module(f"{__name__}.{name}")
    return cast(Render, module.render)(report, view)


def write(path: str, text: str) -> None:
    """Write a file so that nobody ever sees half of it; one that is there keeps its mode.

    Raises:
        OSError: it cannot be written; what was there before still is.
    """
    from taskwall.core.whole_file import made_beside, remove

    real = os.path.realpath(path)
    if os.path.exists(real) and not os.path.isfile(real):
        with open(real, "w", encoding="utf-8", newline="\n") as stream:  # a device, a pipe
            stream.write(text)
        return
    mode = S_IMODE(os.stat(real).st_mode) if os.path.exists(real) else None
    beside = made_beside(real, text.encode(), mode)
    try:
        os.replace(beside, real)
    except BaseException:
        remove(beside)
        raise
