"""`taskwall explain`: show the page of a rule."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taskwall.cli.arguments import colour_option, parse_arguments, parser_of, rules_option
from taskwall.cli.pager import show
from taskwall.cli.terminal import UsageError, view_on
from taskwall.cli.unread import say_unloaded
from taskwall.library.own_rules import every_rule
from taskwall.outputs.text.pieces import Piece, join_pieces
from taskwall.rules._guide import encodes, recommendations
from taskwall.settings import SettingsError
from taskwall.settings.words import nearest

if TYPE_CHECKING:
    from argparse import ArgumentParser


def parser() -> ArgumentParser:
    """What the command takes."""
    made = parser_of(
        "explain",
        "[OPTION...] RULE",
        "Show the page of a rule: what it requires, why, and the fix.",
    )
    made.add_argument("rule", metavar="RULE", help="its id, such as TW206")
    rules_option(made)
    colour_option(made)
    return made


def run(arguments: list[str]) -> int:
    """Show the page of the rule that the arguments name, and return the exit status."""
    given = parse_arguments(parser(), arguments)
    found = every_rule(given.rules or ())
    status = say_unloaded(found.errors)
    rules = {rule.id: rule for rule in found.rules}
    rules |= {rule.lint_id: rule for rule in rules.values()}
    rule = rules.get(given.rule.upper())
    if rule is None:
        hint = nearest(given.rule.upper(), rules)
        raise UsageError(f'no rule is "{given.rule}"{hint}; "taskwall rules" lists them.')
    pieces: list[Piece] = [(f"{rule.id}: {rule.title}", "loud"), ("\n", "")]
    pieces += [(rule.severity, rule.severity), (f"; profiles {', '.join(rule.profiles)}", "")]
    pieces += [(f"; in cfn-lint {rule.lint_id}\n", "")]
    known = recommendations()
    guide = "\n".join(known.get(key, key) for key in encodes(rule)) or "Beyond the guide."
    sections = {**rule.sections, "Guide": guide}
    for name, text in ((name, text) for name, text in sections.items() if text):
        lines = "".join(f"  {line}".rstrip() + "\n" for line in text.splitlines())
        pieces += [(f"\n{name}\n", "loud"), (lines, "")]
    try:
        view = view_on(given.color, False)
    except SettingsError as error:
        raise UsageError(str(error)) from error
    show(join_pieces(pieces, view.colour))
    return status
