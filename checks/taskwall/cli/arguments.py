"""How a command's arguments are declared and read."""

from __future__ import annotations

import re
from argparse import ArgumentParser, HelpFormatter, Namespace
from collections.abc import Iterable, Iterator, Sequence
from typing import NoReturn

from taskwall.cli.terminal import UsageError


def parser_of(command: str, takes: str, description: str) -> ArgumentParser:
    """The parser of a command's arguments; what it cannot read is a `UsageError`."""

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


def colour_option(parser: ArgumentParser) -> None:
    """Declare `--color`."""
    help_ = "when to use colour (default: auto, on a terminal unless NO_COLOR is set)"
    parser.add_argument("--color", default="auto", metavar="auto|always|never", help=help_)


def settings_option(parser: ArgumentParser) -> None:
    """Declare `--settings`."""
    help_ = "the settings, in place of every settings file of the sources"
    parser.add_argument("--settings", metavar="FILE", help=help_)


def format_option(parser: ArgumentParser, formats: Sequence[str], default: str = "text") -> None:
    """Declare `--format`."""
    help_ = f"output format (default: {default})"
    parser.add_argument("--format", default=default, metavar="|".join(formats), help=help_)


def rules_option(parser: ArgumentParser) -> None:
    """Declare `--rules`."""
    help_ = "a folder of your own rules, beside those of TASKWALL_RULES and installed packages"
    parser.add_argument("--rules", action="append", metavar="DIR", help=help_)


def parse_arguments(parser: ArgumentParser, arguments: list[str]) -> Namespace:
    """The arguments as read.

    Raises:
        UsageError: there is a word or an option too many; the message names the nearest option.
    """
    from taskwall.settings.words import nearest

    given, more = parser.parse_known_intermixed_args(arguments)
    if more and not more[0].startswith("-"):
        parser.error(f"{more[0]} is one argument too many")
    if more:
        option = more[0].partition("=")[0]
        known = [word for word in parser.format_help().split() if word.startswith("--")]
        parser.error(f"there is no option {option}{nearest(option, known)}")
    return given


def flat(texts: Iterable[str] | None) -> list[str]:
    """The words of texts that hold several, with commas between."""
    found = (word.strip() for text in texts or () for word in text.split(","))
    return [word for word in found if word]


def words(texts: Iterable[str] | None) -> tuple[str, ...] | None:
    """The words of texts; None if there are no texts."""
    return None if texts is None else tuple(flat(texts))


def pairs(texts: Iterable[str], option: str) -> Iterator[tuple[str, str]]:
    """Names and values; in a name, what is quoted may hold an equals sign.

    Raises:
        UsageError: a text is no NAME=VALUE.
    """
    for text in texts:
        parts = re.fullmatch(r'((?:[^="]|"[^"]*")+)=(.*)', text, re.DOTALL)
        if parts is None or not parts[1].strip():
            raise UsageError(f'{option}: "{text}" is not NAME=VALUE.')
        yield parts[1].strip(), parts[2]
