"""`taskwall scan`: say where the sources break the policy."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from time import monotonic
from typing import TYPE_CHECKING

from msgspec.structs import replace

from taskwall import outputs
from taskwall.api import scan as api
from taskwall.cli.arguments import (
    colour_option,
    flat,
    pairs,
    parse_arguments,
    parser_of,
    rules_option,
    settings_option,
    words,
)
from taskwall.cli.terminal import UsageError, say, view_on
from taskwall.core.values import Known
from taskwall.findings.baseline import BaselineError
from taskwall.findings.text import counted
from taskwall.settings import CHOICES, SettingsError, one_of
from taskwall.source.stack import Inputs

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from taskwall.core.values import Value
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
    # What a scan makes it keeps: looking for garbage frees nothing, and takes the longer the more
    # there is.
    gc.disable()
    given = parse_arguments(parser(), arguments)
    if not given.paths:
        raise UsageError("scan: name what to scan, such as taskwall scan . (or see --help).")
    if given.quiet and (given.verbose or given.summary):
        raise UsageError("--quiet cannot be combined with --verbose or --summary.")
    try:
        targets = _targets(flat(given.format), given.output or [])
        view = replace(
            view_on(given.color, given.verbose),
            quiet=given.quiet,
            summary=given.summary,
            suppressed=given.sarif_suppressed,
        )
        options = options_of(given)
        files = _standard_input() if "-" in given.paths else None
        shown = not given.no_progress and sys.stderr.isatty()
        with _Progress(shown) as progress:
            report = api.scan(options, files=files, progress=progress)
    except (SettingsError, BaselineError) as error:
        raise UsageError(str(error)) from error
    for name, target in targets:
        _deliver(name, target, report, view)
    if all(target != "-" for _, target in targets) and not given.quiet:
        sys.stderr.write(f"taskwall: {counted(report)}: see {', '.join(to for _, to in targets)}\n")
    return report.status


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

    def option(name: str, words: str, *, many: bool = True, metavar: str = "") -> None:
        choices = "|".join(CHOICES.get(name[2:], ()))
        action = "append" if many else "store"
        made.add_argument(name, action=action, metavar=metavar or choices, help=words)

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
    option("--format", "report format (default: text)", metavar="|".join(outputs.formats()))
    option("--output", "file for the report of the --format at the same position", metavar="FILE")
    option("--select", "run only these rules, such as TW2,TW305", metavar="RULES")
    option("--ignore", "do not run these rules", metavar="RULES")
    option("--profile", "the set of rules to run (default: default)", many=False)
    option("--fail-on", "the lowest severity that fails the run (default: low)", many=False)
    flag("--fail-on-unknown", "also fail the run for unknown verdicts")
    flag("--fail-on-absent", "also fail the run for modules, templates and files that are absent")
    option("--show", "the verdicts to report (default: fail)", metavar="fail,unknown,pass")
    option("--exclude", "paths that are skipped in scanned folders", metavar="PATTERNS")
    flag("--allow-empty", "accept that there is nothing to analyse")
    option("--var", "the value of a Terraform variable", metavar="NAME=VALUE")
    option("--var-file", "a .tfvars file", metavar="FILE")
    flag("--tf-vars-from-env", "also take variables from TF_VAR_... in the environment")
    option(
        "--hcl-parser", "the parser for Terraform", many=False, metavar="tree-sitter|python-hcl2"
    )
    option("--workspace", "the Terraform workspace", many=False, metavar="NAME")
    option("--parameters", "CloudFormation parameters: a file, or one value", metavar="FILE|K=V")
    option("--assume", "a value for anything unknown, as JSON or text", metavar="NAME=VALUE")
    option("--scenarios", "how many combinations of undecided conditions to analyse", many=False)
    option(
        "--baseline",
        "a file of baselined findings, which are not reported again",
        many=False,
        metavar="FILE",
    )
    made.add_argument(
        "--write-baseline",
        nargs="?",
        const="",
        metavar="FILE",
        help="baseline the current findings (default: in the baseline of the settings)",
    )
    flag("--no-skips", "ignore suppressions in the sources, and the baseline of the settings")
    option(
        "--today",
        "the date by which suppressions end (default: today, UTC)",
        many=False,
        metavar="YYYY-MM-DD",
    )
    settings_option(made)
    rules_option(made)
    made.add_argument(
        "--jobs", type=int, default=1, metavar="N", help="number of processes (default: 1)"
    )
    flag("--allow-outside", "read modules and files outside the repository")
    flag("--no-progress", "show no progress")
    flag("--sarif-suppressed", "in SARIF: also the findings that are suppressed or baselined")
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
    for path in given.var_file or ():
        if not os.path.isfile(path):
            raise UsageError(f"--var-file: there is no file {path}.")
    if given.jobs < 1:
        raise UsageError("--jobs: there must be at least one process.")
    variables: dict[str, Value] = {
        name: Known(value) for name, value in pairs(given.var or (), "--var")
    }
    assumed = {name: _assumed(value) for name, value in pairs(given.assume or (), "--assume")}
    return api.Options(
        paths=tuple(given.paths),
        inputs=Inputs(
            variables=variables,
            var_files=tuple(given.var_file or ()),
            parameters=_parameters(given.parameters or ()),
            assumptions=assumed,
            outside=given.allow_outside,
            workspace=given.workspace,
            hcl_parser=_hcl_parser(given.hcl_parser),
            environment=dict(os.environ) if given.tf_vars_from_env else {},
        ),
        profile=given.profile,
        select=words(given.select),
        ignore=words(given.ignore),
        show=words(given.show),
        fail_on=given.fail_on,
        scenarios=given.scenarios,
        baseline=given.baseline,
        write_baseline=given.write_baseline,
        exclude=tuple(flat(given.exclude)),
        fail_on_unknown=given.fail_on_unknown,
        fail_on_absent=given.fail_on_absent,
        allow_empty=given.allow_empty,
        settings=given.settings,
        rules=tuple(given.rules or ()),
        no_skips=given.no_skips,
        today=given.today,
        jobs=given.jobs,
    )


def _hcl_parser(name: str | None) -> str:
    """The parser that is asked for.

    Raises:
        UsageError: there is none of that name, or it cannot be used here.
    """
    if name in (None, "tree-sitter"):
        return "tree-sitter"
    if name != "python-hcl2":
        raise UsageError(f"--hcl-parser: {name} is neither tree-sitter nor python-hcl2.")
    from taskwall.readers.terraform.syntax.python_hcl2 import unusable

    if why := unusable():
        raise UsageError(f"--hcl-parser: {why}.")
    return name


def _assumed(text: str) -> Value:
    """What `--assume` says: JSON if it is some, else the text as it stands."""
    import msgspec

    from taskwall.core.values import lifted

    try:
        return lifted(msgspec.json.decode(text))
    except (msgspec.DecodeError, RecursionError):
        return Known(text)


def _parameters(texts: Iterable[str]) -> dict[str, Value]:
    """The parameters of all `--parameters`, later ones before earlier ones.

    Raises:
        UsageError: one is neither a file nor KEY=VALUE, or its file has none of the three forms.
    """
    found: dict[str, Value] = {}
    for text in texts:
        if os.path.isfile(text):
            found |= _parameter_file(text)
        elif "=" in text:
            key, _, value = text.partition(",ParameterValue=")  # as the AWS CLI abbreviates it
            pair = f"{key[13:]}={value}" if text.startswith("ParameterKey=") else text
            found |= {name: Known(word) for name, word in pairs([pair], "--parameters")}
        else:
            raise UsageError(f"--parameters: {text} is neither a file nor KEY=VALUE.")
    return found


def _parameter_file(path: str) -> dict[str, Value]:
    """Parameters by name, from a file in one of the forms that deployment tools take."""
    from taskwall.readers.cloudformation.parameters import ParametersError, parameters
    from taskwall.source.files import Files, UnreadableError

    try:
        return parameters(path, Files().text(path))
    except (UnreadableError, ParametersError) as error:
        raise UsageError(f"--parameters: {path} {error}.") from error


def _targets(formats: Sequence[str], files: Sequence[str]) -> list[tuple[str, str]]:
    """Each format with the file that it goes to, "-" for standard output."""
    names = list(formats) or ["text"]
    known = outputs.formats()
    for name in names:
        one_of(name, known, "--format")
    if len(files) > len(names):
        raise UsageError(f"--output {files[len(names)]} has no --format of its own.")
    return list(zip(names, [*files, *["-"] * (len(names) - len(files))], strict=True))


def _deliver(name: str, target: str, report: Report, view: View) -> None:
    if target == "-":
        say(outputs.render(name, report, view))
        return
    try:
        outputs.write(target, outputs.render(name, report, replace(view, colour=False, width=100)))
    except OSError as error:
        raise UsageError(f"{target}: cannot be written: {error.strerror or error}.") from error


class _Progress:
    """A bar on standard error, once the work has taken a second."""

    def __init__(self, shown: bool) -> None:
        self._start = monotonic() + 1 if shown else float("inf")
        self._update: Callable[[int, int], None] | None = None
        self._stop: Callable[[], None] | None = None

    def __enter__(self) -> _Progress:
        return self

    def __call__(self, done: int, total: int) -> None:
        if self._update is None:
            if monotonic() < self._start:
                return
            from rich.console import Console
            from rich.progress import Progress

            bar = Progress(console=Console(stderr=True), transient=True)
            task = bar.add_task("Judging stacks", total=total)
            bar.start()
            self._update = lambda done, total: bar.update(task, completed=done, total=total)
            self._stop = bar.stop
        self._update(done, total)

    def __exit__(self, *_: object) -> None:
        if self._stop is not None:
            self._stop()
