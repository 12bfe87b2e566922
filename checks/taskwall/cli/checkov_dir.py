"""`taskwall checkov-dir`: print the folder that checkov's --external-checks-dir takes."""

from __future__ import annotations

import os

import taskwall
from taskwall.cli.arguments import parse_arguments, parser_of
from taskwall.cli.terminal import say


def folder() -> str:
    """The folder. It is not asked of the plugin: to import that takes checkov."""
    package = os.path.dirname(os.path.abspath(taskwall.__file__))
    return os.path.join(package, "checkov_plugin", "directory")


def run(arguments: list[str]) -> int:
    """Print the folder, and return the exit status."""
    parser = parser_of("checkov-dir", "", "Print the folder for checkov's --external-checks-dir.")
    parse_arguments(parser, arguments)
    say(f"{folder()}\n")
    return 0
