"""What the library's functions do: scan as the command does, and load networks."""

import os
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from taskwall.api.options import Options, resolved_options
from taskwall.api.scan import scan as scan_with
from taskwall.core.values import Value, lifted
from taskwall.findings.finding import Absent, Crash, Finding, Problem, Suppressed
from taskwall.findings.finding import Report as FullReport
from taskwall.findings.redaction import Redactor
from taskwall.library.facts import Presentation
from taskwall.library.network import Network
from taskwall.library.views import Frame
from taskwall.lowering import lower
from taskwall.report.absent import shown_absent
from taskwall.report.excerpts import ReportPaths
from taskwall.source.deployment import deployed_name
from taskwall.source.files import Files
from taskwall.source.stack import Inputs, SourceError, Stack

Data: TypeAlias = "str | int | float | bool | Sequence[Data] | Mapping[str, Data] | None"
"""A value of a variable, a parameter or an assumption, as JSON has it."""


class LoadError(Exception):
    """That nothing could be loaded; the message says why, with file and line."""


class Report:
    """What a scan found. Everything in it is sorted: the same input gives the same report."""

    def __init__(self, full: FullReport) -> None:
        """Made by `taskwall.scan`."""
        self._full = full

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The fails."""
        return self._of("fail")

    @property
    def unknowns(self) -> tuple[Finding, ...]:
        """The verdicts that cannot be known from the sources."""
        return self._of("unknown")

    @property
    def passes(self) -> tuple[Finding, ...]:
        """What holds."""
        return self._of("pass")

    @property
    def suppressed(self) -> tuple[Suppressed, ...]:
        """What comments, metadata or the baseline keep silent."""
        return self._full.document.suppressed

    @property
    def absent(self) -> tuple[Absent, ...]:
        """The modules, templates and files that the sources call and that were not there."""
        return self._full.document.absent

    @property
    def errors(self) -> tuple[Problem, ...]:
        """What could not be read."""
        return self._full.document.errors

    @property
    def crashes(self) -> tuple[Crash, ...]:
        """What failed by a defect of taskwall, or of a rule of one's own."""
        return self._full.document.crashes

    @property
    def exit_status(self) -> int:
        """The exit status of the command for it: 0, 1 for findings, 2 if something went wrong."""
        return self._full.status

    def to_json(self) -> str:
        """The report as `taskwall scan --format json --show fail,unknown,pass` prints it."""
        from taskwall.outputs.json import render

        return render(self._full)

    def _of(self, verdict: str) -> tuple[Finding, ...]:
        return tuple(each for each in self._full.findings if each.verdict == verdict)

    def __repr__(self) -> str:
        return f"<Report {len(self.findings)} fails, {len(self.unknowns)} unknown>"


def scan(
    *paths: str | os.PathLike[str],
    profile: str | None = None,
    select: Sequence[str] | None = None,
    ignore: Sequence[str] | None = None,
    fail_on: str | None = None,
    exclude: Sequence[str] = (),
    var: Mapping[str, Data] | None = None,
    var_files: Sequence[str | os.PathLike[str]] = (),
    parameters: Mapping[str, Data] | None = None,
    assume: Mapping[str, Data] | None = None,
    workspace: str | None = None,
    settings: str | os.PathLike[str] | None = None,
    baseline: str | os.PathLike[str] | None = None,
    rules: Sequence[str | os.PathLike[str]] = (),
    no_skips: bool = False,
    allow_empty: bool = False,
) -> Report:
    """Scan Terraform and CloudFormation, as `taskwall scan` does.

    Args:
        paths: files and folders (default: the working directory).
        profile: the set of rules to run: "default", "strict" or "pci".
        select: ids or prefixes of the rules to run.
        ignore: ids or prefixes of the rules that do not run.
        fail_on: the lowest severity that fails the run.
        exclude: patterns of paths that are skipped in folders.
        var: values of Terraform's variables.
        var_files: .tfvars files.
        parameters: values of CloudFormation's parameters.
        assume: values for anything that is unknown, by its name.
        workspace: Terraform's workspace.
        settings: a settings file in place of every one of the sources.
        baseline: a file of baselined findings.
        rules: folders of rules of one's own.
        no_skips: whether suppressions do not count.
        allow_empty: whether nothing to analyse is accepted.

    Raises:
        taskwall.SettingsError: the settings, or arguments, are not valid.
        taskwall.BaselineError: the baseline cannot be read.
    """
    return Report(
        scan_with(
            Options(
                paths=tuple(os.fspath(path) for path in paths) or (os.curdir,),
                inputs=_inputs(var, var_files, parameters, assume, workspace),
                profile=profile,
                select=None if select is None else tuple(select),
                ignore=None if ignore is None else tuple(ignore),
                show=("fail", "unknown", "pass"),
                fail_on=fail_on,
                exclude=tuple(exclude),
                settings=None if settings is None else os.fspath(settings),
                baseline=None if baseline is None else os.fspath(baseline),
                rules=tuple(os.fspath(folder) for folder in rules),
                no_skips=no_skips,
                allow_empty=allow_empty,
            )
        )
    )


