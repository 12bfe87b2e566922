"""`taskwall rules`: list the rules, write a new one of one's own, hold such rules to fixtures."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from taskwall.cli.arguments import format_option, parse_arguments, parser_of, rules_option
from taskwall.cli.terminal import UsageError, say
from taskwall.cli.unread import say_unloaded
from taskwall.library.own_rules import every_rule
from taskwall.settings import SettingsError
from taskwall.settings.words import one_of

if TYPE_CHECKING:
    from argparse import ArgumentParser

    from taskwall.rules._rule import Rule

_FORMATS = ("text", "json")


def parser() -> ArgumentParser:
    """What the command takes."""
    made = parser_of(
        "rules",
        "[OPTION...] [new ID [NAME] | test DIR | docs DIR]",
        "List the rules: id, severity, profiles, title, and where it is. `new` writes a rule of"
        " your own with fixtures; `test` compares what the rules of a folder say of their fixtures"
        " with the marks in them; `docs` writes a page for each of them.",
    )
    made.add_argument(
        "action", nargs="*", metavar="new|test|docs", help="what to do with own rules"
    )
    format_option(made, _FORMATS)
    rules_option(made)
    made.add_argument(
        "--to", metavar="DIR", help="where new rules, or pages, are written (default: rules, docs)"
    )
    return made


def run(arguments: list[str]) -> int:
    """List the rules as the arguments ask, and return the exit status."""
    given = parse_arguments(parser(), arguments)
    try:
        one_of(given.format, _FORMATS, "--format")
    except SettingsError as error:
        raise UsageError(str(error)) from error
    if given.action:
        from taskwall.cli import own_rules

        return own_rules.run(given.action, given.to)
    found = every_rule(given.rules or ())
    status = say_unloaded(found.errors)
    if given.format == "json":
        import msgspec

        raw = msgspec.json.encode([_described(rule) for rule in found.rules])
        say(msgspec.json.format(raw, indent=2).decode() + "\n")
        return status
    rows = [
        (rule.id, rule.severity, ",".join(rule.profiles), rule.title, ":".join(_source(rule)))
        for rule in found.rules
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        say("  ".join(cells).rstrip() + "\n")
    return status


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
    code = rule.code
    file = os.path.relpath(code.co_filename)
    return code.co_filename if file.startswith(os.pardir) else file, str(code.co_firstlineno)
