"""The command `taskwall`: what was asked for, passed to the api, and shown.

Start-up counts: this module imports nothing that `taskwall --version` does not need, and a
command's own module only when it is asked for.
"""

from __future__ import annotations

import os
import sys

from taskwall.cli.terminal import ClosedError, UsageError, say

TYPE_CHECKING = False  # typing would take as long to import as all else that --version needs
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import TracebackType

COMMANDS = {
    "scan": ("scan PATH...", "report where Terraform and CloudFormation break the rules"),
    "fix": ("fix PATH...", "make the edits that fix findings (a diff, or --write)"),
    "rules": ("rules", "list the rules"),
    "explain": ("explain RULE", "show the page of one rule"),
    "flows": ("flows [PATH...]", "list who can open a connection to what"),
    "why": ("why PATH FROM TO [PORT]", "say why one end can reach another, or what closes the way"),
    "diff": ("diff BASE [HEAD]", "say what a change opens, closes and brings"),
    "fleet": ("fleet REPOS...", "scan thousands of repositories into tables, and ask these"),
    "graph": ("graph [PATH...]", "draw who can reach whom (a page, Mermaid, Graphviz or JSON)"),
    "schema": ("schema NAME", "print the JSON Schema of a report, flows, a diff or the settings"),
    "completion": ("completion SHELL", "complete commands and options in bash, zsh and fish"),
    "mcp": ("mcp", "serve scans and answers to agents (MCP)"),
    "lsp": ("lsp", "start the language server for an editor"),
    "checkov-dir": ("checkov-dir", "print the folder for checkov's --external-checks-dir"),
    "cfn-lint-dir": ("cfn-lint-dir", "print the folder for cfn-lint --append-rules"),
}
"""The commands, how each is called and what it does. Each has a module of its name, spelt with _,
with the functions `parser` and `run`."""

_KEEPING = ("diff", "flows", "graph", "scan", "why")
"""The commands that keep what they make until they end: looking for garbage frees nothing, and
takes the longer the more there is."""

USAGE = (
    "taskwall: network-security policy as code for Amazon ECS\n\n"
    + "".join(f"  taskwall {called:<24} {does}\n" for called, does in COMMANDS.values())
    + "  taskwall PATH...                  the same as taskwall scan PATH...\n"
    "  taskwall --version\n\n"
    "Each command has --help.\n"
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command and return the exit status: 0, 1 for findings, 2 if something went wrong.

    Without `argv` it is the process's own command, and ends the process.
    """
    if argv is not None:
        return _status(list(argv))
    sys.excepthook = _crashed
    if sys.stderr is None:  # as `2>&-` has it
        sys.stderr = open(os.devnull, "w")  # noqa: SIM115 (until the end)
    status = _status(sys.argv[1:])
    # To take a large network apart, only to end, would be a tenth of the run.
    os._exit(_flushed(status))


def _status(arguments: list[str]) -> int:
    try:
        return _run(arguments)
    except UsageError as error:
        sys.stderr.write(f"taskwall: {error}\n")
        return 2
    except ClosedError:
        return 2  # a report that nobody reads is none: it must not pass for its findings
    except KeyboardInterrupt:
        return 130


def _run(arguments: list[str]) -> int:
    if arguments[:1] in (["--version"], ["-V"]):
        from taskwall import __version__

        say(f"taskwall {__version__}\n")
        return 0
    if arguments[:1] in ([], ["-h"], ["--help"], ["help"]):
        say(USAGE)
        return 0
    first = arguments[0]
    if first in COMMANDS:
        return _command(first)(arguments[1:])
    if first == "-" or os.path.exists(first):
        return _command("scan")(arguments)
    from taskwall.settings.words import nearest

    if first.startswith("-"):
        raise UsageError(f"{first}: name a command first, such as taskwall scan {first}.")
    hint = nearest(first, COMMANDS)
    raise UsageError(f'there is no command and no path "{first}"{hint}; see taskwall --help.')


def _command(name: str) -> Callable[[list[str]], int]:
    """What runs a command, imported only now."""
    import gc
    from importlib import import_module

    # What is imported stays: to look for garbage in it would take as long as a tenth of it.
    enabled = gc.isenabled()
    gc.disable()
    run: Callable[[list[str]], int] = import_module(f"taskwall.cli.{name.replace('-', '_')}").run
    if enabled and name not in _KEEPING:
        gc.enable()
    return run


def _crashed(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """The last resort for a defect of our own: one sentence, and the exit status of a crash."""
    import traceback

    last = traceback.extract_tb(trace)[-1:]
    where = f" ({os.path.basename(last[0].filename)}:{last[0].lineno})" if last else ""
    sys.stderr.write(f"taskwall: crashed: {kind.__name__}: {error}{where}. Please report this.\n")
    if os.environ.get("TASKWALL_TRACE"):
        traceback.print_exception(error)
    os._exit(_flushed(2))


def _flushed(status: int) -> int:
    """The exit status once all that was said is written: 2 if it cannot be."""
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except OSError:
            status = 2
    return status
