"""`taskwall schema`: print the JSON Schema of what taskwall writes and reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taskwall.cli.arguments import parse_arguments, parser_of
from taskwall.cli.terminal import UsageError, say
from taskwall.settings import SettingsError
from taskwall.settings.words import one_of

if TYPE_CHECKING:
    from argparse import ArgumentParser


def parser() -> ArgumentParser:
    """What the command takes."""
    made = parser_of(
        "schema", "[NAME]", "Print the JSON Schema of a name; without one, the names there are."
    )
    made.add_argument("name", nargs="?", metavar="NAME", help="report, flows, diff or settings")
    return made


def run(arguments: list[str]) -> int:
    """Print the schema that the arguments name, or all names, and return the exit status."""
    given = parse_arguments(parser(), arguments)
    import msgspec

    from taskwall.api.schemas import SCHEMAS, schema

    if given.name is None:
        say("".join(f"{name}\n" for name in SCHEMAS))
        return 0
    try:
        name = one_of(given.name, SCHEMAS, "schema")
    except SettingsError as error:
        raise UsageError(str(error)) from error
    raw = msgspec.json.encode(schema(name))
    say(msgspec.json.format(raw, indent=2).decode() + "\n")
    return 0
