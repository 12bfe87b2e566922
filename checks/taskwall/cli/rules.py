"""`taskwall rules`: list the rules."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from taskwall.cli.arguments import parse_arguments, parser_of
from taskwall.cli.terminal import UsageError, say
from taskwall.rules import all_rules
from taskwall.settings import SettingsError, one_of

if TYPE_CHECKING:
    from argparse import ArgumentParser

    from taskwall.rules._rule import Rule


def parser() -> ArgumentParser:
    """What the command takes."""
    made = parser_of(
        "rules", "[OPTION...]", "List the rules: id, severity, profiles, title, and where it is."
    )
    made.add_argument(
        "--format", default="text", metavar="text|json", help="output format (default: text)"
    )
    return made


def run(arguments: list[str]) -> int:
    """List the rules as the arguments ask, and return the exit status."""
    given = parse_arguments(parser(), arguments)
    try:
        one_of(given.format, ("text", "json"), "--format")
    except SettingsError as error:
        raise UsageError(str(error)) from error
    if given.format == "json":
        import msgspec

        raw = msgspec.json.encode([_described(rule) for rule in all_rules()])
        say(msgspec.json.format(raw, indent=2).decode() + "\n")
        return 0
    rows = [
        (rule.id, rule.severity, ",".join(rule.profiles), rule.title, ":".join(_source(rule)))
        for rule in all_rules()
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        say("  ".join(cells).rstrip() + "\n")
    return 0


def _described(rule: Rule) -> dict[str, object]:
    file, line = _source(rule)
    return {
        "id": rule.id,
        "name": rule.name,
        "title": rule.title,
        "severity": rule.severity,
        "profiles": rule.profiles,
        "cfn_lint_id": rule.lint_id,
        "file": file,
        "line": int(line),
    }


def _source(rule: Rule) -> tuple[str, str]:
    """The file of a rule, as seen from here if it is below, and the line of its function."""
    code = rule.judge.__code__
    file = os.path.relpath(code.co_filename)
    return code.co_filename if file.startswith(os.pardir) else file, str(code.co_firstlineno)