def load(
    path: str | os.PathLike[str],
    *,
    var: Mapping[str, Data] | None = None,
    var_files: Sequence[str | os.PathLike[str]] = (),
    parameters: Mapping[str, Data] | None = None,
    assume: Mapping[str, Data] | None = None,
    workspace: str | None = None,
    settings: str | os.PathLike[str] | None = None,
    allow_errors: bool = False,
) -> Network:
    """The network of the one stack in a file or folder.

    Conditions that the inputs do not decide stay undecided: what may exist is in the network.

    Args:
        path: a Terraform root, a template or a plan.
        var: values of Terraform's variables.
        var_files: .tfvars files.
        parameters: values of CloudFormation's parameters.
        assume: values for anything that is unknown, by its name.
        workspace: Terraform's workspace.
        settings: a settings file in place of those of the sources.
        allow_errors: whether a network is wanted of which something could not be read: its
            `errors` say what.

    Raises:
        taskwall.LoadError: there is none, or there are several; or something cannot be read.
        taskwall.SettingsError: the settings are not valid.
    """
    inputs = _inputs(var, var_files, parameters, assume, workspace)
    found = _networks((path,), inputs, settings, allow_errors)
    if len(found) != 1:
        names = ", ".join(each.stack for each in found)
        raise LoadError(f"{os.fspath(path)} has {len(found)} stacks, use load_all: {names}")
    return found[0]


def load_all(
    *paths: str | os.PathLike[str],
    var: Mapping[str, Data] | None = None,
    var_files: Sequence[str | os.PathLike[str]] = (),
    parameters: Mapping[str, Data] | None = None,
    assume: Mapping[str, Data] | None = None,
    workspace: str | None = None,
    settings: str | os.PathLike[str] | None = None,
    allow_errors: bool = False,
) -> tuple[Network, ...]:
    """The networks of all stacks in files and folders; the arguments are those of `load`.

    Raises:
        taskwall.LoadError: there is no stack, or something cannot be read.
        taskwall.SettingsError: the settings are not valid.
    """
    inputs = _inputs(var, var_files, parameters, assume, workspace)
    return _networks(paths, inputs, settings, allow_errors)


def _inputs(
    var: Mapping[str, Data] | None,
    var_files: Sequence[str | os.PathLike[str]],
    parameters: Mapping[str, Data] | None,
    assume: Mapping[str, Data] | None,
    workspace: str | None,
) -> Inputs:
    return Inputs(
        variables=_values(var),
        var_files=tuple(os.fspath(file) for file in var_files),
        parameters=_values(parameters),
        assumptions=_values(assume),
        workspace=workspace,
    )


def _values(data: Mapping[str, Data] | None) -> dict[str, Value]:
    return {name: lifted(value) for name, value in (data or {}).items()}


def _networks(
    paths: Sequence[str | os.PathLike[str]],
    inputs: Inputs,
    settings: str | os.PathLike[str] | None,
    allow_errors: bool,
) -> tuple[Network, ...]:
    given = None if settings is None else os.fspath(settings)
    texts = tuple(os.fspath(path) for path in paths) or (os.curdir,)
    asked = resolved_options(Options(paths=texts, inputs=inputs, settings=given))
    found = asked.read(Files())
    shown = ReportPaths(asked.cwd)
    networks = tuple(_loaded(read.stack, shown) for read in found.reads)
    problems = [_problem(error, shown) for error in (*found.refused, *found.errors)]
    problems += (problem for network in networks for problem in network.errors)
    if problems and not (networks and allow_errors):
        raise LoadError("; ".join(f"{one.file}:{one.line}: {one.message}" for one in problems[:3]))
    if not networks:
        raise LoadError(f"{', '.join(texts)}: there is no stack")
    return networks


def _loaded(stack: Stack, paths: ReportPaths) -> Network:
    """The network of a stack, its open conditions left open."""
    evaluation = stack.evaluate({})
    mask = Redactor(evaluation.sensitive_texts)
    frame = Frame(lower(evaluation.resources).network, Presentation(paths.shown, mask.redact))
    name = deployed_name(paths.shown(stack.name), stack.deployments)
    absent = tuple(shown_absent(one, name, paths) for one in evaluation.absent)
    errors = tuple(mask.apply(_problem(error, paths)) for error in evaluation.errors)
    return Network(frame, name, absent, errors)


def _problem(error: SourceError, paths: ReportPaths) -> Problem:
    place = error.place
    return Problem(paths.shown(place.file), place.line, place.column, error.message)
