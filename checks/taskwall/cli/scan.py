"""`taskwall scan`: say where the sources break the policy."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING

from msgspec.structs import replace

from taskwall import outputs
from taskwall.api import scan as api
from taskwall.cli.arguments import colour_option, flat, parse_arguments, parser_of, words
from taskwall.cli.inputs import option_adder, source_options, sources_of
from taskwall.cli.pager import show
from taskwall.cli.terminal import UsageError, drawable, view_on, write_file
from taskwall.findings.baseline import BaselineError
from taskwall.findings.compliance import FRAMEWORKS
from taskwall.findings.text import counted
from taskwall.settings import SettingsError
from taskwall.settings.words import one_of

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from taskwall.findings.finding import Report
    from taskwall.outputs import View
    from taskwall.source.files import Files

EXIT_STATUSES = {
    0: "nothing at or above --fail-on",
    1: "findings at or above --fail-on; also unknown verdicts with --fail-on-unknown, and sources"
    " that are absent with --fail-on-absent",
    2: "wrong usage, a crash, nothing to analyse, or a source that could not be read (even if there"
    " are findings)",
    130: "interrupted",
}
"""What each exit status of `taskwall scan` means."""


def run(arguments: list[str]) -> int:
    """Scan as the arguments ask, and return the exit status."""
    given = parse_arguments(parser(), arguments)
    if not given.paths:
        raise UsageError("scan: name what to scan, such as taskwall scan . (or see --help).")
    if given.quiet and (given.verbose or given.summary):
        raise UsageError("--quiet cannot be combined with --verbose or --summary.")
    try:
        targets = _targets(_formats(given), given.output or [])
        view = replace(
            view_on(given.color, given.verbose),
            quiet=given.quiet,
            summary=given.summary,
            suppressed=given.sarif_suppressed,
            ties=given.explain_ties,
            paths=tuple(given.paths),
            compliance=given.compliance or outputs.View().compliance,
        )
        options = options_of(given)
        files = _standard_input() if "-" in given.paths else None
        with _progress(not given.no_progress and sys.stderr.isatty()) as progress:
            report = api.scan(options, files=files, progress=progress)
    except (SettingsError, BaselineError) as error:
        raise UsageError(str(error)) from error
    for name, target in targets:
        _deliver(name, target, report, view)
    if all(target != "-" for _, target in targets) and not given.quiet:
        sys.stderr.write(f"taskwall: {counted(report)}: see {', '.join(to for _, to in targets)}\n")
    return report.status


def _progress(shown: bool) -> AbstractContextManager[api.Progress | None]:
    """The bar that shows how far a scan is; nothing if none is to be shown."""
    if not shown:
        return nullcontext()
    from taskwall.cli.progress import ProgressBar

    return ProgressBar()


def _standard_input() -> Files:
    """What is on standard input, as the file named `-` in the working directory.

    Raises:
        UsageError: it is not UTF-8.
    """
    from taskwall.source.files import Files

    try:
        text = sys.stdin.buffer.read().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError("-: standard input is not UTF-8.") from error
    return Files({os.path.abspath("-"): text})


def parser() -> ArgumentParser:
    """What the command takes."""

    def flag(name: str, words: str) -> None:
        made.add_argument(name, action="store_true", help=words)

    made = parser_of(
        "scan",
        "[OPTION...] PATH...",
        "Report where Terraform and CloudFormation break the rules.",
    )
    made.add_argument(
        "paths", nargs="*", metavar="PATH", help="files or folders; - is standard input"
    )
    option = option_adder(made)
    option("--format", "report format (default: text)", metavar="|".join(outputs.formats()))
    option("--output", "file for the report of the --format at the same position", metavar="FILE")
    option("--select", "run only these rules, such as TW2,TW305", metavar="RULES")
    option("--ignore", "do not run these rules", metavar="RULES")
    option("--fail-on", "the lowest severity that fails the run (default: low)", many=False)
    flag("--fail-on-unknown", "also fail the run for unknown verdicts")
    flag("--fail-on-absent", "also fail the run for modules, templates and files that are absent")
    option("--show", "the verdicts to report (default: fail)", metavar="fail,unknown,pass")
    flag("--allow-empty", "accept that there is nothing to analyse")
    made.add_argument(
        "--write-baseline",
        nargs="?",
        const="",
        metavar="FILE",
        help="baseline the current findings (default: in the baseline of the settings)",
    )
    source_options(made)
    flag("--no-progress", "show no progress")
    made.add_argument(
        "--compliance",
        default="",
        metavar="|".join(FRAMEWORKS),
        help="report as CSV the evidence for and against the controls of a framework",
    )
    flag("--sarif-suppressed", "in SARIF: also the findings that are suppressed or baselined")
    flag("--explain-ties", "in text: what was found to be what sources refer to elsewhere, and how")
    flag("--quiet", "in text: findings, errors and crashes only")
    flag("--summary", "in text: counts by rule in place of the findings")
    flag("--verbose", "show everything: suppressed findings, unread types, full chains, every fix")
    colour_option(made)
    made.epilog = f"exit status: {'; '.join(f'{n} {what}' for n, what in EXIT_STATUSES.items())}"
    return made


def options_of(given: Namespace) -> api.Options:
    """What the arguments of `scan` ask for.

    Raises:
        UsageError: a value has not the form that its option takes, or names no file.
    """
    return replace(
        sources_of(given),
        show=words(given.show),
        fail_on=given.fail_on,
        write_baseline=given.write_baseline,
        fail_on_unknown=given.fail_on_unknown,
        fail_on_absent=given.fail_on_absent,
        allow_empty=given.allow_empty,
    )


def _formats(given: Namespace) -> list[str]:
    """The formats that are asked for; evidence for a framework is CSV.

    Raises:
        SettingsError: no framework has that name.
        UsageError: the evidence lacks its framework, or what it counts.
    """
    formats = flat(given.format)
    if not given.compliance:
        if "csv" in formats:
            raise UsageError("csv is evidence for a framework: name it with --compliance.")
        return formats
    one_of(given.compliance, FRAMEWORKS, "--compliance")
    if "pass" in (words(given.show) or ()):
        raise UsageError("--compliance counts passes: they cannot be listed with --show as well.")
    return formats if "csv" in formats else [*formats, "csv"]


def _targets(formats: Sequence[str], files: Sequence[str]) -> list[tuple[str, str]]:
    """Each format with the file that it goes to, "-" for standard output."""
    names = list(formats) or ["text"]
    known = outputs.formats()
    for name in names:
        one_of(name, known, "--format")
    if len(files) > len(names):
        raise UsageError(f"--output {files[len(names)]} has no --format of its own.")
    targets = [*files, *["-"] * (len(names) - len(files))]
    for target, number in Counter(targets).items():
        if number > 1:
            where = "standard output" if target == "-" else target
            raise UsageError(f"{number} reports would go to {where}: give each its --output.")
    return list(zip(names, targets, strict=True))


def _deliver(name: str, target: str, report: Report, view: View) -> None:
    if target == "-":
        text = outputs.render(name, report, view)
        show(drawable(text) if name == "text" else text)
        return
    plain = replace(view, colour=False, fold=False, width=outputs.View().width)
    write_file(target, outputs.render(name, report, plain))
