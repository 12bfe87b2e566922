"""The command `taskwall`: what was asked for, told to the api, and shown.

Start-up counts: this module imports nothing that `taskwall --version` does not need.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False  # typing would take as long to import as all else that --version needs
if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from types import TracebackType
    from typing import NoReturn

    from taskwall.api import Options
    from taskwall.finding import Report
    from taskwall.outputs import View
    from taskwall.rule import Rule
    from taskwall.values import Value

USAGE = """\
taskwall: network-security policy as code for Amazon ECS

  taskwall [scan] [PATH...]    say where Terraform and CloudFormation break the policy
  taskwall rules               list the rules
  taskwall explain RULE        the page of one rule
  taskwall --version

Each command takes --help.
"""

EXIT_STATUS = """\
exit status: 0 nothing at or above --fail-on, 1 findings, 2 wrong usage, a crash,
or a source that could not be read (also beside findings)
"""


class UsageError(Exception):
    """Something on the command line cannot be meant so; the message is a whole sentence."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command and return the exit status: 0, 1 for findings, 2 if something went wrong.

    Without `argv` it is the process's own command, and ends the process.
    """
    if argv is not None:
        return _status(list(argv))
    sys.excepthook = _crashed
    status = _status(sys.argv[1:])
    # To take a large network apart, only to end, would be a tenth of the run.
    sys.stderr.flush()
    _say("")
    os._exit(status)


def _status(arguments: list[str]) -> int:
    try:
        return _run(arguments)
    except UsageError as error:
        sys.stderr.write(f"taskwall: {error}\n")
        return 2
    except KeyboardInterrupt:
        return 130


def _run(arguments: list[str]) -> int:
    if arguments[:1] in (["--version"], ["-V"]):
        from taskwall import __version__

        _say(f"taskwall {__version__}\n")
        return 0
    commands = {"scan": _scan, "rules": _rules, "explain": _explain}
    if arguments[:1] in (["-h"], ["--help"], ["help"]):
        _say(USAGE)
        return 0
    if arguments and arguments[0] in commands:
        return commands[arguments[0]](arguments[1:])
    return _scan(arguments)


def _crashed(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """The last resort for a defect of our own: one sentence, and the exit status of a crash."""
    import traceback

    last = traceback.extract_tb(trace)[-1:]
    where = f" ({os.path.basename(last[0].filename)}:{last[0].lineno})" if last else ""
    sys.stderr.write(f"taskwall: crashed: {kind.__name__}: {error}{where}. Please report this.\n")
    if os.environ.get("TASKWALL_TRACE"):
        traceback.print_exception(error)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(2)


def _say(text: str) -> None:
    """Write to standard output, whatever its encoding can say."""
    encoding = sys.stdout.encoding or "utf-8"
    try:
        sys.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding))
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read the output has enough of it: the rest goes nowhere, and that quietly.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


# scan


def _scan(arguments: list[str]) -> int:
    import gc

    from taskwall import api
    from taskwall.baseline import BaselineError
    from taskwall.settings import SettingsError

    # What a scan makes it keeps: looking for garbage frees nothing, and takes the longer the more
    # there is.
    gc.disable()
    given = _scan_arguments(arguments)
    try:
        targets = _targets(_flat(given.format), given.output or [])
        view = _view(given.color, given.verbose)
        options = _options(given)
        shown = not given.no_progress and sys.stderr.isatty()
        with _Progress(shown) as progress:
            report = api.scan(options, progress=progress)
    except (SettingsError, BaselineError) as error:
        raise UsageError(str(error)) from error
    for name, target in targets:
        _deliver(name, target, report, view)
    if all(target != "-" for _, target in targets):
        counts = report.document.summary
        files = ", ".join(target for _, target in targets)
        sys.stderr.write(f"taskwall: {counts.fail} fail, {counts.unknown} unknown: see {files}\n")
    return report.status


def _scan_arguments(arguments: list[str]) -> argparse.Namespace:
    from taskwall.outputs import formats
    from taskwall.settings import CHOICES

    def option(name: str, words: str, *, many: bool = True, metavar: str = "") -> None:
        choices = "|".join(CHOICES.get(name[2:], ()))
        action = "append" if many else "store"
        parser.add_argument(name, action=action, metavar=metavar or choices, help=words)

    def flag(name: str, words: str) -> None:
        parser.add_argument(name, action="store_true", help=words)

    parser = _parser(
        "scan", "[OPTION...] [PATH...]", "Say where Terraform and CloudFormation break the policy."
    )
    parser.add_argument("paths", nargs="*", metavar="PATH", help="files or folders (default: .)")
    option("--format", "how to report (default: text)", metavar="|".join(formats()))
    option("--output", "where the --format of the same turn goes", metavar="FILE")
    option("--select", "run these rules and no others, such as TW2,TW305", metavar="RULES")
    option("--ignore", "do not run these rules", metavar="RULES")
    option("--profile", "the set of rules that runs (default: default)", many=False)
    option("--fail-on", "the least severity that fails the run (default: low)", many=False)
    option("--show", "the verdicts to report (default: fail)", metavar="fail,unknown,pass")
    option("--var", "the value of a Terraform variable", metavar="NAME=VALUE")
    option("--var-file", "a .tfvars file", metavar="FILE")
    flag("--tf-vars-from-env", "take variables from TF_VAR_... of the environment too")
    option("--hcl-parser", "who parses Terraform", many=False, metavar="tree-sitter|python-hcl2")
    option("--workspace", "the Terraform workspace", many=False, metavar="NAME")
    option("--parameters", "a file of CloudFormation parameters, or one", metavar="FILE|K=V")
    option("--assume", "the value of anything unknown, JSON or text", metavar="NAME=VALUE")
    option("--scenarios", "follow how many settings of open switches", many=False)
    option("--baseline", "findings that were put aside", many=False, metavar="FILE")
    parser.add_argument(
        "--write-baseline",
        nargs="?",
        const="",
        metavar="FILE",
        help="put what is found aside (default: in the baseline of the settings)",
    )
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="processes (default: 1)")
    flag("--allow-outside", "read modules and files beyond the repository")
    flag("--no-progress", "show no progress")
    flag("--verbose", "say everything: suppressed, unread, long chains, every fix")
    _colour_option(parser)
    parser.epilog = EXIT_STATUS
    return _parsed(parser, arguments)


def _parser(command: str, takes: str, description: str) -> argparse.ArgumentParser:
    from argparse import ArgumentParser, HelpFormatter

    class Parser(ArgumentParser):
        def error(self, message: str) -> NoReturn:
            raise UsageError(f"{message}; see {self.prog} --help.")

    # Usage and width are given: to find them out takes longer than to read the arguments.
    return Parser(
        f"taskwall {command}",
        f"taskwall {command} {takes}",
        description,
        formatter_class=lambda prog: HelpFormatter(prog, max_help_position=32, width=96),
        allow_abbrev=False,
    )


def _colour_option(parser: argparse.ArgumentParser) -> None:
    help_ = "default: auto, which is colour on a terminal unless NO_COLOR is set"
    parser.add_argument("--color", default="auto", metavar="auto|always|never", help=help_)


def _parsed(parser: argparse.ArgumentParser, arguments: list[str]) -> argparse.Namespace:
    from taskwall.settings import nearest

    given, more = parser.parse_known_intermixed_args(arguments)
    if more and not more[0].startswith("-"):
        parser.error(f"{more[0]} is one word too many")
    if more:
        option = more[0].partition("=")[0]
        known = [word for word in parser.format_help().split() if word.startswith("--")]
        parser.error(f"there is no option {option}{nearest(option, known)}")
    return given


def _options(given: argparse.Namespace) -> Options:
    """What the arguments of `scan` ask for.

    Raises:
        UsageError: a value has not the form that its option takes, or names no file.
    """
    from taskwall.api import Options
    from taskwall.stack import Inputs
    from taskwall.values import Known

    for path in given.var_file or ():
        if not os.path.isfile(path):
            raise UsageError(f"--var-file: there is no file {path}.")
    if given.jobs < 1:
        raise UsageError("--jobs: there must be at least one process.")
    variables: dict[str, Value] = {
        name: Known(value) for name, value in _pairs(given.var or (), "--var")
    }
    assumed = {name: _assumed(value) for name, value in _pairs(given.assume or (), "--assume")}
    return Options(
        paths=tuple(given.paths) or (os.curdir,),
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
        select=_words(given.select),
        ignore=_words(given.ignore),
        show=_words(given.show),
        fail_on=given.fail_on,
        scenarios=given.scenarios,
        baseline=given.baseline,
        write_baseline=given.write_baseline,
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
    from taskwall.readers.terraform.python_hcl2 import unusable

    if why := unusable():
        raise UsageError(f"--hcl-parser: {why}.")
    return name


def _flat(texts: Iterable[str] | None) -> list[str]:
    """The words of texts that hold several, with commas between."""
    words = (word.strip() for text in texts or () for word in text.split(","))
    return [word for word in words if word]


def _words(texts: Iterable[str] | None) -> tuple[str, ...] | None:
    return None if texts is None else tuple(_flat(texts))


def _pairs(texts: Iterable[str], option: str) -> Iterator[tuple[str, str]]:
    """Names and values; in a name, what is quoted may hold an equals sign."""
    import re

    for text in texts:
        parts = re.fullmatch(r'((?:[^="]|"[^"]*")+)=(.*)', text, re.DOTALL)
        if parts is None or not parts[1].strip():
            raise UsageError(f'{option}: "{text}" is not NAME=VALUE.')
        yield parts[1].strip(), parts[2]


def _assumed(text: str) -> Value:
    """What `--assume` says: JSON if it is some, else the text as it stands."""
    import msgspec

    from taskwall.values import Known, lifted

    try:
        return lifted(msgspec.json.decode(text))
    except (msgspec.DecodeError, RecursionError):
        return Known(text)


def _parameters(texts: Iterable[str]) -> dict[str, Value]:
    """The parameters of all `--parameters`, later ones before earlier ones.

    Raises:
        UsageError: one is neither a file nor KEY=VALUE, or its file has none of the three forms.
    """
    from taskwall.values import Known

    found: dict[str, Value] = {}
    for text in texts:
        if os.path.isfile(text):
            found |= _parameter_file(text)
        elif "=" in text:
            key, _, value = text.partition(",ParameterValue=")  # as the AWS CLI abbreviates it
            pair = f"{key[13:]}={value}" if text.startswith("ParameterKey=") else text
            found |= {name: Known(word) for name, word in _pairs([pair], "--parameters")}
        else:
            raise UsageError(f"--parameters: {text} is neither a file nor KEY=VALUE.")
    return found


def _parameter_file(path: str) -> dict[str, Value]:
    """Parameters by name, from a file in one of the forms that deployment tools take."""
    from taskwall.files import Files, UnreadableError
    from taskwall.readers.cloudformation.parameters import ParametersError, parameters

    try:
        return parameters(path, Files().text(path))
    except (UnreadableError, ParametersError) as error:
        raise UsageError(f"--parameters: {path} {error}.") from error


def _targets(formats: Sequence[str], files: Sequence[str]) -> list[tuple[str, str]]:
    """Each format with the file that it goes to, "-" for standard output."""
    from taskwall import outputs
    from taskwall.settings import one_of

    names = list(formats) or ["text"]
    known = outputs.formats()
    for name in names:
        one_of(name, known, "--format")
    if len(files) > len(names):
        raise UsageError(f"--output {files[len(names)]} has no --format of its own.")
    return list(zip(names, [*files, *["-"] * (len(names) - len(files))], strict=True))


def _deliver(name: str, target: str, report: Report, view: View) -> None:
    from taskwall import outputs

    if target == "-":
        _say(outputs.render(name, report, view))
        return
    try:
        outputs.write(target, outputs.render(name, report, outputs.View(verbose=view.verbose)))
    except OSError as error:
        raise UsageError(f"{target}: cannot be written: {error.strerror or error}.") from error


def _view(color: str, verbose: bool) -> View:
    """How the terminal, if standard output is one, is to be written on."""
    from contextlib import suppress

    from taskwall.outputs import View
    from taskwall.settings import one_of

    one_of(color, ("auto", "always", "never"), "--color")
    terminal = sys.stdout.isatty()
    plain = bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") == "dumb"
    if sys.platform == "win32" and "WT_SESSION" not in os.environ:
        plain = True  # the old console would show the colours as text
    colour = color == "always" or (color == "auto" and terminal and not plain)
    width = View().width
    if terminal:
        with suppress(OSError):
            width = os.get_terminal_size(sys.stdout.fileno()).columns or width
    return View(colour, width, verbose)


class _Progress:
    """A bar on standard error, once the work has taken a second."""

    def __init__(self, shown: bool) -> None:
        from time import monotonic

        self._clock = monotonic
        self._start = monotonic() + 1 if shown else float("inf")
        self._update: Callable[[int, int], None] | None = None
        self._stop: Callable[[], None] | None = None

    def __enter__(self) -> _Progress:
        return self

    def __call__(self, done: int, total: int) -> None:
        if self._update is None:
            if self._clock() < self._start:
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


# rules, explain


def _rules(arguments: list[str]) -> int:
    from taskwall.rules import all_rules
    from taskwall.settings import SettingsError, one_of

    parser = _parser(
        "rules", "[OPTION...]", "List the rules: id, severity, profiles, title, and where it is."
    )
    parser.add_argument("--format", default="text", metavar="text|json", help="default: text")
    given = _parsed(parser, arguments)
    try:
        one_of(given.format, ("text", "json"), "--format")
    except SettingsError as error:
        raise UsageError(str(error)) from error
    if given.format == "json":
        import msgspec

        raw = msgspec.json.encode([_described(rule) for rule in all_rules()])
        _say(msgspec.json.format(raw, indent=2).decode() + "\n")
        return 0
    rows = [
        (rule.id, rule.severity, ",".join(_profiles(rule)), rule.title, ":".join(_source(rule)))
        for rule in all_rules()
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        _say("  ".join(cells).rstrip() + "\n")
    return 0


def _described(rule: Rule) -> dict[str, object]:
    file, line = _source(rule)
    return {
        "id": rule.id,
        "name": rule.name,
        "title": rule.title,
        "severity": rule.severity,
        "profiles": _profiles(rule),
        "cfn_lint_id": rule.lint_id,
        "file": file,
        "line": int(line),
    }


def _profiles(rule: Rule) -> list[str]:
    return [profile for profile in ("default", "pci", "strict") if rule.in_profile(profile)]


def _source(rule: Rule) -> tuple[str, str]:
    """The file of a rule, as seen from here if it is below, and the line of its function."""
    code = rule.judge.__code__
    file = os.path.relpath(code.co_filename)
    return code.co_filename if file.startswith(os.pardir) else file, str(code.co_firstlineno)


def _explain(arguments: list[str]) -> int:
    from taskwall.guide import encodes, recommendations
    from taskwall.outputs.text import Piece, put_together
    from taskwall.rules import all_rules
    from taskwall.settings import SettingsError, nearest

    parser = _parser(
        "explain",
        "[OPTION...] RULE",
        "Show the page of a rule: what it asks for, why, and the fix.",
    )
    parser.add_argument("rule", metavar="RULE", help="its id, such as TW206")
    _colour_option(parser)
    given = _parsed(parser, arguments)
    rules = {rule.id: rule for rule in all_rules()}
    rules |= {rule.lint_id: rule for rule in rules.values()}
    rule = rules.get(given.rule.upper())
    if rule is None:
        hint = nearest(given.rule.upper(), rules)
        raise UsageError(f'no rule is "{given.rule}"{hint}; "taskwall rules" lists them.')
    pieces: list[Piece] = [(f"{rule.id}: {rule.title}", "loud"), ("\n", "")]
    pieces += [(rule.severity, rule.severity), (f"; profiles {', '.join(_profiles(rule))}", "")]
    pieces += [(f"; in cfn-lint {rule.lint_id}\n", "")]
    known = recommendations()
    guide = "\n".join(known.get(key, key) for key in encodes(rule)) or "Beyond the guide."
    for name, text in {**rule.sections, "Guide": guide}.items():
        lines = "".join(f"  {line}".rstrip() + "\n" for line in text.splitlines())
        pieces += [(f"\n{name}\n", "loud"), (lines, "")]
    try:
        view = _view(given.color, False)
    except SettingsError as error:
        raise UsageError(str(error)) from error
    _say(put_together(pieces, view.colour))
    return 0
