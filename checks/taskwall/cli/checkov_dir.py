"""`taskwall checkov-dir`: print the folder that checkov's --external-checks-dir takes."""

from __future__ import annotations

import os

from taskwall.cli.arguments import parsed, parser_of
from taskwall.cli.terminal import say


def run(arguments: list[str]) -> int:
    """Print the folder, and return the exit status."""
    parser = parser_of("checkov-dir", "", "Print the folder for checkov's --external-checks-dir.")
    parsed(parser, arguments)
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    say(os.path.join(package, "checkov_plugin", "directory") + "\n")
    return 0
